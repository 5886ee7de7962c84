/* Results in a page: which are taken, what is said of others, and that nothing in them ends an element. */
#include <jansson.h>

#include "drive/report_support.h"

static const char risk[] =
    "{\"command\": \"risk\", \"total\": {\"value\": 0.1, \"big\": 1e300}, \"underlyings\": {\"</script><b>\": {}},\n"
    " \"grid\": {}, \"stresses\": [1, -2.5, true, null, \"\\u2028<!--\"], \"seed\": 12345678901234}";

static keel_status add(const char *text, struct keel_text *page, keel_error *error) {
  keel_text_init(page);
  return keel_report_add_result(page, "r<un>.json", text, strlen(text), error);
}

static void a_result_is_the_same_in_the_page(void **state) {
  (void)state;
  struct keel_text page;
  keel_error error = {0};
  assert_int_equal(add(risk, &page, &error), KEEL_STATUS_OK);
  char *text = unpacked_text(&page, "keel-result", 0);
  assert_null(strchr(text, '<'));
  json_t *document = json_loads(text, 0, NULL), *want = json_loads(risk, 0, NULL);
  assert_true(json_equal(json_object_get(document, "result"), want));
  assert_string_equal(json_string_value(json_object_get(document, "file")), "r<un>.json");
  assert_non_null(strstr(text, "\"value\":0.1,\"big\":1e+300"));
  json_decref(document);
  json_decref(want);
  free(text);
  keel_text_fini(&page);
}

static void refuses(const char *text, const char *where, const char *what) {
  struct keel_text page;
  keel_error error = {0};
  assert_int_equal(add(text, &page, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, where);
  if (!strstr(error.what, what)) fail_msg("%s: not in: %s", what, error.what);
  assert_int_equal(page.length, 0);
  keel_text_fini(&page);
}

static void what_is_damaged_is_refused_with_its_place(void **state) {
  (void)state;
  refuses("", "r<un>.json", "line 1, column 0: no whole JSON document");
  refuses("{\"command\": \"risk\",\n \"total\": {\"value\": 0.", "r<un>.json", "line 2, column ");
  refuses("{\"command\": \"risk\", \"command\": \"risk\"}", "r<un>.json", "duplicate");
  refuses("[1]", "r<un>.json", "no JSON object");
  refuses("{}", "r<un>.json: command", "is missing");
  refuses("{\"command\": \"hedge\"}", "r<un>.json: command",
          "is \"hedge\", of which there is no report; allowed: simulate");
  refuses("{\"command\": \"risk\", \"total\": {}}", "r<un>.json: underlyings",
          "is missing; a result of keel risk has an object");
  refuses("{\"command\": \"replay\", \"decisions\": \"3\"}", "r<un>.json: decisions", "is something else");
}

static void every_cut_of_a_result_is_refused(void **state) {
  (void)state;
  for (size_t length = 0; length + 1 < sizeof risk - 1; length++) {
    struct keel_text page;
    keel_error error = {0};
    keel_text_init(&page);
    assert_int_equal(keel_report_add_result(&page, "r", risk, length, &error), KEEL_STATUS_INPUT);
    keel_text_fini(&page);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_result_is_the_same_in_the_page),
      cmocka_unit_test(what_is_damaged_is_refused_with_its_place),
      cmocka_unit_test(every_cut_of_a_result_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
