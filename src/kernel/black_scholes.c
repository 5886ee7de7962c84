/* Black-Scholes-Merton in carry form over flat arrays. See keel/black_scholes.h for the contract.
 *
 * With v = sigma sqrt(T), x = log(S/K) + (r - q) T, d1 = x/v + v/2, d2 = x/v - v/2, A = S e^(-qT), B = K e^(-rT):
 *
 *   price = phi (A N(phi d1) - B N(phi d2)),   A n(d1) = B n(d2),   N(-d) = sqrt(2 pi) n(d) R(d) for d >= 0
 *
 * so one Gaussian serves everything: U = sqrt(2 pi) A n(d1) = sqrt(2 pi) B n(d2), taken from the d nearer to 0, whose
 * size is | |x|/v - v/2 |. Source: Merton (1973), eq. 21; R is the Mills ratio (lane_math.h).
 *
 * The work is cut into loops over a tile, each with a short chain of dependent operations: an iteration is then small
 * enough that the processor has several of them in flight. Both shapes and all sets run through the same loops. */
#include "keel/black_scholes.h"

#include "kernel/bounds.h"
#include "kernel/greeks.h"
#include "kernel/lane_math.h"
#include "kernel/level.h"

enum { TILE = 64 };

#define V2_LEAST 0x1p-400 /* added to v^2, where 0 has a limit */
#define ZERO_SHIFT 2000.0 /* of log2(S/K) where one of them is 0: more than any carry */
/* Past these v^2 and |x|/v the normal density is 0, whatever else. */
#define V2_MOST 10816.0
#define Z_MOST 53.0

/* What the contracts of a call have in common: nothing, their terms (paths of one contract), or their vol too. What is
 * common is computed once, outside the loops, and by the same operations: all shapes give the same bits. */
enum shape { TABLE, PATHS, FLAT };

/* A contract in a lane. */
struct terms {
  double phi, strike, rate, yield, years;
  double yield_factor, strike_value, check; /* e^(-qT), B; check is NaN for a bad contract */
  double vol, v2, v2_low, inv_v;            /* _low is what rounding took from the number before it */
};

/* A tile between the loops. */
struct tile {
  _Alignas(64) double yield_factor[TILE], strike_value[TILE], check[TILE], v2[TILE], v2_low[TILE], inv_v[TILE];
  double log_k[TILE], log_f[TILE], x[TILE], x_low[TILE], d1[TILE], d2[TILE], base[TILE];
  double exponent[TILE], exponent_low[TILE];           /* U = base e^(2 exponent) */
  double tail1[TILE], q1[TILE], tail2[TILE], q2[TILE]; /* in the end e^(-qT) N(-|d1|) and B N(-|d2|) */
  double u[TILE], inv_spot[TILE];
};

/* Lane i's, of which the compiler keeps what is read. */
#define INLINE inline __attribute__((always_inline))
static INLINE struct terms terms_at(size_t i, const keel_options *in, const struct tile *t, const enum shape shape,
                                    const struct terms *common) {
  struct terms terms = *common;
  if (shape == TABLE) {
    terms.phi = in->phi[i], terms.strike = in->strike[i], terms.rate = in->rate[i], terms.yield = in->yield[i];
    terms.years = in->years[i], terms.yield_factor = t->yield_factor[i], terms.strike_value = t->strike_value[i];
    terms.check = t->check[i];
  }
  if (shape != FLAT)
    terms.vol = in->vol[i], terms.v2 = t->v2[i], terms.v2_low = t->v2_low[i], terms.inv_v = t->inv_v[i];
  return terms;
}

static INLINE void discount(struct terms *terms) {
  double rate_years = terms->rate * terms->years, yield_years = terms->yield * terms->years;
  int ok = keel_is_amount(terms->strike) & (terms->years >= 0) & (fabs(terms->phi) == 1) &
           (fabs(rate_years) + fabs(yield_years) <= KEEL_RATE_YEARS_MOST);
  terms->yield_factor = keel_exp_normal(-yield_years);
  terms->strike_value = terms->strike * keel_exp_normal(-rate_years);
  terms->check = ok ? terms->strike : NAN;
}

static INLINE void spread(struct terms *terms) {
  double vol2 = terms->vol * terms->vol, v2 = fma(vol2, terms->years, V2_LEAST);
  v2 = v2 > V2_MOST ? V2_MOST : v2;
  terms->v2 = v2;
  terms->v2_low = fma(fma(terms->vol, terms->vol, -vol2), terms->years, fma(vol2, terms->years, -v2));
  terms->inv_v = keel_inv_sqrt(v2);
}

static void discount_all(size_t count, const keel_options *in, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct terms terms = {
        .phi = in->phi[i], .strike = in->strike[i], .rate = in->rate[i], .yield = in->yield[i], .years = in->years[i]};
    discount(&terms);
    t->yield_factor[i] = terms.yield_factor;
    t->strike_value[i] = terms.strike_value;
    t->check[i] = terms.check;
  }
}

static INLINE void spread_all(size_t count, const keel_options *in, struct tile *t, const enum shape shape,
                              const struct terms *common) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct terms terms = terms_at(i, in, t, shape, common);
    spread(&terms);
    t->v2[i] = terms.v2;
    t->v2_low[i] = terms.v2_low;
    t->inv_v[i] = terms.inv_v;
  }
}

static INLINE void reduce(size_t count, const keel_options *in, struct tile *t, const enum shape shape,
                          const struct terms *common) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double strike = terms_at(i, in, t, shape, common).strike;
    double spot = in->spot[i], shift = (strike == 0 ? ZERO_SHIFT : 0.0) - (spot == 0 ? ZERO_SHIFT : 0.0);
    struct keel_log_parts parts = keel_log_split(spot + KEEL_AMOUNT_ADDED, strike + KEEL_AMOUNT_ADDED);
    t->log_k[i] = parts.k + shift;
    t->log_f[i] = parts.f;
  }
}

static INLINE void measure(size_t count, const keel_options *in, struct tile *t, const enum shape shape,
                           const struct terms *common) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct terms terms = terms_at(i, in, t, shape, common);
    double carry = terms.rate - terms.yield;
    struct keel_log_parts parts = {t->log_k[i], t->log_f[i]};
    double log_ratio = keel_log_join(parts), x = fma(carry, terms.years, log_ratio);
    t->x[i] = x;
    t->x_low[i] = fma(carry, terms.years, log_ratio - x);
  }
}

/* The exponent, -m^2 / (4 v^2) with |m| = |x| - v^2/2, in twice the precision: an error there counts up to 1,000-fold
 * in the far wings. */
static INLINE void standardise(size_t count, const keel_options *in, struct tile *t, const enum shape shape,
                               const struct terms *common) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct terms terms = terms_at(i, in, t, shape, common);
    double v2 = terms.v2, inv_v = terms.inv_v, exact = t->x[i];
    double spot_value = in->spot[i] * terms.yield_factor, strike_value = terms.strike_value;
    double v = v2 * inv_v, h = 0.5 * v, most = Z_MOST * v;
    double x = copysign(fabs(exact) > most ? most : fabs(exact), exact);
    double half_v2 = copysign(0.5 * v2, x), m = x - half_v2, m_low = x - m - half_v2 + t->x_low[i];
    double inv_v2 = inv_v * inv_v, q = m * inv_v2, p = m * q;
    double q_low = inv_v2 * (fma(-q, v2, m) + fma(-q, terms.v2_low, m_low));
    t->d1[i] = fma(x, inv_v, h);
    t->d2[i] = fma(x, inv_v, -h);
    t->base[i] = x > 0 ? strike_value : spot_value;
    t->exponent[i] = -0.25 * p;
    t->exponent_low[i] = -0.25 * fma(m_low, q, fma(m, q_low, fma(m, q, -p)));
  }
}

static INLINE void weigh(size_t count, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double root = keel_exp_normal(t->exponent[i]);
    root = fma(root, t->exponent_low[i], root);
    t->u[i] = t->base[i] * root * root;
  }
}

static INLINE void mills(size_t count, const double *d, double *p, double *q) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct keel_ratio ratio = keel_mills(fabs(d[i]));
    p[i] = ratio.p;
    q[i] = ratio.q;
  }
}

static INLINE void divide_spot(size_t count, const keel_options *in, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double inverse = keel_reciprocal(t->q1[i] * (in->spot[i] + KEEL_AMOUNT_ADDED));
    t->inv_spot[i] = inverse * t->q1[i];
    t->tail1[i] *= t->u[i] * inverse;
  }
}

static INLINE void divide_strike(size_t count, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) t->tail2[i] *= t->u[i] * keel_reciprocal(t->q2[i]);
}

/* e^(-qT) N(phi d1) phi. */
static INLINE double delta_of(size_t i, const struct terms *terms, const struct tile *t) {
  double phi = terms->phi, n1 = phi * t->d1[i] > 0 ? terms->yield_factor - t->tail1[i] : t->tail1[i];
  return phi * n1;
}

/* Everything of lane i, of which the compiler keeps what its set stores. */
static INLINE struct keel_greek_lane lane_of(size_t i, double spot, const struct terms *terms, const struct tile *t) {
  double phi = terms->phi, rate = terms->rate, yield = terms->yield, years = terms->years;
  double vol = terms->vol, d1 = t->d1[i], d2 = t->d2[i], inv_v = terms->inv_v, inv_spot = t->inv_spot[i];
  double n2 = phi * d2 > 0 ? terms->strike_value - t->tail2[i] : t->tail2[i];
  double delta = delta_of(i, terms, t), spot_part = spot * delta, strike_part = phi * n2;
  double density = KEEL_INV_SQRT_2PI * t->u[i], density_v = density * inv_v, slope = density * inv_spot;
  double root_years = vol * years * inv_v, inv_vol = root_years * inv_v, vol_v = vol * inv_v; /* 1/T = vol_v^2 */
  double gamma = density_v * inv_spot * inv_spot, vega = density * root_years;
  return (struct keel_greek_lane){
      .price = spot_part - strike_part,
      .delta = delta,
      .gamma = gamma,
      .vega = vega,
      .theta = fma(yield, spot_part, fma(-rate, strike_part, -0.5 * vol * vol * density_v)),
      .rho = years * strike_part,
      .psi = -years * spot_part,
      .vanna = -slope * d2 * inv_vol,
      .volga = vega * d1 * d2 * inv_vol,
      .charm = fma(yield, delta, -slope * fma(rate - yield, inv_v, -0.5 * d2 * (vol_v * vol_v))),
      .speed = -gamma * inv_spot * fma(d1, inv_v, 1.0),
  };
}

/* Whether a lane's numbers are in range. */
static INLINE int is_sound(double spot, const struct terms *terms) {
  return keel_is_amount(spot) & (terms->vol >= 0) & (spot + terms->vol + terms->check <= KEEL_AMOUNT_MOST);
}

/* A tile's part of a table, lanes [start, start + count), and where it goes. */
struct span {
  size_t start, count;
  const keel_greeks *out;
};

static INLINE void finish(struct span span, const keel_options *in, const struct tile *t, const enum shape shape,
                          const struct terms *common, keel_greek_set set) {
#pragma omp simd
  for (size_t i = 0; i < span.count; i++) {
    struct terms terms = terms_at(i, in, t, shape, common);
    double spot = in->spot[i];
    keel_greek_store(span.start + i, is_sound(spot, &terms), lane_of(i, spot, &terms, t), set, span.out);
  }
}

static INLINE void finish_set(struct span span, const keel_options *in, const struct tile *t, const enum shape shape,
                              const struct terms *common, keel_greek_set set) {
  switch (set) {
    case KEEL_GREEK_SET_PRICE:
      finish(span, in, t, shape, common, KEEL_GREEK_SET_PRICE);
      break;
    case KEEL_GREEK_SET_DELTA:
      finish(span, in, t, shape, common, KEEL_GREEK_SET_DELTA);
      break;
    case KEEL_GREEK_SET_GAMMA:
      finish(span, in, t, shape, common, KEEL_GREEK_SET_GAMMA);
      break;
    case KEEL_GREEK_SET_FIRST:
      finish(span, in, t, shape, common, KEEL_GREEK_SET_FIRST);
      break;
    case KEEL_GREEK_SET_EXPLAIN:
      finish(span, in, t, shape, common, KEEL_GREEK_SET_EXPLAIN);
      break;
    case KEEL_GREEK_SET_ALL:
      finish(span, in, t, shape, common, KEEL_GREEK_SET_ALL);
      break;
  }
}

/* What delta needs, and with it all others. */
static INLINE void reach_spot(size_t count, const keel_options *in, struct tile *t, const enum shape shape,
                              const struct terms *common) {
  if (shape != FLAT) spread_all(count, in, t, shape, common);
  reduce(count, in, t, shape, common);
  measure(count, in, t, shape, common);
  standardise(count, in, t, shape, common);
  weigh(count, t);
  mills(count, t->d1, t->tail1, t->q1);
  divide_spot(count, in, t);
}

static INLINE void price(struct span span, const keel_options *in, struct tile *t, const enum shape shape,
                         const struct terms *common, keel_greek_set set) {
  reach_spot(span.count, in, t, shape, common);
  mills(span.count, t->d2, t->tail2, t->q2);
  divide_strike(span.count, t);
  finish_set(span, in, t, shape, common, set);
}

static INLINE void find_delta(struct span span, const keel_options *in, struct tile *t, const enum shape shape,
                              const struct terms *common) {
  reach_spot(span.count, in, t, shape, common);
#pragma omp simd
  for (size_t i = 0; i < span.count; i++) {
    struct terms terms = terms_at(i, in, t, shape, common);
    span.out->delta[span.start + i] = is_sound(in->spot[i], &terms) ? delta_of(i, &terms, t) : NAN;
  }
}

static struct span span_at(size_t start, size_t count, const keel_greeks *out) {
  return (struct span){start, count - start < TILE ? count - start : TILE, out};
}

void KEEL_AT(keel_black_scholes)(size_t count, const keel_options *options, keel_greek_set set,
                                 const keel_greeks *out) {
  struct tile tile;
  const struct terms none = {0};
  for (size_t start = 0; start < count; start += TILE) {
    struct span span = span_at(start, count, out);
    keel_options in = keel_options_from(options, start);
    discount_all(span.count, &in, &tile);
    price(span, &in, &tile, TABLE, &none, set);
  }
}

/* ---- paths of one contract ---- */

static struct terms common_terms(const keel_option *option, double vol) {
  struct terms terms = {.phi = option->phi,
                        .strike = option->strike,
                        .rate = option->rate,
                        .yield = option->yield,
                        .years = option->years,
                        .vol = vol};
  discount(&terms);
  spread(&terms);
  return terms;
}

static int is_flat(size_t count, const double *vol) {
  long long differ = 0;
  for (size_t i = 0; i < count; i++) differ |= vol[i] == vol[0] ? 0 : 1;
  return differ == 0;
}

void KEEL_AT(keel_black_scholes_paths)(size_t count, const keel_option *option, const double *spot, const double *vol,
                                       keel_greek_set set, const keel_greeks *out) {
  struct tile tile;
  if (count == 0) return;
  const struct terms common = common_terms(option, vol[0]);
  const int flat = is_flat(count, vol);
  for (size_t start = 0; start < count; start += TILE) {
    keel_options in = {.spot = spot + start, .vol = vol + start};
    if (flat)
      price(span_at(start, count, out), &in, &tile, FLAT, &common, set);
    else
      price(span_at(start, count, out), &in, &tile, PATHS, &common, set);
  }
}

void KEEL_AT(keel_black_scholes_delta)(size_t count, const keel_option *option, const double *spot, const double *vol,
                                       double *delta) {
  struct tile tile;
  const keel_greeks out = {.delta = delta};
  if (count == 0) return;
  const struct terms common = common_terms(option, vol[0]);
  const int flat = is_flat(count, vol);
  for (size_t start = 0; start < count; start += TILE) {
    keel_options in = {.spot = spot + start, .vol = vol + start};
    if (flat)
      find_delta(span_at(start, count, &out), &in, &tile, FLAT, &common);
    else
      find_delta(span_at(start, count, &out), &in, &tile, PATHS, &common);
  }
}
