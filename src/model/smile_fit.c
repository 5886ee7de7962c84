/* Gauss and Newton's method on a convex loss with barriers. See the header. */
#include "model/smile_fit.h"

#include <math.h>
#include <string.h>

#include "kernel/lane_math.h"

int keel_cholesky_solve(size_t n, double *a, double *b) {
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j <= i; j++) {
      double sum = a[i * n + j];
      for (size_t k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      if (i == j && !(sum > 0)) return 0;
      a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
    }
    for (size_t k = 0; k < i; k++) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; k++) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
  return 1;
}

/* ---- the loss ---- */

/* Of a residual in half spreads: value, slope, and the curvature that a step counts with. */
struct loss {
  double value, slope, curvature;
};

enum { STEEPNESS = 5 };
#define TO_MID 0.05   /* the pull to the mid beside that to the inside */
#define INNER 0.9     /* of the half spread: what is called inside while fitting */
#define STIFFNESS 1e4 /* of violations of a bound, in parts of BOUND_UNIT of it */
#define BOUND_UNIT 1e-3
#define G_STIFFNESS 1e5

/* Between bid and ask the slope is TO_MID r + (1 - TO_MID) r^5, outside it is 1. */
static struct loss two_sided(double r) {
  double size = fabs(r), r2 = r * r, r4 = r2 * r2;
  if (size <= 1)
    return (struct loss){0.5 * TO_MID * r2 + (1 - TO_MID) * r2 * r4 / 6, r * (TO_MID + (1 - TO_MID) * r4),
                         TO_MID + STEEPNESS * (1 - TO_MID) * r4};
  return (struct loss){0.5 * TO_MID + (1 - TO_MID) / 6 + size - 1, r > 0 ? 1 : -1, 1 / size};
}

static struct loss one_sided(double r) {
  if (r <= 0) return (struct loss){0, 0, 0};
  if (r <= 1) return (struct loss){0.5 * r * r, r, 1};
  return (struct loss){r - 0.5, 1, 1 / r};
}

/* ---- objective, gradient and normal matrix ---- */

struct fit_problem {
  const struct keel_shape *shape;
  const struct keel_smile_quotes *quotes;
  const struct keel_smile_bounds *bounds;
};

struct system {
  size_t n;
  double objective, gradient[KEEL_SHAPE_MAX], matrix[KEEL_SHAPE_MAX * KEEL_SHAPE_MAX];
};

static void add(struct system *system, const struct keel_shape_row *row, const double *slope, struct loss loss) {
  system->objective += loss.value;
  for (size_t i = 0; i < row->count; i++) {
    double *line = system->matrix + (row->first + i) * system->n + row->first;
    system->gradient[row->first + i] += loss.slope * slope[i];
    for (size_t j = 0; j <= i; j++) line[j] += loss.curvature * slope[i] * slope[j];
  }
}

static struct loss loss_of(const struct keel_smile_quotes *quotes, size_t i, double w, double *slope) {
  double unit = INNER * quotes->unit[i], weight = quotes->weight ? quotes->weight[i] : 1;
  struct loss loss;
  *slope = 1 / unit;
  if (keel_is_two_sided(quotes, i)) {
    loss = two_sided((w - 0.5 * (quotes->bid[i] + quotes->ask[i])) / unit);
  } else if (quotes->bid[i] > 0) {
    loss = one_sided((quotes->bid[i] - w) / unit);
    *slope = -1 / unit;
  } else {
    loss = one_sided((w - quotes->ask[i]) / unit);
  }
  return (struct loss){weight * loss.value, weight * loss.slope, weight * loss.curvature};
}

static void add_quote(struct system *system, const struct keel_smile_quotes *quotes, size_t i,
                      const struct keel_jet *jet, const struct keel_shape_row *row) {
  double scale, slope[KEEL_ROW_MAX];
  struct loss loss = loss_of(quotes, i, jet->w, &scale);
  for (size_t j = 0; j < row->count; j++) slope[j] = scale * row->w[j];
  add(system, row, slope, loss);
}

/* -weight log(room), whose derivatives in the parameters are `slope` over room; 0 where there is no room. */
static int add_barrier(struct system *system, double weight, double room, const double *slope,
                       const struct keel_shape_row *row) {
  if (!(room > 0)) return 0;
  add(system, row, slope, (struct loss){-weight * keel_log(room), -weight / room, weight / (room * room)});
  return 1;
}

/* The derivatives of g in w, w' and w''. */
static int add_butterfly(struct system *system, double weight, double k, double least, const struct keel_jet *jet,
                         const struct keel_shape_row *row) {
  double w = jet->w, dw = jet->dw, line = 1 - k * dw / (2 * w), slope[KEEL_ROW_MAX];
  double in_w = line * k * dw / (w * w) + 0.25 * dw * dw / (w * w);
  double in_dw = -line * k / w - 0.5 * dw * (1 / w + 0.25);
  for (size_t j = 0; j < row->count; j++) slope[j] = in_w * row->w[j] + in_dw * row->dw[j] + 0.5 * row->d2w[j];
  return add_barrier(system, weight, keel_jet_butterfly(k, jet) - least, slope, row);
}

static int add_ceiling(struct system *system, double weight, double ceiling, const struct keel_jet *jet,
                       const struct keel_shape_row *row) {
  double slope[KEEL_ROW_MAX];
  for (size_t j = 0; j < row->count; j++) slope[j] = -row->w[j] / ceiling;
  return add_barrier(system, weight, 1 - jet->w / ceiling, slope, row);
}

static void add_prior(struct system *system, const struct keel_shape *shape, const double *x) {
  size_t n = shape->parameters;
  for (size_t i = 0; shape->weight && i < n; i++) {
    double r = shape->weight[i] * (x[i] - shape->centre[i]);
    system->objective += 0.5 * r * r;
    system->gradient[i] += r * shape->weight[i];
    system->matrix[i * n + i] += shape->weight[i] * shape->weight[i];
  }
  for (size_t i = 1; shape->bend && i + 1 < n; i++) {
    double b = shape->bend[i], slope[3] = {b, -2 * b, b}, r = b * (x[i - 1] - 2 * x[i] + x[i + 1]);
    struct keel_shape_row row = {.first = i - 1, .count = 3};
    add(system, &row, slope, (struct loss){0.5 * r * r, r, 1});
  }
}

/* Returns 0 outside the bounds, where there is no objective. */
static int assemble(const struct fit_problem *problem, double barrier, const double *x, struct system *system) {
  const struct keel_shape *shape = problem->shape;
  const struct keel_smile_quotes *quotes = problem->quotes;
  const struct keel_smile_bounds *bounds = problem->bounds;
  struct keel_shape_row row;
  system->n = shape->parameters;
  system->objective = 0;
  memset(system->gradient, 0, system->n * sizeof *system->gradient);
  memset(system->matrix, 0, system->n * system->n * sizeof *system->matrix);
  for (size_t i = 0; bounds && i < bounds->points; i++) {
    struct keel_jet jet = shape->jet(shape->context, x, bounds->k[i], quotes->count + i, &row);
    if (!add_butterfly(system, barrier, bounds->k[i], bounds->least_g, &jet, &row)) return 0;
    if (bounds->ceiling[i] < INFINITY && !add_ceiling(system, barrier, bounds->ceiling[i], &jet, &row)) return 0;
  }
  for (size_t i = 0; i < quotes->count; i++) {
    struct keel_jet jet = shape->jet(shape->context, x, quotes->k[i], i, &row);
    add_quote(system, quotes, i, &jet, &row);
  }
  add_prior(system, shape, x);
  return 1;
}

int keel_smile_is_within(const struct keel_shape *shape, const struct keel_smile_quotes *quotes,
                         const struct keel_smile_bounds *bounds, const double *x) {
  struct keel_shape_row row;
  for (size_t i = 0; i < bounds->points; i++) {
    struct keel_jet jet = shape->jet(shape->context, x, bounds->k[i], quotes->count + i, &row);
    if (!(keel_jet_butterfly(bounds->k[i], &jet) > bounds->least_g) || !(jet.w < bounds->ceiling[i])) return 0;
  }
  return 1;
}

double keel_smile_cost(const struct keel_shape *shape, const struct keel_smile_quotes *quotes, const double *x) {
  struct keel_shape_row row;
  double sum = 0, slope;
  for (size_t i = 0; i < quotes->count; i++)
    sum += loss_of(quotes, i, shape->jet(shape->context, x, quotes->k[i], i, &row).w, &slope).value;
  return sum;
}

/* ---- steps ---- */

/* A parameter at a bound that the objective would push beyond. */
static int is_held(const struct keel_shape *shape, const double *x, const double *gradient, size_t i) {
  return (shape->lower && x[i] <= shape->lower[i] && gradient[i] > 0) ||
         (shape->upper && x[i] >= shape->upper[i] && gradient[i] < 0);
}

/* The damped step of the parameters that are not held. Returns what it promises to take off twice the objective, or a
 * negative number where there is no step. */
static double find_step(const struct keel_shape *shape, const struct system *system, double damping, const double *x,
                        double *out) {
  size_t n = system->n, index[KEEL_SHAPE_MAX], free = 0;
  double matrix[KEEL_SHAPE_MAX * KEEL_SHAPE_MAX], step[KEEL_SHAPE_MAX], promise = 0;
  memset(out, 0, n * sizeof *out);
  for (size_t i = 0; i < n; i++)
    if (!is_held(shape, x, system->gradient, i) && system->matrix[i * n + i] > 0) index[free++] = i;
  for (size_t i = 0; i < free; i++) {
    for (size_t j = 0; j <= i; j++) matrix[i * free + j] = system->matrix[index[i] * n + index[j]];
    matrix[i * free + i] *= 1 + damping;
    step[i] = -system->gradient[index[i]];
  }
  if (!keel_cholesky_solve(free, matrix, step)) return -1;
  for (size_t i = 0; i < free; i++) {
    out[index[i]] = step[i];
    promise -= step[i] * system->gradient[index[i]];
  }
  return promise;
}

static void move(const struct keel_shape *shape, const double *x, const double *step, double length, double *to) {
  for (size_t i = 0; i < shape->parameters; i++) {
    to[i] = x[i] + length * step[i];
    if (shape->lower && to[i] < shape->lower[i]) to[i] = shape->lower[i];
    if (shape->upper && to[i] > shape->upper[i]) to[i] = shape->upper[i];
  }
  if (shape->project) shape->project(shape->context, to);
}

enum { CUTS = 6 };

/* Moves x along a step, cut until the objective falls; returns the length, or 0 where none does. */
static double follow(const struct fit_problem *problem, double barrier, const double *step, double *x,
                     struct system *now) {
  struct system next;
  double to[KEEL_SHAPE_MAX], length = 1;
  for (int i = 0; i < CUTS; i++, length *= 0.3) {
    move(problem->shape, x, step, length, to);
    if (!assemble(problem, barrier, to, &next) || !(next.objective < now->objective)) continue;
    memcpy(x, to, problem->shape->parameters * sizeof *x);
    *now = next;
    return length;
  }
  return 0;
}

/* J^T J of the quotes in their units. */
static void sum_information(const struct keel_shape *shape, const struct keel_smile_quotes *quotes, const double *x,
                            double *normal) {
  size_t n = shape->parameters;
  memset(normal, 0, n * n * sizeof *normal);
  for (size_t q = 0; q < quotes->count; q++) {
    struct keel_shape_row row;
    if (!keel_is_two_sided(quotes, q)) continue;
    shape->jet(shape->context, x, quotes->k[q], q, &row);
    for (size_t i = 0; i < row.count; i++)
      for (size_t j = 0; j < row.count; j++)
        normal[(row.first + i) * n + row.first + j] += row.w[i] * row.w[j] / (quotes->unit[q] * quotes->unit[q]);
  }
}

enum { ITERATIONS = 100 };
#define BARRIER_LAST 0.003 /* the barriers' weight, in quotes that are outside by half a spread */
#define PROMISE_LAST 0.01  /* a step that takes off less is the last */
#define DAMPING_MOST 1e8

void keel_smile_fit(const struct keel_shape *shape, const struct keel_smile_quotes *quotes,
                    const struct keel_smile_bounds *bounds, double *x, struct keel_fit *fit) {
  const struct fit_problem problem = {shape, quotes, bounds};
  struct system now;
  double damping = 1e-4, barrier = bounds ? 0.3 : BARRIER_LAST, step[KEEL_SHAPE_MAX];
  *fit = (struct keel_fit){.objective = INFINITY};
  int within = assemble(&problem, barrier, x, &now);
  while (within && fit->iterations < ITERATIONS && damping < DAMPING_MOST) {
    fit->iterations++;
    double promise = find_step(shape, &now, damping, x, step);
    double length = promise >= 0 ? follow(&problem, barrier, step, x, &now) : 0;
    int is_done = promise >= 0 && promise < (barrier > BARRIER_LAST ? 100 * barrier : 1) * PROMISE_LAST * (1 + damping);
    if (is_done && barrier <= BARRIER_LAST) {
      fit->converged = 1;
      break;
    }
    if (is_done || (length == 1 && barrier > BARRIER_LAST)) {
      barrier = barrier * 0.2 > BARRIER_LAST ? barrier * 0.2 : BARRIER_LAST;
      assemble(&problem, barrier, x, &now);
    } else if (length == 0) {
      damping *= 30;
    } else if (length == 1) {
      damping = damping > 1e-8 ? damping / 5 : damping;
    }
  }
  if (within) fit->objective = now.objective;
  sum_information(shape, quotes, x, fit->normal);
}
