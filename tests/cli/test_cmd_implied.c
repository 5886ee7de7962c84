#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

/* price, then implied: the vols come back. */
static void vols_come_back_through_a_pipe(void **state) {
  (void)state;
  struct keel_program program =
      keel_program_run("$KEEL price - | $KEEL implied -q - | tail -n +2 | awk -F, '{ print $(NF - 1) }'",
                       "kind,spot,strike,rate,yield,years,vol,id\n"
                       "call,100,100,0.05,0,1,0.2,1\nput,100,90,0.05,0.02,0.5,0.35,2\n"
                       "call,100,130,0.01,0.03,2,0.15,3\nput,4000,4100,0.02,0.02,0.1,0.8,4\n");
  static const double vols[] = {0.2, 0.35, 0.15, 0.8};
  assert_int_equal(program.status, 0);
  assert_string_equal(program.err, "");
  char *at = program.out;
  for (size_t i = 0; i < 4; i++) assert_close(strtod(at, &at), vols[i], 1e-14);
  keel_program_free(&program);
}

static void so_do_normal_ones(void **state) {
  (void)state;
  struct keel_program program = keel_program_run(
      "$KEEL price --model bachelier - | $KEEL implied --model=bachelier -q - | tail -n +2 | cut -d, -f18-",
      "kind,spot,strike,rate,yield,years,vol\ncall,-0.5,0.25,-0.01,-0.01,2,0.5\nput,100,104,0.03,0,1,15\n"
      "call,1,-1,0,0,1,0\n");
  char *at = program.out;
  assert_close(strtod(at, &at), 0.5, 1e-15);
  assert_close(strtod(at + 1, &at), 15, 1e-13);
  assert_string_equal(at, ",\n0,\n");
  keel_program_free(&program);
}

static void a_price_that_no_vol_gives_says_so(void **state) {
  (void)state;
  struct keel_program program = keel_program_run("$KEEL implied - | tail -n +2 | cut -d, -f8-",
                                                 "kind,spot,strike,rate,yield,years,price\n"
                                                 "call,100,90,0,0,1,9\n"
                                                 "call,100,90,0,0,1,100\n"
                                                 "call,100,90,0,0,1,-1\n"
                                                 "call,100,90,0,0,1,10\n");
  assert_int_equal(program.status, 0);
  assert_string_equal(program.err, "keel: 3 of 4 rows could not be solved\n");
  assert_int_equal(strncmp(program.out, ",", 1), 0);
  assert_non_null(strstr(program.out, "intrinsic"));
  assert_non_null(strstr(program.out, "\n0,\n"));
  keel_program_free(&program);
}

static void json_counts_what_was_solved(void **state) {
  (void)state;
  assert_program("$KEEL implied --json -", "kind,spot,strike,rate,yield,years,price\ncall,100,90,0,0,1,10\n", 0,
                 "{\"rows\": [\n{\"kind\": \"call\", \"spot\": 100, \"strike\": 90, \"rate\": 0, \"yield\": 0, "
                 "\"years\": 1, \"price\": 10, \"vol\": 0, \"problem\": null}\n], \"solved\": 1, \"problems\": 0}\n",
                 "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vols_come_back_through_a_pipe),
      cmocka_unit_test(so_do_normal_ones),
      cmocka_unit_test(a_price_that_no_vol_gives_says_so),
      cmocka_unit_test(json_counts_what_was_solved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
