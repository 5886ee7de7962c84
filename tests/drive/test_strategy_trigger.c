#include <math.h>

#include "drive/strategy_fields.h"
#include "drive/strategy_support.h"

#define HEDGE_OF(parts) "hedge: {" parts "}"
#define TRIGGER(trigger) HEDGE_OF("trigger: " trigger ", with: [{instrument: spot}]")
#define OPTION(expiry) "{instrument: option, kind: call, strike: 100, expiry: " expiry ", multiplier: 100}"
#define OF_GAMMA(trigger) HEDGE_OF("target: {neutral: gamma}, trigger: " trigger ", with: [" OPTION("2024-06-21") "]")

static const struct keel_policy *policy_of(const struct keel_strategy *strategy) {
  return &strategy->variants[0].policy;
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
      {"{sessions: [10:00, '15:45:30']}", {.every_ns = KEEL_TIME_NONE, .band_size = NAN, .session_count = 2}},
      {"{price_move: 0.01, vol_move: 0.02}",
       {.every_ns = KEEL_TIME_NONE, .band_size = NAN, .price_move = 0.01, .vol_move = 0.02}},
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
    assert_same_bits(got->price_move, want->price_move);
    assert_same_bits(got->vol_move, want->vol_move);
    assert_int_equal(got->session_count, want->session_count);
    if (got->session_count) assert_int_equal(got->sessions_s[0], 10 * 3600);
    if (got->session_count) assert_int_equal(got->sessions_s[1], 15 * 3600 + 45 * 60 + 30);
    keel_strategy_free(strategy);
  }
}

static void optimal_bands_are_read(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      strategy_accepted(HEDGE, TRIGGER("{optimal_band: {rule: whalley_wilmott, risk_aversion: 0.1, cost_bps: 50}}"));
  const struct keel_trigger *trigger = &policy_of(strategy)->triggers[KEEL_EXPOSURE_DELTA];
  assert_int_equal(trigger->band, KEEL_BAND_WHALLEY_WILMOTT);
  assert_same_bits(trigger->risk_aversion, 0.1);
  assert_same_bits(trigger->cost, 0.005);
  assert_true(isnan(trigger->band_size));
  keel_strategy_free(strategy);
}

/* The common trigger holds for every exposure, its band for delta alone; what is given for one stands in its place. */
static void exposures_have_their_triggers(void **state) {
  (void)state;
  static const char hedge[] = HEDGE_OF(
      "target: {neutral: [delta, gamma, vega]}, trigger: {every: 1d, sessions: [10:00], band: {shares: 50}, "
      "price_move: "
      "0.01, vega: {band: {currency: 100}, every: 5d}}, with: [{instrument: spot}, " OPTION("2024-06-21") ", " OPTION(
          "2024-09-20") "]");
  struct keel_strategy *strategy = strategy_accepted(HEDGE, hedge);
  const struct keel_trigger *triggers = policy_of(strategy)->triggers;
  const struct keel_trigger *delta = &triggers[KEEL_EXPOSURE_DELTA], *gamma = &triggers[KEEL_EXPOSURE_GAMMA],
                            *vega = &triggers[KEEL_EXPOSURE_VEGA];
  assert_int_equal(delta->band, KEEL_BAND_SHARES);
  assert_int_equal(delta->every_days, 1);
  assert_int_equal(gamma->band, KEEL_BAND_NONE);
  assert_true(isnan(gamma->band_size));
  assert_int_equal(gamma->every, KEEL_EVERY_DAYS);
  assert_int_equal(gamma->session_count, 1);
  assert_same_bits(gamma->price_move, 0.01);
  assert_int_equal(vega->band, KEEL_BAND_CURRENCY);
  assert_same_bits(vega->band_size, 100.0);
  assert_int_equal(vega->every_days, 5);
  assert_int_equal(vega->session_count, 0);
  assert_same_bits(vega->price_move, 0.0);
  assert_int_equal(keel_strategy_warning_count(strategy), 0);
  keel_strategy_free(strategy);

  strategy = strategy_accepted(HEDGE, OF_GAMMA("{gamma: {band: {size: 2.5}}}"));
  assert_int_equal(policy_of(strategy)->triggers[KEEL_EXPOSURE_GAMMA].band, KEEL_BAND_SHARES);
  assert_same_bits(policy_of(strategy)->triggers[KEEL_EXPOSURE_GAMMA].band_size, 2.5);
  keel_strategy_free(strategy);
}

static void wrong_triggers_are_refused(void **state) {
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
      {HEDGE, TRIGGER("{sessions: 1}"), "s.yaml:3: hedge.trigger.sessions",
       "has to be a list of local times, as [\"10:00\", \"15:45\"]"},
      {HEDGE, TRIGGER("{sessions: []}"), "s.yaml:3: hedge.trigger.sessions", "has to be a list of local times"},
      {HEDGE, TRIGGER("{sessions: ['9:30']}"), "s.yaml:3: hedge.trigger.sessions.0",
       "is `9:30`; allowed: a local time, as 10:00 or 15:45:30"},
      {HEDGE, TRIGGER("{sessions: [10:00, 24:00]}"), "s.yaml:3: hedge.trigger.sessions.1", "is `24:00`; allowed"},
      {HEDGE, TRIGGER("{sessions: [10:60]}"), "s.yaml:3: hedge.trigger.sessions.0", "is `10:60`; allowed"},
      {HEDGE, TRIGGER("{sessions: [10.00]}"), "s.yaml:3: hedge.trigger.sessions.0", "is `10.00`; allowed"},
      {HEDGE, TRIGGER("{sessions: [15:45, 10:00]}"), "s.yaml:3: hedge.trigger.sessions.1",
       "is not after the time before it"},
      {HEDGE, TRIGGER("{price_move: 0}"), "s.yaml:3: hedge.trigger.price_move", "is 0; allowed: above 0, at most 10"},
      {HEDGE, TRIGGER("{vol_move: -1}"), "s.yaml:3: hedge.trigger.vol_move", "is -1; allowed: above 0, at most 10"},
      {HEDGE, TRIGGER("{band: {shares: 5}, optimal_band: {rule: zakamouline, risk_aversion: 1, cost_bps: 1}}"),
       "s.yaml:3: hedge.trigger.optimal_band", "is given beside `band`; give one of them"},
      {HEDGE, TRIGGER("{optimal_band: {risk_aversion: 1}}"), "s.yaml:3: hedge.trigger.optimal_band.rule",
       "is missing: whose band"},
      {HEDGE, TRIGGER("{optimal_band: {rule: whalley_wilmott}}"), "s.yaml:3: hedge.trigger.optimal_band.risk_aversion",
       "is missing: of exponential utility"},
      {HEDGE, TRIGGER("{optimal_band: {rule: leland, risk_aversion: 1}}"), "s.yaml:3: hedge.trigger.optimal_band.rule",
       "is `leland`; allowed: whalley_wilmott, zakamouline"},
      {HEDGE, TRIGGER("{every: 1d, gamma: {every: 1d}}"), "s.yaml:3: hedge.trigger.gamma",
       "is given, and the target leaves it alone"},
      {HEDGE, TRIGGER("{every: 1d, gamma: {optimal_band: {}}}"), "s.yaml:3: hedge.trigger.gamma.optimal_band",
       "is no field that is known here"},
      {HEDGE, OF_GAMMA("{band: {shares: 5}}"), "s.yaml:3: hedge.trigger.band",
       "is of delta, which the target leaves alone"},
      {HEDGE, OF_GAMMA("{gamma: {band: {size: 0}}}"), "s.yaml:3: hedge.trigger.gamma.band.size",
       "is 0; allowed: above 0"},
      {HEDGE, OF_GAMMA("{gamma: {band: {shares: 5}}}"), "s.yaml:3: hedge.trigger.gamma.band.shares",
       "is no field that is known here; allowed: size, fraction, currency"},
      {HEDGE, OF_GAMMA("{gamma: {band: {size: 1, fraction: 1}}}"), "s.yaml:3: hedge.trigger.gamma.band",
       "has 2 sizes; give one of size, fraction, currency"},
  };
  assert_refused(cases, COUNT(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(triggers_are_read),
      cmocka_unit_test(optimal_bands_are_read),
      cmocka_unit_test(exposures_have_their_triggers),
      cmocka_unit_test(wrong_triggers_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
