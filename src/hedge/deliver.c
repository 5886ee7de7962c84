#include "hedge/deliver.h"

#include <math.h>
#include <string.h>

static int delivers(const struct keel_block *block, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  return block->settled[r] && block->alive[r] && keel_kind_is_option(row->contract.kind);
}

uint32_t keel_delivery_line(const struct keel_block *block, size_t u, size_t v) {
  const struct keel_wiring *wiring = block->wiring;
  struct keel_lane_lines lines = keel_lines_of(wiring, u, v);
  for (uint32_t line = lines.first; line < lines.first + lines.count; line++) {
    uint32_t row = wiring->lines[line].row;
    if (row == KEEL_NO_ROW || !block->alive[row] || block->settled[row] || block->rolled[line]) continue;
    if (!keel_kind_is_option(wiring->rows[row].contract.kind)) return line;
  }
  return KEEL_NO_LINE;
}

/* `units` of an option that settles: those that are exercised deliver, the payoff of the others is lost. */
static void settle_units(const struct keel_block *block, size_t u, uint32_t r, size_t lane, const double *qty,
                         double units) {
  size_t paths = block->wiring->paths;
  const struct keel_row *row = &block->wiring->rows[r];
  double least = block->wiring->underlyings[u].terms->exercise_threshold;
  const double *payoff = keel_at_row(block, block->marks[block->now[u]].price, r);
  for (size_t i = 0; i < paths; i++) {
    double held = qty ? qty[i] * units : units;
    int exercised = payoff[i] > 0 && payoff[i] >= least;
    block->delivered[lane * paths + i] += exercised ? row->phi * held : 0;
    block->lapsed[lane * paths + i] += exercised ? 0 : payoff[i] * held;
  }
}

static void deliver_lane(struct keel_block *block, size_t u, size_t v) {
  const struct keel_wiring *wiring = block->wiring;
  const struct keel_underlying *underlying = &wiring->underlyings[u];
  size_t lane = keel_lane_of(wiring, u, v), bytes = wiring->paths * sizeof(double);
  memset(keel_at_lane(block, block->delivered, u, v), 0, bytes);
  memset(keel_at_lane(block, block->lapsed, u, v), 0, bytes);
  if (!block->entered[u]) return;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    if (block->units[r] != 0 && delivers(block, r)) settle_units(block, u, r, lane, NULL, block->units[r]);
  struct keel_lane_lines lines = keel_lines_of(wiring, u, v);
  for (uint32_t line = lines.first; line < lines.first + lines.count; line++) {
    uint32_t r = wiring->lines[line].row;
    if (r == KEEL_NO_ROW || !delivers(block, r)) continue;
    const double *held = keel_at_line(block, keel_account_before(block, u)->holding, line);
    settle_units(block, u, r, lane, held, wiring->rows[r].contract.multiplier);
  }
  if (keel_delivery_line(block, u, v) == KEEL_NO_LINE) memset(keel_at_lane(block, block->delivered, u, v), 0, bytes);
}

void keel_deliver(struct keel_block *block, size_t u) {
  if (block->wiring->underlyings[u].terms->settlement != KEEL_SETTLEMENT_PHYSICAL) return;
  for (size_t v = 0; v < block->wiring->variant_count; v++) deliver_lane(block, u, v);
}

int keel_has_delivered(const struct keel_block *block, size_t u, size_t v) {
  const double *delivered = keel_at_lane(block, block->delivered, u, v);
  for (size_t i = 0; i < block->wiring->paths; i++)
    if (delivered[i] != 0) return 1;
  return 0;
}
