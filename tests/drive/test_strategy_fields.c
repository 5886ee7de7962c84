#include "drive/strategy_fields.h"

#include <math.h>
#include <stdlib.h>

#include "drive/strategy_support.h"

static void wrong_costs_limits_and_runs_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {LIMITS, "", "s.yaml:1: limits.order_qty_max", "is missing: the largest order"},
      {LIMITS, "limits: {order_qty_max: 5}", "s.yaml:4: limits.position_qty_max", "is missing: the largest holding"},
      {LIMITS, "limits: {order_qty_max: .inf, position_qty_max: 5}", "s.yaml:4: limits.order_qty_max",
       "`.inf` is no finite number"},
      {LIMITS, "limits: {order_qty_max: 0, position_qty_max: 5}", "s.yaml:4: limits.order_qty_max",
       "is 0; allowed: above 0 contracts"},
      {LIMITS, "limits: {order_qty_max: 5, position_qty_max: -5}", "s.yaml:4: limits.position_qty_max",
       "is -5; allowed: above 0 contracts"},
      {LIMITS, "limits: {order_qty_max: 5, position_qty_max: 5, order_notional_max: 0}",
       "s.yaml:4: limits.order_notional_max", "is 0; allowed: above 0 money"},
      {EXTRA, "costs: {half_spread_bps: -1}", "s.yaml:5: costs.half_spread_bps", "is -1; allowed: from 0 to 10000"},
      {EXTRA, "costs: {fee_per_share: 1_000}", "s.yaml:5: costs.fee_per_share",
       "`1_000` is no finite number; digits are not grouped"},
      {EXTRA, "costs: {open: maybe}", "s.yaml:5: costs.open", "is `maybe`; allowed: pay, waive"},
      {EXTRA, "costs: [1]", "s.yaml:5: costs", "has to be a map of: half_spread_bps"},
      {EXTRA, "run: {paths: 0}", "s.yaml:5: run.paths", "is 0; allowed: 1 or more"},
      {EXTRA, "run: {steps: 1.5}", "s.yaml:5: run.steps", "is `1.5`; allowed: a whole number from 0 to 2147483647"},
      {EXTRA, "run: {seed: 18446744073709551616}", "s.yaml:5: run.seed",
       "is `18446744073709551616`; allowed: a whole number"},
      {EXTRA, "run: {start: 2024-13-01}", "s.yaml:5: run.start", "`2024-13-01` is no date"},
      {EXTRA, "run: {steps: 0}", "s.yaml:5: run.steps", "is 0; allowed: 1 or more"},
      {EXTRA, "run: {years: 0}", "s.yaml:5: run.years", "is 0; allowed: above 0, at most 200 years of 365 days"},
      {EXTRA, "run: {explain: 1}", "s.yaml:5: run.explain", "is `1`; allowed: true, false"},
      {EXTRA, "run: {show: 1001}", "s.yaml:5: run.show", "is 1001; allowed: from 0 to 1000"},
      {EXTRA, "run: {show: 2.5}", "s.yaml:5: run.show", "is `2.5`; allowed: a whole number"},
      {EXTRA, "run: {antithetic: true, paths: 5}", "s.yaml:5: run.paths", "is 5; antithetic paths come in pairs"},
      {EXTRA, "run: {sobol: 128}", "s.yaml:5: run.sobol", "is 128; allowed: 256 or more"},
      {EXTRA, "run: {sobol: 1000}", "s.yaml:5: run.sobol", "is 1000; allowed: a power of two from 256"},
      {EXTRA, "run: {sobol: 1024, paths: 2000}", "s.yaml:5: run.paths",
       "is 2000, no whole number of replicates of 1024 points"},
      {EXTRA, "run: {sobol: 1024, paths: 2048, matched: true}", "s.yaml:5: run.sobol",
       "goes with neither antithetic nor matched normals"},
      {EXTRA, "run: {risk_aversions: 0.1}", "s.yaml:5: run.risk_aversions",
       "has to be a list of at most 4 numbers, as [0.01, 0.1]"},
      {EXTRA, "run: {risk_aversions: [1, 2, 3, 4, 5]}", "s.yaml:5: run.risk_aversions",
       "has to be a list of at most 4"},
      {EXTRA, "run: {risk_aversions: [0.1, 0]}", "s.yaml:5: run.risk_aversions.1",
       "is 0; allowed: above 0 per unit of money"},
      {EXTRA, "cost: {}", "s.yaml:5: cost", "is no field that is known here; did you mean `costs`?"},
      {EXTRA, "limits: {}", "s.yaml:5: limits", "is given twice; first in line 4"},
      {HEDGE, "", "s.yaml:1: hedge", "is missing: how it is hedged"},
      {BOOK, "", "s.yaml:2: book", "is missing: what is held"},
      {BOOK, "book: []", "s.yaml:1: book", "has no positions"},
      {BOOK, "book: b.csv", "s.yaml:1: book", "has to be a list of positions, or {file: book.csv}"},
  };
  assert_refused(cases, COUNT(cases));
}

static void costs_and_runs_are_read(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(
      EXTRA,
      "costs: {half_spread_bps: 2.5, fee_per_share: -0.001, fee_per_order: 1, buy_tax_bps: 10, sell_tax_bps: 20, "
      "borrow_rate: 0.003, open: waive, close: pay}\n"
      "run: {seed: 18446744073709551615, start: 2024-01-02T09:30, end: '2024-01-02T21:00:00Z', steps: 60, paths: "
      "512, years: 0.25, explain: false, show: 3, sobol: 256, risk_aversions: [0.01, 0.1]}");
  const struct keel_costs *costs = &strategy->costs;
  assert_same_bits(costs->half_spread_bps, 2.5);
  assert_same_bits(costs->fees.per_share, -0.001);
  assert_same_bits(costs->fees.per_order, 1.0);
  assert_same_bits(costs->buy_tax_bps, 10.0);
  assert_same_bits(costs->sell_tax_bps, 20.0);
  assert_same_bits(costs->borrow_rate, 0.003);
  assert_int_equal(costs->open_waived, 1);
  assert_int_equal(costs->close_waived, 0);
  const struct keel_run_terms *run = &strategy->run;
  assert_true(run->seed == UINT64_MAX);
  assert_int_equal(run->start_ns,
                   keel_days_from_civil(2024, 1, 2) * KEEL_NS_PER_DAY + (14 * 60 + 30) * 60 * KEEL_NS_PER_SECOND);
  assert_int_equal(run->end_ns, keel_days_from_civil(2024, 1, 2) * KEEL_NS_PER_DAY + 21 * 3600 * KEEL_NS_PER_SECOND);
  assert_int_equal(run->steps, 60);
  assert_int_equal(run->paths, 512);
  assert_same_bits(run->years, 0.25);
  assert_int_equal(run->explains, 0);
  assert_int_equal(run->paths_shown, 3);
  assert_int_equal(run->aversion_count, 2);
  assert_same_bits(run->aversions[0], 0.01);
  assert_same_bits(run->aversions[1], 0.1);
  assert_int_equal(strategy->simulated.sobol_points, 256);
  assert_int_equal(strategy->simulated.antithetic, 0);
  keel_strategy_free(strategy);
}

static void a_run_has_defaults(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(EXTRA, "run: {antithetic: true, matched: true}");
  const struct keel_run_terms *run = &strategy->run;
  assert_int_equal(run->paths, 0);
  assert_int_equal(run->steps, 0);
  assert_true(isnan(run->years));
  assert_int_equal(run->explains, 1);
  assert_int_equal(run->paths_shown, 0);
  assert_int_equal(run->aversion_count, 0);
  assert_int_equal(strategy->simulated.sobol_points, 0);
  assert_int_equal(strategy->simulated.antithetic, 1);
  assert_int_equal(strategy->simulated.matched, 1);
  assert_null(strategy->simulated.models);
  keel_strategy_free(strategy);
}

/* ---- docs/strategy.md ---- */

static const char MARKER[] = "<!-- from here on written by the field table -->\n";

static char *read_whole(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("cannot open %s", path);
  char *text = calloc(1, 1 << 20);
  size_t length = fread(text, 1, (1 << 20) - 1, file);
  text[length] = '\0';
  fclose(file);
  return text;
}

/* KEEL_UPDATE_DOCS=1 writes the fields anew. */
static void the_documentation_is_up_to_date(void **state) {
  (void)state;
  static const char path[] = KEEL_SOURCE_DIR "/docs/strategy.md";
  char *page = read_whole(path), *fields = keel_strategy_document();
  char *start = strstr(page, MARKER);
  assert_non_null(start);
  start += sizeof MARKER - 1;
  int same = strcmp(start, fields) == 0;
  if (!same && getenv("KEEL_UPDATE_DOCS")) {
    *start = '\0';
    FILE *file = fopen(path, "wb");
    fprintf(file, "%s%s", page, fields);
    fclose(file);
    same = 1;
  }
  free(page);
  free(fields);
  if (!same) fail_msg("docs/strategy.md is not what the field table says; run this test with KEEL_UPDATE_DOCS=1");
}

static int has_field(const char *text, const char *name) {
  char row[80];
  snprintf(row, sizeof row, "| `%s` |", name);
  return strstr(text, row) != NULL;
}

static void every_level_is_documented(void **state) {
  (void)state;
  char *fields = keel_strategy_document();
  static const char *const names[] = {"book.N.strike",
                                      "market.rate",
                                      "market.underlyings",
                                      "hedge.target",
                                      "market.dividends.N.pay",
                                      "hedge.target.vol",
                                      "hedge.trigger.band.shares",
                                      "hedge.with.N.lot",
                                      "variants.N.name",
                                      "costs.open",
                                      "limits.order_qty_max",
                                      "run.seed",
                                      "market.model.kappa",
                                      "models.X.implied_vol.skew"};
  for (size_t i = 0; i < COUNT(names); i++)
    if (!has_field(fields, names[i])) fail_msg("%s is not in the documentation", names[i]);
  assert_non_null(strstr(fields, "- `hedge.execution.style: twap`"));
  assert_non_null(strstr(fields, "- `hedge.execution.style: tracking`"));
  free(fields);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wrong_costs_limits_and_runs_are_refused),
      cmocka_unit_test(costs_and_runs_are_read),
      cmocka_unit_test(a_run_has_defaults),
      cmocka_unit_test(the_documentation_is_up_to_date),
      cmocka_unit_test(every_level_is_documented),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
