#include "drive/strategy_check.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/fail.h"
#include "book/book_read.h"
#include "drive/strategy_fields.h"

struct check {
  struct keel_config_reader *reader;
  const struct keel_config_node *root;
  struct keel_strategy *strategy;
};

/* ---- warnings ---- */

static void add_warning(struct keel_strategy *strategy, const char *text) {
  for (size_t i = 0; i < strategy->warning_count; i++)
    if (strcmp(strategy->warnings[i], text) == 0) return;
  char **warnings = KEEL_ARENA_NEW(&strategy->arena, char *, strategy->warning_count + 1);
  for (size_t i = 0; i < strategy->warning_count; i++) warnings[i] = strategy->warnings[i];
  warnings[strategy->warning_count++] = keel_arena_text(&strategy->arena, text, strlen(text));
  strategy->warnings = warnings;
}

__attribute__((format(printf, 4, 5))) static void warn(struct check *check, const struct keel_config_node *node,
                                                       const char *below, const char *format, ...) {
  char where[320], what[400], text[740];
  va_list args;
  va_start(args, format);
  vsnprintf(what, sizeof what, format, args);
  va_end(args);
  keel_config_where(node, below, where, sizeof where);
  snprintf(text, sizeof text, "%s: %s", where, what);
  add_warning(check->strategy, text);
}

/* ---- run and book ---- */

static keel_status check_paths(struct check *check) {
  const struct keel_run_terms *run = &check->strategy->run;
  const struct keel_simulated_market *market = &check->strategy->simulated;
  keel_error *error = check->reader->error;
  size_t paths = (size_t)run->paths, points = market->sobol_points;
  if (points && (market->antithetic || market->matched))
    return keel_config_fail(error, check->root, "run.sobol", "goes with neither antithetic nor matched normals");
  if (points && paths % points)
    return keel_config_fail(error, check->root, "run.paths", "is %zu, no whole number of replicates of %zu points",
                            paths, points);
  if (market->antithetic && paths % 2)
    return keel_config_fail(error, check->root, "run.paths", "is %zu; antithetic paths come in pairs", paths);
  if (points && paths == points)
    warn(check, check->root, "run.sobol", "makes one replicate of all paths: there are no standard errors; give fewer");
  return KEEL_STATUS_OK;
}

static keel_status check_run(struct check *check) {
  const struct keel_run_terms *run = &check->strategy->run;
  if (run->start_ns != KEEL_TIME_NONE && run->end_ns != KEEL_TIME_NONE && run->start_ns > run->end_ns)
    return keel_config_fail(check->reader->error, check->root, "run.end", "is before `run.start`");
  return check_paths(check);
}

static keel_status refuse_position(struct check *check, size_t index, const char *field, const char *what) {
  char where[320];
  keel_book_where(keel_config_child(check->root, "book"), &check->strategy->book, index, field, where);
  return keel_fail(check->reader->error, KEEL_STATUS_INPUT, where, "%s", what);
}

static keel_status check_expiries(struct check *check) {
  const struct keel_strategy *strategy = check->strategy;
  int64_t start_ns = strategy->run.start_ns;
  for (size_t i = 0; i < strategy->book.count; i++) {
    const struct keel_position *position = &strategy->book.positions[i];
    int64_t expiry_ns = position->contract.expiry_ns;
    if (expiry_ns != KEEL_TIME_NONE && start_ns != KEEL_TIME_NONE && expiry_ns <= start_ns)
      return refuse_position(check, i, "expiry", "is not after `run.start`");
  }
  return KEEL_STATUS_OK;
}

/* ---- the instruments of one policy ---- */

static int has_underlying(const struct keel_market_terms *market, const char *name) {
  for (size_t i = 0; i < market->underlying_count; i++)
    if (strcmp(market->underlyings[i].name, name) == 0) return 1;
  return 0;
}

static int same_underlying(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static keel_status check_names(struct check *check, const struct keel_policy *policy,
                               const struct keel_config_node *item) {
  keel_error *error = check->reader->error;
  const char *name = policy->with[item->index].underlying;
  if (name && !has_underlying(&check->strategy->market, name))
    return keel_config_fail(error, item, "underlying", "`%.80s` is no underlying of the book", name);
  for (size_t i = 0; i < item->index; i++) {
    if (!same_underlying(policy->with[i].underlying, name)) continue;
    return keel_config_later(error, item, NULL, "a second instrument for %s%.80s%s is not available yet; give one",
                             name ? "`" : "", name ? name : "every underlying", name ? "`" : "");
  }
  return KEEL_STATUS_OK;
}

static keel_status check_size(struct check *check, const struct keel_hedge_instrument *with,
                              const struct keel_config_node *item) {
  keel_error *error = check->reader->error;
  const struct keel_limits *limits = &check->strategy->limits;
  const struct keel_config_node *root = check->root;
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

/* A future that is in the book too has the multiplier that it has there. */
static keel_status check_multiplier(struct check *check, const struct keel_hedge_instrument *with,
                                    const struct keel_config_node *item) {
  const struct keel_book *book = &check->strategy->book;
  for (size_t i = 0; i < book->count; i++) {
    const struct keel_contract *held = &book->positions[i].contract;
    if (held->kind != with->contract.kind || held->expiry_ns != with->contract.expiry_ns) continue;
    if (with->underlying && strcmp(with->underlying, held->underlying) != 0) continue;
    if (held->multiplier == with->contract.multiplier) continue;
    return keel_config_fail(check->reader->error, item, "multiplier", "is %g, and %g for the same contract in the book",
                            with->contract.multiplier, held->multiplier);
  }
  return KEEL_STATUS_OK;
}

static keel_status check_instrument(struct check *check, const struct keel_policy *policy,
                                    const struct keel_config_node *item) {
  const struct keel_hedge_instrument *with = &policy->with[item->index];
  int64_t start_ns = check->strategy->run.start_ns;
  if (with->contract.expiry_ns != KEEL_TIME_NONE && start_ns != KEEL_TIME_NONE && with->contract.expiry_ns <= start_ns)
    return keel_config_fail(check->reader->error, item, "expiry", "is not after `run.start`");
  if (policy->target.kind == KEEL_TARGET_SHARE_BALANCE && with->contract.kind != KEEL_KIND_SPOT)
    return keel_config_fail(check->reader->error, item, "instrument",
                            "is %s; share_balance holds shares: allowed: spot", keel_kind_name(with->contract.kind));
  keel_status status = check_names(check, policy, item);
  if (!status) status = check_size(check, with, item);
  return status ? status : check_multiplier(check, with, item);
}

/* Every underlying has the instrument that hedges it. */
static keel_status check_cover(struct check *check, const struct keel_policy *policy,
                               const struct keel_config_node *hedge) {
  const struct keel_market_terms *market = &check->strategy->market;
  const struct keel_config_node *list = keel_config_child(hedge, "with");
  const struct keel_config_node *any = list ? list->first : NULL;
  while (any && policy->with[any->index].underlying) any = any->next;
  size_t named = policy->with_count - (any ? 1 : 0);
  if (any && named >= market->underlying_count)
    warn(check, any, NULL, "hedges nothing: every underlying of the book has an entry of its own");
  if (any || policy->target.kind == KEEL_TARGET_NONE) return KEEL_STATUS_OK;
  for (size_t i = 0; i < market->underlying_count; i++) {
    size_t j = 0;
    while (j < policy->with_count && strcmp(policy->with[j].underlying, market->underlyings[i].name) != 0) j++;
    if (j == policy->with_count)
      return keel_config_fail(check->reader->error, hedge, "with",
                              "has nothing that hedges `%.80s`; give one, as [{instrument: spot, lot: 1}]",
                              market->underlyings[i].name);
  }
  return KEEL_STATUS_OK;
}

/* ---- trigger and move of one policy ---- */

static keel_status check_band(struct check *check, const struct keel_policy *policy,
                              const struct keel_config_node *hedge) {
  const struct keel_trigger *trigger = &policy->triggers[KEEL_EXPOSURE_DELTA];
  for (size_t i = 0; i < policy->with_count && trigger->band == KEEL_BAND_SHARES; i++) {
    double half_lot = 0.5 * policy->with[i].lot * policy->with[i].contract.multiplier;
    if (trigger->band_size >= half_lot) continue;
    return keel_config_fail(
        check->reader->error, hedge, "trigger.band.shares",
        "is %g, below half a lot (%g shares): it would fire where no order brings the holding closer; "
        "allowed: %g or more, or a smaller lot",
        trigger->band_size, half_lot, half_lot);
  }
  if (policy->move.to == KEEL_MOVE_EDGE && trigger->band == KEEL_BAND_NONE)
    return keel_config_fail(check->reader->error, hedge, "move.to",
                            "is edge, and there is no band to stop at the edge of; give hedge.trigger.band, or centre");
  return KEEL_STATUS_OK;
}

/* The time after which `every` fires again; KEEL_TIME_NONE where there is none. */
static int64_t period(const struct keel_trigger *trigger) {
  if (trigger->every == KEEL_EVERY_DAYS) return trigger->every_days * KEEL_NS_PER_DAY;
  return trigger->every == KEEL_EVERY_DURATION ? trigger->every_ns : KEEL_TIME_NONE;
}

static keel_status check_trigger(struct check *check, const struct keel_policy *policy,
                                 const struct keel_config_node *hedge) {
  const struct keel_trigger *trigger = &policy->triggers[KEEL_EXPOSURE_DELTA];
  int64_t period_ns = period(trigger), stale_ns = check->strategy->market.stale_ns;
  const struct keel_config_node *market = keel_config_child(check->root, "market");
  if (market && keel_config_child(market, "stale") && period_ns != KEEL_TIME_NONE && stale_ns > period_ns)
    warn(check, check->root, "market.stale",
         "is longer than `every` of the trigger: a decision may use quotes that are older than "
         "the decision before it");
  if (trigger->every != KEEL_EVERY_NONE || trigger->band != KEEL_BAND_NONE) return KEEL_STATUS_OK;
  if (!keel_config_child(hedge, "trigger"))
    return keel_config_fail(check->reader->error, hedge, "trigger",
                            "is missing: when to act, as {every: 1d}; {} is only at first");
  warn(check, hedge, "trigger", "is empty: the hedge is set at the first step and never changed");
  return KEEL_STATUS_OK;
}

static keel_status check_policy(struct check *check, const struct keel_policy *policy,
                                const struct keel_config_node *hedge) {
  keel_status status = KEEL_STATUS_OK;
  const struct keel_config_node *list = keel_config_child(hedge, "with");
  for (const struct keel_config_node *item = list ? list->first : NULL; item && !status; item = item->next)
    status = check_instrument(check, policy, item);
  if (!status) status = check_cover(check, policy, hedge);
  if (!status) status = check_band(check, policy, hedge);
  if (!status && policy->target.kind != KEEL_TARGET_NONE) status = check_trigger(check, policy, hedge);
  return status;
}

/* ---- all ---- */

/* What is allowed and worth saying of each model. */
static keel_status check_models(struct check *check) {
  const struct keel_strategy *strategy = check->strategy;
  const struct keel_config_node *one = keel_config_find(check->root, "market.model");
  const struct keel_config_node *many = keel_config_child(check->root, "models");
  size_t count = strategy->simulated.models ? strategy->market.underlying_count : 0;
  for (size_t u = 0; u < count; u++) {
    const struct keel_world *world = &strategy->simulated.models[u].world;
    const struct keel_config_node *node = one ? one : keel_config_child(many, strategy->market.underlyings[u].name);
    char text[KEEL_WORLD_TEXT_SIZE];
    const char *note = keel_world_note(world, text);
    if (note) warn(check, node, NULL, "%s", note);
    if (world->kind == KEEL_WORLD_BOOTSTRAP && world->bootstrap.forced && strategy->run.steps &&
        world->bootstrap.forced_step >= (size_t)strategy->run.steps)
      return keel_config_fail(check->reader->error, node, "forced.step", "is %zu, and the run has %d steps, from 0",
                              world->bootstrap.forced_step, strategy->run.steps);
    if (strategy->market.underlyings[u].forward == KEEL_FORWARD_PARITY && !strategy->market.tape)
      return keel_config_fail(check->reader->error, check->root, "market.forward",
                              "is parity, and a simulated market has no quotes; allowed: yield");
  }
  if (count > 1 && !strategy->simulated.correlation && strategy->simulated.models[0].world.kind != KEEL_WORLD_BOOTSTRAP)
    warn(check, check->root, "correlation", "is missing: the models move independently");
  return KEEL_STATUS_OK;
}

static void check_market(struct check *check) {
  const struct keel_market_terms *market = &check->strategy->market;
  for (size_t i = 0; i < market->underlying_count; i++) {
    const struct keel_underlying_terms *terms = &market->underlyings[i];
    if (terms->forward == KEEL_FORWARD_PARITY && !isnan(terms->implied_vol))
      warn(check, check->root, "market.implied_vol",
           "is given beside forward: parity (`%.80s`): what has no quotes may have no parity forward to be marked by",
           terms->name);
  }
}

keel_status keel_strategy_check(struct keel_config_reader *reader, const struct keel_config_node *root,
                                struct keel_strategy *strategy) {
  struct check check = {reader, root, strategy};
  keel_status status = check_run(&check);
  if (!status) status = check_models(&check);
  if (!status) status = check_expiries(&check);
  for (size_t i = 0; i < strategy->variant_count && !status; i++)
    status = check_policy(&check, &strategy->variants[i].policy, keel_strategy_hedge_node(reader->arena, root, i));
  if (!status) check_market(&check);
  return status;
}
