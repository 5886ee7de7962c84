/* The inside of a simulation, for its files and for those who run many (frontier, ranks).
 *
 *     wire (checks, dates, rows)  ->  part (leaves of paths on threads, into samples)  ->  result
 *
 * A leaf is 256 consecutive paths. Threads take leaves of a round; then the round's leaves are added to the samples in
 * order. So memory does not grow with paths, and the bits depend neither on threads, nor on the size of blocks, nor on
 * how leaves are cut into parts. */
#ifndef KEEL_DRIVE_SIMULATE_H
#define KEEL_DRIVE_SIMULATE_H

#include "base/pool.h"
#include "drive/accounts.h"
#include "drive/ranks.h"
#include "drive/strategy.h"
#include "hedge/block.h"
#include "hedge/sample.h"
#include "keel/simulate.h"

/* What is known of each path at the end; the components of the explanation follow the last. Behind those of the whole
 * book come the same of each account, where it has some. */
enum keel_quantity {
  KEEL_QUANTITY_PNL,
  KEEL_QUANTITY_COST,
  KEEL_QUANTITY_TURNOVER,
  KEEL_QUANTITY_TRADES,
  KEEL_QUANTITY_EXERCISED, /* contracts, early, by the rule: its mean and std alone, as of what follows */
  KEEL_QUANTITY_EXPLAIN,
  KEEL_QUANTITY_MAX = KEEL_QUANTITY_EXPLAIN + KEEL_COMPONENT_COUNT
};

struct keel_simulation_plan {
  const struct keel_strategy *strategy;                      /* outlives the simulation */
  const struct keel_policy *const *policies;                 /* [variant]; NULL: the strategy's variants */
  const char *const *names;                                  /* [variant], of policies; borrowed */
  size_t variant_count;                                      /* of policies */
  size_t threads;                                            /* 1 at least */
  int has_ledger;                                            /* each step is read, and not only the ends */
  size_t block_paths;                                        /* a divisor of 256; 0: 256. Never changes a result */
  int (*tick)(void *context, uint64_t done, uint64_t total); /* as in keel_simulate_options */
  void *tick_context;
  void (*watch)(void *context, size_t variant, double mean, double error); /* likewise */
  keel_ranks *ranks; /* that share the paths, all of this plan; NULL: this process is alone */
};

/* ---- wiring: read only while paths are run ---- */
struct keel_simulation_wiring {
  const struct keel_strategy *strategy;
  struct keel_book book;                /* the strategy's with all expiries known, and so the policies */
  struct keel_wiring_account *accounts; /* of the strategy, under the variants that run */
  const char *const *names;
  size_t variant_count;
  struct keel_wiring rows;
  struct keel_feed_paths_plan market;
  const struct keel_feed_paths_wiring *feed;
  uint64_t paths, leaves;
  size_t whole_count;    /* quantities of the whole book: KEEL_QUANTITY_EXPLAIN or KEEL_QUANTITY_MAX */
  size_t quantity_count; /* and of each account that the result tells apart */
  struct keel_sample_plan samples[KEEL_QUANTITY_MAX]; /* of the whole book's, and so of each account's */
};

/* What kind of quantity it is, and that of an account. */
static inline size_t keel_simulation_kind(const struct keel_simulation_wiring *wiring, size_t quantity) {
  return quantity % wiring->whole_count;
}
static inline size_t keel_simulation_of_account(const struct keel_simulation_wiring *wiring, size_t account,
                                                size_t kind) {
  return (1 + account) * wiring->whole_count + kind;
}

/* Memory is of the arena. Errors: KEEL_STATUS_INPUT for what cannot be simulated, as `file: field: what`. */
keel_status keel_simulation_wire(struct keel_arena *arena, const struct keel_simulation_plan *plan,
                                 struct keel_simulation_wiring *wiring, keel_error *error);

/* ---- one block of paths, from start to end ---- */
struct keel_simulation_worker {
  struct keel_arena arena;
  const struct keel_simulation_wiring *wiring;
  struct keel_block *block;
  struct keel_paper *paper;
  struct keel_feed_paths *feed;
};
void keel_simulation_worker_init(struct keel_simulation_worker *worker, const struct keel_simulation_wiring *wiring);
void keel_simulation_worker_fini(struct keel_simulation_worker *worker);

/* Paths first .. first + count - 1, of one leaf, at the start; then each instant; 0 when there is none. */
void keel_simulation_begin(struct keel_simulation_worker *worker, uint64_t first, size_t count);
int keel_simulation_next(struct keel_simulation_worker *worker);

/* Shape: [path]. The sum over underlyings, all or an account's, of what the last keel_simulation_begin's paths did so
 * far. */
void keel_simulation_read(const struct keel_simulation_worker *worker, size_t variant, size_t quantity, double *out);

/* ---- a part: consecutive leaves, as samples ---- */
struct keel_simulation_part {
  struct keel_arena arena;
  const struct keel_simulation_wiring *wiring;
  uint64_t first, next;        /* leaves [first, next) are in */
  uint64_t paths;              /* of those */
  struct keel_sample *samples; /* [variant][quantity] */
};

void keel_simulation_part_init(struct keel_simulation_part *part, const struct keel_simulation_wiring *wiring,
                               uint64_t first);
void keel_simulation_part_fini(struct keel_simulation_part *part);

/* Runs leaves part->next .. last - 1. Errors: KEEL_STATUS_STOPPED when `tick` said so: the part then holds the leaves
 * that were finished before; KEEL_STATUS_MEMORY, KEEL_STATUS_IO for threads. */
keel_status keel_simulation_part_run(struct keel_simulation_part *part, uint64_t last,
                                     const struct keel_simulation_plan *plan, keel_error *error);

/* The part that follows directly. */
void keel_simulation_part_append(struct keel_simulation_part *part, const struct keel_simulation_part *next);

/* As bytes, between ranks of one build. `load` into a part made with the same first leaf. */
size_t keel_simulation_part_size(const struct keel_simulation_wiring *wiring);
void keel_simulation_part_save(const struct keel_simulation_part *part, void *bytes);
keel_status keel_simulation_part_load(struct keel_simulation_part *part, const void *bytes, keel_error *error);

static inline struct keel_sample *keel_simulation_sample(const struct keel_simulation_part *part, size_t variant,
                                                         size_t quantity) {
  return &part->samples[variant * part->wiring->quantity_count + quantity];
}

/* ---- the whole: what a simulation found ---- */

/* What is said of a quantity: one table, for figures, JSON and CSV. */
enum keel_statistic_kind {
  KEEL_STATISTIC_MEAN,
  KEEL_STATISTIC_STD,
  KEEL_STATISTIC_SKEW,
  KEEL_STATISTIC_KURTOSIS,
  KEEL_STATISTIC_MIN,
  KEEL_STATISTIC_MAX,
  KEEL_STATISTIC_QUANTILE, /* at probability `at` */
  KEEL_STATISTIC_CVAR,     /* at level `at` */
  KEEL_STATISTIC_ENTROPIC  /* at risk aversion `at` */
};
struct keel_statistic {
  enum keel_statistic_kind kind;
  double at;
  const char *name, *label; /* `cvar_0.95`, `0.95` */
};

/* Whether the statistic moves one for one with cash, so that some premium brings it to nothing. */
static inline int keel_statistic_has_price(enum keel_statistic_kind kind) {
  return kind == KEEL_STATISTIC_MEAN || kind == KEEL_STATISTIC_CVAR || kind == KEEL_STATISTIC_ENTROPIC;
}

/* One formula's value for one variant. */
struct keel_theory {
  const char *name, *assumes; /* name: `formula.figure` */
  double value;
};
enum { KEEL_THEORIES_MAX = 8 };

/* The paths that run.show asked for, step by step: the first ones, run once more. */
struct keel_shown_paths {
  size_t count, instants, underlyings, variants;
  int64_t *time_ns; /* [instant] */
  double *spot;     /* [path][underlying][instant] */
  double *book;     /* [path][instant]: its value */
  double *pnl;      /* [path][variant][instant]: so far */
  double *holding;  /* [path][line][instant]: contracts, after the decision; lines as in the wiring of rows */
};

struct keel_simulation {
  struct keel_arena arena;
  struct keel_simulation_wiring wiring;
  struct keel_simulation_part part;
  struct keel_statistic *statistics;
  size_t statistic_count;
  keel_figure *figures;                              /* [variant][quantity][statistic] */
  struct keel_theory (*theories)[KEEL_THEORIES_MAX]; /* [variant] */
  size_t *theory_counts;
  struct keel_shown_paths shown;
  double premium, growth, seconds;
  int interrupted;
  uint64_t left_out; /* paths that other ranks had finished, and that do not follow on the part's */
  char **notes;
  size_t note_count;
};

/* Everything but the run of paths: wires, opens the book, and makes an empty part from leaf `first`. Then what a part
 * holds becomes figures: only of one that begins with leaf 0. */
keel_status keel_simulation_prepare(const struct keel_simulation_plan *plan, uint64_t first,
                                    struct keel_simulation **simulation, keel_error *error);
void keel_simulation_conclude(struct keel_simulation *simulation);

/* ---- ranks: each has prepared the same simulation; rank 0's then holds what all have run ---- */

/* All call it, with how preparing went (`simulation` NULL where it failed), and go on when it is KEEL_STATUS_OK: it is
 * so for all, and all have the same simulation before them. */
keel_status keel_simulation_join(keel_ranks *ranks, const struct keel_simulation *simulation, keel_status status,
                                 keel_error *error);

/* Runs this rank's share of the leaves, and brings all samples to rank 0. Errors: as keel_simulation_part_run, of any
 * rank; when stopped, rank 0's part holds the first paths, as far as they follow on each other. */
keel_status keel_simulation_share(struct keel_simulation *simulation, const struct keel_simulation_plan *plan,
                                  keel_error *error);

/* All but the figures: prepares, and runs all paths into the part; NULL after an error, and on ranks other than 0. */
keel_status keel_simulation_collect(const struct keel_simulation_plan *plan, struct keel_simulation **simulation,
                                    keel_error *error);

/* The same as keel_simulation_run, for other policies than the strategy's. */
keel_status keel_simulation_execute(const struct keel_simulation_plan *plan, struct keel_simulation **simulation,
                                    keel_error *error);

/* Into simulation->statistics, and the figures from the samples. */
void keel_simulation_list_statistics(struct keel_simulation *simulation);
void keel_simulation_compute_figures(struct keel_simulation *simulation);

/* The P&L in equal classes between its quantiles of 0.1 and 99.9 %: the share of paths in each, and beyond them. */
enum { KEEL_HISTOGRAM_MAX = 80 };
struct keel_histogram {
  size_t classes;
  double from, to, below, above, shares[KEEL_HISTOGRAM_MAX];
};
/* Returns 0 where these quantiles are one, or not known. */
int keel_simulation_histogram(const struct keel_simulation *simulation, size_t variant, size_t classes,
                              struct keel_histogram *histogram);

/* Into simulation->theories, and simulation->shown. */
void keel_simulation_list_theories(struct keel_simulation *simulation);
void keel_simulation_show_paths(struct keel_simulation *simulation);

#endif
