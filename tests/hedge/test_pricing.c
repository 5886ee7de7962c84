/* Options by how they are exercised: rows and paths, any set, and the kernels themselves give the same bits. */
#include "hedge/pricing.h"

#include <math.h>

#include "keel/pde.h"
#include "support/draws.h"
#include "support/support.h"

enum { ROWS = 203, OUTPUTS = 11 };

static const int outputs_of[] = {1, 2, 4, 6, 9, 11};

struct table {
  unsigned char american[ROWS];
  double phi[ROWS], spot[ROWS], strike[ROWS], rate[ROWS], yield[ROWS], years[ROWS], vol[ROWS];
  double out[OUTPUTS][ROWS];
};

static keel_greeks greeks_at(double (*out)[ROWS], size_t i) {
  return (keel_greeks){out[0] + i, out[1] + i, out[2] + i, out[3] + i, out[4] + i, out[5] + i,
                       out[6] + i, out[7] + i, out[8] + i, out[9] + i, out[10] + i};
}

static keel_options inputs_at(const struct table *t, size_t i) {
  return (keel_options){t->phi + i, t->spot + i, t->strike + i, t->rate + i, t->yield + i, t->years + i, t->vol + i};
}

/* Runs of both kinds, of one row and of many; rates above and below yields. */
static struct table *draw_table(void) {
  static struct table t;
  struct draws draws = {11};
  for (size_t i = 0; i < ROWS; i++) {
    t.american[i] = i < 20 ? i % 2 : i < 90 ? 1 : draw_uniform(&draws) < 0.7;
    t.phi[i] = draw_uniform(&draws) < 0.5 ? -1 : 1;
    t.strike[i] = 100;
    t.spot[i] = 100 * exp(0.3 * draw_normal(&draws));
    t.rate[i] = 0.1 * draw_uniform(&draws);
    t.yield[i] = 0.08 * draw_uniform(&draws);
    t.years[i] = 0.01 + 2 * draw_uniform(&draws);
    t.vol[i] = 0.05 + 0.6 * draw_uniform(&draws);
  }
  return &t;
}

static void price_one(const struct table *t, size_t i, double (*out)[ROWS]) {
  keel_options in = inputs_at(t, i);
  keel_greeks greeks = greeks_at(out, i);
  if (t->american[i])
    keel_american_price(1, &in, KEEL_PRICING_SCHEME, KEEL_GREEK_SET_ALL, &greeks, NULL);
  else
    keel_black_scholes_price(1, &in, KEEL_GREEK_SET_ALL, &greeks);
}

static void rows_are_what_each_is_alone(void **state) {
  (void)state;
  static double alone[OUTPUTS][ROWS];
  struct table *t = draw_table();
  for (size_t i = 0; i < ROWS; i++) price_one(t, i, alone);
  for (int set = KEEL_GREEK_SET_PRICE; set <= KEEL_GREEK_SET_ALL; set++) {
    keel_options in = inputs_at(t, 0);
    keel_greeks out = greeks_at(t->out, 0);
    keel_price_rows(&(struct keel_option_rows){ROWS, NULL, t->american, NULL, in}, (keel_greek_set)set, &out);
    for (int o = 0; o < outputs_of[set]; o++)
      for (size_t i = 0; i < ROWS; i++) assert_same_bits(t->out[o][i], alone[o][i]);
  }
}

static void paths_are_rows(void **state) {
  (void)state;
  static double alone[OUTPUTS][ROWS], scratch[ROWS];
  struct table *t = draw_table();
  for (int american = 0; american < 2; american++)
    for (int side = -1; side <= 1; side += 2) {
      const keel_option option = {side, 100, 0.06, 0.03, 0.7};
      for (size_t i = 0; i < ROWS; i++) {
        t->american[i] = (unsigned char)american;
        t->phi[i] = side, t->strike[i] = option.strike, t->rate[i] = option.rate;
        t->yield[i] = option.yield, t->years[i] = option.years;
        price_one(t, i, alone);
      }
      const struct keel_option_paths paths = {ROWS, american, option, t->spot, t->vol, NULL, NULL};
      for (int set = KEEL_GREEK_SET_PRICE; set <= KEEL_GREEK_SET_ALL; set++) {
        keel_greeks out = greeks_at(t->out, 0);
        keel_price_paths(&paths, (keel_greek_set)set, &out);
        for (int o = 0; o < outputs_of[set]; o++)
          for (size_t i = 0; i < ROWS; i++) assert_same_bits(t->out[o][i], alone[o][i]);
      }
      keel_delta_paths(&paths, scratch, t->out[1]);
      for (size_t i = 0; i < ROWS; i++) assert_same_bits(t->out[1][i], alone[1][i]);
    }
}

/* Vols come back, as far as prices tell them: where something of the price is above what exercise pays. */
static void vols_come_back(void **state) {
  (void)state;
  static double vol[ROWS];
  struct table *t = draw_table();
  keel_options in = inputs_at(t, 0);
  keel_greeks out = greeks_at(t->out, 0);
  size_t told = 0;
  const struct keel_option_rows rows = {ROWS, NULL, t->american, NULL, in};
  keel_price_rows(&rows, KEEL_GREEK_SET_GAMMA, &out);
  keel_imply_rows(&rows, t->out[0], vol);
  for (size_t i = 0; i < ROWS; i++) {
    double one, vega = t->out[3][i];
    const struct keel_option_rows alone = {1, NULL, t->american + i, NULL, inputs_at(t, i)};
    keel_imply_rows(&alone, t->out[0] + i, &one);
    assert_same_bits(one, vol[i]);
    if (vega < 0.1) continue;
    assert_close(vol[i], t->vol[i], 1e-9);
    told++;
  }
  assert_true(told > ROWS / 2);
}

/* Against the scheme that is far more accurate: the bound of books, and what they are off on the whole. */
static void books_are_accurate_enough(void **state) {
  (void)state;
  static double high[OUTPUTS][ROWS];
  struct table *t = draw_table();
  for (size_t i = 0; i < ROWS; i++) t->american[i] = 1;
  keel_options in = inputs_at(t, 0);
  keel_greeks out = greeks_at(t->out, 0), best = greeks_at(high, 0);
  keel_price_rows(&(struct keel_option_rows){ROWS, NULL, t->american, NULL, in}, KEEL_GREEK_SET_GAMMA, &out);
  keel_american_price(ROWS, &in, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_GAMMA, &best, NULL);
  double squares = 0;
  for (size_t i = 0; i < ROWS; i++) {
    double off = (t->out[0][i] - high[0][i]) / t->strike[i];
    assert_close(off, 0, 1e-5);
    assert_close(t->out[1][i], high[1][i], 2e-4);
    squares += off * off;
  }
  assert_true(sqrt(squares / ROWS) < 1e-6);
}

/* ---- where spot pays ---- */

enum { FEW = 40 };
static const double ex[] = {0.05, 0.3, 0.55}, cash[] = {1.5, 1, 1};
static const keel_dividends paid = {3, ex, cash, KEEL_DIVIDEND_LIQUIDATOR};

/* European and American rows, with dividends to come and without, vols that the approximation takes and not. */
static struct keel_option_rows draw_paying(struct table *t, const keel_dividends **paid_of,
                                           struct keel_pricing_room *room) {
  for (size_t i = 0; i < FEW; i++) {
    paid_of[i] = i % 4 == 3 ? NULL : &paid;
    t->vol[i] = i % 5 == 0 ? 1.5 : t->vol[i];
    t->american[i] = i % 3 == 0;
  }
  return (struct keel_option_rows){FEW, room, t->american, paid_of, inputs_at(t, 0)};
}

static void paying_paths_are_rows(void **state) {
  (void)state;
  static double alone[OUTPUTS][ROWS], scratch[ROWS];
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_pricing_room *room = keel_pricing_room_new(&arena, 3, 8);
  struct table *t = draw_table();
  const keel_dividends *all[FEW];
  struct keel_option_rows rows = draw_paying(t, all, room);
  for (int american = 0; american < 2; american++)
    for (int flat = 0; flat < 2; flat++) {
      const keel_option option = {american ? 1 : -1, 100, 0.06, 0.01, 0.7};
      for (size_t i = 0; i < FEW; i++) {
        t->american[i] = (unsigned char)american, all[i] = &paid;
        t->phi[i] = option.phi, t->strike[i] = 100, t->rate[i] = 0.06, t->yield[i] = 0.01, t->years[i] = 0.7;
        if (flat) t->vol[i] = 0.3;
      }
      const struct keel_option_paths paths = {FEW, american, option, t->spot, t->vol, &paid, room};
      for (int set = KEEL_GREEK_SET_ALL; set >= KEEL_GREEK_SET_PRICE; set--) {
        const keel_greeks of_rows = greeks_at(alone, 0), of_paths = greeks_at(t->out, 0);
        if (set == KEEL_GREEK_SET_ALL) keel_price_rows(&rows, KEEL_GREEK_SET_ALL, &of_rows);
        keel_price_paths(&paths, (keel_greek_set)set, &of_paths);
        for (int o = 0; o < outputs_of[set]; o++)
          for (size_t i = 0; i < FEW; i++) assert_same_bits(t->out[o][i], alone[o][i]);
      }
      keel_delta_paths(&paths, scratch, t->out[1]);
      for (size_t i = 0; i < FEW; i++) assert_same_bits(t->out[1][i], alone[1][i]);
    }
  keel_arena_fini(&arena);
}

static void paying_rows_are_near_fine_grids(void **state) {
  (void)state;
  static double exact[FEW], vol[FEW];
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_pricing_room *room = keel_pricing_room_new(&arena, 3, FEW);
  struct table *t = draw_table();
  const keel_dividends *all[FEW];
  const struct keel_option_rows rows = draw_paying(t, all, room);
  const keel_greeks out = greeks_at(t->out, 0);
  keel_price_rows(&rows, KEEL_GREEK_SET_GAMMA, &out);
  keel_imply_rows(&rows, t->out[0], vol);
  for (size_t i = 0; i < FEW; i++) {
    const keel_options one = inputs_at(t, i);
    const keel_pde pde = {.nodes = 800, .steps = 256, .american = t->american + i, .dividends = all[i]};
    keel_pde_price(1, &one, &pde, KEEL_GREEK_SET_PRICE, &(keel_pde_result){.greeks.price = exact + i}, NULL);
    assert_close(t->out[0][i], exact[i], (t->vol[i] > 1 ? 5e-5 : 2e-5) * t->strike[i]);
    if (t->out[3][i] > 1) assert_close(vol[i], t->vol[i], 1e-5);
  }
  keel_arena_fini(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_are_what_each_is_alone),
      cmocka_unit_test(paths_are_rows),
      cmocka_unit_test(vols_come_back),
      cmocka_unit_test(books_are_accurate_enough),
      cmocka_unit_test(paying_paths_are_rows),
      cmocka_unit_test(paying_rows_are_near_fine_grids),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
