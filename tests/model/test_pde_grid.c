#include <math.h>

#include "model/pde_plan.h"
#include "support/support.h"

static const struct keel_pde_contract contract = {-1, 100, 110, 0.05, 0.01, 2, 0.3, 1, 0, 0};

static double node(const struct keel_pde_grid *grid, size_t i) {
  double xi = ((double)i - (double)grid->centre_node) * grid->step;
  return grid->centre + grid->width * sinh(xi);
}

static void grids_reach_far_and_nest(void **state) {
  (void)state;
  struct keel_pde_plan plan;
  assert_true(keel_pde_plan_init(&plan, &contract, NULL, 16));
  const struct keel_pde_grid grid = keel_pde_grid_lay(&contract, &plan, 0, log(110), 52);
  assert_true(grid.within);
  assert_close(node(&grid, grid.centre_node), log(110), 0);
  assert_true(node(&grid, 1) < log(100) - 6.5 * 0.3 * sqrt(2) && node(&grid, 51) > log(100) + 6.5 * 0.3 * sqrt(2));
  const struct keel_pde_grid fine = keel_pde_grid_refine(grid);
  assert_int_equal(fine.nodes, 102);
  for (size_t i = 1; i < grid.nodes; i++) assert_close(node(&fine, 2 * i - 1), node(&grid, i), 1e-13);
  keel_pde_plan_fini(&plan);
}

static void an_unreachable_centre_gives_way(void **state) {
  (void)state;
  struct keel_pde_plan plan;
  assert_true(keel_pde_plan_init(&plan, &contract, NULL, 16));
  const struct keel_pde_grid grid = keel_pde_grid_lay(&contract, &plan, 0, log(1e9), 52);
  assert_false(grid.within);
  assert_close(grid.centre, log(100) + 2 * 0.04, 1e-12);
  keel_pde_plan_fini(&plan);
}

/* A European option's coordinate takes the whole carry out; that of a call what the last node could not bear. */
static void tilts(void **state) {
  (void)state;
  struct keel_pde_plan plan;
  struct keel_pde_contract one = contract;
  assert_true(keel_pde_plan_init(&plan, &contract, NULL, 16));
  assert_close(keel_pde_grid_lay(&one, &plan, 0, log(110), 52).tilt, 0, 0);
  assert_close(keel_pde_grid_lay(&one, &plan, 0, log(110), 52).decay, 0.05, 0);
  one.american = 0;
  assert_close(keel_pde_grid_lay(&one, &plan, 0, log(110), 52).tilt, 0.05 - 0.01, 0);
  assert_close(keel_pde_grid_lay(&one, &plan, 0, log(110), 52).decay, 0, 0);
  one.american = 1, one.phi = 1, one.rate = 20;
  double tilt = keel_pde_grid_lay(&one, &plan, 0, log(110), 52).tilt;
  assert_true(tilt > 10 && tilt < 20);
  keel_pde_plan_fini(&plan);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grids_reach_far_and_nest),
      cmocka_unit_test(an_unreachable_centre_gives_way),
      cmocka_unit_test(tilts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
