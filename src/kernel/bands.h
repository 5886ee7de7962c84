/* Closed forms of hedging under proportional costs, one book over many paths. hedge/theory.h has them for one number,
 * with what they assume.
 *
 * Shape: every pointer is [path]. Units: gamma is the book's, in shares per 1.00 of spot (negative: short); half-widths
 * are in shares; risk aversion is per unit of money. So the formulas hold for a book of any size. */
#ifndef KEEL_KERNEL_BANDS_H
#define KEEL_KERNEL_BANDS_H

#include <stddef.h>

/* Limits: gamma or cost 0 gives a half-width of 0 (zakamouline's h0 apart); years 0 an infinite h0; a risk aversion of
 * 0 infinite ones. */
struct keel_band_terms {
  double cost;          /* one way, as a fraction of the value traded */
  double risk_aversion; /* per unit of money */
  double rate, years;   /* until expiry */
};

struct keel_band_inputs {
  const double *spot, *gamma, *vol; /* vol is not read by whalley_wilmott */
};

struct keel_zakamouline {
  double *h0, *h1; /* the half-width is h0 + h1 */
  double *vol;     /* what delta is taken at: above the input for a short book, below it for a long one, NaN where that
                      has no root */
};

struct keel_bands {
  /* (3/2 e^{-r T} cost S gamma^2 / aversion)^{1/3}. Source: Whalley and Wilmott (1997), "An asymptotic
   * analysis of an optimal hedging model for option pricing with transaction costs", Mathematical Finance 7(3). */
  void (*whalley_wilmott)(size_t paths, const struct keel_band_terms *terms, const struct keel_band_inputs *in,
                          double *half_width);

  /* Source: Zakamouline (2006), "Efficient analytic approximation of the optimal hedging strategy for a European call
   * option with transaction costs", Quantitative Finance 6(5), eqs. for H0, H1 and K. */
  void (*zakamouline)(size_t paths, const struct keel_band_terms *terms, const struct keel_band_inputs *in,
                      const struct keel_zakamouline *out);

  /* vol sqrt(1 +- A), A = sqrt(8/pi) cost / (vol sqrt(step_years)): + where gamma is negative, - where it is positive
   * (NaN where A is beyond 1: the equation is ill-posed), the vol itself where it is 0.
   * Source: Leland (1985), "Option pricing and replication with transactions costs", Journal of Finance 40(5), the
   * modified variance; Hoggard, Whalley and Wilmott (1994), Advances in Futures and Options Research 7, for either sign
   * of gamma. */
  void (*leland_vol)(size_t paths, double cost, double step_years, const struct keel_band_inputs *in, double *vol);
};

#endif
