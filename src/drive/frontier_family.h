/* The rules that are compared where a strategy names none: hedges of the same book with the same instruments, that
 * differ in when they act and how far they go, at sizes that fit the case.
 *
 *   none        no hedge; once, at the start
 *   time        every 1, 2, 3, 5, 10 ... steps
 *   band        1, 2, 5, 10, 20 % of gross delta, back to the centre, to the edge, to half the band
 *   price       spot moved by 1/2, 1, 2, 4 times what it does in a step
 *   law         the bands of Whalley-Wilmott and Zakamouline, at some risk aversions; where trading has a cost
 *   options     where the hedge names options: delta-gamma, delta-gamma-vega, by time and by bands
 *
 * The strategy's own hedge and its variants come first. */
#ifndef KEEL_DRIVE_FRONTIER_FAMILY_H
#define KEEL_DRIVE_FRONTIER_FAMILY_H

#include "drive/strategy.h"

struct keel_frontier_case {
  const struct keel_strategy *strategy;
  int64_t span_ns; /* of the run */
  size_t steps;
  double risk_aversion; /* per unit of money; NaN: not known, then that of the book's size */
};

struct keel_frontier_family {
  struct keel_variant *rules;
  size_t count;
  size_t own_count;    /* the first ones: the strategy's own */
  const char *without; /* what was left out and why; NULL: nothing */
};

/* Texts and policies are of the arena or the strategy's. Errors: KEEL_STATUS_INPUT where the strategy's hedge trades
 * nothing, so that there is nothing to vary. */
keel_status keel_frontier_family(struct keel_arena *arena, const struct keel_frontier_case *of,
                                 struct keel_frontier_family *family, keel_error *error);

#endif
