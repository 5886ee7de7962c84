#include "world/import_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/support.h"

#define HEADER "underlying,kind,time,expiry,exercise,spot,strike,bid,ask,multiplier\n"

static const struct keel_import_layout layout = {.columns = {"underlying", "kind", "time", "expiry", "exercise", "spot",
                                                             NULL, NULL, "strike", "bid", "ask", "multiplier"},
                                                 .calendar = "utc"};

/* The rows of a text below HEADER; freed by the caller. */
static struct keel_import_rows *rows_of(const char *text) {
  struct keel_csv *csv;
  assert_int_equal(keel_csv_open_bytes("t.csv", text, strlen(text), 1000, &csv, NULL), KEEL_STATUS_OK);
  struct keel_import_rows *rows = keel_import_rows_new();
  assert_int_equal(keel_import_rows_bind(rows, &layout, csv, NULL), KEEL_STATUS_OK);
  const struct keel_csv_field *fields;
  while (!keel_csv_next(csv, &fields, NULL) && fields)
    assert_int_equal(keel_import_rows_add(rows, fields, NULL), KEEL_STATUS_OK);
  keel_csv_close(csv);
  return rows;
}

static void rows_become_quotes_in_runs(void **state) {
  (void)state;
  struct keel_import_rows *rows = rows_of(HEADER
                                          "X,call,2020-01-01,2020-03-01,european,100,90,10,11,100\n"
                                          "X,P,2020-01-01,2020-03-01,american,100,90,0,,100\n"
                                          "Y,future,2020-01-01,2020-03-01,,,,-1,2,50\n"
                                          "X,C,2020-01-02,2020-03-01,European,101,90,9,9.5,100\n");
  assert_int_equal(rows->rows, 4);
  assert_int_equal(rows->count, 6); /* with two of spot */
  assert_int_equal(rows->run_count, 2);
  assert_false(rows->unsorted);
  assert_int_equal(rows->runs[1].first, 4);
  assert_int_equal(rows->runs[1].time_ns - rows->runs[0].time_ns, KEEL_NS_PER_DAY);
  assert_int_equal(rows->contract_count, 4);
  const struct keel_contract *put = &rows->contracts[rows->ids[2]], *future = &rows->contracts[rows->ids[3]];
  assert_int_equal(put->kind, KEEL_KIND_PUT);
  assert_int_equal(put->exercise, KEEL_EXERCISE_AMERICAN);
  assert_true(put->strike == 90 && put->multiplier == 100);
  assert_true(rows->bids[2] == 0 && isnan(rows->asks[2]));
  assert_int_equal(future->kind, KEEL_KIND_FUTURE);
  assert_true(future->multiplier == 50 && rows->bids[3] == -1);
  assert_string_equal(future->underlying, "Y");
  assert_int_equal(rows->ids[0], rows->ids[4]);
  assert_int_equal(rows->ids[1], rows->ids[5]);
  assert_true(rows->bids[4] == 101 && rows->asks[4] == 101);
  assert_int_equal(rows->troubles[KEEL_IMPORT_NO_SPOT], 1);
  keel_import_rows_free(rows);
}

/* A row, and what it is counted as. Each is dropped. */
static void bad_rows_are_dropped_by_kind(void **state) {
  (void)state;
  static const struct {
    const char *row;
    enum keel_import_trouble trouble;
  } cases[] = {
      {"X,call,2020-02-30,2020-03-01,european,100,90,1,2,100\n", KEEL_IMPORT_BAD_DATE},
      {"X,call,,2020-03-01,european,100,90,1,2,100\n", KEEL_IMPORT_BAD_DATE},
      {"X,call,2020-01-01,soon,european,100,90,1,2,100\n", KEEL_IMPORT_BAD_DATE},
      {"X,call,01/02/2020,2020-03-01,european,100,90,1,2,100\n", KEEL_IMPORT_BAD_DATE},
      {",call,2020-01-01,2020-03-01,european,100,90,1,2,100\n", KEEL_IMPORT_BAD_UNDERLYING},
      {"\"X\tY\",call,2020-01-01,2020-03-01,european,100,90,1,2,100\n", KEEL_IMPORT_BAD_UNDERLYING},
      {"X,warrant,2020-01-01,2020-03-01,european,100,90,1,2,100\n", KEEL_IMPORT_UNKNOWN_KIND},
      {"X,,2020-01-01,2020-03-01,european,100,90,1,2,100\n", KEEL_IMPORT_UNKNOWN_KIND},
      {"X,call,2020-03-02,2020-03-01,european,100,90,1,2,100\n", KEEL_IMPORT_EXPIRED},
      {"X,call,2020-01-01,2020-03-01,european,100,90,1x,2,100\n", KEEL_IMPORT_BAD_NUMBER},
      {"X,call,2020-01-01,2020-03-01,european,100,90,1,\"2,5\",100\n", KEEL_IMPORT_BAD_NUMBER},
      {"X,call,2020-01-01,2020-03-01,european,1O0,90,1,2,100\n", KEEL_IMPORT_BAD_NUMBER},
      {"X,call,2020-01-01,2020-03-01,european,100,90,nan,2,100\n", KEEL_IMPORT_NOT_FINITE},
      {"X,call,2020-01-01,2020-03-01,european,100,90,1,-Inf,100\n", KEEL_IMPORT_NOT_FINITE},
      {"X,call,2020-01-01,2020-03-01,european,100,1e999,1,2,100\n", KEEL_IMPORT_NOT_FINITE},
      {"X,call,2020-01-01,2020-03-01,european,100,90,-0.05,2,100\n", KEEL_IMPORT_NEGATIVE_PRICE},
      {"X,call,2020-01-01,2020-03-01,european,100,90,1,-2,100\n", KEEL_IMPORT_NEGATIVE_PRICE},
      {"X,call,2020-01-01,2020-03-01,european,100,0,1,2,100\n", KEEL_IMPORT_BAD_STRIKE},
      {"X,call,2020-01-01,2020-03-01,european,100,,1,2,100\n", KEEL_IMPORT_BAD_STRIKE},
      {"X,call,2020-01-01,2020-03-01,european,0,90,1,2,100\n", KEEL_IMPORT_BAD_SPOT},
      {"X,call,2020-01-01,2020-03-01,european,-5,90,1,2,100\n", KEEL_IMPORT_BAD_SPOT},
      {"X,call,2020-01-01,2020-03-01,european,100,90,1,2,0\n", KEEL_IMPORT_BAD_MULTIPLIER},
      {"X,call,2020-01-01,2020-03-01,european,100,90,1,2,\n", KEEL_IMPORT_BAD_MULTIPLIER},
      {"X,call,2020-01-01,2020-03-01,bermudan,100,90,1,2,100\n", KEEL_IMPORT_BAD_EXERCISE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[1000] = HEADER;
    strcat(text, cases[i].row);
    strcat(text, cases[i].row); /* twice: the second one is remembered */
    struct keel_import_rows *rows = rows_of(text);
    for (int trouble = 1; trouble < KEEL_IMPORT_TROUBLES; trouble++)
      if (rows->troubles[trouble] != (trouble == (int)cases[i].trouble ? 2 : 0))
        fail_msg("case %zu: trouble %d is counted %d times", i, trouble, (int)rows->troubles[trouble]);
    assert_int_equal(rows->count, 0);
    assert_int_equal(rows->run_count, 0);
    keel_import_rows_free(rows);
  }
}

static void a_contract_with_other_terms_is_a_conflict(void **state) {
  (void)state;
  struct keel_import_rows *rows = rows_of(HEADER
                                          "X,call,2020-01-01,2020-03-01,european,100,90,1,2,100\n"
                                          "X,call,2020-01-02,2020-03-01,american,100,90,1,2,100\n"
                                          "X,call,2020-01-03,2020-03-01,european,100,90,1,2,10\n");
  assert_int_equal(rows->troubles[KEEL_IMPORT_CONFLICT], 2);
  assert_int_equal(rows->count, 2);
  keel_import_rows_free(rows);
}

static void spot_is_kept_once_per_run_and_once_more_if_it_differs(void **state) {
  (void)state;
  struct keel_import_rows *rows = rows_of(HEADER
                                          "X,call,2020-01-01,2020-03-01,european,100,90,1,2,100\n"
                                          "X,call,2020-01-01,2020-03-01,european,101,91,1,2,100\n"
                                          "X,call,2020-01-01,2020-03-01,european,102,92,1,2,100\n"
                                          "X,call,2020-01-01,2020-03-01,european,100,93,1,2,100\n"
                                          "X,spot,2020-01-02,,,,,99,100,\n"
                                          "X,spot,2020-01-02,,,,,99,100,\n"
                                          "X,call,2019-01-02,2020-03-01,european,100,93,1,2,100\n");
  assert_int_equal(rows->count, 10); /* quotes of spot itself all */
  assert_int_equal(rows->run_count, 3);
  assert_true(rows->unsorted);
  assert_true(rows->bids[6] == 99 && rows->asks[6] == 100);
  keel_import_rows_free(rows);
}

static void many_underlyings_and_contracts_grow(void **state) {
  (void)state;
  struct keel_import_rows *rows = keel_import_rows_new();
  struct keel_csv *csv;
  assert_int_equal(keel_csv_open_bytes("t", HEADER, strlen(HEADER), 1000, &csv, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_import_rows_bind(rows, &layout, csv, NULL), KEEL_STATUS_OK);
  for (int i = 0; i < 10000; i++) {
    char name[16], strike[16];
    int length = snprintf(name, sizeof name, "U%d", i % 1000),
        digits = snprintf(strike, sizeof strike, "%d", 1 + i / 1000);
    const struct keel_csv_field fields[] = {
        {name, (size_t)length},   {"put", 3}, {"2020-01-01", 10}, {"2020-03-01", 10}, {"american", 8}, {"100", 3},
        {strike, (size_t)digits}, {"1", 1},   {"2", 1},           {"100", 3}};
    assert_int_equal(keel_import_rows_add(rows, fields, NULL), KEEL_STATUS_OK);
  }
  keel_csv_close(csv);
  assert_int_equal(rows->underlying_count, 1000);
  assert_int_equal(rows->contract_count, 11000);
  assert_int_equal(rows->count, 11000);
  assert_string_equal(rows->contracts[rows->ids[10999]].underlying, "U999");
  keel_import_rows_free(rows);
}

static void quotes_come_from_elsewhere_too(void **state) {
  (void)state;
  struct keel_import_rows *rows = rows_of(HEADER "X,call,2020-01-01,2020-03-01,european,100,90,10,11,100\n");
  struct keel_contract contract = rows->contracts[rows->ids[1]];
  char name[] = "X";
  uint32_t id;
  contract.underlying = name;
  assert_int_equal(keel_import_rows_contract(rows, &contract, &id, NULL), KEEL_STATUS_OK);
  assert_int_equal(id, rows->ids[1]);
  assert_int_equal(keel_import_rows_quote(rows, 5, id, (const double[]){1, NAN}, NULL), KEEL_STATUS_OK);
  assert_int_equal(rows->count, 3);
  assert_true(rows->unsorted && rows->bids[2] == 1 && isnan(rows->asks[2]));
  contract.exercise = KEEL_EXERCISE_AMERICAN;
  assert_int_equal(keel_import_rows_contract(rows, &contract, &id, NULL), KEEL_STATUS_OK);
  assert_int_equal(id, KEEL_CONTRACT_NONE);
  contract.kind = KEEL_KIND_PUT;
  assert_int_equal(keel_import_rows_contract(rows, &contract, &id, NULL), KEEL_STATUS_OK);
  name[0] = 'Y'; /* the name was copied */
  assert_string_equal(rows->contracts[id].underlying, "X");
  contract.underlying = "";
  assert_int_equal(keel_import_rows_contract(rows, &contract, &id, NULL), KEEL_STATUS_INPUT);
  keel_import_rows_free(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_become_quotes_in_runs),
      cmocka_unit_test(bad_rows_are_dropped_by_kind),
      cmocka_unit_test(a_contract_with_other_terms_is_a_conflict),
      cmocka_unit_test(spot_is_kept_once_per_run_and_once_more_if_it_differs),
      cmocka_unit_test(many_underlyings_and_contracts_grow),
      cmocka_unit_test(quotes_come_from_elsewhere_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
