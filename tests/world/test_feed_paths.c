/* The feed of simulated markets: times, spots as their kernel's, vols by each rule, quotes that late fills need. */
#include "world/feed_paths.h"

#include <math.h>
#include <string.h>

#include "hedge/bench_market.h"
#include "hedge/textbook.h"

enum { PATHS = 64, STEPS = 10 };

struct feeding {
  struct bench bench;
  struct keel_model model;
  struct keel_simulated_market market;
  struct keel_feed_paths_plan plan;
  const struct keel_feed_paths_wiring *wiring;
  struct keel_feed_paths *feed;
};

/* A call and a put of one expiry, a later call, hedged with a future; GBM, rate 5 %, yield 1 %. */
static void start(struct feeding *f) {
  bench_start(&f->bench);
  f->bench.underlyings[0].yield = 0.01;
  bench_hold(&f->bench, bench_option(KEEL_KIND_CALL, 110, 20), -1);
  bench_hold(&f->bench, bench_option(KEEL_KIND_PUT, 90, 20), -1);
  bench_hold(&f->bench, bench_option(KEEL_KIND_CALL, 100, 50), -1);
  f->bench.with[0][0].contract = bench_future(60, 1);
  f->model =
      (struct keel_model){.world = {.kind = KEEL_WORLD_GBM, .spot = 100, .drift = 0.3, .gbm = {.vol = 0.2}},
                          .implied = {.kind = KEEL_IMPLIED_CONSTANT, .vol = 0.2, .half_life_years = NAN, .premium = 1}};
  f->market = (struct keel_simulated_market){.models = &f->model};
  f->plan = (struct keel_feed_paths_plan){.market = &f->market,
                                          .wiring = &f->bench.wiring,
                                          .seed = 3,
                                          .steps = STEPS,
                                          .start_ns = bench_day(0),
                                          .end_ns = bench_day(30) + 7};
}

static struct keel_market *wire(struct feeding *f) {
  assert_int_equal(bench_wire(&f->bench, PATHS, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_feed_paths_wire(&f->bench.arena, &f->plan, &f->wiring, NULL), KEEL_STATUS_OK);
  f->feed = keel_feed_paths_new(&f->bench.arena, f->wiring);
  f->bench.block = keel_block_new(&f->bench.arena, &f->bench.wiring, 1);
  keel_arena_seal(&f->bench.arena);
  keel_feed_paths_begin(f->feed, 128, PATHS, &f->bench.block->market);
  return &f->bench.block->market;
}

static const double *row_of(const struct feeding *f, const double *array, struct keel_contract contract) {
  return array + bench_row(&f->bench, contract) * PATHS;
}

static void steps_are_whole_nanoseconds(void **state) {
  (void)state;
  struct feeding f;
  start(&f);
  int64_t span = 30 * KEEL_NS_PER_DAY + 7;
  for (size_t i = 0; i <= STEPS; i++) {
    long double exact = (long double)span * (long double)i / STEPS;
    assert_true(keel_feed_paths_time(&f.plan, i) == f.plan.start_ns + (int64_t)floorl(exact + 0.5L));
  }
  f.plan.steps = 1000003;
  f.plan.end_ns = f.plan.start_ns + 100 * KEEL_NS_PER_YEAR; /* no overflow on the way */
  assert_true(keel_feed_paths_time(&f.plan, f.plan.steps) == f.plan.end_ns);
  assert_true(keel_feed_paths_time(&f.plan, 500001) < f.plan.start_ns + 50 * KEEL_NS_PER_YEAR);
  bench_end(&f.bench);
}

static void spots_are_those_of_the_kernel(void **state) {
  (void)state;
  struct feeding f;
  start(&f);
  struct keel_market *market = wire(&f);
  struct keel_arena arena;
  keel_arena_init(&arena);
  double years[STEPS];
  for (size_t i = 0; i < STEPS; i++)
    years[i] = (double)(keel_feed_paths_time(&f.plan, i + 1) - keel_feed_paths_time(&f.plan, i)) / KEEL_NS_PER_YEAR;
  struct keel_paths_plan plan = {1, &f.model.world, NULL, {.seed = 3, .steps = STEPS, .years = years}};
  const struct keel_paths_wiring *wiring;
  assert_int_equal(keel_paths_wire(&arena, &plan, &wiring, NULL), KEEL_STATUS_OK);
  struct keel_paths *paths = keel_paths_new(&arena, wiring);
  keel_paths_begin(paths, 128, PATHS);
  for (size_t i = 0; i <= STEPS; i++) {
    if (i) keel_paths_step(paths);
    assert_true(keel_feed_paths_next(f.feed, market));
    assert_true(market->time_ns == keel_feed_paths_time(&f.plan, i) && market->is_last == (i == STEPS));
    assert_true(market->changed_count == 1 && market->changed[0] == 0);
    assert_true(market->quote_ns[0] == market->time_ns);
    assert_memory_equal(market->bid, keel_paths_spot(paths, 0), PATHS * sizeof(double));
    assert_memory_equal(market->ask, market->bid, PATHS * sizeof(double));
  }
  assert_false(keel_feed_paths_next(f.feed, market));
  keel_arena_fini(&arena);
  bench_end(&f.bench);
}

/* The vol of a contract's row at each step, beside what it should be. */
static void check_vols(struct feeding *f, struct keel_contract contract,
                       double (*want)(const struct feeding *f, double spot, double before, double *state)) {
  struct keel_market *market = wire(f);
  double state[PATHS], spot[PATHS];
  for (size_t p = 0; p < PATHS; p++) state[p] = f->model.implied.vol * f->model.implied.vol, spot[p] = 100;
  while (keel_feed_paths_next(f->feed, market)) {
    const double *vol = row_of(f, market->vol, contract);
    for (size_t p = 0; p < PATHS && contract.expiry_ns > market->time_ns; p++) {
      double value = want(f, market->bid[p], spot[p], &state[p]);
      assert_close(vol[p], value, 1e-13);
      spot[p] = market->bid[p];
    }
  }
  bench_end(&f->bench);
}

static double skewed(const struct feeding *f, double spot, double before, double *variance) {
  (void)before, (void)variance;
  return f->model.implied.premium * f->model.implied.vol + f->model.implied.skew * log(110 / spot);
}

static double merton(const struct feeding *f, double spot, double before, double *variance) {
  (void)f, (void)spot, (void)before, (void)variance;
  return sqrt(0.04 + 2 * (0.01 + 0.0025));
}

static double realised(const struct feeding *f, double spot, double before, double *variance) {
  double years = 3.0 / 365, keep = pow(2, -years / f->model.implied.half_life_years), move = log(spot / before);
  if (spot != before) *variance = keep * *variance + (1 - keep) * move * move / years;
  return 1.1 * sqrt(*variance);
}

static void vols_follow_their_rule(void **state) {
  (void)state;
  struct feeding f;
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 110, 20);
  start(&f);
  f.model.implied.premium = 1.25;
  check_vols(&f, call, skewed);
  start(&f);
  f.model.implied.skew = -0.3;
  check_vols(&f, call, skewed);
  start(&f);
  f.plan.end_ns = bench_day(30);
  f.model.implied =
      (struct keel_implied_rule){KEEL_IMPLIED_REALISED, .vol = 0.3, .half_life_years = 0.05, .premium = 1.1};
  check_vols(&f, call, realised);
  start(&f);
  f.model.implied.kind = KEEL_IMPLIED_EXPECTED;
  f.model.world = (struct keel_world){.kind = KEEL_WORLD_MERTON, .spot = 100, .merton = {0.2, {2, -0.05, 0.1}}};
  check_vols(&f, call, merton);
}

/* Whether no vol moves is known before the run. */
static void spot_alone_moves_or_not(void **state) {
  (void)state;
  struct keel_model models[2] = {{.world = {.kind = KEEL_WORLD_GBM, .spot = 100, .gbm = {.vol = 0.2}},
                                  .implied = {KEEL_IMPLIED_CONSTANT, .vol = 0.2}}};
  struct keel_simulated_market market = {.models = models};
  models[1] = models[0];
  assert_true(keel_feed_paths_is_steady(&market, 2));
  models[1].implied.skew = -0.1;
  assert_false(keel_feed_paths_is_steady(&market, 2));
  models[1].implied = (struct keel_implied_rule){KEEL_IMPLIED_EXPECTED, .premium = 1};
  assert_true(keel_feed_paths_is_steady(&market, 2));
  models[1].world = (struct keel_world){.kind = KEEL_WORLD_MERTON, .spot = 100, .merton = {0.2, {2, -0.05, 0.1}}};
  assert_true(keel_feed_paths_is_steady(&market, 2));
  models[1].world = (struct keel_world){.kind = KEEL_WORLD_HESTON, .spot = 100, .heston = {0.04, 2, 0.04, 0.5, -0.7}};
  assert_false(keel_feed_paths_is_steady(&market, 2));
  models[1] = models[0];
  models[1].implied.kind = KEEL_IMPLIED_REALISED;
  assert_false(keel_feed_paths_is_steady(&market, 2));
}

/* In Heston the expected average variance depends on where the variance is, and on the time that is left. */
static void expected_variance_of_the_state(void **state) {
  (void)state;
  struct feeding f;
  start(&f);
  f.model.implied.kind = KEEL_IMPLIED_EXPECTED;
  f.model.world = (struct keel_world){.kind = KEEL_WORLD_HESTON, .spot = 100, .heston = {0.09, 2, 0.04, 0.5, -0.7}};
  struct keel_market *market = wire(&f);
  struct keel_contract near = bench_option(KEEL_KIND_CALL, 110, 20), far = bench_option(KEEL_KIND_CALL, 100, 50);
  assert_true(keel_feed_paths_next(f.feed, market));
  for (int i = 0; i < 2; i++) {
    double t = (i ? 50 : 20) / 365.0, want = 0.04 + 0.05 * -expm1(-2 * t) / (2 * t);
    assert_close(row_of(&f, market->vol, i ? far : near)[5], sqrt(want), 1e-13);
  }
  assert_true(keel_feed_paths_next(f.feed, market));
  const double *a = row_of(&f, market->vol, near), *b = row_of(&f, market->vol, far);
  double slope_near = -expm1(-2 * 17 / 365.0) / (2 * 17 / 365.0),
         slope_far = -expm1(-2 * 47 / 365.0) / (2 * 47 / 365.0);
  for (size_t p = 0; p < PATHS; p++) /* both know the same variance */
    assert_close((a[p] * a[p] - 0.04) / slope_near, (b[p] * b[p] - 0.04) / slope_far, 1e-9);
  assert_true(a[0] != a[1]);
  bench_end(&f.bench);
}

static double paying_price(const keel_option *option, double spot, double vol, double ex_years, double cash) {
  double price;
  const keel_options one = {&option->phi, &spot, &option->strike, &option->rate, &option->yield, &option->years, &vol};
  const keel_dividends paid = {1, &ex_years, &cash, KEEL_DIVIDEND_LIQUIDATOR};
  keel_dividends_price(1, &one, &paid, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price}, NULL);
  return price;
}

/* Futures have quotes; options only where an order may wait for one. */
static void quotes_for_late_fills(void **state) {
  (void)state;
  struct keel_dividend dividend = {bench_day(40), bench_day(41), 2};
  for (int late = 0; late < 2; late++) {
    struct feeding f;
    start(&f);
    struct keel_contract future = bench_future(60, 1), option = bench_option(KEEL_KIND_CALL, 100, 50);
    f.bench.underlyings[0].dividends = &dividend;
    f.bench.underlyings[0].dividend_count = 1;
    bench_variant(&f.bench)->execution.fill = late ? KEEL_FILL_NEXT : KEEL_FILL_DECISION;
    f.bench.with[1][0].contract = option;
    struct keel_market *market = wire(&f);
    for (int i = 0; i < 3; i++) keel_feed_paths_next(f.feed, market);
    double now = (double)(market->time_ns - bench_day(0)) / KEEL_NS_PER_DAY;
    double escrow = 2 * exp(-0.05 * (40 - now) / 365), years = (50 - now) / 365;
    const keel_option terms = {1, 100, 0.05, 0.01, years};
    for (size_t p = 0; p < PATHS; p++) {
      double net = market->bid[p] - escrow;
      assert_close(row_of(&f, market->bid, future)[p], net * exp(0.04 * (60 - now) / 365), 1e-11);
      double quote = row_of(&f, market->ask, option)[p];
      if (late)
        assert_close(quote, paying_price(&terms, market->bid[p], 0.2, (40 - now) / 365, 2), 1e-7);
      else
        assert_true(isnan(quote));
    }
    assert_true(market->quote_ns[bench_row(&f.bench, future)] == market->time_ns);
    bench_end(&f.bench);
  }
}

static void what_makes_no_sense_is_refused(void **state) {
  (void)state;
  struct feeding f;
  start(&f);
  keel_error error = {0};
  static const double returns[] = {0.01, -0.01};
  f.model.world = (struct keel_world){
      .kind = KEEL_WORLD_BOOTSTRAP, .spot = 100, .bootstrap = {.returns = returns, .count = 2, .mean_block = 1}};
  f.model.implied.kind = KEEL_IMPLIED_EXPECTED;
  assert_int_equal(bench_wire(&f.bench, PATHS, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_feed_paths_wire(&f.bench.arena, &f.plan, &f.wiring, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "implied_vol");
  assert_non_null(strstr(error.what, "bootstrap has no expected variance"));
  f.plan.steps = 0;
  assert_int_equal(keel_feed_paths_wire(&f.bench.arena, &f.plan, &f.wiring, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "steps");
  bench_end(&f.bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_are_whole_nanoseconds),    cmocka_unit_test(spots_are_those_of_the_kernel),
      cmocka_unit_test(vols_follow_their_rule),         cmocka_unit_test(spot_alone_moves_or_not),
      cmocka_unit_test(expected_variance_of_the_state), cmocka_unit_test(quotes_for_late_fills),
      cmocka_unit_test(what_makes_no_sense_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
