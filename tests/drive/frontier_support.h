/* A short call on a GBM, hedged every day, and two other rules; what a frontier of them wants is set by tests. */
#ifndef KEEL_TESTS_DRIVE_FRONTIER_SUPPORT_H
#define KEEL_TESTS_DRIVE_FRONTIER_SUPPORT_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/strategy.h"
#include "keel/frontier.h"
#include "support/support.h"

/* `costs` as in the file; the rules are `weekly` and `band`, by Whalley and Wilmott for 0.5 % and 0.5 per unit. */
static inline struct keel_strategy *frontier_strategy(const char *costs, const char *rules) {
  struct keel_strategy *strategy;
  keel_error error = {0};
  char text[4096];
  snprintf(text, sizeof text,
           "book: [{underlying: X, kind: call, strike: 100, years: 0.1643835616438356, qty: -1, multiplier: 1}]\n"
           "market: {model: {kind: gbm, spot: 100, vol: 0.3, rate: 0}}\n"
           "hedge: {trigger: {every: step}, with: [{instrument: spot, lot: 0}]}\n"
           "costs: %s\n"
           "limits: {order_qty_max: 1000, position_qty_max: 1000}\n"
           "run: {paths: 10240, steps: 60, seed: 3}\n"
           "frontier: %s\n",
           costs, rules);
  struct keel_strategy_source source = {.path = "s.yaml", .text = text, .length = strlen(text)};
  if (keel_strategy_read(&source, NULL, 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

static const char two_rules[] =
    "rules: [{name: weekly, hedge: {trigger: {every: 7d}}},"
    " {name: band, hedge: {trigger: {optimal_band: {rule: whalley_wilmott, risk_aversion: 0.5, cost_bps: 50}},"
    " move: {to: edge}}}]";

static inline keel_frontier *frontier_of(const struct keel_strategy *strategy, int threads) {
  keel_frontier *frontier;
  keel_error error = {0};
  keel_frontier_options options = {.threads = threads};
  if (keel_frontier_run(strategy, &options, &frontier, &error)) fail_msg("%s: %s", error.where, error.what);
  return frontier;
}

static inline size_t rule_number(const keel_frontier *frontier, const char *name) {
  for (size_t i = 0; i < keel_frontier_rules(frontier); i++)
    if (strcmp(keel_frontier_name(frontier, i), name) == 0) return i;
  fail_msg("no rule `%s`", name);
  return 0;
}

#endif
