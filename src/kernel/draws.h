/* The normals of a block of paths, step by step: plain, antithetic, matched per leaf, or of Sobol points.
 *
 * All are functions of (seed, path, step, factor) and of the plan, whatever block asks: blocks divide leaves (KEEL_LEAF
 * consecutive paths), and a block that is smaller than its leaf gets the same numbers.
 *
 * Antithetic: path 2k + 1 has the negatives of path 2k.
 *
 * Matched: of each (step, factor), the normals of a leaf are shifted and scaled to mean 0 and variance 1. A block draws
 * its whole leaf for it, so blocks of a leaf are the cheapest. What is not linear in them is biased, by the order of
 * 1 / KEEL_LEAF a step: nothing to see in GBM, 0.6 % of a price in Heston with xi = 1.
 *
 * Sobol: path p is point p mod `sobol_points` of replicate p / `sobol_points`; each factor's Brownian path is a bridge
 * whose first dimensions go to its end, its middle, and so on; each replicate has a digital shift of its own, drawn
 * from the seed. All steps are drawn when a block begins: memory is steps x factors x leaf. Sources: Joe, Kuo (2008);
 * Caflisch, Morokoff, Owen (1997); Cranley, Patterson (1976), in base 2.
 *
 * Paths are independent in batches of keel_draws_batch: standard errors are those of batch means. */
#ifndef KEEL_KERNEL_DRAWS_H
#define KEEL_KERNEL_DRAWS_H

#include <stdint.h>

#include "base/arena.h"
#include "keel/error.h"
#include "kernel/random.h"

struct keel_draw_plan {
  uint64_t seed;
  size_t steps, factors;
  const double *years; /* [step]: its length; read for Sobol points */
  int antithetic, matched;
  size_t sobol_points; /* of a replicate: 0, none, or a power of two from KEEL_LEAF to 2^32 */
};

/* How many consecutive paths, from a multiple, are independent of all others. */
size_t keel_draws_batch(const struct keel_draw_plan *plan);

/* What all blocks share; read only. */
struct keel_draw_wiring;

/* A bound of every |normal|: its radius; of matched ones, sqrt(KEEL_LEAF); of a bridge, whose step is a sum of a few
 * weighted normals, Cauchy and Schwarz's. */
double keel_draws_reach(const struct keel_draw_plan *plan);

/* Memory is of the arena. Errors: KEEL_STATUS_INPUT for a plan that makes no sense, or more dimensions than Sobol's
 * tables have; `*wiring` is then NULL. */
keel_status keel_draws_wire(struct keel_arena *arena, const struct keel_draw_plan *plan,
                            const struct keel_draw_wiring **wiring, keel_error *error);

/* Of one block at a time, and one thread. */
struct keel_draws {
  const struct keel_draw_wiring *wiring;
  uint64_t first;  /* path */
  size_t count;    /* of paths */
  double *normals; /* [factor][KEEL_LEAF]: of the last step */
  uint64_t *words;
  double *scratch;
  double *bridge; /* [factor][step + 1][KEEL_LEAF]: Brownian paths of Sobol points */
};
struct keel_draws *keel_draws_new(struct keel_arena *arena, const struct keel_draw_wiring *wiring);

/* Paths first .. first + count - 1, all of one leaf. */
void keel_draws_begin(struct keel_draws *draws, uint64_t first, size_t count);
void keel_draws_step(struct keel_draws *draws, size_t step);

static inline double *keel_draws_row(const struct keel_draws *draws, size_t factor) {
  return draws->normals + factor * KEEL_LEAF;
}

#endif
