/* The five verbs of a step, on one underlying: verb = function = file. Each reads what the ones before it wrote into
 * the block. No verb allocates, and none knows a file, a clock or a thread: time is market->time_ns. */
#ifndef KEEL_HEDGE_VERBS_H
#define KEEL_HEDGE_VERBS_H

#include "hedge/block.h"

/* Returns whether all is known that a book needs to enter: the price of its underlying and of each position on it, none
 * of which has expired. A mark that cannot be had later is NaN, and so is what depends on it. */
int keel_mark(struct keel_block *block, size_t underlying);
void keel_measure(struct keel_block *block, size_t underlying);
void keel_decide(struct keel_block *block, size_t underlying);
void keel_collect(struct keel_block *block, size_t underlying); /* fills of orders sent before */
void keel_execute(struct keel_block *block, size_t underlying);
/* What lane and line would send. */
/* Whether orders of a lane may still work after they were sent; else polled fills and `working` are not used. */
static inline int keel_orders_rest(const struct keel_block *block, size_t underlying, size_t variant) {
  return !block->venue.fills_at_once ||
         keel_policy_of(block->wiring, underlying, variant)->execution.fill == KEEL_FILL_NEXT;
}
struct keel_order keel_order_for(struct keel_block *block, size_t underlying, size_t variant, size_t line,
                                 const double *qty);
void keel_account(struct keel_block *block, size_t underlying);
void keel_account_closing(struct keel_block *block, size_t underlying); /* a step of no time: only fills */

#endif
