/* For the tests of numbers: strategies as texts, run by the engine, and figures against what is known.
 *
 * Seed: 20260101, chosen beforehand, for all of them. A number that is off is never answered with another seed. */
#ifndef KEEL_TESTS_DRIVE_ENGINE_H
#define KEEL_TESTS_DRIVE_ENGINE_H

#include "drive/simulate.h"
#include "support/support.h"

#define ENGINE_SEED "20260101"
#define ENGINE_LIMITS "limits: {order_qty_max: 1e12, position_qty_max: 1e12}\n"

/* How many of `paths` are run: all of them in `make verify`, which sets KEEL_TEST_FULL; so many that a run stays short
 * in `make check`; fewer still where the build checks itself or the kernels are those of the baseline. */
size_t engine_paths(size_t paths, size_t steps);
int engine_is_full(void);
/* Whether a sanitizer is built in, which makes everything much slower. */
int engine_checks_itself(void);

struct engine_run {
  struct keel_strategy *strategy;
  struct keel_simulation *simulation;
};

/* Runs a strategy, as printf writes it, on two threads. */
struct engine_run engine_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct keel_strategy *engine_strategy(const char *format, ...) __attribute__((format(printf, 1, 2)));
void engine_free(struct engine_run *run);

keel_figure engine_figure(const struct engine_run *run, size_t variant, size_t quantity, const char *statistic);
static inline keel_figure engine_pnl(const struct engine_run *run, size_t variant, const char *statistic) {
  return engine_figure(run, variant, KEEL_QUANTITY_PNL, statistic);
}
/* Of one component of the explanation. */
keel_figure engine_component(const struct engine_run *run, size_t variant, enum keel_component component,
                             const char *statistic);
const struct keel_sample *engine_sample(const struct engine_run *run, size_t variant, size_t quantity);

/* |got - want| <= 4 standard errors and `slack`, what `want` or the world's scheme is itself off by. Returns the
 * distance in standard errors. Shows all where KEEL_TEST_SHOW is set. */
#define assert_figure(got, want, slack, what) engine_assert_figure((got), (want), (slack), (what), __FILE__, __LINE__)
double engine_assert_figure(keel_figure got, double want, double slack, const char *what, const char *file, int line);

/* `name` with a number, for messages. */
const char *engine_label(const char *name, double number);

/* The slope of log y over log x by least squares weighted by the errors of y, and its standard error. */
keel_figure engine_slope(size_t count, const double *x, const keel_figure *y);

#endif
