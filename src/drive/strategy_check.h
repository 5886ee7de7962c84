/* What a strategy says as a whole: combinations of its parts. */
#ifndef KEEL_DRIVE_STRATEGY_CHECK_H
#define KEEL_DRIVE_STRATEGY_CHECK_H

#include "base/config_read.h"
#include "drive/strategy.h"

/* Fills in what one part takes from another, refuses combinations without sense, and adds warnings for doubtful ones.
 * `root` is the tree that was read. */
keel_status keel_strategy_check(struct keel_config_reader *reader, const struct keel_config_node *root,
                                struct keel_strategy *strategy);

/* ---- its parts ---- */
struct keel_strategy_check {
  struct keel_config_reader *reader;
  const struct keel_config_node *root;
  struct keel_strategy *strategy;
  const struct keel_book_account *account; /* whose hedge is looked at; NULL: that of all who have none of their own */
};

/* Whether the hedge that is looked at is that of something on the market's underlying `u`. */
int keel_strategy_hedges(const struct keel_strategy_check *check, size_t u);
const struct keel_costs *keel_strategy_costs(const struct keel_strategy_check *check);

/* Adds a warning at `below` of a node; each once. */
void keel_strategy_warn(struct keel_strategy_check *check, const struct keel_config_node *node, const char *below,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* One hedge: the strategy's own, a variant's, or a rule's. */
keel_status keel_strategy_check_variant(struct keel_strategy_check *check, struct keel_variant *variant);

/* Costs, risk aversion and times that its rules take from its instruments, triggers and the run. */
keel_status keel_strategy_settle(struct keel_strategy_check *check, struct keel_variant *variant);

#endif
