/* Quantiles and tail means of a quantity over paths, in one pass and fixed memory: the same bits for any order in which
 * paths come, and so for any number of threads and ranks. Nothing has to be known of the quantity beforehand.
 *
 * The 32 smallest and the 32 largest values are kept as they are. What lies between is counted in bins [t w, (t+1)
 * w), t whole, w = 2^level, with the smallest w at which 16,384 bins hold all of them: a function of the values, not of
 * their order, because two bins of one level are exactly one bin of the next. For each batch (moments.h) there are 128
 * times wider bins besides, for standard errors where draws depend on each other and for differences on common paths.
 *
 * Accuracy: exact up to 64 values. Beyond, quantiles are within w; a tail mean of m values within w/2, and typically
 * within w / sqrt(12 m); w is at most 1/8,128 of the range without the 64 extremes: for a million normal values
 * w < 0.001 std, and a CVaR of 95 % is within about 1e-6 std of that of the sample, whose own error is 0.002 std.
 * NaN and infinities are counted as bad, and in nothing else.
 *
 * Size: 100 kB, of which 64 kB are the bins, 32 kB those of the batches. No pointers inside. At most 2^32 - 1 values.
 */
#ifndef KEEL_BASE_DISTRIBUTION_H
#define KEEL_BASE_DISTRIBUTION_H

#include <string.h>

#include "base/estimate.h"

enum {
  KEEL_EXTREMES = 32,
  KEEL_BINS = 16384,
  KEEL_WIDE_BINS = 128, /* of KEEL_BINS / KEEL_WIDE_BINS bins each */
};

struct keel_extreme {
  double value;
  uint64_t batch;
};

struct keel_extremes {
  uint64_t count;
  struct keel_extreme at[KEEL_EXTREMES]; /* ascending by value, then batch */
};

struct keel_bins {             /* bin t is at t mod KEEL_BINS, wide bin t at t mod KEEL_WIDE_BINS */
  uint32_t all[KEEL_BINS + 2]; /* the last two are none: room for what has no bin while it is added */
  uint32_t wide[KEEL_BATCHES_MAX][KEEL_WIDE_BINS];
};

struct keel_distribution {
  uint64_t count, bad;
  uint64_t batch_count[KEEL_BATCHES_MAX];
  struct keel_extremes low, high; /* the smallest of all, the largest of the others */
  int64_t level;                  /* the rest: bins of 2^level */
  int64_t first, last;            /* t of the first and the last bin in use; first > last: none is */
  double min, max;                /* of what is in bins */
  struct keel_bins bins;
};

/* ---- which bin a value is counted in: for the loop over a leaf, which the kernel `slots` runs for many at once ----
 */

enum { KEEL_NO_SLOT = KEEL_BINS };
#define KEEL_BIN_ROUND 0x1.8p52 /* x + this is x rounded to a whole number, which is in its low bits */

struct keel_binning {
  double low, high; /* the extremes that are kept lie beyond; of equal ones the first to come stay there */
  double min, max;  /* what the bins hold now */
  double inv_width;
};

/* floor(x / width), exact below 2^51; what underflows in the division is just below 0, or 0. */
static inline double keel_bin_floor(double x, double inv_width) {
  double quotient = x * inv_width, nearest = (quotient + KEEL_BIN_ROUND) - KEEL_BIN_ROUND;
  int is_above = (nearest > quotient) | ((quotient == 0) & (x < 0));
  return nearest - (is_above ? 1.0 : 0.0);
}

/* The slot of x, or KEEL_NO_SLOT where it is no number or not between the bounds. */
static inline uint32_t keel_bin_slot(const struct keel_binning *binning, double x) {
  double shifted = keel_bin_floor(x, binning->inv_width) + KEEL_BIN_ROUND;
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  int is_inside = (x >= binning->low) & (x <= binning->high) & (x >= binning->min) & (x <= binning->max);
  return is_inside ? (uint32_t)bits % KEEL_BINS : KEEL_NO_SLOT;
}

void keel_distribution_init(struct keel_distribution *distribution);

/* For values of paths of that batch. */
struct keel_binning keel_distribution_binning(const struct keel_distribution *distribution, size_t batch);

/* At most 256 values of paths of that batch. `slots`: keel_bin_slot of each, by the binning before this call. */
void keel_distribution_add(struct keel_distribution *distribution, size_t batch, size_t count, const double *values,
                           const uint32_t *slots);

/* Adds what `other` holds, of the same run. */
void keel_distribution_merge(struct keel_distribution *distribution, const struct keel_distribution *other);

/* The value at rank p (count - 1) among the sorted ones, between two of them in proportion; p in [0, 1].
 * Standard error: half the distance between the quantiles one binomial standard error of p below and above (Woodruff
 * 1952); `independent` 0: the standard error of p is that of the batches. */
struct keel_estimate keel_distribution_quantile(const struct keel_distribution *distribution, double p,
                                                int independent);

/* CVaR: minus the mean of the worst (1 - level) count values, the last of them in part; level in [0, 1).
 * Standard error: of the mean of max(q - x, 0) / (1 - level), q the quantile (Rockafellar and Uryasev 2000; Trindade et
 * al. 2007). */
struct keel_estimate keel_distribution_cvar(const struct keel_distribution *distribution, double level,
                                            int independent);

/* That of minus the values, to ask and not to add to: its worst values are the highest ones. */
void keel_distribution_mirror(const struct keel_distribution *distribution, struct keel_distribution *out);

/* The part of the values that are below x. */
double keel_distribution_below(const struct keel_distribution *distribution, double x);

#endif
