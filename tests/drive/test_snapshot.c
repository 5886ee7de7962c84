/* A snapshot has the marks and Greeks of a replay at that instant, bit by bit, and of a simulation at its start. */
#include "drive/snapshot.h"

#include <stdlib.h>

#include "drive/generated_market.h"
#include "drive/risk_support.h"
#include "hedge/pricing.h"

static void take(struct keel_snapshot *snapshot, const struct keel_strategy *strategy, int64_t at_ns,
                 int64_t since_ns) {
  keel_error error = {0};
  const struct keel_snapshot_query query = {.at_ns = at_ns, .since_ns = since_ns};
  if (keel_snapshot_take(snapshot, strategy, &query, &error)) fail_msg("%s: %s", error.where, error.what);
}

/* Each instant of the tape with bad quotes: value and Greeks are those of the ledger, of each component its sum. */
static void a_replay_at_any_instant(void **state) {
  (void)state;
  static const enum keel_component moved[] = {KEEL_COMPONENT_DELTA, KEEL_COMPONENT_GAMMA, KEEL_COMPONENT_THETA,
                                              KEEL_COMPONENT_VEGA,  KEEL_COMPONENT_VANNA, KEEL_COMPONENT_VOLGA,
                                              KEEL_COMPONENT_RHO,   KEEL_COMPONENT_CARRY};
  struct keel_strategy *strategy;
  struct keel_replay *replay = replay_of(generated_market(), NULL, 0, 1, &strategy);
  double sums[KEEL_COMPONENT_COUNT] = {0};
  size_t seen = 0;
  for (size_t i = 0; i < replay->row_count; i++) {
    const struct keel_ledger_row *row = &replay->rows[i];
    if (row->variant != 0 || row->reason == KEEL_REASON_LIQUIDATE) continue;
    struct keel_snapshot snapshot;
    take(&snapshot, strategy, row->time_ns, KEEL_SNAPSHOT_START);
    const struct keel_totals *totals = &snapshot.block->totals;
    assert_true(snapshot.time_ns == row->time_ns);
    assert_same_bits(totals->value[0], row->book_value);
    assert_same_bits(totals->delta[0], row->delta);
    assert_same_bits(totals->gamma[0], row->gamma);
    assert_same_bits(totals->vega[0], row->vega);
    assert_same_bits(totals->theta[0], row->theta);
    for (size_t k = 0; k < sizeof moved / sizeof *moved; k++) {
      sums[moved[k]] += row->explain[moved[k]];
      assert_close(snapshot.moves[0].change[moved[k]], sums[moved[k]], 1e-9);
    }
    keel_snapshot_fini(&snapshot);
    seen++;
  }
  assert_int_equal(seen, 39); /* the last instant has a liquidation alone */
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

/* The Greeks of positions are what the block has; charm is of the same call of the kernel. */
static void positions_are_rows_of_the_book(void **state) {
  (void)state;
  struct keel_strategy *strategy = risk_strategy("");
  struct keel_snapshot snapshot;
  take(&snapshot, strategy, KEEL_TIME_NONE, KEEL_TIME_NONE);
  assert_int_equal(snapshot.count, 6);
  double value = 0;
  int americans = 0;
  for (size_t i = 0; i < snapshot.count; i++) {
    const struct keel_contract *contract = keel_snapshot_contract(&snapshot, i);
    const keel_greeks *from = &keel_marks_after(snapshot.block, snapshot.positions[i].underlying)->greeks;
    uint32_t r = snapshot.positions[i].row;
    const keel_options options = keel_snapshot_rows(&snapshot, &snapshot.inputs).options;
    double again[11];
    const keel_options one = {options.phi + i,   options.spot + i,  options.strike + i, options.rate + i,
                              options.yield + i, options.years + i, options.vol + i};
    const keel_greeks out = {again,     again + 1, again + 2, again + 3, again + 4, again + 5,
                             again + 6, again + 7, again + 8, again + 9, again + 10};
    const struct keel_option_rows row = {1, snapshot.inputs.room, snapshot.inputs.american + i,
                                         snapshot.inputs.paid + i, one};
    keel_price_rows(&row, KEEL_GREEK_SET_ALL, &out);
    assert_int_equal(snapshot.inputs.american[i], keel_is_american(contract));
    americans += keel_is_american(contract);
    assert_same_bits(snapshot.greeks.delta[i], from->delta[r]);
    assert_close(again[1], from->delta[r], 1e-14);
    assert_close(again[2], from->gamma[r], 1e-14);
    assert_close(again[4], from->theta[r], 1e-12);
    assert_close(again[6], from->psi[r], 1e-11);
    assert_close(again[0], snapshot.mark[i], 1e-12);
    assert_same_bits(snapshot.greeks.charm[i], again[9]);
    if (contract->kind != KEEL_KIND_FUTURE) value += snapshot.positions[i].units * snapshot.mark[i];
  }
  assert_int_equal(americans, 1);
  double sum = snapshot.block->totals.value[0] + snapshot.block->totals.value[1];
  assert_close(value, sum, 1e-9);
  keel_snapshot_fini(&snapshot);
  keel_strategy_free(strategy);
}

/* The premium of a simulation is minus the value at its start. */
static void a_simulation_at_its_start(void **state) {
  (void)state;
  struct keel_strategy *strategy = risk_strategy("");
  struct keel_snapshot snapshot;
  take(&snapshot, strategy, KEEL_TIME_NONE, KEEL_TIME_NONE);
  strategy->run.paths = 256;
  strategy->run.steps = 4;
  keel_simulation *simulation;
  keel_error error;
  assert_int_equal(keel_simulation_run(strategy, NULL, &simulation, &error), KEEL_STATUS_OK);
  keel_simulation_facts facts;
  keel_simulation_fact(simulation, &facts);
  assert_close(snapshot.block->totals.value[0] + snapshot.block->totals.value[1], -facts.premium, 1e-9);
  keel_simulation_free(simulation);
  keel_snapshot_fini(&snapshot);
  keel_strategy_free(strategy);
}

static void refuses(const char *const *sets, size_t count, const struct keel_snapshot_query *query, const char *where,
                    const char *what) {
  struct keel_strategy *strategy;
  struct keel_snapshot snapshot;
  keel_error error = {0};
  const char *path = generated_market();
  if (keel_strategy_load(path, sets, count, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_not_equal(keel_snapshot_take(&snapshot, strategy, query, &error), KEEL_STATUS_OK);
  if (!strstr(error.where, where) || !strstr(error.what, what))
    fail_msg("got \"%s: %s\", want \"%s\" and \"%s\"", error.where, error.what, where, what);
  keel_strategy_free(strategy);
}

static int stop(void *context, uint64_t done, uint64_t total) {
  (void)context, (void)done;
  assert_int_equal(total, 40);
  return 1;
}

static void what_cannot_be_marked_is_refused(void **state) {
  (void)state;
  const int64_t early = INT64_C(19700) * KEEL_NS_PER_DAY;
  struct keel_snapshot_query now = {.at_ns = KEEL_TIME_NONE, .since_ns = KEEL_TIME_NONE}, query = now;
  query.at_ns = early;
  refuses(NULL, 0, &query, "generated.tape", "`at` is 2023-12-09T00:00:00Z, and the book has no marks until then");
  query = now;
  query.since_ns = early;
  refuses(NULL, 0, &query, "generated.tape", "`since` is 2023-12-09");
  query = now;
  query.tick = stop;
  refuses(NULL, 0, &query, "", "stopped");
  refuses((const char *[]){"market.tape=nowhere.tape"}, 1, &now, "nowhere.tape", "");
  refuses((const char *[]){"risk.from=model"}, 1, &now, "generated.yaml: market.model",
          "is missing: risk.from is model");
  refuses((const char *[]){"run.start=2024-02-20"}, 1, &now, "generated.tape", "no instant of the tape");
  refuses((const char *[]){"book=[{underlying: GEN, kind: call, strike: 100, expiry: 2024-01-20, qty: 1}]"}, 1, &now,
          "generated.yaml: book", "everything in it has expired by 2024-02-09T21:00:00Z");
  struct keel_strategy *strategy = risk_strategy("");
  struct keel_snapshot snapshot;
  keel_error error = {0};
  query = now;
  query.at_ns = early;
  assert_int_equal(keel_snapshot_take(&snapshot, strategy, &query, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "a model at its start, which has no other instants; leave out `at`"));
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_replay_at_any_instant),
      cmocka_unit_test(positions_are_rows_of_the_book),
      cmocka_unit_test(a_simulation_at_its_start),
      cmocka_unit_test(what_cannot_be_marked_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
