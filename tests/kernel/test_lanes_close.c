/* What closes a step: fees in tiers, equity, and what the components leave of its change. */
#include <math.h>

#include "kernel/kernel.h"
#include "support/draws.h"
#include "support/support.h"

enum { ROOM = 256 };

/* Fees in tiers are marginal: by hand, share by share. */
static void tiers_are_marginal(void **state) {
  (void)state;
  const double froms[] = {0, 100, 250}, rates[] = {0.02, 0.015, 0.001};
  const double qty[] = {0, 3, -100, 101, 240, -260, 1000, 0.5};
  double fees[8] = {0};
  for (int t = 1; t < 3; t++)
    keel_kernel_now->lanes.add_tier(8, qty, 2, (double[]){froms[t], rates[t] - rates[t - 1]}, fees);
  for (int i = 0; i < 8; i++) {
    double want = 0;
    for (int share = 0; share < (int)(2 * fabs(qty[i])); share++) want += rates[share < 100 ? 0 : share < 250 ? 1 : 2];
    assert_close(fees[i] + 2 * fabs(qty[i]) * rates[0], want, 1e-10);
  }
}

/* Equity, its change, and what components leave of it. */
static void a_step_closes(void **state) {
  (void)state;
  static double in[7][ROOM], out[7][ROOM];
  struct draws draws = {9};
  for (int k = 0; k < 7; k++)
    for (size_t i = 0; i < ROOM; i++) in[k][i] = 100 * draw_normal(&draws), out[k][i] = 5;
  struct keel_lane_close lane = {in[0], in[1], in[2], in[3], in[4], out[0], out[1], out[2]};
  keel_kernel_now->lanes.close(ROOM, &lane);
  struct keel_lane_attribute parts = {
      .count = 2, .part = {in[5], in[0]}, .sum = {out[3], out[6]}, .pnl = out[1], .rest = out[5], .rest_sum = out[4]};
  keel_kernel_now->lanes.attribute(ROOM, &parts);
  for (size_t i = 0; i < ROOM; i++) {
    double equity = in[0][i] + in[1][i] + in[2][i] + in[3][i], pnl = equity - in[4][i];
    assert_true(out[0][i] == equity && out[2][i] == equity && out[1][i] == pnl);
    assert_same_bits(out[3][i], 5 + in[5][i]);
    assert_same_bits(out[6][i], 5 + in[0][i]);
    assert_same_bits(out[5][i], pnl - (in[5][i] + in[0][i]));
    assert_same_bits(out[4][i], 5 + out[5][i]);
  }
}

/* Any number of components, added in their order. */
static void components_are_added_in_their_order(void **state) {
  (void)state;
  static double part[KEEL_LANE_PARTS][ROOM], sum[KEEL_LANE_PARTS][ROOM], pnl[ROOM], rest[ROOM], rest_sum[ROOM];
  struct draws draws = {21};
  for (size_t count = 0; count <= KEEL_LANE_PARTS; count++) {
    struct keel_lane_attribute lane = {.count = count, .pnl = pnl, .rest = rest, .rest_sum = rest_sum};
    for (size_t i = 0; i < ROOM; i++) pnl[i] = draw_normal(&draws), rest_sum[i] = 3;
    for (size_t k = 0; k < KEEL_LANE_PARTS; k++) {
      for (size_t i = 0; i < ROOM; i++) part[k][i] = draw_normal(&draws), sum[k][i] = (double)k;
      lane.part[k] = part[k], lane.sum[k] = sum[k];
    }
    const size_t paths = ROOM - count;
    keel_kernel_now->lanes.attribute(paths, &lane);
    for (size_t i = 0; i < ROOM; i++) {
      double said = 0;
      for (size_t k = 0; k < count; k++) said += part[k][i];
      for (size_t k = 0; k < KEEL_LANE_PARTS; k++)
        assert_same_bits(sum[k][i], (double)k + (k < count && i < paths ? part[k][i] : 0));
      if (i < paths) assert_same_bits(rest[i], pnl[i] - said);
      assert_same_bits(rest_sum[i], i < paths ? 3 + rest[i] : 3);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tiers_are_marginal),
      cmocka_unit_test(a_step_closes),
      cmocka_unit_test(components_are_added_in_their_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
