/* The seam to whoever fills. Implementations live in world; the verbs know only this.
 *
 * Orders and fills are line-shaped: one array of `paths` numbers for each hedge instrument of each (underlying,
 * variant). qty > 0 buys. */
#ifndef KEEL_HEDGE_VENUE_H
#define KEEL_HEDGE_VENUE_H

#include <stddef.h>

#include "book/market.h"

/* Who orders what. */
struct keel_order {
  size_t line;            /* of the wiring: whose order it is */
  size_t row;             /* the instrument */
  double half_spread_bps; /* of the price; NaN: half the quoted spread */
  int waits;              /* fills at the next quote of the instrument, not at this one */
  int free;               /* fills at mid: an opening or closing trade whose costs are waived */
  const double *qty;      /* [path]; 0: no order in that lane */
  const double *mark;     /* [path]: the price where the instrument has no quote of its own */
};

/* Fills of one line. Shape: [path], written in full: qty 0 where nothing filled. */
struct keel_fill {
  double *qty;
  double *price; /* per unit of the contract's price; read only where qty is not 0 */
};

struct keel_venue {
  void *self;
  int fills_at_once; /* an order that does not wait is filled whole by send: nothing of it works, or comes with poll */
  /* Fills since the last call of what that line sent before. Called before the marks are read. */
  void (*poll)(void *self, const struct keel_market *market, size_t line, const struct keel_fill *fill);
  /* Takes an order; may fill at once. What the line still had working is replaced. */
  void (*send)(void *self, const struct keel_market *market, const struct keel_order *order,
               const struct keel_fill *fill);
};

#endif
