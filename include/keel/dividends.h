/* Cash dividends at known dates: the spot-jump model, where spot falls by the cash at each ex-date and is otherwise
 * lognormal.
 *
 * keel_pde_price has it for European and American options, and the error of each; keel_dividends_price is fast, and for
 * European options in bulk.
 *
 * Just before the ex-date spot is S, just after it S - min(cash, S) under the liquidator policy (what cannot be paid is
 * not: spot ends at 0), or S - cash where S >= cash and S elsewhere under the survivor policy (no dividend is paid
 * that cannot be paid whole). Source: Haug, Haug and Lewis (2003). */
#ifndef KEEL_DIVIDENDS_H
#define KEEL_DIVIDENDS_H

#include "keel/black_scholes.h"
#include "keel/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum keel_dividend_policy { KEEL_DIVIDEND_LIQUIDATOR, KEEL_DIVIDEND_SURVIVOR } keel_dividend_policy;

/* Shape: count each. years is from now to the ex-date, cash per share. Dates at or beyond an option's expiry do not
 * touch it. */
typedef struct keel_dividends {
  size_t count;
  const double *years, *cash;
  keel_dividend_policy policy;
} keel_dividends;

/* Errors: KEEL_STATUS_INPUT, with the dividend's number from 1, for years that are not above 0 or that fall, cash that
 * is negative, and what is not a finite number. */
KEEL_API keel_status keel_dividends_check(const keel_dividends *dividends, keel_error *error);

/* European options by an approximation, price and the Greeks of that set: the projection of spot at expiry on the
 * normal variable that moves it most at the strike, with half the variance that this leaves. Liquidator policy only.
 *
 * Units are those of keel/black_scholes.h. Greeks are differences of prices of the fourth order (speed and vanna:
 * second and fourth), theta and charm follow from them by the equation: both are by time passing, the ex-dates staying.
 *
 * Accuracy: prices within 1e-8 of spot for dividends of 7 % of spot in all, 2e-6 for half of it (vol 30 %, a year); for
 * dividends of 12 %, 2e-7 where vol times the root of years is 0.75, 1e-6 at 1, 6e-5 at 1.5, above which is no price.
 * Over any dividends, to more than spot has: 1e-3 where that is at most 1, 2e-2 to 1.5. Options that no dividend
 * touches are those of keel_black_scholes_price. Same bits on every CPU level and compiler.
 *
 * An option that has no price (keel_dividends_problem) is NaN in every output. Errors: KEEL_STATUS_INPUT for
 * dividends out of range, KEEL_STATUS_UNSUPPORTED for more than 64 of them before the last expiry and for the survivor
 * policy; outputs are then not written. */
KEEL_API keel_status keel_dividends_price(size_t count, const keel_options *options, const keel_dividends *dividends,
                                          keel_greek_set set, const keel_greeks *out, keel_error *error);

/* The vols at which that approximation has these prices; options->vol is not read. Accuracy: 4 ulp of vol where price
 * times 2^-52 moves it by less. A price below the least (that of no vol) or out of reach is NaN in its lane, one at the
 * least gives 0. Errors: those of keel_dividends_price. */
KEEL_API keel_status keel_dividends_implied_vol(size_t count, const keel_options *options,
                                                const keel_dividends *dividends, const double *price, double *vol,
                                                keel_error *error);

/* Why that option has no price under these dividends, in a few words of English, or NULL where it has one. */
KEEL_API const char *keel_dividends_problem(const keel_option *option, double spot, double vol,
                                            const keel_dividends *dividends);

#ifdef __cplusplus
}
#endif
#endif
