/* The hedge of a strategy and of its variants: its parts are in strategy_target.c, strategy_trigger.c and
 * strategy_with.c.
 */
#include <math.h>
#include <string.h>

#include "drive/strategy_fields.h"

/* ---- move, execution ---- */

static const struct keel_config_choice moves[] = {{"centre", KEEL_MOVE_CENTRE, 0},
                                                  {"edge", KEEL_MOVE_EDGE, 0},
                                                  {"inner", KEEL_MOVE_INNER, 0},
                                                  {"fraction", KEEL_MOVE_FRACTION, 0},
                                                  {0}};
#define AT(member) .offset = offsetof(struct keel_move, member)
static const struct keel_config_field move_fields[] = {
    {.name = "to",
     .type = &keel_type_choice,
     AT(to),
     .preset = "centre",
     .choices = moves,
     .help =
         "how far the exposures that triggered are brought back: all the way; to the edge of their band, or to `inner` "
         "times the band (an exposure that has none: all the way); or by `fraction` of the way"},
    {.name = "inner",
     .type = &keel_type_number,
     AT(inner),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 1,
     .absent = "required for inner",
     .help = "of the band, below 1: it acts outside the band and returns to here"},
    {.name = "fraction",
     .type = &keel_type_number,
     AT(fraction),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 1,
     .absent = "required for fraction",
     .help = "of the way to the centre"},
    {0}};
#undef AT

static keel_status check_move(struct keel_config_reader *reader, const struct keel_config_node *node, void *value) {
  const struct keel_move *move = value;
  static const struct {
    const char *name;
    enum keel_move_to to;
  } own[] = {{"inner", KEEL_MOVE_INNER}, {"fraction", KEEL_MOVE_FRACTION}};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    int given = keel_config_child(node, own[i].name) != NULL;
    if (given && move->to != own[i].to)
      return keel_config_fail(reader->error, node, own[i].name, "belongs to `to: %s`", own[i].name);
    if (!given && move->to == own[i].to)
      return keel_config_fail(reader->error, node, own[i].name, "is missing: required for `to: %s`", own[i].name);
  }
  if (move->inner == 1)
    return keel_config_fail(reader->error, node, "inner", "is 1, the edge itself; allowed: below 1, or `to: edge`");
  return KEEL_STATUS_OK;
}

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

/* ---- hedge, variants ---- */

#define AT(member) .offset = offsetof(struct keel_policy, member)
const struct keel_config_field keel_strategy_hedge_fields[] = {
    {.name = "target",
     .type = &keel_type_map,
     AT(target),
     .fields = keel_strategy_target_fields,
     .check = keel_strategy_check_target,
     .help = "which holdings would be right"},
    {.name = "trigger",
     .type = &keel_type_map,
     AT(triggers),
     .fields = keel_strategy_trigger_fields,
     .absent = "none; required where the target trades",
     .help = "when to act on each exposure of the target: at the first step, and then when any of these fires"},
    {.name = "move",
     .type = &keel_type_map,
     AT(move),
     .fields = move_fields,
     .check = check_move,
     .help = "how far to go"},
    {.name = "execution", .type = &keel_type_map, AT(execution), .fields = execution_fields, .help = "by which path"},
    {.name = "with",
     .type = &keel_type_list,
     AT(with),
     .fields = keel_strategy_with_fields,
     .item = "N",
     .item_size = sizeof(struct keel_hedge_instrument),
     .count_offset = offsetof(struct keel_policy, with_count),
     .check = keel_strategy_check_instrument,
     .absent = "none; required where the target trades",
     .help = "the hedge instruments: for each underlying as many as the target has exposures"},
    {0}};
#undef AT

keel_status keel_strategy_read_policy(struct keel_config_reader *reader, const struct keel_config_node *hedge,
                                      struct keel_variant *variant) {
  variant->hedge = hedge;
  keel_status status = keel_config_read(reader, keel_strategy_hedge_fields, hedge, &variant->policy);
  return status ? status : keel_strategy_settle_triggers(reader, hedge, &variant->policy);
}

static keel_status read_hedge(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  (void)field;
  struct keel_strategy *strategy = base;
  const struct keel_config_node *variants = keel_config_child(node->up, "variants");
  strategy->variants = KEEL_ARENA_NEW(reader->arena, struct keel_variant, 1 + (variants ? variants->count : 0));
  strategy->variants[0].name = "base";
  strategy->variant_count = 1;
  return keel_strategy_read_policy(reader, node, &strategy->variants[0]);
}

/* Looked at for its names; read once it is merged. */
static keel_status read_partial_hedge(struct keel_config_reader *reader, const struct keel_config_field *field,
                                      const struct keel_config_node *node, void *base) {
  (void)field, (void)base;
  return keel_config_check_names(reader, keel_strategy_hedge_fields, node);
}

const struct keel_config_type keel_type_partial_hedge = {"map", read_partial_hedge, NULL};

const struct keel_config_field keel_strategy_variant_fields[] = {
    {.name = "name",
     .type = &keel_type_text,
     .offset = offsetof(struct keel_variant, name),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "its name in results; each once, and not `base`"},
    {.name = "hedge",
     .type = &keel_type_partial_hedge,
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
    const struct keel_config_node *own = keel_config_child(item, "hedge");
    status =
        keel_strategy_read_policy(reader, keel_config_merge(reader->arena, strategy->variants[0].hedge, own), variant);
    if (status) return status;
    strategy->variant_count++;
  }
  return KEEL_STATUS_OK;
}

const struct keel_config_type keel_type_hedge = {"map", read_hedge, NULL};
const struct keel_config_type keel_type_variants = {"list", read_variants, NULL};
