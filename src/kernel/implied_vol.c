/* Implied vol over flat arrays, without branches. See keel/implied_vol.h for the contract.
 *
 * With A = S e^(-qT), B = K e^(-rT), k = |log(A/B)| and v = sigma sqrt(T), the out-of-the-money price over min(A, B) is
 *
 *   y(v) = N(h - z) - e^k N(-h - z),   z = k/v, h = v/2;   y' = n(z - h);   y''/y' = k^2/v^3 - v/4
 *
 * A guess, then Halley's steps: below the split on log y in w = 1/v^2, in which it is nearly linear far out; above on
 * log(1 - y) in v. One Newton step with y free of cancellation ends it; what has not converged is NaN.
 * Source: the choice of objectives follows Jaeckel, Let's be rational (2015); the guess inverts y ~ v n(z - h) / (1 +
 * z^2). */
#include "keel/implied_vol.h"

#include "kernel/bounds.h"
#include "kernel/lane_math.h"
#include "kernel/level.h"

/* Where the objective changes. */
#define SPLIT 0.6
/* y below is not inverted. */
#define Y_LEAST 0x1p-960
#define LOG_SQRT_2PI 0.91893853320467274
#define LOG_2 0.69314718055994531
enum { TILE = 64, STEPS = 4 };

struct value {
  double y, rest, slope; /* y, 1 - y, y' */
};

__attribute__((always_inline)) static inline struct value value_of(double k, double v) {
  double h = 0.5 * v, z = k / v, a = z - h;
  double gaussian = keel_exp_normal(-0.5 * keel_at_most(a * a, 1400.0));
  struct keel_ratio near = keel_mills(keel_at_most(fabs(a), 80.0)), far = keel_mills(keel_at_most(z + h, 80.0));
  double tail_near = gaussian * (near.p / near.q), tail_far = gaussian * (far.p / far.q);
  double below = tail_near - tail_far, above = tail_near + tail_far;
  return (struct value){
      .y = a > 0 ? below : 1.0 - above, .rest = a > 0 ? 1.0 - below : above, .slope = KEEL_INV_SQRT_2PI * gaussian};
}

/* Inverts y = v n(z - h) / (1 + z^2) without its h^2: Newton's steps in t = log z^2, from above. */
__attribute__((always_inline)) static inline double guess_step(double target, double t) {
  double q = keel_exp_normal(keel_at_least(t, -300.0));
  double miss = fma(0.5, q, fma(0.5, t, keel_log(1.0 + q))) - target;
  return t - miss / (0.5 * q + q / (1.0 + q) + 0.5);
}

__attribute__((always_inline)) static inline double guess_low(double k, double log_y) {
  double target = 0.5 * k - log_y - LOG_SQRT_2PI + keel_log(k);
  double t = keel_at_most(2.0 * target, keel_log(keel_at_least(2.0 * target, 1.0)));
  t = guess_step(target, guess_step(target, guess_step(target, t)));
  return k * keel_exp_normal(-0.5 * t);
}

/* -N^-1(p) for p below about 0.4. Source: Abramowitz and Stegun, 26.2.23. */
__attribute__((always_inline)) static inline double quantile(double log_p) {
  double t = sqrt(-2.0 * log_p);
  double top = fma(fma(0.010328, t, 0.802853), t, 2.515517);
  return t - top / fma(fma(fma(0.001308, t, 0.189269), t, 1.432788), t, 1.0);
}

/* Inverts 1 - y ~ 2 e^(k/2 - z^2/2) N(-h). */
__attribute__((always_inline)) static inline double guess_high(double k, double log_rest) {
  double log_p = log_rest - LOG_2 - 0.5 * k;
  double h = quantile(log_p);
  double z = 0.5 * k / h;
  return 2.0 * quantile(keel_at_most(fma(0.5 * z, z, log_p), -0.8));
}

/* Halley's step for f with derivatives f1, f2. */
__attribute__((always_inline)) static inline double halley(double f, double f1, double f2) {
  double newton = f / f1;
  return newton / keel_at_least(1.0 - 0.5 * newton * f2 / f1, 0.5);
}

/* A tile of lanes between the passes. */
struct tile {
  double k[TILE], y[TILE], log_y[TILE], log_rest[TILE], v[TILE];
};

__attribute__((always_inline)) static inline double improve(double k, double v, double log_y, double log_rest,
                                                            int low) {
  struct value at = value_of(k, v);
  double z = k / v, bend = (z * z - 0.25 * v * v) / v; /* y''/y' */
  double w = 1.0 / (v * v), v3 = v * v * v;
  double low1 = at.slope / at.y, low2 = low1 * (bend - low1);
  double w1 = -0.5 * v3 * low1, w2 = 0.25 * v3 * (v3 * low2 + 3.0 * v * v * low1);
  double w_new = w - halley(keel_log(at.y) - log_y, w1, w2);
  double high1 = -at.slope / at.rest, high2 = high1 * (bend - high1);
  double v_high = v - halley(keel_log(at.rest) - log_rest, high1, high2);
  double v_low = 1.0 / sqrt(keel_at_least(keel_at_most(w_new, 16.0 * w), 0.0625 * w));
  return keel_at_least(keel_at_most(low ? v_low : v_high, 4.0 * v), 0.25 * v);
}

/* The last step, and NaN where the ones before it have not arrived. */
__attribute__((always_inline)) static inline double finish(double k, double v, double y) {
  struct value at = value_of(k, v);
  return fabs(at.y - y) <= 0x1p-30 * y ? v - (at.y - y) / at.slope : NAN;
}

static void solve(struct tile *tile) {
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    tile->log_y[i] = keel_log(tile->y[i]);
    tile->log_rest[i] = keel_log(1.0 - tile->y[i]);
    double low = guess_low(keel_at_least(tile->k[i], 0x1p-100), tile->log_y[i]);
    double high = guess_high(tile->k[i], tile->log_rest[i]);
    tile->v[i] = tile->y[i] < SPLIT ? low : high;
  }
  for (int step = 0; step < STEPS; step++) {
#pragma omp simd
    for (int i = 0; i < TILE; i++)
      tile->v[i] = improve(tile->k[i], tile->v[i], tile->log_y[i], tile->log_rest[i], tile->y[i] < SPLIT);
  }
#pragma omp simd
  for (int i = 0; i < TILE; i++) tile->v[i] = finish(tile->k[i], tile->v[i], tile->y[i]);
}

/* One option in the terms that the solver needs. */
struct quote {
  double k, y, time_value;
  int ok, inside;
};

__attribute__((always_inline)) static inline struct quote quote_of(const keel_options *in, size_t i, double price) {
  double spot = in->spot[i], strike = in->strike[i], years = in->years[i];
  double rate_years = in->rate[i] * years, yield_years = in->yield[i] * years;
  double spot_value = spot * keel_exp_normal(-yield_years), strike_value = strike * keel_exp_normal(-rate_years);
  double time_value = price - keel_at_least(in->phi[i] * (spot_value - strike_value), 0.0);
  struct keel_log_parts parts = keel_log_split(spot, strike);
  double k = fabs(fma(in->rate[i] - in->yield[i], years, keel_log_join(parts)));
  double y = time_value / (spot_value < strike_value ? spot_value : strike_value);
  int ok = (spot >= 0) & (strike >= 0) & (years >= 0) & (price >= 0) & (fabs(in->phi[i]) == 1) &
           (spot + strike + price <= KEEL_AMOUNT_MOST) & (fabs(rate_years) + fabs(yield_years) <= KEEL_RATE_YEARS_MOST);
  int inside = (y >= Y_LEAST) & (y < 1) & (k < 700) & (fabs(parts.f) <= 0.25) & (years > 0);
  return (struct quote){
      .k = inside ? k : 0.0, .y = inside ? y : 0.5, .time_value = time_value, .ok = ok, .inside = inside};
}

static void solve_tile(const keel_options *in, size_t start, size_t count, const double *price, double *vol) {
  struct tile tile;
  for (size_t i = count; i < TILE; i++) tile.k[i] = 0.0, tile.y[i] = 0.5;
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct quote quote = quote_of(in, start + i, price[start + i]);
    tile.k[i] = quote.k;
    tile.y[i] = quote.y;
  }
  solve(&tile);
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    struct quote quote = quote_of(in, start + i, price[start + i]);
    double found = quote.inside ? tile.v[i] / sqrt(in->years[start + i]) : NAN;
    found = quote.time_value == 0 ? 0.0 : found;
    vol[start + i] = quote.ok ? found : NAN;
  }
}

void KEEL_AT(keel_implied_vol)(size_t count, const keel_options *options, const double *price, double *vol) {
  for (size_t start = 0; start < count; start += TILE)
    solve_tile(options, start, count - start < TILE ? count - start : TILE, price, vol);
}
