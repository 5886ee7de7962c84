#include "drive/frontier_select.h"

#include <math.h>
#include <string.h>

#include "support/support.h"

enum { BATCHES = 16, RULES_MAX = 8 };

/* What the batches of every rule share, as on common paths, and what is one rule's own. */
static double common_part(size_t batch) { return batch % 2 ? 1 : -1; }
static double own_part(size_t batch, size_t rule) { return (batch >> (rule % 3 + 1)) % 2 ? 1 : -1; }

/* Its error is about 4 (common + own); a difference of two rules has no common part. */
static struct keel_estimate estimate(double value, double common, double own, size_t rule) {
  struct keel_estimate out = {.value = value, .batches = (UINT64_C(1) << BATCHES) - 1};
  for (size_t b = 0; b < BATCHES; b++) out.part[b] = common * common_part(b) + own * own_part(b, rule);
  out.error = keel_estimate_batch_error(&out);
  return out;
}

struct point {
  const char *name;
  double cost, risk, target;
};

struct made {
  struct keel_arena arena;
  struct keel_frontier_rule rules[RULES_MAX];
  struct keel_frontier_choice choice;
};

/* `noise`: what is a rule's own in each of the three. */
static void make(struct made *made, const struct point *points, size_t count, double noise, double budget) {
  memset(made, 0, sizeof *made);
  keel_arena_init(&made->arena);
  for (size_t i = 0; i < count; i++)
    made->rules[i] = (struct keel_frontier_rule){.name = points[i].name,
                                                 .cost = estimate(points[i].cost, 1, noise, i),
                                                 .risk = estimate(points[i].risk, 1, noise, i),
                                                 .target = estimate(points[i].target, 1, noise, i)};
  keel_frontier_select(&made->arena, made->rules, count, budget, &made->choice);
}

static const char *name_of(const struct made *made, size_t rule) {
  return rule == KEEL_NO_RULE ? "-" : made->rules[rule].name;
}

/* The rules of a list by name, with blanks between. */
static const char *names_of(const struct made *made, const size_t *list, size_t count) {
  static char text[256];
  text[0] = '\0';
  for (size_t i = 0; i < count; i++) {
    if (i) strcat(text, " ");
    strcat(text, made->rules[list[i]].name);
  }
  return text;
}

static const struct point usual[] = {
    {"daily", 10, 40, 50}, {"none", 0, 100, 100}, {"weekly", 4, 60, 62}, {"waste", 12, 45, 70}, {"band", 6, 44, 49.5},
};
enum { USUAL = sizeof usual / sizeof *usual };

static void dominated_rules_are_off_the_frontier(void **state) {
  (void)state;
  struct made made;
  make(&made, usual, USUAL, 0.001, NAN);
  assert_string_equal(names_of(&made, made.choice.by_cost, USUAL), "none weekly band daily waste");
  assert_string_equal(names_of(&made, made.choice.frontier, made.choice.frontier_count), "none weekly band daily");
  assert_int_equal(made.rules[3].on_frontier, 0);
  assert_string_equal(name_of(&made, made.rules[3].dominated_by),
                      "daily"); /* band has 1 less risk, daily 2 less cost */
  assert_true(made.rules[3].sureness > KEEL_SURE_ERRORS);
  for (size_t i = 0; i < USUAL; i++)
    assert_int_equal(made.rules[i].dominated_by == KEEL_NO_RULE, made.rules[i].on_frontier);
  keel_arena_fini(&made.arena);
}

static void a_domination_may_be_noise(void **state) {
  (void)state;
  struct made made;
  const struct point points[] = {{"a", 5, 40, 0}, {"b", 5.5, 40.5, 0}};
  make(&made, points, 2, 1, NAN);
  assert_string_equal(name_of(&made, made.rules[1].dominated_by), "a");
  assert_true(made.rules[1].sureness > 0 && made.rules[1].sureness < KEEL_SURE_ERRORS);
  keel_arena_fini(&made.arena);
}

static void one_cost_for_all_needs_no_evidence(void **state) {
  (void)state;
  struct made made;
  const struct point points[] = {{"a", 0, 40, 0}, {"b", 0, 60, 0}};
  make(&made, points, 2, 0, NAN);
  assert_int_equal(made.choice.frontier_count, 1);
  assert_true(isinf(made.rules[1].sureness));
  keel_arena_fini(&made.arena);
}

static void equal_rules_share_their_place(void **state) {
  (void)state;
  struct made made;
  const struct point points[] = {{"b", 1, 2, 3}, {"a", 1, 2, 3}, {"c", 2, 1, 9}};
  make(&made, points, 3, 0, NAN);
  assert_string_equal(names_of(&made, made.choice.frontier, made.choice.frontier_count), "a b c");
  assert_string_equal(names_of(&made, made.choice.hull, made.choice.hull_count), "a c");
  assert_string_equal(name_of(&made, made.choice.best), "a");
  assert_string_equal(names_of(&made, made.choice.tied, made.choice.tied_count), "b");
  keel_arena_fini(&made.arena);
}

static void the_hull_has_falling_rates(void **state) {
  (void)state;
  struct made made;
  const struct point points[] = {{"a", 0, 100, 0}, {"b", 1, 95, 0}, {"c", 2, 60, 0}, {"d", 4, 50, 0}, {"e", 9, 45, 0}};
  make(&made, points, 5, 0.001, NAN);
  assert_int_equal(made.choice.frontier_count, 5);
  assert_string_equal(names_of(&made, made.choice.hull, made.choice.hull_count), "a c d e");
  assert_false(made.rules[1].on_hull);
  keel_arena_fini(&made.arena);
}

static void the_best_and_how_surely(void **state) {
  (void)state;
  struct made made;
  make(&made, usual, USUAL, 0.001, NAN);
  assert_string_equal(name_of(&made, made.choice.best), "band");
  assert_string_equal(name_of(&made, made.choice.next), "daily");
  assert_close(made.choice.difference.value, 0.5, 1e-12);
  assert_int_equal(made.choice.tied_count, 0);
  assert_true(made.choice.more_paths < 1);
  keel_arena_fini(&made.arena);
  make(&made, usual, USUAL, 0.2, NAN); /* an error of about 1.2 in a difference */
  assert_string_equal(names_of(&made, made.choice.tied, made.choice.tied_count), "daily");
  double errors = KEEL_SURE_ERRORS * made.choice.difference.error / 0.5;
  assert_close(made.choice.more_paths, errors * errors, 1e-9);
  assert_true(made.choice.more_paths > 1);
  keel_arena_fini(&made.arena);
}

static void a_budget_bounds_the_cost(void **state) {
  (void)state;
  struct made made;
  make(&made, usual, USUAL, 0.001, 5);
  assert_string_equal(name_of(&made, made.choice.best), "weekly");
  assert_int_equal(made.choice.affordable_count, 2);
  assert_false(made.choice.is_surely_affordable); /* 4, give or take 2 x 4.1 of the common part */
  keel_arena_fini(&made.arena);
  make(&made, usual, USUAL, 0.001, 25);
  assert_string_equal(name_of(&made, made.choice.best), "band");
  assert_true(made.choice.is_surely_affordable);
  keel_arena_fini(&made.arena);
  make(&made, usual, USUAL, 0.001, -1);
  assert_int_equal(made.choice.best, KEEL_NO_RULE);
  assert_int_equal(made.choice.affordable_count, 0);
  keel_arena_fini(&made.arena);
}

static void bad_numbers_are_compared_with_nothing(void **state) {
  (void)state;
  struct made made;
  const struct point points[] = {
      {"bad risk", 0, NAN, 1}, {"fine", 3, 9, 5}, {"bad cost", NAN, 1, 1}, {"bad target", 1, 10, NAN}};
  make(&made, points, 4, 0.001, NAN);
  assert_string_equal(names_of(&made, made.choice.frontier, made.choice.frontier_count), "bad target fine");
  assert_string_equal(names_of(&made, made.choice.by_cost, 4), "bad target fine bad cost bad risk");
  assert_string_equal(name_of(&made, made.choice.best), "fine");
  assert_int_equal(made.choice.next, KEEL_NO_RULE);
  assert_int_equal(made.rules[0].dominated_by, KEEL_NO_RULE);
  keel_arena_fini(&made.arena);
}

static void without_a_target_there_is_no_choice(void **state) {
  (void)state;
  struct made made;
  const struct point points[] = {{"a", 0, 100, NAN}, {"b", 1, 95, NAN}};
  make(&made, points, 2, 0.001, NAN);
  assert_int_equal(made.choice.best, KEEL_NO_RULE);
  assert_int_equal(made.choice.frontier_count, 2);
  keel_arena_fini(&made.arena);
}

static void one_rule_is_all_there_is(void **state) {
  (void)state;
  struct made made;
  make(&made, usual, 1, 0.001, NAN);
  assert_string_equal(name_of(&made, made.choice.best), "daily");
  assert_int_equal(made.choice.next, KEEL_NO_RULE);
  assert_int_equal(made.choice.frontier_count, 1);
  assert_int_equal(made.choice.tied_count, 0);
  keel_arena_fini(&made.arena);
}

static void too_few_paths_tell_nothing(void **state) {
  (void)state;
  struct made made;
  struct keel_frontier_rule rules[2] = {{.name = "a"}, {.name = "b"}};
  for (size_t i = 0; i < 2; i++)
    rules[i].cost = rules[i].risk = rules[i].target =
        (struct keel_estimate){.value = (double)i, .error = NAN, .batches = 1};
  keel_arena_init(&made.arena);
  keel_frontier_select(&made.arena, rules, 2, NAN, &made.choice);
  assert_int_equal(made.choice.best, 0);
  assert_int_equal(made.choice.tied_count, 1);
  assert_close(rules[1].sureness, 0, 0);
  keel_arena_fini(&made.arena);
}

/* Every order of the five gives the same answer by name. */
static void no_answer_depends_on_the_order(void **state) {
  (void)state;
  struct made first;
  make(&first, usual, USUAL, 0, 8);
  for (size_t shift = 1; shift < USUAL; shift++)
    for (size_t step = 1; step < USUAL; step++) {
      struct point points[USUAL];
      struct made made;
      for (size_t i = 0; i < USUAL; i++) points[i] = usual[(i * step + shift) % USUAL];
      make(&made, points, USUAL, 0, 8);
      assert_string_equal(name_of(&made, made.choice.best), name_of(&first, first.choice.best));
      assert_string_equal(name_of(&made, made.choice.next), name_of(&first, first.choice.next));
      assert_string_equal(names_of(&made, made.choice.by_cost, USUAL), "none weekly band daily waste");
      for (size_t i = 0; i < USUAL; i++)
        if (strcmp(points[i].name, "waste") == 0)
          assert_string_equal(name_of(&made, made.rules[i].dominated_by), name_of(&first, first.rules[3].dominated_by));
      keel_arena_fini(&made.arena);
    }
  keel_arena_fini(&first.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dominated_rules_are_off_the_frontier),
      cmocka_unit_test(a_domination_may_be_noise),
      cmocka_unit_test(one_cost_for_all_needs_no_evidence),
      cmocka_unit_test(equal_rules_share_their_place),
      cmocka_unit_test(the_hull_has_falling_rates),
      cmocka_unit_test(the_best_and_how_surely),
      cmocka_unit_test(a_budget_bounds_the_cost),
      cmocka_unit_test(bad_numbers_are_compared_with_nothing),
      cmocka_unit_test(without_a_target_there_is_no_choice),
      cmocka_unit_test(one_rule_is_all_there_is),
      cmocka_unit_test(too_few_paths_tell_nothing),
      cmocka_unit_test(no_answer_depends_on_the_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
