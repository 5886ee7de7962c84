/* Theory beside a simulation: the closed forms of hedge/theory.h, where the case is one that they speak of. */
#include <math.h>
#include <string.h>

#include "drive/simulate.h"
#include "hedge/theory.h"
#include "kernel/kernel.h"

/* One European option on one underlying, GBM at the vol that marks. */
struct subject {
  const struct keel_simulation_wiring *wiring;
  double units, spot, vol, years; /* years: of the option */
  double run_years;
  keel_option option;
  double price, delta, gamma, vega; /* per share, at the start */
};

static int is_marked_at_its_vol(const struct keel_model *model) {
  const struct keel_implied_rule *rule = &model->implied;
  if (rule->skew != 0 || rule->kind == KEEL_IMPLIED_REALISED) return 0;
  double vol = rule->kind == KEEL_IMPLIED_CONSTANT ? rule->vol : model->world.gbm.vol;
  return rule->premium * vol == model->world.gbm.vol;
}

static void price_subject(struct subject *subject) {
  keel_greeks out = {.price = &subject->price, .delta = &subject->delta, .gamma = &subject->gamma};
  double theta, rho, psi, vanna, volga, charm, speed;
  out.vega = &subject->vega, out.theta = &theta, out.rho = &rho, out.psi = &psi;
  out.vanna = &vanna, out.volga = &volga, out.charm = &charm, out.speed = &speed;
  keel_kernel_now->black_scholes_paths(1, &subject->option, &subject->spot, &subject->vol, KEEL_GREEK_SET_ALL, &out);
}

/* Whether there is a formula for this book in this market at all. */
static int find_subject(const struct keel_simulation_wiring *wiring, struct subject *subject) {
  const struct keel_strategy *strategy = wiring->strategy;
  const struct keel_model *model = &strategy->simulated.models[0];
  const struct keel_position *position = &wiring->book.positions[0];
  const struct keel_contract *contract = &position->contract;
  if (wiring->book.count != 1 || strategy->market.underlying_count != 1) return 0;
  if (!keel_kind_is_option(contract->kind) || contract->exercise != KEEL_EXERCISE_EUROPEAN) return 0;
  if (model->world.kind != KEEL_WORLD_GBM || !is_marked_at_its_vol(model)) return 0;
  const struct keel_underlying_terms *terms = &strategy->market.underlyings[0];
  int64_t start = wiring->market.start_ns;
  if (terms->dividend_count || contract->expiry_ns < wiring->market.end_ns) return 0;
  *subject = (struct subject){.wiring = wiring,
                              .units = position->qty * contract->multiplier,
                              .spot = model->world.spot,
                              .vol = model->world.gbm.vol,
                              .years = (double)(contract->expiry_ns - start) / (double)KEEL_NS_PER_YEAR,
                              .run_years = (double)(wiring->market.end_ns - start) / (double)KEEL_NS_PER_YEAR};
  subject->option = (keel_option){.phi = contract->kind == KEEL_KIND_PUT ? -1 : 1,
                                  .strike = contract->strike,
                                  .rate = strategy->market.rate,
                                  .yield = terms->yield,
                                  .years = subject->years};
  price_subject(subject);
  return 1;
}

/* Delta-neutral with spot at every step, by the delta of that vol. */
static int is_textbook(const struct keel_policy *policy, double vol) {
  const struct keel_target *target = &policy->target;
  const struct keel_trigger *trigger = &policy->triggers[KEEL_EXPOSURE_DELTA];
  if (target->kind != KEEL_TARGET_NEUTRAL || target->exposure_count > 1 || policy->with_count != 1) return 0;
  if (target->exposures[0] != KEEL_EXPOSURE_DELTA || policy->with[0].contract.kind != KEEL_KIND_SPOT) return 0;
  if (trigger->every != KEEL_EVERY_STEP || policy->execution.fill != KEEL_FILL_DECISION) return 0;
  if (policy->move.to != KEEL_MOVE_CENTRE) return 0;
  if (target->delta.kind == KEEL_DELTA_LELAND) return 1;
  return target->delta.kind == KEEL_DELTA_BLACK_SCHOLES && (isnan(target->delta.vol) || target->delta.vol == vol);
}

/* ---- the formulas ---- */

struct list {
  struct keel_theory *at;
  size_t count;
};

static void add(struct list *list, struct keel_theory theory) {
  if (list->count < KEEL_THEORIES_MAX && isfinite(theory.value)) list->at[list->count++] = theory;
}

static void add_derman_kamal(const struct subject *subject, struct list *list) {
  double steps = (double)subject->wiring->market.steps;
  double std = fabs(subject->units) * keel_derman_kamal_std(steps, subject->vol, subject->vega);
  if (subject->run_years == subject->years)
    add(list, (struct keel_theory){"derman_kamal.std",
                                   "at the money, hedged to expiry without costs and in any fraction; leading order "
                                   "in 1 / steps",
                                   std});
}

static void add_boyle_emanuel(const struct subject *subject, struct list *list) {
  static const char assumes[] = "one step, short against the option's life, without costs; leading order in its length";
  if (subject->wiring->market.steps != 1 || subject->run_years == subject->years) return;
  double gamma = subject->units * subject->gamma;
  struct keel_one_step step = keel_boyle_emanuel(gamma, subject->spot, subject->vol, subject->run_years);
  add(list, (struct keel_theory){"boyle_emanuel.mean", assumes, step.mean});
  add(list, (struct keel_theory){"boyle_emanuel.std", assumes, step.std});
  add(list, (struct keel_theory){"boyle_emanuel.skew", assumes, step.skew});
  add(list, (struct keel_theory){"boyle_emanuel.kurtosis", assumes, step.kurtosis});
}

/* What one trade of spot costs, as a part of its value; 0: nothing, or not in proportion. */
static double proportional_cost(const struct subject *subject, const struct keel_policy *policy) {
  const struct keel_costs *costs = keel_costs_of(&subject->wiring->rows, 0);
  double bps = isnan(policy->with[0].half_spread_bps) ? costs->half_spread_bps : policy->with[0].half_spread_bps;
  return isnan(bps) ? 0 : bps / 1e4;
}

static void add_leland(const struct subject *subject, const struct keel_policy *policy, struct list *list) {
  static const char assumes[] =
      "costs in proportion to the value traded, without that of the opening trade; leading order in the step";
  double cost = proportional_cost(subject, policy), years = subject->run_years / (double)subject->wiring->market.steps;
  double size = fabs(subject->units), vol = subject->vol;
  if (!(cost > 0)) return;
  add(list, (struct keel_theory){"leland.number", assumes, keel_leland_number(cost, vol, years)});
  if (subject->units < 0) {
    double ask = size * keel_leland_ask(&subject->option, subject->spot, vol, cost, years);
    add(list, (struct keel_theory){"leland.vol", assumes, keel_leland_vol_short(cost, vol, years)});
    add(list, (struct keel_theory){"leland.ask", assumes, ask});
  } else {
    double bid = size * keel_leland_bid(&subject->option, subject->spot, vol, cost, years);
    add(list, (struct keel_theory){"leland.vol", assumes, keel_leland_vol_long(cost, vol, years)});
    add(list, (struct keel_theory){"leland.bid", assumes, bid});
  }
}

void keel_simulation_list_theories(struct keel_simulation *simulation) {
  const struct keel_simulation_wiring *wiring = &simulation->wiring;
  struct subject subject;
  simulation->theories = keel_arena_alloc(&simulation->arena, wiring->variant_count, sizeof *simulation->theories);
  simulation->theory_counts = KEEL_ARENA_NEW(&simulation->arena, size_t, wiring->variant_count);
  if (!find_subject(wiring, &subject)) return;
  for (size_t v = 0; v < wiring->variant_count; v++) {
    struct list list = {.at = simulation->theories[v]};
    if (!is_textbook(keel_policy_of(&wiring->rows, 0, v), subject.vol)) continue;
    add_derman_kamal(&subject, &list);
    add_boyle_emanuel(&subject, &list);
    add_leland(&subject, keel_policy_of(&wiring->rows, 0, v), &list);
    simulation->theory_counts[v] = list.count;
  }
}

/* ---- for callers ---- */

size_t keel_simulation_theories(const keel_simulation *simulation, size_t variant) {
  return simulation->theory_counts[variant];
}

const char *keel_simulation_theory(const keel_simulation *simulation, size_t variant, size_t index, double *value,
                                   const char **assumes) {
  const struct keel_theory *theory = &simulation->theories[variant][index];
  if (value) *value = theory->value;
  if (assumes) *assumes = theory->assumes;
  return theory->name;
}
