/* Memory that is allocated while wiring, and never while stepping: many pieces, one free.
 *
 * A sealed arena asserts on use. All memory is zeroed and aligned to 64 bytes. */
#ifndef KEEL_BASE_ARENA_H
#define KEEL_BASE_ARENA_H

#include <stddef.h>

struct keel_arena_chunk;

struct keel_arena {
  struct keel_arena_chunk *chunks;
  int sealed;
};

void keel_arena_init(struct keel_arena *arena);
void keel_arena_fini(struct keel_arena *arena);

/* `count` items of `size` bytes; never NULL (no memory while wiring ends the program with a message). */
void *keel_arena_alloc(struct keel_arena *arena, size_t count, size_t size);
char *keel_arena_text(struct keel_arena *arena, const char *text, size_t length);

void keel_arena_seal(struct keel_arena *arena);

#define KEEL_ARENA_NEW(arena, type, count) ((type *)keel_arena_alloc((arena), (count), sizeof(type)))

#endif
