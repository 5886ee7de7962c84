/* The P&L of hedging one option at discrete times: exact moments and tail risk of an own computation that is no Monte
 * Carlo, with drift and costs. Sources and set-up: the first lines of the tables in tests/golden. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drive/engine.h"

enum { PATHS = 4000000 };
/* Skew and kurtosis are compared where their own standard error is at most this: it is one of the 6th and 8th moments,
 * and not known itself where it is large. */
static const double SMALL_ERROR[] = {INFINITY, INFINITY, 0.01, 0.06};
static const char *const moments[] = {"mean", "std", "skew", "kurtosis"};
static const char *const columns[] = {"mean", "std", "skew", "excess_kurtosis"};

struct deal {
  const char *kind, *open, *close;
  double spot, strike, rate, years, drift, vol, hedge_vol, cost;
  size_t steps;
};

static struct engine_run sell_and_hedge(const struct deal *deal) {
  return engine_run(
      "book: [{underlying: X, kind: %s, strike: %.17g, years: %.17g, qty: -1, multiplier: 1}]\n"
      "market: {rate: %.17g, model: {kind: gbm, spot: %.17g, drift: %.17g, vol: %.17g}}\n"
      "hedge: {target: {delta: black_scholes, vol: %.17g}, trigger: {every: step},\n"
      "        with: [{instrument: spot, lot: 0}]}\n"
      "costs: {half_spread_bps: %.17g, open: %s, close: %s}\n" ENGINE_LIMITS
      "run: {paths: %zu, steps: %zu, seed: " ENGINE_SEED ", explain: false}\n",
      deal->kind, deal->strike, deal->years, deal->rate, deal->spot, deal->drift, deal->vol, deal->hedge_vol,
      1e4 * deal->cost, deal->open, deal->close, engine_paths(PATHS, deal->steps), deal->steps);
}

static const char *pays(const struct keel_golden *golden, size_t row, const char *column) {
  return keel_golden_number(golden, row, column) != 0 ? "pay" : "waive";
}

static struct deal deal_of(const struct keel_golden *golden, size_t row) {
  assert_string_equal(keel_golden_text(golden, row, "delta_rule"), "bs");
  return (struct deal){.kind = keel_golden_text(golden, row, "type")[0] == 'C' ? "call" : "put",
                       .open = pays(golden, row, "cost_at_open"),
                       .close = pays(golden, row, "cost_at_expiry"),
                       .spot = keel_golden_number(golden, row, "S0"),
                       .strike = keel_golden_number(golden, row, "K"),
                       .rate = keel_golden_number(golden, row, "r"),
                       .years = keel_golden_number(golden, row, "T"),
                       .drift = keel_golden_number(golden, row, "mu"),
                       .vol = keel_golden_number(golden, row, "sigma_true"),
                       .hedge_vol = keel_golden_number(golden, row, "sigma_hedge"),
                       .cost = keel_golden_number(golden, row, "lambda_oneway"),
                       .steps = (size_t)keel_golden_number(golden, row, "N")};
}

/* ---- moments ---- */

/* std e^{-rT} / price of Hull's table, where the row is one of its. */
static void assert_performance(const struct keel_golden *hull, const struct engine_run *run, const struct deal *deal,
                               double price) {
  keel_figure std = engine_pnl(run, 0, "std");
  double factor = exp(-deal->rate * deal->years) / price;
  for (size_t row = 0; row < hull->rows; row++)
    if (keel_golden_number(hull, row, "N") == (double)deal->steps)
      assert_figure(((keel_figure){factor * std.value, factor * std.error}),
                    keel_golden_number(hull, row, "exact_with_interest"), 5e-5, "hull's performance measure");
}

static void moments_of_discrete_hedging(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("discrete_hedge_moments.csv");
  struct keel_golden hull = keel_golden_load("hull_performance.csv");
  double worst[4] = {0};
  size_t compared[4] = {0};
  for (size_t row = 0; row < golden.rows; row++) {
    struct deal deal = deal_of(&golden, row);
    struct engine_run run = sell_and_hedge(&deal);
    for (int m = 0; m < 4; m++) {
      keel_figure got = engine_pnl(&run, 0, moments[m]);
      if (got.error > SMALL_ERROR[m]) continue;
      double off = assert_figure(got, keel_golden_number(&golden, row, columns[m]), 1e-9,
                                 engine_label(moments[m], keel_golden_number(&golden, row, "id")));
      worst[m] = fmax(worst[m], fabs(off));
      compared[m]++;
    }
    if (strcmp(keel_golden_text(&golden, row, "block"), "hull_table") == 0)
      assert_performance(&hull, &run, &deal, keel_golden_number(&golden, row, "bs_price_sigma_true"));
    engine_free(&run);
  }
  assert_int_equal(compared[0], golden.rows);
  if (engine_is_full()) assert_true(compared[2] > 0 && compared[3] > 0);
  for (int m = 0; m < 4; m++)
    print_message("%s: %zu rows, the farthest %.2f standard errors away\n", moments[m], compared[m], worst[m]);
  keel_golden_free(&golden);
  keel_golden_free(&hull);
}

/* ---- tail risk ---- */

/* Minus the quantile, the mean loss beyond it, and how likely a loss is: beside their own errors, what the table says
 * of its own. */
static double assert_risk(const struct keel_golden *golden, size_t row, const struct engine_run *run) {
  const struct keel_sample *pnl = engine_sample(run, 0, KEEL_QUANTITY_PNL);
  double level = keel_golden_number(golden, row, "alpha"), slack = keel_golden_number(golden, row, "err");
  double loss = keel_golden_number(golden, row, "prob_loss");
  struct keel_estimate quantile = keel_sample_quantile(pnl, 1 - level), shortfall = keel_sample_cvar(pnl, level);
  keel_figure below = {keel_distribution_below(pnl->distribution, 0),
                       sqrt(loss * (1 - loss) / (double)pnl->distribution->count)};
  double off[] = {assert_figure(((keel_figure){-quantile.value, quantile.error}),
                                keel_golden_number(golden, row, "VaR"), slack, engine_label("VaR", level)),
                  assert_figure(((keel_figure){shortfall.value, shortfall.error}),
                                keel_golden_number(golden, row, "ES"), slack, engine_label("ES", level)),
                  assert_figure(below, loss, 1e-8, "probability of a loss")};
  return fmax(fabs(off[0]), fmax(fabs(off[1]), fabs(off[2])));
}

static void tail_risk_of_discrete_hedging(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("discrete_hedge_risk.csv");
  struct engine_run run = {0};
  double worst = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    if (!row || strcmp(keel_golden_text(&golden, row, "case"), keel_golden_text(&golden, row - 1, "case")) != 0) {
      struct deal deal = {"call", "pay", "waive", .strike = keel_golden_number(&golden, row, "K")};
      deal.spot = keel_golden_number(&golden, row, "S0");
      deal.rate = keel_golden_number(&golden, row, "r");
      deal.years = keel_golden_number(&golden, row, "T");
      deal.drift = keel_golden_number(&golden, row, "mu");
      deal.vol = keel_golden_number(&golden, row, "sigma_true");
      deal.hedge_vol = keel_golden_number(&golden, row, "sigma_hedge");
      deal.cost = keel_golden_number(&golden, row, "lambda");
      deal.steps = (size_t)keel_golden_number(&golden, row, "N");
      if (row) engine_free(&run);
      run = sell_and_hedge(&deal);
    }
    worst = fmax(worst, assert_risk(&golden, row, &run));
  }
  engine_free(&run);
  print_message("%zu rows, the farthest %.2f standard errors away\n", golden.rows, worst);
  keel_golden_free(&golden);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_of_discrete_hedging),
      cmocka_unit_test(tail_risk_of_discrete_hedging),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
