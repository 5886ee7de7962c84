/* keel simulate --tape as its users run it: the replay of the tape is the ledger of the path. */
#include <stdio.h>
#include <string.h>

#include "support/program.h"

static const char strategy[] =
    "book: [{underlying: X, kind: call, strike: 100, years: 0.25, qty: -1}]\n"
    "market: {model: {kind: heston, spot: 100, variance: 0.04, kappa: 2, theta: 0.04, xi: 0.3, rho: -0.5, rate: "
    "0.02}}\n"
    "hedge: {trigger: {every: step}, with: [{instrument: spot, lot: 1}]}\n"
    "costs: {half_spread_bps: 1}\n"
    "limits: {order_qty_max: 1000, position_qty_max: 1000}\n"
    "run: {paths: 300, steps: 20, seed: 7}\n"
    "variants: [{name: none, hedge: {target: {none: true}}}]\n";

static struct keel_program run(const char *command) {
  const char *path = keel_scratch_write("x.yaml", strategy, sizeof strategy - 1);
  char line[2048];
  snprintf(line, sizeof line, "cd %.*s && %s", (int)(strrchr(path, '/') - path), path, command);
  return keel_program_run(line, NULL);
}

static void a_replay_of_the_tape_is_the_ledger(void **state) {
  (void)state;
  struct keel_program program =
      run("for path in 0 299; do"
          "  $KEEL simulate x.yaml --tape x.tape --tape-path $path --ledger simulated.csv --quiet >/dev/null &&"
          "  $KEEL replay x.yaml --set market.tape=x.tape --csv replayed.csv --quiet >/dev/null &&"
          "  cmp simulated.csv replayed.csv && echo same || exit 1; done");
  assert_int_equal(program.status, 0);
  assert_string_equal(program.out, "same\nsame\n");
  keel_program_free(&program);
}

static void the_ledger_needs_no_tape(void **state) {
  (void)state;
  struct keel_program program =
      run("rm -f x.tape; $KEEL simulate x.yaml --ledger one.csv --tape-path 5 --json | grep "
          "-c paths && test ! -e x.tape && head -c 17 one.csv");
  assert_int_equal(program.status, 0);
  assert_non_null(strstr(program.out, "time,variant,unde"));
  keel_program_free(&program);
}

static void wrong_uses_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *options, *what;
    int status;
  } cases[] = {
      {"--tape-path 0", "--tape-path needs --tape or --ledger", 2},
      {"--tape x.tape --tape-path -1", "\"-1\" is not allowed, only the number of a path, from 0", 2},
      {"--tape x.tape --tape-path 3x", "\"3x\" is not allowed", 2},
      {"--tape x.tape --tape-path 300", "are 300: there is no path 300", 1},
      {"--tape none/x.tape", "none/x.tape", 1},
      {"--ledger none/x.csv", "none/x.csv", 1},
      {"--ledger -", "--ledger: \"-\" is not allowed, only a file's name", 2},
      {"--tape x.yaml", "--tape: x.yaml is the strategy itself", 2},
      {"--csv ./x.yaml", "--csv: ./x.yaml is the strategy itself", 2},
      {"--tape x.tape --ledger x.tape", "--tape and --ledger: both are x.tape", 2},
      {"--tape x.tape --ledger ./x.tape", "--tape and --ledger: both are ./x.tape", 2},
      {"--set market.tape=read.tape --csv read.tape", "--csv: read.tape is a file that the strategy reads", 2},
      {"--set 'book={file: book.csv}' --csv ./book.csv", "--csv: ./book.csv is a file that the strategy reads", 2},
  };
  static const char book[] = "underlying,kind,strike,years,qty\nX,call,100,0.1,-1\n";
  keel_scratch_write("book.csv", book, sizeof book - 1);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char command[400];
    snprintf(command, sizeof command,
             "rm -f x.tape; $KEEL simulate x.yaml %s; status=$?; test ! -e x.tape || exit 9; exit $status",
             cases[i].options);
    struct keel_program program = run(command);
    assert_int_equal(program.status, cases[i].status);
    if (!strstr(program.err, cases[i].what)) fail_msg("%s: %s", cases[i].options, program.err);
    assert_string_equal(program.out, "");
    keel_program_free(&program);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_replay_of_the_tape_is_the_ledger),
      cmocka_unit_test(the_ledger_needs_no_tape),
      cmocka_unit_test(wrong_uses_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
