/* A replay under a file of rates, against a second computation: each expiry has its own zero rate of the last curve
 * known, cash earns the overnight point, and rho explains what the curves move. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/generated_market.h"
#include "drive/strategy_support.h"
#include "keel/black_scholes.h"
#include "keel/import.h"
#include "keel/risk.h"

enum { DAYS = 12, FIRST = 8 }; /* quotes are of 24:00 UTC of 2024-01-08 and on */
static const int expiry_day[] = {40, 300};
static const double units[] = {-1000, 700}, VOL = 0.2;

static double spot_at(int day) { return 100 + 2 * sin(day * 1.1) + 0.1 * day; }

/* The rates that the file has of a day, percent. */
static double month_rate(int day) { return 5 + 0.3 * sin(day * 0.8); }
static double year_rate(int day) { return 4 + 0.4 * cos(day * 1.7); }

/* Of January: 31, 182 and 366 days to a month, six and twelve. Log discount is linear from today to a month to a year,
 * at par. */
static double zero_rate(int day, double years) {
  double month = 31 / 365.0, year = 366 / 365.0, half = 0.5 * year_rate(day) / 100;
  double at_month = -log(1 + month_rate(day) / 100 * 31 / 366), at_year = at_month;
  double six = (182 / 365.0 - month) / (year - month);
  for (int i = 0; i < 60; i++) { /* the coupon of six months lies on the line to the year */
    double middle = exp(at_month + six * (at_year - at_month));
    at_year = log((1 - half * middle) / (1 + half));
  }
  if (years <= month) return -at_month / month;
  return -(at_month + (years - month) / (year - month) * (at_year - at_month)) / years;
}

static double years_left(int which, int day) { return (expiry_day[which] - day) / 365.0; }
/* At 24:00 of a day the rates of the day before are known. */
static double rate_of(int which, int day) { return zero_rate(day - 1, years_left(which, day)); }

struct greeks {
  double price, delta, gamma, vega, theta, rho;
};

static struct greeks greeks_at(int which, int day) {
  const keel_option option = {1, 100, rate_of(which, day), 0.01, years_left(which, day)};
  struct greeks g;
  double spot = spot_at(day);
  keel_greeks out = {&g.price, &g.delta, &g.gamma, &g.vega, &g.theta, &g.rho, NULL, NULL, NULL, NULL, NULL};
  keel_black_scholes_price_paths(1, &option, &spot, &VOL, KEEL_GREEK_SET_FIRST, &out);
  return g;
}

static void date_of(int day, char *buffer) { keel_date_format(keel_days_from_civil(2024, 1, 1) + day - 1, buffer); }

static void write_rates(int first, int last) {
  char csv[4096] = "Date,1 Mo,1 Yr\n", date[16];
  for (int day = last; day >= first; day--) { /* newest first, as Treasury has it */
    size_t used = strlen(csv);
    date_of(day, date);
    snprintf(csv + used, sizeof csv - used, "%s,%.17g,%.17g\n", date, month_rate(day), year_rate(day));
  }
  keel_scratch_write("rates.csv", csv, strlen(csv));
}

static void write_tape(void) {
  static const char map[] =
      "columns: {underlying: u, kind: k, time: t, expiry: e, strike: s, bid: b, ask: a}\n"
      "constants: {exercise: european, multiplier: 1}\ncalendar: utc\n";
  char csv[16384] = "u,k,t,e,s,b,a\n", now[16], expiry[16];
  for (int day = FIRST; day < FIRST + DAYS; day++) {
    size_t used = strlen(csv);
    date_of(day, now);
    used +=
        (size_t)snprintf(csv + used, sizeof csv - used, "X,spot,%s,,,%.17g,%.17g\n", now, spot_at(day), spot_at(day));
    for (int which = 0; which < 2; which++) {
      double price = greeks_at(which, day).price;
      date_of(expiry_day[which], expiry);
      used +=
          (size_t)snprintf(csv + used, sizeof csv - used, "X,call,%s,%s,100,%.17g,%.17g\n", now, expiry, price, price);
    }
  }
  const char *file = keel_scratch_write("rates-market.csv", csv, strlen(csv));
  keel_import_options options = {.map_path = keel_scratch_write("rates-map.yaml", map, strlen(map))};
  keel_import_result result;
  keel_error error = {0};
  if (keel_import(&file, 1, keel_scratch("rates.tape"), &options, &result, &error))
    fail_msg("%s: %s", error.where, error.what);
}

static const char text_of[] =
    "book:\n"
    "  - {underlying: X, kind: call, strike: 100, expiry: 2024-02-09, qty: -1000, multiplier: 1}\n"
    "  - {underlying: X, kind: call, strike: 100, expiry: 2024-10-26, qty: 700, multiplier: 1}\n"
    "market: {tape: rates.tape, rate: rates.csv, yield: 0.01, calendar: utc}\n"
    "hedge:\n"
    "  trigger: {every: 1d}\n"
    "  with: [{instrument: spot, lot: 0}]\n"
    "limits: {order_qty_max: 1e6, position_qty_max: 1e6}\n";

static double column(const struct keel_replay *replay, size_t row, const char *name) {
  for (size_t c = 0; c < keel_ledger_columns(replay); c++)
    if (strcmp(keel_ledger_column(c), name) == 0) return keel_ledger_number(replay, row, c);
  fail_msg("no column %s", name);
  return NAN;
}

static void each_expiry_has_its_own_rate(void **state) {
  (void)state;
  write_tape();
  write_rates(FIRST - 1, FIRST + DAYS + 5);
  keel_strategy *strategy;
  struct keel_replay *replay =
      replay_of(keel_scratch_write("rates.yaml", text_of, strlen(text_of)), NULL, 0, 1, &strategy);
  double rho = 0, cash = 0;
  for (int i = 0; i < DAYS; i++) {
    int day = FIRST + i;
    size_t row = (size_t)i;
    double delta = 0, explained = 0, vega = 0;
    for (int which = 0; which < 2; which++) {
      struct greeks now = greeks_at(which, day);
      delta += units[which] * now.delta;
      vega += units[which] * now.vega;
      if (i)
        explained += units[which] * greeks_at(which, day - 1).rho * (rate_of(which, day) - rate_of(which, day - 1));
    }
    assert_close(column(replay, row, "delta"), delta, 1e-7);
    assert_close(column(replay, row, "vega"), vega, 1e-5);
    if (i) {
      assert_close(column(replay, row, "pnl_rho"), explained, 1e-7);
      assert_close(column(replay, row, "pnl_vega"), 0, 1e-6);
      double overnight = zero_rate(day - 2, 0);
      assert_close(column(replay, row, "pnl_interest"), cash * (exp(overnight / 365) - 1), 1e-8);
    }
    rho += fabs(explained);
    cash = column(replay, row, "cash");
  }
  assert_true(rho > 10); /* the curves do move */
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

/* Rates that come later change nothing before. */
static void nothing_is_known_from_the_future(void **state) {
  (void)state;
  double cash[2];
  write_tape();
  for (int round = 0; round < 2; round++) {
    write_rates(FIRST - 1, FIRST + 4 + 20 * round);
    keel_strategy *strategy;
    struct keel_replay *replay =
        replay_of(keel_scratch_write("rates.yaml", text_of, strlen(text_of)), NULL, 0, 1, &strategy);
    cash[round] = column(replay, 5, "cash");
    keel_replay_free(replay);
    keel_strategy_free(strategy);
  }
  assert_same_bits(cash[0], cash[1]);
}

/* keel risk of the last instant: positions by expiry, each at its rate. */
static void a_risk_has_the_rates_of_its_instant(void **state) {
  (void)state;
  keel_strategy *strategy;
  keel_risk *risk;
  keel_error error = {0};
  write_tape();
  write_rates(FIRST - 1, FIRST + DAYS);
  const char *path = keel_scratch_write("rates.yaml", text_of, strlen(text_of));
  assert_int_equal(keel_strategy_load(path, NULL, 0, &strategy, &error), KEEL_STATUS_OK);
  if (keel_risk_run(strategy, NULL, &risk, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_equal(keel_risk_positions(risk), 2);
  for (int which = 0; which < 2; which++) {
    keel_risk_position position;
    keel_risk_position_at(risk, (size_t)which, &position);
    assert_close(position.rate, rate_of(which, FIRST + DAYS - 1), 1e-13);
    assert_close(position.vol, VOL, 1e-10);
  }
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

static void expect_refused(const char *strategy_text, const char *where, const char *what) {
  keel_strategy *strategy = NULL;
  struct keel_replay *replay = NULL;
  keel_error error = {0};
  const char *path = keel_scratch_write("refused.yaml", strategy_text, strlen(strategy_text));
  keel_status status = keel_strategy_load(path, NULL, 0, &strategy, &error);
  if (!status) status = keel_replay_run(strategy, NULL, &replay, &error);
  assert_int_equal(status, KEEL_STATUS_INPUT);
  if (!strstr(error.where, where) || !strstr(error.what, what)) fail_msg("%s: %s", error.where, error.what);
  keel_strategy_free(strategy);
}

static void rates_that_do_not_fit_are_refused(void **state) {
  (void)state;
  write_tape();
  write_rates(FIRST, FIRST + DAYS);
  expect_refused(text_of, "rates.csv", "has no rates that are known at 2024-01-09T00:00:00Z");
  write_rates(FIRST - 15, FIRST - 12);
  expect_refused(text_of, "rates.csv", "the last rates known at 2024-01-09T00:00:00Z are of 2023-12-27");
  write_rates(FIRST - 1, FIRST);
  expect_refused(text_of, "rates.csv", "the last rates known at 2024-01-20T00:00:00Z are of 2024-01-08");
  keel_scratch_write("rates.csv", "Date,LIBOR\n", 11);
  expect_refused(text_of, "rates.csv:1", "column \"LIBOR\" is not known");
  static const char with_model[] =
      "book: [{underlying: X, kind: call, strike: 100, years: 0.1, qty: -1}]\n"
      "market: {rate: rates.csv, model: {kind: gbm, spot: 100, vol: 0.2}}\n"
      "limits: {order_qty_max: 1, position_qty_max: 1}\n";
  write_rates(FIRST - 1, FIRST + DAYS);
  expect_refused(with_model, "market.rate", "is a file of rates, and a simulated market has one rate; give a number");
}

static void dropped_rows_are_counted(void **state) {
  (void)state;
  static const char csv[] = "DATE,DFF\n2024-01-05,5.3\n2024-01-08,5.3\n2024-01-09,-1\n2024-01-10,5\n2024-01-12,5\n";
  write_tape();
  keel_scratch_write("rates.csv", csv, sizeof csv - 1);
  keel_strategy *strategy;
  struct keel_replay *replay =
      replay_of(keel_scratch_write("rates.yaml", text_of, strlen(text_of)), NULL, 0, 1, &strategy);
  uint64_t count = 0;
  for (size_t i = 0; i < keel_replay_problems(replay); i++) {
    uint64_t found;
    if (strcmp(keel_replay_problem(replay, i, &found), "rates_dropped") == 0) count = found;
  }
  assert_int_equal(count, 1);
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_expiry_has_its_own_rate),
      cmocka_unit_test(nothing_is_known_from_the_future),
      cmocka_unit_test(a_risk_has_the_rates_of_its_instant),
      cmocka_unit_test(rates_that_do_not_fit_are_refused),
      cmocka_unit_test(dropped_rows_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
