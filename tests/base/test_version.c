#include "keel/version.h"

#include "support/support.h"

static void it_is_the_one_that_was_built(void **state) {
  (void)state;
  assert_string_equal(keel_version(), KEEL_VERSION);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_the_one_that_was_built)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
