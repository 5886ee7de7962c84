/* Reading a zip archive entry by entry, each entry whole.
 *
 * An entry's text is at most KEEL_ZIP_ENTRY_MAX bytes, all that is read of an archive KEEL_ZIP_ARCHIVE_MAX, so that a
 * small file cannot become an endless one; no more memory is taken than an entry really holds. Sizes and checksums are
 * verified before a text is given out.
 * Errors (KEEL_STATUS_INPUT, with file:entry): what is no zip, or cut or damaged; an entry that is a folder, encrypted,
 * packed by a method that is not there, too large, damaged, or named like another; KEEL_STATUS_IO for the rest. */
#ifndef KEEL_BASE_ZIP_H
#define KEEL_BASE_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"

#define KEEL_ZIP_ENTRY_MAX ((size_t)256 * 1024 * 1024)
#define KEEL_ZIP_ARCHIVE_MAX ((uint64_t)4 * 1024 * 1024 * 1024)

struct keel_zip;

/* Whether the file begins as a zip does (an empty one too); a file that cannot be read does not. */
int keel_zip_is(const char *path);

keel_status keel_zip_open(const char *path, struct keel_zip **zip, keel_error *error);
/* The same over bytes in memory, which must outlive the zip; `name` is for messages. */
keel_status keel_zip_open_bytes(const char *name, const void *bytes, size_t size, struct keel_zip **zip,
                                keel_error *error);
void keel_zip_close(struct keel_zip *zip);

size_t keel_zip_entries(const struct keel_zip *zip);
/* As the archive has it, at most 255 bytes without control characters; NULL where it is not. */
const char *keel_zip_name(const struct keel_zip *zip, size_t entry);
/* The whole entry, terminated; until the next call for this zip. */
keel_status keel_zip_read(struct keel_zip *zip, size_t entry, const char **text, size_t *length, keel_error *error);

#endif
