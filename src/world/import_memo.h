/* What texts of a CSV column mean, remembered: a column of market data repeats few texts over many rows. */
#ifndef KEEL_WORLD_IMPORT_MEMO_H
#define KEEL_WORLD_IMPORT_MEMO_H

#include <stdint.h>

#include "base/csv.h"

enum { KEEL_IMPORT_MEMO_SLOTS = 256, KEEL_IMPORT_MEMO_TEXT = 32 };

struct keel_import_meaning {
  int64_t whole; /* a time, an enum, an index */
  double real;
  int problem; /* 0: none */
};

struct keel_import_memo_slot {
  char text[KEEL_IMPORT_MEMO_TEXT];
  size_t length; /* KEEL_IMPORT_MEMO_TEXT: holds nothing */
  struct keel_import_meaning meaning;
};

struct keel_import_memo {
  /* Finds out what a text means; `context` is the owner's. */
  struct keel_import_meaning (*parse)(void *context, struct keel_csv_field text);
  const struct keel_import_memo_slot *last;
  struct keel_import_meaning of_long_text; /* the last one that is too long to be remembered */
  struct keel_import_memo_slot slots[KEEL_IMPORT_MEMO_SLOTS];
};

void keel_import_memo_init(struct keel_import_memo *memo,
                           struct keel_import_meaning (*parse)(void *context, struct keel_csv_field text));

/* The meaning of a text that is not the last one. It stands until the next look-up. */
const struct keel_import_meaning *keel_import_memo_look_up(struct keel_import_memo *memo, void *context,
                                                           struct keel_csv_field text);

/* Whether two texts of one length are the same; in line, as most are a few bytes long. */
static inline int keel_import_same_text(const char *a, const char *b, size_t length) {
  size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    uint64_t left, right;
    __builtin_memcpy(&left, a + i, 8);
    __builtin_memcpy(&right, b + i, 8);
    if (left != right) return 0;
  }
  for (; i < length; i++)
    if (a[i] != b[i]) return 0;
  return 1;
}

static inline const struct keel_import_meaning *keel_import_recall(struct keel_import_memo *memo, void *context,
                                                                   struct keel_csv_field text) {
  const struct keel_import_memo_slot *last = memo->last;
  if (last->length == text.length && keel_import_same_text(last->text, text.text, text.length)) return &last->meaning;
  return keel_import_memo_look_up(memo, context, text);
}

#endif
