/* Trades of the book itself, in steps by hand: cash, value and explanation are those of pencil and paper. */
#include "hedge/trades.h"

#include "hedge/bench_market.h"

/* A market without a rate, an unhedged book. */
static void start(struct bench *b) {
  bench_start(b);
  b->terms.rate = 0;
  b->policies[0].target.kind = KEEL_TARGET_NONE;
}

static double change(const struct bench *b, enum keel_component component) { return b->block->explain[component][0]; }
static double cash(struct bench *b) { return keel_account_after(b->block, 0)->cash[0]; }
static double equity(struct bench *b) { return keel_account_after(b->block, 0)->equity[0]; }

/* Spot, a future and an option: each moves by what was held before the trade. */
static void a_trade_pays_its_price_and_moves_from_then_on(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract spot = bench_spot("X"), future = bench_future(100, 50);
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 90, 10);
  start(&b);
  bench_hold(&b, spot, 10);
  bench_trade(&b, spot, bench_day(1), -4, 103, 0);
  bench_trade(&b, future, bench_day(1), 2, 101, 3);
  bench_trade(&b, call, bench_day(2), 1, 11, 0.5);
  struct keel_block *block = bench_build(&b, 1, 0);
  bench_quote_mid(&b, future, bench_day(0), 100);
  bench_go(&b, bench_day(0), 100);
  assert_close(cash(&b), -1000, 1e-9);
  bench_quote_mid(&b, future, bench_day(1), 102);
  bench_go(&b, bench_day(1), 102);
  assert_close(change(&b, KEEL_COMPONENT_DELTA), 20, 1e-9);
  assert_close(change(&b, KEEL_COMPONENT_TRADES), 4 + 100 - 3, 1e-9);
  assert_close(cash(&b), -1000 + 412 + 100 - 3, 1e-9);
  assert_close(equity(&b), 20 + 101, 1e-9);
  /* The call has no mark yet, and waits; the future moved, the spot that is left too. */
  bench_quote_mid(&b, future, bench_day(2), 103);
  bench_go(&b, bench_day(2), 103);
  assert_close(equity(&b), 121 + 6 + 100, 1e-9);
  assert_int_equal(block->trades_left[0], 1);
  bench_quote_mid(&b, call, bench_day(3), 13.5);
  bench_go(&b, bench_day(3), 103);
  assert_int_equal(block->trades_left[0], 0);
  assert_int_equal(block->trades_late, 1);
  assert_close(change(&b, KEEL_COMPONENT_TRADES), 250 - 0.5, 1e-9);
  assert_close(equity(&b), 227 + 249.5, 1e-9);
  /* At expiry it pays what it is worth. */
  bench_go(&b, bench_day(10), 103);
  assert_close(equity(&b), 227 + 1300 - 1100 - 0.5, 1e-9);
  assert_int_equal(block->trades_lost, 0);
  bench_end(&b);
}

/* A trade of the instant at which the book enters is booked there, at its price and not at the mark. */
static void a_trade_at_the_first_instant_is_in_the_book_from_there(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  bench_hold(&b, bench_spot("X"), 10);
  bench_trade(&b, bench_spot("X"), bench_day(0), 5, 98, 1);
  struct keel_block *block = bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  assert_close(cash(&b), -1000 - 490 - 1, 1e-9);
  assert_close(equity(&b), 10 - 1, 1e-9);
  assert_close(change(&b, KEEL_COMPONENT_TRADES), 10 - 1, 1e-9);
  assert_close(change(&b, KEEL_COMPONENT_UNEXPLAINED), 0, 1e-9);
  bench_go(&b, bench_day(1), 101);
  assert_close(change(&b, KEEL_COMPONENT_DELTA), 15, 1e-9);
  assert_close(equity(&b), 9 + 15, 1e-9);
  assert_int_equal(block->trades_late, 0);
  bench_end(&b);
}

/* Dividends belong to who held before the ex-date's step. */
static void a_trade_at_the_ex_date_has_no_dividend(void **state) {
  (void)state;
  struct bench b;
  struct keel_dividend dividend = {bench_day(1), bench_day(1), 2};
  start(&b);
  b.underlyings[0].dividends = &dividend;
  b.underlyings[0].dividend_count = 1;
  bench_hold(&b, bench_spot("X"), 10);
  bench_trade(&b, bench_spot("X"), bench_day(1), 5, 98, 0);
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  bench_go(&b, bench_day(1), 98);
  assert_close(change(&b, KEEL_COMPONENT_DIVIDENDS), 20, 1e-9);
  assert_close(equity(&b), 0, 1e-9);
  bench_end(&b);
}

/* A book is not over while trades are to come, and one that could not be booked in time is known. */
static void a_book_waits_for_its_trades(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract near = bench_option(KEEL_KIND_CALL, 90, 1), far = bench_option(KEEL_KIND_CALL, 90, 9);
  struct keel_contract never = bench_option(KEEL_KIND_PUT, 90, 2);
  start(&b);
  b.underlyings[0].implied_vol = NAN;
  bench_hold(&b, near, 1);
  bench_trade(&b, far, bench_day(3), 1, 10, 0);
  bench_trade(&b, never, bench_day(1), 1, 10, 0);
  struct keel_block *block = bench_build(&b, 1, 0);
  bench_quote_mid(&b, near, bench_day(0), 11);
  bench_go(&b, bench_day(0), 100);
  bench_go(&b, bench_day(1), 100);
  assert_false(keel_is_over(block, 0));
  bench_go(&b, bench_day(2), 100);
  assert_int_equal(block->trades_lost, 1);
  bench_quote_mid(&b, far, bench_day(3), 10.5);
  bench_go(&b, bench_day(3), 100);
  assert_false(keel_is_over(block, 0));
  bench_go(&b, bench_day(9), 100);
  assert_true(keel_is_over(block, 0));
  keel_block_reset(block);
  assert_int_equal(block->trades_left[0], 2);
  assert_true(block->units[bench_row(&b, near)] == 100 && block->units[bench_row(&b, far)] == 0);
  bench_end(&b);
}

/* ---- exercise and assignment before expiry ---- */

static struct keel_contract american(enum keel_kind kind, double strike, double days, enum keel_settlement settlement) {
  struct keel_contract contract = bench_option(kind, strike, days);
  contract.exercise = KEEL_EXERCISE_AMERICAN;
  contract.settlement = settlement;
  return contract;
}

static void bench_close(struct bench *b, struct keel_contract contract, int64_t time_ns, double qty, double fees) {
  bench_trade(b, contract, time_ns, qty, 0, fees);
  b->trades[b->trade_count - 1].event = qty < 0 ? KEEL_TRADE_EXERCISE : KEEL_TRADE_ASSIGNMENT;
}

/* Ten puts sold and five calls that stay, hedged at each step; `qty` of the puts are assigned on the tenth day. */
static void hold_puts(struct bench *b, enum keel_settlement settlement, double qty) {
  struct keel_contract put = american(KEEL_KIND_PUT, 95, 60, settlement);
  bench_start(b);
  b->terms.rate = 0;
  b->underlyings[0].implied_vol = 0.25;
  bench_hold(b, put, -10);
  bench_hold(b, american(KEEL_KIND_CALL, 90, 30, KEEL_SETTLEMENT_CASH), 5);
  if (qty != 0) bench_close(b, put, bench_day(10), qty, 7);
  bench_build(b, 1, 0);
  bench_go(b, bench_day(0), 100);
  bench_go(b, bench_day(9), 85);
}

/* Stock joins the hedge, which sells what it has too much; wealth moves by fees and what the mark was above intrinsic.
 */
static void an_assigned_put_delivers_stock(void **state) {
  (void)state;
  static const enum keel_settlement both[] = {KEEL_SETTLEMENT_PHYSICAL, KEEL_SETTLEMENT_CASH};
  for (int k = 0; k < 2; k++) {
    struct bench plain, b;
    struct keel_contract put = american(KEEL_KIND_PUT, 95, 60, both[k]);
    hold_puts(&plain, both[k], 0);
    hold_puts(&b, both[k], 4);
    size_t row = bench_row(&b, put);
    double shares = k ? 0 : 400, before = keel_account_after(b.block, 0)->holding[0];
    double money = cash(&b), spot = 84;
    bench_go(&plain, bench_day(10), spot);
    bench_go(&b, bench_day(10), spot);
    double mark = keel_marks_after(b.block, 0)->price[row], made = 400 * (mark - (95 - spot)) - 7;
    assert_true(b.block->units[row] == -600);
    assert_close(b.block->exercised[0], shares, 0);
    assert_close(b.block->delivered[0], shares, 0);
    assert_close(change(&b, KEEL_COMPONENT_SETTLEMENT), made, 1e-9);
    assert_close(change(&b, KEEL_COMPONENT_TRADES), 0, 0);
    assert_close(change(&b, KEEL_COMPONENT_UNEXPLAINED), change(&plain, KEEL_COMPONENT_UNEXPLAINED), 1e-9);
    assert_close(equity(&b), equity(&plain) + made, 1e-9);
    double target = -keel_book_exposure(b.block, 0, 0, KEEL_EXPOSURE_DELTA)[0];
    assert_close(keel_account_after(b.block, 0)->holding[0], target, 1e-9);
    assert_close(b.block->trade[0], target - before - shares, 1e-9);
    assert_close(cash(&b), money - 400 * (95 - spot) - 7 - (target - before) * spot, 1e-6);
    bench_go(&b, bench_day(11), spot);
    assert_close(b.block->delivered[0], 0, 0);
    assert_close(change(&b, KEEL_COMPONENT_SETTLEMENT), 0, 0);
    assert_true(b.block->refused == NULL);
    bench_end(&plain);
    bench_end(&b);
  }
}

/* A call on a future gives that future at the strike, whose variation is cash. */
static void an_exercised_call_on_a_future_gives_it(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract call = american(KEEL_KIND_CALL, 90, 30, KEEL_SETTLEMENT_PHYSICAL);
  struct keel_contract future = bench_future(80, 50);
  bench_start(&b);
  b.terms.rate = 0;
  b.underlyings[0].implied_vol = 0.25;
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA].every = KEEL_EVERY_NONE;
  b.with[0][0].contract = future;
  bench_hold(&b, call, 10);
  bench_close(&b, call, bench_day(2), -3, 0);
  bench_build(&b, 1, 0);
  double before = 0, money = 0;
  for (int day = 0; day < 3; day++) {
    double spot = 100 + day;
    before = keel_account_after(b.block, 0)->holding[0];
    money = cash(&b);
    bench_quote_mid(&b, future, bench_day(day), spot);
    bench_go(&b, bench_day(day), spot);
  }
  assert_close(keel_account_after(b.block, 0)->holding[0], before + 300 / 50.0, 1e-9);
  assert_close(cash(&b), money + 300 * (102 - 90) + before * 50, 1e-9);
  assert_true(b.block->reason[0] == KEEL_REASON_DELIVERED);
  bench_end(&b);
}

/* What the last position delivers is closed with its hedge. */
static void an_exercise_ends_the_book(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract call = american(KEEL_KIND_CALL, 90, 30, KEEL_SETTLEMENT_PHYSICAL);
  bench_start(&b);
  b.underlyings[0].implied_vol = 0.25;
  bench_hold(&b, call, 1);
  bench_close(&b, call, bench_day(1), -1, 0);
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  bench_go(&b, bench_day(1), 101);
  double wealth = equity(&b);
  assert_true(keel_is_over(b.block, 0));
  keel_liquidate(b.block, 0);
  assert_close(keel_account_after(b.block, 0)->holding[0], 0, 0);
  assert_close(equity(&b), wealth, 1e-9);
  assert_close(change(&b, KEEL_COMPONENT_SETTLEMENT), 0, 0);
  bench_end(&b);
}

static void more_than_is_held_is_refused(void **state) {
  (void)state;
  static const double cases[][2] = {{2, -3}, {2, 1}, {-2, 3}, {-2, -1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bench b;
    struct keel_contract call = american(KEEL_KIND_CALL, 90, 30, KEEL_SETTLEMENT_CASH);
    start(&b);
    b.underlyings[0].implied_vol = 0.25;
    bench_hold(&b, call, cases[i][0]);
    bench_close(&b, call, bench_day(1), cases[i][1], 0);
    bench_build(&b, 1, 0);
    bench_go(&b, bench_day(0), 100);
    bench_go(&b, bench_day(1), 100);
    assert_true(b.block->refused && b.block->refused->read == &b.trades[0]);
    assert_close(b.block->refused_held, 100 * cases[i][0], 0);
    assert_close(change(&b, KEEL_COMPONENT_SETTLEMENT), 0, 0);
    assert_int_equal(b.block->trades_left[0], 0);
    bench_end(&b);
  }
}

/* What it delivers needs an account that holds it. */
static void an_exercise_at_the_first_instant_waits_for_the_next(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract call = american(KEEL_KIND_CALL, 90, 30, KEEL_SETTLEMENT_PHYSICAL);
  start(&b);
  b.underlyings[0].implied_vol = 0.25;
  bench_hold(&b, call, 2);
  bench_close(&b, call, bench_day(0), -1, 0);
  struct keel_block *block = bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  assert_true(block->units[bench_row(&b, call)] == 200 && block->trades_left[0] == 1);
  bench_go(&b, bench_day(1), 100);
  assert_true(block->units[bench_row(&b, call)] == 100 && block->trades_late == 1 && !block->refused);
  bench_end(&b);
}

static void a_european_option_is_not_exercised_early(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 90, 30);
  keel_error error = {0};
  start(&b);
  bench_hold(&b, call, 1);
  bench_close(&b, call, bench_day(1), -1, 0);
  assert_int_equal(bench_wire(&b, 1, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.where, "fills.csv:2"));
  assert_non_null(strstr(error.what, "european"));
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(an_assigned_put_delivers_stock),
                                     cmocka_unit_test(an_exercised_call_on_a_future_gives_it),
                                     cmocka_unit_test(an_exercise_ends_the_book),
                                     cmocka_unit_test(more_than_is_held_is_refused),
                                     cmocka_unit_test(a_european_option_is_not_exercised_early),
                                     cmocka_unit_test(an_exercise_at_the_first_instant_waits_for_the_next),
                                     cmocka_unit_test(a_trade_pays_its_price_and_moves_from_then_on),
                                     cmocka_unit_test(a_trade_at_the_first_instant_is_in_the_book_from_there),
                                     cmocka_unit_test(a_trade_at_the_ex_date_has_no_dividend),
                                     cmocka_unit_test(a_book_waits_for_its_trades)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
