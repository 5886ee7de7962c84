/* Early exercise by the rule: in the paths where it is due, of the book and of hedges, before an ex-date, and not by a
 * quote's noise. */
#include "hedge/exercise.h"

#include "hedge/bench_market.h"

enum { PATHS = 3 };

static struct keel_contract american(enum keel_kind kind, double strike, double days) {
  struct keel_contract contract = bench_option(kind, strike, days);
  contract.exercise = KEEL_EXERCISE_AMERICAN;
  return contract;
}

static void start(struct bench *b, enum keel_settlement settlement, enum keel_early_exercise early) {
  bench_start(b);
  b->underlyings[0].settlement = settlement;
  b->underlyings[0].implied_vol = 0.2;
  b->terms.early_exercise = early;
}

/* A step of a model's market: a spot in each path, one vol. */
static void go(struct bench *b, double day, const double spots[PATHS]) {
  struct keel_market *market = &b->block->market;
  size_t spot = b->wiring.underlyings[0].spot;
  for (size_t at = 0; at < b->wiring.row_count * PATHS; at++) market->vol[at] = 0.2;
  for (size_t i = 0; i < PATHS; i++) market->bid[spot * PATHS + i] = market->ask[spot * PATHS + i] = spots[i];
  market->next_ns = bench_day(day + 1);
  bench_step(b, bench_day(day), 1);
}

static const double before[PATHS] = {100, 100, 100}, deep[PATHS] = {60, 100, 130}, after[PATHS] = {95, 90, 120};
static struct keel_accounts *accounts(struct bench *b) { return keel_account_after(b->block, 0); }

/* The same market with the rule and without it. */
static void both(struct bench pair[2], enum keel_settlement settlement, double qty) {
  for (int k = 0; k < 2; k++) {
    start(&pair[k], settlement, k ? KEEL_EARLY_EXERCISE_NONE : KEEL_EARLY_EXERCISE_OPTIMAL);
    bench_hold(&pair[k], american(KEEL_KIND_PUT, 100, 60), qty);
    bench_build(&pair[k], PATHS, 1);
    assert_int_equal(pair[k].wiring.exercises, !k);
    go(&pair[k], 0, before);
    go(&pair[k], 10, deep);
  }
}

/* In the first path the put is exercised at its value; the others know nothing of it. */
static void check_put(enum keel_settlement settlement, double qty) {
  struct bench pair[2];
  both(pair, settlement, qty);
  struct keel_block *block = pair[0].block, *held = pair[1].block;
  double delivered = settlement == KEEL_SETTLEMENT_PHYSICAL ? -100 * qty : 0;
  for (size_t i = 0; i < PATHS; i++) {
    assert_close(block->exercise.qty[i], i ? 0 : fabs(qty), 0);
    assert_close(block->delivered[i], i ? 0 : delivered, 0);
    assert_close(accounts(&pair[0])->equity[i], accounts(&pair[1])->equity[i], 1e-9);
    assert_close(block->explain[KEEL_COMPONENT_SETTLEMENT][i], 0, 1e-9);
  }
  assert_true(block->totals.value[0] == 0 && block->totals.delta[0] == 0 && block->totals.hedge_delta[0] == 0);
  assert_close(accounts(&pair[0])->holding[0], 0, 1e-9);
  for (int k = 0; k < 2; k++) go(&pair[k], 20, after);
  assert_true(block->totals.value[0] == 0 && block->exercise.qty[0] == 0 && block->so_far.exercised[0] == fabs(qty));
  assert_close(block->totals.change[KEEL_COMPONENT_GAMMA][0], 0, 0);
  for (size_t i = 1; i < PATHS; i++) {
    assert_same_bits(block->totals.value[i], held->totals.value[i]);
    assert_same_bits(block->totals.hedge_delta[i], held->totals.hedge_delta[i]);
    assert_close(accounts(&pair[0])->equity[i], accounts(&pair[1])->equity[i], 0);
  }
  double wealth = accounts(&pair[0])->equity[0] - block->pnl[0];
  assert_close(accounts(&pair[0])->cash[0], accounts(&pair[0])->equity[0], 1e-9);
  assert_close(block->pnl[0], wealth * (exp(0.05 * 10 / 365) - 1), 1e-9);
  go(&pair[0], 61, deep); /* what was exercised does not settle again */
  assert_close(block->pnl[0], accounts(&pair[0])->equity[0] * (1 - exp(-0.05 * 41 / 365)), 1e-9);
  bench_end(&pair[0]);
  bench_end(&pair[1]);
}

static void a_deep_put_is_exercised_or_assigned(void **state) {
  (void)state;
  check_put(KEEL_SETTLEMENT_CASH, 5);
  check_put(KEEL_SETTLEMENT_CASH, -5);
  check_put(KEEL_SETTLEMENT_PHYSICAL, 5);
  check_put(KEEL_SETTLEMENT_PHYSICAL, -5);
}

/* Where waiting costs nothing, and at the last instant of a run. */
static void nothing_is_exercised_for_nothing(void **state) {
  (void)state;
  for (int k = 0; k < 3; k++) {
    struct bench b;
    start(&b, KEEL_SETTLEMENT_CASH, KEEL_EARLY_EXERCISE_OPTIMAL);
    if (k == 0) b.terms.rate = 0;
    bench_hold(&b, american(k == 1 ? KEEL_KIND_CALL : KEEL_KIND_PUT, k == 1 ? 20 : 100, 60), 5);
    bench_build(&b, PATHS, 1);
    go(&b, 0, before);
    b.block->market.is_last = k == 2;
    go(&b, 10, deep);
    for (size_t i = 0; i < PATHS; i++) assert_true(b.block->exercise.qty[i] == 0 && b.block->totals.value[i] >= 0);
    bench_end(&b);
  }
}

/* Delta and gamma by spot and an American put: what the account holds of it is exercised with no change of wealth. */
static void what_a_hedge_holds_is_exercised(void **state) {
  (void)state;
  struct bench pair[2];
  for (int k = 0; k < 2; k++) {
    struct bench *b = &pair[k];
    start(b, KEEL_SETTLEMENT_PHYSICAL, k ? KEEL_EARLY_EXERCISE_NONE : KEEL_EARLY_EXERCISE_OPTIMAL);
    struct keel_policy *policy = &b->policies[0];
    policy->target.exposures[policy->target.exposure_count++] = KEEL_EXPOSURE_GAMMA;
    b->with[0][1] = b->with[0][0];
    b->with[0][1].contract = american(KEEL_KIND_PUT, 100, 60);
    b->with[0][1].contract.underlying = NULL;
    policy->with_count = 2;
    bench_hold(b, bench_option(KEEL_KIND_CALL, 105, 60), -10);
    bench_build(b, PATHS, 1);
    go(b, 0, before);
  }
  double held = accounts(&pair[0])->holding[PATHS];
  assert_true(held > 1);
  for (int k = 0; k < 2; k++) go(&pair[k], 10, deep);
  struct keel_block *block = pair[0].block;
  assert_close(block->exercise.qty[0], held, 1e-12);
  assert_close(block->delivered[0], -100 * held, 1e-9);
  assert_true(block->exercise.qty[1] == 0 && block->delivered[1] == 0);
  for (size_t i = 0; i < PATHS; i++) assert_close(accounts(&pair[0])->equity[i], accounts(&pair[1])->equity[i], 1e-8);
  assert_close(accounts(&pair[0])->holding[PATHS], block->sent_qty[PATHS], 1e-9);
  double delta = -block->totals.hedge_delta[0] + 100 * accounts(&pair[0])->holding[PATHS];
  assert_close(accounts(&pair[0])->holding[0], delta, 1e-6);
  bench_end(&pair[0]);
  bench_end(&pair[1]);
}

/* ---- quotes, one path ---- */

static void go_ex(struct bench *b, double day, double next_day, double spot, unsigned changed) {
  bench_quote_mid(b, bench_spot("X"), bench_day(day), spot);
  b->block->market.next_ns = bench_day(next_day);
  bench_step(b, bench_day(day), changed);
}

/* Of two calls the deep one, whose interest and optionality are less than the dividend, and at no other step than the
 * last before the ex-date; that step comes also where nothing is new. */
static void a_call_is_exercised_before_an_ex_date(void **state) {
  (void)state;
  struct keel_dividend dividends[] = {{.ex_ns = bench_day(10.5), .pay_ns = bench_day(20), .cash = 2}};
  struct bench b;
  start(&b, KEEL_SETTLEMENT_PHYSICAL, KEEL_EARLY_EXERCISE_OPTIMAL);
  b.underlyings[0].dividends = dividends;
  b.underlyings[0].dividend_count = 1;
  b.policies[0].target.kind = KEEL_TARGET_NONE;
  struct keel_contract low = american(KEEL_KIND_CALL, 70, 60), near = american(KEEL_KIND_CALL, 99, 60);
  bench_hold(&b, low, 3);
  bench_hold(&b, near, -2);
  bench_build(&b, 1, 0);
  go_ex(&b, 0, 9, 100, 1);
  go_ex(&b, 9, 10, 101, 1);
  assert_close(b.block->exercise.qty[0], 0, 0);
  double wealth = accounts(&b)->equity[0];
  bench_quote_mid(&b, bench_spot("X"), bench_day(10), 102);
  b.block->market.next_ns = bench_day(11);
  bench_step(&b, bench_day(10), 0);
  assert_int_equal(b.block->stepped[0], 1);
  assert_close(b.block->exercise.qty[0], 3, 0);
  assert_close(b.block->exercise.long_qty, 3, 0);
  assert_close(b.block->exercise.short_qty, 0, 0);
  assert_close(accounts(&b)->holding[0], 300, 0);
  assert_true(b.block->reason[0] == KEEL_REASON_EXERCISED && b.block->decided[0] == 1);
  assert_close(accounts(&b)->equity[0] - wealth, b.block->pnl[0], 1e-9);
  wealth = accounts(&b)->equity[0];
  double paid = accounts(&b)->cash[0], near_before = b.block->totals.value[0];
  go_ex(&b, 11, 12, 100, 1); /* ex: the shares have it */
  assert_close(accounts(&b)->receivable[0], 600, 1e-9);
  double made = 300 * (100 - 102 + 2) + b.block->totals.value[0] - near_before + paid * (exp(0.05 / 365) - 1);
  assert_close(accounts(&b)->equity[0] - wealth, made, 1e-9);
  bench_end(&b);
}

/* A mid below intrinsic has no vol of its own: the strike's decides, and the call of that strike is quoted well above
 * what exercise at once would leave it. */
static void a_noisy_quote_exercises_nothing(void **state) {
  (void)state;
  struct bench b;
  start(&b, KEEL_SETTLEMENT_CASH, KEEL_EARLY_EXERCISE_OPTIMAL);
  b.underlyings[0].implied_vol = 0.5;
  struct keel_contract put = american(KEEL_KIND_PUT, 100, 180);
  bench_hold(&b, put, 1);
  bench_build(&b, 1, 0);
  bench_quote_mid(&b, put, bench_day(0), 14);
  go_ex(&b, 0, 1, 100, 1);
  bench_quote_mid(&b, put, bench_day(1), 9.9);
  go_ex(&b, 1, 2, 90, 1);
  assert_int_equal(b.block->source_counts[KEEL_MARK_NO_VOL], 1);
  assert_close(b.block->exercise.qty[0], 0, 0);
  bench_end(&b);
}

/* A fill of what was exercised begins a new position; fills that say what was exercised turn the rule off. */
static void fills_come_after_it_or_instead(void **state) {
  (void)state;
  for (int k = 0; k < 2; k++) {
    struct bench b;
    start(&b, KEEL_SETTLEMENT_CASH, KEEL_EARLY_EXERCISE_OPTIMAL);
    struct keel_contract put = american(KEEL_KIND_PUT, 100, 60);
    bench_hold(&b, put, 5);
    bench_trade(&b, put, bench_day(20), k ? -1 : 2, 12, 0);
    if (k) b.trades[0].event = KEEL_TRADE_EXERCISE;
    bench_build(&b, 1, 0);
    assert_int_equal(b.wiring.exercises, !k);
    go_ex(&b, 0, 10, 100, 1);
    go_ex(&b, 10, 20, 60, 1);
    assert_close(b.block->exercise.qty[0], k ? 0 : 5, 0);
    assert_close(keel_units_held(b.block, bench_row(&b, put)), k ? 500 : 0, 0);
    go_ex(&b, 20, 21, 95, 1);
    assert_close(keel_units_held(b.block, bench_row(&b, put)), k ? 400 : 200, 0);
    assert_close(b.block->totals.delta[0] / keel_units_held(b.block, bench_row(&b, put)),
                 keel_marks_after(b.block, 0)->greeks.delta[bench_row(&b, put)], 1e-15);
    bench_end(&b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_deep_put_is_exercised_or_assigned), cmocka_unit_test(nothing_is_exercised_for_nothing),
      cmocka_unit_test(what_a_hedge_holds_is_exercised),     cmocka_unit_test(a_call_is_exercised_before_an_ex_date),
      cmocka_unit_test(a_noisy_quote_exercises_nothing),     cmocka_unit_test(fills_come_after_it_or_instead)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
