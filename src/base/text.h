/* A text that grows: for output that is written in one piece.
 *
 * No call fails; after the first one without memory `failed` is set and nothing more is added: look at it once, before
 * the text is used. */
#ifndef KEEL_BASE_TEXT_H
#define KEEL_BASE_TEXT_H

#include <stddef.h>

struct keel_text {
  char *data; /* not terminated; NULL while empty */
  size_t length, room;
  int failed;
};

void keel_text_init(struct keel_text *text);
void keel_text_fini(struct keel_text *text);
/* What it holds, terminated, for the caller to free, with its length (NULL: not wanted); NULL without memory. In either
 * case the text is empty after it. */
char *keel_text_take(struct keel_text *text, size_t *length);
/* Empty again; keeps its memory. */
void keel_text_clear(struct keel_text *text);

void keel_text_append(struct keel_text *text, const char *data, size_t length);
void keel_text_add(struct keel_text *text, const char *string);
void keel_text_char(struct keel_text *text, char c);
void keel_text_printf(struct keel_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The shortest of 15, 16, 17 digits that reads back as the same double; `otherwise` ("" in CSV, "null" in JSON) stands
 * for what is not finite. */
void keel_text_number(struct keel_text *text, double number, const char *otherwise);

/* A field of CSV: quoted only where it has to be (comma, quote, line break, blank at an end). */
void keel_text_csv(struct keel_text *text, const char *data, size_t length);
/* A JSON string with its quotes. A byte that is not UTF-8 becomes U+FFFD. */
void keel_text_json(struct keel_text *text, const char *data, size_t length);

#endif
