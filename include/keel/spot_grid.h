/* A spot grid: one option over all spots, solved once and read as often as spot ticks, for as long as time, vol, rates
 * and dividends stay. For live books: a reading costs a small part of a kernel's call.
 *
 * Model: that of keel/pde.h, European and American, cash dividends, each with its own policy. Units are those of
 * keel/black_scholes.h; theta and charm by time passing, the ex-dates staying.
 *
 * Limits: a vol below 3e-4 over the root of years is solved as that.
 *
 * Accuracy: docs/numerics.md has the table of errors against fine grids. Where the option is exercised now, its price
 * is what exercise pays, delta +-1, and all else 0. Same bits on every CPU level and compiler, and for any set. */
#ifndef KEEL_SPOT_GRID_H
#define KEEL_SPOT_GRID_H

#include "keel/dividends.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct keel_spot_grid keel_spot_grid;

/* dividends may be NULL. Errors: KEEL_STATUS_INPUT for an option without a price (keel_pde_problem) and for dividends
 * out of range; *grid is then NULL. */
KEEL_API keel_status keel_spot_grid_new(const keel_option *option, double vol, int american,
                                        const keel_dividends *dividends, keel_spot_grid **grid, keel_error *error);
KEEL_API void keel_spot_grid_free(keel_spot_grid *grid);

/* Prices with the Greeks of that set at these spots; NaN where a spot is not a number from 0 on. Shape: count each.
 * Safe from many threads at once. */
KEEL_API void keel_spot_grid_read(const keel_spot_grid *grid, size_t count, const double *spot, keel_greek_set set,
                                  const keel_greeks *out);

#ifdef __cplusplus
}
#endif
#endif
