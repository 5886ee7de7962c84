/* Risk: what a strategy's book is worth and exposed to at one instant, by underlying and expiry bucket; what it gains
 * or loses where spot and vols move; what carried it since an earlier mark.
 *
 * Marks come from the strategy's tape, at its last instant or at `at`, or from its model at the start. Marks, vols and
 * Greeks are those of a replay or simulation at that instant. Of American options too.
 *
 * Determinism: the same strategy and tape give the same bits on every CPU level and compiler. */
#ifndef KEEL_RISK_H
#define KEEL_RISK_H

#include <stddef.h>
#include <stdint.h>

#include "keel/error.h"
#include "keel/strategy.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct keel_risk keel_risk;

/* All may be NULL. Times are as in a strategy: `2018-01-31` (the close of that day), `2018-01-31T15:30`, with Z or an
 * offset, else local to the calendar; marks are those of the last instant of the tape that is not after it. */
typedef struct keel_risk_options {
  const char *at; /* when; NULL: the tape's last instant, or the model's start */
  /* From when on the book's moves are explained; NULL: they are not. `start`: its first marks; `day`: the close of the
   * session before that of the marks, by the calendar; `trade`: the last own fill of each underlying, or where there is
   * none its first marks. */
  const char *since;
  /* Called now and then with instants done and in all; a result other than 0 stops it (KEEL_STATUS_STOPPED). */
  int (*tick)(void *context, uint64_t done, uint64_t total);
  void *tick_context;
} keel_risk_options;

/* `options` may be NULL. The strategy has to outlive the risk; the caller frees *risk, which is NULL after an error.
 * Errors: KEEL_STATUS_INPUT for times that are none or before the first marks, a book that has expired, and what is
 * wrong with the book on this tape; those of keel_replay_run for the tape; KEEL_STATUS_MEMORY, KEEL_STATUS_STOPPED. */
KEEL_API keel_status keel_risk_run(const keel_strategy *strategy, const keel_risk_options *options, keel_risk **risk,
                                   keel_error *error);
KEEL_API void keel_risk_free(keel_risk *risk); /* NULL is fine */

/* ---- exposures ----
 *
 * Here and below an index counts from 0 and has to be less than what the function beside it counts; KEEL_RISK_TOTAL in
 * place of an underlying or a bucket is the sum over them. Names and texts are constant, or live as long as the risk.
 * Money is for the whole book; NaN stands for what is not known, or has no sum (shares of two underlyings). */

#define KEEL_RISK_TOTAL SIZE_MAX

/* The instant of the marks, in nanoseconds since 1970; INT64_MIN for a model without dates. */
KEEL_API int64_t keel_risk_time(const keel_risk *risk);
/* Underlyings by name, and their spot. */
KEEL_API size_t keel_risk_underlyings(const keel_risk *risk);
KEEL_API const char *keel_risk_underlying(const keel_risk *risk, size_t underlying);
KEEL_API double keel_risk_spot(const keel_risk *risk, size_t underlying);
/* Buckets of time to expiry, "spot" first: "7d" holds what expires within 7 days, ">730d" the rest. */
KEEL_API size_t keel_risk_buckets(const keel_risk *risk);
KEEL_API const char *keel_risk_bucket(const keel_risk *risk, size_t bucket);
/* `value`, `delta_shares`, `delta_cash`, ...: docs/numerics.md. */
KEEL_API size_t keel_risk_measures(void);
KEEL_API const char *keel_risk_measure(size_t measure);
KEEL_API const char *keel_risk_measure_help(size_t measure);
/* One of them. */
KEEL_API double keel_risk_exposure(const keel_risk *risk, size_t underlying, size_t bucket, size_t measure);

/* The accounts that positions and fills of the book name, by name (one of no name among them where some name none), and
 * their exposures: both underlyings and accounts add up to the total. 0 where none is named. */
KEEL_API size_t keel_risk_accounts(const keel_risk *risk);
KEEL_API const char *keel_risk_account(const keel_risk *risk, size_t account);
KEEL_API double keel_risk_account_exposure(const keel_risk *risk, size_t account, size_t bucket, size_t measure);

/* A position that is alive: what went into its price, in the columns of `keel price`. */
typedef struct keel_risk_position {
  const char *name, *kind, *exercise; /* exercise: "" for spot and futures */
  const char *account;                /* "" where none is named */
  const char *marked;                 /* "marked_at_quote", "marked_stale", ..., "marked_by_model" */
  size_t underlying, bucket;
  double qty, multiplier;
  double spot; /* as it is quoted; `dividends` is the present value of those in it until expiry */
  double dividends, strike, rate, yield, years, vol, mark;
  double price; /* of the formula; for quotes that have no implied vol it is not the mark */
  double delta, gamma, vega, theta, rho, psi, vanna, volga, charm; /* per share, as keel_black_scholes_price has them */
} keel_risk_position;
/* Those that are alive, by underlying and expiry. */
KEEL_API size_t keel_risk_positions(const keel_risk *risk);
/* See above. */
KEEL_API void keel_risk_position_at(const keel_risk *risk, size_t position, keel_risk_position *out);

/* ---- scenarios: strikes are fixed, each option keeps its own vol, shifted ---- */

/* The shifts of the grid: of spots as fractions, of vols as they are added. */
KEEL_API size_t keel_risk_grid_spots(const keel_risk *risk);
KEEL_API double keel_risk_grid_spot(const keel_risk *risk, size_t spot);
KEEL_API size_t keel_risk_grid_vols(const keel_risk *risk);
KEEL_API double keel_risk_grid_vol(const keel_risk *risk, size_t vol);
typedef struct keel_risk_scenario {
  double value; /* of options and spot, by the formula */
  double pnl;   /* against the same without shifts, futures included */
} keel_risk_scenario;
/* One cell. */
KEEL_API keel_risk_scenario keel_risk_grid(const keel_risk *risk, size_t underlying, size_t spot, size_t vol);
/* The cell with the largest loss; the first of equal ones. Returns 0 where no cell has a number. */
KEEL_API int keel_risk_grid_worst(const keel_risk *risk, size_t underlying, size_t *spot, size_t *vol);

/* Stresses: the historic ones, then the strategy's own. */
KEEL_API size_t keel_risk_stresses(const keel_risk *risk);
KEEL_API const char *keel_risk_stress_name(const keel_risk *risk, size_t stress);
/* Where its moves come from; "" where the strategy does not say it. */
KEEL_API const char *keel_risk_stress_source(const keel_risk *risk, size_t stress);
/* Its moves of an underlying: a fraction of spot, and what is added to vols (of times to expiry up to *tenor years, and
 * sqrt(tenor / T) of it beyond; NaN: of all). For KEEL_RISK_TOTAL those that the stress itself says. */
KEEL_API void keel_risk_stress_move(const keel_risk *risk, size_t stress, size_t underlying, double *spot, double *vol,
                                    double *tenor);
/* What it does. */
KEEL_API keel_risk_scenario keel_risk_stress(const keel_risk *risk, size_t stress, size_t underlying);

/* ---- what carried it ---- */

/* The instant of `since`, after the fills of that instant: of an underlying; for KEEL_RISK_TOTAL the first of these.
 * INT64_MIN where it was not asked for. */
KEEL_API int64_t keel_risk_since(const keel_risk *risk, size_t underlying);
KEEL_API int64_t keel_risk_account_since(const keel_risk *risk, size_t account);
/* The book's P&L since then, with that of its own fills, and what explains it (names are those of a replay;
 * `unexplained` is among them, those of hedges and costs are 0): they sum to the P&L. Without hedges, and without
 * interest on what the book is worth. */
KEEL_API double keel_risk_carried(const keel_risk *risk, size_t underlying);
KEEL_API double keel_risk_carried_by(const keel_risk *risk, size_t underlying, size_t component);
KEEL_API double keel_risk_account_carried(const keel_risk *risk, size_t account);
KEEL_API double keel_risk_account_carried_by(const keel_risk *risk, size_t account, size_t component);

/* ---- what a reader has to know ---- */

/* Marks that are not at a usable quote, counted by kind, as in a replay. */
KEEL_API size_t keel_risk_problems(const keel_risk *risk);
KEEL_API const char *keel_risk_problem(const keel_risk *risk, size_t index, uint64_t *count);
/* In words. */
KEEL_API size_t keel_risk_notes(const keel_risk *risk);
KEEL_API const char *keel_risk_note(const keel_risk *risk, size_t index);

/* ---- as texts ---- */

/* Tables: a row for each underlying and bucket; position; cell of the grid; stress. */
typedef enum keel_risk_table {
  KEEL_RISK_TABLE_EXPOSURES,
  KEEL_RISK_TABLE_POSITIONS,
  KEEL_RISK_TABLE_GRID,
  KEEL_RISK_TABLE_STRESSES,
  KEEL_RISK_TABLE_COUNT
} keel_risk_table;
/* `exposures`, `positions`, `grid`, `stresses`. */
KEEL_API const char *keel_risk_table_name(keel_risk_table table);
/* As CSV: into a file, written whole or not at all; or as a text that the caller frees with free(), NULL without
 * memory; *length (may be NULL) without the end. */
KEEL_API keel_status keel_risk_save(const keel_risk *risk, keel_risk_table table, const char *path, keel_error *error);
KEEL_API char *keel_risk_csv(const keel_risk *risk, keel_risk_table table, size_t *length);
/* All of it as JSON; the caller frees it with free(). NULL without memory. */
KEEL_API char *keel_risk_json(const keel_risk *risk);

#ifdef __cplusplus
}
#endif
#endif
