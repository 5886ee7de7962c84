#include "keel/american.h"

#include "keel/cpu.h"
#include "kernel/american_support.h"

/* Rates of +-100 %, vols of 1e-6 to 5, seconds to 200 years. */
static void fill_wild(struct table *t, size_t count, uint64_t seed) {
  t->count = count;
  for (size_t i = 0; i < count; i++) {
    double row[INPUTS] = {next_unit(&seed) < 0.5 ? 1 : -1, 100,
                          next_between(&seed, 14, 740),    2 * next_unit(&seed) - 1,
                          2 * next_unit(&seed) - 1,        next_between(&seed, 3e-8, 200),
                          next_between(&seed, 1e-6, 5)};
    put_row(t, i, row);
  }
}

static void every_reference_row_is_within_its_bound(void **state) {
  (void)state;
  static struct table t;
  static const int outputs[] = {PRICE, BOUNDARY, DELTA, GAMMA};
  static const double most[3][4] = {{1e-5, 5e-5, 2e-4, 3e-4}, {1e-7, 1e-7, 1e-7, 2e-7}, {1e-9, 1e-9, 1e-9, 1e-9}};
  struct keel_golden golden;
  load("american_hp.csv", &t, &golden);
  for (int scheme = 0; scheme < 3; scheme++) {
    price(&t, (keel_american_scheme)scheme);
    for (size_t row = 0; row < t.count; row++)
      for (int i = 0; i < 4; i++) {
        double unit = i < 2 ? t.in[STRIKE][row] : 1, want = keel_golden_number(&golden, row, output_names[outputs[i]]);
        double miss = (t.out[outputs[i]][row] - want) / unit;
        if (!(fabs(miss) <= most[scheme][i]))
          fail_msg("scheme %d, row %s: %s misses by %.3g of %.3g", scheme, keel_golden_text(&golden, row, "id"),
                   output_names[outputs[i]], miss, most[scheme][i]);
      }
  }
  keel_golden_free(&golden);
}

static void published_contracts_to_their_exact_values(void **state) {
  (void)state;
  static struct table t;
  static const double most[] = {1e-5, 1e-6, 1e-8};
  struct keel_golden golden;
  load("american_published.csv", &t, &golden);
  for (int scheme = 0; scheme < 3; scheme++) {
    price_set(&t, (keel_american_scheme)scheme, KEEL_GREEK_SET_PRICE);
    for (size_t row = 0; row < t.count; row++)
      assert_close(t.out[PRICE][row], keel_golden_number(&golden, row, "exact"), most[scheme] * t.in[STRIKE][row]);
  }
  keel_golden_free(&golden);
}

/* (f(x + step) - f(x - step)) / (2 step) of an output in an input. */
static double slope(const double in[INPUTS], int input, double step, int output) {
  static struct table t;
  t.count = 2;
  put_row(&t, 0, in);
  put_row(&t, 1, in);
  t.in[input][0] += step;
  t.in[input][1] -= step;
  price(&t, KEEL_AMERICAN_HIGH);
  return (t.out[output][0] - t.out[output][1]) / (t.in[input][0] - t.in[input][1]);
}

/* Each Greek of a contract of strike 1 within `most` of its slope, for each scheme. */
static void greeks_are_slopes(const double row[INPUTS], const double most[2], const char *name) {
  static const struct {
    int greek, input, of;
    double sign;
  } slopes[] = {{DELTA, SPOT, PRICE, 1},   {GAMMA, SPOT, DELTA, 1}, {VEGA, VOL, PRICE, 1},  {THETA, YEARS, PRICE, -1},
                {RHO, RATE, PRICE, 1},     {PSI, YIELD, PRICE, 1},  {VANNA, VOL, DELTA, 1}, {VOLGA, VOL, VEGA, 1},
                {CHARM, YEARS, DELTA, -1}, {SPEED, SPOT, GAMMA, 1}};
  double want[10];
  for (int i = 0; i < 10; i++)
    want[i] = slopes[i].sign * slope(row, slopes[i].input, slopes[i].input == YEARS ? 1e-5 : 2e-5, slopes[i].of);
  for (int scheme = KEEL_AMERICAN_HIGH; scheme >= KEEL_AMERICAN_ACCURATE; scheme--) {
    static struct table t;
    t.count = 1;
    put_row(&t, 0, row);
    price(&t, (keel_american_scheme)scheme);
    for (int i = 0; i < 10; i++) {
      double got = t.out[slopes[i].greek][0], bound = most[scheme == KEEL_AMERICAN_ACCURATE] * (1 + fabs(want[i]));
      if (!(fabs(got - want[i]) <= bound))
        fail_msg("scheme %d row %s: %s is %.10g, its slope %.10g", scheme, name, output_names[slopes[i].greek], got,
                 want[i]);
    }
  }
}

static void greeks_are_slopes_of_high_prices(void **state) {
  (void)state;
  static const double rows[][INPUTS] = {
      {-1, 1.00, 1, 0.05, 0.02, 0.75, 0.3},  {-1, 0.90, 1, 0.08, 0, 1, 0.2},    {-1, 1.10, 1, 0.03, 0.07, 2, 0.25},
      {1, 1.00, 1, 0.02, 0.06, 0.5, 0.35},   {1, 0.85, 1, 0.04, 0.04, 3, 0.2},  {1, 1.15, 1, 0.09, 0.03, 0.25, 0.4},
      {-1, 0.95, 1, 0.05, -0.02, 1.5, 0.25}, {1, 1.05, 1, -0.01, 0.04, 1, 0.3}, {-1, 1.02, 1, 0.04, 0.01, 0.02, 0.5},
      {1, 0.97, 1, 0.07, 0.005, 10, 0.15},
  };
  static const double most[] = {1e-5, 1e-3};
  for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) greeks_are_slopes(rows[row], most, "by itself");
}

/* Where the slopes do not straddle the boundary. */
static void greeks_of_every_reference_row_are_slopes(void **state) {
  (void)state;
  static struct table t;
  static const double most[] = {3e-6, 1.5e-5};
  struct keel_golden golden;
  int checked = 0;
  load("american_hp.csv", &t, &golden);
  for (size_t row = 0; row < t.count; row++) {
    double in[INPUTS], boundary = keel_golden_number(&golden, row, "boundary");
    load_row(&golden, row, in);
    if (in[PHI] * (boundary / in[SPOT] - 1) < 0.3 * in[VOL] * sqrt(in[YEARS])) continue;
    in[SPOT] /= in[STRIKE], in[STRIKE] = 1;
    greeks_are_slopes(in, most, keel_golden_text(&golden, row, "id"));
    checked++;
  }
  keel_golden_free(&golden);
  assert_true(checked > 40);
}

/* A call is a put with spot and strike, rate and yield exchanged. */
static void puts_and_calls_are_symmetric(void **state) {
  (void)state;
  static struct table t, other;
  fill_ordinary(&t, 300, 5);
  other = t;
  for (size_t i = 0; i < t.count; i++) {
    other.in[PHI][i] = -t.in[PHI][i];
    other.in[SPOT][i] = t.in[STRIKE][i], other.in[STRIKE][i] = t.in[SPOT][i];
    other.in[RATE][i] = t.in[YIELD][i], other.in[YIELD][i] = t.in[RATE][i];
  }
  price(&t, KEEL_AMERICAN_ACCURATE);
  price(&other, KEEL_AMERICAN_ACCURATE);
  for (size_t i = 0; i < t.count; i++) {
    assert_close(other.out[PRICE][i], t.out[PRICE][i], 1e-10);
    assert_close(other.out[RHO][i], t.out[PSI][i], 1e-8);
    assert_close(other.out[VEGA][i], t.out[VEGA][i], 1e-8);
  }
}

static void worth_at_least_european_and_intrinsic(void **state) {
  (void)state;
  static struct table t, european;
  for (int scheme = 0; scheme < 3; scheme++) {
    fill_ordinary(&t, 600, 9);
    european = t;
    price(&t, (keel_american_scheme)scheme);
    price_european(&european);
    for (size_t i = 0; i < t.count; i++) {
      double intrinsic = t.in[PHI][i] * (t.in[SPOT][i] - t.in[STRIKE][i]);
      assert_true(t.out[PRICE][i] >= intrinsic * (1 - 1e-15));
      assert_true(t.out[PRICE][i] >= european.out[PRICE][i] * (1 - 1e-12) - 1e-12);
      assert_true(t.out[GAMMA][i] >= -1e-9);
      assert_true(t.in[PHI][i] * t.out[DELTA][i] >= -1e-9 && t.in[PHI][i] * t.out[DELTA][i] <= 1 + 1e-9);
    }
  }
}

/* Prices rise with vol and time, and with the strike of a put. */
static void prices_are_monotone(void **state) {
  (void)state;
  static const int inputs[] = {VOL, YEARS, STRIKE, SPOT};
  static const double least[] = {0.05, 0.02, 70, 70}, most[] = {0.8, 6, 130, 130}, sign[] = {1, 1, 1, -1};
  for (int which = 0; which < 4; which++) {
    static struct table t;
    t.count = 500;
    for (size_t i = 0; i < t.count; i++) {
      double row[INPUTS] = {-1, 100, 100, 0.05, 0.03, 1, 0.25};
      row[inputs[which]] = least[which] + (most[which] - least[which]) * (double)i / 499;
      put_row(&t, i, row);
    }
    price_set(&t, KEEL_AMERICAN_ACCURATE, KEEL_GREEK_SET_PRICE);
    for (size_t i = 1; i < t.count; i++) assert_true(sign[which] * (t.out[PRICE][i] - t.out[PRICE][i - 1]) >= 0);
  }
}

static void a_bad_lane_is_nan_and_alone(void **state) {
  (void)state;
  static struct table good, bad;
  static const double values[] = {NAN, INFINITY, -INFINITY, -1e-9};
  fill_ordinary(&good, 20, 11);
  price(&good, KEEL_AMERICAN_FAST);
  for (int field = 0; field < INPUTS; field++)
    for (int which = 0; which < 4; which++) {
      if ((field == RATE || field == YIELD) && which == 3) continue; /* a rate may be negative */
      bad = good;
      bad.in[field][3] = values[which];
      price(&bad, KEEL_AMERICAN_FAST);
      for (int i = 0; i <= OUTPUTS; i++)
        for (size_t row = 0; row < bad.count; row++)
          assert_same_bits(bad.out[i][row], row == 3 ? (double)NAN : good.out[i][row]);
    }
}

/* Any place in any tile, any set. */
static void a_lane_does_not_know_its_neighbours(void **state) {
  (void)state;
  static struct table all, some;
  static const int outputs[] = {1, 2, 4, 6, 9, 11};
  fill_ordinary(&all, 70, 21);
  price(&all, KEEL_AMERICAN_ACCURATE);
  for (size_t shift = 1; shift < 40; shift += 19) {
    some.count = all.count - shift;
    for (int i = 0; i < INPUTS; i++) memcpy(some.in[i], all.in[i] + shift, some.count * sizeof(double));
    for (int set = 0; set < 6; set++) {
      memset(some.out, 0, sizeof some.out);
      price_set(&some, KEEL_AMERICAN_ACCURATE, (keel_greek_set)set);
      for (int i = 0; i < OUTPUTS; i++)
        for (size_t row = 0; row < some.count; row++)
          assert_same_bits(some.out[i][row], i < outputs[set] ? all.out[i][row + shift] : 0.0);
    }
  }
}

/* Runs of one vol, longer and shorter than what shares a boundary; spots that have no price, or none of interest. */
static void paths_have_the_bits_of_rows(void **state) {
  (void)state;
  static const double contracts[][INPUTS] = {{-1, 100, 100, 0.05, 0.01, 1, 0.3},  {1, 100, 95, 0.02, 0.04, 0.5, 0.3},
                                             {1, 100, 95, 0.02, 0, 0.5, 0.3},     {-1, 100, 100, -0.01, -0.03, 1, 0.3},
                                             {-1, 100, 100, 0.05, 0.01, 1, 1e-9}, {-1, 100, 0, 0.05, 0.01, 1, 0.3}};
  static struct table rows, paths;
  for (int contract = 0; contract < 6; contract++)
    for (int set = 0; set < 6; set++) {
      rows.count = 150;
      for (size_t i = 0; i < rows.count; i++) {
        put_row(&rows, i, contracts[contract]);
        rows.in[SPOT][i] = i == 7 ? 0 : i == 9 ? NAN : 60 + 0.7 * (double)i;
        rows.in[VOL][i] *= i < 90 ? 1 : i < 110 ? 1 + 0.01 * (double)i : i < 115 ? NAN : 1.5;
      }
      paths = rows;
      memset(paths.out, 0, sizeof paths.out), memset(rows.out, 0, sizeof rows.out);
      price_set(&rows, KEEL_AMERICAN_FAST, (keel_greek_set)set);
      keel_options options = options_of(&paths);
      keel_greeks greeks = greeks_of(&paths);
      keel_american_price_paths(paths.count, &options, KEEL_AMERICAN_FAST, (keel_greek_set)set, &greeks);
      for (int o = 0; o < OUTPUTS; o++)
        for (size_t i = 0; i < rows.count; i++) assert_same_bits(paths.out[o][i], rows.out[o][i]);
    }
}

static void every_level_gives_the_same_bits(void **state) {
  (void)state;
  static const char *const levels[] = {"v3", "v4"};
  static struct table reference, other;
  for (int scheme = 0; scheme < 3; scheme++) {
    size_t count = scheme == KEEL_AMERICAN_HIGH ? 20 : 100;
    fill_wild(&reference, count, 77);
    assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
    price(&reference, (keel_american_scheme)scheme);
    for (int level = 0; level < 2; level++) {
      if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
      other = reference;
      memset(other.out, 0, sizeof other.out);
      price(&other, (keel_american_scheme)scheme);
      for (int i = 0; i <= OUTPUTS; i++)
        for (size_t row = 0; row < count; row++) assert_same_bits(other.out[i][row], reference.out[i][row]);
    }
  }
  keel_cpu_force("auto", NULL);
}

static void wild_contracts_have_a_price_or_a_reason(void **state) {
  (void)state;
  static struct table t, high;
  for (uint64_t seed = 1; seed <= 4; seed++) {
    fill_wild(&t, 600, seed);
    high = t;
    price(&t, KEEL_AMERICAN_ACCURATE);
    price_set(&high, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_PRICE);
    for (size_t i = 0; i < t.count; i++) {
      keel_option option = {t.in[PHI][i], t.in[STRIKE][i], t.in[RATE][i], t.in[YIELD][i], t.in[YEARS][i]};
      int priced = !keel_american_problem(&option, t.in[SPOT][i], t.in[VOL][i]);
      double unit = t.in[PHI][i] > 0 ? t.in[SPOT][i] : t.in[STRIKE][i];
      for (int o = 0; o < OUTPUTS; o++) assert_int_equal(isfinite(t.out[o][i]) != 0, priced);
      if (!priced) continue;
      assert_true(t.out[PRICE][i] >= t.in[PHI][i] * (100 - t.in[STRIKE][i]) * (1 - 1e-14));
      assert_close(t.out[PRICE][i], high.out[PRICE][i], 1e-5 * unit + 1e-12 * high.out[PRICE][i]);
    }
  }
}

/* FNV-1a over the bits of everything, so that other compilers and machines can be compared with this one. */
static void the_bits_are_the_golden_ones(void **state) {
  (void)state;
  static struct table t;
  uint64_t hash = 14695981039346656037u;
  for (int scheme = 0; scheme < 3; scheme++) {
    fill_wild(&t, scheme == KEEL_AMERICAN_HIGH ? 32 : 300, 3);
    price(&t, (keel_american_scheme)scheme);
    for (int i = 0; i <= OUTPUTS; i++)
      for (size_t row = 0; row < t.count; row++)
        for (int byte = 0; byte < 64; byte += 8)
          hash = (hash ^ (keel_bits(t.out[i][row]) >> byte & 255)) * 1099511628211u;
  }
  if (hash != 0x26aaed89935a23d7u) fail_msg("the hash is 0x%016llx", (unsigned long long)hash);
}

/* After 20 relaxation times the option is perpetual, however close rate and yield are: a put on spot 100. */
static void long_options_at_equal_rates_are_perpetual(void **state) {
  (void)state;
  static const double rates[] = {1, 0.05}, gaps[] = {0, 1e-6, -1e-6, 1e-3, -1e-3},
                      vols[] = {0.3, 0.1, 0.05, 0.01, 1e-3};
  for (int i = 0; i < 2 * 5 * 5; i++) {
    double phi = -1, spot = 100, strike = 100, rate = rates[i % 2], yield = rate * (1 + gaps[i / 2 % 5]), price;
    double vol = vols[i / 10] * sqrt(rate), years = 40 / rate;
    const keel_options one = {&phi, &spot, &strike, &rate, &yield, &years, &vol};
    double drift = rate - yield - 0.5 * vol * vol, root = sqrt(drift * drift + 2 * rate * vol * vol);
    double power = (drift + root) / (vol * vol), boundary = strike * power / (1 + power);
    double want = (strike - boundary) * pow(spot / boundary, -power);
    keel_american_price(1, &one, KEEL_AMERICAN_ACCURATE, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price}, NULL);
    assert_close(price, want, 2e-4);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(long_options_at_equal_rates_are_perpetual),
      cmocka_unit_test(every_reference_row_is_within_its_bound),
      cmocka_unit_test(published_contracts_to_their_exact_values),
      cmocka_unit_test(greeks_are_slopes_of_high_prices),
      cmocka_unit_test(greeks_of_every_reference_row_are_slopes),
      cmocka_unit_test(puts_and_calls_are_symmetric),
      cmocka_unit_test(worth_at_least_european_and_intrinsic),
      cmocka_unit_test(prices_are_monotone),
      cmocka_unit_test(a_bad_lane_is_nan_and_alone),
      cmocka_unit_test(a_lane_does_not_know_its_neighbours),
      cmocka_unit_test(paths_have_the_bits_of_rows),
      cmocka_unit_test(every_level_gives_the_same_bits),
      cmocka_unit_test(wild_contracts_have_a_price_or_a_reason),
      cmocka_unit_test(the_bits_are_the_golden_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
