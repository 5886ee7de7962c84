/* The market of a strategy. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "book/book_read.h"
#include "drive/strategy_fields.h"

/* What is read; `own` is what holds for every underlying that does not say otherwise. */
struct market {
  struct keel_market_terms terms;
  struct keel_underlying_terms own;
};

/* ---- types ---- */

static keel_status read_calendar(struct keel_config_reader *reader, const struct keel_config_field *field,
                                 const struct keel_config_node *node, void *base) {
  int unused;
  keel_status status = keel_config_choose(reader, field->choices, node, &unused);
  if (status) return status;
  return keel_calendar_find(node->text, (const struct keel_calendar **)(void *)((char *)base + field->offset),
                            reader->error);
}

/* The names are those of the book, so they are read once the book is known. */
static keel_status read_underlyings(struct keel_config_reader *reader, const struct keel_config_field *field,
                                    const struct keel_config_node *node, void *base) {
  (void)field, (void)base;
  if (node->kind == KEEL_CONFIG_MAP) return KEEL_STATUS_OK;
  return keel_config_fail(reader->error, node, NULL, "has to be a map from an underlying's name to its fields");
}

static const struct keel_config_type type_calendar = {"name", read_calendar, NULL};
static const struct keel_config_type type_underlyings = {"map by underlying", read_underlyings, NULL};

/* ---- fields ---- */

static keel_status check_dividend(struct keel_config_reader *reader, const struct keel_config_node *node, void *value) {
  struct keel_dividend *dividend = value;
  if (dividend->pay_ns == KEEL_TIME_NONE) dividend->pay_ns = dividend->ex_ns;
  if (dividend->pay_ns < dividend->ex_ns) return keel_config_fail(reader->error, node, "pay", "is before `ex`");
  if (node->index && dividend->ex_ns < dividend[-1].ex_ns)
    return keel_config_fail(reader->error, node, "ex", "is before the dividend above it; give them in order");
  return KEEL_STATUS_OK;
}

#define AT(member) .offset = offsetof(struct keel_dividend, member)
static const struct keel_config_field dividend_fields[] = {
    {.name = "ex",
     .type = &keel_type_day_start,
     AT(ex_ns),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "from when spot trades without it; a date is its first instant, local to the calendar"},
    {.name = "cash",
     .type = &keel_type_number,
     AT(cash),
     .flags = KEEL_CONFIG_REQUIRED | KEEL_CONFIG_ABOVE_MIN,
     .max = 1e15,
     .unit = "per share",
     .help = "what is paid"},
    {.name = "pay", .type = &keel_type_day_start, AT(pay_ns), .absent = "the ex-date", .help = "when it becomes cash"},
    {0}};
#undef AT

static keel_status check_split(struct keel_config_reader *reader, const struct keel_config_node *node, void *value) {
  const struct keel_split *split = value;
  if (split->ratio == 1) return keel_config_fail(reader->error, node, "ratio", "is 1; allowed: any other above 0");
  if (node->index && split->ex_ns <= split[-1].ex_ns)
    return keel_config_fail(reader->error, node, "ex", "is not after the split above it; give them in order");
  return KEEL_STATUS_OK;
}

#define AT(member) .offset = offsetof(struct keel_split, member)
static const struct keel_config_field split_fields[] = {
    {.name = "ex",
     .type = &keel_type_day_start,
     AT(ex_ns),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "from when spot trades in new shares; a date is its first instant, local to the calendar"},
    {.name = "ratio",
     .type = &keel_type_number,
     AT(ratio),
     .flags = KEEL_CONFIG_REQUIRED | KEEL_CONFIG_ABOVE_MIN,
     .max = 1e6,
     .unit = "new shares for an old one",
     .help = "7 for 7:1, 1.5 for 3:2; below 1 is a reverse split"},
    {0}};
#undef AT

static keel_status check_pause(struct keel_config_reader *reader, const struct keel_config_node *node, void *value) {
  const struct keel_pause *pause = value;
  if (pause->from_ns != KEEL_TIME_NONE && pause->until_ns != KEEL_TIME_NONE && pause->until_ns <= pause->from_ns)
    return keel_config_fail(reader->error, node, "until", "is not after `from`");
  return KEEL_STATUS_OK;
}

#define AT(member) .offset = offsetof(struct keel_pause, member)
static const struct keel_config_field pause_fields[] = {
    {.name = "from",
     .type = &keel_type_day_start,
     AT(from_ns),
     .absent = "the start of the run",
     .help = "the first instant without decisions; a date is its first instant"},
    {.name = "until",
     .type = &keel_type_day_start,
     AT(until_ns),
     .absent = "the end of the run",
     .help = "the first instant with decisions again; a date is its first instant"},
    {0}};
#undef AT

#define AT(member) .offset = offsetof(struct keel_overrides, member)
static const struct keel_config_field override_fields[] = {
    {.name = "delta_offset",
     .type = &keel_type_number,
     AT(delta_offset),
     .preset = "0",
     .min = -1e15,
     .max = 1e15,
     .unit = "shares",
     .help = "the net delta that is wanted, of book and hedge together"},
    {.name = "vol_shift",
     .type = &keel_type_number,
     AT(vol_shift),
     .preset = "0",
     .min = -5,
     .max = 5,
     .unit = "per year",
     .help = "added to the hedging vols that come from the market; 0.02 is two points"},
    {.name = "yield_shift",
     .type = &keel_type_number,
     AT(yield_shift),
     .preset = "0",
     .min = -1,
     .max = 1,
     .unit = "per year, continuous",
     .help = "added to the dividend yield that decisions use"},
    {.name = "pause",
     .type = &keel_type_list,
     AT(pauses),
     .fields = pause_fields,
     .item = "N",
     .item_size = sizeof(struct keel_pause),
     .count_offset = offsetof(struct keel_overrides, pause_count),
     .check = check_pause,
     .help = "stretches in which no decision is taken; orders that wait still fill, and the end is closed as ever"},
    {0}};
#undef AT

static const struct keel_config_choice forward_modes[] = {
    {"yield", KEEL_FORWARD_YIELD, 0}, {"parity", KEEL_FORWARD_PARITY, 0}, {0}};
static const struct keel_config_choice underlying_kinds[] = {
    {"spot", KEEL_ON_SPOT, 0}, {"future", KEEL_ON_FUTURE, 0}, {0}};
static const struct keel_config_choice early_exercises[] = {
    {"optimal", KEEL_EARLY_EXERCISE_OPTIMAL, 0}, {"none", KEEL_EARLY_EXERCISE_NONE, 0}, {0}};
static const struct keel_config_choice calendars[] = {{"nyse", 0, 0}, {"utc", 0, 0}, {0}};

/* A number, or the name of a file, which is read when the market is. */
static keel_status read_rate(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  struct market *market = base;
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  if (!strstr(text, ".csv")) return keel_type_number.read(reader, field, node, base);
  struct keel_config_field of_file = *field;
  of_file.offset = offsetof(struct market, terms.rate_file);
  market->terms.rate = NAN;
  return keel_type_path.read(reader, &of_file, node, base);
}

static keel_status absent_rate(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *map, void *base) {
  return keel_type_number.absent(reader, field, map, base);
}

static const struct keel_config_type type_rate = {"number or path", read_rate, absent_rate};

/* From OWN on: what may also be said of one underlying alone. */
enum { OWN = 7, MARKET_FIELDS = 17 };

#define AT(member) .offset = offsetof(struct market, member)
const struct keel_config_field keel_strategy_market_fields[MARKET_FIELDS] = {
    {.name = "tape",
     .type = &keel_type_path,
     AT(terms.tape),
     .absent = "none; `keel replay` needs it",
     .help = "the recorded market, relative to the strategy's file"},
    {.name = "rate",
     .type = &type_rate,
     AT(terms.rate),
     .min = -1,
     .max = 1,
     .absent = "required, here or in a model",
     .unit = "per year, continuous",
     .help =
         "of cash and of discounting; 0.0525 is 5.25 %. Or a file of rates, `FILE.csv` or `FILE.csv.gz`, relative to "
         "the strategy's: each expiry has the zero rate of the last curve known, cash earns its overnight point"},
    {.name = "calendar",
     .type = &type_calendar,
     AT(terms.calendar),
     .preset = "nyse",
     .choices = calendars,
     .help = "when the market closes, and the zone of dates and local times: `nyse` is 16:00 New York, 13:00 on half "
             "days; `utc` "
             "is 24:00 UTC on every day"},
    {.name = "stale",
     .type = &keel_type_duration,
     AT(terms.stale_ns),
     .preset = "1d",
     .help = "an older quote is not used: its vol at the new spot is"},
    {.name = "early_exercise",
     .type = &keel_type_choice,
     AT(terms.early_exercise),
     .preset = "optimal",
     .choices = early_exercises,
     .help = "American options: `optimal` exercises what is held long, and assigns all that is held short, when its "
             "holder does best so, by the vol that marks it; `none` keeps all until expiry. Where fills say what was "
             "exercised or assigned, they alone count"},
    {.name = "model",
     .type = &keel_type_model,
     .fields = keel_strategy_model_fields,
     .absent = "none; `keel simulate` needs it, or `models`",
     .help = "the simulated market of the book's one underlying"},
    {.name = "underlyings",
     .type = &type_underlyings,
     .help = "what differs for single underlyings of the book, by name: on, yield, implied_vol, forward, dividends, "
             "splits, settlement, overrides, each "
             "in place of "
             "the market's"},
    {.name = "on",
     .type = &keel_type_choice,
     AT(own.on),
     .choices = underlying_kinds,
     .absent = "as the tape says, else spot",
     .help = "what options are on; the forward of a future is its own price: its yield is the rate, and it has no "
             "dividends"},
    {.name = "yield",
     .type = &keel_type_number,
     AT(own.yield),
     .preset = "0",
     .min = -1,
     .max = 1,
     .unit = "per year, continuous",
     .help = "dividend yield; 0.01 is 1 %"},
    {.name = "implied_vol",
     .type = &keel_type_number,
     AT(own.implied_vol),
     .min = 0,
     .max = 10,
     .unit = "per year",
     .help = "the vol that marks what never had a quote; 0.2 is 20 %"},
    {.name = "forward",
     .type = &keel_type_choice,
     AT(own.forward),
     .preset = "yield",
     .choices = forward_modes,
     .help = "the forward of implied vols and deltas: spot carried at `rate` and `yield`, or put-call parity of the "
             "quotes, which has to be of european options"},
    {.name = "dividends",
     .type = &keel_type_list,
     AT(own.dividends),
     .fields = dividend_fields,
     .item = "N",
     .item_size = sizeof(struct keel_dividend),
     .count_offset = offsetof(struct market, own.dividend_count),
     .check = check_dividend,
     .help = "cash dividends, in order of `ex`, per share of their date"},
    {.name = "splits",
     .type = &keel_type_list,
     AT(own.splits),
     .fields = split_fields,
     .item = "N",
     .item_size = sizeof(struct keel_split),
     .count_offset = offsetof(struct market, own.split_count),
     .check = check_split,
     .help = "splits during a replay, in order of `ex`; the book is held in shares and strikes of when it begins"},
    {.name = "overrides",
     .type = &keel_type_map,
     AT(own.overrides),
     .fields = override_fields,
     .help = "what is laid over the hedge by hand, in replays; marks and P&L know nothing of it"},
    {.name = "settlement",
     .type = &keel_type_choice,
     AT(own.settlement),
     .preset = "cash",
     .choices = keel_settlements,
     .help = "what options pay that do not say it themselves (book.N.settlement): their payoff, or spot (of an option "
             "on a future that future) at the strike, which nets with the hedge"},
    {.name = "exercise_threshold",
     .type = &keel_type_number,
     AT(own.exercise_threshold),
     .preset = "0.01",
     .max = 1e15,
     .unit = "per share",
     .help = "settlement: physical: an option that is in the money by less is not exercised"},
    {0}};
#undef AT

const struct keel_config_field keel_strategy_calendar_field = {
    .name = "calendar", .type = &type_calendar, .preset = "nyse", .choices = calendars};

/* ---- reading ---- */

static int by_name(const void *left, const void *right) {
  const struct keel_underlying_terms *a = left, *b = right;
  return strcmp(a->name, b->name);
}

static void add_underlying(struct keel_market_terms *market, const struct keel_underlying_terms *own,
                           const char *name) {
  if (keel_market_underlying(market, name) >= 0) return;
  struct keel_underlying_terms *terms = &market->underlyings[market->underlying_count++];
  *terms = *own;
  terms->name = name;
}

/* One entry for each underlying of the book and its fills, by name: the order of positions says nothing. */
static void list_underlyings(struct keel_arena *arena, const struct keel_strategy *strategy,
                             const struct keel_underlying_terms *own, struct keel_market_terms *market) {
  const struct keel_book *book = &strategy->book;
  const struct keel_trades *fills = &strategy->fills;
  market->underlyings = KEEL_ARENA_NEW(arena, struct keel_underlying_terms, book->count + fills->count);
  for (size_t i = 0; i < book->count; i++) add_underlying(market, own, book->positions[i].contract.underlying);
  for (size_t i = 0; i < fills->count; i++) add_underlying(market, own, fills->trades[i].position.contract.underlying);
  qsort(market->underlyings, market->underlying_count, sizeof *market->underlyings, by_name);
}

keel_status keel_strategy_unknown_underlying(keel_error *error, const struct keel_config_node *node,
                                             const struct keel_market_terms *market) {
  char names[320] = "";
  for (size_t i = 0; i < market->underlying_count; i++)
    snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "", market->underlyings[i].name);
  return keel_config_fail(error, node, NULL, "is no underlying of the book; allowed: %s", names);
}

static keel_status read_own(struct keel_config_reader *reader, const struct keel_config_node *map,
                            struct keel_market_terms *market) {
  for (const struct keel_config_node *node = map ? map->first : NULL; node; node = node->next) {
    long u = keel_market_underlying(market, node->key);
    if (u < 0) return keel_strategy_unknown_underlying(reader->error, node, market);
    struct keel_underlying_terms *terms = &market->underlyings[u];
    struct market one = {.own = *terms};
    keel_status status = keel_config_read_over(reader, keel_strategy_market_fields + OWN, node, &one);
    if (status) return status;
    *terms = one.own;
  }
  return KEEL_STATUS_OK;
}

static keel_status load_rates(struct keel_config_reader *reader, const struct keel_config_node *map,
                              struct keel_market_terms *market) {
  if (!market->rate_file) return KEEL_STATUS_OK;
  if (!((const struct keel_field_context *)reader->context)->folder)
    return keel_config_fail(reader->error, map, "rate", "is not read: the strategy is a text in memory");
  return keel_rates_load(market->rate_file, &market->rates, reader->error);
}

static keel_status read_market(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *node, void *base) {
  (void)field;
  struct keel_strategy *strategy = base;
  struct market market = {0};
  if (!strategy->book.count && !strategy->fills.count) /* a desk may begin flat, if it trades */
    return keel_config_fail(reader->error, node->up, "book", "has no positions, and there are no fills");
  keel_status status = keel_config_read(reader, keel_strategy_market_fields, node, &market);
  if (status) return status;
  strategy->market = market.terms;
  status = load_rates(reader, node, &strategy->market);
  if (status) return status;
  list_underlyings(reader->arena, strategy, &market.own, &strategy->market);
  keel_strategy_list_accounts(reader->arena, strategy);
  status = read_own(reader, keel_config_child(node, "underlyings"), &strategy->market);
  return status ? status : keel_strategy_read_models(reader, node->up, strategy);
}

const struct keel_config_type keel_type_market = {"map", read_market, NULL};
