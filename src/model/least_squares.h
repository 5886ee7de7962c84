/* Small nonlinear least squares within bounds, by Levenberg and Marquardt's method.
 *
 * Each step solves the normal equations of what is not held at a bound, damped in the scale of their diagonal
 * (Marquardt 1963; the damping after Nielsen 1999), and is cut at the bounds. It has converged where a step changes
 * next to nothing, or the residuals stand at right angles to every derivative (as in MINPACK). */
#ifndef KEEL_MODEL_LEAST_SQUARES_H
#define KEEL_MODEL_LEAST_SQUARES_H

#include <stddef.h>

enum { KEEL_LEAST_SQUARES_MOST = 8 };

struct keel_least_squares {
  size_t parameters, residuals; /* parameters: at most KEEL_LEAST_SQUARES_MOST */
  const double *low, *high;     /* [parameters] */
  size_t steps_most;
  /* residual[i], slope[i * parameters + k] = d residual i / d parameter k; 0 where there is no value: the step is then
   * shortened. */
  int (*evaluate)(void *context, const double *at, double *residual, double *slope);
  void *context;
  double *work; /* 2 x residuals x (parameters + 1) */
};

struct keel_least_squares_end {
  double cost; /* the sum of squares; NaN where the start has no value */
  size_t steps, evaluations;
  int converged;
  unsigned held; /* a bit for each parameter at a bound that the derivatives push it against */
};

/* From at[], which is cut at the bounds, to the best that was found. */
struct keel_least_squares_end keel_least_squares_solve(const struct keel_least_squares *problem, double *at);

#endif
