/* Reading CSV (RFC 4180): plain or gz, file or stdin, streamed in large blocks, fields as views into the block.
 *
 * Accepted: CRLF or LF, a UTF-8 BOM, quoted fields with doubled quotes and line breaks, blanks around unquoted fields
 * (trimmed), a last line without a line break, blank lines (skipped).
 * Errors (KEEL_STATUS_INPUT, with file:line): a quote that never closes, text after a closing quote, a bare quote
 * inside an unquoted field, a carriage return inside one, a NUL byte, a row with another number of fields than the
 * header, a row above 1 MiB, a header above 4096 columns; a gz file that ends early or is damaged; KEEL_STATUS_IO for
 * the rest. A cut last row shows as a row with too few fields. */
#ifndef KEEL_BASE_CSV_H
#define KEEL_BASE_CSV_H

#include <stddef.h>

#include "keel/error.h"

struct keel_csv;

struct keel_csv_field {
  const char *text; /* valid until the next call of keel_csv_next; not terminated */
  size_t length;
};

/* Opens and reads the header line; "-" is stdin. Names are trimmed. An empty file is an error. */
keel_status keel_csv_open(const char *path, struct keel_csv **csv, keel_error *error);
/* The same over bytes in memory, taken `block` bytes at a time (tests use it to put a block's end anywhere). */
keel_status keel_csv_open_bytes(const char *name, const void *bytes, size_t size, size_t block, struct keel_csv **csv,
                                keel_error *error);
void keel_csv_close(struct keel_csv *csv);

/* The header. */
size_t keel_csv_columns(const struct keel_csv *csv);
struct keel_csv_field keel_csv_name(const struct keel_csv *csv, size_t column);
/* The column of that name (exact), or -1. */
long keel_csv_find(const struct keel_csv *csv, const char *name);

/* The next row: *fields has keel_csv_columns() entries; *fields is NULL at the end. */
keel_status keel_csv_next(struct keel_csv *csv, const struct keel_csv_field **fields, keel_error *error);

/* The line in the file where the current row starts (the header is 1), the path, and the bytes read and to read in all
 * (compressed bytes for gz; total 0 when not known), for progress. */
long keel_csv_line(const struct keel_csv *csv);
const char *keel_csv_path(const struct keel_csv *csv);
void keel_csv_progress(const struct keel_csv *csv, size_t *done, size_t *total);

/* Exact decimal to double (correctly rounded). Returns 0 for anything but one whole number: blanks, hex, "nan", "inf"
 * and overflow to infinity are refused. An empty field is refused too. */
int keel_csv_number(struct keel_csv_field field, double *number);

/* Whether the field is that text (ASCII case does not matter). */
int keel_csv_is(struct keel_csv_field field, const char *text);

#endif
