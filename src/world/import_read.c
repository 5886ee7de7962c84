#include "world/import_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/grow.h"
#include "base/number.h"
#include "world/import_symbol.h"
#include "world/import_time.h"
#include "world/tape_record.h"

enum { REGULAR_SIZE = 100 };
#define STALE_NS (60 * KEEL_NS_PER_SECOND)

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
      .late_ns = KEEL_TIME_NONE,
      .spot.id = KEEL_CONTRACT_NONE};
  rows->spots[number] = (struct keel_contract){.underlying = keel_arena_text(&rows->names, name, strlen(name)),
                                               .kind = KEEL_KIND_SPOT,
                                               .expiry_ns = KEEL_TIME_NONE,
                                               .multiplier = 1};
  if (!keel_contract_index_add(&rows->spot_index, rows->spots, (uint32_t)number)) return -1;
  rows->underlying_count++;
  return (int64_t)number;
}

struct keel_import_meaning keel_import_read_underlying(void *context, struct keel_csv_field text) {
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

/* `real` says whether it is a date alone. */
static struct keel_import_meaning parse_time(void *context, struct keel_csv_field text) {
  struct keel_import_rows *rows = context;
  const struct keel_import_layout *layout = rows->layout;
  int64_t instant_ns;
  if (layout->epoch && keel_import_epoch_parse(layout->epoch, text.text, text.length, &instant_ns))
    return meaning_of(instant_ns, KEEL_IMPORT_FINE);
  struct keel_time_text time;
  if (!keel_import_time_parse(layout->dates, text.text, text.length, &time)) return meaning_of(0, KEEL_IMPORT_BAD_DATE);
  if (layout->times_are_utc && time.has_time && !time.has_offset) {
    time.has_offset = 1;
    time.offset_seconds = 0;
  }
  int64_t time_ns = keel_calendar_instant(rows->calendar, &time);
  struct keel_import_meaning meaning =
      meaning_of(time_ns, time_ns == KEEL_TIME_NONE ? KEEL_IMPORT_BAD_DATE : KEEL_IMPORT_FINE);
  meaning.real = !time.has_time;
  return meaning;
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

static const struct keel_import_meaning *recall(struct keel_import_rows *rows, const struct keel_csv_field *fields,
                                                enum keel_import_field field) {
  return keel_import_recall(&rows->memos[field], rows, cell(rows, fields, field));
}

static int read_exercise(struct keel_import_rows *rows, const struct keel_csv_field *fields,
                         struct keel_import_row *row) {
  row->contract.exercise = row->underlying->exercise;
  if (rows->layout->exercise_by_name) return KEEL_IMPORT_FINE;
  const struct keel_import_meaning *exercise = recall(rows, fields, KEEL_IMPORT_EXERCISE);
  row->contract.exercise = (enum keel_exercise)exercise->whole;
  return exercise->problem;
}

static int read_multiplier(const struct keel_import_rows *rows, const struct keel_csv_field *fields,
                           struct keel_import_row *row) {
  row->contract.multiplier = rows->multiplier;
  if (rows->binding.columns[KEEL_IMPORT_MULTIPLIER] < 0) return KEEL_IMPORT_FINE;
  struct keel_csv_field size = cell(rows, fields, KEEL_IMPORT_MULTIPLIER);
  if (keel_csv_is(size, "regular")) {
    row->contract.multiplier = REGULAR_SIZE;
    return KEEL_IMPORT_FINE;
  }
  int trouble = read_number(size, &row->contract.multiplier);
  if (trouble) return trouble;
  return row->contract.multiplier > 0 ? KEEL_IMPORT_FINE : KEEL_IMPORT_BAD_MULTIPLIER;
}

/* Of a date, its opening; of one when the market is shut (a Saturday, until 2015), that of the day before. */
static int64_t opening_of(const struct keel_calendar *calendar, int64_t close_ns) {
  int32_t days = keel_zone_date(keel_calendar_zone(calendar), close_ns), open = days;
  while (open > days - 7 && !keel_calendar_is_open(calendar, open)) open--;
  return keel_calendar_opening(calendar, open);
}

/* What a contract has beside its underlying and kind. */
static int read_terms(struct keel_import_rows *rows, const struct keel_csv_field *fields, struct keel_import_row *row) {
  const struct keel_import_meaning *expiry = recall(rows, fields, KEEL_IMPORT_EXPIRY);
  if (expiry->problem) return expiry->problem;
  int at_open = row->settles_at_open && expiry->real == 1;
  row->contract.expiry_ns = at_open ? opening_of(rows->calendar, expiry->whole) : expiry->whole;
  if (row->contract.expiry_ns < row->time_ns) return KEEL_IMPORT_EXPIRED;
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

/* A price beside the quote, where 0 and nothing both mean that there is none. */
static int read_beside(struct keel_csv_field text, enum keel_kind kind, double *price) {
  int trouble = read_price(text, kind, price);
  if (*price == 0) *price = NAN;
  return trouble;
}

static int read_spot(struct keel_import_rows *rows, const struct keel_csv_field *fields, struct keel_import_row *row) {
  row->spot_bid = row->spot_ask = NAN;
  if (keel_import_given(rows, KEEL_IMPORT_SPOT)) {
    const struct keel_import_meaning *spot = recall(rows, fields, KEEL_IMPORT_SPOT);
    row->spot_bid = row->spot_ask = spot->real;
    return spot->problem;
  }
  if (!keel_import_given(rows, KEEL_IMPORT_SPOT_BID)) return KEEL_IMPORT_FINE;
  int trouble = read_beside(cell(rows, fields, KEEL_IMPORT_SPOT_BID), KEEL_KIND_SPOT, &row->spot_bid);
  return trouble ? trouble : read_beside(cell(rows, fields, KEEL_IMPORT_SPOT_ASK), KEEL_KIND_SPOT, &row->spot_ask);
}

/* The future's price; of a venue that gives the spot index in its place, the spot. */
static int read_future(struct keel_import_rows *rows, const struct keel_csv_field *fields,
                       struct keel_import_row *row) {
  if (!keel_import_given(rows, KEEL_IMPORT_FUTURE)) return KEEL_IMPORT_FINE;
  enum keel_kind kind = row->index_is_underlying ? KEEL_KIND_SPOT : KEEL_KIND_FUTURE;
  double price;
  int trouble = read_beside(cell(rows, fields, KEEL_IMPORT_FUTURE), kind, &price);
  if (row->index_is_underlying)
    row->spot_bid = row->spot_ask = price;
  else
    row->future = price;
  return trouble;
}

/* The times beside that of the quote. That of the last trade is for information alone: one that cannot be read counts
 * as no trade. */
static int read_times(struct keel_import_rows *rows, const struct keel_csv_field *fields, struct keel_import_row *row) {
  if (keel_import_given(rows, KEEL_IMPORT_SPOT_TIME)) {
    struct keel_import_meaning spot = parse_time(rows, cell(rows, fields, KEEL_IMPORT_SPOT_TIME));
    if (spot.problem) return spot.problem;
    if (spot.whole > row->time_ns) row->spot_time_ns = spot.whole;
  }
  if (keel_import_given(rows, KEEL_IMPORT_MADE)) {
    struct keel_import_meaning made = parse_time(rows, cell(rows, fields, KEEL_IMPORT_MADE));
    if (made.problem) return made.problem;
    row->stale = made.whole < row->time_ns - STALE_NS;
  }
  if (keel_import_given(rows, KEEL_IMPORT_LAST_TRADE)) {
    struct keel_import_meaning trade = parse_time(rows, cell(rows, fields, KEEL_IMPORT_LAST_TRADE));
    const struct keel_zone *zone = keel_calendar_zone(rows->calendar);
    row->old_trade = !trade.problem && keel_zone_date(zone, trade.whole) < keel_zone_date(zone, row->time_ns);
  }
  return KEEL_IMPORT_FINE;
}

static int has_us_root(const struct keel_import_layout *layout) {
  return layout->symbols == KEEL_IMPORT_SYMBOLS_OCC || layout->symbols == KEEL_IMPORT_SYMBOLS_ROOT;
}

/* Which underlying, by its column, the file's name or the symbol; the symbol may also say that it cannot be taken. */
static int read_underlying(struct keel_import_rows *rows, const struct keel_csv_field *fields,
                           struct keel_import_row *row) {
  struct keel_csv_field name = cell(rows, fields, KEEL_IMPORT_UNDERLYING);
  row->settles_at_open = 0;
  if (rows->layout->symbols) {
    struct keel_import_symbol symbol = keel_import_symbol_read(
        rows->layout->symbols, cell(rows, fields, KEEL_IMPORT_SYMBOL), cell(rows, fields, KEEL_IMPORT_VENUE));
    if (symbol.trouble) return symbol.trouble;
    if (!keel_import_given(rows, KEEL_IMPORT_UNDERLYING)) name = symbol.underlying;
    row->index_is_underlying = symbol.index_is_underlying;
    row->settles_at_open = has_us_root(rows->layout) && keel_import_settles_at_open(symbol.underlying);
  }
  const struct keel_import_meaning *underlying = keel_import_recall(&rows->memos[KEEL_IMPORT_UNDERLYING], rows, name);
  if (underlying->problem) return underlying->problem;
  row->underlying = &rows->underlyings[underlying->whole];
  row->contract = rows->spots[underlying->whole];
  return KEEL_IMPORT_FINE;
}

static int read_kind(struct keel_import_rows *rows, const struct keel_csv_field *fields, int side,
                     struct keel_import_row *row) {
  if (rows->sides == 2) {
    row->contract.kind = side ? KEEL_KIND_PUT : KEEL_KIND_CALL;
    return KEEL_IMPORT_FINE;
  }
  const struct keel_import_meaning *kind = recall(rows, fields, KEEL_IMPORT_KIND);
  row->contract.kind = (enum keel_kind)kind->whole;
  return kind->problem;
}

static int read_quote(struct keel_import_rows *rows, const struct keel_csv_field *fields, int side,
                      struct keel_import_row *row) {
  enum keel_import_field bid = side ? KEEL_IMPORT_PUT_BID : KEEL_IMPORT_BID,
                         ask = side ? KEEL_IMPORT_PUT_ASK : KEEL_IMPORT_ASK;
  int trouble = read_price(cell(rows, fields, bid), row->contract.kind, &row->bid);
  return trouble ? trouble : read_price(cell(rows, fields, ask), row->contract.kind, &row->ask);
}

int keel_import_read(struct keel_import_rows *rows, const struct keel_csv_field *fields, int side,
                     struct keel_import_row *row) {
  row->index_is_underlying = 0;
  int trouble = read_underlying(rows, fields, row);
  if (trouble) return trouble;
  const struct keel_import_meaning *time = recall(rows, fields, KEEL_IMPORT_TIME);
  if (time->problem) return time->problem;
  row->time_ns = time->whole;
  trouble = read_kind(rows, fields, side, row);
  int is_spot = row->contract.kind == KEEL_KIND_SPOT;
  if (!trouble && !is_spot) trouble = read_terms(rows, fields, row);
  if (!trouble) trouble = read_quote(rows, fields, side, row);
  if (trouble) return trouble;
  row->spot_bid = row->bid;
  row->spot_ask = row->ask;
  if (!is_spot) trouble = read_spot(rows, fields, row);
  if (trouble || !rows->has_more) return trouble;
  row->stale = row->old_trade = 0;
  row->future = NAN;
  row->spot_time_ns = KEEL_TIME_NONE;
  if (is_spot) return KEEL_IMPORT_FINE;
  trouble = read_future(rows, fields, row);
  return trouble ? trouble : read_times(rows, fields, row);
}

/* ---- before the rows of a file ---- */

keel_status keel_import_read_bind(struct keel_import_rows *rows, const struct keel_csv *csv, keel_error *error) {
  static struct keel_import_meaning (*const parsers[])(void *, struct keel_csv_field) = {
      [KEEL_IMPORT_UNDERLYING] = keel_import_read_underlying,
      [KEEL_IMPORT_KIND] = parse_kind,
      [KEEL_IMPORT_TIME] = parse_time,
      [KEEL_IMPORT_EXPIRY] = parse_time,
      [KEEL_IMPORT_EXERCISE] = parse_exercise,
      [KEEL_IMPORT_SPOT] = parse_spot};
  const struct keel_import_layout *layout = rows->layout;
  for (int field = 0; field < KEEL_IMPORT_FIELDS; field++) {
    const char *text = layout->constants[field] ? layout->constants[field] : "";
    rows->constants[field] = (struct keel_csv_field){text, strlen(text)};
  }
  if (layout->underlying_from_file) {
    const char *name = keel_import_underlying_of_file(&rows->names, keel_csv_path(csv));
    if (!name)
      return keel_fail_at(error, keel_csv_path(csv), 0, "underlying",
                          "no column has it, so the file's name has to, as in spx_eod_202312.txt; or use a column map "
                          "(--map)");
    rows->constants[KEEL_IMPORT_UNDERLYING] = (struct keel_csv_field){name, strlen(name)};
  }
  for (int field = 0; field <= KEEL_IMPORT_SPOT; field++) keel_import_memo_init(&rows->memos[field], parsers[field]);
  const struct keel_csv_field *multiplier = &rows->constants[KEEL_IMPORT_MULTIPLIER];
  if (multiplier->length) keel_assert(keel_csv_number(*multiplier, &rows->multiplier));
  rows->sides = keel_import_given(rows, KEEL_IMPORT_PUT_BID) ? 2 : 1;
  rows->has_more = keel_import_given(rows, KEEL_IMPORT_FUTURE) || keel_import_given(rows, KEEL_IMPORT_SPOT_TIME) ||
                   keel_import_given(rows, KEEL_IMPORT_MADE) || keel_import_given(rows, KEEL_IMPORT_LAST_TRADE);
  return KEEL_STATUS_OK;
}
