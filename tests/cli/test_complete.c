#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

/* The words after `keel --complete`, and what it says, a blank after each. */
struct example {
  const char *words, *lines;
};

static void check(const struct example *examples, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char line[256];
    snprintf(line, sizeof line, "$KEEL --complete %s | tr '\\n' ' '", examples[i].words);
    assert_program(line, NULL, 0, examples[i].lines, "");
  }
}
#define CHECK(examples) check((examples), sizeof(examples) / sizeof *(examples))

static void commands_are_those_of_the_help(void **state) {
  (void)state;
  static const char line[] =
      "test \"$($KEEL --complete '')\" = \"$($KEEL --help | sed -n 's/^  \\([a-z]*\\) .*/\\1/p')\"";
  static const struct example examples[] = {{"pr", "price "}, {"--v", "--version "}, {"xyzzy", ""}, {"xyzzy ''", ""}};
  assert_program(line, NULL, 0, "", "");
  CHECK(examples);
}

static void options_are_those_of_the_command(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"price -",
       "--model --engine --scheme --dividends --nodes --steps --json --csv --seed --threads --cpu --quiet --help "},
      {"import --", "--output --map --json --seed --threads --cpu --quiet --help "},
      {"simulate --t", "--tape --tape-path --threads "},
      {"simulate --json --q", "--quiet "},
      {"price --xyzzy", ""},
  };
  CHECK(examples);
}

static void values_are_those_that_may_be(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"price --cpu ''", "auto base v3 v4 "},
      {"price --model b", "black_scholes bachelier "},
      {"price --cpu v", "v3 v4 "},
      {"price --cpu=v", "--cpu=v3 --cpu=v4 "},
      {"price --seed ''", ""},
      {"price --seed 1 --cpu b", "base "},
      {"price --json=", ""},
      {"price --xyzzy=", ""},
  };
  CHECK(examples);
}

/* A star stands for files. */
static void files_are_of_their_kind(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"price ''", "* "},
      {"price --csv ''", "* "},
      {"price --csv=x", "* "},
      {"import a -o ''", "*.tape "},
      {"import --map ''", "*.y*ml "},
      {"import ''", "* "},
      {"simulate ''", "*.y*ml "},
      {"simulate -- --x", "*.y*ml "},
      {"simulate --cpu v3 d", "*.y*ml "},
      {"doctor ''", ""},
  };
  CHECK(examples);
}

static void nothing_is_no_word(void **state) {
  (void)state;
  assert_program("$KEEL --complete", NULL, 0, "", "");
}

/* Through bash itself, which ends words at `=` too: what it would put in place of the last part. */
static void bash_gets_what_fits_its_words(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"pr", "price"},
      {"simulate --set hedge.exe", "hedge.execution."},
      {"simulate --set book.0.kind =", "call put spot future"},
      {"simulate --set book.0.kind = p", "put"},
      {"simulate --set = book.0.kind = p", "put"},
      {"simulate --cpu = v", "v3 v4"},
      {"simulate examples/desk/d", "examples/desk/desk.yaml"},
      {"simulate --csv = LIC", "LICENSE"},
  };
  if (system("command -v bash >/dev/null") != 0) skip();
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char line[512], reply[128];
    snprintf(line, sizeof line,
             "cd " KEEL_SOURCE_DIR
             " && bash -c '. src/cli/completion.bash; COMP_WORDS=($KEEL %s); "
             "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _keel $KEEL; echo \"${COMPREPLY[*]}\"'",
             examples[i].words);
    snprintf(reply, sizeof reply, "%s\n", examples[i].lines);
    assert_program(line, NULL, 0, reply, "");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(commands_are_those_of_the_help),
      cmocka_unit_test(options_are_those_of_the_command),
      cmocka_unit_test(values_are_those_that_may_be),
      cmocka_unit_test(files_are_of_their_kind),
      cmocka_unit_test(nothing_is_no_word),
      cmocka_unit_test(bash_gets_what_fits_its_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
