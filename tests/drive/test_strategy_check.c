#include "drive/strategy_check.h"

#include "drive/strategy_support.h"

#define HEDGE_OF(parts) "hedge: {" parts "}"
#define WITH(with) HEDGE_OF("trigger: {every: 1d}, with: " with)
#define TWO_OF(first, second) "book: [{underlying: X, kind: " first "}, {underlying: X, kind: " second "}]"
#define OPTION(kind, more) kind ", strike: 100, expiry: 2024-03-15, qty: 1" more

static void combinations_without_sense_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {EXTRA, "run: {start: 2024-03-01, end: 2024-02-01}", "s.yaml:5: run.end", "is before `run.start`"},
      {EXTRA, "run: {start: 2024-03-16}", "s.yaml:1: book.0.expiry", "is not after `run.start`"},
      {HEDGE, WITH("[{instrument: spot, underlying: Y}]"), "s.yaml:3: hedge.with.0.underlying",
       "`Y` is no underlying of the book"},
      {HEDGE, WITH("[{instrument: spot}, {instrument: spot}]"), "s.yaml:3: hedge.with.1",
       "a second instrument for every underlying is not available yet"},
      {HEDGE,
       WITH("[{instrument: spot, underlying: X}, {instrument: future, underlying: X, expiry: 2024-06-21, multiplier: "
            "5}]"),
       "s.yaml:3: hedge.with.1", "a second instrument for `X` is not available yet"},
      {HEDGE, HEDGE_OF("trigger: {every: 1d}"), "s.yaml:3: hedge.with", "has nothing that hedges `X`"},
      {HEDGE, WITH("[]"), "s.yaml:3: hedge.with", "has nothing that hedges `X`"},
      {HEDGE,
       HEDGE_OF("target: {share_balance: exact}, trigger: {every: 1d}, with: [{instrument: future, expiry: 2024-06-21, "
                "multiplier: 5}]"),
       "s.yaml:3: hedge.with.0.instrument", "is future; share_balance holds shares"},
      {HEDGE, HEDGE_OF("with: [{instrument: spot}]"), "s.yaml:3: hedge.trigger", "is missing: when to act"},
      {HEDGE, HEDGE_OF("trigger: {every: 1d}, move: {to: edge}, with: [{instrument: spot}]"), "s.yaml:3: hedge.move.to",
       "is edge, and there is no band to stop at the edge of"},
      {HEDGE, HEDGE_OF("trigger: {band: {shares: 49}}, with: [{instrument: spot, lot: 100}]"),
       "s.yaml:3: hedge.trigger.band.shares", "is 49, below half a lot (50 shares)"},
      {HEDGE,
       HEDGE_OF("trigger: {band: {shares: 24}}, with: [{instrument: future, expiry: 2024-06-21, multiplier: 50}]"),
       "s.yaml:3: hedge.trigger.band.shares", "is 24, below half a lot (25 shares)"},
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
  };
  assert_refused(cases, COUNT(cases));
}

static void a_contract_is_in_a_book_once(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {BOOK, TWO_OF(OPTION("call", ""), OPTION("call", ", multiplier: 100")), "s.yaml:1: book.1",
       "is a duplicate: X call 100 2024-03-15 is in line 1 already"},
      {BOOK, TWO_OF(OPTION("call", ""), OPTION("call", ", multiplier: 10")), "s.yaml:1: book.1.multiplier",
       "is 10, and 100 for the same contract in line 1"},
      {BOOK, TWO_OF(OPTION("call", ", exercise: american"), OPTION("call", "")), "s.yaml:1: book.1.exercise",
       "is european, and american for the same contract in line 1"},
      {BOOK, TWO_OF("spot, qty: 1", "spot, qty: 2"), "s.yaml:1: book.1", "is a duplicate: X spot is in line 1 already"},
  };
  assert_refused(cases, COUNT(cases));
  keel_strategy_free(strategy_accepted(BOOK, TWO_OF(OPTION("call", ""), OPTION("put", ""))));
}

static void doubtful_combinations_warn(void **state) {
  (void)state;
  static const struct {
    enum strategy_line line;
    const char *text, *warning; /* how the only one starts; NULL: none */
  } cases[] = {
      {MARKET, "market: {rate: 0, stale: 2d}", "s.yaml:2: market.stale: is longer than `every` of the trigger"},
      {MARKET, "market: {rate: 0, stale: 1d}", NULL},
      {MARKET, "market: {rate: 0, implied_vol: 0.2, forward: parity}", "s.yaml:2: market.implied_vol: is given beside"},
      {MARKET, "market: {rate: 0, implied_vol: 0.2}", NULL},
      {HEDGE, HEDGE_OF("trigger: {}, with: [{instrument: spot}]"),
       "s.yaml:3: hedge.trigger: is empty: the hedge is set at"},
      {HEDGE, WITH("[{instrument: spot, underlying: X}, {instrument: spot}]"),
       "s.yaml:3: hedge.with.1: hedges nothing"},
      {HEDGE, HEDGE_OF("target: {none: true}"), NULL},
      /* Each once, although two variants share what is doubtful. */
      {EXTRA, "variants: [{name: a, hedge: {trigger: {}}}, {name: b, hedge: {}}]",
       "s.yaml:5: variants.0.hedge.trigger: is empty"},
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
      cmocka_unit_test(combinations_without_sense_are_refused),
      cmocka_unit_test(a_contract_is_in_a_book_once),
      cmocka_unit_test(doubtful_combinations_warn),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
