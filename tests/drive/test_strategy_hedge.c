#include <math.h>

#include "drive/strategy_support.h"

static const struct keel_policy *policy_of(const struct keel_strategy *strategy) {
  return &strategy->variants[0].policy;
}

static void a_variant_replaces_whole_parts(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      strategy_accepted(EXTRA,
                        "variants: [{name: band, hedge: {trigger: {band: {shares: 50}}, move: {to: edge}}}, "
                        "{name: same, hedge: {}}, {name: own vol, hedge: {target: {vol: 0.3}}}]");
  assert_int_equal(strategy->variant_count, 4);
  const struct keel_policy *band = &strategy->variants[1].policy, *same = &strategy->variants[2].policy;
  assert_string_equal(strategy->variants[1].name, "band");
  assert_int_equal(band->triggers[KEEL_EXPOSURE_DELTA].every,
                   KEEL_EVERY_NONE); /* not added to the strategy's `every` */
  assert_int_equal(band->triggers[KEEL_EXPOSURE_DELTA].band, KEEL_BAND_SHARES);
  assert_int_equal(band->move.to, KEEL_MOVE_EDGE);
  assert_int_equal(band->with_count, 1);
  assert_int_equal(same->triggers[KEEL_EXPOSURE_DELTA].every, KEEL_EVERY_DAYS);
  assert_int_equal(same->move.to, KEEL_MOVE_CENTRE);
  assert_same_bits(strategy->variants[3].policy.target.delta.vol, 0.3);
  assert_int_equal(strategy->variants[3].policy.triggers[KEEL_EXPOSURE_DELTA].every, KEEL_EVERY_DAYS);
  keel_strategy_free(strategy);
}

#define HEDGE_OF(parts) "hedge: {" parts "}"
#define TRIGGER(trigger) HEDGE_OF("trigger: " trigger ", with: [{instrument: spot}]")
#define MOVE(move) TRIGGER("{band: {shares: 50}}, move: " move)

static void moves_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    struct keel_move want;
  } cases[] = {{MOVE("{}"), {KEEL_MOVE_CENTRE, NAN, NAN}},
               {MOVE("{to: edge}"), {KEEL_MOVE_EDGE, NAN, NAN}},
               {MOVE("{to: inner, inner: 0.5}"), {KEEL_MOVE_INNER, 0.5, NAN}},
               {MOVE("{to: fraction, fraction: 1}"), {KEEL_MOVE_FRACTION, NAN, 1}}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct keel_strategy *strategy = strategy_accepted(HEDGE, cases[i].text);
    const struct keel_move *got = &policy_of(strategy)->move, *want = &cases[i].want;
    assert_int_equal(got->to, want->to);
    assert_true(isnan(want->inner) ? isnan(got->inner) : got->inner == want->inner);
    assert_true(isnan(want->fraction) ? isnan(got->fraction) : got->fraction == want->fraction);
    keel_strategy_free(strategy);
  }
}

static void wrong_moves_and_executions_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {HEDGE, MOVE("{to: inner}"), "s.yaml:3: hedge.move.inner", "is missing: required for `to: inner`"},
      {HEDGE, MOVE("{to: fraction}"), "s.yaml:3: hedge.move.fraction", "is missing: required for `to: fraction`"},
      {HEDGE, MOVE("{to: inner, inner: 1}"), "s.yaml:3: hedge.move.inner", "is 1, the edge itself"},
      {HEDGE, MOVE("{to: inner, inner: 0}"), "s.yaml:3: hedge.move.inner", "is 0; allowed: above 0, at most 1"},
      {HEDGE, MOVE("{to: fraction, fraction: 1.5}"), "s.yaml:3: hedge.move.fraction", "is 1.5; allowed: above 0"},
      {HEDGE, MOVE("{to: edge, inner: 0.5}"), "s.yaml:3: hedge.move.inner", "belongs to `to: inner`"},
      {HEDGE, MOVE("{fraction: 0.5}"), "s.yaml:3: hedge.move.fraction", "belongs to `to: fraction`"},
      {HEDGE, MOVE("{to: middle}"), "s.yaml:3: hedge.move.to", "is `middle`; allowed: centre, edge, inner, fraction"},
      {HEDGE, TRIGGER("{every: 1d}, execution: {style: twap}"), "s.yaml:3: hedge.execution.style",
       "`twap` is not available yet; allowed: immediate"},
      {HEDGE, TRIGGER("{every: 1d}, execution: {fill: now}"), "s.yaml:3: hedge.execution.fill",
       "is `now`; allowed: decision, next"},
  };
  assert_refused(cases, COUNT(cases));
}

static void wrong_variants_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {EXTRA, "variants: {name: a}", "s.yaml:5: variants", "has to be a list"},
      {EXTRA, "variants: [{hedge: {}}]", "s.yaml:5: variants.0.name", "is missing"},
      {EXTRA, "variants: [{name: '', hedge: {}}]", "s.yaml:5: variants.0.name", "is empty"},
      {EXTRA, "variants: [{name: a}]", "s.yaml:5: variants.0.hedge", "is missing"},
      {EXTRA, "variants: [{name: a, hedge: {}}, {name: a, hedge: {}}]", "s.yaml:5: variants.1.name",
       "`a` is there already"},
      {EXTRA, "variants: [{name: base, hedge: {}}]", "s.yaml:5: variants.0.name", "`base` is the strategy's own hedge"},
      {EXTRA, "variants: [{name: a, hedge: {triger: {}}}]", "s.yaml:5: variants.0.hedge.triger",
       "is no field that is known here; did you mean `trigger`?"},
      {EXTRA, "variants: [{name: a, hedge: {trigger: {every: 0}}}]", "s.yaml:5: variants.0.hedge.trigger.every",
       "is `0`"},
      {EXTRA, "variants: [{name: a, hedge: {move: {to: edge}}}]", "s.yaml:5: variants.0.hedge.move.to",
       "is edge, and there is no band to stop at"},
      {EXTRA, "variants: [{name: a, hedge: {trigger: {band: {shares: 0.4}}}}]",
       "s.yaml:5: variants.0.hedge.trigger.band.shares", "is 0.4, below half a lot"},
      {HEDGE, "hedge: spot", "s.yaml:3: hedge", "has to be a map of: target, trigger, move, execution, with"},
  };
  assert_refused(cases, COUNT(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_variant_replaces_whole_parts),
      cmocka_unit_test(moves_are_read),
      cmocka_unit_test(wrong_moves_and_executions_are_refused),
      cmocka_unit_test(wrong_variants_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
