/* Types of configuration fields that know a calendar, a contract or the folder of the file that is read.
 *
 * reader->context is a keel_field_context. Dates and local times are in the calendar's zone. */
#ifndef KEEL_BOOK_FIELD_TYPES_H
#define KEEL_BOOK_FIELD_TYPES_H

#include "base/config_read.h"
#include "book/calendar.h"

/* A file that a field names. */
struct keel_field_file {
  const char *path, *field; /* its name, without what it is in */
  struct keel_field_file *next;
};

struct keel_field_context {
  const struct keel_calendar *calendar;
  const char *folder;             /* of relative paths; NULL: text from memory, no file is read */
  struct keel_field_file **files; /* all that are named are put before these, in the reader's arena; NULL: not asked */
};

/* int64_t, KEEL_TIME_NONE where it is missing. What a date without a time means: the market's close on that day; its
 * first instant; its last nanosecond. */
extern const struct keel_config_type keel_type_close;
extern const struct keel_config_type keel_type_day_start;
extern const struct keel_config_type keel_type_day_end;

/* enum keel_kind, enum keel_exercise (european where it is missing). */
extern const struct keel_config_type keel_type_kind;
extern const struct keel_config_type keel_type_exercise;

/* double: years of 365 days, written as a duration (`20d`); NaN where it is missing. */
extern const struct keel_config_type keel_type_duration_years;
/* double: a fraction, written in basis points; NaN where it is missing. */
extern const struct keel_config_type keel_type_bps;

/* const char *: the name of an account, any but `total`; NULL where it is missing. */
extern const struct keel_config_type keel_type_account;

/* const char *: a path, relative to the folder; NULL where it is missing. */
extern const struct keel_config_type keel_type_path;

#endif
