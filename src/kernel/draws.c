/* See draws.h. */
#include "kernel/draws.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "kernel/kernel.h"
#include "kernel/sobol.h"

/* A point of the Brownian bridge: its level between two that are known, and its spread around that. */
struct node {
  size_t at, left, right; /* steps' ends; left 0 is the start */
  double left_weight, right_weight, deviation;
};

struct keel_draw_wiring {
  struct keel_draw_plan plan;
  int sobol_bits;
  const uint32_t *directions; /* [dimension][sobol_bits]; dimension = node x factors + factor */
  const struct node *nodes;   /* [step], in the order of importance */
  const double *inv_root;     /* [step]: 1 / sqrt(years) */
};

size_t keel_draws_batch(const struct keel_draw_plan *plan) {
  if (plan->sobol_points) return plan->sobol_points;
  return plan->matched ? KEEL_LEAF : plan->antithetic ? 2 : 1;
}

/* ---- wiring ---- */

static keel_status check_sobol(const struct keel_draw_plan *plan, keel_error *error) {
  size_t points = plan->sobol_points, dimensions = plan->steps * plan->factors;
  if (plan->antithetic || plan->matched)
    return keel_fail(error, KEEL_STATUS_INPUT, "sobol", "goes neither with antithetic nor with matched normals");
  if (points < KEEL_LEAF || (points & (points - 1)) || points > (size_t)1 << 32)
    return keel_fail(error, KEEL_STATUS_INPUT, "sobol_points", "%zu is no power of two from %d to 2^32", points,
                     (int)KEEL_LEAF);
  if (dimensions > keel_sobol_dimensions())
    return keel_fail(error, KEEL_STATUS_INPUT, "sobol", "%zu steps of %zu factors are %zu dimensions, of %zu at most",
                     plan->steps, plan->factors, dimensions, keel_sobol_dimensions());
  for (size_t step = 0; step < plan->steps; step++)
    if (!(plan->years[step] > 0))
      return keel_fail(error, KEEL_STATUS_INPUT, "years", "step %zu has no length above 0", step + 1);
  return KEEL_STATUS_OK;
}

static int bits_of(size_t points) {
  int bits = 0;
  while (points >> bits > 1) bits++;
  return bits;
}

double keel_draws_reach(const struct keel_draw_plan *plan) {
  const double one = 9; /* sqrt(2 log 2^53) and rounding */
  if (plan->sobol_points) return one * sqrt(2 + bits_of(plan->steps));
  return plan->matched ? sqrt(KEEL_LEAF) : one;
}

static const uint32_t *wire_directions(struct keel_arena *arena, size_t dimensions, int bits) {
  uint32_t *all = KEEL_ARENA_NEW(arena, uint32_t, dimensions * (size_t)bits), one[KEEL_SOBOL_BITS];
  for (size_t d = 0; d < dimensions; d++) {
    keel_sobol_directions(d, one);
    memcpy(all + d * (size_t)bits, one, (size_t)bits * sizeof *one);
  }
  return all;
}

static struct node node_between(const double *time, size_t left, size_t right, size_t at) {
  double whole = time[right] - time[left], gone = time[at] - time[left], rest = time[right] - time[at];
  return (struct node){at, left, right, rest / whole, gone / whole, sqrt(gone * rest / whole)};
}

/* The end first, then the middles of what is open, coarse to fine. */
static const struct node *wire_bridge(struct keel_arena *arena, const struct keel_draw_plan *plan) {
  size_t steps = plan->steps, count = 0;
  struct node *nodes = KEEL_ARENA_NEW(arena, struct node, steps);
  double *time = KEEL_ARENA_NEW(arena, double, steps + 1);
  for (size_t step = 0; step < steps; step++) time[step + 1] = time[step] + plan->years[step];
  nodes[count++] = (struct node){.at = steps, .deviation = sqrt(time[steps])};
  size_t *left = KEEL_ARENA_NEW(arena, size_t, 2 * steps), *right = KEEL_ARENA_NEW(arena, size_t, 2 * steps);
  size_t begin = 0, end = 1;
  right[0] = steps;
  for (; begin < end; begin++) {
    if (right[begin] - left[begin] < 2) continue;
    size_t middle = left[begin] + (right[begin] - left[begin]) / 2;
    nodes[count++] = node_between(time, left[begin], right[begin], middle);
    left[end] = left[begin], right[end++] = middle;
    left[end] = middle, right[end++] = right[begin];
  }
  return nodes;
}

keel_status keel_draws_wire(struct keel_arena *arena, const struct keel_draw_plan *plan,
                            const struct keel_draw_wiring **wiring, keel_error *error) {
  *wiring = NULL;
  if (plan->sobol_points) {
    keel_status status = check_sobol(plan, error);
    if (status) return status;
  }
  struct keel_draw_wiring *made = KEEL_ARENA_NEW(arena, struct keel_draw_wiring, 1);
  made->plan = *plan;
  made->plan.years = NULL;
  if (plan->sobol_points && plan->factors && plan->steps) {
    double *inv_root = KEEL_ARENA_NEW(arena, double, plan->steps);
    for (size_t step = 0; step < plan->steps; step++) inv_root[step] = 1.0 / sqrt(plan->years[step]);
    made->inv_root = inv_root;
    made->sobol_bits = bits_of(plan->sobol_points);
    made->directions = wire_directions(arena, plan->steps * plan->factors, made->sobol_bits);
    made->nodes = wire_bridge(arena, plan);
  }
  *wiring = made;
  return KEEL_STATUS_OK;
}

struct keel_draws *keel_draws_new(struct keel_arena *arena, const struct keel_draw_wiring *wiring) {
  const struct keel_draw_plan *plan = &wiring->plan;
  struct keel_draws *draws = KEEL_ARENA_NEW(arena, struct keel_draws, 1);
  draws->wiring = wiring;
  draws->normals = KEEL_ARENA_NEW(arena, double, plan->factors *KEEL_LEAF);
  draws->words = KEEL_ARENA_NEW(arena, uint64_t, KEEL_LEAF + KEEL_WORDS_EXTRA);
  draws->scratch = KEEL_ARENA_NEW(arena, double, 2 * KEEL_LEAF);
  if (plan->sobol_points) draws->bridge = KEEL_ARENA_NEW(arena, double, plan->factors *(plan->steps + 1) * KEEL_LEAF);
  return draws;
}

/* ---- Sobol points ---- */

static uint64_t shift_of(const struct keel_draw_plan *plan, uint64_t replicate, size_t dimension) {
  struct keel_draw draw = {plan->seed, (uint32_t)dimension, keel_stream_factor(KEEL_STREAM_SHIFT, 0)};
  uint64_t words[2 + KEEL_WORDS_EXTRA];
  keel_kernel_now->random.words(&draw, replicate & ~(uint64_t)1, 2, words);
  return words[replicate & 1];
}

static double *level_at(const struct keel_draws *draws, size_t factor, size_t step) {
  return draws->bridge + (factor * (draws->wiring->plan.steps + 1) + step) * KEEL_LEAF;
}

static void begin_sobol(struct keel_draws *draws) {
  const struct keel_draw_wiring *wiring = draws->wiring;
  const struct keel_draw_plan *plan = &wiring->plan;
  uint64_t replicate = draws->first / plan->sobol_points;
  uint32_t point = (uint32_t)(draws->first % plan->sobol_points);
  for (size_t dimension = 0; dimension < plan->steps * plan->factors; dimension++) {
    const struct node *node = &wiring->nodes[dimension / plan->factors];
    size_t factor = dimension % plan->factors;
    struct keel_sobol_row row = {wiring->directions + dimension * (size_t)wiring->sobol_bits, wiring->sobol_bits,
                                 shift_of(plan, replicate, dimension)};
    struct keel_bridge_row bridge = {node->left_weight,
                                     node->right_weight,
                                     node->deviation,
                                     level_at(draws, factor, node->left),
                                     level_at(draws, factor, node->right),
                                     draws->scratch,
                                     level_at(draws, factor, node->at)};
    keel_kernel_now->random.sobol(&row, point, draws->count, draws->words);
    keel_kernel_now->random.normals(draws->count, draws->words, draws->scratch);
    keel_kernel_now->random.bridge(draws->count, &bridge);
  }
}

/* The increments of the bridge over a step, as normals. */
static void step_sobol(struct keel_draws *draws, size_t step) {
  double inv_root = draws->wiring->inv_root[step];
  memset(draws->scratch, 0, draws->count * sizeof *draws->scratch);
  for (size_t factor = 0; factor < draws->wiring->plan.factors; factor++) {
    struct keel_bridge_row row = {-inv_root,
                                  inv_root,
                                  0,
                                  level_at(draws, factor, step),
                                  level_at(draws, factor, step + 1),
                                  draws->scratch,
                                  keel_draws_row(draws, factor)};
    keel_kernel_now->random.bridge(draws->count, &row);
  }
}

/* ---- normals of their own ---- */

/* Of paths start .. start + count - 1, start a multiple of 4. */
static void draw_normals(struct keel_draws *draws, const struct keel_draw *draw, uint64_t start, size_t count,
                         double *out) {
  const struct keel_random *random = &keel_kernel_now->random;
  int antithetic = draws->wiring->plan.antithetic;
  uint64_t index = antithetic ? start / 2 : start;
  size_t distinct = antithetic ? (count + 1) / 2 : count;
  double *normals = antithetic ? draws->scratch + KEEL_LEAF : out;
  random->normal_pairs(draw, index, distinct, normals);
  if (antithetic) random->mirror(distinct, normals, out);
}

static void step_plain(struct keel_draws *draws, const struct keel_draw *draw, double *out) {
  int matched = draws->wiring->plan.matched;
  uint64_t start = draws->first & ~(uint64_t)(matched ? KEEL_LEAF - 1 : 3);
  size_t skipped = (size_t)(draws->first - start), count = matched ? KEEL_LEAF : skipped + draws->count;
  double *all = skipped || count % 2 ? draws->scratch : out;
  draw_normals(draws, draw, start, count, all);
  if (matched) keel_kernel_now->random.match(all);
  if (all != out) memcpy(out, all + skipped, draws->count * sizeof *out);
}

void keel_draws_begin(struct keel_draws *draws, uint64_t first, size_t count) {
  keel_assert(count <= KEEL_LEAF && first % KEEL_LEAF + count <= KEEL_LEAF);
  draws->first = first;
  draws->count = count;
  if (draws->bridge) begin_sobol(draws);
}

void keel_draws_step(struct keel_draws *draws, size_t step) {
  const struct keel_draw_plan *plan = &draws->wiring->plan;
  if (draws->bridge) {
    step_sobol(draws, step);
    return;
  }
  for (size_t factor = 0; factor < plan->factors; factor++) {
    struct keel_draw draw = {plan->seed, (uint32_t)step, keel_stream_factor(KEEL_STREAM_NORMAL, (uint32_t)factor)};
    step_plain(draws, &draw, keel_draws_row(draws, factor));
  }
}
