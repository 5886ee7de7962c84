#include <stdio.h>

#include "support/program.h"

#define HINT "\nkeel price --help says what is allowed\n"

static void wrong_options_are_usage(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"--jsn x", "no option --jsn; did you mean --json?"},
      {"--thread=2 x", "no option --thread=2; did you mean --threads?"},
      {"--xyzzy x", "no option --xyzzy"},
      {"-z x", "no option -z"},
      {"--set a=b x", "no option --set"},
      {"--json=yes x", "--json takes no value"},
      {"-qq x", "--quiet takes no value"},
      {"x --csv", "--csv needs a value: FILE"},
      {"x --csv=", "--csv: \"\" is not allowed, only a file's name, or - for stdout"},
      {"x --threads 0", "--threads: \"0\" is not allowed, only a whole number from 1 to 1024"},
      {"x --threads 1025", "--threads: \"1025\" is not allowed, only a whole number from 1 to 1024"},
      {"x --threads=-1", "--threads: \"-1\" is not allowed, only a whole number from 1 to 1024"},
      {"x --seed 1.5", "--seed: \"1.5\" is not allowed, only a whole number from 0 to 18446744073709551615"},
      {"x --seed 18446744073709551616",
       "--seed: \"18446744073709551616\" is not allowed, only a whole number from 0 to 18446744073709551615"},
      {"x --cpu z80", "--cpu: \"z80\" is not allowed, only auto, or a level that this machine has: base, v3, v4"},
      {"", "needs FILE|-"},
      {"x y", "one argument too many: \"y\""},
      {"-- x --json", "one argument too many: \"--json\""},
      {"--json --csv - x", "--json and --csv - cannot both go to stdout"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char line[256], err[256];
    snprintf(line, sizeof line, "$KEEL price %s", cases[i][0]);
    snprintf(err, sizeof err, "keel price: %s" HINT, cases[i][1]);
    assert_program(line, NULL, 2, "", err);
  }
}

static const char table[] = "kind,spot,strike,rate,yield,years,vol\ncall,100,0,0,0,1,0.2\n";

static void right_options_are_taken(void **state) {
  (void)state;
  static const char *const cases[] = {
      "--threads=3 --seed=18446744073709551615 --cpu base -",
      "--quiet - --threads 1",
      "-q -- -",
      "--csv - --cpu=auto --seed 0 -",
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char line[256];
    snprintf(line, sizeof line, "$KEEL price %s | wc -l | tr -d ' '", cases[i]);
    assert_program(line, table, 0, "2\n", "");
  }
}

static void after_two_dashes_all_is_a_file(void **state) {
  (void)state;
  assert_program("$KEEL price -- --json", NULL, 1, "", "keel: --json: cannot open: No such file or directory\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wrong_options_are_usage),
      cmocka_unit_test(right_options_are_taken),
      cmocka_unit_test(after_two_dashes_all_is_a_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
