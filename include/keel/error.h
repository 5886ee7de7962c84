/* How the library reports trouble from the outside world.
 *
 * Every function that can fail returns a keel_status and fills a keel_error, if one is given: where (as
 * `book.csv:14: strike` or a file's name), what is wrong, and what is allowed or what to do. The library never prints,
 * exits or logs. A bad number is no error: it is NaN in its lane. A program that has no memory left for the small
 * pieces of a wiring is ended, with a message, as it would be for a bug of ours. */
#ifndef KEEL_ERROR_H
#define KEEL_ERROR_H

#include "keel/api.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum keel_status {
  KEEL_STATUS_OK = 0,
  KEEL_STATUS_INPUT,       /* a file or value is not what it has to be */
  KEEL_STATUS_CORRUPT,     /* a tape is damaged */
  KEEL_STATUS_UNSUPPORTED, /* understood, and not built */
  KEEL_STATUS_IO,          /* the operating system refused */
  KEEL_STATUS_MEMORY,      /* no memory */
  KEEL_STATUS_STOPPED      /* the caller asked to stop */
} keel_status;

typedef struct keel_error {
  keel_status status;
  char where[320]; /* `file:line: field`, or empty */
  char what[480];  /* what is wrong, and what is allowed */
} keel_error;

/* A short English name of a status: "input", "corrupt" ... */
KEEL_API const char *keel_status_name(keel_status status);

#ifdef __cplusplus
}
#endif
#endif
