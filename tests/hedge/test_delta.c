/* Each rule for delta: against theory, by hand, as a finite difference; one path and many have the same bits. */
#include "hedge/delta.h"

#include <stdio.h>

#include "hedge/bench_market.h"
#include "hedge/mark.h"
#include "hedge/textbook.h"
#include "hedge/theory.h"

enum { PATHS = 17, STRIKES = 3 };
static const double strikes[STRIKES] = {90, 100, 110}, years = 60 / 365.0;

static double spot_of(size_t i) { return 85 + 2 * (double)i; }

static struct keel_contract option_at(enum keel_kind kind, double strike) { return bench_option(kind, strike, 60); }

/* A call at each strike, so many of them. */
static void start(struct bench *b, const struct keel_delta_rule *rule, double qty) {
  bench_start(b);
  b->underlyings[0].yield = 0.01;
  b->policies[0].target.delta = *rule;
  for (size_t k = 0; k < STRIKES; k++) bench_hold(b, option_at(KEEL_KIND_CALL, strikes[k]), qty);
}

/* The smile of the tests: vol by strike over spot. */
struct smile {
  double level, slope;
};
static double smile_vol(const struct smile *smile, double strike, double spot) {
  return smile->level + smile->slope * log(strike / spot);
}

/* A step of a model's market over many paths. */
static void step_paths(struct bench *b, const struct smile *smile) {
  struct keel_market *market = &b->block->market;
  for (size_t r = 0; r < b->wiring.row_count; r++)
    for (size_t i = 0; i < b->wiring.paths; i++) {
      double strike = b->wiring.rows[r].contract.strike;
      market->bid[r * b->wiring.paths + i] = market->ask[r * b->wiring.paths + i] = spot_of(i);
      market->vol[r * b->wiring.paths + i] = strike > 0 ? smile_vol(smile, strike, spot_of(i)) : 0;
    }
  bench_step(b, bench_day(0), 1);
}

static keel_option call_at(double strike) { return (keel_option){1, strike, 0.05, 0.01, years}; }

static const double *deltas_at(const struct bench *b, double strike) {
  size_t row = bench_row(b, option_at(KEEL_KIND_CALL, strike));
  return keel_row_exposure(b->block, keel_marks_after(b->block, 0), row, 0, KEEL_EXPOSURE_DELTA);
}

static double book_gamma(const struct bench *b, double spot, const struct smile *smile) {
  double gamma = 0;
  for (size_t k = 0; k < STRIKES; k++) {
    keel_option call = call_at(strikes[k]);
    gamma += b->positions[k].qty * 100 * textbook_option(&call, spot, smile_vol(smile, strikes[k], spot)).gamma;
  }
  return gamma;
}

/* ---- vols that pay for costs ---- */

static const struct keel_delta_rule leland_rule = {
    .kind = KEEL_DELTA_LELAND, .vol = NAN, .cost = 0.002, .step_years = 1 / 52.0};
static const struct keel_delta_rule zakamouline_rule = {
    .kind = KEEL_DELTA_ZAKAMOULINE, .vol = NAN, .cost = 0.002, .risk_aversion = 0.001};

static void leland_takes_its_sign_from_the_books_gamma(void **state) {
  (void)state;
  const struct smile smile = {0.25, -0.1};
  for (int side = -1; side <= 1; side += 2) {
    struct bench b;
    start(&b, &leland_rule, side);
    b.positions[1].qty = -3 * side; /* so that the sign of the sum changes with spot */
    bench_build(&b, PATHS, 1);
    step_paths(&b, &smile);
    int shorts = 0;
    for (size_t i = 0; i < PATHS; i++) {
      int is_short = book_gamma(&b, spot_of(i), &smile) < 0;
      shorts += is_short;
      for (size_t k = 0; k < STRIKES; k++) {
        double vol = smile_vol(&smile, strikes[k], spot_of(i));
        keel_option call = call_at(strikes[k]);
        double moved =
            is_short ? keel_leland_vol_short(0.002, vol, 1 / 52.0) : keel_leland_vol_long(0.002, vol, 1 / 52.0);
        assert_close(deltas_at(&b, strikes[k])[i], textbook_option(&call, spot_of(i), moved).delta, 1e-11);
        assert_true(is_short ? moved > vol : moved < vol);
      }
    }
    assert_true(shorts > 0 && shorts < PATHS);
    bench_end(&b);
  }
}

/* Costs that no vol can pay for: long gamma has no such delta, and so no number. */
static void an_ill_posed_vol_is_no_number(void **state) {
  (void)state;
  const struct smile smile = {0.2, 0};
  struct keel_delta_rule rule = leland_rule;
  rule.cost = 0.05;
  struct bench b;
  start(&b, &rule, 1);
  bench_build(&b, PATHS, 1);
  step_paths(&b, &smile);
  for (size_t i = 0; i < PATHS; i++) {
    assert_true(isnan(deltas_at(&b, 100)[i]));
    assert_true(b.block->reason[i] == KEEL_REASON_BAD_NUMBER);
  }
  bench_end(&b);
}

static void zakamouline_is_at_his_vol(void **state) {
  (void)state;
  const struct smile smile = {0.25, -0.1};
  const struct keel_band_terms terms = {.cost = 0.002, .risk_aversion = 0.001, .rate = 0.05, .years = years};
  struct bench b;
  start(&b, &zakamouline_rule, -2);
  bench_build(&b, PATHS, 1);
  step_paths(&b, &smile);
  for (size_t i = 0; i < PATHS; i++)
    for (size_t k = 0; k < STRIKES; k++) {
      double vol = smile_vol(&smile, strikes[k], spot_of(i)), gamma = book_gamma(&b, spot_of(i), &smile);
      keel_option call = call_at(strikes[k]);
      double moved = keel_zakamouline_band(&terms, spot_of(i), gamma, vol).vol;
      assert_close(deltas_at(&b, strikes[k])[i], textbook_option(&call, spot_of(i), moved).delta, 1e-11);
      assert_true(moved > vol);
    }
  bench_end(&b);
}

static double fraction(const char *text) {
  double over = 1, under = 1;
  int read = sscanf(text, "%lf/%lf", &over, &under);
  assert_in_range(read, 1, 2);
  return over / under;
}

/* The published vols: one short call at each row of the table. */
static void deltas_at_the_vols_of_the_table(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("tcost_formulas.csv");
  for (size_t row = 0; row < golden.rows; row++) {
    double spot = keel_golden_number(&golden, row, "S"), vol = keel_golden_number(&golden, row, "sigma");
    double cost = keel_golden_number(&golden, row, "lambda"), tau = keel_golden_number(&golden, row, "tau");
    struct keel_delta_rule rules[] = {leland_rule, zakamouline_rule};
    rules[0].cost = rules[1].cost = cost;
    rules[0].step_years = fraction(keel_golden_text(&golden, row, "dt"));
    rules[1].risk_aversion = keel_golden_number(&golden, row, "a");
    const char *columns[] = {"sigma_leland_short", "zak_sigma_m"};
    for (size_t k = 0; k < 2; k++) {
      struct bench b;
      bench_start(&b);
      b.terms.rate = keel_golden_number(&golden, row, "r");
      b.policies[0].target.delta = rules[k];
      struct keel_contract call = bench_option(KEEL_KIND_CALL, keel_golden_number(&golden, row, "K"), 365 * tau);
      call.multiplier = 1;
      bench_hold(&b, call, -1);
      bench_build(&b, 1, 1);
      for (size_t r = 0; r < b.wiring.row_count; r++)
        b.block->market.bid[r] = b.block->market.ask[r] = spot, b.block->market.vol[r] = vol;
      bench_step(&b, bench_day(0), 1);
      keel_option option = {1, call.strike, b.terms.rate, 0, tau};
      double want = textbook_option(&option, spot, keel_golden_number(&golden, row, columns[k])).delta;
      assert_close(b.block->totals.hedge_delta[0], -want, 1e-10);
      bench_end(&b);
    }
  }
  keel_golden_free(&golden);
}

/* ---- least variance ---- */

static void variance_optimal_is_that_of_theory(void **state) {
  (void)state;
  const struct smile smile = {0.25, -0.1};
  const struct keel_delta_rule rule = {.kind = KEEL_DELTA_VARIANCE_OPTIMAL, .vol = NAN, .step_years = 1 / 52.0};
  struct bench b;
  start(&b, &rule, 1);
  bench_build(&b, PATHS, 1);
  step_paths(&b, &smile);
  for (size_t i = 0; i < PATHS; i++)
    for (size_t k = 0; k < STRIKES; k++) {
      double spot = spot_of(i), vol = keel_at_row(b.block, b.block->market.vol, 1 + k)[i], want;
      keel_option call = keel_option_of(b.block, 0, (uint32_t)(1 + k));
      keel_variance_optimal_delta(1, &call, rule.step_years, &spot, &vol, &want);
      assert_same_bits(deltas_at(&b, strikes[k])[i], want);
    }
  bench_end(&b);
}

/* ---- a vol that moves with spot ---- */

/* (C(S', vol') - C(S'', vol'')) / (S' - S''), the vol moved with spot by `slope` per ln spot. */
static double moved_delta(double strike, double spot, double vol, double slope) {
  const double h = 1e-4;
  keel_option call = call_at(strike);
  double up = textbook_option(&call, spot * exp(h), vol + slope * h).price;
  double down = textbook_option(&call, spot * exp(-h), vol - slope * h).price;
  return (up - down) / (spot * (exp(h) - exp(-h)));
}

static void sticky_delta_moves_the_smile(void **state) {
  (void)state;
  const struct smile smile = {0.25, -0.3};
  const struct keel_delta_rule rule = {.kind = KEEL_DELTA_STICKY_DELTA, .vol = NAN};
  struct bench b;
  start(&b, &rule, 1);
  bench_build(&b, PATHS, 1);
  step_paths(&b, &smile);
  for (size_t i = 0; i < PATHS; i++)
    for (size_t k = 0; k < STRIKES; k++) /* straight in ln strike: at the ends too */
      assert_close(deltas_at(&b, strikes[k])[i],
                   moved_delta(strikes[k], spot_of(i), smile_vol(&smile, strikes[k], spot_of(i)), 0.3), 1e-7);
  bench_end(&b);
}

static void sticky_delta_takes_a_slope_that_is_given(void **state) {
  (void)state;
  static double slopes[PATHS * (1 + STRIKES)];
  const struct smile smile = {0.25, 0};
  const struct keel_delta_rule rule = {.kind = KEEL_DELTA_STICKY_DELTA, .vol = NAN};
  struct bench b;
  start(&b, &rule, 1);
  bench_build(&b, PATHS, 1);
  for (size_t at = 0; at < PATHS * (1 + STRIKES); at++) slopes[at] = 0.01 * (double)at;
  b.block->market.vol_slope = slopes;
  step_paths(&b, &smile);
  for (size_t i = 0; i < PATHS; i++)
    for (size_t k = 0; k < STRIKES; k++)
      assert_close(deltas_at(&b, strikes[k])[i], moved_delta(strikes[k], spot_of(i), 0.25, slopes[(1 + k) * PATHS + i]),
                   1e-6);
  bench_end(&b);
}

static void one_strike_has_no_slope(void **state) {
  (void)state;
  const struct smile smile = {0.25, -0.3};
  struct bench b;
  bench_start(&b);
  b.policies[0].target.delta.kind = KEEL_DELTA_STICKY_DELTA;
  bench_hold(&b, option_at(KEEL_KIND_CALL, 100), 1);
  bench_hold(&b, option_at(KEEL_KIND_PUT, 100), 1);
  bench_build(&b, PATHS, 1);
  step_paths(&b, &smile);
  for (size_t i = 0; i < PATHS; i++)
    assert_same_bits(deltas_at(&b, 100)[i], keel_at_row(b.block, keel_marks_after(b.block, 0)->greeks.delta, 1)[i]);
  bench_end(&b);
}

/* From quotes: the nearest strikes that are quoted now, on either side, of calls and puts, listed and not held. */
static void quoted_smiles_have_their_slope(void **state) {
  (void)state;
  const struct smile smile = {0.25, -0.3};
  const double listed[] = {80, 90, 100, 110, 120}, spot = 101;
  struct bench b;
  bench_start(&b);
  b.underlyings[0].yield = 0.01;
  b.underlyings[0].implied_vol = 0.6; /* of strikes without quotes; no part of the smile */
  b.policies[0].target.delta.kind = KEEL_DELTA_STICKY_DELTA;
  bench_hold(&b, option_at(KEEL_KIND_CALL, 100), -1);
  for (size_t k = 0; k < 5; k++) {
    bench_list(&b, option_at(KEEL_KIND_CALL, listed[k]));
    bench_list(&b, option_at(KEEL_KIND_PUT, listed[k]));
  }
  bench_build(&b, 1, 0);
  int days = 0;
  const unsigned quoted[] = {31, 27, 21, 4, 12, 6}; /* which strikes have quotes; 4: the one alone */
  for (size_t pass = 0; pass < sizeof quoted / sizeof *quoted; pass++) {
    bench_quote_mid(&b, bench_spot("X"), bench_day(0), spot);
    for (size_t k = 0; k < 5; k++) {
      keel_option option = call_at(listed[k]);
      option.phi = k < 2 ? -1 : 1;
      struct keel_contract contract = option_at(k < 2 ? KEEL_KIND_PUT : KEEL_KIND_CALL, listed[k]);
      double mid = textbook_option(&option, spot, smile_vol(&smile, listed[k], spot)).price;
      if (quoted[pass] >> k & 1)
        bench_quote_mid(&b, contract, bench_day(0), mid);
      else
        bench_quote(&b, contract, bench_day(0), NAN, NAN);
    }
    bench_step(&b, bench_day(0), 1);
    double vol = keel_marks_after(b.block, 0)->hedge_vol[bench_row(&b, option_at(KEEL_KIND_CALL, 100))];
    double slope = quoted[pass] == 4 ? 0 : 0.3;
    if (quoted[pass] == 27) assert_true(fabs(vol - smile_vol(&smile, 100, spot)) < 1e-9); /* kept */
    assert_close(deltas_at(&b, 100)[0], moved_delta(100, spot, vol, slope), 1e-6);
    days++;
  }
  assert_int_equal(days, 6);
  bench_end(&b);
}

static void minimum_variance_adds_the_given_slope(void **state) {
  (void)state;
  const struct smile smile = {0.25, -0.1};
  for (int own = 0; own < 2; own++) { /* at the strike's vol, and at one that is given */
    const struct keel_delta_rule rule = {.kind = KEEL_DELTA_MINIMUM_VARIANCE, .vol = own ? 0.35 : NAN, .slope = -0.4};
    struct bench b;
    start(&b, &rule, 1);
    bench_build(&b, PATHS, 1);
    step_paths(&b, &smile);
    for (size_t i = 0; i < PATHS; i++)
      for (size_t k = 0; k < STRIKES; k++) {
        double vol = own ? 0.35 : smile_vol(&smile, strikes[k], spot_of(i));
        assert_close(deltas_at(&b, strikes[k])[i], moved_delta(strikes[k], spot_of(i), vol, -0.4), 1e-6);
      }
    bench_end(&b);
  }
}

/* ---- both shapes ---- */

static const struct keel_delta_rule every_rule[] = {
    {.kind = KEEL_DELTA_BLACK_SCHOLES, .vol = NAN},
    {.kind = KEEL_DELTA_BLACK_SCHOLES, .vol = 0.3},
    {.kind = KEEL_DELTA_LELAND, .vol = NAN, .cost = 0.002, .step_years = 1 / 52.0},
    {.kind = KEEL_DELTA_LELAND, .vol = 0.3, .cost = 0.002, .step_years = 1 / 52.0},
    {.kind = KEEL_DELTA_ZAKAMOULINE, .vol = NAN, .cost = 0.002, .risk_aversion = 0.001},
    {.kind = KEEL_DELTA_VARIANCE_OPTIMAL, .vol = NAN, .step_years = 1 / 52.0},
    {.kind = KEEL_DELTA_STICKY_DELTA, .vol = NAN},
    {.kind = KEEL_DELTA_STICKY_DELTA, .vol = 0.3},
    {.kind = KEEL_DELTA_MINIMUM_VARIANCE, .vol = NAN, .slope = -0.3},
};

/* Quotes of one path, and a model over many paths at the vols that these quotes imply; a dividend to come besides. */
static void one_path_and_many_have_the_same_bits(void **state) {
  (void)state;
  const struct smile smile = {0.25, -0.1};
  struct keel_dividend dividend = {bench_day(10), bench_day(12), 0.75};
  for (size_t rule = 0; rule < sizeof every_rule / sizeof *every_rule; rule++) {
    struct bench one, many;
    start(&one, &every_rule[rule], -1);
    start(&many, &every_rule[rule], -1);
    one.underlyings[0].dividends = many.underlyings[0].dividends = &dividend;
    one.underlyings[0].dividend_count = many.underlyings[0].dividend_count = 1;
    bench_build(&one, 1, 0);
    bench_build(&many, PATHS, 1);
    double want[PATHS][STRIKES];
    struct keel_market *market = &many.block->market;
    for (size_t i = 0; i < PATHS; i++) {
      for (size_t k = 0; k < STRIKES; k++) {
        keel_option call = call_at(strikes[k]);
        bench_quote_mid(&one, option_at(KEEL_KIND_CALL, strikes[k]), bench_day(0),
                        textbook_option(&call, spot_of(i), smile_vol(&smile, strikes[k], spot_of(i))).price);
      }
      bench_go(&one, bench_day(0), spot_of(i));
      const struct keel_marks *marks = keel_marks_after(one.block, 0);
      for (size_t r = 0; r < one.wiring.row_count; r++) market->vol[r * PATHS + i] = marks->vol[r];
      market->bid[i] = market->ask[i] = marks->price[0];
      for (size_t k = 0; k < STRIKES; k++) want[i][k] = deltas_at(&one, strikes[k])[0];
    }
    bench_step(&many, bench_day(0), 1);
    for (size_t i = 0; i < PATHS; i++)
      for (size_t k = 0; k < STRIKES; k++) assert_same_bits(deltas_at(&many, strikes[k])[i], want[i][k]);
    bench_end(&one);
    bench_end(&many);
  }
}

/* ---- American options: what a rule does to the vol, and the American delta at that vol ---- */

static struct keel_contract american_put(double strike) {
  struct keel_contract put = option_at(KEEL_KIND_PUT, strike);
  put.exercise = KEEL_EXERCISE_AMERICAN;
  return put;
}

/* Price, delta, gamma and vega by the scheme of books, or the best one. */
static void american_value(double strike, double spot, double vol, keel_american_scheme scheme, double out[4]) {
  double phi = -1, rate = 0.05, yield = 0.01;
  const keel_options in = {&phi, &spot, &strike, &rate, &yield, &years, &vol};
  const keel_greeks greeks = {.price = out, .delta = out + 1, .gamma = out + 2, .vega = out + 3};
  keel_american_price(1, &in, scheme, KEEL_GREEK_SET_GAMMA, &greeks, NULL);
}

/* The hedger's delta of an American put under a rule, where the book's gamma is this. */
static double american_delta(const struct keel_delta_rule *rule, double strike, double spot, double vol, double gamma) {
  const struct keel_band_terms terms = {.cost = 0.002, .risk_aversion = 0.001, .rate = 0.05, .years = years};
  double out[4], at = isnan(rule->vol) ? vol : rule->vol;
  if (rule->kind == KEEL_DELTA_LELAND && gamma < 0) at = keel_leland_vol_short(0.002, at, 1 / 52.0);
  if (rule->kind == KEEL_DELTA_LELAND && gamma > 0) at = keel_leland_vol_long(0.002, at, 1 / 52.0);
  if (rule->kind == KEEL_DELTA_ZAKAMOULINE) at = keel_zakamouline_band(&terms, spot, gamma, at).vol;
  american_value(strike, spot, at, KEEL_AMERICAN_HIGH, out);
  double slope = rule->kind == KEEL_DELTA_STICKY_DELTA       ? 0.1
                 : rule->kind == KEEL_DELTA_MINIMUM_VARIANCE ? rule->slope
                                                             : 0;
  return out[1] + out[3] * slope / spot;
}

static void american_puts_have_american_deltas(void **state) {
  (void)state;
  const struct smile smile = {0.25, -0.1};
  for (size_t k = 0; k < sizeof every_rule / sizeof *every_rule; k++) {
    const struct keel_delta_rule *rule = &every_rule[k];
    if (rule->kind == KEEL_DELTA_VARIANCE_OPTIMAL) continue;
    struct bench b;
    bench_start(&b);
    b.underlyings[0].yield = 0.01;
    b.policies[0].target.delta = *rule;
    for (size_t s = 0; s < STRIKES; s++) bench_hold(&b, american_put(strikes[s]), -1);
    bench_build(&b, PATHS, 1);
    step_paths(&b, &smile);
    for (size_t i = 0; i < PATHS; i++) {
      double gamma = 0, spot = spot_of(i), out[4];
      for (size_t s = 0; s < STRIKES; s++) {
        american_value(strikes[s], spot, smile_vol(&smile, strikes[s], spot), KEEL_PRICING_SCHEME, out);
        gamma -= 100 * out[2];
      }
      for (size_t s = 0; s < STRIKES; s++) {
        double want = american_delta(rule, strikes[s], spot, smile_vol(&smile, strikes[s], spot), gamma);
        size_t row = bench_row(&b, american_put(strikes[s]));
        const struct keel_marks *marks = keel_marks_after(b.block, 0);
        assert_close(keel_row_exposure(b.block, marks, row, 0, KEEL_EXPOSURE_DELTA)[i], want, 5e-5);
      }
    }
    bench_end(&b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(leland_takes_its_sign_from_the_books_gamma),
      cmocka_unit_test(an_ill_posed_vol_is_no_number),
      cmocka_unit_test(zakamouline_is_at_his_vol),
      cmocka_unit_test(deltas_at_the_vols_of_the_table),
      cmocka_unit_test(variance_optimal_is_that_of_theory),
      cmocka_unit_test(sticky_delta_moves_the_smile),
      cmocka_unit_test(sticky_delta_takes_a_slope_that_is_given),
      cmocka_unit_test(one_strike_has_no_slope),
      cmocka_unit_test(quoted_smiles_have_their_slope),
      cmocka_unit_test(minimum_variance_adds_the_given_slope),
      cmocka_unit_test(one_path_and_many_have_the_same_bits),
      cmocka_unit_test(american_puts_have_american_deltas),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
