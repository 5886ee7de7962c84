/* The integrals of kernel/heston.h for the strikes of one expiry, to a tolerance: which line, which step, how far. */
#ifndef KEEL_MODEL_HESTON_SUMS_H
#define KEEL_MODEL_HESTON_SUMS_H

#include "kernel/heston.h"

enum { KEEL_HESTON_STRIKES = 64 };

struct keel_heston_sums {
  const keel_bates *model;
  double years;
  int slopes;       /* 1: value and derivatives to the parameters; 0: value and Greeks */
  double tolerance; /* how far the last two steps may be apart, of 1 and the integral: the error is about its square */
};

/* Shape: x[count], to[k][count], k < KEEL_HESTON_GREEKS or, of slopes, one more than there are parameters (of jumps
 * only where there are any). x = log(F / K), finite. What is not resolved is NaN. */
void keel_heston_sums(const struct keel_heston_sums *job, size_t count, const double *x, double *const *to);

/* How many sums there are. */
size_t keel_heston_sums_count(const struct keel_heston_sums *job);

#endif
