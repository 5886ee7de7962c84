/* What both implied vols share: a guess, and the step that improves it. In Bachelier's model h is 0, and k as small as
 * may be beside v. See implied_vol.c. */
#ifndef KEEL_KERNEL_IMPLIED_STEPS_H
#define KEEL_KERNEL_IMPLIED_STEPS_H

#include "kernel/lane_math.h"

/* A smaller price is scaled by e^KEEL_IMPLIED_SCALE = 2^574. */
#define KEEL_IMPLIED_SMALL 0x1p-500
#define KEEL_IMPLIED_SCALE (574 * 0.69314718055994531)
#define KEEL_IMPLIED_CONVERGED 0x1p-10 /* a last step of this size leaves its fifth power */

/* log x of a normal x, to 0.007: the exponent, and a parabola for the rest. */
static inline double keel_implied_log(double x) {
  uint64_t bits = keel_bits(x);
  double exponent = keel_from_bits((bits >> 52) | 0x4330000000000000u) - (0x1p52 + 1023);
  double m = keel_from_bits((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
  return KEEL_LN2 * (exponent + fma(fma(m, -0.34, 2.02), m, -1.68));
}

/* About 1/z, from k and ratio = k/y e^-log_scale: one of Newton's steps in log q, q = z^2, towards the v = k/z with
 * y = v n(a) / (1 + z^2). */
static inline double keel_implied_guess(double k, double ratio, double log_scale) {
  double target = fma(0.5, k, keel_implied_log(ratio) + log_scale - 0.91893853320467274); /* log sqrt(2 pi) */
  double rise = fma(fma(fma(k, 0.0208, 0.125), k, 0.5), k, 1.0);
  double near = KEEL_INV_SQRT_2PI * ratio * rise * (log_scale > 0 ? 0x1p574 : 1.0);
  near = keel_at_most(near, 0x1p100);
  double q = keel_at_most(near * near, keel_at_least(2.0 * target, 1.0));
  q = keel_at_least(q, k * keel_at_most(0.5, k * (1.0 / 2.25))); /* past it the approximation falls */
  double one = 1.0 + q, both = keel_reciprocal(q * one), eighth = 0.125 * k * k * (both * one);
  double miss = fma(0.5, q, eighth) + 0.5 * keel_implied_log(q * one * one) - target;
  double slope = fma(0.5, q, 1.5) - eighth - both * q;
  double step = miss * keel_reciprocal(keel_at_least(slope, 0.125));
  step = keel_at_least(keel_at_most(step, 2.0), -2.0);
  return keel_inv_sqrt(q) * keel_exp_normal(0.5 * step);
}

/* The step in s = log v for f = log y - target: newton = -f / f', slope = f', and the higher derivatives over it. */
static inline double keel_implied_step(double z, double h, double newton, double slope) {
  double z2 = z * z, h2 = h * h, gap = z2 - h2;
  double second = 1.0 + gap - slope, turn = fma(-slope, second, -2.0 * (z2 + h2)), square = second * second;
  double third = square + turn, fourth = fma(second, fma(2.0, turn, third), fma(4.0, gap, -slope * third));
  double top = fma(fma(third * (1.0 / 6), newton, second), newton, 1.0);
  double bottom = fma(fourth * (1.0 / 24), newton, fma(0.25, square, third * (1.0 / 3)));
  bottom = fma(fma(bottom, newton, 1.5 * second), newton, 1.0);
  return newton * top * keel_reciprocal(bottom);
}

#endif
