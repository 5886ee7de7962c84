/* keel hedge on 200 random books: what stays is what `keel risk` says of the book with the trades in it; within
 * tolerances, or with the reason; within limits. */
#include <math.h>

#include "drive/hedge_support.h"
#include "drive/risk.h"
#include "keel/risk.h"
#include "support/draws.h"

static struct draws seeded = {4};

static double uniform(double low, double high) { return low + (high - low) * draw_uniform(&seeded); }
static int whole(int low, int high) { return low + (int)(draw_uniform(&seeded) * (high - low + 1)); }

/* Of every other book the puts are American, in its hedge too. */
static int has_americans;

static const char *any_kind(void) { return whole(0, 1) ? "call" : has_americans ? "put, exercise: american" : "put"; }

static const char *const expiries[] = {"2025-02-07", "2025-03-07", "2025-06-20", "2026-01-16"};

/* ---- random books ---- */

static void add_book(char *text, size_t size) {
  size_t used = (size_t)snprintf(text, size,
                                 "book:\n  - {underlying: Y, kind: call, strike: 50, expiry: 2025-03-07, "
                                 "qty: %d}\n",
                                 whole(1, 50));
  for (int i = whole(1, 6); i; i--)
    used += (size_t)snprintf(
        text + used, size - used, "  - {underlying: X, kind: %s, strike: %d, expiry: %s, qty: %d}\n", any_kind(),
        76 + 4 * i + whole(0, 3), expiries[whole(0, 3)], whole(0, 1) ? whole(1, 60) : -whole(1, 60));
}

/* Up to four instruments of X; strikes that no two of them share. */
static void add_hedge(char *text, size_t size) {
  static const char *const targets[] = {"[delta]",
                                        "[delta, gamma]",
                                        "[delta, vega]",
                                        "[delta, gamma, vega]",
                                        "[vega]",
                                        "[theta, delta]",
                                        "[vanna, volga]",
                                        "[delta, vega, rho, charm]",
                                        "[delta, gamma, vega, theta, rho, psi, vanna, volga, charm]"};
  static const double lots[] = {1, 1, 5, 0};
  size_t used =
      (size_t)snprintf(text, size,
                       "target: {neutral: %s, tolerance: {delta: %.6g, gamma: %.6g, vega: %.6g, theta: 500, rho: 300, "
                       "vanna: 40, charm: 20}}, trigger: "
                       "{every: 1d}, with: [{instrument: spot}, {instrument: spot, underlying: X, lot: %g}",
                       targets[whole(0, 8)], uniform(0, 50), uniform(0, 5), uniform(0, 1000), lots[whole(0, 3)]);
  for (int i = 0, count = whole(0, 3); i < count; i++)
    used += (size_t)snprintf(text + used, size - used,
                             ", {instrument: option, underlying: X, kind: %s, strike: %g, expiry: %s, multiplier: 100, "
                             "lot: %g, qty_max: %d}",
                             any_kind(), 93.5 + 7 * i, expiries[whole(0, 3)], lots[whole(0, 3)], whole(5, 300));
  snprintf(text + used, size - used, "]");
}

/* ---- what is left, apart ---- */

static void add_spot(char *text, size_t size, const char *underlying, double qty) {
  size_t used = strlen(text);
  snprintf(text + used, size - used, "  - {underlying: %s, kind: spot, qty: %.17g}\n", underlying, qty);
}

/* The book with the trades in it, as `keel risk` sees it. */
static void assert_left(const char *book, double spot, const char *how, const keel_hedge *hedge) {
  static const char *const measures[] = {"delta_shares", "gamma_shares", "vega_cash",  "theta_cash",  "rho_cash",
                                         "psi_cash",     "vanna_shares", "volga_cash", "charm_shares"};
  char text[8192];
  snprintf(text, sizeof text, "%s", book);
  for (size_t i = 0; i < keel_hedge_trades(hedge, 0); i++) {
    const struct keel_contract *contract = NULL;
    keel_hedge_trade trade = keel_hedge_trade_at(hedge, 0, i);
    for (size_t k = 0; k < hedge->count; k++)
      if (hedge->at_hand[k].name == trade.instrument) contract = &hedge->at_hand[k].contract;
    if (contract->kind == KEEL_KIND_SPOT) {
      int is_x = strcmp(contract->underlying, "X") == 0;
      add_spot(text, sizeof text, contract->underlying, trade.qty + (is_x ? spot : 0));
      spot = is_x ? 0 : spot;
    } else {
      size_t used = strlen(text);
      snprintf(text + used, sizeof text - used,
               "  - {underlying: X, kind: %s, exercise: %s, strike: %.17g, expiry: %.10s, qty: %.17g}\n",
               keel_kind_name(contract->kind), keel_exercise_name(contract->exercise), contract->strike,
               strrchr(trade.instrument, ' ') + 1, trade.qty);
    }
  }
  if (spot != 0) add_spot(text, sizeof text, "X", spot);
  struct keel_strategy *after = hedge_strategy(text, how);
  keel_risk *risk;
  keel_error error = {0};
  assert_int_equal(keel_risk_run(after, NULL, &risk, &error), 0);
  for (size_t u = 0; u < keel_hedge_underlyings(hedge); u++)
    for (size_t e = 0; e < keel_hedge_exposures(hedge); e++) {
      keel_hedge_exposure exposure = keel_hedge_exposure_at(hedge, u, e);
      size_t m = 0, at = keel_hedge_target(hedge, u)->exposures[e];
      while (strcmp(keel_risk_measure(m), measures[at]) != 0) m++;
      size_t of = strcmp(keel_risk_underlying(risk, u), keel_hedge_underlying(hedge, u)) == 0 ? u : 1 - u;
      double left = keel_risk_exposure(risk, of, KEEL_RISK_TOTAL, m);
      double slack = 1e-7 * (1 + fabs(exposure.before));
      assert_close(exposure.after, left, slack);
      if (exposure.is_within) assert_true(fabs(left) <= exposure.tolerance + slack);
      assert_int_equal(exposure.is_within, *exposure.why == '\0');
    }
  keel_risk_free(risk);
  keel_strategy_free(after);
}

static void assert_within_limits(const keel_hedge *hedge) {
  double cost = 0;
  for (size_t i = 0; i < keel_hedge_trades(hedge, 1); i++) {
    const struct keel_hedge_at_hand *at_hand = &hedge->at_hand[i];
    keel_hedge_trade trade = keel_hedge_trade_at(hedge, 1, i);
    double most = fmin(20000, isnan(at_hand->with->qty_max) ? INFINITY : at_hand->with->qty_max);
    assert_true(fabs(trade.qty) <= 5000 && (trade.qty == 0 || fabs(trade.held + trade.qty) <= most));
    if (at_hand->with->lot > 0)
      assert_close(trade.qty / at_hand->with->lot, nearbyint(trade.qty / at_hand->with->lot), 1e-9);
    double shares = fabs(trade.qty) * at_hand->contract.multiplier;
    assert_close(trade.cost, shares * (at_hand->mid * 0.002 + 0.005), 1e-9 * (1 + trade.cost));
    cost += trade.cost;
  }
  assert_close(keel_hedge_cost(hedge), cost, 1e-9 * (1 + cost));
}

static void on_200_random_books(void **state) {
  (void)state;
  size_t within = 0, all = 0, limits = 0, proven = 0;
  for (int i = 0; i < 200; i++) {
    char book[4096], whole_book[5000], how[4096];
    has_americans = i % 2;
    add_book(book, sizeof book);
    add_hedge(how, sizeof how);
    double spot = whole(0, 1) ? whole(1, 900) : -whole(1, 900);
    memcpy(whole_book, book, sizeof book);
    add_spot(whole_book, sizeof whole_book, "X", spot);
    struct keel_strategy *strategy = hedge_strategy(whole_book, how);
    keel_hedge *hedge = hedge_of(strategy);
    assert_left(book, spot, how, hedge);
    assert_within_limits(hedge);
    for (size_t u = 0; u < keel_hedge_underlyings(hedge); u++)
      for (size_t e = 0; e < keel_hedge_exposures(hedge); e++) {
        keel_hedge_exposure exposure = keel_hedge_exposure_at(hedge, u, e);
        within += exposure.is_within != 0;
        limits += strcmp(exposure.why, "limit") == 0;
        all++;
      }
    for (size_t u = 0; u < keel_hedge_underlyings(hedge); u++) proven += keel_hedge_gap(hedge, u) == 0;
    keel_hedge_free(hedge);
    keel_strategy_free(strategy);
  }
  print_message("%zu of %zu exposures are within, %zu stay by a limit; %zu of 400 searches came to their end\n", within,
                all, limits, proven);
  assert_true(within > all / 4 && limits > 0 && proven >= 390);
}

static void what_is_held_counts(void **state) {
  (void)state;
  struct keel_strategy *strategy = hedge_strategy(hedge_book, HEDGE_SPOT);
  keel_hedge *hedge = hedge_of(strategy);
  keel_hedge_trade trade = keel_hedge_trade_at(hedge, 1, 0);
  assert_string_equal(trade.instrument, "X spot");
  assert_close(trade.held, 1200, 0);
  assert_close(keel_hedge_exposure_at(hedge, 0, 0).before + trade.qty, keel_hedge_exposure_at(hedge, 0, 0).after, 1e-9);
  assert_true(fabs(keel_hedge_exposure_at(hedge, 0, 0).after) < 0.6);
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

/* By futures ratio: one contract of 50 has a delta of 50 e^{(r - q) T}. */
static void futures_have_their_ratio(void **state) {
  (void)state;
  struct keel_strategy *strategy = hedge_strategy(
      hedge_book, "trigger: {every: 1d}, with: [{instrument: future, expiry: 2027-01-02, multiplier: 50, lot: 0}]");
  keel_hedge *hedge = hedge_of(strategy);
  for (size_t u = 0; u < 2; u++) {
    keel_hedge_exposure exposure = keel_hedge_exposure_at(hedge, u, 0);
    double years = (double)(hedge->at_hand[u].contract.expiry_ns - hedge->snapshot.time_ns) / (365 * 86400e9);
    assert_close(keel_hedge_trade_at(hedge, 1, u).qty, -exposure.before / (50 * exp(0.04 * years)), 1e-6);
    assert_true(exposure.is_within);
  }
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

static void a_holding_beyond_its_limit_comes_back(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      hedge_strategy(hedge_book, "trigger: {every: 1d}, with: [{instrument: spot, qty_max: 1000}]");
  keel_hedge *hedge = hedge_of(strategy);
  keel_hedge_trade trade = keel_hedge_trade_at(hedge, 1, 0);
  assert_close(trade.qty, 0, 0); /* more is wanted, and not allowed */
  assert_string_equal(keel_hedge_exposure_at(hedge, 0, 0).why, "limit");
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

static void refuses(const char *how, const char *where, const char *what) {
  struct keel_strategy *strategy;
  keel_hedge *hedge = NULL;
  keel_error error = {0};
  keel_status status = hedge_read(hedge_book, how, &strategy, &error);
  if (!status) {
    status = keel_hedge_run(strategy, NULL, &hedge, &error);
    keel_strategy_free(strategy);
  }
  assert_null(hedge);
  assert_int_equal(status, KEEL_STATUS_INPUT);
  if (strcmp(error.where, where) != 0 || !strstr(error.what, what)) fail_msg("%s: %s", error.where, error.what);
}

static void what_is_no_hedge_is_refused(void **state) {
  (void)state;
  refuses("target: {none: true}", "s.yaml:5: hedge.target", "is not neutral");
  refuses("trigger: {every: 1d}, with: [{instrument: options, dte: [10, 60]}, {instrument: spot}]",
          "s.yaml:5: hedge.with", "no tape with quotes to choose among");
  refuses("target: {tolerance: {delta: -1}}, " HEDGE_SPOT, "s.yaml:5: hedge.target.tolerance.delta", "is -1");
  refuses("target: {tolerance: {color: 1}}, " HEDGE_SPOT, "s.yaml:5: hedge.target.tolerance.color", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(on_200_random_books),         cmocka_unit_test(what_is_held_counts),
      cmocka_unit_test(futures_have_their_ratio),    cmocka_unit_test(a_holding_beyond_its_limit_comes_back),
      cmocka_unit_test(what_is_no_hedge_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
