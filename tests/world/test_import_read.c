#include "world/import_read.h"

#include <math.h>
#include <string.h>

#include "support/support.h"

#define OF_CBOE                                                                                                        \
  "underlying_symbol,quote_date,root,expiration,strike,option_type,bid_eod,ask_eod,underlying_bid_eod,underlying_ask_" \
  "eod\n"
#define OF_OPTIONSDX \
  "[QUOTE_UNIXTIME], [UNDERLYING_LAST], [EXPIRE_DATE], [C_BID], [C_ASK], [STRIKE], [P_BID], [P_ASK]\n"
#define OF_DERIBIT                                                                                            \
  "[QUOTE_UNIXTIME], [INSTRUMENT_NAME], [CONTRACT_SIZE], [UNDERLYING_PRICE], [EXPIRY_UNIX], [OPTION_RIGHT], " \
  "[STRIKE], "                                                                                                \
  "[BID_PRICE], [ASK_PRICE]\n"
#define OF_TARDIS \
  "exchange,symbol,timestamp,local_timestamp,type,strike_price,expiration,bid_price,ask_price,underlying_price\n"
#define OF_ALPACA "capture_ts,symbol,underlying,expiration,type,strike,bid,ask,und_close\n"
#define OF_YAHOO "contractSymbol,type,expiration,strike,lastTradeDate,bid,ask,contractSize,snap_date,spot_price\n"
#define OF_POLYGON                                                                                               \
  "ticker,type,strike,expiration,exercise_style,shares_per_contract,bid,ask,quote_time_utc,last_trade_time_utc," \
  "underlying,underlying_price,underlying_time_utc\n"

/* The rows of a text, by the layout that its header has; freed by the caller. */
static struct keel_import_rows *rows_of(const char *text) {
  struct keel_csv *csv;
  const struct keel_import_layout *layout;
  assert_int_equal(keel_csv_open_bytes("abc_eod_203001.txt", text, strlen(text), 1000, &csv, NULL), KEEL_STATUS_OK);
  struct keel_import_rows *rows = keel_import_rows_new();
  assert_int_equal(keel_import_layout_recognise(csv, &layout, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_import_rows_bind(rows, layout, csv, NULL), KEEL_STATUS_OK);
  const struct keel_csv_field *fields;
  while (!keel_csv_next(csv, &fields, NULL) && fields)
    assert_int_equal(keel_import_rows_add(rows, fields, NULL), KEEL_STATUS_OK);
  keel_csv_close(csv);
  return rows;
}

static const struct keel_contract *contract_of(const struct keel_import_rows *rows, size_t quote) {
  return &rows->contracts[rows->ids[quote]];
}

static void wide_rows_are_a_call_and_a_put(void **state) {
  (void)state;
  struct keel_import_rows *rows = rows_of(OF_OPTIONSDX
                                          "1893790800, 50.25, 2030-01-18, 1.5, 1.6, 50, 1.1, 1.2\n"
                                          "1893790800, 50.25, 2030-01-18, 1.5, 1.6, 51, -1, 1.2\n");
  assert_int_equal(rows->rows, 4);
  assert_int_equal(rows->troubles[KEEL_IMPORT_NEGATIVE_PRICE], 1); /* one put; its call is kept */
  assert_int_equal(rows->count, 1 + 3);
  const struct keel_contract *call = contract_of(rows, 1), *put = contract_of(rows, 2);
  assert_string_equal(call->underlying, "ABC"); /* of the file's name */
  assert_int_equal(call->kind, KEEL_KIND_CALL);
  assert_int_equal(put->kind, KEEL_KIND_PUT);
  assert_true(rows->bids[1] == 1.5 && rows->asks[1] == 1.6 && rows->bids[2] == 1.1 && rows->asks[2] == 1.2);
  assert_int_equal(rows->runs[0].time_ns, INT64_C(1893790800000000000)); /* 16:00 in New York */
  assert_int_equal(put->expiry_ns, INT64_C(1895000400000000000));
  assert_int_equal(put->exercise, KEEL_EXERCISE_AMERICAN);
  keel_import_rows_free(rows);
}

static void a_file_without_the_underlying_is_refused(void **state) {
  (void)state;
  struct keel_csv *csv;
  const struct keel_import_layout *layout;
  keel_error error;
  assert_int_equal(keel_csv_open_bytes("x.txt", OF_OPTIONSDX, strlen(OF_OPTIONSDX), 99, &csv, NULL), KEEL_STATUS_OK);
  struct keel_import_rows *rows = keel_import_rows_new();
  assert_int_equal(keel_import_layout_recognise(csv, &layout, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_import_rows_bind(rows, layout, csv, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "x.txt: underlying");
  assert_non_null(strstr(error.what, "spx_eod_202312.txt"));
  keel_import_rows_free(rows);
  keel_csv_close(csv);
}

static void linear_coin_options_stand_beside_their_future(void **state) {
  (void)state;
  struct keel_import_rows *rows = rows_of(OF_DERIBIT
                                          "1893470446, SOL_USDC-8JAN30-150-P, 10, 151.5, 1894089600, put, 150, 2, 3\n"
                                          "1893470446, SOL_USDC-8JAN30-150-C, 10, 151.5, 1894089600, call, 150, 2, 3\n"
                                          "1893470446, SOL_USDC-8JAN30-160-C, 10, 151.6, 1894089600, call, 160, 2, 3\n"
                                          "1893470446, SOL_USDC-8JAN30-170-C, 10, 0, 1894089600, call, 170, 2, 3\n"
                                          "1893470446, BTC-8JAN30-30000-C, 1, 36000, 1894089600, call, 30000, 2, 3\n");
  assert_int_equal(rows->troubles[KEEL_IMPORT_INVERSE], 1);
  assert_int_equal(rows->troubles[KEEL_IMPORT_NO_FUTURE], 1);
  assert_int_equal(rows->troubles[KEEL_IMPORT_NO_SPOT], 0);
  assert_int_equal(rows->count, 4 + 2); /* the future, and its other price, which the tape's writer counts */
  const struct keel_contract *future = contract_of(rows, 0), *put = contract_of(rows, 1);
  assert_int_equal(future->kind, KEEL_KIND_FUTURE);
  assert_string_equal(future->underlying, "SOL_USDC");
  assert_int_equal(future->expiry_ns, put->expiry_ns);
  assert_int_equal(put->expiry_ns, INT64_C(1894089600000000000)); /* 08:00 UTC */
  assert_true(future->multiplier == 10 && put->multiplier == 10 && rows->bids[0] == 151.5 && rows->asks[0] == 151.5);
  assert_int_equal(put->exercise, KEEL_EXERCISE_EUROPEAN);
  assert_true(keel_import_rows_is_beside(rows, future));
  assert_false(keel_import_rows_is_beside(rows, put));
  keel_import_rows_free(rows);
}

static void what_arrives_late_is_stale(void **state) {
  (void)state;
  struct keel_import_rows *rows = rows_of(
      OF_TARDIS
      "deribit,X_USDC-8JAN30-3-P,1893470400000000,1893470460000000,put,3,1894089600000000,2,,3.1\n"
      "deribit,X_USDC-8JAN30-3-P,1893470400000000,1893470460000001,put,3,1894089600000000,2,3,3.1\n"
      "binance-european-options,Y-300108-3-C,1893470470000000,1893470470000001,call,3,1894089600000000,1,2,3.2\n"
      "binance-european-options,Y-300108-3-C,1893470470000000,1893470470000002,call,3,1894089600000000,1,2,\n"
      "okex-options,Y-USD-300108-3-C,1893470470000000,1893470470000002,call,3,1894089600000000,1,2,3\n"
      "elsewhere,Y-USD-300108-3-C,1893470470000000,1893470470000002,call,3,1894089600000000,1,2,3\n");
  assert_int_equal(rows->troubles[KEEL_IMPORT_STALE], 1);
  assert_int_equal(rows->troubles[KEEL_IMPORT_INVERSE], 1);
  assert_int_equal(rows->troubles[KEEL_IMPORT_UNKNOWN_VENUE], 1);
  assert_int_equal(rows->troubles[KEEL_IMPORT_NO_SPOT], 1);
  assert_int_equal(rows->runs[0].time_ns, INT64_C(1893470460000000000)); /* when it arrived */
  assert_int_equal(rows->runs[1].time_ns, INT64_C(1893470460000001000));
  assert_int_equal(contract_of(rows, 0)->kind, KEEL_KIND_FUTURE);
  assert_int_equal(contract_of(rows, 4)->kind, KEEL_KIND_SPOT); /* an index */
  assert_true(isnan(rows->asks[1]) && rows->bids[4] == 3.2 && contract_of(rows, 5)->multiplier == 1);
  keel_import_rows_free(rows);
}

static void a_spot_of_0_and_0_is_none(void **state) {
  (void)state;
  struct keel_import_rows *rows = rows_of(OF_CBOE
                                          "ABC,2030-01-07,ABC,2030-01-18,50,C,1,2,50.1,50.2\n"
                                          "ABC,2030-01-07,ABC1,2030-01-18,50,P,1,2,50.1,50.2\n"
                                          "^SPX,2030-01-07,SPXW,2030-01-07,5000,P,0,0,0,0\n"
                                          "^SPX,2030-01-08,SPXW,2030-01-07,5000,P,0,0,0,0\n");
  assert_int_equal(rows->troubles[KEEL_IMPORT_ADJUSTED], 1);
  assert_int_equal(rows->troubles[KEEL_IMPORT_NO_SPOT], 1);
  assert_int_equal(rows->troubles[KEEL_IMPORT_EXPIRED], 1);
  assert_int_equal(rows->count, 3);
  assert_true(rows->bids[0] == 50.1 && rows->asks[0] == 50.2);
  assert_string_equal(contract_of(rows, 2)->underlying, "^SPX");
  assert_int_equal(contract_of(rows, 2)->exercise, KEEL_EXERCISE_EUROPEAN);
  assert_int_equal(rows->runs[0].time_ns, INT64_C(1894050000000000000)); /* the close: 16:00 in New York */
  keel_import_rows_free(rows);
}

/* SPX at 9:30 of its third Friday, SPXW of the same day and strike at 16:00: two contracts. A Saturday's is Friday's.
 */
static void some_roots_settle_at_the_opening(void **state) {
  (void)state;
  struct keel_import_rows *rows = rows_of(OF_CBOE
                                          "^SPX,2030-01-07,SPX,2030-01-18,5000,P,1,2,0,0\n"
                                          "^SPX,2030-01-07,SPXW,2030-01-18,5000,P,1,2,0,0\n"
                                          "^SPX,2030-01-07,SPX,2030-01-19,5005,P,1,2,0,0\n"
                                          "^SPX,2030-01-18,SPX,2030-01-18,5000,P,1,2,0,0\n");
  assert_int_equal(rows->troubles[KEEL_IMPORT_EXPIRED], 1);
  assert_int_equal(rows->count, 3);
  int64_t close_ns = INT64_C(1895000400000000000), opening_ns = close_ns - 390 * 60 * KEEL_NS_PER_SECOND;
  assert_int_equal(contract_of(rows, 0)->expiry_ns, opening_ns);
  assert_int_equal(contract_of(rows, 1)->expiry_ns, close_ns);
  assert_int_equal(contract_of(rows, 2)->expiry_ns, opening_ns);
  keel_import_rows_free(rows);
  rows = rows_of(OF_YAHOO "VIX300118C00020000,call,2030-01-16,20,NaT,1,2,REGULAR,2030-01-04,50.25\n");
  assert_int_equal(contract_of(rows, 1)->expiry_ns, opening_ns - 2 * KEEL_NS_PER_DAY);
  keel_import_rows_free(rows);
}

static void local_times_may_be_of_utc_and_dates_of_the_market(void **state) {
  (void)state;
  struct keel_import_rows *rows =
      rows_of(OF_ALPACA
              "2030-01-05T00:15:00.250,ABC300118C00050000,ABC,2030-01-18,call,50,1,2,50.25\n"
              "2030-01-05T00:15:00.250,ABC300104P00050000,ABC,2030-01-04,put,50,0,0.01,50.25\n");
  assert_int_equal(rows->troubles[KEEL_IMPORT_EXPIRED], 1);
  assert_int_equal(rows->runs[0].time_ns, INT64_C(1893802500250000000));
  assert_int_equal(contract_of(rows, 1)->expiry_ns, INT64_C(1895000400000000000));
  keel_import_rows_free(rows);
}

static void a_size_in_words_and_an_old_trade(void **state) {
  (void)state;
  struct keel_import_rows *rows =
      rows_of(OF_YAHOO
              "ABC300118C00050000,call,2030-01-18,50,2030-01-03 19:05:01+00:00,1,2,REGULAR,2030-01-04,50.25\n"
              "ABC300118C00051000,call,2030-01-18,51,2030-01-04 14:31:00+00:00,1,2,REGULAR,2030-01-04,50.25\n"
              "ABC300118C00052000,call,2030-01-18,52,NaT,1,2,REGULAR,2030-01-04,50.25\n"
              "ABC300118C00053000,call,2030-01-18,53,,1,2,MINI,2030-01-04,50.25\n");
  assert_int_equal(rows->troubles[KEEL_IMPORT_OLD_TRADE], 1);
  assert_int_equal(rows->troubles[KEEL_IMPORT_BAD_NUMBER], 1);
  assert_int_equal(rows->count, 1 + 3);
  assert_true(contract_of(rows, 1)->multiplier == 100);
  keel_import_rows_free(rows);
}

static void a_late_spot_stands_at_its_own_time(void **state) {
  (void)state;
  struct keel_import_rows *rows = rows_of(
      OF_POLYGON
      "O:ABC300118C00050000,call,50,2030-01-18,american,100,1,2,2030-01-04T20:59:58Z,,ABC,50.25,2030-01-04T23:59:59Z\n"
      "O:ABC300118P00050000,put,50,2030-01-18,american,100,1,2,2030-01-04T20:59:58Z,,ABC,50.25,2030-01-04T23:59:59Z\n"
      "O:ABC300118P00050000,put,50,2030-01-18,american,10,1,2,2030-01-04T20:59:59Z,,ABC,50.25,2030-01-04T20:00:00Z\n"
      "O:ABC300118P00051000,put,51,2030-01-18,american,100,1,2,2030-01-04T20:59:59Z,,ABC,50.5,2030-01-04T20:00:00Z\n");
  assert_int_equal(rows->troubles[KEEL_IMPORT_LATE_SPOT], 2);
  assert_int_equal(rows->troubles[KEEL_IMPORT_CONFLICT], 1); /* two multipliers */
  assert_int_equal(rows->count, 3 + 2);
  assert_int_equal(rows->run_count, 3);
  assert_true(rows->unsorted);
  assert_int_equal(rows->runs[0].time_ns - rows->runs[1].time_ns, INT64_C(10801) * KEEL_NS_PER_SECOND);
  assert_int_equal(contract_of(rows, 0)->kind, KEEL_KIND_SPOT);
  assert_true(rows->bids[0] == 50.25 && rows->bids[3] == 50.5); /* an earlier spot stands with its row */
  keel_import_rows_free(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wide_rows_are_a_call_and_a_put),
      cmocka_unit_test(a_file_without_the_underlying_is_refused),
      cmocka_unit_test(linear_coin_options_stand_beside_their_future),
      cmocka_unit_test(what_arrives_late_is_stale),
      cmocka_unit_test(a_spot_of_0_and_0_is_none),
      cmocka_unit_test(some_roots_settle_at_the_opening),
      cmocka_unit_test(local_times_may_be_of_utc_and_dates_of_the_market),
      cmocka_unit_test(a_size_in_words_and_an_old_trade),
      cmocka_unit_test(a_late_spot_stands_at_its_own_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
