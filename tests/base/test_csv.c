#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "support/support.h"

/* All rows as text: fields between |, rows between \n, the header first; then the status or the error. */
static char *dump(const char *bytes, size_t size, size_t block) {
  size_t room = size * 2 + 2000, used = 0;
  char *text = malloc(room);
  struct keel_csv *csv;
  keel_error error = {0};
  keel_status status = keel_csv_open_bytes("t.csv", bytes, size, block, &csv, &error);
  if (!status) {
    for (size_t i = 0; i < keel_csv_columns(csv); i++) {
      struct keel_csv_field name = keel_csv_name(csv, i);
      used += (size_t)snprintf(text + used, room - used, "%s%.*s", i ? "|" : "", (int)name.length, name.text);
    }
    for (const struct keel_csv_field *fields; !(status = keel_csv_next(csv, &fields, &error)) && fields;) {
      used += (size_t)snprintf(text + used, room - used, "\n%ld:", keel_csv_line(csv));
      for (size_t i = 0; i < keel_csv_columns(csv); i++)
        used +=
            (size_t)snprintf(text + used, room - used, "%s%.*s", i ? "|" : "", (int)fields[i].length, fields[i].text);
    }
    keel_csv_close(csv);
  }
  if (status)
    snprintf(text + used, room - used, "!%s %s: %s", keel_status_name(status), error.where, error.what);
  else
    text[used] = '\0';
  return text;
}

/* The same for blocks of every small size, as a block's end falls everywhere then. */
static void assert_csv(const char *bytes, size_t size, const char *want) {
  for (size_t block = 1; block < 40; block++) {
    char *got = dump(bytes, size, block);
    if (strcmp(got, want) != 0) print_error("with blocks of %zu\n", block);
    assert_string_equal(got, want);
    free(got);
  }
}
#define CSV(text, want) assert_csv(text, sizeof(text) - 1, want)

static void rows_are_split(void **state) {
  (void)state;
  CSV("a,b\n1,2\n3,4\n", "a|b\n2:1|2\n3:3|4");
  CSV("a,b\n1,2\n3,4", "a|b\n2:1|2\n3:3|4");
  CSV("a,b\r\n1,2\r\n3,4\r\n", "a|b\n2:1|2\n3:3|4");
  CSV("a,b\r\n1,2\r", "a|b\n2:1|2");
  CSV("\xef\xbb\xbf"
      "a,b\n,\n",
      "a|b\n2:|");
  CSV("a\n1\n", "a\n2:1");
  CSV("a,b,c,d,e,f,g,h,i,j\n,,,,,,,,,\n1,2,3,4,5,6,7,8,9,10",
      "a|b|c|d|e|f|g|h|i|j\n2:|||||||||\n3:1|2|3|4|5|6|7|8|9|10");
  CSV("long name,b\nsome longer text here,and some more there\n",
      "long name|b\n2:some longer text here|and some more there");
}

static void blanks_are_trimmed_and_blank_lines_skipped(void **state) {
  (void)state;
  CSV("a , b\n 1 ,\t2 \n\n  \n\r\n x y , \n", "a|b\n2:1|2\n6:x y|");
  CSV("\n\n a\n1\n", "a\n4:1");
}

static void quotes_hold_what_they_quote(void **state) {
  (void)state;
  CSV("a,b\n\"1\",\"2\"\n", "a|b\n2:1|2");
  CSV("\"a\",\"b,c\"\r\n\"x \"\"y\"\"\",\" z \"\r\n\"\",q\n", "a|b,c\n2:x \"y\"| z \n3:|q");
  CSV("a,b\n\"two\nlines\r\nthree\",1\n2,3\n", "a|b\n2:two\nlines\r\nthree|1\n5:2|3");
  CSV("a,b\n \"1\" , \"2\"\t\n3,\"4\"", "a|b\n2:1|2\n3:3|4");
  CSV("a\n\"\"\n\"\"\"\"\n", "a\n2:\n3:\"");
  CSV("a,b\n1 , \"x\"\n", "a|b\n2:1|x");
}

static void broken_structure_is_refused(void **state) {
  (void)state;
  CSV("", "!input t.csv: is empty; a header line has to come first");
  CSV("\n\n", "!input t.csv: is empty; a header line has to come first");
  CSV("a,b\n1,2\n3\n", "a|b\n2:1|2!input t.csv:3: 1 field, the header has 2");
  CSV("a,b\n1,2\n3", "a|b\n2:1|2!input t.csv:3: 1 field, the header has 2; is the file cut?");
  CSV("a,b\n1,2,3\n4,5\n", "a|b!input t.csv:2: 3 fields, the header has 2");
  CSV("a,b\n1,\"2\n3,4\n", "a|b!input t.csv:2: a quote that never closes");
  CSV("a,b\n1,\"2\"3\n", "a|b!input t.csv:2: text after a closing quote; a comma or the end of the line has to follow");
  CSV("a,b\n1,2\"3\"\n",
      "a|b!input t.csv:2: a quote inside an unquoted field; quote the whole field and double the quotes inside it");
  CSV("a,b\n1,2\r3\n", "a|b!input t.csv:2: a carriage return inside a field; lines end with LF or CRLF");
  CSV("a,b\n\"1\",2\r3\n", "a|b!input t.csv:2: a carriage return inside a field; lines end with LF or CRLF");
  CSV("a,b\n1,\0\n", "a|b!input t.csv:2: a NUL byte; the file has to be plain text (ASCII or UTF-8)");
  CSV("a,b\n\"1\0\",\n", "a|b!input t.csv:2: a NUL byte; the file has to be plain text (ASCII or UTF-8)");
  CSV("a,b\n\"1\",\0\n", "a|b!input t.csv:2: a NUL byte; the file has to be plain text (ASCII or UTF-8)");
}

static char *repeat(char c, size_t count, const char *after, size_t *size) {
  *size = count + strlen(after);
  char *text = malloc(*size + 1);
  memset(text, c, count);
  strcpy(text + count, after);
  return text;
}

static void long_rows_and_wide_headers_have_limits(void **state) {
  (void)state;
  enum { MIB = 1024 * 1024 };
  for (size_t block = 1000; block <= 256 * 1024; block *= 16) {
    size_t size;
    char *text = repeat('x', MIB - 1, "\n1\n", &size), *got = dump(text, size, block);
    assert_string_equal(got + MIB - 1, "\n2:1");
    free(text);
    free(got);
    text = repeat('x', MIB, "\n1\n", &size);
    got = dump(text, size, block);
    assert_string_equal(got, "!input t.csv:1: a row above 1 MiB; is a quote never closed?");
    free(text);
    free(got);
    text = repeat(',', 4096, "\n", &size);
    got = dump(text, size, block);
    assert_string_equal(got, "!input t.csv:1: 4097 columns, at most 4096 are allowed");
    free(text);
    free(got);
  }
}

static void columns_are_found_by_name(void **state) {
  (void)state;
  struct keel_csv *csv;
  assert_int_equal(keel_csv_open_bytes("t", "spot, strike,spot\n", 18, 5, &csv, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_csv_find(csv, "spot"), 0);
  assert_int_equal(keel_csv_find(csv, "strike"), 1);
  assert_int_equal(keel_csv_find(csv, "Strike"), -1);
  assert_int_equal(keel_csv_find(csv, "spo"), -1);
  keel_csv_close(csv);
}

static void gz_files_read_as_plain_ones(void **state) {
  (void)state;
  const char *path = keel_scratch("t.csv.gz");
  gzFile file = gzopen(path, "wb");
  for (int i = 0; i < 100000; i++) gzprintf(file, i ? "%d,x,y\n" : "a,b,c\n", i);
  gzclose(file);
  struct keel_csv *csv;
  assert_int_equal(keel_csv_open(path, &csv, NULL), KEEL_STATUS_OK);
  const struct keel_csv_field *fields;
  double number, sum = 0;
  while (!keel_csv_next(csv, &fields, NULL) && fields) {
    assert_true(keel_csv_number(fields[0], &number));
    assert_true(keel_csv_is(fields[1], "X"));
    sum += number;
  }
  assert_true(sum == 99999.0 * 100000 / 2);
  size_t done, total;
  keel_csv_progress(csv, &done, &total);
  assert_true(done == total && total > 1000);
  assert_string_equal(keel_csv_path(csv), path);
  keel_csv_close(csv);
  keel_error error;
  assert_int_equal(keel_csv_open(keel_scratch("none.csv"), &csv, &error), KEEL_STATUS_IO);
}

static void texts_compare_without_case(void **state) {
  (void)state;
  assert_true(keel_csv_is((struct keel_csv_field){"PuT", 3}, "put"));
  assert_false(keel_csv_is((struct keel_csv_field){"put", 2}, "put"));
  assert_false(keel_csv_is((struct keel_csv_field){"put", 3}, "pu"));
  assert_true(keel_csv_is((struct keel_csv_field){"", 0}, ""));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_are_split),
      cmocka_unit_test(blanks_are_trimmed_and_blank_lines_skipped),
      cmocka_unit_test(quotes_hold_what_they_quote),
      cmocka_unit_test(broken_structure_is_refused),
      cmocka_unit_test(long_rows_and_wide_headers_have_limits),
      cmocka_unit_test(columns_are_found_by_name),
      cmocka_unit_test(gz_files_read_as_plain_ones),
      cmocka_unit_test(texts_compare_without_case),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
