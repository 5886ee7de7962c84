/* Options by how they may be exercised: European ones by Black and Scholes's formula, American ones by their own kernel
 * (keel/american.h), at the scheme that books use. Terms, units and sets are those of keel/black_scholes.h.
 *
 * The two shapes, and any set, give the same bits. Nothing is allocated. */
#ifndef KEEL_HEDGE_PRICING_H
#define KEEL_HEDGE_PRICING_H

#include "book/contract.h"
#include "keel/american.h"

/* Of every mark, vol, Greek and scenario: 1e-6 of the strike for ordinary terms and 1e-5 at the worst, at three times
 * the speed of the next (docs/numerics.md). */
#define KEEL_PRICING_SCHEME KEEL_AMERICAN_FAST

static inline int keel_is_american(const struct keel_contract *contract) {
  return keel_kind_is_option(contract->kind) && contract->exercise == KEEL_EXERCISE_AMERICAN;
}

/* Many contracts; american: [row], 1 where early exercise is allowed. */
void keel_price_rows(size_t count, const unsigned char *american, const keel_options *options, keel_greek_set set,
                     const keel_greeks *out);
/* The vols that these prices imply; NaN, or 0, where there is none. options->vol is not read. */
void keel_imply_rows(size_t count, const unsigned char *american, const keel_options *options, const double *price,
                     double *vol);
/* One contract over many paths; spot and vol are [path]. */
struct keel_option_paths {
  size_t count;
  int american;
  keel_option option;
  const double *spot, *vol;
};
void keel_price_paths(const struct keel_option_paths *paths, keel_greek_set set, const keel_greeks *out);
/* Delta alone; price is scratch, [path]. */
void keel_delta_paths(const struct keel_option_paths *paths, double *price, double *delta);

#endif
