/* Futures as hedges: how many, their basis, their roll, and a recorded session of options on one. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/engine.h"
#include "drive/generated_market.h"
#include "drive/risk_support.h"
#include "keel/import.h"
#include "support/support.h"

static double column(const struct keel_replay *replay, size_t row, const char *name) {
  for (size_t c = 0; c < keel_ledger_columns(replay); c++)
    if (strcmp(keel_ledger_column(c), name) == 0) return keel_ledger_number(replay, row, c);
  fail_msg("no column %s", name);
  return NAN;
}

static const char *text(const struct keel_replay *replay, size_t row, const char *name) {
  static char cell[4][128];
  static int next;
  char *out = cell[next = (next + 1) % 4];
  for (size_t c = 0; c < keel_ledger_columns(replay); c++)
    if (strcmp(keel_ledger_column(c), name) == 0) keel_ledger_text(replay, row, c, out, sizeof cell[0]);
  return out;
}

static double total(const struct keel_replay *replay, enum keel_component component) {
  return keel_replay_explained(replay, 0, component);
}

/* ---- how many ---- */

/* 1000 shares, hedged by a future of two years at r - q = 4 %: e^{-0.08} futures per share. 1000 of them, as by a delta
 * of 1, would be 8.33 % too many. */
static void a_future_of_two_years_has_a_delta_of_its_own(void **state) {
  (void)state;
  struct engine_run run = engine_run(
      "book:\n  - {underlying: X, kind: spot, qty: 1000}\n"
      "market:\n  model: {kind: gbm, spot: 100, vol: 0.2, rate: 0.05, yield: 0.01}\n"
      "hedge:\n  trigger: {every: step}\n"
      "  with: [{instrument: future, years: 2, multiplier: 1, lot: 0}]\n"
      "costs: {half_spread_bps: 0}\n" ENGINE_LIMITS "run: {paths: 256, steps: 2, years: 0.000001, seed: %s, show: 1}\n",
      ENGINE_SEED);
  double turnover = engine_figure(&run, 0, KEEL_QUANTITY_TURNOVER, "mean").value;
  /* entered and left at a price of 100 e^{0.08}: twice 1000 e^{-0.08} futures are twice 100,000 of spot */
  assert_close(turnover, 200000, 20);
  double price = 100 * exp(0.08), futures = turnover / 2 / price;
  assert_close(futures, 1000 * exp(-0.08), 0.1);
  assert_close(1000 / futures - 1, 0.0833, 0.0001);
  engine_free(&run);
}

/* ---- basis and roll, on a tape ---- */

enum { DAYS = 30, ROLL_DAY = 13 }; /* quotes at 24:00: that of the 13th day begins the sixth day before the 20th */
static const double RATE = 0.04;

static double spot_at(int day) { return 100 + 3 * sin(day * 0.7) + 0.2 * day; }
static double years_left(int expiry_day, int day) { return (expiry_day - day) / 365.0; }
/* Expiries are on the 20th and the 50th day; the basis of each moves by itself. */
static double future_at(int which, int day) {
  double yield = 0.01 + (which ? 0.004 : 0.006) * cos(day * (which ? 0.9 : 1.3));
  return spot_at(day) * exp((RATE - yield) * years_left(which ? 50 : 20, day));
}

static const char *date_of(int day, char *buffer) {
  int month = day < 31 ? 1 : day < 60 ? 2 : 3, first = day < 31 ? 0 : day < 60 ? 31 : 60;
  snprintf(buffer, 40, "2024-%02d-%02d", month, day - first + 1);
  return buffer;
}

static void write_tape(void) {
  static const char map[] =
      "columns: {underlying: u, kind: k, time: t, expiry: e, strike: s, bid: b, ask: a, multiplier: m}\n"
      "constants: {exercise: european}\ncalendar: utc\n";
  char csv[16384] = "u,k,t,e,s,b,a,m\n", now[40], near[40], far[40];
  date_of(20, near);
  date_of(50, far);
  for (int day = 0; day <= DAYS; day++) {
    size_t used = strlen(csv);
    date_of(day, now);
    double spot = spot_at(day), one = future_at(0, day), two = future_at(1, day);
    used += (size_t)snprintf(csv + used, sizeof csv - used, "X,spot,%s,,,%.17g,%.17g,1\n", now, spot, spot);
    if (day < 20)
      used += (size_t)snprintf(csv + used, sizeof csv - used, "X,future,%s,%s,,%.17g,%.17g,10\n", now, near, one - 0.05,
                               one + 0.05);
    snprintf(csv + used, sizeof csv - used, "X,future,%s,%s,,%.17g,%.17g,10\n", now, far, two - 0.1, two + 0.1);
  }
  const char *file = keel_scratch_write("futures.csv", csv, strlen(csv));
  keel_import_options options = {.map_path = keel_scratch_write("futures-map.yaml", map, strlen(map))};
  keel_import_result result;
  keel_error error = {0};
  if (keel_import(&file, 1, keel_scratch("futures.tape"), &options, &result, &error))
    fail_msg("%s: %s", error.where, error.what);
  assert_int_equal(result.dropped, 0);
}

static const char rolling[] =
    "book:\n  - {underlying: X, kind: spot, qty: 1000}\n"
    "market: {tape: futures.tape, rate: 0.04, calendar: utc}\n"
    "hedge:\n"
    "  trigger: {every: 5d}\n"
    "  with:\n"
    "    - {instrument: future, expiry: 2024-01-21, multiplier: 10, lot: 1, roll_days: 6, fee_per_contract: 2}\n"
    "    - {instrument: future, expiry: 2024-02-20, multiplier: 10, lot: 1, fee_per_contract: 2}\n"
    "limits: {order_qty_max: 1000, position_qty_max: 1000}\n";

/* What the futures of that strategy do, by a second computation: whole contracts that the ratio asks for every five
 * days, and over to the next on the day of the roll. */
struct second {
  double spread, fees, hedge, basis, held[2];
  int roll_trade[2];
};

static double ratio_of(int which, int day) { return spot_at(day) / future_at(which, day) * 1000 / 10; }

static void trade(struct second *s, int which, double to) {
  double qty = to - s->held[which];
  s->spread -= fabs(qty) * 10 * (which ? 0.1 : 0.05);
  s->fees -= fabs(qty) * 2;
  s->held[which] = to;
}

static void move(struct second *s, int day) {
  for (int which = 0; which < 2; which++) {
    if (s->held[which] == 0) continue;
    double then = future_at(which, day - 1), left = years_left(which ? 50 : 20, day);
    double implied = log(then / spot_at(day - 1)) / (left + 1 / 365.0); /* r - q, of its price a day ago */
    double kept = spot_at(day) * exp(implied * left);
    s->hedge += s->held[which] * 10 * (kept - then);
    s->basis += s->held[which] * 10 * (future_at(which, day) - kept);
  }
}

static struct second second_computation(void) {
  struct second s = {0};
  int front = 0;
  for (int day = 0; day <= DAYS; day++) {
    if (day) move(&s, day);
    if (day == ROLL_DAY) {
      double over = round(s.held[0] * future_at(0, day) / future_at(1, day));
      s.roll_trade[0] = (int)-s.held[0];
      s.roll_trade[1] = (int)over;
      trade(&s, 0, 0);
      trade(&s, 1, over);
      front = 1;
    } else if (day % 5 == 0 && day < DAYS) {
      trade(&s, front, -round(ratio_of(front, day)));
    }
  }
  trade(&s, front, 0);
  return s;
}

/* Between two dates of its timer the hedge goes over: both legs trade, and pay. */
static void a_future_rolls_into_the_next(void **state) {
  (void)state;
  write_tape();
  keel_strategy *strategy;
  struct keel_replay *replay =
      replay_of(keel_scratch_write("rolling.yaml", rolling, strlen(rolling)), NULL, 0, 1, &strategy);
  struct second want = second_computation();
  size_t rolls = 0;
  for (size_t row = 0; row < keel_ledger_rows(replay); row++) {
    if (strcmp(text(replay, row, "reason"), "roll") != 0) continue;
    rolls++;
    assert_string_equal(text(replay, row, "reason_2"), "roll");
    assert_string_equal(text(replay, row, "instrument"), "X future 2024-01-21");
    assert_string_equal(text(replay, row, "instrument_2"), "X future 2024-02-20");
    assert_string_equal(text(replay, row, "time"), "2024-01-15T00:00:00Z"); /* the close of the 14th */
    assert_close(column(replay, row, "trade"), want.roll_trade[0], 0);
    assert_close(column(replay, row, "trade_2"), want.roll_trade[1], 0);
    assert_close(column(replay, row, "cost"), 10 * 97 * 0.15 + 4 * 97, 10 * 3);
    assert_close(column(replay, row, "holding"), 0, 0);
  }
  assert_int_equal(rolls, 1);
  keel_replay_totals totals;
  keel_replay_total(replay, 0, &totals);
  double tolerance = 1e-9 * totals.gross;
  assert_close(total(replay, KEEL_COMPONENT_HEDGE), want.hedge, tolerance);
  assert_close(total(replay, KEEL_COMPONENT_CARRY), want.basis, tolerance);
  assert_close(total(replay, KEEL_COMPONENT_SPREAD), want.spread, tolerance);
  assert_close(total(replay, KEEL_COMPONENT_FEES), want.fees, tolerance);
  assert_close(total(replay, KEEL_COMPONENT_UNEXPLAINED), 0, tolerance);
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

/* An order limit makes a roll take several steps; the two legs go together. */
static void a_limited_roll_takes_several_steps(void **state) {
  (void)state;
  write_tape();
  const char *sets[] = {"limits.order_qty_max=30", "hedge.trigger.every=1d"};
  keel_strategy *strategy;
  struct keel_replay *replay =
      replay_of(keel_scratch_write("rolling.yaml", rolling, strlen(rolling)), sets, 2, 1, &strategy);
  size_t limited = 0;
  for (size_t row = 0; row < keel_ledger_rows(replay); row++) {
    double left = column(replay, row, "trade"), entered = column(replay, row, "trade_2");
    if (strncmp(text(replay, row, "time"), "2024-01-05", 10) < 0 || !(left > 0) || !(entered < 0)) continue;
    limited++;
    assert_true(left <= 30 && entered >= -30);
    if (strcmp(text(replay, row, "reason"), "limit") == 0) assert_close(left, 30, 0);
  }
  assert_int_equal(limited, 4);
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

/* In a simulated market every leg is at the model's price: rolling costs its spread and changes nothing else. */
static void a_simulated_roll_pays_both_legs(void **state) {
  (void)state;
  static const char book[] =
      "book:\n  - {underlying: X, kind: spot, qty: 1000}\n"
      "market:\n  model: {kind: gbm, spot: 100, vol: 0.2, rate: 0.05, yield: 0.01}\n"
      "hedge:\n  trigger: {every: 1000d}\n  with:\n";
  static const char tail[] =
      "costs: {half_spread_bps: 1}\n" ENGINE_LIMITS "run: {paths: 512, steps: 40, years: 0.4, seed: " ENGINE_SEED "}\n";
  struct engine_run plain =
      engine_run("%s    - {instrument: future, years: 0.5, multiplier: 1, lot: 0}\n%s", book, tail);
  struct engine_run rolled = engine_run(
      "%s    - {instrument: future, years: 0.2, multiplier: 1, lot: 0, roll_days: 10}\n"
      "    - {instrument: future, years: 0.35, multiplier: 1, lot: 0, roll_days: 10}\n"
      "    - {instrument: future, years: 0.5, multiplier: 1, lot: 0}\n%s",
      book, tail);
  double once = engine_figure(&plain, 0, KEEL_QUANTITY_COST, "mean").value;
  assert_close(engine_figure(&rolled, 0, KEEL_QUANTITY_TRADES, "mean").value, 6, 0);
  assert_close(engine_figure(&rolled, 0, KEEL_QUANTITY_COST, "mean").value, 3 * once, 0.05 * once);
  engine_free(&plain);
  engine_free(&rolled);
}

/* ---- a recorded session: options on a future ---- */

static const char session[] =
    "market: {tape: es.tape, rate: 0.0155, stale: 1h, implied_vol: 0.15}\n"
    "hedge:\n"
    "  trigger: {every: step}\n"
    "  with: [{instrument: future, expiry: 2020-03-20T09:30, multiplier: 50, lot: 1, fee_per_contract: 1.5}]\n"
    "limits: {order_qty_max: 500, position_qty_max: 2000}\n"
    "book:\n";

/* Strikes of the session: its 60 calls and 44 puts; each `step`-th of them. */
static size_t write_strikes(char *text, size_t size, size_t step) {
  static const double calls[] = {3000, 3010, 3020, 3025, 3030, 3040, 3050, 3060, 3070, 3075, 3080, 3090,
                                 3100, 3110, 3120, 3125, 3130, 3140, 3150, 3160, 3170, 3175, 3180, 3190,
                                 3200, 3210, 3220, 3230, 3240, 3250, 3400, 3410, 3420, 3430, 3440, 3450,
                                 3460, 3470, 3480, 3490, 3500, 3510, 3520, 3530, 3540, 3550, 3560, 3570,
                                 3580, 3600, 3650, 3700, 3750, 3800, 3850, 3900, 3975, 4000, 4100, 4200};
  size_t used = strlen(text), contracts = 0, count = 0;
  for (size_t i = 0; i < 60 + 44; i += step) {
    int is_call = i < 60;
    double strike = is_call ? calls[i] : i < 90 ? calls[i - 60] : 3260 + 10 * (double)(i - 90);
    int qty = count < 96 ? 2 : 1;
    used +=
        (size_t)snprintf(text + used, size - used,
                         "  - {underlying: ESH20, kind: %s, exercise: american, strike: %g, expiry: 2020-03-20T09:30, "
                         "qty: %d, multiplier: 50}\n",
                         is_call ? "call" : "put", strike, count % 3 ? -qty : qty);
    contracts += (size_t)qty;
    count++;
  }
  return contracts;
}

/* Each row against the one before it, by what conventions say a future and its options do. */
static void check_rows(const struct keel_replay *replay, double gross) {
  double holding = 0, sum = 0, tolerance = 1e-11 * gross;
  for (size_t row = 0; row + 1 < keel_ledger_rows(replay); row++) {
    double target = column(replay, row, "target");
    if (row + 2 < keel_ledger_rows(replay)) { /* the last instant only closes */
      assert_close(target, -column(replay, row, "hedge_delta") / 50, 1e-9);
      assert_true(fabs(column(replay, row, "holding") - target) <= 0.5 + 1e-9);
    }
    if (row) {
      double spot = column(replay, row, "spot") - column(replay, row - 1, "spot");
      double minute = 1 / (365 * 24 * 60.0), before = column(replay, row - 1, "cash");
      double theta = column(replay, row, "pnl_theta") / column(replay, row - 1, "theta") / minute;
      assert_close(column(replay, row, "pnl_delta"), column(replay, row - 1, "delta") * spot, tolerance);
      assert_close(column(replay, row, "pnl_gamma"), column(replay, row - 1, "gamma") * spot * spot / 2, tolerance);
      assert_close(column(replay, row, "pnl_hedge"), holding * 50 * spot, tolerance);
      assert_close(theta, round(theta), 1e-6); /* whole minutes */
      double earned = before * expm1(0.0155 * round(theta) * minute);
      double cash = before + earned + holding * 50 * spot - column(replay, row, "cost");
      assert_close(column(replay, row, "cash"), cash, tolerance);
    }
    holding = column(replay, row, "holding");
    sum += column(replay, row, "pnl");
    assert_close(column(replay, row, "equity"), sum, tolerance);
    assert_close(column(replay, row, "cash") + column(replay, row, "book_value"), sum, tolerance);
  }
}

/* The change of an American price with rate and yield, which are one, by the most accurate scheme. */
static double slope_of_both(const keel_options *at) {
  const double step = 1e-4;
  double price[2];
  for (int k = 0; k < 2; k++) {
    double both = *at->rate + (k ? step : -step);
    const keel_options moved = {at->phi, at->spot, at->strike, &both, &both, at->years, at->vol};
    keel_american_price(1, &moved, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price[k]}, NULL);
  }
  return (price[1] - price[0]) / (2 * step);
}

/* The tape knows that ESH20 is a future: the user says nothing, and rho is that of rate and yield at once. */
static void check_future(const char *path, const struct keel_replay *replay) {
  const char *sets[] = {"market.on=spot", "market.yield=0.0155"}, *own = "market.on=future";
  keel_strategy *strategies[3];
  struct keel_replay *by_yield = replay_of(path, sets, 2, 1, &strategies[0]);
  struct keel_replay *by_name = replay_of(path, &own, 1, 1, &strategies[1]);
  assert_true(keel_ledger_hash(by_yield) == keel_ledger_hash(replay));
  assert_true(keel_ledger_hash(by_name) == keel_ledger_hash(replay));
  keel_replay_free(by_yield);
  keel_replay_free(by_name);
  assert_int_equal(keel_strategy_load(path, NULL, 0, &strategies[2], NULL), KEEL_STATUS_OK);
  const keel_risk_options options = {.at = "2020-01-06T15:00Z"};
  keel_risk *risk;
  keel_error error = {0};
  if (keel_risk_run(strategies[2], &options, &risk, &error)) fail_msg("%s: %s", error.where, error.what);
  int64_t now = keel_days_from_civil(2020, 1, 6) * KEEL_NS_PER_DAY + 15 * 3600 * KEEL_NS_PER_SECOND;
  double years = (double)(risk->snapshot.wiring->rows[1].contract.expiry_ns - now) / (double)KEEL_NS_PER_YEAR;
  assert_close(years, 74 / 365.0 - 1.5 / 24 / 365, 1e-12); /* 13:30 on the 20th of March */
  double rho = 0, gross = 0;
  for (size_t i = 0; i < risk->snapshot.count; i++) {
    const keel_options inputs = keel_snapshot_rows(&risk->snapshot, &risk->snapshot.inputs).options;
    const keel_options one = {inputs.phi + i,   inputs.spot + i,  inputs.strike + i, inputs.rate + i,
                              inputs.yield + i, inputs.years + i, inputs.vol + i};
    double change = risk->snapshot.positions[i].units * slope_of_both(&one);
    rho += change;
    gross += fabs(change);
  }
  assert_close(risk_number(risk, 0, "rho_cash"), rho, 1e-4 * gross);
  assert_close(risk_number(risk, 0, "psi_cash"), 0, 0);
  keel_risk_free(risk);
  for (int k = 0; k < 3; k++) keel_strategy_free(strategies[k]);
}

static void a_session_of_options_on_a_future(void **state) {
  (void)state;
  static char strategy_text[32768], paths[2][1024];
  const char *names[] = {"lean/Data/future/cme/minute/es/20200106_quote.zip",
                         "lean/Data/futureoption/cme/minute/es/202003/20200106_quote_american.zip"};
  const char *files[2];
  for (size_t i = 0; i < 2; i++) {
    const char *found = keel_shared_data(names[i]);
    if (!found) skip();
    snprintf(paths[i], sizeof paths[i], "%s", found);
    files[i] = paths[i];
  }
  keel_import_result result;
  assert_int_equal(keel_import(files, 2, keel_scratch("es.tape"), NULL, &result, NULL), KEEL_STATUS_OK);
  assert_int_equal(result.rows, 111789 + 5241);
  snprintf(strategy_text, sizeof strategy_text, "%s", session);
  int is_whole = !engine_checks_itself();
  size_t contracts = write_strikes(strategy_text, sizeof strategy_text, is_whole ? 1 : 26);
  if (is_whole) assert_int_equal(contracts, 200);
  keel_strategy *strategy;
  struct keel_replay *replay =
      replay_of(keel_scratch_write("es.yaml", strategy_text, strlen(strategy_text)), NULL, 0, 1, &strategy);
  keel_replay_totals totals;
  keel_replay_total(replay, 0, &totals);
  assert_string_equal(text(replay, 0, "time"), "2020-01-06T00:01:00Z"); /* the bar of midnight, at its end */
  assert_int_equal(keel_replay_instants(replay), 1370);
  check_rows(replay, totals.gross);
  double sum = 0, quotes = 111789 + 2 * 1367;
  for (size_t c = 0; c < keel_explain_components(); c++) sum += keel_replay_explained(replay, 0, c);
  assert_close(sum, totals.pnl, 1e-12 * totals.gross);
  if (is_whole) assert_close(total(replay, KEEL_COMPONENT_UNEXPLAINED), 0, 1e-5 * totals.gross);
  assert_close(total(replay, KEEL_COMPONENT_CARRY), 0, 1e-12 * totals.gross); /* the future is its own spot: no basis */
  assert_close((double)keel_replay_events(replay), quotes, 0);
  check_future(keel_scratch("es.yaml"), replay);
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_future_of_two_years_has_a_delta_of_its_own),
      cmocka_unit_test(a_future_rolls_into_the_next),
      cmocka_unit_test(a_limited_roll_takes_several_steps),
      cmocka_unit_test(a_simulated_roll_pays_both_legs),
      cmocka_unit_test(a_session_of_options_on_a_future),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
