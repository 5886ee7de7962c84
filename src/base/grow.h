/* Arrays that grow by doubling, outside of steps. */
#ifndef KEEL_BASE_GROW_H
#define KEEL_BASE_GROW_H

#include <stdlib.h>

/* `items`, with room for one more than `count`; NULL without memory (the array then stays as it is). */
static inline void *keel_grown(void *items, size_t count, size_t *room, size_t size) {
  if (count < *room) return items;
  size_t more = *room ? *room * 2 : 64;
  void *moved = realloc(items, more * size);
  if (moved) *room = more;
  return moved;
}

#endif
