/* The tests' own draws: SplitMix64 from a fixed seed, and distributions whose moments are known. */
#ifndef KEEL_TESTS_DRAWS_H
#define KEEL_TESTS_DRAWS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

struct draws {
  uint64_t state;
};

/* In (0, 1). */
static inline double draw_uniform(struct draws *draws) {
  uint64_t z = draws->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return ((double)((z ^ (z >> 31)) >> 12) + 0.5) * 0x1p-52;
}

static inline double draw_exponential(struct draws *draws) { return -log(draw_uniform(draws)); }

static inline double draw_normal(struct draws *draws) {
  double radius = sqrt(2 * draw_exponential(draws));
  return radius * cos(6.283185307179586 * draw_uniform(draws));
}

static inline double draw_lognormal(struct draws *draws) { return exp(0.25 * draw_normal(draws)); }

static inline void draw_many(double (*draw)(struct draws *), uint64_t seed, size_t count, double *values) {
  struct draws draws = {seed};
  for (size_t i = 0; i < count; i++) values[i] = draw(&draws);
}

#endif
