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
    [KEEL_REASON_LOCATE] = "locate",
    [KEEL_REASON_PAUSED] = "paused",
    [KEEL_REASON_DELIVERED] = "delivered",
    [KEEL_REASON_EXERCISED] = "exercised",
    [KEEL_REASON_ROLL] = "roll",
};

/* ---- columns ---- */

#define NUMBER(field, text) \
  { #field, text, KEEL_LEDGER_NUMBER, offsetof(struct keel_ledger_row, field), 0 }

static const struct keel_ledger_column_info fixed_columns[] = {
    {"time", "UTC", KEEL_LEDGER_TIME, 0, 0},
    {"variant", "the rule; base is the strategy's own", KEEL_LEDGER_VARIANT, 0, 0},
    {"underlying", "what the row is about", KEEL_LEDGER_UNDERLYING, 0, 0},
    {"account", "whose positions they are; empty where none is named", KEEL_LEDGER_ACCOUNT, 0, 0},
    {"reason", "why it traded, or why not", KEEL_LEDGER_REASON, offsetof(struct keel_ledger_row, reason), 0},
    NUMBER(spot, "mark of spot"),
    NUMBER(book_value, "mark of the book on this underlying"),
    NUMBER(delta, "the book's delta in shares, at marking vols"),
    NUMBER(gamma, "the book's gamma, shares per 1.00 of spot"),
    NUMBER(vega, "the book's vega, money per 1.00 of vol"),
    NUMBER(theta, "the book's theta, money per year"),
    NUMBER(hedge_delta, "the book's delta in shares, by the hedger's vol, less market.overrides.delta_offset"),
    {"instrument", "the first hedge instrument, which the next columns are about; empty without one",
     KEEL_LEDGER_INSTRUMENT, 0, 0},
    NUMBER(target, "the exact holding wanted, in contracts of the instrument"),
    NUMBER(holding, "held after this row, in contracts of the instrument"),
    NUMBER(trade, "filled in this row"),
    NUMBER(price, "average price of the fills; empty without one"),
    NUMBER(delivered,
           "units of the underlying that options delivered into the holding since the last row: at expiry, or "
           "exercised or assigned"),
    NUMBER(exercised,
           "contracts of the book and of hedges that were exercised or assigned by market.early_exercise since the "
           "last row"),
    NUMBER(cost, "spread, fees, taxes and impact paid since the last row"),
    NUMBER(cash, "cash after this row"),
    NUMBER(equity, "cash, dividends due, book and holdings at marks"),
    NUMBER(pnl, "P&L since the last row of this variant and underlying; its components follow and add up to it"),
};

#undef NUMBER

/* Of the second instrument and the third. */
#define OF_LINE(n, field, text, kind) \
  { #field "_" #n, text, kind, offsetof(struct keel_ledger_row, further[n - 2].field), n - 1 }
#define LINE(n)                                                                                     \
  {"instrument_" #n, "a further hedge instrument; columns of it are there where a variant has one", \
   KEEL_LEDGER_INSTRUMENT, 0, n - 1},                                                               \
      OF_LINE(n, reason, "why it traded, or why not", KEEL_LEDGER_REASON),                          \
      OF_LINE(n, target, "the exact holding wanted, in contracts", KEEL_LEDGER_NUMBER),             \
      OF_LINE(n, holding, "held after this row, in contracts", KEEL_LEDGER_NUMBER),                 \
      OF_LINE(n, trade, "filled in this row", KEEL_LEDGER_NUMBER),                                  \
      OF_LINE(n, price, "average price of the fills; empty without one", KEEL_LEDGER_NUMBER)
static const struct keel_ledger_column_info further_columns[] = {LINE(2), LINE(3), LINE(4), LINE(5),
                                                                 LINE(6), LINE(7), LINE(8)};
#undef LINE
#undef OF_LINE

enum {
  FIXED = sizeof fixed_columns / sizeof *fixed_columns,
  OF_ONE = sizeof further_columns / sizeof *further_columns / KEEL_LEDGER_FURTHER
};

size_t keel_ledger_column_count(size_t instruments) {
  return FIXED + KEEL_COMPONENT_COUNT + (instruments > 1 ? instruments - 1 : 0) * OF_ONE;
}

struct keel_ledger_column_info keel_ledger_column_at(size_t column) {
  if (column < FIXED) return fixed_columns[column];
  if (column >= FIXED + KEEL_COMPONENT_COUNT) return further_columns[column - FIXED - KEEL_COMPONENT_COUNT];
  const struct keel_component_info *component = &keel_component_table[column - FIXED];
  size_t offset = offsetof(struct keel_ledger_row, explain) + (column - FIXED) * sizeof(double);
  return (struct keel_ledger_column_info){component->column, component->help, KEEL_LEDGER_NUMBER, offset, 0};
}

/* ---- recording ---- */

void keel_ledger_init(struct keel_ledger *ledger, struct keel_arena *arena, const struct keel_wiring *wiring,
                      const uint32_t *variants) {
  *ledger = (struct keel_ledger){.wiring = wiring, .variants = variants};
  size_t lanes = wiring->underlying_count * wiring->variant_count;
  ledger->since = KEEL_ARENA_NEW(arena, struct keel_ledger_row, lanes);
  ledger->totals = KEEL_ARENA_NEW(arena, struct keel_ledger_totals, wiring->variant_count);
  ledger->account_totals =
      KEEL_ARENA_NEW(arena, struct keel_ledger_totals, wiring->variant_count * wiring->account_count);
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

/* Adds the fills of this step to a trade, and keeps its average price. */
static void gather_fills(const struct keel_block *block, size_t line, double *trade, double *average) {
  size_t at = line * block->wiring->paths;
  const double qty[] = {block->polled_qty[at], block->sent_qty[at]};
  const double price[] = {block->polled_price[at], block->sent_price[at]};
  double value = *trade != 0 ? *trade * *average : 0;
  for (int k = 0; k < 2; k++) {
    if (qty[k] == 0) continue;
    value += qty[k] * price[k];
    *trade += qty[k];
  }
  *average = *trade != 0 ? value / *trade : NAN;
}

/* What options did in a lane in this step: units delivered, contracts exercised. Its liquidation is no step. */
static double in_step(const struct keel_block *block, double *of_lane, size_t u, size_t v) {
  size_t first = keel_lines_of(block->wiring, u, v).first * block->wiring->paths;
  return block->reason[first] == KEEL_REASON_LIQUIDATE ? 0 : keel_at_lane(block, of_lane, u, v)[0];
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
  return reason != KEEL_REASON_SETTLED && reason != KEEL_REASON_LIQUIDATE && reason != KEEL_REASON_NO_TARGET &&
         reason != KEEL_REASON_PAUSED && reason != KEEL_REASON_DELIVERED && reason != KEEL_REASON_EXERCISED;
}

/* What a lane did in this step. */
struct done {
  uint64_t trades, decisions;
  double pnl, cost, turnover, flows;
  double explain[KEEL_COMPONENT_COUNT];
};

static struct done done_by(struct keel_block *block, size_t u, size_t v) {
  size_t lane = keel_lane_of(block->wiring, u, v), at = lane * block->wiring->paths;
  struct keel_lane_lines lines = keel_lines_of(block->wiring, u, v);
  struct done done = {.pnl = block->pnl[at]};
  for (size_t line = lines.first; line < lines.first + lines.count; line++) {
    double traded = turnover_of(block, u, line);
    done.turnover += traded;
    done.trades += traded != 0;
  }
  done.decisions = block->decided[lane] && is_decision(block->reason[lines.first * block->wiring->paths]);
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) {
    done.explain[c] = block->explain[c][at];
    if (c >= KEEL_COMPONENT_SPREAD && c <= KEEL_COMPONENT_IMPACT) done.cost -= done.explain[c];
  }
  return done;
}

static void add_to(struct keel_ledger_totals *totals, const struct done *done, double book_cash) {
  totals->decisions += done->decisions;
  totals->trades += done->trades;
  totals->pnl += done->pnl;
  totals->cost += done->cost;
  totals->turnover += done->turnover;
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) {
    totals->explain[c] += done->explain[c];
    if (c >= KEEL_COMPONENT_DIVIDENDS && c <= KEEL_COMPONENT_SETTLEMENT) totals->flows += fabs(done->explain[c]);
  }
  totals->flows += done->turnover + fabs(book_cash);
}

static struct keel_ledger_totals *account_totals(struct keel_ledger *ledger, size_t u, size_t v) {
  const struct keel_wiring *wiring = ledger->wiring;
  return &ledger->account_totals[v * wiring->account_count + wiring->underlyings[u].account];
}

static void add_totals(struct keel_ledger *ledger, struct keel_block *block, size_t u, size_t v) {
  struct keel_ledger_row *since = &ledger->since[keel_lane_of(block->wiring, u, v)];
  struct keel_lane_lines lines = keel_lines_of(block->wiring, u, v);
  const struct done done = done_by(block, u, v);
  double book_cash = keel_at_total(block, block->totals.cash, u)[0];
  add_to(&ledger->totals[v], &done, book_cash);
  add_to(account_totals(ledger, u, v), &done, book_cash);
  since->pnl += done.pnl;
  since->cost += done.cost;
  since->delivered += in_step(block, block->delivered, u, v);
  since->exercised += in_step(block, block->exercise.qty, u, v);
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++) since->explain[c] += done.explain[c];
  gather_fills(block, lines.first, &since->trade, &since->price);
  for (size_t k = 0; k + 1 < lines.count; k++)
    gather_fills(block, lines.first + 1 + k, &since->further[k].trade, &since->further[k].price);
}

static int has_traded(const struct keel_ledger_row *since) {
  int any = since->trade != 0;
  for (size_t k = 0; k < KEEL_LEDGER_FURTHER; k++) any |= since->further[k].trade != 0;
  return any;
}

/* What the row says of the lane's further instruments. */
static void write_further(struct keel_ledger_row *row, const struct keel_block *block, size_t u, size_t v) {
  struct keel_lane_lines lines = keel_lines_of(block->wiring, u, v);
  const struct keel_accounts *account = &block->accounts[block->now_account[u]];
  row->further_count = lines.count > 1 ? lines.count - 1 : 0;
  for (size_t k = 0; k < KEEL_LEDGER_FURTHER; k++) {
    size_t at = (lines.first + 1 + k) * block->wiring->paths;
    struct keel_ledger_line *line = &row->further[k];
    if (k >= row->further_count) {
      *line = (struct keel_ledger_line){NAN, NAN, NAN, NAN, NAN};
      continue;
    }
    line->target = block->target[at];
    line->holding = account->holding[at];
    line->reason = block->reason[at];
  }
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
  if (!block->decided[lane] && !has_traded(row) && !is_left_over(row, block->reason[line])) return;
  size_t spot = block->wiring->underlyings[u].spot, total = u * block->wiring->paths;
  struct keel_marks *marks = keel_marks_after(block, u);
  struct keel_accounts *account = keel_account_after(block, u);
  row->time_ns = block->market.time_ns;
  row->variant = ledger->variants[v];
  row->underlying = block->wiring->underlyings[u].number;
  row->account = block->wiring->underlyings[u].account;
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
  write_further(row, block, u, v);
  append(ledger, row);
  *row = (struct keel_ledger_row){.price = NAN};
}

void keel_ledger_record(struct keel_ledger *ledger, struct keel_block *block, size_t u) {
  double book = fabs(keel_at_total(block, block->totals.value, u)[0]);
  for (size_t v = 0; v < block->wiring->variant_count; v++) {
    record_lane(ledger, block, u, v);
    struct keel_ledger_totals *of[] = {&ledger->totals[v], account_totals(ledger, u, v)};
    for (int k = 0; k < 2; k++) {
      if (!ledger->begun[u]) of[k]->flows += book; /* the premium */
      if (book > of[k]->largest_book) of[k]->largest_book = book;
    }
  }
  ledger->begun[u] = 1;
}

/* ---- hash ---- */

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size) {
  const unsigned char *bytes = data;
  for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
  return hash;
}

static uint64_t hash_numbers(uint64_t hash, const double *numbers, size_t count) {
  for (size_t k = 0; k < count; k++) {
    double number = isnan(numbers[k]) ? 0x1.badp+1000 : numbers[k];
    hash = hash_bytes(hash, &number, sizeof number);
  }
  return hash;
}

uint64_t keel_ledger_rows_hash(const struct keel_ledger_row *rows, size_t count) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  const size_t numbers = (offsetof(struct keel_ledger_row, further) - offsetof(struct keel_ledger_row, spot)) / 8;
  for (size_t i = 0; i < count; i++) {
    hash = hash_bytes(hash, &rows[i].time_ns, sizeof rows[i].time_ns);
    hash = hash_bytes(hash, &rows[i].variant, sizeof rows[i].variant);
    hash = hash_bytes(hash, &rows[i].underlying, sizeof rows[i].underlying);
    if (rows[i].account) hash = hash_bytes(hash, &rows[i].account, sizeof rows[i].account);
    hash = hash_numbers(hash, &rows[i].spot, numbers);
    for (size_t k = 0; k < rows[i].further_count; k++)
      hash = hash_numbers(hash, &rows[i].further[k].target, sizeof *rows[i].further / sizeof(double));
    if (rows[i].delivered != 0) hash = hash_numbers(hash, &rows[i].delivered, 1);
    if (rows[i].exercised != 0) hash = hash_numbers(hash, &rows[i].exercised, 1);
  }
  return hash;
}
