/* Triggers: each kind, by the clock, by path, in each unit; what is due stays due until it was acted on. */
#include "hedge/trigger.h"

#include "hedge/bench_market.h"
#include "hedge/theory.h"

enum { PATHS = 3 };
static const enum keel_exposure delta = KEEL_EXPOSURE_DELTA;

/* Ten short calls and a policy that never trades: nothing but the tests asks its triggers. */
static void start(struct bench *b, struct keel_trigger trigger) {
  bench_start(b);
  b->policies[0].target.kind = KEEL_TARGET_NONE;
  b->policies[0].triggers[delta] = trigger;
  bench_hold(b, bench_option(KEEL_KIND_CALL, 100, 200), -10);
}

/* A step of a model's market, with the spot and vol of each path. */
static void go(struct bench *b, int64_t time_ns, const double spot[PATHS], const double vol[PATHS]) {
  struct keel_market *market = &b->block->market;
  for (size_t r = 0; r < b->wiring.row_count; r++)
    for (size_t i = 0; i < PATHS; i++) {
      market->bid[r * PATHS + i] = market->ask[r * PATHS + i] = spot[i];
      market->vol[r * PATHS + i] = vol[i];
    }
  bench_step(b, time_ns, 1);
}

static int looked(struct bench *b, double *fired) { return keel_trigger_look(b->block, 0, 0, delta, 0, fired); }

/* What fires in path 0, or -1. */
static int what_fires(struct bench *b) {
  double fired[PATHS];
  return looked(b, fired) && fired[0] != 0 ? (int)fired[0] - 1 : -1;
}

static void act(struct bench *b) {
  static const double all[PATHS] = {1, 1, 1};
  keel_trigger_acted(b->block, 0, 0, delta, all);
}

/* ---- the clock ---- */

static void at_first_all_fire(void **state) {
  (void)state;
  struct bench b;
  double fired[PATHS];
  start(&b, (struct keel_trigger){.every = KEEL_EVERY_NONE});
  bench_build(&b, PATHS, 1);
  go(&b, bench_day(0), (double[]){90, 100, 110}, (double[]){0.2, 0.2, 0.2});
  assert_int_equal(keel_trigger_look(b.block, 0, 0, delta, 1, fired), 1);
  for (size_t i = 0; i < PATHS; i++) assert_true(fired[i] == 1 + KEEL_REASON_ENTER);
  assert_int_equal(looked(&b, fired), 0);
  bench_end(&b);
}

static void look_at(struct bench *b, int64_t time_ns) {
  static const double spot[PATHS] = {100, 100, 100}, vol[PATHS] = {0.2, 0.2, 0.2};
  go(b, time_ns, spot, vol);
}

static void timers_go_on_only_when_acted_on(void **state) {
  (void)state;
  struct bench b;
  const int64_t hour = 3600 * KEEL_NS_PER_SECOND;
  start(&b, (struct keel_trigger){.every = KEEL_EVERY_DURATION, .every_ns = 3 * hour, .band = KEEL_BAND_SHARES});
  bench_build(&b, PATHS, 1);
  look_at(&b, bench_day(0));
  act(&b);
  look_at(&b, bench_day(0) + 3 * hour - 1);
  assert_int_equal(what_fires(&b), -1);
  act(&b); /* a band that acts in between leaves the timer as it is */
  for (int again = 0; again < 3; again++) {
    look_at(&b, bench_day(0) + (3 + again) * hour);
    assert_int_equal(what_fires(&b), KEEL_REASON_EVERY);
  }
  act(&b);
  look_at(&b, bench_day(0) + 7 * hour);
  assert_int_equal(what_fires(&b), -1);
  look_at(&b, bench_day(0) + 8 * hour);
  assert_int_equal(what_fires(&b), KEEL_REASON_EVERY);
  bench_end(&b);
}

static void days_are_local_dates(void **state) {
  (void)state;
  struct bench b;
  start(&b, (struct keel_trigger){.every = KEEL_EVERY_DAYS, .every_days = 2});
  assert_int_equal(keel_calendar_find("nyse", &b.terms.calendar, NULL), KEEL_STATUS_OK);
  bench_build(&b, PATHS, 1);
  const double hours[] = {15, 23, 4 + 24, 4 + 48, 5.1 + 48, 30 + 48}; /* UTC of day 0; 05:00 is midnight in New York */
  const int fires[] = {1, 0, 0, 0, 1, 0};
  for (size_t i = 0; i < 6; i++) {
    look_at(&b, bench_day(hours[i] / 24));
    assert_int_equal(what_fires(&b), fires[i] ? KEEL_REASON_EVERY : -1);
    if (fires[i]) act(&b);
  }
  bench_end(&b);
}

/* ---- sessions ---- */

static int64_t utc(int month, int day, double hours) {
  return keel_days_from_civil(2024, month, day) * KEEL_NS_PER_DAY + (int64_t)(hours * 3600e9);
}

/* 10:00 and 15:30 in New York; the clocks change between Friday 8 and Monday 11 March. */
static void sessions_follow_the_clock_of_the_market(void **state) {
  (void)state;
  static const int32_t times[] = {36000, 55800};
  static const struct {
    int month, day;
    double hour;
    int fires;
  } looks[] = {
      {3, 7, 21, 1},    /* the first */
      {3, 8, 14.99, 0}, /* 09:59 EST */
      {3, 8, 15, 1},    /* 10:00 EST, on the second */
      {3, 8, 15.1, 0},  /* once a date */
      {3, 8, 20.75, 1}, /* the first instant after 15:30 EST */
      {3, 9, 16, 0},    /* a Saturday has no session */
      {3, 11, 13.5, 0}, /* nor did the Sunday before: 09:30 EDT */
      {3, 11, 14, 1},   /* 10:00 EDT */
      {3, 12, 13.5, 1}, /* Monday's 15:30, at the first instant after it */
      {3, 12, 13.6, 0}, /* fired */
      {3, 15, 20, 1},   /* several passed: once */
      {3, 15, 20.1, 0}, /* Friday 15:30 passed with them: 19:30 UTC */
      {3, 31, 12, 0},   /* Easter Sunday, after Good Friday */
      {4, 1, 15, 1},    /* 10:00 passed */
  };
  struct bench b;
  start(&b, (struct keel_trigger){.sessions_s = times, .session_count = 2});
  b.positions[0].contract.expiry_ns = utc(12, 20, 21);
  assert_int_equal(keel_calendar_find("nyse", &b.terms.calendar, NULL), KEEL_STATUS_OK);
  bench_build(&b, PATHS, 1);
  for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
    if (looks[i].day == 31) { /* what was due until Thursday is done */
      look_at(&b, utc(3, 28, 20));
      act(&b);
    }
    look_at(&b, utc(looks[i].month, looks[i].day, looks[i].hour));
    assert_int_equal(what_fires(&b), looks[i].fires ? KEEL_REASON_SESSION : -1);
    assert_int_equal(what_fires(&b), looks[i].fires ? KEEL_REASON_SESSION : -1); /* looking changes nothing */
    if (looks[i].fires) act(&b);
  }
  bench_end(&b);
}

static void the_clock_goes_before_moves(void **state) {
  (void)state;
  static const int32_t noon = 43200;
  struct bench b;
  start(&b, (struct keel_trigger){.every = KEEL_EVERY_DAYS,
                                  .every_days = 1,
                                  .sessions_s = &noon,
                                  .session_count = 1,
                                  .price_move = 0.01,
                                  .vol_move = 0.01});
  bench_build(&b, PATHS, 1);
  look_at(&b, bench_day(0));
  act(&b);
  const double spots[] = {100, 110, 110, 110}, vols[] = {0.25, 0.25, 0.25, 0.25}, at[] = {0.1, 0.2, 0.6, 1.2};
  const int want[] = {KEEL_REASON_VOL_MOVE, KEEL_REASON_PRICE_MOVE, KEEL_REASON_SESSION, KEEL_REASON_EVERY};
  for (size_t i = 0; i < 4; i++) {
    go(&b, bench_day(at[i]), (double[]){spots[i], 100, 100}, (double[]){vols[i], 0.2, 0.2});
    assert_int_equal(what_fires(&b), want[i]);
  }
  bench_end(&b);
}

/* ---- moves ---- */

static void moves_count_from_where_a_path_was_acted_on(void **state) {
  (void)state;
  static const double vol[PATHS] = {0.2, 0.2, 0.2};
  struct bench b;
  double fired[PATHS];
  start(&b, (struct keel_trigger){.price_move = 0.02});
  bench_build(&b, PATHS, 1);
  go(&b, bench_day(0), (double[]){100, 100, 50}, vol);
  act(&b);
  go(&b, bench_day(1), (double[]){101.9, 98, 51}, vol);
  assert_int_equal(looked(&b, fired), 1);
  assert_true(fired[0] == 0 && fired[1] == 1 + KEEL_REASON_PRICE_MOVE && fired[2] == 1 + KEEL_REASON_PRICE_MOVE);
  keel_trigger_acted(b.block, 0, 0, delta, (double[]){0, 1, 0});
  go(&b, bench_day(2), (double[]){102, 99.9, 50.9}, vol);
  assert_int_equal(looked(&b, fired), 1);
  assert_true(fired[0] == 1 + KEEL_REASON_PRICE_MOVE && fired[1] == 0 && fired[2] == 0);
  go(&b, bench_day(3), (double[]){100, 100, 50}, vol);
  assert_int_equal(looked(&b, fired), 1); /* it looked, and nothing had moved enough */
  assert_true(fired[0] == 0 && fired[1] == 1 + KEEL_REASON_PRICE_MOVE && fired[2] == 0);
  bench_end(&b);
}

static void vol_moves_are_of_the_books_mean(void **state) {
  (void)state;
  static const double spot[PATHS] = {100, 100, 100};
  struct bench b;
  double fired[PATHS];
  start(&b, (struct keel_trigger){.vol_move = 0.015});
  bench_build(&b, PATHS, 1);
  go(&b, bench_day(0), spot, (double[]){0.2, 0.2, 0.3});
  act(&b);
  go(&b, bench_day(1), spot, (double[]){0.214, 0.184, 0.32});
  assert_int_equal(looked(&b, fired), 1);
  assert_true(fired[0] == 0 && fired[1] == 1 + KEEL_REASON_VOL_MOVE && fired[2] == 1 + KEEL_REASON_VOL_MOVE);
  bench_end(&b);
}

/* ---- bands ---- */

static void width(struct bench *b, enum keel_exposure e, struct keel_trigger trigger, double *band) {
  b->policies[0].triggers[e] = trigger;
  keel_trigger_band(b->block, 0, 0, e, band);
}

static void bands_are_in_the_exposures_unit(void **state) {
  (void)state;
  static const double spot[PATHS] = {90, 100, 110}, vol[PATHS] = {0.2, 0.25, 0.3};
  struct bench b;
  const struct keel_trigger fraction = {.band = KEEL_BAND_FRACTION, .band_size = 0.1};
  start(&b, fraction);
  b.policies[0].triggers[KEEL_EXPOSURE_GAMMA] = b.policies[0].triggers[KEEL_EXPOSURE_VEGA] = fraction;
  bench_hold(&b, bench_option(KEEL_KIND_PUT, 95, 100), 4);
  bench_build(&b, PATHS, 1);
  go(&b, bench_day(0), spot, vol);
  const struct keel_marks *marks = keel_marks_after(b.block, 0);
  const double *greeks[] = {marks->greeks.delta, marks->greeks.gamma, marks->greeks.vega};
  size_t call = bench_row(&b, bench_option(KEEL_KIND_CALL, 100, 200)) * PATHS;
  size_t put = bench_row(&b, bench_option(KEEL_KIND_PUT, 95, 100)) * PATHS;
  double band[PATHS];
  for (int e = 0; e < KEEL_EXPOSURE_COUNT; e++) {
    for (size_t i = 0; i < PATHS; i++) {
      const double money[] = {1 / spot[i], 100 / (spot[i] * spot[i]), 100};
      width(&b, e, fraction, band);
      assert_close(band[i], 0.1 * (1000 * fabs(greeks[e][call + i]) + 400 * fabs(greeks[e][put + i])), 1e-9);
      width(&b, e, (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 7}, band);
      assert_true(band[i] == 7);
      width(&b, e, (struct keel_trigger){.band = KEEL_BAND_CURRENCY, .band_size = 5000}, band);
      assert_close(band[i], 5000 * money[e], 1e-9);
      width(&b, e, (struct keel_trigger){.band = KEEL_BAND_NONE}, band);
      assert_true(band[i] == INFINITY);
    }
  }
  bench_end(&b);
}

/* By the book's net gamma, its last expiry and the mean of its vols, each weighed by vega. */
static void optimal_bands_are_those_of_theory(void **state) {
  (void)state;
  static const double spot[PATHS] = {90, 100, 110}, vol[PATHS] = {0.2, 0.25, 0.3};
  struct bench b;
  const struct keel_trigger zakamouline = {.band = KEEL_BAND_ZAKAMOULINE, .cost = 0.001, .risk_aversion = 0.02};
  struct keel_trigger whalley_wilmott = zakamouline;
  whalley_wilmott.band = KEEL_BAND_WHALLEY_WILMOTT;
  start(&b, zakamouline);
  bench_hold(&b, bench_option(KEEL_KIND_PUT, 95, 100), 4);
  bench_build(&b, PATHS, 1);
  go(&b, bench_day(0), spot, vol);
  const struct keel_greeks *greeks = &keel_marks_after(b.block, 0)->greeks;
  size_t call = bench_row(&b, bench_option(KEEL_KIND_CALL, 100, 200)) * PATHS;
  size_t put = bench_row(&b, bench_option(KEEL_KIND_PUT, 95, 100)) * PATHS;
  const struct keel_band_terms terms = {.cost = 0.001, .risk_aversion = 0.02, .rate = 0.05, .years = 200 / 365.0};
  double ww[PATHS], zak[PATHS];
  width(&b, delta, whalley_wilmott, ww);
  width(&b, delta, zakamouline, zak);
  for (size_t i = 0; i < PATHS; i++) {
    double gamma = 400 * greeks->gamma[put + i] - 1000 * greeks->gamma[call + i];
    struct keel_zakamouline_band want = keel_zakamouline_band(&terms, spot[i], gamma, vol[i]);
    assert_close(ww[i] / keel_whalley_wilmott_band(&terms, spot[i], gamma), 1, 1e-12);
    assert_close(zak[i] / (want.h0 + want.h1), 1, 1e-12);
  }
  look_at(&b, bench_day(100));
  look_at(&b, bench_day(200)); /* all settled: no gamma, no time */
  width(&b, delta, zakamouline, zak);
  assert_true(zak[0] == 0);
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(at_first_all_fire),
      cmocka_unit_test(timers_go_on_only_when_acted_on),
      cmocka_unit_test(days_are_local_dates),
      cmocka_unit_test(sessions_follow_the_clock_of_the_market),
      cmocka_unit_test(the_clock_goes_before_moves),
      cmocka_unit_test(moves_count_from_where_a_path_was_acted_on),
      cmocka_unit_test(vol_moves_are_of_the_books_mean),
      cmocka_unit_test(bands_are_in_the_exposures_unit),
      cmocka_unit_test(optimal_bands_are_those_of_theory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
