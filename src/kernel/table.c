/* The table of one level: the kernels of this folder as compiled for KEEL_LEVEL. */
#include "kernel/american_level.h"
#include "kernel/bands_level.h"
#include "kernel/deltas_level.h"
#include "kernel/diffusion_level.h"
#include "kernel/dividends_level.h"
#include "kernel/heston_level.h"
#include "kernel/lanes_level.h"
#include "kernel/leaf_level.h"
#include "kernel/level.h"
#include "kernel/market_vol_level.h"
#include "kernel/neutral_level.h"
#include "kernel/paths_level.h"
#include "kernel/random_level.h"
#include "kernel/rows_level.h"

const struct keel_kernel KEEL_AT(keel_kernel) = {
    .level = KEEL_LEVEL_TEXT(KEEL_LEVEL),
    .black_scholes = KEEL_AT(keel_black_scholes),
    .black_scholes_paths = KEEL_AT(keel_black_scholes_paths),
    .black_scholes_delta = KEEL_AT(keel_black_scholes_delta),
    .american = KEEL_AT(keel_american),
    .american_paths = KEEL_AT(keel_american_paths),
    .implied_vol = KEEL_AT(keel_implied_vol),
    .bachelier = KEEL_AT(keel_bachelier),
    .bachelier_implied = KEEL_AT(keel_bachelier_implied),
    .lanes = {KEEL_AT(keel_lanes_explain), KEEL_AT(keel_lanes_decide), KEEL_AT(keel_lanes_size),
              KEEL_AT(keel_lanes_fill), KEEL_AT(keel_lanes_account), KEEL_AT(keel_lanes_dividends),
              KEEL_AT(keel_lanes_borrow), KEEL_AT(keel_lanes_account_line), KEEL_AT(keel_lanes_add_tier),
              KEEL_AT(keel_lanes_close), KEEL_AT(keel_lanes_attribute)},
    .neutral = {KEEL_AT(keel_neutral_add), KEEL_AT(keel_neutral_move), KEEL_AT(keel_neutral_solve)},
    .leaf = {KEEL_AT(keel_leaf_moments), KEEL_AT(keel_leaf_exp_moments), KEEL_AT(keel_leaf_slots)},
    .bands = {KEEL_AT(keel_whalley_wilmott), KEEL_AT(keel_zakamouline), KEEL_AT(keel_leland_vol)},
    .deltas = {KEEL_AT(keel_deltas_variance_optimal), KEEL_AT(keel_deltas_with_slope)},
    .dividends_calls = KEEL_AT(keel_dividends_calls),
    .diffusion_lay = KEEL_AT(keel_diffusion_lay),
    .diffusion_advance = KEEL_AT(keel_diffusion_advance),
    .heston = {KEEL_AT(keel_heston_greeks), KEEL_AT(keel_heston_slopes), KEEL_AT(keel_heston_add)},
    .rows = {KEEL_AT(keel_rows_mid), KEEL_AT(keel_rows_set), KEEL_AT(keel_rows_negate), KEEL_AT(keel_rows_add),
             KEEL_AT(keel_rows_add_gross), KEEL_AT(keel_rows_weigh_vol)},
    .market_vol = {KEEL_AT(keel_market_vol_root), KEEL_AT(keel_market_vol_realise), KEEL_AT(keel_market_vol_skew)},
    .random = {KEEL_AT(keel_random_words), KEEL_AT(keel_random_sobol), KEEL_AT(keel_random_uniforms),
               KEEL_AT(keel_random_normals), KEEL_AT(keel_random_normal_pairs), KEEL_AT(keel_random_mirror),
               KEEL_AT(keel_random_match), KEEL_AT(keel_random_bridge), KEEL_AT(keel_random_correlate)},
    .worlds = {[KEEL_WORLD_GBM] = &KEEL_AT(keel_world_gbm),
               [KEEL_WORLD_MERTON] = &KEEL_AT(keel_world_merton),
               [KEEL_WORLD_KOU] = &KEEL_AT(keel_world_kou),
               [KEEL_WORLD_HESTON] = &KEEL_AT(keel_world_heston),
               [KEEL_WORLD_BATES] = &KEEL_AT(keel_world_bates),
               [KEEL_WORLD_ROUGH_BERGOMI] = &KEEL_AT(keel_world_rough_bergomi),
               [KEEL_WORLD_BOOTSTRAP] = &KEEL_AT(keel_world_bootstrap)},
};
