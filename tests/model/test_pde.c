/* The equation against closed forms and high-precision tables, and what it says where it has no answer. */
#include "keel/pde.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keel/american.h"
#include "keel/cpu.h"
#include "support/support.h"

enum { GREEKS = 11 };

struct one {
  double phi, spot, strike, rate, yield, years, vol;
};
struct result {
  double greek[GREEKS], price_error; /* in the order of keel_greeks */
};
enum { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, PSI, VANNA, VOLGA, CHARM, SPEED };

static keel_greeks greeks_of(double *g) {
  return (keel_greeks){g, g + 1, g + 2, g + 3, g + 4, g + 5, g + 6, g + 7, g + 8, g + 9, g + 10};
}

static keel_options options_of(const struct one *o) {
  return (keel_options){&o->phi, &o->spot, &o->strike, &o->rate, &o->yield, &o->years, &o->vol};
}

static struct result solve(const struct one *option, int american, const keel_pde *like) {
  struct result result;
  const keel_options options = options_of(option);
  const unsigned char flag = (unsigned char)american;
  keel_pde pde = *like;
  pde.american = &flag;
  const keel_pde_result out = {greeks_of(result.greek), &result.price_error};
  assert_int_equal(keel_pde_price(1, &options, &pde, KEEL_GREEK_SET_ALL, &out, NULL), KEEL_STATUS_OK);
  return result;
}

static void formula(const struct one *option, double *greek) {
  const keel_options options = options_of(option);
  const keel_greeks out = greeks_of(greek);
  keel_black_scholes_price(1, &options, KEEL_GREEK_SET_ALL, &out);
}

/* Scaled so that all are of the order of the price: per strike, per 1.00 of vol and rate, per year. */
static void european_greeks_are_the_formula_s(void **state) {
  (void)state;
  const keel_pde pde = {0};
  for (int phi = -1; phi <= 1; phi += 2)
    for (double strike = 80; strike <= 125; strike += 15)
      for (double years = 0.1; years < 5; years *= 4) {
        const struct one option = {phi, 100, strike, 0.06, 0.02, years, 0.3};
        const double tolerance[GREEKS] = {5e-6, 5e-7, 2e-7, 3e-3, 5e-4, 5e-4, 5e-4, 3e-4, 0.2, 2e-4, 2e-7};
        double want[GREEKS];
        formula(&option, want);
        struct result got = solve(&option, 0, &pde);
        for (int k = 0; k < GREEKS; k++) assert_close(got.greek[k], want[k], tolerance[k]);
        assert_true(fabs(got.greek[PRICE] - want[PRICE]) < got.price_error + 1e-6);
      }
}

struct worst {
  double price, delta, gamma;
};

static struct worst against_table(size_t nodes, size_t steps) {
  struct keel_golden table = keel_golden_load("american_hp.csv");
  struct worst worst = {0};
  const keel_pde pde = {.nodes = nodes, .steps = steps};
  for (size_t row = 0; row < table.rows; row++) {
    const struct one option = {keel_golden_text(&table, row, "type")[0] == 'P' ? -1 : 1,
                               keel_golden_number(&table, row, "S"),
                               keel_golden_number(&table, row, "K"),
                               keel_golden_number(&table, row, "r"),
                               keel_golden_number(&table, row, "q"),
                               keel_golden_number(&table, row, "T"),
                               keel_golden_number(&table, row, "sigma")};
    struct result got = solve(&option, 1, &pde);
    double strike = option.strike, boundary = keel_golden_number(&table, row, "boundary");
    double price = fabs(got.greek[PRICE] - keel_golden_number(&table, row, "price")) / strike;
    worst.price = fmax(worst.price, price);
    assert_true(price < 3 * got.price_error / strike + 1e-9);
    worst.delta = fmax(worst.delta, fabs(got.greek[DELTA] - keel_golden_number(&table, row, "delta")));
    double near = option.phi * (option.spot - boundary) / (option.vol * sqrt(option.years) * option.spot);
    if (near < -0.3)
      worst.gamma = fmax(worst.gamma, strike * fabs(got.greek[GAMMA] - keel_golden_number(&table, row, "gamma")));
  }
  keel_golden_free(&table);
  return worst;
}

static void american_options_are_the_table_s(void **state) {
  (void)state;
  struct worst worst = against_table(0, 0);
  assert_close(worst.price, 0, 6e-5); /* 30 years at a rate of 15 %; 2e-5 but for that */
  assert_close(worst.delta, 0, 4e-4);
  assert_close(worst.gamma, 0, 5e-3);
  worst = against_table(400, 128);
  assert_close(worst.price, 0, 5e-6);
  assert_close(worst.delta, 0, 1e-4);
}

/* Greeks to vol at the money, at the default grid, against the exercise boundary's; volga of options whose own is next
 * to nothing is off by what is left there. */
static void american_vol_greeks_at_the_money(void **state) {
  (void)state;
  static const double rates[][2] = {{0.05, 0.05}, {0.05, 0}, {0.08, 0.03}, {0.02, 0.06}}, vols[] = {0.1, 0.2, 0.4};
  for (int i = 0; i < 4 * 4 * 3 * 2; i++) {
    double years = (const double[]){0.1, 0.5, 1, 3}[i / 4 % 4];
    const struct one option = {i / 48 ? 1 : -1, 100, 100, rates[i % 4][0], rates[i % 4][1], years, vols[i / 16 % 3]};
    const keel_options options = options_of(&option);
    double want[GREEKS];
    const keel_greeks out = greeks_of(want);
    keel_american_price(1, &options, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_ALL, &out, NULL);
    struct result got = solve(&option, 1, &(keel_pde){0});
    assert_close(got.greek[VEGA], want[VEGA], 2e-4 * want[VEGA]);
    assert_close(got.greek[VANNA], want[VANNA], 2e-3 + 4e-3 * fabs(want[VANNA]));
    assert_close(got.greek[VOLGA], want[VOLGA], 0.08 * fmax(fabs(want[VOLGA]), 5));
  }
}

/* Beside the boundary one grid exercises and another does not: derivatives stay those of an option. */
static void greeks_beside_the_boundary_are_in_range(void **state) {
  (void)state;
  for (double spot = 115; spot < 125; spot += 0.05) {
    const struct one call = {1, spot, 100, 0.02, 0.06, 0.5, 0.2};
    struct result got = solve(&call, 1, &(keel_pde){0});
    double jump = 2 * (0.06 * spot - 0.02 * 100) / (0.2 * 0.2 * spot * spot);
    assert_true(got.greek[PRICE] >= spot - 100 && got.greek[DELTA] <= 1.001);
    assert_true(got.greek[GAMMA] > -0.2 * jump && got.greek[GAMMA] < 1.2 * jump);
  }
}

/* What is linear in spot has no curvature: rounding does not make one. */
static void seconds_before_expiry_nothing_bends(void **state) {
  (void)state;
  for (int phi = -1; phi <= 1; phi += 2)
    for (int american = 0; american <= 1; american++)
      for (double years = 1e-9; years < 1e-5; years *= 30) {
        const struct one option = {phi, 100, phi > 0 ? 50 : 200, 0.05, -0.02, years, 0.2};
        struct result got = solve(&option, american, &(keel_pde){0});
        double carried = phi * (100 * exp(0.02 * years) - option.strike * exp(-0.05 * years));
        assert_close(got.greek[PRICE], american ? fmax(carried, phi * (100 - option.strike)) : carried, 1e-11);
        assert_true(got.greek[GAMMA] == 0 && got.greek[SPEED] == 0 && got.greek[VOLGA] == 0);
        assert_close(got.greek[CHARM], american && phi < 0 ? 0 : -0.02 * phi, 1e-8);
      }
}

/* A column of "t:cash;t:cash". */
static size_t read_dividends(const char *text, double *years, double *cash) {
  size_t count = 0;
  for (char *end; *text; text = *end ? end + 1 : end, count++) {
    years[count] = strtod(text, &end);
    cash[count] = strtod(end + 1, &end);
  }
  return count;
}

static void dividends_are_the_table_s(void **state) {
  (void)state;
  struct keel_golden table = keel_golden_load("discrete_dividend_calls.csv");
  for (size_t row = 0; row < table.rows; row++) {
    double years[8], cash[8], want = keel_golden_number(&table, row, "price");
    const keel_dividends dividends = {read_dividends(keel_golden_text(&table, row, "dividends"), years, cash), years,
                                      cash, KEEL_DIVIDEND_LIQUIDATOR};
    const struct one option = {keel_golden_text(&table, row, "type")[0] == 'P' ? -1 : 1,
                               keel_golden_number(&table, row, "S"),
                               keel_golden_number(&table, row, "K"),
                               keel_golden_number(&table, row, "r"),
                               0,
                               keel_golden_number(&table, row, "T"),
                               keel_golden_number(&table, row, "sigma")};
    int american = keel_golden_text(&table, row, "style")[0] == 'A';
    struct result got = solve(&option, american, &(keel_pde){.dividends = &dividends});
    assert_close(got.greek[PRICE], want, 5e-5);
    assert_close(got.greek[PRICE], want, 2 * got.price_error + 1e-6);
    got = solve(&option, american, &(keel_pde){800, 256, .dividends = &dividends});
    assert_close(got.greek[PRICE], want, 3e-7);
  }
  keel_golden_free(&table);
}

/* Price after so much time: the ex-dates come nearer. */
static double price_after(const struct one *option, int american, const keel_dividends *dividends, double passed) {
  struct one later = *option;
  double years[2] = {dividends->years[0] - passed, dividends->years[1] - passed};
  keel_dividends nearer = {2, years, dividends->cash, dividends->policy};
  later.years -= passed;
  return solve(&later, american, &(keel_pde){800, 256, .dividends = &nearer}).greek[PRICE];
}

/* Greeks that are read off the grid against differences of prices. */
static void greeks_with_dividends_are_differences(void **state) {
  (void)state;
  const double years[] = {0.3, 0.8}, cash[] = {3, 4};
  const keel_dividends dividends = {2, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  const keel_pde pde = {800, 256, .dividends = &dividends};
  for (int american = 0; american <= 1; american++)
    for (int phi = -1; phi <= 1; phi += 2) {
      const struct one option = {phi, 100, 98, 0.05, 0.01, 1.2, 0.25};
      struct one up = option, down = option;
      struct result got = solve(&option, american, &pde);
      up.spot += 0.5, down.spot -= 0.5;
      struct result high = solve(&up, american, &pde), low = solve(&down, american, &pde);
      assert_close(got.greek[DELTA], high.greek[PRICE] - low.greek[PRICE], 2e-5);
      assert_close(got.greek[GAMMA], high.greek[DELTA] - low.greek[DELTA], 2e-5);
      assert_close(got.greek[VANNA], high.greek[VEGA] - low.greek[VEGA], 2e-3);
      assert_close(got.greek[SPEED], high.greek[GAMMA] - low.greek[GAMMA], 2e-5);
      assert_close(got.greek[CHARM], high.greek[THETA] - low.greek[THETA], 1e-4);
      double theta =
          (price_after(&option, american, &dividends, 0.01) - price_after(&option, american, &dividends, -0.01)) / 0.02;
      assert_close(got.greek[THETA], theta, 2e-3);
    }
}

/* With spot sure to stay above the cash both policies are one; a dividend beyond spot leaves a put its strike. */
static void policies(void **state) {
  (void)state;
  const double years[] = {0.5}, small[] = {5}, large[] = {500};
  const struct one put = {-1, 100, 100, 0.05, 0, 1, 0.2};
  double got[2];
  for (int policy = 0; policy < 2; policy++)
    got[policy] = solve(&put, 0, &(keel_pde){.dividends = &(keel_dividends){1, years, small, policy}}).greek[PRICE];
  assert_close(got[0], got[1], 1e-9);
  for (int policy = 0; policy < 2; policy++)
    got[policy] = solve(&put, 0, &(keel_pde){.dividends = &(keel_dividends){1, years, large, policy}}).greek[PRICE];
  double without[GREEKS];
  formula(&put, without);
  assert_close(got[KEEL_DIVIDEND_LIQUIDATOR], 100 * exp(-0.05), 1e-6);
  assert_close(got[KEEL_DIVIDEND_SURVIVOR], without[PRICE], 1e-3);
}

static void thousands_of_dividends(void **state) {
  (void)state;
  enum { MANY = 3000 };
  static double years[MANY], cash[MANY];
  for (int i = 0; i < MANY; i++) years[i] = 12.0 * (i + 0.5) / MANY, cash[i] = 0.01;
  const keel_dividends dividends = {MANY, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  const double few_years[12] = {0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5};
  double few_cash[12];
  for (int i = 0; i < 12; i++) few_cash[i] = 2.5;
  const keel_dividends few = {12, few_years, few_cash, KEEL_DIVIDEND_LIQUIDATOR};
  const struct one call = {1, 100, 100, 0.03, 0, 12, 0.2};
  struct result daily = solve(&call, 0, &(keel_pde){.dividends = &dividends});
  struct result yearly = solve(&call, 0, &(keel_pde){.dividends = &few});
  assert_close(daily.greek[PRICE], yearly.greek[PRICE], 0.05);
  assert_true(daily.price_error < 5e-3);
}

/* ---- local vol ---- */

static void flat_vol(void *context, double years, size_t count, const double *spot, double *vol) {
  (void)years, (void)spot;
  for (size_t i = 0; i < count; i++) vol[i] = *(double *)context;
}

static void rising_vol(void *context, double years, size_t count, const double *spot, double *vol) {
  (void)context, (void)spot;
  for (size_t i = 0; i < count; i++) vol[i] = sqrt(0.02 + 0.06 * years);
}

enum { SHIFT = 50 };
static void displaced_vol(void *context, double years, size_t count, const double *spot, double *vol) {
  (void)context, (void)years;
  for (size_t i = 0; i < count; i++) vol[i] = 0.15 * (1 + SHIFT / spot[i]);
}

static void a_flat_local_vol_is_the_vol(void **state) {
  (void)state;
  double vol = 0.25;
  const struct one put = {-1, 100, 105, 0.05, 0.01, 1, 0.25};
  for (int american = 0; american <= 1; american++) {
    struct result got = solve(&put, american, &(keel_pde){.vol = flat_vol, .context = &vol});
    struct result want = solve(&put, american, &(keel_pde){0});
    for (int k = 0; k < GREEKS; k++) assert_close(got.greek[k], want.greek[k], 1e-9 * (1 + fabs(want.greek[k])));
  }
}

static void a_vol_of_time_is_its_mean(void **state) {
  (void)state;
  struct one call = {1, 100, 95, 0.04, 0.01, 1.5, 0.25};
  struct result got = solve(&call, 0, &(keel_pde){.vol = rising_vol});
  double want[GREEKS];
  call.vol = sqrt(0.02 + 0.03 * 1.5);
  formula(&call, want);
  for (int k = PRICE; k <= GAMMA; k++) assert_close(got.greek[k], want[k], 2e-5);
}

/* vol (S + 50) / S is Black-Scholes of S + 50, at rate 0. */
static void a_displaced_vol_has_a_closed_form(void **state) {
  (void)state;
  for (double strike = 85; strike <= 120; strike += 5) {
    const struct one call = {1, 100, strike, 0, 0, 0.5, 0.225},
                     shifted = {1, 100 + SHIFT, strike + SHIFT, 0, 0, 0.5, 0.15};
    struct result got = solve(&call, 0, &(keel_pde){.vol = displaced_vol});
    double want[GREEKS];
    formula(&shifted, want);
    assert_close(got.greek[PRICE], want[PRICE], 2e-5);
    assert_close(got.greek[DELTA], want[DELTA], 2e-6);
    assert_close(got.greek[GAMMA], want[GAMMA], 1e-6);
    assert_close(got.greek[CHARM], want[CHARM], 1e-4);
  }
}

/* ---- shapes ---- */

enum { MANY = 21 };

/* Prices alone share passes over eight contracts: the same bits as one by one. */
static void many_options_are_as_one(void **state) {
  (void)state;
  double in[7][MANY], together[MANY], error[MANY];
  unsigned char american[MANY];
  const double years[] = {0.4}, cash[] = {2};
  const keel_dividends dividends = {1, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  for (int i = 0; i < MANY; i++) {
    const double row[7] = {i % 3 ? -1 : 1, 100, 80 + 2 * i, 0.05, 0.01, i < 15 ? 1 : 0.2 + 0.1 * i, i == 5 ? -1 : 0.2};
    for (int k = 0; k < 7; k++) in[k][i] = row[k];
    american[i] = i > 8;
  }
  const keel_options options = {in[0], in[1], in[2], in[3], in[4], in[5], in[6]};
  const keel_pde pde = {100, 32, american, &dividends, NULL, NULL};
  const keel_pde_result out = {{.price = together}, error};
  assert_int_equal(keel_pde_price(MANY, &options, &pde, KEEL_GREEK_SET_PRICE, &out, NULL), KEEL_STATUS_OK);
  for (int i = 0; i < MANY; i++) {
    const struct one option = {in[0][i], in[1][i], in[2][i], in[3][i], in[4][i], in[5][i], in[6][i]};
    struct result alone = solve(&option, american[i], &(keel_pde){100, 32, .dividends = &dividends});
    if (i == 5) {
      assert_true(isnan(together[i]) && isnan(error[i]) && isnan(alone.greek[DELTA]));
      continue;
    }
    assert_same_bits(together[i], alone.greek[PRICE]);
    assert_same_bits(error[i], alone.price_error);
  }
}

static void every_level_has_the_same_bits(void **state) {
  (void)state;
  static const char *const levels[] = {"base", "v3", "v4"};
  const double years[] = {0.4}, cash[] = {2};
  const keel_dividends dividends = {1, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  const struct one put = {-1, 100, 105, 0.05, 0.01, 1, 0.25};
  struct result first = {0};
  for (int level = 0; level < 3; level++) {
    if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
    struct result got = solve(&put, 1, &(keel_pde){100, 32, .dividends = &dividends});
    if (level == 0) first = got;
    for (int k = 0; k < GREEKS; k++) assert_same_bits(got.greek[k], first.greek[k]);
  }
  keel_cpu_force("auto", NULL);
}

/* ---- no answer ---- */

static void reasons(void **state) {
  (void)state;
  static const struct {
    struct one option;
    int american;
    const char *why;
  } rows[] = {
      {{1, 100, 100, 0.05, 0, 1, -0.2}, 0, "vol is negative"},
      {{1, 100, 0, 0.05, 0, 1, 0.2}, 0, "strike is too small for a grid"},
      {{1, 0, 100, 0.05, 0, 1, 0.2}, 0, "spot is too small for a grid"},
      {{1, 100, 100, 0.05, 0, 1, 0}, 0, "vol times the root of years is too small for a grid, below 1e-6"},
      {{1, 100, 100, 0.05, 0, 100, 2}, 0, "vol times the root of years is too large for a grid, above 12"},
      {{1, 100, 100, 1, 0, 300, 0.2}, 0, "rate or yield times years is beyond 200"},
      {{-1, 100, 100, -0.01, -0.05, 1, 0.2}, 1, "it has two exercise boundaries (negative rate and yield)"},
      {{-1, 100, 100, -0.01, -0.05, 1, 0.2}, 0, NULL},
      {{-1, 100, 100, 1, -1, 50, 0.3}, 1, NULL},
      {{1, 100, 100, 1, 0, 54, 0.0006},
       1,
       "spot drifts too far for a grid, above 200 times vol times the root of years"},
      {{1, 100, 100, 1, 0, 54, 0.0006}, 0, NULL},
      {{1, 100, 100, -1, 1, 5, 0.3}, 1, NULL},
      {{1, 100, 100, -1, 1, 3e-8, 0.3}, 1, NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct one *o = &rows[i].option;
    const keel_option option = {o->phi, o->strike, o->rate, o->yield, o->years};
    const char *why = keel_pde_problem(&option, o->spot, o->vol, rows[i].american);
    struct result got = solve(o, rows[i].american, &(keel_pde){0});
    if (rows[i].why)
      assert_string_equal(why, rows[i].why);
    else
      assert_null(why);
    for (int k = 0; k < GREEKS; k++) assert_int_equal(isnan(got.greek[k]), rows[i].why != NULL);
  }
}

/* Long and hard to solve, the error is said: within three times price_error, where the exercise boundary is exact. */
static void the_error_of_long_options_is_said(void **state) {
  (void)state;
  static const struct one rows[] = {
      {1, 100, 100, 1, 1, 10, 1},
      {-1, 100, 100, 1, 1, 100, 0.2},
      {1, 72.54339859967574, 100, 0.3, 0.3, 31.50461092357278, 0.5303380771601607},
      {-1, 91.46156303493551, 100, 0.12250511529777745, 0.0035757325409754405, 3.4769619892702273, 0.15115383810554955},
      {1, 109.5612792240744, 100, 1, 0.6272664223606602, 10.142294434910076, 0.021737239905011745},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const keel_options options = options_of(&rows[i]);
    double want;
    keel_american_price(1, &options, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &want}, NULL);
    struct result got = solve(&rows[i], 1, &(keel_pde){0});
    if (!isnan(got.greek[PRICE])) assert_close(got.greek[PRICE], want, 4 * got.price_error);
  }
}

/* What no grid of that size resolves is NaN, not a number that means nothing. */
static void an_unresolved_option_is_not_a_number(void **state) {
  (void)state;
  const struct one put = {-1, 100, 99.9904, 0.0769964, 0.050074, 255.741, 0.000176212};
  struct result got = solve(&put, 1, &(keel_pde){0});
  assert_true(isnan(got.greek[PRICE]) && isnan(got.price_error) && isnan(got.greek[VEGA]));
}

static void at_expiry_it_is_intrinsic(void **state) {
  (void)state;
  const struct one put = {-1, 90, 100, 0.05, 0, 0, 0.2};
  struct result got = solve(&put, 1, &(keel_pde){0});
  assert_close(got.greek[PRICE], 10, 0);
  assert_close(got.greek[DELTA], -1, 0);
  assert_close(got.price_error, 0, 0);
}

static void what_is_out_of_range_is_refused(void **state) {
  (void)state;
  const struct one put = {-1, 90, 100, 0.05, 0, 1, 0.2};
  const keel_options options = options_of(&put);
  const double years[] = {1, -1}, cash[] = {1, 1};
  const keel_dividends dividends = {2, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  const keel_pde bad[] = {{.nodes = 5}, {.steps = 3}, {.nodes = 1000000}, {.dividends = &dividends}};
  static const char *const where[] = {"nodes", "steps", "nodes", "dividend 2"};
  for (int i = 0; i < 4; i++) {
    double price = 7;
    keel_error error;
    const keel_pde_result out = {{.price = &price}, NULL};
    assert_int_equal(keel_pde_price(1, &options, &bad[i], KEEL_GREEK_SET_PRICE, &out, &error), KEEL_STATUS_INPUT);
    assert_string_equal(error.where, where[i]);
    assert_close(price, 7, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(european_greeks_are_the_formula_s),
      cmocka_unit_test(american_options_are_the_table_s),
      cmocka_unit_test(american_vol_greeks_at_the_money),
      cmocka_unit_test(greeks_beside_the_boundary_are_in_range),
      cmocka_unit_test(seconds_before_expiry_nothing_bends),
      cmocka_unit_test(dividends_are_the_table_s),
      cmocka_unit_test(greeks_with_dividends_are_differences),
      cmocka_unit_test(policies),
      cmocka_unit_test(thousands_of_dividends),
      cmocka_unit_test(a_flat_local_vol_is_the_vol),
      cmocka_unit_test(a_vol_of_time_is_its_mean),
      cmocka_unit_test(a_displaced_vol_has_a_closed_form),
      cmocka_unit_test(many_options_are_as_one),
      cmocka_unit_test(every_level_has_the_same_bits),
      cmocka_unit_test(reasons),
      cmocka_unit_test(the_error_of_long_options_is_said),
      cmocka_unit_test(an_unresolved_option_is_not_a_number),
      cmocka_unit_test(at_expiry_it_is_intrinsic),
      cmocka_unit_test(what_is_out_of_range_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
