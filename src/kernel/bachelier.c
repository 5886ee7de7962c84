/* Bachelier's model over flat arrays. See keel/bachelier.h for the contract.
 *
 * With Y = e^(-qT), D = e^(-rT), G = e^((r-q)T), m = S G - K, v = sigma sqrt(T), d = m / v:
 *
 *   price = D (phi m N(phi d) + v n(d)),   delta = phi Y N(phi d),   dprice/dv = D n(d)
 *
 * Of the side that is out of the money it is D v g (1/sqrt(2 pi) - |d| R(|d|)), g = e^(-d^2 / 2), in which R' of the
 * Mills ratio (lane_math.h) leaves nothing to cancel. Source: Bachelier (1900). */
#include "keel/bachelier.h"

#include "kernel/bounds.h"
#include "kernel/forward.h"
#include "kernel/greeks.h"
#include "kernel/lane_math.h"
#include "kernel/level.h"

enum { TILE = 64 };

#define INLINE inline __attribute__((always_inline))
#define LEAST 0x1p-500 /* added to v and sqrt(T), where 0 has a limit */
#define D_MOST 40.0    /* past it the normal density is 0 */

/* A contract in a lane. */
struct terms {
  double phi, spot, strike, rate, yield, years, vol;
};

static INLINE struct terms terms_at(size_t i, const keel_options *in) {
  return (struct terms){in->phi[i], in->spot[i], in->strike[i], in->rate[i], in->yield[i], in->years[i], in->vol[i]};
}

static INLINE int is_sound(const struct terms *t) {
  double root_years = sqrt(t->years), v = t->vol * root_years;
  return (fabs(t->phi) == 1) & (t->years <= DBL_MAX) & (t->vol >= 0) & ((v == 0) | (v >= KEEL_SPREAD_LEAST)) &
         ((root_years == 0) | (root_years >= KEEL_SPREAD_LEAST)) &
         (fabs(t->spot) + fabs(t->strike) + t->vol <= KEEL_AMOUNT_MOST) &
         (fabs(t->rate * t->years) + fabs(t->yield * t->years) <= KEEL_RATE_YEARS_MOST);
}

/* A tile between the loops. */
struct tile {
  _Alignas(64) double discount[TILE], yield_factor[TILE], growth[TILE], m[TILE], v[TILE], inv_v[TILE], d[TILE];
  double g[TILE], tail[TILE], drop[TILE]; /* e^(-d^2/2); N(-|d|); g times 1/sqrt(2 pi) - |d| R(|d|) */
};

static INLINE void measure(size_t count, const keel_options *in, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct terms terms = terms_at(i, in);
    double carry = (terms.rate - terms.yield) * terms.years;
    double m = keel_forward_above(terms.spot, terms.strike, carry), v = terms.vol * sqrt(terms.years);
    double inv_v = keel_reciprocal(v + LEAST);
    t->discount[i] = keel_exp_normal(-(terms.rate * terms.years));
    t->yield_factor[i] = keel_exp_normal(-(terms.yield * terms.years));
    t->growth[i] = keel_exp_normal(carry);
    t->m[i] = m;
    t->v[i] = v;
    t->inv_v[i] = inv_v;
    t->d[i] = keel_at_least(keel_at_most(m * inv_v, D_MOST), -D_MOST);
  }
}

static INLINE void weigh(size_t count, struct tile *t) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double size = fabs(t->d[i]), g = keel_gaussian(size);
    struct keel_ratio mills = keel_mills(size), fall = keel_mills_slope(size);
    double inv_q = keel_reciprocal(mills.q * fall.q);
    t->g[i] = g;
    t->tail[i] = g * (mills.p * (fall.q * inv_q));
    t->drop[i] = g * (fall.p * (mills.q * inv_q));
  }
}

/* Everything of lane i, of which the compiler keeps what its set stores. */
static INLINE struct keel_greek_lane lane_of(size_t i, const struct terms *terms, const struct tile *t) {
  double phi = terms->phi, carry = terms->rate - terms->yield, root_years = sqrt(terms->years);
  double discount = t->discount[i], yield_factor = t->yield_factor[i], up = t->growth[i];
  double d = t->d[i], v = t->v[i], inv_v = t->inv_v[i], n = KEEL_INV_SQRT_2PI * t->g[i];
  double cumulative = phi * d > 0 ? 1.0 - t->tail[i] : t->tail[i];
  double price = discount * fma(v, t->drop[i], keel_at_least(phi * t->m[i], 0.0));
  double delta = phi * yield_factor * cumulative, spot_part = terms->spot * delta;
  double vega = discount * n * root_years, density = n * yield_factor, gamma = density * inv_v * up;
  double inv_root = keel_reciprocal(root_years + LEAST), shift = d * root_years * inv_v; /* d / vol */
  double decay = 0.5 * discount * n * terms->vol * inv_root, drift = density * inv_v * (carry * terms->spot * up);
  return (struct keel_greek_lane){
      .price = price,
      .delta = delta,
      .gamma = gamma,
      .vega = vega,
      .theta = fma(terms->rate, price, fma(-carry, spot_part, -decay)),
      .rho = terms->years * discount * fma(phi * terms->strike, cumulative, -n * v),
      .psi = -terms->years * spot_part,
      .vanna = -density * shift,
      .volga = vega * d * shift,
      .charm = fma(terms->yield, delta, 0.5 * density * d * inv_root * inv_root - drift),
      .speed = -gamma * up * d * inv_v,
  };
}

/* Lanes from `start` on; in begins there. */
static INLINE void finish(size_t start, size_t count, const keel_options *in, const struct tile *t, keel_greek_set set,
                          const keel_greeks *out) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct terms terms = terms_at(i, in);
    keel_greek_store(start + i, is_sound(&terms), lane_of(i, &terms, t), set, out);
  }
}
static void finish_set(size_t start, size_t count, const keel_options *in, const struct tile *t, keel_greek_set set,
                       const keel_greeks *out) {
  switch (set) {
    case KEEL_GREEK_SET_PRICE:
      finish(start, count, in, t, KEEL_GREEK_SET_PRICE, out);
      break;
    case KEEL_GREEK_SET_DELTA:
      finish(start, count, in, t, KEEL_GREEK_SET_DELTA, out);
      break;
    case KEEL_GREEK_SET_GAMMA:
      finish(start, count, in, t, KEEL_GREEK_SET_GAMMA, out);
      break;
    case KEEL_GREEK_SET_FIRST:
      finish(start, count, in, t, KEEL_GREEK_SET_FIRST, out);
      break;
    case KEEL_GREEK_SET_EXPLAIN:
      finish(start, count, in, t, KEEL_GREEK_SET_EXPLAIN, out);
      break;
    case KEEL_GREEK_SET_ALL:
      finish(start, count, in, t, KEEL_GREEK_SET_ALL, out);
      break;
  }
}

void KEEL_AT(keel_bachelier)(size_t count, const keel_options *options, keel_greek_set set, const keel_greeks *out) {
  struct tile tile;
  for (size_t start = 0; start < count; start += TILE) {
    size_t lanes = count - start < TILE ? count - start : TILE;
    keel_options in = keel_options_from(options, start);
    measure(lanes, &in, &tile);
    weigh(lanes, &tile);
    finish_set(start, lanes, &in, &tile, set, out);
  }
}
