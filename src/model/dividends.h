/* What a dividend does to spot. */
#ifndef KEEL_MODEL_DIVIDENDS_H
#define KEEL_MODEL_DIVIDENDS_H

#include "keel/dividends.h"

/* Spot just after that dividend. */
static inline double keel_dividend_spot(double spot, double cash, keel_dividend_policy policy) {
  double after = spot - cash;
  if (after >= 0) return after;
  return policy == KEEL_DIVIDEND_SURVIVOR ? spot : 0;
}

/* How many of them are before expiry. NULL: none. */
size_t keel_dividends_before(const keel_dividends *dividends, double years);

/* Whether the fast approximation takes them for these options; if not, why. */
keel_status keel_dividends_takes(size_t count, const keel_options *options, const keel_dividends *dividends,
                                 keel_error *error);

#endif
