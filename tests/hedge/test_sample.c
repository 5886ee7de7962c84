#include "hedge/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "keel/cpu.h"
#include "support/draws.h"
#include "support/support.h"

enum { COUNT = 256 * 301 + 57, LEAVES = 302 };
static double values[COUNT];
static struct keel_arena arena;

static struct keel_sample_plan plan_of(int is_independent) {
  return (struct keel_sample_plan){.is_full = 1,
                                   .is_independent = is_independent,
                                   .batch_level = keel_batch_level(LEAVES, 1),
                                   .aversion_count = 2,
                                   .aversions = {0.5, 3}};
}

/* Everything that is reported. */
struct report {
  struct keel_statistics statistics;
  struct keel_estimate quantile[3], cvar[3], entropic[2];
};

static void report_of(const struct keel_sample *sample, struct report *out) {
  const double p[3] = {0.01, 0.5, 0.999};
  memset(out, 0, sizeof *out);
  out->statistics = keel_sample_statistics(sample);
  for (int i = 0; i < 3; i++) {
    out->quantile[i] = keel_sample_quantile(sample, p[i]);
    out->cvar[i] = keel_sample_cvar(sample, p[i]);
  }
  for (size_t i = 0; i < 2; i++) out->entropic[i] = keel_sample_entropic(sample, i);
}

static struct keel_sample new_sample(const struct keel_sample_plan *plan, uint64_t first) {
  struct keel_sample sample;
  keel_sample_init(&sample, &arena, plan, first);
  return sample;
}

static void add_in_pieces(struct keel_sample *sample, size_t piece, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i += piece) keel_sample_add(sample, end - i < piece ? end - i : piece, values + i);
}

static int set_up(void **state) {
  (void)state;
  keel_arena_init(&arena);
  draw_many(draw_normal, 1987, COUNT, values);
  values[1000] = NAN;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  keel_arena_fini(&arena);
  return 0;
}

static void block_sizes(void **state) {
  (void)state;
  struct keel_sample_plan plan = plan_of(0);
  const size_t pieces[] = {256, 64, 1, 100, 1000, COUNT};
  static struct report want, got;
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    struct keel_sample sample = new_sample(&plan, 0);
    add_in_pieces(&sample, pieces[i], 0, COUNT);
    keel_sample_finish(&sample);
    report_of(&sample, i == 0 ? &want : &got);
    if (i > 0) assert_memory_equal(&got, &want, sizeof got);
  }
  assert_true(want.statistics.bad == 1 && want.statistics.count == COUNT - 1);
}

/* Whatever compiler and CPU: draws without libm, a hash of every bit that is reported. */
static void golden_bits(void **state) {
  (void)state;
  struct keel_sample_plan plan = plan_of(1);
  static struct report report;
  struct draws draws = {2026};
  const char *levels[] = {"base", "v3", "v4"};
  static double cubes[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    double u = 4 * draw_uniform(&draws) - 2;
    cubes[i] = u * u * u - 0.3;
  }
  for (size_t i = 0; i < 3; i++) {
    if (keel_cpu_force(levels[i], NULL) != KEEL_STATUS_OK) continue;
    struct keel_sample sample = new_sample(&plan, 0);
    keel_sample_add(&sample, COUNT, cubes);
    keel_sample_finish(&sample);
    report_of(&sample, &report);
    assert_int_equal(keel_crc32c(0, &report, sizeof report), 0x1730e24b);
  }
  assert_int_equal(keel_cpu_force("auto", NULL), KEEL_STATUS_OK);
}

/* Ranks 1 to 4 by whole subtrees, and by any leaves; the root receives bytes. */
static void ranks(void **state) {
  (void)state;
  struct keel_sample_plan plan = plan_of(0);
  static struct report want, got;
  const size_t cuts[][5] = {{0, LEAVES, LEAVES, LEAVES, LEAVES}, {0, 256, LEAVES, LEAVES, LEAVES},
                            {0, 128, 256, LEAVES, LEAVES},       {0, 64, 128, 256, LEAVES},
                            {0, 101, 202, LEAVES, LEAVES},       {0, 1, 77, 255, LEAVES}};
  void *bytes = malloc(keel_sample_size(&plan));
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
    struct keel_sample root = new_sample(&plan, 0);
    for (size_t r = 0; r < 4; r++) {
      size_t begin = cuts[i][r] * 256, end = cuts[i][r + 1] * 256 < COUNT ? cuts[i][r + 1] * 256 : COUNT;
      if (begin >= end) continue;
      struct keel_sample rank = new_sample(&plan, cuts[i][r]), received = new_sample(&plan, 0);
      add_in_pieces(&rank, 64, begin, end);
      keel_sample_finish(&rank);
      keel_sample_save(&rank, bytes);
      assert_int_equal(keel_sample_load(&received, bytes, NULL), KEEL_STATUS_OK);
      keel_sample_append(&root, &received);
    }
    report_of(&root, i == 0 ? &want : &got);
    if (i > 0) assert_memory_equal(&got, &want, sizeof got);
  }
  free(bytes);
}

static void bytes_that_are_not_its_own(void **state) {
  (void)state;
  struct keel_sample_plan plan = plan_of(1), other = plan_of(1);
  struct keel_sample sample = new_sample(&plan, 0), into = new_sample(&plan, 0);
  other.aversions[1] = 4;
  struct keel_sample of_other = new_sample(&other, 0);
  add_in_pieces(&sample, 256, 0, 5120);
  size_t size = keel_sample_size(&plan);
  unsigned char *bytes = malloc(size);
  keel_error error;
  keel_sample_save(&sample, bytes);
  assert_int_equal(keel_sample_load(&of_other, bytes, &error), KEEL_STATUS_CORRUPT);
  assert_non_null(strstr(error.what, "another plan"));
  for (size_t at = sizeof plan + 8; at < size; at += 4999) {
    bytes[at] ^= 16;
    assert_int_equal(keel_sample_load(&into, bytes, &error), KEEL_STATUS_CORRUPT);
    bytes[at] ^= 16;
  }
  assert_true(keel_sample_statistics(&into).count == 0); /* nothing half taken in */
  assert_int_equal(keel_sample_load(&into, bytes, &error), KEEL_STATUS_OK);
  assert_true(keel_sample_statistics(&into).mean.value == keel_sample_statistics(&sample).mean.value);
  free(bytes);
}

static void one_path_and_a_few(void **state) {
  (void)state;
  struct keel_sample_plan plan = plan_of(1);
  plan.batch_level = 0;
  struct keel_sample one = new_sample(&plan, 0), few = new_sample(&plan, 0);
  keel_sample_add(&one, 1, values);
  keel_sample_finish(&one);
  struct keel_statistics s = keel_sample_statistics(&one);
  assert_true(s.count == 1 && s.mean.value == values[0] && isnan(s.mean.error) && isnan(s.std.value));
  assert_true(keel_sample_quantile(&one, 0.3).value == values[0] && keel_sample_cvar(&one, 0.95).value == -values[0]);
  assert_close(keel_sample_entropic(&one, 0).value, -values[0], 1e-15);
  keel_sample_add(&few, 257, values);
  keel_sample_finish(&few);
  s = keel_sample_statistics(&few);
  assert_true(s.count == 257 && s.mean.error > 0 && s.kurtosis.error > 0);
}

static void mean_and_std_only(void **state) {
  (void)state;
  struct keel_sample_plan plan = plan_of(1), slim = plan;
  slim.is_full = 0, slim.aversion_count = 0;
  struct keel_sample full = new_sample(&plan, 0), plain = new_sample(&slim, 0);
  assert_null(plain.distribution);
  assert_true(keel_sample_size(&slim) < 16000 && keel_sample_size(&plan) < 148000);
  add_in_pieces(&full, 256, 0, 25600);
  add_in_pieces(&plain, 64, 0, 25600);
  struct keel_statistics a = keel_sample_statistics(&full), b = keel_sample_statistics(&plain);
  assert_close(a.mean.value, b.mean.value, 1e-15);
  assert_close(a.std.value, b.std.value, 1e-14);
}

/* What frontier asks: is this rule better than that one, on the same paths? */
static void rules_on_common_paths(void **state) {
  (void)state;
  struct keel_sample_plan plan = plan_of(1);
  struct keel_sample a = new_sample(&plan, 0), b = new_sample(&plan, 0);
  static double others[COUNT];
  struct draws draws = {4};
  for (size_t i = 0; i < COUNT; i++) others[i] = 0.98 * values[i] - 0.01 + 0.02 * draw_normal(&draws);
  keel_sample_add(&a, COUNT, values);
  keel_sample_add(&b, COUNT, others);
  keel_sample_finish(&a);
  keel_sample_finish(&b);
  double std = sqrt(0.98 * 0.98 + 4e-4), cvar = 2.062712807507347;
  struct keel_estimate x = keel_sample_cvar(&a, 0.95), y = keel_sample_cvar(&b, 0.95);
  struct keel_estimate difference = keel_estimate_combine(1, &y, -1, &x);
  assert_close(difference.value, (std - 1) * cvar + 0.01, 4 * difference.error);
  assert_true(difference.error < 0.1 * x.error);
  x = keel_sample_entropic(&a, 1), y = keel_sample_entropic(&b, 1);
  difference = keel_estimate_combine(1, &y, -1, &x);
  assert_close(difference.value, 1.5 * (std * std - 1) + 0.01, 4 * difference.error + 0.01);
  x = keel_sample_quantile(&a, 0.05), y = keel_sample_quantile(&b, 0.05);
  difference = keel_estimate_combine(1, &y, -1, &x);
  assert_close(difference.value, (1 - std) * 1.6448536269514722 - 0.01, 4 * difference.error);
  assert_true(difference.error < 0.3 * x.error);
  /* risk plus cost, as one number with one error */
  struct keel_statistics s = keel_sample_statistics(&b);
  x = keel_sample_cvar(&b, 0.95);
  struct keel_estimate sum = keel_estimate_combine(1, &x, 0.5, &s.mean);
  assert_true(sum.error > 0 && sum.error < x.error + s.mean.error);
}

/* Antithetic pairs: the mean is known better than independent draws would have it, the batches see it. */
static void antithetic_pairs(void **state) {
  (void)state;
  struct keel_sample_plan plan = plan_of(0);
  struct keel_sample sample = new_sample(&plan, 0);
  static double pairs[COUNT];
  struct draws draws = {12};
  for (size_t i = 0; i + 1 < COUNT; i += 2) {
    double z = draw_normal(&draws);
    pairs[i] = z + 0.1 * z * z, pairs[i + 1] = -z + 0.1 * z * z;
  }
  keel_sample_add(&sample, COUNT - 1, pairs);
  keel_sample_finish(&sample);
  struct keel_statistics s = keel_sample_statistics(&sample);
  assert_close(s.mean.value, 0.1, 4 * s.mean.error);
  assert_close(s.mean.error / (0.1 * sqrt(2.0 / (COUNT / 2))), 1, 0.45);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(block_sizes),
      cmocka_unit_test(golden_bits),
      cmocka_unit_test(ranks),
      cmocka_unit_test(one_path_and_a_few),
      cmocka_unit_test(bytes_that_are_not_its_own),
      cmocka_unit_test(mean_and_std_only),
      cmocka_unit_test(rules_on_common_paths),
      cmocka_unit_test(antithetic_pairs),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
