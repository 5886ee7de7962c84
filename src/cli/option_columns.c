/* The header of an option table: what its columns are for. */
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "cli/option_table.h"

static const char *number_name(const struct keel_option_job *job, int number) {
  static const char *const names[] = {"spot", "strike", "rate", "yield", "years"};
  return number == GIVEN ? job->given : names[number];
}

static int same(struct keel_csv_field field, const char *name) {
  return strlen(name) == field.length && memcmp(field.text, name, field.length) == 0;
}

static int role_of(const struct keel_option_job *job, struct keel_csv_field name) {
  for (int number = 0; number < KEEL_OPTION_NUMBERS; number++)
    if (same(name, number_name(job, number))) return number;
  if (same(name, "kind")) return COLUMN_KIND;
  if (same(name, "exercise")) return COLUMN_EXERCISE;
  if (job->underlying_of && same(name, "underlying")) return COLUMN_UNDERLYING;
  if (same(name, "problem")) return COLUMN_REPLACED;
  for (size_t i = 0; job->results[i]; i++)
    if (same(name, job->results[i])) return COLUMN_REPLACED;
  return COLUMN_CARRIED;
}

static keel_status check_twice(const struct keel_csv *input, keel_error *error) {
  for (size_t i = 0; i < keel_csv_columns(input); i++) {
    struct keel_csv_field name = keel_csv_name(input, i);
    for (size_t j = 0; j < i; j++) {
      struct keel_csv_field other = keel_csv_name(input, j);
      if (name.length == other.length && memcmp(name.text, other.text, name.length) == 0)
        return keel_fail_at(error, keel_csv_path(input), 1, NULL, "the columns %zu and %zu have the same name, '%.*s'",
                            j + 1, i + 1, (int)name.length, name.text);
    }
  }
  return KEEL_STATUS_OK;
}

static keel_status check_missing(const struct keel_option_table *table, unsigned seen, keel_error *error) {
  struct keel_text missing;
  keel_text_init(&missing);
  for (int role = 0; role <= COLUMN_KIND; role++) {
    if (seen & 1u << role) continue;
    if (missing.length) keel_text_add(&missing, ", ");
    keel_text_add(&missing, role == COLUMN_KIND ? "kind" : number_name(table->job, role));
  }
  keel_status status = KEEL_STATUS_OK;
  if (missing.length || missing.failed)
    status = keel_fail_at(error, keel_csv_path(table->input), 1, NULL,
                          "no column %.*s; needed are kind, spot, strike, rate, yield, years, %s", (int)missing.length,
                          missing.data ? missing.data : "", table->job->given);
  keel_text_fini(&missing);
  return status;
}

keel_status keel_option_columns(struct keel_option_table *table, keel_error *error) {
  size_t columns = keel_csv_columns(table->input);
  unsigned seen = 0;
  table->roles = malloc(columns * sizeof *table->roles);
  if (!table->roles) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for %zu columns", columns);
  for (size_t i = 0; i < columns; i++) {
    table->roles[i] = role_of(table->job, keel_csv_name(table->input, i));
    seen |= 1u << table->roles[i];
  }
  keel_status status = check_twice(table->input, error);
  if (status == KEEL_STATUS_OK) status = check_missing(table, seen, error);
  if (status != KEEL_STATUS_OK || !table->job->underlying_of || seen & 1u << COLUMN_UNDERLYING) return status;
  return keel_fail_at(error, keel_csv_path(table->input), 1, NULL,
                      "no column underlying; it is needed, since the dividends name theirs");
}

void keel_option_header(const struct keel_option_table *table, struct keel_text *out) {
  for (size_t i = 0; i < keel_csv_columns(table->input); i++) {
    if (table->roles[i] == COLUMN_REPLACED) continue;
    struct keel_csv_field name = keel_csv_name(table->input, i);
    keel_text_csv(out, name.text, name.length);
    keel_text_char(out, ',');
  }
  for (size_t i = 0; i < table->result_count; i++) keel_text_printf(out, "%s,", table->job->results[i]);
  keel_text_add(out, "problem\n");
}
