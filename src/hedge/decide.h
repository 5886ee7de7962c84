/* What decisions rest on, for the other verbs. */
#ifndef KEEL_HEDGE_DECIDE_H
#define KEEL_HEDGE_DECIDE_H

#include "hedge/block.h"

/* Whether nothing of the book is left on this underlying after this step's settlements. */
int keel_book_is_over(const struct keel_block *block, size_t underlying);

/* Whether the row lives and, from quotes (one path), has one that it can be traded at. */
int keel_row_has_price(const struct keel_block *block, size_t underlying, uint32_t row);

/* Whether market.overrides has the underlying take no decision now. */
int keel_is_paused(const struct keel_block *block, size_t underlying);

/* ---- between decide.c and exposures.c ---- */

/* Lines that do not trade in this step, and why; `decided`: it was a decision all the same. */
void keel_no_trade(struct keel_block *block, size_t line, enum keel_reason reason);
void keel_no_decision(struct keel_block *block, size_t underlying, size_t variant, enum keel_reason reason,
                      int decided);

/* What is held, late fills of this step among it, and what works, [path]. */
const double *keel_held_and_working(struct keel_block *block, size_t underlying, size_t variant, size_t line,
                                    double *out);
/* Cuts the line's trade so that it is not sold shorter than is located; what is shorter already may come back. */
void keel_limit_short(struct keel_block *block, size_t line, const double *holding);
struct keel_lane_limits keel_line_limits(struct keel_block *block, size_t underlying, size_t line);

/* A move in the two numbers of the kernels. */
static inline double keel_move_inner(const struct keel_move *move) {
  return move->to == KEEL_MOVE_EDGE ? 1 : move->to == KEEL_MOVE_INNER ? move->inner : 0;
}
static inline double keel_move_fraction(const struct keel_move *move) {
  return move->to == KEEL_MOVE_FRACTION ? move->fraction : 1;
}

#endif
