/* Leaves of paths on threads, and their samples in the order of leaves. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "drive/simulate.h"
#include "hedge/step.h"
#include "world/paper.h"

enum { ROUND_BYTES = 4 << 20 }; /* of results that wait for their samples: they stay in the cache */

/* ---- one block of paths ---- */

void keel_simulation_worker_init(struct keel_simulation_worker *worker, const struct keel_simulation_wiring *wiring) {
  *worker = (struct keel_simulation_worker){.wiring = wiring};
  keel_arena_init(&worker->arena);
  worker->block = keel_block_new(&worker->arena, &wiring->rows, 1);
  worker->block->market.ask = worker->block->market.bid; /* a simulated market quotes its mid */
  worker->paper = keel_paper_new(&worker->arena, &wiring->rows);
  worker->block->venue = keel_paper_venue(worker->paper);
  worker->feed = keel_feed_paths_new(&worker->arena, wiring->feed);
  keel_arena_seal(&worker->arena);
}

void keel_simulation_worker_fini(struct keel_simulation_worker *worker) { keel_arena_fini(&worker->arena); }

void keel_simulation_begin(struct keel_simulation_worker *worker, uint64_t first, size_t count) {
  keel_block_reset(worker->block);
  keel_paper_reset(worker->paper);
  keel_feed_paths_begin(worker->feed, first, count, &worker->block->market);
}

int keel_simulation_next(struct keel_simulation_worker *worker) {
  struct keel_block *block = worker->block;
  size_t open = 0;
  for (size_t u = 0; u < block->wiring->underlying_count; u++) open += !block->finished[u];
  if (!open || !keel_feed_paths_next(worker->feed, &block->market)) return 0;
  keel_step(block);
  for (size_t u = 0; u < block->wiring->underlying_count; u++)
    if (keel_is_over(block, u)) keel_liquidate(block, u);
  return 1;
}

static double *so_far(const struct keel_block *block, size_t quantity) {
  const struct keel_so_far *sum = &block->so_far;
  double *const plain[] = {[KEEL_QUANTITY_PNL] = sum->pnl,
                           [KEEL_QUANTITY_COST] = sum->cost,
                           [KEEL_QUANTITY_TURNOVER] = sum->turnover,
                           [KEEL_QUANTITY_TRADES] = sum->trades,
                           [KEEL_QUANTITY_EXERCISED] = sum->exercised};
  return quantity < KEEL_QUANTITY_EXPLAIN ? plain[quantity] : sum->explain[quantity - KEEL_QUANTITY_EXPLAIN];
}

void keel_simulation_read(const struct keel_simulation_worker *worker, size_t variant, size_t quantity, double *out) {
  const struct keel_wiring *rows = &worker->wiring->rows;
  double *values = so_far(worker->block, keel_simulation_kind(worker->wiring, quantity));
  size_t account = quantity / worker->wiring->whole_count, added = 0; /* account: 0 is all */
  for (size_t u = 0; u < rows->underlying_count; u++) {
    const double *more = keel_at_lane(worker->block, values, u, variant);
    if (account && rows->underlyings[u].account != account - 1) continue;
    if (!added++)
      memcpy(out, more, rows->paths * sizeof *out);
    else
      for (size_t i = 0; i < rows->paths; i++) out[i] += more[i];
  }
}

/* ---- a round: some leaves, then their samples ---- */

struct round {
  struct keel_simulation_part *part;
  const struct keel_simulation_plan *plan;
  struct keel_simulation_worker *workers;
  uint64_t first;
  size_t leaves;
  double *results;               /* [leaf][variant][quantity][256] */
  unsigned char *done;           /* [leaf] */
  uint64_t total;                /* paths of this part's run */
  atomic_uint_fast64_t finished; /* of these */
  atomic_int stopped;
  pthread_mutex_t tick_lock;
};

static size_t leaf_paths(const struct keel_simulation_wiring *wiring, uint64_t leaf) {
  uint64_t left = wiring->paths - leaf * KEEL_LEAF_PATHS;
  return left < KEEL_LEAF_PATHS ? (size_t)left : KEEL_LEAF_PATHS;
}

static double *result_of(const struct round *round, size_t leaf, size_t variant, size_t quantity) {
  const struct keel_simulation_wiring *wiring = round->part->wiring;
  size_t at = (leaf * wiring->variant_count + variant) * wiring->quantity_count + quantity;
  return round->results + at * KEEL_LEAF_PATHS;
}

static void run_leaf(const struct round *round, size_t index, struct keel_simulation_worker *worker) {
  const struct keel_simulation_wiring *wiring = round->part->wiring;
  uint64_t leaf = round->first + index;
  size_t count = leaf_paths(wiring, leaf), block = wiring->rows.paths;
  for (size_t from = 0; from < count; from += block) {
    keel_simulation_begin(worker, leaf * KEEL_LEAF_PATHS + from, count - from < block ? count - from : block);
    while (keel_simulation_next(worker)) continue;
    for (size_t v = 0; v < wiring->variant_count; v++)
      for (size_t q = 0; q < wiring->quantity_count; q++)
        keel_simulation_read(worker, v, q, result_of(round, index, v, q) + from);
  }
}

/* One thread at a time asks; the others do not wait for the answer. */
static void ask(struct round *round) {
  if (!round->plan->tick || pthread_mutex_trylock(&round->tick_lock) != 0) return;
  uint64_t finished = atomic_load(&round->finished);
  if (round->plan->tick(round->plan->tick_context, finished, round->total)) atomic_store(&round->stopped, 1);
  pthread_mutex_unlock(&round->tick_lock);
}

static void leaf_task(void *context, size_t index, size_t worker) {
  struct round *round = context;
  if (atomic_load(&round->stopped)) return;
  run_leaf(round, index, &round->workers[worker]);
  round->done[index] = 1;
  atomic_fetch_add(&round->finished, leaf_paths(round->part->wiring, round->first + index));
  ask(round);
}

static void sample_task(void *context, size_t index, size_t worker) {
  (void)worker;
  struct round *round = context;
  const struct keel_simulation_wiring *wiring = round->part->wiring;
  size_t variant = index / wiring->quantity_count, quantity = index % wiring->quantity_count;
  struct keel_sample *sample = keel_simulation_sample(round->part, variant, quantity);
  for (size_t leaf = 0; leaf < round->leaves; leaf++)
    keel_sample_add(sample, leaf_paths(wiring, round->first + leaf), result_of(round, leaf, variant, quantity));
  if (round->first + round->leaves == wiring->leaves) keel_sample_finish(sample);
}

/* Leaves after one that was stopped are of no use: samples are of consecutive ones. */
static void keep_finished(struct round *round) {
  size_t kept = 0;
  while (kept < round->leaves && round->done[kept]) kept++;
  round->leaves = kept;
}

static void run_round(struct round *round, struct keel_pool *pool) {
  struct keel_simulation_part *part = round->part;
  const struct keel_simulation_wiring *wiring = part->wiring;
  memset(round->done, 0, round->leaves);
  keel_pool_run(pool, round->leaves, leaf_task, round);
  keep_finished(round);
  keel_pool_run(pool, wiring->variant_count * wiring->quantity_count, sample_task, round);
  for (size_t leaf = 0; leaf < round->leaves; leaf++) part->paths += leaf_paths(wiring, round->first + leaf);
  part->next += round->leaves;
}

/* What is known after a round, of each variant. */
static void show_round(const struct round *round) {
  const struct keel_simulation_plan *plan = round->plan;
  if (!plan->watch || !round->part->paths) return;
  for (size_t v = 0; v < round->part->wiring->variant_count; v++) {
    struct keel_estimate mean = keel_sample_statistics(keel_simulation_sample(round->part, v, KEEL_QUANTITY_PNL)).mean;
    plan->watch(plan->tick_context, v, mean.value, mean.error);
  }
}

/* ---- a part ---- */

static const struct keel_sample_plan *plan_of(const struct keel_simulation_wiring *wiring, size_t quantity) {
  return &wiring->samples[keel_simulation_kind(wiring, quantity)];
}

void keel_simulation_part_init(struct keel_simulation_part *part, const struct keel_simulation_wiring *wiring,
                               uint64_t first) {
  *part = (struct keel_simulation_part){.wiring = wiring, .first = first, .next = first};
  keel_arena_init(&part->arena);
  part->samples = KEEL_ARENA_NEW(&part->arena, struct keel_sample, wiring->variant_count * wiring->quantity_count);
  for (size_t v = 0; v < wiring->variant_count; v++)
    for (size_t q = 0; q < wiring->quantity_count; q++)
      keel_sample_init(keel_simulation_sample(part, v, q), &part->arena, plan_of(wiring, q), first);
}

void keel_simulation_part_fini(struct keel_simulation_part *part) { keel_arena_fini(&part->arena); }

static uint64_t paths_until(const struct keel_simulation_wiring *wiring, uint64_t leaf) {
  return leaf < wiring->leaves ? leaf * KEEL_LEAF_PATHS : wiring->paths;
}

static void run_rounds(struct round *round, uint64_t last, size_t most, struct keel_pool *pool) {
  struct keel_simulation_part *part = round->part;
  while (part->next < last && !atomic_load(&round->stopped)) {
    round->first = part->next;
    round->leaves = last - part->next < most ? (size_t)(last - part->next) : most;
    run_round(round, pool);
    show_round(round);
  }
}

/* Leaves of a round: as many as their results have room for, and some for each thread. */
static size_t round_leaves(const struct keel_simulation_wiring *wiring, size_t threads, uint64_t wanted) {
  size_t bytes = wiring->variant_count * wiring->quantity_count * KEEL_LEAF_PATHS * sizeof(double);
  size_t leaves = ROUND_BYTES / bytes, least = 4 * threads;
  leaves = leaves < least ? least : leaves;
  return wanted < leaves ? (size_t)wanted : leaves;
}

keel_status keel_simulation_part_run(struct keel_simulation_part *part, uint64_t last,
                                     const struct keel_simulation_plan *plan, keel_error *error) {
  const struct keel_simulation_wiring *wiring = part->wiring;
  keel_assert(part->next <= last && last <= wiring->leaves);
  size_t threads = plan->threads < last - part->next ? plan->threads : (size_t)(last - part->next);
  struct keel_pool *pool;
  struct keel_arena arena;
  if (threads == 0) return KEEL_STATUS_OK;
  keel_status status = keel_pool_new(threads, &pool, error);
  if (status) return status;
  keel_arena_init(&arena);
  size_t most = round_leaves(wiring, threads, last - part->next);
  if (plan->watch && most > threads) most = threads; /* the bits are the same for any */
  struct round round = {.part = part, .plan = plan};
  round.total = paths_until(wiring, last) - paths_until(wiring, part->next);
  round.workers = KEEL_ARENA_NEW(&arena, struct keel_simulation_worker, threads);
  round.results =
      KEEL_ARENA_NEW(&arena, double, most * wiring->variant_count * wiring->quantity_count * KEEL_LEAF_PATHS);
  round.done = KEEL_ARENA_NEW(&arena, unsigned char, most);
  for (size_t i = 0; i < threads; i++) keel_simulation_worker_init(&round.workers[i], wiring);
  pthread_mutex_init(&round.tick_lock, NULL);
  run_rounds(&round, last, most, pool);
  pthread_mutex_destroy(&round.tick_lock);
  for (size_t i = 0; i < threads; i++) keel_simulation_worker_fini(&round.workers[i]);
  keel_arena_fini(&arena);
  keel_pool_free(pool);
  return part->next < last ? keel_fail(error, KEEL_STATUS_STOPPED, NULL, "stopped") : KEEL_STATUS_OK;
}

void keel_simulation_part_append(struct keel_simulation_part *part, const struct keel_simulation_part *next) {
  keel_assert(part->next == next->first);
  for (size_t v = 0; v < part->wiring->variant_count; v++)
    for (size_t q = 0; q < part->wiring->quantity_count; q++)
      keel_sample_append(keel_simulation_sample(part, v, q), keel_simulation_sample(next, v, q));
  part->next = next->next;
  part->paths += next->paths;
}

/* ---- bytes: the leaves it holds, then its samples ---- */

size_t keel_simulation_part_size(const struct keel_simulation_wiring *wiring) {
  size_t size = 0;
  for (size_t q = 0; q < wiring->quantity_count; q++) size += keel_sample_size(plan_of(wiring, q));
  return 3 * sizeof(uint64_t) + wiring->variant_count * size;
}

void keel_simulation_part_save(const struct keel_simulation_part *part, void *bytes) {
  const uint64_t head[] = {part->first, part->next, part->paths};
  unsigned char *at = bytes;
  memcpy(at, head, sizeof head);
  at += sizeof head;
  for (size_t v = 0; v < part->wiring->variant_count; v++)
    for (size_t q = 0; q < part->wiring->quantity_count; q++) {
      keel_sample_save(keel_simulation_sample(part, v, q), at);
      at += keel_sample_size(plan_of(part->wiring, q));
    }
}

keel_status keel_simulation_part_load(struct keel_simulation_part *part, const void *bytes, keel_error *error) {
  uint64_t head[3];
  const unsigned char *at = bytes;
  memcpy(head, at, sizeof head);
  at += sizeof head;
  if (head[0] != part->first || head[1] < head[0] || head[1] > part->wiring->leaves)
    return keel_fail(error, KEEL_STATUS_CORRUPT, NULL, "statistics of other leaves than those that were asked for");
  for (size_t v = 0; v < part->wiring->variant_count; v++)
    for (size_t q = 0; q < part->wiring->quantity_count; q++) {
      keel_status status = keel_sample_load(keel_simulation_sample(part, v, q), at, error);
      if (status) return status;
      at += keel_sample_size(plan_of(part->wiring, q));
    }
  part->next = head[1];
  part->paths = head[2];
  return KEEL_STATUS_OK;
}
