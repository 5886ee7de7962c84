/* Real returns: a CSV of daily closes (plain or gz) as relative returns, for the bootstrap of a world.
 *
 * Columns: `date` or `Date`, and the close: `Adj Close` if there is one, else `Close`, `close` or `SP500`; others are
 * not read. Rows are in order of date. A return is close / close of the row before - 1.
 * No row may be missing: where all dates are sessions of NYSE, every session between two rows has to be there; in other
 * files, and in years of which the calendar does not know all closures (before 1928), two rows are at most
 * KEEL_HISTORY_GAP_DAYS days apart. `max_gap_days` stands in place of both.
 * Errors: KEEL_STATUS_INPUT as `file:line: field: what is wrong`; KEEL_STATUS_IO where the file cannot be read. */
#ifndef KEEL_WORLD_HISTORY_H
#define KEEL_WORLD_HISTORY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/time.h"

enum { KEEL_HISTORY_GAP_DAYS = 5 };

struct keel_history {
  const double *returns; /* [count] */
  const int32_t *days;   /* [count]: the date at which that return ends, days since 1970-01-01; rising */
  size_t count;
};

struct keel_history_options {
  int max_gap_days; /* between two rows; 0: as said above */
};

/* Memory is of the arena. `options` may be NULL. */
keel_status keel_history_read(struct keel_arena *arena, const char *path, const struct keel_history_options *options,
                              struct keel_history *history, keel_error *error);

/* The row whose return ends on that date, or -1. */
long keel_history_row(const struct keel_history *history, int32_t days);

#endif
