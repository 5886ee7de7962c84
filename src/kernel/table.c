/* The table of one level: the kernels of this folder as compiled for KEEL_LEVEL. */
#include "kernel/bands_level.h"
#include "kernel/lanes_level.h"
#include "kernel/leaf_level.h"
#include "kernel/level.h"

const struct keel_kernel KEEL_AT(keel_kernel) = {
    .level = KEEL_LEVEL_TEXT(KEEL_LEVEL),
    .black_scholes = KEEL_AT(keel_black_scholes),
    .black_scholes_paths = KEEL_AT(keel_black_scholes_paths),
    .implied_vol = KEEL_AT(keel_implied_vol),
    .lanes = {KEEL_AT(keel_lanes_explain), KEEL_AT(keel_lanes_decide), KEEL_AT(keel_lanes_account)},
    .leaf = {KEEL_AT(keel_leaf_moments), KEEL_AT(keel_leaf_exp_moments), KEEL_AT(keel_leaf_slots)},
    .bands = {KEEL_AT(keel_whalley_wilmott), KEEL_AT(keel_zakamouline), KEEL_AT(keel_leland_vol)},
};
