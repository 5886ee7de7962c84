/* --watch: sparklines, and what the commands show of them. */
#include <stdio.h>
#include <string.h>

#include "support/program.h"

static const char strategy[] =
    "book: [{underlying: X, kind: call, strike: 100, years: 0.1, qty: -10}]\n"
    "market: {model: {kind: gbm, spot: 100, vol: 0.3, rate: 0}}\n"
    "hedge: {trigger: {every: step}, with: [{instrument: spot, lot: 1}]}\n"
    "limits: {order_qty_max: 10000, position_qty_max: 10000}\n"
    "run: {paths: 4096, steps: 8, seed: 3}\n";

static const char *there(const char *command) {
  static char line[1024];
  const char *path = keel_scratch_write("x.yaml", strategy, sizeof strategy - 1);
  snprintf(line, sizeof line, "cd %.*s && %s", (int)(strrchr(path, '/') - path), path, command);
  return line;
}

/* A line of 32 cells: low at its ends, with its highest and its lowest among them. */
static void a_distribution_has_its_heights(void **state) {
  (void)state;
  struct keel_program program = keel_program_run(there("$KEEL simulate x.yaml --watch"), NULL);
  assert_int_equal(program.status, 0);
  char *end = strstr(program.out, "  P&L from ");
  assert_non_null(end);
  const char *start = end - 3 * 32;
  *end = '\0';
  for (int i = 0; i < 32; i++) assert_memory_equal(start + 3 * i, "\xe2\x96", 2);
  assert_non_null(strstr(start, "█"));
  assert_memory_equal(start, "▁", 3);
  assert_memory_equal(end - 3, "▁", 3);
  keel_program_free(&program);
}

static void the_end_of_a_run_is_shown_before_its_table(void **state) {
  (void)state;
  struct keel_program program = keel_program_run(there("$KEEL simulate x.yaml --tape x.tape --watch --threads 2 && "
                                                       "$KEEL replay x.yaml --set market.tape=x.tape --watch"),
                                                 NULL);
  assert_int_equal(program.status, 0);
  assert_string_equal(program.err, "");
  const char *mean = strstr(program.out, "mean P&L"), *spread = strstr(program.out, "P&L from ");
  const char *table = strstr(program.out, "4096 paths of 8 steps"), *pnl = strstr(program.out, "cost\n  base");
  assert_true(mean && spread && table && pnl && mean < spread && spread < table && table < pnl);
  assert_null(strchr(program.out, '\033'));
  keel_program_free(&program);
}

static void the_result_does_not_depend_on_it(void **state) {
  (void)state;
  assert_program(
      there("$KEEL simulate x.yaml --csv a.csv --watch >w.txt && $KEEL simulate x.yaml --csv b.csv >t.txt && "
            "cmp a.csv b.csv"),
      NULL, 0, "", "");
}

static void programs_are_not_shown_sparklines(void **state) {
  (void)state;
  assert_program(there("$KEEL simulate x.yaml --watch --json"), NULL, 2, "", NULL);
  assert_program(there("$KEEL replay x.yaml --watch --csv -"), NULL, 2, "", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_distribution_has_its_heights),
      cmocka_unit_test(the_end_of_a_run_is_shown_before_its_table),
      cmocka_unit_test(the_result_does_not_depend_on_it),
      cmocka_unit_test(programs_are_not_shown_sparklines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
