/* One-dimensional diffusion, dU/dt = 1/2 (vol s)^2 d2U/ds2 + drift s dU/ds - decay U in time to go, by implicit steps,
 * on grids of their own per lane: Black and Scholes' equation.
 *
 * Shape: arrays are [node][lane]. A lane's nodes may rise or fall; where there is a floor, they begin at the end of the
 * grid that is not on it.
 *
 * Method: with A the three-point operator, an implicit step of h solves (1 - h (A - decay)) W = U, and the step of
 * Crank and Nicolson of 2 h is U' = 2 W - U: both have the same factors, found once for all steps of a call. Thomas'
 * elimination, without pivoting: the matrix is diagonally dominant for rates from 0 on. Early exercise: the
 * substitution begins at the end of the grid that is on the floor and keeps every value above it, which solves the
 * complementarity problem of each step exactly if the nodes on the floor are connected with that end (Brennan and
 * Schwartz 1977). */
#ifndef KEEL_KERNEL_DIFFUSION_H
#define KEEL_KERNEL_DIFFUSION_H

#include <stddef.h>

enum { KEEL_DIFFUSION_LANES = 8 };

/* The grid and what is on it. The pitch of all arrays is KEEL_DIFFUSION_LANES. */
struct keel_diffusion {
  size_t nodes;
  const double *spot;                     /* s of each node */
  const double *before, *after;           /* A: rates to the node before and after, per year; 0 where there is none */
  double *value;                          /* U */
  double *old, *inverse, *carry, *gather; /* room: U before the step, and the factors */
};

/* Equal steps. The floor of U after step k is phi (spot_scale[k] s - strike_scale[k]). */
struct keel_diffusion_steps {
  size_t count;
  int implicit;                            /* 1: implicit steps of `half`; 0: Crank-Nicolson steps of twice that */
  int floored;                             /* 0: no lane has a floor, and the next four are not read */
  const double *half;                      /* [lane], years */
  const double *decay;                     /* [lane], per year */
  const double *phi;                       /* [lane] */
  const double *spot_scale, *strike_scale; /* [step][lane] */
};

/* s of the nodes: e^(centre + width sinh(start + i step)) for i from 0 on. Each array is [lane]; spot [node][lane]. */
struct keel_diffusion_nodes {
  size_t nodes;
  const double *start, *step, *centre, *width;
  double *spot;
};

typedef void keel_diffusion_lay(const struct keel_diffusion_nodes *nodes);
/* Takes U through these steps. */
typedef void keel_diffusion_advance(const struct keel_diffusion *grid, const struct keel_diffusion_steps *steps);

#endif
