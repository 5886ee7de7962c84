/* Marks where a model makes the market: every row at its given vol, many paths at once. */
#include "hedge/mark.h"
#include "kernel/lane_math.h"

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
                       .volga = all->volga + at,
                       .charm = all->charm + at,
                       .speed = all->speed + at};
}

static void mark_option(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  struct keel_marks *marks = keel_marks_after(block, u);
  size_t paths = block->wiring->paths;
  const double *spot = keel_at_row(block, marks->price, block->wiring->underlyings[u].spot);
  double *net = block->scratch->path, *vol = keel_at_row(block, marks->vol, r);
  const double *given = keel_at_row(block, block->market.vol, r);
  for (size_t i = 0; i < paths; i++) {
    net[i] = spot[i] - marks->escrow[r];
    vol[i] = given[i];
  }
  keel_option option = {.phi = row->phi,
                        .strike = row->contract.strike,
                        .rate = block->market.rate,
                        .yield = marks->yield[r],
                        .years = keel_years_between(block->market.time_ns, row->contract.expiry_ns)};
  keel_greeks out = greeks_of(block, marks, r);
  keel_kernel_now->black_scholes_paths(paths, &option, net, vol, KEEL_GREEK_SET_ALL, &out);
  for (size_t i = 0; i < paths; i++) out.price[i] = keel_model_mark(row, out.price[i], spot[i]);
  for (size_t k = 0; k < block->wiring->delta_rule_count; k++) {
    double *delta = keel_at_rule_row(block, marks->hedge_delta, k, r), own = block->wiring->delta_rules[k].vol;
    if (own != own) {
      for (size_t i = 0; i < paths; i++) delta[i] = out.delta[i];
      continue;
    }
    for (size_t i = 0; i < paths; i++) block->path_scratch[0][i] = own;
    keel_greeks decide = {.price = block->path_scratch[1], .delta = delta};
    keel_kernel_now->black_scholes_paths(paths, &option, net, block->path_scratch[0], KEEL_GREEK_SET_DELTA, &decide);
  }
}

void keel_mark_from_model(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_marks *marks = keel_marks_after(block, u);
  const double *spot = keel_at_row(block, marks->price, underlying->spot);
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    const struct keel_row *row = &block->wiring->rows[r];
    marks->yield[r] = underlying->terms->yield;
    if (!block->alive[r] || !row->is_priced || row->contract.expiry_ns <= block->market.time_ns) continue;
    if (keel_kind_is_option(row->contract.kind)) {
      mark_option(block, u, r);
      continue;
    }
    double years = keel_years_between(block->market.time_ns, row->contract.expiry_ns);
    double carry = keel_exp((block->market.rate - marks->yield[r]) * years);
    for (size_t i = 0; i < block->wiring->paths; i++) block->scratch->path[i] = (spot[i] - marks->escrow[r]) * carry;
    keel_mark_future(block, u, r, block->scratch->path);
  }
}
