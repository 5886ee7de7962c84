#include "world/import_time.h"

#include <stdio.h>
#include <string.h>

#include "support/support.h"

/* The date, and the time if there is one: `2018-01-31 57600`. Empty when refused. */
static const char *shown(enum keel_import_dates dates, const char *text) {
  static char buffer[64];
  struct keel_time_text time;
  buffer[0] = '\0';
  if (!keel_import_time_parse(dates, text, strlen(text), &time)) return buffer;
  keel_date_format(time.days, buffer);
  size_t used = strlen(buffer);
  if (time.has_time)
    snprintf(buffer + used, sizeof buffer - used, " %lld", (long long)(time.ns_of_day / KEEL_NS_PER_SECOND));
  return buffer;
}

static void dates_are_read_in_their_order(void **state) {
  (void)state;
  assert_string_equal(shown(KEEL_IMPORT_MDY, "01/31/2018"), "2018-01-31");
  assert_string_equal(shown(KEEL_IMPORT_MDY, "1/2/2018"), "2018-01-02");
  assert_string_equal(shown(KEEL_IMPORT_DMY, "1/2/2018"), "2018-02-01");
  assert_string_equal(shown(KEEL_IMPORT_DMY, "31.01.2018"), "2018-01-31");
  assert_string_equal(shown(KEEL_IMPORT_DMY, "31-01-2018"), "2018-01-31");
  assert_string_equal(shown(KEEL_IMPORT_MDY, "03/14/2025 16:00"), "2025-03-14 57600");
  for (int dates = KEEL_IMPORT_YMD; dates <= KEEL_IMPORT_DMY; dates++) {
    assert_string_equal(shown((enum keel_import_dates)dates, "2018-01-31"), "2018-01-31");
    assert_string_equal(shown((enum keel_import_dates)dates, "2018/01/31"), "2018-01-31");
    assert_string_equal(shown((enum keel_import_dates)dates, "20180131"), "2018-01-31");
    assert_string_equal(shown((enum keel_import_dates)dates, "2018-01-31T09:30:00"), "2018-01-31 34200");
  }
}

static void what_is_no_date_is_refused(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      "x",
                                      "13/31/2018",
                                      "02/30/2018",
                                      "01/31/18",
                                      "01/31",
                                      "01/31/2018x",
                                      "01-31/2018",
                                      "01/31/2018 25:00",
                                      "001/31/2018",
                                      "1/31/20180",
                                      "01/31/2018 16:00:00.000000000000000000000000000000000000000"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert_string_equal(shown(KEEL_IMPORT_MDY, texts[i]), "");
  assert_string_equal(shown(KEEL_IMPORT_YMD, "01/02/2018"), "");
  assert_string_equal(shown(KEEL_IMPORT_DMY, "01/31/2018"), "");
}

static void whole_numbers_are_epochs_of_their_unit(void **state) {
  (void)state;
  static const struct {
    enum keel_import_epoch unit;
    const char *text;
    int64_t want; /* 0: refused */
  } cases[] = {
      {KEEL_IMPORT_EPOCH_S, "1893456000", INT64_C(1893456000000000000)},
      {KEEL_IMPORT_EPOCH_MS, "1893456000001", INT64_C(1893456000001000000)},
      {KEEL_IMPORT_EPOCH_US, "1893456000000001", INT64_C(1893456000000001000)},
      {KEEL_IMPORT_EPOCH_S, "20300101", 0}, /* a date */
      {KEEL_IMPORT_EPOCH_S, "", 0},
      {KEEL_IMPORT_EPOCH_S, "-1893456000", 0},
      {KEEL_IMPORT_EPOCH_S, "1893456000.5", 0},
      {KEEL_IMPORT_EPOCH_S, "1893456000001", 0}, /* of milliseconds */
      {KEEL_IMPORT_EPOCH_US, "999999999999999999", 0},
      {KEEL_IMPORT_EPOCH_US, "9999999999999999999", 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t got = 0;
    int read = keel_import_epoch_parse(cases[i].unit, cases[i].text, strlen(cases[i].text), &got);
    if (read != (cases[i].want != 0) || got != cases[i].want) fail_msg("case %zu: %lld", i, (long long)got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dates_are_read_in_their_order),
      cmocka_unit_test(what_is_no_date_is_refused),
      cmocka_unit_test(whole_numbers_are_epochs_of_their_unit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
