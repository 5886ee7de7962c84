#include "base/time.h"

#include <string.h>
#include <time.h>

#include "support/support.h"

static int parse(const char *text, struct keel_time_text *out) { return keel_time_parse(text, strlen(text), out); }

/* ---- civil dates ---- */

static void days_and_dates_agree_with_a_day_by_day_walk(void **state) {
  (void)state;
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int32_t days = keel_days_from_civil(1600, 1, 1);
  assert_int_equal(days, -135140);
  for (int year = 1600; year < 2401; year++) {
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 1; month <= 12; month++) {
      int length = lengths[month - 1] + (month == 2 && leap);
      for (int day = 1; day <= length; day++, days++) {
        int y, m, d;
        keel_days_to_civil(days, &y, &m, &d);
        if (y != year || m != month || d != day || keel_days_from_civil(year, month, day) != days)
          fail_msg("%d-%d-%d is not day %d", year, month, day, days);
      }
    }
  }
}

static void known_days(void **state) {
  (void)state;
  assert_int_equal(keel_days_from_civil(1970, 1, 1), 0);
  assert_int_equal(keel_days_from_civil(1969, 12, 31), -1);
  assert_int_equal(keel_days_from_civil(2000, 2, 29), 11016);
  assert_int_equal(keel_days_from_civil(2018, 1, 31), 17562);
  assert_int_equal(keel_days_from_civil(0, 3, 1), -719468);
  int year, month, day;
  keel_days_to_civil(INT32_MAX, &year, &month, &day);
  assert_int_equal(keel_days_from_civil(year, month, day), INT32_MAX);
  keel_days_to_civil(INT32_MIN, &year, &month, &day);
  assert_int_equal(keel_days_from_civil(year, month, day), INT32_MIN);
}

/* ---- parsing ---- */

static void every_form_is_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int year, month, day;
    int64_t ns;
    int has_time, has_offset, offset;
  } cases[] = {
      {"2018-01-31", 2018, 1, 31, 0, 0, 0, 0},
      {"01/31/2018", 2018, 1, 31, 0, 0, 0, 0},
      {"20180131", 2018, 1, 31, 0, 0, 0, 0},
      {"2018-01-31T16:00", 2018, 1, 31, 57600000000000, 1, 0, 0},
      {"2018-01-31 16:00", 2018, 1, 31, 57600000000000, 1, 0, 0},
      {"2018-01-31T16:00Z", 2018, 1, 31, 57600000000000, 1, 1, 0},
      {"2018-01-31T16:00:01Z", 2018, 1, 31, 57601000000000, 1, 1, 0},
      {"2018-01-31T00:00:00.5", 2018, 1, 31, 500000000, 1, 0, 0},
      {"2018-01-31T00:00:00.000000001Z", 2018, 1, 31, 1, 1, 1, 0},
      {"2018-01-31T23:59:59.999999999-05:00", 2018, 1, 31, 86399999999999, 1, 1, -18000},
      {"2018-01-31 09:30:00.25+05:30", 2018, 1, 31, 34200250000000, 1, 1, 19800},
      {"2018-01-31T09:30+00:00", 2018, 1, 31, 34200000000000, 1, 1, 0},
      {"2018-01-31T09:30-23:59", 2018, 1, 31, 34200000000000, 1, 1, -86340},
      {"2016-02-29", 2016, 2, 29, 0, 0, 0, 0},
      {"2000-02-29", 2000, 2, 29, 0, 0, 0, 0},
      {"1678-01-01T00:00+23:59", 1678, 1, 1, 0, 1, 1, 86340},
      {"2261-12-31T23:59:59.999999999-23:59", 2261, 12, 31, 86399999999999, 1, 1, -86340},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_time_text out;
    if (!parse(cases[i].text, &out)) fail_msg("%s was refused", cases[i].text);
    assert_int_equal(out.days, keel_days_from_civil(cases[i].year, cases[i].month, cases[i].day));
    assert_int_equal(out.ns_of_day, cases[i].ns);
    assert_int_equal(out.has_time, cases[i].has_time);
    assert_int_equal(out.has_offset, cases[i].has_offset);
    assert_int_equal(out.offset_seconds, cases[i].offset);
  }
}

static void everything_else_is_refused(void **state) {
  (void)state;
  static const char *const cases[] = {
      /* dates that do not exist, or do not fit an int64 */
      "2018-02-29", "1900-02-29", "2018-04-31", "2018-00-10", "2018-13-10", "2018-01-00", "2018-01-32", "20180229",
      "02/29/2018", "13/01/2018", "1677-12-31", "2262-01-01", "0000-01-01", "9999-12-31",
      /* other forms */
      "", "2", "2018", "2018-01", "2018-1-31", "2018-01-3", "18-01-31", "2018/01/31", "31.01.2018", "1/31/2018",
      "01-31-2018", "2018-01-31 ", " 2018-01-31", "2018-01-31x", "2018-01/31", "01/31-2018", "201801311", "2018013",
      "+018-01-31", "2018-+1-31", "2018-0a-31", "-2018-01-31", "01/31/2018T16:00", "20180131T16:00", "nan", "today",
      /* times */
      "2018-01-31T", "2018-01-31T1", "2018-01-31T16", "2018-01-31T16:", "2018-01-31T16:0", "2018-01-31T1600",
      "2018-01-31T24:00", "2018-01-31T16:60", "2018-01-31T16:00:60", "2018-01-31T16:00:", "2018-01-31T16:00:0",
      "2018-01-31T-1:00", "2018-01-31T16:-1", "2018-01-31T16:00:-1", "2018-01-31t16:00", "2018-01-31  16:00",
      "2018-01-31_16:00", "2018-01-31T 6:00", "2018-01-31T16:00 ", "2018-01-31T16.00", "2018-01-31T4:00 PM",
      /* fractions: of seconds only, and 9 digits at most */
      "2018-01-31T16:00.5", "2018-01-31T16:00:00.", "2018-01-31T16:00:00.Z", "2018-01-31T16:00:00,5",
      "2018-01-31T16:00:00.0000000000", "2018-01-31T16:00:00.1234567891Z", "2018-01-31T16:00:00.5.5",
      "2018-01-31T16:00:00.-5",
      /* offsets */
      "2018-01-31Z", "2018-01-31+05:00", "2018-01-31T16:00z", "2018-01-31T16:00ZZ", "2018-01-31T16:00Z ",
      "2018-01-31T16:00+", "2018-01-31T16:00+5", "2018-01-31T16:00+05", "2018-01-31T16:00+0500",
      "2018-01-31T16:00+05:0", "2018-01-31T16:00+05:000", "2018-01-31T16:00+24:00", "2018-01-31T16:00+05:60",
      "2018-01-31T16:00 +05:00", "2018-01-31T16:00+-5:00", "2018-01-31T16:00EST", "2018-01-31T16:00*05:00"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_time_text out;
    if (parse(cases[i], &out)) fail_msg("`%s` was accepted", cases[i]);
  }
}

/* A field is a view: nothing behind its length is read, and a NUL is no digit. */
static void only_the_given_length_counts(void **state) {
  (void)state;
  struct keel_time_text out;
  assert_true(keel_time_parse("2018-01-31T16:00:00", 10, &out));
  assert_int_equal(out.has_time, 0);
  assert_true(keel_time_parse("2018-01-31T16:00:00", 16, &out));
  assert_int_equal(out.ns_of_day, 57600000000000);
  assert_false(keel_time_parse("2018-01-31T16:00:00", 18, &out));
  assert_false(keel_time_parse("2018-01-\0001", 10, &out));
  assert_false(keel_time_parse("2018-01-31T16:00\0", 17, &out));
  char heap[19], *text = memcpy(heap, "2018-01-31T16:00:00", sizeof heap);
  for (size_t length = 0; length < sizeof heap; length++)
    assert_int_equal(keel_time_parse(text + sizeof heap - length, length, &out), 0);
}

/* ---- formatting ---- */

static void times_are_written_with_the_digits_they_need(void **state) {
  (void)state;
  static const struct {
    int64_t time_ns;
    const char *text;
  } cases[] = {
      {0, "1970-01-01T00:00:00Z"},
      {1517432400000000000, "2018-01-31T21:00:00Z"},
      {1517432400500000000, "2018-01-31T21:00:00.5Z"},
      {1517432400000000001, "2018-01-31T21:00:00.000000001Z"},
      {1517432400000120000, "2018-01-31T21:00:00.00012Z"},
      {-1, "1969-12-31T23:59:59.999999999Z"},
      {-KEEL_NS_PER_DAY, "1969-12-31T00:00:00Z"},
      {INT64_MAX, "2262-04-11T23:47:16.854775807Z"},
      {INT64_MIN, "1677-09-21T00:12:43.145224192Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char buffer[40];
    keel_time_format(cases[i].time_ns, buffer);
    assert_string_equal(buffer, cases[i].text);
  }
  char date[16];
  keel_date_format(17562, date);
  assert_string_equal(date, "2018-01-31");
  keel_date_format(INT32_MIN, date);
  assert_string_equal(date, "-5877641-06-23");
}

/* A fixed sequence of instants over the whole range (a multiplicative step, so that every digit moves). */
static int64_t instant_number(uint64_t i) {
  int64_t span = 106500 * KEEL_NS_PER_DAY;
  return (int64_t)((i * UINT64_C(0x9E3779B97F4A7C15)) >> 1) % span * (i % 2 ? 1 : -1);
}

static void what_is_written_is_read_back(void **state) {
  (void)state;
  for (uint64_t i = 1; i < 20000; i++) {
    int64_t time_ns = instant_number(i), scale = 1;
    for (uint64_t digit = i % 10; digit; digit--) scale *= 10;
    time_ns -= time_ns % scale;
    char buffer[40];
    struct keel_time_text out;
    keel_time_format(time_ns, buffer);
    if (!parse(buffer, &out)) fail_msg("%s was refused", buffer);
    assert_int_equal(out.days * KEEL_NS_PER_DAY + out.ns_of_day, time_ns);
    assert_int_equal(out.has_offset, 1);
  }
}

/* ---- durations ---- */

static void durations_are_exact(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t ns;
  } cases[] = {
      {"5s", 5000000000},
      {"30m", 1800000000000},
      {"1.5h", 5400000000000},
      {"250ms", 250000000},
      {"1d", KEEL_NS_PER_DAY},
      {"2w", 1209600000000000},
      {"0s", 0},
      {"1ns", 1},
      {"1.5us", 1500},
      {"0.1s", 100000000},
      {"0.000000001s", 1},
      {"0.00001d", 864000000},
      {"106751d", 106751 * KEEL_NS_PER_DAY},
      {"9223372036854775807ns", INT64_MAX},
      {"007s", 7000000000},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t ns = -1;
    if (!keel_duration_parse(cases[i].text, strlen(cases[i].text), &ns)) fail_msg("%s was refused", cases[i].text);
    assert_int_equal(ns, cases[i].ns);
  }
}

static void what_is_no_duration_is_refused(void **state) {
  (void)state;
  static const char *const cases[] = {"",
                                      "s",
                                      "5",
                                      "5 s",
                                      " 5s",
                                      "5s ",
                                      "-5s",
                                      "+5s",
                                      "5S",
                                      "5sec",
                                      "5min",
                                      "1.5.5h",
                                      ".5h",
                                      "5.h",
                                      "1e3s",
                                      "0x5s",
                                      "1h30m",
                                      "1y",
                                      "1.5ns",
                                      "0.0001us",
                                      "0.0000000001s",
                                      "nan",
                                      "infs",
                                      "106752d",
                                      "15251w",
                                      "9223372036854775808ns",
                                      "99999999999999999999999d",
                                      "106751.99999d"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t ns = -1;
    if (keel_duration_parse(cases[i], strlen(cases[i]), &ns)) fail_msg("`%s` was accepted", cases[i]);
    assert_int_equal(ns, -1);
  }
  int64_t ns;
  assert_false(keel_duration_parse("5s", 1, &ns));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(days_and_dates_agree_with_a_day_by_day_walk),
      cmocka_unit_test(known_days),
      cmocka_unit_test(every_form_is_read),
      cmocka_unit_test(everything_else_is_refused),
      cmocka_unit_test(only_the_given_length_counts),
      cmocka_unit_test(times_are_written_with_the_digits_they_need),
      cmocka_unit_test(what_is_written_is_read_back),
      cmocka_unit_test(durations_are_exact),
      cmocka_unit_test(what_is_no_duration_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
