/* Recorded market data (CSV, plain or gz; zips of QuantConnect Lean, and its factor files for splits) into a
 * tape.
 *
 * Layouts are recognised by their header, or described by a column map (docs/data.md). Several files become one tape;
 * rows need no order. A row with a bad value is dropped and counted by kind; what is odd and kept is counted too.
 * Broken structure is an error, and then nothing is written: an existing tape of that name stays as it was. */
#ifndef KEEL_IMPORT_H
#define KEEL_IMPORT_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { KEEL_IMPORT_PROBLEMS_MAX = 32 };

/* Bytes read so far, and in all (0: not known). Anything but 0 stops the work. */
typedef int (*keel_import_progress)(void *context, uint64_t done, uint64_t total);

typedef struct keel_import_options {
  const char *map_path;          /* a column map; NULL: the layout is recognised */
  keel_import_progress progress; /* may be NULL; called a few hundred times a second */
  void *context;
} keel_import_options;

typedef struct keel_import_problem {
  const char *kind;    /* one word, as on the tape: "crossed"; texts are constant */
  const char *meaning; /* in words */
  uint64_t count;      /* rows (two_spots: instants) */
  int dropped;         /* whether those rows are not on the tape */
} keel_import_problem;

typedef struct keel_import_result {
  uint64_t rows, dropped; /* rows read, and those of them that are not on the tape */
  uint64_t quotes;        /* on the tape, those of spot included */
  uint64_t contracts, instants;
  int64_t first_ns, last_ns; /* the first and last instant: nanoseconds since 1970-01-01T00:00Z */
  size_t problem_count;
  keel_import_problem problems[KEEL_IMPORT_PROBLEMS_MAX]; /* only those that occurred */
} keel_import_result;

/* `out` is written beside its place and renamed when complete; "-" among the files is stdin. options may be NULL.
 * Errors: KEEL_STATUS_INPUT (file:line, in zips file:entry:line), also when no row could be used; KEEL_STATUS_IO;
 * KEEL_STATUS_MEMORY; KEEL_STATUS_STOPPED. */
KEEL_API keel_status keel_import(const char *const *files, size_t count, const char *out,
                                 const keel_import_options *options, keel_import_result *result, keel_error *error);

#ifdef __cplusplus
}
#endif
#endif
