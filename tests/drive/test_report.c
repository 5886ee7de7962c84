/* A whole page: results and ledgers in their places, the same bytes again; nothing on an error. */
#include <stdio.h>

#include "drive/report_page.h"
#include "drive/report_support.h"
#include "support/program.h"

static const char replay[] = "{\"command\": \"replay\", \"decisions\": 1, \"explain\": {}, \"problems\": {}}";

static const char *a_ledger(void) {
  struct keel_text text;
  keel_text_init(&text);
  ledger_header(&text);
  ledger_row(&text, "2025-01-02T21:00:00Z", "base", "1");
  return ledger_file("l.csv", &text);
}

/* A build without the page says so, and there is nothing more to test of it. */
static int is_missing(void) {
  keel_error error = {0};
  if (!keel_report_missing()) return 0;
  const char *files[] = {"x.json"};
  assert_int_equal(keel_report_save(files, 1, keel_scratch("r.html"), &error), KEEL_STATUS_UNSUPPORTED);
  assert_non_null(strstr(error.what, "Node"));
  return 1;
}

static void a_page_has_its_pieces_in_order(void **state) {
  (void)state;
  if (is_missing()) skip();
  char json[4096], ledger[4096], page[4096];
  keel_error error = {0};
  snprintf(json, sizeof json, "%s", keel_scratch_write("r.json", replay, sizeof replay - 1));
  snprintf(ledger, sizeof ledger, "%s", a_ledger());
  snprintf(page, sizeof page, "%s", keel_scratch("r.html"));
  const char *files[] = {ledger, json};
  char *pages[2];
  size_t length;
  for (int i = 0; i < 2; i++) {
    if (keel_report_save(files, 2, page, &error)) fail_msg("%s: %s", error.where, error.what);
    pages[i] = keel_file_content(page, &length);
  }
  assert_string_equal(pages[0], pages[1]);
  const char *result = strstr(*pages, "class=\"keel-result\""), *app = strstr(*pages, "<script>");
  const char *columns = strstr(*pages, "class=\"keel-ledger\"");
  assert_true(result && columns && result < app && app < columns);
  assert_memory_equal(*pages, keel_report_page.head.bytes, keel_report_page.head.size);
  assert_memory_equal(*pages + length - keel_report_page.end.size, keel_report_page.end.bytes,
                      keel_report_page.end.size);
  free(pages[0]);
  free(pages[1]);
}

static void an_error_leaves_nothing(void **state) {
  (void)state;
  if (is_missing()) skip();
  char page[4096], ledger[4096];
  keel_error error = {0};
  snprintf(page, sizeof page, "%s", keel_scratch("none.html"));
  snprintf(ledger, sizeof ledger, "%s", a_ledger());
  const char *bad[] = {keel_scratch_write("bad.json", " \n{\"command\": ", 14)};
  assert_int_equal(keel_report_save(bad, 1, page, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "line 2"));
  const char *absent[] = {keel_scratch("absent.json")};
  assert_int_equal(keel_report_save(absent, 1, page, &error), KEEL_STATUS_IO);
  const char *alone[] = {ledger};
  assert_int_equal(keel_report_save(alone, 1, page, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "no result among the files"));
  assert_null(keel_file_content(page, NULL));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_page_has_its_pieces_in_order),
      cmocka_unit_test(an_error_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
