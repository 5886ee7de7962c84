/* American exercise at this level, from file to file. */
#ifndef KEEL_KERNEL_AMERICAN_LEVEL_H
#define KEEL_KERNEL_AMERICAN_LEVEL_H

#include "kernel/american.h"
#include "kernel/level.h"

void KEEL_AT(keel_american)(size_t count, const keel_options *options, const struct keel_american_nodes *nodes,
                            keel_greek_set set, const keel_greeks *out, double *boundary);
void KEEL_AT(keel_american_paths)(size_t count, const keel_options *paths, const struct keel_american_nodes *nodes,
                                  keel_greek_set set, const keel_greeks *out);

enum { KEEL_AMERICAN_OUTPUTS = 11 }; /* in the order of keel_greeks */

/* A tile of puts of strike 1 and what they are worth. */
struct keel_american_puts {
  keel_lanes phi, spot, strike, rate, yield, years, vol;
  keel_lanes out[KEEL_AMERICAN_OUTPUTS], boundary;
};

/* Solves for the boundary at the puts' terms; their spots are not read. */
void KEEL_AT(keel_american_pose)(const struct keel_american_nodes *nodes, int tangents,
                                 const struct keel_american_puts *puts, struct keel_american_boundary *boundary);

/* The outputs of a set, over a known boundary. */
void KEEL_AT(keel_american_puts)(const struct keel_american_nodes *nodes, keel_greek_set set,
                                 const struct keel_american_boundary *boundary, struct keel_american_puts *puts);

/* How many tangents of the boundary a set needs. */
static inline int keel_american_tangents(keel_greek_set set) {
  return set < KEEL_GREEK_SET_GAMMA ? 0 : set < KEEL_GREEK_SET_FIRST ? 1 : KEEL_AMERICAN_TANGENTS;
}

/* Solves for h, and for as many of its tangents as are wanted. A lane that does not converge has NaN there. */
void KEEL_AT(keel_american_boundary)(const struct keel_american_nodes *nodes, int tangents,
                                     struct keel_american_boundary *boundary);

/* The boundary at vols that are a small step from those of a known one, with its tangent by vol. */
void KEEL_AT(keel_american_boundary_beside)(const struct keel_american_nodes *nodes, const keel_lanes step,
                                            const struct keel_american_boundary *known,
                                            struct keel_american_boundary *boundary);

/* Adds up the early-exercise premium over the boundary. */
void KEEL_AT(keel_american_premium)(const struct keel_american_nodes *nodes,
                                    const struct keel_american_boundary *boundary, int tangents,
                                    struct keel_american_premium *premium);

#endif
