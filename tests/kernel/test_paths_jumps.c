#include <math.h>
#include <stdlib.h>

#include "kernel/paths_support.h"

static struct keel_test_run run_of(const struct keel_world *world, size_t steps, double years, size_t paths) {
  return (struct keel_test_run){
      .plan = {.count = 1, .worlds = world, .draws = {.seed = 17, .steps = steps}}, .years = years, .paths = paths};
}

/* The side out of the money, whose error is the smaller one; calls by parity. */
static void assert_price(const double *spot, size_t paths, const struct keel_world *world, double strike,
                         const double *terms) {
  const double rate = terms[0], yield = terms[1], years = terms[2], call = terms[3];
  double forward = world->spot * exp(world->drift * years), *pay = calloc(paths, sizeof *pay);
  double side = strike > forward ? 1 : -1;
  double want = side > 0 ? call : call - world->spot * exp(-yield * years) + strike * exp(-rate * years);
  for (size_t i = 0; i < paths; i++) pay[i] = exp(-rate * years) * fmax(side * (spot[i] - strike), 0);
  if (keel_test_sees(want, world->spot, paths)) assert_mean(keel_test_mean_of(pay, paths, 1), want, 0);
  free(pay);
}

/* Exact in any step, so two of them do; rows that differ in strike alone follow each other or not. */
static void merton_prices(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("merton_jump.csv");
  size_t paths = keel_test_paths(1 << 16);
  for (size_t row = 0; row < golden.rows; row++) {
    const double rate = keel_golden_number(&golden, row, "r"), yield = keel_golden_number(&golden, row, "q");
    const double terms[] = {rate, yield, keel_golden_number(&golden, row, "T"),
                            keel_golden_number(&golden, row, "price")};
    struct keel_world world = {
        .kind = KEEL_WORLD_MERTON,
        .spot = keel_golden_number(&golden, row, "S"),
        .drift = rate - yield,
        .merton = {keel_golden_number(&golden, row, "sigma"),
                   {keel_golden_number(&golden, row, "lambda"), keel_golden_number(&golden, row, "muJ"),
                    keel_golden_number(&golden, row, "sigJ")}}};
    if (keel_golden_text(&golden, row, "type")[0] != 'C') continue;
    struct keel_test_run run = run_of(&world, 2, terms[2], paths);
    double *spot = keel_test_spots(&run, 0);
    assert_mean(keel_test_mean_of(spot, paths, 1), world.spot * exp(world.drift * terms[2]), 0);
    assert_price(spot, paths, &world, keel_golden_number(&golden, row, "K"), terms);
    free(spot);
  }
  keel_golden_free(&golden);
}

static struct keel_world kou_of(const struct keel_golden *golden, size_t row) {
  return (struct keel_world){
      .kind = KEEL_WORLD_KOU,
      .spot = keel_golden_number(golden, row, "S"),
      .drift = keel_golden_number(golden, row, "r") - keel_golden_number(golden, row, "q"),
      .kou = {keel_golden_number(golden, row, "sigma"),
              {keel_golden_number(golden, row, "lambda"), keel_golden_number(golden, row, "p"),
               keel_golden_number(golden, row, "eta1"), keel_golden_number(golden, row, "eta2")}}};
}

static void kou_prices(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("kou_jump.csv");
  for (size_t row = 0; row < golden.rows; row++) {
    const double terms[] = {keel_golden_number(&golden, row, "r"), keel_golden_number(&golden, row, "q"),
                            keel_golden_number(&golden, row, "T"), keel_golden_number(&golden, row, "call")};
    struct keel_world world = kou_of(&golden, row);
    struct keel_test_run run = run_of(&world, 4, terms[2], keel_test_paths(1 << 18));
    double *spot = keel_test_spots(&run, 0);
    assert_mean(keel_test_mean_of(spot, run.paths, 1), world.spot * exp(world.drift * terms[2]), 0);
    assert_price(spot, run.paths, &world, keel_golden_number(&golden, row, "K"), terms);
    free(spot);
  }
  keel_golden_free(&golden);
}

/* Mean, variance and third central moment of log spot are those of the compound process. */
static void assert_moments(const struct keel_world *world, double vol, double growth, const double *jump_moments) {
  const double years = 0.5, drift = world->drift - growth - 0.5 * vol * vol;
  struct keel_test_run run = run_of(world, 5, years, keel_test_paths(1 << 18));
  double *spot = keel_test_spots(&run, 0), *x = calloc(run.paths, sizeof *x);
  double mean = (drift + jump_moments[0]) * years;
  for (size_t i = 0; i < run.paths; i++) x[i] = log(spot[i] / world->spot) - mean;
  assert_mean(keel_test_mean_of(x, run.paths, 1), 0, 0);
  for (size_t i = 0; i < run.paths; i++) spot[i] = x[i] * x[i];
  assert_mean(keel_test_mean_of(spot, run.paths, 1), (vol * vol + jump_moments[1]) * years, 0);
  assert_close(keel_world_variance(world, years).constant, vol * vol + jump_moments[1], 1e-15);
  for (size_t i = 0; i < run.paths; i++) spot[i] = x[i] * x[i] * x[i];
  assert_mean(keel_test_mean_of(spot, run.paths, 1), jump_moments[2] * years, 0);
  free(spot), free(x);
}

static void moments(void **state) {
  (void)state;
  struct keel_world merton = {
      .kind = KEEL_WORLD_MERTON, .spot = 50, .drift = -0.1, .merton = {0.15, {30, -0.02, 0.03}}};
  const double m = -0.02, s2 = 0.0009;
  const double merton_moments[] = {30 * m, 30 * (m * m + s2), 30 * (m * m * m + 3 * m * s2)};
  assert_moments(&merton, 0.15, 30 * (exp(m + 0.5 * s2) - 1), merton_moments);
  struct keel_world kou = {.kind = KEEL_WORLD_KOU, .spot = 50, .drift = 0.2, .kou = {0.1, {25, 0.3, 20, 15}}};
  const double up = 7.5, down = 17.5;
  const double kou_moments[] = {up / 20 - down / 15, 2 * up / 400 + 2 * down / 225, 6 * up / 8000 - 6 * down / 3375};
  assert_moments(&kou, 0.1, up / 19 - down / 16, kou_moments);
}

/* Counts alone: no vol, jumps of one size; against Poisson's probabilities, from rare to a hundred a step. */
static void counts_are_poisson(void **state) {
  (void)state;
  const double means[] = {0.001, 0.3, 2.5, 20, 99};
  for (int k = 0; k < 5; k++) {
    struct keel_world world = {.kind = KEEL_WORLD_MERTON, .spot = 1, .merton = {0, {means[k], 0.01, 0}}};
    struct keel_test_run run = run_of(&world, 1, 1, keel_test_paths(1 << 17));
    double *spot = keel_test_spots(&run, 0), *x = calloc(run.paths, sizeof *x), growth = exp(0.01) - 1;
    for (size_t i = 0; i < run.paths; i++) {
      double count = (log(spot[i]) + means[k] * growth) / 0.01;
      assert_close(count, nearbyint(count), 1e-9);
      spot[i] = nearbyint(count), x[i] = (spot[i] - means[k]) * (spot[i] - means[k]);
    }
    assert_mean(keel_test_mean_of(spot, run.paths, 1), means[k], 0);
    assert_mean(keel_test_mean_of(x, run.paths, 1), means[k], 0);
    double weight = exp(-means[k]);
    for (int n = 0; n < 6; weight *= means[k] / ++n) {
      for (size_t i = 0; i < run.paths; i++) x[i] = spot[i] == n;
      if (weight > 1e-4) assert_mean(keel_test_mean_of(x, run.paths, 1), weight, 0);
    }
    free(spot), free(x);
  }
}

static void same_bits(void **state) {
  (void)state;
  struct keel_world merton = {.kind = KEEL_WORLD_MERTON, .spot = 50, .drift = 0.1, .merton = {0.15, {3, -0.02, 0.03}}};
  struct keel_world kou = {.kind = KEEL_WORLD_KOU, .spot = 50, .drift = 0.2, .kou = {0.1, {25, 0.3, 20, 15}}};
  struct keel_test_run a = run_of(&merton, 6, 1, 2 * KEEL_LEAF + 7), b = run_of(&kou, 6, 1, 2 * KEEL_LEAF + 7);
  keel_assert_same_paths(&a);
  keel_assert_same_paths(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(merton_prices),      cmocka_unit_test(kou_prices), cmocka_unit_test(moments),
      cmocka_unit_test(counts_are_poisson), cmocka_unit_test(same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
