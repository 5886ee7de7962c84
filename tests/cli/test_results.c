/* How commands that run a strategy read it and put results out. */
#include <stdio.h>
#include <string.h>

#include "support/program.h"

static const char strategy[] =
    "book: [{underlying: X, kind: call, strike: 100, years: 0.25, qty: -1}]\n"
    "market: {model: {kind: gbm, spot: 100, vol: 0.3, rate: 0}}\n"
    "hedge: {trigger: {}, with: [{instrument: spot, lot: 1}]}\n"
    "limits: {order_qty_max: 10000, position_qty_max: 10000}\n"
    "run: {paths: 512, steps: 4}\n";

static struct keel_program run(const char *command, const char *options) {
  char line[1024];
  const char *path = keel_scratch_write("x.yaml", strategy, sizeof strategy - 1);
  snprintf(line, sizeof line, "$KEEL %s %s %s", command, path, options);
  return keel_program_run(line, NULL);
}

static const char *const commands[] = {"simulate", "frontier"};

static void warnings_are_said_unless_quiet(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct keel_program program = run(commands[i], "--json");
    assert_int_equal(program.status, 0);
    assert_non_null(strstr(program.err, "hedge.trigger: is empty"));
    keel_program_free(&program);
    program = run(commands[i], "--json --quiet");
    assert_string_equal(program.err, "");
    keel_program_free(&program);
  }
}

static void results_are_whole_and_end_with_a_line_break(void **state) {
  (void)state;
  static const char *const options[] = {"--json --quiet", "--csv - --quiet"};
  for (size_t i = 0; i < 4; i++) {
    struct keel_program program = run(commands[i / 2], options[i % 2]);
    assert_int_equal(program.status, 0);
    assert_true(program.out_length > 2);
    assert_int_equal(program.out[program.out_length - 1], '\n');
    assert_int_not_equal(program.out[program.out_length - 2], '\n');
    keel_program_free(&program);
  }
}

static void what_cannot_be_written_is_an_error(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct keel_program program = run(commands[i], "--csv - --quiet >/dev/full");
    assert_int_equal(program.status, 1);
    assert_non_null(strstr(program.err, "stdout: cannot write"));
    keel_program_free(&program);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(warnings_are_said_unless_quiet),
      cmocka_unit_test(results_are_whole_and_end_with_a_line_break),
      cmocka_unit_test(what_cannot_be_written_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
