#include "model/interpolate.h"

#include <math.h>

#include "support/support.h"

enum { COUNT = 12 };

static double x[COUNT * 2], y[COUNT * 2];

static struct keel_column column_of(double (*f)(double), ptrdiff_t pitch) {
  size_t low = pitch < 0 ? (size_t)(COUNT - 1) * 2 : 0;
  for (size_t i = 0; i < COUNT; i++) {
    size_t at = pitch < 0 ? low - i * 2 : i * 2;
    x[at] = 50 * exp(0.11 * (double)i);
    y[at] = f(x[at]);
  }
  return (struct keel_column){COUNT, pitch, x + low, y + low};
}

static double cubic(double s) { return 1 + s * (0.3 + s * (-0.02 + s * 1e-4)); }
static double quintic(double s) {
  double u = s / 100;
  return u * u * u * u * u - 3 * u * u * u + u;
}
static double line(double s) { return 3 - 0.5 * s; }
static double kink(double s) { return s > 90 ? s - 90 : 0; }

static void polynomials_come_back(void **state) {
  (void)state;
  for (ptrdiff_t pitch = -2; pitch <= 2; pitch += 4) {
    struct keel_column column = column_of(quintic, pitch);
    double u = 0.93, d[KEEL_DERIVATIVES];
    keel_column_derivatives(&column, 93, d);
    assert_close(d[0], quintic(93), 1e-13);
    assert_close(d[1], (5 * u * u * u * u - 9 * u * u + 1) / 100, 1e-14);
    assert_close(d[2], (20 * u * u * u - 18 * u) / 1e4, 1e-14);
    assert_close(d[3], (60 * u * u - 18) / 1e6, 1e-15);
    column = column_of(line, pitch);
    for (double s = 30; s < 400; s *= 1.05) {
      size_t from = 0;
      assert_close(keel_column_value(&column, s, &from), line(s), 1e-12);
    }
  }
  struct keel_column column = column_of(cubic, 2);
  size_t from = 0;
  for (double s = 60; s < 140; s *= 1.01)
    if (keel_column_value(&column, s, &from) != cubic(s))
      assert_close(keel_column_value(&column, s, &from), cubic(s), 2.0); /* kept between neighbours at its extrema */
  from = 11;
  assert_close(keel_column_value(&column, 75, &from), cubic(75), 1e-11);
}

static void values_stay_between_their_neighbours(void **state) {
  (void)state;
  struct keel_column column = column_of(kink, 2);
  size_t from = 0;
  double last = 0;
  for (double s = 50; s < 160; s += 0.25) {
    double value = keel_column_value(&column, s, &from);
    assert_true(value >= last);
    last = value;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(polynomials_come_back),
      cmocka_unit_test(values_stay_between_their_neighbours),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
