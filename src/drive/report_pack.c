/* Bytes in the page of a report: compressed, in base64. */
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "drive/report.h"

enum { LEVEL = 7 }; /* of zlib: a tenth slower than its default, and smaller */

int keel_report_deflate(const void *data, size_t size, struct keel_report_bytes *out) {
  uLongf room = compressBound(size);
  *out = (struct keel_report_bytes){.data = malloc(room)};
  if (!out->data || compress2(out->data, &room, data, size, LEVEL) != Z_OK) return 0;
  out->size = room;
  return 1;
}

void keel_report_put_base64(struct keel_text *page, const struct keel_report_bytes *bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes->size; i += 3) {
    size_t left = bytes->size - i;
    uint32_t three = (uint32_t)bytes->data[i] << 16 | (left > 1 ? (uint32_t)bytes->data[i + 1] << 8 : 0) |
                     (left > 2 ? bytes->data[i + 2] : 0);
    char four[4];
    for (int k = 0; k < 4; k++) four[k] = digits[three >> (18 - 6 * k) & 63];
    if (left < 3) four[3] = '=';
    if (left < 2) four[2] = '=';
    keel_text_append(page, four, sizeof four);
  }
}
