#include "drive/dates.h"

#include <math.h>

#include "base/time.h"

int64_t keel_years_after(int64_t start_ns, double years) {
  return start_ns + (int64_t)floor(years * (double)KEEL_NS_PER_YEAR + 0.5);
}

static void date_contract(struct keel_contract *contract, double years, int64_t start_ns) {
  if (contract->kind != KEEL_KIND_SPOT && !isnan(years)) contract->expiry_ns = keel_years_after(start_ns, years);
}

struct keel_book keel_book_dated(struct keel_arena *arena, const struct keel_book *book, int64_t start_ns) {
  struct keel_book dated = {KEEL_ARENA_NEW(arena, struct keel_position, book->count), book->count};
  for (size_t i = 0; i < book->count; i++) {
    dated.positions[i] = book->positions[i];
    date_contract(&dated.positions[i].contract, book->positions[i].years, start_ns);
  }
  return dated;
}

const struct keel_policy *keel_policy_dated(struct keel_arena *arena, const struct keel_policy *policy,
                                            int64_t start_ns) {
  struct keel_policy *dated = KEEL_ARENA_NEW(arena, struct keel_policy, 1);
  *dated = *policy;
  dated->with = KEEL_ARENA_NEW(arena, struct keel_hedge_instrument, policy->with_count);
  for (size_t w = 0; w < policy->with_count; w++) {
    dated->with[w] = policy->with[w];
    date_contract(&dated->with[w].contract, policy->with[w].years, start_ns);
  }
  return dated;
}
