/* Marks where a model makes the market: every row at its given vol, many paths at once. */
#include <string.h>

#include "hedge/mark.h"
#include "kernel/lane_math.h"

/* Where a row's outputs go; the set says which are written. */
static keel_greeks greeks_of(const struct keel_block *block, const struct keel_marks *marks, uint32_t r) {
  const keel_greeks *all = &marks->greeks;
  size_t at = r * block->wiring->paths;
  return (keel_greeks){.price = marks->price + at,
                       .delta = all->delta + at,
                       .gamma = all->gamma + at,
                       .vega = all->vega + at,
                       .theta = all->theta + at,
                       .rho = all->rho + at,
                       .psi = all->psi + at,
                       .vanna = all->vanna + at,
                       .volga = all->volga + at};
}

static void mark_option(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  struct keel_marks *marks = keel_marks_after(block, u);
  const struct keel_option_paths paths = {.count = block->wiring->paths,
                                          .american = keel_is_american(&row->contract),
                                          .option = keel_option_of(block, u, r),
                                          .spot = keel_at_row(block, marks->price, block->wiring->underlyings[u].spot),
                                          .vol = keel_at_row(block, block->market.vol, r),
                                          .paid = keel_paid_until_expiry(block, u, r),
                                          .room = block->scratch->room};
  keel_greeks out = greeks_of(block, marks, r);
  memcpy(keel_at_row(block, marks->vol, r), paths.vol, paths.count * sizeof *paths.vol);
  if (block->wiring->needs.marking == KEEL_GREEK_SET_DELTA && !keel_values_count(block, u)) {
    keel_delta_paths(&paths, out.price, out.delta);
    return;
  }
  keel_price_paths(&paths, block->wiring->needs.marking, &out);
  if (keel_has_own_forward(&block->wiring->underlyings[u]) && block->wiring->explains)
    keel_carry_with_rate(block, &marks->greeks, r);
  if (!paths.american) return;
  for (size_t i = 0; i < paths.count; i++) out.price[i] = keel_model_mark(row, out.price[i], paths.spot[i]);
}

void keel_mark_from_model(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_marks *marks = keel_marks_after(block, u);
  const double *spot = keel_at_row(block, marks->price, underlying->spot);
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    const struct keel_row *row = &block->wiring->rows[r];
    marks->yield[r] = keel_yield_of(underlying, marks->zero_rate[r]);
    if (!block->alive[r] || !row->is_priced || row->contract.expiry_ns <= block->market.time_ns) continue;
    if (keel_kind_is_option(row->contract.kind)) {
      mark_option(block, u, r);
      continue;
    }
    double years = keel_years_between(block->market.time_ns, row->contract.expiry_ns);
    double carry = keel_exp((marks->zero_rate[r] - marks->yield[r]) * years);
    for (size_t i = 0; i < block->wiring->paths; i++) block->scratch->path[i] = (spot[i] - marks->escrow[r]) * carry;
    keel_mark_future(block, u, r, block->scratch->path);
  }
}
