/* The figures are those of the paths themselves, and prices those that bring a risk to nothing. */
#include <stdlib.h>

#include "drive/simulate_support.h"

enum { PATHS = 50 }; /* so few that quantiles and tails are exact */

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void set_up(struct sim *sim) {
  sim_call(sim);
  sim->strategy.run.paths = PATHS;
  sim->strategy.costs.half_spread_bps = 10;
  sim->strategy.run.aversion_count = 1;
  sim->strategy.run.aversions[0] = 0.5;
}

/* Each path's value, sorted. */
static void read_paths(struct sim *sim, size_t quantity, double out[KEEL_LEAF_PATHS]) {
  struct keel_simulation_plan plan = {.strategy = &sim->strategy, .threads = 1};
  struct keel_simulation *simulation;
  struct keel_simulation_worker worker;
  assert_int_equal(keel_simulation_prepare(&plan, 0, &simulation, NULL), KEEL_STATUS_OK);
  keel_simulation_worker_init(&worker, &simulation->wiring);
  keel_simulation_begin(&worker, 0, PATHS);
  while (keel_simulation_next(&worker)) continue;
  keel_simulation_read(&worker, 0, quantity, out);
  keel_simulation_worker_fini(&worker);
  keel_simulation_free(simulation);
  qsort(out, PATHS, sizeof *out, ascending);
}

static void figures_are_those_of_the_paths(void **state) {
  (void)state;
  struct sim sim;
  set_up(&sim);
  double pnl[KEEL_LEAF_PATHS], cost[KEEL_LEAF_PATHS], mean = 0, weights = 0, squares = 0;
  read_paths(&sim, KEEL_QUANTITY_PNL, pnl);
  read_paths(&sim, KEEL_QUANTITY_COST, cost);
  for (int i = 0; i < PATHS; i++) mean += pnl[i] / PATHS, weights += exp(-0.5 * pnl[i]) / PATHS;
  for (int i = 0; i < PATHS; i++) squares += (pnl[i] - mean) * (pnl[i] - mean);
  struct keel_simulation *simulation = sim_run(&sim, 1, 0);
  assert_close(sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean").value, mean, 1e-14);
  assert_close(sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean").error, sqrt(squares / PATHS / (PATHS - 1)), 1e-12);
  assert_close(sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "std").value, sqrt(squares / (PATHS - 1)), 1e-14);
  assert_close(sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "min").value, pnl[0], 0);
  assert_close(sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "max").value, pnl[PATHS - 1], 0);
  assert_close(sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "quantile_0.5").value, (pnl[24] + pnl[25]) / 2, 1e-14);
  double worst = 0, highest = 0;
  for (int i = 0; i < 5; i++) worst -= pnl[i] / 5, highest += cost[PATHS - 1 - i] / 5;
  assert_close(sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "cvar_0.9").value, worst, 1e-13);
  assert_close(sim_figure(simulation, 0, KEEL_QUANTITY_COST, "cvar_0.9").value, highest, 1e-13);
  assert_close(sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "entropic_0.5").value, 2 * log(weights), 1e-13);
  assert_true(isnan(sim_figure(simulation, 0, KEEL_QUANTITY_COST, "entropic_0.5").value));
  assert_true(isnan(sim_figure(simulation, 0, KEEL_QUANTITY_EXPLAIN, "cvar_0.9").value));
  assert_string_equal(keel_simulation_quantity(simulation, KEEL_QUANTITY_TURNOVER), "turnover");
  assert_string_equal(keel_simulation_quantity(simulation, KEEL_QUANTITY_EXPLAIN + KEEL_COMPONENT_GAMMA), "pnl_gamma");
  keel_simulation_free(simulation);
}

/* With the price of hedging as the premium in place of the market's, the risk is nothing. */
static void prices_bring_risks_to_nothing(void **state) {
  (void)state;
  struct sim sim;
  set_up(&sim);
  struct keel_simulation *simulation = sim_run(&sim, 1, 0);
  keel_simulation_facts facts;
  keel_simulation_fact(simulation, &facts);
  double growth = exp(0.05 / 12);
  assert_close(facts.premium, 2.512067086, 1e-8);
  assert_close(facts.years, 1.0 / 12, 1e-12);
  const char *const names[] = {"cvar_0.95", "cvar_0.999", "entropic_0.5"};
  for (size_t i = 0; i < 3; i++) {
    keel_figure risk = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, names[i]);
    keel_figure price = keel_simulation_price(simulation, 0, sim_statistic(simulation, names[i]));
    assert_close(risk.value - (price.value - facts.premium) * growth, 0, 1e-12);
    if (!isnan(risk.error)) assert_close(price.error, risk.error / growth, 1e-12);
  }
  keel_figure mean = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean");
  keel_figure price = keel_simulation_price(simulation, 0, sim_statistic(simulation, "mean"));
  assert_close(mean.value + (price.value - facts.premium) * growth, 0, 1e-12);
  assert_true(isnan(keel_simulation_price(simulation, 0, sim_statistic(simulation, "std")).value));
  keel_simulation_free(simulation);
}

static void variants_are_alone_as_together(void **state) {
  (void)state;
  struct sim sim;
  set_up(&sim);
  sim_variant(&sim, "wrong vol")->target.delta.vol = 0.3;
  struct keel_simulation *both = sim_run(&sim, 1, 0);
  assert_int_equal(keel_simulation_variants(both), 2);
  assert_string_equal(keel_simulation_variant(both, 1), "wrong vol");
  sim.variants[0] = sim.variants[1];
  sim.strategy.variant_count = 1;
  struct keel_simulation *alone = sim_run(&sim, 1, 0);
  for (size_t q = 0; q < keel_simulation_quantities(both); q++)
    for (size_t s = 0; s < keel_simulation_statistics(both); s++)
      assert_same_bits(keel_simulation_figure(both, 1, q, s).value, keel_simulation_figure(alone, 0, q, s).value);
  keel_simulation_free(both);
  keel_simulation_free(alone);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(figures_are_those_of_the_paths),
      cmocka_unit_test(prices_bring_risks_to_nothing),
      cmocka_unit_test(variants_are_alone_as_together),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
