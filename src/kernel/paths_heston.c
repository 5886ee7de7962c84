/* Heston by Andersen's quadratic-exponential scheme with the martingale correction, and Bates: Heston with jumps.
 * Source: Andersen, Efficient simulation of the Heston stochastic volatility model (2007), sections 3.2 and 4, with
 * psi_c = 3/2 and gamma_1 = gamma_2 = 1/2. E[S] has no bias; prices of options have one in the length of a step: below
 * 0.3 % at 32 steps a year, 1 to 2 % at 8 for the parameters of the paper's hardest cases (xi = 1, rho = -0.9).
 *
 * The quadratic branch is a loop over all paths, the exponential one over those that need it. Where the correction has
 * no finite value (rho > 0 and long steps) a path goes without. */
#include "kernel/paths_level.h"

#define T_CRITICAL (4.0 / 3.0) /* t = 2 / psi at psi_c */

/* What a step's length and the parameters say, for all paths. */
struct terms {
  double decay, theta;       /* m = theta + (v - theta) decay */
  double s2_slope, s2_floor; /* s^2 = s2_slope v + s2_floor */
  double k0, k1, k2, k3, k4; /* of log spot, without the correction */
  double a;                  /* A = K2 + K4 / 2 */
};

/* (1 - e^-x) / x */
static double mean_decay(double x) { return x < 1e-4 ? 1.0 - 0.5 * x * (1.0 - x / 3.0) : (1.0 - keel_exp(-x)) / x; }

static struct terms terms_of(const struct keel_heston *in, double years) {
  double decay = keel_exp(-in->kappa * years), gone = mean_decay(in->kappa * years) * years;
  double half = 0.5 * years * (in->kappa * in->rho / in->xi - 0.5), slope = in->rho / in->xi;
  double k4 = 0.5 * years * (1.0 - in->rho * in->rho);
  return (struct terms){.decay = decay,
                        .theta = in->theta,
                        .s2_slope = in->xi * in->xi * decay * gone,
                        .s2_floor = 0.5 * in->theta * in->xi * in->xi * in->kappa * gone * gone,
                        .k0 = -slope * in->kappa * in->theta * years,
                        .k1 = half - slope,
                        .k2 = half + slope,
                        .k3 = k4,
                        .k4 = k4,
                        .a = half + slope + 0.5 * k4};
}

/* A block between the loops. */
struct block {
  _Alignas(64) double own[KEEL_LEAF], rest[KEEL_LEAF];     /* normals: of the variance, and what spot has beside */
  double mean[KEEL_LEAF], square[KEEL_LEAF], t[KEEL_LEAF]; /* m, s^2, 2 m^2 / s^2 */
  double after[KEEL_LEAF], shift[KEEL_LEAF];
};

/* The spot's motion and one independent of it, turned into the variance's and one independent of that. */
static void reduce(const struct keel_path_step *step, const struct terms *terms, double rho, struct block *b) {
  const double *spot_normal = keel_step_normals(step, 0), *other = keel_step_normals(step, 1);
  const double *variance = step->state + KEEL_LEAF, rest = sqrt(1.0 - rho * rho);
  const struct terms in = *terms;
#pragma omp simd
  for (size_t i = 0; i < step->paths; i++) {
    double mean = fma(variance[i] - in.theta, in.decay, in.theta), square = fma(variance[i], in.s2_slope, in.s2_floor);
    double t = 2.0 * mean * mean * keel_reciprocal(square);
    b->own[i] = fma(rho, spot_normal[i], rest * other[i]);
    b->rest[i] = fma(rest, spot_normal[i], -rho * other[i]);
    b->mean[i] = mean;
    b->square[i] = square;
    b->t[i] = t;
  }
}

/* v' = a (b + z)^2. M = exp(A b^2 m / D) sqrt((1 + b^2) / D), D = 1 + b^2 - 2 A m. */
static void quadratic(size_t paths, const struct terms *in, struct block *b, double *factor) {
  const double a = in->a;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double t = keel_at_least(b->t[i], T_CRITICAL), b2 = t - 1.0 + keel_fast_sqrt(t * (t - 1.0)), one = 1.0 + b2;
    double d = fma(-2.0 * a, b->mean[i], one), finite = d > 0 ? d : 1.0;
    double root = keel_inv_sqrt(one * finite), inverse = root * root;
    double z = keel_fast_sqrt(b2) + b->own[i];
    b->after[i] = b->mean[i] * (inverse * finite) * z * z;
    b->shift[i] = d > 0 ? -a * b2 * b->mean[i] * (inverse * one) : NAN;
    factor[i] = d > 0 ? finite * root : 1.0;
  }
}

/* The paths of the exponential branch, side by side. */
struct few {
  size_t count;
  size_t path[KEEL_LEAF];
  double own[KEEL_LEAF], mean[KEEL_LEAF], square[KEEL_LEAF], after[KEEL_LEAF], shift[KEEL_LEAF], factor[KEEL_LEAF];
};

static void gather(size_t paths, const struct block *b, struct few *few) {
  size_t count = 0;
  for (size_t i = 0; i < paths; i++) {
    few->path[count] = i;
    count += b->t[i] < T_CRITICAL;
  }
  few->count = count;
  for (size_t k = 0; k < count; k++) {
    size_t i = few->path[k];
    few->own[k] = b->own[i], few->mean[k] = b->mean[i], few->square[k] = b->square[i];
  }
}

/* v' = max(0, log((1 - p) / (1 - U)) / beta), U = N(z). M = p + (1 - p) / g, g = 1 - A / beta. */
static void exponential(const struct terms *in, struct few *few) {
  const double a = in->a;
#pragma omp simd
  for (size_t k = 0; k < few->count; k++) {
    double mean = few->mean[k], m2 = mean * mean, s2 = few->square[k], sum = m2 + s2;
    double inv_beta = 0.5 * sum * keel_reciprocal(mean), g = fma(-a, inv_beta, 1.0);
    double log_ratio = keel_log_join(keel_log_split(2.0 * m2, sum * keel_normal_cdf(-few->own[k])));
    double inv_m = sum * g * keel_reciprocal(fma(s2 - m2, g, 2.0 * m2));
    few->after[k] = keel_at_least(inv_beta * log_ratio, 0.0);
    few->shift[k] = g > 0 ? 0.0 : NAN;
    few->factor[k] = g > 0 ? inv_m : 1.0;
  }
}

static void scatter(const struct few *few, struct block *b, double *factor) {
  for (size_t k = 0; k < few->count; k++) {
    size_t i = few->path[k];
    b->after[i] = few->after[k], b->shift[i] = few->shift[k], factor[i] = few->factor[k];
  }
}

static void move_spot(const struct keel_path_step *step, const struct terms *terms, const struct block *b,
                      double *move) {
  const struct terms in = *terms;
  double *restrict variance = step->state + KEEL_LEAF;
#pragma omp simd
  for (size_t i = 0; i < step->paths; i++) {
    double before = variance[i], after = b->after[i], spread = fma(in.k3, before, in.k4 * after);
    double corrected = fma(-0.5 * in.k3, before, b->shift[i]), plain = fma(in.k1, before, in.k0);
    double start = b->shift[i] == b->shift[i] ? corrected : plain;
    move[i] = start + fma(in.k2, after, keel_fast_sqrt(spread) * b->rest[i]);
    variance[i] = after;
  }
}

void KEEL_AT(keel_heston_move)(const struct keel_path_step *step, const struct keel_heston *heston, double *move,
                               double *factor) {
  const struct terms terms = terms_of(heston, step->years);
  struct block block;
  struct few few;
  reduce(step, &terms, heston->rho, &block);
  quadratic(step->paths, &terms, &block, factor);
  gather(step->paths, &block, &few);
  exponential(&terms, &few);
  scatter(&few, &block, factor);
  move_spot(step, &terms, &block, move);
}

static void grow(const struct keel_path_step *step, double drift, const double *move, const double *factor) {
  const double mean = drift * step->years;
  double *restrict spot = step->state;
#pragma omp simd
  for (size_t i = 0; i < step->paths; i++) spot[i] *= factor[i] * keel_move_growth(move[i] + mean);
}

const char *KEEL_AT(keel_heston_problem)(const struct keel_heston *in, char *text) {
  const struct keel_world_bound bounds[] = {
      {"variance", in->variance, in->variance >= 0 && isfinite(in->variance), "0 or above"},
      {"kappa", in->kappa, in->kappa > 0 && isfinite(in->kappa), "above 0"},
      {"theta", in->theta, in->theta > 0 && isfinite(in->theta), "above 0"},
      {"xi", in->xi, in->xi > 0 && isfinite(in->xi), "above 0"},
      {"rho", in->rho, fabs(in->rho) <= 1, "within -1 and 1"}};
  return keel_world_bounds(bounds, 5, text);
}

const char *KEEL_AT(keel_heston_note)(const struct keel_heston *in, char *text) {
  double pull = 2 * in->kappa * in->theta, push = in->xi * in->xi;
  if (pull >= push) return NULL;
  snprintf(text, KEEL_WORLD_TEXT_SIZE,
           "Feller's condition is violated (2 kappa theta = %.6g is below xi^2 = %.6g): the variance reaches 0", pull,
           push);
  return text;
}

struct keel_expected_variance KEEL_AT(keel_heston_variance)(const struct keel_heston *in, double years) {
  double weight = mean_decay(in->kappa * years);
  return (struct keel_expected_variance){in->theta * (1.0 - weight), weight};
}

/* ---- Heston ---- */

static const char *heston_problem(const struct keel_world *world, char *text) {
  return KEEL_AT(keel_heston_problem)(&world->heston, text);
}
static const char *heston_note(const struct keel_world *world, char *text) {
  return KEEL_AT(keel_heston_note)(&world->heston, text);
}
static struct keel_expected_variance heston_variance(const struct keel_world *world, double years) {
  return KEEL_AT(keel_heston_variance)(&world->heston, years);
}
static double heston_start(const struct keel_world *world) { return world->heston.variance; }

static void heston_step(const struct keel_path_step *step) {
  double move[KEEL_LEAF], factor[KEEL_LEAF];
  KEEL_AT(keel_heston_move)(step, &step->world->heston, move, factor);
  grow(step, step->world->drift, move, factor);
}

const struct keel_world_type KEEL_AT(keel_world_heston) = {.name = "heston",
                                                           .factors = 2,
                                                           .rows = 2,
                                                           .has_variance = 1,
                                                           .problem = heston_problem,
                                                           .note = heston_note,
                                                           .variance = heston_variance,
                                                           .start = heston_start,
                                                           .step = heston_step};

/* ---- Bates ---- */

static const char *bates_problem(const struct keel_world *world, char *text) {
  const char *problem = KEEL_AT(keel_heston_problem)(&world->bates.heston, text);
  return problem ? problem : KEEL_AT(keel_jumps_problem)(&world->bates.jumps, text);
}
static const char *bates_note(const struct keel_world *world, char *text) {
  return KEEL_AT(keel_heston_note)(&world->bates.heston, text);
}
static const char *bates_step_problem(const struct keel_world *world, double years, char *text) {
  return KEEL_AT(keel_jumps_step_problem)(world->bates.jumps.intensity, years, text);
}
static struct keel_expected_variance bates_variance(const struct keel_world *world, double years) {
  const struct keel_normal_jumps *jumps = &world->bates.jumps;
  struct keel_expected_variance line = KEEL_AT(keel_heston_variance)(&world->bates.heston, years);
  line.constant += jumps->intensity * (jumps->mean * jumps->mean + jumps->std * jumps->std);
  return line;
}
static double bates_start(const struct keel_world *world) { return world->bates.heston.variance; }
static void bates_wire(const struct keel_world *world, size_t steps, const double *years, double *out) {
  KEEL_AT(keel_jumps_wire)(world->bates.jumps.intensity, steps, years, out);
}

static void bates_step(const struct keel_path_step *step) {
  const struct keel_bates *in = &step->world->bates;
  double move[KEEL_LEAF], factor[KEEL_LEAF];
  KEEL_AT(keel_heston_move)(step, &in->heston, move, factor);
  KEEL_AT(keel_jumps_add)(step, &in->jumps, 2, move);
  grow(step, step->world->drift - KEEL_AT(keel_jumps_growth)(&in->jumps), move, factor);
}

const struct keel_world_type KEEL_AT(keel_world_bates) = {.name = "bates",
                                                          .factors = 4,
                                                          .rows = 2,
                                                          .has_variance = 1,
                                                          .problem = bates_problem,
                                                          .note = bates_note,
                                                          .step_problem = bates_step_problem,
                                                          .variance = bates_variance,
                                                          .start = bates_start,
                                                          .wired_per_step = KEEL_JUMPS_MOST,
                                                          .wire = bates_wire,
                                                          .step = bates_step};
