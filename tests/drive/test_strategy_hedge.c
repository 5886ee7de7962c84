#include <math.h>

#include "drive/strategy_support.h"

static const struct keel_policy *policy_of(const struct keel_strategy *strategy) {
  return &strategy->variants[0].policy;
}

static void targets_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum keel_target_kind kind;
    enum keel_balance_order order;
    double vol, start;
  } cases[] = {
      {"{}", KEEL_TARGET_NEUTRAL, 0, NAN, NAN},
      {"{neutral: delta}", KEEL_TARGET_NEUTRAL, 0, NAN, NAN},
      {"{neutral: [delta], vol: implied}", KEEL_TARGET_NEUTRAL, 0, NAN, NAN},
      {"{vol: 0.25}", KEEL_TARGET_NEUTRAL, 0, 0.25, NAN},
      {"{share_balance: exact, start: 45.5}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_EXACT, NAN, 45.5},
      {"{share_balance: delta}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_DELTA, NAN, NAN},
      {"{share_balance: gamma}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_GAMMA, NAN, NAN},
      {"{share_balance: theta}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_THETA, NAN, NAN},
      {"{share_balance: vega, start: -3}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_VEGA, NAN, -3},
      {"{share_balance: rho}", KEEL_TARGET_SHARE_BALANCE, KEEL_BALANCE_RHO, NAN, NAN},
      {"{none: true}", KEEL_TARGET_NONE, 0, NAN, NAN},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    char text[300];
    snprintf(text, sizeof text, "hedge: {target: %s, trigger: {every: 1d}, with: [{instrument: spot}]}", cases[i].text);
    struct keel_strategy *strategy = strategy_accepted(HEDGE, text);
    const struct keel_target *target = &policy_of(strategy)->target;
    assert_int_equal(target->kind, cases[i].kind);
    assert_int_equal(target->order, cases[i].order);
    assert_true(isnan(cases[i].vol) ? isnan(target->delta.vol) : target->delta.vol == cases[i].vol);
    assert_true(isnan(cases[i].start) ? isnan(target->start) : target->start == cases[i].start);
    keel_strategy_free(strategy);
  }
}

static void triggers_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    struct keel_trigger want;
  } cases[] = {
      {"{every: step}", {.every = KEEL_EVERY_STEP, .every_ns = KEEL_TIME_NONE, .band_size = NAN}},
      {"{every: 2w}", {.every = KEEL_EVERY_DAYS, .every_ns = KEEL_TIME_NONE, .every_days = 14, .band_size = NAN}},
      {"{every: 24h}", {.every = KEEL_EVERY_DURATION, .every_ns = KEEL_NS_PER_DAY, .band_size = NAN}},
      {"{every: 250ms}", {.every = KEEL_EVERY_DURATION, .every_ns = 250000000, .band_size = NAN}},
      {"{band: {shares: 50}}", {.every_ns = KEEL_TIME_NONE, .band = KEEL_BAND_SHARES, .band_size = 50}},
      {"{band: {fraction: 0.1}}", {.every_ns = KEEL_TIME_NONE, .band = KEEL_BAND_FRACTION, .band_size = 0.1}},
      {"{band: {currency: 1e5}}", {.every_ns = KEEL_TIME_NONE, .band = KEEL_BAND_CURRENCY, .band_size = 1e5}},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    char text[300];
    snprintf(text, sizeof text, "hedge: {trigger: %s, with: [{instrument: spot}]}", cases[i].text);
    struct keel_strategy *strategy = strategy_accepted(HEDGE, text);
    const struct keel_trigger *got = &policy_of(strategy)->triggers[KEEL_EXPOSURE_DELTA], *want = &cases[i].want;
    assert_int_equal(got->every, want->every);
    assert_int_equal(got->every_ns, want->every_ns);
    assert_int_equal(got->every_days, want->every_days);
    assert_int_equal(got->band, want->band);
    assert_true(isnan(want->band_size) ? isnan(got->band_size) : got->band_size == want->band_size);
    keel_strategy_free(strategy);
  }
}

static void instruments_are_read(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(
      HEDGE,
      "hedge: {trigger: {every: 1d}, execution: {fill: next}, with: [{instrument: future, underlying: X, expiry: "
      "2024-06-21, multiplier: 50, lot: 0, qty_min: 2, qty_max: 30, half_spread_bps: 0.5}]}");
  const struct keel_hedge_instrument *with = &policy_of(strategy)->with[0];
  assert_string_equal(with->underlying, "X");
  assert_int_equal(with->contract.kind, KEEL_KIND_FUTURE);
  assert_same_bits(with->contract.multiplier, 50.0);
  assert_same_bits(with->lot, 0.0);
  assert_same_bits(with->qty_min, 2.0);
  assert_same_bits(with->qty_max, 30.0);
  assert_same_bits(with->half_spread_bps, 0.5);
  assert_int_equal(policy_of(strategy)->execution.fill, KEEL_FILL_NEXT);
  keel_strategy_free(strategy);
}

static void a_variant_replaces_whole_parts(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      strategy_accepted(EXTRA,
                        "variants: [{name: band, hedge: {trigger: {band: {shares: 50}}, move: {to: edge}}}, "
                        "{name: same, hedge: {}}, {name: own vol, hedge: {target: {vol: 0.3}}}]");
  assert_int_equal(strategy->variant_count, 4);
  const struct keel_policy *band = &strategy->variants[1].policy, *same = &strategy->variants[2].policy;
  assert_string_equal(strategy->variants[1].name, "band");
  assert_int_equal(band->triggers[KEEL_EXPOSURE_DELTA].every,
                   KEEL_EVERY_NONE); /* not added to the strategy's `every` */
  assert_int_equal(band->triggers[KEEL_EXPOSURE_DELTA].band, KEEL_BAND_SHARES);
  assert_int_equal(band->move.to, KEEL_MOVE_EDGE);
  assert_int_equal(band->with_count, 1);
  assert_int_equal(same->triggers[KEEL_EXPOSURE_DELTA].every, KEEL_EVERY_DAYS);
  assert_int_equal(same->move.to, KEEL_MOVE_CENTRE);
  assert_same_bits(strategy->variants[3].policy.target.delta.vol, 0.3);
  assert_int_equal(strategy->variants[3].policy.triggers[KEEL_EXPOSURE_DELTA].every, KEEL_EVERY_DAYS);
  keel_strategy_free(strategy);
}

#define HEDGE_OF(parts) "hedge: {" parts "}"
#define TARGET(target) HEDGE_OF("target: " target ", trigger: {every: 1d}, with: [{instrument: spot}]")
#define TRIGGER(trigger) HEDGE_OF("trigger: " trigger ", with: [{instrument: spot}]")
#define WITH(with) HEDGE_OF("trigger: {every: 1d}, with: " with)

static void wrong_targets_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {HEDGE, TARGET("[delta]"), "s.yaml:3: hedge.target",
       "has to be a map of: neutral, share_balance, none, delta, vol, start"},
      {HEDGE, TARGET("{neutral: []}"), "s.yaml:3: hedge.target.neutral", "is empty; allowed: [delta]"},
      {HEDGE, TARGET("{neutral: [delta, delta]}"), "s.yaml:3: hedge.target.neutral.1", "is there already"},
      {HEDGE, TARGET("{neutral: [delta, gamma]}"), "s.yaml:3: hedge.target.neutral.1",
       "`gamma` is not available yet; allowed: delta"},
      {HEDGE, TARGET("{neutral: vega}"), "s.yaml:3: hedge.target.neutral",
       "`vega` is not available yet; allowed: delta"},
      {HEDGE, TARGET("{neutral: theta}"), "s.yaml:3: hedge.target.neutral", "is `theta`; allowed: delta"},
      {HEDGE, TARGET("{share_balance: yes}"), "s.yaml:3: hedge.target.share_balance",
       "is `yes`; allowed: exact, delta, gamma, theta, vega, rho"},
      {HEDGE, TARGET("{none: false}"), "s.yaml:3: hedge.target.none", "is `false`; allowed: true"},
      {HEDGE, TARGET("{neutral: [delta], none: true}"), "s.yaml:3: hedge.target.none", "is given beside `neutral`"},
      {HEDGE, TARGET("{none: true, vol: 0.2}"), "s.yaml:3: hedge.target.none",
       "never trades, and has nothing beside it"},
      {HEDGE, TARGET("{delta: leland}"), "s.yaml:3: hedge.target.delta",
       "`leland` is not available yet; allowed: black_scholes"},
      {HEDGE, TARGET("{vol: -0.2}"), "s.yaml:3: hedge.target.vol", "is -0.2; allowed: from 0 to 10 per year"},
      {HEDGE, TARGET("{vol: nan}"), "s.yaml:3: hedge.target.vol", "`nan` is no finite number"},
      {HEDGE, TARGET("{vol: 20%}"), "s.yaml:3: hedge.target.vol", "`20%` is no finite number; 5 % is written 0.05"},
      {HEDGE, TARGET("{start: 5}"), "s.yaml:3: hedge.target.start", "belongs to share_balance"},
      {HEDGE, TARGET("{share_balance: exact, delta: black_scholes}"), "s.yaml:3: hedge.target.delta",
       "belongs to `neutral`"},
      {HEDGE, TARGET("{tolerance: {delta: 5}}"), "s.yaml:3: hedge.target.tolerance", "is not available yet"},
      {HEDGE, TARGET("{neutrl: [delta]}"), "s.yaml:3: hedge.target.neutrl",
       "is no field that is known here; did you mean `neutral`?"},
  };
  assert_refused(cases, COUNT(cases));
}

static void wrong_triggers_moves_and_executions_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {HEDGE, TRIGGER("{every: 0}"), "s.yaml:3: hedge.trigger.every", "is `0`; allowed: step, or a duration above 0"},
      {HEDGE, TRIGGER("{every: 0d}"), "s.yaml:3: hedge.trigger.every", "is `0d`; allowed: step, or a duration above 0"},
      {HEDGE, TRIGGER("{every: -1d}"), "s.yaml:3: hedge.trigger.every",
       "is `-1d`; allowed: step, or a duration above 0"},
      {HEDGE, TRIGGER("{every: 1.5d}"), "s.yaml:3: hedge.trigger.every", "is `1.5d`; days and weeks are local dates"},
      {HEDGE, TRIGGER("{every: daily}"), "s.yaml:3: hedge.trigger.every", "is `daily`; allowed: step, or a duration"},
      {HEDGE, TRIGGER("{every: }"), "s.yaml:3: hedge.trigger.every", "is empty"},
      {HEDGE, TRIGGER("{every: [1d]}"), "s.yaml:3: hedge.trigger.every", "has to be a single value"},
      {HEDGE, TRIGGER("{band: 50}"), "s.yaml:3: hedge.trigger.band", "has to be a map of: shares, fraction, currency"},
      {HEDGE, TRIGGER("{band: {}}"), "s.yaml:3: hedge.trigger.band", "has 0 sizes; give one of"},
      {HEDGE, TRIGGER("{band: {shares: 5, fraction: 0.1}}"), "s.yaml:3: hedge.trigger.band",
       "has 2 sizes; give one of"},
      {HEDGE, TRIGGER("{band: {shares: 0}}"), "s.yaml:3: hedge.trigger.band.shares", "is 0; allowed: above 0 shares"},
      {HEDGE, TRIGGER("{band: {currency: inf}}"), "s.yaml:3: hedge.trigger.band.currency", "`inf` is no finite number"},
      {HEDGE, TRIGGER("{band: {share: 5}}"), "s.yaml:3: hedge.trigger.band.share",
       "is no field that is known here; did you mean `shares`? allowed: shares, fraction, currency"},
      {HEDGE, TRIGGER("{sessions: 1}"), "s.yaml:3: hedge.trigger.sessions", "is not available yet; there are"},
      {HEDGE, TRIGGER("{every: 1d}, move: {to: inner}"), "s.yaml:3: hedge.move.to",
       "`inner` is not available yet; allowed: centre, edge"},
      {HEDGE, TRIGGER("{every: 1d}, execution: {style: twap}"), "s.yaml:3: hedge.execution.style",
       "`twap` is not available yet; allowed: immediate"},
      {HEDGE, TRIGGER("{every: 1d}, execution: {fill: now}"), "s.yaml:3: hedge.execution.fill",
       "is `now`; allowed: decision, next"},
  };
  assert_refused(cases, COUNT(cases));
}

static void wrong_instruments_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {HEDGE, WITH("{instrument: spot}"), "s.yaml:3: hedge.with", "has to be a list"},
      {HEDGE, WITH("[{lot: 1}]"), "s.yaml:3: hedge.with.0.instrument", "is missing"},
      {HEDGE, WITH("[{instrument: option, kind: call}]"), "s.yaml:3: hedge.with.0.instrument",
       "`option` is not available yet; allowed: spot, future"},
      {HEDGE, WITH("[{instrument: spot, strike: 5}]"), "s.yaml:3: hedge.with.0.strike", "is not available yet"},
      {HEDGE, WITH("[{instrument: spot, lot: -1}]"), "s.yaml:3: hedge.with.0.lot",
       "is -1; allowed: 0 or more contracts"},
      {HEDGE, WITH("[{instrument: spot, qty_max: 0}]"), "s.yaml:3: hedge.with.0.qty_max", "is 0; allowed: above 0"},
      {HEDGE, WITH("[{instrument: spot, qty_min: 5, qty_max: 4}]"), "s.yaml:3: hedge.with.0.qty_min",
       "is above `qty_max`"},
      {HEDGE, WITH("[{instrument: spot, multiplier: 10}]"), "s.yaml:3: hedge.with.0.multiplier", "is 10; spot has 1"},
      {HEDGE, WITH("[{instrument: spot, expiry: 2024-03-15}]"), "s.yaml:3: hedge.with.0.expiry", "spot has no expiry"},
      {HEDGE, WITH("[{instrument: future, multiplier: 50}]"), "s.yaml:3: hedge.with.0.expiry", "is missing"},
      {HEDGE, WITH("[{instrument: future, expiry: 2024-06-21}]"), "s.yaml:3: hedge.with.0.multiplier", "is missing"},
      {HEDGE, WITH("[{instrument: future, expiry: 2024-06-31, multiplier: 50}]"), "s.yaml:3: hedge.with.0.expiry",
       "`2024-06-31` is no date"},
  };
  assert_refused(cases, COUNT(cases));
}

static void wrong_variants_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {EXTRA, "variants: {name: a}", "s.yaml:5: variants", "has to be a list"},
      {EXTRA, "variants: [{hedge: {}}]", "s.yaml:5: variants.0.name", "is missing"},
      {EXTRA, "variants: [{name: '', hedge: {}}]", "s.yaml:5: variants.0.name", "is empty"},
      {EXTRA, "variants: [{name: a}]", "s.yaml:5: variants.0.hedge", "is missing"},
      {EXTRA, "variants: [{name: a, hedge: {}}, {name: a, hedge: {}}]", "s.yaml:5: variants.1.name",
       "`a` is there already"},
      {EXTRA, "variants: [{name: base, hedge: {}}]", "s.yaml:5: variants.0.name", "`base` is the strategy's own hedge"},
      {EXTRA, "variants: [{name: a, hedge: {triger: {}}}]", "s.yaml:5: variants.0.hedge.triger",
       "is no field that is known here; did you mean `trigger`?"},
      {EXTRA, "variants: [{name: a, hedge: {trigger: {every: 0}}}]", "s.yaml:5: variants.0.hedge.trigger.every",
       "is `0`"},
      {EXTRA, "variants: [{name: a, hedge: {move: {to: edge}}}]", "s.yaml:5: variants.0.hedge.move.to",
       "is edge, and there is no band to stop at"},
      {EXTRA, "variants: [{name: a, hedge: {trigger: {band: {shares: 0.4}}}}]",
       "s.yaml:5: variants.0.hedge.trigger.band.shares", "is 0.4, below half a lot"},
      {HEDGE, "hedge: spot", "s.yaml:3: hedge", "has to be a map of: target, trigger, move, execution, with"},
  };
  assert_refused(cases, COUNT(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(targets_are_read),
      cmocka_unit_test(triggers_are_read),
      cmocka_unit_test(instruments_are_read),
      cmocka_unit_test(a_variant_replaces_whole_parts),
      cmocka_unit_test(wrong_targets_are_refused),
      cmocka_unit_test(wrong_triggers_moves_and_executions_are_refused),
      cmocka_unit_test(wrong_instruments_are_refused),
      cmocka_unit_test(wrong_variants_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
