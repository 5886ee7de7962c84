/* Several exposures brought to where they should be by several hedge instruments: one small linear system per path.
 *
 * Shape: every array is [path]. Exposures are of the book and what is held together: delta in shares, gamma in shares
 * per 1.00 of spot, vega in money per 1.00 of vol. */
#ifndef KEEL_KERNEL_NEUTRAL_H
#define KEEL_KERNEL_NEUTRAL_H

#include <stddef.h>

enum { KEEL_NEUTRAL_MAX = 3 };

/* Where one exposure should go. */
struct keel_neutral_move {
  int has_band;
  double inner;    /* it stops at this many times the band (1: the edge); 0: it goes to the centre ... */
  double fraction; /* ... by this part of the way */
  const double *now;
  const double *fired; /* 0, or 1 + enum keel_reason */
  const double *band;  /* half-width; read when has_band */
  double *want;        /* out: `now` where nothing triggered */
  double *acted;       /* out: 0, or 1 + enum keel_reason of what triggered */
};

/* G change = want - now, and G exact = -now, with G[e][l] = units[e][l] greek[e][l] of one contract of line l.
 *
 * Scales: delta, gamma spot and vega / spot are numbers without a unit, and so comparable; `power` says by which power
 * of spot an exposure is multiplied. Lines are then scaled to a largest entry of 1, and exposures too. An instrument or
 * an exposure whose largest entry is below 1e-9, or a pivot below 1e-9, is singular: no change, and no exact holding
 * (NaN). Method: Gaussian elimination with partial pivoting. */
struct keel_neutral_solve {
  size_t count; /* of exposures, and of lines: 1 .. KEEL_NEUTRAL_MAX */
  double multiplier[KEEL_NEUTRAL_MAX];
  double weight[KEEL_NEUTRAL_MAX][KEEL_NEUTRAL_MAX]; /* [exposure][line]: of the Greek; units are multiplier x weight */
  const double *greek[KEEL_NEUTRAL_MAX][KEEL_NEUTRAL_MAX];
  int power[KEEL_NEUTRAL_MAX]; /* 0, 1 or -1 */
  const double *spot;
  const double *now[KEEL_NEUTRAL_MAX], *want[KEEL_NEUTRAL_MAX];
  double *change[KEEL_NEUTRAL_MAX], *exact[KEEL_NEUTRAL_MAX]; /* [line], contracts */
  double *singular;                                           /* 0 or 1 */
};

struct keel_neutral {
  /* to += units greek qty; nothing where qty is 0, whatever its Greek. */
  void (*add_exposure)(size_t paths, double units, const double *greek, const double *qty, double *to);
  void (*move)(size_t paths, const struct keel_neutral_move *move);
  void (*solve)(size_t paths, const struct keel_neutral_solve *system);
};

#endif
