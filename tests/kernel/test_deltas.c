#include "kernel/deltas.h"

#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/draws.h"
#include "support/support.h"

enum { PATHS = 301 };

static const keel_option put = {-1, 100, 0.03, 0.01, 0.4};
static double spot[PATHS], vol[PATHS], delta[PATHS], vega[PATHS], slope[PATHS];

static void draw_inputs(void) {
  struct draws draws = {21};
  for (size_t i = 0; i < PATHS; i++) {
    spot[i] = 100 * draw_lognormal(&draws);
    vol[i] = 0.05 + draw_uniform(&draws);
    delta[i] = draw_normal(&draws);
    vega[i] = 30 * draw_uniform(&draws);
    slope[i] = draw_normal(&draws);
  }
  vol[0] = 0, vol[1] = 1e-8; /* no variance to speak of: Black-Scholes */
}

struct deltas {
  double optimal[PATHS], sloped[PATHS];
};

static void compute(struct deltas *out) {
  const keel_greeks greeks = {.delta = delta, .vega = vega};
  draw_inputs();
  keel_kernel_now->deltas.variance_optimal(PATHS, &put, 1.0 / 252, spot, vol, out->optimal);
  keel_kernel_now->deltas.with_slope(PATHS, &greeks, slope, spot, out->sloped);
}

static double price_at(double at, double path_vol, double *flat) {
  double price, unused;
  keel_black_scholes_price_paths(1, &put, &at, &path_vol, KEEL_GREEK_SET_DELTA,
                                 &(keel_greeks){.price = &price, .delta = flat ? flat : &unused});
  return price;
}

static void as_written(void **state) {
  (void)state;
  static struct deltas got;
  compute(&got);
  for (size_t i = 0; i < PATHS; i++) {
    double grown = expm1(vol[i] * vol[i] / 252), flat, price = price_at(spot[i], vol[i], &flat);
    double want = (price_at(spot[i] * (1 + grown), vol[i], NULL) - price) / (spot[i] * grown);
    if (i < 2)
      assert_same_bits(got.optimal[i], flat);
    else
      assert_close(got.optimal[i], want, 1e-13 / grown);
    assert_close(got.sloped[i], delta[i] + vega[i] * slope[i] / spot[i], 1e-13);
  }
}

static void every_level_has_the_same_bits(void **state) {
  (void)state;
  static const char *const levels[] = {"base", "v3", "v4"};
  static struct deltas want, got;
  for (size_t k = 0; k < 3; k++) {
    if (keel_cpu_force(levels[k], NULL) != KEEL_STATUS_OK) continue;
    compute(&got);
    if (k == 0) want = got;
    assert_memory_equal(&got, &want, sizeof want);
  }
  assert_int_equal(keel_cpu_force("auto", NULL), KEEL_STATUS_OK);
}

/* One path at a time, and all together. */
static void paths_do_not_mix(void **state) {
  (void)state;
  static struct deltas all;
  compute(&all);
  for (size_t i = 0; i < PATHS; i++) {
    double one;
    keel_kernel_now->deltas.variance_optimal(1, &put, 1.0 / 252, spot + i, vol + i, &one);
    assert_same_bits(one, all.optimal[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(as_written), cmocka_unit_test(every_level_has_the_same_bits),
                                     cmocka_unit_test(paths_do_not_mix)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
