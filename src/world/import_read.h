/* One row of a market data file, read by its layout and checked. */
#ifndef KEEL_WORLD_IMPORT_READ_H
#define KEEL_WORLD_IMPORT_READ_H

#include "world/import_rows.h"

/* Makes ready for rows of rows->layout. Errors: the file's name does not say what the layout wants of it. */
keel_status keel_import_read_bind(struct keel_import_rows *rows, const struct keel_csv *csv, keel_error *error);

/* The number of the underlying of that name (a new one is added) in `whole`, or its problem. `rows`: the rows. */
struct keel_import_meaning keel_import_read_underlying(void *rows, struct keel_csv_field name);

/* The first thing that is wrong with the row, or KEEL_IMPORT_FINE. Side: 0, or 1 for the put of a wide row. */
int keel_import_read(struct keel_import_rows *rows, const struct keel_csv_field *fields, int side,
                     struct keel_import_row *row);

#endif
