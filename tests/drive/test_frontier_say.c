/* The sentence, on made-up frontiers: each case of a choice says the right thing. */
#include <math.h>
#include <string.h>

#include "base/time.h"
#include "drive/frontier.h"
#include "support/support.h"

enum { RULES = 4, BATCHES = 16 };

struct point {
  const char *name;
  double cost, risk, target;
};

static const struct point usual[RULES] = {
    {"base", 2000, 4000, 5050}, {"no hedge", 0, 12000, 12000}, {"weekly", 500, 5000, 5000}, {"wide", 1000, 4200, 4900}};

static struct keel_estimate estimate(double value, double noise, size_t rule) {
  struct keel_estimate out = {.value = value, .batches = (UINT64_C(1) << BATCHES) - 1};
  for (size_t b = 0; b < BATCHES; b++) out.part[b] = noise * ((b >> rule) % 2 ? 1 : -1);
  out.error = keel_estimate_batch_error(&out);
  return out;
}

struct made {
  struct keel_frontier frontier;
  struct keel_policy policies[RULES];
};

/* Every day, not at all, every week, by a band. */
static void make_policies(struct keel_policy *policies) {
  for (size_t i = 0; i < RULES; i++) policies[i].target.exposure_count = 1;
  policies[0].triggers[KEEL_EXPOSURE_DELTA].every = KEEL_EVERY_STEP;
  policies[1].target.kind = KEEL_TARGET_NONE;
  policies[2].triggers[KEEL_EXPOSURE_DELTA] =
      (struct keel_trigger){.every = KEEL_EVERY_DURATION, .every_ns = 7 * KEEL_NS_PER_DAY};
  policies[3].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = KEEL_BAND_FRACTION, .band_size = 0.05};
}

static void make(struct made *made, const struct point *points, size_t count, double noise,
                 const struct keel_frontier_terms *terms) {
  struct keel_frontier *frontier = &made->frontier;
  memset(made, 0, sizeof *made);
  keel_arena_init(&frontier->arena);
  make_policies(made->policies);
  frontier->strategy.frontier = *terms;
  frontier->rules = KEEL_ARENA_NEW(&frontier->arena, struct keel_frontier_rule, count);
  frontier->lines = KEEL_ARENA_NEW(&frontier->arena, struct keel_frontier_line, count);
  frontier->rule_count = count;
  for (size_t i = 0; i < count; i++) {
    frontier->rules[i] = (struct keel_frontier_rule){.name = points[i].name,
                                                     .cost = estimate(points[i].cost, 0.1, i),
                                                     .risk = estimate(points[i].risk, noise, i),
                                                     .target = estimate(points[i].target, noise, i)};
    frontier->lines[i].policy = &made->policies[i];
  }
  frontier->step_ns = KEEL_NS_PER_DAY;
  frontier->paths = 100000;
  frontier->risk_name = "CVaR 95 %";
  keel_frontier_select(&frontier->arena, frontier->rules, count, terms->budget, &frontier->choice);
  keel_frontier_say(frontier);
}

static void assert_says(struct made *made, const char *sentence) {
  if (strcmp(made->frontier.sentence, sentence) != 0) print_error("says: %s\n", made->frontier.sentence);
  assert_string_equal(made->frontier.sentence, sentence);
  keel_arena_fini(&made->frontier.arena);
}

static const struct keel_frontier_terms weighted = {
    .risk = KEEL_FRONTIER_CVAR, .level = 0.95, .risk_aversion = 1, .budget = NAN};

static void a_rule_is_recommended(void **state) {
  (void)state;
  struct made made;
  make(&made, usual, RULES, 1, &weighted);
  assert_says(&made,
              "Hedge when delta is off by more than 5 % of gross (`wide`): it costs 1,000 a run, CVaR 95 % 4,200 (95 "
              "%: 4,192 to 4,208); "
              "`base` costs 2 times as much for 4.8 % less risk; the next best, `weekly`, is 100 worse (95 %: 88.3 to "
              "112). Your own rule (`base`) is 150 worse (95 %: 138 to 162).");
}

static void the_least_risk_of_all_is_beside_the_next(void **state) {
  (void)state;
  struct made made;
  struct point points[RULES];
  memcpy(points, usual, sizeof points);
  points[0].target = 4000;
  make(&made, points, RULES, 1, &weighted);
  assert_says(&made,
              "Hedge every day (`base`): it costs 2,000 a run, CVaR 95 % 4,000 (95 %: 3,992 to 4,008); `wide` costs 50 "
              "% less for 5 % more "
              "risk; the next best, `wide`, is 900 worse (95 %: 888 to 912).");
}

static void ties_are_said(void **state) {
  (void)state;
  struct made made;
  make(&made, usual, RULES, 10, &weighted);
  assert_says(&made,
              "Hedge when delta is off by more than 5 % of gross (`wide`): it costs 1,000 a run, CVaR 95 % 4,200 (95 "
              "%: 4,117 to 4,283); "
              "`base` costs 2 times as much for 4.8 % less risk; the next best, `weekly`, is 100 worse (95 %: -16.8 to "
              "217). 100,000 paths do not tell it from `weekly`; about 140,000 would tell the next best, if the "
              "difference stays. Your own rule (`base`) is 150 worse (95 %: 33.2 to 267).");
}

static void equal_rules_do_as_well(void **state) {
  (void)state;
  struct made made;
  const struct point points[] = {{"base", 10, 20, 30}, {"copy", 10, 20, 30}};
  make(&made, points, 2, 0, &weighted);
  assert_says(
      &made,
      "Hedge every day (`base`): it costs 10 a run, CVaR 95 % 20; `copy` does as well. 100,000 paths do not tell "
      "it from `copy`.");
}

static void no_hedge_has_no_cost_to_compare(void **state) {
  (void)state;
  struct made made;
  struct point points[RULES];
  memcpy(points, usual, sizeof points);
  points[1].target = 100;
  make(&made, points, RULES, 1, &weighted);
  assert_says(&made,
              "Do not hedge (`no hedge`): it costs 0 a run, CVaR 95 % 12,000 (95 %: 11,992 to 12,008); `base` costs "
              "2,000 for 67 % less risk; the "
              "next best, `wide`, is 4,800 worse (95 %: 4,788 to 4,812). Your own rule (`base`) is 4,950 worse (95 %: "
              "4,938 to 4,962).");
}

static void budgets_are_said(void **state) {
  (void)state;
  struct made made;
  struct keel_frontier_terms terms = {
      .risk = KEEL_FRONTIER_CVAR, .level = 0.95, .risk_aversion = NAN, .budget = 1000.1};
  struct point points[RULES];
  memcpy(points, usual, sizeof points);
  for (size_t i = 0; i < RULES; i++) points[i].target = points[i].risk;
  make(&made, points, RULES, 1, &terms);
  assert_says(&made,
              "Within a budget of 1,000: Hedge when delta is off by more than 5 % of gross (`wide`): it costs 1,000 a "
              "run, CVaR 95 % 4,200 (95 %: 4,192 to 4,208); `base` costs 2 times as much for 4.8 % less risk; the next "
              "best, `weekly`, is 800 "
              "worse (95 %: 788 to 812). Its cost is within the budget on average, not surely (95 %: 999 to 1,001).");
  terms.budget = -1;
  make(&made, points, RULES, 1, &terms);
  assert_says(&made,
              "No rule is within a budget of -1: the cheapest, `no hedge`, costs 0 a run, CVaR 95 % 12,000; raise "
              "frontier.budget, or give cheaper rules.");
}

static void without_a_preference_it_says_what_cost_buys(void **state) {
  (void)state;
  struct made made;
  struct keel_frontier_terms terms = {.risk = KEEL_FRONTIER_CVAR, .risk_aversion = NAN, .budget = NAN};
  struct point points[RULES];
  memcpy(points, usual, sizeof points);
  for (size_t i = 0; i < RULES; i++) points[i].target = NAN;
  make(&made, points, RULES, 1, &terms);
  assert_says(
      &made,
      "From `no hedge` (cost 0, CVaR 95 % 12,000) on, each 1 more of cost takes off the risk 14 up to `weekly`, "
      "1.6 up to `wide` and 0.2 up to `base`. Give frontier.risk_aversion or frontier.budget for a "
      "recommendation.");
  make(&made, points, 1, 1, &terms);
  assert_says(&made,
              "Hedge every day (`base`): no rule costs less than its 2,000 a run, and none has a CVaR 95 % below its "
              "4,000. Give frontier.risk_aversion or frontier.budget for a recommendation.");
}

static void nothing_to_compare_is_said(void **state) {
  (void)state;
  struct made made;
  const struct point points[] = {{"base", 10, NAN, 30}};
  make(&made, points, 1, 1, &weighted);
  assert_says(&made, "No rule has a cost and a risk that are numbers, so none can be compared.");
}

static void targets_count_the_cost_once(void **state) {
  (void)state;
  struct keel_estimate mean = estimate(-100, 1, 0), risk = estimate(700, 1, 1);
  struct keel_frontier_terms terms = {.risk = KEEL_FRONTIER_STD, .risk_aversion = 0.5, .budget = NAN};
  assert_close(keel_frontier_target(&terms, &mean, &risk).value, 100 + 0.5 * 700, 1e-12);
  terms.risk = KEEL_FRONTIER_CVAR; /* its deviation from the mean is 600 */
  assert_close(keel_frontier_target(&terms, &mean, &risk).value, 100 + 0.5 * 600, 1e-12);
  terms.risk = KEEL_FRONTIER_ENTROPIC;
  assert_close(keel_frontier_target(&terms, &mean, &risk).value, 700, 0);
  terms = (struct keel_frontier_terms){.risk = KEEL_FRONTIER_STD, .risk_aversion = NAN, .budget = 5};
  assert_close(keel_frontier_target(&terms, &mean, &risk).value, 700, 0);
  terms.budget = NAN;
  assert_true(isnan(keel_frontier_target(&terms, &mean, &risk).value));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_rule_is_recommended),
      cmocka_unit_test(the_least_risk_of_all_is_beside_the_next),
      cmocka_unit_test(ties_are_said),
      cmocka_unit_test(equal_rules_do_as_well),
      cmocka_unit_test(no_hedge_has_no_cost_to_compare),
      cmocka_unit_test(budgets_are_said),
      cmocka_unit_test(without_a_preference_it_says_what_cost_buys),
      cmocka_unit_test(nothing_to_compare_is_said),
      cmocka_unit_test(targets_count_the_cost_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
