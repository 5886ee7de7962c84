#include "hedge/step.h"

#include <string.h>

#include "hedge/decide.h"
#include "hedge/deliver.h"
#include "hedge/exercise.h"
#include "hedge/splits.h"
#include "hedge/verbs.h"

/* Returns 0 where the book still waits for its first marks: what they fell back on then counts for nothing. */
static int mark(struct keel_block *block, size_t u) {
  uint64_t counts[KEEL_MARK_SOURCE_COUNT];
  memcpy(counts, block->source_counts, sizeof counts);
  if (keel_mark(block, u) || block->entered[u]) return 1;
  memcpy(block->source_counts, counts, sizeof counts);
  return 0;
}

static void step_underlying(struct keel_block *block, size_t u) {
  keel_splits_apply(block, u);
  if (block->entered[u]) {
    block->now[u] = !block->now[u];
    block->now_account[u] = !block->now_account[u];
    keel_collect(block, u);
  }
  if (!mark(block, u)) return;
  keel_measure(block, u);
  keel_decide(block, u);
  keel_execute(block, u);
  keel_account(block, u);
  block->stepped[u] = 1;
}

/* Before the underlyings of an instant. */
static void begin(struct keel_block *block) {
  memset(block->stepped, 0, block->wiring->underlying_count);
  if (block->begin_ns == KEEL_TIME_NONE) block->begin_ns = block->market.time_ns;
  keel_exercise_begin(block);
}

void keel_step(struct keel_block *block) {
  begin(block);
  for (size_t i = 0; i < block->market.changed_count; i++)
    if (!block->finished[block->market.changed[i]]) step_underlying(block, block->market.changed[i]);
}

static void observe_underlying(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  keel_splits_apply(block, u);
  if (block->entered[u]) block->now[u] = !block->now[u];
  if (!mark(block, u)) return;
  keel_measure(block, u);
  keel_deliver_to_book(block, u);
  block->entered[u] = block->stepped[u] = 1;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    if (block->settled[r]) block->alive[r] = 0;
}

void keel_observe(struct keel_block *block) {
  begin(block);
  for (size_t i = 0; i < block->market.changed_count; i++) observe_underlying(block, block->market.changed[i]);
}

int keel_is_over(const struct keel_block *block, size_t u) {
  return block->entered[u] && !block->finished[u] && (block->market.is_last || keel_book_is_over(block, u));
}

/* Returns whether there was something to close. */
static int close_line(struct keel_block *block, size_t u, size_t v, size_t line) {
  size_t paths = block->wiring->paths;
  struct keel_fill fill = {.qty = keel_at_line(block, block->sent_qty, line),
                           .price = keel_at_line(block, block->sent_price, line)};
  const double *held = keel_at_line(block, keel_account_before(block, u)->holding, line);
  double *working = keel_at_line(block, keel_account_after(block, u)->working, line);
  double *trade = keel_at_line(block, block->trade, line);
  const struct keel_rows *rows = &keel_kernel_now->rows;
  rows->set(paths, 0, keel_at_line(block, block->polled_qty, line));
  rows->set(paths, 0, fill.qty);
  rows->set(paths, 0, working);
  rows->set(paths, 0, keel_at_line(block, block->target, line));
  rows->set(paths, KEEL_REASON_LIQUIDATE, keel_at_line(block, block->reason, line));
  rows->negate(paths, held, trade);
  int any = 0;
  for (size_t i = 0; i < paths && !any; i++) any = held[i] != 0;
  if (!any) return 0;
  struct keel_order order = keel_order_for(block, u, v, line, trade);
  order.waits = 0;
  order.free = keel_costs_of(block->wiring, u)->close_waived;
  block->venue.send(block->venue.self, &block->market, &order, &fill);
  return 1;
}

static void close_holdings(struct keel_block *block, size_t u, size_t v) {
  struct keel_lane_lines lines = keel_lines_of(block->wiring, u, v);
  int any = close_line(block, u, v, lines.first); /* of a lane that has none: it says so */
  for (size_t line = lines.first + 1; line < lines.first + lines.count; line++) any |= close_line(block, u, v, line);
  block->decided[keel_lane_of(block->wiring, u, v)] = any;
}

void keel_liquidate(struct keel_block *block, size_t u) {
  block->now_account[u] = !block->now_account[u];
  memset(keel_at_total(block, block->totals.cash, u), 0, block->wiring->paths * sizeof(double));
  for (size_t v = 0; v < block->wiring->variant_count; v++) close_holdings(block, u, v);
  keel_account_closing(block, u);
  block->finished[u] = 1;
}
