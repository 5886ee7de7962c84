#include "support/program.h"

/* Who has keel needs no MPI. */
static void keel_never_links_mpi(void **state) {
  (void)state;
  assert_program("ldd $KEEL | grep -c -i -e libmpi -e libpmi", NULL, 1, "0\n", "");
}

static void its_exit_status_is_its_own(void **state) {
  (void)state;
  assert_program("$KEEL --version >/dev/null", NULL, 0, "", "");
  assert_program("$KEEL simulate nosuch.yaml", NULL, 1, "",
                 "keel: nosuch.yaml: cannot be opened: No such file or directory\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keel_never_links_mpi),
      cmocka_unit_test(its_exit_status_is_its_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
