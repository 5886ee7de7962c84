/* The accounts of a strategy: parts of its book that are hedged by themselves, each by the strategy's own hedge or by
 * one of its own. A strategy whose book names none has one, of no name. */
#ifndef KEEL_DRIVE_ACCOUNTS_H
#define KEEL_DRIVE_ACCOUNTS_H

#include "drive/strategy.h"
#include "hedge/wiring.h"

/* One at least. */
size_t keel_strategy_account_count(const struct keel_strategy *strategy);
const char *keel_strategy_account_name(const struct keel_strategy *strategy, size_t account);

/* Which hedge an account has under a variant, what it pays and may do. */
const struct keel_variant *keel_strategy_account_variant(const struct keel_strategy *strategy, size_t account,
                                                         size_t variant);
const struct keel_costs *keel_strategy_account_costs(const struct keel_strategy *strategy, size_t account);
const struct keel_limits *keel_strategy_account_limits(const struct keel_strategy *strategy, size_t account);

/* What they hold, in the order of the underlyings of a wiring: each underlying of the market, in each account of it. */
size_t keel_strategy_sleeve_count(const struct keel_strategy *strategy);
struct keel_sleeve keel_strategy_sleeve(const struct keel_strategy *strategy, size_t sleeve);

/* Whether an account has an entry of its own in `accounts`. */
int keel_strategy_account_is_own(const struct keel_strategy *strategy, size_t account);

/* The accounts as a wiring takes them, under all variants: shape [account]. Where `policies` (shape [variant]; may be
 * NULL) are given, they stand in for the strategy's own hedge and its variants. `years` are dated from start_ns, or
 * left where that is KEEL_TIME_NONE. Memory is of the arena. */
struct keel_wiring_account *keel_accounts_wired(struct keel_arena *arena, const struct keel_strategy *strategy,
                                                const struct keel_policy *const *policies, size_t variant_count,
                                                int64_t start_ns);

/* The same under some of the variants. */
struct keel_wiring_account *keel_accounts_under(struct keel_arena *arena, const struct keel_wiring_account *accounts,
                                                size_t count, const uint32_t *variants, size_t variant_count);

/* Leaves out all variants, options as hedges, and exposures that no step knows, so that a book is looked at by itself:
 * marks do not depend on them, and what a replay cannot hold, or only `keel hedge` can bring in, is nothing against
 * that. What the copy was made of stays. */
void keel_strategy_leave_out_hedges(struct keel_arena *arena, struct keel_strategy *strategy);

#endif
