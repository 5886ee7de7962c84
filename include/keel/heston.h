/* Heston's and Bates' models: prices and Greeks of European options, in bulk.
 *
 * Model: dS/S = (r - q) dt + sqrt(v) dW, dv = kappa (theta - v) dt + xi sqrt(v) dW', the two correlated by rho; in
 * Bates' also the jumps of keel/merton.h. Source: Heston (1993); Bates (1996).
 *
 * Method: one integral over the characteristic function (Lewis 2001), in a form without cancellation down to xi = 0, on
 * a line bent towards where it decays (Boyarchenko and Levendorskii 2019; Andersen and Lake 2018 for the choice of the
 * side). The trapezoidal rule converges exponentially there; its step is halved until twice the digits that the last
 * two agree in are enough. The function is evaluated once for all options of an expiry: let those stand together.
 *
 * Units: keel/black_scholes.h; d_variance = dV/dv, per 1.00 of variance. delta_minimum = delta + rho xi d_variance /
 * spot: the delta of least variance over an instant (Heston's part of it; jumps are left as they are).
 *
 * Accuracy: 1e-12 of the larger of the discounted forward and strike in price, parity and martingale included; 1e-10
 * for spots of 100 in the Greeks, from a day to 30 years, xi from 1e-4 to 3, |rho| up to 0.999. Same bits on every CPU
 * level and compiler. */
#ifndef KEEL_HESTON_H
#define KEEL_HESTON_H

#include "keel/merton.h"

#ifdef __cplusplus
extern "C" {
#endif

/* dv = kappa (theta - v) dt + xi sqrt(v) dW, correlated by rho with spot. */
typedef struct keel_heston {
  double variance, kappa, theta, xi, rho; /* variance: at the start */
} keel_heston;

typedef struct keel_bates {
  keel_heston heston;
  keel_normal_jumps jumps;
} keel_bates;

/* Shape: count each; NULL: not wanted. */
typedef struct keel_heston_greeks {
  double *price, *delta, *gamma, *d_variance, *delta_minimum;
} keel_heston_greeks;

/* The options' vol is not read and may be NULL. Years, strike or spot 0 give the limit. A lane that has no price is NaN
 * in every output: the words for it are those of keel_heston_problem and keel_bates_problem; so is one whose integral
 * is not resolved by 2^9 halvings, which takes parameters that leave hardly any diffusion. */
KEEL_API void keel_heston_price(const keel_heston *model, size_t count, const keel_options *options,
                                const keel_heston_greeks *out);
KEEL_API void keel_bates_price(const keel_bates *model, size_t count, const keel_options *options,
                               const keel_heston_greeks *out);

/* What is wrong with the parameters, or with that option under them, in a few words of English, or NULL. */
KEEL_API const char *keel_heston_problem(const keel_heston *model);
KEEL_API const char *keel_bates_problem(const keel_bates *model);
KEEL_API const char *keel_bates_option_problem(const keel_bates *model, const keel_option *option, double spot);

#ifdef __cplusplus
}
#endif
#endif
