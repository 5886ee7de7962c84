#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/paths_support.h"

enum { STEPS_PER_YEAR = 32, STEPS_LEAST = 16 };
/* What the scheme's steps cost at that many a year, relative to the price; 4 standard errors come on top. */
#define BIAS 0.003

/* T may be a fraction a/b. */
static double years_of(const struct keel_golden *golden, size_t row) {
  const char *text = keel_golden_text(golden, row, "T"), *slash = strchr(text, '/');
  return strtod(text, NULL) / (slash ? strtod(slash + 1, NULL) : 1);
}

static struct keel_heston heston_of(const struct keel_golden *golden, size_t row) {
  return (struct keel_heston){keel_golden_number(golden, row, "v0"), keel_golden_number(golden, row, "kappa"),
                              keel_golden_number(golden, row, "theta"), keel_golden_number(golden, row, "xi"),
                              keel_golden_number(golden, row, "rho")};
}

static struct keel_world world_of(const struct keel_golden *golden, size_t row, int jumps) {
  struct keel_world world = {.kind = jumps ? KEEL_WORLD_BATES : KEEL_WORLD_HESTON,
                             .spot = keel_golden_number(golden, row, "S"),
                             .drift = keel_golden_number(golden, row, "r") - keel_golden_number(golden, row, "q")};
  if (jumps)
    world.bates =
        (struct keel_bates){heston_of(golden, row),
                            {keel_golden_number(golden, row, "lambda"), keel_golden_number(golden, row, "muJ"),
                             keel_golden_number(golden, row, "sigJ")}};
  else
    world.heston = heston_of(golden, row);
  return world;
}

static int same_market(const struct keel_golden *golden, size_t row, size_t other) {
  const char *const names[] = {"S", "r", "q", "T", "v0", "kappa", "theta", "xi", "rho"};
  for (int i = 0; i < 9; i++)
    if (strcmp(keel_golden_text(golden, row, names[i]), keel_golden_text(golden, other, names[i])) != 0) return 0;
  return 1;
}

static struct keel_test_run run_of(const struct keel_world *world, double years, size_t paths) {
  size_t steps = (size_t)ceil(years * STEPS_PER_YEAR);
  return (struct keel_test_run){
      .plan = {.count = 1,
               .worlds = world,
               .draws = {.seed = 23, .steps = steps < STEPS_LEAST ? STEPS_LEAST : steps, .antithetic = 1}},
      .years = years,
      .paths = paths};
}

/* Every price of the table, by the option that is out of the money; rows of one market share their paths. */
static void assert_prices(const char *table, int jumps, size_t paths) {
  struct keel_golden golden = keel_golden_load(table);
  double *spot = NULL, *pay = calloc(paths, sizeof *pay);
  for (size_t row = 0; row < golden.rows; row++) {
    struct keel_world world = world_of(&golden, row, jumps);
    double years = years_of(&golden, row), strike = keel_golden_number(&golden, row, "K");
    double discount = exp(-keel_golden_number(&golden, row, "r") * years),
           forward = world.spot * exp(world.drift * years);
    if (!row || jumps || !same_market(&golden, row - 1, row)) {
      struct keel_test_run run = run_of(&world, years, paths);
      free(spot);
      spot = keel_test_spots(&run, 0);
      assert_mean(keel_test_mean_of(spot, paths, 2), forward, 0);
    }
    double side = strike > forward ? 1 : -1, want = keel_golden_number(&golden, row, side > 0 ? "call" : "put");
    if (!keel_test_sees(want, world.spot, paths)) continue;
    for (size_t i = 0; i < paths; i++) pay[i] = discount * fmax(side * (spot[i] - strike), 0);
    assert_mean(keel_test_mean_of(pay, paths, 2), want, BIAS * want);
  }
  free(spot), free(pay);
  keel_golden_free(&golden);
}

static void heston_prices(void **state) {
  (void)state;
  assert_prices("heston.csv", 0, keel_test_paths(1 << 16));
}

static void bates_prices(void **state) {
  (void)state;
  assert_prices("bates.csv", 1, keel_test_paths(1 << 15));
}

/* Mean and variance of v are exact at every step; with Feller's condition and without. */
static void variance_has_its_moments(void **state) {
  (void)state;
  const struct keel_heston all[] = {{0.09, 2, 0.04, 0.3, -0.7}, {0.01, 1, 0.04, 1, -0.9}};
  for (int k = 0; k < 2; k++) {
    const struct keel_heston *in = &all[k];
    struct keel_world world = {.kind = KEEL_WORLD_HESTON, .spot = 100, .drift = 0, .heston = *in};
    struct keel_arena arena;
    const struct keel_paths_wiring *wiring;
    const double years[] = {0.1, 0.4, 0.25, 0.25};
    size_t paths = keel_test_paths(1 << 18);
    struct keel_paths_plan plan = {.count = 1, .worlds = &world, .draws = {.seed = 2, .steps = 4, .years = years}};
    double *v = calloc(paths, sizeof *v), *square = calloc(paths, sizeof *v);
    keel_arena_init(&arena);
    assert_int_equal(keel_paths_wire(&arena, &plan, &wiring, NULL), KEEL_STATUS_OK);
    struct keel_paths *block = keel_paths_new(&arena, wiring);
    for (size_t first = 0; first < paths; first += KEEL_LEAF) {
      keel_paths_begin(block, first, KEEL_LEAF);
      for (int step = 0; step < 4; step++) keel_paths_step(block);
      memcpy(v + first, keel_paths_variance(block, 0), KEEL_LEAF * sizeof *v);
    }
    double decay = exp(-in->kappa), mean = in->theta + (in->variance - in->theta) * decay;
    double spread = in->xi * in->xi / in->kappa *
                    (in->variance * decay * (1 - decay) + 0.5 * in->theta * (1 - decay) * (1 - decay));
    for (size_t i = 0; i < paths; i++) assert_true(v[i] >= 0), square[i] = (v[i] - mean) * (v[i] - mean);
    assert_mean(keel_test_mean_of(v, paths, 1), mean, 0);
    assert_mean(keel_test_mean_of(square, paths, 1), spread, 0);
    keel_arena_fini(&arena);
    free(v), free(square);
  }
}

/* E[S] has no bias even where steps are far too long, for rho of both signs. */
static void spot_is_a_martingale_in_long_steps(void **state) {
  (void)state;
  const struct keel_heston all[] = {{0.04, 0.5, 0.04, 1, -0.9}, {0.04, 1, 0.09, 0.5, 0.6}, {0.09, 3, 0.01, 0.2, 0}};
  for (int k = 0; k < 3; k++) {
    struct keel_world world = {.kind = KEEL_WORLD_HESTON, .spot = 100, .drift = 0.04, .heston = all[k]};
    struct keel_test_run run = run_of(&world, 2, keel_test_paths(1 << 18));
    run.plan.draws.steps = 4;
    double *spot = keel_test_spots(&run, 0);
    assert_mean(keel_test_mean_of(spot, run.paths, 2), 100 * exp(0.08), 0);
    free(spot);
  }
}

/* The expected variance is what log spot's quadratic variation comes to. */
static void expected_variance_is_realised(void **state) {
  (void)state;
  struct keel_world world = {
      .kind = KEEL_WORLD_BATES, .spot = 100, .bates = {{0.09, 2, 0.04, 0.3, -0.7}, {4, -0.03, 0.05}}};
  struct keel_test_run run = run_of(&world, 1, keel_test_paths(1 << 14));
  run.plan.draws.steps = 128;
  double *spot = keel_test_all_spots(&run, 0), *sum = calloc(run.paths, sizeof *sum);
  for (size_t step = 0; step < run.plan.draws.steps; step++)
    for (size_t i = 0; i < run.paths; i++) {
      double move = log(spot[step * run.paths + i] / (step ? spot[(step - 1) * run.paths + i] : 100));
      sum[i] += move * move;
    }
  struct keel_expected_variance line = keel_world_variance(&world, 1);
  double want = line.constant + line.slope * 0.09;
  assert_close(want, 0.04 + 0.05 * (1 - exp(-2)) / 2 + 4 * (0.0009 + 0.0025), 1e-15);
  assert_mean(keel_test_mean_of(sum, run.paths, 2), want, 0.002 * want);
  free(spot), free(sum);
}

static void same_bits(void **state) {
  (void)state;
  struct keel_world heston = {
      .kind = KEEL_WORLD_HESTON, .spot = 100, .drift = 0.01, .heston = {0.04, 0.5, 0.04, 1, -0.9}};
  struct keel_world bates = {
      .kind = KEEL_WORLD_BATES, .spot = 100, .bates = {{0.04, 1, 0.09, 0.5, 0.9}, {3, -0.02, 0.03}}};
  struct keel_test_run a = run_of(&heston, 1, 2 * KEEL_LEAF + 33), b = run_of(&bates, 1, 2 * KEEL_LEAF + 33);
  keel_assert_same_paths(&a);
  b.plan.draws.matched = 1;
  keel_assert_same_paths(&b);
}

static void notes_and_problems(void **state) {
  (void)state;
  char text[KEEL_WORLD_TEXT_SIZE];
  struct keel_world world = {.kind = KEEL_WORLD_HESTON, .spot = 100, .heston = {0.04, 0.5, 0.04, 1, -0.9}};
  assert_null(keel_world_problem(&world, text));
  assert_string_equal(
      keel_world_note(&world, text),
      "Feller's condition is violated (2 kappa theta = 0.04 is below xi^2 = 1): the variance reaches 0");
  world.heston.xi = 0.1;
  assert_null(keel_world_note(&world, text));
  world.heston.xi = 0;
  assert_string_equal(keel_world_problem(&world, text), "xi: 0 is not above 0");
  world.heston.xi = 0.1, world.heston.rho = -1.01;
  assert_string_equal(keel_world_problem(&world, text), "rho: -1.01 is not within -1 and 1");
  world.heston.rho = NAN;
  assert_string_equal(keel_world_problem(&world, text), "rho: nan is not within -1 and 1");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(heston_prices),
      cmocka_unit_test(bates_prices),
      cmocka_unit_test(variance_has_its_moments),
      cmocka_unit_test(spot_is_a_martingale_in_long_steps),
      cmocka_unit_test(expected_variance_is_realised),
      cmocka_unit_test(same_bits),
      cmocka_unit_test(notes_and_problems),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
