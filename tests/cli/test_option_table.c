#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define HEADER "kind,spot,strike,rate,yield,years,vol,id\n"

static char *table_of(const char *name, int rows) {
  static char path[512];
  snprintf(path, sizeof path, "%s", keel_scratch(name));
  FILE *file = fopen(path, "w");
  fputs(HEADER, file);
  for (int i = 0; i < rows; i++)
    fprintf(file, "%s,100,%d.%d,0.03,0.01,%d.5,%s,%d\n", i % 2 ? "call" : "put", 50 + i % 97, i % 10, i % 3,
            i % 5 ? "0.25" : "-1", i);
  fclose(file);
  return path;
}

/* Around the sizes of tasks and chunks: every row comes out once, in order, on any number of threads. */
static void rows_come_out_in_order(void **state) {
  (void)state;
  static const int sizes[] = {0, 1, 255, 256, 257, 4095, 4096, 4097, 8192, 9000};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char line[2048], out[128];
    const char *path = table_of("rows.csv", sizes[i]);
    snprintf(line, sizeof line,
             "cd %s; $KEEL price -q --threads 1 %s >one.csv && $KEEL price -q --threads 5 --cpu base %s >five.csv && "
             "cmp one.csv five.csv && awk -F, 'NR > 1 && $8 != NR - 2 { print \"row\", NR; exit }' one.csv && "
             "wc -l <one.csv | tr -d ' '; $KEEL price -q --json %s | grep -c '\"id\"'",
             keel_scratch("."), path, path, path);
    snprintf(out, sizeof out, "%d\n%d\n", sizes[i] + 1, sizes[i]);
    assert_program(line, NULL, sizes[i] ? 0 : 1, out, "");
  }
}

static void problems_are_counted(void **state) {
  (void)state;
  char line[1024];
  snprintf(line, sizeof line, "$KEEL price %s | grep -c negative", table_of("count.csv", 10000));
  assert_program(line, NULL, 0, "2000\n", "keel: 2000 of 10000 rows could not be priced\n");
}

static void a_file_gets_the_table_whole_or_not_at_all(void **state) {
  (void)state;
  char line[2048], broken[1024];
  const char *path = table_of("whole.csv", 5000);
  snprintf(line, sizeof line,
           "cd %s; $KEEL price -q --csv table.csv %s && $KEEL price -q %s | cmp - table.csv && "
           "$KEEL price -q --json --csv both.csv %s | tail -c 38 && cmp both.csv table.csv",
           keel_scratch("."), path, path, path);
  assert_program(line, NULL, 0, "\n], \"priced\": 4000, \"problems\": 1000}\n", "");
  snprintf(broken, sizeof broken, "cd %s; { cat whole.csv; echo 'call,1'; } | $KEEL price -q --csv table2.csv -",
           keel_scratch("."));
  assert_program(broken, NULL, 1, "", "keel: stdin:5002: 2 fields, the header has 8\n");
  assert_int_equal(keel_scratch_count("table2"), 0);
  assert_int_equal(keel_scratch_count("table.csv"), 1);
}

static void broken_structure_is_an_error(void **state) {
  (void)state;
  static const char *const cases[] = {"", "\n", HEADER "call,100\n", HEADER "\"call,100,100,0,0,1,0.2,1\n",
                                      HEADER "ca\"ll,100,100,0,0,1,0.2,1\n"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_program program = keel_program_run("$KEEL price - >/dev/null", cases[i]);
    assert_int_equal(program.status, 1);
    assert_int_equal(strncmp(program.err, "keel: stdin", 11), 0);
    keel_program_free(&program);
  }
  assert_program("$KEEL price /nowhere.csv", NULL, 1, "",
                 "keel: /nowhere.csv: cannot open: No such file or directory\n");
  assert_program("$KEEL price --csv /nowhere/x.csv -", HEADER, 1, "", NULL);
}

static void a_million_rows_need_no_more_memory(void **state) {
  (void)state;
  if (SANITIZED) skip(); /* a sanitizer's own memory is far above the limit */
  char line[1024];
  snprintf(line, sizeof line, "ulimit -v 65536; $KEEL price -q --threads 1 %s | wc -l | tr -d ' '",
           table_of("million.csv", 1000000));
  assert_program(line, NULL, 0, "1000001\n", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_come_out_in_order),
      cmocka_unit_test(problems_are_counted),
      cmocka_unit_test(a_file_gets_the_table_whole_or_not_at_all),
      cmocka_unit_test(broken_structure_is_an_error),
      cmocka_unit_test(a_million_rows_need_no_more_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
