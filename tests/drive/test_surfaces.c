/* Surfaces of markets: a small one whose vols are known, and recorded ones: SPXW of January 2018, chains of April 2026.
 */
#include <stdlib.h>

#include "drive/surfaces_support.h"

static void known_vols_and_forwards_come_back(void **state) {
  (void)state;
  struct keel_strategy *strategy = small_strategy(small_tape("one.tape", 1));
  keel_surfaces *surfaces = surfaces_of(strategy, NULL, 1);
  assert_int_equal(keel_surfaces_underlyings(surfaces), 1);
  assert_int_equal(keel_surfaces_expiries(surfaces, 0), 2);
  for (size_t e = 0; e < 2; e++) {
    keel_surfaces_expiry expiry;
    keel_surfaces_expiry_at(surfaces, 0, e, &expiry);
    assert_null(expiry.parity.problem);
    assert_close(expiry.slice.forward, 100 * exp((SMALL_RATE - SMALL_YIELD) * expiry.slice.years), 1e-3);
    assert_true(expiry.slice.butterfly_free && expiry.slice.calendar_free);
    assert_true(expiry.slice.inside == expiry.slice.two_sided);
    assert_false(expiry.american);
  }
  for (size_t q = 0; q < keel_surfaces_quotes(surfaces, 0); q++) {
    keel_surfaces_quote quote;
    keel_surfaces_expiry expiry;
    keel_surfaces_quote_at(surfaces, 0, q, &quote);
    keel_surfaces_expiry_at(surfaces, 0, quote.expiry, &expiry);
    if (fabs(quote.log_moneyness) < 0.1) assert_close(quote.vol, small_vol(quote.strike, expiry.slice.years), 4e-3);
    assert_string_equal(quote.kind, quote.strike < expiry.slice.forward ? "put" : "call");
  }
  keel_surfaces_free(surfaces);
  keel_strategy_free(strategy);
}

/* The first day alone, and with another day behind it, quote by quote. */
static void nothing_is_from_the_future(void **state) {
  (void)state;
  struct keel_strategy *one = small_strategy(small_tape("one.tape", 1)),
                       *two = small_strategy(small_tape("two.tape", 2));
  keel_surfaces *alone = surfaces_of(one, NULL, 1), *then = surfaces_of(two, "2025-01-02", 2);
  keel_surfaces *later = surfaces_of(two, NULL, 1);
  assert_true(keel_surfaces_time(alone) == keel_surfaces_time(then));
  assert_true(keel_surfaces_time(later) > keel_surfaces_time(then));
  size_t length[2];
  char *first = keel_surfaces_csv(alone, KEEL_SURFACES_TABLE_QUOTES, &length[0]);
  char *second = keel_surfaces_csv(then, KEEL_SURFACES_TABLE_QUOTES, &length[1]);
  assert_int_equal(length[0], length[1]);
  assert_memory_equal(first, second, length[0]);
  free(first);
  free(second);
  keel_surfaces_free(alone);
  keel_surfaces_free(then);
  keel_surfaces_free(later);
  keel_strategy_free(one);
  keel_strategy_free(two);
}

static void refuses(const struct keel_strategy *strategy, const char *at, const char *what) {
  keel_surfaces *surfaces = (keel_surfaces *)&surfaces;
  keel_error error;
  const keel_surfaces_options options = {.at = at};
  assert_int_equal(keel_surfaces_run(strategy, &options, &surfaces, &error), KEEL_STATUS_INPUT);
  assert_null(surfaces);
  assert_non_null(strstr(error.what, what));
}

static void what_cannot_be_is_refused(void **state) {
  (void)state;
  struct keel_strategy *strategy = small_strategy(small_tape("one.tape", 1)), *none = small_strategy(NULL);
  refuses(strategy, "yesterday", "`yesterday` is no time");
  refuses(strategy, "2024-12-31", "before the first instant");
  refuses(none, NULL, "is missing: a surface is fitted to the quotes of a tape");
  static const char *const other[] = {"Y"};
  struct keel_strategy *absent = surfaces_strategy(other, 1, keel_scratch("one.tape"), 0);
  refuses(absent, NULL, "has no options on the underlyings of the book");
  keel_strategy_free(absent);
  keel_strategy_free(strategy);
  keel_strategy_free(none);
}

static int stop(void *context, uint64_t done, uint64_t total) {
  (void)context;
  return done <= total;
}

static void it_stops_when_asked(void **state) {
  (void)state;
  struct keel_strategy *strategy = small_strategy(small_tape("one.tape", 1));
  keel_surfaces *surfaces;
  const keel_surfaces_options options = {.tick = stop};
  assert_int_equal(keel_surfaces_run(strategy, &options, &surfaces, NULL), KEEL_STATUS_STOPPED);
  keel_strategy_free(strategy);
}

/* ---- recorded markets ---- */

static const char *import_data(const char *const *names, size_t count, const char *tape) {
  const char *files[4];
  keel_error error = {0};
  keel_import_result result;
  static char paths[4][512];
  for (size_t i = 0; i < count; i++) {
    const char *path = keel_shared_data(names[i]);
    if (!path) {
      print_message("no ../shared/data/%s: skipped\n", names[i]);
      skip();
      return NULL;
    }
    snprintf(paths[i], sizeof paths[i], "%s", path);
    files[i] = paths[i];
  }
  const char *out = keel_scratch(tape);
  if (keel_import(files, count, out, NULL, &result, &error)) fail_msg("%s: %s", error.where, error.what);
  return out;
}

/* The 20 days before expiry: 99 % of the two-sided quotes out of the money are met, all without a butterfly. */
static void spxw_is_followed_within_its_spreads(void **state) {
  (void)state;
  static const char *const files[] = {"spxw-2018-01/SPX_2018-01.csv.gz"}, *const names[] = {"SPXW"};
  struct keel_strategy *strategy = surfaces_strategy(names, 1, import_data(files, 1, "spxw.tape"), 0.0145);
  size_t days = 0, inside = 0, two_sided = 0;
  int64_t last = 0;
  for (int day = 2; day <= 30; day++) {
    char at[24];
    keel_surfaces_expiry expiry;
    snprintf(at, sizeof at, "2018-01-%02d", day);
    keel_surfaces *surfaces = surfaces_of(strategy, at, 1);
    if (keel_surfaces_time(surfaces) != last) {
      last = keel_surfaces_time(surfaces);
      days++;
      keel_surfaces_expiry_at(surfaces, 0, 0, &expiry);
      assert_null(expiry.parity.problem);
      assert_true(expiry.slice.butterfly_free);
      assert_true(expiry.slice.least_g >= 0);
      inside += expiry.slice.inside;
      two_sided += expiry.slice.two_sided;
    }
    keel_surfaces_free(surfaces);
  }
  assert_int_equal(days, 20);
  assert_true(two_sided > 2500);
  assert_true((double)inside >= 0.985 * (double)two_sided);
  keel_strategy_free(strategy);
}

static void chains_of_a_session_have_no_calendar_arbitrage(void **state) {
  (void)state;
  static const char *const files[] = {"alpaca-2026-04/AAPL_dte_ladder_20260415_203716.csv.gz",
                                      "alpaca-2026-04/NVDA_dte_ladder_20260415_203711.csv.gz",
                                      "alpaca-2026-04/QQQ_dte_ladder_20260415_203745.csv.gz",
                                      "alpaca-2026-04/SPY_dte_ladder_20260415_203756.csv.gz"},
                           *const names[] = {"AAPL", "NVDA", "QQQ", "SPY"};
  struct keel_strategy *strategy = surfaces_strategy(names, 4, import_data(files, 4, "alpaca.tape"), 0.0365);
  keel_surfaces *surfaces = surfaces_of(strategy, NULL, 2);
  size_t expiries = 0, inside = 0, two_sided = 0;
  for (size_t u = 0; u < 4; u++) {
    assert_null(keel_surfaces_problem(surfaces, u));
    for (size_t e = 0; e < keel_surfaces_expiries(surfaces, u); e++, expiries++) {
      keel_surfaces_expiry expiry;
      keel_surfaces_expiry_at(surfaces, u, e, &expiry);
      assert_true(expiry.american);
      assert_true(expiry.slice.butterfly_free && expiry.slice.calendar_free);
      if (e) assert_true(expiry.slice.least_calendar >= 0);
      assert_true(expiry.slice.rms_vol > 0 && expiry.slice.rms_vol < 0.05);
      inside += expiry.slice.inside;
      two_sided += expiry.slice.two_sided;
    }
  }
  assert_int_equal(expiries, 50);
  assert_true((double)inside > 0.6 * (double)two_sided);
  keel_surfaces_free(surfaces);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_vols_and_forwards_come_back),
      cmocka_unit_test(nothing_is_from_the_future),
      cmocka_unit_test(what_cannot_be_is_refused),
      cmocka_unit_test(it_stops_when_asked),
      cmocka_unit_test(spxw_is_followed_within_its_spreads),
      cmocka_unit_test(chains_of_a_session_have_no_calendar_arbitrage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
