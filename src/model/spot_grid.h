/* Options over all spots of now, by one solve of the equation on grids (keel/pde.h): what many paths, scenarios or
 * ticks of one contract at one instant share.
 *
 * Lanes of a grid are contracts of the same years and dividends: vols that differ, or one contract with what its Greeks
 * are differences of. A lane's numbers do not depend on the other lanes. Two grids, extrapolated at the nodes of the
 * rougher one; between nodes the polynomial of fifth order that has their values, slopes and curvatures. Where the
 * option is exercised now it is read as exercised. Accuracy: keel/spot_grid.h. */
#ifndef KEEL_MODEL_SPOT_GRID_H
#define KEEL_MODEL_SPOT_GRID_H

#include "base/arena.h"
#include "keel/dividends.h"
#include "keel/spot_grid.h"
#include "model/pde_solve.h"

enum { KEEL_SPOT_GRID_LANES = KEEL_DIFFUSION_LANES };

/* Room for the solves of one thread, whose dividends until expiry are at most so many. */
struct keel_spot_grid_room;
struct keel_spot_grid_room *keel_spot_grid_room_new(struct keel_arena *arena, size_t dividends);

/* One that is not solved yet, for that many lanes; it is freed with the arena. */
struct keel_spot_grid *keel_spot_grid_place(struct keel_arena *arena, size_t lanes, size_t dividends);

struct keel_spot_grid_terms {
  keel_option option;
  int american;
  const keel_dividends *dividends; /* or NULL */
};
/* One contract at that vol: for all Greeks (7 lanes), or the price, delta, gamma and theta alone. Where it is solved
 * for the same already, nothing is done. */
void keel_spot_grid_solve(struct keel_spot_grid *grid, struct keel_spot_grid_room *room,
                          const struct keel_spot_grid_terms *terms, double vol, int all);
/* At as many vols as it has lanes. */
void keel_spot_grid_solve_vols(struct keel_spot_grid *grid, struct keel_spot_grid_room *room,
                               const struct keel_spot_grid_terms *terms, const double *vol);

/* What a lane says at a spot. */
struct keel_pde_reading keel_spot_grid_at(const struct keel_spot_grid *grid, size_t lane, double spot);

/* A price at a spot, and about which vol it might have; NaN or 0: no idea. */
struct keel_spot_grid_quote {
  double spot, price, guess;
};
/* The vol at which grids have that price, by a grid of all lanes: mostly two solves. 0 where exercise pays it, NaN
 * where no vol gives it. */
double keel_spot_grid_implied_vol(struct keel_spot_grid *grid, struct keel_spot_grid_room *room,
                                  const struct keel_spot_grid_terms *terms, const struct keel_spot_grid_quote *quote);

#endif
