/* Risk measures that need an exponential, and the price at which a risk is nothing.
 *
 * All of mean, CVaR and entropic risk move one for one with cash: rho(pnl + c) = rho(pnl) - c, with rho = -mean for the
 * mean. The std does not, and has no such price. */
#ifndef KEEL_HEDGE_RISK_H
#define KEEL_HEDGE_RISK_H

#include "base/statistics.h"

/* (1/a) ln E e^{-a pnl}, a loss positive, from the tree of weights e^{-a pnl} that the kernel `exp_moments` made with
 * the factor -a. Standard error by the delta method; `independent` as in statistics.h. Source: Foellmer and Schied
 * (2002), example 4.13 (entropic risk measure). */
#define KEEL_ENTROPIC_ERROR_MAX 0.25 /* error times a, from which on a few paths make the whole estimate */
struct keel_estimate keel_entropic_risk(const struct keel_moment_tree *weights, double risk_aversion, int independent);

/* The premium p, paid at the start, with rho(pnl before premium + p growth) = 0: `risk` is rho(pnl), `premium` what
 * that pnl already holds of premium at the start (0: none), `growth` is e^{rT}. */
struct keel_estimate keel_price_of_hedging(const struct keel_estimate *risk, double premium, double growth);

#endif
