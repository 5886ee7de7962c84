#include "hedge/decide.h"

#include "hedge/bench_market.h"
#include "hedge/textbook.h"

static const keel_option call30 = {1, 100, 0.05, 0, 30 / 365.0};
static const double vol = 0.25;

/* Ten short calls of 30 days at 100, which nothing quotes: vol 25 %. */
static void start(struct bench *b) {
  bench_start(b);
  b->underlyings[0].implied_vol = vol;
  bench_hold(b, bench_option(KEEL_KIND_CALL, 100, 30), -10);
}

static double call_delta(double days, double spot) {
  keel_option option = call30;
  option.years = days / 365;
  return textbook_option(&option, spot, vol).delta;
}

static double held(const struct bench *b, size_t v) { return keel_account_after(b->block, 0)->holding[v]; }
static int reason(const struct bench *b, size_t v) { return (int)b->block->reason[v]; }

/* ---- targets ---- */

static void neutral_is_minus_the_delta(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.underlyings[0].yield = 0.02;
  bench_variant(&b);
  b.with[1][0].contract = bench_future(90, 50);
  bench_hold(&b, bench_spot("X"), 130);
  bench_build(&b, 1, 0);
  bench_quote_mid(&b, bench_future(90, 50), bench_day(0), 103 * exp(0.03 * 90 / 365));
  bench_go(&b, bench_day(0), 103);
  keel_option option = call30;
  option.yield = 0.02;
  double shares = 1000 * textbook_option(&option, 103, vol).delta - 130;
  assert_close(held(&b, 0), shares, 1e-9);
  assert_close(held(&b, 1), shares * exp(-0.03 * 90 / 365) / 50, 1e-11);
  assert_true(reason(&b, 0) == KEEL_REASON_ENTER && reason(&b, 1) == KEEL_REASON_ENTER);
  bench_end(&b);
}

static void none_never_trades(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].target.kind = KEEL_TARGET_NONE;
  bench_variant(&b)->with_count = 0;
  bench_build(&b, 1, 0);
  for (int day = 0; day < 3; day++) {
    bench_go(&b, bench_day(day), 100 + 5 * day);
    for (int v = 0; v < 2; v++) {
      assert_true(held(&b, (size_t)v) == 0 && reason(&b, (size_t)v) == KEEL_REASON_NO_TARGET);
      assert_int_equal(b.block->decided[v], day == 0);
    }
  }
  assert_int_equal(b.desk.sends, 0);
  bench_end(&b);
}

/* n S + P stays as it was, whatever spot, vol and time do; also when the trigger fires only now and then. */
static void exact_share_balance_keeps_shares_plus_options(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  bench_hold(&b, bench_option(KEEL_KIND_PUT, 95, 12), 4);
  b.policies[0].target.kind = KEEL_TARGET_SHARE_BALANCE;
  *bench_variant(&b) = b.policies[0];
  b.policies[1].triggers[KEEL_EXPOSURE_DELTA] =
      (struct keel_trigger){.every = KEEL_EVERY_DURATION, .every_ns = 5 * KEEL_NS_PER_DAY};
  *bench_variant(&b) = b.policies[0];
  b.policies[2].target.start = 250;
  bench_build(&b, 1, 0);
  uint64_t seed = 42;
  double spot = 100, whole[3] = {0}, paid = 0;
  for (int day = 0; day <= 25; day++) {
    if (day % 7 == 3) { /* a vol of its own now and then */
      keel_option option = call30;
      option.years = (30 - day) / 365.0;
      bench_quote_mid(&b, bench_option(KEEL_KIND_CALL, 100, 30), bench_day(day),
                      textbook_option(&option, spot, 0.2 + 0.01 * day).price);
    }
    bench_go(&b, bench_day(day), spot);
    paid += b.block->totals.cash[0];
    double options = b.block->totals.value[0] + paid;
    for (size_t v = 0; v < 3; v++) {
      double sum = held(&b, v) * spot + options;
      if (day == 0) whole[v] = sum;
      assert_close(b.block->balance[v] * spot + options, whole[v], 1e-9 * fabs(whole[v]));
      if (v != 1 || day % 5 == 0) assert_close(sum, whole[v], 1e-9 * fabs(whole[v]));
    }
    spot *= exp(0.03 * bench_normal(&seed));
  }
  assert_true(paid != 0);
  bench_end(&b);
}

static void share_balance_starts_neutral_or_as_told(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].target.kind = KEEL_TARGET_SHARE_BALANCE;
  *bench_variant(&b) = b.policies[0];
  b.policies[1].target.start = -70;
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  assert_close(held(&b, 0), 1000 * call_delta(30, 100), 1e-9);
  assert_true(held(&b, 1) == -70);
  bench_end(&b);
}

/* Each order adds its term of the expansion: Greeks at t, moves over t to t'. */
static void share_balance_by_greeks_adds_term_by_term(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.variants = 0;
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 100, 30);
  const enum keel_balance_order orders[] = {KEEL_BALANCE_DELTA, KEEL_BALANCE_GAMMA, KEEL_BALANCE_THETA,
                                            KEEL_BALANCE_VEGA};
  for (int o = 0; o < 4; o++)
    bench_variant(&b)->target = (struct keel_target){
        .kind = KEEL_TARGET_SHARE_BALANCE, .order = orders[o], .delta = {.vol = NAN}, .start = 500};
  bench_build(&b, 1, 0);
  double n[4] = {500, 500, 500, 500}, spots[] = {100, 103, 98, 99}, vols[] = {0.25, 0.27, 0.24, 0.26};
  for (int day = 0; day < 4; day++) {
    keel_option option = call30;
    option.years = (30 - day) / 365.0;
    bench_quote_mid(&b, call, bench_day(day), textbook_option(&option, spots[day], vols[day]).price);
    bench_go(&b, bench_day(day), spots[day]);
    option.years += 1 / 365.0;
    struct textbook then = day ? textbook_option(&option, spots[day - 1], vols[day - 1]) : (struct textbook){0};
    double moved = day ? spots[day] - spots[day - 1] : 0, change = 0;
    const double terms[] = {then.delta * moved, then.gamma * moved * moved / 2, then.theta / 365,
                            day ? then.vega * (vols[day] - vols[day - 1]) : 0};
    for (int o = 0; o < 4; o++) {
      change += terms[o];
      if (day) n[o] = n[o] * spots[day - 1] / spots[day] + 1000 * change / spots[day];
      assert_close(held(&b, (size_t)o), n[o], 1e-7);
    }
  }
  bench_end(&b);
}

static void share_balance_by_rho_takes_the_move_of_the_rate(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].target = (struct keel_target){
      .kind = KEEL_TARGET_SHARE_BALANCE, .order = KEEL_BALANCE_RHO, .delta = {.vol = NAN}, .start = 500};
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  b.block->market.rate = 0.06;
  bench_go(&b, bench_day(0) + 1, 100);
  double rho = textbook_option(&call30, 100, vol).rho;
  assert_close(held(&b, 0), 500 + 1000 * rho * 0.01 / 100, 1e-6);
  bench_end(&b);
}

/* A step in which spot cannot be traded is in the balance all the same. */
static void share_balance_loses_no_step(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].target.kind = KEEL_TARGET_SHARE_BALANCE;
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  double whole = held(&b, 0) * 100 + b.block->totals.value[0];
  bench_quote(&b, bench_spot("X"), bench_day(4), NAN, 104);
  bench_step(&b, bench_day(4), 1);
  assert_int_equal(reason(&b, 0), KEEL_REASON_NO_PRICE);
  bench_go(&b, bench_day(5), 103);
  assert_close(held(&b, 0) * 103 + b.block->totals.value[0], whole, 1e-9 * fabs(whole));
  bench_end(&b);
}

/* ---- triggers ---- */

/* Local dates of New York: 23:00 and 01:00 UTC may be the same day there, and two midnights apart in UTC. */
static void days_are_local_dates(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  assert_int_equal(keel_calendar_find("nyse", &b.terms.calendar, NULL), KEEL_STATUS_OK);
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.every = KEEL_EVERY_DAYS, .every_days = 1};
  *bench_variant(&b) = b.policies[0];
  b.policies[1].triggers[KEEL_EXPOSURE_DELTA].every_days = 3;
  bench_build(&b, 1, 0);
  /* hours after midnight UTC of 2024-01-02; New York is five hours behind */
  const double hours[] = {10, 20, 25, 28.9, 29, 50, 53, 76, 77, 101, 149};
  const int one[] = {1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1}, three[] = {1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1};
  for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
    bench_go(&b, bench_day(hours[i] / 24), 100 + (double)i);
    assert_int_equal(b.block->decided[0], one[i]);
    assert_int_equal(b.block->decided[1], three[i]);
    assert_int_equal(reason(&b, 0), i == 0 ? KEEL_REASON_ENTER : one[i] ? KEEL_REASON_EVERY : KEEL_REASON_NOT_DUE);
  }
  bench_end(&b);
}

static void durations_run_from_the_last_firing(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA] =
      (struct keel_trigger){.every = KEEL_EVERY_DURATION, .every_ns = 30 * 60 * KEEL_NS_PER_SECOND};
  bench_build(&b, 1, 0);
  const int minutes[] = {0, 10, 29, 30, 45, 59, 61, 90, 91, 200}, fires[] = {1, 0, 0, 1, 0, 0, 1, 0, 1, 1};
  for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
    bench_go(&b, bench_day(0) + minutes[i] * 60 * KEEL_NS_PER_SECOND, 100 + (double)i);
    assert_int_equal(b.block->decided[0], fires[i]);
  }
  bench_end(&b);
}

/* All triggers fire at the first decision that can be taken: an instrument without a price only puts it off. */
static void the_first_decision_waits_for_a_price(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 1e6};
  b.with[0][0].contract = bench_future(90, 50);
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  assert_int_equal(reason(&b, 0), KEEL_REASON_NO_PRICE);
  bench_quote_mid(&b, bench_future(90, 50), bench_day(1), 100);
  bench_go(&b, bench_day(1), 100);
  assert_int_equal(reason(&b, 0), KEEL_REASON_ENTER);
  assert_true(held(&b, 0) > 0);
  bench_go(&b, bench_day(1.5), 101);
  assert_int_equal(reason(&b, 0), KEEL_REASON_INSIDE);
  bench_end(&b);
}

static void without_a_trigger_only_the_first_step_decides(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){0};
  bench_build(&b, 1, 0);
  for (int day = 0; day < 5; day++) {
    bench_go(&b, bench_day(day), 100 + 3 * day);
    assert_int_equal(b.block->decided[0], day == 0);
    assert_close(held(&b, 0), 1000 * call_delta(30, 100), 1e-9);
  }
  bench_end(&b);
}

/* A timer that falls due while the instrument has no price is not used up. */
static void a_timer_waits_for_a_price(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.every = KEEL_EVERY_DAYS, .every_days = 1};
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  bench_quote(&b, bench_spot("X"), bench_day(1), NAN, 104);
  bench_step(&b, bench_day(1), 1);
  assert_true(b.block->decided[0] && reason(&b, 0) == KEEL_REASON_NO_PRICE && isnan(b.block->target[0]));
  bench_go(&b, bench_day(1.5), 105);
  assert_int_equal(reason(&b, 0), KEEL_REASON_EVERY);
  assert_close(held(&b, 0), 1000 * call_delta(28.5, 105), 1e-9);
  bench_end(&b);
}

/* ---- bands: in shares, as a fraction of gross delta, in money; here with futures of 50, so that units show ---- */

static void bands_are_in_contracts_of_the_instrument(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.variants = 0;
  bench_hold(&b, bench_option(KEEL_KIND_PUT, 90, 30), 3);
  const enum keel_band_kind kinds[] = {KEEL_BAND_SHARES, KEEL_BAND_FRACTION, KEEL_BAND_CURRENCY};
  const double sizes[] = {80, 0.15, 9000};
  for (int k = 0; k < 3; k++) {
    bench_variant(&b)->triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = kinds[k], .band_size = sizes[k]};
    b.with[k][0].contract = bench_future(60, 50);
  }
  bench_build(&b, 1, 0);
  bench_quote_mid(&b, bench_future(60, 50), bench_day(0), 104 * exp(0.05 * 60 / 365));
  bench_go(&b, bench_day(0), 104);
  keel_option put = call30;
  put.phi = -1;
  put.strike = 90;
  double gross = 1000 * call_delta(30, 104) - 300 * textbook_option(&put, 104, vol).delta;
  double ratio = exp(-0.05 * 60 / 365) / 50;
  assert_close(b.block->band[0], 80 * ratio, 1e-11);
  assert_close(b.block->band[1], 0.15 * gross * ratio, 1e-10);
  assert_close(b.block->band[2], 9000 / 104.0 * ratio, 1e-11);
  bench_end(&b);
}

/* A band of 80 shares: acts only outside, to the centre or to the edge. */
static void a_band_acts_only_outside(void **state) {
  (void)state;
  for (int edge = 0; edge < 2; edge++) {
    struct bench b;
    start(&b);
    b.policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 80};
    b.policies[0].move.to = edge ? KEEL_MOVE_EDGE : KEEL_MOVE_CENTRE;
    bench_build(&b, 1, 0);
    double want = 0, spots[] = {100, 100.5, 101, 103, 106, 105, 99, 92};
    int acted = 0;
    for (int day = 0; day < 8; day++) {
      bench_go(&b, bench_day(day), spots[day]);
      double target = 1000 * call_delta(30 - day, spots[day]), off = want - target;
      int outside = fabs(off) > 80;
      if (outside || (day == 0 && !edge)) want = edge ? target + copysign(80, off) : target;
      acted += outside;
      assert_close(held(&b, 0), want, 1e-8);
      assert_int_equal(b.block->decided[0], 1);
      assert_int_equal(reason(&b, 0), !outside && day ? KEEL_REASON_INSIDE
                                      : day           ? KEEL_REASON_BAND
                                                      : KEEL_REASON_ENTER);
    }
    assert_true(acted >= 4 && acted < 8);
    bench_end(&b);
  }
}

/* ---- limits, lots and what works ---- */

static void limits_are_of_contracts_and_money(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.variants = 0;
  for (int v = 0; v < 2; v++) bench_variant(&b);
  b.with[0][0].contract = bench_future(60, 50);
  b.limits.order_notional_max = 20000;
  b.with[1][0].lot = 10;
  bench_build(&b, 1, 0);
  double future = 100 * exp(0.05 * 60 / 365);
  bench_quote_mid(&b, bench_future(60, 50), bench_day(0), future);
  bench_go(&b, bench_day(0), 100);
  assert_close(held(&b, 0), 20000 / (future * 50), 1e-11);
  assert_close(b.block->notional_max[1], 200, 1e-11);
  assert_true(held(&b, 1) == 200);
  assert_true(reason(&b, 0) == KEEL_REASON_LIMIT && reason(&b, 1) == KEEL_REASON_LIMIT);
  bench_end(&b);
}

static void lots_are_whole_after_every_trade(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.with[0][0].lot = 7;
  b.with[0][0].qty_min = 14;
  b.with[0][0].qty_max = 600;
  b.limits.order_qty_max = 100;
  bench_build(&b, 1, 0);
  uint64_t seed = 3;
  double spot = 100;
  int seen[KEEL_REASON_COUNT] = {0};
  for (int day = 0; day < 29; day++) {
    double before = held(&b, 0);
    bench_go(&b, bench_day(day), spot);
    double target = 1000 * call_delta(30 - day, spot), after = held(&b, 0), wanted = nearbyint(target / 7) * 7 - before;
    seen[reason(&b, 0)]++;
    assert_close(remainder(after, 7), 0, 1e-9);
    assert_true(fabs(after - before) <= 98 && fabs(after) <= 600);
    if (reason(&b, 0) == KEEL_REASON_EVERY) assert_close(after - before, wanted, 1e-9);
    if (reason(&b, 0) == KEEL_REASON_MINIMUM) assert_true(fabs(wanted) < 14 && wanted != 0 && after == before);
    if (reason(&b, 0) == KEEL_REASON_LOT) assert_true(fabs(target - before) <= 3.5 && after == before);
    spot *= exp(0.006 * bench_normal(&seed));
  }
  assert_true(seen[KEEL_REASON_LIMIT] && seen[KEEL_REASON_EVERY] && seen[KEEL_REASON_MINIMUM]);
  bench_end(&b);
}

/* What works counts as held: the order is replaced by one for the whole difference, never doubled. */
static void a_working_order_counts_as_held(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].execution.fill = KEEL_FILL_NEXT;
  b.desk.late_part = 0;
  bench_build(&b, 1, 0);
  for (int day = 0; day < 4; day++) {
    double spot = 100 + day;
    bench_go(&b, bench_day(day), spot);
    assert_true(held(&b, 0) == 0);
    assert_close(keel_account_after(b.block, 0)->working[0], 1000 * call_delta(30 - day, spot), 1e-8);
    assert_close(b.desk.resting[0][0], 1000 * call_delta(30 - day, spot), 1e-8);
  }
  bench_go(&b, bench_day(3), 103); /* nothing moved: nothing is sent */
  assert_int_equal(b.desk.sends, 4);
  b.desk.late_part = 0.25;
  b.desk.late_price = 105;
  bench_go(&b, bench_day(4), 104);
  assert_close(held(&b, 0), 0.25 * 1000 * call_delta(27, 103), 1e-8);
  assert_close(held(&b, 0) + keel_account_after(b.block, 0)->working[0], 1000 * call_delta(26, 104), 1e-8);
  bench_end(&b);
}

/* ---- the end of things ---- */

static void at_the_last_settlement_and_the_last_instant_nothing_is_decided(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 110, 60), -10);
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  assert_false(keel_book_is_over(b.block, 0));
  bench_go(&b, bench_day(30), 101); /* the first settles, the rest is hedged on */
  assert_false(keel_book_is_over(b.block, 0));
  assert_int_equal(reason(&b, 0), KEEL_REASON_EVERY);
  bench_go(&b, bench_day(40), 102);
  assert_int_equal(reason(&b, 0), KEEL_REASON_EVERY);
  double before = held(&b, 0);
  bench_go(&b, bench_day(60), 103);
  assert_true(keel_book_is_over(b.block, 0) && keel_is_over(b.block, 0));
  assert_true(b.block->decided[0] && reason(&b, 0) == KEEL_REASON_SETTLED && held(&b, 0) == before);
  bench_end(&b);
  start(&b);
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  before = held(&b, 0);
  b.block->market.is_last = 1;
  bench_go(&b, bench_day(1), 105);
  assert_false(b.block->decided[0]);
  assert_true(reason(&b, 0) == KEEL_REASON_NOT_DUE && held(&b, 0) == before && keel_is_over(b.block, 0));
  bench_end(&b);
}

static void a_row_has_a_price_while_it_lives_and_is_quoted(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.with[0][0].contract = bench_future(10, 50);
  bench_build(&b, 1, 0);
  uint32_t row = (uint32_t)bench_row(&b, bench_future(10, 50));
  bench_go(&b, bench_day(0), 100);
  assert_false(keel_row_has_price(b.block, 0, row)); /* it has a mark, and nobody to trade with */
  assert_int_equal(reason(&b, 0), KEEL_REASON_NO_PRICE);
  bench_quote(&b, bench_future(10, 50), bench_day(1), 100, 101);
  bench_go(&b, bench_day(1), 100);
  assert_true(keel_row_has_price(b.block, 0, row) && held(&b, 0) > 0);
  for (int day = 10; day < 13; day++) {
    bench_go(&b, bench_day(day), 100);
    assert_false(keel_row_has_price(b.block, 0, row));
    assert_true(reason(&b, 0) == KEEL_REASON_NO_PRICE && held(&b, 0) == 0);
  }
  bench_end(&b);
}

/* A quote that is too old to mark by is too old to trade at. */
static void a_stale_instrument_is_not_traded(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.terms.stale_ns = KEEL_NS_PER_DAY;
  b.with[0][0].contract = bench_future(60, 50);
  bench_build(&b, 1, 0);
  bench_quote(&b, bench_future(60, 50), bench_day(0), 100, 101);
  bench_go(&b, bench_day(0), 100);
  bench_go(&b, bench_day(1), 102);
  assert_int_equal(reason(&b, 0), KEEL_REASON_EVERY);
  bench_go(&b, bench_day(1.1), 104);
  assert_int_equal(reason(&b, 0), KEEL_REASON_NO_PRICE);
  bench_end(&b);
}

/* What is not located is not sold short, whatever else the limits allow; the rest stays open. */
static void spot_is_sold_short_as_far_as_it_is_located(void **state) {
  (void)state;
  for (int lots = 0; lots < 2; lots++) {
    struct bench b;
    bench_start(&b);
    b.underlyings[0].implied_vol = 0.25;
    b.with[0][0].limits_short = 1;
    b.with[0][0].short_qty_max = 150.5;
    b.with[0][0].lot = lots ? 50 : 0;
    bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 60), 5);
    bench_build(&b, 1, 0);
    bench_go(&b, bench_day(0), 100);
    assert_close(held(&b, 0), lots ? -150 : -150.5, 0);
    assert_true(b.block->reason[0] == KEEL_REASON_LOCATE);
    assert_true(b.block->target[0] < -250);
    bench_go(&b, bench_day(1), 101);
    assert_true(b.block->trade[0] == 0 && b.block->reason[0] == KEEL_REASON_LOCATE);
    bench_go(&b, bench_day(2), 90); /* coming back is free */
    assert_true(held(&b, 0) > -150 && b.block->reason[0] == KEEL_REASON_EVERY);
    bench_end(&b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(spot_is_sold_short_as_far_as_it_is_located),
      cmocka_unit_test(neutral_is_minus_the_delta),
      cmocka_unit_test(none_never_trades),
      cmocka_unit_test(exact_share_balance_keeps_shares_plus_options),
      cmocka_unit_test(share_balance_starts_neutral_or_as_told),
      cmocka_unit_test(share_balance_by_greeks_adds_term_by_term),
      cmocka_unit_test(share_balance_by_rho_takes_the_move_of_the_rate),
      cmocka_unit_test(share_balance_loses_no_step),
      cmocka_unit_test(days_are_local_dates),
      cmocka_unit_test(durations_run_from_the_last_firing),
      cmocka_unit_test(the_first_decision_waits_for_a_price),
      cmocka_unit_test(without_a_trigger_only_the_first_step_decides),
      cmocka_unit_test(a_timer_waits_for_a_price),
      cmocka_unit_test(bands_are_in_contracts_of_the_instrument),
      cmocka_unit_test(a_band_acts_only_outside),
      cmocka_unit_test(limits_are_of_contracts_and_money),
      cmocka_unit_test(lots_are_whole_after_every_trade),
      cmocka_unit_test(a_working_order_counts_as_held),
      cmocka_unit_test(at_the_last_settlement_and_the_last_instant_nothing_is_decided),
      cmocka_unit_test(a_row_has_a_price_while_it_lives_and_is_quoted),
      cmocka_unit_test(a_stale_instrument_is_not_traded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
