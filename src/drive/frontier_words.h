/* Rules and amounts as a trader says them: `every 2 days`, "delta is off by more than 5 % of gross", 1,240.
 *
 * A step of the simulation is called by the time it takes: a day, 4 hours, a trading day where 252 make a year; a step
 * where it is nothing of the kind. */
#ifndef KEEL_DRIVE_FRONTIER_WORDS_H
#define KEEL_DRIVE_FRONTIER_WORDS_H

#include <stdint.h>

#include "base/text.h"
#include "hedge/policy.h"

/* `every day`, `every 2 days`, `every 5 steps`: of `steps` steps. */
void keel_words_every(struct keel_text *text, int64_t step_ns, long steps);

/* An amount with 3 digits or more, and commas: 1,240; 83.2; 0.00412; `unknown` where it is no finite number. */
void keel_words_amount(struct keel_text *text, double amount);
/* With 2 digits: 2.3; 95; 140. */
void keel_words_ratio(struct keel_text *text, double ratio);
/* The size of a count: 1,000,000. */
void keel_words_count(struct keel_text *text, double count);

/* What the policy does, as an order: "Hedge every 2 days", "Do not hedge". Where it is more than one sentence can hold
 * it is called by its name: "Hedge by `NAME`". */
void keel_words_policy(struct keel_text *text, const struct keel_policy *policy, const char *name, int64_t step_ns);

#endif
