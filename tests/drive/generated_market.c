#include "drive/generated_market.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "keel/black_scholes.h"
#include "support/draws.h"
#include "support/support.h"

enum { DAYS = 40, STRIKES = 5, FIRST_DAY = 19723 /* 2024-01-01 */ };

static uint64_t random_state;
static double uniform(void) { return next_unit(&random_state); }

/* A market made from sums of uniforms and Keel's own prices: the same bits everywhere. Some quotes are bad on purpose.
 */
static void write_tape(void) {
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

const char *generated_market(void) {
  write_tape();
  return keel_scratch_write("generated.yaml", generated, strlen(generated));
}

struct keel_replay *replay_of(const char *path, const char *const *sets, size_t count, int threads,
                              struct keel_strategy **strategy) {
  keel_error error = {0};
  keel_replay *replay = NULL;
  keel_replay_options options = {.threads = threads};
  if (keel_strategy_load(path, sets, count, strategy, &error) != KEEL_STATUS_OK)
    fail_msg("%s: %s", error.where, error.what);
  if (keel_replay_run(*strategy, &options, &replay, &error) != KEEL_STATUS_OK)
    fail_msg("%s: %s", error.where, error.what);
  return replay;
}
