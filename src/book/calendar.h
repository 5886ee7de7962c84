/* Trading calendars: which days a market is open, and when it closes.
 *
 * NYSE: weekends, the holidays of each era, special closures, 13:00 closes on half days (the early closes known from
 * 1990 on, some at other times); checked against the exchange's list of open days from 1928 on (Saturdays, open until
 * 1952, are left out). The regular close is 16:00 in all eras. Years 1900 to 2199, no day is open outside; before 1928
 * only weekends and the holidays of rule. */
#ifndef KEEL_BOOK_CALENDAR_H
#define KEEL_BOOK_CALENDAR_H

#include <stdint.h>

#include "base/time.h"

struct keel_calendar;

/* "nyse" (16:00 America/New_York, 13:00 on half days), "utc" (open every day, closes at 24:00 UTC). */
keel_status keel_calendar_find(const char *name, const struct keel_calendar **calendar, keel_error *error);

const struct keel_zone *keel_calendar_zone(const struct keel_calendar *calendar);
int keel_calendar_is_open(const struct keel_calendar *calendar, int32_t days);
/* The close of that date; of a date when the market is shut, the regular closing time on that date. KEEL_TIME_NONE
 * where no int64 holds it. */
int64_t keel_calendar_close(const struct keel_calendar *calendar, int32_t days);

/* The regular opening time on that date (9:30; midnight of utc), whether the market opens or not. */
int64_t keel_calendar_opening(const struct keel_calendar *calendar, int32_t days);

/* What keel_time_parse found, as an instant: a date is the close of that day, a time is local to the calendar's zone.
 */
int64_t keel_calendar_instant(const struct keel_calendar *calendar, const struct keel_time_text *text);

#endif
