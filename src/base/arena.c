#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

enum { ALIGN = 64, CHUNK = 64 * 1024 };

struct keel_arena_chunk {
  struct keel_arena_chunk *next;
  size_t used, size;
};

_Static_assert(sizeof(struct keel_arena_chunk) <= ALIGN, "a chunk's head fits before its first piece");

void keel_arena_init(struct keel_arena *arena) { *arena = (struct keel_arena){0}; }

void keel_arena_fini(struct keel_arena *arena) {
  for (struct keel_arena_chunk *chunk = arena->chunks; chunk;) {
    struct keel_arena_chunk *next = chunk->next;
    free(chunk);
    chunk = next;
  }
  *arena = (struct keel_arena){0};
}

static struct keel_arena_chunk *chunk_new(size_t need) {
  size_t size = need + ALIGN > CHUNK ? need + ALIGN : CHUNK;
  size = (size + ALIGN - 1) / ALIGN * ALIGN;
  struct keel_arena_chunk *chunk = aligned_alloc(ALIGN, size);
  keel_assert(chunk != NULL);
  *chunk = (struct keel_arena_chunk){.used = ALIGN, .size = size};
  return chunk;
}

void *keel_arena_alloc(struct keel_arena *arena, size_t count, size_t size) {
  keel_assert(!arena->sealed);
  keel_assert(size == 0 || count <= SIZE_MAX / 2 / size);
  size_t need = (count * size + ALIGN - 1) / ALIGN * ALIGN;
  if (!arena->chunks || arena->chunks->size - arena->chunks->used < need) {
    struct keel_arena_chunk *chunk = chunk_new(need);
    chunk->next = arena->chunks;
    arena->chunks = chunk;
  }
  void *piece = (char *)arena->chunks + arena->chunks->used;
  arena->chunks->used += need;
  return memset(piece, 0, need);
}

char *keel_arena_text(struct keel_arena *arena, const char *text, size_t length) {
  char *copy = keel_arena_alloc(arena, length + 1, 1);
  memcpy(copy, text, length);
  return copy;
}

void keel_arena_seal(struct keel_arena *arena) { arena->sealed = 1; }
