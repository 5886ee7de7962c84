/* A small thread pool: runs numbered tasks on a fixed set of threads, the calling one among them.
 *
 * Which thread takes which task is open; a task that writes only what its number owns gives the same result for any
 * number of threads. One keel_pool_run at a time. */
#ifndef KEEL_BASE_POOL_H
#define KEEL_BASE_POOL_H

#include <stddef.h>

#include "keel/error.h"

struct keel_pool;

/* `worker` is 0 .. threads-1: for scratch memory, one piece per worker. */
typedef void (*keel_pool_task)(void *context, size_t index, size_t worker);

/* `threads` at least 1 (1: everything on the calling thread). Errors: KEEL_STATUS_MEMORY, KEEL_STATUS_IO (no thread).
 */
keel_status keel_pool_new(size_t threads, struct keel_pool **pool, keel_error *error);
void keel_pool_free(struct keel_pool *pool);

/* Runs task(context, 0 .. count-1), each once; returns when all are done. */
void keel_pool_run(struct keel_pool *pool, size_t count, keel_pool_task task, void *context);

#endif
