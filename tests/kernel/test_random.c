#include "kernel/random.h"

#include <math.h>
#include <string.h>

#include <Random123/philox.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"
#include "kernel/paths_support.h"

enum { MANY = 1 << 14 };

static const struct keel_random *with_level(const char *level) {
  return keel_cpu_force(level, NULL) ? NULL : &keel_kernel_now->random;
}
static const char *const levels[] = {"base", "v3", "v4"};

static void reference(const struct keel_draw *draw, uint64_t pair, uint64_t *words) {
  philox4x32_ctr_t counter = {{(uint32_t)pair, (uint32_t)(pair >> 32), draw->step, draw->factor}};
  philox4x32_key_t key = {{(uint32_t)draw->seed, (uint32_t)(draw->seed >> 32)}};
  philox4x32_ctr_t out = philox4x32(counter, key);
  words[0] = out.v[0] | (uint64_t)out.v[1] << 32;
  words[1] = out.v[2] | (uint64_t)out.v[3] << 32;
}

/* Random123's published answers: kat_vectors, philox4x32 with 10 rounds. */
static void known_answers(void **state) {
  (void)state;
  uint64_t words[2 + KEEL_WORDS_EXTRA];
  struct keel_draw zero = {0, 0, 0};
  keel_kernel_now->random.words(&zero, 0, 2, words);
  assert_true(words[0] == 0xe169c58d6627e8d5 && words[1] == 0x9b00dbd8bc57ac4c);
  /* The other two have counters that no index reaches: what the header says of them is checked instead. */
  struct keel_draw ones = {0xffffffffffffffff, 0xffffffff, 0xffffffff};
  reference(&ones, 0xffffffffffffffff, words);
  assert_true(words[0] == 0x41c83b0e408f276d && words[1] == 0x6d5451fda20bc7c6);
  struct keel_draw pi = {0x299f31d0a4093822, 0x13198a2e, 0x03707344};
  reference(&pi, 0x85a308d3243f6a88, words);
  assert_true(words[0] == 0x94fdccebd16cfe09 && words[1] == 0x24126ea15001e420);
}

static void words_are_those_of_the_header(void **state) {
  (void)state;
  uint64_t got[KEEL_LEAF + KEEL_WORDS_EXTRA], want[2];
  const uint64_t firsts[] = {0, 2, 254, 0x1fffffffe, 0xfffffffffffffe00};
  for (int level = 0; level < 3; level++) {
    const struct keel_random *random = with_level(levels[level]);
    for (size_t k = 0; random && k < 50; k++) {
      struct keel_draw draw = {0x9e3779b97f4a7c15 * k, (uint32_t)(k * k), (uint32_t)(k << 26 ^ k)};
      size_t count = 1 + (k * 37) % KEEL_LEAF;
      random->words(&draw, firsts[k % 5], count, got);
      for (size_t i = 0; i < count; i++) {
        if (i % 2 == 0) reference(&draw, firsts[k % 5] / 2 + i / 2, want);
        assert_true(got[i] == want[i % 2]);
      }
    }
  }
  keel_cpu_force("auto", NULL);
}

/* 2^20 uniforms in 1024 bins, and the moments, which say more about the middle than the ends. */
static void uniforms_are_uniform(void **state) {
  (void)state;
  static double bins[1024];
  double u[KEEL_LEAF], least = 1, most = 0, sum = 0, square = 0;
  uint64_t words[KEEL_LEAF + KEEL_WORDS_EXTRA];
  size_t count = 0;
  memset(bins, 0, sizeof bins);
  for (uint32_t step = 0; step < 4096; step++, count += KEEL_LEAF) {
    struct keel_draw draw = {20, step % 64, step / 64};
    keel_kernel_now->random.words(&draw, 512 * (step % 7), KEEL_LEAF, words);
    keel_kernel_now->random.uniforms(KEEL_LEAF, words, u);
    for (int i = 0; i < KEEL_LEAF; i++) {
      bins[(int)(u[i] * 1024)]++;
      least = u[i] < least ? u[i] : least, most = u[i] > most ? u[i] : most;
      sum += u[i] - 0.5, square += (u[i] - 0.5) * (u[i] - 0.5);
    }
  }
  double chi2 = 0, expected = (double)count / 1024;
  for (int i = 0; i < 1024; i++) chi2 += (bins[i] - expected) * (bins[i] - expected) / expected;
  assert_close(chi2, 1023, 4 * sqrt(2 * 1023));
  assert_close(sum / (double)count, 0, 4 * sqrt(1.0 / 12 / (double)count));
  assert_close(square / (double)count, 1.0 / 12, 4 * sqrt(1.0 / 180 / (double)count));
  assert_true(least > 0 && most < 1);
}

/* The ends of what a word can be, and that both halves mirror each other exactly. */
static void uniforms_are_centred(void **state) {
  (void)state;
  uint64_t words[4] = {0, 0xffffffffffffffff, 0x0000000000000fff, 0x8000000000000000};
  double u[4], z[4];
  keel_kernel_now->random.uniforms(4, words, u);
  keel_kernel_now->random.normals(4, words, z);
  assert_same_bits(u[0], 0x1p-53);
  assert_same_bits(u[1], 1 - 0x1p-53);
  assert_same_bits(u[2], 0x1p-53);
  assert_same_bits(u[3], 0.5 + 0x1p-53);
  assert_same_bits(z[0], -z[1]);
  assert_close(z[0], -8.2095361516013868556, 1e-14);
  uint64_t one = 0x123456789abcdef0, other = ~one;
  keel_kernel_now->random.normals(1, &one, z);
  keel_kernel_now->random.normals(1, &other, z + 1);
  assert_same_bits(z[0], -z[1]);
}

static void inverse_normal_is_accurate(void **state) {
  (void)state;
  struct keel_golden golden = keel_golden_load("normal_inverse.csv");
  double worst = 0;
  for (size_t row = 0; row < golden.rows; row++) {
    double u = keel_golden_number(&golden, row, "u"), x = keel_golden_number(&golden, row, "x");
    double off = x == 0 ? fabs(keel_normal_inverse(u)) : fabs(keel_normal_inverse(u) / x - 1);
    worst = off > worst ? off : worst;
  }
  if (worst > 4 * 0x1p-52) fail_msg("relative error %g", worst);
  keel_golden_free(&golden);
}

/* N(N^-1(u)) = u, to what the derivative leaves; and it never steps back. */
static void inverse_normal_inverts(void **state) {
  (void)state;
  double last = -INFINITY;
  for (int i = 1; i < 4000; i++) {
    double u = i / 4000.0, x = keel_normal_inverse(u);
    assert_close(keel_normal_cdf(x), u, 1e-15 * (1 + fabs(x)));
    assert_true(x > last);
    last = x;
  }
}

/* What random.h says of a pair of words, with libm: of the words' lower 52 bits, k + 1/2 and k, and their upper bits.
 */
static void pairs_are_those_of_the_header(void **state) {
  (void)state;
  const long double quarter = 0.785398163397448309615660845819875721L, one = 0x1p52L;
  uint64_t words[KEEL_LEAF + KEEL_WORDS_EXTRA], mask = 0x000fffffffffffff;
  double z[KEEL_LEAF];
  for (int level = 0; level < 3; level++) {
    const struct keel_random *random = with_level(levels[level]);
    for (uint32_t k = 1; random && k < 50; k++) {
      struct keel_draw draw = {k, k * k, 2};
      size_t count = 2 * ((k * 37) % (KEEL_LEAF / 2));
      random->words(&draw, 512 * k, count, words);
      random->normal_pairs(&draw, 512 * k, count, z);
      for (size_t i = 0; i < count; i += 2) {
        long double radius = sqrtl(-2 * logl(((long double)(words[i] & mask) + 0.5L) / one));
        long double angle = quarter * 2 * (long double)(words[i + 1] & mask) / one;
        long double even = radius * cosl(angle), odd = radius * sinl(angle);
        assert_close(z[i], words[i] >> 63 ? -even : even, (double)radius * 2 * 0x1p-52);
        assert_close(z[i + 1], words[i + 1] >> 63 ? -odd : odd, (double)radius * 2 * 0x1p-52);
      }
    }
  }
  keel_cpu_force("auto", NULL);
}

static void normals_have_their_moments(void **state) {
  (void)state;
  static double z[MANY], other[MANY];
  double sums[5] = {0}, step = 0, factor = 0, path = 0, squares = 0, n = 0;
  for (uint32_t round = 0; round < 64; round++)
    for (size_t leaf = 0; leaf < 16; leaf++) {
      for (uint32_t k = 0; k < 3; k++) { /* the same paths; the next step; the next factor */
        struct keel_draw draw = {3, 2 * round + (k == 1), 2 * round + (k == 2)};
        double *row = k == 0 ? z : other + (k - 1) * KEEL_LEAF;
        keel_kernel_now->random.normal_pairs(&draw, leaf * KEEL_LEAF, KEEL_LEAF, row);
      }
      for (int i = 0; i < KEEL_LEAF; i++) {
        double power = 1;
        for (int k = 1; k <= 4; k++) sums[k] += power *= z[i];
        step += z[i] * other[i], factor += z[i] * other[KEEL_LEAF + i], path += i ? z[i] * z[i - 1] : 0;
        squares += i % 2 ? (z[i] * z[i] - 1) * (z[i - 1] * z[i - 1] - 1) : 0;
        n++;
      }
    }
  assert_close(sums[1] / n, 0, 4 / sqrt(n));
  assert_close(sums[2] / n, 1, 4 * sqrt(2 / n));
  assert_close(sums[3] / n, 0, 4 * sqrt(15 / n));
  assert_close(sums[4] / n, 3, 4 * sqrt(96 / n));
  assert_close(step / n, 0, 4 / sqrt(n));
  assert_close(factor / n, 0, 4 / sqrt(n));
  assert_close(path / n, 0, 4 / sqrt(n));
  assert_close(squares / (n / 2), 0, 4 * 2 / sqrt(n / 2));
}

static void match_is_exact(void **state) {
  (void)state;
  double z[KEEL_LEAF], mean = 0, square = 0;
  for (int i = 0; i < KEEL_LEAF; i++) z[i] = 3 + 0.1 * ((i * 37) % 101);
  keel_kernel_now->random.match(z);
  for (int i = 0; i < KEEL_LEAF; i++) mean += z[i] / KEEL_LEAF, square += z[i] * z[i] / KEEL_LEAF;
  assert_close(mean, 0, 1e-15);
  assert_close(square, 1, 1e-14);
}

/* Everything that a level does, on the same input. */
static size_t everything(const struct keel_random *random, double *out) {
  uint64_t words[KEEL_LEAF + KEEL_WORDS_EXTRA];
  const uint32_t directions[] = {0x80000000, 0xc0000000, 0x20000000, 0x50000000};
  struct keel_draw draw = {99, 4, 5};
  struct keel_sobol_row sobol = {directions, 4, 0x123456789abcdef1};
  double *z = out, *u = out + KEEL_LEAF, *mirror = out + 2 * KEEL_LEAF, *rows[3];
  random->words(&draw, 1000, KEEL_LEAF, words);
  random->normals(KEEL_LEAF, words, z);
  random->sobol(&sobol, 3, 101, words);
  random->uniforms(KEEL_LEAF, words, u);
  random->mirror(KEEL_LEAF / 2, z, mirror);
  random->match(mirror);
  struct keel_bridge_row bridge = {0.3, 0.7, 0.1, z, u, mirror, out + 3 * KEEL_LEAF};
  random->bridge(KEEL_LEAF, &bridge);
  const double lower[] = {1, 0, 0, 0.5, 0.8, 0, -0.2, 0.3, 0.9};
  for (int k = 0; k < 3; k++)
    rows[k] = out + (4 + k) * KEEL_LEAF, memcpy(rows[k], out + k * KEEL_LEAF, sizeof words[0] * KEEL_LEAF);
  random->correlate(KEEL_LEAF, 3, lower, rows);
  random->normal_pairs(&draw, 1000, KEEL_LEAF, out + 7 * KEEL_LEAF);
  return 8 * KEEL_LEAF;
}

static void levels_have_the_same_bits(void **state) {
  (void)state;
  static double want[8 * KEEL_LEAF], got[8 * KEEL_LEAF];
  everything(with_level("base"), want);
  for (int level = 1; level < 3; level++) {
    const struct keel_random *random = with_level(levels[level]);
    if (!random) continue;
    size_t count = everything(random, got);
    for (size_t i = 0; i < count; i++) assert_same_bits(got[i], want[i]);
  }
  keel_cpu_force("auto", NULL);
}

static void correlate_is_the_triangle(void **state) {
  (void)state;
  double a[3] = {1, 2, 3}, b[3] = {-1, 5, 0.5}, *rows[] = {a, b};
  const double lower[] = {1, 0, 0.6, 0.8};
  keel_kernel_now->random.correlate(3, 2, lower, rows);
  assert_close(a[1], 2, 0);
  assert_close(b[0], 0.6 - 0.8, 1e-15);
  assert_close(b[1], 1.2 + 4, 1e-15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_answers),
      cmocka_unit_test(words_are_those_of_the_header),
      cmocka_unit_test(uniforms_are_uniform),
      cmocka_unit_test(uniforms_are_centred),
      cmocka_unit_test(inverse_normal_is_accurate),
      cmocka_unit_test(inverse_normal_inverts),
      cmocka_unit_test(pairs_are_those_of_the_header),
      cmocka_unit_test(normals_have_their_moments),
      cmocka_unit_test(match_is_exact),
      cmocka_unit_test(levels_have_the_same_bits),
      cmocka_unit_test(correlate_is_the_triangle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
