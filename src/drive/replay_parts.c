/* Which variants run together, and how what they did becomes one result. */
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "drive/replay.h"

/* ---- before: variants into parts ---- */

/* The next future or option from `*at` on, or NULL. */
static const struct keel_hedge_instrument *next_dated(const struct keel_policy *policy, size_t *at) {
  while (*at < policy->with_count) {
    const struct keel_hedge_instrument *with = &policy->with[(*at)++];
    if (with->contract.kind != KEEL_KIND_SPOT) return with;
  }
  return NULL;
}

static int same_name(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static int same_contract(const struct keel_contract *a, const struct keel_contract *b) {
  int same_strike = !keel_kind_is_option(a->kind) || (a->strike == b->strike && a->exercise == b->exercise);
  return a->kind == b->kind && a->expiry_ns == b->expiry_ns && a->multiplier == b->multiplier && same_strike;
}

/* Whether two policies hedge with the same futures and options, and so watch the same contracts. */
static int watch_the_same(const struct keel_policy *a, const struct keel_policy *b) {
  size_t at_a = 0, at_b = 0;
  for (;;) {
    const struct keel_hedge_instrument *one = next_dated(a, &at_a), *other = next_dated(b, &at_b);
    if (!one || !other) return one == other;
    if (!same_contract(&one->contract, &other->contract) || !same_name(one->underlying, other->underlying)) return 0;
  }
}

/* Whether two variants do so in every account. */
static int variants_watch_the_same(const struct keel_replay *replay, size_t v, size_t w) {
  for (size_t a = 0; a < keel_strategy_account_count(replay->strategy); a++)
    if (!watch_the_same(keel_replay_policy(replay, a, v), keel_replay_policy(replay, a, w))) return 0;
  return 1;
}

/* Adds parts for a group of variants: as many as its share of the threads. */
static void split_group(struct keel_replay *replay, const uint32_t *group, size_t count, size_t threads) {
  size_t share = threads * count / replay->strategy->variant_count;
  size_t parts = share > count ? count : share > 1 ? share : 1;
  for (size_t p = 0; p < parts; p++) {
    struct keel_replay_part *part = &replay->parts[replay->part_count++];
    size_t first = p * count / parts;
    keel_arena_init(&part->arena);
    part->variants = group + first;
    part->variant_count = (p + 1) * count / parts - first;
  }
}

void keel_replay_lay_out(struct keel_replay *replay, size_t threads) {
  const struct keel_strategy *strategy = replay->strategy;
  size_t variants = strategy->variant_count, placed = 0;
  replay->parts = calloc(variants, sizeof *replay->parts);
  replay->totals = calloc(variants, sizeof *replay->totals);
  replay->account_totals = calloc(variants * keel_strategy_account_count(strategy), sizeof *replay->account_totals);
  keel_assert(replay->parts && replay->totals && replay->account_totals);
  uint32_t *order = KEEL_ARENA_NEW(&replay->arena, uint32_t, variants);
  unsigned char *done = KEEL_ARENA_NEW(&replay->arena, unsigned char, variants);
  for (size_t v = 0; v < variants; v++) {
    size_t first = placed;
    for (size_t w = v; w < variants; w++) {
      if (done[w] || !variants_watch_the_same(replay, v, w)) continue;
      done[w] = 1;
      order[placed++] = (uint32_t)w;
    }
    if (placed > first) split_group(replay, order + first, placed - first, threads);
  }
}

/* ---- after: one ledger ---- */

static int by_time(const void *left, const void *right) {
  const struct keel_ledger_row *a = left, *b = right;
  if (a->time_ns != b->time_ns) return a->time_ns < b->time_ns ? -1 : 1;
  if (a->underlying != b->underlying) return a->underlying < b->underlying ? -1 : 1;
  if (a->account != b->account) return a->account < b->account ? -1 : 1;
  if (a->variant != b->variant) return a->variant < b->variant ? -1 : 1;
  /* a liquidation is a row of its own, after the decision of its instant */
  return (a->reason == KEEL_REASON_LIQUIDATE) - (b->reason == KEEL_REASON_LIQUIDATE);
}

keel_status keel_replay_join(struct keel_replay *replay, keel_error *error) {
  size_t count = 0, at = 0, accounts = keel_strategy_account_count(replay->strategy);
  for (size_t p = 0; p < replay->part_count; p++) count += replay->parts[p].ledger.count;
  replay->rows = malloc((count ? count : 1) * sizeof *replay->rows);
  if (!replay->rows) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for the ledger");
  for (size_t p = 0; p < replay->part_count; p++) {
    struct keel_ledger *ledger = &replay->parts[p].ledger;
    if (ledger->count) memcpy(replay->rows + at, ledger->rows, ledger->count * sizeof *ledger->rows);
    at += ledger->count;
    for (size_t v = 0; v < replay->parts[p].variant_count; v++) {
      size_t variant = replay->parts[p].variants[v];
      replay->totals[variant] = ledger->totals[v];
      memcpy(replay->account_totals + variant * accounts, ledger->account_totals + v * accounts,
             accounts * sizeof *replay->account_totals);
    }
    keel_ledger_fini(ledger);
    ledger->rows = NULL;
  }
  replay->row_count = count;
  qsort(replay->rows, count, sizeof *replay->rows, by_time);
  return KEEL_STATUS_OK;
}
