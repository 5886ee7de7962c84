/* Simulation: a strategy on models of the market. The distribution of P&L, costs and what explains them, for each
 * variant of the strategy, all of them on the same paths.
 *
 * Determinism: the same strategy gives the same bits for any number of threads, ranks, CPU level and compiler. */
#ifndef KEEL_SIMULATE_H
#define KEEL_SIMULATE_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"
#include "keel/ranks.h"
#include "keel/replay.h"
#include "keel/strategy.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct keel_simulation keel_simulation;

typedef struct keel_simulate_options {
  int threads; /* 1 or more */
  /* Called now and then with paths done and in all, from one thread at a time; a result other than 0 ends the run: its
   * result is then that of the paths that were finished. May be NULL. */
  int (*tick)(void *context, uint64_t done, uint64_t total);
  void *tick_context;
  /* Called now and then for each variant, with the mean P&L of the paths so far and its standard error; the context is
   * that of `tick`. Not with ranks. May be NULL. */
  void (*watch)(void *context, size_t variant, double mean, double error);
  keel_ranks *ranks; /* that share the paths, each called with the same strategy; NULL: this process is alone */
} keel_simulate_options;

/* Runs run.paths paths of market.model under all variants. `options` may be NULL: one thread, no tick. The strategy has
 * to outlive the simulation; the caller frees *simulation, which is NULL after an error, and on ranks other than 0.
 * Errors: KEEL_STATUS_INPUT for what cannot be simulated, as `file: field: what is wrong, what is allowed`;
 * KEEL_STATUS_STOPPED where `tick` ended the run before its first paths; KEEL_STATUS_MEMORY, KEEL_STATUS_IO. */
KEEL_API keel_status keel_simulation_run(const keel_strategy *strategy, const keel_simulate_options *options,
                                         keel_simulation **simulation, keel_error *error);
KEEL_API void keel_simulation_free(keel_simulation *simulation); /* NULL is fine */

/* ---- the run ---- */

typedef struct keel_simulation_facts {
  uint64_t paths, steps, seed; /* paths: those that were finished */
  int interrupted;             /* by `tick`: fewer than run.paths */
  double seconds;              /* of simulating */
  double years;                /* from start to end */
  double premium;              /* received for the book at the start: minus its value there (negative: paid) */
} keel_simulation_facts;

/* What was run. */
KEEL_API void keel_simulation_fact(const keel_simulation *simulation, keel_simulation_facts *facts);

/* ---- figures: a statistic of a quantity under a variant, with its standard error ----
 *
 * Here and below an index counts from 0 and has to be less than what the function beside it counts. Names and texts are
 * constant, or live as long as the simulation; those of variants as long as the strategy. Money is for the whole book.
 */

/* Variant 0 is the strategy's own. */
KEEL_API size_t keel_simulation_variants(const keel_simulation *simulation);
KEEL_API const char *keel_simulation_variant(const keel_simulation *simulation, size_t variant);

/* `pnl`, `cost`, `turnover`, `trades`, `exercised` (contracts, before their expiry by market.early_exercise), and with
 * run.explain the components of the explanation, as `pnl_gamma`: they sum to the P&L path by path. Of a component and
 * of `exercised` only mean and std are known. */
KEEL_API size_t keel_simulation_quantities(const keel_simulation *simulation);
KEEL_API const char *keel_simulation_quantity(const keel_simulation *simulation, size_t quantity);

/* `mean`, `std`, `skew`, `kurtosis` (excess), `min`, `max`, `quantile_0.01`, `cvar_0.95`, and with run.risk_aversions
 * `entropic_0.001` (of P&L only). cvar is the mean loss in the worst part of outcomes; of cost, turnover and trades it
 * is the mean of the highest ones. */
KEEL_API size_t keel_simulation_statistics(const keel_simulation *simulation);
KEEL_API const char *keel_simulation_statistic(const keel_simulation *simulation, size_t statistic);

typedef struct keel_figure {
  double value, error; /* NaN: not known */
} keel_figure;

/* One of them. */
KEEL_API keel_figure keel_simulation_figure(const keel_simulation *simulation, size_t variant, size_t quantity,
                                            size_t statistic);
/* The accounts that positions of the book name, by name (one of no name among them where some name none), and a figure
 * of one: quantities add up over them path by path. 0 where none is named. */
KEEL_API size_t keel_simulation_accounts(const keel_simulation *simulation);
KEEL_API const char *keel_simulation_account(const keel_simulation *simulation, size_t account);
KEEL_API keel_figure keel_simulation_account_figure(const keel_simulation *simulation, size_t variant, size_t account,
                                                    size_t quantity, size_t statistic);
/* The premium, paid at the start, at which that risk of the P&L is nothing: for `mean` (then the P&L is 0 on average),
 * cvar and entropic statistics; NaN for the others. */
KEEL_API keel_figure keel_simulation_price(const keel_simulation *simulation, size_t variant, size_t statistic);

/* What theory says of the variant's P&L, where a formula exists for the case (one European option on a GBM, hedged with
 * spot at every step): `derman_kamal.std`, `boyle_emanuel.std`, `leland.ask` ..., for the whole book, and what each
 * assumes. */
KEEL_API size_t keel_simulation_theories(const keel_simulation *simulation, size_t variant);
KEEL_API const char *keel_simulation_theory(const keel_simulation *simulation, size_t variant, size_t index,
                                            double *value, const char **assumes);

/* What a reader of the result has to know. */
KEEL_API size_t keel_simulation_notes(const keel_simulation *simulation);
KEEL_API const char *keel_simulation_note(const keel_simulation *simulation, size_t index);

/* ---- one path, step by step ---- */

/* Path `path` of the run (the first is 0) by itself: writes its market as a tape, vols and rate as the steps saw them,
 * and gives its ledger. A replay of that tape with the same strategy (`market.tape` is then the tape) gives the same
 * ledger, bit by bit. Either of `tape` and `replay` may be NULL; the caller frees *replay. Errors: those of
 * keel_simulation_run; nothing is left behind then. */
KEEL_API keel_status keel_simulation_record(const keel_strategy *strategy, uint64_t path, const char *tape,
                                            keel_replay **replay, keel_error *error);
/* ---- written out ---- */

/* A row for each variant and quantity with all statistics and their errors: into a file, written whole or not at all;
 * or as a text that the caller frees with free(), NULL without memory; *length (may be NULL) without the end. */
KEEL_API keel_status keel_simulation_save(const keel_simulation *simulation, const char *path, keel_error *error);
KEEL_API char *keel_simulation_csv(const keel_simulation *simulation, size_t *length);
/* The result as JSON (interface: `simulate --json`); the caller frees it with free(). NULL without memory. */
KEEL_API char *keel_simulation_json(const keel_simulation *simulation);

#ifdef __cplusplus
}
#endif
#endif
