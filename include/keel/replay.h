/* Replay: a strategy on a recorded market. Ledger, P&L, and what explains it, for each variant of the strategy.
 *
 * Determinism: the same strategy and tape give the same bits for any number of threads, CPU level and compiler. */
#ifndef KEEL_REPLAY_H
#define KEEL_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"
#include "keel/strategy.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct keel_replay keel_replay;

typedef struct keel_replay_options {
  int threads; /* 1 or more; variants are spread over them */
  /* Called now and then with instants done and in all; a result other than 0 stops the run (KEEL_STATUS_STOPPED). With
   * several threads it is called from one of them at a time. May be NULL. */
  int (*tick)(void *context, uint64_t done, uint64_t total);
  void *tick_context;
  /* Called after each instant, for each variant, with its P&L and cost so far; the context is that of `tick`, and so
   * are the threads. May be NULL. */
  void (*watch)(void *context, size_t variant, double pnl, double cost);
} keel_replay_options;

/* Runs market.tape under all variants. `options` may be NULL: one thread, no tick. The strategy has to outlive the
 * replay; the caller frees *replay, which is NULL after an error. Errors: KEEL_STATUS_INPUT for what is wrong with the
 * book or hedge on this tape, KEEL_STATUS_CORRUPT for a damaged tape, KEEL_STATUS_UNSUPPORTED for one of another
 * version, KEEL_STATUS_IO, KEEL_STATUS_MEMORY, KEEL_STATUS_STOPPED. */
KEEL_API keel_status keel_replay_run(const keel_strategy *strategy, const keel_replay_options *options,
                                     keel_replay **replay, keel_error *error);
KEEL_API void keel_replay_free(keel_replay *replay); /* NULL is fine */

/* ---- totals. Variant 0 is the strategy's own. Money is for the whole book. ----
 *
 * Here and below an index counts from 0 and has to be less than what the function beside it counts. Names and texts are
 * constant, or live as long as the replay; those of variants as long as the strategy. */

typedef struct keel_replay_totals {
  uint64_t decisions, trades;
  double pnl;      /* of the run, in money of its last day */
  double cost;     /* spread, fees, taxes and impact paid */
  double turnover; /* value traded in the hedge, at mid */
  double gross;    /* sum of absolute cash flows plus the largest absolute book mark: the scale of tolerances */
} keel_replay_totals;

/* How many there are. */
KEEL_API size_t keel_replay_variants(const keel_replay *replay);
/* Its name. */
KEEL_API const char *keel_replay_variant(const keel_replay *replay, size_t variant);
/* Its totals. */
KEEL_API void keel_replay_total(const keel_replay *replay, size_t variant, keel_replay_totals *totals);

/* The components of the explanation, in money: they sum to pnl, `unexplained` among them. */
KEEL_API size_t keel_explain_components(void);
KEEL_API const char *keel_explain_name(size_t component);
KEEL_API const char *keel_explain_help(size_t component);
KEEL_API double keel_replay_explained(const keel_replay *replay, size_t variant, size_t component);

/* The accounts that positions and fills of the book name, by name (one of no name among them where some name none):
 * totals and components add up over them, but for `gross`. 0 where none is named. */
KEEL_API size_t keel_replay_accounts(const keel_replay *replay);
KEEL_API const char *keel_replay_account(const keel_replay *replay, size_t account);
KEEL_API void keel_replay_account_total(const keel_replay *replay, size_t variant, size_t account,
                                        keel_replay_totals *totals);
KEEL_API double keel_replay_account_explained(const keel_replay *replay, size_t variant, size_t account,
                                              size_t component);

KEEL_API uint64_t keel_replay_events(const keel_replay *replay);   /* quotes of what is watched */
KEEL_API uint64_t keel_replay_instants(const keel_replay *replay); /* distinct times */

/* What was wrong with the data, counted by kind: what the importer found, and each use of a fall-back mark. */
KEEL_API size_t keel_replay_problems(const keel_replay *replay);
KEEL_API const char *keel_replay_problem(const keel_replay *replay, size_t index, uint64_t *count);

/* What a reader of the result has to know (how many contracts were exercised or assigned early). */
KEEL_API size_t keel_replay_notes(const keel_replay *replay);
KEEL_API const char *keel_replay_note(const keel_replay *replay, size_t index);

/* ---- the ledger: a row per decision, also when it is not to trade ---- */

KEEL_API size_t keel_ledger_rows(const keel_replay *replay);
/* Columns that this ledger has: those of a second and third hedge instrument where a variant has them. */
KEEL_API size_t keel_ledger_columns(const keel_replay *replay);
KEEL_API const char *keel_ledger_column(size_t column);
KEEL_API const char *keel_ledger_help(size_t column);
/* A number of the ledger; NaN where the column holds text or nothing. Its text form, as in the CSV, goes to buffer;
 * returns the length it needs, like snprintf. */
KEEL_API double keel_ledger_number(const keel_replay *replay, size_t row, size_t column);
KEEL_API int keel_ledger_text(const keel_replay *replay, size_t row, size_t column, char *buffer, size_t size);
/* A hash of every bit of the ledger. */
KEEL_API uint64_t keel_ledger_hash(const keel_replay *replay);

/* The ledger as CSV: into a file, written whole or not at all; or as a text that the caller frees with free(), NULL
 * without memory. */
KEEL_API keel_status keel_ledger_save(const keel_replay *replay, const char *path, keel_error *error);
/* See above; terminated, *length (may be NULL) without the end. */
KEEL_API char *keel_ledger_csv(const keel_replay *replay, size_t *length);
/* The result as JSON (interface: `replay --json`); the caller frees it with free(). NULL without memory. */
KEEL_API char *keel_replay_json(const keel_replay *replay);

#ifdef __cplusplus
}
#endif
#endif
