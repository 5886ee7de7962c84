#include <math.h>

#include "drive/strategy_fields.h"
#include "drive/strategy_support.h"

#define HEDGE_OF(parts) "hedge: {" parts "}"
#define WITH(with) HEDGE_OF("trigger: {every: 1d}, with: " with)

static const struct keel_policy *policy_of(const struct keel_strategy *strategy) {
  return &strategy->variants[0].policy;
}

static void instruments_are_read(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(
      HEDGE,
      "hedge: {trigger: {every: 1d}, execution: {fill: next}, with: [{instrument: future, underlying: X, expiry: "
      "2024-06-21, multiplier: 50, lot: 0, qty_min: 2, qty_max: 30, half_spread_bps: 0.5}]}");
  const struct keel_hedge_instrument *with = &policy_of(strategy)->with[0];
  assert_string_equal(with->underlying, "X");
  assert_int_equal(with->contract.kind, KEEL_KIND_FUTURE);
  assert_same_bits(with->contract.multiplier, 50.0);
  assert_same_bits(with->lot, 0.0);
  assert_same_bits(with->qty_min, 2.0);
  assert_same_bits(with->qty_max, 30.0);
  assert_same_bits(with->half_spread_bps, 0.5);
  assert_int_equal(policy_of(strategy)->execution.fill, KEEL_FILL_NEXT);
  keel_strategy_free(strategy);
}

static void options_are_read(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(
      HEDGE, HEDGE_OF("target: {neutral: [delta, gamma]}, trigger: {every: 1d}, with: [{instrument: option, kind: put, "
                      "exercise: american, strike: 95, expiry: 2024-06-21, multiplier: 100, lot: 5, fee_per_contract: "
                      "0.65}, {instrument: spot}]"));
  const struct keel_hedge_instrument *option = &policy_of(strategy)->with[0], *spot = &policy_of(strategy)->with[1];
  assert_int_equal(option->contract.kind, KEEL_KIND_PUT);
  assert_int_equal(option->contract.exercise, KEEL_EXERCISE_AMERICAN);
  assert_same_bits(option->contract.strike, 95.0);
  assert_same_bits(option->contract.multiplier, 100.0);
  assert_same_bits(option->lot, 5.0);
  assert_true(isnan(option->years));
  assert_same_bits(option->fees.per_share, 0.65 / 100);
  assert_true(isnan(option->fees.per_order));
  assert_true(isnan(spot->fees.per_share));
  assert_int_equal(spot->fees.tier_count, 0);
  keel_strategy_free(strategy);
}

static void years_may_stand_in_place_of_an_expiry(void **state) {
  (void)state;
  static const char text[] =
      "book: [{underlying: X, kind: call, strike: 100, years: 0.25, qty: -10}]\nmarket: {rate: 0}\n"
      "hedge: {trigger: {every: 1d}, with: [{instrument: future, years: 0.5, multiplier: 1}]}\n"
      "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";
  struct keel_strategy_source source = {"s.yaml", text, sizeof text - 1};
  struct keel_strategy *strategy;
  keel_error error = {0};
  if (keel_strategy_read(&source, NULL, 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_same_bits(policy_of(strategy)->with[0].years, 0.5);
  assert_int_equal(policy_of(strategy)->with[0].contract.expiry_ns, KEEL_TIME_NONE);
  assert_int_equal(keel_strategy_warning_count(strategy), 0);
  keel_strategy_free(strategy);
}

static void fees_come_in_tiers(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(
      HEDGE, WITH("[{instrument: spot, fee_per_order: 2, fee_tiers: [{from: 0, fee_per_share: 0.005}, {from: 1000, "
                  "fee_per_share: 0.003}]}]") "\ncosts: {fee_tiers: [{from: 0, fee_per_share: -0.001}]}");
  const struct keel_fees *own = &policy_of(strategy)->with[0].fees, *common = &strategy->costs.fees;
  assert_int_equal(own->tier_count, 2);
  assert_true(isnan(own->per_share));
  assert_same_bits(own->per_order, 2.0);
  assert_same_bits(own->tiers[1].from, 1000.0);
  assert_same_bits(own->tiers[1].per_share, 0.003);
  assert_int_equal(common->tier_count, 1);
  assert_same_bits(common->tiers[0].per_share, -0.001);
  assert_same_bits(common->per_order, 0.0);
  keel_strategy_free(strategy);
}

static void wrong_instruments_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {HEDGE, WITH("{instrument: spot}"), "s.yaml:3: hedge.with", "has to be a list"},
      {HEDGE, WITH("[{lot: 1}]"), "s.yaml:3: hedge.with.0.instrument", "is missing"},
      {HEDGE, WITH("[{instrument: options, max: 20}]"), "s.yaml:3: hedge.with",
       "has `instrument: options`, which `keel hedge` alone chooses"},
      {HEDGE, WITH("[{instrument: options, expiry: 2024-03-15}]"), "s.yaml:3: hedge.with.0.expiry",
       "belongs to one option, not to options"},
      {HEDGE, WITH("[{instrument: spot, max: 2}]"), "s.yaml:3: hedge.with.0.max", "belongs to options, not to spot"},
      {HEDGE, WITH("[{instrument: options, dte: 20}]"), "s.yaml:3: hedge.with.0.dte", "has to be two numbers"},
      {HEDGE, WITH("[{instrument: options, delta: [0.2, 1.5]}]"), "s.yaml:3: hedge.with.0.delta.1", "is 1.5"},
      {HEDGE, WITH("[{instrument: spot, strike: 5}]"), "s.yaml:3: hedge.with.0.strike",
       "belongs to options, not to spot"},
      {HEDGE, WITH("[{instrument: spot, kind: call}]"), "s.yaml:3: hedge.with.0.kind",
       "belongs to options, not to spot"},
      {HEDGE, WITH("[{instrument: future, exercise: european, expiry: 2024-06-21, multiplier: 5}]"),
       "s.yaml:3: hedge.with.0.exercise", "belongs to options, not to future"},
      {HEDGE, WITH("[{instrument: spot, years: 1}]"), "s.yaml:3: hedge.with.0.years", "spot has no expiry"},
      {HEDGE, WITH("[{instrument: option, strike: 5, expiry: 2024-06-21, multiplier: 100}]"),
       "s.yaml:3: hedge.with.0.kind", "is missing: call or put"},
      {HEDGE, WITH("[{instrument: option, kind: spot}]"), "s.yaml:3: hedge.with.0.kind",
       "is `spot`; allowed: call, put"},
      {HEDGE, WITH("[{instrument: option, kind: put, expiry: 2024-06-21, multiplier: 100}]"),
       "s.yaml:3: hedge.with.0.strike", "is missing: above 0"},
      {HEDGE, WITH("[{instrument: option, kind: put, strike: 5, expiry: 2024-06-21}]"),
       "s.yaml:3: hedge.with.0.multiplier", "is missing: shares in one contract"},
      {HEDGE, WITH("[{instrument: option, kind: put, strike: 5, multiplier: 100}]"), "s.yaml:3: hedge.with.0.expiry",
       "is missing: when the option expires"},
      {HEDGE, WITH("[{instrument: future, expiry: 2024-06-21, years: 1, multiplier: 100}]"),
       "s.yaml:3: hedge.with.0.years", "is given beside `expiry`"},
      {HEDGE, WITH("[{instrument: spot, fee_per_share: 1, fee_per_contract: 1}]"),
       "s.yaml:3: hedge.with.0.fee_per_contract", "is given beside `fee_per_share`; give one of them"},
      {HEDGE, WITH("[{instrument: spot, fee_per_contract: 1, fee_tiers: []}]"), "s.yaml:3: hedge.with.0.fee_tiers",
       "is given beside `fee_per_contract`"},
      {HEDGE, WITH("[{instrument: spot, fee_tiers: [{from: 1, fee_per_share: 1}]}]"),
       "s.yaml:3: hedge.with.0.fee_tiers.0.from", "is 1; the first tier is from 0"},
      {HEDGE, WITH("[{instrument: spot, fee_tiers: [{from: 0, fee_per_share: 1}, {from: 0, fee_per_share: 1}]}]"),
       "s.yaml:3: hedge.with.0.fee_tiers.1.from", "is not above that of the tier before it"},
      {HEDGE, WITH("[{instrument: spot, fee_tiers: [{from: 0}]}]"), "s.yaml:3: hedge.with.0.fee_tiers.0.fee_per_share",
       "is missing"},
      {HEDGE, WITH("[{instrument: spot, fee_per_order: -1}]"), "s.yaml:3: hedge.with.0.fee_per_order",
       "is -1; allowed: 0 or more money"},
      {HEDGE, WITH("[{instrument: spot, lot: -1}]"), "s.yaml:3: hedge.with.0.lot",
       "is -1; allowed: 0 or more contracts"},
      {HEDGE, WITH("[{instrument: spot, qty_max: 0}]"), "s.yaml:3: hedge.with.0.qty_max", "is 0; allowed: above 0"},
      {HEDGE, WITH("[{instrument: spot, qty_min: 5, qty_max: 4}]"), "s.yaml:3: hedge.with.0.qty_min",
       "is above `qty_max`"},
      {HEDGE, WITH("[{instrument: spot, multiplier: 10}]"), "s.yaml:3: hedge.with.0.multiplier", "is 10; spot has 1"},
      {HEDGE, WITH("[{instrument: spot, expiry: 2024-03-15}]"), "s.yaml:3: hedge.with.0.expiry", "spot has no expiry"},
      {HEDGE, WITH("[{instrument: future, multiplier: 50}]"), "s.yaml:3: hedge.with.0.expiry", "is missing"},
      {HEDGE, WITH("[{instrument: future, expiry: 2024-06-21}]"), "s.yaml:3: hedge.with.0.multiplier", "is missing"},
      {HEDGE, WITH("[{instrument: future, expiry: 2024-06-31, multiplier: 50}]"), "s.yaml:3: hedge.with.0.expiry",
       "`2024-06-31` is no date"},
  };
  assert_refused(cases, COUNT(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(instruments_are_read),
      cmocka_unit_test(options_are_read),
      cmocka_unit_test(years_may_stand_in_place_of_an_expiry),
      cmocka_unit_test(fees_come_in_tiers),
      cmocka_unit_test(wrong_instruments_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
