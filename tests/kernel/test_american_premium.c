#include "kernel/american_support.h"

static void premiums_are_those_of_the_reference(void **state) {
  (void)state;
  static struct table t, european;
  struct keel_golden golden;
  load("american_hp.csv", &t, &golden);
  european = t;
  price_set(&t, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_PRICE);
  price_european(&european);
  for (size_t row = 0; row < t.count; row++) {
    if (t.out[PRICE][row] == fabs(t.in[SPOT][row] - t.in[STRIKE][row])) continue; /* exercised */
    assert_close(t.out[PRICE][row] - european.out[PRICE][row], keel_golden_number(&golden, row, "premium"),
                 1e-9 * t.in[STRIKE][row]);
  }
  keel_golden_free(&golden);
}

/* The points follow the distance from the boundary: whatever it is, gamma and speed are as smooth as the high scheme's.
 */
static void any_distance_from_the_boundary_is_resolved(void **state) {
  (void)state;
  static const double rows[][INPUTS] = {
      {-1, 0, 100, 0.05, 0.02, 1, 0.25}, {-1, 0, 100, 0.03, 0.15, 10, 0.02}, {-1, 0, 100, 0.08, 0, 0.1, 0.1}};
  for (int row = 0; row < 3; row++) {
    static struct table t, high;
    t.count = high.count = 400;
    for (size_t i = 0; i < t.count; i++) {
      put_row(&t, i, rows[row]);
      t.in[SPOT][i] = 100;
    }
    price(&t, KEEL_AMERICAN_HIGH);
    for (size_t i = 0; i < t.count; i++) t.in[SPOT][i] = t.out[BOUNDARY][i] * keel_exp(keel_exp(-8 + 0.02 * (double)i));
    high = t;
    price(&t, KEEL_AMERICAN_ACCURATE);
    price(&high, KEEL_AMERICAN_HIGH);
    for (size_t i = 0; i < t.count; i++) {
      assert_close(t.out[PRICE][i], high.out[PRICE][i], 1e-5);
      assert_close(t.out[DELTA][i], high.out[DELTA][i], 1e-5);
      assert_close(t.out[GAMMA][i], high.out[GAMMA][i], 1e-4);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(premiums_are_those_of_the_reference),
      cmocka_unit_test(any_distance_from_the_boundary_is_resolved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
