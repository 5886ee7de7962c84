/* Quotes in total variance, what is dropped of them, and what earlier expiries say beyond them. */
#include <math.h>

#include "model/surface.h"
#include "support/support.h"

static void bad_quotes_are_dropped_and_counted(void **state) {
  (void)state;
  const double k[] = {0.1, -0.1, 0, 0.2, NAN, 0.3, 0.05, 0.4}, bid[] = {0.2, 0, 0.19, 0.3, 0.2, NAN, NAN, NAN},
               ask[] = {0.21, 0.25, 0.2, 0.29, 0.3, 0.4, 0, NAN};
  const keel_smile smile = {0.25, 100, 8, k, bid, ask, NULL};
  struct keel_slice_quotes quotes;
  keel_surface_slice report = {0};
  assert_true(keel_slice_quotes_read(&quotes, &smile, &report));
  assert_int_equal(report.two_sided, 2);
  assert_int_equal(report.one_sided, 2);
  assert_int_equal(report.dropped, 3); /* crossed, no strike, an ask of 0; without both sides it is none */
  assert_int_equal(quotes.own, 4);
  for (size_t i = 1; i < 4; i++) assert_true(quotes.fit.k[i] > quotes.fit.k[i - 1]);
  assert_close(quotes.fit.bid[1], 0.19 * 0.19 * 0.25, 1e-17);
  assert_close(quotes.fit.ask[2], 0.21 * 0.21 * 0.25, 1e-17);
  assert_close(quotes.fit.unit[1], 0.5 * (0.2 * 0.2 - 0.19 * 0.19) * 0.25, 1e-17);
  assert_close(quotes.at_forward, 0.5 * (quotes.fit.bid[1] + quotes.fit.ask[1]), 1e-17);
  assert_same_bits(quotes.least_k, 0.0);
  assert_same_bits(quotes.most_k, 0.1);
  keel_slice_quotes_free(&quotes);
}

/* A wide early smile says where a narrow later one may not be below. */
static void earlier_bids_are_hints(void **state) {
  (void)state;
  const double wide[] = {-0.4, -0.2, 0, 0.2}, narrow[] = {-0.1, 0, 0.1}, bid[] = {0.4, 0.3, 0.2, 0.25},
               ask[] = {0.41, 0.31, 0.21, 0.26};
  const keel_smile early = {0.1, 100, 4, wide, bid, ask, NULL}, late = {0.2, 100, 3, narrow, bid, ask, NULL};
  struct keel_slice_quotes quotes[2];
  keel_surface_slice report = {0};
  assert_true(keel_slice_quotes_read(&quotes[0], &early, &report));
  assert_true(keel_slice_quotes_read(&quotes[1], &late, &report));
  keel_slice_quotes_hint(&quotes[1], 1, quotes);
  assert_int_equal(quotes[1].own, 3);
  assert_int_equal(quotes[1].fit.count, 3 + KEEL_SLICE_HINTS);
  for (size_t i = 3; i < quotes[1].fit.count; i++) {
    double k = quotes[1].fit.k[i];
    assert_true(k < -0.1 || k > 0.1);
    assert_false(keel_is_two_sided(&quotes[1].fit, i));
    assert_true(quotes[1].fit.bid[i] <= 0.4 * 0.4 * 0.1 + 1e-15);
    assert_true(quotes[1].fit.bid[i] >= 0.2 * 0.2 * 0.1);
  }
  keel_slice_quotes_hint(&quotes[0], 0, quotes);
  assert_int_equal(quotes[0].fit.count, 4);
  keel_slice_quotes_free(&quotes[0]);
  keel_slice_quotes_free(&quotes[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bad_quotes_are_dropped_and_counted),
      cmocka_unit_test(earlier_bids_are_hints),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
