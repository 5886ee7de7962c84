/* Which rules are worth what they cost, and which of them to take: what a simulation said of each rule, compared.
 *
 * All rules ran on the same paths, so two of them are compared by the difference on these, whose standard error is that
 * of the batches (base/estimate.h). A difference is sure from two standard errors on, about 95 %.
 *
 * No result depends on the order of the rules: what is equal goes by name. A rule with a cost, risk or objective that
 * is no finite number is compared with nothing. */
#ifndef KEEL_DRIVE_FRONTIER_SELECT_H
#define KEEL_DRIVE_FRONTIER_SELECT_H

#include "base/arena.h"
#include "base/estimate.h"

#define KEEL_NO_RULE SIZE_MAX
#define KEEL_SURE_ERRORS 2.0

struct keel_frontier_rule {
  /* given */
  const char *name;            /* each once */
  struct keel_estimate cost;   /* mean of all that is paid */
  struct keel_estimate risk;   /* std, CVaR or entropic risk of the P&L */
  struct keel_estimate target; /* what a choice makes small; NaN: no choice is wanted */
  /* found */
  int is_comparable;   /* cost and risk are numbers */
  int on_frontier;     /* no other costs no more at no more risk, and less of one of them */
  int on_hull;         /* some price of risk, in money per unit, makes cost + price x risk the least here */
  size_t dominated_by; /* the rule of the frontier that is so most surely; KEEL_NO_RULE: none */
  double sureness;     /* of that: the smaller of both differences, in standard errors; 0: no telling */
};

/* Rules are given by their number; the lists that belong to `arena` run from the least cost up. */
struct keel_frontier_choice {
  size_t *by_cost, *frontier, *hull; /* by_cost: all of them, those that cannot be compared last */
  size_t frontier_count, hull_count;
  size_t affordable_count;         /* comparable, at a mean cost within the budget */
  size_t best, next;               /* the least and the second least target; KEEL_NO_RULE: none */
  int is_surely_affordable;        /* the best one's cost, by two standard errors */
  struct keel_estimate difference; /* of the next from the best: 0 or more */
  double more_paths; /* how many times as many paths would make that difference sure, should it stay the same; at most 1
                        where it is */
  size_t *tied;      /* by target: those that the best is not surely better than */
  size_t tied_count;
};

/* Fills what is found of the rules, and the choice. `budget`: NaN for none. */
void keel_frontier_select(struct keel_arena *arena, struct keel_frontier_rule *rules, size_t count, double budget,
                          struct keel_frontier_choice *choice);

/* By how much the target, or the cost, or the risk of `b` is above that of `a`. */
static inline struct keel_estimate keel_estimate_difference(const struct keel_estimate *b,
                                                            const struct keel_estimate *a) {
  return keel_estimate_combine(1, b, -1, a);
}

#endif
