#include "world/import_memo.h"

#include <string.h>

void keel_import_memo_init(struct keel_import_memo *memo,
                           struct keel_import_meaning (*parse)(void *context, struct keel_csv_field text)) {
  memo->parse = parse;
  memo->last = memo->slots;
  for (int i = 0; i < KEEL_IMPORT_MEMO_SLOTS; i++) memo->slots[i].length = KEEL_IMPORT_MEMO_TEXT;
}

static size_t slot_of(struct keel_csv_field text) {
  uint64_t hash = 0;
  for (size_t i = 0; i < text.length; i++) hash = hash * 31 + (unsigned char)text.text[i];
  return (hash * UINT64_C(0x9e3779b97f4a7c15)) >> 56;
}

const struct keel_import_meaning *keel_import_memo_look_up(struct keel_import_memo *memo, void *context,
                                                           struct keel_csv_field text) {
  _Static_assert(KEEL_IMPORT_MEMO_SLOTS == 1 << 8, "the hash has eight bits");
  if (text.length >= KEEL_IMPORT_MEMO_TEXT) {
    memo->of_long_text = memo->parse(context, text);
    return &memo->of_long_text;
  }
  struct keel_import_memo_slot *slot = &memo->slots[slot_of(text)];
  if (slot->length != text.length || !keel_import_same_text(slot->text, text.text, text.length)) {
    struct keel_import_meaning meaning = memo->parse(context, text);
    slot->length = text.length;
    if (text.length) memcpy(slot->text, text.text, text.length);
    slot->meaning = meaning;
  }
  memo->last = slot;
  return &slot->meaning;
}
