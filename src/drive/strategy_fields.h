/* The fields of a strategy file: one table that drives reading, ranges, defaults, `--set`, help and docs/strategy.md.
 * Its parts are in strategy_market.c and strategy_hedge.c. */
#ifndef KEEL_DRIVE_STRATEGY_FIELDS_H
#define KEEL_DRIVE_STRATEGY_FIELDS_H

#include "base/config_read.h"
#include "drive/strategy.h"

/* Read into a keel_strategy, with a keel_field_context. */
extern const struct keel_config_field keel_strategy_fields[];

/* ---- the parts ---- */
extern const struct keel_config_type
    keel_type_market; /* struct keel_strategy: market, for the underlyings of its book */
extern const struct keel_config_field keel_strategy_market_fields[];
/* `market.calendar`, which has to be known before any date is read: into a const struct keel_calendar *. */
extern const struct keel_config_field keel_strategy_calendar_field;

/* `model`, `models` and `correlation` are read by keel_strategy_read_models, which the market calls when all it says is
 * known: struct keel_strategy: simulated, and the rate and yields that models give. */
extern const struct keel_config_type keel_type_model, keel_type_models, keel_type_correlation;
extern const struct keel_config_field keel_strategy_model_fields[]; /* into a keel_model_terms */
keel_status keel_strategy_read_models(struct keel_config_reader *reader, const struct keel_config_node *root,
                                      struct keel_strategy *strategy);
/* Refuses a name that the book does not have. */
keel_status keel_strategy_unknown_underlying(keel_error *error, const struct keel_config_node *node,
                                             const struct keel_market_terms *market);

extern const struct keel_config_type keel_type_hedge;    /* struct keel_strategy: variants[0] */
extern const struct keel_config_type keel_type_variants; /* struct keel_strategy: variants[1] on */
extern const struct keel_config_field keel_strategy_hedge_fields[], keel_strategy_variant_fields[];
/* Parts of a hedge, looked at for their names alone: read once they are merged over the strategy's own. */
extern const struct keel_config_type keel_type_partial_hedge;
/* A whole hedge into a policy. */
keel_status keel_strategy_read_policy(struct keel_config_reader *reader, const struct keel_config_node *hedge,
                                      struct keel_variant *variant);

/* struct keel_strategy: accounts, once they are listed and all else that they take from it is read. */
extern const struct keel_config_type keel_type_accounts;
extern const struct keel_config_field keel_strategy_account_fields[];
/* Those that the book and its fills name, and what they hold. */
void keel_strategy_list_accounts(struct keel_arena *arena, struct keel_strategy *strategy);
/* Into a keel_costs and a keel_limits. */
extern const struct keel_config_field keel_strategy_cost_fields[], keel_strategy_limit_fields[];

extern const struct keel_config_type keel_type_frontier; /* struct keel_strategy: frontier, once its hedge is read */
extern const struct keel_config_field keel_strategy_frontier_fields[];

extern const struct keel_config_field
    keel_strategy_risk_fields[]; /* struct keel_strategy: risk, once its market is read */
keel_status keel_strategy_check_risk(struct keel_config_reader *reader, const struct keel_config_node *node,
                                     void *strategy);

/* Into a keel_target, the triggers of a policy, a keel_hedge_instrument and a keel_fee_tier. */
extern const struct keel_config_field keel_strategy_target_fields[], keel_strategy_trigger_fields[],
    keel_strategy_with_fields[], keel_strategy_tier_fields[];
keel_status keel_strategy_check_target(struct keel_config_reader *reader, const struct keel_config_node *node,
                                       void *value);
keel_status keel_strategy_check_instrument(struct keel_config_reader *reader, const struct keel_config_node *node,
                                           void *value);
keel_status keel_strategy_check_tier(struct keel_config_reader *reader, const struct keel_config_node *node,
                                     void *value);
/* Fees are given in one way. */
keel_status keel_strategy_check_fees(struct keel_config_reader *reader, const struct keel_config_node *map);
/* Gives the exposures of the target without a trigger of their own the common one. */
keel_status keel_strategy_settle_triggers(struct keel_config_reader *reader, const struct keel_config_node *hedge,
                                          struct keel_policy *policy);
int keel_strategy_neutralises(const struct keel_target *target, enum keel_exposure exposure);

#endif
