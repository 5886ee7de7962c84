/* Closed forms for hedging at discrete times and under proportional costs: what a simulation is held against, and what
 * targets and bands use. The loops over paths are in kernel/bands.h; here they are for one number.
 *
 * Units: per share of the option, or for a book where gamma, vega and delta are the book's; cost is one way, a fraction
 * of the value traded; risk aversion is per unit of money. Accuracy: 1e-13 relative, but for
 * keel_variance_optimal_delta. A result that does not exist is NaN. */
#ifndef KEEL_HEDGE_THEORY_H
#define KEEL_HEDGE_THEORY_H

#include <stddef.h>

#include "keel/black_scholes.h"
#include "kernel/bands.h"

/* ---- hedging at discrete times, no costs, world's vol = hedger's vol ---- */

/* sqrt(pi / (4 N)) vol |vega|: the std of the P&L of one option at the money, hedged at N equal steps until expiry.
 * Leading order in 1/N. Source: Derman and Kamal (1999), "When you cannot hedge continuously". */
double keel_derman_kamal_std(double steps, double vol, double vega);

/* One step of a delta-hedged position: P&L = 1/2 gamma S^2 vol^2 dt (Z^2 - 1), Z standard normal, to the leading order
 * in dt. Chi-square with one degree of freedom: skew +-sqrt 8, excess kurtosis 12 (NaN both where gamma is 0). Source:
 * Boyle and Emanuel (1980), "Discretely adjusted option hedges". */
struct keel_one_step {
  double mean, std, skew, kurtosis;
};
struct keel_one_step keel_boyle_emanuel(double gamma, double spot, double vol, double step_years);

/* The delta that minimises the variance at expiry of rebalancing each step_years, exactly so where the drift is the
 * rate:
 *
 *   (C(t, S e^{vol^2 dt}) - C(t, S)) / (S (e^{vol^2 dt} - 1)),
 *
 * from Cov(C(t + dt), S(t + dt)) / Var S(t + dt) with the stock as numeraire. In shares held now, dividends reinvested.
 * Shape: [path] each. Accuracy: 1e-15 / (vol^2 dt) relative: a difference of prices. Where vol^2 dt is below 1e-12 (or
 * step_years is 0) it is the Black-Scholes delta.
 * Source: Schweizer (1995), "Variance-optimal hedging in discrete time"; the hedge is local because discounted spot is
 * a martingale. */
void keel_variance_optimal_delta(size_t paths, const keel_option *option, double step_years, const double *spot,
                                 const double *vol, double *delta);

/* ---- hedging under proportional costs ---- */

/* A = sqrt(8/pi) cost / (vol sqrt(dt)). Source: Leland (1985), with his round trip k = 2 cost. */
double keel_leland_number(double cost, double vol, double step_years);

/* vol sqrt(1 + A) for who is short gamma, vol sqrt(1 - A) for who is long (NaN for A > 1: ill-posed).
 * Source: Leland (1985); Hoggard, Whalley and Wilmott (1994). */
double keel_leland_vol_short(double cost, double vol, double step_years);
double keel_leland_vol_long(double cost, double vol, double step_years);

/* Black-Scholes at those vols: what who sells it has to ask, and who buys it can bid, so that rebalancing is paid for
 * (the opening trade is not). */
double keel_leland_ask(const keel_option *option, double spot, double vol, double cost, double step_years);
double keel_leland_bid(const keel_option *option, double spot, double vol, double cost, double step_years);

/* Half-width of the no-trade band around delta, in shares. Source: Whalley and Wilmott (1997). */
double keel_whalley_wilmott_band(const struct keel_band_terms *terms, double spot, double gamma);

/* The band h0 + h1 around the delta at `vol`. Source: Zakamouline (2006); fitted to the writer's optimum (gamma below
 * 0); for a long book the change of the variance has the other sign, as it has in Hoggard, Whalley and Wilmott. */
struct keel_zakamouline_band {
  double h0, h1, vol;
};
struct keel_zakamouline_band keel_zakamouline_band(const struct keel_band_terms *terms, double spot, double gamma,
                                                   double vol);

#endif
