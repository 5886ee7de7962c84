/* Rates of +-100 %, seconds and centuries, any vol: what holds for every American option holds there. */
#include "kernel/american_support.h"

static keel_option option_of(const struct table *t, size_t i) {
  return (keel_option){t->in[PHI][i], t->in[STRIKE][i], t->in[RATE][i], t->in[YIELD][i], t->in[YEARS][i]};
}

static double most_of(const struct table *t, size_t i) { return t->in[PHI][i] > 0 ? t->in[SPOT][i] : t->in[STRIKE][i]; }

static void fill_range(struct table *t, keel_american_scheme scheme, uint64_t seed) {
  fill_wild(t, scheme == KEEL_AMERICAN_HIGH ? 100 : 600, seed);
  for (size_t i = 0; i < t->count; i += 5) t->in[YEARS][i] = 150 + 3 * (double)i; /* centuries */
}

static void all_outputs_or_a_reason(void **state) {
  (void)state;
  static struct table t;
  for (int scheme = 0; scheme < 3; scheme++) {
    fill_range(&t, (keel_american_scheme)scheme, 51);
    price(&t, (keel_american_scheme)scheme);
    for (size_t i = 0; i < t.count; i++) {
      keel_option option = option_of(&t, i);
      int priced = !keel_american_problem(&option, t.in[SPOT][i], t.in[VOL][i]);
      for (int o = 0; o < OUTPUTS; o++) assert_int_equal(isfinite(t.out[o][i]) != 0, priced);
    }
  }
}

static void within_bounds_and_not_below_european(void **state) {
  (void)state;
  static struct table t, european;
  for (int scheme = 0; scheme < 3; scheme++) {
    fill_range(&t, (keel_american_scheme)scheme, 52);
    european = t;
    price_set(&t, (keel_american_scheme)scheme, KEEL_GREEK_SET_DELTA);
    price_european(&european);
    for (size_t i = 0; i < t.count; i++) {
      double now = t.in[PHI][i] * (t.in[SPOT][i] - t.in[STRIKE][i]), got = t.out[PRICE][i], most = most_of(&t, i);
      if (isnan(got)) continue;
      /* what is never exercised early may be worth more than its strike: rates are negative then */
      double bound = fmax(most, european.out[PRICE][i]);
      if (!(got >= now - 1e-13 * most && got >= european.out[PRICE][i] - 1e-12 * bound && got <= bound * (1 + 1e-12)))
        fail_msg("scheme %d, option %zu: %.17g; exercise %.17g, European %.17g", scheme, i, got, now,
                 european.out[PRICE][i]);
    }
  }
}

/* Rising in vol and convex in spot, as far as the scheme is exact. */
static void monotone_in_vol_and_convex_in_spot(void **state) {
  (void)state;
  static struct table t, moved[3];
  fill_range(&t, KEEL_AMERICAN_ACCURATE, 53);
  price_set(&t, KEEL_AMERICAN_ACCURATE, KEEL_GREEK_SET_PRICE);
  for (int k = 0; k < 3; k++) {
    moved[k] = t;
    for (size_t i = 0; i < t.count; i++) moved[k].in[k ? SPOT : VOL][i] *= k == 1 ? 0.9 : 1.1;
    price_set(&moved[k], KEEL_AMERICAN_ACCURATE, KEEL_GREEK_SET_PRICE);
  }
  for (size_t i = 0; i < t.count; i++) {
    double got = t.out[PRICE][i], higher = moved[0].out[PRICE][i], off = 5e-5 * fmax(most_of(&t, i), got);
    double beside = 0.5 * (moved[1].out[PRICE][i] + moved[2].out[PRICE][i]);
    if (higher < got - off || beside < got - off)
      fail_msg("option %zu: %.12g; at a higher vol %.12g, mean of two spots %.12g", i, got, higher, beside);
  }
}

/* The table of docs/numerics.md: the largest errors of prices, of the most that the option can be worth. */
static void as_exact_as_said(void **state) {
  (void)state;
  static const struct {
    double rate, vol_least, vol_most, years, fast, accurate;
  } ranges[] = {{0.2, 0.05, 1.5, 10, 5e-5, 1e-6},
                {0.3, 0.02, 3, 30, 3e-4, 3e-6},
                {1, 0.02, 5, 30, 1e-3, 5e-6},
                {1, 1e-6, 5, 200, 5e-2, 1e-5},
                {1, 1e-6, 5, 2000, 1e-1, 5e-5}};
  static struct table t, high;
  uint64_t seed = 57;
  for (size_t range = 0; range < sizeof ranges / sizeof *ranges; range++) {
    t.count = 200;
    for (size_t i = 0; i < t.count; i++) {
      double row[INPUTS] = {next_unit(&seed) < 0.5 ? 1 : -1,
                            100,
                            next_between(&seed, 14, 740),
                            ranges[range].rate * (2 * next_unit(&seed) - 1),
                            ranges[range].rate * (2 * next_unit(&seed) - 1),
                            next_between(&seed, 3e-8, ranges[range].years),
                            next_between(&seed, ranges[range].vol_least, ranges[range].vol_most)};
      put_row(&t, i, row);
    }
    high = t;
    price_set(&high, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_PRICE);
    for (int scheme = 0; scheme < 2; scheme++) {
      price_set(&t, (keel_american_scheme)scheme, KEEL_GREEK_SET_PRICE);
      for (size_t i = 0; i < t.count; i++) {
        double most = fmax(most_of(&t, i), high.out[PRICE][i]);
        double bound = scheme ? ranges[range].accurate : ranges[range].fast;
        if (!isnan(high.out[PRICE][i])) assert_close(t.out[PRICE][i], high.out[PRICE][i], bound * most);
      }
    }
  }
}

/* The vols of these prices, of others between the bounds, and of some outside. */
static void vols_or_reasons(void **state) {
  (void)state;
  static struct table t;
  static double vol[MOST], amount[MOST];
  for (int scheme = 0; scheme < 3; scheme++) {
    fill_range(&t, (keel_american_scheme)scheme, 54);
    t.count = scheme == KEEL_AMERICAN_HIGH ? 40 : 300;
    price_set(&t, (keel_american_scheme)scheme, KEEL_GREEK_SET_GAMMA);
    uint64_t seed = 55;
    for (size_t i = 0; i < t.count; i++)
      amount[i] = i % 3 && !isnan(t.out[PRICE][i]) ? t.out[PRICE][i] : 1.05 * most_of(&t, i) * next_unit(&seed);
    keel_options options = options_of(&t);
    keel_american_implied_vol(t.count, &options, (keel_american_scheme)scheme, amount, vol);
    for (size_t i = 0; i < t.count; i++) {
      char text[KEEL_PROBLEM_SIZE];
      keel_option option = option_of(&t, i);
      const char *why = keel_american_implied_problem(&option, t.in[SPOT][i], amount[i], text);
      if (!isnan(vol[i]) != !why)
        fail_msg("scheme %d, option %zu: vol %.10g, reason %s", scheme, i, vol[i], why ? why : "none");
    }
  }
}

/* Two boundaries are refused on both sides, whatever else; their mirrors of positive rates are not. */
static void two_boundaries_are_refused(void **state) {
  (void)state;
  static struct table t;
  fill_range(&t, KEEL_AMERICAN_FAST, 56);
  for (size_t i = 0; i < t.count; i++) {
    int call = t.in[PHI][i] > 0;
    double near = -0.001 - 0.4 * fabs(t.in[RATE][i]), far = near - 0.001 - 0.4 * fabs(t.in[YIELD][i]);
    t.in[call ? YIELD : RATE][i] = near;
    t.in[call ? RATE : YIELD][i] = far;
    t.in[VOL][i] = fmax(t.in[VOL][i], 1e-3);
  }
  price(&t, KEEL_AMERICAN_FAST);
  for (size_t i = 0; i < t.count; i++) {
    keel_option option = option_of(&t, i);
    assert_non_null(keel_american_problem(&option, t.in[SPOT][i], t.in[VOL][i]));
    for (int o = 0; o < OUTPUTS; o++) assert_true(isnan(t.out[o][i]));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_outputs_or_a_reason),
      cmocka_unit_test(within_bounds_and_not_below_european),
      cmocka_unit_test(monotone_in_vol_and_convex_in_spot),
      cmocka_unit_test(as_exact_as_said),
      cmocka_unit_test(vols_or_reasons),
      cmocka_unit_test(two_boundaries_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
