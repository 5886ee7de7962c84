#include "book/row_maps.h"

#include <string.h>

#include "base/fail.h"

static struct keel_config_node empty_map(const struct keel_row_maps *rows) {
  return (struct keel_config_node){.kind = KEEL_CONFIG_MAP, .file = rows->file, .line = keel_csv_line(rows->csv)};
}

/* The header: names that the table has, each once. */
keel_status keel_row_maps_start(struct keel_row_maps *rows, struct keel_config_reader *reader, struct keel_csv *csv,
                                const char *file, const struct keel_config_field *fields) {
  *rows = (struct keel_row_maps){.reader = reader, .csv = csv, .file = file, .columns = keel_csv_columns(csv)};
  rows->names = KEEL_ARENA_NEW(reader->arena, const char *, rows->columns);
  rows->cells = KEEL_ARENA_NEW(reader->arena, struct keel_config_node, rows->columns);
  rows->map = empty_map(rows);
  for (size_t i = 0; i < rows->columns; i++) {
    struct keel_csv_field name = keel_csv_name(csv, i);
    rows->names[i] = keel_arena_text(reader->arena, name.text, name.length);
    if (keel_config_child(&rows->map, rows->names[i]))
      return keel_fail_at(reader->error, file, rows->map.line, rows->names[i], "is a column twice");
    rows->cells[i] = (struct keel_config_node){.file = file, .line = rows->map.line, .text = ""};
    keel_config_add(&rows->map, rows->names[i], &rows->cells[i]);
  }
  return keel_config_check_names(reader, fields, &rows->map);
}

static void fill(struct keel_row_maps *rows, const struct keel_csv_field *fields) {
  size_t need = rows->columns, used = 0;
  for (size_t i = 0; i < rows->columns; i++) need += fields[i].length;
  if (need > rows->room) {
    rows->room = 2 * need;
    rows->text = keel_arena_alloc(rows->reader->arena, rows->room, 1);
  }
  rows->map = empty_map(rows);
  for (size_t i = 0; i < rows->columns; i++) {
    if (!fields[i].length) continue;
    char *text = memcpy(rows->text + used, fields[i].text, fields[i].length);
    text[fields[i].length] = '\0';
    used += fields[i].length + 1;
    rows->cells[i] = (struct keel_config_node){.file = rows->file, .line = rows->map.line, .text = text};
    keel_config_add(&rows->map, rows->names[i], &rows->cells[i]);
  }
}

keel_status keel_row_maps_next(struct keel_row_maps *rows, const struct keel_config_node **map) {
  const struct keel_csv_field *fields;
  *map = NULL;
  keel_status status = keel_csv_next(rows->csv, &fields, rows->reader->error);
  if (status || !fields) return status;
  fill(rows, fields);
  *map = &rows->map;
  return KEEL_STATUS_OK;
}
