/* What the program says and hears: messages, the progress bar, stdout, signals. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/progress.h"
#include "cli/cli.h"

/* ---- signals ---- */

static volatile sig_atomic_t stop_signal, is_asked, pipe_closed;
static struct timespec asked_at;

/* A program that ends another often sends the signal twice, to it and to its group: that is one request. */
static const double one_request_s = 0.25;

static double seconds_since(struct timespec then) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - then.tv_sec) + 1e-9 * (double)(now.tv_nsec - then.tv_nsec);
}

/* The first request asks, the second kills. The alarms end a read that began just after the signal came. */
static void on_stop(int number) {
  if (is_asked) {
    if (seconds_since(asked_at) < one_request_s) return;
    signal(number, SIG_DFL);
    raise(number);
    return;
  }
  clock_gettime(CLOCK_MONOTONIC, &asked_at);
  is_asked = 1;
  stop_signal = number;
  alarm(1);
}

static void on_alarm(int number) {
  (void)number;
  alarm(1);
}

static void on_pipe(int number) {
  (void)number;
  pipe_closed = 1;
}

static void handle(int number, void (*handler)(int)) {
  struct sigaction old, action = {.sa_handler = handler};
  sigemptyset(&action.sa_mask);
  if (number != SIGPIPE && sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN) return;
  sigaction(number, &action, NULL);
}

/* Reads are interrupted by a stop. A closed pipe is seen where it is written to, and so is a file that may not grow. */
void keel_cli_signals(void) {
  handle(SIGINT, on_stop);
  handle(SIGTERM, on_stop);
  handle(SIGALRM, on_alarm);
  handle(SIGPIPE, on_pipe);
  handle(SIGXFSZ, SIG_IGN);
}

void keel_cli_stop_at(int number) { handle(number, on_stop); }

int keel_cli_stopped(void) { return stop_signal != 0; }

void keel_cli_stop_answered(void) {
  stop_signal = 0;
  alarm(0);
}

void keel_cli_end_by_signal(void) {
  int number = stop_signal ? (int)stop_signal : pipe_closed ? SIGPIPE : 0;
  if (!number) return;
  signal(number, SIG_DFL);
  raise(number);
}

/* ---- the progress bar ---- */

static struct {
  int off, drawn;
  double start, last;
} bar;

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static size_t terminal_width(void) {
  struct winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79;
}

int keel_cli_tick(void *cli, uint64_t done, uint64_t total) {
  if (bar.off || ((const struct keel_cli *)cli)->quiet) return keel_cli_stopped();
  double now = seconds_now();
  if (bar.start == 0) {
    bar.start = bar.last = now;
    bar.off = !isatty(STDERR_FILENO);
  } else if (now - bar.last >= 0.1 && now - bar.start >= 0.5) {
    char line[256];
    keel_progress_format(done, total, now - bar.start, terminal_width(), line, sizeof line);
    fprintf(stderr, "\r%s\033[K", line);
    bar.last = now;
    bar.drawn = 1;
  }
  return keel_cli_stopped();
}

void keel_cli_bar_clear(void) {
  if (bar.drawn) fputs("\r\033[K", stderr);
  bar.drawn = 0;
}

void keel_cli_bar_off(void) { bar.off = 1; }

/* ---- messages ---- */

static int silent;
static keel_error failure;

void keel_cli_silence(void) { silent = bar.off = 1; }

const keel_error *keel_cli_failure(void) { return &failure; }

int keel_cli_fail(const keel_error *error) {
  failure = *error;
  keel_cli_bar_clear();
  if (silent) return KEEL_EXIT_FAILED;
  if (stop_signal)
    fputs("keel: stopped\n", stderr);
  else if (pipe_closed)
    return KEEL_EXIT_FAILED;
  else if (error->where[0])
    fprintf(stderr, "keel: %s: %s\n", error->where, error->what);
  else
    fprintf(stderr, "keel: %s\n", error->what);
  return KEEL_EXIT_FAILED;
}

int keel_cli_usage(const struct keel_cli *cli, const char *format, ...) {
  keel_cli_bar_clear();
  if (silent) return KEEL_EXIT_USAGE;
  fprintf(stderr, "keel %s: ", cli->command->name);
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fprintf(stderr, "\nkeel %s --help says what is allowed\n", cli->command->name);
  return KEEL_EXIT_USAGE;
}

void keel_cli_note(const struct keel_cli *cli, const char *format, ...) {
  if (cli->quiet || silent) return;
  keel_cli_bar_clear();
  fputs("keel: ", stderr);
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
}

/* ---- stdout ---- */

keel_status keel_cli_flush(keel_error *error) {
  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout)) return KEEL_STATUS_OK;
  return keel_fail(error, KEEL_STATUS_IO, "stdout", "cannot write: %s", strerror(errno ? errno : EIO));
}

keel_status keel_cli_print_json(json_t *document, keel_error *error) {
  if (!document) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for the JSON document");
  errno = 0;
  int failed = json_dumpf(document, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0 || fputc('\n', stdout) < 0;
  int why = errno;
  json_decref(document);
  if (failed && why) return keel_fail(error, KEEL_STATUS_IO, "stdout", "cannot write: %s", strerror(why));
  if (failed) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "the JSON document cannot be written");
  return keel_cli_flush(error);
}
