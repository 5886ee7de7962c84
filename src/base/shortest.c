#include "base/shortest.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

/* ---- powers of ten: 10^n = g 2^(floor(log2 10^n) - 127), g rounded up to 128 bits ---- */

enum { POWER_MIN = -292, POWER_MAX = 324, WORDS = 36 /* 1152 bits: 10^324, and 128 bits of 10^-292 */ };

static struct power { uint64_t high, low; } powers[POWER_MAX - POWER_MIN + 1];

/* The upper 128 bits of a number of `top` + 1 words that is not 0, rounded up. */
static struct power leading_bits(const uint32_t *words, int top, int is_exact) {
  wide bits = 0;
  while (!words[top]) top--;
  int shift = __builtin_clz(words[top]), taken = 0;
  for (; taken < 4; taken++) bits = bits << 32 | (top >= taken ? words[top - taken] : 0);
  uint64_t next = top >= 4 ? words[top - 4] : 0;
  if (shift) bits = bits << shift | next >> (32 - shift);
  int rest = !is_exact || (uint32_t)(next << shift) != 0;
  for (int i = top - 5; i >= 0; i--) rest |= words[i] != 0;
  bits += (wide)rest;
  return (struct power){(uint64_t)(bits >> 64), (uint64_t)bits};
}

static void multiply_by_ten(uint32_t *words) {
  uint64_t carry = 0;
  for (int i = 0; i < WORDS; i++) {
    carry += (uint64_t)words[i] * 10;
    words[i] = (uint32_t)carry;
    carry >>= 32;
  }
}

static void divide_by_ten(uint32_t *words) {
  uint64_t rest = 0;
  for (int i = WORDS - 1; i >= 0; i--) {
    rest = rest << 32 | words[i];
    words[i] = (uint32_t)(rest / 10);
    rest %= 10;
  }
}

static void make_powers(void) {
  uint32_t words[WORDS] = {1};
  for (int n = 0; n <= POWER_MAX; n++, multiply_by_ten(words))
    powers[n - POWER_MIN] = leading_bits(words, WORDS - 1, 1);
  memset(words, 0, sizeof words);
  words[WORDS - 1] = UINT32_C(1) << 31; /* a power of two: its quotients are those of 1, shifted */
  for (int n = -1; n >= POWER_MIN; n--) {
    divide_by_ten(words);
    powers[n - POWER_MIN] = leading_bits(words, WORDS - 1, 0);
  }
}

/* ---- the shortest decimal in the interval that rounds to the double ---- */

struct decimal {
  uint64_t digits;
  int exponent;
};

/* floor(log2 10^n) and, for a power of two and for three quarters of one, floor(log10 2^q). Paper, section 9. */
static int floor_log2_pow10(int n) { return (n * 1741647) >> 19; }
static int floor_log10_pow2(int q) { return (q * 1262611) >> 22; }
static int floor_log10_three_quarters_pow2(int q) { return (q * 1262611 - 524031) >> 22; }

/* floor(g c / 2^128), its last bit set if anything was cut off. */
static uint64_t round_to_odd(struct power g, uint64_t c) {
  wide sum = (wide)g.high * c + (uint64_t)((wide)g.low * c >> 64);
  return (uint64_t)(sum >> 64) | ((uint64_t)sum > 1);
}

/* c 2^q > 0; `is_uneven`: the next smaller double is only half as far away as the next larger one. Names as in
 * figure 4. */
static struct decimal shortest(uint64_t c, int q, int is_uneven) {
  int k = is_uneven ? floor_log10_three_quarters_pow2(q) : floor_log10_pow2(q);
  int h = q + floor_log2_pow10(-k) + 1;
  struct power g = powers[-k - POWER_MIN];
  uint64_t is_odd = c & 1, centre = round_to_odd(g, 4 * c << h);
  uint64_t lower = round_to_odd(g, (4 * c - 2 + (uint64_t)is_uneven) << h) + is_odd;
  uint64_t upper = round_to_odd(g, (4 * c + 2) << h) - is_odd;
  uint64_t s = centre / 4, tens = s / 10;
  int tens_fit = s >= 10 && lower <= 40 * tens, next_tens_fit = s >= 10 && 40 * tens + 40 <= upper;
  if (tens_fit != next_tens_fit) return (struct decimal){tens + (uint64_t)next_tens_fit, k + 1};
  int s_fits = lower <= 4 * s, next_fits = 4 * s + 4 <= upper;
  if (s_fits != next_fits) return (struct decimal){s + (uint64_t)next_fits, k};
  uint64_t middle = 4 * s + 2;
  return (struct decimal){s + (centre > middle || (centre == middle && (s & 1))), k};
}

static struct decimal decimal_of(uint64_t bits) {
  uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
  int exponent = (int)(bits >> 52 & 0x7FF);
  if (!exponent) return shortest(fraction, -1074, 0);
  return shortest(fraction | UINT64_C(1) << 52, exponent - 1075, fraction == 0 && exponent > 1);
}

/* ---- as text ---- */

enum { DIGITS_MAX = 17, DIGITS_ROOM = 20 /* of any uint64_t */ };

/* The digits at the end of the buffer, without their trailing zeros. */
struct digits {
  char buffer[DIGITS_ROOM];
  const char *first;
  int count;
};

/* Two at a time: the chain of divisions is what takes the time. */
static void print_digits(struct decimal *decimal, struct digits *digits) {
  char *end = digits->buffer + DIGITS_ROOM, *first = end;
  uint64_t left = decimal->digits;
  for (; left >= 100; left /= 100) {
    unsigned pair = (unsigned)(left % 100);
    *--first = (char)('0' + pair % 10);
    *--first = (char)('0' + pair / 10);
  }
  if (left >= 10) *--first = (char)('0' + left % 10), left /= 10;
  *--first = (char)('0' + left);
  while (end[-1] == '0') end--, decimal->exponent++;
  digits->first = first;
  digits->count = (int)(end - first);
}

static char *zeros(char *out, int count) {
  memset(out, '0', (size_t)count);
  return out + count;
}

static char *copy(char *out, const char *digits, int count) {
  memcpy(out, digits, (size_t)count);
  return out + count;
}

/* `point` digits stand before the point. */
static char *print_plain(char *out, const char *digits, int count, int point) {
  if (point <= 0) {
    out = zeros(copy(out, "0.", 2), -point);
    return copy(out, digits, count);
  }
  if (count <= point) return zeros(copy(out, digits, count), point - count);
  out = copy(out, digits, point);
  *out++ = '.';
  return copy(out, digits + point, count - point);
}

static char *print_scientific(char *out, const char *digits, int count, int exponent) {
  *out++ = digits[0];
  if (count > 1) *out++ = '.';
  out = copy(out, digits + 1, count - 1);
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  if (exponent < 0) exponent = -exponent;
  if (exponent >= 100) *out++ = (char)('0' + exponent / 100);
  *out++ = (char)('0' + exponent / 10 % 10);
  *out++ = (char)('0' + exponent % 10);
  return out;
}

size_t keel_number_format(double number, char buffer[KEEL_NUMBER_ROOM]) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  char *out = buffer;
  if (signbit(number) && !isnan(number)) *out++ = '-';
  if (!isfinite(number)) {
    out = copy(out, isnan(number) ? "nan" : "inf", 3);
  } else if (number == 0) {
    *out++ = '0';
  } else {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    pthread_once(&once, make_powers);
    struct decimal decimal = decimal_of(bits & INT64_MAX);
    struct digits digits;
    print_digits(&decimal, &digits);
    int point = digits.count + decimal.exponent;
    out = point > -4 && point <= DIGITS_MAX ? print_plain(out, digits.first, digits.count, point)
                                            : print_scientific(out, digits.first, digits.count, point - 1);
  }
  *out = '\0';
  return (size_t)(out - buffer);
}
