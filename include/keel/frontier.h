/* Frontier: risk against cost over a family of hedging rules on one simulated market; which rules are dominated, which
 * one to take, how surely, and the sentence a trader would say.
 *
 * All rules run on the same paths, so that their differences have small errors. Cost is the mean of all that hedging
 * pays; risk is the std, CVaR or entropic risk of the P&L of book and hedge together, costs included.
 *
 * The recommended rule has the least objective:
 *   risk: std        -mean P&L + risk_aversion x std
 *   risk: cvar       -mean P&L + risk_aversion x (CVaR + mean P&L), the deviation of the tail from the mean
 *   risk: entropic   the entropic risk at risk_aversion, which weighs the mean already
 *   budget           among the rules whose mean cost is within it: the least of these, or without risk_aversion the
 * least risk The mean holds the cost, so cost is counted once. Without risk_aversion and budget no rule is recommended.
 *
 * Determinism: the same strategy gives the same bits for any number of threads, ranks, CPU level and compiler. */
#ifndef KEEL_FRONTIER_H
#define KEEL_FRONTIER_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"
#include "keel/ranks.h"
#include "keel/strategy.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct keel_frontier keel_frontier;

typedef struct keel_frontier_options {
  int threads; /* 1 or more */
  /* Called now and then with paths done and in all; a result other than 0 stops the run, which then ends with the
   * statistics of the paths that are finished (keel_frontier_interrupted). With several threads it is called from one
   * of them at a time. May be NULL. */
  int (*tick)(void *context, uint64_t done, uint64_t total);
  void *tick_context;
  keel_ranks *ranks; /* that share the paths, each called with the same strategy; NULL: this process is alone */
} keel_frontier_options;

/* Runs the rules of `frontier.rules`, or a family that fits the case where there are none; the strategy's own hedge is
 * always the first of them, "base". `options` may be NULL: one thread, no tick. The strategy has to outlive the
 * frontier; the caller frees *frontier, which is NULL after an error, and on ranks other than 0. Errors:
 * KEEL_STATUS_INPUT for what cannot be simulated, KEEL_STATUS_MEMORY, KEEL_STATUS_IO (no thread), KEEL_STATUS_STOPPED
 * when no path was finished. */
KEEL_API keel_status keel_frontier_run(const keel_strategy *strategy, const keel_frontier_options *options,
                                       keel_frontier **frontier, keel_error *error);
KEEL_API void keel_frontier_free(keel_frontier *frontier); /* NULL is fine */

/* ---- rules. An index counts from 0. Texts live as long as the frontier. ---- */

#define KEEL_FRONTIER_NONE SIZE_MAX

/* An amount and its standard error; NaN where it is not known. */
typedef struct keel_frontier_number {
  double value, error;
} keel_frontier_number;

typedef struct keel_frontier_figures {
  keel_frontier_number cost, risk, mean, std; /* money, of the whole book; mean and std are of the P&L */
  keel_frontier_number turnover, trades;      /* means; turnover is the value traded in the hedge */
  keel_frontier_number objective;             /* NaN where there is no recommendation */
  int on_frontier;                            /* no other rule costs no more at no more risk, and less of one of them */
  size_t dominated_by;                        /* a rule of the frontier; KEEL_FRONTIER_NONE */
  double sureness; /* of that: the smaller of both differences, in standard errors; below 2 it may be noise */
} keel_frontier_figures;

/* How many there are. */
KEEL_API size_t keel_frontier_rules(const keel_frontier *frontier);
/* Its name. */
KEEL_API const char *keel_frontier_name(const keel_frontier *frontier, size_t rule);
/* What it costs, what is at risk with it, and how it stands to the others. */
KEEL_API void keel_frontier_rule(const keel_frontier *frontier, size_t rule, keel_frontier_figures *figures);
/* The rule at this place in the order of cost, those without a cost or risk last. */
KEEL_API size_t keel_frontier_by_cost(const keel_frontier *frontier, size_t place);

/* ---- the choice ---- */

/* The recommended rule and the next best; KEEL_FRONTIER_NONE where there is none. */
KEEL_API size_t keel_frontier_recommended(const keel_frontier *frontier);
KEEL_API size_t keel_frontier_next_best(const keel_frontier *frontier);
/* By how much the objective of `rule` is above that of the recommended one, on common paths. */
KEEL_API keel_frontier_number keel_frontier_worse(const keel_frontier *frontier, size_t rule);
/* Whether that is less than two of its standard errors: the recommended one may as well be the worse. */
KEEL_API int keel_frontier_is_tied(const keel_frontier *frontier, size_t rule);
/* What it all says, in plain words. */
KEEL_API const char *keel_frontier_sentence(const keel_frontier *frontier);
/* "CVaR 95 %", "std", "entropic risk". */
KEEL_API const char *keel_frontier_risk_name(const keel_frontier *frontier);

/* ---- the run ---- */

KEEL_API uint64_t keel_frontier_paths(const keel_frontier *frontier);  /* those that are in the figures */
KEEL_API size_t keel_frontier_steps(const keel_frontier *frontier);    /* of each path */
KEEL_API double keel_frontier_seconds(const keel_frontier *frontier);  /* how long the run took */
KEEL_API int keel_frontier_interrupted(const keel_frontier *frontier); /* `tick` stopped it */
KEEL_API size_t keel_frontier_notes(const keel_frontier *frontier);    /* what a reader has to know */
/* See above. */
KEEL_API const char *keel_frontier_note(const keel_frontier *frontier, size_t index);

/* ---- as texts ---- */

/* A row per rule, by cost, as CSV: into a file, written whole or not at all; or as a text that the caller frees with
 * free(), NULL without memory. */
KEEL_API keel_status keel_frontier_save(const keel_frontier *frontier, const char *path, keel_error *error);
/* See above; terminated, *length (may be NULL) without the end. */
KEEL_API char *keel_frontier_csv(const keel_frontier *frontier, size_t *length);
/* The result as JSON; the caller frees it with free(). NULL without memory. */
KEEL_API char *keel_frontier_json(const keel_frontier *frontier);

#ifdef __cplusplus
}
#endif
#endif
