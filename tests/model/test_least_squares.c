/* Least squares: classic problems, bounds, what does not converge, a start without value. */
#include <math.h>

#include "model/least_squares.h"
#include "support/support.h"

/* Rosenbrock's valley: the residuals are 10 (y - x^2) and 1 - x. */
static int valley(void *context, const double *at, double *residual, double *slope) {
  (void)context;
  residual[0] = 10 * (at[1] - at[0] * at[0]), residual[1] = 1 - at[0];
  slope[0] = -20 * at[0], slope[1] = 10, slope[2] = -1, slope[3] = 0;
  return 1;
}

/* a e^{-b t} through points that it does not meet; without value for negative b. */
static int decay(void *context, const double *at, double *residual, double *slope) {
  const double *points = context;
  if (at[1] < 0) return 0;
  for (int i = 0; i < 5; i++) {
    double e = exp(-at[1] * i);
    residual[i] = at[0] * e - points[i];
    slope[2 * i] = e, slope[2 * i + 1] = -at[0] * e * i;
  }
  return 1;
}

static struct keel_least_squares_end solve(struct keel_least_squares problem, double *at) {
  double work[2 * 5 * 3];
  problem.work = work;
  return keel_least_squares_solve(&problem, at);
}

static const double low[2] = {-10, -10}, high[2] = {10, 10};

static void a_valley_is_walked_to_its_end(void **state) {
  (void)state;
  double at[2] = {-1.2, 1};
  struct keel_least_squares_end end = solve((struct keel_least_squares){2, 2, low, high, 100, valley, NULL, NULL}, at);
  assert_true(end.converged && end.held == 0);
  assert_close(at[0], 1, 1e-8);
  assert_close(at[1], 1, 1e-8);
  assert_close(end.cost, 0, 1e-16);
}

static void a_bound_holds(void **state) {
  (void)state;
  const double tight[2] = {0.5, 10};
  double at[2] = {-1.2, 1};
  struct keel_least_squares_end end = solve((struct keel_least_squares){2, 2, low, tight, 100, valley, NULL, NULL}, at);
  assert_true(end.converged);
  assert_int_equal(end.held, 1);
  assert_close(at[0], 0.5, 0);
  assert_close(at[1], 0.25, 1e-8);
  assert_close(end.cost, 0.25, 1e-12);
}

static void residuals_end_at_right_angles(void **state) {
  (void)state;
  double points[5] = {2.1, 1.1, 0.8, 0.3, 0.3}, at[2] = {1, 0.01}, residual[5], slope[10];
  struct keel_least_squares_end end = solve((struct keel_least_squares){2, 5, low, high, 100, decay, points, NULL}, at);
  assert_true(end.converged && end.cost > 0.01);
  decay(points, at, residual, slope);
  for (int k = 0; k < 2; k++) {
    double product = 0;
    for (int i = 0; i < 5; i++) product += slope[2 * i + k] * residual[i];
    assert_close(product, 0, 1e-7);
  }
}

static void too_few_steps_do_not_converge(void **state) {
  (void)state;
  double at[2] = {-1.2, 1};
  struct keel_least_squares_end end = solve((struct keel_least_squares){2, 2, low, high, 3, valley, NULL, NULL}, at);
  assert_false(end.converged);
  assert_true(end.cost < 24.2 && end.evaluations == 4);
}

static void a_start_without_value_is_nan(void **state) {
  (void)state;
  double points[5] = {0}, at[2] = {1, -1};
  struct keel_least_squares_end end = solve((struct keel_least_squares){2, 5, low, high, 100, decay, points, NULL}, at);
  assert_true(isnan(end.cost) && !end.converged);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_valley_is_walked_to_its_end), cmocka_unit_test(a_bound_holds),
      cmocka_unit_test(residuals_end_at_right_angles), cmocka_unit_test(too_few_steps_do_not_converge),
      cmocka_unit_test(a_start_without_value_is_nan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
