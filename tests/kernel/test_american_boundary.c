#include "kernel/american_support.h"

/* At the boundary value and slope are those of exercise, gamma is that of the equation; below it nothing moves. */
static void the_boundary_joins_smoothly(void **state) {
  (void)state;
  static struct table t;
  double row[INPUTS] = {-1, 100, 100, 0.06, 0.02, 1, 0.3};
  t.count = 1;
  put_row(&t, 0, row);
  price(&t, KEEL_AMERICAN_HIGH);
  const double b = t.out[BOUNDARY][0], edge = 2 * (0.06 * 100 - 0.02 * b) / (0.09 * b * b);
  static const double over[] = {1e-9, 1e-7, 1e-5, 2e-5, 1e-4, 1e-3};
  for (int i = 0; i < 6; i++) {
    t.in[SPOT][0] = b * (1 + over[i]);
    price(&t, KEEL_AMERICAN_ACCURATE);
    double past = over[i] * b;
    assert_close(t.out[PRICE][0] - (100 - t.in[SPOT][0]), 0.5 * edge * past * past, 1e-7 + 0.02 * edge * past * past);
    assert_close(t.out[DELTA][0], -1 + edge * past, 1e-6 + 0.02 * edge * past);
    assert_close(t.out[GAMMA][0], edge, 1e-4 + 20 * over[i] * edge);
    assert_close(t.out[VEGA][0], 0, 1e-3 + 1e4 * over[i]);
  }
  t.in[SPOT][0] = 0.99 * b;
  price(&t, KEEL_AMERICAN_ACCURATE);
  assert_close(t.out[PRICE][0], 100 - 0.99 * b, 1e-13);
  assert_true(t.out[DELTA][0] == -1);
  for (int i = GAMMA; i < OUTPUTS; i++) assert_true(t.out[i][0] == 0);
}

static void centuries_reach_the_perpetual_value(void **state) {
  (void)state;
  static struct table t;
  struct keel_golden golden = keel_golden_load("american_perpetual.csv");
  t.count = golden.rows;
  for (size_t row = 0; row < t.count; row++) {
    double in[INPUTS] = {1,    keel_golden_number(&golden, row, "S"),    100, 0.1, 0.08,
                         1000, keel_golden_number(&golden, row, "sigma")};
    put_row(&t, row, in);
  }
  price(&t, KEEL_AMERICAN_ACCURATE);
  for (size_t row = 0; row < t.count; row++) {
    double spot = t.in[SPOT][row], unit = spot > 100 ? spot : 100;
    assert_close(t.out[PRICE][row], keel_golden_number(&golden, row, "exact"), 1e-6 * unit);
    assert_close(t.out[THETA][row], 0, 1e-5 * unit);
  }
  keel_golden_free(&golden);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_boundary_joins_smoothly),
      cmocka_unit_test(centuries_reach_the_perpetual_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
