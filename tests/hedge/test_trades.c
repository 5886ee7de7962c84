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

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_trade_pays_its_price_and_moves_from_then_on),
                                     cmocka_unit_test(a_trade_at_the_first_instant_is_in_the_book_from_there),
                                     cmocka_unit_test(a_trade_at_the_ex_date_has_no_dividend),
                                     cmocka_unit_test(a_book_waits_for_its_trades)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
