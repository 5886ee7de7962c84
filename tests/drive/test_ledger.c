#include "drive/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hedge/bench_market.h"
#include "hedge/textbook.h"
#include "support/program.h"
#include "world/paper.h"

/* A run over paper that is recorded as replay records it. */
struct ledger_bench {
  struct bench bench;
  struct keel_ledger ledger;
};

static void start(struct ledger_bench *l) {
  bench_start(&l->bench);
  l->bench.underlyings[0].implied_vol = 0.25;
  l->bench.costs = (struct keel_costs){
      .half_spread_bps = 2, .fees.per_share = 0.01, .fees.per_order = 1, .buy_tax_bps = 1, .sell_tax_bps = 2};
  bench_hold(&l->bench, bench_option(KEEL_KIND_CALL, 100, 30), -10);
}

static void build(struct ledger_bench *l) {
  struct bench *b = &l->bench;
  assert_int_equal(bench_wire(b, 1, NULL), KEEL_STATUS_OK);
  b->block = keel_block_new(&b->arena, &b->wiring, 0);
  b->block->venue = keel_paper_venue(keel_paper_new(&b->arena, &b->wiring));
  static const uint32_t numbers[BENCH_VARIANTS] = {3, 4, 5, 6};
  keel_ledger_init(&l->ledger, &b->arena, &b->wiring, numbers);
  keel_arena_seal(&b->arena);
}

static void go(struct ledger_bench *l, double day, double spot, int is_last) {
  struct keel_block *block = l->bench.block;
  bench_quote(&l->bench, bench_spot("X"), bench_day(day), spot - 0.05, spot + 0.05);
  block->market.is_last = is_last;
  bench_step(&l->bench, bench_day(day), 1);
  if (block->stepped[0]) keel_ledger_record(&l->ledger, block, 0);
  if (!keel_is_over(block, 0)) return;
  keel_liquidate(block, 0);
  keel_ledger_record(&l->ledger, block, 0);
}

static void end(struct ledger_bench *l) {
  keel_ledger_fini(&l->ledger);
  bench_end(&l->bench);
}

static double wander(int day) { return 100 + 4 * sin(1.7 * day) + 0.3 * day; }

/* ---- columns ---- */

static void columns_have_names_and_places(void **state) {
  (void)state;
  struct keel_ledger_row row = {0};
  size_t numbers = 0;
  assert_true(keel_ledger_column_count(KEEL_HEDGES_MAX) > KEEL_COMPONENT_COUNT + 10);
  for (size_t c = 0; c < keel_ledger_column_count(KEEL_HEDGES_MAX); c++) {
    struct keel_ledger_column_info info = keel_ledger_column_at(c);
    assert_true(info.name && info.help);
    for (size_t d = 0; d < c; d++) {
      assert_string_not_equal(info.name, keel_ledger_column_at(d).name);
      if (info.kind == KEEL_LEDGER_NUMBER && keel_ledger_column_at(d).kind == KEEL_LEDGER_NUMBER)
        assert_int_not_equal(info.offset, keel_ledger_column_at(d).offset);
    }
    if (info.kind != KEEL_LEDGER_NUMBER) continue;
    numbers++;
    assert_true(info.offset >= offsetof(struct keel_ledger_row, spot) && info.offset < sizeof row);
  }
  /* all doubles of a row but its reasons, which are text */
  size_t doubles = (offsetof(struct keel_ledger_row, further_count) - offsetof(struct keel_ledger_row, spot)) / 8;
  assert_int_equal(numbers, doubles - KEEL_HEDGES_MAX + 2); /* and what was delivered and exercised, behind them */
  size_t last = keel_ledger_column_count(1) - 1;
  assert_string_equal(keel_ledger_column_at(last).name, "pnl_unexplained");
  assert_string_equal(keel_ledger_column_at(last + 1).name, "instrument_2");
  assert_string_equal(keel_ledger_column_at(keel_ledger_column_count(2)).name, "instrument_3");
  assert_string_equal(keel_ledger_column_at(keel_ledger_column_count(3) - 1).name, "price_3");
  for (int r = 0; r < KEEL_REASON_COUNT; r++) {
    assert_non_null(keel_reason_names[r]);
    for (int s = 0; s < r; s++) assert_string_not_equal(keel_reason_names[r], keel_reason_names[s]);
  }
}

static void assert_page_has(const char *page, const char *name, const char *help) {
  char row[256];
  snprintf(row, sizeof row, "\n| `%s` | %s", name, help);
  if (!strstr(page, row)) fail_msg("docs/ledger.md has no row that begins%s", row);
}

static void the_page_names_each_column_and_reason(void **state) {
  (void)state;
  char *page = keel_file_content(KEEL_SOURCE_DIR "/docs/ledger.md", NULL);
  assert_non_null(page);
  for (size_t c = 0; c < keel_ledger_column_count(KEEL_HEDGES_MAX); c++)
    assert_page_has(page, keel_ledger_column_at(c).name, keel_ledger_column_at(c).help);
  for (int r = 0; r < KEEL_REASON_COUNT; r++) assert_page_has(page, keel_reason_names[r], "");
  free(page);
}

/* ---- rows ---- */

/* Whatever happens between rows is in the next one: they sum to the run, and each row to its components. */
static void assert_rows_sum_to_the_totals(const struct ledger_bench *l, size_t variants) {
  for (size_t v = 0; v < variants; v++) {
    const struct keel_ledger_totals *totals = &l->ledger.totals[v];
    double pnl = 0, cost = 0, explain[KEEL_COMPONENT_COUNT] = {0}, scale = 1e-12 * (totals->flows + 1);
    uint64_t trades = 0;
    for (size_t i = 0; i < l->ledger.count; i++) {
      const struct keel_ledger_row *row = &l->ledger.rows[i];
      if (row->variant != 3 + v) continue;
      double said = 0, paid = 0;
      for (int c = 0; c < KEEL_COMPONENT_COUNT; c++) said += row->explain[c], explain[c] += row->explain[c];
      for (int c = KEEL_COMPONENT_SPREAD; c <= KEEL_COMPONENT_IMPACT; c++) paid -= row->explain[c];
      assert_close(said, row->pnl, scale);
      assert_close(paid, row->cost, scale);
      assert_true(isnan(row->price) == (row->trade == 0));
      pnl += row->pnl;
      cost += row->cost;
      trades += row->trade != 0;
    }
    assert_close(pnl, totals->pnl, scale);
    assert_close(cost, totals->cost, scale);
    for (int c = 0; c < KEEL_COMPONENT_COUNT; c++) assert_close(explain[c], totals->explain[c], scale);
    assert_int_equal(trades, totals->trades);
  }
}

static void a_row_per_decision(void **state) {
  (void)state;
  struct ledger_bench l;
  start(&l);
  l.bench.policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.every = KEEL_EVERY_DAYS, .every_days = 3};
  build(&l);
  for (int day = 0; day <= 25; day++) go(&l, day, wander(day), day == 25);
  assert_int_equal(l.ledger.count, 10); /* days 0, 3 ... 24, and the liquidation */
  assert_int_equal(l.ledger.totals[0].trades, 10);
  for (size_t i = 0; i < 10; i++) {
    const struct keel_ledger_row *row = &l.ledger.rows[i];
    int day = i < 9 ? 3 * (int)i : 25;
    const keel_option option = {1, 100, 0.05, 0, (30 - day) / 365.0};
    struct textbook book = textbook_option(&option, wander(day), 0.25);
    assert_true(row->time_ns == bench_day(day) && row->variant == 3 && row->underlying == 0);
    assert_close(row->spot, wander(day), 1e-12);
    assert_close(row->book_value, -1000 * book.price, 1e-8);
    assert_close(row->delta, -1000 * book.delta, 1e-8);
    assert_close(row->gamma, -1000 * book.gamma, 1e-8);
    assert_close(row->vega, -1000 * book.vega, 1e-7);
    assert_close(row->theta, -1000 * book.theta, 1e-7);
    assert_close(row->hedge_delta, row->delta, 1e-8);
    assert_close(row->target, i < 9 ? 1000 * book.delta : 0, 1e-8);
    assert_close(row->holding, row->target, 1e-8);
    assert_close(row->trade, row->holding - (i ? l.ledger.rows[i - 1].holding : 0), 1e-8);
    assert_close(row->price, wander(day) * (1 + (row->trade > 0 ? 2e-4 : -2e-4)), 1e-9);
    int reason = i == 0 ? KEEL_REASON_ENTER : i < 9 ? KEEL_REASON_EVERY : KEEL_REASON_LIQUIDATE;
    assert_int_equal((int)row->reason, reason);
    double tax = row->trade > 0 ? 1e-4 : 2e-4, size = fabs(row->trade);
    assert_close(row->cost, size * (wander(day) * 2e-4 + 0.01 + row->price * tax) + 1, 1e-8);
    assert_close(row->equity, row->cash + row->book_value + row->holding * row->spot, 1e-8);
  }
  assert_rows_sum_to_the_totals(&l, 1);
  end(&l);
}

/* A lane that holds nothing at the end has its last row too: it says what happened since the one before. */
static void the_last_row_closes_the_account(void **state) {
  (void)state;
  for (int settles = 0; settles < 2; settles++) {
    struct ledger_bench l;
    start(&l);
    l.bench.policies[0].target.kind = KEEL_TARGET_NONE;
    build(&l);
    int end_day = settles ? 30 : 20;
    for (int day = 0; day <= end_day; day += 5) go(&l, day, wander(day), day == end_day);
    assert_int_equal(l.ledger.count, 2);
    const struct keel_ledger_row *last = &l.ledger.rows[1];
    assert_int_equal((int)last->reason, settles ? KEEL_REASON_SETTLED : KEEL_REASON_LIQUIDATE);
    assert_true(last->pnl != 0 && last->trade == 0 && last->time_ns == bench_day(end_day));
    assert_rows_sum_to_the_totals(&l, 1);
    assert_int_equal(l.ledger.totals[0].decisions, 0); /* it never decides to trade */
    end(&l);
  }
}

/* Fills that come between decisions have a row of their own. */
static void late_fills_have_their_rows(void **state) {
  (void)state;
  struct ledger_bench l;
  start(&l);
  l.bench.policies[0].execution.fill = KEEL_FILL_NEXT;
  l.bench.policies[0].triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.every = KEEL_EVERY_DAYS, .every_days = 5};
  build(&l);
  for (int day = 0; day <= 12; day++) go(&l, day, wander(day), day == 12);
  const int days[] = {0, 1, 5, 6, 10, 11, 12};
  const enum keel_reason reasons[] = {KEEL_REASON_ENTER, KEEL_REASON_NOT_DUE, KEEL_REASON_EVERY,    KEEL_REASON_NOT_DUE,
                                      KEEL_REASON_EVERY, KEEL_REASON_NOT_DUE, KEEL_REASON_LIQUIDATE};
  assert_int_equal(l.ledger.count, 7);
  for (size_t i = 0; i < 7; i++) {
    const struct keel_ledger_row *row = &l.ledger.rows[i];
    assert_true(row->time_ns == bench_day(days[i]) && (int)row->reason == (int)reasons[i]);
    assert_true((row->trade != 0) == (i % 2 == 1 || i == 6));
    if (i % 2) assert_close(row->trade, l.ledger.rows[i - 1].target - l.ledger.rows[i - 1].holding, 1e-9);
  }
  assert_rows_sum_to_the_totals(&l, 1);
  end(&l);
}

/* Several instruments: the first has the columns of old, the others have theirs; all costs and trades are counted. */
static void further_instruments_have_columns_of_their_own(void **state) {
  (void)state;
  struct ledger_bench l;
  start(&l);
  struct bench *b = &l.bench;
  b->with[0][1] = b->with[0][0];
  b->with[0][1].contract = bench_option(KEEL_KIND_CALL, 103, 20);
  b->with[0][1].contract.underlying = NULL;
  b->policies[0].with_count = 2;
  b->policies[0].target.exposure_count = 2;
  b->policies[0].target.exposures[1] = KEEL_EXPOSURE_GAMMA;
  b->policies[0].triggers[KEEL_EXPOSURE_GAMMA] = (struct keel_trigger){.every = KEEL_EVERY_DAYS, .every_days = 4};
  build(&l);
  double calls = 0, cost = 0, trades = 0;
  for (int day = 0; day <= 25; day++) {
    const keel_option option = {1, 103, 0.05, 0, (20 - day) / 365.0};
    if (day < 20)
      bench_quote_mid(b, bench_option(KEEL_KIND_CALL, 103, 20), bench_day(day),
                      textbook_option(&option, wander(day), 0.25).price);
    go(&l, day, wander(day), day == 25);
  }
  for (size_t i = 0; i < l.ledger.count; i++) {
    const struct keel_ledger_row *row = &l.ledger.rows[i];
    const struct keel_ledger_line *call = &row->further[0];
    int day = (int)((row->time_ns - BENCH_START) / KEEL_NS_PER_DAY);
    assert_int_equal(row->further_count, 1);
    assert_true(isnan(row->further[1].holding) && isnan(row->further[1].reason));
    calls = day == 20 ? 0 : calls + call->trade;
    assert_close(call->holding, calls, 1e-9);
    assert_true(isnan(call->price) == (call->trade == 0));
    if (day < 20) assert_true((call->trade != 0) == (day % 4 == 0));
    if (day >= 20 && day < 25) assert_true(call->trade == 0 && call->reason == KEEL_REASON_NO_PRICE);
    cost += row->cost;
    trades += (row->trade != 0) + (call->trade != 0);
  }
  const struct keel_ledger_totals *totals = &l.ledger.totals[0];
  assert_close(totals->cost, cost, 1e-8);
  assert_close(totals->cost, b->block->so_far.cost[0], 1e-8);
  assert_close(totals->turnover, b->block->so_far.turnover[0], 1e-6);
  assert_close(totals->pnl, b->block->so_far.pnl[0], 1e-6);
  assert_true((double)totals->trades == trades && b->block->so_far.trades[0] == trades);
  for (int c = 0; c < KEEL_COMPONENT_COUNT; c++) assert_close(totals->explain[c], b->block->so_far.explain[c][0], 1e-7);
  end(&l);
}

/* Several variants in one pass, through growth of the table; each lane its own rows, in order of time. */
static void lanes_do_not_mix(void **state) {
  (void)state;
  struct ledger_bench l;
  start(&l);
  bench_variant(&l.bench)->triggers[KEEL_EXPOSURE_DELTA] =
      (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 60};
  bench_variant(&l.bench)->execution.fill = KEEL_FILL_NEXT;
  build(&l);
  for (int i = 0; i <= 600; i++) go(&l, 0.05 * i, wander(i / 7), 0);
  assert_true(l.ledger.count > 1200 && !l.ledger.failed);
  for (size_t i = 1; i < l.ledger.count; i++) assert_true(l.ledger.rows[i].time_ns >= l.ledger.rows[i - 1].time_ns);
  assert_rows_sum_to_the_totals(&l, 3);
  end(&l);
}

/* Gross: absolute cash flows, the premium and the value traded among them, and the largest mark of the book. */
static void totals_know_turnover_and_flows(void **state) {
  (void)state;
  struct ledger_bench l;
  start(&l);
  build(&l);
  double turnover = 0, flows = 0, largest = 0, held = 0;
  for (int day = 0; day <= 10; day++) {
    go(&l, day, wander(day), day == 10);
    const keel_option option = {1, 100, 0.05, 0, (30 - day) / 365.0};
    struct textbook book = textbook_option(&option, wander(day), 0.25);
    double trade = (day < 10 ? 1000 * book.delta : 0) - held;
    held += trade;
    turnover += fabs(trade) * wander(day);
    largest = fmax(largest, 1000 * book.price);
    if (day == 0) flows += 1000 * book.price;
  }
  const struct keel_ledger_totals *totals = &l.ledger.totals[0];
  const enum keel_component paid[] = {KEEL_COMPONENT_INTEREST, KEEL_COMPONENT_SPREAD, KEEL_COMPONENT_FEES,
                                      KEEL_COMPONENT_TAXES};
  for (size_t i = 0; i < l.ledger.count; i++)
    for (int k = 0; k < 4; k++) flows += fabs(l.ledger.rows[i].explain[paid[k]]);
  assert_close(totals->turnover, turnover, 1e-6);
  assert_close(totals->largest_book, largest, 1e-8);
  /* the last row holds the sum of two steps' interest at most, which has one sign here but for rounding */
  assert_close(totals->flows, flows + turnover, 1e-2);
  end(&l);
}

/* ---- hash ---- */

static void the_hash_sees_every_bit(void **state) {
  (void)state;
  struct keel_ledger_row rows[2] = {{.time_ns = 5, .variant = 1, .spot = 100, .price = NAN}, {.time_ns = 6}};
  rows[0].further_count = rows[1].further_count = KEEL_LEDGER_FURTHER;
  uint64_t hash = keel_ledger_rows_hash(rows, 2);
  assert_true(keel_ledger_rows_hash(rows, 2) == hash && keel_ledger_rows_hash(rows, 1) != hash);
  for (size_t r = 0; r < 2; r++) {
    for (size_t at = offsetof(struct keel_ledger_row, spot); at < offsetof(struct keel_ledger_row, further_count);
         at += sizeof(double)) {
      double *number = (double *)(void *)((char *)&rows[r] + at), was = *number;
      if (isnan(was)) continue;
      *number = nextafter(was, INFINITY);
      assert_true(keel_ledger_rows_hash(rows, 2) != hash);
      *number = was;
    }
    rows[r].underlying ^= 1;
    assert_true(keel_ledger_rows_hash(rows, 2) != hash);
    rows[r].underlying ^= 1;
    rows[r].time_ns ^= 1;
    assert_true(keel_ledger_rows_hash(rows, 2) != hash);
    rows[r].time_ns ^= 1;
    rows[r].variant ^= 1;
    assert_true(keel_ledger_rows_hash(rows, 2) != hash);
    rows[r].variant ^= 1;
  }
  rows[0].price = -NAN; /* any NaN is the same */
  assert_true(keel_ledger_rows_hash(rows, 2) == hash);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_have_names_and_places),
      cmocka_unit_test(the_page_names_each_column_and_reason),
      cmocka_unit_test(a_row_per_decision),
      cmocka_unit_test(the_last_row_closes_the_account),
      cmocka_unit_test(late_fills_have_their_rows),
      cmocka_unit_test(further_instruments_have_columns_of_their_own),
      cmocka_unit_test(lanes_do_not_mix),
      cmocka_unit_test(totals_know_turnover_and_flows),
      cmocka_unit_test(the_hash_sees_every_bit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
