/* Trades in lots: equal to all that there are, never worse than rounding, within limits, and the textbook's solution
 * where any fraction can be traded. */
#include "hedge/lots.h"

#include <math.h>
#include <string.h>

#include "support/draws.h"
#include "support/support.h"

static struct keel_lots_answer solve(const struct keel_lots *lots) {
  struct keel_arena arena;
  struct keel_lots_answer answer;
  keel_arena_init(&arena);
  keel_lots_solve(&arena, lots, &answer);
  keel_arena_fini(&arena);
  return answer;
}

static struct draws seeded = {2026};

static double uniform(double low, double high) { return low + (high - low) * draw_uniform(&seeded); }

/* Spot or a future, then options, as they are in a market at 100. */
static struct keel_lots_line random_line(size_t index, double room) {
  struct keel_lots_line line = {.lot = 1, .multiplier = index ? 100 : 1};
  double price = index ? uniform(0.5, 12) : 100, delta = index ? uniform(-1, 1) : 1;
  line.exposure[0] = line.multiplier * delta;
  line.exposure[1] = index ? line.multiplier * uniform(0.005, 0.06) : 0;
  line.exposure[2] = index ? line.multiplier * uniform(2, 35) : 0;
  line.value = price * line.multiplier;
  line.buy = line.sell = line.value * uniform(0.0002, 0.02);
  line.fees.per_share = 0.005;
  line.to = floor(uniform(0, room));
  line.from = -floor(uniform(0, room));
  return line;
}

static struct keel_lots random_lots(size_t exposures, size_t lines, double room) {
  static const double weight[] = {1, 1, 0.01}, size[] = {300, 10, 4000}, most[] = {40, 1, 300};
  struct keel_lots lots = {.exposure_count = exposures, .line_count = lines, .aversion = 0.1};
  for (size_t e = 0; e < exposures; e++) {
    lots.now[e] = uniform(-size[e], size[e]);
    lots.tolerance[e] = uniform(0, 1) < 0.3 ? 0 : uniform(0, most[e]);
    lots.weight[e] = weight[e];
  }
  for (size_t l = 0; l < lines; l++) lots.lines[l] = random_line(l, room);
  keel_lots_start(&lots, lots.start);
  return lots;
}

static int is_sent(const struct keel_lots_line *line, double qty) {
  return qty == 0 || fabs(qty) >= line->qty_min * (1 - 1e-12);
}

/* The least of all trades there are. */
static double by_force(const struct keel_lots *lots, double *qty, size_t line) {
  if (line == lots->line_count) return keel_lots_objective(lots, qty);
  const struct keel_lots_line *terms = &lots->lines[line];
  double least = INFINITY;
  for (double k = ceil(terms->from / terms->lot); k * terms->lot <= terms->to; k++) {
    qty[line] = k * terms->lot;
    if (is_sent(terms, qty[line])) least = fmin(least, by_force(lots, qty, line + 1));
  }
  return least;
}

static void assert_within_limits(const struct keel_lots *lots, const struct keel_lots_answer *answer) {
  for (size_t l = 0; l < lots->line_count; l++) {
    const struct keel_lots_line *line = &lots->lines[l];
    double qty = answer->qty[l];
    assert_true(qty >= line->from && qty <= line->to && is_sent(line, qty));
    if (line->lot > 0) assert_close(qty / line->lot, nearbyint(qty / line->lot), 1e-9);
  }
}

static void assert_by_force(const struct keel_lots *lots) {
  double qty[KEEL_LOTS_LINES];
  struct keel_lots_answer answer = solve(lots);
  double least = by_force(lots, qty, 0);
  assert_true(answer.gap == 0);
  assert_within_limits(lots, &answer);
  assert_close(answer.objective, keel_lots_objective(lots, answer.qty), 0);
  assert_close(answer.objective, least, 1e-9 * fmax(1, least));
}

static void equal_to_all_that_there_are(void **state) {
  (void)state;
  for (int i = 0; i < 600; i++) {
    size_t lines = 1 + (size_t)(i % 4), exposures = 1 + (size_t)(i / 4 % 3);
    struct keel_lots lots = random_lots(exposures, lines, lines == 4 ? 9 : lines == 3 ? 20 : 400);
    assert_by_force(&lots);
  }
}

/* Fees of an order, a smallest order, larger lots, tiers, taxes on one side, a rebate. */
static void equal_where_costs_jump(void **state) {
  (void)state;
  static const struct keel_fee_tier tiers[] = {{0, 0.02}, {200, 0.001}};
  for (int i = 0; i < 400; i++) {
    size_t lines = 1 + (size_t)(i % 4);
    struct keel_lots lots = random_lots(1 + (size_t)(i / 4 % 3), lines, lines == 4 ? 9 : 20);
    for (size_t l = 0; l < lines; l++) {
      struct keel_lots_line *line = &lots.lines[l];
      if (draw_uniform(&seeded) < 0.4) line->fees.per_order = uniform(0, 50);
      if (draw_uniform(&seeded) < 0.3) line->qty_min = uniform(1, 5);
      if (draw_uniform(&seeded) < 0.3) line->lot = draw_uniform(&seeded) < 0.5 ? 2.5 : 0.5;
      if (draw_uniform(&seeded) < 0.3) line->fees.tiers = tiers, line->fees.tier_count = 2;
      if (draw_uniform(&seeded) < 0.3) line->sell += 0.01 * line->value;
      if (draw_uniform(&seeded) < 0.1) line->buy = line->sell = -0.001 * line->value;
    }
    keel_lots_start(&lots, lots.start);
    assert_by_force(&lots);
  }
}

static double clipped(const struct keel_lots_line *line, double qty) {
  double rounded = line->lot * nearbyint(qty / line->lot);
  return fmin(fmax(rounded, line->from), line->to);
}

/* Also where there are far more trades than can be looked at: limits as a desk has them. */
static void never_worse_than_rounding(void **state) {
  (void)state;
  size_t proven = 0, all = 200, most = 0;
  for (size_t i = 0; i < all; i++) {
    size_t lines = 1 + i % KEEL_LOTS_LINES;
    struct keel_lots lots = random_lots(1 + i / 8 % 3, lines, 20000);
    double rounded[KEEL_LOTS_LINES];
    struct keel_lots_answer answer = solve(&lots);
    for (size_t l = 0; l < lines; l++) rounded[l] = clipped(&lots.lines[l], lots.start[l]);
    assert_within_limits(&lots, &answer);
    assert_true(answer.objective <= keel_lots_objective(&lots, rounded));
    proven += answer.gap == 0;
    most = answer.nodes > most ? answer.nodes : most;
  }
  print_message("%zu of %zu searches came to their end, %zu parts at most\n", proven, all, most);
  assert_true(proven >= all * 9 / 10);
}

/* As many lines as exposures, any fraction, no limits: the system's solution, computed apart by Cramer's rule. */
static void any_fraction_is_the_direct_solution(void **state) {
  (void)state;
  for (int i = 0; i < 100; i++) {
    struct keel_lots lots = random_lots(2, 2, 0);
    for (size_t l = 0; l < 2; l++) {
      lots.lines[l].lot = 0;
      lots.lines[l].to = 1e6;
      lots.lines[l].from = -1e6;
      lots.lines[l].buy = lots.lines[l].sell = 1e-4 * lots.lines[l].value;
      lots.tolerance[l] = 0;
    }
    const double *a = lots.lines[0].exposure, *b = lots.lines[1].exposure;
    double determinant = a[0] * b[1] - a[1] * b[0];
    double want[] = {(-lots.now[0] * b[1] + lots.now[1] * b[0]) / determinant,
                     (-a[0] * lots.now[1] + a[1] * lots.now[0]) / determinant};
    keel_lots_start(&lots, lots.start);
    struct keel_lots_answer answer = solve(&lots);
    for (size_t l = 0; l < 2; l++) {
      assert_close(lots.start[l], want[l], 1e-9 * fmax(1, fabs(want[l])));
      assert_close(answer.qty[l], want[l], 1e-6 * fmax(1, fabs(want[l])));
    }
    for (size_t e = 0; e < 2; e++) assert_close(keel_lots_excess(&lots, answer.qty, e), 0, 0);
  }
}

/* Fewer lines than exposures: the gradient of the squares is 0. More: the residuals are 0, and costs are the least. */
static void the_start_is_of_least_squares(void **state) {
  (void)state;
  for (int i = 0; i < 100; i++) {
    struct keel_lots lots = random_lots(3, i % 2 ? 2 : 5, 10);
    double slope, *x = lots.start;
    for (size_t l = 0; l < lots.line_count && lots.line_count < 3; l++) {
      slope = 0;
      double size = 0;
      for (size_t e = 0; e < 3; e++) {
        double part = lots.weight[e] * lots.weight[e] * lots.lines[l].exposure[e];
        slope += part * keel_lots_residual(&lots, x, e);
        size += fabs(part * lots.now[e]);
      }
      assert_close(slope, 0, 1e-5 * size);
    }
    for (size_t e = 0; e < 3 && lots.line_count > 3; e++)
      assert_close(keel_lots_residual(&lots, x, e), 0, 1e-4 * (1 + fabs(lots.now[e])));
  }
}

/* The hardest: nothing costs anything, no tolerance, and limits far away. It ends, with nothing worse than rounding. */
static void a_search_that_has_to_stop(void **state) {
  (void)state;
  size_t proven = 0;
  for (size_t i = 0; i < 12; i++) {
    struct keel_lots lots = random_lots(1 + i % 3, 2 + i % 7, 20000);
    double rounded[KEEL_LOTS_LINES];
    for (size_t e = 0; e < lots.exposure_count; e++) lots.tolerance[e] = 0;
    for (size_t l = 0; l < lots.line_count; l++)
      lots.lines[l].buy = lots.lines[l].sell = lots.lines[l].fees.per_share = 0;
    keel_lots_start(&lots, lots.start);
    struct keel_lots_answer answer = solve(&lots);
    for (size_t l = 0; l < lots.line_count; l++) rounded[l] = clipped(&lots.lines[l], lots.start[l]);
    assert_within_limits(&lots, &answer);
    assert_true(answer.nodes <= KEEL_LOTS_NODES);
    assert_true(answer.objective <= keel_lots_objective(&lots, rounded));
    proven += answer.gap == 0;
  }
  print_message("%zu of 12 searches came to their end\n", proven);
}

static void nothing_to_do_and_nothing_to_do_it_with(void **state) {
  (void)state;
  struct keel_lots lots = random_lots(2, 3, 100);
  lots.tolerance[0] = lots.tolerance[1] = 1e6;
  struct keel_lots_answer answer = solve(&lots);
  for (size_t l = 0; l < 3; l++) assert_close(answer.qty[l], 0, 0);
  assert_close(answer.objective, 0, 0);
  lots.line_count = 0;
  lots.tolerance[0] = 0;
  answer = solve(&lots);
  assert_true(answer.objective > 0 && answer.gap == 0);
}

/* Where lines can be traded in any fractions and costs are not convex, the gap says what may be better: no trade of a
 * fine grid is below it. */
static void the_gap_is_not_passed(void **state) {
  (void)state;
  static const struct keel_fee_tier tiers[] = {{0, 0.5}, {20, 0.001}};
  size_t open = 0;
  for (int i = 0; i < 24; i++) {
    struct keel_lots lots = random_lots(1 + (size_t)(i % 2), 2, 16);
    for (size_t l = 0; l < 2; l++) {
      lots.lines[l].lot = 0;
      lots.lines[l].fees.tiers = tiers, lots.lines[l].fees.tier_count = 2;
      if (i % 3 == 0) lots.lines[l].fees.per_order = 3;
      lots.now[l] *= 0.02;
      lots.tolerance[l] *= 0.02;
    }
    keel_lots_start(&lots, lots.start);
    struct keel_lots_answer answer = solve(&lots);
    for (size_t l = 0; l < 2; l++) lots.lines[l].lot = 0.25;
    double qty[KEEL_LOTS_LINES], least = by_force(&lots, qty, 0);
    assert_true(least >= answer.objective - answer.gap - 1e-6 * fmax(1, least));
    open += answer.gap > 0;
  }
  assert_true(open > 0);
}

/* What no line has any of, be it ever so much, does not keep the rest from being brought in; nor does a tolerance that
 * nothing can leave. */
static void what_is_out_of_reach_hides_nothing(void **state) {
  (void)state;
  struct keel_lots lots = {.exposure_count = 2, .line_count = 1, .now = {-7, 3e9}, .weight = {1, 1}, .aversion = 0.1};
  lots.lines[0] =
      (struct keel_lots_line){.exposure = {1}, .lot = 1, .from = -1000, .to = 1000, .value = 10, .multiplier = 1};
  lots.lines[0].buy = lots.lines[0].sell = 0.01;
  for (size_t l = 0; l < KEEL_LOTS_LINES; l++) lots.start[l] = NAN;
  struct keel_lots_answer answer = solve(&lots);
  assert_close(answer.qty[0], 7, 0);
  assert_close(answer.gap, 0, 0);
  assert_close(answer.objective, keel_lots_objective(&lots, answer.qty), 0);
  lots.lines[0].exposure[1] = 1;
  lots.now[1] = 5;
  lots.tolerance[1] = 1e300;
  answer = solve(&lots);
  assert_close(answer.qty[0], 7, 0);
  assert_close(answer.gap, 0, 0);
}

/* Five exposures met by five lines, and limits far beyond what doubles count in lots. */
static void the_direct_solution_of_many(void **state) {
  (void)state;
  struct keel_lots lots = {.exposure_count = 5, .line_count = 5, .aversion = 0.1};
  for (size_t e = 0; e < 5; e++) {
    lots.now[e] = uniform(-100, 100);
    lots.weight[e] = uniform(0.01, 2);
    lots.tolerance[e] = 0.5;
    for (size_t l = 0; l < 5; l++) lots.lines[l].exposure[e] = uniform(-3, 3);
  }
  for (size_t l = 0; l < 5; l++) {
    lots.lines[l].lot = 0.3;
    lots.lines[l].value = 10, lots.lines[l].multiplier = 1;
    lots.lines[l].buy = lots.lines[l].sell = 1;
    lots.lines[l].from = -1e300, lots.lines[l].to = 1e300;
  }
  keel_lots_start(&lots, lots.start);
  for (size_t e = 0; e < 5; e++) assert_close(keel_lots_residual(&lots, lots.start, e), 0, 1e-9);
  struct keel_lots_answer answer = solve(&lots);
  double rounded[KEEL_LOTS_LINES];
  for (size_t l = 0; l < 5; l++) rounded[l] = clipped(&lots.lines[l], lots.start[l]);
  assert_within_limits(&lots, &answer);
  assert_true(answer.objective <= keel_lots_objective(&lots, rounded));
}

static void what_costs_nothing_trades_least(void **state) {
  (void)state;
  struct keel_lots lots = {.exposure_count = 1, .line_count = 2, .now = {-10}, .weight = {1}, .aversion = 0.1};
  for (size_t l = 0; l < 2; l++)
    lots.lines[l] = (struct keel_lots_line){
        .exposure = {l ? 5 : 1}, .lot = 1, .from = -1000, .to = 1000, .value = l ? 20 : 100, .multiplier = 1};
  keel_lots_start(&lots, lots.start);
  struct keel_lots_answer answer = solve(&lots);
  assert_close(answer.qty[0], 0, 0);
  assert_close(answer.qty[1], 2, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_to_all_that_there_are),
      cmocka_unit_test(equal_where_costs_jump),
      cmocka_unit_test(never_worse_than_rounding),
      cmocka_unit_test(any_fraction_is_the_direct_solution),
      cmocka_unit_test(the_start_is_of_least_squares),
      cmocka_unit_test(a_search_that_has_to_stop),
      cmocka_unit_test(nothing_to_do_and_nothing_to_do_it_with),
      cmocka_unit_test(the_gap_is_not_passed),
      cmocka_unit_test(what_is_out_of_reach_hides_nothing),
      cmocka_unit_test(the_direct_solution_of_many),
      cmocka_unit_test(what_costs_nothing_trades_least),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
