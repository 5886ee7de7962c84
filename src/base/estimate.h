/* A statistic with its standard error, and what each batch contributed to it, so that two of them on common paths can
 * be compared: risk and cost of one rule, or of two rules. */
#ifndef KEEL_BASE_ESTIMATE_H
#define KEEL_BASE_ESTIMATE_H

#include "base/moments.h"

struct keel_estimate {
  double value;
  double error;                  /* standard error; NaN where there is too little to tell */
  uint64_t batches;              /* bit b: batch b has values */
  double part[KEEL_BATCHES_MAX]; /* of the linearised statistic: value is close to its limit plus their sum */
};

/* The standard error that the batches show: 33 to 64 of them, in a run of 33 leaves or more, know it to 9 - 13 %. NaN
 * for fewer than two. */
double keel_estimate_batch_error(const struct keel_estimate *estimate);

/* factor_a a + factor_b b, of one run: both on the same paths. Its error is that of the batches. */
struct keel_estimate keel_estimate_combine(double factor_a, const struct keel_estimate *a, double factor_b,
                                           const struct keel_estimate *b);

/* factor a + shift, both known exactly. */
struct keel_estimate keel_estimate_affine(double factor, const struct keel_estimate *a, double shift);

#endif
