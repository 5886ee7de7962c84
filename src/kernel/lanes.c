/* See lanes.h. Pointers are restrict copies, so that the loops vectorise; no output overlaps an input. */
#include "kernel/lanes.h"

#include <math.h>

#include "kernel/lanes_level.h"
#include "kernel/level.h"

void KEEL_AT(keel_lanes_explain)(size_t paths, const struct keel_lane_explain *lane) {
  const struct keel_lane_explain in = *lane;
  double *restrict delta = in.delta, *restrict gamma = in.gamma, *restrict theta = in.theta, *restrict vega = in.vega;
  double *restrict vanna = in.vanna, *restrict volga = in.volga, *restrict rho = in.rho, *restrict carry = in.carry;
  double *restrict dividends = in.dividends;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double spot = in.spot_after[i] - in.spot_before[i];
    double moved = spot - in.escrow_growth + in.escrow_paid; /* of spot without its dividends to come */
    double vol = in.vol_after[i] - in.vol_before[i];
    double unit_delta = in.units * in.delta_before[i];
    delta[i] += unit_delta * spot;
    dividends[i] += unit_delta * in.escrow_paid;
    theta[i] += in.units * in.theta_before[i] * in.years - unit_delta * in.escrow_growth;
    gamma[i] += 0.5 * in.units * in.gamma_before[i] * moved * moved;
    vega[i] += in.units * in.vega_before[i] * vol;
    vanna[i] += in.units * in.vanna_before[i] * moved * vol;
    volga[i] += 0.5 * in.units * in.volga_before[i] * vol * vol;
    rho[i] += in.units * in.rho_before[i] * in.rate;
    carry[i] += in.units * in.psi_before[i] * in.yield;
  }
}

/* Half away from zero, in lots; lot 0 leaves any fraction. */
static inline double to_lot(double qty, double lot) {
  double lots = copysign(floor(fabs(qty) / lot + 0.5), qty) * lot;
  return lot > 0 ? lots : qty;
}

/* Towards zero, in lots: what a limit leaves of an order. A hair of rounding does not cost a lot. */
static inline double cut_to_lot(double qty, double lot) {
  double lots = copysign(floor(fabs(qty) / lot * (1 + 0x1p-50)), qty) * lot;
  return lot > 0 ? lots : qty;
}

/* The holding to go to when outside the band: its nearer edge, in lots, rounded inwards. */
static inline double edge_of(double holding, double target, double band, double lot) {
  double high = target + band, low = target - band;
  double high_lot = floor(high / lot) * lot, low_lot = ceil(low / lot) * lot;
  /* A band narrower than a lot may hold no whole lot: then the nearest one. */
  double near_lot = to_lot(target, lot);
  double none = low_lot > high_lot ? 1 : 0;
  double down_lot = none > 0 ? near_lot : high_lot, up_lot = none > 0 ? near_lot : low_lot;
  double down = lot > 0 ? down_lot : high, up = lot > 0 ? up_lot : low;
  return holding > high ? down : holding < low ? up : holding;
}

/* What the limits leave of a wanted trade. */
static inline double limited(const struct keel_lane_limits *limits, size_t i, double held, double wanted) {
  double order = limits->order_qty_max, notional = limits->notional_qty_max[i];
  double most = order < notional ? order : notional;
  double sized = fabs(wanted) > most ? copysign(cut_to_lot(most, limits->lot), wanted) : wanted;
  /* A limit on the position stops growth beyond it; it never forbids coming back. */
  double after = held + sized;
  double room = limits->position_qty_max - (wanted > 0 ? held : -held);
  double allowed = cut_to_lot(room > 0 ? room : 0, limits->lot);
  return fabs(after) > limits->position_qty_max && fabs(sized) > allowed ? copysign(allowed, wanted) : sized;
}

/* Why it came out so: `why` where the trade is as wanted, `idle` where none was. */
static inline double reason_of(double wanted, double sized, double qty_min, double why, double idle) {
  double out = wanted == 0 ? idle : why;
  out = fabs(sized) < qty_min && wanted != 0 ? KEEL_REASON_MINIMUM : out;
  return fabs(sized) < fabs(wanted) ? KEEL_REASON_LIMIT : out;
}

void KEEL_AT(keel_lanes_decide)(size_t paths, const struct keel_lane_decide *lane) {
  const struct keel_lane_decide in = *lane;
  double *restrict trade = in.trade, *restrict reason = in.reason;
  const double banded = in.has_band ? 1 : 0, stops = in.inner > 0 ? 1 : 0, left = 1 - in.fraction;
  const double lot = in.limits.lot, qty_min = in.limits.qty_min;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double held = in.holding[i], from = in.from[i], target = in.target[i], band = banded > 0 ? in.band[i] : 0;
    double off = fabs(from - target), fired = in.fired[i];
    double outside = off > band ? banded : 0, follows = from != held ? 1 : 0;
    double act = fired > outside ? fired : outside, busy = act > follows ? act : follows;
    double aim = act > 0 ? target - left * (target - from) : from, edge = act > 0 ? stops : 0;
    double goal = edge > 0 ? edge_of(from, target, in.inner * band, lot) : to_lot(aim, lot);
    double wanted = busy > 0 ? goal - held : 0;
    double sized = limited(&in.limits, i, held, wanted);
    double out = fabs(sized) < qty_min ? 0 : sized;
    double why = fired > 0 ? fired - 1 : outside > 0 ? KEEL_REASON_BAND : in.follows[i] - 1;
    double idle = off == 0 ? KEEL_REASON_ON_TARGET : stops > 0 && outside == 0 ? KEEL_REASON_INSIDE : KEEL_REASON_LOT;
    why = reason_of(wanted, sized, qty_min, why, idle);
    why = busy > 0 ? why : KEEL_REASON_INSIDE;
    double bad = off - off == 0 && out - out == 0 ? 0 : 1; /* infinite, or no number */
    trade[i] = bad > 0 ? 0 : out;
    reason[i] = bad > 0 ? KEEL_REASON_BAD_NUMBER : why;
  }
}

void KEEL_AT(keel_lanes_size)(size_t paths, const struct keel_lane_size *lane) {
  const struct keel_lane_size in = *lane;
  double *restrict trade = in.trade, *restrict reason = in.reason;
  const double lot = in.limits.lot, qty_min = in.limits.qty_min;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double held = in.holding[i], change = in.change[i], acted = in.acted[i], singular = in.singular[i];
    double exact = lot > 0 ? to_lot(held + change, lot) - held : change;
    double wanted = acted > 0 ? exact : 0;
    double sized = limited(&in.limits, i, held, wanted);
    double out = fabs(sized) < qty_min ? 0 : sized;
    double why = reason_of(wanted, sized, qty_min, acted - 1, change == 0 ? KEEL_REASON_ON_TARGET : KEEL_REASON_LOT);
    why = acted > 0 ? why : KEEL_REASON_INSIDE;
    why = acted > 0 && singular > 0 ? KEEL_REASON_SINGULAR : why;
    double bad = change - change == 0 && out - out == 0 ? 0 : 1;
    trade[i] = bad > 0 ? 0 : out;
    reason[i] = bad > 0 ? KEEL_REASON_BAD_NUMBER : why;
  }
}

/* What a line's fills are: the change of holding, the value traded at mark, and what they cost. */
struct traded {
  double qty, value, turnover, crossed, charged, taxed, count;
};

static inline struct traded fills_of(const struct keel_lane_line *line, size_t i, double price) {
  struct traded sum = {.charged = line->tier_fees[i]};
  for (int k = 0; k < 2; k++) {
    double qty = line->fill_qty[k][i], shares = qty * line->multiplier;
    double mid = qty != 0 ? price : 0, at = qty != 0 ? line->fill_price[k][i] : 0;
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

/* `explains` is known where this is called, and so each loop below has one shape. */
static inline __attribute__((always_inline)) void account(size_t paths, const struct keel_lane_account *lane,
                                                          const int explains) {
  const struct keel_lane_account in = *lane;
  const struct keel_lane_line line = in.line;
  double *restrict holding = line.holding_after, *restrict cash = in.cash_after, *restrict due = in.receivable_after;
  double *restrict value = in.value, *restrict cost = in.cost, *restrict turnover = in.turnover;
  double *restrict trades = in.trades;
  double *restrict hedge = in.hedge, *restrict interest = in.interest_earned, *restrict dividends = in.dividends;
  double *restrict borrow = in.borrow_paid, *restrict spread = in.spread, *restrict fees = in.fees;
  double *restrict taxes = in.taxes;
  const double future = line.is_future ? 1 : 0, spot = line.is_spot ? 1 : 0, settles = line.settles ? 1 : 0;
  const double solid = 1 - future, keeps = 1 - settles; /* no future; not gone after this step */
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double held = line.holding_before[i], size = held * line.multiplier, price = line.price_after[i];
    double move = move_of(&line, i, size);
    double earned = in.cash_before[i] * in.interest;
    double shares_held = in.book_spot + (spot > 0 ? size : 0);
    double yielded = shares_held * in.spot_after[i] * in.yield, booked = shares_held * in.dividend;
    double lent = shares_held < 0 ? -shares_held * in.spot_before[i] * in.borrow : 0;
    struct traded fill = fills_of(&line, i, price);
    double outlay = solid * fill.value + fill.crossed + fill.charged + fill.taxed;
    double after = held + fill.qty, worth = worth_of(after * line.multiplier, price, solid);
    holding[i] = keeps > 0 ? after : 0;
    value[i] = keeps * worth;
    due[i] = booked + (in.receivable_before[i] - in.paid[i]);
    cash[i] = in.cash_before[i] + earned + yielded - lent + future * move + in.book_cash[i] + in.paid[i] - outlay +
              settles * worth;
    cost[i] += fill.crossed + fill.charged + fill.taxed;
    turnover[i] += fill.turnover;
    trades[i] += fill.count;
    if (explains) {
      hedge[i] = move;
      interest[i] = earned;
      dividends[i] += yielded + booked;
      borrow[i] = -lent;
      spread[i] = -fill.crossed;
      fees[i] = -fill.charged;
      taxes[i] = -fill.taxed;
    }
  }
}

void KEEL_AT(keel_lanes_account)(size_t paths, const struct keel_lane_account *lane) {
  if (lane->explains)
    account(paths, lane, 1);
  else
    account(paths, lane, 0);
}

static inline __attribute__((always_inline)) void account_line(size_t paths, const struct keel_lane_account *lane,
                                                               const int explains) {
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
    struct traded fill = fills_of(&line, i, price);
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
  if (lane->explains)
    account_line(paths, lane, 1);
  else
    account_line(paths, lane, 0);
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

void KEEL_AT(keel_lanes_add_component)(size_t paths, const double *part, double *said, double *sum) {
  double *restrict to = said, *restrict total = sum;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    to[i] += part[i];
    total[i] += part[i];
  }
}

void KEEL_AT(keel_lanes_unexplained)(size_t paths, const double *pnl, const double *said, double *part, double *sum) {
  double *restrict to = part, *restrict total = sum;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    to[i] = pnl[i] - said[i];
    total[i] += to[i];
  }
}
