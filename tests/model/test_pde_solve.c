/* One grid by itself: second order in time and space, in every lane. */
#include "model/pde_solve.h"

#include <math.h>

#include "support/support.h"

enum { LANES = KEEL_DIFFUSION_LANES };

static void solve(const struct keel_pde_contract *contract, const keel_dividends *dividends, size_t refine,
                  struct keel_pde_reading out[LANES]) {
  struct keel_pde_plan plan;
  struct keel_pde_batch batch = {0};
  assert_true(keel_pde_plan_init(&plan, contract, dividends, 16));
  for (size_t lane = 0; lane < LANES; lane++) {
    batch.contract[lane] = *contract;
    batch.plan[lane] = &plan;
    batch.base[lane] = lane / 2 * 2;
  }
  assert_true(keel_pde_solve(&batch, 52, refine, out));
  keel_pde_plan_fini(&plan);
}

static double formula(const struct keel_pde_contract *c) {
  double price;
  const keel_options one = {&c->phi, &c->spot, &c->strike, &c->rate, &c->yield, &c->years, &c->vol};
  keel_black_scholes_price(1, &one, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
  return price;
}

/* Errors of grids of half the spacing and steps fall fourfold. */
static void converges(const struct keel_pde_contract *contract, double want, double least, double most) {
  double error[4];
  for (int k = 0; k < 4; k++) {
    struct keel_pde_reading out[LANES];
    solve(contract, NULL, (size_t)1 << k, out);
    error[k] = out[0].price - want;
    for (size_t lane = 1; lane < LANES; lane++) assert_same_bits(out[lane].price, out[0].price);
  }
  for (int k = 0; k < 3; k++) assert_in_range(1000 * error[k] / error[k + 1], 1000 * least, 1000 * most);
}

static void european_options_converge(void **state) {
  (void)state;
  for (int phi = -1; phi <= 1; phi += 2)
    for (double strike = 80; strike < 130; strike += 20) {
      const struct keel_pde_contract contract = {phi, 100, strike, 0.05, 0.02, 1.5, 0.25, 0, 0, 0};
      converges(&contract, formula(&contract), 3.6, 4.4);
    }
}

/* The golden value of american_hp.csv, row 29. */
static void american_options_converge(void **state) {
  (void)state;
  const struct keel_pde_contract contract = {-1, 100, 100, 0.05, 0.05, 1, 0.2, 1, 0, 0};
  converges(&contract, 7.662609276945, 3.5, 4.6);
}

static void many_dividends_of_nothing_change_nothing(void **state) {
  (void)state;
  const double years[] = {0.2, 0.4, 0.6}, nothing[] = {0, 0, 0}, little[] = {1e-12, 1e-12, 1e-12};
  const struct keel_pde_contract contract = {-1, 100, 100, 0.05, 0.02, 1, 0.2, 1, 0, 0};
  struct keel_pde_reading with[LANES], without[LANES], jumps[LANES];
  solve(&contract, NULL, 4, without);
  solve(&contract, &(keel_dividends){3, years, nothing, KEEL_DIVIDEND_LIQUIDATOR}, 4, with);
  solve(&contract, &(keel_dividends){3, years, little, KEEL_DIVIDEND_LIQUIDATOR}, 4, jumps);
  assert_same_bits(with[0].price, without[0].price);
  assert_close(jumps[0].price, without[0].price, 3e-3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(european_options_converge),
      cmocka_unit_test(american_options_converge),
      cmocka_unit_test(many_dividends_of_nothing_change_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
