/* The paper venue: fills at the market's quotes, at once or at the next quote of the instrument. */
#ifndef KEEL_WORLD_PAPER_H
#define KEEL_WORLD_PAPER_H

#include "base/arena.h"
#include "hedge/venue.h"
#include "hedge/wiring.h"

struct keel_paper;

struct keel_paper *keel_paper_new(struct keel_arena *arena, const struct keel_wiring *wiring);
struct keel_venue keel_paper_venue(struct keel_paper *paper);

/* Nothing rests: a run begins anew. */
void keel_paper_reset(struct keel_paper *paper);

#endif
