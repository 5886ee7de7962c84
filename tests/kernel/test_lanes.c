#include "kernel/lanes.h"

#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/support.h"

enum { ROOM = 256 };

/* A small generator for the tests' own draws: SplitMix64, fixed seed. */
static uint64_t draw_state;
static double draw(double low, double high) {
  uint64_t z = draw_state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return low + (high - low) * (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}
static int draw_below(int count) { return (int)draw(0, count); }

/* ---- decide ---- */

struct decision {
  double trade, reason;
};

/* One rule for all paths. */
struct rule {
  int fired;
  double fired_reason;
  int has_band, to_edge;
  double lot, qty_min, order_qty_max, position_qty_max;
};

static struct keel_lane_decide lane_of(const struct rule *rule, const double *fired) {
  return (struct keel_lane_decide){.limits = {.lot = rule->lot,
                                              .qty_min = rule->qty_min,
                                              .order_qty_max = rule->order_qty_max,
                                              .position_qty_max = rule->position_qty_max},
                                   .has_band = rule->has_band,
                                   .inner = rule->to_edge,
                                   .fraction = 1,
                                   .fired = fired,
                                   .follows = fired};
}

static struct decision decide_with(struct rule rule, double held, double target, double band, double notional) {
  struct decision out = {NAN, NAN};
  const double fired = rule.fired ? 1 + rule.fired_reason : 0;
  struct keel_lane_decide lane = lane_of(&rule, &fired);
  lane.holding = lane.from = &held;
  lane.target = &target;
  lane.band = &band;
  lane.limits.notional_qty_max = &notional;
  lane.trade = &out.trade;
  lane.reason = &out.reason;
  keel_kernel_now->lanes.decide(1, &lane);
  return out;
}

static const struct rule plain = {
    .fired_reason = KEEL_REASON_EVERY, .lot = 1, .order_qty_max = INFINITY, .position_qty_max = INFINITY};

struct truth {
  int fired, has_band, to_edge;
  double lot, qty_min, order_max, position_max, notional_max;
  double held, target, band;
  double trade;
  enum keel_reason reason;
};

static void assert_truths(const struct truth *truths, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const struct truth *t = &truths[i];
    struct rule lane = {.fired = t->fired,
                        .fired_reason = KEEL_REASON_EVERY,
                        .has_band = t->has_band,
                        .to_edge = t->to_edge,
                        .lot = t->lot,
                        .qty_min = t->qty_min,
                        .order_qty_max = t->order_max,
                        .position_qty_max = t->position_max};
    struct decision got = decide_with(lane, t->held, t->target, t->band, t->notional_max);
    if (got.trade != t->trade || got.reason != t->reason)
      fail_msg("row %zu: trade %.17g reason %g, want %.17g and %d", i, got.trade, got.reason, t->trade, (int)t->reason);
  }
}

#define NO_LIMIT INFINITY, INFINITY, INFINITY

static void triggers_and_moves(void **state) {
  (void)state;
  const struct truth truths[] = {
      /* fired band edge lot min limits held target band -> trade reason */
      {1, 0, 0, 1, 0, NO_LIMIT, 0, 7, 0, 7, KEEL_REASON_EVERY},
      {0, 0, 0, 1, 0, NO_LIMIT, 0, 7, 0, 0, KEEL_REASON_INSIDE},
      {0, 1, 0, 1, 0, NO_LIMIT, 0, 7, 5, 7, KEEL_REASON_BAND},
      {0, 1, 0, 1, 0, NO_LIMIT, 0, 5, 5, 0, KEEL_REASON_INSIDE}, /* on the edge is inside */
      {0, 1, 0, 1, 0, NO_LIMIT, 3, -3, 5, -6, KEEL_REASON_BAND},
      {1, 1, 0, 1, 0, NO_LIMIT, 0, 3, 5, 3, KEEL_REASON_EVERY}, /* the timer goes to the centre even from inside */
      {1, 1, 0, 1, 0, NO_LIMIT, 0, 7, 5, 7, KEEL_REASON_EVERY}, /* both: the timer is named */
      {0, 1, 1, 1, 0, NO_LIMIT, 0, 7, 5, 2, KEEL_REASON_BAND},  /* edge */
      {0, 1, 1, 1, 0, NO_LIMIT, 14, 7, 5, -2, KEEL_REASON_BAND},
      {1, 1, 1, 1, 0, NO_LIMIT, 0, 3, 5, 0, KEEL_REASON_INSIDE}, /* edge, from inside: nothing to do */
      {1, 1, 1, 1, 0, NO_LIMIT, 0, 7.5, 5, 3, KEEL_REASON_EVERY},
      {1, 0, 1, 1, 0, NO_LIMIT, 0, 7.4, 0, 7, KEEL_REASON_EVERY}, /* edge without a band is the centre */
      {1, 0, 1, 0, 0, NO_LIMIT, 0, 7.4, 0, 7.4, KEEL_REASON_EVERY},
      {0, 1, 1, 0, 0, NO_LIMIT, 0, 7.5, 5, 2.5, KEEL_REASON_BAND}, /* any fraction */
      {0, 1, 1, 0, 0, NO_LIMIT, 0, -7.5, 5, -2.5, KEEL_REASON_BAND},
      {1, 0, 0, 1, 0, NO_LIMIT, 7, 7, 0, 0, KEEL_REASON_ON_TARGET},
      {1, 0, 0, 0, 0, NO_LIMIT, 0.3, 0.5, 0, 0.2, KEEL_REASON_EVERY},
      /* an edge is rounded inwards, so that the holding lands inside the band */
      {0, 1, 1, 1, 0, NO_LIMIT, 0, 7.25, 5, 3, KEEL_REASON_BAND},
      {0, 1, 1, 1, 0, NO_LIMIT, 20, 7.25, 5, -8, KEEL_REASON_BAND},
      {0, 1, 1, 10, 0, NO_LIMIT, 0, 37, 12, 30, KEEL_REASON_BAND},
      {0, 1, 1, 10, 0, NO_LIMIT, 100, 37, 12, -60, KEEL_REASON_BAND},
      /* a band that holds no whole lot: the nearest lot */
      {0, 1, 1, 10, 0, NO_LIMIT, 0, 36, 2, 40, KEEL_REASON_BAND},
      {0, 1, 1, 10, 0, NO_LIMIT, 40, 36, 2, 0, KEEL_REASON_LOT},
  };
  assert_truths(truths, sizeof truths / sizeof *truths);
}

static void lots_and_minimum(void **state) {
  (void)state;
  const struct truth truths[] = {
      /* half away from zero, of the holding that is wanted */
      {1, 0, 0, 1, 0, NO_LIMIT, 0, 2.5, 0, 3, KEEL_REASON_EVERY},
      {1, 0, 0, 1, 0, NO_LIMIT, 0, -2.5, 0, -3, KEEL_REASON_EVERY},
      {1, 0, 0, 1, 0, NO_LIMIT, 0, 2.4999, 0, 2, KEEL_REASON_EVERY},
      {1, 0, 0, 100, 0, NO_LIMIT, 0, 150, 0, 200, KEEL_REASON_EVERY},
      {1, 0, 0, 100, 0, NO_LIMIT, 0, -149, 0, -100, KEEL_REASON_EVERY},
      {1, 0, 0, 100, 0, NO_LIMIT, 0, 49, 0, 0, KEEL_REASON_LOT},
      {1, 0, 0, 100, 0, NO_LIMIT, 100, 149, 0, 0, KEEL_REASON_LOT},
      {0, 1, 0, 100, 0, NO_LIMIT, 100, 149, 10, 0, KEEL_REASON_LOT},
      /* a holding that is no multiple comes back to one */
      {1, 0, 0, 100, 0, NO_LIMIT, 30, 60, 0, 70, KEEL_REASON_EVERY},
      /* smaller than the minimum: not sent; the minimum itself is */
      {1, 0, 0, 1, 5, NO_LIMIT, 0, 4, 0, 0, KEEL_REASON_MINIMUM},
      {1, 0, 0, 1, 5, NO_LIMIT, 0, -4, 0, 0, KEEL_REASON_MINIMUM},
      {1, 0, 0, 1, 5, NO_LIMIT, 0, 5, 0, 5, KEEL_REASON_EVERY},
      {1, 0, 0, 1, 5, NO_LIMIT, 7, 7, 0, 0, KEEL_REASON_ON_TARGET},
      {1, 0, 0, 1, 5, NO_LIMIT, 7, 7.2, 0, 0, KEEL_REASON_LOT},
  };
  assert_truths(truths, sizeof truths / sizeof *truths);
}

static void limits_clip_and_say_so(void **state) {
  (void)state;
  const struct truth truths[] = {
      /* order, position, notional */
      {1, 0, 0, 1, 0, 10, INFINITY, INFINITY, 0, 25, 0, 10, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, 10, INFINITY, INFINITY, 0, -25, 0, -10, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, 10, INFINITY, INFINITY, 0, 10, 0, 10, KEEL_REASON_EVERY},
      {1, 0, 0, 10, 0, 25, INFINITY, INFINITY, 0, 100, 0, 20, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, INFINITY, INFINITY, 7.9, 0, 25, 0, 7, KEEL_REASON_LIMIT},
      {1, 0, 0, 0, 0, INFINITY, INFINITY, 7.9, 0, 25, 0, 7.9, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, 10, INFINITY, 7.9, 0, 25, 0, 7, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, INFINITY, 20, INFINITY, 15, 40, 0, 5, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, INFINITY, 20, INFINITY, 20, 40, 0, 0, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, INFINITY, 20, INFINITY, -20, -40, 0, 0, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, INFINITY, 20, INFINITY, 20, -40, 0, -40, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, 30, 20, INFINITY, 20, -40, 0, -30, KEEL_REASON_LIMIT},
      /* coming back from beyond is never forbidden, going further is */
      {1, 0, 0, 1, 0, INFINITY, 20, INFINITY, 50, 30, 0, -20, KEEL_REASON_EVERY},
      {1, 0, 0, 1, 0, INFINITY, 20, INFINITY, -50, -30, 0, 20, KEEL_REASON_EVERY},
      {1, 0, 0, 1, 0, INFINITY, 20, INFINITY, 50, 60, 0, 0, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, INFINITY, 20, INFINITY, 50, 0, 0, -50, KEEL_REASON_EVERY},
      {1, 0, 0, 1, 0, 5, 20, INFINITY, 50, 0, 0, -5, KEEL_REASON_LIMIT},
      {1, 0, 0, 1, 0, INFINITY, 20, INFINITY, 50, -60, 0, -70, KEEL_REASON_LIMIT},
      /* what a limit leaves may be below the minimum: the limit is to blame */
      {1, 0, 0, 1, 5, 3, INFINITY, INFINITY, 0, 25, 0, 0, KEEL_REASON_LIMIT},
      {1, 0, 0, 100, 0, 50, INFINITY, INFINITY, 0, 200, 0, 0, KEEL_REASON_LIMIT},
      /* three lots of a tenth fit into 0.3 */
      {1, 0, 0, 0.1, 0, 0.3, INFINITY, INFINITY, 0, 5, 0, 3 * 0.1, KEEL_REASON_LIMIT},
      /* not asked to act: no limit is met */
      {0, 1, 0, 1, 0, 1, 1, 1, 0, 3, 5, 0, KEEL_REASON_INSIDE},
  };
  assert_truths(truths, sizeof truths / sizeof *truths);
}

/* The other moves: to an inner bound, by a fraction of the way; and what follows the trades of others. */
static void further_moves(void **state) {
  (void)state;
  const struct {
    double inner, fraction, fired, from, held, target, band, lot, trade;
    enum keel_reason reason;
  } cases[] = {
      {0.5, 1, 0, 0, 0, 20, 10, 0, 15, KEEL_REASON_BAND},
      {0.5, 1, 0, 0, 0, 8, 10, 0, 0, KEEL_REASON_INSIDE}, /* beyond the inner bound, inside the outer */
      {0.5, 1, 1, 0, 0, 8, 10, 0, 3, KEEL_REASON_EVERY},  /* the timer takes it to the inner one */
      {0.5, 1, 1, 0, 0, 4, 10, 0, 0, KEEL_REASON_INSIDE},
      {0.5, 1, 0, 40, 40, 20.5, 10, 1, -15, KEEL_REASON_BAND}, /* inwards */
      {0, 0.25, 0, 0, 0, 20, 10, 0, 5, KEEL_REASON_BAND},
      {0, 0.25, 1, 0, 0, 20, 10, 2, 6, KEEL_REASON_EVERY},   /* the nearest lot of what a quarter of the way is */
      {0, 1, 0, 7.3, 4, 7.5, 10, 0, 3.3, KEEL_REASON_ENTER}, /* follows, so that the exposure stays */
      {0, 1, 0, 7.3, 4, 7.5, 10, 1, 3, KEEL_REASON_ENTER},
      {0, 1, 0, 4.3, 4, 7.5, 10, 1, 0, KEEL_REASON_LOT},
      {0, 1, 1, 7.3, 4, 9.5, 10, 0, 5.5, KEEL_REASON_EVERY},
      {1, 1, 0, 30, 4, 9.5, 10, 0, 15.5, KEEL_REASON_BAND},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double fired = cases[i].fired > 0 ? 1 + KEEL_REASON_EVERY : 0, follows = 1 + KEEL_REASON_ENTER, none = INFINITY;
    double trade = NAN, reason = NAN;
    struct keel_lane_decide lane = {.limits = {cases[i].lot, 0, INFINITY, INFINITY, &none},
                                    .has_band = 1,
                                    .inner = cases[i].inner,
                                    .fraction = cases[i].fraction,
                                    .fired = &fired,
                                    .follows = &follows,
                                    .target = &cases[i].target,
                                    .band = &cases[i].band,
                                    .holding = &cases[i].held,
                                    .from = &cases[i].from,
                                    .trade = &trade,
                                    .reason = &reason};
    keel_kernel_now->lanes.decide(1, &lane);
    assert_close(trade, cases[i].trade, 1e-12);
    if (reason != cases[i].reason) fail_msg("row %zu: reason %g", i, reason);
  }
}

/* A change that others have worked out, in lots and within limits. */
static void changes_are_sized(void **state) {
  (void)state;
  const struct {
    double acted, change, singular, held, lot, qty_min, most, trade;
    enum keel_reason reason;
  } cases[] = {
      {1 + KEEL_REASON_BAND, 2.4, 0, 3, 0, 0, INFINITY, 2.4, KEEL_REASON_BAND},
      {1 + KEEL_REASON_BAND, 2.4, 0, 3, 1, 0, INFINITY, 2, KEEL_REASON_BAND},
      {1 + KEEL_REASON_BAND, 2.5, 0, 3, 1, 0, INFINITY, 3, KEEL_REASON_BAND},
      {1 + KEEL_REASON_BAND, 0.4, 0, 3, 1, 0, INFINITY, 0, KEEL_REASON_LOT},
      {1 + KEEL_REASON_BAND, 0, 0, 3, 1, 0, INFINITY, 0, KEEL_REASON_ON_TARGET},
      {1 + KEEL_REASON_BAND, 2, 0, 3, 1, 3, INFINITY, 0, KEEL_REASON_MINIMUM},
      {1 + KEEL_REASON_BAND, -9, 0, 3, 1, 0, 5, -5, KEEL_REASON_LIMIT},
      {1 + KEEL_REASON_BAND, 0, 1, 3, 1, 0, INFINITY, 0, KEEL_REASON_SINGULAR},
      {0, 0, 1, 3, 1, 0, INFINITY, 0, KEEL_REASON_INSIDE},
      {0, 0, 0, 3.5, 1, 0, INFINITY, 0, KEEL_REASON_INSIDE},
      {1 + KEEL_REASON_BAND, NAN, 0, 3, 1, 0, INFINITY, 0, KEEL_REASON_BAD_NUMBER},
      {1 + KEEL_REASON_BAND, INFINITY, 0, 3, 0, 0, 10, 0, KEEL_REASON_BAD_NUMBER},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double none = INFINITY, trade = NAN, reason = NAN;
    struct keel_lane_size lane = {.limits = {cases[i].lot, cases[i].qty_min, cases[i].most, INFINITY, &none},
                                  .acted = &cases[i].acted,
                                  .change = &cases[i].change,
                                  .singular = &cases[i].singular,
                                  .holding = &cases[i].held,
                                  .trade = &trade,
                                  .reason = &reason};
    keel_kernel_now->lanes.size(1, &lane);
    if (trade != cases[i].trade || reason != cases[i].reason) fail_msg("row %zu: %g, reason %g", i, trade, reason);
  }
}

static void bad_numbers_do_not_trade(void **state) {
  (void)state;
  const double bad[] = {NAN, INFINITY, -INFINITY};
  for (int i = 0; i < 3; i++) {
    struct rule lane = plain;
    for (lane.fired = 0; lane.fired < 2; lane.fired++) {
      for (lane.has_band = 0; lane.has_band < 2; lane.has_band++) {
        struct decision target = decide_with(lane, 3, bad[i], 1, INFINITY);
        struct decision held = decide_with(lane, bad[i], 3, 1, INFINITY);
        assert_true(target.trade == 0 && target.reason == KEEL_REASON_BAD_NUMBER);
        assert_true(held.trade == 0 && held.reason == KEEL_REASON_BAD_NUMBER);
      }
    }
  }
  struct rule first = plain;
  first.fired = 1;
  first.fired_reason = KEEL_REASON_ENTER;
  assert_true(decide_with(first, 0, 5, 0, INFINITY).reason == KEEL_REASON_ENTER);
  first.lot = 0x1p-1074; /* 5 is more lots than there are numbers */
  assert_true(decide_with(first, 0, 5, 0, INFINITY).trade == 0);
  assert_true(decide_with(first, 0, 5, 0, INFINITY).reason == KEEL_REASON_BAD_NUMBER);
}

static int is_multiple(double qty, double lot) { return fabs(qty / lot - nearbyint(qty / lot)) < 1e-9; }

/* Whether some whole lot lies within [low, high]. */
static int has_lot(double low, double high, double lot) { return ceil(low / lot - 1e-9) * lot <= high + 1e-9; }

static struct rule draw_rule(void) {
  const double lots[] = {0, 1, 0.5, 10, 100};
  return (struct rule){.fired = draw_below(2),
                       .fired_reason = KEEL_REASON_EVERY,
                       .has_band = draw_below(2),
                       .to_edge = draw_below(2),
                       .lot = lots[draw_below(5)],
                       .qty_min = draw_below(3) ? 0 : draw(0, 20),
                       .order_qty_max = draw_below(2) ? INFINITY : draw(0, 200),
                       .position_qty_max = draw_below(2) ? INFINITY : draw(0, 300)};
}

static void check_limits(const struct rule *rule, struct decision got, double held, double notional) {
  double after = held + got.trade;
  assert_true(fabs(got.trade) <= rule->order_qty_max + 1e-9);
  assert_true(fabs(got.trade) <= notional + 1e-9);
  assert_true(fabs(after) <= rule->position_qty_max + 1e-9 || fabs(after) <= fabs(held));
  assert_true(got.trade == 0 || fabs(got.trade) >= rule->qty_min);
  if (rule->lot > 0) assert_true(is_multiple(after, rule->lot));
}

static void check_aim(const struct rule *rule, struct decision got, double held, double target, double band) {
  double after = held + got.trade, lot = rule->lot, half = 0.5 * (rule->lot > 0 ? rule->lot : 0);
  int outside = rule->has_band && fabs(held - target) > band;
  if (!rule->fired && !outside) assert_true(got.trade == 0);
  if (got.trade == 0 || got.reason == KEEL_REASON_LIMIT) return;
  assert_true(got.reason == (rule->fired ? KEEL_REASON_EVERY : KEEL_REASON_BAND));
  if (!rule->to_edge || !rule->has_band) {
    assert_true(fabs(after - target) <= half + 1e-9);
    return;
  }
  assert_true(fabs(held - target) > band); /* from inside, an edge is never gone to */
  double low = target - band, high = target + band;
  if (lot == 0 || has_lot(low, high, lot)) assert_true(after >= low - 1e-9 && after <= high + 1e-9);
  double side = held > target ? 1 : -1;
  int short_of_target = lot == 0 || (side > 0 ? has_lot(target, high, lot) : has_lot(low, target, lot));
  if (short_of_target) assert_true(side * (after - target) >= -1e-9);
}

static void whatever_is_drawn_holds(void **state) {
  (void)state;
  draw_state = 20240131;
  for (int i = 0; i < 200000; i++) {
    struct rule rule = draw_rule();
    double held = rule.lot > 0 ? rule.lot * (draw_below(9) - 4) : draw(-300, 300);
    double target = draw(-300, 300), band = draw(0, 150), notional = draw_below(2) ? INFINITY : draw(0, 200);
    struct decision got = decide_with(rule, held, target, band, notional);
    check_limits(&rule, got, held, notional);
    check_aim(&rule, got, held, target, band);
    /* Towards the target, and (but for lots) not beyond it. */
    assert_true(got.trade * (target - held) >= 0 || fabs(got.trade) <= rule.lot);
  }
}

/* Paths decide as if each were alone, whatever the others meet; and as much without saying why. */
static void paths_decide_by_themselves(void **state) {
  (void)state;
  static double fired[ROOM], held[ROOM], target[ROOM], band[ROOM], notional[ROOM], trade[ROOM], reason[ROOM],
      silent[ROOM];
  draw_state = 77;
  for (int round = 0; round < 400; round++) {
    struct rule rule = draw_rule();
    for (size_t i = 0; i < ROOM; i++) {
      fired[i] = rule.fired && draw_below(5) ? 1 + rule.fired_reason : 0;
      held[i] = rule.lot > 0 ? rule.lot * (draw_below(9) - 4) : draw(-300, 300);
      target[i] = draw_below(9) ? draw(-300, 300) : held[i], band[i] = draw(0, 150);
      notional[i] = draw_below(ROOM) ? INFINITY : draw(0, 200);
    }
    if (round % 4 == 0) target[17] = NAN;
    struct keel_lane_decide lane = lane_of(&rule, fired);
    lane.holding = lane.from = held, lane.target = target, lane.band = band, lane.limits.notional_qty_max = notional;
    lane.trade = trade, lane.reason = reason;
    keel_kernel_now->lanes.decide(ROOM, &lane);
    lane.trade = silent, lane.reason = NULL;
    keel_kernel_now->lanes.decide(ROOM, &lane);
    for (size_t i = 0; i < ROOM; i++) {
      rule.fired = fired[i] > 0;
      struct decision alone = decide_with(rule, held[i], target[i], band[i], notional[i]);
      assert_true(trade[i] == alone.trade && reason[i] == alone.reason && silent[i] == trade[i]);
    }
  }
}

/* ---- account ---- */

enum { INPUTS = 18, OUTPUTS = 15 };

/* A lane of two lines: the second is an option or a future. */
struct accounting {
  double in[INPUTS][ROOM], out[OUTPUTS][ROOM + 1];
  struct keel_lane_line lines[2];
};

static struct keel_lane_account account_of(struct accounting *a) {
  a->lines[0] = (struct keel_lane_line){.price_before = a->in[2],
                                        .price_after = a->in[3],
                                        .holding_before = a->in[4],
                                        .fill_qty = {a->in[7], a->in[8]},
                                        .fill_price = {a->in[9], a->in[0]},
                                        .tier_fees = a->in[12],
                                        .holding_after = a->out[0]};
  a->lines[1] = (struct keel_lane_line){.price_before = a->in[13],
                                        .price_after = a->in[14],
                                        .holding_before = a->in[15],
                                        .fill_qty = {a->in[16], a->in[17]},
                                        .fill_price = {a->in[2], a->in[3]},
                                        .tier_fees = a->in[12],
                                        .holding_after = a->out[14]};
  return (struct keel_lane_account){.spot_before = a->in[0],
                                    .spot_after = a->in[1],
                                    .cash_before = a->in[5],
                                    .book_cash = a->in[6],
                                    .paid = a->in[10],
                                    .receivable_before = a->in[11],
                                    .cash_after = a->out[1],
                                    .receivable_after = a->out[2],
                                    .hedge = a->out[3],
                                    .interest_earned = a->out[4],
                                    .dividends = a->out[5],
                                    .borrow_paid = a->out[6],
                                    .spread = a->out[7],
                                    .fees = a->out[8],
                                    .taxes = a->out[9],
                                    .value = a->out[10],
                                    .cost = a->out[11],
                                    .turnover = a->out[12],
                                    .trades = a->out[13],
                                    .explains = 1};
}

static void draw_account(struct accounting *a) {
  for (size_t i = 0; i < ROOM; i++) {
    for (int k = 0; k < INPUTS; k++) a->in[k][i] = draw(50, 150);
    a->in[4][i] = draw_below(4) ? draw(-500, 500) : 0;
    a->in[15][i] = draw_below(4) ? draw(-50, 50) : 0;
    a->in[5][i] = draw(-1e5, 1e5);
    a->in[6][i] = draw(-1e3, 1e3);
    const int fills[] = {7, 8, 16, 17};
    for (int k = 0; k < 4; k++) a->in[fills[k]][i] = draw_below(3) ? draw(-300, 300) : 0;
    a->in[9][i] = a->in[7][i] != 0 ? draw(50, 150) : NAN; /* the price of no fill is not read */
    a->in[12][i] = draw_below(2) ? draw(0, 5) : 0;
  }
  for (int k = 0; k < OUTPUTS; k++)
    for (size_t i = 0; i <= ROOM; i++) a->out[k][i] = 1000 + (double)i;
}

static void draw_line(struct keel_lane_line *line, int kind) {
  line->is_spot = kind == 0;
  line->is_future = kind == 1;
  line->settles = kind && draw_below(3) == 0;
  line->multiplier = kind ? 50 : 1;
  line->fee_per_share = draw(0, 0.02);
  line->fee_per_order = draw(0, 3);
  line->buy_tax = draw(0, 0.001);
  line->sell_tax = draw(0, 0.001);
  for (int k = 0; k < 2; k++) line->pays[k] = draw_below(2);
}

static void draw_terms(struct keel_lane_account *lane, struct accounting *a) {
  lane->interest = draw(-0.01, 0.01);
  lane->yield = draw(0, 0.01);
  lane->dividend = draw_below(2) ? draw(0, 2) : 0;
  lane->borrow = draw(0, 0.01);
  lane->book_spot = draw_below(2) ? draw(-400, 400) : 0;
  draw_line(&a->lines[0], draw_below(3));
  draw_line(&a->lines[1], 1 + draw_below(2));
}

/* What one line does to cash and to each component: [cash, hedge, spread, fees, taxes, value, turnover, trades]. */
enum { DID = 8 };

static void one_line(const struct keel_lane_line *line, size_t i, double did[DID]) {
  double held = line->holding_before[i], mark = line->price_after[i], m = line->multiplier, after = held;
  double move = held * m * (mark - line->price_before[i]);
  did[0] += line->is_future ? move : 0;
  did[1] += move;
  did[0] -= line->tier_fees[i];
  did[3] -= line->tier_fees[i];
  for (int k = 0; k < 2; k++) {
    double qty = line->fill_qty[k][i];
    if (qty == 0) continue;
    double price = line->fill_price[k][i], crossed = qty * m * (price - mark);
    double fee = fabs(qty * m) * line->fee_per_share + line->fee_per_order;
    double tax = fabs(qty * m) * price * (qty > 0 ? line->buy_tax : line->sell_tax);
    if (!line->pays[k]) fee = tax = 0;
    did[0] -= (line->is_future ? crossed : qty * m * price) + fee + tax;
    did[2] -= crossed;
    did[3] -= fee;
    did[4] -= tax;
    did[6] += fabs(qty * m) * mark;
    did[7] += 1;
    after += qty;
  }
  double worth = line->is_future ? 0 : after * m * mark;
  did[line->settles ? 0 : 5] += worth;
  assert_close(line->holding_after[i], line->settles ? 0 : after, 1e-12);
}

static void check_account(const struct keel_lane_account *lane, const struct accounting *a, size_t i) {
  double did[DID] = {0}, old = 1000 + (double)i;
  double spot_held = lane->book_spot + (a->lines[0].is_spot ? a->in[4][i] * a->lines[0].multiplier : 0);
  double interest = a->in[5][i] * lane->interest, booked = spot_held * lane->dividend;
  double yield = spot_held * a->in[1][i] * lane->yield;
  double borrow = spot_held < 0 ? spot_held * a->in[0][i] * lane->borrow : 0;
  for (int l = 0; l < 2; l++) one_line(&a->lines[l], i, did);
  double cash = a->in[5][i] + interest + yield + borrow + a->in[6][i] + a->in[10][i] + did[0];
  assert_close(a->out[1][i], cash, 1e-12 * (1e7 + fabs(cash)));
  assert_close(a->out[2][i], a->in[11][i] + booked - a->in[10][i], 1e-11);
  assert_close(a->out[3][i], did[1], 1e-7);
  assert_close(a->out[4][i], interest, 1e-12);
  assert_close(a->out[5][i], old + yield + booked, 1e-9); /* added to */
  assert_close(a->out[6][i], borrow, 1e-12);
  for (int k = 0; k < 3; k++) assert_close(a->out[7 + k][i], did[2 + k], 1e-7);
  assert_close(a->out[10][i], did[5], 1e-7);
  assert_close(a->out[11][i], old - did[2] - did[3] - did[4], 1e-7);
  assert_close(a->out[12][i], old + did[6], 1e-7);
  assert_close(a->out[13][i], old + did[7], 1e-12);
}

static void account_both(size_t count, struct keel_lane_account *lane, const struct accounting *a) {
  lane->line = a->lines[0];
  keel_kernel_now->lanes.account(count, lane);
  keel_kernel_now->lanes.dividends(count, lane);
  keel_kernel_now->lanes.borrow(count, lane);
  lane->line = a->lines[1];
  keel_kernel_now->lanes.account_line(count, lane);
}

static void accounts_add_up(void **state) {
  (void)state;
  static struct accounting a;
  draw_state = 7;
  for (int round = 0; round < 50; round++) {
    draw_account(&a);
    struct keel_lane_account lane = account_of(&a);
    draw_terms(&lane, &a);
    account_both(ROOM, &lane, &a);
    for (size_t i = 0; i < ROOM; i++) check_account(&lane, &a, i);
  }
}

/* Without an explanation the money is the same, and the components are left alone. */
static void money_is_the_same_without_an_explanation(void **state) {
  (void)state;
  static struct accounting a, b;
  draw_state = 8;
  draw_account(&a);
  struct keel_lane_account lane = account_of(&a);
  draw_terms(&lane, &a);
  b = a;
  struct keel_lane_account other = account_of(&b), bare = lane;
  for (int l = 0; l < 2; l++) {
    struct keel_lane_line to = b.lines[l];
    b.lines[l] = a.lines[l];
    b.lines[l].holding_after = to.holding_after;
  }
  bare.explains = 0;
  double *const outputs[] = {other.cash_after, other.receivable_after, other.value,
                             other.cost,       other.turnover,         other.trades};
  double **places[] = {&bare.cash_after, &bare.receivable_after, &bare.value, &bare.cost, &bare.turnover, &bare.trades};
  for (int k = 0; k < 6; k++) *places[k] = outputs[k];
  bare.hedge = bare.interest_earned = bare.dividends = bare.borrow_paid = bare.spread = bare.fees = bare.taxes = NULL;
  account_both(ROOM, &lane, &a);
  account_both(ROOM, &bare, &b);
  for (int k = 0; k < OUTPUTS; k++)
    for (size_t i = 0; i < ROOM; i++)
      if (k < 3 || k > 9) assert_same_bits(a.out[k][i], b.out[k][i]);
}

/* Whether it is written where an account is plain: all but dividends, borrowing, fees and taxes. */
static int is_of_plain(int output) { return output != 5 && output != 6 && output != 8 && output != 9; }

/* Spot alone, with nothing beside trades at a spread and interest: what would say more is not looked at. */
static void plain_accounts_are_the_same(void **state) {
  static struct accounting a, before, whole;
  (void)state, draw_state = 9;
  for (int round = 0; round < 20; round++) {
    draw_account(&a);
    struct keel_lane_account lane = account_of(&a);
    draw_terms(&lane, &a), draw_line(&a.lines[0], 0);
    for (size_t i = 0; i < ROOM; i++) a.in[6][i] = a.in[8][i] = a.in[10][i] = a.in[11][i] = a.in[12][i] = 0;
    lane.borrow = lane.dividend = lane.yield = 0, lane.explains = round % 2, lane.line = a.lines[0];
    lane.line.fee_per_share = lane.line.fee_per_order = lane.line.buy_tax = lane.line.sell_tax = 0;
    before = a;
    keel_kernel_now->lanes.account(ROOM, &lane);
    whole = a, a = before;
    lane.is_plain = 1, lane.line.fills = 1;
    lane.book_cash = lane.paid = lane.receivable_before = lane.line.tier_fees = lane.line.fill_qty[1] = NULL;
    keel_kernel_now->lanes.account(ROOM, &lane);
    for (int k = 0; k < OUTPUTS; k++)
      for (size_t i = 0; i < ROOM; i++)
        assert_same_bits(a.out[k][i], is_of_plain(k) ? whole.out[k][i] : before.out[k][i]);
  }
}

/* ---- levels ---- */

struct decisions {
  double inner, fraction;
  double fired[ROOM], follows[ROOM], from[ROOM], change[ROOM], singular[ROOM];
  double holding[ROOM], target[ROOM], band[ROOM], notional[ROOM], trade[ROOM + 1], reason[ROOM + 1];
  double sized[ROOM], sized_reason[ROOM];
};

static void decide_all(size_t count, const struct rule *rule, struct decisions *d) {
  struct keel_lane_decide lane = lane_of(rule, d->fired);
  for (size_t i = 0; i <= ROOM; i++) d->trade[i] = d->reason[i] = -77;
  lane.inner = d->inner;
  lane.fraction = d->fraction;
  lane.follows = d->follows;
  lane.holding = d->holding;
  lane.from = d->from;
  lane.target = d->target;
  lane.band = d->band;
  lane.limits.notional_qty_max = d->notional;
  lane.trade = d->trade;
  lane.reason = d->reason;
  keel_kernel_now->lanes.decide(count, &lane);
  struct keel_lane_size size = {.limits = lane.limits,
                                .acted = d->fired,
                                .change = d->change,
                                .singular = d->singular,
                                .holding = d->holding,
                                .trade = d->sized,
                                .reason = d->sized_reason};
  keel_kernel_now->lanes.size(count, &size);
}

static void draw_decisions(struct decisions *d, double lot) {
  d->inner = draw_below(2) ? draw(0, 1) : 0;
  d->fraction = draw_below(2) ? draw(0, 1) : 1;
  for (size_t i = 0; i < ROOM; i++) {
    d->fired[i] = draw_below(2) ? 1 + KEEL_REASON_EVERY : 0;
    d->follows[i] = 1 + KEEL_REASON_BAND;
    d->change[i] = draw(-300, 300);
    d->singular[i] = draw_below(9) ? 0 : 1;
    d->holding[i] = lot > 0 ? lot * (draw_below(9) - 4) : draw(-300, 300);
    d->from[i] = draw_below(2) ? d->holding[i] : d->holding[i] + draw(-50, 50);
    d->target[i] = draw_below(20) ? draw(-300, 300) : NAN;
    d->band[i] = draw(0, 150);
    d->notional[i] = draw_below(2) ? INFINITY : draw(0, 200);
  }
}

static const size_t counts[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ROOM};
enum { COUNTS = sizeof counts / sizeof *counts };

/* What one level makes of the same draws; what lies beyond the count is in it too, and stays as it was. */
struct outcome {
  struct decisions decisions[COUNTS];
  struct accounting accounts[COUNTS];
};

static void run_level(struct outcome *to) {
  draw_state = 99;
  for (int c = 0; c < COUNTS; c++) {
    struct rule rule = draw_rule();
    draw_decisions(&to->decisions[c], rule.lot);
    decide_all(counts[c], &rule, &to->decisions[c]);
    draw_account(&to->accounts[c]);
    struct keel_lane_account account = account_of(&to->accounts[c]);
    draw_terms(&account, &to->accounts[c]);
    account_both(counts[c], &account, &to->accounts[c]);
    memset(to->accounts[c].lines, 0, sizeof to->accounts[c].lines); /* places, which differ from level to level */
  }
}

static void all_levels_give_the_same_bits(void **state) {
  (void)state;
  static struct outcome base, other;
  const char *levels[] = {"v3", "v4"};
  assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
  run_level(&base);
  for (int l = 0; l < 2; l++) {
    if (keel_cpu_force(levels[l], NULL) != KEEL_STATUS_OK) continue;
    run_level(&other);
    assert_memory_equal(&other, &base, sizeof base);
  }
  keel_cpu_force("auto", NULL);
  for (int c = 0; c < COUNTS; c++) {
    assert_true(base.decisions[c].trade[counts[c]] == -77 && base.decisions[c].reason[counts[c]] == -77);
    for (int k = 0; k < OUTPUTS; k++) assert_true(base.accounts[c].out[k][counts[c]] == 1000 + (double)counts[c]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(triggers_and_moves),
      cmocka_unit_test(lots_and_minimum),
      cmocka_unit_test(limits_clip_and_say_so),
      cmocka_unit_test(further_moves),
      cmocka_unit_test(changes_are_sized),
      cmocka_unit_test(bad_numbers_do_not_trade),
      cmocka_unit_test(whatever_is_drawn_holds),
      cmocka_unit_test(paths_decide_by_themselves),
      cmocka_unit_test(accounts_add_up),
      cmocka_unit_test(money_is_the_same_without_an_explanation),
      cmocka_unit_test(plain_accounts_are_the_same),
      cmocka_unit_test(all_levels_give_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
