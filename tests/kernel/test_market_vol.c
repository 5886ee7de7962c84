/* The market's vols: as written, floored, and the same bits at every level. */
#include "kernel/market_vol.h"

#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/draws.h"
#include "support/support.h"

enum { PATHS = 251 };

struct vols {
  double root[PATHS], realised[PATHS], skewed[PATHS];
};

static double spot[PATHS], moved[PATHS], variance[PATHS];
static const double line[2] = {0.01, 0.4};

static void draw_inputs(void) {
  struct draws draws = {11};
  for (size_t i = 0; i < PATHS; i++) {
    spot[i] = 100 * draw_lognormal(&draws);
    moved[i] = spot[i] * draw_lognormal(&draws);
    variance[i] = 0.1 * draw_exponential(&draws);
  }
  variance[0] = 0, variance[1] = -1, variance[2] = NAN, spot[3] = 1e9;
}

static void compute(struct vols *out) {
  const struct keel_market_vol *kernel = &keel_kernel_now->market_vol;
  draw_inputs();
  kernel->root(PATHS, 1.1, line, variance, out->root);
  memcpy(out->realised, variance, sizeof variance);
  kernel->realise(PATHS, 0.9, 0.01, spot, moved, out->realised);
  kernel->skew(PATHS, -0.2, 90, spot, out->root, out->skewed);
}

static void as_written(void **state) {
  (void)state;
  static struct vols got;
  compute(&got);
  for (size_t i = 4; i < PATHS; i++) {
    double want = 1.1 * sqrt(0.01 + 0.4 * variance[i]), step = log(moved[i] / spot[i]);
    assert_close(got.root[i], want, 1e-15);
    assert_close(got.realised[i], 0.9 * variance[i] + 0.1 * step * step / 0.01, 1e-12);
    assert_close(got.skewed[i], fmax(want - 0.2 * log(90 / spot[i]), KEEL_MARKET_VOL_MIN), 1e-15);
  }
}

static void limits(void **state) {
  (void)state;
  static struct vols got;
  compute(&got);
  assert_close(got.root[0], 0.11, 1e-16);
  assert_close(got.root[1], KEEL_MARKET_VOL_MIN, 0);
  assert_true(isnan(got.root[2]) && isnan(got.skewed[2]));
  assert_true(got.skewed[3] > 3);
  const struct keel_market_vol *kernel = &keel_kernel_now->market_vol;
  kernel->skew(1, 1, 90, &spot[3], &got.root[0], &got.skewed[0]);
  assert_close(got.skewed[0], KEEL_MARKET_VOL_MIN, 0);
}

static void same_bits_at_every_level(void **state) {
  (void)state;
  static struct vols base, other;
  assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
  compute(&base);
  const char *const levels[] = {"v3", "v4"};
  for (size_t l = 0; l < 2; l++) {
    if (keel_cpu_force(levels[l], NULL) != KEEL_STATUS_OK) continue;
    compute(&other);
    assert_memory_equal(&base, &other, sizeof base);
  }
  assert_int_equal(keel_cpu_force("auto", NULL), KEEL_STATUS_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_written),
      cmocka_unit_test(limits),
      cmocka_unit_test(same_bits_at_every_level),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
