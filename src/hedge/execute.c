/* Verb 4 of 5: trades become orders, orders become fills. */
#include <string.h>

#include "hedge/verbs.h"

struct keel_order keel_order_for(struct keel_block *block, size_t u, size_t v, size_t line, const double *qty) {
  const struct keel_hedge_line *terms = &block->wiring->lines[line];
  return (struct keel_order){
      .line = line,
      .row = terms->row,
      .half_spread_bps = terms->half_spread_bps,
      .waits = keel_policy_of(block->wiring, u, v)->execution.fill == KEEL_FILL_NEXT,
      .free = block->opening[keel_lane_of(block->wiring, u, v)] && keel_costs_of(block->wiring, u)->open_waived,
      .qty = qty,
      .mark = keel_at_row(block, keel_marks_after(block, u)->price, terms->row)};
}

static void collect_line(struct keel_block *block, size_t u, size_t line) {
  size_t paths = block->wiring->paths;
  struct keel_fill fill = {.qty = keel_at_line(block, block->polled_qty, line),
                           .price = keel_at_line(block, block->polled_price, line)};
  double *working = keel_at_line(block, keel_account_before(block, u)->working, line);
  memset(fill.qty, 0, paths * sizeof(double));
  block->polled_free[line] = block->sent_free[line];
  if (!block->alive[block->wiring->lines[line].row]) return;
  block->venue.poll(block->venue.self, &block->market, line, &fill);
  for (size_t i = 0; i < paths; i++) working[i] -= fill.qty[i];
}

/* Late fills of earlier orders; they are booked before this step decides. Nothing fills on what has expired. */
void keel_collect(struct keel_block *block, size_t u) {
  for (size_t v = 0; v < block->wiring->variant_count; v++) {
    if (!keel_orders_rest(block, u, v)) continue;
    struct keel_lane_lines lines = keel_lines_of(block->wiring, u, v);
    for (size_t line = lines.first; line < lines.first + lines.count; line++) collect_line(block, u, line);
  }
}

/* Where nothing can rest: the trade is the order, and the fill. */
static void execute_at_once(struct keel_block *block, size_t u, size_t v, size_t line) {
  struct keel_fill fill = {.qty = keel_at_line(block, block->sent_qty, line),
                           .price = keel_at_line(block, block->sent_price, line)};
  if (!block->decided[keel_lane_of(block->wiring, u, v)]) {
    memset(fill.qty, 0, block->wiring->paths * sizeof *fill.qty);
    return;
  }
  struct keel_order order = keel_order_for(block, u, v, line, keel_at_line(block, block->trade, line));
  block->sent_free[line] = order.free != 0;
  block->venue.send(block->venue.self, &block->market, &order, &fill);
}

static void execute_line(struct keel_block *block, size_t u, size_t v, size_t line) {
  size_t paths = block->wiring->paths;
  struct keel_fill fill = {.qty = keel_at_line(block, block->sent_qty, line),
                           .price = keel_at_line(block, block->sent_price, line)};
  const double *trade = keel_at_line(block, block->trade, line);
  const double *was = keel_at_line(block, keel_account_before(block, u)->working, line);
  double *working = keel_at_line(block, keel_account_after(block, u)->working, line);
  double *qty = block->path_scratch[0];
  int any = 0;
  memset(fill.qty, 0, paths * sizeof(double));
  for (size_t i = 0; i < paths; i++) {
    qty[i] = was[i] + trade[i];
    any |= trade[i] != 0;
  }
  if (any) {
    struct keel_order order = keel_order_for(block, u, v, line, qty);
    block->sent_free[line] = order.free != 0;
    block->venue.send(block->venue.self, &block->market, &order, &fill);
  }
  for (size_t i = 0; i < paths; i++) working[i] = qty[i] - fill.qty[i];
}

void keel_execute(struct keel_block *block, size_t u) {
  for (size_t v = 0; v < block->wiring->variant_count; v++) {
    struct keel_lane_lines lines = keel_lines_of(block->wiring, u, v);
    for (size_t line = lines.first; line < lines.first + lines.count; line++) {
      if (keel_orders_rest(block, u, v))
        execute_line(block, u, v, line);
      else
        execute_at_once(block, u, v, line);
    }
  }
}
