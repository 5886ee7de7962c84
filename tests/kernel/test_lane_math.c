#include "kernel/lane_math.h"

#include "support/support.h"

/* Relative to the long double value, in units of 2^-52; subnormals are also allowed one of their steps. */
static void assert_units(double got, long double want, double units) {
  long double step = fabsl(want) * 0x1p-52L * units + (fabsl(want) < DBL_MIN ? 0x1p-1074L : 0);
  if (!(fabsl(got - want) <= step)) fail_msg("%.17g, want %.20Lg within %g units", got, want, units);
}

static void exp_is_accurate_to_its_ends(void **state) {
  (void)state;
  for (int i = -7450; i <= 7090; i++) assert_units(keel_exp(0.1 * i + 0.0123), expl(0.1 * i + 0.0123), 1);
  for (int i = -7000; i <= 7000; i++) assert_same_bits(keel_exp_normal(0.1 * i), keel_exp(0.1 * i));
  assert_same_bits(keel_exp(0), 1.0);
  assert_same_bits(keel_exp(-800), 0.0);
  assert_same_bits(keel_exp(-INFINITY), 0.0);
  assert_same_bits(keel_exp(INFINITY), (double)INFINITY);
  assert_true(isnan(keel_exp(NAN)));
}

static void log_is_accurate_near_one_and_at_the_ends(void **state) {
  (void)state;
  for (int i = -1074; i <= 1023; i++) {
    double x = ldexp(1.0 + 0.37 * (i & 1), i);
    assert_units(keel_log(x), logl(x), 2);
  }
  for (int i = 1; i < 4000; i++) assert_units(keel_log(i * 0.001), logl(i * 0.001), 2);
  for (int i = 1; i < 50; i++) {
    assert_units(keel_log(1 + ldexp(1, -i)), log1pl(ldexpl(1, -i)), 2);
    assert_units(keel_log(1 - ldexp(1, -i - 1)), log1pl(-ldexpl(1, -i - 1)), 2);
  }
  assert_same_bits(keel_log(1), 0.0);
  assert_same_bits(keel_log(0), -(double)INFINITY);
  assert_same_bits(keel_log(INFINITY), (double)INFINITY);
  assert_true(isnan(keel_log(-1)) && isnan(keel_log(NAN)));
}

static void the_log_of_a_quotient_needs_no_quotient(void **state) {
  (void)state;
  for (int i = 1; i < 3000; i++) {
    double x = 100 + 0.01 * i * i, y = 37.3 * i;
    assert_units(keel_log_join(keel_log_split(x, y)), logl((long double)x / y), 2);
  }
}

static void reciprocals_are_nearly_correctly_rounded(void **state) {
  (void)state;
  for (int i = -1000; i <= 1000; i++) {
    double x = ldexp(1 + fabs(sin(i)), i);
    assert_units(keel_reciprocal(x), 1 / (long double)x, 0.51);
    assert_units(keel_reciprocal(-x), -1 / (long double)x, 0.51);
    assert_units(keel_inv_sqrt(x), 1 / sqrtl(x), 0.75);
  }
}

static void the_log_and_root_of_uniforms(void **state) {
  (void)state;
  for (int i = 1; i <= 4000; i++) {
    const double of[] = {i / 3000.0, ldexp(i / 4001.0, -(i % 54)), 1 - ldexp(i / 4001.0, -(i % 40) - 1)};
    for (int k = 0; k < 3; k++) {
      double u = of[k], x = keel_minus_log_join(keel_minus_log_split(u));
      assert_units(x, -logl(u), 2);
      assert_units(keel_root(fabs(x) + 1e-16), sqrtl(fabs(x) + 1e-16), 0.75);
    }
  }
  assert_same_bits(keel_minus_log_join(keel_minus_log_split(1)), 0.0);
}

static void the_turn_within_a_quarter(void **state) {
  (void)state;
  const long double half_pi = 1.570796326794896619231321691639751442L;
  for (int i = -5000; i <= 5000; i++) {
    double x = 0.0001 * i;
    struct keel_quarter quarter = keel_quarter_turn(x);
    assert_units(quarter.cos, cosl(half_pi * x), 2);
    assert_units(quarter.sin_ratio, i ? sinl(half_pi * x) / x : half_pi, 1);
  }
}

static void the_normal_keeps_relative_accuracy_in_both_tails(void **state) {
  (void)state;
  for (int i = -3850; i <= 3850; i++) {
    double x = 0.01 * i;
    assert_units(keel_normal_cdf(x), 0.5L * erfcl(-x * 0.707106781186547524400844362104849039L), 4);
    assert_units(keel_normal_pdf(x), 0.398942280401432677939946059934381868L * expl(-0.5L * x * x), 2);
  }
  assert_same_bits(keel_normal_cdf(0), 0.5);
  assert_same_bits(keel_normal_cdf(-INFINITY), 0.0);
  assert_same_bits(keel_normal_cdf(INFINITY), 1.0);
  assert_true(isnan(keel_normal_cdf(NAN)) && isnan(keel_normal_pdf(NAN)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp_is_accurate_to_its_ends),
      cmocka_unit_test(log_is_accurate_near_one_and_at_the_ends),
      cmocka_unit_test(the_log_of_a_quotient_needs_no_quotient),
      cmocka_unit_test(reciprocals_are_nearly_correctly_rounded),
      cmocka_unit_test(the_log_and_root_of_uniforms),
      cmocka_unit_test(the_turn_within_a_quarter),
      cmocka_unit_test(the_normal_keeps_relative_accuracy_in_both_tails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
