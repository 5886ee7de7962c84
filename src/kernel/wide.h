/* Vectors of 64-bit integers as wide as the level's registers, for the one product that plain loops do not get: 32 x 32
 * bits into 64. Here gcc 12 takes the 64 x 64 product of a loop, and clang the instruction made for it; asking for it
 * by name draws random numbers 2.5 times as fast with gcc (bench/bench_paths.cpp). And the upper half of each, moved to
 * the lower, under what may be anything: as a shuffle, it leaves the shifter's port to the products. */
#ifndef KEEL_KERNEL_WIDE_H
#define KEEL_KERNEL_WIDE_H

#include <stdint.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
enum { KEEL_WIDE = 8 };
typedef uint64_t keel_wide __attribute__((vector_size(64)));
static inline keel_wide keel_wide_product(keel_wide a, keel_wide b) {
  return (keel_wide)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}
static inline keel_wide keel_wide_high(keel_wide x) { return (keel_wide)_mm512_shuffle_epi32((__m512i)x, 0xF5); }
#elif defined(__AVX2__)
enum { KEEL_WIDE = 4 };
typedef uint64_t keel_wide __attribute__((vector_size(32)));
static inline keel_wide keel_wide_product(keel_wide a, keel_wide b) {
  return (keel_wide)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}
static inline keel_wide keel_wide_high(keel_wide x) { return (keel_wide)_mm256_shuffle_epi32((__m256i)x, 0xF5); }
#elif defined(__SSE2__)
enum { KEEL_WIDE = 2 };
typedef uint64_t keel_wide __attribute__((vector_size(16)));
static inline keel_wide keel_wide_product(keel_wide a, keel_wide b) {
  return (keel_wide)_mm_mul_epu32((__m128i)a, (__m128i)b);
}
static inline keel_wide keel_wide_high(keel_wide x) { return (keel_wide)_mm_shuffle_epi32((__m128i)x, 0xF5); }
#else
enum { KEEL_WIDE = 2 };
typedef uint64_t keel_wide __attribute__((vector_size(16)));
static inline keel_wide keel_wide_product(keel_wide a, keel_wide b) { return (a & 0xffffffff) * (b & 0xffffffff); }
static inline keel_wide keel_wide_high(keel_wide x) { return x >> 32; }
#endif

#endif
