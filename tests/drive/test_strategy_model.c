#include <math.h>

#include "drive/strategy_support.h"

#define MODEL(more) "market: {rate: 0.05, yield: 0.01, model: {" more "}}"
#define HESTON "kind: heston, spot: 100, variance: 0.04, kappa: 2, theta: 0.05, xi: 0.3, rho: -0.7"

static void implied_vols_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    struct keel_implied_rule want;
  } cases[] = {
      {MODEL("kind: gbm, spot: 100, vol: 0.2"), {KEEL_IMPLIED_CONSTANT, 0.2, NAN, 1, 0}},
      {MODEL("kind: gbm, spot: 100, vol: 0.2, implied_vol: 0.3"), {KEEL_IMPLIED_CONSTANT, 0.3, NAN, 1, 0}},
      {MODEL("kind: gbm, spot: 100, vol: 0.2, implied_vol: {rule: constant, premium: 1.1, skew: -0.2}"),
       {KEEL_IMPLIED_CONSTANT, 0.2, NAN, 1.1, -0.2}},
      {MODEL(HESTON), {KEEL_IMPLIED_EXPECTED, NAN, NAN, 1, 0}},
      {MODEL(HESTON ", implied_vol: expected"), {KEEL_IMPLIED_EXPECTED, NAN, NAN, 1, 0}},
      {MODEL(HESTON ", implied_vol: {rule: expected, premium: 1.05}"), {KEEL_IMPLIED_EXPECTED, NAN, NAN, 1.05, 0}},
      {MODEL(HESTON ", implied_vol: {rule: realised, vol: 0.2, half_life: 73d}"),
       {KEEL_IMPLIED_REALISED, 0.2, 0.2, 1, 0}},
      {"market: {rate: 0, implied_vol: 0.4, model: {" HESTON "}}", {KEEL_IMPLIED_CONSTANT, 0.4, NAN, 1, 0}},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct keel_strategy *strategy = strategy_accepted(MARKET, cases[i].text);
    const struct keel_implied_rule *got = &strategy->simulated.models[0].implied, *want = &cases[i].want;
    assert_int_equal(got->kind, want->kind);
    assert_true(isnan(want->vol) ? isnan(got->vol) : got->vol == want->vol);
    assert_true(isnan(want->half_life_years) ? isnan(got->half_life_years)
                                             : got->half_life_years == want->half_life_years);
    assert_same_bits(got->premium, want->premium);
    assert_same_bits(got->skew, want->skew);
    keel_strategy_free(strategy);
  }
}

static void wrong_models_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {MARKET, "market: {rate: 0, model: gbm}", "s.yaml:2: market.model", "has to be a map of: kind, spot, drift"},
      {MARKET, MODEL("spot: 1"), "s.yaml:2: market.model.kind", "is missing: what spot does"},
      {MARKET, MODEL("kind: sabr"), "s.yaml:2: market.model.kind",
       "is `sabr`; allowed: gbm, merton, kou, heston, bates, rough_bergomi, bootstrap"},
      {MARKET, MODEL("kind: gbm, vol: 0.2"), "s.yaml:2: market.model.spot", "is missing: at the start"},
      {MARKET, MODEL("kind: gbm, spot: 1"), "s.yaml:2: market.model.vol", "is missing: required for gbm"},
      {MARKET, MODEL("kind: gbm, spot: 1, vol: 0.2, kappa: 1"), "s.yaml:2: market.model.kappa",
       "belongs to heston, bates; not to gbm"},
      {MARKET, MODEL(HESTON ", vol: 0.2"), "s.yaml:2: market.model.vol", "belongs to gbm, merton, kou; not to heston"},
      {MARKET, MODEL("kind: gbm, spot: 1, vol: 0.2, forced: {step: 1, date: 1987-10-19}"),
       "s.yaml:2: market.model.forced", "belongs to bootstrap; not to gbm"},
      {MARKET, MODEL("kind: gbm, spot: 0, vol: 0.2"), "s.yaml:2: market.model.spot", "is 0; allowed: above 0"},
      {MARKET, MODEL("kind: gbm, spot: 1, vol: -0.2"), "s.yaml:2: market.model.vol",
       "is -0.2; allowed: from 0 to 10 per year"},
      {MARKET, MODEL("kind: gbm, spot: 1, vol: 0.2, implied_vol: soon"), "s.yaml:2: market.model.implied_vol",
       "`soon` is no finite number"},
      {MARKET, MODEL("kind: gbm, spot: 1, vol: 0.2, implied_vol: {vol: 0.2}"),
       "s.yaml:2: market.model.implied_vol.rule", "is missing: `vol` itself"},
      {MARKET, MODEL(HESTON ", implied_vol: {rule: constant}"), "s.yaml:2: market.model.implied_vol.vol",
       "is missing: what options are marked at"},
      {MARKET, MODEL(HESTON ", implied_vol: {rule: expected, vol: 0.2}"), "s.yaml:2: market.model.implied_vol.vol",
       "belongs to constant and realised"},
      {MARKET, MODEL(HESTON ", implied_vol: {rule: realised, vol: 0.2}"),
       "s.yaml:2: market.model.implied_vol.half_life", "is missing: after how long"},
      {MARKET, MODEL(HESTON ", implied_vol: {rule: expected, half_life: 20d}"),
       "s.yaml:2: market.model.implied_vol.half_life", "belongs to realised"},
      {MARKET, MODEL(HESTON ", implied_vol: {rule: expected, premium: 0}"),
       "s.yaml:2: market.model.implied_vol.premium", "is 0; allowed: above 0, at most 10"},
      {MARKET, MODEL("kind: gbm, spot: 1, vol: 0.2, rate: 0.04"), "s.yaml:2: market.model.rate",
       "is 0.04, and market.rate is 0.05; a run has one rate"},
      {MARKET, MODEL("kind: gbm, spot: 1, vol: 0.2, yield: 0"), "s.yaml:2: market.model.yield",
       "is 0, and the market's is 0.01; give it once"},
      {MARKET, "market: {model: {kind: gbm, spot: 1, vol: 0.2}}", "s.yaml:2: market.rate",
       "is missing: of cash and of discounting, per year, continuous"},
      {MARKET, "market: {rate: 0, forward: parity, model: {kind: gbm, spot: 1, vol: 0.2}}", "s.yaml:2: market.forward",
       "is parity, and a simulated market has no quotes; allowed: yield"},
  };
  assert_refused(cases, COUNT(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(implied_vols_are_read),
      cmocka_unit_test(wrong_models_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
