#include "base/config_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "support/support.h"

struct inner {
  double size;
};

struct everything {
  double number, positive, preset, free;
  int count, choice;
  uint64_t seed;
  const char *text;
  int64_t duration;
  struct inner map;
  struct inner *list;
  size_t list_count;
};

static const struct keel_config_choice choices[] = {{"red", 3, 0}, {"blue", 7, 0}, {"green", 0, 1}, {0}};

static keel_status check_inner(struct keel_config_reader *reader, const struct keel_config_node *node, void *value) {
  const struct inner *inner = value;
  return inner->size == 13 ? keel_config_fail(reader->error, node, "size", "is unlucky") : KEEL_STATUS_OK;
}

static const struct keel_config_field inner_fields[] = {
    {.name = "size", .type = &keel_type_number, .help = "how large"}, {0}};

#define AT(member) .offset = offsetof(struct everything, member)
static const struct keel_config_field fields[] = {
    {.name = "number", .type = &keel_type_number, AT(number), .min = -2, .max = 2, .unit = "per year"},
    {.name = "positive", .type = &keel_type_number, AT(positive), .flags = KEEL_CONFIG_ABOVE_MIN, .max = INFINITY},
    {.name = "preset", .type = &keel_type_number, AT(preset), .preset = "1e-3"},
    {.name = "free", .type = &keel_type_number, AT(free)},
    {.name = "count", .type = &keel_type_count, AT(count), .min = 2, .max = INFINITY},
    {.name = "choice", .type = &keel_type_choice, AT(choice), .choices = choices, .preset = "blue"},
    {.name = "seed", .type = &keel_type_seed, AT(seed)},
    {.name = "text", .type = &keel_type_text, AT(text)},
    {.name = "duration", .type = &keel_type_duration, AT(duration)},
    {.name = "map", .type = &keel_type_map, AT(map), .fields = inner_fields, .check = check_inner},
    {.name = "list",
     .type = &keel_type_list,
     AT(list),
     .fields = inner_fields,
     .item_size = sizeof(struct inner),
     .count_offset = offsetof(struct everything, list_count),
     .check = check_inner},
    {.name = "later", .type = &keel_type_later, .help = "there is `text`"},
    {0}};
#undef AT

static keel_status read_text(struct keel_arena *arena, const char *text, struct everything *out, keel_error *error) {
  struct keel_config_node *root;
  keel_status status = keel_config_parse(arena, "s.yaml", text, strlen(text), &root, error);
  struct keel_config_reader reader = {.arena = arena, .error = error};
  *out = (struct everything){0};
  return status ? status : keel_config_read(&reader, fields, root, out);
}

static void every_type_is_read(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct everything got;
  keel_error error = {0};
  static const char text[] =
      "{number: -1.5, positive: 1e5, preset: .5, free: +2., count: 2, choice: red, seed: 18446744073709551615, text: "
      "'a b', "
      "duration: 1.5h, map: {size: 1}, list: [{size: 2}, {}]}";
  if (read_text(&arena, text, &got, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_same_bits(got.number, -1.5);
  assert_same_bits(got.positive, 1e5);
  assert_same_bits(got.preset, 0.5);
  assert_same_bits(got.free, 2.0);
  assert_int_equal(got.count, 2);
  assert_int_equal(got.choice, 3);
  assert_true(got.seed == UINT64_MAX);
  assert_string_equal(got.text, "a b");
  assert_int_equal(got.duration, 5400 * KEEL_NS_PER_SECOND);
  assert_same_bits(got.map.size, 1.0);
  assert_int_equal(got.list_count, 2);
  assert_same_bits(got.list[0].size, 2.0);
  assert_true(isnan(got.list[1].size));
  keel_arena_fini(&arena);
}

static void what_is_missing_is_preset_or_unset(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct everything got;
  assert_int_equal(read_text(&arena, "{}", &got, NULL), KEEL_STATUS_OK);
  assert_true(isnan(got.number));
  assert_same_bits(got.preset, 1e-3);
  assert_int_equal(got.choice, 7);
  assert_int_equal(got.count, 0);
  assert_null(got.text);
  assert_int_equal(got.duration, KEEL_TIME_NONE);
  assert_true(isnan(got.map.size));
  assert_int_equal(got.list_count, 0);
  keel_arena_fini(&arena);
}

static void numbers_are_those_of_strtod(void **state) {
  (void)state;
  static const char *const texts[] = {"0.1",
                                      "1e5",
                                      "-0",
                                      "123456789.123456789",
                                      "1e-320",
                                      "1.7976931348623157e308",
                                      "2.2250738585072011e-308",
                                      "9007199254740993",
                                      ".5e-3",
                                      "5.",
                                      "+7",
                                      "1E+2"};
  struct keel_arena arena;
  keel_arena_init(&arena);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char text[80];
    struct everything got;
    snprintf(text, sizeof text, "free: %s", texts[i]);
    assert_int_equal(read_text(&arena, text, &got, NULL), KEEL_STATUS_OK);
    assert_same_bits(got.free, strtod(texts[i], NULL));
  }
  keel_arena_fini(&arena);
}

static void wrong_values_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *where, *what;
  } cases[] = {
      {"free: nan", "s.yaml:1: free", "`nan` is no finite number; write digits, as 0.05 or 1e5"},
      {"free: .inf", "s.yaml:1: free", "`.inf` is no finite number"},
      {"free: 0x10", "s.yaml:1: free", "`0x10` is no finite number"},
      {"free: 1e400", "s.yaml:1: free", "`1e400` is no finite number"},
      {"free: 1e", "s.yaml:1: free", "`1e` is no finite number"},
      {"free: '.'", "s.yaml:1: free", "`.` is no finite number"},
      {"free: '1 '", "s.yaml:1: free", "`1 ` is no finite number"},
      {"free: +-1", "s.yaml:1: free", "`+-1` is no finite number"},
      {"free: 5%", "s.yaml:1: free", "`5%` is no finite number; 5 % is written 0.05"},
      {"free: 1_000", "s.yaml:1: free", "`1_000` is no finite number; digits are not grouped"},
      {"free:", "s.yaml:1: free", "is empty; give a value, or leave the field out"},
      {"free: [1]", "s.yaml:1: free", "has to be a single value"},
      {"number: 2.5", "s.yaml:1: number", "is 2.5; allowed: from -2 to 2 per year"},
      {"positive: 0", "s.yaml:1: positive", "is 0; allowed: above 0"},
      {"count: 1", "s.yaml:1: count", "is 1; allowed: 2 or more"},
      {"count: -1", "s.yaml:1: count", "is `-1`; allowed: a whole number from 0 to 2147483647"},
      {"count: 2147483648", "s.yaml:1: count", "is `2147483648`; allowed: a whole number"},
      {"seed: 18446744073709551616", "s.yaml:1: seed", "is `18446744073709551616`; allowed: a whole number"},
      {"choice: pink", "s.yaml:1: choice", "is `pink`; allowed: red, blue"},
      {"choice: green", "s.yaml:1: choice", "`green` is not available yet; allowed: red, blue"},
      {"text: ''", "s.yaml:1: text", "is empty"},
      {"text: \"a\\tb\"", "s.yaml:1: text", "contains a control character"},
      {"duration: 5", "s.yaml:1: duration", "is `5`; allowed: a duration above 0"},
      {"duration: 0s", "s.yaml:1: duration", "is `0s`; allowed: a duration above 0"},
      {"later: 1", "s.yaml:1: later", "is not available yet; there is `text`"},
      {"map: 5", "s.yaml:1: map", "has to be a map of: size"},
      {"map: {size: 13}", "s.yaml:1: map.size", "is unlucky"},
      {"list: {}", "s.yaml:1: list", "has to be a list"},
      {"list: [5]", "s.yaml:1: list.0", "has to be a map of: size"},
      {"list: [{size: 1},\n {size: 13}]", "s.yaml:2: list.1.size", "is unlucky"},
      {"- 1", "s.yaml:1", "has to be a map of: number"},
      {"cuont: 1", "s.yaml:1: cuont",
       "is no field that is known here; did you mean `count`? allowed: number, positive"},
      {"Text: 1", "s.yaml:1: Text", "is no field that is known here; did you mean `text`? allowed: number"},
      {"zzzzzzzz: 1", "s.yaml:1: zzzzzzzz",
       "is no field that is known here; allowed: number, positive, preset, free, count"},
      {"a-name-that-is-much-longer-than-any-field-has: 1", "s.yaml:1: a-name-that-is-much-longer-than-any-field-has",
       "is no field that is known here; allowed: number"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_arena arena;
    keel_arena_init(&arena);
    struct everything got;
    keel_error error = {0};
    keel_status status = read_text(&arena, cases[i].text, &got, &error);
    if (!status) fail_msg("accepted: %s", cases[i].text);
    if (strcmp(error.where, cases[i].where) != 0 || strncmp(error.what, cases[i].what, strlen(cases[i].what)) != 0)
      fail_msg("%s\n  says  %s: %s\n  want  %s: %s", cases[i].text, error.where, error.what, cases[i].where,
               cases[i].what);
    assert_int_equal(status, strstr(cases[i].what, "not available yet") ? KEEL_STATUS_UNSUPPORTED : KEEL_STATUS_INPUT);
    keel_arena_fini(&arena);
  }
}

static void reading_over_keeps_what_is_not_given(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_config_reader reader = {.arena = &arena};
  struct keel_config_node *root;
  struct everything got = {.number = 1, .preset = 5, .choice = 9};
  static const char text[] = "{number: 2}";
  assert_int_equal(keel_config_parse(&arena, "s.yaml", text, sizeof text - 1, &root, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_config_read_over(&reader, fields, root, &got), KEEL_STATUS_OK);
  assert_same_bits(got.number, 2.0);
  assert_same_bits(got.preset, 5.0);
  assert_int_equal(got.choice, 9);
  keel_arena_fini(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_type_is_read),
      cmocka_unit_test(what_is_missing_is_preset_or_unset),
      cmocka_unit_test(numbers_are_those_of_strtod),
      cmocka_unit_test(wrong_values_are_refused),
      cmocka_unit_test(reading_over_keeps_what_is_not_given),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
