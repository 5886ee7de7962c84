/* What the rules of a hedge take from elsewhere where they do not say it: see strategy_check.h. */
#include <math.h>

#include "drive/strategy_check.h"
#include "drive/strategy_fields.h"

/* The half spread of what trades delta, as a fraction: of spot and futures, which have to agree. */
static keel_status settle_cost(struct keel_strategy_check *check, const struct keel_variant *variant, const char *field,
                               double *cost) {
  const struct keel_policy *policy = &variant->policy;
  double found = NAN;
  if (!isnan(*cost)) return KEEL_STATUS_OK;
  for (size_t i = 0; i < policy->with_count; i++) {
    const struct keel_hedge_instrument *with = &policy->with[i];
    if (keel_kind_is_option(with->contract.kind)) continue;
    double bps = isnan(with->half_spread_bps) ? keel_strategy_costs(check)->half_spread_bps : with->half_spread_bps;
    if (isnan(bps))
      return keel_config_fail(check->reader->error, variant->hedge, field,
                              "is missing: a quoted spread is not known beforehand; give it, or costs.half_spread_bps");
    if (!isnan(found) && bps != found)
      return keel_config_fail(check->reader->error, variant->hedge, field,
                              "is missing: the instruments have half spreads of %g and %g basis points; give one",
                              found, bps);
    found = bps;
  }
  if (isnan(found))
    return keel_config_fail(check->reader->error, variant->hedge, field,
                            "is missing: no instrument says what a trade of delta costs");
  *cost = found / 1e4;
  return KEEL_STATUS_OK;
}

static keel_status settle_aversion(struct keel_strategy_check *check, const struct keel_variant *variant,
                                   const struct keel_trigger *trigger, double *risk_aversion) {
  if (isnan(*risk_aversion)) *risk_aversion = trigger->risk_aversion;
  if (!isnan(*risk_aversion)) return KEEL_STATUS_OK;
  return keel_config_fail(check->reader->error, variant->hedge, "target.risk_aversion",
                          "is missing: per unit of money, here or in trigger.optimal_band");
}

/* Years that a simulation takes; NaN where the strategy alone does not say it. */
static double simulated_years(const struct keel_strategy *strategy) {
  const struct keel_run_terms *run = &strategy->run;
  double last = NAN;
  if (!isnan(run->years)) return run->years;
  for (size_t i = 0; i < strategy->book.count; i++) {
    const struct keel_position *position = &strategy->book.positions[i];
    double years = position->years;
    if (position->contract.expiry_ns != KEEL_TIME_NONE && run->start_ns != KEEL_TIME_NONE)
      years = (double)(position->contract.expiry_ns - run->start_ns) / (double)KEEL_NS_PER_YEAR;
    if (!(years <= last)) last = isnan(years) ? last : years;
  }
  return last;
}

/* The time between two hedges: that of the timer. */
static keel_status settle_step(struct keel_strategy_check *check, const struct keel_variant *variant,
                               const struct keel_trigger *trigger, double *step_years) {
  const struct keel_strategy *strategy = check->strategy;
  if (!isnan(*step_years)) return KEEL_STATUS_OK;
  if (trigger->every == KEEL_EVERY_DAYS) *step_years = trigger->every_days / 365.0;
  if (trigger->every == KEEL_EVERY_DURATION) *step_years = (double)trigger->every_ns / (double)KEEL_NS_PER_YEAR;
  if (trigger->every == KEEL_EVERY_STEP && strategy->simulated.models && strategy->run.steps)
    *step_years = simulated_years(strategy) / strategy->run.steps;
  if (!isnan(*step_years)) return KEEL_STATUS_OK;
  return keel_config_fail(check->reader->error, variant->hedge, "target.rebalance",
                          trigger->every == KEEL_EVERY_STEP
                              ? "is missing: how long a step is follows from a model, run.steps and run.years; or give "
                                "a duration, as 1d"
                              : "is missing: time between two hedges, as 1d; here or as trigger.every");
}

keel_status keel_strategy_settle(struct keel_strategy_check *check, struct keel_variant *variant) {
  struct keel_delta_rule *rule = &variant->policy.target.delta;
  struct keel_trigger *trigger = &variant->policy.triggers[KEEL_EXPOSURE_DELTA];
  keel_status status = KEEL_STATUS_OK;
  if (trigger->band == KEEL_BAND_WHALLEY_WILMOTT || trigger->band == KEEL_BAND_ZAKAMOULINE)
    status = settle_cost(check, variant, "trigger.optimal_band.cost_bps", &trigger->cost);
  if (!status && (rule->kind == KEEL_DELTA_LELAND || rule->kind == KEEL_DELTA_ZAKAMOULINE))
    status = settle_cost(check, variant, "target.cost_bps", &rule->cost);
  if (!status && rule->kind == KEEL_DELTA_ZAKAMOULINE)
    status = settle_aversion(check, variant, trigger, &rule->risk_aversion);
  if (!status && (rule->kind == KEEL_DELTA_LELAND || rule->kind == KEEL_DELTA_VARIANCE_OPTIMAL))
    status = settle_step(check, variant, trigger, &rule->step_years);
  return status;
}
