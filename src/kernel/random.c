/* See random.h. */
#include "kernel/random.h"

#include <string.h>

#include "kernel/lane_math.h"
#include "kernel/level.h"
#include "kernel/random_level.h"
#include "kernel/wide.h"

static inline keel_wide splat(uint64_t value) { return (keel_wide){0} + value; }

static inline keel_wide counting(void) {
  keel_wide lanes = {0};
  for (uint64_t i = 0; i < KEEL_WIDE; i++) lanes[i] = i;
  return lanes;
}

/* The keys of the rounds, made once for a loop over counters. */
enum { ROUNDS = 10 };
struct schedule {
  keel_wide k0[ROUNDS], k1[ROUNDS], step, factor;
};
static inline struct schedule schedule_of(const struct keel_draw *draw) {
  struct schedule schedule = {.step = splat(draw->step), .factor = splat(draw->factor)};
  uint32_t k0 = (uint32_t)draw->seed, k1 = (uint32_t)(draw->seed >> 32);
  for (int round = 0; round < ROUNDS; round++, k0 += 0x9E3779B9, k1 += 0xBB67AE85)
    schedule.k0[round] = splat(k0), schedule.k1[round] = splat(k1);
  return schedule;
}

/* The 128 bits of counters (pair, step, factor), in four parts, of which only the lower halves count: what stands above
 * them in between is of no matter. */
struct counters {
  keel_wide c0, c1, c2, c3;
};
static inline struct counters counters_of(uint64_t first, const struct schedule *schedule) {
  keel_wide pair = splat(first) + counting();
  return (struct counters){pair, keel_wide_high(pair), schedule->step, schedule->factor};
}

static inline struct counters philox_round(struct counters c, keel_wide k0, keel_wide k1) {
  keel_wide p0 = keel_wide_product(c.c0, splat(0xD2511F53)), p1 = keel_wide_product(c.c2, splat(0xCD9E8D57));
  return (struct counters){keel_wide_high(p1) ^ c.c1 ^ k0, p1, keel_wide_high(p0) ^ c.c3 ^ k1, p0};
}

/* As words of even and of odd indices. */
static inline void store_words(struct counters c, uint64_t *even, uint64_t *odd) {
  const keel_wide low = splat(0xffffffff), words[] = {(c.c0 & low) | c.c1 << 32, (c.c2 & low) | c.c3 << 32};
  memcpy(even, &words[0], sizeof words[0]);
  memcpy(odd, &words[1], sizeof words[1]);
}

/* Words of DRAWN pairs from `first` on: two vectors, whose chains of products are in flight together. */
enum { DRAWN = 2 * KEEL_WIDE };
static inline void philox(const struct schedule *schedule, uint64_t first, uint64_t *even, uint64_t *odd) {
  struct counters a = counters_of(first, schedule), b = counters_of(first + KEEL_WIDE, schedule);
  for (int round = 0; round < ROUNDS; round++) {
    a = philox_round(a, schedule->k0[round], schedule->k1[round]);
    b = philox_round(b, schedule->k0[round], schedule->k1[round]);
  }
  store_words(a, even, odd);
  store_words(b, even + KEEL_WIDE, odd + KEEL_WIDE);
}

void KEEL_AT(keel_random_words)(const struct keel_draw *draw, uint64_t first, size_t count, uint64_t *words) {
  const struct schedule schedule = schedule_of(draw);
  for (size_t start = 0; start < count; start += 2 * DRAWN) {
    uint64_t even[DRAWN], odd[DRAWN];
    philox(&schedule, (first + start) / 2, even, odd);
    for (int i = 0; i < DRAWN; i++) words[start + 2 * i] = even[i], words[start + 2 * i + 1] = odd[i];
  }
}

void KEEL_AT(keel_random_sobol)(const struct keel_sobol_row *row, uint32_t first, size_t count, uint64_t *words) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) words[i] = row->shift;
  for (int bit = 0; bit < row->bits; bit++) {
    const uint64_t direction = (uint64_t)row->directions[bit] << 32;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
      uint64_t index = first + i, gray = index ^ index >> 1;
      words[i] ^= direction & (0 - (gray >> bit & 1));
    }
  }
}

/* (k + 1/2) 2^-52 for the upper 52 bits k: exact. */
static inline double uniform_of(uint64_t word) {
  return keel_from_bits(word >> 12 | 0x3ff0000000000000u) - (1.0 - 0x1p-53);
}

void KEEL_AT(keel_random_uniforms)(size_t count, const uint64_t *words, double *uniforms) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) uniforms[i] = uniform_of(words[i]);
}

enum { TILE = 64 }; /* a multiple of DRAWN */

/* keel_normal_inverse in three loops: with short chains of dependent operations, several iterations are in flight. */
static void normals_tile(size_t count, const uint64_t *words, double *normals) {
  double centred[TILE], k[TILE], f[TILE], w[TILE];
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    double u = uniform_of(words[i]);
    struct keel_log_parts parts = keel_normal_inverse_split(u);
    centred[i] = u - 0.5;
    k[i] = parts.k;
    f[i] = parts.f;
  }
#pragma omp simd
  for (size_t i = 0; i < count; i++) w[i] = -keel_log_join((struct keel_log_parts){k[i], f[i]});
#pragma omp simd
  for (size_t i = 0; i < count; i++) normals[i] = centred[i] * keel_normal_inverse_ratio(w[i]);
}

void KEEL_AT(keel_random_normals)(size_t count, const uint64_t *words, double *normals) {
  for (size_t start = 0; start < count; start += TILE)
    normals_tile(count - start < TILE ? count - start : TILE, words + start, normals + start);
}

/* k 2^-52 + 1 for the lower 52 bits k. */
static inline double one_and_fraction(uint64_t word) {
  return keel_from_bits((word & 0x000fffffffffffffu) | 0x3ff0000000000000u);
}

static inline double with_sign(double x, uint64_t word) {
  return keel_from_bits(keel_bits(x) ^ (word & 0x8000000000000000u));
}

/* In loops of short chains, as above. For a direction a from the middle of the first quadrant, within an eighth of a
 * turn, cosine and sine are (cos a -+ sin a) / sqrt(2): the polynomials need no other range, and no swap. The root of 2
 * goes into the radius. */
static void pairs_tile(size_t pairs, const uint64_t *even, const uint64_t *odd, double *normals) {
  double power[TILE], g[TILE], x[TILE];
#pragma omp simd
  for (size_t i = 0; i < pairs; i++) {
    struct keel_minus_log_parts parts = keel_minus_log_split(one_and_fraction(even[i]) - (1.0 - 0x1p-53));
    power[i] = parts.power;
    g[i] = parts.g;
  }
#pragma omp simd
  for (size_t i = 0; i < pairs; i++) x[i] = keel_minus_log_join((struct keel_minus_log_parts){power[i], g[i]});
#pragma omp simd
  for (size_t i = 0; i < pairs; i++) x[i] = keel_root(x[i]);
#pragma omp simd
  for (size_t i = 0; i < pairs; i++) {
    double turn = one_and_fraction(odd[i]) - 1.5;
    struct keel_quarter quarter = keel_quarter_turn(turn);
    double middle = x[i] * quarter.cos, side = x[i] * turn;
    normals[2 * i] = with_sign(fma(-side, quarter.sin_ratio, middle), even[i]);
    normals[2 * i + 1] = with_sign(fma(side, quarter.sin_ratio, middle), odd[i]);
  }
}

void KEEL_AT(keel_random_normal_pairs)(const struct keel_draw *draw, uint64_t first, size_t count, double *normals) {
  uint64_t even[TILE], odd[TILE];
  const struct schedule schedule = schedule_of(draw);
  const size_t all = (count + 1) / 2;
  for (size_t start = 0; start < all; start += TILE) {
    size_t pairs = all - start < TILE ? all - start : TILE;
    for (size_t i = 0; i < pairs; i += DRAWN) philox(&schedule, first / 2 + start + i, even + i, odd + i);
    pairs_tile(pairs, even, odd, normals + 2 * start);
  }
}

void KEEL_AT(keel_random_mirror)(size_t count, const double *in, double *out) {
#pragma omp simd
  for (size_t i = 0; i < count; i++) {
    out[2 * i] = in[i];
    out[2 * i + 1] = -in[i];
  }
}

enum { PARTIALS = 16 };

/* A sum of one shape at every level: sixteen partial sums, then pairs of neighbours. */
static double leaf_sum(const double *x) {
  double partial[PARTIALS] = {0};
  for (int start = 0; start < KEEL_LEAF; start += PARTIALS)
    for (int i = 0; i < PARTIALS; i++) partial[i] += x[start + i];
  for (int left = PARTIALS / 2; left > 0; left /= 2)
    for (int i = 0; i < left; i++) partial[i] = partial[2 * i] + partial[2 * i + 1];
  return partial[0];
}

void KEEL_AT(keel_random_match)(double *normals) {
  double square[KEEL_LEAF], mean = leaf_sum(normals) / KEEL_LEAF;
  for (int i = 0; i < KEEL_LEAF; i++) {
    normals[i] -= mean;
    square[i] = normals[i] * normals[i];
  }
  double scale = 1.0 / sqrt(leaf_sum(square) / KEEL_LEAF);
  for (int i = 0; i < KEEL_LEAF; i++) normals[i] *= scale;
}

void KEEL_AT(keel_random_bridge)(size_t count, const struct keel_bridge_row *row) {
  const struct keel_bridge_row in = *row;
#pragma omp simd
  for (size_t i = 0; i < count; i++)
    in.out[i] = fma(in.left_weight, in.left[i], fma(in.right_weight, in.right[i], in.deviation * in.normal[i]));
}

void KEEL_AT(keel_random_correlate)(size_t count, size_t row_count, const double *lower, double *const *rows) {
  for (size_t k = row_count; k-- > 0;) {
    const double *weights = lower + k * row_count;
    double *out = rows[k];
#pragma omp simd
    for (size_t i = 0; i < count; i++) out[i] *= weights[k];
    for (size_t j = k; j-- > 0;) {
      const double *row = rows[j];
#pragma omp simd
      for (size_t i = 0; i < count; i++) out[i] = fma(weights[j], row[i], out[i]);
    }
  }
}
