/* keel replay as its users run it: on a tape that keel import made from a small CSV. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

static const char market[] =
    "time,kind,strike,expiry,bid,ask,spot\n"
    "2024-01-02,call,100,2024-02-16,2.9,3.1,100\n"
    "2024-01-03,call,100,2024-02-16,3.9,4.1,102\n"
    "2024-01-04,call,100,2024-02-16,,4.9,103\n"
    "2024-01-05,call,100,2024-02-16,2.4,2.6,99\n";
static const char map[] =
    "columns: {time: time, kind: kind, strike: strike, expiry: expiry, bid: bid, ask: ask, spot: spot}\n"
    "constants: {underlying: XYZ, exercise: american}\n";
static const char strategy[] =
    "book: [{underlying: XYZ, kind: call, exercise: american, strike: 100, expiry: 2024-02-16, qty: -1}]\n"
    "market: {tape: xyz.tape, rate: 0.05}\n"
    "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]}\n"
    "costs: {half_spread_bps: 1}\n"
    "limits: {order_qty_max: 1000, position_qty_max: 1000}\n"
    "variants: [{name: 'none, \"quoted\"', hedge: {target: {none: true}}}]\n";

/* Puts the files into the scratch folder; returns a shell prefix that goes there. */
static const char *there(void) {
  static char prefix[600];
  const char *path = keel_scratch_write("xyz.yaml", strategy, sizeof strategy - 1);
  keel_scratch_write("xyz.csv", market, sizeof market - 1);
  keel_scratch_write("map.yaml", map, sizeof map - 1);
  snprintf(prefix, sizeof prefix, "cd %.*s && $KEEL import xyz.csv --map map.yaml -o xyz.tape --quiet >/dev/null && ",
           (int)(strrchr(path, '/') - path), path);
  return prefix;
}

static struct keel_program run(const char *command) {
  char line[1024];
  snprintf(line, sizeof line, "%s%s", there(), command);
  return keel_program_run(line, NULL);
}

static double number(const json_t *object, const char *name) {
  return json_number_value(json_object_get(object, name));
}

static void json_says_what_the_interface_promises(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL replay xyz.yaml --json");
  assert_int_equal(program.status, 0);
  json_t *result = json_loads(program.out, 0, NULL), *explain = json_object_get(result, "explain"), *part;
  assert_non_null(result);
  assert_int_equal((int)number(result, "events"), 8);
  assert_int_equal((int)number(result, "instants"), 4);
  assert_int_equal((int)number(result, "decisions"), 3); /* none at the last instant */
  double sum = 0;
  const char *name;
  json_object_foreach(explain, name, part) sum += json_number_value(part);
  assert_close(sum, number(result, "pnl"), 1e-9);
  assert_true(json_object_get(explain, "unexplained") != NULL);
  assert_true(number(result, "cost") > 0);
  assert_int_equal((int)number(json_object_get(result, "problems"), "marked_one_sided"), 1);
  json_t *variants = json_object_get(result, "variants");
  assert_int_equal(json_object_size(variants), 2);
  assert_close(number(json_object_get(variants, "base"), "pnl"), number(result, "pnl"), 0);
  assert_true(json_object_get(variants, "none, \"quoted\"") != NULL);
  assert_non_null(strstr(program.out, "0 long contracts exercised, 0 short ones assigned"));
  json_decref(result);
  keel_program_free(&program);
}

static void the_ledger_has_a_row_per_decision(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL replay xyz.yaml --csv ledger.csv --quiet >/dev/null && cat ledger.csv");
  assert_int_equal(program.status, 0);
  assert_int_equal(strncmp(program.out, "time,variant,underlying,account,reason,spot,", 44), 0);
  int lines = 0;
  for (const char *at = program.out; (at = strchr(at, '\n')); at++) lines++;
  assert_int_equal(lines, 1 + 4 + 2); /* of the one that never trades: where it begins and ends */
  assert_non_null(strstr(program.out, "2024-01-02T21:00:00Z,base,XYZ,,enter,100,"));
  assert_non_null(strstr(program.out, "2024-01-05T21:00:00Z,base,XYZ,,liquidate,99,"));
  assert_non_null(strstr(program.out, "2024-01-02T21:00:00Z,\"none, \"\"quoted\"\"\",XYZ,,no_target,100,"));
  /* what moved after the last decision has a row too */
  assert_non_null(strstr(program.out, "2024-01-05T21:00:00Z,\"none, \"\"quoted\"\"\",XYZ,,liquidate,99,"));
  keel_program_free(&program);
}

static void exercise_is_as_the_tape_says(void **state) {
  (void)state;
  struct keel_program program = run(
      "$KEEL replay xyz.yaml --set 'book=[{underlying: XYZ, kind: call, strike: 100, expiry: 2024-02-16, qty: -1}]'");
  assert_int_equal(program.status, 0);
  assert_non_null(strstr(program.out, "0 long contracts exercised, 0 short ones assigned"));
  keel_program_free(&program);
}

static void accounts_are_told_apart(void **state) {
  (void)state;
#define POSITION "underlying: XYZ, kind: call, strike: 100, expiry: 2024-02-16, qty: -1}"
  struct keel_program program =
      run("$KEEL replay xyz.yaml --set 'book=[{account: a, " POSITION ", {account: b, " POSITION
          "]' && "
          "$KEEL replay xyz.yaml --csv - --set 'book=[{account: a, " POSITION ", {account: b, " POSITION "]'");
  assert_int_equal(program.status, 0);
  assert_non_null(strstr(program.out, "\n  a\n    P&L"));
  assert_non_null(strstr(program.out, "\n  b\n    P&L"));
  assert_non_null(strstr(program.out, "Z,base,XYZ,a,enter,100,"));
  assert_non_null(strstr(program.out, "Z,base,XYZ,b,liquidate,99,"));
  keel_program_free(&program);
}

static void overrides_change_the_rule(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL replay xyz.yaml --set hedge.trigger.every=3d --json");
  json_t *result = json_loads(program.out, 0, NULL);
  assert_int_equal((int)number(result, "decisions"), 1);
  json_decref(result);
  keel_program_free(&program);
}

static void the_same_ledger_for_any_level_and_threads(void **state) {
  (void)state;
  struct keel_program program =
      run("for t in 1 2; do for c in base auto; do $KEEL replay xyz.yaml --threads $t --cpu $c --csv - ; done; done | "
          "sort | uniq -c | awk '{ print $1 }' | sort -u");
  assert_int_equal(program.status, 0);
  assert_string_equal(program.out, "4\n");
  keel_program_free(&program);
}

static void mistakes_name_their_place(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL replay xyz.yaml --set limits.order_qty_max=0");
  assert_int_equal(program.status, 1);
  assert_string_equal(program.out, "");
  assert_non_null(strstr(program.err, "limits.order_qty_max"));
  keel_program_free(&program);
  program = run("printf x >>xyz.tape; $KEEL replay xyz.yaml --csv ledger2.csv");
  assert_int_equal(program.status, 1);
  assert_non_null(strstr(program.err, "xyz.tape"));
  assert_int_equal(keel_scratch_count("ledger2"), 0);
  keel_program_free(&program);
  assert_program("$KEEL replay", NULL, 2, "", NULL);
  assert_program("$KEEL replay x.yaml --json --csv -", NULL, 2, "", NULL);
  assert_program("$KEEL replay --help-fields | grep -c order_qty_max", NULL, 0, NULL, "");
}

static void a_full_disk_is_an_error(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL replay xyz.yaml >/dev/full");
  assert_int_equal(program.status, 1);
  keel_program_free(&program);
  program = run("$KEEL replay xyz.yaml --csv /dev/full --quiet");
  assert_int_equal(program.status, 1);
  assert_non_null(strstr(program.err, "/dev/full"));
  keel_program_free(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_says_what_the_interface_promises),
      cmocka_unit_test(the_ledger_has_a_row_per_decision),
      cmocka_unit_test(exercise_is_as_the_tape_says),
      cmocka_unit_test(accounts_are_told_apart),
      cmocka_unit_test(overrides_change_the_rule),
      cmocka_unit_test(the_same_ledger_for_any_level_and_threads),
      cmocka_unit_test(mistakes_name_their_place),
      cmocka_unit_test(a_full_disk_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
