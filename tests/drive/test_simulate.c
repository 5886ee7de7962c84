/* A simulation as a whole: against an own loop over paths and against theory; interruption, notes, what is refused. */
#include <stdlib.h>
#include <sys/resource.h>

#include "drive/simulate_support.h"
#include "hedge/textbook.h"

/* ---- an own loop ---- */

struct by_hand {
  double pnl, cost, turnover, trades;
};

static double call_delta(double spot, double years) {
  const keel_option option = {1, 100, 0.05, 0.01, years};
  return textbook_option(&option, spot, 0.2).delta;
}

/* Ten calls on 100 shares each, sold; hedged with whole shares at each step; half a spread of 5 bp, fees, a tax. */
static struct by_hand hedge_path(const double *spot, size_t steps, double years) {
  const keel_option option = {1, 100, 0.05, 0.01, years};
  struct by_hand out = {0};
  double cash = 1000 * textbook_option(&option, spot[0], 0.2).price, held = 0, dt = years / (double)steps;
  for (size_t i = 0; i <= steps; i++) {
    double left = years * (double)(steps - i) / (double)steps;
    double target = i < steps ? round(1000 * call_delta(spot[i], left)) : 0, trade = target - held;
    if (i > 0) cash = cash * exp(0.05 * dt) + held * spot[i] * expm1(0.01 * dt);
    if (i == steps) cash -= 1000 * fmax(spot[i] - 100, 0);
    double paid = fabs(trade) * spot[i] * 5e-4 + fabs(trade) * 0.005 + (trade != 0 ? 1.5 : 0);
    if (trade < 0) paid -= trade * spot[i] * (1 - 5e-4) * 2e-4;
    cash -= trade * spot[i] + paid;
    held = target;
    out.cost += paid;
    out.turnover += fabs(trade) * spot[i];
    out.trades += trade != 0;
  }
  out.pnl = cash;
  return out;
}

enum { PATHS = 300, STEPS = 12 };

/* The spots of the first paths, straight from their kernel. */
static void draw_spots(const struct keel_world *world, uint64_t seed, double step_years,
                       double spots[PATHS][STEPS + 1]) {
  struct keel_arena arena;
  const struct keel_paths_wiring *wiring;
  double years[STEPS];
  for (size_t i = 0; i < STEPS; i++) years[i] = step_years;
  keel_arena_init(&arena);
  struct keel_paths_plan plan = {1, world, NULL, {.seed = seed, .steps = STEPS, .years = years}};
  assert_int_equal(keel_paths_wire(&arena, &plan, &wiring, NULL), KEEL_STATUS_OK);
  struct keel_paths *paths = keel_paths_new(&arena, wiring);
  for (size_t first = 0; first < PATHS; first += KEEL_LEAF) {
    size_t count = PATHS - first < KEEL_LEAF ? PATHS - first : KEEL_LEAF;
    keel_paths_begin(paths, first, count);
    for (size_t i = 0; i <= STEPS; i++) {
      if (i) keel_paths_step(paths);
      for (size_t p = 0; p < count; p++) spots[first + p][i] = keel_paths_spot(paths, 0)[p];
    }
  }
  keel_arena_fini(&arena);
}

static void set_up_desk(struct sim *sim) {
  sim_start(sim);
  sim_hold(sim, "X", KEEL_KIND_CALL, 100, 0.24, -10);
  sim->positions[0].contract.multiplier = 100;
  sim->underlyings[0].yield = 0.01;
  sim->with[0].lot = 1;
  sim->strategy.costs =
      (struct keel_costs){.half_spread_bps = 5, .fees = {.per_share = 0.005, .per_order = 1.5}, .sell_tax_bps = 2};
  sim->strategy.run.paths = PATHS;
  sim->strategy.run.steps = STEPS;
}

/* Path by path what a loop in plain C finds: P&L, costs, turnover, trades. */
static void each_path_as_an_own_loop(void **state) {
  (void)state;
  static double spots[PATHS][STEPS + 1], got[KEEL_QUANTITY_EXPLAIN][KEEL_LEAF_PATHS];
  struct sim sim;
  set_up_desk(&sim);
  draw_spots(&sim.models[0].world, 7, 0.24 / STEPS, spots);
  struct keel_simulation_plan plan = {.strategy = &sim.strategy, .threads = 1};
  struct keel_simulation *simulation;
  assert_int_equal(keel_simulation_prepare(&plan, 0, &simulation, NULL), KEEL_STATUS_OK);
  struct keel_simulation_worker worker;
  keel_simulation_worker_init(&worker, &simulation->wiring);
  for (size_t first = 0; first < PATHS; first += KEEL_LEAF) {
    size_t count = PATHS - first < KEEL_LEAF ? PATHS - first : KEEL_LEAF;
    keel_simulation_begin(&worker, first, count);
    while (keel_simulation_next(&worker)) continue;
    for (size_t q = 0; q < KEEL_QUANTITY_EXPLAIN; q++) keel_simulation_read(&worker, 0, q, got[q]);
    for (size_t p = 0; p < count; p++) {
      struct by_hand want = hedge_path(spots[first + p], STEPS, 0.24);
      double gross = 1000 * spots[first + p][0] + want.turnover;
      assert_close(got[KEEL_QUANTITY_PNL][p], want.pnl, 1e-12 * gross);
      assert_close(got[KEEL_QUANTITY_COST][p], want.cost, 1e-12 * gross);
      assert_close(got[KEEL_QUANTITY_TURNOVER][p], want.turnover, 1e-12 * gross);
      assert_close(got[KEEL_QUANTITY_TRADES][p], want.trades, 0);
    }
  }
  keel_simulation_worker_fini(&worker);
  keel_simulation_free(simulation);
}

/* ---- theory ---- */

static const char *const moments[] = {"mean", "std"};

/* The rows of the table that need no rule for delta of their own. */
static int is_plain(const struct keel_golden *golden, size_t row) {
  return strcmp(keel_golden_text(golden, row, "delta_rule"), "bs") == 0 &&
         keel_golden_number(golden, row, "cost_at_expiry") == 0 && keel_golden_number(golden, row, "N") <= 42;
}

static void set_up_row(struct sim *sim, const struct keel_golden *golden, size_t row) {
  double vol = keel_golden_number(golden, row, "sigma_true"), hedge = keel_golden_number(golden, row, "sigma_hedge");
  int is_call = keel_golden_text(golden, row, "type")[0] == 'C';
  sim_start(sim);
  sim_hold(sim, "X", is_call ? KEEL_KIND_CALL : KEEL_KIND_PUT, keel_golden_number(golden, row, "K"),
           keel_golden_number(golden, row, "T"), -1);
  sim->strategy.market.rate = keel_golden_number(golden, row, "r");
  sim->models[0].world = sim_gbm(keel_golden_number(golden, row, "S0"), keel_golden_number(golden, row, "mu"), vol);
  sim->models[0].implied.vol = vol;
  if (hedge != vol) sim->variants[0].policy.target.delta.vol = hedge;
  sim->strategy.costs.half_spread_bps = 1e4 * keel_golden_number(golden, row, "lambda_oneway");
  sim->strategy.costs.open_waived = keel_golden_number(golden, row, "cost_at_open") == 0;
  sim->strategy.costs.close_waived = 1;
  sim->strategy.run.steps = (int)keel_golden_number(golden, row, "N");
  sim->strategy.run.paths = 8192;
  sim->strategy.run.explains = 0;
}

/* Hedging one option at discrete times, with costs and wrong vols: an own computation to 1e-10 has the same moments. */
static void moments_of_discrete_hedging(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("discrete_hedge_moments.csv");
  size_t checked = 0;
  double worst = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    if (!is_plain(&golden, row)) continue;
    struct sim sim;
    set_up_row(&sim, &golden, row);
    struct keel_simulation *simulation = sim_run(&sim, 2, 0);
    for (int m = 0; m < 2; m++) {
      keel_figure got = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, moments[m]);
      double want = keel_golden_number(&golden, row, moments[m]);
      worst = fmax(worst, fabs(got.value - want) / got.error);
      assert_close(got.value, want, 4 * got.error);
    }
    checked++;
    keel_simulation_free(simulation);
  }
  print_message("%zu rows, the farthest %.2f standard errors away\n", checked, worst);
  assert_true(checked >= 15);
  keel_golden_free(&golden);
}

/* The replication error falls as N^-1/2; Sobol points find the same mean with less error than plain draws. */
static void error_falls_with_steps(void **state) {
  (void)state;
  double std[4];
  for (int k = 0; k < 4; k++) {
    struct sim sim;
    sim_call(&sim);
    sim.strategy.run.explains = 0;
    sim.strategy.run.paths = 8192;
    sim.strategy.run.steps = 8 << k;
    struct keel_simulation *simulation = sim_run(&sim, 2, 0);
    std[k] = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "std").value;
    keel_simulation_free(simulation);
  }
  assert_close(log(std[3] / std[0]) / log(8), -0.5, 0.04);
}

static keel_figure mean_with(int antithetic, int matched, size_t sobol) {
  struct sim sim;
  sim_call(&sim);
  sim.variants[0].policy.target.kind = KEEL_TARGET_NONE;
  sim.strategy.simulated.antithetic = antithetic;
  sim.strategy.simulated.matched = matched;
  sim.strategy.simulated.sobol_points = sobol;
  sim.strategy.run.paths = 16384;
  sim.strategy.run.explains = 0;
  struct keel_simulation *simulation = sim_run(&sim, 2, 0);
  keel_figure mean = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean");
  keel_simulation_free(simulation);
  return mean;
}

/* An open option costs what it is worth, by every way of drawing; the others know it better than plain draws do. */
static void draws_agree(void **state) {
  (void)state;
  keel_figure plain = mean_with(0, 0, 0), ways[] = {mean_with(1, 0, 0), mean_with(0, 1, 0), mean_with(0, 0, 512)};
  assert_close(plain.value, 0, 4 * plain.error);
  for (int i = 0; i < 3; i++) {
    assert_close(ways[i].value, 0, 4 * ways[i].error);
    assert_true(ways[i].error < 0.8 * plain.error);
  }
  assert_true(ways[2].error < 0.2 * plain.error);
}

/* ---- what is explained, and what hedging costs ---- */

static void components_sum_to_the_pnl(void **state) {
  (void)state;
  struct sim sim;
  set_up_desk(&sim);
  struct keel_simulation *simulation = sim_run(&sim, 1, 0);
  double sum = 0, pnl = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean").value;
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++)
    sum += sim_figure(simulation, 0, KEEL_QUANTITY_EXPLAIN + c, "mean").value;
  assert_close(sum, pnl, 1e-9);
  double paid = sim_figure(simulation, 0, KEEL_QUANTITY_EXPLAIN + KEEL_COMPONENT_SPREAD, "mean").value +
                sim_figure(simulation, 0, KEEL_QUANTITY_EXPLAIN + KEEL_COMPONENT_FEES, "mean").value +
                sim_figure(simulation, 0, KEEL_QUANTITY_EXPLAIN + KEEL_COMPONENT_TAXES, "mean").value;
  assert_close(sim_figure(simulation, 0, KEEL_QUANTITY_COST, "mean").value, -paid, 1e-9);
  keel_simulation_free(simulation);
  sim.strategy.run.explains = 0;
  simulation = sim_run(&sim, 1, 0);
  assert_int_equal(keel_simulation_quantities(simulation), KEEL_QUANTITY_EXPLAIN);
  assert_same_bits(sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean").value, pnl);
  keel_simulation_free(simulation);
}

/* Where spot alone moves, the components of other moves are not computed, unless paths are shown: the same figures. */
static void what_cannot_move_need_not_be_computed(void **state) {
  (void)state;
  struct sim sim;
  set_up_desk(&sim);
  struct keel_simulation *ends = sim_run(&sim, 1, 0);
  sim.strategy.run.paths_shown = 1;
  struct keel_simulation *steps = sim_run(&sim, 1, 0);
  assert_true(!ends->wiring.rows.needs.moves && steps->wiring.rows.needs.moves);
  static const char *const statistics[] = {"mean", "std"};
  for (size_t q = 0; q < KEEL_QUANTITY_MAX; q++)
    for (int s = 0; s < 2; s++)
      assert_true(sim_figure(ends, 0, q, statistics[s]).value == sim_figure(steps, 0, q, statistics[s]).value);
  assert_true(sim_figure(ends, 0, KEEL_QUANTITY_EXPLAIN + KEEL_COMPONENT_VEGA, "mean").value == 0);
  keel_simulation_free(ends);
  keel_simulation_free(steps);
}

/* ---- several underlyings ---- */

static void underlyings_move_together(void **state) {
  (void)state;
  static const double correlation[] = {1, 0.8, 0.8, 1};
  struct sim sim;
  sim_start(&sim);
  sim_underlying(&sim, "Y");
  sim.strategy.simulated.correlation = correlation;
  sim_hold(&sim, "X", KEEL_KIND_SPOT, 0, NAN, 1);
  sim_hold(&sim, "Y", KEEL_KIND_SPOT, 0, NAN, -1);
  sim.variants[0].policy.target.kind = KEEL_TARGET_NONE;
  sim.strategy.run.years = 0.25;
  sim.strategy.run.paths = 20000;
  struct keel_simulation *simulation = sim_run(&sim, 2, 0);
  keel_figure mean = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean");
  keel_figure std = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "std");
  /* spots are e^{m + v z}: of their difference */
  double growth = exp(0.05 * 0.25), v = 0.04 * 0.25, own = expm1(v), both = expm1(0.8 * v);
  assert_close(mean.value, 0, 4 * mean.error);
  assert_close(std.value, 100 * growth * sqrt(2 * (own - both)), 4 * std.error);
  keel_simulation_free(simulation);
}

/* ---- stopping ---- */

struct stop {
  uint64_t after, done, total;
};

static int stop_after(void *context, uint64_t done, uint64_t total) {
  struct stop *stop = context;
  assert_true(done >= stop->done && done <= total);
  stop->done = done;
  stop->total = total;
  return done >= stop->after;
}

static void what_was_finished_is_the_result(void **state) {
  (void)state;
  struct sim sim;
  sim_call(&sim);
  sim.strategy.run.paths = 100000;
  struct stop stop = {.after = 3000};
  keel_simulate_options options = {.threads = 2, .tick = stop_after, .tick_context = &stop};
  keel_simulation *simulation;
  keel_simulation_facts facts;
  assert_int_equal(keel_simulation_run(&sim.strategy, &options, &simulation, NULL), KEEL_STATUS_OK);
  keel_simulation_fact(simulation, &facts);
  assert_true(facts.interrupted && facts.paths >= 2560 && facts.paths < 5000 && stop.total == 100000);
  double mean = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean").value;
  keel_simulation_free(simulation);
  sim.strategy.run.paths = (int)facts.paths; /* the same paths */
  simulation = sim_run(&sim, 1, 0);
  keel_simulation_fact(simulation, &facts);
  assert_false(facts.interrupted);
  assert_same_bits(sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean").value, mean);
  keel_simulation_free(simulation);
}

/* ---- memory ---- */

static long most_kilobytes(struct sim *sim, int paths) {
  struct rusage usage;
  sim->strategy.run.paths = paths;
  keel_simulation_free(sim_run(sim, 2, 0));
  assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
  return usage.ru_maxrss;
}

/* A number kept of each of these paths would be 6 MB. */
static void memory_does_not_grow_with_paths(void **state) {
  (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  skip(); /* they keep what was freed */
#endif
  struct sim sim;
  sim_call(&sim);
  sim.strategy.run.steps = 1;
  sim.strategy.run.explains = 0;
  long few = most_kilobytes(&sim, 1 << 18);
  assert_true(most_kilobytes(&sim, 1 << 20) - few < 1024);
}

/* ---- what is said ---- */

static void notes_say_what_has_to_be_known(void **state) {
  (void)state;
  struct sim sim;
  sim_call(&sim);
  sim_hold(&sim, "X", KEEL_KIND_PUT, 95, 0.05, 1);
  sim.positions[1].contract.exercise = KEEL_EXERCISE_AMERICAN;
  sim.models[0].world = (struct keel_world){.kind = KEEL_WORLD_HESTON, .spot = 100, .heston = {0.04, 1, 0.04, 1, -0.7}};
  struct keel_simulation *simulation = sim_run(&sim, 1, 0);
  assert_int_equal(keel_simulation_notes(simulation), 3);
  assert_non_null(strstr(keel_simulation_note(simulation, 0), "The model of X: "));
  assert_non_null(strstr(keel_simulation_note(simulation, 1), "1 of the positions expire between two steps"));
  assert_non_null(strstr(keel_simulation_note(simulation, 2), "contracts a path were exercised or assigned"));
  keel_simulation_free(simulation);
}

static void an_entropic_risk_of_a_few_paths_is_said_to_be_one(void **state) {
  (void)state;
  for (int large = 0; large < 2; large++) {
    struct sim sim;
    sim_call(&sim);
    sim.strategy.run.aversion_count = 1;
    sim.strategy.run.aversions[0] = large ? 100 : 1e-4;
    struct keel_simulation *simulation = sim_run(&sim, 1, 0);
    assert_int_equal(keel_simulation_notes(simulation), (size_t)large);
    if (large) assert_non_null(strstr(keel_simulation_note(simulation, 0), "rest on a few paths"));
    keel_simulation_free(simulation);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_path_as_an_own_loop),
      cmocka_unit_test(moments_of_discrete_hedging),
      cmocka_unit_test(error_falls_with_steps),
      cmocka_unit_test(draws_agree),
      cmocka_unit_test(components_sum_to_the_pnl),
      cmocka_unit_test(what_cannot_move_need_not_be_computed),
      cmocka_unit_test(underlyings_move_together),
      cmocka_unit_test(what_was_finished_is_the_result),
      cmocka_unit_test(notes_say_what_has_to_be_known),
      cmocka_unit_test(an_entropic_risk_of_a_few_paths_is_said_to_be_one),
      cmocka_unit_test(memory_does_not_grow_with_paths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
