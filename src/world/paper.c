#include "world/paper.h"

#include <string.h>

#include "hedge/mark.h"
#include "kernel/kernel.h"

struct keel_paper {
  const struct keel_market_terms *terms;
  size_t paths, lines;
  double *resting;           /* [line][path]: waits for the next quote */
  struct keel_order *orders; /* [line]: what rests there; its qty is not read */
  double *now;               /* [path]: what of it fills */
};

struct keel_paper *keel_paper_new(struct keel_arena *arena, const struct keel_wiring *wiring) {
  struct keel_paper *paper = KEEL_ARENA_NEW(arena, struct keel_paper, 1);
  *paper = (struct keel_paper){.terms = wiring->terms, .paths = wiring->paths, .lines = wiring->line_count};
  paper->resting = KEEL_ARENA_NEW(arena, double, wiring->line_count * wiring->paths);
  paper->orders = KEEL_ARENA_NEW(arena, struct keel_order, wiring->line_count);
  paper->now = KEEL_ARENA_NEW(arena, double, wiring->paths);
  return paper;
}

/* Mid, and half the spread that is paid: as last quoted, or in bps of mid; an instrument without a quote of its own, or
 * with one that is too old to be used, trades around its mark. */
static void fill(const struct keel_paper *paper, const struct keel_market *market, const struct keel_order *order,
                 const struct keel_fill *out) {
  size_t at = order->row * market->paths;
  struct keel_lane_fill lane = {.qty = order->qty,
                                .bid = market->bid + at,
                                .ask = market->ask + at,
                                .mark = order->mark,
                                .is_fresh = !keel_quote_is_stale(market, order->row, paper->terms->stale_ns),
                                .half_spread = order->free ? 0 : order->half_spread_bps / 1e4,
                                .fill_qty = out->qty,
                                .fill_price = out->price};
  keel_kernel_now->lanes.fill(paper->paths, &lane);
}

static void paper_send(void *self, const struct keel_market *market, const struct keel_order *order,
                       const struct keel_fill *out) {
  struct keel_paper *paper = self;
  double *resting = paper->resting + order->line * paper->paths;
  size_t bytes = paper->paths * sizeof *resting;
  if (order->waits) {
    paper->orders[order->line] = *order;
    memcpy(resting, order->qty, bytes);
    memset(out->qty, 0, bytes);
    return;
  }
  if (paper->orders[order->line].waits) memset(resting, 0, bytes);
  fill(paper, market, order, out);
}

/* What rests fills when its instrument has a new two-sided quote. */
static void paper_poll(void *self, const struct keel_market *market, size_t line, const struct keel_fill *out) {
  struct keel_paper *paper = self;
  struct keel_order order = paper->orders[line];
  double *resting = paper->resting + line * paper->paths, *now = paper->now;
  int is_new = market->quote_ns[order.row] == market->time_ns;
  for (size_t i = 0; i < paper->paths; i++) {
    size_t at = order.row * market->paths + i;
    int fills = is_new && keel_quote_is_usable(market->bid[at], market->ask[at]);
    now[i] = fills ? resting[i] : 0;
    resting[i] = fills ? 0 : resting[i];
  }
  order.qty = now;
  fill(paper, market, &order, out);
}

struct keel_venue keel_paper_venue(struct keel_paper *paper) {
  return (struct keel_venue){.self = paper, .fills_at_once = 1, .poll = paper_poll, .send = paper_send};
}

void keel_paper_reset(struct keel_paper *paper) {
  memset(paper->resting, 0, paper->lines * paper->paths * sizeof *paper->resting);
}
