/* Verb 3 of 5: the policy gives target holdings and says when to act; lots, minimum size and limits are part of the
 * decision. */
#include "hedge/decide.h"

#include <math.h>
#include <string.h>

#include "hedge/deliver.h"
#include "hedge/exercise.h"
#include "hedge/exposures.h"
#include "hedge/mark.h"
#include "hedge/trigger.h"
#include "hedge/verbs.h"

/* ---- target: a table of rules, one row per kind ---- */

/* What one contract of the instrument adds to the delta, in shares. */
static double instrument_delta(const struct keel_block *block, size_t u, const struct keel_hedge_line *line, size_t i) {
  const struct keel_row *row = &block->wiring->rows[line->row];
  const struct keel_marks *marks = &block->marks[block->now[u]];
  return row->contract.multiplier * marks->greeks.delta[line->row * block->wiring->paths + i];
}

static void target_neutral(struct keel_block *block, size_t u, size_t v, double *target) {
  const struct keel_hedge_line *line = &block->wiring->lines[keel_lines_of(block->wiring, u, v).first];
  const double *delta = keel_book_exposure(block, u, v, KEEL_EXPOSURE_DELTA);
  if (block->wiring->rows[line->row].contract.kind == KEEL_KIND_SPOT) { /* a delta of 1 */
    keel_kernel_now->rows.negate(block->wiring->paths, delta, target);
    return;
  }
  for (size_t i = 0; i < block->wiring->paths; i++) target[i] = -delta[i] / instrument_delta(block, u, line, i);
}

/* The components of the book's change that each order of the expansion adds. */
static const enum keel_component balance_terms[] = {
    [KEEL_BALANCE_DELTA] = KEEL_COMPONENT_DELTA, [KEEL_BALANCE_GAMMA] = KEEL_COMPONENT_GAMMA,
    [KEEL_BALANCE_THETA] = KEEL_COMPONENT_THETA, [KEEL_BALANCE_VEGA] = KEEL_COMPONENT_VEGA,
    [KEEL_BALANCE_RHO] = KEEL_COMPONENT_RHO,
};

/* What the book's marks changed by: exactly, or by Greeks up to the given order. */
static double book_change(const struct keel_block *block, size_t u, enum keel_balance_order order, size_t i) {
  size_t at = u * block->wiring->paths + i;
  double sum = 0;
  if (order == KEEL_BALANCE_EXACT)
    return block->totals.value[at] + block->totals.cash[at] - block->totals.value_before[at];
  for (int term = KEEL_BALANCE_DELTA; term <= (int)order; term++) sum += block->totals.change[balance_terms[term]][at];
  return sum;
}

/* n' = n S/S' - dP/S': the value of shares and options together stays as it was; outside cash pays. It follows every
 * step, also those in which no trigger fires. */
static void target_share_balance(struct keel_block *block, size_t u, size_t v, double *target) {
  const struct keel_target *rule = &keel_policy_of(block->wiring, u, v)->target;
  if (!block->entered[u]) {
    target_neutral(block, u, v, target);
    for (size_t i = 0; i < block->wiring->paths && !isnan(rule->start); i++) target[i] = rule->start;
    return;
  }
  size_t row = block->wiring->underlyings[u].spot;
  const double *spot = keel_at_row(block, keel_marks_after(block, u)->price, row);
  const double *last = keel_at_row(block, keel_marks_before(block, u)->price, row);
  const double *balance = keel_at_lane(block, block->balance, u, v);
  for (size_t i = 0; i < block->wiring->paths; i++)
    target[i] = balance[i] * last[i] / spot[i] - book_change(block, u, rule->order, i) / spot[i];
}

typedef void (*target_rule)(struct keel_block *block, size_t u, size_t v, double *target);
static const target_rule target_rules[] = {
    [KEEL_TARGET_NEUTRAL] = target_neutral,
    [KEEL_TARGET_SHARE_BALANCE] = target_share_balance,
    [KEEL_TARGET_NONE] = NULL,
};

/* ---- the band and limits, in contracts of the instrument ---- */

static void size_band(struct keel_block *block, size_t u, size_t v, double *band) {
  const struct keel_hedge_line *line = &block->wiring->lines[keel_lines_of(block->wiring, u, v).first];
  keel_trigger_band(block, u, v, KEEL_EXPOSURE_DELTA, band);
  for (size_t i = 0; i < block->wiring->paths; i++) band[i] /= fabs(instrument_delta(block, u, line, i));
}

struct keel_lane_limits keel_line_limits(struct keel_block *block, size_t u, size_t line) {
  const struct keel_wiring *wiring = block->wiring;
  const struct keel_hedge_line *terms = &wiring->lines[line];
  double *most = keel_at_line(block, block->notional_max, line),
         limit = keel_account_of(wiring, u)->limits->order_notional_max;
  const double *price = keel_at_row(block, keel_marks_after(block, u)->price, terms->row);
  double multiplier = wiring->rows[terms->row].contract.multiplier;
  for (size_t i = 0; i < wiring->paths && !isnan(limit); i++) most[i] = limit / (price[i] * multiplier);
  return (struct keel_lane_limits){.lot = terms->lot,
                                   .qty_min = terms->qty_min,
                                   .order_qty_max = keel_account_of(wiring, u)->limits->order_qty_max,
                                   .position_qty_max = terms->qty_max,
                                   .notional_qty_max = most};
}

void keel_limit_short(struct keel_block *block, size_t line, const double *holding) {
  const struct keel_hedge_line *terms = &block->wiring->lines[line];
  double *trade = keel_at_line(block, block->trade, line), *reason = keel_at_line(block, block->reason, line);
  for (size_t i = 0; i < block->wiring->paths && terms->short_qty_max < INFINITY; i++) {
    double left = holding[i] + terms->short_qty_max, room = left > 0 ? left : 0;
    if (!(trade[i] < -room)) continue;
    trade[i] = terms->lot > 0 ? -floor(room / terms->lot * (1 + 0x1p-50)) * terms->lot : -room;
    reason[i] = KEEL_REASON_LOCATE;
  }
}

/* ---- the decision ---- */

void keel_no_trade(struct keel_block *block, size_t line, enum keel_reason reason) {
  double *trade = keel_at_line(block, block->trade, line), *target = keel_at_line(block, block->target, line);
  for (size_t i = 0; i < block->wiring->paths; i++) {
    trade[i] = 0;
    target[i] = NAN;
    keel_at_line(block, block->reason, line)[i] = reason;
  }
}

void keel_no_decision(struct keel_block *block, size_t u, size_t v, enum keel_reason reason, int decided) {
  size_t lane = keel_lane_of(block->wiring, u, v);
  struct keel_lane_lines lines = keel_lines_of(block->wiring, u, v);
  block->decided[lane] = decided;
  block->opening[lane] = 0;
  keel_no_trade(block, lines.first, reason);
  for (size_t line = lines.first + 1; line < lines.first + lines.count; line++) keel_no_trade(block, line, reason);
}

/* Whether options that settle in this step change what the line holds. */
static int takes_delivery(const struct keel_block *block, size_t u, size_t v, size_t line) {
  return block->wiring->underlyings[u].delivers && keel_delivery_line(block, u, v) == line &&
         keel_has_delivered(block, u, v);
}

const double *keel_held_and_working(struct keel_block *block, size_t u, size_t v, size_t line, double *out) {
  const double *held = keel_at_line(block, keel_account_before(block, u)->holding, line);
  const double *working = keel_at_line(block, keel_account_before(block, u)->working, line);
  const double *filled = keel_at_line(block, block->polled_qty, line);
  uint32_t row = block->wiring->lines[line].row;
  int rest = keel_orders_rest(block, u, v), takes = takes_delivery(block, u, v, line);
  if (!rest && !takes && !block->exercise.due_count[row]) return held;
  for (size_t i = 0; i < block->wiring->paths; i++) out[i] = rest ? held[i] + filled[i] + working[i] : held[i];
  keel_exercise_leave(block, row, held, out);
  if (!takes) return out;
  double multiplier = block->wiring->rows[row].contract.multiplier;
  const double *delivered = keel_at_lane(block, block->delivered, u, v);
  for (size_t i = 0; i < block->wiring->paths; i++) out[i] += delivered[i] / multiplier;
  return out;
}

static int looks_at_moves(const struct keel_trigger *trigger) {
  return trigger->price_move > 0 || trigger->vol_move > 0;
}

/* Where spot or vol has moved is remembered where the trigger fired or the band was left. */
static void remember(struct keel_block *block, size_t u, size_t v, const double *reason, double *fired) {
  const struct keel_trigger *trigger = &keel_policy_of(block->wiring, u, v)->triggers[KEEL_EXPOSURE_DELTA];
  for (size_t i = 0; i < block->wiring->paths && looks_at_moves(trigger); i++)
    if (fired[i] == 0 && reason[i] != KEEL_REASON_INSIDE) fired[i] = 1 + reason[i];
  keel_trigger_acted(block, u, v, KEEL_EXPOSURE_DELTA, fired);
}

/* Whether someone reads the reasons of decisions. */
static int is_asked_why(const struct keel_block *block, const struct keel_policy *policy) {
  return block->wiring->needs.steps || looks_at_moves(&policy->triggers[KEEL_EXPOSURE_DELTA]);
}

/* One exposure and one instrument: delta, by spot or a future; or the shares of share_balance. */
static void decide_delta(struct keel_block *block, size_t u, size_t v) {
  const struct keel_policy *policy = keel_policy_of(block->wiring, u, v);
  size_t lane = keel_lane_of(block->wiring, u, v), at = keel_lines_of(block->wiring, u, v).first;
  int first = !block->begun[lane], banded = policy->triggers[KEEL_EXPOSURE_DELTA].band != KEEL_BAND_NONE;
  double *fired = block->path_scratch[1];
  double *target = keel_at_line(block, block->target, at), *band = keel_at_line(block, block->band, at);
  target_rules[policy->target.kind](block, u, v, target);
  if (policy->target.kind == KEEL_TARGET_SHARE_BALANCE)
    memcpy(keel_at_lane(block, block->balance, u, v), target, block->wiring->paths * sizeof *target);
  if (!keel_trigger_look(block, u, v, KEEL_EXPOSURE_DELTA, first, fired)) {
    keel_no_decision(block, u, v, KEEL_REASON_NOT_DUE, 0);
    return;
  }
  if (!keel_row_has_price(block, u, block->wiring->lines[at].row)) { /* what is due stays due */
    keel_no_decision(block, u, v, KEEL_REASON_NO_PRICE, 1);
    return;
  }
  if (banded) size_band(block, u, v, band);
  const double *held = keel_held_and_working(block, u, v, at, block->path_scratch[0]);
  struct keel_lane_decide lanes = {
      .limits = keel_line_limits(block, u, at),
      .has_band = banded,
      .inner = keel_move_inner(&policy->move),
      .fraction = keel_move_fraction(&policy->move),
      .fired = fired,
      .follows = fired,
      .target = target,
      .band = band,
      .holding = held,
      .from = held,
      .trade = keel_at_line(block, block->trade, at),
      .reason = is_asked_why(block, policy) ? keel_at_line(block, block->reason, at) : NULL};
  block->decided[lane] = block->begun[lane] = 1;
  block->opening[lane] = first != 0;
  keel_kernel_now->lanes.decide(block->wiring->paths, &lanes);
  keel_limit_short(block, at, held);
  remember(block, u, v, lanes.reason, fired);
}

static void decide_lane(struct keel_block *block, size_t u, size_t v) {
  if (keel_policy_of(block->wiring, u, v)->target.kind == KEEL_TARGET_NONE || !keel_lines_of(block->wiring, u, v).count)
    keel_no_decision(block, u, v, KEEL_REASON_NO_TARGET, !block->entered[u]);
  else if (keel_has_system(block->wiring, u, v))
    keel_decide_exposures(block, u, v);
  else
    decide_delta(block, u, v);
}

int keel_row_has_price(const struct keel_block *block, size_t u, uint32_t r) {
  if (!block->alive[r] || block->settled[r]) return 0;
  if (block->market.vol) return 1; /* a model has a price for all; what is worth nothing has no Greeks */
  return keel_quote_source(block, r) == KEEL_MARK_QUOTE && block->marks[block->now[u]].price[r] > 0;
}

int keel_is_paused(const struct keel_block *block, size_t u) {
  const struct keel_overrides *overrides = &block->wiring->underlyings[u].terms->overrides;
  int64_t now = block->market.time_ns;
  for (size_t i = 0; i < overrides->pause_count; i++) {
    const struct keel_pause *pause = &overrides->pauses[i];
    if ((pause->from_ns == KEEL_TIME_NONE || now >= pause->from_ns) &&
        (pause->until_ns == KEEL_TIME_NONE || now < pause->until_ns))
      return 1;
  }
  return 0;
}

/* A delivery beside which nothing was decided is the reason of its row. */
static void name_delivery(struct keel_block *block, size_t u, size_t v) {
  size_t lane = keel_lane_of(block->wiring, u, v);
  int over = keel_book_is_over(block, u);
  if ((block->decided[lane] && !over) || !keel_has_delivered(block, u, v)) return;
  block->decided[lane] = 1;
  keel_kernel_now->rows.set(block->wiring->paths, KEEL_REASON_DELIVERED,
                            keel_at_line(block, block->reason, keel_lines_of(block->wiring, u, v).first));
}

/* Likewise what the rule exercised, whatever it delivered. */
static void name_exercise(struct keel_block *block, size_t u, size_t v, int decided) {
  size_t lane = keel_lane_of(block->wiring, u, v);
  const double *qty = keel_at_lane(block, block->exercise.qty, u, v);
  double *reason = keel_at_line(block, block->reason, keel_lines_of(block->wiring, u, v).first);
  for (size_t i = 0; i < block->wiring->paths && !decided; i++) {
    if (qty[i] == 0) continue;
    block->decided[lane] = 1;
    reason[i] = KEEL_REASON_EXERCISED;
  }
}

void keel_decide(struct keel_block *block, size_t u) {
  for (size_t v = 0; v < block->wiring->variant_count; v++) {
    if (keel_book_is_over(block, u))
      keel_no_decision(block, u, v, KEEL_REASON_SETTLED, 1);
    else if (block->market.is_last)
      keel_no_decision(block, u, v, KEEL_REASON_NOT_DUE, 0);
    else if (keel_is_paused(block, u))
      keel_no_decision(block, u, v, KEEL_REASON_PAUSED, !block->entered[u]);
    else
      decide_lane(block, u, v);
    int decided = block->decided[keel_lane_of(block->wiring, u, v)];
    if (block->wiring->underlyings[u].delivers) name_delivery(block, u, v);
    if (block->wiring->exercises) name_exercise(block, u, v, decided);
  }
}

int keel_book_is_over(const struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  for (uint32_t r = underlying->spot; r < underlying->first + underlying->count; r++)
    if (block->units[r] != 0 && block->alive[r] && !block->settled[r]) return 0;
  return block->trades_left[u] == 0;
}
