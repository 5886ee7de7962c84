/* The fit of smiles by itself, with shapes that are known: lines and parabolas of total variance. */
#include "model/smile_fit.h"

#include "support/support.h"

/* x[0] + x[1] k + x[2] k^2 */
static struct keel_jet parabola(const void *context, const double *x, double k, size_t point,
                                struct keel_shape_row *row) {
  (void)context;
  (void)point;
  *row = (struct keel_shape_row){0, 3, {1, k, k * k}, {0, 1, 2 * k}, {0, 0, 2}};
  return (struct keel_jet){x[0] + k * (x[1] + k * x[2]), x[1] + 2 * k * x[2], 2 * x[2]};
}

static const struct keel_shape shape = {.parameters = 3, .jet = parabola};

enum { COUNT = 9 };
static double k[COUNT], bid[COUNT], ask[COUNT], unit[COUNT];
static const struct keel_smile_quotes quotes = {COUNT, k, bid, ask, unit, NULL};

static void quote_parabola(double a, double b, double c, double half) {
  for (int i = 0; i < COUNT; i++) {
    k[i] = 0.1 * (i - COUNT / 2);
    double w = a + k[i] * (b + k[i] * c);
    bid[i] = w - half;
    ask[i] = w + half;
    unit[i] = half;
  }
}

static void a_parabola_comes_back(void **state) {
  (void)state;
  struct keel_fit fit;
  double x[3] = {0.1, 0, 0};
  quote_parabola(0.04, -0.02, 0.05, 1e-4);
  keel_smile_fit(&shape, &quotes, NULL, x, &fit);
  assert_true(fit.converged);
  assert_close(x[0], 0.04, 1e-5);
  assert_close(x[1], -0.02, 1e-4);
  assert_close(x[2], 0.05, 1e-3);
  assert_close(keel_smile_cost(&shape, &quotes, x), fit.objective, 1e-12);
}

/* Outside its spread a quote pulls no harder the farther it is off. */
static void one_wild_quote_changes_little(void **state) {
  (void)state;
  struct keel_fit fit;
  double x[3] = {0.04, 0, 0};
  quote_parabola(0.04, -0.02, 0.05, 1e-3);
  bid[2] += 0.5;
  ask[2] += 0.5;
  keel_smile_fit(&shape, &quotes, NULL, x, &fit);
  for (int i = 0; i < COUNT; i++)
    if (i != 2) assert_close(x[0] + k[i] * (x[1] + k[i] * x[2]), 0.5 * (bid[i] + ask[i]), 1e-3);
}

static void asks_and_bids_alone_bound_it(void **state) {
  (void)state;
  struct keel_fit fit;
  double x[3] = {0.04, 0, 0};
  quote_parabola(0.04, 0, 0, 1e-3);
  bid[0] = 0;
  ask[0] = 0.1; /* far above: says nothing */
  bid[8] = 0.01;
  ask[8] = INFINITY;
  keel_smile_fit(&shape, &quotes, NULL, x, &fit);
  assert_true(fit.converged);
  assert_close(x[0], 0.04, 1e-5);
  assert_close(x[2], 0, 1e-3);
  bid[8] = 0.06;
  keel_smile_fit(&shape, &quotes, NULL, x, &fit);
  assert_true(x[0] + k[8] * (x[1] + k[8] * x[2]) > 0.041);
  assert_false(keel_is_two_sided(&quotes, 0));
  assert_false(keel_is_two_sided(&quotes, 8));
  assert_true(keel_is_two_sided(&quotes, 4));
}

static void it_stays_within_its_bounds(void **state) {
  (void)state;
  struct keel_fit fit;
  const double points[] = {-0.3, 0, 0.3}, ceiling[] = {INFINITY, 0.035, INFINITY};
  const struct keel_smile_bounds bounds = {3, points, ceiling, 0.01};
  double x[3] = {0.03, 0, 0};
  quote_parabola(0.04, -0.02, 0.05, 1e-4);
  assert_true(keel_smile_is_within(&shape, &quotes, &bounds, x));
  keel_smile_fit(&shape, &quotes, &bounds, x, &fit);
  assert_true(fit.converged);
  assert_true(keel_smile_is_within(&shape, &quotes, &bounds, x));
  assert_true(x[0] < 0.035);
  assert_close(x[0], 0.035, 1e-4);
}

static void a_start_outside_is_no_fit(void **state) {
  (void)state;
  struct keel_fit fit;
  const double point = 0, ceiling = 0.01;
  const struct keel_smile_bounds bounds = {1, &point, &ceiling, 0};
  double x[3] = {0.03, 0, 0};
  quote_parabola(0.04, -0.02, 0.05, 1e-4);
  assert_false(keel_smile_is_within(&shape, &quotes, &bounds, x));
  keel_smile_fit(&shape, &quotes, &bounds, x, &fit);
  assert_false(fit.converged);
  assert_true(isinf(fit.objective));
  assert_same_bits(x[0], 0.03);
}

static void limits_and_priors_hold(void **state) {
  (void)state;
  struct keel_fit fit;
  const double lower[] = {0, -0.01, 0}, upper[] = {1, 1, 1}, weight[] = {0, 0, 1e6}, centre[] = {0, 0, 0.02};
  struct keel_shape held = shape;
  held.lower = lower;
  held.upper = upper;
  held.weight = weight;
  held.centre = centre;
  double x[3] = {0.04, 0, 0.02};
  quote_parabola(0.04, -0.02, 0.05, 1e-4);
  keel_smile_fit(&held, &quotes, NULL, x, &fit);
  assert_close(x[1], -0.01, 1e-12);
  assert_close(x[2], 0.02, 1e-3);
}

static void systems_are_solved(void **state) {
  (void)state;
  double a[] = {4, 9, 2, 3, 9, 5, 1, 2, 6}, b[] = {1, 2, 3};
  a[3] = 2; /* the lower triangle: 4; 2 9; 1 2 6 */
  a[4] = 9;
  assert_true(keel_cholesky_solve(3, a, b));
  assert_close(4 * b[0] + 2 * b[1] + b[2], 1, 1e-14);
  assert_close(2 * b[0] + 9 * b[1] + 2 * b[2], 2, 1e-14);
  assert_close(b[0] + 2 * b[1] + 6 * b[2], 3, 1e-14);
  double singular[] = {1, 0, 1, 1}, c[] = {1, 1};
  assert_false(keel_cholesky_solve(2, singular, c));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_parabola_comes_back),        cmocka_unit_test(one_wild_quote_changes_little),
      cmocka_unit_test(asks_and_bids_alone_bound_it), cmocka_unit_test(it_stays_within_its_bounds),
      cmocka_unit_test(a_start_outside_is_no_fit),    cmocka_unit_test(limits_and_priors_hold),
      cmocka_unit_test(systems_are_solved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
