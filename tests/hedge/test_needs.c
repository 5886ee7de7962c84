/* Only what is read is computed, and it has the same bits. */
#include "hedge/needs.h"

#include "hedge/bench_market.h"

static struct keel_needs needs_of(const struct keel_policy *policy, int explains) {
  return keel_needs_of(&policy, 1, &(struct keel_needs_input){.explains = explains});
}

static void a_policy_says_what_it_reads(void **state) {
  (void)state;
  struct keel_policy plain = {.target = {.exposure_count = 1}}, policy = plain;
  struct keel_needs needs = needs_of(&plain, 0);
  assert_true(needs.marking == KEEL_GREEK_SET_DELTA && needs.hedging == KEEL_GREEK_SET_DELTA);
  assert_true(needs.exposure[KEEL_EXPOSURE_DELTA] && !needs.exposure[KEEL_EXPOSURE_GAMMA] && !needs.explains);
  assert_int_equal(needs_of(&plain, 1).marking, KEEL_GREEK_SET_EXPLAIN);
  assert_int_equal(needs_of(&plain, 1).hedging, KEEL_GREEK_SET_DELTA);
  const struct keel_policy *only = &plain;
  struct keel_needs steady = keel_needs_of(&only, 1, &(struct keel_needs_input){.explains = 1, .is_steady = 1});
  assert_true(!steady.moves && steady.marking == KEEL_GREEK_SET_FIRST && needs_of(&plain, 1).moves);
  steady = keel_needs_of(&only, 1, &(struct keel_needs_input){.explains = 1, .steps = 1, .is_steady = 1});
  assert_true(steady.moves && steady.marking == KEEL_GREEK_SET_EXPLAIN); /* a ledger has all columns */
  policy.target.exposure_count = 2;
  policy.target.exposures[1] = KEEL_EXPOSURE_VEGA;
  needs = needs_of(&policy, 0);
  assert_true(needs.marking == KEEL_GREEK_SET_GAMMA && needs.hedging == KEEL_GREEK_SET_GAMMA);
  assert_true(needs.exposure[KEEL_EXPOSURE_VEGA] && !needs.exposure[KEEL_EXPOSURE_GAMMA]);
  policy = plain;
  policy.triggers[KEEL_EXPOSURE_DELTA].band = KEEL_BAND_WHALLEY_WILMOTT;
  needs = needs_of(&policy, 0);
  assert_true(needs.book_gamma && !needs.mean_vol && needs.marking == KEEL_GREEK_SET_GAMMA);
  policy.triggers[KEEL_EXPOSURE_DELTA].band = KEEL_BAND_ZAKAMOULINE;
  assert_true(needs_of(&policy, 0).mean_vol);
  policy = plain;
  policy.triggers[KEEL_EXPOSURE_GAMMA].band = KEEL_BAND_FRACTION;
  needs = needs_of(&policy, 0);
  assert_true(needs.gross[KEEL_EXPOSURE_GAMMA] && needs.exposure[KEEL_EXPOSURE_GAMMA]);
  policy = plain;
  policy.target.delta.kind = KEEL_DELTA_STICKY_DELTA;
  assert_true(needs_of(&policy, 0).smile && needs_of(&policy, 0).hedging == KEEL_GREEK_SET_GAMMA);
  policy = plain;
  policy.target.delta.kind = KEEL_DELTA_LELAND;
  assert_true(needs_of(&policy, 0).book_gamma);
  policy = plain;
  policy.target.kind = KEEL_TARGET_SHARE_BALANCE;
  assert_false(needs_of(&policy, 0).explains);
  policy.target.order = KEEL_BALANCE_GAMMA;
  assert_true(needs_of(&policy, 0).explains);
}

enum { PATHS = 5, DAYS = 31 };
struct outcome {
  double holding[BENCH_VARIANTS][DAYS][PATHS], equity[BENCH_VARIANTS][DAYS][PATHS];
};

static void run(int explains, struct outcome *out) {
  struct bench b;
  bench_start(&b);
  b.explains = explains;
  b.underlyings[0].yield = 0.01;
  bench_variant(&b)->triggers[0] =
      (struct keel_trigger){.band = KEEL_BAND_ZAKAMOULINE, .cost = 0.01, .risk_aversion = 1e-4, .vol_move = 0.02};
  bench_variant(&b)->target.delta =
      (struct keel_delta_rule){.kind = KEEL_DELTA_LELAND, .vol = NAN, .cost = 0.001, .step_years = 1.0 / 365};
  bench_variant(&b)->target.delta =
      (struct keel_delta_rule){.kind = KEEL_DELTA_MINIMUM_VARIANCE, .vol = NAN, .slope = -0.2};
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -10);
  bench_hold(&b, bench_option(KEEL_KIND_PUT, 95, 20), 4);
  bench_hold(&b, bench_future(25, 10), 1);
  bench_build(&b, PATHS, 1);
  struct keel_market *market = &b.block->market;
  uint64_t seed = 3;
  double spot[PATHS] = {100, 100, 100, 100, 100};
  for (int day = 0; day < DAYS; day++) {
    for (size_t i = 0; i < PATHS; i++) {
      spot[i] *= exp(0.02 * bench_normal(&seed));
      for (size_t r = 0; r < b.wiring.row_count; r++) {
        market->bid[r * PATHS + i] = market->ask[r * PATHS + i] = spot[i];
        market->vol[r * PATHS + i] = 0.2 + 0.001 * day;
      }
    }
    bench_step(&b, bench_day(day), 1);
    for (size_t v = 0; v < BENCH_VARIANTS; v++)
      for (size_t i = 0; i < PATHS; i++) {
        const struct keel_accounts *account = keel_account_after(b.block, 0);
        out->holding[v][day][i] = account->holding[v * PATHS + i];
        out->equity[v][day][i] = account->equity[v * PATHS + i];
      }
  }
  bench_end(&b);
}

static void decisions_and_equity_do_not_depend_on_the_explanation(void **state) {
  (void)state;
  static struct outcome with, without;
  run(1, &with);
  run(0, &without);
  for (size_t v = 0; v < BENCH_VARIANTS; v++)
    for (size_t day = 0; day < DAYS; day++)
      for (size_t i = 0; i < PATHS; i++) {
        assert_same_bits(without.holding[v][day][i], with.holding[v][day][i]);
        assert_same_bits(without.equity[v][day][i], with.equity[v][day][i]);
      }
  assert_true(with.holding[1][3][0] != with.holding[0][3][0] && with.holding[2][3][0] != with.holding[0][3][0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_policy_says_what_it_reads),
      cmocka_unit_test(decisions_and_equity_do_not_depend_on_the_explanation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
