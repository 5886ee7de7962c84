/* The lane loops of this level, for table.c. */
#ifndef KEEL_KERNEL_LANES_LEVEL_H
#define KEEL_KERNEL_LANES_LEVEL_H

#include "kernel/lanes.h"
#include "kernel/level.h"

void KEEL_AT(keel_lanes_explain)(size_t paths, const struct keel_lane_explain *lane);
void KEEL_AT(keel_lanes_decide)(size_t paths, const struct keel_lane_decide *lane);
void KEEL_AT(keel_lanes_size)(size_t paths, const struct keel_lane_size *lane);
void KEEL_AT(keel_lanes_fill)(size_t paths, const struct keel_lane_fill *lane);
void KEEL_AT(keel_lanes_account)(size_t paths, const struct keel_lane_account *lane);
void KEEL_AT(keel_lanes_dividends)(size_t paths, const struct keel_lane_account *lane);
void KEEL_AT(keel_lanes_borrow)(size_t paths, const struct keel_lane_account *lane);
void KEEL_AT(keel_lanes_account_line)(size_t paths, const struct keel_lane_account *lane);
void KEEL_AT(keel_lanes_add_tier)(size_t paths, const double *qty, double multiplier, const double tier[2],
                                  double *fees);
void KEEL_AT(keel_lanes_close)(size_t paths, const struct keel_lane_close *lane);
void KEEL_AT(keel_lanes_attribute)(size_t paths, const struct keel_lane_attribute *lane);

#endif
