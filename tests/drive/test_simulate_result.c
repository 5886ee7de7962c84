/* A simulation written out: JSON as the interface has it, CSV that says the same. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "drive/simulate_support.h"
#include "support/program.h"

static struct keel_simulation *two_variants(struct sim *sim) {
  sim_call(sim);
  sim_variant(sim, "a, \"b\"")->target.kind = KEEL_TARGET_NONE;
  sim->strategy.costs.half_spread_bps = 5;
  sim->strategy.run.paths_shown = 1;
  sim->strategy.run.aversion_count = 1;
  sim->strategy.run.aversions[0] = 0.001;
  return sim_run(sim, 1, 0);
}

static json_t *at(json_t *object, const char *name) {
  json_t *value = json_object_get(object, name);
  if (!value) fail_msg("no %s", name);
  return value;
}

static double number(json_t *object, const char *name) { return json_number_value(at(object, name)); }

static void assert_statistics(json_t *quantity, int is_pnl) {
  const char *const plain[] = {"mean", "std", "stderr", "skew", "kurtosis", "min", "max"};
  for (size_t i = 0; i < 7; i++) at(quantity, plain[i]);
  json_t *errors = at(quantity, "errors");
  assert_int_equal(json_object_size(at(quantity, "quantiles")), 9);
  assert_int_equal(json_object_size(at(errors, "quantiles")), 9);
  assert_int_equal(json_object_size(at(quantity, "cvar")), 5);
  assert_true(json_is_number(at(at(quantity, "cvar"), "0.95")) && json_is_number(at(at(errors, "cvar"), "0.95")));
  assert_true((json_object_get(quantity, "entropic") != NULL) == is_pnl);
  assert_close(number(quantity, "stderr"), number(errors, "mean"), 0);
}

static void json_is_as_the_interface_has_it(void **state) {
  (void)state;
  struct sim sim;
  struct keel_simulation *simulation = two_variants(&sim);
  char *text = keel_simulation_json(simulation);
  json_t *document = json_loads(text, 0, NULL), *explain = at(document, "explain"), *part;
  assert_int_equal((int)number(document, "paths"), 1000);
  assert_int_equal((int)number(document, "steps"), 21);
  assert_true(number(document, "path_steps_per_second") > 0 && json_is_false(at(document, "interrupted")));
  const char *const quantities[] = {"pnl", "cost", "turnover", "trades"}, *name;
  for (int q = 0; q < 4; q++) assert_statistics(at(document, quantities[q]), q == 0);
  double sum = 0;
  json_object_foreach(explain, name, part) {
    sum += number(part, "mean");
    at(part, "std");
  }
  assert_close(sum, number(at(document, "pnl"), "mean"), 1e-12);
  json_t *price = at(document, "price_of_hedging");
  assert_true(number(price, "mean") > number(document, "premium")); /* costs have to be earned */
  assert_true(number(at(price, "cvar"), "0.99") > number(at(price, "cvar"), "0.9"));
  assert_true(json_is_number(at(at(price, "entropic"), "0.001")));
  assert_true(number(at(at(document, "theory"), "leland"), "ask") > number(document, "premium"));
  json_t *variants = at(document, "variants");
  assert_int_equal(json_object_size(variants), 2);
  assert_close(number(at(at(variants, "base"), "pnl"), "mean"), number(at(document, "pnl"), "mean"), 0);
  assert_close(number(at(at(variants, "a, \"b\""), "cost"), "mean"), 0, 0);
  json_t *path = json_array_get(at(document, "paths_shown"), 0);
  assert_int_equal(json_array_size(at(path, "time")), 22);
  assert_int_equal(json_array_size(at(at(path, "spot"), "X")), 22);
  assert_int_equal(json_array_size(at(at(path, "pnl"), "base")), 22);
  json_t *held = at(at(at(path, "holdings"), "base"), "X spot");
  assert_close(json_real_value(json_array_get(held, 0)), 0.5402385, 1e-6);
  assert_close(json_real_value(json_array_get(held, 21)), 0, 0);
  assert_string_equal(json_string_value(json_array_get(at(path, "time"), 0)), "2001-01-02T12:00:00Z");
  json_decref(document);
  free(text);
  keel_simulation_free(simulation);
}

static void csv_has_a_row_for_each_quantity(void **state) {
  (void)state;
  struct sim sim;
  struct keel_simulation *simulation = two_variants(&sim);
  size_t length;
  char *text = keel_simulation_csv(simulation, &length);
  int lines = 0;
  for (const char *p = text; (p = strchr(p, '\n')); p++) lines++;
  assert_int_equal(lines, 1 + 2 * KEEL_QUANTITY_MAX);
  assert_int_equal(strlen(text), length);
  assert_int_equal(strncmp(text, "variant,quantity,mean,mean_error,std,std_error,skew,", 52), 0);
  assert_non_null(strstr(text, ",min,max,quantile_0.001,quantile_0.001_error,"));
  static const char start[] = "\n\"a, \"\"b\"\"\",pnl,";
  const char *row = strstr(text, start);
  assert_non_null(row);
  assert_close(strtod(row + strlen(start), NULL), sim_figure(simulation, 1, KEEL_QUANTITY_PNL, "mean").value, 0);
  char *at_disk = keel_file_content(keel_scratch("figures.csv"), NULL);
  assert_null(at_disk);
  assert_int_equal(keel_simulation_save(simulation, keel_scratch("figures.csv"), NULL), KEEL_STATUS_OK);
  at_disk = keel_file_content(keel_scratch("figures.csv"), &length);
  assert_string_equal(at_disk, text);
  assert_int_equal(keel_simulation_save(simulation, "/nowhere/figures.csv", NULL), KEEL_STATUS_IO);
  free(at_disk);
  free(text);
  keel_simulation_free(simulation);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_is_as_the_interface_has_it),
      cmocka_unit_test(csv_has_a_row_for_each_quantity),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
