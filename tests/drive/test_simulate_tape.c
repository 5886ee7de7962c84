/* A simulated path as a tape: its replay is the simulation, byte by byte. */
#include "drive/simulate_tape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/draws.h"
#include "support/support.h"

static const char *text_file(const char *name, const char *text) {
  return keel_scratch_write(name, text, strlen(text));
}

static keel_strategy *load(const char *path, const char *tape) {
  char set[600];
  snprintf(set, sizeof set, "market.tape=%s", tape ? tape : "");
  const char *overrides[] = {set};
  keel_strategy *strategy;
  keel_error error = {0};
  if (keel_strategy_load(path, overrides, tape ? 1 : 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

static void assert_same_ledger(const keel_replay *got, const keel_replay *want) {
  size_t length, other;
  char *a = keel_ledger_csv(got, &length), *b = keel_ledger_csv(want, &other);
  if (strcmp(a, b) != 0) {
    size_t at = 0;
    while (a[at] == b[at]) at++;
    while (at > 0 && a[at - 1] != '\n') at--;
    fail_msg("replayed:  %.300s\nsimulated: %.300s", a + at, b + at);
  }
  assert_int_equal(length, other);
  assert_true(keel_ledger_hash(got) == keel_ledger_hash(want));
  free(a);
  free(b);
}

/* Records the path, replays its tape, and compares; with one thread and with three. */
static void record_and_replay(const char *path, uint64_t number) {
  char tape[512];
  snprintf(tape, sizeof tape, "%s", keel_scratch("path.tape"));
  keel_strategy *strategy = load(path, NULL), *taped;
  keel_replay *simulated, *replayed;
  keel_error error = {0};
  if (keel_simulation_record(strategy, number, tape, &simulated, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_true(keel_ledger_rows(simulated) > 10);
  taped = load(path, tape);
  for (int threads = 1; threads <= 3; threads += 2) {
    const keel_replay_options options = {.threads = threads};
    if (keel_replay_run(taped, &options, &replayed, &error)) fail_msg("%s: %s", error.where, error.what);
    assert_same_ledger(replayed, simulated);
    for (size_t v = 0; v < keel_replay_variants(simulated); v++) {
      keel_replay_totals got, want;
      keel_replay_total(replayed, v, &got);
      keel_replay_total(simulated, v, &want);
      assert_memory_equal(&got, &want, sizeof got);
    }
    keel_replay_free(replayed);
  }
  keel_replay_free(simulated);
  keel_strategy_free(taped);
  keel_strategy_free(strategy);
}

/* ---- worlds ---- */

static const char *closes_file(void) {
  char text[8192] = "Date,Close\n";
  struct draws draws = {5};
  double close = 100;
  for (int32_t day = 19000; day < 19200; day++) {
    char date[16];
    keel_date_format(day, date);
    close *= exp(0.012 * draw_normal(&draws));
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s,%.4f\n", date, close);
  }
  return text_file("closes.csv", text);
}

#define BATES                                                                                          \
  "{kind: bates, spot: 100, variance: 0.04, kappa: 2, theta: 0.05, xi: 0.4, rho: -0.7, intensity: 1, " \
  "jump_mean: -0.1, jump_std: 0.1, implied_vol: {rule: expected, skew: -0.2, premium: 1.1}}"

static const char *const worlds[] = {
    "{kind: gbm, spot: 100, vol: 0.2}",
    "{kind: gbm, spot: 100, vol: 0.2, implied_vol: {rule: realised, vol: 0.25, half_life: 20d, skew: -0.1}}",
    "{kind: merton, spot: 100, vol: 0.2, intensity: 2, jump_mean: -0.05, jump_std: 0.1}",
    "{kind: heston, spot: 100, variance: 0.04, kappa: 2, theta: 0.05, xi: 0.4, rho: -0.7}",
    BATES,
    "{kind: bootstrap, spot: 100, file: closes.csv, mean_block: 10, implied_vol: 0.2}",
};

static const char one_book[] =
    "book:\n"
    "  - {underlying: X, kind: call, strike: 100, years: 0.25, qty: -10}\n"
    "  - {underlying: X, kind: put, exercise: american, strike: 95, years: 0.125, qty: 5}\n"
    "hedge:\n"
    "  trigger: {every: 1d}\n"
    "  with:    [{instrument: spot, lot: 1}]\n"
    "costs:  {half_spread_bps: 3, fee_per_share: 0.01}\n"
    "limits: {order_qty_max: 400, position_qty_max: 5000}\n"
    "run:    {paths: 1000, steps: 91, seed: 3}\n"
    "variants:\n"
    "  - {name: band, hedge: {trigger: {band: {shares: 30}}, move: {to: edge}}}\n"
    "  - {name: late, hedge: {execution: {fill: next}}}\n"
    "  - {name: own vol, hedge: {target: {vol: 0.3}}}\n"
    "  - {name: unhedged, hedge: {target: {none: true}}}\n";

static void each_world_replays_as_it_was_simulated(void **state) {
  (void)state;
  closes_file();
  for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
    char text[4000];
    snprintf(text, sizeof text, "market: {rate: 0.03, yield: 0.01, model: %s}\n%s", worlds[i], one_book);
    const char *path = text_file("one.yaml", text);
    record_and_replay(path, 0);
    record_and_replay(path, 777);
  }
}

/* ---- rules: several exposures and instruments, deltas by the smile, triggers, moves ---- */

static const char *const rules[] = {
    "{target: {neutral: [delta, gamma]}, with: [{instrument: spot, lot: 1}, {instrument: option, kind: call, strike: "
    "105, years: 0.375, multiplier: 100, half_spread_bps: 50}]}",
    "{target: {neutral: [delta, gamma]}, execution: {fill: next}, with: [{instrument: spot, lot: 1}, {instrument: "
    "option, kind: call, strike: 105, years: 0.375, multiplier: 100, half_spread_bps: 50, fee_per_contract: 0.5}]}",
    "{target: {neutral: [delta, gamma, vega], vega_tenor: 0.25}, with: [{instrument: future, years: 0.5, multiplier: "
    "5}, {instrument: option, kind: put, strike: 97, years: 0.3, multiplier: 100}, {instrument: option, kind: call, "
    "strike: 103, years: 0.5, multiplier: 100}]}",
    "{target: {delta: sticky_delta}}",
    "{target: {delta: minimum_variance, slope: -0.3}, trigger: {price_move: 0.02, vol_move: 0.01}}",
    "{target: {delta: leland, rebalance: 1d}, trigger: {sessions: ['10:00', '16:00']}}",
    "{trigger: {optimal_band: {rule: whalley_wilmott, risk_aversion: 0.001}}, move: {to: inner, inner: 0.5}}",
    "{target: {share_balance: exact}}",
    "{target: {delta: zakamouline, risk_aversion: 0.001}, trigger: {optimal_band: {rule: zakamouline, risk_aversion: "
    "0.001}}, move: {to: edge}}",
    "{target: {delta: variance_optimal, rebalance: 1d}, trigger: {band: {fraction: 0.02}}, move: {to: fraction, "
    "fraction: 0.5}}",
    "{target: {neutral: [delta, gamma]}, trigger: {band: {shares: 20}, gamma: {band: {size: 2}}}, with: "
    "[{instrument: spot, lot: 1}, {instrument: option, kind: call, strike: 105, years: 0.375, multiplier: 100}]}",
};

static const char *rules_file(const char *world) {
  static char text[8000];
  snprintf(text, sizeof text,
           "market: {rate: 0.03, yield: 0.01, model: %s}\n"
           "book:\n"
           "  - {underlying: X, kind: call, strike: 100, years: 0.25, qty: -10}\n"
           "  - {underlying: X, kind: put, strike: 95, years: 0.125, qty: 5}\n"
           "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]}\n"
           "costs:  {half_spread_bps: 3, fee_per_share: 0.01}\n"
           "limits: {order_qty_max: 4000, position_qty_max: 5000}\n"
           "run:    {paths: 1000, steps: 91, seed: 3, explain: false}\n"
           "variants:\n",
           world);
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    snprintf(text + strlen(text), sizeof text - strlen(text), "  - {name: rule %zu, hedge: %s}\n", i, rules[i]);
  return text_file("rules.yaml", text);
}

static void each_rule_replays_as_it_was_simulated(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) record_and_replay(rules_file(worlds[i]), 5 + i);
}

/* ---- American books: options and hedges, with a dividend or without, under all rules that know them ---- */

static const char american_rules[] =
    "variants:\n"
    "  - {name: gamma, hedge: {target: {neutral: [delta, gamma]}, with: [{instrument: spot, lot: 1}, {instrument: "
    "option, kind: put, exercise: american, strike: 104, years: 0.375, multiplier: 100, half_spread_bps: 50}]}}\n"
    "  - {name: late, hedge: {target: {neutral: [delta, gamma]}, execution: {fill: next}, with: [{instrument: spot, "
    "lot: 1}, {instrument: option, kind: put, exercise: american, strike: 104, years: 0.375, multiplier: 100, "
    "half_spread_bps: 50}]}}\n"
    "  - {name: sticky, hedge: {target: {delta: sticky_delta}}}\n"
    "  - {name: own, hedge: {target: {delta: minimum_variance, slope: -0.3, vol: 0.3}}}\n"
    "  - {name: leland, hedge: {target: {delta: leland, rebalance: 1d}}}\n"
    "  - {name: zakamouline, hedge: {target: {delta: zakamouline, risk_aversion: 0.001}, trigger: {optimal_band: "
    "{rule: "
    "zakamouline, risk_aversion: 0.001}}, move: {to: edge}}}\n"
    "  - {name: balance, hedge: {target: {share_balance: gamma}}}\n";

static void american_books_replay_as_they_were_simulated(void **state) {
  (void)state;
  static const char *const dividends[] = {"", "dividends: [{ex: 2025-01-20, cash: 1.5}], "};
  for (size_t i = 0; i < sizeof dividends / sizeof *dividends; i++) {
    char text[4000];
    snprintf(text, sizeof text,
             "market: {rate: 0.06, yield: 0.03, %smodel: %s}\n"
             "book:\n"
             "  - {underlying: X, kind: put, exercise: american, strike: 105, expiry: 2025-02-21, qty: -10}\n"
             "  - {underlying: X, kind: call, exercise: american, strike: 95, expiry: 2025-04-17, qty: 5}\n"
             "  - {underlying: X, kind: put, strike: 95, expiry: 2025-04-17, qty: -5}\n"
             "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]}\n"
             "costs:  {half_spread_bps: 3, fee_per_share: 0.01}\n"
             "limits: {order_qty_max: 4000, position_qty_max: 5000}\n"
             "run:    {start: 2025-01-02T16:00, end: 2025-02-28, paths: 300, steps: 57, seed: 3}\n%s",
             dividends[i], worlds[1], american_rules);
    const char *path = text_file("american.yaml", text);
    record_and_replay(path, 0);
    record_and_replay(path, 299);
  }
}

/* The tape has the smile's slope also where no rule of the simulation asked for it. */
static void a_rule_by_the_smile_replays_on_a_tape_without_one(void **state) {
  (void)state;
  char tape[512], text[4000];
  snprintf(tape, sizeof tape, "%s", keel_scratch("plain.tape"));
  const char *name = "smile.yaml";
  snprintf(text, sizeof text, "market: {rate: 0.03, yield: 0.01, model: %s}\n%s", worlds[4], one_book);
  keel_strategy *plain = load(text_file(name, text), NULL);
  assert_int_equal(keel_simulation_record(plain, 9, tape, NULL, NULL), KEEL_STATUS_OK);
  const char *overrides[2] = {NULL, "hedge.target={delta: sticky_delta}"};
  keel_strategy *asks, *taped;
  char set[600];
  snprintf(set, sizeof set, "market.tape=%s", tape);
  assert_int_equal(keel_strategy_load(text_file(name, text), overrides + 1, 1, &asks, NULL), KEEL_STATUS_OK);
  overrides[0] = set;
  assert_int_equal(keel_strategy_load(text_file(name, text), overrides, 2, &taped, NULL), KEEL_STATUS_OK);
  keel_replay *simulated, *replayed;
  assert_int_equal(keel_simulation_record(asks, 9, NULL, &simulated, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_replay_run(taped, NULL, &replayed, NULL), KEEL_STATUS_OK);
  assert_same_ledger(replayed, simulated);
  keel_replay_free(replayed);
  keel_replay_free(simulated);
  keel_strategy_free(taped);
  keel_strategy_free(asks);
  keel_strategy_free(plain);
}

/* ---- several underlyings, dates, dividends, futures, draws that belong together ---- */

static const char two_books[] =
    "book:\n"
    "  - {underlying: A, kind: call, strike: 100, expiry: 2024-03-15, qty: -10}\n"
    "  - {underlying: A, kind: future, expiry: 2024-03-15, qty: 2, multiplier: 50}\n"
    "  - {underlying: B, kind: put, strike: 52, expiry: 2024-02-16T12:00, qty: -20}\n"
    "  - {underlying: B, kind: spot, qty: 100}\n"
    "market:\n"
    "  rate: 0.05\n"
    "  underlyings:\n"
    "    A: {yield: 0.02}\n"
    "    B: {dividends: [{ex: 2024-02-01, cash: 0.5, pay: 2024-02-20}]}\n"
    "models:\n"
    "  A: {kind: heston, spot: 100, variance: 0.04, kappa: 2, theta: 0.05, xi: 0.4, rho: -0.7}\n"
    "  B: {kind: gbm, spot: 50, vol: 0.3, implied_vol: {rule: constant, vol: 0.32, skew: -0.2}}\n"
    "correlation: [[1, 0.5], [0.5, 1]]\n"
    "hedge:\n"
    "  trigger: {every: 1d}\n"
    "  with:    [{instrument: spot, lot: 1}]\n"
    "costs:  {half_spread_bps: 3, fee_per_share: 0.01}\n"
    "limits: {order_qty_max: 400, position_qty_max: 5000}\n"
    "run:    {start: 2024-01-02T16:00, paths: 1000, steps: 300, seed: 3, DRAWS}\n"
    "variants:\n"
    "  - name: futures\n"
    "    hedge: {with: [{underlying: A, instrument: future, expiry: 2024-03-15, multiplier: 50}, {instrument: spot}]}\n"
    "  - {name: late, hedge: {execution: {fill: next}}}\n"
    "  - {name: band, hedge: {trigger: {band: {currency: 2000}}}}\n";

static void two_underlyings_replay_as_they_were_simulated(void **state) {
  (void)state;
  static const char *const draws[] = {"antithetic: false", "antithetic: true", "matched: true"};
  for (size_t i = 0; i < sizeof draws / sizeof *draws; i++) {
    char text[4000];
    const char *place = strstr(two_books, "DRAWS");
    snprintf(text, sizeof text, "%.*s%s%s", (int)(place - two_books), two_books, draws[i], place + strlen("DRAWS"));
    const char *path = text_file("two.yaml", text);
    record_and_replay(path, 0);
    record_and_replay(path, 501);
  }
}

/* ---- what it says, and what it refuses ---- */

static const char *plain_file(void) {
  char text[4000];
  snprintf(text, sizeof text, "market: {rate: 0.03, model: %s}\n%s", worlds[0], one_book);
  return text_file("plain.yaml", text);
}

/* The P&L of a path by itself is that of the path among the others. */
static void a_ledger_adds_up_to_its_path(void **state) {
  (void)state;
  enum { NUMBER = 300 };
  keel_strategy *strategy = load(plain_file(), NULL);
  keel_replay *ledger;
  assert_int_equal(keel_simulation_record(strategy, NUMBER, NULL, &ledger, NULL), KEEL_STATUS_OK);
  struct keel_arena arena;
  struct keel_simulation_wiring wiring;
  struct keel_simulation_worker worker;
  double pnl[KEEL_LEAF_PATHS];
  keel_arena_init(&arena);
  const struct keel_simulation_plan plan = {.strategy = strategy, .threads = 1};
  assert_int_equal(keel_simulation_wire(&arena, &plan, &wiring, NULL), KEEL_STATUS_OK);
  keel_simulation_worker_init(&worker, &wiring);
  keel_simulation_begin(&worker, KEEL_LEAF_PATHS, KEEL_LEAF_PATHS);
  while (keel_simulation_next(&worker)) continue;
  for (size_t v = 0; v < keel_replay_variants(ledger); v++) {
    keel_replay_totals totals;
    keel_replay_total(ledger, v, &totals);
    keel_simulation_read(&worker, v, KEEL_QUANTITY_PNL, pnl);
    assert_close(totals.pnl, pnl[NUMBER - KEEL_LEAF_PATHS], 1e-9 * totals.gross);
  }
  keel_simulation_worker_fini(&worker);
  keel_arena_fini(&arena);
  keel_replay_free(ledger);
  keel_strategy_free(strategy);
}

static void a_tape_says_where_it_is_from(void **state) {
  (void)state;
  char tape[512];
  snprintf(tape, sizeof tape, "%s", keel_scratch("said.tape"));
  keel_strategy *strategy = load(plain_file(), NULL);
  assert_int_equal(keel_simulation_record(strategy, 12, tape, NULL, NULL), KEEL_STATUS_OK);
  struct keel_tape *opened;
  assert_int_equal(keel_tape_open(tape, &opened, NULL), KEEL_STATUS_OK);
  const struct keel_tape_model *model = keel_tape_model(opened);
  assert_true(model && model->seed == 3 && model->path == 12);
  assert_string_equal(model->text, "X: gbm");
  assert_int_equal(keel_tape_instants(opened), 92);
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  assert_true(keel_tape_next(opened, &cursor, &instant));
  assert_true(instant.time_ns == model->start_ns);
  keel_tape_close(opened);
  keel_strategy *taped = load(plain_file(), tape);
  keel_replay *replayed;
  assert_int_equal(keel_replay_run(taped, NULL, &replayed, NULL), KEEL_STATUS_OK);
  assert_string_equal(keel_replay_note(replayed, 0), "The market is simulated, path 12 of seed 3: X: gbm.");
  keel_replay_free(replayed);
  keel_strategy_free(taped);
  keel_strategy_free(strategy);
}

static void refuses_what_cannot_be_recorded(void **state) {
  (void)state;
  keel_strategy *strategy = load(plain_file(), NULL);
  keel_replay *ledger;
  keel_error error = {0};
  assert_int_equal(keel_simulation_record(strategy, 1000, keel_scratch("no.tape"), &ledger, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.where, "plain.yaml: run.paths"));
  assert_non_null(strstr(error.what, "are 1000: there is no path 1000"));
  assert_null(ledger);
  assert_int_equal(keel_simulation_record(strategy, 0, keel_scratch("none/no.tape"), &ledger, &error), KEEL_STATUS_IO);
  assert_null(ledger);
  assert_int_equal(keel_simulation_record(strategy, 0, "/dev/full", &ledger, &error), KEEL_STATUS_IO);
  assert_null(ledger);
  keel_strategy_free(strategy);
}

/* A book that the simulated market was not made for. */
static void refuses_contracts_that_were_not_simulated(void **state) {
  (void)state;
  char tape[512], set[600];
  snprintf(tape, sizeof tape, "%s", keel_scratch("other.tape"));
  snprintf(set, sizeof set, "market.tape=%s", tape);
  keel_strategy *strategy = load(plain_file(), NULL), *other;
  assert_int_equal(keel_simulation_record(strategy, 0, tape, NULL, NULL), KEEL_STATUS_OK);
  const char *overrides[] = {set, "book.0.strike=101", "market.implied_vol=0.2"};
  assert_int_equal(keel_strategy_load(plain_file(), overrides, 3, &other, NULL), KEEL_STATUS_OK);
  keel_replay *replayed;
  keel_error error = {0};
  assert_int_equal(keel_replay_run(other, NULL, &replayed, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "is not on the tape of this simulated market"));
  keel_strategy_free(other);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_world_replays_as_it_was_simulated),
      cmocka_unit_test(each_rule_replays_as_it_was_simulated),
      cmocka_unit_test(american_books_replay_as_they_were_simulated),
      cmocka_unit_test(a_rule_by_the_smile_replays_on_a_tape_without_one),
      cmocka_unit_test(two_underlyings_replay_as_they_were_simulated),
      cmocka_unit_test(a_ledger_adds_up_to_its_path),
      cmocka_unit_test(a_tape_says_where_it_is_from),
      cmocka_unit_test(refuses_what_cannot_be_recorded),
      cmocka_unit_test(refuses_contracts_that_were_not_simulated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
