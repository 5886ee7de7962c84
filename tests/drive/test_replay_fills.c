/* The book's own fills in a replay: P&L by the second computation that a trade allows, continuous, and what is refused.
 */
#include "drive/replay_fills.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/generated_market.h"
#include "support/support.h"

#define CALL "underlying: GEN, kind: call, strike: 105, expiry: 2024-03-01T21:00:00Z"

/* One position of the generated market, at no rate; `rest` are further lines. */
static const char *strategy_file(const char *name, const char *book, const char *rest) {
  char text[4096];
  generated_market();
  snprintf(text, sizeof text,
           "book: [%s]\n"
           "market: {tape: generated.tape, rate: 0, implied_vol: 0.2}\n"
           "hedge: {trigger: {band: {shares: 1}}, with: [{instrument: spot, lot: 0}]}\n"
           "limits: {order_qty_max: 5000, position_qty_max: 20000}\n"
           "variants: [{name: none, hedge: {target: {none: true}}}]\n"
           "%s\n",
           book, rest);
  return keel_scratch_write(name, text, strlen(text));
}

static uint64_t problem(const keel_replay *replay, const char *kind) {
  for (size_t i = 0; i < replay->problem_count; i++)
    if (strcmp(replay->problems[i].kind, kind) == 0) return replay->problems[i].count;
  return 0;
}

static double pnl_of(const keel_replay *replay, size_t variant) {
  keel_replay_totals totals;
  keel_replay_total(replay, variant, &totals);
  double sum = 0;
  for (size_t c = 0; c < keel_explain_components(); c++) sum += keel_replay_explained(replay, variant, c);
  assert_close(sum, totals.pnl, 1e-12 * totals.gross);
  return totals.pnl;
}

/* What one contract of the call is worth at an instant: the book's value in a run of that book. */
static double call_worth(const keel_replay *alone, int64_t time_ns) {
  for (size_t i = 0; i < alone->row_count; i++)
    if (alone->rows[i].time_ns == time_ns && alone->rows[i].variant == 0) return alone->rows[i].book_value;
  fail_msg("no row at that time");
  return NAN;
}

static void a_fill_earns_from_its_price_on(void **state) {
  (void)state;
  const char *spot = "{underlying: GEN, kind: spot, qty: 10}";
  struct keel_strategy *strategies[3];
  const char *alone_path = strategy_file("alone.yaml", "{" CALL ", qty: 1}", "");
  keel_replay *alone = replay_of(alone_path, (const char *[]){"hedge.trigger={every: 1d}"}, 1, 1, &strategies[0]);
  keel_replay *before = replay_of(strategy_file("before.yaml", spot, ""), NULL, 0, 1, &strategies[1]);
  const char *path = strategy_file("fills.yaml", spot,
                                   "fills:\n"
                                   "  - {id: 1, time: 2024-01-10T21:00:00Z, " CALL
                                   ", qty: 3, price: 2.5, fees: 4}\n"
                                   "  - {id: 2, time: 2024-01-12T23:00:00Z, " CALL
                                   ", qty: -2, price: 2.25}\n"
                                   "  - {id: 2, time: 2024-01-12T23:00:00Z, " CALL
                                   ", qty: -2, price: 2.25}\n"
                                   "  - {id: 3, time: 2024-02-25T21:00:00Z, " CALL ", qty: 9, price: 1}\n");
  keel_replay *replay = replay_of(path, NULL, 0, 1, &strategies[2]);
  int64_t day = KEEL_NS_PER_DAY, first = keel_days_from_civil(2024, 1, 10) * day + 21 * day / 24;
  int64_t last = keel_days_from_civil(2024, 2, 9) * day + 21 * day / 24, late = first + 2 * day + day / 12;
  double end = call_worth(alone, last);
  double earned = 3 * (end - 250) - 4 - 2 * (end - 225);
  double made = 3 * (call_worth(alone, first) - 250) - 4;
  assert_close(pnl_of(replay, 1), pnl_of(before, 1) + earned, 1e-9);
  pnl_of(replay, 0);
  assert_int_equal(problem(replay, "fills_repeated"), 1);
  assert_int_equal(problem(replay, "fills_after_the_run"), 1);
  assert_int_equal(problem(replay, "fills_booked_late"), 0);
  /* The hedge answers where the fills are, also between two instants of the tape; the row of the first says what its
   * price made. */
  int rows = 0;
  for (size_t i = 0; i < replay->row_count; i++) {
    const struct keel_ledger_row *row = &replay->rows[i];
    if (row->variant != 0 || (row->time_ns != first && row->time_ns != late)) continue;
    rows++;
    assert_true(fabs(row->trade) > 1);
    assert_close(row->holding, -row->hedge_delta, 1e-9);
    if (row->time_ns == first) assert_close(row->explain[KEEL_COMPONENT_TRADES], made, 1e-9);
  }
  assert_int_equal(rows, 2);
  assert_int_equal(replay->parts[0].instants, before->parts[0].instants + 1);
  keel_replay *all[] = {alone, before, replay};
  for (int k = 0; k < 3; k++) {
    keel_replay_free(all[k]);
    keel_strategy_free(strategies[k]);
  }
}

/* A fill at the mark of its instant is as if the position had been there from then on: nothing jumps. */
static void closing_at_the_mark_ends_all_exposure(void **state) {
  (void)state;
  struct keel_strategy *strategies[2];
  keel_replay *alone = replay_of(strategy_file("alone.yaml", "{" CALL ", qty: 1}", ""),
                                 (const char *[]){"hedge.trigger={every: 1d}"}, 1, 1, &strategies[0]);
  int64_t day = KEEL_NS_PER_DAY, close = keel_days_from_civil(2024, 1, 20) * day + 21 * day / 24;
  char fill[256];
  snprintf(fill, sizeof fill, "fills: [{id: x, time: 2024-01-20T21:00:00Z, " CALL ", qty: -1, price: %.17g}]",
           call_worth(alone, close) / 100);
  keel_replay *replay = replay_of(strategy_file("close.yaml", "{" CALL ", qty: 1}", fill), NULL, 0, 1, &strategies[1]);
  const struct keel_ledger_row *row = NULL;
  for (size_t i = 0; i < replay->row_count; i++)
    if (replay->rows[i].variant == 0) row = &replay->rows[i];
  assert_int_equal(row->time_ns, close);
  assert_true(row->book_value == 0 && row->holding == 0);
  assert_close(row->explain[KEEL_COMPONENT_TRADES], 0, 1e-9);
  assert_close(pnl_of(replay, 1), call_worth(alone, close) - alone->rows[0].book_value, 1e-9);
  keel_replay_free(alone);
  keel_replay_free(replay);
  for (int k = 0; k < 2; k++) keel_strategy_free(strategies[k]);
}

/* A desk that begins flat and trades: what its fills make, and their hedge from there on. */
static void a_book_may_begin_flat(void **state) {
  (void)state;
  struct keel_strategy *strategies[3];
  const char *fill = "fills: [{id: x, time: 2024-01-10T21:00:00Z, " CALL ", qty: 2, price: 3, fees: 1}]";
  const char *late = "fills: [{id: x, time: 2024-02-20T21:00:00Z, " CALL ", qty: 2, price: 3}]";
  keel_scratch_write("flat.csv", "underlying,kind,qty\n", 20);
  keel_replay *alone = replay_of(strategy_file("alone.yaml", "{" CALL ", qty: 2}", ""),
                                 (const char *[]){"hedge.trigger={every: 1d}"}, 1, 1, &strategies[0]);
  keel_replay *flat =
      replay_of(strategy_file("flat.yaml", "", fill), (const char *[]){"book={file: flat.csv}"}, 1, 1, &strategies[1]);
  int64_t day = KEEL_NS_PER_DAY, last = keel_days_from_civil(2024, 2, 9) * day + 21 * day / 24;
  assert_close(pnl_of(flat, 1), call_worth(alone, last) - 600 - 1, 1e-9);
  assert_true(flat->rows[flat->row_count - 1].time_ns == last);
  keel_replay *never = replay_of(strategy_file("never.yaml", "", late), NULL, 0, 1, &strategies[2]);
  assert_true(pnl_of(never, 0) == 0 && problem(never, "fills_after_the_run") == 1);
  keel_replay *all[] = {alone, flat, never};
  for (int k = 0; k < 3; k++) {
    keel_replay_free(all[k]);
    keel_strategy_free(strategies[k]);
  }
}

static void refuses(const char *path, const char *set, const char *where, const char *what) {
  keel_error error = {0};
  keel_strategy *strategy;
  keel_replay *replay;
  if (keel_strategy_load(path, &set, set ? 1 : 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_not_equal(keel_replay_run(strategy, NULL, &replay, &error), KEEL_STATUS_OK);
  keel_strategy_free(strategy);
  if (!strstr(error.where, where) || !strstr(error.what, what)) fail_msg("%s: %s", error.where, error.what);
}

static void unknown_contracts_and_multipliers_are_refused(void **state) {
  (void)state;
  generated_market();
  static const char head[] =
      "book: [{underlying: GEN, kind: spot, qty: 10}]\n"
      "market: {tape: generated.tape, rate: 0}\n"
      "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 0}]}\n"
      "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";
  static const char *const cases[][2] = {
      {"{id: 1, time: 2024-01-10, underlying: GEN, kind: call, strike: 101, expiry: 2024-03-01T21:00:00Z, qty: 3, "
       "price: 2.5}",
       "is not on the tape"},
      {"{id: 1, time: 2024-01-10, " CALL ", qty: 3, price: 2.5, multiplier: 10}", "is 10, and on the tape"},
      {"{id: 1, time: 2024-01-10, underlying: OTHER, kind: spot, qty: 3, price: 2.5}", "no underlying \"OTHER\""},
      {"{id: 1, time: 2023-12-31, " CALL ", qty: 3, price: 2.5}", "is before the run"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[2048];
    snprintf(text, sizeof text, "%sfills: [%s]\n", head, cases[i][0]);
    const char *path = keel_scratch_write("bad.yaml", text, strlen(text));
    refuses(path, NULL, "bad.yaml:5", cases[i][1]);
  }
}

static void earlier_fills_are_held_or_enter(void **state) {
  (void)state;
  const char *path = strategy_file("earlier.yaml", "{" CALL ", qty: 1}",
                                   "fills: [{id: 1, time: 2023-12-29, " CALL ", qty: 3, price: 2.5}]");
  const char *sets[] = {"run.earlier_fills=held", "run.earlier_fills=enter"};
  double pnl[2];
  for (int k = 0; k < 2; k++) {
    struct keel_strategy *strategy;
    keel_replay *replay = replay_of(path, &sets[k], 1, 1, &strategy);
    pnl[k] = pnl_of(replay, 1);
    assert_int_equal(problem(replay, "fills_before_the_run"), 1);
    keel_replay_free(replay);
    keel_strategy_free(strategy);
  }
  assert_close(pnl[1], 4 * pnl[0], 1e-9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_fill_earns_from_its_price_on), cmocka_unit_test(closing_at_the_mark_ends_all_exposure),
      cmocka_unit_test(a_book_may_begin_flat), cmocka_unit_test(unknown_contracts_and_multipliers_are_refused),
      cmocka_unit_test(earlier_fills_are_held_or_enter)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
