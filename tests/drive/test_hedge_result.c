/* What callers read, and the CSV. */
#include <math.h>

#include "drive/hedge_support.h"

static void accessors_and_csv_agree(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      hedge_strategy(hedge_book,
                     "trigger: {every: 1d}, with: [{instrument: spot}, {instrument: option, underlying: X, kind: put, "
                     "strike: 90, expiry: 2025-03-07, multiplier: 100}, {instrument: spot, underlying: X}]");
  keel_hedge *hedge = hedge_of(strategy);
  assert_int_equal(keel_hedge_underlyings(hedge), 2);
  assert_string_equal(keel_hedge_underlying(hedge, 0), "X");
  assert_int_equal(keel_hedge_exposures(hedge), 1);
  assert_string_equal(keel_hedge_exposure_name(hedge, 0), "delta");
  assert_int_equal(keel_hedge_trades(hedge, 1), 3);
  assert_true(keel_hedge_gap(hedge, 0) == 0 && keel_hedge_gap(hedge, 1) == 0);
  assert_true(keel_hedge_time(hedge) > 0);
  size_t traded = 0, length;
  for (size_t i = 0; i < 3; i++) traded += keel_hedge_trade_at(hedge, 1, i).qty != 0;
  assert_int_equal(keel_hedge_trades(hedge, 0), traded);
  for (size_t i = 0; i < traded; i++) assert_true(isfinite(keel_hedge_trade_at(hedge, 0, i).price));
  char *csv = keel_hedge_csv(hedge, &length);
  assert_int_equal(strlen(csv), length);
  assert_int_equal(strncmp(csv, "underlying,instrument,held,qty,price,cost,problem\nX,X spot,1200,", 63), 0);
  assert_non_null(strstr(csv, "\nX,X put 90 2025-03-07,0,"));
  assert_non_null(strstr(csv, "\nY,Y spot,0,"));
  const char *path = keel_scratch("hedge.csv");
  keel_error error = {0};
  assert_int_equal(keel_hedge_save(hedge, path, &error), 0);
  assert_int_equal(keel_hedge_save(hedge, "/nowhere/hedge.csv", &error), KEEL_STATUS_IO);
  free(csv);
  keel_hedge_free(hedge);
  keel_hedge_free(NULL);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(accessors_and_csv_agree)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
