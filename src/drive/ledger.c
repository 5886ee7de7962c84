#include "drive/ledger.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

const char *const keel_reason_names[KEEL_REASON_COUNT] = {
    [KEEL_REASON_ENTER] = "enter",
    [KEEL_REASON_EVERY] = "every",
    [KEEL_REASON_BAND] = "band",
    [KEEL_REASON_LIMIT] = "limit",
    [KEEL_REASON_INSIDE] = "inside_band",
    [KEEL_REASON_LOT] = "lot",
    [KEEL_REASON_MINIMUM] = "minimum",
    [KEEL_REASON_ON_TARGET] = "on_target",
    [KEEL_REASON_BAD_NUMBER] = "bad_number",
    [KEEL_REASON_NO_TARGET] = "no_target",
    [KEEL_REASON_NOT_DUE] = "not_due",
    [KEEL_REASON_SETTLED] = "settled",
    [KEEL_REASON_NO_PRICE] = "no_price",
    [KEEL_REASON_LIQUIDATE] = "liquidate",
    [KEEL_REASON_SINGULAR] = "singular",
    [KEEL_REASON_PRICE_MOVE] = "price_move",
    [KEEL_REASON_VOL_MOVE] = "vol_move",
    [KEEL_REASON_SESSION] = "session",
};

/* ---- columns ---- */

#define NUMBER(field, text) \
  { #field, text, KEEL_LEDGER_NUMBER, offsetof(struct keel_ledger_row, field) }

static const struct keel_ledger_column_info fixed_columns[] = {
    {"time", "UTC", KEEL_LEDGER_TIME, 0},
    {"variant", "the rule; base is the strategy's own", KEEL_LEDGER_VARIANT, 0},
    {"underlying", "what the row is about", KEEL_LEDGER_UNDERLYING, 0},
    {"reason", "why it traded, or why not", KEEL_LEDGER_REASON, 0},
    NUMBER(spot, "mark of spot"),
    NUMBER(book_value, "mark of the book on this underlying"),
    NUMBER(delta, "the book's delta in shares, at marking vols"),
    NUMBER(gamma, "the book's gamma, shares per 1.00 of spot"),
    NUMBER(vega, "the book's vega, money per 1.00 of vol"),
    NUMBER(theta, "the book's theta, money per year"),
    NUMBER(hedge_delta, "the book's delta in shares, by the hedger's vol"),
    NUMBER(target, "the exact holding wanted, in contracts of the instrument"),
    NUMBER(holding, "held after this row, in contracts of the instrument"),
    NUMBER(trade, "filled in this row"),
    NUMBER(price, "average price of the fills; empty without one"),
    NUMBER(cost, "spread, fees, taxes and impact paid since the last row"),
    NUMBER(cash, "cash after this row"),
    NUMBER(equity, "cash, dividends due, book and holdings at marks"),
    NUMBER(pnl, "P&L since the last row of this variant and underlying; its components follow and add up to it"),
};

enum { FIXED = sizeof fixed_columns / sizeof *fixed_columns };

size_t keel_ledger_column_count(void) { return FIXED + KEEL_COMPONENT_COUNT; }

struct keel_ledger_column_info keel_ledger_column_at(size_t column) {
  if (column < FIXED) return fixed_columns[column];
  const struct keel_component_info *component = &keel_component_table[column - FIXED];
  size_t offset = offsetof(struct keel_ledger_row, explain) + (column - FIXED) * sizeof(double);
  return (struct keel_ledger_column_info){component->column, component->help, KEEL_LEDGER_NUMBER, offset};
}

/* ---- recording ---- */

void keel_ledger_init(struct keel_ledger *ledger, struct keel_arena *arena, const struct keel_wiring *wiring,
                      const uint32_t *variants) {
  *ledger = (struct keel_ledger){.wiring = wiring, .variants = variants};
  size_t lanes = wiring->underlying_count * wiring->variant_count;
  ledger->since = KEEL_ARENA_NEW(arena, struct keel_ledger_row, lanes);
  ledger->totals = KEEL_ARENA_NEW(arena, struct keel_ledger_totals, wiring->variant_count);
  ledger->begun = KEEL_ARENA_NEW(arena, unsigned char, wiring->underlying_count);
}

void keel_ledger_fini(struct keel_ledger *ledger) { free(ledger->rows); }

static void append(struct keel_ledger *ledger, const struct keel_ledger_row *row) {
  struct keel_ledger_row *rows = keel_grown(ledger->rows, ledger->count, &ledger->room, sizeof *rows);
  ledger->failed |= !rows;
  if (!rows) return;
  ledger->rows = rows;
  ledger->rows[ledger->count++] = *row;
}

/* Fills of this step, and their average price. */
static void gather_fills(struct keel_ledger_row *row, const struct keel_block *block, size_t line) {
  size_t at = line * block->wiring->paths;
  const double qty[] = {block->polled_qty[at], block->sent_qty[at]};
  const double price[] = {block->polled_price[at], block->sent_price[at]};
  double value = row->trade != 0 ? row->trade * row->price : 0;
  for (int k = 0; k < 2; k++) {
    if (qty[k] == 0) continue;
    value += qty[k] * price[k];
    row->trade += qty[k];
  }
  row->price = row->trade != 0 ? value / row->trade : NAN;
}

/* Value traded, at mid: costs in bps are of this. */
static double turnover_of(struct keel_block *block, size_t u, size_t line) {
  size_t at = line * block->wiring->paths;
  uint32_t r = block->wiring->lines[line].row;
  if (r == KEEL_NO_ROW) return 0;
  double price = keel_at_row(block, keel_marks_after(block, u)->price, r)[0];
  double qty = fabs(block->polled_qty[at]) + fabs(block->sent_qty[at]);
  return qty != 0 ? qty * price * block->wiring->rows[r].contract.multiplier : 0;
}

/* Settling and closing have rows of their own, and so has a rule that never trades where it begins; none decides. */
static int is_decision(double reason) {
  return reason != KEEL_REASON_SETTLED && reason != KEEL_REASON_LIQUIDATE && reason != KEEL_REASON_NO_TARGET;
}

static void add_totals(struct keel_ledger *ledger, struct keel_block *block, size_t u, size_t v) {
  size_t lane = keel_lane_of(block->wiring, u, v), at = lane * block->wiring->paths;
  struct keel_ledger_totals *totals = &ledger->totals[v];
  struct keel_ledger_row *since = &ledger->since[lane];
  size_t line = keel_lines_of(block->wiring, u, v).first;
  double turnover = turnover_of(block, u, line), cost = 0;
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) {
    double part = block->explain[c][at];
    totals->explain[c] += part;
    since->explain[c] += part;
    if (c >= KEEL_COMPONENT_SPREAD && c <= KEEL_COMPONENT_IMPACT) cost -= part;
    if (c >= KEEL_COMPONENT_DIVIDENDS && c <= KEEL_COMPONENT_SETTLEMENT) totals->flows += fabs(part);
  }
  totals->pnl += block->pnl[at];
  totals->cost += cost;
  totals->turnover += turnover;
  totals->flows += turnover + fabs(keel_at_total(block, block->totals.cash, u)[0]);
  totals->trades += turnover != 0;
  totals->decisions += block->decided[lane] && is_decision(block->reason[line * block->wiring->paths]);
  since->pnl += block->pnl[at];
  since->cost += cost;
  gather_fills(since, block, line);
}

/* At the end of a lane without a holding there is no trade, and yet what happened since the last row. */
static int is_left_over(const struct keel_ledger_row *since, double reason) {
  int any = 0;
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) any |= since->explain[c] != 0;
  return any && reason == KEEL_REASON_LIQUIDATE;
}

static void record_lane(struct keel_ledger *ledger, struct keel_block *block, size_t u, size_t v) {
  size_t lane = keel_lane_of(block->wiring, u, v), at = lane * block->wiring->paths;
  size_t line = keel_lines_of(block->wiring, u, v).first * block->wiring->paths;
  add_totals(ledger, block, u, v);
  struct keel_ledger_row *row = &ledger->since[lane];
  if (!block->decided[lane] && row->trade == 0 && !is_left_over(row, block->reason[line])) return;
  size_t spot = block->wiring->underlyings[u].spot, total = u * block->wiring->paths;
  struct keel_marks *marks = keel_marks_after(block, u);
  struct keel_accounts *account = keel_account_after(block, u);
  row->time_ns = block->market.time_ns;
  row->variant = ledger->variants[v];
  row->underlying = (uint32_t)u;
  row->spot = marks->price[spot * block->wiring->paths];
  row->book_value = block->totals.value[total];
  row->delta = block->totals.delta[total];
  row->gamma = block->totals.gamma[total];
  row->vega = block->totals.vega[total];
  row->theta = block->totals.theta[total];
  row->hedge_delta = keel_book_exposure(block, u, v, KEEL_EXPOSURE_DELTA)[0];
  row->target = block->target[line];
  row->reason = block->reason[line];
  row->holding = account->holding[line];
  row->cash = account->cash[at];
  row->equity = account->equity[at];
  append(ledger, row);
  *row = (struct keel_ledger_row){.price = NAN};
}

void keel_ledger_record(struct keel_ledger *ledger, struct keel_block *block, size_t u) {
  double book = fabs(keel_at_total(block, block->totals.value, u)[0]);
  for (size_t v = 0; v < block->wiring->variant_count; v++) {
    record_lane(ledger, block, u, v);
    if (!ledger->begun[u]) ledger->totals[v].flows += book; /* the premium */
    if (book > ledger->totals[v].largest_book) ledger->totals[v].largest_book = book;
  }
  ledger->begun[u] = 1;
}

/* ---- hash ---- */

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size) {
  const unsigned char *bytes = data;
  for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
  return hash;
}

uint64_t keel_ledger_rows_hash(const struct keel_ledger_row *rows, size_t count) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < count; i++) {
    hash = hash_bytes(hash, &rows[i].time_ns, sizeof rows[i].time_ns);
    hash = hash_bytes(hash, &rows[i].variant, sizeof rows[i].variant);
    hash = hash_bytes(hash, &rows[i].underlying, sizeof rows[i].underlying);
    const double *numbers = &rows[i].spot;
    size_t n = (sizeof *rows - offsetof(struct keel_ledger_row, spot)) / sizeof *numbers;
    for (size_t k = 0; k < n; k++) {
      double number = isnan(numbers[k]) ? 0x1.badp+1000 : numbers[k];
      hash = hash_bytes(hash, &number, sizeof number);
    }
  }
  return hash;
}
