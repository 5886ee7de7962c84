#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/program.h"

static const char rows[] =
    "underlying,underlying_last, exchange,optionroot,type,expiration,quotedate,strike,last,bid,ask\n"
    "SPXW,2700,W,X,call,01/31/2018,01/02/2018,2700,1,10,11\n"
    "SPXW,2700,W,X,call,01/31/2018,01/02/2018,2800,1,0,11\n"
    "SPXW,2700,W,X,call,01/31/2018,01/02/2018,-1,1,10,11\n";

/* A command line with the path of the tape in it. */
static const char *command(const char *format) {
  static char text[1024];
  snprintf(text, sizeof text, format, keel_scratch("cli.tape"));
  return text;
}

static void what_was_read_is_shown(void **state) {
  (void)state;
  assert_program(command("$KEEL import - -o %s | sed s,.*/,,"), rows, 0,
                 "cli.tape: 3 quotes of 3 contracts at 1 instants, 2018-01-02T21:00:00Z to 2018-01-02T21:00:00Z\n"
                 "3 rows read, 1 dropped\n"
                 "dropped:\n"
                 "  bad_strike               1  a strike that is not above 0\n"
                 "kept, to know:\n"
                 "  zero_bid                 1  a bid of 0\n",
                 "");
  assert_program(command("$KEEL import - -o %s --quiet"), rows, 0, "", "");
}

static void json_has_the_same(void **state) {
  (void)state;
  struct keel_program program = keel_program_run(command("$KEEL import - -o %s --json"), rows);
  assert_int_equal(program.status, 0);
  static const char *const parts[] = {"\"rows\": 3",
                                      "\"dropped\": 1",
                                      "\"quotes\": 3",
                                      "\"instants\": 1",
                                      "\"bad_strike\": 1",
                                      "\"zero_bid\": 1",
                                      "\"first\": \"2018-01-02T21:00:00Z\""};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) assert_non_null(strstr(program.out, parts[i]));
  keel_program_free(&program);
}

static void mistakes_are_said(void **state) {
  (void)state;
  struct keel_program program = keel_program_run("$KEEL import - ", rows);
  assert_int_equal(program.status, 2);
  assert_non_null(strstr(program.err, "-o TAPE is missing"));
  keel_program_free(&program);
  program = keel_program_run("$KEEL import - -o -", rows);
  assert_int_equal(program.status, 2);
  assert_non_null(strstr(program.err, "-o needs a file"));
  keel_program_free(&program);
  unlink(keel_scratch("cli.tape"));
  program = keel_program_run(command("$KEEL import - -o %s"), "a,b\n1,2\n");
  assert_int_equal(program.status, 1);
  assert_non_null(strstr(program.err, "stdin:1: header: no known layout"));
  assert_int_not_equal(access(keel_scratch("cli.tape"), F_OK), 0);
  keel_program_free(&program);
}

/* Ctrl-C while it waits for a pipe that says nothing. */
static void an_interrupt_leaves_nothing(void **state) {
  (void)state;
  static char text[1024];
  snprintf(text, sizeof text,
           "d=%s; mkdir $d && mkfifo $d/fifo && exec 9<>$d/fifo && timeout --foreground -s INT 3 $KEEL import "
           "$d/fifo -o $d/a.tape;"
           " ls $d; rm -r $d",
           keel_scratch("interrupted"));
  struct keel_program program = keel_program_run(text, NULL);
  assert_string_equal(program.out, "fifo\n");
  assert_non_null(strstr(program.err, "stopped"));
  keel_program_free(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_read_is_shown),
      cmocka_unit_test(json_has_the_same),
      cmocka_unit_test(mistakes_are_said),
      cmocka_unit_test(an_interrupt_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
