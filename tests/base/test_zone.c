#include "base/time.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/support.h"

static const struct keel_zone *zone_of(const char *name) {
  const struct keel_zone *zone = NULL;
  keel_error error;
  if (keel_zone_find(name, &zone, &error) != KEEL_STATUS_OK) fail_msg("%s: %s", error.where, error.what);
  return zone;
}

static int64_t utc_of(const char *zone, const char *text) {
  struct keel_time_text time;
  if (!keel_time_parse(text, strlen(text), &time)) fail_msg("%s is no time", text);
  return keel_zone_to_utc(zone_of(zone), time.days, time.ns_of_day);
}

static void local_times_become_instants(void **state) {
  (void)state;
  static const struct {
    const char *zone, *local, *utc;
  } cases[] = {
      {"UTC", "2018-01-31T16:00", "2018-01-31T16:00:00Z"},
      {"America/New_York", "2018-01-31T16:00", "2018-01-31T21:00:00Z"},
      {"America/New_York", "2018-07-31T16:00", "2018-07-31T20:00:00Z"},
      {"America/New_York", "2018-07-31T16:00:00.123456789", "2018-07-31T20:00:00.123456789Z"},
      /* clocks go forward at 02:00: the skipped hour keeps winter time */
      {"America/New_York", "2018-03-11T01:59:59.999999999", "2018-03-11T06:59:59.999999999Z"},
      {"America/New_York", "2018-03-11T02:00", "2018-03-11T07:00:00Z"},
      {"America/New_York", "2018-03-11T02:30", "2018-03-11T07:30:00Z"},
      {"America/New_York", "2018-03-11T03:00", "2018-03-11T07:00:00Z"},
      /* clocks go back at 02:00: the repeated hour is in summer time */
      {"America/New_York", "2018-11-04T00:59:59", "2018-11-04T04:59:59Z"},
      {"America/New_York", "2018-11-04T01:00", "2018-11-04T05:00:00Z"},
      {"America/New_York", "2018-11-04T01:59:59", "2018-11-04T05:59:59Z"},
      {"America/New_York", "2018-11-04T02:00", "2018-11-04T07:00:00Z"},
      {"Europe/London", "2024-03-31T01:30", "2024-03-31T01:30:00Z"},
      {"Europe/London", "2024-10-27T01:30", "2024-10-27T00:30:00Z"},
      {"Asia/Kolkata", "2024-10-27T15:30", "2024-10-27T10:00:00Z"},
      /* beyond the table, by its rule: 2200-03-09 and 2200-11-02 are the days in New York */
      {"America/New_York", "2200-03-09T16:00", "2200-03-09T20:00:00Z"},
      {"America/New_York", "2200-03-08T16:00", "2200-03-08T21:00:00Z"},
      {"America/New_York", "2261-07-01T16:00", "2261-07-01T20:00:00Z"},
      {"America/New_York", "2261-12-31T16:00", "2261-12-31T21:00:00Z"},
      /* before the first change: local mean time */
      {"America/New_York", "1800-01-01T00:00", "1800-01-01T04:56:02Z"},
      {"America/New_York", "1969-12-31T19:00", "1970-01-01T00:00:00Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[40];
    keel_time_format(utc_of(cases[i].zone, cases[i].local), text);
    assert_string_equal(text, cases[i].utc);
  }
}

static void dates_are_local(void **state) {
  (void)state;
  const struct keel_zone *york = zone_of("America/New_York"), *kolkata = zone_of("Asia/Kolkata");
  int64_t time_ns = utc_of("UTC", "2018-02-01T02:00");
  assert_int_equal(keel_zone_date(york, time_ns), keel_days_from_civil(2018, 1, 31));
  assert_int_equal(keel_zone_date(kolkata, time_ns), keel_days_from_civil(2018, 2, 1));
  assert_int_equal(keel_zone_date(zone_of("UTC"), -1), -1);
  assert_int_equal(keel_zone_date(zone_of("UTC"), 0), 0);
  int64_t midnight = utc_of("America/New_York", "2018-02-01");
  assert_int_equal(keel_zone_date(york, midnight), keel_days_from_civil(2018, 2, 1));
  assert_int_equal(keel_zone_date(york, midnight - 1), keel_days_from_civil(2018, 1, 31));
}

static void the_ends_of_int64_are_safe(void **state) {
  (void)state;
  const struct keel_zone *york = zone_of("America/New_York");
  assert_int_equal(keel_zone_offset(york, INT64_MAX), -4 * 3600);
  assert_int_equal(keel_zone_offset(york, INT64_MIN), -17762);
  assert_int_equal(keel_zone_date(york, INT64_MAX), keel_days_from_civil(2262, 4, 11));
  assert_int_equal(keel_zone_date(york, INT64_MIN), keel_days_from_civil(1677, 9, 20));
  assert_int_equal(keel_zone_to_utc(york, INT32_MAX, 0), KEEL_TIME_NONE);
  assert_int_equal(keel_zone_to_utc(york, INT32_MIN, INT64_MIN), KEEL_TIME_NONE);
  assert_int_equal(keel_zone_to_utc(york, 0, INT64_MAX), KEEL_TIME_NONE);
  assert_int_equal(keel_zone_to_utc(york, 0, KEEL_NS_PER_DAY), keel_zone_to_utc(york, 1, 0));
  assert_int_equal(keel_zone_to_utc(york, 0, -1), keel_zone_to_utc(york, -1, KEEL_NS_PER_DAY - 1));
}

/* ---- against the C library, in a child so that TZ stays its own ---- */

enum { FIRST = -2208988800 / 86400 /* 1900 */, LAST = 95700 /* 2232 */ };

/* Instants near changes of clocks and elsewhere: every 11 hours and a bit, from 1900 to 2232. */
static int64_t second_number(int i) { return (int64_t)FIRST * 86400 + i * INT64_C(40331); }
static const int SECONDS = (int)((INT64_C(95700) + 25567) * 86400 / 40331);

/* Fills offset[i] by localtime_r; the memory is shared with the child. */
static int32_t *libc_offsets(const char *name) {
  size_t size = (size_t)SECONDS * sizeof(int32_t);
  int32_t *offset = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(offset != MAP_FAILED);
  pid_t child = fork();
  if (child == 0) {
    setenv("TZ", name, 1);
    tzset();
    for (int i = 0; i < SECONDS; i++) {
      time_t second = (time_t)second_number(i);
      struct tm local;
      offset[i] = localtime_r(&second, &local) ? (int32_t)local.tm_gmtoff : INT32_MIN;
    }
    _exit(0);
  }
  int status = -1;
  assert_true(waitpid(child, &status, 0) == child && status == 0);
  return offset;
}

static void offsets_agree_with_the_c_library(void **state) {
  (void)state;
  static const char *const names[] = {"America/New_York",    "America/Chicago", "Europe/London",     "Asia/Kolkata",
                                      "Australia/Lord_Howe", "Europe/Dublin",   "America/Sao_Paulo", "UTC"};
  for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
    const struct keel_zone *zone = zone_of(names[n]);
    int32_t *offset = libc_offsets(names[n]);
    for (int i = 0; i < SECONDS; i++) {
      int64_t time_ns = second_number(i) * KEEL_NS_PER_SECOND + i % 1000;
      if (keel_zone_offset(zone, time_ns) == offset[i]) continue;
      fail_msg("%s at %lld: %d, the C library says %d", names[n], (long long)second_number(i),
               keel_zone_offset(zone, time_ns), offset[i]);
    }
    munmap(offset, (size_t)SECONDS * sizeof(int32_t));
  }
}

/* An instant's local time leads back to it, or, where the local time is repeated, to its first occurrence. */
static void local_times_lead_back(void **state) {
  (void)state;
  static const char *const names[] = {"America/New_York", "America/Chicago", "Europe/London", "Asia/Kolkata"};
  for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
    const struct keel_zone *zone = zone_of(names[n]);
    int repeated = 0;
    for (int i = 0; i < SECONDS * 2; i++) {
      int64_t time_ns = (second_number(0) + i * INT64_C(20165)) * KEEL_NS_PER_SECOND + i;
      int32_t offset = keel_zone_offset(zone, time_ns), date = keel_zone_date(zone, time_ns);
      int64_t local = time_ns + offset * KEEL_NS_PER_SECOND;
      int64_t back = keel_zone_to_utc(zone, date, local - date * KEEL_NS_PER_DAY);
      if (back == time_ns) continue;
      repeated++;
      if (back > time_ns || back + keel_zone_offset(zone, back) * KEEL_NS_PER_SECOND != local)
        fail_msg("%s: %lld leads to %lld", names[n], (long long)time_ns, (long long)back);
    }
    assert_true(repeated < SECONDS / 500);
  }
}

/* ---- names ---- */

static void bad_names_are_refused(void **state) {
  (void)state;
  static const char *const names[] = {"",
                                      "/etc/passwd",
                                      "../../../etc/passwd",
                                      "America/../UTC",
                                      "..",
                                      ".",
                                      "America",
                                      "America/",
                                      "Mars/Olympus",
                                      "America/New York",
                                      "new_york",
                                      "America/New_York/x",
                                      "America/New_York\n",
                                      "zone.tab",
                                      "tzdata.zi",
                                      "leapseconds",
                                      "right/UTC",
                                      "UTC ",
                                      "utc0"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const struct keel_zone *zone = NULL;
    keel_error error = {0};
    if (keel_zone_find(names[i], &zone, &error) != KEEL_STATUS_INPUT) fail_msg("`%s` was not refused", names[i]);
    assert_string_equal(error.where, names[i]);
    assert_true(error.what[0] != '\0');
    assert_null(zone);
  }
  char longest[4096];
  memset(longest, 'a', sizeof longest);
  longest[sizeof longest - 1] = '\0';
  const struct keel_zone *zone = NULL;
  assert_int_equal(keel_zone_find(longest, &zone, NULL), KEEL_STATUS_INPUT);
}

static void zones_are_cached(void **state) {
  (void)state;
  assert_ptr_equal(zone_of("Asia/Tokyo"), zone_of("Asia/Tokyo"));
  assert_ptr_not_equal(zone_of("Asia/Tokyo"), zone_of("UTC"));
}

static void *find_many(void *out) {
  static const char *const names[] = {"Asia/Seoul", "Europe/Paris", "UTC", "America/Denver"};
  const struct keel_zone **found = out;
  for (int round = 0; round < 50; round++)
    for (int i = 0; i < 4; i++)
      if (keel_zone_find(names[i], &found[i], NULL) != KEEL_STATUS_OK) return NULL;
  return out;
}

static void threads_find_the_same_zones(void **state) {
  (void)state;
  pthread_t threads[4];
  const struct keel_zone *found[4][4] = {{0}};
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, find_many, found[i]), 0);
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
  for (int i = 0; i < 4; i++) {
    assert_non_null(found[0][i]);
    assert_memory_equal(found[i], found[0], sizeof found[0]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(local_times_become_instants),
      cmocka_unit_test(dates_are_local),
      cmocka_unit_test(the_ends_of_int64_are_safe),
      cmocka_unit_test(offsets_agree_with_the_c_library),
      cmocka_unit_test(local_times_lead_back),
      cmocka_unit_test(bad_names_are_refused),
      cmocka_unit_test(zones_are_cached),
      cmocka_unit_test(threads_find_the_same_zones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
