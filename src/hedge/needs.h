/* What the policies of a run, and whether its P&L is explained, ask of marks and totals: nothing else is computed. */
#ifndef KEEL_HEDGE_NEEDS_H
#define KEEL_HEDGE_NEEDS_H

#include <stddef.h>

#include "hedge/policy.h"
#include "keel/black_scholes.h"

struct keel_needs {
  int explains;                      /* the components of P&L, and the Greeks that they rest on */
  int moves;                         /* among these, those of moves of vols, rates and yields */
  int steps;                         /* someone reads each step, and not only what the run comes to */
  int values;                        /* marks and equity at every step, not only at the first and the last */
  int exposure[KEEL_EXPOSURE_COUNT]; /* of the book, for targets and bands; delta always */
  int gross[KEEL_EXPOSURE_COUNT];    /* for bands that are a fraction of it */
  int balances;                      /* the book's value at the step before */
  int book_gamma;                    /* the book's gamma at marking vols */
  int mean_vol;                      /* the book's mean hedging vol */
  int smile;                         /* the vols of the strikes beside a strike */
  keel_greek_set marking, hedging;   /* at marking and at hedging vols */
};

/* What the run reads, and what its market can do. */
struct keel_needs_input {
  int explains, steps;
  int is_steady; /* spot alone moves: no vol, rate or yield */
};

struct keel_needs keel_needs_of(const struct keel_policy *const *policies, size_t count,
                                const struct keel_needs_input *input);

#endif
