#include "drive/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keel/cpu.h"

/* ---- how many paths ---- */

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CHECKS_ITSELF 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHECKS_ITSELF 1
#endif
#ifndef CHECKS_ITSELF
#define CHECKS_ITSELF 0
#endif

enum { PATHS_LEAST = 4096 };

int engine_checks_itself(void) { return CHECKS_ITSELF; }

int engine_is_full(void) { return getenv("KEEL_TEST_FULL") != NULL; }

/* Path-steps of a run; 0: no bound. */
static size_t most_path_steps(void) {
  if (CHECKS_ITSELF) return (size_t)1 << 17;
  if (engine_is_full()) return 0;
  return (size_t)1 << (strcmp(keel_cpu_level(), "base") == 0 ? 20 : 24);
}

size_t engine_paths(size_t paths, size_t steps) {
  size_t most = most_path_steps() / steps;
  if (!most_path_steps()) return paths;
  if (most < PATHS_LEAST) most = PATHS_LEAST;
  return paths < most ? paths : most;
}

/* ---- runs ---- */

static struct keel_strategy *read_strategy(const char *text) {
  struct keel_strategy *strategy;
  keel_error error = {0};
  const char *path = keel_scratch_write("s.yaml", text, strlen(text));
  if (keel_strategy_load(path, NULL, 0, &strategy, &error)) fail_msg("%s: %s\n%s", error.where, error.what, text);
  return strategy;
}

static void print_text(char *text, size_t size, const char *format, va_list arguments) {
  int length = vsnprintf(text, size, format, arguments);
  assert_true(length > 0 && (size_t)length < size);
}

struct keel_strategy *engine_strategy(const char *format, ...) {
  char text[8192];
  va_list arguments;
  va_start(arguments, format);
  print_text(text, sizeof text, format, arguments);
  va_end(arguments);
  return read_strategy(text);
}

struct engine_run engine_run(const char *format, ...) {
  char text[8192];
  va_list arguments;
  va_start(arguments, format);
  print_text(text, sizeof text, format, arguments);
  va_end(arguments);
  struct engine_run run = {.strategy = read_strategy(text)};
  struct keel_simulation_plan plan = {.strategy = run.strategy, .threads = 2};
  keel_error error = {0};
  if (keel_simulation_execute(&plan, &run.simulation, &error)) fail_msg("%s: %s\n%s", error.where, error.what, text);
  return run;
}

void engine_free(struct engine_run *run) {
  keel_simulation_free(run->simulation);
  keel_strategy_free(run->strategy);
}

/* ---- figures ---- */

keel_figure engine_figure(const struct engine_run *run, size_t variant, size_t quantity, const char *statistic) {
  for (size_t s = 0; s < keel_simulation_statistics(run->simulation); s++)
    if (strcmp(keel_simulation_statistic(run->simulation, s), statistic) == 0)
      return keel_simulation_figure(run->simulation, variant, quantity, s);
  fail_msg("no statistic %s", statistic);
  return (keel_figure){NAN, NAN};
}

keel_figure engine_component(const struct engine_run *run, size_t variant, enum keel_component component,
                             const char *statistic) {
  return engine_figure(run, variant, KEEL_QUANTITY_EXPLAIN + (size_t)component, statistic);
}

const struct keel_sample *engine_sample(const struct engine_run *run, size_t variant, size_t quantity) {
  return keel_simulation_sample(&run->simulation->part, variant, quantity);
}

double engine_assert_figure(keel_figure got, double want, double slack, const char *what, const char *file, int line) {
  double off = (got.value - want) / got.error;
  if (getenv("KEEL_TEST_SHOW"))
    print_message("%s: %.8g, want %.8g, off by %.2f standard errors of %.2g\n", what, got.value, want, off, got.error);
  if (fabs(got.value - want) <= 4 * got.error + slack) return off;
  print_error("%s: %.10g, want %.10g: off by %.2f standard errors of %.3g\n", what, got.value, want, off, got.error);
  _fail(file, line);
  return off;
}

const char *engine_label(const char *name, double number) {
  static char labels[4][120];
  static unsigned next;
  char *label = labels[next++ % 4];
  snprintf(label, sizeof labels[0], "%s %g", name, number);
  return label;
}

keel_figure engine_slope(size_t count, const double *x, const keel_figure *y) {
  double weight = 0, mean[2] = {0, 0}, squares = 0, products = 0;
  for (size_t i = 0; i < count; i++) {
    double w = (y[i].value / y[i].error) * (y[i].value / y[i].error);
    weight += w, mean[0] += w * log(x[i]), mean[1] += w * log(y[i].value);
  }
  for (size_t i = 0; i < count; i++) {
    double w = (y[i].value / y[i].error) * (y[i].value / y[i].error), off = log(x[i]) - mean[0] / weight;
    squares += w * off * off, products += w * off * (log(y[i].value) - mean[1] / weight);
  }
  return (keel_figure){products / squares, 1 / sqrt(squares)};
}
