#include "hedge/block.h"

#include <math.h>
#include <string.h>

#include "hedge/decide.h"
#include "hedge/delta.h"
#include "hedge/exposures.h"
#include "hedge/mark.h"

static double *numbers(struct keel_arena *arena, size_t count, double value) {
  double *array = KEEL_ARENA_NEW(arena, double, count);
  for (size_t i = 0; i < count && value != 0; i++) array[i] = value;
  return array;
}

/* Where a model makes the market, hedging and marking vols are one, and so are their Greeks. */
static void init_hedging(struct keel_arena *arena, const struct keel_wiring *wiring, int by_model,
                         struct keel_marks *marks) {
  size_t cells = wiring->row_count * wiring->paths;
  marks->hedge_vol = by_model ? marks->vol : numbers(arena, cells, 0);
  keel_greeks own = {.delta = marks->greeks.delta, .gamma = marks->greeks.gamma, .vega = marks->greeks.vega};
  if (!by_model)
    own = (keel_greeks){
        .delta = numbers(arena, cells, 0), .gamma = numbers(arena, cells, 0), .vega = numbers(arena, cells, 0)};
  marks->hedge_greeks = own;
  marks->hedge_delta = KEEL_ARENA_NEW(arena, double *, wiring->delta_rule_count);
  for (size_t k = 0; k < wiring->delta_rule_count; k++)
    marks->hedge_delta[k] = keel_delta_is_plain(&wiring->delta_rules[k]) ? own.delta : numbers(arena, cells, 0);
}

/* Spot's delta is 1 by definition. */
static void init_spot_delta(const struct keel_wiring *wiring, struct keel_marks *marks) {
  for (size_t u = 0; u < wiring->underlying_count; u++)
    for (size_t i = 0; i < wiring->paths; i++) {
      size_t at = wiring->underlyings[u].spot * wiring->paths + i;
      marks->greeks.delta[at] = marks->hedge_greeks.delta[at] = 1;
      for (size_t k = 0; k < wiring->delta_rule_count; k++) marks->hedge_delta[k][at] = 1;
    }
}

static void init_marks(struct keel_arena *arena, const struct keel_wiring *wiring, int by_model,
                       struct keel_marks *marks) {
  size_t cells = wiring->row_count * wiring->paths;
  keel_greeks *greeks = &marks->greeks;
  double **zeroed[] = {&greeks->delta, &greeks->gamma, &greeks->vega,  &greeks->theta, &greeks->rho,
                       &greeks->psi,   &greeks->vanna, &greeks->volga, &marks->vol};
  for (size_t i = 0; i < sizeof zeroed / sizeof *zeroed; i++) *zeroed[i] = numbers(arena, cells, 0);
  marks->price = greeks->price = numbers(arena, cells, NAN);
  marks->yield = numbers(arena, wiring->row_count, 0);
  marks->escrow = numbers(arena, wiring->row_count, 0);
  marks->rate = numbers(arena, wiring->underlying_count, 0);
  marks->zero_rate = numbers(arena, wiring->row_count, 0);
  marks->time_ns = KEEL_ARENA_NEW(arena, int64_t, wiring->underlying_count);
  init_hedging(arena, wiring, by_model, marks);
  init_spot_delta(wiring, marks);
}

static void init_totals(struct keel_arena *arena, const struct keel_wiring *wiring, struct keel_totals *totals) {
  size_t cells = wiring->underlying_count * wiring->paths;
  double **plain[] = {&totals->value, &totals->value_before, &totals->delta,       &totals->gamma, &totals->vega,
                      &totals->theta, &totals->hedge_gamma,  &totals->gross_gamma, &totals->cash,  &totals->hedge_vol};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) *plain[i] = numbers(arena, cells, 0);
  totals->hedge_delta = numbers(arena, cells * wiring->delta_rule_count, 0);
  totals->gross_delta = numbers(arena, cells * wiring->delta_rule_count, 0);
  totals->hedge_vega = numbers(arena, cells * wiring->vega_tenor_count, 0);
  totals->gross_vega = numbers(arena, cells * wiring->vega_tenor_count, 0);
  totals->vol_sums = (struct keel_vol_sums){numbers(arena, wiring->paths, 0), numbers(arena, wiring->paths, 0),
                                            numbers(arena, wiring->paths, 0)};
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) totals->change[c] = numbers(arena, cells, 0);
}

static void init_lanes(struct keel_arena *arena, struct keel_block *block) {
  const struct keel_wiring *wiring = block->wiring;
  size_t lanes = wiring->underlying_count * wiring->variant_count, cells = lanes * wiring->paths;
  double **plain[] = {&block->delivered,       &block->lapsed,        &block->pnl,
                      &block->balance,         &block->so_far.pnl,    &block->so_far.cost,
                      &block->so_far.turnover, &block->so_far.trades, &block->so_far.exercised};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) *plain[i] = numbers(arena, cells, 0);
  for (size_t i = 0; i < sizeof block->path_scratch / sizeof *block->path_scratch; i++)
    block->path_scratch[i] = numbers(arena, wiring->paths, 0);
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) block->explain[c] = numbers(arena, cells, 0);
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) block->so_far.explain[c] = numbers(arena, cells, 0);
  for (int i = 0; i < 2; i++) {
    double **account[] = {&block->accounts[i].cash, &block->accounts[i].receivable, &block->accounts[i].equity};
    for (size_t k = 0; k < sizeof account / sizeof *account; k++) *account[k] = numbers(arena, cells, 0);
  }
  block->decided = KEEL_ARENA_NEW(arena, int, lanes);
  block->begun = KEEL_ARENA_NEW(arena, unsigned char, lanes);
  block->opening = KEEL_ARENA_NEW(arena, unsigned char, lanes);
}

/* Whether some trigger looks at moves of spot or vol. */
static int looks_at_moves(const struct keel_wiring *wiring) {
  for (size_t lane = 0; lane < wiring->underlying_count * wiring->variant_count; lane++)
    for (size_t e = 0; e < KEEL_EXPOSURE_COUNT; e++)
      if (wiring->policies[lane]->triggers[e].price_move > 0 || wiring->policies[lane]->triggers[e].vol_move > 0)
        return 1;
  return 0;
}

static void init_triggers(struct keel_arena *arena, const struct keel_wiring *wiring,
                          struct keel_trigger_state *state) {
  size_t count = wiring->underlying_count * wiring->variant_count * KEEL_EXPOSURE_COUNT;
  *state = (struct keel_trigger_state){.every_ns = KEEL_ARENA_NEW(arena, int64_t, count),
                                       .every_day = KEEL_ARENA_NEW(arena, int32_t, count),
                                       .session_ns = KEEL_ARENA_NEW(arena, int64_t, count)};
  for (size_t i = 0; i < count; i++) state->every_ns[i] = state->session_ns[i] = KEEL_TIME_NONE;
  for (size_t i = 0; i < 2; i++) state->scratch[i] = numbers(arena, wiring->paths, 0);
  if (!looks_at_moves(wiring)) return;
  state->spot = numbers(arena, count * wiring->paths, NAN);
  state->vol = numbers(arena, count * wiring->paths, NAN);
}

static void init_lines(struct keel_arena *arena, struct keel_block *block) {
  size_t cells = block->wiring->line_count * block->wiring->paths;
  double **plain[] = {&block->target,
                      &block->trade,
                      &block->reason,
                      &block->band,
                      &block->notional_max,
                      &block->polled_qty,
                      &block->polled_price,
                      &block->sent_qty,
                      &block->sent_price,
                      &block->accounts[0].holding,
                      &block->accounts[0].working,
                      &block->accounts[1].holding,
                      &block->accounts[1].working};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) *plain[i] = numbers(arena, cells, 0);
  for (size_t i = 0; i < cells; i++) block->notional_max[i] = INFINITY;
  block->exposures = keel_exposure_scratch_new(arena, block->wiring);
  block->polled_free = KEEL_ARENA_NEW(arena, unsigned char, block->wiring->line_count);
  block->sent_free = KEEL_ARENA_NEW(arena, unsigned char, block->wiring->line_count);
  block->rolled = KEEL_ARENA_NEW(arena, unsigned char, block->wiring->line_count);
}

/* Whether options are exercised or assigned during the run. */
static int has_exercises(const struct keel_wiring *wiring) {
  if (wiring->exercises) return 1;
  for (size_t i = 0; i < wiring->trade_count; i++)
    if (wiring->trades[i].event != KEEL_TRADE_FILL) return 1;
  return 0;
}

/* Those that the terms of the run leave at 0 no one adds up. */
static void choose_components(struct keel_block *block) {
  const struct keel_wiring *wiring = block->wiring;
  unsigned char used[KEEL_COMPONENT_COUNT];
  memset(used, 1, sizeof used);
  used[KEEL_COMPONENT_IMPACT] = used[KEEL_COMPONENT_SETTLEMENT] = 0;
  static const enum keel_component of_moves[] = {KEEL_COMPONENT_VEGA, KEEL_COMPONENT_VANNA, KEEL_COMPONENT_VOLGA,
                                                 KEEL_COMPONENT_RHO, KEEL_COMPONENT_CARRY};
  for (size_t i = 0; i < sizeof of_moves / sizeof *of_moves; i++) used[of_moves[i]] = wiring->needs.moves != 0;
  used[KEEL_COMPONENT_FEES] = used[KEEL_COMPONENT_DIVIDENDS] = 0;
  used[KEEL_COMPONENT_BORROW] = used[KEEL_COMPONENT_TAXES] = 0;
  for (size_t a = 0; a < wiring->account_count; a++) {
    const struct keel_costs *costs = wiring->accounts[a].costs;
    used[KEEL_COMPONENT_BORROW] |= costs->borrow_rate != 0;
    used[KEEL_COMPONENT_TAXES] |= costs->buy_tax_bps != 0 || costs->sell_tax_bps != 0;
  }
  for (size_t i = 0; i < wiring->line_count; i++) {
    const struct keel_fees *fees = &wiring->lines[i].fees;
    used[KEEL_COMPONENT_FEES] |= fees->per_share != 0 || fees->per_order != 0 || fees->tier_count > 0;
  }
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    const struct keel_underlying_terms *terms = wiring->underlyings[u].terms;
    used[KEEL_COMPONENT_SETTLEMENT] |= wiring->underlyings[u].delivers || has_exercises(wiring);
    used[KEEL_COMPONENT_DIVIDENDS] |=
        terms->yield != 0 || wiring->underlyings[u].on_future || terms->dividend_count > 0;
  }
  used[KEEL_COMPONENT_TRADES] = wiring->trade_count > 0;
  for (size_t c = 0; c < KEEL_COMPONENT_UNEXPLAINED; c++)
    if (used[c]) block->components[block->component_count++] = (enum keel_component)c;
}

static void clear_exercises(const struct keel_wiring *wiring, struct keel_exercises *exercise) {
  size_t cells = wiring->row_count * wiring->paths;
  exercise->long_qty = exercise->short_qty = 0;
  memset(exercise->due_count, 0, wiring->row_count * sizeof *exercise->due_count);
  memset(exercise->gone_count, 0, wiring->row_count * sizeof *exercise->gone_count);
  if (!wiring->exercises) return;
  memset(exercise->due, 0, cells);
  memset(exercise->gone, 0, cells);
}

/* The book as the run begins. */
static void clear_book(struct keel_block *block) {
  const struct keel_wiring *wiring = block->wiring;
  memset(block->trades_done, 0, wiring->row_count * sizeof *block->trades_done);
  memset(block->trades_left, 0, wiring->underlying_count * sizeof *block->trades_left);
  for (size_t r = 0; r < wiring->row_count; r++) {
    block->units[r] = wiring->rows[r].units;
    block->trades_left[wiring->rows[r].underlying] += wiring->rows[r].trade_count;
  }
  block->trades_lost = block->trades_late = 0;
  block->refused = NULL;
  clear_exercises(wiring, &block->exercise);
  memset(block->splits_done, 0, wiring->underlying_count * sizeof *block->splits_done);
  block->begin_ns = KEEL_TIME_NONE;
}

static void init_exercises(struct keel_arena *arena, const struct keel_wiring *wiring,
                           struct keel_exercises *exercise) {
  size_t cells = wiring->row_count * wiring->paths, lanes = wiring->underlying_count * wiring->variant_count;
  exercise->due_count = KEEL_ARENA_NEW(arena, uint32_t, wiring->row_count);
  exercise->gone_count = KEEL_ARENA_NEW(arena, uint32_t, wiring->row_count);
  exercise->qty = numbers(arena, lanes * wiring->paths, 0);
  if (!wiring->exercises) return;
  exercise->due = KEEL_ARENA_NEW(arena, unsigned char, cells);
  exercise->gone = KEEL_ARENA_NEW(arena, unsigned char, cells);
  for (size_t k = 0; k < sizeof exercise->scratch / sizeof *exercise->scratch; k++)
    exercise->scratch[k] = numbers(arena, wiring->paths, 0);
}

static void init_book(struct keel_arena *arena, struct keel_block *block) {
  const struct keel_wiring *wiring = block->wiring;
  block->units = KEEL_ARENA_NEW(arena, double, wiring->row_count);
  block->spot_units = KEEL_ARENA_NEW(arena, double, wiring->underlying_count);
  block->trades_done = KEEL_ARENA_NEW(arena, size_t, wiring->row_count);
  block->trades_left = KEEL_ARENA_NEW(arena, size_t, wiring->underlying_count);
  block->exercised = numbers(arena, wiring->underlying_count * wiring->paths, 0);
  block->splits_done = KEEL_ARENA_NEW(arena, size_t, wiring->underlying_count);
  init_exercises(arena, wiring, &block->exercise);
  clear_book(block);
}

static void init_market(struct keel_arena *arena, struct keel_block *block, int needs_market_vol) {
  const struct keel_wiring *wiring = block->wiring;
  size_t cells = wiring->row_count * wiring->paths;
  block->market = (struct keel_market){.rows = wiring->row_count,
                                       .paths = wiring->paths,
                                       .time_ns = KEEL_TIME_NONE,
                                       .next_ns = KEEL_TIME_NONE,
                                       .rate = wiring->terms->rate,
                                       .bid = numbers(arena, cells, NAN),
                                       .ask = numbers(arena, cells, NAN),
                                       .vol = needs_market_vol ? numbers(arena, cells, NAN) : NULL,
                                       .quote_ns = KEEL_ARENA_NEW(arena, int64_t, wiring->row_count),
                                       .changed = KEEL_ARENA_NEW(arena, uint32_t, wiring->underlying_count)};
  for (size_t r = 0; r < wiring->row_count; r++) block->market.quote_ns[r] = KEEL_TIME_NONE;
}

struct keel_block *keel_block_new(struct keel_arena *arena, const struct keel_wiring *wiring, int needs_market_vol) {
  struct keel_block *block = KEEL_ARENA_NEW(arena, struct keel_block, 1);
  block->wiring = wiring;
  init_market(arena, block, needs_market_vol);
  for (int i = 0; i < 2; i++) init_marks(arena, wiring, needs_market_vol, &block->marks[i]);
  init_totals(arena, wiring, &block->totals);
  init_book(arena, block);
  init_lanes(arena, block);
  init_lines(arena, block);
  choose_components(block);
  init_triggers(arena, wiring, &block->triggers);
  block->scratch = keel_mark_scratch_new(arena, wiring);
  block->alive = KEEL_ARENA_NEW(arena, unsigned char, wiring->row_count);
  block->settled = KEEL_ARENA_NEW(arena, unsigned char, wiring->row_count);
  block->last_vol = numbers(arena, wiring->row_count * wiring->paths, NAN);
  memset(block->alive, 1, wiring->row_count);
  block->now = KEEL_ARENA_NEW(arena, unsigned char, wiring->underlying_count);
  block->now_account = KEEL_ARENA_NEW(arena, unsigned char, wiring->underlying_count);
  block->entered = KEEL_ARENA_NEW(arena, unsigned char, wiring->underlying_count);
  block->finished = KEEL_ARENA_NEW(arena, unsigned char, wiring->underlying_count);
  block->stepped = KEEL_ARENA_NEW(arena, unsigned char, wiring->underlying_count);
  block->dividend_first = KEEL_ARENA_NEW(arena, size_t, wiring->underlying_count);
  size_t dividends = 0;
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    block->dividend_first[u] = dividends;
    dividends += wiring->underlyings[u].terms->dividend_count;
  }
  block->dividend_due = numbers(arena, dividends * wiring->variant_count * wiring->paths, 0);
  return block;
}

int keel_values_count(const struct keel_block *block, size_t u) {
  return block->wiring->needs.values || !block->entered[u] || block->market.is_last || keel_book_is_over(block, u);
}

double keel_vega_weight(const struct keel_block *block, double tenor_years, size_t row) {
  if (isnan(tenor_years)) return 1;
  return sqrt(tenor_years / keel_years_between(block->market.time_ns, block->wiring->rows[row].contract.expiry_ns));
}

/* ---- the next run in the same memory ---- */

static void clear_lanes(struct keel_block *block) {
  const struct keel_wiring *wiring = block->wiring;
  size_t lanes = wiring->underlying_count * wiring->variant_count, bytes = lanes * wiring->paths * sizeof(double);
  struct keel_so_far *sum = &block->so_far;
  double *carried[] = {sum->pnl, sum->cost, sum->turnover, sum->trades, sum->exercised, block->balance};
  for (size_t i = 0; i < sizeof carried / sizeof *carried; i++) memset(carried[i], 0, bytes);
  for (size_t k = 0; k < block->component_count && wiring->explains; k++)
    memset(sum->explain[block->components[k]], 0, bytes);
  if (wiring->explains) memset(sum->explain[KEEL_COMPONENT_UNEXPLAINED], 0, bytes);
  memset(block->begun, 0, lanes);
}

static void clear_lines(struct keel_block *block) {
  size_t lines = block->wiring->line_count, bytes = lines * block->wiring->paths * sizeof(double);
  struct keel_accounts *accounts = block->accounts;
  double *carried[] = {block->polled_qty, accounts[0].holding, accounts[1].holding, accounts[0].working,
                       accounts[1].working};
  for (size_t i = 0; i < sizeof carried / sizeof *carried; i++) memset(carried[i], 0, bytes);
  memset(block->polled_free, 0, lines);
  memset(block->sent_free, 0, lines);
  memset(block->rolled, 0, lines);
}

static void clear_triggers(const struct keel_wiring *wiring, struct keel_trigger_state *state) {
  size_t count = wiring->underlying_count * wiring->variant_count * KEEL_EXPOSURE_COUNT;
  for (size_t i = 0; i < count; i++) state->every_ns[i] = state->session_ns[i] = KEEL_TIME_NONE;
  memset(state->every_day, 0, count * sizeof *state->every_day);
  for (size_t i = 0; i < count * wiring->paths && state->spot; i++) state->spot[i] = state->vol[i] = NAN;
}

static void clear_dividends(struct keel_block *block) {
  const struct keel_wiring *wiring = block->wiring;
  size_t dividends = 0;
  for (size_t u = 0; u < wiring->underlying_count; u++) dividends += wiring->underlyings[u].terms->dividend_count;
  memset(block->dividend_due, 0, dividends * wiring->variant_count * wiring->paths * sizeof(double));
}

void keel_block_reset(struct keel_block *block) {
  const struct keel_wiring *wiring = block->wiring;
  size_t cells = wiring->row_count * wiring->paths, underlyings = wiring->underlying_count;
  clear_lanes(block);
  clear_lines(block);
  clear_triggers(wiring, &block->triggers);
  clear_dividends(block);
  clear_book(block);
  memset(block->alive, 1, wiring->row_count);
  memset(block->settled, 0, wiring->row_count);
  for (size_t i = 0; i < cells && !block->market.vol; i++) block->last_vol[i] = NAN;
  memset(block->now, 0, underlyings);
  memset(block->now_account, 0, underlyings);
  memset(block->entered, 0, underlyings);
  memset(block->finished, 0, underlyings);
  memset(block->stepped, 0, underlyings);
}
