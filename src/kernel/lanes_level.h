/* The lane loops of this level, for table.c. */
#ifndef KEEL_KERNEL_LANES_LEVEL_H
#define KEEL_KERNEL_LANES_LEVEL_H

#include "kernel/lanes.h"
#include "kernel/level.h"

void KEEL_AT(keel_lanes_explain)(size_t paths, const struct keel_lane_explain *lane);
void KEEL_AT(keel_lanes_decide)(size_t paths, const struct keel_lane_decide *lane);
void KEEL_AT(keel_lanes_account)(size_t paths, const struct keel_lane_account *lane);

#endif
