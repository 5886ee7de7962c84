/* What does not change while stepping: who is watched, what the book holds, which variant hedges with what.
 *
 * Rows are the contracts that are watched: for each underlying its spot, then its options and futures by expiry, strike
 * and kind. A slice is the part of an underlying's rows that share an expiry, and so a forward.
 *
 * An underlying is here that of one account: where two accounts of a book hold positions on X, there are two of it,
 * with rows, marks and lanes of their own, and all that is added up over underlyings adds up over accounts too. */
#ifndef KEEL_HEDGE_WIRING_H
#define KEEL_HEDGE_WIRING_H

#include "base/arena.h"
#include "book/market_terms.h"
#include "book/position.h"
#include "book/trade.h"
#include "hedge/needs.h"
#include "hedge/policy.h"

#define KEEL_NO_ROW UINT32_MAX

struct keel_row {
  struct keel_contract contract;
  uint32_t underlying, slice;    /* slice: KEEL_NO_ROW for spot */
  uint32_t partner;              /* the option of the same strike and expiry on the other side, or KEEL_NO_ROW */
  uint32_t twin;                 /* the row of the same contract in a later account, or KEEL_NO_ROW */
  double units;                  /* of the book: qty times multiplier; 0: not in the book */
  double phi;                    /* +1 call, -1 put */
  int exercise_known;            /* while wiring: it was given, by the book or by the feed */
  int is_priced;                 /* its Greeks are needed: of the book, or a hedge instrument */
  enum keel_at_expiry at_expiry; /* of what the book is long */
  uint32_t first_trade, trade_count;
};

/* A trade of the book itself. */
struct keel_row_trade {
  int64_t time_ns;
  enum keel_trade_event event;
  uint32_t row, order; /* order: among those of one time */
  double units;        /* qty times multiplier */
  double price, fees;
  const struct keel_trade *read; /* what was given, for messages */
};

struct keel_slice {
  uint32_t underlying;
  uint32_t first, count; /* rows */
  int64_t expiry_ns;
};

struct keel_underlying {
  const struct keel_underlying_terms *terms;
  uint32_t number;       /* among the market's terms */
  uint32_t account;      /* that holds what is on it */
  uint32_t spot;         /* row */
  uint32_t first, count; /* rows other than spot */
  uint32_t first_slice, slice_count;
  uint32_t first_split;
  int on_future; /* it is a future itself: its yield is the rate */
  int delivers;  /* some option of book or hedge settles physically */
};

struct keel_hedge_line { /* one instrument of one variant on one underlying */
  uint32_t row;
  double lot, qty_min, qty_max, half_spread_bps;
  double short_qty_max; /* it is not sold shorter than this; infinity: no such limit */
  int64_t roll_ns; /* a future: from here on the next line, a future too, hedges in its place; KEEL_TIME_NONE: never */
  struct keel_fees fees;
};

/* The lines of a lane: spot first, then futures, then options. `first` is a place of its own also where `count` is 0:
 * what is said of the lane as a whole, its reason and target, stands there. */
struct keel_lane_lines {
  uint32_t first, count;
};

/* A part of the book that is hedged by itself. */
struct keel_wiring_account {
  const char *name;                          /* "": what names none */
  const struct keel_policy *const *policies; /* [variant] */
  const struct keel_costs *costs;
  const struct keel_limits *limits;
};

/* An underlying of the market's terms in an account. */
struct keel_sleeve {
  uint32_t number, account;
};

struct keel_wiring {
  size_t paths;
  struct keel_row *rows;
  size_t row_count;
  struct keel_slice *slices;
  size_t slice_count;
  struct keel_underlying *underlyings;
  size_t underlying_count;
  uint32_t *split_rows;          /* [split of any underlying][row]: what an option becomes, or KEEL_NO_ROW */
  struct keel_row_trade *trades; /* by row, each row's in order of time */
  size_t trade_count;
  const struct keel_wiring_account *accounts;
  size_t account_count;
  const struct keel_policy **policies; /* [underlying][variant] */
  size_t variant_count;
  struct keel_hedge_line *lines; /* [line], grouped by lane; one of no row for a lane that has none */
  size_t line_count;
  struct keel_lane_lines *lane_lines;  /* [underlying][variant] */
  struct keel_delta_rule *delta_rules; /* the distinct `target.delta` of all policies */
  size_t delta_rule_count;
  uint32_t *delta_rule_of; /* [underlying][variant] */
  double *vega_tenors;     /* the distinct `target.vega_tenor` of all policies; NaN: vega as it is */
  size_t vega_tenor_count;
  uint32_t *vega_tenor_of; /* [underlying][variant] */
  const struct keel_market_terms *terms;
  int has_american; /* the book holds some, or will */
  int exercises;    /* American options of book and hedges are exercised early by the rule (exercise.h) */
  int explains;     /* needs.explains: the components of P&L are computed; without, values and equity still are */
  struct keel_needs needs;
};

struct keel_wiring_input {
  const struct keel_book *book;
  const struct keel_trade *trades; /* the book's own during the run, in order of time; they outlive the wiring */
  size_t trade_count;
  const struct keel_market_terms *terms;
  const struct keel_wiring_account *accounts; /* one at least; they outlive the wiring */
  size_t account_count, variant_count;
  const struct keel_sleeve *sleeves; /* in order of number, then account; NULL: the first account holds all */
  size_t sleeve_count;
  size_t paths;
  /* Contracts that the feed knows: partners for the hedging vol and the parity forward are chosen among them. */
  const struct keel_contract *const *listed;
  size_t listed_count;
  int explains;  /* whether the run wants its P&L explained; share_balance by Greeks has it done in any case */
  int ends_only; /* whether the run reads value and P&L at its end alone */
  int is_steady; /* whether of its market spot alone moves */
};

/* Allocates in `arena`; texts of contracts must outlive it.
 * Errors: KEEL_STATUS_INPUT where the terms of an underlying are missing, or one contract has two multipliers, or a
 * policy has more than KEEL_HEDGES_MAX instruments on an underlying, or a European option is to be exercised early, or
 * a choice at expiry is given for one that settles in cash, or an American option meets a parity forward or a delta
 * that is for European ones. */
keel_status keel_wiring_build(struct keel_arena *arena, const struct keel_wiring_input *input,
                              struct keel_wiring *wiring, keel_error *error);

/* The policy's instruments for an underlying: those that name it, else those that name none; spot first, then futures,
 * then options. Returns their number, also where it is more than there is room for. */
size_t keel_policy_instruments(const struct keel_policy *policy, const char *underlying,
                               const struct keel_hedge_instrument *out[KEEL_HEDGES_MAX]);

/* The instrument's fees where it has its own, else the strategy's. */
struct keel_fees keel_policy_fees(const struct keel_hedge_instrument *with, const struct keel_costs *costs);

/* The first row of that contract, or KEEL_NO_ROW; its twins are those of further accounts. */
uint32_t keel_wiring_find(const struct keel_wiring *wiring, const struct keel_contract *contract);
/* The row of that contract in one underlying's account, or KEEL_NO_ROW. */
uint32_t keel_wiring_find_in(const struct keel_wiring *wiring, size_t underlying, const struct keel_contract *contract);
/* The underlying of that name in that account (NULL: that of no name), or -1. */
long keel_wiring_underlying(const struct keel_wiring *wiring, const char *name, const char *account);

/* Whether an underlying is a future, by its terms or by what the feed lists: a spot that has an expiry. */
int keel_is_on_future(const struct keel_underlying_terms *terms, const struct keel_contract *const *listed,
                      size_t listed_count);

/* Of the strike of an American option: the cash of one dividend. */
#define KEEL_DIVIDEND_OF_STRIKE_MOST 0.7

/* The yield of its spot at that rate. */
static inline double keel_yield_of(const struct keel_underlying *underlying, double rate) {
  return underlying->on_future ? rate : underlying->terms->yield;
}
/* Whether the forward of its options is its own price, so that they know the rate as a discount alone. */
static inline int keel_has_own_forward(const struct keel_underlying *underlying) {
  return underlying->on_future && underlying->terms->forward == KEEL_FORWARD_YIELD;
}

/* Of one variant on one underlying. */
static inline size_t keel_lane_of(const struct keel_wiring *wiring, size_t underlying, size_t variant) {
  return underlying * wiring->variant_count + variant;
}
/* Its policy, and what its account pays and may do. */
static inline const struct keel_policy *keel_policy_of(const struct keel_wiring *wiring, size_t underlying,
                                                       size_t variant) {
  return wiring->policies[keel_lane_of(wiring, underlying, variant)];
}
static inline const struct keel_wiring_account *keel_account_of(const struct keel_wiring *wiring, size_t underlying) {
  return &wiring->accounts[wiring->underlyings[underlying].account];
}
static inline const struct keel_costs *keel_costs_of(const struct keel_wiring *wiring, size_t underlying) {
  return keel_account_of(wiring, underlying)->costs;
}
/* Its lines. */
static inline struct keel_lane_lines keel_lines_of(const struct keel_wiring *wiring, size_t underlying,
                                                   size_t variant) {
  return wiring->lane_lines[keel_lane_of(wiring, underlying, variant)];
}

#endif
