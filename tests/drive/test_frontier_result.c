/* A frontier as CSV and JSON. */
#include <jansson.h>
#include <stdlib.h>

#include "drive/frontier_support.h"
#include "support/program.h"

static struct keel_strategy *strategy;
static keel_frontier *frontier;

static int setup(void **state) {
  (void)state;
  char terms[1024];
  snprintf(terms, sizeof terms, "{risk: cvar, level: 0.99, risk_aversion: 0.5, %s}", two_rules);
  strategy = frontier_strategy("{half_spread_bps: 20}", terms);
  strategy->frontier.rules[0].name = "weekly, \"quoted\"";
  frontier = frontier_of(strategy, 2);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  keel_frontier_free(frontier);
  keel_strategy_free(strategy);
  return 0;
}

static double number(const json_t *object, const char *name) {
  return json_number_value(json_object_get(object, name));
}

static const char *text_of(const json_t *object, const char *name) {
  return json_string_value(json_object_get(object, name));
}

static json_t *document(void) {
  char *text = keel_frontier_json(frontier);
  json_t *json = json_loads(text, 0, NULL);
  free(text);
  assert_non_null(json);
  return json;
}

static void json_has_every_rule_by_cost(void **state) {
  (void)state;
  json_t *json = document(), *rules = json_object_get(json, "rules"), *rule;
  size_t i;
  double cost = -1;
  assert_int_equal(json_array_size(rules), 3);
  json_array_foreach(rules, i, rule) {
    keel_frontier_figures figures;
    keel_frontier_rule(frontier, keel_frontier_by_cost(frontier, i), &figures);
    assert_true(number(rule, "cost") >= cost);
    cost = number(rule, "cost");
    assert_close(number(rule, "risk"), figures.risk.value, 0);
    assert_close(number(json_object_get(rule, "stderr"), "mean"), figures.mean.error, 0);
    assert_close(number(rule, "objective"), -figures.mean.value + 0.5 * (figures.risk.value + figures.mean.value),
                 1e-12);
    assert_int_equal(json_is_true(json_object_get(rule, "on_frontier")), figures.on_frontier);
    assert_int_equal(json_is_null(json_object_get(rule, "dominated_by")), figures.on_frontier);
  }
  json_decref(json);
}

static void json_has_the_choice(void **state) {
  (void)state;
  json_t *json = document(), *risk = json_object_get(json, "risk"), *best = json_object_get(json, "recommended");
  size_t rule = keel_frontier_recommended(frontier), next = keel_frontier_next_best(frontier);
  keel_frontier_figures figures;
  keel_frontier_rule(frontier, rule, &figures);
  assert_int_equal((int)number(json, "paths"), 10240);
  assert_int_equal((int)number(json, "steps"), 60);
  assert_string_equal(text_of(risk, "measure"), "cvar");
  assert_close(number(risk, "level"), 0.99, 0);
  assert_true(json_is_null(json_object_get(risk, "budget")));
  assert_string_equal(text_of(best, "name"), keel_frontier_name(frontier, rule));
  assert_string_equal(text_of(best, "next_best"), keel_frontier_name(frontier, next));
  assert_close(number(best, "objective"), figures.objective.value, 0);
  json_t *interval = json_object_get(best, "interval");
  assert_close(json_number_value(json_array_get(interval, 1)), figures.objective.value + 2 * figures.objective.error,
               1e-12);
  assert_close(number(best, "difference"), keel_frontier_worse(frontier, next).value, 0);
  assert_close(number(best, "error"), keel_frontier_worse(frontier, next).error, 0);
  assert_string_equal(text_of(json, "sentence"), keel_frontier_sentence(frontier));
  assert_true(json_is_false(json_object_get(json, "interrupted")));
  assert_true(json_array_size(json_object_get(json, "frontier")) >= 1);
  size_t i;
  json_t *step;
  double rate = INFINITY;
  json_array_foreach(json_object_get(json, "exchange"), i, step) {
    assert_true(number(step, "risk_per_cost") < rate);
    assert_true(number(step, "stderr") > 0);
    rate = number(step, "risk_per_cost");
  }
  json_decref(json);
}

static void csv_has_a_row_per_rule(void **state) {
  (void)state;
  size_t length, saved;
  char *text = keel_frontier_csv(frontier, &length);
  assert_int_equal(strlen(text), length);
  assert_int_equal(strncmp(text, "rule,cost,cost_stderr,risk,risk_stderr,mean,", 44), 0);
  assert_non_null(strstr(text, "\n\"weekly, \"\"quoted\"\"\","));
  assert_non_null(strstr(text, ",recommended\n"));
  int lines = 0;
  for (const char *at = text; (at = strchr(at, '\n')); at++) lines++;
  assert_int_equal(lines, 4);
  const char *path = keel_scratch("frontier.csv");
  assert_int_equal(keel_frontier_save(frontier, path, NULL), KEEL_STATUS_OK);
  char *file = keel_file_content(path, &saved);
  assert_int_equal(saved, length);
  assert_string_equal(file, text);
  free(file);
  free(text);
  assert_int_equal(keel_frontier_save(frontier, "/nowhere/at/all.csv", NULL), KEEL_STATUS_IO);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_has_every_rule_by_cost),
      cmocka_unit_test(json_has_the_choice),
      cmocka_unit_test(csv_has_a_row_per_rule),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
