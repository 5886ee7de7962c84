/* Angles and complex functions of lanes, against long doubles. */
#include <complex.h>
#include <float.h>
#include <math.h>

#include "kernel/lane_complex.h"
#include "support/draws.h"
#include "support/support.h"

static const double UNIT = 0x1p-52;

static double between(uint64_t *seed, double low, double high) { return low + (high - low) * next_unit(seed); }

static void sine_and_cosine_are_within_two_units(void **state) {
  (void)state;
  uint64_t seed = 3;
  for (int i = 0; i < 200000; i++) {
    double x = between(&seed, -1, 1) * exp2(between(&seed, -30, 20));
    struct keel_sine got = keel_sine(x);
    assert_close(got.sin, (double)sinl(x), 2 * UNIT);
    assert_close(got.cos, (double)cosl(x), 2 * UNIT);
    if (fabs(x) < 1) assert_close(got.sin, (double)sinl(x), 2 * UNIT * fabs(x));
  }
  assert_close(keel_sine(0.0).cos, 1, 0);
}

static void angles_are_within_two_units(void **state) {
  (void)state;
  uint64_t seed = 5;
  for (int i = 0; i < 200000; i++) {
    double x = between(&seed, -1, 1) * exp2(between(&seed, -20, 20)), y = between(&seed, -1, 1);
    long double want = atan2l(y, x);
    assert_close(keel_atan2(y, x), (double)want, 2 * UNIT * (double)fabsl(want));
  }
  assert_close(keel_atan2(0, 0), 0, 0);
  assert_close(keel_atan2(0, -1), acos(-1), UNIT);
}

static void logarithms_of_one_and_a_bit(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (int i = 0; i < 200000; i++) {
    double x = between(&seed, -0.999, 1) * exp2(between(&seed, -60, 0));
    assert_close(keel_log1p(x), (double)log1pl(x), 3 * UNIT * fabs(log1p(x)));
  }
}

static void close_to(struct keel_complex got, long double complex want, double tolerance) {
  double size = (double)cabsl(want);
  assert_close(got.re, (double)creall(want), tolerance * size);
  assert_close(got.im, (double)cimagl(want), tolerance * size);
}

static void complex_functions_are_close(void **state) {
  (void)state;
  uint64_t seed = 11;
  for (int i = 0; i < 100000; i++) {
    double scale = exp2(between(&seed, -30, 4));
    struct keel_complex a = {scale * between(&seed, -1, 1), scale * between(&seed, -1, 1)};
    struct keel_complex b = {between(&seed, -1, 1), between(&seed, -1, 1)};
    long double complex z = a.re + (long double)a.im * I, w = b.re + (long double)b.im * I;
    close_to(keel_csqrt(a), csqrtl(z), 4 * UNIT);
    close_to(keel_cexp(a), cexpl(z), 4 * UNIT);
    close_to(keel_cinverse(a), 1 / z, 4 * UNIT);
    if (cabsl(z * w) > 1e-30L) close_to(keel_cmul(a, b), z * w, 4 * UNIT);
    if (scale < 0.5) {
      /* by twice atanh, which loses nothing near 0 */
      long double complex small = 2 * catanhl(z / (2 + z));
      close_to(keel_clog1p(a), small, 4 * UNIT);
    }
    if (a.re >= 0) close_to(keel_one_minus_cexp(a), -2 * cexpl(-z / 2) * csinhl(-z / 2), 6 * UNIT);
  }
  assert_close(keel_cexp((struct keel_complex){-800, 1}).re, 0, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sine_and_cosine_are_within_two_units),
      cmocka_unit_test(angles_are_within_two_units),
      cmocka_unit_test(logarithms_of_one_and_a_bit),
      cmocka_unit_test(complex_functions_are_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
