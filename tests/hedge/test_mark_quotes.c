/* Marks from quotes: parity forward, implied and hedging vols, fall-backs and their counts. */
#include <stdlib.h>

#include "hedge/bench_market.h"
#include "hedge/mark.h"
#include "hedge/textbook.h"

static const double rate = 0.05;

static size_t row_of(struct bench *b, enum keel_kind kind, double strike) {
  return bench_row(b, bench_option(kind, strike, 30));
}
static const struct keel_marks *marks_of(struct bench *b) { return keel_marks_after(b->block, 0); }

static double value(enum keel_kind kind, double strike, double days, double spot, double yield, double vol) {
  const keel_option option = {kind == KEEL_KIND_CALL ? 1 : -1, strike, rate, yield, days / 365};
  return textbook_option(&option, spot, vol).price;
}

/* ---- the parity forward ---- */

enum { STRIKES = 9 };
static double strike_at(int i) { return 80 + 5 * i; }

/* A chain of 30 days at one yield; each strike's call is off by its own amount, so that each implies its own forward.
 */
static void quote_chain(struct bench *b, double spot, double yield, const double *off) {
  for (int i = 0; i < STRIKES; i++) {
    double call = value(KEEL_KIND_CALL, strike_at(i), 30, spot, yield, 0.3) + off[i];
    double put = value(KEEL_KIND_PUT, strike_at(i), 30, spot, yield, 0.3);
    bench_quote_mid(b, bench_option(KEEL_KIND_CALL, strike_at(i), 30), bench_day(0), call);
    bench_quote_mid(b, bench_option(KEEL_KIND_PUT, strike_at(i), 30), bench_day(0), put);
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts all strikes by |C - P|, takes the first five, and the median of their forwards. */
static double forward_of(double spot, double yield, const double *off, unsigned without) {
  double pairs[STRIKES][2], forwards[STRIKES];
  int count = 0;
  for (int i = 0; i < STRIKES; i++) {
    if (without >> i & 1) continue;
    double difference = value(KEEL_KIND_CALL, strike_at(i), 30, spot, yield, 0.3) + off[i] -
                        value(KEEL_KIND_PUT, strike_at(i), 30, spot, yield, 0.3);
    pairs[count][0] = fabs(difference);
    pairs[count++][1] = strike_at(i) + difference * exp(rate * 30 / 365);
  }
  qsort(pairs, (size_t)count, sizeof *pairs, ascending);
  if (count > 5) count = 5;
  for (int i = 0; i < count; i++) forwards[i] = pairs[i][1];
  qsort(forwards, (size_t)count, sizeof *forwards, ascending);
  return count % 2 ? forwards[count / 2] : 0.5 * (forwards[count / 2 - 1] + forwards[count / 2]);
}

static void start_chain(struct bench *b) {
  bench_start(b);
  b->underlyings[0].forward = KEEL_FORWARD_PARITY;
  b->underlyings[0].yield = 0.5; /* must not be read */
  bench_hold(b, bench_option(KEEL_KIND_CALL, 100, 30), -1);
  for (int i = 0; i < STRIKES; i++) {
    bench_list(b, bench_option(KEEL_KIND_CALL, strike_at(i), 30));
    bench_list(b, bench_option(KEEL_KIND_PUT, strike_at(i), 30));
  }
  bench_build(b, 1, 0);
}

static void the_forward_is_the_median_of_the_nearest(void **state) {
  (void)state;
  const double off[STRIKES] = {0.31, 0.02, 0.11, 0.07, 0.05, 0.013, 0.09, 0.21, 0.4};
  /* all; without the middle; four left; two; one */
  const unsigned without[] = {0, 1 << 4, 0x1f, 0x1f0, 0x7f, 0xff};
  for (size_t w = 0; w < sizeof without / sizeof *without; w++) {
    for (double spot = 88; spot < 113; spot += 6) {
      struct bench b;
      start_chain(&b);
      quote_chain(&b, spot, 0.013, off);
      for (int i = 0; i < STRIKES; i++)
        if (without[w] >> i & 1) /* one side is enough to lose a strike */
          bench_quote(&b, bench_option(i % 2 ? KEEL_KIND_CALL : KEEL_KIND_PUT, strike_at(i), 30), bench_day(0), NAN, 1);
      b.underlyings[0].implied_vol = 0.3;
      bench_go(&b, bench_day(0), spot);
      double yield = rate - log(forward_of(spot, 0.013, off, without[w]) / spot) / (30 / 365.0);
      for (size_t r = 1; r < b.wiring.row_count; r++) assert_close(marks_of(&b)->yield[r], yield, 1e-12);
      assert_int_equal(b.block->source_counts[KEEL_MARK_NO_FORWARD], 0);
      bench_end(&b);
    }
  }
}

static void without_a_pair_the_last_forward_is_kept(void **state) {
  (void)state;
  struct bench b;
  const double off[STRIKES] = {0};
  start_chain(&b);
  b.underlyings[0].implied_vol = 0.3;
  quote_chain(&b, 100, 0.013, off);
  bench_go(&b, bench_day(0), 100);
  size_t call = row_of(&b, KEEL_KIND_CALL, 100);
  assert_close(marks_of(&b)->yield[call], 0.013, 1e-12);
  for (int i = 0; i < STRIKES; i++) bench_quote(&b, bench_option(KEEL_KIND_PUT, strike_at(i), 30), bench_day(1), 0, 9);
  for (int day = 1; day < 4; day++) {
    bench_go(&b, bench_day(day), 100 + day);
    assert_close(marks_of(&b)->yield[call], 0.013, 1e-12);
    assert_int_equal(b.block->source_counts[KEEL_MARK_NO_FORWARD], day);
  }
  bench_end(&b);
  start_chain(&b); /* before the first: the yield that is assumed */
  b.underlyings[0].implied_vol = 0.3;
  bench_go(&b, bench_day(0), 100);
  assert_true(marks_of(&b)->yield[1] == 0.5);
  assert_int_equal(b.block->source_counts[KEEL_MARK_NO_FORWARD], 1);
  bench_end(&b);
}

/* An expiry of which only a future is watched needs no parity. */
static void a_future_alone_needs_no_parity(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  b.underlyings[0].forward = KEEL_FORWARD_PARITY;
  b.with[0][0].contract = bench_future(90, 50);
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -1);
  bench_list(&b, bench_option(KEEL_KIND_PUT, 100, 30));
  bench_build(&b, 1, 0);
  bench_quote_mid(&b, bench_option(KEEL_KIND_CALL, 100, 30), bench_day(0), 3.5);
  bench_quote_mid(&b, bench_option(KEEL_KIND_PUT, 100, 30), bench_day(0), 3.2);
  bench_quote_mid(&b, bench_future(90, 50), bench_day(0), 101);
  bench_go(&b, bench_day(0), 100);
  assert_int_equal(b.block->source_counts[KEEL_MARK_NO_FORWARD], 0);
  size_t future = bench_row(&b, bench_future(90, 50));
  assert_close(marks_of(&b)->price[future], 101, 1e-12);
  assert_close(marks_of(&b)->yield[future], rate - log(1.01) / (90 / 365.0), 1e-12);
  bench_end(&b);
}

/* A future of the options' expiry has a yield of its own, which is not their last forward's. */
static void a_future_beside_the_options_is_not_their_forward(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 100, 30), put = bench_option(KEEL_KIND_PUT, 100, 30);
  bench_start(&b);
  b.underlyings[0].forward = KEEL_FORWARD_PARITY;
  bench_hold(&b, call, -1);
  bench_hold(&b, bench_future(30, 50), 1);
  bench_list(&b, put);
  bench_build(&b, 1, 0);
  for (int day = 0; day < 3; day++) {
    bench_quote_mid(&b, bench_future(30, 50), bench_day(day), 103);
    bench_quote_mid(&b, call, bench_day(day), value(KEEL_KIND_CALL, 100, 30 - day, 100, 0.01, 0.3));
    double bid = value(KEEL_KIND_PUT, 100, 30 - day, 100, 0.01, 0.3);
    bench_quote(&b, put, bench_day(day), bid, day ? NAN : bid);
    bench_go(&b, bench_day(day), 100);
    double basis = rate - log(1.03) / ((30 - day) / 365.0);
    assert_close(marks_of(&b)->yield[bench_row(&b, call)], 0.01, 1e-12);
    assert_close(marks_of(&b)->yield[bench_row(&b, bench_future(30, 50))], basis, 1e-12);
  }
  bench_end(&b);
}

/* ---- hedging vols ---- */

/* Calls and puts at vols of their own: 0.2 + K/1000 for calls, 0.3 + K/1000 for puts. */
static void quote_smile(struct bench *b, int64_t time_ns, double days, double spot, double yield) {
  for (int i = 0; i < STRIKES; i++) {
    double k = strike_at(i);
    bench_quote_mid(b, bench_option(KEEL_KIND_CALL, k, 30), time_ns,
                    value(KEEL_KIND_CALL, k, days, spot, yield, 0.2 + k / 1000));
    bench_quote_mid(b, bench_option(KEEL_KIND_PUT, k, 30), time_ns,
                    value(KEEL_KIND_PUT, k, days, spot, yield, 0.3 + k / 1000));
  }
}

static void start_smile(struct bench *b, double yield) {
  bench_start(b);
  b->underlyings[0].yield = yield;
  for (int i = 0; i < STRIKES; i++) {
    bench_hold(b, bench_option(KEEL_KIND_CALL, strike_at(i), 30), -1);
    bench_hold(b, bench_option(KEEL_KIND_PUT, strike_at(i), 30), 2);
  }
}

/* A yield of -60 % puts the forward near 105.5, so that the strikes at 100 and 105 tell forward from spot. */
static void one_strike_one_vol_of_the_side_out_of_the_money(void **state) {
  (void)state;
  struct bench b;
  start_smile(&b, -0.6);
  bench_build(&b, 1, 0);
  quote_smile(&b, bench_day(0), 30, 100, -0.6);
  bench_go(&b, bench_day(0), 100);
  double forward = 100 * exp(0.65 * 30 / 365);
  assert_true(forward > 105.4 && forward < 105.6);
  for (int i = 0; i < STRIKES; i++) {
    double k = strike_at(i), vol = (k >= forward ? 0.2 : 0.3) + k / 1000;
    size_t call = row_of(&b, KEEL_KIND_CALL, k), put = row_of(&b, KEEL_KIND_PUT, k);
    const keel_option c = {1, k, rate, -0.6, 30 / 365.0}, p = {-1, k, rate, -0.6, 30 / 365.0};
    assert_close(marks_of(&b)->vol[call], 0.2 + k / 1000, 1e-10); /* each marked by its own */
    assert_close(marks_of(&b)->vol[put], 0.3 + k / 1000, 1e-10);
    assert_close(marks_of(&b)->hedge_vol[call], vol, 1e-10);
    assert_same_bits(marks_of(&b)->hedge_vol[put], marks_of(&b)->hedge_vol[call]);
    assert_close(marks_of(&b)->hedge_delta[0][call], textbook_option(&c, 100, vol).delta, 1e-9);
    assert_close(marks_of(&b)->hedge_delta[0][put], textbook_option(&p, 100, vol).delta, 1e-9);
    assert_close(marks_of(&b)->greeks.delta[call], textbook_option(&c, 100, 0.2 + k / 1000).delta, 1e-9);
  }
  assert_int_equal(b.block->source_counts[KEEL_MARK_QUOTE], 2 * STRIKES);
  bench_end(&b);
}

/* The side out of the money; then the other; then the last; each while the call's own mark goes on as it can. */
static void the_hedging_vol_falls_back_in_order(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 90, 30), -1);
  bench_list(&b, bench_option(KEEL_KIND_PUT, 90, 30));
  bench_build(&b, 1, 0);
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 90, 30), put = bench_option(KEEL_KIND_PUT, 90, 30);
  size_t row = bench_row(&b, call);
  bench_quote_mid(&b, call, bench_day(0), value(KEEL_KIND_CALL, 90, 30, 100, 0, 0.4));
  bench_quote_mid(&b, put, bench_day(0), value(KEEL_KIND_PUT, 90, 30, 100, 0, 0.5));
  bench_go(&b, bench_day(0), 100);
  assert_close(marks_of(&b)->hedge_vol[row], 0.5, 1e-10);
  bench_quote(&b, put, bench_day(1), 0, 5);
  bench_quote_mid(&b, call, bench_day(1), value(KEEL_KIND_CALL, 90, 29, 100, 0, 0.42));
  bench_go(&b, bench_day(1), 100);
  assert_close(marks_of(&b)->hedge_vol[row], 0.42, 1e-10);
  bench_quote(&b, call, bench_day(2), 12, 11);
  bench_go(&b, bench_day(2), 101);
  assert_close(marks_of(&b)->hedge_vol[row], 0.42, 1e-10);
  assert_close(marks_of(&b)->price[row], value(KEEL_KIND_CALL, 90, 28, 101, 0, 0.42), 1e-9);
  bench_end(&b);
}

static void a_given_vol_decides_for_its_variant_alone(void **state) {
  (void)state;
  struct bench b;
  start_smile(&b, 0);
  bench_variant(&b)->target.delta.vol = 0.7;
  bench_variant(&b)->target.delta.vol = 0.7;
  bench_build(&b, 1, 0);
  quote_smile(&b, bench_day(0), 30, 100, 0);
  bench_go(&b, bench_day(0), 100);
  double implied = 0, given = 0;
  for (int i = 0; i < STRIKES; i++) {
    double k = strike_at(i), vol = (k >= 100 * exp(rate * 30 / 365) ? 0.2 : 0.3) + k / 1000;
    const keel_option c = {1, k, rate, 0, 30 / 365.0}, p = {-1, k, rate, 0, 30 / 365.0};
    implied += -100 * textbook_option(&c, 100, vol).delta + 200 * textbook_option(&p, 100, vol).delta;
    given += -100 * textbook_option(&c, 100, 0.7).delta + 200 * textbook_option(&p, 100, 0.7).delta;
  }
  assert_close(b.block->target[0], -implied, 1e-7);
  assert_close(b.block->target[1], -given, 1e-9);
  assert_same_bits(b.block->target[2], b.block->target[1]);
  bench_end(&b);
}

/* ---- where spot pays ---- */

/* Vols and deltas of quotes made on fine grids: of a call that is exercised before the ex-date, and a European put. */
static void vols_of_spot_that_pays(void **state) {
  (void)state;
  const double ex = 12 / 365.0, cash = 2.5;
  const keel_dividends paid = {1, &ex, &cash, KEEL_DIVIDEND_LIQUIDATOR};
  struct keel_dividend dividend = {bench_day(12), bench_day(20), cash};
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 95, 30), put = bench_option(KEEL_KIND_PUT, 105, 30);
  call.exercise = KEEL_EXERCISE_AMERICAN;
  const keel_option call_terms = {1, 95, rate, 0, 30 / 365.0}, put_terms = {-1, 105, rate, 0, 30 / 365.0};
  struct textbook call_value = textbook_paying(&call_terms, 100, 0.3, 1, &paid);
  struct textbook put_value = textbook_paying(&put_terms, 100, 0.35, 0, &paid);
  struct bench b;
  bench_start(&b);
  b.underlyings[0].dividends = &dividend;
  b.underlyings[0].dividend_count = 1;
  bench_hold(&b, call, -1);
  bench_hold(&b, put, -1);
  bench_build(&b, 1, 0);
  bench_quote_mid(&b, call, bench_day(0), call_value.price);
  bench_quote_mid(&b, put, bench_day(0), put_value.price);
  bench_go(&b, bench_day(0), 100);
  const struct keel_marks *marks = marks_of(&b);
  size_t call_row = bench_row(&b, call), put_row = bench_row(&b, put);
  assert_close(marks->vol[call_row], 0.3, 2e-5);
  assert_close(marks->vol[put_row], 0.35, 1e-6);
  assert_close(marks->greeks.delta[call_row], call_value.delta, 5e-5);
  assert_close(marks->greeks.delta[put_row], put_value.delta, 1e-5);
  assert_close(marks->greeks.vega[call_row], call_value.vega, 2e-3 * call_value.vega);
  assert_close(marks->greeks.theta[call_row], call_value.theta, 2e-3 * fabs(call_value.theta));
  assert_int_equal(b.block->source_counts[KEEL_MARK_NO_VOL], 0);
  bench_end(&b);
}

/* ---- fall-backs ---- */

static void an_unusable_quote_is_marked_by_its_last_vol(void **state) {
  (void)state;
  const struct {
    double bid, ask;
    int64_t when;
    enum keel_mark_source source;
  } cases[] = {
      {NAN, 5, bench_day(2), KEEL_MARK_ONE_SIDED}, {4, NAN, bench_day(2), KEEL_MARK_ONE_SIDED},
      {0, 5, bench_day(2), KEEL_MARK_ONE_SIDED},   {4, INFINITY, bench_day(2), KEEL_MARK_ONE_SIDED},
      {5, 4, bench_day(2), KEEL_MARK_CROSSED},     {4, 5, bench_day(2) - KEEL_NS_PER_DAY / 24 - 1, KEEL_MARK_STALE},
      {NAN, NAN, bench_day(2), KEEL_MARK_MISSING},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bench b;
    struct keel_contract call = bench_option(KEEL_KIND_CALL, 100, 30);
    bench_start(&b);
    b.terms.stale_ns = KEEL_NS_PER_DAY / 24;
    b.underlyings[0].implied_vol = 0.9; /* only for what never had a quote */
    bench_hold(&b, call, -1);
    bench_build(&b, 1, 0);
    bench_quote_mid(&b, call, bench_day(0), value(KEEL_KIND_CALL, 100, 30, 100, 0, 0.3));
    bench_go(&b, bench_day(0), 100);
    bench_quote(&b, call, cases[i].when, cases[i].bid, cases[i].ask);
    bench_go(&b, bench_day(2), 103);
    size_t row = bench_row(&b, call);
    const keel_option option = {1, 100, rate, 0, 28 / 365.0};
    assert_close(marks_of(&b)->price[row], textbook_option(&option, 103, 0.3).price, 1e-9);
    assert_close(marks_of(&b)->greeks.gamma[row], textbook_option(&option, 103, 0.3).gamma, 1e-9);
    for (int s = 0; s < KEEL_MARK_SOURCE_COUNT; s++)
      assert_int_equal(b.block->source_counts[s], s == KEEL_MARK_QUOTE || s == (int)cases[i].source);
    bench_end(&b);
  }
}

static void as_old_as_allowed_is_not_stale(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 100, 30);
  bench_start(&b);
  b.terms.stale_ns = KEEL_NS_PER_DAY / 24;
  bench_hold(&b, call, -1);
  bench_build(&b, 1, 0);
  bench_quote(&b, call, bench_day(0), 4, 5);
  bench_go(&b, bench_day(0) + KEEL_NS_PER_DAY / 24, 100);
  assert_true(marks_of(&b)->price[bench_row(&b, call)] == 4.5);
  bench_end(&b);
}

static void what_never_had_a_quote_takes_the_assumed_vol(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 100, 30);
  for (int given = 0; given < 2; given++) {
    bench_start(&b);
    if (given) b.underlyings[0].implied_vol = 0.35;
    bench_hold(&b, call, -1);
    bench_build(&b, 1, 0);
    bench_go(&b, bench_day(0), 100);
    assert_int_equal(b.block->entered[0], given);
    assert_int_equal(b.block->source_counts[KEEL_MARK_MISSING], given); /* waiting is not marking */
    if (given) {
      assert_close(marks_of(&b)->price[bench_row(&b, call)], value(KEEL_KIND_CALL, 100, 30, 100, 0, 0.35), 1e-10);
      assert_close(marks_of(&b)->hedge_vol[bench_row(&b, call)], 0.35, 0);
    }
    bench_quote_mid(&b, call, bench_day(1), value(KEEL_KIND_CALL, 100, 29, 101, 0, 0.3));
    bench_go(&b, bench_day(1), 101);
    assert_true(b.block->entered[0]);
    assert_int_equal(b.block->source_counts[KEEL_MARK_QUOTE], 1);
    bench_end(&b);
  }
}

/* A mid below intrinsic is the mark; its Greeks come from the strike's vol, and so does the next mark. */
static void a_mid_below_intrinsic_takes_the_strikes_vol(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 60, 30), put = bench_option(KEEL_KIND_PUT, 60, 30);
  bench_start(&b);
  bench_hold(&b, call, -1);
  bench_list(&b, put);
  bench_build(&b, 1, 0);
  size_t row = bench_row(&b, call);
  const keel_option option = {1, 60, rate, 0, 30 / 365.0};
  bench_quote_mid(&b, put, bench_day(0), value(KEEL_KIND_PUT, 60, 30, 100, 0, 0.6));
  bench_quote(&b, call, bench_day(0), 39.5, 40.1);
  bench_go(&b, bench_day(0), 100);
  struct textbook want = textbook_option(&option, 100, 0.6);
  assert_true(marks_of(&b)->price[row] == 39.8);
  assert_close(marks_of(&b)->vol[row], 0.6, 1e-10);
  assert_close(marks_of(&b)->greeks.delta[row], want.delta, 1e-9);
  assert_close(marks_of(&b)->greeks.vega[row], want.vega, 1e-7);
  assert_close(marks_of(&b)->hedge_delta[0][row], want.delta, 1e-9);
  assert_int_equal(b.block->source_counts[KEEL_MARK_NO_VOL], 1);
  assert_int_equal(b.block->source_counts[KEEL_MARK_QUOTE], 1);
  bench_quote(&b, call, bench_day(1), NAN, 40.1);
  bench_quote(&b, put, bench_day(1), NAN, 40.1);
  bench_go(&b, bench_day(1), 99);
  assert_close(marks_of(&b)->price[row], value(KEEL_KIND_CALL, 60, 29, 99, 0, 0.6), 1e-9);
  bench_end(&b);
}

/* Deep in the money without any vol at hand: delta 1, no other Greek, and it goes on. */
static void below_intrinsic_without_any_vol(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 60, 30);
  bench_start(&b);
  bench_hold(&b, call, -1);
  bench_build(&b, 1, 0);
  size_t row = bench_row(&b, call);
  for (int day = 0; day < 3; day++) {
    bench_quote(&b, call, bench_day(day), 39.5, 40.1);
    bench_go(&b, bench_day(day), 100);
    assert_true(marks_of(&b)->price[row] == 39.8);
    assert_close(marks_of(&b)->greeks.delta[row], 1, 1e-12);
    assert_close(marks_of(&b)->greeks.gamma[row], 0, 1e-12);
    assert_close(b.block->target[0], 100, 1e-9);
    assert_int_equal(b.block->source_counts[KEEL_MARK_NO_VOL], day + 1);
  }
  bench_end(&b);
}

/* ---- American options: prices of the best scheme as quotes ---- */

static struct keel_contract american(enum keel_kind kind, double strike) {
  struct keel_contract contract = bench_option(kind, strike, 30);
  contract.exercise = KEEL_EXERCISE_AMERICAN;
  return contract;
}

/* Its price and Greeks, as keel_greek_set counts them. */
static void american_value(const struct keel_contract *contract, double days, double spot, double vol, double *out) {
  double phi = contract->kind == KEEL_KIND_CALL ? 1 : -1, yield = 0.08, years = days / 365;
  const keel_options in = {&phi, &spot, &contract->strike, &rate, &yield, &years, &vol};
  const keel_greeks greeks = {out, out + 1, out + 2, out + 3, out + 4, out + 5, out + 6, out + 7, out + 8, NULL, NULL};
  keel_american_price(1, &in, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_EXPLAIN, &greeks, NULL);
}

/* A call and a put of one strike, and a European call, at vols of their own. */
static void american_quotes_imply_american_vols(void **state) {
  (void)state;
  const struct keel_contract call = american(KEEL_KIND_CALL, 100), put = american(KEEL_KIND_PUT, 100);
  const struct keel_contract plain = bench_option(KEEL_KIND_CALL, 105, 30);
  const double spot = 103;
  double out[9], other[9];
  struct bench b;
  bench_start(&b);
  b.underlyings[0].yield = 0.08;
  bench_hold(&b, call, -1);
  bench_hold(&b, put, 2);
  bench_hold(&b, plain, 1);
  bench_build(&b, 1, 0);
  american_value(&call, 30, spot, 0.3, out);
  american_value(&put, 30, spot, 0.25, other);
  bench_quote_mid(&b, call, bench_day(0), out[0]);
  bench_quote_mid(&b, put, bench_day(0), other[0]);
  bench_quote_mid(&b, plain, bench_day(0), value(KEEL_KIND_CALL, 105, 30, spot, 0.08, 0.4));
  bench_go(&b, bench_day(0), spot);
  const struct keel_marks *marks = marks_of(&b);
  size_t of_call = bench_row(&b, call), of_put = bench_row(&b, put), of_plain = bench_row(&b, plain);
  const double *const columns[] = {marks->price,       marks->greeks.delta, marks->greeks.gamma,
                                   marks->greeks.vega, marks->greeks.theta, marks->greeks.rho,
                                   marks->greeks.psi,  marks->greeks.vanna, marks->greeks.volga};
  for (int k = 0; k < 9; k++) {
    assert_close(columns[k][of_call], out[k], 1e-4 * fmax(1, fabs(out[k])));
    assert_close(columns[k][of_put], other[k], 1e-4 * fmax(1, fabs(other[k])));
  }
  assert_close(marks->vol[of_call], 0.3, 1e-6);
  assert_close(marks->vol[of_put], 0.25, 1e-6);
  assert_close(marks->vol[of_plain], 0.4, 1e-9);
  assert_same_bits(marks->hedge_vol[of_call], marks->vol[of_put]); /* out of the money, through the forward */
  assert_same_bits(marks->hedge_vol[of_put], marks->vol[of_put]);
  american_value(&call, 30, spot, 0.25, out);
  assert_close(marks->hedge_greeks.delta[of_call], out[1], 1e-4);
  assert_true(fabs(out[1] - marks->greeks.delta[of_call]) > 0.005);
  assert_int_equal(b.block->source_counts[KEEL_MARK_NO_VOL], 0);
  bench_end(&b);
}

static void american_fall_backs_are_american(void **state) {
  (void)state;
  double out[9];
  struct bench b;
  const struct keel_contract put = american(KEEL_KIND_PUT, 100);
  bench_start(&b);
  b.underlyings[0].yield = 0.08;
  b.terms.early_exercise = KEEL_EARLY_EXERCISE_NONE;
  bench_hold(&b, put, 1);
  bench_build(&b, 1, 0);
  american_value(&put, 30, 100, 0.2, out);
  bench_quote_mid(&b, put, bench_day(0), out[0]);
  bench_go(&b, bench_day(0), 100);
  bench_quote(&b, put, bench_day(1), NAN, NAN);
  bench_go(&b, bench_day(1), 96);
  american_value(&put, 29, 96, 0.2, out);
  assert_close(marks_of(&b)->price[bench_row(&b, put)], out[0], 1e-4);
  bench_go(&b, bench_day(1), 50); /* where it is exercised */
  assert_close(marks_of(&b)->price[bench_row(&b, put)], 50, 1e-12);
  assert_close(marks_of(&b)->greeks.delta[bench_row(&b, put)], -1, 1e-12);
  assert_int_equal(b.block->source_counts[KEEL_MARK_NO_VOL], 0);
  bench_quote(&b, put, bench_day(2), 49, 50); /* a quote is a quote, below intrinsic too: it implies no vol */
  bench_go(&b, bench_day(2), 50);
  assert_true(marks_of(&b)->price[bench_row(&b, put)] == 49.5);
  assert_int_equal(b.block->source_counts[KEEL_MARK_NO_VOL], 1);
  bench_end(&b);
}

/* A future without a usable quote goes with spot at its last yield. */
static void futures_fall_back_to_their_last_yield(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  b.underlyings[0].yield = 0.01;
  bench_hold(&b, bench_future(73, 50), -2);
  bench_build(&b, 1, 0);
  size_t row = bench_row(&b, bench_future(73, 50));
  bench_go(&b, bench_day(0), 100);
  assert_close(marks_of(&b)->price[row], 100 * exp(0.04 * 0.2), 1e-10);
  bench_quote(&b, bench_future(73, 50), bench_day(1), 100.9, 101.1);
  bench_go(&b, bench_day(1), 100);
  double yield = rate - log(1.01) / (72 / 365.0);
  assert_close(marks_of(&b)->price[row], 101, 1e-12);
  assert_close(marks_of(&b)->yield[row], yield, 1e-12);
  bench_quote(&b, bench_future(73, 50), bench_day(2), 109, 108);
  bench_go(&b, bench_day(2), 104);
  assert_close(marks_of(&b)->price[row], 104 * exp((rate - yield) * 71 / 365), 1e-10);
  assert_int_equal(b.block->source_counts[KEEL_MARK_CROSSED], 1);
  assert_int_equal(b.block->source_counts[KEEL_MARK_MISSING], 1);
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_forward_is_the_median_of_the_nearest),
      cmocka_unit_test(without_a_pair_the_last_forward_is_kept),
      cmocka_unit_test(a_future_alone_needs_no_parity),
      cmocka_unit_test(a_future_beside_the_options_is_not_their_forward),
      cmocka_unit_test(one_strike_one_vol_of_the_side_out_of_the_money),
      cmocka_unit_test(the_hedging_vol_falls_back_in_order),
      cmocka_unit_test(a_given_vol_decides_for_its_variant_alone),
      cmocka_unit_test(vols_of_spot_that_pays),
      cmocka_unit_test(an_unusable_quote_is_marked_by_its_last_vol),
      cmocka_unit_test(as_old_as_allowed_is_not_stale),
      cmocka_unit_test(what_never_had_a_quote_takes_the_assumed_vol),
      cmocka_unit_test(a_mid_below_intrinsic_takes_the_strikes_vol),
      cmocka_unit_test(below_intrinsic_without_any_vol),
      cmocka_unit_test(american_quotes_imply_american_vols),
      cmocka_unit_test(american_fall_backs_are_american),
      cmocka_unit_test(futures_fall_back_to_their_last_yield),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
