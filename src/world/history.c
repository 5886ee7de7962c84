#include "world/history.h"

#include <math.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/fail.h"
#include "base/grow.h"
#include "book/calendar.h"

enum { KNOWN_SINCE = 1928 }; /* from then on the calendar has every closure */

struct day {
  int32_t days;
  long line;
  double close;
};

struct reader {
  const char *path, *close_name;
  struct keel_csv *csv;
  long date_column, close_column;
  struct day *rows;
  size_t count, room;
  keel_error *error;
};

/* ---- columns ---- */

static long find_first(const struct keel_csv *csv, const char *const *names, size_t count, const char **found) {
  for (size_t i = 0; i < count; i++) {
    long column = keel_csv_find(csv, names[i]);
    if (column < 0) continue;
    *found = names[i];
    return column;
  }
  return -1;
}

static keel_status find_columns(struct reader *reader) {
  static const char *const dates[] = {"date", "Date"}, *const closes[] = {"Adj Close", "Close", "close", "SP500"};
  const char *date;
  reader->date_column = find_first(reader->csv, dates, sizeof dates / sizeof *dates, &date);
  reader->close_column = find_first(reader->csv, closes, sizeof closes / sizeof *closes, &reader->close_name);
  if (reader->date_column < 0)
    return keel_fail_at(reader->error, reader->path, 1, "date", "there is no such column; allowed: date, Date");
  if (reader->close_column < 0)
    return keel_fail_at(reader->error, reader->path, 1, "close",
                        "there is no such column; allowed: Adj Close, Close, close, SP500");
  return KEEL_STATUS_OK;
}

/* ---- rows ---- */

static keel_status read_date(const struct reader *reader, struct keel_csv_field field, int32_t *days) {
  long line = keel_csv_line(reader->csv);
  struct keel_time_text parsed;
  if (!keel_time_parse(field.text, field.length, &parsed) || parsed.has_time)
    return keel_fail_at(reader->error, reader->path, line, "date", "\"%.*s\" is no date; allowed: like 1987-10-19",
                        (int)field.length, field.text);
  *days = parsed.days;
  const struct day *before = reader->count ? &reader->rows[reader->count - 1] : NULL;
  if (!before || *days > before->days) return KEEL_STATUS_OK;
  char date[16];
  keel_date_format(before->days, date);
  return keel_fail_at(reader->error, reader->path, line, "date",
                      *days == before->days ? "%s is there twice; allowed: a row a date"
                                            : "stands after %s of the row before; allowed: dates in order",
                      date);
}

static keel_status read_close(const struct reader *reader, struct keel_csv_field field, double *close) {
  long line = keel_csv_line(reader->csv);
  if (field.length == 0)
    return keel_fail_at(reader->error, reader->path, line, reader->close_name,
                        "is empty; allowed: a price above 0 in every row");
  if (!keel_csv_number(field, close) || *close <= 0)
    return keel_fail_at(reader->error, reader->path, line, reader->close_name,
                        "\"%.*s\" is no price; allowed: a number above 0", (int)field.length, field.text);
  const struct day *before = reader->count ? &reader->rows[reader->count - 1] : NULL;
  if (!before || isfinite(*close / before->close)) return KEEL_STATUS_OK;
  return keel_fail_at(reader->error, reader->path, line, reader->close_name,
                      "the return from %g to %g is not finite; allowed: prices of one kind", before->close, *close);
}

static keel_status read_row(struct reader *reader, const struct keel_csv_field *fields) {
  struct day row = {.line = keel_csv_line(reader->csv)};
  keel_status status = read_date(reader, fields[reader->date_column], &row.days);
  if (status == KEEL_STATUS_OK) status = read_close(reader, fields[reader->close_column], &row.close);
  if (status != KEEL_STATUS_OK) return status;
  struct day *rows = keel_grown(reader->rows, reader->count, &reader->room, sizeof *rows);
  if (!rows) return keel_fail(reader->error, KEEL_STATUS_MEMORY, reader->path, "no memory");
  reader->rows = rows;
  reader->rows[reader->count++] = row;
  return KEEL_STATUS_OK;
}

static keel_status read_rows(struct reader *reader) {
  keel_status status = find_columns(reader);
  while (status == KEEL_STATUS_OK) {
    const struct keel_csv_field *fields;
    status = keel_csv_next(reader->csv, &fields, reader->error);
    if (status != KEEL_STATUS_OK || !fields) break;
    status = read_row(reader, fields);
  }
  if (status != KEEL_STATUS_OK || reader->count >= 2) return status;
  return keel_fail(reader->error, KEEL_STATUS_INPUT, reader->path, "has %zu rows; a return needs 2 of them",
                   reader->count);
}

/* ---- gaps ---- */

static keel_status check_distance(const struct reader *reader, size_t i, int most) {
  int32_t apart = reader->rows[i].days - reader->rows[i - 1].days;
  if (apart <= most) return KEEL_STATUS_OK;
  return keel_fail_at(
      reader->error, reader->path, reader->rows[i].line, "date",
      "%d days after the row before it: rows are missing; allowed: at most %d days, or give max_gap_days", apart, most);
}

/* Sessions from `known` on. */
static keel_status check_sessions(const struct reader *reader, size_t i, const struct keel_calendar *nyse,
                                  int32_t known) {
  int32_t first = reader->rows[i - 1].days + 1;
  for (int32_t days = first < known ? known : first; days < reader->rows[i].days; days++) {
    if (!keel_calendar_is_open(nyse, days)) continue;
    char date[16];
    keel_date_format(days, date);
    return keel_fail_at(reader->error, reader->path, reader->rows[i].line, "date",
                        "the session of %s is missing before this row; allowed: every session of NYSE, as all rows are "
                        "such, or give max_gap_days",
                        date);
  }
  return KEEL_STATUS_OK;
}

static int are_sessions(const struct reader *reader, const struct keel_calendar *nyse, int32_t known) {
  for (size_t i = 0; i < reader->count; i++)
    if (reader->rows[i].days >= known && !keel_calendar_is_open(nyse, reader->rows[i].days)) return 0;
  return 1;
}

static keel_status check_gaps(const struct reader *reader, int max_gap_days) {
  const struct keel_calendar *nyse;
  keel_status status = keel_calendar_find("nyse", &nyse, reader->error);
  if (status != KEEL_STATUS_OK) return status;
  const int32_t known = keel_days_from_civil(KNOWN_SINCE, 1, 1);
  int by_session = max_gap_days == 0 && are_sessions(reader, nyse, known);
  int most = max_gap_days ? max_gap_days : KEEL_HISTORY_GAP_DAYS;
  for (size_t i = 1; i < reader->count && status == KEEL_STATUS_OK; i++) {
    if (!by_session || reader->rows[i - 1].days < known) status = check_distance(reader, i, most);
    if (by_session && status == KEEL_STATUS_OK) status = check_sessions(reader, i, nyse, known);
  }
  return status;
}

/* ---- the whole ---- */

static void keep(struct keel_arena *arena, const struct reader *reader, struct keel_history *history) {
  size_t count = reader->count - 1;
  double *returns = KEEL_ARENA_NEW(arena, double, count);
  int32_t *days = KEEL_ARENA_NEW(arena, int32_t, count);
  for (size_t i = 0; i < count; i++) {
    returns[i] = reader->rows[i + 1].close / reader->rows[i].close - 1;
    days[i] = reader->rows[i + 1].days;
  }
  *history = (struct keel_history){.returns = returns, .days = days, .count = count};
}

keel_status keel_history_read(struct keel_arena *arena, const char *path, const struct keel_history_options *options,
                              struct keel_history *history, keel_error *error) {
  struct reader reader = {.path = path, .error = error};
  keel_status status = keel_csv_open(path, &reader.csv, error);
  if (status != KEEL_STATUS_OK) return status;
  status = read_rows(&reader);
  if (status == KEEL_STATUS_OK) status = check_gaps(&reader, options ? options->max_gap_days : 0);
  if (status == KEEL_STATUS_OK) keep(arena, &reader, history);
  keel_csv_close(reader.csv);
  free(reader.rows);
  return status;
}

long keel_history_row(const struct keel_history *history, int32_t days) {
  size_t first = 0, end = history->count;
  while (first < end) {
    size_t middle = first + (end - first) / 2;
    if (history->days[middle] < days)
      first = middle + 1;
    else
      end = middle;
  }
  return first < history->count && history->days[first] == days ? (long)first : -1;
}
