/* See paths.h: what stands around the worlds' steps. */
#include "kernel/paths.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"

static const struct keel_world_type *type_of(enum keel_world_kind kind) { return keel_kernel_now->worlds[kind]; }

const char *keel_world_name(enum keel_world_kind kind) { return type_of(kind)->name; }

enum keel_world_kind keel_world_named(const char *name) {
  int kind = 0;
  while (kind < KEEL_WORLD_COUNT && strcmp(name, type_of((enum keel_world_kind)kind)->name) != 0) kind++;
  return (enum keel_world_kind)kind;
}

const char *keel_world_problem(const struct keel_world *world, char *text) {
  if (!(world->spot > 0 && isfinite(world->spot))) return "spot is not a finite number above 0";
  if (!(fabs(world->drift) <= 100)) return "drift is not a number within -100 and 100";
  return type_of(world->kind)->problem(world, text);
}

const char *keel_world_note(const struct keel_world *world, char *text) {
  return type_of(world->kind)->note ? type_of(world->kind)->note(world, text) : NULL;
}

struct keel_expected_variance keel_world_variance(const struct keel_world *world, double years) {
  return type_of(world->kind)->variance(world, years);
}

/* ---- wiring ---- */

struct wired_world {
  struct keel_world world;
  const struct keel_world_type *type;
  size_t first_factor;
  const double *wired;
};

struct keel_paths_wiring {
  size_t count, steps;
  uint64_t seed;
  const struct wired_world *worlds;
  const double *years;       /* [step] */
  const double *correlation; /* its lower Cholesky factor; NULL: none */
  double reach;              /* of normals once they are correlated */
  const struct keel_draw_wiring *draws;
};

static keel_status check_world(const struct keel_paths_plan *plan, size_t underlying, keel_error *error) {
  const struct keel_world *world = &plan->worlds[underlying];
  const double *years = plan->draws.years;
  char text[KEEL_WORLD_TEXT_SIZE], where[40] = "model";
  if (plan->count > 1) snprintf(where, sizeof where, "model %zu", underlying + 1);
  const char *problem = keel_world_problem(world, text);
  const struct keel_world_type *type = type_of(world->kind);
  for (size_t step = 0; !problem && step < plan->draws.steps; step++) {
    if (type->equal_steps && fabs(years[step] - years[0]) > 1e-9 * years[0])
      problem = "its steps have to be of equal length";
    else if (type->step_problem)
      problem = type->step_problem(world, years[step], text);
  }
  return problem ? keel_fail(error, KEEL_STATUS_INPUT, where, "%s", problem) : KEEL_STATUS_OK;
}

static keel_status check_plan(const struct keel_paths_plan *plan, keel_error *error) {
  if (!plan->count) return keel_fail(error, KEEL_STATUS_INPUT, "model", "there is none");
  if (plan->count > 4096) return keel_fail(error, KEEL_STATUS_INPUT, "model", "%zu of them; 4096 at most", plan->count);
  if (!plan->draws.steps) return keel_fail(error, KEEL_STATUS_INPUT, "steps", "0, 1 at least");
  for (size_t step = 0; step < plan->draws.steps; step++)
    if (!(plan->draws.years[step] > 0 && isfinite(plan->draws.years[step])))
      return keel_fail(error, KEEL_STATUS_INPUT, "years", "step %zu is %.10g years long, has to be above 0", step + 1,
                       plan->draws.years[step]);
  for (size_t i = 0; i < plan->count; i++) {
    keel_status status = check_world(plan, i, error);
    if (status) return status;
    if (plan->correlation && !type_of(plan->worlds[i].kind)->factors)
      return keel_fail(error, KEEL_STATUS_INPUT, "correlation", "a bootstrap has that of the rows of its returns");
  }
  return KEEL_STATUS_OK;
}

static keel_status check_correlation(size_t count, const double *matrix, keel_error *error) {
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j <= i; j++) {
      double value = matrix[i * count + j];
      if (i == j && value != 1)
        return keel_fail(error, KEEL_STATUS_INPUT, "correlation", "row %zu: %.10g with itself, has to be 1", i + 1,
                         value);
      if (!(fabs(value) <= 1))
        return keel_fail(error, KEEL_STATUS_INPUT, "correlation", "row %zu, column %zu: %.10g is not within -1 and 1",
                         i + 1, j + 1, value);
      if (value != matrix[j * count + i])
        return keel_fail(error, KEEL_STATUS_INPUT, "correlation", "row %zu, column %zu: %.10g, but %.10g the other way",
                         i + 1, j + 1, value, matrix[j * count + i]);
    }
  return KEEL_STATUS_OK;
}

/* The lower triangle L with L L' = matrix, row by row. */
static keel_status factorise(size_t count, const double *matrix, double *lower, keel_error *error) {
  for (size_t i = 0; i < count; i++) {
    double *row = lower + i * count, left = matrix[i * count + i];
    for (size_t j = 0; j < i; j++) {
      const double *other = lower + j * count;
      double sum = matrix[i * count + j];
      for (size_t k = 0; k < j; k++) sum = fma(-row[k], other[k], sum);
      row[j] = sum / other[j];
      left = fma(-row[j], row[j], left);
    }
    if (!(left > 1e-12))
      return keel_fail(error, KEEL_STATUS_INPUT, "correlation",
                       "not positive definite: row %zu contradicts, or follows from, those before it", i + 1);
    row[i] = sqrt(left);
  }
  return KEEL_STATUS_OK;
}

static void wire_worlds(struct keel_arena *arena, const struct keel_paths_plan *plan, struct wired_world *worlds) {
  size_t steps = plan->draws.steps, factor = 0;
  for (size_t i = 0; i < plan->count; i++) {
    const struct keel_world_type *type = type_of(plan->worlds[i].kind);
    double *wired = KEEL_ARENA_NEW(arena, double, type->wired + type->wired_per_step * steps + 1);
    worlds[i] = (struct wired_world){plan->worlds[i], type, factor, wired};
    if (type->wire) type->wire(&plan->worlds[i], steps, plan->draws.years, wired);
    factor += type->factors;
  }
}

keel_status keel_paths_wire(struct keel_arena *arena, const struct keel_paths_plan *plan,
                            const struct keel_paths_wiring **wiring, keel_error *error) {
  *wiring = NULL;
  keel_status status = check_plan(plan, error);
  if (!status && plan->correlation) status = check_correlation(plan->count, plan->correlation, error);
  if (status) return status;
  struct keel_draw_plan draws = plan->draws;
  double *lower = plan->correlation ? KEEL_ARENA_NEW(arena, double, plan->count * plan->count) : NULL;
  if (lower) status = factorise(plan->count, plan->correlation, lower, error);
  if (status) return status;
  draws.factors = 0;
  for (size_t i = 0; i < plan->count; i++) draws.factors += type_of(plan->worlds[i].kind)->factors;
  struct keel_paths_wiring *made = KEEL_ARENA_NEW(arena, struct keel_paths_wiring, 1);
  status = keel_draws_wire(arena, &draws, &made->draws, error);
  if (status) return status;
  struct wired_world *worlds = KEEL_ARENA_NEW(arena, struct wired_world, plan->count);
  wire_worlds(arena, plan, worlds);
  double *years = KEEL_ARENA_NEW(arena, double, draws.steps);
  memcpy(years, draws.years, draws.steps * sizeof *years);
  made->count = plan->count;
  made->steps = draws.steps;
  made->seed = draws.seed;
  made->worlds = worlds;
  made->years = years;
  made->correlation = lower;
  made->reach = keel_draws_reach(&draws) * (lower ? sqrt((double)plan->count) : 1);
  *wiring = made;
  return KEEL_STATUS_OK;
}

/* ---- a block ---- */

struct keel_paths {
  const struct keel_paths_wiring *wiring;
  struct keel_draws *draws;
  size_t step;
  double **states;       /* [underlying]: [row][KEEL_LEAF] */
  double **spot_normals; /* [underlying] */
};

struct keel_paths *keel_paths_new(struct keel_arena *arena, const struct keel_paths_wiring *wiring) {
  struct keel_paths *paths = KEEL_ARENA_NEW(arena, struct keel_paths, 1);
  paths->wiring = wiring;
  paths->draws = keel_draws_new(arena, wiring->draws);
  paths->states = KEEL_ARENA_NEW(arena, double *, wiring->count);
  paths->spot_normals = KEEL_ARENA_NEW(arena, double *, wiring->count);
  for (size_t i = 0; i < wiring->count; i++) {
    const struct wired_world *world = &wiring->worlds[i];
    size_t rows = world->type->rows + world->type->rows_per_step * wiring->steps;
    paths->states[i] = KEEL_ARENA_NEW(arena, double, rows *KEEL_LEAF);
    paths->spot_normals[i] = keel_draws_row(paths->draws, world->first_factor);
  }
  return paths;
}

void keel_paths_begin(struct keel_paths *paths, uint64_t first, size_t count) {
  keel_draws_begin(paths->draws, first, count);
  paths->step = 0;
  for (size_t i = 0; i < paths->wiring->count; i++) {
    const struct wired_world *world = &paths->wiring->worlds[i];
    double second = world->type->start ? world->type->start(&world->world) : 0, *state = paths->states[i];
    for (size_t path = 0; path < KEEL_LEAF; path++) state[path] = world->world.spot;
    for (size_t path = 0; path < KEEL_LEAF && world->type->rows > 1; path++) state[KEEL_LEAF + path] = second;
  }
}

void keel_paths_step(struct keel_paths *paths) {
  const struct keel_paths_wiring *wiring = paths->wiring;
  keel_assert(paths->step < wiring->steps);
  keel_draws_step(paths->draws, paths->step);
  if (wiring->correlation)
    keel_kernel_now->random.correlate(paths->draws->count, wiring->count, wiring->correlation, paths->spot_normals);
  for (size_t i = 0; i < wiring->count; i++) {
    const struct wired_world *world = &wiring->worlds[i];
    struct keel_path_step step = {.world = &world->world,
                                  .wired = world->wired,
                                  .seed = wiring->seed,
                                  .first = paths->draws->first,
                                  .step = (uint32_t)paths->step,
                                  .underlying = (uint32_t)i,
                                  .steps = wiring->steps,
                                  .paths = paths->draws->count,
                                  .years = wiring->years[paths->step],
                                  .reach = wiring->reach,
                                  .normals = paths->spot_normals[i],
                                  .state = paths->states[i]};
    world->type->step(&step);
  }
  paths->step++;
}

void keel_paths_pay(struct keel_paths *paths, size_t underlying, double cash) {
  double *spot = paths->states[underlying];
  for (size_t i = 0; i < paths->draws->count; i++) spot[i] = keel_at_least(spot[i] - cash, 0x1p-20 * spot[i]);
}

const double *keel_paths_spot(const struct keel_paths *paths, size_t underlying) { return paths->states[underlying]; }

const double *keel_paths_variance(const struct keel_paths *paths, size_t underlying) {
  return paths->wiring->worlds[underlying].type->has_variance ? paths->states[underlying] + KEEL_LEAF : NULL;
}
