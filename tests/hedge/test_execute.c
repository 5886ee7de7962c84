#include "hedge/bench_market.h"
#include "hedge/textbook.h"

static void start(struct bench *b) {
  bench_start(b);
  b->underlyings[0].implied_vol = 0.25;
  bench_hold(b, bench_option(KEEL_KIND_CALL, 100, 30), -10);
}

static double held(const struct bench *b) { return keel_account_after(b->block, 0)->holding[0]; }
static double works(const struct bench *b) { return keel_account_after(b->block, 0)->working[0]; }

static void an_order_says_all_that_a_venue_needs(void **state) {
  (void)state;
  for (int next = 0; next < 2; next++) {
    struct bench b;
    start(&b);
    b.policies[0].execution.fill = next ? KEEL_FILL_NEXT : KEEL_FILL_DECISION;
    b.costs.open_waived = 1;
    b.with[0][0].half_spread_bps = 1.25;
    b.with[0][0].lot = 10;
    bench_variant(&b)->target.kind = KEEL_TARGET_NONE;
    bench_build(&b, 1, 0);
    for (int day = 0; day < 2; day++) {
      bench_go(&b, bench_day(day), 100 + 10 * day);
      const struct keel_order *order = &b.desk.last;
      assert_int_equal(b.desk.sends, day + 1); /* one variant never sends */
      assert_true(order->line == 0 && order->row == b.wiring.underlyings[0].spot);
      assert_true(order->half_spread_bps == 1.25 && order->waits == next && order->free == (day == 0));
      assert_true(order->mark[0] == 100 + 10 * day);
    }
    bench_end(&b);
  }
}

static void without_a_trade_nothing_is_sent(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  double before = held(&b);
  bench_go(&b, bench_day(0), 100);
  assert_int_equal(b.desk.sends, 1);
  assert_true(b.block->sent_qty[0] == 0 && held(&b) == before && works(&b) == 0);
  assert_int_equal(b.desk.polls, 1); /* never before the book is in */
  bench_end(&b);
}

/* Sent, filled in halves, sent on: held and working always make the whole. */
static void what_is_not_filled_works_on(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].execution.fill = KEEL_FILL_NEXT;
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA] =
      (struct keel_trigger){.every = KEEL_EVERY_DURATION, .every_ns = 3 * KEEL_NS_PER_DAY};
  b.desk.late_part = 0.5;
  b.desk.late_price = 100;
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  double sent = b.desk.last.qty ? b.desk.resting[0][0] : 0;
  assert_true(sent > 400 && held(&b) == 0 && works(&b) == sent && b.block->sent_qty[0] == 0);
  bench_go(&b, bench_day(1), 104);
  assert_close(held(&b), 0.5 * sent, 1e-12 * sent);
  assert_close(works(&b), 0.5 * sent, 1e-12 * sent);
  assert_true(b.block->polled_qty[0] == 0.5 * sent && b.block->polled_price[0] == 100);
  bench_go(&b, bench_day(2), 104);
  assert_close(works(&b), 0.25 * sent, 1e-12 * sent);
  assert_int_equal(b.desk.sends, 1);
  bench_go(&b, bench_day(3), 104); /* a new order takes the place of what is left */
  assert_int_equal(b.desk.sends, 2);
  assert_close(b.desk.resting[0][0], b.block->target[0] - 0.875 * sent, 1e-9);
  assert_close(held(&b) + works(&b), b.block->target[0], 1e-9);
  bench_end(&b);
}

/* An order that is no longer wanted is called back. */
static void an_order_to_nothing_calls_back(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].execution.fill = KEEL_FILL_NEXT;
  b.with[0][0].lot = 1000;
  b.desk.late_part = 0;
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 110);
  assert_true(works(&b) == 1000 && b.desk.resting[0][0] == 1000);
  bench_go(&b, bench_day(1), 90);
  assert_true(works(&b) == 0 && b.desk.resting[0][0] == 0 && held(&b) == 0);
  assert_int_equal(b.desk.sends, 2);
  bench_end(&b);
}

/* What rests on a future that expires is not filled any more. */
static void nothing_fills_on_what_has_expired(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].execution.fill = KEEL_FILL_NEXT;
  b.with[0][0].contract = bench_future(2, 10);
  b.desk.late_part = 0;
  bench_build(&b, 1, 0);
  bench_quote(&b, bench_future(2, 10), bench_day(0), 100, 100.1);
  bench_go(&b, bench_day(0), 100);
  assert_true(works(&b) > 0);
  bench_go(&b, bench_day(2), 101);
  assert_true(works(&b) == 0 && held(&b) == 0);
  b.desk.late_part = 1;
  b.desk.late_price = 100;
  for (int day = 3; day < 6; day++) {
    bench_quote(&b, bench_future(2, 10), bench_day(day), 100, 100.1);
    bench_go(&b, bench_day(day), 101);
    assert_true(works(&b) == 0 && held(&b) == 0 && b.block->polled_qty[0] == 0);
    assert_false(isnan(b.block->pnl[0]));
  }
  bench_end(&b);
}

/* At the end what is held is closed at once, and what works is dropped. */
static void a_liquidation_waits_for_nothing(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].execution.fill = KEEL_FILL_NEXT;
  b.desk.late_part = 0.25;
  b.desk.late_price = 100;
  bench_build(&b, 1, 0);
  for (int day = 0; day < 3; day++) bench_go(&b, bench_day(day), 100 + day);
  b.block->market.is_last = 1;
  bench_go(&b, bench_day(3), 101);
  double before = held(&b);
  assert_true(before > 0 && works(&b) > 0);
  keel_liquidate(b.block, 0);
  assert_true(held(&b) == 0 && works(&b) == 0 && b.block->sent_qty[0] == -before && b.block->polled_qty[0] == 0);
  assert_true(b.desk.last.waits == 0 && b.desk.last.free == 0 && b.block->reason[0] == KEEL_REASON_LIQUIDATE);
  bench_end(&b);
}

/* Each path has its own quantity, also where others have nothing to trade. */
static void paths_trade_by_themselves(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 50};
  bench_build(&b, 3, 1);
  const double spots[2][3] = {{100, 100, 100}, {100.1, 108, 93}};
  for (int day = 0; day < 2; day++) {
    for (size_t i = 0; i < 3; i++) {
      b.block->market.bid[i] = b.block->market.ask[i] = spots[day][i];
      b.block->market.vol[3 + i] = 0.25;
    }
    bench_step(&b, bench_day(day), 1);
  }
  assert_int_equal(b.desk.sends, 2);
  const keel_option now = {1, 100, 0.05, 0, 29 / 365.0}, then = {1, 100, 0.05, 0, 30 / 365.0};
  double was = 1000 * textbook_option(&then, 100, 0.25).delta;
  for (size_t i = 0; i < 3; i++) {
    double want = i ? 1000 * textbook_option(&now, spots[1][i], 0.25).delta - was : 0;
    assert_close(b.block->sent_qty[i], want, 1e-9);
  }
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_order_says_all_that_a_venue_needs),
      cmocka_unit_test(without_a_trade_nothing_is_sent),
      cmocka_unit_test(what_is_not_filled_works_on),
      cmocka_unit_test(an_order_to_nothing_calls_back),
      cmocka_unit_test(nothing_fills_on_what_has_expired),
      cmocka_unit_test(a_liquidation_waits_for_nothing),
      cmocka_unit_test(paths_trade_by_themselves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
