#include "model/parity.h"

#include <math.h>

#include "support/support.h"

static struct keel_parity_pairs on_a_line(size_t count, double forward, double discount) {
  struct keel_parity_pairs pairs = {.count = count};
  for (size_t i = 0; i < count; i++) {
    double strike = forward * (0.8 + 0.4 * (double)i / (double)count);
    pairs.pair[i] = (struct keel_parity_pair){strike, discount * (forward - strike), 1, i};
  }
  return pairs;
}

static void pairs_are_gathered_nearest_first(void **state) {
  (void)state;
  const double strike[] = {80, 90, 100, 110, 120}, call_bid[] = {20, 11, 5, 0, 0.5}, call_ask[] = {21, 12, 5.5, 3, 0.6};
  const double put_bid[] = {0.5, 2, 5, 11, 20}, put_ask[] = {0.6, 2.5, 5.5, 12, 21};
  const keel_parity_quotes quotes = {5, strike, call_bid, call_ask, put_bid, put_ask};
  struct keel_parity_pairs pairs;
  assert_int_equal(keel_parity_gather(&quotes, 3, &pairs), 4); /* 110 has no bid */
  assert_int_equal(pairs.count, 3);
  const double nearest[] = {100, 90, 80};
  for (size_t i = 0; i < 3; i++) {
    assert_same_bits(pairs.pair[i].strike, nearest[i]);
    assert_int_equal(pairs.pair[i].quote, 2 - i);
  }
  assert_close(pairs.pair[1].difference, 9.25, 1e-15);
  assert_close(pairs.pair[1].scale, 0.75, 1e-15);
}

/* With just under half of the pairs on another line. */
static void the_line_of_most_is_found(void **state) {
  (void)state;
  struct keel_parity_pairs pairs = on_a_line(101, 250, 0.97);
  for (size_t i = 0; i < 101; i++)
    if (i % 2) pairs.pair[i].difference = 0.9 * (260 - pairs.pair[i].strike);
  keel_implied_forward out;
  keel_parity_fit(&pairs, 0.97, &out);
  assert_null(out.problem);
  assert_close(out.forward, 250, 1e-11);
  assert_int_equal(out.used, 51);
  for (size_t i = 0; i < 101; i++) assert_int_equal(pairs.rejected[i], i % 2);
  keel_parity_fit(&pairs, NAN, &out);
  assert_null(out.problem);
  assert_close(out.forward, 250, 1e-11);
  assert_close(out.discount, 0.97, 1e-13);
}

/* A quote of no spread does not outweigh all others. */
static void no_spread_counts_as_a_narrow_one(void **state) {
  (void)state;
  struct keel_parity_pairs pairs = on_a_line(20, 100, 1);
  pairs.pair[4].difference += 3;
  pairs.pair[4].scale = 0;
  keel_implied_forward out;
  keel_parity_fit(&pairs, 1, &out);
  assert_close(out.forward, 100, 1e-12);
  assert_int_equal(out.rejected, 1);
  for (size_t i = 0; i < 20; i++) pairs.pair[i].scale = 0;
  keel_parity_fit(&pairs, 1, &out);
  assert_close(out.forward, 100, 1e-12);
}

static void bounds_are_what_spreads_allow(void **state) {
  (void)state;
  struct keel_parity_pairs pairs = on_a_line(3, 100, 0.5);
  pairs.pair[0].scale = 2, pairs.pair[1].scale = 1, pairs.pair[2].scale = 4;
  pairs.pair[1].difference += 0.25;
  keel_implied_forward out;
  keel_parity_fit(&pairs, 0.5, &out);
  assert_int_equal(out.used, 3);
  assert_close(out.low, 98.5, 1e-12);
  assert_close(out.high, 102.5, 1e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pairs_are_gathered_nearest_first),
      cmocka_unit_test(the_line_of_most_is_found),
      cmocka_unit_test(no_spread_counts_as_a_narrow_one),
      cmocka_unit_test(bounds_are_what_spreads_allow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
