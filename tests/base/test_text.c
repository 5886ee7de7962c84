#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "support/support.h"

static const char *shown(const struct keel_text *text) {
  static char buffer[4096];
  assert_true(text->length < sizeof buffer);
  memcpy(buffer, text->data, text->length);
  buffer[text->length] = '\0';
  return buffer;
}

static void a_text_grows(void **state) {
  (void)state;
  struct keel_text text;
  keel_text_init(&text);
  for (int i = 0; i < 5000; i++) keel_text_printf(&text, "%d,", i);
  assert_false(text.failed);
  assert_int_equal(text.length, 10 * 2 + 90 * 3 + 900 * 4 + 4000 * 5);
  assert_memory_equal(text.data + text.length - 10, "4998,4999,", 10);
  keel_text_clear(&text);
  keel_text_add(&text, "ab");
  keel_text_append(&text, "\0c", 2);
  keel_text_char(&text, 'd');
  assert_int_equal(text.length, 5);
  assert_memory_equal(text.data, "ab\0cd", 5);
  keel_text_fini(&text);
  assert_null(text.data);
}

static void a_length_beyond_memory_fails_once_and_for_all(void **state) {
  (void)state;
  struct keel_text text;
  keel_text_init(&text);
  keel_text_add(&text, "kept");
  keel_text_append(&text, "x", SIZE_MAX / 2);
  assert_true(text.failed);
  keel_text_add(&text, "not added");
  assert_string_equal(shown(&text), "kept");
  keel_text_fini(&text);
}

static void a_text_that_is_taken_is_terminated_and_gone(void **state) {
  (void)state;
  struct keel_text text;
  size_t length = 7;
  keel_text_init(&text);
  keel_text_add(&text, "three");
  char *taken = keel_text_take(&text, &length);
  assert_string_equal(taken, "three");
  assert_int_equal(length, 5);
  assert_true(text.data == NULL && text.length == 0);
  free(taken);
  keel_text_append(&text, "x", SIZE_MAX);
  assert_null(keel_text_take(&text, NULL));
  assert_true(text.data == NULL && !text.failed);
}

static void what_is_not_finite_has_another_text(void **state) {
  (void)state;
  struct keel_text text;
  keel_text_init(&text);
  keel_text_number(&text, 2.5, "null");
  keel_text_number(&text, NAN, ",null,");
  keel_text_number(&text, INFINITY, "");
  assert_string_equal(shown(&text), "2.5,null,");
  keel_text_fini(&text);
}

static void fields_are_quoted_where_they_must_be(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"plain", "plain"}, {"", ""},         {"a,b", "\"a,b\""}, {"a\"b", "\"a\"\"b\""}, {"a\nb", "\"a\nb\""},
      {"\rb", "\"\rb\""}, {" a", "\" a\""}, {"a\t", "\"a\t\""}, {"a b", "a b"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_text text;
    keel_text_init(&text);
    keel_text_csv(&text, cases[i][0], strlen(cases[i][0]));
    keel_text_char(&text, ';');
    keel_text_append(&text, "", 1);
    char want[32];
    snprintf(want, sizeof want, "%s;", cases[i][1]);
    assert_string_equal(text.data, want);
    keel_text_fini(&text);
  }
}

/* Every text of up to three bytes out of those that matter is valid JSON, and what is valid UTF-8 comes back unchanged.
 */
static void json_strings_are_always_valid(void **state) {
  (void)state;
  static const unsigned char bytes[] = {0x00, 0x0A, '"',  '\\', 'a',  0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                        0xC0, 0xC2, 0xDF, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF};
  enum { N = sizeof bytes };
  struct keel_text text;
  keel_text_init(&text);
  for (size_t i = 0; i < (size_t)N * N * N * N; i++) {
    char data[4] = {(char)bytes[i % N], (char)bytes[i / N % N], (char)bytes[i / N / N % N], (char)bytes[i / N / N / N]};
    keel_text_clear(&text);
    keel_text_json(&text, data, sizeof data);
    json_t *read = json_loadb(text.data, text.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert_non_null(read);
    json_t *whole = json_stringn(data, sizeof data);
    assert_true(!whole || json_equal(read, whole));
    json_decref(whole);
    json_decref(read);
  }
  keel_text_fini(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_text_grows),
      cmocka_unit_test(a_length_beyond_memory_fails_once_and_for_all),
      cmocka_unit_test(a_text_that_is_taken_is_terminated_and_gone),
      cmocka_unit_test(what_is_not_finite_has_another_text),
      cmocka_unit_test(fields_are_quoted_where_they_must_be),
      cmocka_unit_test(json_strings_are_always_valid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
