/* The hedging step: five verbs over a block of lanes. A driver is only wiring: it sets the market and calls keel_step.
 *
 *     mark -> measure -> decide -> execute -> account */
#ifndef KEEL_HEDGE_STEP_H
#define KEEL_HEDGE_STEP_H

#include "hedge/block.h"

/* One instant: for each changed underlying, the five verbs. What it did is in the block until the next call. */
void keel_step(struct keel_block *block);

/* The first two verbs alone: what is held is worth and exposed to, without accounts and decisions. A block is either
 * stepped or observed. Marks and totals are those of a step. */
void keel_observe(struct keel_block *block);

/* Whether the holdings of this underlying are to be closed after this step: the run ends, or its book is over. */
int keel_is_over(const struct keel_block *block, size_t underlying);

/* Closes the holdings of one underlying, in every variant: a step of no time, with a ledger row of its own. */
void keel_liquidate(struct keel_block *block, size_t underlying);

#endif
