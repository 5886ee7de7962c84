/* Options by how they may be exercised and by what their spot pays: Black and Scholes's formula, the American kernel
 * (keel/american.h) at the scheme that books use, and where spot pays cash until expiry the spot-jump model under the
 * liquidator policy (keel/dividends.h): European options by its fast approximation, American ones (and those of more
 * dividends or a larger vol than that is good for) by spot grids (model/spot_grid.h). Terms, units and sets are those
 * of keel/black_scholes.h.
 *
 * The two shapes, and any set, give the same bits. Nothing is allocated: grids have room of their own. */
#ifndef KEEL_HEDGE_PRICING_H
#define KEEL_HEDGE_PRICING_H

#include "base/arena.h"
#include "book/contract.h"
#include "keel/american.h"
#include "keel/dividends.h"

/* Of every mark, vol, Greek and scenario: 1e-6 of the strike for ordinary terms and 1e-5 at the worst, at three times
 * the speed of the next (docs/numerics.md). */
#define KEEL_PRICING_SCHEME KEEL_AMERICAN_FAST

static inline int keel_is_american(const struct keel_contract *contract) {
  return keel_kind_is_option(contract->kind) && contract->exercise == KEEL_EXERCISE_AMERICAN;
}

/* Room for spot grids, of one thread. Some of those solved are kept: a row whose terms and vol are what they were, at
 * whatever spot, costs a reading. */
struct keel_pricing_room;
/* For lists of at most so many dividends, and so many rows at a time; more than a few do not all keep their grids. */
struct keel_pricing_room *keel_pricing_room_new(struct keel_arena *arena, size_t dividends, size_t rows);
/* Many contracts; spot is as it is quoted. */
struct keel_option_rows {
  size_t count;
  struct keel_pricing_room *room;    /* may be NULL where spot pays nothing */
  const unsigned char *american;     /* [row]: 1 where early exercise is allowed */
  const keel_dividends *const *paid; /* [row]: the cash that its spot pays, or NULL; NULL: none pays any */
  keel_options options;
};
void keel_price_rows(const struct keel_option_rows *rows, keel_greek_set set, const keel_greeks *out);
/* The vols that these prices imply; NaN, or 0, where there is none. options.vol is not read. */
void keel_imply_rows(const struct keel_option_rows *rows, const double *price, double *vol);

/* One contract over many paths; spot and vol are [path]. */
struct keel_option_paths {
  size_t count;
  int american;
  keel_option option;
  const double *spot, *vol;
  const keel_dividends *paid;     /* or NULL */
  struct keel_pricing_room *room; /* as above */
};
void keel_price_paths(const struct keel_option_paths *paths, keel_greek_set set, const keel_greeks *out);
/* Delta alone; price is scratch, [path]. */
void keel_delta_paths(const struct keel_option_paths *paths, double *price, double *delta);

#endif
