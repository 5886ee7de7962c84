/* At which price orders fill on paper. */
#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/draws.h"
#include "support/support.h"

enum { ROOM = 256 };

struct filling {
  double order[ROOM], bid[ROOM], ask[ROOM], mark[ROOM];
  double qty[ROOM + 1], price[ROOM + 1];
};

/* One in five is no quote. */
static double draw_quote(struct draws *draws, double around) {
  static const double bad[] = {NAN, 0, -1, INFINITY};
  double chance = draw_uniform(draws);
  return chance < 0.2 ? bad[(int)(20 * chance)] : around + 4 * draw_uniform(draws);
}

static void draw_fill(struct draws *draws, struct filling *f) {
  for (size_t i = 0; i < ROOM; i++) {
    f->order[i] = draw_uniform(draws) < 0.2 ? 0 : draw_normal(draws);
    f->bid[i] = draw_quote(draws, 96);
    f->ask[i] = draw_quote(draws, 99);
    f->mark[i] = 100 * draw_lognormal(draws);
  }
  for (size_t i = 0; i <= ROOM; i++) f->qty[i] = f->price[i] = -77;
}

/* By quotes that are fresh or not, and by half a spread that is given or quoted. */
static double half_spread_of(int round) { return round & 2 ? NAN : 0.0003; }

static void fill(struct filling *f, size_t count, int round) {
  struct keel_lane_fill lane = {.qty = f->order,
                                .bid = f->bid,
                                .ask = f->ask,
                                .mark = f->mark,
                                .is_fresh = round & 1,
                                .half_spread = half_spread_of(round),
                                .fill_qty = f->qty,
                                .fill_price = f->price};
  keel_kernel_now->lanes.fill(count, &lane);
}

/* Whole, half a spread from mid; where the quote is none or too old, from the mark. */
static void orders_fill_half_a_spread_from_mid(void **state) {
  (void)state;
  static struct filling f;
  struct draws draws = {10};
  for (int round = 0; round < 40; round++) {
    draw_fill(&draws, &f);
    fill(&f, ROOM, round);
    for (size_t i = 0; i < ROOM; i++) {
      int usable = f.bid[i] > 0 && f.ask[i] >= f.bid[i] && f.ask[i] < INFINITY;
      double mid = usable && (round & 1) ? 0.5 * (f.bid[i] + f.ask[i]) : f.mark[i];
      double half = usable ? 0.5 * (f.ask[i] - f.bid[i]) : 0;
      if (!isnan(half_spread_of(round))) half = mid * half_spread_of(round);
      assert_same_bits(f.qty[i], f.order[i]);
      assert_same_bits(f.price[i], f.order[i] > 0 ? mid + half : f.order[i] < 0 ? mid - half : 0);
    }
  }
}

/* A quote whose two sides are one row, and two equal rows. */
static void a_quote_without_a_spread_may_be_one_row(void **state) {
  (void)state;
  static struct filling f, same;
  struct draws draws = {11};
  for (int round = 0; round < 40; round++) {
    draw_fill(&draws, &f);
    memcpy(f.ask, f.bid, sizeof f.ask);
    same = f;
    fill(&f, ROOM, round);
    struct keel_lane_fill lane = {same.order, same.bid,  same.bid, same.mark, round & 1, half_spread_of(round),
                                  same.qty,   same.price};
    keel_kernel_now->lanes.fill(ROOM, &lane);
    assert_memory_equal(same.price, f.price, sizeof f.price);
    assert_memory_equal(same.qty, f.qty, sizeof f.qty);
  }
}

static void all_levels_give_the_same_bits(void **state) {
  (void)state;
  static struct filling want, got;
  static const char *const levels[] = {"base", "v3", "v4"};
  for (size_t count = 0; count <= ROOM; count += count < 20 ? 1 : 59) {
    for (int level = 0; level < 3; level++) {
      struct draws draws = {count + 1};
      if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
      draw_fill(&draws, &got);
      fill(&got, count, (int)count);
      assert_true(got.qty[count] == -77 && got.price[count] == -77);
      if (level == 0) want = got;
      assert_memory_equal(&got, &want, sizeof want);
    }
  }
  keel_cpu_force("auto", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(orders_fill_half_a_spread_from_mid),
      cmocka_unit_test(a_quote_without_a_spread_may_be_one_row),
      cmocka_unit_test(all_levels_give_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
