/* A simulation shared by ranks: each runs its own leaves; rank 0 appends their samples in order, one rank at a time. */
#include <math.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/fail.h"
#include "drive/simulate.h"
#include "keel/version.h"

/* Places of the run; keel_ranks_end is at 0. */
enum { PREPARED = 1, FINISHED = 2, GATHERED = 3 };

/* ---- what has to be the same on all ranks ---- */

/* What path 0 comes to, under every policy: it shows another build, strategy or data as no list of these could. */
static uint32_t try_path(const struct keel_simulation_wiring *wiring, uint32_t check) {
  double values[KEEL_LEAF_PATHS];
  struct keel_simulation_worker worker;
  keel_simulation_worker_init(&worker, wiring);
  keel_simulation_begin(&worker, 0, 1);
  while (keel_simulation_next(&worker)) continue;
  for (size_t v = 0; v < wiring->variant_count; v++)
    for (size_t q = 0; q < wiring->quantity_count; q++) {
      keel_simulation_read(&worker, v, q, values);
      if (isfinite(values[0])) check = keel_crc32c(check, &values[0], sizeof values[0]);
    }
  keel_simulation_worker_fini(&worker);
  return check;
}

static uint64_t mark_of(const struct keel_simulation *simulation) {
  const struct keel_simulation_wiring *wiring = &simulation->wiring;
  const uint64_t sizes[] = {keel_simulation_part_size(wiring), wiring->paths, wiring->market.seed};
  uint32_t check = keel_crc32c(0, keel_version(), strlen(keel_version()));
  check = keel_crc32c(check, sizes, sizeof sizes);
  check = keel_crc32c(check, &simulation->premium, sizeof simulation->premium);
  return (uint64_t)PREPARED << 32 | try_path(wiring, check);
}

keel_status keel_simulation_join(keel_ranks *ranks, const struct keel_simulation *simulation, keel_status status,
                                 keel_error *error) {
  return keel_ranks_agree(ranks, status, status ? PREPARED : mark_of(simulation), error);
}

/* ---- turns: in each, every rank has leaves that follow on those of the rank before ---- */

/* One turn would do. Of a run that is stopped, though, only paths that follow on each other make a result: the more
 * turns, the fewer are lost; but samples are kept and sent for each. */
static uint64_t count_turns(const struct keel_simulation_wiring *wiring, size_t ranks) {
  enum { MOST = 16, LEAVES = 256, BYTES = 256 << 20 };
  uint64_t turns = BYTES / (ranks * keel_simulation_part_size(wiring)), long_enough = wiring->leaves / (ranks * LEAVES);
  turns = turns < long_enough ? turns : long_enough;
  return turns < 1 ? 1 : turns > MOST ? MOST : turns;
}

struct share {
  struct keel_arena arena;
  const struct keel_simulation_wiring *wiring;
  keel_ranks *ranks;
  uint64_t turns;
  struct keel_simulation_part *parts; /* [turn], of this rank */
};

static uint64_t first_leaf(const struct share *share, uint64_t turn, size_t rank) {
  size_t count = share->ranks->count;
  return share->wiring->leaves * (turn * count + rank) / (share->turns * count);
}

static void share_init(struct share *share, const struct keel_simulation_wiring *wiring, keel_ranks *ranks) {
  *share = (struct share){.wiring = wiring, .ranks = ranks, .turns = count_turns(wiring, ranks->count)};
  keel_arena_init(&share->arena);
  share->parts = KEEL_ARENA_NEW(&share->arena, struct keel_simulation_part, share->turns);
  for (uint64_t turn = 0; turn < share->turns; turn++)
    keel_simulation_part_init(&share->parts[turn], wiring, first_leaf(share, turn, ranks->rank));
}

static void share_fini(struct share *share) {
  for (uint64_t turn = 0; turn < share->turns; turn++) keel_simulation_part_fini(&share->parts[turn]);
  keel_arena_fini(&share->arena);
}

static keel_status run_own(struct share *share, const struct keel_simulation_plan *plan, keel_error *error) {
  struct keel_ranks_watch watch;
  struct keel_simulation_plan watched = *plan;
  keel_status status = KEEL_STATUS_OK;
  keel_ranks_watch_init(&watch, share->ranks, FINISHED);
  watch.tick = plan->tick;
  watch.tick_context = plan->tick_context;
  watch.total = share->wiring->paths;
  watched.tick = keel_ranks_tick;
  watched.tick_context = &watch;
  for (uint64_t turn = 0; turn < share->turns && !status; turn++) {
    uint64_t last = first_leaf(share, turn, share->ranks->rank + 1);
    status = keel_simulation_part_run(&share->parts[turn], last, &watched, error);
    watch.before += share->parts[turn].paths;
  }
  status = keel_ranks_meet(&watch, status, error);
  keel_ranks_watch_fini(&watch);
  return status;
}

/* ---- samples, to rank 0 ---- */

static void append(struct keel_simulation *simulation, const struct keel_simulation_part *part) {
  if (part->first == simulation->part.next)
    keel_simulation_part_append(&simulation->part, part);
  else
    simulation->left_out += part->paths;
}

static keel_status take_part(struct keel_simulation *simulation, const struct share *share, uint64_t turn, size_t rank,
                             void *bytes, keel_error *error) {
  struct keel_simulation_part part;
  keel_error why;
  keel_simulation_part_init(&part, share->wiring, first_leaf(share, turn, rank));
  keel_status status = keel_ranks_receive(share->ranks, rank, bytes, keel_simulation_part_size(share->wiring), &why);
  if (!status) status = keel_simulation_part_load(&part, bytes, &why);
  if (status)
    keel_fail(error, status, why.where, "%.440s (rank %zu)", why.what, rank);
  else
    append(simulation, &part);
  keel_simulation_part_fini(&part);
  return status;
}

/* Takes what all send, even after bytes that are wrong: the others do not go on before. */
static keel_status take_parts(struct keel_simulation *simulation, const struct share *share, void *bytes,
                              keel_error *error) {
  keel_status first = KEEL_STATUS_OK;
  for (uint64_t turn = 0; turn < share->turns; turn++) {
    append(simulation, &share->parts[turn]);
    for (size_t rank = 1; rank < share->ranks->count && !share->ranks->ended; rank++) {
      keel_error why;
      keel_status status = take_part(simulation, share, turn, rank, bytes, &why);
      if (!status || first) continue;
      first = status;
      if (error) *error = why;
    }
  }
  return first;
}

static keel_status send_parts(const struct share *share, void *bytes, keel_error *error) {
  keel_status status = KEEL_STATUS_OK;
  for (uint64_t turn = 0; turn < share->turns && !status; turn++) {
    keel_simulation_part_save(&share->parts[turn], bytes);
    status = keel_ranks_send(share->ranks, bytes, keel_simulation_part_size(share->wiring), error);
  }
  return status;
}

static keel_status gather(struct keel_simulation *simulation, const struct share *share, keel_error *error) {
  struct keel_arena arena;
  keel_arena_init(&arena);
  void *bytes = keel_arena_alloc(&arena, keel_simulation_part_size(share->wiring), 1);
  keel_status status =
      share->ranks->rank == 0 ? take_parts(simulation, share, bytes, error) : send_parts(share, bytes, error);
  keel_arena_fini(&arena);
  return keel_ranks_agree(share->ranks, status, GATHERED, error);
}

/* ---- all ---- */

keel_status keel_simulation_share(struct keel_simulation *simulation, const struct keel_simulation_plan *plan,
                                  keel_error *error) {
  struct share share;
  keel_error why = {0};
  share_init(&share, &simulation->wiring, plan->ranks);
  keel_status status = run_own(&share, plan, &why), gathered = KEEL_STATUS_OK;
  if (status == KEEL_STATUS_OK || status == KEEL_STATUS_STOPPED) gathered = gather(simulation, &share, error);
  share_fini(&share);
  if (gathered) return gathered;
  if (status && error) *error = why;
  return status;
}
