/* The integrals: a case in closed form, derivatives against differences, what is not resolved. */
#include <math.h>

#include "model/heston_sums.h"
#include "support/support.h"

static double cdf(double x) { return 0.5 * erfc(-x / sqrt(2)); }

static double *column(double sums[][3], size_t k) { return sums[k]; }

static void solve(const struct keel_heston_sums *job, const double *x, double sums[][3]) {
  double *to[KEEL_HESTON_SUMS];
  for (size_t k = 0; k < KEEL_HESTON_SUMS; k++) to[k] = column(sums, k);
  keel_heston_sums(job, 3, x, to);
}

static void still_variance_is_a_normal_law(void **state) {
  (void)state;
  const keel_bates still = {{0.04, 1, 0.04, 0, 0}, {0, 0, 0}};
  const struct keel_heston_sums job = {&still, 1.0, 0, 1e-9};
  const double x[3] = {-1, 0.05, 0.9};
  double sums[KEEL_HESTON_SUMS][3];
  assert_int_equal(keel_heston_sums_count(&job), KEEL_HESTON_GREEKS);
  solve(&job, x, sums);
  for (int j = 0; j < 3; j++) {
    double d1 = x[j] / 0.2 + 0.1, d2 = d1 - 0.2, pi = acos(-1);
    assert_close(sums[KEEL_HESTON_VALUE][j], exp(x[j]) * cdf(-d1) + cdf(d2), 1e-13);
    assert_close(sums[KEEL_HESTON_SLOPE][j], exp(x[j]) * cdf(-d1), 1e-13);
    assert_close(sums[KEEL_HESTON_DENSITY][j], exp(-0.5 * d2 * d2) / sqrt(2 * pi) / 0.2, 1e-12);
  }
}

static void slopes_are_derivatives(void **state) {
  (void)state;
  const keel_bates model = {{0.05, 1.2, 0.08, 0.6, -0.65}, {0.7, -0.1, 0.2}};
  const double x[3] = {-0.4, 0, 0.3};
  struct keel_heston_sums job = {&model, 0.6, 1, 1e-9};
  double sums[KEEL_HESTON_SUMS][3], high[KEEL_HESTON_SUMS][3], low[KEEL_HESTON_SUMS][3];
  assert_int_equal(keel_heston_sums_count(&job), KEEL_HESTON_SUMS);
  solve(&job, x, sums);
  for (int k = 0; k < KEEL_HESTON_PARAMETERS; k++) {
    keel_bates up = model, down = model;
    double *const ups[] = {&up.heston.variance, &up.heston.kappa,    &up.heston.theta, &up.heston.xi,
                           &up.heston.rho,      &up.jumps.intensity, &up.jumps.mean,   &up.jumps.std};
    double *const downs[] = {&down.heston.variance, &down.heston.kappa,    &down.heston.theta, &down.heston.xi,
                             &down.heston.rho,      &down.jumps.intensity, &down.jumps.mean,   &down.jumps.std};
    *ups[k] += 1e-5, *downs[k] -= 1e-5;
    job.model = &up, solve(&job, x, high);
    job.model = &down, solve(&job, x, low);
    for (int j = 0; j < 3; j++) assert_close(sums[k + 1][j], (low[0][j] - high[0][j]) / 2e-5, 1e-7);
    job.model = &model;
  }
}

/* Fixed jumps of either size, and next to no diffusion beside them: a law of lumps. */
static void what_is_not_resolved_is_nan(void **state) {
  (void)state;
  const keel_bates lumps = {{1e-13, 1, 0, 1e-8, 0}, {1, -0.3, 0}};
  const struct keel_heston_sums job = {&lumps, 1.0, 0, 1e-9};
  const double x[3] = {-0.5, 0.01, 0.5};
  double sums[KEEL_HESTON_SUMS][3];
  solve(&job, x, sums);
  for (int j = 0; j < 3; j++) assert_true(isnan(sums[KEEL_HESTON_VALUE][j]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(still_variance_is_a_normal_law),
      cmocka_unit_test(slopes_are_derivatives),
      cmocka_unit_test(what_is_not_resolved_is_nan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
