/* Ledgers in a page: by column, with every bit of their numbers. */
#include <jansson.h>
#include <math.h>

#include "drive/report_support.h"

static size_t column_named(const json_t *head, const char *name) {
  const json_t *columns = json_object_get(head, "columns");
  for (size_t i = 0; i < json_array_size(columns); i++)
    if (strcmp(json_string_value(json_object_get(json_array_get(columns, i), "name")), name) == 0) return i;
  fail_msg("no column %s", name);
  return 0;
}

static json_t *head_of(const struct keel_text *page) {
  char *text = element(page, "keel-ledger", 0);
  json_t *head = json_loads(text, 0, NULL);
  assert_non_null(head);
  assert_null(strchr(text, '<'));
  free(text);
  return head;
}

/* The values of a column, in the order of rows; returns their width. */
static size_t values_of(const struct keel_text *page, const json_t *head, const char *name, void *out, size_t room) {
  size_t at = column_named(head, name), rows = (size_t)json_integer_value(json_object_get(head, "rows"));
  const json_t *column = json_array_get(json_object_get(head, "columns"), at);
  size_t width = (size_t)json_integer_value(json_object_get(column, "width"));
  char *packed = element(page, "keel-column", (int)at);
  unsigned char *bytes = malloc(room), *values = out;
  assert_int_equal(unpacked(packed, bytes, room), rows * width);
  int has_planes = json_is_true(json_object_get(column, "planes"));
  for (size_t r = 0; r < rows; r++)
    for (size_t k = 0; k < width; k++) values[r * width + k] = bytes[has_planes ? k * rows + r : r * width + k];
  free(bytes);
  free(packed);
  return width;
}

static void numbers_times_and_texts_come_back(void **state) {
  (void)state;
  struct keel_text text, page;
  keel_error error = {0};
  keel_text_init(&text);
  keel_text_init(&page);
  ledger_header(&text);
  ledger_row(&text, "2025-01-02T21:00:00Z", "base", "0.1");
  ledger_row(&text, "2025-01-02T21:00:00.000000001Z", "\"</script>, a\"", "");
  ledger_row(&text, "1969-12-31T23:59:59Z", "base", "-1e-300");
  assert_int_equal(keel_report_add_ledger(&page, ledger_file("l.csv", &text), &error), KEEL_STATUS_OK);
  json_t *head = head_of(&page);
  double spot[3];
  int64_t times[3];
  unsigned char variants[3];
  assert_int_equal(values_of(&page, head, "spot", spot, sizeof spot), 8);
  assert_same_bits(spot[0], 0.1);
  assert_true(isnan(spot[1]));
  assert_same_bits(spot[2], -1e-300);
  values_of(&page, head, "time", times, sizeof times);
  assert_int_equal(times[0], INT64_C(1735851600000000000));
  assert_int_equal(times[1], times[0] + 1);
  assert_int_equal(times[2], -1000000000);
  assert_int_equal(values_of(&page, head, "variant", variants, sizeof variants), 1);
  const json_t *texts =
      json_object_get(json_array_get(json_object_get(head, "columns"), column_named(head, "variant")), "texts");
  assert_int_equal(json_array_size(texts), 2);
  assert_string_equal(json_string_value(json_array_get(texts, variants[1])), "</script>, a");
  assert_int_equal(variants[0], variants[2]);
  json_decref(head);
  keel_text_fini(&page);
}

static void many_rows_and_texts_come_back(void **state) {
  (void)state;
  enum { ROWS = 5000 };
  struct keel_text text, page;
  keel_error error = {0};
  char name[32], spot[40];
  keel_text_init(&text);
  keel_text_init(&page);
  ledger_header(&text);
  for (int r = 0; r < ROWS; r++) {
    snprintf(name, sizeof name, "v%d", r % 700);
    snprintf(spot, sizeof spot, "%.17g", 100 + r / 7.0);
    ledger_row(&text, "2025-01-02T21:00:00Z", name, spot);
  }
  assert_int_equal(keel_report_add_ledger(&page, ledger_file("m.csv", &text), &error), KEEL_STATUS_OK);
  json_t *head = head_of(&page);
  static double spots[ROWS];
  static uint16_t variants[ROWS];
  values_of(&page, head, "spot", spots, sizeof spots);
  assert_int_equal(values_of(&page, head, "variant", variants, sizeof variants), 2);
  for (int r = 0; r < ROWS; r++) {
    assert_same_bits(spots[r], 100 + r / 7.0);
    assert_int_equal(variants[r], r % 700);
  }
  json_decref(head);
  keel_text_fini(&page);
}

static void refuses(struct keel_text *text, const char *where, const char *what) {
  struct keel_text page;
  keel_error error = {0};
  keel_text_init(&page);
  assert_int_equal(keel_report_add_ledger(&page, ledger_file("bad.csv", text), &error), KEEL_STATUS_INPUT);
  const char *name = strrchr(error.where, '/') + 1;
  assert_string_equal(name, where);
  if (!strstr(error.what, what)) fail_msg("%s: not in: %s", what, error.what);
  keel_text_fini(&page);
}

static void what_is_no_ledger_is_refused(void **state) {
  (void)state;
  struct keel_text text;
  keel_text_init(&text);
  keel_text_add(&text, "kind,strike\ncall,100\n");
  refuses(&text, "bad.csv:1: kind", "is no column of a ledger here, where `time` is expected");
  keel_text_add(&text, "time,variant\n2025-01-02T21:00:00Z,base\n");
  refuses(&text, "bad.csv:1", "ends before the column `underlying`");
  ledger_header(&text);
  ledger_row(&text, "2025-01-02", "base", "1");
  refuses(&text, "bad.csv:2: time", "is no instant like");
  ledger_header(&text);
  ledger_row(&text, "2025-01-02T21:00:00Z", "base", "1");
  ledger_row(&text, "2025-01-02T21:00:00Z", "base", "one");
  refuses(&text, "bad.csv:3: spot", "is no number");
  ledger_header(&text);
  refuses(&text, "bad.csv:1", "without a row");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_times_and_texts_come_back),
      cmocka_unit_test(many_rows_and_texts_come_back),
      cmocka_unit_test(what_is_no_ledger_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
