/* Simulations for the tests of worlds: where spot ends, and means with their standard errors. */
#ifndef KEEL_TESTS_KERNEL_PATHS_SUPPORT_H
#define KEEL_TESTS_KERNEL_PATHS_SUPPORT_H

#include "kernel/paths.h"
#include "support/support.h"

/* `paths`, or a sixteenth of them where the build checks itself and is slow. */
size_t keel_test_paths(size_t paths);

struct keel_test_run {
  struct keel_paths_plan plan; /* draws.years: not read */
  double years;                /* in plan.draws.steps equal steps */
  size_t paths, block;         /* block 0: a leaf */
};

/* The last spot of one underlying, [path]; to be freed. */
double *keel_test_spots(const struct keel_test_run *run, size_t underlying);
/* The spot after each step, [step][path]. */
double *keel_test_all_spots(const struct keel_test_run *run, size_t underlying);

struct keel_test_mean {
  double mean, error; /* standard error, from means of batches of `batch` */
};
struct keel_test_mean keel_test_mean_of(const double *x, size_t count, size_t batch);

/* Whether so many paths see enough of an option to judge its price: the error of a rarer one is not known from them. */
int keel_test_sees(double price, double spot, size_t paths);

/* |mean - want| within 4 standard errors and `bias` more. */
#define assert_mean(got, want, bias) keel_assert_mean((got), (want), (bias), #got, __FILE__, __LINE__)
void keel_assert_mean(struct keel_test_mean got, double want, double bias, const char *text, const char *file,
                      int line);

/* The same bits at every level of this machine, in blocks of 64 and of 256, and of 25, which begin anywhere. */
void keel_assert_same_paths(const struct keel_test_run *run);

#endif
