/* The fast approximation under cash dividends, and its Greeks. See keel/dividends.h. */
#include <math.h>

#include "base/fail.h"
#include "kernel/greeks.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"
#include "model/dividends.h"

enum { CHUNK = 256 };
static const double DEVIATION_LEAST = 1e-6, DEVIATION_MOST = 1.5;

/* ---- what can be priced ---- */

const char *keel_dividends_problem(const keel_option *option, double spot, double vol,
                                   const keel_dividends *dividends) {
  const char *problem = keel_option_problem(option, spot, vol);
  if (problem || keel_dividends_before(dividends, option->years) == 0) return problem;
  double deviation = vol * sqrt(option->years);
  if (!(spot >= 1e-100)) return "spot is too small for dividends";
  if (!(deviation >= DEVIATION_LEAST)) return "vol times the root of years is too small for dividends, below 1e-6";
  if (!(deviation <= DEVIATION_MOST))
    return "vol times the root of years is too large for the fast prices under dividends, above 1.5; grids take it";
  return NULL;
}

keel_status keel_dividends_takes(size_t count, const keel_options *options, const keel_dividends *dividends,
                                 keel_error *error) {
  double last = 0;
  keel_status status = keel_dividends_check(dividends, error);
  if (status != KEEL_STATUS_OK) return status;
  if (dividends->policy != KEEL_DIVIDEND_LIQUIDATOR)
    return keel_fail(error, KEEL_STATUS_UNSUPPORTED, "dividends", "the fast prices know the liquidator policy only");
  for (size_t i = 0; i < count; i++)
    if (options->years[i] > last && options->years[i] < INFINITY) last = options->years[i];
  size_t before = keel_dividends_before(dividends, last);
  if (before <= KEEL_DIVIDENDS_KERNEL_MAX) return KEEL_STATUS_OK;
  return keel_fail(error, KEEL_STATUS_UNSUPPORTED, "dividends",
                   "%zu of them before the last expiry; the fast prices take %d, grids (keel_pde_price) take all",
                   before, KEEL_DIVIDENDS_KERNEL_MAX);
}

/* ---- prices at moved terms ---- */

/* How many of its units each of spot, vol, rate and yield is moved by. */
struct move {
  int spot, vol, rate, yield;
};
enum { BASE, SPOT = 1, VOL = 5, RATE = 9, YIELD = 13, CROSS = 17, MOVES = 25 };
static const struct move moves[MOVES] = {
    {0, 0, 0, 0},  {1, 0, 0, 0},  {-1, 0, 0, 0}, {2, 0, 0, 0},   {-2, 0, 0, 0}, {0, 1, 0, 0},  {0, -1, 0, 0},
    {0, 2, 0, 0},  {0, -2, 0, 0}, {0, 0, 1, 0},  {0, 0, -1, 0},  {0, 0, 2, 0},  {0, 0, -2, 0}, {0, 0, 0, 1},
    {0, 0, 0, -1}, {0, 0, 0, 2},  {0, 0, 0, -2}, {1, 1, 0, 0},   {1, -1, 0, 0}, {-1, 1, 0, 0}, {-1, -1, 0, 0},
    {2, 2, 0, 0},  {2, -2, 0, 0}, {-2, 2, 0, 0}, {-2, -2, 0, 0},
};

static size_t moves_of(keel_greek_set set) {
  if (set <= KEEL_GREEK_SET_PRICE) return SPOT;
  if (set <= KEEL_GREEK_SET_DELTA) return VOL;
  if (set <= KEEL_GREEK_SET_GAMMA) return RATE;
  if (set <= KEEL_GREEK_SET_FIRST) return YIELD;
  return MOVES;
}

/* Some options; unit[] is what a move of 1 is: a 32nd of a standard deviation of spot, in its own terms. */
struct chunk {
  size_t count;
  int has_puts;
  const keel_dividends *dividends;
  size_t before; /* the last expiry */
  keel_options in;
  double unit_spot[CHUNK], unit_vol[CHUNK], unit_rate[CHUNK];
  double price[MOVES][CHUNK];
};

static void set_units(struct chunk *c) {
  for (size_t i = 0; i < c->count; i++) {
    double deviation = c->in.vol[i] * sqrt(c->in.years[i]), part = keel_at_most(deviation, 1.0) / 32;
    c->unit_spot[i] = part * c->in.spot[i];
    c->unit_vol[i] = c->in.vol[i] / 32;
    c->unit_rate[i] = part / c->in.years[i];
  }
}

/* A put is its call, its strike, and the forward, which is a call of strike 0. */
static void price_at(struct chunk *c, const struct move *move, double *price) {
  double spot[CHUNK], vol[CHUNK], rate[CHUNK], yield[CHUNK], nothing[CHUNK] = {0}, forward[CHUNK] = {0};
  for (size_t i = 0; i < c->count; i++) {
    spot[i] = c->in.spot[i] + move->spot * c->unit_spot[i];
    vol[i] = c->in.vol[i] + move->vol * c->unit_vol[i];
    rate[i] = c->in.rate[i] + move->rate * c->unit_rate[i];
    yield[i] = c->in.yield[i] + move->yield * c->unit_rate[i];
  }
  struct keel_dividends_calls calls = {
      c->count,           spot, c->in.strike, rate, yield, c->in.years, vol, c->before, c->dividends->years,
      c->dividends->cash, price};
  keel_kernel_now->dividends_calls(&calls);
  calls.strike = nothing, calls.price = forward;
  if (c->has_puts) keel_kernel_now->dividends_calls(&calls);
  for (size_t i = 0; i < c->count; i++) {
    double put = keel_at_least(price[i] - forward[i] + c->in.strike[i], 0.0);
    price[i] = keel_exp(-rate[i] * c->in.years[i]) * (c->in.phi[i] > 0 ? price[i] : put);
  }
}

/* ---- Greeks ---- */

/* The first derivative to what moves `from` and the three after it, by the fourth order. */
static double first(const struct chunk *c, size_t from, size_t i, double unit) {
  const double(*p)[CHUNK] = &c->price[from];
  return (8 * (p[0][i] - p[1][i]) - (p[2][i] - p[3][i])) / (12 * unit);
}

static double second(const struct chunk *c, size_t from, size_t i, double unit) {
  const double(*p)[CHUNK] = &c->price[from];
  double near = p[0][i] + p[1][i] - 2 * c->price[BASE][i], far = p[2][i] + p[3][i] - 2 * c->price[BASE][i];
  return (16 * near - far) / (12 * unit * unit);
}

static double third(const struct chunk *c, size_t from, size_t i, double unit) {
  const double(*p)[CHUNK] = &c->price[from];
  return (p[2][i] - p[3][i] - 2 * (p[0][i] - p[1][i])) / (2 * unit * unit * unit);
}

/* To spot and vol, from the squares of side 2 and 4. */
static double cross(const struct chunk *c, size_t i) {
  const double(*p)[CHUNK] = &c->price[CROSS];
  double near = p[0][i] - p[1][i] - p[2][i] + p[3][i], far = p[4][i] - p[5][i] - p[6][i] + p[7][i];
  return (16 * near - far) / (48 * c->unit_spot[i] * c->unit_vol[i]);
}

static void put(double *array, size_t i, double value) {
  if (array) array[i] = value;
}

static void put_greeks(const struct chunk *c, size_t i, const keel_greeks *to) {
  double spot = c->in.spot[i], carry = (c->in.rate[i] - c->in.yield[i]) * spot, v2 = c->in.vol[i] * c->in.vol[i];
  double price = c->price[BASE][i], delta = first(c, SPOT, i, c->unit_spot[i]);
  double gamma = second(c, SPOT, i, c->unit_spot[i]), speed = third(c, SPOT, i, c->unit_spot[i]);
  put(to->price, i, price);
  put(to->delta, i, delta);
  put(to->gamma, i, gamma);
  put(to->speed, i, speed);
  put(to->vega, i, first(c, VOL, i, c->unit_vol[i]));
  put(to->volga, i, second(c, VOL, i, c->unit_vol[i]));
  put(to->rho, i, first(c, RATE, i, c->unit_rate[i]));
  put(to->psi, i, first(c, YIELD, i, c->unit_rate[i]));
  put(to->vanna, i, cross(c, i));
  put(to->theta, i, c->in.rate[i] * price - carry * delta - 0.5 * v2 * spot * spot * gamma);
  put(to->charm, i, c->in.yield[i] * delta - (carry + v2 * spot) * gamma - 0.5 * v2 * spot * spot * speed);
}

/* ---- all of it ---- */

/* What no dividend touches, and what is NaN, is the formula's. */
static int is_plain(const struct chunk *c, size_t i) {
  const keel_option option = {c->in.phi[i], c->in.strike[i], c->in.rate[i], c->in.yield[i], c->in.years[i]};
  return keel_dividends_before(c->dividends, c->in.years[i]) == 0 ||
         keel_option_problem(&option, c->in.spot[i], c->in.vol[i]);
}

static void put_plain(const struct chunk *c, size_t i, keel_greek_set set, const keel_greeks *to) {
  const keel_options one = keel_options_from(&c->in, i);
  const keel_greeks at = keel_greeks_from(to, i);
  keel_black_scholes_price(1, &one, set, &at);
}

static void price_chunk(struct chunk *c, keel_greek_set set, const keel_greeks *to) {
  const size_t count = moves_of(set);
  set_units(c);
  for (size_t m = 0; m < count; m++) price_at(c, &moves[m], c->price[m]);
  for (size_t m = count; m < MOVES; m++)
    for (size_t i = 0; i < c->count; i++) c->price[m][i] = 0;
  for (size_t i = 0; i < c->count; i++) {
    const keel_option option = {c->in.phi[i], c->in.strike[i], c->in.rate[i], c->in.yield[i], c->in.years[i]};
    if (is_plain(c, i)) {
      put_plain(c, i, set, to);
      continue;
    }
    if (keel_dividends_problem(&option, c->in.spot[i], c->in.vol[i], c->dividends))
      for (size_t m = 0; m < MOVES; m++) c->price[m][i] = NAN;
    put_greeks(c, i, to);
  }
}

keel_status keel_dividends_price(size_t count, const keel_options *options, const keel_dividends *dividends,
                                 keel_greek_set set, const keel_greeks *out, keel_error *error) {
  keel_status status = keel_dividends_takes(count, options, dividends, error);
  if (status != KEEL_STATUS_OK) return status;
  struct chunk c = {.dividends = dividends};
  for (size_t from = 0; from < count; from += CHUNK) {
    double last = 0;
    c.count = count - from < CHUNK ? count - from : CHUNK;
    c.in = keel_options_from(options, from);
    c.has_puts = 0;
    for (size_t i = 0; i < c.count; i++) {
      if (c.in.years[i] > last && c.in.years[i] < INFINITY) last = c.in.years[i];
      c.has_puts |= c.in.phi[i] < 0;
    }
    c.before = keel_dividends_before(dividends, last);
    const keel_greeks some = keel_greeks_of_set(out, set), to = keel_greeks_from(&some, from);
    price_chunk(&c, set, &to);
  }
  return KEEL_STATUS_OK;
}
