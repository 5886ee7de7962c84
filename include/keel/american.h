/* American options: price and Greeks, in bulk.
 *
 * Model: Black and Scholes's, continuous exercise; rate and yield are annual and continuous and may be negative.
 * Shapes, units and sets are those of keel/black_scholes.h.
 *
 * Method: the exercise boundary solves the smooth-pasting equation of Kim's integral representation, collocated in the
 * third root of time to expiry by Newton's iteration; prices and Greeks are integrals over it. Source: Kim (1990);
 * Andersen, Lake and Offengenden (2016).
 *
 * Limits: vol 0 (and below 1e-6), years 0, spot 0 and strike 0 give the value of exercise at the best time. In the
 * exercise region delta is +-1 and all other Greeks are 0. A lane that has no result is NaN in every output: those of
 * keel/black_scholes.h; a put with yield < rate < 0 and a call with rate < yield < 0, which have two boundaries; vol^2
 * years of 1e4 and more; spot and strike more than 1e140 apart.
 *
 * Accuracy: docs/numerics.md. The largest errors are those of ten years and more. Threads are the caller's.
 *
 * Same inputs give the same bits on every CPU level and compiler, and for any set. */
#ifndef KEEL_AMERICAN_H
#define KEEL_AMERICAN_H

#include "keel/implied_vol.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum keel_american_scheme {
  KEEL_AMERICAN_FAST,     /* price within 1e-5 of the strike, 1e-6 at ordinary terms; 4e-2 at (|r| + |q|) T beyond 20 */
  KEEL_AMERICAN_ACCURATE, /* 1e-7, 1e-8: the default */
  KEEL_AMERICAN_HIGH      /* 1e-9, 1e-11 */
} keel_american_scheme;

/* boundary, of count, is the spot at which exercise is due now (put: at or below it; call: at or above), or NULL. */
KEEL_API void keel_american_price(size_t count, const keel_options *options, keel_american_scheme scheme,
                                  keel_greek_set set, const keel_greeks *out, double *boundary);

/* One contract over many paths: phi, strike, rate, yield and years are one value each, spot and vol count each. The
 * same bits, at less work where a run of paths has one vol: they have one boundary. */
KEEL_API void keel_american_price_paths(size_t count, const keel_options *paths, keel_american_scheme scheme,
                                        keel_greek_set set, const keel_greeks *out);

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
