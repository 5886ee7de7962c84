#include "hedge/risk.h"

#include <math.h>
#include <stdlib.h>

#include "kernel/kernel.h"
#include "support/draws.h"
#include "support/support.h"

static struct keel_moment_tree tree;

static void fill(double aversion, size_t count, const double *values) {
  uint64_t leaves = (count + KEEL_LEAF_PATHS - 1) / KEEL_LEAF_PATHS;
  keel_moment_tree_init(&tree, 2, keel_batch_level(leaves, 1), 0);
  for (size_t i = 0; i < count; i += KEEL_LEAF_PATHS) {
    struct keel_moments node;
    keel_kernel_now->leaf.exp_moments(-aversion, count - i < 256 ? count - i : 256, values + i, &node);
    keel_moment_tree_push(&tree, 0, &node);
  }
}

/* (1/a) ln E e^{-a x} = a std^2 / 2 - mean for a normal x. */
static void of_the_normal_distribution(void **state) {
  (void)state;
  enum { COUNT = 400000 };
  double *values = malloc(COUNT * sizeof *values);
  const double aversions[] = {1e-6, 0.1, 0.5, 1, 1.5};
  draw_many(draw_normal, 44, COUNT, values);
  for (size_t i = 0; i < COUNT; i++) values[i] = 3 + 2 * values[i];
  for (size_t i = 0; i < 5; i++) {
    double a = aversions[i];
    fill(a, COUNT, values);
    struct keel_estimate got = keel_entropic_risk(&tree, a, 1), batched = keel_entropic_risk(&tree, a, 0);
    assert_close(got.value, 2 * a - 3, 4 * got.error);
    double error = sqrt((exp(4 * a * a) - 1) / COUNT) / a; /* the weights are lognormal */
    if (a < 1) assert_close(got.error / error, 1, 0.05);
    if (a < 1) assert_close(batched.error / error, 1, 0.4);
    assert_true(batched.value == got.value);
  }
  free(values);
}

static void plainly_in_long_double(void **state) {
  (void)state;
  enum { COUNT = 3001 };
  double values[COUNT];
  draw_many(draw_lognormal, 3, COUNT, values);
  const double aversions[] = {1e-3, 1, 60, 1e4};
  for (size_t i = 0; i < 4; i++) {
    long double sum = 0, least = values[0];
    for (size_t j = 0; j < COUNT; j++) least = fminl(least, values[j]);
    for (size_t j = 0; j < COUNT; j++) sum += expl(-aversions[i] * (values[j] - least));
    double want = (double)(logl(sum / COUNT) / aversions[i] - least);
    fill(aversions[i], COUNT, values);
    assert_close(keel_entropic_risk(&tree, aversions[i], 1).value, want, 1e-15 + 1e-15 / aversions[i]);
  }
}

/* Losses of 1e6 at an aversion of 1: the weights themselves are beyond any double. */
static void does_not_overflow(void **state) {
  (void)state;
  enum { COUNT = 40000 };
  static double values[COUNT];
  draw_many(draw_normal, 9, COUNT, values);
  for (size_t i = 0; i < COUNT; i++) values[i] = -1e6 + 0.3 * values[i];
  fill(1, COUNT, values);
  struct keel_estimate got = keel_entropic_risk(&tree, 1, 1);
  assert_close(got.value, 1e6 + 0.045, 4 * got.error);
  assert_close(got.error, 0.3 / 200, 1e-4);
  for (size_t i = 0; i < COUNT; i++) values[i] = i % 256 ? 5000 : -5000; /* a few far worse than the rest */
  fill(2, COUNT, values);
  got = keel_entropic_risk(&tree, 2, 0);
  assert_close(got.value, 5000 + 0.5 * log(157.0 / COUNT), 1e-12 * 5000);
}

static void at_the_price_of_hedging_the_risk_is_nothing(void **state) {
  (void)state;
  enum { COUNT = 20000 };
  static double values[COUNT];
  double premium = 2.5, growth = exp(0.05 * 0.4), a = 0.8;
  draw_many(draw_normal, 21, COUNT, values);
  for (size_t i = 0; i < COUNT; i++) values[i] += premium * growth; /* holds the premium */
  fill(a, COUNT, values);
  struct keel_estimate risk = keel_entropic_risk(&tree, a, 1);
  struct keel_estimate price = keel_price_of_hedging(&risk, premium, growth);
  assert_close(price.error, risk.error / growth, 1e-15);
  for (size_t i = 0; i < COUNT; i++) values[i] += (price.value - premium) * growth;
  fill(a, COUNT, values);
  assert_close(keel_entropic_risk(&tree, a, 1).value, 0, 1e-14);
}

static void of_nothing(void **state) {
  (void)state;
  double value = 7;
  fill(1, 0, &value);
  assert_true(isnan(keel_entropic_risk(&tree, 1, 1).value));
  fill(1, 1, &value);
  assert_close(keel_entropic_risk(&tree, 1, 1).value, -7, 1e-14);
  assert_true(isnan(keel_entropic_risk(&tree, 1, 1).error));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(of_the_normal_distribution),
      cmocka_unit_test(plainly_in_long_double),
      cmocka_unit_test(does_not_overflow),
      cmocka_unit_test(at_the_price_of_hedging_the_risk_is_nothing),
      cmocka_unit_test(of_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
