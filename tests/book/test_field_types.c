#include "book/field_types.h"

#include <string.h>

#include "book/contract.h"
#include "support/support.h"

struct times {
  int64_t close, start, end;
  const char *path;
  enum keel_kind kind;
};

static const struct keel_config_choice kinds[] = {{"call", KEEL_KIND_CALL, 0}, {0}};

#define AT(member) .offset = offsetof(struct times, member)
static const struct keel_config_field fields[] = {{.name = "close", .type = &keel_type_close, AT(close)},
                                                  {.name = "start", .type = &keel_type_day_start, AT(start)},
                                                  {.name = "end", .type = &keel_type_day_end, AT(end)},
                                                  {.name = "path", .type = &keel_type_path, AT(path)},
                                                  {.name = "kind", .type = &keel_type_kind, AT(kind), .choices = kinds},
                                                  {0}};
#undef AT

static keel_status read_times(struct keel_arena *arena, const char *folder, const char *text, struct times *out,
                              keel_error *error) {
  struct keel_field_context context = {.folder = folder};
  assert_int_equal(keel_calendar_find("nyse", &context.calendar, NULL), KEEL_STATUS_OK);
  struct keel_config_reader reader = {.arena = arena, .context = &context, .error = error};
  struct keel_config_node *root;
  assert_int_equal(keel_config_parse(arena, "s.yaml", text, strlen(text), &root, NULL), KEEL_STATUS_OK);
  return keel_config_read(&reader, fields, root, out);
}

static int64_t utc(int month, int day, int hour, int minute) {
  return keel_days_from_civil(2024, month, day) * KEEL_NS_PER_DAY + (hour * 60 + minute) * 60 * KEEL_NS_PER_SECOND;
}

static void a_date_alone_means_what_its_field_says(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct times got;
  assert_int_equal(read_times(&arena, "", "{close: 2024-01-05, start: 2024-01-05, end: 2024-01-05}", &got, NULL), 0);
  assert_int_equal(got.close, utc(1, 5, 21, 0));
  assert_int_equal(got.start, utc(1, 5, 5, 0));
  assert_int_equal(got.end, utc(1, 6, 5, 0) - 1);
  /* The clocks change on 10 March: that day has 23 hours. */
  assert_int_equal(read_times(&arena, "", "{start: 2024-03-10, end: 2024-03-10}", &got, NULL), 0);
  assert_int_equal(got.start, utc(3, 10, 5, 0));
  assert_int_equal(got.end, utc(3, 11, 4, 0) - 1);
  assert_int_equal(got.close, KEEL_TIME_NONE);
  assert_int_equal(
      read_times(&arena, "", "{close: 2024-01-05T10:00, start: 2024-01-05T10:00Z, end: 2024-01-05T10:00-01:00}", &got,
                 NULL),
      0);
  assert_int_equal(got.close, utc(1, 5, 15, 0));
  assert_int_equal(got.start, utc(1, 5, 10, 0));
  assert_int_equal(got.end, utc(1, 5, 11, 0));
  keel_arena_fini(&arena);
}

static void paths_are_relative_to_the_folder(void **state) {
  (void)state;
  static const struct {
    const char *folder, *text, *want;
  } cases[] = {
      {"", "path: a.tape", "a.tape"},          {NULL, "path: a.tape", "a.tape"},
      {"x/y", "path: a.tape", "x/y/a.tape"},   {"x", "path: /b/a.tape", "/b/a.tape"},
      {"x", "path: ../a.tape", "x/../a.tape"},
  };
  struct keel_arena arena;
  keel_arena_init(&arena);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct times got = {0};
    assert_int_equal(read_times(&arena, cases[i].folder, cases[i].text, &got, NULL), KEEL_STATUS_OK);
    assert_string_equal(got.path, cases[i].want);
  }
  keel_arena_fini(&arena);
}

static void wrong_values_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *where, *what;
  } cases[] = {
      {"close: 2024-02-30", "s.yaml:1: close", "`2024-02-30` is no date; allowed: 2023-08-18"},
      {"start: tomorrow", "s.yaml:1: start", "`tomorrow` is no date"},
      {"end: 2024-01-05T25:00", "s.yaml:1: end", "`2024-01-05T25:00` is no date"},
      {"kind: warrant", "s.yaml:1: kind", "is `warrant`; allowed: call"},
      {"path: ''", "s.yaml:1: path", "is empty"},
  };
  struct keel_arena arena;
  keel_arena_init(&arena);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct times got = {0};
    keel_error error = {0};
    assert_int_equal(read_times(&arena, "", cases[i].text, &got, &error), KEEL_STATUS_INPUT);
    assert_string_equal(error.where, cases[i].where);
    assert_memory_equal(error.what, cases[i].what, strlen(cases[i].what));
  }
  keel_arena_fini(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_date_alone_means_what_its_field_says),
      cmocka_unit_test(paths_are_relative_to_the_folder),
      cmocka_unit_test(wrong_values_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
