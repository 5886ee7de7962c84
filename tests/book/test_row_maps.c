#include "book/row_maps.h"

#include <string.h>

#include "support/support.h"

static const struct keel_config_field fields[] = {
    {.name = "a", .type = &keel_type_text}, {.name = "b", .type = &keel_type_text}, {0}};

static keel_status start(struct keel_config_reader *reader, const char *text, struct keel_row_maps *rows) {
  struct keel_csv *csv;
  assert_int_equal(keel_csv_open_bytes("t.csv", text, strlen(text), 16, &csv, reader->error), KEEL_STATUS_OK);
  return keel_row_maps_start(rows, reader, csv, "t.csv", fields);
}

static void rows_are_maps_of_what_is_there(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  keel_error error = {0};
  struct keel_config_reader reader = {.arena = &arena, .error = &error};
  struct keel_row_maps rows;
  const struct keel_config_node *map;
  assert_int_equal(start(&reader, "b,a\n1,2\n\n,a text that is longer than the first\n", &rows), KEEL_STATUS_OK);
  assert_int_equal(keel_row_maps_next(&rows, &map), KEEL_STATUS_OK);
  assert_int_equal(map->line, 2);
  assert_string_equal(keel_config_child(map, "a")->text, "2");
  assert_string_equal(keel_config_child(map, "b")->text, "1");
  assert_int_equal(keel_row_maps_next(&rows, &map), KEEL_STATUS_OK);
  assert_int_equal(map->line, 4);
  assert_null(keel_config_child(map, "b"));
  assert_string_equal(keel_config_child(map, "a")->text, "a text that is longer than the first");
  assert_int_equal(keel_row_maps_next(&rows, &map), KEEL_STATUS_OK);
  assert_null(map);
  keel_csv_close(rows.csv);
  keel_arena_fini(&arena);
}

static void columns_are_known_and_there_once(void **state) {
  (void)state;
  const char *cases[][2] = {{"a,a\n", "is a column twice"}, {"a,c\n", "is no field"}};
  for (size_t i = 0; i < 2; i++) {
    struct keel_arena arena;
    keel_arena_init(&arena);
    keel_error error = {0};
    struct keel_config_reader reader = {.arena = &arena, .error = &error};
    struct keel_row_maps rows;
    assert_int_equal(start(&reader, cases[i][0], &rows), KEEL_STATUS_INPUT);
    if (!strstr(error.what, cases[i][1]) || strncmp(error.where, "t.csv:1", 7) != 0)
      fail_msg("%s: %s", error.where, error.what);
    keel_csv_close(rows.csv);
    keel_arena_fini(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_maps_of_what_is_there),
                                     cmocka_unit_test(columns_are_known_and_there_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
