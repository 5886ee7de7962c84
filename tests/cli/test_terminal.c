/* posix_openpt */
#define _XOPEN_SOURCE 700

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/program.h"

#define HEADER "kind,spot,strike,rate,yield,years,vol\n"

static const char *large_table(void) {
  FILE *file = fopen(keel_scratch("large.csv"), "w");
  fputs(HEADER, file);
  for (int i = 0; i < 20000; i++) fprintf(file, "call,100,%d,0.01,0,1,0.2\n", 50 + i % 100);
  fclose(file);
  return keel_scratch("large.csv");
}

static void a_full_disk_is_an_error(void **state) {
  (void)state;
  if (access("/dev/full", W_OK) != 0) skip();
  const char *full = "keel: stdout: cannot write: No space left on device\n";
  assert_program("$KEEL --help >/dev/full", NULL, 1, "", full);
  assert_program("$KEEL price - >/dev/full", HEADER, 1, "", full);
  assert_program("$KEEL price --json - >/dev/full", HEADER, 1, "", full);
  char line[512];
  snprintf(line, sizeof line, "$KEEL price %s >/dev/full", large_table());
  assert_program(line, NULL, 1, "", full);
}

static void a_closed_stdout_is_an_error(void **state) {
  (void)state;
  assert_program("$KEEL --version >&-", NULL, 1, "", "keel: stdout: cannot write: Bad file descriptor\n");
}

static void a_reader_that_goes_away_ends_it_quietly(void **state) {
  (void)state;
  char line[512];
  snprintf(line, sizeof line, "{ $KEEL price %s; echo $? >&2; } | head -1", large_table());
  struct keel_program program = keel_program_run(line, NULL);
  assert_int_equal(strncmp(program.out, "kind,spot", 9), 0);
  assert_string_equal(program.err, "141\n"); /* as the shell says SIGPIPE, and no message */
  keel_program_free(&program);
}

static void a_file_that_may_not_grow_is_a_message(void **state) {
  (void)state;
  char line[1024], says[512];
  const char *out = keel_scratch("limited.csv");
  snprintf(line, sizeof line, "ulimit -f 8; $KEEL price %s --csv %s", large_table(), out);
  snprintf(says, sizeof says, "keel: %s: cannot write: File too large\n", out);
  assert_program(line, NULL, 1, "", says);
  assert_int_equal(keel_scratch_count("limited"), 0);
}

/* Starts `keel price --csv CSV -` on a pipe, with `err` as its stderr; *input is where its table comes from. */
static pid_t start(const char *csv, int err, int *input) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t process = fork();
  if (process == 0) {
    dup2(ends[0], 0);
    close(ends[0]);
    close(ends[1]);
    dup2(err, 2);
    signal(SIGINT, SIG_DFL);
    execl(KEEL_BUILD_DIR "/keel", "keel", "price", "--csv", csv, "-", (char *)NULL);
    _exit(127);
  }
  close(ends[0]);
  close(err);
  *input = ends[1];
  return process;
}

/* Waits until the program has taken what is in its pipe, and so waits for more. */
static void await_reader(int input) {
  int unread = 1;
  for (int i = 0; i < 1000 && unread; i++) {
    assert_int_equal(ioctl(input, FIONREAD, &unread), 0);
    nanosleep(&(struct timespec){0, 10000000}, NULL);
  }
  assert_int_equal(unread, 0);
}

static void ctrl_c_leaves_no_file(void **state) {
  (void)state;
  int input, how;
  const char *err = keel_scratch("ctrl_c.err");
  pid_t process = start(keel_scratch("stopped.csv"), open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600), &input);
  assert_int_equal(write(input, HEADER "call,", sizeof HEADER + 4), sizeof HEADER + 4);
  await_reader(input);
  kill(process, SIGINT);
  waitpid(process, &how, 0);
  close(input);
  char *said = keel_file_content(err, NULL);
  assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGINT);
  assert_string_equal(said, "keel: stopped\n");
  assert_int_equal(keel_scratch_count("stopped"), 0);
  free(said);
}

static void there_is_no_bar_off_a_terminal(void **state) {
  (void)state;
  char line[512];
  snprintf(line, sizeof line, "$KEEL price %s >/dev/null", large_table());
  assert_program(line, NULL, 0, "", "");
}

static void write_rows(int to, int count) {
  static const char row[] = "call,100,100,0,0,1,0.2\n";
  for (int i = 0; i < count; i++) assert_int_equal(write(to, row, sizeof row - 1), sizeof row - 1);
}

/* A bar is drawn from half a second on, and is gone at the end. */
static void there_is_a_bar_on_a_terminal(void **state) {
  (void)state;
  int input, how, terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) skip();
  pid_t process = start(keel_scratch("bar.csv"), open(ptsname(terminal), O_RDWR | O_NOCTTY), &input);
  assert_int_equal(write(input, HEADER, sizeof HEADER - 1), sizeof HEADER - 1);
  write_rows(input, 8192);
  await_reader(input);
  nanosleep(&(struct timespec){0, 800000000}, NULL);
  write_rows(input, 8192);
  close(input);
  waitpid(process, &how, 0);
  assert_int_equal(how, 0);
  char shown[4096] = "";
  ssize_t length = 0, more; /* what was written arrives in pieces */
  while ((more = read(terminal, shown + length, sizeof shown - 1 - (size_t)length)) > 0) length += more;
  close(terminal);
  assert_true(length > 4);
  assert_int_equal(shown[0], '\r');
  assert_non_null(strstr(shown, "s spent")); /* how many, a busy machine decides */
  assert_string_equal(shown + length - 4, "\r\033[K");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_full_disk_is_an_error),
      cmocka_unit_test(a_closed_stdout_is_an_error),
      cmocka_unit_test(a_reader_that_goes_away_ends_it_quietly),
      cmocka_unit_test(a_file_that_may_not_grow_is_a_message),
      cmocka_unit_test(ctrl_c_leaves_no_file),
      cmocka_unit_test(there_is_no_bar_off_a_terminal),
      cmocka_unit_test(there_is_a_bar_on_a_terminal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
