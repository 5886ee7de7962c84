/* A vol surface from the bids and asks of an instant, without butterfly or calendar arbitrage; and its local vol.
 *
 * Coordinates: log moneyness k = ln(strike / forward of the expiry), years to expiry. What is stored is total variance
 * w = vol^2 years, a slice for each expiry. Between expiries w is linear in time at the same k; before the first and
 * beyond the last it is in proportion to time. Forwards between expiries grow at a constant rate.
 *
 * A slice is raw SVI (keel/svi.h) and, in the rich model, a cubic spline of total variance over the quoted strikes,
 * which is 0 in the wings. Slices are fitted from the last expiry to the first, each with the later one as its ceiling.
 * What a slice is in the end holds: g >= 0 and total variance not above the later expiry's on dense points, and by
 * bounds in the wings. A fit that fails there is drawn to what holds (SVI to SSVI, the spline to SVI, all of it scaled
 * below the later expiry, which leaves no butterfly) and says so in `problem`.
 *
 * With fewer than KEEL_SURFACE_QUOTES two-sided quotes a slice has the shape of the later expiry, scaled to them; the
 * last one is of SSVI.
 *
 * Source: Gatheral and Jacquier (2014); De Marco and Martini (2009); Hendriks and Martini (2019); Dupire (1994);
 * Gatheral (2006), equation 1.10. Same bits on every CPU level and compiler. */
#ifndef KEEL_SURFACE_H
#define KEEL_SURFACE_H

#include "keel/error.h"
#include "keel/svi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum keel_surface_model {
  KEEL_SURFACE_RICH, /* SVI for each expiry, and the spline that it cannot follow */
  KEEL_SURFACE_SVI,  /* SVI for each expiry */
  KEEL_SURFACE_SSVI  /* SSVI over all expiries */
} keel_surface_model;

enum { KEEL_SURFACE_QUOTES = 5 };

/* The quotes of an expiry, in any order. Shape: count each. Vols are annual decimals of European options; a bid that
 * is NaN or not above 0 is none, and the ask then bounds the fit from above; without both there is no quote. One is
 * dropped (and counted) whose ask is not above 0 or below its bid, or whose log moneyness is no number. weight: NULL, 1
 * each. */
typedef struct keel_smile {
  double years, forward;
  size_t count;
  const double *log_moneyness, *bid_vol, *ask_vol, *weight;
} keel_smile;

typedef struct keel_surface keel_surface;

typedef struct keel_surface_options {
  keel_surface_model model;
  double spot;              /* the forward of no time; not above 0: that of the first expiry */
  const keel_surface *last; /* where fits start, if that is better than their own start; NULL */
} keel_surface_options;

/* Smiles in the order of expiries. `options` may be NULL. The caller frees *surface, which is NULL after an error.
 * Errors: KEEL_STATUS_INPUT, with the smile's number from 1, for years and forwards that are not above 0 and years that
 * do not rise, and where no expiry has a two-sided quote; KEEL_STATUS_MEMORY. */
KEEL_API keel_status keel_surface_fit(size_t count, const keel_smile *smiles, const keel_surface_options *options,
                                      keel_surface **surface, keel_error *error);
/* An expiry whose smile is known. */
typedef struct keel_surface_expiry {
  double years, forward;
  keel_svi svi;
} keel_surface_expiry;
/* The surface of given slices, as they are: ask keel_surface_slice_at what arbitrage they have. Errors as above, and
 * for parameters that are none. */
KEEL_API keel_status keel_surface_from_svi(size_t count, const keel_surface_expiry *expiries, double spot,
                                           keel_surface **surface, keel_error *error);
KEEL_API void keel_surface_free(keel_surface *surface); /* NULL is fine */

/* ---- what was fitted ---- */

typedef struct keel_surface_slice {
  double years, forward;
  const char *model;   /* "svi+spline", "svi", "ssvi", "later" (the shape of the next expiry), "none" */
  const char *problem; /* what is wrong with the fit, in a few words of English; NULL: nothing */
  keel_svi svi;
  size_t two_sided, one_sided, dropped; /* quotes */
  size_t inside;                        /* of the two-sided ones: within bid and ask */
  double rms_vol, rms_spreads;          /* fit less mid of these: in vol, and in spreads (inside is within 1/2) */
  int iterations, converged;
  double least_g, least_g_at;               /* butterfly arbitrage where it is below 0 */
  double least_calendar, least_calendar_at; /* w less that of the expiry before, where that is least; NaN: the first */
  int butterfly_free, calendar_free;        /* on all k, wings included */
} keel_surface_slice;

/* One for each smile; those of model "none" are no part of the surface. Texts are constant. */
KEEL_API size_t keel_surface_slices(const keel_surface *surface);
KEEL_API void keel_surface_slice_at(const keel_surface *surface, size_t index, keel_surface_slice *out);

/* ---- values ---- */

/* Shape: count each; NULL: not wanted. */
typedef struct keel_surface_values {
  double *vol;
  double *w, *dw, *d2w; /* total variance and its derivatives in k */
  double *dt;           /* its derivative in years at the same k; at an expiry that of the time before it */
  double *g;            /* of keel/svi.h */
  double *local_vol;    /* sqrt(dt / g); NaN where that is none */
  double *error;        /* of vol: one standard error, half a spread being that of a quote; NaN: not known */
} keel_surface_values;

/* At one time, years > 0; else all is NaN. */
KEEL_API void keel_surface_evaluate(const keel_surface *surface, double years, size_t count,
                                    const double *log_moneyness, const keel_surface_values *out);
KEEL_API double keel_surface_forward(const keel_surface *surface, double years);

/* Local vols for keel_pde.vol, `context` being the surface: at most ten times the implied vol of the same place, which
 * it also is where there is no local vol. */
KEEL_API void keel_surface_local_vol(void *context, double years, size_t count, const double *spot, double *vol);

#ifdef __cplusplus
}
#endif
#endif
