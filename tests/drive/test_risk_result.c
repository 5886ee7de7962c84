/* Tables are CSV, of what the accessors say. */
#include <stdlib.h>

#include "drive/risk_support.h"
#include "support/program.h"

static const char section[] = "{betas: {X: 1, Y: 2}, grid: {spot: [-2.3, 0], vol: [0, 0.7]}}";

static size_t count_lines(const char *text) {
  size_t lines = 0;
  for (; *text; text++) lines += *text == '\n';
  return lines;
}

static void tables_are_csv(void **state) {
  (void)state;
  static const struct {
    const char *name, *header;
    size_t lines;
  } want[] = {{"exposures", "underlying,bucket,value,delta_shares,", 1 + 3 * 9},
              {"positions", "position,underlying,kind,exercise,bucket,marked,qty,multiplier,spot,", 1 + 6},
              {"grid", "underlying,spot_percent,vol_points,value,pnl,worst\n", 1 + 3 * 4},
              {"stresses", "stress,underlying,spot_percent,vol_points,vol_tenor,value,pnl,source\n", 1 + 3 * 3}};
  struct keel_strategy *strategy = risk_strategy(section);
  keel_risk *risk = risk_of(strategy, NULL);
  keel_error error;
  for (int t = 0; t < KEEL_RISK_TABLE_COUNT; t++) {
    size_t length;
    char *text = keel_risk_csv(risk, (keel_risk_table)t, &length);
    assert_int_equal(length, strlen(text));
    assert_string_equal(keel_risk_table_name((keel_risk_table)t), want[t].name);
    assert_int_equal(count_lines(text), want[t].lines);
    assert_int_equal(strncmp(text, want[t].header, strlen(want[t].header)), 0);
    free(text);
  }
  assert_int_equal(keel_risk_save(risk, KEEL_RISK_TABLE_GRID, keel_scratch("grid.csv"), &error), KEEL_STATUS_OK);
  char *saved = keel_file_content(keel_scratch("grid.csv"), NULL),
       *text = keel_risk_csv(risk, KEEL_RISK_TABLE_GRID, NULL);
  size_t worst = 0;
  assert_string_equal(saved, text);
  for (const char *at = text; (at = strstr(at, ",1\n")); at++) worst++;
  assert_int_equal(worst, 3); /* one of each underlying, and of the total */
  assert_non_null(strstr(text, "\nX,-2.3,0.7,"));
  free(saved);
  free(text);
  assert_int_equal(keel_risk_save(risk, KEEL_RISK_TABLE_GRID, "/nowhere/grid.csv", &error), KEEL_STATUS_IO);
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(tables_are_csv)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
