/* Paths step by step: run once more by themselves, so that the run of all of them keeps nothing. */
#include <string.h>

#include "drive/simulate.h"

static void lay_out(struct keel_simulation *simulation, size_t count) {
  const struct keel_simulation_wiring *wiring = &simulation->wiring;
  size_t instants = wiring->market.steps + 1, underlyings = wiring->rows.underlying_count;
  struct keel_arena *arena = &simulation->arena;
  simulation->shown = (struct keel_shown_paths){
      .count = count,
      .underlyings = underlyings,
      .variants = wiring->variant_count,
      .time_ns = KEEL_ARENA_NEW(arena, int64_t, instants),
      .spot = KEEL_ARENA_NEW(arena, double, count *underlyings *instants),
      .book = KEEL_ARENA_NEW(arena, double, count *instants),
      .pnl = KEEL_ARENA_NEW(arena, double, count * wiring->variant_count * instants),
  };
}

/* One instant of `count` paths from `first` on. */
static void keep(struct keel_simulation *simulation, struct keel_simulation_worker *worker, size_t first, size_t count,
                 size_t instant) {
  struct keel_shown_paths *shown = &simulation->shown;
  struct keel_block *block = worker->block;
  size_t instants = simulation->wiring.market.steps + 1;
  double pnl[KEEL_LEAF_PATHS];
  shown->time_ns[instant] = block->market.time_ns;
  for (size_t u = 0; u < shown->underlyings; u++) {
    const double *spot = keel_at_row(block, block->market.bid, block->wiring->underlyings[u].spot);
    const double *value = keel_at_total(block, block->totals.value, u);
    for (size_t i = 0; i < count; i++) {
      shown->spot[((first + i) * shown->underlyings + u) * instants + instant] = spot[i];
      shown->book[(first + i) * instants + instant] += value[i];
    }
  }
  for (size_t v = 0; v < shown->variants; v++) {
    keel_simulation_read(worker, v, KEEL_QUANTITY_PNL, pnl);
    for (size_t i = 0; i < count; i++) shown->pnl[((first + i) * shown->variants + v) * instants + instant] = pnl[i];
  }
}

void keel_simulation_show_paths(struct keel_simulation *simulation) {
  const struct keel_simulation_wiring *wiring = &simulation->wiring;
  uint64_t wanted = (uint64_t)wiring->strategy->run.paths_shown, block = wiring->rows.paths;
  size_t count = (size_t)(wanted < simulation->part.paths ? wanted : simulation->part.paths);
  if (!count) return;
  lay_out(simulation, count);
  struct keel_simulation_worker worker;
  keel_simulation_worker_init(&worker, wiring);
  for (size_t first = 0; first < count; first += block) {
    size_t paths = count - first < block ? count - first : block, instant = 0;
    keel_simulation_begin(&worker, first, paths);
    for (; keel_simulation_next(&worker); instant++) keep(simulation, &worker, first, paths, instant);
    simulation->shown.instants = instant;
  }
  keel_simulation_worker_fini(&worker);
}
