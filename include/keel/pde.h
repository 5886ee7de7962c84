/* The Black-Scholes equation by finite differences: European and American options, cash dividends, local vol, in bulk.
 *
 * Model: spot grows at rate - yield, jumps down at ex-dates (keel/dividends.h), and diffuses with vol, or with a local
 * vol of spot and time.
 *
 * Method: from one ex-date to the one before, the equation of discounted value over the forward spot of a European
 * option (which leaves no drift in it) or over spot, on nodes that stand closest around the strike or, before an
 * ex-date, around the spot where exercise begins. Four implicit half steps (Rannacher 1984), then Crank and Nicolson's;
 * shorter ones where the data have a kink. The complementarity problem of early exercise is solved exactly in each step
 * (Brennan and Schwartz 1977). Ex-dates by cubic interpolation. Each option is solved on three grids, each of half the
 * spacing and steps of the one before; results are extrapolated from the two finest (Richardson).
 *
 * price, delta, gamma, speed, theta and charm are read off the grid at spot, theta and charm by the equation itself (0
 * where the option is exercised now). vega, rho, psi, vanna and volga are central differences of further solves, on
 * grids of the same layout: 1/16 of vol (less on finer ones; vega and vanna by four points), 1/1024 of rate and yield.
 * Units are those of keel/black_scholes.h; theta and charm are by time passing, the ex-dates staying where they are.
 *
 * Accuracy: of second order; docs/numerics.md has tables. `price_error` is how far the extrapolated price moved with
 * the last refinement, or what is left where it does not settle yet. Volga of American options at the money is within 8
 * % (of 5 per 100 of strike, where it is less) at the default grid. Within a few nodes of where exercise begins gamma
 * is off by up to 5 %, beside it by up to a fifth of its jump there, vega, rho and psi by what a bump of the boundary
 * over spot does to them; where spot is between an exercised node and one that is not, it counts as exercised. Same
 * bits on every CPU level and compiler. */
#ifndef KEEL_PDE_H
#define KEEL_PDE_H

#include "keel/dividends.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Local vols at `count` spots at a time (years from now): annualised, at least 0. */
typedef void keel_pde_vol(void *context, double years, size_t count, const double *spot, double *vol);

typedef struct keel_pde {
  size_t nodes, steps;             /* of the finer grid; 0: 200 and 64 */
  const unsigned char *american;   /* count each: 1 where early exercise is allowed; NULL: nowhere */
  const keel_dividends *dividends; /* of all options; NULL: none */
  keel_pde_vol *vol;               /* NULL: the vol of each option. Otherwise that one only scales the grid */
  void *context;                   /* handed to vol */
} keel_pde;

enum { KEEL_PDE_NODES_MIN = 20, KEEL_PDE_NODES_MAX = 20000, KEEL_PDE_STEPS_MIN = 8, KEEL_PDE_STEPS_MAX = 100000 };

/* Shape: count each. price_error (NULL: not wanted) is per share. */
typedef struct keel_pde_result {
  keel_greeks greeks;
  double *price_error;
} keel_pde_result;

/* Prices, with the Greeks of that set. An option that has no price here (keel_pde_problem), or whose price_error is
 * above a hundredth of the most that it can be worth, is NaN in every output. Errors:
 * KEEL_STATUS_INPUT for grids and dividends out of range, KEEL_STATUS_MEMORY; outputs are then not to be used. */
KEEL_API keel_status keel_pde_price(size_t count, const keel_options *options, const keel_pde *pde, keel_greek_set set,
                                    const keel_pde_result *out, keel_error *error);

/* Why that option has no price here, in a few words of English, or NULL where it has one, if the grid resolves it. */
KEEL_API const char *keel_pde_problem(const keel_option *option, double spot, double vol, int american);

#ifdef __cplusplus
}
#endif
#endif
