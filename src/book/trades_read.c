#include "book/trades_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/grow.h"
#include "book/book_read.h"
#include "book/row_maps.h"

/* ---- the fields of a fill ---- */

const char *const keel_trade_event_names[] = {"fill", "exercise", "assignment"};

static const struct keel_config_choice events[] = {
    {"fill", KEEL_TRADE_FILL, 0}, {"exercise", KEEL_TRADE_EXERCISE, 0}, {"assignment", KEEL_TRADE_ASSIGNMENT, 0}, {0}};

#define AT(member) .offset = offsetof(struct keel_trade, member)
const struct keel_config_field keel_trade_fields[] = {
    {.name = "time",
     .type = &keel_type_close,
     AT(time_ns),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "when it was done; a date is the close of the calendar on that day"},
    {.name = "id",
     .type = &keel_type_text,
     AT(id),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "what it is known by; the same fill given again counts once"},
    {.name = "event",
     .type = &keel_type_choice,
     AT(event),
     .preset = "fill",
     .choices = events,
     .help = "what it was: a trade; the exercise of long American options, or the assignment of short ones, before "
             "their expiry"},
    {.name = "underlying",
     .type = &keel_type_text,
     AT(position.contract.underlying),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "as in the book"},
    {.name = "kind",
     .type = &keel_type_kind,
     AT(position.contract.kind),
     .flags = KEEL_CONFIG_REQUIRED,
     .choices = keel_position_kinds,
     .help = "what was traded"},
    {.name = "exercise",
     .type = &keel_type_exercise,
     AT(position.contract.exercise),
     .choices = keel_position_exercises,
     .absent = "as the book or the tape says, else european",
     .help = "options only"},
    {.name = "strike",
     .type = &keel_type_number,
     AT(position.contract.strike),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = KEEL_BOOK_MOST,
     .absent = "required for options",
     .help = "options only"},
    {.name = "expiry",
     .type = &keel_type_close,
     AT(position.contract.expiry_ns),
     .absent = "required for options and futures",
     .help = "a date is the close of the calendar on that day"},
    {.name = "multiplier",
     .type = &keel_type_number,
     AT(position.contract.multiplier),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = KEEL_BOOK_MOST,
     .absent = "100 for options, 1 for spot; required for futures",
     .unit = "shares per contract",
     .help = "units of the underlying in one contract; one for each contract, in book and fills"},
    {.name = "qty",
     .type = &keel_type_number,
     AT(position.qty),
     .flags = KEEL_CONFIG_REQUIRED,
     .min = -KEEL_BOOK_MOST,
     .max = KEEL_BOOK_MOST,
     .unit = "contracts",
     .help = "above 0 was bought or assigned, below 0 sold or exercised"},
    {.name = "settlement",
     .type = &keel_type_choice,
     AT(position.contract.settlement),
     .choices = keel_settlements,
     .absent = "as the book says, else market.settlement",
     .help = "options only"},
    {.name = "price",
     .type = &keel_type_number,
     AT(price),
     .max = KEEL_BOOK_MOST,
     .unit = "money per share",
     .absent = "required for a fill; an exercise or assignment has none, it is at the strike",
     .help = "what was paid or received"},
    {.name = "fees",
     .type = &keel_type_number,
     AT(fees),
     .preset = "0",
     .min = -KEEL_BOOK_MOST,
     .max = KEEL_BOOK_MOST,
     .unit = "money",
     .help = "of the fill as a whole; below 0 is a rebate"},
    {.name = "account",
     .type = &keel_type_account,
     AT(position.account),
     .absent = "none",
     .help = "the account whose position it changes, as in the book"},
    {0}};
#undef AT

static keel_status check_closing(struct keel_config_reader *reader, const struct keel_config_node *node,
                                 const struct keel_trade *trade) {
  const struct keel_position *position = &trade->position;
  int exercises = trade->event == KEEL_TRADE_EXERCISE;
  if (!keel_kind_is_option(position->contract.kind))
    return keel_config_fail(reader->error, node, "event", "belongs to options, not to %s",
                            keel_kind_name(position->contract.kind));
  if (position->exercise_given && position->contract.exercise == KEEL_EXERCISE_EUROPEAN)
    return keel_config_fail(reader->error, node, "exercise",
                            "is european; before its expiry only an american can be %s",
                            exercises ? "exercised" : "assigned");
  if (exercises != (position->qty < 0))
    return keel_config_fail(
        reader->error, node, "qty", "is %g; allowed: %s", position->qty,
        exercises ? "below 0, as an exercise closes a long position" : "above 0, as an assignment closes a short one");
  if (!isnan(trade->price))
    return keel_config_fail(reader->error, node, "price", "is given, and the strike is its price; leave it out");
  return KEEL_STATUS_OK;
}

static keel_status check_event(struct keel_config_reader *reader, const struct keel_config_node *node,
                               struct keel_trade *trade) {
  if (trade->event == KEEL_TRADE_FILL)
    return isnan(trade->price) ? keel_config_fail(reader->error, node, "price", "is missing: what was paid or received")
                               : KEEL_STATUS_OK;
  keel_status status = check_closing(reader, node, trade);
  trade->price = 0;
  return status;
}

static keel_status read_trade(struct keel_config_reader *reader, const struct keel_config_node *node,
                              struct keel_trade *trade) {
  struct keel_position *position = &trade->position;
  *trade = (struct keel_trade){.position = {.file = node->file, .line = node->line}};
  keel_status status = keel_config_read(reader, keel_trade_fields, node, trade);
  position->years = NAN;
  position->exercise_given = keel_config_child(node, "exercise") != NULL;
  if (!status) status = keel_position_check(reader, node, position);
  if (!status) status = check_event(reader, node, trade);
  if (!status && position->contract.kind != KEEL_KIND_SPOT && position->contract.expiry_ns <= trade->time_ns)
    status = keel_config_fail(reader->error, node, "time", "is not before the contract's expiry");
  return status;
}

/* ---- a list, a CSV ---- */

static keel_status read_list(struct keel_config_reader *reader, const struct keel_config_node *node,
                             struct keel_trades *trades) {
  trades->trades = KEEL_ARENA_NEW(reader->arena, struct keel_trade, node->count);
  keel_status status = KEEL_STATUS_OK;
  for (const struct keel_config_node *item = node->first; item && !status; item = item->next)
    status = read_trade(reader, item, &trades->trades[trades->count++]);
  return status;
}

static keel_status push(struct keel_trades *trades, size_t *room, const struct keel_trade *trade,
                        const struct keel_row_maps *rows) {
  struct keel_trade *grown = keel_grown(trades->trades, trades->count, room, sizeof *grown);
  if (!grown) return keel_fail(rows->reader->error, KEEL_STATUS_MEMORY, rows->file, "no memory for its fills");
  trades->trades = grown;
  trades->trades[trades->count++] = *trade;
  return KEEL_STATUS_OK;
}

static keel_status read_rows(struct keel_row_maps *rows, struct keel_trades *trades) {
  const struct keel_config_node *map;
  size_t room = 0;
  keel_status status;
  while (!(status = keel_row_maps_next(rows, &map)) && map) {
    struct keel_trade trade;
    status = read_trade(rows->reader, map, &trade);
    if (!status) status = push(trades, &room, &trade, rows);
    if (status) break;
  }
  return status;
}

/* ---- all of them ---- */

static int by_time(const void *left, const void *right) {
  const struct keel_trade *a = *(struct keel_trade *const *)left, *b = *(struct keel_trade *const *)right;
  if (a->time_ns != b->time_ns) return a->time_ns < b->time_ns ? -1 : 1;
  return (a > b) - (a < b);
}

static int by_id(const void *left, const void *right) {
  const struct keel_trade *a = *(struct keel_trade *const *)left, *b = *(struct keel_trade *const *)right;
  int order = strcmp(a->id, b->id);
  return order ? order : (a > b) - (a < b);
}

static int same_trade(const struct keel_trade *a, const struct keel_trade *b) {
  return a->time_ns == b->time_ns && a->event == b->event && a->price == b->price && a->fees == b->fees &&
         a->position.qty == b->position.qty && a->position.contract.settlement == b->position.contract.settlement &&
         a->position.contract.multiplier == b->position.contract.multiplier &&
         a->position.contract.exercise == b->position.contract.exercise &&
         keel_account_same(a->position.account, b->position.account) &&
         keel_contract_same(&a->position.contract, &b->position.contract);
}

static keel_status fail_at(struct keel_config_reader *reader, const struct keel_position *second, const char *field,
                           const struct keel_position *first, const char *what) {
  if (!first->line) /* it came by `--set` */
    return keel_fail_at(reader->error, second->file, second->line, field, "%s in %s", what, first->file);
  return keel_fail_at(reader->error, second->file, second->line, field, "%s in line %ld of %s", what, first->line,
                      first->file);
}

/* Leaves out what is there again; `order` is of all trades, and then of those that stay. */
static keel_status drop_repeated(struct keel_config_reader *reader, struct keel_trades *trades,
                                 struct keel_trade **order) {
  size_t count = trades->count, kept = 0;
  qsort(order, count, sizeof(*order), by_id);
  for (size_t i = 0; i < count; i++) {
    const struct keel_trade *first = kept ? order[kept - 1] : NULL;
    if (!first || strcmp(first->id, order[i]->id) != 0)
      order[kept++] = order[i];
    else if (same_trade(first, order[i]))
      trades->repeated++;
    else
      return fail_at(reader, &order[i]->position, "id", &first->position,
                     "is that of another fill; give each its own; it is");
  }
  trades->count = kept;
  return KEEL_STATUS_OK;
}

/* One contract, one multiplier and exercise. */
static keel_status check_agrees(struct keel_config_reader *reader, const struct keel_position *first,
                                const struct keel_position *second) {
  const struct keel_contract *a = &first->contract, *b = &second->contract;
  if (!keel_contract_same(a, b)) return KEEL_STATUS_OK;
  if (a->multiplier != b->multiplier)
    return fail_at(reader, second, "multiplier", first, "is not that of the same contract; a contract has one; see it");
  if (first->exercise_given && second->exercise_given && a->exercise != b->exercise)
    return fail_at(reader, second, "exercise", first, "is not that of the same contract; a contract has one; see it");
  return KEEL_STATUS_OK;
}

/* `said` is the last one of the same contract that says how it settles, or NULL. */
static keel_status check_settlement(struct keel_config_reader *reader, const struct keel_position **said,
                                    const struct keel_position *position) {
  const struct keel_position *first = *said;
  if (first && !keel_contract_same(&first->contract, &position->contract)) first = *said = NULL;
  if (!position->contract.settlement) return KEEL_STATUS_OK;
  *said = position;
  if (!first || first->contract.settlement == position->contract.settlement) return KEEL_STATUS_OK;
  return fail_at(reader, position, "settlement", first, "is not that of the same contract; a contract has one; see it");
}

/* Of one contract those that give its exercise come first. */
static int by_contract(const void *left, const void *right) {
  const struct keel_position *one = *(struct keel_position *const *)left,
                             *other = *(struct keel_position *const *)right;
  const struct keel_contract *a = &one->contract, *b = &other->contract;
  int order = strcmp(a->underlying, b->underlying);
  if (!order) order = (int)a->kind - (int)b->kind;
  if (!order) order = (a->strike > b->strike) - (a->strike < b->strike);
  if (!order) order = (a->expiry_ns > b->expiry_ns) - (a->expiry_ns < b->expiry_ns);
  if (!order) order = other->exercise_given - one->exercise_given;
  return order ? order : (one->line > other->line) - (one->line < other->line);
}

/* Positions and fills of one contract agree, each with its neighbour. */
static keel_status check_contracts(struct keel_config_reader *reader, const struct keel_book *book,
                                   struct keel_trade *const *order, size_t count) {
  size_t all = book->count + count;
  const struct keel_position **positions = KEEL_ARENA_NEW(reader->arena, const struct keel_position *, all);
  for (size_t i = 0; i < book->count; i++) positions[i] = &book->positions[i];
  for (size_t i = 0; i < count; i++) positions[book->count + i] = &order[i]->position;
  qsort(positions, all, sizeof(*positions), by_contract);
  keel_status status = KEEL_STATUS_OK;
  const struct keel_position *said = NULL;
  for (size_t i = 0; i < all && !status; i++) {
    if (i) status = check_agrees(reader, positions[i - 1], positions[i]);
    if (!status) status = check_settlement(reader, &said, positions[i]);
  }
  return status;
}

static keel_status settle(struct keel_config_reader *reader, const struct keel_book *book, struct keel_trades *trades) {
  struct keel_trade **order = KEEL_ARENA_NEW(reader->arena, struct keel_trade *, trades->count);
  for (size_t i = 0; i < trades->count; i++) order[i] = &trades->trades[i];
  keel_status status = drop_repeated(reader, trades, order);
  if (!status) status = check_contracts(reader, book, order, trades->count);
  if (status) return status;
  qsort(order, trades->count, sizeof(*order), by_time);
  struct keel_trade *sorted = KEEL_ARENA_NEW(reader->arena, struct keel_trade, trades->count);
  for (size_t i = 0; i < trades->count; i++) sorted[i] = *order[i];
  trades->trades = sorted;
  return KEEL_STATUS_OK;
}

keel_status keel_trades_read_csv(struct keel_config_reader *reader, struct keel_csv *csv, const char *file,
                                 const struct keel_book *book, struct keel_trades *trades) {
  struct keel_row_maps rows;
  struct keel_trades read = {0};
  keel_status status = keel_row_maps_start(&rows, reader, csv, file, keel_trade_fields);
  if (!status) status = read_rows(&rows, &read);
  struct keel_trade *grown = read.trades;
  if (!status) status = settle(reader, book, &read);
  free(grown);
  if (!status) *trades = read;
  return status;
}

static const struct keel_config_field file_fields[] = {
    {.name = "file", .type = &keel_type_path, .flags = KEEL_CONFIG_REQUIRED, .help = "a CSV of fills"}, {0}};

static keel_status read_file(struct keel_config_reader *reader, const struct keel_config_node *node,
                             const struct keel_book *book, struct keel_trades *trades) {
  const struct keel_field_context *context = reader->context;
  const char *path;
  struct keel_csv *csv;
  keel_status status = keel_config_read(reader, file_fields, node, &path);
  if (status) return status;
  if (!context->folder)
    return keel_config_fail(reader->error, node, "file", "cannot be read beside a strategy that is no file");
  status = keel_csv_open(path, &csv, reader->error);
  if (status) return status;
  status = keel_trades_read_csv(reader, csv, path, book, trades);
  keel_csv_close(csv);
  return status;
}

keel_status keel_trades_read(struct keel_config_reader *reader, const struct keel_config_node *node,
                             const struct keel_book *book, struct keel_trades *trades) {
  if (node->kind == KEEL_CONFIG_SCALAR)
    return keel_config_fail(reader->error, node, NULL, "has to be a list of fills, or {file: fills.csv}");
  if (node->kind == KEEL_CONFIG_MAP) return read_file(reader, node, book, trades);
  keel_status status = read_list(reader, node, trades);
  return status ? status : settle(reader, book, trades);
}
