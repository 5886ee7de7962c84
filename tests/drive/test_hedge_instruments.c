/* Which instruments are at hand: by underlying, in order, with the prices and costs that they trade at. */
#include <math.h>

#include "drive/hedge_support.h"

static void entries_that_name_an_underlying_are_its_own(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      hedge_strategy(hedge_book,
                     "trigger: {every: 1d}, with: [{instrument: option, underlying: Y, kind: call, strike: 55, expiry: "
                     "2025-03-07, multiplier: 100}, {instrument: spot}, {instrument: spot, underlying: Y}]");
  keel_hedge *hedge = hedge_of(strategy);
  static const char *const names[] = {"X spot", "Y spot", "Y call 55 2025-03-07"};
  assert_int_equal(keel_hedge_trades(hedge, 1), 3);
  for (size_t i = 0; i < 3; i++) assert_string_equal(keel_hedge_trade_at(hedge, 1, i).instrument, names[i]);
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

static void prices_have_the_spread_of_the_costs(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      hedge_strategy(hedge_book, "trigger: {every: 1d}, with: [{instrument: spot, half_spread_bps: 100}]");
  keel_hedge *hedge = hedge_of(strategy);
  for (size_t i = 0; i < hedge->count; i++) {
    const struct keel_hedge_at_hand *at_hand = &hedge->at_hand[i];
    assert_close(at_hand->half_spread, 0.01 * at_hand->mid, 1e-12);
    if (at_hand->qty != 0) assert_close(at_hand->price, at_hand->mid * (at_hand->qty > 0 ? 1.01 : 0.99), 1e-9);
  }
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

static void years_stand_in_names(void **state) {
  (void)state;
  static const char book[] =
      "book:\n  - {underlying: X, kind: call, strike: 100, years: 0.5, qty: -40}\n"
      "  - {underlying: Y, kind: call, strike: 50, years: 0.5, qty: -40}\n";
  struct keel_strategy *strategy =
      hedge_strategy(book,
                     "trigger: {every: 1d}, target: {neutral: [vega]}, with: [{instrument: option, kind: put, "
                     "strike: 95, years: 0.3, multiplier: 100}]");
  keel_hedge *hedge = hedge_of(strategy);
  assert_string_equal(keel_hedge_trade_at(hedge, 1, 0).instrument, "X put 95 0.3");
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

static void too_many_are_refused(void **state) {
  (void)state;
  char how[2048] = "trigger: {every: 1d}, with: [{instrument: spot}";
  for (int i = 0; i < 8; i++)
    snprintf(how + strlen(how), sizeof how - strlen(how),
             ", {instrument: option, kind: put, strike: %d, expiry: 2025-03-07, multiplier: 100}", 90 + i);
  snprintf(how + strlen(how), sizeof how - strlen(how), "]");
  struct keel_strategy *strategy = hedge_strategy(hedge_book, how);
  keel_hedge *hedge;
  keel_error error = {0};
  assert_int_equal(keel_hedge_run(strategy, NULL, &hedge, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "s.yaml:5: hedge.with.8");
  assert_non_null(strstr(error.what, "one more than 8 instruments"));
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(entries_that_name_an_underlying_are_its_own),
      cmocka_unit_test(prices_have_the_spread_of_the_costs),
      cmocka_unit_test(years_stand_in_names),
      cmocka_unit_test(too_many_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
