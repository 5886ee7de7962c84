/* What is laid over the hedge by hand: an offset, shifts and pauses move the hedge as said, and neither marks nor the
 * book. */
#include <math.h>
#include <string.h>

#include "drive/generated_market.h"
#include "keel/black_scholes.h"
#include "support/support.h"

static keel_replay *run(const char *overrides, struct keel_strategy **strategy) {
  const char *sets[] = {"hedge.with=[{instrument: spot, lot: 0}]", "variants=[]", overrides};
  return replay_of(generated_market(), sets, overrides ? 3 : 2, 1, strategy);
}

struct pair {
  struct keel_strategy *strategies[2];
  keel_replay *plain, *laid;
};

static void start(struct pair *p, const char *overrides) {
  p->plain = run(NULL, &p->strategies[0]);
  p->laid = run(overrides, &p->strategies[1]);
}

static void end(struct pair *p) {
  keel_replay_free(p->plain);
  keel_replay_free(p->laid);
  for (int k = 0; k < 2; k++) keel_strategy_free(p->strategies[k]);
}

static int decides(const struct keel_ledger_row *row) { return row->reason != KEEL_REASON_LIQUIDATE; }

static void an_offset_is_the_net_delta_that_stays(void **state) {
  (void)state;
  struct pair p;
  start(&p, "market.overrides={delta_offset: 25}");
  assert_int_equal(p.plain->row_count, p.laid->row_count);
  for (size_t i = 0; i < p.plain->row_count; i++) {
    const struct keel_ledger_row *a = &p.plain->rows[i], *b = &p.laid->rows[i];
    assert_same_bits(a->book_value, b->book_value);
    assert_same_bits(a->delta, b->delta);
    if (decides(a)) assert_close(b->holding, a->holding + 25, 1e-9);
  }
  end(&p);
}

/* The deltas of both positions again, by the textbook's formula at the shifted vol and yield. */
static void shifts_move_the_deltas_of_decisions(void **state) {
  (void)state;
  struct pair p;
  start(&p, "market.underlyings={GEN: {overrides: {vol_shift: 0.05, yield_shift: 0.02}}}");
  double moved = 0;
  for (size_t i = 0; i < p.plain->row_count; i++) {
    const struct keel_ledger_row *a = &p.plain->rows[i], *b = &p.laid->rows[i];
    assert_same_bits(a->book_value, b->book_value);
    assert_same_bits(a->delta, b->delta);
    assert_same_bits(a->vega, b->vega);
    if (decides(b)) assert_close(b->holding, -b->hedge_delta, 1e-9);
    moved = fmax(moved, fabs(b->hedge_delta - a->hedge_delta));
  }
  assert_true(moved > 1);
  end(&p);
  /* By a rule at a fixed vol the formula is known: only the yield moves it. */
  const char *sets[] = {"hedge.with=[{instrument: spot, lot: 0}]", "variants=[]", "hedge.target={vol: 0.3}",
                        "market.overrides={vol_shift: 0.05, yield_shift: 0.02}"};
  p.laid = replay_of(generated_market(), sets, 4, 1, &p.strategies[1]);
  const struct keel_ledger_row *row = &p.laid->rows[3];
  double phi[] = {1, -1}, strike[] = {100, 95}, qty[] = {-700, 300}, sum = 0;
  for (int k = 0; k < 2; k++) {
    double rate = 0.03, yield = 0.03, vol = 0.3, delta, price;
    double years = (double)(p.strategies[1]->book.positions[k].contract.expiry_ns - row->time_ns) / 365 / 86400e9;
    keel_options option = {&phi[k], &row->spot, &strike[k], &rate, &yield, &years, &vol};
    keel_black_scholes_price(1, &option, KEEL_GREEK_SET_DELTA, &(keel_greeks){.price = &price, .delta = &delta});
    sum += qty[k] * delta;
  }
  assert_close(row->hedge_delta, sum, 1e-9);
  keel_replay_free(p.laid);
  keel_strategy_free(p.strategies[1]);
}

static void nothing_is_decided_in_a_pause(void **state) {
  (void)state;
  struct pair p;
  start(&p, "market.overrides={pause: [{until: 2024-01-05}, {from: 2024-01-20, until: 2024-01-25}]}");
  const int64_t day = KEEL_NS_PER_DAY, pauses[][2] = {{0, keel_days_from_civil(2024, 1, 5) * day},
                                                      {keel_days_from_civil(2024, 1, 20) * day + day / 4,
                                                       keel_days_from_civil(2024, 1, 25) * day + day / 24 * 5}};
  size_t seen = 0, paused = 0;
  for (size_t i = 0; i < p.laid->row_count; i++) {
    const struct keel_ledger_row *row = &p.laid->rows[i];
    for (int k = 0; k < 2; k++)
      if (row->time_ns >= pauses[k][0] && row->time_ns < pauses[k][1]) {
        assert_true(row->trade == 0 && row->reason == KEEL_REASON_PAUSED);
        paused++;
      }
    seen += row->reason != KEEL_REASON_PAUSED;
  }
  assert_int_equal(paused, 1); /* where the book enters */
  assert_int_equal(seen, p.plain->row_count - 4 - 5);
  keel_replay_totals a, b;
  keel_replay_total(p.plain, 0, &a);
  keel_replay_total(p.laid, 0, &b);
  assert_int_equal(a.decisions - b.decisions, 9);
  end(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(an_offset_is_the_net_delta_that_stays),
                                     cmocka_unit_test(shifts_move_the_deltas_of_decisions),
                                     cmocka_unit_test(nothing_is_decided_in_a_pause)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
