/* The one table of exposures. */
#include "hedge/policy.h"

#include "keel/black_scholes.h"
#include "support/support.h"

/* What each loses in a standard move, by the words of docs/numerics.md. */
static void weights_are_standard_moves(void **state) {
  (void)state;
  const double spot = 250, move = 2.5;
  const double want[KEEL_EXPOSURE_ALL] = {
      [KEEL_EXPOSURE_DELTA] = move,        [KEEL_EXPOSURE_GAMMA] = move * move,
      [KEEL_EXPOSURE_VEGA] = 0.01,         [KEEL_EXPOSURE_THETA] = 1 / 365.0,
      [KEEL_EXPOSURE_RHO] = 0.001,         [KEEL_EXPOSURE_PSI] = 0.001,
      [KEEL_EXPOSURE_VANNA] = 0.01 * move, [KEEL_EXPOSURE_VOLGA] = 0.0001,
      [KEEL_EXPOSURE_CHARM] = move / 365,  [KEEL_EXPOSURE_SPEED] = move * move * move,
  };
  for (int e = 0; e < KEEL_EXPOSURE_ALL; e++)
    assert_close(keel_exposure_weight((enum keel_exposure)e, spot) / want[e], 1, 1e-14);
}

static void each_has_a_name_and_a_greek(void **state) {
  (void)state;
  double numbers[11];
  keel_greeks greeks = {.delta = numbers + 1, .volga = numbers + 8, .speed = numbers + 10};
  for (int e = 0; e < KEEL_EXPOSURE_ALL; e++) {
    const struct keel_exposure_info *info = &keel_exposure_table[e];
    assert_true(info->name && *info->name && *info->unit);
    assert_true(info->greek > 0 && info->greek < sizeof(keel_greeks));
    for (int other = 0; other < e; other++) {
      assert_string_not_equal(info->name, keel_exposure_table[other].name);
      assert_true(info->greek != keel_exposure_table[other].greek);
    }
  }
  double *const *columns = (double *const *)&greeks;
  assert_ptr_equal(columns[keel_exposure_table[KEEL_EXPOSURE_VOLGA].greek / sizeof *columns], numbers + 8);
}

static void a_wiring_has_those_of_a_step(void **state) {
  (void)state;
  struct keel_target target = {.exposure_count = 3,
                               .exposures = {KEEL_EXPOSURE_VEGA, KEEL_EXPOSURE_THETA, KEEL_EXPOSURE_SPEED}};
  keel_target_leave_stepped(&target);
  assert_int_equal(target.exposure_count, 1);
  target.exposures[0] = KEEL_EXPOSURE_VANNA;
  keel_target_leave_stepped(&target);
  assert_int_equal(target.exposure_count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weights_are_standard_moves),
      cmocka_unit_test(each_has_a_name_and_a_greek),
      cmocka_unit_test(a_wiring_has_those_of_a_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
