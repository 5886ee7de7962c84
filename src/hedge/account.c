/* Verb 5 of 5: cash, holdings and P&L of the step, and what explains it. The components are computed each by itself;
 * what they do not say is `unexplained`. */
#include <math.h>
#include <string.h>

#include "hedge/deliver.h"
#include "hedge/exercise.h"
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

static double growth(double rate, double years) { return rate == 0 || years == 0 ? 0 : keel_exp(rate * years) - 1; }

static double *due_of(const struct keel_block *block, size_t u, size_t d, size_t v) {
  size_t at = (block->dividend_first[u] + d) * block->wiring->variant_count + v;
  return block->dividend_due + at * block->wiring->paths;
}

/* Whether the lane's first line is spot. */
static int holds_spot(const struct keel_block *block, size_t u, struct keel_lane_lines lines) {
  return lines.count && block->wiring->lines[lines.first].row == block->wiring->underlyings[u].spot;
}

/* Books dividends that went ex, per spot held before, and gathers those whose pay-date has come. */
static void dividends_due(struct keel_block *block, size_t u, size_t v, const struct span *span, double *paid) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_lane_lines lines = keel_lines_of(block->wiring, u, v);
  const double *held = keel_at_line(block, keel_account_before(block, u)->holding, lines.first);
  int hedged_by_spot = holds_spot(block, u, lines);
  double book = block->spot_units[u];
  int64_t from = span->before->time_ns[u], to = span->after->time_ns[u];
  memset(paid, 0, block->wiring->paths * sizeof *paid);
  for (size_t d = 0; d < underlying->terms->dividend_count; d++) {
    const struct keel_dividend *dividend = &underlying->terms->dividends[d];
    double *due = due_of(block, u, d, v);
    for (size_t i = 0; i < block->wiring->paths; i++) {
      if (dividend->ex_ns > from && dividend->ex_ns <= to)
        due[i] = (book + (hedged_by_spot ? held[i] : 0)) * dividend->cash;
      if (dividend->pay_ns > from && dividend->pay_ns <= to) paid[i] += due[i];
    }
  }
}

/* An account enters with the premium of its book as cash, and what fills of that instant made against their marks. */
static void enter(struct keel_block *block, size_t u, size_t v) {
  struct keel_accounts *before = keel_account_before(block, u);
  const double *value = keel_at_total(block, block->totals.value, u);
  struct keel_lane_lines lines = keel_lines_of(block->wiring, u, v);
  for (size_t line = lines.first; line < lines.first + lines.count; line++) {
    memset(keel_at_line(block, before->holding, line), 0, block->wiring->paths * sizeof(double));
    memset(keel_at_line(block, before->working, line), 0, block->wiring->paths * sizeof(double));
  }
  for (size_t i = 0; i < block->wiring->paths; i++) {
    keel_at_lane(block, before->receivable, u, v)[i] = 0;
    keel_at_lane(block, before->equity, u, v)[i] = 0;
    keel_at_lane(block, before->cash, u, v)[i] = -value[i];
  }
  if (!block->wiring->trade_count) return;
  const double *made = keel_at_total(block, block->totals.change[KEEL_COMPONENT_TRADES], u);
  for (size_t i = 0; i < block->wiring->paths; i++) keel_at_lane(block, before->cash, u, v)[i] += made[i];
}

/* Whether a component of the book has to be copied to its place in the lane: for who reads the step, and where the lane
 * adds to it. */
static int is_copied(const struct keel_block *block, enum keel_component c, int no_time) {
  return block->wiring->needs.steps || no_time || c == KEEL_COMPONENT_DIVIDENDS;
}

/* Whether it is of the book, and computed by measure. */
static int is_of_book(enum keel_component c) { return c <= KEEL_COMPONENT_DIVIDENDS && c != KEEL_COMPONENT_HEDGE; }

/* The step's components of the book, each at its place in the lane. Where no time passed only what fills made counts,
 * as the book enters. */
static void book_changes(struct keel_block *block, size_t u, size_t v, int no_time) {
  size_t bytes = block->wiring->paths * sizeof(double);
  for (size_t k = 0; k < block->component_count; k++) {
    enum keel_component c = block->components[k];
    if (!is_of_book(c) || !is_copied(block, c, no_time)) continue;
    double *to = keel_at_lane(block, block->explain[c], u, v);
    int is_made = c == KEEL_COMPONENT_TRADES && !block->entered[u] && block->wiring->trade_count;
    if (no_time && !is_made)
      memset(to, 0, bytes);
    else
      memcpy(to, keel_at_total(block, block->totals.change[c], u), bytes);
  }
}

/* Fees of the step's fills that lie in the higher tiers. */
static void add_tiers(struct keel_block *block, size_t line, double multiplier, const double pays[2], double *fees) {
  const struct keel_fees *terms = &block->wiring->lines[line].fees;
  const double *qty[] = {keel_at_line(block, block->sent_qty, line), keel_at_line(block, block->polled_qty, line)};
  for (int k = 0; k < 2; k++) {
    for (size_t t = 1; t < terms->tier_count && pays[k] > 0; t++) {
      double tier[] = {terms->tiers[t].from, terms->tiers[t].per_share - terms->tiers[t - 1].per_share};
      keel_kernel_now->lanes.add_tier(block->wiring->paths, qty[k], multiplier, tier, fees);
    }
  }
}

/* A lane's part of this step. */
struct part {
  size_t u, v;
  const struct span *span;
  int waived; /* trades sent in this step are free of fees and taxes */
  int plain;  /* spot alone is held, and nothing but trades at a spread and interest moves its cash */
};

/* Whether the book brings cash in this step: payoffs, the variation of its futures, or trades of its own. */
static int book_pays(const struct keel_block *block, size_t u) {
  if (block->wiring->trade_count || block->wiring->exercises) return 1;
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    if (block->units[r] != 0 && block->alive[r] &&
        (block->settled[r] || block->wiring->rows[r].contract.kind == KEEL_KIND_FUTURE))
      return 1;
  return 0;
}

static int is_plain(const struct keel_block *block, size_t u, size_t v) {
  const struct keel_wiring *wiring = block->wiring;
  struct keel_lane_lines lines = keel_lines_of(wiring, u, v);
  int spot_alone = lines.count == 0 || (lines.count == 1 && holds_spot(block, u, lines));
  const struct keel_underlying_terms *terms = wiring->underlyings[u].terms;
  const struct keel_fees *fees = &wiring->lines[lines.first].fees;
  const struct keel_costs *costs = keel_costs_of(wiring, u);
  int pays_nothing =
      terms->yield == 0 && !wiring->underlyings[u].on_future && terms->dividend_count == 0 && !book_pays(block, u);
  int costs_spread = costs->borrow_rate == 0 && costs->buy_tax_bps == 0 && costs->sell_tax_bps == 0 &&
                     fees->per_share == 0 && fees->per_order == 0 && fees->tier_count <= 1;
  return spot_alone && pays_nothing && costs_spread && !keel_orders_rest(block, u, v);
}

/* One line for the kernel; taxes are on what is bought and sold, not on futures, which cost nothing to enter. */
static struct keel_lane_line line_terms(struct keel_block *block, const struct part *part, size_t line, uint32_t row) {
  const struct keel_row *instrument = &block->wiring->rows[row];
  const struct keel_costs *costs = keel_costs_of(block->wiring, part->u);
  const struct keel_fees *fees = &block->wiring->lines[line].fees;
  double *none = block->path_scratch[2], *tiers = block->path_scratch[5];
  struct keel_lane_line terms = {
      .multiplier = instrument->contract.multiplier,
      .is_spot = instrument->contract.kind == KEEL_KIND_SPOT,
      .is_future = instrument->contract.kind == KEEL_KIND_FUTURE,
      .settles = block->settled[row] && block->alive[row],
      .fee_per_share = fees->per_share,
      .fee_per_order = fees->per_order,
      .fills = keel_orders_rest(block, part->u, part->v) ? 2 : 1,
      .pays = {!part->waived, !block->polled_free[line]},
      .price_before = keel_at_row(block, part->span->before->price, row),
      .price_after = keel_at_row(block, part->span->after->price, row),
      .fill_qty = {keel_at_line(block, block->sent_qty, line), keel_at_line(block, block->polled_qty, line)},
      .fill_price = {keel_at_line(block, block->sent_price, line), keel_at_line(block, block->polled_price, line)},
      .tier_fees = fees->tier_count > 1 ? tiers : none,
      .holding_before = keel_at_line(block, keel_account_before(block, part->u)->holding, line),
      .holding_after = keel_at_line(block, keel_account_after(block, part->u)->holding, line)};
  if (!terms.is_future) {
    terms.buy_tax = costs->buy_tax_bps / 1e4;
    terms.sell_tax = costs->sell_tax_bps / 1e4;
  }
  if (fees->tier_count > 1) {
    memset(tiers, 0, block->wiring->paths * sizeof *tiers);
    add_tiers(block, line, terms.multiplier, terms.pays, tiers);
  }
  return terms;
}

/* The row of a line; one that has none, or none any more, is accounted on spot, of which it holds none. */
static uint32_t instrument_of(const struct keel_block *block, size_t u, size_t line) {
  uint32_t row = block->wiring->lines[line].row;
  return row == KEEL_NO_ROW || !block->alive[row] ? block->wiring->underlyings[u].spot : row;
}

static struct keel_lane_account lane_terms(struct keel_block *block, const struct part *part) {
  size_t u = part->u, v = part->v;
  uint32_t spot = block->wiring->underlyings[u].spot;
  const struct span *span = part->span;
  struct keel_accounts *before = keel_account_before(block, u), *after = keel_account_after(block, u);
  int no_time = span->before == span->after;
  double **explain = block->explain;
  return (struct keel_lane_account){
      .interest = growth(span->before->rate[u], span->years),
      .yield = growth(keel_yield_of(&block->wiring->underlyings[u], span->before->rate[u]), span->years),
      .dividend = span->dividend,
      .borrow = growth(keel_costs_of(block->wiring, u)->borrow_rate, span->years),
      .book_spot = block->spot_units[u],
      .explains = block->wiring->explains,
      .is_plain = part->plain,
      .spot_before = keel_at_row(block, span->before->price, spot),
      .spot_after = keel_at_row(block, span->after->price, spot),
      .cash_before = keel_at_lane(block, before->cash, u, v),
      .receivable_before = keel_at_lane(block, before->receivable, u, v),
      .book_cash = no_time ? block->path_scratch[2] : keel_at_total(block, block->totals.cash, u),
      .paid = block->path_scratch[3],
      .cash_after = keel_at_lane(block, after->cash, u, v),
      .receivable_after = keel_at_lane(block, after->receivable, u, v),
      .value = block->path_scratch[4],
      .cost = keel_at_lane(block, block->so_far.cost, u, v),
      .turnover = keel_at_lane(block, block->so_far.turnover, u, v),
      .trades = keel_at_lane(block, block->so_far.trades, u, v),
      .hedge = keel_at_lane(block, explain[KEEL_COMPONENT_HEDGE], u, v),
      .interest_earned = keel_at_lane(block, explain[KEEL_COMPONENT_INTEREST], u, v),
      .dividends = keel_at_lane(block, explain[KEEL_COMPONENT_DIVIDENDS], u, v),
      .borrow_paid = keel_at_lane(block, explain[KEEL_COMPONENT_BORROW], u, v),
      .spread = keel_at_lane(block, explain[KEEL_COMPONENT_SPREAD], u, v),
      .fees = keel_at_lane(block, explain[KEEL_COMPONENT_FEES], u, v),
      .taxes = keel_at_lane(block, explain[KEEL_COMPONENT_TAXES], u, v),
  };
}

static void run_lane(struct keel_block *block, const struct part *part) {
  struct keel_lane_lines lines = keel_lines_of(block->wiring, part->u, part->v);
  size_t paths = block->wiring->paths;
  if (!part->plain) {
    memset(block->path_scratch[2], 0, paths * sizeof(double));
    dividends_due(block, part->u, part->v, part->span, block->path_scratch[3]);
  }
  struct keel_lane_account lane = lane_terms(block, part);
  lane.line = line_terms(block, part, lines.first, instrument_of(block, part->u, lines.first));
  keel_kernel_now->lanes.account(paths, &lane);
  if (block->wiring->underlyings[part->u].terms->dividend_count) keel_kernel_now->lanes.dividends(paths, &lane);
  if (keel_costs_of(block->wiring, part->u)->borrow_rate != 0) keel_kernel_now->lanes.borrow(paths, &lane);
  for (size_t line = lines.first + 1; line < lines.first + lines.count; line++) {
    lane.line = line_terms(block, part, line, instrument_of(block, part->u, line));
    keel_kernel_now->lanes.account_line(paths, &lane);
  }
}

/* What a held future's price would be now at the yield that it implied before. */
static double at_old_yield(const struct keel_block *block, const struct part *part, uint32_t row, size_t i) {
  const struct keel_marks *before = part->span->before, *after = part->span->after;
  double years = keel_years_between(after->time_ns[part->u], block->wiring->rows[row].contract.expiry_ns);
  double spot = keel_at_row(block, after->price, block->wiring->underlyings[part->u].spot)[i];
  return (spot - after->escrow[row]) * keel_exp((after->zero_rate[row] - before->yield[row]) * years);
}

/* The move of a held future beyond that is the move of its basis: `carry`, not `hedge`. */
static void split_basis(struct keel_block *block, const struct part *part, size_t line) {
  uint32_t row = block->wiring->lines[line].row;
  const struct keel_marks *before = part->span->before, *after = part->span->after;
  if (!block->wiring->needs.moves || row == KEEL_NO_ROW || !block->alive[row]) return;
  if (block->wiring->rows[row].contract.kind != KEEL_KIND_FUTURE || before->yield[row] == after->yield[row]) return;
  const double *held = keel_at_line(block, keel_account_before(block, part->u)->holding, line);
  double *hedge = keel_at_lane(block, block->explain[KEEL_COMPONENT_HEDGE], part->u, part->v);
  double *carry = keel_at_lane(block, block->explain[KEEL_COMPONENT_CARRY], part->u, part->v);
  for (size_t i = 0; i < block->wiring->paths; i++) {
    if (held[i] == 0) continue;
    double size = held[i] * block->wiring->rows[row].contract.multiplier;
    double basis = size * (keel_at_row(block, after->price, row)[i] - at_old_yield(block, part, row, i));
    hedge[i] -= basis;
    carry[i] += basis;
  }
}

static void split_bases(struct keel_block *block, const struct part *part) {
  struct keel_lane_lines lines = keel_lines_of(block->wiring, part->u, part->v);
  for (size_t line = lines.first; line < lines.first + lines.count; line++) split_basis(block, part, line);
}

static void exercise_lines(struct keel_block *block, const struct part *part, struct keel_exercise_money money) {
  struct keel_lane_lines lines = keel_lines_of(block->wiring, part->u, part->v);
  for (size_t line = lines.first; line < lines.first + lines.count; line++)
    keel_exercise_holding(block, part->u, line, money);
}

/* What exercises and assignments made against the mark is in `change`; payoffs that lapsed are not paid. Delivered
 * units join the lane's holding: spot for its price, a future for nothing. */
static void take_delivery(struct keel_block *block, const struct part *part) {
  size_t u = part->u, v = part->v, paths = block->wiring->paths;
  double *settlement = keel_at_lane(block, block->explain[KEEL_COMPONENT_SETTLEMENT], u, v);
  memset(settlement, 0, paths * sizeof *settlement);
  if (part->span->before == part->span->after) return;
  const double *delivered = keel_at_lane(block, block->delivered, u, v);
  const double *lapsed = keel_at_lane(block, block->lapsed, u, v);
  struct keel_accounts *account = keel_account_after(block, u);
  double *cash = keel_at_lane(block, account->cash, u, v), *value = block->path_scratch[4];
  const double *made = keel_at_total(block, block->totals.change[KEEL_COMPONENT_SETTLEMENT], u);
  for (size_t i = 0; i < paths; i++) {
    cash[i] -= lapsed[i];
    settlement[i] = made[i] - lapsed[i];
  }
  exercise_lines(block, part, (struct keel_exercise_money){cash, value, settlement});
  uint32_t line = keel_delivery_line(block, u, v);
  if (line == KEEL_NO_LINE) return;
  const struct keel_row *row = &block->wiring->rows[block->wiring->lines[line].row];
  const double *price = keel_at_row(block, part->span->after->price, block->wiring->lines[line].row);
  double *holding = keel_at_line(block, account->holding, line);
  for (size_t i = 0; i < paths; i++) {
    double paid = row->contract.kind == KEEL_KIND_SPOT ? delivered[i] * price[i] : 0;
    holding[i] += delivered[i] / row->contract.multiplier;
    value[i] += paid;
    cash[i] -= paid;
  }
}

/* What works on a line that is gone is gone too. */
static void drop_working(struct keel_block *block, const struct part *part) {
  struct keel_lane_lines lines = keel_lines_of(block->wiring, part->u, part->v);
  for (size_t line = lines.first; line < lines.first + lines.count; line++)
    if (block->settled[block->wiring->lines[line].row])
      memset(keel_at_line(block, keel_account_after(block, part->u)->working, line), 0,
             block->wiring->paths * sizeof(double));
}

/* Equity, the P&L of the step, and its explanation. */
static void close_lane(struct keel_block *block, const struct part *part) {
  size_t u = part->u, v = part->v, paths = block->wiring->paths;
  if (!keel_values_count(block, u)) return;
  const struct keel_lanes *lanes = &keel_kernel_now->lanes;
  struct keel_accounts *before = keel_account_before(block, u), *after = keel_account_after(block, u);
  double *pnl = keel_at_lane(block, block->pnl, u, v);
  struct keel_lane_close lane = {.cash = keel_at_lane(block, after->cash, u, v),
                                 .receivable = keel_at_lane(block, after->receivable, u, v),
                                 .book_value = keel_at_total(block, block->totals.value, u),
                                 .value = block->path_scratch[4],
                                 .equity_before = keel_at_lane(block, before->equity, u, v),
                                 .equity = keel_at_lane(block, after->equity, u, v),
                                 .pnl = pnl,
                                 .total = keel_at_lane(block, block->so_far.pnl, u, v)};
  lanes->close(paths, &lane);
  if (!block->wiring->explains) return;
  struct keel_lane_attribute parts = {
      .count = block->component_count,
      .pnl = pnl,
      .rest = keel_at_lane(block, block->explain[KEEL_COMPONENT_UNEXPLAINED], u, v),
      .rest_sum = keel_at_lane(block, block->so_far.explain[KEEL_COMPONENT_UNEXPLAINED], u, v)};
  for (size_t k = 0; k < block->component_count; k++) {
    enum keel_component c = block->components[k];
    int in_place = is_of_book(c) && !is_copied(block, c, part->span->before == part->span->after);
    parts.part[k] =
        in_place ? keel_at_total(block, block->totals.change[c], u) : keel_at_lane(block, block->explain[c], u, v);
    parts.sum[k] = keel_at_lane(block, block->so_far.explain[c], u, v);
  }
  lanes->attribute(paths, &parts);
}

static void account(struct keel_block *block, size_t u, int no_time) {
  struct span span = span_of(block, u, no_time);
  const struct keel_costs *costs = keel_costs_of(block->wiring, u);
  int closing = block->entered[u] && no_time;
  for (size_t v = 0; v < block->wiring->variant_count; v++) {
    int opening = block->opening[keel_lane_of(block->wiring, u, v)];
    struct part part = {u, v, &span, closing ? costs->close_waived : opening && costs->open_waived,
                        is_plain(block, u, v)};
    if (!block->entered[u]) enter(block, u, v);
    if (block->wiring->explains) book_changes(block, u, v, no_time);
    run_lane(block, &part);
    if (block->wiring->explains && !no_time) split_bases(block, &part);
    if (block->wiring->underlyings[u].delivers || block->wiring->exercises || block->wiring->trade_count)
      take_delivery(block, &part);
    close_lane(block, &part);
    drop_working(block, &part);
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
