/* Implied vol over flat arrays, without branches. See keel/implied_vol.h for the contract.
 *
 * With A = S e^(-qT), B = K e^(-rT), k = |log(A/B)| and v = sigma sqrt(T), the out-of-the-money price over min(A, B) is
 *
 *   y(v) = N(h - z) - e^k N(-h - z) = g (R(z - h) - R(z + h)),   z = k/v, h = v/2, g = e^(-(z - h)^2 / 2)
 *   y' = g / sqrt(2 pi),   y''/y' = k^2/v^3 - v/4
 *
 * A guess, then Halley's steps: below SPLIT on log y in w = 1/v^2, in which it is nearly linear far out; above on
 * log(1 - y) in v. Two of Newton's with y free of cancellation end it; what has not converged is NaN.
 * Source: the objectives follow the analysis of Jaeckel, Let's be rational (2015); the guess inverts
 * y ~ v n(z - h) / (1 + z^2); R, the Mills ratio, and its derivatives as in lane_math.h. */
#include "keel/implied_vol.h"

#include "kernel/bounds.h"
#include "kernel/lane_math.h"
#include "kernel/level.h"

enum { TILE = 64, GUESSES = 2, STEPS = 3 };

#define SPLIT 0.6
#define Y_LEAST 0x1p-960 /* a smaller y is not inverted */
#define K_MOST 700.0
#define AMOUNT_LEAST 0x1p-500 /* keeps a quotient with 0 finite */
#define K_LEAST 0x1p-100
/* The series in h serves up to these. */
#define SERIES_V 0.5
#define SERIES_K 4.0
#define LOG_SQRT_2PI 0.91893853320467274
#define LOG_2 0.69314718055994531

/* A tile of lanes between the loops. */
struct tile {
  _Alignas(64) double k[TILE], y[TILE], log_y[TILE], v[TILE]; /* log_y is that of 1 - y from SPLIT on */
  double target[TILE], t[TILE], t_least[TILE];                /* the guess for small y: log z^2 */
  double solvable[TILE], otherwise[TILE];                     /* 1 or 0; the answer where it is 0 */
};

__attribute__((always_inline)) static inline double gaussian(double a) {
  return keel_exp_normal(-0.5 * keel_at_most(a * a, 1400.0));
}

/* R(|x|) and R(|y|). */
struct pair {
  double near, far;
};
__attribute__((always_inline)) static inline struct pair mills_pair(double near, double far) {
  struct keel_ratio m1 = keel_mills(keel_at_most(fabs(near), 80.0)), m2 = keel_mills(keel_at_most(far, 80.0));
  double inv_q = keel_reciprocal(m1.q * m2.q);
  return (struct pair){m1.p * (m2.q * inv_q), m2.p * (m1.q * inv_q)};
}

/* One of Newton's steps in t = log z^2 towards the v with y = v n(z - h) / (1 + z^2); from above it stays above. */
__attribute__((always_inline)) static inline double guess_step(double k, double target, double t) {
  double q = keel_exp_normal(keel_at_least(t, -300.0)), eighth = 0.125 * k * k * keel_reciprocal(q);
  double miss = fma(0.5, q, fma(0.5, t, eighth + keel_log(1.0 + q))) - target;
  double rise = fma(0.5, q, 1.5) - eighth - keel_reciprocal(1.0 + q);
  return t - miss * keel_reciprocal(keel_at_least(rise, 0.125));
}

/* -N^-1(p) for p up to about 0.4. Source: Abramowitz and Stegun, 26.2.23. */
__attribute__((always_inline)) static inline double quantile(double log_p) {
  double t = sqrt(-2.0 * log_p);
  double top = fma(fma(0.010328, t, 0.802853), t, 2.515517);
  return t - top / fma(fma(fma(0.001308, t, 0.189269), t, 1.432788), t, 1.0);
}

/* Inverts 1 - y ~ 2 e^(k/2 - z^2/2) N(-h). */
__attribute__((always_inline)) static inline double guess_high(double k, double log_rest) {
  double log_p = log_rest - LOG_2 - 0.5 * k;
  double z = 0.5 * k / quantile(log_p);
  return 2.0 * quantile(keel_at_most(fma(0.5 * z, z, log_p), -0.8));
}

/* Halley's step for f = log y - log_y or its mirror, f1 = f', b = f''/f'; low takes it in 1/v^2. */
__attribute__((always_inline)) static inline double improve(double k, double v, double log_y, int low) {
  double inv_v = keel_reciprocal(v), z = k * inv_v, h = 0.5 * v, a = z - h, g = gaussian(a);
  struct pair r = mills_pair(a, z + h);
  double below = g * (r.near - r.far), above = g * (r.near + r.far);
  double y = low ? (a > 0 ? below : 1.0 - above) : (a > 0 ? 1.0 - below : above);
  double slope = low ? KEEL_INV_SQRT_2PI * g : -KEEL_INV_SQRT_2PI * g;
  double newton = (keel_log(y) - log_y) * y * keel_reciprocal(slope);
  double bend = fma(z * z, inv_v, -0.25 * v) - slope * keel_reciprocal(y);
  double shrink = 1.0 - newton * fma(0.5, bend, low ? 1.5 * inv_v : 0.0);
  double step = newton * keel_reciprocal(keel_at_least(shrink, 0.25));
  double ratio = keel_at_least(keel_at_most(fma(2.0 * step, inv_v, 1.0), 16.0), 0.0625); /* of 1/v^2 */
  double next = low ? v * keel_inv_sqrt(ratio) : v - step;
  return keel_at_least(keel_at_most(next, 4.0 * v), 0.25 * v);
}

/* y for small h: R(z - h) - R(z + h) as its odd series in h, with R'(z) fitted by itself and R^(n+1) = z R^(n) + n
 * R^(n-1). */
__attribute__((always_inline)) static inline double series(double z, double h) {
  struct keel_ratio mills = keel_mills(keel_at_most(z, 80.0)), slope = keel_mills_slope(keel_at_most(z, 80.0));
  double derivative = -slope.p * keel_reciprocal(slope.q), before = mills.p * keel_reciprocal(mills.q);
  double term = -2.0 * h, h2 = h * h, sum = term * derivative;
  double rest = 0.0;
  for (int n = 1; n < 15; n += 2) {
    double even = fma(z, derivative, n * before);
    double odd = fma(z, even, (n + 1) * derivative);
    term *= h2 * (1.0 / ((n + 1) * (n + 2)));
    rest = fma(term, odd, rest);
    before = even;
    derivative = odd;
  }
  return sum + rest;
}

/* A step of Newton's with all digits, and NaN where the ones before it have not come within `near` of y. */
__attribute__((always_inline)) static inline double polish(double k, double v, double y, double near) {
  double inv_v = keel_reciprocal(v), z = k * inv_v, h = 0.5 * v, a = z - h, g = gaussian(a);
  struct pair r = mills_pair(a, z + h);
  double direct = a > 0 ? g * (r.near - r.far) : 1.0 - g * (r.near + r.far);
  double small = g * series(z, h), now = ((v <= SERIES_V) & (k <= SERIES_K)) ? small : direct;
  double next = v - (now - y) * keel_reciprocal(KEEL_INV_SQRT_2PI * g);
  return fabs(now - y) <= near * y ? next : NAN;
}

static void start(struct tile *tile) {
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double y = tile->y[i], k = keel_at_least(tile->k[i], K_LEAST);
    double log_y = keel_log(y < SPLIT ? y : 1.0 - y), log_k = keel_log(k);
    double target = 0.5 * k - log_y - LOG_SQRT_2PI + log_k;
    double t_least = 2.0 * log_k - keel_log(keel_at_least(2.0 * k, 2.25)); /* past it v n(z - h) / (1 + z^2) falls */
    double t = keel_at_most(2.0 * target, keel_log(keel_at_least(2.0 * target, 1.0)));
    tile->log_y[i] = log_y;
    tile->target[i] = target;
    tile->t_least[i] = t_least;
    tile->t[i] = keel_at_least(t, t_least);
  }
}

static void guess(struct tile *tile) {
  for (int step = 0; step < GUESSES; step++) {
#pragma omp simd
    for (int i = 0; i < TILE; i++) {
      double t = guess_step(keel_at_least(tile->k[i], K_LEAST), tile->target[i], tile->t[i]);
      tile->t[i] = keel_at_least(t, tile->t_least[i]);
    }
  }
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double low = keel_at_least(tile->k[i], K_LEAST) * keel_exp_normal(-0.5 * tile->t[i]);
    double high = guess_high(tile->k[i], keel_at_most(tile->log_y[i], -0.5));
    tile->v[i] = tile->y[i] < SPLIT ? low : high;
  }
}

static void solve(struct tile *tile) {
  start(tile);
  guess(tile);
  for (int step = 0; step < STEPS; step++) {
#pragma omp simd
    for (int i = 0; i < TILE; i++) tile->v[i] = improve(tile->k[i], tile->v[i], tile->log_y[i], tile->y[i] < SPLIT);
  }
  static const double near[] = {0x1p-10, 0x1p-26};
  for (int step = 0; step < 2; step++) {
#pragma omp simd
    for (int i = 0; i < TILE; i++) tile->v[i] = polish(tile->k[i], tile->v[i], tile->y[i], near[step]);
  }
}

/* The solver's terms of lane i; harmless ones where there is nothing to solve. */
__attribute__((always_inline)) static inline void take(size_t i, const keel_options *in, double price,
                                                       struct tile *tile) {
  double phi = in->phi[i], spot = in->spot[i], strike = in->strike[i], years = in->years[i];
  double rate = in->rate[i], yield = in->yield[i], rate_years = rate * years, yield_years = yield * years;
  double spot_value = spot * keel_exp_normal(-yield_years), strike_value = strike * keel_exp_normal(-rate_years);
  double forward_value = phi * (spot_value - strike_value), least = keel_at_most(spot_value, strike_value);
  struct keel_log_parts parts = keel_log_split(spot + AMOUNT_LEAST, strike + AMOUNT_LEAST);
  double x = fma(rate - yield, years, keel_log_join(parts)), k = fabs(x);
  double near_intrinsic = least * keel_expm1_positive(keel_at_most(k, 1.0)), far_intrinsic = fabs(forward_value);
  double intrinsic = k <= 0.25 ? near_intrinsic : far_intrinsic;
  double y = (price - (phi * x > 0 ? intrinsic : 0.0)) / least;
  int ok = (spot >= 0) & (strike >= 0) & (years >= 0) & (price >= 0) & (fabs(phi) == 1) &
           (spot + strike + price <= KEEL_AMOUNT_MOST) & (fabs(rate_years) + fabs(yield_years) <= KEEL_RATE_YEARS_MOST);
  int inside = ok & (y >= Y_LEAST) & (y < 1) & (price > forward_value) & (k < K_MOST) & (least > 0) & (years > 0);
  double at_intrinsic = price == keel_at_least(forward_value, 0.0) ? 0.0 : NAN;
  tile->k[i] = inside ? k : 0.0;
  tile->y[i] = inside ? y : 0.5;
  tile->solvable[i] = inside ? 1.0 : 0.0;
  tile->otherwise[i] = ok ? at_intrinsic : NAN;
}

static void solve_tile(keel_options in, size_t count, const double *price, double *vol) {
  struct tile tile;
  for (size_t i = count; i < TILE; i++) tile.k[i] = 0.0, tile.y[i] = 0.5;
#pragma omp simd
  for (size_t i = 0; i < count; i++) take(i, &in, price[i], &tile);
  solve(&tile);
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double solved = tile.v[i] / sqrt(in.years[i]);
    vol[i] = tile.solvable[i] > 0 ? solved : tile.otherwise[i];
  }
}

void KEEL_AT(keel_implied_vol)(size_t count, const keel_options *options, const double *price, double *vol) {
  for (size_t start = 0; start < count; start += TILE) {
    keel_options in = {options->phi + start,
                       options->spot + start,
                       options->strike + start,
                       options->rate + start,
                       options->yield + start,
                       options->years + start,
                       NULL};
    solve_tile(in, count - start < TILE ? count - start : TILE, price + start, vol + start);
  }
}
