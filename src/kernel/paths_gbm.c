/* Geometric Brownian motion: exact over any step. */
#include "kernel/paths_level.h"

static const char *problem(const struct keel_world *world, char *text) {
  const double vol = world->gbm.vol;
  const struct keel_world_bound bounds[] = {{"vol", vol, vol >= 0 && isfinite(vol), "0 or above"}};
  return keel_world_bounds(bounds, 1, text);
}

static struct keel_expected_variance variance(const struct keel_world *world, double years) {
  (void)years;
  return (struct keel_expected_variance){world->gbm.vol * world->gbm.vol, 0};
}

/* Steps as short as most are never move log spot so far that its exp needs a power of two. */
static void step_gbm(const struct keel_path_step *step) {
  const double vol = step->world->gbm.vol, mean = (step->world->drift - 0.5 * vol * vol) * step->years;
  const double deviation = vol * sqrt(step->years);
  const double *restrict normal = keel_step_normals(step, 0);
  double *restrict spot = step->state;
  if (fabs(mean) + deviation * step->reach <= KEEL_EXPM1_REACH) {
#pragma omp simd
    for (size_t i = 0; i < step->paths; i++)
      spot[i] = fma(spot[i], keel_expm1_reduced(fma(deviation, normal[i], mean)), spot[i]);
  } else {
#pragma omp simd
    for (size_t i = 0; i < step->paths; i++) spot[i] *= keel_move_growth(fma(deviation, normal[i], mean));
  }
}

const struct keel_world_type KEEL_AT(keel_world_gbm) = {
    .name = "gbm", .factors = 1, .rows = 1, .problem = problem, .variance = variance, .step = step_gbm};
