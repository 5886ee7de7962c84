/* Calls on spot that pays cash: limits that are known, and the same bits everywhere. The table is in tests/model. */
#include "kernel/dividends.h"

#include <math.h>

#include "keel/black_scholes.h"
#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/support.h"

enum { COUNT = 13 };

struct bench {
  double spot[COUNT], strike[COUNT], rate[COUNT], yield[COUNT], years[COUNT], vol[COUNT], price[COUNT];
};

static void fill(struct bench *b) {
  for (int i = 0; i < COUNT; i++) {
    b->spot[i] = 100, b->strike[i] = 60 + 6 * i, b->rate[i] = 0.05, b->yield[i] = 0.01 * (i % 3);
    b->years[i] = 0.3 + 0.2 * i, b->vol[i] = 0.1 + 0.03 * i;
  }
}

static void price(struct bench *b, size_t count, const double *dates, const double *cash) {
  keel_kernel_now->dividends_calls(&(struct keel_dividends_calls){COUNT, b->spot, b->strike, b->rate, b->yield,
                                                                  b->years, b->vol, count, dates, cash, b->price});
}

static double formula(const struct bench *b, int i, double spot) {
  double phi = 1, value;
  const keel_options one = {&phi, &spot, &b->strike[i], &b->rate[i], &b->yield[i], &b->years[i], &b->vol[i]};
  keel_black_scholes_price(1, &one, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &value});
  return value * exp(b->rate[i] * b->years[i]);
}

/* No cash, cash at once, and cash just before expiry are Black-Scholes, exactly. */
static void limits_are_the_formula(void **state) {
  (void)state;
  struct bench b;
  fill(&b);
  price(&b, 0, NULL, NULL);
  for (int i = 0; i < COUNT; i++) assert_close(b.price[i], formula(&b, i, 100), 1e-12);
  const double late[] = {9, 10}, at_once[] = {1e-12, 2e-12}, cash[] = {10, 5};
  price(&b, 2, late, cash);
  for (int i = 0; i < COUNT; i++) assert_close(b.price[i], formula(&b, i, 100), 1e-12);
  price(&b, 2, at_once, cash);
  for (int i = 0; i < COUNT; i++) assert_close(b.price[i], formula(&b, i, 85), 1e-5);
  for (int i = 0; i < COUNT; i++) {
    const double last[] = {b.years[i] * (1 - 1e-12)}, ten[] = {10};
    fill(&b);
    b.strike[i] += 10;
    double want = formula(&b, i, 100);
    b.strike[i] -= 10;
    price(&b, 1, last, ten);
    assert_close(b.price[i], want, 1e-5);
  }
}

/* Dividends far beyond spot leave nothing; far strikes and tiny vols are no trouble. */
static void extremes_are_numbers(void **state) {
  (void)state;
  struct bench b;
  const double dates[] = {0.1, 0.2}, cash[] = {80, 90}, one[] = {5};
  fill(&b);
  price(&b, 2, dates, cash);
  for (int i = 0; i < COUNT; i++) assert_true(b.price[i] >= 0 && b.price[i] < 5);
  for (int i = 0; i < COUNT; i++) b.vol[i] = 1e-6, b.strike[i] = i % 2 ? 1e-6 : 1e6;
  price(&b, 1, dates, one);
  for (int i = 0; i < COUNT; i++) {
    double carry = b.rate[i] - b.yield[i];
    double forward = 100 * exp(carry * b.years[i]) - 5 * exp(carry * (b.years[i] - 0.1));
    assert_close(b.price[i], i % 2 ? forward - 1e-6 : 0, 1e-9);
  }
}

static void every_level_has_the_same_bits(void **state) {
  (void)state;
  static const char *const levels[] = {"base", "v3", "v4"};
  const double dates[] = {0.1, 0.4, 0.9, 1.5, 2.2}, cash[] = {2, 4, 1, 3, 6};
  struct bench first;
  for (int level = 0; level < 3; level++) {
    struct bench b;
    if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
    fill(&b);
    price(&b, 5, dates, cash);
    if (level == 0) first = b;
    for (int i = 0; i < COUNT; i++) assert_same_bits(b.price[i], first.price[i]);
  }
  keel_cpu_force("auto", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(limits_are_the_formula),
      cmocka_unit_test(extremes_are_numbers),
      cmocka_unit_test(every_level_has_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
