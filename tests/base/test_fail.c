#include "base/fail.h"

#include <string.h>

#include "support/support.h"

static void where_names_file_line_and_field(void **state) {
  (void)state;
  keel_error error = {0};
  assert_int_equal(keel_fail_at(&error, "book.csv", 14, "strike", "is %d", 0), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "book.csv:14: strike");
  assert_string_equal(error.what, "is 0");
  keel_fail_at(&error, "book.csv", 0, NULL, "x");
  assert_string_equal(error.where, "book.csv");
  assert_int_equal(keel_fail(NULL, KEEL_STATUS_IO, NULL, "x"), KEEL_STATUS_IO);
}

static void long_texts_are_cut_not_overrun(void **state) {
  (void)state;
  char name[2000];
  memset(name, 'x', sizeof name);
  name[sizeof name - 1] = '\0';
  keel_error error = {0};
  keel_fail_at(&error, name, 1, name, "%s", name);
  assert_int_equal(strlen(error.where), sizeof error.where - 1);
  assert_int_equal(strlen(error.what), sizeof error.what - 1);
}

static void statuses_have_names(void **state) {
  (void)state;
  assert_string_equal(keel_status_name(KEEL_STATUS_OK), "ok");
  assert_string_equal(keel_status_name(KEEL_STATUS_STOPPED), "stopped");
  assert_string_equal(keel_status_name((keel_status)99), "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(where_names_file_line_and_field),
      cmocka_unit_test(long_texts_are_cut_not_overrun),
      cmocka_unit_test(statuses_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
