/* Put-call parity as a line through the strikes of an expiry: C - P = D (F - K), fitted so that outliers leave no
 * trace. See keel/forward.h for the method. */
#ifndef KEEL_MODEL_PARITY_H
#define KEEL_MODEL_PARITY_H

#include "keel/forward.h"

/* A strike quoted on both sides. */
struct keel_parity_pair {
  double strike, difference; /* of call and put, at mid */
  double scale;              /* half the spread of the difference */
  size_t quote;              /* where it stands among the quotes */
};

struct keel_parity_pairs {
  size_t count; /* at most KEEL_PARITY_PAIRS */
  struct keel_parity_pair pair[KEEL_PARITY_PAIRS];
  unsigned char rejected[KEEL_PARITY_PAIRS];
};

/* The pairs of these quotes that are nearest to the money, nearest first, at most `most` of them; returns how many
 * strikes are quoted on both sides in all. */
size_t keel_parity_gather(const keel_parity_quotes *quotes, size_t most, struct keel_parity_pairs *pairs);

/* Estimate from pairs whose discount is known (> 0), or fitted where it is NaN; marks what was rejected. Fills all of
 * `out` but yield and pairs; where it has a problem, that and the counts alone. */
void keel_parity_fit(struct keel_parity_pairs *pairs, double discount, keel_implied_forward *out);

#endif
