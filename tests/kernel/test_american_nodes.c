#include <math.h>

#include "kernel/american.h"
#include "support/support.h"

static void polynomials_are_met_exactly(void **state) {
  (void)state;
  for (int scheme = 0; scheme < 3; scheme++) {
    const struct keel_american_nodes *it = keel_american_nodes_of((keel_american_scheme)scheme);
    const int n = it->nodes;
    assert_true(n % 2 == 0 && it->points % 2 == 0 && it->tau[n - 1] == 1);
    for (int power = 1; power <= n; power += n - 1)
      for (int i = 0; i < n; i++)
        for (int k = 0; k < it->points; k++) {
          const double *weights = it->interpolate + (i * it->points + k) * n;
          double sum = 0;
          for (int j = 0; j < n; j++) sum += weights[j] * pow(cbrt(it->tau[j]), power);
          assert_close(sum, pow(cbrt(it->tau[i] * it->left[k]), power), 1e-13);
        }
  }
}

static void coefficients_give_the_nodes_back(void **state) {
  (void)state;
  for (int scheme = 0; scheme < 3; scheme++) {
    const struct keel_american_nodes *it = keel_american_nodes_of((keel_american_scheme)scheme);
    const int n = it->nodes;
    for (int node = 0; node < n; node++)
      for (int j = 0; j < n; j++) {
        double sum = 0, angle = acos(2 * cbrt(it->tau[node]) - 1);
        for (int c = 0; c <= n; c++) sum += it->chebyshev[c * n + j] * cos(c * angle);
        assert_close(sum, node == j, 1e-6); /* the angle is not exact near the ends */
      }
  }
}

static void weights_sum_to_the_interval(void **state) {
  (void)state;
  for (int scheme = 0; scheme < 3; scheme++) {
    const struct keel_american_nodes *it = keel_american_nodes_of((keel_american_scheme)scheme);
    double times = 0, values = 0, root = 0;
    for (int k = 0; k < it->points; k++) times += it->weight[k], root += it->weight[k] / it->z[k];
    for (int k = 0; k < it->values; k++) values += it->value_weight[k];
    assert_close(times, 1, 1e-14);
    assert_close(root, 2, 1e-14);
    assert_close(values, 1, 1e-14);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(polynomials_are_met_exactly),
      cmocka_unit_test(coefficients_give_the_nodes_back),
      cmocka_unit_test(weights_sum_to_the_interval),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
