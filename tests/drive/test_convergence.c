/* How fast errors fall with the number of hedges N: replication as N^-1/2, what Greeks leave unexplained as 1/N. */
#include <math.h>

#include "drive/engine.h"
#include "hedge/theory.h"

static const double STEPS[] = {8, 16, 32, 64, 128};
enum { SIZES = sizeof STEPS / sizeof *STEPS, PATHS = 1000000 };

/* A call of half a year at the money, hedged until `years`. */
static struct engine_run hedge(double years, double rate, double steps) {
  return engine_run(
      "book: [{underlying: X, kind: call, strike: 100, years: 0.5, qty: -1, multiplier: 1}]\n"
      "market: {rate: %.17g, model: {kind: gbm, spot: 100, vol: 0.2}}\n"
      "hedge: {target: {neutral: [delta]}, trigger: {every: step}, with: [{instrument: spot, lot: 0}]}\n"
      "costs: {half_spread_bps: 0}\n" ENGINE_LIMITS "run: {paths: %zu, steps: %g, years: %.17g, seed: " ENGINE_SEED
      "}\n",
      rate, engine_paths(PATHS, (size_t)steps), steps, years);
}

/* `bend`: what terms of higher order make of the slope over all N; of that over the last three it is a quarter. */
static void assert_slope(const keel_figure *std, double want, double bend, const char *what) {
  keel_figure all = engine_slope(SIZES, STEPS, std), late = engine_slope(3, STEPS + SIZES - 3, std + SIZES - 3);
  print_message("%s: N^%.4f over N = 8 .. 128, N^%.4f over N = 32 .. 128 (standard errors %.4f, %.4f)\n", what,
                all.value, late.value, all.error, late.error);
  assert_figure(all, want, bend, what);
  assert_figure(late, want, bend / 4, what);
}

/* Stopped at half the option's life nothing is near its kink, and the next terms are 1/N smaller. */
static void errors_fall_with_the_number_of_hedges(void **state) {
  (void)state;
  keel_figure std[SIZES], unexplained[SIZES];
  for (int i = 0; i < SIZES; i++) {
    struct engine_run run = hedge(0.25, 0.03, STEPS[i]);
    std[i] = engine_pnl(&run, 0, "std");
    unexplained[i] = engine_component(&run, 0, KEEL_COMPONENT_UNEXPLAINED, "std");
    print_message("%3g steps: std %.5f, unexplained %.5f\n", STEPS[i], std[i].value, unexplained[i].value);
    engine_free(&run);
  }
  assert_slope(std, -0.5, 0.004, "replication error");
  assert_slope(unexplained, -1, 0.012, "unexplained");
}

/* Until expiry the kink takes a part away that falls as 1/sqrt(N): N std^2 = A - B / sqrt(N). A is that of Derman and
 * Kamal, whose formula takes spot for the strike. */
static void error_until_expiry_is_that_of_theory(void **state) {
  (void)state;
  double weight = 0, x = 0, y = 0, squares = 0, products = 0, w[SIZES], v[SIZES];
  for (int i = 0; i < SIZES; i++) {
    struct engine_run run = hedge(0.5, 0, STEPS[i]);
    keel_figure std = engine_pnl(&run, 0, "std");
    v[i] = STEPS[i] * std.value * std.value;
    w[i] = 1 / pow(2 * v[i] * std.error / std.value, 2);
    weight += w[i], x += w[i] / sqrt(STEPS[i]), y += w[i] * v[i];
    engine_free(&run);
  }
  for (int i = 0; i < SIZES; i++) {
    double off = 1 / sqrt(STEPS[i]) - x / weight;
    squares += w[i] * off * off, products += w[i] * off * v[i];
  }
  double slope = products / squares, limit = (y - slope * x) / weight;
  keel_figure got = {limit, sqrt(1 / weight + pow(x / weight, 2) / squares)};
  double price, delta, gamma, vega, spot = 100, vol = 0.2;
  keel_greeks greeks = {.price = &price, .delta = &delta, .gamma = &gamma, .vega = &vega};
  keel_black_scholes_price_paths(1, &(keel_option){1, 100, 0, 0, 0.5}, &spot, &vol, KEEL_GREEK_SET_GAMMA, &greeks);
  double want = pow(keel_derman_kamal_std(1, vol, vega), 2);
  print_message("N std^2 goes to %.4f (standard error %.4f), %.4f by Derman and Kamal\n", got.value, got.error, want);
  assert_figure(got, want, 0.015 * want, "N std^2");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_fall_with_the_number_of_hedges),
      cmocka_unit_test(error_until_expiry_is_that_of_theory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
