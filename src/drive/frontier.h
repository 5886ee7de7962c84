/* The inside of a frontier, for its files: the family is chosen, simulated as variants of one market, and compared.
 *
 *     family (or frontier.rules)  ->  simulation  ->  estimates  ->  select  ->  sentence */
#ifndef KEEL_DRIVE_FRONTIER_H
#define KEEL_DRIVE_FRONTIER_H

#include "base/text.h"
#include "drive/frontier_select.h"
#include "drive/strategy.h"
#include "keel/frontier.h"

/* What is known of a rule beside what selection reads. */
struct keel_frontier_line {
  const struct keel_policy *policy;
  struct keel_estimate mean, std, turnover, trades;
  uint64_t bad; /* paths whose P&L is no finite number */
};

struct keel_frontier {
  struct keel_arena arena;
  struct keel_strategy strategy; /* as it is simulated: without explanation; its memory is the caller's */
  struct keel_frontier_rule *rules;
  struct keel_frontier_line *lines; /* [rule] */
  size_t rule_count;
  struct keel_frontier_choice choice;
  int64_t step_ns;
  uint64_t paths;
  double seconds;
  int interrupted;
  const char *risk_name, *sentence;
  const char **notes;
  size_t note_count;
};

/* What the choice makes small, by risk measure and risk aversion; NaN where none is wanted. */
struct keel_estimate keel_frontier_target(const struct keel_frontier_terms *terms, const struct keel_estimate *mean,
                                          const struct keel_estimate *risk);

/* What it all says, and what a reader has to know beside it; into the arena. */
void keel_frontier_say(struct keel_frontier *frontier);

#endif
