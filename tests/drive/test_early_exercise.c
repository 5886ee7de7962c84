/* Early exercise by the rule, end to end: what it is worth on paths, the same bits in blocks, tapes and snapshots, and
 * a book of real calls through an ex-date against a computation by hand. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/generated_market.h"
#include "drive/simulate_support.h"
#include "drive/snapshot.h"
#include "keel/import.h"

/* ---- the premium of early exercise ---- */

/* A long put on GBM whose vol marks it, hedged at each step and not at all. */
static void hold_put(struct sim *sim, int64_t paths, int64_t steps) {
  sim_start(sim);
  sim_variant(sim, "none")->target.kind = KEEL_TARGET_NONE;
  sim_hold(sim, "X", KEEL_KIND_PUT, 110, 0.5, 1);
  sim->positions[0].contract.exercise = KEEL_EXERCISE_AMERICAN;
  sim->strategy.run.paths = paths;
  sim->strategy.run.steps = steps;
}

/* The holder under the rule earns nothing, but for what it loses by acting at steps alone, which falls as 1/N; who
 * keeps the put loses what early exercise is worth. */
static void the_premium_is_earned_by_the_rule(void **state) {
  (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  skip(); /* minutes; the other tests run the same code */
#endif
  enum { FEW = 21, MANY = 84 };
  keel_figure few, many, std, unhedged;
  struct sim sim;
  hold_put(&sim, 8192, FEW);
  sim.strategy.run.explains = 0;
  struct keel_simulation *simulation = sim_run(&sim, 2, 0);
  few = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean");
  unhedged = sim_figure(simulation, 1, KEEL_QUANTITY_PNL, "mean");
  keel_simulation_free(simulation);
  hold_put(&sim, 2048, MANY);
  sim.strategy.run.explains = 0;
  simulation = sim_run(&sim, 2, 0);
  many = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "mean");
  std = sim_figure(simulation, 0, KEEL_QUANTITY_PNL, "std");
  double exercised = sim_figure(simulation, 0, KEEL_QUANTITY_EXERCISED, "mean").value;
  keel_simulation_free(simulation);
  double slope = (double)MANY / FEW;
  printf("mean P&L %.4f +- %.4f at %d steps, %.4f +- %.4f at %d; exercised %.3f\n", few.value, few.error, FEW,
         many.value, many.error, MANY, exercised);
  assert_true(few.value < -4 * few.error && few.value > -0.15);
  assert_close(many.value, few.value / slope,
               4 * sqrt(many.error * many.error + few.error * few.error / slope / slope));
  assert_close(unhedged.value, few.value, 4 * unhedged.error);
  assert_true(std.value < 0.65); /* not hedged it is 9 */
  assert_true(exercised > 0.65 && exercised < 0.78);
}

/* ---- the same bits ---- */

static const char puts_text[] =
    "book:\n"
    "  - {underlying: X, kind: put, exercise: american, strike: 110, years: 0.5, qty: -3}\n"
    "  - {underlying: X, kind: put, exercise: american, strike: 105, years: 0.3, qty: 2, settlement: cash}\n"
    "  - {underlying: X, kind: call, exercise: european, strike: 100, years: 0.5, qty: 1}\n"
    "market: {model: {kind: gbm, spot: 100, vol: 0.2, rate: 0.08}, settlement: physical}\n"
    "hedge:\n"
    "  target: {neutral: [delta, gamma]}\n"
    "  trigger: {every: step}\n"
    "  with:\n"
    "    - {instrument: spot, lot: 0}\n"
    "    - {instrument: option, kind: put, exercise: american, strike: 108, years: 0.5, multiplier: 100, lot: 0}\n"
    "costs: {half_spread_bps: 2}\n"
    "limits: {order_qty_max: 1e9, position_qty_max: 1e9}\n"
    "run: {paths: 300, steps: 40, seed: 11, start: 2024-01-02}\n"
    "variants:\n"
    "  - {name: band, hedge: {target: {neutral: [delta]}, trigger: {band: {shares: 20}}, with: [{instrument: spot, "
    "lot: "
    "1}]}}\n"
    "  - {name: none, hedge: {target: {none: true}}}\n";

static keel_strategy *load(const char *path, const char *const *sets, size_t count) {
  keel_strategy *strategy;
  keel_error error = {0};
  if (keel_strategy_load(path, sets, count, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

/* Blocks of 64 paths and of 256, one thread and three. */
static void blocks_and_threads_change_nothing(void **state) {
  (void)state;
  const char *path = keel_scratch_write("puts.yaml", puts_text, strlen(puts_text));
  keel_strategy *strategy = load(path, NULL, 0);
  struct keel_simulation *runs[2];
  keel_error error = {0};
  for (size_t k = 0; k < 2; k++) {
    const struct keel_simulation_plan plan = {.strategy = strategy, .threads = 1 + 2 * k, .block_paths = k ? 64 : 256};
    if (keel_simulation_execute(&plan, &runs[k], &error)) fail_msg("%s: %s", error.where, error.what);
  }
  assert_same_figures(runs[0], runs[1]);
  double exercised = sim_figure(runs[0], 1, KEEL_QUANTITY_EXERCISED, "mean").value;
  assert_true(exercised > 1 && sim_figure(runs[0], 0, KEEL_QUANTITY_EXERCISED, "mean").value > exercised);
  int said = 0;
  for (size_t i = 0; i < keel_simulation_notes(runs[0]); i++)
    said |= strstr(keel_simulation_note(runs[0], i), "contracts a path were exercised or assigned") != NULL;
  assert_true(said);
  for (size_t k = 0; k < 2; k++) keel_simulation_free(runs[k]);
  keel_strategy_free(strategy);
}

static double exercised_in(const keel_replay *replay, uint32_t variant) {
  double qty = 0;
  for (size_t i = 0; i < replay->row_count; i++)
    qty += replay->rows[i].variant == variant ? replay->rows[i].exercised : 0;
  return qty;
}

static void check_explained(const keel_replay *replay) {
  for (size_t v = 0; v < keel_replay_variants(replay); v++) {
    keel_replay_totals totals;
    double sum = 0;
    keel_replay_total(replay, v, &totals);
    for (size_t c = 0; c < keel_explain_components(); c++) sum += keel_replay_explained(replay, v, c);
    assert_close(sum, totals.pnl, 1e-12 * totals.gross);
  }
}

/* Some paths of that simulation: recorded, replayed, and as they are among the others. */
static void a_replayed_path_is_the_simulation(void **state) {
  (void)state;
  const char *path = keel_scratch_write("puts.yaml", puts_text, strlen(puts_text));
  char tape[512], set[600];
  snprintf(tape, sizeof tape, "%s", keel_scratch("puts.tape"));
  snprintf(set, sizeof set, "market.tape=%s", tape);
  const char *sets[] = {set};
  keel_strategy *strategy = load(path, NULL, 0), *taped = load(path, sets, 1);
  struct keel_simulation_plan plan = {.strategy = strategy, .threads = 1};
  struct keel_simulation_wiring wiring;
  struct keel_simulation_worker worker;
  struct keel_arena arena;
  keel_arena_init(&arena);
  assert_int_equal(keel_simulation_wire(&arena, &plan, &wiring, NULL), KEEL_STATUS_OK);
  keel_simulation_worker_init(&worker, &wiring);
  keel_simulation_begin(&worker, 0, KEEL_LEAF_PATHS);
  while (keel_simulation_next(&worker)) continue;
  double all = 0;
  for (uint64_t number = 0; number < 6; number++) {
    keel_replay *simulated, *replayed;
    assert_int_equal(keel_simulation_record(strategy, number, tape, &simulated, NULL), KEEL_STATUS_OK);
    assert_int_equal(keel_replay_run(taped, NULL, &replayed, NULL), KEEL_STATUS_OK);
    assert_true(keel_ledger_hash(simulated) == keel_ledger_hash(replayed));
    check_explained(replayed);
    for (uint32_t v = 0; v < 3; v++) {
      double pnl[KEEL_LEAF_PATHS], exercised[KEEL_LEAF_PATHS];
      keel_replay_totals totals;
      keel_replay_total(replayed, v, &totals);
      keel_simulation_read(&worker, v, KEEL_QUANTITY_PNL, pnl);
      keel_simulation_read(&worker, v, KEEL_QUANTITY_EXERCISED, exercised);
      assert_close(totals.pnl, pnl[number], 1e-12 * totals.gross);
      assert_close(exercised_in(replayed, v), exercised[number], 1e-9);
      all += exercised[number];
    }
    keel_replay_free(simulated);
    keel_replay_free(replayed);
  }
  assert_true(all > 10);
  keel_simulation_worker_fini(&worker);
  keel_arena_fini(&arena);
  keel_strategy_free(strategy);
  keel_strategy_free(taped);
}

/* ---- SPY through its ex-date of June 2021 ---- */

/* r = 0, so that a call is worth what a tree says, and never exercised but before the dividend. */
static const double cash = 1.3759, vol = 0.15;
static const struct {
  double strike, qty;
  int is_quoted, goes; /* goes: exercised or assigned at the close before the ex-date */
} calls[] = {{330, 10, 0, 1}, {390, -5, 0, 1}, {400, 2, 0, 1}, {404, -2, 0, 0}, {405, 4, 1, 0}, {420, -3, 1, 0}};
enum { CALLS = sizeof calls / sizeof *calls };

/* An American call of no rate and yield by a tree of Cox, Ross and Rubinstein: a European one. */
static double tree(double spot, double strike, double years) {
  enum { STEPS = 800 };
  double up = exp(vol * sqrt(years / STEPS)), p = (1 - 1 / up) / (up - 1 / up), value[STEPS + 1];
  for (int i = 0; i <= STEPS; i++) value[i] = fmax(spot * pow(up, 2 * i - STEPS) - strike, 0);
  for (int n = STEPS; n-- > 0;)
    for (int i = 0; i <= n; i++) value[i] = p * value[i + 1] + (1 - p) * value[i];
  return value[0];
}

static keel_strategy *spy_strategy(const char *early) {
  char text[4096] = "book:\n", set[80];
  for (size_t i = 0; i < CALLS; i++)
    snprintf(
        text + strlen(text), sizeof text - strlen(text),
        "  - {underlying: SPY, kind: call, exercise: american, strike: %g, expiry: 2021-07-16, qty: %g, multiplier: "
        "100}\n",
        calls[i].strike, calls[i].qty);
  snprintf(text + strlen(text), sizeof text - strlen(text),
           "market: {tape: spy.tape, rate: 0, implied_vol: 0.15, stale: 30d, settlement: physical,\n"
           "         dividends: [{ex: 2021-06-18, pay: 2021-07-30, cash: 1.3759}]}\n"
           "hedge: {target: {none: true}, with: [{instrument: spot, lot: 0}]}\n"
           "costs: {half_spread_bps: 1}\n"
           "limits: {order_qty_max: 1e6, position_qty_max: 1e6}\n"
           "run: {start: 2021-06-14, end: 2021-06-22}\n"
           "variants: [{name: hedged, hedge: {target: {neutral: [delta]}, trigger: {every: 1d}}}]\n");
  snprintf(set, sizeof set, "market.early_exercise=%s", early);
  const char *sets[] = {set};
  return load(keel_scratch_write("spy.yaml", text, strlen(text)), sets, 1);
}

/* What the rule did at the close before the ex-date, and what the shares it delivered had of it. */
static void check_delivery(const keel_replay *replay) {
  double contracts = 0, shares = 0;
  for (size_t i = 0; i < CALLS; i++) contracts += calls[i].goes ? fabs(calls[i].qty) : 0;
  for (size_t i = 0; i < CALLS; i++) shares += calls[i].goes ? 100 * calls[i].qty : 0;
  const struct keel_ledger_row *at = NULL, *end = NULL;
  for (size_t i = 0; i < replay->row_count; i++) {
    if (replay->rows[i].variant != 0) continue;
    end = &replay->rows[i];
    if (end->exercised != 0) assert_null(at), at = end;
  }
  assert_non_null(at);
  assert_int_equal(at->time_ns, keel_days_from_civil(2021, 6, 17) * KEEL_NS_PER_DAY + 20 * KEEL_NS_PER_DAY / 24);
  assert_true(at->reason == KEEL_REASON_EXERCISED);
  assert_close(at->exercised, contracts, 0);
  assert_close(at->delivered, shares, 0);
  assert_close(at->holding, shares, 0);
  assert_close(end->trade, -shares, 0);
  assert_close(exercised_in(replay, 1), contracts, 0);
  char text[80];
  snprintf(text, sizeof text, "%g long contracts exercised, %g short ones assigned", 12.0, 5.0);
  assert_non_null(strstr(keel_replay_note(replay, 0), text));
}

/* Those that go give, by the end, shares for their strike and the dividend on them in place of a call. */
static void check_money(const keel_replay *replay, const keel_replay *kept) {
  const struct keel_ledger_row *last = &replay->rows[replay->row_count - 1];
  double years = (double)(keel_days_from_civil(2021, 7, 16) - keel_days_from_civil(2021, 6, 22)) / 365;
  double made = 0, spread = 0;
  for (size_t i = 0; i < CALLS; i++) {
    double shares = 100 * calls[i].qty;
    if (!calls[i].goes) continue;
    made += shares * (last->spot - calls[i].strike + cash - tree(last->spot, calls[i].strike, years));
    spread += shares * last->spot * 1e-4;
  }
  keel_replay_totals with, without;
  keel_replay_total(replay, 0, &with);
  keel_replay_total(kept, 0, &without);
  assert_close(with.pnl - without.pnl, made - fabs(spread), 0.01 * fabs(made));
  assert_close(with.cost, fabs(spread), 1e-9 * with.gross);
}

static void spy_calls_go_before_the_dividend(void **state) {
  (void)state;
  const char *file = keel_shared_data("spy-2021/prod_options_1y.csv.gz");
  if (!file) skip();
  const char *files[] = {file};
  keel_import_result result;
  keel_error error = {0};
  if (keel_import(files, 1, keel_scratch("spy.tape"), NULL, &result, &error))
    fail_msg("%s: %s", error.where, error.what);
  keel_strategy *strategies[] = {spy_strategy("optimal"), spy_strategy("none")};
  keel_replay *replays[2];
  for (int k = 0; k < 2; k++)
    if (keel_replay_run(strategies[k], NULL, &replays[k], &error)) fail_msg("%s: %s", error.where, error.what);
  const struct keel_ledger_row *close = NULL;
  for (size_t i = 0; i < replays[0]->row_count && !close; i++)
    if (replays[0]->rows[i].exercised != 0) close = &replays[0]->rows[i];
  assert_non_null(close);
  double years = (double)(keel_days_from_civil(2021, 7, 16) - keel_days_from_civil(2021, 6, 17)) / 365;
  for (size_t i = 0; i < CALLS; i++) {
    int goes = tree(close->spot - cash, calls[i].strike, years) < close->spot - calls[i].strike;
    if (!calls[i].is_quoted && goes != calls[i].goes) fail_msg("call %g: by hand %d", calls[i].strike, goes);
  }
  check_delivery(replays[0]);
  check_money(replays[0], replays[1]);
  for (int k = 0; k < 2; k++) {
    check_explained(replays[k]);
    keel_replay_free(replays[k]);
  }
  assert_non_null(strategies[1]);
  /* Who looks at the book alone a day later finds the shares in it, and the calls that stayed. */
  struct keel_snapshot snapshot;
  const struct keel_snapshot_query query = {.at_ns = keel_days_from_civil(2021, 6, 19) * KEEL_NS_PER_DAY,
                                            .since_ns = KEEL_SNAPSHOT_START};
  if (keel_snapshot_take(&snapshot, strategies[0], &query, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_equal(snapshot.count, 1 + 3);
  assert_close(snapshot.positions[0].units, 1000 - 500 + 200, 0);
  keel_snapshot_fini(&snapshot);
  for (int k = 0; k < 2; k++) keel_strategy_free(strategies[k]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_premium_is_earned_by_the_rule), cmocka_unit_test(blocks_and_threads_change_nothing),
      cmocka_unit_test(a_replayed_path_is_the_simulation), cmocka_unit_test(spy_calls_go_before_the_dividend)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
