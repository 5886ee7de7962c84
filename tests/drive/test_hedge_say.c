/* Why an exposure stays, case by case; and the sentences. */
#include "drive/hedge_support.h"

/* Of X: the reason for its first exposure, and a part of the sentence. */
static void stays(const char *how, const char *why, const char *sentence) {
  struct keel_strategy *strategy = hedge_strategy(hedge_book, how);
  keel_hedge *hedge = hedge_of(strategy);
  size_t last = keel_hedge_exposures(hedge) - 1;
  keel_hedge_exposure exposure = keel_hedge_exposure_at(hedge, 0, last);
  if (strcmp(exposure.why, why) != 0 || !strstr(keel_hedge_reason_of(hedge, 0), sentence))
    fail_msg("%s\n  %s: %s", how, exposure.why, keel_hedge_reason_of(hedge, 0));
  assert_int_equal(exposure.is_within, *why == '\0');
  assert_non_null(strstr(keel_hedge_reason(hedge), keel_hedge_reason_of(hedge, 0)));
  assert_non_null(strstr(keel_hedge_reason(hedge), keel_hedge_reason_of(hedge, 1)));
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

#define TARGET(exposures, tolerances) \
  "trigger: {every: 1d}, target: {neutral: " exposures ", tolerance: {" tolerances "}}, "
#define CALL(more) "{instrument: option, kind: call, strike: 110, expiry: 2025-03-07, multiplier: 100" more "}"

static void each_reason_has_its_case(void **state) {
  (void)state;
  stays(TARGET("[delta]", "delta: 5") "with: [{instrument: spot}]", "", "; it is within then.");
  stays(TARGET("[delta]", "delta: 1e6") "with: [{instrument: spot}]", "", "is within tolerance: nothing to trade.");
  stays(TARGET("[delta]", "") "with: [{instrument: spot}]", "lot", "whole lots come no closer");
  stays(TARGET("[delta]", "") "with: [{instrument: spot, lot: 0}]", "", "; it is within then.");
  stays(TARGET("[delta]", "delta: 5") "with: [{instrument: spot, qty_max: 1300}]", "limit", "leave no room for more");
  stays(TARGET("[delta, vega]", "vega: 10") "with: [{instrument: spot}]", "instrument",
        "no instrument that can be traded has any of it");
  stays(TARGET("[delta, gamma, vega]", "delta: 5, gamma: 0.01, vega: 1") "with: [{instrument: spot}, " CALL("") "]",
        "singular", "cannot bring it in together with the others");
  stays(TARGET("[vega]", "vega: 2000") "with: [{instrument: spot}, " CALL("") "]", "", "; it is within then.");
  stays("trigger: {every: 1d}, target: {neutral: [vega], cost_aversion: 100}, with: [" CALL(
            ", half_spread_bps: 9000") "]",
        "cost", "would cost more than it is worth");
}

/* Spot is not sold shorter than what is located; limits without an end are none; a cost that is weighed a million times
 * is the reason, and no limit. */
static void limits_and_costs_are_told_apart(void **state) {
  (void)state;
  stays(TARGET("[delta]", "delta: 5") "with: [{instrument: spot, short_qty_max: 100}]", "", "buy ");
  struct keel_strategy *strategy =
      hedge_strategy(hedge_book, TARGET("[delta]", "delta: 5") "with: [{instrument: spot, short_qty_max: 100}]");
  keel_hedge *hedge = hedge_of(strategy);
  assert_close(keel_hedge_trade_at(hedge, 1, 1).qty, -100, 0);
  assert_string_equal(keel_hedge_exposure_at(hedge, 1, 0).why, "limit");
  assert_non_null(strstr(keel_hedge_reason_of(hedge, 1), "the limits of orders, positions and locates"));
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
  strategy = hedge_strategy(hedge_book, TARGET("[delta]", "") "with: [{instrument: spot, lot: 0.3}]");
  strategy->limits.order_qty_max = strategy->limits.position_qty_max = 1e200;
  hedge = hedge_of(strategy);
  assert_string_equal(keel_hedge_exposure_at(hedge, 0, 0).why, "lot");
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
  stays(
      "trigger: {every: 1d}, target: {neutral: [delta], cost_aversion: 1e6}, with: [{instrument: spot, "
      "half_spread_bps: 5000}]",
      "cost", "nothing to trade");
}

static void sentences_say_it_all(void **state) {
  (void)state;
  struct keel_strategy *strategy = hedge_strategy(
      hedge_book, TARGET("[delta, vega]", "delta: 1, vega: 1000") "with: [{instrument: spot}, " CALL("") "]");
  keel_hedge *hedge = hedge_of(strategy);
  const char *reason = keel_hedge_reason_of(hedge, 0);
  assert_int_equal(strncmp(reason, "X: delta -", 10), 0);
  assert_non_null(strstr(reason, " and vega -"));
  assert_non_null(strstr(reason, " are outside tolerance: "));
  if (!strstr(reason, " X spot and buy ")) fail_msg("%s", reason);
  assert_non_null(strstr(reason, " X call 110 2025-03-07, at a cost of "));
  assert_non_null(strstr(reason, "; all are within then."));
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_reason_has_its_case),
      cmocka_unit_test(limits_and_costs_are_told_apart),
      cmocka_unit_test(sentences_say_it_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
