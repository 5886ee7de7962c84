/* Vols that the fast prices under cash dividends imply. */
#include <math.h>

#include "keel/dividends.h"
#include "support/support.h"

static const double ex[] = {0.1, 0.35}, cash[] = {2, 3};
static const keel_dividends paid = {2, ex, cash, KEEL_DIVIDEND_LIQUIDATOR};

static double implied(double phi, double spot, double years, double price) {
  const double strike = 100, rate = 0.04, yield = 0.01;
  double vol = -1;
  const keel_options in = {&phi, &spot, &strike, &rate, &yield, &years, NULL};
  assert_int_equal(keel_dividends_implied_vol(1, &in, &paid, &price, &vol, NULL), KEEL_STATUS_OK);
  return vol;
}

static void vols_come_back(void **state) {
  (void)state;
  const double strike = 100, rate = 0.04, yield = 0.01;
  for (int side = -1; side <= 1; side += 2)
    for (double years = 0.05; years < 2; years *= 2.5) /* the first knows of no dividend */
      for (double vol = 0.05; vol < 0.8; vol *= 2)
        for (double spot = 70; spot <= 140; spot += 14) {
          const double phi = side;
          double price, delta, gamma, vega;
          const keel_options in = {&phi, &spot, &strike, &rate, &yield, &years, &vol};
          keel_dividends_price(1, &in, &paid, KEEL_GREEK_SET_GAMMA,
                               &(keel_greeks){&price, &delta, &gamma, .vega = &vega}, NULL);
          if (vega < 1e-3) continue;
          assert_close(implied(phi, spot, years, price), vol, 1e-15 + 4e-13 / vega);
        }
}

static void bounds_are_reasons(void **state) {
  (void)state;
  double least = 120 * exp(-0.01 * 0.5) - 2 * exp(-0.03 * 0.4 - 0.04 * 0.1) - 100 * exp(-0.04 * 0.5);
  assert_true(isnan(implied(1, 120, 0.5, least - 3.1)));
  assert_true(isnan(implied(1, 120, 0.5, 119.9)));
  assert_true(isnan(implied(1, 120, 0.5, NAN)));
  assert_true(isnan(implied(1, 120, 0.5, -1)));
  assert_true(implied(-1, 120, 0.5, 0) == 0);
}

static void what_it_does_not_take_is_refused(void **state) {
  (void)state;
  const double one = 1;
  double vol;
  keel_error error;
  const keel_options in = {&one, &one, &one, &one, &one, &one, NULL};
  const keel_dividends other = {2, ex, cash, KEEL_DIVIDEND_SURVIVOR};
  assert_int_equal(keel_dividends_implied_vol(1, &in, &other, &one, &vol, &error), KEEL_STATUS_UNSUPPORTED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vols_come_back),
      cmocka_unit_test(bounds_are_reasons),
      cmocka_unit_test(what_it_does_not_take_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
