#include "drive/strategy.h"

#include <math.h>
#include <string.h>

#include "support/support.h"

/* The strategy of the documentation, with a tape. */
static const char EXAMPLE[] =
    "book:\n"
    "  - {underlying: TSLA, kind: put, exercise: american, strike: 260, expiry: 2023-08-18, qty: 1, multiplier: 100}\n"
    "market:\n"
    "  tape: tsla.tape           # replay\n"
    "  rate: 0.0525              # continuous\n"
    "  dividends: [{ex: 2023-07-03, cash: 1.58}]\n"
    "hedge:\n"
    "  target:    {neutral: [delta], delta: black_scholes}\n"
    "  trigger:   {every: 1d}                    # band\n"
    "  move:      {to: centre}\n"
    "  execution: {style: immediate}\n"
    "  with:      [{instrument: spot, lot: 1}]\n"
    "costs:  {half_spread_bps: 2, fee_per_share: 0.005}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n"
    "run:    {paths: 100000, steps: 60, seed: 7}\n";

static struct keel_strategy *load(const char *text) {
  struct keel_strategy *strategy;
  keel_error error = {0};
  const char *path = keel_scratch_write("strategy.yaml", text, strlen(text));
  if (keel_strategy_load(path, NULL, 0, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

static int64_t instant(const char *text) {
  struct keel_time_text time;
  const struct keel_calendar *calendar;
  assert_int_equal(keel_calendar_find("nyse", &calendar, NULL), KEEL_STATUS_OK);
  assert_true(keel_time_parse(text, strlen(text), &time));
  return keel_calendar_instant(calendar, &time);
}

static void the_example_is_read_into_its_structs(void **state) {
  (void)state;
  struct keel_strategy *strategy = load(EXAMPLE);
  assert_int_equal(strategy->book.count, 1);
  const struct keel_position *position = &strategy->book.positions[0];
  assert_string_equal(position->contract.underlying, "TSLA");
  assert_int_equal(position->contract.kind, KEEL_KIND_PUT);
  assert_int_equal(position->contract.exercise, KEEL_EXERCISE_AMERICAN);
  assert_same_bits(position->contract.strike, 260.0);
  assert_same_bits(position->contract.multiplier, 100.0);
  assert_int_equal(position->contract.expiry_ns, instant("2023-08-18T20:00Z"));
  assert_same_bits(position->qty, 1.0);
  assert_true(isnan(position->years));
  assert_int_equal(position->line, 2);

  const struct keel_market_terms *market = &strategy->market;
  assert_same_bits(market->rate, 0.0525);
  assert_int_equal(market->stale_ns, KEEL_NS_PER_DAY);
  assert_string_equal(market->tape, keel_scratch("tsla.tape"));
  assert_int_equal(market->underlying_count, 1);
  assert_string_equal(market->underlyings[0].name, "TSLA");
  assert_same_bits(market->underlyings[0].yield, 0.0);
  assert_true(isnan(market->underlyings[0].implied_vol));
  assert_int_equal(market->underlyings[0].forward, KEEL_FORWARD_YIELD);
  assert_int_equal(market->underlyings[0].dividend_count, 1);
  assert_same_bits(market->underlyings[0].dividends[0].cash, 1.58);
  assert_int_equal(market->underlyings[0].dividends[0].ex_ns, instant("2023-07-03T04:00Z"));
  assert_int_equal(market->underlyings[0].dividends[0].pay_ns, instant("2023-07-03T04:00Z"));

  assert_int_equal(strategy->variant_count, 1);
  assert_string_equal(strategy->variants[0].name, "base");
  const struct keel_policy *policy = &strategy->variants[0].policy;
  assert_int_equal(policy->target.kind, KEEL_TARGET_NEUTRAL);
  assert_true(isnan(policy->target.delta.vol));
  assert_int_equal(policy->triggers[KEEL_EXPOSURE_DELTA].every, KEEL_EVERY_DAYS);
  assert_int_equal(policy->triggers[KEEL_EXPOSURE_DELTA].every_days, 1);
  assert_int_equal(policy->triggers[KEEL_EXPOSURE_DELTA].band, KEEL_BAND_NONE);
  assert_true(isnan(policy->triggers[KEEL_EXPOSURE_DELTA].band_size));
  assert_int_equal(policy->move.to, KEEL_MOVE_CENTRE);
  assert_int_equal(policy->execution.fill, KEEL_FILL_DECISION);
  assert_int_equal(policy->with_count, 1);
  assert_null(policy->with[0].underlying);
  assert_int_equal(policy->with[0].contract.kind, KEEL_KIND_SPOT);
  assert_int_equal(policy->with[0].contract.expiry_ns, KEEL_TIME_NONE);
  assert_same_bits(policy->with[0].contract.multiplier, 1.0);
  assert_same_bits(policy->with[0].lot, 1.0);
  assert_true(isnan(policy->with[0].qty_max));

  assert_same_bits(strategy->costs.half_spread_bps, 2.0);
  assert_same_bits(strategy->costs.fees.per_share, 0.005);
  assert_same_bits(strategy->costs.buy_tax_bps, 0.0);
  assert_int_equal(strategy->costs.open_waived, 0);
  assert_same_bits(strategy->limits.order_qty_max, 5000.0);
  assert_same_bits(strategy->limits.position_qty_max, 20000.0);
  assert_true(isnan(strategy->limits.order_notional_max));
  assert_int_equal(strategy->run.paths, 100000);
  assert_int_equal(strategy->run.seed, 7);
  assert_int_equal(strategy->run.start_ns, KEEL_TIME_NONE);
  assert_int_equal(keel_strategy_warning_count(strategy), 0);
  keel_strategy_free(strategy);
}

static void overrides_reach_every_section_in_order(void **state) {
  (void)state;
  const char *path = keel_scratch_write("strategy.yaml", EXAMPLE, strlen(EXAMPLE));
  const char *const overrides[] = {"book.0.qty=-5",          "hedge.trigger.every=30m",
                                   "hedge.trigger.every=4h", "hedge.trigger.band.shares=50",
                                   "hedge.move={to: edge}",  "market.underlyings.TSLA.yield=0.01",
                                   "costs.close=waive",      "run.start=2023-06-16",
                                   "run.end=2023-08-18",     "limits.order_notional_max=1e6"};
  struct keel_strategy *strategy;
  keel_error error = {0};
  if (keel_strategy_load(path, overrides, sizeof overrides / sizeof *overrides, &strategy, &error))
    fail_msg("%s: %s", error.where, error.what);
  assert_same_bits(strategy->book.positions[0].qty, -5.0);
  const struct keel_policy *policy = &strategy->variants[0].policy;
  assert_int_equal(policy->triggers[KEEL_EXPOSURE_DELTA].every, KEEL_EVERY_DURATION);
  assert_int_equal(policy->triggers[KEEL_EXPOSURE_DELTA].every_ns, 4 * 3600 * KEEL_NS_PER_SECOND);
  assert_int_equal(policy->triggers[KEEL_EXPOSURE_DELTA].band, KEEL_BAND_SHARES);
  assert_same_bits(policy->triggers[KEEL_EXPOSURE_DELTA].band_size, 50.0);
  assert_int_equal(policy->move.to, KEEL_MOVE_EDGE);
  assert_same_bits(strategy->market.underlyings[0].yield, 0.01);
  assert_int_equal(strategy->costs.close_waived, 1);
  assert_int_equal(strategy->run.start_ns, instant("2023-06-16T04:00Z"));
  assert_int_equal(strategy->run.end_ns, instant("2023-08-19T04:00Z") - 1);
  assert_same_bits(strategy->limits.order_notional_max, 1e6);
  keel_strategy_free(strategy);
}

static void a_missing_file_says_so(void **state) {
  (void)state;
  struct keel_strategy *strategy;
  keel_error error = {0};
  assert_int_equal(keel_strategy_load("/no/such.yaml", NULL, 0, &strategy, &error), KEEL_STATUS_IO);
  assert_null(strategy);
  assert_string_equal(error.where, "/no/such.yaml");
}

static void a_book_beside_a_text_in_memory_is_not_read(void **state) {
  (void)state;
  static const char text[] = "book: {file: /etc/passwd}\nmarket: {rate: 0}\nhedge: {}\nlimits: {}\n";
  struct keel_strategy_source source = {.path = "memory", .text = text, .length = sizeof text - 1};
  struct keel_strategy *strategy;
  keel_error error = {0};
  assert_int_equal(keel_strategy_read(&source, NULL, 0, &strategy, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "memory:1: book.file");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_example_is_read_into_its_structs),
      cmocka_unit_test(overrides_reach_every_section_in_order),
      cmocka_unit_test(a_missing_file_says_so),
      cmocka_unit_test(a_book_beside_a_text_in_memory_is_not_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
