/* What statistics take from one leaf of paths: flat loops that vectorise. */
#ifndef KEEL_KERNEL_LEAF_H
#define KEEL_KERNEL_LEAF_H

#include <stddef.h>

#include "base/distribution.h"

struct keel_leaf {
  /* Moments of at most 256 values; `order` is 2 (mean and std only, the cheaper) or 8. Path i belongs to the sum i mod
   * 8, each in path order; the eight are added in pairs. */
  void (*moments)(int order, size_t count, const double *values, struct keel_moments *out);

  /* Moments, of order 2, of e^{factor x}, whatever its size: they are kept times a power of two (`exponent`), such that
   * the largest weight of the leaf is near 1. A weight below 2^-1000 of that is 0. An x that is not finite, or whose
   * product with `factor` is beyond 1e14, is bad. */
  void (*exp_moments)(double factor, size_t count, const double *values, struct keel_moments *out);

  /* keel_bin_slot of each value. */
  void (*slots)(const struct keel_binning *binning, size_t count, const double *values, uint32_t *slots);
};

#endif
