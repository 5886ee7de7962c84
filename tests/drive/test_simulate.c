/* A simulation as a whole: against theory, notes, interruption, and what is refused. */
#include "drive/simulate_support.h"

static const char *const moments[] = {"mean", "std", "skew", "kurtosis"};
static const char *const columns[] = {"mean", "std", "skew", "excess_kurtosis"};

/* The rows of the table that a strategy by hand can say. */
static int is_plain(const struct keel_golden *golden, size_t row) {
  return strcmp(keel_golden_text(golden, row, "delta_rule"), "bs") == 0 &&
         keel_golden_number(golden, row, "cost_at_expiry") == 0 && keel_golden_number(golden, row, "N") <= 84;
}

static void set_up_row(struct sim *sim, const struct keel_golden *golden, size_t row) {
  double vol = keel_golden_number(golden, row, "sigma_true"), hedge = keel_golden_number(golden, row, "sigma_hedge");
  int is_call = keel_golden_text(golden, row, "type")[0] == 'C';
  sim_start(sim);
  sim_hold(sim, "X", is_call ? KEEL_KIND_CALL : KEEL_KIND_PUT, keel_golden_number(golden, row, "K"),
           keel_golden_number(golden, row, "T"), -1);
  sim->strategy.market.rate = keel_golden_number(golden, row, "r");
  sim->models[0].world = sim_gbm(keel_golden_number(golden, row, "S0"), keel_golden_number(golden, row, "mu"), vol);
  sim->models[0].implied.vol = vol;
  if (hedge != vol) sim->variants[0].policy.target.delta.vol = hedge;
  sim->strategy.costs.half_spread_bps = 1e4 * keel_golden_number(golden, row, "lambda_oneway");
  sim->strategy.costs.open_waived = keel_golden_number(golden, row, "cost_at_open") == 0;
  sim->strategy.costs.close_waived = 1;
  sim->strategy.run.steps = (int)keel_golden_number(golden, row, "N");
  sim->strategy.run.paths = 20000;
  sim->strategy.run.explains = 0;
}

/* Hedging one option at discrete times, with costs and wrong vols: an own computation to 1e-10 has the same moments. */
static void moments_of_discrete_hedging(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("discrete_hedge_moments.csv");
  size_t checked = 0;
  double worst = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    if (!is_plain(&golden, row)) continue;
    struct sim sim;
    set_up_row(&sim, &golden, row);
    struct keel_simulation *simulation = sim_run(&sim, 2, 0);
    for (int m = 0; m < 2; m++) {
      keel_figure got = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, moments[m]);
      double want = keel_golden_number(&golden, row, columns[m]);
      worst = fmax(worst, fabs(got.value - want) / got.error);
      assert_close(got.value, want, 4 * got.error);
    }
    checked++;
    keel_simulation_free(simulation);
  }
  print_message("%zu rows, the farthest %.2f standard errors away\n", checked, worst);
  assert_true(checked > 20);
  keel_golden_free(&golden);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_of_discrete_hedging),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
