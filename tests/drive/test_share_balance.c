/* The share balance (M6) against the published worked example: 20 rows to their printed digits, from the premiums of
 * ../shared/data/tsla-2023 (skipped where that is absent). The engine replays them as a tape. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/replay.h"
#include "support/support.h"

enum { PERIODS = 119, PUBLISHED = 20 };
static const double YEARS = 60.5 / 365; /* from the first premium to expiry */

static const char *data_file(const char *name, char *buffer, size_t size) {
  snprintf(buffer, size, "tsla-2023/%s", name);
  const char *found = keel_shared_data(buffer);
  snprintf(buffer, size, "../shared/data/tsla-2023/%s", name); /* as tests/support wants it: from the project's root */
  return found;
}

static const int64_t EXPIRY = INT64_C(1692388800) * KEEL_NS_PER_SECOND; /* 2023-08-18T20:00:00Z */

static int64_t time_at(double years_left) { return EXPIRY - (int64_t)llround(years_left * (double)KEEL_NS_PER_YEAR); }

/* Spot and premium of each period as quotes without a spread. */
static void write_tape(const char *path, const struct keel_golden *example) {
  struct keel_tape_writer *writer;
  keel_error error;
  struct keel_contract spot = {
      .underlying = "TSLA", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1};
  struct keel_contract put = {.underlying = "TSLA",
                              .kind = KEEL_KIND_PUT,
                              .exercise = KEEL_EXERCISE_AMERICAN,
                              .strike = 260,
                              .expiry_ns = EXPIRY,
                              .multiplier = 100};
  assert_int_equal(keel_tape_writer_open(path, &writer, &error), KEEL_STATUS_OK);
  uint32_t ids[] = {keel_tape_writer_contract(writer, &spot), keel_tape_writer_contract(writer, &put)};
  double first[] = {keel_golden_number(example, 0, "price"), keel_golden_number(example, 0, "premium")};
  struct keel_tape_instant instant = {.time_ns = time_at(YEARS), .count = 2, .ids = ids, .bids = first, .asks = first};
  assert_int_equal(keel_tape_writer_instant(writer, &instant, &error), KEEL_STATUS_OK);
  for (size_t row = 0; row < example->rows; row++) {
    double next[] = {keel_golden_number(example, row, "price_next"), keel_golden_number(example, row, "premium_next")};
    instant.time_ns = time_at(keel_golden_number(example, row, "T_years_next"));
    instant.bids = instant.asks = next;
    assert_int_equal(keel_tape_writer_instant(writer, &instant, &error), KEEL_STATUS_OK);
  }
  assert_int_equal(keel_tape_writer_close(writer, &error), KEEL_STATUS_OK);
}

static const char strategy_text[] =
    "book: [{underlying: TSLA, kind: put, exercise: american, strike: 260, expiry: 2023-08-18, qty: 1, multiplier: "
    "100}]\n"
    "market: {tape: worked.tape, rate: 0.0431}\n"
    "hedge:\n"
    "  target: {share_balance: exact, start: 43.29898674258706}\n"
    "  trigger: {every: step}\n"
    "  with: [{instrument: spot, lot: 0}]\n"
    "costs: {half_spread_bps: 0}\n"
    "limits: {order_qty_max: 1000, position_qty_max: 1000}\n"
    "variants:\n"
    "  - {name: late, hedge: {trigger: {every: 20m}}}\n";

static keel_replay *replay_example(const struct keel_golden *example, keel_strategy **strategy) {
  write_tape(keel_scratch("worked.tape"), example);
  const char *path = keel_scratch_write("worked.yaml", strategy_text, strlen(strategy_text));
  keel_error error = {0};
  keel_replay *replay = NULL;
  keel_replay_options options = {.threads = 1};
  if (keel_strategy_load(path, NULL, 0, strategy, &error) != KEEL_STATUS_OK)
    fail_msg("%s: %s", error.where, error.what);
  if (keel_replay_run(*strategy, &options, &replay, &error) != KEEL_STATUS_OK)
    fail_msg("%s: %s", error.where, error.what);
  return replay;
}

/* A number as the table prints it: six significant digits. */
static void assert_printed(double got, const struct keel_golden *table, size_t row, const char *column) {
  char text[32], want[32];
  snprintf(text, sizeof text, "%.6g", got);
  snprintf(want, sizeof want, "%.6g", keel_golden_number(table, row, column));
  if (strcmp(text, want) != 0) fail_msg("row %zu, %s: %s, printed %s (%.17g)", row + 1, column, text, want, got);
}

static void published_rows_to_their_printed_digits(void **state) {
  (void)state;
  char example_path[256], table_path[256];
  if (!data_file("worked_example_idx511.csv", example_path, sizeof example_path)) skip();
  if (!data_file("published_table_worked_example.csv", table_path, sizeof table_path)) skip();
  struct keel_golden example = keel_golden_load(example_path), table = keel_golden_load(table_path);
  keel_strategy *strategy;
  keel_replay *replay = replay_example(&example, &strategy);
  const struct keel_ledger_row *last = &replay->rows[0];
  double constant = last->holding * last->spot + last->book_value, outside = 0;
  size_t periods = 0;
  for (size_t i = 1; i < replay->row_count; i++) {
    const struct keel_ledger_row *row = &replay->rows[i];
    if (row->variant != 0) continue;
    if (row->reason == KEEL_REASON_LIQUIDATE || periods + 1 == PERIODS) break;
    double change = row->book_value - last->book_value, bought = row->trade, cash = -bought * row->spot;
    outside += cash;
    assert_close(row->holding * row->spot + row->book_value, constant, 1e-9 * constant);
    if (periods < PUBLISHED && periods < table.rows) {
      assert_printed(-change, &table, periods, "Hᵢ");
      assert_printed(change, &table, periods, "dPᵢ");
      assert_printed(row->spot, &table, periods, "Sᵢ");
      assert_printed(bought, &table, periods, "dnᵢ");
      assert_printed(cash, &table, periods, "Sᵢdnᵢ");
      assert_printed(outside, &table, periods, "Σ");
      assert_printed(row->holding * row->spot + row->book_value, &table, periods, "HLV");
      assert_printed(outside, &table, periods, "ΣPLH");
    }
    assert_close(row->holding, keel_golden_number(&example, periods, "shares_next"), 1e-9);
    periods++;
    last = row;
  }
  assert_int_equal(periods, PERIODS - 1); /* at the last instant of a run no decision is taken */
  keel_replay_free(replay);
  keel_strategy_free(strategy);
  keel_golden_free(&example);
  keel_golden_free(&table);
}

/* The balance follows every step, so a rule that trades every twenty minutes is on it whenever it trades. */
static void late_trades_land_on_the_balance(void **state) {
  (void)state;
  char example_path[256];
  if (!data_file("worked_example_idx511.csv", example_path, sizeof example_path)) skip();
  struct keel_golden example = keel_golden_load(example_path);
  keel_strategy *strategy;
  keel_replay *replay = replay_example(&example, &strategy);
  double constant = replay->rows[0].holding * replay->rows[0].spot + replay->rows[0].book_value;
  int late = 0;
  for (size_t i = 0; i < replay->row_count; i++) {
    const struct keel_ledger_row *row = &replay->rows[i];
    if (row->variant != 1 || row->reason == KEEL_REASON_LIQUIDATE) continue;
    assert_close(row->holding * row->spot + row->book_value, constant, 1e-9 * constant);
    late++;
  }
  assert_in_range(late, PERIODS / 12, PERIODS - 1);
  keel_replay_free(replay);
  keel_strategy_free(strategy);
  keel_golden_free(&example);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(published_rows_to_their_printed_digits),
      cmocka_unit_test(late_trades_land_on_the_balance),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
