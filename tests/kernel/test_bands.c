#include "kernel/bands.h"

#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/draws.h"
#include "support/support.h"

enum { PATHS = 301 };

static double spot[PATHS], gamma_of[PATHS], vol[PATHS];
static const struct keel_band_inputs in = {spot, gamma_of, vol};
static const struct keel_band_terms terms = {.cost = 0.002, .risk_aversion = 0.03, .rate = 0.04, .years = 0.3};

struct bands {
  double half_width[PATHS], h0[PATHS], h1[PATHS], vol_m[PATHS], leland[PATHS];
};

static void draw_inputs(void) {
  struct draws draws = {6};
  for (size_t i = 0; i < PATHS; i++) {
    spot[i] = 100 * draw_lognormal(&draws);
    gamma_of[i] = 3 * draw_normal(&draws);
    vol[i] = 0.05 + draw_uniform(&draws);
  }
  gamma_of[0] = 0, gamma_of[1] = -1e-300, gamma_of[2] = NAN, spot[3] = NAN, gamma_of[4] = 1e6;
}

static void compute(struct bands *out) {
  const struct keel_bands *bands = &keel_kernel_now->bands;
  bands->whalley_wilmott(PATHS, &terms, &in, out->half_width);
  bands->zakamouline(PATHS, &terms, &in, &(struct keel_zakamouline){out->h0, out->h1, out->vol_m});
  bands->leland_vol(PATHS, terms.cost, 1.0 / 252, &in, out->leland);
}

/* The formulas as they are written, with the powers of libm. */
static void as_written(void **state) {
  (void)state;
  static struct bands got;
  double a = terms.risk_aversion, c = terms.cost, t = terms.years, discount = exp(-terms.rate * t);
  draw_inputs();
  compute(&got);
  for (size_t i = 5; i < PATHS; i++) {
    double g = fabs(gamma_of[i]), s = spot[i], v = vol[i];
    double want = cbrt(1.5 * discount * c * s * g * g / a);
    assert_close(got.half_width[i] / want, 1, 1e-13);
    assert_close(got.h0[i] / (c / (a * s * v * v * t)), 1, 1e-14);
    want = 1.12 * pow(c, 0.31) * pow(t, 0.05) * pow(discount / v, 0.25) * sqrt(g / a);
    assert_close(got.h1[i] / want, 1, 1e-13);
    double k = 5.76 * pow(c, 0.78) * pow(t, -0.02) * pow(discount / v, 0.25) * pow(a * s * s * g, 0.15);
    double variance = gamma_of[i] > 0 ? 1 - k : 1 + k;
    if (variance >= 0)
      assert_close(got.vol_m[i] / (v * sqrt(variance)), 1, 1e-12);
    else
      assert_true(isnan(got.vol_m[i]));
    double number = sqrt(8 / 3.141592653589793) * c / (v * sqrt(1.0 / 252));
    variance = gamma_of[i] > 0 ? 1 - number : 1 + number;
    if (variance >= 0)
      assert_close(got.leland[i] / (v * sqrt(variance)), 1, 1e-13);
    else
      assert_true(isnan(got.leland[i]));
  }
}

static void limits(void **state) {
  (void)state;
  static struct bands got;
  draw_inputs();
  compute(&got);
  assert_true(got.half_width[0] == 0 && got.h1[0] == 0 && got.vol_m[0] == vol[0] && got.leland[0] == vol[0]);
  assert_true(got.half_width[1] > 0 && got.half_width[1] < 1e-190);
  assert_true(isnan(got.half_width[2]) && isnan(got.h1[2]) && isnan(got.vol_m[2]) && isfinite(got.h0[2]));
  assert_true(isnan(got.half_width[3]) && isnan(got.h0[3]) && isfinite(got.leland[3]));
  struct keel_band_terms no_cost = terms, expiring = terms;
  no_cost.cost = 0, expiring.years = 0;
  double width, h0, h1, vol_m;
  struct keel_band_inputs one = {spot + 5, gamma_of + 5, vol + 5};
  keel_kernel_now->bands.whalley_wilmott(1, &no_cost, &one, &width);
  keel_kernel_now->bands.zakamouline(1, &no_cost, &one, &(struct keel_zakamouline){&h0, &h1, &vol_m});
  assert_true(width == 0 && h0 == 0 && h1 == 0 && vol_m == vol[5]);
  keel_kernel_now->bands.zakamouline(1, &expiring, &one, &(struct keel_zakamouline){&h0, &h1, &vol_m});
  assert_true(h0 == INFINITY && h1 == 0);
}

static void every_level_has_the_same_bits(void **state) {
  (void)state;
  const char *levels[] = {"base", "v3", "v4"};
  static struct bands want, got;
  draw_inputs();
  for (size_t i = 0; i < 3; i++) {
    if (keel_cpu_force(levels[i], NULL) != KEEL_STATUS_OK) continue;
    compute(&got);
    for (size_t j = 0; j < PATHS; j++) { /* the sign of a NaN is nobody's */
      double *all[] = {got.half_width + j, got.h0 + j, got.h1 + j, got.vol_m + j, got.leland + j};
      for (size_t k = 0; k < 5; k++)
        if (isnan(*all[k])) *all[k] = NAN;
    }
    if (i == 0) want = got;
    assert_memory_equal(&got, &want, sizeof got);
  }
  assert_int_equal(keel_cpu_force("auto", NULL), KEEL_STATUS_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(as_written), cmocka_unit_test(limits),
                                     cmocka_unit_test(every_level_has_the_same_bits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
