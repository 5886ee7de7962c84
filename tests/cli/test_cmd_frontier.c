/* keel frontier as its users run it. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

static const char strategy[] =
    "book: [{underlying: X, kind: call, strike: 100, years: 0.1643835616438356, qty: -10}]\n"
    "market: {model: {kind: gbm, spot: 100, vol: 0.3, rate: 0}}\n"
    "hedge: {trigger: {every: step}, with: [{instrument: spot, lot: 1}]}\n"
    "costs: {half_spread_bps: 20}\n"
    "limits: {order_qty_max: 10000, position_qty_max: 10000}\n"
    "run: {paths: 2048, steps: 60, seed: 3}\n"
    "frontier: {risk: std, risk_aversion: 0.5, rules: [{name: timer, over: {trigger.every: [2d, 1w]}},"
    " {name: wide, hedge: {trigger: {band: {fraction: 0.2}}}}]}\n";

static struct keel_program run(const char *command) {
  char line[1024];
  const char *path = keel_scratch_write("x.yaml", strategy, sizeof strategy - 1);
  snprintf(line, sizeof line, "cd %.*s && %s", (int)(strrchr(path, '/') - path), path, command);
  return keel_program_run(line, NULL);
}

static void the_table_ends_with_the_sentence(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL frontier x.yaml");
  assert_int_equal(program.status, 0);
  assert_string_equal(program.err, "");
  assert_non_null(strstr(program.out, "4 rules on the same 2048 paths of 60 steps"));
  assert_non_null(strstr(program.out, "\n  * "));
  assert_non_null(strstr(program.out, " timer 2d "));
  assert_non_null(strstr(program.out, "the next best"));
  assert_null(strstr(program.out, "+----")); /* the plot is for a terminal */
  assert_string_equal(program.out + program.out_length - 2, ".\n");
  keel_program_free(&program);
}

static void json_says_what_was_asked(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL frontier x.yaml --json --threads 2");
  assert_int_equal(program.status, 0);
  json_t *result = json_loads(program.out, 0, NULL);
  assert_non_null(result);
  assert_int_equal(json_array_size(json_object_get(result, "rules")), 4);
  assert_string_equal(json_string_value(json_object_get(json_object_get(result, "risk"), "measure")), "std");
  assert_true(json_is_object(json_object_get(result, "recommended")));
  assert_true(json_is_string(json_object_get(result, "sentence")));
  json_decref(result);
  keel_program_free(&program);
}

static void csv_has_the_rules_by_cost(void **state) {
  (void)state;
  struct keel_program program =
      run("$KEEL frontier x.yaml --csv rules.csv --quiet >/dev/null && cut -d, -f1 rules.csv");
  assert_int_equal(program.status, 0);
  assert_string_equal(program.out, "rule\ntimer 1w\nwide\ntimer 2d\nbase\n");
  keel_program_free(&program);
}

static void threads_levels_and_blocks_change_nothing(void **state) {
  (void)state;
  struct keel_program program = run(
      "for t in 1 2 3; do for c in base auto; do $KEEL frontier x.yaml --threads $t --cpu $c --csv - | md5sum; done; "
      "done | sort -u | wc -l");
  assert_int_equal(program.status, 0);
  assert_string_equal(program.out, "1\n");
  keel_program_free(&program);
}

static void the_seed_is_a_field(void **state) {
  (void)state;
  struct keel_program program =
      run("$KEEL frontier x.yaml --seed 4 --csv - >a; $KEEL frontier x.yaml --set run.seed=4 --csv - >b; cmp a b; "
          "$KEEL frontier x.yaml --csv - | cmp -s - a || echo other");
  assert_int_equal(program.status, 0);
  assert_string_equal(program.out, "other\n");
  keel_program_free(&program);
}

static void mistakes_name_their_place(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL frontier x.yaml --set frontier.risk=variance");
  assert_int_equal(program.status, 1);
  assert_string_equal(program.out, "");
  assert_non_null(strstr(program.err, "frontier.risk"));
  keel_program_free(&program);
  program = run("$KEEL frontier x.yaml --set run.steps=0");
  assert_int_equal(program.status, 1);
  assert_non_null(strstr(program.err, "run.steps"));
  keel_program_free(&program);
  assert_program("$KEEL frontier", NULL, 2, "", NULL);
  assert_program("$KEEL frontier x.yaml --json --csv -", NULL, 2, "", NULL);
}

static void a_full_disk_is_an_error(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL frontier x.yaml >/dev/full");
  assert_int_equal(program.status, 1);
  keel_program_free(&program);
  program = run("$KEEL frontier x.yaml --csv /dev/full --quiet");
  assert_int_equal(program.status, 1);
  assert_non_null(strstr(program.err, "/dev/full"));
  keel_program_free(&program);
}

/* Ctrl-C: what was finished is the result. */
static void an_ended_run_shows_what_it_has(void **state) {
  (void)state;
  struct keel_program program = run(
      "timeout --preserve-status -s INT 4 $KEEL frontier x.yaml --set run.paths=50000000 --threads 1 --json >out.json; "
      "echo status $?; grep -c '\"interrupted\": true' out.json");
  assert_non_null(strstr(program.out, "status 1\n1\n"));
  assert_non_null(strstr(program.err, "the result is that of these"));
  keel_program_free(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_table_ends_with_the_sentence),
      cmocka_unit_test(json_says_what_was_asked),
      cmocka_unit_test(csv_has_the_rules_by_cost),
      cmocka_unit_test(threads_levels_and_blocks_change_nothing),
      cmocka_unit_test(the_seed_is_a_field),
      cmocka_unit_test(mistakes_name_their_place),
      cmocka_unit_test(a_full_disk_is_an_error),
      cmocka_unit_test(an_ended_run_shows_what_it_has),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
