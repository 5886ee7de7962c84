#include "kernel/rows.h"

#include <math.h>

#include "kernel/rows_level.h"

int KEEL_AT(keel_rows_mid)(size_t paths, const double *bid, const double *ask, const double *otherwise, double *mid) {
  long long failed = 0;
  for (size_t i = 0; i < paths; i++) {
    int usable = (bid[i] > 0) & (ask[i] >= bid[i]) & (ask[i] < INFINITY);
    double middle = 0.5 * (bid[i] + ask[i]), other = otherwise[i];
    double now = usable ? middle : other;
    mid[i] = now;
    failed |= now > 0 ? 0 : 1;
  }
  return failed == 0;
}

void KEEL_AT(keel_rows_set)(size_t paths, double value, double *to) {
#pragma omp simd
  for (size_t i = 0; i < paths; i++) to[i] = value;
}

void KEEL_AT(keel_rows_negate)(size_t paths, const double *restrict from, double *restrict to) {
#pragma omp simd
  for (size_t i = 0; i < paths; i++) to[i] = -from[i];
}

void KEEL_AT(keel_rows_add)(size_t paths, double units, const double *restrict from, double *restrict to) {
#pragma omp simd
  for (size_t i = 0; i < paths; i++) to[i] += units * from[i];
}

void KEEL_AT(keel_rows_add_gross)(size_t paths, double units, const double *restrict from, double *restrict to,
                                  double *restrict gross) {
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double part = units * from[i];
    to[i] += part;
    gross[i] += fabs(part);
  }
}

void KEEL_AT(keel_rows_weigh_vol)(size_t paths, double units, const double *vega, const double *vol,
                                  const struct keel_vol_sums *to) {
  double *restrict by_vega = to->by_vega, *restrict vegas = to->vega, *restrict by_units = to->by_units;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double weight = units * vega[i];
    by_vega[i] += weight * vol[i];
    vegas[i] += weight;
    by_units[i] += units * vol[i];
  }
}
