/* The SABR model by Hagan's expansion: vols, their derivatives, prices and deltas, for the strikes of an expiry.
 *
 * Model: dF = a F^beta dW, da = nu a dW', the two correlated by rho, a = alpha now. The vol of a strike is eq. 2.17a of
 * Hagan, Kumar, Lesniewski and Woodward (2002), which is an expansion in time: it is no arbitrage-free price far out or
 * late.
 *
 * delta follows the backbone: alpha stays, and the vol of the strike moves by d_forward. delta_minimum lets alpha move
 * with the forward as its correlation has it, rho nu / F^beta (Bartlett 2006): the delta of least variance.
 *
 * Accuracy: vols 1e-13, relative, derivatives 1e-10 of the vol over the parameter. Same bits on every CPU level and
 * compiler. */
#ifndef KEEL_SABR_H
#define KEEL_SABR_H

#include "keel/black_scholes.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct keel_sabr {
  double alpha, beta, rho, nu;
} keel_sabr;

/* Shape: count each; NULL: not wanted. The vol, and its derivative to the forward and to each parameter. */
typedef struct keel_sabr_vols {
  double *vol, *d_forward, *d_alpha, *d_rho, *d_nu;
} keel_sabr_vols;

/* Shape: count each; NULL: not wanted. Units: keel/black_scholes.h; d_alpha and so on are of the price. */
typedef struct keel_sabr_greeks {
  double *price, *delta, *delta_minimum, *d_alpha, *d_rho, *d_nu;
} keel_sabr_greeks;

/* NaN in every output where forward, strike or a parameter is out of range (keel_sabr_problem), or the vol is not
 * positive. */
KEEL_API void keel_sabr_vol(const keel_sabr *model, double forward, double years, size_t count, const double *strike,
                            const keel_sabr_vols *out);

/* The options' vol is not read and may be NULL. */
KEEL_API void keel_sabr_price(const keel_sabr *model, size_t count, const keel_options *options,
                              const keel_sabr_greeks *out);

/* What is wrong with the parameters, in a few words of English, or NULL. */
KEEL_API const char *keel_sabr_problem(const keel_sabr *model);

#ifdef __cplusplus
}
#endif
#endif
