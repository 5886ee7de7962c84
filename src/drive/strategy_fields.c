#include "drive/strategy_fields.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "book/book_read.h"
#include "book/field_types.h"

static keel_status read_book(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  (void)field;
  return keel_book_read(reader, node, &((struct keel_strategy *)base)->book);
}

static const struct keel_config_type type_book = {"list, or `{file: book.csv}`", read_book, NULL};

static const struct keel_config_choice pays[] = {{"pay", 0, 0}, {"waive", 1, 0}, {0}};

#define AT(member) .offset = offsetof(struct keel_costs, member)
#define TAX .type = &keel_type_number, .preset = "0", .max = 10000, .unit = "basis points"
static const struct keel_config_field cost_fields[] = {
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
     .help = "per unit of the hedge instrument; below 0 is a rebate"},
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

#define AT(member) .type = &keel_type_number, .offset = offsetof(struct keel_limits, member), .max = INFINITY
static const struct keel_config_field limit_fields[] = {
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

#define AT(member) .offset = offsetof(struct keel_run_terms, member)
static const struct keel_config_field run_fields[] = {
    {.name = "start",
     .type = &keel_type_day_start,
     AT(start_ns),
     .absent = "the first instant of the tape",
     .help = "what is before is not used; a date is its first instant, local to the calendar"},
    {.name = "end",
     .type = &keel_type_day_end,
     AT(end_ns),
     .absent = "the last instant of the tape",
     .help = "what is after is not used; a date counts to its end, local to the calendar"},
    {.name = "paths",
     .type = &keel_type_count,
     AT(paths),
     .min = 1,
     .max = INFINITY,
     .absent = "none",
     .help = "simulated paths"},
    {.name = "steps",
     .type = &keel_type_count,
     AT(steps),
     .min = 1,
     .max = INFINITY,
     .absent = "none",
     .help = "steps of a simulation"},
    {.name = "seed", .type = &keel_type_seed, AT(seed), .preset = "0", .help = "of random numbers"},
    {.name = "years", .type = &keel_type_later, .help = "there are no simulations yet"},
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
    {.name = "market",
     .type = &keel_type_market,
     .flags = KEEL_CONFIG_REQUIRED,
     .fields = keel_strategy_market_fields,
     .help = "what is seen, and what is assumed of it"},
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
    {.name = "costs", .type = &keel_type_map, AT(costs), .fields = cost_fields, .help = "what hedging costs"},
    {.name = "limits", .type = &keel_type_map, AT(limits), .fields = limit_fields, .help = "what may never happen"},
    {.name = "run",
     .type = &keel_type_map,
     AT(run),
     .fields = run_fields,
     .help = "which part of the tape, how many paths"},
    {.name = "models", .type = &keel_type_later, .help = "give market.tape"},
    {.name = "correlation", .type = &keel_type_later, .help = "there are no models yet"},
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
