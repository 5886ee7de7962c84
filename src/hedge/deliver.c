#include "hedge/deliver.h"

#include <math.h>
#include <string.h>

#include "hedge/exercise.h"

static int delivers(const struct keel_block *block, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  return block->settled[r] && block->alive[r] && keel_kind_is_option(row->contract.kind) &&
         row->contract.settlement == KEEL_SETTLEMENT_PHYSICAL;
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

/* `units` of an option that settles, times `qty` of each path where that is given. Those that are exercised deliver;
 * what the payoff is more than they bring is lost. */
static void settle_units(const struct keel_block *block, size_t u, uint32_t r, size_t lane, const double *qty,
                         double units) {
  size_t paths = block->wiring->paths;
  const struct keel_row *row = &block->wiring->rows[r];
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  const double *price = block->marks[block->now[u]].price;
  enum keel_at_expiry choice = qty || units < 0 ? KEEL_AT_EXPIRY_THRESHOLD : row->at_expiry;
  for (size_t i = 0; i < paths; i++) {
    int gone = !qty && block->exercise.gone_count[r] && block->exercise.gone[r * paths + i];
    double held = gone ? 0 : qty ? qty[i] * units : units, payoff = price[r * paths + i];
    double intrinsic = row->phi * (price[underlying->spot * paths + i] - row->contract.strike);
    int exercised = payoff > 0 && payoff >= underlying->terms->exercise_threshold;
    if (choice != KEEL_AT_EXPIRY_THRESHOLD) exercised = choice == KEEL_AT_EXPIRY_EXERCISE;
    block->delivered[lane * paths + i] += exercised ? row->phi * held : 0;
    block->lapsed[lane * paths + i] += held * (exercised ? payoff - intrinsic : payoff);
  }
}

static void deliver_lane(struct keel_block *block, size_t u, size_t v) {
  const struct keel_wiring *wiring = block->wiring;
  const struct keel_underlying *underlying = &wiring->underlyings[u];
  size_t lane = keel_lane_of(wiring, u, v), bytes = wiring->paths * sizeof(double);
  double *out = keel_at_lane(block, block->delivered, u, v);
  memcpy(out, keel_at_total(block, block->exercised, u), bytes);
  memset(keel_at_lane(block, block->lapsed, u, v), 0, bytes);
  if (!block->entered[u]) return;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    if (block->units[r] != 0 && delivers(block, r)) settle_units(block, u, r, lane, NULL, block->units[r]);
  struct keel_lane_lines lines = keel_lines_of(wiring, u, v);
  for (uint32_t line = lines.first; line < lines.first + lines.count; line++) {
    uint32_t r = wiring->lines[line].row;
    keel_exercise_deliver(block, u, line, out);
    if (r == KEEL_NO_ROW || !delivers(block, r)) continue;
    const double *held = keel_at_line(block, keel_account_before(block, u)->holding, line);
    settle_units(block, u, r, lane, held, wiring->rows[r].contract.multiplier);
  }
  if (keel_delivery_line(block, u, v) == KEEL_NO_LINE) memset(out, 0, bytes);
}

void keel_deliver(struct keel_block *block, size_t u) {
  if (!block->wiring->underlyings[u].delivers) return;
  for (size_t v = 0; v < block->wiring->variant_count; v++) deliver_lane(block, u, v);
}

int keel_has_delivered(const struct keel_block *block, size_t u, size_t v) {
  const double *delivered = keel_at_lane(block, block->delivered, u, v);
  for (size_t i = 0; i < block->wiring->paths; i++)
    if (delivered[i] != 0) return 1;
  return 0;
}

void keel_deliver_to_book(struct keel_block *block, size_t u) {
  const struct keel_wiring *wiring = block->wiring;
  double lapsed = keel_at_lane(block, block->lapsed, u, 0)[0], units = keel_at_lane(block, block->delivered, u, 0)[0];
  if (!wiring->underlyings[u].delivers) return;
  struct keel_totals *totals = &block->totals;
  keel_at_total(block, totals->cash, u)[0] -= lapsed;
  keel_at_total(block, totals->change[KEEL_COMPONENT_SETTLEMENT], u)[0] -= lapsed;
  uint32_t line = keel_delivery_line(block, u, 0);
  if (line == KEEL_NO_LINE || units == 0) return;
  uint32_t r = wiring->lines[line].row;
  block->units[r] += units;
  if (wiring->rows[r].contract.kind == KEEL_KIND_FUTURE) return;
  double paid = units * keel_at_row(block, keel_marks_after(block, u)->price, r)[0];
  keel_at_total(block, totals->cash, u)[0] -= paid;
  keel_at_total(block, totals->value, u)[0] += paid;
}
