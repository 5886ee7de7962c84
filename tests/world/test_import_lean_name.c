#include "world/import_lean_name.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/zips.h"

static const struct keel_calendar *nyse(void) {
  const struct keel_calendar *calendar;
  assert_int_equal(keel_calendar_find("nyse", &calendar, NULL), KEEL_STATUS_OK);
  return calendar;
}

static struct keel_lean_file parsed(const char *path) {
  struct keel_lean_file file;
  keel_error error = {0};
  if (keel_lean_file_parse(path, &file, &error)) fail_msg("%s: %s", error.where, error.what);
  return file;
}

static void paths_say_what_a_zip_holds(void **state) {
  (void)state;
  struct keel_lean_file file = parsed("/x/Data/futureoption/cme/minute/ES/202003/20200106_quote_american.zip");
  assert_int_equal(file.asset, KEEL_LEAN_FUTURE_OPTION);
  assert_string_equal(file.symbol, "es");
  assert_string_equal(file.zone, "UTC");
  assert_true(file.scale == 1 && file.root->multiplier == 50);
  assert_true(file.has_quotes && !file.is_daily && file.year == 2020 && file.month == 3);
  assert_int_equal(file.exercise, KEEL_EXERCISE_AMERICAN);
  assert_int_equal(file.days, keel_days_from_civil(2020, 1, 6));
  assert_int_equal(parsed("futureoption/cme/minute/es/20200619/20200106_quote_american.zip").month, 6);
  file = parsed("equity/usa/minute/brk.b/20140606_trade.zip");
  assert_int_equal(file.asset, KEEL_LEAN_EQUITY);
  assert_true(!file.has_quotes && file.scale == 10000);
  assert_string_equal(file.zone, "America/New_York");
  file = parsed("./equity/usa/daily/aapl.zip");
  assert_true(file.is_daily && !file.has_quotes);
  file = parsed("option/usa/daily/spx_2014_quote_european.zip");
  assert_true(file.is_daily && file.has_quotes && file.exercise == KEEL_EXERCISE_EUROPEAN);
  /* folders far above may have any names, and be many */
  assert_string_equal(
      parsed("/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/option/usa/minute/future/cme/minute/es/20200106_quote.zip").symbol,
      "es");
}

static void other_paths_are_refused_with_the_reason(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"/data/20140606_quote.zip", "no Lean data by its folders"},
      {"/crypto/usa/minute/aapl/20140606_quote.zip", "no Lean data by its folders"},
      {"/index/usa/minute/spx/20140606_trade.zip", "no Lean data by its folders"},
      {"/equity/india/minute/aapl/20140606_quote.zip", "no Lean data by its folders"},
      {"/equity/usa/tick/ibm/20131007_quote.zip", "tick data is not read"},
      {"/equity/usa/second/ibm/20131007_quote.zip", "second data is not read"},
      {"/equity/usa/hour/ibm.zip", "hour data is not read"},
      {"/equity/usa/minute/20131007_quote.zip", "no folder of its symbol"},
      {"/equity/usa/minute/a b/20131007_quote.zip", "no folder of its symbol"},
      {"/equity/usa/minute/ibm/deeper/20131007_quote.zip", "no folder of its symbol"},
      {"/equity/usa/minute/ibm/20131007_quote.csv", "no .zip"},
      {"/equity/usa/minute/ibm/20130230_quote.zip", "no DATE_quote.zip"},
      {"/equity/usa/minute/ibm/20131007_quote_american.zip", "no DATE_quote.zip"},
      {"/equity/usa/minute/ibm/20131007_bars.zip", "neither quote nor trade"},
      {"/equity/usa/daily/ibm_quote.zip", "no SYMBOL.zip"},
      {"/equity/usa/daily/us/ibm.zip", "a folder too many"},
      {"/option/usa/minute/ibm/20131007_quote.zip", "no DATE_quote_STYLE.zip"},
      {"/option/usa/minute/ibm/20131007_quote_asian.zip", "neither american nor european"},
      {"/option/usa/minute/ibm/20131007_openinterest_american.zip", "open interest"},
      {"/option/usa/daily/ibm_13_quote_american.zip", "no SYMBOL_YEAR_quote_STYLE.zip"},
      {"/future/cme/daily/es.zip", "daily bars of futures"},
      {"/future/cme/minute/ge/20200106_quote.zip", "multiplier of this future is not known"},
      {"/future/cbot/minute/es/20200106_quote.zip", "multiplier of this future is not known"},
      {"/futureoption/cme/minute/es/20200106_quote_american.zip", "no folder of its symbol"},
      {"/futureoption/cme/minute/es/202013/20200106_quote_american.zip", "its future's month"},
      {"", "no Lean data by its folders"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_lean_file file;
    keel_error error = {0};
    assert_int_equal(keel_lean_file_parse(cases[i][0], &file, &error), KEEL_STATUS_INPUT);
    if (!strstr(error.what, cases[i][1]) || strcmp(error.where, cases[i][0]))
      fail_msg("%s: %s", error.where, error.what);
  }
}

/* From inside the tree the folders are those where the file really is. */
static void a_path_may_leave_out_folders(void **state) {
  (void)state;
  char old[1024];
  const struct keel_made_entry entry = {"aapl.csv", "", 0};
  char place[512];
  snprintf(place, sizeof place, "%s", keel_zip_made("equity/usa/daily/aapl.zip", &entry, 1));
  *strrchr(place, '/') = '\0';
  assert_non_null(getcwd(old, sizeof old));
  assert_int_equal(chdir(place), 0);
  assert_true(parsed("aapl.zip").is_daily);
  assert_true(parsed("../daily/aapl.zip").is_daily);
  assert_int_equal(chdir(old), 0);
}

static void entries_name_contracts(void **state) {
  (void)state;
  struct keel_lean_entry entry;
  struct keel_lean_file options = parsed("futureoption/cme/minute/es/202003/20200106_quote_american.zip");
  assert_null(
      keel_lean_entry_parse(&options, nyse(), "20200106_es_minute_quote_american_put_32025000_20200221.csv", &entry));
  assert_string_equal(entry.contract.underlying, "ESH20");
  assert_int_equal(entry.contract.kind, KEEL_KIND_PUT);
  assert_int_equal(entry.contract.exercise, KEEL_EXERCISE_AMERICAN);
  assert_true(entry.contract.strike == 3202.5 && entry.contract.multiplier == 50);
  assert_int_equal(entry.contract.expiry_ns, keel_calendar_close(nyse(), keel_days_from_civil(2020, 2, 21)));
  /* an option of the quarter ends with its future, at the opening */
  assert_null(
      keel_lean_entry_parse(&options, nyse(), "20200106_es_minute_quote_american_put_32025000_20200320.csv", &entry));
  assert_int_equal(entry.contract.expiry_ns, keel_calendar_opening(nyse(), keel_days_from_civil(2020, 3, 20)));
  struct keel_lean_file daily = parsed("option/usa/daily/aapl_2014_quote_american.zip");
  assert_null(keel_lean_entry_parse(&daily, nyse(), "aapl_quote_american_call_921400_20140621.csv", &entry));
  assert_string_equal(entry.contract.underlying, "AAPL");
  assert_true(entry.contract.strike == 92.14 && entry.contract.multiplier == 100);
  struct keel_lean_file equity = parsed("equity/usa/minute/aapl/20140606_quote.zip");
  assert_null(keel_lean_entry_parse(&equity, nyse(), "20140606_aapl_minute_quote.csv", &entry));
  assert_int_equal(entry.contract.kind, KEEL_KIND_SPOT);
  assert_true(entry.contract.multiplier == 1 && entry.contract.expiry_ns == KEEL_TIME_NONE);
  struct keel_lean_file closes = parsed("equity/usa/daily/aapl.zip");
  assert_null(keel_lean_entry_parse(&closes, nyse(), "AAPL.csv", &entry));
}

/* The third Friday of its month, or the trading day before; newer files say the date. */
static void futures_expire_on_third_fridays(void **state) {
  (void)state;
  static const struct {
    const char *entry, *underlying;
    int year, month, day;
  } cases[] = {
      {"20200106_es_minute_quote_202003.csv", "ESH20", 2020, 3, 20},
      {"20200106_es_minute_quote_202103.csv", "ESH21", 2021, 3, 19},
      {"20200106_es_minute_quote_202012.csv", "ESZ20", 2020, 12, 18},
      {"20200106_es_minute_quote_202606.csv", "ESM26", 2026, 6, 18}, /* the 19th is a holiday */
      {"20200106_es_minute_quote_202009_20200917.csv", "ESU20", 2020, 9, 17},
  };
  struct keel_lean_file file = parsed("future/cme/minute/es/20200106_quote.zip");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_lean_entry entry;
    assert_null(keel_lean_entry_parse(&file, nyse(), cases[i].entry, &entry));
    assert_string_equal(entry.contract.underlying, cases[i].underlying);
    assert_int_equal(entry.contract.kind, KEEL_KIND_FUTURE);
    int32_t days = keel_days_from_civil(cases[i].year, cases[i].month, cases[i].day);
    assert_int_equal(entry.contract.expiry_ns, keel_calendar_opening(nyse(), days));
  }
}

static void other_entries_are_refused_with_the_reason(void **state) {
  (void)state;
#define ES "futureoption/cme/minute/es/202003/20200106_quote_american.zip"
  static const char *const cases[][3] = {
      {ES, "readme.txt", "no .csv"},
      {ES, ".csv", "not named as its zip"},
      {ES, "20200106_es_minute_quote.csv", "STYLE_RIGHT"},
      {ES, "20200107_es_minute_quote_american_put_32000000_20200320.csv", "not named as its zip"},
      {ES, "20200106_nq_minute_quote_american_put_32000000_20200320.csv", "not named as its zip"},
      {ES, "20200106_es_hour_quote_american_put_32000000_20200320.csv", "not named as its zip"},
      {ES, "20200106_es_minute_trade_american_put_32000000_20200320.csv", "not named as its zip"},
      {ES, "20200106_es_minute_quote_european_put_32000000_20200320.csv", "another exercise"},
      {ES, "20200106_es_minute_quote_american_straddle_32000000_20200320.csv", "neither call nor put"},
      {ES, "20200106_es_minute_quote_american_put_0_20200320.csv", "no strike"},
      {ES, "20200106_es_minute_quote_american_put_-5_20200320.csv", "no strike"},
      {ES, "20200106_es_minute_quote_american_put_9999999999999999_20200320.csv", "no strike"},
      {ES, "20200106_es_minute_quote_american_put_32000000_20200332.csv", "no expiry"},
      {ES, "20200106_es_minute_quote_american_put_32000000_20200320_x.csv", "STYLE_RIGHT"},
      {ES, "_________________________.csv", "too many words"},
      {ES, "../20200106_es_minute_quote_american_put_32000000_20200320.csv", "not named as its zip"},
      {"future/cme/minute/es/20200106_quote.zip", "20200106_es_minute_quote_2020.csv", "no month"},
      {"future/cme/minute/es/20200106_quote.zip", "20200106_es_minute_quote_202000.csv", "no month"},
      {"future/cme/minute/es/20200106_quote.zip", "20200106_es_minute_quote_202003_soon.csv", "no expiry"},
      {"future/cme/minute/es/20200106_quote.zip", "20200106_es_minute_quote.csv", "MONTH.csv"},
      {"equity/usa/minute/aapl/20140606_quote.zip", "20140606_aapl_minute_quote_x.csv", "not named as its zip"},
      {"equity/usa/daily/aapl.zip", "ibm.csv", "its zip's symbol"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_lean_file file = parsed(cases[i][0]);
    struct keel_lean_entry entry;
    const char *problem = keel_lean_entry_parse(&file, nyse(), cases[i][1], &entry);
    if (!problem || !strstr(problem, cases[i][2])) fail_msg("%s: %s", cases[i][1], problem ? problem : "taken");
  }
}

static void the_same_contracts_of_another_kind_or_day(void **state) {
  (void)state;
  struct keel_lean_file quotes = parsed(ES);
  struct keel_lean_file trades = parsed("futureoption/cme/minute/es/202003/20200107_trade_american.zip");
  struct keel_lean_file june = parsed("futureoption/cme/minute/es/202006/20200106_quote_american.zip");
  struct keel_lean_file future = parsed("future/cme/minute/es/20200106_quote.zip");
  struct keel_lean_file minute = parsed("equity/usa/minute/aapl/20140606_quote.zip");
  struct keel_lean_file daily = parsed("equity/usa/daily/aapl.zip"), ibm = parsed("equity/usa/daily/ibm.zip");
  assert_true(keel_lean_file_same(&quotes, &trades) && keel_lean_file_same(&minute, &daily));
  assert_false(keel_lean_file_same(&quotes, &june) || keel_lean_file_same(&quotes, &future));
  assert_false(keel_lean_file_same(&daily, &ibm));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_say_what_a_zip_holds),
      cmocka_unit_test(other_paths_are_refused_with_the_reason),
      cmocka_unit_test(a_path_may_leave_out_folders),
      cmocka_unit_test(entries_name_contracts),
      cmocka_unit_test(futures_expire_on_third_fridays),
      cmocka_unit_test(other_entries_are_refused_with_the_reason),
      cmocka_unit_test(the_same_contracts_of_another_kind_or_day),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
