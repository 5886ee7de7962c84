/* See neutral.h. */
#include "kernel/neutral.h"

#include <math.h>

#include "kernel/lanes.h"
#include "kernel/level.h"
#include "kernel/neutral_level.h"

void KEEL_AT(keel_neutral_add)(size_t paths, double units, const double *greek, const double *qty, double *to) {
  double *restrict out = to;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double part = units * greek[i] * qty[i];
    out[i] += qty[i] != 0 ? part : 0;
  }
}

void KEEL_AT(keel_neutral_move)(size_t paths, const struct keel_neutral_move *move) {
  const struct keel_neutral_move in = *move;
  double *restrict want = in.want, *restrict acted = in.acted;
  const double banded = in.has_band ? 1 : 0, stops = in.inner > 0 ? 1 : 0, left = 1 - in.fraction;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    double now = in.now[i], size = fabs(now), band = banded > 0 ? in.band[i] : 0, stop = in.inner * band;
    double outside = size > band ? banded : 0;
    double why = in.fired[i] > 0 ? in.fired[i] : outside > 0 ? 1 + KEEL_REASON_BAND : 0;
    double stopped = size > stop ? copysign(stop, now) : now;
    double moved = stops > 0 ? stopped : left * now;
    want[i] = why > 0 ? moved : now;
    acted[i] = why;
  }
}

static const double TINY = 1e-9;

/* One path's system, scaled: a y = b for two right-hand sides. */
struct system {
  double a[KEEL_NEUTRAL_MAX][KEEL_NEUTRAL_MAX];
  double b[KEEL_NEUTRAL_MAX][2];
  double line[KEEL_NEUTRAL_MAX]; /* what one unit of y is in contracts */
  double bad;
};

/* The largest of |x_0| .. |x_{n-1}|, a stride apart. */
static inline __attribute__((always_inline)) double largest(const double *x, const int stride, const int n) {
  double most = 0;
  for (int k = 0; k < n; k++) {
    double size = fabs(x[k * stride]);
    most = size > most ? size : most;
  }
  return most;
}

static inline __attribute__((always_inline)) void set_up(struct system *s, const struct keel_neutral_solve *in,
                                                         const int n, size_t i) {
  double spot = in->spot[i], natural[KEEL_NEUTRAL_MAX];
  s->bad = 0;
  for (int e = 0; e < n; e++) {
    natural[e] = in->power[e] > 0 ? spot : in->power[e] < 0 ? 1 / spot : 1;
    for (int l = 0; l < n; l++) s->a[e][l] = natural[e] * in->weight[e][l] * in->greek[e][l][i];
  }
  for (int l = 0; l < n; l++) {
    double most = largest(&s->a[0][l], KEEL_NEUTRAL_MAX, n);
    s->bad = most < TINY ? 1 : s->bad;
    double inverse = 1 / most;
    s->line[l] = inverse / in->multiplier[l];
    for (int e = 0; e < n; e++) s->a[e][l] *= inverse;
  }
  for (int e = 0; e < n; e++) {
    double most = largest(s->a[e], 1, n);
    s->bad = most < TINY ? 1 : s->bad;
    double inverse = 1 / most, scale = natural[e] * inverse;
    for (int l = 0; l < n; l++) s->a[e][l] *= inverse;
    s->b[e][0] = (in->want[e][i] - in->now[e][i]) * scale;
    s->b[e][1] = -in->now[e][i] * scale;
  }
}

static inline __attribute__((always_inline)) void swap_if(double swaps, double *x, double *y) {
  double x_was = *x, y_was = *y;
  *x = swaps > 0 ? y_was : x_was;
  *y = swaps > 0 ? x_was : y_was;
}

/* The largest entry of column k, from row k down, comes to row k. */
static inline __attribute__((always_inline)) void pivot(struct system *s, const int n, const int k) {
  for (int r = k + 1; r < n; r++) {
    double swaps = fabs(s->a[r][k]) > fabs(s->a[k][k]) ? 1 : 0;
    for (int l = k; l < n; l++) swap_if(swaps, &s->a[k][l], &s->a[r][l]);
    for (int side = 0; side < 2; side++) swap_if(swaps, &s->b[k][side], &s->b[r][side]);
  }
  s->bad = fabs(s->a[k][k]) < TINY ? 1 : s->bad;
}

static inline __attribute__((always_inline)) void eliminate(struct system *s, const int n) {
  for (int k = 0; k < n; k++) {
    pivot(s, n, k);
    double inverse = 1 / s->a[k][k];
    for (int r = k + 1; r < n; r++) {
      double factor = s->a[r][k] * inverse;
      for (int l = k + 1; l < n; l++) s->a[r][l] -= factor * s->a[k][l];
      for (int side = 0; side < 2; side++) s->b[r][side] -= factor * s->b[k][side];
    }
  }
  for (int k = n - 1; k >= 0; k--) {
    for (int side = 0; side < 2; side++) {
      double sum = s->b[k][side];
      for (int l = k + 1; l < n; l++) sum -= s->a[k][l] * s->b[l][side];
      s->b[k][side] = sum / s->a[k][k];
    }
  }
}

static inline __attribute__((always_inline)) void solve(size_t paths, const struct keel_neutral_solve *system,
                                                        const int n) {
  const struct keel_neutral_solve in = *system;
#pragma omp simd
  for (size_t i = 0; i < paths; i++) {
    struct system s;
    set_up(&s, &in, n, i);
    eliminate(&s, n);
    for (int l = 0; l < n; l++) {
      in.change[l][i] = s.bad > 0 ? 0 : s.b[l][0] * s.line[l];
      in.exact[l][i] = s.bad > 0 ? NAN : s.b[l][1] * s.line[l];
    }
    in.singular[i] = s.bad;
  }
}

void KEEL_AT(keel_neutral_solve)(size_t paths, const struct keel_neutral_solve *system) {
  if (system->count == 1)
    solve(paths, system, 1);
  else if (system->count == 2)
    solve(paths, system, 2);
  else
    solve(paths, system, 3);
}
