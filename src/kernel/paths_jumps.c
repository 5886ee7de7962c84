/* Jump diffusions: Merton (1976) and Kou (2002), and the jumps that other worlds add.
 *
 * How many jumps a step has is Poisson by inversion of a normal of its own: more than k where it exceeds the threshold
 * t_k = N^-1(P(count <= k)), so counting is a comparison per k. The sum of n normal jumps is normal; exponential jumps
 * are drawn one by one, for as long as some path of the block has another. */
#include "kernel/paths_level.h"
#include "kernel/random_level.h"

/* t_0, t_1, ... until what is left has no weight; infinity after the last. Tails are summed from their small end. */
static void thresholds_of(double mean, double *thresholds) {
  double weight[KEEL_JUMPS_MOST], tail = 0;
  int last = 0;
  weight[0] = keel_exp(-mean);
  while (last + 1 < KEEL_JUMPS_MOST && (last < mean || weight[last] > 0x1p-60)) {
    weight[last + 1] = weight[last] * mean / (last + 1);
    last++;
  }
  thresholds[last] = INFINITY;
  for (int k = last - 1; k >= 0; k--) {
    tail += weight[k + 1];
    double inside = tail < 0x1p-54 ? INFINITY : tail > 1 - 0x1p-53 ? -INFINITY : -keel_normal_inverse(tail);
    thresholds[k] = inside;
  }
}

void KEEL_AT(keel_jumps_wire)(double intensity, size_t steps, const double *years, double *thresholds) {
  for (size_t step = 0; step < steps; step++, thresholds += KEEL_JUMPS_MOST) {
    if (step && years[step] == years[step - 1]) {
      for (int k = 0; k < KEEL_JUMPS_MOST; k++) thresholds[k] = thresholds[k - KEEL_JUMPS_MOST];
    } else {
      thresholds_of(intensity * years[step], thresholds);
    }
  }
}

/* How many jumps each path has; returns the most of any. */
static int count_jumps(size_t paths, const double *normals, const double *thresholds, double *counts) {
  const double most = keel_row_max(paths, normals);
  int k = 0;
  for (size_t i = 0; i < paths; i++) counts[i] = 0;
  for (; thresholds[k] < most; k++) {
    const double threshold = thresholds[k];
#pragma omp simd
    for (size_t i = 0; i < paths; i++) counts[i] += normals[i] > threshold ? 1.0 : 0.0;
  }
  return k;
}

/* ---- normal jumps ---- */

const char *KEEL_AT(keel_jumps_problem)(const struct keel_normal_jumps *jumps, char *text) {
  const struct keel_world_bound bounds[] = {
      {"intensity", jumps->intensity, jumps->intensity >= 0 && isfinite(jumps->intensity), "0 or above"},
      {"jump mean", jumps->mean, fabs(jumps->mean) <= 10, "within -10 and 10"},
      {"jump std", jumps->std, jumps->std >= 0 && jumps->std <= 10, "within 0 and 10"}};
  return keel_world_bounds(bounds, 3, text);
}

const char *KEEL_AT(keel_jumps_step_problem)(double intensity, double years, char *text) {
  if (intensity * years <= KEEL_JUMPS_MEAN_MOST) return NULL;
  snprintf(text, KEEL_WORLD_TEXT_SIZE, "intensity: %.10g jumps in a step on average; %d at most: take shorter steps",
           intensity * years, (int)KEEL_JUMPS_MEAN_MOST);
  return text;
}

/* What jumps add to the growth rate of the expected price. */
double KEEL_AT(keel_jumps_growth)(const struct keel_normal_jumps *jumps) {
  return jumps->intensity * (keel_exp(jumps->mean + 0.5 * jumps->std * jumps->std) - 1.0);
}

void KEEL_AT(keel_jumps_add)(const struct keel_path_step *step, const struct keel_normal_jumps *jumps, size_t factor,
                             double *move) {
  const double *sizes = keel_step_normals(step, factor + 1), mean = jumps->mean, std = jumps->std;
  double counts[KEEL_LEAF];
  if (!count_jumps(step->paths, keel_step_normals(step, factor), step->wired + step->step * KEEL_JUMPS_MOST, counts))
    return;
#pragma omp simd
  for (size_t i = 0; i < step->paths; i++) move[i] += fma(std * sqrt(counts[i]), sizes[i], counts[i] * mean);
}

static void diffuse(const struct keel_path_step *step, double vol, double drift, double *move) {
  const double mean = (drift - 0.5 * vol * vol) * step->years, deviation = vol * sqrt(step->years);
  const double *normal = keel_step_normals(step, 0);
#pragma omp simd
  for (size_t i = 0; i < step->paths; i++) move[i] = fma(deviation, normal[i], mean);
}

static void grow(const struct keel_path_step *step, const double *move) {
  double *restrict spot = step->state;
#pragma omp simd
  for (size_t i = 0; i < step->paths; i++) spot[i] *= keel_move_growth(move[i]);
}

static const char *vol_problem(double vol, char *text) {
  const struct keel_world_bound bounds[] = {{"vol", vol, vol >= 0 && isfinite(vol), "0 or above"}};
  return keel_world_bounds(bounds, 1, text);
}

static const char *merton_problem(const struct keel_world *world, char *text) {
  const char *problem = vol_problem(world->merton.vol, text);
  return problem ? problem : KEEL_AT(keel_jumps_problem)(&world->merton.jumps, text);
}

static const char *merton_step_problem(const struct keel_world *world, double years, char *text) {
  return KEEL_AT(keel_jumps_step_problem)(world->merton.jumps.intensity, years, text);
}

static struct keel_expected_variance merton_variance(const struct keel_world *world, double years) {
  const struct keel_merton *in = &world->merton;
  double size = in->jumps.mean * in->jumps.mean + in->jumps.std * in->jumps.std;
  (void)years;
  return (struct keel_expected_variance){in->vol * in->vol + in->jumps.intensity * size, 0};
}

static void merton_wire(const struct keel_world *world, size_t steps, const double *years, double *out) {
  KEEL_AT(keel_jumps_wire)(world->merton.jumps.intensity, steps, years, out);
}

static void merton_step(const struct keel_path_step *step) {
  const struct keel_merton *in = &step->world->merton;
  double move[KEEL_LEAF];
  diffuse(step, in->vol, step->world->drift - KEEL_AT(keel_jumps_growth)(&in->jumps), move);
  KEEL_AT(keel_jumps_add)(step, &in->jumps, 1, move);
  grow(step, move);
}

const struct keel_world_type KEEL_AT(keel_world_merton) = {.name = "merton",
                                                           .factors = 3,
                                                           .rows = 1,
                                                           .problem = merton_problem,
                                                           .step_problem = merton_step_problem,
                                                           .variance = merton_variance,
                                                           .wired_per_step = KEEL_JUMPS_MOST,
                                                           .wire = merton_wire,
                                                           .step = merton_step};

/* ---- exponential jumps: up and down are two Poisson processes ---- */

static const char *kou_problem(const struct keel_world *world, char *text) {
  const struct keel_exponential_jumps *in = &world->kou.jumps;
  const struct keel_world_bound bounds[] = {
      {"intensity", in->intensity, in->intensity >= 0 && isfinite(in->intensity), "0 or above"},
      {"up_probability", in->up_probability, in->up_probability >= 0 && in->up_probability <= 1, "within 0 and 1"},
      {"up_rate", in->up_rate, in->up_rate > 1 && isfinite(in->up_rate), "above 1, so that the price has a mean"},
      {"down_rate", in->down_rate, in->down_rate > 0 && isfinite(in->down_rate), "above 0"}};
  const char *problem = vol_problem(world->kou.vol, text);
  return problem ? problem : keel_world_bounds(bounds, 4, text);
}

static const char *kou_step_problem(const struct keel_world *world, double years, char *text) {
  return KEEL_AT(keel_jumps_step_problem)(world->kou.jumps.intensity, years, text);
}

static double up_intensity(const struct keel_exponential_jumps *in) { return in->intensity * in->up_probability; }
static double down_intensity(const struct keel_exponential_jumps *in) {
  return in->intensity * (1.0 - in->up_probability);
}

static struct keel_expected_variance kou_variance(const struct keel_world *world, double years) {
  const struct keel_exponential_jumps *in = &world->kou.jumps;
  double up = 2 / (in->up_rate * in->up_rate), down = 2 / (in->down_rate * in->down_rate);
  double jumps = up_intensity(in) * up + down_intensity(in) * down;
  (void)years;
  return (struct keel_expected_variance){world->kou.vol * world->kou.vol + jumps, 0};
}

static void kou_wire(const struct keel_world *world, size_t steps, const double *years, double *out) {
  KEEL_AT(keel_jumps_wire)(up_intensity(&world->kou.jumps), steps, years, out);
  KEEL_AT(keel_jumps_wire)(down_intensity(&world->kou.jumps), steps, years, out + steps * KEEL_JUMPS_MOST);
}

/* Adds each path's jumps of one side: the k-th, of those that have as many, is -log(u) times `scale`. */
static void add_side(const struct keel_path_step *step, int down, double scale, double *move) {
  const struct keel_path_step *in = step;
  const double *thresholds = in->wired + in->step * KEEL_JUMPS_MOST;
  double counts[KEEL_LEAF], uniform[KEEL_LEAF + 1];
  uint64_t words[KEEL_LEAF + 1 + KEEL_WORDS_EXTRA];
  int most = count_jumps(in->paths, keel_step_normals(in, down ? 2 : 1), thresholds, counts);
  size_t skipped = in->first & 1;
  for (int k = 0; k < most; k++) {
    uint32_t factor = in->underlying << 16 | (uint32_t)(2 * k + down);
    struct keel_draw draw = {in->seed, in->step, keel_stream_factor(KEEL_STREAM_JUMP, factor)};
    KEEL_AT(keel_random_words)(&draw, in->first - skipped, in->paths + skipped, words);
    KEEL_AT(keel_random_uniforms)(in->paths, words + skipped, uniform);
#pragma omp simd
    for (size_t i = 0; i < in->paths; i++) {
      double size = -keel_log_join(keel_log_split(uniform[i], 1.0)) * scale;
      move[i] += counts[i] > k ? size : 0.0;
    }
  }
}

static void kou_step(const struct keel_path_step *step) {
  const struct keel_kou *in = &step->world->kou;
  double up = up_intensity(&in->jumps), down = down_intensity(&in->jumps), move[KEEL_LEAF];
  double growth = up / (in->jumps.up_rate - 1.0) - down / (in->jumps.down_rate + 1.0);
  struct keel_path_step downs = *step;
  diffuse(step, in->vol, step->world->drift - growth, move);
  add_side(step, 0, 1.0 / in->jumps.up_rate, move);
  downs.wired += step->steps * KEEL_JUMPS_MOST;
  add_side(&downs, 1, -1.0 / in->jumps.down_rate, move);
  grow(step, move);
}

const struct keel_world_type KEEL_AT(keel_world_kou) = {.name = "kou",
                                                        .factors = 3,
                                                        .rows = 1,
                                                        .problem = kou_problem,
                                                        .step_problem = kou_step_problem,
                                                        .variance = kou_variance,
                                                        .wired_per_step = 2 * KEEL_JUMPS_MOST,
                                                        .wire = kou_wire,
                                                        .step = kou_step};
