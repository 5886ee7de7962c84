/* Scenarios: each cell against the shifted book priced again, by what the position says of itself. */
#include "drive/risk_support.h"
#include "keel/american.h"
#include "keel/pde.h"

/* Without vol, or at a spot of 0: what is paid at the best of the times that can be, now, after the dividend, at
 * expiry.
 */
static double known(const keel_options *option, int early, const keel_dividends *paid) {
  double rate = *option->rate, ex = *paid->years, years = *option->years, spot = *option->spot, best = 0;
  double after = fmax(0, spot * exp(rate * ex) - *paid->cash), end = after * exp(rate * (years - ex));
  const double times[] = {0, ex, years}, spots[] = {spot, after, end};
  for (int i = early ? 0 : 2; i < 3; i++)
    best = fmax(best, exp(-rate * times[i]) * *option->phi * (spots[i] - *option->strike));
  return best;
}

/* An American option by its own kernel; on fine grids, if spot pays, and at a spot of 0 what is known. */
static double price(const keel_risk_position *position, const keel_options *option, const keel_dividends *paid) {
  double out;
  const unsigned char early = position->exercise[0] == 'a';
  if (paid && (*option->spot == 0 || *option->vol == 0)) return known(option, early, paid);
  if (paid) {
    const keel_pde pde = {.nodes = 800, .steps = 256, .american = &early, .dividends = paid};
    keel_pde_price(1, option, &pde, KEEL_GREEK_SET_PRICE, &(keel_pde_result){.greeks.price = &out}, NULL);
    return out;
  }
  if (position->exercise[0] != 'a') {
    keel_black_scholes_price(1, option, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &out});
    return out;
  }
  keel_american_price(1, option, KEEL_AMERICAN_FAST, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &out}, NULL);
  return out;
}

/* Value and P&L of one underlying (or all) where each spot moved by `spot`, vols by `vol` of the tenor. */
static keel_risk_scenario by_hand(const keel_risk *risk, size_t underlying, const double *spot, const double *vol,
                                  double tenor) {
  keel_risk_scenario sum = {0};
  for (size_t i = 0; i < keel_risk_positions(risk); i++) {
    keel_risk_position p;
    keel_risk_position_at(risk, i, &p);
    if (underlying != KEEL_RISK_TOTAL && p.underlying != underlying) continue;
    double units = p.qty * p.multiplier, moved = p.spot * (1 + spot[p.underlying]);
    double prices[2];
    for (int now = 0; now < 2; now++) {
      double phi = p.kind[0] == 'p' ? -1 : 1, at = now ? moved : p.spot;
      double share = p.years > tenor ? sqrt(tenor / p.years) : 1;
      double shifted = fmax(0, p.vol + (now ? vol[p.underlying] * share : 0));
      if (isnan(p.strike)) {
        prices[now] = isnan(p.years) ? at : (at - p.dividends) * exp((p.rate - p.yield) * p.years);
        continue;
      }
      const keel_options option = {&phi, &at, &p.strike, &p.rate, &p.yield, &p.years, &shifted};
      prices[now] = price(&p, &option, risk->snapshot.inputs.paid[i]);
    }
    sum.pnl += units * (prices[1] - prices[0]);
    if (strcmp(p.kind, "future") != 0) sum.value += units * prices[1];
  }
  return sum;
}

/* Of a gross of about a million; where spot pays, two grids are as far from each other as a millionth. */
static void assert_scenario(size_t underlying, keel_risk_scenario got, keel_risk_scenario want) {
  double allowed = underlying == 0 ? 1e-12 : 1e-6;
  assert_close(got.value, want.value, allowed * 1e6);
  assert_close(got.pnl, want.pnl, allowed * 1e6);
}

static const size_t of[] = {0, 1, KEEL_RISK_TOTAL};

static void cells_are_the_shifted_book(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      risk_strategy("{grid: {spot: [-100, -50, -10, -0.5, 0, 3, 40], vol: [-60, -5, 0, 5, 100]}}");
  keel_risk *risk = risk_of(strategy, NULL);
  for (size_t s = 0; s < keel_risk_grid_spots(risk); s++)
    for (size_t v = 0; v < keel_risk_grid_vols(risk); v++) {
      double spot[] = {keel_risk_grid_spot(risk, s), keel_risk_grid_spot(risk, s)};
      double vol[] = {keel_risk_grid_vol(risk, v), keel_risk_grid_vol(risk, v)};
      for (size_t u = 0; u < 3; u++)
        assert_scenario(u, keel_risk_grid(risk, of[u], s, v), by_hand(risk, of[u], spot, vol, NAN));
      double sum = keel_risk_grid(risk, 0, s, v).pnl + keel_risk_grid(risk, 1, s, v).pnl;
      assert_same_bits(keel_risk_grid(risk, KEEL_RISK_TOTAL, s, v).pnl, sum);
    }
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

static void stresses_are_the_shifted_book(void **state) {
  (void)state;
  struct keel_strategy *strategy = risk_strategy(
      "{betas: {X: 1.5, Y: -0.5}, stresses: [{name: mine, spot: -10, vol: 30, moves: {Y: {spot: 5, vol: "
      "-7}}}, {name: short, spot: 2, vol: 9, vol_tenor: 0.1}]}");
  keel_risk *risk = risk_of(strategy, NULL);
  assert_int_equal(keel_risk_stresses(risk), 5);
  for (size_t k = 0; k < keel_risk_stresses(risk); k++) {
    double spot[2], vol[2], tenor;
    for (size_t u = 0; u < 2; u++) keel_risk_stress_move(risk, k, u, &spot[u], &vol[u], &tenor);
    for (size_t u = 0; u < 3; u++)
      assert_scenario(u, keel_risk_stress(risk, k, of[u]), by_hand(risk, of[u], spot, vol, tenor));
  }
  double spot, vol, tenor;
  keel_risk_stress_move(risk, 3, 0, &spot, &vol, &tenor);
  assert_close(spot, -0.15, 1e-15);
  keel_risk_stress_move(risk, 3, 1, &spot, &vol, &tenor);
  assert_close(spot, 0.05, 1e-15);
  assert_close(vol, -0.07, 1e-15);
  keel_risk_stress_move(risk, 3, KEEL_RISK_TOTAL, &spot, &vol, &tenor);
  assert_close(spot, -0.1, 1e-15);
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

static void the_worst_cell_is_the_least(void **state) {
  (void)state;
  struct keel_strategy *strategy = risk_strategy("");
  keel_risk *risk = risk_of(strategy, NULL);
  for (size_t u = 0; u < 3; u++) {
    size_t spot = 99, vol = 99;
    assert_int_equal(keel_risk_grid_worst(risk, of[u], &spot, &vol), 1);
    double worst = keel_risk_grid(risk, of[u], spot, vol).pnl;
    for (size_t s = 0; s < keel_risk_grid_spots(risk); s++)
      for (size_t v = 0; v < keel_risk_grid_vols(risk); v++)
        assert_true(worst <= keel_risk_grid(risk, of[u], s, v).pnl);
    assert_true(worst < 0);
  }
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cells_are_the_shifted_book),
      cmocka_unit_test(stresses_are_the_shifted_book),
      cmocka_unit_test(the_worst_cell_is_the_least),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
