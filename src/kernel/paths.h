/* Worlds: what spot does over [t, t + dt], for a block of paths, one step at a time.
 *
 * A world says how its parameters may be, how many normals a step takes and what it does with them; paths_X.c holds one
 * world or a family, and a row of table.c makes it known. `drift` is the growth rate of the expected price in all of
 * them: mu under P, r - q under Q. Variances are per year, rates and drifts annual and continuous.
 * Shape: rows of KEEL_LEAF paths; the first row of a world's state is its spot, the second its variance if it has one.
 * The first normal of a step is that of the spot's Brownian motion in every world, and `correlation` is among these;
 * a variance's own is rho times that, and the rest independent of everything. */
#ifndef KEEL_KERNEL_PATHS_H
#define KEEL_KERNEL_PATHS_H

#include "keel/heston.h"
#include "kernel/draws.h"

enum keel_world_kind {
  KEEL_WORLD_GBM,
  KEEL_WORLD_MERTON,
  KEEL_WORLD_KOU,
  KEEL_WORLD_HESTON,
  KEEL_WORLD_BATES,
  KEEL_WORLD_ROUGH_BERGOMI,
  KEEL_WORLD_BOOTSTRAP,
  KEEL_WORLD_COUNT
};

/* ---- parameters ---- */

struct keel_gbm {
  double vol;
};

/* Jumps of log spot: up with up_probability by an exponential of rate up_rate > 1, else down by one of down_rate. */
struct keel_exponential_jumps {
  double intensity, up_probability, up_rate, down_rate;
};

struct keel_merton {
  double vol;
  struct keel_normal_jumps jumps;
};

struct keel_kou {
  double vol;
  struct keel_exponential_jumps jumps;
};

/* v_t = variance exp(eta Y_t - Var(eta Y_t) / 2), Y = sqrt(2 hurst) int (t - s)^(hurst - 1/2) dW. */
struct keel_rough_bergomi {
  double variance, hurst, eta, rho; /* variance: the forward variance, the same for all times */
};

/* Blocks of consecutive rows of returns, of geometric length, wrapping around: one row a step, whatever its years. All
 * bootstraps of a run with as many rows and the same mean_block take the same rows at the same time. */
struct keel_bootstrap {
  const double *returns; /* [count]: relative, S'/S - 1; borrowed */
  size_t count;
  double mean_block; /* rows; 1: each by itself */
  int own_drift;     /* 1: grows as the returns do; 0: scaled to grow by `drift` on average */
  int forced;        /* 1: at step forced_step every path is at row forced_row, and goes on there */
  size_t forced_step, forced_row;
};

struct keel_world {
  enum keel_world_kind kind;
  double spot, drift;
  union {
    struct keel_gbm gbm;
    struct keel_merton merton;
    struct keel_kou kou;
    struct keel_heston heston;
    struct keel_bates bates;
    struct keel_rough_bergomi rough_bergomi;
    struct keel_bootstrap bootstrap;
  };
};

/* ---- what is to be known of a world ---- */

enum { KEEL_WORLD_TEXT_SIZE = 200 };

/* "gbm", "heston" ...: as strategies name them. */
const char *keel_world_name(enum keel_world_kind kind);
/* The kind of this name; KEEL_WORLD_COUNT for none. */
enum keel_world_kind keel_world_named(const char *name);
/* What is wrong with its parameters, as `xi: 0 is not above 0`, or NULL. May write into `text`. */
const char *keel_world_problem(const struct keel_world *world, char *text);
/* What is allowed but worth saying (Feller's condition violated), or NULL. */
const char *keel_world_note(const struct keel_world *world, char *text);

/* The expected average variance per year over `years` from now is constant + slope x variance now, jumps included. In
 * rough Bergomi it is that from the start; NaN for a bootstrap. */
struct keel_expected_variance {
  double constant, slope;
};
struct keel_expected_variance keel_world_variance(const struct keel_world *world, double years);

/* ---- paths of several underlyings ---- */

struct keel_paths_plan {
  size_t count;
  const struct keel_world *worlds; /* [underlying] */
  const double *correlation;       /* [underlying][underlying]; NULL: none */
  struct keel_draw_plan draws;     /* `factors` is not read; `years` is always */
};

/* What all blocks share; read only. */
struct keel_paths_wiring;

/* Memory is of the arena; the plan may go. Errors: KEEL_STATUS_INPUT for parameters, correlations or draws that make no
 * sense, with the field in words. */
keel_status keel_paths_wire(struct keel_arena *arena, const struct keel_paths_plan *plan,
                            const struct keel_paths_wiring **wiring, keel_error *error);

/* Of one block at a time, and one thread. */
struct keel_paths;
struct keel_paths *keel_paths_new(struct keel_arena *arena, const struct keel_paths_wiring *wiring);

/* Paths first .. first + count - 1, all of one leaf, at the start. */
void keel_paths_begin(struct keel_paths *paths, uint64_t first, size_t count);
/* The next step; at most as many as are planned. */
void keel_paths_step(struct keel_paths *paths);
/* Spot falls by that cash, or to a millionth of itself where it has less. */
void keel_paths_pay(struct keel_paths *paths, size_t underlying, double cash);
/* [path], after the last step. Variance: NULL where the world has none. */
const double *keel_paths_spot(const struct keel_paths *paths, size_t underlying);
const double *keel_paths_variance(const struct keel_paths *paths, size_t underlying);

/* ---- a world, as its file says it ---- */

struct keel_path_step {
  const struct keel_world *world;
  const double *wired;  /* what `wire` wrote */
  uint64_t seed, first; /* of draws beyond the normals, and the first path */
  uint32_t step, underlying;
  size_t steps, paths; /* steps: of the run */
  double years;
  double reach;          /* no normal is beyond +- this */
  const double *normals; /* [factor][KEEL_LEAF] */
  double *state;         /* [row][KEEL_LEAF] */
};

struct keel_world_type {
  const char *name;
  size_t factors;       /* normals of a step */
  size_t rows;          /* of state: spot, variance, what else there is */
  size_t rows_per_step; /* and more of these for each step of the run */
  int has_variance, equal_steps;
  const char *(*problem)(const struct keel_world *world, char *text);
  const char *(*note)(const struct keel_world *world, char *text); /* NULL: never anything */
  /* What is wrong with a step of this length; NULL: any will do. */
  const char *(*step_problem)(const struct keel_world *world, double years, char *text);
  struct keel_expected_variance (*variance)(const struct keel_world *world, double years);
  double (*start)(const struct keel_world *world); /* of the second row; NULL: 0 */
  /* What is known once for all paths: wired_per_step x steps + wired numbers; NULL: nothing. */
  size_t wired, wired_per_step;
  void (*wire)(const struct keel_world *world, size_t steps, const double *years, double *out);
  void (*step)(const struct keel_path_step *step);
};

#endif
