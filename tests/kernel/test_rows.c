#include "kernel/rows.h"

#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/draws.h"
#include "support/support.h"

enum { PATHS = 301 };

static double left[PATHS], right[PATHS], other[PATHS];

static void draw_inputs(void) {
  struct draws draws = {11};
  for (size_t i = 0; i < PATHS; i++) {
    left[i] = draw_normal(&draws);
    right[i] = left[i] + draw_normal(&draws);
    other[i] = draw_lognormal(&draws);
  }
}

static void draw_quotes(void) {
  draw_inputs();
  left[0] = NAN, right[1] = NAN, right[2] = INFINITY, left[3] = 0, left[4] = right[4] = 2;
}

static void mid_or_otherwise(void **state) {
  (void)state;
  double got[PATHS];
  draw_quotes();
  keel_kernel_now->rows.mid(PATHS, left, right, other, got);
  for (size_t i = 0; i < PATHS; i++) {
    int usable = left[i] > 0 && right[i] >= left[i] && right[i] < INFINITY;
    assert_same_bits(got[i], usable ? 0.5 * (left[i] + right[i]) : other[i]);
  }
  assert_true(got[0] == other[0] && got[1] == other[1] && got[2] == other[2] && got[3] == other[3] && got[4] == 2);
  double in_place[PATHS];
  memcpy(in_place, other, sizeof other);
  keel_kernel_now->rows.mid(PATHS, left, right, in_place, in_place);
  assert_memory_equal(in_place, got, sizeof got);
}

static void all_positive_or_not(void **state) {
  (void)state;
  draw_inputs();
  const double bad[] = {0, -1, NAN, -INFINITY};
  double mid[PATHS];
  assert_true(keel_kernel_now->rows.mid(PATHS, other, other, other, mid));
  assert_true(keel_kernel_now->rows.mid(0, left, left, left, mid));
  for (size_t i = 0; i < PATHS; i += 50)
    for (size_t k = 0; k < 4; k++) {
      double was = other[i];
      other[i] = bad[k];
      assert_false(keel_kernel_now->rows.mid(PATHS, other, other, other, mid));
      other[i] = was;
    }
}

struct sums {
  double net[PATHS], of_gross[PATHS], gross[PATHS], by_vega[PATHS], vega[PATHS], by_units[PATHS];
};

static void sum_twice(struct sums *to) {
  const struct keel_rows *rows = &keel_kernel_now->rows;
  const struct keel_vol_sums vols = {to->by_vega, to->vega, to->by_units};
  memset(to, 0, sizeof *to);
  rows->add(PATHS, -3, left, to->net);
  rows->add(PATHS, 0.5, right, to->net);
  rows->add_gross(PATHS, -3, left, to->of_gross, to->gross);
  rows->add_gross(PATHS, 0.5, right, to->of_gross, to->gross);
  rows->weigh_vol(PATHS, 3, other, left, &vols);
  rows->weigh_vol(PATHS, 0.5, left, other, &vols);
}

static void sums_are_as_written(void **state) {
  (void)state;
  static struct sums got;
  draw_inputs();
  sum_twice(&got);
  for (size_t i = 0; i < PATHS; i++) {
    double a = left[i], b = right[i], c = other[i];
    assert_same_bits(got.net[i], 0.0 + -3 * a + 0.5 * b);
    assert_same_bits(got.of_gross[i], got.net[i]);
    assert_same_bits(got.gross[i], 0.0 + fabs(-3 * a) + fabs(0.5 * b));
    assert_same_bits(got.by_vega[i], 0.0 + 3 * c * a + 0.5 * a * c);
    assert_same_bits(got.vega[i], 0.0 + 3 * c + 0.5 * a);
    assert_same_bits(got.by_units[i], 0.0 + 3 * a + 0.5 * c);
  }
}

static void set_and_negated(void **state) {
  (void)state;
  double got[PATHS + 1] = {0};
  draw_quotes();
  got[PATHS] = -77;
  keel_kernel_now->rows.set(PATHS, 3, got);
  for (size_t i = 0; i < PATHS; i++) assert_true(got[i] == 3);
  keel_kernel_now->rows.negate(PATHS, left, got);
  for (size_t i = 0; i < PATHS; i++) assert_same_bits(got[i], -left[i]);
  assert_true(got[PATHS] == -77);
}

static void every_level_has_the_same_bits(void **state) {
  (void)state;
  static const char *const levels[] = {"base", "v3", "v4"};
  static struct sums want, got;
  double mid[PATHS], want_mid[PATHS];
  for (size_t k = 0; k < 3; k++) {
    if (keel_cpu_force(levels[k], NULL) != KEEL_STATUS_OK) continue;
    draw_inputs();
    sum_twice(&got);
    draw_quotes();
    keel_kernel_now->rows.mid(PATHS, left, right, other, mid);
    if (k == 0) {
      want = got;
      memcpy(want_mid, mid, sizeof mid);
    }
    assert_memory_equal(&got, &want, sizeof want);
    assert_memory_equal(mid, want_mid, sizeof mid);
  }
  assert_int_equal(keel_cpu_force("auto", NULL), KEEL_STATUS_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mid_or_otherwise),
      cmocka_unit_test(all_positive_or_not),
      cmocka_unit_test(sums_are_as_written),
      cmocka_unit_test(set_and_negated),
      cmocka_unit_test(every_level_has_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
