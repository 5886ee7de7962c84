#include "drive/strategy_check.h"
#include "drive/strategy_support.h"

#define HEDGE_OF(parts) "hedge: {" parts "}"
#define WITH(with) HEDGE_OF("trigger: {every: 1d}, with: " with)
#define TARGET(neutral, with) HEDGE_OF("target: {neutral: " neutral "}, trigger: {every: 1d}, with: [" with "]")
#define FUTURE(expiry, more) "{instrument: future, expiry: " expiry ", multiplier: 5" more "}"
#define CALL(expiry, more) "{instrument: option, kind: call, strike: 100, expiry: " expiry ", multiplier: 100" more "}"

static void rolls_and_deliveries_without_a_place_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {MARKET,
       "market: {tape: t.tape, rate: 0.05, settlement: physical, on: spot}\n"
       "variants: [{name: other, hedge: {with: [" FUTURE("2024-06-21", "") "]}}]",
       "s.yaml:3: variants.0.hedge.with", "has no spot to take what options on `X` deliver"},
      {HEDGE, WITH("[" FUTURE("2024-06-21", ", roll_days: 5") "]"), "s.yaml:3: hedge.with.0.roll_days",
       "has no future to roll into"},
      {HEDGE, WITH("[" FUTURE("2024-06-21", ", roll_days: 5") ", " FUTURE("2024-03-15", "") "]"),
       "s.yaml:3: hedge.with.0.roll_days", "rolls into a future that does not expire later"},
      {HEDGE, WITH("[" FUTURE("2024-06-21", ", short_qty_max: 5") "]"), "s.yaml:3: hedge.with.0.short_qty_max",
       "belongs to spot, not to future"},
      {HEDGE, WITH("[{instrument: spot, roll_days: 5}]"), "s.yaml:3: hedge.with.0.roll_days",
       "belongs to futures, not to spot"},
  };
  assert_refused(cases, COUNT(cases));
}

static void hedges_without_sense_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {HEDGE, WITH("[{instrument: spot, underlying: Y}]"), "s.yaml:3: hedge.with.0.underlying",
       "`Y` is no underlying of the book"},
      {HEDGE, WITH("[{instrument: spot}, {instrument: spot}]"), "s.yaml:3: hedge.with.1",
       "is the same as hedge.with.0"},
      {HEDGE, WITH("[{instrument: spot, underlying: X}, " FUTURE("2024-06-21", ", underlying: X") "]"),
       "s.yaml:3: hedge.with", "has 2 for `X`, and the target has 1 exposure (delta); give as many"},
      {HEDGE, TARGET("[delta, gamma]", "{instrument: spot}"), "s.yaml:3: hedge.with",
       "has 1 for `X`, and the target has 2 exposures (delta, gamma); give as many"},
      {HEDGE, TARGET("[delta, gamma]", "{instrument: spot}, " FUTURE("2024-06-21", "")), "s.yaml:3: hedge.with",
       "has 0 options for `X`, and spot and futures have neither gamma nor vega: 1 at least for delta, gamma"},
      {HEDGE, TARGET("[gamma, vega]", "{instrument: spot}, " CALL("2024-06-21", "")), "s.yaml:3: hedge.with",
       "has 1 option for `X`, and spot and futures have neither gamma nor vega: 2 at least for gamma, vega"},
      {HEDGE, TARGET("[delta, gamma]", CALL("2024-06-21", "") ", " CALL("2024-06-21", ", qty_max: 5")),
       "s.yaml:3: hedge.with.1", "is the same as hedge.with.0"},
      {HEDGE, HEDGE_OF("trigger: {every: 1d}"), "s.yaml:3: hedge.with", "has nothing that hedges `X`"},
      {HEDGE, WITH("[]"), "s.yaml:3: hedge.with", "has nothing that hedges `X`"},
      {HEDGE,
       HEDGE_OF("target: {share_balance: exact}, trigger: {every: 1d}, with: [{instrument: future, expiry: 2024-06-21, "
                "multiplier: 5}]"),
       "s.yaml:3: hedge.with.0.instrument", "is future; share_balance holds shares"},
      {HEDGE, HEDGE_OF("with: [{instrument: spot}]"), "s.yaml:3: hedge.trigger", "is missing: when to act"},
      {HEDGE, HEDGE_OF("trigger: {every: 1d}, move: {to: edge}, with: [{instrument: spot}]"), "s.yaml:3: hedge.move.to",
       "is edge, and there is no band to stop at the edge of"},
      {HEDGE, HEDGE_OF("trigger: {every: 1d}, move: {to: inner, inner: 0.5}, with: [{instrument: spot}]"),
       "s.yaml:3: hedge.move.to", "is inner, and there is no band to stop inside of"},
      {HEDGE, HEDGE_OF("trigger: {band: {shares: 49}}, with: [{instrument: spot, lot: 100}]"),
       "s.yaml:3: hedge.trigger.band.shares", "is 49, below half a lot (50 shares)"},
      {HEDGE,
       HEDGE_OF("trigger: {band: {shares: 24}}, with: [{instrument: future, expiry: 2024-06-21, multiplier: 50}]"),
       "s.yaml:3: hedge.trigger.band.shares", "is 24, below half a lot (25 shares)"},
      {HEDGE, HEDGE_OF("trigger: {band: {fraction: 0.00001}}, with: [{instrument: spot, lot: 10}]"),
       "s.yaml:3: hedge.trigger.band.fraction", "is 1e-05, 0.01 shares at most, below half a lot (5 shares)"},
      {HEDGE, WITH("[{instrument: spot, lot: 1e-300}]"), "s.yaml:3: hedge.with.0.lot",
       "is 1e-300; allowed: 0 for any fraction, or 1e-12 at least"},
      {HEDGE, WITH("[{instrument: spot, lot: 6000}]"), "s.yaml:4: limits.order_qty_max",
       "is 5000, below one lot (6000)"},
      {HEDGE, WITH("[{instrument: spot, lot: 10, qty_max: 5}]"), "s.yaml:3: hedge.with.0.qty_max",
       "is 5, below one lot (10)"},
      {HEDGE, WITH("[{instrument: spot, qty_min: 6000}]"), "s.yaml:3: hedge.with.0.qty_min",
       "is 6000, above limits.order_qty_max (5000)"},
      {LIMITS, "limits: {order_qty_max: 0.5, position_qty_max: 5}", "s.yaml:4: limits.order_qty_max",
       "is 0.5, below one lot"},
      {LIMITS, "limits: {order_qty_max: 5, position_qty_max: 0.5}", "s.yaml:4: limits.position_qty_max",
       "is 0.5, below one lot"},
      {BOOK,
       "book: [{underlying: X, kind: future, expiry: 2024-06-21, multiplier: 50, qty: 1}]\n"
       "variants: [{name: a, hedge: {with: [{instrument: future, expiry: 2024-06-21, multiplier: 5}]}}]",
       "s.yaml:2: variants.0.hedge.with.0.multiplier", "is 5, and 50 for the same contract in the book"},
      {EXTRA,
       "run: {start: 2024-01-02}\nvariants: [{name: a, hedge: {with: [{instrument: future, expiry: 2024-01-01, "
       "multiplier: 5}]}}]",
       "s.yaml:6: variants.0.hedge.with.0.expiry", "is not after `run.start`"},
      {BOOK,
       "book: [{underlying: X, kind: call, exercise: european, strike: 100, expiry: 2024-06-21, qty: 1}]\n"
       "variants: [{name: a, hedge: {target: {neutral: gamma}, with: [" CALL("2024-06-21",
                                                                             ", exercise: american") "]}}]",
       "s.yaml:2: variants.0.hedge.with.0.exercise", "is american, and european for the same contract in the book"},
  };
  assert_refused(cases, COUNT(cases));
}

static void doubtful_hedges_warn(void **state) {
  (void)state;
  static const struct {
    enum strategy_line line;
    const char *text, *warning; /* how the only one starts; NULL: none */
  } cases[] = {
      {HEDGE, HEDGE_OF("trigger: {}, with: [{instrument: spot}]"),
       "s.yaml:3: hedge.trigger: is empty: the hedge is set at"},
      {HEDGE, WITH("[{instrument: spot, underlying: X}, {instrument: spot}]"),
       "s.yaml:3: hedge.with.1: hedges nothing"},
      {HEDGE, HEDGE_OF("target: {none: true}"), NULL},
      /* Each once, although two variants share what is doubtful. */
      {EXTRA, "variants: [{name: a, hedge: {trigger: {}}}, {name: b, hedge: {}}]",
       "s.yaml:5: variants.0.hedge.trigger: is empty"},
      {HEDGE, WITH("[" FUTURE("2024-06-21", "") "]"), NULL},
      {HEDGE, WITH("[" FUTURE("2024-03-14", "") "]"),
       "s.yaml:3: hedge.with.0.expiry: is before that of the book's last position"},
      {HEDGE, TARGET("gamma", CALL("2024-03-14", "")), "s.yaml:3: hedge.with.0.expiry: is before that of the book's"},
      {HEDGE, TARGET("[gamma, vega]", CALL("2024-06-21", "") ", " CALL("2024-09-20", "")), NULL},
      {HEDGE,
       TARGET(
           "[gamma, vega]",
           CALL("2024-06-21", "") ", {instrument: option, kind: put, strike: 90, expiry: 2024-06-21, multiplier: 100}"),
       "s.yaml:3: hedge.with: has options of one expiry for `X`: their gamma and vega are in one ratio"},
      {HEDGE,
       HEDGE_OF("target: {neutral: [delta, gamma]}, trigger: {band: {shares: 50}}, with: [{instrument: spot}, " CALL(
           "2024-06-21", "") "]"),
       "s.yaml:3: hedge.trigger: has nothing for gamma: it is set at the first step and then not looked at"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct keel_strategy *strategy = strategy_accepted(cases[i].line, cases[i].text);
    size_t count = keel_strategy_warning_count(strategy);
    assert_int_equal(count, cases[i].warning != NULL);
    if (count) assert_memory_equal(keel_strategy_warning(strategy, 0), cases[i].warning, strlen(cases[i].warning));
    keel_strategy_free(strategy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rolls_and_deliveries_without_a_place_are_refused),
      cmocka_unit_test(hedges_without_sense_are_refused),
      cmocka_unit_test(doubtful_hedges_warn),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
