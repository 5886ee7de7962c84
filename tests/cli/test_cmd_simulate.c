/* keel simulate as its users run it. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

static const char strategy[] =
    "book: [{underlying: XYZ, kind: call, strike: 100, years: 0.25, qty: -10, multiplier: 100}]\n"
    "market: {model: {kind: gbm, spot: 100, vol: 0.2, rate: 0.05}}\n"
    "hedge: {trigger: {every: step}, with: [{instrument: spot, lot: 1}]}\n"
    "costs: {half_spread_bps: 2, fee_per_share: 0.005}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n"
    "run: {paths: 2000, steps: 20, seed: 7}\n"
    "variants: [{name: band, hedge: {trigger: {band: {shares: 50}}}}]\n";

/* Runs a command beside the strategy's file. */
static struct keel_program run(const char *command) {
  char line[1024];
  const char *path = keel_scratch_write("s.yaml", strategy, sizeof strategy - 1);
  snprintf(line, sizeof line, "cd %.*s && %s", (int)(strrchr(path, '/') - path), path, command);
  return keel_program_run(line, NULL);
}

static double number(const json_t *object, const char *name) {
  return json_number_value(json_object_get(object, name));
}

static void json_says_what_the_interface_promises(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL simulate s.yaml --json");
  assert_int_equal(program.status, 0);
  assert_string_equal(program.err, "");
  json_t *result = json_loads(program.out, 0, NULL);
  assert_non_null(result);
  assert_int_equal((int)number(result, "paths"), 2000);
  assert_int_equal((int)number(result, "seed"), 7);
  const json_t *pnl = json_object_get(result, "pnl"), *variants = json_object_get(result, "variants");
  assert_true(number(pnl, "std") > 0 && number(pnl, "stderr") > 0);
  const json_t *band = json_object_get(variants, "band");
  assert_true(number(json_object_get(band, "cost"), "mean") < number(json_object_get(result, "cost"), "mean"));
  json_decref(result);
  keel_program_free(&program);
}

static void a_person_reads_a_table(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL simulate s.yaml");
  assert_int_equal(program.status, 0);
  assert_non_null(strstr(program.out, "2000 paths of 20 steps over 0.25 years, seed 7"));
  assert_non_null(strstr(program.out, "            base           band\n  P&L mean"));
  assert_non_null(strstr(program.out, "\n    gamma "));
  assert_non_null(strstr(program.out, "\ntheory:\n"));
  keel_program_free(&program);
}

static void csv_goes_to_a_file_or_stdout(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL simulate s.yaml --csv s.csv --quiet >/dev/null && cat s.csv");
  struct keel_program direct = run("$KEEL simulate s.yaml --csv -");
  assert_int_equal(program.status, 0);
  assert_string_equal(program.out, direct.out);
  assert_int_equal(strncmp(program.out, "variant,quantity,mean,mean_error,", 33), 0);
  assert_non_null(strstr(program.out, "\nband,pnl_gamma,"));
  keel_program_free(&program);
  keel_program_free(&direct);
}

#define ACCOUNTS                                                                                              \
  "--set 'book=[{account: a, underlying: XYZ, kind: call, strike: 100, years: 0.25, qty: -10}, {underlying: " \
  "XYZ, kind: put, strike: 90, years: 0.25, qty: 5}]'"

/* Each account beside the whole: in the table, the CSV and JSON. */
static void accounts_are_told_apart(void **state) {
  (void)state;
  struct keel_program table = run("$KEEL simulate s.yaml " ACCOUNTS);
  struct keel_program csv = run("$KEEL simulate s.yaml --csv - " ACCOUNTS);
  struct keel_program json = run("$KEEL simulate s.yaml --json " ACCOUNTS);
  assert_true(!table.status && !csv.status && !json.status);
  assert_non_null(strstr(table.out, "\n  (no account)\n    P&L mean"));
  assert_non_null(strstr(table.out, "\n  a\n    P&L mean"));
  assert_int_equal(strncmp(csv.out, "variant,account,quantity,mean,", 30), 0);
  assert_non_null(strstr(csv.out, "\nbase,total,pnl,"));
  assert_non_null(strstr(csv.out, "\nbase,a,pnl_gamma,"));
  json_t *document = json_loads(json.out, 0, NULL), *accounts = json_object_get(document, "accounts");
  assert_int_equal(json_object_size(accounts), 2);
  double sum = 0;
  const char *name;
  json_t *account;
  json_object_foreach(accounts, name, account) sum +=
      json_real_value(json_object_get(json_object_get(account, "pnl"), "mean"));
  assert_close(sum, json_real_value(json_object_get(json_object_get(document, "pnl"), "mean")), 1e-9);
  json_decref(document);
  keel_program_free(&table);
  keel_program_free(&csv);
  keel_program_free(&json);
}

static void the_seed_alone_changes_the_result(void **state) {
  (void)state;
  struct keel_program program =
      run("for o in '' '--threads 1' '--threads 3 --cpu base' '--seed 7' '--set run.seed=7'; do "
          "$KEEL simulate s.yaml $o --csv - | cksum; done | sort -u | wc -l; "
          "for o in '--seed 7' '--seed 8' '--set run.seed=8'; do $KEEL simulate s.yaml $o --csv - | cksum; done | "
          "sort -u | wc -l");
  assert_string_equal(program.out, "1\n2\n");
  keel_program_free(&program);
}

static void mistakes_name_their_place(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL simulate s.yaml --set market.model.vol=-1");
  assert_int_equal(program.status, 1);
  assert_string_equal(program.out, "");
  assert_non_null(strstr(program.err, "market.model.vol"));
  keel_program_free(&program);
  program =
      run("$KEEL simulate s.yaml --set 'book=[{underlying: XYZ, kind: call, strike: 100, expiry: 2024-02-16, "
          "qty: -1}]'");
  assert_int_equal(program.status, 1);
  assert_non_null(strstr(program.err, "s.yaml: run.start: is missing"));
  keel_program_free(&program);
  assert_program("$KEEL simulate", NULL, 2, "", NULL);
}

/* Ctrl-C: what was finished is the result, and the exit status says that it is not all. */
static void an_interrupted_run_has_a_result(void **state) {
  (void)state;
  struct keel_program program =
      run("timeout --preserve-status -s INT 3 $KEEL simulate s.yaml --set run.paths=100000000 --json; echo $?");
  json_error_t error;
  json_t *result = json_loads(program.out, JSON_DISABLE_EOF_CHECK, &error);
  assert_non_null(result);
  assert_true(json_is_true(json_object_get(result, "interrupted")));
  double paths = number(result, "paths");
  assert_true(paths >= 256 && paths < 1e8);
  assert_string_equal(program.out + error.position, "\n1\n");
  assert_non_null(strstr(program.err, "keel: stopped after "));
  json_decref(result);
  keel_program_free(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_says_what_the_interface_promises), cmocka_unit_test(a_person_reads_a_table),
      cmocka_unit_test(csv_goes_to_a_file_or_stdout),          cmocka_unit_test(accounts_are_told_apart),
      cmocka_unit_test(the_seed_alone_changes_the_result),     cmocka_unit_test(mistakes_name_their_place),
      cmocka_unit_test(an_interrupted_run_has_a_result),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
