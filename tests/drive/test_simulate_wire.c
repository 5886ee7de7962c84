/* What a simulation asks of its strategy: each mistake named, dates from years, start and end. */
#include "drive/simulate_support.h"

static struct sim sim;

static keel_status wire(struct keel_simulation_wiring *wiring, struct keel_arena *arena, keel_error *error) {
  struct keel_simulation_plan plan = {.strategy = &sim.strategy, .threads = 1};
  keel_arena_init(arena);
  return keel_simulation_wire(arena, &plan, wiring, error);
}

static void assert_wire_refused(const char *where, const char *what) {
  struct keel_arena arena;
  struct keel_simulation_wiring wiring;
  keel_error error = {0};
  assert_int_equal(wire(&wiring, &arena, &error), KEEL_STATUS_INPUT);
  if (strcmp(error.where, where) != 0 || strncmp(error.what, what, strlen(what)) != 0)
    fail_msg("says  %s: %s\n  want  %s: %s", error.where, error.what, where, what);
  keel_arena_fini(&arena);
}

static void what_is_missing_is_named(void **state) {
  (void)state;
  sim_call(&sim);
  sim.strategy.simulated.models = NULL;
  assert_wire_refused("s.yaml: market.model", "is missing: a simulation needs the model that moves the market");
  sim_call(&sim);
  sim.strategy.run.paths = 0;
  assert_wire_refused("s.yaml: run.paths", "is missing: how many paths");
  sim_call(&sim);
  sim.strategy.run.steps = 0;
  assert_wire_refused("s.yaml: run.steps", "is missing: how many steps");
  sim_start(&sim);
  sim_hold(&sim, "X", KEEL_KIND_SPOT, 0, NAN, 1);
  assert_wire_refused("s.yaml: run.years", "is missing: nothing of the book expires");
}

static void dates_need_a_start(void **state) {
  (void)state;
  static struct keel_dividend dividend = {KEEL_NS_PER_DAY, KEEL_NS_PER_DAY, 1};
  sim_call(&sim);
  sim.positions[0].years = NAN;
  sim.positions[0].contract.expiry_ns = KEEL_NS_PER_YEAR;
  assert_wire_refused("s.yaml: run.start", "is missing: the expiry of a position is a date; give the instant");
  sim.strategy.run.start_ns = KEEL_NS_PER_YEAR;
  assert_wire_refused("book.csv:2: expiry", "the position has expired when the run starts");
  sim_call(&sim);
  sim.with[0].contract.kind = KEEL_KIND_FUTURE;
  assert_wire_refused("s.yaml: run.start", "is missing: the expiry of a hedge instrument is a date");
  sim_call(&sim);
  sim.underlyings[0].dividends = &dividend;
  sim.underlyings[0].dividend_count = 1;
  assert_wire_refused("s.yaml: run.start", "is missing: a dividend is a date");
  sim_call(&sim);
  sim.strategy.run.end_ns = 0;
  assert_wire_refused("s.yaml: run.start", "is missing: run.end is a date");
}

static void the_end_fits_the_book(void **state) {
  (void)state;
  sim_call(&sim);
  sim.strategy.run.years = 0.1;
  assert_wire_refused("s.yaml: run.years", "is beyond the last expiry of the book, 0.0833333 years after the start");
  sim.strategy.run.start_ns = 0;
  sim.strategy.run.end_ns = KEEL_NS_PER_DAY;
  assert_wire_refused("s.yaml: run.years", "is given, and so is run.end");
  sim.strategy.run.years = NAN;
  sim.strategy.run.end_ns = KEEL_NS_PER_YEAR;
  assert_wire_refused("s.yaml: run.end", "is beyond the last expiry of the book");
  sim.strategy.run.end_ns = -1;
  assert_wire_refused("s.yaml: run.end", "is not after run.start");
}

static void models_that_make_no_sense(void **state) {
  (void)state;
  static const double correlation[] = {1, 1.0, 1.0, 1};
  sim_call(&sim);
  sim.models[0].world.gbm.vol = -1;
  assert_wire_refused("s.yaml: market.model", "vol: -1 is");
  sim_call(&sim);
  sim_underlying(&sim, "Y");
  sim.strategy.simulated.correlation = correlation;
  assert_wire_refused("s.yaml: market.correlation", "not positive definite");
  sim_call(&sim);
  sim.positions[0].years = 5e-16;
  assert_wire_refused("s.yaml: run.steps", "21 in less than as many nanoseconds");
}

static void years_become_dates(void **state) {
  (void)state;
  struct keel_arena arena;
  struct keel_simulation_wiring wiring;
  sim_call(&sim);
  sim_hold(&sim, "X", KEEL_KIND_PUT, 100, 0.5, 1);
  sim.with[0].contract.kind = KEEL_KIND_FUTURE;
  sim.with[0].years = 0.75;
  assert_int_equal(wire(&wiring, &arena, NULL), KEEL_STATUS_OK);
  int64_t noon = keel_days_from_civil(2001, 1, 2) * KEEL_NS_PER_DAY + KEEL_NS_PER_DAY / 2;
  assert_true(wiring.market.start_ns == noon);
  assert_true(wiring.market.end_ns == noon + KEEL_NS_PER_YEAR / 2);
  assert_true(wiring.book.positions[0].contract.expiry_ns == noon + KEEL_NS_PER_YEAR / 12);
  assert_true(wiring.accounts[0].policies[0]->with[0].contract.expiry_ns == noon + KEEL_NS_PER_YEAR / 4 * 3);
  assert_true(sim.with[0].contract.expiry_ns == KEEL_TIME_NONE); /* the strategy is as it was */
  keel_arena_fini(&arena);
  sim.strategy.run.start_ns = 17 * KEEL_NS_PER_DAY;
  sim.strategy.run.years = 0.25;
  assert_int_equal(wire(&wiring, &arena, NULL), KEEL_STATUS_OK);
  assert_true(wiring.market.end_ns == 17 * KEEL_NS_PER_DAY + KEEL_NS_PER_YEAR / 4);
  keel_arena_fini(&arena);
}

/* Antithetic pairs and replicates are whole in a batch. */
static void samples_know_of_dependence(void **state) {
  (void)state;
  struct keel_arena arena;
  struct keel_simulation_wiring wiring;
  sim_call(&sim);
  sim.strategy.run.paths = 1 << 16;
  sim.strategy.run.aversion_count = 1;
  sim.strategy.run.aversions[0] = 0.5;
  assert_int_equal(wire(&wiring, &arena, NULL), KEEL_STATUS_OK);
  assert_true(wiring.samples[0].is_independent && wiring.samples[0].batch_level == 2);
  assert_true(wiring.samples[KEEL_QUANTITY_PNL].aversion_count == 1 &&
              !wiring.samples[KEEL_QUANTITY_COST].aversion_count);
  assert_true(wiring.samples[KEEL_QUANTITY_TRADES].is_full && !wiring.samples[KEEL_QUANTITY_EXPLAIN].is_full);
  keel_arena_fini(&arena);
  sim.strategy.simulated.sobol_points = 4096;
  assert_int_equal(wire(&wiring, &arena, NULL), KEEL_STATUS_OK);
  assert_true(!wiring.samples[0].is_independent && wiring.samples[0].batch_level == 4);
  keel_arena_fini(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_missing_is_named), cmocka_unit_test(dates_need_a_start),
      cmocka_unit_test(the_end_fits_the_book),    cmocka_unit_test(models_that_make_no_sense),
      cmocka_unit_test(years_become_dates),       cmocka_unit_test(samples_know_of_dependence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
