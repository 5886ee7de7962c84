/* Ranks that are threads of this process, and their messages a queue for each pair; one message can be lost, or bent.
 */
#ifndef KEEL_TESTS_DRIVE_FAKE_RANKS_H
#define KEEL_TESTS_DRIVE_FAKE_RANKS_H

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "drive/ranks.h"
#include "support/support.h"

enum { FAKE_RANKS = 32 };

struct fake_message {
  struct fake_message *next;
  size_t size;
  unsigned char bytes[];
};

struct fake_world {
  pthread_mutex_t lock;
  pthread_cond_t arrived;
  struct fake_message *queue[FAKE_RANKS][FAKE_RANKS]; /* [from][to] */
  size_t under_way;                                   /* not received yet, now */
  size_t bent_size;                                   /* a bit of the first message of that size is flipped; 0: none */
  int refuses_rank;                                   /* what that one sends cannot be sent; 0: none */
};

struct fake_rank {
  struct fake_world *world;
  keel_ranks ranks;
  void (*body)(keel_ranks *ranks, void *context);
  void *context;
  pthread_t thread;
};

static inline keel_status fake_send(void *self, size_t to, const void *bytes, size_t size, keel_error *error) {
  struct fake_rank *rank = self;
  struct fake_world *world = rank->world;
  size_t from = rank->ranks.rank;
  if (from && (int)from == world->refuses_rank) return keel_fail(error, KEEL_STATUS_IO, NULL, "the wire is cut");
  struct fake_message *message = malloc(sizeof *message + size);
  message->next = NULL;
  message->size = size;
  memcpy(message->bytes, bytes, size);
  pthread_mutex_lock(&world->lock);
  if (size == world->bent_size) {
    message->bytes[size / 2] ^= 16;
    world->bent_size = 0;
  }
  struct fake_message **end = &world->queue[from][to];
  while (*end) end = &(*end)->next;
  *end = message;
  world->under_way++;
  pthread_cond_broadcast(&world->arrived);
  pthread_mutex_unlock(&world->lock);
  return KEEL_STATUS_OK;
}

static inline keel_status fake_receive(void *self, size_t from, void *bytes, size_t size, keel_error *error) {
  struct fake_rank *rank = self;
  struct fake_world *world = rank->world;
  pthread_mutex_lock(&world->lock);
  struct fake_message **first = &world->queue[from][rank->ranks.rank], *message;
  while (!(message = *first)) pthread_cond_wait(&world->arrived, &world->lock);
  *first = message->next;
  world->under_way--;
  pthread_mutex_unlock(&world->lock);
  keel_status status = KEEL_STATUS_OK;
  if (message->size == size)
    memcpy(bytes, message->bytes, size);
  else
    status = keel_fail(error, KEEL_STATUS_IO, NULL, "%zu bytes, not %zu", message->size, size);
  free(message);
  return status;
}

static inline int fake_has_message(void *self, size_t from) {
  struct fake_rank *rank = self;
  pthread_mutex_lock(&rank->world->lock);
  int there = rank->world->queue[from][rank->ranks.rank] != NULL;
  pthread_mutex_unlock(&rank->world->lock);
  return there;
}

static inline void *fake_main(void *self) {
  struct fake_rank *rank = self;
  rank->body(&rank->ranks, rank->context);
  return NULL;
}

/* body(ranks, contexts + rank * size) on each of `count` ranks at once. Returns the messages that nobody received. */
static inline size_t fake_run(struct fake_world *world, size_t count, void (*body)(keel_ranks *, void *),
                              void *contexts, size_t size) {
  static struct fake_rank all[FAKE_RANKS];
  assert_true(count <= FAKE_RANKS);
  pthread_mutex_init(&world->lock, NULL);
  pthread_cond_init(&world->arrived, NULL);
  for (size_t r = 0; r < count; r++) {
    all[r] = (struct fake_rank){.world = world, .body = body, .context = (char *)contexts + r * size};
    all[r].ranks = (keel_ranks){.rank = r,
                                .count = count,
                                .self = &all[r],
                                .send = fake_send,
                                .receive = fake_receive,
                                .has_message = fake_has_message};
    assert_int_equal(pthread_create(&all[r].thread, NULL, fake_main, &all[r]), 0);
  }
  for (size_t r = 0; r < count; r++) pthread_join(all[r].thread, NULL);
  pthread_cond_destroy(&world->arrived);
  pthread_mutex_destroy(&world->lock);
  for (size_t from = 0; from < count; from++)
    for (size_t to = 0; to < count; to++)
      while (world->queue[from][to]) {
        struct fake_message *message = world->queue[from][to];
        world->queue[from][to] = message->next;
        free(message);
      }
  return world->under_way;
}

#endif
