/* The model's marks are the kernel's, at the market's vols, on every path. */
#include <string.h>

#include "hedge/bench_market.h"
#include "hedge/mark.h"
#include "hedge/textbook.h"

enum { PATHS = 37 };

static double spot_of(size_t i) { return 80 + 1.25 * (double)i; }
static double vol_of(size_t i) { return 0.1 + 0.01 * (double)i; }

/* Spots and vols that differ from path to path. */
static void set_paths(struct bench *b, int64_t time_ns) {
  struct keel_market *market = &b->block->market;
  for (size_t r = 0; r < b->wiring.row_count; r++) {
    for (size_t i = 0; i < PATHS; i++) {
      market->vol[r * PATHS + i] = vol_of(i);
      if (b->wiring.rows[r].contract.kind != KEEL_KIND_SPOT) continue;
      market->bid[r * PATHS + i] = market->ask[r * PATHS + i] = spot_of(i);
      market->quote_ns[r] = time_ns;
    }
  }
  bench_step(b, time_ns, 1);
}

static void check_option(struct bench *b, struct keel_contract contract, double years) {
  size_t row = bench_row(b, contract) * PATHS;
  const struct keel_marks *marks = keel_marks_after(b->block, 0);
  const keel_option option = {contract.kind == KEEL_KIND_CALL ? 1 : -1, contract.strike, 0.05, 0.01, years};
  double one[11];
  keel_greeks out = {one, one + 1, one + 2, one + 3, one + 4, one + 5, one + 6, one + 7, one + 8, one + 9, one + 10};
  for (size_t i = 0; i < PATHS; i++) {
    double spot = spot_of(i), vol = vol_of(i);
    keel_black_scholes_price_paths(1, &option, &spot, &vol, KEEL_GREEK_SET_ALL, &out);
    const double *const rows[] = {marks->price,       marks->greeks.delta, marks->greeks.gamma,
                                  marks->greeks.vega, marks->greeks.theta, marks->greeks.rho,
                                  marks->greeks.psi,  marks->greeks.vanna, marks->greeks.volga};
    for (int k = 0; k < 9; k++) assert_same_bits(rows[k][row + i], one[k]);
    assert_same_bits(marks->hedge_delta[0][row + i], one[1]);
    assert_true(marks->vol[row + i] == vol && marks->hedge_vol[row + i] == vol);
    struct textbook want = textbook_option(&option, spot, vol);
    assert_close(marks->price[row + i], want.price, 1e-11);
    assert_close(marks->greeks.vanna[row + i], want.vanna, 1e-11);
  }
}

/* Where spot pays 1.25 in that many years: by the fast approximation bit by bit, and near fine grids. */
static void check_paying(struct bench *b, struct keel_contract contract, double ex_years, double years) {
  size_t row = bench_row(b, contract) * PATHS;
  const struct keel_marks *marks = keel_marks_after(b->block, 0);
  const double cash = 1.25;
  const keel_dividends paid = {1, &ex_years, &cash, KEEL_DIVIDEND_LIQUIDATOR};
  const keel_option option = {contract.kind == KEEL_KIND_CALL ? 1 : -1, contract.strike, 0.05, 0.01, years};
  double one[11];
  keel_greeks out = {one, one + 1, one + 2, one + 3, one + 4, one + 5, one + 6, one + 7, one + 8, one + 9, one + 10};
  for (size_t i = 0; i < PATHS; i++) {
    double spot = spot_of(i), vol = vol_of(i);
    const keel_options in = {&option.phi, &spot, &option.strike, &option.rate, &option.yield, &option.years, &vol};
    assert_int_equal(keel_dividends_price(1, &in, &paid, KEEL_GREEK_SET_ALL, &out, NULL), KEEL_STATUS_OK);
    const double *const rows[] = {marks->price,       marks->greeks.delta, marks->greeks.gamma,
                                  marks->greeks.vega, marks->greeks.theta, marks->greeks.rho,
                                  marks->greeks.psi,  marks->greeks.vanna, marks->greeks.volga};
    for (int k = 0; k < 9; k++) assert_close(rows[k][row + i], one[k], 1e-9 * (1 + fabs(one[k])));
    assert_same_bits(marks->hedge_delta[0][row + i], marks->greeks.delta[row + i]);
    struct textbook want = textbook_paying(&option, spot, vol, 0, &paid);
    assert_close(marks->price[row + i], want.price, 1e-5);
    assert_close(marks->greeks.delta[row + i], want.delta, 1e-5);
  }
}

static void marks_equal_the_kernel(void **state) {
  (void)state;
  struct keel_dividend dividend = {bench_day(10), bench_day(12), 1.25};
  struct bench b;
  bench_start(&b);
  b.underlyings[0].yield = 0.01;
  b.underlyings[0].dividends = &dividend;
  b.underlyings[0].dividend_count = 1;
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -1);
  bench_hold(&b, bench_option(KEEL_KIND_PUT, 90, 60), 2);
  bench_hold(&b, bench_future(60, 50), 2);
  bench_build(&b, PATHS, 1);
  set_paths(&b, bench_day(3));
  double escrow = b.block->marks[0].escrow[1];
  assert_close(escrow, 1.25 * exp(-0.05 * 7 / 365), 1e-15);
  check_paying(&b, bench_option(KEEL_KIND_CALL, 100, 30), 7 / 365.0, 27 / 365.0);
  check_paying(&b, bench_option(KEEL_KIND_PUT, 90, 60), 7 / 365.0, 57 / 365.0);
  size_t future = bench_row(&b, bench_future(60, 50)) * PATHS;
  for (size_t i = 0; i < PATHS; i++) {
    struct textbook want = textbook_future(0.05, 0.01, 57 / 365.0, spot_of(i) - escrow);
    assert_close(keel_marks_after(b.block, 0)->price[future + i], want.price, 1e-11);
    assert_close(keel_marks_after(b.block, 0)->greeks.delta[future + i], want.delta, 1e-13);
  }
  set_paths(&b, bench_day(10));
  check_option(&b, bench_option(KEEL_KIND_CALL, 100, 30), 20 / 365.0);
  bench_end(&b);
}

/* The hedger's vol moves only the delta that decides. */
static void a_given_vol_is_for_decisions_alone(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  b.policies[0].target.delta.vol = 0.25;
  bench_variant(&b);
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -1);
  bench_build(&b, PATHS, 1);
  set_paths(&b, bench_day(0));
  size_t row = bench_row(&b, bench_option(KEEL_KIND_CALL, 100, 30)) * PATHS;
  const struct keel_marks *marks = keel_marks_after(b.block, 0);
  const keel_option option = {1, 100, 0.05, 0, 30 / 365.0};
  for (size_t i = 0; i < PATHS; i++) {
    assert_close(marks->price[row + i], textbook_option(&option, spot_of(i), vol_of(i)).price, 1e-11);
    assert_close(marks->greeks.delta[row + i], textbook_option(&option, spot_of(i), vol_of(i)).delta, 1e-12);
    assert_close(marks->hedge_delta[0][row + i], textbook_option(&option, spot_of(i), 0.25).delta, 1e-12);
    assert_same_bits(marks->hedge_delta[1][row + i], marks->greeks.delta[row + i]);
  }
  bench_end(&b);
}

static struct keel_contract american(enum keel_kind kind, double strike, double days) {
  struct keel_contract contract = bench_option(kind, strike, days);
  contract.exercise = KEEL_EXERCISE_AMERICAN;
  return contract;
}

/* At the scheme of books bit by bit, and near the best one. */
static void check_american(struct bench *b, struct keel_contract contract, double years) {
  size_t row = bench_row(b, contract) * PATHS;
  const struct keel_marks *marks = keel_marks_after(b->block, 0);
  double phi = contract.kind == KEEL_KIND_CALL ? 1 : -1, rate = 0.05, yield = 0.01;
  double one[11], best[2];
  keel_greeks out = {one, one + 1, one + 2, one + 3, one + 4, one + 5, one + 6, one + 7, one + 8, one + 9, one + 10};
  for (size_t i = 0; i < PATHS; i++) {
    double spot = spot_of(i), vol = vol_of(i), pays = phi * (spot - contract.strike);
    const keel_options in = {&phi, &spot, &contract.strike, &rate, &yield, &years, &vol};
    keel_american_price(1, &in, KEEL_PRICING_SCHEME, KEEL_GREEK_SET_ALL, &out, NULL);
    const double *const rows[] = {marks->greeks.delta, marks->greeks.gamma, marks->greeks.vega,  marks->greeks.theta,
                                  marks->greeks.rho,   marks->greeks.psi,   marks->greeks.vanna, marks->greeks.volga};
    for (int k = 0; k < 8; k++) assert_same_bits(rows[k][row + i], one[1 + k]);
    assert_same_bits(marks->hedge_delta[0][row + i], one[1]);
    assert_same_bits(marks->price[row + i], fmax(one[0], pays));
    keel_american_price(1, &in, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_DELTA,
                        &(keel_greeks){.price = best, .delta = best + 1}, NULL);
    assert_close(marks->price[row + i], fmax(best[0], pays), 1e-6 * contract.strike);
    assert_close(marks->greeks.delta[row + i], best[1], 5e-5);
  }
}

static void american_marks_equal_their_kernel(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  b.underlyings[0].yield = 0.01;
  bench_hold(&b, american(KEEL_KIND_PUT, 100, 30), -1);
  bench_hold(&b, american(KEEL_KIND_CALL, 90, 200), 1);
  bench_hold(&b, bench_option(KEEL_KIND_PUT, 110, 30), -1);
  bench_build(&b, PATHS, 1);
  set_paths(&b, bench_day(3));
  check_american(&b, american(KEEL_KIND_PUT, 100, 30), 27 / 365.0);
  check_american(&b, american(KEEL_KIND_CALL, 90, 200), 197 / 365.0);
  check_option(&b, bench_option(KEEL_KIND_PUT, 110, 30), 27 / 365.0);
  bench_end(&b);
}

/* Near fine grids: the call's exercise just before the ex-date counts, and the put's that waits for it. */
static void check_american_paying(struct bench *b, struct keel_contract contract, const keel_dividends *paid,
                                  double years) {
  size_t row = bench_row(b, contract) * PATHS;
  const struct keel_marks *marks = keel_marks_after(b->block, 0);
  const keel_option option = {contract.kind == KEEL_KIND_CALL ? 1 : -1, contract.strike, 0.05, 0.01, years};
  for (size_t i = 0; i < PATHS; i++) {
    const struct textbook want = textbook_paying(&option, spot_of(i), vol_of(i), 1, paid);
    const double *const rows[] = {marks->greeks.delta, marks->greeks.gamma, marks->greeks.vega,  marks->greeks.theta,
                                  marks->greeks.rho,   marks->greeks.psi,   marks->greeks.vanna, marks->greeks.volga};
    const double wanted[] = {want.delta, want.gamma, want.vega, want.theta, want.rho, want.psi, want.vanna, want.volga};
    const double allowed[] = {2e-4, 5e-4, 2e-2, 5e-2, 5e-2, 5e-2, 2e-2, 2};
    assert_close(marks->price[row + i], want.price, 2e-4);
    for (int k = 0; k < 8; k++) assert_close(rows[k][row + i], wanted[k], allowed[k] * (1 + 0.01 * fabs(wanted[k])));
    assert_same_bits(marks->hedge_delta[0][row + i], marks->greeks.delta[row + i]);
  }
}

static void american_options_know_cash_dividends(void **state) {
  (void)state;
  const double ex_years = 7 / 365.0;
  struct keel_dividend dividend = {bench_day(10), bench_day(12), 2.5};
  const keel_dividends paid = {1, &ex_years, &dividend.cash, KEEL_DIVIDEND_LIQUIDATOR};
  const struct keel_contract call = american(KEEL_KIND_CALL, 85, 30), put = american(KEEL_KIND_PUT, 110, 30);
  struct bench b;
  bench_start(&b);
  b.underlyings[0].yield = 0.01;
  b.underlyings[0].dividends = &dividend;
  b.underlyings[0].dividend_count = 1;
  bench_hold(&b, call, -1);
  bench_hold(&b, put, 1);
  bench_build(&b, PATHS, 1);
  set_paths(&b, bench_day(3));
  check_american_paying(&b, call, &paid, 27 / 365.0);
  check_american_paying(&b, put, &paid, 27 / 365.0);
  set_paths(&b, bench_day(10));
  check_american(&b, call, 20 / 365.0);
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(marks_equal_the_kernel),
      cmocka_unit_test(a_given_vol_is_for_decisions_alone),
      cmocka_unit_test(american_marks_equal_their_kernel),
      cmocka_unit_test(american_options_know_cash_dividends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
