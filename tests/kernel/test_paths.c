#include "kernel/paths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/paths_support.h"

static const struct keel_world gbm = {.kind = KEEL_WORLD_GBM, .spot = 100, .drift = 0.05, .gbm = {.vol = 0.2}};
static const struct keel_world heston = {
    .kind = KEEL_WORLD_HESTON, .spot = 50, .drift = 0.02, .heston = {0.04, 2, 0.05, 0.4, -0.6}};
static const struct keel_world rough = {
    .kind = KEEL_WORLD_ROUGH_BERGOMI, .spot = 10, .drift = 0, .rough_bergomi = {0.04, 0.1, 1.5, -0.8}};

static void names(void **state) {
  (void)state;
  for (int kind = 0; kind < KEEL_WORLD_COUNT; kind++)
    assert_int_equal(keel_world_named(keel_world_name((enum keel_world_kind)kind)), kind);
  assert_string_equal(keel_world_name(KEEL_WORLD_ROUGH_BERGOMI), "rough_bergomi");
  assert_int_equal(keel_world_named("gmb"), KEEL_WORLD_COUNT);
}

static double correlation_of(const double *a, const double *b, size_t count) {
  double aa = 0, ab = 0, bb = 0, mean_a = 0, mean_b = 0;
  for (size_t i = 0; i < count; i++) mean_a += a[i] / (double)count, mean_b += b[i] / (double)count;
  for (size_t i = 0; i < count; i++) {
    double x = a[i] - mean_a, y = b[i] - mean_b;
    aa += x * x, ab += x * y, bb += y * y;
  }
  return ab / sqrt(aa * bb);
}

/* Log returns of a short step, where spots of all worlds are nearly normal. */
static void correlations_are_realised(void **state) {
  (void)state;
  const struct keel_world worlds[] = {gbm, gbm, heston, rough};
  const double want[] = {1, 0.7, -0.4, 0.5, 0.7, 1, -0.2, 0.1, -0.4, -0.2, 1, 0.3, 0.5, 0.1, 0.3, 1};
  struct keel_test_run run = {
      .plan = {.count = 4, .worlds = worlds, .correlation = want, .draws = {.seed = 43, .steps = 1}},
      .years = 1e-4,
      .paths = keel_test_paths(1 << 16)};
  double *spot[4], error = 4 / sqrt((double)run.paths);
  for (size_t k = 0; k < 4; k++) {
    spot[k] = keel_test_spots(&run, k);
    for (size_t i = 0; i < run.paths; i++) spot[k][i] = log(spot[k][i]);
  }
  for (size_t a = 0; a < 4; a++)
    for (size_t b = 0; b < a; b++) assert_close(correlation_of(spot[a], spot[b], run.paths), want[a * 4 + b], error);
  for (size_t k = 0; k < 4; k++) free(spot[k]);
}

/* Over many steps each spot keeps its own law: correlation changes nothing about one of them. */
static void correlation_keeps_each_law(void **state) {
  (void)state;
  const struct keel_world worlds[] = {gbm, heston};
  const double matrix[] = {1, -0.8, -0.8, 1};
  struct keel_test_run run = {
      .plan = {.count = 2, .worlds = worlds, .correlation = matrix, .draws = {.seed = 47, .steps = 16}},
      .years = 1,
      .paths = keel_test_paths(1 << 16)};
  double *a = keel_test_spots(&run, 0), *b = keel_test_spots(&run, 1);
  assert_mean(keel_test_mean_of(a, run.paths, 1), 100 * exp(0.05), 0);
  assert_mean(keel_test_mean_of(b, run.paths, 1), 50 * exp(0.02), 0);
  for (size_t i = 0; i < run.paths; i++) b[i] = (log(a[i] / 100) - 0.03) * (log(a[i] / 100) - 0.03);
  assert_mean(keel_test_mean_of(b, run.paths, 1), 0.04, 0);
  free(a), free(b);
}

static void same_bits(void **state) {
  (void)state;
  const struct keel_world worlds[] = {gbm, heston, rough};
  const double matrix[] = {1, 0.5, 0.2, 0.5, 1, 0.3, 0.2, 0.3, 1};
  struct keel_test_run run = {
      .plan = {.count = 3, .worlds = worlds, .correlation = matrix, .draws = {.seed = 53, .steps = 5}},
      .years = 0.3,
      .paths = KEEL_LEAF + 90};
  keel_assert_same_paths(&run);
  run.plan.draws.sobol_points = 256;
  keel_assert_same_paths(&run);
}

static uint64_t hash_of(const double *x, size_t count, uint64_t hash) {
  for (size_t i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, &x[i], sizeof bits);
    hash = (hash ^ bits) * UINT64_C(0x100000001b3);
    hash ^= hash >> 29;
  }
  return hash;
}

/* Every world by every kind of draws. The bits are a promise: the same for all compilers, levels and releases. */
static void golden_hash(void **state) {
  (void)state;
  static double returns[] = {0.01, -0.02, 0.003, 0.007, -0.011, 0.02, -0.005};
  const struct keel_world worlds[] = {
      gbm,
      heston,
      rough,
      {.kind = KEEL_WORLD_MERTON, .spot = 100, .drift = 0.01, .merton = {0.2, {3, -0.1, 0.15}}},
      {.kind = KEEL_WORLD_KOU, .spot = 100, .drift = 0.01, .kou = {0.2, {5, 0.4, 10, 5}}},
      {.kind = KEEL_WORLD_BATES, .spot = 100, .bates = {{0.04, 1, 0.06, 0.9, 0.5}, {2, 0.02, 0.05}}},
      {.kind = KEEL_WORLD_BOOTSTRAP, .spot = 100, .drift = 0.05, .bootstrap = {returns, 7, 3, 0, 0, 0, 0}}};
  const struct keel_draw_plan draws[] = {{0}, {.antithetic = 1}, {.matched = 1}, {.sobol_points = 256}};
  uint64_t hash = 0;
  for (int k = 0; k < 4; k++) {
    struct keel_test_run run = {.plan = {.count = 7, .worlds = worlds, .draws = draws[k]}, .years = 1, .paths = 700};
    run.plan.draws.seed = 59 + (uint64_t)k, run.plan.draws.steps = 20;
    for (size_t i = 0; i < 7; i++) {
      double *spot = keel_test_all_spots(&run, i);
      hash = hash_of(spot, 20 * run.paths, hash);
      free(spot);
    }
  }
  if (hash != UINT64_C(0x2032bb198f27340e)) fail_msg("hash is 0x%016llx", (unsigned long long)hash);
}

static void refuse(struct keel_paths_plan plan, const char *where, const char *what) {
  struct keel_arena arena;
  const struct keel_paths_wiring *wiring;
  const double years[] = {0.1, 0.1, 0.1};
  keel_error error = {0};
  if (!plan.worlds) plan.worlds = &gbm, plan.count = 1;
  if (!plan.draws.years) plan.draws.years = years;
  keel_arena_init(&arena);
  assert_int_equal(keel_paths_wire(&arena, &plan, &wiring, &error), KEEL_STATUS_INPUT);
  assert_null(wiring);
  assert_string_equal(error.where, where);
  assert_string_equal(error.what, what);
  keel_arena_fini(&arena);
}

static void bad_plans_are_refused(void **state) {
  (void)state;
  const double backwards[] = {0.1, -0.1};
  refuse((struct keel_paths_plan){.draws = {.steps = 0}}, "steps", "0, 1 at least");
  refuse((struct keel_paths_plan){.draws = {.steps = 2, .years = backwards}}, "years",
         "step 2 is -0.1 years long, has to be above 0");
  refuse((struct keel_paths_plan){.count = 0, .worlds = &gbm, .draws = {.steps = 1}}, "model", "there is none");
  struct keel_world worlds[3] = {gbm, gbm, gbm};
  worlds[1].gbm.vol = -0.2;
  refuse((struct keel_paths_plan){.count = 3, .worlds = worlds, .draws = {.steps = 1}}, "model 2",
         "vol: -0.2 is not 0 or above");
  worlds[1] = gbm, worlds[0].spot = NAN;
  refuse((struct keel_paths_plan){.count = 1, .worlds = worlds, .draws = {.steps = 1}}, "model",
         "spot is not a finite number above 0");
  worlds[0] = gbm, worlds[0].drift = INFINITY;
  refuse((struct keel_paths_plan){.count = 1, .worlds = worlds, .draws = {.steps = 1}}, "model",
         "drift is not a number within -100 and 100");
  struct keel_world jumps = {.kind = KEEL_WORLD_MERTON, .spot = 1, .merton = {0.1, {2000, 0, 0.01}}};
  refuse((struct keel_paths_plan){.count = 1, .worlds = &jumps, .draws = {.steps = 1}}, "model",
         "intensity: 200 jumps in a step on average; 100 at most: take shorter steps");
}

static void bad_correlations_are_refused(void **state) {
  (void)state;
  const struct keel_world worlds[] = {gbm, gbm, gbm};
  struct keel_paths_plan plan = {.count = 3, .worlds = worlds, .draws = {.steps = 1}};
  const double negative[] = {1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1}, same[] = {1, 1, 0, 1, 1, 0, 0, 0, 1};
  const double skew[] = {1, 0.5, 0, 0.4, 1, 0, 0, 0, 1}, large[] = {1, 1.5, 0, 1.5, 1, 0, 0, 0, 1};
  const double diagonal[] = {1, 0, 0, 0, 2, 0, 0, 0, 1};
  plan.correlation = negative;
  refuse(plan, "correlation", "not positive definite: row 3 contradicts, or follows from, those before it");
  plan.correlation = same;
  refuse(plan, "correlation", "not positive definite: row 2 contradicts, or follows from, those before it");
  plan.correlation = skew;
  refuse(plan, "correlation", "row 2, column 1: 0.4, but 0.5 the other way");
  plan.correlation = large;
  refuse(plan, "correlation", "row 2, column 1: 1.5 is not within -1 and 1");
  plan.correlation = diagonal;
  refuse(plan, "correlation", "row 2: 2 with itself, has to be 1");
  const double returns[] = {0.01, -0.01}, half[] = {1, 0.5, 0.5, 1};
  struct keel_world mixed[] = {gbm,
                               {.kind = KEEL_WORLD_BOOTSTRAP, .spot = 1, .bootstrap = {returns, 2, 1, 1, 0, 0, 0}}};
  refuse((struct keel_paths_plan){.count = 2, .worlds = mixed, .correlation = half, .draws = {.steps = 1}},
         "correlation", "a bootstrap has that of the rows of its returns");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names),
      cmocka_unit_test(correlations_are_realised),
      cmocka_unit_test(correlation_keeps_each_law),
      cmocka_unit_test(same_bits),
      cmocka_unit_test(golden_hash),
      cmocka_unit_test(bad_plans_are_refused),
      cmocka_unit_test(bad_correlations_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
