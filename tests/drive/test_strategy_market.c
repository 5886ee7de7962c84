#include <math.h>

#include "drive/strategy_support.h"

#define MARKET_OF(more) "market: {tape: x.tape, rate: 0.05, " more "}"

static void an_underlying_says_what_differs(void **state) {
  (void)state;
  struct keel_strategy *strategy;
  static const char text[] =
      "book:\n"
      "  - {underlying: X, kind: call, strike: 100, expiry: 2024-03-15, qty: -10}\n"
      "  - {underlying: BRK.B, kind: put, strike: 300, expiry: 2024-03-15, qty: 1}\n"
      "  - {underlying: X, kind: put, strike: 100, expiry: 2024-03-15, qty: -10}\n"
      "market:\n"
      "  rate: 0.05\n"
      "  yield: 0.02\n"
      "  implied_vol: 0.3\n"
      "  calendar: utc\n"
      "  dividends: [{ex: 2024-01-05, cash: 1}, {ex: 2024-02-05, cash: 2, pay: 2024-02-20}]\n"
      "  underlyings: {BRK.B: {yield: 0, forward: parity, dividends: []}}\n"
      "hedge: {target: {none: true}}\n"
      "limits: {order_qty_max: 1, position_qty_max: 1}\n";
  static const char *const overrides[] = {"market.underlyings.\"BRK.B\".implied_vol=0.4"};
  struct keel_strategy_source source = {"s.yaml", text, sizeof text - 1};
  keel_error error = {0};
  if (keel_strategy_read(&source, overrides, 1, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  const struct keel_market_terms *market = &strategy->market;
  assert_int_equal(market->underlying_count, 2);
  const struct keel_underlying_terms *brk = &market->underlyings[0], *x = &market->underlyings[1]; /* by name */
  assert_string_equal(x->name, "X");
  assert_same_bits(x->yield, 0.02);
  assert_same_bits(x->implied_vol, 0.3);
  assert_int_equal(x->forward, KEEL_FORWARD_YIELD);
  assert_int_equal(x->dividend_count, 2);
  assert_int_equal(x->dividends[1].ex_ns, keel_days_from_civil(2024, 2, 5) * KEEL_NS_PER_DAY);
  assert_int_equal(x->dividends[1].pay_ns, keel_days_from_civil(2024, 2, 20) * KEEL_NS_PER_DAY);
  assert_string_equal(brk->name, "BRK.B");
  assert_same_bits(brk->yield, 0.0);
  assert_same_bits(brk->implied_vol, 0.4);
  assert_int_equal(brk->forward, KEEL_FORWARD_PARITY);
  assert_int_equal(brk->dividend_count, 0);
  /* `utc` closes at 24:00. */
  assert_int_equal(strategy->book.positions[0].contract.expiry_ns, keel_days_from_civil(2024, 3, 16) * KEEL_NS_PER_DAY);
  keel_strategy_free(strategy);
}

static void a_wrong_market_is_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {MARKET, "", "s.yaml:1: market", "is missing: what is seen"},
      {MARKET, "market: 5", "s.yaml:2: market",
       "has to be a map of: tape, rate, calendar, stale, early_exercise, model, underlyings, on, yield"},
      {MARKET, "market: {tape: x.tape}", "s.yaml:2: market.rate", "is missing: of cash and of discounting"},
      {MARKET, "market: {rate: 5.25}", "s.yaml:2: market.rate", "is 5.25; allowed: from -1 to 1 per year, continuous"},
      {MARKET, "market: {rate: 1e999}", "s.yaml:2: market.rate", "`1e999` is no finite number"},
      {MARKET, "market: {rate: 0x10}", "s.yaml:2: market.rate", "`0x10` is no finite number"},
      {MARKET, "market: {rate: rates.csv}", "s.yaml:2: market.rate", "is not read: the strategy is a text in memory"},
      {MARKET, "market: {rate: [0.05]}", "s.yaml:2: market.rate", "has to be a single value"},
      {MARKET, MARKET_OF("calendar: lse"), "s.yaml:2: market.calendar", "is `lse`; allowed: nyse, utc"},
      {MARKET, MARKET_OF("stale: 0s"), "s.yaml:2: market.stale", "is `0s`; allowed: a duration above 0"},
      {MARKET, MARKET_OF("implied_vol: -0.1"), "s.yaml:2: market.implied_vol", "is -0.1; allowed: from 0 to 10"},
      {MARKET, MARKET_OF("on: future, yield: 0.01"), "s.yaml:2: market.yield", "is 0.01 for `X`, a future"},
      {MARKET, MARKET_OF("on: future, yield: 0"), "s.yaml:2: market.yield", "is 0 for `X`"},
      {MARKET, MARKET_OF("on: future, dividends: [{ex: 2024-03-01, cash: 1}]"), "s.yaml:2: market.dividends",
       "are given for `X`, a future"},
      {MARKET, MARKET_OF("on: index"), "s.yaml:2: market.on", "is `index`; allowed: spot, future"},
      {MARKET, MARKET_OF("forward: spot"), "s.yaml:2: market.forward", "is `spot`; allowed: yield, parity"},
      {MARKET, MARKET_OF("yeild: 0.01"), "s.yaml:2: market.yeild",
       "is no field that is known here; did you mean `yield`?"},
      {MARKET, MARKET_OF("underlyings: [X]"), "s.yaml:2: market.underlyings", "has to be a map from"},
      {MARKET, MARKET_OF("underlyings: {Y: {}}"), "s.yaml:2: market.underlyings.Y",
       "is no underlying of the book; allowed: X"},
      {MARKET, MARKET_OF("underlyings: {X: {rate: 0}}"), "s.yaml:2: market.underlyings.X.rate",
       "is no field that is known"},
      {MARKET, MARKET_OF("underlyings: {X: {yield: 2}}"), "s.yaml:2: market.underlyings.X.yield",
       "is 2; allowed: from -1"},
      {MARKET, MARKET_OF("underlyings: {X: 5}"), "s.yaml:2: market.underlyings.X",
       "has to be a map of: on, yield, implied_vol, forward, dividends"},
  };
  assert_refused(cases, COUNT(cases));
}

static void wrong_dividends_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {MARKET, MARKET_OF("dividends: {ex: 2024-01-05}"), "s.yaml:2: market.dividends", "has to be a list"},
      {MARKET, MARKET_OF("dividends: [{cash: 1}]"), "s.yaml:2: market.dividends.0.ex", "is missing"},
      {MARKET, MARKET_OF("dividends: [{ex: 2024-01-05}]"), "s.yaml:2: market.dividends.0.cash", "is missing"},
      {MARKET, MARKET_OF("dividends: [{ex: soon, cash: 1}]"), "s.yaml:2: market.dividends.0.ex", "`soon` is no date"},
      {MARKET, MARKET_OF("dividends: [{ex: 2024-01-05, cash: -1}]"), "s.yaml:2: market.dividends.0.cash",
       "is -1; allowed: above 0, at most 1e+15 per share"},
      {MARKET, MARKET_OF("dividends: [{ex: 2024-01-05, cash: 1, pay: 2024-01-04}]"), "s.yaml:2: market.dividends.0.pay",
       "is before `ex`"},
      {MARKET, MARKET_OF("dividends: [{ex: 2024-02-05, cash: 1}, {ex: 2024-01-05, cash: 1}]"),
       "s.yaml:2: market.dividends.1.ex", "is before the dividend above it"},
      {MARKET, MARKET_OF("underlyings: {X: {dividends: [{ex: 2024-02-05, cash: 1}, {ex: 2024-01-05, cash: 1}]}}"),
       "s.yaml:2: market.underlyings.X.dividends.1.ex", "is before the dividend above it"},
  };
  assert_refused(cases, COUNT(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_underlying_says_what_differs),
      cmocka_unit_test(a_wrong_market_is_refused),
      cmocka_unit_test(wrong_dividends_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
