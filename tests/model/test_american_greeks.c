/* All Greeks of American options (keel/american.h) against the equation on a fine grid, over the reference table's
 * contracts per unit of strike. */
#include <math.h>

#include "keel/american.h"
#include "keel/pde.h"
#include "support/support.h"

enum { PHI, SPOT, STRIKE, RATE, YIELD, YEARS, VOL, INPUTS };
enum { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, PSI, VANNA, VOLGA, CHARM, SPEED, OUTPUTS };

#define NEAR 0.5 /* standard deviations from the boundary, within which the grid is off */
#define RATE_STEP 1e-4

static const char *const names[OUTPUTS] = {"price", "delta", "gamma", "vega",  "theta", "rho",
                                           "psi",   "vanna", "volga", "charm", "speed"};

static keel_options options_of(const double *in) {
  return (keel_options){in, in + 1, in + 2, in + 3, in + 4, in + 5, in + 6};
}

static keel_greeks greeks_of(double *g) {
  return (keel_greeks){g, g + 1, g + 2, g + 3, g + 4, g + 5, g + 6, g + 7, g + 8, g + 9, g + 10};
}

static void on_grid(const double *in, keel_greek_set set, double *out) {
  const unsigned char american = 1;
  const keel_options options = options_of(in);
  const keel_pde pde = {.nodes = 1600, .steps = 1024, .american = &american};
  double error;
  const keel_pde_result result = {greeks_of(out), &error};
  assert_int_equal(keel_pde_price(1, &options, &pde, set, &result, NULL), KEEL_STATUS_OK);
}

static double price_on_grid(const double *in, int input, double step) {
  double moved[INPUTS], out[OUTPUTS];
  for (int i = 0; i < INPUTS; i++) moved[i] = in[i] + (i == input ? step : 0);
  on_grid(moved, KEEL_GREEK_SET_PRICE, out);
  return out[PRICE];
}

/* The grid's own rho and volga are differences over steps that are too long for this. */
static void refine(const double *in, double *out) {
  double step = in[VOL] / 24, at[5];
  for (int i = 0; i < 5; i++) at[i] = price_on_grid(in, VOL, (i - 2) * step);
  double near = (at[3] - 2 * at[2] + at[1]) / (step * step), far = (at[4] - 2 * at[2] + at[0]) / (4 * step * step);
  out[VOLGA] = (4 * near - far) / 3;
  out[RHO] = (price_on_grid(in, RATE, RATE_STEP) - price_on_grid(in, RATE, -RATE_STEP)) / (2 * RATE_STEP);
}

static int is_away(const double *in, double boundary) {
  return in[PHI] * (boundary / in[SPOT] - 1) > NEAR * in[VOL] * sqrt(in[YEARS]);
}

static void all_greeks_are_the_grid_s(void **state) {
  (void)state;
  static const char *const columns[] = {"S", "K", "r", "q", "T", "sigma"};
  struct keel_golden table = keel_golden_load("american_hp.csv");
  int checked = 0;
  for (size_t row = 0; row < table.rows; row += 7) {
    double in[INPUTS], got[OUTPUTS], want[OUTPUTS], boundary;
    in[PHI] = keel_golden_text(&table, row, "type")[0] == 'C' ? 1 : -1;
    for (int i = 0; i < 6; i++) in[i + 1] = keel_golden_number(&table, row, columns[i]);
    in[SPOT] /= in[STRIKE], in[STRIKE] = 1;
    const keel_options options = options_of(in);
    const keel_greeks greeks = greeks_of(got);
    keel_american_price(1, &options, KEEL_AMERICAN_ACCURATE, KEEL_GREEK_SET_ALL, &greeks, &boundary);
    if (!is_away(in, boundary)) continue;
    on_grid(in, KEEL_GREEK_SET_ALL, want);
    refine(in, want);
    for (int o = 0; o < OUTPUTS; o++)
      if (!(fabs(got[o] - want[o]) <= 1e-4 * (1 + fabs(want[o]))))
        fail_msg("row %s: %s is %.10g, on the grid %.10g", keel_golden_text(&table, row, "id"), names[o], got[o],
                 want[o]);
    checked++;
  }
  keel_golden_free(&table);
  assert_true(checked > 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(all_greeks_are_the_grid_s)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
