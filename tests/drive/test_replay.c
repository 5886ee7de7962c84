/* Replay against a second computation written apart from the engine, and what must not change: bits and messages. */
#include "drive/replay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/generated_market.h"
#include "drive/spxw_reference.h"
#include "keel/black_scholes.h"
#include "keel/cpu.h"
#include "keel/import.h"
#include "support/support.h"

/* ---- the recorded expiry, against the reference ---- */

static const char straddles[] =
    "book:\n"
    "  - {underlying: SPXW, kind: call, strike: 2695, expiry: 2018-01-31, qty: -10, multiplier: 100}\n"
    "  - {underlying: SPXW, kind: put, strike: 2695, expiry: 2018-01-31, qty: -10, multiplier: 100}\n"
    "market: {tape: spxw.tape, rate: 0.0145, forward: parity}\n"
    "hedge:\n"
    "  target: {neutral: [delta]}\n"
    "  trigger: {every: 1d}\n"
    "  with: [{instrument: spot, lot: 1}]\n"
    "costs: {half_spread_bps: 0}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";

static const enum keel_component component_of[SPXW_COMPONENTS] = {
    [SPXW_DELTA] = KEEL_COMPONENT_DELTA,
    [SPXW_HEDGE] = KEEL_COMPONENT_HEDGE,
    [SPXW_GAMMA] = KEEL_COMPONENT_GAMMA,
    [SPXW_THETA] = KEEL_COMPONENT_THETA,
    [SPXW_VEGA] = KEEL_COMPONENT_VEGA,
    [SPXW_VANNA] = KEEL_COMPONENT_VANNA,
    [SPXW_VOLGA] = KEEL_COMPONENT_VOLGA,
    [SPXW_RHO] = KEEL_COMPONENT_RHO,
    [SPXW_CARRY] = KEEL_COMPONENT_CARRY,
    [SPXW_INTEREST] = KEEL_COMPONENT_INTEREST,
    [SPXW_SPREAD] = KEEL_COMPONENT_SPREAD,
    [SPXW_FEES] = KEEL_COMPONENT_FEES,
    [SPXW_UNEXPLAINED] = KEEL_COMPONENT_UNEXPLAINED,
};

static void compare(const keel_replay *replay, const struct spxw_run *reference) {
  keel_replay_totals totals;
  keel_replay_total(replay, 0, &totals);
  double tolerance = 1e-9 * reference->gross;
  assert_close(totals.pnl, reference->pnl, tolerance);
  assert_close(totals.cost, reference->cost, tolerance);
  assert_close(totals.turnover, reference->turnover, tolerance);
  assert_close(totals.gross, reference->gross, tolerance);
  double sum = 0;
  for (size_t c = 0; c < keel_explain_components(); c++) sum += keel_replay_explained(replay, 0, c);
  assert_close(sum, totals.pnl, 1e-12 * reference->gross);
  for (int c = 0; c < SPXW_COMPONENTS; c++)
    assert_close(keel_replay_explained(replay, 0, component_of[c]), reference->component[c], tolerance);
  double pnl = 0;
  for (int d = 0; d < reference->days; d++) {
    const struct keel_ledger_row *row = &replay->rows[d];
    const struct spxw_day *day = &reference->day[d];
    pnl += row->pnl;
    assert_close(row->spot, day->spot, 0);
    assert_close(row->book_value, d < reference->days - 1 ? day->book : 0, tolerance);
    if (d == reference->days - 1) break; /* settled; the liquidation has a row of its own */
    assert_close(row->holding, day->holding, 1e-7);
    assert_close(row->cash, day->cash, tolerance);
    assert_close(pnl, day->pnl, tolerance);
    for (int c = 0; c < SPXW_COMPONENTS; c++) assert_close(row->explain[component_of[c]], day->component[c], tolerance);
  }
}

static void compare_case(const char *strategy_path, const char *data, struct spxw_terms terms) {
  char lot[64], costs[96];
  snprintf(lot, sizeof lot, "hedge.with.0.lot=%g", terms.lot);
  snprintf(costs, sizeof costs, "costs={half_spread_bps: %g, fee_per_share: %g}", terms.half_spread_bps,
           terms.fee_per_share);
  const char *sets[] = {lot, costs, terms.band < 0 ? "hedge.trigger.every=1d" : "hedge.trigger={band: {shares: 50}}",
                        terms.to_edge ? "hedge.move.to=edge" : "hedge.move.to=centre"};
  struct spxw_run reference;
  assert_true(spxw_reference_run(data, &terms, &reference));
  keel_strategy *strategy;
  keel_replay *replay = replay_of(strategy_path, sets, sizeof sets / sizeof *sets, 1, &strategy);
  compare(replay, &reference);
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

static void recorded_straddles_equal_the_second_computation(void **state) {
  (void)state;
  const char *found = keel_shared_data("spxw-2018-01/SPX_2018-01.csv.gz");
  if (!found) skip();
  char data[1024];
  snprintf(data, sizeof data, "%s", found);
  const char *path = keel_scratch_write("straddles.yaml", straddles, strlen(straddles)), *files[] = {data};
  keel_import_result result;
  keel_error error;
  assert_int_equal(keel_import(files, 1, keel_scratch("spxw.tape"), NULL, &result, &error), KEEL_STATUS_OK);
  for (int bits = 0; bits < 12; bits++) {
    struct spxw_terms terms = {.rate = 0.0145,
                               .lot = bits % 2,
                               .band = bits / 4 == 0 ? -1 : 50,
                               .to_edge = bits / 4 == 2,
                               .fires_at_start = 1,
                               .half_spread_bps = bits / 2 % 2 ? 1 : 0,
                               .fee_per_share = bits / 2 % 2 ? 0.005 : 0};
    compare_case(path, data, terms);
  }
}

/* ---- same bits ---- */

/* Changes only when what a number means changes; then say why in the commit. */
static const uint64_t GENERATED_HASH = UINT64_C(0xadbcce3121abc1f5);

static void the_ledger_has_the_same_bits_everywhere(void **state) {
  (void)state;
  const char *path = generated_market();
  const char *levels[] = {"base", "v3", "v4"};
  for (int threads = 1; threads <= 3; threads++) {
    for (int level = 0; level < 3; level++) {
      if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
      keel_strategy *strategy;
      keel_replay *replay = replay_of(path, NULL, 0, threads, &strategy);
      if (keel_ledger_hash(replay) != GENERATED_HASH)
        fail_msg("%s, %d threads: ledger hash %016llx", levels[level], threads,
                 (unsigned long long)keel_ledger_hash(replay));
      keel_replay_free(replay);
      keel_strategy_free(strategy);
    }
  }
  keel_cpu_force("auto", NULL);
}

static void without_options_it_runs_on_one_thread(void **state) {
  (void)state;
  keel_strategy *strategy;
  keel_replay *replay;
  assert_int_equal(keel_strategy_load(generated_market(), NULL, 0, &strategy, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_replay_run(strategy, NULL, &replay, NULL), KEEL_STATUS_OK);
  assert_true(keel_ledger_hash(replay) == GENERATED_HASH);
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

/* ---- stopping ---- */

static int stop_at_once(void *context, uint64_t done, uint64_t total) {
  (void)done, (void)total;
  ++*(int *)context;
  return 1;
}

static void stops_when_asked(void **state) {
  (void)state;
  const char *path = generated_market();
  keel_strategy *strategy;
  keel_replay *replay;
  keel_error error;
  int calls = 0;
  keel_replay_options options = {.threads = 1, .tick = stop_at_once, .tick_context = &calls};
  assert_int_equal(keel_strategy_load(path, NULL, 0, &strategy, &error), KEEL_STATUS_OK);
  assert_int_equal(keel_replay_run(strategy, &options, &replay, &error), KEEL_STATUS_STOPPED);
  assert_int_equal(calls, 1);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(recorded_straddles_equal_the_second_computation),
      cmocka_unit_test(the_ledger_has_the_same_bits_everywhere),
      cmocka_unit_test(without_options_it_runs_on_one_thread),
      cmocka_unit_test(stops_when_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
