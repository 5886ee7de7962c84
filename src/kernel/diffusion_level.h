/* The diffusion of this level, for table.c. */
#ifndef KEEL_KERNEL_DIFFUSION_LEVEL_H
#define KEEL_KERNEL_DIFFUSION_LEVEL_H

#include "kernel/diffusion.h"
#include "kernel/level.h"

void KEEL_AT(keel_diffusion_lay)(const struct keel_diffusion_nodes *nodes);
void KEEL_AT(keel_diffusion_advance)(const struct keel_diffusion *grid, const struct keel_diffusion_steps *steps);

#endif
