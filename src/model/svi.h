/* Total variance at a point with its derivatives in log moneyness, and what makes it arbitrage. */
#ifndef KEEL_MODEL_SVI_H
#define KEEL_MODEL_SVI_H

#include "keel/svi.h"

struct keel_jet {
  double w, dw, d2w;
};

struct keel_jet keel_svi_jet(const keel_svi *svi, double k);
/* g(k); NaN where w is not above 0. */
double keel_jet_butterfly(double k, const struct keel_jet *jet);

/* Slopes of the wings: of w over -k on the left, over k on the right. */
static inline double keel_svi_left(const keel_svi *svi) { return svi->b * (1 - svi->rho); }
static inline double keel_svi_right(const keel_svi *svi) { return svi->b * (1 + svi->rho); }
/* The same smile seen in a mirror: w(-k). */
static inline keel_svi keel_svi_mirror(const keel_svi *svi) {
  return (keel_svi){svi->a, svi->b, -svi->rho, -svi->m, svi->sigma};
}

/* A k > 0 from which on g > 0 is proven, at least `from`; INFINITY where there is none (a wing of slope 2 or more).
 *
 * On the right of its minimum w rises towards its asymptote a + s (k - m) from above, and w' to s. So k w' / (2 w) is
 * at most k s / (2 (a + s (k - m))), which is monotone with limit 1/2, and g > 0 where 1 less that is more than s / 4
 * sqrt(1 + 4 / w(k)), which falls. */
double keel_svi_proven_from(const keel_svi *svi, double from);

enum { KEEL_SVI_DENSE = 512 };
/* Points from `low` to `high`, closest around m, at the scale of sigma. */
void keel_svi_dense(const keel_svi *svi, double low, double high, double k[KEEL_SVI_DENSE]);

#endif
