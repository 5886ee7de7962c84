#include "base/statistics.h"

#include <math.h>

/* The moments of a run about its mean. */
struct sample {
  int order;
  double count, mean, m2, m3, m4; /* m: central moments of the sample */
  struct keel_moments total;
  struct keel_moments batch[KEEL_BATCHES_MAX];
  size_t batch_count;
};

static struct sample sample_of(const struct keel_moment_tree *tree) {
  struct sample s = {.order = tree->order};
  struct keel_moments total = keel_moment_tree_total(tree);
  s.count = total.sum[0];
  s.mean = keel_moments_mean(&total);
  double rest = total.sum[1] / s.count;
  s.total = keel_moments_about(&total, total.centre, rest);
  s.m2 = s.total.sum[2] / s.count;
  s.m3 = s.total.sum[3] / s.count;
  s.m4 = s.total.sum[4] / s.count;
  s.batch_count = keel_moment_tree_batches(tree, s.batch);
  for (size_t b = 0; b < s.batch_count; b++) {
    s.batch[b] = keel_moments_scaled(&s.batch[b], total.exponent);
    s.batch[b] = keel_moments_about(&s.batch[b], total.centre, rest);
  }
  return s;
}

/* A statistic, linearised about the sample: its deviation is the mean over the paths of
 * sum over k of c[k] (x - mean)^k, k = 0 .. 4, which itself has the mean 0. */
struct influence {
  double c[5];
};

/* Of at most the fourth power; its square needs the eighth. */
static double independent_error(const struct sample *s, const struct influence *f) {
  double sum = 0;
  for (int j = 0; j < 5; j++)
    for (int k = 0; k < 5; k++)
      if (f->c[j] != 0 && f->c[k] != 0) sum += f->c[j] * f->c[k] * s->total.sum[j + k];
  return sqrt(fmax(sum, 0) / (s->count - 1) / s->count);
}

static struct keel_estimate estimate(const struct sample *s, double value, struct influence f, int independent) {
  struct keel_estimate out = {.value = value, .error = NAN};
  for (size_t b = 0; b < s->batch_count; b++) {
    double sum = 0;
    for (int k = 0; k < 5; k++) sum += f.c[k] * s->batch[b].sum[k];
    out.part[b] = sum / s->count;
    if (s->batch[b].sum[0] > 0) out.batches |= UINT64_C(1) << b;
  }
  if (s->count > 1) out.error = independent ? independent_error(s, &f) : keel_estimate_batch_error(&out);
  return out;
}

static const struct keel_estimate none = {.value = NAN, .error = NAN};

struct keel_statistics keel_statistics_of(const struct keel_moment_tree *tree, int independent) {
  struct sample s = sample_of(tree);
  struct keel_statistics out = {.count = (uint64_t)s.count,
                                .exponent = s.total.exponent,
                                .bad = s.total.bad,
                                .min = s.total.min,
                                .max = s.total.max};
  int high_order = s.order == KEEL_MOMENT_ORDER;
  out.mean = out.std = out.skew = out.kurtosis = none;
  if (s.count == 0) {
    out.min = out.max = NAN;
    return out;
  }
  out.mean = estimate(&s, s.mean, (struct influence){{0, 1}}, independent);
  if (s.count < 2) return out;
  double std = sqrt(s.total.sum[2] / (s.count - 1)), sigma = sqrt(s.m2);
  double inverse = s.m2 > 0 ? 0.5 / sigma : 0; /* a constant stays one: its std has no error */
  out.std = estimate(&s, std, (struct influence){{-s.m2 * inverse, 0, inverse}}, independent && high_order);
  if (!high_order || s.m2 == 0) return out;
  double g = s.m3 / (s.m2 * sigma), k = s.m4 / (s.m2 * s.m2), z = 1 / sigma, z2 = z * z;
  /* z^3 - g - 3 z - 3/2 g (z^2 - 1)  and  z^4 - k - 4 g z - 2 k (z^2 - 1),  z = (x - mean) / sigma */
  out.skew = estimate(&s, g, (struct influence){{0.5 * g, -3 * z, -1.5 * g * z2, z2 * z}}, independent);
  out.kurtosis = estimate(&s, k - 3, (struct influence){{k, -4 * g * z, -2 * k * z2, 0, z2 * z2}}, independent);
  return out;
}
