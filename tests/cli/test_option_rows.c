#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "support/program.h"

#define HEADER "kind,exercise,spot,strike,rate,yield,years,vol,id\n"

/* A row with this problem, and nothing else wrong. */
static void row_has_problem(const char *row, const char *problem) {
  char input[512], out[512];
  snprintf(input, sizeof input, HEADER "%s,7\n", row);
  snprintf(out, sizeof out, "%s,7,,,,,,,,,,,,%s\n", row, problem);
  assert_program("$KEEL price - | tail -n +2", input, 0, out, "keel: 1 of 1 rows could not be priced\n");
}

static void a_row_that_cannot_be_priced_says_why(void **state) {
  (void)state;
  row_has_problem("calls,,100,100,0,0,1,0.2", "kind: 'calls' is neither call nor put");
  row_has_problem(",,100,100,0,0,1,0.2", "kind: empty");
  row_has_problem("call,bermudan,100,100,0,0,1,0.2", "exercise: 'bermudan' is neither european nor american");
  row_has_problem("put,american,100,100,-0.01,-0.02,1,0.2",
                  "\"rate is negative and yield below it: a put has two exercise boundaries then, which are not "
                  "solved\"");
  row_has_problem("call,,,100,0,0,1,0.2", "spot: empty");
  row_has_problem("call,,100,1O0,0,0,1,0.2", "strike: '1O0' is not a finite number");
  row_has_problem("call,,100,100,nan,0,1,0.2", "rate: 'nan' is not a finite number");
  row_has_problem("call,,100,100,0,inf,1,0.2", "yield: 'inf' is not a finite number");
  row_has_problem("call,,100,100,0,0,1e999,0.2", "years: '1e999' is not a finite number");
  row_has_problem("call,,100,100,0,0,1,0x1p-2", "vol: '0x1p-2' is not a finite number");
  row_has_problem("call,,100,100,0,0,1,-0.2", "vol is negative");
  row_has_problem("call,,-100,100,0,0,1,0.2", "spot is negative");
}

static void a_problem_with_a_comma_is_quoted(void **state) {
  (void)state;
  row_has_problem("\"a,b\",,100,100,0,0,1,0.2", "\"kind: 'a,b' is neither call nor put\"");
}

static void a_long_field_is_cut_between_characters(void **state) {
  (void)state;
  row_has_problem("123456789012345678901234567890123456789\xE2\x82\xAC,,100,100,0,0,1,0.2",
                  "kind: '123456789012345678901234567890123456789' is neither call nor put");
}

static void kinds_have_short_names_and_no_case(void **state) {
  (void)state;
  assert_program("$KEEL price - | cut -d, -f1,2,10",
                 HEADER "C,European,100,0,0,0,1,0.2,1\nCall,EUROPEAN,100,0,0,0,1,0.2,1\np,,100,0,0,0,1,0.2,1\n", 0,
                 "kind,exercise,price\nC,European,100\nCall,EUROPEAN,100\np,,0\n", "");
}

static void fields_are_carried_as_they_were(void **state) {
  (void)state;
  assert_program("$KEEL price - | tail -n +2 | cut -d, -f1-11",
                 "a,b,kind,spot,strike,rate,yield,years,vol\n"
                 " x , \"q \"\"r\"\", s\",call,1e2,00.0,+0,0.,1,.2\n\" y\",\xE2\x82\xAC,put,1,0,0,0,1,0\n",
                 0, "x,\"q \"\"r\"\", s\",call,1e2,00.0,+0,0.,1,.2,100\n\" y\",\xE2\x82\xAC,put,1,0,0,0,1,0,0,-0\n",
                 "");
}

static json_t *json_of(const char *line, const char *input) {
  struct keel_program program = keel_program_run(line, input);
  assert_int_equal(program.status, 0);
  json_error_t error;
  json_t *document = json_loads(program.out, JSON_REJECT_DUPLICATES, &error);
  if (!document) fail_msg("%s: %s", error.text, program.out);
  keel_program_free(&program);
  return document;
}

static void json_has_numbers_texts_and_nulls(void **state) {
  (void)state;
  json_t *document = json_of("$KEEL price --json -",
                             "id,kind,spot,strike,rate,yield,years,vol,\"a\"\"b\"\n"
                             "007,call,+1e2,0.50,.0,-0,1,0.2,\"c\\\"\"d\"\n"
                             "8,put,x,1,0,0,1,,\xFF\n");
  const char *id, *kind, *odd, *problem;
  double spot, strike, rate, vol, price;
  int priced, problems;
  json_t *rows, *missing;
  assert_int_equal(json_unpack(document, "{s:o, s:i, s:i}", "rows", &rows, "priced", &priced, "problems", &problems),
                   0);
  assert_int_equal(priced, 1);
  assert_int_equal(problems, 1);
  assert_int_equal(json_array_size(rows), 2);
  assert_int_equal(json_unpack(json_array_get(rows, 0), "{s:s, s:s, s:F, s:F, s:F, s:F, s:s, s:F, s:n}", "id", &id,
                               "kind", &kind, "spot", &spot, "strike", &strike, "rate", &rate, "vol", &vol, "a\"b",
                               &odd, "price", &price, "problem"),
                   0);
  assert_string_equal(id, "007");
  assert_string_equal(odd, "c\\\"d");
  assert_true(spot == 100 && strike == 0.5 && rate == 0 && vol == 0.2);
  assert_close(price, 99.5, 1e-12);
  assert_int_equal(json_unpack(json_array_get(rows, 1), "{s:n, s:n, s:n, s:s, s:s}", "spot", "vol", "price", "problem",
                               &problem, "a\"b", &odd),
                   0);
  assert_string_equal(problem, "spot: 'x' is not a finite number");
  assert_string_equal(odd, "\xEF\xBF\xBD");
  missing = json_object_get(json_array_get(rows, 1), "speed");
  assert_true(json_is_null(missing));
  json_decref(document);
}

static void json_without_rows_is_a_document(void **state) {
  (void)state;
  json_t *document = json_of("$KEEL price --json -", HEADER);
  assert_int_equal(json_array_size(json_object_get(document, "rows")), 0);
  assert_int_equal(json_integer_value(json_object_get(document, "priced")), 0);
  json_decref(document);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_row_that_cannot_be_priced_says_why),   cmocka_unit_test(a_problem_with_a_comma_is_quoted),
      cmocka_unit_test(a_long_field_is_cut_between_characters), cmocka_unit_test(kinds_have_short_names_and_no_case),
      cmocka_unit_test(fields_are_carried_as_they_were),        cmocka_unit_test(json_has_numbers_texts_and_nulls),
      cmocka_unit_test(json_without_rows_is_a_document),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
