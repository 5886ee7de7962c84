#include "world/import_splits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/grow.h"
#include "base/input.h"
#include "base/number.h"

enum { SPLITS_MAX = 32, FILE_MAX = 1 << 20, SYMBOL_MAX = 24, FACTOR_FIELDS_MIN = 3, FACTOR_FIELDS_MAX = 4 };

/* How far the ratio of two factors, which are rounded, may be from a whole number. */
static const double ratio_tolerance = 5e-4;

struct split {
  int64_t time_ns; /* what is quoted from here on is in the new terms */
  double ratio;    /* new shares for an old one */
  long line;
};

struct splits {
  const char *path;
  char symbol[SYMBOL_MAX];
  struct split list[SPLITS_MAX];
  size_t count;
};

/* ---- its rows ---- */

/* The symbol's place in the path, NULL where it is no factor file. */
static const char *symbol_of(const char *path, size_t *length) {
  static const char folder[] = "factor_files/";
  const char *name = strrchr(path, '/');
  size_t before = name ? (size_t)(name + 1 - path) : 0, size = strlen(path) - before;
  if (before < sizeof folder - 1 || memcmp(path + before - (sizeof folder - 1), folder, sizeof folder - 1) != 0)
    return NULL;
  *length = size > 4 ? size - 4 : 0;
  return *length && *length < SYMBOL_MAX && strcmp(path + before + *length, ".csv") == 0 ? path + before : NULL;
}

int keel_import_splits_is(const char *path) {
  size_t length;
  return symbol_of(path, &length) != NULL;
}

struct factor {
  int32_t days;
  double split;
};

/* One line, without its end. */
static int read_factor(const char *line, size_t length, struct factor *factor) {
  struct keel_time_text date;
  const char *end = line + length, *fields[FACTOR_FIELDS_MAX + 1] = {line};
  size_t count = 1;
  for (const char *c = line; c < end; c++)
    if (*c == ',' && count++ <= FACTOR_FIELDS_MAX) fields[count - 1] = c + 1;
  if (count < FACTOR_FIELDS_MIN || count > FACTOR_FIELDS_MAX) return 0;
  const char *stop = count > FACTOR_FIELDS_MIN ? fields[3] - 1 : end;
  if (fields[1] - line != 9 || !keel_time_parse(line, 8, &date) || date.has_time) return 0;
  if (!keel_number_parse(fields[2], (size_t)(stop - fields[2]), &factor->split) || !(factor->split > 0)) return 0;
  factor->days = date.days;
  return 1;
}

static keel_status add_split(struct splits *splits, const struct factor *before, double after, long line,
                             keel_error *error) {
  const struct keel_zone *zone;
  keel_status status = keel_zone_find("America/New_York", &zone, error);
  if (status) return status;
  if (splits->count == SPLITS_MAX)
    return keel_fail_at(error, splits->path, line, NULL, "more than %d splits", SPLITS_MAX);
  int64_t time_ns = keel_zone_to_utc(zone, before->days + 1, 0);
  splits->list[splits->count++] = (struct split){time_ns, after / before->split, line};
  return KEEL_STATUS_OK;
}

static keel_status read_factors(struct splits *splits, const char *text, size_t size, keel_error *error) {
  struct factor before = {0}, factor;
  long line = 0;
  for (const char *end = text + size, *next; text < end; text = next + 1) {
    line++;
    next = memchr(text, '\n', (size_t)(end - text));
    if (!next) next = end;
    size_t length = (size_t)(next - text);
    if (length && text[length - 1] == '\r') length--;
    if (!length) continue;
    if (!read_factor(text, length, &factor))
      return keel_fail_at(error, splits->path, line, NULL, "is no DATE,PRICE_FACTOR,SPLIT_FACTOR,CLOSE");
    if (before.split > 0 && factor.days <= before.days)
      return keel_fail_at(error, splits->path, line, NULL, "its date is not later than that of the row before");
    if (before.split > 0 && factor.split != before.split) {
      keel_status status = add_split(splits, &before, factor.split, line, error);
      if (status) return status;
    }
    before = factor;
  }
  return KEEL_STATUS_OK;
}

/* ---- the quotes ---- */

static int is_of(const struct splits *splits, const struct keel_contract *contract) {
  return strcmp(contract->underlying, splits->symbol) == 0;
}

/* The first and last time at which the underlying or what is on it is quoted; 0 if it never is. */
static int find_span(const struct keel_import_rows *rows, const struct splits *splits, int64_t *first, int64_t *last) {
  int found = 0;
  for (size_t run = 0; run < rows->run_count; run++) {
    size_t end = run + 1 < rows->run_count ? rows->runs[run + 1].first : rows->count, i = rows->runs[run].first;
    int64_t time_ns = rows->runs[run].time_ns;
    while (i < end && !is_of(splits, &rows->contracts[rows->ids[i]])) i++;
    if (i == end) continue;
    if (!found || time_ns < *first) *first = time_ns;
    if (!found || time_ns > *last) *last = time_ns;
    found = 1;
  }
  return found;
}

/* Keeps the splits that lie within the span, by their whole numbers. */
static keel_status keep_splits(struct splits *splits, int64_t first, int64_t last, keel_error *error) {
  size_t kept = 0;
  for (size_t i = 0; i < splits->count; i++) {
    struct split split = splits->list[i];
    double whole = floor(split.ratio + 0.5);
    if (split.time_ns <= first || split.time_ns > last) continue;
    if (whole < 2 || fabs(split.ratio / whole - 1) > ratio_tolerance)
      return keel_fail_at(error, splits->path, split.line, NULL,
                          "a split of %.6g for 1 changes what a contract delivers; put the days before it and those "
                          "after it into two tapes",
                          split.ratio);
    split.ratio = whole;
    splits->list[kept++] = split;
  }
  splits->count = kept;
  return KEEL_STATUS_OK;
}

static double ratio_at(const struct splits *splits, int64_t time_ns) {
  double ratio = 1;
  for (size_t i = 0; i < splits->count; i++)
    if (time_ns < splits->list[i].time_ns) ratio *= splits->list[i].ratio;
  return ratio;
}

static keel_status adjust(struct keel_import_rows *rows, size_t quote, double ratio, const char *path,
                          keel_error *error) {
  struct keel_contract contract = rows->contracts[rows->ids[quote]];
  rows->bids[quote] /= ratio;
  rows->asks[quote] /= ratio;
  rows->troubles[KEEL_IMPORT_SPLIT_ADJUSTED]++;
  if (!keel_kind_is_option(contract.kind)) return KEEL_STATUS_OK;
  double cents = floor(contract.strike / ratio * 100 + 0.5);
  contract.strike = (cents < 1 ? 1 : cents) / 100;
  uint32_t id;
  keel_status status = keel_import_rows_contract(rows, &contract, &id, error);
  if (!status && id == KEEL_CONTRACT_NONE)
    status = keel_fail(error, KEEL_STATUS_INPUT, path, "%s %g has another exercise or multiplier after a split",
                       contract.underlying, contract.strike);
  if (!status) rows->ids[quote] = id;
  return status;
}

/* Notes what is applied, once for each underlying. */
static keel_status note_splits(struct keel_import_rows *rows, const struct splits *splits, keel_error *error) {
  for (size_t i = 0; i < rows->split_count && splits->count; i++)
    if (strcmp(rows->splits[i].underlying, splits->symbol) == 0)
      return keel_fail(error, KEEL_STATUS_INPUT, splits->path, "the splits of %s are there twice; give one factor file",
                       splits->symbol);
  const char *name = keel_arena_text(&rows->names, splits->symbol, strlen(splits->symbol));
  for (size_t i = 0; i < splits->count; i++) {
    void *grown = keel_grown(rows->splits, rows->split_count, &rows->split_room, sizeof *rows->splits);
    if (!grown) return keel_fail(error, KEEL_STATUS_MEMORY, splits->path, "no memory");
    rows->splits = grown;
    const struct split *split = &splits->list[i];
    rows->splits[rows->split_count++] = (struct keel_tape_split){name, split->time_ns, split->ratio};
  }
  return KEEL_STATUS_OK;
}

keel_status keel_import_splits_apply_bytes(struct keel_import_rows *rows, const char *path, const char *text,
                                           size_t size, keel_error *error) {
  struct splits splits = {.path = path};
  size_t length;
  const char *symbol = symbol_of(path, &length);
  keel_assert(symbol);
  for (size_t i = 0; i < length; i++)
    splits.symbol[i] = (char)(symbol[i] >= 'a' && symbol[i] <= 'z' ? symbol[i] - ('a' - 'A') : symbol[i]);
  int64_t first = 0, last = 0;
  keel_status status = read_factors(&splits, text, size, error);
  if (!status && !find_span(rows, &splits, &first, &last))
    status = keel_fail(error, KEEL_STATUS_INPUT, path, "no quotes of %s are among the files; leave its factors out",
                       splits.symbol);
  if (!status) status = keep_splits(&splits, first, last, error);
  if (!status) status = note_splits(rows, &splits, error);
  for (size_t run = 0; run < rows->run_count && !status && splits.count > 0; run++) {
    double ratio = ratio_at(&splits, rows->runs[run].time_ns);
    size_t end = run + 1 < rows->run_count ? rows->runs[run + 1].first : rows->count;
    for (size_t i = rows->runs[run].first; i < end && !status && ratio != 1; i++)
      if (is_of(&splits, &rows->contracts[rows->ids[i]])) status = adjust(rows, i, ratio, path, error);
  }
  return status;
}

/* ---- the file ---- */

static keel_status read_file(const char *path, char *text, size_t *size, keel_error *error) {
  struct keel_input *input;
  size_t got = 1;
  keel_status status = keel_input_open(path, &input, error);
  for (*size = 0; !status && got && *size < FILE_MAX; *size += got)
    status = keel_input_read(input, text + *size, FILE_MAX - *size, &got, error);
  keel_input_close(input);
  if (status || *size < FILE_MAX) return status;
  return keel_fail(error, KEEL_STATUS_INPUT, path, "is no factor file: it is above 1 MiB");
}

keel_status keel_import_splits_apply(struct keel_import_rows *rows, const char *path, keel_error *error) {
  size_t size;
  char *text = malloc(FILE_MAX);
  if (!text) return keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory");
  keel_status status = read_file(path, text, &size, error);
  if (!status) status = keel_import_splits_apply_bytes(rows, path, text, size, error);
  free(text);
  return status;
}
