#include "base/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/support.h"

static keel_status parse(struct keel_arena *arena, const char *text, struct keel_config_node **root,
                         keel_error *error) {
  return keel_config_parse(arena, "s.yaml", text, strlen(text), root, error);
}

static void every_node_knows_its_line_and_path(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_config_node *root;
  static const char text[] =
      "# a comment\r\n"
      "book:\n"
      "  - {qty: 1,\n"
      "     strike: 2}\n"
      "  - qty: 3\n"
      "text: |\n"
      "  two\n"
      "  lines\n"
      "\"a.b\": {c: 'quo''ted'}\n";
  assert_int_equal(parse(&arena, text, &root, NULL), KEEL_STATUS_OK);
  assert_int_equal(root->kind, KEEL_CONFIG_MAP);
  assert_int_equal(root->count, 3);
  const struct keel_config_node *book = keel_config_child(root, "book");
  assert_int_equal(book->kind, KEEL_CONFIG_LIST);
  assert_int_equal(book->count, 2);
  const struct keel_config_node *strike = keel_config_child(book->first, "strike");
  assert_string_equal(strike->text, "2");
  char where[200];
  keel_config_where(strike, NULL, where, sizeof where);
  assert_string_equal(where, "s.yaml:4: book.0.strike");
  keel_config_where(book->last, NULL, where, sizeof where);
  assert_string_equal(where, "s.yaml:5: book.1");
  keel_config_where(book->last, "multiplier", where, sizeof where);
  assert_string_equal(where, "s.yaml:5: book.1.multiplier");
  keel_config_where(root, "text.x.y", where, sizeof where);
  assert_string_equal(where, "s.yaml:6: text.x.y");
  keel_config_where(keel_config_child(keel_config_child(root, "a.b"), "c"), NULL, where, sizeof where);
  assert_string_equal(where, "s.yaml:9: \"a.b\".c");
  keel_config_where(root, NULL, where, sizeof where);
  assert_string_equal(where, "s.yaml:2"); /* where its first key is */
  assert_string_equal(keel_config_child(root, "text")->text, "two\nlines\n");
  assert_ptr_equal(keel_config_find(root, "book"), book);
  assert_null(keel_config_find(root, "book.qty"));
  assert_null(keel_config_find(root, "nothing.at.all"));
  keel_arena_fini(&arena);
}

static void an_empty_document_is_an_empty_map(void **state) {
  (void)state;
  static const char *const texts[] = {"", "\n\n", "# only a comment\n", "\xEF\xBB\xBF"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct keel_arena arena;
    keel_arena_init(&arena);
    struct keel_config_node *root;
    assert_int_equal(parse(&arena, texts[i], &root, NULL), KEEL_STATUS_OK);
    assert_int_equal(root->kind, KEEL_CONFIG_MAP);
    assert_int_equal(root->count, 0);
    keel_arena_fini(&arena);
  }
}

static void assert_parse_refused(const char *text, size_t length, const char *where, const char *what) {
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_config_node *root;
  keel_error error = {0};
  if (!keel_config_parse(&arena, "s.yaml", text, length, &root, &error)) fail_msg("accepted: %.60s", text);
  if (strcmp(error.where, where) != 0 || !strstr(error.what, what))
    fail_msg("%.60s\n  says  %s: %s\n  want  %s: %s", text, error.where, error.what, where, what);
  keel_arena_fini(&arena);
}

static void what_a_reader_would_not_see_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *where, *what;
  } cases[] = {
      {"a: 1\nb: 2\na: 3\n", "s.yaml:3: a", "is given twice; first in line 1"},
      {"x: {y: {a: 1,\na: 1}}\n", "s.yaml:2: x.y.a", "is given twice; first in line 1"},
      {"a: &x 1\nb: *x\n", "s.yaml:1", "an anchor"},
      {"a: 1\nb: [*x]\n", "s.yaml:2", "an alias"},
      {"*x : 1\n", "s.yaml:1", "a key has to be plain text"},
      {"a: !!str 1\n", "s.yaml:1", "a tag"},
      {"a: ! 1\n", "s.yaml:1", "a tag"},
      {"&k a: 1\n", "s.yaml:1", "an anchor"},
      {"a: !x {}\n", "s.yaml:1", "a tag"},
      {"a: &x []\n", "s.yaml:1", "an anchor"},
      {"a: 1\n---\nb: 2\n", "s.yaml:2", "a second document"},
      {"a: 1\n...\n---\nb: 2\n", "s.yaml:3", "a second document"},
      {"? [a]\n: 1\n", "s.yaml:1", "a key has to be plain text"},
      {"a: \"x\\0y\"\n", "s.yaml:1", "a NUL character"},
      {"\"a\\0\": 1\n", "s.yaml:1", "a NUL character"},
      {"a: [1, 2\n", "s.yaml:2", "no valid YAML"},
      {"a:\n\t- 1\n", "s.yaml:2", "no valid YAML"},
      {"a: b: c\n", "s.yaml:1", "no valid YAML"},
      {"a: 1\nb: \x01\n", "s.yaml:2", "control characters are not allowed"},
      {"a: 1\nb: \xff\xfe\n", "s.yaml:2", "UTF-8"},
      {"a: \xc3", "s.yaml:1", "UTF-8"},
      {"\xff\xfe"
       "a",
       "s.yaml:1", "UTF-8"},
      {"a: [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\n", "s.yaml:1", "nested more than 16 levels"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_parse_refused(cases[i].text, strlen(cases[i].text), cases[i].where, cases[i].what);
  assert_parse_refused("a: 1\0b: 2", 9, "s.yaml:1", "control characters");
}

static void what_is_too_large_is_refused(void **state) {
  (void)state;
  size_t size = (4 << 20) + 1;
  char *text = malloc(size);
  memset(text, ' ', size);
  assert_parse_refused(text, size, "s.yaml", "larger than 4 MiB");
  text[0] = '[';
  for (size_t i = 0; i < 500004; i += 2) memcpy(text + 1 + i, "1,", 2);
  assert_parse_refused(text, 500010, "s.yaml:1", "more than 250,000 values");
  size_t used = 0;
  for (int i = 0; i < 4097; i++) used += (size_t)snprintf(text + used, size - used, "k%d: 1\n", i);
  assert_parse_refused(text, used, "s.yaml:4097", "more than 4,096 keys");
  memset(text, '[', 100000);
  assert_parse_refused(text, 100000, "s.yaml:1", "");
  free(text);
}

static void files_are_read_whole_or_refused(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_config_node *root;
  keel_error error = {0};
  const char *path = keel_scratch_write("s.yaml", "a: 1\n", 5);
  assert_int_equal(keel_config_load(&arena, path, &root, &error), KEEL_STATUS_OK);
  assert_string_equal(keel_config_child(root, "a")->text, "1");
  assert_int_equal(keel_config_load(&arena, "/no/such.yaml", &root, &error), KEEL_STATUS_IO);
  assert_string_equal(error.where, "/no/such.yaml");
  assert_int_equal(keel_config_load(&arena, "/tmp", &root, &error), KEEL_STATUS_IO);
  assert_int_equal(keel_config_load(&arena, "/dev/zero", &root, &error), KEEL_STATUS_INPUT);
  keel_arena_fini(&arena);
}

static void a_merge_replaces_whole_items_and_keeps_places(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_config_node *root;
  assert_int_equal(parse(&arena, "base: {a: {x: 1}, b: 2}\nover: {a: {y: 3}, c: 4}\n", &root, NULL), KEEL_STATUS_OK);
  const struct keel_config_node *base = keel_config_child(root, "base"), *over = keel_config_child(root, "over");
  const struct keel_config_node *merged = keel_config_merge(&arena, base, over);
  assert_int_equal(merged->count, 3);
  assert_null(keel_config_find(merged, "a.x"));
  assert_string_equal(keel_config_find(merged, "a.y")->text, "3");
  char where[80];
  keel_config_where(merged, "b", where, sizeof where);
  assert_string_equal(where, "s.yaml:1: base.b");
  keel_config_where(merged, "a.y", where, sizeof where);
  assert_string_equal(where, "s.yaml:2: over.a.y");
  assert_int_equal(base->count, 2);
  assert_int_equal(over->count, 2);
  assert_int_equal(keel_config_merge(&arena, NULL, over)->count, 2);
  keel_arena_fini(&arena);
}

static void failures_fill_place_and_status(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_config_node *root;
  assert_int_equal(parse(&arena, "a: {b: 1}\n", &root, NULL), KEEL_STATUS_OK);
  keel_error error = {0};
  assert_int_equal(keel_config_fail(&error, root, "a.b", "is %d", 1), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "s.yaml:1: a.b");
  assert_string_equal(error.what, "is 1");
  assert_int_equal(keel_config_later(&error, root, "a", "x"), KEEL_STATUS_UNSUPPORTED);
  assert_int_equal(error.status, KEEL_STATUS_UNSUPPORTED);
  assert_int_equal(keel_config_fail(NULL, root, "a", "x"), KEEL_STATUS_INPUT);
  keel_arena_fini(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_node_knows_its_line_and_path),
      cmocka_unit_test(an_empty_document_is_an_empty_map),
      cmocka_unit_test(what_a_reader_would_not_see_is_refused),
      cmocka_unit_test(what_is_too_large_is_refused),
      cmocka_unit_test(files_are_read_whole_or_refused),
      cmocka_unit_test(a_merge_replaces_whole_items_and_keeps_places),
      cmocka_unit_test(failures_fill_place_and_status),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
