/* `years` in place of dates: what they are, once it is known when the simulated market starts. */
#ifndef KEEL_DRIVE_DATES_H
#define KEEL_DRIVE_DATES_H

#include "base/arena.h"
#include "book/position.h"
#include "hedge/policy.h"

/* The instant so many years (of 365 days) after the start, to the nearest nanosecond. */
int64_t keel_years_after(int64_t start_ns, double years);

/* Copies whose contracts all have an expiry; what had a date keeps it. Memory is of the arena; texts are shared. */
struct keel_book keel_book_dated(struct keel_arena *arena, const struct keel_book *book, int64_t start_ns);
const struct keel_policy *keel_policy_dated(struct keel_arena *arena, const struct keel_policy *policy,
                                            int64_t start_ns);

#endif
