#include "hedge/theory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/support.h"

/* A cell of the table: a number, or a fraction as 1/252. */
static double fraction(const char *text) {
  double over, under = 1;
  int read = sscanf(text, "%lf/%lf", &over, &under);
  assert_true(read >= 1);
  return over / under;
}

static void assert_cell(const struct keel_golden *golden, size_t row, const char *column, double got) {
  double want = keel_golden_number(golden, row, column);
  if (isnan(want))
    assert_true(isnan(got));
  else
    assert_close(got / want, 1, 1e-10);
}

/* Every row and column of the closed forms under costs. */
static void costs_as_in_the_table(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("tcost_formulas.csv");
  assert_int_equal(golden.rows, 14);
  for (size_t row = 0; row < golden.rows; row++) {
    double spot = keel_golden_number(&golden, row, "S"), vol = keel_golden_number(&golden, row, "sigma");
    double rate = keel_golden_number(&golden, row, "r"), cost = keel_golden_number(&golden, row, "lambda");
    double dt = fraction(keel_golden_text(&golden, row, "dt"));
    keel_option call = {1, keel_golden_number(&golden, row, "K"), rate, 0, keel_golden_number(&golden, row, "tau")};
    double price, delta, gamma, vega, theta, rho;
    keel_black_scholes_price_paths(1, &call, &spot, &vol, KEEL_GREEK_SET_FIRST,
                                   &(keel_greeks){&price, &delta, &gamma, &vega, &theta, &rho, 0, 0, 0, 0, 0});
    assert_cell(&golden, row, "bs_price", price);
    assert_cell(&golden, row, "delta", delta);
    assert_cell(&golden, row, "gamma", gamma);
    assert_cell(&golden, row, "leland_number", keel_leland_number(cost, vol, dt));
    assert_cell(&golden, row, "sigma_leland_short", keel_leland_vol_short(cost, vol, dt));
    assert_cell(&golden, row, "sigma_leland_long", keel_leland_vol_long(cost, vol, dt));
    assert_cell(&golden, row, "leland_ask", keel_leland_ask(&call, spot, vol, cost, dt));
    assert_cell(&golden, row, "leland_bid", keel_leland_bid(&call, spot, vol, cost, dt));
    struct keel_band_terms terms = {cost, keel_golden_number(&golden, row, "a"), rate, call.years};
    struct keel_zakamouline_band band = keel_zakamouline_band(&terms, spot, -gamma, vol);
    assert_cell(&golden, row, "ww_halfwidth", keel_whalley_wilmott_band(&terms, spot, gamma));
    assert_cell(&golden, row, "zak_H0", band.h0);
    assert_cell(&golden, row, "zak_H1", band.h1);
    assert_cell(&golden, row, "zak_sigma_m", band.vol);
  }
  keel_golden_free(&golden);
}

/* The published case in the table's source line. */
static void zakamouline_as_published(void **state) {
  (void)state;
  struct keel_band_terms terms = {.cost = 5e-4, .risk_aversion = 1, .rate = 0, .years = 0.25};
  struct keel_zakamouline_band band = keel_zakamouline_band(&terms, 5000, -0.02, 0.2);
  assert_close(band.h0, 1e-5, 1e-19);
  assert_close(band.h0 + band.h1, 0.020953691, 5e-10);
  assert_close(keel_whalley_wilmott_band(&terms, 5000, 0.02), 0.11447, 5e-6);
}

/* Book against share: n options at aversion a are n times one option at n a. */
static void bands_scale_with_the_book(void **state) {
  (void)state;
  struct keel_band_terms one = {.cost = 1e-3, .risk_aversion = 0.7, .rate = 0.02, .years = 0.5}, book = one;
  book.risk_aversion = one.risk_aversion / 100;
  assert_close(keel_whalley_wilmott_band(&book, 100, 2), 100 * keel_whalley_wilmott_band(&one, 100, 0.02), 1e-12);
  struct keel_zakamouline_band of_one = keel_zakamouline_band(&one, 100, -0.02, 0.2);
  struct keel_zakamouline_band of_book = keel_zakamouline_band(&book, 100, -2, 0.2);
  assert_close(of_book.h0, 100 * of_one.h0, 1e-12);
  assert_close(of_book.h1, 100 * of_one.h1, 1e-12);
  assert_close(of_book.vol, of_one.vol, 1e-15);
}

/* Both are leading orders: against the exact std the first errs by 1/N and less, which the table bounds. */
static void derman_kamal(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("discrete_hedge_moments.csv");
  for (size_t row = 0; row < golden.rows; row++) {
    double spot = keel_golden_number(&golden, row, "S0"), vol = keel_golden_number(&golden, row, "sigma_true");
    double steps = keel_golden_number(&golden, row, "N"), price, delta, gamma, vega, theta, rho;
    keel_option call = {1, keel_golden_number(&golden, row, "K"), keel_golden_number(&golden, row, "r"), 0,
                        keel_golden_number(&golden, row, "T")};
    keel_black_scholes_price_paths(1, &call, &spot, &vol, KEEL_GREEK_SET_FIRST,
                                   &(keel_greeks){&price, &delta, &gamma, &vega, &theta, &rho, 0, 0, 0, 0, 0});
    double std = keel_derman_kamal_std(steps, vol, vega);
    assert_close(std / keel_golden_number(&golden, row, "derman_kamal_std"), 1, 5e-9); /* it has nine digits */
    if (strcmp(keel_golden_text(&golden, row, "block"), "derman_kamal") == 0)
      assert_close(std / keel_golden_number(&golden, row, "std"), 1, 0.25 / sqrt(steps));
  }
  keel_golden_free(&golden);
}

/* 20-point midpoint rule in the normal variable is plenty: the integrands are smooth. */
struct mean {
  double one, spot, price, product, square;
};

static struct mean after_a_step(const keel_option *option, double spot, double vol, double dt) {
  enum { POINTS = 4001 };
  keel_option later = *option;
  later.years -= dt;
  struct mean out = {0};
  for (int i = 0; i < POINTS; i++) {
    double z = -10 + 20.0 * i / (POINTS - 1), weight = exp(-z * z / 2), price;
    double s = spot * exp((option->rate - option->yield - vol * vol / 2) * dt + vol * sqrt(dt) * z);
    keel_black_scholes_price_paths(1, &later, &s, &vol, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
    out.one += weight;
    out.spot += weight * s;
    out.price += weight * price;
    out.product += weight * s * price;
    out.square += weight * s * s;
  }
  return (struct mean){1, out.spot / out.one, out.price / out.one, out.product / out.one, out.square / out.one};
}

/* It minimises the variance of one step, by quadrature; the step's own delta does not. */
static void variance_optimal_minimises(void **state) {
  (void)state;
  const double steps[] = {1.0 / 252, 1.0 / 52, 1.0 / 12};
  for (int kind = -1; kind <= 1; kind += 2) {
    for (size_t i = 0; i < 3; i++) {
      keel_option option = {kind, 100, 0.05, 0.02, 0.25};
      double spots[3] = {90, 100, 112}, vols[3] = {0.2, 0.2, 0.35}, delta[3];
      keel_variance_optimal_delta(3, &option, steps[i], spots, vols, delta);
      for (size_t j = 0; j < 3; j++) {
        struct mean m = after_a_step(&option, spots[j], vols[j], steps[i]);
        double best = (m.product - m.spot * m.price) / (m.square - m.spot * m.spot);
        best *= exp(-option.yield * steps[i]); /* shares now; what they yield buys more of them */
        assert_close(delta[j], best, 2e-10);
      }
    }
  }
}

static void variance_optimal_in_the_limit(void **state) {
  (void)state;
  enum { PATHS = 300 };
  double spots[PATHS], vols[PATHS], delta[PATHS], hedge[PATHS], price[PATHS];
  keel_option put = {-1, 100, 0.03, 0, 0.5};
  for (size_t i = 0; i < PATHS; i++) spots[i] = 50 + 0.4 * (double)i, vols[i] = 0.1 + 0.001 * (double)i;
  keel_black_scholes_price_paths(PATHS, &put, spots, vols, KEEL_GREEK_SET_DELTA,
                                 &(keel_greeks){.price = price, .delta = delta});
  keel_variance_optimal_delta(PATHS, &put, 0, spots, vols, hedge);
  assert_memory_equal(hedge, delta, sizeof delta);
  keel_variance_optimal_delta(PATHS, &put, 1e-6, spots, vols, hedge);
  for (size_t i = 0; i < PATHS; i++) assert_close(hedge[i], delta[i], 2e-6);
  spots[7] = NAN, vols[8] = 3, spots[9] = 0;
  keel_variance_optimal_delta(PATHS, &put, 0.5, spots, vols, hedge);
  assert_true(isnan(hedge[7]) && isfinite(hedge[8]) && isfinite(hedge[6]));
}

static void boyle_emanuel(void **state) {
  (void)state;
  struct keel_one_step step = keel_boyle_emanuel(-0.02, 100, 0.2, 1.0 / 252);
  double size = 0.5 * 0.02 * 100 * 100 * 0.04 / 252;
  assert_close(step.std, size * sqrt(2), 1e-16);
  assert_true(step.mean == 0 && step.kurtosis == 12);
  assert_close(step.skew, -2.8284271247461903, 1e-15);
  step = keel_boyle_emanuel(0, 100, 0.2, 0.1);
  assert_true(step.std == 0 && isnan(step.skew) && isnan(step.kurtosis));
  /* the exact one-step moments of a short call approach them */
  keel_option call = {1, 100, 0, 0, 0.5};
  double spot = 100, vol = 0.2, dt = 1e-4, price, delta, gamma, vega, theta, rho, moments[5] = {0};
  keel_black_scholes_price_paths(1, &call, &spot, &vol, KEEL_GREEK_SET_FIRST,
                                 &(keel_greeks){&price, &delta, &gamma, &vega, &theta, &rho, 0, 0, 0, 0, 0});
  step = keel_boyle_emanuel(-gamma, spot, vol, dt);
  keel_option later = {1, 100, 0, 0, 0.5 - dt};
  double mean = 0, total = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (double z = -9; z <= 9; z += 0.01) {
      double weight = exp(-z * z / 2), s = spot * exp(-vol * vol * dt / 2 + vol * sqrt(dt) * z), after;
      keel_black_scholes_price_paths(1, &later, &s, &vol, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &after});
      double error = price - after + delta * (s - spot);
      if (pass == 0) mean += weight * error, total += weight;
      for (int k = 2; pass == 1 && k <= 4; k++) moments[k] += weight / total * pow(error - mean / total, k);
    }
  }
  assert_close(sqrt(moments[2]) / step.std, 1, 0.005);
  assert_close(moments[3] / pow(moments[2], 1.5) / step.skew, 1, 0.02);
  assert_close(moments[4] / (moments[2] * moments[2]) - 3, step.kurtosis, 0.3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(costs_as_in_the_table),
      cmocka_unit_test(zakamouline_as_published),
      cmocka_unit_test(bands_scale_with_the_book),
      cmocka_unit_test(derman_kamal),
      cmocka_unit_test(variance_optimal_minimises),
      cmocka_unit_test(variance_optimal_in_the_limit),
      cmocka_unit_test(boyle_emanuel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
