#include "world/import_map.h"

#include <stdio.h>
#include <string.h>

#include "support/support.h"

#define COLUMNS "columns: {underlying: u, kind: k, time: t, expiry: e, strike: s, bid: b, ask: a}\n"

static keel_status load(const char *text, struct keel_arena *arena, struct keel_import_layout *layout,
                        keel_error *error) {
  keel_arena_init(arena);
  return keel_import_map_load(arena, keel_scratch_write("map.yaml", text, strlen(text)), layout, error);
}

static void a_map_says_what_columns_mean(void **state) {
  (void)state;
  struct keel_arena arena;
  struct keel_import_layout layout;
  assert_int_equal(load(COLUMNS "constants: {exercise: european, multiplier: 10}\ncalendar: utc\ndates: dmy\n", &arena,
                        &layout, NULL),
                   KEEL_STATUS_OK);
  assert_string_equal(layout.columns[KEEL_IMPORT_UNDERLYING], "u");
  assert_string_equal(layout.columns[KEEL_IMPORT_ASK], "a");
  assert_null(layout.columns[KEEL_IMPORT_SPOT]);
  assert_string_equal(layout.constants[KEEL_IMPORT_EXERCISE], "european");
  assert_string_equal(layout.constants[KEEL_IMPORT_MULTIPLIER], "10");
  assert_string_equal(layout.calendar, "utc");
  assert_int_equal(layout.dates, KEEL_IMPORT_DMY);
  assert_false(layout.exercise_by_name);
  keel_arena_fini(&arena);
}

static void a_map_may_be_of_wide_rows_and_epochs(void **state) {
  (void)state;
  struct keel_arena arena;
  struct keel_import_layout layout;
  assert_int_equal(
      load("columns: {time: t, expiry: e, strike: s, bid: cb, ask: ca, put_bid: pb, put_ask: pa, future: f, "
           "made: m, last_trade: l}\n"
           "constants: {underlying: X, exercise: american}\nepoch: ms\nzone: utc\n",
           &arena, &layout, NULL),
      KEEL_STATUS_OK);
  assert_string_equal(layout.columns[KEEL_IMPORT_PUT_ASK], "pa");
  assert_string_equal(layout.columns[KEEL_IMPORT_FUTURE], "f");
  assert_int_equal(layout.epoch, KEEL_IMPORT_EPOCH_MS);
  assert_true(layout.times_are_utc);
  keel_arena_fini(&arena);
}

static void the_rest_has_defaults(void **state) {
  (void)state;
  struct keel_arena arena;
  struct keel_import_layout layout;
  assert_int_equal(load(COLUMNS "constants: {exercise: american}\n", &arena, &layout, NULL), KEEL_STATUS_OK);
  assert_string_equal(layout.constants[KEEL_IMPORT_MULTIPLIER], "100");
  assert_string_equal(layout.calendar, "nyse");
  assert_int_equal(layout.dates, KEEL_IMPORT_YMD);
  keel_arena_fini(&arena);
  assert_int_equal(
      load("columns: {time: t, bid: b, ask: a}\nconstants: {underlying: X, kind: spot}\n", &arena, &layout, NULL),
      KEEL_STATUS_OK);
  keel_arena_fini(&arena);
}

/* Text of the map, where the error has to point (after the file's name), and a part of what it says. */
static void mistakes_are_refused_with_their_place(void **state) {
  (void)state;
  static const struct {
    const char *text, *where, *what;
  } cases[] = {
      {"colums: {}\n", ":1: colums", "no such key; allowed are columns"},
      {"columns: {spt: x}\n", ":1: columns.spt", "no such field; allowed are underlying"},
      {"columns: [a]\n", ":1: columns", "map of fields"},
      {"columns:\n  bid: [x]\n", ":2: columns.bid", "has to be a text"},
      {"columns:\n  bid: ''\n", ":2: columns.bid", "has to be a text"},
      {COLUMNS, ":1: exercise", "has to be in columns or in constants"},
      {"columns: {underlying: u}\nconstants: {exercise: american}\n", ": kind", "has to be in columns or in constants"},
      {COLUMNS "constants:\n  exercise: american\n  bid: 1\n", ": bid", "given twice"},
      {COLUMNS "constants:\n  exercise: bermudan\n", ":3: constants.exercise", "`bermudan` does not read"},
      {COLUMNS "constants:\n  exercise: american\n  multiplier: -1\n", ":4: constants.multiplier", "does not read"},
      {COLUMNS "constants: {exercise: american}\ncalendar: mars\n", ":3: calendar", "allowed are nyse and utc"},
      {COLUMNS "constants: {exercise: american}\ndates: american\n", ":3: dates", "allowed are ymd, mdy and dmy"},
      {COLUMNS "constants: {exercise: american, spot_bid: 1}\n", ": spot_bid", "both or neither"},
      {COLUMNS "constants: {exercise: american, spot_bid: 1, spot_ask: 1, spot: 1}\n", ": spot", "given twice"},
      {COLUMNS "constants: {exercise: american}\nepoch: ns\n", ":3: epoch", "allowed are s, ms and us"},
      {COLUMNS "constants: {exercise: american}\nzone: mars\n", ":3: zone", "allowed are market and utc"},
      {COLUMNS "constants: {exercise: american, put_bid: 1}\n", ": put_bid", "both or neither"},
      {COLUMNS "constants: {exercise: american, put_bid: 1, put_ask: 1}\n", ": kind", "not for wide rows"},
      {COLUMNS "constants: {exercise: american, spot_time: 2030-01-01}\n", ": spot_time", "needs a spot"},
      {COLUMNS "constants: {exercise: american, symbol: x}\n", ".symbol", "no such field"},
      {"- a\n", "", "has to be a map"},
      {"columns: {bid: a, bid: b}\n", ":1", ""},
      {"columns: {bid: a\n", ":", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_arena arena;
    struct keel_import_layout layout;
    keel_error error = {0};
    assert_int_equal(load(cases[i].text, &arena, &layout, &error), KEEL_STATUS_INPUT);
    keel_arena_fini(&arena);
    const char *where = strstr(error.where, "map.yaml");
    if (!where || !strstr(where + strlen("map.yaml"), cases[i].where) || !strstr(error.what, cases[i].what))
      fail_msg("case %zu: %s: %s", i, error.where, error.what);
  }
}

static void a_missing_map_is_reported(void **state) {
  (void)state;
  struct keel_arena arena;
  struct keel_import_layout layout;
  keel_arena_init(&arena);
  assert_int_equal(keel_import_map_load(&arena, keel_scratch("none.yaml"), &layout, NULL), KEEL_STATUS_IO);
  keel_arena_fini(&arena);
}

static void the_example_reads(void **state) {
  (void)state;
  struct keel_arena arena;
  struct keel_import_layout layout;
  keel_error error = {0};
  keel_arena_init(&arena);
  keel_status status = keel_import_map_load(&arena, KEEL_SOURCE_DIR "/examples/maps/spy-2021.yaml", &layout, &error);
  if (status) print_error("%s: %s\n", error.where, error.what);
  assert_int_equal(status, KEEL_STATUS_OK);
  assert_string_equal(layout.columns[KEEL_IMPORT_SPOT], "underlying_last");
  keel_arena_fini(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_map_says_what_columns_mean), cmocka_unit_test(a_map_may_be_of_wide_rows_and_epochs),
      cmocka_unit_test(the_rest_has_defaults),        cmocka_unit_test(mistakes_are_refused_with_their_place),
      cmocka_unit_test(a_missing_map_is_reported),    cmocka_unit_test(the_example_reads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
