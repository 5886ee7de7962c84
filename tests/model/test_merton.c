/* Merton's prices: the reference table, parity, slopes, limits, bad values. */
#include <math.h>
#include <string.h>

#include "keel/merton.h"
#include "kernel/lane_math.h"
#include "support/support.h"

enum { ROWS = 160, OUTPUTS = 6 };

struct table {
  size_t count;
  double in[7][ROWS], out[OUTPUTS][ROWS];
};

static void price(const keel_normal_jumps *jumps, struct table *t) {
  const keel_options options = {t->in[0], t->in[1], t->in[2], t->in[3], t->in[4], t->in[5], t->in[6]};
  const keel_greeks out = {.price = t->out[0],
                           .delta = t->out[1],
                           .gamma = t->out[2],
                           .vega = t->out[3],
                           .rho = t->out[4],
                           .psi = t->out[5]};
  keel_merton_price(jumps, t->count, &options, &out);
}

static void put_row(struct table *t, double phi, double strike, double years) {
  const double row[7] = {phi, 100, strike, 0.03, 0.01, years, 0.2};
  for (int field = 0; field < 7; field++) t->in[field][t->count] = row[field];
  t->count++;
}

static const keel_normal_jumps some = {0.8, -0.12, 0.2};

static void every_reference_row_is_met(void **state) {
  (void)state;
  static const char *const inputs[] = {"S", "K", "r", "q", "T", "sigma"}, *const names[] = {"price", "delta", "gamma",
                                                                                            "vega"};
  struct keel_golden golden = keel_golden_load("merton_jump.csv");
  for (size_t row = 0; row < golden.rows; row++) {
    struct table t = {.count = 1};
    t.in[0][0] = keel_golden_text(&golden, row, "type")[0] == 'C' ? 1 : -1;
    for (int field = 0; field < 6; field++) t.in[field + 1][0] = keel_golden_number(&golden, row, inputs[field]);
    const keel_normal_jumps jumps = {keel_golden_number(&golden, row, "lambda"),
                                     keel_golden_number(&golden, row, "muJ"), keel_golden_number(&golden, row, "sigJ")};
    price(&jumps, &t);
    for (int k = 0; k < 4; k++) assert_close(t.out[k][0], keel_golden_number(&golden, row, names[k]), 1e-12 * 100);
  }
  keel_golden_free(&golden);
}

static void puts_and_calls_keep_parity(void **state) {
  (void)state;
  static const double years[] = {1 / 365.0, 0.5, 30};
  for (int y = 0; y < 3; y++) {
    struct table t = {.count = 0};
    for (double strike = 1e-9; strike < 300; strike += 11)
      put_row(&t, 1, strike, years[y]), put_row(&t, -1, strike, years[y]);
    price(&some, &t);
    double held = keel_exp(-0.01 * years[y]), discount = keel_exp(-0.03 * years[y]);
    for (size_t i = 0; i < t.count; i += 2) {
      assert_close(t.out[0][i] - t.out[0][i + 1], 100 * held - discount * t.in[2][i], 1e-10);
      assert_close(t.out[1][i] - t.out[1][i + 1], held, 1e-12);
    }
    assert_close(t.out[0][0] / 100, held, 1e-11); /* the forward is a martingale */
  }
}

static void greeks_are_slopes(void **state) {
  (void)state;
  static const int fields[] = {1, 1, 6, 3, 4}, of[] = {0, 1, 0, 0, 0}, greeks[] = {1, 2, 3, 4, 5};
  for (double strike = 70; strike < 140; strike += 10)
    for (int k = 0; k < 5; k++) {
      struct table t = {.count = 0};
      double h = fields[k] == 1 ? 1e-2 : 1e-5;
      for (int i = 0; i < 3; i++) put_row(&t, -1, strike, 1.5);
      t.in[fields[k]][1] += h, t.in[fields[k]][2] -= h;
      price(&some, &t);
      double slope = (t.out[of[k]][1] - t.out[of[k]][2]) / (2 * h);
      assert_close(slope, t.out[greeks[k]][0], 1e-6 * (1 + fabs(slope)));
    }
}

static void without_jumps_it_is_black_scholes(void **state) {
  (void)state;
  const keel_normal_jumps none = {0, 0.1, 0.3};
  struct table t = {.count = 0};
  double want[4][ROWS];
  for (double strike = 50; strike < 150; strike += 5) put_row(&t, strike > 100 ? 1 : -1, strike, 0.5);
  price(&none, &t);
  const keel_options options = {t.in[0], t.in[1], t.in[2], t.in[3], t.in[4], t.in[5], t.in[6]};
  keel_black_scholes_price(t.count, &options, KEEL_GREEK_SET_GAMMA,
                           &(keel_greeks){.price = want[0], .delta = want[1], .gamma = want[2], .vega = want[3]});
  for (size_t i = 0; i < t.count; i++)
    for (int k = 0; k < 4; k++) assert_same_bits(t.out[k][i], want[k][i]);
}

/* A lane is what it is alone. */
static void lanes_do_not_touch_each_other(void **state) {
  (void)state;
  struct table t = {.count = 0}, one;
  for (int i = 0; i < 150; i++) put_row(&t, i % 2 ? 1 : -1, 40 + i, 0.01 * (i + 1));
  t.in[2][7] = NAN, t.in[6][9] = -1, t.in[5][11] = 2000;
  price(&some, &t);
  for (size_t i = 0; i < t.count; i++) {
    one.count = 1;
    for (int field = 0; field < 7; field++) one.in[field][0] = t.in[field][i];
    price(&some, &one);
    for (int k = 0; k < OUTPUTS; k++)
      if (i == 7 || i == 9 || i == 11)
        assert_true(isnan(t.out[k][i]));
      else
        assert_same_bits(t.out[k][i], one.out[k][0]);
  }
}

static void bad_parameters_are_named(void **state) {
  (void)state;
  static const keel_normal_jumps bad[] = {{-1, 0, 0.1}, {NAN, 0, 0.1}, {1, 11, 0.1}, {1, 0, -0.1}};
  static const char *const words[] = {"intensity", "intensity", "mean", "std"};
  const keel_option option = {1, 100, 0, 0, 1};
  for (int i = 0; i < 4; i++) {
    struct table t = {.count = 0};
    put_row(&t, 1, 100, 1);
    price(&bad[i], &t);
    assert_true(isnan(t.out[0][0]));
    assert_non_null(strstr(keel_merton_problem(&bad[i], &option, 100, 0.2), words[i]));
  }
  assert_null(keel_merton_problem(&some, &option, 100, 0.2));
  assert_non_null(keel_merton_problem(&some, &option, 100, -0.2));
  assert_non_null(keel_merton_problem(&some, &(keel_option){1, 100, 0, 0, 1000}, 100, 0.2));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_reference_row_is_met),
      cmocka_unit_test(puts_and_calls_keep_parity),
      cmocka_unit_test(greeks_are_slopes),
      cmocka_unit_test(without_jumps_it_is_black_scholes),
      cmocka_unit_test(lanes_do_not_touch_each_other),
      cmocka_unit_test(bad_parameters_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
