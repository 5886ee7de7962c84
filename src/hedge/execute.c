/* Verb 4 of 5: trades become orders, orders become fills. */
#include <string.h>

#include "hedge/verbs.h"

struct keel_order keel_order_for(struct keel_block *block, size_t u, size_t v, const double *qty) {
  const struct keel_hedge_line *line = &block->wiring->lines[keel_lane_of(block->wiring, u, v)];
  int waits = block->wiring->policies[v]->execution.fill == KEEL_FILL_NEXT;
  return (struct keel_order){
      .underlying = u,
      .variant = v,
      .row = line->row,
      .half_spread_bps = line->half_spread_bps,
      .waits = waits,
      .free = block->opening[keel_lane_of(block->wiring, u, v)] && block->wiring->costs.open_waived,
      .qty = qty,
      .mark = keel_at_row(block, keel_marks_after(block, u)->price, line->row)};
}

/* Late fills of earlier orders; they are booked before this step decides. Nothing fills on what has expired. */
void keel_collect(struct keel_block *block, size_t u) {
  size_t paths = block->wiring->paths;
  for (size_t v = 0; v < block->wiring->variant_count; v++) {
    struct keel_fill fill = {.qty = keel_at_lane(block, block->polled_qty, u, v),
                             .price = keel_at_lane(block, block->polled_price, u, v)};
    double *working = keel_at_lane(block, keel_account_before(block, u)->working, u, v);
    uint32_t row = block->wiring->lines[keel_lane_of(block->wiring, u, v)].row;
    memset(fill.qty, 0, paths * sizeof(double));
    block->polled_free[keel_lane_of(block->wiring, u, v)] = block->sent_free[keel_lane_of(block->wiring, u, v)];
    if (row == KEEL_NO_ROW || !block->alive[row]) continue;
    block->venue.poll(block->venue.self, &block->market, u, v, &fill);
    for (size_t i = 0; i < paths; i++) working[i] -= fill.qty[i];
  }
}

void keel_execute(struct keel_block *block, size_t u) {
  size_t paths = block->wiring->paths;
  for (size_t v = 0; v < block->wiring->variant_count; v++) {
    struct keel_fill fill = {.qty = keel_at_lane(block, block->sent_qty, u, v),
                             .price = keel_at_lane(block, block->sent_price, u, v)};
    const double *trade = keel_at_lane(block, block->trade, u, v);
    const double *was = keel_at_lane(block, keel_account_before(block, u)->working, u, v);
    double *working = keel_at_lane(block, keel_account_after(block, u)->working, u, v);
    double *qty = block->path_scratch[0];
    int any = 0;
    memset(fill.qty, 0, paths * sizeof(double));
    for (size_t i = 0; i < paths; i++) {
      qty[i] = was[i] + trade[i];
      any |= trade[i] != 0;
    }
    if (any) {
      struct keel_order order = keel_order_for(block, u, v, qty);
      block->sent_free[keel_lane_of(block->wiring, u, v)] = order.free != 0;
      block->venue.send(block->venue.self, &block->market, &order, &fill);
    }
    for (size_t i = 0; i < paths; i++) working[i] = qty[i] - fill.qty[i];
  }
}
