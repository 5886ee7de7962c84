#include "world/history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "support/support.h"

static int32_t day_of(const char *text) {
  struct keel_time_text parsed;
  assert_true(keel_time_parse(text, strlen(text), &parsed));
  return parsed.days;
}

static keel_status read_file(const char *path, int max_gap_days, struct keel_arena *arena, struct keel_history *history,
                             keel_error *error) {
  struct keel_history_options options = {max_gap_days};
  keel_arena_init(arena);
  return keel_history_read(arena, path, &options, history, error);
}

/* Reads a text, and expects that many returns. */
static struct keel_history read_text(const char *text, int max_gap_days, size_t count, struct keel_arena *arena) {
  struct keel_history history = {0};
  keel_error error = {0};
  const char *path = keel_scratch_write("closes.csv", text, strlen(text));
  if (read_file(path, max_gap_days, arena, &history, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_equal(history.count, count);
  return history;
}

/* Expects an error at `where` (behind the folder) whose text holds `what`. */
static void expect_refused(const char *path, int max_gap_days, const char *where, const char *what) {
  struct keel_arena arena;
  struct keel_history history = {0};
  keel_error error = {0};
  assert_int_equal(read_file(path, max_gap_days, &arena, &history, &error), KEEL_STATUS_INPUT);
  const char *name = strrchr(error.where, '/');
  assert_string_equal(name ? name + 1 : error.where, where);
  if (!strstr(error.what, what)) fail_msg("\"%s\" does not say \"%s\"", error.what, what);
  assert_int_equal(history.count, 0);
  keel_arena_fini(&arena);
}
#define REFUSED(text, where, what) \
  expect_refused(keel_scratch_write("closes.csv", text, sizeof(text) - 1), 0, where, what)

static void closes_become_returns(void **state) {
  (void)state;
  struct keel_arena arena;
  struct keel_history history =
      read_text("Date,Open,Close\n2024-01-02,9,100\n2024-01-03,9,110\n2024-01-04,9,99\n", 0, 2, &arena);
  assert_same_bits(history.returns[0], 110.0 / 100 - 1);
  assert_same_bits(history.returns[1], 99.0 / 110 - 1);
  assert_int_equal(history.days[0], day_of("2024-01-03"));
  assert_int_equal(keel_history_row(&history, day_of("2024-01-03")), 0);
  assert_int_equal(keel_history_row(&history, day_of("2024-01-04")), 1);
  assert_int_equal(keel_history_row(&history, day_of("2024-01-02")), -1);
  assert_int_equal(keel_history_row(&history, day_of("2024-01-05")), -1);
  keel_arena_fini(&arena);
}

static void names_of_columns_are_known(void **state) {
  (void)state;
  static const struct {
    const char *header;
    double want;
  } cases[] = {{"Date,Close,Adj Close", 1}, {"date,close,other", 0.5}, {"Date,SP500,Close", 1}, {"date,x,SP500", 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[200];
    struct keel_arena arena;
    snprintf(text, sizeof text, "%s\n2024-01-02,4,8\n2024-01-03,6,16\n", cases[i].header);
    assert_same_bits(read_text(text, 0, 1, &arena).returns[0], cases[i].want);
    keel_arena_fini(&arena);
  }
}

static void bad_rows_are_refused(void **state) {
  (void)state;
  REFUSED("", "closes.csv", "empty");
  REFUSED("Date,Close\n", "closes.csv", "0 rows");
  REFUSED("Date,Close\n2024-01-02,5\n", "closes.csv", "1 rows");
  REFUSED("When,Close\n2024-01-02,5\n", "closes.csv:1: date", "Date");
  REFUSED("Date,Price\n2024-01-02,5\n", "closes.csv:1: close", "Adj Close");
  REFUSED("Date,Close\n2024-01-02,5\n2024-01-02,6\n", "closes.csv:3: date", "2024-01-02 is there twice");
  REFUSED("Date,Close\n2024-01-03,5\n2024-01-02,6\n", "closes.csv:3: date", "stands after 2024-01-03");
  REFUSED("Date,Close\nsoon,5\n2024-01-02,6\n", "closes.csv:2: date", "\"soon\" is no date");
  REFUSED("Date,Close\n2024-01-02T10:00,5\n2024-01-03,6\n", "closes.csv:2: date", "no date");
  REFUSED("Date,Close\n2024-01-02,5\n2024-01-03,\n", "closes.csv:3: Close", "is empty");
  REFUSED("Date,Adj Close\n2024-01-02,5\n2024-01-03,null\n", "closes.csv:3: Adj Close", "\"null\" is no price");
  REFUSED("Date,Close\n2024-01-02,0\n2024-01-03,5\n", "closes.csv:2: Close", "\"0\" is no price");
  REFUSED("Date,Close\n2024-01-02,5\n2024-01-03,-5\n", "closes.csv:3: Close", "above 0");
  REFUSED("Date,Close\n2024-01-02,1e-300\n2024-01-03,1e300\n", "closes.csv:3: Close", "not finite");
  REFUSED("Date,Close\n2024-01-02,5\n2024-01-03\n", "closes.csv:3", "1 field");
}

static void gaps_are_refused(void **state) {
  (void)state;
  struct keel_arena arena;
  /* NYSE sessions: the weekend and the holiday of 2024-01-15 are no gap, a Wednesday is */
  read_text("Date,Close\n2024-01-12,5\n2024-01-16,6\n2024-01-17,6\n", 0, 2, &arena);
  keel_arena_fini(&arena);
  REFUSED("Date,Close\n2024-01-12,5\n2024-01-16,6\n2024-01-18,6\n", "closes.csv:4: date", "2024-01-17 is missing");
  /* another market: open on that holiday; days apart count */
  read_text("Date,Close\n2024-01-15,5\n2024-01-20,6\n", 0, 1, &arena);
  keel_arena_fini(&arena);
  REFUSED("Date,Close\n2024-01-15,5\n2024-01-21,6\n", "closes.csv:3: date", "6 days after the row before it");
  /* other rhythms are said */
  read_text("Date,Close\n2024-01-02,5\n2024-02-01,6\n", 31, 1, &arena);
  keel_arena_fini(&arena);
  const char monthly[] = "Date,Close\n2024-01-02,5\n2024-03-01,6\n";
  expect_refused(keel_scratch_write("closes.csv", monthly, sizeof monthly - 1), 31, "closes.csv:3: date", "59 days");
  /* before the calendar knows every closure */
  read_text("Date,Close\n1914-07-28,5\n1914-07-30,6\n", 0, 1, &arena);
  keel_arena_fini(&arena);
  REFUSED("Date,Close\n1914-07-30,5\n1914-12-12,6\n", "closes.csv:3: date", "135 days");
}

/* A file of text, packed, cut to `part` of its bytes. */
static const char *packed(const char *text, double part) {
  static char name[512];
  snprintf(name, sizeof name, "%s", keel_scratch("closes.csv.gz"));
  gzFile file = gzopen(name, "wb");
  assert_non_null(file);
  assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), strlen(text));
  assert_int_equal(gzclose(file), Z_OK);
  FILE *in = fopen(name, "rb");
  char bytes[4096];
  size_t size = fread(bytes, 1, sizeof bytes, in);
  fclose(in);
  return keel_scratch_write("closes.csv.gz", bytes, (size_t)((double)size * part));
}

static void packed_files_are_read_whole_or_refused(void **state) {
  (void)state;
  const char *text = "Date,Close\n2024-01-02,5\n2024-01-03,6\n2024-01-04,7\n";
  struct keel_arena arena;
  struct keel_history history = {0};
  assert_int_equal(read_file(packed(text, 1), 0, &arena, &history, NULL), KEEL_STATUS_OK);
  assert_int_equal(history.count, 2);
  keel_arena_fini(&arena);
  history.count = 0;
  keel_error error = {0};
  assert_int_equal(read_file(packed(text, 0.8), 0, &arena, &history, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.where, "closes.csv.gz"));
  assert_int_equal(history.count, 0);
  keel_arena_fini(&arena);
  assert_int_equal(read_file(keel_scratch("nothing.csv"), 0, &arena, &history, &error), KEEL_STATUS_IO);
  keel_arena_fini(&arena);
}

static void the_index_since_1927_is_whole(void **state) {
  (void)state;
  const char *path = keel_shared_data("index-history/GSPC.csv.gz");
  if (!path) skip();
  struct keel_arena arena;
  struct keel_history history;
  keel_error error = {0};
  if (read_file(path, 0, &arena, &history, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_equal(history.count, 24113);
  size_t worst = 0;
  for (size_t i = 0; i < history.count; i++)
    if (history.returns[i] < history.returns[worst]) worst = i;
  assert_int_equal(keel_history_row(&history, day_of("1987-10-19")), worst);
  assert_close(history.returns[worst], 224.84 / 282.70 - 1, 1e-7);
  keel_arena_fini(&arena);
}

/* Without one of its rows, whichever, the same file is refused at the row after it. */
static void a_row_taken_from_the_index_is_missed(void **state) {
  (void)state;
  const char *path = keel_shared_data("index-history/GSPC.csv.gz");
  if (!path) skip();
  enum { SIZE = 1 << 22 };
  char *text = malloc(SIZE), where[64];
  gzFile file = gzopen(path, "rb");
  int size = gzread(file, text, SIZE - 1);
  gzclose(file);
  assert_in_range(size, 1, SIZE - 2);
  text[size] = '\0';
  static const long lines[] = {3, 500, 1300, 6000, 11000, 15000, 20000, 24114};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    char *row = text;
    for (long line = 1; line < lines[i]; line++) row = strchr(row, '\n') + 1;
    size_t before = (size_t)(row - text), after = (size_t)(strchr(row, '\n') + 1 - text);
    char *cut = malloc(SIZE);
    memcpy(cut, text, before);
    memcpy(cut + before, text + after, (size_t)size - after);
    snprintf(where, sizeof where, "closes.csv:%ld: date", lines[i]);
    expect_refused(keel_scratch_write("closes.csv", cut, (size_t)size - (after - before)), 0, where, "is missing");
    free(cut);
  }
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(closes_become_returns),
      cmocka_unit_test(names_of_columns_are_known),
      cmocka_unit_test(bad_rows_are_refused),
      cmocka_unit_test(gaps_are_refused),
      cmocka_unit_test(packed_files_are_read_whole_or_refused),
      cmocka_unit_test(the_index_since_1927_is_whole),
      cmocka_unit_test(a_row_taken_from_the_index_is_missed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
