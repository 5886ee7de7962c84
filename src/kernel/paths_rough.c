/* Rough Bergomi by the hybrid scheme with kappa = 1: the Volterra process is exact over the last step, and before that
 * a sum of increments, each weighted by the mean of the power over its step. The variance is compensated by the
 * variance that this sum has, so that E[v] is the forward variance at every step, for any number of them. O(steps^2)
 * per path. Sources: Bayer, Friz, Gatheral, Pricing under rough volatility (2016); Bennedsen, Lunde, Pakkanen, Hybrid
 * scheme for Brownian semistationary processes (2017), section 2.
 *
 * State: spot, variance, then a row per step: the increments of the variance's Brownian motion. */
#include "kernel/paths_level.h"

enum { TILE = 64 };

static const char *problem(const struct keel_world *world, char *text) {
  const struct keel_rough_bergomi *in = &world->rough_bergomi;
  const struct keel_world_bound bounds[] = {
      {"variance", in->variance, in->variance >= 0 && isfinite(in->variance), "0 or above"},
      {"hurst", in->hurst, in->hurst > 0 && in->hurst <= 0.5, "above 0 and at most 1/2"},
      {"eta", in->eta, in->eta >= 0 && in->eta <= 100, "within 0 and 100"},
      {"rho", in->rho, fabs(in->rho) <= 1, "within -1 and 1"}};
  return keel_world_bounds(bounds, 4, text);
}

static struct keel_expected_variance variance(const struct keel_world *world, double years) {
  (void)years;
  return (struct keel_expected_variance){world->rough_bergomi.variance, 0};
}

static double start(const struct keel_world *world) { return world->rough_bergomi.variance; }

static double power(double x, double exponent) { return x > 0 ? keel_exp(exponent * keel_log(x)) : 0.0; }

/* What all steps share: [0] and [1], the last step's integral as a sum of its increment and a normal of its own; then
 * [2 + k] for k = 2 .. steps: weight of the increment k steps back; then [steps + 3 + n]: eta^2 Var(Y) / 2 after n. */
static void wire(const struct keel_world *world, size_t steps, const double *years, double *out) {
  const double hurst = world->rough_bergomi.hurst, eta = world->rough_bergomi.eta, dt = years[0];
  const double exponent = hurst + 0.5, scale = sqrt(2.0 * hurst) * power(dt, hurst - 0.5) / exponent;
  double *weight = out + 2, *half_variance = out + steps + 3;
  double whole = power(dt, 2.0 * hurst), part = scale * scale * dt;
  out[0] = scale;
  out[1] = sqrt(keel_at_least(whole - part, 0.0));
  half_variance[0] = 0;
  half_variance[1] = 0.5 * eta * eta * whole;
  for (size_t k = 2; k <= steps; k++) {
    weight[k] = scale * (power((double)k, exponent) - power((double)(k - 1), exponent));
    half_variance[k] = half_variance[k - 1] + 0.5 * eta * eta * weight[k] * weight[k] * dt;
  }
}

static void move_spot(const struct keel_path_step *step, double rho, double *increment) {
  const double *spot_normal = keel_step_normals(step, 0), *other = keel_step_normals(step, 1);
  const double dt = step->years, drift = step->world->drift * dt, rest = sqrt(1.0 - rho * rho);
  const double root = sqrt(dt), *variance = step->state + KEEL_LEAF;
  double *restrict spot = step->state;
#pragma omp simd
  for (size_t i = 0; i < step->paths; i++) {
    double deviation = keel_fast_sqrt(variance[i]) * root;
    spot[i] *= keel_move_growth(fma(deviation, spot_normal[i], fma(-0.5 * dt, variance[i], drift)));
    increment[i] = root * fma(rho, spot_normal[i], rest * other[i]);
  }
}

/* The sum over all steps before this one of weight x increment, oldest last, a tile of paths at a time. */
static void convolve(const struct keel_path_step *step, const double *weight, double *sum) {
  const double *increments = step->state + (size_t)2 * KEEL_LEAF;
  for (size_t first = 0; first < KEEL_LEAF; first += TILE) {
    double partial[TILE] = {0};
    for (size_t back = 1; back <= step->step; back++) {
      const double *row = increments + (step->step - back) * KEEL_LEAF + first, by = weight[back + 1];
#pragma omp simd
      for (size_t i = 0; i < TILE; i++) partial[i] = fma(by, row[i], partial[i]);
    }
    for (size_t i = 0; i < TILE; i++) sum[first + i] = partial[i];
  }
}

static void step_rough(const struct keel_path_step *step) {
  const struct keel_rough_bergomi *in = &step->world->rough_bergomi;
  const double *last_step = step->wired, *weight = step->wired + 2, *own = keel_step_normals(step, 2);
  const double half_variance = step->wired[step->steps + 3 + step->step + 1];
  double *increment = step->state + (2 + (size_t)step->step) * KEEL_LEAF, *variance = step->state + KEEL_LEAF;
  double past[KEEL_LEAF];
  move_spot(step, in->rho, increment);
  convolve(step, weight, past);
#pragma omp simd
  for (size_t i = 0; i < step->paths; i++) {
    double y = past[i] + fma(last_step[0], increment[i], last_step[1] * own[i]);
    variance[i] = in->variance * keel_move_growth(fma(in->eta, y, -half_variance));
  }
}

const struct keel_world_type KEEL_AT(keel_world_rough_bergomi) = {.name = "rough_bergomi",
                                                                  .factors = 3,
                                                                  .rows = 2,
                                                                  .rows_per_step = 1,
                                                                  .has_variance = 1,
                                                                  .equal_steps = 1,
                                                                  .problem = problem,
                                                                  .variance = variance,
                                                                  .start = start,
                                                                  .wired = 5,
                                                                  .wired_per_step = 2,
                                                                  .wire = wire,
                                                                  .step = step_rough};
