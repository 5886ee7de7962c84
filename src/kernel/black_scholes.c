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
#include "kernel/lane_math.h"
#include "kernel/level.h"

enum { TILE = 128 };

/* Added where 0 has a limit: too small to change anything else. */
#define AMOUNT_LEAST 0x1p-500
#define V2_LEAST 0x1p-400
/* Past these v^2 and |x|/v the normal density is 0, whatever else. */
#define V2_MOST 10816.0
#define Z_MOST 53.0

/* A tile between the loops. _low is what rounding took from the number before it. */
struct tile {
  _Alignas(64) double yield_factor[TILE],
      strike_value[TILE], check[TILE]; /* e^(-qT), B; check is NaN for a bad contract */
  double log_k[TILE], log_f[TILE], v2[TILE], v2_low[TILE], inv_v[TILE];
  double x[TILE], x_low[TILE], d1[TILE], d2[TILE], base[TILE];
  double exponent[TILE], exponent_low[TILE]; /* U = base e^(2 exponent) */
  double tail1[TILE], tail2[TILE], q[TILE];  /* in the end e^(-qT) N(-|d1|) and B N(-|d2|) */
  double u[TILE], inv_spot[TILE];
};

static void discount(size_t count, const keel_options *in, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double years = in->years[i], strike = in->strike[i];
    double rate_years = in->rate[i] * years, yield_years = in->yield[i] * years;
    int ok = (strike >= 0) & (years >= 0) & (fabs(in->phi[i]) == 1) &
             (fabs(rate_years) + fabs(yield_years) <= KEEL_RATE_YEARS_MOST);
    t->yield_factor[i] = keel_exp_normal(-yield_years);
    t->strike_value[i] = strike * keel_exp_normal(-rate_years);
    t->check[i] = ok ? strike : NAN;
  }
}

static void reduce(size_t count, const keel_options *in, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct keel_log_parts parts = keel_log_split(in->spot[i] + AMOUNT_LEAST, in->strike[i] + AMOUNT_LEAST);
    double vol = in->vol[i], years = in->years[i], vol2 = vol * vol, v2 = fma(vol2, years, V2_LEAST);
    v2 = v2 > V2_MOST ? V2_MOST : v2;
    t->log_k[i] = parts.k;
    t->log_f[i] = parts.f;
    t->v2[i] = v2;
    t->v2_low[i] = fma(fma(vol, vol, -vol2), years, fma(vol2, years, -v2));
    t->inv_v[i] = keel_inv_sqrt(v2);
  }
}

static void measure(size_t count, const keel_options *in, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double carry = in->rate[i] - in->yield[i], years = in->years[i];
    struct keel_log_parts parts = {t->log_k[i], t->log_f[i]};
    double log_ratio = keel_log_join(parts), x = fma(carry, years, log_ratio);
    t->x[i] = x;
    t->x_low[i] = fma(carry, years, log_ratio - x);
  }
}

/* The exponent, -m^2 / (4 v^2) with |m| = |x| - v^2/2, in twice the precision: an error there counts up to 1,000-fold
 * in the far wings. */
static void standardise(size_t count, const keel_options *in, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double v2 = t->v2[i], inv_v = t->inv_v[i], exact = t->x[i];
    double spot_value = in->spot[i] * t->yield_factor[i], strike_value = t->strike_value[i];
    double v = v2 * inv_v, h = 0.5 * v, most = Z_MOST * v;
    double x = copysign(fabs(exact) > most ? most : fabs(exact), exact);
    double half_v2 = copysign(0.5 * v2, x), m = x - half_v2, m_low = x - m - half_v2 + t->x_low[i];
    double inv_v2 = inv_v * inv_v, q = m * inv_v2, p = m * q;
    double q_low = inv_v2 * (fma(-q, v2, m) + fma(-q, t->v2_low[i], m_low));
    t->d1[i] = fma(x, inv_v, h);
    t->d2[i] = fma(x, inv_v, -h);
    t->base[i] = x > 0 ? strike_value : spot_value;
    t->exponent[i] = -0.25 * p;
    t->exponent_low[i] = -0.25 * fma(m_low, q, fma(m, q_low, fma(m, q, -p)));
  }
}

static void weigh(size_t count, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double root = keel_exp_normal(t->exponent[i]);
    root = fma(root, t->exponent_low[i], root);
    t->u[i] = t->base[i] * root * root;
  }
}

/* R(|d1|) and R(|d2|) as numerators over one denominator q. */
static void mills(size_t count, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct keel_ratio m1 = keel_mills(fabs(t->d1[i])), m2 = keel_mills(fabs(t->d2[i]));
    t->tail1[i] = m1.p * m2.q;
    t->tail2[i] = m2.p * m1.q;
    t->q[i] = m1.q * m2.q;
  }
}

static void divide(size_t count, const keel_options *in, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double spot = in->spot[i] + AMOUNT_LEAST, q = t->q[i];
    double inverse = keel_reciprocal(q * spot), inv_spot = inverse * q, u_q = t->u[i] * (inverse * spot);
    t->inv_spot[i] = inv_spot;
    t->tail1[i] *= u_q * inv_spot;
    t->tail2[i] *= u_q;
  }
}

struct lane {
  double price, delta, gamma, vega, theta, rho, psi, vanna, volga, charm, speed;
};

/* Everything of lane i, of which the compiler keeps what its set stores. */
__attribute__((always_inline)) static inline struct lane lane_of(size_t i, const keel_options *in,
                                                                 const struct tile *t) {
  double phi = in->phi[i], spot = in->spot[i], rate = in->rate[i], yield = in->yield[i], years = in->years[i];
  double vol = in->vol[i], d1 = t->d1[i], d2 = t->d2[i], inv_v = t->inv_v[i], inv_spot = t->inv_spot[i];
  double n1 = phi * d1 > 0 ? t->yield_factor[i] - t->tail1[i] : t->tail1[i];
  double n2 = phi * d2 > 0 ? t->strike_value[i] - t->tail2[i] : t->tail2[i];
  double delta = phi * n1, spot_part = spot * delta, strike_part = phi * n2;
  double density = KEEL_INV_SQRT_2PI * t->u[i], density_v = density * inv_v, slope = density * inv_spot;
  double root_years = vol * years * inv_v, inv_vol = root_years * inv_v, vol_v = vol * inv_v; /* 1/T = vol_v^2 */
  double gamma = density_v * inv_spot * inv_spot, vega = density * root_years;
  return (struct lane){
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

__attribute__((always_inline)) static inline void store(size_t i, int ok, struct lane lane, keel_greek_set set,
                                                        const keel_greeks *out) {
  out->price[i] = ok ? lane.price : NAN;
  if (set == KEEL_GREEK_SET_PRICE) return;
  out->delta[i] = ok ? lane.delta : NAN;
  if (set == KEEL_GREEK_SET_DELTA) return;
  out->gamma[i] = ok ? lane.gamma : NAN;
  out->vega[i] = ok ? lane.vega : NAN;
  if (set == KEEL_GREEK_SET_GAMMA) return;
  out->theta[i] = ok ? lane.theta : NAN;
  out->rho[i] = ok ? lane.rho : NAN;
  if (set == KEEL_GREEK_SET_FIRST) return;
  out->psi[i] = ok ? lane.psi : NAN;
  out->vanna[i] = ok ? lane.vanna : NAN;
  out->volga[i] = ok ? lane.volga : NAN;
  if (set == KEEL_GREEK_SET_EXPLAIN) return;
  out->charm[i] = ok ? lane.charm : NAN;
  out->speed[i] = ok ? lane.speed : NAN;
}

/* A tile's part of a table: lanes [start, start + count). */
struct span {
  size_t start, count;
};

__attribute__((always_inline)) static inline void finish(struct span span, const keel_options *in, const struct tile *t,
                                                         keel_greek_set set, const keel_greeks *out) {
#pragma omp simd
  for (size_t i = 0; i < span.count; i++) {
    double spot = in->spot[i], vol = in->vol[i];
    int ok = (spot >= 0) & (vol >= 0) & (spot + vol + t->check[i] <= KEEL_AMOUNT_MOST);
    store(span.start + i, ok, lane_of(i, in, t), set, out);
  }
}

/* What both shapes share, once the contracts' terms are in the tile. */
static void price_tile(struct span span, const keel_options *in, struct tile *t, keel_greek_set set,
                       const keel_greeks *out) {
  reduce(span.count, in, t);
  measure(span.count, in, t);
  standardise(span.count, in, t);
  weigh(span.count, t);
  mills(span.count, t);
  divide(span.count, in, t);
  switch (set) {
    case KEEL_GREEK_SET_PRICE:
      finish(span, in, t, KEEL_GREEK_SET_PRICE, out);
      break;
    case KEEL_GREEK_SET_DELTA:
      finish(span, in, t, KEEL_GREEK_SET_DELTA, out);
      break;
    case KEEL_GREEK_SET_GAMMA:
      finish(span, in, t, KEEL_GREEK_SET_GAMMA, out);
      break;
    case KEEL_GREEK_SET_FIRST:
      finish(span, in, t, KEEL_GREEK_SET_FIRST, out);
      break;
    case KEEL_GREEK_SET_EXPLAIN:
      finish(span, in, t, KEEL_GREEK_SET_EXPLAIN, out);
      break;
    case KEEL_GREEK_SET_ALL:
      finish(span, in, t, KEEL_GREEK_SET_ALL, out);
      break;
  }
}

static struct span span_at(size_t start, size_t count) {
  return (struct span){start, count - start < TILE ? count - start : TILE};
}

void KEEL_AT(keel_black_scholes)(size_t count, const keel_options *options, keel_greek_set set,
                                 const keel_greeks *out) {
  struct tile tile;
  for (size_t start = 0; start < count; start += TILE) {
    struct span span = span_at(start, count);
    keel_options in = {options->phi + start,   options->spot + start,  options->strike + start, options->rate + start,
                       options->yield + start, options->years + start, options->vol + start};
    discount(span.count, &in, &tile);
    price_tile(span, &in, &tile, set, out);
  }
}

void KEEL_AT(keel_black_scholes_paths)(size_t count, const keel_option *option, const double *spot, const double *vol,
                                       keel_greek_set set, const keel_greeks *out) {
  struct tile tile;
  double phi[TILE], strike[TILE], rate[TILE], yield[TILE], years[TILE];
  keel_options one = {&option->phi, NULL, &option->strike, &option->rate, &option->yield, &option->years, NULL};
  discount(1, &one, &tile);
  for (size_t i = 0; i < span_at(0, count).count; i++) {
    phi[i] = option->phi, strike[i] = option->strike, rate[i] = option->rate, yield[i] = option->yield;
    years[i] = option->years, tile.yield_factor[i] = tile.yield_factor[0];
    tile.strike_value[i] = tile.strike_value[0], tile.check[i] = tile.check[0];
  }
  for (size_t start = 0; start < count; start += TILE) {
    keel_options in = {phi, spot + start, strike, rate, yield, years, vol + start};
    price_tile(span_at(start, count), &in, &tile, set, out);
  }
}
