#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "keel/curve.h"
#include "support/support.h"

static int32_t day(int year, int month, int date) { return keel_days_from_civil(year, month, date); }

static keel_rates *loaded(const char *path) {
  keel_rates *rates = NULL;
  keel_error error = {0};
  if (keel_rates_load(path, &rates, &error)) fail_msg("%s: %s", error.where, error.what);
  return rates;
}

static keel_rates *of_text(const char *text) { return loaded(keel_scratch_write("rates.csv", text, strlen(text))); }

static keel_curve curve_of(const keel_rates *rates, size_t row) {
  keel_curve curve;
  keel_error error = {0};
  if (keel_rates_curve(rates, row, &curve, &error)) fail_msg("%s: %s", error.where, error.what);
  return curve;
}

static void columns_are_known_by_name(void **state) {
  (void)state;
  static const struct {
    const char *text;
    keel_rate_quote quote;
  } cases[] = {
      {"Date,\"1.5 Month\"\n01/02/2025,5\n", {KEEL_RATE_PAR, 1, 15, 0.05}},
      {"Date,2 Mo\n01/02/2025,5\n", {KEEL_RATE_PAR, 2, 0, 0.05}},
      {"Date,30 Yr\n01/02/2025,5\n", {KEEL_RATE_PAR, 360, 0, 0.05}},
      {"date,BC_6MONTH,BC_30YEARDISPLAY\n2025-01-02,5,0\n", {KEEL_RATE_PAR, 6, 0, 0.05}},
      {"date,BC_2YEAR\n2025-01-02,5\n", {KEEL_RATE_PAR, 24, 0, 0.05}},
      {"Date,\"17 WEEKS BANK DISCOUNT\",\"17 WEEKS COUPON EQUIVALENT\"\n01/02/2025,5,5.2\n",
       {KEEL_RATE_BILL, 0, 119, 0.05}},
      {"DATE,DTB3\n2025-01-02,5\n", {KEEL_RATE_BILL, 0, 91, 0.05}},
      {"DATE,DFF\n2025-01-02,5\n", {KEEL_RATE_OVERNIGHT, 0, 1, 0.05}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    keel_rates *rates = of_text(cases[i].text);
    keel_curve want, got = curve_of(rates, 0);
    assert_int_equal(keel_curve_build(day(2025, 1, 2), 1, &cases[i].quote, &want, NULL), KEEL_STATUS_OK);
    assert_memory_equal(&got, &want, sizeof want);
    keel_rates_free(rates);
  }
}

static void missing_rates_are_left_out(void **state) {
  (void)state;
  keel_rates *rates = of_text("Date,1 Mo,3 Mo,1 Yr\n01/05/2024,,5.1,N/A\n01/04/2024,.,,n/a\n01/03/2024,5.0,5.1,5.2\n");
  assert_int_equal(keel_rates_count(rates), 2);
  assert_int_equal(keel_rates_date(rates, 0), day(2024, 1, 3));
  assert_int_equal(keel_rates_date(rates, 1), day(2024, 1, 5));
  assert_int_equal(curve_of(rates, 0).count, 3);
  assert_int_equal(curve_of(rates, 1).count, 1);
  assert_int_equal(keel_rates_dropped(rates, NULL), 0);
  keel_rates_free(rates);
  /* 0 is a rate, but in the feed in which it stands for none */
  rates = of_text("Date,1 Mo,3 Mo\n01/05/2012,0,0.01\n");
  assert_int_equal(curve_of(rates, 0).count, 2);
  keel_rates_free(rates);
  rates = of_text("date,BC_1MONTH,BC_3MONTH\n2012-01-05,0.0,0.01\n");
  assert_int_equal(curve_of(rates, 0).count, 1);
  keel_rates_free(rates);
}

static void rows_with_a_bad_rate_are_dropped(void **state) {
  (void)state;
  keel_rates *rates = of_text("DATE,DTB3,DFF\n2024-01-02,5,5.3\n2024-01-03,-0.1,5.3\n2024-01-04,5,x\n2024-01-05,5,5\n");
  keel_error error = {0};
  assert_int_equal(keel_rates_count(rates), 2);
  assert_int_equal(keel_rates_dropped(rates, &error), 2);
  assert_non_null(strstr(error.where, "rates.csv:3: DTB3"));
  assert_string_equal(error.what, "\"-0.1\" is no rate; allowed: a number of percent from 0 to 100, or nothing");
  assert_int_equal(keel_rates_date(rates, 1), day(2024, 1, 5));
  keel_rates_free(rates);
}

static void broken_files_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *where, *what;
  } bad[] = {
      {"Day,DFF\n", "rates.csv:1: Date", "there is no such column"},
      {"Date\n2024-01-02\n", "rates.csv:1", "has no column of rates"},
      {"Date,EONIA\n", "rates.csv:1", "column \"EONIA\" is not known; allowed: Date"},
      {"Date,1.3 Mo\n", "rates.csv:1", "column \"1.3 Mo\" is not known"},
      {"Date,9 Mo\n", "rates.csv:1: 9 Mo", "tenor: is not a number of half-years"},
      {"Date,150 Yr\n", "rates.csv:1: 150 Yr", "tenor: is beyond 100 years"},
      {"Date,0 Mo\n", "rates.csv:1", "column \"0 Mo\" is not known"},
      {"Date,DFF\nsoon,5\n", "rates.csv:2: Date", "\"soon\" is no date"},
      {"Date,DFF\n2024-01-02,5\n2024-01-03,5\n2024-01-03,5\n", "rates.csv:4: Date",
       "2024-01-03 is out of order or there twice; allowed: dates that all rise"},
      {"Date,DFF\n2024-01-04,5\n2024-01-03,5\n2024-01-05,5\n", "rates.csv:4: Date",
       "2024-01-05 is out of order or there twice; allowed: dates that all fall"},
      {"Date,DFF\n2024-01-04,.\n", "rates.csv", "has no row with a rate"},
      {"Date,DFF\n2024-01-04,-5\n", "rates.csv:2: DFF", "\"-5\" is no rate"},
      {"Date,DFF\n2024-01-04\n", "rates.csv:2", "1 field"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    keel_rates *rates = NULL;
    keel_error error = {0};
    const char *path = keel_scratch_write("rates.csv", bad[i].text, strlen(bad[i].text));
    assert_int_equal(keel_rates_load(path, &rates, &error), KEEL_STATUS_INPUT);
    assert_null(rates);
    const char *where = strrchr(error.where, '/');
    assert_string_equal(where ? where + 1 : error.where, bad[i].where);
    if (!strstr(error.what, bad[i].what)) fail_msg("\"%s\" does not say \"%s\"", error.what, bad[i].what);
  }
  keel_rates *rates;
  assert_int_equal(keel_rates_load(keel_scratch("nothing.csv"), &rates, NULL), KEEL_STATUS_IO);
}

#define AT(year, month, date, hour) ((day(year, month, date) * INT64_C(24) + (hour)) * 3600 * KEEL_NS_PER_SECOND)

static void a_curve_is_known_from_the_next_morning(void **state) {
  (void)state;
  keel_rates *rates = of_text("DATE,DFF\n2024-01-02,5\n2024-01-03,6\n2024-07-01,7\n");
  size_t row;
  keel_error error = {0};
  assert_true(keel_rates_known_ns(rates, 0) == AT(2024, 1, 3, 14)); /* 09:00 New York in winter, and in summer */
  assert_true(keel_rates_known_ns(rates, 2) == AT(2024, 7, 2, 13));
  assert_int_equal(keel_rates_find(rates, AT(2024, 1, 3, 14) - 1, &row, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "has no rates that are known at 2024-01-03T13:59:59.999999999Z"));
  assert_int_equal(keel_rates_find(rates, AT(2024, 1, 3, 14), &row, &error), KEEL_STATUS_OK);
  assert_int_equal(row, 0);
  assert_int_equal(keel_rates_find(rates, AT(2024, 1, 4, 14), &row, &error), KEEL_STATUS_OK);
  assert_int_equal(row, 1);
  assert_int_equal(keel_rates_find(rates, AT(2024, 1, 13, 14), &row, &error), KEEL_STATUS_OK);
  assert_int_equal(row, 1);
  assert_int_equal(keel_rates_find(rates, AT(2024, 1, 13, 15), &row, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "are of 2024-01-03; allowed: at most 10 days old"));
  keel_rates_free(rates);
}

/* Rows of every file are curves whose overnight rate is sane. */
static void the_files_of_treasury_and_fed_are_read(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t rows;
    int32_t first;
  } files[] = {
      {"rates/ust_par_yields_1990_2022.csv.gz", 8055, 7306},
      {"rates/UST-Daily-ParYieldCurveRates-2020.csv", 251, 18263},
      {"rates/UST-Daily-ParYieldCurveRates-2022.csv", 0, 18995},
      {"rates/UST-Daily-ParYieldCurveRates-2025.csv", 0, 20090},
      {"rates/UST-Daily-TBill-Rates-2024.csv", 0, 19724},
      {"rates/DTB3.csv.gz", 16201, -5841},
      {"rates/DFF.csv.gz", 23507, -5663},
  };
  if (!keel_shared_data(files[0].name)) skip();
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    keel_rates *rates = loaded(keel_shared_data(files[i].name));
    size_t count = keel_rates_count(rates);
    /* six bills of 2015 were bought at a premium */
    assert_int_equal(keel_rates_dropped(rates, NULL), strstr(files[i].name, "DTB3") ? 6 : 0);
    if (files[i].rows) assert_int_equal(count, files[i].rows);
    assert_int_equal(keel_rates_date(rates, 0), files[i].first);
    for (size_t row = 0; row<count; row += count> 1000 ? 7 : 1) {
      keel_curve curve = curve_of(rates, row);
      double overnight = keel_curve_overnight(&curve);
      if (!(overnight >= 0 && overnight < 0.3)) fail_msg("%s: row %zu: %g", files[i].name, row, overnight);
      for (size_t k = 0; k < curve.count; k++) assert_true(curve.log_discount[k] <= 0);
    }
    keel_rates_free(rates);
  }
}

static void quoted_yields_of_all_days_are_repriced(void **state) {
  (void)state;
  const char *path = keel_shared_data("rates/UST-Daily-ParYieldCurveRates-2024.csv");
  if (!path) skip();
  keel_rates *rates = loaded(path);
  size_t row = keel_rates_count(rates) - 1; /* 2024-12-31 */
  assert_int_equal(keel_rates_date(rates, row), day(2024, 12, 31));
  keel_curve curve = curve_of(rates, row);
  double sum = 0;
  for (int half = 1; half <= 60; half++) {
    int year = 2024 + half / 2;
    int32_t at = half % 2 ? day(year + 1, 6, 30) : day(year, 12, 31);
    sum += (50 * 0.0478 + (half == 60 ? 100 : 0)) * keel_curve_discount(&curve, (at - day(2024, 12, 31)) / 365.0);
  }
  assert_close(sum, 100, 1e-12);
  keel_rates_free(rates);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_are_known_by_name),
      cmocka_unit_test(missing_rates_are_left_out),
      cmocka_unit_test(rows_with_a_bad_rate_are_dropped),
      cmocka_unit_test(broken_files_are_refused),
      cmocka_unit_test(a_curve_is_known_from_the_next_morning),
      cmocka_unit_test(the_files_of_treasury_and_fed_are_read),
      cmocka_unit_test(quoted_yields_of_all_days_are_repriced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
