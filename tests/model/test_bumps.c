/* The spline beside SVI. */
#include "model/bumps.h"

#include <math.h>

#include "model/smiles.h"
#include "support/support.h"

static const keel_svi svi = {0.01, 0.12, -0.4, 0.02, 0.15};

static void lay(struct keel_bumps *bumps, struct made_quotes *made) {
  make_quotes(made, &svi, 61, 1e-3);
  keel_bumps_lay(bumps, &made->quotes, 4);
}

static void knots_rise_beyond_the_quotes(void **state) {
  (void)state;
  struct keel_bumps bumps;
  struct made_quotes made;
  lay(&bumps, &made);
  assert_int_equal(bumps.count, 16);
  for (size_t i = 1; i < bumps.count + 10; i++) assert_true(bumps.knot[i] > bumps.knot[i - 1]);
  assert_true(keel_bumps_low(&bumps) < made.k[0]);
  assert_true(keel_bumps_high(&bumps) > made.k[60]);
}

static void few_quotes_have_none(void **state) {
  (void)state;
  struct keel_bumps bumps;
  struct made_quotes made;
  make_quotes(&made, &svi, 7, 1e-3);
  keel_bumps_lay(&bumps, &made.quotes, 4);
  assert_int_equal(bumps.count, 0);
  assert_same_bits(keel_bumps_jet(&bumps, 0).w, 0);
}

/* All heights 1: the sum of B-splines is 1 away from the ends; derivatives are those of differences everywhere. */
static void splines_are_smooth_and_add_up(void **state) {
  (void)state;
  struct keel_bumps bumps;
  struct made_quotes made;
  lay(&bumps, &made);
  for (size_t j = 0; j < bumps.count; j++) bumps.height[j] = 1;
  for (double k = bumps.knot[6]; k < bumps.knot[bumps.count + 3]; k += 0.013) {
    assert_close(keel_bumps_jet(&bumps, k).w, 1, 1e-12);
    assert_close(keel_bumps_jet(&bumps, k).d2w, 0, 1e-7);
  }
  for (size_t j = 0; j < bumps.count; j++) bumps.height[j] = (double)(j * j % 7) - 3;
  const double h = 1e-6;
  for (double k = keel_bumps_low(&bumps) - 0.05; k < keel_bumps_high(&bumps) + 0.05; k += 0.0097) {
    struct keel_jet jet = keel_bumps_jet(&bumps, k), up = keel_bumps_jet(&bumps, k + h),
                    down = keel_bumps_jet(&bumps, k - h);
    assert_close(jet.dw, (up.w - down.w) / (2 * h), 1e-4);
    assert_close(jet.d2w, (up.dw - down.dw) / (2 * h), 0.1);
  }
}

static void beyond_the_ends_there_is_nothing(void **state) {
  (void)state;
  struct keel_bumps bumps;
  struct made_quotes made;
  lay(&bumps, &made);
  for (size_t j = 0; j < bumps.count; j++) bumps.height[j] = 1;
  const double ends[] = {keel_bumps_low(&bumps) - 1e-9, keel_bumps_high(&bumps) + 1e-9};
  for (int e = 0; e < 2; e++) {
    struct keel_jet jet = keel_bumps_jet(&bumps, ends[e]);
    assert_same_bits(jet.w, 0);
    assert_same_bits(jet.dw, 0);
    assert_same_bits(jet.d2w, 0);
  }
  assert_close(keel_bumps_jet(&bumps, keel_bumps_low(&bumps) + 1e-6).w, 0, 1e-9);
}

/* A smile that SVI cannot follow comes within its quotes. */
static void a_bump_is_followed(void **state) {
  (void)state;
  struct keel_bumps bumps;
  struct made_quotes made;
  struct keel_fit fit;
  lay(&bumps, &made);
  for (size_t i = 0; i < 61; i++) {
    double bump = 0.002 * exp(-0.5 * (made.k[i] / 0.06) * (made.k[i] / 0.06));
    made.bid[i] += bump;
    made.ask[i] += bump;
  }
  static const double k[] = {-0.1, 0, 0.1}, ceiling[] = {INFINITY, INFINITY, INFINITY};
  const struct keel_smile_bounds bounds = {3, k, ceiling, 0};
  assert_true(keel_bumps_fit(&bumps, &svi, &made.quotes, &bounds, &fit));
  assert_true(fit.converged);
  for (size_t i = 0; i < 61; i++) {
    double w = keel_svi_jet(&svi, made.k[i]).w + keel_bumps_jet(&bumps, made.k[i]).w;
    assert_true(w > made.bid[i] && w < made.ask[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(knots_rise_beyond_the_quotes),
      cmocka_unit_test(few_quotes_have_none),
      cmocka_unit_test(splines_are_smooth_and_add_up),
      cmocka_unit_test(beyond_the_ends_there_is_nothing),
      cmocka_unit_test(a_bump_is_followed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
