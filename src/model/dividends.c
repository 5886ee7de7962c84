/* See keel/dividends.h. */
#include "model/dividends.h"

#include <math.h>
#include <stdio.h>

#include "base/fail.h"

keel_status keel_dividends_check(const keel_dividends *dividends, keel_error *error) {
  double last = 0;
  for (size_t i = 0; i < dividends->count; i++) {
    const double years = dividends->years[i], cash = dividends->cash[i];
    char where[48];
    snprintf(where, sizeof where, "dividend %zu", i + 1);
    if (!isfinite(years) || years <= 0)
      return keel_fail(error, KEEL_STATUS_INPUT, where, "years: %g is not allowed, only a number above 0", years);
    if (years < last)
      return keel_fail(error, KEEL_STATUS_INPUT, where,
                       "years: %g is before %g, the date of the one before; dates rise", years, last);
    if (!isfinite(cash) || cash < 0)
      return keel_fail(error, KEEL_STATUS_INPUT, where, "cash: %g is not allowed, only a number from 0 on", cash);
    last = years;
  }
  return KEEL_STATUS_OK;
}

size_t keel_dividends_before(const keel_dividends *dividends, double years) {
  size_t count = dividends ? dividends->count : 0;
  while (count > 0 && dividends->years[count - 1] >= years) count--;
  return count;
}
