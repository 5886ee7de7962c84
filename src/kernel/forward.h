/* A forward beside its strike, where the two are close and where one is tiny beside the other. */
#ifndef KEEL_KERNEL_FORWARD_H
#define KEEL_KERNEL_FORWARD_H

#include "kernel/lane_math.h"

/* spot e^carry - strike, for |carry| <= 700. */
static inline double keel_forward_above(double spot, double strike, double carry) {
  double near = fma(spot, keel_expm1(carry), spot - strike), far = fma(spot, keel_exp_normal(carry), -strike);
  return fabs(carry) <= KEEL_EXPM1_REACH ? near : far;
}

#endif
