/* Splits of an underlying: positions, holdings and what is remembered of prices pass into the new shares before the
 * first step at or after the ex-date, so that P&L, its explanation and the hedge go on as if prices had always been so.
 *
 * A split of ratio q makes q shares of one: spot and options are held in q times the units, prices and strikes are
 * divided by q (strikes to the cent). One path; holdings of spot alone. */
#ifndef KEEL_HEDGE_SPLITS_H
#define KEEL_HEDGE_SPLITS_H

#include "hedge/block.h"

/* Applies those of an underlying that have come since its last step. */
void keel_splits_apply(struct keel_block *block, size_t underlying);

#endif
