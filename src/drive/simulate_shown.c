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
      .holding = KEEL_ARENA_NEW(arena, double, count * wiring->rows.line_count * instants),
  };
}

/* Some paths of the block, at one instant. */
struct view {
  struct keel_simulation_worker *worker;
  size_t first, count; /* paths */
  size_t instant, instants;
};

/* [path][of][instant] of what the block has as [path]. */
static void keep(const struct view *view, const double *values, size_t which, size_t of, double *out) {
  for (size_t i = 0; i < view->count; i++)
    out[((view->first + i) * of + which) * view->instants + view->instant] = values[i];
}

static void keep_market(const struct view *view, struct keel_shown_paths *shown) {
  struct keel_block *block = view->worker->block;
  double book[KEEL_LEAF_PATHS] = {0};
  for (size_t u = 0; u < shown->underlyings; u++) {
    const double *value = keel_at_total(block, block->totals.value, u);
    keep(view, keel_at_row(block, block->market.bid, block->wiring->underlyings[u].spot), u, shown->underlyings,
         shown->spot);
    for (size_t i = 0; i < view->count; i++) book[i] += value[i];
  }
  keep(view, book, 0, 1, shown->book);
}

static void keep_accounts(const struct view *view, struct keel_shown_paths *shown) {
  struct keel_block *block = view->worker->block;
  const struct keel_wiring *wiring = block->wiring;
  double pnl[KEEL_LEAF_PATHS];
  for (size_t v = 0; v < shown->variants; v++) {
    keel_simulation_read(view->worker, v, KEEL_QUANTITY_PNL, pnl);
    keep(view, pnl, v, shown->variants, shown->pnl);
    for (size_t u = 0; u < wiring->underlying_count; u++) {
      struct keel_lane_lines lines = keel_lines_of(wiring, u, v);
      for (uint32_t line = lines.first; line < lines.first + lines.count; line++)
        keep(view, keel_at_line(block, keel_account_after(block, u)->holding, line), line, wiring->line_count,
             shown->holding);
    }
  }
}

void keel_simulation_show_paths(struct keel_simulation *simulation) {
  const struct keel_simulation_wiring *wiring = &simulation->wiring;
  uint64_t wanted = (uint64_t)wiring->strategy->run.paths_shown, block = wiring->rows.paths;
  size_t count = (size_t)(wanted < simulation->part.paths ? wanted : simulation->part.paths);
  if (!count) return;
  lay_out(simulation, count);
  struct keel_shown_paths *shown = &simulation->shown;
  struct keel_simulation_worker worker;
  keel_simulation_worker_init(&worker, wiring);
  for (size_t first = 0; first < count; first += block) {
    struct view view = {&worker, first, count - first < block ? count - first : block, 0, wiring->market.steps + 1};
    keel_simulation_begin(&worker, first, view.count);
    for (; keel_simulation_next(&worker); view.instant++) {
      shown->time_ns[view.instant] = worker.block->market.time_ns;
      keep_market(&view, shown);
      keep_accounts(&view, shown);
    }
    shown->instants = view.instant;
  }
  keel_simulation_worker_fini(&worker);
}
