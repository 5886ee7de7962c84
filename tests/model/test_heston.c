/* Heston's and Bates' prices: reference tables, parity, martingale, limits, bad values, same bits. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "keel/black_scholes.h"
#include "keel/cpu.h"
#include "keel/heston.h"
#include "kernel/lane_math.h"
#include "support/support.h"

enum { ROWS = 128, OUTPUTS = 5 };

/* A table of options under one model. */
struct table {
  size_t count;
  double phi[ROWS], spot[ROWS], strike[ROWS], rate[ROWS], yield[ROWS], years[ROWS], out[OUTPUTS][ROWS];
};
static const char *const names[OUTPUTS] = {"call", "delta_call", "gamma", "dV_dv0", "mv_delta_call"};

static void price(const keel_bates *model, struct table *t) {
  const keel_options options = {t->phi, t->spot, t->strike, t->rate, t->yield, t->years, NULL};
  const keel_heston_greeks out = {t->out[0], t->out[1], t->out[2], t->out[3], t->out[4]};
  keel_bates_price(model, t->count, &options, &out);
}

static void put_row(struct table *t, double phi, double spot, double strike, double years) {
  size_t i = t->count++;
  t->phi[i] = phi, t->spot[i] = spot, t->strike[i] = strike, t->years[i] = years;
  t->rate[i] = 0.03, t->yield[i] = 0.01;
}

static double fraction(const struct keel_golden *golden, size_t row, const char *column) {
  double over = 1, under = 1;
  const char *text = keel_golden_text(golden, row, column);
  if (sscanf(text, "%lf/%lf", &over, &under) == 2) return over / under;
  return keel_golden_number(golden, row, column);
}

static keel_bates model_of(const struct keel_golden *golden, size_t row, int has_jumps) {
  keel_bates model = {{keel_golden_number(golden, row, "v0"), keel_golden_number(golden, row, "kappa"),
                       keel_golden_number(golden, row, "theta"), keel_golden_number(golden, row, "xi"),
                       keel_golden_number(golden, row, "rho")},
                      {0, 0, 0}};
  if (!has_jumps) return model;
  model.jumps = (keel_normal_jumps){keel_golden_number(golden, row, "lambda"), keel_golden_number(golden, row, "muJ"),
                                    keel_golden_number(golden, row, "sigJ")};
  return model;
}

static void close_row(const struct keel_golden *golden, size_t row, const char *name, double got) {
  double want = keel_golden_number(golden, row, name);
  if (!(fabs(got - want) <= 1e-10))
    fail_msg("row %s: %s is %.17g, want %.17g, off by %.3g", keel_golden_text(golden, row, "id"), name, got, want,
             got - want);
}

static void check_table(const char *file, int has_jumps) {
  struct keel_golden golden = keel_golden_load(file);
  for (size_t row = 0; row < golden.rows; row++) {
    struct table t = {.count = 2};
    keel_bates model = model_of(&golden, row, has_jumps);
    for (int i = 0; i < 2; i++) {
      t.phi[i] = i ? -1 : 1, t.spot[i] = keel_golden_number(&golden, row, "S");
      t.strike[i] = keel_golden_number(&golden, row, "K"), t.rate[i] = keel_golden_number(&golden, row, "r");
      t.yield[i] = keel_golden_number(&golden, row, "q"), t.years[i] = fraction(&golden, row, "T");
    }
    price(&model, &t);
    for (int k = 0; k < (has_jumps ? 4 : OUTPUTS); k++) close_row(&golden, row, names[k], t.out[k][0]);
    close_row(&golden, row, "put", t.out[0][1]);
  }
  keel_golden_free(&golden);
}

static void heston_rows_are_the_references(void **state) {
  (void)state;
  check_table("heston.csv", 0);
}

static void stressed_rows_are_the_references(void **state) {
  (void)state;
  check_table("heston_stress.csv", 0);
}

static void bates_rows_are_the_references(void **state) {
  (void)state;
  check_table("bates.csv", 1);
}

static void stressed_jumps_are_the_references(void **state) {
  (void)state;
  check_table("bates_stress.csv", 1);
}

static const keel_bates calm = {{0.04, 1.5, 0.05, 0.5, -0.7}, {0, 0, 0}},
                        jumpy = {{0.04, 1.5, 0.05, 0.5, -0.7}, {0.5, -0.1, 0.15}},
                        hard = {{0.0004, 0.5, 0.02, 3, 0.999}, {0, 0, 0}};

/* c - p = S e^{-qT} - K e^{-rT}, and so for delta. */
static void puts_and_calls_keep_parity(void **state) {
  (void)state;
  static const double years[] = {1 / 365.0, 0.1, 1, 30};
  const keel_bates *const models[] = {&calm, &jumpy, &hard};
  for (int m = 0; m < 3; m++)
    for (int y = 0; y < 4; y++) {
      struct table t = {.count = 0};
      for (double strike = 60; strike < 170; strike += 7) put_row(&t, 1, 100, strike, years[y]);
      size_t count = t.count;
      for (size_t i = 0; i < count; i++) put_row(&t, -1, 100, t.strike[i], years[y]);
      price(models[m], &t);
      for (size_t i = 0; i < count; i++) {
        double held = keel_exp(-0.01 * years[y]), strike = t.strike[i] * keel_exp(-0.03 * years[y]);
        assert_close(t.out[0][i] - t.out[0][count + i], 100 * held - strike, 1e-12 * 100);
        assert_close(t.out[1][i] - t.out[1][count + i], held, 1e-12);
        for (int k = 2; k < 4; k++) assert_close(t.out[k][i], t.out[k][count + i], 1e-12);
      }
    }
}

/* A call of hardly any strike is the stock; the density of log spot, K^2 gamma's, has the forward as its mean. */
static void the_forward_is_a_martingale(void **state) {
  (void)state;
  const keel_bates *const models[] = {&calm, &jumpy, &hard};
  static const double years[] = {1 / 365.0, 0.5, 30};
  for (int m = 0; m < 3; m++)
    for (int y = 0; y < 3; y++) {
      struct table t = {.count = 0};
      put_row(&t, 1, 100, 1e-10, years[y]);
      put_row(&t, -1, 100, 1e-10, years[y]);
      price(models[m], &t);
      double held = keel_exp(-0.01 * years[y]);
      assert_close(t.out[0][0] / 100, held - 1e-12 * keel_exp(-0.03 * years[y]), 1e-12);
      assert_close(t.out[1][0], held, 1e-12);
    }
}

/* Central differences of the price. */
static void greeks_are_slopes(void **state) {
  (void)state;
  const keel_bates *const models[] = {&calm, &jumpy};
  for (int m = 0; m < 2; m++)
    for (int k = 0; k < 9; k++) {
      struct table t = {.count = 0};
      keel_bates up = *models[m], down = up;
      double strike = 60 + 10 * k, h = 0.01;
      put_row(&t, 1, 100, strike, 0.7);
      put_row(&t, 1, 100 + h, strike, 0.7);
      put_row(&t, 1, 100 - h, strike, 0.7);
      price(models[m], &t);
      assert_close((t.out[0][1] - t.out[0][2]) / (2 * h), t.out[1][0], 1e-7);
      assert_close((t.out[1][1] - t.out[1][2]) / (2 * h), t.out[2][0], 1e-7);
      double by_variance = t.out[3][0];
      up.heston.variance += 1e-5, down.heston.variance -= 1e-5;
      price(&up, &t);
      double high = t.out[0][0];
      price(&down, &t);
      assert_close((high - t.out[0][0]) / 2e-5, by_variance, 1e-6);
    }
}

/* Without vol of vol, and with variance where it stays, it is Black-Scholes. */
static void without_vol_of_vol_it_is_black_scholes(void **state) {
  (void)state;
  const keel_bates still = {{0.09, 2, 0.09, 0, 0.3}, {0, 0, 0}};
  struct table t = {.count = 0};
  double vol[ROWS], want[3][ROWS], vega[ROWS];
  for (double strike = 50; strike < 200; strike += 5) put_row(&t, strike > 100 ? 1 : -1, 100, strike, 0.8);
  for (size_t i = 0; i < t.count; i++) vol[i] = 0.3;
  price(&still, &t);
  const keel_options options = {t.phi, t.spot, t.strike, t.rate, t.yield, t.years, vol};
  keel_black_scholes_price(t.count, &options, KEEL_GREEK_SET_GAMMA,
                           &(keel_greeks){.price = want[0], .delta = want[1], .gamma = want[2], .vega = vega});
  for (size_t i = 0; i < t.count; i++)
    for (int k = 0; k < 3; k++) assert_close(t.out[k][i], want[k][i], 1e-12);
}

static void limits_are_reached(void **state) {
  (void)state;
  struct table t = {.count = 0};
  put_row(&t, 1, 100, 90, 0);
  put_row(&t, -1, 100, 0, 1);
  put_row(&t, 1, 100, 0, 1);
  put_row(&t, 1, 0, 90, 1);
  price(&calm, &t);
  assert_close(t.out[0][0], 10, 1e-13);
  assert_close(t.out[0][1], 0, 0);
  assert_close(t.out[0][2], 100 * keel_exp(-0.01), 1e-13);
  assert_close(t.out[0][3], 0, 0);
  const keel_bates still = {{0, 1, 0, 0.5, -0.7}, {0, 0, 0}};
  t.count = 0;
  put_row(&t, 1, 100, 90, 1);
  price(&still, &t);
  assert_close(t.out[0][0], 100 * keel_exp(-0.01) - 90 * keel_exp(-0.03), 1e-13);
}

static void a_bad_lane_is_nan_and_alone(void **state) {
  (void)state;
  struct table good = {.count = 0}, bad;
  for (int i = 0; i < 9; i++) put_row(&good, 1, 100, 80 + 5 * i, 0.5);
  price(&calm, &good);
  bad = good;
  bad.strike[3] = NAN, bad.years[6] = -1;
  price(&calm, &bad);
  for (int k = 0; k < OUTPUTS; k++)
    for (size_t i = 0; i < good.count; i++) {
      if (i == 3 || i == 6)
        assert_true(isnan(bad.out[k][i]));
      else
        assert_close(bad.out[k][i], good.out[k][i], 1e-12);
    }
}

static void bad_parameters_are_named(void **state) {
  (void)state;
  static const keel_bates bad[] = {{{-0.01, 1, 0.04, 0.5, 0}, {0, 0, 0}},  {{0.04, 0, 0.04, 0.5, 0}, {0, 0, 0}},
                                   {{0.04, 1, NAN, 0.5, 0}, {0, 0, 0}},    {{0.04, 1, 0.04, -1, 0}, {0, 0, 0}},
                                   {{0.04, 1, 0.04, 0.5, 1}, {0, 0, 0}},   {{0.04, 1, 0.04, 0.5, 0}, {-1, 0, 0}},
                                   {{0.04, 1, 0.04, 0.5, 0}, {1, NAN, 0}}, {{0.04, 1, 0.04, 0.5, 0}, {1, 0, -1}}};
  static const char *const words[] = {"variance", "kappa", "theta", "xi", "rho", "intensity", "mean", "std"};
  for (int i = 0; i < 8; i++) {
    struct table t = {.count = 0};
    const char *problem = keel_bates_problem(&bad[i]);
    assert_non_null(problem);
    assert_non_null(strstr(problem, words[i]));
    put_row(&t, 1, 100, 90, 1);
    price(&bad[i], &t);
    assert_true(isnan(t.out[0][0]));
  }
  assert_null(keel_bates_problem(&jumpy));
  assert_non_null(keel_bates_option_problem(&jumpy, &(keel_option){1, -5, 0, 0, 1}, 100));
  assert_null(keel_bates_option_problem(&jumpy, &(keel_option){1, 95, 0, 0, 1}, 100));
}

static void every_level_gives_the_same_bits(void **state) {
  (void)state;
  static const char *const levels[] = {"v3", "v4"};
  const keel_bates *const models[] = {&calm, &jumpy, &hard};
  for (int m = 0; m < 3; m++) {
    struct table t = {.count = 0}, other;
    for (int i = 0; i < 90; i++) put_row(&t, i % 2 ? 1 : -1, 100, 60 + i, i < 45 ? 0.1 : 2);
    assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
    price(models[m], &t);
    for (int level = 0; level < 2; level++) {
      if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
      other = t;
      memset(other.out, 0, sizeof other.out);
      price(models[m], &other);
      for (int k = 0; k < OUTPUTS; k++)
        for (size_t i = 0; i < t.count; i++) assert_same_bits(other.out[k][i], t.out[k][i]);
    }
  }
  keel_cpu_force("auto", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(heston_rows_are_the_references),
      cmocka_unit_test(stressed_rows_are_the_references),
      cmocka_unit_test(bates_rows_are_the_references),
      cmocka_unit_test(stressed_jumps_are_the_references),
      cmocka_unit_test(puts_and_calls_keep_parity),
      cmocka_unit_test(the_forward_is_a_martingale),
      cmocka_unit_test(greeks_are_slopes),
      cmocka_unit_test(without_vol_of_vol_it_is_black_scholes),
      cmocka_unit_test(limits_are_reached),
      cmocka_unit_test(a_bad_lane_is_nan_and_alone),
      cmocka_unit_test(bad_parameters_are_named),
      cmocka_unit_test(every_level_gives_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
