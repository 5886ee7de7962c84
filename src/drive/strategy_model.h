/* A model of a strategy: what its map says, and the world and the rule of implied vols that follow from it. */
#ifndef KEEL_DRIVE_STRATEGY_MODEL_H
#define KEEL_DRIVE_STRATEGY_MODEL_H

#include "drive/strategy_fields.h"

struct keel_forced_day {
  int step;
  int32_t days; /* since 1970-01-01 */
};

/* A model as its map says it; which parameters it has depends on the kind. */
struct keel_model_terms {
  enum keel_world_kind kind;
  double spot, drift, rate, yield;
  double vol, intensity, jump_mean, jump_std, up_probability, up_rate, down_rate;
  double variance, kappa, theta, xi, rho, hurst, eta;
  const char *file;
  double mean_block;
  int own_drift, max_gap_days;
  struct keel_forced_day forced;
  struct keel_implied_rule implied;
};

/* The world and the rule of what `map` says; `drift` is settled, `market_vol` that of the underlying's terms or NaN.
 * Refuses what the kind does not have, misses or does not allow. */
keel_status keel_model_read(struct keel_config_reader *reader, const struct keel_config_node *map,
                            const struct keel_model_terms *terms, double market_vol, struct keel_model *model);

#endif
