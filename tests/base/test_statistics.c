#include "base/statistics.h"

#include <math.h>
#include <stdlib.h>

#include "support/draws.h"
#include "support/support.h"

static struct keel_moment_tree tree;

/* Leaves made plainly, about their first value: any centre will do. */
static void fill(int order, size_t count, const double *values) {
  uint64_t leaves = (count + KEEL_LEAF_PATHS - 1) / KEEL_LEAF_PATHS;
  keel_moment_tree_init(&tree, order, keel_batch_level(leaves, 1), 0);
  for (size_t i = 0; i < count; i += KEEL_LEAF_PATHS) {
    struct keel_moments node = keel_moments_none(order);
    node.centre = values[i];
    for (size_t j = i; j < count && j < i + KEEL_LEAF_PATHS; j++) {
      double power = 1;
      for (int k = 0; k <= order; k++, power *= values[j] - node.centre) node.sum[k] += power;
      node.min = fmin(node.min, values[j]), node.max = fmax(node.max, values[j]);
    }
    keel_moment_tree_push(&tree, 0, &node);
  }
}

static struct keel_statistics statistics_of(int order, int independent, size_t count, const double *values) {
  fill(order, count, values);
  return keel_statistics_of(&tree, independent);
}

/* A distribution by its central moments, in units of its std: its skew and its raw fourth, sixth and eighth are enough
 * for the standard errors of the symmetric ones; those of the others are from their cumulants. */
struct truth {
  const char *name;
  double (*draw)(struct draws *);
  double mean, std, skew, kurtosis;
  double std_error, skew_error, kurtosis_error; /* times sqrt n; 0: not checked */
};

static void known_distributions(void **state) {
  (void)state;
  enum { COUNT = 1000000 };
  double w = exp(0.0625), lognormal_std = exp(0.03125) * sqrt(w - 1); /* log-std 1/4 */
  const struct truth truths[] = {
      {"uniform", draw_uniform, 0.5, sqrt(1.0 / 12), 0, -1.2, sqrt((1.8 - 1) / 4 / 12), sqrt(27.0 / 7 - 6 * 1.8 + 9),
       sqrt(9 - 4 * 1.8 * (27.0 / 7) + 4 * 1.8 * 1.8 * 1.8 - 1.8 * 1.8)},
      {"normal", draw_normal, 0, 1, 0, 0, sqrt(0.5), sqrt(6), sqrt(24)},
      {"exponential", draw_exponential, 1, 1, 2, 6, sqrt(2), 0, 0},
      {"lognormal", draw_lognormal, exp(0.03125), lognormal_std, (w + 2) * sqrt(w - 1),
       w * w * w * w + 2 * w * w * w + 3 * w * w - 6, 0, 0, 0},
  };
  double *values = malloc(COUNT * sizeof *values);
  for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
    const struct truth *t = &truths[i];
    draw_many(t->draw, 300 + i, COUNT, values);
    struct keel_statistics got = statistics_of(8, 1, COUNT, values);
    assert_int_equal(got.count, COUNT);
    assert_close(got.mean.value, t->mean, 4 * got.mean.error);
    assert_close(got.std.value, t->std, 4 * got.std.error);
    assert_close(got.skew.value, t->skew, 4 * got.skew.error);
    assert_close(got.kurtosis.value, t->kurtosis, 4 * got.kurtosis.error);
    assert_close(got.mean.error * 1000 / t->std, 1, 0.01);
    if (t->std_error > 0) assert_close(got.std.error * 1000 / t->std_error, 1, 0.02);
    if (t->skew_error > 0) assert_close(got.skew.error * 1000 / t->skew_error, 1, 0.03);
    if (t->kurtosis_error > 0) assert_close(got.kurtosis.error * 1000 / t->kurtosis_error, 1, 0.1);
    struct keel_statistics batched = keel_statistics_of(&tree, 0);
    assert_close(batched.mean.error / got.mean.error, 1, 0.4); /* 62 batches: 9 % */
    assert_close(batched.std.error / got.std.error, 1, 0.4);
    assert_close(batched.skew.error / got.skew.error, 1, 0.4);
    assert_close(batched.kurtosis.error / got.kurtosis.error, 1, 0.4);
    assert_true(batched.kurtosis.value == got.kurtosis.value);
  }
  free(values);
}

/* Many small runs: their spread is the standard error, their parts add up to nothing. */
static void errors_are_those_of_repetition(void **state) {
  (void)state;
  enum { COUNT = 10240, RUNS = 1000 };
  static double values[COUNT];
  struct draws draws = {5};
  double sum[4] = {0}, squares[4] = {0}, error[4] = {0}, batch_error[4] = {0};
  for (size_t run = 0; run < RUNS; run++) {
    for (size_t i = 0; i < COUNT; i++) values[i] = draw_lognormal(&draws);
    struct keel_statistics got = statistics_of(8, 1, COUNT, values);
    const struct keel_estimate *estimates[4] = {&got.mean, &got.std, &got.skew, &got.kurtosis};
    for (int i = 0; i < 4; i++) {
      double parts = 0;
      sum[i] += estimates[i]->value / RUNS;
      squares[i] += estimates[i]->value * estimates[i]->value / RUNS;
      error[i] += estimates[i]->error / RUNS;
      batch_error[i] += keel_estimate_batch_error(estimates[i]) / RUNS;
      for (size_t b = 0; b < KEEL_BATCHES_MAX; b++) parts += estimates[i]->part[b];
      assert_close(parts, 0, 1e-9 * estimates[i]->error);
    }
  }
  for (int i = 0; i < 4; i++) {
    double shown = sqrt(squares[i] - sum[i] * sum[i]);
    assert_close(error[i] / shown, 1, i < 3 ? 0.1 : 0.25); /* the eighth moment is slow to show */
    assert_close(batch_error[i] / error[i], 1, 0.05);
  }
}

static void comparisons_use_common_paths(void **state) {
  (void)state;
  enum { COUNT = 65536 };
  static double values[COUNT];
  struct draws draws = {31};
  struct keel_statistics a, b;
  for (size_t i = 0; i < COUNT; i++) values[i] = draw_normal(&draws);
  a = statistics_of(8, 1, COUNT, values);
  draws.state = 8;
  for (size_t i = 0; i < COUNT; i++) values[i] = 0.5 + 0.999 * values[i] + 0.01 * draw_normal(&draws);
  b = statistics_of(8, 1, COUNT, values);
  struct keel_estimate mean = keel_estimate_combine(1, &b.mean, -1, &a.mean);
  struct keel_estimate std = keel_estimate_combine(1, &b.std, -1, &a.std);
  assert_close(mean.value, 0.5, 4 * mean.error);
  assert_close(mean.error * sqrt(COUNT), 0.01, 0.004);
  assert_close(std.value, sqrt(0.999 * 0.999 + 1e-4) - 1, 4 * std.error);
  assert_true(std.error < 0.02 * a.std.error);
}

static void what_there_is_too_little_for(void **state) {
  (void)state;
  double values[300] = {0};
  fill(8, 0, values);
  struct keel_statistics none = keel_statistics_of(&tree, 1);
  assert_true(none.count == 0 && isnan(none.mean.value) && isnan(none.std.value) && isnan(none.min));
  values[0] = 3;
  struct keel_statistics one = statistics_of(8, 1, 1, values);
  assert_true(one.mean.value == 3 && isnan(one.mean.error) && isnan(one.std.value) && one.min == 3 && one.max == 3);
  values[1] = 5;
  struct keel_statistics two = statistics_of(8, 1, 2, values);
  assert_close(two.std.value, sqrt(2), 1e-15);
  assert_close(two.mean.error, 1, 1e-15);
  assert_true(isnan(keel_statistics_of(&tree, 0).mean.error));
  assert_close(two.kurtosis.value, -2, 1e-15);
  assert_close(two.kurtosis.error, 0, 1e-7);
  for (size_t i = 0; i < 300; i++) values[i] = -7;
  struct keel_statistics constant = statistics_of(8, 1, 300, values);
  assert_true(constant.mean.value == -7 && constant.std.value == 0 && constant.std.error == 0);
  assert_true(isnan(constant.skew.value) && isnan(constant.kurtosis.error));
}

static void of_order_two(void **state) {
  (void)state;
  static double values[20000];
  draw_many(draw_exponential, 2, 20000, values);
  struct keel_statistics full = statistics_of(8, 1, 20000, values), plain = statistics_of(2, 1, 20000, values);
  assert_close(plain.mean.value, full.mean.value, 1e-15);
  assert_close(plain.mean.error, full.mean.error, 1e-15);
  assert_close(plain.std.value, full.std.value, 1e-14);
  assert_close(plain.std.error, keel_estimate_batch_error(&full.std), 1e-14);
  assert_true(isnan(plain.skew.value) && isnan(plain.kurtosis.value));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_distributions),
      cmocka_unit_test(errors_are_those_of_repetition),
      cmocka_unit_test(comparisons_use_common_paths),
      cmocka_unit_test(what_there_is_too_little_for),
      cmocka_unit_test(of_order_two),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
