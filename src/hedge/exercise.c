#include "hedge/exercise.h"

#include <math.h>
#include <string.h>

#include "hedge/mark.h"
#include "kernel/lane_math.h"

/* ---- ex-dates ---- */

/* When spot goes ex after this instant and until the next one; KEEL_TIME_NONE: it does not. */
static int64_t next_ex(const struct keel_block *block, size_t u) {
  const struct keel_underlying_terms *terms = block->wiring->underlyings[u].terms;
  int64_t now = block->market.time_ns, next = block->market.next_ns;
  for (size_t d = 0; d < terms->dividend_count && next != KEEL_TIME_NONE; d++) {
    const struct keel_dividend *dividend = &terms->dividends[d];
    if (dividend->cash > 0 && dividend->ex_ns > now && dividend->ex_ns <= next) return dividend->ex_ns;
  }
  return KEEL_TIME_NONE;
}

static void add_changed(struct keel_market *market, uint32_t u) {
  size_t at = 0;
  while (at < market->changed_count && market->changed[at] < u) at++;
  if (at < market->changed_count && market->changed[at] == u) return;
  memmove(market->changed + at + 1, market->changed + at, (market->changed_count++ - at) * sizeof *market->changed);
  market->changed[at] = u;
}

void keel_exercise_begin(struct keel_block *block) {
  if (!block->wiring->exercises || block->market.is_last) return;
  for (uint32_t u = 0; u < block->wiring->underlying_count; u++)
    if (block->entered[u] && !block->finished[u] && next_ex(block, u) != KEEL_TIME_NONE) add_changed(&block->market, u);
}

/* ---- the rule ---- */

/* How many of its dividends to come spot has paid when the next instant comes. */
static size_t paid_until_next(const struct keel_block *block, size_t u) {
  const struct keel_underlying_terms *terms = block->wiring->underlyings[u].terms;
  size_t count = 0;
  for (size_t d = 0; d < terms->dividend_count; d++)
    count += terms->dividends[d].ex_ns > block->market.time_ns && terms->dividends[d].ex_ns <= block->market.next_ns;
  return count;
}

/* What an option is worth that is not exercised now, [path]; NaN where its vol is not known. Where spot goes ex before
 * the next step, the cash is off it and the rest is to come; else it is the model's value, which is the mark where a
 * model makes the market. */
static const double *value_kept(struct keel_block *block, size_t u, uint32_t r, int is_ex) {
  const struct keel_marks *marks = keel_marks_after(block, u);
  const double *spot = keel_at_row(block, marks->price, block->wiring->underlyings[u].spot);
  const double *vol = keel_at_row(block, marks->vol, r);
  double *after = block->exercise.scratch[0], *value = block->exercise.scratch[1], cash = 0;
  if (block->market.vol && !is_ex) return keel_at_row(block, marks->price, r);
  keel_dividends rest = block->scratch->to_come[u];
  for (size_t k = is_ex ? paid_until_next(block, u) : 0; k > 0; k--) {
    cash += rest.cash[0];
    rest = (keel_dividends){rest.count - 1, rest.years + 1, rest.cash + 1, rest.policy};
  }
  const struct keel_option_paths paths = {.count = block->wiring->paths,
                                          .american = 1,
                                          .option = keel_option_of(block, u, r),
                                          .spot = after,
                                          .vol = vol,
                                          .paid = &rest,
                                          .room = block->scratch->room};
  for (size_t i = 0; i < paths.count; i++) after[i] = keel_at_least(spot[i] - cash, 0);
  keel_price_paths(&paths, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = value});
  for (size_t i = 0; i < paths.count; i++)
    if (!(vol[i] > 0)) value[i] = NAN;
  return value;
}

/* Waiting costs more than it brings. */
static int waiting_costs(const keel_option *option, double spot) {
  return option->phi * (option->yield * spot - option->rate * option->strike) > 0;
}

static double intrinsic_of(const struct keel_row *row, double spot) { return row->phi * (spot - row->contract.strike); }

/* Whether it may be exercised in some path, for what is known without its value. */
static int may_be_exercised(struct keel_block *block, size_t u, uint32_t r, int is_ex) {
  const keel_option option = keel_option_of(block, u, r);
  const double *spot = keel_at_row(block, keel_marks_after(block, u)->price, block->wiring->underlyings[u].spot);
  for (size_t i = 0; i < block->wiring->paths; i++)
    if (intrinsic_of(&block->wiring->rows[r], spot[i]) > 0 && (is_ex || waiting_costs(&option, spot[i]))) return 1;
  return 0;
}

static void find_row(struct keel_block *block, size_t u, uint32_t r, int64_t ex_ns) {
  const struct keel_row *row = &block->wiring->rows[r];
  int is_ex = ex_ns != KEEL_TIME_NONE && ex_ns <= row->contract.expiry_ns;
  if (!may_be_exercised(block, u, r, is_ex)) return;
  const keel_option option = keel_option_of(block, u, r);
  const double *spot = keel_at_row(block, keel_marks_after(block, u)->price, block->wiring->underlyings[u].spot);
  const double *kept = value_kept(block, u, r, is_ex);
  unsigned char *due = block->exercise.due + r * block->wiring->paths;
  for (size_t i = 0; i < block->wiring->paths; i++) {
    double pays = intrinsic_of(row, spot[i]);
    int is_best = waiting_costs(&option, spot[i]) ? kept[i] <= pays : is_ex && kept[i] < pays;
    due[i] = pays > 0 && is_best;
    block->exercise.due_count[r] += due[i];
  }
}

void keel_exercise_find(struct keel_block *block, size_t u) {
  const struct keel_wiring *wiring = block->wiring;
  const struct keel_underlying *underlying = &wiring->underlyings[u];
  if (!wiring->exercises) return;
  int64_t ex_ns = next_ex(block, u);
  for (size_t v = 0; v < wiring->variant_count; v++)
    keel_kernel_now->rows.set(wiring->paths, 0, keel_at_lane(block, block->exercise.qty, u, v));
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    const struct keel_row *row = &wiring->rows[r];
    if (block->exercise.due_count[r]) memset(block->exercise.due + r * wiring->paths, 0, wiring->paths);
    block->exercise.due_count[r] = 0;
    if (!block->entered[u] || block->market.is_last || !row->is_priced || !keel_is_american(&row->contract)) continue;
    if (block->alive[r] && !block->settled[r]) find_row(block, u, r, ex_ns);
  }
}

/* ---- the book ---- */

static void count_book(struct keel_block *block, size_t u, uint32_t r, size_t path) {
  double qty = block->units[r] / block->wiring->rows[r].contract.multiplier;
  for (size_t v = 0; v < block->wiring->variant_count; v++)
    keel_at_lane(block, block->exercise.qty, u, v)[path] += fabs(qty);
  if (path == 0 && qty > 0) block->exercise.long_qty += qty;
  if (path == 0 && qty < 0) block->exercise.short_qty -= qty;
}

void keel_exercise_row(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  double units = block->units[r];
  if (!block->exercise.due_count[r] || units == 0) return;
  const struct keel_marks *marks = keel_marks_after(block, u);
  const double *mark = keel_at_row(block, marks->price, r);
  const double *spot = keel_at_row(block, marks->price, block->wiring->underlyings[u].spot);
  const unsigned char *due = block->exercise.due + r * block->wiring->paths;
  unsigned char *gone = block->exercise.gone + r * block->wiring->paths;
  int delivers = row->contract.settlement == KEEL_SETTLEMENT_PHYSICAL;
  for (size_t i = 0; i < block->wiring->paths; i++) {
    if (!due[i] || gone[i]) continue;
    double pays = intrinsic_of(row, spot[i]);
    keel_at_total(block, block->totals.cash, u)[i] += units * pays;
    keel_at_total(block, block->totals.change[KEEL_COMPONENT_SETTLEMENT], u)[i] += units * (pays - mark[i]);
    keel_at_total(block, block->exercised, u)[i] += delivers ? row->phi * units : 0;
    count_book(block, u, r, i);
    gone[i] = 1;
    block->exercise.gone_count[r]++;
  }
}

void keel_exercise_forget(struct keel_block *block, uint32_t r) {
  if (!block->exercise.gone_count[r]) return;
  block->units[r] = 0;
  block->exercise.gone_count[r] = 0;
  memset(block->exercise.gone + r * block->wiring->paths, 0, block->wiring->paths);
}

const double *keel_exercise_kept(const struct keel_block *block, uint32_t r, const double *array, double *scratch) {
  if (!block->exercise.gone_count[r]) return array;
  const unsigned char *gone = block->exercise.gone + r * block->wiring->paths;
  for (size_t i = 0; i < block->wiring->paths; i++) scratch[i] = gone[i] ? 0 : array[i];
  return scratch;
}

/* ---- what hedges hold ---- */

static int is_due(const struct keel_block *block, uint32_t r) {
  return r != KEEL_NO_ROW && block->exercise.due_count[r] > 0;
}

void keel_exercise_count(struct keel_block *block, size_t u) {
  const struct keel_wiring *wiring = block->wiring;
  for (size_t v = 0; v < wiring->variant_count && wiring->exercises; v++) {
    struct keel_lane_lines lines = keel_lines_of(wiring, u, v);
    double *qty = keel_at_lane(block, block->exercise.qty, u, v);
    for (uint32_t line = lines.first; line < lines.first + lines.count; line++) {
      uint32_t r = wiring->lines[line].row;
      const double *held = keel_at_line(block, keel_account_before(block, u)->holding, line);
      for (size_t i = 0; is_due(block, r) && i < wiring->paths; i++)
        if (block->exercise.due[r * wiring->paths + i]) qty[i] += fabs(held[i]);
    }
    keel_kernel_now->rows.add(wiring->paths, 1, qty, keel_at_lane(block, block->so_far.exercised, u, v));
  }
}

void keel_exercise_deliver(const struct keel_block *block, size_t u, size_t line, double *out) {
  uint32_t r = block->wiring->lines[line].row;
  if (!is_due(block, r)) return;
  const struct keel_contract *contract = &block->wiring->rows[r].contract;
  const double *held = keel_at_line(block, block->accounts[!block->now_account[u]].holding, line);
  if (contract->settlement != KEEL_SETTLEMENT_PHYSICAL) return;
  for (size_t i = 0; i < block->wiring->paths; i++)
    if (block->exercise.due[r * block->wiring->paths + i])
      out[i] += block->wiring->rows[r].phi * held[i] * contract->multiplier;
}

void keel_exercise_holding(struct keel_block *block, size_t u, size_t line, struct keel_exercise_money money) {
  uint32_t r = block->wiring->lines[line].row;
  if (!is_due(block, r)) return;
  const struct keel_row *row = &block->wiring->rows[r];
  const struct keel_marks *marks = keel_marks_after(block, u);
  const double *mark = keel_at_row(block, marks->price, r);
  const double *spot = keel_at_row(block, marks->price, block->wiring->underlyings[u].spot);
  const double *held = keel_at_line(block, keel_account_before(block, u)->holding, line);
  double *holding = keel_at_line(block, keel_account_after(block, u)->holding, line);
  for (size_t i = 0; i < block->wiring->paths; i++) {
    if (!block->exercise.due[r * block->wiring->paths + i] || held[i] == 0) continue;
    double units = held[i] * row->contract.multiplier, pays = intrinsic_of(row, spot[i]);
    holding[i] -= held[i];
    money.value[i] -= units * mark[i];
    money.cash[i] += units * pays;
    money.settlement[i] += units * (pays - mark[i]);
  }
}

void keel_exercise_leave(const struct keel_block *block, uint32_t r, const double *held, double *out) {
  if (!is_due(block, r)) return;
  for (size_t i = 0; i < block->wiring->paths; i++)
    if (block->exercise.due[r * block->wiring->paths + i]) out[i] -= held[i];
}
