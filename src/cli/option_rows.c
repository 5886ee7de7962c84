/* The rows of an option table: reading, solving, formatting. */
#include <math.h>
#include <string.h>

#include "cli/option_table.h"

/* ---- reading ---- */

/* As much of a field as a message shows: whole characters of UTF-8. */
static int shown_length(struct keel_csv_field field) {
  size_t length = field.length < 40 ? field.length : 40;
  while (length < field.length && length && (field.text[length] & 0xC0) == 0x80) length--;
  return (int)length;
}

/* Adds to what is wrong with the row that is being read; the first thing found is enough. */
static void complain(struct keel_option_chunk *chunk, const char *column, struct keel_csv_field field,
                     const char *wrong) {
  if (chunk->problem.length > chunk->problem_span[chunk->count].start) return;
  keel_text_printf(&chunk->problem, "%s: ", column);
  if (field.length)
    keel_text_printf(&chunk->problem, "'%.*s' %s", shown_length(field), field.text, wrong);
  else
    keel_text_add(&chunk->problem, "empty");
}

static void read_kind(struct keel_option_chunk *chunk, struct keel_csv_field field) {
  double phi = NAN;
  if (keel_csv_is(field, "call") || keel_csv_is(field, "c")) phi = 1;
  if (keel_csv_is(field, "put") || keel_csv_is(field, "p")) phi = -1;
  if (isnan(phi)) complain(chunk, "kind", field, "is neither call nor put");
  chunk->phi[chunk->count] = phi;
}

static void read_exercise(struct keel_option_chunk *chunk, struct keel_csv_field field) {
  int american = keel_csv_is(field, "american");
  if (field.length && !american && !keel_csv_is(field, "european"))
    complain(chunk, "exercise", field, "is neither european nor american");
  chunk->run[chunk->count].american = american;
}

static void read_number(struct keel_option_chunk *chunk, int number, const char *name, struct keel_csv_field field) {
  double value;
  if (!keel_csv_number(field, &value)) {
    complain(chunk, name, field, "is not a finite number");
    value = NAN;
  }
  chunk->numbers[number][chunk->count] = value;
}

/* The grammar of a JSON number (RFC 8259) is narrower than that of a CSV one. */
static int is_json_number(struct keel_csv_field field) {
  size_t i = 0, n = field.length;
  const char *t = field.text;
  if (i < n && t[i] == '-') i++;
  if (i == n || t[i] < '0' || t[i] > '9' || (t[i] == '0' && i + 1 < n && t[i + 1] >= '0' && t[i + 1] <= '9')) return 0;
  while (i < n && t[i] >= '0' && t[i] <= '9') i++;
  if (i == n) return 1;
  if (t[i] != '.') return 0;
  size_t first = ++i;
  while (i < n && t[i] >= '0' && t[i] <= '9') i++;
  return i == n && i > first;
}

static void json_field(struct keel_option_chunk *chunk, int role, struct keel_csv_field field) {
  if (role >= KEEL_OPTION_NUMBERS)
    keel_text_json(&chunk->json, field.text, field.length);
  else if (!isnan(chunk->numbers[role][chunk->count]) && is_json_number(field))
    keel_text_append(&chunk->json, field.text, field.length);
  else
    keel_text_number(&chunk->json, chunk->numbers[role][chunk->count], "null");
}

/* The input's part of the row, as it will go out. */
static void keep(const struct keel_option_table *table, const struct keel_csv_field *fields) {
  struct keel_option_chunk *chunk = table->chunk;
  chunk->csv_span[chunk->count].start = chunk->csv.length;
  chunk->json_span[chunk->count].start = chunk->json.length;
  for (size_t i = 0; i < keel_csv_columns(table->input); i++) {
    if (table->roles[i] == COLUMN_REPLACED) continue;
    if (table->wants_csv) {
      keel_text_csv(&chunk->csv, fields[i].text, fields[i].length);
      keel_text_char(&chunk->csv, ',');
    }
    if (table->wants_json) {
      struct keel_csv_field name = keel_csv_name(table->input, i);
      keel_text_json(&chunk->json, name.text, name.length);
      keel_text_add(&chunk->json, ": ");
      json_field(chunk, table->roles[i], fields[i]);
      keel_text_add(&chunk->json, ", ");
    }
  }
  chunk->csv_span[chunk->count].end = chunk->csv.length;
  chunk->json_span[chunk->count].end = chunk->json.length;
}

void keel_option_row_read(struct keel_option_table *table, const struct keel_csv_field *fields) {
  static const char *const names[] = {"spot", "strike", "rate", "yield", "years"};
  struct keel_option_chunk *chunk = table->chunk;
  chunk->problem_span[chunk->count].start = chunk->problem.length;
  chunk->run[chunk->count] = (struct keel_option_run){0};
  for (size_t i = 0; i < keel_csv_columns(table->input); i++) {
    int role = table->roles[i];
    if (role == COLUMN_KIND) read_kind(chunk, fields[i]);
    if (role == COLUMN_EXERCISE) read_exercise(chunk, fields[i]);
    if (role == COLUMN_UNDERLYING) chunk->run[chunk->count].underlying = table->job->underlying_of(fields[i]);
    if (role < KEEL_OPTION_NUMBERS)
      read_number(chunk, role, role == GIVEN ? table->job->given : names[role], fields[i]);
  }
  keep(table, fields);
  chunk->problem_span[chunk->count].end = chunk->problem.length;
  chunk->count++;
}

/* ---- solving ---- */

static int has_result(const struct keel_option_table *table, size_t row) {
  const struct keel_option_chunk *chunk = table->chunk;
  for (size_t i = 0; i < table->result_count; i++)
    if (!isfinite(chunk->results[i][row])) return 0;
  return 1;
}

static void explain(struct keel_option_table *table, size_t row) {
  struct keel_option_chunk *chunk = table->chunk;
  double numbers[KEEL_OPTION_NUMBERS];
  char text[KEEL_PROBLEM_SIZE];
  for (int i = 0; i < KEEL_OPTION_NUMBERS; i++) numbers[i] = chunk->numbers[i][row];
  keel_option option = {chunk->phi[row], numbers[STRIKE], numbers[RATE], numbers[YIELD], numbers[YEARS]};
  const char *reason = table->job->problem(&option, chunk->run[row], numbers, text);
  chunk->problem_span[row].start = chunk->problem.length;
  keel_text_add(&chunk->problem, reason ? reason : "the result is too large for a number");
  chunk->problem_span[row].end = chunk->problem.length;
}

static int has_problem(const struct keel_option_chunk *chunk, size_t row) {
  return chunk->problem_span[row].end > chunk->problem_span[row].start;
}

static void solve_run(struct keel_option_table *table, size_t start, size_t count) {
  struct keel_option_chunk *chunk = table->chunk;
  const double *numbers[KEEL_OPTION_NUMBERS];
  double *results[KEEL_RESULTS_MAX];
  for (size_t i = 0; i < KEEL_OPTION_NUMBERS; i++) numbers[i] = chunk->numbers[i] + start;
  for (size_t i = 0; i < KEEL_RESULTS_MAX; i++) results[i] = chunk->results[i] + start;
  keel_options options = {chunk->phi + start, numbers[SPOT],  numbers[STRIKE], numbers[RATE],
                          numbers[YIELD],     numbers[YEARS], numbers[GIVEN]};
  table->job->solve(count, chunk->run[start], &options, numbers[GIVEN], results);
}

static int is_same_run(const struct keel_option_run *a, const struct keel_option_run *b) {
  return a->american == b->american && a->underlying == b->underlying;
}

void keel_option_rows_solve(struct keel_option_table *table, size_t start, size_t end) {
  const struct keel_option_run *run = table->chunk->run;
  for (size_t next; start < end; start = next) {
    for (next = start + 1; next < end && is_same_run(&run[next], &run[start]);) next++;
    solve_run(table, start, next - start);
  }
}

void keel_option_chunk_explain(struct keel_option_table *table) {
  struct keel_option_chunk *chunk = table->chunk;
  chunk->problems = 0;
  for (size_t row = 0; row < chunk->count; row++) {
    if (!has_problem(chunk, row) && !has_result(table, row)) explain(table, row);
    chunk->problems += (size_t)has_problem(chunk, row);
  }
}

/* ---- formatting ---- */

static struct keel_csv_field part(const struct keel_text *text, struct keel_span span) {
  return (struct keel_csv_field){text->data + span.start, span.end - span.start};
}

void keel_option_row_csv(const struct keel_option_table *table, size_t row, struct keel_text *out) {
  const struct keel_option_chunk *chunk = table->chunk;
  struct keel_csv_field kept = part(&chunk->csv, chunk->csv_span[row]);
  struct keel_csv_field problem = part(&chunk->problem, chunk->problem_span[row]);
  keel_text_append(out, kept.text, kept.length);
  for (size_t i = 0; i < table->result_count; i++) {
    keel_text_number(out, problem.length ? NAN : chunk->results[i][row], "");
    keel_text_char(out, ',');
  }
  keel_text_csv(out, problem.text, problem.length);
  keel_text_char(out, '\n');
}

void keel_option_row_json(const struct keel_option_table *table, size_t row, struct keel_text *out) {
  const struct keel_option_chunk *chunk = table->chunk;
  struct keel_csv_field kept = part(&chunk->json, chunk->json_span[row]);
  struct keel_csv_field problem = part(&chunk->problem, chunk->problem_span[row]);
  keel_text_char(out, '{');
  keel_text_append(out, kept.text, kept.length);
  for (size_t i = 0; i < table->result_count; i++) {
    keel_text_char(out, '"');
    keel_text_add(out, table->job->results[i]);
    keel_text_add(out, "\": ");
    keel_text_number(out, problem.length ? NAN : chunk->results[i][row], "null");
    keel_text_add(out, ", ");
  }
  keel_text_add(out, "\"problem\": ");
  if (problem.length)
    keel_text_json(out, problem.text, problem.length);
  else
    keel_text_add(out, "null");
  keel_text_char(out, '}');
}
