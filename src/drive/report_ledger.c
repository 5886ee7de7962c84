/* Ledgers in a report: by column, compressed. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/fail.h"
#include "base/time.h"
#include "drive/ledger.h"
#include "drive/report.h"

enum { COLUMNS_MAX = 256, TEXTS_MAX = 65536, TEXT_SLOTS = 4 * TEXTS_MAX, SAMPLE = 4096 };

/* ---- the texts of a column, each once ---- */

struct texts {
  struct keel_text all;        /* each ended by a NUL */
  size_t *starts, count, room; /* in `all` */
  uint32_t *slots;             /* open addressing: 1 + the number of a text; 0: free */
};

static const char *text_at(const struct texts *texts, size_t i) { return texts->all.data + texts->starts[i]; }

static size_t hash_of(const char *text, size_t length) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
  return (size_t)(hash ^ hash >> 32) % TEXT_SLOTS;
}

/* Its number, from 0; UINT32_MAX without memory, and for one text too many. */
static uint32_t number_of(struct texts *texts, struct keel_csv_field field) {
  if (!texts->slots) texts->slots = calloc(TEXT_SLOTS, sizeof *texts->slots);
  if (!texts->slots) return UINT32_MAX;
  size_t slot = hash_of(field.text, field.length);
  for (; texts->slots[slot]; slot = (slot + 1) % TEXT_SLOTS) {
    const char *known = text_at(texts, texts->slots[slot] - 1);
    if (strlen(known) == field.length && memcmp(known, field.text, field.length) == 0) return texts->slots[slot] - 1;
  }
  if (texts->count == TEXTS_MAX) return UINT32_MAX;
  size_t *starts = texts->starts;
  if (texts->count == texts->room) starts = realloc(starts, (texts->room = texts->room * 2 + 64) * sizeof *starts);
  if (!starts) return UINT32_MAX;
  texts->starts = starts;
  texts->starts[texts->count++] = texts->all.length;
  keel_text_append(&texts->all, field.text, field.length);
  keel_text_char(&texts->all, '\0');
  if (texts->all.failed) return UINT32_MAX;
  return (texts->slots[slot] = (uint32_t)texts->count) - 1;
}

static void texts_fini(struct texts *texts) {
  keel_text_fini(&texts->all);
  free(texts->starts);
  free(texts->slots);
}

/* ---- columns ---- */

struct column {
  struct keel_ledger_column_info info;
  unsigned char *values; /* [row], `width` bytes each; texts are 4 bytes wide until all are known */
  size_t width;
  struct texts texts;
};

struct table {
  struct column columns[COLUMNS_MAX];
  size_t count, rows, room;
};

static int is_text(const struct column *column) {
  return column->info.kind != KEEL_LEDGER_TIME && column->info.kind != KEEL_LEDGER_NUMBER;
}

static void table_fini(struct table *table) {
  for (size_t c = 0; c < table->count; c++) {
    free(table->columns[c].values);
    texts_fini(&table->columns[c].texts);
  }
  free(table);
}

static keel_status fail_at(const struct keel_csv *csv, const char *column, const char *what, keel_error *error) {
  return keel_fail_at(error, keel_csv_path(csv), keel_csv_line(csv), column, "%s", what);
}

/* The header has to be that of a ledger. */
static keel_status read_header(struct keel_csv *csv, struct table *table, keel_error *error) {
  size_t known = keel_ledger_column_count(KEEL_LEDGER_FURTHER + 1);
  for (size_t c = 0; c < keel_csv_columns(csv); c++) {
    struct keel_csv_field name = keel_csv_name(csv, c);
    struct keel_ledger_column_info info = {.name = ""};
    if (c < known) info = keel_ledger_column_at(c);
    if (c >= COLUMNS_MAX || strlen(info.name) != name.length || memcmp(info.name, name.text, name.length) != 0) {
      char title[64];
      snprintf(title, sizeof title, "%.*s", (int)(name.length < 60 ? name.length : 60), name.text);
      return keel_fail_at(error, keel_csv_path(csv), 1, title, "is no column of a ledger here%s%s%s",
                          *info.name ? ", where `" : "", info.name, *info.name ? "` is expected" : "");
    }
    table->columns[table->count++] = (struct column){
        .info = info, .width = info.kind == KEEL_LEDGER_TIME || info.kind == KEEL_LEDGER_NUMBER ? 8 : 4};
  }
  if (table->count < keel_ledger_column_count(1))
    return keel_fail_at(error, keel_csv_path(csv), 1, NULL, "is no ledger: it ends before the column `%s`",
                        keel_ledger_column_at(table->count).name);
  return KEEL_STATUS_OK;
}

static keel_status make_room(struct table *table, const struct keel_csv *csv, keel_error *error) {
  if (table->rows < table->room) return KEEL_STATUS_OK;
  size_t room = table->room ? table->room * 2 : 1024;
  for (size_t c = 0; c < table->count; c++) {
    struct column *column = &table->columns[c];
    unsigned char *values = realloc(column->values, room * column->width);
    if (!values) return keel_fail(error, KEEL_STATUS_MEMORY, keel_csv_path(csv), "no memory for its rows");
    column->values = values;
  }
  table->room = room;
  return KEEL_STATUS_OK;
}

static const char *read_time(struct keel_csv_field field, int64_t *time_ns) {
  struct keel_time_text text;
  if (!keel_time_parse(field.text, field.length, &text) || !text.has_offset)
    return "is no instant like 2018-01-31T21:00:00Z";
  *time_ns = text.days * KEEL_NS_PER_DAY + text.ns_of_day - text.offset_seconds * KEEL_NS_PER_SECOND;
  return NULL;
}

/* NULL, or what is wrong. */
static const char *read_cell(struct column *column, size_t row, struct keel_csv_field field) {
  unsigned char *at = column->values + row * column->width;
  const char *what = NULL;
  if (is_text(column)) {
    uint32_t number = number_of(&column->texts, field);
    memcpy(at, &number, sizeof number);
    return number == UINT32_MAX ? "has too many different texts; allowed: 65536" : NULL;
  }
  if (column->info.kind == KEEL_LEDGER_TIME) {
    int64_t time_ns = 0;
    what = read_time(field, &time_ns);
    memcpy(at, &time_ns, sizeof time_ns);
    return what;
  }
  double number = NAN;
  if (field.length && !keel_csv_number(field, &number)) what = "is no number";
  memcpy(at, &number, sizeof number);
  return what;
}

static keel_status read_rows(struct keel_csv *csv, struct table *table, keel_error *error) {
  const struct keel_csv_field *fields;
  keel_status status;
  while (!(status = keel_csv_next(csv, &fields, error)) && fields) {
    status = make_room(table, csv, error);
    for (size_t c = 0; c < table->count && !status; c++) {
      const char *what = read_cell(&table->columns[c], table->rows, fields[c]);
      if (what) status = fail_at(csv, table->columns[c].info.name, what, error);
    }
    if (status) return status;
    table->rows++;
  }
  if (!status && !table->rows)
    return keel_fail_at(error, keel_csv_path(csv), 1, NULL,
                        "is a ledger's header without a row: there is nothing to show");
  return status;
}

/* As many bytes as the numbers of its texts need. */
static void narrow(struct column *column, size_t rows) {
  size_t width = column->texts.count <= 1u << 8 ? 1 : 2;
  if (!is_text(column)) return;
  for (size_t r = 0; r < rows; r++) {
    uint32_t number;
    memcpy(&number, column->values + r * 4, sizeof number);
    for (size_t k = 0; k < width; k++) column->values[r * width + k] = (unsigned char)(number >> 8 * k);
  }
  column->width = width;
}

/* ---- compressed ---- */

static void split_planes(const unsigned char *values, size_t rows, size_t width, unsigned char *planes) {
  for (size_t k = 0; k < width; k++)
    for (size_t r = 0; r < rows; r++) planes[k * rows + r] = values[r * width + k];
}

/* Whether the first rows get smaller by planes. */
static int planes_are_smaller(const struct column *column, const unsigned char *planes, size_t rows) {
  size_t count = rows < SAMPLE ? rows : SAMPLE;
  unsigned char first[SAMPLE * 8];
  struct keel_report_bytes plain = {NULL, 0}, split = {NULL, 0};
  for (size_t k = 0; k < column->width; k++) memcpy(first + k * count, planes + k * rows, count);
  int is_smaller = keel_report_deflate(column->values, count * column->width, &plain) &&
                   keel_report_deflate(first, count * column->width, &split) && split.size < plain.size;
  free(plain.data);
  free(split.data);
  return is_smaller;
}

static int compressed(const struct column *column, size_t rows, int *has_planes, struct keel_report_bytes *out) {
  size_t size = rows * column->width;
  unsigned char *planes = malloc(size + 1);
  if (!planes) return 0;
  split_planes(column->values, rows, column->width, planes);
  *has_planes = column->width > 1 && planes_are_smaller(column, planes, rows);
  int is_done = keel_report_deflate(*has_planes ? planes : column->values, size, out);
  free(planes);
  return is_done;
}

/* ---- the elements ---- */

static void put_head(struct keel_text *page, const struct column *column, int has_planes) {
  static const char *const kinds[] = {[KEEL_LEDGER_TIME] = "time", [KEEL_LEDGER_NUMBER] = "number"};
  const char *kind = is_text(column) ? "text" : kinds[column->info.kind];
  keel_text_printf(page, "{\"name\":\"%s\",\"kind\":\"%s\",\"width\":%zu,\"planes\":%s,\"help\":", column->info.name,
                   kind, column->width, has_planes ? "true" : "false");
  keel_report_put_string(page, column->info.help, strlen(column->info.help));
  if (is_text(column)) {
    keel_text_add(page, ",\"texts\":");
    for (size_t i = 0; i < column->texts.count; i++) {
      const char *text = text_at(&column->texts, i);
      keel_text_char(page, i ? ',' : '[');
      keel_report_put_string(page, text, strlen(text));
    }
    keel_text_add(page, column->texts.count ? "]" : "[]");
  }
  keel_text_char(page, '}');
}

static keel_status put_table(struct keel_text *page, const char *path, struct table *table, keel_error *error) {
  struct keel_text columns;
  keel_status status = KEEL_STATUS_OK;
  keel_text_init(&columns);
  keel_text_add(page, "<script type=\"application/json\" class=\"keel-ledger\">{\"file\":");
  keel_report_put_string(page, path, strlen(path));
  keel_text_printf(page, ",\"rows\":%zu,\"columns\":[", table->rows);
  for (size_t c = 0; c < table->count && !status; c++) {
    struct column *column = &table->columns[c];
    struct keel_report_bytes bytes = {NULL, 0};
    int has_planes = 0;
    narrow(column, table->rows);
    if (!compressed(column, table->rows, &has_planes, &bytes))
      status = keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory to compress it");
    if (c) keel_text_char(page, ',');
    put_head(page, column, has_planes);
    keel_text_add(&columns, "<script type=\"text/plain\" class=\"keel-column\">");
    keel_report_put_base64(&columns, &bytes);
    keel_text_add(&columns, "</script>\n");
    free(bytes.data);
    free(column->values);
    column->values = NULL;
  }
  keel_text_add(page, "]}</script>\n");
  keel_text_append(page, columns.data ? columns.data : "", columns.length);
  page->failed |= columns.failed;
  keel_text_fini(&columns);
  return status;
}

keel_status keel_report_add_ledger(struct keel_text *page, const char *path, keel_error *error) {
  struct keel_csv *csv;
  keel_status status = keel_csv_open(path, &csv, error);
  if (status) return status;
  struct table *table = calloc(1, sizeof *table);
  if (!table) {
    keel_csv_close(csv);
    return keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory to read it");
  }
  status = read_header(csv, table, error);
  if (!status) status = read_rows(csv, table, error);
  if (!status) status = put_table(page, path, table, error);
  table_fini(table);
  keel_csv_close(csv);
  return status;
}
