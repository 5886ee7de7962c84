/* A second computation of one replay, written apart from the engine, to compare it with: short 10 at-the-money
 * straddles on the SPXW options of 2018-01-31, sold on 2018-01-02 and hedged with the index at its close.
 *
 * It reads the recorded CSV itself and uses nothing of Keel: own dates, Black-Scholes through libm's erfc, implied vol
 * by bisection. Marks are mids of usable quotes (bid > 0, ask >= bid), the forward is the
 * median of five by put-call parity, one hedging vol per strike from its out-of-the-money side. */
#ifndef KEEL_TESTS_DRIVE_SPXW_REFERENCE_H
#define KEEL_TESTS_DRIVE_SPXW_REFERENCE_H

enum { SPXW_STRIKE = 2695, SPXW_MULTIPLIER = 100, SPXW_QTY = -10, SPXW_EXPIRY = 31, SPXW_DAYS_MAX = 32 };

/* What explains the P&L; costs are negative. */
enum spxw_component {
  SPXW_DELTA,
  SPXW_HEDGE,
  SPXW_GAMMA,
  SPXW_THETA,
  SPXW_VEGA,
  SPXW_VANNA,
  SPXW_VOLGA,
  SPXW_RHO,
  SPXW_CARRY,
  SPXW_INTEREST,
  SPXW_SPREAD,
  SPXW_FEES,
  SPXW_UNEXPLAINED,
  SPXW_COMPONENTS
};
extern const char *const spxw_component_names[SPXW_COMPONENTS];

struct spxw_terms {
  double rate;            /* 0.0145 */
  double lot;             /* 0: any fraction */
  double band;            /* shares; negative: act at every instant */
  int to_edge;            /* trade to the band's edge, not to the target */
  int fires_at_start;     /* the first decision acts whatever the band */
  double half_spread_bps; /* of the value traded */
  double fee_per_share;
};

/* One instant, in order of dates; call is [0], put is [1]. */
struct spxw_day {
  int date; /* of January 2018 */
  double years, spot, forward, yield;
  double mark[2], vol[2]; /* per share; marking vol */
  double hedging_vol;
  double book;                       /* value of all positions */
  double target, trade, holding;     /* shares; holding is after the trade */
  double cash;                       /* after the trade and its costs */
  double pnl;                        /* since the start, after the trade's costs */
  double component[SPXW_COMPONENTS]; /* of the step that ends here, with the costs of this instant's trade */
};

struct spxw_run {
  int days, trades;
  struct spxw_day day[SPXW_DAYS_MAX];
  double pnl, cost, turnover; /* turnover in money */
  double gross;               /* sum of absolute cash flows plus the largest absolute book mark */
  double component[SPXW_COMPONENTS];
};

/* Returns 0 when the file is not what it has to be. */
int spxw_reference_run(const char *path, const struct spxw_terms *terms, struct spxw_run *run);

#endif
