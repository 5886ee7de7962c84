#include "book/field_types.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "book/contract.h"

static void *at(const struct keel_config_field *field, void *base) { return (char *)base + field->offset; }

static const struct keel_field_context *context_of(const struct keel_config_reader *reader) { return reader->context; }

/* ---- instants ---- */

static keel_status parse_time(struct keel_config_reader *reader, const struct keel_config_node *node,
                              struct keel_time_text *time) {
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  if (!keel_time_parse(text, strlen(text), time))
    return keel_config_fail(
        reader->error, node, NULL,
        "`%.80s` is no date; allowed: 2023-08-18, or with a time as 2023-08-18T15:30 (and Z or +hh:mm)", text);
  return KEEL_STATUS_OK;
}

static keel_status read_close(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  struct keel_time_text time;
  keel_status status = parse_time(reader, node, &time);
  if (!status) *(int64_t *)at(field, base) = keel_calendar_instant(context_of(reader)->calendar, &time);
  return status;
}

/* The instant of a text, or for a date alone the start of the day that many days later. */
static keel_status read_day(struct keel_config_reader *reader, const struct keel_config_node *node, int days_later,
                            int64_t *time_ns) {
  const struct keel_calendar *calendar = context_of(reader)->calendar;
  struct keel_time_text time;
  keel_status status = parse_time(reader, node, &time);
  if (status) return status;
  *time_ns = time.has_time ? keel_calendar_instant(calendar, &time)
                           : keel_zone_to_utc(keel_calendar_zone(calendar), time.days + days_later, 0) - days_later;
  return KEEL_STATUS_OK;
}

static keel_status read_day_start(struct keel_config_reader *reader, const struct keel_config_field *field,
                                  const struct keel_config_node *node, void *base) {
  return read_day(reader, node, 0, at(field, base));
}

static keel_status read_day_end(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *node, void *base) {
  return read_day(reader, node, 1, at(field, base));
}

static keel_status absent_time(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *map, void *base) {
  (void)reader, (void)map;
  *(int64_t *)at(field, base) = KEEL_TIME_NONE;
  return KEEL_STATUS_OK;
}

/* ---- numbers in other units ---- */

static keel_status read_duration_years(struct keel_config_reader *reader, const struct keel_config_field *field,
                                       const struct keel_config_node *node, void *base) {
  struct keel_config_field alone = *field;
  int64_t ns;
  alone.offset = 0;
  keel_status status = keel_type_duration.read(reader, &alone, node, &ns);
  if (!status) *(double *)at(field, base) = (double)ns / (double)KEEL_NS_PER_YEAR;
  return status;
}

static keel_status read_bps(struct keel_config_reader *reader, const struct keel_config_field *field,
                            const struct keel_config_node *node, void *base) {
  double bps;
  keel_status status = keel_config_read_number(reader, field, node, &bps);
  if (!status) *(double *)at(field, base) = bps / 1e4;
  return status;
}

static keel_status absent_number(struct keel_config_reader *reader, const struct keel_config_field *field,
                                 const struct keel_config_node *map, void *base) {
  (void)reader, (void)map;
  *(double *)at(field, base) = NAN;
  return KEEL_STATUS_OK;
}

/* ---- contracts ---- */

/* The value of a name by one of the parsers of contract.h, stored as an enum. */
static keel_status read_enum(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, int (*parse)(const char *, size_t), void *slot) {
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  int value = parse(text, strlen(text));
  char names[160];
  keel_config_choice_names(field->choices, names, sizeof names);
  if (value < 0) return keel_config_fail(reader->error, node, NULL, "is `%.80s`; allowed: %s", text, names);
  memcpy(slot, &value, sizeof value);
  return KEEL_STATUS_OK;
}

static keel_status read_kind(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  return read_enum(reader, field, node, keel_kind_parse, at(field, base));
}

static keel_status read_exercise(struct keel_config_reader *reader, const struct keel_config_field *field,
                                 const struct keel_config_node *node, void *base) {
  return read_enum(reader, field, node, keel_exercise_parse, at(field, base));
}

/* ---- accounts ---- */

static keel_status read_account(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *node, void *base) {
  keel_status status = keel_type_text.read(reader, field, node, base);
  const char *const *name = at(field, base);
  if (!status && strcmp(*name, "total") == 0)
    return keel_config_fail(reader->error, node, NULL, "is `total`, which tables call the whole; give another name");
  return status;
}

/* ---- paths ---- */

static keel_status read_path(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  keel_status status = keel_type_text.read(reader, field, node, base);
  const char **path = at(field, base), *folder = context_of(reader)->folder;
  if (status) return status;
  if (folder && *folder && **path != '/') {
    size_t size = strlen(folder) + strlen(*path) + 2;
    char *joined = keel_arena_alloc(reader->arena, size, 1);
    snprintf(joined, size, "%s/%s", folder, *path);
    *path = joined;
  }
  struct keel_field_file **files = context_of(reader)->files;
  if (!files) return KEEL_STATUS_OK;
  struct keel_field_file *file = KEEL_ARENA_NEW(reader->arena, struct keel_field_file, 1);
  *file = (struct keel_field_file){*path, field->name, *files};
  *files = file;
  return KEEL_STATUS_OK;
}

const struct keel_config_type keel_type_close = {"date or time", read_close, absent_time};
const struct keel_config_type keel_type_day_start = {"date or time", read_day_start, absent_time};
const struct keel_config_type keel_type_day_end = {"date or time", read_day_end, absent_time};
const struct keel_config_type keel_type_duration_years = {"duration", read_duration_years, absent_number};
const struct keel_config_type keel_type_bps = {"number", read_bps, absent_number};
const struct keel_config_type keel_type_kind = {"name", read_kind, NULL};
const struct keel_config_type keel_type_exercise = {"name", read_exercise, NULL};
const struct keel_config_type keel_type_account = {"text", read_account, NULL};
const struct keel_config_type keel_type_path = {"path", read_path, NULL};
