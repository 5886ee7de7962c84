#include "base/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/draws.h"
#include "support/support.h"

static struct keel_distribution whole, joined, part;

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Any number of values, in leaves. */
static void add(struct keel_distribution *d, size_t batch, size_t count, const double *values) {
  uint32_t slots[KEEL_LEAF_PATHS];
  for (size_t i = 0; i < count; i += KEEL_LEAF_PATHS) {
    size_t piece = count - i < KEEL_LEAF_PATHS ? count - i : KEEL_LEAF_PATHS;
    struct keel_binning binning = keel_distribution_binning(d, batch);
    for (size_t j = 0; j < piece; j++) slots[j] = keel_bin_slot(&binning, values[i + j]);
    keel_distribution_add(d, batch, piece, values + i, slots);
  }
}

/* In leaves, 64 batches of equal length. */
static void fill(struct keel_distribution *d, size_t count, const double *values) {
  keel_distribution_init(d);
  for (size_t i = 0; i < count; i += 256) add(d, i * 64 / count, count - i < 256 ? count - i : 256, values + i);
}

static double plain_quantile(size_t count, const double *sorted, double p) {
  double rank = p * (double)(count - 1), whole_rank = floor(rank);
  size_t i = (size_t)whole_rank;
  return rank > whole_rank ? sorted[i] + (rank - whole_rank) * (sorted[i + 1] - sorted[i]) : sorted[i];
}

static double plain_cvar(size_t count, const double *sorted, double level) {
  double mass = (1 - level) * (double)count, sum = 0, left = mass;
  for (size_t i = 0; left > 0; i++, left -= 1) sum += fmin(left, 1) * sorted[i];
  return -sum / mass;
}

static const double levels[] = {0, 0.5, 0.9, 0.95, 0.99, 0.995, 0.999};
static const size_t level_count = sizeof levels / sizeof *levels;

static void exact_while_small(void **state) {
  (void)state;
  double values[64];
  for (size_t count = 1; count <= 64; count += count < 4 ? 1 : 20) {
    draw_many(draw_normal, count, count, values);
    fill(&whole, count, values);
    qsort(values, count, sizeof *values, ascending);
    for (size_t i = 0; i < level_count; i++) {
      struct keel_estimate q = keel_distribution_quantile(&whole, levels[i], 1);
      struct keel_estimate c = keel_distribution_cvar(&whole, levels[i], 1);
      assert_close(q.value, plain_quantile(count, values, levels[i]), 0);
      assert_close(c.value, plain_cvar(count, values, levels[i]), 1e-14);
    }
    assert_close(keel_distribution_quantile(&whole, 1, 1).value, values[count - 1], 0);
    assert_close(keel_distribution_below(&whole, values[count - 1]), 1, 0);
  }
}

struct shape {
  const char *name;
  double (*draw)(struct draws *);
  double scale, shift;
};

/* Quantiles within w, tail means within w / sqrt(12 m) times 4, w within its bound, for quantities of any scale. */
static void within_its_bounds(void **state) {
  (void)state;
  const struct shape shapes[] = {
      {"normal", draw_normal, 1, 0},           {"lognormal", draw_lognormal, -1, 0},
      {"exponential", draw_exponential, 3, 0}, {"far from 0", draw_normal, 1e-3, 1e6},
      {"tiny", draw_uniform, 1e-290, 0},       {"huge", draw_normal, 1e290, 0},
  };
  const size_t counts[] = {257, 5000, 100000};
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
    for (size_t n = 0; n < 3; n++) {
      size_t count = counts[n];
      double *values = malloc(count * sizeof *values);
      draw_many(shapes[s].draw, 70 + s, count, values);
      for (size_t i = 0; i < count; i++) values[i] = shapes[s].shift + shapes[s].scale * values[i];
      fill(&whole, count, values);
      qsort(values, count, sizeof *values, ascending);
      double width = ldexp(1, (int)whole.level), unit = fabs(shapes[s].scale);
      double floor_width = fabs(shapes[s].shift) * 0x1p-50;
      assert_true(width <= (values[count - 33] - values[32]) / 8128 + floor_width);
      for (size_t i = 0; i < level_count; i++) {
        double want = plain_quantile(count, values, levels[i]), rounding = 1e-15 * fabs(want);
        assert_close(keel_distribution_quantile(&whole, levels[i], 1).value / unit, want / unit,
                     (width + rounding) / unit);
        double mass = (1 - levels[i]) * (double)count;
        want = plain_cvar(count, values, levels[i]);
        assert_close(keel_distribution_cvar(&whole, levels[i], 1).value / unit, want / unit,
                     (4 * width / sqrt(12 * mass) + 1e-13 * fabs(want)) / unit);
      }
      free(values);
    }
  }
}

/* The figure of the header: a million normal values. */
static void a_millionth_of_the_std(void **state) {
  (void)state;
  enum { COUNT = 1000000 };
  double *values = malloc(COUNT * sizeof *values);
  draw_many(draw_normal, 1, COUNT, values);
  fill(&whole, COUNT, values);
  qsort(values, COUNT, sizeof *values, ascending);
  assert_true(ldexp(1, (int)whole.level) < 0.001);
  for (size_t i = 0; levels[i] <= 0.95; i++)
    assert_close(keel_distribution_cvar(&whole, levels[i], 1).value, plain_cvar(COUNT, values, levels[i]), 1.5e-6);
  /* closed form: pdf(z) / (1 - a), within 4 standard errors */
  const double truth[] = {0, 0.797884560802865, 1.754983319324868, 2.062712807507347, 2.665214220345806};
  for (size_t i = 1; i < 5; i++) {
    struct keel_estimate cvar = keel_distribution_cvar(&whole, levels[i], 1);
    assert_close(cvar.value, truth[i], 4 * cvar.error);
  }
  free(values);
}

static void order_and_parts_do_not_matter(void **state) {
  (void)state;
  enum { COUNT = 40000, BATCH = COUNT / 64 };
  static double values[COUNT];
  struct draws draws = {5};
  draw_many(draw_lognormal, 6, COUNT, values);
  for (size_t i = 0; i < COUNT; i += 97) values[i] = 0.25 * (double)(i % 5); /* ties */
  values[17] = -0.0, values[31000] = 1e12, values[9] = -1e9;
  keel_distribution_init(&whole);
  for (size_t b = 0; b < 64; b++) add(&whole, b, BATCH, values + b * BATCH);
  for (int round = 0; round < 20; round++) {
    /* batches in another order, in pieces, by several accumulators that are then merged */
    size_t parts = (size_t)round % 5;
    keel_distribution_init(&joined);
    for (size_t p = 0; p <= parts; p++) {
      keel_distribution_init(&part);
      for (size_t k = 0; k < 64; k++) {
        size_t b = (k * 37 + (size_t)round) % 64;
        if (b % (parts + 1) != p) continue;
        for (size_t done = 0; done < BATCH;) {
          size_t piece = 1 + (size_t)(draw_uniform(&draws) * 400);
          if (piece > BATCH - done) piece = BATCH - done;
          add(&part, b, piece, values + b * BATCH + done);
          done += piece;
        }
      }
      keel_distribution_merge(&joined, &part);
    }
    assert_memory_equal(&joined, &whole, sizeof whole);
  }
}

static void small_parts_merge_too(void **state) {
  (void)state;
  double values[1000];
  draw_many(draw_normal, 3, 1000, values);
  keel_distribution_init(&whole);
  add(&whole, 0, 1000, values);
  for (size_t size = 1; size < 400; size = size * 3 + 1) {
    keel_distribution_init(&joined);
    for (size_t i = 0; i < 1000; i += size) {
      keel_distribution_init(&part);
      add(&part, 0, 1000 - i < size ? 1000 - i : size, values + i);
      keel_distribution_merge(&joined, &part);
    }
    assert_memory_equal(&joined, &whole, sizeof whole);
  }
}

static void outliers_do_not_coarsen(void **state) {
  (void)state;
  enum { COUNT = 100000 };
  double *values = malloc(COUNT * sizeof *values);
  draw_many(draw_normal, 12, COUNT, values);
  for (size_t i = 0; i < 30; i++) values[i * 1000] = -1e15 * (double)(i + 1);
  for (size_t i = 0; i < 30; i++) values[i * 1000 + 1] = 1e200;
  fill(&whole, COUNT, values);
  assert_true(ldexp(1, (int)whole.level) < 0.001);
  qsort(values, COUNT, sizeof *values, ascending);
  assert_close(keel_distribution_quantile(&whole, 0.5, 1).value, plain_quantile(COUNT, values, 0.5), 0.001);
  double want = plain_cvar(COUNT, values, 0.9997);
  assert_close(keel_distribution_cvar(&whole, 0.9997, 1).value, want, 1e-15 * want);
  free(values);
}

static void bad_values_are_counted(void **state) {
  (void)state;
  double values[300];
  draw_many(draw_normal, 2, 300, values);
  values[3] = NAN, values[299] = INFINITY, values[150] = -INFINITY;
  keel_distribution_init(&whole);
  add(&whole, 7, 300, values);
  assert_true(whole.bad == 3 && whole.count == 297 && whole.batch_count[7] == 297);
  assert_true(isfinite(keel_distribution_cvar(&whole, 0.9, 1).value));
  keel_distribution_init(&whole);
  add(&whole, 0, 1, values + 3);
  struct keel_estimate none = keel_distribution_quantile(&whole, 0.5, 1);
  assert_true(isnan(none.value) && isnan(none.error) && none.batches == 0);
  assert_true(isnan(keel_distribution_cvar(&whole, 0.5, 0).value));
}

static void constants_and_counts(void **state) {
  (void)state;
  enum { COUNT = 70000 };
  static double values[COUNT];
  for (size_t i = 0; i < COUNT; i++) values[i] = 0.1;
  fill(&whole, COUNT, values);
  struct keel_estimate q = keel_distribution_quantile(&whole, 0.05, 1), c = keel_distribution_cvar(&whole, 0.95, 1);
  assert_true(q.value == 0.1 && q.error == 0 && c.error == 0);
  assert_close(c.value, -0.1, 1e-16);
  c = keel_distribution_cvar(&whole, 0.95, 0);
  assert_close(c.error, 0, 1e-16);
  /* numbers of trades: whole, a few of them */
  draw_many(draw_uniform, 4, COUNT, values);
  for (size_t i = 0; i < COUNT; i++) values[i] = floor(21 + 4 * values[i]);
  fill(&whole, COUNT, values);
  double width = ldexp(1, (int)whole.level);
  assert_true(width <= 3.0 / 8128);
  assert_close(keel_distribution_quantile(&whole, 0.1, 1).value, 21, width);
  assert_close(keel_distribution_quantile(&whole, 0.6, 1).value, 23, width);
  assert_close(keel_distribution_quantile(&whole, 0.9, 1).value, 24, width);
}

/* Standard errors against what many independent runs show, and those of batches against them. */
static void errors_are_those_of_repetition(void **state) {
  (void)state;
  enum { COUNT = 16384, RUNS = 400 };
  static double values[COUNT];
  struct draws draws = {77};
  double sum[4] = {0}, squares[4] = {0}, error[8] = {0};
  for (size_t run = 0; run < RUNS; run++) {
    for (size_t i = 0; i < COUNT; i++) values[i] = draw_normal(&draws);
    fill(&whole, COUNT, values);
    for (int i = 0; i < 4; i++) {
      double level = i < 2 ? 0.95 : 0.99;
      struct keel_estimate a, b;
      a = i % 2 ? keel_distribution_cvar(&whole, level, 1) : keel_distribution_quantile(&whole, 1 - level, 1);
      b = i % 2 ? keel_distribution_cvar(&whole, level, 0) : keel_distribution_quantile(&whole, 1 - level, 0);
      sum[i] += a.value / RUNS;
      squares[i] += a.value * a.value / RUNS;
      error[i] += a.error / RUNS;
      error[4 + i] += b.error / RUNS;
      assert_true(a.value == b.value);
    }
  }
  for (int i = 0; i < 4; i++) {
    double shown = sqrt((squares[i] - sum[i] * sum[i]) * RUNS / (RUNS - 1));
    assert_close(error[i] / shown, 1, 0.12); /* 4 times 1 / sqrt(2 RUNS), less what is known */
    assert_close(error[4 + i] / error[i], 1, 0.04);
  }
  /* normal: sqrt(p (1 - p) / n) / pdf, and the shortfall's closed form */
  assert_close(error[0], sqrt(0.05 * 0.95 / COUNT) / 0.103135640, 0.01 * error[0]);
}

/* Pairs that are twice the same number: independent draws are half as many as they look. */
static void batches_know_of_dependence(void **state) {
  (void)state;
  enum { COUNT = 131072 };
  static double values[COUNT];
  struct draws draws = {7};
  for (size_t i = 0; i < COUNT; i += 2) values[i] = values[i + 1] = draw_normal(&draws);
  fill(&whole, COUNT, values);
  struct keel_estimate naive = keel_distribution_cvar(&whole, 0.95, 1), right = keel_distribution_cvar(&whole, 0.95, 0);
  assert_close(right.error / naive.error, sqrt(2), 4 * sqrt(2) * 0.09);
  naive = keel_distribution_quantile(&whole, 0.05, 1), right = keel_distribution_quantile(&whole, 0.05, 0);
  assert_close(right.error / naive.error, sqrt(2), 4 * sqrt(2) * 0.09);
}

static void is_small(void **state) {
  (void)state;
  assert_true(sizeof(struct keel_distribution) <= 101000);
}

/* Mirrored is what the values with the other sign would have made, within the width of a bin. */
static void mirrored_is_of_minus_the_values(void **state) {
  (void)state;
  enum { COUNT = 20000 };
  static double values[COUNT];
  draw_many(draw_lognormal, 5, COUNT, values);
  for (size_t count = 20; count <= COUNT; count *= 10) {
    fill(&whole, count, values);
    keel_distribution_mirror(&whole, &joined);
    for (size_t i = 0; i < count; i++) values[i] = -values[i];
    fill(&part, count, values);
    for (size_t i = 0; i < count; i++) values[i] = -values[i];
    double width = 6.0 / 8000;
    for (int independent = 0; independent < 2; independent++)
      for (size_t i = 0; i < level_count; i++) {
        struct keel_estimate got = keel_distribution_cvar(&joined, levels[i], independent);
        struct keel_estimate want = keel_distribution_cvar(&part, levels[i], independent);
        assert_close(got.value, want.value, width);
        if (!isnan(want.error)) assert_close(got.error / want.error, 1, 0.02);
        double back = -keel_distribution_quantile(&whole, 1 - levels[i], 1).value;
        assert_close(keel_distribution_quantile(&joined, levels[i], 1).value, back, 1e-12);
      }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact_while_small),
      cmocka_unit_test(within_its_bounds),
      cmocka_unit_test(a_millionth_of_the_std),
      cmocka_unit_test(order_and_parts_do_not_matter),
      cmocka_unit_test(small_parts_merge_too),
      cmocka_unit_test(outliers_do_not_coarsen),
      cmocka_unit_test(bad_values_are_counted),
      cmocka_unit_test(constants_and_counts),
      cmocka_unit_test(batches_know_of_dependence),
      cmocka_unit_test(errors_are_those_of_repetition),
      cmocka_unit_test(is_small),
      cmocka_unit_test(mirrored_is_of_minus_the_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
