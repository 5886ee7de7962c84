/* Several exposures at once: a part of the third verb. */
#ifndef KEEL_HEDGE_EXPOSURES_H
#define KEEL_HEDGE_EXPOSURES_H

#include "base/arena.h"
#include "hedge/block.h"

/* What the decision of one lane at a time is worked out in: [exposure or line] of [path]. */
struct keel_exposure_scratch {
  double *held[KEEL_HEDGES_MAX];         /* [line]: held and working */
  double *residual[KEEL_EXPOSURE_COUNT]; /* [exposure], as all below: of the book and what is held */
  double *fired[KEEL_EXPOSURE_COUNT], *acted[KEEL_EXPOSURE_COUNT], *want[KEEL_EXPOSURE_COUNT];
  double *change[KEEL_EXPOSURE_COUNT], *exact[KEEL_EXPOSURE_COUNT]; /* [line] */
  double *band, *singular, *why, *from, *target;
  double *leaving, *rolling; /* what closes a future that is rolled; 0 or 1 + KEEL_REASON_ROLL */
};

struct keel_exposure_scratch *keel_exposure_scratch_new(struct keel_arena *arena, const struct keel_wiring *wiring);

/* Whether a lane is more than delta and one instrument without gamma and vega: only then is there a system to solve. */
int keel_has_system(const struct keel_wiring *wiring, size_t underlying, size_t variant);

/* The decision of such a lane: reasons, targets and trades of its lines. Exposures that triggered go where the move
 * says, the others stay as they are. Options first, in lots and within limits; a spot or future line then takes the
 * delta that really remains. Where a line cannot be traded, the leading exposures are served, delta before the others.
 *
 * Of futures that roll into one another one hedges. When its time has come and both have a price, the next one takes
 * its place: what is held of the old one is closed, in this step or as limits allow, and the new one takes over that
 * delta, whether or not a trigger fires. */
void keel_decide_exposures(struct keel_block *block, size_t underlying, size_t variant);

#endif
