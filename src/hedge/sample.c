#include "hedge/sample.h"

#include <string.h>

#include "base/crc32c.h"
#include "base/fail.h"
#include "hedge/risk.h"
#include "kernel/kernel.h"

static size_t tree_count(const struct keel_sample_plan *plan) { return 1 + plan->aversion_count; }

void keel_sample_init(struct keel_sample *sample, struct keel_arena *arena, const struct keel_sample_plan *plan,
                      uint64_t first) {
  keel_assert(plan->aversion_count <= KEEL_AVERSIONS_MAX);
  *sample = (struct keel_sample){.plan = *plan};
  sample->moments = KEEL_ARENA_NEW(arena, struct keel_moment_tree, tree_count(plan));
  for (size_t i = 0; i < tree_count(plan); i++) {
    int order = i == 0 && plan->is_full ? KEEL_MOMENT_ORDER : 2;
    keel_moment_tree_init(&sample->moments[i], order, plan->batch_level, first);
  }
  if (!plan->is_full) return;
  sample->distribution = KEEL_ARENA_NEW(arena, struct keel_distribution, 1);
  keel_distribution_init(sample->distribution);
}

static void add_to_distribution(struct keel_sample *sample, size_t count, const double *values) {
  const struct keel_moment_tree *tree = sample->moments;
  size_t batch = (size_t)(tree->next >> tree->batch_level);
  struct keel_binning binning = keel_distribution_binning(sample->distribution, batch);
  uint32_t slots[KEEL_LEAF_PATHS];
  keel_kernel_now->leaf.slots(&binning, count, values, slots);
  keel_distribution_add(sample->distribution, batch, count, values, slots);
}

static void add_leaf(struct keel_sample *sample, size_t count, const double *values) {
  const struct keel_leaf *kernel = &keel_kernel_now->leaf;
  struct keel_moment_tree *tree = sample->moments;
  struct keel_moments node;
  if (sample->distribution) add_to_distribution(sample, count, values);
  kernel->moments(tree->order, count, values, &node);
  keel_moment_tree_push(tree, 0, &node);
  for (size_t i = 0; i < sample->plan.aversion_count; i++) {
    kernel->exp_moments(-sample->plan.aversions[i], count, values, &node);
    keel_moment_tree_push(tree + 1 + i, 0, &node);
  }
}

void keel_sample_add(struct keel_sample *sample, size_t count, const double *values) {
  while (count > 0) {
    size_t room = KEEL_LEAF_PATHS - sample->pending, taken = count < room ? count : room;
    if (taken == KEEL_LEAF_PATHS) {
      add_leaf(sample, taken, values);
    } else {
      memcpy(sample->leaf + sample->pending, values, taken * sizeof *values);
      sample->pending += taken;
      if (sample->pending == KEEL_LEAF_PATHS) keel_sample_finish(sample);
    }
    values += taken;
    count -= taken;
  }
}

void keel_sample_finish(struct keel_sample *sample) {
  if (sample->pending == 0) return;
  add_leaf(sample, sample->pending, sample->leaf);
  sample->pending = 0;
}

static int is_same_plan(const struct keel_sample_plan *a, const struct keel_sample_plan *b) {
  return a->is_full == b->is_full && a->is_independent == b->is_independent && a->batch_level == b->batch_level &&
         a->aversion_count == b->aversion_count &&
         memcmp(a->aversions, b->aversions, a->aversion_count * sizeof *a->aversions) == 0;
}

void keel_sample_append(struct keel_sample *sample, const struct keel_sample *next) {
  keel_assert(is_same_plan(&sample->plan, &next->plan) && sample->pending == 0 && next->pending == 0);
  for (size_t i = 0; i < tree_count(&sample->plan); i++)
    keel_moment_tree_append(&sample->moments[i], &next->moments[i]);
  if (sample->distribution) keel_distribution_merge(sample->distribution, next->distribution);
}

struct keel_statistics keel_sample_statistics(const struct keel_sample *sample) {
  keel_assert(sample->pending == 0);
  return keel_statistics_of(&sample->moments[0], sample->plan.is_independent);
}

struct keel_estimate keel_sample_quantile(const struct keel_sample *sample, double p) {
  keel_assert(sample->pending == 0 && sample->distribution);
  return keel_distribution_quantile(sample->distribution, p, sample->plan.is_independent);
}

struct keel_estimate keel_sample_cvar(const struct keel_sample *sample, double level) {
  keel_assert(sample->pending == 0 && sample->distribution);
  return keel_distribution_cvar(sample->distribution, level, sample->plan.is_independent);
}

struct keel_estimate keel_sample_highest(const struct keel_sample *sample, double level) {
  struct keel_distribution mirrored;
  keel_assert(sample->pending == 0 && sample->distribution);
  keel_distribution_mirror(sample->distribution, &mirrored);
  return keel_distribution_cvar(&mirrored, level, sample->plan.is_independent);
}

struct keel_estimate keel_sample_entropic(const struct keel_sample *sample, size_t aversion) {
  keel_assert(sample->pending == 0 && aversion < sample->plan.aversion_count);
  return keel_entropic_risk(&sample->moments[1 + aversion], sample->plan.aversions[aversion],
                            sample->plan.is_independent);
}

/* ---- bytes: header, trees, distribution ---- */

struct header {
  struct keel_sample_plan plan;
  uint32_t size, check; /* of all, and of what follows the header */
};

static size_t distribution_size(const struct keel_sample_plan *plan) {
  return plan->is_full ? sizeof(struct keel_distribution) : 0;
}

size_t keel_sample_size(const struct keel_sample_plan *plan) {
  return sizeof(struct header) + tree_count(plan) * sizeof(struct keel_moment_tree) + distribution_size(plan);
}

void keel_sample_save(const struct keel_sample *sample, void *bytes) {
  unsigned char *trees = (unsigned char *)bytes + sizeof(struct header);
  size_t trees_size = tree_count(&sample->plan) * sizeof *sample->moments;
  size_t size = keel_sample_size(&sample->plan);
  keel_assert(sample->pending == 0);
  memcpy(trees, sample->moments, trees_size);
  if (sample->distribution) memcpy(trees + trees_size, sample->distribution, sizeof *sample->distribution);
  struct header header = {sample->plan, (uint32_t)size, keel_crc32c(0, trees, size - sizeof header)};
  memcpy(bytes, &header, sizeof header);
}

keel_status keel_sample_load(struct keel_sample *sample, const void *bytes, keel_error *error) {
  const unsigned char *trees = (const unsigned char *)bytes + sizeof(struct header);
  size_t trees_size = tree_count(&sample->plan) * sizeof *sample->moments;
  size_t size = keel_sample_size(&sample->plan);
  struct header header;
  memcpy(&header, bytes, sizeof header);
  if (!is_same_plan(&header.plan, &sample->plan) || header.size != size)
    return keel_fail(error, KEEL_STATUS_CORRUPT, NULL, "statistics of another plan; all ranks run the same strategy");
  if (keel_crc32c(0, trees, size - sizeof header) != header.check)
    return keel_fail(error, KEEL_STATUS_CORRUPT, NULL, "statistics damaged on their way: the check sum is another one");
  memcpy(sample->moments, trees, trees_size);
  if (sample->distribution) memcpy(sample->distribution, trees + trees_size, sizeof *sample->distribution);
  return KEEL_STATUS_OK;
}
