#include <string.h>

#include "support/program.h"

static void the_version(void **state) {
  (void)state;
  assert_program("$KEEL --version", NULL, 0, "keel " KEEL_VERSION "\n", "");
}

static void without_a_command_it_is_usage(void **state) {
  (void)state;
  struct keel_program program = keel_program_run("$KEEL", NULL);
  assert_int_equal(program.status, 2);
  assert_string_equal(program.out, "");
  assert_non_null(strstr(program.err, "usage: keel COMMAND"));
  keel_program_free(&program);
}

static void an_unknown_command_is_usage_with_the_nearest(void **state) {
  (void)state;
  assert_program("$KEEL implid x", NULL, 2, "",
                 "keel: no command \"implid\"; did you mean implied?\nkeel --help lists the commands\n");
  assert_program("$KEEL xyzzy", NULL, 2, "", "keel: no command \"xyzzy\"\nkeel --help lists the commands\n");
  assert_program("$KEEL --json price x", NULL, 2, "", "keel: no option \"--json\"\nkeel --help lists the commands\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_version),
      cmocka_unit_test(without_a_command_it_is_usage),
      cmocka_unit_test(an_unknown_command_is_usage_with_the_nearest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
