#include <math.h>

#include "drive/strategy_support.h"

#define RULES(rules) "frontier: {rules: [" rules "]}"

static void terms_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum keel_frontier_risk risk;
    double level, risk_aversion, budget;
  } cases[] = {
      {"", KEEL_FRONTIER_CVAR, 0.95, NAN, NAN},
      {"frontier: {level: 0.99, budget: 100}", KEEL_FRONTIER_CVAR, 0.99, NAN, 100},
      {"frontier: {risk: std, risk_aversion: 0.5}", KEEL_FRONTIER_STD, 0.95, 0.5, NAN},
      {"frontier: {risk: entropic, risk_aversion: 0.01, budget: 5}", KEEL_FRONTIER_ENTROPIC, 0.95, 0.01, 5},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct keel_strategy *strategy = strategy_accepted(EXTRA, cases[i].text);
    const struct keel_frontier_terms *terms = &strategy->frontier;
    assert_int_equal(terms->risk, cases[i].risk);
    assert_same_bits(terms->level, cases[i].level);
    assert_true(isnan(cases[i].risk_aversion) ? isnan(terms->risk_aversion)
                                              : terms->risk_aversion == cases[i].risk_aversion);
    assert_true(isnan(cases[i].budget) ? isnan(terms->budget) : terms->budget == cases[i].budget);
    assert_int_equal(terms->rule_count, 0);
    keel_strategy_free(strategy);
  }
}

static void a_field_takes_each_of_its_values(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(
      EXTRA, RULES("{over: {trigger.every: [1d, 5d]}},"
                   "{hedge: {trigger: {}, move: {to: edge}}, over: {trigger.band.fraction: [0.02, 0.05]}},"
                   "{name: wide, hedge: {trigger: {}}, over: {trigger.band: [{shares: 50}, {currency: 1e4}]}},"
                   "{name: never, hedge: {target: {none: true}}},"
                   "{over: {trigger.band.shares: [9]}}"));
  const struct keel_variant *rules = strategy->frontier.rules;
  static const char *const names[] = {"trigger.every=1d",
                                      "trigger.every=5d",
                                      "trigger.band.fraction=0.02",
                                      "trigger.band.fraction=0.05",
                                      "wide {shares: 50}",
                                      "wide {currency: 1e4}",
                                      "never",
                                      "trigger.band.shares=9"};
  assert_int_equal(strategy->frontier.rule_count, COUNT(names));
  for (size_t i = 0; i < COUNT(names); i++) assert_string_equal(rules[i].name, names[i]);
#define DELTA(i) rules[i].policy.triggers[KEEL_EXPOSURE_DELTA]
  assert_int_equal(DELTA(1).every_days, 5);
  assert_int_equal(DELTA(3).every, KEEL_EVERY_NONE);
  assert_int_equal(DELTA(3).band, KEEL_BAND_FRACTION);
  assert_same_bits(DELTA(3).band_size, 0.05);
  assert_int_equal(rules[3].policy.move.to, KEEL_MOVE_EDGE);
  assert_int_equal(DELTA(4).band, KEEL_BAND_SHARES);
  assert_int_equal(DELTA(5).band, KEEL_BAND_CURRENCY);
  assert_int_equal(rules[6].policy.target.kind, KEEL_TARGET_NONE);
  /* What `over` does not say stays: here the strategy's timer. */
  assert_same_bits(DELTA(7).band_size, 9.0);
  assert_int_equal(DELTA(7).every_days, 1);
  assert_int_equal(strategy->variant_count, 1);
  assert_int_equal(strategy->variants[0].policy.triggers[KEEL_EXPOSURE_DELTA].band, KEEL_BAND_NONE);
  keel_strategy_free(strategy);
}

static void rules_take_what_they_do_not_say_as_variants_do(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(
      EXTRA,
      "costs: {half_spread_bps: 5}\n" RULES("{name: ww, hedge: {trigger: {optimal_band: {rule: whalley_wilmott, "
                                            "risk_aversion: 1}}}, over: {trigger.optimal_band.risk_aversion: [0.1, "
                                            "1]}}"));
  for (size_t i = 0; i < 2; i++) {
    const struct keel_trigger *trigger = &strategy->frontier.rules[i].policy.triggers[KEEL_EXPOSURE_DELTA];
    assert_same_bits(trigger->cost, 5 / 1e4);
    assert_same_bits(trigger->risk_aversion, i ? 1 : 0.1);
  }
  keel_strategy_free(strategy);
}

static void wrong_frontiers_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {EXTRA, "frontier: cvar", "s.yaml:5: frontier", "has to be a map of: risk, level, risk_aversion, budget, rules"},
      {EXTRA, "frontier: {risk: var}", "s.yaml:5: frontier.risk", "is `var`; allowed: std, cvar, entropic"},
      {EXTRA, "frontier: {level: 1}", "s.yaml:5: frontier.level", "is 1; allowed: above 0, below 1"},
      {EXTRA, "frontier: {risk: std, level: 0.9}", "s.yaml:5: frontier.level", "belongs to risk: cvar"},
      {EXTRA, "frontier: {risk: entropic}", "s.yaml:5: frontier.risk_aversion", "is missing: per unit of money"},
      {EXTRA, "frontier: {risk_aversion: 1, budget: 5}", "s.yaml:5: frontier.budget",
       "is given beside `risk_aversion`; give one of them"},
      {EXTRA, "frontier: {budget: 0}", "s.yaml:5: frontier.budget", "is 0; allowed: above 0 money"},
      {EXTRA, "frontier: {rules: {}}", "s.yaml:5: frontier.rules", "has to be a list, as [{over:"},
      {EXTRA, RULES("{}"), "s.yaml:5: frontier.rules.0.name", "is missing: what the rule is called; or give `over`"},
      {EXTRA, RULES("{name: a, hedge: {triger: {}}}"), "s.yaml:5: frontier.rules.0.hedge.triger",
       "is no field that is known here; did you mean `trigger`?"},
      {EXTRA, RULES("{over: {}}"), "s.yaml:5: frontier.rules.0.over", "has to be one field below `hedge`"},
      {EXTRA, RULES("{over: {trigger.every: [1d], move.to: [centre]}}"), "s.yaml:5: frontier.rules.0.over",
       "has to be one field below `hedge`"},
      {EXTRA, RULES("{over: {trigger.every: 1d}}"), "s.yaml:5: frontier.rules.0.over.\"trigger.every\"",
       "has to be a list of values"},
      {EXTRA, RULES("{over: {trigger..every: [1d]}}"), "s.yaml:5: frontier.rules.0.over.\"trigger..every\"",
       "is no path of a field"},
      {EXTRA, RULES("{over: {trigger.evry: [1d]}}"), "s.yaml:5: hedge.trigger.evry",
       "is no field that is known here; did you mean `every`?"},
      {EXTRA, RULES("{over: {trigger.band.shares: [50, 0]}}"), "s.yaml:5: hedge.trigger.band.shares",
       "is 0; allowed: above 0 shares"},
      {EXTRA, RULES("{over: {trigger.band.shares: [0.4]}}"), "s.yaml:5: hedge.trigger.band.shares",
       "is 0.4, below half a lot"},
      {EXTRA, RULES("{hedge: {trigger: {}}, over: {trigger.band: [{shares: 5, fraction: 1}]}}"),
       "s.yaml:5: frontier.rules.0.hedge.trigger.band", "has 2 sizes"},
      {EXTRA, RULES("{over: {trigger.every: [1d, 1d]}}"), "s.yaml:5: frontier.rules.0.over.\"trigger.every\".1",
       "makes a rule `trigger.every=1d`, which is there already"},
      {EXTRA, RULES("{name: a}, {name: a}"), "s.yaml:5: frontier.rules.1", "makes a rule `a`, which is there already"},
      {EXTRA, RULES("{name: base}"), "s.yaml:5: frontier.rules.0",
       "makes a rule `base`, which is the strategy's own hedge"},
      {EXTRA, RULES("{name: a, hedge: {move: {to: edge}}}"), "s.yaml:5: frontier.rules.0.hedge.move.to",
       "is edge, and there is no band"},
  };
  assert_refused(cases, COUNT(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(terms_are_read),
      cmocka_unit_test(a_field_takes_each_of_its_values),
      cmocka_unit_test(rules_take_what_they_do_not_say_as_variants_do),
      cmocka_unit_test(wrong_frontiers_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
