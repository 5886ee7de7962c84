#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_YEAR = 1678, LAST_YEAR = 2261 };

/* Years start in March here, so that the leap day is the last one of its year; an era is 400 years. */
int32_t keel_days_from_civil(int year, int month, int day) {
  int64_t y = (int64_t)year - (month <= 2);
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return (int32_t)(era * 146097 + day_of_era - 719468);
}

void keel_days_to_civil(int32_t days, int *year, int *month, int *day) {
  int64_t z = (int64_t)days + 719468;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t day_of_era = z - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t march_month = (5 * day_of_year + 2) / 153;
  *day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
  *month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
  *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static int days_in_month(int year, int month) {
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return days[month - 1] + (month == 2 && leap);
}

/* `count` digits as a number, or -1. */
static int digits(const char *text, int count) {
  int number = 0;
  for (int i = 0; i < count; i++) {
    unsigned digit = (unsigned)(unsigned char)text[i] - '0';
    if (digit > 9) return -1;
    number = number * 10 + (int)digit;
  }
  return number;
}

static int date_of(int year, int month, int day, int32_t *days) {
  if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12) return 0;
  if (day < 1 || day > days_in_month(year, month)) return 0;
  *days = keel_days_from_civil(year, month, day);
  return 1;
}

/* `.123456789` at text: how many characters it took, or 0. */
static size_t parse_fraction(const char *text, size_t length, int64_t *ns) {
  static const int32_t units[] = {0, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
  size_t count = 0;
  int32_t number = 0;
  for (; count + 1 < length; count++) {
    unsigned digit = (unsigned)(unsigned char)text[count + 1] - '0';
    if (digit > 9) break;
    if (count == 9) return 0;
    number = number * 10 + (int32_t)digit;
  }
  *ns += (int64_t)number * units[count];
  return count ? count + 1 : 0;
}

/* `16:00[:00[.fraction]]` at text: how many characters it took, or 0. */
static size_t parse_clock(const char *text, size_t length, int64_t *ns_of_day) {
  if (length < 5 || text[2] != ':') return 0;
  int hour = digits(text, 2), minute = digits(text + 3, 2), second = 0;
  size_t used = 5;
  if (length > 5 && text[5] == ':') {
    if (length < 8) return 0;
    second = digits(text + 6, 2);
    used = 8;
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return 0;
  *ns_of_day = (hour * 3600 + minute * 60 + second) * KEEL_NS_PER_SECOND;
  if (used < 8 || length == 8 || text[8] != '.') return used;
  size_t fraction = parse_fraction(text + 8, length - 8, ns_of_day);
  return fraction ? used + fraction : 0;
}

/* `Z`, `+hh:mm` or `-hh:mm`, and nothing after it. */
static int parse_offset(const char *text, size_t length, int32_t *offset_seconds) {
  if (length == 1 && text[0] == 'Z') return 1;
  if (length != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return 0;
  int hour = digits(text + 1, 2), minute = digits(text + 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return 0;
  *offset_seconds = (text[0] == '-' ? -1 : 1) * (hour * 3600 + minute * 60);
  return 1;
}

static int parse_time(const char *text, size_t length, struct keel_time_text *out) {
  if (text[10] != 'T' && text[10] != ' ') return 0;
  size_t used = parse_clock(text + 11, length - 11, &out->ns_of_day);
  if (!used) return 0;
  out->has_time = 1;
  out->has_offset = 11 + used < length;
  return !out->has_offset || parse_offset(text + 11 + used, length - 11 - used, &out->offset_seconds);
}

int keel_time_parse(const char *text, size_t length, struct keel_time_text *out) {
  *out = (struct keel_time_text){0};
  if (length == 8) return date_of(digits(text, 4), digits(text + 4, 2), digits(text + 6, 2), &out->days);
  if (length < 10) return 0;
  if (text[4] == '-' && text[7] == '-') {
    if (!date_of(digits(text, 4), digits(text + 5, 2), digits(text + 8, 2), &out->days)) return 0;
    return length == 10 || parse_time(text, length, out);
  }
  if (length != 10 || text[2] != '/' || text[5] != '/') return 0;
  return date_of(digits(text + 6, 4), digits(text, 2), digits(text + 3, 2), &out->days);
}

void keel_date_format(int32_t days, char *buffer) {
  int year, month, day;
  keel_days_to_civil(days, &year, &month, &day);
  /* The remainders change nothing: they tell the compiler that int32 days stay within years of 7 digits. */
  snprintf(buffer, 16, "%04d-%02u-%02u", year % 10000000, (unsigned)month % 100, (unsigned)day % 100);
}

void keel_time_format(int64_t time_ns, char *buffer) {
  int64_t days = time_ns / KEEL_NS_PER_DAY, ns = time_ns % KEEL_NS_PER_DAY;
  if (ns < 0) days--, ns += KEEL_NS_PER_DAY;
  int second = (int)(ns / KEEL_NS_PER_SECOND), fraction = (int)(ns % KEEL_NS_PER_SECOND);
  keel_date_format((int32_t)days, buffer);
  int used = (int)strlen(buffer);
  used += snprintf(buffer + used, 10, "T%02d:%02d:%02d", second / 3600 % 24, second / 60 % 60, second % 60);
  if (fraction) {
    used += snprintf(buffer + used, 11, ".%09d", fraction);
    while (buffer[used - 1] == '0') used--;
  }
  memcpy(buffer + used, "Z", 2);
}

static int64_t duration_unit(const char *text, size_t length) {
  static const struct {
    const char *name;
    int64_t ns;
  } units[] = {
      {"ns", 1},
      {"us", 1000},
      {"ms", 1000000},
      {"s", KEEL_NS_PER_SECOND},
      {"m", 60 * KEEL_NS_PER_SECOND},
      {"h", 3600 * KEEL_NS_PER_SECOND},
      {"d", KEEL_NS_PER_DAY},
      {"w", 7 * KEEL_NS_PER_DAY},
  };
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (strlen(units[i].name) == length && memcmp(units[i].name, text, length) == 0) return units[i].ns;
  return 0;
}

static size_t digits_at(const char *text, size_t length, size_t at) {
  size_t end = at;
  while (end < length && text[end] >= '0' && text[end] <= '9') end++;
  return end - at;
}

int keel_duration_parse(const char *text, size_t length, int64_t *ns) {
  size_t whole = digits_at(text, length, 0), at = whole, fraction = 0;
  if (at < length && text[at] == '.') {
    fraction = digits_at(text, length, ++at);
    if (fraction == 0) return 0;
  }
  int64_t unit = duration_unit(text + at + fraction, length - at - fraction), total = 0;
  if (whole == 0 || unit == 0) return 0;
  for (size_t i = 0; i < whole; i++)
    if (__builtin_mul_overflow(total, 10, &total) || __builtin_add_overflow(total, text[i] - '0', &total)) return 0;
  if (__builtin_mul_overflow(total, unit, &total)) return 0;
  for (size_t i = 0; i < fraction; i++) {
    if (unit % 10 != 0) return 0;
    unit /= 10;
    if (__builtin_add_overflow(total, (text[at + i] - '0') * unit, &total)) return 0;
  }
  *ns = total;
  return 1;
}
