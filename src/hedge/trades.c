#include "hedge/trades.h"

#include <math.h>

void keel_trades_begin(struct keel_block *block, size_t u) {
  block->spot_units[u] = block->units[block->wiring->underlyings[u].spot];
  if (block->wiring->trade_count)
    keel_kernel_now->rows.set(block->wiring->paths, 0,
                              keel_at_total(block, block->totals.change[KEEL_COMPONENT_TRADES], u));
}

/* A future is held at no value: what it was bought below its mark is cash at once. */
static void book(struct keel_block *block, size_t u, const struct keel_row_trade *trade) {
  const double *mark = keel_at_row(block, keel_marks_after(block, u)->price, trade->row);
  double *cash = keel_at_total(block, block->totals.cash, u);
  double *made = keel_at_total(block, block->totals.change[KEEL_COMPONENT_TRADES], u);
  int is_future = block->wiring->rows[trade->row].contract.kind == KEEL_KIND_FUTURE;
  for (size_t i = 0; i < block->wiring->paths; i++) {
    double gain = trade->units * (mark[i] - trade->price);
    cash[i] += (is_future ? gain : -trade->units * trade->price) - trade->fees;
    made[i] += gain - trade->fees;
  }
  block->units[trade->row] += trade->units;
}

void keel_trade_row(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  int is_gone = !block->alive[r] || block->settled[r];
  while (block->trades_done[r] < row->trade_count) {
    const struct keel_row_trade *trade = &block->wiring->trades[row->first_trade + block->trades_done[r]];
    if (trade->time_ns > block->market.time_ns) return;
    if (!is_gone && isnan(keel_at_row(block, keel_marks_after(block, u)->price, r)[0])) return;
    if (is_gone)
      block->trades_lost++;
    else
      book(block, u, trade);
    block->trades_late += !is_gone && trade->time_ns < block->market.time_ns;
    block->trades_done[r]++;
    block->trades_left[u]--;
  }
}
