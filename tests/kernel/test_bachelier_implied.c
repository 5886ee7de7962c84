#include <float.h>
#include <math.h>

#include "keel/bachelier.h"
#include "kernel/implied_support.h"
#include "kernel/lane_math.h"

static void solve(struct table *t) {
  keel_options options = options_of(t);
  options.vol = NULL;
  keel_bachelier_implied_solve(t->count, &options, t->price, t->vol);
}

/* Contracts out of the money, within `wide` deviations, with their prices; amp receives price / (vol vega). */
static void fill(struct table *t, size_t count, double wide, uint64_t seed, double *amp) {
  static double vega[MOST], unused[2][MOST];
  t->count = count;
  for (size_t i = 0; i < count; i++) {
    double years = keel_exp(12 * next_unit(&seed) - 8), vol = keel_exp(10 * next_unit(&seed) - 5);
    double rate = 0.1 * next_unit(&seed) - 0.02, spot = i % 3 ? 0 : 200 * next_unit(&seed) - 100;
    double distance = wide * (2 * next_unit(&seed) - 1);
    double row[7] = {distance > 0 ? 1 : -1, spot, spot + distance * vol * sqrt(years), rate, rate, years, vol};
    for (int field = 0; field < 7; field++) t->in[field][i] = row[field];
  }
  keel_options options = options_of(t);
  keel_greeks greeks = {.price = t->price, .delta = unused[0], .gamma = unused[1], .vega = vega};
  keel_bachelier_price(count, &options, KEEL_GREEK_SET_GAMMA, &greeks);
  for (size_t i = 0; i < count; i++) amp[i] = t->price[i] / (t->in[6][i] * vega[i]);
}

/* What rounding takes of F - K is beside the vol's own error: d times a unit of F in units of v. */
static void vols_come_back_from_their_prices(void **state) {
  (void)state;
  static struct table t;
  static double amp[MOST];
  for (uint64_t seed = 1; seed <= 60; seed++) {
    fill(&t, MOST, seed % 2 ? 3 : 37, seed, amp);
    solve(&t);
    for (size_t i = 0; i < t.count; i++) {
      if (t.price[i] < DBL_MIN) continue;
      double v = t.in[6][i] * sqrt(t.in[5][i]), rounding = fabs(t.in[1][i]) / v;
      assert_close(t.vol[i] / t.in[6][i] - 1, 0.0, (6 * (1 + amp[i]) + rounding) * DBL_EPSILON);
    }
  }
}

static void reference_rows_give_their_vol(void **state) {
  (void)state;
  static struct table t;
  struct keel_golden golden = keel_golden_load("bachelier_greeks.csv");
  int checked = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    double rate = keel_golden_number(&golden, row, "r"), vol = keel_golden_number(&golden, row, "sigma_n");
    double years = keel_golden_number(&golden, row, "T"), vega = keel_golden_number(&golden, row, "vega");
    double in[7] = {1,  keel_golden_number(&golden, row, "F"), keel_golden_number(&golden, row, "K"), rate, rate, years,
                    vol};
    t.count = 1;
    for (int i = 0; i < 7; i++) t.in[i][0] = in[i];
    t.price[0] = keel_golden_number(&golden, row, "price");
    double tolerance = 4 * (1 + t.price[0] / (vol * vega)) * DBL_EPSILON;
    if (!(tolerance < 1e-3)) continue;
    solve(&t);
    assert_close(t.vol[0] / vol - 1, 0.0, tolerance);
    checked++;
  }
  assert_true(checked > 50);
  keel_golden_free(&golden);
}

static double solve_one(double phi, double spot, double strike, double years, double price) {
  static struct table t;
  t.count = 1;
  double row[7] = {phi, spot, strike, 0.03, 0.01, years, 0};
  for (int i = 0; i < 7; i++) t.in[i][0] = row[i];
  t.price[0] = price;
  solve(&t);
  return t.vol[0];
}

static void bounds_are_kept(void **state) {
  (void)state;
  assert_same_bits(solve_one(1, 0, 10, 1, 0), 0.0);
  assert_same_bits(solve_one(-1, 0, 0, 1, 0), 0.0);
  assert_true(isnan(solve_one(1, 0, -10, 1, 10 * keel_exp(-0.03) * (1 - 1e-12))));
  assert_true(solve_one(1, 0, -10, 1, 10 * keel_exp(-0.03) * (1 + 1e-9)) > 0);
  assert_true(solve_one(1, 0, 10, 1, 0x1p-1074) > 0);
  assert_true(solve_one(-1, -5, 10, 1, 1e12) > 0);
  assert_true(isnan(solve_one(1, 0, 10, 0, 1)));
  for (double price = 1e-280; price < 1e140; price *= 1e10)
    assert_close(solve_one(1, 0, 0, 4, price) / price / keel_exp(0.12) * 2 * KEEL_INV_SQRT_2PI, 1.0, 4 * DBL_EPSILON);
}

static const struct inverse inverse = {fill, solve, {0, 1, 1, 1, 1}}; /* columns in the order of keel_options */

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
  assert_the_bits_are_golden(&inverse, 0xd4f3d9bb6fb37c83u);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vols_come_back_from_their_prices),
      cmocka_unit_test(reference_rows_give_their_vol),
      cmocka_unit_test(bounds_are_kept),
      cmocka_unit_test(bad_lanes_are_nan_and_alone),
      cmocka_unit_test(every_level_gives_the_same_bits),
      cmocka_unit_test(the_bits_are_the_golden_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
