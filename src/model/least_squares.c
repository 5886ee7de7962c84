/* See least_squares.h. */
#include "model/least_squares.h"

#include <math.h>
#include <string.h>

enum { MOST = KEEL_LEAST_SQUARES_MOST };
static const double DAMPING = 1e-3, DAMPING_MOST = 1e12, STEP_LEAST = 1e-10, ANGLE_LEAST = 1e-8;

/* Residuals and derivatives somewhere, and what the normal equations are made of. */
struct place {
  double at[MOST], cost, *residual, *slope;
};
struct normal {
  double matrix[MOST][MOST], gradient[MOST], step[MOST];
  unsigned held;
};

static double clip(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static int visit(const struct keel_least_squares *problem, struct place *place) {
  place->cost = NAN;
  if (!problem->evaluate(problem->context, place->at, place->residual, place->slope)) return 0;
  place->cost = 0;
  for (size_t i = 0; i < problem->residuals; i++) place->cost += place->residual[i] * place->residual[i];
  return isfinite(place->cost);
}

static void add_normal(const struct keel_least_squares *problem, const struct place *place, struct normal *to) {
  size_t n = problem->parameters;
  memset(to, 0, sizeof *to);
  for (size_t i = 0; i < problem->residuals; i++) {
    const double *slope = place->slope + i * n;
    for (size_t k = 0; k < n; k++) {
      to->gradient[k] += slope[k] * place->residual[i];
      for (size_t j = 0; j <= k; j++) to->matrix[k][j] += slope[k] * slope[j];
    }
  }
  for (size_t k = 0; k < n; k++) {
    int low = place->at[k] <= problem->low[k] && to->gradient[k] > 0;
    int high = place->at[k] >= problem->high[k] && to->gradient[k] < 0;
    if (low || high) to->held |= 1u << k;
  }
}

/* The largest cosine between the residuals and a derivative that is free. */
static double angle_of(const struct keel_least_squares *problem, const struct place *place,
                       const struct normal *normal) {
  double most = 0;
  for (size_t k = 0; k < problem->parameters; k++) {
    double size = sqrt(normal->matrix[k][k] * place->cost);
    double angle = size > 0 && !(normal->held >> k & 1) ? fabs(normal->gradient[k]) / size : 0.0;
    most = angle > most ? angle : most;
  }
  return most;
}

/* The matrix with its damped diagonal; rows and columns of what is held are those of the identity. */
static void damp(const struct normal *normal, size_t n, double damping, double matrix[MOST][MOST]) {
  for (size_t k = 0; k < n; k++)
    for (size_t j = 0; j <= k; j++) {
      int is_held = (normal->held >> k & 1) || (normal->held >> j & 1);
      double entry = normal->matrix[k][j];
      if (k == j) entry += damping * (entry > 0 ? entry : 1.0);
      matrix[k][j] = is_held ? k == j : entry;
    }
}

/* Cholesky's factor in place; 0 where the matrix has none. */
static int factor(double matrix[MOST][MOST], size_t n) {
  for (size_t k = 0; k < n; k++)
    for (size_t j = 0; j <= k; j++) {
      double sum = matrix[k][j];
      for (size_t i = 0; i < j; i++) sum -= matrix[k][i] * matrix[j][i];
      if (k == j && !(sum > 0)) return 0;
      matrix[k][j] = k == j ? sqrt(sum) : sum / matrix[j][j];
    }
  return 1;
}

static int find_step(struct normal *normal, size_t n, double damping) {
  double matrix[MOST][MOST], x[MOST] = {0};
  damp(normal, n, damping, matrix);
  if (!factor(matrix, n)) return 0;
  for (size_t k = 0; k < n; k++) {
    x[k] = normal->held >> k & 1 ? 0.0 : -normal->gradient[k];
    for (size_t i = 0; i < k; i++) x[k] -= matrix[k][i] * x[i];
    x[k] /= matrix[k][k];
  }
  for (size_t k = n; k-- > 0;) {
    for (size_t i = k + 1; i < n; i++) x[k] -= matrix[i][k] * x[i];
    x[k] /= matrix[k][k];
  }
  memcpy(normal->step, x, sizeof x);
  return 1;
}

/* How far the quadratic model falls, twice. */
static double expected_fall(const struct normal *normal, size_t n, double damping) {
  double fall = 0;
  for (size_t k = 0; k < n; k++)
    fall += normal->step[k] * (damping * normal->matrix[k][k] * normal->step[k] - normal->gradient[k]);
  return fall;
}

/* Where the step leads, within the bounds; the largest move. */
static double move(const struct keel_least_squares *problem, const struct place *from, const struct normal *normal,
                   struct place *to) {
  double most = 0;
  for (size_t k = 0; k < problem->parameters; k++) {
    to->at[k] = clip(from->at[k] + normal->step[k], problem->low[k], problem->high[k]);
    double by = fabs(to->at[k] - from->at[k]) / (1 + fabs(from->at[k]));
    most = by > most ? by : most;
  }
  return most;
}

struct damping {
  double now, factor;
};

/* 1: the trial is the new place. */
static int judge(const struct place *here, const struct place *trial, double fall, struct damping *damping) {
  double gain = fall > 0 ? (here->cost - trial->cost) / fall : 0;
  if (isfinite(trial->cost) && trial->cost < here->cost) {
    double cut = 1 - (2 * gain - 1) * (2 * gain - 1) * (2 * gain - 1);
    damping->now *= cut > 1.0 / 3 ? cut : 1.0 / 3;
    if (gain > 0.9) damping->now *= 0.1;
    damping->factor = 2;
    return 1;
  }
  damping->now *= damping->factor;
  damping->factor *= 2;
  return 0;
}

struct keel_least_squares_end keel_least_squares_solve(const struct keel_least_squares *problem, double *at) {
  size_t n = problem->parameters, size = problem->residuals * (n + 1);
  struct place here = {.residual = problem->work, .slope = problem->work + problem->residuals}, trial;
  struct normal normal;
  struct damping damping = {DAMPING, 2};
  struct keel_least_squares_end end = {.cost = NAN};
  for (size_t k = 0; k < n; k++) here.at[k] = clip(at[k], problem->low[k], problem->high[k]);
  trial = (struct place){.residual = problem->work + size, .slope = problem->work + size + problem->residuals};
  end.evaluations = 1;
  if (!visit(problem, &here)) return end;
  add_normal(problem, &here, &normal);
  while (!end.converged && end.evaluations <= problem->steps_most && damping.now < DAMPING_MOST) {
    if (here.cost == 0 || angle_of(problem, &here, &normal) < ANGLE_LEAST) {
      end.converged = 1;
    } else if (!find_step(&normal, n, damping.now)) {
      damping.now *= 10;
    } else {
      double moved = move(problem, &here, &normal, &trial);
      visit(problem, &trial);
      end.evaluations++;
      if (judge(&here, &trial, expected_fall(&normal, n, damping.now), &damping)) {
        struct place left = here;
        here = trial, trial = left;
        add_normal(problem, &here, &normal);
        end.steps++;
      }
      end.converged = moved < STEP_LEAST;
    }
  }
  memcpy(at, here.at, n * sizeof *at);
  end.cost = here.cost;
  end.held = normal.held;
  return end;
}
