/* Stochastic variance: what options beside spot take away from the risk of a delta hedge, and at what cost. */
#include "drive/engine.h"

enum { PATHS = 100000, STEPS = 63 };

#define SPOT "{instrument: spot, lot: 0, half_spread_bps: 1}"
#define CALL(years) "{instrument: option, kind: call, strike: 100, years: " years ", multiplier: 1, lot: 0}"

/* A straddle sold, half its life, daily; Heston's world, whose options are marked at the expected variance. The hedge's
 * options live longer than the book, so that their gamma never vanishes beside its own. */
static struct engine_run straddle(void) {
  return engine_run("book:\n"
                    "  - {underlying: X, kind: call, strike: 100, years: 0.5, qty: -100, multiplier: 1}\n"
                    "  - {underlying: X, kind: put, strike: 100, years: 0.5, qty: -100, multiplier: 1}\n"
                    "market: {rate: 0.02, model: {kind: heston, spot: 100, variance: 0.04, kappa: 2, theta: 0.04,\n"
                    "                             xi: 0.39, rho: -0.6}}\n"
                    "hedge: {target: {neutral: [delta]}, trigger: {every: step}, with: [" SPOT "]}\n"
                    "variants:\n"
                    "  - name: gamma\n"
                    "    hedge: {target: {neutral: [delta, gamma]}, with: [" SPOT ", " CALL("0.6") "]}\n"
                    "  - name: gamma and vega\n"
                    "    hedge: {target: {neutral: [delta, gamma, vega], vega_tenor: 0.5},\n"
                    "            with: [" SPOT ", " CALL("0.6") ", " CALL("1") "]}\n"
                    "costs: {half_spread_bps: 50}\n" ENGINE_LIMITS
                    "run: {paths: %zu, steps: %d, years: 0.25, seed: " ENGINE_SEED ", explain: false}\n",
                    engine_paths(PATHS, (size_t)STEPS * 3), STEPS);
}

static void each_exposure_cuts_the_std(void **state) {
  (void)state;
  struct engine_run run = straddle();
  keel_figure std[3], cost[3];
  for (size_t v = 0; v < 3; v++) {
    std[v] = engine_pnl(&run, v, "std");
    cost[v] = engine_figure(&run, v, KEEL_QUANTITY_COST, "mean");
    print_message("%-15s std %7.2f (+-%.2f), mean cost %6.2f of a premium of %.2f\n",
                  keel_simulation_variant(run.simulation, v), std[v].value, std[v].error, cost[v].value,
                  run.simulation->premium);
  }
  assert_true(std[1].value + 4 * std[1].error < std[0].value - 4 * std[0].error);
  assert_true(std[2].value + 4 * std[2].error < std[1].value - 4 * std[1].error);
  assert_true(3 * (std[2].value + 4 * std[2].error) < std[0].value - 4 * std[0].error);
  assert_true(cost[0].value < cost[1].value && cost[1].value < cost[2].value);
  assert_true(cost[2].value < 0.05 * run.simulation->premium);
  engine_free(&run);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_exposure_cuts_the_std),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
