/* Angles and complex numbers for loops over lanes, as lane_math.h is of reals: branch-free, the same bits on every
 * level and compiler.
 *
 * Accuracy, in units of 2^-52: sine and cosine 2 of 1 (relative, but for the rounding of x, away from the zeros other
 * than x = 0) for |x| up to 2^50; atan2 2, relative; log(1 + x) 3, relative. Complex functions: relative to the
 * modulus, 4 units and the rounding of the argument. Source: the constants are fitted by tools/fit_normal.py; sqrt and
 * log(1 + z) by the real and imaginary parts, Kahan (1987). */
#ifndef KEEL_KERNEL_LANE_COMPLEX_H
#define KEEL_KERNEL_LANE_COMPLEX_H

#include "kernel/lane_math.h"

#define KEEL_LANE static inline __attribute__((always_inline)) /* a loop with a call in it is no loop over lanes */

struct keel_sine {
  double sin, cos;
};

/* In quarter turns: 2/pi in two parts, so that what is left of x after whole quarters is exact. */
KEEL_LANE struct keel_sine keel_sine(double x) {
  double quarters = x * 0x1.45f306dc9c883p-1, low = fma(x, 0x1.45f306dc9c883p-1, -quarters);
  double rounded = quarters + KEEL_ROUND, whole = rounded - KEEL_ROUND;
  double turn = (quarters - whole) + fma(x, -0x1.6b01ec5417056p-55, low);
  struct keel_quarter quarter = keel_quarter_turn(turn);
  double sine = turn * quarter.sin_ratio;
  uint64_t n = keel_bits(rounded);
  uint64_t swap = (uint64_t)0 - (n & 1), even = keel_bits(sine), odd = keel_bits(quarter.cos);
  uint64_t s = (even & ~swap) | (odd & swap), c = (odd & ~swap) | (even & swap);
  s ^= (n & 2) << 62;
  c ^= ((n + 1) & 2) << 62;
  return (struct keel_sine){keel_from_bits(s), keel_from_bits(c)};
}

/* atan(f) / f for |f| <= tan(pi / 8). */
KEEL_LANE double keel_atan_ratio(double f) {
  double w = f * f;
  double p = fma(w, 0x1.0acd9e91a5a35p-6, -0x1.1b311bb48c215p-5);
  p = fma(p, w, 0x1.74dccfb93fff0p-5);
  p = fma(p, w, -0x1.ac7a5a79b3f26p-5);
  p = fma(p, w, 0x1.e19a0bfa3eef9p-5);
  p = fma(p, w, -0x1.110e87b4357d2p-4);
  p = fma(p, w, 0x1.3b1392d519db1p-4);
  p = fma(p, w, -0x1.745d165dc9713p-4);
  p = fma(p, w, 0x1.c71c71c303dbbp-4);
  p = fma(p, w, -0x1.249249248d7dcp-3);
  p = fma(p, w, 0x1.9999999999953p-3);
  p = fma(p, w, -0x1.5555555555555p-2);
  return fma(p, w, 1.0);
}

/* The angle of (x, y), in [-pi, pi]; 0 for (0, 0). */
KEEL_LANE double keel_atan2(double y, double x) {
  double across = fabs(x), up = fabs(y);
  double large = across > up ? across : up, small = across > up ? up : across;
  int folded = small > 0x1.a827999fcef32p-2 * large;
  double above = folded ? small - large : small, below = folded ? small + large : large;
  double f = above / (below > 0 ? below : 1.0), angle = f * keel_atan_ratio(f);
  angle = folded ? 0x1.921fb54442d18p-1 + (angle + 0x1.1a62633145c07p-55) : angle;
  angle = up > across ? 0x1.921fb54442d18p+0 - (angle - 0x1.1a62633145c07p-54) : angle;
  angle = x < 0 ? 0x1.921fb54442d18p+1 - (angle - 0x1.1a62633145c07p-53) : angle;
  return y < 0 ? -angle : angle;
}

/* log(1 + x) for 1 + x normal and positive. */
KEEL_LANE double keel_log1p(double x) {
  double sum = 1.0 + x;
  return keel_log_normal(sum) + (x - (sum - 1.0)) / sum;
}

struct keel_complex {
  double re, im;
};

KEEL_LANE struct keel_complex keel_cadd(struct keel_complex a, struct keel_complex b) {
  return (struct keel_complex){a.re + b.re, a.im + b.im};
}
KEEL_LANE struct keel_complex keel_csub(struct keel_complex a, struct keel_complex b) {
  return (struct keel_complex){a.re - b.re, a.im - b.im};
}
KEEL_LANE struct keel_complex keel_cscale(struct keel_complex a, double by) {
  return (struct keel_complex){a.re * by, a.im * by};
}
KEEL_LANE struct keel_complex keel_cmul(struct keel_complex a, struct keel_complex b) {
  return (struct keel_complex){fma(a.re, b.re, -(a.im * b.im)), fma(a.re, b.im, a.im * b.re)};
}
/* i a */
KEEL_LANE struct keel_complex keel_cturn(struct keel_complex a) { return (struct keel_complex){-a.im, a.re}; }
KEEL_LANE struct keel_complex keel_cinverse(struct keel_complex a) {
  double scale = 1.0 / fma(a.re, a.re, a.im * a.im);
  return (struct keel_complex){a.re * scale, -a.im * scale};
}

/* The root of positive real part. */
KEEL_LANE struct keel_complex keel_csqrt(struct keel_complex a) {
  double size = sqrt(fma(a.re, a.re, a.im * a.im)), most = sqrt(0.5 * (size + fabs(a.re)));
  double least = a.im / (2 * (most > 0 ? most : 1.0));
  return (struct keel_complex){a.re >= 0 ? most : fabs(least), a.re >= 0 ? least : a.im < 0 ? -most : most};
}

/* e^a for a real part up to 700; 0 where it is below -700. */
KEEL_LANE struct keel_complex keel_cexp(struct keel_complex a) {
  double size = keel_exp_normal(keel_at_least(keel_at_most(a.re, 700.0), -700.0));
  struct keel_sine turn = keel_sine(a.im);
  size = a.re < -700.0 ? 0.0 : size;
  return (struct keel_complex){size * turn.cos, size * turn.sin};
}

/* 1 - e^-a for a real part from 0 on, relative to its modulus. */
KEEL_LANE struct keel_complex keel_one_minus_cexp(struct keel_complex a) {
  double decay = keel_at_most(a.re, 700.0), size = keel_exp_normal(-decay);
  struct keel_sine half = keel_sine(0.5 * a.im);
  double gap = 2 * size * half.sin;
  return (struct keel_complex){fma(gap, half.sin, -keel_expm1(-decay)), gap * half.cos};
}

/* log(1 + a), principal. */
KEEL_LANE struct keel_complex keel_clog1p(struct keel_complex a) {
  double square = fma(a.re, a.re + 2, a.im * a.im);
  return (struct keel_complex){0.5 * keel_log1p(square), keel_atan2(a.im, 1 + a.re)};
}

#endif
