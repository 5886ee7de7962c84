/* The deltas that decisions use, for each distinct rule of the variants, of every living option of the book and of the
 * hedges. What a rule is, and where it comes from: policy.h and theory.h.
 *
 * Black-Scholes at the implied vol is the marks' own (marks->hedge_greeks.delta) and costs nothing. The others are at
 * the hedger's vol: the strike's, or the rule's own. Modified vols take their sign from the book's gamma at marking
 * vols, in each path by itself; where such a vol does not exist, delta is NaN.
 *
 * The slope of the smile: market->vol_slope where the feed gives it; else from the vols of the nearest strikes of the
 * same expiry on both sides (from quotes, those quoted now; of a model's, those of the book and the hedges); at the
 * ends from the strike itself and its neighbour; 0 where there is but one. */
#ifndef KEEL_HEDGE_DELTA_H
#define KEEL_HEDGE_DELTA_H

#include "hedge/block.h"

/* After the marks and the Greeks at marking and at hedging vols. */
void keel_mark_deltas(struct keel_block *block, size_t underlying);

/* Whether a rule is Black-Scholes at the strike's vol. */
int keel_delta_is_plain(const struct keel_delta_rule *rule);

#endif
