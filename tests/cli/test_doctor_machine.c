#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

static void the_level_in_use_is_the_one_asked_for(void **state) {
  (void)state;
  assert_program("KEEL_CPU=base $KEEL doctor | sed -n 's/^[- ] cpu  *\\(base in use\\).*/\\1/p'", NULL, 0,
                 "base in use\n", "");
  assert_program("$KEEL doctor --cpu base | sed -n 's/^[- ] cpu  *\\(base in use\\).*\\(the same bits\\)$/\\1 \\2/p'",
                 NULL, 0, "base in use the same bits\n", "");
}

static void a_level_that_is_none_is_said(void **state) {
  (void)state;
  assert_program("KEEL_CPU=v9 $KEEL doctor | grep -c 'KEEL_CPU names no level'", NULL, 0, "1\n", "");
  assert_program("KEEL_CPU=auto $KEEL doctor | grep -c 'KEEL_CPU names no level' || true", NULL, 0, "0\n", "");
}

static void any_locale_has_a_point(void **state) {
  (void)state;
  static const char wanted[] = "  locale      de_DE.UTF-8; numbers have a decimal point in any\n";
  assert_program("LC_ALL=de_DE.UTF-8 $KEEL doctor | grep ' locale '", NULL, 0, wanted, "");
  assert_program("LC_ALL= LC_NUMERIC= LANG=de_DE.UTF-8 $KEEL doctor | grep ' locale '", NULL, 0, wanted, "");
}

static void cores_are_those_that_it_may_use(void **state) {
  (void)state;
  if (system("taskset -c 0 true 2>/dev/null") != 0) skip();
  assert_program("taskset -c 0 $KEEL doctor | grep threads", NULL, 0,
                 "  threads     1 cores that this process may use\n", "");
}

/* Something else in the process that changes how numbers are rounded, or takes the zones away. */
static void what_spoils_figures_fails(void **state) {
  (void)state;
  static const char *const sources[][2] = {
      {"#include <fenv.h>\\n__attribute__((constructor)) static void f(void) { fesetround(FE_UPWARD); }",
       "! arithmetic  NOT to the nearest"},
      {"#include <xmmintrin.h>\\n__attribute__((constructor)) static void f(void) { _mm_setcsr(_mm_getcsr() | 0x8000); "
       "}",
       "subnormal numbers LOST"},
      {"#include <stdio.h>\\nFILE *fopen(const char *p, const char *m) { (void)p; (void)m; return NULL; }",
       "! zones       no America/New_York"},
  };
  setenv("SPOILT", keel_scratch("spoilt.so"), 1);
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    char line[640];
    snprintf(line, sizeof line,
             "nm $KEEL | grep -q __asan_init && exit 77; "
             "printf '%s\\n' | cc -O1 -shared -fPIC -x c - -o $SPOILT -lm 2>/dev/null || exit 77; "
             "LD_PRELOAD=$SPOILT $KEEL doctor",
             sources[i][0]);
    struct keel_program program = keel_program_run(line, NULL);
    int is_skipped = program.status == 77;
    if (!is_skipped && (program.status != 1 || !strstr(program.out, sources[i][1])))
      fail_msg("%d %s %s", program.status, program.out, program.err);
    keel_program_free(&program);
    if (is_skipped) skip();
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_level_in_use_is_the_one_asked_for),
      cmocka_unit_test(a_level_that_is_none_is_said),
      cmocka_unit_test(any_locale_has_a_point),
      cmocka_unit_test(cores_are_those_that_it_may_use),
      cmocka_unit_test(what_spoils_figures_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
