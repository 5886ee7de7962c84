#include <jansson.h>
#include <string.h>

#include "support/program.h"

static json_t *examined(const char *line, int status) {
  struct keel_program program = keel_program_run(line, NULL);
  assert_int_equal(program.status, status);
  assert_string_equal(program.err, "");
  json_t *report = json_loads(program.out, 0, NULL);
  assert_non_null(report);
  keel_program_free(&program);
  return report;
}

static void a_sound_installation_is_well(void **state) {
  (void)state;
  json_t *report = examined("$KEEL doctor --json", 0), *finding;
  const char *subject;
  assert_true(json_is_true(json_object_get(report, "ok")));
  json_t *checks = json_object_get(report, "checks");
  assert_true(json_object_size(checks) >= 13);
  json_object_foreach(checks, subject, finding) {
    const char *health = json_string_value(json_object_get(finding, "health"));
    assert_true(json_string_length(json_object_get(finding, "found")) > 0);
    assert_true(strcmp(health, "ok") == 0 || strcmp(health, "less") == 0);
    assert_int_equal(strcmp(health, "ok") == 0, json_object_get(finding, "costs") == NULL);
  }
  json_decref(report);
}

static void the_text_says_the_same(void **state) {
  (void)state;
  struct keel_program program = keel_program_run("$KEEL doctor", NULL);
  assert_int_equal(program.status, 0);
  assert_non_null(strstr(program.out, "  version     " KEEL_VERSION "\n"));
  assert_non_null(strstr(program.out, "\n- mpi         not in this program\n"));
  assert_non_null(strstr(program.out, "\n\nall that keel needs is there\n"));
  keel_program_free(&program);
}

static void it_takes_no_operand(void **state) {
  (void)state;
  assert_program("$KEEL doctor x", NULL, 2, "",
                 "keel doctor: one argument too many: \"x\"\nkeel doctor --help says what is allowed\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_sound_installation_is_well),
      cmocka_unit_test(the_text_says_the_same),
      cmocka_unit_test(it_takes_no_operand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
