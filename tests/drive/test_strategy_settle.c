#include <math.h>

#include "drive/strategy_check.h"
#include "drive/strategy_support.h"

#define HEDGE_OF(parts) "hedge: {" parts "}"
#define COSTS "costs: {half_spread_bps: 5}\n"

/* A simulated market in place of the tape; `more` is in front of the hedge. */
static struct keel_strategy *simulated(const char *more, const char *hedge) {
  char text[2000];
  int length = snprintf(text, sizeof text,
                        "book: [{underlying: X, kind: call, strike: 100, years: 0.5, qty: -10}]\n"
                        "market: {rate: 0, model: {kind: gbm, spot: 100, vol: 0.2}}\n%s\nhedge: {%s, with: "
                        "[{instrument: spot, lot: 0}]}\n%s\n",
                        more, hedge, strategy_lines[LIMITS]);
  struct keel_strategy_source source = {"s.yaml", text, (size_t)length};
  struct keel_strategy *strategy;
  keel_error error = {0};
  if (keel_strategy_read(&source, NULL, 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

static void the_time_between_hedges_is_that_of_the_timer(void **state) {
  (void)state;
  static const struct {
    const char *more, *hedge;
    double want;
  } cases[] = {
      {"", "target: {delta: variance_optimal}, trigger: {every: 5d}", 5 / 365.0},
      {"", "target: {delta: variance_optimal}, trigger: {every: 12h}", 1 / 730.0},
      {"", "target: {delta: variance_optimal, rebalance: 1w}, trigger: {every: 12h}", 7 / 365.0},
      {"run: {steps: 50}", "target: {delta: variance_optimal}, trigger: {every: step}", 0.5 / 50},
      {"run: {steps: 50, years: 0.25}", "target: {delta: variance_optimal}, trigger: {every: step}", 0.25 / 50},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct keel_strategy *strategy = simulated(cases[i].more, cases[i].hedge);
    assert_same_bits(strategy->variants[0].policy.target.delta.step_years, cases[i].want);
    keel_strategy_free(strategy);
  }
}

static void a_dated_book_says_how_long_a_step_is(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(
      MARKET,
      "market: {rate: 0, calendar: utc, model: {kind: gbm, spot: 1, vol: 0.2}}\nrun: {start: 2024-01-03, steps: 73}\n"
      "variants: [{name: a, hedge: {target: {delta: variance_optimal}, trigger: {every: step}}}]");
  assert_same_bits(strategy->variants[1].policy.target.delta.step_years, 73 / 365.0 / 73);
  keel_strategy_free(strategy);
}

static void a_trade_costs_the_half_spread_of_its_instrument(void **state) {
  (void)state;
  struct keel_strategy *strategy = simulated(
      COSTS, "target: {delta: zakamouline}, trigger: {optimal_band: {rule: whalley_wilmott, risk_aversion: 0.25}}");
  const struct keel_policy *policy = &strategy->variants[0].policy;
  assert_same_bits(policy->target.delta.cost, 5 / 1e4);
  assert_same_bits(policy->target.delta.risk_aversion, 0.25);
  assert_same_bits(policy->triggers[KEEL_EXPOSURE_DELTA].cost, 5 / 1e4);
  keel_strategy_free(strategy);

  strategy = strategy_accepted(EXTRA, COSTS
                               "variants: [{name: own, hedge: {target: {delta: leland}, with: [{instrument: spot, "
                               "half_spread_bps: 2}]}}, {name: said, hedge: {target: {delta: leland, cost_bps: 1}}}]");
  assert_same_bits(strategy->variants[1].policy.target.delta.cost, 2 / 1e4);
  assert_same_bits(strategy->variants[2].policy.target.delta.cost, 1 / 1e4);
  keel_strategy_free(strategy);
}

static void what_nothing_says_is_refused(void **state) {
  (void)state;
#define OPTIMAL "optimal_band: {rule: zakamouline, risk_aversion: 1}"
  static const struct strategy_case cases[] = {
      {HEDGE, HEDGE_OF("target: {delta: leland}, trigger: {every: 1d}, with: [{instrument: spot}]"),
       "s.yaml:3: hedge.target.cost_bps", "is missing: a quoted spread is not known beforehand; give it"},
      {HEDGE, HEDGE_OF("trigger: {" OPTIMAL "}, with: [{instrument: spot}]"),
       "s.yaml:3: hedge.trigger.optimal_band.cost_bps", "is missing: a quoted spread is not known beforehand"},
      {HEDGE,
       COSTS HEDGE_OF("trigger: {" OPTIMAL "}, with: [{instrument: option, kind: call, strike: 1, expiry: 2024-06-21, "
                      "multiplier: 1}]"),
       "s.yaml:4: hedge.trigger.optimal_band.cost_bps", "is missing: no instrument says what a trade of delta costs"},
      {HEDGE,
       COSTS HEDGE_OF("trigger: {" OPTIMAL "}, with: [{instrument: spot, underlying: X}, {instrument: spot, "
                      "half_spread_bps: 1}]"),
       "s.yaml:4: hedge.trigger.optimal_band.cost_bps", "is missing: the instruments have half spreads of 5 and 1"},
      {HEDGE, HEDGE_OF("target: {delta: zakamouline, cost_bps: 1}, trigger: {every: 1d}, with: [{instrument: spot}]"),
       "s.yaml:3: hedge.target.risk_aversion", "is missing: per unit of money"},
      {HEDGE,
       HEDGE_OF("target: {delta: zakamouline, cost_bps: 1}, trigger: {band: {shares: 50}}, with: [{instrument: spot}]"),
       "s.yaml:3: hedge.target.risk_aversion", "is missing: per unit of money"},
      {HEDGE, HEDGE_OF("target: {delta: variance_optimal}, trigger: {every: step}, with: [{instrument: spot}]"),
       "s.yaml:3: hedge.target.rebalance", "is missing: how long a step is follows from a model, run.steps"},
      {HEDGE, HEDGE_OF("target: {delta: variance_optimal}, trigger: {band: {shares: 50}}, with: [{instrument: spot}]"),
       "s.yaml:3: hedge.target.rebalance", "is missing: time between two hedges, as 1d"},
  };
  assert_refused(cases, COUNT(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_time_between_hedges_is_that_of_the_timer),
      cmocka_unit_test(a_dated_book_says_how_long_a_step_is),
      cmocka_unit_test(a_trade_costs_the_half_spread_of_its_instrument),
      cmocka_unit_test(what_nothing_says_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
