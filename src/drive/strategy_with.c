/* `hedge.with`: the hedge instruments, and fees in tiers. */
#include <math.h>
#include <string.h>

#include "book/field_types.h"
#include "drive/strategy_fields.h"

/* ---- fees ---- */

#define AT(member) .offset = offsetof(struct keel_fee_tier, member)
const struct keel_config_field keel_strategy_tier_fields[] = {
    {.name = "from",
     .type = &keel_type_number,
     AT(from),
     .flags = KEEL_CONFIG_REQUIRED,
     .max = INFINITY,
     .unit = "shares of one order",
     .help = "from where on it holds; 0 in the first, and rising"},
    {.name = "fee_per_share",
     .type = &keel_type_number,
     AT(per_share),
     .flags = KEEL_CONFIG_REQUIRED,
     .unit = "money",
     .help = "for the shares beyond that, up to the next tier; below 0 is a rebate"},
    {0}};
#undef AT

keel_status keel_strategy_check_tier(struct keel_config_reader *reader, const struct keel_config_node *node,
                                     void *value) {
  const struct keel_fee_tier *tier = value;
  if (node->index == 0 && tier->from != 0)
    return keel_config_fail(reader->error, node, "from", "is %g; the first tier is from 0", tier->from);
  if (node->index && tier->from <= tier[-1].from)
    return keel_config_fail(reader->error, node, "from", "is not above that of the tier before it; give them in order");
  return KEEL_STATUS_OK;
}

keel_status keel_strategy_check_fees(struct keel_config_reader *reader, const struct keel_config_node *map) {
  static const char *const ways[] = {"fee_per_share", "fee_per_contract", "fee_tiers"};
  const char *given = NULL;
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (!keel_config_child(map, ways[i])) continue;
    if (given) return keel_config_fail(reader->error, map, ways[i], "is given beside `%s`; give one of them", given);
    given = ways[i];
  }
  return KEEL_STATUS_OK;
}

/* In place of fee_per_share, until the multiplier is known. */
static keel_status read_fee_per_contract(struct keel_config_reader *reader, const struct keel_config_field *field,
                                         const struct keel_config_node *node, void *base) {
  return keel_type_number.read(reader, field, node, base);
}
static const struct keel_config_type type_fee_per_contract = {"number", read_fee_per_contract, NULL};

/* ---- instruments ---- */

/* Whether an option is a call or a put is in `kind`. */
static const struct keel_config_choice instruments[] = {{"spot", KEEL_KIND_SPOT, 0},
                                                        {"future", KEEL_KIND_FUTURE, 0},
                                                        {"option", KEEL_KIND_CALL, 0},
                                                        {"options", KEEL_KIND_CALL, 0},
                                                        {0}};
static const struct keel_config_choice kinds[] = {{"call", KEEL_KIND_CALL, 0}, {"put", KEEL_KIND_PUT, 0}, {0}};
static const struct keel_config_choice exercises[] = {
    {"european", KEEL_EXERCISE_EUROPEAN, 0}, {"american", KEEL_EXERCISE_AMERICAN, 0}, {0}};

/* `[20, 60]`: two numbers, the second not below the first. */
static keel_status read_range(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  double *range = (double *)(void *)((char *)base + field->offset);
  if (node->kind != KEEL_CONFIG_LIST || node->count != 2)
    return keel_config_fail(reader->error, node, NULL, "has to be two numbers, the smaller one first, as %s",
                            field->max > 1 ? "[20, 60]" : "[0.2, 0.8]");
  keel_status status = keel_config_read_number(reader, field, node->first, &range[0]);
  if (!status) status = keel_config_read_number(reader, field, node->last, &range[1]);
  if (!status && range[1] < range[0]) return keel_config_fail(reader->error, node, NULL, "has its larger number first");
  return status;
}
static keel_status any_range(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *map, void *base) {
  double *range = (double *)(void *)((char *)base + field->offset);
  (void)reader, (void)map;
  range[0] = field->min;
  range[1] = field->max;
  return KEEL_STATUS_OK;
}
static const struct keel_config_type type_range = {"two numbers", read_range, any_range};

#define AT(member) .offset = offsetof(struct keel_hedge_instrument, member)
const struct keel_config_field keel_strategy_with_fields[] = {
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
    {.name = "kind",
     .type = &keel_type_choice,
     AT(contract.kind),
     .choices = kinds,
     .absent = "required for options",
     .help = "of an option"},
    {.name = "exercise",
     .type = &keel_type_exercise,
     AT(contract.exercise),
     .choices = exercises,
     .absent = "european",
     .help = "of an option"},
    {.name = "strike",
     .type = &keel_type_number,
     AT(contract.strike),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 1e15,
     .absent = "required for options",
     .help = "of an option"},
    {.name = "expiry",
     .type = &keel_type_close,
     AT(contract.expiry_ns),
     .absent = "required for futures and options, or `years`",
     .help = "a date is the close of the calendar on that day"},
    {.name = "years",
     .type = &keel_type_number,
     AT(years),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 200,
     .absent = "none",
     .unit = "years of 365 days",
     .help = "time to expiry from the start, in place of `expiry`; simulated markets only"},
    {.name = "roll_days",
     .type = &keel_type_count,
     AT(roll_days),
     .min = 1,
     .max = 366,
     .absent = "held until it expires",
     .unit = "days of the calendar",
     .help = "so many days before the day of its expiry a future is closed and the next future of the list, which "
             "counts as the same instrument, hedges in its place"},
    {.name = "multiplier",
     .type = &keel_type_number,
     AT(contract.multiplier),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .absent = "1 for spot; required for futures and options",
     .unit = "shares per contract",
     .help = "units of the underlying in one contract"},
    {.name = "lot",
     .type = &keel_type_number,
     AT(lot),
     .preset = "1",
     .max = INFINITY,
     .unit = "contracts",
     .help = "holdings are whole multiples of it; 0 is any fraction, and what is not 0 is 1e-12 at least"},
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
     .help = "half the spread of this instrument, of the value traded"},
    {.name = "fee_per_share",
     .type = &keel_type_number,
     AT(fees.per_share),
     .absent = "the fees of `costs`",
     .unit = "money",
     .help = "per unit of the underlying; below 0 is a rebate"},
    {.name = "fee_per_contract",
     .type = &type_fee_per_contract,
     AT(fees.per_share),
     .absent = "none",
     .unit = "money",
     .help = "the same per contract, in its place"},
    {.name = "fee_tiers",
     .type = &keel_type_list,
     AT(fees.tiers),
     .fields = keel_strategy_tier_fields,
     .item = "N",
     .item_size = sizeof(struct keel_fee_tier),
     .count_offset = offsetof(struct keel_hedge_instrument, fees.tier_count),
     .check = keel_strategy_check_tier,
     .absent = "none",
     .help = "the same by the size of an order, in its place"},
    {.name = "fee_per_order",
     .type = &keel_type_number,
     AT(fees.per_order),
     .max = INFINITY,
     .absent = "costs.fee_per_order",
     .unit = "money",
     .help = "per order"},
    {.name = "dte",
     .type = &type_range,
     AT(days),
     .max = 36500,
     .unit = "days",
     .absent = "any",
     .help = "options: time to expiry of those that are chosen; they are `keel hedge`'s alone"},
    {.name = "delta",
     .type = &type_range,
     AT(deltas),
     .max = 1,
     .absent = "any",
     .help = "options: their delta, without its sign"},
    {.name = "max",
     .type = &keel_type_count,
     AT(most),
     .min = 1,
     .max = INFINITY,
     .absent = "as many as there is room for, 8 with the instruments that are named",
     .help = "options: how many of them at most, those that cost least to trade for their vega"},
    {0}};
#undef AT

/* ---- checks ---- */

static keel_status check_option(struct keel_config_reader *reader, const struct keel_config_node *node,
                                struct keel_contract *contract) {
  if (!keel_config_child(node, "kind")) return keel_config_fail(reader->error, node, "kind", "is missing: call or put");
  if (isnan(contract->strike)) return keel_config_fail(reader->error, node, "strike", "is missing: above 0");
  if (isnan(contract->multiplier))
    return keel_config_fail(reader->error, node, "multiplier", "is missing: shares in one contract, as 100");
  return KEEL_STATUS_OK;
}

/* What says which one is for a contract, what says which ones for a choice. */
static keel_status check_choice(struct keel_config_reader *reader, const struct keel_config_node *node,
                                struct keel_hedge_instrument *with) {
  static const char *const of_one[] = {"exercise", "strike", "expiry", "years", "multiplier"};
  static const char *const of_many[] = {"dte", "delta", "max"};
  const char *const *refused = with->is_choice ? of_one : of_many;
  size_t count = with->is_choice ? sizeof of_one / sizeof *of_one : sizeof of_many / sizeof *of_many;
  for (size_t i = 0; i < count; i++)
    if (keel_config_child(node, refused[i]))
      return keel_config_fail(reader->error, node, refused[i], "belongs to %s, not to %s",
                              with->is_choice ? "one option" : "options", keel_config_child(node, "instrument")->text);
  return KEEL_STATUS_OK;
}

static keel_status check_chosen(struct keel_config_reader *reader, const struct keel_config_node *node,
                                struct keel_hedge_instrument *with) {
  with->contract.strike = 0;
  if (with->qty_min > with->qty_max)
    return keel_config_fail(reader->error, node, "qty_min", "is above `qty_max`: no hedge could be sent");
  if (keel_config_child(node, "fee_per_contract"))
    return keel_config_fail(reader->error, node, "fee_per_contract", "belongs to one option; give fee_per_share");
  return keel_strategy_check_fees(reader, node);
}

static keel_status check_no_option(struct keel_config_reader *reader, const struct keel_config_node *node,
                                   struct keel_contract *contract) {
  static const char *const names[] = {"kind", "exercise", "strike"};
  const char *instrument = keel_config_child(node, "instrument")->text;
  contract->strike = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (keel_config_child(node, names[i]))
      return keel_config_fail(reader->error, node, names[i], "belongs to options, not to %s", instrument);
  if (contract->kind == KEEL_KIND_FUTURE && isnan(contract->multiplier))
    return keel_config_fail(reader->error, node, "multiplier", "is missing: a future has no usual one");
  return KEEL_STATUS_OK;
}

/* Not to be asked of what does not expire as a future does. */
static keel_status check_roll(struct keel_config_reader *reader, const struct keel_config_node *node,
                              const struct keel_hedge_instrument *with) {
  if (with->roll_days == 0 || with->contract.kind == KEEL_KIND_FUTURE) return KEEL_STATUS_OK;
  return keel_config_fail(reader->error, node, "roll_days", "belongs to futures, not to %s",
                          keel_config_child(node, "instrument")->text);
}

static keel_status check_spot(struct keel_config_reader *reader, const struct keel_config_node *node,
                              struct keel_contract *contract) {
  static const char *const names[] = {"expiry", "years"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (keel_config_child(node, names[i]))
      return keel_config_fail(reader->error, node, names[i], "spot has no expiry; leave it out");
  if (isnan(contract->multiplier)) contract->multiplier = 1;
  if (contract->multiplier != 1)
    return keel_config_fail(reader->error, node, "multiplier", "is %g; spot has 1", contract->multiplier);
  return KEEL_STATUS_OK;
}

static keel_status check_expiry(struct keel_config_reader *reader, const struct keel_config_node *node,
                                const struct keel_hedge_instrument *with) {
  int dated = with->contract.expiry_ns != KEEL_TIME_NONE, timed = !isnan(with->years);
  if (dated && timed)
    return keel_config_fail(reader->error, node, "years", "is given beside `expiry`; give one of them");
  if (!dated && !timed)
    return keel_config_fail(reader->error, node, "expiry", "is missing: when the %s expires",
                            keel_config_child(node, "instrument")->text);
  return KEEL_STATUS_OK;
}

keel_status keel_strategy_check_instrument(struct keel_config_reader *reader, const struct keel_config_node *node,
                                           void *value) {
  struct keel_hedge_instrument *with = value;
  struct keel_contract *contract = &with->contract;
  const char *instrument = keel_config_child(node, "instrument")->text;
  int is_option = strcmp(instrument, "option") == 0;
  with->is_choice = strcmp(instrument, "options") == 0;
  with->has_kind = keel_config_child(node, "kind") != NULL;
  keel_status chosen = check_choice(reader, node, with);
  if (chosen || with->is_choice) return chosen ? chosen : check_chosen(reader, node, with);
  keel_status status = is_option ? check_option(reader, node, contract) : check_no_option(reader, node, contract);
  if (!status)
    status = contract->kind == KEEL_KIND_SPOT ? check_spot(reader, node, contract) : check_expiry(reader, node, with);
  if (!status) status = check_roll(reader, node, with);
  if (!status) status = keel_strategy_check_fees(reader, node);
  if (status) return status;
  if (keel_config_child(node, "fee_per_contract")) with->fees.per_share /= contract->multiplier;
  if (with->qty_min > with->qty_max)
    return keel_config_fail(reader->error, node, "qty_min", "is above `qty_max`: no hedge could be sent");
  return KEEL_STATUS_OK;
}
