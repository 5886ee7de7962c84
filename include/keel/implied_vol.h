/* Implied vol of European options (Black-Scholes-Merton in carry form), in bulk.
 *
 * Accuracy: within 4 (1 + amp) 2^-52 relative, amp = price / (vol vega) of the out-of-the-money side, from the smallest
 * subnormal price to the last one below the upper bound; what rounding leaves of the time value of a price in the money
 * comes on top.
 * Errors: a price outside [discounted intrinsic of the forward, its upper bound) gives NaN in its lane; a price exactly
 * at intrinsic gives 0. Same bits on every CPU level and compiler. */
#ifndef KEEL_IMPLIED_VOL_H
#define KEEL_IMPLIED_VOL_H

#include "keel/black_scholes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* options->vol is not read. Shape: price and vol are count each. */
KEEL_API void keel_implied_vol_solve(size_t count, const keel_options *options, const double *price, double *vol);

enum { KEEL_PROBLEM_SIZE = 96 };

/* Why that price has no implied vol ("price is below intrinsic 3.2"), or NULL where it has one. The words are constant,
 * or written to text, which takes KEEL_PROBLEM_SIZE bytes. */
KEEL_API const char *keel_implied_problem(const keel_option *option, double spot, double price, char *text);

#ifdef __cplusplus
}
#endif
#endif
