/* Cash dividends at known dates: the spot-jump model, where spot falls by the cash at each ex-date and is otherwise
 * lognormal.
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

#ifdef __cplusplus
}
#endif
#endif
