/* Every file of ../shared/data that holds option quotes: imported, or refused with its reason. The counts were counted
 * apart, with awk over the files, by the rules that docs/data.md states; each comment says what of its folder's README
 * a count shows. */
#include <stdio.h>
#include <string.h>

#include "keel/import.h"
#include "support/support.h"
#include "world/tape.h"

struct count {
  const char *kind;
  uint64_t count;
};

static keel_import_result import(const char *const *files, size_t count) {
  keel_import_result result;
  keel_error error = {0};
  if (keel_import(files, count, keel_scratch("data.tape"), NULL, &result, &error))
    fail_msg("%s: %s", error.where, error.what);
  return result;
}

/* Those problems with those counts, and no others. */
static void assert_problems(const keel_import_result *result, const struct count *wanted, size_t count) {
  assert_int_equal(result->problem_count, count);
  for (size_t i = 0; i < count; i++) {
    assert_string_equal(result->problems[i].kind, wanted[i].kind);
    assert_int_equal(result->problems[i].count, wanted[i].count);
  }
}
#define ASSERT_PROBLEMS(result, ...)                             \
  assert_problems((result), (const struct count[]){__VA_ARGS__}, \
                  sizeof((const struct count[]){__VA_ARGS__}) / sizeof(struct count))

/* The files of a folder, or 0 where it is absent. The texts live until the test ends. */
static size_t files_of(const char *const *names, size_t count, const char **files) {
  static char paths[16][300];
  for (size_t i = 0; i < count; i++) {
    const char *path = keel_shared_data(names[i]);
    if (!path) return 0;
    snprintf(paths[i], sizeof paths[i], "%s", path);
    files[i] = paths[i];
  }
  return count;
}

static void alpaca_is_as_its_readme_says(void **state) {
  (void)state;
  static const char *const names[] = {
      "alpaca-2026-04/AAPL_dte_ladder_20260414_001909.csv.gz", "alpaca-2026-04/AAPL_dte_ladder_20260415_203716.csv.gz",
      "alpaca-2026-04/NVDA_dte_ladder_20260414_001900.csv.gz", "alpaca-2026-04/NVDA_dte_ladder_20260415_203711.csv.gz",
      "alpaca-2026-04/QQQ_dte_ladder_20260414_002718.csv.gz",  "alpaca-2026-04/QQQ_dte_ladder_20260415_203745.csv.gz",
      "alpaca-2026-04/SPY_dte_ladder_20260414_002501.csv.gz",  "alpaca-2026-04/SPY_dte_ladder_20260415_203756.csv.gz"};
  const char *files[8];
  if (!files_of(names, 8, files)) skip();
  const keel_import_result result = import(files, 8);
  assert_int_equal(result.rows, 1402 + 1176 + 1810 + 1274 + 5300 + 4470 + 6320 + 5710);
  assert_int_equal(result.instants, 8);                       /* one per capture */
  assert_int_equal(result.contracts, 16894 + 4);              /* with four of spot */
  assert_int_equal(result.quotes, result.rows - 798 + 8);     /* with eight of spot */
  assert_int_equal(result.first_ns / 1000000, 1776125940767); /* capture_ts is UTC: after midnight, of 13 April */
  /* The captures of 15 April come 37 minutes after the close: 84 + 82 + 266 + 366 contracts of that day are still
   * listed. None crossed; zero bids of the rest, 10 % (SPY 9.6, AAPL 22.6). */
  ASSERT_PROBLEMS(&result, {"expired", 84 + 82 + 266 + 366}, {"zero_bid", 2778});
}

static void yahoo_is_as_its_readme_says(void **state) {
  (void)state;
  static const char *const names[] = {"yahoo-2025-11/AAPL_20251125.csv.gz", "yahoo-2025-11/AAPL_20251126.csv.gz",
                                      "yahoo-2025-11/AAPL_20251128.csv.gz", "yahoo-2025-11/AAPL_20251201.csv.gz",
                                      "yahoo-2025-11/AAPL_20251202.csv.gz", "yahoo-2025-11/AAPL_20251203.csv.gz",
                                      "yahoo-2025-11/AAPL_20251204.csv.gz", "yahoo-2025-11/AAPL_20251205.csv.gz"};
  const char *files[8];
  if (!files_of(names, 8, files)) skip();
  const keel_import_result result = import(files, 8);
  assert_int_equal(result.rows, 16301);
  assert_int_equal(result.instants, 8);
  assert_int_equal(result.contracts, 2318 + 1);
  assert_int_equal(result.quotes, 16301 + 8);
  /* Crossed 0.10 %, zero bid 11.3 %, zero ask 0.3 %, as the README has them. The 193 rows of tenor -1 are of contracts
   * that expire on the day of the snapshot, not before it: they stand at their expiry, and none is `expired`. Last
   * trade on an earlier day: 7,904 rows, 4,089 of them by more than five days. */
  ASSERT_PROBLEMS(&result, {"old_trade", 7904}, {"crossed", 17}, {"locked", 4}, {"zero_bid", 1846}, {"zero_ask", 46});
  const keel_import_result half_day = import(&files[2], 1); /* 28 November: closed at 13:00 in New York */
  assert_int_equal(half_day.rows, 1254);
  assert_int_equal(half_day.first_ns / 1000000000, 1764352800);
}

static void tsla_is_as_its_readme_says(void **state) {
  (void)state;
  const char *file = keel_shared_data("tsla-2023/tsla_chain_20230616.csv");
  if (!file) skip();
  const keel_import_result result = import(&file, 1);
  assert_int_equal(result.rows, 178);
  assert_int_equal(result.quotes, 178 + 1);
  assert_int_equal(result.contracts, 178 + 1);
  assert_int_equal(result.instants, 109 + 1);                 /* quotes have 109 times of their own, the spot one */
  assert_int_equal(result.first_ns / 1000000, 1686930720610); /* the oldest quote is of 11:52 in New York */
  assert_int_equal(result.last_ns / 1000000, 1686959999801);  /* the spot: 19:59:59 there, after hours */
  /* None crossed; zero bids 3.4 %; 34 contracts last traded before the day (19 more never did). */
  ASSERT_PROBLEMS(&result, {"late_spot", 178}, {"old_trade", 34}, {"zero_bid", 6});
  struct keel_tape *tape;
  assert_int_equal(keel_tape_open(keel_scratch("data.tape"), &tape, NULL), KEEL_STATUS_OK);
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  while (keel_tape_next(tape, &cursor, &instant)) {
    if (instant.time_ns < result.last_ns) continue;
    assert_int_equal(instant.count, 1);
    assert_true(instant.bids[0] == 261.4899 && instant.asks[0] == 261.4899);
  }
  keel_tape_close(tape);
}

/* Each of these is refused, and nothing is written. */
static void what_cannot_be_taken_says_why(void **state) {
  (void)state;
  static const struct {
    const char *file, *why;
  } cases[] = {
      /* 12,134 rows, every name BTC-...: settled in BTC. */
      {"deribit-btc-2021-06/btc_eod_202106.txt.gz", "12134 of 12134 rows have an inverse contract"},
      {"deribit-ws/tardis_options_chain_sample.csv", "7 of 7 rows have an inverse contract"},
      {"deribit-ws/tardis_incremental_book_L2_BTC-PERPETUAL_sample.csv", "this is an order book"},
      {"deribit-ws/DERIBIT.ws.2021-07-22.txt", "this is no CSV"},
      {"deribit-ws/DERIBIT.rest-instruments.txt.gz", "a quote inside an unquoted field"},
      {"deribit-ws/nautilus-json/ws_ticker.json", "this is no CSV"},
      {"lean/Data/option/usa/universes/aapl/20140605.csv.gz", "it has no bid and ask of options"},
      {"lean/Data/option/usa/universes/aapl/20140606.csv.gz", "it has no bid and ask of options"},
      {"lean/Data/option/usa/universes/aapl/20140609.csv.gz", "it has no bid and ask of options"},
      {"lean/Data/option/usa/universes/aapl/20140610.csv.gz", "it has no bid and ask of options"},
      {"tsla-2023/worked_example_idx511.csv", "no known layout"},
      {"tsla-2023/published_table_worked_example.csv", "no known layout"},
      {"tsla-2023/TSLA-daily.csv.gz", "bars of trades"},
      {"btc-perp-1m/btc-perp-20211231-20220201_1m.csv.gz", "bars of trades"},
      {"spy-2021/prod_stocks_1y.csv.gz", "bars of trades"},
      {"deribit-fix/deribit_fix44_messages.fix", "this is no CSV"},
      {"crypto-ticks/BITMEX.ws.1.0.txt.gz", "this is no CSV"},
      {"lean/Data/equity/usa/factor_files/aapl.csv", "no quotes of AAPL"},
      {"lean/Data/equity/usa/tick/ibm/20131007_quote.zip", "tick data is not read"},
  };
  if (!keel_shared_data("README.md")) skip();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *file = keel_shared_data(cases[i].file);
    assert_non_null(file);
    keel_import_result result;
    keel_error error = {0};
    assert_int_equal(keel_import(&file, 1, keel_scratch("none.tape"), NULL, &result, &error), KEEL_STATUS_INPUT);
    if (!strstr(error.what, cases[i].why)) fail_msg("%s: %s", error.where, error.what);
    struct keel_tape *tape;
    assert_int_equal(keel_tape_open(keel_scratch("none.tape"), &tape, NULL), KEEL_STATUS_IO);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(alpaca_is_as_its_readme_says),
      cmocka_unit_test(yahoo_is_as_its_readme_says),
      cmocka_unit_test(tsla_is_as_its_readme_says),
      cmocka_unit_test(what_cannot_be_taken_says_why),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
