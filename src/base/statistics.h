/* What the moments of a run say: mean, std, skew, kurtosis, each with its standard error and the parts of its batches.
 *
 * std is the root of the unbiased variance; skew = m3 / m2^(3/2) and kurtosis = m4 / m2^2 - 3 (excess) of the sample.
 * NaN where there is none: std of one value, skew and kurtosis of constant ones, both of a tree of order 2.
 *
 * Standard errors by the delta method. `independent`: from the moments up to the eighth of what is averaged (of a tree
 * of order 2, mean only; the others from the batches). Otherwise from the batches. Source: Cramer (1946), 27.7 - 28.3.
 */
#ifndef KEEL_BASE_STATISTICS_H
#define KEEL_BASE_STATISTICS_H

#include "base/estimate.h"

struct keel_statistics {
  uint64_t count, bad; /* bad: NaN and infinities, in nothing else */
  int64_t exponent;    /* mean, std, min and max are times 2^exponent: 0 but for weights (moments.h) */
  double min, max;
  struct keel_estimate mean, std, skew, kurtosis;
};

/* Of a tree that begins with leaf 0. */
struct keel_statistics keel_statistics_of(const struct keel_moment_tree *tree, int independent);

#endif
