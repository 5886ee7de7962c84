/* The plot of keel frontier, drawn where stdout is a terminal: `script` makes one. */
#include <stdio.h>
#include <string.h>

#include "support/program.h"

static const char strategy[] =
    "book: [{underlying: X, kind: call, strike: 100, years: 0.1643835616438356, qty: -10}]\n"
    "market: {model: {kind: gbm, spot: 100, vol: 0.3, rate: 0}}\n"
    "hedge: {trigger: {every: step}, with: [{instrument: spot, lot: 1}]}\n"
    "costs: {half_spread_bps: 20}\n"
    "limits: {order_qty_max: 10000, position_qty_max: 10000}\n"
    "run: {paths: 2048, steps: 60, seed: 3}\n"
    "frontier: {risk: std, risk_aversion: 0.5, rules: [{name: none, hedge: {target: {none: true}}},"
    " {over: {trigger.every: [2d, 5d, 1w]}}, {over: {trigger.band.fraction: [0.05, 0.1, 0.2]}}]}\n";

/* On a terminal; status 77 where there is no `script`. */
static struct keel_program run(const char *options) {
  char line[1024];
  const char *path = keel_scratch_write("x.yaml", strategy, sizeof strategy - 1);
  snprintf(line, sizeof line,
           "command -v script >/dev/null || exit 77; script -qec '$KEEL frontier %s --quiet %s' /dev/null </dev/null",
           path, options);
  return keel_program_run(line, NULL);
}

/* How often a character stands in the plot, behind the axis. */
static int marks(const char *out, char mark) {
  int count = 0;
  for (const char *line = strstr(out, " |"); line; line = strstr(line + 1, " |"))
    for (const char *at = line + 2; *at && *at != '\n'; at++) count += *at == mark;
  return count;
}

static void the_plot_has_the_rules_and_its_axes(void **state) {
  (void)state;
  struct keel_program program = run("");
  if (program.status == 77) {
    keel_program_free(&program);
    skip();
  }
  assert_int_equal(program.status, 0);
  assert_non_null(strstr(program.out, "+----"));
  assert_non_null(strstr(program.out, "  cost\r\n"));
  assert_int_equal(marks(program.out, '*'), 1);
  assert_true(marks(program.out, 'o') + marks(program.out, '.') >= 3);
  assert_non_null(strstr(program.out, " more outside")); /* no hedge is far off */
  keel_program_free(&program);
}

static void one_rule_alone_is_a_plot_too(void **state) {
  (void)state;
  struct keel_program program = run("--set \"frontier.rules=[{name: same, hedge: {}}]\"");
  if (program.status == 77) {
    keel_program_free(&program);
    skip();
  }
  assert_int_equal(program.status, 0);
  assert_non_null(strstr(program.out, "+----"));
  keel_program_free(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_plot_has_the_rules_and_its_axes),
      cmocka_unit_test(one_rule_alone_is_a_plot_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
