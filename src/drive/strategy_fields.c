#include "drive/strategy_fields.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "book/book_read.h"
#include "book/field_types.h"
#include "book/trades_read.h"

static keel_status read_book(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  (void)field;
  return keel_book_read(reader, node, &((struct keel_strategy *)base)->book);
}

/* The book is read before them. */
static keel_status read_fills(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  (void)field;
  struct keel_strategy *strategy = base;
  return keel_trades_read(reader, node, &strategy->book, &strategy->fills);
}

static const struct keel_config_type type_fills = {"list, or `{file: fills.csv}`", read_fills, NULL};
static const struct keel_config_type type_book = {"list, or `{file: book.csv}`", read_book, NULL};

static const struct keel_config_choice pays[] = {{"pay", 0, 0}, {"waive", 1, 0}, {0}};

#define AT(member) .offset = offsetof(struct keel_costs, member)
#define TAX .type = &keel_type_number, .preset = "0", .max = 10000, .unit = "basis points"
const struct keel_config_field keel_strategy_cost_fields[] = {
    {.name = "half_spread_bps",
     .type = &keel_type_number,
     AT(half_spread_bps),
     .max = 10000,
     .unit = "basis points",
     .absent = "half the quoted spread",
     .help = "half the spread, of the value traded; overrides quotes"},
    {.name = "fee_per_share",
     .type = &keel_type_number,
     AT(fees.per_share),
     .preset = "0",
     .unit = "money",
     .help = "per unit of the underlying, of every instrument without fees of its own; below 0 is a rebate"},
    {.name = "fee_tiers",
     .type = &keel_type_list,
     AT(fees.tiers),
     .fields = keel_strategy_tier_fields,
     .item = "N",
     .item_size = sizeof(struct keel_fee_tier),
     .count_offset = offsetof(struct keel_costs, fees.tier_count),
     .check = keel_strategy_check_tier,
     .absent = "none",
     .help = "the same by the size of an order, in its place"},
    {.name = "fee_per_order",
     .type = &keel_type_number,
     AT(fees.per_order),
     .preset = "0",
     .max = INFINITY,
     .unit = "money",
     .help = "per order"},
    {.name = "buy_tax_bps", TAX, AT(buy_tax_bps), .help = "of the value bought"},
    {.name = "sell_tax_bps", TAX, AT(sell_tax_bps), .help = "of the value sold"},
    {.name = "borrow_rate",
     .type = &keel_type_number,
     AT(borrow_rate),
     .preset = "0",
     .min = -1,
     .max = 10,
     .unit = "per year, continuous",
     .help = "on the value of spot sold short"},
    {.name = "open",
     .type = &keel_type_choice,
     AT(open_waived),
     .preset = "pay",
     .choices = pays,
     .help = "whether the first trade pays costs"},
    {.name = "close",
     .type = &keel_type_choice,
     AT(close_waived),
     .preset = "pay",
     .choices = pays,
     .help = "whether the liquidation at the end pays costs"},
    {0}};
#undef AT

static keel_status check_costs(struct keel_config_reader *reader, const struct keel_config_node *node, void *value) {
  (void)value;
  return keel_strategy_check_fees(reader, node);
}

#define AT(member) .type = &keel_type_number, .offset = offsetof(struct keel_limits, member), .max = INFINITY
const struct keel_config_field keel_strategy_limit_fields[] = {
    {.name = "order_qty_max",
     AT(order_qty_max),
     .flags = KEEL_CONFIG_REQUIRED | KEEL_CONFIG_ABOVE_MIN,
     .unit = "contracts",
     .help = "the largest order; a larger one is clipped, and the rest stays open"},
    {.name = "position_qty_max",
     AT(position_qty_max),
     .flags = KEEL_CONFIG_REQUIRED | KEEL_CONFIG_ABOVE_MIN,
     .unit = "contracts",
     .help = "the largest holding of a hedge instrument, long or short"},
    {.name = "order_notional_max",
     AT(order_notional_max),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .unit = "money",
     .help = "the largest value of an order"},
    {0}};
#undef AT

/* A list of numbers above 0. */
static keel_status read_aversions(struct keel_config_reader *reader, const struct keel_config_field *field,
                                  const struct keel_config_node *node, void *base) {
  struct keel_run_terms *run = &((struct keel_strategy *)base)->run;
  if (node->kind != KEEL_CONFIG_LIST || node->count > KEEL_AVERSIONS_MAX)
    return keel_config_fail(reader->error, node, NULL, "has to be a list of at most %d numbers, as [0.01, 0.1]",
                            KEEL_AVERSIONS_MAX);
  keel_status status = KEEL_STATUS_OK;
  for (const struct keel_config_node *item = node->first; item && !status; item = item->next)
    status = keel_config_read_number(reader, field, item, &run->aversions[run->aversion_count++]);
  return status;
}

/* Sobol points of a replicate. */
static keel_status read_points(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *node, void *base) {
  int points;
  struct keel_config_field whole = *field;
  whole.offset = 0;
  keel_status status = keel_type_count.read(reader, &whole, node, &points);
  if (status) return status;
  if (points & (points - 1))
    return keel_config_fail(reader->error, node, NULL, "is %s; allowed: a power of two from %d", node->text,
                            KEEL_LEAF_PATHS);
  ((struct keel_strategy *)base)->simulated.sobol_points = (size_t)points;
  return KEEL_STATUS_OK;
}

/* A count that may not be above its field's max. */
static keel_status read_shown(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  double number;
  keel_status status = keel_config_read_number(reader, field, node, &number);
  return status ? status : keel_type_count.read(reader, field, node, base);
}

static const struct keel_config_type type_aversions = {"list of numbers", read_aversions, NULL};
static const struct keel_config_type type_points = {"whole number", read_points, NULL};
static const struct keel_config_type type_shown = {"whole number", read_shown, NULL};
static const struct keel_config_choice earlier_fills[] = {
    {"refuse", KEEL_EARLIER_REFUSE, 0}, {"held", KEEL_EARLIER_HELD, 0}, {"enter", KEEL_EARLIER_ENTER, 0}, {0}};
static const struct keel_config_choice yes_or_no[] = {{"true", 1, 0}, {"false", 0, 0}, {0}};

#define AT(member) .offset = offsetof(struct keel_strategy, member)
static const struct keel_config_field run_fields[] = {
    {.name = "start",
     .type = &keel_type_day_start,
     AT(run.start_ns),
     .absent = "the first instant of the tape",
     .help = "what is before is not used; a date is its first instant, local to the calendar"},
    {.name = "end",
     .type = &keel_type_day_end,
     AT(run.end_ns),
     .absent = "the last instant of the tape",
     .help = "what is after is not used; a date counts to its end, local to the calendar"},
    {.name = "earlier_fills",
     .type = &keel_type_choice,
     AT(run.earlier_fills),
     .preset = "refuse",
     .choices = earlier_fills,
     .help = "fills from before the run: `refuse` them; `held`: the positions of the book have them already; `enter`: "
             "they are added to these positions, which enter at the market's mark"},
    {.name = "paths",
     .type = &keel_type_count,
     AT(run.paths),
     .min = 1,
     .max = INFINITY,
     .absent = "required for simulations",
     .help = "simulated paths"},
    {.name = "steps",
     .type = &keel_type_count,
     AT(run.steps),
     .min = 1,
     .max = INFINITY,
     .absent = "required for simulations",
     .help = "steps of a simulation, all of equal length"},
    {.name = "years",
     .type = &keel_type_number,
     AT(run.years),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 200,
     .absent = "until the last expiry of the book",
     .unit = "years of 365 days",
     .help = "length of a simulation"},
    {.name = "seed", .type = &keel_type_seed, AT(run.seed), .preset = "0", .help = "of random numbers"},
    {.name = "explain",
     .type = &keel_type_choice,
     AT(run.explains),
     .preset = "true",
     .choices = yes_or_no,
     .help = "simulations: with the components of the P&L, which costs time"},
    {.name = "show",
     .type = &type_shown,
     AT(run.paths_shown),
     .preset = "0",
     .max = 1000,
     .help = "simulations: the first paths that the result keeps step by step"},
    {.name = "antithetic",
     .type = &keel_type_choice,
     AT(simulated.antithetic),
     .preset = "false",
     .choices = yes_or_no,
     .help = "simulations: every other path mirrors the normals of the path before it"},
    {.name = "matched",
     .type = &keel_type_choice,
     AT(simulated.matched),
     .preset = "false",
     .choices = yes_or_no,
     .help = "simulations: in every 256 paths the normals of a step have mean 0 and variance 1"},
    {.name = "sobol",
     .type = &type_points,
     .min = KEEL_LEAF_PATHS,
     .max = INFINITY,
     .absent = "none",
     .help = "simulations: Sobol points of a replicate, a power of two; paths are replicates times points"},
    {.name = "risk_aversions",
     .type = &type_aversions,
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = INFINITY,
     .absent = "none",
     .unit = "per unit of money",
     .help = "simulations: of the entropic risks in the result, at most 4"},
    {0}};
#undef AT

#define AT(member) .offset = offsetof(struct keel_strategy, member)
const struct keel_config_field keel_strategy_fields[] = {
    {.name = "book",
     .type = &type_book,
     .flags = KEEL_CONFIG_REQUIRED,
     .fields = keel_position_fields,
     .item = "N",
     .help =
         "what is held: a list of positions, or a CSV (its path relative to this file) with the same names as columns"},
    {.name = "fills",
     .type = &type_fills,
     .fields = keel_trade_fields,
     .item = "N",
     .help = "what the book itself trades during a replay: a list, or a CSV with the same names as columns"},
    {.name = "market",
     .type = &keel_type_market,
     .flags = KEEL_CONFIG_REQUIRED,
     .fields = keel_strategy_market_fields,
     .help = "what is seen, and what is assumed of it"},
    {.name = "models",
     .type = &keel_type_models,
     .fields = keel_strategy_model_fields,
     .item = "X",
     .help =
         "the simulated market of several underlyings, each by its name; as market.model, one for each of the book"},
    {.name = "correlation",
     .type = &keel_type_correlation,
     .help = "of the underlyings' Brownian motions: a row for each of `models`, in their order"},
    {.name = "hedge",
     .type = &keel_type_hedge,
     .flags = KEEL_CONFIG_REQUIRED,
     .fields = keel_strategy_hedge_fields,
     .help = "how it is hedged"},
    {.name = "variants",
     .type = &keel_type_variants,
     .fields = keel_strategy_variant_fields,
     .item = "N",
     .help = "other ways to hedge the same book, compared side by side"},
    {.name = "costs",
     .type = &keel_type_map,
     AT(costs),
     .fields = keel_strategy_cost_fields,
     .check = check_costs,
     .help = "what hedging costs"},
    {.name = "limits",
     .type = &keel_type_map,
     AT(limits),
     .fields = keel_strategy_limit_fields,
     .help = "what may never happen"},
    {.name = "accounts",
     .type = &keel_type_accounts,
     .fields = keel_strategy_account_fields,
     .item = "N",
     .help = "accounts of the book that are not hedged as the strategy says; all others are"},
    {.name = "run", .type = &keel_type_map, .fields = run_fields, .help = "which part of the tape, how many paths"},
    {.name = "frontier",
     .type = &keel_type_frontier,
     .fields = keel_strategy_frontier_fields,
     .help = "how `keel frontier` compares rules"},
    {.name = "risk",
     .type = &keel_type_map,
     .fields = keel_strategy_risk_fields,
     .check = keel_strategy_check_risk,
     .help = "how `keel risk` cuts the book, and what it shifts"},
    {0}};
#undef AT

char *keel_strategy_document(void) {
  char *text = NULL;
  size_t length;
  FILE *memory = open_memstream(&text, &length);
  if (!memory) return NULL;
  keel_config_document(memory, keel_strategy_fields);
  int failed = ferror(memory);
  if (fclose(memory) == 0 && !failed) return text;
  free(text);
  return NULL;
}
