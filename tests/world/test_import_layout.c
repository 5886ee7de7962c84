#include "world/import_layout.h"

#include <stdio.h>
#include <string.h>

#include "support/support.h"

static struct keel_csv *header(const char *text) {
  struct keel_csv *csv;
  assert_int_equal(keel_csv_open_bytes("t.csv", text, strlen(text), 100, &csv, NULL), KEEL_STATUS_OK);
  return csv;
}

static void known_headers_are_recognised(void **state) {
  (void)state;
  static const char *const headers[] = {
      ("underlying,underlying_last, "
       "exchange,optionroot,optionext,type,expiration,quotedate,strike,last,bid,ask,volume\n"),
      "quotedate,ask,bid,strike,expiration,type,underlying_last,underlying\n",
      "UnderlyingSymbol,UnderlyingPrice,Exchange,OptionSymbol,Blank,Type,Expiration, DataDate,Strike,Last,Bid,Ask\n"};
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    struct keel_csv *csv = header(headers[i]);
    const struct keel_import_layout *layout;
    struct keel_import_binding binding;
    assert_int_equal(keel_import_layout_recognise(csv, &layout, NULL), KEEL_STATUS_OK);
    assert_int_equal(keel_import_layout_bind(layout, csv, &binding, NULL), KEEL_STATUS_OK);
    struct keel_csv_field name = keel_csv_name(csv, (size_t)binding.columns[KEEL_IMPORT_STRIKE]);
    assert_true(keel_csv_is(name, "strike"));
    assert_int_equal(binding.columns[KEEL_IMPORT_EXERCISE], -1);
    keel_csv_close(csv);
  }
}

/* The header of each file of the fuzzer's corpus, and the layout that it is. */
static void each_vendor_has_its_layout(void **state) {
  (void)state;
  static const struct {
    const char *file, *name;
  } cases[] = {{"cboe", "Cboe DataShop end of day"},
               {"optionsdx", "OptionsDX, a call and a put in a row"},
               {"optionsdx_deribit", "OptionsDX, Deribit"},
               {"tardis", "Tardis options_chain"},
               {"alpaca", "Alpaca chains"},
               {"yahoo", "Yahoo chains"},
               {"polygon", "Polygon snapshot"},
               {"historicaloptiondata", "historicaloptiondata, lower-case names"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char path[300];
    snprintf(path, sizeof path, KEEL_SOURCE_DIR "/fuzz/corpus/import_file/%s", cases[i].file);
    struct keel_csv *csv;
    const struct keel_import_layout *layout;
    struct keel_import_binding binding;
    assert_int_equal(keel_csv_open(path, &csv, NULL), KEEL_STATUS_OK);
    assert_int_equal(keel_import_layout_recognise(csv, &layout, NULL), KEEL_STATUS_OK);
    assert_string_equal(layout->name, cases[i].name);
    assert_int_equal(keel_import_layout_bind(layout, csv, &binding, NULL), KEEL_STATUS_OK);
    keel_csv_close(csv);
  }
}

static void what_holds_no_option_quotes_says_what_it_holds(void **state) {
  (void)state;
  static const char *const headers[][2] = {
      {"#expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility\n", "no bid and ask"},
      {"exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n", "this is an order book"},
      {"{}\n", "this is no CSV"}};
  for (size_t i = 0; i < 3; i++) {
    struct keel_csv *csv = header(headers[i][0]);
    const struct keel_import_layout *layout;
    keel_error error;
    assert_int_equal(keel_import_layout_recognise(csv, &layout, &error), KEEL_STATUS_INPUT);
    assert_string_equal(error.where, "t.csv:1: header");
    if (!strstr(error.what, headers[i][1])) fail_msg("%s", error.what);
    keel_csv_close(csv);
  }
}

static void file_names_may_say_the_underlying(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  assert_string_equal(keel_import_underlying_of_file(&arena, "a/b_eod_c/spx_eod_202312.txt.gz"), "SPX");
  assert_string_equal(keel_import_underlying_of_file(&arena, "BRK.B_eod_2023.csv"), "BRK.B");
  assert_null(keel_import_underlying_of_file(&arena, "spx.txt"));
  assert_null(keel_import_underlying_of_file(&arena, "_eod_202312.txt"));
  assert_null(keel_import_underlying_of_file(&arena, "my file_eod_202312.txt"));
  assert_null(keel_import_underlying_of_file(&arena, "-"));
  keel_arena_fini(&arena);
}

static void other_headers_are_refused(void **state) {
  (void)state;
  struct keel_csv *csv = header("underlying,underlying_last,type,expiration,quotedate,strike,bid\n");
  const struct keel_import_layout *layout;
  keel_error error;
  assert_int_equal(keel_import_layout_recognise(csv, &layout, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "t.csv:1: header");
  assert_non_null(strstr(error.what, "no known layout"));
  assert_non_null(strstr(error.what, "for historicaloptiondata, lower-case names there is no column `ask`"));
  assert_non_null(strstr(error.what, "Yahoo chains"));
  assert_non_null(strstr(error.what, "--map"));
  keel_csv_close(csv);
}

static void missing_and_repeated_columns_are_refused(void **state) {
  (void)state;
  const struct keel_import_layout layout = {.columns = {[KEEL_IMPORT_BID] = "b", [KEEL_IMPORT_ASK] = "a"}};
  struct keel_import_binding binding;
  keel_error error;
  struct keel_csv *csv = header("x,b\n");
  assert_int_equal(keel_import_layout_bind(&layout, csv, &binding, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "t.csv:1: a");
  assert_string_equal(error.what, "the header has no such column, which holds the ask");
  keel_csv_close(csv);
  csv = header("x,a,b,x,b\n");
  assert_int_equal(keel_import_layout_bind(&layout, csv, &binding, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "t.csv:1: b");
  keel_csv_close(csv);
}

static void index_options_are_european(void **state) {
  (void)state;
  assert_true(keel_import_is_european("SPX"));
  assert_true(keel_import_is_european("^SPX"));
  assert_true(keel_import_is_european("VIX"));
  assert_false(keel_import_is_european("SPY"));
  assert_false(keel_import_is_european("OEX"));
  assert_false(keel_import_is_european(""));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_headers_are_recognised),
      cmocka_unit_test(each_vendor_has_its_layout),
      cmocka_unit_test(what_holds_no_option_quotes_says_what_it_holds),
      cmocka_unit_test(file_names_may_say_the_underlying),
      cmocka_unit_test(other_headers_are_refused),
      cmocka_unit_test(missing_and_repeated_columns_are_refused),
      cmocka_unit_test(index_options_are_european),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
