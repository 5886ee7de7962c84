#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

static void flags_that_figures_depend_on_are_shown(void **state) {
  (void)state;
  assert_program("$KEEL doctor | grep -c -e '^.  *-\\|flags .*: -O[13].* -ffp-contract=off -fno-math-errno'", NULL, 0,
                 "1\n", "");
}

/* Libraries: as they are, and as they were; pkg-config agrees with the latter. */
static void libraries_have_both_versions(void **state) {
  (void)state;
  struct keel_program program = keel_program_run("$KEEL doctor", NULL);
  static const char *const names[] = {"libc", "libyaml", "jansson", "zlib", "libzip"};
  for (size_t i = 0; i < 5; i++) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\n  %-12s", names[i]);
    const char *at = strstr(program.out, wanted), *end = at ? strchr(at + 1, '\n') : NULL;
    assert_non_null(end);
    assert_true(at[strlen(wanted)] >= '0' && at[strlen(wanted)] <= '9');
    assert_int_equal(end[-1], ')');
    assert_true(strstr(at, " (built with ") < end);
  }
  keel_program_free(&program);
}

/* A library that says that it is older than the one at build time. */
static void an_older_library_is_said(void **state) {
  (void)state;
  static const char line[] =
      "command -v cc >/dev/null || exit 77; cd $(dirname $OLD) && "
      "echo 'const char *zlibVersion(void) { return \"1.2.3\"; }' | cc -shared -fPIC -x c - -o old.so || exit 77; "
      "nm $KEEL | grep -q __asan_init && exit 77; "
      "LD_PRELOAD=./old.so $KEEL doctor | grep -A1 '^- zlib'";
  setenv("OLD", keel_scratch("old.so"), 1);
  struct keel_program program = keel_program_run(line, NULL);
  if (program.status == 77) {
    keel_program_free(&program);
    skip();
  }
  assert_int_equal(program.status, 0);
  assert_non_null(strstr(program.out, "- zlib        1.2.3 (built with "));
  assert_non_null(strstr(program.out, "it is older than the one that keel was built with"));
  keel_program_free(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(flags_that_figures_depend_on_are_shown),
      cmocka_unit_test(libraries_have_both_versions),
      cmocka_unit_test(an_older_library_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
