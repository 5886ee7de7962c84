/* A recorded split, AAPL's 7:1 of 2014-06-09: positions, P&L and hedge go on; a second computation from the ledger of
 * what was held and the tape's own marks. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/generated_market.h"
#include "keel/import.h"
#include "support/support.h"

#define LEAN "lean/Data/"

static int import_split(int with_factors) {
  static const char *const names[] = {
      LEAN "option/usa/daily/aapl_2014_quote_american.zip", LEAN "equity/usa/minute/aapl/20140606_quote.zip",
      LEAN "equity/usa/minute/aapl/20140609_quote.zip", LEAN "equity/usa/factor_files/aapl.csv"};
  char paths[4][1024];
  const char *files[4];
  for (int i = 0; i < 3 + with_factors; i++) {
    const char *found = keel_shared_data(names[i]);
    if (!found) return 0;
    snprintf(paths[i], sizeof paths[i], "%s", found);
    files[i] = paths[i];
  }
  keel_import_result result;
  keel_error error;
  if (keel_import(files, 3 + (size_t)with_factors, keel_scratch("aapl.tape"), NULL, &result, &error))
    fail_msg("%s: %s", error.where, error.what);
  return 1;
}

static const char strategy_text[] =
    "book:\n"
    "  - {underlying: AAPL, kind: call, exercise: american, strike: 645, expiry: 2014-07-19, qty: -10}\n"
    "  - {underlying: AAPL, kind: put, exercise: american, strike: 630, expiry: 2014-07-19, qty: 5}\n"
    "market: {tape: aapl.tape, rate: 0.002, implied_vol: 0.25, stale: 5d, splits: [{ex: 2014-06-09, ratio: 7}]}\n"
    "hedge: {trigger: {every: 30m}, with: [{instrument: spot, lot: 0}]}\n"
    "costs: {half_spread_bps: 0}\n"
    "limits: {order_qty_max: 50000, position_qty_max: 200000}\n"
    "run: {start: 2014-06-06T16:00}\n";

/* The last mid of a contract at or before an instant. */
static double mid_at(const struct keel_replay *replay, enum keel_kind kind, double strike, int64_t time_ns) {
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  double mid = NAN;
  while (keel_tape_next(replay->tape, &cursor, &instant) && instant.time_ns <= time_ns)
    for (size_t i = 0; i < instant.count; i++) {
      const struct keel_contract *contract = keel_tape_contract(replay->tape, instant.ids[i]);
      int is_spot = kind == KEEL_KIND_SPOT;
      if (contract->kind != kind || (!is_spot && contract->strike != strike)) continue;
      if (!is_spot && contract->expiry_ns / KEEL_NS_PER_DAY != keel_days_from_civil(2014, 7, 19)) continue;
      mid = (instant.bids[i] + instant.asks[i]) / 2;
    }
  return mid;
}

static void the_recorded_split_is_passed_without_a_jump(void **state) {
  (void)state;
  if (!import_split(0)) skip();
  const char *path = keel_scratch_write("aapl.yaml", strategy_text, strlen(strategy_text));
  struct keel_strategy *strategy;
  keel_replay *replay = replay_of(path, NULL, 0, 1, &strategy);
  const int64_t ex = keel_days_from_civil(2014, 6, 9) * KEEL_NS_PER_DAY;
  const struct keel_ledger_row *first = &replay->rows[0], *friday = NULL, *monday = NULL, *last = NULL;
  double held = 0, hedge = 0, spot = first->spot;
  for (size_t i = 0; i < replay->row_count; i++) {
    const struct keel_ledger_row *row = &replay->rows[i];
    if (row->time_ns < ex) friday = row;
    if (row->time_ns >= ex && !monday) monday = row;
    if (getenv("KEEL_TEST_SHOW"))
      printf("%lld %g book %g delta %g holding %g pnl %g hedge %g unexplained %g\n", (long long)row->time_ns, row->spot,
             row->book_value, row->hedge_delta, row->holding, row->pnl, row->explain[KEEL_COMPONENT_HEDGE],
             row->explain[KEEL_COMPONENT_UNEXPLAINED]);
    if (row == monday) {
      held *= 7;
      spot /= 7;
    }
    hedge += held * (row->spot - spot);
    held = row->holding;
    spot = row->spot;
    last = row;
  }
  assert_true(friday && monday);
  for (size_t i = 0; i < replay->note_count; i++) assert_null(strstr(replay->notes[i], "does not show"));
  /* Delta-neutral on both sides, in shares of each; one share became seven. */
  assert_close(friday->holding, -friday->hedge_delta, 1e-9);
  assert_close(monday->holding, -monday->hedge_delta, 1e-9);
  assert_close(monday->holding / friday->holding, 7, 0.7);
  /* Book and hedge from marks and holdings alone. */
  double before = -1000 * mid_at(replay, KEEL_KIND_CALL, 645, friday->time_ns) +
                  500 * mid_at(replay, KEEL_KIND_PUT, 630, friday->time_ns);
  double after = -7000 * mid_at(replay, KEEL_KIND_CALL, 92.14, last->time_ns) +
                 3500 * mid_at(replay, KEEL_KIND_PUT, 90, last->time_ns);
  keel_replay_totals totals;
  keel_replay_total(replay, 0, &totals);
  assert_close(keel_replay_explained(replay, 0, KEEL_COMPONENT_HEDGE), hedge, 1e-6);
  double interest = keel_replay_explained(replay, 0, KEEL_COMPONENT_INTEREST);
  assert_close(totals.pnl, after - before + hedge + interest, 1e-6 * totals.gross);
  /* A jump would be 6/7 of the book's value or of spot. */
  assert_close(monday->pnl, 0, 0.05 * fabs(friday->book_value));
  assert_close(monday->book_value, friday->book_value, 0.3 * fabs(friday->book_value));
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

static void refuses(const char *set, const char *what) {
  const char *sets[] = {"market.splits=[{ex: 2024-01-20, ratio: 2}]", set};
  keel_error error = {0};
  keel_strategy *strategy;
  keel_replay *replay;
  if (keel_strategy_load(generated_market(), sets, 2, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_not_equal(keel_replay_run(strategy, NULL, &replay, &error), KEEL_STATUS_OK);
  keel_strategy_free(strategy);
  if (!strstr(error.where, "market.splits") || !strstr(error.what, what)) fail_msg("%s: %s", error.where, error.what);
}

static void what_cannot_pass_a_split_is_refused(void **state) {
  (void)state;
  refuses("hedge.execution={fill: next}", "orders that wait");
  refuses(
      "variants=[{name: f, hedge: {with: [{instrument: option, kind: call, strike: 100, expiry: "
      "2024-03-01T21:00:00Z, multiplier: 100}]}}]",
      "holdings of futures and options");
}

/* A tape that its import put into the terms of after the split has none left: doing it again is refused, and without
 * `market.splits` a book in those terms passes the day as the other one does. */
static void a_split_is_not_done_twice(void **state) {
  (void)state;
  if (!import_split(1)) skip();
  const char *path = keel_scratch_write("twice.yaml", strategy_text, strlen(strategy_text));
  keel_error error = {0};
  keel_strategy *strategy;
  keel_replay *replay;
  assert_int_equal(keel_strategy_load(path, NULL, 0, &strategy, &error), KEEL_STATUS_OK);
  assert_int_equal(keel_replay_run(strategy, NULL, &replay, &error), KEEL_STATUS_INPUT);
  keel_strategy_free(strategy);
  if (!strstr(error.where, "market.splits") || !strstr(error.what, "7 for 1"))
    fail_msg("%s: %s", error.where, error.what);
  static const char *const sets[] = {
      "market.splits=[]",
      "book=[{underlying: AAPL, kind: call, exercise: american, strike: 92.14, expiry: 2014-07-19, qty: -70}, "
      "{underlying: AAPL, kind: put, exercise: american, strike: 90, expiry: 2014-07-19, qty: 35}]"};
  double pnl[2];
  replay = replay_of(path, sets, 2, 1, &strategy);
  keel_replay_totals totals;
  keel_replay_total(replay, 0, &totals);
  pnl[0] = totals.pnl;
  keel_replay_free(replay);
  keel_strategy_free(strategy);
  assert_true(import_split(0));
  replay = replay_of(path, NULL, 0, 1, &strategy);
  keel_replay_total(replay, 0, &totals);
  pnl[1] = totals.pnl;
  keel_replay_free(replay);
  keel_strategy_free(strategy);
  assert_close(pnl[0], pnl[1], 1e-4 * totals.gross); /* deltas at 92.14 and at 645 / 7 */
}

/* The generated market has no split: what is said there is that it shows none, for splits of the run alone. */
static void a_split_that_spot_does_not_show_is_said(void **state) {
  (void)state;
  static const struct {
    const char *splits, *note;
  } cases[] = {{"market.splits=[{ex: 2024-01-20, ratio: 2}]", "GEN does not show its split of 2 for 1"},
               {"market.splits=[{ex: 2024-01-20, ratio: 0.1}]", "GEN does not show its split of 0.1 for 1"},
               {"market.splits=[{ex: 2023-12-20, ratio: 2}]", NULL},
               {"market.splits=[{ex: 2024-12-20, ratio: 2}]", NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *sets[] = {cases[i].splits, "variants=[]"};
    struct keel_strategy *strategy;
    keel_replay *replay = replay_of(generated_market(), sets, 2, 1, &strategy);
    size_t said = 0;
    for (size_t k = 0; k < replay->note_count; k++) said += strstr(replay->notes[k], "does not show") != NULL;
    assert_int_equal(said, cases[i].note != NULL);
    if (said && !strstr(replay->notes[0], cases[i].note)) fail_msg("%s", replay->notes[0]);
    keel_replay_free(replay);
    keel_strategy_free(strategy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_recorded_split_is_passed_without_a_jump),
                                     cmocka_unit_test(what_cannot_pass_a_split_is_refused),
                                     cmocka_unit_test(a_split_is_not_done_twice),
                                     cmocka_unit_test(a_split_that_spot_does_not_show_is_said)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
