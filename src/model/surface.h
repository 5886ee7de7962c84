/* The inside of a surface. */
#ifndef KEEL_MODEL_SURFACE_H
#define KEEL_MODEL_SURFACE_H

#include "keel/surface.h"
#include "model/bumps.h"
#include "model/svi_fit.h"

struct keel_slice {
  keel_surface_slice report;
  keel_svi svi;
  struct keel_bumps bumps;
  struct keel_ssvi ssvi; /* of the fit beside it; theta 0: none */
  /* Of the parameters of SVI; the first is NaN where nothing is known of them. */
  double parameters[KEEL_SVI_PARAMETERS], covariance[KEEL_SVI_PARAMETERS * KEEL_SVI_PARAMETERS];
};

struct keel_surface {
  double spot;
  size_t smiles, count;     /* as given; those that are part of the surface */
  struct keel_slice *slice; /* [smiles] */
  size_t *used;             /* [count]: their numbers */
};

static inline struct keel_slice *keel_surface_used(const struct keel_surface *surface, size_t index) {
  return &surface->slice[surface->used[index]];
}

struct keel_jet keel_slice_jet(const struct keel_slice *slice, double k);
/* w times a factor: in (0, 1] it stays without butterfly arbitrage, since g is concave in the factor and (1 - k w' / (2
 * w))^2 at 0. */
void keel_slice_scale(struct keel_slice *slice, double factor);
/* The standard error of w; NaN where it is not known. */
double keel_slice_error(const struct keel_slice *slice, double k);

/* Whether a slice has no butterfly arbitrage, on all k; writes what it found into the report. */
int keel_slice_butterfly(struct keel_slice *slice);

/* How far a later slice is above an earlier one. */
struct keel_calendar {
  int is_free;        /* on all k */
  double least, at;   /* the least difference of w, and where */
  double least_ratio; /* of w and of the slopes of the wings: later by earlier */
};
struct keel_calendar keel_slice_calendar(const struct keel_slice *later, const struct keel_slice *earlier);

/* ---- quotes ---- */

/* Of a smile, in total variance, by k; then what other expiries say of it. */
struct keel_slice_quotes {
  struct keel_smile_quotes fit; /* of these the first `own` are the smile's */
  size_t own, two_sided;
  double *memory;         /* k, bid, ask, unit, weight: `room` each */
  size_t room;            /* KEEL_SLICE_HINTS more than own */
  double least_k, most_k; /* of two-sided ones */
  double at_forward;      /* total variance of the two-sided one next to it */
};
enum { KEEL_SLICE_HINTS = 32 };

/* Counts go into the report. Returns 0 without memory. */
int keel_slice_quotes_read(struct keel_slice_quotes *quotes, const keel_smile *smile, keel_surface_slice *report);
void keel_slice_quotes_free(struct keel_slice_quotes *quotes);
/* Bids of earlier expiries beyond the quoted strikes: a later one is not below them. */
void keel_slice_quotes_hint(struct keel_slice_quotes *quotes, size_t earlier, const struct keel_slice_quotes *before);

/* ---- the fit ---- */

/* Fits a slice that has at least one two-sided quote: report.years and forward are set already. `last` is where it may
 * start, or NULL. Returns 0 without memory. */
int keel_slice_fit(struct keel_slice *slice, const struct keel_slice_quotes *quotes, keel_surface_model model,
                   const struct keel_slice *later, const keel_svi *last);

#endif
