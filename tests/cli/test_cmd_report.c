/* keel report as its users run it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keel/report.h"
#include "support/program.h"

static const char strategy[] =
    "book: [{underlying: X, kind: call, strike: 100, years: 0.1, qty: -10}]\n"
    "market: {model: {kind: gbm, spot: 100, vol: 0.3, rate: 0}}\n"
    "hedge: {trigger: {every: step}, with: [{instrument: spot, lot: 1}]}\n"
    "limits: {order_qty_max: 10000, position_qty_max: 10000}\n"
    "run: {paths: 256, steps: 8, seed: 3, show: 2}\n";

/* In the scratch folder. */
static const char *there(const char *command) {
  static char line[2048];
  const char *path = keel_scratch_write("x.yaml", strategy, sizeof strategy - 1);
  snprintf(line, sizeof line, "cd %.*s && %s", (int)(strrchr(path, '/') - path), path, command);
  return line;
}

/* A build without Node has no page: it says so, and that is all there is. */
static int is_missing(void) {
  if (!keel_report_missing()) return 0;
  struct keel_program program = keel_program_run(there("echo '{}' | $KEEL report - -o r.html"), NULL);
  assert_int_equal(program.status, 1);
  assert_non_null(strstr(program.err, "nodejs"));
  keel_program_free(&program);
  return 1;
}

static void results_and_ledger_become_one_page(void **state) {
  (void)state;
  if (is_missing()) skip();
  struct keel_program program = keel_program_run(
      there(
          "$KEEL simulate x.yaml --tape x.tape --ledger l.csv --json --set run.seed=4 --threads 1 >s.json &&"
          "$KEEL replay x.yaml --set market.tape=x.tape --json >p.json && $KEEL risk x.yaml --json >k.json &&"
          "$KEEL report s.json p.json l.csv k.json -o r.html && $KEEL report s.json p.json l.csv k.json -o r2.html -q "
          "&& cmp r.html r2.html && grep -c keel-result r.html && grep -o '\"repeat\": .*' s.json"),
      NULL);
  if (program.status) fail_msg("%s", program.err);
  assert_non_null(strstr(program.out, "r.html: "));
  assert_non_null(
      strstr(program.out, "\"repeat\": \"keel simulate x.yaml --tape x.tape --ledger l.csv --set run.seed=4\""));
  keel_program_free(&program);
}

static void mistakes_are_said(void **state) {
  (void)state;
  if (is_missing()) skip();
  assert_program(there("$KEEL report s.json"), NULL, 2, "", NULL);
  assert_program(there("echo '{\"command\": 1' >bad.json; $KEEL report bad.json -o bad.html; ls bad.html"), NULL, 2, "",
                 NULL);
  struct keel_program program =
      keel_program_run(there("printf '{\"a\":1,\\n\"b\" 2}' | $KEEL report - -o bad.html"), NULL);
  assert_int_equal(program.status, 1);
  assert_non_null(strstr(program.err, "line 2, column"));
  keel_program_free(&program);
  assert_program(there("$KEEL report s.json -o s.json"), NULL, 2, "", NULL);
  assert_program(there("$KEEL report s.json -o -"), NULL, 2, "", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(results_and_ledger_become_one_page),
      cmocka_unit_test(mistakes_are_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
