/* Verb 2 of 5: what the book is, in total per underlying, and what moved it since the last step. */
#include <math.h>
#include <string.h>

#include "hedge/deliver.h"
#include "hedge/exercise.h"
#include "hedge/mark.h"
#include "hedge/trades.h"
#include "hedge/verbs.h"
#include "kernel/lane_math.h"

static void clear(const struct keel_block *block, double *array) {
  keel_kernel_now->rows.set(block->wiring->paths, 0, array);
}

/* A future is held at no value: its moves are cash. */
static int has_value(const struct keel_row *row) { return row->contract.kind != KEEL_KIND_FUTURE; }

static int is_option(const struct keel_row *row) { return keel_kind_is_option(row->contract.kind); }

/* Whether someone reads the book's Greeks at marking vols; its gamma may be needed besides. */
static int shows_greeks(const struct keel_needs *needs) { return needs->explains && needs->steps; }

/* A row's array where its position is still there. */
static const double *kept(const struct keel_block *block, uint32_t r, const double *array) {
  return keel_exercise_kept(block, r, array, block->exercise.scratch[0]);
}

/* Value, and the Greeks at marking vols. */
static void add_greeks(struct keel_block *block, size_t u, uint32_t r) {
  size_t paths = block->wiring->paths;
  const struct keel_row *row = &block->wiring->rows[r];
  const struct keel_needs *needs = &block->wiring->needs;
  struct keel_marks *marks = keel_marks_after(block, u);
  struct keel_totals *totals = &block->totals;
  int shows = shows_greeks(needs);
  const struct {
    int needed;
    double *from, *to;
  } sums[] = {{has_value(row) && keel_values_count(block, u), marks->price, totals->value},
              {shows, marks->greeks.delta, totals->delta},
              {shows || needs->book_gamma, marks->greeks.gamma, totals->gamma},
              {shows, marks->greeks.vega, totals->vega},
              {shows, marks->greeks.theta, totals->theta}};
  for (size_t k = 0; k < sizeof sums / sizeof *sums; k++)
    if (sums[k].needed)
      keel_kernel_now->rows.add(paths, block->units[r], kept(block, r, keel_at_row(block, sums[k].from, r)),
                                keel_at_total(block, sums[k].to, u));
}

/* An exposure that decisions see, with its gross where a band needs it. */
static void add_exposure(const struct keel_block *block, enum keel_exposure e, double units, const double *from,
                         double *to, double *gross) {
  if (block->wiring->needs.gross[e])
    keel_kernel_now->rows.add_gross(block->wiring->paths, units, from, to, gross);
  else
    keel_kernel_now->rows.add(block->wiring->paths, units, from, to);
}

/* By each rule for delta, at hedging vols, vegas by each tenor. */
static void add_exposures(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_wiring *wiring = block->wiring;
  const int *needed = wiring->needs.exposure;
  struct keel_marks *marks = keel_marks_after(block, u);
  struct keel_totals *totals = &block->totals;
  double units = block->units[r];
  for (size_t k = 0; k < wiring->delta_rule_count; k++)
    add_exposure(block, KEEL_EXPOSURE_DELTA, units, kept(block, r, keel_at_rule_row(block, marks->hedge_delta, k, r)),
                 keel_at_rule_total(block, totals->hedge_delta, k, u),
                 keel_at_rule_total(block, totals->gross_delta, k, u));
  if (!is_option(&wiring->rows[r])) return;
  if (needed[KEEL_EXPOSURE_GAMMA])
    add_exposure(block, KEEL_EXPOSURE_GAMMA, units, kept(block, r, keel_at_row(block, marks->hedge_greeks.gamma, r)),
                 keel_at_total(block, totals->hedge_gamma, u), keel_at_total(block, totals->gross_gamma, u));
  for (size_t k = 0; k < wiring->vega_tenor_count && needed[KEEL_EXPOSURE_VEGA]; k++)
    add_exposure(block, KEEL_EXPOSURE_VEGA, units * keel_vega_weight(block, wiring->vega_tenors[k], r),
                 kept(block, r, keel_at_row(block, marks->hedge_greeks.vega, r)),
                 keel_at_rule_total(block, totals->hedge_vega, k, u),
                 keel_at_rule_total(block, totals->gross_vega, k, u));
}

/* Spot went ex. An option's theta is at spot as it is; a future is one on spot less the present value of dividends to
 * come: what that grew by with time, and what left it. */
static void dividend_moves(const struct keel_block *block, size_t u, uint32_t r, struct keel_lane_explain *lane) {
  const struct keel_marks *before = &block->marks[!block->now[u]], *after = &block->marks[block->now[u]];
  if (before->escrow[r] == 0) return;
  if (is_option(&block->wiring->rows[r])) {
    lane->escrow_paid = keel_paid_between(block->wiring->underlyings[u].terms, before->time_ns[u], after->time_ns[u],
                                          block->wiring->rows[r].contract.expiry_ns);
    return;
  }
  double years = keel_years_between(before->time_ns[u], after->time_ns[u]);
  lane->escrow_growth = before->escrow[r] * (keel_exp(before->zero_rate[r] * years) - 1);
  lane->escrow_paid = before->escrow[r] + lane->escrow_growth - (block->settled[r] ? 0 : after->escrow[r]);
}

/* A position that is gone has none. */
static void keep_greeks(const struct keel_block *block, uint32_t r, struct keel_lane_explain *lane) {
  const double **greeks[] = {&lane->delta_before, &lane->gamma_before, &lane->vega_before,  &lane->theta_before,
                             &lane->rho_before,   &lane->psi_before,   &lane->vanna_before, &lane->volga_before};
  for (size_t k = 0; k < sizeof greeks / sizeof *greeks; k++)
    *greeks[k] = keel_exercise_kept(block, r, *greeks[k], block->exercise.scratch[k]);
}

static void explain_row(struct keel_block *block, size_t u, uint32_t r, int is_first) {
  const struct keel_row *row = &block->wiring->rows[r];
  const struct keel_marks *before = keel_marks_before(block, u), *after = keel_marks_after(block, u);
  const keel_greeks *greeks = &before->greeks;
  size_t at = r * block->wiring->paths, spot = block->wiring->underlyings[u].spot * block->wiring->paths;
  int64_t until = block->settled[r] ? row->contract.expiry_ns : after->time_ns[u];
  double **change = block->totals.change;
  struct keel_lane_explain lane = {
      .is_first = is_first,
      .spot_only = !block->wiring->needs.moves,
      .units = block->units[r],
      .years = keel_years_between(before->time_ns[u], until),
      .rate = after->zero_rate[r] - before->zero_rate[r],
      .yield = after->yield[r] - before->yield[r],
      .spot_before = before->price + spot,
      .spot_after = after->price + spot,
      .vol_before = before->vol + at,
      .vol_after = after->vol + at,
      .delta_before = greeks->delta + at,
      .gamma_before = greeks->gamma + at,
      .vega_before = greeks->vega + at,
      .theta_before = greeks->theta + at,
      .rho_before = greeks->rho + at,
      .psi_before = greeks->psi + at,
      .vanna_before = greeks->vanna + at,
      .volga_before = greeks->volga + at,
      .delta = keel_at_total(block, change[KEEL_COMPONENT_DELTA], u),
      .gamma = keel_at_total(block, change[KEEL_COMPONENT_GAMMA], u),
      .theta = keel_at_total(block, change[KEEL_COMPONENT_THETA], u),
      .vega = keel_at_total(block, change[KEEL_COMPONENT_VEGA], u),
      .vanna = keel_at_total(block, change[KEEL_COMPONENT_VANNA], u),
      .volga = keel_at_total(block, change[KEEL_COMPONENT_VOLGA], u),
      .rho = keel_at_total(block, change[KEEL_COMPONENT_RHO], u),
      .carry = keel_at_total(block, change[KEEL_COMPONENT_CARRY], u),
      .dividends = keel_at_total(block, change[KEEL_COMPONENT_DIVIDENDS], u),
  };
  dividend_moves(block, u, r, &lane);
  keep_greeks(block, r, &lane);
  keel_kernel_now->lanes.explain(block->wiring->paths, &lane);
}

/* Cash that the book itself brings in this step: payoffs, and variation on its futures. */
static void book_flows(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  const double *price = keel_at_row(block, keel_marks_after(block, u)->price, r);
  const double *last = keel_at_row(block, keel_marks_before(block, u)->price, r);
  double *cash = keel_at_total(block, block->totals.cash, u);
  if (!has_value(row))
    for (size_t i = 0; i < block->wiring->paths; i++) cash[i] += block->units[r] * (price[i] - last[i]);
  else if (block->settled[r])
    keel_kernel_now->rows.add(block->wiring->paths, block->units[r], kept(block, r, price), cash);
}

/* Of the book's options, those that are gone in a path. */
static double units_gone(const struct keel_block *block, size_t u, size_t path) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  double units = 0;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    if (block->exercise.gone_count[r] && block->alive[r] && !block->settled[r] &&
        block->exercise.gone[r * block->wiring->paths + path])
      units += fabs(block->units[r]);
  return units;
}

/* The book's mean hedging vol, each option weighed by |vega|; in a path where none has any, by units. */
static void mean_hedge_vol(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_marks *marks = keel_marks_after(block, u);
  const struct keel_vol_sums *sums = &block->totals.vol_sums;
  double *mean = keel_at_total(block, block->totals.hedge_vol, u), units = 0;
  double *cleared[] = {sums->by_vega, sums->vega, sums->by_units};
  for (size_t k = 0; k < 3; k++) clear(block, cleared[k]);
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    const struct keel_row *row = &block->wiring->rows[r];
    if (block->units[r] == 0 || !block->alive[r] || block->settled[r] || !is_option(row)) continue;
    const double *vega = keel_at_row(block, marks->hedge_greeks.vega, r);
    const double *vol = keel_at_row(block, marks->hedge_vol, r);
    keel_kernel_now->rows.weigh_vol(block->wiring->paths, fabs(block->units[r]), kept(block, r, vega),
                                    keel_exercise_kept(block, r, vol, block->exercise.scratch[1]), sums);
    units += fabs(block->units[r]);
  }
  for (size_t i = 0; i < block->wiring->paths; i++) {
    double left = units - units_gone(block, u, i), plain = left > 0 ? sums->by_units[i] / left : 0;
    mean[i] = sums->vega[i] > 0 ? sums->by_vega[i] / sums->vega[i] : plain;
  }
}

/* The components that move the book; the others stay 0. */
static const enum keel_component book_components[] = {
    KEEL_COMPONENT_DELTA, KEEL_COMPONENT_GAMMA, KEEL_COMPONENT_THETA, KEEL_COMPONENT_VEGA,     KEEL_COMPONENT_VANNA,
    KEEL_COMPONENT_VOLGA, KEEL_COMPONENT_RHO,   KEEL_COMPONENT_CARRY, KEEL_COMPONENT_DIVIDENDS};

static void clear_totals(struct keel_block *block, size_t u) {
  const struct keel_wiring *wiring = block->wiring;
  const struct keel_needs *needs = &wiring->needs;
  struct keel_totals *totals = &block->totals;
  double *greeks[] = {totals->delta, totals->gamma, totals->vega, totals->theta};
  clear(block, keel_at_total(block, totals->cash, u));
  if (keel_values_count(block, u)) clear(block, keel_at_total(block, totals->value, u));
  for (size_t i = 0; i < 4 && (shows_greeks(needs) || needs->book_gamma); i++)
    clear(block, keel_at_total(block, greeks[i], u));
  for (size_t k = 0; k < wiring->delta_rule_count; k++) {
    clear(block, keel_at_rule_total(block, totals->hedge_delta, k, u));
    if (needs->gross[KEEL_EXPOSURE_DELTA]) clear(block, keel_at_rule_total(block, totals->gross_delta, k, u));
  }
  if (needs->exposure[KEEL_EXPOSURE_GAMMA]) {
    clear(block, keel_at_total(block, totals->hedge_gamma, u));
    clear(block, keel_at_total(block, totals->gross_gamma, u));
  }
  for (size_t k = 0; k < wiring->vega_tenor_count && needs->exposure[KEEL_EXPOSURE_VEGA]; k++) {
    clear(block, keel_at_rule_total(block, totals->hedge_vega, k, u));
    clear(block, keel_at_rule_total(block, totals->gross_vega, k, u));
  }
}

static void clear_changes(struct keel_block *block, size_t u) {
  for (size_t i = 0; i < sizeof book_components / sizeof *book_components; i++)
    clear(block, keel_at_total(block, block->totals.change[book_components[i]], u));
}

/* Components and cash flows of the step that a row brings. */
static void move_row(struct keel_block *block, size_t u, uint32_t r, int is_first) {
  if (block->wiring->explains) explain_row(block, u, r, is_first);
  book_flows(block, u, r);
}

/* A net delta that is wanted is none to hedge. */
static void offset_delta(struct keel_block *block, size_t u) {
  double offset = block->wiring->underlyings[u].terms->overrides.delta_offset;
  for (size_t k = 0; k < block->wiring->delta_rule_count && offset != 0; k++) {
    double *delta = keel_at_rule_total(block, block->totals.hedge_delta, k, u);
    for (size_t i = 0; i < block->wiring->paths; i++) delta[i] -= offset;
  }
}

void keel_measure(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_totals *totals = &block->totals;
  size_t bytes = block->wiring->paths * sizeof(double);
  if (block->wiring->needs.balances)
    memcpy(keel_at_total(block, totals->value_before, u), keel_at_total(block, totals->value, u), bytes);
  clear_totals(block, u);
  keel_trades_begin(block, u);
  keel_exercise_find(block, u);
  size_t moved = 0;
  /* spot itself is the row before the others */
  for (uint32_t r = underlying->spot; r < underlying->first + underlying->count; r++) {
    if (block->entered[u] && block->units[r] != 0 && block->alive[r]) move_row(block, u, r, moved++ == 0);
    if (block->wiring->trade_count) keel_trade_row(block, u, r);
    keel_exercise_row(block, u, r);
    if (block->units[r] == 0 || !block->alive[r] || block->settled[r]) continue;
    add_greeks(block, u, r);
    add_exposures(block, u, r);
  }
  offset_delta(block, u);
  if (block->wiring->explains && moved == 0) clear_changes(block, u);
  if (block->wiring->needs.mean_vol) mean_hedge_vol(block, u);
  keel_exercise_count(block, u);
  keel_deliver(block, u);
}
