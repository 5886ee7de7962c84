/* What one hedge says as a whole, and beside the market, the book and the limits: see strategy_check.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/strategy_check.h"
#include "drive/strategy_fields.h"

/* ---- one instrument ---- */

#define LOT_LEAST 1e-12 /* so that holdings are numbers of lots that a double can have */

static int has_underlying(const struct keel_market_terms *market, const char *name) {
  return keel_market_underlying(market, name) >= 0;
}

static int same_underlying(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static int same_years(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

/* But for the underlying. */
static int same_terms(const struct keel_contract *a, const struct keel_contract *b) {
  return a->kind == b->kind && a->strike == b->strike && a->expiry_ns == b->expiry_ns;
}

static keel_status check_names(struct keel_strategy_check *check, const struct keel_policy *policy,
                               const struct keel_config_node *item) {
  const struct keel_hedge_instrument *with = &policy->with[item->index];
  if (with->underlying && !has_underlying(&check->strategy->market, with->underlying))
    return keel_config_fail(check->reader->error, item, "underlying", "`%.80s` is no underlying of the book",
                            with->underlying);
  for (size_t i = 0; i < item->index; i++) {
    const struct keel_hedge_instrument *other = &policy->with[i];
    if (with->is_choice || other->is_choice || !same_underlying(other->underlying, with->underlying) ||
        !same_terms(&other->contract, &with->contract) || !same_years(other->years, with->years))
      continue;
    return keel_config_fail(check->reader->error, item, NULL, "is the same as hedge.with.%zu", i);
  }
  return KEEL_STATUS_OK;
}

static keel_status check_size(struct keel_strategy_check *check, const struct keel_hedge_instrument *with,
                              const struct keel_config_node *item) {
  keel_error *error = check->reader->error;
  const struct keel_limits *limits = check->account ? &check->account->limits : &check->strategy->limits;
  int are_own = check->account && keel_config_child(check->account->node, "limits");
  const struct keel_config_node *root = are_own ? check->account->node : check->root;
  if (with->lot > 0 && with->lot < LOT_LEAST)
    return keel_config_fail(error, item, "lot", "is %g; allowed: 0 for any fraction, or %g at least", with->lot,
                            LOT_LEAST);
  if (limits->order_qty_max < with->lot)
    return keel_config_fail(error, root, "limits.order_qty_max", "is %g, below one lot (%g): no order could be sent",
                            limits->order_qty_max, with->lot);
  if (limits->position_qty_max < with->lot)
    return keel_config_fail(error, root, "limits.position_qty_max", "is %g, below one lot (%g): nothing could be held",
                            limits->position_qty_max, with->lot);
  if (with->qty_max < with->lot)
    return keel_config_fail(error, item, "qty_max", "is %g, below one lot (%g): nothing could be held", with->qty_max,
                            with->lot);
  if (with->qty_min > limits->order_qty_max)
    return keel_config_fail(error, item, "qty_min", "is %g, above limits.order_qty_max (%g): no order could be sent",
                            with->qty_min, limits->order_qty_max);
  return KEEL_STATUS_OK;
}

/* What is in the book too has the multiplier and the exercise that it has there. */
static keel_status check_held(struct keel_strategy_check *check, const struct keel_hedge_instrument *with,
                              const struct keel_config_node *item) {
  const struct keel_book *book = &check->strategy->book;
  keel_error *error = check->reader->error;
  for (size_t i = 0; i < book->count; i++) {
    const struct keel_position *position = &book->positions[i];
    const struct keel_contract *held = &position->contract, *own = &with->contract;
    if (!same_terms(held, own) || !same_years(position->years, with->years)) continue;
    if (with->underlying && strcmp(with->underlying, held->underlying) != 0) continue;
    if (held->multiplier != own->multiplier)
      return keel_config_fail(error, item, "multiplier", "is %g, and %g for the same contract in the book",
                              own->multiplier, held->multiplier);
    if (keel_kind_is_option(own->kind) && position->exercise_given && held->exercise != own->exercise)
      return keel_config_fail(error, item, "exercise", "is %s, and %s for the same contract in the book",
                              keel_exercise_name(own->exercise), keel_exercise_name(held->exercise));
  }
  return KEEL_STATUS_OK;
}

/* A date and a number of years are compared where the run says its start. */
static int expires_before(const struct keel_run_terms *run, const struct keel_hedge_instrument *with,
                          const struct keel_position *position) {
  int64_t own_ns = with->contract.expiry_ns, held_ns = position->contract.expiry_ns;
  if (own_ns == KEEL_TIME_NONE && held_ns == KEEL_TIME_NONE) return with->years < position->years;
  if (own_ns != KEEL_TIME_NONE && held_ns != KEEL_TIME_NONE) return own_ns < held_ns;
  if (run->start_ns == KEEL_TIME_NONE) return 0;
  double dated = (double)((own_ns == KEEL_TIME_NONE ? held_ns : own_ns) - run->start_ns) / (double)KEEL_NS_PER_YEAR;
  return own_ns == KEEL_TIME_NONE ? with->years < dated : dated < position->years;
}

static void warn_of_expiry(struct keel_strategy_check *check, const struct keel_hedge_instrument *with,
                           const struct keel_config_node *item) {
  const struct keel_strategy *strategy = check->strategy;
  if (with->is_choice) return;
  for (size_t i = 0; i < strategy->book.count && with->contract.kind != KEEL_KIND_SPOT; i++) {
    const struct keel_position *position = &strategy->book.positions[i];
    if (with->underlying && strcmp(with->underlying, position->contract.underlying) != 0) continue;
    if (position->contract.kind != KEEL_KIND_SPOT && expires_before(&strategy->run, with, position)) {
      keel_strategy_warn(check, item, keel_config_child(item, "years") ? "years" : "expiry",
                         "is before that of the book's last position: what is left then has no hedge");
      return;
    }
  }
}

/* The future that a rolled one goes over to: the next of the list for the same underlying; NULL where there is none. */
static const struct keel_hedge_instrument *next_future(const struct keel_policy *policy, size_t at) {
  for (size_t i = at + 1; i < policy->with_count; i++)
    if (policy->with[i].contract.kind == KEEL_KIND_FUTURE &&
        same_underlying(policy->with[i].underlying, policy->with[at].underlying))
      return &policy->with[i];
  return NULL;
}

/* A future that rolls has one of a later expiry behind it. */
static keel_status check_next(struct keel_strategy_check *check, const struct keel_policy *policy,
                              const struct keel_config_node *item) {
  const struct keel_hedge_instrument *with = &policy->with[item->index], *next = next_future(policy, item->index);
  if (!next)
    return keel_config_fail(check->reader->error, item, "roll_days",
                            "has no future to roll into; give the next one behind it in the list");
  int64_t own_ns = with->contract.expiry_ns, next_ns = next->contract.expiry_ns;
  int dated = own_ns != KEEL_TIME_NONE && next_ns != KEEL_TIME_NONE;
  if (dated ? next_ns > own_ns : next->years > with->years) return KEEL_STATUS_OK;
  return keel_config_fail(
      check->reader->error, item, "roll_days",
      "rolls into a future that does not expire later; give futures in order, all by `expiry` or all "
      "by `years`");
}

/* Whether another future rolls into this one, so that the two are one instrument. */
static int is_rolled_into(const struct keel_policy *policy, size_t at) {
  for (size_t i = 0; i < at; i++)
    if (policy->with[i].roll_days && next_future(policy, i) == &policy->with[at]) return 1;
  return 0;
}

static keel_status check_instrument(struct keel_strategy_check *check, const struct keel_policy *policy,
                                    const struct keel_config_node *item) {
  const struct keel_hedge_instrument *with = &policy->with[item->index];
  int64_t start_ns = check->strategy->run.start_ns;
  keel_error *error = check->reader->error;
  if (with->contract.expiry_ns != KEEL_TIME_NONE && start_ns != KEEL_TIME_NONE && with->contract.expiry_ns <= start_ns)
    return keel_config_fail(error, item, "expiry", "is not after `run.start`");
  if (policy->target.kind == KEEL_TARGET_SHARE_BALANCE && with->contract.kind != KEEL_KIND_SPOT)
    return keel_config_fail(error, item, "instrument", "is %s; share_balance holds shares: allowed: spot",
                            keel_config_child(item, "instrument")->text);
  keel_status status = check_names(check, policy, item);
  if (!status) status = check_size(check, with, item);
  if (!status) status = check_held(check, with, item);
  if (!status && with->roll_days) status = check_next(check, policy, item);
  if (!status && !with->roll_days) warn_of_expiry(check, with, item);
  return status;
}

/* ---- the instruments together ---- */

/* Those of one underlying: that name it, else that name none. */
struct instruments {
  size_t count, options, choices;
  size_t expiries; /* distinct ones of the options */
};

static int is_new_expiry(const struct keel_policy *policy, size_t at) {
  const struct keel_hedge_instrument *with = &policy->with[at];
  for (size_t i = 0; i < at; i++) {
    const struct keel_hedge_instrument *other = &policy->with[i];
    if (keel_kind_is_option(other->contract.kind) && same_underlying(other->underlying, with->underlying) &&
        other->contract.expiry_ns == with->contract.expiry_ns && same_years(other->years, with->years))
      return 0;
  }
  return 1;
}

static struct instruments count_instruments(const struct keel_policy *policy, const char *underlying) {
  struct instruments found = {0};
  for (size_t i = 0; i < policy->with_count; i++) {
    if (!same_underlying(policy->with[i].underlying, underlying)) continue;
    int is_option = keel_kind_is_option(policy->with[i].contract.kind);
    found.count += !is_rolled_into(policy, i);
    found.options += is_option;
    found.choices += (size_t)policy->with[i].is_choice;
    found.expiries += is_option && is_new_expiry(policy, i);
  }
  return found.count || !underlying ? found : count_instruments(policy, NULL);
}

static void name_exposures(const struct keel_target *target, char *buffer, size_t size) {
  buffer[0] = '\0';
  for (size_t i = 0; i < target->exposure_count; i++) {
    size_t used = strlen(buffer);
    snprintf(buffer + used, size - used, "%s%s", i ? ", " : "", keel_exposure_table[target->exposures[i]].name);
  }
}

/* As many instruments as exposures, those that a step knows, and among them enough that have gamma and vega. What has
 * others is no mistake for `keel hedge`, which takes any: whoever steps refuses it (keel_strategy_steps). */
static keel_status check_count(struct keel_strategy_check *check, const struct keel_variant *variant,
                               const struct instruments *found, const char *underlying) {
  const struct keel_target *target = &variant->policy.target;
  size_t need = target->exposure_count;
  size_t curved = need - (size_t)keel_strategy_neutralises(target, KEEL_EXPOSURE_DELTA);
  keel_error *error = &check->strategy->no_steps;
  char names[80];
  name_exposures(target, names, sizeof names);
  if (need && target->exposures[need - 1] >= KEEL_EXPOSURE_COUNT)
    return keel_config_fail(error, variant->hedge, "target.neutral",
                            "has %s, which `keel hedge` alone brings in; allowed where time passes: delta, gamma, vega",
                            keel_exposure_table[target->exposures[need - 1]].name);
  if (found->choices)
    return keel_config_fail(error, variant->hedge, "with",
                            "has `instrument: options`, which `keel hedge` alone chooses among the quotes at hand; "
                            "name the options");
  if (found->count != need)
    return keel_config_fail(error, variant->hedge, "with",
                            "has %zu for `%.80s`, and the target has %zu exposure%s (%s); "
                            "give as many",
                            found->count, underlying, need, need == 1 ? "" : "s", names);
  if (found->options < curved)
    return keel_config_fail(
        error, variant->hedge, "with",
        "has %zu option%s for `%.80s`, and spot and futures have neither gamma nor vega: %zu at least "
        "for %s",
        found->options, found->options == 1 ? "" : "s", underlying, curved, names);
  if (curved == 2 && found->expiries == 1)
    keel_strategy_warn(check, variant->hedge, "with",
                       "has options of one expiry for `%.80s`: their gamma and vega are in one ratio but for the skew, "
                       "so that both are hard to hedge by them",
                       underlying);
  return KEEL_STATUS_OK;
}

/* Whether what an underlying's options deliver can be held: spot, or the future that options on a future deliver. */
static int holds_delivery(const struct keel_policy *policy, const struct keel_market_terms *market, size_t u) {
  const struct keel_hedge_instrument *with[KEEL_HEDGES_MAX];
  size_t count = keel_policy_instruments(policy, market->underlyings[u].name, with);
  const struct keel_underlying_terms *terms = &market->underlyings[u];
  int on_future = terms->on == KEEL_ON_FUTURE || terms->yield == market->rate;
  if (terms->on == KEEL_ON_UNSAID && market->tape) on_future = 1; /* the tape may say so: replay_check.c asks it */
  for (size_t i = 0; i < count && i < KEEL_HEDGES_MAX; i++) {
    enum keel_kind kind = with[i]->contract.kind;
    if (kind == KEEL_KIND_SPOT || (kind == KEEL_KIND_FUTURE && on_future)) return 1;
  }
  return 0;
}

static int delivers(const struct keel_position *position, const struct keel_underlying_terms *terms) {
  enum keel_settlement own = position->contract.settlement;
  return keel_kind_is_option(position->contract.kind) && strcmp(position->contract.underlying, terms->name) == 0 &&
         (own ? own : terms->settlement) == KEEL_SETTLEMENT_PHYSICAL;
}

int keel_strategy_may_deliver(const struct keel_strategy *strategy, const struct keel_underlying_terms *terms) {
  int any = terms->settlement == KEEL_SETTLEMENT_PHYSICAL;
  for (size_t i = 0; i < strategy->book.count; i++) any |= delivers(&strategy->book.positions[i], terms);
  for (size_t i = 0; i < strategy->fills.count; i++) any |= delivers(&strategy->fills.trades[i].position, terms);
  return any;
}

static keel_status check_delivery(struct keel_strategy_check *check, const struct keel_variant *variant) {
  const struct keel_market_terms *market = &check->strategy->market;
  for (size_t u = 0; u < market->underlying_count; u++)
    if (keel_strategy_hedges(check, u) && keel_strategy_may_deliver(check->strategy, &market->underlyings[u]) &&
        !holds_delivery(&variant->policy, market, u))
      return keel_config_fail(
          check->reader->error, variant->hedge, "with",
          "has no spot to take what options on `%.80s` deliver (settlement: physical); give one, or "
          "for options on a future (market.on: future) that future",
          market->underlyings[u].name);
  return KEEL_STATUS_OK;
}

static keel_status check_any(struct keel_strategy_check *check, const struct keel_variant *variant,
                             const char *underlying) {
  struct instruments found = count_instruments(&variant->policy, underlying);
  if (!found.count)
    return keel_config_fail(check->reader->error, variant->hedge, "with",
                            "has nothing that hedges `%.80s`; give one, as [{instrument: spot, lot: 1}]", underlying);
  if (!check->strategy->no_steps.status) check_count(check, variant, &found, underlying);
  return KEEL_STATUS_OK;
}

static keel_status check_cover(struct keel_strategy_check *check, const struct keel_variant *variant) {
  const struct keel_market_terms *market = &check->strategy->market;
  const struct keel_policy *policy = &variant->policy;
  const struct keel_config_node *list = keel_config_child(variant->hedge, "with");
  const struct keel_config_node *any = list ? list->first : NULL;
  while (any && policy->with[any->index].underlying) any = any->next;
  size_t named = 0;
  size_t held = 0;
  for (size_t u = 0; u < market->underlying_count; u++) {
    size_t i = 0;
    if (!keel_strategy_hedges(check, u)) continue;
    held++;
    while (i < policy->with_count && !same_underlying(policy->with[i].underlying, market->underlyings[u].name)) i++;
    named += i < policy->with_count;
  }
  if (any && held && named == held)
    keel_strategy_warn(check, any, NULL, "hedges nothing: every underlying of the book has an entry of its own");
  keel_status status = KEEL_STATUS_OK;
  for (size_t u = 0; u < market->underlying_count && !status && policy->target.kind != KEEL_TARGET_NONE; u++)
    if (keel_strategy_hedges(check, u)) status = check_any(check, variant, market->underlyings[u].name);
  return status;
}

/* ---- triggers and move ---- */

/* Shares of an underlying that its positions would be if each had a delta of 1: what its gross delta cannot exceed. */
static double shares_of(const struct keel_strategy_check *check, const char *underlying) {
  const struct keel_book *book = &check->strategy->book;
  double sum = 0;
  for (size_t i = 0; i < book->count; i++)
    if (same_underlying(book->positions[i].contract.underlying, underlying) &&
        (!check->account || keel_account_same(book->positions[i].account, check->account->name)))
      sum += fabs(book->positions[i].qty) * book->positions[i].contract.multiplier;
  return sum;
}

/* The widest that a band of delta may be, in shares, as far as it is known before the run; infinity where it is not. */
static double widest_band(const struct keel_strategy_check *check, const struct keel_trigger *trigger, size_t u) {
  const struct keel_strategy *strategy = check->strategy;
  switch (trigger->band) {
    case KEEL_BAND_SHARES:
      return trigger->band_size;
    case KEEL_BAND_FRACTION:
      return trigger->band_size * shares_of(check, strategy->market.underlyings[u].name);
    case KEEL_BAND_CURRENCY: /* by the spot that a simulation starts at */
      return strategy->simulated.models ? trigger->band_size / strategy->simulated.models[u].world.spot : INFINITY;
    default:
      return INFINITY;
  }
}

static keel_status refuse_band(struct keel_strategy_check *check, const struct keel_variant *variant, double widest,
                               double half_lot) {
  const struct keel_trigger *trigger = &variant->policy.triggers[KEEL_EXPOSURE_DELTA];
  const char *field = trigger->band == KEEL_BAND_SHARES     ? "trigger.band.shares"
                      : trigger->band == KEEL_BAND_FRACTION ? "trigger.band.fraction"
                                                            : "trigger.band.currency";
  char shares[60] = "";
  if (trigger->band != KEEL_BAND_SHARES) snprintf(shares, sizeof shares, ", %g shares at most", widest);
  return keel_config_fail(
      check->reader->error, variant->hedge, field,
      "is %g%s, below half a lot (%g shares): it would fire where no order brings the holding closer; "
      "allowed: %g or more, or a smaller lot",
      trigger->band_size, shares, half_lot, trigger->band_size * (half_lot / widest));
}

/* Delta is moved by lots of spot or of the future. */
static keel_status check_band(struct keel_strategy_check *check, const struct keel_variant *variant) {
  const struct keel_policy *policy = &variant->policy;
  const struct keel_market_terms *market = &check->strategy->market;
  for (size_t i = 0; i < policy->with_count; i++) {
    const struct keel_hedge_instrument *with = &policy->with[i];
    double half_lot = 0.5 * with->lot * with->contract.multiplier;
    if (keel_kind_is_option(with->contract.kind)) continue;
    for (size_t u = 0; u < market->underlying_count; u++) {
      if (with->underlying && !same_underlying(with->underlying, market->underlyings[u].name)) continue;
      if (!keel_strategy_hedges(check, u)) continue;
      double widest = widest_band(check, &policy->triggers[KEEL_EXPOSURE_DELTA], u);
      if (widest < half_lot) return refuse_band(check, variant, widest, half_lot);
    }
  }
  return KEEL_STATUS_OK;
}

static keel_status check_move(struct keel_strategy_check *check, const struct keel_variant *variant) {
  const struct keel_policy *policy = &variant->policy;
  struct keel_target stepped = policy->target;
  const struct keel_target *target = &stepped;
  keel_target_leave_stepped(&stepped);
  if (policy->move.to != KEEL_MOVE_EDGE && policy->move.to != KEEL_MOVE_INNER) return KEEL_STATUS_OK;
  for (size_t i = 0; i < target->exposure_count; i++)
    if (policy->triggers[target->exposures[i]].band != KEEL_BAND_NONE) return KEEL_STATUS_OK;
  if (target->kind == KEEL_TARGET_NONE) return KEEL_STATUS_OK;
  return keel_config_fail(check->reader->error, variant->hedge, "move.to",
                          "is %s, and there is no band to stop %s; give hedge.trigger.band, or centre",
                          policy->move.to == KEEL_MOVE_EDGE ? "edge" : "inner",
                          policy->move.to == KEEL_MOVE_EDGE ? "at the edge of" : "inside of");
}

/* The time after which `every` fires again; KEEL_TIME_NONE where there is none. */
static int64_t period(const struct keel_trigger *trigger) {
  if (trigger->every == KEEL_EVERY_DAYS) return trigger->every_days * KEEL_NS_PER_DAY;
  return trigger->every == KEEL_EVERY_DURATION ? trigger->every_ns : KEEL_TIME_NONE;
}

static int is_empty(const struct keel_trigger *trigger) {
  return trigger->every == KEEL_EVERY_NONE && trigger->band == KEEL_BAND_NONE && !(trigger->price_move > 0) &&
         !(trigger->vol_move > 0) && !trigger->session_count;
}

static keel_status check_triggers(struct keel_strategy_check *check, const struct keel_variant *variant) {
  const struct keel_policy *policy = &variant->policy;
  struct keel_target stepped = policy->target;
  const struct keel_target *target = &stepped;
  keel_target_leave_stepped(&stepped);
  const struct keel_config_node *market = keel_config_child(check->root, "market");
  if (!keel_config_child(variant->hedge, "trigger"))
    return keel_config_fail(check->reader->error, variant->hedge, "trigger",
                            "is missing: when to act, as {every: 1d}; {} is only at first");
  size_t empty = 0;
  for (size_t i = 0; i < target->exposure_count; i++) {
    const struct keel_trigger *trigger = &policy->triggers[target->exposures[i]];
    int64_t period_ns = period(trigger);
    if (keel_config_child(market, "stale") && period_ns != KEEL_TIME_NONE &&
        check->strategy->market.stale_ns > period_ns)
      keel_strategy_warn(check, check->root, "market.stale",
                         "is longer than `every` of the trigger: a decision may use quotes that are older than "
                         "the decision before it");
    empty += (size_t)is_empty(trigger);
  }
  if (target->exposure_count && empty == target->exposure_count)
    keel_strategy_warn(check, variant->hedge, "trigger",
                       "is empty: the hedge is set at the first step and never changed");
  for (size_t i = 0; i < target->exposure_count && empty < target->exposure_count; i++)
    if (is_empty(&policy->triggers[target->exposures[i]]))
      keel_strategy_warn(check, variant->hedge, "trigger",
                         "has nothing for %s: it is set at the first step and then not looked at",
                         keel_exposure_table[target->exposures[i]].name);
  return KEEL_STATUS_OK;
}

keel_status keel_strategy_check_variant(struct keel_strategy_check *check, struct keel_variant *variant) {
  const struct keel_config_node *list = keel_config_child(variant->hedge, "with");
  keel_status status = keel_strategy_settle(check, variant);
  for (const struct keel_config_node *item = list ? list->first : NULL; item && !status; item = item->next)
    status = check_instrument(check, &variant->policy, item);
  if (!status) status = check_cover(check, variant);
  if (!status) status = check_delivery(check, variant);
  if (!status) status = check_band(check, variant);
  if (!status) status = check_move(check, variant);
  if (!status && variant->policy.target.kind != KEEL_TARGET_NONE) status = check_triggers(check, variant);
  return status;
}
