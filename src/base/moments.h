/* Moments of a quantity over paths, in one pass: the same bits for any block size, number of threads and ranks.
 *
 * Shape of the sums. A leaf is 256 consecutive paths; path i of a leaf belongs to the sum i mod 8, each in path order,
 * and the eight are added in pairs (so a leaf vectorises). Leaves are merged in a binary tree by leaf number, whoever
 * computed them. A leaf is known as a whole before it is summed; only the last one of a run may be shorter.
 *
 * Sums are of powers of the distance to a centre, which moves with the mean: no pilot is needed, and a mean that is far
 * larger than the spread costs no accuracy. With the centre the leaf's mean and the first power kept, merging is a
 * binomial shift. Source: Chan, Golub and LeVeque (1983); Pebay (2008), "Formulas for robust, one-pass parallel
 * computation of covariances and arbitrary-order statistical moments".
 *
 * Accuracy: mean, and std relative, within 1e-14 (1 + log2(leaves)); skew and kurtosis within 1e-12 of the size of
 * their terms, for amounts whose spread is within 1e-30 .. 1e30.
 *
 * No pointers inside: the bytes of these structs are what travels between ranks of one build. */
#ifndef KEEL_BASE_MOMENTS_H
#define KEEL_BASE_MOMENTS_H

#include <stddef.h>
#include <stdint.h>

enum {
  KEEL_LEAF_PATHS = 256,
  KEEL_MOMENT_ORDER = 8, /* twice that of kurtosis: its standard error needs them */
  KEEL_TREE_LEVELS = 32,
  KEEL_BATCHES_MAX = 64
};

/* One leaf, or a subtree of them. All values are times 2^exponent (0 but for weights that would overflow). */
struct keel_moments {
  int64_t order;
  uint64_t bad; /* NaN and infinities: counted here, and in nothing else */
  double centre;
  double sum[KEEL_MOMENT_ORDER + 1]; /* sum[k]: of (x - centre)^k; sum[0] counts; 0 beyond the order asked for */
  double min, max;                   /* +infinity and -infinity where there is none */
  int64_t exponent;
};

/* Of nothing. `order` is 2 (mean and std only, the cheaper) or 8. A leaf's are made by the kernel `leaf_moments`. */
struct keel_moments keel_moments_none(int order);

/* Of both; `left` has the smaller path numbers. */
struct keel_moments keel_moments_merge(const struct keel_moments *left, const struct keel_moments *right);

/* The same about centre + rest: `rest` may be below the last digit of the centre, as that of a mean is. */
struct keel_moments keel_moments_about(const struct keel_moments *moments, double centre, double rest);

/* The same with another exponent, which is not below its own. */
struct keel_moments keel_moments_scaled(const struct keel_moments *moments, int64_t exponent);

/* Times 2^exponent. */
static inline double keel_moments_mean(const struct keel_moments *moments) {
  return moments->centre + moments->sum[1] / moments->sum[0];
}

/* ---- batches: what standard errors and differences come from ----
 *
 * A batch is 2^level consecutive leaves, the level such that a run has at most 64 batches (and more than 32, from 33
 * leaves on). Where draws within a leaf depend on each other (antithetic, moment matching), or those of a replicate do
 * (Sobol), batches are still independent. `replicate_leaves` is the leaves of a replicate, a power of two; 1 else. */
unsigned keel_batch_level(uint64_t leaves, uint64_t replicate_leaves);

/* ---- a run of consecutive leaves, or a rank's part of one ----
 *
 * A stack of partial trees that counts like a binary counter; at the left end of a part that does not begin at a power
 * of two, right children wait for a sibling that somebody else has. */
struct keel_moment_tree {
  int order;
  unsigned batch_level;
  uint64_t first, next;                         /* leaves [first, next) are in */
  struct keel_moments stack[KEEL_TREE_LEVELS];  /* [level]: left children */
  struct keel_moments orphan[KEEL_TREE_LEVELS]; /* [level]: right children without their sibling */
  uint32_t stacked, orphaned;                   /* bit `level`: in use */
  struct keel_moments batch[KEEL_BATCHES_MAX];  /* those that are complete */
  uint64_t complete;                            /* bit b: batch b is */
};

/* `first` is the leaf that this part begins with. */
void keel_moment_tree_init(struct keel_moment_tree *tree, int order, unsigned batch_level, uint64_t first);

/* The next 2^level leaves, which begin at a multiple of that; level is at most the batch level. */
void keel_moment_tree_push(struct keel_moment_tree *tree, unsigned level, const struct keel_moments *node);

/* What follows directly on this tree. Any cut into parts gives the same bits. */
void keel_moment_tree_append(struct keel_moment_tree *tree, const struct keel_moment_tree *next);

/* Everything so far, of a tree that begins with leaf 0. */
struct keel_moments keel_moment_tree_total(const struct keel_moment_tree *tree);

/* The batches so far, the last one possibly incomplete, into batches[0 ..]; returns how many. From leaf 0 too. */
size_t keel_moment_tree_batches(const struct keel_moment_tree *tree, struct keel_moments batches[KEEL_BATCHES_MAX]);

#endif
