/* SABR: the reference table, derivatives against differences, deltas, bad values. */
#include <math.h>
#include <string.h>

#include "keel/sabr.h"
#include "support/support.h"

static double vol_of(const keel_sabr *model, double forward, double strike, double years) {
  double vol;
  keel_sabr_vol(model, forward, years, 1, &strike, &(keel_sabr_vols){.vol = &vol});
  return vol;
}

static void every_reference_row_is_met(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("sabr_hagan.csv");
  assert_true(golden.rows > 20);
  for (size_t row = 0; row < golden.rows; row++) {
    const keel_sabr model = {keel_golden_number(&golden, row, "alpha"), keel_golden_number(&golden, row, "beta"),
                             keel_golden_number(&golden, row, "rho"), keel_golden_number(&golden, row, "nu")};
    double vol = vol_of(&model, keel_golden_number(&golden, row, "F"), keel_golden_number(&golden, row, "K"),
                        keel_golden_number(&golden, row, "T"));
    assert_close(vol, keel_golden_number(&golden, row, "vol"), 1e-12);
    assert_close(vol, keel_golden_number(&golden, row, "published"), 1e-12);
  }
  keel_golden_free(&golden);
}

static const keel_sabr models[] = {
    {0.3, 0.6, -0.4, 0.5}, {0.2, 1, -0.7, 0.8}, {0.01, 0, 0.3, 0.4}, {0.25, 0.5, 0.99, 1.5}};
static const double forwards[] = {1.2, 100, 0.03, 2};

/* Strikes from deep to far, among them the forward and its neighbours, where z / x(z) is 0 / 0. */
static double strike_of(double forward, int i) {
  static const double ratios[] = {0.3, 0.7, 0.95, 0.999, 1 - 1e-9, 1, 1 + 1e-12, 1.0001, 1.05, 1.4, 3};
  return forward * ratios[i];
}
enum { STRIKES = 11 };

static void derivatives_are_slopes(void **state) {
  (void)state;
  for (int m = 0; m < 4; m++)
    for (int i = 0; i < STRIKES; i++) {
      double forward = forwards[m], strike = strike_of(forward, i), got[4];
      keel_sabr_vol(&models[m], forward, 1.5, 1, &strike, &(keel_sabr_vols){NULL, &got[0], &got[1], &got[2], &got[3]});
      for (int k = 0; k < 4; k++) {
        keel_sabr up = models[m], down = up;
        double high = forward, low = forward;
        double *const ups[] = {&high, &up.alpha, &up.rho, &up.nu}, *const downs[] = {&low, &down.alpha, &down.rho,
                                                                                     &down.nu};
        double h = 1e-5 * (k == 2 ? 1 : *ups[k]);
        *ups[k] += h, *downs[k] -= h;
        double slope = (vol_of(&up, high, strike, 1.5) - vol_of(&down, low, strike, 1.5)) / (2 * h);
        assert_close(got[k], slope, 1e-6 * (fabs(slope) + vol_of(&models[m], forward, strike, 1.5)));
      }
    }
}

/* Either side of where the series of z / x(z) ends. */
static void the_series_meets_the_formula(void **state) {
  (void)state;
  const keel_sabr model = {0.2, 1, -0.6, 0.5};
  for (int side = -1; side <= 1; side += 2) {
    double edge = exp(-side * 0.02 * 0.2 / 0.5), near = edge * (1 - 1e-12), far = edge * (1 + 1e-12), d[2][4];
    keel_sabr_vol(&model, 1, 1, 1, &near, &(keel_sabr_vols){NULL, &d[0][0], &d[0][1], &d[0][2], &d[0][3]});
    keel_sabr_vol(&model, 1, 1, 1, &far, &(keel_sabr_vols){NULL, &d[1][0], &d[1][1], &d[1][2], &d[1][3]});
    for (int k = 0; k < 4; k++) assert_close(d[0][k], d[1][k], 1e-10);
  }
}

static void deltas_are_what_spot_and_alpha_bring(void **state) {
  (void)state;
  const keel_sabr model = {0.3, 0.6, -0.4, 0.5};
  const double phi = -1, spot = 1.2, strike = 1.1, rate = 0.04, yield = 0.01, years = 2, h = 1e-5;
  double price[3], delta, least, d_alpha;
  for (int i = 0; i < 3; i++) {
    double moved = spot + (i - 1) * h;
    const keel_options option = {&phi, &moved, &strike, &rate, &yield, &years, NULL};
    keel_sabr_price(&model, 1, &option, &(keel_sabr_greeks){.price = &price[i]});
  }
  const keel_options option = {&phi, &spot, &strike, &rate, &yield, &years, NULL};
  keel_sabr_price(&model, 1, &option, &(keel_sabr_greeks){NULL, &delta, &least, &d_alpha, NULL, NULL});
  assert_close(delta, (price[2] - price[0]) / (2 * h), 1e-8);
  double forward = spot * exp(0.06), pull = model.rho * model.nu / pow(forward, model.beta) * exp(0.06);
  assert_close(least, delta + d_alpha * pull, 1e-14);
}

static void bad_values_are_nan_and_named(void **state) {
  (void)state;
  static const keel_sabr bad[] = {{0, 0.5, 0, 0.3}, {0.2, 1.1, 0, 0.3}, {0.2, 0.5, -1, 0.3}, {0.2, 0.5, 0, NAN}};
  static const char *const words[] = {"alpha", "beta", "rho", "nu"};
  for (int i = 0; i < 4; i++) {
    assert_true(isnan(vol_of(&bad[i], 1, 1, 1)));
    assert_non_null(strstr(keel_sabr_problem(&bad[i]), words[i]));
  }
  assert_null(keel_sabr_problem(&models[0]));
  assert_true(isnan(vol_of(&models[0], -1, 1, 1)));
  assert_true(isnan(vol_of(&models[0], 1, 0, 1)));
  assert_true(isnan(vol_of(&models[0], 1, 1, -1)));
  assert_true(isnan(vol_of(&(keel_sabr){0.2, 1, -0.999, 3}, 1, 1, 50))); /* the expansion is negative */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_reference_row_is_met),   cmocka_unit_test(derivatives_are_slopes),
      cmocka_unit_test(the_series_meets_the_formula), cmocka_unit_test(deltas_are_what_spot_and_alpha_bring),
      cmocka_unit_test(bad_values_are_nan_and_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
