/* Verb 2 of 5: what the book is, in total per underlying, and what moved it since the last step. */
#include <math.h>
#include <string.h>

#include "hedge/mark.h"
#include "hedge/verbs.h"
#include "kernel/lane_math.h"

static void clear(const struct keel_block *block, size_t u, double *array) {
  memset(keel_at_total(block, array, u), 0, block->wiring->paths * sizeof(double));
}

static void add(size_t paths, double units, const double *from, double *to) {
  for (size_t i = 0; i < paths; i++) to[i] += units * from[i];
}

static void add_exposure(size_t paths, double units, const double *from, double *net, double *gross) {
  for (size_t i = 0; i < paths; i++) {
    double part = units * from[i];
    net[i] += part;
    gross[i] += fabs(part);
  }
}

/* A future is held at no value: its moves are cash. */
static int has_value(const struct keel_row *row) { return row->contract.kind != KEEL_KIND_FUTURE; }

static void add_greeks(struct keel_block *block, size_t u, uint32_t r) {
  size_t paths = block->wiring->paths;
  const struct keel_row *row = &block->wiring->rows[r];
  struct keel_marks *marks = keel_marks_after(block, u);
  struct keel_totals *totals = &block->totals;
  if (has_value(row))
    add(paths, row->units, keel_at_row(block, marks->price, r), keel_at_total(block, totals->value, u));
  add(paths, row->units, keel_at_row(block, marks->greeks.delta, r), keel_at_total(block, totals->delta, u));
  add(paths, row->units, keel_at_row(block, marks->greeks.gamma, r), keel_at_total(block, totals->gamma, u));
  add(paths, row->units, keel_at_row(block, marks->greeks.vega, r), keel_at_total(block, totals->vega, u));
  add(paths, row->units, keel_at_row(block, marks->greeks.theta, r), keel_at_total(block, totals->theta, u));
}

/* The exposures that decisions see: by each rule for delta, at hedging vols, vegas by each tenor. */
static void add_exposures(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_wiring *wiring = block->wiring;
  struct keel_marks *marks = keel_marks_after(block, u);
  struct keel_totals *totals = &block->totals;
  double units = wiring->rows[r].units;
  for (size_t k = 0; k < wiring->delta_rule_count; k++)
    add_exposure(wiring->paths, units, keel_at_rule_row(block, marks->hedge_delta, k, r),
                 keel_at_rule_total(block, totals->hedge_delta, k, u),
                 keel_at_rule_total(block, totals->gross_delta, k, u));
  if (!keel_kind_is_option(wiring->rows[r].contract.kind)) return;
  add_exposure(wiring->paths, units, keel_at_row(block, marks->hedge_gamma, r),
               keel_at_total(block, totals->hedge_gamma, u), keel_at_total(block, totals->gross_gamma, u));
  for (size_t k = 0; k < wiring->vega_tenor_count; k++)
    add_exposure(wiring->paths, units * keel_vega_weight(block, wiring->vega_tenors[k], r),
                 keel_at_row(block, marks->hedge_vega, r), keel_at_rule_total(block, totals->hedge_vega, k, u),
                 keel_at_rule_total(block, totals->gross_vega, k, u));
}

/* What the present value of dividends to come grew by with time, and what left it because spot went ex. */
static void escrow_moves(const struct keel_block *block, size_t u, uint32_t r, struct keel_lane_explain *lane) {
  const struct keel_marks *before = &block->marks[!block->now[u]], *after = &block->marks[block->now[u]];
  if (before->escrow[r] == 0) return;
  double years = keel_years_between(before->time_ns[u], after->time_ns[u]);
  lane->escrow_growth = before->escrow[r] * (keel_exp(before->rate[u] * years) - 1);
  lane->escrow_paid = before->escrow[r] + lane->escrow_growth - (block->settled[r] ? 0 : after->escrow[r]);
}

static void explain_row(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  const struct keel_marks *before = keel_marks_before(block, u), *after = keel_marks_after(block, u);
  const keel_greeks *greeks = &before->greeks;
  size_t at = r * block->wiring->paths, spot = block->wiring->underlyings[u].spot * block->wiring->paths;
  int64_t until = block->settled[r] ? row->contract.expiry_ns : after->time_ns[u];
  double **change = block->totals.change;
  struct keel_lane_explain lane = {
      .units = row->units,
      .years = keel_years_between(before->time_ns[u], until),
      .rate = after->rate[u] - before->rate[u],
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
  escrow_moves(block, u, r, &lane);
  keel_kernel_now->lanes.explain(block->wiring->paths, &lane);
}

/* Cash that the book itself brings in this step: payoffs, and variation on its futures. */
static void book_flows(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  const double *price = keel_at_row(block, keel_marks_after(block, u)->price, r);
  const double *last = keel_at_row(block, keel_marks_before(block, u)->price, r);
  double *cash = keel_at_total(block, block->totals.cash, u);
  if (!has_value(row))
    for (size_t i = 0; i < block->wiring->paths; i++) cash[i] += row->units * (price[i] - last[i]);
  else if (block->settled[r])
    add(block->wiring->paths, row->units, price, cash);
}

/* The book's mean hedging vol, each option weighed by |vega|; in a path where none has any, by units. */
static void mean_hedge_vol(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_marks *marks = keel_marks_after(block, u);
  double *mean = keel_at_total(block, block->totals.hedge_vol, u);
  for (size_t i = 0; i < block->wiring->paths; i++) {
    double by_vega = 0, vegas = 0, by_units = 0, all_units = 0;
    for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
      const struct keel_row *row = &block->wiring->rows[r];
      if (row->units == 0 || !block->alive[r] || block->settled[r] || !keel_kind_is_option(row->contract.kind))
        continue;
      double vol = keel_at_row(block, marks->hedge_vol, r)[i], units = fabs(row->units);
      double vega = units * keel_at_row(block, marks->hedge_vega, r)[i];
      by_vega += vega * vol;
      vegas += vega;
      by_units += units * vol;
      all_units += units;
    }
    mean[i] = vegas > 0 ? by_vega / vegas : all_units > 0 ? by_units / all_units : 0;
  }
}

void keel_measure(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_totals *totals = &block->totals;
  size_t bytes = block->wiring->paths * sizeof(double);
  memcpy(keel_at_total(block, totals->value_before, u), keel_at_total(block, totals->value, u), bytes);
  double *cleared[] = {totals->value, totals->delta,       totals->gamma,       totals->vega,
                       totals->theta, totals->hedge_gamma, totals->gross_gamma, totals->cash};
  for (size_t i = 0; i < sizeof cleared / sizeof *cleared; i++) clear(block, u, cleared[i]);
  for (size_t k = 0; k < block->wiring->delta_rule_count; k++) {
    memset(keel_at_rule_total(block, totals->hedge_delta, k, u), 0, bytes);
    memset(keel_at_rule_total(block, totals->gross_delta, k, u), 0, bytes);
  }
  for (size_t k = 0; k < block->wiring->vega_tenor_count; k++) {
    memset(keel_at_rule_total(block, totals->hedge_vega, k, u), 0, bytes);
    memset(keel_at_rule_total(block, totals->gross_vega, k, u), 0, bytes);
  }
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) clear(block, u, totals->change[c]);
  /* spot itself is the row before the others */
  for (uint32_t r = underlying->spot; r < underlying->first + underlying->count; r++) {
    if (block->wiring->rows[r].units == 0 || !block->alive[r]) continue;
    if (block->entered[u]) {
      explain_row(block, u, r);
      book_flows(block, u, r);
    }
    if (block->settled[r]) continue;
    add_greeks(block, u, r);
    add_exposures(block, u, r);
  }
  mean_hedge_vol(block, u);
}
