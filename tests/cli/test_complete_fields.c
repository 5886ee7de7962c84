#include <stdio.h>
#include <string.h>

#include "support/program.h"

static void paths_grow_name_by_name(void **state) {
  (void)state;
  static const char *const examples[][2] = {
      {"he", "hedge. "},
      {"hedge.tr", "hedge.trigger. "},
      {"hedge.execution.sty", "hedge.execution.style= "},
      {"hedge.execution.style=im", "hedge.execution.style=immediate "},
      {"run.antithetic=", "run.antithetic=true run.antithetic=false "},
      {"book.", "book.0. "},
      {"book.12", "book.12. "},
      {"book.12.st", "book.12.strike= "},
      {"book.0.exercise=e", "book.0.exercise=european "},
      {"book.0=", ""},
      {"book.x", ""},
      {"book.x.st", ""},
      {"models.AAPL.ki", "models.AAPL.kind= "},
      {"variants.1.hedge.exe", "variants.1.hedge.execution. "},
      {"variants.1.hedge.execution.fill=d", "variants.1.hedge.execution.fill=decision "},
      {"xyzzy.", ""},
      {"run.seed=", ""},
      {"run.seed.x", ""},
      {".", ""},
      {"=", ""},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char line[256];
    snprintf(line, sizeof line, "$KEEL --complete simulate --set %s | tr '\\n' ' '", examples[i][0]);
    assert_program(line, NULL, 0, examples[i][1], "");
  }
  assert_program("$KEEL --complete replay --set=run.sta", NULL, 0, "--set=run.start=\n", "");
}

/* Each field that docs/strategy.md documents outside of lists and names can be reached. */
static void every_documented_field_is_offered(void **state) {
  (void)state;
  static const char line[] =
      "cd " KEEL_SOURCE_DIR
      " && sed -n 's/^| `\\([a-z_.]*\\)` .*/\\1/p' docs/strategy.md | sort -u | while read f; do "
      "$KEEL --complete simulate --set \"$f\" | grep -q -x -e \"$f[.=]\" && echo found || echo \"no $f\"; "
      "done | sort | uniq -c | sed 's/^ *[0-9][0-9]* //'";
  assert_program(line, NULL, 0, "found\n", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_grow_name_by_name),
      cmocka_unit_test(every_documented_field_is_offered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
