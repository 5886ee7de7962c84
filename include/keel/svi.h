/* Raw SVI: the total variance w = vol^2 years of one expiry over log moneyness k = ln(strike / forward),
 *
 *   w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))
 *
 * with b >= 0, |rho| < 1, sigma > 0 and a + b sigma sqrt(1 - rho^2) >= 0. There is no butterfly arbitrage where
 *
 *   g(k) = (1 - k w' / (2 w))^2 - w'^2 / 4 (1 / w + 1 / 4) + w'' / 2
 *
 * is not negative and neither wing is steeper than 2: the density of ln(spot) is g times a normal one.
 *
 * Source: Gatheral (2004); Gatheral and Jacquier (2014), equation 2.1; Lee (2004). Same bits on every CPU level and
 * compiler. */
#ifndef KEEL_SVI_H
#define KEEL_SVI_H

#include <stddef.h>

#include "keel/api.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct keel_svi {
  double a, b, rho, m, sigma;
} keel_svi;

/* Shape: count each; NULL: not wanted. */
typedef struct keel_svi_values {
  double *w, *dw, *d2w; /* total variance and its derivatives in k */
  double *g;            /* NaN where w is not above 0 */
} keel_svi_values;
/* At each of these points. Accuracy: a few ulp of the largest term. */
KEEL_API void keel_svi_evaluate(const keel_svi *svi, size_t count, const double *log_moneyness,
                                const keel_svi_values *out);

/* Why these are no parameters of a slice, in a few words of English, or NULL where they are. */
KEEL_API const char *keel_svi_problem(const keel_svi *svi);

/* The slice of SSVI, theta / 2 (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)), where theta is the total variance
 * at the forward and psi = theta phi: it has no butterfly arbitrage if psi (1 + |rho|) < 4 and psi^2 (1 + |rho|) <=
 * 4 theta. Source: Gatheral and Jacquier (2014), theorem 4.2. */
KEEL_API keel_svi keel_svi_from_ssvi(double theta, double rho, double psi);

/* Whether it has no butterfly arbitrage: g is looked at closely as far as its wings are not proven by a bound, and the
 * wings by that bound. *least_g and *at (NULL: not wanted) are the least value seen, and where. */
KEEL_API int keel_svi_butterfly_free(const keel_svi *svi, double *least_g, double *at);

#ifdef __cplusplus
}
#endif
#endif
