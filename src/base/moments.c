#include "base/moments.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"

enum { ORDER = KEEL_MOMENT_ORDER };

struct keel_moments keel_moments_none(int order) {
  return (struct keel_moments){.order = order, .min = INFINITY, .max = -INFINITY};
}

/* ---- merging ---- */

static const double binomial[ORDER + 1][ORDER + 1] = {
    {1},
    {1, 1},
    {1, 2, 1},
    {1, 3, 3, 1},
    {1, 4, 6, 4, 1},
    {1, 5, 10, 10, 5, 1},
    {1, 6, 15, 20, 15, 6, 1},
    {1, 7, 21, 35, 35, 21, 7, 1},
    {1, 8, 28, 56, 70, 56, 28, 8, 1},
};

/* sum (x - c + h)^k = sum over j of binomial(k, j) h^(k-j) sum (x - c)^j, by Horner in h. */
struct keel_moments keel_moments_about(const struct keel_moments *moments, double centre, double rest) {
  struct keel_moments out = *moments;
  double h = (moments->centre - centre) - rest;
  out.centre = centre + rest;
  for (int64_t k = 1; k <= moments->order; k++) {
    double sum = moments->sum[0];
    for (int64_t j = 1; j <= k; j++) sum = sum * h + binomial[k][j] * moments->sum[j];
    out.sum[k] = sum;
  }
  return out;
}

/* 2^power for power <= 0; 0 where that is below what a double holds. */
static double power_of_two(int64_t power) { return power < -1074 ? 0.0 : ldexp(1.0, (int)power); }

struct keel_moments keel_moments_scaled(const struct keel_moments *moments, int64_t exponent) {
  struct keel_moments out = *moments;
  if (moments->exponent == exponent) return out;
  double factor = power_of_two(moments->exponent - exponent), power = 1;
  out.exponent = exponent;
  out.centre *= factor;
  out.min *= factor;
  out.max *= factor;
  for (int k = 1; k <= ORDER; k++) out.sum[k] *= power *= factor;
  return out;
}

struct keel_moments keel_moments_merge(const struct keel_moments *left, const struct keel_moments *right) {
  const struct keel_moments *only = left->sum[0] == 0 ? right : right->sum[0] == 0 ? left : NULL;
  struct keel_moments out;
  if (only) {
    out = *only;
  } else {
    int64_t exponent = left->exponent > right->exponent ? left->exponent : right->exponent;
    struct keel_moments a = keel_moments_scaled(left, exponent), b = keel_moments_scaled(right, exponent);
    double centre = a.centre + (b.centre - a.centre) * (b.sum[0] / (a.sum[0] + b.sum[0]));
    a = keel_moments_about(&a, centre, 0);
    b = keel_moments_about(&b, centre, 0);
    out = a;
    for (int k = 0; k <= ORDER; k++) out.sum[k] = a.sum[k] + b.sum[k];
    out.min = b.min < a.min ? b.min : a.min;
    out.max = b.max > a.max ? b.max : a.max;
  }
  out.bad = left->bad + right->bad;
  return out;
}

unsigned keel_batch_level(uint64_t leaves, uint64_t replicate_leaves) {
  unsigned level = 0;
  keel_assert(replicate_leaves > 0 && (replicate_leaves & (replicate_leaves - 1)) == 0);
  while (((leaves + (UINT64_C(1) << level) - 1) >> level) > KEEL_BATCHES_MAX || UINT64_C(1) << level < replicate_leaves)
    level++;
  return level;
}

/* ---- the tree ---- */

void keel_moment_tree_init(struct keel_moment_tree *tree, int order, unsigned batch_level, uint64_t first) {
  memset(tree, 0, sizeof *tree);
  tree->order = order;
  tree->batch_level = batch_level;
  tree->first = tree->next = first;
}

static void keep_batch(struct keel_moment_tree *tree, uint64_t index, const struct keel_moments *batch) {
  keel_assert(index < KEEL_BATCHES_MAX);
  tree->batch[index] = *batch;
  tree->complete |= UINT64_C(1) << index;
}

/* A node goes onto the stack if it is a left child; a right child is merged with its sibling, or waits for it. */
static void push_node(struct keel_moment_tree *tree, unsigned level, struct keel_moments node) {
  uint64_t begin = tree->next;
  keel_assert(level < KEEL_TREE_LEVELS && (begin & ((UINT64_C(1) << level) - 1)) == 0);
  tree->next += UINT64_C(1) << level;
  for (;;) {
    uint64_t size = UINT64_C(1) << level;
    if (level == tree->batch_level) keep_batch(tree, begin >> level, &node);
    if ((begin & size) == 0) break;
    if (begin - size < tree->first) {
      tree->orphan[level] = node;
      tree->orphaned |= UINT32_C(1) << level;
      return;
    }
    node = keel_moments_merge(&tree->stack[level], &node);
    memset(&tree->stack[level], 0, sizeof node);
    tree->stacked &= ~(UINT32_C(1) << level);
    begin -= size;
    level++;
    keel_assert(level < KEEL_TREE_LEVELS);
  }
  tree->stack[level] = node;
  tree->stacked |= UINT32_C(1) << level;
}

void keel_moment_tree_push(struct keel_moment_tree *tree, unsigned level, const struct keel_moments *node) {
  keel_assert(level <= tree->batch_level);
  push_node(tree, level, *node);
}

static int has_bit(uint64_t bits, unsigned bit) { return (int)(bits >> bit & 1); }

void keel_moment_tree_append(struct keel_moment_tree *tree, const struct keel_moment_tree *next) {
  keel_assert(tree->next == next->first);
  keel_assert(tree->order == next->order && tree->batch_level == next->batch_level);
  for (unsigned b = 0; b < KEEL_BATCHES_MAX; b++)
    if (has_bit(next->complete, b)) keep_batch(tree, b, &next->batch[b]);
  for (unsigned level = 0; level < KEEL_TREE_LEVELS; level++)
    if (has_bit(next->orphaned, level)) push_node(tree, level, next->orphan[level]);
  for (unsigned level = KEEL_TREE_LEVELS; level-- > 0;)
    if (has_bit(next->stacked, level)) push_node(tree, level, next->stack[level]);
}

/* The subtrees below `top` levels from the right; empty where there is nothing. */
static struct keel_moments fold(const struct keel_moment_tree *tree, unsigned top) {
  struct keel_moments out = keel_moments_none((int)tree->order);
  keel_assert(tree->first == 0);
  for (unsigned level = 0; level < top; level++)
    if (has_bit(tree->stacked, level)) out = keel_moments_merge(&tree->stack[level], &out);
  return out;
}

struct keel_moments keel_moment_tree_total(const struct keel_moment_tree *tree) {
  return fold(tree, KEEL_TREE_LEVELS);
}

size_t keel_moment_tree_batches(const struct keel_moment_tree *tree, struct keel_moments batches[KEEL_BATCHES_MAX]) {
  size_t count = (size_t)(tree->next >> tree->batch_level);
  struct keel_moments rest = fold(tree, tree->batch_level);
  memcpy(batches, tree->batch, count * sizeof *batches);
  if (rest.sum[0] + (double)rest.bad == 0) return count;
  keel_assert(count < KEEL_BATCHES_MAX);
  batches[count] = rest;
  return count + 1;
}
