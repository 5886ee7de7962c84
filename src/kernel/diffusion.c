/* See diffusion.h. */
#include "kernel/diffusion.h"

#include <math.h>

#include "kernel/diffusion_level.h"
#include "kernel/lane_math.h"
#include "kernel/level.h"

enum { LANES = KEEL_DIFFUSION_LANES };

void KEEL_AT(keel_diffusion_lay)(const struct keel_diffusion_nodes *nodes) {
  const struct keel_diffusion_nodes in = *nodes;
  double *restrict spot = in.spot;
  for (size_t i = 0; i < in.nodes; i++) {
#pragma omp simd
    for (size_t lane = 0; lane < LANES; lane++) {
      double up = keel_exp(fma((double)i, in.step[lane], in.start[lane]));
      spot[i * LANES + lane] = keel_exp(fma(in.width[lane] * 0.5, up - 1 / up, in.centre[lane]));
    }
  }
}

/* With a = h before, c = h after: y_i = inverse U_i + carry y_(i-1), then W_i = y_i + gather W_(i+1). */
static void factor(const struct keel_diffusion *grid, const double *half, const double *decay) {
  double *restrict inverse = grid->inverse, *restrict carry = grid->carry, *restrict gather = grid->gather;
  double last[LANES] = {0};
  for (size_t at = 0; at < grid->nodes * LANES; at += LANES) {
#pragma omp simd
    for (size_t lane = 0; lane < LANES; lane++) {
      double a = half[lane] * grid->before[at + lane], c = half[lane] * grid->after[at + lane];
      double pivot = 1 / (1 + fma(a, 1 - last[lane], fma(half[lane], decay[lane], c)));
      inverse[at + lane] = pivot;
      carry[at + lane] = a * pivot;
      gather[at + lane] = last[lane] = c * pivot;
    }
  }
}

/* y, in place of U, which goes to `old`. */
static void eliminate(const struct keel_diffusion *grid) {
  const double *restrict inverse = grid->inverse, *restrict carry = grid->carry;
  double *restrict value = grid->value, *restrict old = grid->old;
  double y[LANES] = {0};
  for (size_t at = 0; at < grid->nodes * LANES; at += LANES) {
#pragma omp simd
    for (size_t lane = 0; lane < LANES; lane++) {
      double u = value[at + lane];
      old[at + lane] = u;
      y[lane] = fma(carry[at + lane], y[lane], inverse[at + lane] * u);
      value[at + lane] = y[lane];
    }
  }
}

/* U' = W + on (W - U), for on 0 or 1. */
static void substitute(const struct keel_diffusion *grid, double on) {
  const double *restrict gather = grid->gather, *restrict old = grid->old;
  double *restrict value = grid->value;
  double w[LANES] = {0};
  for (size_t at = grid->nodes * LANES; at > 0;) {
    at -= LANES;
#pragma omp simd
    for (size_t lane = 0; lane < LANES; lane++) {
      w[lane] = fma(gather[at + lane], w[lane], value[at + lane]);
      value[at + lane] = fma(on, w[lane] - old[at + lane], w[lane]);
    }
  }
}

/* The same with U' kept from its floor f on: W from f + on (U - f) / 2 on. */
static void substitute_above(const struct keel_diffusion *grid, double on, const double *slope, const double *level) {
  const double *restrict gather = grid->gather, *restrict old = grid->old, *restrict spot = grid->spot;
  double *restrict value = grid->value;
  double w[LANES] = {0};
  for (size_t at = grid->nodes * LANES; at > 0;) {
    at -= LANES;
#pragma omp simd
    for (size_t lane = 0; lane < LANES; lane++) {
      double u = old[at + lane], floor = fma(slope[lane], spot[at + lane], level[lane]);
      double free = fma(gather[at + lane], w[lane], value[at + lane]);
      w[lane] = keel_at_least(free, fma(0.5 * on, u - floor, floor));
      value[at + lane] = keel_at_least(fma(on, w[lane] - u, w[lane]), floor);
    }
  }
}

static void take_above(const struct keel_diffusion *grid, const struct keel_diffusion_steps *steps, size_t k) {
  double slope[LANES], level[LANES];
  for (size_t lane = 0; lane < LANES; lane++) {
    slope[lane] = steps->phi[lane] * steps->spot_scale[k * LANES + lane];
    level[lane] = -steps->phi[lane] * steps->strike_scale[k * LANES + lane];
  }
  substitute_above(grid, steps->implicit ? 0 : 1, slope, level);
}

void KEEL_AT(keel_diffusion_advance)(const struct keel_diffusion *grid, const struct keel_diffusion_steps *steps) {
  factor(grid, steps->half, steps->decay);
  for (size_t k = 0; k < steps->count; k++) {
    eliminate(grid);
    if (steps->floored)
      take_above(grid, steps, k);
    else
      substitute(grid, steps->implicit ? 0 : 1);
  }
}
