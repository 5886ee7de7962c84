/* A policy is four parts, chosen separately: target, trigger, move, execution; with the instruments it trades, what
 * trading costs, and what may never happen. Plain data, filled by the strategy reader (drive/strategy.c) and read by
 * the verbs.
 *
 * A number that was not given is NaN, a time or duration that was not given is KEEL_TIME_NONE. */
#ifndef KEEL_HEDGE_POLICY_H
#define KEEL_HEDGE_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "book/contract.h"

/* ---- target: which holdings would be right ---- */
enum keel_target_kind {
  KEEL_TARGET_NEUTRAL, /* `neutral: [delta]`: holdings' delta = minus the book's, by the hedger's vol (the default) */
  KEEL_TARGET_SHARE_BALANCE, /* `share_balance: ORDER`: n' = n S/S' - qty multiplier dP/S' (M6); spot only */
  KEEL_TARGET_NONE           /* `none: true`: never trades */
};
/* How share_balance knows dP: exactly, or by Greeks up to and including this one. */
enum keel_balance_order {
  KEEL_BALANCE_EXACT,
  KEEL_BALANCE_DELTA,
  KEEL_BALANCE_GAMMA,
  KEEL_BALANCE_THETA,
  KEEL_BALANCE_VEGA,
  KEEL_BALANCE_RHO
};
struct keel_target {
  enum keel_target_kind kind;
  enum keel_balance_order order;
  double vol;   /* `vol: implied` (NaN, the default) or a number: the hedger's vol for the delta */
  double start; /* share_balance: shares to start from; NaN: minus the book's delta */
};

/* ---- trigger: when to act; any that fires is enough, all fire at the first step ---- */
enum keel_band_kind { KEEL_BAND_NONE, KEEL_BAND_SHARES, KEEL_BAND_FRACTION, KEEL_BAND_CURRENCY };
enum keel_every_kind {
  KEEL_EVERY_NONE,
  KEEL_EVERY_STEP,    /* `every: step` */
  KEEL_EVERY_DAYS,    /* `every: 1d`, `5d`, `1w`: once per that many local dates */
  KEEL_EVERY_DURATION /* `every: 30m`: when that much time has passed since it last fired */
};
struct keel_trigger {
  enum keel_every_kind every;
  int64_t every_ns; /* DURATION */
  int every_days;   /* DAYS */
  enum keel_band_kind band;
  double band_size; /* shares; or a fraction of the book's gross delta; or money of delta times spot */
};

/* ---- move: how far ---- */
enum keel_move { KEEL_MOVE_CENTRE, KEEL_MOVE_EDGE };

/* ---- execution: by which path ---- */
enum keel_execution_style { KEEL_EXECUTION_IMMEDIATE };
enum keel_fill_when { KEEL_FILL_DECISION, KEEL_FILL_NEXT };
struct keel_execution {
  enum keel_execution_style style;
  enum keel_fill_when fill; /* at the quotes of the decision, or of the next event of the instrument */
};

/* ---- with: one hedge instrument per underlying ---- */
struct keel_hedge_instrument {
  const char *underlying;        /* NULL: every underlying that no other entry names */
  struct keel_contract contract; /* kind spot or future; .underlying is NULL until wired */
  double lot;                    /* > 0, or 0 for any fraction; in units of the contract */
  double qty_min;                /* `qty_min`: smaller hedges are not sent; 0 by default */
  double qty_max;                /* `qty_max`: of the holding; NaN: only the strategy's limits */
  double half_spread_bps;        /* NaN: the strategy's */
};

struct keel_policy {
  struct keel_target target;
  struct keel_trigger trigger;
  enum keel_move move;
  struct keel_execution execution;
  struct keel_hedge_instrument *with;
  size_t with_count;
};

/* ---- costs and limits: of the strategy, for all its variants ---- */
struct keel_costs {
  double half_spread_bps; /* NaN: half the quoted spread */
  double fee_per_share, fee_per_order;
  double buy_tax_bps, sell_tax_bps;
  double borrow_rate; /* annual, continuous, on the value of spot sold short; 0 by default */
  int open_waived, close_waived;
};
struct keel_limits {
  double order_qty_max, position_qty_max; /* always given */
  double order_notional_max;              /* NaN: none */
};

#endif
