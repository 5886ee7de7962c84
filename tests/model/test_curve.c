#include "keel/curve.h"

#include <math.h>
#include <string.h>

#include "base/time.h"
#include "support/support.h"

#define PAR(months, rate) \
  { KEEL_RATE_PAR, months, 0, rate }
#define BILL(days, rate) \
  { KEEL_RATE_BILL, 0, days, rate }

static int32_t day(int year, int month, int date) { return keel_days_from_civil(year, month, date); }

static keel_curve built(int32_t date, size_t count, const keel_rate_quote *quotes) {
  keel_curve curve;
  keel_error error = {0};
  if (keel_curve_build(date, count, quotes, &curve, &error)) fail_msg("%s: %s", error.where, error.what);
  return curve;
}

/* A bond of face 100 by its own cash flows: dates of the same day of the month (which every month here has). */
static double bond_price(const keel_curve *curve, int year, int month, int date, int months, double yield) {
  double sum = 0;
  for (int m = months; m > 0; m -= 6) {
    int count = month - 1 + m;
    int32_t at = day(year + count / 12, count % 12 + 1, date);
    sum += (50 * yield + (m == months ? 100 : 0)) * keel_curve_discount(curve, (at - day(year, month, date)) / 365.0);
  }
  return sum;
}

/* 2024-01-02, as Treasury has it. */
static const keel_rate_quote yields_2024[] = {PAR(1, 0.0555),  PAR(2, 0.0554),  PAR(3, 0.0546),   PAR(4, 0.0541),
                                              PAR(6, 0.0524),  PAR(12, 0.0480), PAR(24, 0.0433),  PAR(36, 0.0409),
                                              PAR(60, 0.0393), PAR(84, 0.0395), PAR(120, 0.0395), PAR(240, 0.0425),
                                              PAR(360, 0.0408)};
enum { YIELDS = sizeof yields_2024 / sizeof *yields_2024 };

static void bonds_at_par_are_repriced(void **state) {
  (void)state;
  keel_curve curve = built(day(2024, 1, 2), YIELDS, yields_2024);
  for (int i = 4; i < YIELDS; i++)
    assert_close(bond_price(&curve, 2024, 1, 2, yields_2024[i].months, yields_2024[i].rate), 100, 1e-12);
  /* gaps of years between the quotes, steep and inverted */
  static const keel_rate_quote few[] = {PAR(360, 0.09), PAR(6, 0.01), PAR(24, 0.14)};
  curve = built(day(2001, 3, 15), 3, few);
  for (int i = 0; i < 3; i++) assert_close(bond_price(&curve, 2001, 3, 15, few[i].months, few[i].rate), 100, 1e-12);
}

static void short_rates_are_simple_interest(void **state) {
  (void)state;
  keel_curve curve = built(day(2024, 1, 2), YIELDS, yields_2024);
  assert_close(keel_curve_discount(&curve, 31 / 365.0), 1 / (1 + 0.0555 * 31 / 366), 1e-15);
  assert_close(keel_curve_discount(&curve, 121 / 365.0), 1 / (1 + 0.0541 * 121 / 366), 1e-15);
  assert_close(keel_curve_zero(&curve, 0), log(1 + 0.0555 * 31 / 366) * 365 / 31, 1e-14);
  curve = built(day(2023, 1, 2), 1, yields_2024);
  assert_close(keel_curve_discount(&curve, 31 / 365.0), 1 / (1 + 0.0555 * 31 / 365), 1e-15);
  static const keel_rate_quote overnight = {KEEL_RATE_OVERNIGHT, 0, 0, 0.0531};
  curve = built(day(2023, 1, 2), 1, &overnight);
  assert_close(keel_curve_overnight(&curve), 365 * log(1 + 0.0531 / 360), 1e-13);
  assert_close(keel_curve_zero(&curve, 2), 365 * log(1 + 0.0531 / 360), 1e-13);
}

static void bills_are_discounted(void **state) {
  (void)state;
  static const keel_rate_quote bills[] = {BILL(28, 0.05), BILL(91, 0.0489), BILL(364, 0.0395)};
  keel_curve curve = built(day(2024, 9, 11), 3, bills);
  assert_close(keel_curve_discount(&curve, 28 / 365.0), 1 - 0.05 * 28 / 360, 1e-15);
  assert_close(keel_curve_discount(&curve, 364 / 365.0), 1 - 0.0395 * 364 / 360, 1e-15);
  /* the printed coupon equivalents of that day */
  static const struct {
    int days;
    double discount, equivalent;
  } printed[] = {{28, 5.00, 5.09},  {56, 4.96, 5.07},  {91, 4.89, 5.02},
                 {119, 4.76, 4.90}, {182, 4.58, 4.75}, {364, 3.95, 4.13}};
  for (size_t i = 0; i < sizeof printed / sizeof *printed; i++)
    assert_close(100 * keel_rate_coupon_equivalent(printed[i].discount / 100, printed[i].days, 365),
                 printed[i].equivalent, 0.011);
  /* its definition: simple interest to half a year, then with a coupon */
  double yield = keel_rate_coupon_equivalent(0.06, 364, 365), price = 1 - 0.06 * 364 / 360;
  assert_close(price * (1 + (364 - 182.5) * yield / 365) * (1 + yield / 2), 1, 1e-15);
}

static void log_discount_is_linear_between(void **state) {
  (void)state;
  static const keel_rate_quote bills[] = {BILL(100, 0.05), BILL(200, 0.03)};
  keel_curve curve = built(day(2024, 9, 11), 2, bills);
  double first = log(1 - 0.05 * 100 / 360), second = log(1 - 0.03 * 200 / 360), step = 100 / 365.0;
  assert_close(log(keel_curve_discount(&curve, 0.5 * step)), 0.5 * first, 1e-15);
  assert_close(log(keel_curve_discount(&curve, 1.5 * step)), 0.5 * (first + second), 1e-15);
  assert_close(log(keel_curve_discount(&curve, 3 * step)), second + (second - first), 1e-15);
  assert_close(keel_curve_forward(&curve, 1.2 * step, 1.7 * step), (first - second) / step, 1e-13);
  assert_close(keel_curve_zero(&curve, 2 * step), -second / (2 * step), 1e-14);
  assert_same_bits(keel_curve_discount(&curve, 0), 1);
  double before = 1;
  keel_curve whole = built(day(2024, 1, 2), YIELDS, yields_2024);
  for (int i = 1; i < 4000; i++) {
    double now = keel_curve_discount(&whole, i / 100.0);
    assert_true(now < before);
    before = now;
  }
}

static void order_and_repeats_do_not_matter(void **state) {
  (void)state;
  static const keel_rate_quote given[] = {PAR(24, 0.04), PAR(6, 0.05), BILL(91, 0.05), PAR(6, 0.9)};
  static const keel_rate_quote sorted[] = {BILL(91, 0.05), PAR(6, 0.05), PAR(24, 0.04)};
  keel_curve one = built(day(2024, 1, 31), 4, given), other = built(day(2024, 1, 31), 3, sorted);
  assert_int_equal(one.count, 3);
  assert_memory_equal(&one, &other, sizeof one);
  assert_same_bits(one.years[1], (day(2024, 7, 31) - day(2024, 1, 31)) / 365.0);
  assert_same_bits(one.years[0], 91 / 365.0);
  /* months that end earlier */
  static const keel_rate_quote month[] = {PAR(1, 0.05)};
  assert_same_bits(built(day(2023, 1, 31), 1, month).years[0], 28 / 365.0);
}

static void a_flat_curve_is_one_rate(void **state) {
  (void)state;
  keel_curve curve;
  keel_curve_flat(0.03, &curve);
  for (double years = 0; years < 40; years += 0.7) {
    assert_close(keel_curve_zero(&curve, years), 0.03, 1e-16);
    assert_close(keel_curve_discount(&curve, years), exp(-0.03 * years), 1e-15);
  }
  assert_close(keel_curve_overnight(&curve), 0.03, 1e-17);
}

static void bad_quotes_are_refused(void **state) {
  (void)state;
  static const struct {
    keel_rate_quote quote;
    const char *what;
  } bad[] = {
      {PAR(12, NAN), "rate: nan is not allowed"},
      {PAR(12, 5.25), "rate: 5.25 is not allowed, only a number from -1 to 1 (0.05 is 5 %)"},
      {PAR(0, 0.05), "tenor: is not after the curve's date"},
      {BILL(-7, 0.05), "tenor: is not after the curve's date"},
      {PAR(1206, 0.05), "tenor: is beyond 100 years"},
      {PAR(9, 0.05), "tenor: is not a number of half-years"},
      {BILL(364, 0.99), "no discount factor above 0 gives 0.99"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    keel_rate_quote quotes[] = {PAR(3, 0.05), bad[i].quote};
    keel_curve curve = {.count = 77};
    keel_error error = {0};
    assert_int_equal(keel_curve_build(day(2024, 1, 2), 2, quotes, &curve, &error), KEEL_STATUS_INPUT);
    assert_string_equal(error.where, "rate 2");
    if (strncmp(error.what, bad[i].what, strlen(bad[i].what)) != 0) fail_msg("%s", error.what);
    assert_int_equal(curve.count, 77);
  }
  keel_curve curve;
  assert_int_equal(keel_curve_build(0, 0, NULL, &curve, NULL), KEEL_STATUS_INPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bonds_at_par_are_repriced),
      cmocka_unit_test(short_rates_are_simple_interest),
      cmocka_unit_test(bills_are_discounted),
      cmocka_unit_test(log_discount_is_linear_between),
      cmocka_unit_test(order_and_repeats_do_not_matter),
      cmocka_unit_test(a_flat_curve_is_one_rate),
      cmocka_unit_test(bad_quotes_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
