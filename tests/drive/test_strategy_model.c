#include <math.h>

#include "drive/strategy_support.h"

#define MODEL(more) "market: {rate: 0.05, yield: 0.01, model: {" more "}}"
#define HESTON "kind: heston, spot: 100, variance: 0.04, kappa: 2, theta: 0.05, xi: 0.3, rho: -0.7"
#define RETURNS "kind: bootstrap, spot: 100, file: r.csv, mean_block: 20"

static void worlds_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    struct keel_world want;
  } cases[] = {
      {MODEL("kind: gbm, spot: 100, vol: 0.2"), {.kind = KEEL_WORLD_GBM, .gbm = {0.2}}},
      {MODEL("kind: merton, spot: 100, vol: 0.2, intensity: 0.5, jump_mean: -0.1, jump_std: 0.15"),
       {.kind = KEEL_WORLD_MERTON, .merton = {0.2, {0.5, -0.1, 0.15}}}},
      {MODEL("kind: kou, spot: 100, vol: 0.2, intensity: 0.5, up_probability: 0.3, up_rate: 10, down_rate: 5"),
       {.kind = KEEL_WORLD_KOU, .kou = {0.2, {0.5, 0.3, 10, 5}}}},
      {MODEL(HESTON), {.kind = KEEL_WORLD_HESTON, .heston = {0.04, 2, 0.05, 0.3, -0.7}}},
      {MODEL("kind: bates, spot: 100, variance: 0.04, kappa: 2, theta: 0.05, xi: 0.3, rho: -0.7, intensity: 1, "
             "jump_mean: 0, jump_std: 0.1"),
       {.kind = KEEL_WORLD_BATES, .bates = {{0.04, 2, 0.05, 0.3, -0.7}, {1, 0, 0.1}}}},
      {MODEL("kind: rough_bergomi, spot: 100, variance: 0.04, hurst: 0.1, eta: 1.9, rho: -0.9"),
       {.kind = KEEL_WORLD_ROUGH_BERGOMI, .rough_bergomi = {0.04, 0.1, 1.9, -0.9}}},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct keel_strategy *strategy = strategy_accepted(MARKET, cases[i].text);
    struct keel_world want = cases[i].want;
    want.spot = 100, want.drift = 0.05 - 0.01;
    assert_memory_equal(&strategy->simulated.models[0].world, &want, sizeof want);
    assert_null(strategy->simulated.correlation);
    assert_null(strategy->simulated.models[0].history);
    keel_strategy_free(strategy);
  }
}

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

static void rate_and_yield_may_be_in_the_model(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double rate, yield, drift;
  } cases[] = {
      {"market: {model: {kind: gbm, spot: 260.54, drift: 0.07, vol: 0.55, rate: 0.05, yield: 0.02}}", 0.05, 0.02, 0.07},
      {"market: {rate: 0.05, yield: 0.02, model: {kind: gbm, spot: 1, vol: 0, rate: 0.05, yield: 0.02}}", 0.05, 0.02,
       0.05 - 0.02},
      {"market: {rate: 0.05, yield: 0.02, underlyings: {X: {yield: 0.03}}, model: {kind: gbm, spot: 1, vol: 0, yield: "
       "0.03}}",
       0.05, 0.03, 0.05 - 0.03},
      {"market: {tape: x.tape, model: {kind: gbm, spot: 1, vol: 0, rate: -0.01}}", -0.01, 0, -0.01},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct keel_strategy *strategy = strategy_accepted(MARKET, cases[i].text);
    assert_same_bits(strategy->market.rate, cases[i].rate);
    assert_same_bits(strategy->market.underlyings[0].yield, cases[i].yield);
    assert_same_bits(strategy->simulated.models[0].world.drift, cases[i].drift);
    keel_strategy_free(strategy);
  }
}

#define TWO "book: [{underlying: X, kind: spot, qty: 1}, {underlying: B.C, kind: spot, qty: 1}]\n"
#define GBM(spot, vol) "{kind: gbm, spot: " #spot ", vol: " #vol "}"
#define MODELS "models: {X: " GBM(100, 0.2) ", B.C: " GBM(50, 0.3) "}\n"

static void several_underlyings_have_their_models(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(BOOK, TWO MODELS "correlation: [[1, 0.5], [0.5, 1]]");
  const struct keel_model *models = strategy->simulated.models; /* by name */
  assert_string_equal(strategy->market.underlyings[0].name, "B.C");
  assert_same_bits(models[0].world.spot, 50.0);
  assert_same_bits(models[1].world.gbm.vol, 0.2);
  assert_same_bits(strategy->simulated.correlation[1], 0.5);
  assert_int_equal(keel_strategy_warning_count(strategy), 0);
  keel_strategy_free(strategy);

  strategy = strategy_accepted(BOOK, TWO MODELS);
  assert_null(strategy->simulated.correlation);
  assert_int_equal(keel_strategy_warning_count(strategy), 1);
  assert_string_equal(keel_strategy_warning(strategy, 0),
                      "s.yaml:1: correlation: is missing: the models move independently");
  keel_strategy_free(strategy);
}

/* A matrix in the order of the file goes into that of the names. */
static void correlations_follow_their_underlyings(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      strategy_accepted(BOOK,
                        "book: [{underlying: A, kind: spot, qty: 1}, {underlying: B, kind: spot, qty: 1}, "
                        "{underlying: C, kind: spot, qty: 1}]\n"
                        "models: {C: " GBM(1, 0.3) ", A: " GBM(1, 0.1) ", B: " GBM(1, 0.2) "}\n"
                        "correlation: [[1, 0.31, 0.32], [0.31, 1, 0.12], [0.32, 0.12, 1]]");
  static const double want[] = {1, 0.12, 0.31, 0.12, 1, 0.32, 0.31, 0.32, 1};
  assert_memory_equal(strategy->simulated.correlation, want, sizeof want);
  keel_strategy_free(strategy);
}

static void fellers_condition_is_said(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      strategy_accepted(MARKET, MODEL("kind: heston, spot: 1, variance: 0.04, kappa: 1, theta: 0.04, xi: 0.5, rho: 0"));
  assert_int_equal(keel_strategy_warning_count(strategy), 1);
  assert_string_equal(keel_strategy_warning(strategy, 0),
                      "s.yaml:2: market.model: Feller's condition is violated (2 kappa theta = 0.08 is below xi^2 = "
                      "0.25): the variance reaches 0");
  keel_strategy_free(strategy);
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

static void wrong_bootstraps_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {MARKET, MODEL("kind: bootstrap, spot: 1, mean_block: 5"), "s.yaml:2: market.model.file",
       "is missing: required for bootstrap"},
      {MARKET, MODEL("kind: bootstrap, spot: 1, file: r.csv"), "s.yaml:2: market.model.mean_block",
       "is missing: required for bootstrap"},
      {MARKET, MODEL("kind: bootstrap, spot: 1, file: r.csv, mean_block: 0.5"), "s.yaml:2: market.model.mean_block",
       "is 0.5; allowed: 1 or more"},
      {MARKET, MODEL(RETURNS ", implied_vol: 0.2"), "s.yaml:2: market.model.file",
       "is not read: the strategy is a text in memory"},
      {MARKET, MODEL(RETURNS ", drift: 0.1, own_drift: true"), "s.yaml:2: market.model.drift",
       "is given beside own_drift"},
      {MARKET, MODEL(RETURNS ", forced: {date: 1987-10-19}"), "s.yaml:2: market.model.forced.step", "is missing"},
      {MARKET, MODEL(RETURNS ", forced: {step: 1, date: 1987-10-19T10:00}"), "s.yaml:2: market.model.forced.date",
       "`1987-10-19T10:00` is no date; allowed: a day, as 1987-10-19"},
  };
  assert_refused(cases, COUNT(cases));
}

static void wrong_models_of_several_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {BOOK, TWO "models: [1]", "s.yaml:2: models", "has to be a map from an underlying's name to its model"},
      {BOOK, TWO "models: {X: " GBM(1, 0.2) "}", "s.yaml:2: models",
       "has none for `B.C`; every underlying of the book has its model"},
      {BOOK, TWO "models: {X: " GBM(1, 0.2) ", Z: " GBM(1, 0.2) "}", "s.yaml:2: models.Z",
       "is no underlying of the book; allowed: B.C, X"},
      {BOOK, TWO "models: {X: " GBM(1, 0.2) ", B.C: " GBM(-1, 0.2) "}", "s.yaml:2: models.\"B.C\".spot", "is -1"},
      {BOOK,
       TWO "models: {X: {kind: gbm, spot: 1, vol: 0.2, rate: 0.04}, B.C: {kind: gbm, spot: 1, vol: 0.2, rate: 0.05}}",
       "s.yaml:2: models.X.rate", "is 0.04, and market.rate is 0.05; a run has one rate"},
      {BOOK, TWO MODELS "correlation: 0.5", "s.yaml:3: correlation", "has to be a list of 2 rows, one for each model"},
      {BOOK, TWO MODELS "correlation: [[1, 0.5]]", "s.yaml:3: correlation", "has to be a list of 2 rows"},
      {BOOK, TWO MODELS "correlation: [[1], [0.5, 1]]", "s.yaml:3: correlation.0", "has to be a list of 2 numbers"},
      {BOOK, TWO MODELS "correlation: [[1, 0.5], [0.4, 1]]", "s.yaml:3: correlation.1.0",
       "is 0.4, and 0.5 the other way"},
      {BOOK, TWO MODELS "correlation: [[1, 0.5], [0.5, 0.9]]", "s.yaml:3: correlation.1.1",
       "is 0.9; with itself an underlying has 1"},
      {BOOK, TWO MODELS "correlation: [[1, 1.5], [1.5, 1]]", "s.yaml:3: correlation.0.1", "is 1.5; allowed: from -1"},
      {BOOK, TWO MODELS "correlation: [[1, 1], [1, 1]]", "s.yaml:3: correlation",
       "is not positive definite: row 2 contradicts, or follows from, those before it"},
      {EXTRA, "correlation: [[1]]", "s.yaml:5: correlation", "belongs to `models` of several underlyings"},
  };
  assert_refused(cases, COUNT(cases));
  static const struct strategy_case one[] = {
      {MARKET, MODEL("kind: gbm, spot: 1, vol: 0.2") "\nmodels: {X: " GBM(1, 0.2) "}", "s.yaml:3: models",
       "is given beside market.model"},
      {MARKET, MODEL("kind: gbm, spot: 1, vol: 0.2") "\nvariants: []\nrun: {start: 2024-01-02, end: 2024-01-01}",
       "s.yaml:4: run.end", "is before"},
  };
  assert_refused(one, COUNT(one));
}

/* The message of a strategy of two underlyings whose market this is. */
static void assert_two_refused(const char *market, const char *where, const char *what) {
  char text[1000];
  int length =
      snprintf(text, sizeof text,
               TWO "%s\nhedge: {target: {none: true}}\nlimits: {order_qty_max: 1, position_qty_max: 1}\n", market);
  struct keel_strategy_source source = {"s.yaml", text, (size_t)length};
  struct keel_strategy *strategy;
  keel_error error = {0};
  assert_int_equal(keel_strategy_read(&source, NULL, 0, &strategy, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, where);
  assert_string_equal(error.what, what);
}

static void a_market_of_two_has_one_rate_and_two_models(void **state) {
  (void)state;
  assert_two_refused("market: {rate: 0, model: {kind: gbm, spot: 1, vol: 0.2}}", "s.yaml:2: market.model",
                     "is for one underlying, and the book has 2; give `models`, with one for each");
  assert_two_refused(
      "market: {}\nmodels: {X: {kind: gbm, spot: 1, vol: 0.2, rate: 0.04}, "
      "B.C: {kind: gbm, spot: 1, vol: 0.2, rate: 0.05}}",
      "s.yaml:3: models.X.rate", "is 0.04, and that of a model before it is 0.05; a run has one rate");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(worlds_are_read),
      cmocka_unit_test(implied_vols_are_read),
      cmocka_unit_test(rate_and_yield_may_be_in_the_model),
      cmocka_unit_test(several_underlyings_have_their_models),
      cmocka_unit_test(correlations_follow_their_underlyings),
      cmocka_unit_test(fellers_condition_is_said),
      cmocka_unit_test(wrong_models_are_refused),
      cmocka_unit_test(wrong_bootstraps_are_refused),
      cmocka_unit_test(wrong_models_of_several_are_refused),
      cmocka_unit_test(a_market_of_two_has_one_rate_and_two_models),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
