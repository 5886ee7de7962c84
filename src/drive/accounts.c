#include "drive/accounts.h"

#include <string.h>

#include "drive/dates.h"

size_t keel_strategy_account_count(const struct keel_strategy *strategy) {
  return strategy->account_count ? strategy->account_count : 1;
}

const char *keel_strategy_account_name(const struct keel_strategy *strategy, size_t account) {
  return strategy->account_count ? strategy->accounts[account].name : "";
}

int keel_strategy_account_is_own(const struct keel_strategy *strategy, size_t account) {
  return strategy->account_count && strategy->accounts[account].variants;
}

const struct keel_variant *keel_strategy_account_variant(const struct keel_strategy *strategy, size_t account,
                                                         size_t variant) {
  return keel_strategy_account_is_own(strategy, account) ? &strategy->accounts[account].variants[variant]
                                                         : &strategy->variants[variant];
}

const struct keel_costs *keel_strategy_account_costs(const struct keel_strategy *strategy, size_t account) {
  return keel_strategy_account_is_own(strategy, account) ? &strategy->accounts[account].costs : &strategy->costs;
}

const struct keel_limits *keel_strategy_account_limits(const struct keel_strategy *strategy, size_t account) {
  return keel_strategy_account_is_own(strategy, account) ? &strategy->accounts[account].limits : &strategy->limits;
}

size_t keel_strategy_sleeve_count(const struct keel_strategy *strategy) {
  return strategy->sleeves ? strategy->sleeve_count : strategy->market.underlying_count;
}

struct keel_sleeve keel_strategy_sleeve(const struct keel_strategy *strategy, size_t sleeve) {
  return strategy->sleeves ? strategy->sleeves[sleeve] : (struct keel_sleeve){.number = (uint32_t)sleeve};
}

/* But for spot and futures, which say what options deliver; and with what a step knows of its target. */
static struct keel_variant *without_options(struct keel_arena *arena, const struct keel_variant *variant) {
  const struct keel_policy *policy = &variant->policy;
  struct keel_variant *own = KEEL_ARENA_NEW(arena, struct keel_variant, 1);
  *own = *variant;
  own->policy.with = KEEL_ARENA_NEW(arena, struct keel_hedge_instrument, policy->with_count);
  own->policy.with_count = 0;
  for (size_t i = 0; i < policy->with_count; i++)
    if (!policy->with[i].is_choice && !keel_kind_is_option(policy->with[i].contract.kind))
      own->policy.with[own->policy.with_count++] = policy->with[i];
  keel_target_leave_stepped(&own->policy.target);
  return own;
}

void keel_strategy_leave_out_hedges(struct keel_arena *arena, struct keel_strategy *strategy) {
  struct keel_book_account *accounts = KEEL_ARENA_NEW(arena, struct keel_book_account, strategy->account_count);
  if (strategy->account_count) memcpy(accounts, strategy->accounts, strategy->account_count * sizeof *accounts);
  for (size_t a = 0; a < strategy->account_count; a++)
    if (accounts[a].variants) accounts[a].variants = without_options(arena, accounts[a].variants);
  strategy->variants = without_options(arena, strategy->variants);
  strategy->variant_count = 1;
  strategy->accounts = accounts;
  strategy->no_steps.status = KEEL_STATUS_OK;
}

struct keel_wiring_account *keel_accounts_wired(struct keel_arena *arena, const struct keel_strategy *strategy,
                                                const struct keel_policy *const *policies, size_t variant_count,
                                                int64_t start_ns) {
  size_t count = keel_strategy_account_count(strategy);
  struct keel_wiring_account *accounts = KEEL_ARENA_NEW(arena, struct keel_wiring_account, count);
  for (size_t a = 0; a < count; a++) {
    const struct keel_policy **own = KEEL_ARENA_NEW(arena, const struct keel_policy *, variant_count);
    for (size_t v = 0; v < variant_count; v++) {
      int given = policies && !keel_strategy_account_is_own(strategy, a);
      own[v] = given ? policies[v] : &keel_strategy_account_variant(strategy, a, v)->policy;
      if (start_ns != KEEL_TIME_NONE) own[v] = keel_policy_dated(arena, own[v], start_ns);
    }
    accounts[a] = (struct keel_wiring_account){.name = keel_strategy_account_name(strategy, a),
                                               .policies = own,
                                               .costs = keel_strategy_account_costs(strategy, a),
                                               .limits = keel_strategy_account_limits(strategy, a)};
  }
  return accounts;
}

struct keel_wiring_account *keel_accounts_under(struct keel_arena *arena, const struct keel_wiring_account *accounts,
                                                size_t count, const uint32_t *variants, size_t variant_count) {
  struct keel_wiring_account *some = KEEL_ARENA_NEW(arena, struct keel_wiring_account, count);
  for (size_t a = 0; a < count; a++) {
    const struct keel_policy **policies = KEEL_ARENA_NEW(arena, const struct keel_policy *, variant_count);
    for (size_t v = 0; v < variant_count; v++) policies[v] = accounts[a].policies[variants[v]];
    some[a] = accounts[a];
    some[a].policies = policies;
  }
  return some;
}
