/* What finds arbitrage in slices, and what takes it away. */
#include <math.h>

#include "model/surface.h"
#include "support/support.h"

static void butterflies_are_found(void **state) {
  (void)state;
  struct keel_slice slice = {.svi = {-0.0410, 0.1331, 0.3060, 0.3586, 0.4153}};
  assert_false(keel_slice_butterfly(&slice));
  assert_true(slice.report.least_g < 0);
  slice.svi.a = 0.02;
  assert_true(keel_slice_butterfly(&slice));
  assert_true(slice.report.least_g > 0);
}

/* A dent of the spline between two strikes is seen. */
static void a_dent_is_found(void **state) {
  (void)state;
  struct keel_slice slice = {.svi = {0.01, 0.12, -0.4, 0.02, 0.15}};
  slice.bumps.count = 3;
  for (int i = 0; i < 13; i++) slice.bumps.knot[i] = -0.3 + 0.05 * i;
  assert_true(keel_slice_butterfly(&slice));
  slice.bumps.height[1] = 0.004;
  assert_false(keel_slice_butterfly(&slice));
  assert_true(slice.report.least_g_at > slice.bumps.knot[3] && slice.report.least_g_at < slice.bumps.knot[9]);
}

/* g is concave in the factor. */
static void scaling_down_makes_no_butterflies(void **state) {
  (void)state;
  struct keel_slice slice = {.svi = {-0.00131, 0.0177, -0.365, -0.0186, 0.0848}};
  assert_true(keel_slice_butterfly(&slice));
  for (int i = 0; i < 8; i++) {
    keel_slice_scale(&slice, 0.6);
    assert_true(keel_slice_butterfly(&slice));
  }
}

static void calendars_are_found(void **state) {
  (void)state;
  struct keel_slice early = {.svi = {0.01, 0.12, -0.4, 0.02, 0.15}}, late = early;
  keel_slice_scale(&late, 1.5);
  struct keel_calendar calendar = keel_slice_calendar(&late, &early);
  assert_true(calendar.is_free);
  assert_close(calendar.least_ratio, 1.5, 1e-9);
  assert_true(calendar.least > 0);
  late.svi.m += 0.3; /* crosses */
  calendar = keel_slice_calendar(&late, &early);
  assert_false(calendar.is_free);
  assert_true(calendar.least < 0);
  late = early;
  late.svi.a += 0.01;
  late.svi.b *= 0.99; /* crosses far out alone: no point sees it, the wings are not proven */
  assert_false(keel_slice_calendar(&late, &early).is_free);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(butterflies_are_found),
      cmocka_unit_test(a_dent_is_found),
      cmocka_unit_test(scaling_down_makes_no_butterflies),
      cmocka_unit_test(calendars_are_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
