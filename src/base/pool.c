#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

struct keel_pool_thread {
  struct keel_pool *pool;
  size_t worker;
  pthread_t thread;
};

struct keel_pool {
  pthread_mutex_t lock;
  pthread_cond_t started, finished;
  unsigned long round; /* grows by one per run; the threads wait for it to change */
  size_t busy;         /* threads that have not finished this round */
  int closing;
  keel_pool_task task;
  void *context;
  size_t count;
  atomic_size_t next;
  size_t others; /* threads beside the calling one */
  struct keel_pool_thread threads[];
};

static void work(struct keel_pool *pool, size_t worker) {
  for (size_t index; (index = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed)) < pool->count;)
    pool->task(pool->context, index, worker);
}

static void *thread_main(void *argument) {
  struct keel_pool_thread *self = argument;
  struct keel_pool *pool = self->pool;
  unsigned long seen = 0;
  pthread_mutex_lock(&pool->lock);
  for (;;) {
    while (pool->round == seen && !pool->closing) pthread_cond_wait(&pool->started, &pool->lock);
    if (pool->closing) break;
    seen = pool->round;
    pthread_mutex_unlock(&pool->lock);
    work(pool, self->worker);
    pthread_mutex_lock(&pool->lock);
    if (--pool->busy == 0) pthread_cond_signal(&pool->finished);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

/* Signals stay with the calling thread. */
static int start(struct keel_pool_thread *thread) {
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  int failed = pthread_create(&thread->thread, NULL, thread_main, thread);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  return failed;
}

keel_status keel_pool_new(size_t threads, struct keel_pool **pool_out, keel_error *error) {
  keel_assert(threads >= 1);
  struct keel_pool *pool = calloc(1, sizeof *pool + (threads - 1) * sizeof pool->threads[0]);
  if (!pool) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for %zu threads", threads);
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->started, NULL);
  pthread_cond_init(&pool->finished, NULL);
  for (; pool->others + 1 < threads; pool->others++) {
    struct keel_pool_thread *thread = &pool->threads[pool->others];
    *thread = (struct keel_pool_thread){.pool = pool, .worker = pool->others + 1};
    int failed = start(thread);
    if (failed) {
      keel_pool_free(pool);
      return keel_fail(error, KEEL_STATUS_IO, NULL, "cannot start %zu threads: %s", threads, strerror(failed));
    }
  }
  *pool_out = pool;
  return KEEL_STATUS_OK;
}

void keel_pool_free(struct keel_pool *pool) {
  if (!pool) return;
  pthread_mutex_lock(&pool->lock);
  pool->closing = 1;
  pthread_cond_broadcast(&pool->started);
  pthread_mutex_unlock(&pool->lock);
  for (size_t i = 0; i < pool->others; i++) pthread_join(pool->threads[i].thread, NULL);
  pthread_cond_destroy(&pool->finished);
  pthread_cond_destroy(&pool->started);
  pthread_mutex_destroy(&pool->lock);
  free(pool);
}

void keel_pool_run(struct keel_pool *pool, size_t count, keel_pool_task task, void *context) {
  pthread_mutex_lock(&pool->lock);
  pool->task = task;
  pool->context = context;
  pool->count = count;
  atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
  pool->busy = pool->others;
  pool->round++;
  pthread_cond_broadcast(&pool->started);
  pthread_mutex_unlock(&pool->lock);
  work(pool, 0);
  pthread_mutex_lock(&pool->lock);
  while (pool->busy) pthread_cond_wait(&pool->finished, &pool->lock);
  pthread_mutex_unlock(&pool->lock);
}
