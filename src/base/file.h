/* Writing a file so that it is there whole, or not at all.
 *
 * What is written goes to a new file beside the place, which is renamed over it when complete and on the disk; an
 * existing file stays as it was until then. Where the file system can do that, the new file has no name before, so that
 * not even a kill leaves anything. A place that is no regular file (a pipe, a device) is written to directly. Errors:
 * KEEL_STATUS_IO with the path and the system's reason (no space, no permission ...); after the first, later calls do
 * nothing and keel_file_close reports it again. */
#ifndef KEEL_BASE_FILE_H
#define KEEL_BASE_FILE_H

#include <stddef.h>

#include "keel/error.h"

struct keel_file;

keel_status keel_file_open(const char *path, struct keel_file **file, keel_error *error);
keel_status keel_file_write(struct keel_file *file, const void *bytes, size_t size, keel_error *error);
/* Completes the file and frees it in any case; on an error nothing is left behind. */
keel_status keel_file_close(struct keel_file *file, keel_error *error);
/* A whole text as the file, and frees it. NULL is one that had no memory: an error that says so. */
keel_status keel_file_save(const char *path, char *text, size_t length, keel_error *error);
/* Gives up: nothing is left behind. */
void keel_file_abort(struct keel_file *file);

#endif
