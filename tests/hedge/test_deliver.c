/* Physical settlement: shares for the strike, netted with the hedge; the same wealth as by cash. */
#include "hedge/deliver.h"

#include "hedge/bench_market.h"

static struct keel_contract call(void) { return bench_option(KEEL_KIND_CALL, 100, 30); }
static struct keel_contract put(void) { return bench_option(KEEL_KIND_PUT, 95, 60); }

/* Ten calls sold, five puts bought, hedged once by spot. */
static void start(struct bench *b, enum keel_settlement settlement) {
  bench_start(b);
  b->underlyings[0].implied_vol = 0.25;
  b->underlyings[0].settlement = settlement;
  b->underlyings[0].exercise_threshold = 0.01;
  b->policies[0].triggers[KEEL_EXPOSURE_DELTA].every = KEEL_EVERY_NONE;
  bench_hold(b, call(), -10);
  bench_hold(b, put(), 5);
}

static double held(struct bench *b) { return keel_account_after(b->block, 0)->holding[0]; }
static double cash(struct bench *b) { return keel_account_after(b->block, 0)->cash[0]; }
static double equity(struct bench *b) { return keel_account_after(b->block, 0)->equity[0]; }

/* What the expiry at this spot does to holding and cash, beside interest; wealth and P&L are those of settling in cash.
 */
static void check_expiry(double spot, double shares, double money, double lapsed) {
  struct bench paid, delivered;
  struct bench *both[] = {&paid, &delivered};
  for (int k = 0; k < 2; k++) {
    start(both[k], k ? KEEL_SETTLEMENT_PHYSICAL : KEEL_SETTLEMENT_CASH);
    bench_build(both[k], 1, 0);
    bench_go(both[k], bench_day(0), 100);
    bench_go(both[k], bench_day(29), 99);
  }
  double before = held(&delivered), money_before = cash(&delivered);
  assert_close(equity(&delivered), equity(&paid), 1e-9);
  for (int k = 0; k < 2; k++) bench_go(both[k], bench_day(30), spot);
  assert_close(held(&paid), before, 0);
  assert_close(held(&delivered), before + shares, 1e-12 * fabs(shares));
  assert_close(cash(&delivered), money_before * exp(0.05 / 365) + money, 1e-6);
  assert_close(equity(&delivered), equity(&paid) - lapsed, 1e-6);
  assert_close(delivered.block->explain[KEEL_COMPONENT_SETTLEMENT][0], -lapsed, 1e-9);
  assert_close(delivered.block->explain[KEEL_COMPONENT_UNEXPLAINED][0],
               paid.block->explain[KEEL_COMPONENT_UNEXPLAINED][0], 1e-6);
  assert_true(delivered.block->so_far.trades[0] == paid.block->so_far.trades[0]);
  assert_int_equal(delivered.block->decided[0], shares != 0);
  if (shares != 0) assert_true(delivered.block->reason[0] == KEEL_REASON_DELIVERED);
  bench_end(&paid);
  bench_end(&delivered);
}

static void a_short_call_is_assigned(void **state) {
  (void)state;
  check_expiry(110, -1000, 100000, 0);
  check_expiry(100.01 * (1 + 1e-9), -1000, 100000, 0); /* at the threshold */
}

static void what_is_out_of_the_money_expires(void **state) {
  (void)state;
  check_expiry(98, 0, 0, 0);
}

/* In the money by less than the threshold: the payoff that nobody asks for is ours, who are short. */
static void what_is_hardly_in_the_money_lapses(void **state) {
  (void)state;
  check_expiry(100.004, 0, 0, -1000 * (100.004 - 100));
}

/* The last position settles: what the delivery leaves of the hedge is closed, and nothing else. */
static void a_long_put_is_exercised_and_the_rest_closed(void **state) {
  (void)state;
  struct bench b;
  start(&b, KEEL_SETTLEMENT_PHYSICAL);
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  bench_go(&b, bench_day(30), 98);
  double before = held(&b);
  bench_go(&b, bench_day(60), 90);
  assert_close(held(&b), before - 500, 1e-9);
  assert_true(b.block->reason[0] == KEEL_REASON_DELIVERED);
  double wealth = equity(&b);
  assert_true(keel_is_over(b.block, 0));
  keel_liquidate(b.block, 0);
  assert_close(b.block->sent_qty[0], -(before - 500), 1e-9);
  assert_close(held(&b), 0, 0);
  assert_close(equity(&b), wealth, 1e-9);
  bench_end(&b);
}

/* A decision at that instant starts from what is held after the delivery. */
static void a_decision_nets_what_was_delivered(void **state) {
  (void)state;
  struct bench b;
  start(&b, KEEL_SETTLEMENT_PHYSICAL);
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA].every = KEEL_EVERY_STEP;
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  bench_go(&b, bench_day(29), 104);
  double before = held(&b);
  bench_go(&b, bench_day(30), 106);
  double target = -keel_book_exposure(b.block, 0, 0, KEEL_EXPOSURE_DELTA)[0];
  assert_close(held(&b), target, 1e-9);
  assert_close(b.block->trade[0], target - (before - 1000), 1e-9);
  assert_true(fabs(b.block->trade[0]) < 100); /* 1000 shares were not bought back and sold */
  bench_end(&b);
}

/* An option on a future, hedged by it: the future comes at the strike, its variation is cash. */
static void an_option_on_a_future_delivers_it(void **state) {
  (void)state;
  struct bench b;
  start(&b, KEEL_SETTLEMENT_PHYSICAL);
  b.underlyings[0].yield = 0.05;
  b.with[0][0].contract = bench_future(80, 50);
  bench_build(&b, 1, 0);
  const double spots[] = {100, 99, 110};
  const int days[] = {0, 29, 30};
  double before = 0, money = 0;
  for (int k = 0; k < 3; k++) {
    before = held(&b);
    money = cash(&b);
    bench_quote_mid(&b, bench_future(80, 50), bench_day(days[k]), spots[k]);
    bench_go(&b, bench_day(days[k]), spots[k]);
  }
  assert_close(held(&b), before - 1000 / 50.0, 1e-9);
  assert_close(cash(&b), money * exp(0.05 / 365) + before * 50 * 11 - 10000, 1e-6);
  bench_end(&b);
}

/* Each contract by itself: of two calls one delivers; a choice at expiry is of what the book is long. */
static void each_contract_settles_as_it_says(void **state) {
  (void)state;
  static const struct {
    enum keel_settlement market, own;
    enum keel_at_expiry choice;
    double spot, shares, lapsed; /* of ten long calls of 100 */
  } cases[] = {{KEEL_SETTLEMENT_CASH, KEEL_SETTLEMENT_UNSAID, KEEL_AT_EXPIRY_THRESHOLD, 110, 0, 0},
               {KEEL_SETTLEMENT_CASH, KEEL_SETTLEMENT_PHYSICAL, KEEL_AT_EXPIRY_THRESHOLD, 110, 1000, 0},
               {KEEL_SETTLEMENT_PHYSICAL, KEEL_SETTLEMENT_CASH, KEEL_AT_EXPIRY_THRESHOLD, 110, 0, 0},
               {KEEL_SETTLEMENT_UNSAID, KEEL_SETTLEMENT_UNSAID, KEEL_AT_EXPIRY_THRESHOLD, 110, 0, 0},
               {KEEL_SETTLEMENT_PHYSICAL, KEEL_SETTLEMENT_UNSAID, KEEL_AT_EXPIRY_ABANDON, 110, 0, 10000},
               {KEEL_SETTLEMENT_PHYSICAL, KEEL_SETTLEMENT_UNSAID, KEEL_AT_EXPIRY_EXERCISE, 100.004, 1000, 0},
               {KEEL_SETTLEMENT_PHYSICAL, KEEL_SETTLEMENT_UNSAID, KEEL_AT_EXPIRY_EXERCISE, 97, 1000, 3000}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bench b;
    struct keel_contract own = call();
    own.settlement = cases[i].own;
    bench_start(&b);
    b.underlyings[0].implied_vol = 0.25;
    b.underlyings[0].settlement = cases[i].market;
    b.underlyings[0].exercise_threshold = 0.01;
    b.policies[0].triggers[KEEL_EXPOSURE_DELTA].every = KEEL_EVERY_NONE;
    bench_hold(&b, own, 10);
    b.positions[0].at_expiry = cases[i].choice;
    bench_hold(&b, put(), 5);
    bench_build(&b, 1, 0);
    bench_go(&b, bench_day(0), 100);
    bench_go(&b, bench_day(29), 99);
    double before = held(&b), wealth = equity(&b), money = cash(&b);
    double value = b.block->totals.value[0];
    bench_go(&b, bench_day(30), cases[i].spot);
    double payoff = fmax(cases[i].spot - 100, 0) * 1000, interest = money * expm1(0.05 / 365);
    assert_close(held(&b), before + cases[i].shares, 1e-9);
    assert_close(b.block->explain[KEEL_COMPONENT_SETTLEMENT][0], -cases[i].lapsed, 1e-6);
    assert_close(equity(&b) - wealth,
                 payoff - cases[i].lapsed + b.block->totals.value[0] - value + before * (cases[i].spot - 99) + interest,
                 1e-6);
    bench_end(&b);
  }
}

static void a_choice_without_a_delivery_is_refused(void **state) {
  (void)state;
  struct bench b;
  keel_error error = {0};
  bench_start(&b);
  bench_hold(&b, call(), 10);
  b.positions[0].at_expiry = KEEL_AT_EXPIRY_ABANDON;
  assert_int_equal(bench_wire(&b, 1, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.where, "book.csv:2: at_expiry"));
  bench_end(&b);
}

/* Each path by its own spot. */
static void paths_settle_apart(void **state) {
  (void)state;
  struct bench b;
  start(&b, KEEL_SETTLEMENT_PHYSICAL);
  bench_build(&b, 2, 1);
  const double ends[] = {110, 90};
  for (int day = 0; day <= 30; day += 30) {
    for (size_t r = 0; r < b.wiring.row_count; r++)
      for (size_t i = 0; i < 2; i++) b.block->market.vol[2 * r + i] = 0.25;
    size_t row = bench_row(&b, bench_spot("X"));
    b.block->market.quote_ns[row] = bench_day(day);
    for (size_t i = 0; i < 2; i++)
      b.block->market.bid[2 * row + i] = b.block->market.ask[2 * row + i] = day ? ends[i] : 100;
    bench_step(&b, bench_day(day), 1);
  }
  assert_close(b.block->delivered[0], -1000, 0);
  assert_close(b.block->delivered[1], 0, 0);
  const double *now = keel_account_after(b.block, 0)->holding, *then = keel_account_before(b.block, 0)->holding;
  assert_close(now[0], then[0] - 1000, 1e-9);
  assert_close(now[1], then[1], 0);
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_short_call_is_assigned),
      cmocka_unit_test(what_is_out_of_the_money_expires),
      cmocka_unit_test(what_is_hardly_in_the_money_lapses),
      cmocka_unit_test(a_long_put_is_exercised_and_the_rest_closed),
      cmocka_unit_test(a_decision_nets_what_was_delivered),
      cmocka_unit_test(an_option_on_a_future_delivers_it),
      cmocka_unit_test(each_contract_settles_as_it_says),
      cmocka_unit_test(a_choice_without_a_delivery_is_refused),
      cmocka_unit_test(paths_settle_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
