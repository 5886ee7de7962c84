/* Physical settlement: what options deliver at their expiry, or when they are exercised before (trades.h). A part of
 * the second verb (what the book pays) and the fifth (who holds it then).
 *
 * At expiry an option that is in the money by the venue's threshold is exercised, a short one assigned: it pays its
 * payoff in cash, and at that spot shares change hands without a cost, which together are shares for the strike. They
 * join the holding of the lane's delivery line, so that they net with the hedge. What is in the money by less expires
 * worthless. Of what the book is long `at_expiry` may say otherwise. */
#ifndef KEEL_HEDGE_DELIVER_H
#define KEEL_HEDGE_DELIVER_H

#include "hedge/block.h"

/* Where an underlying delivers: spot, the first of a lane; else its first future that lives on, which an option on a
 * future delivers. KEEL_NO_LINE: nowhere, and all is cash. */
#define KEEL_NO_LINE UINT32_MAX
uint32_t keel_delivery_line(const struct keel_block *block, size_t underlying, size_t variant);

/* Works out what the options that settle or are exercised in this step deliver to each lane: block->delivered,
 * block->lapsed. */
void keel_deliver(struct keel_block *block, size_t underlying);

/* Where no account takes it, the book itself does (one path, the first variant's line): units, value and cash. */
void keel_deliver_to_book(struct keel_block *block, size_t underlying);

/* Whether some lane of the underlying and variant received or gave something in this step. */
int keel_has_delivered(const struct keel_block *block, size_t underlying, size_t variant);

#endif
