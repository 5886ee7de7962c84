/* The Black-Scholes equation solved backwards on one grid, in all lanes at once. */
#ifndef KEEL_MODEL_PDE_SOLVE_H
#define KEEL_MODEL_PDE_SOLVE_H

#include "keel/pde.h"
#include "kernel/diffusion.h"
#include "model/pde_plan.h"

/* What is read off the grid at spot, now. */
struct keel_pde_reading {
  double price, delta, gamma, speed, theta, charm;
  double unsure; /* where exercise begins between the nodes around spot: what the next one is worth above exercise */
  int exercised;
};

/* Around what the nodes of a segment stand, and the kink of its data's slope there. */
struct keel_pde_centre {
  double log_spot, kink;
};

/* Contracts whose plans are the same (keel_pde_plan_same). A lane whose `base` is another lane has that one's plan and
 * layout of nodes: two such lanes differ smoothly. */
struct keel_pde_batch {
  struct keel_pde_contract contract[KEEL_DIFFUSION_LANES];
  const struct keel_pde_plan *plan[KEEL_DIFFUSION_LANES];
  size_t base[KEEL_DIFFUSION_LANES]; /* at or below the lane's own number */
  keel_pde_vol *vol;                 /* or NULL: each contract's own */
  void *context;
  /* [segment][lane] or NULL: found by the solve that is not refined, and taken over by others, so that their nodes are
   * among each other's. */
  struct keel_pde_centre *centre;
};

/* Solves with that many nodes at least, all grids of nodes cut in `refine` (1 or 2), steps too. Returns 0 without
 * memory.
 */
int keel_pde_solve(const struct keel_pde_batch *batch, size_t nodes, size_t refine,
                   struct keel_pde_reading out[KEEL_DIFFUSION_LANES]);

/* How many numbers of room a solve needs whose plan was laid out with that many steps. */
size_t keel_pde_room(size_t nodes, size_t refine, size_t steps);
/* The whole grids of now, from low to high spot: [lane][node], keel_pde_nodes of them. Room as above, aligned as a
 * cache line. */
void keel_pde_solve_grids(const struct keel_pde_batch *batch, size_t nodes, size_t refine, double *room, double *spot,
                          double *value);
static inline size_t keel_pde_nodes(size_t nodes, size_t refine) { return (nodes - 2) * refine + 2; }

/* Theta and charm follow from the rest of a reading by the equation with that vol, at that spot. */
void keel_pde_read_time(const struct keel_pde_contract *contract, struct keel_pde_reading *reading);

#endif
