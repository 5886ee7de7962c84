#include "hedge/splits.h"

#include <math.h>

#include "base/fail.h"
#include "hedge/exercise.h"

/* Moves what is known of a row to another (or the same), per new share. */
static void move_marks(struct keel_block *block, size_t u, uint32_t from, uint32_t to, double ratio) {
  struct keel_marks *marks = &block->marks[block->now[u]];
  keel_greeks *greeks = &marks->greeks, *hedging = &marks->hedge_greeks;
  double *const plain[] = {marks->vol, marks->yield, greeks->delta, greeks->vanna, marks->hedge_vol, hedging->delta};
  double *const divided[] = {marks->price, marks->escrow, greeks->vega,  greeks->theta,
                             greeks->rho,  greeks->psi,   greeks->volga, hedging->vega};
  double *const multiplied[] = {greeks->gamma, hedging->gamma};
  for (size_t k = 0; k < sizeof plain / sizeof *plain; k++) plain[k][to] = plain[k][from];
  for (size_t k = 0; k < sizeof divided / sizeof *divided; k++) divided[k][to] = divided[k][from] / ratio;
  for (size_t k = 0; k < sizeof multiplied / sizeof *multiplied; k++) multiplied[k][to] = multiplied[k][from] * ratio;
  for (size_t k = 0; k < block->wiring->delta_rule_count; k++) marks->hedge_delta[k][to] = marks->hedge_delta[k][from];
}

/* Spot and futures stay the contracts that they are; a quote from before the split is one of old shares. */
static void split_row(struct keel_block *block, size_t u, uint32_t r, const struct keel_split *split) {
  struct keel_market *market = &block->market;
  move_marks(block, u, r, r, split->ratio);
  block->units[r] *= split->ratio;
  if (market->quote_ns[r] >= split->ex_ns) return;
  market->bid[r] /= split->ratio;
  market->ask[r] /= split->ratio;
}

/* An option becomes another row; the quotes of its own, from before the split, are of a contract that is no more. */
static void split_option(struct keel_block *block, size_t u, uint32_t r, uint32_t to, const struct keel_split *split) {
  struct keel_market *market = &block->market;
  double units = keel_units_held(block, r), vol = block->last_vol[r];
  keel_exercise_forget(block, r);
  block->units[r] = 0;
  block->last_vol[r] = NAN;
  if (market->quote_ns[r] < split->ex_ns) {
    market->bid[r] = market->ask[r] = NAN;
    market->quote_ns[r] = KEEL_TIME_NONE;
  }
  if (to == KEEL_NO_ROW) return;
  block->last_vol[to] = vol;
  block->units[to] += units * split->ratio;
  if (units != 0) move_marks(block, u, r, to, split->ratio);
}

/* Rows of an expiry stand by strike: the one that a row becomes was there before it, or after it in a reverse split. */
static void split_rows(struct keel_block *block, size_t u, size_t index) {
  const struct keel_wiring *wiring = block->wiring;
  const struct keel_underlying *underlying = &wiring->underlyings[u];
  const struct keel_split *split = &underlying->terms->splits[index];
  const uint32_t *becomes = wiring->split_rows + (underlying->first_split + index) * wiring->row_count;
  split_row(block, u, underlying->spot, split);
  for (uint32_t k = 0; k < underlying->count; k++) {
    uint32_t r = underlying->first + (split->ratio > 1 ? k : underlying->count - 1 - k);
    if (wiring->rows[r].contract.kind == KEEL_KIND_FUTURE)
      split_row(block, u, r, split);
    else
      split_option(block, u, r, becomes[r], split);
  }
}

/* Holdings, and what rules remember in shares or prices. */
static void split_lanes(struct keel_block *block, size_t u, double ratio) {
  const struct keel_wiring *wiring = block->wiring;
  for (size_t v = 0; v < wiring->variant_count; v++) {
    struct keel_lane_lines lines = keel_lines_of(wiring, u, v);
    block->balance[keel_lane_of(wiring, u, v)] *= ratio;
    for (uint32_t line = lines.first; line < lines.first + lines.count; line++)
      block->accounts[block->now_account[u]].holding[line] *= ratio;
    for (int e = 0; e < KEEL_EXPOSURE_COUNT && block->triggers.spot; e++)
      block->triggers.spot[keel_trigger_at(block, u, v, (enum keel_exposure)e)] /= ratio;
  }
}

void keel_splits_apply(struct keel_block *block, size_t u) {
  const struct keel_underlying_terms *terms = block->wiring->underlyings[u].terms;
  while (block->splits_done[u] < terms->split_count) {
    const struct keel_split *split = &terms->splits[block->splits_done[u]];
    if (split->ex_ns > block->market.time_ns) return;
    if (split->ex_ns > block->begin_ns) {
      keel_assert(block->wiring->paths == 1);
      split_rows(block, u, block->splits_done[u]);
      split_lanes(block, u, split->ratio);
    }
    block->splits_done[u]++;
  }
}
