#include "hedge/delta.h"

#include <math.h>
#include <string.h>

#include "hedge/exercise.h"
#include "hedge/mark.h"
#include "kernel/lane_math.h"

/* One option as a rule sees it; arrays are [path]. */
struct view {
  size_t underlying;
  uint32_t row;
  int american;
  keel_option option;
  const keel_dividends *paid; /* until expiry; NULL: none */
  const double *spot, *net;   /* net of dividends to come: for what knows European options without any alone */
  const double *vol;          /* the hedger's */
  const double *book_gamma;
};

int keel_delta_is_plain(const struct keel_delta_rule *rule) {
  return rule->kind == KEEL_DELTA_BLACK_SCHOLES && isnan(rule->vol);
}

static int is_live_option(const struct keel_block *block, uint32_t r) {
  const struct keel_contract *contract = &block->wiring->rows[r].contract;
  return block->alive[r] && keel_kind_is_option(contract->kind) && contract->expiry_ns > block->market.time_ns;
}

/* ---- the smile ---- */

/* A row's vol as a point of the smile, [path]; NULL where it is not known. */
static const double *smile_point(struct keel_block *block, size_t u, uint32_t r) {
  if (!is_live_option(block, r)) return NULL;
  if (block->market.vol)
    return block->wiring->rows[r].is_priced ? keel_at_row(block, keel_marks_after(block, u)->vol, r) : NULL;
  return isnan(block->scratch->smile[r]) ? NULL : &block->scratch->smile[r];
}

/* The nearest row on one side (`way` is -1 or 1) with another strike and a known vol; the row itself where there is
 * none. */
static uint32_t neighbour(struct keel_block *block, size_t u, uint32_t r, int way) {
  const struct keel_wiring *wiring = block->wiring;
  const struct keel_slice *slice = &wiring->slices[wiring->rows[r].slice];
  for (int64_t at = (int64_t)r + way; at >= slice->first && at < (int64_t)slice->first + slice->count; at += way) {
    uint32_t other = (uint32_t)at;
    if (wiring->rows[other].contract.strike != wiring->rows[r].contract.strike && smile_point(block, u, other))
      return other;
  }
  return r;
}

/* dvol / d ln spot at a fixed strike, for a smile that moves with spot. */
static const double *smile_slope(struct keel_block *block, const struct view *view) {
  double *slope = block->scratch->delta.slope;
  if (block->market.vol_slope) return keel_at_row(block, block->market.vol_slope, view->row);
  uint32_t low = neighbour(block, view->underlying, view->row, -1);
  uint32_t high = neighbour(block, view->underlying, view->row, 1);
  const double *low_vol = smile_point(block, view->underlying, low);
  const double *high_vol = smile_point(block, view->underlying, high);
  memset(slope, 0, block->wiring->paths * sizeof *slope);
  if (low == high || !low_vol || !high_vol) return slope;
  const struct keel_row *rows = block->wiring->rows;
  double width = keel_log(rows[high].contract.strike / rows[low].contract.strike);
  for (size_t i = 0; i < block->wiring->paths; i++) slope[i] = (low_vol[i] - high_vol[i]) / width;
  return slope;
}

/* ---- rules, a table of functions, one per kind ---- */

static struct keel_option_paths paths_at(const struct keel_block *block, const struct view *view, const double *vol) {
  return (struct keel_option_paths){block->wiring->paths, view->american,      view->option, view->spot, vol,
                                    view->paid,           block->scratch->room};
}

static void delta_at(struct keel_block *block, const struct view *view, const double *vol, double *delta) {
  const struct keel_option_paths paths = paths_at(block, view, vol);
  keel_delta_paths(&paths, block->scratch->delta.price, delta);
}

static void black_scholes(struct keel_block *block, const struct view *view, const struct keel_delta_rule *rule,
                          double *delta) {
  (void)rule;
  delta_at(block, view, view->vol, delta);
}

static void leland(struct keel_block *block, const struct view *view, const struct keel_delta_rule *rule,
                   double *delta) {
  double *vol = block->scratch->delta.moved_vol;
  struct keel_band_inputs in = {.spot = view->spot, .gamma = view->book_gamma, .vol = view->vol};
  keel_kernel_now->bands.leland_vol(block->wiring->paths, rule->cost, rule->step_years, &in, vol);
  delta_at(block, view, vol, delta);
}

static void zakamouline(struct keel_block *block, const struct view *view, const struct keel_delta_rule *rule,
                        double *delta) {
  struct keel_delta_scratch *scratch = &block->scratch->delta;
  struct keel_band_terms terms = {rule->cost, rule->risk_aversion, view->option.rate, view->option.years};
  struct keel_band_inputs in = {.spot = view->spot, .gamma = view->book_gamma, .vol = view->vol};
  struct keel_zakamouline out = {scratch->price, scratch->slope, scratch->moved_vol};
  keel_kernel_now->bands.zakamouline(block->wiring->paths, &terms, &in, &out);
  delta_at(block, view, scratch->moved_vol, delta);
}

static void variance_optimal(struct keel_block *block, const struct view *view, const struct keel_delta_rule *rule,
                             double *delta) {
  keel_kernel_now->deltas.variance_optimal(block->wiring->paths, &view->option, rule->step_years, view->net, view->vol,
                                           delta);
}

/* Delta at the hedger's vol, and what spot brings by moving that vol. */
static void with_slope(struct keel_block *block, const struct view *view, const struct keel_delta_rule *rule,
                       const double *slope, double *delta) {
  struct keel_delta_scratch *scratch = &block->scratch->delta;
  const struct keel_marks *marks = keel_marks_after(block, view->underlying);
  size_t at = view->row * block->wiring->paths;
  keel_greeks own = {.price = scratch->price, .delta = scratch->flat, .gamma = scratch->gamma, .vega = scratch->vega};
  const struct keel_option_paths paths = paths_at(block, view, view->vol);
  if (isnan(rule->vol))
    own = (keel_greeks){.delta = marks->hedge_greeks.delta + at, .vega = marks->hedge_greeks.vega + at};
  else
    keel_price_paths(&paths, KEEL_GREEK_SET_GAMMA, &own);
  keel_kernel_now->deltas.with_slope(block->wiring->paths, &own, slope, view->spot, delta);
}

static void sticky_delta(struct keel_block *block, const struct view *view, const struct keel_delta_rule *rule,
                         double *delta) {
  with_slope(block, view, rule, smile_slope(block, view), delta);
}

static void minimum_variance(struct keel_block *block, const struct view *view, const struct keel_delta_rule *rule,
                             double *delta) {
  double *slope = block->scratch->delta.slope;
  for (size_t i = 0; i < block->wiring->paths; i++) slope[i] = rule->slope;
  with_slope(block, view, rule, slope, delta);
}

typedef void (*delta_rule)(struct keel_block *block, const struct view *view, const struct keel_delta_rule *rule,
                           double *delta);
static const delta_rule delta_rules[] = {
    [KEEL_DELTA_BLACK_SCHOLES] = black_scholes, [KEEL_DELTA_LELAND] = leland,
    [KEEL_DELTA_ZAKAMOULINE] = zakamouline,     [KEEL_DELTA_VARIANCE_OPTIMAL] = variance_optimal,
    [KEEL_DELTA_STICKY_DELTA] = sticky_delta,   [KEEL_DELTA_MINIMUM_VARIANCE] = minimum_variance,
};

/* ---- all of them ---- */

static const double *kept_gamma(struct keel_block *block, size_t u, uint32_t r) {
  const double *gamma = keel_at_row(block, keel_marks_after(block, u)->greeks.gamma, r);
  return keel_exercise_kept(block, r, gamma, block->exercise.scratch[0]);
}

static void sum_book_gamma(struct keel_block *block, size_t u, double *sum) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  memset(sum, 0, block->wiring->paths * sizeof *sum);
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    double units = block->units[r];
    if (units != 0 && is_live_option(block, r))
      keel_kernel_now->rows.add(block->wiring->paths, units, kept_gamma(block, u, r), sum);
  }
}

static const double *hedger_vol(struct keel_block *block, size_t u, uint32_t r, const struct keel_delta_rule *rule) {
  double *vol = block->scratch->delta.vol;
  const double *market = keel_at_row(block, keel_marks_after(block, u)->hedge_vol, r);
  double shift = block->wiring->underlyings[u].terms->overrides.vol_shift;
  if (isnan(rule->vol) && shift == 0) return market;
  for (size_t i = 0; i < block->wiring->paths; i++)
    vol[i] = isnan(rule->vol) ? keel_at_least(market[i] + shift, 0) : rule->vol;
  return vol;
}

static void mark_row(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_wiring *wiring = block->wiring;
  struct keel_marks *marks = keel_marks_after(block, u);
  struct view view = {.underlying = u,
                      .row = r,
                      .american = keel_is_american(&wiring->rows[r].contract),
                      .option = keel_option_of(block, u, r),
                      .paid = keel_paid_until_expiry(block, u, r),
                      .spot = keel_at_row(block, marks->price, wiring->underlyings[u].spot),
                      .net = keel_net_spot(block, u, r),
                      .book_gamma = block->scratch->delta.book_gamma};
  view.option.yield += wiring->underlyings[u].terms->overrides.yield_shift;
  for (size_t k = 0; k < wiring->delta_rule_count; k++) {
    const struct keel_delta_rule *rule = &wiring->delta_rules[k];
    if (keel_delta_is_plain(rule)) continue;
    view.vol = hedger_vol(block, u, r, rule);
    delta_rules[rule->kind](block, &view, rule, keel_at_rule_row(block, marks->hedge_delta, k, r));
  }
}

void keel_mark_deltas(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  if (block->wiring->needs.book_gamma) sum_book_gamma(block, u, block->scratch->delta.book_gamma);
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    if (block->wiring->rows[r].is_priced && is_live_option(block, r)) mark_row(block, u, r);
}
