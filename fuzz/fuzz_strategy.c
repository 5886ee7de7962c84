/* The strategy reader: a strategy up to the first NUL byte, then `path=value` overrides with NUL bytes between. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "drive/strategy.h"

enum { OVERRIDES_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
