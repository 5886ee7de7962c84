#include "keel/cpu.h"

#include <string.h>

#include "keel/implied_vol.h"
#include "kernel/kernel.h"
#include "support/support.h"

static void a_level_can_be_forced_and_given_back(void **state) {
  (void)state;
  const char *best = keel_cpu_level();
  assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
  assert_string_equal(keel_cpu_level(), "base");
  assert_string_equal(keel_kernel_now->level, "base");
  assert_int_equal(keel_cpu_force("auto", NULL), KEEL_STATUS_OK);
  assert_string_equal(keel_cpu_level(), best);
}

static void an_unknown_level_changes_nothing(void **state) {
  (void)state;
  keel_error error = {0};
  const char *before = keel_cpu_level();
  assert_int_equal(keel_cpu_force("v9", &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "v9"));
  assert_string_equal(keel_cpu_level(), before);
}

static void the_entry_points_go_through_the_table_in_use(void **state) {
  (void)state;
  double phi = 1, spot = 100, strike = 100, rate = 0, yield = 0, years = 1, vol = 0.2, price = 0, again = 0,
         implied = 0;
  keel_options options = {&phi, &spot, &strike, &rate, &yield, &years, &vol};
  keel_option option = {phi, strike, rate, yield, years};
  keel_black_scholes_price(1, &options, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
  keel_black_scholes_price_paths(1, &option, &spot, &vol, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &again});
  keel_implied_vol_solve(1, &options, &price, &implied);
  assert_close(price, 7.965567455405804, 1e-13);
  assert_same_bits(again, price);
  assert_close(implied, vol, 1e-14);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_level_can_be_forced_and_given_back),
      cmocka_unit_test(an_unknown_level_changes_nothing),
      cmocka_unit_test(the_entry_points_go_through_the_table_in_use),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
