/* A block of lanes: everything the verbs read and write. At most 256 paths, one thread.
 *
 * A lane is one hedged account: a (path, variant), here split by underlying so that everything adds up. Verbs read what
 * was `before` and write what is `after`; a step swaps the two when it begins on an underlying.
 *
 * Shapes: marks [row][path]; book totals [underlying][path]; accounts [underlying][variant][path]; holdings, orders and
 * fills [line][path], the lines of a lane one after the other (wiring.h). */
#ifndef KEEL_HEDGE_BLOCK_H
#define KEEL_HEDGE_BLOCK_H

#include "book/market.h"
#include "hedge/explain.h"
#include "hedge/venue.h"
#include "hedge/wiring.h"
#include "kernel/kernel.h"
#include "kernel/lanes.h"

/* How a row was marked; each use of a fall-back is counted, for spot and the rows of the book. */
enum keel_mark_source {
  KEEL_MARK_QUOTE,      /* mid of a usable two-sided quote */
  KEEL_MARK_ONE_SIDED,  /* the rest: the last usable quote's vol, the strike's, or market.implied_vol, at the new spot
                           ... */
  KEEL_MARK_CROSSED,    /* ... because the quote had one side, or bid above ask, */
  KEEL_MARK_STALE,      /* or was too old, */
  KEEL_MARK_MISSING,    /* or never came */
  KEEL_MARK_NO_VOL,     /* a mid outside the bounds of its price: mark at mid, Greeks by the strike's vol */
  KEEL_MARK_NO_FORWARD, /* no strike with both sides quoted: the last parity forward's yield is kept */
  KEEL_MARK_LATE,       /* settled at the first instant after expiry, for want of one at expiry */
  KEEL_MARK_SOURCE_COUNT
};
extern const char *const keel_mark_source_names[KEEL_MARK_SOURCE_COUNT];

/* Marks at one instant. */
struct keel_marks {
  int64_t *time_ns;    /* [underlying] */
  double *rate;        /* [underlying]: of cash, the overnight point */
  double *zero_rate;   /* [row]: of discounting until its expiry, the same for a slice; of spot that of cash */
  double *yield;       /* [row]: what the forward in use implies */
  double *escrow;      /* [row]: present value of dividends until expiry that are taken off spot */
  double *price, *vol; /* marks and marking vols */
  /* per share, by wiring->needs: those that nothing reads are not written, and charm and speed are not kept */
  keel_greeks greeks;       /* at marking vols; price is the array above */
  double *hedge_vol;        /* [row][path]: the strike's hedging vol; where a model makes the market, `vol` itself */
  keel_greeks hedge_greeks; /* delta, gamma, vega at hedging vols; where a model makes the market, `greeks` itself */
  double **hedge_delta;     /* [delta rule]: the [row][path] of the delta that decisions use */
};

/* What the book is and did, per underlying. */
struct keel_totals {
  double *value;        /* marks of what is alive, futures at 0 */
  double *value_before; /* kept where some policy balances by it */
  /* at marking vols, in shares, and per 1.00; where P&L is not explained gamma alone, and only if a rule needs it */
  double *delta, *gamma, *vega, *theta;
  /* what decisions see, net and gross (the sum of absolute parts), those that some policy needs */
  double *hedge_delta, *gross_delta; /* [delta rule][underlying][path] */
  double *hedge_gamma, *gross_gamma; /* at hedging vols */
  double *hedge_vega, *gross_vega;   /* [vega tenor][underlying][path]: at hedging vols, weighted by tenor */
  double *hedge_vol; /* mean hedging vol of the options, by |vega|, by units where there is none; 0: no option */
  struct keel_vol_sums vol_sums;        /* [path]: between the rows of that mean */
  double *cash;                         /* flows of the book in this step: settlement, variation, yield */
  double *change[KEEL_COMPONENT_COUNT]; /* what moved the book in this step; 0 where P&L is not explained */
};

struct keel_accounts {
  double *holding, *working; /* [line][path], contracts; working: sent and not yet filled */
  double *cash, *receivable;
  double *equity; /* cash, receivable, book and holdings at marks */
};

/* What a lane did from its entry until now. */
struct keel_so_far {
  double *pnl;       /* the equity: an account enters with none */
  double *cost;      /* spread, fees, taxes and impact paid */
  double *turnover;  /* value traded in the hedge, at mid */
  double *trades;    /* fills that were not 0, of each instrument */
  double *exercised; /* contracts exercised or assigned early by the rule, of book and hedges */
  double *explain[KEEL_COMPONENT_COUNT];
};

/* What triggers remember (trigger.h): [underlying][variant][exposure], or with [path]. */
struct keel_trigger_state {
  int64_t *every_ns; /* when the timer last fired; KEEL_TIME_NONE: never */
  int32_t *every_day;
  int64_t *session_ns; /* sessions up to here have fired; KEEL_TIME_NONE: none */
  double *spot, *vol;  /* [..][path]: from which the next moves count; NULL where no trigger looks at moves */
  double *scratch[2];  /* [path] */
};

/* What the rule of early exercise did (exercise.h); of arrays by path none is there where the run has no such rule. */
struct keel_exercises {
  unsigned char *due;               /* [row][path]: exercised or assigned in this step */
  unsigned char *gone;              /* [row][path]: the book's position was, in this step or before */
  uint32_t *due_count, *gone_count; /* [row]: in how many paths */
  double *qty;                      /* [underlying][variant][path]: contracts of book and hedges, in this step */
  double long_qty, short_qty;       /* of the book, so far, in path 0: exercised, assigned */
  double *scratch[8];               /* [path] */
};

/* Everything of one block. Filled by keel_block_new; the arrays live in its arena. */
struct keel_block {
  const struct keel_wiring *wiring;
  struct keel_market market;
  struct keel_venue venue;

  /* mark */
  struct keel_marks marks[2]; /* of each underlying's last step and of this one: keel_marks_before, keel_marks_after */
  unsigned char *alive;       /* [row]: not expired */
  unsigned char *settled;     /* [row]: settles in this step */
  double *last_vol;           /* [row][path]: of the last usable quote; NaN: none yet */
  uint64_t source_counts[KEEL_MARK_SOURCE_COUNT];
  struct keel_mark_scratch *scratch;

  /* measure */
  struct keel_totals totals;
  double *units;        /* [row]: of the book now, qty times multiplier */
  double *spot_units;   /* [underlying]: of the book's spot before the trades of the step */
  size_t *trades_done;  /* [row]: of its trades (wiring), those that are booked or lost */
  size_t *trades_left;  /* [underlying]: still to come */
  size_t *splits_done;  /* [underlying]: of its splits, those that are over */
  int64_t begin_ns;     /* the first instant; KEEL_TIME_NONE: not yet. Splits until then are in the book already */
  uint64_t trades_lost; /* of contracts that had settled before their trade could be booked */
  uint64_t trades_late; /* booked at the first mark of their contract, for want of one at their time */
  double *exercised;    /* [underlying][path]: units of spot that exercises and assignments of this step deliver */
  const struct keel_row_trade *refused; /* the first exercise or assignment of more than is held; NULL: none */
  double refused_held;                  /* the units that are held there */
  struct keel_exercises exercise;

  /* decide: [underlying][variant] or with [path] */
  struct keel_trigger_state triggers;
  unsigned char *begun;            /* the first decision, at which all triggers fire, was taken */
  unsigned char *opening;          /* it is this step's */
  int *decided;                    /* whether this step was a decision */
  unsigned char *rolled;           /* [line]: a future whose place the next line has taken */
  double *delivered, *lapsed;      /* by options that settled physically: units of spot, and payoffs lost */
  double *balance;                 /* share_balance: the shares that keep the balance, as of the last step */
  double *target, *trade, *reason; /* [line][path] */
  double *band, *notional_max;     /* [line][path], in contracts */
  struct keel_exposure_scratch *exposures;

  /* execute */
  double *polled_qty, *polled_price, *sent_qty, *sent_price; /* [line][path] */
  unsigned char *polled_free, *sent_free;                    /* [line]: the order behind them is free of costs */

  /* account */
  struct keel_accounts accounts[2];
  double *explain[KEEL_COMPONENT_COUNT]; /* of this step */
  double *pnl;                           /* of this step */
  struct keel_so_far so_far;             /* [underlying][variant][path] */
  double *dividend_due;                  /* [dividend of any underlying][variant][path]: booked at its ex-date */
  size_t *dividend_first;                /* [underlying]: its first in dividend_due */
  size_t component_count;                /* of those that are not 0 by the terms of the run ... */
  enum keel_component components[KEEL_COMPONENT_COUNT]; /* ... but for what is unexplained, in order */
  double *path_scratch[6];

  /* where each underlying is */
  unsigned char *now;         /* [underlying]: which of the two marks is `after` */
  unsigned char *now_account; /* [underlying]: which of the two accounts is `after` */
  unsigned char *entered;     /* [underlying]: its book is in at the market's mark */
  unsigned char *stepped;     /* [underlying]: the five verbs ran in this step */
  unsigned char *finished;    /* [underlying]: its last option settled and its hedge is closed */
};

/* Memory is of the arena; the market's bid and ask start as NaN. `needs_market_vol`: a model makes the market. */
struct keel_block *keel_block_new(struct keel_arena *arena, const struct keel_wiring *wiring, int needs_market_vol);

/* As it was when new, but for marks, totals and the market, which the first step writes before it reads: for the next
 * paths of a run. Counts of mark sources go on. */
void keel_block_reset(struct keel_block *block);

/* ---- places in the arrays ---- */
static inline struct keel_marks *keel_marks_after(struct keel_block *block, size_t underlying) {
  return &block->marks[block->now[underlying]];
}
static inline struct keel_marks *keel_marks_before(struct keel_block *block, size_t underlying) {
  return &block->marks[!block->now[underlying]];
}
static inline struct keel_accounts *keel_account_after(struct keel_block *block, size_t underlying) {
  return &block->accounts[block->now_account[underlying]];
}
static inline struct keel_accounts *keel_account_before(struct keel_block *block, size_t underlying) {
  return &block->accounts[!block->now_account[underlying]];
}
static inline double *keel_at_row(const struct keel_block *block, double *array, size_t row) {
  return array + row * block->wiring->paths;
}
static inline double *keel_at_lane(const struct keel_block *block, double *array, size_t underlying, size_t variant) {
  return array + keel_lane_of(block->wiring, underlying, variant) * block->wiring->paths;
}
static inline double *keel_at_line(const struct keel_block *block, double *array, size_t line) {
  return array + line * block->wiring->paths;
}
static inline double *keel_at_total(const struct keel_block *block, double *array, size_t underlying) {
  return array + underlying * block->wiring->paths;
}
/* [rule][underlying][path] */
static inline double *keel_at_rule_total(const struct keel_block *block, double *array, size_t k, size_t underlying) {
  return array + (k * block->wiring->underlying_count + underlying) * block->wiring->paths;
}
static inline double *keel_at_rule_row(const struct keel_block *block, double *const *arrays, size_t k, size_t row) {
  return keel_at_row(block, arrays[k], row);
}
static inline size_t keel_trigger_at(const struct keel_block *block, size_t underlying, size_t variant,
                                     enum keel_exposure exposure) {
  return keel_lane_of(block->wiring, underlying, variant) * KEEL_EXPOSURE_COUNT + exposure;
}

/* Units of the book in a block of one path: none of what was exercised. */
static inline double keel_units_held(const struct keel_block *block, size_t row) {
  return block->exercise.gone_count[row] ? 0 : block->units[row];
}

/* ---- what a lane's decisions see of an exposure ---- */

/* The book's, [path]. */
static inline double *keel_book_exposure(const struct keel_block *block, size_t underlying, size_t variant,
                                         enum keel_exposure exposure) {
  const struct keel_totals *totals = &block->totals;
  const struct keel_wiring *wiring = block->wiring;
  if (exposure == KEEL_EXPOSURE_GAMMA) return keel_at_total(block, totals->hedge_gamma, underlying);
  if (exposure == KEEL_EXPOSURE_VEGA)
    return keel_at_rule_total(block, totals->hedge_vega,
                              wiring->vega_tenor_of[keel_lane_of(wiring, underlying, variant)], underlying);
  return keel_at_rule_total(block, totals->hedge_delta,
                            wiring->delta_rule_of[keel_lane_of(wiring, underlying, variant)], underlying);
}
/* The sum of the absolute exposures of its positions, [path]. */
static inline double *keel_gross_exposure(const struct keel_block *block, size_t underlying, size_t variant,
                                          enum keel_exposure exposure) {
  const struct keel_totals *totals = &block->totals;
  const struct keel_wiring *wiring = block->wiring;
  if (exposure == KEEL_EXPOSURE_GAMMA) return keel_at_total(block, totals->gross_gamma, underlying);
  if (exposure == KEEL_EXPOSURE_VEGA)
    return keel_at_rule_total(block, totals->gross_vega,
                              wiring->vega_tenor_of[keel_lane_of(wiring, underlying, variant)], underlying);
  return keel_at_rule_total(block, totals->gross_delta,
                            wiring->delta_rule_of[keel_lane_of(wiring, underlying, variant)], underlying);
}
/* A row's, per share, [path]; to add up vegas of several expiries, each counts times keel_vega_weight. */
static inline double *keel_row_exposure(const struct keel_block *block, const struct keel_marks *marks, size_t row,
                                        size_t variant, enum keel_exposure exposure) {
  if (exposure == KEEL_EXPOSURE_GAMMA) return keel_at_row(block, marks->hedge_greeks.gamma, row);
  if (exposure == KEEL_EXPOSURE_VEGA) return keel_at_row(block, marks->hedge_greeks.vega, row);
  size_t lane = keel_lane_of(block->wiring, block->wiring->rows[row].underlying, variant);
  return keel_at_rule_row(block, marks->hedge_delta, block->wiring->delta_rule_of[lane], row);
}
/* Whether anyone reads what the book and the accounts are worth at this step. */
int keel_values_count(const struct keel_block *block, size_t underlying);
/* sqrt(tenor / years to expiry now), or 1 where the tenor is NaN. */
double keel_vega_weight(const struct keel_block *block, double tenor_years, size_t row);

#endif
