#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

static void wants(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("no \"%s\" in:\n%s", part, text);
}

static void the_programs_page_names_all_commands(void **state) {
  (void)state;
  static const char line[] =
      "$KEEL --man >page && $KEEL --help | sed -n 's/^  \\([a-z]*\\) .*/\\1/p' | while read c; do "
      "grep -q \"^.fBkeel $c.fR\" page && $KEEL --man $c | grep -q \"^keel.-$c .- \" && echo $c; done";
  char all[1024];
  snprintf(all, sizeof all, "cd %s; %s", keel_scratch("."), line);
  struct keel_program named = keel_program_run(all, NULL);
  struct keel_program listed = keel_program_run("$KEEL --help | sed -n 's/^  \\([a-z]*\\) .*/\\1/p'", NULL);
  assert_string_equal(named.out, listed.out);
  assert_true(strstr(listed.out, "doctor\n") != NULL);
  keel_program_free(&named);
  keel_program_free(&listed);
}

/* Options are those of --help, no more and no fewer. */
static void a_page_has_the_options_of_the_help(void **state) {
  (void)state;
  static const char line[] =
      "for c in import simulate; do "
      "$KEEL $c --help | sed -n '/^options/,$s/^ .*--\\([a-z-]*\\).*/\\1/p' >a; "
      "$KEEL --man $c | tr -d '\\\\' | sed -n '/^.SH OPTIONS/,/^.SH EXIT/s/^.*fB--\\([a-z-]*\\)fR.*/\\1/p' >b; "
      "cmp a b || exit 1; done; cat b";
  char all[1024];
  snprintf(all, sizeof all, "cd %s; %s", keel_scratch("."), line);
  assert_program(all, NULL, 0, "tape\nledger\ntape-path\nwatch\njson\ncsv\nset\nseed\nthreads\ncpu\nquiet\nhelp\n", "");
}

static void what_roff_would_take_for_its_own_is_escaped(void **state) {
  (void)state;
  struct keel_program program = keel_program_run("$KEEL --man frontier", NULL);
  wants(program.out, "under its own hedge (base) and the rules of \\fBfrontier.rules\\fR, or");
  wants(program.out, "\\-\\-set run.seed=N");
  keel_program_free(&program);
  program = keel_program_run("$KEEL --man import", NULL);
  wants(program.out, "\\fBkeel import\\fR [\\fIoptions\\fR] \\fIFILE... \\-o TAPE\\fR\n");
  wants(program.out, ".TP\n\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fITAPE\\fR\n");
  keel_program_free(&program);
  program = keel_program_run("$KEEL --man price", NULL);
  wants(program.out, ".PP\n.nf\n  kind      call or put (or c, p)\n");
  wants(program.out, ".fi\n.PP\nAll other columns");
  keel_program_free(&program);
}

static void the_date_is_that_of_the_source_or_none(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"env -u SOURCE_DATE_EPOCH", ""},      {"SOURCE_DATE_EPOCH=1760000000", "2025-10-09"},
      {"SOURCE_DATE_EPOCH=0", "1970-01-01"}, {"SOURCE_DATE_EPOCH=soon", ""},
      {"SOURCE_DATE_EPOCH=-1", ""},          {"SOURCE_DATE_EPOCH=99999999999999", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char line[128], title[128];
    snprintf(line, sizeof line, "%s $KEEL --man price | head -1", cases[i][0]);
    snprintf(title, sizeof title, ".TH KEEL-PRICE 1 \"%s\" \"keel " KEEL_VERSION "\" \"User Commands\"\n", cases[i][1]);
    assert_program(line, NULL, 0, title, "");
  }
}

static void no_page_of_what_is_no_command(void **state) {
  (void)state;
  assert_program("$KEEL --man pice", NULL, 2, "",
                 "keel: no command \"pice\"; did you mean price?\nkeel --help lists the commands\n");
}

/* Those who read pages find nothing wrong with them, where they are installed. */
static void readers_find_nothing_wrong(void **state) {
  (void)state;
  if (system("command -v mandoc >/dev/null && command -v groff >/dev/null") != 0) {
    print_message("skipped: no mandoc and groff\n");
    skip();
  }
  static const char line[] =
      "export SOURCE_DATE_EPOCH=1760000000; for c in '' $($KEEL --help | sed -n 's/^  \\([a-z]*\\) .*/\\1/p'); do "
      "$KEEL --man $c | mandoc -Tlint -Wwarning && $KEEL --man $c | groff -man -Tascii -ww -z; done";
  assert_program(line, NULL, 0, "", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_programs_page_names_all_commands),
      cmocka_unit_test(a_page_has_the_options_of_the_help),
      cmocka_unit_test(what_roff_would_take_for_its_own_is_escaped),
      cmocka_unit_test(the_date_is_that_of_the_source_or_none),
      cmocka_unit_test(no_page_of_what_is_no_command),
      cmocka_unit_test(readers_find_nothing_wrong),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
