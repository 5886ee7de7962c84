/* Paths shown are those of the run: the same spots as their kernel's, the same P&L at the end. */
#include "drive/simulate_support.h"

static void shown_paths_are_those_of_the_run(void **state) {
  (void)state;
  struct sim sim;
  double last[70], all[KEEL_LEAF_PATHS];
  sim_call(&sim);
  sim_variant(&sim, "none")->target.kind = KEEL_TARGET_NONE;
  sim.strategy.run.paths_shown = 70;
  struct keel_simulation *simulation = sim_run(&sim, 1, 64); /* over two blocks */
  const struct keel_shown_paths *shown = &simulation->shown;
  assert_int_equal(shown->count, 70);
  assert_int_equal(shown->instants, 22);
  struct keel_simulation_worker worker;
  keel_simulation_worker_init(&worker, &simulation->wiring);
  for (size_t first = 0; first < 70; first += 64) {
    keel_simulation_begin(&worker, first, 64);
    while (keel_simulation_next(&worker)) continue;
    keel_simulation_read(&worker, 1, KEEL_QUANTITY_PNL, all);
    for (size_t i = 0; first + i < 70 && i < 64; i++) last[first + i] = all[i];
  }
  keel_simulation_worker_fini(&worker);
  for (size_t p = 0; p < 70; p++) {
    const double *spot = shown->spot + p * 22, *pnl = shown->pnl + (p * 2 + 1) * 22, *book = shown->book + p * 22;
    assert_close(spot[0], 100, 0);
    assert_close(book[0], -simulation->premium, 0);
    assert_close(book[21], 0, 0); /* settled */
    assert_same_bits(pnl[21], last[p]);
    /* unhedged: the premium with its interest less the payoff */
    double growth = exp(0.05 / 12);
    assert_close(pnl[21], simulation->premium * growth - fmax(spot[21] - 100, 0), 1e-10);
  }
  assert_true(shown->time_ns[0] == simulation->wiring.market.start_ns);
  assert_true(shown->time_ns[21] == simulation->wiring.market.end_ns);
  keel_simulation_free(simulation);
}

/* A run that shows nothing leaves out what is read at its end alone: its figures are the same. */
static void what_is_not_shown_is_not_missed(void **state) {
  (void)state;
  for (int whole = 0; whole < 2; whole++) {
    struct sim sim;
    struct keel_simulation *shown, *bare;
    sim_call(&sim);
    sim_hold(&sim, "X", KEEL_KIND_PUT, 95, 0.05, 1);
    sim_variant(&sim, "none")->target.kind = KEEL_TARGET_NONE;
    sim.strategy.costs.half_spread_bps = 2;
    sim.strategy.run.explains = 0;
    if (!whole) sim.strategy.run.years = 0.06;
    bare = sim_run(&sim, 1, 0);
    sim.strategy.run.paths_shown = 1;
    shown = sim_run(&sim, 1, 0);
    for (size_t v = 0; v < 2; v++)
      for (size_t q = 0; q < keel_simulation_quantities(bare); q++)
        for (size_t s = 0; s < keel_simulation_statistics(bare); s++)
          assert_same_bits(keel_simulation_figure(bare, v, q, s).value, keel_simulation_figure(shown, v, q, s).value);
    keel_simulation_free(shown);
    keel_simulation_free(bare);
  }
}

static void no_more_than_there_are(void **state) {
  (void)state;
  struct sim sim;
  sim_call(&sim);
  sim.strategy.run.paths = 3;
  sim.strategy.run.paths_shown = 9;
  struct keel_simulation *simulation = sim_run(&sim, 1, 0);
  assert_int_equal(simulation->shown.count, 3);
  keel_simulation_free(simulation);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shown_paths_are_those_of_the_run),
      cmocka_unit_test(what_is_not_shown_is_not_missed),
      cmocka_unit_test(no_more_than_there_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
