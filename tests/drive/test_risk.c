/* Exposures: against sums over positions that are made apart, and what adds up to what. */
#include "keel/risk.h"

#include <stdlib.h>

#include "drive/generated_market.h"
#include "drive/risk_support.h"

/* One measure of one position, by the words of docs/numerics.md. */
static double by_hand(const keel_risk *risk, const keel_risk_position *p, const char *measure) {
  const double units = p->qty * p->multiplier, spot = keel_risk_spot(risk, p->underlying);
  const int is_option = !isnan(p->strike), is_future = !is_option && !isnan(p->years);
  static const double betas[] = {1.2, 0.5};
  if (!strcmp(measure, "value")) return is_future ? 0 : units * p->mark;
  if (!strcmp(measure, "delta_shares")) return units * p->delta;
  if (!strcmp(measure, "delta_cash")) return units * p->delta * spot;
  if (!strcmp(measure, "delta_cash_beta")) return units * p->delta * spot * betas[p->underlying];
  if (!strcmp(measure, "gamma_shares")) return units * p->gamma;
  if (!strcmp(measure, "gamma_cash_1pct")) return units * p->gamma * spot * spot / 100;
  if (!strcmp(measure, "vega_cash")) return units * p->vega;
  if (!strcmp(measure, "vega_cash_point")) return units * p->vega / 100;
  if (!strcmp(measure, "vega_cash_weighted")) return is_option ? units * p->vega / 100 * sqrt(0.5 / p->years) : 0;
  if (!strcmp(measure, "theta_cash")) return units * p->theta;
  if (!strcmp(measure, "theta_cash_day")) return units * p->theta / 365;
  if (!strcmp(measure, "rho_cash")) return units * p->rho;
  if (!strcmp(measure, "psi_cash")) return units * p->psi;
  if (!strcmp(measure, "vanna_shares")) return units * p->vanna;
  if (!strcmp(measure, "vanna_cash_point")) return units * p->vanna * spot / 100;
  if (!strcmp(measure, "volga_cash")) return units * p->volga;
  if (!strcmp(measure, "charm_shares")) return units * p->charm;
  if (!strcmp(measure, "charm_cash_day")) return units * p->charm * spot / 365;
  fail_msg("no words for %s", measure);
  return NAN;
}

static double sum_by_hand(const keel_risk *risk, size_t underlying, size_t bucket, const char *measure, double *gross) {
  double sum = 0;
  *gross = 1;
  for (size_t i = 0; i < keel_risk_positions(risk); i++) {
    keel_risk_position position;
    keel_risk_position_at(risk, i, &position);
    if (underlying != KEEL_RISK_TOTAL && position.underlying != underlying) continue;
    if (bucket != KEEL_RISK_TOTAL && position.bucket != bucket) continue;
    double one = by_hand(risk, &position, measure);
    sum += one;
    *gross += fabs(one);
  }
  return sum;
}

static int is_in_shares(const char *name) { return strstr(name, "_shares") != NULL; }

/* Every cell; of two underlyings shares have no sum, and all else adds up to the total exactly. */
static void all_cells_are_sums_over_positions(void **state) {
  (void)state;
  struct keel_strategy *strategy = risk_strategy("{betas: {X: 1.2, Y: 0.5}, vega_tenor: 0.5}");
  keel_risk *risk = risk_of(strategy, NULL);
  size_t buckets = keel_risk_buckets(risk);
  for (size_t m = 0; m < keel_risk_measures(); m++) {
    const char *name = keel_risk_measure(m);
    for (size_t k = 0; k < 3; k++)
      for (size_t b = 0; b <= buckets; b++) {
        size_t u = k < 2 ? k : KEEL_RISK_TOTAL, bucket = b < buckets ? b : KEEL_RISK_TOTAL;
        double gross, want = sum_by_hand(risk, u, bucket, name, &gross), got = keel_risk_exposure(risk, u, bucket, m);
        if (k == 2 && is_in_shares(name))
          assert_true(isnan(got));
        else
          assert_close(got, want, 1e-13 * gross);
      }
    if (is_in_shares(name)) continue;
    double sum = keel_risk_exposure(risk, 0, KEEL_RISK_TOTAL, m) + keel_risk_exposure(risk, 1, KEEL_RISK_TOTAL, m);
    assert_same_bits(keel_risk_exposure(risk, KEEL_RISK_TOTAL, KEEL_RISK_TOTAL, m), sum);
  }
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

/* Greeks are what moves of the book come to, one small step each way. */
static void greeks_are_slopes_of_the_scenarios(void **state) {
  (void)state;
  struct keel_strategy *strategy = risk_strategy("{grid: {spot: [-0.1, 0, 0.1], vol: [-0.1, 0, 0.1]}, stresses: []}");
  keel_risk *risk = risk_of(strategy, NULL);
  for (size_t u = 0; u < 3; u++) {
    size_t of = u < 2 ? u : KEEL_RISK_TOTAL;
    double up = keel_risk_grid(risk, of, 2, 1).pnl, down = keel_risk_grid(risk, of, 0, 1).pnl;
    double more = keel_risk_grid(risk, of, 1, 2).pnl, less = keel_risk_grid(risk, of, 1, 0).pnl;
    double cross = keel_risk_grid(risk, of, 2, 2).pnl - keel_risk_grid(risk, of, 2, 0).pnl -
                   keel_risk_grid(risk, of, 0, 2).pnl + keel_risk_grid(risk, of, 0, 0).pnl;
    assert_close(keel_risk_grid(risk, of, 1, 1).pnl, 0, 0);
    assert_close((up - down) / 0.002 / risk_number(risk, of, "delta_cash"), 1, 1e-4);
    assert_close((up + down) / 1e-4 / risk_number(risk, of, "gamma_cash_1pct"), 1, 2e-3);
    assert_close((more - less) / 0.2 / risk_number(risk, of, "vega_cash_point"), 1, 1e-4);
    assert_close((more + less) / 1e-6 / risk_number(risk, of, "volga_cash"), 1, 1e-2);
    assert_close(cross / 4e-6 / 100 / risk_number(risk, of, "vanna_cash_point"), 1, 1e-2);
  }
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

static void places_of(const keel_risk *risk, const char *const *want) {
  for (size_t i = 0; i < keel_risk_positions(risk); i++) {
    keel_risk_position position;
    keel_risk_position_at(risk, i, &position);
    assert_string_equal(keel_risk_bucket(risk, position.bucket), want[i]);
  }
}

/* Positions are by underlying, spot, expiry: X spot, 36 days, 169 days (future, put), Y 64 days, 897 days. */
static void buckets_are_parted_at_their_times(void **state) {
  (void)state;
  struct keel_strategy *usual = risk_strategy(""), *own = risk_strategy("{buckets: [90m, 36d, 169d]}"),
                       *none = risk_strategy("{buckets: []}");
  keel_risk *risk = risk_of(usual, NULL);
  assert_int_equal(keel_risk_buckets(risk), 8);
  places_of(risk, (const char *[]){"spot", "90d", "180d", "180d", "90d", ">730d"});
  keel_risk_free(risk);
  risk = risk_of(own, NULL);
  assert_string_equal(keel_risk_bucket(risk, 1), "90m");
  places_of(risk, (const char *[]){"spot", "36d", "169d", "169d", "169d", ">169d"});
  keel_risk_free(risk);
  risk = risk_of(none, NULL);
  assert_int_equal(keel_risk_buckets(risk), 2);
  places_of(risk, (const char *[]){"spot", "dated", "dated", "dated", "dated", "dated"});
  keel_risk_free(risk);
  keel_strategy_free(usual);
  keel_strategy_free(own);
  keel_strategy_free(none);
}

/* Components and the rest are the P&L of the marks; problems are those of the last instant's marks. */
static void what_carried_the_book(void **state) {
  (void)state;
  struct keel_strategy *strategy;
  keel_error error;
  assert_int_equal(keel_strategy_load(generated_market(), NULL, 0, &strategy, &error), KEEL_STATUS_OK);
  keel_risk *then = risk_of(strategy, &(keel_risk_options){.at = "2024-01-16"});
  keel_risk *now = risk_of(strategy, &(keel_risk_options){.at = "2024-01-26T16:00", .since = "2024-01-16"});
  assert_true(keel_risk_since(now, KEEL_RISK_TOTAL) == keel_risk_time(then));
  double pnl = keel_risk_carried(now, KEEL_RISK_TOTAL), sum = 0;
  assert_close(pnl, risk_number(now, 0, "value") - risk_number(then, 0, "value"), 1e-9);
  for (size_t c = 0; c < keel_explain_components(); c++) sum += keel_risk_carried_by(now, 0, c);
  assert_close(sum, pnl, 1e-9);
  assert_true(fabs(keel_risk_carried_by(now, 0, KEEL_COMPONENT_UNEXPLAINED)) < 0.2 * fabs(pnl) + 50);
  assert_true(isnan(keel_risk_carried(then, 0)));
  keel_risk_free(then);
  keel_risk_free(now);
  keel_strategy_free(strategy);
}

static int has_note(const keel_risk *risk, const char *text) {
  for (size_t i = 0; i < keel_risk_notes(risk); i++)
    if (strstr(keel_risk_note(risk, i), text)) return 1;
  return 0;
}

static struct keel_strategy *load(const char *name, const char *rest, const char *const *sets, size_t count) {
  char text[2048];
  struct keel_strategy *strategy;
  keel_error error = {0};
  generated_market();
  snprintf(text, sizeof text,
           "market: {tape: generated.tape, rate: 0.03}\n"
           "hedge: {target: {none: true}}\n"
           "limits: {order_qty_max: 5000, position_qty_max: 20000}\n"
           "%s\n",
           rest);
  if (keel_strategy_load(keel_scratch_write(name, text, strlen(text)), sets, count, &strategy, &error))
    fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

/* P&L and components are those of a replay without hedge of the book as it was then, but for interest on its value. */
static void assert_carried(const keel_risk *risk, const char *book, const char *start) {
  char set[80], end[40];
  snprintf(set, sizeof set, "run.start=%s", start);
  snprintf(end, sizeof end, "run.end=2024-01-26T16:00");
  struct keel_strategy *strategy = load("alone.yaml", book, (const char *[]){set, end}, 2);
  keel_replay *replay;
  keel_replay_totals totals;
  keel_error error = {0};
  if (keel_replay_run(strategy, NULL, &replay, &error)) fail_msg("%s: %s", error.where, error.what);
  keel_replay_total(replay, 0, &totals);
  double interest = keel_replay_explained(replay, 0, KEEL_COMPONENT_INTEREST), sum = 0;
  for (size_t c = 0; c < keel_explain_components(); c++) {
    double want = c == KEEL_COMPONENT_INTEREST ? 0 : keel_replay_explained(replay, 0, c);
    assert_close(keel_risk_carried_by(risk, 0, c), want, 1e-9 * totals.gross);
    sum += keel_risk_carried_by(risk, 0, c);
  }
  assert_close(keel_risk_carried(risk, 0), totals.pnl - interest, 1e-9 * totals.gross);
  assert_close(sum, keel_risk_carried(risk, 0), 1e-9 * totals.gross);
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

#define CALL(qty) "{underlying: GEN, kind: call, strike: 105, expiry: 2024-03-01T21:00:00Z, qty: " qty "}"
#define FILL(id, time, qty)                                                                                        \
  "{id: " id ", time: " time ", underlying: GEN, kind: call, strike: 105, expiry: 2024-03-01T21:00:00Z, qty: " qty \
  ", price: 2.5, fees: 3}"

/* A book that is empty at the start, of which fills make a call three times long, then twice, then after the end. */
static void since_the_day_and_the_last_trade(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      load("fills.yaml",
           "book: []\nfills: [" FILL("1", "2024-01-09T18:00:00Z", "3") ", " FILL(
               "2", "2024-01-11T21:00:00Z", "-1") ", " FILL("3", "2024-01-27T18:00:00Z", "50") "]",
           NULL, 0);
  const char *at = "2024-01-26T16:00";
  keel_risk *risk = risk_of(strategy, &(keel_risk_options){.at = at, .since = "trade"});
  assert_close(keel_risk_carried_by(risk, 0, KEEL_COMPONENT_TRADES), 0, 0);
  assert_true(keel_risk_since(risk, 0) == (keel_days_from_civil(2024, 1, 11) * 24 + 21) * 3600 * KEEL_NS_PER_SECOND);
  assert_true(keel_risk_since(risk, KEEL_RISK_TOTAL) == keel_risk_since(risk, 0));
  assert_true(has_note(risk, "GEN is explained since its last fill, 2024-01-11T21:00:00Z."));
  assert_carried(risk, "book: [" CALL("2") "]", "2024-01-11T21:00:00Z");
  keel_risk_free(risk);
  /* 2024-01-26 is a Friday, the 28th a Sunday whose last session was that Friday. */
  risk = risk_of(strategy, &(keel_risk_options){.at = at, .since = "day"});
  assert_carried(risk, "book: [" CALL("2") "]", "2024-01-25T16:00");
  keel_risk_free(risk);
  risk = risk_of(strategy, &(keel_risk_options){.at = "2024-01-28T16:00", .since = "day"});
  assert_true(keel_risk_since(risk, 0) == (keel_days_from_civil(2024, 1, 26) * 24 + 21) * 3600 * KEEL_NS_PER_SECOND);
  assert_true(keel_risk_carried_by(risk, 0, KEEL_COMPONENT_TRADES) != 0);
  keel_risk_free(risk);
  /* Between the first fill, which is the last thing known, and the tape's next instant. */
  risk = risk_of(strategy, &(keel_risk_options){.at = "2024-01-09T19:00:00Z", .since = "trade"});
  assert_true(keel_risk_time(risk) == (keel_days_from_civil(2024, 1, 9) * 24 + 18) * 3600 * KEEL_NS_PER_SECOND);
  assert_int_equal(keel_risk_positions(risk), 1);
  assert_close(keel_risk_carried(risk, 0), 0, 0);
  keel_risk_free(risk);
  risk = risk_of(strategy, &(keel_risk_options){.at = "2024-01-09T17:00:00Z", .since = "trade"});
  assert_int_equal(keel_risk_positions(risk), 0);
  assert_true(has_note(risk, "GEN has no fill until then: it is explained since its first marks, 2024-01-01"));
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

static void problems_are_of_the_marks_shown(void **state) {
  (void)state;
  struct keel_strategy *strategy;
  keel_error error;
  uint64_t seen = 0, count;
  assert_int_equal(keel_strategy_load(generated_market(), NULL, 0, &strategy, &error), KEEL_STATUS_OK);
  for (int day = 1; day < 29; day++) {
    char at[32];
    snprintf(at, sizeof at, "2024-01-%02d", day);
    keel_risk *risk = risk_of(strategy, &(keel_risk_options){.at = at});
    uint64_t odd = 0, counted = 0;
    for (size_t i = 0; i < keel_risk_positions(risk); i++) {
      keel_risk_position position;
      keel_risk_position_at(risk, i, &position);
      odd += strcmp(position.marked, "marked_at_quote") != 0;
    }
    for (size_t i = 0; i < keel_risk_problems(risk); i++) {
      if (strncmp(keel_risk_problem(risk, i, &count), "marked_", 7) == 0) counted += count;
    }
    assert_int_equal(counted, odd);
    seen += odd;
    keel_risk_free(risk);
  }
  assert_true(seen > 0);
  keel_strategy_free(strategy);
}

static void a_reader_is_told(void **state) {
  (void)state;
  struct keel_strategy *strategy = risk_strategy("{grid: {vol: [-90]}}");
  keel_risk *risk = risk_of(strategy, NULL);
  assert_true(has_note(risk, "Marks are those of the model at its start"));
  assert_true(has_note(risk, "vols would fall below 0"));
  keel_risk_free(risk);
  keel_strategy_free(strategy);
  keel_error error;
  assert_int_equal(keel_strategy_load(generated_market(), NULL, 0, &strategy, &error), KEEL_STATUS_OK);
  risk = risk_of(strategy, &(keel_risk_options){.at = "2024-02-20"});
  assert_true(has_note(risk, "The tape has nothing later than 2024-02-09T21:00:00Z"));
  keel_risk_free(risk);
  risk = risk_of(strategy, &(keel_risk_options){.at = "2024-01-20"});
  assert_false(has_note(risk, "nothing later"));
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

static void times_that_are_none_are_refused(void **state) {
  (void)state;
  static const struct {
    keel_risk_options options;
    const char *where, *what;
  } cases[] = {
      {{.at = "noon"}, "at", "`noon` is no time; allowed: 2023-08-18 (its close)"},
      {{.since = "2024-02-31"}, "since", "`2024-02-31` is no time"},
      {{.at = "2024-01-10", .since = "2024-01-11"}, "since", "is after `at`"},
      {{.at = "2023-01-10"}, "tape", "`at` is 2023-01-10T21:00:00Z"},
  };
  struct keel_strategy *strategy;
  keel_error error;
  assert_int_equal(keel_strategy_load(generated_market(), NULL, 0, &strategy, &error), KEEL_STATUS_OK);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    keel_risk *risk;
    assert_int_equal(keel_risk_run(strategy, &cases[i].options, &risk, &error), KEEL_STATUS_INPUT);
    assert_null(risk);
    if (!strstr(error.where, cases[i].where) || !strstr(error.what, cases[i].what))
      fail_msg("got \"%s: %s\", want \"%s\" and \"%s\"", error.where, error.what, cases[i].where, cases[i].what);
  }
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_cells_are_sums_over_positions),
      cmocka_unit_test(greeks_are_slopes_of_the_scenarios),
      cmocka_unit_test(buckets_are_parted_at_their_times),
      cmocka_unit_test(what_carried_the_book),
      cmocka_unit_test(since_the_day_and_the_last_trade),
      cmocka_unit_test(problems_are_of_the_marks_shown),
      cmocka_unit_test(a_reader_is_told),
      cmocka_unit_test(times_that_are_none_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
