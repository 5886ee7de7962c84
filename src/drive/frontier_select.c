#include "drive/frontier_select.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef const struct keel_frontier_rule *rule_pointer;

/* ---- orders ---- */

static int by_number(double a, double b) { return (a > b) - (a < b); }

static int by_cost(const void *left, const void *right) {
  rule_pointer a = *(const rule_pointer *)left, b = *(const rule_pointer *)right;
  int order = b->is_comparable - a->is_comparable;
  if (!order && a->is_comparable) order = by_number(a->cost.value, b->cost.value);
  if (!order && a->is_comparable) order = by_number(a->risk.value, b->risk.value);
  return order ? order : strcmp(a->name, b->name);
}

static int by_target(const void *left, const void *right) {
  rule_pointer a = *(const rule_pointer *)left, b = *(const rule_pointer *)right;
  int order = by_number(a->target.value, b->target.value);
  return order ? order : by_cost(left, right);
}

/* ---- the frontier ---- */

static int is_same_point(rule_pointer a, rule_pointer b) {
  return a->cost.value == b->cost.value && a->risk.value == b->risk.value;
}

/* By cost, each of the frontier has less risk than those before it. */
static void find_frontier(struct keel_frontier_rule *rules, size_t count, struct keel_frontier_choice *choice) {
  for (size_t i = 0; i < count; i++) {
    struct keel_frontier_rule *rule = &rules[choice->by_cost[i]];
    size_t found = choice->frontier_count;
    rule_pointer last = found ? &rules[choice->frontier[found - 1]] : NULL;
    if (!rule->is_comparable) break;
    rule->on_frontier = !last || rule->risk.value < last->risk.value || is_same_point(rule, last);
    if (rule->on_frontier) choice->frontier[choice->frontier_count++] = choice->by_cost[i];
  }
}

/* Whether b is not below the line from a to c. */
static int is_above(rule_pointer a, rule_pointer b, rule_pointer c) {
  double run = c->cost.value - a->cost.value, rise = c->risk.value - a->risk.value;
  return (b->risk.value - a->risk.value) * run >= rise * (b->cost.value - a->cost.value);
}

/* The lower convex hull of the frontier: what one more unit of cost takes off the risk falls from step to step.
 * Source: Andrew (1979), "Another efficient algorithm for convex hulls in two dimensions". */
static void find_hull(struct keel_frontier_rule *rules, struct keel_frontier_choice *choice) {
  size_t *hull = choice->hull, count = 0;
  for (size_t i = 0; i < choice->frontier_count; i++) {
    rule_pointer rule = &rules[choice->frontier[i]];
    if (count && is_same_point(&rules[hull[count - 1]], rule)) continue;
    while (count > 1 && is_above(&rules[hull[count - 2]], &rules[hull[count - 1]], rule)) count--;
    hull[count++] = choice->frontier[i];
  }
  for (size_t i = 0; i < count; i++) rules[hull[i]].on_hull = 1;
  choice->hull_count = count;
}

/* ---- domination ---- */

/* A difference that is 0 on every path needs no evidence. */
static double sureness_of(const struct keel_estimate *larger, const struct keel_estimate *smaller) {
  struct keel_estimate difference = keel_estimate_difference(larger, smaller);
  if (isnan(difference.error)) return 0;
  return difference.error == 0 ? INFINITY : difference.value / difference.error;
}

static int dominates(rule_pointer better, rule_pointer rule) {
  return better->cost.value <= rule->cost.value && better->risk.value <= rule->risk.value &&
         !is_same_point(better, rule);
}

static void find_dominator(struct keel_frontier_rule *rules, const struct keel_frontier_choice *choice,
                           struct keel_frontier_rule *rule) {
  for (size_t i = 0; i < choice->frontier_count; i++) {
    rule_pointer better = &rules[choice->frontier[i]];
    if (!dominates(better, rule)) continue;
    double sureness = fmin(sureness_of(&rule->cost, &better->cost), sureness_of(&rule->risk, &better->risk));
    if (rule->dominated_by != KEEL_NO_RULE && sureness <= rule->sureness) continue;
    rule->dominated_by = choice->frontier[i];
    rule->sureness = sureness;
  }
}

/* ---- the choice ---- */

static int is_sure(const struct keel_estimate *difference) {
  return difference->value > KEEL_SURE_ERRORS * difference->error;
}

static double more_paths(const struct keel_estimate *difference) {
  double errors = KEEL_SURE_ERRORS * difference->error / difference->value;
  return errors * errors;
}

/* `order`: the candidates by target. */
static void choose(struct keel_frontier_rule *rules, const rule_pointer *order, size_t count,
                   struct keel_frontier_choice *choice) {
  for (size_t i = 1; i < count; i++) {
    struct keel_estimate difference = keel_estimate_difference(&order[i]->target, &order[0]->target);
    if (!is_sure(&difference)) choice->tied[choice->tied_count++] = (size_t)(order[i] - rules);
    if (i > 1) continue;
    choice->difference = difference;
    choice->more_paths = more_paths(&difference);
  }
  choice->best = count ? (size_t)(order[0] - rules) : KEEL_NO_RULE;
  choice->next = count > 1 ? (size_t)(order[1] - rules) : KEEL_NO_RULE;
}

static void find_best(struct keel_frontier_rule *rules, rule_pointer *order, double budget,
                      struct keel_frontier_choice *choice, size_t count) {
  size_t candidates = 0;
  for (size_t i = 0; i < count; i++) {
    int is_affordable = rules[i].is_comparable && !(rules[i].cost.value > budget);
    choice->affordable_count += (size_t)is_affordable;
    if (is_affordable && isfinite(rules[i].target.value)) order[candidates++] = &rules[i];
  }
  qsort(order, candidates, sizeof(rule_pointer), by_target);
  choose(rules, order, candidates, choice);
  if (!candidates) return;
  const struct keel_estimate *cost = &order[0]->cost;
  choice->is_surely_affordable = isnan(budget) || cost->value + KEEL_SURE_ERRORS * cost->error <= budget;
}

/* ---- all ---- */

static void sort_by_cost(struct keel_frontier_rule *rules, rule_pointer *order, size_t count, size_t *numbers) {
  for (size_t i = 0; i < count; i++) order[i] = &rules[i];
  qsort(order, count, sizeof(rule_pointer), by_cost);
  for (size_t i = 0; i < count; i++) numbers[i] = (size_t)(order[i] - rules);
}

void keel_frontier_select(struct keel_arena *arena, struct keel_frontier_rule *rules, size_t count, double budget,
                          struct keel_frontier_choice *choice) {
  rule_pointer *order = KEEL_ARENA_NEW(arena, rule_pointer, count);
  *choice = (struct keel_frontier_choice){.by_cost = KEEL_ARENA_NEW(arena, size_t, count),
                                          .frontier = KEEL_ARENA_NEW(arena, size_t, count),
                                          .hull = KEEL_ARENA_NEW(arena, size_t, count),
                                          .tied = KEEL_ARENA_NEW(arena, size_t, count)};
  for (size_t i = 0; i < count; i++) {
    struct keel_frontier_rule *rule = &rules[i];
    rule->is_comparable = isfinite(rule->cost.value) && isfinite(rule->risk.value);
    rule->on_frontier = rule->on_hull = 0;
    rule->dominated_by = KEEL_NO_RULE;
    rule->sureness = 0;
  }
  sort_by_cost(rules, order, count, choice->by_cost);
  find_frontier(rules, count, choice);
  find_hull(rules, choice);
  for (size_t i = 0; i < count; i++)
    if (rules[i].is_comparable && !rules[i].on_frontier) find_dominator(rules, choice, &rules[i]);
  find_best(rules, order, budget, choice, count);
}
