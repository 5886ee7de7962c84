/* A strategy: one YAML file that says what is held, what is seen, how it is hedged, what it costs, what may never
 * happen.
 *
 * One table of fields (strategy_fields.c) drives reading, ranges, defaults, `--set`, `keel replay --help-fields` and
 * docs/strategy.md. A mistake is reported as `file:line: field: what is wrong, what is allowed`. */
#ifndef KEEL_DRIVE_STRATEGY_H
#define KEEL_DRIVE_STRATEGY_H

#include "base/arena.h"
#include "book/market_terms.h"
#include "book/position.h"
#include "book/trade.h"
#include "hedge/policy.h"
#include "hedge/sample.h"
#include "hedge/wiring.h"
#include "keel/strategy.h"
#include "world/feed_paths.h"

struct keel_config_node;

struct keel_variant {
  const char *name;
  struct keel_policy policy;
  const struct keel_config_node *hedge; /* where it was read, for messages */
};

/* A part of the book that positions and fills name, hedged by itself. */
struct keel_book_account {
  const char *name;                    /* "": those that name none */
  const struct keel_config_node *node; /* its entry in `accounts`; NULL: none, and nothing that follows is read */
  struct keel_variant *variants;       /* [variant] of the strategy; NULL: the strategy's */
  struct keel_limits limits;
  struct keel_costs costs;
};

/* `run.earlier_fills`: what a fill from before the run means. */
enum keel_earlier_fills { KEEL_EARLIER_REFUSE, KEEL_EARLIER_HELD, KEEL_EARLIER_ENTER };

struct keel_run_terms {
  int64_t start_ns, end_ns; /* `start`, `end`: the part of the tape that is used; KEEL_TIME_NONE: all of it */
  enum keel_earlier_fills earlier_fills;
  /* simulate only */
  int paths, steps;
  uint64_t seed;
  double years;    /* NaN: until the last expiry of the book */
  int explains;    /* `explain: true` (default) or false: without the components, which costs time */
  int paths_shown; /* `show: 3`: paths that the result keeps step by step; 0 by default */
  double aversions[KEEL_AVERSIONS_MAX]; /* `risk_aversions: [0.01]`, of entropic risk, each above 0 */
  size_t aversion_count;
};

/* `frontier:`: how rules are compared, and which. */
enum keel_frontier_risk { KEEL_FRONTIER_STD, KEEL_FRONTIER_CVAR, KEEL_FRONTIER_ENTROPIC };
struct keel_frontier_terms {
  enum keel_frontier_risk risk;
  double level;         /* of CVaR */
  double risk_aversion; /* per unit of money for entropic risk, always given; a weight for the others; NaN: not given */
  double budget;        /* money, of mean cost; NaN: none */
  struct keel_variant *rules; /* expanded, in order; none: the driver's own family */
  size_t rule_count;
};

/* `risk:`: how `keel risk` cuts a book, and what it shifts. Spot moves are fractions, vol moves are added. */
enum keel_risk_source { KEEL_RISK_FROM_EITHER, KEEL_RISK_FROM_TAPE, KEEL_RISK_FROM_MODEL };
struct keel_risk_shifts { /* rising */
  double *shifts;
  size_t count;
};
struct keel_stress_move {
  double spot, vol;
};
struct keel_stress {
  const char *name, *source; /* source: where its moves come from; NULL: not said */
  struct keel_stress_move move;
  double vol_tenor; /* years: an option of T more has sqrt(vol_tenor / T) of the vol's move; NaN: all of it */
  struct keel_stress_move *moves; /* [underlying]: `move`, spot times its beta, or what is said of it */
};
struct keel_risk_terms {
  enum keel_risk_source from;
  double vega_tenor; /* years: the reference of time-weighted vega */
  int64_t *buckets;  /* rising: the longest time to expiry of each bucket but the last */
  size_t bucket_count;
  double *betas; /* [underlying]; NULL: none are given */
  struct keel_risk_shifts spot, vol;
  struct keel_stress *stresses; /* the historic ones, then the strategy's own */
  size_t stress_count;
};

struct keel_strategy {
  struct keel_arena arena; /* owns all that follows */
  const char *path;
  const char *text;    /* the file, as it was read */
  const char *command; /* that repeats the run, as a shell takes it; NULL: not said */
  struct keel_book book;
  struct keel_trades fills; /* of the book itself, during the run */
  struct keel_market_terms market;
  struct keel_simulated_market simulated; /* market.model, or models and correlation */
  struct keel_variant *variants;          /* [0] is the strategy's own, named "base"; then `variants:` in order */
  size_t variant_count;
  struct keel_book_account *accounts; /* by name; none where no position and no fill names one */
  size_t account_count;
  struct keel_sleeve *sleeves; /* what each account holds, as a wiring takes it; NULL: there are no accounts */
  size_t sleeve_count;
  struct keel_costs costs;
  struct keel_limits limits;
  struct keel_run_terms run;
  struct keel_frontier_terms frontier;
  struct keel_risk_terms risk;
  struct keel_field_file *files; /* that it reads beside itself */
  keel_error no_steps;           /* why nothing that steps can run it, `keel hedge` alone; status 0: all can */
  char **warnings;               /* doubtful combinations, as `file:line: field: text` */
  size_t warning_count;
};

/* What keel_strategy_load does, also for a text in memory: then `text` is read in place of the file, `path` only names
 * it in messages, and no other file is read (a book has to be in the text). */
struct keel_strategy_source {
  const char *path;
  const char *text; /* NULL: the file */
  size_t length;
};
/* Refuses, at its place, what a replay or simulation cannot run: see `no_steps`. */
keel_status keel_strategy_steps(const struct keel_strategy *strategy, keel_error *error);
/* Whether options on an underlying settle physically, of the book, its fills, or a hedge by options. */
int keel_strategy_may_deliver(const struct keel_strategy *strategy, const struct keel_underlying_terms *terms);
keel_status keel_strategy_read(const struct keel_strategy_source *source, const char *const *overrides,
                               size_t override_count, struct keel_strategy **strategy, keel_error *error);

#endif
