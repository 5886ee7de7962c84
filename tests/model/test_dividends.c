#include "model/dividends.h"

#include <math.h>
#include <string.h>

#include "support/support.h"

static void schedules_are_checked(void **state) {
  (void)state;
  static const struct {
    double years[2], cash[2];
    const char *where, *what;
  } bad[] = {
      {{0, 1}, {1, 1}, "dividend 1", "years: 0 is not allowed, only a number above 0"},
      {{-0.5, 1}, {1, 1}, "dividend 1", "years: -0.5 is not allowed, only a number above 0"},
      {{1, 0.5}, {1, 1}, "dividend 2", "years: 0.5 is before 1, the date of the one before; dates rise"},
      {{1, NAN}, {1, 1}, "dividend 2", "years: nan is not allowed, only a number above 0"},
      {{1, 2}, {1, -1}, "dividend 2", "cash: -1 is not allowed, only a number from 0 on"},
      {{1, 2}, {INFINITY, 1}, "dividend 1", "cash: inf is not allowed, only a number from 0 on"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    keel_error error;
    const keel_dividends dividends = {2, bad[i].years, bad[i].cash, KEEL_DIVIDEND_LIQUIDATOR};
    assert_int_equal(keel_dividends_check(&dividends, &error), KEEL_STATUS_INPUT);
    assert_string_equal(error.where, bad[i].where);
    assert_string_equal(error.what, bad[i].what);
  }
  const double years[] = {0.5, 0.5, 2}, cash[] = {0, 3, 1};
  const keel_dividends good = {3, years, cash, KEEL_DIVIDEND_SURVIVOR};
  assert_int_equal(keel_dividends_check(&good, NULL), KEEL_STATUS_OK);
}

static void only_dates_before_expiry_count(void **state) {
  (void)state;
  const double years[] = {0.5, 0.5, 2}, cash[] = {1, 1, 1};
  const keel_dividends dividends = {3, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  assert_int_equal(keel_dividends_before(&dividends, 0.5), 0);
  assert_int_equal(keel_dividends_before(&dividends, 0.6), 2);
  assert_int_equal(keel_dividends_before(&dividends, 3), 3);
  assert_int_equal(keel_dividends_before(NULL, 3), 0);
}

static void policies_differ_below_the_cash(void **state) {
  (void)state;
  assert_close(keel_dividend_spot(100, 7, KEEL_DIVIDEND_LIQUIDATOR), 93, 0);
  assert_close(keel_dividend_spot(100, 7, KEEL_DIVIDEND_SURVIVOR), 93, 0);
  assert_close(keel_dividend_spot(5, 7, KEEL_DIVIDEND_LIQUIDATOR), 0, 0);
  assert_close(keel_dividend_spot(5, 7, KEEL_DIVIDEND_SURVIVOR), 5, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(schedules_are_checked),
      cmocka_unit_test(only_dates_before_expiry_count),
      cmocka_unit_test(policies_differ_below_the_cash),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
