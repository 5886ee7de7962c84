#include "base/estimate.h"

#include <math.h>

static int has_batch(uint64_t batches, size_t b) { return (int)(batches >> b & 1); }

double keel_estimate_batch_error(const struct keel_estimate *estimate) {
  double count = 0, sum = 0, squares = 0;
  for (size_t b = 0; b < KEEL_BATCHES_MAX; b++) {
    if (!has_batch(estimate->batches, b)) continue;
    count += 1;
    sum += estimate->part[b];
  }
  for (size_t b = 0; b < KEEL_BATCHES_MAX; b++) {
    double distance = estimate->part[b] - sum / count;
    if (has_batch(estimate->batches, b)) squares += distance * distance;
  }
  return count < 2 ? NAN : sqrt(squares * (count / (count - 1)));
}

struct keel_estimate keel_estimate_combine(double factor_a, const struct keel_estimate *a, double factor_b,
                                           const struct keel_estimate *b) {
  struct keel_estimate out = {.value = factor_a * a->value + factor_b * b->value, .batches = a->batches & b->batches};
  for (size_t i = 0; i < KEEL_BATCHES_MAX; i++) out.part[i] = factor_a * a->part[i] + factor_b * b->part[i];
  out.error = keel_estimate_batch_error(&out);
  return out;
}

struct keel_estimate keel_estimate_affine(double factor, const struct keel_estimate *a, double shift) {
  struct keel_estimate out = *a;
  out.value = factor * a->value + shift;
  out.error = fabs(factor) * a->error;
  for (size_t i = 0; i < KEEL_BATCHES_MAX; i++) out.part[i] *= factor;
  return out;
}
