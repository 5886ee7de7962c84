#include "keel/black_scholes.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"
#include "support/draws.h"
#include "support/support.h"

enum { OUTPUTS = 11, MOST = 600 };

static const char *const output_names[OUTPUTS] = {"price", "delta", "gamma", "vega",  "theta", "rho",
                                                  "psi",   "vanna", "volga", "charm", "speed"};
static const char *const levels[] = {"base", "v3", "v4"};

/* A table of options and room for what comes out. */
struct table {
  size_t count;
  double in[7][MOST], out[OUTPUTS][MOST];
};

static keel_options options_of(struct table *t) {
  return (keel_options){t->in[0], t->in[1], t->in[2], t->in[3], t->in[4], t->in[5], t->in[6]};
}

static keel_greeks greeks_of(struct table *t) {
  return (keel_greeks){t->out[0], t->out[1], t->out[2], t->out[3], t->out[4], t->out[5],
                       t->out[6], t->out[7], t->out[8], t->out[9], t->out[10]};
}

static void price(struct table *t, keel_greek_set set) {
  keel_options options = options_of(t);
  keel_greeks greeks = greeks_of(t);
  keel_black_scholes_price(t->count, &options, set, &greeks);
}

static void put_row(struct table *t, size_t row, const double values[7]) {
  for (int i = 0; i < 7; i++) t->in[i][row] = values[i];
}

/* Ordinary and far contracts, and in every seventh row something special in one of its fields. */
static void fill(struct table *t, size_t count, uint64_t seed) {
  static const double special[] = {0.0,     -0.0,   NAN,   INFINITY, -INFINITY, -1.0,    DBL_MIN, 0x1p-1074,
                                   DBL_MAX, 1e-300, 1e300, 1e-12,    1e12,      0x1p600, 50.0,    2.0};
  t->count = count;
  for (size_t i = 0; i < count; i++) {
    double years = keel_exp(12 * next_unit(&seed) - 8), vol = keel_exp(5 * next_unit(&seed) - 3);
    double deviations = (next_unit(&seed) - 0.5) * (i % 3 ? 4 : 40);
    double row[7] = {next_unit(&seed) < 0.5 ? 1 : -1,
                     100,
                     100 * keel_exp(deviations * vol * sqrt(years)),
                     0.15 * next_unit(&seed) - 0.05,
                     0.15 * next_unit(&seed) - 0.05,
                     years,
                     vol};
    size_t field = (size_t)(7 * next_unit(&seed)), which = (size_t)(16 * next_unit(&seed));
    if (i % 7 == 6) row[field] = special[which];
    put_row(t, i, row);
  }
}

/* A number, or a fraction as `1/12`. */
static double number(const struct keel_golden *golden, size_t row, const char *column) {
  const char *text = keel_golden_text(golden, row, column), *slash = strchr(text, '/');
  return slash ? strtod(text, NULL) / strtod(slash + 1, NULL) : keel_golden_number(golden, row, column);
}

static void load_row(const struct keel_golden *golden, size_t row, double in[7]) {
  in[0] = keel_golden_text(golden, row, "type")[0] == 'C' ? 1 : -1;
  static const char *const columns[] = {"S", "K", "r", "q", "T", "sigma"};
  for (int i = 0; i < 6; i++) in[i + 1] = number(golden, row, columns[i]);
}

/* The sums of the absolute values of the terms of each closed form; z = x/v and its parts. */
static void scales(const double in[7], const double want[OUTPUTS], double scale[OUTPUTS]) {
  double spot = in[1], rate = in[3], yield = in[4], years = in[5], vol = in[6];
  double v = vol * sqrt(years), z = fabs(log(spot / in[2]) + (rate - yield) * years) / v, h = 0.5 * v;
  double slope = want[3] / spot / sqrt(years); /* e^(-qT) n(d1) */
  for (int i = 0; i < OUTPUTS; i++) scale[i] = fabs(want[i]);
  scale[4] = want[3] * vol / (2 * years) + fabs(yield * spot * want[1]) + fabs(rate * want[5] / years);
  scale[7] = slope * (z + h) / vol;
  scale[8] = want[3] * (z * z + h * h) / vol;
  scale[9] = fabs(yield * want[1]) + slope * (fabs(rate - yield) / v + (z + h) / (2 * years));
  scale[10] = want[2] / spot * (z / v + 1.5);
}

static void check_row(const struct keel_golden *golden, size_t row, const double got[OUTPUTS], const double in[7]) {
  double want[OUTPUTS], scale[OUTPUTS], kappa = number(golden, row, "kappa");
  for (int i = 0; i < OUTPUTS; i++) want[i] = number(golden, row, output_names[i]);
  scales(in, want, scale);
  for (int i = 0; i < OUTPUTS; i++) {
    double units = i == 0 ? 16 : i == 7 || i == 8 ? 2048 : 128;
    double tolerance = fabs(want[i]) < 1e-308 ? DBL_MIN : units * (1 + kappa) * DBL_EPSILON * scale[i];
    if (!(fabs(got[i] - want[i]) <= tolerance))
      fail_msg("row %s: %s is %.17g, want %.17g within %.3g", keel_golden_text(golden, row, "id"), output_names[i],
               got[i], want[i], tolerance);
  }
}

static void every_reference_row_is_within_its_bound(void **state) {
  (void)state;
  static struct table t;
  struct keel_golden golden = keel_golden_load("bs_greeks.csv");
  t.count = golden.rows;
  assert_true(golden.rows > 200 && golden.rows <= MOST);
  for (size_t row = 0; row < golden.rows; row++) {
    double in[7];
    load_row(&golden, row, in);
    put_row(&t, row, in);
  }
  price(&t, KEEL_GREEK_SET_ALL);
  for (size_t row = 0; row < golden.rows; row++) {
    double in[7], got[OUTPUTS];
    load_row(&golden, row, in);
    for (int i = 0; i < OUTPUTS; i++) got[i] = t.out[i][row];
    check_row(&golden, row, got, in);
  }
  keel_golden_free(&golden);
}

static void limits_are_reached(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("bs_degenerate.csv");
  for (size_t row = 0; row < golden.rows; row++) {
    static struct table t;
    double in[7];
    t.count = 1;
    load_row(&golden, row, in);
    put_row(&t, 0, in);
    price(&t, KEEL_GREEK_SET_ALL);
    double most = fmax(in[1] * exp(-in[4] * in[5]), in[2] * exp(-in[3] * in[5]));
    assert_close(t.out[0][0], number(&golden, row, "price"), 4 * DBL_EPSILON * most);
    assert_close(t.out[1][0], number(&golden, row, "delta"), 4 * DBL_EPSILON);
    int kink = strncmp(keel_golden_text(&golden, row, "where"), "atm", 3) == 0;
    for (int i = 0; i < OUTPUTS; i++) assert_false(isnan(t.out[i][0]));
    if (!kink) assert_true(t.out[2][0] == 0 && t.out[3][0] == 0 && t.out[7][0] == 0 && t.out[8][0] == 0);
  }
  keel_golden_free(&golden);
}

static void puts_and_calls_keep_parity(void **state) {
  (void)state;
  static struct table calls, puts;
  fill(&calls, 594, 3);
  for (size_t i = 0; i < calls.count; i++) calls.in[0][i] = 1;
  puts = calls;
  for (size_t i = 0; i < puts.count; i++) puts.in[0][i] = -1;
  price(&calls, KEEL_GREEK_SET_PRICE);
  price(&puts, KEEL_GREEK_SET_PRICE);
  for (size_t i = 0; i < calls.count; i++) {
    if (i % 7 == 6) continue; /* the special ones */
    long double spot_value = calls.in[1][i] * expl(-(long double)calls.in[4][i] * calls.in[5][i]);
    long double strike_value = calls.in[2][i] * expl(-(long double)calls.in[3][i] * calls.in[5][i]);
    double most = (double)fmaxl(spot_value, strike_value);
    assert_close((double)(calls.out[0][i] - (long double)puts.out[0][i] - (spot_value - strike_value)), 0.0,
                 4 * DBL_EPSILON * most);
  }
}

static void published_values_to_their_digits(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("bs_published.csv");
  for (size_t row = 0; row < golden.rows; row++) {
    static struct table t;
    double in[7];
    t.count = 1;
    load_row(&golden, row, in);
    put_row(&t, 0, in);
    price(&t, KEEL_GREEK_SET_ALL);
    const char *quantity = keel_golden_text(&golden, row, "quantity");
    for (int i = 0; i < OUTPUTS; i++)
      if (strcmp(quantity, output_names[i]) == 0) assert_close(t.out[i][0], number(&golden, row, "published"), 1e-4);
  }
  keel_golden_free(&golden);
}

static void worked_examples_to_their_digits(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("haug_examples.csv");
  int checked = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    const char *quantity = keel_golden_text(&golden, row, "quantity");
    for (int i = 0; i < OUTPUTS; i++) {
      if (strcmp(quantity, output_names[i]) != 0) continue;
      static struct table t;
      double rate = number(&golden, row, "r"), phi = keel_golden_text(&golden, row, "type")[0] == 'C' ? 1 : -1;
      double in[7] = {phi,
                      number(&golden, row, "S"),
                      number(&golden, row, "K"),
                      rate,
                      rate - number(&golden, row, "b"),
                      number(&golden, row, "T"),
                      number(&golden, row, "sigma")};
      t.count = 1;
      put_row(&t, 0, in);
      price(&t, KEEL_GREEK_SET_ALL);
      assert_close(t.out[i][0], number(&golden, row, "published"), 1e-4);
      checked++;
    }
  }
  assert_true(checked >= 6);
  keel_golden_free(&golden);
}

static void a_bad_lane_is_nan_and_alone(void **state) {
  (void)state;
  static struct table good, bad;
  static const double values[] = {NAN, INFINITY, -INFINITY, -1e-9, 0x1p900};
  fill(&good, 6, 11);
  price(&good, KEEL_GREEK_SET_ALL);
  for (int field = 0; field < 7; field++)
    for (int which = 0; which < 5; which++) {
      if ((field == 3 || field == 4) && which == 3) continue; /* a rate may be negative */
      bad = good;
      bad.in[field][3] = values[which];
      price(&bad, KEEL_GREEK_SET_ALL);
      for (int i = 0; i < OUTPUTS; i++)
        for (size_t row = 0; row < bad.count; row++)
          assert_same_bits(bad.out[i][row], row == 3 ? (double)NAN : good.out[i][row]);
    }
}

static void no_nan_where_there_is_a_limit(void **state) {
  (void)state;
  static const double amounts[] = {0, 1e-100, 1e-12, 1, 100, 1e12, 1e100}, times[] = {0, 1e-12, 1, 100};
  static const double vols[] = {0, 1e-12, 0.2, 5, 1e3, 1e9};
  static struct table t;
  t.count = 1;
  for (int i = 0; i < 7 * 7 * 4 * 6 * 2; i++) {
    int k = i / 2;
    double in[7] = {i % 2 ? 1 : -1, amounts[k % 7], amounts[k / 7 % 7], 0.03, 0.01, times[k / 49 % 4], vols[k / 196]};
    put_row(&t, 0, in);
    price(&t, KEEL_GREEK_SET_ALL);
    for (int output = 0; output < OUTPUTS; output++)
      if (isnan(t.out[output][0]))
        fail_msg("%s of phi %g spot %g strike %g years %g vol %g is NaN", output_names[output], in[0], in[1], in[2],
                 in[5], in[6]);
    double most = in[0] > 0 ? in[1] : in[2];
    assert_true(t.out[0][0] >= -1e-14 * (in[1] + in[2]) && t.out[0][0] <= most * (1 + 1e-14));
  }
}

/* A contract whose forward is near its strike, at a carry of e^310 at most: either of the two may be the small one. */
static void far_contract(uint64_t *draws, double row[7]) {
  double carry = -310 * next_unit(draws), years = keel_exp(6 * next_unit(draws) - 3);
  double v = 4 * next_unit(draws), strike = keel_exp(carry + 6 * (next_unit(draws) - 0.5) * v), rate = carry / years;
  int swapped = next_unit(draws) < 0.5, call = next_unit(draws) < 0.5;
  double terms[7] = {call ? 1 : -1, swapped ? strike : 1, swapped ? 1 : strike, swapped ? 0 : rate, swapped ? rate : 0,
                     years,         v / sqrt(years)};
  memcpy(row, terms, sizeof terms);
}

/* The price is of degree one in spot and strike: theirs times a power of two gives it times that, to the bit, down to
 * the least amounts, whatever the discount factors. */
static void tiny_amounts_are_as_exact_as_others(void **state) {
  (void)state;
  static struct table t, tiny;
  t.count = tiny.count = 500;
  uint64_t draws = 5;
  for (size_t i = 0; i < t.count; i++) {
    double row[7];
    far_contract(&draws, row);
    double least = row[1] < row[2] ? row[1] : row[2], scale = 0x1p-464;
    while (least * scale < 1e-140) scale *= 2;
    put_row(&tiny, i, (const double[7]){row[0], row[1] * scale, row[2] * scale, row[3], row[4], row[5], row[6]});
    put_row(&t, i, (const double[7]){row[0], row[1] * 0x1p200, row[2] * 0x1p200, row[3], row[4], row[5], row[6]});
  }
  price(&t, KEEL_GREEK_SET_DELTA);
  price(&tiny, KEEL_GREEK_SET_DELTA);
  for (size_t i = 0; i < t.count; i++) {
    assert_true(t.out[0][i] * (tiny.in[1][i] / t.in[1][i]) == tiny.out[0][i]);
    assert_true(t.out[1][i] == tiny.out[1][i]);
  }
}

/* With amounts of 0 no carry matters; and what is too small to be exact has no result, in any shape. */
static void zero_is_a_limit_and_almost_zero_is_refused(void **state) {
  (void)state;
  static const double carries[] = {-690, -400, 0, 400, 690};
  static struct table t;
  t.count = 3;
  for (int i = 0; i < 5 * 2 * 3; i++) {
    double carry = carries[i % 5], phi = i / 5 % 2 ? 1 : -1, vol = 5.0 * (i / 10);
    double rate = carry > 0 ? 0 : carry, yield = carry > 0 ? -carry : 0;
    put_row(&t, 0, (const double[7]){phi, 1e-100, 0, rate, yield, 1, vol});
    put_row(&t, 1, (const double[7]){phi, 0, 1e-100, rate, yield, 1, vol});
    put_row(&t, 2, (const double[7]){phi, phi > 0 ? 1 : 9e-141, phi > 0 ? 9e-141 : 1, rate, yield, 1, vol});
    price(&t, KEEL_GREEK_SET_ALL);
    double spot_value = keel_exp(-yield), strike_value = keel_exp(-rate);
    assert_close(t.out[0][0] / (1e-100 * spot_value), phi > 0, 1e-12);
    assert_close(t.out[1][0] / spot_value, phi > 0, 1e-12);
    assert_close(t.out[0][1] / (1e-100 * strike_value), phi < 0, 1e-12);
    for (int output = 0; output < OUTPUTS; output++) assert_true(isnan(t.out[output][2]));
  }
}

static void price_paths(const struct table *t, size_t row, keel_greek_set set, struct table *out) {
  static double spot[MOST], vol[MOST];
  keel_option option = {t->in[0][row], t->in[2][row], t->in[3][row], t->in[4][row], t->in[5][row]};
  for (size_t i = 0; i < out->count; i++) spot[i] = t->in[1][row], vol[i] = t->in[6][row];
  keel_greeks greeks = greeks_of(out);
  keel_black_scholes_price_paths(out->count, &option, spot, vol, set, &greeks);
}

static void every_level_gives_the_same_bits(void **state) {
  (void)state;
  static struct table reference, other;
  for (size_t count = 0; count <= 300; count += count < 34 ? 1 : 133) {
    fill(&reference, count, 77 + count);
    assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
    price(&reference, KEEL_GREEK_SET_ALL);
    for (int level = 1; level < 3; level++) {
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

static void paths_give_the_bits_of_contracts(void **state) {
  (void)state;
  static struct table contracts, paths;
  fill(&contracts, 140, 5);
  price(&contracts, KEEL_GREEK_SET_ALL);
  for (size_t row = 0; row < contracts.count; row++) {
    paths.count = row % 34 + (row % 5 == 0 ? 128 : 1);
    price_paths(&contracts, row, KEEL_GREEK_SET_ALL, &paths);
    for (int i = 0; i < OUTPUTS; i++) {
      assert_same_bits(paths.out[i][0], contracts.out[i][row]);
      assert_same_bits(paths.out[i][paths.count - 1], contracts.out[i][row]);
    }
  }
}

/* Vols that differ and vols that are all one go other ways; so does delta alone. */
static void paths_of_any_vols_are_the_same(void **state) {
  (void)state;
  enum { PATHS = 257 };
  static double spot[PATHS], vol[PATHS], delta[PATHS + 1], both[2][PATHS];
  keel_greeks greeks = {.price = both[0], .delta = both[1]};
  for (int row = 0; row < 300; row++) {
    keel_option option = {row % 2 ? 1 : -1, 100, 0.01 * (row % 5), 0.02, 0.02 * (row % 60)};
    size_t count = row % 3 ? PATHS : (size_t)row % 34;
    for (size_t i = 0; i < PATHS; i++) {
      spot[i] = 60 + (double)((i * 37 + (size_t)row) % 91);
      vol[i] = row % 4 == 3 ? 0.3 : 0.1 + 0.01 * (double)(i % 40);
      if (row % 4 == 1 && i % 50 == 9) vol[i] = i % 100 == 9 ? NAN : -1;
    }
    delta[count] = -77;
    keel_kernel_now->black_scholes_delta(count, &option, spot, vol, delta);
    keel_kernel_now->black_scholes_paths(count, &option, spot, vol, KEEL_GREEK_SET_DELTA, &greeks);
    assert_true(delta[count] == -77);
    for (size_t i = 0; i < count; i++) {
      double alone[2];
      keel_greeks one = {.price = &alone[0], .delta = &alone[1]};
      keel_kernel_now->black_scholes_paths(1, &option, &spot[i], &vol[i], KEEL_GREEK_SET_DELTA, &one);
      assert_same_bits(both[0][i], alone[0]);
      assert_same_bits(both[1][i], alone[1]);
      assert_same_bits(delta[i], alone[1]);
    }
  }
}

static void paths_of_any_vols_are_the_same_at_every_level(void **state) {
  for (int level = 0; level < 3; level++)
    if (keel_cpu_force(levels[level], NULL) == KEEL_STATUS_OK) paths_of_any_vols_are_the_same(state);
  keel_cpu_force("auto", NULL);
}

static void sets_give_the_same_bits_and_touch_nothing_else(void **state) {
  (void)state;
  static struct table all, some;
  static const int outputs[] = {1, 2, 4, 6, 9, 11};
  fill(&all, 200, 9);
  price(&all, KEEL_GREEK_SET_ALL);
  for (int set = 0; set < 6; set++) {
    some = all;
    memset(some.out, 0, sizeof some.out);
    price(&some, (keel_greek_set)set);
    for (int i = 0; i < OUTPUTS; i++)
      for (size_t row = 0; row < all.count; row++)
        assert_same_bits(some.out[i][row], i < outputs[set] ? all.out[i][row] : 0.0);
  }
  keel_options options = options_of(&all);
  keel_greeks only_price = {.price = some.out[0]};
  keel_black_scholes_price(all.count, &options, KEEL_GREEK_SET_PRICE, &only_price);
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
  static const double rows[][7] = {{1, 100, 105, 0.05, 0.02, 0.75, 0.3}, {-1, 90, 80, -0.01, 0.03, 2, 0.5}};
  static const struct {
    int greek, input, of;
    double sign;
  } slopes[] = {{1, 1, 0, 1}, {2, 1, 1, 1}, {3, 6, 0, 1}, {4, 5, 0, -1}, {5, 3, 0, 1},
                {6, 4, 0, 1}, {7, 6, 1, 1}, {8, 6, 3, 1}, {9, 5, 1, -1}, {10, 1, 2, 1}};
  for (int row = 0; row < 2; row++) {
    static struct table t;
    t.count = 1;
    put_row(&t, 0, rows[row]);
    price(&t, KEEL_GREEK_SET_ALL);
    for (int i = 0; i < 10; i++) {
      double step = slopes[i].input == 1 ? 1e-3 : 1e-5, want = t.out[slopes[i].greek][0];
      assert_close(slopes[i].sign * slope(rows[row], slopes[i].input, step, slopes[i].of), want,
                   1e-7 * (1 + fabs(want)));
    }
  }
}

/* A textbook's call, in every Greek it prints, beside the exact values. */
static void textbook_greeks(void **state) {
  (void)state;
  static const double call[7] = {1, 49, 50, 0.05, 0, 20.0 / 52, 0.2};
  static struct table t;
  struct keel_golden golden = keel_golden_load("hull_greeks.csv");
  t.count = 1;
  put_row(&t, 0, call);
  price(&t, KEEL_GREEK_SET_ALL);
  assert_int_equal(golden.rows, 6);
  for (size_t row = 0; row < golden.rows; row++) {
    int i = 0;
    while (strcmp(output_names[i], keel_golden_text(&golden, row, "greek")) != 0) i++;
    double want = keel_golden_number(&golden, row, "exact");
    assert_close(t.out[i][0], want, 1e-12 * fabs(want));
  }
  keel_golden_free(&golden);
}

/* FNV-1a over the bits of everything, so that other compilers and machines can be compared with this one. */
static void the_bits_are_the_golden_ones(void **state) {
  (void)state;
  static struct table t;
  uint64_t hash = 14695981039346656037u;
  for (uint64_t seed = 1; seed <= 20; seed++) {
    fill(&t, 588, seed);
    price(&t, KEEL_GREEK_SET_ALL);
    for (int i = 0; i < OUTPUTS; i++)
      for (size_t row = 0; row < t.count; row++)
        for (int byte = 0; byte < 64; byte += 8)
          hash = (hash ^ (keel_bits(t.out[i][row]) >> byte & 255)) * 1099511628211u;
  }
  if (hash != 0x0294364fa56e3dc9u) fail_msg("the hash is 0x%016llx", (unsigned long long)hash);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_reference_row_is_within_its_bound),
      cmocka_unit_test(limits_are_reached),
      cmocka_unit_test(puts_and_calls_keep_parity),
      cmocka_unit_test(published_values_to_their_digits),
      cmocka_unit_test(worked_examples_to_their_digits),
      cmocka_unit_test(a_bad_lane_is_nan_and_alone),
      cmocka_unit_test(no_nan_where_there_is_a_limit),
      cmocka_unit_test(tiny_amounts_are_as_exact_as_others),
      cmocka_unit_test(zero_is_a_limit_and_almost_zero_is_refused),
      cmocka_unit_test(every_level_gives_the_same_bits),
      cmocka_unit_test(paths_give_the_bits_of_contracts),
      cmocka_unit_test(paths_of_any_vols_are_the_same_at_every_level),
      cmocka_unit_test(sets_give_the_same_bits_and_touch_nothing_else),
      cmocka_unit_test(greeks_are_slopes),
      cmocka_unit_test(textbook_greeks),
      cmocka_unit_test(the_bits_are_the_golden_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
