/* The rows of a CSV as configuration maps, so that they are read by the same tables as the maps of a YAML file.
 *
 * Columns in any order; an empty cell is a field that is not given. Errors: those of base/csv.h; a column that the
 * table has not, or one twice. */
#ifndef KEEL_BOOK_ROW_MAPS_H
#define KEEL_BOOK_ROW_MAPS_H

#include "base/config_read.h"
#include "base/csv.h"

struct keel_row_maps {
  struct keel_config_reader *reader;
  struct keel_csv *csv;
  const char *file;
  size_t columns;
  const char **names;
  struct keel_config_node map, *cells; /* of the row that was given last */
  char *text;                          /* of all cells, each terminated */
  size_t room;
};

/* Checks the header. `csv` and `file` stay the caller's, and have to outlive the rows. */
keel_status keel_row_maps_start(struct keel_row_maps *rows, struct keel_config_reader *reader, struct keel_csv *csv,
                                const char *file, const struct keel_config_field *fields);

/* The next row, NULL at the end; its nodes and texts are used again for the row after it. */
keel_status keel_row_maps_next(struct keel_row_maps *rows, const struct keel_config_node **map);

#endif
