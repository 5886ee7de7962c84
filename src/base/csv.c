#include "base/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/input.h"
#include "base/number.h"

/* The block stays within a second-level cache. After the text stand GUARD line breaks, so that the splitter may look a
 * word ahead and always meets an end. */
enum { BLOCK = 256 * 1024, ROW_MAX = 1024 * 1024, COLUMNS_MAX = 4096, GUARD = 16 };

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the splitter finds the first of eight bytes by counting zeros from the low end"
#endif

struct keel_csv {
  struct keel_input *input;
  char *text; /* [start, end): read and not yet split */
  size_t start, end, block;
  int at_end;
  long line, next_line;
  size_t columns;
  struct keel_csv_field *names;
  struct keel_csv_field *fields;
  size_t room; /* fields kept of a row; more are only counted */
};

/* What became of an attempt to split the row at `start`. */
enum split {
  SPLIT_DONE,
  SPLIT_BLANK,
  SPLIT_CUT,
  SPLIT_QUOTED,
  SPLIT_NUL,
  SPLIT_RETURN,
  SPLIT_BARE,
  SPLIT_AFTER,
  SPLIT_OPEN,
  SPLIT_LONG
};

struct row {
  size_t count;     /* fields */
  const char *next; /* after its line break */
  long lines;       /* line breaks in it */
  int open;         /* the file ends before its line break */
};

static int is_blank(char c) { return c == ' ' || c == '\t'; }

static struct keel_csv_field trimmed(struct keel_csv_field field) {
  while (field.length && is_blank(field.text[0])) field.text++, field.length--;
  while (field.length && is_blank(field.text[field.length - 1])) field.length--;
  return field;
}

/* Sets the high bit of each byte below ',' + 1: separators, quotes, blanks, line breaks, NUL and a few rare others. */
static uint64_t separators(const char *at) {
  const uint64_t ones = UINT64_C(0x0101010101010101), low7 = ones * 0x7f, high = ones * 0x80;
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return ~(((word & low7) + ones * (0x80 - (',' + 1))) | word) & high;
}

static void keep(struct keel_csv *csv, size_t index, const char *text, const char *end) {
  if (index < csv->room) csv->fields[index] = (struct keel_csv_field){text, (size_t)(end - text)};
}

/* A row that ends at the line break `at` (one of the guard, if the file has no last one). */
static enum split finish(struct keel_csv *csv, struct row *row, const char *field, const char *at, int blanks) {
  const char *limit = csv->text + csv->end;
  if (at >= limit && !csv->at_end) return SPLIT_CUT;
  row->open = at >= limit;
  row->next = row->open ? limit : at + 1;
  row->lines = 1;
  if (at > field && at[-1] == '\r') at--;
  keep(csv, row->count++, field, at);
  size_t kept = row->count < csv->room ? row->count : csv->room;
  for (size_t i = 0; blanks && i < kept; i++) csv->fields[i] = trimmed(csv->fields[i]);
  return row->count == 1 && csv->fields[0].length == 0 ? SPLIT_BLANK : SPLIT_DONE;
}

/* Splits a row without quotes, eight bytes at a time. */
static enum split split_plain(struct keel_csv *csv, struct row *row) {
  const char *field = csv->text + csv->start;
  int blanks = 0;
  for (const char *word = field;; word += 8) {
    for (uint64_t found = separators(word); found; found &= found - 1) {
      const char *at = word + (__builtin_ctzll(found) >> 3);
      if (*at == ',') {
        keep(csv, row->count++, field, at);
        field = at + 1;
      } else if (*at == '\n') {
        return finish(csv, row, field, at, blanks);
      } else if (is_blank(*at)) {
        blanks = 1;
      } else if (*at == '"') {
        return SPLIT_QUOTED;
      } else if (*at == '\0') {
        return SPLIT_NUL;
      } else if (*at == '\r' && at[1] != '\n') {
        return SPLIT_RETURN;
      }
    }
  }
}

/* One field that starts with a quote at `at`; *at is then its separator. */
static enum split split_quoted_field(struct keel_csv *csv, struct row *row, const char **at) {
  const char *limit = csv->text + csv->end, *first = ++*at, *quote;
  for (const char *from = first;; from = quote + 2) {
    quote = from < limit ? memchr(from, '"', (size_t)(limit - from)) : NULL;
    const char *until = quote ? quote : limit;
    for (const char *p = from; p < until; p++) {
      if (*p == '\0') return SPLIT_NUL;
      row->lines += *p == '\n';
    }
    if (!quote) return csv->at_end ? SPLIT_OPEN : SPLIT_CUT;
    if (quote + 1 == limit && !csv->at_end) return SPLIT_CUT;
    if (quote[1] != '"') break;
  }
  keep(csv, row->count++, first, quote);
  const char *after = quote + 1;
  while (is_blank(*after)) after++;
  if (*after == '\r' && after[1] == '\n') after++;
  *at = after;
  if (*after == ',' || *after == '\n') return SPLIT_DONE;
  return *after == '\0' ? SPLIT_NUL : SPLIT_AFTER;
}

static enum split split_bare_field(struct keel_csv *csv, struct row *row, const char **at) {
  const char *p = *at;
  for (; *p != ',' && *p != '\n' && !(*p == '\r' && p[1] == '\n'); p++) {
    if (*p == '"') return SPLIT_BARE;
    if (*p == '\0') return SPLIT_NUL;
    if (*p == '\r') return SPLIT_RETURN;
  }
  keep(csv, row->count, *at, p);
  if (row->count < csv->room) csv->fields[row->count] = trimmed(csv->fields[row->count]);
  row->count++;
  *at = p + (*p == '\r');
  return SPLIT_DONE;
}

/* Doubled quotes to single ones, in place. An unquoted field has none. */
static void undouble(struct keel_csv *csv, struct keel_csv_field *field) {
  if (!field->length || !memchr(field->text, '"', field->length)) return;
  char *from = csv->text + (field->text - csv->text), *end = from + field->length, *to = from;
  while (from < end) {
    char c = *to++ = *from++;
    if (c == '"') from++;
  }
  field->length = (size_t)(to - field->text);
}

/* Splits a row that has quotes. */
static enum split split_quoted(struct keel_csv *csv, struct row *row) {
  const char *at = csv->text + csv->start, *limit = csv->text + csv->end;
  *row = (struct row){0};
  for (;; at++) {
    const char *first = at;
    while (is_blank(*first)) first++;
    int quoted = *first == '"';
    if (quoted) at = first;
    enum split split = quoted ? split_quoted_field(csv, row, &at) : split_bare_field(csv, row, &at);
    if (at >= limit && !csv->at_end) return SPLIT_CUT;
    if (split != SPLIT_DONE) return split;
    if (*at == '\n') break;
  }
  row->open = at >= limit;
  row->next = row->open ? limit : at + 1;
  row->lines++;
  for (size_t i = 0; i < row->count && i < csv->room; i++) undouble(csv, &csv->fields[i]);
  return SPLIT_DONE;
}

static keel_status refuse(const struct keel_csv *csv, enum split split, keel_error *error) {
  static const char *const texts[] = {
      [SPLIT_NUL] = "a NUL byte; the file has to be plain text (ASCII or UTF-8)",
      [SPLIT_RETURN] = "a carriage return inside a field; lines end with LF or CRLF",
      [SPLIT_BARE] = "a quote inside an unquoted field; quote the whole field and double the quotes inside it",
      [SPLIT_AFTER] = "text after a closing quote; a comma or the end of the line has to follow",
      [SPLIT_OPEN] = "a quote that never closes",
      [SPLIT_LONG] = "a row above 1 MiB; is a quote never closed?",
  };
  return keel_fail_at(error, keel_csv_path(csv), csv->line, NULL, "%s", texts[split]);
}

/* Moves what is left to the front and reads one more block behind it. */
static keel_status refill(struct keel_csv *csv, keel_error *error) {
  size_t left = csv->end - csv->start, got = 0;
  if (left > ROW_MAX) return refuse(csv, SPLIT_LONG, error);
  memmove(csv->text, csv->text + csv->start, left);
  csv->start = 0;
  csv->end = left;
  keel_status status = keel_input_read(csv->input, csv->text + left, csv->block, &got, error);
  if (status) return status;
  csv->end += got;
  csv->at_end = got == 0;
  memset(csv->text + csv->end, '\n', GUARD);
  return KEEL_STATUS_OK;
}

/* Splits the next row that is not blank; count 0 at the end. */
static keel_status next_row(struct keel_csv *csv, struct row *row, keel_error *error) {
  for (;;) {
    csv->line = csv->next_line;
    *row = (struct row){0};
    if (csv->start == csv->end && csv->at_end) return KEEL_STATUS_OK;
    enum split split = split_plain(csv, row);
    if (split == SPLIT_QUOTED) split = split_quoted(csv, row);
    if (split == SPLIT_CUT) {
      keel_status status = refill(csv, error);
      if (status) return status;
      continue;
    }
    if (split != SPLIT_DONE && split != SPLIT_BLANK) return refuse(csv, split, error);
    if (row->next - csv->text - (ptrdiff_t)csv->start > ROW_MAX) return refuse(csv, SPLIT_LONG, error);
    csv->start = (size_t)(row->next - csv->text);
    csv->next_line += row->lines;
    if (split == SPLIT_DONE) return KEEL_STATUS_OK;
  }
}

static size_t find_bom(const struct keel_csv *csv) {
  return csv->end - csv->start >= 3 && memcmp(csv->text + csv->start, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* The header's names are kept in one piece of memory: the fields, then their texts. */
static keel_status keep_names(struct keel_csv *csv, size_t count, keel_error *error) {
  size_t length = 0;
  for (size_t i = 0; i < count; i++) length += csv->fields[i].length;
  csv->names = malloc(count * sizeof *csv->names + length);
  if (!csv->names) return keel_fail(error, KEEL_STATUS_MEMORY, keel_csv_path(csv), "no memory");
  char *text = (char *)(csv->names + count);
  for (size_t i = 0; i < count; i++) {
    struct keel_csv_field name = trimmed(csv->fields[i]);
    csv->names[i] = (struct keel_csv_field){memcpy(text, name.text, name.length), name.length};
    text += name.length;
  }
  csv->columns = csv->room = count;
  return KEEL_STATUS_OK;
}

static keel_status read_header(struct keel_csv *csv, keel_error *error) {
  while (csv->end < 3 && !csv->at_end) {
    keel_status status = refill(csv, error);
    if (status) return status;
  }
  csv->start += find_bom(csv);
  struct row row;
  keel_status status = next_row(csv, &row, error);
  if (status) return status;
  if (row.count == 0)
    return keel_fail_at(error, keel_csv_path(csv), 0, NULL, "is empty; a header line has to come first");
  if (row.count > COLUMNS_MAX)
    return keel_fail_at(error, keel_csv_path(csv), csv->line, NULL, "%zu columns, at most %d are allowed", row.count,
                        COLUMNS_MAX);
  return keep_names(csv, row.count, error);
}

/* Takes over the input. */
static keel_status csv_new(struct keel_input *input, size_t block, struct keel_csv **out, keel_error *error) {
  struct keel_csv *csv = calloc(1, sizeof *csv);
  if (!csv) {
    keel_input_close(input);
    return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory");
  }
  csv->input = input;
  csv->block = block;
  csv->next_line = 1;
  csv->room = COLUMNS_MAX;
  csv->text = malloc(ROW_MAX + block + GUARD);
  csv->fields = malloc(COLUMNS_MAX * sizeof *csv->fields);
  keel_status status = KEEL_STATUS_OK;
  if (!csv->text || !csv->fields) status = keel_fail(error, KEEL_STATUS_MEMORY, keel_csv_path(csv), "no memory");
  if (!status) status = read_header(csv, error);
  if (status) {
    keel_csv_close(csv);
    csv = NULL;
  }
  *out = csv;
  return status;
}

keel_status keel_csv_open(const char *path, struct keel_csv **csv, keel_error *error) {
  struct keel_input *input;
  *csv = NULL;
  keel_status status = keel_input_open(path, &input, error);
  return status ? status : csv_new(input, BLOCK, csv, error);
}

keel_status keel_csv_open_bytes(const char *name, const void *bytes, size_t size, size_t block, struct keel_csv **csv,
                                keel_error *error) {
  struct keel_input *input;
  *csv = NULL;
  keel_assert(block > 0);
  keel_status status = keel_input_open_bytes(name, bytes, size, &input, error);
  return status ? status : csv_new(input, block, csv, error);
}

void keel_csv_close(struct keel_csv *csv) {
  if (!csv) return;
  keel_input_close(csv->input);
  free(csv->text);
  free(csv->names);
  free(csv->fields);
  free(csv);
}

size_t keel_csv_columns(const struct keel_csv *csv) { return csv->columns; }

struct keel_csv_field keel_csv_name(const struct keel_csv *csv, size_t column) {
  keel_assert(column < csv->columns);
  return csv->names[column];
}

long keel_csv_find(const struct keel_csv *csv, const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < csv->columns; i++)
    if (csv->names[i].length == length && memcmp(csv->names[i].text, name, length) == 0) return (long)i;
  return -1;
}

keel_status keel_csv_next(struct keel_csv *csv, const struct keel_csv_field **fields, keel_error *error) {
  struct row row;
  *fields = NULL;
  keel_status status = next_row(csv, &row, error);
  if (status || row.count == 0) return status;
  if (row.count != csv->columns)
    return keel_fail_at(error, keel_csv_path(csv), csv->line, NULL, "%zu field%s, the header has %zu%s", row.count,
                        row.count == 1 ? "" : "s", csv->columns, row.open ? "; is the file cut?" : "");
  *fields = csv->fields;
  return KEEL_STATUS_OK;
}

long keel_csv_line(const struct keel_csv *csv) { return csv->line; }

const char *keel_csv_path(const struct keel_csv *csv) { return keel_input_path(csv->input); }

void keel_csv_progress(const struct keel_csv *csv, size_t *done, size_t *total) {
  keel_input_progress(csv->input, done, total);
}

int keel_csv_number(struct keel_csv_field field, double *number) {
  return keel_number_parse(field.text, field.length, number);
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

int keel_csv_is(struct keel_csv_field field, const char *text) {
  size_t i = 0;
  for (; i < field.length && text[i]; i++)
    if (lower(field.text[i]) != lower(text[i])) return 0;
  return i == field.length && text[i] == '\0';
}
