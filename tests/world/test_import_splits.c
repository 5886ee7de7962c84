#include "world/import_splits.h"

#include <string.h>
#include <unistd.h>

#include "keel/import.h"
#include "support/zips.h"
#include "world/tape.h"

#define PATH "factor_files/abc.csv"

/* Spot, a call and a future at 16:00 in New York on 2014-06-06 and -09, and the spot of another. */
static struct keel_import_rows *two_days(double strike) {
  const struct keel_contract contracts[] = {
      {.underlying = "ABC", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1},
      {.underlying = "ABC", .kind = KEEL_KIND_CALL, .strike = strike, .expiry_ns = INT64_MAX / 2, .multiplier = 100},
      {.underlying = "ABC", .kind = KEEL_KIND_FUTURE, .expiry_ns = INT64_MAX / 2, .multiplier = 10},
      {.underlying = "ABCD", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1}};
  const int64_t days[] = {INT64_C(1402084800) * KEEL_NS_PER_SECOND, INT64_C(1402344000) * KEEL_NS_PER_SECOND};
  struct keel_import_rows *rows = keel_import_rows_new();
  for (size_t day = 0; day < 2; day++)
    for (size_t i = 0; i < 4; i++) {
      uint32_t id;
      assert_int_equal(keel_import_rows_contract(rows, &contracts[i], &id, NULL), KEEL_STATUS_OK);
      assert_int_equal(keel_import_rows_quote(rows, days[day], id, (const double[]){700, 707}, NULL), KEEL_STATUS_OK);
    }
  return rows;
}

static keel_status apply(struct keel_import_rows *rows, const char *text, keel_error *error) {
  return keel_import_splits_apply_bytes(rows, PATH, text, strlen(text), error);
}

static void paths_say_whose_factors_they_are(void **state) {
  (void)state;
  assert_true(keel_import_splits_is("/x/equity/usa/factor_files/aapl.csv"));
  assert_true(keel_import_splits_is("factor_files/brk.b.csv"));
  assert_false(keel_import_splits_is("aapl.csv"));
  assert_false(keel_import_splits_is("factor_files/aapl.zip"));
  assert_false(keel_import_splits_is("factor_files/.csv"));
  assert_false(keel_import_splits_is("factor_files/deeper/aapl.csv"));
  assert_false(keel_import_splits_is(""));
}

/* What is before the split is put into the terms of after it; what is on other names stays. */
static void quotes_before_a_split_are_divided(void **state) {
  (void)state;
  struct keel_import_rows *rows = two_days(645);
  assert_int_equal(
      apply(rows, "20140507,0.9,0.0357143,592.33\r\n20140606,0.9,0.0357143,645.57\n20140806,0.9,0.25,94.97", NULL),
      KEEL_STATUS_OK);
  static const double bids[] = {100, 100, 100, 700, 700, 700, 700, 700};
  for (size_t i = 0; i < 8; i++) {
    assert_true(rows->bids[i] == bids[i]);
    assert_true(rows->asks[i] == bids[i] / 100 * 101);
  }
  assert_int_equal(rows->ids[0], rows->ids[4]); /* one spot, one future */
  assert_int_equal(rows->ids[2], rows->ids[6]);
  assert_true(rows->contracts[rows->ids[1]].strike == 92.14);
  assert_true(rows->contracts[rows->ids[5]].strike == 645);
  assert_true(rows->contracts[rows->ids[1]].multiplier == 100);
  assert_int_equal(rows->troubles[KEEL_IMPORT_SPLIT_ADJUSTED], 3);
  assert_int_equal(rows->split_count, 1);
  assert_string_equal(rows->splits[0].underlying, "ABC");
  assert_true(rows->splits[0].ratio == 7);
  keel_import_rows_free(rows);
}

static void splits_outside_the_tape_do_nothing(void **state) {
  (void)state;
  static const char *const texts[] = {"20140605,1,0.5,1\n20140905,1,1,0\n",
                                      "20140609,1,0.5,1\n20140905,1,1,0\n",
                                      "20140606,0.9,1,1\n20140905,1,1,0\n",
                                      "20140606,1,0.5\n",
                                      "\n\n",
                                      ""};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct keel_import_rows *rows = two_days(645);
    assert_int_equal(apply(rows, texts[i], NULL), KEEL_STATUS_OK);
    for (size_t quote = 0; quote < rows->count; quote++) assert_true(rows->bids[quote] == 700);
    assert_int_equal(rows->split_count + rows->troubles[KEEL_IMPORT_SPLIT_ADJUSTED], 0);
    keel_import_rows_free(rows);
  }
}

static void bad_factors_are_refused(void **state) {
  (void)state;
  static const char *const cases[][3] = {
      {"20140606,1\n", ":1", "DATE,PRICE_FACTOR"},
      {"20140606,1,x,1\n", ":1", "DATE,PRICE_FACTOR"},
      {"20140606,1,0,1\n", ":1", "DATE,PRICE_FACTOR"},
      {"20140606,1,-1,1\n", ":1", "DATE,PRICE_FACTOR"},
      {"20140606,1,1,1,1,1,1\n", ":1", "DATE,PRICE_FACTOR"},
      {"2014-06-06,1,1,1\n", ":1", "DATE,PRICE_FACTOR"},
      {"20140606,1,1,1\n20140606,1,1,1\n", ":2", "not later"},
      {"20140606,1,1,1\n20140605,1,1,1\n", ":2", "not later"},
      {"20140606,1,0.6666667,1\n20500101,1,1,0\n", ":2", "1.5 for 1 changes what a contract delivers"},
      {"20140606,1,1,1\n20500101,1,0.1,0\n", ":2", "0.1 for 1 changes what a contract delivers"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_import_rows *rows = two_days(645);
    keel_error error = {0};
    assert_int_equal(apply(rows, cases[i][0], &error), KEEL_STATUS_INPUT);
    if (!strstr(error.where, cases[i][1]) || !strstr(error.what, cases[i][2]))
      fail_msg("%s: %s", error.where, error.what);
    keel_import_rows_free(rows);
  }
  struct keel_import_rows *rows = two_days(645);
  assert_int_equal(keel_import_splits_apply(rows, "nowhere/factor_files/abc.csv", NULL), KEEL_STATUS_IO);
  keel_import_rows_free(rows);
}

/* Applied twice, prices would be divided twice; applied to nothing, they would not be where they ought to. */
static void factors_are_applied_once(void **state) {
  (void)state;
  static const char text[] = "20140606,0.9,0.142857,645.57\n20500101,1,1,0\n";
  struct keel_import_rows *rows = two_days(645);
  keel_error error = {0};
  assert_int_equal(apply(rows, text, NULL), KEEL_STATUS_OK);
  assert_int_equal(apply(rows, text, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "the splits of ABC are there twice"));
  assert_true(rows->bids[0] == 100);
  assert_int_equal(keel_import_splits_apply_bytes(rows, "factor_files/abcde.csv", text, sizeof text - 1, &error),
                   KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "no quotes of ABCDE"));
  keel_import_rows_free(rows);
}

/* Of 2,352 options 172 expire on the last day before the split; each of the 2,180 others is one contract on both days.
 */
static void apple_is_continuous_over_its_split(void **state) {
  (void)state;
  static const char *const names[] = {"option/usa/daily/aapl_2014_quote_american.zip",
                                      "equity/usa/minute/aapl/20140606_quote.zip",
                                      "equity/usa/minute/aapl/20140609_quote.zip", "equity/usa/factor_files/aapl.csv"};
  static char kept[4][1024];
  const char *files[4];
  for (size_t i = 0; i < 4; i++) {
    char name[256];
    snprintf(name, sizeof name, "lean/Data/%s", names[i]);
    const char *path = keel_shared_data(name);
    if (path)
      snprintf(kept[i], sizeof kept[i], "%s", path);
    else
      skip();
    files[i] = kept[i];
  }
  keel_import_result result;
  const char *out = keel_scratch("aapl.tape");
  assert_int_equal(keel_import(files, 4, out, NULL, &result, NULL), KEEL_STATUS_OK);
  assert_int_equal(result.dropped, 0);
  assert_int_equal(result.contracts, 2352 + 1);
  struct keel_tape_split split;
  struct keel_tape *tape;
  assert_int_equal(keel_tape_open(out, &tape, NULL), KEEL_STATUS_OK);
  assert_true(keel_tape_split_at(tape, 0, &split) && split.ratio == 7 && !keel_tape_split_at(tape, 1, &split));
  assert_int_equal(split.ex_ns / KEEL_NS_PER_SECOND, 1402113600); /* what comes after the 6th in New York */
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  size_t seen = 0;
  double call[2] = {0}, spot = 0;
  while (keel_tape_next(tape, &cursor, &instant))
    for (size_t i = 0; i < instant.count; i++) {
      const struct keel_contract *contract = keel_tape_contract(tape, instant.ids[i]);
      double mid = 0.5 * (instant.bids[i] + instant.asks[i]);
      if (contract->kind == KEEL_KIND_SPOT && spot) assert_close(mid / spot, 1, 0.02); /* no jump between minutes */
      if (contract->kind == KEEL_KIND_SPOT) spot = mid;
      if (contract->kind == KEEL_KIND_CALL && contract->strike == 92.14 && seen < 2 &&
          contract->expiry_ns / KEEL_NS_PER_DAY == keel_days_from_civil(2014, 6, 21))
        call[seen++] = mid;
    }
  assert_close(call[0], (12.2 + 12.45) / 2 / 7, 1e-12);
  assert_close(call[1], (2.19 + 2.26) / 2, 1e-12);
  keel_tape_close(tape);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_say_whose_factors_they_are),   cmocka_unit_test(quotes_before_a_split_are_divided),
      cmocka_unit_test(splits_outside_the_tape_do_nothing), cmocka_unit_test(bad_factors_are_refused),
      cmocka_unit_test(factors_are_applied_once),           cmocka_unit_test(apple_is_continuous_over_its_split),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
