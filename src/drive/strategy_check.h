/* What a strategy's fields have to be together: each is fine by itself, and some combinations make no sense (refused,
 * with the reason) or are doubtful (a warning). */
#ifndef KEEL_DRIVE_STRATEGY_CHECK_H
#define KEEL_DRIVE_STRATEGY_CHECK_H

#include "base/config_read.h"
#include "drive/strategy.h"

/* `strategy` was read from `root`. Errors name the field; warnings are added to the strategy. */
keel_status keel_strategy_check(struct keel_config_reader *reader, const struct keel_config_node *root,
                                struct keel_strategy *strategy);

#endif
