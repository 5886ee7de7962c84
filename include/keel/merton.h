/* Merton's model: a lognormal spot that jumps. Prices and Greeks of European options, in bulk.
 *
 * Model: dS/S = (r - q - intensity growth) dt + vol dW + (e^J - 1) dN; N counts `intensity` jumps a year, J is
 * normal(mean, std), growth = e^(mean + std^2/2) - 1: what jumps are expected to bring is taken off the drift. The
 * price is the mean of Black-Scholes prices over the number of jumps, which is Poisson's; terms are summed until what
 * is left of its distribution is below 2^-60. Source: Merton (1976), eq. 16 to 19.
 *
 * Accuracy: 1e-13 of the larger of the discounted forward and strike in price, likewise the Greeks. Same bits on every
 * CPU level and compiler. */
#ifndef KEEL_MERTON_H
#define KEEL_MERTON_H

#include "keel/black_scholes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Jumps of log spot, normal(mean, std), at `intensity` a year; their expected growth is taken off the drift. */
typedef struct keel_normal_jumps {
  double intensity, mean, std;
} keel_normal_jumps;

/* Shape and units: keel/black_scholes.h; the vol of an option is that between jumps, and vega that of it. Outputs:
 * price, delta, gamma, vega, rho, psi; each may be NULL, and so may others, which are not written. A lane that has no
 * price is NaN in every output (keel_merton_problem). */
KEEL_API void keel_merton_price(const keel_normal_jumps *jumps, size_t count, const keel_options *options,
                                const keel_greeks *out);

/* Why jumps have no price ("intensity: ..."), or NULL. */
KEEL_API const char *keel_jumps_problem(const keel_normal_jumps *jumps);
/* Why that option has none, in a few words of English, or NULL where it has one. */
KEEL_API const char *keel_merton_problem(const keel_normal_jumps *jumps, const keel_option *option, double spot,
                                         double vol);

#ifdef __cplusplus
}
#endif
#endif
