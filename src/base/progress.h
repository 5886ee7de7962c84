/* One line that says how far long work is: `[########............]  40%  1m 12s left`. Pure: no clock, no printing. */
#ifndef KEEL_BASE_PROGRESS_H
#define KEEL_BASE_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* Writes the line, terminated, at most `width` characters; returns its length. `total` 0: not known, then only the time
 * spent is shown. The estimate assumes a steady rate, and is left out in the first second and below 1 %. */
size_t keel_progress_format(uint64_t done, uint64_t total, double elapsed_seconds, size_t width, char *buffer,
                            size_t room);

/* Time as people say it: `12s`, `3m 05s`, `2h 07m`, `4d 03h`; rounded up. Returns its length. */
size_t keel_progress_time(double seconds, char *buffer, size_t room);

#endif
