/* Forwards: by carry, from dividends and borrow; and implied by the quotes of an expiry, from put-call parity.
 *
 * Units: years of 365 days, rates annual and continuous, money per share.
 * Same inputs give the same bits on every CPU level and compiler. Nothing here allocates; threads are the caller's. */
#ifndef KEEL_FORWARD_H
#define KEEL_FORWARD_H

#include "keel/american.h"
#include "keel/curve.h"
#include "keel/dividends.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The price at which a share is sold today for that time: what it costs to carry e^{-yT} of it, less its cash dividends
 * before then, each on the part that is held at its ex-date,
 *
 *   F D(T) = S e^{-yT} - sum of cash_i e^{-y (T - t_i)} D(t_i).
 *
 * yield holds what is paid in proportion, and what borrowing the share costs. dividends may be NULL. */
KEEL_API double keel_forward_carry(double spot, const keel_curve *curve, double yield, const keel_dividends *dividends,
                                   double years);

/* The yield at which keel_forward_carry is `forward`; NaN where none is (spot or forward not above 0, years 0).
 * Borrow is what it has beyond the yield of the dividends. */
KEEL_API double keel_forward_yield(double spot, const keel_curve *curve, const keel_dividends *dividends, double years,
                                   double forward);

/* ---- implied by quotes ---- */

/* The two-sided quotes of the strikes of one expiry, in any order: count each. Only strikes whose call and put both
 * have 0 < bid <= ask take part; what is NaN has no quote. */
typedef struct keel_parity_quotes {
  size_t count;
  const double *strike, *call_bid, *call_ask, *put_bid, *put_ask;
} keel_parity_quotes;

typedef struct keel_parity_terms {
  double years;
  double rate; /* zero rate to expiry; NaN: fitted, as the slope of parity (European quotes only) */
  double spot; /* for `yield`, and needed by American quotes; else it may be NaN */
  int american;
  keel_american_scheme scheme; /* of American quotes */
} keel_parity_terms;

enum { KEEL_PARITY_PAIRS = 512 };

typedef struct keel_implied_forward {
  const char *problem; /* why there is none, in a few words of English; NULL where there is one. Then all numbers are
                          NaN but the counts */
  double forward, forward_error;   /* and its standard error, from what the pairs disagree by */
  double discount, discount_error; /* D(T): that of `rate`, or fitted */
  double yield;                    /* of spot, at which it is carried to this forward; NaN without a spot */
  double low, high;                /* what bids and asks allow: no pair used is arbitraged from low to high. low > high:
                                      the pairs used contradict each other by more than their spreads */
  size_t pairs;                    /* strikes with both sides quoted */
  size_t used, rejected;           /* of these: in the estimate; outliers. Others were too far from the money */
} keel_implied_forward;

/* The forward of an expiry. Parity C - P = D (F - K) of European mids at each strike; least absolute deviations, each
 * pair in units of half its spreads, first; then pairs that are off by more than 4 robust standard deviations (of the
 * median absolute deviation) are outliers, and the rest is fitted by least squares. So up to nearly half of the weight
 * may be wrong without a trace. Of more than KEEL_PARITY_PAIRS those nearest to the money are used.
 *
 * American quotes: parity is an inequality then. The 24 strikes nearest to the money are taken; each quote's own
 * American implied vol, under the forward in hand as a constant yield, prices it as European; the parity of these
 * gives the next forward, until both are the same. Dividends are taken as that constant yield.
 *
 * One pair is too few; a fitted discount takes three. */
KEEL_API void keel_forward_imply(const keel_parity_quotes *quotes, const keel_parity_terms *terms,
                                 keel_implied_forward *out);

/* American prices to the European ones of the same implied vol; options->vol is not read. Shape: count each; `vol` may
 * be NULL. NaN where the price has no implied vol, and where it is that of exercise now, to 1e-9 of the strike. */
KEEL_API void keel_forward_european(size_t count, const keel_options *options, keel_american_scheme scheme,
                                    const double *price, double *european, double *vol);

#ifdef __cplusplus
}
#endif
#endif
