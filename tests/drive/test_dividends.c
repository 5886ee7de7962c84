/* Books on spot that pays cash, in a simulation: the world falls at ex-dates as the model of the marks does. */
#include <math.h>
#include <stdio.h>

#include "drive/simulate_support.h"

enum { WAYS = 2, STEPS_LEAST = 16, RUNS = 3 };

/* A short call through two dividends that make no exercise worth while: they are less than the interest on the strike
 * until the next one, or until expiry. */
static void hold_a_call(struct sim *sim, struct keel_dividend *dividends, enum keel_exercise exercise) {
  const double ex_days[] = {54.75, 109.5};
  sim_start(sim);
  sim_hold(sim, "X", KEEL_KIND_CALL, 100, 0.5, -1);
  sim->positions[0].contract.exercise = exercise;
  for (int i = 0; i < 2; i++) {
    int64_t ex_ns = (int64_t)(ex_days[i] * (double)KEEL_NS_PER_DAY);
    dividends[i] = (struct keel_dividend){ex_ns, ex_ns + 5 * KEEL_NS_PER_DAY, 0.6};
  }
  sim->underlyings[0].dividends = dividends;
  sim->underlyings[0].dividend_count = 2;
  sim->strategy.run.start_ns = 0;
  sim->strategy.run.years = 0.4;
  sim->strategy.run.paths = 1024;
}

static size_t quantity_of(const struct keel_simulation *simulation, const char *name) {
  for (size_t q = 0; q < keel_simulation_quantities(simulation); q++)
    if (strcmp(keel_simulation_quantity(simulation, q), name) == 0) return q;
  fail_msg("no quantity %s", name);
  return 0;
}

/* The fair price is what the hedge costs, its error falls as the root of the steps, and the explanation's rest as the
 * steps themselves; the dividends are those that the hedge receives. */
static void a_hedge_through_two_dividends(void **state) {
  (void)state;
  static const enum keel_exercise ways[WAYS] = {KEEL_EXERCISE_EUROPEAN, KEEL_EXERCISE_AMERICAN};
  for (int way = 0; way < WAYS; way++) {
    double std[RUNS], rest[RUNS];
    for (int k = 0; k < RUNS; k++) {
      struct sim sim;
      struct keel_dividend dividends[2];
      hold_a_call(&sim, dividends, ways[way]);
      sim.strategy.run.steps = STEPS_LEAST << (2 * k);
      struct keel_simulation *simulation = sim_run(&sim, 1, 0);
      keel_figure mean = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean");
      keel_figure paid = sim_figure(simulation, 0, quantity_of(simulation, "pnl_dividends"), "mean");
      std[k] = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "std").value;
      rest[k] = sim_figure(simulation, 0, quantity_of(simulation, "pnl_unexplained"), "std").value;
      assert_close(mean.value, 0, 4 * mean.error);
      assert_close(paid.value, 0, 0.1); /* what the holding receives, the book's delta loses */
      keel_simulation_free(simulation);
    }
    print_message("std of P&L %.4f %.4f %.4f, of the rest %.5f %.5f %.5f\n", std[0], std[1], std[2], rest[0], rest[1],
                  rest[2]);
    for (int k = 0; k + 1 < RUNS; k++) assert_in_range(1000 * std[k] / std[k + 1], 1700, 2300);
    for (int k = 0; k + 1 < RUNS; k++) assert_in_range(1000 * rest[k] / rest[k + 1], 2800, 6000);
  }
}

/* Spot's mean is its forward with the dividends off it. */
static void spot_falls_at_ex_dates(void **state) {
  (void)state;
  struct sim sim;
  struct keel_dividend dividends[2];
  hold_a_call(&sim, dividends, KEEL_EXERCISE_EUROPEAN);
  sim.strategy.book.count = 0;
  sim_hold(&sim, "X", KEEL_KIND_SPOT, NAN, NAN, 1);
  sim.positions[0].contract.expiry_ns = KEEL_TIME_NONE;
  sim.variants[0].policy.target.kind = KEEL_TARGET_NONE;
  sim.strategy.run.steps = 146; /* whole days */
  struct keel_simulation *simulation = sim_run(&sim, 1, 0);
  keel_figure mean = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean");
  assert_close(mean.value, 0, 4 * mean.error); /* it earns the rate, with its dividends */
  keel_figure paid = sim_figure(simulation, 0, quantity_of(simulation, "pnl_dividends"), "mean");
  assert_close(paid.value, 1.2, 1e-9);
  keel_simulation_free(simulation);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_hedge_through_two_dividends),
      cmocka_unit_test(spot_falls_at_ex_dates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
