#include "drive/frontier.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/fail.h"
#include "drive/frontier_family.h"
#include "drive/simulate.h"
#include "hedge/risk.h"

enum { GOOD_BATCHES = 33 };

/* ---- what is simulated ---- */

/* The run as the strategy says it, without explanation, and with the risk that is asked for. */
static void plan_strategy(struct keel_frontier *frontier, const struct keel_strategy *strategy) {
  struct keel_run_terms *run = &frontier->strategy.run;
  frontier->strategy = *strategy;
  run->explains = 0;
  run->paths_shown = 0;
  run->aversion_count = strategy->frontier.risk == KEEL_FRONTIER_ENTROPIC;
  run->aversions[0] = strategy->frontier.risk_aversion;
}

/* The strategy's own hedge alone is wired to know the run: how long it is, in how many steps. */
static keel_status measure_run(struct keel_frontier *frontier, int64_t *span_ns, keel_error *error) {
  const struct keel_policy *own = &frontier->strategy.variants[0].policy;
  const char *name = frontier->strategy.variants[0].name;
  struct keel_simulation_plan plan = {
      .strategy = &frontier->strategy, .policies = &own, .names = &name, .variant_count = 1, .threads = 1};
  struct keel_simulation_wiring wiring;
  struct keel_arena arena;
  keel_arena_init(&arena);
  keel_status status = keel_simulation_wire(&arena, &plan, &wiring, error);
  if (!status) *span_ns = wiring.market.end_ns - wiring.market.start_ns;
  if (!status) frontier->step_ns = *span_ns / (int64_t)wiring.market.steps;
  keel_arena_fini(&arena);
  return status;
}

/* The strategy's own hedge, and the rules that it names beside it. */
static void take_named(struct keel_frontier *frontier, struct keel_frontier_family *family) {
  const struct keel_frontier_terms *terms = &frontier->strategy.frontier;
  family->rules = KEEL_ARENA_NEW(&frontier->arena, struct keel_variant, 1 + terms->rule_count);
  family->rules[0] = frontier->strategy.variants[0];
  memcpy(family->rules + 1, terms->rules, terms->rule_count * sizeof *terms->rules);
  family->count = family->own_count = 1 + terms->rule_count;
}

static keel_status choose_family(struct keel_frontier *frontier, struct keel_frontier_family *family,
                                 keel_error *error) {
  const struct keel_frontier_terms *terms = &frontier->strategy.frontier;
  int64_t span_ns = 0;
  keel_status status = measure_run(frontier, &span_ns, error);
  *family = (struct keel_frontier_family){0};
  if (status) return status;
  if (terms->rule_count) {
    take_named(frontier, family);
    return KEEL_STATUS_OK;
  }
  struct keel_frontier_case of = {
      .strategy = &frontier->strategy,
      .span_ns = span_ns,
      .steps = (size_t)frontier->strategy.run.steps,
      .risk_aversion = terms->risk == KEEL_FRONTIER_ENTROPIC ? terms->risk_aversion : NAN,
  };
  return keel_frontier_family(&frontier->arena, &of, family, error);
}

/* The paths alone: of all the figures of a simulation, a frontier reads a few. */
static keel_status simulate(struct keel_frontier *frontier, const struct keel_frontier_family *family,
                            const keel_frontier_options *options, struct keel_simulation **simulation,
                            keel_error *error) {
  const struct keel_policy **policies = KEEL_ARENA_NEW(&frontier->arena, const struct keel_policy *, family->count);
  const char **names = KEEL_ARENA_NEW(&frontier->arena, const char *, family->count);
  for (size_t i = 0; i < family->count; i++) {
    policies[i] = &family->rules[i].policy;
    names[i] = family->rules[i].name;
  }
  struct keel_simulation_plan plan = {.strategy = &frontier->strategy,
                                      .policies = policies,
                                      .names = names,
                                      .variant_count = family->count,
                                      .threads = options && options->threads > 1 ? (size_t)options->threads : 1,
                                      .tick = options ? options->tick : NULL,
                                      .tick_context = options ? options->tick_context : NULL,
                                      .ranks = options ? options->ranks : NULL};
  return keel_simulation_collect(&plan, simulation, error);
}

/* ---- estimates ---- */

struct keel_estimate keel_frontier_target(const struct keel_frontier_terms *terms, const struct keel_estimate *mean,
                                          const struct keel_estimate *risk) {
  double weight = terms->risk_aversion;
  if (terms->risk == KEEL_FRONTIER_ENTROPIC) return *risk;
  if (isnan(weight) && isnan(terms->budget)) return keel_estimate_affine(1, risk, NAN);
  if (isnan(weight)) return *risk;
  return keel_estimate_combine(terms->risk == KEEL_FRONTIER_CVAR ? weight - 1 : -1, mean, weight, risk);
}

static struct keel_estimate risk_of(const struct keel_frontier_terms *terms, const struct keel_sample *pnl,
                                    const struct keel_estimate *std) {
  if (terms->risk == KEEL_FRONTIER_STD) return *std;
  if (terms->risk == KEEL_FRONTIER_ENTROPIC) return keel_sample_entropic(pnl, 0);
  return keel_sample_cvar(pnl, terms->level);
}

static struct keel_estimate mean_of(const struct keel_simulation *simulation, size_t variant, size_t quantity) {
  return keel_sample_statistics(keel_simulation_sample(&simulation->part, variant, quantity)).mean;
}

static void estimate_rule(struct keel_frontier *frontier, const struct keel_simulation *simulation, size_t variant,
                          const struct keel_policy *policy) {
  const struct keel_frontier_terms *terms = &frontier->strategy.frontier;
  const struct keel_sample *pnl = keel_simulation_sample(&simulation->part, variant, KEEL_QUANTITY_PNL);
  struct keel_statistics statistics = keel_sample_statistics(pnl);
  struct keel_frontier_line *line = &frontier->lines[frontier->rule_count];
  struct keel_frontier_rule *rule = &frontier->rules[frontier->rule_count++];
  *line = (struct keel_frontier_line){.policy = policy,
                                      .mean = statistics.mean,
                                      .std = statistics.std,
                                      .turnover = mean_of(simulation, variant, KEEL_QUANTITY_TURNOVER),
                                      .trades = mean_of(simulation, variant, KEEL_QUANTITY_TRADES),
                                      .bad = statistics.bad};
  *rule = (struct keel_frontier_rule){.name = simulation->wiring.names[variant],
                                      .cost = mean_of(simulation, variant, KEEL_QUANTITY_COST),
                                      .risk = risk_of(terms, pnl, &statistics.std)};
  rule->target = keel_frontier_target(terms, &line->mean, &rule->risk);
  if (statistics.bad) rule->risk = keel_estimate_affine(1, &rule->risk, NAN);
}

static int is_same_estimate(const struct keel_estimate *a, const struct keel_estimate *b) {
  return a->value == b->value && a->batches == b->batches && memcmp(a->part, b->part, sizeof a->part) == 0;
}

/* Whether the last rule did what an earlier one did on every path: a default that this case makes one with another. */
static int is_repeated(const struct keel_frontier *frontier) {
  size_t last = frontier->rule_count - 1;
  for (size_t i = 0; i < last; i++)
    if (is_same_estimate(&frontier->lines[i].mean, &frontier->lines[last].mean) &&
        is_same_estimate(&frontier->lines[i].trades, &frontier->lines[last].trades) &&
        is_same_estimate(&frontier->rules[i].cost, &frontier->rules[last].cost) &&
        is_same_estimate(&frontier->rules[i].risk, &frontier->rules[last].risk))
      return 1;
  return 0;
}

static size_t estimate_rules(struct keel_frontier *frontier, const struct keel_frontier_family *family,
                             const struct keel_simulation *simulation) {
  size_t repeated = 0;
  frontier->rules = KEEL_ARENA_NEW(&frontier->arena, struct keel_frontier_rule, family->count);
  frontier->lines = KEEL_ARENA_NEW(&frontier->arena, struct keel_frontier_line, family->count);
  for (size_t i = 0; i < family->count; i++) {
    estimate_rule(frontier, simulation, i, &family->rules[i].policy);
    if (i < family->own_count || !is_repeated(frontier)) continue;
    frontier->rule_count--;
    repeated++;
  }
  return repeated;
}

/* ---- what a reader has to know ---- */

static void add_note(struct keel_frontier *frontier, const char *note) {
  frontier->notes[frontier->note_count++] = keel_arena_text(&frontier->arena, note, strlen(note));
}

static int batch_count(const struct keel_estimate *estimate) {
  int count = 0;
  for (size_t b = 0; b < KEEL_BATCHES_MAX; b++) count += (int)(estimate->batches >> b & 1);
  return count;
}

static void note_numbers(struct keel_frontier *frontier, size_t repeated) {
  char text[200];
  size_t bad = 0;
  for (size_t i = 0; i < frontier->rule_count; i++) bad += frontier->lines[i].bad > 0;
  snprintf(text, sizeof text, "Compared with none, for paths whose P&L is no number: %zu of the rules.", bad);
  if (bad) add_note(frontier, text);
  snprintf(text, sizeof text, "Left out of the default rules, for doing on every path what another one did: %zu.",
           repeated);
  if (repeated) add_note(frontier, text);
  size_t few = 0;
  const struct keel_frontier_terms *terms = &frontier->strategy.frontier;
  for (size_t i = 0; i < frontier->rule_count && terms->risk == KEEL_FRONTIER_ENTROPIC; i++)
    few += frontier->rules[i].risk.error * terms->risk_aversion > KEEL_ENTROPIC_ERROR_MAX;
  snprintf(text, sizeof text,
           "The entropic risk of %zu of the rules rests on a few paths: it and its error are not to be relied on; take "
           "a smaller risk_aversion.",
           few);
  if (few) add_note(frontier, text);
  int batches = batch_count(&frontier->rules[0].cost);
  if (batches >= GOOD_BATCHES) return;
  snprintf(
      text, sizeof text,
      "Standard errors of differences come from batches of paths, here %d: from 8,448 paths on there are 33 or more, "
      "and they are good.",
      batches);
  add_note(frontier, text);
}

static void list_notes(struct keel_frontier *frontier, const struct keel_frontier_family *family, size_t repeated,
                       const struct keel_simulation *simulation) {
  char text[300];
  frontier->notes = KEEL_ARENA_NEW(&frontier->arena, const char *, simulation->note_count + 6);
  for (size_t i = 0; i < simulation->note_count; i++) add_note(frontier, simulation->notes[i]);
  if (family->without) add_note(frontier, family->without);
  note_numbers(frontier, repeated);
  if (frontier->choice.next == KEEL_NO_RULE) return;
  snprintf(text, sizeof text,
           "The interval of the recommended rule's objective is that of the rule, not of the choice: the least of %zu "
           "estimates is a little too low on average.",
           frontier->rule_count);
  add_note(frontier, text);
}

/* ---- all ---- */

static const char *name_risk(struct keel_frontier *frontier) {
  const struct keel_frontier_terms *terms = &frontier->strategy.frontier;
  struct keel_text text;
  if (terms->risk == KEEL_FRONTIER_STD) return "std";
  if (terms->risk == KEEL_FRONTIER_ENTROPIC) return "entropic risk";
  keel_text_init(&text);
  keel_text_add(&text, "CVaR ");
  keel_text_number(&text, 100 * terms->level, "");
  keel_text_add(&text, " %");
  const char *name = keel_arena_text(&frontier->arena, text.data, text.length);
  keel_text_fini(&text);
  return name;
}

static void conclude(struct keel_frontier *frontier, const struct keel_frontier_family *family,
                     const struct keel_simulation *simulation) {
  frontier->paths = simulation->part.paths;
  frontier->seconds = simulation->seconds;
  frontier->interrupted = simulation->interrupted;
  size_t repeated = estimate_rules(frontier, family, simulation);
  keel_frontier_select(&frontier->arena, frontier->rules, frontier->rule_count, frontier->strategy.frontier.budget,
                       &frontier->choice);
  frontier->risk_name = name_risk(frontier);
  list_notes(frontier, family, repeated, simulation);
  keel_frontier_say(frontier);
}

static keel_status run(struct keel_frontier *frontier, const keel_frontier_options *options, keel_error *error) {
  struct keel_frontier_family family;
  struct keel_simulation *simulation;
  keel_status status = choose_family(frontier, &family, error);
  if (!status) status = simulate(frontier, &family, options, &simulation, error);
  if (status || !simulation) return status;
  conclude(frontier, &family, simulation);
  keel_simulation_free(simulation);
  return KEEL_STATUS_OK;
}

/* A rule is one for the whole book. */
static keel_status check_accounts(const struct keel_strategy *strategy, keel_error *error) {
  for (size_t a = 0; a < strategy->account_count; a++) {
    const struct keel_book_account *account = &strategy->accounts[a];
    if (account->node)
      return keel_config_fail(
          error, account->node, NULL,
          "gives `%.80s` a hedge of its own, and a frontier compares rules for the book as a whole; "
          "leave `accounts` out, or compare by `variants` of a simulation",
          account->name);
  }
  return KEEL_STATUS_OK;
}

keel_status keel_frontier_run(const keel_strategy *strategy, const keel_frontier_options *options, keel_frontier **out,
                              keel_error *error) {
  *out = NULL;
  keel_status can = check_accounts(strategy, error);
  if (can) return can;
  struct keel_frontier *frontier = calloc(1, sizeof *frontier);
  if (!frontier) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a frontier");
  keel_arena_init(&frontier->arena);
  plan_strategy(frontier, strategy);
  keel_status status = run(frontier, options, error);
  if (status || (options && !keel_ranks_is_first(options->ranks)))
    keel_frontier_free(frontier);
  else
    *out = frontier;
  return status;
}

void keel_frontier_free(keel_frontier *frontier) {
  if (!frontier) return;
  keel_arena_fini(&frontier->arena);
  free(frontier);
}
