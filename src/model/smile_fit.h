/* Fits a smile of any shape to bids and asks of total variance, by damped Gauss-Newton steps from within.
 *
 * A quote costs nothing much inside its bid and ask, and outside as much as it is away, in half spreads: convex, and
 * bounded in its pull. The butterfly function g and a ceiling, the total variance of a later expiry, are kept
 * on their right side by logarithmic barriers that fade: a fit that starts without arbitrage has none at any step.
 *
 * Determinism: no libm but sqrt; same bits on every compiler. */
#ifndef KEEL_MODEL_SMILE_FIT_H
#define KEEL_MODEL_SMILE_FIT_H

#include <math.h>
#include <stddef.h>

#include "model/svi.h"

enum { KEEL_SHAPE_MAX = 40, KEEL_ROW_MAX = 5 };

/* Derivatives of a jet in the parameters first .. first + count - 1; in all others they are 0. */
struct keel_shape_row {
  size_t first, count;
  double w[KEEL_ROW_MAX], dw[KEEL_ROW_MAX], d2w[KEEL_ROW_MAX];
};

/* A family of smiles. */
struct keel_shape {
  size_t parameters; /* at most KEEL_SHAPE_MAX */
  const void *context;
  /* At a k, which is number `point` of the fit: the quotes, then the points of the bounds. */
  struct keel_jet (*jet)(const void *context, const double *x, double k, size_t point, struct keel_shape_row *row);
  const double *lower, *upper; /* of each parameter; NULL: free */
  /* Takes what is within bounds to where it is allowed besides; NULL: it is. */
  void (*project)(const void *context, double *x);
  /* What a parameter costs: 1/2 (weight (x - centre))^2, and 1/2 (bend (x[i-1] - 2 x[i] + x[i+1]))^2; NULL: nothing. */
  const double *weight, *centre, *bend;
};

/* What is fitted. Shape: [count]. A bid that is not above 0 is none, an ask that is INFINITY too. unit > 0 is the half
 * spread, or what stands for it; weight counts quotes, NULL: 1 each. */
struct keel_smile_quotes {
  size_t count;
  const double *k, *bid, *ask, *unit, *weight;
};
static inline int keel_is_two_sided(const struct keel_smile_quotes *quotes, size_t i) {
  return quotes->bid[i] > 0 && quotes->ask[i] < INFINITY;
}

/* Where arbitrage is looked for. Shape: [points]; a ceiling may be INFINITY. */
struct keel_smile_bounds {
  size_t points;
  const double *k, *ceiling;
  double least_g; /* what g stays above */
};

struct keel_fit {
  double objective;
  int iterations, converged;
  double normal[KEEL_SHAPE_MAX * KEEL_SHAPE_MAX]; /* J^T W J at the end, of quotes alone, weight 1 each */
};

/* Starts at x, which has to be within all bounds, and leaves the best there. bounds may be NULL. */
void keel_smile_fit(const struct keel_shape *shape, const struct keel_smile_quotes *quotes,
                    const struct keel_smile_bounds *bounds, double *x, struct keel_fit *fit);

/* Whether g and w are within the bounds at all points. */
int keel_smile_is_within(const struct keel_shape *shape, const struct keel_smile_quotes *quotes,
                         const struct keel_smile_bounds *bounds, const double *x);

/* What the quotes cost under these parameters. */
double keel_smile_cost(const struct keel_shape *shape, const struct keel_smile_quotes *quotes, const double *x);

/* Solves the symmetric positive definite system a x = b of size n in place (x in b, its Cholesky factor in a); 0 where
 * a is not positive definite. Shape: a is n x n, its lower triangle is read. */
int keel_cholesky_solve(size_t n, double *a, double *b);

#endif
