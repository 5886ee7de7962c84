#include <math.h>
#include <string.h>

#include "keel/american.h"
#include "kernel/lane_math.h"
#include "support/draws.h"
#include "support/support.h"

enum { ROWS = 300 };

struct table {
  double in[7][ROWS], price[ROWS], vega[ROWS], unused[2][ROWS], vol[ROWS];
};

static void fill(struct table *t, uint64_t seed) {
  for (size_t i = 0; i < ROWS; i++) {
    double years = keel_exp(5 * next_unit(&seed) - 4), vol = keel_exp(2.5 * next_unit(&seed) - 2.5);
    double row[7] = {i % 2 ? 1 : -1,
                     100,
                     100 * keel_exp(3 * (next_unit(&seed) - 0.5) * vol * sqrt(years)),
                     0.12 * next_unit(&seed) - 0.01,
                     0.12 * next_unit(&seed) - 0.01,
                     years,
                     vol};
    for (int k = 0; k < 7; k++) t->in[k][i] = row[k];
  }
}

static keel_options options_of(const struct table *t) {
  return (keel_options){t->in[0], t->in[1], t->in[2], t->in[3], t->in[4], t->in[5], t->in[6]};
}

static void vols_come_back_from_their_prices(void **state) {
  (void)state;
  static struct table t;
  for (int scheme = KEEL_AMERICAN_FAST; scheme <= KEEL_AMERICAN_ACCURATE; scheme++)
    for (uint64_t seed = 1; seed <= 3; seed++) {
      int found = 0;
      fill(&t, seed);
      keel_options options = options_of(&t);
      keel_greeks greeks = {.price = t.price, .delta = t.unused[0], .gamma = t.unused[1], .vega = t.vega};
      keel_american_price(ROWS, &options, (keel_american_scheme)scheme, KEEL_GREEK_SET_GAMMA, &greeks, NULL);
      options.vol = NULL;
      keel_american_implied_vol(ROWS, &options, (keel_american_scheme)scheme, t.price, t.vol);
      for (size_t i = 0; i < ROWS; i++) {
        if (isnan(t.price[i]) || !(t.vega[i] > 1e-3)) continue;
        assert_close(t.vol[i], t.in[6][i], 1e-12 + 1e-12 * 100 / t.vega[i]);
        found++;
      }
      assert_true(found > ROWS / 2);
    }
}

static void implied(const keel_option *option, double spot, double price, double want, const char *why) {
  char text[KEEL_PROBLEM_SIZE];
  double vol;
  keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, NULL};
  keel_american_implied_vol(1, &one, KEEL_AMERICAN_ACCURATE, &price, &vol);
  const char *problem = keel_american_implied_problem(option, spot, price, text);
  assert_int_equal(problem != NULL, isnan(vol) != 0);
  if (why) assert_string_equal(problem, why);
  if (!isnan(want)) assert_close(vol, want, 1e-9);
}

static void bounds_and_words(void **state) {
  (void)state;
  const keel_option put = {-1, 100, 0.05, 0.02, 1}, european = {1, 100, 0.05, 0, 1};
  const keel_option two = {-1, 100, -0.01, -0.02, 1}, over = {-1, 100, 0.05, 0.02, 0};
  implied(&put, 80, 20, 0, NULL);
  implied(&put, 80, 19.9, NAN, "price is below its least, 20");
  implied(&put, 80, 100, NAN, "price is not below its upper bound 100");
  implied(&put, 80, -1, NAN, "price is negative");
  implied(&put, 80, NAN, NAN, "price is not a number");
  implied(&put, -80, 10, NAN, "spot is negative");
  implied(&two, 80, 21, NAN,
          "rate is negative and yield below it: a put has two exercise boundaries then, which are not solved");
  implied(&over, 80, 21, NAN, "years is 0, so that price tells no vol");
  implied(&european, 100, 10.450583572185565, 0.2, NULL);
  implied(&european, 100, 100, NAN, "price is not below its upper bound 100");
}

/* Whatever the price, an answer or a reason, in bounded time. */
static void any_price_ends(void **state) {
  (void)state;
  static struct table t;
  uint64_t seed = 8;
  fill(&t, 31);
  for (size_t i = 0; i < ROWS; i++) {
    double intrinsic = t.in[0][i] * (100 - t.in[2][i]), bound = t.in[0][i] > 0 ? 100 : t.in[2][i];
    double least = intrinsic > 0 ? intrinsic : 0, part = keel_exp(-40 * next_unit(&seed));
    t.price[i] = i % 3 ? least + (bound - least) * part : bound - (bound - least) * part;
  }
  keel_options options = options_of(&t);
  keel_american_implied_vol(ROWS, &options, KEEL_AMERICAN_ACCURATE, t.price, t.vol);
  for (size_t i = 0; i < ROWS; i++) {
    keel_option option = {t.in[0][i], t.in[2][i], t.in[3][i], t.in[4][i], t.in[5][i]};
    char text[KEEL_PROBLEM_SIZE];
    const char *why = keel_american_implied_problem(&option, 100, t.price[i], text);
    assert_int_equal(isnan(t.vol[i]) != 0, why != NULL);
    assert_false(t.vol[i] < 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vols_come_back_from_their_prices),
      cmocka_unit_test(bounds_and_words),
      cmocka_unit_test(any_price_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
