/* Calibration of Heston's and Bates' models to prices of European options.
 *
 * Least squares by Levenberg and Marquardt's method, with derivatives in closed form (Cui, del Bano Rollin and Germano
 * 2017) from the same evaluations of the characteristic function as the prices (keel/heston.h). Positive parameters are
 * solved for by their logarithms, within variance and theta 1e-6 to 4, kappa 1e-3 to 100, xi 1e-3 to 10, |rho| up to
 * 0.999, intensity 1e-3 to 50, mean -1 to 1, std 1e-3 to 1.
 *
 * Accuracy: parameters are recovered from noiseless quotes of 5 expiries to 1e-6. Same bits on every CPU level and
 * compiler. */
#ifndef KEEL_HESTON_FIT_H
#define KEEL_HESTON_FIT_H

#include "keel/error.h"
#include "keel/heston.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Shape: count each, in any order. The options' vol is not read. weight: what a residual is scaled by; NULL: 1 / vega
 * of Black-Scholes at the price's own implied vol (at least a hundredth of the largest of its expiry), so that
 * residuals are differences of vols. */
typedef struct keel_heston_quotes {
  size_t count;
  keel_options options;
  const double *price, *weight;
} keel_heston_quotes;

typedef struct keel_heston_fit_plan {
  const keel_bates *start; /* NULL: chosen from the implied vols nearest to the forward */
  int with_jumps;          /* 1: Bates; 0: Heston, and jumps of the start are not read */
  size_t steps_most;       /* 0: 100 */
} keel_heston_fit_plan;

typedef struct keel_heston_fit {
  keel_bates model;
  double residual, residual_most; /* root of the mean of squares, and the largest, of weight x (model - price) */
  size_t steps;                   /* accepted ones */
  int converged;
  const char *at_bound; /* a parameter that ended at a bound of the search, or NULL */
} keel_heston_fit;

/* Fits. Errors: KEEL_STATUS_INPUT for fewer quotes than parameters, a quote or weight that makes no sense (its number
 * is named, from 1), a start without prices; also if the steps did not converge: `fit` then has the best that was
 * found, with its residual and converged 0, and NaN in the other cases. KEEL_STATUS_MEMORY. */
KEEL_API keel_status keel_heston_fit_solve(const keel_heston_quotes *quotes, const keel_heston_fit_plan *plan,
                                           keel_heston_fit *fit, keel_error *error);

#ifdef __cplusplus
}
#endif
#endif
