/* Which trades, in lots and within limits, bring the exposures of one underlying within their tolerances.
 *
 *     least  sum over exposures (u + u^2)  +  aversion x cost
 *
 * with u what an exposure beyond its tolerance loses in a standard move, in money: `weight` times that excess. The
 * linear part has exposures brought in whole while that costs less than 1 / aversion of what they would lose; the
 * square spreads what cannot be brought in. Of cost no trade counts below 1 basis point of its value: of hedges that
 * cost nothing the one that trades least is chosen, and a rebate makes no trade.
 *
 * Method: branch and bound over numbers of lots. The relaxation, any fraction of a lot, is a separable quadratic
 * programme, solved by an interior-point method in fixed order (lots_relax.c); its dual is a lower bound whether or not
 * that has converged. The search begins with no trade, the rounded relaxation and the rounded `start`, and so ends with
 * nothing worse. */
#ifndef KEEL_HEDGE_LOTS_H
#define KEEL_HEDGE_LOTS_H

#include "base/arena.h"
#include "hedge/policy.h"

enum { KEEL_LOTS_LINES = 8, KEEL_LOTS_EXPOSURES = KEEL_EXPOSURE_ALL, KEEL_LOTS_NODES = 50000 };

/* One instrument. Quantities are in contracts, buys above 0. */
struct keel_lots_line {
  double exposure[KEEL_LOTS_EXPOSURES]; /* that one contract adds */
  double lot;                           /* 0: any fraction */
  double qty_min;                       /* a smaller trade is not sent */
  double from, to;                      /* of the trade, by its limits: from <= 0 <= to */
  double buy, sell;                     /* spread and taxes of one contract */
  double value;                         /* of one contract: |price| times multiplier */
  double multiplier;
  struct keel_fees fees;
};

struct keel_lots {
  size_t exposure_count, line_count;
  double now[KEEL_LOTS_EXPOSURES], tolerance[KEEL_LOTS_EXPOSURES], weight[KEEL_LOTS_EXPOSURES];
  struct keel_lots_line lines[KEEL_LOTS_LINES];
  double aversion;
  double start[KEEL_LOTS_LINES]; /* a solution in any fractions, whose rounding is tried; NaN: none */
};

struct keel_lots_answer {
  double qty[KEEL_LOTS_LINES];
  double objective;
  double gap; /* no trades there are have an objective that is lower by more: 0 where it is proven that none is */
  size_t nodes;
};

void keel_lots_solve(struct keel_arena *arena, const struct keel_lots *lots, struct keel_lots_answer *answer);

/* Of one trade: spread, fees, taxes; rebates below 0. */
double keel_lots_cost(const struct keel_lots_line *line, double qty);
/* What is left of an exposure, and what is beyond its tolerance; 0 also for what is a rounding of the sum. */
double keel_lots_residual(const struct keel_lots *lots, const double *qty, size_t exposure);
double keel_lots_excess(const struct keel_lots *lots, const double *qty, size_t exposure);
double keel_lots_objective(const struct keel_lots *lots, const double *qty);

/* The solution in any fractions, without limits: direct for as many lines as exposures, else (or where that system is
 * singular) least squares of the weighted residuals, among these the least sum of squared costs. NaN: there is none.
 * Source: Lawson and Hanson, Solving Least Squares Problems (1974), chapter 5, by the normal equations of the
 * exposures. */
void keel_lots_start(const struct keel_lots *lots, double *qty);

/* ---- between lots.c and lots_relax.c ---- */

/* A part of the search: of each line a range, in lots (contracts where lot is 0). */
struct keel_lots_box {
  double low[KEEL_LOTS_LINES], high[KEEL_LOTS_LINES];
};
/* Terms of the relaxation, by lots: of cost, lines below it. */
struct keel_lots_terms {
  double exposure[KEEL_LOTS_EXPOSURES][KEEL_LOTS_LINES]; /* weighted */
  double now[KEEL_LOTS_EXPOSURES], tolerance[KEEL_LOTS_EXPOSURES];
  double buy[KEEL_LOTS_LINES], sell[KEEL_LOTS_LINES], order[KEEL_LOTS_LINES]; /* order: of any trade at all */
  double least[KEEL_LOTS_LINES];                                              /* the smallest trade but none; 0: any */
  size_t exposure_count, line_count;
};
struct keel_lots_terms keel_lots_terms_of(const struct keel_lots *lots);
/* The best fractions in a box, and a bound that no trade in it, in whole lots if `lot` is not 0, is below. */
double keel_lots_relax(const struct keel_lots_terms *terms, const struct keel_lots_box *box, double *lots);

#endif
