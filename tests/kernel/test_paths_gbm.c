#include <math.h>
#include <stdlib.h>

#include "keel/black_scholes.h"
#include "kernel/kernel.h"
#include "kernel/paths_support.h"

static const struct keel_world world = {.kind = KEEL_WORLD_GBM, .spot = 100, .drift = 0.07, .gbm = {.vol = 0.3}};

static struct keel_test_run run_of(size_t steps, double years, size_t paths) {
  return (struct keel_test_run){
      .plan = {.count = 1, .worlds = &world, .draws = {.seed = 41, .steps = steps}}, .years = years, .paths = paths};
}

static void moments_are_those_of_a_lognormal(void **state) {
  (void)state;
  struct keel_test_run run = run_of(12, 2, keel_test_paths(1 << 18));
  double *spot = keel_test_spots(&run, 0), *x = calloc(run.paths, sizeof *x);
  assert_mean(keel_test_mean_of(spot, run.paths, 1), 100 * exp(0.07 * 2), 0);
  for (size_t i = 0; i < run.paths; i++) x[i] = log(spot[i] / 100);
  double mean = (0.07 - 0.5 * 0.09) * 2, variance = 0.09 * 2;
  assert_mean(keel_test_mean_of(x, run.paths, 1), mean, 0);
  for (size_t i = 0; i < run.paths; i++) x[i] = (x[i] - mean) * (x[i] - mean);
  assert_mean(keel_test_mean_of(x, run.paths, 1), variance, 0);
  for (size_t i = 0; i < run.paths; i++) x[i] = x[i] * x[i];
  assert_mean(keel_test_mean_of(x, run.paths, 1), 3 * variance * variance, 0);
  free(spot), free(x);
}

/* A call, by plain, antithetic, matched and Sobol draws; each beats the plain one's error. */
static void prices_by_all_draws(void **state) {
  (void)state;
  const keel_option option = {1, 105, 0.07, 0, 1};
  const double spot_now = 100, vol = 0.3;
  double price, plain_error = 0;
  keel_greeks greeks = {.price = &price};
  keel_black_scholes_price_paths(1, &option, &spot_now, &vol, KEEL_GREEK_SET_PRICE, &greeks);
  const struct keel_draw_plan draws[] = {
      {0}, {.antithetic = 1}, {.matched = 1}, {.antithetic = 1, .matched = 1}, {.sobol_points = 1 << 12}};
  for (int k = 0; k < 5; k++) {
    struct keel_test_run run = run_of(4, 1, keel_test_paths(1 << 18));
    run.plan.draws.antithetic = draws[k].antithetic, run.plan.draws.matched = draws[k].matched;
    run.plan.draws.sobol_points = draws[k].sobol_points;
    double *spot = keel_test_spots(&run, 0);
    for (size_t i = 0; i < run.paths; i++) spot[i] = exp(-0.07) * (spot[i] > 105 ? spot[i] - 105 : 0);
    struct keel_test_mean got = keel_test_mean_of(spot, run.paths, keel_draws_batch(&draws[k]));
    assert_mean(got, price, 0);
    if (k == 0) plain_error = got.error;
    assert_true(k == 0 || got.error < plain_error);
    if (k == 4) assert_true(got.error < plain_error / 5);
    free(spot);
  }
}

static void antithetic_paths_mirror_in_the_logarithm(void **state) {
  (void)state;
  struct keel_test_run run = run_of(10, 1, KEEL_LEAF);
  run.plan.draws.antithetic = 1;
  double *spot = keel_test_spots(&run, 0), middle = 2 * log(100.0) + 2 * (0.07 - 0.045);
  for (size_t i = 0; i < run.paths; i += 2) assert_close(log(spot[i]) + log(spot[i + 1]), middle, 1e-12);
  free(spot);
}

/* No vol: the drift, to rounding; and a vol that leaves no number: 0 or what it is, never NaN. */
static void limits(void **state) {
  (void)state;
  struct keel_world still = world, wild = world;
  still.gbm.vol = 0, wild.gbm.vol = 200;
  struct keel_test_run run = run_of(100, 1, KEEL_LEAF);
  run.plan.worlds = &still;
  double *spot = keel_test_spots(&run, 0);
  for (size_t i = 0; i < run.paths; i++) assert_close(spot[i], 100 * exp(0.07), 1e-11);
  free(spot);
  run.plan.worlds = &wild;
  spot = keel_test_spots(&run, 0);
  for (size_t i = 0; i < run.paths; i++) assert_true(spot[i] >= 0);
  free(spot);
}

static void same_bits(void **state) {
  (void)state;
  const struct keel_draw_plan draws[] = {
      {0}, {.antithetic = 1}, {.antithetic = 1, .matched = 1}, {.sobol_points = 256}};
  for (int k = 0; k < 4; k++) {
    struct keel_test_run run = run_of(7, 0.5, 3 * KEEL_LEAF + 40);
    run.plan.draws.antithetic = draws[k].antithetic, run.plan.draws.matched = draws[k].matched;
    run.plan.draws.sobol_points = draws[k].sobol_points;
    keel_assert_same_paths(&run);
  }
}

/* Steps short enough for no power of two, and those that are not, move spot by the exp of the same normals. */
static void short_and_long_steps(void **state) {
  (void)state;
  for (int k = 0; k < 2; k++) {
    const double years = k ? 1 : 1.0 / 365;
    struct keel_test_run run = run_of(1, years, KEEL_LEAF);
    double *spot = keel_test_spots(&run, 0), z[KEEL_LEAF];
    struct keel_draw draw = {41, 0, keel_stream_factor(KEEL_STREAM_NORMAL, 0)};
    keel_kernel_now->random.normal_pairs(&draw, 0, KEEL_LEAF, z);
    for (int i = 0; i < KEEL_LEAF; i++) {
      double want = 100 * exp((0.07 - 0.045) * years + 0.3 * sqrt(years) * z[i]);
      assert_close(spot[i], want, 4 * 0x1p-52 * want);
    }
    free(spot);
  }
}

/* These bits are a promise: the same seed gives the same path in every release, on every machine. */
static void golden_bits(void **state) {
  (void)state;
  struct keel_test_run run = run_of(3, 0.25, 2);
  double *spot = keel_test_spots(&run, 0);
  assert_same_bits(spot[0], 0x1.aa186e3be8356p+6);
  assert_same_bits(spot[1], 0x1.bd48bd016b99cp+6);
  free(spot);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_are_those_of_a_lognormal),
      cmocka_unit_test(prices_by_all_draws),
      cmocka_unit_test(antithetic_paths_mirror_in_the_logarithm),
      cmocka_unit_test(limits),
      cmocka_unit_test(same_bits),
      cmocka_unit_test(short_and_long_steps),
      cmocka_unit_test(golden_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
