/* The relaxation: below every trade in its box, and met by its own solution where any fraction can be traded. */
#include <math.h>

#include "hedge/lots.h"
#include "support/draws.h"
#include "support/support.h"

static struct draws seeded = {11};
static double uniform(double low, double high) { return low + (high - low) * draw_uniform(&seeded); }

static struct keel_lots random_lots(double lot) {
  struct keel_lots lots = {.exposure_count = 1 + (size_t)uniform(0, 3), .aversion = 0.1};
  lots.line_count = 1 + (size_t)uniform(0, KEEL_LOTS_LINES);
  for (size_t e = 0; e < lots.exposure_count; e++) {
    lots.now[e] = uniform(-1000, 1000);
    lots.tolerance[e] = uniform(0, 1) < 0.5 ? 0 : uniform(0, 100);
    lots.weight[e] = uniform(0.01, 1);
  }
  for (size_t l = 0; l < lots.line_count; l++) {
    struct keel_lots_line *line = &lots.lines[l];
    *line = (struct keel_lots_line){.lot = lot, .multiplier = 1, .value = uniform(1, 1000)};
    for (size_t e = 0; e < lots.exposure_count; e++) line->exposure[e] = uniform(-100, 100);
    line->buy = uniform(0.001, 1) * line->value;
    line->sell = uniform(0.001, 1) * line->value;
  }
  return lots;
}

static void random_box(const struct keel_lots *lots, struct keel_lots_box *box) {
  for (size_t l = 0; l < lots->line_count; l++) {
    box->low[l] = floor(uniform(-200, 100));
    box->high[l] = box->low[l] + floor(uniform(0, 200));
  }
}

static void the_bound_is_below_all_trades(void **state) {
  (void)state;
  for (int i = 0; i < 300; i++) {
    struct keel_lots lots = random_lots(1);
    struct keel_lots_terms terms = keel_lots_terms_of(&lots);
    struct keel_lots_box box;
    double fractions[KEEL_LOTS_LINES], qty[KEEL_LOTS_LINES];
    random_box(&lots, &box);
    double bound = keel_lots_relax(&terms, &box, fractions);
    for (int k = 0; k < 100; k++) {
      for (size_t l = 0; l < lots.line_count; l++) {
        double at = k ? uniform(box.low[l], box.high[l]) : fractions[l] + uniform(-2, 2);
        qty[l] = fmin(fmax(nearbyint(at), box.low[l]), box.high[l]);
      }
      double objective = keel_lots_objective(&lots, qty);
      assert_true(bound <= objective + 1e-9 * objective);
    }
  }
}

static void its_solution_meets_the_bound(void **state) {
  (void)state;
  for (int i = 0; i < 300; i++) {
    struct keel_lots lots = random_lots(0);
    struct keel_lots_terms terms = keel_lots_terms_of(&lots);
    struct keel_lots_box box;
    double fractions[KEEL_LOTS_LINES];
    random_box(&lots, &box);
    double bound = keel_lots_relax(&terms, &box, fractions), objective = keel_lots_objective(&lots, fractions);
    for (size_t l = 0; l < lots.line_count; l++) assert_true(fractions[l] >= box.low[l] && fractions[l] <= box.high[l]);
    assert_close(objective, bound, 1e-6 * fmax(1, objective));
  }
}

/* Two instruments, one exposure: the cheaper one for what it brings, until its limit, then the other. */
static void the_cheaper_comes_first(void **state) {
  (void)state;
  struct keel_lots lots = {.exposure_count = 1, .line_count = 2, .now = {-100}, .weight = {1}, .aversion = 0.1};
  for (size_t l = 0; l < 2; l++)
    lots.lines[l] =
        (struct keel_lots_line){.exposure = {1}, .multiplier = 1, .value = 10, .buy = l ? 0.02 : 0.01, .sell = 0.01};
  struct keel_lots_terms terms = keel_lots_terms_of(&lots);
  const struct keel_lots_box box = {.low = {-60, -60}, .high = {60, 60}};
  double qty[KEEL_LOTS_LINES], bound = keel_lots_relax(&terms, &box, qty);
  assert_close(qty[0], 60, 1e-6);
  assert_close(qty[1], 40, 1e-6);
  assert_close(bound, 0.1 * (60 * 0.01 + 40 * 0.02), 1e-9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_bound_is_below_all_trades),
      cmocka_unit_test(its_solution_meets_the_bound),
      cmocka_unit_test(the_cheaper_comes_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
