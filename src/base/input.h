/* Reading a file, or stdin, from its start to its end: plain, or gz (told by its first bytes, not by its name).
 *
 * Errors: KEEL_STATUS_INPUT for a gz file that ends early or is damaged, KEEL_STATUS_STOPPED when a signal interrupts a
 * read that waits, KEEL_STATUS_IO for the rest. */
#ifndef KEEL_BASE_INPUT_H
#define KEEL_BASE_INPUT_H

#include <stddef.h>

#include "keel/error.h"

struct keel_input;

/* "-" is stdin. */
keel_status keel_input_open(const char *path, struct keel_input **input, keel_error *error);
/* The same over bytes in memory, which must outlive the input; `name` is for messages. */
keel_status keel_input_open_bytes(const char *name, const void *bytes, size_t size, struct keel_input **input,
                                  keel_error *error);
void keel_input_close(struct keel_input *input);

/* Some bytes, at most `room` (> 0); *got is 0 at the end only. */
keel_status keel_input_read(struct keel_input *input, void *into, size_t room, size_t *got, keel_error *error);

/* The path, and the bytes of the file read so far and in all (0 when not known). Compressed bytes for gz. */
const char *keel_input_path(const struct keel_input *input);
void keel_input_progress(const struct keel_input *input, size_t *done, size_t *total);

#endif
