#include "kernel/sobol.h"

#include "kernel/kernel.h"
#include "support/support.h"

static uint32_t point_of(const uint32_t *directions, uint32_t index) {
  uint32_t value = 0, gray = index ^ index >> 1;
  for (int bit = 0; bit < KEEL_SOBOL_BITS; bit++)
    if (gray >> bit & 1) value ^= directions[bit];
  return value;
}

static void points_are_those_of_boost(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("sobol_points.csv");
  uint32_t directions[KEEL_SOBOL_BITS];
  for (size_t row = 0; row < golden.rows; row++) {
    keel_sobol_directions((size_t)keel_golden_number(&golden, row, "dimension"), directions);
    uint32_t got = point_of(directions, (uint32_t)keel_golden_number(&golden, row, "point"));
    assert_true(got == (uint32_t)keel_golden_number(&golden, row, "value"));
  }
  keel_golden_free(&golden);
}

/* The first points as Joe and Kuo print them, of the first three dimensions. */
static void first_points(void **state) {
  (void)state;
  const double want[10][3] = {{0, 0, 0},
                              {0.5, 0.5, 0.5},
                              {0.75, 0.25, 0.25},
                              {0.25, 0.75, 0.75},
                              {0.375, 0.375, 0.625},
                              {0.875, 0.875, 0.125},
                              {0.625, 0.125, 0.875},
                              {0.125, 0.625, 0.375},
                              {0.1875, 0.3125, 0.9375},
                              {0.6875, 0.8125, 0.4375}};
  uint32_t directions[KEEL_SOBOL_BITS];
  for (size_t dimension = 0; dimension < 3; dimension++) {
    keel_sobol_directions(dimension, directions);
    for (uint32_t i = 0; i < 10; i++) assert_close(point_of(directions, i) * 0x1p-32, want[i][dimension], 0);
  }
}

/* Direction j ends in its bit: every dimension puts one of the first 2^k points into each k-th of the line. */
static void all_dimensions_are_stratified(void **state) {
  (void)state;
  uint32_t directions[KEEL_SOBOL_BITS];
  assert_int_equal(keel_sobol_dimensions(), 3667);
  for (size_t dimension = 0; dimension < keel_sobol_dimensions(); dimension++) {
    keel_sobol_directions(dimension, directions);
    for (int j = 0; j < KEEL_SOBOL_BITS; j++) {
      uint32_t unit = UINT32_C(1) << (KEEL_SOBOL_BITS - 1 - j);
      assert_true((directions[j] & unit) && !(directions[j] & (unit - 1)));
    }
  }
}

static void kernel_is_the_definition(void **state) {
  (void)state;
  uint32_t directions[KEEL_SOBOL_BITS];
  uint64_t words[KEEL_LEAF];
  keel_sobol_directions(77, directions);
  struct keel_sobol_row row = {directions, 20, 0x0123456789abcdef};
  keel_kernel_now->random.sobol(&row, 512000, KEEL_LEAF, words);
  for (uint32_t i = 0; i < KEEL_LEAF; i++)
    assert_true(words[i] == ((uint64_t)point_of(directions, 512000 + i) << 32 ^ row.shift));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(points_are_those_of_boost),
      cmocka_unit_test(first_points),
      cmocka_unit_test(all_dimensions_are_stratified),
      cmocka_unit_test(kernel_is_the_definition),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
