/* Verb 5 of 5: cash, holdings and P&L of the step, and what explains it. The components are computed each by itself;
 * what they do not say is `unexplained`. */
#include <math.h>
#include <string.h>

#include "hedge/mark.h"
#include "hedge/verbs.h"
#include "kernel/lane_math.h"

/* The stretch of time that is accounted for. Entering and liquidating take none: then both marks are the same. */
struct span {
  const struct keel_marks *before, *after;
  double years;
  double dividend; /* cash per unit of spot that went ex */
};

static struct span span_of(struct keel_block *block, size_t u, int no_time) {
  const struct keel_marks *after = keel_marks_after(block, u);
  const struct keel_marks *before = no_time ? after : keel_marks_before(block, u);
  struct span span = {before, after, keel_years_between(before->time_ns[u], after->time_ns[u]), 0};
  const struct keel_underlying_terms *terms = block->wiring->underlyings[u].terms;
  for (size_t d = 0; d < terms->dividend_count; d++)
    if (terms->dividends[d].ex_ns > before->time_ns[u] && terms->dividends[d].ex_ns <= after->time_ns[u])
      span.dividend += terms->dividends[d].cash;
  return span;
}

static double growth(double rate, double years) { return years == 0 ? 0 : keel_exp(rate * years) - 1; }

static double *due_of(const struct keel_block *block, size_t u, size_t d, size_t v) {
  size_t at = (block->dividend_first[u] + d) * block->wiring->variant_count + v;
  return block->dividend_due + at * block->wiring->paths;
}

/* Books dividends that went ex, per spot held before, and gathers those whose pay-date has come. */
static void dividends_due(struct keel_block *block, size_t u, size_t v, const struct span *span, double *paid) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  const struct keel_hedge_line *line = &block->wiring->lines[keel_lane_of(block->wiring, u, v)];
  const double *held = keel_at_lane(block, keel_account_before(block, u)->holding, u, v);
  int holds_spot = line->row == underlying->spot;
  double book = block->wiring->rows[underlying->spot].units;
  int64_t from = span->before->time_ns[u], to = span->after->time_ns[u];
  memset(paid, 0, block->wiring->paths * sizeof *paid);
  for (size_t d = 0; d < underlying->terms->dividend_count; d++) {
    const struct keel_dividend *dividend = &underlying->terms->dividends[d];
    double *due = due_of(block, u, d, v);
    for (size_t i = 0; i < block->wiring->paths; i++) {
      if (dividend->ex_ns > from && dividend->ex_ns <= to)
        due[i] = (book + (holds_spot ? held[i] : 0)) * dividend->cash;
      if (dividend->pay_ns > from && dividend->pay_ns <= to) paid[i] += due[i];
    }
  }
}

/* An account enters with the premium of its book as cash, and nothing else. */
static void enter(struct keel_block *block, size_t u, size_t v) {
  struct keel_accounts *before = keel_account_before(block, u);
  const double *value = keel_at_total(block, block->totals.value, u);
  for (size_t i = 0; i < block->wiring->paths; i++) {
    keel_at_lane(block, before->holding, u, v)[i] = 0;
    keel_at_lane(block, before->working, u, v)[i] = 0;
    keel_at_lane(block, before->receivable, u, v)[i] = 0;
    keel_at_lane(block, before->equity, u, v)[i] = 0;
    keel_at_lane(block, before->cash, u, v)[i] = -value[i];
  }
}

static void book_changes(struct keel_block *block, size_t u, size_t v, int no_time) {
  size_t bytes = block->wiring->paths * sizeof(double);
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) {
    double *to = keel_at_lane(block, block->explain[c], u, v);
    if (no_time)
      memset(to, 0, bytes);
    else
      memcpy(to, keel_at_total(block, block->totals.change[c], u), bytes);
  }
}

/* The instrument of a lane; a lane that has none, or none any more, is accounted on spot, of which it holds none. */
static uint32_t instrument_of(const struct keel_block *block, size_t u, size_t v) {
  uint32_t row = block->wiring->lines[keel_lane_of(block->wiring, u, v)].row;
  return row == KEEL_NO_ROW || !block->alive[row] ? block->wiring->underlyings[u].spot : row;
}

static void run_lane(struct keel_block *block, size_t u, size_t v, const struct span *span) {
  uint32_t row = instrument_of(block, u, v), spot = block->wiring->underlyings[u].spot;
  size_t paths = block->wiring->paths;
  const struct keel_costs *costs = &block->wiring->costs;
  struct keel_accounts *before = keel_account_before(block, u), *after = keel_account_after(block, u);
  double *none = block->path_scratch[2], *paid = block->path_scratch[3];
  int no_time = span->before == span->after;
  size_t lane_index = keel_lane_of(block->wiring, u, v);
  int closing = block->entered[u] && no_time;
  int waived = closing ? costs->close_waived : block->opening[lane_index] && costs->open_waived;
  int polled_waived = block->polled_free[lane_index];
  memset(none, 0, paths * sizeof *none);
  dividends_due(block, u, v, span, paid);
  double **explain = block->explain;
  struct keel_lane_account lane = {
      .interest = growth(span->before->rate[u], span->years),
      .yield = growth(block->wiring->underlyings[u].terms->yield, span->years),
      .dividend = span->dividend,
      .borrow = growth(costs->borrow_rate, span->years),
      .book_spot = block->wiring->rows[spot].units,
      .multiplier = block->wiring->rows[row].contract.multiplier,
      .is_future = block->wiring->rows[row].contract.kind == KEEL_KIND_FUTURE,
      .fee_per_share = costs->fees.per_share,
      .fee_per_order = costs->fees.per_order,
      .buy_tax = costs->buy_tax_bps / 1e4,
      .sell_tax = costs->sell_tax_bps / 1e4,
      .pays = {!polled_waived, !waived},
      .spot_before = keel_at_row(block, span->before->price, spot),
      .spot_after = keel_at_row(block, span->after->price, spot),
      .price_before = keel_at_row(block, span->before->price, row),
      .price_after = keel_at_row(block, span->after->price, row),
      .holding_before = keel_at_lane(block, before->holding, u, v),
      .cash_before = keel_at_lane(block, before->cash, u, v),
      .book_cash = no_time ? none : keel_at_total(block, block->totals.cash, u),
      .paid = paid,
      .fill_qty = {keel_at_lane(block, block->polled_qty, u, v), keel_at_lane(block, block->sent_qty, u, v)},
      .fill_price = {keel_at_lane(block, block->polled_price, u, v), keel_at_lane(block, block->sent_price, u, v)},
      .holding_after = keel_at_lane(block, after->holding, u, v),
      .cash_after = keel_at_lane(block, after->cash, u, v),
      .receivable_change = keel_at_lane(block, after->receivable, u, v),
      .hedge = keel_at_lane(block, explain[KEEL_COMPONENT_HEDGE], u, v),
      .interest_earned = keel_at_lane(block, explain[KEEL_COMPONENT_INTEREST], u, v),
      .dividends = keel_at_lane(block, explain[KEEL_COMPONENT_DIVIDENDS], u, v),
      .borrow_paid = keel_at_lane(block, explain[KEEL_COMPONENT_BORROW], u, v),
      .spread = keel_at_lane(block, explain[KEEL_COMPONENT_SPREAD], u, v),
      .fees = keel_at_lane(block, explain[KEEL_COMPONENT_FEES], u, v),
      .taxes = keel_at_lane(block, explain[KEEL_COMPONENT_TAXES], u, v),
  };
  keel_kernel_now->lanes.account(paths, &lane);
}

/* Equity, the P&L of the step, and what the components leave unexplained. */
static void close_lane(struct keel_block *block, size_t u, size_t v) {
  uint32_t row = instrument_of(block, u, v);
  const struct keel_row *instrument = &block->wiring->rows[row];
  struct keel_accounts *before = keel_account_before(block, u), *after = keel_account_after(block, u);
  const double *price = keel_at_row(block, keel_marks_after(block, u)->price, row);
  const double *value = keel_at_total(block, block->totals.value, u), *paid = block->path_scratch[3];
  int is_future = instrument->contract.kind == KEEL_KIND_FUTURE;
  for (size_t i = 0; i < block->wiring->paths; i++) {
    size_t at = keel_lane_of(block->wiring, u, v) * block->wiring->paths + i;
    after->receivable[at] += before->receivable[at] - paid[i];
    double holdings = is_future ? 0 : after->holding[at] * instrument->contract.multiplier * price[i];
    after->equity[at] = after->cash[at] + after->receivable[at] + value[i] + holdings;
    block->pnl[at] = after->equity[at] - before->equity[at];
    double said = 0;
    for (size_t c = 0; c < KEEL_COMPONENT_UNEXPLAINED; c++) said += block->explain[c][at];
    block->explain[KEEL_COMPONENT_UNEXPLAINED][at] = block->pnl[at] - said;
    if (block->settled[row]) after->holding[at] = after->working[at] = 0; /* an expired future is gone */
  }
}

static void add_to_so_far(struct keel_block *block, size_t u, size_t v) {
  struct keel_so_far *sum = &block->so_far;
  uint32_t row = instrument_of(block, u, v);
  const double *price = keel_at_row(block, keel_marks_after(block, u)->price, row);
  double multiplier = block->wiring->rows[row].contract.multiplier;
  size_t paths = block->wiring->paths, lane = keel_lane_of(block->wiring, u, v) * paths;
  double **explain = block->explain;
  for (size_t i = 0; i < paths; i++) {
    size_t at = lane + i;
    double polled = block->polled_qty[at], sent = block->sent_qty[at];
    sum->pnl[at] += block->pnl[at];
    sum->cost[at] -= explain[KEEL_COMPONENT_SPREAD][at] + explain[KEEL_COMPONENT_FEES][at] +
                     explain[KEEL_COMPONENT_TAXES][at] + explain[KEEL_COMPONENT_IMPACT][at];
    sum->turnover[at] += polled != 0 || sent != 0 ? (fabs(polled) + fabs(sent)) * multiplier * price[i] : 0;
    sum->trades[at] += (polled != 0 ? 1 : 0) + (sent != 0 ? 1 : 0);
  }
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++)
    for (size_t at = lane; at < lane + paths; at++) sum->explain[c][at] += explain[c][at];
}

static void account(struct keel_block *block, size_t u, int no_time) {
  struct span span = span_of(block, u, no_time);
  for (size_t v = 0; v < block->wiring->variant_count; v++) {
    if (!block->entered[u]) enter(block, u, v);
    book_changes(block, u, v, no_time);
    run_lane(block, u, v, &span);
    close_lane(block, u, v);
    add_to_so_far(block, u, v);
  }
}

void keel_account(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  account(block, u, !block->entered[u]);
  block->entered[u] = 1;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    if (block->settled[r]) block->alive[r] = 0;
}

void keel_account_closing(struct keel_block *block, size_t u) { account(block, u, 1); }
