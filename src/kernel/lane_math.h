/* Elementary functions for loops over lanes: branch-free, the same bits on every level and compiler, so that scalar
 * code whose result has to repeat uses them too. Explicit fma, no libm but sqrt and fabs.
 *
 * Accuracy, relative, in units of 2^-52: exp 1, log 2, sin 1, cos 2, the Mills ratio 2, pdf 2, cdf 4, in both tails and
 * (but for the rounding of subnormals) down to 0. Source: argument reduction after Cody and Waite (1980); the logarithm
 * as 2 atanh; N(-x) = e^(-x^2/2) R(x) after Cody (1969), with one rational function for all x >= 0. The constants are
 * fitted by tools/fit_normal.py. */
#ifndef KEEL_KERNEL_LANE_MATH_H
#define KEEL_KERNEL_LANE_MATH_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define KEEL_INV_SQRT_2PI 0x1.9884533d43651p-2
#define KEEL_LN2_HIGH 0x1.62e42fefa3800p-1 /* 11 zero bits at the end: its product with an exponent is exact */
#define KEEL_LN2_LOW 0x1.ef35793c76730p-45
#define KEEL_LN2 0x1.62e42fefa39efp-1 /* off by 0.15 units of 2^-52 */
#define KEEL_ROUND 0x1.8p52           /* x + this has the nearest integer to x in its low bits */

static inline uint64_t keel_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double keel_from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* The integer of these bits, a multiple of 2^52 from 0 on, as a number. */
static inline double keel_high_integer(uint64_t bits) {
#if defined(__AVX512DQ__)
  return (double)(int64_t)bits;
#else
  return keel_from_bits(bits >> 52 | 0x4670000000000000u) - 0x1p104;
#endif
}

/* min and max that keep a NaN in x. */
static inline double keel_at_most(double x, double most) { return x > most ? most : x; }
static inline double keel_at_least(double x, double least) { return x < least ? least : x; }

/* 2^n for n = rounded - KEEL_ROUND within [-1022, 1023], times a y in [1/2, 2]. */
static inline double keel_scale(double y, double rounded) {
  return keel_from_bits(keel_bits(y) + (keel_bits(rounded) << 52));
}

/* 1/x and 1/sqrt(x) for normal x, nearly correctly rounded: a guess from the bits, then steps of order eight and two,
 * and of order four. Several times as fast as the vector divider, which also holds up the multipliers beside it. */
static inline double keel_reciprocal(double x) {
  double r = keel_from_bits(0x7fde623000000000u - keel_bits(x));
  double e = fma(-x, r, 1.0), e2 = e * e;
  r = fma(r, e, r);
  r = fma(r, e2, r);
  r = fma(r, e2 * e2, r);
  e = fma(-x, r, 1.0);
  return fma(r, e, r);
}

static inline double keel_inv_sqrt(double x) {
  double r = keel_from_bits(0x5fe6e8d000000000u - (keel_bits(x) >> 1));
  double e = fma(-x * r, r, 1.0);
  r = fma(r * e, fma(fma(e, 0.3125, 0.375), e, 0.5), r);
  e = fma(-x * r, r, 1.0);
  return fma(r * e, fma(fma(e, 0.3125, 0.375), e, 0.5), r);
}

/* sqrt(x) for normal x > 0, to 0.75 of 2^-52, without the divider that sqrt would wait for: the same guess, a step of
 * order four whose coefficients spread its error evenly, and one of order three. */
static inline double keel_root(double x) {
  double r = keel_from_bits(0x5fe6e8d000000000u - (keel_bits(x) >> 1));
  double e = fma(-(x * r), r, 1.0);
  r *= fma(fma(fma(e, 0x1.413538f6b72e2p-2, 0x1.814dca25257a5p-2), e, 0x1.ffffce2484ff1p-2), e, 0x1.ffffe733afecep-1);
  double root = x * r;
  e = fma(-root, r, 1.0);
  return fma(root * e, fma(e, 0.375, 0.5), root);
}

/* cos(pi x / 2) and sin(pi x / 2) / x for |x| <= 1/2. */
struct keel_quarter {
  double cos, sin_ratio;
};
static inline struct keel_quarter keel_quarter_turn(double x) {
  double w = x * x;
  double c = fma(w, 0x1.f3dbcea61b1a4p-22, -0x1.a6c9c1be9eb49p-16);
  double s = fma(w, 0x1.e3f38399551bfp-25, -0x1.e30071afc3e59p-19);
  c = fma(c, w, 0x1.e1f4fb60281f6p-11);
  s = fma(s, w, 0x1.50782fda12d96p-13);
  c = fma(c, w, -0x1.55d3c7dbfd139p-6);
  s = fma(s, w, -0x1.32d2cce2e5b19p-8);
  c = fma(c, w, 0x1.03c1f081b0780p-2);
  s = fma(s, w, 0x1.466bc677587f8p-4);
  c = fma(c, w, -0x1.3bd3cc9be458bp+0);
  s = fma(s, w, -0x1.4abbce625be41p-1);
  return (struct keel_quarter){fma(c, w, 1.0), fma(s, w, 0x1.921fb54442d18p+0)};
}

/* e^r - 1 for |r| <= KEEL_EXPM1_REACH, about ln 2 / 2. Even and odd powers apart: two short chains are faster than one
 * long one. */
#define KEEL_EXPM1_REACH 0.3465
static inline double keel_expm1_reduced(double r) {
  double r2 = r * r;
  double even = fma(r2, 0x1.289185613a3d6p-22, 0x1.a019b90d2ae7ap-16);
  double odd = fma(r2, 0x1.af38a9b0ec855p-26, 0x1.71de0dae63bb3p-19);
  even = fma(even, r2, 0x1.6c16c1788bd90p-10);
  odd = fma(odd, r2, 0x1.a01a01a7c41d5p-13);
  even = fma(even, r2, 0x1.5555555553d63p-5);
  odd = fma(odd, r2, 0x1.11111111109b3p-7);
  even = fma(even, r2, 0x1.0000000000001p-1);
  odd = fma(odd, r2, 0x1.5555555555556p-3);
  return fma(fma(odd, r, even), r2, r);
}

/* e^x for |x| <= 708; garbage beyond. */
static inline double keel_exp_normal(double x) {
  double rounded = fma(x, 0x1.71547652b82fep+0, KEEL_ROUND);
  double n = rounded - KEEL_ROUND;
  double r = fma(n, -KEEL_LN2_LOW, fma(n, -KEEL_LN2_HIGH, x));
  return keel_scale(1.0 + keel_expm1_reduced(r), rounded);
}

/* e^(x + low) for any x, |low| tiny: 0, subnormals and infinity where they are due. */
static inline double keel_exp_sum(double x, double low) {
  x = keel_at_least(keel_at_most(x, 710.0), -746.0);
  double n = fma(x, 0x1.71547652b82fep+0, KEEL_ROUND) - KEEL_ROUND;
  double r = fma(n, -KEEL_LN2_LOW, fma(n, -KEEL_LN2_HIGH, x)) + low;
  double half = fma(n, 0.5, KEEL_ROUND);
  double rest = n - (half - KEEL_ROUND) + KEEL_ROUND;
  return keel_scale(1.0 + keel_expm1_reduced(r), half) * keel_scale(1.0, rest);
}

static inline double keel_exp(double x) { return keel_exp_sum(x, 0.0); }

/* e^x - 1 for 0 <= x <= 708. */
static inline double keel_expm1_positive(double x) {
  double small = keel_expm1_reduced(keel_at_most(x, 0.25)), large = keel_exp_normal(x) - 1.0;
  return x <= 0.25 ? small : large;
}

/* e^x - 1 for |x| <= 708. */
static inline double keel_expm1(double x) {
  double near = keel_at_least(keel_at_most(x, KEEL_EXPM1_REACH), -KEEL_EXPM1_REACH);
  double small = keel_expm1_reduced(near), large = keel_exp_normal(x) - 1.0;
  return x == near ? small : large;
}

/* log(x / y) for normal positive x and y with a quotient in (2^-1022, 2^1023): k ln 2 + 2 atanh(f), f = (x - 2^k y) /
 * (x + 2^k y) within +-1/5. Accurate near x = y too. In two steps: an |f| beyond 1/4 says that x or y is 0 or the
 * quotient out of range. */
struct keel_log_parts {
  double k, f;
};
static inline struct keel_log_parts keel_log_split(double x, double y) {
  uint64_t power = (keel_bits(x) - keel_bits(y) + 0x3ff8000000000000u) & 0xfff0000000000000u;
  double scaled = keel_from_bits(power) * y;
  double k = keel_from_bits((power >> 52) | 0x4330000000000000u) - (0x1p52 + 1023);
  return (struct keel_log_parts){k, (x - scaled) * keel_reciprocal(x + scaled)};
}

static inline double keel_log_join(struct keel_log_parts parts) {
  double f = parts.f, w = f * f, w2 = w * w;
  double even = fma(w2, 0x1.36054e626e551p-4, 0x1.746c307b14c4ep-4);
  double odd = fma(w2, 0x1.38f773e12d61cp-4, 0x1.c71c3a9f70708p-4);
  even = fma(even, w2, 0x1.2492495467eafp-3);
  odd = fma(odd, w2, 0x1.999999997a8b6p-3);
  even = fma(even, w2, 0x1.5555555555570p-2);
  double twice = f + f;
  double atanh2 = fma(twice * w, fma(odd, w, even), twice);
  return fma(parts.k, KEEL_LN2_HIGH, fma(parts.k, KEEL_LN2_LOW, atanh2));
}

/* -log u for normal u in (0, 4/3]: j ln 2 + 2 atanh(g / 2), u = 2^-j m with m in [2/3, 4/3]. In two steps, and with a
 * fifth fewer operations than the logarithm above, which is of any quotient. */
struct keel_minus_log_parts {
  double power, g; /* power: 2^52 j */
};
static inline struct keel_minus_log_parts keel_minus_log_split(double u) {
  uint64_t power = (0x3ff5555555555555u - keel_bits(u)) & 0xfff0000000000000u;
  double m = keel_from_bits(keel_bits(u) + power), sum = m + 1.0, difference = fma(m, -2.0, 2.0);
  double r = fma(fma(sum, 0x1.0572620ae4c41p-3, -0x1.882b931057262p-1), sum, 0x1.8572620ae4c41p+0);
  double e = fma(-sum, r, 1.0);
  r = fma(fma(e, e, e), r, r);
  double g = difference * r;
  return (struct keel_minus_log_parts){keel_high_integer(power), fma(fma(-sum, g, difference), r, g)};
}

static inline double keel_minus_log_join(struct keel_minus_log_parts parts) {
  double g = parts.g, w = g * g;
  double p = fma(w, 0x1.358d8392d6e9ep-18, 0x1.3904b4892611dp-16);
  p = fma(p, w, 0x1.746ba4eae3b83p-14);
  p = fma(p, w, 0x1.c71c3d3df0349p-12);
  p = fma(p, w, 0x1.249249519918dp-9);
  p = fma(p, w, 0x1.999999997cb5fp-7);
  p = fma(p, w, 0x1.555555555556ep-4);
  return fma(parts.power, KEEL_LN2 * 0x1p-52, fma(g * w, p, g));
}

/* log x of a normal positive x. */
static inline double keel_log_normal(double x) { return keel_log_join(keel_log_split(x, 1.0)); }

/* log x for any x: -infinity at 0, NaN below. */
static inline double keel_log(double x) {
  double shift = x < DBL_MIN ? 54.0 : x > 0x1p1000 ? -54.0 : 0.0;
  double scale = x < DBL_MIN ? 0x1p54 : x > 0x1p1000 ? 0x1p-54 : 1.0;
  struct keel_log_parts parts = keel_log_split(x * scale, 1.0);
  parts.k -= shift;
  double result = keel_log_join(parts);
  result = x == 0.0 ? -INFINITY : result;
  result = x >= 0.0 ? result : NAN;
  return x > DBL_MAX ? x : result;
}

/* R(x) = N(-x) e^(x^2/2) = p / q for 0 <= x <= 80; all coefficients are positive. */
struct keel_ratio {
  double p, q;
};
static inline struct keel_ratio keel_mills(double x) {
  double q = fma(x, 0x1.12d3eb65f8d1cp-18, 0x1.c179b8b3eadbdp-14),
         p = fma(x, 0x1.b68fcdcc5ed9dp-20, 0x1.66a129a40568ap-15);
  q = fma(q, x, 0x1.6aaee8228837fp-10);
  p = fma(p, x, 0x1.2085d52314e81p-11);
  q = fma(q, x, 0x1.751b4caa7c93ap-7);
  p = fma(p, x, 0x1.26e4ec782b3acp-8);
  q = fma(q, x, 0x1.0bd43aa2d7c4bp-4);
  p = fma(p, x, 0x1.a26e33bdc4145p-6);
  q = fma(q, x, 0x1.16159f1eb57d9p-2);
  p = fma(p, x, 0x1.a9ad8d2e02ba9p-4);
  q = fma(q, x, 0x1.a4631a3bf27e1p-1);
  p = fma(p, x, 0x1.3660f5e4e90f5p-2);
  q = fma(q, x, 0x1.c6ab18d98c162p+0);
  p = fma(p, x, 0x1.39f3cfb9d2944p-1);
  q = fma(q, x, 0x1.4f6a2b5cf6c35p+1);
  p = fma(p, x, 0x1.9371e0269e195p-1);
  q = fma(q, x, 0x1.2fda04e29fe36p+1);
  p = fma(p, x, 0.5);
  q = fma(q, x, 1.0);
  return (struct keel_ratio){p, q};
}
/* -R'(x) = 1/sqrt(2 pi) - x R(x) > 0, the same way. */
static inline struct keel_ratio keel_mills_slope(double x) {
  double q = fma(x, 0x1.5376f7c048a03p-20, 0x1.2114b48eefeedp-15),
         p = fma(x, 0x1.0eda8949803edp-21, 0x1.cd4e6c6fdb18ap-17);
  q = fma(q, x, 0x1.f16361e5a4546p-12);
  p = fma(p, x, 0x1.89af2ee302ae6p-13);
  q = fma(q, x, 0x1.1637937a27879p-8);
  p = fma(p, x, 0x1.b1288ba39e14dp-10);
  q = fma(q, x, 0x1.bb73310a64a6cp-6);
  p = fma(p, x, 0x1.4f7795091d74dp-7);
  q = fma(q, x, 0x1.05db2e180fa80p-3);
  p = fma(p, x, 0x1.79eddd1915e10p-5);
  q = fma(q, x, 0x1.d0692abe12d63p-2);
  p = fma(p, x, 0x1.35e8cbb725bf0p-3);
  q = fma(q, x, 0x1.3396aba58afafp+0);
  p = fma(p, x, 0x1.66add20d79f33p-2);
  q = fma(q, x, 0x1.28f9b63cc95adp+1);
  p = fma(p, x, 0x1.0cfb8f31baad8p-1);
  q = fma(q, x, 0x1.8cb46c036187dp+1);
  p = fma(p, x, 0x1.9884533d43651p-2);
  q = fma(q, x, 0x1.48fbed6134b1bp+1);
  q = fma(q, x, 0x1p+0);
  return (struct keel_ratio){p, q};
}

/* e^(-x^2/2), with the rounding of the square put back. */
static inline double keel_gaussian(double x) {
  x = keel_at_most(fabs(x), 40.0);
  double square = x * x;
  return keel_exp_sum(-0.5 * square, -0.5 * fma(x, x, -square));
}

static inline double keel_normal_pdf(double x) { return KEEL_INV_SQRT_2PI * keel_gaussian(x); }

static inline double keel_normal_cdf(double x) {
  struct keel_ratio mills = keel_mills(keel_at_most(fabs(x), 40.0));
  double tail = keel_gaussian(x) * (mills.p * keel_reciprocal(mills.q));
  return x > 0.0 ? 1.0 - tail : tail;
}

/* The x with N(x) = u, for u in [2^-54, 1 - 2^-54]: what uniforms of 52 or 53 bits can be; garbage beyond. It is u -
 * 1/2 times a rational function of w = -log(4 u (1 - u)): one formula for the bulk and both tails, odd about u = 1/2.
 * Accuracy: 4 units of 2^-52, relative. Three parts, so that a loop over many can be three. */
static inline struct keel_log_parts keel_normal_inverse_split(double u) {
  double small = u < 0.5 ? u : 1.0 - u;
  return keel_log_split(fma(-4.0 * small, small, 4.0 * small), 1.0);
}

static inline double keel_normal_inverse_ratio(double w) {
  double w2 = w * w;
  double p_even = fma(w2, 0x1.76ea234662183p-56, 0x1.f3fefa0f7cbd6p-39);
  double p_odd = fma(w2, 0x1.f5290d933be00p-46, 0x1.c4d0915d85d8dp-34);
  double q_even = fma(w2, 0x1.3b8b4a2106052p-43, 0x1.aaf51b8a6218ap-33);
  double q_odd = fma(w2, 0x1.cd6cc42d7ea81p-52, 0x1.12fa58b8036b9p-37);
  p_even = fma(p_even, w2, 0x1.c193deff1bbb5p-29);
  p_odd = fma(p_odd, w2, 0x1.2de14fcde4415p-24);
  q_even = fma(q_even, w2, 0x1.af17f69ef10f9p-24);
  q_odd = fma(q_odd, w2, 0x1.affabc6d122edp-28);
  p_even = fma(p_even, w2, 0x1.4b44a0aeeb465p-20);
  p_odd = fma(p_odd, w2, 0x1.29c0d327e0f73p-16);
  q_even = fma(q_even, w2, 0x1.648314c34cdb6p-16);
  q_odd = fma(q_odd, w2, 0x1.02922e3b3a82bp-19);
  p_even = fma(p_even, w2, 0x1.b0f2f57a49e4cp-13);
  p_odd = fma(p_odd, w2, 0x1.fa471de100fd5p-10);
  q_even = fma(q_even, w2, 0x1.01958416db315p-9);
  q_odd = fma(q_odd, w2, 0x1.0ea9cc13d31a1p-12);
  p_even = fma(p_even, w2, 0x1.db07ef9e3dca3p-7);
  p_odd = fma(p_odd, w2, 0x1.609e45a157730p-4);
  q_even = fma(q_even, w2, 0x1.362c3de6a106fp-4);
  q_odd = fma(q_odd, w2, 0x1.c71a8c9aaa5a3p-7);
  p_even = fma(p_even, w2, 0x1.8c354e0adf893p-2);
  p_odd = fma(p_odd, w2, 0x1.48cadabbb41cdp+0);
  q_even = fma(q_even, w2, 1.0);
  q_odd = fma(q_odd, w2, 0x1.00981c998c808p-2);
  p_even = fma(p_even, w2, 0x1.40d931ff62706p+1);
  return fma(p_odd, w, p_even) * keel_reciprocal(fma(q_odd, w, q_even));
}

static inline double keel_normal_inverse(double u) {
  double w = -keel_log_join(keel_normal_inverse_split(u));
  return (u - 0.5) * keel_normal_inverse_ratio(w);
}

#endif
