#include "world/import_time.h"

#include <string.h>

enum { TEXT_MAX = 48, PARTS = 3 };

/* Three numbers between equal separators at the start of the text; `rest` is where the time would start. */
static int split_date(const char *text, size_t length, int parts[PARTS], size_t widths[PARTS], size_t *rest) {
  size_t at = 0;
  char separator = 0;
  for (int part = 0; part < PARTS; part++) {
    size_t first = at;
    for (parts[part] = 0; at < length && at - first < 4 && text[at] >= '0' && text[at] <= '9'; at++)
      parts[part] = parts[part] * 10 + (text[at] - '0');
    widths[part] = at - first;
    if (widths[part] == 0) return 0;
    if (part == PARTS - 1) break;
    if (at == length || !strchr("/-.", text[at]) || (separator && text[at] != separator)) return 0;
    separator = text[at++];
  }
  *rest = at;
  return 1;
}

static void put_digits(char *text, int width, int number) {
  for (int i = width; i-- > 0; number /= 10) text[i] = (char)('0' + number % 10);
}

int keel_import_time_parse(enum keel_import_dates dates, const char *text, size_t length, struct keel_time_text *out) {
  int parts[PARTS];
  size_t widths[PARTS], rest;
  if (length >= TEXT_MAX || !split_date(text, length, parts, widths, &rest)) return keel_time_parse(text, length, out);
  int year = 0, month = 1, day = 2;
  if (widths[0] < 4) {
    if (dates == KEEL_IMPORT_YMD) return 0;
    year = 2;
    month = dates == KEEL_IMPORT_MDY ? 0 : 1;
    day = 1 - month;
  }
  if (widths[year] != 4 || widths[month] > 2 || widths[day] > 2) return 0;
  enum { DATE = 10 }; /* of 2018-01-31 */
  char iso[DATE + TEXT_MAX] = "yyyy-mm-dd";
  put_digits(iso, 4, parts[year]);
  put_digits(iso + 5, 2, parts[month]);
  put_digits(iso + 8, 2, parts[day]);
  memcpy(iso + DATE, text + rest, length - rest);
  return keel_time_parse(iso, DATE + length - rest, out);
}

int keel_import_epoch_parse(enum keel_import_epoch unit, const char *text, size_t length, int64_t *time_ns) {
  enum { DATE_DIGITS = 8, DIGITS_MAX = 18 };
  static const int64_t units[] = {[KEEL_IMPORT_EPOCH_NONE] = 1,
                                  [KEEL_IMPORT_EPOCH_S] = KEEL_NS_PER_SECOND,
                                  [KEEL_IMPORT_EPOCH_MS] = KEEL_NS_PER_SECOND / 1000,
                                  [KEEL_IMPORT_EPOCH_US] = KEEL_NS_PER_SECOND / 1000000};
  if (length == 0 || length == DATE_DIGITS || length > DIGITS_MAX) return 0;
  int64_t count = 0;
  for (size_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9') return 0;
    count = count * 10 + (text[i] - '0');
  }
  const int64_t last_ns = INT64_C(9214646400) * KEEL_NS_PER_SECOND;
  if (count >= last_ns / units[unit]) return 0;
  *time_ns = count * units[unit];
  return 1;
}
