#include "hedge/trades.h"

#include <math.h>

#include "hedge/exercise.h"

void keel_trades_begin(struct keel_block *block, size_t u) {
  block->spot_units[u] = block->units[block->wiring->underlyings[u].spot];
  double **change = block->totals.change;
  keel_kernel_now->rows.set(block->wiring->paths, 0, keel_at_total(block, block->exercised, u));
  if (block->wiring->trade_count || block->wiring->exercises || block->wiring->underlyings[u].delivers)
    keel_kernel_now->rows.set(block->wiring->paths, 0, keel_at_total(block, change[KEEL_COMPONENT_SETTLEMENT], u));
  if (block->wiring->trade_count)
    keel_kernel_now->rows.set(block->wiring->paths, 0, keel_at_total(block, change[KEEL_COMPONENT_TRADES], u));
}

/* An exercise or assignment pays what lies between spot and strike, also where that is a loss to who asks for it; what
 * it delivers at that spot is for the lanes. */
static void close_at_strike(struct keel_block *block, size_t u, const struct keel_row_trade *trade) {
  const struct keel_row *row = &block->wiring->rows[trade->row];
  const double *mark = keel_at_row(block, keel_marks_after(block, u)->price, trade->row);
  const double *spot = keel_at_row(block, keel_marks_after(block, u)->price, block->wiring->underlyings[u].spot);
  double *cash = keel_at_total(block, block->totals.cash, u);
  double *made = keel_at_total(block, block->totals.change[KEEL_COMPONENT_SETTLEMENT], u);
  for (size_t i = 0; i < block->wiring->paths; i++) {
    double intrinsic = row->phi * (spot[i] - row->contract.strike);
    cash[i] -= trade->units * intrinsic + trade->fees;
    made[i] += trade->units * (mark[i] - intrinsic) - trade->fees;
    if (row->contract.settlement == KEEL_SETTLEMENT_PHYSICAL)
      keel_at_total(block, block->exercised, u)[i] -= row->phi * trade->units;
  }
}

/* A future is held at no value: what it was bought below its mark is cash at once. */
static void exchange(struct keel_block *block, size_t u, const struct keel_row_trade *trade) {
  const double *mark = keel_at_row(block, keel_marks_after(block, u)->price, trade->row);
  double *cash = keel_at_total(block, block->totals.cash, u);
  double *made = keel_at_total(block, block->totals.change[KEEL_COMPONENT_TRADES], u);
  int is_future = block->wiring->rows[trade->row].contract.kind == KEEL_KIND_FUTURE;
  for (size_t i = 0; i < block->wiring->paths; i++) {
    double gain = trade->units * (mark[i] - trade->price);
    cash[i] += (is_future ? gain : -trade->units * trade->price) - trade->fees;
    made[i] += gain - trade->fees;
  }
}

/* Whether a position is there that an exercise or assignment of so many units closes. */
static int closes(double held, double units) { return held * units < 0 && fabs(units) <= fabs(held) * (1 + 0x1p-40); }

static void book(struct keel_block *block, size_t u, const struct keel_row_trade *trade) {
  double *held = &block->units[trade->row];
  keel_exercise_forget(block, trade->row);
  if (trade->event == KEEL_TRADE_FILL) {
    exchange(block, u, trade);
  } else if (closes(*held, trade->units)) {
    close_at_strike(block, u, trade);
  } else {
    if (!block->refused) block->refused = trade, block->refused_held = *held;
    return;
  }
  *held += trade->units;
}

void keel_trade_row(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  int is_gone = !block->alive[r] || block->settled[r];
  while (block->trades_done[r] < row->trade_count) {
    const struct keel_row_trade *trade = &block->wiring->trades[row->first_trade + block->trades_done[r]];
    if (trade->time_ns > block->market.time_ns) return;
    if (!block->entered[u] && trade->event != KEEL_TRADE_FILL) return; /* there is no account yet that it delivers to */
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
