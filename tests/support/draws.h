/* The tests' own draws from a fixed seed: by SplitMix64, with distributions whose moments are known; and the linear
 * congruences that golden hashes of the kernels rest on. */
#ifndef KEEL_TESTS_DRAWS_H
#define KEEL_TESTS_DRAWS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* In [0, 1), by Knuth's MMIX. */
static inline double next_unit(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 11) * 0x1p-53;
}

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
