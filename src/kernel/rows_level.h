/* The loops over rows of this level, for table.c. */
#ifndef KEEL_KERNEL_ROWS_LEVEL_H
#define KEEL_KERNEL_ROWS_LEVEL_H

#include "kernel/level.h"
#include "kernel/rows.h"

int KEEL_AT(keel_rows_mid)(size_t paths, const double *bid, const double *ask, const double *otherwise, double *mid);
void KEEL_AT(keel_rows_set)(size_t paths, double value, double *to);
void KEEL_AT(keel_rows_negate)(size_t paths, const double *from, double *to);
void KEEL_AT(keel_rows_add)(size_t paths, double units, const double *from, double *to);
void KEEL_AT(keel_rows_add_gross)(size_t paths, double units, const double *from, double *to, double *gross);
void KEEL_AT(keel_rows_weigh_vol)(size_t paths, double units, const double *vega, const double *vol,
                                  const struct keel_vol_sums *to);

#endif
