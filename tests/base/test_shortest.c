#include "base/shortest.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/support.h"

static const char *number(double value) {
  static char buffer[KEEL_NUMBER_ROOM];
  size_t length = keel_number_format(value, buffer);
  assert_int_equal(length, strlen(buffer));
  return buffer;
}

static void numbers_look_as_expected(void **state) {
  (void)state;
  assert_string_equal(number(0.1), "0.1");
  assert_string_equal(number(100), "100");
  assert_string_equal(number(-260.54), "-260.54");
  assert_string_equal(number(1.0 / 3), "0.3333333333333333");
  assert_string_equal(number(0.1 + 0.2), "0.30000000000000004");
  assert_string_equal(number(0), "0");
  assert_string_equal(number(-0.0), "-0");
  assert_string_equal(number(NAN), "nan");
  assert_string_equal(number(INFINITY), "inf");
  assert_string_equal(number(-INFINITY), "-inf");
}

static void the_ends_of_the_range(void **state) {
  (void)state;
  assert_string_equal(number(5e-324), "5e-324");
  assert_string_equal(number(DBL_MIN), "2.2250738585072014e-308");
  assert_string_equal(number(DBL_MAX), "1.7976931348623157e+308");
  assert_string_equal(number(9007199254740993.0), "9007199254740992");
  assert_string_equal(number(2e-44), "2e-44");
  assert_string_equal(number(9.5367431640625e-07), "9.5367431640625e-07");
}

static void plain_between_1e_minus_4_and_1e17(void **state) {
  (void)state;
  assert_string_equal(number(0.0001), "0.0001");
  assert_string_equal(number(0.00012345), "0.00012345");
  assert_string_equal(number(0.00001), "1e-05");
  assert_string_equal(number(1.5e-7), "1.5e-07");
  assert_string_equal(number(12345678901234567.0), "12345678901234568");
  assert_string_equal(number(1e16), "10000000000000000");
  assert_string_equal(number(1e17), "1e+17");
  assert_string_equal(number(1e100), "1e+100");
}

static uint64_t significant_digits(const char *text) {
  uint64_t count = 0, zeros = 0;
  for (; *text && *text != 'e'; text++) {
    if (*text < '0' || *text > '9' || (*text == '0' && count == 0)) continue;
    zeros = *text == '0' ? zeros + 1 : 0;
    count++;
  }
  return count - zeros;
}

/* Reads back bit by bit; fewer digits than the shortest %.*g that reads back are never needed, and never given more. */
static void check(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  if (!isfinite(value)) return;
  const char *text = number(value);
  assert_same_bits(strtod(text, NULL), value);
  char by_library[64] = "";
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(by_library, sizeof by_library, "%.*g", digits, value);
    if (strtod(by_library, NULL) == value) break;
  }
  if (significant_digits(text) > significant_digits(by_library)) fail_msg("%s is longer than %s", text, by_library);
}

static void numbers_of_all_sizes_read_back_and_are_shortest(void **state) {
  (void)state;
  uint64_t bits = 0x9E3779B97F4A7C15u;
  for (int i = 0; i < 20000; i++) {
    bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
    check(bits);
  }
}

/* The uneven intervals, and their neighbours, of all exponents. */
static void powers_of_two_read_back_and_are_shortest(void **state) {
  (void)state;
  for (uint64_t exponent = 0; exponent < 2047; exponent++) {
    check(exponent << 52);
    check((exponent << 52) + 1);
    check((exponent << 52) - (exponent > 0));
  }
}

static void powers_of_ten_and_short_decimals_stay_short(void **state) {
  (void)state;
  for (int exponent = -307; exponent <= 308; exponent++) {
    char text[32], shown[32];
    for (int digits = 1; digits < 1000; digits += 37) {
      snprintf(text, sizeof text, "%d.%03de%+03d", digits % 9 + 1, digits, exponent);
      snprintf(shown, sizeof shown, "%s", number(strtod(text, NULL)));
      assert_same_bits(strtod(shown, NULL), strtod(text, NULL));
      assert_true(significant_digits(shown) <= 4);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_look_as_expected),
      cmocka_unit_test(the_ends_of_the_range),
      cmocka_unit_test(plain_between_1e_minus_4_and_1e17),
      cmocka_unit_test(numbers_of_all_sizes_read_back_and_are_shortest),
      cmocka_unit_test(powers_of_two_read_back_and_are_shortest),
      cmocka_unit_test(powers_of_ten_and_short_decimals_stay_short),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
