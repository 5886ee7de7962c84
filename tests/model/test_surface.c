/* Surfaces from smiles: what is refused, left out, and said. */
#include "keel/surface.h"

#include <math.h>
#include <string.h>

#include "model/smiles.h"
#include "support/support.h"

static const keel_svi slices[] = {
    {0.004, 0.06, -0.4, 0.0, 0.1}, {0.01, 0.12, -0.4, 0.02, 0.15}, {0.02, 0.16, -0.35, 0.04, 0.2}};
static const double years[] = {0.1, 0.4, 1};

enum { EXPIRIES = 3 };
struct market {
  struct made_smile made[EXPIRIES];
  keel_smile smiles[EXPIRIES];
};

static void make_market(struct market *market) {
  for (size_t i = 0; i < EXPIRIES; i++) {
    make_smile(&market->made[i], &slices[i], years[i], 60, 0.004);
    market->smiles[i] = market->made[i].smile;
    market->smiles[i].forward = 100 + (double)i;
  }
}

static keel_surface *fitted(const struct market *market, keel_surface_model model, const keel_surface *last) {
  keel_surface *surface;
  keel_error error;
  const keel_surface_options options = {model, 99.5, last};
  assert_int_equal(keel_surface_fit(EXPIRIES, market->smiles, &options, &surface, &error), KEEL_STATUS_OK);
  return surface;
}

static void all_models_are_free_of_arbitrage(void **state) {
  (void)state;
  struct market market;
  make_market(&market);
  for (int model = KEEL_SURFACE_RICH; model <= KEEL_SURFACE_SSVI; model++) {
    keel_surface *surface = fitted(&market, (keel_surface_model)model, NULL);
    assert_int_equal(keel_surface_slices(surface), EXPIRIES);
    for (size_t i = 0; i < EXPIRIES; i++) {
      keel_surface_slice slice;
      keel_surface_slice_at(surface, i, &slice);
      assert_true(slice.butterfly_free && slice.calendar_free);
      assert_true(slice.least_g >= 0);
      if (i) assert_true(slice.least_calendar >= 0);
      if (model == KEEL_SURFACE_RICH) assert_true(slice.inside >= 55);
    }
    keel_surface_free(surface);
  }
}

/* The same quotes once more, from the last surface: the same vols. */
static void a_warm_start_ends_where_a_cold_one_does(void **state) {
  (void)state;
  struct market market;
  make_market(&market);
  keel_surface *cold = fitted(&market, KEEL_SURFACE_RICH, NULL), *warm = fitted(&market, KEEL_SURFACE_RICH, cold);
  for (double k = -0.3; k <= 0.2; k += 0.05) {
    double a, b;
    const keel_surface_values first = {.vol = &a}, second = {.vol = &b};
    keel_surface_evaluate(cold, 0.4, 1, &k, &first);
    keel_surface_evaluate(warm, 0.4, 1, &k, &second);
    assert_close(a, b, 1e-3);
  }
  keel_surface_free(cold);
  keel_surface_free(warm);
}

static void an_expiry_without_bids_is_left_out(void **state) {
  (void)state;
  struct market market;
  make_market(&market);
  for (size_t i = 0; i < 60; i++) market.made[1].bid[i] = 0;
  keel_surface *surface = fitted(&market, KEEL_SURFACE_RICH, NULL);
  keel_surface_slice slice;
  keel_surface_slice_at(surface, 1, &slice);
  assert_string_equal(slice.model, "none");
  assert_string_equal(slice.problem, "no two-sided quote");
  assert_int_equal(slice.one_sided, 60);
  keel_surface_slice_at(surface, 2, &slice);
  assert_true(slice.calendar_free);
  assert_true(slice.least_calendar > 0);
  keel_surface_free(surface);
}

static void refuses(const keel_smile *smiles, size_t count, const char *where, const char *what) {
  keel_surface *surface = (keel_surface *)&surface;
  keel_error error;
  assert_int_equal(keel_surface_fit(count, smiles, NULL, &surface, &error), KEEL_STATUS_INPUT);
  assert_null(surface);
  assert_string_equal(error.where, where);
  assert_non_null(strstr(error.what, what));
}

static void bad_terms_are_refused(void **state) {
  (void)state;
  struct market market;
  make_market(&market);
  market.smiles[1].years = 0.05;
  refuses(market.smiles, 3, "smile 2", "years: 0.05 is not after 0.1");
  market.smiles[1].years = NAN;
  refuses(market.smiles, 3, "smile 2", "years: nan is not allowed");
  market.smiles[1].years = 0.4;
  market.smiles[2].forward = 0;
  refuses(market.smiles, 3, "smile 3", "forward: 0 is not allowed");
  for (size_t i = 0; i < 60; i++) market.made[0].bid[i] = NAN;
  refuses(market.smiles, 1, "", "none of the 1 smiles has a two-sided quote");
}

static void given_slices_are_taken_as_they_are(void **state) {
  (void)state;
  keel_surface *surface;
  keel_error error;
  const keel_surface_expiry given[] = {
      {years[0], 100, slices[0]}, {years[1], 101, slices[1]}, {years[2], 102, slices[2]}};
  assert_int_equal(keel_surface_from_svi(3, given, 99, &surface, &error), KEEL_STATUS_OK);
  keel_surface_slice slice;
  keel_surface_slice_at(surface, 2, &slice);
  assert_true(slice.butterfly_free && slice.calendar_free);
  assert_same_bits(slice.svi.a, slices[2].a);
  keel_surface_free(surface);
  const keel_surface_expiry bad[] = {{0.1, 100, slices[2]}, {0.4, 100, slices[0]}};
  assert_int_equal(keel_surface_from_svi(2, bad, 99, &surface, &error), KEEL_STATUS_OK);
  keel_surface_slice_at(surface, 1, &slice);
  assert_false(slice.calendar_free);
  keel_surface_free(surface);
  const keel_surface_expiry none = {1, 100, {0.04, -1, 0, 0, 1}};
  assert_int_equal(keel_surface_from_svi(1, &none, 99, &surface, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "smile 1: b is below 0"));
  assert_int_equal(keel_surface_from_svi(0, &none, 99, &surface, &error), KEEL_STATUS_INPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_models_are_free_of_arbitrage),   cmocka_unit_test(a_warm_start_ends_where_a_cold_one_does),
      cmocka_unit_test(an_expiry_without_bids_is_left_out), cmocka_unit_test(bad_terms_are_refused),
      cmocka_unit_test(given_slices_are_taken_as_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
