/* The vol at which a simulated market marks an option, over many paths: a level, and a skew in ln(strike / spot).
 *
 * Shape: every pointer is [path]. Vols below KEEL_MARKET_VOL_MIN are that. */
#ifndef KEEL_KERNEL_MARKET_VOL_H
#define KEEL_KERNEL_MARKET_VOL_H

#include <stddef.h>

#define KEEL_MARKET_VOL_MIN 1e-4

struct keel_market_vol {
  /* factor sqrt(constant + slope variance) */
  void (*root)(size_t paths, double factor, const double variance_line[2], const double *variance, double *vol);
  /* variance kept by `keep`, the rest from this step's squared log return per year. */
  void (*realise)(size_t paths, double keep, double years, const double *spot_before, const double *spot_after,
                  double *variance);
  /* level + skew ln(strike / spot) */
  void (*skew)(size_t paths, double skew, double strike, const double *spot, const double *level, double *vol);
};

#endif
