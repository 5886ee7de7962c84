#include "kernel/deltas.h"

#include "kernel/deltas_level.h"
#include "kernel/lane_math.h"

enum { TILE = 128 };

/* Of at most TILE paths. */
static void variance_optimal_tile(size_t paths, const keel_option *option, double step_years, const double *spot,
                                  const double *vol, double *delta) {
  double moved[TILE], growth[TILE], price[TILE], moved_price[TILE], flat[TILE];
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    growth[i] = keel_expm1_positive(vol[i] * vol[i] * step_years);
    moved[i] = spot[i] + spot[i] * growth[i];
  }
  KEEL_AT(keel_black_scholes_paths)
  (paths, option, spot, vol, KEEL_GREEK_SET_DELTA, &(keel_greeks){.price = price, .delta = flat});
  KEEL_AT(keel_black_scholes_paths)
  (paths, option, moved, vol, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = moved_price});
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double slope = (moved_price[i] - price[i]) / (moved[i] - spot[i]);
    delta[i] = growth[i] < 1e-12 ? flat[i] : slope;
  }
}

void KEEL_AT(keel_deltas_variance_optimal)(size_t paths, const keel_option *option, double step_years,
                                           const double *spot, const double *vol, double *delta) {
  for (size_t i = 0; i < paths; i += TILE)
    variance_optimal_tile(paths - i < TILE ? paths - i : TILE, option, step_years, spot + i, vol + i, delta + i);
}

void KEEL_AT(keel_deltas_with_slope)(size_t paths, const keel_greeks *greeks, const double *slope, const double *spot,
                                     double *delta) {
  const double *flat = greeks->delta, *vega = greeks->vega;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) delta[i] = flat[i] + vega[i] * slope[i] / spot[i];
}
