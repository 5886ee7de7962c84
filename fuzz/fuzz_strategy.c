/* The strategy reader: a strategy up to the first NUL byte, then `path=value` overrides with NUL bytes between. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "drive/strategy.h"

enum { OVERRIDES_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A hedge: as many instruments as exposures, and what its rules need. */
static void check_policy(const struct keel_policy *policy) {
  const struct keel_target *target = &policy->target;
  const struct keel_delta_rule *delta = &target->delta;
  keel_assert(target->exposure_count <= KEEL_EXPOSURE_COUNT);
  keel_assert(target->kind == KEEL_TARGET_NONE || policy->with_count >= target->exposure_count);
  if (delta->kind == KEEL_DELTA_LELAND) keel_assert(delta->step_years > 0 && delta->cost >= 0);
  if (delta->kind == KEEL_DELTA_ZAKAMOULINE) keel_assert(delta->risk_aversion > 0 && delta->cost >= 0);
  for (size_t i = 0; i < target->exposure_count; i++) {
    const struct keel_trigger *trigger = &policy->triggers[target->exposures[i]];
    int is_optimal = trigger->band == KEEL_BAND_WHALLEY_WILMOTT || trigger->band == KEEL_BAND_ZAKAMOULINE;
    keel_assert(!is_optimal || (trigger->risk_aversion > 0 && trigger->cost >= 0));
    keel_assert(is_optimal || trigger->band == KEEL_BAND_NONE || trigger->band_size > 0);
  }
}

/* What every strategy that is accepted promises. */
static void check_accepted(const struct keel_strategy *strategy) {
  keel_assert(strategy->book.count > 0 && strategy->variant_count > 0);
  for (size_t i = 0; i < strategy->book.count; i++) {
    const struct keel_position *position = &strategy->book.positions[i];
    keel_assert(isfinite(position->qty) && position->qty != 0 && position->contract.multiplier > 0);
    keel_assert(!keel_kind_is_option(position->contract.kind) || position->contract.strike > 0);
  }
  keel_assert(strategy->limits.order_qty_max > 0 && isfinite(strategy->limits.order_qty_max));
  keel_assert(strategy->limits.position_qty_max > 0 && isfinite(strategy->limits.position_qty_max));
  keel_assert(isfinite(strategy->market.rate) && strategy->market.underlying_count > 0);
  for (size_t u = 0; strategy->simulated.models && u < strategy->market.underlying_count; u++) {
    char text[KEEL_WORLD_TEXT_SIZE];
    keel_assert(!keel_world_problem(&strategy->simulated.models[u].world, text));
  }
  for (size_t i = 0; i < strategy->variant_count; i++) check_policy(&strategy->variants[i].policy);
  for (size_t i = 0; i < strategy->frontier.rule_count; i++) check_policy(&strategy->frontier.rules[i].policy);
  for (size_t i = 0; i < strategy->warning_count; i++) keel_assert(strlen(keel_strategy_warning(strategy, i)) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  if (!text) return 0;
  memcpy(text, data, size);
  text[size] = '\0';
  size_t length = strlen(text), count = 0;
  const char *overrides[OVERRIDES_MAX];
  for (size_t at = length + 1; at < size && count < OVERRIDES_MAX; at += strlen(text + at) + 1)
    overrides[count++] = text + at;

  struct keel_strategy_source source = {.path = "fuzz.yaml", .text = text, .length = length};
  struct keel_strategy *strategy;
  keel_error error = {0};
  keel_status status = keel_strategy_read(&source, overrides, count, &strategy, &error);
  if (status) {
    keel_assert(!strategy && error.status == status && *error.where && *error.what);
  } else {
    check_accepted(strategy);
  }
  keel_strategy_free(strategy);
  free(text);
  return 0;
}
