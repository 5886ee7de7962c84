/* See lanes.h. Pointers are restrict copies, so that the loops vectorise; no output overlaps an input. */
#include "kernel/lanes.h"

#include <math.h>

#include "kernel/lanes_level.h"
#include "kernel/level.h"

/* A component before this row is added to it; that of the first row starts it. */
static inline double before(const double *sum, size_t i, const int is_first) { return is_first ? 0 : sum[i]; }

static inline __attribute__((always_inline)) void explain(size_t paths, const struct keel_lane_explain *lane,
                                                          const int is_first, const int spot_only) {
  const struct keel_lane_explain in = *lane;
  double *restrict delta = in.delta, *restrict gamma = in.gamma, *restrict theta = in.theta, *restrict vega = in.vega;
  double *restrict vanna = in.vanna, *restrict volga = in.volga, *restrict rho = in.rho, *restrict carry = in.carry;
  double *restrict dividends = in.dividends;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double spot = in.spot_after[i] - in.spot_before[i];
    double moved = spot - in.escrow_growth + in.escrow_paid; /* of spot without its dividends to come */
    double unit_delta = in.units * in.delta_before[i];
    delta[i] = before(delta, i, is_first) + unit_delta * spot;
    dividends[i] = before(dividends, i, is_first) + unit_delta * in.escrow_paid;
    theta[i] = before(theta, i, is_first) + (in.units * in.theta_before[i] * in.years - unit_delta * in.escrow_growth);
    gamma[i] = before(gamma, i, is_first) + 0.5 * in.units * in.gamma_before[i] * moved * moved;
    if (spot_only) continue;
    double vol = in.vol_after[i] - in.vol_before[i];
    vega[i] = before(vega, i, is_first) + in.units * in.vega_before[i] * vol;
    vanna[i] = before(vanna, i, is_first) + in.units * in.vanna_before[i] * moved * vol;
    volga[i] = before(volga, i, is_first) + 0.5 * in.units * in.volga_before[i] * vol * vol;
    rho[i] = before(rho, i, is_first) + in.units * in.rho_before[i] * in.rate;
    carry[i] = before(carry, i, is_first) + in.units * in.psi_before[i] * in.yield;
  }
}

void KEEL_AT(keel_lanes_explain)(size_t paths, const struct keel_lane_explain *lane) {
  if (lane->is_first && lane->spot_only)
    explain(paths, lane, 1, 1);
  else if (lane->spot_only)
    explain(paths, lane, 0, 1);
  else if (lane->is_first)
    explain(paths, lane, 1, 0);
  else
    explain(paths, lane, 0, 0);
}

/* ---- decide. `lots`, `banded`, `alone` (nothing but the holding, and the whole way) and `reasons` are known where
 * these are called: a loop without lots has no division. ---- */

/* Half away from zero, in lots; lot 0 leaves any fraction. */
static inline double to_lot(double qty, double lot, const int lots) {
  return lots ? copysign(floor(fabs(qty) / lot + 0.5), qty) * lot : qty;
}

/* Towards zero, in lots: what a limit leaves of an order. A hair of rounding does not cost a lot. */
static inline double cut_to_lot(double qty, double lot, const int lots) {
  return lots ? copysign(floor(fabs(qty) / lot * (1 + 0x1p-50)), qty) * lot : qty;
}

/* The holding to go to when outside the band: its nearer edge, in lots, rounded inwards. */
static inline double edge_of(double holding, double target, double band, double lot, const int lots) {
  double high = target + band, low = target - band;
  if (lots) {
    double high_lot = floor(high / lot) * lot, low_lot = ceil(low / lot) * lot;
    /* A band narrower than a lot may hold no whole lot: then the nearest one. */
    double near_lot = to_lot(target, lot, lots);
    double none = low_lot > high_lot ? 1 : 0;
    double down = none > 0 ? near_lot : high_lot, up = none > 0 ? near_lot : low_lot;
    return holding > high ? down : holding < low ? up : holding;
  }
  return holding > high ? high : holding < low ? low : holding;
}

/* What the limits leave of a wanted trade; `notional` is the largest order by that limit. */
static inline double limited(const struct keel_lane_limits *limits, double notional, double held, double wanted,
                             const int lots) {
  double order = limits->order_qty_max, position = limits->position_qty_max;
  double most = order < notional ? order : notional;
  double cut = copysign(cut_to_lot(most, limits->lot, lots), wanted);
  double sized = fabs(wanted) > most ? cut : wanted;
  /* A limit on the position stops growth beyond it; it never forbids coming back. */
  double after = held + sized;
  double room = position - (wanted > 0 ? held : -held);
  double allowed = cut_to_lot(room > 0 ? room : 0, limits->lot, lots);
  double grown = fabs(after) > position ? 1 : 0, beyond = fabs(sized) > allowed ? grown : 0;
  double stopped = copysign(allowed, wanted);
  return beyond > 0 ? stopped : sized;
}

/* Why it came out so: `why` where the trade is as wanted, `idle` where none was. */
static inline double reason_of(double wanted, double sized, double qty_min, double why, double idle) {
  double out = wanted == 0 ? idle : why;
  double small = fabs(sized) < qty_min ? 1 : 0, none = wanted != 0 ? small : 0;
  out = none > 0 ? KEEL_REASON_MINIMUM : out;
  return fabs(sized) < fabs(wanted) ? KEEL_REASON_LIMIT : out;
}

static inline __attribute__((always_inline)) void decide(size_t paths, const struct keel_lane_decide *lane,
                                                         const int lots, const int banded, const int alone,
                                                         const int reasons) {
  const struct keel_lane_limits limits = lane->limits;
  const double *restrict holding = lane->holding, *restrict start = lane->from, *restrict goal = lane->target;
  const double *restrict width = banded ? lane->band : lane->target, *restrict why_fired = lane->fired;
  const double *restrict why_follows = lane->follows, *restrict notional = limits.notional_qty_max;
  double *restrict trade = lane->trade, *restrict reason = lane->reason;
  const double lot = limits.lot, qty_min = limits.qty_min, inner = lane->inner, left = 1 - lane->fraction;
  const double stops = inner > 0 ? 1 : 0;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double held = holding[i], from = alone ? held : start[i], target = goal[i], band = banded ? width[i] : 0;
    double off = fabs(from - target), fired = why_fired[i];
    double outside = banded && off > band ? 1 : 0, follows = !alone && from != held ? 1 : 0;
    double act = fired > 0 ? 1 : outside;
    double near = target - left * (target - from);
    double moved = to_lot(near, lot, lots);
    if (banded) {
      double edge = edge_of(from, target, inner * band, lot, lots);
      moved = stops > 0 ? edge : moved;
    }
    double back = to_lot(from, lot, lots), kept = follows > 0 ? back : held;
    double wanted = (act > 0 ? moved : kept) - held;
    double sized = limited(&limits, notional[i], held, wanted, lots);
    double out = fabs(sized) < qty_min ? 0 : sized;
    double bad_off = off - off == 0 ? 0 : 1, bad = out - out == 0 ? bad_off : 1; /* infinite, or no number */
    trade[i] = bad > 0 ? 0 : out;
    if (!reasons) continue;
    double after = alone ? 0 : why_follows[i] - 1, by_band = outside > 0 ? KEEL_REASON_BAND : after;
    double why = fired > 0 ? fired - 1 : by_band;
    double inside = outside > 0 ? KEEL_REASON_LOT : KEEL_REASON_INSIDE, rest = stops > 0 ? inside : KEEL_REASON_LOT;
    double idle = off == 0 ? KEEL_REASON_ON_TARGET : rest;
    why = reason_of(wanted, sized, qty_min, why, idle);
    double acts = act > 0 ? 1 : follows;
    why = acts > 0 ? why : KEEL_REASON_INSIDE;
    reason[i] = bad > 0 ? KEEL_REASON_BAD_NUMBER : why;
  }
}

/* The same for most steps of most runs: no band, nothing but the holding, the whole way, and no limit, minimum or bad
 * number in any path. Returns whether it is so; if not, what it wrote is to be written again. */
static inline __attribute__((always_inline)) int decide_freely(size_t paths, const struct keel_lane_decide *lane,
                                                               const int lots, const int reasons) {
  const struct keel_lane_limits limits = lane->limits;
  const double *restrict holding = lane->holding, *restrict goal = lane->target, *restrict why_fired = lane->fired;
  const double *restrict notional = limits.notional_qty_max;
  double *restrict trade = lane->trade, *restrict reason = lane->reason;
  const double lot = limits.lot, qty_min = limits.qty_min, order = limits.order_qty_max;
  const double position = limits.position_qty_max, rest = lane->inner > 0 ? KEEL_REASON_INSIDE : KEEL_REASON_LOT;
  int met = 0;
  for (size_t i = 0; i < paths; i++) {
    double held = holding[i], target = goal[i], fired = why_fired[i], off = held - target;
    double wanted = (fired > 0 ? to_lot(target, lot, lots) : held) - held, size = fabs(wanted);
    int is_limited = (size > order) | (size > notional[i]) | (fabs(held + wanted) > position);
    int is_unusual = ((size < qty_min) & (size != 0)) | !(off - off + (wanted - wanted) == 0);
    met |= is_limited | is_unusual;
    trade[i] = wanted;
    if (!reasons) continue;
    double idle = off == 0 ? KEEL_REASON_ON_TARGET : rest, why = wanted == 0 ? idle : fired - 1;
    reason[i] = fired > 0 ? why : KEEL_REASON_INSIDE;
  }
  return !met;
}

static inline __attribute__((always_inline)) void decide_alone(size_t paths, const struct keel_lane_decide *lane,
                                                               const int lots, const int banded, const int reasons) {
  const int alone = lane->from == lane->holding && !(lane->fraction < 1);
  if (alone && !banded && decide_freely(paths, lane, lots, reasons)) return;
  if (alone)
    decide(paths, lane, lots, banded, 1, reasons);
  else
    decide(paths, lane, lots, banded, 0, reasons);
}

static inline __attribute__((always_inline)) void decide_said(size_t paths, const struct keel_lane_decide *lane,
                                                              const int lots, const int banded) {
  if (lane->reason)
    decide_alone(paths, lane, lots, banded, 1);
  else
    decide_alone(paths, lane, lots, banded, 0);
}

void KEEL_AT(keel_lanes_decide)(size_t paths, const struct keel_lane_decide *lane) {
  if (lane->limits.lot > 0 && lane->has_band)
    decide_said(paths, lane, 1, 1);
  else if (lane->limits.lot > 0)
    decide_said(paths, lane, 1, 0);
  else if (lane->has_band)
    decide_said(paths, lane, 0, 1);
  else
    decide_said(paths, lane, 0, 0);
}

static inline __attribute__((always_inline)) void size_line(size_t paths, const struct keel_lane_size *lane,
                                                            const int lots) {
  const struct keel_lane_limits limits = lane->limits;
  const double *restrict holding = lane->holding, *restrict wish = lane->change, *restrict why_acted = lane->acted;
  const double *restrict no_system = lane->singular, *restrict notional = limits.notional_qty_max;
  double *restrict trade = lane->trade, *restrict reason = lane->reason;
  const double lot = limits.lot, qty_min = limits.qty_min;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double held = holding[i], change = wish[i], acted = why_acted[i], singular = no_system[i];
    double exact = lots ? to_lot(held + change, lot, lots) - held : change;
    double wanted = acted > 0 ? exact : 0;
    double sized = limited(&limits, notional[i], held, wanted, lots);
    double out = fabs(sized) < qty_min ? 0 : sized;
    double idle = change == 0 ? KEEL_REASON_ON_TARGET : KEEL_REASON_LOT;
    double why = reason_of(wanted, sized, qty_min, acted - 1, idle);
    double sound = singular > 0 ? KEEL_REASON_SINGULAR : why;
    why = acted > 0 ? sound : KEEL_REASON_INSIDE;
    double bad_change = change - change == 0 ? 0 : 1, bad = out - out == 0 ? bad_change : 1;
    trade[i] = bad > 0 ? 0 : out;
    reason[i] = bad > 0 ? KEEL_REASON_BAD_NUMBER : why;
  }
}

void KEEL_AT(keel_lanes_size)(size_t paths, const struct keel_lane_size *lane) {
  if (lane->limits.lot > 0)
    size_line(paths, lane, 1);
  else
    size_line(paths, lane, 0);
}

/* `tight`: bid and ask are one row. */
static inline __attribute__((always_inline)) void fill(size_t paths, const struct keel_lane_fill *lane,
                                                       const int tight) {
  const double *restrict order = lane->qty, *bids = lane->bid, *asks = lane->ask;
  const double *restrict mark = lane->mark;
  double *restrict filled = lane->fill_qty, *restrict price = lane->fill_price;
  const double fresh = lane->is_fresh ? 1 : 0, part = lane->half_spread, quotes = part == part ? 0 : 1;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double qty = order[i], bid = bids[i], ask = tight ? bid : asks[i];
    double has_bid = bid > 0 ? 1 : 0, has_ask = ask < INFINITY ? has_bid : 0;
    double usable = tight || ask >= bid ? has_ask : 0;
    double middle = tight ? bid : 0.5 * (bid + ask), mid = usable * fresh > 0 ? middle : mark[i];
    double quoted = !tight && usable > 0 ? 0.5 * (ask - bid) : 0, half = quotes > 0 ? quoted : mid * part;
    double paid = qty > 0 ? mid + half : mid - half;
    filled[i] = qty;
    price[i] = qty != 0 ? paid : 0;
  }
}

void KEEL_AT(keel_lanes_fill)(size_t paths, const struct keel_lane_fill *lane) {
  if (lane->bid == lane->ask)
    fill(paths, lane, 1);
  else
    fill(paths, lane, 0);
}

/* What a line's fills are: the change of holding, the value traded at mark, and what they cost. */
struct traded {
  double qty, value, turnover, crossed, charged, taxed, count;
};

static inline __attribute__((always_inline)) struct traded fills_of(const struct keel_lane_line *line, size_t i,
                                                                    double price, const size_t fills) {
  struct traded sum = {.charged = line->tier_fees[i]};
  for (size_t k = 0; k < fills; k++) {
    double qty = line->fill_qty[k][i], shares = qty * line->multiplier;
    double paid = line->fill_price[k][i], mid = qty != 0 ? price : 0, at = qty != 0 ? paid : 0;
    double size = fabs(shares);
    sum.qty += qty;
    sum.value += shares * mid;
    sum.turnover += size * mid;
    sum.crossed += shares * (at - mid);
    sum.charged += line->pays[k] * (size * line->fee_per_share + (qty != 0 ? line->fee_per_order : 0));
    sum.taxed += line->pays[k] * (size * at) * (qty > 0 ? line->buy_tax : line->sell_tax);
    sum.count += qty != 0 ? 1 : 0;
  }
  return sum;
}

/* Price moves of what was held. */
static inline double move_of(const struct keel_lane_line *line, size_t i, double size) {
  double move = size * (line->price_after[i] - line->price_before[i]);
  return size != 0 ? move : 0;
}

/* A future is held at no value; what is not held needs no price. */
static inline double worth_of(double size, double price, double solid) {
  double worth = size * price;
  return size != 0 ? solid * worth : 0;
}

/* `explains` and `fills` are known where this is called, and so each loop below has one shape. */
static inline __attribute__((always_inline)) void account(size_t paths, const struct keel_lane_account *lane,
                                                          const int explains, const size_t fills) {
  const struct keel_lane_account in = *lane;
  const struct keel_lane_line line = in.line;
  double *restrict holding = line.holding_after, *restrict cash = in.cash_after;
  double *restrict value = in.value, *restrict cost = in.cost, *restrict turnover = in.turnover;
  double *restrict trades = in.trades;
  double *restrict hedge = in.hedge, *restrict interest = in.interest_earned, *restrict dividends = in.dividends;
  double *restrict spread = in.spread, *restrict fees = in.fees;
  double *restrict taxes = in.taxes;
  const double future = line.is_future ? 1 : 0, spot = line.is_spot ? 1 : 0, settles = line.settles ? 1 : 0;
  const double solid = 1 - future, keeps = 1 - settles; /* no future; not gone after this step */
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double held = line.holding_before[i], size = held * line.multiplier, price = line.price_after[i];
    double move = move_of(&line, i, size);
    double earned = in.cash_before[i] * in.interest;
    double shares_held = in.book_spot + (spot > 0 ? size : 0);
    double yielded = shares_held * in.spot_after[i] * in.yield;
    struct traded fill = fills_of(&line, i, price, fills);
    double outlay = solid * fill.value + fill.crossed + fill.charged + fill.taxed;
    double after = held + fill.qty, worth = worth_of(after * line.multiplier, price, solid);
    holding[i] = keeps > 0 ? after : 0;
    value[i] = keeps * worth;
    cash[i] = in.cash_before[i] + earned + yielded + future * move + in.book_cash[i] - outlay + settles * worth;
    cost[i] += fill.crossed + fill.charged + fill.taxed;
    turnover[i] += fill.turnover;
    trades[i] += fill.count;
    if (explains) {
      hedge[i] = move;
      interest[i] = earned;
      dividends[i] += yielded;
      spread[i] = -fill.crossed;
      fees[i] = -fill.charged;
      taxes[i] = -fill.taxed;
    }
  }
}

/* The same, bit by bit, of a lane that is plain. */
static inline __attribute__((always_inline)) void account_plain(size_t paths, const struct keel_lane_account *lane,
                                                                const int explains) {
  const struct keel_lane_account in = *lane;
  const struct keel_lane_line line = in.line;
  const double *restrict fill_qty = line.fill_qty[0], *restrict fill_price = line.fill_price[0];
  double *restrict holding = line.holding_after, *restrict cash = in.cash_after, *restrict value = in.value;
  double *restrict cost = in.cost, *restrict turnover = in.turnover, *restrict trades = in.trades;
  double *restrict hedge = in.hedge, *restrict interest = in.interest_earned, *restrict spread = in.spread;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double held = line.holding_before[i], qty = fill_qty[i], price = line.price_after[i], before = in.cash_before[i];
    double shares = qty * line.multiplier, crossed = shares * (fill_price[i] - price), after = held + qty;
    double earned = before * in.interest;
    crossed = qty != 0 ? crossed : 0;
    holding[i] = after;
    value[i] = after * line.multiplier * price;
    cash[i] = before + earned - (shares * price + crossed);
    cost[i] += crossed;
    turnover[i] += fabs(shares) * price;
    trades[i] += qty != 0 ? 1 : 0;
    if (!explains) continue;
    hedge[i] = move_of(&line, i, held * line.multiplier);
    interest[i] = earned;
    spread[i] = -crossed;
  }
}

void KEEL_AT(keel_lanes_account)(size_t paths, const struct keel_lane_account *lane) {
  if (lane->explains && lane->is_plain)
    account_plain(paths, lane, 1);
  else if (lane->is_plain)
    account_plain(paths, lane, 0);
  else if (lane->explains && lane->line.fills == 1)
    account(paths, lane, 1, 1);
  else if (lane->explains)
    account(paths, lane, 1, 2);
  else if (lane->line.fills == 1)
    account(paths, lane, 0, 1);
  else
    account(paths, lane, 0, 2);
}

void KEEL_AT(keel_lanes_dividends)(size_t paths, const struct keel_lane_account *lane) {
  const double *restrict held = lane->line.holding_before, *restrict due = lane->receivable_before;
  const double *restrict paid = lane->paid;
  double *restrict cash = lane->cash_after, *restrict receivable = lane->receivable_after;
  const double book = lane->book_spot, size = lane->line.is_spot ? lane->line.multiplier : 0, each = lane->dividend;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    receivable[i] = (book + held[i] * size) * each + (due[i] - paid[i]);
    cash[i] += paid[i];
  }
  double *restrict dividends = lane->dividends;
  const size_t explained = lane->explains ? paths : 0;
#pragma omp simd
  for (size_t i = 0; i < explained; i++) dividends[i] += (book + held[i] * size) * each;
}

void KEEL_AT(keel_lanes_borrow)(size_t paths, const struct keel_lane_account *lane) {
  const double *restrict held = lane->line.holding_before, *restrict spot = lane->spot_before;
  double *restrict cash = lane->cash_after, *restrict fee = lane->borrow_paid;
  const double book = lane->book_spot, rate = lane->borrow, size = lane->line.is_spot ? lane->line.multiplier : 0;
  const size_t explained = lane->explains ? paths : 0;
#pragma omp simd
  for (size_t i = 0; i < explained; i++) {
    double shares = book + held[i] * size;
    fee[i] = -(0.5 * (fabs(shares) - shares) * spot[i] * rate);
  }
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double shares = book + held[i] * size;
    cash[i] -= 0.5 * (fabs(shares) - shares) * spot[i] * rate;
  }
}

static inline __attribute__((always_inline)) void account_line(size_t paths, const struct keel_lane_account *lane,
                                                               const int explains, const size_t fills) {
  const struct keel_lane_account in = *lane;
  const struct keel_lane_line line = in.line;
  double *restrict holding = line.holding_after, *restrict cash = in.cash_after, *restrict value = in.value;
  double *restrict cost = in.cost, *restrict turnover = in.turnover, *restrict trades = in.trades;
  double *restrict hedge = in.hedge, *restrict spread = in.spread, *restrict fees = in.fees;
  double *restrict taxes = in.taxes;
  const double future = line.is_future ? 1 : 0, settles = line.settles ? 1 : 0;
  const double solid = 1 - future, keeps = 1 - settles; /* no future; not gone after this step */
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double held = line.holding_before[i], price = line.price_after[i];
    double move = move_of(&line, i, held * line.multiplier);
    struct traded fill = fills_of(&line, i, price, fills);
    double outlay = solid * fill.value + fill.crossed + fill.charged + fill.taxed;
    double after = held + fill.qty, worth = worth_of(after * line.multiplier, price, solid);
    holding[i] = keeps > 0 ? after : 0;
    value[i] += keeps * worth;
    cash[i] += future * move - outlay + settles * worth;
    cost[i] += fill.crossed + fill.charged + fill.taxed;
    turnover[i] += fill.turnover;
    trades[i] += fill.count;
    if (explains) {
      hedge[i] += move;
      spread[i] -= fill.crossed;
      fees[i] -= fill.charged;
      taxes[i] -= fill.taxed;
    }
  }
}

void KEEL_AT(keel_lanes_account_line)(size_t paths, const struct keel_lane_account *lane) {
  if (lane->explains && lane->line.fills == 1)
    account_line(paths, lane, 1, 1);
  else if (lane->explains)
    account_line(paths, lane, 1, 2);
  else if (lane->line.fills == 1)
    account_line(paths, lane, 0, 1);
  else
    account_line(paths, lane, 0, 2);
}

void KEEL_AT(keel_lanes_add_tier)(size_t paths, const double *qty, double multiplier, const double tier[2],
                                  double *fees) {
  const double from = tier[0], per_share = tier[1];
  double *restrict out = fees;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double beyond = fabs(qty[i]) * multiplier - from;
    out[i] += beyond > 0 ? beyond * per_share : 0;
  }
}

void KEEL_AT(keel_lanes_close)(size_t paths, const struct keel_lane_close *lane) {
  const struct keel_lane_close in = *lane;
  double *restrict equity = in.equity, *restrict pnl = in.pnl, *restrict total = in.total;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double now = in.cash[i] + in.receivable[i] + in.book_value[i] + in.value[i];
    equity[i] = now;
    pnl[i] = now - in.equity_before[i];
    total[i] = now;
  }
}

enum { TILE = 64 };

void KEEL_AT(keel_lanes_attribute)(size_t paths, const struct keel_lane_attribute *lane) {
  double said[TILE];
  for (size_t start = 0; start < paths; start += TILE) {
    const size_t count = paths - start < TILE ? paths - start : TILE;
    for (size_t i = 0; i < TILE; i++) said[i] = 0;
    size_t k = 0;
    for (; k + 2 <= lane->count; k += 2) { /* two at a time: `said` is read and written half as often */
      const double *restrict one = lane->part[k] + start, *restrict two = lane->part[k + 1] + start;
      double *restrict sum_one = lane->sum[k] + start, *restrict sum_two = lane->sum[k + 1] + start;
#pragma omp simd
      for (size_t i = 0; i < count; i++) {
        said[i] = said[i] + one[i] + two[i];
        sum_one[i] += one[i];
        sum_two[i] += two[i];
      }
    }
    for (; k < lane->count; k++) {
      const double *restrict part = lane->part[k] + start;
      double *restrict sum = lane->sum[k] + start;
#pragma omp simd
      for (size_t i = 0; i < count; i++) {
        said[i] += part[i];
        sum[i] += part[i];
      }
    }
    const double *restrict pnl = lane->pnl + start;
    double *restrict rest = lane->rest + start, *restrict rest_sum = lane->rest_sum + start;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
      double left = pnl[i] - said[i];
      rest[i] = left;
      rest_sum[i] += left;
    }
  }
}
