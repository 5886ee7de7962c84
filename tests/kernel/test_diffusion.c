/* The diffusion: against a dense solve of each step, the complementarity of its floor, and the same bits everywhere. */
#include "kernel/diffusion.h"

#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"
#include "support/support.h"

enum { LANES = KEEL_DIFFUSION_LANES, NODES = 12, STEPS = 5, SHEET = NODES * LANES };

/* Eight small grids of different vols, spacings and drifts. */
struct bench {
  double spot[SHEET], before[SHEET], after[SHEET], value[SHEET], old[SHEET], inverse[SHEET], carry[SHEET],
      gather[SHEET];
  double half[LANES], decay[LANES], phi[LANES], spot_scale[STEPS * LANES], strike_scale[STEPS * LANES];
};

static void fill(struct bench *b) {
  memset(b, 0, sizeof *b);
  for (size_t lane = 0; lane < LANES; lane++) {
    double width = 0.03 * (double)(lane + 1);
    b->phi[lane] = 1;
    b->half[lane] = 0.01 * (double)(lane + 1);
    b->decay[lane] = 0.02 * (double)lane;
    for (size_t i = 0; i < NODES; i++) {
      double s = 100 * exp(width * ((double)i - 5));
      b->spot[i * LANES + lane] = s;
      b->value[i * LANES + lane] = s > 100 ? s - 100 : 0;
      if (i == 0 || i == NODES - 1) continue;
      b->before[i * LANES + lane] = 0.5 / (width * width) * 0.09;
      b->after[i * LANES + lane] = 0.4 / (width * width) * 0.09;
    }
    for (size_t k = 0; k < STEPS; k++) {
      b->spot_scale[k * LANES + lane] = 1;
      b->strike_scale[k * LANES + lane] = 100 - 0.01 * (double)k;
    }
  }
}

static void advance(struct bench *b, size_t count, int implicit, int floored) {
  const struct keel_diffusion grid = {NODES,  b->spot,    b->before, b->after, b->value,
                                      b->old, b->inverse, b->carry,  b->gather};
  const struct keel_diffusion_steps steps = {count,    implicit, floored,       b->half,
                                             b->decay, b->phi,   b->spot_scale, b->strike_scale};
  keel_kernel_now->diffusion_advance(&grid, &steps);
}

/* (I - h (A - decay)) at a node, of a lane's values. */
static double left_side(const struct bench *b, size_t lane, size_t i, const double *value) {
  size_t at = i * LANES + lane;
  double h = b->half[lane], sum = (1 + h * (b->before[at] + b->after[at] + b->decay[lane])) * value[at];
  if (i > 0) sum -= h * b->before[at] * value[at - LANES];
  if (i + 1 < NODES) sum -= h * b->after[at] * value[at + LANES];
  return sum;
}

static double right_side(const struct bench *b, size_t lane, size_t i, const double *value) {
  return 2 * value[i * LANES + lane] - left_side(b, lane, i, value);
}

static void steps_solve_their_equations(void **state) {
  (void)state;
  struct bench b;
  double was[SHEET];
  fill(&b);
  memcpy(was, b.value, sizeof was);
  advance(&b, 1, 1, 0);
  for (size_t lane = 0; lane < LANES; lane++)
    for (size_t i = 0; i < NODES; i++) assert_close(left_side(&b, lane, i, b.value), was[i * LANES + lane], 1e-12);
  memcpy(was, b.value, sizeof was);
  advance(&b, 1, 0, 0);
  for (size_t lane = 0; lane < LANES; lane++)
    for (size_t i = 0; i < NODES; i++)
      assert_close(left_side(&b, lane, i, b.value), right_side(&b, lane, i, was), 1e-12);
}

/* At each node either the value is on its floor and the equation leaves something over, or it is above and solved. */
static void the_floor_is_complementary(void **state) {
  (void)state;
  struct bench b;
  double was[SHEET];
  size_t on = 0, above = 0;
  fill(&b);
  for (size_t i = 0; i < SHEET; i++) b.after[i] *= 0.8; /* the equation takes high values down */
  for (int implicit = 1; implicit >= 0; implicit--) {
    memcpy(was, b.value, sizeof was);
    advance(&b, 1, implicit, 1);
    for (size_t lane = 0; lane < LANES; lane++)
      for (size_t i = 0; i < NODES; i++) {
        double floor = b.spot[i * LANES + lane] - 100, value = b.value[i * LANES + lane];
        double right = implicit ? was[i * LANES + lane] : right_side(&b, lane, i, was);
        double over = left_side(&b, lane, i, b.value) - right;
        assert_true(value >= floor && over > -1e-11);
        assert_true(value - floor < 1e-11 || fabs(over) < 1e-11);
        on += value - floor < 1e-11, above += value - floor >= 1e-11;
      }
  }
  assert_true(on > 20 && above > 20);
}

static void many_steps_are_one_after_the_other(void **state) {
  (void)state;
  struct bench once, many;
  fill(&once);
  fill(&many);
  for (size_t k = 0; k < STEPS; k++) advance(&once, 1, 0, 0);
  advance(&many, STEPS, 0, 0);
  for (size_t i = 0; i < SHEET; i++) assert_same_bits(many.value[i], once.value[i]);
}

static void nodes_are_where_they_should_be(void **state) {
  (void)state;
  double start[LANES], step[LANES], centre[LANES], width[LANES], spot[SHEET];
  for (size_t lane = 0; lane < LANES; lane++) {
    start[lane] = -2 - 0.1 * (double)lane, step[lane] = 0.3, centre[lane] = 4.6, width[lane] = 0.1 * (double)lane;
  }
  keel_kernel_now->diffusion_lay(&(struct keel_diffusion_nodes){NODES, start, step, centre, width, spot});
  for (size_t lane = 0; lane < LANES; lane++)
    for (size_t i = 0; i < NODES; i++) {
      double want = exp(centre[lane] + width[lane] * sinh(start[lane] + (double)i * step[lane]));
      assert_close(spot[i * LANES + lane], want, 1e-14 * want);
    }
}

static void every_level_has_the_same_bits(void **state) {
  (void)state;
  static const char *const levels[] = {"base", "v3", "v4"};
  struct bench first;
  for (int level = 0; level < 3; level++) {
    struct bench b;
    if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
    fill(&b);
    advance(&b, 2, 1, 1);
    advance(&b, STEPS, 0, 1);
    advance(&b, STEPS, 0, 0);
    if (level == 0) first = b;
    for (size_t i = 0; i < SHEET; i++) assert_same_bits(b.value[i], first.value[i]);
  }
  keel_cpu_force("auto", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_solve_their_equations),        cmocka_unit_test(the_floor_is_complementary),
      cmocka_unit_test(many_steps_are_one_after_the_other), cmocka_unit_test(nodes_are_where_they_should_be),
      cmocka_unit_test(every_level_has_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
