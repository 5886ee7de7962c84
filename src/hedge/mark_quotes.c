/* Marks from quotes, one path: mids, the forward by yield or parity, implied vols, one hedging vol per strike.
 *
 * A row without a usable quote is marked by the last usable quote's vol at the new spot; a row that never had one by
 * market.implied_vol. Each use is counted. */
#include <math.h>
#include <stdlib.h>

#include "base/fail.h"
#include "hedge/mark.h"
#include "kernel/lane_math.h"

struct keel_pricing_room *keel_room_for(struct keel_arena *arena, const struct keel_wiring *wiring) {
  size_t dividends = 0, rows = 0;
  int needed = 0;
  for (size_t r = 0; r < wiring->row_count; r++) {
    const struct keel_row *row = &wiring->rows[r];
    size_t count = wiring->underlyings[row->underlying].terms->dividend_count;
    needed |= keel_kind_is_option(row->contract.kind) && count > 0;
    dividends = count > dividends ? count : dividends;
    rows += row->is_priced != 0;
  }
  return needed ? keel_pricing_room_new(arena, dividends, wiring->paths > 1 ? 1 : rows) : NULL;
}

struct keel_mark_scratch *keel_mark_scratch_new(struct keel_arena *arena, const struct keel_wiring *wiring) {
  struct keel_mark_scratch *scratch = KEEL_ARENA_NEW(arena, struct keel_mark_scratch, 1);
  size_t rows = wiring->row_count;
  double **columns[] = {&scratch->phi,       &scratch->spot,      &scratch->strike,    &scratch->rate,
                        &scratch->yield,     &scratch->years,     &scratch->vol,       &scratch->price,
                        &scratch->mid,       &scratch->implied,   &scratch->smile,     &scratch->out.price,
                        &scratch->out.delta, &scratch->out.gamma, &scratch->out.vega,  &scratch->out.theta,
                        &scratch->out.rho,   &scratch->out.psi,   &scratch->out.vanna, &scratch->out.volga};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) *columns[i] = KEEL_ARENA_NEW(arena, double, rows);
  scratch->row = KEEL_ARENA_NEW(arena, uint32_t, rows);
  scratch->source = KEEL_ARENA_NEW(arena, unsigned char, rows);
  scratch->american = KEEL_ARENA_NEW(arena, unsigned char, rows);
  scratch->paid = KEEL_ARENA_NEW(arena, const keel_dividends *, rows);
  scratch->to_come = KEEL_ARENA_NEW(arena, keel_dividends, wiring->underlying_count);
  size_t dividends = 0;
  for (size_t u = 0; u < wiring->underlying_count; u++) dividends += wiring->underlyings[u].terms->dividend_count;
  scratch->dividend_years = KEEL_ARENA_NEW(arena, double, dividends);
  scratch->dividend_cash = KEEL_ARENA_NEW(arena, double, dividends);
  scratch->room = keel_room_for(arena, wiring);
  scratch->path = KEEL_ARENA_NEW(arena, double, wiring->paths);
  struct keel_delta_scratch *delta = &scratch->delta;
  double **paths[] = {&delta->vol,   &delta->moved_vol, &delta->slope, &delta->book_gamma,
                      &delta->price, &delta->flat,      &delta->gamma, &delta->vega};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) *paths[i] = KEEL_ARENA_NEW(arena, double, wiring->paths);
  return scratch;
}

static int is_live(const struct keel_block *block, uint32_t r) {
  return block->alive[r] && block->wiring->rows[r].contract.expiry_ns > block->market.time_ns;
}

static int is_live_option(const struct keel_block *block, uint32_t r) {
  return is_live(block, r) && keel_kind_is_option(block->wiring->rows[r].contract.kind);
}

/* ---- quotes ---- */

static void read_quotes(struct keel_block *block, const struct keel_underlying *underlying) {
  struct keel_mark_scratch *scratch = block->scratch;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    scratch->source[r] = (unsigned char)keel_quote_source(block, r);
    int usable = scratch->source[r] == KEEL_MARK_QUOTE && is_live(block, r);
    scratch->mid[r] = usable ? 0.5 * (block->market.bid[r] + block->market.ask[r]) : NAN;
    scratch->implied[r] = NAN;
    if (keel_units_held(block, r) != 0 && is_live(block, r)) block->source_counts[scratch->source[r]]++;
  }
}

/* ---- the forward ---- */

enum { NEAREST = 5 };

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The median of the forwards of the (up to) five strikes whose call and put are nearest in price; NaN where no strike
 * has both sides. Ties go to the lower strike. */
static double parity_forward(const struct keel_block *block, const struct keel_slice *slice, double growth) {
  const double *mid = block->scratch->mid;
  double gaps[NEAREST], forwards[NEAREST];
  size_t found = 0;
  for (uint32_t r = slice->first; r < slice->first + slice->count; r++) {
    const struct keel_row *row = &block->wiring->rows[r];
    if (row->contract.kind != KEEL_KIND_CALL || row->partner == KEEL_NO_ROW) continue;
    double difference = mid[r] - mid[row->partner], gap = fabs(difference);
    double forward = row->contract.strike + growth * difference;
    if (isnan(gap) || !(forward > 0)) continue;
    if (found == NEAREST && gap >= gaps[NEAREST - 1]) continue;
    size_t at = found < NEAREST ? found++ : NEAREST - 1;
    for (; at > 0 && gaps[at - 1] > gap; at--) {
      gaps[at] = gaps[at - 1];
      forwards[at] = forwards[at - 1];
    }
    gaps[at] = gap;
    forwards[at] = forward;
  }
  if (found == 0) return NAN;
  qsort(forwards, found, sizeof *forwards, by_size);
  return 0.5 * (forwards[(found - 1) / 2] + forwards[found / 2]);
}

/* Options stand behind futures in a slice. */
static uint32_t last_row(const struct keel_slice *slice) { return slice->first + slice->count - 1; }

/* An expiry of which only futures are watched has no strikes to take a forward from. */
static int has_options(const struct keel_block *block, const struct keel_slice *slice) {
  return keel_kind_is_option(block->wiring->rows[last_row(slice)].contract.kind);
}

static double slice_yield(struct keel_block *block, size_t u, const struct keel_slice *slice) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  const struct keel_marks *marks = keel_marks_after(block, u);
  double spot = marks->price[underlying->spot], rate = marks->zero_rate[slice->first];
  if (underlying->terms->forward == KEEL_FORWARD_YIELD) return keel_yield_of(underlying, rate);
  double years = keel_years_between(block->market.time_ns, slice->expiry_ns);
  if (!(years > 0)) return keel_marks_before(block, u)->yield[last_row(slice)];
  double forward = parity_forward(block, slice, keel_exp(rate * years));
  if (!isnan(forward)) return rate - keel_log(forward / spot) / years;
  if (has_options(block, slice)) block->source_counts[KEEL_MARK_NO_FORWARD]++;
  return block->entered[u] ? keel_marks_before(block, u)->yield[last_row(slice)] : keel_yield_of(underlying, rate);
}

static void mark_forwards(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_marks *marks = keel_marks_after(block, u);
  for (uint32_t s = underlying->first_slice; s < underlying->first_slice + underlying->slice_count; s++) {
    const struct keel_slice *slice = &block->wiring->slices[s];
    double yield = slice_yield(block, u, slice);
    for (uint32_t r = slice->first; r < slice->first + slice->count; r++) marks->yield[r] = yield;
  }
}

/* The yield that a row had last; where it is to be the rate, as far from it as it was. */
static double last_yield(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_marks *before = keel_marks_before(block, u), *after = keel_marks_after(block, u);
  double yield = before->yield[r];
  return keel_has_own_forward(&block->wiring->underlyings[u]) ? yield + (after->zero_rate[r] - before->zero_rate[r])
                                                              : yield;
}

/* A future at its mid; without a usable quote, at the forward of its last yield. */
static void mark_futures(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_marks *marks = keel_marks_after(block, u);
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    if (block->wiring->rows[r].contract.kind != KEEL_KIND_FUTURE || !is_live(block, r)) continue;
    double years = keel_years_between(block->market.time_ns, block->wiring->rows[r].contract.expiry_ns);
    double rate = marks->zero_rate[r];
    double net = marks->price[underlying->spot] - marks->escrow[r], price = block->scratch->mid[r];
    if (isnan(price)) {
      if (block->entered[u]) marks->yield[r] = last_yield(block, u, r);
      price = net * keel_exp((rate - marks->yield[r]) * years);
    } else {
      marks->yield[r] = rate - keel_log(price / net) / years;
    }
    keel_mark_future(block, u, r, &price);
  }
}

/* ---- kernels over gathered rows ---- */

static void gather_row(struct keel_block *block, size_t u, uint32_t r, double vol) {
  struct keel_mark_scratch *scratch = block->scratch;
  const struct keel_row *row = &block->wiring->rows[r];
  const struct keel_marks *marks = keel_marks_after(block, u);
  size_t at = scratch->count++;
  scratch->row[at] = r;
  scratch->american[at] = (unsigned char)keel_is_american(&row->contract);
  scratch->phi[at] = row->phi;
  scratch->paid[at] = keel_paid_until_expiry(block, u, r);
  scratch->spot[at] = marks->price[block->wiring->underlyings[u].spot];
  scratch->strike[at] = row->contract.strike;
  scratch->rate[at] = marks->zero_rate[r];
  scratch->yield[at] = marks->yield[r];
  scratch->years[at] = keel_years_between(block->market.time_ns, row->contract.expiry_ns);
  scratch->vol[at] = vol;
  scratch->price[at] = scratch->mid[r];
}

static struct keel_option_rows gathered(const struct keel_mark_scratch *scratch) {
  return (struct keel_option_rows){.count = scratch->count,
                                   .room = scratch->room,
                                   .american = scratch->american,
                                   .paid = scratch->paid,
                                   .options = {.phi = scratch->phi,
                                               .spot = scratch->spot,
                                               .strike = scratch->strike,
                                               .rate = scratch->rate,
                                               .yield = scratch->yield,
                                               .years = scratch->years,
                                               .vol = scratch->vol}};
}

/* Implied vols of the priced options, and of their partners on the other side of the strike. */
static void imply_vols(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_mark_scratch *scratch = block->scratch;
  scratch->count = 0;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    const struct keel_row *row = &block->wiring->rows[r];
    int needed = block->wiring->needs.smile || row->is_priced ||
                 (row->partner != KEEL_NO_ROW && block->wiring->rows[row->partner].is_priced);
    if (needed && is_live_option(block, r) && !isnan(scratch->mid[r])) gather_row(block, u, r, 0);
  }
  const struct keel_option_rows rows = gathered(scratch);
  keel_imply_rows(&rows, scratch->price, scratch->vol);
  for (size_t i = 0; i < scratch->count; i++) {
    uint32_t r = scratch->row[i];
    if (!(scratch->vol[i] > 0)) continue; /* at or below intrinsic there is no vol to speak of */
    scratch->implied[r] = block->last_vol[r] = scratch->vol[i];
  }
}

static double first_number(const double *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!isnan(values[i])) return values[i];
  return NAN;
}

/* Of the out-of-the-money side of a strike through the forward in use, else of the other; NaN where neither is quoted.
 */
static double quoted_vol(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  const struct keel_marks *marks = keel_marks_after(block, u);
  const double *implied = block->scratch->implied;
  double net = marks->price[block->wiring->underlyings[u].spot] - marks->escrow[r];
  double years = keel_years_between(block->market.time_ns, row->contract.expiry_ns);
  double forward = net * keel_exp((marks->zero_rate[r] - marks->yield[r]) * years);
  int call_side = row->contract.strike >= forward, is_call = row->contract.kind == KEEL_KIND_CALL;
  double own = implied[r], other = row->partner == KEEL_NO_ROW ? NAN : implied[row->partner];
  double choices[] = {call_side == is_call ? own : other, call_side == is_call ? other : own};
  return first_number(choices, 2);
}

/* As it is quoted; else the last one; else market.implied_vol. */
static double strike_vol(struct keel_block *block, size_t u, uint32_t r) {
  double kept = block->entered[u] ? keel_marks_before(block, u)->hedge_vol[r] : NAN;
  double choices[] = {quoted_vol(block, u, r), kept, block->wiring->underlyings[u].terms->implied_vol};
  return first_number(choices, sizeof choices / sizeof *choices);
}

/* The vol that explains the mark: its own, or the last one it had. A mid outside the bounds of a price takes the
 * strike's. */
static double marking_vol(struct keel_block *block, size_t u, uint32_t r, double hedge_vol) {
  struct keel_mark_scratch *scratch = block->scratch;
  if (!isnan(scratch->mid[r])) {
    if (!isnan(scratch->implied[r])) return scratch->implied[r];
    if (keel_units_held(block, r) != 0) block->source_counts[KEEL_MARK_NO_VOL]++;
    return isnan(hedge_vol) ? 0 : hedge_vol;
  }
  double kept = block->entered[u] ? keel_marks_before(block, u)->vol[r] : NAN;
  double choices[] = {block->last_vol[r], block->wiring->underlyings[u].terms->implied_vol, kept};
  return first_number(choices, sizeof choices / sizeof *choices);
}

static void scatter(struct keel_marks *marks, const struct keel_mark_scratch *scratch, size_t i) {
  uint32_t r = scratch->row[i];
  const keel_greeks *from = &scratch->out, *to = &marks->greeks;
  to->delta[r] = from->delta[i];
  to->gamma[r] = from->gamma[i];
  to->vega[r] = from->vega[i];
  to->theta[r] = from->theta[i];
  to->rho[r] = from->rho[i];
  to->psi[r] = from->psi[i];
  to->vanna[r] = from->vanna[i];
  to->volga[r] = from->volga[i];
}

/* A quote's mid is its mark. */
static double mark_of(const struct keel_block *block, size_t u, size_t i) {
  const struct keel_mark_scratch *scratch = block->scratch;
  uint32_t r = scratch->row[i];
  if (!isnan(scratch->mid[r])) return scratch->mid[r];
  double spot = block->marks[block->now[u]].price[block->wiring->underlyings[u].spot];
  return keel_model_mark(&block->wiring->rows[r], scratch->out.price[i], spot);
}

static void price_at_marking_vols(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_mark_scratch *scratch = block->scratch;
  struct keel_marks *marks = keel_marks_after(block, u);
  scratch->count = 0;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    if (!block->wiring->rows[r].is_priced || !is_live_option(block, r)) continue;
    marks->hedge_vol[r] = strike_vol(block, u, r);
    marks->vol[r] = marking_vol(block, u, r, marks->hedge_vol[r]);
    if (isnan(marks->hedge_vol[r])) marks->hedge_vol[r] = marks->vol[r];
    gather_row(block, u, r, marks->vol[r]);
  }
  const struct keel_option_rows rows = gathered(scratch);
  keel_price_rows(&rows, block->wiring->needs.marking, &scratch->out);
  for (size_t i = 0; i < scratch->count; i++) {
    marks->price[scratch->row[i]] = mark_of(block, u, i);
    scatter(marks, scratch, i);
    if (keel_has_own_forward(underlying)) keel_carry_with_rate(block, &marks->greeks, scratch->row[i]);
  }
}

/* What decisions rest on: at the strike's vol. The rows are gathered already. */
static void price_at_hedge_vols(struct keel_block *block, size_t u) {
  struct keel_mark_scratch *scratch = block->scratch;
  struct keel_marks *marks = keel_marks_after(block, u);
  const struct keel_option_rows rows = gathered(scratch);
  keel_greek_set set = block->wiring->needs.hedging;
  const struct keel_overrides *overrides = &block->wiring->underlyings[u].terms->overrides;
  for (size_t i = 0; i < scratch->count; i++) {
    scratch->vol[i] = keel_at_least(marks->hedge_vol[scratch->row[i]] + overrides->vol_shift, 0);
    scratch->yield[i] += overrides->yield_shift;
  }
  keel_price_rows(&rows, set, &scratch->out);
  for (size_t i = 0; i < scratch->count; i++) {
    uint32_t r = scratch->row[i];
    marks->hedge_greeks.delta[r] = scratch->out.delta[i];
    if (set == KEEL_GREEK_SET_DELTA) continue;
    marks->hedge_greeks.gamma[r] = scratch->out.gamma[i];
    marks->hedge_greeks.vega[r] = scratch->out.vega[i];
  }
}

/* A point of the smile for each strike that is quoted now. */
static void mark_smile(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    block->scratch->smile[r] = is_live_option(block, r) ? quoted_vol(block, u, r) : NAN;
}

int keel_mark_from_quotes(struct keel_block *block, size_t u) {
  keel_assert(block->wiring->paths == 1);
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  read_quotes(block, underlying);
  mark_forwards(block, u);
  mark_futures(block, u);
  imply_vols(block, u);
  price_at_marking_vols(block, u);
  price_at_hedge_vols(block, u);
  if (block->wiring->needs.smile) mark_smile(block, u);
  int known = 1;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    if (block->units[r] != 0 && is_live(block, r)) known &= !isnan(keel_marks_after(block, u)->price[r]);
  return known;
}
