/* How far the forward is from the strike, without losing what is small beside what is large: for Bachelier's model. */
#ifndef KEEL_KERNEL_FORWARD_GAP_H
#define KEEL_KERNEL_FORWARD_GAP_H

#include "kernel/lane_math.h"

struct keel_forward_gap {
  double up, gap; /* F / S; F - K */
};

/* carry: (rate - yield) years. Around 0 the difference of spot and strike is exact; far below it F is lost in spot. */
static inline struct keel_forward_gap keel_forward_gap(double spot, double strike, double carry) {
  double growth = keel_expm1(carry), far = keel_exp_normal(carry);
  int is_far = growth < -0.5;
  return (struct keel_forward_gap){is_far ? far : 1.0 + growth,
                                   is_far ? fma(spot, far, -strike) : fma(spot, growth, spot - strike)};
}

#endif
