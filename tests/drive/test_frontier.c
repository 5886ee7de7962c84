/* A frontier of simulated rules: what is recommended, and that nothing but the strategy matters for it. */
#include <stdlib.h>

#include "drive/frontier_support.h"

static const char *with_terms(const char *terms, const char *rules) {
  static char text[2048];
  snprintf(text, sizeof text, "{%s, %s}", terms, rules);
  return text;
}

static const char *recommended(const keel_frontier *frontier) {
  size_t rule = keel_frontier_recommended(frontier);
  return rule == KEEL_FRONTIER_NONE ? "-" : keel_frontier_name(frontier, rule);
}

/* With exponential utility the band for these costs beats hedging every day; where nothing costs, it only adds risk. */
static void entropic_risk_takes_the_band_where_trading_costs(void **state) {
  (void)state;
  const char *frontier_terms = with_terms("risk: entropic, risk_aversion: 0.5", two_rules);
  struct keel_strategy *dear = frontier_strategy("{half_spread_bps: 50}", frontier_terms);
  struct keel_strategy *free_of_cost = frontier_strategy("{half_spread_bps: 0}", frontier_terms);
  keel_frontier *frontier = frontier_of(dear, 2);
  assert_string_equal(recommended(frontier), "band");
  keel_frontier_number worse = keel_frontier_worse(frontier, rule_number(frontier, "base"));
  assert_true(worse.value > 4 * worse.error);
  assert_false(keel_frontier_is_tied(frontier, rule_number(frontier, "base")));
  keel_frontier_free(frontier);
  frontier = frontier_of(free_of_cost, 2);
  assert_string_equal(recommended(frontier), "base");
  worse = keel_frontier_worse(frontier, rule_number(frontier, "band"));
  assert_true(worse.value > 4 * worse.error);
  keel_frontier_free(frontier);
  keel_strategy_free(dear);
  keel_strategy_free(free_of_cost);
}

/* All but the time that it took. */
static char *result_of(const struct keel_strategy *strategy, int threads) {
  keel_frontier *frontier = frontier_of(strategy, threads);
  char *text = keel_frontier_json(frontier), *seconds = strstr(text, "\"seconds\"");
  assert_non_null(seconds);
  memset(seconds, ' ', strcspn(seconds, "\n"));
  keel_frontier_free(frontier);
  return text;
}

static void the_same_bits_for_any_threads(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      frontier_strategy("{half_spread_bps: 20}", with_terms("risk: cvar, risk_aversion: 0.5", two_rules));
  char *one = result_of(strategy, 1);
  for (int threads = 2; threads <= 3; threads++) {
    char *more = result_of(strategy, threads);
    size_t a = strcspn(one, ","), b = strcspn(more, ",");
    assert_int_equal(a, b);
    assert_string_equal(strstr(one, "\"risk\""), strstr(more, "\"risk\""));
    free(more);
  }
  free(one);
  keel_strategy_free(strategy);
}

static void the_order_of_rules_does_not_matter(void **state) {
  (void)state;
  static const char turned[] =
      "rules: [{name: band, hedge: {trigger: {optimal_band: {rule: whalley_wilmott, risk_aversion: 0.5, cost_bps: 50}},"
      " move: {to: edge}}}, {name: weekly, hedge: {trigger: {every: 7d}}}]";
  const char *const rules[] = {two_rules, turned};
  char *results[2];
  for (size_t i = 0; i < 2; i++) {
    struct keel_strategy *strategy =
        frontier_strategy("{half_spread_bps: 20}", with_terms("risk: std, risk_aversion: 0.5", rules[i]));
    results[i] = result_of(strategy, 1);
    *strstr(results[i], "\"command\"") = '\0'; /* behind it is the strategy, which differs */
    keel_strategy_free(strategy);
  }
  assert_string_equal(strstr(results[0], "\"risk\""), strstr(results[1], "\"risk\""));
  free(results[0]);
  free(results[1]);
}

static void a_budget_takes_the_least_risk_within_it(void **state) {
  (void)state;
  struct keel_strategy *strategy = frontier_strategy("{half_spread_bps: 20}", with_terms("budget: 0.35", two_rules));
  keel_frontier *frontier = frontier_of(strategy, 1);
  size_t best = keel_frontier_recommended(frontier);
  keel_frontier_figures figures, other;
  assert_true(best != KEEL_FRONTIER_NONE);
  keel_frontier_rule(frontier, best, &figures);
  assert_true(figures.cost.value <= 0.35);
  for (size_t i = 0; i < keel_frontier_rules(frontier); i++) {
    keel_frontier_rule(frontier, i, &other);
    assert_true(other.cost.value > 0.35 || other.risk.value >= figures.risk.value);
  }
  keel_frontier_free(frontier);
  keel_strategy_free(strategy);
}

static void the_default_family_needs_no_words(void **state) {
  (void)state;
  struct keel_strategy *strategy = frontier_strategy("{half_spread_bps: 20}", "{}");
  strategy->run.paths = 1024;
  keel_frontier *frontier = frontier_of(strategy, 2);
  assert_in_range(keel_frontier_rules(frontier), 30, 45);
  assert_string_equal(keel_frontier_name(frontier, 0), "base");
  assert_int_equal(keel_frontier_recommended(frontier), KEEL_FRONTIER_NONE);
  keel_frontier_figures none, base;
  keel_frontier_rule(frontier, rule_number(frontier, "no hedge"), &none);
  keel_frontier_rule(frontier, 0, &base);
  assert_close(none.cost.value, 0, 0);
  assert_true(none.on_frontier);
  assert_true(base.risk.value < 0.5 * none.risk.value);
  assert_non_null(strstr(keel_frontier_sentence(frontier), "From `no hedge` (cost 0, CVaR 95 % "));
  int repeated = 0; /* `every day` is the strategy's own rule */
  for (size_t i = 0; i < keel_frontier_notes(frontier); i++)
    repeated |= strstr(keel_frontier_note(frontier, i), "Left out of the default rules") != NULL;
  assert_true(repeated);
  keel_frontier_free(frontier);
  keel_strategy_free(strategy);
}

static int stop_early(void *context, uint64_t done, uint64_t total) {
  (void)context;
  return done * 4 > total;
}

static int stop_at_once(void *context, uint64_t done, uint64_t total) {
  (void)context, (void)done, (void)total;
  return 1;
}

static void what_was_finished_is_the_result(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      frontier_strategy("{half_spread_bps: 20}", with_terms("risk: cvar, risk_aversion: 1", two_rules));
  keel_frontier *frontier;
  keel_error error;
  keel_frontier_options options = {.threads = 1, .tick = stop_early};
  assert_int_equal(keel_frontier_run(strategy, &options, &frontier, &error), KEEL_STATUS_OK);
  assert_true(keel_frontier_interrupted(frontier));
  assert_in_range(keel_frontier_paths(frontier), 2560, 9984);
  assert_true(keel_frontier_recommended(frontier) != KEEL_FRONTIER_NONE);
  keel_frontier_free(frontier);
  options.tick = stop_at_once;
  keel_status status = keel_frontier_run(strategy, &options, &frontier, &error);
  if (status == KEEL_STATUS_OK) { /* a leaf or two may be finished before anybody asks */
    assert_true(keel_frontier_paths(frontier) < 10240);
    keel_frontier_free(frontier);
  } else {
    assert_int_equal(status, KEEL_STATUS_STOPPED);
    assert_null(frontier);
  }
  keel_strategy_free(strategy);
}

static void what_cannot_be_run_is_said(void **state) {
  (void)state;
  struct keel_strategy *strategy = frontier_strategy("{half_spread_bps: 20}", "{}");
  keel_frontier *frontier;
  keel_error error;
  strategy->run.steps = 0;
  assert_int_equal(keel_frontier_run(strategy, NULL, &frontier, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "s.yaml: run.steps");
  assert_null(frontier);
  strategy->run.steps = 60;
  strategy->simulated.models = NULL;
  assert_int_equal(keel_frontier_run(strategy, NULL, &frontier, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "s.yaml: market.model");
  keel_frontier_free(NULL);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(entropic_risk_takes_the_band_where_trading_costs),
      cmocka_unit_test(the_same_bits_for_any_threads),
      cmocka_unit_test(the_order_of_rules_does_not_matter),
      cmocka_unit_test(a_budget_takes_the_least_risk_within_it),
      cmocka_unit_test(the_default_family_needs_no_words),
      cmocka_unit_test(what_was_finished_is_the_result),
      cmocka_unit_test(what_cannot_be_run_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
