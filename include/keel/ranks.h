/* Ranks: processes, on one machine or many, that share the paths of one run (simulate, frontier).
 *
 * Each rank is given the same strategy and runs its own consecutive paths; rank 0 gets what the others found and has
 * the result, of the same bits as one process. How they talk is the caller's: messages between rank 0 and each other
 * rank, in order. The program keel-mpi sends them by MPI. */
#ifndef KEEL_RANKS_H
#define KEEL_RANKS_H

#include <stddef.h>

#include "keel/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  KEEL_RANKS_TALK = 0,   /* how they begin */
  KEEL_RANKS_FAILED = 1, /* they agreed that one had failed: no message is sent any more */
  KEEL_RANKS_LOST = 2    /* a message did not go through: others may wait for ever, and the caller should end them */
};

typedef struct keel_ranks {
  size_t rank, count; /* this one, of so many */
  int ended;          /* KEEL_RANKS_... */
  void *self;         /* of the functions */

  /* Messages between rank 0 and another one, called from one thread at a time. `send` may wait until the other asks;
   * `receive` waits for the next message of that rank, and fails where it is not of that size; `has_message` says
   * whether one is there, and does not wait. */
  keel_status (*send)(void *self, size_t to, const void *bytes, size_t size, keel_error *error);
  keel_status (*receive)(void *self, size_t from, void *bytes, size_t size, keel_error *error);
  int (*has_message)(void *self, size_t from);
} keel_ranks;

/* The last that every rank calls, with how it fared: returns KEEL_STATUS_OK where that is what all say, else the error
 * that all end with. A rank that fails comes here early: the others then end with its error, wherever they are. `error`
 * is read where `status` is not OK, and filled where the result is not. */
KEEL_API keel_status keel_ranks_end(keel_ranks *ranks, keel_status status, keel_error *error);

#ifdef __cplusplus
}
#endif
#endif
