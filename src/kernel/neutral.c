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

/* ---- the systems of a tile of paths; each step is a flat loop over them ---- */

enum { TILE = 32, SIDES = 2 };
static const double TINY = 1e-9;

struct tile {
  size_t n, from, paths;
  double a[KEEL_NEUTRAL_MAX][KEEL_NEUTRAL_MAX][TILE]; /* a y = b, scaled */
  double b[KEEL_NEUTRAL_MAX][SIDES][TILE];
  double scale[KEEL_NEUTRAL_MAX][TILE]; /* of an exposure: what b is multiplied by */
  double line[KEEL_NEUTRAL_MAX][TILE];  /* what one unit of y is in contracts */
  double most[TILE], bad[TILE];
};

static void load(struct tile *t, const struct keel_neutral_solve *in) {
  for (size_t i = 0; i < t->paths; i++) t->bad[i] = 0;
  for (size_t e = 0; e < t->n; e++) {
    const double *spot = in->spot + t->from;
    for (size_t i = 0; i < t->paths; i++)
      t->scale[e][i] = in->power[e] > 0 ? spot[i] : in->power[e] < 0 ? 1 / spot[i] : 1;
    for (size_t l = 0; l < t->n; l++) {
      const double *greek = in->greek[e][l] + t->from, weight = in->weight[e][l];
      for (size_t i = 0; i < t->paths; i++) t->a[e][l][i] = t->scale[e][i] * weight * greek[i];
    }
  }
}

/* The largest of some entries so far; and 1 over it, or singular. */
static void start_largest(struct tile *t) {
  for (size_t i = 0; i < t->paths; i++) t->most[i] = 0;
}
static void see_largest(struct tile *t, const double *x) {
  for (size_t i = 0; i < t->paths; i++) t->most[i] = fabs(x[i]) > t->most[i] ? fabs(x[i]) : t->most[i];
}
static void take_inverse(struct tile *t) {
  for (size_t i = 0; i < t->paths; i++) {
    t->bad[i] = t->most[i] < TINY ? 1 : t->bad[i];
    t->most[i] = 1 / t->most[i];
  }
}
static void multiply(size_t paths, double *x, const double *by) {
  for (size_t i = 0; i < paths; i++) x[i] *= by[i];
}

static void scale_lines(struct tile *t, const struct keel_neutral_solve *in) {
  for (size_t l = 0; l < t->n; l++) {
    start_largest(t);
    for (size_t e = 0; e < t->n; e++) see_largest(t, t->a[e][l]);
    take_inverse(t);
    for (size_t e = 0; e < t->n; e++) multiply(t->paths, t->a[e][l], t->most);
    for (size_t i = 0; i < t->paths; i++) t->line[l][i] = t->most[i] / in->multiplier[l];
  }
}

static void scale_exposures(struct tile *t, const struct keel_neutral_solve *in) {
  for (size_t e = 0; e < t->n; e++) {
    const double *now = in->now[e] + t->from, *want = in->want[e] + t->from;
    start_largest(t);
    for (size_t l = 0; l < t->n; l++) see_largest(t, t->a[e][l]);
    take_inverse(t);
    for (size_t l = 0; l < t->n; l++) multiply(t->paths, t->a[e][l], t->most);
    for (size_t i = 0; i < t->paths; i++) {
      double scale = t->scale[e][i] * t->most[i];
      t->b[e][0][i] = (want[i] - now[i]) * scale;
      t->b[e][1][i] = -now[i] * scale;
    }
  }
}

static void swap_where(size_t paths, const double *swaps, double *restrict x, double *restrict y) {
  for (size_t i = 0; i < paths; i++) {
    double was = x[i];
    x[i] = swaps[i] > 0 ? y[i] : was;
    y[i] = swaps[i] > 0 ? was : y[i];
  }
}

/* The largest entry of column k, from row k down, comes to row k. */
static void pivot(struct tile *t, size_t k) {
  double swaps[TILE];
  for (size_t r = k + 1; r < t->n; r++) {
    for (size_t i = 0; i < t->paths; i++) swaps[i] = fabs(t->a[r][k][i]) > fabs(t->a[k][k][i]) ? 1 : 0;
    for (size_t l = k; l < t->n; l++) swap_where(t->paths, swaps, t->a[k][l], t->a[r][l]);
    for (size_t side = 0; side < SIDES; side++) swap_where(t->paths, swaps, t->b[k][side], t->b[r][side]);
  }
  for (size_t i = 0; i < t->paths; i++) t->bad[i] = fabs(t->a[k][k][i]) < TINY ? 1 : t->bad[i];
}

/* x -= factor y */
static void subtract(size_t paths, const double *factor, const double *restrict y, double *restrict x) {
  for (size_t i = 0; i < paths; i++) x[i] -= factor[i] * y[i];
}

static void eliminate(struct tile *t) {
  double factor[TILE];
  for (size_t k = 0; k < t->n; k++) {
    pivot(t, k);
    for (size_t r = k + 1; r < t->n; r++) {
      for (size_t i = 0; i < t->paths; i++) factor[i] = t->a[r][k][i] / t->a[k][k][i];
      for (size_t l = k + 1; l < t->n; l++) subtract(t->paths, factor, t->a[k][l], t->a[r][l]);
      for (size_t side = 0; side < SIDES; side++) subtract(t->paths, factor, t->b[k][side], t->b[r][side]);
    }
  }
  for (size_t k = t->n; k-- > 0;) {
    for (size_t side = 0; side < SIDES; side++) {
      for (size_t l = k + 1; l < t->n; l++) subtract(t->paths, t->a[k][l], t->b[l][side], t->b[k][side]);
      for (size_t i = 0; i < t->paths; i++) t->b[k][side][i] /= t->a[k][k][i];
    }
  }
}

static void store(const struct tile *t, const struct keel_neutral_solve *in) {
  for (size_t l = 0; l < t->n; l++) {
    double *restrict change = in->change[l] + t->from, *restrict exact = in->exact[l] + t->from;
    for (size_t i = 0; i < t->paths; i++) {
      change[i] = t->bad[i] > 0 ? 0 : t->b[l][0][i] * t->line[l][i];
      exact[i] = t->bad[i] > 0 ? NAN : t->b[l][1][i] * t->line[l][i];
    }
  }
  for (size_t i = 0; i < t->paths; i++) in->singular[t->from + i] = t->bad[i];
}

void KEEL_AT(keel_neutral_solve)(size_t paths, const struct keel_neutral_solve *system) {
  struct tile tile;
  for (size_t from = 0; from < paths; from += TILE) {
    tile.n = system->count;
    tile.from = from;
    tile.paths = paths - from < TILE ? paths - from : TILE;
    load(&tile, system);
    scale_lines(&tile, system);
    scale_exposures(&tile, system);
    eliminate(&tile);
    store(&tile, system);
  }
}
