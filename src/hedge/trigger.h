/* Triggers: when to act on one exposure of one lane. Timer, sessions, moves of spot or vol, and bands; any that fires
 * is enough.
 *
 * keel_trigger_look and keel_trigger_band change nothing. So what is due, and cannot be acted on for want of a price,
 * stays due: whoever decides calls keel_trigger_acted only after a decision that was taken, once for each exposure that
 * was looked at in it; that is what lets timer and sessions go on.
 *
 * Shape: fired, band, acted are [path]. What one path gets does not depend on the others. */
#ifndef KEEL_HEDGE_TRIGGER_H
#define KEEL_HEDGE_TRIGGER_H

#include "hedge/block.h"

/* fired[path]: 0, or 1 + enum keel_reason of what fired: EVERY, SESSION, PRICE_MOVE, VOL_MOVE, in this order of
 * precedence; ENTER where this is the `first` decision, at which all fire. Returns 0 where nothing could fire and no
 * band has to be looked at: then the exposure is not due. */
int keel_trigger_look(struct keel_block *block, size_t underlying, size_t variant, enum keel_exposure exposure,
                      int first, double *fired);

/* Half-width of the band, in the exposure's own unit (shares; shares per 1.00; money per 1.00 of vol); infinity where
 * the trigger has no band. The optimal bands are of delta, by the book's gamma at marking vols, its vega-weighted
 * hedging vol, and the time to its last expiry; 0 where no option is left. */
void keel_trigger_band(struct keel_block *block, size_t underlying, size_t variant, enum keel_exposure exposure,
                       double *band);

/* A decision was taken: timer and sessions that were due are done. Where acted[path] is not 0 (the exposure triggered
 * there, also if the trade then rounded to nothing), spot and vol are remembered: the next moves count from them. */
void keel_trigger_acted(struct keel_block *block, size_t underlying, size_t variant, enum keel_exposure exposure,
                        const double *acted);

#endif
