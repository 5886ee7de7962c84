#include "kernel/paths_support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keel/cpu.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLOW 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW 1
#endif

size_t keel_test_paths(size_t paths) {
#ifdef SLOW
  return paths / 16;
#else
  return paths;
#endif
}

struct block {
  struct keel_arena arena;
  struct keel_paths *paths;
};

static struct block block_of(const struct keel_test_run *run) {
  struct block block;
  struct keel_paths_plan plan = run->plan;
  const struct keel_paths_wiring *wiring;
  keel_error error = {0};
  keel_arena_init(&block.arena);
  double *years = KEEL_ARENA_NEW(&block.arena, double, plan.draws.steps);
  for (size_t i = 0; i < plan.draws.steps; i++) years[i] = run->years / (double)plan.draws.steps;
  plan.draws.years = years;
  if (keel_paths_wire(&block.arena, &plan, &wiring, &error)) fail_msg("%s: %s", error.where, error.what);
  block.paths = keel_paths_new(&block.arena, wiring);
  return block;
}

static double *simulate(const struct keel_test_run *run, size_t underlying, int all) {
  struct block block = block_of(run);
  size_t steps = run->plan.draws.steps, size = run->block ? run->block : KEEL_LEAF;
  double *out = calloc((all ? steps : 1) * run->paths, sizeof *out);
  for (size_t first = 0; first < run->paths;) {
    size_t room = KEEL_LEAF - first % KEEL_LEAF, count = size < room ? size : room;
    if (count > run->paths - first) count = run->paths - first;
    keel_paths_begin(block.paths, first, count);
    for (size_t step = 0; step < steps; step++) {
      keel_paths_step(block.paths);
      if (all || step + 1 == steps)
        memcpy(out + (all ? step * run->paths : 0) + first, keel_paths_spot(block.paths, underlying),
               count * sizeof *out);
    }
    first += count;
  }
  keel_arena_fini(&block.arena);
  return out;
}

double *keel_test_spots(const struct keel_test_run *run, size_t underlying) { return simulate(run, underlying, 0); }
double *keel_test_all_spots(const struct keel_test_run *run, size_t underlying) { return simulate(run, underlying, 1); }

struct keel_test_mean keel_test_mean_of(const double *x, size_t count, size_t batch) {
  double sum = 0, squares = 0, batches = (double)(count / batch);
  assert_true(count % batch == 0 && count / batch > 1);
  for (size_t first = 0; first < count; first += batch) {
    double part = 0;
    for (size_t i = 0; i < batch; i++) part += x[first + i];
    sum += part / (double)batch;
  }
  for (size_t first = 0; first < count; first += batch) {
    double part = 0;
    for (size_t i = 0; i < batch; i++) part += x[first + i];
    double off = part / (double)batch - sum / batches;
    squares += off * off;
  }
  return (struct keel_test_mean){sum / batches, sqrt(squares / (batches - 1) / batches)};
}

int keel_test_sees(double price, double spot, size_t paths) { return price * (double)paths > 10 * spot; }

void keel_assert_mean(struct keel_test_mean got, double want, double bias, const char *text, const char *file,
                      int line) {
  if (getenv("KEEL_TEST_SHOW"))
    print_message("%s: %.8g, want %.8g, off by %.2f standard errors of %.2g\n", text, got.mean, want,
                  (got.mean - want) / got.error, got.error);
  if (fabs(got.mean - want) <= 4 * got.error + bias) return;
  print_error("%s: %.10g, want %.10g: %.2f standard errors of %.3g\n", text, got.mean, want,
              (got.mean - want) / got.error, got.error);
  _fail(file, line);
}

static void assert_same(const double *got, const double *want, size_t count, const char *what) {
  for (size_t i = 0; i < count; i++)
    if (memcmp(&got[i], &want[i], sizeof *got) != 0)
      fail_msg("%s: number %zu is %.17g, not %.17g", what, i, got[i], want[i]);
}

void keel_assert_same_paths(const struct keel_test_run *run) {
  const char *const levels[] = {"base", "v3", "v4"};
  struct keel_test_run other = *run;
  size_t numbers = run->paths * run->plan.draws.steps;
  for (size_t underlying = 0; underlying < run->plan.count; underlying++) {
    double *want = keel_test_all_spots(run, underlying);
    for (size_t i = 0; i < numbers; i++) assert_true(isfinite(want[i]) && want[i] >= 0);
    for (int level = 0; level < 3; level++) {
      if (keel_cpu_force(levels[level], NULL)) continue;
      const size_t blocks[] = {64, KEEL_LEAF, 25};
      for (int i = 0; i < 3; i++) {
        other.block = blocks[i];
        double *got = keel_test_all_spots(&other, underlying);
        assert_same(got, want, numbers, levels[level]);
        free(got);
      }
    }
    keel_cpu_force("auto", NULL);
    free(want);
  }
}
