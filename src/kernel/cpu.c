/* Chooses a level's table of kernels at start, and holds the public entry points, which go through it. */
#include "keel/cpu.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "kernel/american.h"
#include "kernel/kernel.h"

extern const struct keel_kernel keel_kernel_base;
#if defined(__x86_64__)
extern const struct keel_kernel keel_kernel_v3, keel_kernel_v4;
#endif

struct choice {
  const char *level;
  const struct keel_kernel *kernel;
};

static const struct choice choices[] = {
    {"base", &keel_kernel_base},
#if defined(__x86_64__)
    {"v3", &keel_kernel_v3},
    {"v4", &keel_kernel_v4},
#endif
};
enum { CHOICES = sizeof choices / sizeof *choices };

static int machine_has(const char *level) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
  int v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
  if (strcmp(level, "v3") == 0) return v3;
  if (strcmp(level, "v4") == 0) return v3 && v4;
#endif
  return strcmp(level, "base") == 0;
}

const struct keel_kernel *keel_kernel_now = &keel_kernel_base;

/* The best level, or the one that KEEL_CPU names: what this machine or build lacks is not obeyed. */
__attribute__((constructor)) static void choose_best(void) {
  const char *asked = getenv("KEEL_CPU");
  for (int i = 0; i < CHOICES; i++)
    if (machine_has(choices[i].level)) keel_kernel_now = choices[i].kernel;
  for (int i = 0; asked && i < CHOICES; i++)
    if (strcmp(asked, choices[i].level) == 0 && machine_has(asked)) keel_kernel_now = choices[i].kernel;
}

const char *keel_cpu_level(void) { return keel_kernel_now->level; }

static keel_status unknown(const char *level, keel_error *error) {
  if (strcmp(level, "v3") == 0 || strcmp(level, "v4") == 0)
    return keel_fail(error, KEEL_STATUS_UNSUPPORTED, "cpu", "level %s is not in this build, use base or auto", level);
  return keel_fail(error, KEEL_STATUS_INPUT, "cpu", "'%s' is not a level, use auto, base, v3 or v4", level);
}

keel_status keel_cpu_force(const char *level, keel_error *error) {
  if (strcmp(level, "auto") == 0) {
    choose_best();
    return KEEL_STATUS_OK;
  }
  for (int i = 0; i < CHOICES; i++) {
    if (strcmp(level, choices[i].level) != 0) continue;
    if (!machine_has(level))
      return keel_fail(error, KEEL_STATUS_UNSUPPORTED, "cpu", "this machine lacks level %s, use auto", level);
    keel_kernel_now = choices[i].kernel;
    return KEEL_STATUS_OK;
  }
  return unknown(level, error);
}

void keel_black_scholes_price(size_t count, const keel_options *options, keel_greek_set set, const keel_greeks *out) {
  keel_kernel_now->black_scholes(count, options, set, out);
}

void keel_black_scholes_price_paths(size_t count, const keel_option *option, const double *spot, const double *vol,
                                    keel_greek_set set, const keel_greeks *out) {
  keel_kernel_now->black_scholes_paths(count, option, spot, vol, set, out);
}

void keel_implied_vol_solve(size_t count, const keel_options *options, const double *price, double *vol) {
  keel_kernel_now->implied_vol(count, options, price, vol);
}

void keel_american_price(size_t count, const keel_options *options, keel_american_scheme scheme, keel_greek_set set,
                         const keel_greeks *out, double *boundary) {
  keel_kernel_now->american(count, options, keel_american_nodes_of(scheme), set, out, boundary);
}

void keel_american_price_paths(size_t count, const keel_options *paths, keel_american_scheme scheme, keel_greek_set set,
                               const keel_greeks *out) {
  keel_kernel_now->american_paths(count, paths, keel_american_nodes_of(scheme), set, out);
}

void keel_bachelier_price(size_t count, const keel_options *options, keel_greek_set set, const keel_greeks *out) {
  keel_kernel_now->bachelier(count, options, set, out);
}

void keel_bachelier_implied_solve(size_t count, const keel_options *options, const double *price, double *vol) {
  keel_kernel_now->bachelier_implied(count, options, price, vol);
}
