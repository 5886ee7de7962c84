/* A simulation on ranks: the same bits as alone; and what happens when one has another strategy, is stopped, or is not
 * understood. */
#include "drive/fake_ranks.h"
#include "drive/simulate_support.h"

struct run {
  struct sim sim;
  size_t threads;
  uint64_t stops_at; /* paths of this rank, or on rank 0 of all; 0: never */
  struct keel_simulation *simulation;
  keel_status got;
  keel_error error;
};

static int tick(void *context, uint64_t done, uint64_t total) {
  const struct run *run = context;
  (void)total;
  return run->stops_at && done >= run->stops_at;
}

static void run(keel_ranks *ranks, void *context) {
  struct run *run = context;
  struct keel_simulation_plan plan = {
      .strategy = &run->sim.strategy, .threads = run->threads, .tick = tick, .tick_context = run, .ranks = ranks};
  run->got = keel_simulation_execute(&plan, &run->simulation, &run->error);
  run->got = keel_ranks_end(ranks, run->got, &run->error);
}

/* A call and a put, costs, a band beside the hedge of every step. */
static void prepare(struct run *run, int64_t paths) {
  memset(run, 0, sizeof *run);
  run->threads = 1;
  sim_call(&run->sim);
  sim_hold(&run->sim, "X", KEEL_KIND_PUT, 95, 1.0 / 12, -3);
  run->sim.strategy.costs.half_spread_bps = 2;
  run->sim.strategy.run.paths = paths;
  run->sim.strategy.run.steps = 5;
  run->sim.strategy.run.aversion_count = 1;
  run->sim.strategy.run.aversions[0] = 0.1;
  struct keel_policy *band = sim_variant(&run->sim, "band");
  band->triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 0.1};
}

static struct run runs[FAKE_RANKS];

/* What points into a run is made there. */
static void prepare_all(size_t count, int64_t paths) {
  for (size_t r = 0; r < count; r++) prepare(&runs[r], paths);
}

static void free_all(size_t count) {
  for (size_t r = 0; r < count; r++) keel_simulation_free(runs[r].simulation);
}

static void same_bits_on_any_ranks(void **state) {
  (void)state;
  struct run alone;
  prepare(&alone, 1400); /* 6 leaves, the last one not full */
  struct keel_simulation *want = sim_run(&alone.sim, 1, 0);
  const size_t counts[] = {1, 2, 3, 4, 9};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    for (size_t threads = 1; threads <= 2; threads++) {
      struct fake_world world = {0};
      prepare_all(counts[i], 1400);
      for (size_t r = 0; r < counts[i]; r++) runs[r].threads = threads;
      assert_int_equal(fake_run(&world, counts[i], run, runs, sizeof *runs), 0);
      for (size_t r = 0; r < counts[i]; r++) {
        assert_int_equal(runs[r].got, KEEL_STATUS_OK);
        assert_true((runs[r].simulation != NULL) == (r == 0));
      }
      assert_same_figures(runs[0].simulation, want);
      assert_false(runs[0].simulation->interrupted);
      assert_int_equal(runs[0].simulation->part.paths, 1400);
      free_all(counts[i]);
    }
  keel_simulation_free(want);
}

/* Enough leaves for several turns of each rank. */
static void same_bits_in_turns(void **state) {
  (void)state;
  const int64_t paths = 2 * 3 * 256 * 256 + 300;
  struct fake_world world = {0};
  prepare_all(3, paths);
  for (size_t r = 0; r < 3; r++) runs[r].sim.strategy.run.steps = 1, runs[r].sim.strategy.run.explains = 0;
  struct keel_simulation *want = sim_run(&runs[0].sim, 2, 0);
  assert_int_equal(fake_run(&world, 3, run, runs, sizeof *runs), 0);
  assert_same_figures(runs[0].simulation, want);
  free_all(3);
  keel_simulation_free(want);
}

static void assert_all_fail(size_t count, keel_status status, const char *what) {
  for (size_t r = 0; r < count; r++) {
    assert_int_equal(runs[r].got, status);
    assert_null(runs[r].simulation);
    assert_string_equal(runs[r].error.what, what);
  }
}

static void another_strategy_is_refused(void **state) {
  (void)state;
  static const char what[] = "rank 2 does other work than rank 0; all ranks run one build on one strategy";
  for (int change = 0; change < 5; change++) {
    struct fake_world world = {0};
    prepare_all(3, 700);
    struct sim *sim = &runs[2].sim;
    if (change == 0) sim->strategy.run.seed = 8;
    if (change == 1) sim->strategy.run.paths = 701;
    if (change == 2) sim->models[0].world.gbm.vol = 0.21; /* the market's vol is the same */
    if (change == 3) sim->strategy.costs.half_spread_bps = 2.0001;
    if (change == 4) sim_variant(sim, "more");
    assert_int_equal(fake_run(&world, 3, run, runs, sizeof *runs), 0);
    assert_all_fail(3, KEEL_STATUS_INPUT, what);
  }
}

static void what_one_cannot_simulate_nobody_does(void **state) {
  (void)state;
  struct fake_world world = {0};
  prepare_all(3, 700);
  runs[1].sim.strategy.run.steps = 0;
  assert_int_equal(fake_run(&world, 3, run, runs, sizeof *runs), 0);
  assert_all_fail(3, KEEL_STATUS_INPUT, "is missing: how many steps each path takes; allowed: 1 or more (rank 1)");
}

static void damaged_samples_are_refused(void **state) {
  (void)state;
  for (size_t count = 2; count <= 4; count++) {
    struct fake_world world = {0};
    prepare_all(count, 1400);
    struct keel_simulation *plain = sim_run(&runs[0].sim, 1, 0);
    world.bent_size = keel_simulation_part_size(&plain->wiring);
    keel_simulation_free(plain);
    assert_int_equal(fake_run(&world, count, run, runs, sizeof *runs), 0);
    for (size_t r = 0; r < count; r++) {
      assert_int_equal(runs[r].got, KEEL_STATUS_CORRUPT);
      assert_null(runs[r].simulation);
      assert_non_null(strstr(runs[r].error.what, "statistics damaged on their way"));
    }
  }
}

/* The result is that of the first paths, as far as they follow on each other. */
static void a_stopped_run_keeps_the_first_paths(void **state) {
  (void)state;
  for (size_t stopper = 0; stopper < 3; stopper++) {
    struct fake_world world = {0};
    prepare_all(3, 256 * 3000);
    runs[stopper].stops_at = 2000;
    assert_int_equal(fake_run(&world, 3, run, runs, sizeof *runs), 0);
    const struct keel_simulation *simulation = runs[0].simulation;
    for (size_t r = 0; r < 3; r++) assert_int_equal(runs[r].got, KEEL_STATUS_OK);
    if (!simulation) fail_msg("rank 0 has no result");
    assert_true(simulation->interrupted);
    assert_int_equal(simulation->part.first, 0);
    assert_int_equal(simulation->part.paths, simulation->part.next * 256);
    struct keel_simulation_plan plan = {.strategy = &runs[0].sim.strategy, .threads = 1};
    struct keel_simulation *want;
    assert_int_equal(keel_simulation_prepare(&plan, 0, &want, NULL), KEEL_STATUS_OK);
    assert_int_equal(keel_simulation_part_run(&want->part, simulation->part.next, &plan, NULL), KEEL_STATUS_OK);
    keel_simulation_conclude(want);
    assert_same_figures(simulation, want);
    assert_true((simulation->left_out > 0) == (simulation->note_count > want->note_count));
    keel_simulation_free(want);
    free_all(3);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_bits_on_any_ranks),      cmocka_unit_test(same_bits_in_turns),
      cmocka_unit_test(another_strategy_is_refused), cmocka_unit_test(what_one_cannot_simulate_nobody_does),
      cmocka_unit_test(damaged_samples_are_refused), cmocka_unit_test(a_stopped_run_keeps_the_first_paths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
