/* `frontier`: how rules are compared, and which. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "drive/strategy_fields.h"

enum { RULES_MAX = 1000 };

/* An item of `rules` as the file says it. */
struct family {
  const char *name;
};

/* ---- rules: a hedge, and the values that one of its fields takes ---- */

static void add_value(struct keel_text *text, const struct keel_config_node *node) {
  if (node->kind == KEEL_CONFIG_SCALAR) {
    keel_text_add(text, node->text);
    return;
  }
  int is_map = node->kind == KEEL_CONFIG_MAP;
  keel_text_add(text, is_map ? "{" : "[");
  for (const struct keel_config_node *item = node->first; item; item = item->next) {
    if (item != node->first) keel_text_add(text, ", ");
    if (is_map) keel_text_printf(text, "%s: ", item->key);
    add_value(text, item);
  }
  keel_text_add(text, is_map ? "}" : "]");
}

/* `wide 0.05`, or without a name `trigger.band.fraction=0.05`. */
static const char *name_rule(struct keel_arena *arena, const char *family, const struct keel_config_node *over,
                             const struct keel_config_node *value) {
  struct keel_text text;
  keel_text_init(&text);
  keel_text_add(&text, family ? family : over->key);
  keel_text_add(&text, family ? " " : "=");
  add_value(&text, value);
  const char *name = text.failed ? "" : keel_arena_text(arena, text.data, text.length);
  keel_text_fini(&text);
  return name;
}

/* `map` with `value` at a path below it; what is there otherwise is shared. Messages say the path in `map`, and the
 * line of the value. */
static struct keel_config_node *with_value(struct keel_arena *arena, const struct keel_config_node *map,
                                           const char *path, const struct keel_config_node *value) {
  size_t length = strcspn(path, ".");
  const char *key = keel_arena_text(arena, path, length);
  struct keel_config_node *item = KEEL_ARENA_NEW(arena, struct keel_config_node, 1);
  *item = *value;
  if (path[length]) {
    const struct keel_config_node *below = keel_config_child(map, key);
    struct keel_config_node *made = keel_config_new(arena, KEEL_CONFIG_MAP, value->file, value->line);
    made->up = map, made->key = key;
    *item = *with_value(arena, below && below->kind == KEEL_CONFIG_MAP ? below : made, path + length + 1, value);
  }
  struct keel_config_node *single = keel_config_new(arena, KEEL_CONFIG_MAP, map->file, map->line);
  single->up = map->up, single->key = map->key, single->index = map->index;
  keel_config_add(single, key, item);
  return keel_config_merge(arena, map, single);
}

static keel_status add_rule(struct keel_config_reader *reader, const struct keel_config_node *item, const char *name,
                            const struct keel_config_node *hedge, struct keel_frontier_terms *terms) {
  if (terms->rule_count == RULES_MAX)
    return keel_config_fail(reader->error, item, NULL, "makes more than %d rules", RULES_MAX);
  if (strcmp(name, "base") == 0)
    return keel_config_fail(reader->error, item, NULL, "makes a rule `base`, which is the strategy's own hedge");
  for (size_t i = 0; i < terms->rule_count; i++)
    if (strcmp(terms->rules[i].name, name) == 0)
      return keel_config_fail(reader->error, item, NULL, "makes a rule `%.80s`, which is there already", name);
  struct keel_variant *rule = &terms->rules[terms->rule_count++];
  rule->name = name;
  return keel_strategy_read_policy(reader, hedge, rule);
}

/* The rules of one item: as many as `over` has values, or one. */
static keel_status read_family(struct keel_config_reader *reader, const struct keel_config_node *item, const char *name,
                               struct keel_strategy *strategy) {
  const struct keel_config_node *hedge = strategy->variants[0].hedge, *own = keel_config_child(item, "hedge");
  const struct keel_config_node *over = keel_config_child(item, "over");
  if (own) hedge = keel_config_merge(reader->arena, hedge, own);
  if (!over && !name)
    return keel_config_fail(reader->error, item, "name", "is missing: what the rule is called; or give `over`");
  if (!over) return add_rule(reader, item, name, hedge, &strategy->frontier);
  const struct keel_config_node *field = over->first;
  keel_status status = KEEL_STATUS_OK;
  for (const struct keel_config_node *value = field->first; value && !status; value = value->next)
    status = add_rule(reader, value, name_rule(reader->arena, name, field, value),
                      with_value(reader->arena, hedge, field->key, value), &strategy->frontier);
  return status;
}

/* ---- types ---- */

/* `{trigger.every: [1d, 2d, 5d]}`: one field below `hedge`, and its values. */
static keel_status read_over(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  (void)field, (void)base;
  if (node->kind != KEEL_CONFIG_MAP || node->count != 1)
    return keel_config_fail(reader->error, node, NULL,
                            "has to be one field below `hedge` and its values, as {trigger.every: [1d, 2d, 5d]}");
  const struct keel_config_node *values = node->first;
  if (values->kind != KEEL_CONFIG_LIST || !values->count)
    return keel_config_fail(reader->error, values, NULL, "has to be a list of values, as [1d, 2d, 5d]");
  const char *path = values->key;
  size_t last = strlen(path);
  if (!last || *path == '.' || path[last - 1] == '.' || strstr(path, ".."))
    return keel_config_fail(reader->error, values, NULL, "is no path of a field; write it as trigger.band.shares");
  return KEEL_STATUS_OK;
}

static const struct keel_config_type type_over = {"map of a field to its values", read_over, NULL};

static const struct keel_config_field family_fields[] = {
    {.name = "name",
     .type = &keel_type_text,
     .offset = offsetof(struct family, name),
     .absent = "the field and value of `over`, as `trigger.every=1d`",
     .help = "of the rule in results; with `over` it stands before each value"},
    {.name = "hedge",
     .type = &keel_type_partial_hedge,
     .absent = "the strategy's own",
     .help = "the parts that differ, as in a variant"},
    {.name = "over",
     .type = &type_over,
     .absent = "none: one rule",
     .help =
         "a field below `hedge` by its path, and the values that it takes: a rule for each, the rest of the hedge as "
         "it is"},
    {0}};

static keel_status read_rules(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  struct keel_strategy *strategy = base;
  if (node->kind != KEEL_CONFIG_LIST)
    return keel_config_fail(reader->error, node, NULL, "has to be a list, as [{over: {trigger.every: [1d, 5d]}}]");
  strategy->frontier.rules = KEEL_ARENA_NEW(reader->arena, struct keel_variant, RULES_MAX);
  for (const struct keel_config_node *item = node->first; item; item = item->next) {
    struct family family = {0};
    keel_status status = keel_config_read(reader, field->fields, item, &family);
    if (!status) status = read_family(reader, item, family.name, strategy);
    if (status) return status;
  }
  return KEEL_STATUS_OK;
}

static const struct keel_config_type type_rules = {"list", read_rules, NULL};

/* ---- fields ---- */

static const struct keel_config_choice risks[] = {
    {"std", KEEL_FRONTIER_STD, 0}, {"cvar", KEEL_FRONTIER_CVAR, 0}, {"entropic", KEEL_FRONTIER_ENTROPIC, 0}, {0}};

#define AT(member) .offset = offsetof(struct keel_strategy, frontier.member)
const struct keel_config_field keel_strategy_frontier_fields[] = {
    {.name = "risk",
     .type = &keel_type_choice,
     AT(risk),
     .preset = "cvar",
     .choices = risks,
     .help = "what is weighed against the mean cost"},
    {.name = "level",
     .type = &keel_type_number,
     AT(level),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 1,
     .absent = "0.95",
     .help = "cvar: of the mean of the worst 1 - level of outcomes; below 1"},
    {.name = "risk_aversion",
     .type = &keel_type_number,
     AT(risk_aversion),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .absent = "none; required for entropic",
     .help =
         "the rule with the least objective is recommended: std: -mean P&L + risk_aversion x std; cvar: -mean P&L + "
         "risk_aversion x (CVaR + mean P&L), the deviation of the tail; entropic: the risk itself, for this risk "
         "aversion per unit of money. The mean holds the costs"},
    {.name = "budget",
     .type = &keel_type_number,
     AT(budget),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .absent = "none",
     .unit = "money",
     .help = "the largest mean cost: the rule of the least risk within it is recommended"},
    {.name = "rules",
     .type = &type_rules,
     .fields = family_fields,
     .item = "N",
     .absent = "a family that fits the case: timers, bands, price moves, optimal bands, and with options in the hedge "
               "rules for gamma and vega",
     .help = "the rules that are compared"},
    {0}};
#undef AT

static keel_status check_terms(struct keel_config_reader *reader, const struct keel_config_node *node,
                               struct keel_frontier_terms *terms) {
  keel_error *error = reader->error;
  if (terms->risk != KEEL_FRONTIER_CVAR && !isnan(terms->level))
    return keel_config_fail(error, node, "level", "belongs to risk: cvar");
  if (terms->level == 1) return keel_config_fail(error, node, "level", "is 1; allowed: above 0, below 1");
  if (terms->risk == KEEL_FRONTIER_ENTROPIC && isnan(terms->risk_aversion))
    return keel_config_fail(error, node, "risk_aversion", "is missing: per unit of money, required for risk: entropic");
  if (terms->risk != KEEL_FRONTIER_ENTROPIC && !isnan(terms->risk_aversion) && !isnan(terms->budget))
    return keel_config_fail(error, node, "budget", "is given beside `risk_aversion`; give one of them");
  if (isnan(terms->level)) terms->level = 0.95;
  return KEEL_STATUS_OK;
}

static keel_status read_frontier(struct keel_config_reader *reader, const struct keel_config_field *field,
                                 const struct keel_config_node *node, void *base) {
  keel_status status = keel_config_read(reader, field->fields, node, base);
  return status ? status : check_terms(reader, node, &((struct keel_strategy *)base)->frontier);
}

/* As an empty one. */
static keel_status absent_frontier(struct keel_config_reader *reader, const struct keel_config_field *field,
                                   const struct keel_config_node *map, void *base) {
  struct keel_config_node empty = {
      .kind = KEEL_CONFIG_MAP, .file = map->file, .line = map->line, .up = map, .key = field->name};
  return read_frontier(reader, field, &empty, base);
}

const struct keel_config_type keel_type_frontier = {"map", read_frontier, absent_frontier};
