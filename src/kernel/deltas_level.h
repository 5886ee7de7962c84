/* The deltas of this level, for table.c. */
#ifndef KEEL_KERNEL_DELTAS_LEVEL_H
#define KEEL_KERNEL_DELTAS_LEVEL_H

#include "kernel/deltas.h"
#include "kernel/level.h"

void KEEL_AT(keel_deltas_variance_optimal)(size_t paths, const keel_option *option, double step_years,
                                           const double *spot, const double *vol, double *delta);
void KEEL_AT(keel_deltas_with_slope)(size_t paths, const keel_greeks *greeks, const double *slope, const double *spot,
                                     double *delta);

#endif
