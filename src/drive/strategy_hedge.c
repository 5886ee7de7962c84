/* The hedge of a strategy and of its variants. */
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "book/field_types.h"
#include "drive/strategy_fields.h"

/* ---- target ---- */

static const struct keel_config_choice exposures[] = {{"delta", 0, 0}, {"gamma", 0, 1}, {"vega", 0, 1}, {0}};

static const struct keel_config_choice balance_orders[] = {{"exact", KEEL_BALANCE_EXACT, 0},
                                                           {"delta", KEEL_BALANCE_DELTA, 0},
                                                           {"gamma", KEEL_BALANCE_GAMMA, 0},
                                                           {"theta", KEEL_BALANCE_THETA, 0},
                                                           {"vega", KEEL_BALANCE_VEGA, 0},
                                                           {"rho", KEEL_BALANCE_RHO, 0},
                                                           {0}};

static const struct keel_config_choice deltas[] = {
    {"black_scholes", 0, 0}, {"smile", 0, 1}, {"minimum_variance", 0, 1}, {"leland", 0, 1}, {"learned", 0, 1}, {0}};

static const struct keel_config_choice only_true[] = {{"true", 1, 0}, {0}};

/* `[delta]`, or `delta` alone. */
static keel_status read_neutral(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *node, void *base) {
  int unused;
  ((struct keel_target *)base)->kind = KEEL_TARGET_NEUTRAL;
  if (node->kind != KEEL_CONFIG_LIST) return keel_config_choose(reader, field->choices, node, &unused);
  if (!node->count) return keel_config_fail(reader->error, node, NULL, "is empty; allowed: [delta]");
  for (const struct keel_config_node *item = node->first; item; item = item->next) {
    keel_status status = keel_config_choose(reader, field->choices, item, &unused);
    if (status) return status;
    if (item != node->first) return keel_config_fail(reader->error, item, NULL, "is there already");
  }
  return KEEL_STATUS_OK;
}

static keel_status read_balance(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *node, void *base) {
  struct keel_target *target = base;
  target->kind = KEEL_TARGET_SHARE_BALANCE;
  return keel_type_choice.read(reader, field, node, &target->order);
}

static keel_status read_none(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  int unused;
  ((struct keel_target *)base)->kind = KEEL_TARGET_NONE;
  return keel_config_choose(reader, field->choices, node, &unused);
}

static keel_status read_delta(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  int unused;
  (void)base;
  return keel_config_choose(reader, field->choices, node, &unused);
}

static keel_status read_vol(struct keel_config_reader *reader, const struct keel_config_field *field,
                            const struct keel_config_node *node, void *base) {
  double *vol = &((struct keel_target *)base)->delta.vol;
  *vol = NAN;
  if (node->kind == KEEL_CONFIG_SCALAR && strcmp(node->text, "implied") == 0) return KEEL_STATUS_OK;
  return keel_config_read_number(reader, field, node, vol);
}

static const struct keel_config_type type_neutral = {"list of names", read_neutral, NULL};
static const struct keel_config_type type_balance = {"name", read_balance, NULL};
static const struct keel_config_type type_none = {"true", read_none, NULL};
static const struct keel_config_type type_delta = {"name", read_delta, NULL};
static const struct keel_config_type type_vol = {"`implied` or number", read_vol, NULL};

static const struct keel_config_field target_fields[] = {
    {.name = "neutral",
     .type = &type_neutral,
     .choices = exposures,
     .absent = "`[delta]`, where no other target is given",
     .help = "holdings that bring these exposures of the book to zero"},
    {.name = "share_balance",
     .type = &type_balance,
     .choices = balance_orders,
     .absent = "none",
     .help = "shares that keep shares times spot plus the options' value constant; the change of the options' price "
             "exact, or by "
             "Greeks up to this one; with spot only"},
    {.name = "none", .type = &type_none, .choices = only_true, .absent = "none", .help = "never trades"},
    {.name = "delta",
     .type = &type_delta,
     .choices = deltas,
     .preset = "black_scholes",
     .help = "which delta is neutralised"},
    {.name = "vol",
     .type = &type_vol,
     .preset = "implied",
     .min = 0,
     .max = 10,
     .unit = "per year",
     .help = "the hedger's vol: of the quotes, or this one"},
    {.name = "start",
     .type = &keel_type_number,
     .offset = offsetof(struct keel_target, start),
     .unit = "shares",
     .absent = "minus the book's delta",
     .help = "the shares that share_balance starts from"},
    {.name = "tolerance", .type = &keel_type_later, .help = "there is no optimised target yet"},
    {0}};

static keel_status check_target(struct keel_config_reader *reader, const struct keel_config_node *node, void *value) {
  static const char *const kinds[] = {"neutral", "share_balance", "none"};
  const struct keel_target *target = value;
  const char *given = NULL;
  for (size_t i = 0; i < 3; i++) {
    if (!keel_config_child(node, kinds[i])) continue;
    if (given)
      return keel_config_fail(reader->error, node, kinds[i], "is given beside `%s`; a target is one of them", given);
    given = kinds[i];
  }
  if (target->kind != KEEL_TARGET_SHARE_BALANCE && keel_config_child(node, "start"))
    return keel_config_fail(reader->error, node, "start",
                            "belongs to share_balance; every other hedge starts from none");
  if (target->kind == KEEL_TARGET_NONE && node->count > 1)
    return keel_config_fail(reader->error, node, "none", "never trades, and has nothing beside it; leave the rest out");
  if (target->kind == KEEL_TARGET_SHARE_BALANCE && keel_config_child(node, "delta"))
    return keel_config_fail(reader->error, node, "delta", "belongs to `neutral`; share_balance says its own order");
  return KEEL_STATUS_OK;
}

/* ---- trigger ---- */

/* `step`, whole days (`1d`, `2w`: local dates), or a duration. */
static keel_status read_every(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  (void)field;
  struct keel_trigger *trigger = base;
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  size_t length = strlen(text);
  int64_t ns = 0;
  trigger->every_ns = KEEL_TIME_NONE;
  if (strcmp(text, "step") == 0) {
    trigger->every = KEEL_EVERY_STEP;
  } else if (!keel_duration_parse(text, length, &ns) || ns <= 0) {
    return keel_config_fail(reader->error, node, NULL,
                            "is `%.80s`; allowed: step, or a duration above 0, as 1d, 2w, 4h, 30m or 5s", text);
  } else if (strchr("dw", text[length - 1]) && ns % KEEL_NS_PER_DAY) {
    return keel_config_fail(reader->error, node, NULL,
                            "is `%.80s`; days and weeks are local dates, so whole ones; or give hours", text);
  } else if (strchr("dw", text[length - 1])) {
    trigger->every = KEEL_EVERY_DAYS;
    trigger->every_days = (int)(ns / KEEL_NS_PER_DAY);
  } else {
    trigger->every = KEEL_EVERY_DURATION;
    trigger->every_ns = ns;
  }
  return KEEL_STATUS_OK;
}

static keel_status absent_every(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *map, void *base) {
  (void)reader, (void)field, (void)map;
  ((struct keel_trigger *)base)->every_ns = KEEL_TIME_NONE;
  return KEEL_STATUS_OK;
}

static keel_status read_band_size(struct keel_config_reader *reader, const struct keel_config_field *field,
                                  const struct keel_config_node *node, void *base) {
  struct keel_trigger *trigger = base;
  static const char *const names[] = {
      [KEEL_BAND_SHARES] = "shares", [KEEL_BAND_FRACTION] = "fraction", [KEEL_BAND_CURRENCY] = "currency"};
  for (int kind = KEEL_BAND_SHARES; kind <= KEEL_BAND_CURRENCY; kind++)
    if (strcmp(field->name, names[kind]) == 0) trigger->band = (enum keel_band_kind)kind;
  return keel_config_read_number(reader, field, node, &trigger->band_size);
}

static const struct keel_config_type type_every = {"`step` or duration", read_every, absent_every};
static const struct keel_config_type type_band_size = {"number", read_band_size, NULL};

static const struct keel_config_field band_fields[] = {{.name = "shares",
                                                        .type = &type_band_size,
                                                        .flags = KEEL_CONFIG_ABOVE_MIN,
                                                        .max = INFINITY,
                                                        .absent = "one of the three",
                                                        .unit = "shares",
                                                        .help = "of delta"},
                                                       {.name = "fraction",
                                                        .type = &type_band_size,
                                                        .flags = KEEL_CONFIG_ABOVE_MIN,
                                                        .max = INFINITY,
                                                        .absent = "one of the three",
                                                        .help = "of the gross delta of the book"},
                                                       {.name = "currency",
                                                        .type = &type_band_size,
                                                        .flags = KEEL_CONFIG_ABOVE_MIN,
                                                        .max = INFINITY,
                                                        .absent = "one of the three",
                                                        .unit = "money",
                                                        .help = "of delta times spot"},
                                                       {0}};

static keel_status read_band(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  keel_status status = keel_config_read(reader, field->fields, node, base);
  if (status || node->count == 1) return status;
  return keel_config_fail(reader->error, node, NULL, "has %zu sizes; give one of shares, fraction, currency",
                          node->count);
}

static keel_status absent_band(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *map, void *base) {
  (void)reader, (void)field, (void)map;
  ((struct keel_trigger *)base)->band_size = NAN;
  return KEEL_STATUS_OK;
}

static const struct keel_config_type type_band = {"map", read_band, absent_band};

static const struct keel_config_field trigger_fields[] = {
    {.name = "every",
     .type = &type_every,
     .absent = "none",
     .help = "`step`; whole days or weeks (`1d`, `2w`): once per that many local dates; a duration (`30m`, `24h`): "
             "when that much "
             "time has passed since it last fired"},
    {.name = "band",
     .type = &type_band,
     .absent = "none",
     .fields = band_fields,
     .help = "when the holding is further than this from the target; one of:"},
    {.name = "gamma_band", .type = &keel_type_later, .help = "there are `every` and `band`"},
    {.name = "optimal_band", .type = &keel_type_later, .help = "there are `every` and `band`"},
    {.name = "vol_move", .type = &keel_type_later, .help = "there are `every` and `band`"},
    {.name = "sessions", .type = &keel_type_later, .help = "there are `every` and `band`"},
    {0}};

/* ---- move, execution ---- */

static const struct keel_config_choice moves[] = {
    {"centre", KEEL_MOVE_CENTRE, 0}, {"edge", KEEL_MOVE_EDGE, 0}, {"inner", 0, 1}, {"fraction", 0, 1}, {0}};
static const struct keel_config_field move_fields[] = {
    {.name = "to",
     .type = &keel_type_choice,
     .preset = "centre",
     .choices = moves,
     .help = "all the way to the target, or to the nearer edge of the band"},
    {0}};

static const struct keel_config_choice styles[] = {{"immediate", KEEL_EXECUTION_IMMEDIATE, 0},
                                                   {"twap", 0, 1},
                                                   {"participation", 0, 1},
                                                   {"almgren_chriss", 0, 1},
                                                   {"tracking", 0, 1},
                                                   {0}};
static const struct keel_config_choice fills[] = {
    {"decision", KEEL_FILL_DECISION, 0}, {"next", KEEL_FILL_NEXT, 0}, {0}};
static const struct keel_config_field execution_fields[] = {
    {.name = "style",
     .type = &keel_type_choice,
     .offset = offsetof(struct keel_execution, style),
     .preset = "immediate",
     .choices = styles,
     .help = "how an order is worked"},
    {.name = "fill",
     .type = &keel_type_choice,
     .offset = offsetof(struct keel_execution, fill),
     .preset = "decision",
     .choices = fills,
     .help = "at the quotes of the decision, or of the next event of the instrument"},
    {0}};

/* ---- with ---- */

static const struct keel_config_choice instruments[] = {
    {"spot", KEEL_KIND_SPOT, 0}, {"future", KEEL_KIND_FUTURE, 0}, {"option", 0, 1}, {"options", 0, 1}, {0}};

#define AT(member) .offset = offsetof(struct keel_hedge_instrument, member)
#define OF_OPTIONS \
  .type = &keel_type_later, .help = "options as hedge instruments are to come; there are spot and future"
static const struct keel_config_field with_fields[] = {
    {.name = "instrument",
     .type = &keel_type_choice,
     AT(contract.kind),
     .flags = KEEL_CONFIG_REQUIRED,
     .choices = instruments,
     .help = "what is traded"},
    {.name = "underlying",
     .type = &keel_type_text,
     AT(underlying),
     .absent = "every underlying that no other entry names",
     .help = "the underlying that it hedges"},
    {.name = "expiry",
     .type = &keel_type_close,
     AT(contract.expiry_ns),
     .absent = "required for futures",
     .help = "a date is the close of the calendar on that day"},
    {.name = "multiplier",
     .type = &keel_type_number,
     AT(contract.multiplier),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .absent = "1 for spot; required for futures",
     .unit = "shares per contract",
     .help = "units of the underlying in one contract"},
    {.name = "lot",
     .type = &keel_type_number,
     AT(lot),
     .preset = "1",
     .max = INFINITY,
     .unit = "contracts",
     .help = "holdings are whole multiples of it; 0 is any fraction"},
    {.name = "qty_min",
     .type = &keel_type_number,
     AT(qty_min),
     .preset = "0",
     .max = INFINITY,
     .unit = "contracts",
     .help = "a smaller hedge is not sent"},
    {.name = "qty_max",
     .type = &keel_type_number,
     AT(qty_max),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .absent = "limits.position_qty_max",
     .unit = "contracts",
     .help = "of the holding, long or short"},
    {.name = "half_spread_bps",
     .type = &keel_type_number,
     AT(half_spread_bps),
     .max = 10000,
     .absent = "costs.half_spread_bps",
     .unit = "basis points",
     .help = "half the spread of this instrument"},
    {.name = "kind", OF_OPTIONS},
    {.name = "exercise", OF_OPTIONS},
    {.name = "strike", OF_OPTIONS},
    {.name = "dte", OF_OPTIONS},
    {.name = "delta", OF_OPTIONS},
    {.name = "max", OF_OPTIONS},
    {0}};
#undef AT

static keel_status check_instrument(struct keel_config_reader *reader, const struct keel_config_node *node,
                                    void *value) {
  struct keel_hedge_instrument *with = value;
  int is_future = with->contract.kind == KEEL_KIND_FUTURE;
  if (is_future && with->contract.expiry_ns == KEEL_TIME_NONE)
    return keel_config_fail(reader->error, node, "expiry", "is missing: when the future expires");
  if (is_future && isnan(with->contract.multiplier))
    return keel_config_fail(reader->error, node, "multiplier", "is missing: a future has no usual one");
  if (!is_future && with->contract.expiry_ns != KEEL_TIME_NONE)
    return keel_config_fail(reader->error, node, "expiry", "spot has no expiry; leave it out");
  if (isnan(with->contract.multiplier)) with->contract.multiplier = 1;
  with->fees = (struct keel_fees){.per_share = NAN, .per_order = NAN}; /* the strategy's */
  if (!is_future && with->contract.multiplier != 1)
    return keel_config_fail(reader->error, node, "multiplier", "is %g; spot has 1", with->contract.multiplier);
  if (with->qty_min > with->qty_max)
    return keel_config_fail(reader->error, node, "qty_min", "is above `qty_max`: no hedge could be sent");
  return KEEL_STATUS_OK;
}

/* ---- hedge, variants ---- */

#define AT(member) .offset = offsetof(struct keel_policy, member)
const struct keel_config_field keel_strategy_hedge_fields[] = {
    {.name = "target",
     .type = &keel_type_map,
     AT(target),
     .fields = target_fields,
     .check = check_target,
     .help = "which holdings would be right"},
    {.name = "trigger",
     .type = &keel_type_map,
     AT(triggers[KEEL_EXPOSURE_DELTA]),
     .fields = trigger_fields,
     .absent = "none; required where the target trades",
     .help = "when to act: at the first step, and then when any of these fires"},
    {.name = "move", .type = &keel_type_map, AT(move), .fields = move_fields, .help = "how far to go"},
    {.name = "execution", .type = &keel_type_map, AT(execution), .fields = execution_fields, .help = "by which path"},
    {.name = "with",
     .type = &keel_type_list,
     AT(with),
     .fields = with_fields,
     .item = "N",
     .item_size = sizeof(struct keel_hedge_instrument),
     .count_offset = offsetof(struct keel_policy, with_count),
     .check = check_instrument,
     .absent = "none; required where the target trades",
     .help = "the hedge instruments: one for each underlying"},
    {0}};
#undef AT

const struct keel_config_node *keel_strategy_hedge_node(struct keel_arena *arena, const struct keel_config_node *root,
                                                        size_t index) {
  const struct keel_config_node *own = keel_config_child(root, "hedge");
  if (index == 0) return own;
  const struct keel_config_node *variant = keel_config_child(root, "variants")->first;
  while (--index) variant = variant->next;
  return keel_config_merge(arena, own, keel_config_child(variant, "hedge"));
}

static keel_status read_hedge(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  (void)field;
  struct keel_strategy *strategy = base;
  const struct keel_config_node *variants = keel_config_child(node->up, "variants");
  strategy->variants = KEEL_ARENA_NEW(reader->arena, struct keel_variant, 1 + (variants ? variants->count : 0));
  strategy->variants[0].name = "base";
  strategy->variant_count = 1;
  return keel_config_read(reader, keel_strategy_hedge_fields, node, &strategy->variants[0].policy);
}

/* Read by keel_type_variants once it is merged. */
static keel_status read_partial_hedge(struct keel_config_reader *reader, const struct keel_config_field *field,
                                      const struct keel_config_node *node, void *base) {
  (void)field, (void)base;
  return keel_config_check_names(reader, keel_strategy_hedge_fields, node);
}

static const struct keel_config_type type_partial_hedge = {"map", read_partial_hedge, NULL};

const struct keel_config_field keel_strategy_variant_fields[] = {
    {.name = "name",
     .type = &keel_type_text,
     .offset = offsetof(struct keel_variant, name),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "its name in results; each once, and not `base`"},
    {.name = "hedge",
     .type = &type_partial_hedge,
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "the parts that differ: each of target, trigger, move, execution, with that is given replaces the whole "
             "of the "
             "strategy's"},
    {0}};

static keel_status check_name(struct keel_config_reader *reader, const struct keel_config_node *item,
                              const struct keel_strategy *strategy, const char *name) {
  for (size_t i = 0; i < strategy->variant_count; i++) {
    if (strcmp(strategy->variants[i].name, name) != 0) continue;
    return keel_config_fail(reader->error, item, "name",
                            i ? "`%.80s` is there already" : "`%.80s` is the strategy's own hedge", name);
  }
  return KEEL_STATUS_OK;
}

static keel_status read_variants(struct keel_config_reader *reader, const struct keel_config_field *field,
                                 const struct keel_config_node *node, void *base) {
  struct keel_strategy *strategy = base;
  if (node->kind != KEEL_CONFIG_LIST)
    return keel_config_fail(reader->error, node, NULL, "has to be a list, as [{name: ..., hedge: {...}}]");
  for (const struct keel_config_node *item = node->first; item; item = item->next) {
    struct keel_variant *variant = &strategy->variants[strategy->variant_count];
    keel_status status = keel_config_read(reader, field->fields, item, variant);
    if (!status) status = check_name(reader, item, strategy, variant->name);
    if (status) return status;
    const struct keel_config_node *hedge = keel_strategy_hedge_node(reader->arena, node->up, item->index + 1);
    status = keel_config_read(reader, keel_strategy_hedge_fields, hedge, &variant->policy);
    if (status) return status;
    strategy->variant_count++;
  }
  return KEEL_STATUS_OK;
}

const struct keel_config_type keel_type_hedge = {"map", read_hedge, NULL};
const struct keel_config_type keel_type_variants = {"list", read_variants, NULL};
