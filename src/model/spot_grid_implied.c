/* The vol of a price by spot grids, eight vols at a time. See spot_grid.h. */
#include <math.h>

#include "kernel/lane_math.h"
#include "model/spot_grid.h"

enum { LANES = KEEL_SPOT_GRID_LANES, PASSES = 24 };
/* Of log vol, between lanes: while it is looked for, and at last. */
static const double WIDE = 0.04, NARROW = 0.005, WIDEST = 0.6;
/* Standard deviations of log spot at expiry between which it is looked for. */
static const double DEVIATION_LEAST = 3e-4, DEVIATION_MOST = 11.9;

struct search {
  struct keel_spot_grid *grid;
  struct keel_spot_grid_room *room;
  const struct keel_spot_grid_terms *terms;
  double spot, price, low, high; /* log vols */
  double x[LANES], y[LANES];     /* log vols and prices of the last pass */
};

static void pass(struct search *s, double centre, double step) {
  double vol[LANES];
  for (size_t lane = 0; lane < LANES; lane++) {
    s->x[lane] = fma((double)lane - 3.5, step, centre);
    vol[lane] = keel_exp(s->x[lane]);
  }
  keel_spot_grid_solve_vols(s->grid, s->room, s->terms, vol);
  for (size_t lane = 0; lane < LANES; lane++) s->y[lane] = keel_spot_grid_at(s->grid, lane, s->spot).price;
}

/* Log vol as the cubic in the price through four lanes, where the price rises through them; else as a line in its cell.
 */
static double inside(const struct search *s) {
  size_t cell = 0;
  while (cell + 2 < LANES && s->y[cell + 1] < s->price) cell++;
  double part = (s->price - s->y[cell]) / (s->y[cell + 1] - s->y[cell]);
  double line = fma(part, s->x[cell + 1] - s->x[cell], s->x[cell]), sum = 0;
  size_t first = cell < 1 ? 0 : cell > LANES - 3 ? LANES - 4 : cell - 1;
  for (size_t i = 0; i < 4; i++) {
    double weight = 1;
    for (size_t j = 0; j < 4; j++)
      if (j != i) weight *= (s->price - s->y[first + j]) / (s->y[first + i] - s->y[first + j]);
    sum = fma(weight, s->x[first + i], sum);
  }
  return sum >= s->x[cell] && sum <= s->x[cell + 1] ? sum : line;
}

/* Log vol; NaN where none in reach has the price. */
static double look(struct search *s, double centre) {
  double step = WIDE;
  for (int k = 0; k < PASSES; k++) {
    pass(s, centre, step);
    if (!(s->y[0] <= s->y[LANES - 1])) return NAN;
    if (s->y[0] < s->price && s->y[LANES - 1] >= s->price) {
      centre = inside(s);
      if (step == NARROW) return centre;
      step = step <= WIDE ? NARROW : WIDE;
      continue;
    }
    int is_above = s->y[LANES - 1] < s->price;
    if (is_above ? s->x[LANES - 1] >= s->high : s->x[0] <= s->low) return NAN;
    double end = is_above ? s->x[LANES - 1] : s->x[0];
    step = keel_at_most(2.5 * step, WIDEST);
    centre = is_above ? keel_at_most(end + 3 * step, s->high) : keel_at_least(end - 3 * step, s->low);
  }
  return NAN;
}

double keel_spot_grid_implied_vol(struct keel_spot_grid *grid, struct keel_spot_grid_room *room,
                                  const struct keel_spot_grid_terms *terms, const struct keel_spot_grid_quote *quote) {
  const keel_option *option = &terms->option;
  double root = sqrt(option->years), intrinsic = option->phi * (quote->spot - option->strike);
  double least = keel_at_least(terms->american ? intrinsic : 0, 0.0), noise = 1e-9 * (quote->spot + option->strike);
  if (!(option->years > 0) || !(quote->price >= least) || !(quote->spot >= 0)) return NAN;
  if (terms->american && intrinsic > 0 && quote->price <= intrinsic + noise) return 0;
  struct search s = {.grid = grid, .room = room, .terms = terms, .spot = quote->spot, .price = quote->price};
  s.low = keel_log(DEVIATION_LEAST / root), s.high = keel_log(DEVIATION_MOST / root);
  double guess = quote->guess > 0 && quote->guess < INFINITY ? keel_log(quote->guess) : keel_log(0.25);
  return keel_exp(look(&s, keel_at_least(keel_at_most(guess, s.high), s.low)));
}
