/* Hedging under proportional costs by exponential utility: the entropic price of known policies, and the exact optimum
 * over all adapted ones, which none may beat. Source and set-up: the first lines of the table in tests/golden. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/engine.h"
#include "hedge/theory.h"

enum { PATHS = 4000000 };
/* Of the table's rows for bands. */
static const double ROW_ERROR = 1.5e-6;

static double row_number(const struct keel_golden *golden, size_t block_row, const char *policy, const char *column) {
  const char *block = keel_golden_text(golden, block_row, "block"), *cost = keel_golden_text(golden, block_row, "c");
  for (size_t row = 0; row < golden->rows; row++)
    if (strcmp(keel_golden_text(golden, row, "block"), block) == 0 &&
        strcmp(keel_golden_text(golden, row, "c"), cost) == 0 &&
        strcmp(keel_golden_text(golden, row, "policy"), policy) == 0)
      return keel_golden_number(golden, row, column);
  return NAN;
}

/* ---- by the engine ---- */

#define EDGE "move: {to: edge}"
#define WHALLEY_WILMOTT(aversion) \
  "{trigger: {optimal_band: {rule: whalley_wilmott, risk_aversion: " aversion "}}, " EDGE "}"
#define ZAKAMOULINE(aversion) \
  "{target: {delta: zakamouline}, trigger: {optimal_band: {rule: zakamouline, risk_aversion: " aversion "}}, " EDGE "}"
#define BAND(size) "{trigger: {band: {shares: " size "}}, " EDGE "}"

/* Variant 0 is Black-Scholes delta at every step; those of the table follow, then others that have to be above the
 * optimum too. */
static const struct {
  const char *name, *hedge;
} variants[] = {
    {"ww", WHALLEY_WILMOTT("1")},
    {"zak", ZAKAMOULINE("1")},
    {"none", "{target: {none: true}}"},
    {"ww 0.2", WHALLEY_WILMOTT("0.2")},
    {"ww 0.5", WHALLEY_WILMOTT("0.5")},
    {"ww 2", WHALLEY_WILMOTT("2")},
    {"ww 5", WHALLEY_WILMOTT("5")},
    {"zak 2", ZAKAMOULINE("2")},
    {"zak 5", ZAKAMOULINE("5")},
    {"band 0.05", BAND("0.05")},
    {"band 0.1", BAND("0.1")},
    {"band 0.2", BAND("0.2")},
    {"band 0.4", BAND("0.4")},
    {"band to the centre", "{trigger: {band: {shares: 0.2}}}"},
    {"first step only", "{trigger: {}}"},
    {"wrong vol", "{target: {vol: 0.3}}"},
};
enum { VARIANTS = sizeof variants / sizeof *variants };

static struct engine_run run_of(const struct keel_golden *golden, size_t row) {
  char list[4096] = "";
  double cost = keel_golden_number(golden, row, "c");
  size_t steps = (size_t)keel_golden_number(golden, row, "N"), used = 0;
  for (size_t v = 0; v < VARIANTS && cost > 0; v++)
    used += (size_t)snprintf(list + used, sizeof list - used, "  - {name: %s, hedge: %s}\n", variants[v].name,
                             variants[v].hedge);
  return engine_run(
      "book: [{underlying: X, kind: call, strike: 1, years: %s, qty: -1, multiplier: 1}]\n"
      "market: {rate: 0, model: {kind: gbm, spot: 1, vol: 0.2}}\n"
      "hedge: {target: {neutral: [delta]}, trigger: {every: step}, with: [{instrument: spot, lot: 0}]}\n"
      "%s%s"
      "costs: {half_spread_bps: %.17g, open: pay, close: waive}\n" ENGINE_LIMITS
      "run: {paths: %zu, steps: %zu, seed: " ENGINE_SEED ", explain: false, risk_aversions: [1]}\n",
      keel_golden_text(golden, row, "T"), cost > 0 ? "variants:\n" : "", list, 1e4 * cost,
      engine_paths(PATHS, steps * (cost > 0 ? VARIANTS / 4 : 1)), steps);
}

static keel_figure price_of(const struct engine_run *run, size_t variant) {
  for (size_t s = 0; s < keel_simulation_statistics(run->simulation); s++)
    if (strcmp(keel_simulation_statistic(run->simulation, s), "entropic_1") == 0)
      return keel_simulation_price(run->simulation, variant, s);
  fail_msg("no entropic risk");
  return (keel_figure){NAN, NAN};
}

/* A policy's price, mean and std, without the premium, as in the table; and that it is not below the optimum. */
static void assert_policy(const struct keel_golden *golden, size_t row, const struct engine_run *run, size_t variant) {
  const char *name = variant ? variants[variant - 1].name : "bs";
  keel_figure price = price_of(run, variant), mean = engine_pnl(run, variant, "mean");
  double want = row_number(golden, row, name, "price"), best = row_number(golden, row, "optimal", "price");
  mean.value -= run->simulation->premium;
  if (getenv("KEEL_TEST_SHOW"))
    print_message("%-20s %.8f, %+.1f standard errors from the optimum\n", name, price.value,
                  (price.value - best) / price.error);
  assert_true(price.value >= best - 4 * price.error);
  if (isnan(want)) return;
  assert_figure(price, want, ROW_ERROR, name);
  assert_figure(mean, row_number(golden, row, name, "mean_PL"), ROW_ERROR, name);
  assert_figure(engine_pnl(run, variant, "std"), row_number(golden, row, name, "std_PL"), ROW_ERROR, name);
}

static void policies_of_the_engine(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("entropic_hedge_optimal.csv");
  size_t checked = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    int is_first = strcmp(keel_golden_text(&golden, row, "policy"), "bs") == 0;
    if (!is_first || strcmp(keel_golden_text(&golden, row, "block"), "pfhedge_default") != 0) continue;
    struct engine_run run = run_of(&golden, row);
    for (size_t v = 0; v < keel_simulation_variants(run.simulation); v++) assert_policy(&golden, row, &run, v);
    engine_free(&run);
    checked++;
  }
  assert_int_equal(checked, 3);
  keel_golden_free(&golden);
}

/* ---- by hand, on the engine's paths ---- */

/* The published notebook takes 28 steps of a day towards a payoff, but its deltas are those of an option that has 30
 * days: no hedger of a strategy is told such an expiry, so that its policies are computed here, from the closed forms.
 */
enum { NOTE_STEPS = 28, NOTE_DAYS = 30, POLICIES = 4 };
static const char *const policy_names[POLICIES] = {"bs", "ww", "zak", "none"};
static const double COST = 0.001, VOL = 0.2;

struct notebook {
  double holding[POLICIES][KEEL_LEAF_PATHS], pnl[POLICIES][KEEL_LEAF_PATHS];
  double last[KEEL_LEAF_PATHS]; /* spot of the step before */
};

struct greeks {
  double price[KEEL_LEAF_PATHS], delta[KEEL_LEAF_PATHS], gamma[KEEL_LEAF_PATHS], vega[KEEL_LEAF_PATHS];
};

static void call_at(double years, const double *spot, const double *vol, struct greeks *out) {
  keel_option call = {1, 1, 0, 0, years};
  keel_greeks greeks = {.price = out->price, .delta = out->delta, .gamma = out->gamma, .vega = out->vega};
  keel_black_scholes_price_paths(KEEL_LEAF_PATHS, &call, spot, vol, KEEL_GREEK_SET_GAMMA, &greeks);
}

static double within(double holding, double centre, double half) {
  return fmin(fmax(holding, centre - half), centre + half);
}

/* The holdings after the trades of a step. */
static void decide(double years, const double *spot, const struct notebook *book, double want[][KEEL_LEAF_PATHS]) {
  static struct greeks plain, raised;
  static double vol[KEEL_LEAF_PATHS], half[KEEL_LEAF_PATHS];
  struct keel_band_terms terms = {COST, 1, 0, years};
  for (size_t i = 0; i < KEEL_LEAF_PATHS; i++) vol[i] = VOL;
  call_at(years, spot, vol, &plain);
  for (size_t i = 0; i < KEEL_LEAF_PATHS; i++) {
    struct keel_zakamouline_band band = keel_zakamouline_band(&terms, spot[i], -plain.gamma[i], VOL);
    half[i] = band.h0 + band.h1;
    vol[i] = band.vol;
  }
  call_at(years, spot, vol, &raised);
  for (size_t i = 0; i < KEEL_LEAF_PATHS; i++) {
    double band = keel_whalley_wilmott_band(&terms, spot[i], plain.gamma[i]);
    want[0][i] = plain.delta[i];
    want[1][i] = within(book->holding[1][i], plain.delta[i], band);
    want[2][i] = within(book->holding[2][i], raised.delta[i], half[i]);
    want[3][i] = 0;
  }
}

static void step_notebook(struct notebook *book, int step, const double *spot) {
  static double want[POLICIES][KEEL_LEAF_PATHS];
  if (step < NOTE_STEPS) decide((NOTE_DAYS - step) / 365.0, spot, book, want);
  for (size_t p = 0; p < POLICIES; p++)
    for (size_t i = 0; i < KEEL_LEAF_PATHS; i++) {
      if (step) book->pnl[p][i] += book->holding[p][i] * (spot[i] - book->last[i]);
      if (step == NOTE_STEPS) {
        book->pnl[p][i] -= fmax(spot[i] - 1, 0);
      } else {
        book->pnl[p][i] -= COST * spot[i] * fabs(want[p][i] - book->holding[p][i]);
        book->holding[p][i] = want[p][i];
      }
    }
  memcpy(book->last, spot, sizeof book->last);
}

static void run_notebook(const struct keel_simulation *simulation, uint64_t paths, struct keel_sample *samples) {
  static struct notebook book;
  struct keel_simulation_worker worker;
  keel_simulation_worker_init(&worker, &simulation->wiring);
  for (uint64_t first = 0; first < paths; first += KEEL_LEAF_PATHS) {
    memset(&book, 0, sizeof book);
    keel_simulation_begin(&worker, first, KEEL_LEAF_PATHS);
    const struct keel_wiring *rows = worker.block->wiring;
    for (int step = 0; keel_simulation_next(&worker); step++)
      step_notebook(&book, step, keel_at_row(worker.block, worker.block->market.bid, rows->underlyings[0].spot));
    for (size_t p = 0; p < POLICIES; p++) keel_sample_add(&samples[p], KEEL_LEAF_PATHS, book.pnl[p]);
  }
  for (size_t p = 0; p < POLICIES; p++) keel_sample_finish(&samples[p]);
  keel_simulation_worker_fini(&worker);
}

static void assert_sample(const struct keel_golden *golden, size_t row, const char *name,
                          const struct keel_sample *sample) {
  struct keel_estimate risk = keel_sample_entropic(sample, 0);
  struct keel_statistics known = keel_sample_statistics(sample);
  keel_figure price = {risk.value, risk.error};
  double slack = name[0] == 'w' || name[0] == 'z' ? ROW_ERROR : 1e-9;
  assert_figure(price, row_number(golden, row, name, "price"), slack, name);
  assert_figure(((keel_figure){known.mean.value, known.mean.error}), row_number(golden, row, name, "mean_PL"), slack,
                name);
  assert_figure(((keel_figure){known.std.value, known.std.error}), row_number(golden, row, name, "std_PL"), slack,
                name);
  assert_true(price.value >= row_number(golden, row, "optimal", "price") - 4 * price.error);
}

static void policies_of_the_notebook(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("entropic_hedge_optimal.csv");
  assert_string_equal(keel_golden_text(&golden, 0, "block"), "ntb_notebook");
  /* Its log drift is -0.02 x 30/365 over 28 days, in place of -0.02 x 28/365. */
  uint64_t paths = engine_paths(PATHS, NOTE_STEPS) / KEEL_LEAF_PATHS * KEEL_LEAF_PATHS;
  struct keel_strategy *strategy = engine_strategy(
      "book: [{underlying: X, kind: call, strike: 1, years: %.17g, qty: -1, multiplier: 1}]\n"
      "market: {rate: 0, model: {kind: gbm, spot: 1, drift: %.17g, vol: 0.2}}\n"
      "hedge: {target: {none: true}}\n" ENGINE_LIMITS "run: {paths: %llu, steps: 28, seed: " ENGINE_SEED
      ", explain: false}\n",
      28 / 365.0, 0.02 * (1 - 30.0 / 28), (unsigned long long)paths);
  struct keel_simulation_plan plan = {.strategy = strategy, .threads = 1};
  struct keel_simulation *simulation;
  keel_error error = {0};
  if (keel_simulation_prepare(&plan, 0, &simulation, &error)) fail_msg("%s: %s", error.where, error.what);
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_sample_plan sampled = {.is_full = 1, .is_independent = 1, .aversion_count = 1, .aversions = {1}};
  sampled.batch_level = keel_batch_level(paths / KEEL_LEAF_PATHS, 1);
  struct keel_sample samples[POLICIES];
  for (size_t p = 0; p < POLICIES; p++) keel_sample_init(&samples[p], &arena, &sampled, 0);
  run_notebook(simulation, paths, samples);
  for (size_t p = 0; p < POLICIES; p++) assert_sample(&golden, 0, policy_names[p], &samples[p]);
  keel_arena_fini(&arena);
  keel_simulation_free(simulation);
  keel_strategy_free(strategy);
  keel_golden_free(&golden);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(policies_of_the_engine),
      cmocka_unit_test(policies_of_the_notebook),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
