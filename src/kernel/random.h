/* Random numbers as a function of (seed, index, step, factor), never a stream: any path can be drawn by anybody.
 *
 * Words are of Philox4x32-10: key = seed, counter = (index / 2, step, factor), whose 128 bits are the words of the two
 * indices 2k and 2k + 1. A word's upper 52 bits k are the uniform (k + 1/2) 2^-52, symmetric and never 0 or 1. An index
 * is a path, or a pair of paths when they are antithetic (draws.h).
 *
 * Pseudo-random normals are of pairs, by Box and Muller: with k and l the lower 52 bits of the words of indices 2i and
 * 2i + 1, the normals are sqrt(-2 log((k + 1/2) 2^-52)) times the cosine and the sine of an angle of l 2^-52 quarters
 * of a turn, each with its own word's top bit as sign. Accuracy: 2 units of 2^-52 of the radius. Sobol points need one
 * number for one normal, and take keel_normal_inverse of the uniform, at twice the work.
 *
 * Sources: Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3 (2011); Box, Muller, A note on the
 * generation of random normal deviates (1958). */
#ifndef KEEL_KERNEL_RANDOM_H
#define KEEL_KERNEL_RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum {
  KEEL_LEAF = 256,      /* consecutive paths, from a multiple: what is summed, and moment matched, by itself */
  KEEL_WORDS_EXTRA = 32 /* room that word loops need beyond their count: they write whole vectors, two at once */
};

/* What numbers are for, in the upper bits of `factor`: streams never meet. */
enum keel_stream {
  KEEL_STREAM_NORMAL = 0,
  KEEL_STREAM_JUMP = 1,     /* sizes of jumps beyond what normals say */
  KEEL_STREAM_RESAMPLE = 2, /* blocks of a bootstrap */
  KEEL_STREAM_SHIFT = 3     /* shifts of Sobol points: index = replicate, step = dimension */
};
static inline uint32_t keel_stream_factor(enum keel_stream stream, uint32_t factor) {
  return (uint32_t)stream << 28 | factor;
}

struct keel_draw {
  uint64_t seed;
  uint32_t step, factor;
};

/* A dimension of Sobol points: point i is the xor of the directions at the bits of its Gray code, and of the shift. */
struct keel_sobol_row {
  const uint32_t *directions; /* [bits] */
  int bits;                   /* points below 2^bits */
  uint64_t shift;
};

/* A row of a Brownian bridge between two others: out = left_weight left + right_weight right + deviation normal. */
struct keel_bridge_row {
  double left_weight, right_weight, deviation;
  const double *left, *right, *normal;
  double *out; /* may be `normal` */
};

struct keel_random {
  /* Words of indices first, first + 1, ... with `first` even; room for KEEL_WORDS_EXTRA more. */
  void (*words)(const struct keel_draw *draw, uint64_t first, size_t count, uint64_t *words);
  void (*sobol)(const struct keel_sobol_row *row, uint32_t first, size_t count, uint64_t *words);
  void (*uniforms)(size_t count, const uint64_t *words, double *uniforms);
  /* One of each word, by the inverse. */
  void (*normals)(size_t count, const uint64_t *words, double *normals);
  /* Of indices first, first + 1, ... with `first` even; room for one more where `count` is odd. */
  void (*normal_pairs)(const struct keel_draw *draw, uint64_t first, size_t count, double *normals);
  /* Each one, then its negative: out[2i] = in[i], out[2i + 1] = -in[i]. */
  void (*mirror)(size_t count, const double *in, double *out);
  /* Shifts and scales the KEEL_LEAF normals of a leaf to mean 0 and variance (with divisor KEEL_LEAF) 1. */
  void (*match)(double *normals);
  void (*bridge)(size_t count, const struct keel_bridge_row *row);
  /* rows[k][i] becomes the sum over j of lower[k][j] rows[j][i]; `lower` is a triangle, [rows][rows]. */
  void (*correlate)(size_t count, size_t row_count, const double *lower, double *const *rows);
};

#endif
