/* A second account, kept by hand: one underlying, one hedge, one path, from the textbook's prices and conventions
 * alone. It knows nothing of the step; the tests compare the two after each instant. */
#ifndef KEEL_TESTS_HEDGE_BY_HAND_H
#define KEEL_TESTS_HEDGE_BY_HAND_H

#include "book/contract.h"
#include "book/market_terms.h"
#include "hedge/explain.h"
#include "hedge/textbook.h"

enum { HAND_ROWS = 8, HAND_DIVIDENDS = 4 };

struct hand_row {
  struct keel_contract contract;
  double qty, vol, yield; /* vol and yield: to be set before an instant */
  int gone;
  double then_vol, then_yield, then_escrow, escrow;
  struct textbook now, then;
};

struct hand {
  double rate, yield, borrow; /* of the market */
  const struct keel_dividend *dividends;
  size_t dividend_count;
  struct hand_row rows[HAND_ROWS]; /* options and futures of the book */
  size_t count;
  double book_spot;
  struct hand_row hedge; /* kind spot or future; qty is the holding */
  double half, fee_per_share, fee_per_order, buy_tax, sell_tax;
  int entered;
  int64_t time_ns;
  double spot, cash, receivable, value, equity, pnl, due[HAND_DIVIDENDS];
  double explain[KEEL_COMPONENT_COUNT];
};

static inline double hand_years(int64_t from_ns, int64_t to_ns) { return (double)(to_ns - from_ns) / 365 / 86400e9; }

static inline double hand_escrow(const struct hand *hand, int64_t expiry_ns) {
  double sum = 0;
  for (size_t d = 0; d < hand->dividend_count; d++)
    if (hand->dividends[d].ex_ns > hand->time_ns && hand->dividends[d].ex_ns <= expiry_ns)
      sum += hand->dividends[d].cash * exp(-hand->rate * hand_years(hand->time_ns, hand->dividends[d].ex_ns));
  return sum;
}

/* An option whose spot falls at the ex-dates to come. */
static inline struct textbook hand_paying(const struct hand *hand, const keel_option *option, double vol) {
  struct textbook book = {0};
  double years[8], cash[8];
  keel_dividends paid = {0, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  for (size_t d = 0; d < hand->dividend_count && paid.count < 8; d++)
    if (hand->dividends[d].ex_ns > hand->time_ns) {
      years[paid.count] = hand_years(hand->time_ns, hand->dividends[d].ex_ns);
      cash[paid.count++] = hand->dividends[d].cash;
    }
  const keel_options one = {&option->phi,   &hand->spot, &option->strike, &option->rate, &option->yield,
                            &option->years, &vol};
  const keel_greeks out = {.price = &book.price,
                           .delta = &book.delta,
                           .gamma = &book.gamma,
                           .vega = &book.vega,
                           .theta = &book.theta,
                           .rho = &book.rho,
                           .psi = &book.psi,
                           .vanna = &book.vanna,
                           .volga = &book.volga};
  keel_dividends_price(1, &one, &paid, KEEL_GREEK_SET_EXPLAIN, &out, NULL);
  return book;
}

/* Its textbook at the hand's instant; what has expired is worth its payoff. */
static inline void hand_price(const struct hand *hand, struct hand_row *row) {
  const struct keel_contract *contract = &row->contract;
  double years = hand_years(hand->time_ns, contract->expiry_ns), phi = contract->kind == KEEL_KIND_PUT ? -1 : 1;
  row->then = row->now;
  row->then_escrow = row->escrow;
  row->escrow = hand_escrow(hand, contract->expiry_ns);
  if (contract->kind == KEEL_KIND_SPOT) {
    row->now = (struct textbook){.price = hand->spot, .delta = 1};
  } else if (years <= 0) {
    double payoff = phi * (hand->spot - contract->strike);
    row->now = (struct textbook){.price = contract->kind == KEEL_KIND_FUTURE ? hand->spot : fmax(payoff, 0)};
  } else if (contract->kind == KEEL_KIND_FUTURE) {
    row->now = textbook_future(hand->rate, row->yield, years, hand->spot - row->escrow);
  } else {
    const keel_option option = {phi, contract->strike, hand->rate, row->yield, years};
    row->now = row->escrow > 0 ? hand_paying(hand, &option, row->vol) : textbook_option(&option, hand->spot, row->vol);
  }
}

static inline double hand_went_ex(const struct hand *hand, int64_t from_ns, int64_t expiry_ns) {
  double sum = 0;
  for (size_t d = 0; d < hand->dividend_count; d++) {
    int64_t ex_ns = hand->dividends[d].ex_ns;
    if (ex_ns > from_ns && ex_ns <= hand->time_ns && ex_ns <= expiry_ns) sum += hand->dividends[d].cash;
  }
  return sum;
}

/* What moved one position since the last instant, by its Greeks then. */
static inline void hand_explain(struct hand *hand, const struct hand_row *row, double moved, int64_t from_ns) {
  double n = row->qty * row->contract.multiplier, *explain = hand->explain;
  int expired = row->contract.expiry_ns <= hand->time_ns;
  double years = hand_years(from_ns, expired ? row->contract.expiry_ns : hand->time_ns);
  double vol = expired ? 0 : row->vol - row->then_vol, yield = expired ? 0 : row->yield - row->then_yield;
  int is_future = row->contract.kind == KEEL_KIND_FUTURE; /* on spot less the present value of what is to come */
  double grown = row->then_escrow * expm1(hand->rate * hand_years(from_ns, hand->time_ns));
  double paid = row->then_escrow + grown - (expired ? 0 : row->escrow);
  if (!is_future) grown = 0, paid = hand_went_ex(hand, from_ns, row->contract.expiry_ns);
  double net = moved - grown + paid;
  explain[KEEL_COMPONENT_DELTA] += n * row->then.delta * moved;
  explain[KEEL_COMPONENT_GAMMA] += n * row->then.gamma * net * net / 2;
  explain[KEEL_COMPONENT_THETA] += n * (row->then.theta * years - row->then.delta * grown);
  explain[KEEL_COMPONENT_VEGA] += n * row->then.vega * vol;
  explain[KEEL_COMPONENT_VANNA] += n * row->then.vanna * net * vol;
  explain[KEEL_COMPONENT_VOLGA] += n * row->then.volga * vol * vol / 2;
  explain[KEEL_COMPONENT_CARRY] += n * row->then.psi * yield;
  explain[KEEL_COMPONENT_DIVIDENDS] += n * row->then.delta * paid;
}

/* The book at the new instant: its value, what it pays in cash, and (once entered) what moved it. */
static inline double hand_book(struct hand *hand, double moved, int64_t from_ns) {
  double flows = 0;
  hand->value = hand->book_spot * hand->spot;
  if (hand->entered) hand->explain[KEEL_COMPONENT_DELTA] += hand->book_spot * moved;
  for (size_t i = 0; i < hand->count; i++) {
    struct hand_row *row = &hand->rows[i];
    double n = row->qty * row->contract.multiplier;
    if (row->gone) continue;
    hand_price(hand, row);
    if (hand->entered) hand_explain(hand, row, moved, from_ns);
    row->gone = row->contract.expiry_ns <= hand->time_ns;
    if (row->contract.kind == KEEL_KIND_FUTURE)
      flows += hand->entered ? n * (row->now.price - row->then.price) : 0;
    else if (row->gone)
      flows += n * row->now.price;
    else
      hand->value += n * row->now.price;
    row->then_vol = row->vol;
    row->then_yield = row->yield;
  }
  return flows;
}

/* Dividends on spot: owed from the ex-date, paid at the pay-date. Returns what is paid now. */
static inline double hand_dividends(struct hand *hand, double shares, int64_t from_ns) {
  double paid = 0;
  for (size_t d = 0; d < hand->dividend_count; d++) {
    const struct keel_dividend *dividend = &hand->dividends[d];
    if (dividend->ex_ns > from_ns && dividend->ex_ns <= hand->time_ns) {
      hand->due[d] = shares * dividend->cash;
      hand->receivable += hand->due[d];
      hand->explain[KEEL_COMPONENT_DIVIDENDS] += hand->due[d];
    }
    if (dividend->pay_ns > from_ns && dividend->pay_ns <= hand->time_ns) {
      paid += hand->due[d];
      hand->receivable -= hand->due[d];
    }
  }
  return paid;
}

/* What was held through the time: interest, yield, borrow, dividends, the hedge's move. */
static inline void hand_carry(struct hand *hand, double then_spot, int64_t from_ns) {
  double years = hand_years(from_ns, hand->time_ns), *explain = hand->explain;
  int future = hand->hedge.contract.kind == KEEL_KIND_FUTURE;
  double shares = hand->book_spot + (future ? 0 : hand->hedge.qty);
  double move = hand->hedge.qty * hand->hedge.contract.multiplier * (hand->hedge.now.price - hand->hedge.then.price);
  double basis = 0; /* of a future, beyond its forward at the yield that it implied before */
  if (future && hand->hedge.contract.expiry_ns > hand->time_ns) {
    double left = hand_years(hand->time_ns, hand->hedge.contract.expiry_ns);
    double kept = (hand->spot - hand->hedge.escrow) * exp((hand->rate - hand->hedge.then_yield) * left);
    basis = hand->hedge.qty * hand->hedge.contract.multiplier * (hand->hedge.now.price - kept);
  }
  explain[KEEL_COMPONENT_HEDGE] = hand->hedge.gone ? 0 : move - basis;
  explain[KEEL_COMPONENT_CARRY] += basis;
  explain[KEEL_COMPONENT_INTEREST] = hand->cash * expm1(hand->rate * years);
  explain[KEEL_COMPONENT_BORROW] = shares < 0 ? shares * then_spot * expm1(hand->borrow * years) : 0;
  double yielded = shares * hand->spot * expm1(hand->yield * years);
  explain[KEEL_COMPONENT_DIVIDENDS] += yielded;
  hand->cash += explain[KEEL_COMPONENT_INTEREST] + explain[KEEL_COMPONENT_BORROW] + yielded;
  hand->cash += hand_dividends(hand, shares, from_ns);
  if (future && !hand->hedge.gone) hand->cash += move;
}

/* From the last instant to this one, before anything is traded. Vols and yields of the rows are set already. */
static inline void hand_go(struct hand *hand, int64_t time_ns, double spot) {
  int64_t from_ns = hand->time_ns;
  double then_spot = hand->spot;
  for (int c = 0; c < KEEL_COMPONENT_COUNT; c++) hand->explain[c] = 0;
  hand->time_ns = time_ns;
  hand->spot = spot;
  if (!hand->hedge.gone) hand_price(hand, &hand->hedge);
  double flows = hand_book(hand, spot - then_spot, from_ns);
  if (hand->entered) {
    hand_carry(hand, then_spot, from_ns);
    hand->cash += flows;
  } else {
    hand->cash = -hand->value;
  }
  hand->hedge.then_yield = hand->hedge.yield;
  int expires = hand->hedge.contract.kind == KEEL_KIND_FUTURE && hand->hedge.contract.expiry_ns <= time_ns;
  if (expires) hand->hedge.gone = 1, hand->hedge.qty = 0;
}

/* The liquidation: no time passes. */
static inline void hand_stay(struct hand *hand) {
  for (int c = 0; c < KEEL_COMPONENT_COUNT; c++) hand->explain[c] = 0;
}

/* The holding that takes the book's delta away. */
static inline double hand_neutral(const struct hand *hand) {
  double delta = hand->book_spot;
  for (size_t i = 0; i < hand->count; i++)
    if (!hand->rows[i].gone) delta += hand->rows[i].qty * hand->rows[i].contract.multiplier * hand->rows[i].now.delta;
  return -delta / (hand->hedge.contract.multiplier * hand->hedge.now.delta);
}

/* Trades the hedge at that price, with what it costs, or free of fees and taxes. */
static inline void hand_trade(struct hand *hand, double qty, double price, int waived) {
  double shares = qty * hand->hedge.contract.multiplier, crossed = shares * (price - hand->hedge.now.price);
  double fees = waived || qty == 0 ? 0 : fabs(shares) * hand->fee_per_share + hand->fee_per_order;
  int future = hand->hedge.contract.kind == KEEL_KIND_FUTURE; /* futures cost nothing to enter: no tax on their price */
  double tax = waived || future ? 0 : fabs(shares) * price * (qty > 0 ? hand->buy_tax : hand->sell_tax);
  hand->explain[KEEL_COMPONENT_SPREAD] -= crossed;
  hand->explain[KEEL_COMPONENT_FEES] -= fees;
  hand->explain[KEEL_COMPONENT_TAXES] -= tax;
  hand->cash -= fees + tax;
  hand->cash -= future ? crossed : shares * price;
  hand->hedge.qty += qty;
}

/* At mark plus or minus the half-spread; a waived one at mark. */
static inline void hand_trade_now(struct hand *hand, double qty, int waived) {
  double half = waived ? 0 : hand->half;
  hand_trade(hand, qty, hand->hedge.now.price + (qty > 0 ? half : -half), waived);
}

/* Closes the instant: equity, P&L, and what the components leave. */
static inline void hand_close(struct hand *hand) {
  double before = hand->entered ? hand->equity : 0, said = 0;
  int future = hand->hedge.contract.kind == KEEL_KIND_FUTURE;
  hand->equity = hand->cash + hand->receivable + hand->value;
  if (!future) hand->equity += hand->hedge.qty * hand->hedge.now.price;
  hand->pnl = hand->equity - before;
  for (int c = 0; c < KEEL_COMPONENT_UNEXPLAINED; c++) said += hand->explain[c];
  hand->explain[KEEL_COMPONENT_UNEXPLAINED] = hand->pnl - said;
  hand->entered = 1;
}

#endif
