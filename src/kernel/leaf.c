/* One leaf of paths, reduced in a fixed shape: see kernel/leaf.h and base/moments.h. */
#include "kernel/leaf.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "kernel/lane_math.h"
#include "kernel/leaf_level.h"

enum { LANES = 8 };

/* A leaf without its bad values, its length rounded up to whole lanes. */
struct leaf {
  size_t count, padded;
  _Alignas(64) double values[KEEL_LEAF_PATHS];
};

static double add_lanes(const double lane[LANES]) {
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static int all_finite(size_t count, const double *values) {
  double check[LANES] = {0}; /* 0 times what is not finite is NaN */
  size_t whole = count / LANES * LANES;
  for (size_t i = 0; i < whole; i += LANES) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) check[j] += values[i + j] * 0.0;
  }
  for (size_t i = whole; i < count; i++) check[0] += values[i] * 0.0;
  return add_lanes(check) == 0;
}

static size_t take(struct leaf *leaf, size_t count, const double *values) {
  keel_assert(count <= KEEL_LEAF_PATHS);
  leaf->count = count;
  if (all_finite(count, values)) {
    memcpy(leaf->values, values, count * sizeof *values);
  } else {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
      if (fabs(values[i]) <= DBL_MAX) leaf->values[kept++] = values[i];
    leaf->count = kept;
  }
  leaf->padded = (leaf->count + LANES - 1) / LANES * LANES;
  return count - leaf->count;
}

/* What rounds the length up is `value`: chosen such that it changes nothing. */
static void pad(struct leaf *leaf, double value) {
  for (size_t i = leaf->count; i < leaf->padded; i++) leaf->values[i] = value;
}

static double mean_of(struct leaf *leaf) {
  double sum[LANES] = {0};
  pad(leaf, 0);
  for (size_t i = 0; i < leaf->padded; i += LANES) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) sum[j] += leaf->values[i + j];
  }
  return add_lanes(sum) / (double)leaf->count;
}

static void find_extremes(struct leaf *leaf, double *min, double *max) {
  double least[LANES], most[LANES];
  pad(leaf, leaf->values[0]);
  for (size_t j = 0; j < LANES; j++) least[j] = most[j] = leaf->values[j];
  for (size_t i = 0; i < leaf->padded; i += LANES) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) {
      double x = leaf->values[i + j];
      least[j] = x < least[j] ? x : least[j];
      most[j] = x > most[j] ? x : most[j];
    }
  }
  *min = least[0], *max = most[0];
  for (size_t j = 1; j < LANES; j++) {
    *min = least[j] < *min ? least[j] : *min;
    *max = most[j] > *max ? most[j] : *max;
  }
}

static void sum_two_powers(const struct leaf *leaf, struct keel_moments *out) {
  double sum1[LANES] = {0}, sum2[LANES] = {0}, centre = out->centre;
  for (size_t i = 0; i < leaf->padded; i += LANES) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) {
      double d = leaf->values[i + j] - centre;
      sum1[j] += d;
      sum2[j] += d * d;
    }
  }
  out->sum[1] = add_lanes(sum1);
  out->sum[2] = add_lanes(sum2);
}

static void sum_eight_powers(const struct leaf *leaf, struct keel_moments *out) {
  double sum[KEEL_MOMENT_ORDER][LANES] = {{0}}, centre = out->centre;
  for (size_t i = 0; i < leaf->padded; i += LANES) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) {
      double d = leaf->values[i + j] - centre, d2 = d * d, d4 = d2 * d2;
      sum[0][j] += d;
      sum[1][j] += d2;
      sum[2][j] += d2 * d;
      sum[3][j] += d4;
      sum[4][j] += d4 * d;
      sum[5][j] += d4 * d2;
      sum[6][j] += d4 * d2 * d;
      sum[7][j] += d4 * d4;
    }
  }
  for (size_t k = 0; k < KEEL_MOMENT_ORDER; k++) out->sum[k + 1] = add_lanes(sum[k]);
}

static void reduce(int order, struct leaf *leaf, struct keel_moments *out) {
  if (leaf->count == 0) return;
  out->sum[0] = (double)leaf->count;
  find_extremes(leaf, &out->min, &out->max);
  out->centre = out->min == out->max ? out->min : mean_of(leaf);
  pad(leaf, out->centre);
  if (order == 2)
    sum_two_powers(leaf, out);
  else
    sum_eight_powers(leaf, out);
}

void KEEL_AT(keel_leaf_moments)(int order, size_t count, const double *values, struct keel_moments *out) {
  struct leaf leaf;
  keel_assert(order == 2 || order == KEEL_MOMENT_ORDER);
  *out = keel_moments_none(order);
  out->bad = take(&leaf, count, values);
  reduce(order, &leaf, out);
}

/* ---- weights ---- */

#define PRODUCT_MOST 1e14 /* its quotient by ln 2 still is a whole number of units */

/* e^{factor x} = value 2^power, value within [1/sqrt 2, sqrt 2]; NaN beyond the bounds. */
static void split_weights(double factor, const struct leaf *leaf, double *value, double *power) {
#pragma omp simd
  for (size_t i = 0; i < leaf->padded; i++) {
    double x = leaf->values[i], z = factor * x, low = fma(factor, x, -z);
    double n = fma(z, 0x1.71547652b82fep+0, KEEL_ROUND) - KEEL_ROUND;
    double r = fma(n, -KEEL_LN2_LOW, fma(n, -KEEL_LN2_HIGH, z)) + low;
    value[i] = fabs(z) <= PRODUCT_MOST ? keel_exp_reduced(r) : NAN;
    power[i] = fabs(z) <= PRODUCT_MOST ? n : -INFINITY;
  }
}

static double largest(size_t padded, const double *values) {
  double most[LANES], result = -INFINITY;
  for (size_t j = 0; j < LANES; j++) most[j] = -INFINITY;
  for (size_t i = 0; i < padded; i += LANES) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) most[j] = values[i + j] > most[j] ? values[i + j] : most[j];
  }
  for (size_t j = 0; j < LANES; j++) result = most[j] > result ? most[j] : result;
  return result;
}

void KEEL_AT(keel_leaf_exp_moments)(double factor, size_t count, const double *values, struct keel_moments *out) {
  struct leaf leaf;
  _Alignas(64) double weight[KEEL_LEAF_PATHS], power[KEEL_LEAF_PATHS];
  *out = keel_moments_none(2);
  out->bad = take(&leaf, count, values);
  if (leaf.count == 0) return;
  pad(&leaf, leaf.values[0]);
  split_weights(factor, &leaf, weight, power);
  double most = largest(leaf.padded, power);
  if (!(most > -INFINITY)) most = 0;
#pragma omp simd
  for (size_t i = 0; i < leaf.padded; i++) {
    double shift = power[i] - most;
    weight[i] *= shift < -1000 ? 0.0 : keel_scale(1.0, shift + KEEL_ROUND);
  }
  out->exponent = (int64_t)most;
  out->bad += take(&leaf, leaf.count, weight);
  reduce(2, &leaf, out);
}
