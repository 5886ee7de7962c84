/* American books end to end: a tape of American quotes against prices computed apart, and what a simulation earns that
 * never exercises. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/generated_market.h"
#include "drive/risk.h"
#include "drive/simulate_support.h"

#define TEXT_OF(text) (text), strlen(text)

enum { DAYS = 12, OPTIONS = 3 };
static const double rate = 0.06, yield = 0.04;

struct held {
  enum keel_kind kind;
  double strike, qty;
};
static const struct held book[OPTIONS] = {
    {KEEL_KIND_CALL, 95, -3}, {KEEL_KIND_PUT, 105, -10}, {KEEL_KIND_CALL, 105, 4}};

static int64_t time_of(int day) {
  return (keel_days_from_civil(2024, 1, 8) + day) * KEEL_NS_PER_DAY + 21 * KEEL_NS_PER_DAY / 24;
}
static int64_t expiry_ns(void) {
  return keel_days_from_civil(2024, 3, 15) * KEEL_NS_PER_DAY + 20 * KEEL_NS_PER_DAY / 24;
}
static double spot_at(int day) { return 100 + 4 * sin(day) - 0.5 * day; }
/* Each option has a vol of its own, so that call and put of a strike differ. */
static double vol_at(size_t option, int day) { return 0.25 + 0.03 * (double)option + 0.002 * day; }

/* Price, delta, gamma, vega, theta of one share's option, by the most accurate scheme. */
static void value(size_t option, int day, double vol, double out[6]) {
  double phi = book[option].kind == KEEL_KIND_CALL ? 1 : -1, spot = spot_at(day), strike = book[option].strike;
  double years = (double)(expiry_ns() - time_of(day)) / (double)KEEL_NS_PER_YEAR;
  const keel_options in = {&phi, &spot, &strike, &rate, &yield, &years, &vol};
  const keel_greeks greeks = {
      .price = out, .delta = out + 1, .gamma = out + 2, .vega = out + 3, .theta = out + 4, .rho = out + 5};
  keel_american_price(1, &in, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_FIRST, &greeks, NULL);
}

/* The vol of the strike's side out of the money, which call and put share. */
static double hedging_vol(size_t option, int day) {
  double years = (double)(expiry_ns() - time_of(day)) / (double)KEEL_NS_PER_YEAR;
  int call_side = 105 >= spot_at(day) * exp((rate - yield) * years);
  return vol_at(option == 0 ? 0 : call_side ? 2 : 1, day);
}

static void write_tape(void) {
  struct keel_tape_writer *writer;
  keel_error error;
  struct keel_contract contract = {
      .underlying = "AMX", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1};
  uint32_t ids[1 + OPTIONS];
  assert_int_equal(keel_tape_writer_open(keel_scratch("amx.tape"), &writer, &error), KEEL_STATUS_OK);
  ids[0] = keel_tape_writer_contract(writer, &contract);
  for (size_t i = 0; i < OPTIONS; i++) {
    contract = (struct keel_contract){.underlying = "AMX",
                                      .kind = book[i].kind,
                                      .exercise = KEEL_EXERCISE_AMERICAN,
                                      .strike = book[i].strike,
                                      .expiry_ns = expiry_ns(),
                                      .multiplier = 100};
    ids[1 + i] = keel_tape_writer_contract(writer, &contract);
  }
  for (int day = 0; day < DAYS; day++) {
    double mids[1 + OPTIONS] = {spot_at(day)}, out[6];
    for (size_t i = 0; i < OPTIONS; i++) {
      value(i, day, vol_at(i, day), out);
      mids[1 + i] = out[0];
    }
    struct keel_tape_instant instant = {
        .time_ns = time_of(day), .count = 1 + OPTIONS, .ids = ids, .bids = mids, .asks = mids};
    assert_int_equal(keel_tape_writer_instant(writer, &instant, &error), KEEL_STATUS_OK);
  }
  assert_int_equal(keel_tape_writer_close(writer, &error), KEEL_STATUS_OK);
}

/* The tape says that they are American. */
static const char strategy_text[] =
    "book:\n"
    "  - {underlying: AMX, kind: call, strike: 95, expiry: 2024-03-15, qty: -3}\n"
    "  - {underlying: AMX, kind: put, strike: 105, expiry: 2024-03-15, qty: -10}\n"
    "  - {underlying: AMX, kind: call, strike: 105, expiry: 2024-03-15, qty: 4}\n"
    "market: {tape: amx.tape, rate: 0.06, yield: 0.04}\n"
    "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 0}]}\n"
    "costs: {half_spread_bps: 0}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";

static void check_row(const struct keel_ledger_row *row, int day) {
  double sums[5] = {0}, hedge_delta = 0, out[6];
  for (size_t i = 0; i < OPTIONS; i++) {
    value(i, day, vol_at(i, day), out);
    for (int k = 0; k < 5; k++) sums[k] += 100 * book[i].qty * out[k];
    value(i, day, hedging_vol(i, day), out);
    hedge_delta += 100 * book[i].qty * out[1];
  }
  assert_close(row->book_value, sums[0], 1e-9);
  assert_close(row->delta, sums[1], 0.05);
  assert_close(row->gamma, sums[2], 0.01);
  assert_close(row->vega, sums[3], 0.1);
  assert_close(row->theta, sums[4], 1);
  assert_close(row->hedge_delta, hedge_delta, 0.05);
  assert_close(row->holding, -row->hedge_delta, 1e-9);
}

static void a_tape_of_american_quotes(void **state) {
  (void)state;
  struct keel_strategy *strategy;
  write_tape();
  keel_replay *replay = replay_of(keel_scratch_write("amx.yaml", TEXT_OF(strategy_text)), NULL, 0, 1, &strategy);
  int days = 0;
  for (size_t i = 0; i < replay->row_count && replay->rows[i].reason != KEEL_REASON_LIQUIDATE; i++)
    check_row(&replay->rows[i], days++);
  assert_int_equal(days, DAYS - 1); /* at the last instant of a run no decision is taken */
  keel_replay_totals totals;
  keel_replay_total(replay, 0, &totals);
  assert_true(fabs(keel_replay_explained(replay, 0, KEEL_COMPONENT_UNEXPLAINED)) < 0.01 * totals.gross);
  assert_int_equal(keel_replay_problems(replay), 0);
  assert_non_null(strstr(keel_replay_note(replay, 0), "0 long contracts exercised, 0 short ones assigned"));
  keel_risk *risk;
  keel_error error;
  assert_int_equal(keel_risk_run(strategy, NULL, &risk, &error), KEEL_STATUS_OK);
  for (size_t i = 0; i < OPTIONS; i++) {
    keel_risk_position position;
    keel_risk_position_at(risk, i, &position);
    assert_string_equal(position.exercise, "american");
    size_t of = position.strike < 100 ? 0 : strcmp(position.kind, "put") == 0 ? 1 : 2;
    assert_close(position.vol, vol_at(of, DAYS - 1), 1e-5);
    assert_close(position.price, position.mark, 1e-9);
  }
  keel_risk_free(risk);
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

/* Sold at the American price and held to expiry, a put earns on average what early exercise is worth, whatever the
 * hedge. */
static void a_put_that_nobody_exercises_earns_its_premium(void **state) {
  (void)state;
  double phi = -1, spot = 100, strike = 110, years = 0.5, vol = 0.2, none = 0, american, european;
  const double r = 0.05;
  struct sim sim;
  sim_start(&sim);
  sim_variant(&sim, "none")->target.kind = KEEL_TARGET_NONE;
  sim_hold(&sim, "X", KEEL_KIND_PUT, strike, years, -1);
  sim.positions[0].contract.exercise = KEEL_EXERCISE_AMERICAN;
  sim.strategy.market.early_exercise = KEEL_EARLY_EXERCISE_NONE;
  sim.strategy.run.paths = 2048;
  struct keel_simulation *simulation = sim_run(&sim, 1, 0);
  const keel_options in = {&phi, &spot, &strike, &r, &none, &years, &vol};
  keel_american_price(1, &in, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &american}, NULL);
  keel_black_scholes_price(1, &in, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &european});
  keel_simulation_facts facts;
  keel_simulation_fact(simulation, &facts);
  assert_close(facts.premium, american, 1e-6 * strike);
  assert_true(american > 1.02 * european);
  for (size_t v = 0; v < 2; v++) {
    keel_figure mean = sim_figure(simulation, v, KEEL_QUANTITY_PNL, "mean");
    assert_close(mean.value, (american - european) * exp(r * years), 4 * mean.error);
  }
  keel_simulation_free(simulation);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_tape_of_american_quotes),
      cmocka_unit_test(a_put_that_nobody_exercises_earns_its_premium),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
