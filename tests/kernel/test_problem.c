#include <float.h>
#include <math.h>

#include "keel/bachelier.h"
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
  priced(&call, 9e-141, 0.2, "spot is below 1e-140 and not 0");
  priced(&(keel_option){-1, 9e-141, 0, 0, 1}, 100, 0.2, "strike is below 1e-140 and not 0");
  assert_string_equal(keel_option_problem(&(keel_option){1, 100, 0, -690, 1}, 1e20, 0.2),
                      "spot or strike at such rates is too large for a number");
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

static void normal_priced(const keel_option *option, double spot, double vol, const char *want) {
  const char *problem = keel_bachelier_problem(option, spot, vol);
  double price;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, &vol};
  keel_bachelier_price(1, &one, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
  assert_int_equal(problem != NULL, isnan(price) != 0);
  if (want) assert_string_equal(problem, want);
}

static void normal_implied(const keel_option *option, double spot, double price, const char *want) {
  char text[KEEL_PROBLEM_SIZE];
  const char *problem = keel_bachelier_implied_problem(option, spot, price, text);
  double vol;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, NULL};
  keel_bachelier_implied_solve(1, &one, &price, &vol);
  assert_int_equal(problem != NULL, isnan(vol) != 0);
  if (want) assert_string_equal(problem, want);
}

static void words_of_the_normal_model(void **state) {
  (void)state;
  normal_priced(&call, -100, 20, NULL);
  normal_priced(&(keel_option){-1, -100, 0, 0, 1}, 0, 0, NULL);
  normal_priced(&call, NAN, 20, "spot is not a number");
  normal_priced(&call, -INFINITY, 20, "spot is infinite");
  normal_priced(&call, 100, -20, "vol is negative");
  normal_priced(&call, -0x1p600, 20, "spot and strike are too large");
  normal_priced(&(keel_option){1, 1e-200, 0, 0, 1}, -1e-200, 1e-120, NULL);
  normal_priced(&(keel_option){1, 100, 0, 0, 1}, 100, 1e-131, "vol sqrt(years) is below 1e-130 and not 0");
  normal_priced(&(keel_option){1, 100, 0, 0, 1e-270}, 100, 20, "years is below 1e-260 and not 0");
  normal_priced(&(keel_option){1, -INFINITY, 0, 0, 1}, 0, 20, "strike is infinite");
  normal_implied(&call, -100, 4, NULL);
  normal_implied(&call, 100, 1000, NULL);
  normal_implied(&call, 100, 4, "price is below intrinsic 4.87705755");
  normal_implied(&call, 100, -4, "price is negative");
  normal_implied(&(keel_option){1, 1e140, -1, 0, 600}, 0, 1, "spot and strike are too large");
  normal_implied(&(keel_option){1, 100, 0, 0, 0}, 100, 1, "years is 0, so that price tells no vol");
  normal_implied(&(keel_option){1, 0, 0, 0, 1}, 0, 0x1p-1074, "price is too close to a bound to tell its vol");
}

/* Of a row's price, what the rounding of it, of discounts and of the forward leaves of the vol: each over vega vol. */
static void comes_back(const keel_option *option, double spot, double vol) {
  double price, delta, gamma, vega, theta, rho, found;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, &vol};
  keel_greeks greeks = {.price = &price, .delta = &delta, .gamma = &gamma, .vega = &vega, .theta = &theta, .rho = &rho};
  priced(option, spot, vol, NULL);
  keel_black_scholes_price(1, &one, KEEL_GREEK_SET_FIRST, &greeks);
  if (isnan(price)) return;
  implied(option, spot, price, NULL);
  keel_implied_vol_solve(1, &one, &price, &found);
  double exponents = 1 + (fabs(option->rate) + fabs(option->yield)) * option->years;
  double amplified = 1 + exponents * (fabs(spot * delta) + fabs(rho / option->years)) / (vega * vol);
  if (price < DBL_MIN || !(amplified < 1e12)) return;
  assert_close(found / vol - 1, 0.0, 8 * DBL_EPSILON * amplified);
}

/* Seconds to a millennium, at rates and yields of up to 100 % either way: a price and its vol, or a reason. */
static void any_rate_for_any_time_has_an_answer_or_a_reason(void **state) {
  (void)state;
  static const double rates[] = {-1, -0.3, 0, 0.05, 1}, vols[] = {0.01, 0.2, 1, 3};
  static const double times[] = {3.2e-8, 1e-6, 0.01, 1, 30, 100, 300, 699, 1000};
  for (int i = 0; i < 5 * 5 * 9 * 4 * 5 * 2; i++) {
    int k = i / 2;
    double rate = rates[k % 5], yield = rates[k / 5 % 5], years = times[k / 25 % 9], vol = vols[k / 225 % 4];
    double deviations = k / 900 - 2, strike = 100 * exp((rate - yield) * years + deviations * vol * sqrt(years));
    keel_option option = {i % 2 ? 1 : -1, strike, rate, yield, years};
    comes_back(&option, 100, vol);
    normal_priced(&option, 100, 100 * vol, NULL);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_say_why_a_row_has_no_price),
      cmocka_unit_test(words_say_what_is_wrong_with_a_contract),
      cmocka_unit_test(words_say_why_a_price_has_no_vol),
      cmocka_unit_test(words_of_the_normal_model),
      cmocka_unit_test(any_rate_for_any_time_has_an_answer_or_a_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
