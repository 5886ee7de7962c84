/* Cash, holdings, P&L and its explanation, beside a second account that is kept by hand. */
#include <stdio.h>

#include "hedge/bench_market.h"
#include "hedge/by_hand.h"

/* ---- both at once ---- */

struct pair {
  struct bench bench;
  struct hand hand;
};

/* The same terms for both: a market with a yield, and everything that costs. */
static void start(struct pair *p) {
  struct bench *b = &p->bench;
  bench_start(b);
  b->underlyings[0].yield = 0.02;
  b->costs = (struct keel_costs){.half_spread_bps = NAN,
                                 .fees.per_share = 0.01,
                                 .fees.per_order = 1.5,
                                 .buy_tax_bps = 3,
                                 .sell_tax_bps = 7,
                                 .borrow_rate = 0.03};
  b->desk.half = 0.04;
  p->hand = (struct hand){.rate = 0.05,
                          .yield = 0.02,
                          .borrow = 0.03,
                          .half = 0.04,
                          .fee_per_share = 0.01,
                          .fee_per_order = 1.5,
                          .buy_tax = 3e-4,
                          .sell_tax = 7e-4,
                          .hedge = {.contract = bench_spot("X"), .yield = 0.02}};
}

static void hold(struct pair *p, struct keel_contract contract, double qty, double vol) {
  bench_hold(&p->bench, contract, qty);
  if (contract.kind == KEEL_KIND_SPOT)
    p->hand.book_spot += qty;
  else
    p->hand.rows[p->hand.count++] = (struct hand_row){.contract = contract, .qty = qty, .vol = vol, .yield = 0.02};
}

static void hedge_with(struct pair *p, struct keel_contract contract) {
  p->bench.with[0][0].contract = contract;
  p->hand.hedge.contract = contract;
}

static void pay(struct pair *p, struct keel_dividend *dividends, size_t count) {
  p->bench.underlyings[0].dividends = dividends;
  p->bench.underlyings[0].dividend_count = count;
  p->hand.dividends = dividends;
  p->hand.dividend_count = count;
}

static void assert_same_account(const struct pair *p, const char *when) {
  const struct hand *hand = &p->hand;
  struct keel_block *block = p->bench.block;
  const struct keel_accounts *account = keel_account_after(block, 0);
  double scale = 1e-9 * (fabs(hand->cash) + fabs(hand->value) + 1000), said = 0;
  assert_close(account->holding[0], hand->hedge.qty, 1e-8);
  assert_close(account->cash[0], hand->cash, scale);
  assert_close(account->receivable[0], hand->receivable, scale);
  assert_close(account->equity[0], hand->equity, scale);
  assert_close(block->pnl[0], hand->pnl, scale);
  for (int c = 0; c < KEEL_COMPONENT_COUNT; c++) {
    said += block->explain[c][0];
    if (fabs(block->explain[c][0] - hand->explain[c]) > scale)
      print_error("%s: %s\n", when, keel_component_table[c].name);
    assert_close(block->explain[c][0], hand->explain[c], scale);
  }
  assert_close(said, block->pnl[0], scale);
}

/* Quotes what lives at the hand's prices for this instant. */
static void quote_all(struct pair *p, int64_t time_ns, double spot) {
  struct hand at = p->hand;
  at.time_ns = time_ns;
  at.spot = spot;
  bench_quote_mid(&p->bench, bench_spot("X"), time_ns, spot);
  for (size_t i = 0; i < at.count; i++) {
    if (at.rows[i].contract.expiry_ns <= time_ns) continue;
    hand_price(&at, &at.rows[i]);
    bench_quote_mid(&p->bench, at.rows[i].contract, time_ns, at.rows[i].now.price);
  }
  if (at.hedge.contract.kind != KEEL_KIND_FUTURE || at.hedge.contract.expiry_ns <= time_ns) return;
  hand_price(&at, &at.hedge);
  bench_quote_mid(&p->bench, at.hedge.contract, time_ns, at.hedge.now.price);
}

static int all_gone(const struct hand *hand) {
  for (size_t i = 0; i < hand->count; i++)
    if (!hand->rows[i].gone) return 0;
  return hand->book_spot == 0;
}

/* One instant on both sides: hedged to neutral unless the run or the book ends. */
static void go(struct pair *p, double day, double spot, int is_last) {
  char when[32];
  snprintf(when, sizeof when, "day %g", day);
  quote_all(p, bench_day(day), spot);
  int open_waived = p->bench.costs.open_waived && !p->hand.entered;
  p->bench.block->market.is_last = is_last;
  bench_step(&p->bench, bench_day(day), 1);
  hand_go(&p->hand, bench_day(day), spot);
  int trades = !is_last && !all_gone(&p->hand) && !p->hand.hedge.gone && p->bench.policies[0].target.kind == 0;
  if (trades) hand_trade_now(&p->hand, hand_neutral(&p->hand) - p->hand.hedge.qty, open_waived);
  hand_close(&p->hand);
  assert_same_account(p, when);
}

static void liquidate(struct pair *p) {
  assert_true(keel_is_over(p->bench.block, 0));
  keel_liquidate(p->bench.block, 0);
  hand_stay(&p->hand);
  if (p->hand.hedge.qty != 0) hand_trade_now(&p->hand, -p->hand.hedge.qty, p->bench.costs.close_waived);
  hand_close(&p->hand);
  assert_same_account(p, "liquidation");
  assert_true(keel_account_after(p->bench.block, 0)->holding[0] == 0);
  assert_false(keel_is_over(p->bench.block, 0));
}

/* The last day and a half before an expiry is passed over: what is deep in the money has hardly a vol there. */
static double passed_over(const struct pair *p, double day) {
  for (size_t i = 0; i < p->hand.count; i++) {
    double expiry = (double)(p->hand.rows[i].contract.expiry_ns - BENCH_START) / (double)KEEL_NS_PER_DAY;
    if (day < expiry && day > expiry - 1.5) return expiry;
  }
  return day;
}

/* Random days, spots and vols until `days`; yields of the futures move too. */
static void walk(struct pair *p, double days, uint64_t seed) {
  double day = 0, spot = 100;
  while (day < days) {
    go(p, day, spot, 0);
    day = passed_over(p, day + 0.5 + 3 * bench_uniform(&seed));
    spot *= exp(0.02 * bench_normal(&seed));
    for (size_t i = 0; i < p->hand.count; i++) {
      if (p->hand.rows[i].contract.kind == KEEL_KIND_FUTURE)
        p->hand.rows[i].yield = 0.02 + 0.004 * bench_normal(&seed);
      else
        p->hand.rows[i].vol *= exp(0.03 * bench_normal(&seed));
    }
    if (p->hand.hedge.contract.kind == KEEL_KIND_FUTURE) p->hand.hedge.yield = 0.02 + 0.004 * bench_normal(&seed);
  }
  go(p, days, spot, 1);
  liquidate(p);
}

/* ---- the tests ---- */

/* What is sold is cash from the first mark, and earns. */
static void the_premium_is_cash_and_earns(void **state) {
  (void)state;
  struct pair p;
  start(&p);
  p.bench.policies[0].target.kind = KEEL_TARGET_NONE;
  hold(&p, bench_option(KEEL_KIND_CALL, 100, 365), -1, 0.2);
  bench_build(&p.bench, 1, 0);
  go(&p, 0, 100, 0);
  const keel_option option = {1, 100, 0.05, 0.02, 1};
  double premium = 100 * textbook_option(&option, 100, 0.2).price;
  const struct keel_block *block = p.bench.block;
  assert_close(block->accounts[block->now_account[0]].cash[0], premium, 1e-9);
  assert_close(block->accounts[block->now_account[0]].equity[0], 0, 1e-9);
  assert_true(block->pnl[0] == 0);
  go(&p, 73, 103, 0);
  assert_close(block->explain[KEEL_COMPONENT_INTEREST][0], premium * (exp(0.05 * 0.2) - 1), 1e-9);
  go(&p, 365, 108, 0);
  assert_close(block->accounts[block->now_account[0]].cash[0], premium * exp(0.05) - 800, 1e-8);
  assert_close(block->accounts[block->now_account[0]].equity[0], premium * exp(0.05) - 800, 1e-8);
  liquidate(&p);
  bench_end(&p.bench);
}

static void a_short_call_hedged_with_spot(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed < 6; seed++) {
    struct pair p;
    start(&p);
    hold(&p, bench_option(KEEL_KIND_CALL, 102, 30), -5, 0.25);
    bench_build(&p.bench, 1, 0);
    walk(&p, 30, seed);
    bench_end(&p.bench);
  }
}

/* Puts sold are hedged with spot sold short: it pays the yield, the dividends and the borrow. */
static void short_spot_pays(void **state) {
  (void)state;
  struct keel_dividend dividends[] = {{bench_day(4), bench_day(9), 0.8}, {bench_day(12), bench_day(12), 0.5}};
  struct pair p;
  start(&p);
  pay(&p, dividends, 2);
  hold(&p, bench_option(KEEL_KIND_PUT, 101, 40), -5, 0.25);
  bench_build(&p.bench, 1, 0);
  go(&p, 0, 100, 0);
  assert_true(p.hand.hedge.qty < -100);
  go(&p, 3, 101, 0);
  assert_true(p.bench.block->explain[KEEL_COMPONENT_BORROW][0] < 0);
  assert_true(p.bench.block->explain[KEEL_COMPONENT_DIVIDENDS][0] < 0);
  double short_held = p.hand.hedge.qty;
  go(&p, 5, 100, 0); /* owed, not yet paid */
  assert_close(keel_account_after(p.bench.block, 0)->receivable[0], short_held * 0.8, 1e-9);
  go(&p, 8, 99, 0);
  go(&p, 9, 99, 0);
  assert_close(keel_account_after(p.bench.block, 0)->receivable[0], 0, 1e-9);
  go(&p, 11, 99, 0);
  go(&p, 12, 98, 0); /* ex and paid at once */
  assert_close(keel_account_after(p.bench.block, 0)->receivable[0], 0, 1e-9);
  go(&p, 20, 97, 1);
  liquidate(&p);
  bench_end(&p.bench);
}

/* Several expiries, a book that holds spot and a future of its own, dividends across them, everything that costs. */
static void hold_the_lot(struct pair *p) {
  hold(p, bench_option(KEEL_KIND_CALL, 102, 30), -5, 0.25);
  hold(p, bench_option(KEEL_KIND_PUT, 96, 30), -3, 0.3);
  hold(p, bench_option(KEEL_KIND_CALL, 110, 60), 4, 0.22);
  hold(p, bench_option(KEEL_KIND_PUT, 99, 12), 2, 0.28);
  hold(p, bench_future(45, 50), -2, 0);
  hold(p, bench_spot("X"), 130, 0);
}

static void the_lot(uint64_t seed, int future, int waived, int with_dividends) {
  struct keel_dividend dividends[] = {
      {bench_day(6), bench_day(11), 0.7}, {bench_day(25), bench_day(80), 0.9}, {bench_day(55), bench_day(56), 0.6}};
  struct pair p;
  start(&p);
  if (future) hedge_with(&p, bench_future(75, 20));
  if (with_dividends) pay(&p, dividends, 3);
  p.bench.costs.open_waived = p.bench.costs.close_waived = waived;
  hold_the_lot(&p);
  bench_build(&p.bench, 1, 0);
  walk(&p, 60, seed);
  bench_end(&p.bench);
}

static void books_of_everything(void **state) {
  (void)state;
  for (unsigned i = 0; i < 8; i++)
    for (uint64_t seed = 1; seed < 4; seed++) the_lot(seed, i & 1, i >> 1 & 1, i >> 2 & 1);
}

/* The hedge expires before the book: its last variation is cash, and it is gone. */
static void a_hedge_that_expires_is_gone(void **state) {
  (void)state;
  struct pair p;
  start(&p);
  hedge_with(&p, bench_future(20, 20));
  hold(&p, bench_option(KEEL_KIND_CALL, 102, 40), -5, 0.25);
  bench_build(&p.bench, 1, 0);
  double spots[] = {100, 101, 103, 102, 104, 106, 105, 107};
  for (int i = 0; i < 8; i++) go(&p, 5 * i, spots[i], 0);
  go(&p, 40, 108, 0);
  liquidate(&p);
  bench_end(&p.bench);
}

/* One that has expired before the book enters never trades, and harms nothing. */
static void a_hedge_that_was_gone_at_the_start(void **state) {
  (void)state;
  struct pair p;
  start(&p);
  hedge_with(&p, bench_future(-3, 20));
  hold(&p, bench_option(KEEL_KIND_CALL, 102, 40), -5, 0.25);
  bench_build(&p.bench, 1, 0);
  p.hand.hedge.gone = 1;
  for (int day = 0; day < 5; day++) {
    go(&p, day, 100 + day, 0);
    assert_int_equal(p.bench.block->reason[0], KEEL_REASON_NO_PRICE);
  }
  bench_end(&p.bench);
}

/* A settlement at the first instant after expiry, at that instant's spot. */
static void a_late_settlement(void **state) {
  (void)state;
  struct pair p;
  start(&p);
  hold(&p, bench_option(KEEL_KIND_CALL, 98, 10), -5, 0.25);
  hold(&p, bench_option(KEEL_KIND_PUT, 104, 30), 2, 0.25);
  bench_build(&p.bench, 1, 0);
  double days[] = {0, 4, 8, 13, 20}, spots[] = {100, 101, 99, 103, 104};
  for (int i = 0; i < 5; i++) go(&p, days[i], spots[i], 0);
  go(&p, 33, 101, 0);
  liquidate(&p);
  bench_end(&p.bench);
}

/* Orders that wait fill at the next quote: the fill is held from then on, at its price, beside the new mark. An opening
 * order stays free of what opening waives. */
static void late_fills_are_booked_at_their_price(void **state) {
  (void)state;
  for (int waived = 0; waived < 2; waived++) {
    struct pair p;
    start(&p);
    p.bench.policies[0].execution.fill = KEEL_FILL_NEXT;
    p.bench.costs.open_waived = waived;
    hold(&p, bench_option(KEEL_KIND_CALL, 102, 30), -5, 0.25);
    bench_build(&p.bench, 1, 0);
    double works = 0, spots[] = {100, 102, 101, 104, 103};
    for (int day = 0; day < 5; day++) {
      quote_all(&p, bench_day(day), spots[day]);
      p.bench.desk.late_price = spots[day] + 0.5;
      bench_step(&p.bench, bench_day(day), 1);
      hand_go(&p.hand, bench_day(day), spots[day]);
      if (day) hand_trade(&p.hand, works, spots[day] + 0.5, waived && day == 1);
      works = hand_neutral(&p.hand) - p.hand.hedge.qty;
      hand_close(&p.hand);
      assert_same_account(&p, "late fill");
      assert_close(keel_account_after(p.bench.block, 0)->working[0], works, 1e-8);
    }
    bench_end(&p.bench);
  }
}

/* Late fills in parts: what is left works on, and is paid for when it fills. */
static void partial_fills(void **state) {
  (void)state;
  struct pair p;
  start(&p);
  p.bench.policies[0].execution.fill = KEEL_FILL_NEXT;
  p.bench.desk.late_part = 0.25;
  hold(&p, bench_option(KEEL_KIND_CALL, 102, 30), -5, 0.25);
  bench_build(&p.bench, 1, 0);
  double works = 0, spots[] = {100, 102, 101, 104, 103};
  for (int day = 0; day < 5; day++) {
    quote_all(&p, bench_day(day), spots[day]);
    p.bench.desk.late_price = spots[day] + 0.5;
    bench_step(&p.bench, bench_day(day), 1);
    hand_go(&p.hand, bench_day(day), spots[day]);
    if (day) hand_trade(&p.hand, 0.25 * works, spots[day] + 0.5, 0);
    works = hand_neutral(&p.hand) - p.hand.hedge.qty;
    hand_close(&p.hand);
    assert_same_account(&p, "partial fill");
  }
  bench_end(&p.bench);
}

/* A lane without an instrument holds the book alone. */
static void nothing_to_hedge_with(void **state) {
  (void)state;
  struct pair p;
  start(&p);
  p.bench.policies[0].target.kind = KEEL_TARGET_NONE;
  p.bench.policies[0].with_count = 0;
  hold_the_lot(&p);
  bench_build(&p.bench, 1, 0);
  walk(&p, 60, 4);
  bench_end(&p.bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_premium_is_cash_and_earns),
      cmocka_unit_test(a_short_call_hedged_with_spot),
      cmocka_unit_test(short_spot_pays),
      cmocka_unit_test(books_of_everything),
      cmocka_unit_test(a_hedge_that_expires_is_gone),
      cmocka_unit_test(a_hedge_that_was_gone_at_the_start),
      cmocka_unit_test(a_late_settlement),
      cmocka_unit_test(late_fills_are_booked_at_their_price),
      cmocka_unit_test(partial_fills),
      cmocka_unit_test(nothing_to_hedge_with),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
