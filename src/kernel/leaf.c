/* One leaf of paths, reduced in a fixed shape: see kernel/leaf.h and base/moments.h. */
#include "kernel/leaf.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "kernel/lane_math.h"
#include "kernel/leaf_level.h"

enum { LANES = 8 };

/* A leaf whose length is rounded up to whole lanes: where that takes more values, or fewer, a copy. */
struct leaf {
  size_t count, padded;
  const double *values;
  _Alignas(64) double copy[KEEL_LEAF_PATHS];
};

static double add_lanes(const double lane[LANES]) {
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* What rounds the length up is `value`. */
static void pad(struct leaf *leaf, double value) {
  leaf->padded = (leaf->count + LANES - 1) / LANES * LANES;
  for (size_t i = leaf->count; i < leaf->padded; i++) leaf->copy[i] = value;
}

static void take(struct leaf *leaf, size_t count, const double *values) {
  int whole = count % LANES == 0;
  leaf->count = count;
  leaf->values = whole ? values : leaf->copy;
  if (!whole) memcpy(leaf->copy, values, count * sizeof *values);
  pad(leaf, values[0]);
}

static void take_finite(struct leaf *leaf, size_t count, const double *values) {
  leaf->count = 0;
  leaf->copy[0] = 0;
  leaf->values = leaf->copy;
  for (size_t i = 0; i < count; i++)
    if (fabs(values[i]) <= DBL_MAX) leaf->copy[leaf->count++] = values[i];
  pad(leaf, leaf->copy[0]);
}

struct survey {
  double sum, min, max;
};

static struct survey survey(const struct leaf *leaf) {
  double sum[LANES] = {0}, least[LANES], most[LANES];
  for (size_t j = 0; j < LANES; j++) least[j] = most[j] = leaf->values[j];
  for (size_t i = 0; i < leaf->padded; i += LANES) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) {
      double x = leaf->values[i + j];
      sum[j] += x;
      least[j] = x < least[j] ? x : least[j];
      most[j] = x > most[j] ? x : most[j];
    }
  }
  struct survey out = {add_lanes(sum), least[0], most[0]};
  for (size_t j = 1; j < LANES; j++) {
    out.min = least[j] < out.min ? least[j] : out.min;
    out.max = most[j] > out.max ? most[j] : out.max;
  }
  return out;
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

/* The centre is the mean but for what rounds the length up: any centre near it will do. */
static void reduce(int order, size_t count, const double *values, struct keel_moments *out) {
  struct leaf leaf;
  keel_assert(count <= KEEL_LEAF_PATHS && (order == 2 || order == KEEL_MOMENT_ORDER));
  take(&leaf, count, values);
  struct survey found = survey(&leaf);
  if (!(fabs(found.sum) <= DBL_MAX)) {
    take_finite(&leaf, count, values);
    out->bad += count - leaf.count;
    if (leaf.count == 0) return;
    found = survey(&leaf);
  }
  out->sum[0] = (double)leaf.count;
  out->min = found.min, out->max = found.max;
  out->centre = found.min == found.max ? found.min : found.sum / (double)leaf.padded;
  pad(&leaf, out->centre);
  if (order == 2)
    sum_two_powers(&leaf, out);
  else
    sum_eight_powers(&leaf, out);
}

void KEEL_AT(keel_leaf_moments)(int order, size_t count, const double *values, struct keel_moments *out) {
  *out = keel_moments_none(order);
  if (count > 0) reduce(order, count, values, out);
}

/* ---- weights ---- */

#define PRODUCT_MOST 1e14 /* its quotient by ln 2 still is a whole number of units */

/* e^{factor x} = value 2^power, value within [1/sqrt 2, sqrt 2]; beyond the bounds NaN, of power -infinity. */
static void split_weights(double factor, size_t count, const double *values, double *weight, double *power) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double x = values[i], z = factor * x, low = fma(factor, x, -z);
    double n = fma(z, 0x1.71547652b82fep+0, KEEL_ROUND) - KEEL_ROUND;
    double r = fma(n, -KEEL_LN2_LOW, fma(n, -KEEL_LN2_HIGH, z)) + low;
    weight[i] = fabs(z) <= PRODUCT_MOST ? 1.0 + keel_expm1_reduced(r) : NAN;
    power[i] = fabs(z) <= PRODUCT_MOST ? n : -INFINITY;
  }
}

static double largest(const double power[KEEL_LEAF_PATHS]) {
  double most[LANES], result = -INFINITY;
  for (size_t j = 0; j < LANES; j++) most[j] = -INFINITY;
  for (size_t i = 0; i < KEEL_LEAF_PATHS; i += LANES) {
#pragma omp simd
    for (size_t j = 0; j < LANES; j++) most[j] = power[i + j] > most[j] ? power[i + j] : most[j];
  }
  for (size_t j = 0; j < LANES; j++) result = most[j] > result ? most[j] : result;
  return result;
}

void KEEL_AT(keel_leaf_exp_moments)(double factor, size_t count, const double *values, struct keel_moments *out) {
  _Alignas(64) double weight[KEEL_LEAF_PATHS], power[KEEL_LEAF_PATHS];
  *out = keel_moments_none(2);
  keel_assert(count <= KEEL_LEAF_PATHS);
  if (count == 0) return;
  split_weights(factor, count, values, weight, power);
  for (size_t i = count; i < KEEL_LEAF_PATHS; i++) power[i] = -INFINITY;
  double most = largest(power);
  most = most > -INFINITY ? most : 0;
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double shift = power[i] - most;
    weight[i] *= shift < -1000 ? 0.0 : keel_scale(1.0, shift + KEEL_ROUND);
  }
  out->exponent = (int64_t)most;
  reduce(2, count, weight, out);
}

void KEEL_AT(keel_leaf_slots)(const struct keel_binning *binning, size_t count, const double *values, uint32_t *slots) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) slots[i] = keel_bin_slot(binning, values[i]);
}
