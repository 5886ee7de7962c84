/* A fresh block: nothing is known, nothing is held, spot is spot, and the two ends of each array are within it. */
#include "hedge/block.h"

#include "hedge/bench_market.h"

static void nothing_is_known_or_held(void **state) {
  (void)state;
  struct bench bench;
  bench_start(&bench);
  bench_variant(&bench);
  bench_hold(&bench, bench_option(KEEL_KIND_CALL, 100, 30), -1);
  struct keel_block *block = bench_build(&bench, 3, 0);
  const struct keel_wiring *wiring = block->wiring;
  assert_null(block->market.vol);
  for (size_t r = 0; r < wiring->row_count; r++) {
    assert_true(block->alive[r] && !block->settled[r]);
    assert_int_equal(block->market.quote_ns[r], KEEL_TIME_NONE);
    for (size_t i = 0; i < 3; i++) {
      assert_true(isnan(keel_at_row(block, block->market.bid, r)[i]));
      assert_true(isnan(keel_at_row(block, block->last_vol, r)[i]));
      for (int side = 0; side < 2; side++) assert_true(isnan(keel_at_row(block, block->marks[side].price, r)[i]));
    }
  }
  for (size_t v = 0; v < wiring->variant_count; v++) {
    assert_int_equal(block->triggers.every_ns[keel_trigger_at(block, 0, v, KEEL_EXPOSURE_VEGA)], KEEL_TIME_NONE);
    assert_close(keel_at_lane(block, keel_account_after(block, 0)->holding, 0, v)[2], 0, 0);
  }
  assert_false(block->entered[0] || block->finished[0]);
  bench_end(&bench);
}

static void spot_has_a_delta_of_one_for_every_hedging_vol(void **state) {
  (void)state;
  struct bench bench;
  bench_start(&bench);
  bench_variant(&bench)->target.delta.vol = 0.3;
  bench_variant(&bench)->target.delta.vol = NAN;
  bench_hold(&bench, bench_option(KEEL_KIND_PUT, 100, 30), 1);
  struct keel_block *block = bench_build(&bench, 2, 1);
  assert_non_null(block->market.vol);
  size_t spot = block->wiring->underlyings[0].spot;
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < 2; i++) {
      assert_close(keel_at_row(block, block->marks[side].greeks.delta, spot)[i], 1, 0);
      for (size_t k = 0; k < block->wiring->delta_rule_count; k++)
        assert_close(keel_at_rule_row(block, block->marks[side].hedge_delta, k, spot)[i], 1, 0);
    }
  bench_end(&bench);
}

static void before_and_after_are_two(void **state) {
  (void)state;
  struct bench bench;
  bench_start(&bench);
  bench_variant(&bench);
  bench_hold(&bench, bench_option(KEEL_KIND_CALL, 100, 30), -1);
  struct keel_block *block = bench_build(&bench, 1, 0);
  const struct keel_marks *after = keel_marks_after(block, 0), *before = keel_marks_before(block, 0);
  assert_ptr_not_equal(after, before);
  block->now[0] = !block->now[0];
  assert_ptr_equal(keel_marks_after(block, 0), before);
  assert_ptr_equal(keel_marks_before(block, 0), after);
  bench_end(&bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_is_known_or_held),
      cmocka_unit_test(spot_has_a_delta_of_one_for_every_hedging_vol),
      cmocka_unit_test(before_and_after_are_two),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
