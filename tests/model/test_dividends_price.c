/* The fast approximation: against exact tables, its published rivals, and the equation on fine grids. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keel/pde.h"
#include "support/support.h"

enum { GREEKS = 11 };

struct one {
  double phi, spot, strike, rate, yield, years, vol;
};

static keel_greeks greeks_of(double *g) {
  return (keel_greeks){g, g + 1, g + 2, g + 3, g + 4, g + 5, g + 6, g + 7, g + 8, g + 9, g + 10};
}

static keel_options options_of(const struct one *o) {
  return (keel_options){&o->phi, &o->spot, &o->strike, &o->rate, &o->yield, &o->years, &o->vol};
}

static void solve(const struct one *option, const keel_dividends *dividends, double greek[GREEKS]) {
  const keel_options options = options_of(option);
  const keel_greeks out = greeks_of(greek);
  assert_int_equal(keel_dividends_price(1, &options, dividends, KEEL_GREEK_SET_ALL, &out, NULL), KEEL_STATUS_OK);
}

static size_t read_dividends(const char *text, double *years, double *cash) {
  size_t count = 0;
  for (char *end; *text; text = *end ? end + 1 : end, count++) {
    years[count] = strtod(text, &end);
    cash[count] = strtod(end + 1, &end);
  }
  return count;
}

/* Within 5e-9 of spot for 7 % of it, 1.3e-6 for half of it. */
static void prices_are_the_table_s(void **state) {
  (void)state;
  struct keel_golden table = keel_golden_load("discrete_dividend_calls.csv");
  for (size_t row = 0; row < table.rows; row++) {
    double years[8], cash[8], greek[GREEKS];
    if (keel_golden_text(&table, row, "style")[0] == 'A') continue;
    const keel_dividends dividends = {read_dividends(keel_golden_text(&table, row, "dividends"), years, cash), years,
                                      cash, KEEL_DIVIDEND_LIQUIDATOR};
    const struct one option = {keel_golden_text(&table, row, "type")[0] == 'P' ? -1 : 1,
                               keel_golden_number(&table, row, "S"),
                               keel_golden_number(&table, row, "K"),
                               keel_golden_number(&table, row, "r"),
                               0,
                               keel_golden_number(&table, row, "T"),
                               keel_golden_number(&table, row, "sigma")};
    solve(&option, &dividends, greek);
    assert_close(greek[0], keel_golden_number(&table, row, "price"), cash[0] < 25 ? 5e-7 : 1.4e-4);
  }
  keel_golden_free(&table);
}

/* Nearer than each of the published approximations, to the four digits of their tables. */
static void it_is_nearer_than_the_published_ones(void **state) {
  (void)state;
  static const char *const rivals[] = {"Mer73", "Vol1", "Vol2", "Vol3", "BV", "Num"};
  struct keel_golden table = keel_golden_load("discrete_dividend_approximations.csv");
  for (size_t row = 0; row < table.rows; row++) {
    double years = keel_golden_number(&table, row, "tD"), cash = keel_golden_number(&table, row, "D"), greek[GREEKS];
    double exact = keel_golden_number(&table, row, "HHL");
    const keel_dividends dividends = {1, &years, &cash, KEEL_DIVIDEND_LIQUIDATOR};
    const struct one call = {1, 100, keel_golden_number(&table, row, "K"), 0.06, 0, 1, 0.3};
    solve(&call, &dividends, greek);
    assert_close(greek[0], exact, 2e-4);
    for (int i = 0; i < 6; i++)
      assert_true(fabs(greek[0] - exact) <= fabs(keel_golden_number(&table, row, rivals[i]) - exact) + 2e-4);
  }
  keel_golden_free(&table);
}

static void greeks_are_the_equation_s(void **state) {
  (void)state;
  const double years[] = {0.2, 0.45, 0.7}, cash[] = {1, 2, 1.5};
  const keel_dividends dividends = {3, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  const double tolerance[GREEKS] = {2e-6, 1e-6, 1e-6, 1e-3, 1e-4, 2e-4, 2e-4, 1e-4, 2e-2, 3e-4, 1e-6};
  for (int phi = -1; phi <= 1; phi += 2)
    for (double strike = 80; strike < 125; strike += 10) {
      const struct one option = {phi, 100, strike, 0.05, 0.01, 1, 0.25};
      const keel_options options = options_of(&option);
      double got[GREEKS], want[GREEKS];
      const keel_pde pde = {800, 256, NULL, &dividends, NULL, NULL};
      const keel_pde_result out = {greeks_of(want), NULL};
      assert_int_equal(keel_pde_price(1, &options, &pde, KEEL_GREEK_SET_ALL, &out, NULL), KEEL_STATUS_OK);
      solve(&option, &dividends, got);
      for (int k = 0; k < GREEKS; k++) assert_close(got[k], want[k], tolerance[k]);
    }
}

enum { MANY = 300 };

/* In a table each option is as it is alone; those that no dividend touches are the formula's, bad ones NaN. */
static void many_are_as_one(void **state) {
  (void)state;
  static double in[7][MANY], out[GREEKS][MANY];
  const double years[] = {0.5, 1.0}, cash[] = {3, 3};
  const keel_dividends dividends = {2, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  for (int i = 0; i < MANY; i++) {
    const double row[7] = {i % 2 ? 1 : -1, 100, 70 + 0.2 * i, 0.03, 0.01, 0.1 + 0.01 * i, i == 290 ? -1 : 0.2};
    for (int k = 0; k < 7; k++) in[k][i] = row[k];
  }
  const keel_options options = {in[0], in[1], in[2], in[3], in[4], in[5], in[6]};
  const keel_greeks greeks = {out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9], out[10]};
  assert_int_equal(keel_dividends_price(MANY, &options, &dividends, KEEL_GREEK_SET_ALL, &greeks, NULL), KEEL_STATUS_OK);
  for (int i = 0; i < MANY; i++) {
    const struct one option = {in[0][i], in[1][i], in[2][i], in[3][i], in[4][i], in[5][i], in[6][i]};
    double alone[GREEKS];
    solve(&option, &dividends, alone);
    for (int k = 0; k < GREEKS; k++) {
      if (i == 290)
        assert_true(isnan(out[k][i]));
      else
        assert_same_bits(out[k][i], alone[k]);
    }
    if (option.years > 0.5 || i == 290) continue;
    const keel_options one = options_of(&option);
    double want;
    keel_black_scholes_price(1, &one, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &want});
    assert_same_bits(out[0][i], want);
  }
}

/* Up to all of spot paid out, by the deviations of spot that go with it: as the header says, of grids. */
static void any_dividends_are_within_what_is_said(void **state) {
  (void)state;
  static const double totals[] = {10, 20, 40, 80, 150}, deviations[] = {0.2, 0.5, 1, 1.5};
  for (int i = 0; i < 5 * 4 * 2 * 2; i++) {
    double total = totals[i % 5], deviation = deviations[i / 5 % 4], years = i / 40 ? 8 : 0.5, want;
    const double dates[] = {0.1 * years, 0.4 * years, 0.9 * years}, cash[] = {0.3 * total, 0.3 * total, 0.4 * total};
    const keel_dividends dividends = {3, dates, cash, KEEL_DIVIDEND_LIQUIDATOR};
    const struct one option = {i / 20 % 2 ? 1 : -1,    100, fmax(100 - total, 20), 0.04, 0.01, years,
                               deviation / sqrt(years)};
    const keel_options options = options_of(&option);
    double got[GREEKS];
    solve(&option, &dividends, got);
    const keel_pde pde = {400, 128, NULL, &dividends, NULL, NULL};
    const keel_pde_result out = {{.price = &want}, NULL};
    assert_int_equal(keel_pde_price(1, &options, &pde, KEEL_GREEK_SET_PRICE, &out, NULL), KEEL_STATUS_OK);
    assert_close(got[0], want, total <= 20 && deviation <= 1 ? 2e-3 : deviation <= 1 ? 0.1 : 2);
  }
}

static void what_it_cannot_do_is_refused(void **state) {
  (void)state;
  static double years[70], cash[70];
  const struct one call = {1, 100, 100, 0.05, 0, 1, 0.2};
  const keel_options options = options_of(&call);
  double price = 7;
  keel_error error;
  for (int i = 0; i < 70; i++) years[i] = 0.01 * (i + 1);
  keel_dividends dividends = {70, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  const keel_greeks out = {.price = &price};
  assert_int_equal(keel_dividends_price(1, &options, &dividends, KEEL_GREEK_SET_PRICE, &out, &error),
                   KEEL_STATUS_UNSUPPORTED);
  assert_string_equal(error.what,
                      "70 of them before the last expiry; the fast prices take 64, grids (keel_pde_price) "
                      "take all");
  dividends.count = 1, dividends.policy = KEEL_DIVIDEND_SURVIVOR;
  assert_int_equal(keel_dividends_price(1, &options, &dividends, KEEL_GREEK_SET_PRICE, &out, &error),
                   KEEL_STATUS_UNSUPPORTED);
  dividends.policy = KEEL_DIVIDEND_LIQUIDATOR, years[0] = -1;
  assert_int_equal(keel_dividends_price(1, &options, &dividends, KEEL_GREEK_SET_PRICE, &out, &error),
                   KEEL_STATUS_INPUT);
  assert_close(price, 7, 0);
}

static void reasons(void **state) {
  (void)state;
  const double years[] = {0.5}, cash[] = {3};
  const keel_dividends dividends = {1, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  const keel_option option = {1, 100, 0.05, 0, 1}, soon = {1, 100, 0.05, 0, 0.4};
  assert_null(keel_dividends_problem(&option, 100, 0.2, &dividends));
  assert_null(keel_dividends_problem(&soon, 100, 0, &dividends));
  assert_string_equal(keel_dividends_problem(&option, 100, -1, &dividends), "vol is negative");
  assert_string_equal(keel_dividends_problem(&option, 0, 0.2, &dividends), "spot is too small for dividends");
  assert_string_equal(keel_dividends_problem(&option, 100, 0, &dividends),
                      "vol times the root of years is too small for dividends, below 1e-6");
  assert_null(keel_dividends_problem(&option, 100, 1.5, &dividends));
  assert_string_equal(
      keel_dividends_problem(&option, 100, 1.6, &dividends),
      "vol times the root of years is too large for the fast prices under dividends, above 1.5; grids take it");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(prices_are_the_table_s),
      cmocka_unit_test(it_is_nearer_than_the_published_ones),
      cmocka_unit_test(greeks_are_the_equation_s),
      cmocka_unit_test(many_are_as_one),
      cmocka_unit_test(what_it_cannot_do_is_refused),
      cmocka_unit_test(reasons),
      cmocka_unit_test(any_dividends_are_within_what_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
