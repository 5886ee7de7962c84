/* Raw SVI and SSVI fitted to one smile. */
#ifndef KEEL_MODEL_SVI_FIT_H
#define KEEL_MODEL_SVI_FIT_H

#include "model/smile_fit.h"

/* What a fit moves: the slopes of the wings, m, sigma and the least total variance. */
enum { KEEL_SVI_LEFT, KEEL_SVI_RIGHT, KEEL_SVI_M, KEEL_SVI_SIGMA, KEEL_SVI_LEAST, KEEL_SVI_PARAMETERS };
#define KEEL_WING_MOST 1.95 /* the steepest wing that is fitted; 2 is the bound */

keel_svi keel_svi_of(const double x[KEEL_SVI_PARAMETERS]);
void keel_svi_parameters(const keel_svi *svi, double x[KEEL_SVI_PARAMETERS]);
/* w, w' and w'' with their derivatives in those parameters; context and point are not used. */
struct keel_jet keel_svi_shape(const void *context, const double *x, double k, size_t point,
                               struct keel_shape_row *row);

struct keel_svi_starts {
  keel_svi safe;         /* within the bounds: what a start outside is drawn to */
  const keel_svi *later; /* wings are not steeper than those of this later expiry; NULL: none */
  const keel_svi *last;  /* from here, if that costs less than the start of its own; NULL */
};
/* Fits five parameters to at least as many quotes. Its own start is quasi-explicit: for each m and sigma of a grid the
 * other three are a linear problem. x and fit are where it ended. Source of the start: De Marco and Martini (2009). */
keel_svi keel_svi_fit(const struct keel_smile_quotes *quotes, const struct keel_smile_bounds *bounds,
                      const struct keel_svi_starts *starts, double x[KEEL_SVI_PARAMETERS], struct keel_fit *fit);

/* A slice of SSVI: total variance at the forward, and the slopes of its wings. */
struct keel_ssvi {
  double theta, left, right;
};
keel_svi keel_ssvi_raw(const struct keel_ssvi *ssvi);

/* Fits one to any number of quotes, at least one of them two-sided: a flat one to one or two. It has no butterfly
 * arbitrage, and no calendar arbitrage against `later`, a later expiry, or NULL: total variance at the forward and both
 * wings are not above, psi / theta is not below that one's.
 * Source: Hendriks and Martini (2019), proposition 3.5. */
struct keel_ssvi keel_ssvi_fit(const struct keel_smile_quotes *quotes, const struct keel_ssvi *later,
                               struct keel_fit *fit);

#endif
