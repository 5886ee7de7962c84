/* What is seen of the market at one instant: quotes by row, shared by all variants. Filled by a feed, read by the
 * verbs.
 *
 * A row is a contract that is watched. Shape: bid, ask, vol are [row][path]; quote_ns is [row]. A quote that is not
 * there is NaN. */
#ifndef KEEL_BOOK_MARKET_H
#define KEEL_BOOK_MARKET_H

#include <stddef.h>
#include <stdint.h>

#include "keel/curve.h"

struct keel_market {
  size_t rows, paths;
  int64_t time_ns;
  int64_t next_ns;         /* when the next instant comes; KEEL_TIME_NONE: not known, or never */
  int is_last;             /* the run ends at this instant */
  double rate;             /* of cash, annual, continuous, and of discounting where there is no curve */
  const keel_curve *curve; /* of discounting by time to expiry; NULL: `rate` for all */
  double *bid, *ask;       /* the last quote of each row */
  int64_t *quote_ns;       /* when it came; KEEL_TIME_NONE: never */
  double *vol;       /* the market's vol of each row, where a model makes the market; NULL: marks come from quotes */
  double *vol_slope; /* [row][path]: dvol / d ln spot of that vol at its fixed strike; NULL: not given */
  uint32_t *changed; /* the underlyings with something new at this instant, in rising order */
  size_t changed_count;
};

/* The rate at which what is paid after that time is discounted. */
static inline double keel_market_zero_rate(const struct keel_market *market, double years) {
  return market->curve ? keel_curve_zero(market->curve, years) : market->rate;
}

#endif
