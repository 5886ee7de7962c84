#include "book/book_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/support.h"

/* Reads the book of `book: ...`, from a text whose folder is the scratch folder. */
static keel_status read_book(struct keel_arena *arena, const char *text, struct keel_book *book, keel_error *error) {
  char folder[512];
  snprintf(folder, sizeof folder, "%s", keel_scratch("x"));
  *strrchr(folder, '/') = '\0';
  struct keel_field_context context = {.folder = keel_arena_text(arena, folder, strlen(folder))};
  assert_int_equal(keel_calendar_find("nyse", &context.calendar, NULL), KEEL_STATUS_OK);
  struct keel_config_reader reader = {.arena = arena, .context = &context, .error = error};
  struct keel_config_node *root;
  assert_int_equal(keel_config_parse(arena, "s.yaml", text, strlen(text), &root, error), KEEL_STATUS_OK);
  *book = (struct keel_book){0};
  return keel_book_read(&reader, keel_config_child(root, "book"), book);
}

static void a_list_and_a_csv_are_the_same_book(void **state) {
  (void)state;
  static const char list[] =
      "book:\n"
      "  - {underlying: X, kind: put, exercise: american, strike: 95.5, expiry: 2024-07-03, qty: -2, multiplier: 10}\n"
      "  - {underlying: X, kind: C, strike: 1e2, expiry: 2024-03-15T09:30, qty: 0.5}\n"
      "  - {underlying: X, kind: spot, qty: 100}\n"
      "  - {underlying: Y, kind: Future, expiry: 2024-03-15, qty: 1, multiplier: 50}\n"
      "  - {underlying: Y, kind: call, strike: 5, years: 0.25, qty: 1}\n";
  static const char csv[] =
      "\xEF\xBB\xBFqty, underlying ,kind,exercise,strike,expiry,years,multiplier\r\n"
      "-2,X,put,american,95.5,2024-07-03,,10\r\n"
      "\r\n"
      "0.5,\"X\",C,,1e2,2024-03-15T09:30,,\r\n"
      "100,X,spot,,,,,\r\n"
      "1,Y,Future,,,2024-03-15,,50\r\n"
      "1,Y,call,,5,,0.25,\r\n";
  keel_scratch_write("book.csv", csv, sizeof csv - 1);
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_book a, b;
  keel_error error = {0};
  if (read_book(&arena, list, &a, &error)) fail_msg("%s: %s", error.where, error.what);
  if (read_book(&arena, "book: {file: book.csv}", &b, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_equal(a.count, 5);
  assert_int_equal(b.count, 5);
  for (size_t i = 0; i < 5; i++) {
    const struct keel_position *p = &a.positions[i], *q = &b.positions[i];
    assert_true(keel_contract_same(&p->contract, &q->contract));
    assert_int_equal(p->contract.exercise, q->contract.exercise);
    assert_same_bits(p->contract.multiplier, q->contract.multiplier);
    assert_same_bits(p->qty, q->qty);
    assert_true(p->years == q->years || (isnan(p->years) && isnan(q->years)));
  }
  /* A half day closes at 13:00. */
  assert_int_equal(a.positions[0].contract.expiry_ns,
                   keel_days_from_civil(2024, 7, 3) * KEEL_NS_PER_DAY + 17 * 3600 * KEEL_NS_PER_SECOND);
  assert_int_equal(a.positions[1].contract.exercise, KEEL_EXERCISE_EUROPEAN);
  assert_same_bits(a.positions[1].contract.multiplier, 100.0);
  assert_same_bits(a.positions[2].contract.multiplier, 1.0);
  assert_int_equal(a.positions[2].contract.expiry_ns, KEEL_TIME_NONE);
  assert_same_bits(a.positions[4].years, 0.25);
  assert_int_equal(b.positions[1].line, 4);
  assert_string_equal(b.positions[1].file, keel_scratch("book.csv"));
  keel_arena_fini(&arena);
}

static void assert_book_refused(const char *text, const char *where, const char *what) {
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_book book;
  keel_error error = {0};
  if (!read_book(&arena, text, &book, &error)) fail_msg("accepted: %s", text);
  if (strcmp(error.where, where) != 0 || strncmp(error.what, what, strlen(what)) != 0)
    fail_msg("%s\n  says  %s: %s\n  want  %s: %s", text, error.where, error.what, where, what);
  keel_arena_fini(&arena);
}

static void wrong_positions_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *where, *what; /* the position's fields; what is below book.0 */
  } cases[] = {
      {"kind: call, strike: 1, expiry: 2024-03-15, qty: 1", ".underlying", "is missing"},
      {"underlying: X, strike: 1, expiry: 2024-03-15, qty: 1", ".kind", "is missing"},
      {"underlying: X, kind: straddle, qty: 1", ".kind", "is `straddle`; allowed: call, put, spot, future"},
      {"underlying: X, kind: call, exercise: asian, qty: 1", ".exercise", "is `asian`; allowed: european, american"},
      {"underlying: X, kind: call, expiry: 2024-03-15, qty: 1", ".strike", "is missing"},
      {"underlying: X, kind: call, strike: 0, expiry: 2024-03-15, qty: 1", ".strike", "is 0; allowed: above 0"},
      {"underlying: X, kind: call, strike: -1, expiry: 2024-03-15, qty: 1", ".strike", "is -1; allowed: above 0"},
      {"underlying: X, kind: call, strike: nan, expiry: 2024-03-15, qty: 1", ".strike", "`nan` is no finite number"},
      {"underlying: X, kind: call, strike: inf, expiry: 2024-03-15, qty: 1", ".strike", "`inf` is no finite number"},
      {"underlying: X, kind: call, strike: 1, qty: 1", ".expiry", "is missing: when a call expires"},
      {"underlying: X, kind: call, strike: 1, expiry: 2023-02-29, qty: 1", ".expiry", "`2023-02-29` is no date"},
      {"underlying: X, kind: call, strike: 1, expiry: 2024-03-15, years: 1, qty: 1", ".years",
       "is given beside `expiry`"},
      {"underlying: X, kind: call, strike: 1, years: 0, qty: 1", ".years", "is 0; allowed: above 0, at most 200"},
      {"underlying: X, kind: call, strike: 1, expiry: 2024-03-15", ".qty", "is missing"},
      {"underlying: X, kind: call, strike: 1, expiry: 2024-03-15, qty: 0", ".qty", "is 0; allowed: above 0 (long)"},
      {"underlying: X, kind: call, strike: 1, expiry: 2024-03-15, qty: ten", ".qty", "`ten` is no finite number"},
      {"underlying: X, kind: call, strike: 1, expiry: 2024-03-15, qty: 1, multiplier: 0", ".multiplier",
       "is 0; allowed: above 0"},
      {"underlying: X, kind: spot, strike: 1, qty: 1", ".strike", "belongs to options, not to spot"},
      {"underlying: X, kind: spot, settlement: cash, qty: 1", ".settlement", "belongs to options, not to spot"},
      {"underlying: X, kind: spot, at_expiry: abandon, qty: 1", ".at_expiry", "belongs to options, not to spot"},
      {"underlying: X, kind: call, strike: 1, expiry: 2024-03-15, qty: 1, settlement: shares", ".settlement",
       "is `shares`"},
      {"underlying: X, kind: call, strike: 1, expiry: 2024-03-15, qty: -1, at_expiry: abandon", ".at_expiry",
       "is the choice of who is long"},
      {"underlying: X, kind: spot, exercise: american, qty: 1", ".exercise", "belongs to options, not to spot"},
      {"underlying: X, kind: spot, expiry: 2024-03-15, qty: 1", ".expiry", "spot has no expiry"},
      {"underlying: X, kind: spot, years: 1, qty: 1", ".years", "spot has no expiry"},
      {"underlying: X, kind: spot, multiplier: 100, qty: 1", ".multiplier", "is 100; spot has 1"},
      {"underlying: X, kind: future, expiry: 2024-03-15, qty: 1", ".multiplier",
       "is missing: a future has no usual one"},
      {"underlying: X, kind: future, multiplier: 5, qty: 1", ".expiry", "is missing: when a future expires"},
      {"underlying: X, kind: future, strike: 5, multiplier: 5, expiry: 2024-03-15, qty: 1", ".strike",
       "belongs to options"},
      {"underlying: X, kind: spot, quantity: 1", ".quantity", "is no field that is known here; "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[300], where[80];
    snprintf(text, sizeof text, "book:\n  - {%s}", cases[i].text);
    snprintf(where, sizeof where, "s.yaml:2: book.0%s", cases[i].where);
    assert_book_refused(text, where, cases[i].what);
  }
  assert_book_refused("book: [5]", "s.yaml:1: book.0", "has to be a map of: underlying, kind");
  assert_book_refused("book: {}", "s.yaml:1: book.file", "is missing: a CSV of positions");
  assert_book_refused("book: {file: book.csv, qty: 1}", "s.yaml:1: book.qty", "is no field that is known here");
}

static void wrong_csvs_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *csv, *where, *what;
  } cases[] = {
      {"underlying,kind,qty,stirke\n", ":1: stirke", "is no field that is known here; did you mean `strike`?"},
      {"underlying,kind,qty,kind\n", ":1: kind", "is a column twice"},
      {"underlying,kind\nX,spot\n", ":2: qty", "is missing"},
      {"underlying,kind,qty\nX,spot,1\nY,spot,one\n", ":3: qty", "`one` is no finite number"},
      {"underlying,kind,qty\nX,spot,1\n\nX,spot,2\n", ":4", "is a duplicate: X spot is in line 2 already"},
      {"underlying,kind,strike,expiry,qty\nX,put,0,2024-03-15,1\n", ":2: strike", "is 0; allowed: above 0"},
      {"underlying,kind,strike,expiry,qty,multiplier\nX,put,5,2024-03-15,1,\nX,call,5,2024-03-15,1,\nX,put,5,2024-03-"
       "15,1,10\n",
       ":4: multiplier", "is 10, and 100 for the same contract in line 2"},
      {"underlying,kind,strike,expiry,qty,exercise\nX,put,5,2024-03-15,1,american\nX,put,5,2024-03-15,1,\n",
       ":3: exercise", "is european, and american for the same contract in line 2"},
      {"underlying,kind,qty\nX,spot,1,2\n", ":2", ""},
      {"underlying,kind,qty\nX,spot,\"1\n", ":2", ""},
      {"underlying,kind,qty\nX,spot", ":2", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char where[600];
    snprintf(where, sizeof where, "%s%s", keel_scratch_write("b.csv", cases[i].csv, strlen(cases[i].csv)),
             cases[i].where ? cases[i].where : "");
    assert_book_refused("book: {file: b.csv}", cases[i].where ? where : "s.yaml:1: book", cases[i].what);
  }
  assert_book_refused("book: {file: none.csv}", keel_scratch("none.csv"), "");
}

/* Many rows, so that the array grows and duplicates are not looked for pair by pair. */
static void a_large_book_is_read(void **state) {
  (void)state;
  enum { ROWS = 20000 };
  char *csv = malloc(ROWS * 48 + 100);
  size_t used = (size_t)sprintf(csv, "underlying,kind,strike,expiry,qty\n");
  for (int i = 0; i < ROWS; i++)
    used += (size_t)sprintf(csv + used, "U%d,call,%d,2024-03-15,%d\n", i % 7, i + 1, i % 5 + 1);
  keel_scratch_write("large.csv", csv, used);
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_book book;
  keel_error error = {0};
  if (read_book(&arena, "book: {file: large.csv}", &book, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_equal(book.count, ROWS);
  assert_same_bits(book.positions[ROWS - 1].contract.strike, (double)ROWS);
  assert_int_equal(book.positions[ROWS - 1].line, ROWS + 1);
  keel_arena_fini(&arena);
  free(csv);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_list_and_a_csv_are_the_same_book),
      cmocka_unit_test(wrong_positions_are_refused),
      cmocka_unit_test(wrong_csvs_are_refused),
      cmocka_unit_test(a_large_book_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
