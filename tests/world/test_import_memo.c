#include "world/import_memo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/support.h"

static int parsed;

static struct keel_import_meaning parse_length(void *context, struct keel_csv_field text) {
  parsed++;
  assert_ptr_equal(context, &parsed);
  return (struct keel_import_meaning){.whole = (int64_t)text.length, .problem = text.length == 3};
}

static struct keel_import_meaning recall(struct keel_import_memo *memo, const char *text) {
  return *keel_import_recall(memo, &parsed, (struct keel_csv_field){text, strlen(text)});
}

static void texts_are_parsed_once(void **state) {
  (void)state;
  struct keel_import_memo *memo = malloc(sizeof *memo);
  keel_import_memo_init(memo, parse_length);
  parsed = 0;
  for (int round = 0; round < 3; round++) {
    assert_int_equal(recall(memo, "").whole, 0);
    assert_int_equal(recall(memo, "01/31/2018").whole, 10);
    assert_int_equal(recall(memo, "01/31/2018").whole, 10);
    assert_int_equal(recall(memo, "01/31/2019").whole, 10);
    assert_int_equal(recall(memo, "put").problem, 1);
    assert_int_equal(recall(memo, "call").problem, 0);
  }
  assert_int_equal(parsed, 5);
  free(memo);
}

static void many_and_long_texts_are_right_too(void **state) {
  (void)state;
  struct keel_import_memo *memo = malloc(sizeof *memo);
  keel_import_memo_init(memo, parse_length);
  char text[200];
  for (int i = 0; i < 20000; i++) {
    int length = snprintf(text, sizeof text, "%d%0*d", i % 3000, 1 + i % 100, i);
    assert_int_equal(recall(memo, text).whole, length);
  }
  free(memo);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_are_parsed_once),
      cmocka_unit_test(many_and_long_texts_are_right_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
