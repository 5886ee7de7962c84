/* Hedge: what to trade now so that exposures of a strategy's book come within their tolerances, in lots and within
 * limits; what it costs, what stays, and why.
 *
 * Exposures are those of `hedge.target.neutral`, as decisions of a replay see them; instruments are those of
 * `hedge.with`, any number up to 8 for each underlying. What the book holds of an instrument is its current holding.
 * Marks come from the tape, at its last instant or at `at`, or from the model at its start, as those of keel/risk.h.
 *
 * Determinism: the same strategy and tape give the same bits on every CPU level and compiler. */
#ifndef KEEL_HEDGE_H
#define KEEL_HEDGE_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"
#include "keel/strategy.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct keel_hedge keel_hedge;

/* All may be NULL. */
typedef struct keel_hedge_options {
  const char *at; /* when, as in keel_risk_options; NULL: the tape's last instant, or the model's start */
  /* Called now and then with instants done and in all; a result other than 0 stops it (KEEL_STATUS_STOPPED). */
  int (*tick)(void *context, uint64_t done, uint64_t total);
  void *tick_context;
} keel_hedge_options;

/* `options` may be NULL. The strategy has to outlive the hedge; the caller frees *hedge, which is NULL after an error.
 * Errors: those of keel_risk_run; KEEL_STATUS_INPUT for a target that is not neutral, more than 8 instruments of an
 * underlying, and a choice of options where there is no tape to choose from. */
KEEL_API keel_status keel_hedge_run(const keel_strategy *strategy, const keel_hedge_options *options,
                                    keel_hedge **hedge, keel_error *error);
KEEL_API void keel_hedge_free(keel_hedge *hedge); /* NULL is fine */

/* An index counts from 0 and has to be less than what the function beside it counts. Texts live as long as the hedge.
 * Money is for the whole book. */

/* The instant of the marks, in nanoseconds since 1970; INT64_MIN for a model without dates. */
KEEL_API int64_t keel_hedge_time(const keel_hedge *hedge);
/* Underlyings by name; where the book names accounts, each of them as often as accounts hold it, and its account: ""
 * where none is named. An account is hedged by itself, by its own target and within its own limits. */
KEEL_API size_t keel_hedge_underlyings(const keel_hedge *hedge);
KEEL_API const char *keel_hedge_underlying(const keel_hedge *hedge, size_t underlying);
KEEL_API int keel_hedge_has_accounts(const keel_hedge *hedge);
KEEL_API const char *keel_hedge_account(const keel_hedge *hedge, size_t underlying);

/* The exposures that are brought in, by name and unit: delta in shares, gamma in shares per 1.00 of spot, vega in money
 * per 1.00 of vol, ... */
KEEL_API size_t keel_hedge_exposures(const keel_hedge *hedge);
KEEL_API const char *keel_hedge_exposure_name(const keel_hedge *hedge, size_t exposure);
KEEL_API const char *keel_hedge_exposure_unit(const keel_hedge *hedge, size_t exposure);
typedef struct keel_hedge_exposure {
  int is_target; /* 0: the account has no target for it, and the numbers are NaN */
  double before, after, tolerance;
  int is_within;   /* `after`, up to rounding */
  const char *why; /* what keeps it from its tolerance: "limit", "lot", "cost", "singular", "instrument",
                      "paused"; else "" */
} keel_hedge_exposure;
/* Of one underlying. */
KEEL_API keel_hedge_exposure keel_hedge_exposure_at(const keel_hedge *hedge, size_t underlying, size_t exposure);

/* An instrument at hand: what of it is held, and is traded; qty > 0 is long, or bought. */
typedef struct keel_hedge_trade {
  const char *instrument; /* `X spot`, `X call 100 2026-03-20` */
  const char *problem;    /* why it cannot be traded; "" where it can */
  size_t underlying;
  double held, qty;
  double price; /* of the fill; NaN where nothing is traded */
  double cost;  /* spread, fees and taxes; a rebate is below 0 */
} keel_hedge_trade;
/* Those that trade, or all instruments at hand with those: `all` is not 0. */
KEEL_API size_t keel_hedge_trades(const keel_hedge *hedge, int all);
KEEL_API keel_hedge_trade keel_hedge_trade_at(const keel_hedge *hedge, int all, size_t trade);
/* Of all trades. */
KEEL_API double keel_hedge_cost(const keel_hedge *hedge);

/* Why, in a sentence: of an underlying; and of all. */
KEEL_API const char *keel_hedge_reason_of(const keel_hedge *hedge, size_t underlying);
KEEL_API const char *keel_hedge_reason(const keel_hedge *hedge);
/* What is minimised: money that exposures beyond their tolerances would lose in a standard move, and the square of
 * that, and cost times hedge.target.cost_aversion (docs/numerics.md). */
KEEL_API double keel_hedge_objective(const keel_hedge *hedge, size_t underlying);
/* By how much no other trades within limits can be below it: 0 where the search came to its end, so that there are no
 * better ones. */
KEEL_API double keel_hedge_gap(const keel_hedge *hedge, size_t underlying);

/* What a reader has to know, in sentences. */
KEEL_API size_t keel_hedge_notes(const keel_hedge *hedge);
KEEL_API const char *keel_hedge_note(const keel_hedge *hedge, size_t index);

/* The instruments as CSV, a row each; from malloc, NULL without memory. */
KEEL_API char *keel_hedge_csv(const keel_hedge *hedge, size_t *length);
/* The same into a file, whole or not at all. */
KEEL_API keel_status keel_hedge_save(const keel_hedge *hedge, const char *path, keel_error *error);
/* All of it as one JSON document; from malloc, NULL without memory. */
KEEL_API char *keel_hedge_json(const keel_hedge *hedge);

#ifdef __cplusplus
}
#endif
#endif
