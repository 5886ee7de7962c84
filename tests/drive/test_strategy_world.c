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

/* Closes of consecutive days of September 2021, in a file. */
static const char *closes(void) {
  static const char text[] =
      "date,close\n2021-09-01,100\n2021-09-02,110\n2021-09-03,99\n2021-09-07,99\n2021-09-08,198\n";
  return keel_scratch_write("closes.csv", text, sizeof text - 1);
}

/* A strategy in a file, beside its returns; NULL where it is refused. */
static struct keel_strategy *bootstrapped(const char *more, keel_error *error) {
  char text[1500];
  closes();
  int length = snprintf(text, sizeof text,
                        "book: [{underlying: X, kind: call, strike: 100, years: 0.5, qty: -10}]\n"
                        "market: {rate: 0, model: {kind: bootstrap, spot: 100, file: closes.csv, mean_block: 20, %s}}\n"
                        "%s\n%s\nrun: {steps: 60}\n",
                        more, strategy_lines[HEDGE], strategy_lines[LIMITS]);
  const char *path = keel_scratch_write("strategy.yaml", text, (size_t)length);
  struct keel_strategy *strategy;
  keel_strategy_load(path, NULL, 0, &strategy, error);
  return strategy;
}

static void real_returns_are_read(void **state) {
  (void)state;
  keel_error error = {0};
  struct keel_strategy *strategy =
      bootstrapped("implied_vol: 0.2, own_drift: true, forced: {step: 59, date: 2021-09-03}", &error);
  if (!strategy) fail_msg("%s: %s", error.where, error.what);
  const struct keel_model *model = &strategy->simulated.models[0];
  const struct keel_bootstrap *got = &model->world.bootstrap;
  assert_int_equal(model->world.kind, KEEL_WORLD_BOOTSTRAP);
  assert_int_equal(got->count, 4);
  assert_same_bits(got->returns[0], 110.0 / 100 - 1);
  assert_same_bits(got->mean_block, 20.0);
  assert_int_equal(got->own_drift, 1);
  assert_int_equal(got->forced, 1);
  assert_int_equal(got->forced_step, 59);
  assert_int_equal(got->forced_row, 1);
  assert_string_equal(model->history, keel_scratch("closes.csv"));
  assert_int_equal(model->history_days[1], keel_days_from_civil(2021, 9, 3));
  keel_strategy_free(strategy);
}

static void wrong_returns_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *more, *where, *what;
  } cases[] = {
      {"own_drift: false", ":2: market.model.implied_vol", "is missing: returns say nothing of it"},
      {"implied_vol: expected", ":2: market.model.implied_vol", "is expected, and returns have no expected variance"},
      {"implied_vol: 0.2, forced: {step: 0, date: 2021-09-01}", ":2: market.model.forced.date", "is no day of "},
      {"implied_vol: 0.2, forced: {step: 60, date: 2021-09-03}", ":2: market.model.forced.step",
       "is 60, and the run has 60 steps, from 0"},
      {"implied_vol: 0.2, max_gap_days: 3", "closes.csv:5: date", ""},
      {"implied_vol: 0.2, max_gap_days: 0", ":2: market.model.max_gap_days", "is 0; allowed: 1 or more"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    keel_error error = {0};
    assert_null(bootstrapped(cases[i].more, &error));
    size_t length = strlen(error.where), end = strlen(cases[i].where);
    if (length < end || strcmp(error.where + length - end, cases[i].where) != 0 ||
        strncmp(error.what, cases[i].what, strlen(cases[i].what)) != 0)
      fail_msg("%s\n  says  %s: %s", cases[i].more, error.where, error.what);
  }
}

/* Two bootstraps: of the same file, of other days, of other lengths. */
static void bootstraps_are_of_the_same_days(void **state) {
  (void)state;
  static const char other[] =
      "date,close\n2021-09-02,100\n2021-09-03,110\n2021-09-07,99\n2021-09-08,99\n2021-09-09,198\n";
  static const char longer[] =
      "date,close\n2021-09-01,100\n2021-09-02,110\n2021-09-03,99\n2021-09-07,99\n2021-09-08,198\n2021-09-09,1\n";
  keel_scratch_write("other.csv", other, sizeof other - 1);
  keel_scratch_write("longer.csv", longer, sizeof longer - 1);
  closes();
  static const struct {
    const char *file, *error, *warning;
  } cases[] = {
      {"closes.csv", NULL, NULL},
      {"other.csv", "has as many returns as that of `X`, of other days", NULL},
      {"longer.csv", NULL, "has not as many returns as `X`, or another mean_block: the two are drawn independently"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    char text[1500];
#define RETURNS_OF(file) "{kind: bootstrap, spot: 100, file: " file ", mean_block: 20, implied_vol: 0.2}"
    int length = snprintf(text, sizeof text,
                          "book: [{underlying: X, kind: spot, qty: 1}, {underlying: Y, kind: spot, qty: 1}]\n"
                          "market: {rate: 0}\nmodels: {X: " RETURNS_OF("closes.csv") ", Y: " RETURNS_OF("%s") "}\n"
                          "%s\n%s\n",
                          cases[i].file, strategy_lines[HEDGE], strategy_lines[LIMITS]);
    struct keel_strategy *strategy;
    keel_error error = {0};
    keel_status status =
        keel_strategy_load(keel_scratch_write("strategy.yaml", text, (size_t)length), NULL, 0, &strategy, &error);
    assert_int_equal(status != KEEL_STATUS_OK, cases[i].error != NULL);
    if (status) {
      assert_memory_equal(error.what, cases[i].error, strlen(cases[i].error));
      continue;
    }
    assert_int_equal(keel_strategy_warning_count(strategy), cases[i].warning != NULL);
    if (cases[i].warning) assert_non_null(strstr(keel_strategy_warning(strategy, 0), cases[i].warning));
    keel_strategy_free(strategy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(worlds_are_read),
      cmocka_unit_test(fellers_condition_is_said),
      cmocka_unit_test(wrong_bootstraps_are_refused),
      cmocka_unit_test(real_returns_are_read),
      cmocka_unit_test(wrong_returns_are_refused),
      cmocka_unit_test(bootstraps_are_of_the_same_days),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
