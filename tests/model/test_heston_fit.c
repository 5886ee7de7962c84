/* Calibration: known parameters come back from noiseless quotes; what cannot be fitted says so. */
#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "keel/heston_fit.h"
#include "support/draws.h"
#include "support/support.h"

enum { MOST = 128 };

struct surface {
  size_t count;
  double phi[MOST], spot[MOST], strike[MOST], rate[MOST], yield[MOST], years[MOST], price[MOST], weight[MOST];
};

static const keel_bates truth = {{0.04, 1.8, 0.06, 0.55, -0.7}, {0, 0, 0}},
                        jumpy = {{0.03, 2.5, 0.05, 0.4, -0.6}, {0.6, -0.12, 0.1}};

static keel_options options_of(const struct surface *s) {
  return (keel_options){s->phi, s->spot, s->strike, s->rate, s->yield, s->years, NULL};
}

static keel_heston_quotes quotes_of(const struct surface *s) {
  return (keel_heston_quotes){s->count, options_of(s), s->price, NULL};
}

/* Ten expiries of ten strikes within 1.8 standard deviations; expiries take turns, so that they have to be sorted. */
static struct surface surface_of(const keel_bates *model) {
  static const double years[] = {0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3};
  struct surface s = {.count = 100};
  for (size_t i = 0; i < s.count; i++) {
    s.years[i] = years[i % 10], s.spot[i] = 100, s.rate[i] = 0.03, s.yield[i] = 0.01;
    s.strike[i] = 100 * exp(0.2 * sqrt(s.years[i]) * 0.4 * ((double)(i / 10) - 4.5));
    s.phi[i] = s.strike[i] > 100 ? 1 : -1;
  }
  const keel_options options = options_of(&s);
  keel_bates_price(model, s.count, &options, &(keel_heston_greeks){.price = s.price});
  return s;
}

static keel_heston_fit fit_of(const struct surface *s, const keel_heston_fit_plan *plan) {
  const keel_heston_quotes quotes = quotes_of(s);
  keel_heston_fit fit;
  keel_error error = {0};
  if (keel_heston_fit_solve(&quotes, plan, &fit, &error) != KEEL_STATUS_OK) fail_msg("%s: %s", error.where, error.what);
  return fit;
}

static void close_model(const keel_bates *got, const keel_bates *want, double tolerance) {
  assert_close(got->heston.variance, want->heston.variance, tolerance);
  assert_close(got->heston.kappa, want->heston.kappa, tolerance);
  assert_close(got->heston.theta, want->heston.theta, tolerance);
  assert_close(got->heston.xi, want->heston.xi, tolerance);
  assert_close(got->heston.rho, want->heston.rho, tolerance);
  assert_close(got->jumps.intensity, want->jumps.intensity, tolerance);
  assert_close(got->jumps.mean, want->jumps.mean, tolerance);
  assert_close(got->jumps.std, want->jumps.std, tolerance);
}

static void known_parameters_come_back(void **state) {
  (void)state;
  static const keel_heston truths[] = {{0.04, 1.8, 0.06, 0.55, -0.7},
                                       {0.09, 4, 0.03, 1.2, -0.9},
                                       {0.01, 0.8, 0.04, 0.3, 0.2},
                                       {0.04, 1.5, 0.04, 0.9, -0.4}};
  for (int i = 0; i < 4; i++) {
    const keel_bates want = {truths[i], {0, 0, 0}};
    struct surface s = surface_of(&want);
    keel_heston_fit fit = fit_of(&s, &(keel_heston_fit_plan){NULL, 0, 0});
    assert_true(fit.converged);
    assert_null(fit.at_bound);
    close_model(&fit.model, &want, 1e-6);
    assert_true(fit.residual < 1e-9);
    assert_true(fit.residual_most >= fit.residual);
  }
}

static void jumps_come_back(void **state) {
  (void)state;
  const keel_bates start = {{0.05, 1.5, 0.06, 0.6, -0.4}, {0.3, -0.05, 0.15}};
  struct surface s = surface_of(&jumpy);
  keel_heston_fit fit = fit_of(&s, &(keel_heston_fit_plan){&start, 1, 0});
  close_model(&fit.model, &jumpy, 1e-6);
}

/* Noisy quotes: nothing nearby is better. */
static void the_best_is_a_minimum(void **state) {
  (void)state;
  uint64_t seed = 17;
  struct surface s = surface_of(&truth);
  for (size_t i = 0; i < s.count; i++) s.price[i] *= 1 + 0.002 * (next_unit(&seed) - 0.5);
  for (size_t i = 0; i < s.count; i++) s.weight[i] = 1;
  keel_heston_quotes quotes = quotes_of(&s);
  quotes.weight = s.weight;
  keel_heston_fit fit;
  assert_int_equal(keel_heston_fit_solve(&quotes, &(keel_heston_fit_plan){NULL, 0, 0}, &fit, NULL), KEEL_STATUS_OK);
  double *const at[] = {&fit.model.heston.variance, &fit.model.heston.kappa, &fit.model.heston.theta,
                        &fit.model.heston.xi, &fit.model.heston.rho};
  for (int k = -1; k < 10; k++) {
    double model[MOST], cost = 0, kept = k < 0 ? 0 : *at[k / 2];
    if (k >= 0) *at[k / 2] *= k % 2 ? 1.001 : 0.999;
    const keel_options options = options_of(&s);
    keel_bates_price(&fit.model, s.count, &options, &(keel_heston_greeks){.price = model});
    for (size_t i = 0; i < s.count; i++) cost += (model[i] - s.price[i]) * (model[i] - s.price[i]);
    double residual = sqrt(cost / (double)s.count);
    if (k < 0)
      assert_close(residual, fit.residual, 1e-9);
    else
      assert_true(residual > fit.residual);
    if (k >= 0) *at[k / 2] = kept;
  }
}

static void what_does_not_converge_says_so(void **state) {
  (void)state;
  struct surface s = surface_of(&truth);
  const keel_bates far = {{0.5, 20, 0.9, 3, 0.5}, {0, 0, 0}};
  const keel_heston_quotes quotes = quotes_of(&s);
  keel_heston_fit fit;
  keel_error error;
  assert_int_equal(keel_heston_fit_solve(&quotes, &(keel_heston_fit_plan){&far, 0, 2}, &fit, &error),
                   KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "did not converge"));
  assert_false(fit.converged);
  assert_true(fit.residual > 0 && isfinite(fit.residual));
  assert_true(isfinite(fit.model.heston.kappa));
}

static void refused(struct surface *s, const keel_bates *start, const char *words) {
  const keel_heston_quotes quotes = quotes_of(s);
  keel_heston_fit fit;
  keel_error error;
  assert_int_equal(keel_heston_fit_solve(&quotes, &(keel_heston_fit_plan){start, 0, 0}, &fit, &error),
                   KEEL_STATUS_INPUT);
  if (!strstr(error.what, words)) fail_msg("\"%s\" does not say \"%s\"", error.what, words);
  assert_true(isnan(fit.model.heston.variance) && isnan(fit.residual));
}

static void bad_quotes_are_named(void **state) {
  (void)state;
  const keel_bates bad = {{0.04, 1, 0.04, 0.5, 1.5}, {0, 0, 0}};
  struct surface s = surface_of(&truth), wrong = s;
  for (size_t few = 1; few < 5; few++) {
    wrong.count = few;
    refused(&wrong, NULL, "parameters");
  }
  wrong = s, wrong.price[6] = 0;
  refused(&wrong, NULL, "quote 7");
  wrong = s, wrong.price[99] = 200;
  refused(&wrong, NULL, "quote 100: price is not below its upper bound");
  wrong = s, wrong.strike[4] = NAN;
  refused(&wrong, NULL, "quote 5: strike");
  refused(&s, &bad, "rho");
}

static void every_level_gives_the_same_bits(void **state) {
  (void)state;
  static const char *const levels[] = {"v3", "v4"};
  struct surface s = surface_of(&jumpy);
  assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
  keel_heston_fit fit = fit_of(&s, &(keel_heston_fit_plan){NULL, 0, 0});
  for (int level = 0; level < 2; level++) {
    if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
    keel_heston_fit other = fit_of(&s, &(keel_heston_fit_plan){NULL, 0, 0});
    assert_memory_equal(&fit.model, &other.model, sizeof fit.model);
    assert_same_bits(other.residual, fit.residual);
  }
  keel_cpu_force("auto", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_parameters_come_back), cmocka_unit_test(jumps_come_back),
      cmocka_unit_test(the_best_is_a_minimum),      cmocka_unit_test(what_does_not_converge_says_so),
      cmocka_unit_test(bad_quotes_are_named),       cmocka_unit_test(every_level_gives_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
