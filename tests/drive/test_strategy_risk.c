/* The `risk` section: what is read, what stands in, what is refused. */
#include <math.h>

#include "drive/strategy_fields.h"
#include "drive/strategy_support.h"

static void mistakes_name_their_place(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {EXTRA, "risk: {grids: {}}", "s.yaml:5: risk.grids", "is no field that is known here; did you mean `grid`?"},
      {EXTRA, "risk: {from: file}", "s.yaml:5: risk.from", "is `file`; allowed: tape, model"},
      {EXTRA, "risk: {vega_tenor: 0}", "s.yaml:5: risk.vega_tenor", "is 0; allowed: above 0"},
      {EXTRA, "risk: {grid: {spot: 5}}", "s.yaml:5: risk.grid.spot", "has to be a list of 1 to 1001 numbers"},
      {EXTRA, "risk: {grid: {spot: []}}", "s.yaml:5: risk.grid.spot", "has to be a list of 1 to 1001 numbers"},
      {EXTRA, "risk: {grid: {spot: [-101, 0]}}", "s.yaml:5: risk.grid.spot.0", "is -101; allowed: from -100 to 1000"},
      {EXTRA, "risk: {grid: {vol: [5, 5]}}", "s.yaml:5: risk.grid.vol.1", "is not above the one before it"},
      {EXTRA, "risk: {grid: {vol: [a]}}", "s.yaml:5: risk.grid.vol.0", "`a` is no finite number"},
      {EXTRA, "risk: {buckets: 7d}", "s.yaml:5: risk.buckets", "has to be a list of at most 100 durations"},
      {EXTRA, "risk: {buckets: [7]}", "s.yaml:5: risk.buckets.0", "is `7`; allowed: a duration above 0"},
      {EXTRA, "risk: {buckets: [30d, 7d]}", "s.yaml:5: risk.buckets.1", "is not above the one before it"},
      {EXTRA, "risk: {betas: 1}", "s.yaml:5: risk.betas", "has to be a map from an underlying's name to its beta"},
      {EXTRA, "risk: {betas: {Z: 1}}", "s.yaml:5: risk.betas.Z", "is no underlying of the book; allowed: X"},
      {EXTRA, "risk: {betas: {}}", "s.yaml:5: risk.betas.X", "is missing: give a beta for each underlying"},
      {EXTRA, "risk: {betas: {X: 21}}", "s.yaml:5: risk.betas.X", "is 21; allowed: from -20 to 20"},
      {EXTRA, "risk: {stresses: [{spot: 1, vol: 1}]}", "s.yaml:5: risk.stresses.0.name", "is missing"},
      {EXTRA, "risk: {stresses: [{name: a, vol: 1}]}", "s.yaml:5: risk.stresses.0.spot", "is missing"},
      {EXTRA, "risk: {stresses: [{name: a, spot: -120, vol: 1}]}", "s.yaml:5: risk.stresses.0.spot",
       "is -120; allowed: from -100 to 1000 per cent"},
      {EXTRA, "risk: {stresses: [{name: 1987-10-19, spot: -1, vol: 1}]}", "s.yaml:5: risk.stresses.0.name",
       "is `1987-10-19`, which another stress has: a historic one"},
      {EXTRA, "risk: {stresses: [{name: a, spot: -1, vol: 1}, {name: a, spot: -2, vol: 1}]}",
       "s.yaml:5: risk.stresses.1.name", "is `a`, which another stress has"},
      {EXTRA, "risk: {stresses: [{name: a, spot: -1, vol: 1, moves: {Z: {spot: 1}}}]}",
       "s.yaml:5: risk.stresses.0.moves.Z", "is no underlying of the book"},
      {EXTRA, "risk: {stresses: [{name: a, spot: -1, vol: 1, moves: {X: {spots: 1}}}]}",
       "s.yaml:5: risk.stresses.0.moves.X.spots", "is no field that is known here; did you mean `spot`?"},
      {EXTRA, "risk: {stresses: [{name: a, spot: -1, vol: 1, moves: 5}]}", "s.yaml:5: risk.stresses.0.moves",
       "has to be a map from an underlying's name to its moves"},
  };
  assert_refused(cases, COUNT(cases));
}

static void what_is_missing_has_usual_values(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(EXTRA, "");
  const struct keel_risk_terms *risk = &strategy->risk;
  assert_int_equal(risk->from, KEEL_RISK_FROM_EITHER);
  assert_close(risk->vega_tenor, 0.25, 0);
  assert_int_equal(risk->bucket_count, 6);
  assert_true(risk->buckets[1] == 30 * KEEL_NS_PER_DAY);
  assert_null(risk->betas);
  assert_int_equal(risk->spot.count, 9);
  assert_int_equal(risk->vol.count, 6);
  assert_close(risk->spot.shifts[0], -0.2, 0);
  assert_close(risk->vol.shifts[5], 0.2, 0);
  assert_int_equal(risk->stress_count, 3);
  assert_string_equal(risk->stresses[0].name, "1987-10-19");
  assert_close(risk->stresses[0].moves[0].spot, -0.2047, 5e-5); /* 20.47 % */
  assert_close(risk->stresses[1].moves[0].spot, -0.0410, 5e-5);
  assert_close(risk->stresses[2].moves[0].spot, -0.1198, 5e-5);
  assert_close(risk->stresses[2].moves[0].vol, 0.2486, 1e-15);
  keel_strategy_free(strategy);
}

static void betas_carry_stresses_farther(void **state) {
  (void)state;
  struct keel_strategy *strategy = strategy_accepted(
      EXTRA,
      "risk: {from: tape, vega_tenor: 0.5, buckets: [], betas: {X: 3}, grid: {spot: [-1.5], vol: [0, 2]}, "
      "stresses: [{name: far, spot: -40, vol: 10}, {name: own, spot: -10, vol: 5, vol_tenor: 0.1, source: me, "
      "moves: {X: {vol: 7}}}]}");
  const struct keel_risk_terms *risk = &strategy->risk;
  assert_int_equal(risk->from, KEEL_RISK_FROM_TAPE);
  assert_int_equal(risk->bucket_count, 0);
  assert_int_equal(risk->stress_count, 5);
  assert_close(risk->spot.shifts[0], -0.015, 0);
  assert_close(risk->stresses[1].moves[0].spot, 3 * (2648.94 / 2762.13 - 1), 1e-15);
  assert_close(risk->stresses[3].moves[0].spot, -1, 0); /* no further than to nothing */
  assert_close(risk->stresses[4].moves[0].spot, -0.3, 1e-15);
  assert_close(risk->stresses[4].moves[0].vol, 0.07, 1e-15);
  assert_close(risk->stresses[4].move.vol, 0.05, 1e-15);
  assert_string_equal(risk->stresses[4].source, "me");
  assert_true(isnan(risk->stresses[3].vol_tenor));
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mistakes_name_their_place),
      cmocka_unit_test(what_is_missing_has_usual_values),
      cmocka_unit_test(betas_carry_stresses_farther),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
