/* The tape reader: any bytes as they are, and with their check sums repaired, so that what the check sums would hide is
 * reached. What opens is walked to its end. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/fail.h"
#include "world/tape.h"
#include "world/tape_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void repair(unsigned char *bytes, size_t size) {
  const size_t crc_at = offsetof(struct keel_tape_record, crc), after = offsetof(struct keel_tape_record, sequence);
  struct keel_tape_record head = {0};
  uint64_t sequence = 0;
  for (size_t at = 0, padded; size - at >= sizeof head; at += padded) {
    uint32_t previous = head.crc;
    memcpy(&head, bytes + at, sizeof head);
    padded = keel_tape_padded(head.length);
    if (head.length < sizeof head || padded > size - at) return;
    head.sequence = sequence++;
    head.previous = previous;
    memcpy(bytes + at, &head, sizeof head);
    head.crc = keel_crc32c(keel_crc32c(0, bytes + at, crc_at), bytes + at + after, padded - after);
    memcpy(bytes + at, &head, sizeof head);
  }
}

static void walk_model(const struct keel_tape *tape, const struct keel_tape_cursor *cursor) {
  struct keel_tape_vols vols;
  double rate;
  if (keel_tape_rate(tape, cursor, &rate)) keel_assert(rate - rate == 0);
  if (!keel_tape_vols(tape, cursor, &vols)) return;
  for (size_t i = 0; i < vols.count; i++)
    keel_assert(vols.vols[i] >= 0 && keel_tape_contract(tape, vols.ids[i])->underlying[0] != '\0');
}

static void walk(const void *bytes, size_t size) {
  struct keel_tape *tape;
  if (keel_tape_open_bytes("fuzz.tape", bytes, size, &tape, NULL)) return;
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  int64_t last_ns = KEEL_TIME_NONE;
  while (keel_tape_next(tape, &cursor, &instant)) {
    keel_assert(instant.time_ns > last_ns);
    last_ns = instant.time_ns;
    for (size_t i = 0; i < instant.count; i++)
      keel_assert(keel_tape_contract(tape, instant.ids[i])->underlying[0] != '\0');
    walk_model(tape, &cursor);
  }
  keel_assert(cursor.next == keel_tape_instants(tape));
  struct keel_tape_split split;
  for (size_t i = 0; keel_tape_split_at(tape, i, &split); i++) keel_assert(split.underlying[0] && split.ratio > 0);
  keel_assert(!keel_tape_model(tape) || keel_tape_model(tape)->text[0] != '\0');
  keel_tape_close(tape);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  unsigned char *bytes = calloc(size ? size : 1, 1);
  if (!bytes) return 0;
  if (size) memcpy(bytes, data, size);
  walk(bytes, size);
  repair(bytes, size);
  walk(bytes, size);
  free(bytes);
  return 0;
}
