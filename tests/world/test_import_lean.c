#include "world/import_lean.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keel/import.h"
#include "support/program.h"
#include "support/zips.h"
#include "world/tape.h"

#define EQUITY "equity/usa/minute/abc/20140606_quote.zip"
#define EQUITY_ENTRY "20140606_abc_minute_quote.csv"
#define FUTURES "future/cme/minute/es/20200106_quote.zip"
#define FUTURES_ENTRY "20200106_es_minute_quote_202003.csv"
#define OPTIONS "futureoption/cme/minute/es/202003/20200106_quote_american.zip"
#define OPTIONS_ENTRY "20200106_es_minute_quote_american_put_32000000_20200320.csv"

static const char *one_entry(const char *place, const char *name, const char *text) {
  const struct keel_made_entry entry = {name, text, 0};
  return keel_zip_made(place, &entry, 1);
}

/* Imports these files; the tape is closed by the caller. */
static struct keel_tape *import_files(const char *const *files, size_t count, keel_import_result *result) {
  const char *out = keel_scratch("out.tape");
  keel_error error = {0};
  if (keel_import(files, count, out, NULL, result, &error)) fail_msg("%s: %s", error.where, error.what);
  struct keel_tape *tape;
  assert_int_equal(keel_tape_open(out, &tape, NULL), KEEL_STATUS_OK);
  unlink(out);
  return tape;
}

static uint64_t count_of(const keel_import_result *result, const char *kind) {
  for (size_t i = 0; i < result->problem_count; i++)
    if (strcmp(result->problems[i].kind, kind) == 0) return result->problems[i].count;
  return 0;
}

static int64_t utc(const char *text) {
  struct keel_time_text time;
  assert_true(keel_time_parse(text, strlen(text), &time));
  return time.days * KEEL_NS_PER_DAY + time.ns_of_day;
}

/* The quote of a contract at a time; what the tape does not have fails. */
static void assert_quote(const struct keel_tape *tape, const char *contract, const char *time, double bid, double ask) {
  const struct keel_calendar *nyse;
  assert_int_equal(keel_calendar_find("nyse", &nyse, NULL), KEEL_STATUS_OK);
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  while (keel_tape_next(tape, &cursor, &instant)) {
    if (instant.time_ns != utc(time)) continue;
    for (size_t i = 0; i < instant.count; i++) {
      char name[256];
      keel_contract_format(keel_tape_contract(tape, instant.ids[i]), nyse, name, sizeof name);
      if (strcmp(name, contract) != 0) continue;
      assert_true(instant.bids[i] == bid || (isnan(bid) && isnan(instant.bids[i])));
      assert_true(instant.asks[i] == ask || (isnan(ask) && isnan(instant.asks[i])));
      return;
    }
  }
  fail_msg("%s has no quote at %s", contract, time);
}

/* ---- what bars mean ---- */

/* Prices in ten thousandths, times in New York, each bar at its end. */
static void minute_bars_stand_at_their_end(void **state) {
  (void)state;
  keel_import_result result;
  const char *files[] = {
      one_entry(EQUITY, EQUITY_ENTRY,
                "34200000,1,1,1,6491800,100,1,1,1,6496000,100\r\n\r\n86340000,1,1,1,6454800,5,1,1,1,6455700,5"),
      one_entry("equity/usa/minute/abc/20140110_quote.zip", "20140110_abc_minute_quote.csv",
                "0,1,1,1,5000000,100,1,1,1,5000100,100\n")};
  struct keel_tape *tape = import_files(files, 2, &result);
  assert_int_equal(result.rows, 3);
  assert_int_equal(result.quotes, 3);
  assert_int_equal(result.contracts, 1);
  assert_quote(tape, "ABC spot", "2014-06-06T13:31", 649.18, 649.6);
  assert_quote(tape, "ABC spot", "2014-06-07T04:00", 645.48, 645.57);
  assert_quote(tape, "ABC spot", "2014-01-10T05:01", 500, 500.01); /* winter */
  keel_tape_close(tape);
}

static void daily_bars_stand_at_the_close(void **state) {
  (void)state;
  const struct keel_made_entry options[] = {
      {"abc_quote_american_call_921400_20140621.csv", "20140609 00:00,1,1,1,21900,8,1,1,1,22600,7\n", 0},
      {"abc_quote_american_put_921400_20140621.csv", "20140703 00:00,1,1,1,1,8,1,1,1,2,7\n", 0}};
  const char *files[] = {one_entry("equity/usa/daily/abc.zip", "abc.csv",
                                   "20140609 00:00,926900,938800,917500,937000,72\n20140703 00:00,1,1,1,940000,7\n"),
                         keel_zip_made("option/usa/daily/abc_2014_quote_american.zip", options, 2)};
  keel_import_result result;
  struct keel_tape *tape = import_files(files, 2, &result);
  assert_quote(tape, "ABC spot", "2014-06-09T20:00", 93.7, 93.7);
  assert_quote(tape, "ABC call 92.14 2014-06-21", "2014-06-09T20:00", 2.19, 2.26);
  assert_quote(tape, "ABC spot", "2014-07-03T17:00", 94, 94); /* a half day */
  assert_int_equal(count_of(&result, "expired"), 1);
  keel_tape_close(tape);
}

/* In UTC, unscaled; one future is one underlying, with its options on it. */
static void options_and_their_future_stand_together(void **state) {
  (void)state;
  const char *files[] = {
      one_entry(OPTIONS, OPTIONS_ENTRY, "0,1,1,1,67.75,100,1,1,1,,0\n"),
      one_entry(FUTURES, FUTURES_ENTRY, "0,1,1,1,3223,100,1,1,1,3223.25,100\n86340000,1,1,1,3241,100,1,1,1,0,100\n")};
  keel_import_result result;
  struct keel_tape *tape = import_files(files, 2, &result);
  assert_int_equal(result.rows, 3);
  assert_int_equal(result.quotes, 5);
  assert_int_equal(count_of(&result, "missing_side"), 2);
  assert_quote(tape, "ESH20 put 3200 2020-03-20T13:30Z", "2020-01-06T00:01", 67.75, NAN);
  assert_quote(tape, "ESH20 future 2020-03-20T13:30Z", "2020-01-06T00:01", 3223, 3223.25);
  assert_quote(tape, "ESH20 spot", "2020-01-06T00:01", 3223, 3223.25);
  assert_quote(tape, "ESH20 spot", "2020-01-07T00:00", 3241, NAN); /* a price of 0 is none */
  for (uint32_t id = 0; id < 3; id++) {
    const struct keel_contract *contract = keel_tape_contract(tape, id);
    assert_true(contract->multiplier == (contract->kind == KEEL_KIND_SPOT ? 1 : 50));
  }
  keel_tape_close(tape);
}

/* A trade is no quote: it stands for one only where there is none. */
static void trades_are_used_where_no_quotes_are_given(void **state) {
  (void)state;
  const char *files[] = {one_entry("future/cme/minute/es/20200106_trade.zip", "20200106_es_minute_trade_202003.csv",
                                   "60000,3223.75,3224.25,3223,3223.5,1526\n"),
                         one_entry(FUTURES, FUTURES_ENTRY, "0,1,1,1,3223,100,1,1,1,3223.25,100\n")};
  keel_import_result result;
  struct keel_tape *tape = import_files(files, 1, &result);
  assert_quote(tape, "ESH20 spot", "2020-01-06T00:02", 3223.5, 3223.5);
  keel_tape_close(tape);
  tape = import_files(files, 2, &result);
  assert_int_equal(count_of(&result, "trade"), 1);
  assert_int_equal(result.dropped, 1);
  assert_int_equal(keel_tape_instants(tape), 1);
  keel_tape_close(tape);
}

static void bad_rows_are_dropped_by_kind(void **state) {
  (void)state;
  static const struct {
    const char *row, *kind;
  } cases[] = {
      {"-1,1,1,1,3,1,1,1,1,4,1\n", "bad_date"},           {",1,1,1,3,1,1,1,1,4,1\n", "bad_date"},
      {"86400000,1,1,1,3,1,1,1,1,4,1\n", "bad_date"},     {"1e3,1,1,1,3,1,1,1,1,4,1\n", "bad_date"},
      {"123456789012,1,1,1,3,1,1,1,1,4,1\n", "bad_date"}, {"0,1,1,1,x,1,1,1,1,4,1\n", "bad_number"},
      {"0,1,1,1,3,1,1,1,1,nan,1\n", "bad_number"},        {"0,1,1,1,3,1,1,1,1,1e999,1\n", "bad_number"},
      {"0,1,1,1,-3,1,1,1,1,4,1\n", "negative_price"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[256];
    snprintf(text, sizeof text, "60000,1,1,1,3,1,1,1,1,4,1\n%s", cases[i].row);
    const char *file = one_entry(OPTIONS, OPTIONS_ENTRY, text);
    keel_import_result result;
    keel_tape_close(import_files(&file, 1, &result));
    assert_int_equal(result.rows, 2);
    assert_int_equal(result.dropped, 1);
    if (count_of(&result, cases[i].kind) != 1) fail_msg("%s is no %s", cases[i].row, cases[i].kind);
  }
}

static void odd_quotes_are_kept_and_counted(void **state) {
  (void)state;
  const char *files[] = {one_entry(OPTIONS, OPTIONS_ENTRY,
                                   "0,1,1,1,5,1,1,1,1,4,1\n60000,1,1,1,4,1,1,1,1,4,1\n120000,,,,,0,,,,,0\n"
                                   "180000,0,0,0,0,1,1,1,1,4,1\n240000,0,0,0,0,1,1,1,1,0,1\n"),
                         NULL};
  files[1] = files[0];
  keel_import_result result;
  keel_tape_close(import_files(files, 1, &result));
  assert_int_equal(result.dropped, 0);
  assert_int_equal(count_of(&result, "crossed"), 1);
  assert_int_equal(count_of(&result, "locked"), 1);
  assert_int_equal(count_of(&result, "missing_side"), 1);
  assert_int_equal(count_of(&result, "zero_bid"), 2);
  assert_int_equal(count_of(&result, "zero_ask"), 1);
  keel_tape_close(import_files(files, 2, &result));
  assert_int_equal(count_of(&result, "duplicate"), 5);
}

/* A contract that another file has with another exercise. */
static void a_conflict_is_counted(void **state) {
  (void)state;
  const char *files[] = {
      one_entry("option/usa/minute/abc/20140606_quote_american.zip",
                "20140606_abc_minute_quote_american_call_1000000_20140621.csv", "0,1,1,1,3,1,1,1,1,4,1\n"),
      one_entry("option/usa/minute/abc/20140606_quote_european.zip",
                "20140606_abc_minute_quote_european_call_1000000_20140621.csv", "0,1,1,1,3,1,1,1,1,4,1\n")};
  keel_import_result result;
  keel_tape_close(import_files(files, 2, &result));
  assert_int_equal(count_of(&result, "conflict"), 1);
}

/* ---- what is refused ---- */

static void assert_refused(const char *file, const char *where, const char *what) {
  const char *out = keel_scratch_write("refused.tape", "as it was", 9);
  keel_import_result result;
  keel_error error = {0};
  assert_int_equal(keel_import(&file, 1, out, NULL, &result, &error), KEEL_STATUS_INPUT);
  if (!strstr(error.where, where) || !strstr(error.what, what)) fail_msg("%s: %s", error.where, error.what);
  char *left = keel_file_content(out, NULL);
  assert_string_equal(left, "as it was");
  free(left);
  assert_int_equal(keel_scratch_count("refused.tape"), 1);
}

static void broken_zips_write_nothing(void **state) {
  (void)state;
  const char *good = "0,1,1,1,3,1,1,1,1,4,1\n";
  char row[64];
  assert_refused(one_entry(OPTIONS, OPTIONS_ENTRY, "0,1,1,1,3,1,1,1,1,4,1\n0,1,1,1,3,1\n"), OPTIONS_ENTRY ":2",
                 "6 fields; a bar of quotes has 11");
  snprintf(row, sizeof row, "\n%.*s,7\n", (int)strlen(good) - 1, good);
  assert_refused(one_entry(OPTIONS, OPTIONS_ENTRY, row), OPTIONS_ENTRY ":2", "12 or more fields");
  assert_refused(one_entry("equity/usa/daily/abc.zip", "abc.csv", good), "abc.zip:abc.csv:1",
                 "11 fields; a bar of trades has 6");
  assert_refused(one_entry(OPTIONS, "notes.txt", "x"), "american.zip:notes.txt", "no .csv");
  assert_refused(one_entry(OPTIONS, "a/b.csv", good), "american.zip:a/b.csv", "not named as its zip");
  assert_refused(one_entry("somewhere/20140606_quote.zip", EQUITY_ENTRY, good), "20140606_quote.zip",
                 "no Lean data by its folders");
  assert_refused(one_entry(OPTIONS, OPTIONS_ENTRY, ""), OPTIONS, "no rows");
  assert_refused(one_entry(OPTIONS, OPTIONS_ENTRY, "x,1,1,1,3,1,1,1,1,4,1\n"), OPTIONS, "no row can be used");
  const struct keel_made_entry folder[] = {{OPTIONS_ENTRY, good, 0}, {"more/", "", 0}};
  assert_refused(keel_zip_made(OPTIONS, folder, 2), "american.zip:more/", "folder");
  const struct keel_made_entry secret = {OPTIONS_ENTRY, good, 1};
  assert_refused(keel_zip_made(OPTIONS, &secret, 1), OPTIONS_ENTRY, "encrypted");
  one_entry(OPTIONS, OPTIONS_ENTRY, good);
  assert_refused(keel_scratch_write(OPTIONS, "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22), OPTIONS,
                 "without entries");
  assert_refused(keel_scratch_write(OPTIONS, "PK\3\4 and no more", 16), OPTIONS, "cannot be read as a zip");
}

static int stop_at_once(void *context, uint64_t done, uint64_t total) {
  (void)context, (void)done, (void)total;
  return 1;
}

static void a_stop_leaves_nothing(void **state) {
  (void)state;
  const char *file = one_entry(OPTIONS, OPTIONS_ENTRY, "0,1,1,1,3,1,1,1,1,4,1\n");
  const keel_import_options options = {.progress = stop_at_once};
  keel_import_result result;
  assert_int_equal(keel_import(&file, 1, keel_scratch("stopped.tape"), &options, &result, NULL), KEEL_STATUS_STOPPED);
  assert_int_equal(keel_scratch_count("stopped.tape"), 0);
}

/* ---- real data ---- */

/* The paths of these files of ../shared/data/lean/Data, or 0. They live until the next call. */
static int shared(const char *const *names, size_t count, const char **paths) {
  static char kept[4][1024];
  for (size_t i = 0; i < count; i++) {
    char name[256];
    snprintf(name, sizeof name, "lean/Data/%s", names[i]);
    const char *path = keel_shared_data(name);
    if (!path) return 0;
    snprintf(kept[i], sizeof kept[i], "%s", path);
    paths[i] = kept[i];
  }
  return 1;
}

/* The README: 111,789 bars of options, 85 to 88 % of them two-sided; 1,367 minutes of the future (the front one). */
static void the_session_of_es_is_as_its_readme_says(void **state) {
  (void)state;
  static const char *const names[] = {
      "futureoption/cme/minute/es/202003/20200106_quote_american.zip", "future/cme/minute/es/20200106_quote.zip",
      "futureoption/cme/minute/es/202003/20200106_trade_american.zip", "future/cme/minute/es/20200106_trade.zip"};
  const char *files[4];
  if (!shared(names, 4, files)) skip();
  keel_import_result result;
  struct keel_tape *tape = import_files(files, 4, &result);
  assert_int_equal(result.rows, 111789 + 5241 + 2189);
  assert_int_equal(result.dropped, 2189); /* the trades */
  assert_int_equal(count_of(&result, "trade"), 2189);
  assert_int_equal(result.quotes, 111789 + 2 * 5241); /* a future is a spot too */
  assert_int_equal(result.contracts, 104 + 2 * 5);
  assert_int_equal(result.instants, 1374);
  assert_int_equal(result.problem_count, 2);                        /* nothing crossed, locked, zero or twice */
  assert_int_equal(count_of(&result, "missing_side"), 17260 + 989); /* of options, 15.4 %; of the later futures */
  assert_quote(tape, "ESH20 call 3240 2020-03-20T13:30Z", "2020-01-06T00:01", 68, 69.25);
  assert_quote(tape, "ESH20 call 3240 2020-03-20T13:30Z", "2020-01-07T00:00", 76.5, 77.75);
  assert_quote(tape, "ESH20 future 2020-03-20T13:30Z", "2020-01-06T00:01", 3223, 3223.25);
  assert_quote(tape, "ESZ20 future 2020-12-18T14:30Z", "2020-01-06T00:02", 3216.75, NAN);
  keel_tape_close(tape);
  tape = import_files(files + 2, 2, &result); /* trades alone: their closes stand for quotes */
  assert_int_equal(result.dropped, 0);
  assert_int_equal(result.quotes, 572 + 2 * 1617);
  keel_tape_close(tape);
}

/* The exchange pauses from 17:00 to 18:00 in New York, in winter 22:00 to 23:00 UTC. So the zone is right. */
static void the_future_pauses_when_its_exchange_does(void **state) {
  (void)state;
  static const char *const names[] = {"future/cme/minute/es/20200106_quote.zip"};
  const char *files[1];
  if (!shared(names, 1, files)) skip();
  keel_import_result result;
  struct keel_tape *tape = import_files(files, 1, &result);
  assert_string_equal(keel_tape_contract(tape, 0)->underlying, "ESH20");
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  int64_t before = utc("2020-01-06"), longest = 0, pause = 0;
  while (keel_tape_next(tape, &cursor, &instant)) {
    int quoted = 0;
    for (size_t i = 0; i < instant.count; i++) quoted |= instant.ids[i] == 0;
    if (!quoted) continue;
    if (instant.time_ns - before > longest) longest = instant.time_ns - before, pause = before;
    before = instant.time_ns;
  }
  assert_int_equal(pause, utc("2020-01-06T22:01")); /* the last bar holds what comes in with the stop */
  assert_int_equal(longest, 60 * 60 * KEEL_NS_PER_SECOND);
  keel_tape_close(tape);
}

/* The README: 4,532 bars of options, the split of 7:1 between its two days; prices are as they were. */
static void apple_is_as_its_readme_says(void **state) {
  (void)state;
  static const char *const names[] = {"option/usa/daily/aapl_2014_quote_american.zip",
                                      "equity/usa/minute/aapl/20140606_quote.zip",
                                      "equity/usa/minute/aapl/20140609_quote.zip", "equity/usa/daily/aapl.zip"};
  const char *files[4];
  if (!shared(names, 4, files)) skip();
  keel_import_result result;
  struct keel_tape *tape = import_files(files, 3, &result);
  assert_int_equal(result.rows, 4532 + 835 + 847);
  assert_int_equal(result.dropped, 0);
  assert_int_equal(result.contracts, 4532 + 1);
  assert_int_equal(result.problem_count, 2); /* nothing crossed, zero or twice */
  assert_int_equal(count_of(&result, "missing_side"), 355);
  assert_int_equal(count_of(&result, "locked"), 42);
  assert_quote(tape, "AAPL spot", "2014-06-06T20:00", 645.48, 645.57);
  assert_quote(tape, "AAPL call 645 2014-06-21", "2014-06-06T20:00", 12.2, 12.45);
  assert_quote(tape, "AAPL spot", "2014-06-09T20:00", 93.69, 93.7);
  assert_quote(tape, "AAPL call 92.14 2014-06-21", "2014-06-09T20:00", 2.19, 2.26);
  keel_tape_close(tape);
  keel_tape_close(import_files(files + 3, 1, &result)); /* closes since 1998 */
  assert_int_equal(result.rows, 5849);
  assert_int_equal(result.quotes, 5849);
  keel_tape_close(import_files(files, 4, &result)); /* they give way to quotes */
  assert_int_equal(count_of(&result, "trade"), 5849);
}

static void ticks_are_refused_with_the_reason(void **state) {
  (void)state;
  static const char *const names[] = {"equity/usa/tick/ibm/20131007_quote.zip"};
  const char *files[1];
  if (!shared(names, 1, files)) skip();
  assert_refused(files[0], "20131007_quote.zip", "tick data is not read");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(minute_bars_stand_at_their_end),
      cmocka_unit_test(daily_bars_stand_at_the_close),
      cmocka_unit_test(options_and_their_future_stand_together),
      cmocka_unit_test(trades_are_used_where_no_quotes_are_given),
      cmocka_unit_test(bad_rows_are_dropped_by_kind),
      cmocka_unit_test(odd_quotes_are_kept_and_counted),
      cmocka_unit_test(a_conflict_is_counted),
      cmocka_unit_test(broken_zips_write_nothing),
      cmocka_unit_test(a_stop_leaves_nothing),
      cmocka_unit_test(the_session_of_es_is_as_its_readme_says),
      cmocka_unit_test(the_future_pauses_when_its_exchange_does),
      cmocka_unit_test(apple_is_as_its_readme_says),
      cmocka_unit_test(ticks_are_refused_with_the_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
