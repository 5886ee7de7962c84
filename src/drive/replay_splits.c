/* Splits of a replay: those that its tape or its hedges cannot pass, and those that the tape does not show. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "drive/replay.h"

/* ---- what is refused ---- */

static keel_status refuse_split(const struct keel_replay *replay, size_t u, const char *what, keel_error *error) {
  return keel_fail_at(error, replay->strategy->path, 0, "market.splits", "%s has splits, and %s",
                      replay->strategy->market.underlyings[u].name, what);
}

/* Quotes that were put into the terms of after a split by their import. */
static keel_status check_adjusted(const struct keel_replay *replay, size_t u, keel_error *error) {
  struct keel_tape_split split;
  for (size_t i = 0; keel_tape_split_at(replay->tape, i, &split); i++) {
    if (strcmp(split.underlying, replay->strategy->market.underlyings[u].name) != 0) continue;
    char date[40], what[256];
    keel_time_format(split.ex_ns, date);
    snprintf(what, sizeof what,
             "the tape is in the terms of after its split of %g for 1 at %s already (its import had a factor file), so "
             "this would be done twice: leave them out, with the book in those terms, or import without that file",
             split.ratio, date);
    return refuse_split(replay, u, what, error);
  }
  return KEEL_STATUS_OK;
}

/* Whose holdings and orders a split does not know how to convert. */
static keel_status check_policy(const struct keel_replay *replay, const struct keel_policy *policy, size_t u,
                                keel_error *error) {
  const struct keel_hedge_instrument *with[KEEL_HEDGES_MAX];
  size_t count = keel_policy_instruments(policy, replay->strategy->market.underlyings[u].name, with);
  if (policy->target.kind == KEEL_TARGET_NONE) return KEEL_STATUS_OK;
  if (policy->execution.fill == KEEL_FILL_NEXT)
    return refuse_split(replay, u, "orders that wait (execution.fill: next) cannot pass one; allowed: decision", error);
  for (size_t k = 0; k < count && k < KEEL_HEDGES_MAX; k++)
    if (with[k]->contract.kind != KEEL_KIND_SPOT)
      return refuse_split(replay, u, "holdings of futures and options cannot pass one; allowed: spot", error);
  return KEEL_STATUS_OK;
}

keel_status keel_replay_check_splits(const struct keel_replay *replay, keel_error *error) {
  const struct keel_strategy *strategy = replay->strategy;
  for (size_t u = 0; u < strategy->market.underlying_count; u++) {
    if (!strategy->market.underlyings[u].split_count) continue;
    if (replay->model) return refuse_split(replay, u, "the tape is of a simulated market, which has none", error);
    keel_status status = check_adjusted(replay, u, error);
    for (size_t a = 0; a < keel_strategy_account_count(strategy); a++)
      for (size_t v = 0; v < strategy->variant_count && !status; v++)
        if (keel_replay_is_held(replay, u, a))
          status = check_policy(replay, keel_replay_policy(replay, a, v), u, error);
    if (status) return status;
  }
  return KEEL_STATUS_OK;
}

/* ---- what is said ---- */

/* The last mid of an underlying's spot before an instant, and the first from then on; NaN where there is none. */
static void spot_around(const struct keel_replay *replay, const char *underlying, int64_t time_ns, double around[2]) {
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  size_t id = 0;
  around[0] = around[1] = NAN;
  while (id < replay->listed_count &&
         (replay->listed[id]->kind != KEEL_KIND_SPOT || strcmp(replay->listed[id]->underlying, underlying) != 0))
    id++;
  while (isnan(around[1]) && keel_tape_next(replay->tape, &cursor, &instant))
    for (size_t i = 0; i < instant.count; i++) {
      double mid = 0.5 * (instant.bids[i] + instant.asks[i]);
      if (instant.ids[i] == id && mid > 0) around[instant.time_ns >= time_ns] = mid;
    }
}

int keel_replay_split_unseen(const struct keel_replay *replay, size_t u, size_t index, char *text, size_t size) {
  const struct keel_underlying_terms *terms = &replay->strategy->market.underlyings[u];
  const struct keel_split *split = &terms->splits[index];
  double around[2], low = fmin(split->ratio, 1), high = fmax(split->ratio, 1);
  char when[40];
  if (split->ex_ns <= keel_replay_begin(replay)) return 0;
  spot_around(replay, terms->name, split->ex_ns, around);
  /* Nearer to no split than to this one, by ratios; none of the two is a number if there is no spot. */
  double fell = around[0] / around[1];
  if (!(split->ratio > 1 ? fell * fell < high : fell * fell > low)) return 0;
  keel_time_format(split->ex_ns, when);
  snprintf(text, size,
           "%s does not show its split of %g for 1 at %s: spot goes from %.6g to %.6g. If the prices of the tape are "
           "adjusted already, leave market.splits out.",
           terms->name, split->ratio, when, around[0], around[1]);
  return 1;
}
