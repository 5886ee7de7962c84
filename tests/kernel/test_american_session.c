/* A session of listed options: each quote has a vol and all Greeks, or a reason. */
#include <math.h>

#include "kernel/alpaca_support.h"
#include "support/support.h"

static struct alpaca chains;

static const char *reason(size_t i, char *text) {
  keel_option option = {chains.phi[i], chains.strike[i], chains.rate[i], chains.yield[i], chains.years[i]};
  return keel_american_implied_problem(&option, chains.spot[i], chains.mid[i], text);
}

static void price_session(keel_american_scheme scheme) {
  keel_options options = alpaca_options(&chains, 0);
  keel_greeks greeks = alpaca_greeks(&chains, 0);
  keel_american_implied_vol(chains.count, &options, scheme, chains.mid, chains.vol);
  keel_american_price(chains.count, &options, scheme, KEEL_GREEK_SET_ALL, &greeks, NULL);
}

static void every_quote_is_priced_or_has_a_reason(void **state) {
  (void)state;
  static const size_t rows[] = {14832, 12630}, zero_bids[] = {1566, 1212}, expired[] = {0, 798};
  static const keel_american_scheme schemes[] = {KEEL_AMERICAN_FAST, KEEL_AMERICAN_ACCURATE};
  for (int session = 0; session < 2; session++) {
    if (!alpaca_load(&chains, session)) skip();
    assert_int_equal(chains.rows, rows[session]);
    assert_int_equal(chains.expired, expired[session]);
    assert_int_equal(chains.zero_bid, zero_bids[session]);
    assert_int_equal(chains.count + chains.zero_bid + chains.expired, chains.rows);
    price_session(schemes[session]);
    for (size_t i = 0; i < chains.count; i++) {
      char text[KEEL_PROBLEM_SIZE];
      int priced = !isnan(chains.vol[i]);
      if (!priced || i % 64 == 0) assert_int_equal(priced, reason(i, text) == NULL);
      for (int o = 0; o < 11; o++) assert_int_equal(isfinite(chains.out[o][i]) != 0, priced);
      if (priced) assert_close(chains.out[0][i], chains.mid[i], 1e-11 * chains.spot[i]);
    }
  }
}

/* What is refused lies below exercise or not below the strike or spot: nothing else is. */
static void what_is_refused_is_outside_the_bounds(void **state) {
  (void)state;
  struct alpaca_refusal refusals[ALPACA_REFUSALS] = {{"", 0}};
  if (!alpaca_load(&chains, 0)) skip();
  price_session(KEEL_AMERICAN_FAST);
  for (size_t i = 0; i < chains.count; i++) {
    char text[KEEL_PROBLEM_SIZE];
    if (isnan(chains.vol[i])) alpaca_count(refusals, reason(i, text));
  }
  assert_string_equal(refusals[0].why, "price is below its least");
  assert_int_equal(refusals[0].count, 1823);
  assert_string_equal(refusals[1].why, "price is not below its upper bound");
  assert_int_equal(refusals[1].count, 2);
  assert_int_equal(refusals[2].count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_quote_is_priced_or_has_a_reason),
      cmocka_unit_test(what_is_refused_is_outside_the_bounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
