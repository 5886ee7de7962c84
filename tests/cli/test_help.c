#include <stdio.h>
#include <string.h>

#include "support/program.h"

static void help_lists_the_commands(void **state) {
  (void)state;
  struct keel_program program = keel_program_run("$KEEL --help && $KEEL -h", NULL);
  assert_int_equal(program.status, 0);
  assert_string_equal(program.err, "");
  assert_non_null(strstr(program.out, "\n  price     FILE|-              price and Greeks for a CSV of options\n"));
  assert_non_null(strstr(program.out, "\n  implied   FILE|-  "));
  keel_program_free(&program);
}

/* Each command of the list has help of its own: on stdout, with all common options, none too long for a terminal. */
static void every_command_has_help(void **state) {
  (void)state;
  static const char loop[] =
      "$KEEL --help | sed -n 's/^  \\([a-z]*\\) .*/\\1/p' | while read c; do "
      "$KEEL $c --help >help.txt || exit 1; "
      "grep -q \"^keel $c: \" help.txt && grep -q \"^usage: keel $c \" help.txt || exit 2; "
      "for o in json seed threads cpu quiet help; do grep -q -e \"--$o \" help.txt || exit 3; done; "
      "awk 'length > 120 { exit 4 }' help.txt || exit 4; "
      "echo $c; done";
  char line[2048];
  snprintf(line, sizeof line, "cd %s; %s", keel_scratch("."), loop);
  struct keel_program program = keel_program_run(line, NULL);
  assert_int_equal(program.status, 0);
  assert_string_equal(program.err, "");
  assert_non_null(strstr(program.out, "price\n"));
  assert_non_null(strstr(program.out, "implied\n"));
  keel_program_free(&program);
}

static void help_wins_over_missing_operands(void **state) {
  (void)state;
  assert_program("$KEEL price -h | head -1", NULL, 0, "keel price: price and Greeks for a CSV of options\n", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(help_lists_the_commands),
      cmocka_unit_test(every_command_has_help),
      cmocka_unit_test(help_wins_over_missing_operands),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
