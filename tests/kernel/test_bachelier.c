#include "keel/bachelier.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/lane_math.h"
#include "support/draws.h"
#include "support/support.h"

enum { OUTPUTS = 11, MOST = 600 };

static const char *const output_names[OUTPUTS] = {"price", "delta", "gamma", "vega",  "theta", "rho",
                                                  "psi",   "vanna", "volga", "charm", "speed"};

struct table {
  size_t count;
  double in[7][MOST], out[OUTPUTS][MOST];
};

static keel_options options_of(struct table *t) {
  return (keel_options){t->in[0], t->in[1], t->in[2], t->in[3], t->in[4], t->in[5], t->in[6]};
}

static void price(struct table *t, keel_greek_set set) {
  keel_options options = options_of(t);
  keel_greeks greeks = {t->out[0], t->out[1], t->out[2], t->out[3], t->out[4], t->out[5],
                        t->out[6], t->out[7], t->out[8], t->out[9], t->out[10]};
  keel_bachelier_price(t->count, &options, set, &greeks);
}

static void put_row(struct table *t, size_t row, const double values[7]) {
  for (int i = 0; i < 7; i++) t->in[i][row] = values[i];
}

/* Contracts up to `wide` deviations from the money, forwards on both sides of 0, and in every seventh row something
 * special. */
static void fill(struct table *t, size_t count, double wide, uint64_t seed) {
  static const double special[] = {0.0, -0.0, NAN, INFINITY, -INFINITY, -1.0, DBL_MIN, DBL_MAX, 1e300, 1e-12, 1e12};
  t->count = count;
  for (size_t i = 0; i < count; i++) {
    double years = keel_exp(12 * next_unit(&seed) - 8), vol = keel_exp(5 * next_unit(&seed) - 1);
    double spot = 200 * next_unit(&seed) - 100, rate = 0.15 * next_unit(&seed) - 0.05, yield = 0.1 * next_unit(&seed);
    double strike = spot * keel_exp((rate - yield) * years) + wide * (2 * next_unit(&seed) - 1) * vol * sqrt(years);
    double row[7] = {next_unit(&seed) < 0.5 ? 1 : -1, spot, strike, rate, yield, years, vol};
    if (i % 7 == 6) row[(size_t)(7 * next_unit(&seed))] = special[(size_t)(11 * next_unit(&seed))];
    put_row(t, i, row);
  }
}

static double number(const struct keel_golden *golden, size_t row, const char *column) {
  return keel_golden_number(golden, row, column);
}

/* The table has options on a forward: the yield is the rate. */
static struct keel_golden load(struct table *t) {
  struct keel_golden golden = keel_golden_load("bachelier_greeks.csv");
  t->count = golden.rows;
  assert_true(golden.rows == 72);
  for (size_t row = 0; row < golden.rows; row++) {
    double rate = number(&golden, row, "r");
    double values[7] = {1,    number(&golden, row, "F"), number(&golden, row, "K"),      rate,
                        rate, number(&golden, row, "T"), number(&golden, row, "sigma_n")};
    put_row(t, row, values);
  }
  return golden;
}

static double deviations(const struct table *t, size_t row) {
  return (t->in[1][row] - t->in[2][row]) / (t->in[6][row] * sqrt(t->in[5][row]));
}

static void every_reference_row_is_within_its_bound(void **state) {
  (void)state;
  static const int outputs[] = {0, 1, 2, 3, 4, 7, 8};
  static struct table t;
  struct keel_golden golden = load(&t);
  price(&t, KEEL_GREEK_SET_ALL);
  for (size_t row = 0; row < golden.rows; row++)
    for (int i = 0; i < 7; i++) {
      const char *name = output_names[outputs[i]];
      double d = deviations(&t, row), want = number(&golden, row, name), scale = fabs(want);
      if (outputs[i] == 4) scale = 2 * fabs(t.in[3][row] * t.out[0][row]) + scale;
      double tolerance = scale * (fabs(d) < 6 ? 1e-13 : (8 + 4 * d * d) * DBL_EPSILON), got = t.out[outputs[i]][row];
      if (!(fabs(got - want) <= tolerance))
        fail_msg("row %zu: %s is %.17g, want %.17g within %.3g", row, name, got, want, tolerance);
    }
  keel_golden_free(&golden);
}

/* A put is a call on the other side of 0, bit by bit. */
static void puts_are_calls_mirrored(void **state) {
  (void)state;
  static const double signs[OUTPUTS] = {1, -1, 1, 1, 1, 1, 1, -1, 1, -1, -1};
  static struct table t, mirror;
  fill(&t, 595, 8, 3);
  mirror = t;
  for (size_t i = 0; i < t.count; i++)
    for (int field = 0; field < 3; field++) mirror.in[field][i] = -t.in[field][i];
  price(&t, KEEL_GREEK_SET_ALL);
  price(&mirror, KEEL_GREEK_SET_ALL);
  for (size_t i = 0; i < t.count; i++)
    for (int k = 0; k < OUTPUTS; k++)
      if (!isnan(t.out[k][i])) assert_true(mirror.out[k][i] == signs[k] * t.out[k][i]);
}

static void puts_and_calls_keep_parity(void **state) {
  (void)state;
  static struct table calls, puts;
  fill(&calls, 594, 4, 5);
  for (size_t i = 0; i < calls.count; i++) calls.in[0][i] = 1;
  puts = calls;
  for (size_t i = 0; i < puts.count; i++) puts.in[0][i] = -1;
  price(&calls, KEEL_GREEK_SET_ALL);
  price(&puts, KEEL_GREEK_SET_ALL);
  for (size_t i = 0; i < calls.count; i++) {
    if (i % 7 == 6) continue; /* the special ones */
    double spot_value = calls.in[1][i] * keel_exp(-calls.in[4][i] * calls.in[5][i]);
    double strike_value = calls.in[2][i] * keel_exp(-calls.in[3][i] * calls.in[5][i]);
    double most = fabs(spot_value) + fabs(strike_value) + calls.out[0][i];
    assert_close(calls.out[0][i] - puts.out[0][i], spot_value - strike_value, 8 * DBL_EPSILON * most);
    assert_close(calls.out[1][i] - puts.out[1][i], keel_exp(-calls.in[4][i] * calls.in[5][i]), 8 * DBL_EPSILON);
  }
}

/* (f(x + step) - f(x - step)) / (2 step) of an output in an input. */
static double slope(const double in[7], int input, double step, int output) {
  static struct table t;
  t.count = 2;
  put_row(&t, 0, in);
  put_row(&t, 1, in);
  t.in[input][0] += step;
  t.in[input][1] -= step;
  price(&t, KEEL_GREEK_SET_ALL);
  return (t.out[output][0] - t.out[output][1]) / (t.in[input][0] - t.in[input][1]);
}

static void greeks_are_slopes(void **state) {
  (void)state;
  static const double rows[][7] = {
      {1, 100, 105, 0.05, 0.02, 0.75, 30}, {-1, 90, 80, -0.01, 0.03, 2, 20}, {1, -3, 2, 0.04, -0.02, 1.5, 4}};
  static const struct {
    int greek, input, of;
    double sign;
  } slopes[] = {{1, 1, 0, 1}, {2, 1, 1, 1}, {3, 6, 0, 1}, {4, 5, 0, -1}, {5, 3, 0, 1},
                {6, 4, 0, 1}, {7, 6, 1, 1}, {8, 6, 3, 1}, {9, 5, 1, -1}, {10, 1, 2, 1}};
  for (int row = 0; row < 3; row++) {
    static struct table t;
    t.count = 1;
    put_row(&t, 0, rows[row]);
    price(&t, KEEL_GREEK_SET_ALL);
    for (int i = 0; i < 10; i++) {
      double step = slopes[i].input == 1 || slopes[i].input == 6 ? 1e-3 : 1e-5, want = t.out[slopes[i].greek][0];
      assert_close(slopes[i].sign * slope(rows[row], slopes[i].input, step, slopes[i].of), want,
                   1e-7 * (1 + fabs(want)));
    }
  }
}

static void a_forward_far_below_its_strike_or_above_is_not_lost(void **state) {
  (void)state;
  for (double carry = -300; carry <= 300; carry += 75) {
    double phi = 1, spot = 100, strike = 0, rate = carry < 0 ? carry : 0, yield = carry < 0 ? 0 : -carry, years = 1;
    double vol = 0, price, delta;
    const keel_options one = {&phi, &spot, &strike, &rate, &yield, &years, &vol};
    keel_bachelier_price(1, &one, KEEL_GREEK_SET_DELTA, &(keel_greeks){.price = &price, .delta = &delta});
    assert_close(price / (100 * keel_exp(-yield)), 1, 1e-12);
    assert_close(delta / keel_exp(-yield), 1, 1e-12);
  }
}

static void limits_are_reached(void **state) {
  (void)state;
  static const double amounts[] = {-1e100, -100, -1e-12, 0, 1e-12, 100, 1e100}, times[] = {0, 1e-12, 1, 100};
  static const double vols[] = {0, 1e-12, 0.2, 1e9};
  static struct table t;
  t.count = 1;
  for (int i = 0; i < 7 * 7 * 4 * 4 * 2; i++) {
    int k = i / 2;
    double in[7] = {i % 2 ? 1 : -1, amounts[k % 7], amounts[k / 7 % 7], 0.03, 0.01, times[k / 49 % 4], vols[k / 196]};
    put_row(&t, 0, in);
    price(&t, KEEL_GREEK_SET_ALL);
    for (int output = 0; output < OUTPUTS; output++)
      if (isnan(t.out[output][0])) fail_msg("%s of row %d is NaN", output_names[output], i);
    double spot_value = in[1] * keel_exp(-0.01 * in[5]), strike_value = in[2] * keel_exp(-0.03 * in[5]);
    double intrinsic = fmax(in[0] * (spot_value - strike_value), 0), scale = fabs(spot_value) + fabs(strike_value);
    assert_true(t.out[0][0] >= intrinsic - 4 * DBL_EPSILON * scale);
    if (in[5] == 0 || in[6] == 0) assert_close(t.out[0][0], intrinsic, 4 * DBL_EPSILON * scale);
  }
  put_row(&t, 0, (double[7]){-1, 0, 0, 0.03, 0, 1, 0});
  price(&t, KEEL_GREEK_SET_ALL);
  assert_close(t.out[1][0], -0.5, DBL_EPSILON);
}

static void a_bad_lane_is_nan_and_alone(void **state) {
  (void)state;
  static struct table good, bad;
  static const double values[] = {NAN, INFINITY, -INFINITY, 0x1p900, -1e-9};
  fill(&good, 6, 3, 11);
  price(&good, KEEL_GREEK_SET_ALL);
  for (int field = 0; field < 7; field++)
    for (int which = 0; which < 5; which++) {
      if (field > 0 && field < 5 && which == 4) continue; /* amounts and rates may be negative */
      bad = good;
      bad.in[field][3] = values[which];
      price(&bad, KEEL_GREEK_SET_ALL);
      for (int i = 0; i < OUTPUTS; i++)
        for (size_t row = 0; row < bad.count; row++)
          assert_same_bits(bad.out[i][row], row == 3 ? (double)NAN : good.out[i][row]);
    }
}

static void every_level_gives_the_same_bits(void **state) {
  (void)state;
  static const char *const levels[] = {"v3", "v4"};
  static struct table reference, other;
  for (size_t count = 0; count <= 300; count += count < 34 ? 1 : 133) {
    fill(&reference, count, 12, 77 + count);
    assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
    price(&reference, KEEL_GREEK_SET_ALL);
    for (int level = 0; level < 2; level++) {
      if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
      other = reference;
      memset(other.out, 0, sizeof other.out);
      price(&other, KEEL_GREEK_SET_ALL);
      for (int i = 0; i < OUTPUTS; i++)
        for (size_t row = 0; row < count; row++) assert_same_bits(other.out[i][row], reference.out[i][row]);
    }
  }
  keel_cpu_force("auto", NULL);
}

static void sets_give_the_same_bits_and_touch_nothing_else(void **state) {
  (void)state;
  static const int outputs[] = {1, 2, 4, 6, 9, 11};
  static struct table all, some;
  fill(&all, 200, 5, 9);
  price(&all, KEEL_GREEK_SET_ALL);
  for (int set = 0; set < 6; set++) {
    some = all;
    memset(some.out, 0, sizeof some.out);
    price(&some, (keel_greek_set)set);
    for (int i = 0; i < OUTPUTS; i++)
      for (size_t row = 0; row < all.count; row++)
        assert_same_bits(some.out[i][row], i < outputs[set] ? all.out[i][row] : 0.0);
  }
}

static void the_bits_are_the_golden_ones(void **state) {
  (void)state;
  static struct table t;
  uint64_t hash = 14695981039346656037u;
  for (uint64_t seed = 1; seed <= 20; seed++) {
    fill(&t, 588, 10, seed);
    price(&t, KEEL_GREEK_SET_ALL);
    for (int i = 0; i < OUTPUTS; i++)
      for (size_t row = 0; row < t.count; row++)
        for (int byte = 0; byte < 64; byte += 8)
          hash = (hash ^ (keel_bits(t.out[i][row]) >> byte & 255)) * 1099511628211u;
  }
  if (hash != 0xcac39a178619d304u) fail_msg("the hash is 0x%016llx", (unsigned long long)hash);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_reference_row_is_within_its_bound),
      cmocka_unit_test(puts_are_calls_mirrored),
      cmocka_unit_test(puts_and_calls_keep_parity),
      cmocka_unit_test(greeks_are_slopes),
      cmocka_unit_test(a_forward_far_below_its_strike_or_above_is_not_lost),
      cmocka_unit_test(limits_are_reached),
      cmocka_unit_test(a_bad_lane_is_nan_and_alone),
      cmocka_unit_test(every_level_gives_the_same_bits),
      cmocka_unit_test(sets_give_the_same_bits_and_touch_nothing_else),
      cmocka_unit_test(the_bits_are_the_golden_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
