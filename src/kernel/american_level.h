/* American exercise at this level, from file to file. */
#ifndef KEEL_KERNEL_AMERICAN_LEVEL_H
#define KEEL_KERNEL_AMERICAN_LEVEL_H

#include "kernel/american.h"
#include "kernel/level.h"

void KEEL_AT(keel_american)(size_t count, const keel_options *options, const struct keel_american_nodes *nodes,
                            keel_greek_set set, const keel_greeks *out, double *boundary);

/* Solves for h, and for its tangents if they are wanted. A lane that does not converge has NaN there. */
void KEEL_AT(keel_american_boundary)(const struct keel_american_nodes *nodes, int wants_tangents,
                                     struct keel_american_boundary *boundary);

/* Adds up the early-exercise premium over the boundary. */
void KEEL_AT(keel_american_premium)(const struct keel_american_nodes *nodes,
                                    const struct keel_american_boundary *boundary, int wants_tangents,
                                    struct keel_american_premium *premium);

#endif
