/* Files of rates: see keel/curve.h. */
#include "model/rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/fail.h"
#include "base/grow.h"
#include "base/number.h"
#include "base/time.h"

#define PERCENT_MAX 100.0

enum { NAME_SIZE = 40 };

/* What a column's name says. A number stands between the two parts of the name, and counts the unit; where it does
 * not, the tenor is the unit itself. */
struct layout {
  const char *before, *after;
  int has_number;
  keel_rate_kind kind;
  int months, days; /* the unit */
  int zero_is_none;
};

static const struct layout layouts[] = {
    {"", " Mo", 1, KEEL_RATE_PAR, 1, 0, 0},      {"", " Month", 1, KEEL_RATE_PAR, 1, 0, 0},
    {"", " Yr", 1, KEEL_RATE_PAR, 12, 0, 0},     {"BC_", "MONTH", 1, KEEL_RATE_PAR, 1, 0, 1},
    {"BC_", "YEAR", 1, KEEL_RATE_PAR, 12, 0, 1}, {"", " WEEKS BANK DISCOUNT", 1, KEEL_RATE_BILL, 0, 7, 0},
    {"DTB3", "", 0, KEEL_RATE_BILL, 0, 91, 0},   {"DFF", "", 0, KEEL_RATE_OVERNIGHT, 0, 1, 0},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* Columns that repeat another one. */
static const char *const ignored[] = {" COUPON EQUIVALENT", "BC_30YEARDISPLAY"};

struct column {
  size_t at; /* among the file's */
  char name[NAME_SIZE];
  int zero_is_none;
  keel_rate_quote quote;
};

struct row {
  int32_t date;
  int64_t known_ns;
};

struct keel_rates {
  char *path;
  struct column columns[KEEL_CURVE_POINTS];
  size_t column_count;
  struct row *rows;
  size_t count, room;
  double *rates; /* [row][column]; NaN: none */
  size_t rates_room;
  size_t dropped;
  keel_error first_dropped;
};

struct reader {
  keel_rates *rates;
  struct keel_csv *csv;
  size_t date_column;
  const struct keel_zone *zone;
  int32_t last_date;
  int rows, falls; /* rows read; dates fall */
  keel_error *error;
};

/* ---- columns ---- */

/* Halves of a unit of a month are 15 days. */
static int set_tenor(const struct layout *layout, double number, keel_rate_quote *quote) {
  int whole = (int)number;
  quote->months = whole * layout->months, quote->days = whole * layout->days;
  if (number == whole) return number > 0;
  quote->days = 15;
  return layout->months == 1 && number == whole + 0.5;
}

static int matches(const struct layout *layout, struct keel_csv_field name, struct column *column) {
  size_t before = strlen(layout->before), after = strlen(layout->after);
  if (name.length < before + after || name.length >= NAME_SIZE) return 0;
  if (memcmp(name.text, layout->before, before) != 0) return 0;
  if (memcmp(name.text + name.length - after, layout->after, after) != 0) return 0;
  double number = 1;
  size_t digits = name.length - before - after;
  if (layout->has_number ? !keel_number_parse(name.text + before, digits, &number) : digits > 0) return 0;
  column->zero_is_none = layout->zero_is_none;
  column->quote = (keel_rate_quote){.kind = layout->kind};
  memcpy(column->name, name.text, name.length);
  column->name[name.length] = 0;
  return number < 1000 && set_tenor(layout, number, &column->quote);
}

static int is_ignored(struct keel_csv_field name) {
  for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
    size_t length = strlen(ignored[i]);
    if (name.length >= length && memcmp(name.text + name.length - length, ignored[i], length) == 0) return 1;
  }
  return 0;
}

static keel_status check_tenor(struct reader *reader, const struct column *column) {
  keel_rate_quote quote = column->quote;
  keel_curve unused;
  keel_error why;
  quote.rate = 0;
  if (!keel_curve_build(0, 1, &quote, &unused, &why)) return KEEL_STATUS_OK;
  return keel_fail_at(reader->error, reader->rates->path, 1, column->name, "%s", why.what);
}

static keel_status read_column(struct reader *reader, size_t at) {
  keel_rates *rates = reader->rates;
  struct keel_csv_field name = keel_csv_name(reader->csv, at);
  if (is_ignored(name)) return KEEL_STATUS_OK;
  if (rates->column_count == KEEL_CURVE_POINTS)
    return keel_fail_at(reader->error, rates->path, 1, NULL, "has more than %d columns of rates", KEEL_CURVE_POINTS);
  struct column *column = &rates->columns[rates->column_count];
  *column = (struct column){.at = at};
  for (size_t i = 0; i < LAYOUTS; i++) {
    if (!matches(&layouts[i], name, column)) continue;
    rates->column_count++;
    return check_tenor(reader, column);
  }
  return keel_fail_at(reader->error, rates->path, 1, NULL,
                      "column \"%.*s\" is not known; allowed: Date, and rates named like 1 Mo, 10 Yr, BC_1MONTH, "
                      "BC_10YEAR, 4 WEEKS BANK DISCOUNT, DTB3, DFF",
                      (int)(name.length < NAME_SIZE ? name.length : NAME_SIZE), name.text);
}

static keel_status read_columns(struct reader *reader) {
  size_t count = keel_csv_columns(reader->csv), date = count;
  for (size_t i = 0; i < count && date == count; i++)
    if (keel_csv_is(keel_csv_name(reader->csv, i), "date")) date = i;
  if (date == count)
    return keel_fail_at(reader->error, reader->rates->path, 1, "Date",
                        "there is no such column, as every file of rates has");
  reader->date_column = date;
  keel_status status = KEEL_STATUS_OK;
  for (size_t i = 0; i < count && !status; i++)
    if (i != date) status = read_column(reader, i);
  if (!status && reader->rates->column_count == 0)
    status = keel_fail_at(reader->error, reader->rates->path, 1, NULL, "has no column of rates");
  return status;
}

/* ---- rows ---- */

static int is_none(struct keel_csv_field field) {
  return field.length == 0 || keel_csv_is(field, "N/A") || keel_csv_is(field, ".");
}

static keel_status read_date(struct reader *reader, struct keel_csv_field field, int32_t *date) {
  const char *path = reader->rates->path;
  long line = keel_csv_line(reader->csv);
  struct keel_time_text parsed;
  if (!keel_time_parse(field.text, field.length, &parsed) || parsed.has_time)
    return keel_fail_at(reader->error, path, line, "Date",
                        "\"%.*s\" is no date; allowed: like 2024-09-11 or 09/11/2024",
                        (int)(field.length < NAME_SIZE ? field.length : NAME_SIZE), field.text);
  *date = parsed.days;
  if (reader->rows++ == 1) reader->falls = *date < reader->last_date;
  char text[16];
  keel_date_format(*date, text);
  int follows = reader->rows == 1 || (reader->falls ? *date < reader->last_date : *date > reader->last_date);
  reader->last_date = *date;
  if (follows) return KEEL_STATUS_OK;
  return keel_fail_at(reader->error, path, line, "Date",
                      "%s is out of order or there twice; allowed: dates that all %s", text,
                      reader->falls ? "fall" : "rise");
}

/* The rates of a row to `into`. Returns how many there are, or -1 where one of them is bad. */
static int read_rates(struct reader *reader, const struct keel_csv_field *fields, double *into) {
  keel_rates *rates = reader->rates;
  keel_error bad;
  int found = 0;
  for (size_t i = 0; i < rates->column_count; i++) {
    const struct column *column = &rates->columns[i];
    struct keel_csv_field field = fields[column->at];
    double percent;
    into[i] = NAN;
    if (is_none(field)) continue;
    if (!keel_csv_number(field, &percent) || percent < 0 || percent > PERCENT_MAX) {
      keel_fail_at(&bad, rates->path, keel_csv_line(reader->csv), column->name,
                   "\"%.*s\" is no rate; allowed: a number of percent from 0 to 100, or nothing",
                   (int)(field.length < NAME_SIZE ? field.length : NAME_SIZE), field.text);
      if (rates->dropped++ == 0) rates->first_dropped = bad;
      return -1;
    }
    if (percent == 0 && column->zero_is_none) continue;
    into[i] = percent / 100;
    found++;
  }
  return found;
}

static keel_status read_row(struct reader *reader, const struct keel_csv_field *fields) {
  keel_rates *rates = reader->rates;
  int32_t date = 0;
  keel_status status = read_date(reader, fields[reader->date_column], &date);
  if (status) return status;
  struct row *rows = keel_grown(rates->rows, rates->count, &rates->room, sizeof *rows);
  if (rows) rates->rows = rows;
  double *values = keel_grown(rates->rates, rates->count, &rates->rates_room, rates->column_count * sizeof *values);
  if (values) rates->rates = values;
  if (!rows || !values) return keel_fail(reader->error, KEEL_STATUS_MEMORY, rates->path, "no memory");
  if (read_rates(reader, fields, values + rates->count * rates->column_count) <= 0) return KEEL_STATUS_OK;
  rows[rates->count++] =
      (struct row){date, keel_zone_to_utc(reader->zone, date + 1, 9 * INT64_C(3600) * KEEL_NS_PER_SECOND)};
  return KEEL_STATUS_OK;
}

static void reverse(keel_rates *rates) {
  size_t width = rates->column_count;
  for (size_t i = 0, j = rates->count; i + 1 < j; i++) {
    j--;
    struct row row = rates->rows[i];
    rates->rows[i] = rates->rows[j];
    rates->rows[j] = row;
    for (size_t k = 0; k < width; k++) {
      double rate = rates->rates[i * width + k];
      rates->rates[i * width + k] = rates->rates[j * width + k];
      rates->rates[j * width + k] = rate;
    }
  }
}

static keel_status read_rows(struct reader *reader) {
  keel_status status = keel_zone_find("America/New_York", &reader->zone, reader->error);
  while (!status) {
    const struct keel_csv_field *fields;
    status = keel_csv_next(reader->csv, &fields, reader->error);
    if (status || !fields) break;
    status = read_row(reader, fields);
  }
  if (status) return status;
  if (reader->falls) reverse(reader->rates);
  if (reader->rates->count > 0) return KEEL_STATUS_OK;
  if (reader->rates->dropped > 0 && reader->error) *reader->error = reader->rates->first_dropped;
  if (reader->rates->dropped > 0) return KEEL_STATUS_INPUT;
  return keel_fail(reader->error, KEEL_STATUS_INPUT, reader->rates->path, "has no row with a rate");
}

/* ---- the whole ---- */

/* Takes and closes the file. */
static keel_status load(const char *path, struct keel_csv *csv, keel_rates **rates, keel_error *error) {
  struct reader reader = {.rates = calloc(1, sizeof *reader.rates), .csv = csv, .error = error};
  if (reader.rates) reader.rates->path = strdup(path);
  keel_status status = KEEL_STATUS_OK;
  if (!reader.rates || !reader.rates->path) status = keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory");
  if (!status) status = read_columns(&reader);
  if (!status) status = read_rows(&reader);
  keel_csv_close(csv);
  if (status)
    keel_rates_free(reader.rates);
  else
    *rates = reader.rates;
  return status;
}

keel_status keel_rates_load(const char *path, keel_rates **rates, keel_error *error) {
  struct keel_csv *csv;
  keel_status status = keel_csv_open(path, &csv, error);
  return status ? status : load(path, csv, rates, error);
}

keel_status keel_rates_load_bytes(const char *name, const void *bytes, size_t size, keel_rates **rates,
                                  keel_error *error) {
  struct keel_csv *csv;
  keel_status status = keel_csv_open_bytes(name, bytes, size, size + 1, &csv, error);
  return status ? status : load(name, csv, rates, error);
}

void keel_rates_free(keel_rates *rates) {
  if (!rates) return;
  free(rates->path);
  free(rates->rows);
  free(rates->rates);
  free(rates);
}

size_t keel_rates_count(const keel_rates *rates) { return rates->count; }
int32_t keel_rates_date(const keel_rates *rates, size_t row) { return rates->rows[row].date; }
int64_t keel_rates_known_ns(const keel_rates *rates, size_t row) { return rates->rows[row].known_ns; }

size_t keel_rates_dropped(const keel_rates *rates, keel_error *first) {
  if (first && rates->dropped > 0) *first = rates->first_dropped;
  return rates->dropped;
}

keel_status keel_rates_curve(const keel_rates *rates, size_t row, keel_curve *curve, keel_error *error) {
  keel_rate_quote quotes[KEEL_CURVE_POINTS];
  size_t count = 0;
  for (size_t i = 0; i < rates->column_count; i++) {
    double rate = rates->rates[row * rates->column_count + i];
    if (isnan(rate)) continue;
    quotes[count] = rates->columns[i].quote;
    quotes[count++].rate = rate;
  }
  keel_error why = {0};
  if (!keel_curve_build(rates->rows[row].date, count, quotes, curve, &why)) return KEEL_STATUS_OK;
  char date[16];
  keel_date_format(rates->rows[row].date, date);
  return keel_fail(error, why.status, rates->path, "the rates of %s are no curve: %s", date, why.what);
}

keel_status keel_rates_find(const keel_rates *rates, int64_t time_ns, size_t *row, keel_error *error) {
  size_t first = 0, end = rates->count;
  while (first < end) {
    size_t middle = first + (end - first) / 2;
    if (rates->rows[middle].known_ns <= time_ns)
      first = middle + 1;
    else
      end = middle;
  }
  char at[40], date[16];
  keel_time_format(time_ns, at);
  keel_date_format(rates->rows[first ? first - 1 : 0].date, date);
  if (first == 0)
    return keel_fail(error, KEEL_STATUS_INPUT, rates->path,
                     "has no rates that are known at %s: they begin on %s, and are known from the next morning", at,
                     date);
  if (time_ns - rates->rows[first - 1].known_ns > (KEEL_RATES_STALE_DAYS - 1) * KEEL_NS_PER_DAY)
    return keel_fail(error, KEEL_STATUS_INPUT, rates->path,
                     "the last rates known at %s are of %s; allowed: at most %d days old", at, date,
                     KEEL_RATES_STALE_DAYS);
  *row = first - 1;
  return KEEL_STATUS_OK;
}
