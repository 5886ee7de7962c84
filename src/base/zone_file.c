#include "base/zone_file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/time.h"

enum { HEADER = 44, SECONDS_PER_DAY = 86400, FIRST_YEAR = 1677, LAST_YEAR = 2262, OFFSET_MAX = 26 * 3600 };

static keel_status damaged(const struct keel_zone *zone, const char *what, keel_error *error) {
  return keel_fail(error, KEEL_STATUS_INPUT, zone->name, "the zone file is damaged: %s", what);
}

/* ---- the binary part ---- */

struct counts {
  uint32_t utc, standard, leap, times, types, chars;
};

static int64_t big_endian(const unsigned char *bytes, int size) {
  uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;
  for (int i = 0; i < size; i++) value = value << 8 | bytes[i];
  return (int64_t)value;
}

/* The counts of a header, and the size of what follows it; 0 when it is no header. */
static uint64_t read_header(const unsigned char *bytes, size_t length, int time_size, struct counts *counts) {
  if (length < HEADER || memcmp(bytes, "TZif", 4) != 0) return 0;
  uint32_t *all[] = {&counts->utc, &counts->standard, &counts->leap, &counts->times, &counts->types, &counts->chars};
  for (size_t i = 0; i < 6; i++) *all[i] = (uint32_t)big_endian(bytes + 20 + 4 * i, 4);
  return HEADER + (uint64_t)counts->times * (uint64_t)(time_size + 1) + (uint64_t)counts->types * 6 + counts->chars +
         (uint64_t)counts->leap * (uint64_t)(time_size + 4) + counts->standard + counts->utc;
}

static void add_change(struct keel_zone *zone, int64_t at, int32_t offset) {
  if (zone->count && zone->at[zone->count - 1] == at) zone->count--;
  zone->at[zone->count++] = at;
  zone->offset[zone->count] = offset;
}

/* `bytes` is what follows the second header. */
static keel_status read_changes(const unsigned char *bytes, const struct counts *counts, struct keel_zone *zone,
                                keel_error *error) {
  const unsigned char *index = bytes + 8 * (size_t)counts->times, *types = index + counts->times;
  for (uint32_t i = 0; i < counts->types; i++)
    if (llabs(big_endian(types + 6 * i, 4)) > OFFSET_MAX) return damaged(zone, "an offset above 26 hours", error);
  zone->offset[0] = (int32_t)big_endian(types, 4);
  for (uint32_t i = 0; i < counts->times; i++) {
    int64_t at = big_endian(bytes + 8 * (size_t)i, 8);
    if (at < -(INT64_C(1) << 60) || at > INT64_C(1) << 60) return damaged(zone, "a time out of range", error);
    if (zone->count && at <= zone->at[zone->count - 1]) return damaged(zone, "times not in order", error);
    if (index[i] >= counts->types) return damaged(zone, "an unknown type", error);
    add_change(zone, at, (int32_t)big_endian(types + 6 * (size_t)index[i], 4));
  }
  return KEEL_STATUS_OK;
}

/* ---- the footer: a rule in the form of the environment variable TZ (POSIX.1, with the hours of RFC 8536) ---- */

struct day_rule {
  char kind; /* M: `month.week.day`; J: day 1 to 365 without February 29; 0: day 0 to 365 with it */
  int month, week, day;
  int32_t seconds; /* local, after midnight */
};

struct rule {
  int32_t standard, summer; /* offsets in seconds east */
  int has_summer;
  struct day_rule start, end; /* of summer time */
};

static int parse_number(const char **text, int least, int most, int *number) {
  const char *start = *text;
  *number = 0;
  while (isdigit((unsigned char)**text) && *text - start < 4) *number = *number * 10 + (*(*text)++ - '0');
  return *text > start && *number >= least && *number <= most;
}

static int parse_name(const char **text) {
  const char *start = *text;
  if (**text == '<') {
    while (**text && **text != '>') (*text)++;
    return *(*text) == '>' && (*text)++ - start > 3;
  }
  while (isalpha((unsigned char)**text)) (*text)++;
  return *text - start >= 3;
}

/* `[+-]h[:mm[:ss]]` */
static int parse_hours(const char **text, int most, int32_t *seconds) {
  int sign = **text == '-' ? -1 : 1, part[3] = {0, 0, 0};
  if (**text == '-' || **text == '+') (*text)++;
  if (!parse_number(text, 0, most, &part[0])) return 0;
  for (int i = 1; i < 3 && **text == ':'; i++) {
    (*text)++;
    if (!parse_number(text, 0, 59, &part[i])) return 0;
  }
  *seconds = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
  return 1;
}

static int parse_day_rule(const char **text, struct day_rule *rule) {
  if (*(*text)++ != ',') return 0;
  rule->seconds = 2 * 3600;
  rule->kind = **text == 'M' || **text == 'J' ? *(*text)++ : '0';
  if (rule->kind == 'M') {
    if (!parse_number(text, 1, 12, &rule->month) || *(*text)++ != '.') return 0;
    if (!parse_number(text, 1, 5, &rule->week) || *(*text)++ != '.') return 0;
    if (!parse_number(text, 0, 6, &rule->day)) return 0;
  } else if (!parse_number(text, rule->kind == 'J', 365, &rule->day)) {
    return 0;
  }
  if (**text != '/') return 1;
  (*text)++;
  return parse_hours(text, 167, &rule->seconds);
}

static int parse_rule(const char *text, struct rule *rule) {
  int32_t west = 0;
  if (!parse_name(&text) || !parse_hours(&text, 24, &west)) return 0;
  rule->standard = -west;
  if (!*text) return 1;
  rule->has_summer = 1;
  rule->summer = rule->standard + 3600;
  if (!parse_name(&text)) return 0;
  if (*text != ',') {
    if (!parse_hours(&text, 24, &west)) return 0;
    rule->summer = -west;
  }
  return parse_day_rule(&text, &rule->start) && parse_day_rule(&text, &rule->end) && !*text;
}

/* The local second at which the rule's day and time fall in that year. */
static int64_t rule_second(const struct day_rule *rule, int year) {
  int32_t day = keel_days_from_civil(year, 1, 1) + rule->day;
  if (rule->kind == 'J') {
    int leap = keel_days_from_civil(year, 3, 1) - keel_days_from_civil(year, 2, 28) == 2;
    day += (leap && rule->day >= 60) - 1;
  } else if (rule->kind == 'M') {
    int32_t first = keel_days_from_civil(year, rule->month, 1);
    int32_t next = keel_days_from_civil(year + rule->month / 12, rule->month % 12 + 1, 1);
    int32_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    day = first + (rule->day - weekday + 7) % 7 + 7 * (rule->week - 1);
    if (day >= next) day -= 7;
  }
  return (int64_t)day * SECONDS_PER_DAY + rule->seconds;
}

static int year_of(int64_t second) {
  int year, month, day;
  keel_days_to_civil((int32_t)(second / SECONDS_PER_DAY), &year, &month, &day);
  return year;
}

/* Writes the rule out after the table's last change. Returns 0 when its changes are not in order. */
static int extend(struct keel_zone *zone, const struct rule *rule) {
  int64_t last = zone->count ? zone->at[zone->count - 1] : INT64_MIN;
  int64_t least = (int64_t)keel_days_from_civil(FIRST_YEAR, 1, 1) * SECONDS_PER_DAY;
  int64_t most = (int64_t)keel_days_from_civil(LAST_YEAR + 1, 1, 1) * SECONDS_PER_DAY;
  if (!rule->has_summer || last >= most) return 1;
  int64_t before = INT64_MIN;
  for (int year = last < least ? FIRST_YEAR : year_of(last); year <= LAST_YEAR; year++) {
    int64_t at[2] = {rule_second(&rule->start, year) - rule->standard, rule_second(&rule->end, year) - rule->summer};
    int first = at[0] > at[1];
    for (int i = 0; i < 2; i++) {
      int which = first ^ i;
      if (at[which] < before) return 0;
      before = at[which];
      if (at[which] > last) add_change(zone, at[which], which == 0 ? rule->summer : rule->standard);
    }
  }
  return 1;
}

static keel_status read_footer(const unsigned char *bytes, size_t length, struct keel_zone *zone, keel_error *error) {
  char text[256] = {0};
  if (length < 2 || bytes[0] != '\n' || bytes[length - 1] != '\n' || length - 2 >= sizeof text)
    return damaged(zone, "no footer", error);
  memcpy(text, bytes + 1, length - 2);
  struct rule rule = {0};
  if (length > 2 && (strlen(text) != length - 2 || !parse_rule(text, &rule) || !extend(zone, &rule)))
    return damaged(zone, "a footer that is no rule", error);
  return KEEL_STATUS_OK;
}

/* A skipped or repeated local time keeps the offset before the change: the new one starts at the later reading. */
static void fill_local(struct keel_zone *zone) {
  for (size_t i = 0; i < zone->count; i++) {
    int32_t before = zone->offset[i], after = zone->offset[i + 1];
    zone->local[i] = zone->at[i] + (before > after ? before : after);
    if (i && zone->local[i] < zone->local[i - 1]) zone->local[i] = zone->local[i - 1];
  }
}

static keel_status zone_alloc(struct keel_zone *zone, size_t changes, keel_error *error) {
  size_t room = changes + 2 * (LAST_YEAR - FIRST_YEAR + 1) + 1;
  zone->count = 0;
  zone->at = calloc(room, sizeof *zone->at);
  zone->local = calloc(room, sizeof *zone->local);
  zone->offset = calloc(room, sizeof *zone->offset);
  if (zone->at && zone->local && zone->offset) return KEEL_STATUS_OK;
  return keel_fail(error, KEEL_STATUS_MEMORY, zone->name, "no memory for the zone");
}

static keel_status parse_second(const unsigned char *bytes, size_t length, struct keel_zone *zone, keel_error *error) {
  struct counts counts;
  uint64_t size = read_header(bytes, length, 8, &counts);
  if (size == 0 || size > length) return damaged(zone, "cut short", error);
  if (counts.types == 0) return damaged(zone, "no offsets", error);
  if (counts.leap) return keel_fail(error, KEEL_STATUS_INPUT, zone->name, "zones with leap seconds are not supported");
  keel_status status = zone_alloc(zone, counts.times, error);
  if (status == KEEL_STATUS_OK) status = read_changes(bytes + HEADER, &counts, zone, error);
  if (status == KEEL_STATUS_OK) status = read_footer(bytes + size, length - (size_t)size, zone, error);
  if (status == KEEL_STATUS_OK) fill_local(zone);
  return status;
}

keel_status keel_zone_file_parse(const unsigned char *bytes, size_t length, struct keel_zone *zone, keel_error *error) {
  struct counts counts;
  uint64_t size = read_header(bytes, length, 4, &counts);
  zone->at = zone->local = NULL;
  zone->offset = NULL;
  if (size == 0) return keel_fail(error, KEEL_STATUS_INPUT, zone->name, "not a zone file");
  if (bytes[4] < '2')
    return keel_fail(error, KEEL_STATUS_INPUT, zone->name, "a zone file of version 2 or later is needed");
  if (size > length) return damaged(zone, "cut short", error);
  keel_status status = parse_second(bytes + size, length - (size_t)size, zone, error);
  if (status != KEEL_STATUS_OK) keel_zone_file_free(zone);
  return status;
}

void keel_zone_file_free(struct keel_zone *zone) {
  free(zone->at);
  free(zone->local);
  free(zone->offset);
  zone->at = zone->local = NULL;
  zone->offset = NULL;
  zone->count = 0;
}
