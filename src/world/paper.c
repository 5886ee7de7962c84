#include "world/paper.h"

#include <math.h>
#include <string.h>

#include "hedge/mark.h"

struct keel_paper {
  const struct keel_market_terms *terms;
  size_t paths, lines;
  double *resting;           /* [line][path]: waits for the next quote */
  struct keel_order *orders; /* [line]: what rests there; its qty is not read */
};

struct keel_paper *keel_paper_new(struct keel_arena *arena, const struct keel_wiring *wiring) {
  struct keel_paper *paper = KEEL_ARENA_NEW(arena, struct keel_paper, 1);
  *paper = (struct keel_paper){.terms = wiring->terms, .paths = wiring->paths, .lines = wiring->line_count};
  paper->resting = KEEL_ARENA_NEW(arena, double, wiring->line_count * wiring->paths);
  paper->orders = KEEL_ARENA_NEW(arena, struct keel_order, wiring->line_count);
  return paper;
}

/* Mid, and half the spread that is paid: as last quoted, or in bps of mid; an instrument without a quote of its own, or
 * with one that is too old to be used, trades around its mark. */
static double fill_price(const struct keel_paper *paper, const struct keel_market *market,
                         const struct keel_order *order, size_t i, double qty) {
  size_t at = order->row * market->paths + i;
  double bid = market->bid[at], ask = market->ask[at];
  int quoted = keel_quote_is_usable(bid, ask);
  int fresh = quoted && !keel_quote_is_stale(market, order->row, paper->terms->stale_ns);
  double mid = fresh ? 0.5 * (bid + ask) : order->mark[i], half = quoted ? 0.5 * (ask - bid) : 0;
  if (!isnan(order->half_spread_bps)) half = mid * order->half_spread_bps / 1e4;
  if (order->free) half = 0;
  return qty > 0 ? mid + half : mid - half;
}

static void paper_send(void *self, const struct keel_market *market, const struct keel_order *order,
                       const struct keel_fill *fill) {
  struct keel_paper *paper = self;
  double *resting = paper->resting + order->line * paper->paths;
  if (order->waits) {
    paper->orders[order->line] = *order;
    memcpy(resting, order->qty, paper->paths * sizeof *resting);
    memset(fill->qty, 0, paper->paths * sizeof *fill->qty);
    return;
  }
  memset(resting, 0, paper->paths * sizeof *resting);
  for (size_t i = 0; i < paper->paths; i++) {
    fill->qty[i] = order->qty[i];
    fill->price[i] = order->qty[i] != 0 ? fill_price(paper, market, order, i, order->qty[i]) : 0;
  }
}

/* What rests fills when its instrument has a new two-sided quote. */
static void paper_poll(void *self, const struct keel_market *market, size_t line, const struct keel_fill *fill) {
  struct keel_paper *paper = self;
  const struct keel_order *order = &paper->orders[line];
  double *resting = paper->resting + line * paper->paths;
  for (size_t i = 0; i < paper->paths; i++) {
    size_t at = order->row * market->paths + i;
    int fills = resting[i] != 0 && market->quote_ns[order->row] == market->time_ns &&
                keel_quote_is_usable(market->bid[at], market->ask[at]);
    fill->qty[i] = fills ? resting[i] : 0;
    fill->price[i] = fills ? fill_price(paper, market, order, i, resting[i]) : 0;
    resting[i] = fills ? 0 : resting[i];
  }
}

struct keel_venue keel_paper_venue(struct keel_paper *paper) {
  return (struct keel_venue){.self = paper, .poll = paper_poll, .send = paper_send};
}

void keel_paper_reset(struct keel_paper *paper) {
  memset(paper->resting, 0, paper->lines * paper->paths * sizeof *paper->resting);
}
