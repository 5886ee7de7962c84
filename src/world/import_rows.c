#include "world/import_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/grow.h"
#include "base/number.h"
#include "world/import_time.h"
#include "world/tape_record.h"

enum { ROOM_FIRST = 4096, QUOTES_PER_ROW = 2 };

/* One row, read and checked. */
struct row {
  int64_t time_ns;
  struct keel_contract contract;
  struct keel_import_underlying *underlying;
  double bid, ask, spot_bid, spot_ask;
};

static struct keel_import_meaning meaning_of(int64_t whole, int problem) {
  return (struct keel_import_meaning){.whole = whole, .problem = problem};
}

/* ---- texts that repeat: parsed once, then remembered ---- */

/* Returns the number of the new underlying, or -1 if there is no memory. */
static int64_t add_underlying(struct keel_import_rows *rows, const char *name) {
  size_t number = rows->underlying_count;
  void *underlyings = keel_grown(rows->underlyings, number, &rows->underlying_room, sizeof *rows->underlyings);
  if (!underlyings) return -1;
  rows->underlyings = underlyings;
  void *spots = keel_grown(rows->spots, number, &rows->spot_room, sizeof *rows->spots);
  if (!spots) return -1;
  rows->spots = spots;
  rows->underlyings[number] = (struct keel_import_underlying){
      .exercise = keel_import_is_european(name) ? KEEL_EXERCISE_EUROPEAN : KEEL_EXERCISE_AMERICAN,
      .spot_id = KEEL_CONTRACT_NONE};
  rows->spots[number] = (struct keel_contract){.underlying = keel_arena_text(&rows->names, name, strlen(name)),
                                               .kind = KEEL_KIND_SPOT,
                                               .expiry_ns = KEEL_TIME_NONE,
                                               .multiplier = 1};
  if (!keel_contract_index_add(&rows->spot_index, rows->spots, (uint32_t)number)) return -1;
  rows->underlying_count++;
  return (int64_t)number;
}

static struct keel_import_meaning parse_underlying(void *context, struct keel_csv_field text) {
  struct keel_import_rows *rows = context;
  char name[KEEL_TAPE_NAME_MAX + 1];
  if (text.length == 0 || text.length > KEEL_TAPE_NAME_MAX) return meaning_of(0, KEEL_IMPORT_BAD_UNDERLYING);
  for (size_t i = 0; i < text.length; i++)
    if ((unsigned char)text.text[i] < ' ') return meaning_of(0, KEEL_IMPORT_BAD_UNDERLYING);
  memcpy(name, text.text, text.length);
  name[text.length] = '\0';
  uint32_t known = keel_contract_index_find(&rows->spot_index, rows->spots,
                                            &(struct keel_contract){.underlying = name, .kind = KEEL_KIND_SPOT});
  if (known != KEEL_CONTRACT_NONE) return meaning_of(known, KEEL_IMPORT_FINE);
  int64_t number = add_underlying(rows, name);
  rows->no_memory |= number < 0;
  return meaning_of(number, number < 0 ? KEEL_IMPORT_BAD_UNDERLYING : KEEL_IMPORT_FINE);
}

static struct keel_import_meaning parse_kind(void *context, struct keel_csv_field text) {
  (void)context;
  int kind = keel_kind_parse(text.text, text.length);
  return meaning_of(kind, kind < 0 ? KEEL_IMPORT_UNKNOWN_KIND : KEEL_IMPORT_FINE);
}

static struct keel_import_meaning parse_exercise(void *context, struct keel_csv_field text) {
  (void)context;
  int exercise = keel_exercise_parse(text.text, text.length);
  return meaning_of(exercise, exercise < 0 ? KEEL_IMPORT_BAD_EXERCISE : KEEL_IMPORT_FINE);
}

static struct keel_import_meaning parse_time(void *context, struct keel_csv_field text) {
  struct keel_import_rows *rows = context;
  struct keel_time_text time;
  if (!keel_import_time_parse(rows->layout->dates, text.text, text.length, &time))
    return meaning_of(0, KEEL_IMPORT_BAD_DATE);
  int64_t time_ns = keel_calendar_instant(rows->calendar, &time);
  return meaning_of(time_ns, time_ns == KEEL_TIME_NONE ? KEEL_IMPORT_BAD_DATE : KEEL_IMPORT_FINE);
}

/* Why a text is no number: it says NaN or infinity, overflows, or is something else. */
static int number_trouble(struct keel_csv_field text) {
  static const char *const names[] = {"nan", "inf", "infinity"};
  if (text.length && (text.text[0] == '-' || text.text[0] == '+')) text.text++, text.length--;
  for (int i = 0; i < 3; i++)
    if (keel_csv_is(text, names[i])) return KEEL_IMPORT_NOT_FINITE;
  for (size_t i = 0; i < text.length; i++)
    if (!strchr("0123456789.eE+-", text.text[i])) return KEEL_IMPORT_BAD_NUMBER;
  char *end, copy[64];
  if (text.length == 0 || text.length >= sizeof copy) return KEEL_IMPORT_BAD_NUMBER;
  memcpy(copy, text.text, text.length);
  copy[text.length] = '\0';
  return isinf(strtod(copy, &end)) && *end == '\0' ? KEEL_IMPORT_NOT_FINITE : KEEL_IMPORT_BAD_NUMBER;
}

/* A number, NaN for an empty text. Returns what is wrong with it. */
static int read_number(struct keel_csv_field text, double *number) {
  if (keel_csv_number(text, number)) return KEEL_IMPORT_FINE;
  *number = NAN;
  return text.length ? number_trouble(text) : KEEL_IMPORT_FINE;
}

static struct keel_import_meaning parse_spot(void *context, struct keel_csv_field text) {
  (void)context;
  struct keel_import_meaning meaning = {0};
  meaning.problem = read_number(text, &meaning.real);
  if (!meaning.problem && meaning.real <= 0) meaning.problem = KEEL_IMPORT_BAD_SPOT;
  return meaning;
}

/* ---- reading a row ---- */

static struct keel_csv_field cell(const struct keel_import_rows *rows, const struct keel_csv_field *fields,
                                  enum keel_import_field field) {
  long column = rows->binding.columns[field];
  return column >= 0 ? fields[column] : rows->constants[field];
}

static int given(const struct keel_import_rows *rows, enum keel_import_field field) {
  return rows->binding.columns[field] >= 0 || rows->constants[field].length > 0;
}

static struct keel_import_meaning recall(struct keel_import_rows *rows, const struct keel_csv_field *fields,
                                         enum keel_import_field field) {
  return keel_import_recall(&rows->memos[field], rows, cell(rows, fields, field));
}

static int read_exercise(struct keel_import_rows *rows, const struct keel_csv_field *fields, struct row *row) {
  row->contract.exercise = row->underlying->exercise;
  if (rows->layout->exercise_by_name) return KEEL_IMPORT_FINE;
  struct keel_import_meaning exercise = recall(rows, fields, KEEL_IMPORT_EXERCISE);
  row->contract.exercise = (enum keel_exercise)exercise.whole;
  return exercise.problem;
}

static int read_multiplier(const struct keel_import_rows *rows, const struct keel_csv_field *fields, struct row *row) {
  row->contract.multiplier = rows->multiplier;
  if (rows->binding.columns[KEEL_IMPORT_MULTIPLIER] < 0) return KEEL_IMPORT_FINE;
  int trouble = read_number(cell(rows, fields, KEEL_IMPORT_MULTIPLIER), &row->contract.multiplier);
  if (trouble) return trouble;
  return row->contract.multiplier > 0 ? KEEL_IMPORT_FINE : KEEL_IMPORT_BAD_MULTIPLIER;
}

/* What a contract has beside its underlying and kind. */
static int read_terms(struct keel_import_rows *rows, const struct keel_csv_field *fields, struct row *row) {
  struct keel_import_meaning expiry = recall(rows, fields, KEEL_IMPORT_EXPIRY);
  if (expiry.problem) return expiry.problem;
  if (expiry.whole < row->time_ns) return KEEL_IMPORT_EXPIRED;
  row->contract.expiry_ns = expiry.whole;
  int trouble = read_multiplier(rows, fields, row);
  if (trouble || !keel_kind_is_option(row->contract.kind)) return trouble;
  trouble = read_number(cell(rows, fields, KEEL_IMPORT_STRIKE), &row->contract.strike);
  if (trouble) return trouble;
  if (!(row->contract.strike > 0)) return KEEL_IMPORT_BAD_STRIKE;
  return read_exercise(rows, fields, row);
}

/* A quote may be missing (NaN); only that of a future may be negative. */
static int read_price(struct keel_csv_field text, enum keel_kind kind, double *price) {
  int trouble = read_number(text, price);
  *price += 0.0; /* no negative zero */
  if (trouble || !(*price < 0)) return trouble;
  return kind == KEEL_KIND_FUTURE ? KEEL_IMPORT_FINE : KEEL_IMPORT_NEGATIVE_PRICE;
}

static int read_spot(struct keel_import_rows *rows, const struct keel_csv_field *fields, struct row *row) {
  row->spot_bid = row->spot_ask = NAN;
  if (given(rows, KEEL_IMPORT_SPOT)) {
    struct keel_import_meaning spot = recall(rows, fields, KEEL_IMPORT_SPOT);
    row->spot_bid = row->spot_ask = spot.real;
    return spot.problem;
  }
  if (!given(rows, KEEL_IMPORT_SPOT_BID)) return KEEL_IMPORT_FINE;
  int trouble = read_price(cell(rows, fields, KEEL_IMPORT_SPOT_BID), KEEL_KIND_SPOT, &row->spot_bid);
  return trouble ? trouble : read_price(cell(rows, fields, KEEL_IMPORT_SPOT_ASK), KEEL_KIND_SPOT, &row->spot_ask);
}

static int read_row(struct keel_import_rows *rows, const struct keel_csv_field *fields, struct row *row) {
  struct keel_import_meaning time = recall(rows, fields, KEEL_IMPORT_TIME);
  if (time.problem) return time.problem;
  struct keel_import_meaning underlying = recall(rows, fields, KEEL_IMPORT_UNDERLYING);
  if (underlying.problem) return underlying.problem;
  struct keel_import_meaning kind = recall(rows, fields, KEEL_IMPORT_KIND);
  if (kind.problem) return kind.problem;
  row->time_ns = time.whole;
  row->underlying = &rows->underlyings[underlying.whole];
  row->contract = rows->spots[underlying.whole];
  row->contract.kind = (enum keel_kind)kind.whole;
  int is_spot = row->contract.kind == KEEL_KIND_SPOT;
  int trouble = is_spot ? KEEL_IMPORT_FINE : read_terms(rows, fields, row);
  if (!trouble) trouble = read_price(cell(rows, fields, KEEL_IMPORT_BID), row->contract.kind, &row->bid);
  if (!trouble) trouble = read_price(cell(rows, fields, KEEL_IMPORT_ASK), row->contract.kind, &row->ask);
  if (trouble) return trouble;
  if (!is_spot) return read_spot(rows, fields, row);
  row->spot_bid = row->bid;
  row->spot_ask = row->ask;
  return KEEL_IMPORT_FINE;
}

/* ---- keeping its quotes ---- */

static int make_room(struct keel_import_rows *rows) {
  if (rows->count + QUOTES_PER_ROW <= rows->room) return 1;
  size_t room = rows->room ? rows->room * 2 : ROOM_FIRST;
  uint32_t *ids = realloc(rows->ids, room * sizeof *ids);
  if (ids) rows->ids = ids;
  double *bids = realloc(rows->bids, room * sizeof *bids);
  if (bids) rows->bids = bids;
  double *asks = realloc(rows->asks, room * sizeof *asks);
  if (asks) rows->asks = asks;
  if (!ids || !bids || !asks) return 0;
  rows->room = room;
  return 1;
}

static int enter_run(struct keel_import_rows *rows, int64_t time_ns) {
  size_t count = rows->run_count;
  if (count && rows->runs[count - 1].time_ns == time_ns) return 1;
  void *runs = keel_grown(rows->runs, count, &rows->run_room, sizeof *rows->runs);
  if (!runs) return 0;
  rows->runs = runs;
  if (count && rows->runs[count - 1].time_ns > time_ns) rows->unsorted = 1;
  rows->runs[rows->run_count++] = (struct keel_import_run){time_ns, rows->count};
  return 1;
}

static void append(struct keel_import_rows *rows, uint32_t id, double bid, double ask) {
  rows->ids[rows->count] = id;
  rows->bids[rows->count] = bid;
  rows->asks[rows->count] = ask;
  rows->count++;
}

/* The contract's id; it is added if it is new. KEEL_CONTRACT_NONE: no memory. */
static uint32_t id_of(struct keel_import_rows *rows, const struct keel_contract *contract) {
  uint32_t id = keel_contract_index_find(&rows->index, rows->contracts, contract);
  if (id != KEEL_CONTRACT_NONE) return id;
  void *contracts = keel_grown(rows->contracts, rows->contract_count, &rows->contract_room, sizeof *rows->contracts);
  if (!contracts) return KEEL_CONTRACT_NONE;
  rows->contracts = contracts;
  id = (uint32_t)rows->contract_count;
  rows->contracts[id] = *contract;
  if (!keel_contract_index_add(&rows->index, rows->contracts, id)) return KEEL_CONTRACT_NONE;
  rows->contract_count++;
  return id;
}

static int same_price(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

/* Keeps the spot of a run once; of others, one more, so that the tape's writer can count the conflict. */
static int keep_spot(struct keel_import_rows *rows, struct keel_import_underlying *underlying, double bid, double ask) {
  int again = underlying->run == rows->run_count;
  if (again && same_price(underlying->bid, bid) && same_price(underlying->ask, ask)) return 1;
  if (again && underlying->second_kept) return 1;
  if (underlying->spot_id == KEEL_CONTRACT_NONE) {
    underlying->spot_id = id_of(rows, &rows->spots[underlying - rows->underlyings]);
    if (underlying->spot_id == KEEL_CONTRACT_NONE) return 0;
  }
  append(rows, underlying->spot_id, bid, ask);
  underlying->second_kept = again;
  if (again) return 1;
  underlying->run = rows->run_count;
  underlying->bid = bid;
  underlying->ask = ask;
  return 1;
}

static int conflicts(const struct keel_contract *known, const struct keel_contract *contract) {
  if (known->multiplier != contract->multiplier) return 1;
  return keel_kind_is_option(known->kind) && known->exercise != contract->exercise;
}

/* Returns 0 if there is no memory. */
static int keep(struct keel_import_rows *rows, const struct row *row, int *trouble) {
  int is_spot = row->contract.kind == KEEL_KIND_SPOT;
  uint32_t id = is_spot ? 0 : id_of(rows, &row->contract);
  if (id == KEEL_CONTRACT_NONE || !make_room(rows)) return 0;
  if (!is_spot && conflicts(&rows->contracts[id], &row->contract)) {
    *trouble = KEEL_IMPORT_CONFLICT;
    return 1;
  }
  if (!enter_run(rows, row->time_ns)) return 0;
  if (isnan(row->spot_bid) && isnan(row->spot_ask) && !is_spot)
    rows->troubles[KEEL_IMPORT_NO_SPOT] += (uint64_t)given(rows, KEEL_IMPORT_SPOT);
  else if (!keep_spot(rows, row->underlying, row->spot_bid, row->spot_ask))
    return 0;
  if (!is_spot) append(rows, id, row->bid, row->ask);
  return 1;
}

/* ---- the whole ---- */

struct keel_import_rows *keel_import_rows_new(void) {
  struct keel_import_rows *rows = calloc(1, sizeof *rows);
  if (rows) keel_arena_init(&rows->names);
  return rows;
}

void keel_import_rows_free(struct keel_import_rows *rows) {
  if (!rows) return;
  keel_arena_fini(&rows->names);
  keel_contract_index_fini(&rows->index);
  keel_contract_index_fini(&rows->spot_index);
  free(rows->contracts);
  free(rows->underlyings);
  free(rows->spots);
  free(rows->ids);
  free(rows->bids);
  free(rows->asks);
  free(rows->runs);
  free(rows);
}

keel_status keel_import_rows_bind(struct keel_import_rows *rows, const struct keel_import_layout *layout,
                                  const struct keel_csv *csv, keel_error *error) {
  static struct keel_import_meaning (*const parsers[])(void *, struct keel_csv_field) = {
      [KEEL_IMPORT_UNDERLYING] = parse_underlying,
      [KEEL_IMPORT_KIND] = parse_kind,
      [KEEL_IMPORT_TIME] = parse_time,
      [KEEL_IMPORT_EXPIRY] = parse_time,
      [KEEL_IMPORT_EXERCISE] = parse_exercise,
      [KEEL_IMPORT_SPOT] = parse_spot};
  keel_status status = keel_import_layout_bind(layout, csv, &rows->binding, error);
  if (!status) status = keel_calendar_find(layout->calendar, &rows->calendar, error);
  if (status) return status;
  rows->layout = layout;
  for (int field = 0; field < KEEL_IMPORT_FIELDS; field++) {
    const char *text = layout->constants[field] ? layout->constants[field] : "";
    rows->constants[field] = (struct keel_csv_field){text, strlen(text)};
  }
  for (int field = 0; field <= KEEL_IMPORT_SPOT; field++) keel_import_memo_init(&rows->memos[field], parsers[field]);
  const struct keel_csv_field *multiplier = &rows->constants[KEEL_IMPORT_MULTIPLIER];
  if (multiplier->length) keel_assert(keel_csv_number(*multiplier, &rows->multiplier));
  return KEEL_STATUS_OK;
}

static keel_status no_memory(const struct keel_import_rows *rows, keel_error *error) {
  return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for %zu quotes", rows->count);
}

keel_status keel_import_rows_add(struct keel_import_rows *rows, const struct keel_csv_field *fields,
                                 keel_error *error) {
  struct row row;
  rows->rows++;
  int trouble = read_row(rows, fields, &row);
  if (rows->no_memory || (!trouble && !keep(rows, &row, &trouble))) return no_memory(rows, error);
  if (trouble) rows->troubles[trouble]++;
  return KEEL_STATUS_OK;
}

/* ---- quotes from elsewhere ---- */

keel_status keel_import_rows_contract(struct keel_import_rows *rows, const struct keel_contract *contract, uint32_t *id,
                                      keel_error *error) {
  struct keel_csv_field text = {contract->underlying, strlen(contract->underlying)};
  struct keel_import_meaning name = parse_underlying(rows, text);
  if (rows->no_memory) return no_memory(rows, error);
  if (name.problem) return keel_fail(error, KEEL_STATUS_INPUT, NULL, "the name of an underlying is not usable");
  struct keel_contract kept = *contract;
  kept.underlying = rows->spots[name.whole].underlying;
  *id = id_of(rows, &kept);
  if (*id == KEEL_CONTRACT_NONE) return no_memory(rows, error);
  if (conflicts(&rows->contracts[*id], &kept)) *id = KEEL_CONTRACT_NONE;
  return KEEL_STATUS_OK;
}

keel_status keel_import_rows_quote(struct keel_import_rows *rows, int64_t time_ns, uint32_t id, const double *bid_ask,
                                   keel_error *error) {
  if (!make_room(rows) || !enter_run(rows, time_ns)) return no_memory(rows, error);
  append(rows, id, bid_ask[0], bid_ask[1]);
  return KEEL_STATUS_OK;
}
