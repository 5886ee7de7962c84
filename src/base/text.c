#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shortest.h"

void keel_text_init(struct keel_text *text) { *text = (struct keel_text){0}; }

void keel_text_fini(struct keel_text *text) {
  free(text->data);
  keel_text_init(text);
}

void keel_text_clear(struct keel_text *text) { text->length = 0; }

/* Room for `length` more bytes; returns where they go, or NULL. */
static char *reserve(struct keel_text *text, size_t length) {
  if (text->failed) return NULL;
  if (text->room - text->length < length) {
    size_t room = text->room < 512 ? 1024 : 2 * text->room;
    while (room - text->length < length && room <= SIZE_MAX / 2) room *= 2;
    char *data = room - text->length < length ? NULL : realloc(text->data, room);
    if (!data) {
      text->failed = 1;
      return NULL;
    }
    text->data = data;
    text->room = room;
  }
  return text->data + text->length;
}

void keel_text_append(struct keel_text *text, const char *data, size_t length) {
  if (length == 0) return;
  char *end = reserve(text, length);
  if (!end) return;
  memcpy(end, data, length);
  text->length += length;
}

void keel_text_add(struct keel_text *text, const char *string) { keel_text_append(text, string, strlen(string)); }

void keel_text_char(struct keel_text *text, char c) { keel_text_append(text, &c, 1); }

char *keel_text_take(struct keel_text *text, size_t *length) {
  size_t taken = text->length;
  keel_text_char(text, '\0');
  if (text->failed) {
    keel_text_fini(text);
    return NULL;
  }
  char *data = text->data;
  keel_text_init(text);
  if (length) *length = taken;
  return data;
}

void keel_text_printf(struct keel_text *text, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  char *end = length < 0 ? NULL : reserve(text, (size_t)length + 1);
  if (end) {
    vsnprintf(end, (size_t)length + 1, format, again);
    text->length += (size_t)length;
  }
  va_end(again);
  va_end(args);
}

void keel_text_number(struct keel_text *text, double number, const char *otherwise) {
  char buffer[KEEL_NUMBER_ROOM];
  if (isfinite(number))
    keel_text_append(text, buffer, keel_number_format(number, buffer));
  else
    keel_text_add(text, otherwise);
}

/* ---- CSV and JSON ---- */

static int is_blank(char c) { return c == ' ' || c == '\t'; }

static int needs_quotes(const char *data, size_t length) {
  if (length == 0) return 0;
  if (is_blank(data[0]) || is_blank(data[length - 1])) return 1;
  for (size_t i = 0; i < length; i++)
    if (data[i] == ',' || data[i] == '"' || data[i] == '\n' || data[i] == '\r') return 1;
  return 0;
}

void keel_text_csv(struct keel_text *text, const char *data, size_t length) {
  if (!needs_quotes(data, length)) {
    keel_text_append(text, data, length);
    return;
  }
  keel_text_char(text, '"');
  for (size_t i = 0; i < length; i++) {
    if (data[i] == '"') keel_text_char(text, '"');
    keel_text_char(text, data[i]);
  }
  keel_text_char(text, '"');
}

static size_t continuations(const unsigned char *at, size_t left, size_t want) {
  for (size_t i = 1; i < want; i++)
    if (i >= left || (at[i] & 0xC0) != 0x80) return 0;
  return want;
}

/* The length of the UTF-8 character at `at` (RFC 3629: no overlong forms, no surrogates), or 0. */
static size_t utf8_length(const unsigned char *at, size_t left) {
  unsigned char first = at[0], second = left > 1 ? at[1] : 0;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continuations(at, left, 2);
  if ((first & 0xF0) == 0xE0) {
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return continuations(at, left, 3);
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return continuations(at, left, 4);
  }
  return 0;
}

/* How many bytes from here on stand for themselves in a JSON string. */
static size_t plain_run(const unsigned char *at, size_t left) {
  size_t run = 0;
  while (run < left && at[run] >= 0x20 && at[run] < 0x80 && at[run] != '"' && at[run] != '\\') run++;
  return run;
}

/* One character that is not plain; returns its length. */
static size_t append_escaped(struct keel_text *text, const unsigned char *at, size_t left) {
  size_t length = utf8_length(at, left);
  if (length == 0) {
    keel_text_add(text, "\xEF\xBF\xBD");
    return 1;
  }
  if (at[0] == '"' || at[0] == '\\') {
    keel_text_char(text, '\\');
    keel_text_char(text, (char)at[0]);
  } else if (at[0] < 0x20) {
    keel_text_printf(text, "\\u%04x", at[0]);
  } else {
    keel_text_append(text, (const char *)at, length);
  }
  return length;
}

void keel_text_json(struct keel_text *text, const char *data, size_t length) {
  const unsigned char *at = (const unsigned char *)data;
  keel_text_char(text, '"');
  for (size_t i = 0; i < length;) {
    size_t run = plain_run(at + i, length - i);
    keel_text_append(text, data + i, run);
    i += run;
    if (i < length) i += append_escaped(text, at + i, length - i);
  }
  keel_text_char(text, '"');
}
