#include "world/import_lean.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/number.h"
#include "base/zip.h"
#include "world/import_lean_name.h"

/* time, four prices of the bid, its size, four of the ask, its size; or time, four prices, volume. */
enum { QUOTE_FIELDS = 11, TRADE_FIELDS = 6, BID_CLOSE = 4, ASK_CLOSE = 9, TRADE_CLOSE = 4, FIELDS_MAX = 12 };

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_MINUTE (60 * KEEL_NS_PER_SECOND)
#define MS_PER_DAY INT64_C(86400000)

struct keel_import_lean {
  const char *path;
  struct keel_zip *zip;
  struct keel_lean_file file;
  const struct keel_calendar *calendar; /* when dates end */
  const struct keel_zone *zone;         /* of the times */
  int has_better;                       /* these are trades, and quotes are among the files */
  size_t next;
};

/* One entry, and where its quotes go. */
struct entry {
  const struct keel_import_lean *lean;
  const char *name;
  struct keel_lean_entry what;
  uint32_t id, spot_id; /* KEEL_CONTRACT_NONE: a conflict; spot_id of futures only */
  struct keel_import_rows *rows;
};

/* ---- opening ---- */

static int has_quotes_of(const char *const *files, size_t count, const struct keel_lean_file *trades) {
  struct keel_lean_file other;
  for (size_t i = 0; i < count; i++)
    if (keel_zip_is(files[i]) && !keel_lean_file_parse(files[i], &other, NULL) && other.has_quotes &&
        keel_lean_file_same(&other, trades))
      return 1;
  return 0;
}

/* All but the zip itself. */
static keel_status prepare(const char *path, struct keel_import_lean **out, keel_error *error) {
  struct keel_import_lean *lean = calloc(1, sizeof *lean);
  *out = lean;
  if (!lean) return keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory");
  lean->path = path;
  keel_status status = keel_lean_file_parse(path, &lean->file, error);
  if (!status) status = keel_zone_find(lean->file.zone, &lean->zone, error);
  if (!status) status = keel_calendar_find("nyse", &lean->calendar, error);
  return status;
}

static keel_status opened(struct keel_import_lean **lean, keel_status status, keel_error *error) {
  if (!status && keel_zip_entries((*lean)->zip) == 0)
    status = keel_fail(error, KEEL_STATUS_INPUT, (*lean)->path, "is a zip without entries");
  if (!status) return status;
  keel_import_lean_close(*lean);
  *lean = NULL;
  return status;
}

keel_status keel_import_lean_open(const char *const *files, size_t count, size_t index, struct keel_import_lean **lean,
                                  keel_error *error) {
  keel_status status = prepare(files[index], lean, error);
  if (!status) status = keel_zip_open(files[index], &(*lean)->zip, error);
  if (!status) (*lean)->has_better = !(*lean)->file.has_quotes && has_quotes_of(files, count, &(*lean)->file);
  return opened(lean, status, error);
}

keel_status keel_import_lean_open_bytes(const char *path, const void *bytes, size_t size,
                                        struct keel_import_lean **lean, keel_error *error) {
  keel_status status = prepare(path, lean, error);
  if (!status) status = keel_zip_open_bytes(path, bytes, size, &(*lean)->zip, error);
  return opened(lean, status, error);
}

void keel_import_lean_close(struct keel_import_lean *lean) {
  if (!lean) return;
  keel_zip_close(lean->zip);
  free(lean);
}

/* ---- one row ---- */

/* Splits a line at commas; returns how many fields it has, at most FIELDS_MAX. */
static size_t split(const char *line, const char *end, struct keel_csv_field *fields) {
  size_t count = 0;
  while (count < FIELDS_MAX) {
    const char *comma = memchr(line, ',', (size_t)(end - line));
    fields[count++] = (struct keel_csv_field){line, (size_t)((comma ? comma : end) - line)};
    if (!comma) break;
    line = comma + 1;
  }
  return count;
}

/* Milliseconds since midnight, whole. */
static int64_t minute_end(const struct keel_import_lean *lean, struct keel_csv_field time) {
  int64_t ms = 0;
  if (time.length == 0 || time.length > 8) return KEEL_TIME_NONE;
  for (size_t i = 0; i < time.length; i++) {
    if (time.text[i] < '0' || time.text[i] > '9') return KEEL_TIME_NONE;
    ms = ms * 10 + (time.text[i] - '0');
  }
  if (ms >= MS_PER_DAY) return KEEL_TIME_NONE;
  int64_t begin = keel_zone_to_utc(lean->zone, lean->file.days, ms * NS_PER_MS);
  return begin == KEEL_TIME_NONE ? begin : begin + NS_PER_MINUTE;
}

/* 20140606 00:00 */
static int64_t day_end(const struct keel_import_lean *lean, struct keel_csv_field time) {
  struct keel_time_text date;
  if (time.length != 14 || memcmp(time.text + 8, " 00:00", 6) != 0) return KEEL_TIME_NONE;
  if (!keel_time_parse(time.text, 8, &date)) return KEEL_TIME_NONE;
  return keel_calendar_close(lean->calendar, date.days);
}

/* A price, NaN for an empty one. Only an option is worth 0: elsewhere that is no quote. Returns what is wrong. */
static int read_price(const struct entry *entry, struct keel_csv_field field, double *price) {
  *price = NAN;
  if (field.length == 0) return KEEL_IMPORT_FINE;
  if (!keel_number_parse(field.text, field.length, price)) return KEEL_IMPORT_BAD_NUMBER;
  if (*price < 0) return KEEL_IMPORT_NEGATIVE_PRICE;
  *price = *price / entry->lean->file.scale + 0.0; /* no negative zero */
  if (*price == 0 && !keel_kind_is_option(entry->what.contract.kind)) *price = NAN;
  return KEEL_IMPORT_FINE;
}

static int read_prices(const struct entry *entry, const struct keel_csv_field *fields, double *bid_ask) {
  int is_quote = entry->lean->file.has_quotes;
  int trouble = read_price(entry, fields[is_quote ? BID_CLOSE : TRADE_CLOSE], &bid_ask[0]);
  if (trouble) return trouble;
  if (is_quote) return read_price(entry, fields[ASK_CLOSE], &bid_ask[1]);
  bid_ask[1] = bid_ask[0];
  return KEEL_IMPORT_FINE;
}

static int read_row(const struct entry *entry, const struct keel_csv_field *fields, int64_t *time_ns, double *bid_ask) {
  const struct keel_import_lean *lean = entry->lean;
  if (lean->has_better) return KEEL_IMPORT_TRADE;
  if (entry->id == KEEL_CONTRACT_NONE) return KEEL_IMPORT_CONFLICT;
  *time_ns = lean->file.is_daily ? day_end(lean, fields[0]) : minute_end(lean, fields[0]);
  if (*time_ns == KEEL_TIME_NONE) return KEEL_IMPORT_BAD_DATE;
  const struct keel_contract *contract = &entry->what.contract;
  if (contract->kind != KEEL_KIND_SPOT && contract->expiry_ns < *time_ns) return KEEL_IMPORT_EXPIRED;
  return read_prices(entry, fields, bid_ask);
}

static keel_status take_row(const struct entry *entry, const struct keel_csv_field *fields, keel_error *error) {
  struct keel_import_rows *rows = entry->rows;
  int64_t time_ns;
  double bid_ask[2];
  rows->rows++;
  int trouble = read_row(entry, fields, &time_ns, bid_ask);
  if (trouble) {
    rows->troubles[trouble]++;
    return KEEL_STATUS_OK;
  }
  keel_status status = keel_import_rows_quote(rows, time_ns, entry->id, bid_ask, error);
  if (status || entry->spot_id == KEEL_CONTRACT_NONE) return status;
  return keel_import_rows_quote(rows, time_ns, entry->spot_id, bid_ask, error);
}

/* ---- one entry ---- */

static keel_status refuse(const struct entry *entry, long line, const char *what, keel_error *error) {
  char where[1024];
  snprintf(where, sizeof where, "%s:%s", entry->lean->path, entry->name);
  return keel_fail_at(error, where, line, NULL, "%s; nothing was written", what);
}

static keel_status wrong_count(const struct entry *entry, long line, size_t count, keel_error *error) {
  char what[96];
  int quotes = entry->lean->file.has_quotes;
  snprintf(what, sizeof what, "%zu%s fields; a bar of %s has %d", count, count == FIELDS_MAX ? " or more" : "",
           quotes ? "quotes" : "trades", quotes ? QUOTE_FIELDS : TRADE_FIELDS);
  return refuse(entry, line, what, error);
}

static keel_status take_rows(const struct entry *entry, const char *text, size_t length, keel_error *error) {
  struct keel_csv_field fields[FIELDS_MAX];
  const size_t wanted = entry->lean->file.has_quotes ? QUOTE_FIELDS : TRADE_FIELDS;
  long line = 0;
  for (const char *end = text + length, *next; text < end; text = next + 1) {
    line++;
    next = memchr(text, '\n', (size_t)(end - text));
    if (!next) next = end;
    const char *stop = next > text && next[-1] == '\r' ? next - 1 : next;
    if (stop == text) continue;
    size_t count = split(text, stop, fields);
    if (count != wanted) return wrong_count(entry, line, count, error);
    keel_status status = take_row(entry, fields, error);
    if (status) return status;
  }
  return KEEL_STATUS_OK;
}

/* The contract, and for a future the spot beside it, which ends with it. */
static keel_status enter_contracts(struct entry *entry, keel_error *error) {
  const struct keel_contract *contract = &entry->what.contract;
  keel_status status = keel_import_rows_contract(entry->rows, contract, &entry->id, error);
  entry->spot_id = KEEL_CONTRACT_NONE;
  if (status || contract->kind != KEEL_KIND_FUTURE) return status;
  return keel_import_rows_spot(entry->rows, contract, &entry->spot_id, error);
}

keel_status keel_import_lean_next(struct keel_import_lean *lean, struct keel_import_rows *rows, size_t *left,
                                  keel_error *error) {
  const char *text;
  size_t length, number = lean->next++;
  struct entry entry = {.lean = lean, .name = keel_zip_name(lean->zip, number), .rows = rows};
  *left = keel_zip_entries(lean->zip) - lean->next;
  keel_status status = keel_zip_read(lean->zip, number, &text, &length, error);
  if (status) return status;
  const char *problem = keel_lean_entry_parse(&lean->file, lean->calendar, entry.name, &entry.what);
  if (problem) return refuse(&entry, 0, problem, error);
  status = enter_contracts(&entry, error);
  return status ? status : take_rows(&entry, text, length, error);
}
