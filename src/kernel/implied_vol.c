/* Implied vol over flat arrays, without branches. See keel/implied_vol.h for the contract.
 *
 * With A = S e^(-qT), B = K e^(-rT), k = |log(A/B)| and v = sigma sqrt(T), the out-of-the-money price over min(A, B) is
 *
 *   y(v) = N(-a) - e^k N(-b) = g (R(a) - R(b)),   a = z - h, b = z + h, z = k/v, h = v/2, g = e^(-a^2 / 2)
 *   1 - y = g (R(-a) + R(b)),   y' = g / sqrt(2 pi),   y''/y' = k^2/v^3 - v/4
 *
 * so log y is -a^2/2 plus the logarithm of a difference of Mills ratios (lane_math.h), which underflows nowhere. A
 * guess, then steps of order five (Householder's fourth method) in log v on log y, or on log(1 - y) from a half on: in
 * these terms the function is so nearly straight that a guess within a factor of two is at most a few per cent off
 * after one step, and exact after two; only where strike and forward are more than e^8 apart it takes one more. What
 * has not converged is NaN. Source: the objectives follow the analysis of Jaeckel, Let's be rational (2015); the guess
 * inverts y ~ v n(a) / (1 + z^2), or 1 - y ~ 2 e^(k/2 - z^2/2) N(-h). */
#include "keel/implied_vol.h"

#include "kernel/bounds.h"
#include "kernel/greeks.h"
#include "kernel/implied_steps.h"
#include "kernel/level.h"

enum { TILE = 64 };

#define SPLIT 0.5 /* of y: from here on the target is 1 - y, and a < 0 */
#define K_MOST 1400.0
#define K_LEAST 0x1p-500
#define K_FAR 8.0 /* beyond it one more step is needed */
/* The series in h serves up to these. */
#define SERIES_V 1.0
#define SERIES_K 4.0

/* A tile of lanes between the loops. */
struct tile {
  _Alignas(64) double k[TILE], v[TILE], inv_v[TILE];
  double high[TILE];                        /* 1 from SPLIT on */
  double inv_target[TILE], log_scale[TILE]; /* e^(log_scale) inv_target is 1/y, or 1/(1 - y) */
  double difference[TILE];                  /* R(a) - R(b), or R(-a) + R(b) */
  double miss[TILE], step[TILE];            /* log y less its target; in log v */
  double solvable[TILE], otherwise[TILE];   /* 1 or 0; the answer where it is 0 */
};

#define INLINE inline __attribute__((always_inline))

/* ---- the guess ---- */

/* -N^-1(p) for p up to about 0.4. Source: Abramowitz and Stegun, 26.2.23. */
static INLINE double quantile(double log_p) {
  double t = sqrt(-2.0 * log_p);
  double top = fma(fma(0.010328, t, 0.802853), t, 2.515517);
  return t - top / fma(fma(fma(0.001308, t, 0.189269), t, 1.432788), t, 1.0);
}

static INLINE double guess_high(double k, double inv_rest) {
  double log_p = -keel_log_normal(inv_rest) - KEEL_LN2 - 0.5 * k;
  double z = 0.5 * k / quantile(log_p);
  return 2.0 * quantile(keel_at_most(fma(0.5 * z, z, log_p), -0.8));
}

/* ---- a step ---- */

struct place {
  double z, h, a, b;
};

/* R(a) - R(b), or R(-a) + R(b): for small h, where it cancels, the first term of its series. */
static INLINE double difference_of(struct place at, double high, double small) {
  double near = fabs(at.a);
  struct keel_ratio m1 = keel_mills(near), m2 = keel_mills(at.b);
  double inv_q = keel_reciprocal(m1.q * m2.q), r1 = m1.p * (m2.q * inv_q), r2 = m2.p * (m1.q * inv_q);
  double mirrored = keel_exp_normal(keel_at_most(0.5 * near * near, 100.0)) - r1, low = (at.a < 0 ? mirrored : r1) - r2;
  double limit = 2.0 * at.h * keel_at_least(fma(-0.5 * at.z, r1 + r2, KEEL_INV_SQRT_2PI), 0x1p-60);
  return at.h < small ? limit : high > 0 ? r1 + r2 : low;
}

/* R(z - h) - R(z + h) for small h as its odd series in h, with R'(z) fitted by itself and R^(n+1) = z R^(n) + n
 * R^(n-1). */
static INLINE double series(struct place at) {
  double z = keel_at_most(at.z, 80.0), h = at.h;
  struct keel_ratio value = keel_mills(z), fall = keel_mills_slope(z);
  double inv_q = keel_reciprocal(value.q * fall.q), before = value.p * (fall.q * inv_q);
  double derivative = -fall.p * (value.q * inv_q);
  double term = -2.0 * h, h2 = h * h, sum = term * derivative, rest = 0.0;
  for (int n = 1; n < 19; n += 2) {
    double even = fma(z, derivative, n * before);
    double odd = fma(z, even, (n + 1) * derivative);
    term *= h2 * (1.0 / ((n + 1) * (n + 2)));
    rest = fma(term, odd, rest);
    before = even;
    derivative = odd;
  }
  return sum + rest;
}

/* ---- the tile ---- */

static int any_beyond(const double *x, double most) {
  int count = 0;
  for (int i = 0; i < TILE; i++) count += x[i] > most;
  return count > 0;
}

static void guess(struct tile *tile) {
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double k = keel_at_least(tile->k[i], K_LEAST);
    tile->v[i] = k * keel_implied_guess(k, k * tile->inv_target[i], tile->log_scale[i]);
  }
  if (!any_beyond(tile->high, 0.0)) return;
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double high = guess_high(tile->k[i], keel_at_least(tile->inv_target[i], 2.0));
    tile->v[i] = tile->high[i] > 0 ? high : tile->v[i];
  }
}

static void invert_v(struct tile *tile) {
#pragma omp simd
  for (int i = 0; i < TILE; i++) tile->inv_v[i] = keel_reciprocal(tile->v[i]);
}

static INLINE struct place place_at(const struct tile *tile, int i) {
  double z = tile->k[i] * tile->inv_v[i], h = 0.5 * tile->v[i];
  return (struct place){z, h, z - h, z + h};
}

/* From the differences, the steps in log v. */
static void find_steps(struct tile *tile) {
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double a = place_at(tile, i).a;
    tile->miss[i] = keel_log_normal(tile->difference[i] * tile->inv_target[i]) + fma(-0.5 * a, a, tile->log_scale[i]);
  }
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double difference = tile->difference[i], root = tile->high[i] > 0 ? -KEEL_INV_SQRT_2PI : KEEL_INV_SQRT_2PI;
    double slope = root * tile->v[i] * keel_reciprocal(difference);
    double newton =
        -tile->miss[i] * difference * tile->inv_v[i] * (1.0 / (KEEL_INV_SQRT_2PI * KEEL_INV_SQRT_2PI)) * root;
    struct place at = place_at(tile, i);
    tile->step[i] = keel_implied_step(at.z, at.h, newton, slope);
  }
}

/* A step that need not be exact, only near; for lanes whose k is beyond `least`. */
static void come_near(struct tile *tile, double least) {
  invert_v(tile);
#pragma omp simd
  for (int i = 0; i < TILE; i++) tile->difference[i] = difference_of(place_at(tile, i), tile->high[i], 0.005);
  find_steps(tile);
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double half = keel_at_least(keel_at_most(0.5 * tile->step[i], KEEL_EXPM1_REACH), -KEEL_EXPM1_REACH);
    double root = 1.0 + keel_expm1_reduced(half);
    tile->v[i] *= tile->k[i] > least ? root * root : 1.0;
  }
}

static void compute_differences(struct tile *tile) {
  double far[TILE];
  for (int i = 0; i < TILE; i++) far[i] = ((tile->v[i] > SERIES_V) | (tile->k[i] > SERIES_K)) ? 1.0 : 0.0;
#pragma omp simd
  for (int i = 0; i < TILE; i++) tile->difference[i] = series(place_at(tile, i));
  if (!any_beyond(far, 0.0)) return;
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double other = difference_of(place_at(tile, i), tile->high[i], 0.0);
    tile->difference[i] = far[i] > 0 ? other : tile->difference[i];
  }
}

static void polish(struct tile *tile) {
  invert_v(tile);
  compute_differences(tile);
  find_steps(tile);
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double v = tile->v[i], step = tile->step[i], next = fma(v, keel_expm1_reduced(step), v);
    tile->v[i] = fabs(step) <= KEEL_IMPLIED_CONVERGED ? next : NAN;
  }
}

/* The solver's terms of lane i; harmless ones where there is nothing to solve. */
static INLINE void take(size_t i, const keel_options *in, double price, struct tile *tile) {
  double phi = in->phi[i], spot = in->spot[i], strike = in->strike[i], years = in->years[i];
  double rate = in->rate[i], yield = in->yield[i], rate_years = rate * years, yield_years = yield * years;
  double spot_value = spot * keel_exp_normal(-yield_years), strike_value = strike * keel_exp_normal(-rate_years);
  double forward_value = phi * (spot_value - strike_value), least = keel_at_most(spot_value, strike_value);
  struct keel_log_parts parts = keel_log_split(spot + KEEL_AMOUNT_ADDED, strike + KEEL_AMOUNT_ADDED);
  double x = fma(rate - yield, years, keel_log_join(parts)), k = fabs(x);
  double near_intrinsic = least * keel_expm1_reduced(keel_at_most(k, 0.25));
  double intrinsic = k <= 0.25 ? near_intrinsic : fabs(forward_value);
  double outside = price - (phi * x > 0 ? intrinsic : 0.0), rest = (phi > 0 ? spot_value : strike_value) - price;
  int high = outside >= SPLIT * least, tiny = outside < KEEL_IMPLIED_SMALL;
  double target = high ? rest : tiny ? outside * 0x1p574 : outside;
  int ok = keel_is_amount(spot) & keel_is_amount(strike) & (years >= 0) & (price >= 0) & (fabs(phi) == 1) &
           (spot + strike + price <= KEEL_AMOUNT_MOST) & (fabs(rate_years) + fabs(yield_years) <= KEEL_RATE_YEARS_MOST);
  int inside = ok & (outside > 0) & (rest > 0) & (price > forward_value) & (k < K_MOST) & (years >= DBL_MIN);
  double at_intrinsic = price == keel_at_least(forward_value, 0.0) ? 0.0 : NAN;
  tile->k[i] = inside ? k : 0.0;
  tile->high[i] = (inside & high) ? 1.0 : 0.0;
  tile->inv_target[i] = inside ? least * keel_reciprocal(target) : 4.0;
  tile->log_scale[i] = (inside & tiny & !high) ? KEEL_IMPLIED_SCALE : 0.0;
  tile->solvable[i] = inside ? 1.0 : 0.0;
  tile->otherwise[i] = ok ? at_intrinsic : NAN;
}

static void solve_tile(keel_options in, size_t count, const double *price, double *vol) {
  struct tile tile;
  for (size_t i = count; i < TILE; i++)
    tile.k[i] = 0.0, tile.high[i] = 0.0, tile.inv_target[i] = 4.0, tile.log_scale[i] = 0.0;
#pragma omp simd
  for (size_t i = 0; i < count; i++) take(i, &in, price[i], &tile);
  guess(&tile);
  come_near(&tile, -1.0);
  if (any_beyond(tile.k, K_FAR)) come_near(&tile, K_FAR);
  polish(&tile);
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double solved = tile.v[i] * keel_inv_sqrt(in.years[i]);
    vol[i] = tile.solvable[i] > 0 ? solved : tile.otherwise[i];
  }
}

void KEEL_AT(keel_implied_vol)(size_t count, const keel_options *options, const double *price, double *vol) {
  for (size_t start = 0; start < count; start += TILE) {
    keel_options in = keel_options_from(options, start);
    solve_tile(in, count - start < TILE ? count - start : TILE, price + start, vol + start);
  }
}
