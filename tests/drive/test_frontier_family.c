#include "drive/frontier_family.h"

#include <math.h>
#include <string.h>

#include "drive/strategy_support.h"

static struct keel_strategy *market_with(const char *hedge) {
  char text[1024];
  snprintf(text, sizeof text,
           "market: {model: {kind: gbm, spot: 100, vol: 0.2, rate: 0.02}}\n"
           "run: {paths: 1000, steps: 60}\n"
           "costs: {half_spread_bps: 5}\n%s",
           hedge);
  struct keel_strategy *strategy;
  keel_error error = {0};
  char all[2048];
  snprintf(all, sizeof all,
           "book: [{underlying: X, kind: call, strike: 100, years: 0.16438356164383562, qty: -10}]\n%s\n%s\n", text,
           strategy_lines[LIMITS]);
  struct keel_strategy_source source = {.path = "s.yaml", .text = all, .length = strlen(all)};
  if (keel_strategy_read(&source, NULL, 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

static struct keel_arena arena;

static struct keel_frontier_family family_of(const struct keel_strategy *strategy, double risk_aversion) {
  struct keel_frontier_family family;
  keel_error error;
  struct keel_frontier_case of = {
      .strategy = strategy, .span_ns = 60 * KEEL_NS_PER_DAY, .steps = 60, .risk_aversion = risk_aversion};
  assert_int_equal(keel_frontier_family(&arena, &of, &family, &error), KEEL_STATUS_OK);
  return family;
}

static const struct keel_policy *rule_named(const struct keel_frontier_family *family, const char *name) {
  for (size_t i = 0; i < family->count; i++)
    if (strcmp(family->rules[i].name, name) == 0) return &family->rules[i].policy;
  fail_msg("no rule `%s`", name);
  return NULL;
}

static int has_rule(const struct keel_frontier_family *family, const char *start) {
  for (size_t i = 0; i < family->count; i++)
    if (strncmp(family->rules[i].name, start, strlen(start)) == 0) return 1;
  return 0;
}

static const char usual[] = "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]}";

static void about_forty_rules_by_name(void **state) {
  (void)state;
  struct keel_strategy *strategy = market_with(usual);
  struct keel_frontier_family family = family_of(strategy, NAN);
  assert_in_range(family.count, 35, 45);
  assert_int_equal(family.own_count, 1);
  assert_string_equal(family.rules[0].name, "base");
  assert_null(family.without);
  for (size_t i = 0; i < family.count; i++)
    for (size_t j = 0; j < i; j++) assert_string_not_equal(family.rules[i].name, family.rules[j].name);
  assert_int_equal(rule_named(&family, "no hedge")->target.kind, KEEL_TARGET_NONE);
  assert_int_equal(rule_named(&family, "every day")->triggers[0].every, KEEL_EVERY_STEP);
  assert_close(rule_named(&family, "band 5 % edge")->triggers[0].band_size, 0.05, 0);
  assert_int_equal(rule_named(&family, "band 5 % edge")->move.to, KEEL_MOVE_EDGE);
  assert_close(rule_named(&family, "price moved 1 %")->triggers[0].price_move, 0.01, 1e-15);
  assert_false(has_rule(&family, "every 50 days")); /* once more would be beyond the run */
  keel_strategy_free(strategy);
}

/* A timer fires at its step, whichever way the instants of the run were rounded. */
static void timers_meet_their_steps(void **state) {
  (void)state;
  struct keel_strategy *strategy = market_with(usual);
  struct keel_frontier_family family;
  keel_error error;
  const int64_t span = 59 * KEEL_NS_PER_DAY + 12345;
  struct keel_frontier_case of = {.strategy = strategy, .span_ns = span, .steps = 7000, .risk_aversion = NAN};
  assert_int_equal(keel_frontier_family(&arena, &of, &family, &error), KEEL_STATUS_OK);
  const struct keel_trigger *trigger = &rule_named(&family, "every 3 steps")->triggers[0];
  for (int64_t i = 0; i + 3 <= 7000; i++) {
    double step = (double)span / 7000;
    int64_t from = (int64_t)floor((double)i * step + 0.5);
    assert_true((int64_t)floor((double)(i + 3) * step + 0.5) - from >= trigger->every_ns);
    assert_true((int64_t)floor((double)(i + 2) * step + 0.5) - from < trigger->every_ns);
  }
  keel_strategy_free(strategy);
}

static void laws_fit_the_book_and_the_cost(void **state) {
  (void)state;
  struct keel_strategy *strategy = market_with(usual);
  struct keel_frontier_family family = family_of(strategy, NAN);
  /* 1,000 shares of 100 at 20 % over 60 days move by about 8,100: aversions around 1e-4 */
  const struct keel_policy *law = rule_named(&family, "whalley_wilmott 0.0001");
  assert_close(law->triggers[0].cost, 0.0005, 1e-18);
  assert_int_equal(law->move.to, KEEL_MOVE_EDGE);
  assert_int_equal(rule_named(&family, "zakamouline 0.0001")->target.delta.kind, KEEL_DELTA_ZAKAMOULINE);
  family = family_of(strategy, 0.03);
  assert_close(rule_named(&family, "whalley_wilmott 0.03")->triggers[0].risk_aversion, 0.03, 0);
  rule_named(&family, "whalley_wilmott 0.003");
  rule_named(&family, "zakamouline 0.06");
  keel_strategy_free(strategy);
}

static void without_a_cost_there_are_no_laws(void **state) {
  (void)state;
  struct keel_strategy *strategy = market_with(usual);
  strategy->costs.half_spread_bps = NAN;
  struct keel_frontier_family family = family_of(strategy, NAN);
  assert_false(has_rule(&family, "whalley_wilmott"));
  assert_false(has_rule(&family, "zakamouline"));
  assert_non_null(strstr(family.without, "costs.half_spread_bps"));
  strategy->costs.fees.per_share = 0.02;
  strategy->variants[0].policy.with[0].fees.per_share = NAN;
  family = family_of(strategy, NAN);
  assert_close(rule_named(&family, "whalley_wilmott 0.0001")->triggers[0].cost, 0.0002, 1e-18);
  keel_strategy_free(strategy);
}

/* As the reader makes them: spot and two options. */
static void options_add_rules_of_their_own(void **state) {
  (void)state;
  struct keel_strategy *strategy = market_with(usual);
  struct keel_policy *own = &strategy->variants[0].policy;
  struct keel_hedge_instrument with[3] = {own->with[0], own->with[0], own->with[0]};
  with[1].contract.kind = with[2].contract.kind = KEEL_KIND_CALL;
  with[1].contract.strike = 105, with[2].contract.strike = 110;
  own->with = with, own->with_count = 3;
  own->target.exposure_count = 3;
  for (size_t e = 0; e < 3; e++) own->target.exposures[e] = (enum keel_exposure)e;
  struct keel_frontier_family family = family_of(strategy, NAN);
  assert_int_equal(rule_named(&family, "every day")->with_count, 1);
  const struct keel_policy *gamma = rule_named(&family, "delta-gamma every 5 days");
  assert_int_equal(gamma->with_count, 2);
  assert_int_equal(gamma->target.exposure_count, 2);
  assert_close(gamma->with[1].contract.strike, 105, 0);
  const struct keel_policy *all = rule_named(&family, "delta-gamma-vega, options by band 20 %");
  assert_int_equal(all->with_count, 3);
  assert_int_equal(all->triggers[KEEL_EXPOSURE_DELTA].every, KEEL_EVERY_STEP);
  assert_int_equal(all->triggers[KEEL_EXPOSURE_VEGA].band, KEEL_BAND_FRACTION);
  own->with_count = 2;
  own->target.exposure_count = 2;
  own->target.exposures[1] = KEEL_EXPOSURE_VEGA;
  family = family_of(strategy, NAN);
  assert_int_equal(rule_named(&family, "delta-vega every day")->target.exposures[1], KEEL_EXPOSURE_VEGA);
  assert_false(has_rule(&family, "delta-gamma"));
  keel_strategy_free(strategy);
}

static void nothing_to_trade_is_nothing_to_vary(void **state) {
  (void)state;
  struct keel_strategy *strategy = market_with("hedge: {target: {none: true}}");
  struct keel_frontier_family family;
  keel_error error;
  struct keel_frontier_case of = {.strategy = strategy, .span_ns = KEEL_NS_PER_DAY, .steps = 1, .risk_aversion = NAN};
  assert_int_equal(keel_frontier_family(&arena, &of, &family, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "s.yaml: hedge.with");
  keel_strategy_free(strategy);
}

static int fini(void **state) {
  (void)state;
  keel_arena_fini(&arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(about_forty_rules_by_name),      cmocka_unit_test(timers_meet_their_steps),
      cmocka_unit_test(laws_fit_the_book_and_the_cost), cmocka_unit_test(without_a_cost_there_are_no_laws),
      cmocka_unit_test(options_add_rules_of_their_own), cmocka_unit_test(nothing_to_trade_is_nothing_to_vary),
  };
  keel_arena_init(&arena);
  return cmocka_run_group_tests(tests, NULL, fini);
}
