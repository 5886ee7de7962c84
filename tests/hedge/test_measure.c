/* Totals of the book, and what the book's own flows are. */
#include "hedge/bench_market.h"
#include "hedge/textbook.h"

struct total {
  double value, delta, gamma, vega, theta, gross;
};

static void add(struct total *to, double units, const struct textbook *of, int is_future) {
  to->value += is_future ? 0 : units * of->price;
  to->delta += units * of->delta;
  to->gamma += units * of->gamma;
  to->vega += units * of->vega;
  to->theta += units * of->theta;
  to->gross += fabs(units * of->delta);
}

static void check(const struct bench *b, size_t u, const struct total *want) {
  const struct keel_totals *got = &b->block->totals;
  assert_close(got->value[u], want->value, 1e-7);
  assert_close(got->delta[u], want->delta, 1e-8);
  assert_close(got->hedge_delta[u], want->delta, 1e-8);
  assert_close(got->gross_delta[u], want->gross, 1e-8);
  assert_close(got->gamma[u], want->gamma, 1e-9);
  assert_close(got->vega[u], want->vega, 1e-6);
  assert_close(got->theta[u], want->theta, 1e-5);
}

static const keel_option call = {1, 100, 0.05, 0.02, 30 / 365.0}, put = {-1, 95, 0.05, 0.02, 60 / 365.0};

static void start(struct bench *b) {
  bench_start(b);
  b->underlyings[0].implied_vol = 0.25;
  b->underlyings[0].yield = 0.02;
  b->policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = KEEL_BAND_FRACTION, .band_size = 0.1};
  bench_hold(b, bench_option(KEEL_KIND_CALL, 100, 30), -3);
  bench_hold(b, bench_option(KEEL_KIND_PUT, 95, 60), 5);
  bench_hold(b, bench_future(60, 50), 2);
  bench_hold(b, bench_spot("X"), -40);
}

/* Options, spot and futures (which have no value) add up by their units. */
static void totals_are_sums_over_the_book(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 101);
  struct textbook a = textbook_option(&call, 101, 0.25), p = textbook_option(&put, 101, 0.25);
  struct textbook f = textbook_future(0.05, 0.02, 60 / 365.0, 101), s = {.price = 101, .delta = 1};
  struct total want = {0};
  add(&want, -300, &a, 0);
  add(&want, 500, &p, 0);
  add(&want, 100, &f, 1);
  add(&want, -40, &s, 0);
  check(&b, 0, &want);
  assert_true(b.block->totals.cash[0] == 0);
  bench_end(&b);
}

/* At an expiry the payoff is the book's cash, what lives on stays in the totals; futures pay every step. */
static void flows_are_payoffs_and_variation(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  bench_build(&b, 1, 0);
  b.wiring.needs.balances = 1;
  bench_go(&b, bench_day(0), 101);
  double value = b.block->totals.value[0];
  bench_go(&b, bench_day(10), 104);
  double future[] = {101 * exp(0.03 * 60 / 365), 104 * exp(0.03 * 50 / 365), 107 * exp(0.03 * 30 / 365), 90};
  assert_close(b.block->totals.value_before[0], value, 0);
  assert_close(b.block->totals.cash[0], 100 * (future[1] - future[0]), 1e-9);
  bench_go(&b, bench_day(30), 107);
  assert_close(b.block->totals.cash[0], 100 * (future[2] - future[1]) - 300 * 7, 1e-9);
  keel_option later = put;
  later.years = 30 / 365.0;
  struct textbook p = textbook_option(&later, 107, 0.25), f = textbook_future(0.05, 0.02, 30 / 365.0, 107);
  struct textbook s = {.price = 107, .delta = 1};
  struct total want = {0};
  add(&want, 500, &p, 0);
  add(&want, 100, &f, 1);
  add(&want, -40, &s, 0);
  check(&b, 0, &want);
  bench_go(&b, bench_day(60), 90);
  assert_close(b.block->totals.cash[0], 100 * (future[3] - future[2]) + 500 * 5, 1e-9);
  assert_close(b.block->totals.value[0], -40 * 90, 1e-9);
  assert_close(b.block->totals.delta[0], -40, 1e-9);
  bench_end(&b);
}

/* Each underlying by itself, and each path by itself. */
static void underlyings_and_paths_do_not_mix(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  bench_underlying(&b, "Y")->yield = 0.02;
  b.underlyings[0].yield = 0.02;
  struct keel_contract y = bench_option(KEEL_KIND_PUT, 95, 60);
  y.underlying = "Y";
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = KEEL_BAND_FRACTION, .band_size = 0.1};
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -3);
  bench_hold(&b, y, 5);
  struct keel_market *market = &bench_build(&b, 3, 1)->market;
  const double spots[2][3] = {{90, 100, 110}, {80, 95, 120}}, vols[3] = {0.2, 0.3, 0.4};
  for (size_t r = 0; r < b.wiring.row_count; r++) {
    for (size_t i = 0; i < 3; i++) {
      market->vol[3 * r + i] = vols[i];
      market->bid[3 * r + i] = market->ask[3 * r + i] = spots[b.wiring.rows[r].underlying][i];
    }
  }
  bench_step(&b, bench_day(0), 3);
  for (size_t i = 0; i < 3; i++) {
    struct textbook a = textbook_option(&call, spots[0][i], vols[i]), p = textbook_option(&put, spots[1][i], vols[i]);
    assert_close(b.block->totals.value[i], -300 * a.price, 1e-9);
    assert_close(b.block->totals.value[3 + i], 500 * p.price, 1e-9);
    assert_close(b.block->totals.gamma[i], -300 * a.gamma, 1e-9);
    assert_close(b.block->totals.gross_delta[3 + i], -500 * p.delta, 1e-9);
    assert_close(b.block->totals.hedge_delta[3 + i], 500 * p.delta, 1e-9);
  }
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(totals_are_sums_over_the_book),
      cmocka_unit_test(flows_are_payoffs_and_variation),
      cmocka_unit_test(underlyings_and_paths_do_not_mix),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
