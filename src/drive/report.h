/* The inside of a report: the pieces that its page is put together from. */
#ifndef KEEL_DRIVE_REPORT_H
#define KEEL_DRIVE_REPORT_H

#include "base/text.h"
#include "keel/report.h"

/* A result, as a script element that the page reads: {"file": name, "result": ...} with the fewest digits that give its
 * numbers back, compressed. `text` is that of the file `name`. Errors: see keel_report_save. */
keel_status keel_report_add_result(struct keel_text *page, const char *name, const char *text, size_t length,
                                   keel_error *error);

/* A ledger, as script elements: one that lists its columns, and one for each of them.
 *
 * A column's values are of one width: numbers as double, times as int64 nanoseconds, texts as uint8, uint16 or uint32
 * numbers of the column's list of texts; little endian. `planes` says whether first come the first bytes of all values,
 * then the second ones, and so on: that is chosen where it compresses better. They are compressed and written in
 * base64. An empty number is NaN. Errors: see keel_report_save. */
keel_status keel_report_add_ledger(struct keel_text *page, const char *path, keel_error *error);

/* Compressed by zlib; 0 without memory. The caller frees out->data in either case. */
struct keel_report_bytes {
  unsigned char *data;
  size_t size;
};
int keel_report_deflate(const void *data, size_t size, struct keel_report_bytes *out);
void keel_report_put_base64(struct keel_text *page, const struct keel_report_bytes *bytes);

/* A JSON string that may stand in a script element: no `<`. */
void keel_report_put_string(struct keel_text *page, const char *string, size_t length);

#endif
