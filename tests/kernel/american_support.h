/* What the tests of American options share. */
#ifndef KEEL_TESTS_KERNEL_AMERICAN_SUPPORT_H
#define KEEL_TESTS_KERNEL_AMERICAN_SUPPORT_H

#include <math.h>
#include <string.h>

#include "keel/american.h"
#include "kernel/lane_math.h"
#include "support/draws.h"
#include "support/support.h"

enum { OUTPUTS = 11, MOST = 600, BOUNDARY = OUTPUTS };
enum { PHI, SPOT, STRIKE, RATE, YIELD, YEARS, VOL, INPUTS };
enum { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, PSI, VANNA, VOLGA, CHARM, SPEED };

static const char *const output_names[] = {"price", "delta", "gamma", "vega",  "theta", "rho",
                                           "psi",   "vanna", "volga", "charm", "speed", "boundary"};

/* A table of options and room for what comes out. */
struct table {
  size_t count;
  double in[INPUTS][MOST], out[OUTPUTS + 1][MOST];
};

static inline keel_options options_of(struct table *t) {
  return (keel_options){t->in[0], t->in[1], t->in[2], t->in[3], t->in[4], t->in[5], t->in[6]};
}

static inline keel_greeks greeks_of(struct table *t) {
  return (keel_greeks){t->out[0], t->out[1], t->out[2], t->out[3], t->out[4], t->out[5],
                       t->out[6], t->out[7], t->out[8], t->out[9], t->out[10]};
}

static inline void price_set(struct table *t, keel_american_scheme scheme, keel_greek_set set) {
  keel_options options = options_of(t);
  keel_greeks greeks = greeks_of(t);
  keel_american_price(t->count, &options, scheme, set, &greeks, t->out[BOUNDARY]);
}

static inline void price(struct table *t, keel_american_scheme scheme) { price_set(t, scheme, KEEL_GREEK_SET_ALL); }

static inline void price_european(struct table *t) {
  keel_options options = options_of(t);
  keel_greeks greeks = greeks_of(t);
  keel_black_scholes_price(t->count, &options, KEEL_GREEK_SET_ALL, &greeks);
}

static inline void put_row(struct table *t, size_t row, const double values[INPUTS]) {
  for (int i = 0; i < INPUTS; i++) t->in[i][row] = values[i];
}

/* Between two positive numbers, evenly in the logarithm. */
static inline double next_between(uint64_t *state, double least, double most) {
  return least * keel_exp(next_unit(state) * keel_log(most / least));
}

static inline void fill_ordinary(struct table *t, size_t count, uint64_t seed) {
  t->count = count;
  for (size_t i = 0; i < count; i++) {
    double years = next_between(&seed, 0.01, 5), vol = next_between(&seed, 0.08, 0.8);
    double row[INPUTS] = {next_unit(&seed) < 0.5 ? 1 : -1,
                          100,
                          100 * keel_exp(1.5 * (next_unit(&seed) - 0.5) * vol * sqrt(years)),
                          0.12 * next_unit(&seed),
                          0.12 * next_unit(&seed),
                          years,
                          vol};
    put_row(t, i, row);
  }
}

/* Rates of +-100 %, vols of 1e-6 to 5, seconds to 200 years. */
static inline void fill_wild(struct table *t, size_t count, uint64_t seed) {
  t->count = count;
  for (size_t i = 0; i < count; i++) {
    double row[INPUTS] = {next_unit(&seed) < 0.5 ? 1 : -1, 100,
                          next_between(&seed, 14, 740),    2 * next_unit(&seed) - 1,
                          2 * next_unit(&seed) - 1,        next_between(&seed, 3e-8, 200),
                          next_between(&seed, 1e-6, 5)};
    put_row(t, i, row);
  }
}

static inline void load_row(const struct keel_golden *golden, size_t row, double in[INPUTS]) {
  static const char *const columns[] = {"S", "K", "r", "q", "T", "sigma"};
  in[PHI] = keel_golden_text(golden, row, "type")[0] == 'C' ? 1 : -1;
  for (int i = 0; i < 6; i++) in[i + 1] = keel_golden_number(golden, row, columns[i]);
}

static inline void load(const char *name, struct table *t, struct keel_golden *golden) {
  *golden = keel_golden_load(name);
  t->count = golden->rows;
  assert_true(t->count > 50 && t->count <= MOST);
  for (size_t row = 0; row < t->count; row++) {
    double in[INPUTS];
    load_row(golden, row, in);
    put_row(t, row, in);
  }
}

#endif
