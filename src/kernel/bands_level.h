/* The bands of this level, for table.c. */
#ifndef KEEL_KERNEL_BANDS_LEVEL_H
#define KEEL_KERNEL_BANDS_LEVEL_H

#include "kernel/bands.h"
#include "kernel/level.h"

void KEEL_AT(keel_whalley_wilmott)(size_t paths, const struct keel_band_terms *terms, const struct keel_band_inputs *in,
                                   double *half_width);
void KEEL_AT(keel_zakamouline)(size_t paths, const struct keel_band_terms *terms, const struct keel_band_inputs *in,
                               const struct keel_zakamouline *out);
void KEEL_AT(keel_leland_vol)(size_t paths, double cost, double step_years, const struct keel_band_inputs *in,
                              double *vol);

#endif
