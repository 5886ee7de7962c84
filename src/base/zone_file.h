/* Inside the zones: the table that every lookup searches, and how a zone file (TZif, RFC 8536) becomes one. */
#ifndef KEEL_BASE_ZONE_FILE_H
#define KEEL_BASE_ZONE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"

/* Changes of the offset, in order; the file's footer rule is written out up to the year 2262, where int64 nanoseconds
 * end. */
struct keel_zone {
  const char *name;
  struct keel_zone *next;
  size_t count;
  int64_t *at;     /* instants of the changes, in seconds since 1970-01-01T00:00Z */
  int64_t *local;  /* the local second from which the new offset holds */
  int32_t *offset; /* count + 1 of them, in seconds east: [i] holds before change i, [count] after the last */
};

/* Fills the table of `zone` (its name is used in messages).
 * Errors: KEEL_STATUS_INPUT for anything but a whole TZif file of version 2 or later, without leap seconds. */
keel_status keel_zone_file_parse(const unsigned char *bytes, size_t length, struct keel_zone *zone, keel_error *error);

/* Frees the table, not the name. */
void keel_zone_file_free(struct keel_zone *zone);

#endif
