/* See market_vol.h. */
#include "kernel/market_vol.h"

#include <math.h>

#include "kernel/lane_math.h"
#include "kernel/market_vol_level.h"

void KEEL_AT(keel_market_vol_root)(size_t paths, double factor, const double variance_line[2], const double *variance,
                                   double *vol) {
  const double constant = variance_line[0], slope = variance_line[1];
#pragma omp simd
  for (size_t i = 0; i < paths; i++)
    vol[i] = keel_at_least(factor * sqrt(keel_at_least(fma(slope, variance[i], constant), 0.0)), KEEL_MARKET_VOL_MIN);
}

void KEEL_AT(keel_market_vol_realise)(size_t paths, double keep, double years, const double *spot_before,
                                      const double *spot_after, double *variance) {
  const double weight = (1 - keep) / years;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double moved = keel_log(spot_after[i] / spot_before[i]);
    variance[i] = keep * variance[i] + weight * moved * moved;
  }
}

void KEEL_AT(keel_market_vol_skew)(size_t paths, double skew, double strike, const double *spot, const double *level,
                                   double *vol) {
#pragma omp simd
  for (size_t i = 0; i < paths; i++)
    vol[i] = keel_at_least(level[i] + skew * keel_log(strike / spot[i]), KEEL_MARKET_VOL_MIN);
}
