/* Discount curves: from quoted rates of a day, and from files of such days.
 *
 * Quotes become discount factors one after the other, by maturity, so that each is repriced: a bond at par to 1e-14 of
 * its face. Between maturities the logarithm of the discount factor is linear in time (so it is monotone where its
 * points are, and the forward rate is constant from point to point); before the first point it is the line from
 * today, beyond the last one the last forward goes on.
 *
 * Units: rates in and out are decimals; zero and forward rates are continuous and annual, of a year of 365 days, as
 * all times here are. Tenors are calendar months, then days, after the curve's date; a month that has no such day
 * ends on its last. No date is moved for holidays, and settlement is the curve's date.
 * Same inputs give the same bits on every CPU level and compiler. */
#ifndef KEEL_CURVE_H
#define KEEL_CURVE_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum keel_rate_kind {
  KEEL_RATE_OVERNIGHT, /* simple interest, actual/360: the effective rate of federal funds */
  KEEL_RATE_BILL,      /* bank discount, actual/360 */
  /* semi-annual bond-equivalent yield of a bond at par, actual/actual: half the yield each half-year, back from
     maturity; below six months simple interest over a year of 365 days, or 366 where the year ahead has a 29 February
   */
  KEEL_RATE_PAR
} keel_rate_kind;

typedef struct keel_rate_quote {
  keel_rate_kind kind;
  int months, days; /* its tenor; that of KEEL_RATE_OVERNIGHT is one day, whatever stands here */
  double rate;
} keel_rate_quote;

enum { KEEL_CURVE_POINTS = 32 };

/* Points by time, without the one of today; at least one. */
typedef struct keel_curve {
  size_t count;
  double years[KEEL_CURVE_POINTS], log_discount[KEEL_CURVE_POINTS];
} keel_curve;

/* The curve of a date (days since 1970-01-01). Quotes come in any order; of those with one maturity the first counts.
 * Errors: KEEL_STATUS_INPUT, with the quote's number from 1, for a rate that is not a number within +-1, a tenor of
 * nothing or beyond 100 years, one of six months or more at par that is not whole half-years, a bill that would
 * cost nothing, no quotes, more than KEEL_CURVE_POINTS of them, and a yield that no discount factor meets. */
KEEL_API keel_status keel_curve_build(int32_t date, size_t count, const keel_rate_quote *quotes, keel_curve *curve,
                                      keel_error *error);

/* One rate for all times. */
KEEL_API void keel_curve_flat(double rate, keel_curve *curve);

/* From now to that time, years >= 0. */
KEEL_API double keel_curve_discount(const keel_curve *curve, double years);
/* The rate of that discount factor; at 0 its limit. */
KEEL_API double keel_curve_zero(const keel_curve *curve, double years);
/* The rate from one time to a later one, that is known now. */
KEEL_API double keel_curve_forward(const keel_curve *curve, double from, double to);
/* What cash earns: the zero rate of one day. */
KEEL_API double keel_curve_overnight(const keel_curve *curve);

/* The yield at which a bill of this bank discount is quoted beside bonds; year: 365, or 366 as above.
 * Source: U.S. Treasury, 31 CFR 356, appendix B: simple interest up to half a year, then with one coupon. */
KEEL_API double keel_rate_coupon_equivalent(double discount, int days, int year);

/* ---- files of rates ----
 *
 * CSV, plain or gz: a column `Date` (any case) and columns of percent, known by their names, in any number and order:
 *
 *   1 Mo, 1.5 Month, 10 Yr ...      par yields, U.S. Treasury's daily page
 *   BC_1MONTH, BC_10YEAR ...        the same of its older feed, where 0 stands for none
 *   4 WEEKS BANK DISCOUNT ...       bills, U.S. Treasury's daily page (their coupon equivalents are not read)
 *   DTB3                            the bill of 91 days, Federal Reserve
 *   DFF                             effective federal funds: overnight
 *
 * Dates rise or fall. A rate that is empty, `N/A` or `.` is not there that day; a row of none is no row; a row with
 * one that is no number from 0 to 100 is dropped whole, and counted.
 *
 * A row is known from 09:00 New York of the day after its date: Treasury's yields are published in the evening, the
 * rate of federal funds the next morning. Tenors then count from the instant at which the curve is used. */
typedef struct keel_rates keel_rates;

enum { KEEL_RATES_STALE_DAYS = 10 };

/* Errors: KEEL_STATUS_INPUT as `file:line: column: what is wrong`, for columns that are not known, none of them, a date
 * that is none or out of order, and a file without a row; KEEL_STATUS_IO where it cannot be read. */
KEEL_API keel_status keel_rates_load(const char *path, keel_rates **rates, keel_error *error);
KEEL_API void keel_rates_free(keel_rates *rates);

/* Days that have a curve, by date. */
KEEL_API size_t keel_rates_count(const keel_rates *rates);
/* Its date (days since 1970-01-01), and since when it is known. */
KEEL_API int32_t keel_rates_date(const keel_rates *rates, size_t row);
KEEL_API int64_t keel_rates_known_ns(const keel_rates *rates, size_t row);
KEEL_API keel_status keel_rates_curve(const keel_rates *rates, size_t row, keel_curve *curve, keel_error *error);

/* The last row known at that instant. Errors: KEEL_STATUS_INPUT where there is none, or the last one's date is more
 * than KEEL_RATES_STALE_DAYS days ago. */
KEEL_API keel_status keel_rates_find(const keel_rates *rates, int64_t time_ns, size_t *row, keel_error *error);

/* How many rows were dropped for a bad rate, and of the first what was wrong (untouched where there is none). */
KEEL_API size_t keel_rates_dropped(const keel_rates *rates, keel_error *first);

#ifdef __cplusplus
}
#endif
#endif
