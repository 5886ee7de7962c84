#include "keel/implied_vol.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernel/implied_support.h"
#include "kernel/lane_math.h"

static void solve(struct table *t) {
  keel_options options = options_of(t);
  options.vol = NULL;
  keel_implied_vol_solve(t->count, &options, t->price, t->vol);
}

/* Contracts within `wide` deviations, with their prices; `scale` receives vega sigma / (S e^-qT + K e^-rT). */
static void fill(struct table *t, size_t count, double wide, uint64_t seed, double *scale) {
  static double vega[MOST], unused[4][MOST];
  t->count = count;
  for (size_t i = 0; i < count; i++) {
    double years = keel_exp(8 * next_unit(&seed) - 6), vol = keel_exp(4 * next_unit(&seed) - 3.5);
    double rate = 0.1 * next_unit(&seed) - 0.02, yield = 0.1 * next_unit(&seed) - 0.02;
    double deviations = (2 * next_unit(&seed) - 1) * wide;
    double forward = 100 * keel_exp((rate - yield) * years);
    double row[7] = {
        deviations > 0 ? 1 : -1, 100, forward * keel_exp(deviations * vol * sqrt(years)), rate, yield, years, vol};
    for (int field = 0; field < 7; field++) t->in[field][i] = row[field];
  }
  keel_options options = options_of(t);
  keel_greeks greeks = {
      .price = t->price, .delta = unused[0], .gamma = unused[1], .vega = vega, .theta = unused[2], .rho = unused[3]};
  keel_black_scholes_price(count, &options, KEEL_GREEK_SET_FIRST, &greeks);
  for (size_t i = 0; i < count; i++) {
    double sides = fabs(100 * unused[0][i]) + fabs(unused[3][i] / t->in[5][i]);
    scale[i] = vega[i] * t->in[6][i] / (sides + vega[i] * t->in[6][i]);
  }
}

static void vols_come_back_from_their_prices(void **state) {
  (void)state;
  static struct table t;
  static double scale[MOST];
  for (uint64_t seed = 1; seed <= 60; seed++) {
    fill(&t, MOST, seed % 2 ? 2.5 : 20, seed, scale);
    solve(&t);
    for (size_t i = 0; i < t.count; i++) {
      if (t.price[i] < DBL_MIN) continue;
      assert_close(t.vol[i] / t.in[6][i] - 1, 0.0, 8 * DBL_EPSILON / scale[i]);
    }
  }
}

static void prices_come_back_from_their_vols(void **state) {
  (void)state;
  static struct table t;
  static double scale[MOST], again[MOST];
  fill(&t, MOST, 3, 99, scale);
  solve(&t);
  memcpy(t.in[6], t.vol, sizeof t.vol);
  keel_options options = options_of(&t);
  keel_black_scholes_price(t.count, &options, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = again});
  for (size_t i = 0; i < t.count; i++) assert_close(again[i], t.price[i], 16 * DBL_EPSILON * (100 + t.in[2][i]));
}

/* The reference prices, correctly rounded, both sides of the money: what their last bit leaves of the vol comes back.
 */
static void reference_rows_give_their_vol(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("bs_greeks.csv");
  static const char *const columns[] = {"S", "K", "r", "q", "T", "sigma"};
  int checked = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    static struct table t;
    t.count = 1;
    t.in[0][0] = keel_golden_text(&golden, row, "type")[0] == 'C' ? 1 : -1;
    for (int i = 0; i < 6; i++) t.in[i + 1][0] = keel_golden_number(&golden, row, columns[i]);
    t.price[0] = keel_golden_number(&golden, row, "price");
    double vega = keel_golden_number(&golden, row, "vega"), vol = t.in[6][0];
    double sides = fabs(t.in[1][0] * keel_golden_number(&golden, row, "delta")) +
                   fabs(t.in[2][0] * keel_golden_number(&golden, row, "dual_delta"));
    double tolerance = 4 * DBL_EPSILON * (1 + (sides + t.price[0]) / (vega * vol));
    if (t.price[0] < DBL_MIN || !(tolerance < 0.01)) continue;
    solve(&t);
    assert_close(t.vol[0] / vol - 1, 0.0, tolerance);
    checked++;
  }
  assert_true(checked > 100);
  keel_golden_free(&golden);
}

/* Forward e^x at strike 1, scaled so that their geometric mean is 1: the price is Black's normalised one. */
static void put_normalised(struct table *t, size_t row, double phi, double x, double price) {
  const double in[7] = {phi, 1, 1, 0.5 * x, -0.5 * x, 1, 0};
  for (int i = 0; i < 7; i++) t->in[i][row] = in[i];
  t->price[row] = price;
}

/* From the smallest subnormal price to the upper bound: nothing is lost but the last bit of the price times its own
 * amplification. A call at x is a put at -x. */
static void normalised_rows_to_the_last_attainable_bit(void **state) {
  (void)state;
  static struct table t;
  struct keel_golden golden = keel_golden_load("iv_normalised.csv");
  t.count = 2 * golden.rows;
  assert_true(golden.rows == 160 && t.count <= MOST);
  for (size_t row = 0; row < golden.rows; row++) {
    double x = keel_golden_number(&golden, row, "x"), price = keel_golden_number(&golden, row, "price_double");
    put_normalised(&t, 2 * row, 1, x, price);
    put_normalised(&t, 2 * row + 1, -1, -x, price);
  }
  solve(&t);
  for (size_t i = 0; i < t.count; i++) {
    double want = keel_golden_number(&golden, i / 2, "s_from_double"), amp = keel_golden_number(&golden, i / 2, "amp");
    if (t.price[i] == 0) {
      assert_same_bits(t.vol[i], 0.0); /* underflow: the price is the bound */
      continue;
    }
    double tolerance = t.price[i] < DBL_MIN ? 1e-13 : 4 * (amp + 1) * DBL_EPSILON;
    if (!(fabs(t.vol[i] / want - 1) <= tolerance))
      fail_msg("row %s: %.17g, want %.17g within %.3g", keel_golden_text(&golden, i / 2, "id"), t.vol[i], want,
               tolerance);
  }
  keel_golden_free(&golden);
}

/* At the money y is 2 N(v/2) - 1: prices down to where amounts count as 0. */
static void the_smallest_vols_at_the_money(void **state) {
  (void)state;
  static struct table t;
  t.count = 1;
  for (double vol = 1e-4; vol > 1e-149; vol *= 0.1) {
    put_normalised(&t, 0, 1, 0, KEEL_INV_SQRT_2PI * vol * (1 - vol * vol / 24));
    solve(&t);
    assert_close(t.vol[0] / vol, 1.0, 4 * DBL_EPSILON);
  }
}

static double solve_one(double phi, double strike, double years, double price) {
  static struct table t;
  t.count = 1;
  double row[7] = {phi, 100, strike, 0.03, 0.01, years, 0};
  for (int i = 0; i < 7; i++) t.in[i][0] = row[i];
  t.price[0] = price;
  solve(&t);
  return t.vol[0];
}

static void bounds_are_kept(void **state) {
  (void)state;
  double spot_value = 100 * keel_exp(-0.01), strike_value = 90 * keel_exp(-0.03), intrinsic = spot_value - strike_value;
  assert_same_bits(solve_one(1, 90, 1, intrinsic), 0.0);
  assert_true(isnan(solve_one(1, 90, 1, intrinsic * (1 - 1e-12))));
  assert_true(solve_one(1, 90, 1, intrinsic * (1 + 1e-9)) > 0);
  assert_true(solve_one(1, 90, 1, spot_value * (1 - 1e-9)) > 0);
  assert_true(isnan(solve_one(1, 90, 1, spot_value)));
  assert_same_bits(solve_one(-1, 90, 1, 0), 0.0);
  assert_true(isnan(solve_one(-1, 90, 1, strike_value)));
  assert_same_bits(solve_one(1, 90, 0, 10), 0.0);
  assert_true(isnan(solve_one(1, 90, 0, 11)));
  assert_same_bits(solve_one(1, 0, 1, spot_value), 0.0);
}

static const struct inverse inverse = {fill, solve, {0, 0, 0, 1, 1}}; /* columns in the order of keel_options */

static void bad_lanes_are_nan_and_alone(void **state) {
  (void)state;
  assert_bad_lanes_are_nan_and_alone(&inverse);
}

static void every_level_gives_the_same_bits(void **state) {
  (void)state;
  assert_every_level_gives_the_same_bits(&inverse);
}

static void the_bits_are_the_golden_ones(void **state) {
  (void)state;
  assert_the_bits_are_golden(&inverse, 0xa855e18c22370360u);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vols_come_back_from_their_prices), cmocka_unit_test(prices_come_back_from_their_vols),
      cmocka_unit_test(reference_rows_give_their_vol),    cmocka_unit_test(normalised_rows_to_the_last_attainable_bit),
      cmocka_unit_test(the_smallest_vols_at_the_money),   cmocka_unit_test(bounds_are_kept),
      cmocka_unit_test(bad_lanes_are_nan_and_alone),      cmocka_unit_test(every_level_gives_the_same_bits),
      cmocka_unit_test(the_bits_are_the_golden_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
