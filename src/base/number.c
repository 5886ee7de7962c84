#include "base/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

enum { DIGITS_EXACT = 19, POWER_EXACT = 22, SHORT = 128 };

/* What the text says: mantissa * 10^exponent; `digits` counts those of the mantissa after its leading zeros. */
struct decimal {
  uint64_t mantissa;
  long exponent;
  int digits, negative;
};

static int is_digit(char c) { return (unsigned char)(c - '0') < 10; }

/* Takes a run of digits into the mantissa. */
static const char *take_digits(const char *at, const char *end, struct decimal *decimal) {
  for (; at < end && is_digit(*at); at++) {
    decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(*at - '0');
    if ((decimal->digits || *at != '0') && decimal->digits <= DIGITS_EXACT) decimal->digits++;
  }
  return at;
}

/* After 'e'. Returns NULL if there is no number. */
static const char *take_exponent(const char *at, const char *end, struct decimal *decimal) {
  int negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) at++;
  const char *first = at;
  long exponent = 0;
  for (; at < end && is_digit(*at); at++)
    if (exponent < 100000) exponent = exponent * 10 + (*at - '0');
  decimal->exponent += negative ? -exponent : exponent;
  return at > first ? at : NULL;
}

static int scan(const char *at, const char *end, struct decimal *decimal) {
  if (at < end && (*at == '-' || *at == '+')) decimal->negative = *at++ == '-';
  const char *whole = at;
  at = take_digits(at, end, decimal);
  long count = at - whole;
  if (at < end && *at == '.') {
    const char *fraction = ++at;
    at = take_digits(at, end, decimal);
    decimal->exponent = fraction - at;
    count += at - fraction;
  }
  if (count == 0) return 0;
  if (at < end && (*at == 'e' || *at == 'E')) at = take_exponent(at + 1, end, decimal);
  return at == end;
}

static locale_t plain_locale;
static void make_plain_locale(void) { plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

static double by_library(const char *text) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_plain_locale);
  keel_assert(plain_locale != (locale_t)0);
  locale_t before = uselocale(plain_locale);
  double number = strtod(text, NULL);
  uselocale(before);
  return number;
}

static int parse_slowly(const char *text, size_t length, double *number) {
  char local[SHORT];
  char *copy = length < SHORT ? local : malloc(length + 1);
  keel_assert(copy != NULL);
  memcpy(copy, text, length);
  copy[length] = '\0';
  *number = by_library(copy);
  if (copy != local) free(copy);
  return isfinite(*number);
}

int keel_number_parse(const char *text, size_t length, double *number) {
  static const double powers[POWER_EXACT + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  struct decimal decimal = {0};
  if (!scan(text, text + length, &decimal)) return 0;
  if (decimal.digits > DIGITS_EXACT || decimal.mantissa > (UINT64_C(1) << 53) || decimal.exponent > POWER_EXACT ||
      decimal.exponent < -POWER_EXACT)
    return parse_slowly(text, length, number);
  double value = (double)decimal.mantissa;
  value = decimal.exponent < 0 ? value / powers[-decimal.exponent] : value * powers[decimal.exponent];
  *number = decimal.negative ? -value : value;
  return 1;
}
