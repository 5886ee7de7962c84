#include "base/zone_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "support/support.h"

static struct keel_zone fresh(void) { return (struct keel_zone){.name = "Test/Zone"}; }

/* The smallest file of version 2: one offset, no changes, this footer. Returns its length. */
static size_t small_file(unsigned char *bytes, int32_t offset, const char *footer) {
  unsigned char block[44 + 6 + 4] = "TZif2";
  block[39] = 1; /* types */
  block[43] = 4; /* characters */
  for (int i = 0; i < 4; i++) block[44 + i] = (unsigned char)((uint32_t)offset >> (24 - 8 * i));
  memcpy(block + 50, "STD", 4);
  memcpy(bytes, block, sizeof block);
  memcpy(bytes + sizeof block, block, sizeof block);
  return 2 * sizeof block + (size_t)sprintf((char *)bytes + 2 * sizeof block, "\n%s\n", footer);
}

static keel_status parse_footer(int32_t offset, const char *footer, struct keel_zone *zone) {
  unsigned char bytes[1024];
  keel_error error;
  return keel_zone_file_parse(bytes, small_file(bytes, offset, footer), zone, &error);
}

/* The first change of a zone at or after that UTC date, as `2024-03-10T07:00:00Z`, and the offset after it. */
static void change_after(const struct keel_zone *zone, int year, char *text, int32_t *offset) {
  int64_t least = (int64_t)keel_days_from_civil(year, 1, 1) * 86400;
  size_t i = 0;
  while (i < zone->count && zone->at[i] < least) i++;
  assert_true(i < zone->count);
  keel_time_format(zone->at[i] * KEEL_NS_PER_SECOND, text);
  *offset = zone->offset[i + 1];
}

static void footers_of_every_form_are_followed(void **state) {
  (void)state;
  static const struct {
    int32_t standard;
    const char *footer;
    int year;
    const char *change; /* the first one of that year */
    int32_t offset;
  } cases[] = {
      {-18000, "EST5EDT,M3.2.0,M11.1.0", 2024, "2024-03-10T07:00:00Z", -14400},
      {0, "GMT0BST,M3.5.0/1,M10.5.0", 2024, "2024-03-31T01:00:00Z", 3600},
      {0, "GMT0IST,M3.5.0/1,M10.5.0", 2021, "2021-03-28T01:00:00Z", 3600},
      {3600, "IST-1GMT0,M10.5.0,M3.5.0/1", 2024, "2024-03-31T01:00:00Z", 3600}, /* summer is the standard here */
      {37800, "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2024, "2024-04-06T15:00:00Z", 37800},
      {7200, "IST-2IDT,M3.4.4/26,M10.5.0", 2024, "2024-03-29T00:00:00Z", 10800},
      {-7200, "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2024, "2024-03-31T01:00:00Z", -3600},
      {-18000, "EST5EDT,J60,J300", 2024, "2024-03-01T07:00:00Z", -14400}, /* J60 is March 1 in all years */
      {-18000, "EST5EDT,J60,J300", 2023, "2023-03-01T07:00:00Z", -14400},
      {-18000, "EST5EDT,J59,J300", 2024, "2024-02-28T07:00:00Z", -14400},
      {-18000, "EST5EDT,59,300", 2024, "2024-02-29T07:00:00Z", -14400}, /* 59 is February 29 in leap years */
      {-18000, "EST5EDT,59,300", 2023, "2023-03-01T07:00:00Z", -14400},
      {-12600, "NST3:30NDT2:30:15,M3.2.0/0:01:02,M11.1.0", 2024, "2024-03-10T03:31:02Z", -9015},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_zone zone = fresh();
    char text[40];
    int32_t offset;
    if (parse_footer(cases[i].standard, cases[i].footer, &zone) != KEEL_STATUS_OK) fail_msg("%s", cases[i].footer);
    assert_int_equal(zone.offset[0], cases[i].standard);
    change_after(&zone, cases[i].year, text, &offset);
    if (strcmp(text, cases[i].change) != 0) print_error("%s\n", cases[i].footer);
    assert_string_equal(text, cases[i].change);
    assert_int_equal(offset, cases[i].offset);
    for (size_t j = 1; j < zone.count; j++)
      assert_true(zone.at[j] > zone.at[j - 1] && zone.local[j] >= zone.local[j - 1]);
    keel_zone_file_free(&zone);
  }
}

static void summer_all_year_never_ends(void **state) {
  (void)state;
  struct keel_zone zone = fresh();
  assert_int_equal(parse_footer(-10800, "XXX3EDT4,0/0,J365/23", &zone), KEEL_STATUS_OK);
  int64_t year_2000 = (int64_t)keel_days_from_civil(2000, 1, 1) * 86400;
  for (size_t i = 0; i + 1 < zone.count; i++)
    if (zone.at[i] > year_2000) assert_int_equal(zone.offset[i + 1], -14400);
  keel_zone_file_free(&zone);
}

static void footers_without_summer_change_nothing(void **state) {
  (void)state;
  static const char *const footers[] = {"", "IST-5:30", "<+0530>-5:30", "UTC0"};
  for (size_t i = 0; i < sizeof footers / sizeof *footers; i++) {
    struct keel_zone zone = fresh();
    assert_int_equal(parse_footer(19800, footers[i], &zone), KEEL_STATUS_OK);
    assert_int_equal(zone.count, 0);
    assert_int_equal(zone.offset[0], 19800);
    keel_zone_file_free(&zone);
  }
}

static void bad_footers_are_refused(void **state) {
  (void)state;
  static const char *const footers[] = {"E",
                                        "EST",
                                        "EST25",
                                        "EST5EDT",
                                        "EST5EDT,",
                                        "EST5EDT,M3.2.0",
                                        "<ES>5",
                                        "<EST5",
                                        "5EST",
                                        "EST5:60",
                                        "EST5EDT,M13.1.0,M11.1.0",
                                        "EST5EDT,M3.6.0,M11.1.0",
                                        "EST+",
                                        "EST5ED,M3.2.0,M11.1.0",
                                        "EST5EDT,M3.2.7,M11.1.0",
                                        "EST5EDT,M3.2,M11.1.0",
                                        "EST5EDT,M3.2.0,M11.1.0,",
                                        "EST5EDT,J0,J300",
                                        "EST5EDT,J366,J300",
                                        "EST5EDT,366,1",
                                        "EST5EDT,M3.2.0/168,M11.1.0",
                                        "EST5EDT,M3.2.0/,M11.1.0",
                                        "EST5EDT,M3.2.0,M11.1.0 ",
                                        " EST5",
                                        "EST5 ",
                                        "EST5\nEDT",
                                        "EST99999999999999999999",
                                        "EST5EDT,00000000001,J300"};
  for (size_t i = 0; i < sizeof footers / sizeof *footers; i++) {
    struct keel_zone zone = fresh();
    if (parse_footer(0, footers[i], &zone) != KEEL_STATUS_INPUT) fail_msg("`%s` was accepted", footers[i]);
    assert_null(zone.at);
    assert_null(zone.offset);
  }
}

static size_t real_file(unsigned char *bytes, size_t size) {
  FILE *file = fopen("/usr/share/zoneinfo/America/New_York", "rb");
  if (!file) return 0;
  size_t length = fread(bytes, 1, size, file);
  fclose(file);
  return length;
}

static void a_file_cut_anywhere_is_refused(void **state) {
  (void)state;
  unsigned char bytes[8192];
  size_t length = real_file(bytes, sizeof bytes);
  if (length == 0) skip();
  for (size_t cut = 0; cut < length; cut++) {
    unsigned char *copy = malloc(cut ? cut : 1); /* so that a read past the end is seen */
    memcpy(copy, bytes, cut);
    struct keel_zone zone = fresh();
    keel_error error = {0};
    if (keel_zone_file_parse(copy, cut, &zone, &error) != KEEL_STATUS_INPUT) fail_msg("cut at %zu was accepted", cut);
    assert_string_equal(error.where, "Test/Zone");
    free(copy);
  }
}

/* A file with one byte changed is refused, or gives a table in order. */
static void a_changed_byte_does_no_harm(void **state) {
  (void)state;
  unsigned char bytes[8192];
  size_t length = real_file(bytes, sizeof bytes);
  if (length == 0) skip();
  size_t refused = 0;
  for (size_t at = 0; at < length; at++) {
    unsigned char was = bytes[at];
    bytes[at] ^= (unsigned char)(1u << at % 8);
    struct keel_zone zone = fresh();
    if (keel_zone_file_parse(bytes, length, &zone, NULL) == KEEL_STATUS_OK) {
      for (size_t i = 1; i < zone.count; i++) assert_true(zone.at[i] > zone.at[i - 1]);
      for (size_t i = 0; i <= zone.count; i++) assert_in_range(zone.offset[i] + 26 * 3600, 0, 52 * 3600);
      keel_zone_file_free(&zone);
    } else {
      refused++;
    }
    bytes[at] = was;
  }
  assert_true(refused > 0);
}

static void other_files_are_refused(void **state) {
  (void)state;
  unsigned char bytes[1024];
  size_t length = small_file(bytes, 3600, "");
  struct keel_zone zone = fresh();
  keel_error error = {0};
  bytes[4] = 0; /* version 1 */
  assert_int_equal(keel_zone_file_parse(bytes, length, &zone, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "version 2"));
  small_file(bytes, 3600, "");
  bytes[54 + 31] = 1; /* a leap second */
  assert_int_equal(keel_zone_file_parse(bytes, length, &zone, &error), KEEL_STATUS_INPUT);
  memset(bytes + 20, 0xff, 24); /* counts that no file can hold */
  assert_int_equal(keel_zone_file_parse(bytes, length, &zone, &error), KEEL_STATUS_INPUT);
  assert_int_equal(keel_zone_file_parse((const unsigned char *)"# a text", 8, &zone, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.what, "not a zone file");
  assert_int_equal(keel_zone_file_parse(bytes, small_file(bytes, 27 * 3600, ""), &zone, &error), KEEL_STATUS_INPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(footers_of_every_form_are_followed),
      cmocka_unit_test(summer_all_year_never_ends),
      cmocka_unit_test(footers_without_summer_change_nothing),
      cmocka_unit_test(bad_footers_are_refused),
      cmocka_unit_test(a_file_cut_anywhere_is_refused),
      cmocka_unit_test(a_changed_byte_does_no_harm),
      cmocka_unit_test(other_files_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
