#include "book/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "support/support.h"

static const struct keel_calendar *calendar_of(const char *name) {
  const struct keel_calendar *calendar = NULL;
  keel_error error;
  if (keel_calendar_find(name, &calendar, &error) != KEEL_STATUS_OK) fail_msg("%s: %s", error.where, error.what);
  return calendar;
}

static int32_t day_of(const char *text) {
  struct keel_time_text date;
  if (!keel_time_parse(text, strlen(text), &date)) fail_msg("%s is no date", text);
  return date.days;
}

/* Minutes from local midnight to the close. */
static int64_t close_minute(const struct keel_calendar *calendar, int32_t days) {
  int64_t midnight = keel_zone_to_utc(keel_calendar_zone(calendar), days, 0);
  return (keel_calendar_close(calendar, days) - midnight) / (60 * KEEL_NS_PER_SECOND);
}

static void weekday_dates_are_as_published(void **state) {
  (void)state;
  const struct keel_calendar *nyse = calendar_of("nyse");
  struct keel_golden golden = keel_golden_load("nyse_days.csv");
  for (size_t row = 0; row < golden.rows; row++) {
    const char *date = keel_golden_text(&golden, row, "date");
    const char *close = keel_golden_text(&golden, row, "close");
    int32_t days = day_of(date);
    int open = strcmp(close, "shut") != 0, minute = open ? atoi(close) * 60 + atoi(close + 3) : 16 * 60;
    if (keel_calendar_is_open(nyse, days) != open || close_minute(nyse, days) != minute)
      fail_msg("%s: want %s, got open %d, minute %d", date, close, keel_calendar_is_open(nyse, days),
               (int)close_minute(nyse, days));
  }
  keel_golden_free(&golden);
}

/* In the years of the golden list no other weekday may be shut or a half day. */
static void golden_years_have_no_other_exceptions(void **state) {
  (void)state;
  const struct keel_calendar *nyse = calendar_of("nyse");
  struct keel_golden golden = keel_golden_load("nyse_days.csv");
  size_t listed = 0, found = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    const char *close = keel_golden_text(&golden, row, "close");
    listed += strcmp(keel_golden_text(&golden, row, "date"), "2018") > 0 && strcmp(close, "16:00") != 0;
  }
  for (int32_t days = day_of("2018-01-01"); days <= day_of("2026-12-31"); days++) {
    int weekday = (days + 4) % 7;
    if (weekday == 0 || weekday == 6) assert_false(keel_calendar_is_open(nyse, days));
    if (weekday == 0 || weekday == 6) continue;
    found += !keel_calendar_is_open(nyse, days) || close_minute(nyse, days) != 16 * 60;
  }
  assert_int_equal(found, listed);
  keel_golden_free(&golden);
}

/* Every day from 1928 to 2024. The list that we have stops short on 2023-12-29, a session; what it says of 2025 and
 * later was a forecast, and shuts half days. */
static void open_days_since_1928_match_the_exchange(void **state) {
  (void)state;
  const char *path = keel_shared_data("index-history/nyse_open_dates.txt.gz");
  if (!path) skip();
  const struct keel_calendar *nyse = calendar_of("nyse");
  gzFile file = gzopen(path, "rb");
  assert_non_null(file);
  char line[64];
  int32_t next = day_of("1928-01-01"), gap = day_of("2023-12-29"), end = day_of("2025-01-01");
  int wrong = 0, sessions = 0;
  while (next < end && gzgets(file, line, sizeof line)) {
    line[strcspn(line, "\r\n")] = '\0';
    int32_t listed = day_of(line);
    for (; next <= listed && next < end; next++) {
      int want = next == listed || next == gap;
      sessions += want;
      if (keel_calendar_is_open(nyse, next) == want) continue;
      char date[16];
      keel_date_format(next, date);
      print_error("%s: open %d, the exchange says %d\n", date, !want, want);
      wrong++;
    }
  }
  gzclose(file);
  assert_int_equal(next, end);
  assert_int_equal(wrong, 0);
  assert_true(sessions > 24000);
}

static void closes_follow_daylight_saving(void **state) {
  (void)state;
  const struct keel_calendar *nyse = calendar_of("nyse");
  char text[40];
  static const char *const cases[][2] = {
      {"2018-01-31", "2018-01-31T21:00:00Z"}, {"2018-07-31", "2018-07-31T20:00:00Z"},
      {"2018-03-09", "2018-03-09T21:00:00Z"}, {"2018-03-12", "2018-03-12T20:00:00Z"},
      {"2018-07-03", "2018-07-03T17:00:00Z"}, {"2018-11-23", "2018-11-23T18:00:00Z"},
      {"2018-12-25", "2018-12-25T21:00:00Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    keel_time_format(keel_calendar_close(nyse, day_of(cases[i][0])), text);
    assert_string_equal(text, cases[i][1]);
  }
}

static void texts_become_instants(void **state) {
  (void)state;
  static const char *const cases[][3] = {
      {"nyse", "2018-01-31", "2018-01-31T21:00:00Z"},
      {"nyse", "11/23/2018", "2018-11-23T18:00:00Z"},
      {"nyse", "2018-01-31T09:30", "2018-01-31T14:30:00Z"},
      {"nyse", "2018-06-30 09:30:00.25", "2018-06-30T13:30:00.25Z"},
      {"nyse", "2018-01-31T16:15:00-06:00", "2018-01-31T22:15:00Z"},
      {"utc", "2018-01-31", "2018-02-01T00:00:00Z"},
      {"utc", "2018-01-31T08:00", "2018-01-31T08:00:00Z"},
      {"utc", "2018-01-31T08:00+05:30", "2018-01-31T02:30:00Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_time_text parsed;
    char text[40];
    assert_true(keel_time_parse(cases[i][1], strlen(cases[i][1]), &parsed));
    keel_time_format(keel_calendar_instant(calendar_of(cases[i][0]), &parsed), text);
    assert_string_equal(text, cases[i][2]);
  }
}

static void utc_never_shuts(void **state) {
  (void)state;
  const struct keel_calendar *utc = calendar_of("utc");
  for (int32_t days = -100000; days < 100000; days += 37) {
    assert_true(keel_calendar_is_open(utc, days));
    assert_int_equal(keel_calendar_close(utc, days), (days + 1) * KEEL_NS_PER_DAY);
  }
}

static void the_opening_is_at_half_past_nine(void **state) {
  (void)state;
  const struct keel_calendar *nyse = calendar_of("nyse"), *utc = calendar_of("utc");
  static const char *const days[] = {"2020-03-20", "2020-01-17", "2020-01-18"}; /* summer, winter, a Saturday */
  for (size_t i = 0; i < 3; i++) {
    int64_t minutes = keel_calendar_close(nyse, day_of(days[i])) - keel_calendar_opening(nyse, day_of(days[i]));
    assert_int_equal(minutes, 390 * 60 * KEEL_NS_PER_SECOND);
    assert_int_equal(keel_calendar_opening(utc, day_of(days[i])), day_of(days[i]) * KEEL_NS_PER_DAY);
  }
}

static void years_outside_1900_to_2199_are_shut(void **state) {
  (void)state;
  const struct keel_calendar *nyse = calendar_of("nyse");
  assert_false(keel_calendar_is_open(nyse, day_of("1899-12-29")));
  assert_true(keel_calendar_is_open(nyse, day_of("1900-01-02")));
  assert_true(keel_calendar_is_open(nyse, day_of("2199-12-31")));
  assert_false(keel_calendar_is_open(nyse, day_of("2200-01-02")));
  assert_int_equal(close_minute(nyse, day_of("2200-01-02")), 16 * 60);
  assert_false(keel_calendar_is_open(nyse, INT32_MAX));
  assert_int_equal(keel_calendar_close(nyse, INT32_MAX), KEEL_TIME_NONE);
  assert_int_equal(keel_calendar_close(nyse, INT32_MIN), KEEL_TIME_NONE);
}

static void unknown_calendars_are_refused(void **state) {
  (void)state;
  const struct keel_calendar *calendar = NULL;
  keel_error error = {0};
  assert_int_equal(keel_calendar_find("moon", &calendar, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "moon");
  assert_non_null(strstr(error.what, "nyse"));
  assert_null(calendar);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weekday_dates_are_as_published),
      cmocka_unit_test(the_opening_is_at_half_past_nine),
      cmocka_unit_test(golden_years_have_no_other_exceptions),
      cmocka_unit_test(open_days_since_1928_match_the_exchange),
      cmocka_unit_test(closes_follow_daylight_saving),
      cmocka_unit_test(texts_become_instants),
      cmocka_unit_test(utc_never_shuts),
      cmocka_unit_test(years_outside_1900_to_2199_are_shut),
      cmocka_unit_test(unknown_calendars_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
