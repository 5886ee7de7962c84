#include "keel/forward.h"

#include <math.h>
#include <string.h>

#include "model/chain.h"
#include "support/support.h"

static keel_implied_forward implied(const struct chain *chain, const keel_parity_terms *terms) {
  keel_parity_quotes quotes = chain_quotes(chain);
  keel_implied_forward out;
  keel_forward_imply(&quotes, terms, &out);
  return out;
}

/* ---- carry ---- */

static void a_forward_is_what_it_costs_to_carry(void **state) {
  (void)state;
  keel_curve curve;
  keel_curve_flat(0.04, &curve);
  const double years[] = {0.2, 0.7, 1.5}, cash[] = {1, 2, 5};
  const keel_dividends dividends = {3, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  assert_close(keel_forward_carry(100, &curve, 0, NULL, 1), 100 * exp(0.04), 1e-12);
  assert_close(keel_forward_carry(100, &curve, 0.03, NULL, 1), 100 * exp(0.01), 1e-12);
  assert_close(keel_forward_carry(100, &curve, 0, &dividends, 1),
               (100 - exp(-0.04 * 0.2) - 2 * exp(-0.04 * 0.7)) * exp(0.04), 1e-12);
  /* day by day: e^{-yT} shares grow to one by reinvesting, and pay the cash on what is held */
  double want = 100 * exp(-0.03), held;
  held = exp(-0.03 * 0.8), want -= held * exp(-0.04 * 0.2);
  held = exp(-0.03 * 0.3), want -= 2 * held * exp(-0.04 * 0.7);
  assert_close(keel_forward_carry(100, &curve, 0.03, &dividends, 1), want * exp(0.04), 1e-12);
}

static void the_yield_of_a_forward_is_found(void **state) {
  (void)state;
  keel_curve curve;
  static const keel_rate_quote quotes[] = {{KEEL_RATE_PAR, 3, 0, 0.05}, {KEEL_RATE_PAR, 24, 0, 0.03}};
  assert_int_equal(keel_curve_build(20000, 2, quotes, &curve, NULL), KEEL_STATUS_OK);
  const double years[] = {0.2, 0.7, 1.5}, cash[] = {1, 2, 5};
  const keel_dividends dividends = {3, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  for (double yield = -0.3; yield < 0.9; yield += 0.11) {
    double forward = keel_forward_carry(100, &curve, yield, &dividends, 0.9);
    assert_close(keel_forward_yield(100, &curve, &dividends, 0.9, forward), yield, 1e-13);
    forward = keel_forward_carry(100, &curve, yield, NULL, 0.01);
    assert_close(keel_forward_yield(100, &curve, NULL, 0.01, forward), yield, 1e-12);
  }
  assert_true(isnan(keel_forward_yield(0, &curve, NULL, 1, 100)));
  assert_true(isnan(keel_forward_yield(100, &curve, NULL, 0, 100)));
  assert_true(isnan(keel_forward_yield(100, &curve, NULL, 1, -1)));
}

/* ---- European ---- */

static const struct chain_terms index_chain = {
    .spot = 2700, .rate = 0.0145, .yield = 0.018, .years = 0.08, .from = 2000, .to = 3200, .step = 5};

static void exact_quotes_give_the_forward(void **state) {
  (void)state;
  struct chain chain;
  chain_make(&index_chain, &chain);
  const double forward = 2700 * exp((0.0145 - 0.018) * 0.08), discount = exp(-0.0145 * 0.08);
  keel_implied_forward known = implied(&chain, &(keel_parity_terms){.years = 0.08, .rate = 0.0145, .spot = 2700});
  assert_null(known.problem);
  assert_close(known.forward, forward, 1e-10);
  assert_close(known.yield, 0.018, 1e-12);
  assert_close(known.forward_error, 0, 1e-10);
  assert_true(known.low < forward && forward < known.high);
  assert_int_equal(known.pairs, chain.count);
  assert_int_equal(known.used + known.rejected, chain.count);
  keel_implied_forward fitted = implied(&chain, &(keel_parity_terms){.years = 0.08, .rate = NAN, .spot = 2700});
  assert_null(fitted.problem);
  assert_close(fitted.forward, forward, 1e-10);
  assert_close(fitted.discount, discount, 1e-12);
  assert_close(fitted.yield, 0.018, 1e-10);
}

/* Nearly half of the strikes are off: some far, some by little, all to one side. */
static void outliers_leave_no_trace(void **state) {
  (void)state;
  for (unsigned round = 0; round < 50; round++) {
    struct chain chain;
    chain_make(&index_chain, &chain);
    unsigned random = 12345 + round, spoilt = 0;
    for (size_t i = 0; i < chain.count; i++) {
      random = random * 1664525u + 1013904223u;
      if ((random >> 16) % 100 >= 35) continue;
      random = random * 1664525u + 1013904223u;
      chain_spoil(&chain, i, 1, 0.001 + (random >> 16) % 1000 * (round % 2 ? 0.05 : 0.0005));
      spoilt++;
    }
    const double forward = 2700 * exp((0.0145 - 0.018) * 0.08);
    keel_implied_forward known = implied(&chain, &(keel_parity_terms){.years = 0.08, .rate = 0.0145, .spot = 2700});
    assert_null(known.problem);
    assert_close(known.forward, forward, 1e-10);
    assert_int_equal(known.rejected, spoilt);
    keel_implied_forward fitted = implied(&chain, &(keel_parity_terms){.years = 0.08, .rate = NAN, .spot = NAN});
    assert_null(fitted.problem);
    assert_close(fitted.forward, forward, 1e-10);
    assert_close(fitted.discount, exp(-0.0145 * 0.08), 1e-12);
    assert_true(isnan(fitted.yield));
    assert_int_equal(fitted.rejected, spoilt);
  }
}

/* Source: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators". */
static double next_uniform(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* Noise of a part of the spread: the error that is stated is the error that is made. */
static void the_standard_error_is_that_of_the_forward(void **state) {
  (void)state;
  enum { ROUNDS = 400 };
  double square = 0, square_fitted = 0;
  uint64_t random = 7;
  for (int round = 0; round < ROUNDS; round++) {
    struct chain chain;
    chain_make(&index_chain, &chain);
    for (size_t i = 0; i < chain.count; i++) {
      double sum = 0;
      for (int k = 0; k < 12; k++) sum += next_uniform(&random) - 0.5;
      double spreads = chain.call_ask[i] - chain.call_bid[i] + chain.put_ask[i] - chain.put_bid[i];
      chain_spoil(&chain, i, chain.call_bid[i] > chain.put_bid[i], 0.3 * sum * spreads);
    }
    const double forward = 2700 * exp((0.0145 - 0.018) * 0.08);
    keel_implied_forward known = implied(&chain, &(keel_parity_terms){.years = 0.08, .rate = 0.0145, .spot = 2700});
    keel_implied_forward fitted = implied(&chain, &(keel_parity_terms){.years = 0.08, .rate = NAN, .spot = 2700});
    square += pow((known.forward - forward) / known.forward_error, 2);
    square_fitted += pow((fitted.discount - exp(-0.0145 * 0.08)) / fitted.discount_error, 2);
  }
  assert_close(square / ROUNDS, 1, 0.25);
  assert_close(square_fitted / ROUNDS, 1, 0.25);
}

static void borrow_is_what_dividends_leave(void **state) {
  (void)state;
  keel_curve curve;
  keel_curve_flat(0.05, &curve);
  const double at[] = {0.1, 0.35}, cash[] = {0.8, 0.8};
  const keel_dividends dividends = {2, at, cash, KEEL_DIVIDEND_LIQUIDATOR};
  const double yield = 0.01, borrow = 0.07, years = 0.5;
  double forward = keel_forward_carry(100, &curve, yield + borrow, &dividends, years);
  struct chain_terms terms = {.spot = 100, .rate = 0.05, .years = years, .from = 70, .to = 130, .step = 2.5};
  terms.yield = 0.05 - log(forward / 100) / years;
  struct chain chain;
  chain_make(&terms, &chain);
  chain_spoil(&chain, 3, 0, 2);
  chain_spoil(&chain, 12, 1, -0.2);
  keel_implied_forward out = implied(&chain, &(keel_parity_terms){.years = years, .rate = 0.05, .spot = 100});
  assert_close(out.forward, forward, 1e-10);
  assert_close(keel_forward_yield(100, &curve, &dividends, years, out.forward) - yield, borrow, 1e-11);
}

/* ---- American ---- */

static void american_quotes_give_the_forward(void **state) {
  (void)state;
  static const struct chain_terms cases[] = {
      {265, 0.043, 0.004, 0.25, 200, 330, 2.5, 1, KEEL_AMERICAN_FAST},
      {265, 0.043, 0.09, 0.25, 200, 330, 2.5, 1, KEEL_AMERICAN_FAST}, /* hard to borrow */
      {100, 0.1, 0, 1, 60, 140, 5, 1, KEEL_AMERICAN_ACCURATE},
      {650, 0.0, 0.012, 0.02, 600, 700, 1, 1, KEEL_AMERICAN_FAST},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct chain_terms *terms = &cases[i];
    struct chain chain;
    chain_make(terms, &chain);
    chain_spoil(&chain, chain.count / 2, 1, 0.5);
    chain_spoil(&chain, chain.count / 2 + 2, 0, 0.1);
    chain_spoil(&chain, chain.count / 2 - 3, 0, -0.1);
    keel_implied_forward out = implied(
        &chain,
        &(keel_parity_terms){
            .years = terms->years, .rate = terms->rate, .spot = terms->spot, .american = 1, .scheme = terms->scheme});
    if (out.problem) fail_msg("%zu: %s", i, out.problem);
    assert_close(out.forward, terms->spot * exp((terms->rate - terms->yield) * terms->years), 1e-10 * terms->spot);
    assert_int_equal(out.rejected, 3);
    assert_true(out.used >= 8);
    assert_close(out.yield, terms->yield, 1e-8);
  }
}

static void american_prices_become_european_ones(void **state) {
  (void)state;
  const struct chain_terms terms = {100, 0.08, 0.03, 1, 60, 140, 5, 1, KEEL_AMERICAN_ACCURATE};
  struct chain american, european;
  struct chain_terms of_european = terms;
  of_european.american = 0;
  chain_make(&terms, &american);
  chain_make(&of_european, &european);
  double phi[CHAIN_MAX], spot[CHAIN_MAX], rate[CHAIN_MAX], yield[CHAIN_MAX], years[CHAIN_MAX], price[CHAIN_MAX];
  double got[CHAIN_MAX], vol[CHAIN_MAX];
  for (size_t i = 0; i < american.count; i++) {
    phi[i] = -1, spot[i] = 100, rate[i] = 0.08, yield[i] = 0.03, years[i] = 1;
    price[i] = 0.5 * (american.put_bid[i] + american.put_ask[i]);
  }
  keel_options options = {phi, spot, american.strike, rate, yield, years, NULL};
  keel_forward_european(american.count, &options, KEEL_AMERICAN_ACCURATE, price, got, vol);
  for (size_t i = 0; i < american.count; i++) {
    if (price[i] <= american.strike[i] - 100 + 1e-9) { /* exercised now: any vol will do */
      assert_true(isnan(got[i]) && isnan(vol[i]));
      continue;
    }
    double k = log(american.strike[i] / 100);
    assert_close(got[i], 0.5 * (european.put_bid[i] + european.put_ask[i]), 1e-9);
    assert_close(vol[i], 0.2 - 0.15 * k + 0.3 * k * k, 1e-9);
  }
}

/* ---- what cannot be had ---- */

#define TWO {90, 100}, {10, 3}, {11, 4}, {1, 3}, {2, 4}, 2
static const struct {
  double strike[3], call_bid[3], call_ask[3], put_bid[3], put_ask[3];
  size_t count;
  keel_parity_terms terms;
  const char *problem;
  size_t pairs;
} without_forward[] = {
    {.count = 0, .terms = {.years = 1, .spot = 100}, .problem = "fewer than 2 strikes are quoted on both sides"},
    {{90, 100, 110},
     {10, 0, 2},
     {11, 4, 1},
     {1, 3, 11},
     {2, 4, 12},
     3,
     {.years = 1, .spot = 100},
     "fewer than 2 strikes are quoted on both sides",
     1}, /* no bid; crossed */
    {{90, 100, 110},
     {10, NAN, 2},
     {11, 4, 3},
     {1, 3, 10},
     {2, 4, INFINITY},
     3,
     {.years = 1, .spot = 100},
     "fewer than 2 strikes are quoted on both sides",
     1},
    {{90, 100, 110},
     {1, 3, 10},
     {2, 4, 11},
     {10, 3, 1},
     {11, 4, 2},
     3,
     {.years = 1, .rate = NAN, .spot = 100},
     "the discount that fits is not above 0",
     3},
    {{1, 2},
     {1, 1},
     {2, 2},
     {100, 100},
     {101, 101},
     2,
     {.years = 1, .spot = 100},
     "the forward that fits is not above 0",
     2},
    {{50, 51},
     {50, 49},
     {50, 49},
     {40, 40},
     {40, 40},
     2,
     {.years = 1, .spot = 100, .american = 1},
     "fewer than 2 strikes are quoted on both sides",
     2}, /* exercised now: there is nothing to imply */
    {TWO,
     {.years = 1, .rate = NAN, .spot = 100},
     "fewer than 3 strikes are quoted on both sides, to fit the discount",
     2},
    {TWO, {.years = 0, .spot = 100}, "the expiry is not ahead", 2},
    {TWO, {.years = 1, .spot = -1}, "spot is not above 0", 2},
    {TWO, {.years = 1, .rate = INFINITY, .spot = 1}, "the rate is not finite", 2},
    {TWO, {.years = 1, .rate = NAN, .spot = 100, .american = 1}, "American quotes need the rate", 2},
    {TWO, {.years = 1, .spot = NAN, .american = 1}, "American quotes need spot", 2},
};

static void what_has_no_forward_says_why(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof without_forward / sizeof *without_forward; i++) {
    const double *strike = without_forward[i].strike;
    keel_parity_quotes quotes = {without_forward[i].count,    strike,
                                 without_forward[i].call_bid, without_forward[i].call_ask,
                                 without_forward[i].put_bid,  without_forward[i].put_ask};
    keel_implied_forward out;
    keel_forward_imply(&quotes, &without_forward[i].terms, &out);
    if (!out.problem) fail_msg("%zu: no problem", i);
    assert_string_equal(out.problem, without_forward[i].problem);
    assert_int_equal(out.pairs, without_forward[i].pairs);
    assert_true(isnan(out.forward) && isnan(out.forward_error) && isnan(out.discount) && isnan(out.yield));
    assert_true(isnan(out.low) && isnan(out.high));
  }
}

static void two_strikes_are_enough(void **state) {
  (void)state;
  const double strike[] = {95, 105}, call_bid[] = {9, 3}, call_ask[] = {9.2, 3.2}, put_bid[] = {4, 8};
  const double put_ask[] = {4.2, 8.2};
  keel_parity_quotes quotes = {2, strike, call_bid, call_ask, put_bid, put_ask};
  keel_implied_forward out;
  keel_forward_imply(&quotes, &(keel_parity_terms){.years = 0.5, .spot = 100}, &out);
  assert_null(out.problem);
  assert_close(out.forward, 100, 1e-12);
  assert_close(out.yield, 0, 1e-14);
  assert_close(out.low, 99.8, 1e-12);
  assert_close(out.high, 100.2, 1e-12);
  assert_int_equal(out.used, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_forward_is_what_it_costs_to_carry),
      cmocka_unit_test(the_yield_of_a_forward_is_found),
      cmocka_unit_test(exact_quotes_give_the_forward),
      cmocka_unit_test(outliers_leave_no_trace),
      cmocka_unit_test(the_standard_error_is_that_of_the_forward),
      cmocka_unit_test(borrow_is_what_dividends_leave),
      cmocka_unit_test(american_quotes_give_the_forward),
      cmocka_unit_test(american_prices_become_european_ones),
      cmocka_unit_test(what_has_no_forward_says_why),
      cmocka_unit_test(two_strikes_are_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
