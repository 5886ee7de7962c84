/* Surfaces read: between expiries, forwards, local vol, and the prices that local vol gives back. */
#include <math.h>

#include "keel/pde.h"
#include "keel/surface.h"
#include "support/support.h"

static const keel_svi slices[] = {{0.004, 0.06, -0.4, 0.0, 0.1}, {0.02, 0.14, -0.35, 0.04, 0.2}};
static const double years[] = {0.25, 1}, forward[] = {101, 104};

static keel_surface *of_slices(const double *forwards, const keel_svi *of) {
  keel_surface *surface;
  const keel_surface_expiry given[] = {{years[0], forwards[0], of[0]}, {years[1], forwards[1], of[1]}};
  assert_int_equal(keel_surface_from_svi(2, given, 100, &surface, NULL), KEEL_STATUS_OK);
  return surface;
}

static keel_surface *made(void) { return of_slices(forward, slices); }

static double value(const keel_surface *surface, double time, double k, size_t which) {
  double out[8];
  const keel_surface_values values = {out, out + 1, out + 2, out + 3, out + 4, out + 5, out + 6, out + 7};
  keel_surface_evaluate(surface, time, 1, &k, &values);
  return out[which];
}
enum { VOL, W, DW, D2W, DT, G, LOCAL_VOL, ERROR };

/* Time in proportion: the local variance of the table. */
static void local_variance_is_the_table_s(void **state) {
  (void)state;
  struct keel_golden table = keel_golden_load("svi.csv");
  for (size_t row = 0; row < table.rows; row++) {
    const keel_svi svi = {keel_golden_number(&table, row, "a"), keel_golden_number(&table, row, "b"),
                          keel_golden_number(&table, row, "rho"), keel_golden_number(&table, row, "m"),
                          keel_golden_number(&table, row, "sigma")};
    double time = keel_golden_number(&table, row, "T"), k = keel_golden_number(&table, row, "k");
    double want = keel_golden_number(&table, row, "local_variance");
    keel_surface *surface;
    const keel_surface_expiry given = {time, 100, svi};
    assert_int_equal(keel_surface_from_svi(1, &given, 100, &surface, NULL), KEEL_STATUS_OK);
    assert_close(value(surface, time, k, VOL), keel_golden_number(&table, row, "implied_vol"), 1e-12);
    double local = value(surface, time, k, LOCAL_VOL);
    if (want > 0)
      assert_close(local * local, want, 1e-12 * (1 + want));
    else
      assert_true(isnan(local));
    assert_close(value(surface, time, k, DT), keel_golden_number(&table, row, "w") / time, 1e-12);
    keel_surface_free(surface);
  }
  keel_golden_free(&table);
}

static void total_variance_is_linear_in_time(void **state) {
  (void)state;
  keel_surface *surface = made();
  for (double k = -0.5; k <= 0.5; k += 0.125) {
    double early = value(surface, 0.25, k, W), late = value(surface, 1, k, W);
    assert_close(value(surface, 0.5, k, W), early + (late - early) / 3, 1e-15);
    assert_close(value(surface, 0.5, k, DT), (late - early) / 0.75, 1e-14);
    assert_close(value(surface, 0.1, k, W), 0.4 * early, 1e-15);
    assert_close(value(surface, 2, k, W), 2 * late, 1e-15);
    assert_close(value(surface, 0.5, k, DW),
                 (value(surface, 0.5, k + 1e-5, W) - value(surface, 0.5, k - 1e-5, W)) / 2e-5, 1e-8);
  }
  assert_true(isnan(value(surface, 0, 0, VOL)));
  assert_true(isnan(value(surface, NAN, 0, W)));
  assert_true(isnan(value(surface, 0.5, 0, ERROR))); /* nothing was fitted */
  keel_surface_free(surface);
}

static void forwards_grow_at_constant_rates(void **state) {
  (void)state;
  keel_surface *surface = made();
  assert_close(keel_surface_forward(surface, 0), 100, 1e-13);
  assert_close(keel_surface_forward(surface, 0.125), sqrt(100 * 101.), 1e-12);
  assert_close(keel_surface_forward(surface, 0.25), 101, 1e-12);
  assert_close(keel_surface_forward(surface, 0.625), sqrt(101 * 104.), 1e-12);
  assert_close(keel_surface_forward(surface, 1.75), 104 * 104. / 101, 1e-11);
  assert_true(isnan(keel_surface_forward(surface, NAN)));
  keel_surface_free(surface);
}

static void a_flat_surface_has_its_vol_everywhere(void **state) {
  (void)state;
  const keel_svi flat[] = {{0.01, 0, 0, 0, 0.1}, {0.04, 0, 0, 0, 0.1}};
  keel_surface *surface = of_slices(forward, flat);
  const double spot[] = {0, 50, 100, 300};
  for (double time = 0; time < 2; time += 0.3) {
    double vol[4];
    keel_surface_local_vol(surface, time, 4, spot, vol);
    for (int i = 0; i < 4; i++) assert_close(vol[i], 0.2, 1e-12);
  }
  keel_surface_free(surface);
}

/* Dupire: the equation with the surface's local vol gives back the prices of its implied vols: 2e-4 of vol
 * on this grid. */
static void local_vol_gives_the_prices_back(void **state) {
  (void)state;
  const double spot = 100, rate = 0.03, yield = 0, grown[] = {100 * exp(0.03 * 0.25), 100 * exp(0.03)};
  keel_surface *surface = of_slices(grown, slices);
  const keel_pde pde = {.nodes = 400, .steps = 200, .vol = keel_surface_local_vol, .context = surface};
  for (int e = 0; e < 2; e++)
    for (double k = -0.2; k < 0.25; k += 0.1) {
      double phi = k < 0 ? -1 : 1, strike = grown[e] * exp(k), vol = value(surface, years[e], k, VOL), price[2], error;
      const keel_options option = {&phi, &spot, &strike, &rate, &yield, &years[e], &vol};
      double greek[3];
      const keel_greeks exact = {.price = &price[0], .delta = &greek[0], .gamma = &greek[1], .vega = &greek[2]};
      keel_black_scholes_price(1, &option, KEEL_GREEK_SET_GAMMA, &exact);
      const keel_pde_result result = {{.price = &price[1]}, &error};
      assert_int_equal(keel_pde_price(1, &option, &pde, KEEL_GREEK_SET_PRICE, &result, NULL), KEEL_STATUS_OK);
      assert_close(price[1], price[0], 2e-4 * greek[2]);
    }
  keel_surface_free(surface);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(local_variance_is_the_table_s),   cmocka_unit_test(total_variance_is_linear_in_time),
      cmocka_unit_test(forwards_grow_at_constant_rates), cmocka_unit_test(a_flat_surface_has_its_vol_everywhere),
      cmocka_unit_test(local_vol_gives_the_prices_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
