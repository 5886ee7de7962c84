/* Surfaces of a strategy's market at one instant: for each underlying the forwards that its options imply, their
 * out-of-the-money quotes as European vols, and the surface fitted to them, with its residuals and arbitrage.
 *
 * Quotes come from the strategy's tape, those of its last instant or of `at`, none later; older ones than market.stale
 * are not used. Forwards by put-call parity (keel/forward.h); where an expiry has none, by the strategy's yield, and
 * that is said. American options by their own implied vol, which is that of the European one.
 *
 * Determinism: the same strategy and tape give the same bits for any number of threads, CPU level and compiler. */
#ifndef KEEL_SURFACES_H
#define KEEL_SURFACES_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"
#include "keel/forward.h"
#include "keel/strategy.h"
#include "keel/surface.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct keel_surfaces keel_surfaces;

typedef struct keel_surfaces_options {
  const char *at; /* when, as in keel_risk_options; NULL: the tape's last instant */
  keel_surface_model model;
  int threads; /* 1 or more; the result does not depend on it */
  /* Called now and then with instants done and in all; a result other than 0 stops it (KEEL_STATUS_STOPPED). */
  int (*tick)(void *context, uint64_t done, uint64_t total);
  void *tick_context;
} keel_surfaces_options;

/* `options` may be NULL. The strategy has to outlive the result; the caller frees *surfaces, which is NULL after an
 * error. Errors: KEEL_STATUS_INPUT for a strategy without a tape, a time that is none or before the first instant, and
 * where no underlying has options that are alive; those of keel_replay_run for the tape; KEEL_STATUS_MEMORY,
 * KEEL_STATUS_STOPPED. */
KEEL_API keel_status keel_surfaces_run(const keel_strategy *strategy, const keel_surfaces_options *options,
                                       keel_surfaces **surfaces, keel_error *error);
KEEL_API void keel_surfaces_free(keel_surfaces *surfaces); /* NULL is fine */

/* The instant, in nanoseconds since 1970. */
KEEL_API int64_t keel_surfaces_time(const keel_surfaces *surfaces);

/* Underlyings by name; an index counts from 0 and has to be less than what the function before it counts. */
KEEL_API size_t keel_surfaces_underlyings(const keel_surfaces *surfaces);
KEEL_API const char *keel_surfaces_underlying(const keel_surfaces *surfaces, size_t underlying);
/* Spot then, and the rate that cash earns. */
KEEL_API double keel_surfaces_spot(const keel_surfaces *surfaces, size_t underlying);
KEEL_API double keel_surfaces_rate(const keel_surfaces *surfaces);
/* Its surface, which lives as long as the result; NULL where it has none, and then why, in a few words. */
KEEL_API const keel_surface *keel_surfaces_surface(const keel_surfaces *surfaces, size_t underlying);
KEEL_API const char *keel_surfaces_problem(const keel_surfaces *surfaces, size_t underlying);

typedef struct keel_surfaces_expiry {
  int64_t expiry_ns;
  int american;
  double rate;                 /* to it */
  keel_implied_forward parity; /* problem: why there is none, and slice.forward is that of the strategy's yield */
  keel_surface_slice slice;
  size_t stale; /* quotes that were too old */
} keel_surfaces_expiry;
/* Those that are alive, by time. */
KEEL_API size_t keel_surfaces_expiries(const keel_surfaces *surfaces, size_t underlying);
KEEL_API void keel_surfaces_expiry_at(const keel_surfaces *surfaces, size_t underlying, size_t expiry,
                                      keel_surfaces_expiry *out);

/* A quote that the surface was fitted to. NaN: none, or not known. */
typedef struct keel_surfaces_quote {
  size_t expiry;
  const char *kind; /* the out-of-the-money one of its strike: "call", "put" */
  double strike, log_moneyness;
  double bid, ask, bid_vol, ask_vol;     /* vols are those of European options */
  double vol, error;                     /* of the surface; its standard error */
  double residual_vol, residual_spreads; /* of the surface less the mid vol: in vol, and in spreads of vol */
  int is_two_sided, is_inside;           /* within bid and ask */
} keel_surfaces_quote;
/* By expiry and strike. */
KEEL_API size_t keel_surfaces_quotes(const keel_surfaces *surfaces, size_t underlying);
KEEL_API void keel_surfaces_quote_at(const keel_surfaces *surfaces, size_t underlying, size_t quote,
                                     keel_surfaces_quote *out);

typedef enum keel_surfaces_table { KEEL_SURFACES_TABLE_QUOTES, KEEL_SURFACES_TABLE_EXPIRIES } keel_surfaces_table;
/* The quotes, or the expiries, as CSV, a row each; from malloc, NULL without memory. */
KEEL_API char *keel_surfaces_csv(const keel_surfaces *surfaces, keel_surfaces_table table, size_t *length);
/* The same into a file, whole or not at all. */
KEEL_API keel_status keel_surfaces_save(const keel_surfaces *surfaces, keel_surfaces_table table, const char *path,
                                        keel_error *error);
/* All of it as one JSON document; from malloc, NULL without memory. */
KEEL_API char *keel_surfaces_json(const keel_surfaces *surfaces);

#ifdef __cplusplus
}
#endif
#endif
