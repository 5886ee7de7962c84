/* Implied vol in Bachelier's model over flat arrays, without branches. See keel/bachelier.h for the contract.
 *
 * With m = |F - K| and z = m/v the out-of-the-money price is D m / z g (-R'(z)), g = e^(-z^2 / 2): one number gives z,
 * whatever the contract. It is the limit of kernel/implied_vol.c where the forward's logarithm hardly moves, and found
 * by the same guess and two of the same steps, in log 1/z. */
#include "keel/bachelier.h"

#include "kernel/bounds.h"
#include "kernel/forward.h"
#include "kernel/greeks.h"
#include "kernel/implied_steps.h"
#include "kernel/level.h"

#define INLINE inline __attribute__((always_inline))

enum { TILE = 64 };

#define RATIO_LEAST 0x1p-60 /* of D m to the price: a smaller one is as good as this */
#define BOTH_SMALL 0x1p-300 /* a tiny price and a D m below this are scaled together */

/* A tile of lanes between the loops; unit is v z. */
struct tile {
  _Alignas(64) double ratio[TILE], log_scale[TILE], unit[TILE], inv_z[TILE];
  double solvable[TILE], otherwise[TILE]; /* 1 or 0; the answer where it is 0 */
};

/* The solver's terms of lane i; harmless ones where there is nothing to solve. */
static INLINE void take(size_t i, const keel_options *in, double price, struct tile *tile) {
  double phi = in->phi[i], spot = in->spot[i], strike = in->strike[i], years = in->years[i];
  double rate_years = in->rate[i] * years, yield_years = in->yield[i] * years;
  double discount = keel_exp_normal(-rate_years), carry = (in->rate[i] - in->yield[i]) * years;
  double m = keel_forward_above(spot, strike, carry), intrinsic = discount * keel_at_least(phi * m, 0.0);
  double outside = price - intrinsic, value = discount * fabs(m);
  int tiny = outside < KEEL_IMPLIED_SMALL, both = tiny & (value < BOTH_SMALL);
  double scaled = tiny ? outside * 0x1p574 : outside;
  double ratio = (both ? value * 0x1p574 : value) * keel_reciprocal(scaled);
  int ok = (fabs(phi) == 1) & (years >= 0) & (years <= DBL_MAX) & (price >= 0) &
           (fabs(spot) + fabs(strike) + price <= KEEL_AMOUNT_MOST) & (value <= KEEL_AMOUNT_MOST) &
           (fabs(rate_years) + fabs(yield_years) <= KEEL_RATE_YEARS_MOST);
  int far = tiny & !both, narrow = !far & (ratio < RATIO_LEAST);
  double unit = narrow ? RATIO_LEAST * outside * keel_exp_normal(rate_years) : fabs(m);
  int inside = ok & (outside > 0) & (unit >= DBL_MIN) & (years >= DBL_MIN);
  tile->ratio[i] = inside ? (narrow ? RATIO_LEAST : ratio) : 1.0;
  tile->log_scale[i] = (inside & far) ? KEEL_IMPLIED_SCALE : 0.0;
  tile->unit[i] = unit;
  tile->solvable[i] = inside ? 1.0 : 0.0;
  tile->otherwise[i] = (ok & (price == intrinsic)) ? 0.0 : NAN;
}

/* The step in log 1/z; the derivative of log y in it is 1/sqrt(2 pi) over -R'(z). */
static INLINE double step_at(const struct tile *tile, int i) {
  double inv_z = tile->inv_z[i], z = keel_reciprocal(inv_z);
  struct keel_ratio slope = keel_mills_slope(z);
  double inv_pq = keel_reciprocal(slope.p * slope.q), drop = slope.p * (slope.p * inv_pq);
  double miss = keel_log_normal(drop * inv_z * tile->ratio[i]) + fma(-0.5 * z, z, tile->log_scale[i]);
  double rise = KEEL_INV_SQRT_2PI * (slope.q * (slope.q * inv_pq));
  return keel_implied_step(z, 0.0, -miss * drop * (1.0 / KEEL_INV_SQRT_2PI), rise);
}

static void solve(struct tile *tile) {
#pragma omp simd
  for (int i = 0; i < TILE; i++) tile->inv_z[i] = keel_implied_guess(0.0, tile->ratio[i], tile->log_scale[i]);
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double half = keel_at_least(keel_at_most(0.5 * step_at(tile, i), KEEL_EXPM1_REACH), -KEEL_EXPM1_REACH);
    double root = 1.0 + keel_expm1_reduced(half);
    tile->inv_z[i] *= root * root;
  }
#pragma omp simd
  for (int i = 0; i < TILE; i++) {
    double step = step_at(tile, i), next = fma(tile->inv_z[i], keel_expm1_reduced(step), tile->inv_z[i]);
    tile->inv_z[i] = fabs(step) <= KEEL_IMPLIED_CONVERGED ? next : NAN;
  }
}

static void solve_tile(keel_options in, size_t count, const double *price, double *vol) {
  struct tile tile;
  for (size_t i = count; i < TILE; i++) tile.ratio[i] = 1.0, tile.log_scale[i] = 0.0;
#pragma omp simd
  for (size_t i = 0; i < count; i++) take(i, &in, price[i], &tile);
  solve(&tile);
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double solved = tile.unit[i] * tile.inv_z[i] * keel_inv_sqrt(in.years[i]);
    vol[i] = tile.solvable[i] > 0 ? solved : tile.otherwise[i];
  }
}

void KEEL_AT(keel_bachelier_implied)(size_t count, const keel_options *options, const double *price, double *vol) {
  for (size_t start = 0; start < count; start += TILE) {
    keel_options in = keel_options_from(options, start);
    solve_tile(in, count - start < TILE ? count - start : TILE, price + start, vol + start);
  }
}
