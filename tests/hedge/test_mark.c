#include "hedge/mark.h"

#include "hedge/bench_market.h"
#include "hedge/textbook.h"

static double price_of(struct bench *b, struct keel_contract contract) {
  return keel_marks_after(b->block, 0)->price[bench_row(b, contract) * b->wiring.paths];
}

static void usable_quotes(void **state) {
  (void)state;
  const double usable[][2] = {{1, 1}, {1, 2}, {0x1p-1022, 1e300}};
  const double not [][2] = {{0, 1}, {2, 1}, {-1, 1}, {NAN, 1}, {1, NAN}, {1, INFINITY}, {NAN, NAN}, {-2, -1}, {0, 0}};
  for (size_t i = 0; i < sizeof usable / sizeof *usable; i++)
    assert_true(keel_quote_is_usable(usable[i][0], usable[i][1]));
  for (size_t i = 0; i < sizeof not / sizeof *not ; i++) assert_false(keel_quote_is_usable(not [i][0], not [i][1]));
}

static void spot_is_marked_at_mid_or_stays(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  b.underlyings[0].implied_vol = 0.2;
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -1);
  bench_build(&b, 1, 0);
  bench_step(&b, bench_day(0), 1); /* nothing is known */
  assert_false(b.block->stepped[0] || b.block->entered[0]);
  bench_quote(&b, bench_spot("X"), bench_day(1), NAN, 101);
  bench_step(&b, bench_day(1), 1);
  assert_false(b.block->entered[0]);
  bench_quote(&b, bench_spot("X"), bench_day(2), 99, 102);
  bench_step(&b, bench_day(2), 1);
  assert_true(b.block->stepped[0] && b.block->entered[0]);
  assert_true(price_of(&b, bench_spot("X")) == 100.5);
  const double unusable[][2] = {{NAN, 110}, {0, 110}, {111, 110}, {NAN, NAN}};
  for (int i = 0; i < 4; i++) {
    bench_quote(&b, bench_spot("X"), bench_day(3 + i), unusable[i][0], unusable[i][1]);
    bench_step(&b, bench_day(3 + i), 1);
    assert_true(price_of(&b, bench_spot("X")) == 100.5);
    assert_true(b.block->reason[0] == KEEL_REASON_NO_PRICE && b.block->trade[0] == 0);
  }
  assert_int_equal(b.block->source_counts[KEEL_MARK_ONE_SIDED], 2);
  assert_int_equal(b.block->source_counts[KEEL_MARK_CROSSED], 1);
  assert_int_equal(b.block->source_counts[KEEL_MARK_MISSING], 6); /* spot once, the call at each step */
  bench_quote(&b, bench_spot("X"), bench_day(8), 104, 104);
  bench_step(&b, bench_day(8), 1);
  assert_true(price_of(&b, bench_spot("X")) == 104);
  bench_end(&b);
}

/* Options are those of spot that falls at ex-dates, futures are on spot less what it pays until their expiry, at its
 * present value. */
static void dividends_to_come_count(void **state) {
  (void)state;
  struct keel_dividend dividends[] = {
      {bench_day(0), bench_day(0), 9}, /* gone */
      {bench_day(10), bench_day(20), 1.5},
      {bench_day(40), bench_day(40), 2},
      {bench_day(70), bench_day(70), 4}, /* after both */
  };
  for (int parity = 0; parity < 2; parity++) {
    struct bench b;
    bench_start(&b);
    b.underlyings[0].implied_vol = 0.2;
    b.underlyings[0].yield = 0.02;
    b.underlyings[0].dividends = dividends;
    b.underlyings[0].dividend_count = 4;
    b.underlyings[0].forward = parity ? KEEL_FORWARD_PARITY : KEEL_FORWARD_YIELD;
    bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -1);
    bench_hold(&b, bench_option(KEEL_KIND_PUT, 100, 60), -1);
    bench_hold(&b, bench_future(60, 50), 1);
    bench_build(&b, 1, 0);
    bench_go(&b, bench_day(0), 100);
    double near = parity ? 0 : 1.5 * exp(-0.05 * 10 / 365), far = near + (parity ? 0 : 2 * exp(-0.05 * 40 / 365));
    const keel_option call = {1, 100, 0.05, 0.02, 30 / 365.0}, put = {-1, 100, 0.05, 0.02, 60 / 365.0};
    const double ex[] = {10 / 365.0, 40 / 365.0}, cash[] = {1.5, 2};
    const keel_dividends paid = {parity ? 0 : 2, ex, cash, KEEL_DIVIDEND_LIQUIDATOR};
    assert_close(price_of(&b, bench_option(KEEL_KIND_CALL, 100, 30)), textbook_paying(&call, 100, 0.2, 0, &paid).price,
                 1e-6);
    assert_close(price_of(&b, bench_option(KEEL_KIND_PUT, 100, 60)), textbook_paying(&put, 100, 0.2, 0, &paid).price,
                 1e-6);
    size_t future = bench_row(&b, bench_future(60, 50));
    const struct keel_marks *marks = keel_marks_after(b.block, 0);
    struct textbook want = textbook_future(0.05, 0.02, 60 / 365.0, 100 - far);
    assert_close(marks->price[future], want.price, 1e-12);
    assert_close(marks->greeks.delta[future], want.delta, 1e-14);
    assert_close(marks->greeks.theta[future], want.theta, 1e-12);
    assert_close(marks->greeks.rho[future], want.rho, 1e-12);
    assert_close(marks->greeks.psi[future], want.psi, 1e-12);
    assert_true(marks->hedge_delta[0][future] == marks->greeks.delta[future]);
    assert_close(marks->escrow[future], far, 1e-15);
    bench_end(&b);
  }
}

/* On its ex-date a dividend is no longer to come. */
/* The forward of a future is its price at any rate, and the rate moves nothing but the discount: rho is -T x price. */
static void options_on_a_future_have_its_price_as_forward(void **state) {
  (void)state;
  for (int from_tape = 0; from_tape < 2; from_tape++) {
    struct bench b;
    struct keel_contract call = bench_option(KEEL_KIND_CALL, 100, 90), put = bench_option(KEEL_KIND_PUT, 95, 90);
    struct keel_contract listed = bench_spot("X");
    listed.expiry_ns = bench_day(90);
    bench_start(&b);
    b.underlyings[0].implied_vol = 0.2;
    b.underlyings[0].on = from_tape ? KEEL_ON_UNSAID : KEEL_ON_FUTURE;
    if (from_tape) bench_list(&b, listed);
    bench_hold(&b, call, 10);
    bench_hold(&b, put, -5);
    bench_hold(&b, bench_future(90, 50), 1);
    bench_build(&b, 1, 0);
    assert_true(b.wiring.underlyings[0].on_future);
    bench_go(&b, bench_day(0), 100);
    const keel_option terms[] = {{1, 100, 0.05, 0.05, 90 / 365.0}, {-1, 95, 0.05, 0.05, 90 / 365.0}};
    const double units[] = {1000, -500};
    double rho = 0;
    for (int k = 0; k < 2; k++) {
      struct textbook want = textbook_option(&terms[k], 100, 0.2);
      size_t row = bench_row(&b, k ? put : call);
      const keel_greeks *greeks = &keel_marks_after(b.block, 0)->greeks;
      assert_close(price_of(&b, k ? put : call), want.price, 1e-12);
      assert_close(greeks->delta[row], want.delta, 1e-12);
      assert_close(greeks->rho[row], want.rho + want.psi, 1e-12);
      assert_close(greeks->rho[row], -90 / 365.0 * want.price, 1e-12);
      assert_true(greeks->psi[row] == 0);
      rho += units[k] * greeks->rho[row];
    }
    size_t future = bench_row(&b, bench_future(90, 50));
    assert_close(price_of(&b, bench_future(90, 50)), 100, 1e-12);
    assert_close(keel_marks_after(b.block, 0)->greeks.rho[future], 0, 0);
    b.block->market.rate = 0.07;
    bench_go(&b, bench_day(0.001), 100);
    assert_close(b.block->explain[KEEL_COMPONENT_RHO][0], rho * 0.02, 1e-9);
    assert_close(b.block->explain[KEEL_COMPONENT_CARRY][0], 0, 0);
    assert_close(b.block->explain[KEEL_COMPONENT_UNEXPLAINED][0], 0, 0.02 * fabs(rho) * 0.02);
    bench_end(&b);
  }
}

/* The same where a model makes the market; what is said of the underlying counts, not the tape. */
static void a_model_of_a_future_has_no_carry(void **state) {
  (void)state;
  static const enum keel_underlying_kind said[] = {KEEL_ON_FUTURE, KEEL_ON_SPOT};
  for (int k = 0; k < 2; k++) {
    struct bench b;
    struct keel_contract call = bench_option(KEEL_KIND_CALL, 100, 90), listed = bench_spot("X");
    listed.expiry_ns = bench_day(90);
    bench_start(&b);
    b.underlyings[0].on = said[k];
    bench_list(&b, listed);
    bench_hold(&b, call, 1);
    bench_build(&b, 2, 1);
    for (size_t cell = 0; cell < 2 * b.wiring.row_count; cell++) b.block->market.vol[cell] = 0.3;
    bench_go(&b, bench_day(0), 100);
    const keel_option terms = {1, 100, 0.05, k ? 0 : 0.05, 90 / 365.0};
    struct textbook want = textbook_option(&terms, 100, 0.3);
    double rho = keel_marks_after(b.block, 0)->greeks.rho[2 * bench_row(&b, call)];
    assert_close(price_of(&b, call), want.price, 1e-12);
    assert_close(rho, k ? want.rho : -90 / 365.0 * want.price, 1e-12);
    bench_end(&b);
  }
}

static void the_ex_instant_counts_as_gone(void **state) {
  (void)state;
  struct keel_dividend dividend = {bench_day(10), bench_day(10), 1.5};
  struct bench b;
  bench_start(&b);
  b.underlyings[0].implied_vol = 0.2;
  b.underlyings[0].dividends = &dividend;
  b.underlyings[0].dividend_count = 1;
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -1);
  bench_build(&b, 1, 0);
  size_t call = bench_row(&b, bench_option(KEEL_KIND_CALL, 100, 30));
  bench_go(&b, bench_day(10) - 1, 100);
  assert_close(keel_marks_after(b.block, 0)->escrow[call], 1.5, 1e-12);
  bench_go(&b, bench_day(10), 98.5);
  assert_true(keel_marks_after(b.block, 0)->escrow[call] == 0);
  bench_end(&b);
}

/* Calls and puts, in and out of the money, and a future, at expiry or (counted) at the first instant after it. */
static void expiry_settles_at_the_spot_of_the_instant(void **state) {
  (void)state;
  for (int late = 0; late < 2; late++) {
    struct bench b;
    bench_start(&b);
    b.underlyings[0].implied_vol = 0.2;
    const double strikes[] = {90, 110};
    for (int i = 0; i < 2; i++) {
      bench_hold(&b, bench_option(KEEL_KIND_CALL, strikes[i], 30), -1);
      bench_hold(&b, bench_option(KEEL_KIND_PUT, strikes[i], 30), 2);
    }
    bench_hold(&b, bench_future(30, 50), 1);
    bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 60), 1);
    bench_build(&b, 1, 0);
    bench_go(&b, bench_day(0), 100);
    uint64_t before = b.block->source_counts[KEEL_MARK_MISSING];
    bench_go(&b, bench_day(late ? 33 : 30), 97);
    assert_true(price_of(&b, bench_option(KEEL_KIND_CALL, 90, 30)) == 7);
    assert_true(price_of(&b, bench_option(KEEL_KIND_CALL, 110, 30)) == 0);
    assert_true(price_of(&b, bench_option(KEEL_KIND_PUT, 90, 30)) == 0);
    assert_true(price_of(&b, bench_option(KEEL_KIND_PUT, 110, 30)) == 13);
    assert_true(price_of(&b, bench_future(30, 50)) == 97);
    assert_int_equal(b.block->source_counts[KEEL_MARK_LATE], late ? 5 : 0);
    assert_int_equal(b.block->source_counts[KEEL_MARK_MISSING] - before, 1); /* the one that lives on */
    for (size_t r = 1; r < b.wiring.row_count; r++)
      assert_int_equal(b.block->alive[r], b.wiring.rows[r].contract.expiry_ns > bench_day(30));
    bench_end(&b);
  }
}

/* A spot beyond numbers: no mark and no decision, which shows as NaN; not the end of the program. */
static void a_mark_that_cannot_be_had_is_nan(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  b.underlyings[0].implied_vol = 0.2;
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -1);
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 100);
  double held = keel_account_after(b.block, 0)->holding[0];
  bench_go(&b, bench_day(1), 1e160);
  assert_true(b.block->stepped[0] && isnan(b.block->pnl[0]) && b.block->reason[0] == KEEL_REASON_BAD_NUMBER);
  assert_true(keel_account_after(b.block, 0)->holding[0] == held);
  bench_go(&b, bench_day(2), 100);
  assert_false(isnan(keel_account_after(b.block, 0)->equity[0]));
  assert_int_equal((int)b.block->reason[0], KEEL_REASON_EVERY);
  bench_end(&b);
}

/* A book does not enter without what has expired before the rest of it had a quote. */
static void a_book_that_is_too_late_stays_out(void **state) {
  (void)state;
  struct bench b;
  struct keel_contract near = bench_option(KEEL_KIND_CALL, 100, 3), far = bench_option(KEEL_KIND_CALL, 100, 30);
  bench_start(&b);
  bench_hold(&b, near, -1);
  bench_hold(&b, far, -1);
  bench_build(&b, 1, 0);
  for (int day = 0; day < 6; day++) {
    if (day < 3) bench_quote(&b, near, bench_day(day), 1, 1.1);
    if (day > 3) bench_quote(&b, far, bench_day(day), 3, 3.1);
    bench_go(&b, bench_day(day), 100);
    assert_false(b.block->entered[0] || b.block->stepped[0]);
  }
  for (int s = 0; s < KEEL_MARK_SOURCE_COUNT; s++) assert_int_equal(b.block->source_counts[s], 0);
  bench_end(&b);
}

static void sources_have_names(void **state) {
  (void)state;
  for (int i = 0; i < KEEL_MARK_SOURCE_COUNT; i++) {
    assert_non_null(keel_mark_source_names[i]);
    for (int j = 0; j < i; j++) assert_string_not_equal(keel_mark_source_names[i], keel_mark_source_names[j]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(usable_quotes),
      cmocka_unit_test(spot_is_marked_at_mid_or_stays),
      cmocka_unit_test(dividends_to_come_count),
      cmocka_unit_test(options_on_a_future_have_its_price_as_forward),
      cmocka_unit_test(a_model_of_a_future_has_no_carry),
      cmocka_unit_test(the_ex_instant_counts_as_gone),
      cmocka_unit_test(expiry_settles_at_the_spot_of_the_instant),
      cmocka_unit_test(a_mark_that_cannot_be_had_is_nan),
      cmocka_unit_test(a_book_that_is_too_late_stays_out),
      cmocka_unit_test(sources_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
