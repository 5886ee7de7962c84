#include "drive/frontier_family.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "drive/frontier_words.h"

enum { RULES_MAX = 96, INSTRUMENTS_MAX = 3 };

struct builder {
  struct keel_arena *arena;
  const struct keel_frontier_case *of;
  struct keel_frontier_family *family;
  struct keel_policy delta; /* neutral in delta, and never acts but at the start */
  double step_ns;
  double cost; /* of trading, one way, as a fraction of the value */
};

/* ---- adding rules ---- */

static void add(struct builder *builder, const struct keel_policy *policy, struct keel_text *name) {
  struct keel_frontier_family *family = builder->family;
  keel_assert(family->count < RULES_MAX + family->own_count && !name->failed);
  struct keel_variant *rule = &family->rules[family->count++];
  *rule = builder->of->strategy->variants[0];
  rule->name = keel_arena_text(builder->arena, name->data, name->length);
  rule->policy = *policy;
  keel_text_clear(name);
}

static void add_percent(struct keel_text *text, double fraction) {
  keel_words_ratio(text, 100 * fraction);
  keel_text_add(text, " %");
}

/* The nearest below of 1, 2, 5 times a power of ten, so that sizes read well; of a size in 1e-20 .. 1e20. */
static double round_size(double size) {
  double up = 1, down = 1;
  while (up * 10 <= size) up *= 10;
  while (up / down > size) down *= 10;
  return size >= 5 * up / down ? 5 * up / down : size >= 2 * up / down ? 2 * up / down : up / down;
}

/* ---- when to act ---- */

/* The instants of a run are rounded to ns, so the timer is just short of its steps. */
static struct keel_trigger every(const struct builder *builder, long steps) {
  struct keel_trigger trigger = {.every = KEEL_EVERY_STEP, .every_ns = KEEL_TIME_NONE, .band_size = NAN};
  if (steps == 1) return trigger;
  trigger.every = KEEL_EVERY_DURATION;
  trigger.every_ns = (int64_t)floor((double)steps * builder->step_ns) - 1;
  return trigger;
}

static struct keel_trigger never(void) {
  return (struct keel_trigger){.every = KEEL_EVERY_NONE, .every_ns = KEEL_TIME_NONE, .band_size = NAN};
}

static struct keel_trigger band(enum keel_band_kind kind, double size) {
  struct keel_trigger trigger = never();
  trigger.band = kind;
  trigger.band_size = size;
  return trigger;
}

static void add_none(struct builder *builder, struct keel_text *name) {
  struct keel_policy policy = builder->delta;
  policy.target.kind = KEEL_TARGET_NONE;
  keel_text_add(name, "no hedge");
  add(builder, &policy, name);
  keel_text_add(name, "once, at the start");
  add(builder, &builder->delta, name);
}

/* The n-th of 1, 2, 3, 5, 10, 20, 30, 50 ... */
static long grid(size_t n) {
  static const long sizes[] = {1, 2, 3, 5};
  long power = 1;
  for (size_t i = 4; i <= n; i += 4) power *= 10;
  return sizes[n % 4] * power;
}

static int is_in_run(const struct builder *builder, long steps) { return (size_t)steps <= builder->of->steps / 2; }

static void add_timers(struct builder *builder, struct keel_text *name) {
  for (size_t n = 0; n < 16 && (n == 0 || is_in_run(builder, grid(n))); n++) {
    struct keel_policy policy = builder->delta;
    policy.triggers[KEEL_EXPOSURE_DELTA] = every(builder, grid(n));
    keel_words_every(name, (int64_t)builder->step_ns, grid(n));
    add(builder, &policy, name);
  }
}

static void add_bands(struct builder *builder, struct keel_text *name) {
  static const double sizes[] = {0.01, 0.02, 0.05, 0.1, 0.2};
  static const struct {
    struct keel_move move;
    const char *name;
  } moves[] = {{{.to = KEEL_MOVE_CENTRE}, " centre"},
               {{.to = KEEL_MOVE_EDGE}, " edge"},
               {{.to = KEEL_MOVE_INNER, .inner = 0.5}, " inner"}};
  for (size_t m = 0; m < sizeof moves / sizeof *moves; m++)
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      struct keel_policy policy = builder->delta;
      policy.triggers[KEEL_EXPOSURE_DELTA] = band(KEEL_BAND_FRACTION, sizes[s]);
      policy.move = moves[m].move;
      keel_text_add(name, "band ");
      add_percent(name, sizes[s]);
      keel_text_add(name, moves[m].name);
      add(builder, &policy, name);
    }
}

/* ---- the size of the case ---- */

/* What marks the options; where that is the world's own, at the variance that stays as it is. */
static double vol_of(const struct keel_model *model, double years) {
  if (isfinite(model->implied.vol)) return model->implied.vol;
  struct keel_expected_variance variance = keel_world_variance(&model->world, years);
  return sqrt(variance.constant / (1 - variance.slope));
}

/* Money: how far spots move the book over the run, as if all its options were shares; 0 where a vol is not known. */
static double book_size(const struct builder *builder) {
  const struct keel_strategy *strategy = builder->of->strategy;
  double years = (double)builder->of->span_ns / (double)KEEL_NS_PER_YEAR, size = 0;
  for (size_t i = 0; i < strategy->book.count; i++) {
    const struct keel_position *position = &strategy->book.positions[i];
    const struct keel_model *model =
        &strategy->simulated.models[keel_market_underlying(&strategy->market, position->contract.underlying)];
    double units = fabs(position->qty * position->contract.multiplier);
    size += units * model->world.spot * vol_of(model, years) * sqrt(years);
  }
  return isfinite(size) ? size : 0;
}

/* What the first underlying's spot moves in a step, as a fraction. */
static double step_move(const struct builder *builder) {
  double years = builder->step_ns / (double)KEEL_NS_PER_YEAR;
  return vol_of(&builder->of->strategy->simulated.models[0], years) * sqrt(years);
}

static double cost_of(const struct keel_strategy *strategy, const struct keel_hedge_instrument *with) {
  const struct keel_costs *costs = &strategy->costs;
  double bps = isnan(with->half_spread_bps) ? costs->half_spread_bps : with->half_spread_bps;
  double fee = isnan(with->fees.per_share) ? costs->fees.per_share : with->fees.per_share;
  long u = with->underlying ? keel_market_underlying(&strategy->market, with->underlying) : 0;
  double spot = strategy->simulated.models[u < 0 ? 0 : u].world.spot;
  return 1e-4 * ((isnan(bps) ? 0 : bps) + 0.5 * (costs->buy_tax_bps + costs->sell_tax_bps)) + fee / spot;
}

/* Of the dearest instrument that delta is hedged with: a law has one cost for all. */
static double trading_cost(const struct builder *builder) {
  double cost = 0;
  for (size_t i = 0; i < builder->delta.with_count; i++)
    cost = fmax(cost, cost_of(builder->of->strategy, &builder->delta.with[i]));
  return cost;
}

static void add_price_moves(struct builder *builder, struct keel_text *name) {
  static const double times[] = {0.5, 1, 2, 4};
  double move = step_move(builder);
  if (!(move > 1e-9) || !(move < 1)) return;
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    struct keel_policy policy = builder->delta;
    policy.triggers[KEEL_EXPOSURE_DELTA].price_move = times[i] * round_size(move);
    keel_text_add(name, "price moved ");
    add_percent(name, times[i] * round_size(move));
    add(builder, &policy, name);
  }
}

/* ---- laws: bands that are best for a cost and a risk aversion ---- */

static void add_law(struct builder *builder, enum keel_band_kind kind, double risk_aversion, struct keel_text *name) {
  struct keel_policy policy = builder->delta;
  struct keel_trigger *trigger = &policy.triggers[KEEL_EXPOSURE_DELTA];
  *trigger = band(kind, NAN);
  trigger->risk_aversion = risk_aversion;
  trigger->cost = builder->cost;
  policy.move.to = KEEL_MOVE_EDGE;
  if (kind == KEEL_BAND_ZAKAMOULINE) {
    policy.target.delta.kind = KEEL_DELTA_ZAKAMOULINE;
    policy.target.delta.cost = builder->cost;
    policy.target.delta.risk_aversion = risk_aversion;
  }
  keel_text_add(name, kind == KEEL_BAND_ZAKAMOULINE ? "zakamouline " : "whalley_wilmott ");
  keel_words_ratio(name, risk_aversion);
  add(builder, &policy, name);
}

/* Zakamouline's needs a vol and so a delta of its own for each option, which takes time: fewer of them. */
static void add_laws(struct builder *builder, struct keel_text *name) {
  static const struct {
    enum keel_band_kind kind;
    size_t count;
    double around[5], apart[5]; /* the given risk aversion; 1 / the size of the book */
  } laws[] = {{KEEL_BAND_WHALLEY_WILMOTT, 5, {0.1, 0.5, 1, 2, 10}, {0.1, 1, 10, 100, 1000}},
              {KEEL_BAND_ZAKAMOULINE, 3, {0.5, 1, 2}, {1, 10, 100}}};
  double given = builder->of->risk_aversion, size = book_size(builder);
  if (!(given > 0) && !(size > 1e-12 && size < 1e12)) return;
  for (size_t law = 0; law < sizeof laws / sizeof *laws; law++)
    for (size_t i = 0; i < laws[law].count; i++) {
      double risk_aversion = given > 0 ? laws[law].around[i] * given : round_size(laws[law].apart[i] / size);
      add_law(builder, laws[law].kind, risk_aversion, name);
    }
}

/* ---- options ---- */

static int is_option(const struct keel_hedge_instrument *with) { return keel_kind_is_option(with->contract.kind); }

static int is_same_place(const struct keel_hedge_instrument *a, const struct keel_hedge_instrument *b) {
  return a->underlying && b->underlying ? strcmp(a->underlying, b->underlying) == 0 : a->underlying == b->underlying;
}

/* How many options stand before with[at] for the same underlying. */
static size_t options_before(const struct keel_policy *policy, size_t at) {
  size_t count = 0;
  for (size_t i = 0; i < at; i++)
    count += is_option(&policy->with[i]) && is_same_place(&policy->with[i], &policy->with[at]);
  return count;
}

/* The least number of options that an underlying is hedged with. */
static size_t option_count(const struct keel_policy *policy) {
  size_t least = INSTRUMENTS_MAX;
  for (size_t i = 0; i < policy->with_count; i++) {
    size_t count = 0;
    for (size_t j = 0; j < policy->with_count; j++)
      count += is_option(&policy->with[j]) && is_same_place(&policy->with[i], &policy->with[j]);
    if (count < least) least = count;
  }
  return policy->with_count ? least : 0;
}

/* Spot and futures, and the first `options` options of each underlying. */
static void take_instruments(struct keel_arena *arena, const struct keel_policy *from, size_t options,
                             struct keel_policy *policy) {
  policy->with = KEEL_ARENA_NEW(arena, struct keel_hedge_instrument, from->with_count);
  policy->with_count = 0;
  for (size_t i = 0; i < from->with_count; i++)
    if (!is_option(&from->with[i]) || options_before(from, i) < options)
      policy->with[policy->with_count++] = from->with[i];
}

static const char *const set_names[] = {"delta", "delta-gamma", "delta-gamma-vega"};

/* Delta by its own timer, the other exposures by one trigger. */
static void set_triggers(struct keel_policy *policy, struct keel_trigger delta, struct keel_trigger others) {
  for (size_t e = 0; e < KEEL_EXPOSURE_COUNT; e++) policy->triggers[e] = e == KEEL_EXPOSURE_DELTA ? delta : others;
}

static void add_option_rules(struct builder *builder, struct keel_policy policy, const char *set,
                             struct keel_text *name) {
  static const double sizes[] = {0.1, 0.2, 0.5};
  static const long steps[] = {1, 5, 10};
  for (size_t i = 0; i < 3 && (i == 0 || is_in_run(builder, steps[i])); i++) {
    set_triggers(&policy, every(builder, steps[i]), every(builder, steps[i]));
    keel_text_printf(name, "%s ", set);
    keel_words_every(name, (int64_t)builder->step_ns, steps[i]);
    add(builder, &policy, name);
  }
  for (size_t i = 0; i < 3; i++) {
    set_triggers(&policy, every(builder, 1), band(KEEL_BAND_FRACTION, sizes[i]));
    keel_text_printf(name, "%s, options by band ", set);
    add_percent(name, sizes[i]);
    add(builder, &policy, name);
  }
}

static void add_options(struct builder *builder, const struct keel_policy *own, struct keel_text *name) {
  size_t options = option_count(own);
  for (size_t count = 1; count <= options && count < KEEL_EXPOSURE_COUNT; count++) {
    struct keel_policy policy = builder->delta;
    const char *set = set_names[count];
    take_instruments(builder->arena, own, count, &policy);
    policy.target.exposure_count = 1 + count;
    for (size_t e = 0; e <= count; e++) policy.target.exposures[e] = (enum keel_exposure)e;
    if (own->target.exposure_count == 2 && count == 1) {
      memcpy(policy.target.exposures, own->target.exposures, sizeof policy.target.exposures);
      if (own->target.exposures[0] == KEEL_EXPOSURE_VEGA || own->target.exposures[1] == KEEL_EXPOSURE_VEGA)
        set = "delta-vega";
    }
    policy.target.vega_tenor = own->target.vega_tenor;
    add_option_rules(builder, policy, set, name);
  }
}

/* ---- all ---- */

/* The strategy's hedge, neutral in delta alone, with what that needs. */
static void strip(struct builder *builder, const struct keel_policy *own) {
  struct keel_policy *policy = &builder->delta;
  *policy = *own;
  if (own->target.kind != KEEL_TARGET_NEUTRAL)
    policy->target.delta = (struct keel_delta_rule){KEEL_DELTA_BLACK_SCHOLES, NAN, NAN, NAN, NAN, NAN};
  policy->target.kind = KEEL_TARGET_NEUTRAL;
  policy->target.exposure_count = 1;
  policy->target.exposures[0] = KEEL_EXPOSURE_DELTA;
  policy->target.start = NAN;
  set_triggers(policy, never(), never());
  policy->move = (struct keel_move){.to = KEEL_MOVE_CENTRE};
  take_instruments(builder->arena, own, 0, policy);
  if (!policy->with_count) take_instruments(builder->arena, own, 1, policy);
}

keel_status keel_frontier_family(struct keel_arena *arena, const struct keel_frontier_case *of,
                                 struct keel_frontier_family *family, keel_error *error) {
  const struct keel_strategy *strategy = of->strategy;
  const struct keel_policy *own = &strategy->variants[0].policy;
  struct builder builder = {.arena = arena, .of = of, .family = family};
  struct keel_text name;
  if (!own->with_count)
    return keel_fail_at(error, strategy->path, 0, "hedge.with",
                        "is missing: a frontier varies when to trade, and needs to know what; or give frontier.rules");
  builder.step_ns = (double)of->span_ns / (double)of->steps;
  *family = (struct keel_frontier_family){
      .rules = KEEL_ARENA_NEW(arena, struct keel_variant, RULES_MAX + strategy->variant_count),
      .count = strategy->variant_count,
      .own_count = strategy->variant_count};
  memcpy(family->rules, strategy->variants, strategy->variant_count * sizeof *family->rules);
  strip(&builder, own);
  builder.cost = trading_cost(&builder);
  keel_text_init(&name);
  add_none(&builder, &name);
  add_timers(&builder, &name);
  add_bands(&builder, &name);
  add_price_moves(&builder, &name);
  if (builder.cost > 0)
    add_laws(&builder, &name);
  else
    family->without =
        "whalley_wilmott and zakamouline are left out: they need a cost in proportion to what is traded "
        "(costs.half_spread_bps)";
  add_options(&builder, own, &name);
  keel_text_fini(&name);
  return KEEL_STATUS_OK;
}
