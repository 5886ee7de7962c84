/* `accounts`: parts of the book with a hedge, limits and costs of their own. */
#include <stdlib.h>
#include <string.h>

#include "drive/strategy_fields.h"

/* ---- which there are ---- */

static int by_name(const void *left, const void *right) {
  const struct keel_book_account *a = left, *b = right;
  return strcmp(a->name, b->name);
}

static long find(const struct keel_strategy *strategy, const char *name) {
  for (size_t a = 0; a < strategy->account_count; a++)
    if (keel_account_same(strategy->accounts[a].name, name)) return (long)a;
  return -1;
}

static void add_account(struct keel_strategy *strategy, const char *name) {
  if (find(strategy, name) < 0)
    strategy->accounts[strategy->account_count++] = (struct keel_book_account){.name = keel_account_name(name)};
}

/* Position i of the book and, behind it, of the fills. */
static const struct keel_position *position_at(const struct keel_strategy *strategy, size_t i) {
  size_t held = strategy->book.count;
  return i < held ? &strategy->book.positions[i] : &strategy->fills.trades[i - held].position;
}

static int has_sleeve(const struct keel_strategy *strategy, struct keel_sleeve sleeve) {
  for (size_t i = 0; i < strategy->book.count + strategy->fills.count; i++) {
    const struct keel_position *position = position_at(strategy, i);
    if (keel_account_same(position->account, strategy->accounts[sleeve.account].name) &&
        strcmp(position->contract.underlying, strategy->market.underlyings[sleeve.number].name) == 0)
      return 1;
  }
  return 0;
}

void keel_strategy_list_accounts(struct keel_arena *arena, struct keel_strategy *strategy) {
  size_t count = strategy->book.count + strategy->fills.count;
  int any = 0;
  for (size_t i = 0; i < count; i++) any |= position_at(strategy, i)->account != NULL;
  if (!any) return;
  strategy->accounts = KEEL_ARENA_NEW(arena, struct keel_book_account, count);
  for (size_t i = 0; i < count; i++) add_account(strategy, position_at(strategy, i)->account);
  qsort(strategy->accounts, strategy->account_count, sizeof *strategy->accounts, by_name);
  size_t pairs = strategy->market.underlying_count * strategy->account_count;
  strategy->sleeves = KEEL_ARENA_NEW(arena, struct keel_sleeve, pairs);
  for (uint32_t u = 0; u < strategy->market.underlying_count; u++)
    for (uint32_t a = 0; a < strategy->account_count; a++)
      if (has_sleeve(strategy, (struct keel_sleeve){u, a}))
        strategy->sleeves[strategy->sleeve_count++] = (struct keel_sleeve){u, a};
}

/* ---- what is said of one ---- */

/* What one of them says, before it is merged. */
struct entry {
  const char *name;
};

static keel_status read_limits(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *node, void *base) {
  (void)field, (void)base;
  return keel_config_check_names(reader, keel_strategy_limit_fields, node);
}

static keel_status read_costs(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  (void)field, (void)base;
  keel_status status = keel_config_check_names(reader, keel_strategy_cost_fields, node);
  return status ? status : keel_strategy_check_fees(reader, node);
}

static const struct keel_config_type type_limits = {"map", read_limits, NULL};
static const struct keel_config_type type_costs = {"map", read_costs, NULL};

const struct keel_config_field keel_strategy_account_fields[] = {
    {.name = "name",
     .type = &keel_type_text,
     .offset = offsetof(struct entry, name),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "the account, as positions of the book or fills name it"},
    {.name = "hedge",
     .type = &keel_type_partial_hedge,
     .absent = "the strategy's own",
     .help = "the parts that differ, as in a variant; under a variant they replace the variant's too"},
    {.name = "limits",
     .type = &type_limits,
     .absent = "the strategy's own",
     .help = "the limits that differ; an account's limits are for itself alone"},
    {.name = "costs", .type = &type_costs, .absent = "the strategy's own", .help = "the costs that differ"},
    {0}};

/* A map without one of its fields. */
static const struct keel_config_node *without(struct keel_arena *arena, const struct keel_config_node *map,
                                              const char *name) {
  struct keel_config_node *rest = keel_config_new(arena, KEEL_CONFIG_MAP, map->file, map->line);
  for (const struct keel_config_node *item = map->first; item; item = item->next) {
    if (strcmp(item->key, name) == 0) continue;
    struct keel_config_node *copy = KEEL_ARENA_NEW(arena, struct keel_config_node, 1);
    *copy = *item;
    keel_config_add(rest, item->key, copy);
    copy->up = item->up;
  }
  return rest;
}

/* The strategy's costs with the account's over them. Fees are given in one way: the account's. */
static const struct keel_config_node *costs_over(struct keel_arena *arena, const struct keel_config_node *base,
                                                 const struct keel_config_node *own) {
  if (base && keel_config_child(own, "fee_tiers")) base = without(arena, base, "fee_per_share");
  if (base && keel_config_child(own, "fee_per_share")) base = without(arena, base, "fee_tiers");
  return keel_config_merge(arena, base, own);
}

static keel_status read_terms(struct keel_config_reader *reader, const struct keel_strategy *strategy,
                              struct keel_book_account *account) {
  const struct keel_config_node *root = account->node->up->up;
  const struct keel_config_node *limits = keel_config_child(account->node, "limits"),
                                *costs = keel_config_child(account->node, "costs");
  keel_status status = KEEL_STATUS_OK;
  account->limits = strategy->limits;
  account->costs = strategy->costs;
  if (limits)
    status =
        keel_config_read(reader, keel_strategy_limit_fields,
                         keel_config_merge(reader->arena, keel_config_child(root, "limits"), limits), &account->limits);
  if (costs && !status)
    status = keel_config_read(reader, keel_strategy_cost_fields,
                              costs_over(reader->arena, keel_config_child(root, "costs"), costs), &account->costs);
  return status;
}

static keel_status read_hedges(struct keel_config_reader *reader, const struct keel_strategy *strategy,
                               struct keel_book_account *account) {
  const struct keel_config_node *own = keel_config_child(account->node, "hedge");
  keel_status status = KEEL_STATUS_OK;
  account->variants = KEEL_ARENA_NEW(reader->arena, struct keel_variant, strategy->variant_count);
  for (size_t v = 0; v < strategy->variant_count && !status; v++) {
    const struct keel_config_node *hedge = strategy->variants[v].hedge;
    account->variants[v].name = strategy->variants[v].name;
    status = keel_strategy_read_policy(reader, own ? keel_config_merge(reader->arena, hedge, own) : hedge,
                                       &account->variants[v]);
  }
  return status;
}

static keel_status refuse_name(struct keel_config_reader *reader, const struct keel_config_node *item,
                               const struct keel_strategy *strategy, const char *name) {
  char names[320] = "";
  for (size_t a = 0; a < strategy->account_count; a++) {
    size_t used = strlen(names);
    const char *known = strategy->accounts[a].name;
    if (*known) snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", known);
  }
  return keel_config_fail(reader->error, item, "name", "`%.80s` is named by no position of the book; allowed: %s", name,
                          *names ? names : "none, as no position names an account");
}

static keel_status read_account(struct keel_config_reader *reader, const struct keel_config_node *item,
                                struct keel_strategy *strategy) {
  struct entry entry = {0};
  keel_status status = keel_config_read(reader, keel_strategy_account_fields, item, &entry);
  if (status) return status;
  long a = find(strategy, entry.name);
  if (a < 0) return refuse_name(reader, item, strategy, entry.name);
  struct keel_book_account *account = &strategy->accounts[a];
  if (account->node) return keel_config_fail(reader->error, item, "name", "`%.80s` is there already", entry.name);
  account->node = item;
  status = read_terms(reader, strategy, account);
  return status ? status : read_hedges(reader, strategy, account);
}

static keel_status read_accounts(struct keel_config_reader *reader, const struct keel_config_field *field,
                                 const struct keel_config_node *node, void *base) {
  (void)field;
  keel_status status = KEEL_STATUS_OK;
  if (node->kind != KEEL_CONFIG_LIST)
    return keel_config_fail(reader->error, node, NULL, "has to be a list, as [{name: ..., hedge: {...}}]");
  for (const struct keel_config_node *item = node->first; item && !status; item = item->next)
    status = read_account(reader, item, base);
  return status;
}

const struct keel_config_type keel_type_accounts = {"list", read_accounts, NULL};
