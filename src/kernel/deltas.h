/* Deltas other than Black-Scholes', one contract over many paths.
 *
 * Shape: every pointer is [path]; no output overlaps an input. */
#ifndef KEEL_KERNEL_DELTAS_H
#define KEEL_KERNEL_DELTAS_H

#include <stddef.h>

#include "keel/black_scholes.h"

struct keel_deltas {
  /* (C(S e^{vol^2 dt}) - C(S)) / (S (e^{vol^2 dt} - 1)); Black-Scholes' where vol^2 dt is below 1e-12. hedge/theory.h
   * has its source. */
  void (*variance_optimal)(size_t paths, const keel_option *option, double step_years, const double *spot,
                           const double *vol, double *delta);
  /* delta + vega slope / spot: what spot brings by moving the vol too, slope = dvol / d ln spot. */
  void (*with_slope)(size_t paths, const keel_greeks *greeks, const double *slope, const double *spot, double *delta);
};

#endif
