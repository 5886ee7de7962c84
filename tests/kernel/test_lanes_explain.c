/* What moved a contract of the book: the terms of an expansion, added to their components. */
#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/draws.h"
#include "support/support.h"

enum { ROOM = 256 };

static double draw_in(struct draws *draws, double low, double high) { return low + (high - low) * draw_uniform(draws); }

enum { MARKS = 12, PARTS = 9 };

struct explaining {
  double in[MARKS][ROOM], out[PARTS][ROOM + 1];
};

static struct keel_lane_explain explain_of(struct explaining *e) {
  return (struct keel_lane_explain){
      .spot_before = e->in[0],
      .spot_after = e->in[1],
      .vol_before = e->in[2],
      .vol_after = e->in[3],
      .delta_before = e->in[4],
      .gamma_before = e->in[5],
      .vega_before = e->in[6],
      .theta_before = e->in[7],
      .rho_before = e->in[8],
      .psi_before = e->in[9],
      .vanna_before = e->in[10],
      .volga_before = e->in[11],
      .delta = e->out[0],
      .gamma = e->out[1],
      .theta = e->out[2],
      .vega = e->out[3],
      .vanna = e->out[4],
      .volga = e->out[5],
      .rho = e->out[6],
      .carry = e->out[7],
      .dividends = e->out[8],
  };
}

static void draw_explain(struct draws *draws, struct explaining *e) {
  for (size_t i = 0; i < ROOM; i++) {
    for (int k = 0; k < 2; k++) e->in[k][i] = draw_in(draws, 50, 150);
    for (int k = 2; k < 4; k++) e->in[k][i] = draw_in(draws, 0.1, 0.6);
    for (int k = 4; k < MARKS; k++) e->in[k][i] = draw_in(draws, -20, 20);
  }
  for (int k = 0; k < PARTS; k++)
    for (size_t i = 0; i <= ROOM; i++) e->out[k][i] = 1000 + (double)i;
}

static void draw_moves(struct draws *draws, struct keel_lane_explain *lane) {
  lane->units = draw_in(draws, -1000, 1000);
  lane->years = draw_in(draws, 0, 0.1);
  lane->rate = draw_in(draws, -0.01, 0.01);
  lane->yield = draw_in(draws, -0.01, 0.01);
  lane->escrow_growth = draw_uniform(draws) < 0.5 ? draw_in(draws, 0, 0.1) : 0;
  lane->escrow_paid = draw_uniform(draws) < 0.5 ? draw_in(draws, 0, 2) : 0;
}

/* Spot without its dividends to come moves by `net`; its delta is the option's. */
static void check_explain(const struct keel_lane_explain *lane, const struct explaining *e, size_t i) {
  double spot = e->in[1][i] - e->in[0][i], vol = e->in[3][i] - e->in[2][i], n = lane->units;
  double net = spot - lane->escrow_growth + lane->escrow_paid;
  const double want[PARTS] = {n * e->in[4][i] * spot,
                              n * e->in[5][i] * net * net / 2,
                              n * (e->in[7][i] * lane->years - e->in[4][i] * lane->escrow_growth),
                              n * e->in[6][i] * vol,
                              n * e->in[10][i] * net * vol,
                              n * e->in[11][i] * vol * vol / 2,
                              n * e->in[8][i] * lane->rate,
                              n * e->in[9][i] * lane->yield,
                              n * e->in[4][i] * lane->escrow_paid};
  for (int k = 0; k < PARTS; k++)
    assert_close(e->out[k][i], 1000 + (double)i + want[k], 1e-12 * (2000 + fabs(want[k])));
}

static void explanations_are_the_taylor_terms(void **state) {
  (void)state;
  static struct explaining e;
  struct draws draws = {11};
  for (int round = 0; round < 50; round++) {
    draw_explain(&draws, &e);
    struct keel_lane_explain lane = explain_of(&e);
    draw_moves(&draws, &lane);
    keel_kernel_now->lanes.explain(ROOM, &lane);
    for (size_t i = 0; i < ROOM; i++) check_explain(&lane, &e, i);
  }
}

/* The first row of a book starts the components, whatever stood there. */
static void the_first_row_starts_the_components(void **state) {
  (void)state;
  static struct explaining e, started;
  struct draws draws = {12};
  draw_explain(&draws, &e);
  struct keel_lane_explain lane = explain_of(&e);
  draw_moves(&draws, &lane);
  lane.is_first = 1;
  keel_kernel_now->lanes.explain(ROOM, &lane);
  started = e;
  memset(e.out, 0, sizeof e.out);
  lane.is_first = 0;
  keel_kernel_now->lanes.explain(ROOM, &lane);
  for (int k = 0; k < PARTS; k++)
    for (size_t i = 0; i < ROOM; i++) assert_same_bits(started.out[k][i], e.out[k][i]);
}

/* Where spot alone moves, the components of other moves are left alone, and the rest is the same. */
static void moves_of_spot_alone(void **state) {
  (void)state;
  static struct explaining e, before, whole;
  struct draws draws = {13};
  for (int first = 0; first < 2; first++) {
    draw_explain(&draws, &e);
    struct keel_lane_explain lane = explain_of(&e);
    draw_moves(&draws, &lane);
    lane.is_first = first;
    before = e;
    keel_kernel_now->lanes.explain(ROOM, &lane);
    whole = e, e = before;
    lane.spot_only = 1;
    lane.vol_before = lane.vol_after = lane.vega_before = lane.rho_before = lane.psi_before = NULL;
    lane.vanna_before = lane.volga_before = NULL;
    keel_kernel_now->lanes.explain(ROOM, &lane);
    for (int k = 0; k < PARTS; k++)
      for (size_t i = 0; i < ROOM; i++)
        assert_same_bits(e.out[k][i], k < 3 || k == PARTS - 1 ? whole.out[k][i] : before.out[k][i]);
  }
}

static void all_levels_give_the_same_bits(void **state) {
  (void)state;
  static struct explaining want, got;
  static const char *const levels[] = {"base", "v3", "v4"};
  for (size_t count = 0; count <= ROOM; count += count < 20 ? 1 : 59) {
    for (int level = 0; level < 3; level++) {
      struct draws draws = {count + 1};
      if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
      draw_explain(&draws, &got);
      struct keel_lane_explain lane = explain_of(&got);
      draw_moves(&draws, &lane);
      keel_kernel_now->lanes.explain(count, &lane);
      for (int k = 0; k < PARTS; k++) assert_true(got.out[k][count] == 1000 + (double)count);
      if (level == 0) want = got;
      assert_memory_equal(&got, &want, sizeof want);
    }
  }
  keel_cpu_force("auto", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(explanations_are_the_taylor_terms),
      cmocka_unit_test(the_first_row_starts_the_components),
      cmocka_unit_test(moves_of_spot_alone),
      cmocka_unit_test(all_levels_give_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
