#include "base/moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/draws.h"
#include "support/support.h"

enum { ORDER = KEEL_MOMENT_ORDER };

/* A leaf's moments, plainly: the kernel that makes them is tested by tests/kernel/test_leaf.c. */
static struct keel_moments node_of(int order, size_t count, const double *values) {
  struct keel_moments out = keel_moments_none(order);
  long double sum = 0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  out.centre = count ? (double)(sum / (long double)count) : 0;
  out.sum[0] = (double)count;
  for (size_t i = 0; i < count; i++) {
    long double power = 1, d = (long double)values[i] - out.centre;
    for (int k = 1; k <= order; k++) out.sum[k] += (double)(power *= d);
    out.min = fmin(out.min, values[i]);
    out.max = fmax(out.max, values[i]);
  }
  return out;
}

static void push_all(struct keel_moment_tree *tree, size_t count, const double *values) {
  for (size_t i = 0; i < count; i += KEEL_LEAF_PATHS) {
    struct keel_moments node =
        node_of(tree->order, count - i < KEEL_LEAF_PATHS ? count - i : KEEL_LEAF_PATHS, values + i);
    keel_moment_tree_push(tree, 0, &node);
  }
}

static void assert_same_moments(const struct keel_moments *got, const struct keel_moments *want) {
  assert_memory_equal(got, want, sizeof *got);
}

/* Of the distances from the first value, so that a far larger mean costs no digits. */
static long double mean_of(size_t count, const double *values) {
  long double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (long double)values[i] - values[0];
  return sum / (long double)count;
}

/* Relative to the sum of absolute values. */
static void assert_plain(const struct keel_moments *got, size_t count, const double *values, double tolerance) {
  long double mean = mean_of(count, values);
  double whole_mean = (double)(mean + values[0]), std = sqrt(got->sum[2] / (double)count);
  assert_close(keel_moments_mean(got), whole_mean, 1e-15 * (fabs(whole_mean) + std));
  struct keel_moments central = keel_moments_about(got, got->centre, got->sum[1] / got->sum[0]);
  for (int k = 2; k <= ORDER; k++) {
    long double want = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
      long double power = 1;
      for (int j = 0; j < k; j++) power *= (long double)values[i] - values[0] - mean;
      want += power;
      size += fabsl(power);
    }
    assert_close(central.sum[k] / (double)size, (double)(want / size), tolerance);
  }
}

static void equals_two_passes(void **state) {
  (void)state;
  enum { COUNT = 100000 };
  double *values = malloc(COUNT * sizeof *values);
  double (*const draw[])(struct draws *) = {draw_uniform, draw_normal, draw_exponential, draw_lognormal};
  static struct keel_moment_tree tree;
  for (size_t i = 0; i < 4; i++) {
    draw_many(draw[i], 11 + i, COUNT, values);
    for (int shifted = 0; shifted < 2; shifted++) {
      for (size_t j = 0; shifted && j < COUNT; j++) values[j] = 1e6 + values[j];
      keel_moment_tree_init(&tree, ORDER, keel_batch_level(391, 1), 0);
      push_all(&tree, COUNT, values);
      struct keel_moments total = keel_moment_tree_total(&tree);
      assert_plain(&total, COUNT, values, 1e-14);
    }
  }
  free(values);
}

/* A mean 1e9 times the spread: what is lost is what the values themselves have lost, nothing more. */
static void large_means_cost_nothing(void **state) {
  (void)state;
  enum { COUNT = 5000 };
  static double values[COUNT];
  static struct keel_moment_tree tree;
  draw_many(draw_exponential, 5, COUNT, values);
  for (size_t i = 0; i < COUNT; i++) values[i] += 1e9;
  keel_moment_tree_init(&tree, ORDER, 0, 0);
  push_all(&tree, COUNT, values);
  struct keel_moments total = keel_moment_tree_total(&tree);
  total = keel_moments_about(&total, total.centre, total.sum[1] / total.sum[0]);
  long double mean = mean_of(COUNT, values), squares = 0, cubes = 0;
  for (size_t i = 0; i < COUNT; i++) {
    long double d = (long double)values[i] - values[0] - mean;
    squares += d * d;
    cubes += d * d * d;
  }
  assert_close(total.sum[2] / (double)squares, 1, 1e-14);
  assert_close(total.sum[3] / (double)cubes, 1, 1e-14);
}

static void any_cut_gives_the_same_bits(void **state) {
  (void)state;
  enum { LEAVES = 203, COUNT = LEAVES * KEEL_LEAF_PATHS - 100 };
  double *values = malloc(COUNT * sizeof *values);
  static struct keel_moment_tree whole, joined, part;
  struct draws draws = {99};
  draw_many(draw_lognormal, 3, COUNT, values);
  unsigned level = keel_batch_level(LEAVES, 1);
  keel_moment_tree_init(&whole, ORDER, level, 0);
  push_all(&whole, COUNT, values);
  struct keel_moments want = keel_moment_tree_total(&whole), batches[KEEL_BATCHES_MAX], other[KEEL_BATCHES_MAX];
  size_t batch_count = keel_moment_tree_batches(&whole, batches);
  assert_int_equal(batch_count, (LEAVES + (1 << level) - 1) >> level);
  for (int round = 0; round < 200; round++) {
    keel_moment_tree_init(&joined, ORDER, level, 0);
    for (size_t leaf = 0; leaf < LEAVES;) {
      size_t next = leaf + 1 + (size_t)(draw_uniform(&draws) * (round < 100 ? 20 : 120));
      if (next > LEAVES) next = LEAVES;
      keel_moment_tree_init(&part, ORDER, level, leaf);
      size_t end = next * KEEL_LEAF_PATHS < COUNT ? next * KEEL_LEAF_PATHS : COUNT;
      push_all(&part, end - leaf * KEEL_LEAF_PATHS, values + leaf * KEEL_LEAF_PATHS);
      keel_moment_tree_append(&joined, &part);
      leaf = next;
    }
    struct keel_moments got = keel_moment_tree_total(&joined);
    assert_same_moments(&got, &want);
    assert_int_equal(keel_moment_tree_batches(&joined, other), batch_count);
    for (size_t b = 0; b < batch_count; b++) assert_same_moments(&other[b], &batches[b]);
  }
  free(values);
}

/* Parts appended to parts: ranks that gather in a tree of their own. */
static void parts_of_parts(void **state) {
  (void)state;
  enum { LEAVES = 64, COUNT = LEAVES * KEEL_LEAF_PATHS };
  static double values[COUNT];
  static struct keel_moment_tree whole, ranks[4], pair;
  draw_many(draw_normal, 8, COUNT, values);
  keel_moment_tree_init(&whole, 2, 1, 0);
  push_all(&whole, COUNT, values);
  const size_t cut[5] = {0, 13, 30, 47, 64};
  for (size_t r = 0; r < 4; r++) {
    keel_moment_tree_init(&ranks[r], 2, 1, cut[r]);
    push_all(&ranks[r], (cut[r + 1] - cut[r]) * KEEL_LEAF_PATHS, values + cut[r] * KEEL_LEAF_PATHS);
  }
  keel_moment_tree_append(&ranks[2], &ranks[3]);
  keel_moment_tree_append(&ranks[1], &ranks[2]);
  keel_moment_tree_append(&ranks[0], &ranks[1]);
  struct keel_moments want = keel_moment_tree_total(&whole), got = keel_moment_tree_total(&ranks[0]);
  assert_same_moments(&got, &want);
  /* whole subtrees, made elsewhere */
  keel_moment_tree_init(&pair, 2, 1, 0);
  for (size_t leaf = 0; leaf < LEAVES; leaf += 2) {
    struct keel_moments a = node_of(2, KEEL_LEAF_PATHS, values + leaf * KEEL_LEAF_PATHS);
    struct keel_moments b = node_of(2, KEEL_LEAF_PATHS, values + (leaf + 1) * KEEL_LEAF_PATHS);
    a = keel_moments_merge(&a, &b);
    keel_moment_tree_push(&pair, 1, &a);
  }
  got = keel_moment_tree_total(&pair);
  assert_same_moments(&got, &want);
}

static void constants_and_nothing(void **state) {
  (void)state;
  static double values[3 * KEEL_LEAF_PATHS + 7];
  static struct keel_moment_tree tree;
  size_t count = sizeof values / sizeof *values;
  for (size_t i = 0; i < count; i++) values[i] = 0.1;
  keel_moment_tree_init(&tree, ORDER, 0, 0);
  struct keel_moments total = keel_moment_tree_total(&tree), batches[KEEL_BATCHES_MAX];
  assert_true(total.sum[0] == 0 && total.bad == 0);
  assert_int_equal(keel_moment_tree_batches(&tree, batches), 0);
  for (size_t i = 0; i < count; i += KEEL_LEAF_PATHS) {
    struct keel_moments node = keel_moments_none(ORDER);
    node.sum[0] = (double)(count - i < KEEL_LEAF_PATHS ? count - i : KEEL_LEAF_PATHS);
    node.centre = node.min = node.max = 0.1;
    keel_moment_tree_push(&tree, 0, &node);
  }
  total = keel_moment_tree_total(&tree);
  assert_true(keel_moments_mean(&total) == 0.1 && total.sum[2] == 0 && total.sum[8] == 0);
  /* leaves of different constants: all powers come from the shift */
  struct keel_moments a = keel_moments_none(ORDER), b = a, empty = keel_moments_none(ORDER);
  a.sum[0] = b.sum[0] = 256;
  a.centre = 1, b.centre = 3;
  a = keel_moments_merge(&a, &b);
  for (int k = 1; k <= ORDER; k++) assert_close(a.sum[k], k % 2 ? 0 : 512, 0);
  empty.bad = 4;
  b = keel_moments_merge(&empty, &a);
  assert_int_equal(b.bad, 4);
  b.bad = 0;
  assert_same_moments(&b, &a);
}

/* Weights of different scale: e^-1000 and less beside e^700. */
static void exponents(void **state) {
  (void)state;
  struct keel_moments a = keel_moments_none(2), b = a;
  a.sum[0] = b.sum[0] = 2;
  a.centre = a.min = a.max = 1, a.exponent = 1000;
  b.centre = 1, b.exponent = 998, b.sum[2] = 0.5, b.min = 0.5, b.max = 1.5;
  struct keel_moments both = keel_moments_merge(&b, &a);
  assert_int_equal(both.exponent, 1000);
  assert_close(keel_moments_mean(&both), 0.625, 0);
  assert_close(both.sum[2], 4 * 0.375 * 0.375 + 0.5 / 16, 1e-16);
  assert_close(both.min, 0.125, 0);
  b.exponent = -5000;
  both = keel_moments_merge(&a, &b);
  assert_close(keel_moments_mean(&both), 0.5, 0);
}

static void batch_levels(void **state) {
  (void)state;
  assert_int_equal(keel_batch_level(1, 1), 0);
  assert_int_equal(keel_batch_level(64, 1), 0);
  assert_int_equal(keel_batch_level(65, 1), 1);
  assert_int_equal(keel_batch_level(128, 1), 1);
  assert_int_equal(keel_batch_level(15625, 1), 8);
  assert_int_equal(keel_batch_level(64, 4), 2);
  assert_int_equal(keel_batch_level(1 << 20, 4), 14);
  for (uint64_t leaves = 33; leaves < 5000; leaves++) {
    unsigned level = keel_batch_level(leaves, 1);
    uint64_t batches = (leaves + (UINT64_C(1) << level) - 1) >> level;
    assert_true(batches <= 64 && batches > 32);
  }
}

static void is_small(void **state) {
  (void)state;
  assert_true(sizeof(struct keel_moments) == 120);
  assert_true(sizeof(struct keel_moment_tree) <= 15500);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equals_two_passes),     cmocka_unit_test(large_means_cost_nothing),
      cmocka_unit_test(parts_of_parts),        cmocka_unit_test(any_cut_gives_the_same_bits),
      cmocka_unit_test(constants_and_nothing), cmocka_unit_test(exponents),
      cmocka_unit_test(batch_levels),          cmocka_unit_test(is_small),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
