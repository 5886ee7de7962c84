/* American options: price and Greeks, in bulk.
 *
 * Model: Black and Scholes's, continuous exercise; rate and yield are annual and continuous and may be negative.
 * Shapes, units and sets are those of keel/black_scholes.h.
 *
 * Method: the exercise boundary solves the smooth-pasting equation of Kim's integral representation, collocated in the
 * fourth root of time to expiry by Newton's iteration; prices and Greeks are integrals over it. Source: Kim (1990);
 * Andersen, Lake and Offengenden (2016).
 *
 * Same inputs give the same bits on every CPU level and compiler, and for any set. */
#ifndef KEEL_AMERICAN_H
#define KEEL_AMERICAN_H

#include "keel/implied_vol.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum keel_american_scheme {
  KEEL_AMERICAN_FAST,     /* 1e-6 of the strike */
  KEEL_AMERICAN_ACCURATE, /* 1e-8: the default */
  KEEL_AMERICAN_HIGH      /* 1e-11 */
} keel_american_scheme;

/* boundary, of count, is the spot at which exercise is due now (put: at or below it; call: at or above), or NULL. */
KEEL_API void keel_american_price(size_t count, const keel_options *options, keel_american_scheme scheme,
                                  keel_greek_set set, const keel_greeks *out, double *boundary);

/* Why that option is NaN, in a few words of English, or NULL where it has a price. */
KEEL_API const char *keel_american_problem(const keel_option *option, double spot, double vol);

/* The vols that give these prices; options->vol is not read. Shape: price and vol are count each. Accuracy: within a
 * few ulp times the condition number of the inversion of the scheme's own prices. Errors: a price below the least (what
 * exercise pays at the best time without vol) or not below the strike (put) or spot (call) gives NaN in its lane; one
 * exactly at the least gives 0. */
KEEL_API void keel_american_implied_vol(size_t count, const keel_options *options, keel_american_scheme scheme,
                                        const double *price, double *vol);

/* Why that price has no implied vol, or NULL; text as for keel_implied_problem. */
KEEL_API const char *keel_american_implied_problem(const keel_option *option, double spot, double price, char *text);

#ifdef __cplusplus
}
#endif
#endif
