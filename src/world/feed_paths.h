/* A feed of simulated markets: many paths at once, one step at a time.
 *
 * World, market and hedger are apart: worlds say what spot does, the implied rule what options are marked at, the
 * policy what the delta uses. Times are rounded to nanoseconds before use: step i is at start + round(i (end - start) /
 * steps). */
#ifndef KEEL_WORLD_FEED_PATHS_H
#define KEEL_WORLD_FEED_PATHS_H

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

#endif
