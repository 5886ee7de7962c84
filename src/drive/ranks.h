/* How the ranks of a run go together (keel/ranks.h): they agree on how they fare, and rank 0 watches over work that
 * each does alone.
 *
 * Each rank but 0 has at most one message under way, and sends no other before the answer: so nothing piles up, and
 * nobody waits for a message that is not sent. */
#ifndef KEEL_DRIVE_RANKS_H
#define KEEL_DRIVE_RANKS_H

#include <stdint.h>

#include "base/arena.h"
#include "keel/ranks.h"

/* Whether this process has the result of a run. `ranks` NULL: it is alone. */
static inline int keel_ranks_is_first(const keel_ranks *ranks) { return !ranks || ranks->rank == 0; }

/* All ranks call it at the same place of the run: `mark` names the place and what has to be the same there. Returns the
 * same to all: the error of the lowest rank that has one, and then nobody sends any more; else KEEL_STATUS_STOPPED
 * where one was stopped; else KEEL_STATUS_OK. An error of another rank says which one's it is. */
keel_status keel_ranks_agree(keel_ranks *ranks, keel_status status, uint64_t mark, keel_error *error);

/* Bytes to rank 0, and there from each in turn. Errors: KEEL_STATUS_IO; then the ranks have ended. */
keel_status keel_ranks_send(keel_ranks *ranks, const void *bytes, size_t size, keel_error *error);
keel_status keel_ranks_receive(keel_ranks *ranks, size_t from, void *bytes, size_t size, keel_error *error);

/* ---- work that each does alone, with a tick as simulations have ---- */
struct keel_ranks_watch {
  struct keel_arena arena;
  keel_ranks *ranks;
  int (*tick)(void *context, uint64_t done, uint64_t total); /* the caller's; may be NULL */
  void *tick_context;
  uint64_t total;         /* of all ranks */
  uint64_t before;        /* done by this one in earlier pieces of its work */
  uint64_t *done;         /* [rank], on rank 0 */
  unsigned char *arrived; /* [rank], on rank 0: at the end of its work */
  uint64_t mark;
  keel_error worst;   /* what is known so far, */
  size_t worst_rank;  /* and whose it is */
  double listened;    /* when rank 0 last did, in seconds */
  int asked, stopped; /* asked: rank 0 has not answered yet */
};

/* `mark` as for keel_ranks_agree. The caller then sets tick, tick_context and total. */
void keel_ranks_watch_init(struct keel_ranks_watch *watch, keel_ranks *ranks, uint64_t mark);
void keel_ranks_watch_fini(struct keel_ranks_watch *watch);

/* Called by the work now and then, from one thread at a time. On rank 0 the caller's tick is told of all ranks. Returns
 * 1 where the work should stop: any rank's tick said so, or one has failed. */
int keel_ranks_tick(void *watch, uint64_t done, uint64_t total);

/* When the work has ended: keel_ranks_agree, while the others' work is still watched. */
keel_status keel_ranks_meet(struct keel_ranks_watch *watch, keel_status status, keel_error *error);

#endif
