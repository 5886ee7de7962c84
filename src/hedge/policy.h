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

/* What a hedge may bring to zero: first what decisions of a step know, then what is of `keel hedge` alone. */
enum keel_exposure {
  KEEL_EXPOSURE_DELTA,
  KEEL_EXPOSURE_GAMMA,
  KEEL_EXPOSURE_VEGA,
  KEEL_EXPOSURE_COUNT, /* of a step */
  KEEL_EXPOSURE_THETA = KEEL_EXPOSURE_COUNT,
  KEEL_EXPOSURE_RHO,
  KEEL_EXPOSURE_PSI,
  KEEL_EXPOSURE_VANNA,
  KEEL_EXPOSURE_VOLGA,
  KEEL_EXPOSURE_CHARM,
  KEEL_EXPOSURE_SPEED,
  KEEL_EXPOSURE_ALL
};
/* The one table of them. A standard move is 1 % of spot, a vol point, a day, 10 basis points of a rate. */
struct keel_exposure_info {
  const char *name, *unit;
  size_t greek;                 /* the offset of its column in keel_greeks */
  int spots, vols, days, rates; /* an exposure loses itself times so many of each move */
};
extern const struct keel_exposure_info keel_exposure_table[KEEL_EXPOSURE_ALL];
/* Money that one unit of an exposure loses in a standard move. */
double keel_exposure_weight(enum keel_exposure exposure, double spot);

/* ---- target: which holdings would be right ---- */
enum keel_target_kind {
  KEEL_TARGET_NEUTRAL, /* `neutral: [delta, gamma, vega]`: the holdings' exposures = minus the book's (the default) */
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
/* Which delta is neutralised; sources in theory.h. Gamma and vega are always those of the hedging vol. */
enum keel_delta_kind {
  KEEL_DELTA_BLACK_SCHOLES,
  KEEL_DELTA_LELAND,           /* at the vol that pays for rebalancing: needs step_years, cost */
  KEEL_DELTA_ZAKAMOULINE,      /* at the vol of his band: needs cost, risk_aversion */
  KEEL_DELTA_VARIANCE_OPTIMAL, /* least variance for hedges step_years apart */
  KEEL_DELTA_STICKY_DELTA,     /* the smile moves with spot: delta - vega dvol/dlnK / S, by the strikes beside it */
  KEEL_DELTA_MINIMUM_VARIANCE  /* delta + vega slope / S */
};
struct keel_delta_rule {
  enum keel_delta_kind kind;
  double vol;           /* `vol: implied` (NaN, the default) or a number: the hedger's vol */
  double slope;         /* minimum_variance: expected change of vol for a move of ln spot by 1 */
  double step_years;    /* leland, variance_optimal: years between two hedges */
  double cost;          /* leland, zakamouline: one way, as a fraction of the value traded */
  double risk_aversion; /* zakamouline: per unit of money */
};
struct keel_target {
  enum keel_target_kind kind;
  enum keel_balance_order order;
  size_t exposure_count; /* neutral: as many as there are instruments; in the order of the enum */
  enum keel_exposure exposures[KEEL_EXPOSURE_ALL];
  struct keel_delta_rule delta;
  double vega_tenor; /* years: each vega counts times sqrt(vega_tenor / its years); NaN: as it is */
  double start;      /* share_balance: shares to start from; NaN: minus the book's delta */
  /* Of `keel hedge`: what is left of an exposure that is as good as none, and what cost weighs (lots.h). */
  double tolerance[KEEL_EXPOSURE_ALL], cost_aversion;
};
/* Leaves out what is of `keel hedge` alone, which no wiring has. */
void keel_target_leave_stepped(struct keel_target *target);

/* ---- trigger: when to act on one exposure; any that fires is enough, all fire at the first step ---- */
enum keel_band_kind {
  KEEL_BAND_NONE,
  KEEL_BAND_SHARES,   /* of the exposure in its own unit */
  KEEL_BAND_FRACTION, /* of the book's gross exposure */
  KEEL_BAND_CURRENCY, /* money: delta times spot; gamma times spot^2 / 100 (delta money per 1 %); vega / 100 (per 1
                         vol point) */
  KEEL_BAND_WHALLEY_WILMOTT, /* of delta only: the width that is best for the risk aversion and cost */
  KEEL_BAND_ZAKAMOULINE
};
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
  double band_size;           /* SHARES, FRACTION, CURRENCY */
  double risk_aversion, cost; /* WHALLEY_WILMOTT, ZAKAMOULINE: per unit of money; one way, a fraction of the value */
  double price_move;         /* fraction by which spot moved since the exposure was last acted on; 0: no such trigger */
  double vol_move;           /* likewise of the book's vega-weighted hedging vol, absolute */
  const int32_t *sessions_s; /* seconds of the local day: fires at the first instant at or after each, once a date */
  size_t session_count;
};

/* ---- move: how far the exposures that triggered are brought back ---- */
enum keel_move_to {
  KEEL_MOVE_CENTRE,
  KEEL_MOVE_EDGE,    /* of the band */
  KEEL_MOVE_INNER,   /* to `inner` times the band: hysteresis */
  KEEL_MOVE_FRACTION /* by `fraction` of the way to the centre */
};
struct keel_move {
  enum keel_move_to to;
  double inner, fraction;
};

/* ---- execution: by which path ---- */
enum keel_execution_style { KEEL_EXECUTION_IMMEDIATE };
enum keel_fill_when { KEEL_FILL_DECISION, KEEL_FILL_NEXT };
struct keel_execution {
  enum keel_execution_style style;
  enum keel_fill_when fill; /* at the quotes of the decision, or of the next event of the instrument */
};

/* ---- fees of one order: |qty| multiplier per_share, by tiers of the order's size, and per_order ---- */
struct keel_fee_tier {
  double from;      /* shares of one order from which it holds, rising; the first is 0 */
  double per_share; /* for the shares beyond `from`, up to the next tier */
};
struct keel_fees {
  double per_share, per_order; /* NaN in an instrument: the strategy's */
  const struct keel_fee_tier *tiers;
  size_t tier_count; /* 0: per_share for all */
};

/* ---- with: the hedge instruments of an underlying, as many as there are exposures; futures that roll into one
 * another count once ---- */
enum { KEEL_HEDGES_MAX = 8 }; /* instruments of one underlying in one policy */
struct keel_hedge_instrument {
  const char *underlying;        /* NULL: every underlying that no other entry names */
  struct keel_contract contract; /* .underlying is NULL until wired */
  double years;                  /* `years` in place of `expiry` (simulated markets); NaN otherwise */
  double lot;                    /* > 0, or 0 for any fraction; in units of the contract */
  double qty_min;                /* `qty_min`: smaller hedges are not sent; 0 by default */
  double qty_max;                /* `qty_max`: of the holding; NaN: only the strategy's limits */
  int limits_short;              /* whether `short_qty_max` was given: ... */
  double short_qty_max;          /* ... of spot, what is located: it is not sold shorter than this */
  int roll_days;          /* `roll_days`: from so many days before the day of its expiry on the next future of the
                             list hedges in its place; 0: it does not roll */
  double half_spread_bps; /* NaN: the strategy's */
  struct keel_fees fees;
  /* `instrument: options`: not one of them, but at most `most` of those listed, by days to expiry and |delta|, and by
   * kind where `kind` is given. For `keel hedge` alone: what steps has the same instruments all the time. */
  int is_choice, has_kind, most;
  double days[2], deltas[2];
};

struct keel_policy {
  struct keel_target target;
  struct keel_trigger triggers[KEEL_EXPOSURE_COUNT];
  struct keel_move move;
  struct keel_execution execution;
  struct keel_hedge_instrument *with;
  size_t with_count;
};

/* ---- costs and limits: of the strategy, for all its variants ---- */
struct keel_costs {
  double half_spread_bps; /* NaN: half the quoted spread */
  struct keel_fees fees;
  double buy_tax_bps, sell_tax_bps;
  double borrow_rate; /* annual, continuous, on the value of spot sold short; 0 by default */
  int open_waived, close_waived;
};
struct keel_limits {
  double order_qty_max, position_qty_max; /* always given */
  double order_notional_max;              /* NaN: none */
};

#endif
