/* Vols that spot grids imply. */
#include <math.h>

#include "model/spot_grid.h"
#include "support/support.h"

struct bench {
  struct keel_arena arena;
  struct keel_spot_grid_room *room;
  struct keel_spot_grid *vols, *one;
};

static void start(struct bench *b) {
  keel_arena_init(&b->arena);
  b->room = keel_spot_grid_room_new(&b->arena, 2);
  b->vols = keel_spot_grid_place(&b->arena, KEEL_SPOT_GRID_LANES, 2);
  b->one = keel_spot_grid_place(&b->arena, KEEL_SPOT_GRID_LANES, 2);
}

static double implied(struct bench *b, const struct keel_spot_grid_terms *terms, double spot, double price,
                      double guess) {
  const struct keel_spot_grid_quote quote = {spot, price, guess};
  return keel_spot_grid_implied_vol(b->vols, b->room, terms, &quote);
}

static const double ex[] = {0.1, 0.35}, cash[] = {2, 2};
static const keel_dividends paid = {2, ex, cash, KEEL_DIVIDEND_LIQUIDATOR};

/* Whatever the guess. */
static void vols_come_back(void **state) {
  (void)state;
  static const double guesses[] = {NAN, 0, 0.05, 0.28, 3};
  struct bench b;
  start(&b);
  for (int phi = -1; phi <= 1; phi += 2)
    for (double vol = 0.12; vol < 1; vol *= 1.9)
      for (double spot = 85; spot <= 115; spot += 10) {
        const struct keel_spot_grid_terms terms = {{phi, 100, 0.04, 0, 0.6}, 1, &paid};
        double price, delta, gamma, vega;
        keel_spot_grid_solve(b.one, b.room, &terms, vol, 1);
        const keel_greeks out = {&price, &delta, &gamma, .vega = &vega};
        keel_spot_grid_read(b.one, 1, &spot, KEEL_GREEK_SET_GAMMA, &out);
        if (vega < 1) continue;
        assert_close(implied(&b, &terms, spot, price, guesses[(size_t)spot % 5]), vol, 2e-4 / vega);
      }
  keel_arena_fini(&b.arena);
}

static void what_no_vol_gives_is_nan(void **state) {
  (void)state;
  struct bench b;
  start(&b);
  const struct keel_spot_grid_terms call = {{1, 100, 0.04, 0, 0.6}, 1, &paid};
  const struct keel_spot_grid_terms european = {{1, 100, 0.04, 0, 0.6}, 0, &paid};
  assert_true(isnan(implied(&b, &call, 120, 19, 0.2)));  /* below exercise */
  assert_true(implied(&b, &call, 120, 20, 0.2) == 0);    /* exercise itself */
  assert_true(isnan(implied(&b, &call, 120, 121, 0.2))); /* above spot */
  assert_true(isnan(implied(&b, &call, 120, NAN, 0.2)));
  assert_true(isnan(implied(&b, &european, 120, 15, 0.2))); /* below what it is worth without vol */
  keel_arena_fini(&b.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vols_come_back),
      cmocka_unit_test(what_no_vol_gives_is_nan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
