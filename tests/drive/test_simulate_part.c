/* Leaves, parts, threads, blocks: however paths are cut, the same bits. */
#include <stdlib.h>

#include "drive/simulate_support.h"

/* Delta and gamma, by spot and an option, at the quotes of the next step. */
static void hedge_gamma(struct keel_policy *policy, struct keel_hedge_instrument spot) {
  static struct keel_hedge_instrument with[2];
  with[0] = with[1] = spot;
  with[1].contract =
      (struct keel_contract){.kind = KEEL_KIND_CALL, .strike = 60, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1};
  with[1].years = 0.5;
  policy->target.exposure_count = 2;
  policy->target.exposures[1] = KEEL_EXPOSURE_GAMMA;
  policy->triggers[KEEL_EXPOSURE_GAMMA] = policy->triggers[KEEL_EXPOSURE_DELTA];
  policy->execution.fill = KEEL_FILL_NEXT;
  policy->with = with;
  policy->with_count = 2;
}

/* Two correlated underlyings, spot and futures, dividends, lots, fees, late fills, share balance, bands. */
static void rich(struct sim *sim) {
  static struct keel_dividend dividend;
  static const double correlation[] = {1, 0.6, 0.6, 1};
  sim_start(sim);
  sim_underlying(sim, "Y");
  sim->models[1].world =
      (struct keel_world){.kind = KEEL_WORLD_HESTON, .spot = 50, .drift = 0.02, .heston = {0.09, 2, 0.09, 0.5, -0.7}};
  sim->models[1].implied.kind = KEEL_IMPLIED_EXPECTED;
  sim->models[1].implied.skew = -0.1;
  sim->strategy.simulated.correlation = correlation;
  sim_hold(sim, "X", KEEL_KIND_CALL, 100, 0.25, -100);
  sim_hold(sim, "X", KEEL_KIND_PUT, 95, 0.125, -50);
  sim_hold(sim, "Y", KEEL_KIND_PUT, 50, 0.25, -200);
  sim_hold(sim, "Y", KEEL_KIND_SPOT, 0, NAN, 10);
  sim->strategy.run.start_ns = 0;
  dividend = (struct keel_dividend){20 * KEEL_NS_PER_DAY, 25 * KEEL_NS_PER_DAY, 0.5};
  sim->underlyings[0].dividends = &dividend;
  sim->underlyings[0].dividend_count = 1;
  sim->strategy.costs = (struct keel_costs){.half_spread_bps = 2, .fees = {.per_share = 0.01, .per_order = 0.1}};
  sim->strategy.run.paths = 600;
  sim->strategy.run.steps = 20;
  sim->strategy.run.aversion_count = 1;
  sim->strategy.run.aversions[0] = 0.01;
  sim->with[0].lot = 1;
  struct keel_policy *band = sim_variant(sim, "band");
  band->triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 5};
  band->move.to = KEEL_MOVE_EDGE;
  sim_variant(sim, "next")->execution.fill = KEEL_FILL_NEXT;
  sim_variant(sim, "balance")->target.kind = KEEL_TARGET_SHARE_BALANCE;
  struct keel_policy *weekly = sim_variant(sim, "weekly");
  weekly->triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.every = KEEL_EVERY_DAYS, .every_days = 7};
  sim_variant(sim, "future")->execution.fill = KEEL_FILL_NEXT;
  sim->with[5].contract.kind = KEEL_KIND_FUTURE;
  sim->with[5].years = 0.5;
  sim_variant(sim, "move")->triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.price_move = 0.02};
  hedge_gamma(sim_variant(sim, "gamma"), sim->with[7]);
}

static void same_bits_for_any_threads_and_blocks(void **state) {
  (void)state;
  struct sim sim;
  rich(&sim);
  struct keel_simulation *want = sim_run(&sim, 1, 256);
  const size_t ways[][2] = {{2, 256}, {3, 64}, {1, 128}};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    struct keel_simulation *got = sim_run(&sim, ways[i][0], ways[i][1]);
    assert_same_figures(got, want);
    keel_simulation_free(got);
  }
  for (size_t v = 0; v < SIM_VARIANTS; v++)
    for (size_t q = 0; q < KEEL_QUANTITY_EXPLAIN; q++) assert_true(isfinite(sim_figure(want, v, q, "std").value));
  keel_simulation_free(want);
}

/* A worker's blocks begin as new ones do, whatever ran before in them. */
static void a_used_worker_is_as_a_new_one(void **state) {
  (void)state;
  static double fresh[KEEL_LEAF_PATHS], used[KEEL_LEAF_PATHS];
  struct sim sim;
  rich(&sim);
  struct keel_simulation_plan plan = {.strategy = &sim.strategy, .threads = 1};
  struct keel_simulation *simulation;
  assert_int_equal(keel_simulation_prepare(&plan, 0, &simulation, NULL), KEEL_STATUS_OK);
  struct keel_simulation_worker a, b;
  keel_simulation_worker_init(&a, &simulation->wiring);
  keel_simulation_worker_init(&b, &simulation->wiring);
  keel_simulation_begin(&b, 0, 256);
  while (keel_simulation_next(&b)) continue;
  keel_simulation_begin(&b, 512, 88);
  for (int i = 0; i < 14; i++) keel_simulation_next(&b); /* left in the middle */
  keel_simulation_begin(&a, 256, 256);
  keel_simulation_begin(&b, 256, 256);
  while (keel_simulation_next(&a)) {
    assert_true(keel_simulation_next(&b));
    for (size_t v = 0; v < SIM_VARIANTS; v++)
      for (size_t q = 0; q < KEEL_QUANTITY_MAX; q++) {
        keel_simulation_read(&a, v, q, fresh);
        keel_simulation_read(&b, v, q, used);
        assert_memory_equal(fresh, used, sizeof fresh);
      }
  }
  assert_false(keel_simulation_next(&b));
  keel_simulation_worker_fini(&a);
  keel_simulation_worker_fini(&b);
  keel_simulation_free(simulation);
}

/* Ranks: parts of leaves, as bytes, appended in order. */
static void parts_appended_are_the_whole(void **state) {
  (void)state;
  struct sim sim;
  rich(&sim);
  struct keel_simulation_plan plan = {.strategy = &sim.strategy, .threads = 2};
  struct keel_simulation *want = sim_run(&sim, 1, 0), *left, *right;
  for (uint64_t cut = 0; cut <= 3; cut++) {
    assert_int_equal(keel_simulation_prepare(&plan, 0, &left, NULL), KEEL_STATUS_OK);
    assert_int_equal(keel_simulation_prepare(&plan, cut, &right, NULL), KEEL_STATUS_OK);
    assert_int_equal(keel_simulation_part_run(&left->part, cut, &plan, NULL), KEEL_STATUS_OK);
    assert_int_equal(keel_simulation_part_run(&right->part, 3, &plan, NULL), KEEL_STATUS_OK);
    struct keel_simulation_part sent;
    keel_simulation_part_init(&sent, &left->wiring, cut);
    void *bytes = malloc(keel_simulation_part_size(&right->wiring));
    keel_simulation_part_save(&right->part, bytes);
    assert_int_equal(keel_simulation_part_load(&sent, bytes, NULL), KEEL_STATUS_OK);
    keel_simulation_part_append(&left->part, &sent);
    keel_simulation_conclude(left);
    assert_false(left->interrupted);
    assert_same_figures(left, want);
    free(bytes);
    keel_simulation_part_fini(&sent);
    keel_simulation_free(left);
    keel_simulation_free(right);
  }
  keel_simulation_free(want);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_bits_for_any_threads_and_blocks),
      cmocka_unit_test(a_used_worker_is_as_a_new_one),
      cmocka_unit_test(parts_appended_are_the_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
