/* SVI and SSVI fitted: derivatives, recovery, and the bounds of what is free of arbitrage. */
#include "model/svi_fit.h"

#include <math.h>

#include "model/smiles.h"
#include "support/support.h"

static const keel_svi truth = {0.01, 0.12, -0.4, 0.02, 0.15};

static struct keel_jet shape_at(const double *x, double k) {
  struct keel_shape_row row;
  return keel_svi_shape(NULL, x, k, 0, &row);
}

static void derivatives_are_those_of_differences(void **state) {
  (void)state;
  const double x[] = {0.14, 0.08, 0.02, 0.15, 0.01}, h = 1e-6;
  for (double k = -0.5; k <= 0.5; k += 0.1) {
    struct keel_shape_row row;
    struct keel_jet jet = keel_svi_shape(NULL, x, k, 0, &row);
    assert_close(jet.dw, (shape_at(x, k + h).w - shape_at(x, k - h).w) / (2 * h), 1e-8);
    assert_close(jet.d2w, (shape_at(x, k + h).dw - shape_at(x, k - h).dw) / (2 * h), 1e-7);
    for (size_t i = 0; i < KEEL_SVI_PARAMETERS; i++) {
      double up[KEEL_SVI_PARAMETERS], down[KEEL_SVI_PARAMETERS];
      for (size_t j = 0; j < KEEL_SVI_PARAMETERS; j++) {
        up[j] = x[j] + (i == j ? h : 0);
        down[j] = x[j] - (i == j ? h : 0);
      }
      struct keel_jet high = shape_at(up, k), low = shape_at(down, k);
      assert_close(row.w[i], (high.w - low.w) / (2 * h), 1e-7);
      assert_close(row.dw[i], (high.dw - low.dw) / (2 * h), 1e-7);
      assert_close(row.d2w[i], (high.d2w - low.d2w) / (2 * h), 1e-6);
    }
  }
}

static void parameters_go_there_and_back(void **state) {
  (void)state;
  double x[KEEL_SVI_PARAMETERS];
  keel_svi_parameters(&truth, x);
  keel_svi back = keel_svi_of(x);
  assert_close(back.a, truth.a, 1e-15);
  assert_close(back.b, truth.b, 1e-15);
  assert_close(back.rho, truth.rho, 1e-14);
  assert_close(shape_at(x, 0.1).w, keel_svi_jet(&truth, 0.1).w, 1e-15);
}

static const keel_svi flat_safe = {0.005, 0.02, 0, 0, 0.1};

static struct keel_smile_bounds no_bounds(void) {
  static const double k[] = {-0.2, 0, 0.2}, ceiling[] = {INFINITY, INFINITY, INFINITY};
  return (struct keel_smile_bounds){3, k, ceiling, 0};
}

static void a_slice_comes_back(void **state) {
  (void)state;
  struct made_quotes made;
  struct keel_fit fit;
  double x[KEEL_SVI_PARAMETERS];
  make_quotes(&made, &truth, 60, 1e-4);
  const struct keel_smile_bounds bounds = no_bounds();
  const struct keel_svi_starts starts = {flat_safe, NULL, NULL};
  keel_svi svi = keel_svi_fit(&made.quotes, &bounds, &starts, x, &fit);
  assert_true(fit.converged);
  for (double k = -0.3; k <= 0.2; k += 0.05) assert_close(keel_svi_jet(&svi, k).w, keel_svi_jet(&truth, k).w, 2e-6);
  assert_close(svi.rho, truth.rho, 0.02);
}

/* Where the last surface is right, it is where the fit ends. */
static void the_last_slice_is_a_start(void **state) {
  (void)state;
  struct made_quotes made;
  struct keel_fit fit;
  double x[KEEL_SVI_PARAMETERS];
  make_quotes(&made, &truth, 40, 1e-3);
  const struct keel_smile_bounds bounds = no_bounds();
  const struct keel_svi_starts starts = {flat_safe, NULL, &truth};
  keel_svi svi = keel_svi_fit(&made.quotes, &bounds, &starts, x, &fit);
  assert_close(svi.a, truth.a, 1e-5);
  assert_close(svi.sigma, truth.sigma, 1e-4);
}

static void wings_are_below_a_later_expiry_s(void **state) {
  (void)state;
  struct made_quotes made;
  struct keel_fit fit;
  double x[KEEL_SVI_PARAMETERS];
  make_quotes(&made, &truth, 40, 1e-3);
  const keel_svi later = {0.05, 0.1, -0.2, 0, 0.2};
  const struct keel_smile_bounds bounds = no_bounds();
  const struct keel_svi_starts starts = {flat_safe, &later, NULL};
  keel_svi svi = keel_svi_fit(&made.quotes, &bounds, &starts, x, &fit);
  assert_true(keel_svi_left(&svi) <= keel_svi_left(&later) * (1 + 1e-12));
  assert_true(keel_svi_right(&svi) <= keel_svi_right(&later) * (1 + 1e-12));
}

/* An SSVI slice comes back; a later one bounds an earlier one as the proposition says. */
static void ssvi_is_free_of_arbitrage(void **state) {
  (void)state;
  struct made_quotes made;
  struct keel_fit fit;
  const keel_svi known = keel_svi_from_ssvi(0.04, -0.5, 0.25), steep = keel_svi_from_ssvi(0.038, -0.9, 0.3);
  make_quotes(&made, &known, 30, 1e-3);
  struct keel_ssvi later = keel_ssvi_fit(&made.quotes, NULL, &fit);
  assert_true(fit.converged);
  assert_close(later.theta, 0.04, 1e-4);
  keel_svi raw = keel_ssvi_raw(&later);
  assert_close(raw.rho, -0.5, 0.02);
  assert_true(keel_svi_butterfly_free(&raw, NULL, NULL));
  make_quotes(&made, &steep, 30, 1e-3);
  struct keel_ssvi earlier = keel_ssvi_fit(&made.quotes, &later, &fit);
  assert_true(earlier.theta < later.theta);
  assert_true(earlier.left < later.left && earlier.right < later.right);
  assert_true((earlier.left + earlier.right) / earlier.theta > (later.left + later.right) / later.theta);
  raw = keel_ssvi_raw(&earlier);
  assert_true(keel_svi_butterfly_free(&raw, NULL, NULL));
}

static void one_quote_is_flat(void **state) {
  (void)state;
  struct made_quotes made;
  struct keel_fit fit;
  make_quotes(&made, &truth, 2, 1e-3);
  made.quotes.count = 1;
  struct keel_ssvi ssvi = keel_ssvi_fit(&made.quotes, NULL, &fit);
  assert_close(ssvi.theta, 0.5 * (made.bid[0] + made.ask[0]), 1e-5);
  assert_true(ssvi.left < 1e-5 && ssvi.right < 1e-5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(derivatives_are_those_of_differences),
      cmocka_unit_test(parameters_go_there_and_back),
      cmocka_unit_test(a_slice_comes_back),
      cmocka_unit_test(the_last_slice_is_a_start),
      cmocka_unit_test(wings_are_below_a_later_expiry_s),
      cmocka_unit_test(ssvi_is_free_of_arbitrage),
      cmocka_unit_test(one_quote_is_flat),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
