#include "drive/strategy_check.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/fail.h"
#include "book/book_read.h"
#include "kernel/draws.h"

/* ---- warnings ---- */

static void add_warning(struct keel_strategy *strategy, const char *text) {
  for (size_t i = 0; i < strategy->warning_count; i++)
    if (strcmp(strategy->warnings[i], text) == 0) return;
  char **warnings = KEEL_ARENA_NEW(&strategy->arena, char *, strategy->warning_count + 1);
  for (size_t i = 0; i < strategy->warning_count; i++) warnings[i] = strategy->warnings[i];
  warnings[strategy->warning_count++] = keel_arena_text(&strategy->arena, text, strlen(text));
  strategy->warnings = warnings;
}

void keel_strategy_warn(struct keel_strategy_check *check, const struct keel_config_node *node, const char *below,
                        const char *format, ...) {
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

static keel_status check_paths(struct keel_strategy_check *check) {
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
    keel_strategy_warn(check, check->root, "run.sobol",
                       "makes one replicate of all paths: there are no standard errors; give fewer");
  if (market->matched && paths && paths <= KEEL_LEAF)
    keel_strategy_warn(check, check->root, "run.matched",
                       "makes all paths depend on each other: there are no standard errors; give more than %d paths",
                       KEEL_LEAF);
  return KEEL_STATUS_OK;
}

static keel_status check_run(struct keel_strategy_check *check) {
  const struct keel_run_terms *run = &check->strategy->run;
  if (run->start_ns != KEEL_TIME_NONE && run->end_ns != KEEL_TIME_NONE && run->start_ns > run->end_ns)
    return keel_config_fail(check->reader->error, check->root, "run.end", "is before `run.start`");
  return check_paths(check);
}

static keel_status refuse_position(struct keel_strategy_check *check, size_t index, const char *field,
                                   const char *what) {
  char where[320];
  keel_book_where(keel_config_child(check->root, "book"), &check->strategy->book, index, field, where);
  return keel_fail(check->reader->error, KEEL_STATUS_INPUT, where, "%s", what);
}

static keel_status check_expiries(struct keel_strategy_check *check) {
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

/* ---- models ---- */

static const struct keel_config_node *model_node(const struct keel_strategy_check *check, size_t u) {
  const struct keel_config_node *one = keel_config_find(check->root, "market.model");
  const char *name = check->strategy->market.underlyings[u].name;
  return one ? one : keel_config_child(keel_config_child(check->root, "models"), name);
}

static keel_status check_model(struct keel_strategy_check *check, size_t u) {
  const struct keel_strategy *strategy = check->strategy;
  const struct keel_world *world = &strategy->simulated.models[u].world;
  const struct keel_config_node *node = model_node(check, u);
  char text[KEEL_WORLD_TEXT_SIZE];
  const char *note = keel_world_note(world, text);
  if (note) keel_strategy_warn(check, node, NULL, "%s", note);
  if (world->kind == KEEL_WORLD_BOOTSTRAP && world->bootstrap.forced && strategy->run.steps &&
      world->bootstrap.forced_step >= (size_t)strategy->run.steps)
    return keel_config_fail(check->reader->error, node, "forced.step", "is %zu, and the run has %d steps, from 0",
                            world->bootstrap.forced_step, strategy->run.steps);
  if (strategy->market.underlyings[u].forward == KEEL_FORWARD_PARITY && !strategy->market.tape)
    return keel_config_fail(check->reader->error, check->root, "market.forward",
                            "is parity, and a simulated market has no quotes; allowed: yield");
  return KEEL_STATUS_OK;
}

/* Bootstraps of as many rows and one mean_block take the same rows at the same time; these have to be of the same days.
 * All others are independent. */
static keel_status check_bootstraps(struct keel_strategy_check *check, size_t first, size_t u) {
  const struct keel_model *a = &check->strategy->simulated.models[first], *b = &check->strategy->simulated.models[u];
  const struct keel_bootstrap *one = &a->world.bootstrap, *other = &b->world.bootstrap;
  const char *name = check->strategy->market.underlyings[first].name;
  const struct keel_config_node *node = model_node(check, u);
  if (one->count != other->count || one->mean_block != other->mean_block) {
    keel_strategy_warn(check, node, NULL,
                       "has not as many returns as `%.80s`, or another mean_block: the two are drawn independently",
                       name);
    return KEEL_STATUS_OK;
  }
  if (memcmp(a->history_days, b->history_days, one->count * sizeof *a->history_days) == 0) return KEEL_STATUS_OK;
  return keel_config_fail(check->reader->error, node, "file",
                          "has as many returns as that of `%.80s`, of other days: they would be taken together", name);
}

static keel_status check_models(struct keel_strategy_check *check) {
  const struct keel_strategy *strategy = check->strategy;
  size_t count = strategy->simulated.models ? strategy->market.underlying_count : 0, drawn = 0, bootstraps = 0,
         first = 0;
  for (size_t u = 0; u < count; u++) {
    keel_status status = check_model(check, u);
    int is_bootstrap = strategy->simulated.models[u].world.kind == KEEL_WORLD_BOOTSTRAP;
    if (!status && is_bootstrap && bootstraps) status = check_bootstraps(check, first, u);
    if (status) return status;
    if (is_bootstrap && !bootstraps) first = u;
    bootstraps += (size_t)is_bootstrap;
    drawn += (size_t)!is_bootstrap;
  }
  if (drawn && drawn + bootstraps > 1 && !strategy->simulated.correlation)
    keel_strategy_warn(check, check->root, "correlation", "is missing: the models move independently");
  return KEEL_STATUS_OK;
}

/* ---- market ---- */

static void check_market(struct keel_strategy_check *check) {
  const struct keel_market_terms *market = &check->strategy->market;
  for (size_t i = 0; i < market->underlying_count; i++) {
    const struct keel_underlying_terms *terms = &market->underlyings[i];
    if (terms->forward == KEEL_FORWARD_PARITY && !isnan(terms->implied_vol))
      keel_strategy_warn(
          check, check->root, "market.implied_vol",
          "is given beside forward: parity (`%.80s`): what has no quotes may have no parity forward to be marked by",
          terms->name);
  }
}

/* ---- accounts ---- */

int keel_strategy_hedges(const struct keel_strategy_check *check, size_t u) {
  const struct keel_strategy *strategy = check->strategy;
  for (size_t i = 0; i < strategy->sleeve_count; i++) {
    const struct keel_book_account *account = &strategy->accounts[strategy->sleeves[i].account];
    if (strategy->sleeves[i].number == u && (account->variants ? account : NULL) == check->account) return 1;
  }
  return strategy->sleeve_count == 0;
}

const struct keel_costs *keel_strategy_costs(const struct keel_strategy_check *check) {
  return check->account ? &check->account->costs : &check->strategy->costs;
}

/* An offset is of a net delta, and accounts have one each. */
static keel_status check_offsets(const struct keel_strategy_check *check) {
  const struct keel_strategy *strategy = check->strategy;
  for (size_t u = 0; u < strategy->market.underlying_count; u++) {
    size_t accounts = 0;
    for (size_t i = 0; i < strategy->sleeve_count; i++) accounts += strategy->sleeves[i].number == u;
    if (accounts > 1 && strategy->market.underlyings[u].overrides.delta_offset != 0)
      return keel_config_fail(check->reader->error, check->root, "market.overrides.delta_offset",
                              "is one for `%.80s`, which %zu accounts hold, each with a net delta of its own; leave it "
                              "out",
                              strategy->market.underlyings[u].name, accounts);
  }
  return KEEL_STATUS_OK;
}

static keel_status check_accounts(struct keel_strategy_check *check) {
  const struct keel_strategy *strategy = check->strategy;
  keel_status status = check_offsets(check);
  for (size_t a = 0; a < strategy->account_count && !status; a++) {
    check->account = &strategy->accounts[a];
    for (size_t v = 0; v < strategy->variant_count && check->account->variants && !status; v++)
      status = keel_strategy_check_variant(check, &strategy->accounts[a].variants[v]);
  }
  check->account = NULL;
  return status;
}

/* ---- all ---- */

keel_status keel_strategy_check(struct keel_config_reader *reader, const struct keel_config_node *root,
                                struct keel_strategy *strategy) {
  struct keel_strategy_check check = {reader, root, strategy, NULL};
  keel_status status = check_run(&check);
  if (!status) status = check_models(&check);
  if (!status) status = check_expiries(&check);
  for (size_t i = 0; i < strategy->variant_count && !status; i++)
    status = keel_strategy_check_variant(&check, &strategy->variants[i]);
  for (size_t i = 0; i < strategy->frontier.rule_count && !status; i++)
    status = keel_strategy_check_variant(&check, &strategy->frontier.rules[i]);
  if (!status) status = check_accounts(&check);
  if (!status) check_market(&check);
  return status;
}
