#include "kernel/american_support.h"

/* The vega's slope, where the steps in vol leave the spot on its side of the boundary. */
static double slope_of_vega(const double row[INPUTS], double step) {
  static struct table t;
  t.count = 2;
  for (size_t side = 0; side < 2; side++) {
    put_row(&t, side, row);
    t.in[VOL][side] += side ? -step : step;
  }
  price_set(&t, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_GAMMA);
  return (t.out[VEGA][0] - t.out[VEGA][1]) / (2 * step);
}

static void volga_is_the_slope_of_vega_up_to_the_boundary(void **state) {
  (void)state;
  static const double over[] = {3e-4, 1e-3, 1e-2, 0.1, 0.5};
  static const double rows[][INPUTS] = {
      {-1, 0, 100, 0.05, 0.02, 1, 0.25}, {-1, 0, 100, 0.03, 0.06, 3, 0.4}, {1, 0, 100, 0.02, 0.05, 0.5, 0.3}};
  for (int which = 0; which < 3; which++)
    for (int i = 0; i < 5; i++) {
      static struct table t;
      t.count = 1;
      put_row(&t, 0, rows[which]);
      t.in[SPOT][0] = 100;
      price(&t, KEEL_AMERICAN_HIGH);
      t.in[SPOT][0] = t.out[BOUNDARY][0] * (1 - rows[which][PHI] * over[i]);
      price(&t, KEEL_AMERICAN_HIGH);
      double row[INPUTS], step = fmin(1e-4, 0.05 * over[i]);
      for (int k = 0; k < INPUTS; k++) row[k] = t.in[k][0];
      double want = slope_of_vega(row, step);
      assert_close(t.out[VOLGA][0], want, 1e-3 * (100 + fabs(want)));
    }
}

/* V obeys the equation, so that theta and charm are known from the others. */
static void theta_and_charm_obey_the_equation(void **state) {
  (void)state;
  static struct table t;
  fill_ordinary(&t, 200, 41);
  price(&t, KEEL_AMERICAN_ACCURATE);
  for (size_t i = 0; i < t.count; i++) {
    double spot = t.in[SPOT][i], rate = t.in[RATE][i], yield = t.in[YIELD][i], vol2 = t.in[VOL][i] * t.in[VOL][i];
    int now = t.in[PHI][i] * (spot - t.out[BOUNDARY][i]) >= 0;
    double theta =
        rate * t.out[PRICE][i] - (rate - yield) * spot * t.out[DELTA][i] - 0.5 * vol2 * spot * spot * t.out[GAMMA][i];
    double charm = yield * t.out[DELTA][i] - (vol2 + rate - yield) * spot * t.out[GAMMA][i] -
                   0.5 * vol2 * spot * spot * t.out[SPEED][i];
    assert_close(t.out[THETA][i], now ? 0 : theta, 1e-9 * (1 + fabs(theta)));
    assert_close(t.out[CHARM][i], now ? 0 : charm, 1e-9 * (1 + fabs(charm)));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(volga_is_the_slope_of_vega_up_to_the_boundary),
      cmocka_unit_test(theta_and_charm_obey_the_equation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
