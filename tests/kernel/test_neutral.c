/* Small systems: against Cramer's rule, the textbook's cases, and what has no solution. */
#include "kernel/neutral.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/lanes.h"
#include "support/draws.h"
#include "support/support.h"

enum { ROOM = 256, N = KEEL_NEUTRAL_MAX };

/* A system with room for all paths. */
struct bench {
  double greek[N][N][ROOM], now[N][ROOM], want[N][ROOM], spot[ROOM];
  double change[N][ROOM], exact[N][ROOM], singular[ROOM];
};

static struct keel_neutral_solve system_of(struct bench *b, size_t count) {
  struct keel_neutral_solve system = {.count = count, .spot = b->spot, .singular = b->singular};
  for (size_t e = 0; e < N; e++) {
    system.multiplier[e] = 1;
    system.now[e] = b->now[e];
    system.want[e] = b->want[e];
    system.change[e] = b->change[e];
    system.exact[e] = b->exact[e];
    for (size_t l = 0; l < N; l++) {
      system.weight[e][l] = 1;
      system.greek[e][l] = b->greek[e][l];
    }
  }
  return system;
}

/* ---- the textbook's portfolios: options by the system, then the underlying takes the delta that is left ---- */

static double number(const struct keel_golden *table, size_t row, const char *column) {
  double value = keel_golden_number(table, row, column);
  return isnan(value) ? 0 : value;
}

/* Rows of the system for this case: gamma and vega where they are in the target. */
static size_t set_case(struct bench *b, const struct keel_golden *table, size_t row) {
  static const char *const greeks[] = {"gamma", "vega"};
  const char *target = keel_golden_text(table, row, "target");
  size_t count = 0;
  for (int g = 0; g < 2; g++) {
    char name[32];
    if (!strstr(target, greeks[g])) continue;
    for (size_t l = 0; l < 2; l++) {
      snprintf(name, sizeof name, "opt%zu_%s", l + 1, greeks[g]);
      b->greek[count][l][0] = number(table, row, name);
    }
    snprintf(name, sizeof name, "portfolio_%s", greeks[g]);
    b->now[count][0] = number(table, row, name);
    b->want[count][0] = 0;
    count++;
  }
  return count;
}

static void textbook_portfolios(void **state) {
  (void)state;
  static struct bench b;
  struct keel_golden table = keel_golden_load("hull_neutrality.csv");
  assert_int_equal(table.rows, 6);
  for (size_t row = 0; row < table.rows; row++) {
    b.spot[0] = 1;
    size_t count = set_case(&b, &table, row);
    double w[2] = {0};
    struct keel_neutral_solve system = system_of(&b, count);
    if (count) keel_kernel_now->neutral.solve(1, &system);
    for (size_t l = 0; l < count; l++) {
      w[l] = b.change[l][0];
      assert_true(b.singular[0] == 0);
      assert_close(b.exact[l][0], w[l], 0);
    }
    assert_close(w[0], number(&table, row, "w1"), 1e-9);
    assert_close(w[1], number(&table, row, "w2"), 1e-9);
    double delta = number(&table, row, "portfolio_delta") + w[0] * number(&table, row, "opt1_delta") +
                   w[1] * number(&table, row, "opt2_delta");
    assert_close(-delta, number(&table, row, "underlying"), 1e-9);
  }
  keel_golden_free(&table);
}

/* ---- random systems ---- */

static void draw_system(struct bench *b, struct draws *seed) {
  for (size_t i = 0; i < ROOM; i++) {
    b->spot[i] = exp(6 * draw_uniform(seed) - 1);
    for (size_t e = 0; e < N; e++) {
      b->now[e][i] = 1e4 * draw_normal(seed);
      b->want[e][i] = draw_uniform(seed) < 0.3 ? b->now[e][i] : 1e3 * draw_normal(seed);
      for (size_t l = 0; l < N; l++) b->greek[e][l][i] = draw_normal(seed);
    }
  }
}

static double determinant(double a[N][N]) {
  return a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) - a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
         a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
}

/* By Cramer's rule; `a` of fewer than three is completed by the identity. */
static double cramer(double a[N][N], const double b[N], size_t column) {
  double with[N][N];
  memcpy(with, a, sizeof with);
  for (size_t e = 0; e < N; e++) with[e][column] = b[e];
  return determinant(with) / determinant(a);
}

static void check_path(const struct bench *b, const struct keel_neutral_solve *system, size_t i) {
  double a[N][N] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, change[N] = {0}, exact[N] = {0}, norm = 0;
  for (size_t e = 0; e < system->count; e++) {
    change[e] = b->want[e][i] - b->now[e][i];
    exact[e] = -b->now[e][i];
    for (size_t l = 0; l < system->count; l++)
      a[e][l] = system->multiplier[l] * system->weight[e][l] * b->greek[e][l][i], norm = fmax(norm, fabs(a[e][l]));
  }
  if (fabs(determinant(a)) < 1e-3 * pow(norm, (double)system->count)) return; /* nearly singular: Cramer is no judge */
  assert_true(b->singular[i] == 0);
  for (size_t l = 0; l < system->count; l++) {
    double want = cramer(a, change, l), whole = cramer(a, exact, l);
    assert_close(b->change[l][i], want, 1e-9 * (fabs(want) + 1e4 / norm));
    assert_close(b->exact[l][i], whole, 1e-9 * (fabs(whole) + 1e4 / norm));
  }
  for (size_t e = 0; e < system->count; e++) { /* what remains after the trade is as wanted */
    double left = b->now[e][i] - b->want[e][i], scale = fabs(b->now[e][i]) + fabs(b->want[e][i]);
    for (size_t l = 0; l < system->count; l++) {
      left += a[e][l] * b->change[l][i];
      scale += fabs(a[e][l] * b->change[l][i]);
    }
    assert_close(left, 0, 1e-12 * scale);
  }
}

static void solutions_are_those_of_cramer(void **state) {
  (void)state;
  static struct bench b;
  struct draws seed = {20};
  for (int round = 0; round < 40; round++) {
    for (size_t count = 1; count <= N; count++) {
      draw_system(&b, &seed);
      struct keel_neutral_solve system = system_of(&b, count);
      for (size_t l = 0; l < N; l++) system.multiplier[l] = round % 2 ? 100 : 1;
      system.weight[1][1] = 0.7;
      keel_kernel_now->neutral.solve(ROOM, &system);
      for (size_t i = 0; i < ROOM; i++) check_path(&b, &system, i);
    }
  }
}

/* Cents for dollars, or one share for a hundred: the same holdings, as far as powers of two go, bit by bit. */
static void units_do_not_matter(void **state) {
  (void)state;
  static struct bench b, scaled;
  struct draws seed = {21};
  draw_system(&b, &seed);
  scaled = b;
  const double spot = 0x1p-7; /* spot in another currency; gamma and vega follow */
  for (size_t i = 0; i < ROOM; i++) {
    scaled.spot[i] *= spot;
    for (size_t l = 0; l < N; l++) scaled.greek[1][l][i] /= spot, scaled.greek[2][l][i] *= spot;
    scaled.now[1][i] /= spot, scaled.want[1][i] /= spot, scaled.now[2][i] *= spot, scaled.want[2][i] *= spot;
  }
  struct keel_neutral_solve one = system_of(&b, 3), other = system_of(&scaled, 3);
  one.power[1] = other.power[1] = 1;
  one.power[2] = other.power[2] = -1;
  keel_kernel_now->neutral.solve(ROOM, &one);
  keel_kernel_now->neutral.solve(ROOM, &other);
  for (size_t i = 0; i < ROOM; i++)
    for (size_t l = 0; l < N; l++) assert_same_bits(b.change[l][i], scaled.change[l][i]);
}

/* ---- no solution ---- */

static void what_is_singular_does_not_trade(void **state) {
  (void)state;
  static struct bench b;
  struct draws seed = {22};
  draw_system(&b, &seed);
  for (size_t i = 0; i < 8; i++) b.spot[i] = 100;
  for (size_t l = 0; l < 2; l++) b.greek[0][l][0] = 0;     /* nobody has the first exposure */
  for (size_t e = 0; e < 2; e++) b.greek[e][1][1] = 0;     /* an instrument of nothing */
  for (size_t e = 0; e < 2; e++) b.greek[e][1][2] = 1e-13; /* of hardly anything: billions would be traded */
  for (size_t e = 0; e < 2; e++) b.greek[e][1][3] = 3 * b.greek[e][0][3];                       /* twice the same */
  for (size_t e = 0; e < 2; e++) b.greek[e][1][4] = (3 + 1e-11 * (double)e) * b.greek[e][0][4]; /* all but */
  for (size_t l = 0; l < 2; l++) b.greek[1][l][5] = 1e-12 * b.greek[0][l][5];
  struct keel_neutral_solve system = system_of(&b, 2);
  keel_kernel_now->neutral.solve(8, &system);
  for (size_t i = 0; i < 6; i++) {
    assert_true(b.singular[i] == 1 && b.change[0][i] == 0 && b.change[1][i] == 0);
    assert_true(isnan(b.exact[0][i]) && isnan(b.exact[1][i]));
  }
  assert_true(b.singular[6] == 0 && b.singular[7] == 0);
  struct keel_neutral_solve one = system_of(&b, 1);
  b.greek[0][0][0] = 1e-300;
  keel_kernel_now->neutral.solve(1, &one);
  assert_true(b.singular[0] == 1 && b.change[0][0] == 0);
}

/* ---- moves ---- */

static void moves_of_an_exposure(void **state) {
  (void)state;
  const double every = 1 + KEEL_REASON_EVERY, band = 1 + KEEL_REASON_BAND;
  const struct {
    int has_band;
    double inner, fraction, now, fired, band, want, acted;
  } cases[] = {
      {0, 0, 1, 7, 0, 0, 7, 0},
      {0, 0, 1, 7, 3, 0, 0, 3},
      {1, 0, 1, 7, 0, 5, 0, 1 + KEEL_REASON_BAND},
      {1, 0, 1, 5, 0, 5, 5, 0},
      {1, 0, 1, -7, 0, 5, 0, band},
      {1, 1, 1, -7, 0, 5, -5, band},
      {1, 1, 1, 3, every, 5, 3, every},
      {1, 0.4, 1, 7, 0, 5, 2, band},
      {1, 0.4, 1, 3, every, 5, 2, every},
      {1, 0.4, 1, 3, 0, 5, 3, 0},
      {0, 1, 1, 7, every, 0, 0, every},
      {1, 0, 0.25, 8, 0, 5, 6, band},
      {0, 0, 0.25, -8, every, 5, -6, every},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double want = NAN, acted = NAN;
    struct keel_neutral_move move = {cases[i].has_band,
                                     cases[i].inner,
                                     cases[i].fraction,
                                     &cases[i].now,
                                     &cases[i].fired,
                                     &cases[i].band,
                                     &want,
                                     &acted};
    keel_kernel_now->neutral.move(1, &move);
    assert_close(want, cases[i].want, 1e-15);
    assert_true(acted == cases[i].acted);
  }
}

/* ---- levels ---- */

static void run_level(struct bench *b, size_t count) {
  struct draws seed = {23};
  memset(b, 0, sizeof *b);
  draw_system(b, &seed);
  for (size_t i = 0; i < ROOM; i += 7) b->greek[0][0][i] = b->greek[1][0][i] = 0;
  struct keel_neutral_solve system = system_of(b, count);
  system.power[1] = 1;
  system.power[2] = -1;
  for (size_t e = 0; e < N; e++) {
    struct keel_neutral_move move = {1, 0.3, 1, b->now[e], b->singular, b->spot, b->want[e], b->change[0]};
    keel_kernel_now->neutral.move(ROOM - 3, &move);
    keel_kernel_now->neutral.add_exposure(ROOM - 3, 100, b->greek[e][0], b->greek[e][1], b->now[e]);
  }
  keel_kernel_now->neutral.solve(ROOM - 3, &system);
}

static void all_levels_give_the_same_bits(void **state) {
  (void)state;
  static struct bench base, other;
  const char *levels[] = {"v3", "v4"};
  for (size_t count = 1; count <= N; count++) {
    assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
    run_level(&base, count);
    for (int l = 0; l < 2; l++) {
      if (keel_cpu_force(levels[l], NULL) != KEEL_STATUS_OK) continue;
      run_level(&other, count);
      assert_memory_equal(&other, &base, sizeof base);
    }
    for (size_t i = ROOM - 3; i < ROOM; i++) assert_true(base.singular[i] == 0 && base.exact[0][i] == 0);
  }
  keel_cpu_force("auto", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(textbook_portfolios),  cmocka_unit_test(solutions_are_those_of_cramer),
      cmocka_unit_test(units_do_not_matter),  cmocka_unit_test(what_is_singular_does_not_trade),
      cmocka_unit_test(moves_of_an_exposure), cmocka_unit_test(all_levels_give_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
