/* A feed of simulated markets: many paths at once, one step at a time.
 *
 * World, market and hedger are apart: worlds say what spot does, the implied rule what options are marked at, the
 * policy what the delta uses. Times are rounded to nanoseconds before use: step i is at start + round(i (end - start) /
 * steps). */
#ifndef KEEL_WORLD_FEED_PATHS_H
#define KEEL_WORLD_FEED_PATHS_H

#include "book/market.h"
#include "hedge/wiring.h"
#include "kernel/paths.h"

/* The vol that marks every option of an underlying, before the skew. */
enum keel_implied_kind {
  KEEL_IMPLIED_CONSTANT, /* `vol` */
  KEEL_IMPLIED_EXPECTED, /* root of the world's expected average variance until the option's expiry, given its state */
  KEEL_IMPLIED_REALISED  /* root of an exponentially weighted mean of the squared returns per year of the path so far,
                            from vol^2 at the start, with weights that halve in half_life_years */
};
struct keel_implied_rule {
  enum keel_implied_kind kind;
  double vol;
  double half_life_years;
  double premium; /* factor on the vol; 1 by default */
  double skew;    /* added: skew ln(strike / spot); 0 by default */
};

/* The model of one underlying. */
struct keel_model {
  struct keel_world world;
  struct keel_implied_rule implied;
  /* Bootstrap: the file that its returns came from, and their dates (days since 1970-01-01); NULL otherwise. */
  const char *history;
  const int32_t *history_days;
};

struct keel_simulated_market {
  struct keel_model *models; /* [underlying], in the order of market terms; NULL: the strategy has none */
  const double *correlation; /* [underlying][underlying]; NULL: none */
  int antithetic, matched;
  size_t sobol_points; /* of a replicate; 0: none */
};

struct keel_feed_paths_plan {
  const struct keel_simulated_market *market;
  const struct keel_wiring *wiring;
  uint64_t seed;
  size_t steps;
  int64_t start_ns, end_ns;
};

/* The instant of step 0 .. steps. */
int64_t keel_feed_paths_time(const struct keel_feed_paths_plan *plan, size_t step);

/* What all blocks of a run share; read only. Memory is of the arena; the plan's market and wiring are borrowed.
 * Errors: KEEL_STATUS_INPUT for worlds, correlations or draws that make no sense, and for steps below a nanosecond. */
struct keel_feed_paths_wiring;
keel_status keel_feed_paths_wire(struct keel_arena *arena, const struct keel_feed_paths_plan *plan,
                                 const struct keel_feed_paths_wiring **wiring, keel_error *error);

/* Whether of these markets spot alone moves: no vol, rate or yield. */
int keel_feed_paths_is_steady(const struct keel_simulated_market *market, size_t underlyings);

/* How many consecutive paths, from a multiple, are independent of all others. */
size_t keel_feed_paths_batch(const struct keel_feed_paths_wiring *wiring);

/* Of one block at a time, and one thread. Spot is quoted with bid = ask, and so are futures at (S - PV(D)) e^{(r-q)T}
 * and the options that a policy hedges with by `fill: next`, at their model price; all else has a vol and no quote. */
struct keel_feed_paths;
struct keel_feed_paths *keel_feed_paths_new(struct keel_arena *arena, const struct keel_feed_paths_wiring *wiring);

/* Paths first .. first + count - 1, all of one leaf, at most as many as are wired; the others of the block stay at the
 * start. The market is that of a block, where each bid and ask may be one array. */
void keel_feed_paths_begin(struct keel_feed_paths *feed, uint64_t first, size_t count, struct keel_market *market);
/* The next instant, step 0 first; returns 0 after the last one. */
int keel_feed_paths_next(struct keel_feed_paths *feed, struct keel_market *market);

#endif
