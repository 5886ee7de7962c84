/* Exposures that no step knows are those of `keel risk`, of the book and of what is traded. */
#include <math.h>

#include "drive/hedge_support.h"
#include "drive/risk.h"
#include "keel/risk.h"

static const char targets[] = "neutral: [speed, charm, volga, vanna, psi, rho, theta, vega, gamma, delta]";

static double risk_number(const keel_risk *risk, size_t underlying, const char *measure) {
  size_t m = 0;
  while (strcmp(keel_risk_measure(m), measure) != 0) m++;
  return keel_risk_exposure(risk, underlying, KEEL_RISK_TOTAL, m);
}

/* The change of gamma_shares over a small move of spot. */
static double speed_of(const char *book, double spot) {
  char text[4096];
  double gamma[2];
  for (int k = 0; k < 2; k++) {
    struct keel_strategy *strategy;
    keel_error error = {0};
    snprintf(text, sizeof text,
             "%shedge: {" HEDGE_SPOT
             "}\nmarket: {rate: 0.04}\nmodels: {X: {kind: gbm, spot: %.17g, vol: 0.3}}\n"
             "run: {start: 2025-01-02T16:00}\nlimits: {order_qty_max: 5000, position_qty_max: 20000}\n",
             book, spot + (k ? 1e-3 : -1e-3));
    struct keel_strategy_source source = {.path = "s.yaml", .text = text, .length = strlen(text)};
    if (keel_strategy_read(&source, NULL, 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
    keel_risk *risk;
    assert_int_equal(keel_risk_run(strategy, NULL, &risk, &error), 0);
    gamma[k] = risk_number(risk, 0, "gamma_shares");
    keel_risk_free(risk);
    keel_strategy_free(strategy);
  }
  return (gamma[1] - gamma[0]) / 2e-3;
}

static void all_of_the_book_are_those_of_risk(void **state) {
  (void)state;
  static const char *const measures[] = {"delta_shares", "gamma_shares", "vega_cash",  "theta_cash",  "rho_cash",
                                         "psi_cash",     "vanna_shares", "volga_cash", "charm_shares"};
  static const char book[] =
      "book:\n"
      "  - {underlying: X, kind: call, strike: 100, expiry: 2025-02-07, qty: -40}\n"
      "  - {underlying: X, kind: put, strike: 95, expiry: 2025-06-20, qty: 11}\n"
      "  - {underlying: X, kind: future, expiry: 2025-06-20, multiplier: 50, qty: 7}\n"
      "  - {underlying: X, kind: spot, qty: 1200}\n";
  char how[256], two[1024];
  snprintf(how, sizeof how, "target: {%s}, " HEDGE_SPOT, targets);
  snprintf(two, sizeof two,
           "%s  - {underlying: Y, kind: put, exercise: american, strike: 50, expiry: 2025-03-07, qty: -10}\n", book);
  struct keel_strategy *strategy = hedge_strategy(two, how);
  keel_hedge *hedge = hedge_of(strategy);
  keel_risk *risk;
  keel_error error = {0};
  assert_int_equal(keel_risk_run(strategy, NULL, &risk, &error), 0);
  assert_int_equal(keel_hedge_exposures(hedge), KEEL_EXPOSURE_ALL);
  for (size_t u = 0; u < 2; u++)
    for (size_t e = 0; e < sizeof measures / sizeof *measures; e++) {
      double want = risk_number(risk, u, measures[e]);
      assert_close(keel_hedge_exposure_at(hedge, u, e).before, want, 1e-9 * (1 + fabs(want)));
      assert_string_equal(keel_hedge_exposure_name(hedge, e), keel_exposure_table[e].name);
      assert_string_equal(keel_hedge_exposure_unit(hedge, e), keel_exposure_table[e].unit);
    }
  double speed = keel_hedge_exposure_at(hedge, 0, KEEL_EXPOSURE_SPEED).before;
  assert_close(speed, speed_of(book, 100), 1e-4 * fabs(speed));
  keel_risk_free(risk);
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

/* A future has rho and psi, which its delta cannot be told from; it is traded for them. */
static void a_future_brings_rho_in(void **state) {
  (void)state;
  struct keel_strategy *strategy = hedge_strategy(
      hedge_book,
      "target: {neutral: [rho]}, trigger: {every: 1d}, with: [{instrument: future, expiry: 2025-06-20, multiplier: "
      "50, lot: 0, half_spread_bps: 0, fee_per_share: 0}]");
  keel_hedge *hedge = hedge_of(strategy);
  for (size_t u = 0; u < 2; u++) {
    keel_hedge_exposure exposure = keel_hedge_exposure_at(hedge, u, 0);
    const struct keel_hedge_at_hand *at_hand = &hedge->at_hand[u];
    double years = (double)(at_hand->contract.expiry_ns - hedge->snapshot.time_ns) / (365 * 86400e9);
    assert_true(exposure.is_within);
    assert_close(at_hand->qty * 50 * years * at_hand->mid, -exposure.before, 1e-3 * fabs(exposure.before));
  }
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

/* Options on a future know the rate as a discount alone: rho is -T x price, and psi is none, as `keel risk` has them.
 */
static void options_on_a_future_have_its_rho(void **state) {
  (void)state;
  static const char market[] =
      "market: {rate: 0.04, on: future}\nmodels: {X: {kind: gbm, spot: 100, vol: 0.3}}\n"
      "run: {start: 2025-01-02T16:00}\nlimits: {order_qty_max: 5000, position_qty_max: 20000}\n";
  static const char book[] = "book:\n  - {underlying: X, kind: call, strike: 90, expiry: 2026-01-02, qty: -40}\n";
  struct keel_strategy *strategy;
  keel_error error = {0};
  if (hedge_read_in(market, book, "target: {neutral: [theta, rho, psi]}, " HEDGE_SPOT, &strategy, &error))
    fail_msg("%s: %s", error.where, error.what);
  keel_hedge *hedge = hedge_of(strategy);
  keel_risk *risk;
  assert_int_equal(keel_risk_run(strategy, NULL, &risk, &error), 0);
  double rho = risk_number(risk, 0, "rho_cash"), theta = risk_number(risk, 0, "theta_cash");
  assert_close(rho, -risk_number(risk, 0, "value"), 1e-9 * fabs(rho));
  assert_close(keel_hedge_exposure_at(hedge, 0, 0).before, theta, 1e-9 * fabs(theta));
  assert_close(keel_hedge_exposure_at(hedge, 0, 1).before, rho, 1e-9 * fabs(rho));
  assert_true(keel_hedge_exposure_at(hedge, 0, 2).before == 0);
  keel_risk_free(risk);
  keel_hedge_free(hedge);
  keel_strategy_free(strategy);
}

static void what_steps_refuses_them(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      hedge_strategy(hedge_book,
                     "target: {neutral: [delta, vanna]}, trigger: {every: 1d}, with: [{instrument: spot}, "
                     "{instrument: option, kind: call, strike: 70, expiry: 2025-03-07, multiplier: 100}]");
  keel_error error = {0};
  assert_int_equal(keel_strategy_steps(strategy, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "s.yaml:5: hedge.target.neutral");
  assert_non_null(strstr(error.what, "has vanna, which `keel hedge` alone brings in"));
  keel_risk *risk;
  assert_int_equal(keel_risk_run(strategy, NULL, &risk, &error), 0);
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_of_the_book_are_those_of_risk),
      cmocka_unit_test(a_future_brings_rho_in),
      cmocka_unit_test(options_on_a_future_have_its_rho),
      cmocka_unit_test(what_steps_refuses_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
