/* One slice from quotes: what is reported of it, and what takes the place of a fit that cannot be. */
#include <math.h>
#include <string.h>

#include "model/smiles.h"
#include "model/surface.h"
#include "support/support.h"

static const keel_svi svi = {0.01, 0.12, -0.4, 0.02, 0.15};

static void fit(struct keel_slice *slice, const keel_smile *smile, keel_surface_model model,
                const struct keel_slice *later) {
  struct keel_slice_quotes quotes;
  *slice = (struct keel_slice){.report = {.years = smile->years, .forward = smile->forward}, .parameters = {NAN}};
  assert_true(keel_slice_quotes_read(&quotes, smile, &slice->report));
  assert_true(keel_slice_fit(slice, &quotes, model, later, NULL));
  keel_slice_quotes_free(&quotes);
}

static void a_smile_of_svi_is_followed(void **state) {
  (void)state;
  struct made_smile made;
  struct keel_slice slice;
  make_smile(&made, &svi, 0.5, 60, 0);
  fit(&slice, &made.smile, KEEL_SURFACE_SVI, NULL);
  assert_string_equal(slice.report.model, "svi");
  assert_null(slice.report.problem);
  assert_int_equal(slice.report.inside, 60);
  assert_true(slice.report.rms_vol < 1e-3);
  assert_true(slice.report.rms_spreads < 0.25);
  assert_true(slice.report.butterfly_free);
}

static void the_rich_slice_follows_more(void **state) {
  (void)state;
  struct made_smile made;
  struct keel_slice plain, rich;
  make_smile(&made, &svi, 0.5, 60, 0.012);
  fit(&plain, &made.smile, KEEL_SURFACE_SVI, NULL);
  fit(&rich, &made.smile, KEEL_SURFACE_RICH, NULL);
  assert_string_equal(rich.report.model, "svi+spline");
  assert_true(rich.report.inside > plain.report.inside);
  assert_true(rich.report.inside >= 58);
  assert_true(rich.report.butterfly_free);
}

/* Quotes that contradict each other: the best there is, and that it is far from them. */
static void a_fit_that_is_far_from_its_quotes_is_said(void **state) {
  (void)state;
  struct made_smile made;
  struct keel_slice slice;
  make_smile(&made, &svi, 0.5, 60, 0);
  for (size_t i = 0; i < 60; i += 2) made.bid[i] += 0.1, made.ask[i] += 0.1;
  fit(&slice, &made.smile, KEEL_SURFACE_SVI, NULL);
  assert_true(slice.report.rms_spreads > 5);
  assert_non_null(strstr(slice.report.problem, "far from its quotes"));
}

/* 1 to 4 quotes, by themselves and below a later slice: said so, with their residual. */
static void few_quotes_are_said(void **state) {
  (void)state;
  struct made_smile made, other;
  struct keel_slice slice, later;
  make_smile(&other, &svi, 0.5, 60, 0);
  fit(&later, &other.smile, KEEL_SURFACE_RICH, NULL);
  for (size_t count = 1; count < 5; count++) {
    make_smile(&made, &svi, 0.55, count, 0);
    made.smile.years = 0.25;
    fit(&slice, &made.smile, KEEL_SURFACE_RICH, NULL);
    assert_string_equal(slice.report.model, "ssvi");
    assert_string_equal(slice.report.problem, "fewer than 5 two-sided quotes");
    assert_true(isfinite(slice.report.rms_vol));
    assert_true(slice.report.butterfly_free);
    fit(&slice, &made.smile, KEEL_SURFACE_RICH, &later);
    assert_string_equal(slice.report.model, "later");
    assert_string_equal(slice.report.problem, "fewer than 5 two-sided quotes");
    assert_true(keel_slice_calendar(&later, &slice).is_free);
    assert_true(slice.report.rms_vol < 0.02);
  }
}

/* Quotes above those of a later expiry: no fit can have both. */
static void a_slice_is_below_the_later_one(void **state) {
  (void)state;
  struct made_smile low, high;
  struct keel_slice slice, later;
  const keel_svi above = {0.013, 0.12, -0.4, 0.02, 0.15};
  make_smile(&low, &svi, 0.5, 60, 0);
  make_smile(&high, &above, 0.4, 60, 0);
  fit(&later, &low.smile, KEEL_SURFACE_RICH, NULL);
  fit(&slice, &high.smile, KEEL_SURFACE_RICH, &later);
  assert_true(keel_slice_calendar(&later, &slice).is_free);
  assert_true(slice.report.butterfly_free);
  assert_true(slice.report.inside < 30);
  assert_true(slice.report.rms_spreads > 1);
}

static void errors_are_least_where_quotes_are(void **state) {
  (void)state;
  struct made_smile made;
  struct keel_slice slice;
  make_smile(&made, &svi, 0.5, 60, 0);
  fit(&slice, &made.smile, KEEL_SURFACE_SVI, NULL);
  double middle = keel_slice_error(&slice, -0.05), far = keel_slice_error(&slice, 0.8);
  assert_true(middle > 0);
  assert_true(far > 5 * middle);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_smile_of_svi_is_followed),
      cmocka_unit_test(the_rich_slice_follows_more),
      cmocka_unit_test(a_fit_that_is_far_from_its_quotes_is_said),
      cmocka_unit_test(few_quotes_are_said),
      cmocka_unit_test(a_slice_is_below_the_later_one),
      cmocka_unit_test(errors_are_least_where_quotes_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
