/* The reference is itself compared with a computation at 40 digits, so that the engine is compared with something sure.
 */
#include "drive/spxw_reference.h"

#include <math.h>

#include "support/support.h"

static const char *data(void) {
  const char *path = keel_shared_data("spxw-2018-01/SPX_2018-01.csv.gz");
  if (!path) skip();
  return path;
}

static struct spxw_terms terms_of(const struct keel_golden *golden, size_t row) {
  double band = keel_golden_number(golden, row, "band");
  int costs = (int)keel_golden_number(golden, row, "costs");
  return (struct spxw_terms){.rate = 0.0145,
                             .lot = keel_golden_number(golden, row, "lot"),
                             .band = isnan(band) ? -1 : band,
                             .to_edge = (int)keel_golden_number(golden, row, "edge"),
                             .half_spread_bps = costs ? 1 : 0,
                             .fee_per_share = costs ? 0.005 : 0};
}

static void totals_agree_with_forty_digits(void **state) {
  (void)state;
  const char *path = data();
  struct keel_golden golden = keel_golden_load("spxw_straddles.csv");
  for (size_t row = 0; row < golden.rows; row++) {
    struct spxw_terms terms = terms_of(&golden, row);
    static struct spxw_run run;
    assert_true(spxw_reference_run(path, &terms, &run));
    double tolerance = 1e-14 * run.gross;
    assert_close(run.pnl, keel_golden_number(&golden, row, "pnl"), tolerance);
    assert_close(run.component[SPXW_HEDGE], keel_golden_number(&golden, row, "hedge"), tolerance);
    assert_close(run.component[SPXW_INTEREST], keel_golden_number(&golden, row, "interest"), tolerance);
    assert_close(run.component[SPXW_SPREAD], keel_golden_number(&golden, row, "spread"), tolerance);
    assert_close(run.component[SPXW_FEES], keel_golden_number(&golden, row, "fees"), tolerance);
    assert_close(run.cost, -run.component[SPXW_SPREAD] - run.component[SPXW_FEES], tolerance);
  }
  keel_golden_free(&golden);
}

/* What the options contribute does not depend on how they are hedged. Same source. */
static void greeks_agree_with_forty_digits(void **state) {
  (void)state;
  struct spxw_terms terms = {.rate = 0.0145, .lot = 1, .band = -1};
  static struct spxw_run run;
  assert_true(spxw_reference_run(data(), &terms, &run));
  static const struct {
    enum spxw_component component;
    double total;
  } cases[] = {
      {SPXW_DELTA, -70531.442472192234},
      {SPXW_GAMMA, -12150.316294518023},
      {SPXW_THETA, 24756.428071852334},
      {SPXW_VEGA, -27937.127923469013},
      {SPXW_VANNA, 3404.8366002192785},
      {SPXW_VOLGA, -6325.8611708451471},
      {SPXW_RHO, 0},
      {SPXW_CARRY, -9647.0206825821809},
      {SPXW_UNEXPLAINED, 11790.503872},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_close(run.component[cases[i].component], cases[i].total, 1e-12 * run.gross);
}

static void days_and_holdings_are_as_described(void **state) {
  (void)state;
  struct spxw_terms terms = {.rate = 0.0145, .lot = 1, .band = -1};
  static struct spxw_run run;
  assert_true(spxw_reference_run(data(), &terms, &run));
  static const double holdings[] = {13,  277, 400, 565, 636, 653, 653, 768, 832, 791, 860,
                                    843, 908, 951, 956, 965, 965, 985, 982, 977, 0};
  assert_int_equal(run.days, sizeof holdings / sizeof *holdings);
  assert_int_equal(run.trades, 19);
  double steps = 0;
  for (int i = 0; i < run.days; i++) {
    assert_close(run.day[i].holding, holdings[i], 0);
    double total = 0;
    for (int c = 0; c < SPXW_COMPONENTS; c++) total += run.day[i].component[c];
    steps += total;
    assert_close(steps, run.day[i].pnl, 1e-13 * run.gross);
  }
  assert_close(run.day[20].mark[0], 2823.89 - SPXW_STRIKE, 1e-12);
  assert_close(run.day[20].mark[1], 0, 0);
  assert_close(run.day[0].forward, 2695.36193, 1e-5);
  assert_close(run.day[0].hedging_vol, 0.069801, 1e-6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(totals_agree_with_forty_digits),
      cmocka_unit_test(greeks_agree_with_forty_digits),
      cmocka_unit_test(days_and_holdings_are_as_described),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
