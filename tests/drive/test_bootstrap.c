/* Real returns: rules over days drawn in blocks from a history, and what one day of it does to all paths. The S&P 500
 * since 1927 where it is at hand, and a history made up here, always. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/engine.h"
#include "hedge/mark.h"
#include "support/draws.h"

enum { PATHS = 100000, STEPS = 63, FORCED_STEP = 30, DAYS = 2000, CRASH_DAY = 1234 };

struct history {
  const char *path, *crash_date;
  double crash; /* the return of that day */
};

/* ---- histories ---- */

/* Returns of 1 % a day, and one of -18 %, on every day from 2001-01-01. */
static struct history made_up(void) {
  static char text[DAYS * 40], date[16];
  struct draws draws = {20260101};
  double close = 100;
  size_t used = (size_t)snprintf(text, sizeof text, "date,close\n");
  for (int day = 0; day < DAYS; day++) {
    int year, month, of_month;
    keel_days_to_civil(11323 + day, &year, &month, &of_month);
    if (day) close *= day == CRASH_DAY ? 0.82 : 1 + 0.01 * draw_normal(&draws);
    if (day == CRASH_DAY) snprintf(date, sizeof date, "%04d-%02d-%02d", year, month, of_month);
    used += (size_t)snprintf(text + used, sizeof text - used, "%04d-%02d-%02d,%.17g\n", year, month, of_month, close);
  }
  return (struct history){keel_scratch_write("history.csv", text, used), date, -0.18};
}

/* Its closes were 282.70 and, on that day, 224.84. */
static struct history standard_and_poors(void) {
  const char *path = keel_shared_data("index-history/GSPC.csv.gz");
  return (struct history){path, "1987-10-19", 224.83999633789062 / 282.70001220703125 - 1};
}

/* ---- strategies ---- */

#define SPOT "{instrument: spot, lot: 0, half_spread_bps: 1}"
#define BOOK                                                                             \
  "book:\n"                                                                              \
  "  - {underlying: X, kind: call, strike: 100, years: 0.5, qty: -100, multiplier: 1}\n" \
  "  - {underlying: X, kind: put, strike: 100, years: 0.5, qty: -100, multiplier: 1}\n"
/* A step is a day of the history. Marks follow what the path has realised: a constant vol through a crash is no market.
 */
#define MARKET                                                                              \
  "market: {rate: 0.02, model: {kind: bootstrap, spot: 100, file: %s, mean_block: 10, %s\n" \
  "         implied_vol: {rule: realised, vol: 0.18, half_life: 125d, premium: 1.1}}}\n"
#define HEDGE                                                                              \
  "hedge: {target: {neutral: [delta]}, trigger: {every: step}, with: [" SPOT               \
  "]}\n"                                                                                   \
  "variants:\n"                                                                            \
  "  - {name: band, hedge: {trigger: {band: {shares: 20}}, move: {to: edge}}}\n"           \
  "  - name: gamma\n"                                                                      \
  "    hedge:\n"                                                                           \
  "      target: {neutral: [delta, gamma]}\n"                                              \
  "      with: [" SPOT                                                                     \
  ", {instrument: option, kind: call, strike: 100, years: 0.75, multiplier: 1, lot: 0}]\n" \
  "costs: {half_spread_bps: 50}\n" ENGINE_LIMITS

enum { DAILY, BAND, GAMMA, RULES };

/* ---- the distribution ---- */

static void assert_rules(const struct history *history) {
  struct engine_run run =
      engine_run(BOOK MARKET HEDGE "run: {paths: %zu, steps: %d, years: 0.25, seed: " ENGINE_SEED ", explain: false}\n",
                 history->path, "", engine_paths(PATHS, (size_t)STEPS * RULES), STEPS);
  keel_figure cvar[RULES], cost[RULES];
  for (size_t v = 0; v < RULES; v++) {
    cvar[v] = engine_pnl(&run, v, "cvar_0.999");
    cost[v] = engine_figure(&run, v, KEEL_QUANTITY_COST, "mean");
    print_message("%-6s std %7.2f, CVaR 99.9 %% %8.2f (+-%.2f), mean cost %6.2f of a premium of %.2f\n",
                  keel_simulation_variant(run.simulation, v), engine_pnl(&run, v, "std").value, cvar[v].value,
                  cvar[v].error, cost[v].value, run.simulation->premium);
    assert_true(isfinite(cvar[v].value) && cvar[v].error > 0 && cvar[v].error < 0.2 * cvar[v].value);
  }
  assert_true(cost[BAND].value < cost[DAILY].value);
  assert_true(cvar[GAMMA].value + 4 * cvar[GAMMA].error < cvar[DAILY].value - 4 * cvar[DAILY].error);
  engine_free(&run);
}

/* ---- one day for all ---- */

struct crash {
  double pnl, components[KEEL_COMPONENT_COUNT]; /* means of that day */
  double gamma;                                 /* of that day, by hand */
};

/* 1/2 gamma dS^2 of the book, at the spot and the vols of the day before. */
static void gamma_by_hand(const struct keel_simulation_worker *worker, double crash, double *out) {
  const struct keel_block *block = worker->block;
  const struct keel_wiring *rows = block->wiring;
  double price[KEEL_LEAF_PATHS], delta[KEEL_LEAF_PATHS], gamma[KEEL_LEAF_PATHS], vega[KEEL_LEAF_PATHS];
  const double *spot = keel_at_row(block, block->market.bid, rows->underlyings[0].spot);
  memset(out, 0, KEEL_LEAF_PATHS * sizeof *out);
  for (size_t r = 0; r < rows->row_count; r++) {
    const struct keel_row *row = &rows->rows[r];
    if (row->units == 0) continue;
    keel_option option = {.phi = row->phi, .strike = row->contract.strike, .rate = 0.02, .yield = 0};
    option.years = keel_years_between(block->market.time_ns, row->contract.expiry_ns);
    keel_greeks greeks = {.price = price, .delta = delta, .gamma = gamma, .vega = vega};
    keel_black_scholes_price_paths(KEEL_LEAF_PATHS, &option, spot, keel_at_row(block, block->market.vol, r),
                                   KEEL_GREEK_SET_GAMMA, &greeks);
    for (size_t i = 0; i < KEEL_LEAF_PATHS; i++) out[i] += 0.5 * row->units * gamma[i] * pow(crash * spot[i], 2);
  }
}

static double mean_of(const double *values) {
  double sum = 0;
  for (size_t i = 0; i < KEEL_LEAF_PATHS; i++) sum += values[i];
  return sum / KEEL_LEAF_PATHS;
}

static double mean_so_far(const struct keel_simulation_worker *worker, size_t quantity) {
  double values[KEEL_LEAF_PATHS];
  keel_simulation_read(worker, DAILY, quantity, values);
  return mean_of(values);
}

/* What that day did to the daily rule, over the first paths. */
static struct crash crash_of(const struct keel_simulation *simulation, double crash) {
  struct keel_simulation_worker worker;
  struct crash day = {0};
  double before[KEEL_LEAF_PATHS], after[KEEL_LEAF_PATHS], by_hand[KEEL_LEAF_PATHS], spot[KEEL_LEAF_PATHS];
  keel_simulation_worker_init(&worker, &simulation->wiring);
  keel_simulation_begin(&worker, 0, KEEL_LEAF_PATHS);
  for (int step = 0; step <= FORCED_STEP; step++) assert_true(keel_simulation_next(&worker));
  const struct keel_block *block = worker.block;
  const double *now = keel_at_row(block, block->market.bid, block->wiring->underlyings[0].spot);
  memcpy(spot, now, sizeof spot);
  gamma_by_hand(&worker, crash, by_hand);
  keel_simulation_read(&worker, DAILY, KEEL_QUANTITY_EXPLAIN + KEEL_COMPONENT_GAMMA, before);
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++)
    day.components[c] = -mean_so_far(&worker, KEEL_QUANTITY_EXPLAIN + c);
  day.pnl = -mean_so_far(&worker, KEEL_QUANTITY_PNL);
  assert_true(keel_simulation_next(&worker));
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++)
    day.components[c] += mean_so_far(&worker, KEEL_QUANTITY_EXPLAIN + c);
  day.pnl += mean_so_far(&worker, KEEL_QUANTITY_PNL);
  keel_simulation_read(&worker, DAILY, KEEL_QUANTITY_EXPLAIN + KEEL_COMPONENT_GAMMA, after);
  for (size_t i = 0; i < KEEL_LEAF_PATHS; i++) {
    assert_close(now[i] / spot[i] - 1, crash, 1e-12);
    assert_close(after[i] - before[i], by_hand[i], 1e-10 * fabs(by_hand[i]));
  }
  day.gamma = mean_of(by_hand);
  keel_simulation_worker_fini(&worker);
  return day;
}

/* Every path goes through the crash at the same step; before and after it the days are drawn. */
static void assert_crash(const struct history *history) {
  char forced[80];
  snprintf(forced, sizeof forced, "own_drift: true, forced: {step: %d, date: %s},", FORCED_STEP, history->crash_date);
  struct engine_run run =
      engine_run(BOOK MARKET HEDGE "run: {paths: %zu, steps: %d, years: 0.25, seed: " ENGINE_SEED "}\n", history->path,
                 forced, engine_paths(PATHS / 4, (size_t)STEPS * RULES), STEPS);
  struct crash day = crash_of(run.simulation, history->crash);
  keel_figure pnl = engine_pnl(&run, DAILY, "mean"),
              gamma = engine_component(&run, DAILY, KEEL_COMPONENT_GAMMA, "mean");
  print_message("%s, %.1f %%: %.2f that day, of it gamma %.2f, vega %.2f; of the run's %.2f gamma is %.2f (+-%.2f)\n",
                history->crash_date, 100 * history->crash, day.pnl, day.components[KEEL_COMPONENT_GAMMA],
                day.components[KEEL_COMPONENT_VEGA], pnl.value, gamma.value, gamma.error);
  assert_close(day.components[KEEL_COMPONENT_GAMMA], day.gamma, 1e-10 * fabs(day.gamma));
  assert_true(day.pnl < 0 && day.gamma < 0.5 * day.pnl);
  for (int c = 0; c < KEEL_COMPONENT_COUNT; c++)
    if (c != KEEL_COMPONENT_GAMMA && c != KEEL_COMPONENT_DELTA && c != KEEL_COMPONENT_HEDGE)
      assert_true(day.components[c] > day.gamma);
  assert_true(pnl.value < 0 && gamma.value < day.gamma);
  assert_true(engine_pnl(&run, GAMMA, "mean").value > 0.5 * pnl.value);
  engine_free(&run);
}

/* ---- tests ---- */

static void rules_over_a_made_up_history(void **state) {
  (void)state;
  struct history history = made_up();
  assert_rules(&history);
}

static void a_made_up_crash_is_gamma(void **state) {
  (void)state;
  struct history history = made_up();
  assert_crash(&history);
}

static void rules_over_the_sp500(void **state) {
  (void)state;
  struct history history = standard_and_poors();
  if (!history.path) skip();
  assert_rules(&history);
}

static void october_1987_is_gamma(void **state) {
  (void)state;
  struct history history = standard_and_poors();
  if (!history.path) skip();
  assert_crash(&history);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rules_over_a_made_up_history),
      cmocka_unit_test(a_made_up_crash_is_gamma),
      cmocka_unit_test(rules_over_the_sp500),
      cmocka_unit_test(october_1987_is_gamma),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
