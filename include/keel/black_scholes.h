/* Black-Scholes-Merton in carry form: price and Greeks of European options, in bulk.
 *
 * Model: forward F = S e^{(r-q)T}; rate and yield are annual and continuous. An option on a future is yield = rate, and
 * spot is then the future's price. Source: Black and Scholes (1973); Merton (1973), eq. 21; Black (1976), eq. 16.
 *
 * Units: per share. delta per 1.00 of spot, gamma per 1.00 squared, vega per 1.00 of vol, theta = -dV/dT per year,
 * rho = dV/dr at fixed yield, psi = dV/dq at fixed rate, vanna = d2V/dSdvol, volga = d2V/dvol2,
 * charm = -d(delta)/dT per year, speed = d3V/dS3.
 *
 * Limits: vol 0, years 0, strike 0 and spot 0 give the limit of the formula (discounted intrinsic of the forward; delta
 * +-e^{-qT}/2 exactly at the kink, where gamma and what is built on it have no finite limit and are huge). Far wings
 * underflow to 0. A lane that has no limit (NaN, infinity, a negative spot, strike, years or vol, a phi that is not
 * +-1) is NaN in every output, and so is one out of reach: |rate years| + |yield years| beyond 700, spot, strike or vol
 * beyond 1e150, spot or strike below 1e-140 and not 0. No other lane is touched.
 *
 * Accuracy: price within 16 (1 + kappa) 2^-52 relative, kappa its condition number; each Greek within
 * 128 (1 + kappa) 2^-52 of the sum of the absolute values of its terms (vanna, volga 2,048).
 *
 * Same inputs give the same bits on every CPU level and compiler, in either shape and for any set. */
#ifndef KEEL_BLACK_SCHOLES_H
#define KEEL_BLACK_SCHOLES_H

#include <stddef.h>

#include "keel/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which outputs are computed; the arrays of others are not read and may be NULL. */
typedef enum keel_greek_set {
  KEEL_GREEK_SET_PRICE,   /* price */
  KEEL_GREEK_SET_DELTA,   /* price, delta */
  KEEL_GREEK_SET_GAMMA,   /* price, delta, gamma, vega: what hedges are made of */
  KEEL_GREEK_SET_FIRST,   /* price, delta, gamma, vega, theta, rho */
  KEEL_GREEK_SET_EXPLAIN, /* these, psi, vanna, volga: what explains a P&L */
  KEEL_GREEK_SET_ALL      /* all eleven */
} keel_greek_set;

/* Shape: count each. phi is +1 for a call, -1 for a put. */
typedef struct keel_options {
  const double *phi, *spot, *strike, *rate, *yield, *years, *vol;
} keel_options;

/* One contract; its constants are hoisted out of the loop over paths. */
typedef struct keel_option {
  double phi, strike, rate, yield, years;
} keel_option;

/* Shape: count each. Outputs may not overlap inputs. */
typedef struct keel_greeks {
  double *price, *delta, *gamma, *vega, *theta, *rho, *psi, *vanna, *volga, *charm, *speed;
} keel_greeks;

/* Many contracts, each with its own everything. */
KEEL_API void keel_black_scholes_price(size_t count, const keel_options *options, keel_greek_set set,
                                       const keel_greeks *out);

/* One contract over many paths: spot and vol are count each. */
KEEL_API void keel_black_scholes_price_paths(size_t count, const keel_option *option, const double *spot,
                                             const double *vol, keel_greek_set set, const keel_greeks *out);

/* Why that option is NaN, in a few words of English ("vol is negative"), or NULL where it has a price. */
KEEL_API const char *keel_option_problem(const keel_option *option, double spot, double vol);

#ifdef __cplusplus
}
#endif
#endif
