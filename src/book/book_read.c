#include "book/book_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/grow.h"
#include "book/row_maps.h"

/* ---- the fields of a position ---- */

const struct keel_config_choice keel_position_kinds[] = {{"call", KEEL_KIND_CALL, 0},
                                                         {"put", KEEL_KIND_PUT, 0},
                                                         {"spot", KEEL_KIND_SPOT, 0},
                                                         {"future", KEEL_KIND_FUTURE, 0},
                                                         {0}};

const struct keel_config_choice keel_position_exercises[] = {
    {"european", KEEL_EXERCISE_EUROPEAN, 0}, {"american", KEEL_EXERCISE_AMERICAN, 0}, {0}};

const struct keel_config_choice keel_settlements[] = {
    {"cash", KEEL_SETTLEMENT_CASH, 0}, {"physical", KEEL_SETTLEMENT_PHYSICAL, 0}, {0}};

static const struct keel_config_choice at_expiries[] = {{"threshold", KEEL_AT_EXPIRY_THRESHOLD, 0},
                                                        {"exercise", KEEL_AT_EXPIRY_EXERCISE, 0},
                                                        {"abandon", KEEL_AT_EXPIRY_ABANDON, 0},
                                                        {0}};

#define AT(member) .offset = offsetof(struct keel_position, member)
const struct keel_config_field keel_position_fields[] = {
    {.name = "underlying",
     .type = &keel_type_text,
     AT(contract.underlying),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "the name of what the contract is on, as the tape writes it"},
    {.name = "kind",
     .type = &keel_type_kind,
     AT(contract.kind),
     .flags = KEEL_CONFIG_REQUIRED,
     .choices = keel_position_kinds,
     .help = "what is held"},
    {.name = "exercise",
     .type = &keel_type_exercise,
     AT(contract.exercise),
     .choices = keel_position_exercises,
     .absent = "as the tape says, else european",
     .help = "when an option can be exercised; options only"},
    {.name = "strike",
     .type = &keel_type_number,
     AT(contract.strike),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = KEEL_BOOK_MOST,
     .absent = "required for options",
     .help = "strike; options only"},
    {.name = "expiry",
     .type = &keel_type_close,
     AT(contract.expiry_ns),
     .absent = "required, or `years`",
     .help = "expiry of an option or future; a date is the close of the calendar on that day"},
    {.name = "years",
     .type = &keel_type_number,
     AT(years),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 200,
     .absent = "none",
     .unit = "years of 365 days",
     .help = "time to expiry from the start, in place of `expiry`; simulated markets only"},
    {.name = "qty",
     .type = &keel_type_number,
     AT(qty),
     .flags = KEEL_CONFIG_REQUIRED,
     .min = -KEEL_BOOK_MOST,
     .max = KEEL_BOOK_MOST,
     .unit = "contracts",
     .help = "how many contracts; above 0 is long, below 0 short"},
    {.name = "multiplier",
     .type = &keel_type_number,
     AT(contract.multiplier),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = KEEL_BOOK_MOST,
     .absent = "100 for options, 1 for spot; required for futures",
     .unit = "shares per contract",
     .help = "units of the underlying in one contract; spot has 1"},
    {.name = "settlement",
     .type = &keel_type_choice,
     AT(contract.settlement),
     .choices = keel_settlements,
     .absent = "market.settlement",
     .help = "what the option pays when it is exercised: money, or its underlying at the strike; options only"},
    {.name = "at_expiry",
     .type = &keel_type_choice,
     AT(at_expiry),
     .choices = at_expiries,
     .preset = "threshold",
     .help = "of a long option that delivers: exercised at its expiry by market.exercise_threshold, in any case, or "
             "not at all"},
    {.name = "account",
     .type = &keel_type_text,
     AT(account),
     .absent = "none",
     .help = "the account, strategy or portfolio that holds it: a free name; see `accounts`"},
    {0}};
#undef AT

/* ---- a position by itself ---- */

static keel_status check_given(struct keel_config_reader *reader, const struct keel_config_node *node,
                               const char *field, const char *reason) {
  if (!keel_config_child(node, field)) return KEEL_STATUS_OK;
  return keel_config_fail(reader->error, node, field, "%s; leave it out", reason);
}

static keel_status check_spot(struct keel_config_reader *reader, const struct keel_config_node *node,
                              struct keel_position *position) {
  keel_status status = check_given(reader, node, "expiry", "spot has no expiry");
  if (!status) status = check_given(reader, node, "years", "spot has no expiry");
  if (isnan(position->contract.multiplier)) position->contract.multiplier = 1;
  if (!status && position->contract.multiplier != 1)
    status = keel_config_fail(reader->error, node, "multiplier", "is %g; spot has 1", position->contract.multiplier);
  return status;
}

static keel_status check_expiry(struct keel_config_reader *reader, const struct keel_config_node *node,
                                const struct keel_position *position) {
  int dated = position->contract.expiry_ns != KEEL_TIME_NONE, timed = !isnan(position->years);
  if (dated && timed)
    return keel_config_fail(reader->error, node, "years", "is given beside `expiry`; give one of them");
  if (!dated && !timed)
    return keel_config_fail(reader->error, node, "expiry", "is missing: when a %s expires",
                            keel_kind_name(position->contract.kind));
  return KEEL_STATUS_OK;
}

static keel_status check_option(struct keel_config_reader *reader, const struct keel_config_node *node,
                                struct keel_position *position) {
  if (position->at_expiry != KEEL_AT_EXPIRY_THRESHOLD && position->qty < 0)
    return keel_config_fail(reader->error, node, "at_expiry",
                            "is the choice of who is long; what is short is assigned: leave it out");
  if (isnan(position->contract.strike)) return keel_config_fail(reader->error, node, "strike", "is missing: above 0");
  if (isnan(position->contract.multiplier)) position->contract.multiplier = 100;
  return check_expiry(reader, node, position);
}

static keel_status check_future(struct keel_config_reader *reader, const struct keel_config_node *node,
                                struct keel_position *position) {
  if (isnan(position->contract.multiplier))
    return keel_config_fail(reader->error, node, "multiplier", "is missing: a future has no usual one");
  return check_expiry(reader, node, position);
}

keel_status keel_position_check(struct keel_config_reader *reader, const struct keel_config_node *node,
                                struct keel_position *position) {
  enum keel_kind kind = position->contract.kind;
  if (position->qty == 0)
    return keel_config_fail(reader->error, node, "qty", "is 0; allowed: above 0 (long) or below 0 (short)");
  if (keel_kind_is_option(kind)) return check_option(reader, node, position);
  char reason[64];
  snprintf(reason, sizeof reason, "belongs to options, not to %s", keel_kind_name(kind));
  keel_status status = check_given(reader, node, "strike", reason);
  if (!status) status = check_given(reader, node, "exercise", reason);
  if (!status) status = check_given(reader, node, "settlement", reason);
  if (!status) status = check_given(reader, node, "at_expiry", reason);
  position->contract.strike = 0;
  if (status) return status;
  return kind == KEEL_KIND_SPOT ? check_spot(reader, node, position) : check_future(reader, node, position);
}

static keel_status read_position(struct keel_config_reader *reader, const struct keel_config_node *node,
                                 struct keel_position *position) {
  *position = (struct keel_position){.file = node->file, .line = node->line};
  keel_status status = keel_config_read(reader, keel_position_fields, node, position);
  position->exercise_given = keel_config_child(node, "exercise") != NULL;
  return status ? status : keel_position_check(reader, node, position);
}

/* ---- a list in the strategy ---- */

static keel_status read_list(struct keel_config_reader *reader, const struct keel_config_node *node,
                             struct keel_book *book) {
  book->positions = KEEL_ARENA_NEW(reader->arena, struct keel_position, node->count);
  keel_status status = KEEL_STATUS_OK;
  for (const struct keel_config_node *item = node->first; item && !status; item = item->next)
    status = read_position(reader, item, &book->positions[book->count++]);
  return status;
}

/* ---- a CSV ---- */

/* Appends to an array that grows. */
static keel_status push(struct keel_book *book, size_t *room, const struct keel_position *position,
                        const struct keel_row_maps *rows) {
  struct keel_position *grown = keel_grown(book->positions, book->count, room, sizeof *grown);
  if (!grown) return keel_fail(rows->reader->error, KEEL_STATUS_MEMORY, rows->file, "no memory for its positions");
  book->positions = grown;
  book->positions[book->count++] = *position;
  return KEEL_STATUS_OK;
}

static keel_status read_rows(struct keel_row_maps *rows, struct keel_book *book) {
  const struct keel_config_node *map;
  size_t room = 0;
  keel_status status;
  while (!(status = keel_row_maps_next(rows, &map)) && map) {
    struct keel_position position;
    status = read_position(rows->reader, map, &position);
    if (!status) status = push(book, &room, &position, rows);
    if (status) break;
  }
  return status;
}

static keel_status read_csv(struct keel_config_reader *reader, const char *path, struct keel_book *book) {
  struct keel_csv *csv;
  keel_status status = keel_csv_open(path, &csv, reader->error);
  if (status) return status;
  struct keel_row_maps rows;
  struct keel_book read = {0};
  status = keel_row_maps_start(&rows, reader, csv, path, keel_position_fields);
  if (!status) status = read_rows(&rows, &read);
  keel_csv_close(csv);
  if (!status) {
    book->positions = KEEL_ARENA_NEW(reader->arena, struct keel_position, read.count);
    book->count = read.count;
    if (read.count) memcpy(book->positions, read.positions, read.count * sizeof *read.positions);
  }
  free(read.positions);
  return status;
}

static const struct keel_config_field file_fields[] = {
    {.name = "file", .type = &keel_type_path, .flags = KEEL_CONFIG_REQUIRED, .help = "a CSV of positions"}, {0}};

static keel_status read_file(struct keel_config_reader *reader, const struct keel_config_node *node,
                             struct keel_book *book) {
  const char *path;
  keel_status status = keel_config_read(reader, file_fields, node, &path);
  if (status) return status;
  const struct keel_field_context *context = reader->context;
  if (!context->folder)
    return keel_config_fail(reader->error, node, "file", "cannot be read beside a strategy that is no file");
  return read_csv(reader, path, book);
}

/* ---- the book as a whole ---- */

void keel_book_where(const struct keel_config_node *node, const struct keel_book *book, size_t index, const char *field,
                     char buffer[KEEL_BOOK_WHERE_SIZE]) {
  if (node->kind == KEEL_CONFIG_LIST) {
    const struct keel_config_node *item = node->first;
    while (index--) item = item->next;
    keel_config_where(item, field, buffer, KEEL_BOOK_WHERE_SIZE);
    return;
  }
  const struct keel_position *position = &book->positions[index];
  snprintf(buffer, KEEL_BOOK_WHERE_SIZE, "%s:%ld%s%s", position->file, position->line, field ? ": " : "",
           field ? field : "");
}

static int order(double a, double b) { return (a > b) - (a < b); }

/* By contract (multiplier and exercise do not count), then by account. */
static int compare(const void *left, const void *right) {
  const struct keel_position *a = *(struct keel_position *const *)left, *b = *(struct keel_position *const *)right;
  int result = strcmp(a->contract.underlying, b->contract.underlying);
  if (!result) result = order(a->contract.kind, b->contract.kind);
  if (!result) result = order(a->contract.strike, b->contract.strike);
  if (!result)
    result = (a->contract.expiry_ns > b->contract.expiry_ns) - (a->contract.expiry_ns < b->contract.expiry_ns);
  if (!result) result = order(isnan(a->years) ? 0 : a->years, isnan(b->years) ? 0 : b->years);
  if (!result) result = strcmp(keel_account_name(a->account), keel_account_name(b->account));
  return result ? result : (a > b) - (a < b);
}

/* Of two accounts too, a contract is one: with one multiplier and exercise. */
static int are_in_conflict(const struct keel_position *a, const struct keel_position *b) {
  return keel_account_same(a->account, b->account) || a->contract.multiplier != b->contract.multiplier ||
         (keel_kind_is_option(a->contract.kind) && a->contract.exercise != b->contract.exercise);
}

static int same_contract(const struct keel_position *a, const struct keel_position *b) {
  return keel_contract_same(&a->contract, &b->contract) &&
         (a->years == b->years || (isnan(a->years) && isnan(b->years)));
}

/* Which place a message calls: a line, or a position of a book that came by `--set`. */
static void place_of(const struct keel_book *book, const struct keel_position *position, char *buffer, size_t size) {
  if (position->line) {
    snprintf(buffer, size, "line %ld", position->line);
  } else {
    snprintf(buffer, size, "position %zu", (size_t)(position - book->positions));
  }
}

static keel_status refuse_second(struct keel_config_reader *reader, const struct keel_config_node *node,
                                 const struct keel_book *book, const struct keel_position *first,
                                 const struct keel_position *second) {
  const struct keel_contract *a = &first->contract, *b = &second->contract;
  int two_multipliers = a->multiplier != b->multiplier;
  int two_exercises = keel_kind_is_option(a->kind) && a->exercise != b->exercise;
  const char *field = two_multipliers ? "multiplier" : two_exercises ? "exercise" : NULL;
  char where[KEEL_BOOK_WHERE_SIZE], place[80], name[160];
  keel_book_where(node, book, (size_t)(second - book->positions), field, where);
  place_of(book, first, place, sizeof place);
  if (two_multipliers)
    return keel_fail(reader->error, KEEL_STATUS_INPUT, where,
                     "is %.17g, and %.17g for the same contract in %s; a contract has one", b->multiplier,
                     a->multiplier, place);
  if (two_exercises)
    return keel_fail(reader->error, KEEL_STATUS_INPUT, where,
                     "is %s, and %s for the same contract in %s; a contract has one", keel_exercise_name(b->exercise),
                     keel_exercise_name(a->exercise), place);
  const struct keel_field_context *context = reader->context;
  keel_contract_format(b, context->calendar, name, sizeof name);
  return keel_fail(reader->error, KEEL_STATUS_INPUT, where,
                   "is a duplicate: %s is in %s already; give one position with the sum of both qty", name, place);
}

/* The first position that is there already is the one that is reported. */
static keel_status check_duplicates(struct keel_config_reader *reader, const struct keel_config_node *node,
                                    const struct keel_book *book) {
  struct keel_position **sorted = KEEL_ARENA_NEW(reader->arena, struct keel_position *, book->count);
  for (size_t i = 0; i < book->count; i++) sorted[i] = &book->positions[i];
  qsort(sorted, book->count, sizeof(*sorted), compare);
  const struct keel_position *first = NULL, *second = NULL;
  for (size_t i = 1; i < book->count; i++) {
    if (!same_contract(sorted[i - 1], sorted[i]) || !are_in_conflict(sorted[i - 1], sorted[i])) continue;
    struct keel_position *later = sorted[i - 1] > sorted[i] ? sorted[i - 1] : sorted[i];
    if (second && second < later) continue;
    first = sorted[i - 1] > sorted[i] ? sorted[i] : sorted[i - 1];
    second = later;
  }
  return second ? refuse_second(reader, node, book, first, second) : KEEL_STATUS_OK;
}

keel_status keel_book_read(struct keel_config_reader *reader, const struct keel_config_node *node,
                           struct keel_book *book) {
  if (node->kind == KEEL_CONFIG_SCALAR)
    return keel_config_fail(reader->error, node, NULL, "has to be a list of positions, or {file: book.csv}");
  keel_status status = node->kind == KEEL_CONFIG_LIST ? read_list(reader, node, book) : read_file(reader, node, book);
  return status ? status : check_duplicates(reader, node, book);
}
