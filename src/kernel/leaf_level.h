/* The leaf kernels of this level, for table.c. */
#ifndef KEEL_KERNEL_LEAF_LEVEL_H
#define KEEL_KERNEL_LEAF_LEVEL_H

#include "kernel/leaf.h"
#include "kernel/level.h"

void KEEL_AT(keel_leaf_moments)(int order, size_t count, const double *values, struct keel_moments *out);
void KEEL_AT(keel_leaf_exp_moments)(double factor, size_t count, const double *values, struct keel_moments *out);
void KEEL_AT(keel_leaf_slots)(const struct keel_binning *binning, size_t count, const double *values, uint32_t *slots);

#endif
