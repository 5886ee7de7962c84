/* JSON says what the accessors say. */
#include <jansson.h>
#include <stdlib.h>

#include "drive/risk_support.h"

static const char section[] = "{betas: {X: 1, Y: 2}, grid: {spot: [-2.3, 0], vol: [0, 0.7]}}";

static double json_at(const json_t *document, const char *path, const char *name) {
  char text[128];
  snprintf(text, sizeof text, "%s", path);
  for (char *key = strtok(text, "/"); key; key = strtok(NULL, "/")) document = json_object_get(document, key);
  const json_t *value = json_object_get(document, name);
  return json_is_null(value) ? NAN : json_number_value(value);
}

static void json_has_all_of_it(void **state) {
  (void)state;
  struct keel_strategy *strategy = risk_strategy(section);
  keel_risk *risk = risk_of(strategy, NULL);
  char *text = keel_risk_json(risk);
  json_t *document = json_loads(text, 0, NULL);
  assert_non_null(document);
  assert_string_equal(json_string_value(json_object_get(document, "time")), "2025-01-02T21:00:00Z");
  assert_string_equal(json_string_value(json_object_get(document, "from")), "model");
  for (size_t m = 0; m < keel_risk_measures(); m++) {
    const char *name = keel_risk_measure(m);
    assert_same_bits(json_at(document, "underlyings/Y", name), keel_risk_exposure(risk, 1, KEEL_RISK_TOTAL, m));
    assert_same_bits(json_at(document, "underlyings/X/buckets/180d", name), keel_risk_exposure(risk, 0, 4, m));
    double total = keel_risk_exposure(risk, KEEL_RISK_TOTAL, KEEL_RISK_TOTAL, m);
    if (isnan(total))
      assert_true(isnan(json_at(document, "total", name)));
    else
      assert_same_bits(json_at(document, "total", name), total);
  }
  assert_close(json_at(document, "underlyings/Y", "beta"), 2, 0);
  assert_close(json_at(document, "underlyings/X", "spot"), 100, 0);
  assert_int_equal(json_array_size(json_object_get(document, "positions")), 6);
  const json_t *grid = json_object_get(document, "grid");
  assert_close(json_number_value(json_array_get(json_object_get(grid, "spot_percent"), 0)), -2.3, 0);
  assert_close(json_number_value(json_array_get(json_object_get(grid, "vol_points"), 1)), 0.7, 0);
  const json_t *cell = json_array_get(json_array_get(json_object_get(grid, "pnl"), 0), 1);
  assert_same_bits(json_number_value(cell), keel_risk_grid(risk, KEEL_RISK_TOTAL, 0, 1).pnl);
  assert_close(json_at(document, "grid/underlyings/X/worst", "pnl"),
               fmin(fmin(keel_risk_grid(risk, 0, 0, 0).pnl, keel_risk_grid(risk, 0, 0, 1).pnl),
                    fmin(keel_risk_grid(risk, 0, 1, 0).pnl, keel_risk_grid(risk, 0, 1, 1).pnl)),
               0);
  const json_t *stress = json_array_get(json_object_get(document, "stresses"), 0);
  assert_same_bits(json_at(stress, "underlyings/Y", "pnl"), keel_risk_stress(risk, 0, 1).pnl);
  assert_close(json_at(stress, "underlyings/Y", "spot_percent"), 200 * (224.84 / 282.70 - 1), 1e-9);
  assert_non_null(strstr(json_string_value(json_object_get(stress, "source")), "VXO"));
  assert_null(json_object_get(document, "since"));
  json_decref(document);
  free(text);
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

/* Times in years: no date is made up. */
static void a_model_without_dates_has_none(void **state) {
  (void)state;
  static const char text[] =
      "book: [{underlying: X, kind: call, strike: 100, years: 0.3, qty: -1}]\n"
      "market: {model: {kind: gbm, spot: 100, vol: 0.2, rate: 0}}\n"
      "hedge: {trigger: {every: step}, with: [{instrument: spot}]}\n"
      "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";
  struct keel_strategy_source source = {.path = "s.yaml", .text = text, .length = strlen(text)};
  struct keel_strategy *strategy;
  keel_error error;
  keel_risk_position position;
  assert_int_equal(keel_strategy_read(&source, NULL, 0, &strategy, &error), KEEL_STATUS_OK);
  keel_risk *risk = risk_of(strategy, NULL);
  keel_risk_position_at(risk, 0, &position);
  assert_string_equal(position.name, "X call 100 0.3");
  assert_string_equal(position.marked, "marked_by_model");
  assert_close(position.years, 0.3, 1e-12);
  assert_true(keel_risk_time(risk) == INT64_MIN);
  char *json = keel_risk_json(risk);
  assert_non_null(strstr(json, "\"time\": null"));
  free(json);
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_has_all_of_it),
      cmocka_unit_test(a_model_without_dates_has_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
