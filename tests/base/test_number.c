#include "base/number.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/support.h"

static void same_as_the_library(const char *text) {
  double got = 7;
  if (!keel_number_parse(text, strlen(text), &got)) fail_msg("refused: %s", text);
  assert_same_bits(got, strtod(text, NULL));
}

static void ordinary_and_hard_numbers_are_exact(void **state) {
  (void)state;
  static const char *const texts[] = {"0",
                                      "-0",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "2695.79",
                                      "1e22",
                                      "1e23",
                                      "1E-22",
                                      "1e-23",
                                      "123456789012345678",
                                      "9007199254740992",
                                      "9007199254740993",
                                      "9007199254740993.0000000000000000000000000000000001",
                                      "18446744073709551616",
                                      "0.1",
                                      "0.30000000000000004",
                                      "1.7976931348623157e308",
                                      "2.2250738585072011e-308",
                                      "4.9e-324",
                                      "2.4703282292062327208e-324",
                                      "1e-400",
                                      "0e999999999",
                                      "000000000000000000000000001.5",
                                      "0.000000000000000000000000000000000000000123",
                                      "99999999999999999999",
                                      "179769313486231570000000000000000000000000000"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) same_as_the_library(texts[i]);
}

static void random_numbers_are_exact(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (int i = 0; i < 200000; i++) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    char text[64];
    double number;
    memcpy(&number, &seed, sizeof number);
    if (!isfinite(number)) continue;
    snprintf(text, sizeof text, "%.*g", 1 + i % 20, number);
    if (isfinite(strtod(text, NULL))) same_as_the_library(text);
    snprintf(text, sizeof text, "%" PRIu64 ".%0*" PRIu64, seed >> 44, 1 + i % 6, (seed >> 20) % 10);
    same_as_the_library(text);
  }
}

static void all_else_is_refused(void **state) {
  (void)state;
  static const char *const texts[] = {"",       " 1",   "1 ",    "-",   "+",     ".",    "e5",        "1e",
                                      "1e+",    "1e5x", "0x10",  "nan", "NaN",   "inf",  "-Infinity", "1e309",
                                      "-1e999", "1,5",  "1.2.3", "--1", "1_000", "1e5.0"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    double number;
    if (keel_number_parse(texts[i], strlen(texts[i]), &number)) fail_msg("taken: %s", texts[i]);
  }
}

static void long_texts_and_lengths_hold(void **state) {
  (void)state;
  static char text[5000];
  memset(text, '3', sizeof text - 1);
  text[1] = '.';
  same_as_the_library(text);
  double number;
  assert_true(keel_number_parse("12345", 2, &number)); /* the text need not be terminated */
  assert_true(number == 12);
}

static void the_locale_does_not_matter(void **state) {
  (void)state;
  if (!setlocale(LC_ALL, "de_DE.UTF-8")) skip();
  double number;
  assert_true(keel_number_parse("1.00000000000000000000001", 25, &number));
  assert_true(number == 1);
  setlocale(LC_ALL, "C");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ordinary_and_hard_numbers_are_exact),
      cmocka_unit_test(random_numbers_are_exact),
      cmocka_unit_test(all_else_is_refused),
      cmocka_unit_test(long_texts_and_lengths_hold),
      cmocka_unit_test(the_locale_does_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
