/* Bachelier's model in carry form: price, Greeks and implied vol of European options, in bulk.
 *
 * Model: the forward F = S e^{(r-q)T} is normal, with a standard deviation of vol sqrt(T) at expiry: vol is in units of
 * price per square root of a year. An option on a future is yield = rate, and spot is then the future's price. Spot and
 * strike may be negative. Source: Bachelier (1900); as a model of forwards: Schachermayer and Teichmann (2008),
 * eq. 2.2.
 *
 * Units: per share, those of keel/black_scholes.h, per 1.00 of such a vol; rho and theta move the forward as well, spot
 * being fixed.
 *
 * Limits: vol 0 and years 0 give the limit of the formula (discounted intrinsic of the forward; delta +-e^{-qT}/2
 * exactly at the kink, where gamma and what is built on it have no finite limit and are huge). Far wings underflow to
 * 0. A lane that has no limit (NaN, infinity, a negative vol or years, a phi that is not +-1) is NaN in every output,
 * and so is one out of reach: |rate years| + |yield years| beyond 700, amounts or vol beyond 1e150, vol sqrt(years)
 * below 1e-130 or years below 1e-260 and not 0. No other lane is touched.
 *
 * Accuracy: with d = (F - K) / (vol sqrt(T)), out of the money within (8 + 4 d^2) 2^-52 relative, and as much of it as
 * rounding leaves of F - K; gamma, vega, delta likewise; the others of the sum of the absolute values of their terms.
 *
 * Same inputs give the same bits on every CPU level and compiler, for any set. */
#ifndef KEEL_BACHELIER_H
#define KEEL_BACHELIER_H

#include "keel/implied_vol.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Many contracts, each with its own everything. */
KEEL_API void keel_bachelier_price(size_t count, const keel_options *options, keel_greek_set set,
                                   const keel_greeks *out);

/* The vols that give the prices; options->vol is not read. A price below intrinsic gives NaN in its lane, one exactly
 * at intrinsic 0. Accuracy: within 4 (1 + amp) 2^-52 relative, amp = price / (vol vega) of the out-of-the-money side,
 * from the smallest subnormal price on. Shape: count each. */
KEEL_API void keel_bachelier_implied_solve(size_t count, const keel_options *options, const double *price, double *vol);

/* Why that option is NaN, in a few words of English ("vol is negative"), or NULL where it has a price. */
KEEL_API const char *keel_bachelier_problem(const keel_option *option, double spot, double vol);

/* Why that price has no implied vol, as keel_implied_problem says it. */
KEEL_API const char *keel_bachelier_implied_problem(const keel_option *option, double spot, double price, char *text);

#ifdef __cplusplus
}
#endif
#endif
