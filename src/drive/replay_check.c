/* The book and its hedge against the tape: what is not there, has expired, or has another multiplier. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "drive/replay.h"

/* The contract as the tape has it, or NULL. */
static const struct keel_contract *listed_as(const struct keel_replay *replay, const struct keel_contract *contract) {
  for (size_t i = 0; i < replay->listed_count; i++)
    if (keel_contract_same(replay->listed[i], contract)) return replay->listed[i];
  return NULL;
}

/* The same contract on the same date at another time, as one that settles at the opening; NULL: none. */
static const struct keel_contract *that_day(const struct keel_replay *replay, const struct keel_contract *contract) {
  const struct keel_zone *zone = keel_calendar_zone(replay->strategy->market.calendar);
  for (size_t i = 0; i < replay->listed_count && contract->expiry_ns != KEEL_TIME_NONE; i++) {
    struct keel_contract other = *replay->listed[i];
    if (other.expiry_ns == KEEL_TIME_NONE) continue;
    if (keel_zone_date(zone, other.expiry_ns) != keel_zone_date(zone, contract->expiry_ns)) continue;
    other.expiry_ns = contract->expiry_ns;
    if (keel_contract_same(&other, contract)) return replay->listed[i];
  }
  return NULL;
}

enum { HINT_SIZE = 120 };

/* What the tape has in place of a contract, to be put into a message; "" for nothing. */
static const char *hint_of(const struct keel_replay *replay, const struct keel_contract *contract,
                           char hint[HINT_SIZE]) {
  const struct keel_contract *other = that_day(replay, contract);
  char when[40];
  hint[0] = '\0';
  if (!other) return hint;
  keel_time_format(other->expiry_ns, when);
  snprintf(hint, HINT_SIZE, ", which has it with expiry %s: give that time too", when);
  return hint;
}

static keel_status check_spot(const struct keel_replay *replay, const struct keel_position *position,
                              keel_error *error) {
  const char *underlying = position->contract.underlying;
  char names[256] = "";
  size_t used = 0;
  for (size_t i = 0; i < replay->listed_count; i++) {
    if (replay->listed[i]->kind != KEEL_KIND_SPOT) continue;
    if (strcmp(replay->listed[i]->underlying, underlying) == 0) return KEEL_STATUS_OK;
    if (used < sizeof names)
      used +=
          (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", replay->listed[i]->underlying);
  }
  return keel_fail_at(error, position->file, position->line, "underlying",
                      "the tape has no underlying \"%s\"; it has %s", underlying, used ? names : "none");
}

static keel_status check_position(const struct keel_replay *replay, const struct keel_position *position, int64_t begin,
                                  keel_error *error) {
  const struct keel_market_terms *market = &replay->strategy->market;
  keel_status status = check_spot(replay, position, error);
  if (status) return status;
  long u = keel_market_underlying(market, position->contract.underlying);
  char name[128], when[40];
  keel_contract_format(&position->contract, market->calendar, name, sizeof name);
  if (!isnan(position->years) && !replay->model)
    return keel_fail_at(error, position->file, position->line, "years",
                        "belongs to simulated markets; give `expiry` for a tape that was recorded");
  if (position->contract.kind != KEEL_KIND_SPOT && begin != KEEL_TIME_NONE && position->contract.expiry_ns <= begin) {
    keel_time_format(begin, when);
    return keel_fail_at(error, position->file, position->line, "expiry", "%s has expired when the run begins, at %s",
                        name, when);
  }
  const struct keel_contract *listed = listed_as(replay, &position->contract);
  if (listed && listed->multiplier != position->contract.multiplier)
    return keel_fail_at(error, position->file, position->line, "multiplier", "is %g, and on the tape %s has %g",
                        position->contract.multiplier, name, listed->multiplier);
  if (listed && position->exercise_given && listed->exercise != position->contract.exercise)
    return keel_fail_at(error, position->file, position->line, "exercise", "is %s, and on the tape %s is %s",
                        keel_exercise_name(position->contract.exercise), name, keel_exercise_name(listed->exercise));
  if (listed || position->contract.kind == KEEL_KIND_SPOT) return KEEL_STATUS_OK;
  if (replay->model)
    return keel_fail_at(error, position->file, position->line, NULL,
                        "%s is not on the tape of this simulated market; allowed: the contracts that it was made with",
                        name);
  char hint[HINT_SIZE];
  hint_of(replay, &position->contract, hint);
  if (!*hint && u >= 0 && !isnan(market->underlyings[u].implied_vol)) return KEEL_STATUS_OK;
  return keel_fail_at(error, position->file, position->line, *hint ? "expiry" : NULL,
                      "%s is not on the tape%s; allowed: a contract of the tape, or any with market.implied_vol given",
                      name, hint);
}

/* A future or option that hedges `underlying`. */
static keel_status check_listed(const struct keel_replay *replay, const struct keel_hedge_instrument *with,
                                const char *underlying, keel_error *error) {
  struct keel_contract contract = with->contract;
  contract.underlying = underlying;
  if (!replay->model && !isnan(with->years))
    return keel_fail_at(error, replay->strategy->path, 0, "hedge.with",
                        "`years` belongs to simulated markets; give `expiry` for a tape that was recorded");
  const struct keel_contract *listed = listed_as(replay, &contract);
  if (listed && listed->multiplier == contract.multiplier) return KEEL_STATUS_OK;
  char name[128];
  keel_contract_format(&contract, replay->strategy->market.calendar, name, sizeof name);
  if (listed)
    return keel_fail_at(error, replay->strategy->path, 0, "hedge.with", "multiplier is %g, and on the tape %s has %g",
                        contract.multiplier, name, listed->multiplier);
  char hint[HINT_SIZE];
  return keel_fail_at(error, replay->strategy->path, 0, "hedge.with",
                      "%s is not on the tape%s, so nothing can be traded; allowed: spot, or a contract of the tape",
                      name, hint_of(replay, &contract, hint));
}

static keel_status check_hedge(const struct keel_replay *replay, const struct keel_policy *policy, const char *name,
                               keel_error *error) {
  const struct keel_hedge_instrument *with[KEEL_HEDGES_MAX];
  keel_status status = KEEL_STATUS_OK;
  size_t count = keel_policy_instruments(policy, name, with);
  if (policy->target.kind == KEEL_TARGET_NONE) return KEEL_STATUS_OK;
  for (size_t k = 0; k < count && k < KEEL_HEDGES_MAX && !status; k++)
    if (with[k]->contract.kind != KEEL_KIND_SPOT) status = check_listed(replay, with[k], name, error);
  return status;
}

static int has_spot(const struct keel_policy *policy, const char *underlying) {
  const struct keel_hedge_instrument *with[KEEL_HEDGES_MAX];
  return keel_policy_instruments(policy, underlying, with) && with[0]->contract.kind == KEEL_KIND_SPOT;
}

/* Where the tape alone says whether an underlying is a future, it alone says what options on it deliver. */
static keel_status check_delivery(const struct keel_replay *replay, const struct keel_policy *policy, size_t u,
                                  keel_error *error) {
  const struct keel_strategy *strategy = replay->strategy;
  const struct keel_underlying_terms *terms = &strategy->market.underlyings[u];
  if (terms->yield == strategy->market.rate || keel_is_on_future(terms, replay->listed, replay->listed_count) ||
      policy->target.kind == KEEL_TARGET_NONE || has_spot(policy, terms->name) ||
      !keel_strategy_may_deliver(strategy, terms))
    return KEEL_STATUS_OK;
  return keel_fail_at(error, strategy->path, 0, "hedge.with",
                      "has no spot to take what options on %s deliver (settlement: physical), which is no future on "
                      "the tape; give one, or market.on: future",
                      terms->name);
}

int keel_replay_is_held(const struct keel_replay *replay, size_t u, size_t account) {
  const struct keel_strategy *strategy = replay->strategy;
  for (size_t i = 0; i < strategy->sleeve_count; i++)
    if (strategy->sleeves[i].number == u && strategy->sleeves[i].account == account) return 1;
  return strategy->sleeve_count == 0;
}

static keel_status check_policy(const struct keel_replay *replay, const struct keel_policy *policy, size_t u,
                                keel_error *error) {
  keel_status status = check_delivery(replay, policy, u, error);
  return status ? status : check_hedge(replay, policy, replay->strategy->market.underlyings[u].name, error);
}

static keel_status check_hedges(const struct keel_replay *replay, keel_error *error) {
  const struct keel_strategy *strategy = replay->strategy;
  keel_status status = KEEL_STATUS_OK;
  for (size_t a = 0; a < keel_strategy_account_count(strategy); a++)
    for (size_t v = 0; v < strategy->variant_count; v++)
      for (size_t u = 0; u < strategy->market.underlying_count && !status; u++)
        if (keel_replay_is_held(replay, u, a))
          status = check_policy(replay, keel_replay_policy(replay, a, v), u, error);
  return status;
}

/* What the tape says of an underlying, where the strategy does not: that it is a future, or that it is none. */
static keel_status check_future(const struct keel_replay *replay, size_t u, keel_error *error) {
  const struct keel_strategy *strategy = replay->strategy;
  const struct keel_underlying_terms *terms = &strategy->market.underlyings[u];
  int on_future = keel_is_on_future(terms, replay->listed, replay->listed_count);
  if (on_future && terms->yield != 0 && terms->yield != strategy->market.rate)
    return keel_fail_at(error, strategy->path, 0, "market.yield",
                        "is %g, and %s is a future on the tape, whose yield is the rate; leave it out, or give on: "
                        "spot",
                        terms->yield, terms->name);
  if (on_future && terms->dividend_count)
    return keel_fail_at(error, strategy->path, 0, "market.dividends",
                        "are given for %s, a future on the tape, which pays none; leave them out", terms->name);
  return KEEL_STATUS_OK;
}

static keel_status check_futures(const struct keel_replay *replay, keel_error *error) {
  keel_status status = KEEL_STATUS_OK;
  for (size_t u = 0; u < replay->strategy->market.underlying_count && !status; u++)
    status = check_future(replay, u, error);
  return status;
}

/* A model's vols are those of hedges too: there is nothing to shift. */
static keel_status check_overrides(const struct keel_replay *replay, keel_error *error) {
  const struct keel_strategy *strategy = replay->strategy;
  for (size_t u = 0; u < strategy->market.underlying_count && replay->model; u++)
    if (keel_has_overrides(&strategy->market.underlyings[u].overrides))
      return keel_fail_at(error, strategy->path, 0, "market.overrides",
                          "are of a recorded market, and the tape is of a simulated one: leave them out");
  return KEEL_STATUS_OK;
}

keel_status keel_replay_check(const struct keel_replay *replay, keel_error *error) {
  int64_t begin = keel_replay_begin(replay);
  for (size_t i = 0; i < replay->book.count; i++) {
    const struct keel_position *position = &replay->book.positions[i];
    keel_status status = check_position(replay, position, begin, error);
    if (status != KEEL_STATUS_OK) return status;
  }
  for (size_t i = 0; i < replay->fills.count; i++) {
    const struct keel_position *position = &replay->fills.trades[i].position;
    keel_status status = check_position(replay, position, begin, error);
    if (status != KEEL_STATUS_OK) return status;
  }
  keel_status status = check_futures(replay, error);
  if (!status) status = keel_replay_check_splits(replay, error);
  if (!status) status = check_overrides(replay, error);
  return status ? status : check_hedges(replay, error);
}
