/* The market's vols of this level, for table.c. */
#ifndef KEEL_KERNEL_MARKET_VOL_LEVEL_H
#define KEEL_KERNEL_MARKET_VOL_LEVEL_H

#include "kernel/level.h"
#include "kernel/market_vol.h"

void KEEL_AT(keel_market_vol_root)(size_t paths, double factor, const double variance_line[2], const double *variance,
                                   double *vol);
void KEEL_AT(keel_market_vol_realise)(size_t paths, double keep, double years, const double *spot_before,
                                      const double *spot_after, double *variance);
void KEEL_AT(keel_market_vol_skew)(size_t paths, double skew, double strike, const double *spot, const double *level,
                                   double *vol);

#endif
