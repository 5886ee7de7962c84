/* Theory stands beside a simulation where its case is one that a formula speaks of, and nowhere else. */
#include "drive/simulate_support.h"
#include "hedge/textbook.h"

static struct keel_simulation *run_few(struct sim *sim) {
  sim->strategy.run.paths = 8;
  return sim_run(sim, 1, 0);
}

static double theory_named(const struct keel_simulation *simulation, const char *name) {
  for (size_t i = 0; i < keel_simulation_theories(simulation, 0); i++) {
    double value;
    const char *assumes;
    if (strcmp(keel_simulation_theory(simulation, 0, i, &value, &assumes), name) != 0) continue;
    assert_true(strlen(assumes) > 10);
    return value;
  }
  return NAN;
}

static void derman_and_kamal(void **state) {
  (void)state;
  struct sim sim;
  sim_call(&sim);
  sim.positions[0].qty = -20;
  struct keel_simulation *simulation = run_few(&sim);
  assert_int_equal(keel_simulation_theories(simulation, 0), 1);
  assert_close(theory_named(simulation, "derman_kamal.std"), 20 * 0.443167619, 1e-7); /* of the golden table */
  keel_simulation_free(simulation);
}

/* And the simulation agrees with it: one step of a day, in an option of half a year. */
static void boyle_and_emanuel(void **state) {
  (void)state;
  struct sim sim;
  sim_start(&sim);
  sim_hold(&sim, "X", KEEL_KIND_CALL, 100, 0.5, -1);
  sim.strategy.run.years = 1.0 / 365;
  sim.strategy.run.steps = 1;
  sim.strategy.run.paths = 20000;
  struct keel_simulation *simulation = sim_run(&sim, 2, 0);
  keel_figure std = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "std");
  double want = theory_named(simulation, "boyle_emanuel.std");
  assert_close(std.value / want, 1, 0.02 + 4 * std.error / want);
  assert_close(theory_named(simulation, "boyle_emanuel.skew"), -sqrt(8), 1e-12);
  assert_close(theory_named(simulation, "boyle_emanuel.mean"), 0, 0);
  assert_true(isnan(theory_named(simulation, "derman_kamal.std")));
  keel_simulation_free(simulation);
}

static void leland(void **state) {
  (void)state;
  struct sim sim;
  sim_call(&sim);
  sim.strategy.costs.half_spread_bps = 10;
  struct keel_simulation *simulation = run_few(&sim);
  double number = sqrt(8 / 3.141592653589793) * 0.001 / (0.2 * sqrt(1.0 / 12 / 21));
  const keel_option option = {1, 100, 0.05, 0, 1.0 / 12};
  assert_close(theory_named(simulation, "leland.number"), number, 1e-12);
  assert_close(theory_named(simulation, "leland.vol"), 0.2 * sqrt(1 + number), 1e-12);
  assert_close(theory_named(simulation, "leland.ask"), textbook_option(&option, 100, 0.2 * sqrt(1 + number)).price,
               1e-10);
  keel_simulation_free(simulation);
  sim.positions[0].qty = 1;
  simulation = run_few(&sim);
  assert_close(theory_named(simulation, "leland.bid"), textbook_option(&option, 100, 0.2 * sqrt(1 - number)).price,
               1e-10);
  keel_simulation_free(simulation);
}

static void nothing_where_no_formula_holds(void **state) {
  (void)state;
  for (int i = 0; i < 7; i++) {
    struct sim sim;
    sim_call(&sim);
    if (i == 0) sim_hold(&sim, "X", KEEL_KIND_PUT, 95, 0.05, 1);
    if (i == 1) sim.positions[0].contract.exercise = KEEL_EXERCISE_AMERICAN;
    if (i == 2) sim.models[0].implied.skew = 0.1;
    if (i == 3) sim.variants[0].policy.target.delta.vol = 0.3;
    if (i == 4) sim.variants[0].policy.triggers[0].every = KEEL_EVERY_NONE;
    if (i == 5) sim.models[0].implied.vol = 0.25;
    if (i == 6)
      sim.models[0].world =
          (struct keel_world){.kind = KEEL_WORLD_MERTON, .spot = 100, .merton = {.vol = 0.2, .jumps = {1, 0, 0.1}}};
    struct keel_simulation *simulation = run_few(&sim);
    assert_int_equal(keel_simulation_theories(simulation, 0), 0);
    keel_simulation_free(simulation);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(derman_and_kamal),
      cmocka_unit_test(boyle_and_emanuel),
      cmocka_unit_test(leland),
      cmocka_unit_test(nothing_where_no_formula_holds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
