/* Times in market data, whose dates come in more orders than keel_time_parse knows. */
#ifndef KEEL_WORLD_IMPORT_TIME_H
#define KEEL_WORLD_IMPORT_TIME_H

#include "base/time.h"
#include "world/import_layout.h"

/* What keel_time_parse takes, and by `dates` also 1/31/2018 or 31.01.2018 with or without a time, 2018/01/31. Returns 0
 * for all else. */
int keel_import_time_parse(enum keel_import_dates dates, const char *text, size_t length, struct keel_time_text *out);

/* A whole number of that unit since 1970-01-01T00:00Z, to nanoseconds. Returns 0 for all else, for 8 digits (which are
 * a date) and for years after 2261. */
int keel_import_epoch_parse(enum keel_import_epoch unit, const char *text, size_t length, int64_t *time_ns);

#endif
