/* Dates, times and zones, as conventions need them: instants are int64 nanoseconds since 1970-01-01T00:00Z. */
#ifndef KEEL_BASE_TIME_H
#define KEEL_BASE_TIME_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"
#include "keel/time.h"

#define KEEL_NS_PER_SECOND INT64_C(1000000000)
#define KEEL_NS_PER_DAY (INT64_C(86400) * KEEL_NS_PER_SECOND)
#define KEEL_NS_PER_YEAR (365 * KEEL_NS_PER_DAY)
#define KEEL_TIME_NONE INT64_MIN

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int32_t keel_days_from_civil(int year, int month, int day);
void keel_days_to_civil(int32_t days, int *year, int *month, int *day);

/* A zone read from the system's zone files (RFC 8536), or "UTC". Zones are cached for the life of the process
 * and may be used from any thread. */
struct keel_zone;
keel_status keel_zone_find(const char *name, const struct keel_zone **zone, keel_error *error);
/* UTC offset in seconds at an instant; local wall time to an instant (a time that a change of clocks skips or repeats
 * takes the offset before the change), KEEL_TIME_NONE where no int64 holds it. */
int32_t keel_zone_offset(const struct keel_zone *zone, int64_t time_ns);
int64_t keel_zone_to_utc(const struct keel_zone *zone, int32_t days, int64_t ns_of_day);
/* The local date (days since 1970-01-01) at an instant. */
int32_t keel_zone_date(const struct keel_zone *zone, int64_t time_ns);

/* Parses `2018-01-31`, `2018-01-31T16:00[:00[.fraction]][Z|+hh:mm|-hh:mm]` (blank or T between). Also `01/31/2018`, and
 * `20180131`, dates only. What was there: a date only (*has_time = 0, *ns_of_day = 0), a local time, or a full instant
 * (*has_offset = 1). Returns 0 when it is none of these, when the date or the time does not exist (24:00 and second 60
 * included), when the fraction has more than 9 digits, or for a year outside 1678 to 2261 (so that every offset fits an
 * instant). Fast: called per CSV row. */
struct keel_time_text {
  int32_t days;
  int64_t ns_of_day;
  int has_time, has_offset;
  int32_t offset_seconds;
};
int keel_time_parse(const char *text, size_t length, struct keel_time_text *out);

/* `2018-01-31`. buffer takes 16 bytes. */
void keel_date_format(int32_t days, char *buffer);

/* Durations: `5s`, `30m`, `1.5h`, `250ms`, `1d`, `2w` (also `us`, `ns`) to nanoseconds, exactly; a day is 24 hours.
 * Returns 0 when it is none, has a sign or blanks, is finer than a nanosecond, or does not fit. */
int keel_duration_parse(const char *text, size_t length, int64_t *ns);

#endif
