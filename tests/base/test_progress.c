#include "base/progress.h"

#include <string.h>

#include "support/support.h"

static const char *line(uint64_t done, uint64_t total, double elapsed, size_t width) {
  static char buffer[256];
  size_t length = keel_progress_format(done, total, elapsed, width, buffer, sizeof buffer);
  assert_int_equal(length, strlen(buffer));
  assert_true(length <= width);
  return buffer;
}

static const char *spoken(double seconds) {
  static char buffer[32];
  size_t length = keel_progress_time(seconds, buffer, sizeof buffer);
  assert_int_equal(length, strlen(buffer));
  return buffer;
}

static void the_bar_fills_and_the_estimate_falls(void **state) {
  (void)state;
  assert_string_equal(line(0, 100, 0, 79), "[........................................]   0%");
  assert_string_equal(line(40, 100, 8, 79), "[################........................]  40%  12s left");
  assert_string_equal(line(100, 100, 20, 79), "[########################################] 100%");
  assert_string_equal(line(250, 100, 20, 79), "[########################################] 100%");
}

static void the_estimate_waits_until_it_means_something(void **state) {
  (void)state;
  assert_null(strstr(line(5, 1000, 30, 79), "left"));
  assert_null(strstr(line(40, 100, 0.9, 79), "left"));
  assert_non_null(strstr(line(10, 1000, 30, 79), "left"));
}

static void it_fits_any_width(void **state) {
  (void)state;
  for (size_t width = 0; width < 100; width++) {
    line(123456789, 987654321, 1234, width);
    line(1, 0, 1e9, width);
  }
  assert_string_equal(line(40, 100, 8, 20), " 40%  12s left");
  assert_string_equal(line(40, 100, 8, 24), "[##.....]  40%  12s left");
}

static void an_unknown_total_shows_the_time(void **state) {
  (void)state;
  assert_string_equal(line(5, 0, 65, 79), "1m 05s spent");
}

static void huge_counts_do_not_overflow(void **state) {
  (void)state;
  assert_string_equal(line(UINT64_MAX / 2, UINT64_MAX, 10, 79),
                      "[####################....................]  50%  10s left");
}

static void times_are_as_people_say_them(void **state) {
  (void)state;
  assert_string_equal(spoken(0), "0s");
  assert_string_equal(spoken(0.2), "1s");
  assert_string_equal(spoken(59.5), "1m 00s");
  assert_string_equal(spoken(3725), "1h 02m");
  assert_string_equal(spoken(90000), "1d 01h");
  assert_string_equal(spoken(-1), "0s");
  assert_string_equal(spoken(1e300), "0s");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_bar_fills_and_the_estimate_falls),
      cmocka_unit_test(the_estimate_waits_until_it_means_something),
      cmocka_unit_test(it_fits_any_width),
      cmocka_unit_test(an_unknown_total_shows_the_time),
      cmocka_unit_test(huge_counts_do_not_overflow),
      cmocka_unit_test(times_are_as_people_say_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
