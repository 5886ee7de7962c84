/* What SVI cannot follow of a smile: a cubic spline of total variance, 0 outside an interval with two derivatives.
 *
 * So the wings are SVI's, and what is proven of them holds; and total variance is linear in the coefficients, which
 * makes fit, calendar bound, derivatives and interpolation direct. */
#ifndef KEEL_MODEL_BUMPS_H
#define KEEL_MODEL_BUMPS_H

#include "model/smile_fit.h"

enum { KEEL_BUMPS_MAX = 36, KEEL_BUMP_KNOTS = KEEL_BUMPS_MAX + 4 };

struct keel_bumps {
  size_t count; /* 0: none */
  /* Cubic B-spline j is on knot[j + 3] .. knot[j + 7]; the three knots before and after are none of a spline's. */
  double knot[KEEL_BUMP_KNOTS + 6];
  double height[KEEL_BUMPS_MAX];
};

/* Knots at quantiles of the two-sided quotes, which rise in k, with about `each` of them between two knots; two knots
 * beyond them on either side. Heights are 0. None where there are too few quotes. */
void keel_bumps_lay(struct keel_bumps *bumps, const struct keel_smile_quotes *quotes, size_t each);

/* 0 beyond the ends. */
struct keel_jet keel_bumps_jet(const struct keel_bumps *bumps, double k);

/* Fits heights over a fixed SVI slice. Returns 0 without memory. */
int keel_bumps_fit(struct keel_bumps *bumps, const keel_svi *svi, const struct keel_smile_quotes *quotes,
                   const struct keel_smile_bounds *bounds, struct keel_fit *fit);

static inline double keel_bumps_low(const struct keel_bumps *bumps) { return bumps->knot[3]; }
static inline double keel_bumps_high(const struct keel_bumps *bumps) { return bumps->knot[bumps->count + 6]; }

#endif
