#include "keel/import.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/program.h"
#include "world/tape.h"

#define HEADER "underlying,underlying_last, exchange,optionroot,type,expiration,quotedate,strike,last,bid,ask\n"
#define ROW(day, strike, bid, ask) "SPXW,2700,W,X,call,01/31/2018," day "," strike ",1," bid "," ask "\n"

static const char *csv(const char *name, const char *text) { return keel_scratch_write(name, text, strlen(text)); }

/* Imports one text; the tape is closed by the caller. */
static struct keel_tape *import_text(const char *text, keel_import_result *result) {
  const char *file = csv("in.csv", text), *out = keel_scratch("out.tape");
  keel_error error = {0};
  keel_status status = keel_import(&file, 1, out, NULL, result, &error);
  if (status) fail_msg("%s: %s", error.where, error.what);
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

static void assert_refused(const char *text, const char *map, const char *where, const char *what) {
  const char *file = csv("bad.csv", text), *out = keel_scratch_write("refused.tape", "as it was", 9);
  const keel_import_options options = {.map_path = map};
  keel_import_result result;
  keel_error error = {0};
  assert_int_equal(keel_import(&file, 1, out, &options, &result, &error), KEEL_STATUS_INPUT);
  if (!strstr(error.where, where) || !strstr(error.what, what)) fail_msg("%s: %s", error.where, error.what);
  char got[32] = {0};
  FILE *old = fopen(out, "rb");
  assert_int_equal(fread(got, 1, sizeof got, old), 9);
  fclose(old);
  assert_int_equal(keel_scratch_count("refused.tape"), 1);
}

/* ---- what is read ---- */

static void rows_become_instants(void **state) {
  (void)state;
  keel_import_result result;
  struct keel_tape *tape = import_text(HEADER ROW("01/02/2018", "2700", "10", "11") ROW("01/02/2018", "2800", "0", "1")
                                           ROW("01/03/2018", "2700", "12", "12.5"),
                                       &result);
  assert_int_equal(result.rows, 3);
  assert_int_equal(result.dropped, 0);
  assert_int_equal(result.quotes, 5);
  assert_int_equal(result.contracts, 3);
  assert_int_equal(result.instants, 2);
  assert_int_equal(result.first_ns, INT64_C(1514926800) * KEEL_NS_PER_SECOND); /* 16:00 in New York */
  assert_int_equal(keel_tape_contracts(tape), 3);
  const struct keel_contract *spot = keel_tape_contract(tape, 0), *call = keel_tape_contract(tape, 1);
  assert_int_equal(spot->kind, KEEL_KIND_SPOT);
  assert_string_equal(call->underlying, "SPXW");
  assert_int_equal(call->exercise, KEEL_EXERCISE_EUROPEAN);
  assert_int_equal(call->expiry_ns, INT64_C(1517432400) * KEEL_NS_PER_SECOND);
  assert_true(call->strike == 2700 && call->multiplier == 100);
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  assert_true(keel_tape_next(tape, &cursor, &instant));
  assert_int_equal(instant.count, 3);
  assert_true(instant.bids[0] == 2700 && instant.asks[0] == 2700 && instant.bids[2] == 0);
  assert_int_equal(count_of(&result, "zero_bid"), 1);
  assert_int_equal(keel_tape_problems(tape), 1);
  keel_tape_close(tape);
}

static void odd_quotes_are_kept_and_counted(void **state) {
  (void)state;
  keel_import_result result;
  struct keel_tape *tape = import_text(HEADER ROW("01/02/2018", "1", "3", "2") ROW("01/02/2018", "2", "2", "2")
                                           ROW("01/02/2018", "3", "", "2") ROW("01/02/2018", "4", "1", "")
                                               ROW("01/02/2018", "5", "", "") ROW("01/02/2018", "6", "0", "0"),
                                       &result);
  assert_int_equal(result.dropped, 0);
  assert_int_equal(count_of(&result, "crossed"), 1);
  assert_int_equal(count_of(&result, "locked"), 1);
  assert_int_equal(count_of(&result, "missing_side"), 3);
  assert_int_equal(count_of(&result, "zero_bid"), 1);
  assert_int_equal(count_of(&result, "zero_ask"), 1);
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  assert_true(keel_tape_next(tape, &cursor, &instant));
  assert_true(instant.bids[1] == 3 && instant.asks[1] == 2 && isnan(instant.bids[3]) && isnan(instant.asks[4]));
  assert_true(isnan(instant.bids[5]) && isnan(instant.asks[5]) && instant.bids[6] == 0 && isnan(instant.asks[6]));
  keel_tape_close(tape);
}

static void bad_rows_are_dropped_and_the_tape_says_so(void **state) {
  (void)state;
  keel_import_result result;
  struct keel_tape *tape = import_text(
      HEADER ROW("01/02/2018", "2700", "10", "11") ROW("01/02/2018", "2700", "9", "11")
          ROW("01/02/2018", "0", "10", "11") ROW("01/02/2018", "2750", "-1", "11") ROW("02/01/2018", "2700", "10", "11")
              ROW("01/02/2018", "2760", "NaN", "11") "SPXW,2701,W,X,call,01/31/2018,01/02/2018,2770,1,5,6\n",
      &result);
  assert_int_equal(result.rows, 7);
  assert_int_equal(result.dropped, 5);
  assert_int_equal(result.quotes, 3);
  static const char *const kinds[] = {"expired",    "not_finite", "negative_price",
                                      "bad_strike", "duplicate",  "two_spots"};
  assert_int_equal(result.problem_count, 6);
  assert_int_equal(keel_tape_problems(tape), 6);
  for (size_t i = 0; i < 6; i++) {
    const char *kind;
    uint64_t count;
    keel_tape_problem(tape, i, &kind, &count);
    assert_string_equal(kind, kinds[i]);
    assert_string_equal(result.problems[i].kind, kinds[i]);
    assert_int_equal(count, 1);
    assert_int_equal(result.problems[i].dropped, i < 5);
    assert_true(strlen(result.problems[i].meaning) > 5);
  }
  keel_tape_close(tape);
}

/* Deribit gives each option its own reading of the future. */
static void futures_that_disagree_are_counted_once_an_instant(void **state) {
  (void)state;
  keel_import_result result;
  struct keel_tape *tape = import_text(
      "[QUOTE_UNIXTIME], [INSTRUMENT_NAME], [CONTRACT_SIZE], [UNDERLYING_PRICE], [EXPIRY_UNIX], "
      "[OPTION_RIGHT], [STRIKE], [BID_PRICE], [ASK_PRICE]\n"
      "1893470446, SOL_USDC-8JAN30-150-P, 10, 151.5, 1894089600, put, 150, 2, 3\n"
      "1893470446, SOL_USDC-8JAN30-150-C, 10, 151.6, 1894089600, call, 150, 2, 3\n"
      "1893470446, SOL_USDC-8JAN30-160-C, 10, 151.7, 1894089600, call, 160, 2, 3\n"
      "1893470446, BTC-8JAN30-30000-C, 1, 36000, 1894089600, call, 30000, 0.2, 0.3\n",
      &result);
  assert_int_equal(result.rows, 4);
  assert_int_equal(result.dropped, 1);
  assert_int_equal(count_of(&result, "inverse"), 1);
  assert_int_equal(count_of(&result, "two_spots"), 1);
  assert_int_equal(count_of(&result, "duplicate"), 0);
  assert_int_equal(result.quotes, 4);
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  assert_true(keel_tape_next(tape, &cursor, &instant));
  assert_true(instant.bids[0] == 151.5 && instant.asks[0] == 151.5);
  keel_tape_close(tape);
}

static void assert_same_files(const char *left, const char *right) {
  char *one = malloc(1 << 20), *two = malloc(1 << 20);
  FILE *a = fopen(left, "rb"), *b = fopen(right, "rb");
  size_t size = fread(one, 1, 1 << 20, a);
  assert_int_equal(fread(two, 1, 1 << 20, b), size);
  assert_memory_equal(one, two, size);
  fclose(a);
  fclose(b);
  free(one);
  free(two);
}

static void order_and_files_do_not_matter(void **state) {
  (void)state;
  const char *sorted = csv("sorted.csv", HEADER ROW("01/02/2018", "2700", "1", "2") ROW("01/02/2018", "2800", "3", "4")
                                             ROW("01/03/2018", "2700", "5", "6") ROW("01/04/2018", "2700", "7", "8"));
  const char *mixed = csv("mixed.csv", HEADER ROW("01/04/2018", "2700", "7", "8") ROW("01/02/2018", "2700", "1", "2")
                                           ROW("01/03/2018", "2700", "5", "6") ROW("01/02/2018", "2800", "3", "4"));
  const char *parts[] = {
      csv("late.csv", HEADER ROW("01/03/2018", "2700", "5", "6") ROW("01/04/2018", "2700", "7", "8")),
      csv("early.csv", HEADER ROW("01/02/2018", "2700", "1", "2") ROW("01/02/2018", "2800", "3", "4"))};
  const char *tapes[] = {keel_scratch("a.tape"), keel_scratch("b.tape"), keel_scratch("c.tape")};
  keel_import_result results[3];
  assert_int_equal(keel_import(&sorted, 1, tapes[0], NULL, &results[0], NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_import(&mixed, 1, tapes[1], NULL, &results[1], NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_import(parts, 2, tapes[2], NULL, &results[2], NULL), KEEL_STATUS_OK);
  assert_same_files(tapes[0], tapes[1]);
  assert_same_files(tapes[0], tapes[2]);
  assert_int_equal(results[1].problem_count, 0);
  assert_int_equal(results[2].rows, 4);
}

static void the_same_file_twice_is_all_duplicates(void **state) {
  (void)state;
  const char *file = csv("twice.csv", HEADER ROW("01/02/2018", "2700", "1", "2") ROW("01/03/2018", "2700", "3", "4"));
  const char *files[] = {file, file}, *out = keel_scratch("twice.tape");
  keel_import_result result;
  assert_int_equal(keel_import(files, 2, out, NULL, &result, NULL), KEEL_STATUS_OK);
  assert_int_equal(count_of(&result, "duplicate"), 2);
  assert_int_equal(count_of(&result, "two_spots"), 0);
  assert_int_equal(result.quotes, 4);
}

/* Quotes of spot itself are looked at as all others are, but that a price stands on both sides. */
static void quotes_of_spot_are_counted_too(void **state) {
  (void)state;
  const keel_import_options options = {
      .map_path = csv("spot.yaml", "columns: {underlying: u, time: t, bid: b, ask: a}\nconstants: {kind: spot}\n")};
  const char *file = csv("spot.csv",
                         "u,t,b,a\nX,2018-01-02,1,2\nX,2018-01-02,1,2\nX,2018-01-02,1,3\nX,2018-01-03,3,2\n"
                         "X,2018-01-04,1,0\nX,2018-01-05,2,2\nX,2018-01-08,,2\nX,2018-01-03,3,2\n");
  keel_import_result result;
  assert_int_equal(keel_import(&file, 1, keel_scratch("s.tape"), &options, &result, NULL), KEEL_STATUS_OK);
  assert_int_equal(result.rows, 8);
  assert_int_equal(result.quotes + result.dropped, result.rows);
  assert_int_equal(count_of(&result, "duplicate"), 3);
  assert_int_equal(count_of(&result, "crossed"), 1);
  assert_int_equal(count_of(&result, "zero_ask"), 1);
  assert_int_equal(count_of(&result, "missing_side"), 1);
  assert_int_equal(result.problem_count, 4);
}

/* ---- what is refused ---- */

static void broken_files_write_nothing(void **state) {
  (void)state;
  assert_refused(HEADER ROW("01/02/2018", "2700", "1", "2") "SPXW,2700,W", NULL, "bad.csv:3", "is the file cut?");
  assert_refused(HEADER "\"SPXW,2700\n", NULL, "bad.csv:2", "never closes");
  assert_refused("a,b\n1,2\n", NULL, "bad.csv:1: header", "no known layout");
  assert_refused("", NULL, "bad.csv", "is empty");
  assert_refused(HEADER, NULL, "bad.csv", "no rows");
  assert_refused(HEADER ROW("31/12/2017", "2700", "1", "2"), NULL, "bad.csv", "no row can be used: 1 of 1");
  assert_refused("a,b\n", KEEL_SOURCE_DIR "/examples/maps/spy-2021.yaml", "bad.csv:1: underlying", "no such column");
  assert_refused(HEADER, csv("bad.yaml", "x: 1\n"), "bad.yaml:1: x", "no such key");
}

static void the_output_is_not_an_input(void **state) {
  (void)state;
  const char *file = csv("self.csv", HEADER ROW("01/02/2018", "2700", "1", "2"));
  keel_import_result result;
  keel_error error;
  assert_int_equal(keel_import(&file, 1, file, NULL, &result, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "another name"));
  const char *map = csv("self.yaml", "columns: {underlying: u}\n");
  const keel_import_options options = {.map_path = map};
  assert_int_equal(keel_import(&file, 1, map, &options, &result, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.where, "self.yaml"));
  assert_non_null(strstr(error.what, "another name"));
  assert_int_equal(keel_import(&file, 1, keel_scratch("none/x.tape"), NULL, &result, &error), KEEL_STATUS_IO);
  const char *missing = keel_scratch("missing.csv");
  assert_int_equal(keel_import(&missing, 1, keel_scratch("missing.tape"), NULL, &result, &error), KEEL_STATUS_IO);
  assert_int_equal(keel_scratch_count("missing.tape"), 0);
}

static void a_full_disk_leaves_nothing(void **state) {
  (void)state;
  const char *file = csv("full.csv", HEADER ROW("01/02/2018", "2700", "1", "2"));
  keel_import_result result;
  keel_error error;
  assert_int_equal(keel_import(&file, 1, "/dev/full", NULL, &result, &error), KEEL_STATUS_IO);
  assert_non_null(strstr(error.what, "No space"));
  struct rlimit before, small;
  getrlimit(RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 100;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  keel_status status = keel_import(&file, 1, keel_scratch("full.tape"), NULL, &result, &error);
  setrlimit(RLIMIT_FSIZE, &before);
  assert_int_equal(status, KEEL_STATUS_IO);
  assert_int_equal(keel_scratch_count("full.tape"), 0);
}

/* Stops at the call whose number is in `context`. */
static int stop_at(void *context, uint64_t done, uint64_t total) {
  int *left = context;
  assert_true(done <= total && total > 0);
  return (*left)-- == 0;
}

static void a_stop_leaves_nothing(void **state) {
  (void)state;
  const char *file = csv("stop.csv", HEADER ROW("01/02/2018", "2700", "1", "2") ROW("01/03/2018", "2700", "1", "2"));
  for (int call = 0; call < 3; call++) { /* while reading, and at either instant */
    int left = call;
    const keel_import_options options = {.progress = stop_at, .context = &left};
    keel_import_result result;
    assert_int_equal(keel_import(&file, 1, keel_scratch("stop.tape"), &options, &result, NULL), KEEL_STATUS_STOPPED);
    assert_int_equal(keel_scratch_count("stop.tape"), 0);
  }
}

/* ---- maps, and the data that is not in the repository ---- */

static void a_map_reads_any_long_csv(void **state) {
  (void)state;
  const char *map =
      csv("map.yaml",
          "columns: {kind: cp, time: when, expiry: exp, strike: k, bid: b, ask: a, spot_bid: sb, spot_ask: sa}\n"
          "constants: {underlying: ABC, exercise: american, multiplier: 10}\n"
          "dates: dmy\ncalendar: utc\n");
  const char *file = csv("long.csv",
                         "when,cp,exp,k,b,a,sb,sa,more\n"
                         "02.01.2018 09:30:00,C,31.01.2018,50,1,2,49,51,x\n"
                         "02.01.2018 09:30:00.5,P,31.01.2018,50,3,4,50,51,y\n");
  const keel_import_options options = {.map_path = map};
  keel_import_result result;
  struct keel_tape *tape;
  assert_int_equal(keel_import(&file, 1, keel_scratch("long.tape"), &options, &result, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_tape_open(keel_scratch("long.tape"), &tape, NULL), KEEL_STATUS_OK);
  const struct keel_contract *put = keel_tape_contract(tape, 2);
  assert_string_equal(put->underlying, "ABC");
  assert_int_equal(put->kind, KEEL_KIND_PUT);
  assert_int_equal(put->exercise, KEEL_EXERCISE_AMERICAN);
  assert_true(put->multiplier == 10);
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  assert_true(keel_tape_next(tape, &cursor, &instant));
  assert_true(instant.bids[0] == 49 && instant.asks[0] == 51);
  assert_true(keel_tape_next(tape, &cursor, &instant));
  assert_int_equal(instant.time_ns - result.first_ns, KEEL_NS_PER_SECOND / 2);
  keel_tape_close(tape);
}

static void a_future_without_a_price_is_counted(void **state) {
  (void)state;
  const char *map =
      csv("futures.yaml",
          "columns: {underlying: u, kind: k, time: t, expiry: e, strike: s, bid: b, ask: a, multiplier: m}\n"
          "constants: {exercise: american}\n");
  const char *file = csv("futures.csv",
                         "u,k,t,e,s,b,a,m\n"
                         "X,future,2030-01-02,2030-03-15,,,,50\n"
                         "X,future,2030-01-03,2030-03-15,,-1,0.5,50\n"
                         "X,future,2030-01-04,2030-03-15,,1,2,5\n" /* two multipliers */
                         "X,call,2030-01-03,2030-03-15,100,1,2,50\n");
  const keel_import_options options = {.map_path = map};
  keel_import_result result;
  assert_int_equal(keel_import(&file, 1, keel_scratch("f.tape"), &options, &result, NULL), KEEL_STATUS_OK);
  assert_int_equal(result.rows, 4);
  assert_int_equal(result.quotes, 3);
  assert_int_equal(count_of(&result, "missing_side"), 1);
  assert_int_equal(count_of(&result, "conflict"), 1);
}

static void spxw_is_as_its_readme_says(void **state) {
  (void)state;
  const char *file = keel_shared_data("spxw-2018-01/SPX_2018-01.csv.gz");
  if (!file) skip();
  keel_import_result result;
  assert_int_equal(keel_import(&file, 1, keel_scratch("spxw.tape"), NULL, &result, NULL), KEEL_STATUS_OK);
  assert_int_equal(result.rows, 7588);
  assert_int_equal(result.dropped, 0);
  assert_int_equal(result.instants, 21);
  assert_int_equal(result.contracts, 386 + 1);
  assert_int_equal(result.quotes, 7588 + 21);
  assert_int_equal(result.problem_count, 1);             /* nothing crossed, locked or twice, no zero ask */
  assert_int_equal(count_of(&result, "zero_bid"), 1143); /* 15.1 % */
}

static void spy_is_as_its_readme_says(void **state) {
  (void)state;
  const char *file = keel_shared_data("spy-2021/prod_options_1y.csv.gz");
  if (!file) skip();
  const keel_import_options options = {.map_path = KEEL_SOURCE_DIR "/examples/maps/spy-2021.yaml"};
  keel_import_result result;
  assert_int_equal(keel_import(&file, 1, keel_scratch("spy.tape"), &options, &result, NULL), KEEL_STATUS_OK);
  assert_int_equal(result.rows, 5040);
  assert_int_equal(result.dropped, 0);
  assert_int_equal(result.instants, 252);
  assert_int_equal(result.contracts, 1391 + 1);
  assert_int_equal(count_of(&result, "crossed"), 17);
  keel_import_result again; /* the layout is a near relative of a known one */
  assert_int_equal(keel_import(&file, 1, keel_scratch("spy2.tape"), NULL, &again, NULL), KEEL_STATUS_OK);
  assert_same_files(keel_scratch("spy.tape"), keel_scratch("spy2.tape"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_become_instants),
      cmocka_unit_test(odd_quotes_are_kept_and_counted),
      cmocka_unit_test(bad_rows_are_dropped_and_the_tape_says_so),
      cmocka_unit_test(futures_that_disagree_are_counted_once_an_instant),
      cmocka_unit_test(order_and_files_do_not_matter),
      cmocka_unit_test(the_same_file_twice_is_all_duplicates),
      cmocka_unit_test(quotes_of_spot_are_counted_too),
      cmocka_unit_test(broken_files_write_nothing),
      cmocka_unit_test(the_output_is_not_an_input),
      cmocka_unit_test(a_full_disk_leaves_nothing),
      cmocka_unit_test(a_stop_leaves_nothing),
      cmocka_unit_test(a_map_reads_any_long_csv),
      cmocka_unit_test(a_future_without_a_price_is_counted),
      cmocka_unit_test(spxw_is_as_its_readme_says),
      cmocka_unit_test(spy_is_as_its_readme_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
