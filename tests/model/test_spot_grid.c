/* Spot grids: against the tables, the equation on fine grids, and themselves in other company. */
#include "model/spot_grid.h"

#include <math.h>
#include <stdlib.h>

#include "keel/pde.h"
#include "support/support.h"

enum { GREEKS = 11, SPOTS = 41, QUARTERS = 8 };
static const double quarters[QUARTERS] = {0.01, 0.26, 0.51, 0.76, 1.01, 1.26, 1.51, 1.76};
static const double half[QUARTERS] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
static const keel_dividends quarterly = {QUARTERS, quarters, half, KEEL_DIVIDEND_LIQUIDATOR};

static keel_greeks greeks_from_row(double (*out)[SPOTS]) {
  return (keel_greeks){out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9], out[10]};
}

static double price_at(const keel_option *option, double vol, int american, const keel_dividends *dividends,
                       double spot) {
  keel_spot_grid *grid;
  double price;
  assert_int_equal(keel_spot_grid_new(option, vol, american, dividends, &grid, NULL), KEEL_STATUS_OK);
  keel_spot_grid_read(grid, 1, &spot, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
  keel_spot_grid_free(grid);
  return price;
}

static size_t read_dividends(const char *text, double *years, double *cash) {
  size_t count = 0;
  for (char *end; *text; text = *end ? end + 1 : end, count++) {
    years[count] = strtod(text, &end);
    cash[count] = strtod(end + 1, &end);
  }
  return count;
}

/* Spot is 100; the worst are seven years with seven dividends. */
static void dividends_are_the_table_s(void **state) {
  (void)state;
  struct keel_golden table = keel_golden_load("discrete_dividend_calls.csv");
  double squares = 0;
  for (size_t row = 0; row < table.rows; row++) {
    double years[8], cash[8], want = keel_golden_number(&table, row, "price");
    const keel_dividends dividends = {read_dividends(keel_golden_text(&table, row, "dividends"), years, cash), years,
                                      cash, KEEL_DIVIDEND_LIQUIDATOR};
    const keel_option option = {keel_golden_text(&table, row, "type")[0] == 'P' ? -1 : 1,
                                keel_golden_number(&table, row, "K"), keel_golden_number(&table, row, "r"), 0,
                                keel_golden_number(&table, row, "T")};
    int american = keel_golden_text(&table, row, "style")[0] == 'A';
    double price = price_at(&option, keel_golden_number(&table, row, "sigma"), american, &dividends,
                            keel_golden_number(&table, row, "S"));
    assert_close(price, want, 1.2e-4);
    squares += (price - want) * (price - want) / (double)table.rows;
  }
  assert_true(sqrt(squares) < 3e-5);
  keel_golden_free(&table);
}

static void american_options_are_the_table_s(void **state) {
  (void)state;
  struct keel_golden table = keel_golden_load("american_hp.csv");
  for (size_t row = 0; row < table.rows; row++) {
    double strike = keel_golden_number(&table, row, "K"), years = keel_golden_number(&table, row, "T");
    const keel_option option = {keel_golden_text(&table, row, "type")[0] == 'P' ? -1 : 1, strike,
                                keel_golden_number(&table, row, "r"), keel_golden_number(&table, row, "q"), years};
    double vol = keel_golden_number(&table, row, "sigma");
    if (keel_pde_problem(&option, strike, vol, 1)) continue;
    double price = price_at(&option, vol, 1, NULL, keel_golden_number(&table, row, "S"));
    assert_close(price, keel_golden_number(&table, row, "price"), (years > 5 ? 5e-5 : 1e-5) * strike);
  }
  keel_golden_free(&table);
}

/* Worst differences from fine grids over spots around the strike, as parts of the largest value of each Greek. Those of
 * American options are where exercise begins, and gamma jumps. */
static void check_greeks(double phi, int american, double years, const double *allowed) {
  static double got[GREEKS][SPOTS], want[GREEKS][SPOTS], column[7][SPOTS];
  unsigned char early[SPOTS];
  for (size_t i = 0; i < SPOTS; i++) {
    const double row[7] = {phi, 80 + (double)i, 100, 0.04, 0.01, years, 0.25};
    for (size_t k = 0; k < 7; k++) column[k][i] = row[k];
    early[i] = (unsigned char)american;
  }
  const keel_option option = {phi, 100, 0.04, 0.01, years};
  const keel_options in = {column[0], column[1], column[2], column[3], column[4], column[5], column[6]};
  const keel_greeks to = greeks_from_row(got), exact = greeks_from_row(want);
  const keel_pde pde = {.nodes = 800, .steps = 256, .american = early, .dividends = &quarterly};
  keel_pde_price(SPOTS, &in, &pde, KEEL_GREEK_SET_ALL, &(keel_pde_result){.greeks = exact}, NULL);
  keel_spot_grid *grid;
  assert_int_equal(keel_spot_grid_new(&option, 0.25, american, &quarterly, &grid, NULL), KEEL_STATUS_OK);
  keel_spot_grid_read(grid, SPOTS, column[1], KEEL_GREEK_SET_ALL, &to);
  for (size_t g = 0; g < GREEKS; g++) {
    double most = 0;
    for (size_t i = 0; i < SPOTS; i++) most = fmax(most, fabs(want[g][i]));
    double worst = 0;
    for (size_t i = 0; i < SPOTS; i++) worst = fmax(worst, fabs(got[g][i] - want[g][i]) / most);
    print_message(" %.1e", worst);
    for (size_t i = 0; i < SPOTS; i++) assert_close(got[g][i] / most, want[g][i] / most, allowed[g]);
  }
  print_message("  of a %s %s of %g years\n", american ? "american" : "european", phi > 0 ? "call" : "put", years);
  keel_spot_grid_free(grid);
}

static void greeks_are_those_of_fine_grids(void **state) {
  (void)state;
  static const double calls[GREEKS] = {1e-5, 1e-3, 2e-2, 5e-3, 2e-2, 5e-3, 5e-3, 6e-2, 0.3, 0.3, 0.3};
  static const double puts[GREEKS] = {6e-5, 4e-4, 2e-2, 3e-3, 2e-2, 3e-2, 3e-2, 3e-2, 0.3, 1, 1};
  for (int kind = -1; kind <= 1; kind += 2)
    for (int american = 0; american < 2; american++)
      for (double years = 0.1; years < 2; years *= 3) check_greeks(kind, american, years, kind > 0 ? calls : puts);
}

/* A call just before its ex-date is worth exercise where that is more than to go on. */
static void exercise_before_an_ex_date_counts(void **state) {
  (void)state;
  const double soon = 1e-6, much = 8;
  const keel_dividends dividend = {1, &soon, &much, KEEL_DIVIDEND_LIQUIDATOR};
  const keel_option call = {1, 100, 0.05, 0, 0.25};
  for (double spot = 90; spot < 130; spot += 2.5) {
    double price;
    const double after = spot - much, vol = 0.2;
    const keel_options in = {&call.phi, &after, &call.strike, &call.rate, &call.yield, &call.years, &vol};
    keel_black_scholes_price(1, &in, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
    assert_close(price_at(&call, vol, 1, &dividend, spot), fmax(price, spot - 100), fabs(spot - 102) < 3 ? 2e-2 : 1e-3);
  }
}

/* A vol's lane is what it is alone, and any set has the same bits. */
static void company_changes_nothing(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_spot_grid_room *room = keel_spot_grid_room_new(&arena, QUARTERS);
  struct keel_spot_grid *many = keel_spot_grid_place(&arena, KEEL_SPOT_GRID_LANES, QUARTERS);
  struct keel_spot_grid *one = keel_spot_grid_place(&arena, KEEL_SPOT_GRID_LANES, QUARTERS);
  const double vol[KEEL_SPOT_GRID_LANES] = {0.1, 0.2, 0.3, NAN, 0.5, 99, 0.25, 0.25};
  for (int phi = -1; phi <= 1; phi += 2) {
    const struct keel_spot_grid_terms terms = {{phi, 100, 0.04, 0, 0.8}, 1, &quarterly};
    keel_spot_grid_solve_vols(many, room, &terms, vol);
    for (size_t lane = 0; lane < KEEL_SPOT_GRID_LANES; lane++)
      for (double spot = 60; spot < 150; spot += 7) {
        double all[GREEKS], price;
        const keel_greeks to = {all,     all + 1, all + 2, all + 3, all + 4, all + 5,
                                all + 6, all + 7, all + 8, all + 9, all + 10};
        keel_spot_grid_solve(one, room, &terms, vol[lane], 0);
        keel_spot_grid_read(one, 1, &spot, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
        keel_spot_grid_solve(one, room, &terms, vol[lane], 1);
        keel_spot_grid_read(one, 1, &spot, KEEL_GREEK_SET_ALL, &to);
        const struct keel_pde_reading got = keel_spot_grid_at(many, lane, spot);
        assert_int_equal(isnan(price), lane == 3 || lane == 5);
        if (isnan(price)) continue;
        assert_same_bits(got.price, price);
        assert_same_bits(all[0], price);
        assert_same_bits(got.delta, all[1]);
      }
  }
  keel_arena_fini(&arena);
}

/* Far out it is exercise, nothing, or a line; what is no spot is NaN. */
static void all_spots_have_a_price(void **state) {
  (void)state;
  const keel_option put = {-1, 100, 0.05, 0, 1}, call = {1, 100, 0.05, 0, 1};
  assert_close(price_at(&put, 0.2, 1, &quarterly, 0), 100, 1e-9);
  assert_close(price_at(&put, 0.2, 0, &quarterly, 0), 100 * exp(-0.05), 1e-9);
  assert_close(price_at(&put, 0.2, 1, &quarterly, 1e4), 0, 1e-6);
  assert_close(price_at(&call, 0.2, 1, &quarterly, 1e-3), 0, 1e-6);
  double paid = 0;
  for (size_t i = 0; i < 4; i++) paid += 0.5 * exp(-0.05 * quarters[i]);
  assert_close(price_at(&call, 0.2, 0, &quarterly, 1e4), 1e4 - paid - 100 * exp(-0.05), 1e-3);
  assert_true(isnan(price_at(&call, 0.2, 0, &quarterly, -1)));
  assert_true(isnan(price_at(&call, 0.2, 0, &quarterly, INFINITY)));
}

/* Without vol: the best of the times at which exercise can be best. */
static void no_vol_is_a_limit(void **state) {
  (void)state;
  const double ex = 0.09, cash = 0.6, rate = 0.04, years = 0.175;
  const keel_dividends dividend = {1, &ex, &cash, KEEL_DIVIDEND_LIQUIDATOR};
  for (int phi = -1; phi <= 1; phi += 2)
    for (double spot = 20; spot < 150; spot += 3.7) {
      const keel_option option = {phi, 70, rate, 0, years};
      double after = spot * exp(rate * ex) - cash, best = 0;
      const double times[] = {0, ex, ex, years};
      const double spots[] = {spot, after + cash, after, after * exp(rate * (years - ex))};
      for (int i = 0; i < 4; i++) best = fmax(best, exp(-rate * times[i]) * phi * (spots[i] - 70));
      assert_close(price_at(&option, 0, 1, &dividend, spot), best, 1e-2);
    }
}

static void what_has_no_price_is_refused(void **state) {
  (void)state;
  keel_error error = {0};
  keel_spot_grid *grid;
  const keel_option option = {1, 100, 0.05, 0, 1}, over = {1, 100, 0.05, 0, 0}, twice = {-1, 100, -0.02, -0.05, 1};
  const double falling[] = {0.5, 0.2};
  const keel_dividends wrong = {2, falling, half, KEEL_DIVIDEND_LIQUIDATOR};
  assert_int_equal(keel_spot_grid_new(&over, 0.2, 0, NULL, &grid, &error), KEEL_STATUS_INPUT);
  assert_int_equal(keel_spot_grid_new(&twice, 0.2, 1, NULL, &grid, &error), KEEL_STATUS_INPUT);
  assert_int_equal(keel_spot_grid_new(&option, -0.2, 0, NULL, &grid, &error), KEEL_STATUS_INPUT);
  assert_int_equal(keel_spot_grid_new(&option, 0.2, 0, &wrong, &grid, &error), KEEL_STATUS_INPUT);
  assert_null(grid);
  keel_spot_grid_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dividends_are_the_table_s),
      cmocka_unit_test(american_options_are_the_table_s),
      cmocka_unit_test(greeks_are_those_of_fine_grids),
      cmocka_unit_test(exercise_before_an_ex_date_counts),
      cmocka_unit_test(company_changes_nothing),
      cmocka_unit_test(all_spots_have_a_price),
      cmocka_unit_test(no_vol_is_a_limit),
      cmocka_unit_test(what_has_no_price_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
