/* Several exposures by several instruments: what remains, in lots and within limits, with triggers and moves apart. */
#include "hedge/exposures.h"

#include <stdio.h>

#include "hedge/gbm.h"
#include "hedge/textbook.h"

static const double vol = 0.25;

static struct keel_contract near_call(void) { return bench_option(KEEL_KIND_CALL, 102, 25); }
static struct keel_contract far_put(void) { return bench_option(KEEL_KIND_PUT, 97, 80); }

/* ---- a book of X, and hedges of it ---- */

static void start(struct bench *b) {
  bench_start(b);
  bench_hold(b, bench_option(KEEL_KIND_CALL, 100, 40), -10);
  bench_hold(b, bench_option(KEEL_KIND_PUT, 92, 60), 4);
}

static struct keel_hedge_instrument *add_instrument(struct bench *b, size_t v, struct keel_contract contract) {
  struct keel_hedge_instrument *with = &b->with[v][b->policies[v].with_count++];
  *with = b->with[v][0];
  with->contract = contract;
  with->contract.underlying = NULL;
  return with;
}

static void neutral_in(struct bench *b, size_t v, size_t count) {
  static const enum keel_exposure all[] = {KEEL_EXPOSURE_DELTA, KEEL_EXPOSURE_GAMMA, KEEL_EXPOSURE_VEGA};
  struct keel_target *target = &b->policies[v].target;
  target->exposure_count = count;
  memcpy(target->exposures, all, count * sizeof *all);
  for (size_t e = 0; e < count; e++) b->policies[v].triggers[all[e]] = b->policies[v].triggers[KEEL_EXPOSURE_DELTA];
}

/* Delta, gamma and vega by spot and two options, at every step, in any fraction. */
static void neutral_in_all(struct bench *b) {
  add_instrument(b, 0, near_call());
  add_instrument(b, 0, far_put());
  neutral_in(b, 0, 3);
}

static void show(struct bench *b, double day, double spot) {
  double spots[GBM_PATHS];
  for (size_t i = 0; i < b->wiring.paths; i++) spots[i] = spot * (1 + 0.001 * (double)(i % 100));
  gbm_show(b, spots, vol, bench_day(day));
}

/* ---- what is exposed, by the textbook ---- */

struct greeks {
  double of[3];
};

static void add_contract(struct greeks *sum, const struct keel_contract *contract, double qty, double day,
                         double spot) {
  double units = qty * contract->multiplier;
  int64_t left = contract->expiry_ns - bench_day(day);
  if (qty == 0) return;
  if (contract->kind == KEEL_KIND_SPOT) {
    sum->of[0] += units;
    return;
  }
  if (left <= 0) return;
  const keel_option option = {contract->kind == KEEL_KIND_PUT ? -1 : 1, contract->strike, 0.05, 0,
                              (double)left / (double)KEEL_NS_PER_YEAR};
  struct textbook greeks = textbook_option(&option, spot, vol);
  sum->of[0] += units * greeks.delta;
  sum->of[1] += units * greeks.gamma;
  sum->of[2] += units * greeks.vega;
}

static double held(const struct bench *b, size_t line, size_t i) {
  return keel_at_line(b->block, keel_account_after(b->block, 0)->holding, line)[i];
}
static int reason(const struct bench *b, size_t line, size_t i) {
  return (int)keel_at_line(b->block, b->block->reason, line)[i];
}

/* Of the book, and of book and holdings of variant v. */
static struct greeks book_at(const struct bench *b, double day, double spot) {
  struct greeks sum = {{0}};
  for (size_t k = 0; k < b->book.count; k++)
    add_contract(&sum, &b->positions[k].contract, b->positions[k].qty, day, spot);
  return sum;
}
static struct greeks left_at(const struct bench *b, size_t v, size_t i, double day, double spot) {
  struct greeks sum = book_at(b, day, spot);
  struct keel_lane_lines lines = keel_lines_of(&b->wiring, 0, v);
  for (size_t line = lines.first; line < lines.first + lines.count; line++)
    add_contract(&sum, &b->wiring.rows[b->wiring.lines[line].row].contract, held(b, line, i), day, spot);
  return sum;
}

/* ---- residuals ---- */

static void nothing_remains(void **state) {
  (void)state;
  for (size_t count = 2; count <= 3; count++) {
    struct bench b;
    start(&b);
    neutral_in_all(&b);
    b.policies[0].with_count = count;
    neutral_in(&b, 0, count);
    bench_build(&b, GBM_PATHS, 1);
    for (int day = 0; day < 20; day++) {
      show(&b, day, 96 + day / 3.0);
      for (size_t i = 0; i < GBM_PATHS; i += 17) {
        double spot = (96 + day / 3.0) * (1 + 0.001 * (double)(i % 100));
        struct greeks book = book_at(&b, day, spot), left = left_at(&b, 0, i, day, spot);
        for (size_t e = 0; e < count; e++) assert_close(left.of[e], 0, 1e-9 * (fabs(book.of[e]) + 100));
        for (size_t line = 0; line < count; line++)
          assert_int_equal(reason(&b, line, i), day ? KEEL_REASON_EVERY : KEEL_REASON_ENTER);
      }
    }
    bench_end(&b);
  }
}

/* By options alone, one for each exposure. */
static void options_alone(void **state) {
  (void)state;
  for (size_t count = 1; count <= 3; count++) {
    struct bench b;
    start(&b);
    b.policies[0].with_count = 0;
    struct keel_contract options[] = {near_call(), far_put(), bench_option(KEEL_KIND_CALL, 108, 120)};
    struct keel_hedge_instrument plain = b.with[0][0];
    for (size_t k = 0; k < count; k++) b.with[0][0] = plain, add_instrument(&b, 0, options[k]);
    b.with[0][0].contract = options[0];
    b.with[0][0].contract.underlying = NULL;
    neutral_in(&b, 0, count);
    bench_build(&b, 1, 1);
    for (int day = 0; day < 5; day++) {
      show(&b, day, 99);
      struct greeks left = left_at(&b, 0, 0, day, 99);
      for (size_t e = 0; e < count; e++) assert_close(left.of[e], 0, 1e-7);
      assert_true(fabs(held(&b, 0, 0)) > 1);
    }
    bench_end(&b);
  }
}

/* Vegas weighted by sqrt(tenor / years): a different holding, that brings the weighted sum to zero. */
static void vega_by_tenor(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  neutral_in_all(&b);
  b.policies[0].target.vega_tenor = 0.25;
  bench_build(&b, 1, 1);
  show(&b, 0, 99);
  double sum = 0, plain = left_at(&b, 0, 0, 0, 99).of[2];
  const struct {
    struct keel_contract contract;
    double qty;
  } all[] = {{b.positions[0].contract, -10},
             {b.positions[1].contract, 4},
             {near_call(), held(&b, 1, 0)},
             {far_put(), held(&b, 2, 0)}};
  for (size_t k = 0; k < 4; k++) {
    struct greeks one = {{0}};
    add_contract(&one, &all[k].contract, all[k].qty, 0, 99);
    double years = (double)(all[k].contract.expiry_ns - BENCH_START) / (double)KEEL_NS_PER_YEAR;
    sum += one.of[2] * sqrt(0.25 / years);
  }
  assert_close(sum, 0, 1e-7);
  assert_true(fabs(plain) > 10);
  assert_close(left_at(&b, 0, 0, 0, 99).of[0], 0, 1e-8);
  bench_end(&b);
}

/* ---- lots and limits ---- */

/* Options in lots, or cut by a limit, leave gamma and vega behind, and never delta. */
static void lots_of_options_leave_no_delta(void **state) {
  (void)state;
  for (int limited = 0; limited < 2; limited++) {
    struct bench b;
    start(&b);
    neutral_in_all(&b);
    b.with[0][1].lot = 3;
    b.with[0][2].lot = 2;
    if (limited) b.with[0][1].qty_max = 3;
    bench_build(&b, 4, 1);
    for (int day = 0; day < 15; day++) {
      show(&b, day, 95 + day);
      for (size_t i = 0; i < 4; i++) {
        double spot = (95 + day) * (1 + 0.001 * (double)i);
        assert_close(left_at(&b, 0, i, day, spot).of[0], 0, 1e-8);
        assert_close(remainder(held(&b, 1, i), 3), 0, 0);
        assert_close(remainder(held(&b, 2, i), 2), 0, 0);
        if (limited) assert_true(fabs(held(&b, 1, i)) <= 3);
        if (!limited) assert_close(held(&b, 1, i), keel_at_line(b.block, b.block->target, 1)[i], 1.5 + 1e-9);
      }
      if (limited && day == 0) assert_int_equal(reason(&b, 1, 0), KEEL_REASON_LIMIT);
    }
    bench_end(&b);
  }
}

/* ---- triggers and moves ---- */

/* Delta at every step, gamma and vega every five days: in between their holdings rest, and delta is neutral. */
static void each_exposure_has_its_own_trigger(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  neutral_in_all(&b);
  const struct keel_trigger slow = {.every = KEEL_EVERY_DURATION, .every_ns = 5 * KEEL_NS_PER_DAY};
  b.policies[0].triggers[KEEL_EXPOSURE_GAMMA] = b.policies[0].triggers[KEEL_EXPOSURE_VEGA] = slow;
  bench_build(&b, 1, 1);
  double call = 0, put = 0;
  for (int day = 0; day < 20; day++) {
    double spot = 97 + day / 4.0;
    show(&b, day, spot);
    struct greeks left = left_at(&b, 0, 0, day, spot);
    assert_close(left.of[0], 0, 1e-8);
    assert_int_equal(reason(&b, 0, 0), day ? KEEL_REASON_EVERY : KEEL_REASON_ENTER);
    if (day % 5 == 0) {
      assert_close(left.of[1], 0, 1e-8);
      assert_true(held(&b, 1, 0) != call && held(&b, 2, 0) != put);
    } else {
      assert_true(held(&b, 1, 0) == call && held(&b, 2, 0) == put && fabs(left.of[1]) > 1e-3);
      assert_int_equal(reason(&b, 1, 0), KEEL_REASON_INSIDE);
    }
    call = held(&b, 1, 0);
    put = held(&b, 2, 0);
  }
  bench_end(&b);
}

/* Gamma alone triggers: the option trades, and spot takes back the delta that it brings, and no more. */
static void what_did_not_trigger_stays(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  add_instrument(&b, 0, near_call());
  neutral_in(&b, 0, 2);
  b.policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 1e6};
  bench_build(&b, 1, 1);
  show(&b, 0, 99);
  int open = 0;
  for (int day = 1; day < 10; day++) {
    double spot = 99 + day / 2.0;
    struct greeks before = left_at(&b, 0, 0, day, spot);
    open += fabs(before.of[0]) > 1;
    show(&b, day, spot);
    struct greeks after = left_at(&b, 0, 0, day, spot);
    assert_close(after.of[0], before.of[0], 1e-8);
    assert_close(after.of[1], 0, 1e-9);
    assert_int_equal(reason(&b, 0, 0), KEEL_REASON_EVERY); /* why the option traded, which it follows */
  }
  assert_true(open > 4);
  bench_end(&b);
}

/* Bands of gamma and vega: outside, each goes where the move says. */
static void moves_to_where_they_say(void **state) {
  (void)state;
  const struct keel_move moves[] = {{.to = KEEL_MOVE_CENTRE},
                                    {.to = KEEL_MOVE_EDGE},
                                    {.to = KEEL_MOVE_INNER, .inner = 0.4},
                                    {.to = KEEL_MOVE_FRACTION, .fraction = 0.75}};
  const double widths[] = {8, 2, 200};
  for (size_t m = 0; m < 4; m++) {
    struct bench b;
    start(&b);
    neutral_in_all(&b);
    b.policies[0].move = moves[m];
    for (size_t e = 0; e < 3; e++)
      b.policies[0].triggers[e] = (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = widths[e]};
    bench_build(&b, 1, 1);
    show(&b, 0, 99);
    int acted = 0, rested = 0;
    for (int day = 1; day < 20; day++) {
      double spot = 99 + 3 * sin(day);
      struct greeks before = left_at(&b, 0, 0, day, spot);
      show(&b, day, spot);
      struct greeks after = left_at(&b, 0, 0, day, spot);
      for (size_t e = 0; e < 3; e++) {
        double r = before.of[e], to[] = {0, copysign(widths[e], r), copysign(0.4 * widths[e], r), 0.25 * r};
        int outside = fabs(r) > widths[e];
        assert_close(after.of[e], outside ? to[m] : r, 1e-8 * (fabs(r) + 100));
        acted += outside;
        rested += !outside;
      }
    }
    assert_true(acted > 5 && rested > 5);
    bench_end(&b);
  }
}

/* ---- what cannot be ---- */

/* Two options of one expiry have gamma and vega in one ratio: no trade in them, and delta is hedged all the same. */
static void singular_is_a_reason(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  neutral_in_all(&b);
  b.with[0][2].contract = bench_option(KEEL_KIND_PUT, 97, 25);
  b.with[0][2].contract.underlying = NULL;
  bench_build(&b, 3, 1);
  show(&b, 0, 99);
  for (size_t i = 0; i < 3; i++) {
    double spot = 99 * (1 + 0.001 * (double)i);
    assert_true(held(&b, 1, i) == 0 && held(&b, 2, i) == 0);
    assert_int_equal(reason(&b, 1, i), KEEL_REASON_SINGULAR);
    assert_int_equal(reason(&b, 2, i), KEEL_REASON_SINGULAR);
    assert_int_equal(reason(&b, 0, i), KEEL_REASON_ENTER);
    assert_close(left_at(&b, 0, i, 0, spot).of[0], 0, 1e-8);
    assert_true(isnan(keel_at_line(b.block, b.block->target, 1)[i]));
  }
  bench_end(&b);
}

/* An option far from all spots has no gamma worth the name: it is not bought by the billion. */
static void a_worthless_option_is_left_alone(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  add_instrument(&b, 0, bench_option(KEEL_KIND_CALL, 500, 10));
  neutral_in(&b, 0, 2);
  bench_build(&b, 1, 1);
  show(&b, 0, 99);
  assert_true(held(&b, 1, 0) == 0 && reason(&b, 1, 0) == KEEL_REASON_SINGULAR);
  assert_close(left_at(&b, 0, 0, 0, 99).of[0], 0, 1e-8);
  bench_end(&b);
}

/* From quotes: an option that nobody quotes is not traded; the leading exposures are hedged without it. */
static void without_a_price_the_leading_exposures_are_served(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.underlyings[0].implied_vol = vol;
  neutral_in_all(&b);
  bench_build(&b, 1, 0);
  for (int day = 0; day < 6; day++) {
    int64_t now = bench_day(day);
    const keel_option call = {1, 102, 0.05, 0, (25 - day) / 365.0}, put = {-1, 97, 0.05, 0, (80 - day) / 365.0};
    if (day != 1) bench_quote_mid(&b, near_call(), now, textbook_option(&call, 99, vol).price);
    if (day == 1) bench_quote(&b, near_call(), now, NAN, 5);
    if (day >= 2) bench_quote_mid(&b, far_put(), now, textbook_option(&put, 99, vol).price);
    if (day == 4)
      bench_quote(&b, bench_spot("X"), now, NAN, 99.1), bench_step(&b, now, 1);
    else
      bench_go(&b, now, 99);
    struct greeks left = left_at(&b, 0, 0, day, 99);
    if (day != 4) assert_close(left.of[0], 0, 1e-5);
    if (day == 0) assert_close(left.of[1], 0, 1e-6);
    if (day < 2) assert_int_equal(reason(&b, 2, 0), KEEL_REASON_NO_PRICE);
    if (day == 1) assert_int_equal(reason(&b, 1, 0), KEEL_REASON_NO_PRICE);
    if (day == 2 || day == 3 || day == 5)
      for (size_t e = 0; e < 3; e++) assert_close(left.of[e], 0, 1e-4);
    if (day != 4) continue;
    assert_int_equal(reason(&b, 0, 0), KEEL_REASON_NO_PRICE); /* delta and gamma by the options */
    assert_close(left.of[0], 0, 1e-5);
    assert_close(left.of[1], 0, 1e-6);
  }
  bench_end(&b);
}

static void nothing_is_lost_while_nothing_can_be_traded(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  b.underlyings[0].implied_vol = vol;
  b.with[0][0].contract = bench_future(60, 50);
  add_instrument(&b, 0, near_call());
  neutral_in(&b, 0, 2);
  for (int e = 0; e < 2; e++) b.policies[0].triggers[e] = (struct keel_trigger){0};
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(0), 99);
  assert_true(b.block->decided[0] && reason(&b, 0, 0) == KEEL_REASON_NO_PRICE);
  assert_int_equal(reason(&b, 1, 0), KEEL_REASON_NO_PRICE);
  bench_quote_mid(&b, bench_future(60, 50), bench_day(1), 99.8);
  bench_quote_mid(&b, near_call(), bench_day(1), 1.5);
  bench_go(&b, bench_day(1), 99);
  assert_int_equal(reason(&b, 0, 0), KEEL_REASON_ENTER);
  bench_go(&b, bench_day(2), 99);
  assert_false(b.block->decided[0]);
  assert_true(reason(&b, 0, 0) == KEEL_REASON_NOT_DUE && reason(&b, 1, 0) == KEEL_REASON_NOT_DUE);
  bench_end(&b);
}

/* ---- the account of several instruments ---- */

/* A hedge option that expires settles at its payoff and is gone; equity, P&L and its explanation go on. */
static void an_option_that_is_held_settles(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  neutral_in_all(&b);
  b.desk.half = 0.03;
  b.costs.fees.per_share = 0.01;
  b.costs.buy_tax_bps = b.costs.sell_tax_bps = 4;
  bench_build(&b, 8, 1);
  double sum[8] = {0}, cost[8] = {0}, explained[8] = {0}, before[8];
  for (int day = 0; day <= 60; day += day == 20 ? 5 : day == 25 ? 1 : 2) {
    double cash[8];
    for (size_t i = 0; i < 8; i++) before[i] = held(&b, 1, i), cash[i] = keel_account_after(b.block, 0)->cash[i];
    double spot = 101 + day / 5.0;
    show(&b, day, spot);
    for (int closes = 0; closes < 1 + keel_is_over(b.block, 0); closes++) {
      if (closes) keel_liquidate(b.block, 0);
      const struct keel_accounts *account = keel_account_after(b.block, 0);
      for (size_t i = 0; i < 8; i++) {
        double said = 0;
        for (int c = 0; c < KEEL_COMPONENT_COUNT; c++) said += b.block->explain[c][i];
        for (int c = KEEL_COMPONENT_SPREAD; c <= KEEL_COMPONENT_IMPACT; c++) cost[i] -= b.block->explain[c][i];
        assert_close(said, b.block->pnl[i], 1e-8);
        sum[i] += b.block->pnl[i];
        explained[i] += said;
        assert_close(sum[i], account->equity[i], 1e-7);
        assert_close(b.block->so_far.pnl[i], account->equity[i], 0);
        assert_close(b.block->so_far.cost[i], cost[i], 1e-7);
      }
    }
    if (day < 25 || day >= 60) continue;
    for (size_t i = 0; i < 8; i++) {
      assert_true(held(&b, 1, i) == 0 && reason(&b, 1, i) == KEEL_REASON_NO_PRICE);
      double now = spot * (1 + 0.001 * (double)i);
      if (day < 40) assert_close(left_at(&b, 0, i, day, now).of[0], 0, 1e-8);
      if (day == 25) assert_true(before[i] != 0 && cash[i] != 0);
    }
  }
  for (size_t i = 0; i < 8; i++)
    for (size_t line = 0; line < 3; line++) assert_true(held(&b, line, i) == 0);
  assert_true(b.block->finished[0]);
  bench_end(&b);
}

/* One step's cash by hand: the payoff of what was held. */
static void the_payoff_is_cash(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  add_instrument(&b, 0, near_call());
  neutral_in(&b, 0, 2);
  bench_build(&b, 1, 1);
  show(&b, 24, 104);
  double calls = held(&b, 1, 0), shares = held(&b, 0, 0), cash = keel_account_after(b.block, 0)->cash[0];
  show(&b, 25, 107);
  double bought = b.block->sent_qty[0];
  assert_true(calls != 0 && held(&b, 1, 0) == 0);
  double want = cash * exp(0.05 / 365) + calls * 100 * 5 - bought * 107;
  assert_close(keel_account_after(b.block, 0)->cash[0], want, 1e-7);
  const keel_option call = {1, 102, 0.05, 0, 1 / 365.0};
  double move = shares * 3 + calls * 100 * (5 - textbook_option(&call, 104, vol).price);
  assert_close(b.block->explain[KEEL_COMPONENT_HEDGE][0], move, 1e-7);
  bench_end(&b);
}

/* Costs by hand: spot pays fees in tiers, the option its own per share and order; taxes are on both. */
static void costs_are_of_each_instrument(void **state) {
  (void)state;
  static const struct keel_fee_tier tiers[] = {{0, 0.01}, {100, 0.004}, {300, 0.001}};
  for (int waived = 0; waived < 2; waived++) {
    struct bench b;
    start(&b);
    struct keel_hedge_instrument *call = add_instrument(&b, 0, near_call());
    neutral_in(&b, 0, 2);
    b.costs.fees = (struct keel_fees){.per_share = 0.01, .per_order = 2, .tiers = tiers, .tier_count = 3};
    b.costs.buy_tax_bps = 5;
    b.costs.sell_tax_bps = 8;
    b.costs.open_waived = waived;
    call->fees = (struct keel_fees){.per_share = 0.02, .per_order = 0.5};
    b.desk.half = 0.03;
    bench_build(&b, 1, 1);
    for (int day = 0; day < 3; day++) {
      show(&b, day, 99 + 2 * day);
      double fees = 0, taxes = 0, turnover = 0, spread = 0;
      for (size_t line = 0; line < 2; line++) {
        double qty = b.block->sent_qty[line], shares = fabs(qty) * (line ? 100 : 1), price = b.block->sent_price[line];
        double tiered =
            0.01 * fmin(shares, 100) + 0.004 * fmax(0, fmin(shares, 300) - 100) + 0.001 * fmax(0, shares - 300);
        assert_true(qty != 0);
        fees += line ? 0.02 * shares + 0.5 : tiered + 2;
        taxes += shares * price * (qty > 0 ? 5e-4 : 8e-4);
        spread += shares * 0.03;
        turnover += shares * (price - (waived && !day ? 0 : qty > 0 ? 0.03 : -0.03));
      }
      if (waived && day == 0) fees = taxes = spread = 0;
      assert_close(b.block->explain[KEEL_COMPONENT_FEES][0], -fees, 1e-9);
      assert_close(b.block->explain[KEEL_COMPONENT_TAXES][0], -taxes, 1e-9);
      assert_close(b.block->explain[KEEL_COMPONENT_SPREAD][0], -spread, 1e-8);
      if (day == 0) assert_close(b.block->so_far.turnover[0], turnover, 1e-8);
      assert_true(b.block->so_far.trades[0] == 2 * (day + 1));
    }
    bench_end(&b);
  }
}

/* ---- same bits ---- */

enum { STEPS = 30, SHOWN = 9 };

static void figures(const struct bench *b, size_t i, double out[SHOWN]) {
  const struct keel_accounts *account = keel_account_after(b->block, 0);
  for (size_t line = 0; line < 3; line++) out[line] = held(b, line, i), out[3 + line] = reason(b, line, i);
  out[6] = account->cash[i];
  out[7] = b->block->so_far.cost[i];
  out[8] = b->block->explain[KEEL_COMPONENT_UNEXPLAINED][i];
}

/* Blocks of 256, 64 and 1: a path has the same bits, over the expiry of an instrument too. */
static void blocks_do_not_matter(void **state) {
  (void)state;
  static double whole[STEPS][GBM_PATHS][SHOWN];
  const size_t sizes[] = {GBM_PATHS, 64, 1};
  for (int s = 0; s < 3; s++) {
    struct bench b;
    start(&b);
    neutral_in_all(&b);
    b.with[0][1].lot = 1;
    b.policies[0].triggers[KEEL_EXPOSURE_GAMMA] = (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 5};
    b.policies[0].move = (struct keel_move){.to = KEEL_MOVE_INNER, .inner = 0.5};
    b.costs.half_spread_bps = 3;
    b.desk.half = 0.01;
    bench_build(&b, sizes[s], 1);
    size_t from = s ? 128 : 0;
    for (int step = 0; step < STEPS; step++) {
      double spots[GBM_PATHS];
      for (size_t i = 0; i < sizes[s]; i++) spots[i] = 100 + 20 * sin(0.2 * step + 0.1 * (double)(from + i));
      gbm_show(&b, spots, vol, bench_day(step));
      for (size_t i = 0; i < sizes[s]; i++) {
        double got[SHOWN];
        figures(&b, i, s ? got : whole[step][i]);
        for (int k = 0; s && k < SHOWN; k++) assert_same_bits(got[k], whole[step][from + i][k]);
      }
    }
    bench_end(&b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_remains),
      cmocka_unit_test(options_alone),
      cmocka_unit_test(vega_by_tenor),
      cmocka_unit_test(lots_of_options_leave_no_delta),
      cmocka_unit_test(each_exposure_has_its_own_trigger),
      cmocka_unit_test(what_did_not_trigger_stays),
      cmocka_unit_test(moves_to_where_they_say),
      cmocka_unit_test(singular_is_a_reason),
      cmocka_unit_test(a_worthless_option_is_left_alone),
      cmocka_unit_test(without_a_price_the_leading_exposures_are_served),
      cmocka_unit_test(nothing_is_lost_while_nothing_can_be_traded),
      cmocka_unit_test(an_option_that_is_held_settles),
      cmocka_unit_test(the_payoff_is_cash),
      cmocka_unit_test(costs_are_of_each_instrument),
      cmocka_unit_test(blocks_do_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
