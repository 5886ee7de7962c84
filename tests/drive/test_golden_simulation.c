/* The witness of determinism: the bits of a mixed simulation, the same for any threads and size of blocks, on every CPU
 * level, by every compiler, on every machine. */
#include <string.h>

#include "drive/engine.h"
#include "kernel/lane_math.h"

/* Worlds of each family, correlated; futures and options beside spot; bands, waits, lots, costs of every kind. */
static const char job[] =
    "book:\n"
    "  - {underlying: A, kind: call, strike: 100, years: 0.25, qty: -20, multiplier: 100}\n"
    "  - {underlying: A, kind: put, strike: 95, years: 0.125, qty: -10, multiplier: 100}\n"
    "  - {underlying: B, kind: put, strike: 50, years: 0.25, qty: -30, multiplier: 100}\n"
    "  - {underlying: B, kind: spot, qty: 150}\n"
    "  - {underlying: C, kind: call, strike: 210, years: 0.25, qty: 5, multiplier: 100}\n"
    "  - {underlying: D, kind: call, strike: 30, years: 0.2, qty: -40, multiplier: 100}\n"
    "market: {rate: 0.03, calendar: utc, yield: 0.01}\n"
    "models:\n"
    "  A: {kind: gbm, spot: 100, drift: 0.06, vol: 0.2, implied_vol: {rule: realised, half_life: 20d, skew: -0.1}}\n"
    "  B: {kind: heston, spot: 50, variance: 0.09, kappa: 2, theta: 0.08, xi: 0.5, rho: -0.7}\n"
    "  C: {kind: kou, spot: 200, vol: 0.15, intensity: 6, up_probability: 0.4, up_rate: 30, down_rate: 20}\n"
    "  D: {kind: rough_bergomi, spot: 30, variance: 0.06, hurst: 0.1, eta: 1.5, rho: -0.8,\n"
    "      implied_vol: {rule: constant, vol: 0.25}}\n"
    "correlation:\n"
    "  - [1, 0.5, 0.3, 0.2]\n"
    "  - [0.5, 1, 0.4, 0.1]\n"
    "  - [0.3, 0.4, 1, 0.2]\n"
    "  - [0.2, 0.1, 0.2, 1]\n"
    "hedge: {target: {neutral: [delta]}, trigger: {every: step}, with: [{instrument: spot, lot: 1}]}\n"
    "variants:\n"
    "  - {name: edge, hedge: {trigger: {band: {shares: 50}}, move: {to: edge}}}\n"
    "  - {name: weekly, hedge: {trigger: {every: 1w}, execution: {fill: next}}}\n"
    "  - {name: optimal, hedge: {trigger: {optimal_band: {rule: whalley_wilmott, risk_aversion: 0.001}}}}\n"
    "  - {name: smile, hedge: {target: {delta: minimum_variance, slope: -0.5}, trigger: {price_move: 0.02}}}\n"
    "  - {name: futures, hedge: {with: [{instrument: future, years: 0.5, multiplier: 10, lot: 1}]}}\n"
    "  - name: gamma\n"
    "    hedge:\n"
    "      target: {neutral: [delta, gamma]}\n"
    "      with:\n"
    "        - {underlying: A, instrument: spot, lot: 1}\n"
    "        - {underlying: A, instrument: option, kind: call, strike: 100, years: 0.5, multiplier: 100, lot: 1}\n"
    "        - {underlying: B, instrument: spot, lot: 1}\n"
    "        - {underlying: B, instrument: option, kind: call, strike: 50, years: 0.5, multiplier: 100, lot: 1}\n"
    "        - {underlying: C, instrument: spot, lot: 1}\n"
    "        - {underlying: C, instrument: option, kind: call, strike: 210, years: 0.5, multiplier: 100, lot: 1}\n"
    "        - {underlying: D, instrument: spot, lot: 1}\n"
    "        - {underlying: D, instrument: option, kind: call, strike: 30, years: 0.5, multiplier: 100, lot: 1}\n"
    "  - {name: none, hedge: {target: {none: true}}}\n"
    "costs: {half_spread_bps: 2, fee_per_share: 0.005, fee_per_order: 1, sell_tax_bps: 1, borrow_rate: 0.01}\n"
    "limits: {order_qty_max: 3000, position_qty_max: 20000}\n"
    "run: {paths: 1500, steps: 30, years: 0.25, seed: " ENGINE_SEED ", risk_aversions: [0.0005]}\n";

static const char *const statistics[] = {"mean", "std",           "skew",      "kurtosis",       "min",
                                         "max",  "quantile_0.01", "cvar_0.99", "entropic_0.0005"};

/* Mean and std of the P&L of each variant: where these hold and the hash does not, only roundings have changed. */
static const double known[][2] = {
    {-215.76615549201267, 3688.0513753642854}, {-139.41562785089457, 3731.605785978451},
    {-26.745564545733288, 6163.6930734744101}, {-154.11691328675929, 3691.5691459262302},
    {-270.64522728083915, 4471.2938810986925}, {126.59829630900025, 3678.2942820145631},
    {-3119.8841272814425, 4257.1277354269105}, {-610.89535632569289, 17930.734944737556},
};

static uint64_t hash_bits(uint64_t hash, double value) {
  uint64_t bits = value != value ? 0 : keel_bits(value); /* any NaN is as good as another */
  for (int byte = 0; byte < 64; byte += 8) hash = (hash ^ (bits >> byte & 255)) * 1099511628211u;
  return hash;
}

/* FNV-1a over every quantity of every variant. */
static uint64_t hash_of(struct keel_strategy *strategy, size_t threads, size_t block_paths) {
  struct keel_simulation_plan plan = {.strategy = strategy, .threads = threads, .block_paths = block_paths};
  struct engine_run run = {.strategy = strategy};
  keel_error error = {0};
  if (keel_simulation_execute(&plan, &run.simulation, &error)) fail_msg("%s: %s", error.where, error.what);
  uint64_t hash = 14695981039346656037u;
  for (size_t v = 0; v < keel_simulation_variants(run.simulation); v++)
    for (size_t q = 0; q < keel_simulation_quantities(run.simulation); q++)
      for (size_t s = 0; s < sizeof statistics / sizeof *statistics; s++) {
        keel_figure figure = engine_figure(&run, v, q, statistics[s]);
        hash = hash_bits(hash_bits(hash, figure.value), figure.error);
      }
  keel_simulation_free(run.simulation);
  return hash;
}

static void the_numbers_are_known(void **state) {
  (void)state;
  struct engine_run run = engine_run("%s", job);
  assert_int_equal(keel_simulation_variants(run.simulation), sizeof known / sizeof *known);
  for (size_t v = 0; v < sizeof known / sizeof *known; v++) {
    assert_close(engine_pnl(&run, v, "mean").value, known[v][0], 1e-9 * known[v][1]);
    assert_close(engine_pnl(&run, v, "std").value, known[v][1], 1e-9 * known[v][1]);
  }
  engine_free(&run);
}

static void the_bits_are_the_golden_ones(void **state) {
  (void)state;
  const size_t threads[] = {1, 2, 3}, blocks[] = {64, 256};
  struct keel_strategy *strategy = engine_strategy("%s", job);
  for (int t = 0; t < 3; t++)
    for (int b = 0; b < 2; b++) {
      uint64_t hash = hash_of(strategy, threads[t], blocks[b]);
      if (hash != 0x56d9143c431e2851u)
        fail_msg("%zu threads, blocks of %zu: the hash is 0x%016llx", threads[t], blocks[b], (unsigned long long)hash);
    }
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_numbers_are_known),
      cmocka_unit_test(the_bits_are_the_golden_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
