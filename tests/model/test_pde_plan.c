#include "model/pde_plan.h"

#include <math.h>

#include "support/support.h"

static const double years[] = {0.25, 0.5, 0.5, 0.75, 2}, cash[] = {1, 2, 3, 0, 9};
static const keel_dividends dividends = {5, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
static const struct keel_pde_contract contract = {1, 100, 100, 0.05, 0, 1, 0.2, 0, 0, 0};

static void time_is_cut_at_what_is_paid(void **state) {
  (void)state;
  struct keel_pde_plan plan;
  assert_true(keel_pde_plan_init(&plan, &contract, &dividends, 16));
  assert_int_equal(plan.segments, 3);
  const double to[] = {0.25, 0.5, 1}, paid[] = {1, 5, 0};
  for (size_t k = 0; k < 3; k++) {
    assert_close(plan.segment[k].from, k ? to[k - 1] : 0, 0);
    assert_close(plan.segment[k].to, to[k], 0);
    assert_close(plan.segment[k].cash, paid[k], 0);
    assert_true(plan.segment[k].steps >= 2);
  }
  struct keel_pde_plan other;
  assert_true(keel_pde_plan_init(&other, &contract, NULL, 16));
  assert_int_equal(other.segments, 1);
  assert_int_equal(other.segment[0].steps, 16);
  assert_true(keel_pde_plan_same(&plan, &plan));
  assert_false(keel_pde_plan_same(&plan, &other));
  keel_pde_plan_fini(&plan);
  keel_pde_plan_fini(&other);
}

/* Blocks cover the segment; refined, each has twice the steps, of which the damped ones stay four halves. */
static void blocks_cover_the_segment(void **state) {
  (void)state;
  for (size_t steps = 2; steps < 100; steps++)
    for (size_t refine = 1; refine <= 4; refine *= 2) {
      const struct keel_pde_segment segment = {0.5, 1.75, 0, steps, 1};
      struct keel_pde_block blocks[KEEL_PDE_BLOCKS_MAX];
      size_t count = keel_pde_blocks(&segment, refine, blocks), all = 0;
      double length = 0;
      for (size_t i = 0; i < count; i++) {
        length += blocks[i].length;
        all += blocks[i].steps + blocks[i].implicit / 2;
        assert_int_equal(blocks[i].implicit, i == 0 ? 4 : 0);
        if (i) assert_true(blocks[i].length > blocks[i - 1].length);
      }
      assert_close(length, 1.25, 1e-14);
      assert_int_equal(all, steps * refine);
    }
  const struct keel_pde_segment smooth = {0, 1, 0, 20, 0};
  struct keel_pde_block blocks[KEEL_PDE_BLOCKS_MAX];
  assert_int_equal(keel_pde_blocks(&smooth, 2, blocks), 1);
  assert_int_equal(blocks[0].steps, 40);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(time_is_cut_at_what_is_paid),
      cmocka_unit_test(blocks_cover_the_segment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
