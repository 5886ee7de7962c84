#include "kernel/draws.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/paths_support.h"

enum { STEPS = 16, FACTORS = 2 };

static double years[STEPS];

static int set_years(void **state) {
  (void)state;
  for (int step = 0; step < STEPS; step++) years[step] = 0.01 * (1 + step % 3);
  return 0;
}

struct source {
  struct keel_arena arena;
  struct keel_draws *draws;
};

static struct source source_of(struct keel_draw_plan plan) {
  struct source source;
  const struct keel_draw_wiring *wiring;
  keel_error error = {0};
  plan.seed = 5, plan.steps = STEPS, plan.factors = FACTORS, plan.years = years;
  keel_arena_init(&source.arena);
  if (keel_draws_wire(&source.arena, &plan, &wiring, &error)) fail_msg("%s: %s", error.where, error.what);
  source.draws = keel_draws_new(&source.arena, wiring);
  return source;
}

/* [step][factor][path] of the paths first ... */
static double *draw_all(struct source *source, uint64_t first, size_t count) {
  double *all = calloc(STEPS * FACTORS * count, sizeof *all);
  keel_draws_begin(source->draws, first, count);
  for (size_t step = 0; step < STEPS; step++) {
    keel_draws_step(source->draws, step);
    for (size_t factor = 0; factor < FACTORS; factor++)
      memcpy(all + (step * FACTORS + factor) * count, keel_draws_row(source->draws, factor), count * sizeof *all);
  }
  return all;
}

static const struct keel_draw_plan plans[] = {
    {.antithetic = 0}, {.antithetic = 1}, {.matched = 1}, {.antithetic = 1, .matched = 1}, {.sobol_points = 1024}};
enum { PLANS = sizeof plans / sizeof *plans };

static void blocks_have_the_numbers_of_their_leaf(void **state) {
  (void)state;
  const size_t begins[] = {0, 64, 65, 130, 255}, sizes[] = {64, 1, 33, 126, 1};
  for (int p = 0; p < PLANS; p++) {
    struct source source = source_of(plans[p]);
    double *leaf = draw_all(&source, 5 * KEEL_LEAF, KEEL_LEAF);
    for (int b = 0; b < 5; b++) {
      double *part = draw_all(&source, 5 * KEEL_LEAF + begins[b], sizes[b]);
      for (size_t row = 0; row < STEPS * FACTORS; row++)
        for (size_t i = 0; i < sizes[b]; i++)
          assert_same_bits(part[row * sizes[b] + i], leaf[row * KEEL_LEAF + begins[b] + i]);
      free(part);
    }
    free(leaf);
    keel_arena_fini(&source.arena);
  }
}

static void antithetic_pairs_are_exact(void **state) {
  (void)state;
  for (int p = 1; p <= 3; p += 2) {
    struct source source = source_of(plans[p]);
    double *all = draw_all(&source, 0, KEEL_LEAF);
    for (size_t i = 0; i < STEPS * FACTORS * KEEL_LEAF; i += 2) assert_same_bits(all[i], -all[i + 1]);
    for (size_t i = 2; i < KEEL_LEAF; i += 2) assert_true(all[i] != all[i - 2]);
    free(all);
    keel_arena_fini(&source.arena);
  }
}

static void matched_leaves_are_exact(void **state) {
  (void)state;
  for (int p = 2; p <= 3; p++) {
    struct source source = source_of(plans[p]);
    for (uint64_t leaf = 0; leaf < 3; leaf++) {
      double *all = draw_all(&source, leaf * KEEL_LEAF, KEEL_LEAF);
      for (size_t row = 0; row < STEPS * FACTORS; row++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < KEEL_LEAF; i++) {
          double z = all[row * KEEL_LEAF + i];
          mean += z / KEEL_LEAF, square += z * z / KEEL_LEAF;
        }
        assert_close(mean, 0, 1e-15);
        assert_close(square, 1, 1e-14);
      }
      free(all);
    }
    keel_arena_fini(&source.arena);
  }
}

/* Matched normals are on a sphere: of as many dimensions as there are normals, of their own, in a leaf, less the
 * mean's. */
static double fourth_moment(const struct keel_draw_plan *plan) {
  if (!plan->matched) return 3;
  return plan->antithetic ? 3 * 128.0 / 130 : 3 * 255.0 / 257;
}

/* Of Sobol points too: increments of a bridge are independent and have variance 1, whatever the steps. */
static void normals_of_all_plans(void **state) {
  (void)state;
  for (int p = 0; p < PLANS; p++) {
    struct source source = source_of(plans[p]);
    const size_t leaves = 64;
    static double sum[STEPS * FACTORS][STEPS * FACTORS];
    double n = (double)(leaves * KEEL_LEAF), fourth = 0;
    memset(sum, 0, sizeof sum);
    for (size_t leaf = 0; leaf < leaves; leaf++) {
      double *all = draw_all(&source, leaf * KEEL_LEAF, KEEL_LEAF);
      for (size_t i = 0; i < KEEL_LEAF; i++)
        for (size_t a = 0; a < STEPS * FACTORS; a++) {
          double z = all[a * KEEL_LEAF + i];
          fourth += z * z * z * z / n / (STEPS * FACTORS);
          for (size_t b = 0; b <= a; b++) sum[a][b] += z * all[b * KEEL_LEAF + i] / n;
        }
      free(all);
    }
    for (size_t a = 0; a < STEPS * FACTORS; a++)
      for (size_t b = 0; b <= a; b++) assert_close(sum[a][b], a == b, 5 * sqrt((a == b ? 2 : 1) * 2 / n));
    assert_close(fourth, fourth_moment(&plans[p]), 0.05);
    keel_arena_fini(&source.arena);
  }
}

/* The square of the error of the mean of exp of an average of Brownian motion, over replicates of 1024 points. */
static double squared_error(const struct keel_draw_plan *plan) {
  struct source source = source_of(*plan);
  const size_t points = 1024, replicates = 16;
  double total = 0, variance = 0;
  for (int step = 0; step < STEPS; step++) { /* average over the steps' ends: weight of step k is those not before it */
    double weight = (STEPS - step) / (double)STEPS;
    variance += weight * weight * years[step];
  }
  for (size_t replicate = 0; replicate < replicates; replicate++) {
    double mean = 0;
    for (size_t first = 0; first < points; first += KEEL_LEAF) {
      double *all = draw_all(&source, replicate * points + first, KEEL_LEAF);
      for (size_t i = 0; i < KEEL_LEAF; i++) {
        double average = 0;
        for (int step = 0; step < STEPS; step++)
          average += (STEPS - step) / (double)STEPS * sqrt(years[step]) * all[step * FACTORS * KEEL_LEAF + (int)i];
        mean += exp(average) / (double)points;
      }
      free(all);
    }
    double off = mean - exp(0.5 * variance);
    total += off * off / (double)replicates;
  }
  keel_arena_fini(&source.arena);
  return total;
}

static void sobol_beats_plain_draws(void **state) {
  (void)state;
  double plain = squared_error(&plans[0]), sobol = squared_error(&plans[4]);
  if (getenv("KEEL_TEST_SHOW")) print_message("variance: plain %g, Sobol %g, ratio %g\n", plain, sobol, plain / sobol);
  assert_true(sobol < plain / 100);
}

static void batches(void **state) {
  (void)state;
  assert_int_equal(keel_draws_batch(&plans[0]), 1);
  assert_int_equal(keel_draws_batch(&plans[1]), 2);
  assert_int_equal(keel_draws_batch(&plans[2]), KEEL_LEAF);
  assert_int_equal(keel_draws_batch(&plans[3]), KEEL_LEAF);
  assert_int_equal(keel_draws_batch(&plans[4]), 1024);
}

static void refuse(struct keel_draw_plan plan, const char *where, const char *what) {
  struct keel_arena arena;
  const struct keel_draw_wiring *wiring;
  keel_error error = {0};
  keel_arena_init(&arena);
  assert_int_equal(keel_draws_wire(&arena, &plan, &wiring, &error), KEEL_STATUS_INPUT);
  assert_null(wiring);
  assert_string_equal(error.where, where);
  assert_string_equal(error.what, what);
  keel_arena_fini(&arena);
}

static void bad_plans_are_refused(void **state) {
  (void)state;
  const double zero[] = {1, 0};
  refuse((struct keel_draw_plan){.sobol_points = 1000, .steps = 1, .factors = 1, .years = years}, "sobol_points",
         "1000 is no power of two from 256 to 2^32");
  refuse((struct keel_draw_plan){.sobol_points = 128, .steps = 1, .factors = 1, .years = years}, "sobol_points",
         "128 is no power of two from 256 to 2^32");
  refuse((struct keel_draw_plan){.sobol_points = 256, .steps = 1, .factors = 1, .years = years, .antithetic = 1},
         "sobol", "goes neither with antithetic nor with matched normals");
  refuse((struct keel_draw_plan){.sobol_points = 256, .steps = 2000, .factors = 2, .years = years}, "sobol",
         "2000 steps of 2 factors are 4000 dimensions, of 3667 at most");
  refuse((struct keel_draw_plan){.sobol_points = 256, .steps = 2, .factors = 1, .years = zero}, "years",
         "step 2 has no length above 0");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_have_the_numbers_of_their_leaf),
      cmocka_unit_test(antithetic_pairs_are_exact),
      cmocka_unit_test(matched_leaves_are_exact),
      cmocka_unit_test(normals_of_all_plans),
      cmocka_unit_test(sobol_beats_plain_draws),
      cmocka_unit_test(batches),
      cmocka_unit_test(bad_plans_are_refused),
  };
  return cmocka_run_group_tests(tests, set_years, NULL);
}
