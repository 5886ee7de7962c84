#include "hedge/needs.h"

static int is_optimal(enum keel_band_kind band) {
  return band == KEEL_BAND_WHALLEY_WILMOTT || band == KEEL_BAND_ZAKAMOULINE;
}

static void add_target(const struct keel_target *target, struct keel_needs *needs) {
  enum keel_delta_kind kind = target->delta.kind;
  for (size_t i = 0; i < target->exposure_count; i++) needs->exposure[target->exposures[i]] = 1;
  needs->smile |= kind == KEEL_DELTA_STICKY_DELTA;
  if (kind == KEEL_DELTA_STICKY_DELTA || kind == KEEL_DELTA_MINIMUM_VARIANCE) needs->hedging = KEEL_GREEK_SET_GAMMA;
  if (kind == KEEL_DELTA_LELAND || kind == KEEL_DELTA_ZAKAMOULINE) needs->book_gamma = 1;
  needs->balances |= target->kind == KEEL_TARGET_SHARE_BALANCE;
  needs->values |= needs->balances;
  /* Of an expansion by Greeks the terms are those of the explanation. */
  needs->explains |= target->kind == KEEL_TARGET_SHARE_BALANCE && target->order != KEEL_BALANCE_EXACT;
}

static void add_trigger(const struct keel_trigger *trigger, enum keel_exposure e, struct keel_needs *needs) {
  needs->exposure[e] |= trigger->band != KEEL_BAND_NONE;
  needs->gross[e] |= trigger->band == KEEL_BAND_FRACTION;
  needs->book_gamma |= is_optimal(trigger->band);
  needs->mean_vol |= trigger->vol_move > 0 || trigger->band == KEEL_BAND_ZAKAMOULINE;
}

/* An option that is traded trades around its mark. */
static int trades_options(const struct keel_policy *policy) {
  for (size_t w = 0; w < policy->with_count; w++)
    if (keel_kind_is_option(policy->with[w].contract.kind)) return 1;
  return 0;
}

struct keel_needs keel_needs_of(const struct keel_policy *const *policies, size_t count,
                                const struct keel_needs_input *input) {
  struct keel_needs needs = {.explains = input->explains,
                             .steps = input->steps,
                             .values = input->steps,
                             .exposure = {[KEEL_EXPOSURE_DELTA] = 1},
                             .marking = KEEL_GREEK_SET_DELTA,
                             .hedging = KEEL_GREEK_SET_DELTA};
  for (size_t v = 0; v < count; v++) {
    add_target(&policies[v]->target, &needs);
    needs.values |= trades_options(policies[v]);
    for (int e = 0; e < KEEL_EXPOSURE_COUNT; e++) add_trigger(&policies[v]->triggers[e], (enum keel_exposure)e, &needs);
  }
  if (needs.exposure[KEEL_EXPOSURE_GAMMA] || needs.exposure[KEEL_EXPOSURE_VEGA] || needs.mean_vol)
    needs.hedging = KEEL_GREEK_SET_GAMMA;
  if (needs.book_gamma || needs.hedging == KEEL_GREEK_SET_GAMMA)
    needs.marking = KEEL_GREEK_SET_GAMMA; /* a model's are the same */
  needs.moves = needs.explains && (needs.steps || !input->is_steady);
  if (needs.explains) needs.marking = needs.moves ? KEEL_GREEK_SET_EXPLAIN : KEEL_GREEK_SET_FIRST;
  needs.values |= needs.explains;
  return needs;
}
