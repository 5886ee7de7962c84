/* The lane loops of the verbs: one contract, or one account, over many paths. Each is a flat loop that vectorises.
 *
 * Shape: every pointer is [path] unless it says otherwise. Money is for the whole book; "units" are qty times
 * multiplier. */
#ifndef KEEL_KERNEL_LANES_H
#define KEEL_KERNEL_LANES_H

#include <stddef.h>

/* ---- explain: what moved one contract of the book, added to each component ---- */
struct keel_lane_explain {
  int is_first;  /* the components are written, not added to */
  int spot_only; /* vol, rate and yield did not move: the components of their moves are left alone, and their Greeks */
  double units;
  double years;         /* of calendar time that passed (until expiry at most) */
  double rate;          /* change of the rate */
  double yield;         /* change of the yield that the forward implies */
  double escrow_growth; /* what the present value of dividends to come grew by; 0 where theta is at spot as it is */
  double escrow_paid;   /* what left spot at ex-dates */
  const double *spot_before, *spot_after, *vol_before, *vol_after;
  const double *delta_before, *gamma_before, *vega_before, *theta_before, *rho_before, *psi_before, *vanna_before,
      *volga_before;
  double *delta, *gamma, *theta, *vega, *vanna, *volga, *rho, *carry, *dividends; /* added to, or begun */
};

/* ---- decide: from a target to a trade in lots, within limits ---- */
enum keel_reason {
  KEEL_REASON_ENTER,      /* the first decision */
  KEEL_REASON_EVERY,      /* the timer fired */
  KEEL_REASON_BAND,       /* outside the band */
  KEEL_REASON_LIMIT,      /* traded less than wanted, or nothing: a limit */
  KEEL_REASON_INSIDE,     /* no trade: inside the band */
  KEEL_REASON_LOT,        /* no trade: rounds to nothing */
  KEEL_REASON_MINIMUM,    /* no trade: smaller than the smallest hedge */
  KEEL_REASON_ON_TARGET,  /* no trade: nothing to do */
  KEEL_REASON_BAD_NUMBER, /* no trade: the target is not a number */
  KEEL_REASON_NO_TARGET,  /* no trade: the policy never trades */
  KEEL_REASON_NOT_DUE,    /* no decision: no trigger was looked at */
  KEEL_REASON_SETTLED,    /* no decision: the last option of the underlying settled */
  KEEL_REASON_NO_PRICE,   /* no trade: the instrument has no price or is gone */
  KEEL_REASON_LIQUIDATE,  /* the run or the book ended: the holding is closed */
  KEEL_REASON_SINGULAR,   /* no trade: the instruments cannot bring these exposures to zero */
  KEEL_REASON_PRICE_MOVE, /* spot moved by so much since the last time */
  KEEL_REASON_VOL_MOVE,   /* vol moved by so much */
  KEEL_REASON_SESSION,    /* a session time came */
  KEEL_REASON_LOCATE,     /* sold less than wanted, or nothing: no more is located to be sold short */
  KEEL_REASON_PAUSED,     /* no decision is taken in a pause */
  KEEL_REASON_DELIVERED,  /* no decision: options settled by delivery, which changed the holding */
  KEEL_REASON_EXERCISED,  /* no decision: options were exercised or assigned early, by the rule */
  KEEL_REASON_ROLL,       /* from a future that is near its expiry into the next one */
  KEEL_REASON_COUNT
};

/* What bounds an order. */
struct keel_lane_limits {
  double lot, qty_min;                    /* lot 0: any fraction */
  double order_qty_max, position_qty_max; /* infinity: none */
  const double *notional_qty_max;         /* the largest order by notional, in contracts; infinity: none */
};

/* One exposure and one instrument. */
struct keel_lane_decide {
  struct keel_lane_limits limits;
  int has_band;
  double inner;          /* the move stops at this many times the band (1: its edge); 0: it goes to the centre ... */
  double fraction;       /* ... by this part of the way */
  const double *fired;   /* 0, or 1 + enum keel_reason */
  const double *follows; /* likewise: why `from` is not the holding */
  const double *target;  /* exact holding wanted, in contracts */
  const double *band;    /* half-width of the band in contracts; read when has_band */
  const double *holding; /* held plus working */
  const double *from;    /* what leaves the exposure as it was before others traded; else the holding */
  double *trade;         /* out */
  double *reason;        /* out: enum keel_reason as a double, so that all lanes have one width; NULL: not wanted */
};

/* One of several instruments, whose change of holding a system of exposures gives. */
struct keel_lane_size {
  struct keel_lane_limits limits;
  const double *acted;    /* 0, or 1 + enum keel_reason */
  const double *change;   /* exact, in contracts */
  const double *singular; /* not 0: there is none */
  const double *holding;  /* held plus working */
  double *trade, *reason; /* out */
};

/* ---- execute: at which price an order fills on paper ---- */
struct keel_lane_fill {
  const double *qty;       /* > 0 buys; 0: no order */
  const double *bid, *ask; /* the instrument's last quote; NaN where it has none */
  const double *mark;      /* the price around which it trades where the quote is none or not fresh */
  int is_fresh;            /* the quote is new enough to be the price */
  double half_spread;      /* fraction of the price; NaN: half the quoted spread */
  double *fill_qty, *fill_price;
};

/* ---- account: cash and holdings of one account over one step ---- */
struct keel_lane_line { /* one hedge instrument of the account */
  double multiplier;
  int is_spot;   /* it yields, pays dividends, and costs a fee to borrow */
  int is_future; /* it is held at no value: its moves are cash */
  int settles;   /* it expires in this step: its value becomes cash, and it is gone */
  double fee_per_share, fee_per_order, buy_tax, sell_tax;
  const double *price_before, *price_after;  /* its mark; not read where none is held nor traded */
  size_t fills;                              /* 1 or 2 of the following */
  double pays[2];                            /* 1, or 0 where fees and taxes are waived */
  const double *fill_qty[2], *fill_price[2]; /* sent in this step, and polled */
  const double *tier_fees;                   /* of these fills, beyond fee_per_share */
  const double *holding_before;
  double *holding_after;
};

struct keel_lane_account {
  double interest;            /* e^{r dt} - 1 */
  double yield;               /* e^{q dt} - 1: what spot held yields */
  double dividend;            /* cash per unit of spot at an ex-date that passed */
  double borrow;              /* e^{b dt} - 1: on spot held short */
  double book_spot;           /* spot that the book itself holds */
  int explains;               /* the components are written */
  int is_plain;               /* one line, spot, fills at once; no yield, dividend, borrowing, fee, tax, nor cash of the
                                 book: what says so is not read nor written, and receivables stay */
  struct keel_lane_line line; /* the first of the lane: the only one that may be spot */
  const double *spot_before, *spot_after;
  const double *cash_before, *receivable_before;
  const double *book_cash; /* flows of the book itself in this step: settlement, variation, yield */
  const double *paid;      /* dividends booked before that became cash now */
  double *cash_after, *receivable_after;
  double *value;                    /* of what is held, at marks */
  double *cost, *turnover, *trades; /* added to: paid for trading, value traded at mid, fills that were not 0 */
  double *hedge, *interest_earned, *dividends, *borrow_paid, *spread, *fees,
      *taxes; /* components; dividends is added to */
};

/* What an account is worth after a step, and what it made in it. */
struct keel_lane_close {
  const double *cash, *receivable, *book_value, *value;
  const double *equity_before;
  double *equity, *pnl;
  double *total; /* P&L since entry, which is the equity */
};

/* The components of a step, each added to its sum since entry; what they leave of the P&L is `rest`. */
enum { KEEL_LANE_PARTS = 20 };
struct keel_lane_attribute {
  size_t count;
  const double *part[KEEL_LANE_PARTS];
  double *sum[KEEL_LANE_PARTS];
  const double *pnl;
  double *rest, *rest_sum;
};

struct keel_lanes {
  void (*explain)(size_t paths, const struct keel_lane_explain *lane);
  void (*decide)(size_t paths, const struct keel_lane_decide *lane);
  void (*size)(size_t paths, const struct keel_lane_size *lane);
  void (*fill)(size_t paths, const struct keel_lane_fill *lane);
  void (*account)(size_t paths, const struct keel_lane_account *lane);
  /* Then, where spot pays cash dividends: those booked at an ex-date, and those that became cash. */
  void (*dividends)(size_t paths, const struct keel_lane_account *lane);
  /* Then, where borrowing has a rate: its fee on spot held short, off cash. */
  void (*borrow)(size_t paths, const struct keel_lane_account *lane);
  /* Adds another line of the same lane: reads its `line`, and adds to what account wrote for the first. */
  void (*account_line)(size_t paths, const struct keel_lane_account *lane);
  /* Adds marginal fees for what lies beyond `from` shares of an order: per_share for each. */
  void (*add_tier)(size_t paths, const double *qty, double multiplier, const double tier[2], double *fees);
  void (*close)(size_t paths, const struct keel_lane_close *lane);
  void (*attribute)(size_t paths, const struct keel_lane_attribute *lane);
};

#endif
