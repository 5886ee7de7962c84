/* The characteristic functions of this level, for table.c. */
#ifndef KEEL_KERNEL_HESTON_LEVEL_H
#define KEEL_KERNEL_HESTON_LEVEL_H

#include "kernel/heston.h"
#include "kernel/level.h"

void KEEL_AT(keel_heston_greeks)(const keel_bates *model, double years, const struct keel_heston_line *line,
                                 struct keel_heston_nodes *nodes);
void KEEL_AT(keel_heston_slopes)(const keel_bates *model, double years, const struct keel_heston_line *line,
                                 struct keel_heston_nodes *nodes);
void KEEL_AT(keel_heston_add)(const struct keel_heston_nodes *nodes, size_t sums, size_t strikes, const double *x,
                              double *const *to);

#endif
