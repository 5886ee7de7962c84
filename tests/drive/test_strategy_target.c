#include <math.h>

#include "drive/strategy_fields.h"
#include "drive/strategy_support.h"

#define HEDGE_OF(parts) "hedge: {" parts "}"
#define TARGET(target) HEDGE_OF("target: " target ", trigger: {every: 1d}, with: [{instrument: spot}]")
#define OPTION(expiry) "{instrument: option, kind: call, strike: 100, expiry: " expiry ", multiplier: 100}"
#define JUNE OPTION("2024-06-21")
#define SEPTEMBER OPTION("2024-09-20")

static const struct keel_policy *policy_of(const struct keel_strategy *strategy) {
  return &strategy->variants[0].policy;
}

static void targets_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum keel_target_kind kind;
    enum keel_balance_order order;
    double vol, start;
  } cases[] = {
      {"{}", KEEL_TARGET_NEUTRAL, 0, NAN, NAN},
      {"{neutral: delta}", KEEL_TARGET_NEUTRAL, 0, NAN, NAN},
      {"{neutral: [delta], vol: implied}", KEEL_TARGET_NEUTRAL, 0, NAN, NAN},
      {"{vol: 0.25}", KEEL_TARGET_NEUTRAL, 0, 0.25, NAN},
      {"{share_balance: exact, start: 45.5}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_EXACT, NAN, 45.5},
      {"{share_balance: delta}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_DELTA, NAN, NAN},
      {"{share_balance: gamma}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_GAMMA, NAN, NAN},
      {"{share_balance: theta}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_THETA, NAN, NAN},
      {"{share_balance: vega, start: -3}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_VEGA, NAN, -3},
      {"{share_balance: rho}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_RHO, NAN, NAN},
      {"{none: true}", KEEL_TARGET_NONE, 0, NAN, NAN},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    char text[300];
    snprintf(text, sizeof text, "hedge: {target: %s, trigger: {every: 1d}, with: [{instrument: spot}]}", cases[i].text);
    struct keel_strategy *strategy = strategy_accepted(HEDGE, text);
    const struct keel_target *target = &policy_of(strategy)->target;
    assert_int_equal(target->kind, cases[i].kind);
    assert_int_equal(target->order, cases[i].order);
    assert_true(isnan(cases[i].vol) ? isnan(target->delta.vol) : target->delta.vol == cases[i].vol);
    assert_true(isnan(cases[i].start) ? isnan(target->start) : target->start == cases[i].start);
    keel_strategy_free(strategy);
  }
}

/* In the order of the enum, with as many instruments. */
static void exposures_are_read(void **state) {
  (void)state;
  static const struct {
    const char *neutral, *with;
    size_t count;
    enum keel_exposure want[KEEL_EXPOSURE_COUNT];
  } cases[] = {
      {"delta", "{instrument: spot}", 1, {KEEL_EXPOSURE_DELTA}},
      {"vega", JUNE, 1, {KEEL_EXPOSURE_VEGA}},
      {"[gamma, delta]", "{instrument: spot}, " JUNE, 2, {KEEL_EXPOSURE_DELTA, KEEL_EXPOSURE_GAMMA}},
      {"[vega, gamma]", JUNE ", " SEPTEMBER, 2, {KEEL_EXPOSURE_GAMMA, KEEL_EXPOSURE_VEGA}},
      {"[vega, delta, gamma], vega_tenor: 0.25",
       "{instrument: spot}, " JUNE ", " SEPTEMBER,
       3,
       {KEEL_EXPOSURE_DELTA, KEEL_EXPOSURE_GAMMA, KEEL_EXPOSURE_VEGA}},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    char text[600];
    snprintf(text, sizeof text, "hedge: {target: {neutral: %s}, trigger: {every: 1d}, with: [%s]}", cases[i].neutral,
             cases[i].with);
    struct keel_strategy *strategy = strategy_accepted(HEDGE, text);
    const struct keel_target *target = &policy_of(strategy)->target;
    assert_int_equal(target->exposure_count, cases[i].count);
    for (size_t e = 0; e < cases[i].count; e++) assert_int_equal(target->exposures[e], cases[i].want[e]);
    assert_int_equal(policy_of(strategy)->with_count, cases[i].count);
    assert_true(cases[i].count == 3 ? target->vega_tenor == 0.25 : isnan(target->vega_tenor));
    keel_strategy_free(strategy);
  }
}

static void rules_for_delta_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    struct keel_delta_rule want;
  } cases[] = {
      {"{}", {KEEL_DELTA_BLACK_SCHOLES, NAN, NAN, NAN, NAN, NAN}},
      {"{delta: sticky_delta, vol: 0.3}", {KEEL_DELTA_STICKY_DELTA, 0.3, NAN, NAN, NAN, NAN}},
      {"{delta: minimum_variance, slope: -0.5}", {KEEL_DELTA_MINIMUM_VARIANCE, NAN, -0.5, NAN, NAN, NAN}},
      {"{delta: variance_optimal, rebalance: 73d}", {KEEL_DELTA_VARIANCE_OPTIMAL, NAN, NAN, 0.2, NAN, NAN}},
      {"{delta: leland, rebalance: 73d, cost_bps: 25}", {KEEL_DELTA_LELAND, NAN, NAN, 0.2, 0.0025, NAN}},
      {"{delta: zakamouline, cost_bps: 25, risk_aversion: 0.1}", {KEEL_DELTA_ZAKAMOULINE, NAN, NAN, NAN, 0.0025, 0.1}},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    char text[300];
    snprintf(text, sizeof text, "hedge: {target: %s, trigger: {every: 1d}, with: [{instrument: spot}]}", cases[i].text);
    struct keel_strategy *strategy = strategy_accepted(HEDGE, text);
    const struct keel_delta_rule *got = &policy_of(strategy)->target.delta, *want = &cases[i].want;
    const double pairs[][2] = {{got->vol, want->vol},
                               {got->slope, want->slope},
                               {got->step_years, want->step_years},
                               {got->cost, want->cost},
                               {got->risk_aversion, want->risk_aversion}};
    assert_int_equal(got->kind, want->kind);
    for (size_t k = 0; k < COUNT(pairs); k++)
      assert_true(isnan(pairs[k][1]) ? isnan(pairs[k][0]) : pairs[k][0] == pairs[k][1]);
    keel_strategy_free(strategy);
  }
}

static void wrong_targets_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {HEDGE, TARGET("[delta]"), "s.yaml:3: hedge.target",
       "has to be a map of: neutral, share_balance, none, delta, vol, slope, rebalance, cost_bps, risk_aversion, "
       "vega_tenor, start"},
      {HEDGE, TARGET("{neutral: []}"), "s.yaml:3: hedge.target.neutral", "is empty; give what is to be brought in"},
      {HEDGE, TARGET("{neutral: [delta, delta]}"), "s.yaml:3: hedge.target.neutral.1", "is there already"},
      {HEDGE, TARGET("{neutral: color}"), "s.yaml:3: hedge.target.neutral",
       "is `color`; allowed: delta, gamma, vega, theta, rho, psi, vanna, volga, charm, speed"},
      {HEDGE, TARGET("{share_balance: yes}"), "s.yaml:3: hedge.target.share_balance",
       "is `yes`; allowed: exact, delta, gamma, theta, vega, rho"},
      {HEDGE, TARGET("{none: false}"), "s.yaml:3: hedge.target.none", "is `false`; allowed: true"},
      {HEDGE, TARGET("{neutral: [delta], none: true}"), "s.yaml:3: hedge.target.none", "is given beside `neutral`"},
      {HEDGE, TARGET("{none: true, vol: 0.2}"), "s.yaml:3: hedge.target.none",
       "never trades, and has nothing beside it"},
      {HEDGE, TARGET("{delta: learned}"), "s.yaml:3: hedge.target.delta",
       "`learned` is not available yet; allowed: black_scholes, leland, zakamouline, variance_optimal, sticky_delta, "
       "minimum_variance"},
      {HEDGE, TARGET("{delta: minimum_variance}"), "s.yaml:3: hedge.target.slope", "is missing: how vol is expected"},
      {HEDGE, TARGET("{slope: -0.5}"), "s.yaml:3: hedge.target.slope", "belongs to delta: minimum_variance"},
      {HEDGE, TARGET("{rebalance: 1d}"), "s.yaml:3: hedge.target.rebalance",
       "belongs to delta: leland, variance_optimal"},
      {HEDGE, TARGET("{delta: variance_optimal, cost_bps: 1}"), "s.yaml:3: hedge.target.cost_bps",
       "belongs to delta: leland, zakamouline"},
      {HEDGE, TARGET("{delta: leland, risk_aversion: 1}"), "s.yaml:3: hedge.target.risk_aversion",
       "belongs to delta: zakamouline"},
      {HEDGE, TARGET("{delta: leland, cost_bps: -1}"), "s.yaml:3: hedge.target.cost_bps",
       "is -1; allowed: from 0 to 10000 basis points"},
      {HEDGE, TARGET("{share_balance: exact, rebalance: 1d}"), "s.yaml:3: hedge.target.rebalance", "belongs to delta"},
      {HEDGE, TARGET("{neutral: gamma, delta: leland}"), "s.yaml:3: hedge.target.delta",
       "is given, and `neutral` leaves delta alone"},
      {HEDGE, TARGET("{vega_tenor: 0.25}"), "s.yaml:3: hedge.target.vega_tenor", "belongs to targets with vega"},
      {HEDGE, TARGET("{neutral: vega, vega_tenor: 0}"), "s.yaml:3: hedge.target.vega_tenor", "is 0; allowed: above 0"},
      {HEDGE, TARGET("{vol: -0.2}"), "s.yaml:3: hedge.target.vol", "is -0.2; allowed: from 0 to 10 per year"},
      {HEDGE, TARGET("{vol: nan}"), "s.yaml:3: hedge.target.vol", "`nan` is no finite number"},
      {HEDGE, TARGET("{vol: 20%}"), "s.yaml:3: hedge.target.vol", "`20%` is no finite number; 5 % is written 0.05"},
      {HEDGE, TARGET("{start: 5}"), "s.yaml:3: hedge.target.start", "belongs to share_balance"},
      {HEDGE, TARGET("{share_balance: exact, delta: black_scholes}"), "s.yaml:3: hedge.target.delta",
       "belongs to `neutral`"},
      {HEDGE, TARGET("{tolerance: {delta: -5}}"), "s.yaml:3: hedge.target.tolerance.delta", "is -5"},
      {HEDGE, TARGET("{neutrl: [delta]}"), "s.yaml:3: hedge.target.neutrl",
       "is no field that is known here; did you mean `neutral`?"},
  };
  assert_refused(cases, COUNT(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(targets_are_read),
      cmocka_unit_test(exposures_are_read),
      cmocka_unit_test(rules_for_delta_are_read),
      cmocka_unit_test(wrong_targets_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
