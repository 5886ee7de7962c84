#include <math.h>

#include "keel/implied_vol.h"
#include "support/support.h"

static const keel_option call = {1, 100, 0.05, 0, 1};

static void priced(const keel_option *option, double spot, double vol, const char *want) {
  const char *problem = keel_option_problem(option, spot, vol);
  double price;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, &vol};
  keel_black_scholes_price(1, &one, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
  assert_int_equal(problem != NULL, isnan(price) != 0);
  if (want) assert_string_equal(problem, want);
}

static void words_say_why_a_row_has_no_price(void **state) {
  (void)state;
  priced(&call, 100, 0.2, NULL);
  priced(&call, 0, 0, NULL);
  priced(&call, -1, 0.2, "spot is negative");
  priced(&call, NAN, 0.2, "spot is not a number");
  priced(&call, INFINITY, 0.2, "spot is infinite");
  priced(&call, 100, -0.2, "vol is negative");
  priced(&call, 100, NAN, "vol is not a number");
  priced(&call, 100, INFINITY, "vol is infinite");
  priced(&call, 0x1p600, 0.2, "spot and strike are too large");
}

static void words_say_what_is_wrong_with_a_contract(void **state) {
  (void)state;
  priced(&(keel_option){0, 100, 0, 0, 1}, 100, 0.2, "phi is neither 1 (call) nor -1 (put)");
  priced(&(keel_option){1, -100, 0, 0, 1}, 100, 0.2, "strike is negative");
  priced(&(keel_option){1, NAN, 0, 0, 1}, 100, 0.2, "strike is not a number");
  priced(&(keel_option){1, INFINITY, 0, 0, 1}, 100, 0.2, "strike is infinite");
  priced(&(keel_option){1, 100, 0, 0, -1}, 100, 0.2, "years is negative");
  priced(&(keel_option){1, 100, 0, 0, NAN}, 100, 0.2, "years is not a number");
  priced(&(keel_option){1, 100, 0, 0, INFINITY}, 100, 0.2, "years is infinite");
  priced(&(keel_option){1, 100, NAN, 0, 1}, 100, 0.2, "rate is not a finite number");
  priced(&(keel_option){1, 100, 0, INFINITY, 1}, 100, 0.2, "yield is not a finite number");
  priced(&(keel_option){1, 100, 9, 0, 100}, 100, 0.2, "rate or yield times years is beyond 700");
}

static void implied(const keel_option *option, double spot, double price, const char *want) {
  char text[KEEL_PROBLEM_SIZE];
  const char *problem = keel_implied_problem(option, spot, price, text);
  double vol;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, NULL};
  keel_implied_vol_solve(1, &one, &price, &vol);
  assert_int_equal(problem != NULL, isnan(vol) != 0);
  if (want) assert_string_equal(problem, want);
}

static void words_say_why_a_price_has_no_vol(void **state) {
  (void)state;
  implied(&call, 100, 10, NULL);
  implied(&call, 50, 0, NULL);
  implied(&call, 100, -1, "price is negative");
  implied(&call, 100, NAN, "price is not a number");
  implied(&call, 100, INFINITY, "price is infinite");
  implied(&call, 100, 4, "price is below intrinsic 4.87705755");
  implied(&call, 100, 100, "price is not below its upper bound 100");
  implied(&(keel_option){1, 100, 0, 0, 0}, 100, 1, "years is 0, so that price tells no vol");
  implied(&(keel_option){1, 100, 0, 0, 1}, -5, 1, "spot is negative");
  implied(&(keel_option){1, 100, 0, 0, -1}, 5, 1, "years is negative");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_say_why_a_row_has_no_price),
      cmocka_unit_test(words_say_what_is_wrong_with_a_contract),
      cmocka_unit_test(words_say_why_a_price_has_no_vol),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
