/* The systems of this level, for table.c. */
#ifndef KEEL_KERNEL_NEUTRAL_LEVEL_H
#define KEEL_KERNEL_NEUTRAL_LEVEL_H

#include "kernel/level.h"
#include "kernel/neutral.h"

void KEEL_AT(keel_neutral_add)(size_t paths, double units, const double *greek, const double *qty, double *to);
void KEEL_AT(keel_neutral_move)(size_t paths, const struct keel_neutral_move *move);
void KEEL_AT(keel_neutral_solve)(size_t paths, const struct keel_neutral_solve *system);

#endif
