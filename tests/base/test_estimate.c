#include "base/estimate.h"

#include <math.h>

#include "support/draws.h"
#include "support/support.h"

static struct keel_estimate estimate_of(double value, size_t batches, uint64_t seed) {
  struct keel_estimate out = {.value = value};
  draw_many(draw_normal, seed, batches, out.part);
  for (size_t b = 0; b < batches; b++) out.batches |= UINT64_C(1) << b;
  out.error = keel_estimate_batch_error(&out);
  return out;
}

static void batch_error(void **state) {
  (void)state;
  struct keel_estimate a = {.batches = 7, .part = {0.25, -0.5, 0.25}};
  /* mean 0, squares 0.375, times 3/2 */
  assert_close(keel_estimate_batch_error(&a), 0.75, 1e-16);
  a = (struct keel_estimate){.batches = 0x15, .part = {0.25, 0, -0.5, 0, 0.25}}; /* batches 1 and 3 are empty */
  assert_close(keel_estimate_batch_error(&a), 0.75, 1e-16);
  a.batches = 4;
  assert_true(isnan(keel_estimate_batch_error(&a)));
  a.batches = 0;
  assert_true(isnan(keel_estimate_batch_error(&a)));
}

static void combining(void **state) {
  (void)state;
  struct keel_estimate a = estimate_of(3, 40, 1), b = estimate_of(5, 40, 2);
  struct keel_estimate same = keel_estimate_combine(1, &a, -1, &a);
  assert_true(same.value == 0 && same.error == 0);
  struct keel_estimate both = keel_estimate_combine(2, &a, -3, &b);
  assert_close(both.value, -9, 0);
  assert_true(both.batches == (UINT64_C(1) << 40) - 1);
  for (size_t i = 0; i < 40; i++) assert_close(both.part[i], 2 * a.part[i] - 3 * b.part[i], 1e-15);
  /* independent draws: errors add in squares, but for chance */
  assert_close(both.error, sqrt(4 * a.error * a.error + 9 * b.error * b.error), 0.3 * both.error);
}

static void affine(void **state) {
  (void)state;
  struct keel_estimate a = estimate_of(3, 64, 3), b = keel_estimate_affine(-2, &a, 10);
  assert_close(b.value, 4, 0);
  assert_close(b.error, 2 * a.error, 0);
  assert_close(keel_estimate_batch_error(&b), b.error, 1e-15);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(batch_error), cmocka_unit_test(combining),
                                     cmocka_unit_test(affine)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
