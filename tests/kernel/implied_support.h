/* What the implied vols of both models have to do alike; a test gives its own contracts and its own inverse. */
#ifndef KEEL_TESTS_KERNEL_IMPLIED_SUPPORT_H
#define KEEL_TESTS_KERNEL_IMPLIED_SUPPORT_H

#include <math.h>
#include <string.h>

#include "keel/black_scholes.h"
#include "keel/cpu.h"
#include "kernel/lane_math.h"
#include "support/draws.h"
#include "support/support.h"

enum { MOST = 600 };

/* Columns in the order of keel_options. */
struct table {
  size_t count;
  double in[7][MOST], price[MOST], vol[MOST];
};

static inline keel_options options_of(struct table *t) {
  return (keel_options){t->in[0], t->in[1], t->in[2], t->in[3], t->in[4], t->in[5], t->in[6]};
}

struct inverse {
  /* Contracts within `wide` deviations, with their prices; `scale` receives what the test judges errors by. */
  void (*fill)(struct table *t, size_t count, double wide, uint64_t seed, double *scale);
  void (*solve)(struct table *t);
  int may_be_negative[6]; /* of the columns but vol */
};

static inline void assert_bad_lanes_are_nan_and_alone(const struct inverse *inverse) {
  static struct table good, bad;
  static double scale[MOST];
  static const double values[] = {NAN, INFINITY, -INFINITY, -1e-9};
  inverse->fill(&good, 9, 2, 4, scale);
  inverse->solve(&good);
  for (int field = 0; field < 7; field++)
    for (int which = 0; which < 4; which++) {
      if (field < 6 && inverse->may_be_negative[field] && which == 3) continue;
      bad = good;
      *(field == 6 ? &bad.price[3] : &bad.in[field][3]) = values[which];
      inverse->solve(&bad);
      for (size_t row = 0; row < 9; row++) assert_same_bits(bad.vol[row], row == 3 ? (double)NAN : good.vol[row]);
    }
}

static inline void assert_every_level_gives_the_same_bits(const struct inverse *inverse) {
  static struct table reference, other;
  static double scale[MOST];
  static const char *const levels[] = {"v3", "v4"};
  for (size_t count = 0; count <= 300; count += count < 34 ? 1 : 133) {
    inverse->fill(&reference, count, 12, 5 + count, scale);
    for (size_t i = 6; i < count; i += 7) reference.price[i] = i % 2 ? NAN : -1.0;
    assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
    inverse->solve(&reference);
    for (int level = 0; level < 2; level++) {
      if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
      other = reference;
      memset(other.vol, 0, sizeof other.vol);
      inverse->solve(&other);
      for (size_t row = 0; row < count; row++) assert_same_bits(other.vol[row], reference.vol[row]);
    }
  }
  keel_cpu_force("auto", NULL);
}

static inline void assert_the_bits_are_golden(const struct inverse *inverse, uint64_t golden) {
  static struct table t;
  static double scale[MOST];
  uint64_t hash = 14695981039346656037u;
  for (uint64_t seed = 1; seed <= 20; seed++) {
    inverse->fill(&t, MOST, 8, seed, scale);
    inverse->solve(&t);
    for (size_t row = 0; row < t.count; row++)
      for (int byte = 0; byte < 64; byte += 8) hash = (hash ^ (keel_bits(t.vol[row]) >> byte & 255)) * 1099511628211u;
  }
  if (hash != golden) fail_msg("the hash is 0x%016llx", (unsigned long long)hash);
}

#endif
