/* The worlds of this level, for table.c, and what their files share. */
#ifndef KEEL_KERNEL_PATHS_LEVEL_H
#define KEEL_KERNEL_PATHS_LEVEL_H

#include <math.h>
#include <stdio.h>

#include "kernel/lane_math.h"
#include "kernel/level.h"
#include "kernel/paths.h"

extern const struct keel_world_type KEEL_AT(keel_world_gbm);
extern const struct keel_world_type KEEL_AT(keel_world_merton);
extern const struct keel_world_type KEEL_AT(keel_world_kou);
extern const struct keel_world_type KEEL_AT(keel_world_heston);
extern const struct keel_world_type KEEL_AT(keel_world_bates);
extern const struct keel_world_type KEEL_AT(keel_world_rough_bergomi);
extern const struct keel_world_type KEEL_AT(keel_world_bootstrap);

/* Jumps (paths_jumps.c): thresholds of a run's steps, and their sum added to what log spot moves by. The two normals
 * are rows `factor` and `factor` + 1 of the step. */
enum { KEEL_JUMPS_MOST = 256, KEEL_JUMPS_MEAN_MOST = 100 }; /* of one step: counts, and their mean */
void KEEL_AT(keel_jumps_wire)(double intensity, size_t steps, const double *years, double *thresholds);
void KEEL_AT(keel_jumps_add)(const struct keel_path_step *step, const struct keel_normal_jumps *jumps, size_t factor,
                             double *move);
const char *KEEL_AT(keel_jumps_problem)(const struct keel_normal_jumps *jumps, char *text);
const char *KEEL_AT(keel_jumps_step_problem)(double intensity, double years, char *text);
double KEEL_AT(keel_jumps_growth)(const struct keel_normal_jumps *jumps);

/* Heston (paths_heston.c): the step of the variance, and what log spot moves by: move, and a factor beside its exp. */
void KEEL_AT(keel_heston_move)(const struct keel_path_step *step, const struct keel_heston *heston, double *move,
                               double *factor);
const char *KEEL_AT(keel_heston_problem)(const struct keel_heston *heston, char *text);
const char *KEEL_AT(keel_heston_note)(const struct keel_heston *heston, char *text);
struct keel_expected_variance KEEL_AT(keel_heston_variance)(const struct keel_heston *heston, double years);

/* `NAME: VALUE is not ALLOWED` into text, for the first of these that fails. */
struct keel_world_bound {
  const char *name;
  double value;
  int ok;
  const char *allowed;
};
static inline const char *keel_world_bounds(const struct keel_world_bound *bounds, size_t count, char *text) {
  for (size_t i = 0; i < count; i++) {
    if (bounds[i].ok) continue;
    snprintf(text, KEEL_WORLD_TEXT_SIZE, "%s: %.10g is not %s", bounds[i].name, bounds[i].value, bounds[i].allowed);
    return text;
  }
  return NULL;
}

static inline const double *keel_step_normals(const struct keel_path_step *step, size_t factor) {
  return step->normals + factor * KEEL_LEAF;
}

/* e^x for a move of log spot; cut at e^+-700, where a price has long left its numbers. */
static inline double keel_move_growth(double x) {
  return keel_exp_normal(keel_at_least(keel_at_most(x, 700.0), -700.0));
}

/* sqrt(x) for x >= 0; what is subnormal may come out as anything as small. */
static inline double keel_fast_sqrt(double x) { return x * keel_inv_sqrt(x); }

/* The largest of a row, in a loop that vectorises. */
static inline double keel_row_max(size_t count, const double *x) {
  double most[16], last = -INFINITY;
  for (int k = 0; k < 16; k++) most[k] = -INFINITY;
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int k = 0; k < 16; k++) most[k] = x[i + k] > most[k] ? x[i + k] : most[k];
  for (; i < count; i++) last = x[i] > last ? x[i] : last;
  for (int k = 0; k < 16; k++) last = most[k] > last ? most[k] : last;
  return last;
}

#endif
