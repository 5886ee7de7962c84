/* Replay against a second computation written apart from the engine, and what must not change: bits and messages. */
#include "drive/replay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/spxw_reference.h"
#include "keel/black_scholes.h"
#include "keel/cpu.h"
#include "keel/import.h"
#include "support/support.h"

/* ---- running ---- */

static keel_replay *run(const char *path, const char *const *sets, size_t count, int threads,
                        keel_strategy **strategy) {
  keel_error error = {0};
  keel_replay *replay = NULL;
  keel_replay_options options = {.threads = threads};
  if (keel_strategy_load(path, sets, count, strategy, &error) != KEEL_STATUS_OK)
    fail_msg("%s: %s", error.where, error.what);
  if (keel_replay_run(*strategy, &options, &replay, &error) != KEEL_STATUS_OK)
    fail_msg("%s: %s", error.where, error.what);
  return replay;
}

static const char *text_file(const char *name, const char *text) {
  return keel_scratch_write(name, text, strlen(text));
}

static void refuses(const char *path, const char *set, const char *where, const char *what) {
  keel_error error = {0};
  keel_strategy *strategy;
  keel_replay *replay;
  keel_replay_options options = {.threads = 1};
  if (keel_strategy_load(path, &set, set ? 1 : 0, &strategy, &error) != KEEL_STATUS_OK)
    fail_msg("%s: %s", error.where, error.what);
  assert_int_not_equal(keel_replay_run(strategy, &options, &replay, &error), KEEL_STATUS_OK);
  assert_null(replay);
  keel_strategy_free(strategy);
  if (!strstr(error.where, where) || !strstr(error.what, what))
    fail_msg("got \"%s: %s\", want \"%s\" and \"%s\"", error.where, error.what, where, what);
}

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
  keel_replay *replay = run(strategy_path, sets, sizeof sets / sizeof *sets, 1, &strategy);
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
  const char *path = text_file("straddles.yaml", straddles), *files[] = {data};
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

enum { DAYS = 40, STRIKES = 5, FIRST_DAY = 19723 /* 2024-01-01 */ };

static uint64_t random_state;
static double uniform(void) {
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(random_state >> 11) * 0x1p-53;
}

/* A market made from sums of uniforms and Keel's own prices: the same bits everywhere. Some quotes are bad on purpose.
 */
static const char *generated_tape(void) {
  const char *path = keel_scratch("generated.tape");
  struct keel_tape_writer *writer;
  keel_error error;
  assert_int_equal(keel_tape_writer_open(path, &writer, &error), KEEL_STATUS_OK);
  struct keel_contract contract = {
      .underlying = "GEN", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1};
  uint32_t ids[1 + 2 * STRIKES];
  double bids[1 + 2 * STRIKES], asks[1 + 2 * STRIKES];
  ids[0] = keel_tape_writer_contract(writer, &contract);
  contract.expiry_ns = (FIRST_DAY + 60) * KEEL_NS_PER_DAY + 21 * 3600 * KEEL_NS_PER_SECOND;
  contract.multiplier = 100;
  for (int k = 0; k < 2 * STRIKES; k++) {
    contract.kind = k % 2 ? KEEL_KIND_PUT : KEEL_KIND_CALL;
    contract.strike = 90 + 5 * (k / 2);
    ids[1 + k] = keel_tape_writer_contract(writer, &contract);
  }
  random_state = 7;
  double spot = 100;
  for (int day = 0; day < DAYS; day++) {
    int64_t now = (FIRST_DAY + day) * KEEL_NS_PER_DAY + 21 * 3600 * KEEL_NS_PER_SECOND;
    spot *= 1 + 0.02 * (uniform() + uniform() + uniform() - 1.5);
    bids[0] = asks[0] = spot;
    for (int k = 0; k < 2 * STRIKES; k++) {
      double phi = k % 2 ? -1 : 1, strike = 90 + 5 * (k / 2), rate = 0.03, yield = 0.01, price;
      double years = (double)(contract.expiry_ns - now) / (double)KEEL_NS_PER_YEAR, vol = 0.2 + 0.01 * uniform();
      keel_options option = {&phi, &spot, &strike, &rate, &yield, &years, &vol};
      keel_black_scholes_price(1, &option, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
      int bad = uniform() < 0.1;
      bids[1 + k] = bad ? 0 : floor(price * 100) / 100;
      asks[1 + k] = floor(price * 100 + 2) / 100;
    }
    struct keel_tape_instant instant = {now, 1 + 2 * STRIKES, ids, bids, asks};
    assert_int_equal(keel_tape_writer_instant(writer, &instant, &error), KEEL_STATUS_OK);
  }
  assert_int_equal(keel_tape_writer_close(writer, &error), KEEL_STATUS_OK);
  return path;
}

static const char generated[] =
    "book:\n"
    "  - {underlying: GEN, kind: call, strike: 100, expiry: 2024-03-01T21:00:00Z, qty: -7}\n"
    "  - {underlying: GEN, kind: put, strike: 95, expiry: 2024-03-01T21:00:00Z, qty: 3}\n"
    "market: {tape: generated.tape, rate: 0.03, yield: 0.01, implied_vol: 0.2}\n"
    "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]}\n"
    "costs: {half_spread_bps: 2, fee_per_share: 0.005}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n"
    "variants:\n"
    "  - {name: band, hedge: {trigger: {band: {shares: 40}}, move: {to: edge}}}\n"
    "  - {name: fixed vol, hedge: {target: {vol: 0.25}}}\n"
    "  - {name: next, hedge: {execution: {fill: next}}}\n"
    "  - {name: balance, hedge: {target: {share_balance: vega}}}\n"
    "  - {name: none, hedge: {target: {none: true}}}\n";

/* Changes only when what a number means changes; then say why in the commit. */
static const uint64_t GENERATED_HASH = UINT64_C(0xc79a4ffbb385c53d);

static void the_ledger_has_the_same_bits_everywhere(void **state) {
  (void)state;
  generated_tape();
  const char *path = text_file("generated.yaml", generated);
  const char *levels[] = {"base", "v3", "v4"};
  for (int threads = 1; threads <= 3; threads++) {
    for (int level = 0; level < 3; level++) {
      if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
      keel_strategy *strategy;
      keel_replay *replay = run(path, NULL, 0, threads, &strategy);
      if (keel_ledger_hash(replay) != GENERATED_HASH)
        fail_msg("%s, %d threads: ledger hash %016llx", levels[level], threads,
                 (unsigned long long)keel_ledger_hash(replay));
      keel_replay_free(replay);
      keel_strategy_free(strategy);
    }
  }
  keel_cpu_force("auto", NULL);
}

/* ---- what is refused ---- */

static void says_what_does_not_fit_the_tape(void **state) {
  (void)state;
  generated_tape();
  const char *path = text_file("generated.yaml", generated);
  refuses(path, "market.tape=nowhere.tape", "nowhere.tape", "No such file");
  refuses(path, "book.0.underlying=OTHER", "generated.tape", "no underlying \"OTHER\"; it has GEN");
  refuses(path, "book.1.expiry=2023-12-01", "generated.yaml:3: expiry", "has expired when the run begins");
  refuses(path, "run.start=2024-02-20", "generated.tape", "no instant of the tape");
  const char *strict =
      text_file("strict.yaml",
                "book:\n"
                "  - {underlying: GEN, kind: call, strike: 101, expiry: 2024-03-01T21:00:00Z, qty: 1}\n"
                "market: {tape: generated.tape, rate: 0.03}\n"
                "hedge: {trigger: {every: 1d}, with: [{instrument: spot}]}\n"
                "limits: {order_qty_max: 5000, position_qty_max: 20000}\n");
  refuses(strict, NULL, "strict.yaml:2", "is not on the tape");
  text_file("damaged.tape", "KEEL");
  refuses(path, "market.tape=damaged.tape", "damaged.tape", "");
}

static int stop_at_once(void *context, uint64_t done, uint64_t total) {
  (void)done, (void)total;
  ++*(int *)context;
  return 1;
}

static void stops_when_asked(void **state) {
  (void)state;
  generated_tape();
  keel_strategy *strategy;
  keel_replay *replay;
  keel_error error;
  int calls = 0;
  keel_replay_options options = {.threads = 1, .tick = stop_at_once, .tick_context = &calls};
  const char *path = text_file("generated.yaml", generated);
  assert_int_equal(keel_strategy_load(path, NULL, 0, &strategy, &error), KEEL_STATUS_OK);
  assert_int_equal(keel_replay_run(strategy, &options, &replay, &error), KEEL_STATUS_STOPPED);
  assert_int_equal(calls, 1);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(recorded_straddles_equal_the_second_computation),
      cmocka_unit_test(the_ledger_has_the_same_bits_everywhere),
      cmocka_unit_test(says_what_does_not_fit_the_tape),
      cmocka_unit_test(stops_when_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
