/* What tests of reports share: reading a page's elements back, and a ledger made by hand. */
#ifndef KEEL_TESTS_DRIVE_REPORT_SUPPORT_H
#define KEEL_TESTS_DRIVE_REPORT_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "drive/ledger.h"
#include "drive/report.h"
#include "support/support.h"

/* What the n-th element of that class holds (from 0), terminated, for the caller to free; NULL: there is none. */
static inline char *element(const struct keel_text *page, const char *class, int n) {
  char opening[64];
  snprintf(opening, sizeof opening, "class=\"%s\">", class);
  char *all = strndup(page->data ? page->data : "", page->length), *at = all;
  for (int i = 0; i <= n && at; i++) {
    at = strstr(at, opening);
    if (at) at += strlen(opening);
  }
  char *content = at ? strndup(at, (size_t)(strstr(at, "</script>") - at)) : NULL;
  free(all);
  return content;
}

static inline unsigned digit_of(char c) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *at = strchr(digits, c);
  assert_true(at && c);
  return (unsigned)(at - digits);
}

/* Base64 of zlib, unpacked into `out`; returns the size. */
static inline size_t unpacked(const char *base64, void *out, size_t room) {
  size_t length = strlen(base64), size = 0;
  unsigned char *bytes = malloc(length + 3);
  assert_int_equal(length % 4, 0);
  for (size_t i = 0; i < length; i += 4) {
    unsigned four = 0, count = base64[i + 2] == '=' ? 1 : base64[i + 3] == '=' ? 2 : 3;
    for (size_t k = 0; k < 4; k++) four = four << 6 | (base64[i + k] == '=' ? 0 : digit_of(base64[i + k]));
    for (unsigned k = 0; k < count; k++) bytes[size++] = (unsigned char)(four >> (16 - 8 * k));
  }
  uLongf got = room;
  assert_int_equal(uncompress(out, &got, bytes, size), Z_OK);
  free(bytes);
  return got;
}

/* The same of an element, as a text for the caller to free. */
static inline char *unpacked_text(const struct keel_text *page, const char *class, int n) {
  enum { ROOM = 1 << 20 };
  char *packed = element(page, class, n), *text = malloc(ROOM);
  assert_non_null(packed);
  text[unpacked(packed, text, ROOM - 1)] = '\0';
  free(packed);
  return text;
}

/* The header of a ledger, of one hedge instrument a lane. */
static inline void ledger_header(struct keel_text *text) {
  for (size_t c = 0; c < keel_ledger_column_count(1); c++) {
    if (c) keel_text_char(text, ',');
    keel_text_add(text, keel_ledger_column_at(c).name);
  }
  keel_text_char(text, '\n');
}

/* A row: its time, variant, spot (as they stand there); everything else is empty, or 0 from `pnl` on. */
static inline void ledger_row(struct keel_text *text, const char *time, const char *variant, const char *spot) {
  for (size_t c = 0; c < keel_ledger_column_count(1); c++) {
    struct keel_ledger_column_info info = keel_ledger_column_at(c);
    if (c) keel_text_char(text, ',');
    if (info.kind == KEEL_LEDGER_TIME) keel_text_add(text, time);
    if (info.kind == KEEL_LEDGER_VARIANT) keel_text_add(text, variant);
    if (strcmp(info.name, "spot") == 0) keel_text_add(text, spot);
    if (strncmp(info.name, "pnl", 3) == 0) keel_text_char(text, '0');
  }
  keel_text_char(text, '\n');
}

/* As a file in the scratch folder; the text is empty after it. */
static inline const char *ledger_file(const char *name, struct keel_text *text) {
  const char *path = keel_scratch_write(name, text->data, text->length);
  keel_text_fini(text);
  keel_text_init(text);
  return path;
}

#endif
