/* Raw SVI against a table of 50 digits, the published slice with arbitrage, and the bound of the wings. */
#include "model/svi.h"

#include <math.h>
#include <string.h>

#include "support/support.h"

static keel_svi svi_of(const struct keel_golden *table, size_t row) {
  return (keel_svi){keel_golden_number(table, row, "a"), keel_golden_number(table, row, "b"),
                    keel_golden_number(table, row, "rho"), keel_golden_number(table, row, "m"),
                    keel_golden_number(table, row, "sigma")};
}

static void values_are_the_table_s(void **state) {
  (void)state;
  struct keel_golden table = keel_golden_load("svi.csv");
  assert_true(table.rows >= 20);
  for (size_t row = 0; row < table.rows; row++) {
    keel_svi svi = svi_of(&table, row);
    double k = keel_golden_number(&table, row, "k"), w, dw, d2w, g;
    const keel_svi_values out = {&w, &dw, &d2w, &g};
    keel_svi_evaluate(&svi, 1, &k, &out);
    assert_close(w, keel_golden_number(&table, row, "w"), 1e-12);
    assert_close(dw, keel_golden_number(&table, row, "dw"), 1e-12);
    assert_close(d2w, keel_golden_number(&table, row, "d2w"), 1e-12);
    assert_close(g, keel_golden_number(&table, row, "g"), 1e-12);
  }
  keel_golden_free(&table);
}

/* Gatheral and Jacquier (2014), section 5.1: Axel Vogt's parameters. */
static const keel_svi vogt = {-0.0410, 0.1331, 0.3060, 0.3586, 0.4153};

static void the_published_slice_has_butterflies(void **state) {
  (void)state;
  double least, at;
  assert_false(keel_svi_butterfly_free(&vogt, &least, &at));
  assert_true(least < 0);
  assert_true(at > 0.5 && at < 1.2);
}

static void problems_are_named(void **state) {
  (void)state;
  keel_svi svi = {0.04, 0.1, -0.5, 0, 0.2};
  assert_null(keel_svi_problem(&svi));
  svi.b = -0.1;
  assert_string_equal(keel_svi_problem(&svi), "b is below 0");
  svi = (keel_svi){0.04, 0.1, -1, 0, 0.2};
  assert_string_equal(keel_svi_problem(&svi), "rho is not between -1 and 1");
  svi = (keel_svi){0.04, 0.1, 0, 0, 0};
  assert_string_equal(keel_svi_problem(&svi), "sigma is not above 0");
  svi = (keel_svi){-0.04, 0.1, 0, 0, 0.2};
  assert_string_equal(keel_svi_problem(&svi), "total variance falls below 0");
  svi.m = NAN;
  assert_string_equal(keel_svi_problem(&svi), "a parameter is no finite number");
  assert_false(keel_svi_butterfly_free(&svi, NULL, NULL));
}

/* The formula of SSVI itself. */
static void ssvi_is_raw_svi(void **state) {
  (void)state;
  double theta = 0.04, rho = -0.6, psi = 0.2, phi = psi / theta;
  keel_svi svi = keel_svi_from_ssvi(theta, rho, psi);
  for (double k = -1; k <= 1; k += 0.25) {
    double w = 0.5 * theta * (1 + rho * phi * k + sqrt((phi * k + rho) * (phi * k + rho) + 1 - rho * rho));
    assert_close(keel_svi_jet(&svi, k).w, w, 1e-16);
  }
  assert_true(keel_svi_butterfly_free(&svi, NULL, NULL));
}

/* From the proven point on g is above 0, a thousand times as far. */
static void wings_are_as_proven(void **state) {
  (void)state;
  static const keel_svi slices[] = {
      {0.01, 0.2, -0.7, 0.1, 0.3}, {-0.002, 0.03, -0.2, 0.01, 0.08}, {0.04, 0.9, 0.8, 0, 1}};
  for (size_t s = 0; s < 3; s++)
    for (int side = 0; side < 2; side++) {
      keel_svi svi = side ? keel_svi_mirror(&slices[s]) : slices[s];
      double from = keel_svi_proven_from(&svi, 0.1);
      assert_true(isfinite(from));
      for (double k = from; k < 1000 * from; k *= 1.01) {
        struct keel_jet jet = keel_svi_jet(&svi, k);
        assert_true(keel_jet_butterfly(k, &jet) > 0);
      }
    }
  const keel_svi steep = {0.04, 1.2, 0.8, 0, 1};
  assert_true(isinf(keel_svi_proven_from(&steep, 0.1)));
  assert_false(keel_svi_butterfly_free(&steep, NULL, NULL));
}

static void dense_points_rise_from_end_to_end(void **state) {
  (void)state;
  double k[KEEL_SVI_DENSE];
  keel_svi_dense(&vogt, -3, 5, k);
  assert_same_bits(k[0], -3);
  assert_same_bits(k[KEEL_SVI_DENSE - 1], 5);
  for (size_t i = 1; i < KEEL_SVI_DENSE; i++) assert_true(k[i] > k[i - 1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_the_table_s), cmocka_unit_test(the_published_slice_has_butterflies),
      cmocka_unit_test(problems_are_named),     cmocka_unit_test(ssvi_is_raw_svi),
      cmocka_unit_test(wings_are_as_proven),    cmocka_unit_test(dense_points_rise_from_end_to_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
