#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keel/black_scholes.h"
#include "kernel/paths_support.h"

static const struct keel_world world = {.kind = KEEL_WORLD_ROUGH_BERGOMI,
                                        .spot = 100,
                                        .drift = 0.03,
                                        .rough_bergomi = {.variance = 0.055, .hurst = 0.07, .eta = 1.9, .rho = -0.9}};

static struct keel_test_run run_of(const struct keel_world *of, size_t steps, double years, size_t paths) {
  return (struct keel_test_run){
      .plan = {.count = 1, .worlds = of, .draws = {.seed = 29, .steps = steps, .antithetic = 1}},
      .years = years,
      .paths = paths};
}

/* log(v / variance) of every path after each step: [step][path]. */
static double *log_variances(const struct keel_world *of, size_t steps, double years, size_t paths) {
  struct keel_arena arena;
  const struct keel_paths_wiring *wiring;
  double *all = calloc(steps * paths, sizeof *all);
  keel_arena_init(&arena);
  double *lengths = KEEL_ARENA_NEW(&arena, double, steps);
  for (size_t step = 0; step < steps; step++) lengths[step] = years / (double)steps;
  struct keel_paths_plan plan = {
      .count = 1, .worlds = of, .draws = {.seed = 31, .steps = steps, .antithetic = 1, .years = lengths}};
  assert_int_equal(keel_paths_wire(&arena, &plan, &wiring, NULL), KEEL_STATUS_OK);
  struct keel_paths *block = keel_paths_new(&arena, wiring);
  for (size_t first = 0; first < paths; first += KEEL_LEAF) {
    keel_paths_begin(block, first, KEEL_LEAF);
    for (size_t step = 0; step < steps; step++) {
      keel_paths_step(block);
      for (size_t i = 0; i < KEEL_LEAF; i++)
        all[step * paths + first + i] = log(keel_paths_variance(block, 0)[i] / of->rough_bergomi.variance);
    }
  }
  keel_arena_fini(&arena);
  return all;
}

static void means_are_kept(void **state) {
  (void)state;
  const size_t steps = 32, paths = keel_test_paths(1 << 16);
  struct keel_test_run run = run_of(&world, steps, 1, paths);
  double *spot = keel_test_spots(&run, 0), *log_v = log_variances(&world, steps, 1, paths);
  assert_mean(keel_test_mean_of(spot, paths, 2), 100 * exp(0.03), 0);
  for (size_t step = 0; step < steps; step += 5) {
    for (size_t i = 0; i < paths; i++) log_v[step * paths + i] = exp(log_v[step * paths + i]);
    assert_mean(keel_test_mean_of(log_v + step * paths, paths, 2), 1, 0);
  }
  free(spot), free(log_v);
}

/* int_0^s (t - u)^a (s - u)^a du, by substitution of the root of s - u, in many steps. */
static double covariance(double s, double t, double hurst) {
  const double a = hurst - 0.5, power = 1 / (2 * hurst + 0.5);
  const int n = 20000;
  double sum = 0;
  for (int i = 0; i < n; i++) { /* w = s - u = s x^power spreads the singularity */
    double x = (i + 0.5) / n, w = s * pow(x, power);
    sum += pow(t - s + w, a) * pow(w, a) * s * power * pow(x, power - 1) / n;
  }
  return 2 * hurst * sum;
}

/* The covariances of the Volterra process: what the scheme leaves of them is below 1 % at these steps. */
static void covariances_are_those_of_the_process(void **state) {
  (void)state;
  const size_t steps = 64, paths = keel_test_paths(1 << 15);
  const struct keel_rough_bergomi *in = &world.rough_bergomi;
  const size_t pairs[][2] = {{64, 64}, {32, 32}, {1, 1}, {16, 64}, {48, 64}, {63, 64}};
  double *log_v = log_variances(&world, steps, 1, paths), *product = calloc(paths, sizeof *product);
  for (int k = 0; k < 6; k++) {
    const double *a = log_v + (pairs[k][0] - 1) * paths, *b = log_v + (pairs[k][1] - 1) * paths;
    double s = (double)pairs[k][0] / (double)steps, t = (double)pairs[k][1] / (double)steps, mean_a = 0, mean_b = 0;
    for (size_t i = 0; i < paths; i++) mean_a += a[i] / (double)paths, mean_b += b[i] / (double)paths;
    for (size_t i = 0; i < paths; i++) product[i] = (a[i] - mean_a) * (b[i] - mean_b) / (in->eta * in->eta);
    double want = s == t ? pow(t, 2 * in->hurst) : covariance(s, t, in->hurst);
    assert_mean(keel_test_mean_of(product, paths, 2), want, 0.01 * want);
  }
  free(log_v), free(product);
}

/* eta = 0 is Black-Scholes; hurst = 1/2 a lognormal variance driven by the same Brownian motion as spot. */
static void limits(void **state) {
  (void)state;
  struct keel_world flat = world, brownian = world;
  flat.rough_bergomi.eta = 0;
  brownian.rough_bergomi.hurst = 0.5, brownian.rough_bergomi.rho = 1, brownian.rough_bergomi.eta = 0.4;
  const keel_option option = {1, 100, 0.03, 0, 1};
  const double spot_now = 100, vol = sqrt(0.055);
  double price;
  keel_greeks greeks = {.price = &price};
  keel_black_scholes_price_paths(1, &option, &spot_now, &vol, KEEL_GREEK_SET_PRICE, &greeks);
  struct keel_test_run run = run_of(&flat, 8, 1, keel_test_paths(1 << 16));
  double *spot = keel_test_spots(&run, 0);
  for (size_t i = 0; i < run.paths; i++) spot[i] = exp(-0.03) * fmax(spot[i] - 100, 0);
  assert_mean(keel_test_mean_of(spot, run.paths, 2), price, 0);
  free(spot);
  /* log spot's first moves tell the motion, and the motion the variance: v = variance exp(eta W - eta^2 t / 2). */
  double *log_v = log_variances(&brownian, 2, 0.5, KEEL_LEAF);
  run = run_of(&brownian, 2, 0.5, KEEL_LEAF);
  run.plan.draws.seed = 31;
  spot = keel_test_all_spots(&run, 0);
  for (size_t i = 0; i < KEEL_LEAF; i++) {
    double v = 0.055, w1 = (log(spot[i] / 100) - (0.03 - 0.5 * v) * 0.25) / sqrt(v);
    assert_close(log_v[i], 0.4 * w1 - 0.08 * 0.25, 1e-12);
    v = 0.055 * exp(log_v[i]);
    double w2 = (log(spot[KEEL_LEAF + i] / spot[i]) - (0.03 - 0.5 * v) * 0.25) / sqrt(v);
    assert_close(log_v[KEEL_LEAF + i], 0.4 * (w1 + w2) - 0.08 * 0.5, 1e-12);
  }
  free(spot), free(log_v);
}

static void same_bits(void **state) {
  (void)state;
  struct keel_test_run run = run_of(&world, 12, 1, KEEL_LEAF + 100);
  keel_assert_same_paths(&run);
}

static void problems(void **state) {
  (void)state;
  char text[KEEL_WORLD_TEXT_SIZE];
  struct keel_world bad = world;
  assert_null(keel_world_problem(&world, text));
  bad.rough_bergomi.hurst = 0;
  assert_string_equal(keel_world_problem(&bad, text), "hurst: 0 is not above 0 and at most 1/2");
  struct keel_arena arena;
  const struct keel_paths_wiring *wiring;
  const double years[] = {0.1, 0.2};
  keel_error error;
  struct keel_paths_plan plan = {.count = 1, .worlds = &world, .draws = {.steps = 2, .years = years}};
  keel_arena_init(&arena);
  assert_int_equal(keel_paths_wire(&arena, &plan, &wiring, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.what, "its steps have to be of equal length");
  keel_arena_fini(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(means_are_kept), cmocka_unit_test(covariances_are_those_of_the_process),
      cmocka_unit_test(limits),         cmocka_unit_test(same_bits),
      cmocka_unit_test(problems),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
