/* `hedge.target`. */
#include <math.h>
#include <string.h>

#include "book/field_types.h"
#include "drive/strategy_fields.h"

static const struct keel_config_choice exposures[] = {{"delta", KEEL_EXPOSURE_DELTA, 0},
                                                      {"gamma", KEEL_EXPOSURE_GAMMA, 0},
                                                      {"vega", KEEL_EXPOSURE_VEGA, 0},
                                                      {"theta", KEEL_EXPOSURE_THETA, 0},
                                                      {"rho", KEEL_EXPOSURE_RHO, 0},
                                                      {"psi", KEEL_EXPOSURE_PSI, 0},
                                                      {"vanna", KEEL_EXPOSURE_VANNA, 0},
                                                      {"volga", KEEL_EXPOSURE_VOLGA, 0},
                                                      {"charm", KEEL_EXPOSURE_CHARM, 0},
                                                      {"speed", KEEL_EXPOSURE_SPEED, 0},
                                                      {0}};

static const struct keel_config_choice balance_orders[] = {{"exact", KEEL_BALANCE_EXACT, 0},
                                                           {"delta", KEEL_BALANCE_DELTA, 0},
                                                           {"gamma", KEEL_BALANCE_GAMMA, 0},
                                                           {"theta", KEEL_BALANCE_THETA, 0},
                                                           {"vega", KEEL_BALANCE_VEGA, 0},
                                                           {"rho", KEEL_BALANCE_RHO, 0},
                                                           {0}};

static const struct keel_config_choice deltas[] = {{"black_scholes", KEEL_DELTA_BLACK_SCHOLES, 0},
                                                   {"leland", KEEL_DELTA_LELAND, 0},
                                                   {"zakamouline", KEEL_DELTA_ZAKAMOULINE, 0},
                                                   {"variance_optimal", KEEL_DELTA_VARIANCE_OPTIMAL, 0},
                                                   {"sticky_delta", KEEL_DELTA_STICKY_DELTA, 0},
                                                   {"minimum_variance", KEEL_DELTA_MINIMUM_VARIANCE, 0},
                                                   {"learned", 0, 1},
                                                   {0}};

static const struct keel_config_choice only_true[] = {{"true", 1, 0}, {0}};

/* ---- types ---- */

/* Kept in the order of the enum, whatever that of the file. */
static keel_status add_exposure(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *item, struct keel_target *target) {
  int value;
  keel_status status = keel_config_choose(reader, field->choices, item, &value);
  if (status) return status;
  enum keel_exposure exposure = (enum keel_exposure)value;
  if (keel_strategy_neutralises(target, exposure))
    return keel_config_fail(reader->error, item, NULL, "is there already");
  size_t at = target->exposure_count++;
  for (; at && target->exposures[at - 1] > exposure; at--) target->exposures[at] = target->exposures[at - 1];
  target->exposures[at] = exposure;
  return KEEL_STATUS_OK;
}

/* `[delta, gamma]`, or `delta` alone. */
static keel_status read_neutral(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *node, void *base) {
  struct keel_target *target = base;
  target->kind = KEEL_TARGET_NEUTRAL;
  if (node->kind != KEEL_CONFIG_LIST) return add_exposure(reader, field, node, target);
  if (!node->count)
    return keel_config_fail(reader->error, node, NULL, "is empty; give what is to be brought in, as [delta, vega]");
  keel_status status = KEEL_STATUS_OK;
  for (const struct keel_config_node *item = node->first; item && !status; item = item->next)
    status = add_exposure(reader, field, item, target);
  return status;
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

static keel_status read_vol(struct keel_config_reader *reader, const struct keel_config_field *field,
                            const struct keel_config_node *node, void *base) {
  double *vol = &((struct keel_target *)base)->delta.vol;
  *vol = NAN;
  if (node->kind == KEEL_CONFIG_SCALAR && strcmp(node->text, "implied") == 0) return KEEL_STATUS_OK;
  return keel_config_read_number(reader, field, node, vol);
}

static const struct keel_config_type type_neutral = {"name, or list of names", read_neutral, NULL};
static const struct keel_config_type type_balance = {"name", read_balance, NULL};
static const struct keel_config_type type_none = {"true", read_none, NULL};
static const struct keel_config_type type_vol = {"`implied` or number", read_vol, NULL};

/* ---- fields ---- */

#define AT(member) .offset = offsetof(struct keel_target, member)
#define OF_EXPOSURE(exposure, words) \
  .type = &keel_type_number, AT(tolerance[exposure]), .preset = "0", .max = INFINITY, .unit = words
static const struct keel_config_field tolerance_fields[] = {
    {.name = "delta", OF_EXPOSURE(KEEL_EXPOSURE_DELTA, "shares"), .help = "what may be left of it, on either side"},
    {.name = "gamma", OF_EXPOSURE(KEEL_EXPOSURE_GAMMA, "shares per 1.00 of spot"), .help = "likewise"},
    {.name = "vega", OF_EXPOSURE(KEEL_EXPOSURE_VEGA, "money per 1.00 of vol"), .help = "likewise"},
    {.name = "theta", OF_EXPOSURE(KEEL_EXPOSURE_THETA, "money per year"), .help = "likewise"},
    {.name = "rho", OF_EXPOSURE(KEEL_EXPOSURE_RHO, "money per 1.00 of the rate"), .help = "likewise"},
    {.name = "psi", OF_EXPOSURE(KEEL_EXPOSURE_PSI, "money per 1.00 of the yield"), .help = "likewise"},
    {.name = "vanna", OF_EXPOSURE(KEEL_EXPOSURE_VANNA, "shares per 1.00 of vol"), .help = "likewise"},
    {.name = "volga", OF_EXPOSURE(KEEL_EXPOSURE_VOLGA, "vega per 1.00 of vol"), .help = "likewise"},
    {.name = "charm", OF_EXPOSURE(KEEL_EXPOSURE_CHARM, "shares per year"), .help = "likewise"},
    {.name = "speed", OF_EXPOSURE(KEEL_EXPOSURE_SPEED, "gamma per 1.00 of spot"), .help = "likewise"},
    {0}};
#undef OF_EXPOSURE

const struct keel_config_field keel_strategy_target_fields[] = {
    {.name = "neutral",
     .type = &type_neutral,
     .choices = exposures,
     .absent = "`[delta]`, where no other target is given",
     .help =
         "holdings that bring these exposures of the book to zero, with as many instruments in `with`: delta, gamma, "
         "vega. `keel hedge` takes any of them, and any number of instruments"},
    {.name = "share_balance",
     .type = &type_balance,
     .choices = balance_orders,
     .absent = "none",
     .help = "shares that keep shares times spot plus the options' value constant; the change of the options' price "
             "exact, or by Greeks up to this one; with spot only"},
    {.name = "none", .type = &type_none, .choices = only_true, .absent = "none", .help = "never trades"},
    {.name = "delta",
     .type = &keel_type_choice,
     AT(delta.kind),
     .choices = deltas,
     .preset = "black_scholes",
     .help =
         "which delta is neutralised: Black and Scholes's; at the vol that pays for rebalancing (Leland), or that of "
         "Zakamouline's band; the one of least variance between two hedges (of european options); with the smile "
         "moving as spot does; or "
         "with the vol moving by `slope`"},
    {.name = "vol",
     .type = &type_vol,
     .preset = "implied",
     .min = 0,
     .max = 10,
     .unit = "per year",
     .help = "the hedger's vol: that of the market, or this one"},
    {.name = "slope",
     .type = &keel_type_number,
     AT(delta.slope),
     .min = -100,
     .max = 100,
     .absent = "required for minimum_variance",
     .help = "minimum_variance: the expected change of vol for a move of ln spot by 1"},
    {.name = "rebalance",
     .type = &keel_type_duration_years,
     AT(delta.step_years),
     .absent = "the trigger's `every`",
     .help = "leland, variance_optimal: time between two hedges"},
    {.name = "cost_bps",
     .type = &keel_type_bps,
     AT(delta.cost),
     .max = 10000,
     .absent = "the half_spread_bps of spot or the future, where it is given",
     .unit = "basis points",
     .help = "leland, zakamouline: cost of a trade, of its value"},
    {.name = "risk_aversion",
     .type = &keel_type_number,
     AT(delta.risk_aversion),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .absent = "that of trigger.optimal_band",
     .unit = "per unit of money",
     .help = "zakamouline: of exponential utility"},
    {.name = "vega_tenor",
     .type = &keel_type_number,
     AT(vega_tenor),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 200,
     .absent = "none: vega as it is",
     .unit = "years",
     .help = "vega counts times the root of vega_tenor / its years to expiry, as short vols move more than long ones"},
    {.name = "start",
     .type = &keel_type_number,
     AT(start),
     .unit = "shares",
     .absent = "minus the book's delta",
     .help = "the shares that share_balance starts from"},
    {.name = "tolerance",
     .type = &keel_type_map,
     .fields = tolerance_fields,
     .help = "`keel hedge`: what may be left of each exposure; 0 is as little as lots allow"},
    {.name = "cost_aversion",
     .type = &keel_type_number,
     AT(cost_aversion),
     .preset = "0.1",
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 1e6,
     .help = "`keel hedge`: what cost weighs beside what an exposure beyond its tolerance would lose in a standard "
             "move (1 % of spot, 1 vol point, a day, 10 basis points of a rate): 0.1 pays up to ten times as much"},
    {0}};
#undef AT

/* ---- checks ---- */

int keel_strategy_neutralises(const struct keel_target *target, enum keel_exposure exposure) {
  for (size_t i = 0; i < target->exposure_count; i++)
    if (target->exposures[i] == exposure) return 1;
  return 0;
}

static keel_status check_kinds(struct keel_config_reader *reader, const struct keel_config_node *node) {
  static const char *const kinds[] = {"neutral", "share_balance", "none"};
  const char *given = NULL;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!keel_config_child(node, kinds[i])) continue;
    if (given)
      return keel_config_fail(reader->error, node, kinds[i], "is given beside `%s`; a target is one of them", given);
    given = kinds[i];
  }
  return KEEL_STATUS_OK;
}

/* What belongs to one rule for delta is given beside it alone. */
static keel_status check_delta(struct keel_config_reader *reader, const struct keel_config_node *node,
                               const struct keel_target *target) {
#define BIT(kind) (1u << KEEL_DELTA_##kind)
  static const struct {
    const char *name;
    unsigned kinds;
    const char *of;
  } own[] = {
      {"slope", BIT(MINIMUM_VARIANCE), "minimum_variance"},
      {"rebalance", BIT(LELAND) | BIT(VARIANCE_OPTIMAL), "leland, variance_optimal"},
      {"cost_bps", BIT(LELAND) | BIT(ZAKAMOULINE), "leland, zakamouline"},
      {"risk_aversion", BIT(ZAKAMOULINE), "zakamouline"},
  };
#undef BIT
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (keel_config_child(node, own[i].name) && !(own[i].kinds >> target->delta.kind & 1))
      return keel_config_fail(reader->error, node, own[i].name, "belongs to delta: %s", own[i].of);
  if (target->delta.kind == KEEL_DELTA_MINIMUM_VARIANCE && isnan(target->delta.slope))
    return keel_config_fail(reader->error, node, "slope",
                            "is missing: how vol is expected to change for a move of ln spot by 1, as -0.5");
  return KEEL_STATUS_OK;
}

keel_status keel_strategy_check_target(struct keel_config_reader *reader, const struct keel_config_node *node,
                                       void *value) {
  struct keel_target *target = value;
  keel_error *error = reader->error;
  keel_status status = check_kinds(reader, node);
  if (status) return status;
  if (target->kind == KEEL_TARGET_NONE && node->count > 1)
    return keel_config_fail(error, node, "none", "never trades, and has nothing beside it; leave the rest out");
  if (target->kind != KEEL_TARGET_NONE && !target->exposure_count) target->exposure_count = 1; /* delta */
  if (target->kind != KEEL_TARGET_SHARE_BALANCE && keel_config_child(node, "start"))
    return keel_config_fail(error, node, "start", "belongs to share_balance; every other hedge starts from none");
  if (target->kind == KEEL_TARGET_SHARE_BALANCE && keel_config_child(node, "delta"))
    return keel_config_fail(error, node, "delta", "belongs to `neutral`; share_balance says its own order");
  if (keel_config_child(node, "delta") && !keel_strategy_neutralises(target, KEEL_EXPOSURE_DELTA))
    return keel_config_fail(error, node, "delta", "is given, and `neutral` leaves delta alone");
  if (!isnan(target->vega_tenor) && !keel_strategy_neutralises(target, KEEL_EXPOSURE_VEGA))
    return keel_config_fail(error, node, "vega_tenor", "belongs to targets with vega");
  return check_delta(reader, node, target);
}
