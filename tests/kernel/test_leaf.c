#include "kernel/leaf.h"

#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/draws.h"
#include "support/support.h"

static struct keel_moments moments(int order, size_t count, const double *values) {
  struct keel_moments out;
  keel_kernel_now->leaf.moments(order, count, values, &out);
  return out;
}

static struct keel_moments weights(double factor, size_t count, const double *values) {
  struct keel_moments out;
  keel_kernel_now->leaf.exp_moments(factor, count, values, &out);
  return out;
}

static void assert_plain(const struct keel_moments *got, int order, size_t count, const double *values) {
  long double mean = 0;
  for (size_t i = 0; i < count; i++) mean += values[i] / (long double)count;
  assert_close(got->sum[0], (double)count, 0);
  assert_close(keel_moments_mean(got), (double)mean, 1e-15 * (fabs((double)mean) + 1));
  for (int k = 1; k <= KEEL_MOMENT_ORDER; k++) {
    long double want = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
      long double power = 1;
      for (int j = 0; j < k; j++) power *= (long double)values[i] - got->centre;
      want += power;
      size += fabsl(power);
    }
    assert_close(got->sum[k], k <= order ? (double)want : 0, 2e-15 * (double)size);
  }
}

static void equals_plain_sums(void **state) {
  (void)state;
  double values[KEEL_LEAF_PATHS];
  const size_t counts[] = {1, 2, 7, 8, 9, 63, 64, 65, 255, 256};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    draw_many(i % 2 ? draw_normal : draw_exponential, 20 + i, counts[i], values);
    for (int order = 2; order <= 8; order += 6) {
      struct keel_moments got = moments(order, counts[i], values);
      assert_plain(&got, order, counts[i], values);
      assert_true(got.bad == 0 && got.exponent == 0 && got.order == order);
      double min = values[0], max = values[0];
      for (size_t j = 1; j < counts[i]; j++) min = fmin(min, values[j]), max = fmax(max, values[j]);
      assert_true(got.min == min && got.max == max);
    }
  }
}

static void bad_values_are_counted_and_left_out(void **state) {
  (void)state;
  double values[KEEL_LEAF_PATHS], good[KEEL_LEAF_PATHS];
  draw_many(draw_normal, 4, KEEL_LEAF_PATHS, values);
  values[0] = NAN, values[100] = INFINITY, values[101] = -INFINITY, values[255] = -NAN;
  size_t count = 0;
  for (size_t i = 0; i < KEEL_LEAF_PATHS; i++)
    if (isfinite(values[i])) good[count++] = values[i];
  struct keel_moments got = moments(8, KEEL_LEAF_PATHS, values), want = moments(8, count, good);
  assert_int_equal(got.bad, 4);
  got.bad = 0;
  assert_memory_equal(&got, &want, sizeof got);
  for (size_t i = 0; i < KEEL_LEAF_PATHS; i++) values[i] = NAN;
  got = moments(8, KEEL_LEAF_PATHS, values);
  assert_true(got.bad == 256 && got.sum[0] == 0 && got.min > got.max);
  got = moments(2, 0, values);
  assert_true(got.bad == 0 && got.sum[0] == 0);
  values[0] = values[1] = values[2] = 1.7e308; /* a sum that overflows is none that is bad */
  got = moments(2, 3, values);
  assert_true(got.bad == 0 && got.centre == 1.7e308);
}

static void constants_have_no_spread(void **state) {
  (void)state;
  double values[KEEL_LEAF_PATHS];
  for (size_t i = 0; i < KEEL_LEAF_PATHS; i++) values[i] = 0.1;
  for (size_t count = 1; count <= KEEL_LEAF_PATHS; count++) {
    struct keel_moments got = moments(8, count, values);
    assert_true(got.centre == 0.1);
    for (int k = 1; k <= 8; k++) assert_true(got.sum[k] == 0);
  }
}

static void weights_do_not_overflow(void **state) {
  (void)state;
  double values[KEEL_LEAF_PATHS];
  const double factors[] = {-1e-3, -1, 0.7, -30, -1e5};
  for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) {
    draw_many(draw_normal, 50 + f, 200, values);
    struct keel_moments got = weights(factors[f], 200, values);
    long double most = -INFINITY, sum = 0, squares = 0;
    for (size_t i = 0; i < 200; i++) most = fmaxl(most, (long double)factors[f] * values[i]);
    for (size_t i = 0; i < 200; i++) sum += expl((long double)factors[f] * values[i] - most);
    for (size_t i = 0; i < 200; i++) {
      long double d = expl((long double)factors[f] * values[i] - most) - sum / 200;
      squares += d * d;
    }
    long double scale = expl((long double)got.exponent * 0.693147180559945309417232121458L - most);
    assert_close(keel_moments_mean(&got) * (double)scale, (double)(sum / 200), 1e-15 * (double)sum);
    assert_close(got.sum[2] * (double)(scale * scale), (double)squares, 1e-13 * (double)squares);
    assert_true(got.max >= 0.7 && got.max <= 1.42);
  }
}

static void weights_of_what_has_none(void **state) {
  (void)state;
  double values[3] = {NAN, 2, -INFINITY};
  struct keel_moments got = weights(-1, 3, values);
  assert_true(got.bad == 2 && got.sum[0] == 1);
  assert_close(ldexp(keel_moments_mean(&got), (int)got.exponent), exp(-2), 1e-16);
  values[1] = 1e15; /* beyond what is computed */
  got = weights(-1, 3, values);
  assert_true(got.bad == 3 && got.sum[0] == 0);
  got = weights(-1, 0, values);
  assert_true(got.bad == 0 && got.sum[0] == 0);
}

static void slots_are_those_of_the_header(void **state) {
  (void)state;
  double values[KEEL_LEAF_PATHS];
  uint32_t slots[KEEL_LEAF_PATHS];
  const struct keel_binning binning = {-1, 2, -0.99, 1.5, 4096};
  const char *levels[] = {"base", "v3", "v4"};
  draw_many(draw_normal, 13, KEEL_LEAF_PATHS, values);
  values[0] = NAN, values[1] = INFINITY, values[2] = -1, values[3] = 1.5, values[4] = -0.0, values[5] = -0x1p-1074;
  assert_int_equal(keel_bin_slot(&binning, 1.5), 1.5 * 4096);
  assert_int_equal(keel_bin_slot(&binning, -0x1p-1074), KEEL_BINS - 1);
  assert_int_equal(keel_bin_slot(&binning, -1), KEEL_NO_SLOT);
  assert_int_equal(keel_bin_slot(&binning, NAN), KEEL_NO_SLOT);
  for (size_t k = 0; k < 3; k++) {
    if (keel_cpu_force(levels[k], NULL) != KEEL_STATUS_OK) continue;
    for (size_t count = 1; count <= KEEL_LEAF_PATHS; count += 51) {
      keel_kernel_now->leaf.slots(&binning, count, values, slots);
      for (size_t i = 0; i < count; i++) assert_int_equal(slots[i], keel_bin_slot(&binning, values[i]));
    }
  }
  assert_int_equal(keel_cpu_force("auto", NULL), KEEL_STATUS_OK);
}

static void every_level_has_the_same_bits(void **state) {
  (void)state;
  const char *levels[] = {"base", "v3", "v4"};
  double values[KEEL_LEAF_PATHS];
  struct keel_moments want[3], got[3];
  draw_many(draw_lognormal, 9, KEEL_LEAF_PATHS, values);
  for (size_t count = 1; count <= KEEL_LEAF_PATHS; count += 17) {
    for (size_t i = 0; i < 3; i++) {
      if (keel_cpu_force(levels[i], NULL) != KEEL_STATUS_OK) continue;
      got[0] = moments(2, count, values);
      got[1] = moments(8, count, values);
      got[2] = weights(-40, count, values);
      if (i == 0) memcpy(want, got, sizeof got);
      assert_memory_equal(got, want, sizeof got);
    }
  }
  assert_int_equal(keel_cpu_force("auto", NULL), KEEL_STATUS_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equals_plain_sums),
      cmocka_unit_test(bad_values_are_counted_and_left_out),
      cmocka_unit_test(constants_have_no_spread),
      cmocka_unit_test(weights_do_not_overflow),
      cmocka_unit_test(weights_of_what_has_none),
      cmocka_unit_test(every_level_has_the_same_bits),
      cmocka_unit_test(slots_are_those_of_the_header),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
