#include "book/calendar.h"

#include <pthread.h>
#include <string.h>

#include "base/fail.h"

enum { FIRST_YEAR = 1900, LAST_YEAR = 2199, DAYS_MAX = 366 * (LAST_YEAR - FIRST_YEAR + 1) };
enum { SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY };

/* When a day closes, in minutes after local midnight. */
enum { SHUT = 0, OPENING = 9 * 60 + 30, HALF_DAY = 13 * 60, REGULAR = 16 * 60, MIDNIGHT = 24 * 60, NEVER = 9999 };

/* ---- days ---- */

static int weekday_of(int32_t days) { return ((days + THURSDAY) % 7 + 7) % 7; }

static int32_t nth_weekday(int year, int month, int weekday, int n) {
  int32_t first = keel_days_from_civil(year, month, 1);
  return first + (weekday - weekday_of(first) + 7) % 7 + 7 * (n - 1);
}

static int32_t last_weekday(int year, int month, int weekday) {
  return nth_weekday(year + month / 12, month % 12 + 1, weekday, 0);
}

/* Easter Sunday: Meeus, Astronomical Algorithms, ch. 8 (the anonymous Gregorian computus). */
static int32_t easter(int year) {
  int a = year % 19, b = year / 100, c = year % 100;
  int moon = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
  int sunday = (32 + 2 * (b % 4) + 2 * (c / 4) - moon - c % 4) % 7;
  int late = (a + 11 * moon + 22 * sunday) / 451;
  int date = moon + sunday - 7 * late + 114;
  return keel_days_from_civil(year, date / 31, date % 31 + 1);
}

/* ---- NYSE ---- */

static int16_t nyse_close[DAYS_MAX]; /* of each date from 1900 on; filled once */

static void nyse_set(int32_t days, int minute) {
  nyse_close[days - keel_days_from_civil(FIRST_YEAR, 1, 1)] = (int16_t)minute;
}

/* A holiday of fixed date: one on a Sunday is kept on Monday; one on a Saturday on Friday, but only from some year on.
 */
static void nyse_shut_fixed(int year, int month, int day, int friday_from) {
  int32_t days = keel_days_from_civil(year, month, day);
  int weekday = weekday_of(days);
  nyse_set(days + (weekday == SUNDAY) - (weekday == SATURDAY && year >= friday_from), SHUT);
}

/* The fourth Thursday of November; the last one before 1939, the last but one from 1939 to 1941. */
static int32_t thanksgiving(int year) {
  if (year >= 1942) return nth_weekday(year, 11, THURSDAY, 4);
  return last_weekday(year, 11, THURSDAY) - (year >= 1939 ? 7 : 0);
}

static void nyse_weekdays(int year) {
  for (int32_t days = keel_days_from_civil(year, 1, 1); days < keel_days_from_civil(year + 1, 1, 1); days++)
    nyse_set(days, weekday_of(days) == SATURDAY || weekday_of(days) == SUNDAY ? SHUT : REGULAR);
}

/* The day after Thanksgiving; Christmas Eve; the day before Independence Day, or the Friday after it. */
static void nyse_half_days(int year) {
  if (year >= 1993) nyse_set(thanksgiving(year) + 1, HALF_DAY);
  int32_t eve = keel_days_from_civil(year, 12, 24), third = keel_days_from_civil(year, 7, 3);
  if (year >= 1996 && weekday_of(eve) >= MONDAY && weekday_of(eve) <= THURSDAY) nyse_set(eve, HALF_DAY);
  int weekday = weekday_of(third);
  if (year < 1995 || weekday < MONDAY || weekday > THURSDAY) return;
  nyse_set(weekday == WEDNESDAY && year <= 2012 ? third + 2 : third, HALF_DAY);
}

static void nyse_holidays(int year) {
  nyse_shut_fixed(year, 1, 1, NEVER);
  if (year >= 1998) nyse_set(nth_weekday(year, 1, MONDAY, 3), SHUT); /* Martin Luther King Jr. */
  if (year <= 1953) nyse_shut_fixed(year, 2, 12, NEVER);             /* Lincoln's Birthday */
  if (year <= 1970) nyse_shut_fixed(year, 2, 22, 1960);              /* Washington's Birthday */
  if (year >= 1971) nyse_set(nth_weekday(year, 2, MONDAY, 3), SHUT);
  if (year != 1906 && year != 1907) nyse_set(easter(year) - 2, SHUT); /* Good Friday */
  if (year <= 1970) nyse_shut_fixed(year, 5, 30, 1960);               /* Memorial Day */
  if (year >= 1971) nyse_set(last_weekday(year, 5, MONDAY), SHUT);
  if (year >= 2022) nyse_shut_fixed(year, 6, 19, 2022);                   /* Juneteenth */
  nyse_shut_fixed(year, 7, 4, 1954);                                      /* Independence Day */
  nyse_set(nth_weekday(year, 9, MONDAY, 1), SHUT);                        /* Labor Day */
  if (year >= 1909 && year <= 1953) nyse_shut_fixed(year, 10, 12, NEVER); /* Columbus Day */
  if (year <= 1968 || (year <= 1980 && year % 4 == 0))                    /* Election Day */
    nyse_set(nth_weekday(year, 11, MONDAY, 1) + 1, SHUT);
  if (year >= 1934 && year <= 1953) nyse_shut_fixed(year, 11, 11, NEVER); /* Veterans Day */
  nyse_set(thanksgiving(year), SHUT);
  nyse_shut_fixed(year, 12, 25, 1954); /* Christmas */
}

/* What no rule says, from 1928 on; early closes from 1990 on. Source: the exchange's list of special closings. */
static const struct {
  int16_t year;
  int8_t month, day;
  int16_t close;
} nyse_exceptions[] = {
    {1929, 11, 1, SHUT},          /* work left over from the crash */
    {1929, 11, 29, SHUT},         /* work left over from the crash */
    {1933, 3, 6, SHUT},           /* the bank holiday */
    {1933, 3, 7, SHUT},           /* the bank holiday */
    {1933, 3, 8, SHUT},           /* the bank holiday */
    {1933, 3, 9, SHUT},           /* the bank holiday */
    {1933, 3, 10, SHUT},          /* the bank holiday */
    {1933, 3, 13, SHUT},          /* the bank holiday */
    {1933, 3, 14, SHUT},          /* the bank holiday */
    {1945, 8, 15, SHUT},          /* the end of the war */
    {1945, 8, 16, SHUT},          /* the end of the war */
    {1945, 12, 24, SHUT},         /* Christmas Eve */
    {1956, 12, 24, SHUT},         /* Christmas Eve */
    {1958, 12, 26, SHUT},         /* the day after Christmas */
    {1961, 5, 29, SHUT},          /* the day before Memorial Day */
    {1963, 11, 25, SHUT},         /* funeral of President Kennedy */
    {1968, 2, 12, SHUT},          /* Lincoln's Birthday */
    {1968, 4, 9, SHUT},           /* mourning for Martin Luther King Jr. */
    {1968, 7, 5, SHUT},           /* the day after Independence Day */
    {1968, 11, 11, SHUT},         /* Veterans Day */
    {1969, 2, 10, SHUT},          /* snow */
    {1969, 3, 31, SHUT},          /* funeral of President Eisenhower */
    {1969, 7, 21, SHUT},          /* the first landing on the Moon */
    {1970, 5, 29, REGULAR},       /* Memorial Day, a Saturday, was not moved */
    {1972, 12, 28, SHUT},         /* funeral of President Truman */
    {1973, 1, 25, SHUT},          /* funeral of President Johnson */
    {1977, 7, 14, SHUT},          /* blackout of New York */
    {1985, 9, 27, SHUT},          /* hurricane Gloria */
    {1990, 12, 24, 14 * 60},      /* Christmas Eve */
    {1991, 12, 24, 14 * 60},      /* Christmas Eve */
    {1992, 11, 27, 14 * 60},      /* the day after Thanksgiving */
    {1992, 12, 24, 14 * 60},      /* Christmas Eve */
    {1994, 2, 11, 14 * 60 + 30},  /* snow */
    {1994, 4, 27, SHUT},          /* funeral of President Nixon */
    {1996, 1, 8, 14 * 60},        /* snow */
    {1997, 10, 27, 15 * 60 + 30}, /* circuit breaker */
    {1997, 12, 26, HALF_DAY},     /* the day after Christmas */
    {1999, 12, 31, HALF_DAY},     /* the last day of 1999 */
    {2001, 9, 11, SHUT},          /* the attacks on New York */
    {2001, 9, 12, SHUT},          /* the attacks on New York */
    {2001, 9, 13, SHUT},          /* the attacks on New York */
    {2001, 9, 14, SHUT},          /* the attacks on New York */
    {2003, 12, 26, HALF_DAY},     /* the day after Christmas */
    {2004, 6, 11, SHUT},          /* mourning for President Reagan */
    {2005, 6, 1, 15 * 60 + 56},   /* failure of a system */
    {2007, 1, 2, SHUT},           /* mourning for President Ford */
    {2012, 10, 29, SHUT},         /* hurricane Sandy */
    {2012, 10, 30, SHUT},         /* hurricane Sandy */
    {2018, 12, 5, SHUT},          /* mourning for President G. H. W. Bush */
    {2025, 1, 9, SHUT},           /* mourning for President Carter */
};

/* The paper crisis of 1968: shut on Wednesdays from June 12 on, but for weeks that had another holiday. */
static void nyse_paper_crisis(void) {
  int32_t first = keel_days_from_civil(1968, 6, 12), last = keel_days_from_civil(1968, 12, 18);
  int32_t base = keel_days_from_civil(FIRST_YEAR, 1, 1);
  for (int32_t wednesday = first; wednesday <= last; wednesday += 7) {
    int holidays = 0;
    for (int32_t days = wednesday - 2; days <= wednesday + 2; days++) holidays += nyse_close[days - base] == SHUT;
    if (!holidays) nyse_set(wednesday, SHUT);
  }
}

static void nyse_fill(void) {
  for (int year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    nyse_weekdays(year);
    nyse_half_days(year);
    nyse_holidays(year);
  }
  for (size_t i = 0; i < sizeof nyse_exceptions / sizeof *nyse_exceptions; i++)
    nyse_set(keel_days_from_civil(nyse_exceptions[i].year, nyse_exceptions[i].month, nyse_exceptions[i].day),
             nyse_exceptions[i].close);
  nyse_paper_crisis();
}

/* ---- calendars by name ---- */

struct keel_calendar {
  const char *name, *zone_name;
  int opening, regular; /* minutes of the regular opening and close */
  const int16_t *close; /* NULL: open every day */
  void (*fill)(void);
  const struct keel_zone *zone; /* NULL until first found */
};

static struct keel_calendar calendars[] = {
    {.name = "nyse",
     .zone_name = "America/New_York",
     .opening = OPENING,
     .regular = REGULAR,
     .close = nyse_close,
     .fill = nyse_fill},
    {.name = "utc", .zone_name = "UTC", .regular = MIDNIGHT},
};
static pthread_mutex_t calendars_lock = PTHREAD_MUTEX_INITIALIZER;

static keel_status calendar_wire(struct keel_calendar *calendar, keel_error *error) {
  if (calendar->zone) return KEEL_STATUS_OK;
  const struct keel_zone *zone;
  keel_status status = keel_zone_find(calendar->zone_name, &zone, error);
  if (status != KEEL_STATUS_OK) return status;
  if (calendar->fill) calendar->fill();
  calendar->zone = zone;
  return KEEL_STATUS_OK;
}

keel_status keel_calendar_find(const char *name, const struct keel_calendar **calendar, keel_error *error) {
  for (size_t i = 0; i < sizeof calendars / sizeof *calendars; i++) {
    if (strcmp(calendars[i].name, name) != 0) continue;
    pthread_mutex_lock(&calendars_lock);
    keel_status status = calendar_wire(&calendars[i], error);
    pthread_mutex_unlock(&calendars_lock);
    if (status == KEEL_STATUS_OK) *calendar = &calendars[i];
    return status;
  }
  return keel_fail(error, KEEL_STATUS_INPUT, name, "no such calendar; there are nyse and utc");
}

const struct keel_zone *keel_calendar_zone(const struct keel_calendar *calendar) { return calendar->zone; }

/* The minute at which that date closes, SHUT if it does not open. */
static int close_minute(const struct keel_calendar *calendar, int32_t days) {
  if (!calendar->close) return calendar->regular;
  int32_t first = keel_days_from_civil(FIRST_YEAR, 1, 1), end = keel_days_from_civil(LAST_YEAR + 1, 1, 1);
  return days >= first && days < end ? calendar->close[days - first] : SHUT;
}

int keel_calendar_is_open(const struct keel_calendar *calendar, int32_t days) {
  return close_minute(calendar, days) != SHUT;
}

int64_t keel_calendar_close(const struct keel_calendar *calendar, int32_t days) {
  int minute = close_minute(calendar, days);
  if (minute == SHUT) minute = calendar->regular;
  return keel_zone_to_utc(calendar->zone, days, minute * (60 * KEEL_NS_PER_SECOND));
}

int64_t keel_calendar_opening(const struct keel_calendar *calendar, int32_t days) {
  return keel_zone_to_utc(calendar->zone, days, calendar->opening * (60 * KEEL_NS_PER_SECOND));
}

int64_t keel_calendar_instant(const struct keel_calendar *calendar, const struct keel_time_text *text) {
  if (!text->has_time) return keel_calendar_close(calendar, text->days);
  if (!text->has_offset) return keel_zone_to_utc(calendar->zone, text->days, text->ns_of_day);
  return text->days * KEEL_NS_PER_DAY + text->ns_of_day - text->offset_seconds * KEEL_NS_PER_SECOND;
}
