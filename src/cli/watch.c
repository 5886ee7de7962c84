#include "cli/watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "drive/strategy.h"

/* With two numbers of 15 a line is 79 wide: one of 80 columns does not wrap. */
enum { POINTS = 512, WIDTH = 32, NAME = 14 };

/* Of many points every other one is dropped: what is left is spread over all of the run. */
struct line {
  const char *name;
  double values[POINTS], value, beside;
  size_t count, every, seen;
};

static struct {
  struct line *lines;
  size_t count;
  const char *value, *beside;
  uint64_t done, total;
  int is_terminal, drawn;
  double last;
} watch;

/* ---- sparklines ---- */

size_t keel_cli_sparkline(const double *values, size_t count, size_t width, char *buffer, size_t room) {
  static const char *const heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  size_t length = 0, cells = count < width ? count : width;
  double least = INFINITY, most = -INFINITY;
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(values[i])) continue;
    least = fmin(least, values[i]);
    most = fmax(most, values[i]);
  }
  for (size_t i = 0; i < cells && length + 4 <= room; i++) {
    double value = values[(i + 1) * count / cells - 1];
    double share = most > least ? (value - least) / (most - least) : 0.5;
    const char *cell = isfinite(value) ? heights[(int)fmin(7, share * 8)] : " ";
    memcpy(buffer + length, cell, strlen(cell));
    length += strlen(cell);
  }
  buffer[length] = '\0';
  return length;
}

/* ---- drawing ---- */

static void print_number(FILE *out, double number) {
  if (isfinite(number))
    fprintf(out, " %14.*f", fabs(number) < 1e4 ? 4 : 2, number);
  else
    fprintf(out, " %14s", "-");
}

/* `end` is what follows each line. */
static void print_lines(FILE *out, const char *end) {
  char spark[3 * WIDTH + 1];
  fprintf(out, "  %-*s %-*s %14s %14s%s\n", NAME, "", WIDTH, "", watch.value, watch.beside, end);
  for (size_t i = 0; i < watch.count; i++) {
    const struct line *line = &watch.lines[i];
    keel_cli_sparkline(line->values, line->count, WIDTH, spark, sizeof spark);
    size_t cells = line->count < WIDTH ? line->count : WIDTH;
    fprintf(out, "  %-*.*s %s%*s", NAME, NAME, line->name, spark, (int)(WIDTH - cells), "");
    print_number(out, line->value);
    print_number(out, line->beside);
    fprintf(out, "%s\n", end);
  }
}

/* Back to the first of the lines that were drawn. */
static void go_back(void) {
  if (watch.drawn) fprintf(stderr, "\033[%zuA\r", watch.count + 2);
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void draw(void) {
  double now = seconds_now();
  if (!watch.is_terminal || now - watch.last < 0.1) return;
  watch.last = now;
  go_back();
  double share = watch.total ? (double)watch.done / (double)watch.total : 0;
  fprintf(stderr, "%3.0f %%\033[K\n", 100 * share);
  print_lines(stderr, "\033[K");
  fflush(stderr);
  watch.drawn = 1;
}

/* ---- for commands ---- */

int keel_cli_watch_check(struct keel_cli *cli, int *is_on) {
  *is_on = keel_cli_value(cli, "watch") != NULL;
  if (*is_on && (cli->json || (cli->csv && strcmp(cli->csv, "-") == 0)))
    return keel_cli_usage(cli, "--watch is for people: not with --json or --csv -");
  if (*is_on && keel_cli_ranks()) return keel_cli_usage(cli, "--watch shows one process: not with ranks");
  return KEEL_EXIT_DONE;
}

keel_status keel_cli_watch_open(const struct keel_cli *cli, const keel_strategy *strategy, const char *value,
                                const char *beside, keel_error *error) {
  watch.lines = calloc(strategy->variant_count, sizeof *watch.lines);
  if (!watch.lines) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory to watch");
  watch.count = strategy->variant_count;
  for (size_t v = 0; v < watch.count; v++) {
    watch.lines[v] = (struct line){.name = strategy->variants[v].name, .every = 1, .value = NAN, .beside = NAN};
  }
  watch.value = value;
  watch.beside = beside;
  watch.is_terminal = isatty(STDERR_FILENO) && !cli->quiet;
  return KEEL_STATUS_OK;
}

void keel_cli_watch_point(void *cli, size_t variant, double value, double beside) {
  struct line *line = &watch.lines[variant];
  (void)cli;
  line->value = value;
  line->beside = beside;
  if (line->seen++ % line->every != 0) return;
  if (line->count == POINTS) {
    for (size_t i = 0; i < POINTS / 2; i++) line->values[i] = line->values[2 * i];
    line->count = POINTS / 2;
    line->every *= 2;
  }
  line->values[line->count++] = value;
}

int keel_cli_watch_tick(void *cli, uint64_t done, uint64_t total) {
  (void)cli;
  watch.done = done;
  watch.total = total;
  draw();
  return keel_cli_stopped();
}

void keel_cli_watch_close(int is_done) {
  if (!watch.lines) return;
  go_back();
  if (watch.drawn) fputs("\033[J", stderr);
  if (is_done) print_lines(stdout, "");
  if (is_done) putchar('\n');
  free(watch.lines);
  watch.lines = NULL;
  watch.drawn = 0;
}
