#include "drive/strategy_support.h"

#define MODEL(more) "market: {rate: 0.05, yield: 0.01, model: {" more "}}"
#define TWO "book: [{underlying: X, kind: spot, qty: 1}, {underlying: B.C, kind: spot, qty: 1}]\n"
#define GBM(spot, vol) "{kind: gbm, spot: " #spot ", vol: " #vol "}"
#define MODELS "models: {X: " GBM(100, 0.2) ", B.C: " GBM(50, 0.3) "}\n"

static void rate_and_yield_may_be_in_the_model(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double rate, yield, drift;
  } cases[] = {
      {"market: {model: {kind: gbm, spot: 260.54, drift: 0.07, vol: 0.55, rate: 0.05, yield: 0.02}}", 0.05, 0.02, 0.07},
      {"market: {on: future, model: {kind: gbm, spot: 1, vol: 0, rate: 0.05}}", 0.05, 0.05, 0},
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
      cmocka_unit_test(rate_and_yield_may_be_in_the_model),
      cmocka_unit_test(several_underlyings_have_their_models),
      cmocka_unit_test(correlations_follow_their_underlyings),
      cmocka_unit_test(wrong_models_of_several_are_refused),
      cmocka_unit_test(a_market_of_two_has_one_rate_and_two_models),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
