#include "kernel/american_support.h"

static void european_where_early_exercise_is_worth_nothing(void **state) {
  (void)state;
  static const double rows[][INPUTS] = {{1, 110, 100, 0.05, 0, 2, 0.3},     {1, 90, 100, 0.05, -0.01, 1, 0.2},
                                        {-1, 100, 100, 0, 0, 1, 0.2},       {-1, 60, 100, 0, 0.04, 1, 0.2},
                                        {-1, 60, 100, -0.02, 0.01, 3, 0.4}, {1, 300, 100, -0.01, -0.03, 3, 0.4}};
  static struct table t, european;
  t.count = 6;
  for (size_t row = 0; row < t.count; row++) put_row(&t, row, rows[row]);
  european = t;
  price(&t, KEEL_AMERICAN_ACCURATE);
  price_european(&european);
  for (size_t row = 0; row < t.count; row++) {
    for (int i = 0; i < OUTPUTS; i++)
      assert_close(t.out[i][row], european.out[i][row], 1e-12 * (1 + fabs(european.out[i][row])) * 100);
    assert_true(t.out[BOUNDARY][row] == (t.in[PHI][row] > 0 ? INFINITY : 0));
  }
}

/* Without vol the best time to exercise is found among many. */
static void without_vol_the_best_time_decides(void **state) {
  (void)state;
  uint64_t seed = 4;
  for (int i = 0; i < 300; i++) {
    static struct table t;
    double row[INPUTS] = {
        i % 2 ? 1 : -1,       100, 60 + 80 * next_unit(&seed), next_unit(&seed) - 0.4, next_unit(&seed) - 0.4,
        4 * next_unit(&seed), 0};
    t.count = 1;
    put_row(&t, 0, row);
    price(&t, KEEL_AMERICAN_ACCURATE);
    double best = 0;
    for (int k = 0; k <= 2000; k++) {
      double time = row[YEARS] * k / 2000;
      double pays = row[PHI] * (100 * exp(-row[YIELD] * time) - row[STRIKE] * exp(-row[RATE] * time));
      best = pays > best ? pays : best;
    }
    assert_close(t.out[PRICE][0], best, 1e-4);
    assert_true(t.out[PRICE][0] >= best - 1e-12);
    for (int o = 0; o < OUTPUTS; o++) assert_true(isfinite(t.out[o][0]));
  }
}

static void limits_are_reached(void **state) {
  (void)state;
  static const double rows[][INPUTS] = {{-1, 0, 100, 0.05, 0.02, 1, 0.2}, {-1, 0, 100, -0.05, 0.02, 1, 0.2},
                                        {1, 0, 100, 0.05, 0.02, 1, 0.2},  {1, 100, 0, 0.05, 0.02, 1, 0.2},
                                        {-1, 100, 0, 0.05, 0.02, 1, 0.2}, {-1, 80, 100, 0.05, 0.02, 0, 0.2},
                                        {1, 80, 100, 0.05, 0.02, 0, 0.2}, {-1, 80, 100, 0.05, 0.02, 1e-9, 0.2},
                                        {-1, 1, 100, 0.05, 0.02, 1, 0.2}, {-1, 80, 100, 0.05, 0.02, 1, 1e-9}};
  const double prices[] = {100, 100 * exp(0.05), 0, 100, 0, 20, 0, 20, 99, 20};
  const double deltas[] = {-1, -exp(-0.02), 0, 1, 0, -1, 0, -1, -1, -1};
  static struct table t;
  t.count = 10;
  for (size_t row = 0; row < t.count; row++) put_row(&t, row, rows[row]);
  price(&t, KEEL_AMERICAN_ACCURATE);
  for (size_t row = 0; row < t.count; row++) {
    assert_close(t.out[PRICE][row], prices[row], 1e-12);
    assert_close(t.out[DELTA][row], deltas[row], 1e-12);
  }
}

static void what_is_not_solved_says_why(void **state) {
  (void)state;
  static const struct {
    double row[INPUTS];
    const char *why;
  } cases[] = {
      {{-1, 100, 100, -0.01, -0.03, 1, 0.2},
       "rate is negative and yield below it: a put has two exercise boundaries "
       "then, which are not solved"},
      {{1, 100, 100, -0.03, -0.01, 1, 0.2},
       "yield is negative and rate below it: a call has two exercise boundaries "
       "then, which are not solved"},
      {{-1, 100, 100, 0.05, 0, 100, 20}, "vol^2 times years is beyond 10000"},
      {{-1, 100, 100, 0.05, 0, 1, -0.2}, "vol is negative"},
      {{-1, -1, 100, 0.05, 0, 1, 0.2}, "spot is negative"},
      {{-1, 100, 100, 1, 0, 800, 0.2}, "rate or yield times years is beyond 700"},
      {{1, 100, 100, 0.05, 0, 1, 0.2}, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    static struct table t;
    const double *row = cases[i].row;
    keel_option option = {row[PHI], row[STRIKE], row[RATE], row[YIELD], row[YEARS]};
    const char *why = keel_american_problem(&option, row[SPOT], row[VOL]);
    t.count = 1;
    put_row(&t, 0, row);
    price(&t, KEEL_AMERICAN_ACCURATE);
    assert_int_equal(isnan(t.out[PRICE][0]) != 0, cases[i].why != NULL);
    if (cases[i].why)
      assert_string_equal(why, cases[i].why);
    else
      assert_null(why);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(european_where_early_exercise_is_worth_nothing),
      cmocka_unit_test(without_vol_the_best_time_decides),
      cmocka_unit_test(limits_are_reached),
      cmocka_unit_test(what_is_not_solved_says_why),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
