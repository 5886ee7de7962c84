/* Where in time a solve of the Black-Scholes equation has its segments and steps, and on which grids.
 *
 * Time is cut at the ex-dates. In a segment, with t the time to its end, the coordinate is s = S e^(tilt t) and the
 * unknown U = V e^((rate - decay) t), so that
 *
 *   dU/dt = 1/2 (vol s)^2 d2U/ds2 + (rate - yield - tilt) s dU/ds - decay U
 *
 * A European contract has tilt = rate - yield and no decay: whatever the rates are, no drift has to be resolved. An
 * American one has tilt 0, but for what of the drift would be too much for central differences and for the condition at
 * the top (of tiny vols and huge carries), and decays at its rate, unless that is negative: where it is exercised then
 * stands still, and for long times all of it does. */
#ifndef KEEL_MODEL_PDE_PLAN_H
#define KEEL_MODEL_PDE_PLAN_H

#include <stddef.h>

#include "keel/dividends.h"

/* One contract in one lane. */
struct keel_pde_contract {
  double phi, spot, strike, rate, yield, years, vol;
  int american;
  int any_spot; /* grids are for all spots of today at which it has time value, and `spot` is not read */
  double kink;  /* of the slope of the data around which the nodes stand, where grids are for all spots */
};

/* From one ex-date (or now) to the next (or expiry), in years from now. */
struct keel_pde_segment {
  double from, to;
  double cash;  /* paid at `to`; 0 at expiry */
  size_t steps; /* at least 2 */
  int damped;   /* starts with implicit half steps, and has shorter steps at its start: the data have a kink */
};

struct keel_pde_plan {
  keel_dividend_policy policy;
  size_t segments;
  struct keel_pde_segment *segment; /* in the order of time */
};

/* Lays out that many steps, or a few more: two for each segment at least. Returns 0 without memory. */
int keel_pde_plan_init(struct keel_pde_plan *plan, const struct keel_pde_contract *contract,
                       const keel_dividends *dividends, size_t steps);
void keel_pde_plan_fini(struct keel_pde_plan *plan);
/* The same where plan->segment has room already: for the dividends before expiry, and one more. */
void keel_pde_plan_lay(struct keel_pde_plan *plan, const struct keel_pde_contract *contract,
                       const keel_dividends *dividends, size_t steps);
/* Whether both have the same segments and steps, so that one pass can solve both. */
int keel_pde_plan_same(const struct keel_pde_plan *a, const struct keel_pde_plan *b);

/* Equal steps, one after the other from the end of a segment: the later blocks are longer. */
struct keel_pde_block {
  double length;          /* years */
  size_t implicit, steps; /* implicit half steps, then whole ones */
};
enum { KEEL_PDE_BLOCKS_MAX = 32 };
/* The blocks of a segment with each step cut in `refine`. Returns how many. */
size_t keel_pde_blocks(const struct keel_pde_segment *segment, size_t refine,
                       struct keel_pde_block blocks[KEEL_PDE_BLOCKS_MAX]);

/* The grid of a lane in a segment. Nodes: 0, then e^(centre + width sinh(xi)) for equal steps of xi, the centre being a
 * node. */
struct keel_pde_grid {
  size_t nodes, centre_node;
  double step;   /* of xi */
  double centre; /* log s */
  int within;    /* the centre asked for is within reach */
  double width;
  double tilt, decay; /* of the equation above */
};

/* The grid of a contract with that many nodes, around a centre; around the forward where that is out of reach. */
struct keel_pde_grid keel_pde_grid_lay(const struct keel_pde_contract *contract, const struct keel_pde_plan *plan,
                                       size_t segment, double centre, size_t nodes);
/* The same layout for a contract that differs a little. */
struct keel_pde_grid keel_pde_grid_follow(const struct keel_pde_grid *base, const struct keel_pde_contract *contract,
                                          const struct keel_pde_plan *plan, size_t segment, double centre);
/* The same with each step of xi cut in two. */
struct keel_pde_grid keel_pde_grid_refine(struct keel_pde_grid grid);
#endif
