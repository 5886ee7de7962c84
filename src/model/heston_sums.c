/* See heston_sums.h. */
#include "model/heston_sums.h"

#include <math.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/lane_math.h"

enum { LEVELS = 10, BLOCKS = 16 }; /* halvings of the step and one; blocks of nodes at the first step */

static const double STEP = 0.2, SIZE_LEAST = 1e-18, PI_INVERSE = 0x1.45f306dc9c883p-2;
/* pi / 12, between pi / 4, from where a normal law would not decay, and 0. */
static const double TILT_SINE = 0x1.0907dc1930690p-2, TILT_COSINE = 0x1.ee8dd4748bf15p-1;
static const double PHASE_MOST = 80;  /* radians that the straight line takes as well */
static const double DECAY = 37;       /* -log phi where it stops to count */
static const double JUMPS_MOST = 2.0; /* what a tilt against the jumps may add to log phi */

size_t keel_heston_sums_count(const struct keel_heston_sums *job) {
  if (!job->slopes) return KEEL_HESTON_GREEKS;
  return 1 + (job->model->jumps.intensity > 0 ? KEEL_HESTON_PARAMETERS : KEEL_HESTON_PARAMETERS_ALONE);
}

/* ---- one line ---- */

/* Strikes of one tilt. */
struct strikes {
  size_t count, at[KEEL_HESTON_STRIKES]; /* at: where they stand among all; behind the last of x are zeros */
  double x[KEEL_HESTON_STRIKES], least, most;
};

struct integral {
  const struct keel_heston_sums *job;
  size_t sums;
  struct keel_heston_line line;
  double end; /* y of the last node that counts */
  double sum[KEEL_HESTON_SUMS][KEEL_HESTON_STRIKES], last[KEEL_HESTON_SUMS][KEEL_HESTON_STRIKES];
};

static void add_nodes(struct integral *to, const struct strikes *strikes, const struct keel_heston_nodes *nodes) {
  double *sum[KEEL_HESTON_SUMS];
  for (size_t k = 0; k < to->sums; k++) sum[k] = to->sum[k];
  size_t lanes = (strikes->count + KEEL_HESTON_LANES - 1) / KEEL_HESTON_LANES * KEEL_HESTON_LANES;
  keel_kernel_now->heston.add(nodes, to->sums, lanes, strikes->x, sum);
}

static void find_nodes(const struct integral *of, const struct keel_heston_line *line,
                       struct keel_heston_nodes *nodes) {
  const struct keel_heston_sums *job = of->job;
  (job->slopes ? keel_kernel_now->heston.slopes : keel_kernel_now->heston.greeks)(job->model, job->years, line, nodes);
  nodes->count = KEEL_HESTON_NODES;
}

/* How many nodes there are until they stop to count for any strike; their number + 1 if they do not. */
static size_t nodes_that_count(const struct keel_heston_nodes *nodes, const struct strikes *strikes) {
  for (size_t i = 0; i < KEEL_HESTON_NODES; i++) {
    double im = nodes->im[i], reach = -im * (im > 0 ? strikes->least : strikes->most);
    if (reach < 700 && nodes->size[i] * keel_exp(reach) < SIZE_LEAST) return i + 1;
  }
  return KEEL_HESTON_NODES + 1;
}

/* The first step, until the nodes stop to count; 0 if they never do. */
static int begin(struct integral *of, const struct strikes *strikes) {
  struct keel_heston_nodes nodes;
  struct keel_heston_line line = of->line;
  for (size_t block = 0; block < BLOCKS; block++) {
    line.first = (double)(block * KEEL_HESTON_NODES) * line.step;
    find_nodes(of, &line, &nodes);
    size_t count = nodes_that_count(&nodes, strikes);
    if (count <= KEEL_HESTON_NODES) nodes.count = count;
    for (size_t k = 0; k < of->sums && block == 0; k++) nodes.term_re[k][0] *= 0.5, nodes.term_im[k][0] *= 0.5;
    add_nodes(of, strikes, &nodes);
    of->end = line.first + (double)(nodes.count - 1) * line.step;
    if (count <= KEEL_HESTON_NODES) return 1;
  }
  return 0;
}

/* The nodes between those of the step so far. */
static void halve(struct integral *of, const struct strikes *strikes) {
  struct keel_heston_nodes nodes;
  struct keel_heston_line line = of->line;
  memcpy(of->last, of->sum, sizeof of->last);
  for (line.first = 0.5 * line.step; line.first < of->end; line.first += KEEL_HESTON_NODES * line.step) {
    find_nodes(of, &line, &nodes);
    double left = (of->end - line.first) / line.step;
    if (left < KEEL_HESTON_NODES - 1) nodes.count = (size_t)(left + 1);
    add_nodes(of, strikes, &nodes);
  }
  of->line.step *= 0.5;
}

/* Whether twice the digits that this step and the one before agree in are enough. */
static int is_resolved(const struct integral *of, const struct strikes *strikes) {
  double scale = of->line.step * PI_INVERSE;
  for (size_t k = 0; k < of->sums; k++)
    for (size_t j = 0; j < strikes->count; j++) {
      double now = of->sum[k][j] * scale, before = of->last[k][j] * 2 * scale;
      if (!(fabs(now - before) <= of->job->tolerance * (1 + fabs(now)))) return 0;
    }
  return 1;
}

static void integrate(const struct keel_heston_sums *job, int side, const struct strikes *strikes, double *const *to) {
  struct integral of = {.job = job, .sums = keel_heston_sums_count(job)};
  of.line = (struct keel_heston_line){side * TILT_SINE, side ? TILT_COSINE : 1.0, 0.0, STEP};
  int resolved = 0;
  if (begin(&of, strikes))
    for (int level = 1; level < LEVELS && !resolved; level++) {
      halve(&of, strikes);
      resolved = is_resolved(&of, strikes);
    }
  double scale = resolved ? of.line.step * PI_INVERSE : NAN;
  for (size_t k = 0; k < of.sums; k++)
    for (size_t j = 0; j < strikes->count; j++) to[k][strikes->at[j]] = of.sum[k][j] * scale;
}

/* ---- which line ---- */

/* Far out phi turns like e^{-iu pull} and falls exponentially, so that u up is where x > pull; near in it is like a
 * normal law's, and up is where x > 0. Where the two disagree, or the integrand turns little before phi has fallen, or
 * jumps would outgrow the diffusion, the line stays straight. Source: Andersen and Lake (2018). */
static int side_of(const struct keel_heston_sums *job, double deviation, double x) {
  const keel_heston *heston = &job->model->heston;
  double level = heston->variance + heston->kappa * heston->theta * job->years;
  double pulled = heston->xi * x - heston->rho * level;
  double near = fabs(x) * sqrt(2 * DECAY) / deviation;
  double far = DECAY * fabs(pulled) / (level * sqrt(1 - heston->rho * heston->rho));
  if (near + far < PHASE_MOST || !(x * pulled > 0)) return 0;
  return x > 0 ? 1 : -1;
}

static int allows_tilt(const struct keel_heston_sums *job) {
  const keel_normal_jumps *jumps = &job->model->jumps;
  if (!(jumps->intensity > 0)) return 1;
  double up = fabs(jumps->mean) * TILT_SINE, width = jumps->std * jumps->std;
  double most = up * up / (2 * width * (TILT_COSINE * TILT_COSINE - TILT_SINE * TILT_SINE));
  return most < 5 && jumps->intensity * job->years * keel_expm1(most) <= JUMPS_MOST;
}

static double deviation_of(const struct keel_heston_sums *job) {
  const keel_bates *model = job->model;
  struct keel_world world = {.kind = KEEL_WORLD_BATES, .bates = *model};
  struct keel_expected_variance expected = keel_kernel_now->worlds[KEEL_WORLD_BATES]->variance(&world, job->years);
  return sqrt((expected.constant + expected.slope * model->heston.variance) * job->years);
}

void keel_heston_sums(const struct keel_heston_sums *job, size_t count, const double *x, double *const *to) {
  double deviation = deviation_of(job);
  int may_tilt = allows_tilt(job);
  double *some[KEEL_HESTON_SUMS];
  for (size_t first = 0; first < count; first += KEEL_HESTON_STRIKES) {
    struct strikes of[3] = {{.count = 0}, {.count = 0}, {.count = 0}};
    for (size_t j = 0; j < count - first && j < KEEL_HESTON_STRIKES; j++) {
      struct strikes *group = &of[1 + (may_tilt ? side_of(job, deviation, x[first + j]) : 0)];
      group->least = group->count && group->least < x[first + j] ? group->least : x[first + j];
      group->most = group->count && group->most > x[first + j] ? group->most : x[first + j];
      group->at[group->count] = j;
      group->x[group->count++] = x[first + j];
    }
    for (size_t k = 0; k < keel_heston_sums_count(job); k++) some[k] = to[k] + first;
    for (int side = -1; side <= 1; side++)
      if (of[1 + side].count) integrate(job, side, &of[1 + side], some);
  }
}
