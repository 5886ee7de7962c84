/* Layouts: which column of a CSV file means what. One table row per known layout; a column map in YAML describes
 * others. */
#ifndef KEEL_WORLD_IMPORT_LAYOUT_H
#define KEEL_WORLD_IMPORT_LAYOUT_H

#include "base/arena.h"
#include "base/csv.h"

enum keel_import_field {
  KEEL_IMPORT_UNDERLYING,
  KEEL_IMPORT_KIND,
  KEEL_IMPORT_TIME,
  KEEL_IMPORT_EXPIRY,
  KEEL_IMPORT_EXERCISE,
  KEEL_IMPORT_SPOT, /* of the underlying at that time; or both sides of its quote: */
  KEEL_IMPORT_SPOT_BID,
  KEEL_IMPORT_SPOT_ASK,
  KEEL_IMPORT_STRIKE,
  KEEL_IMPORT_BID,
  KEEL_IMPORT_ASK,
  KEEL_IMPORT_MULTIPLIER,
  KEEL_IMPORT_FIELDS
};

/* Which part of 01/02/2018 comes first; YMD: such dates are refused. */
enum keel_import_dates { KEEL_IMPORT_YMD, KEEL_IMPORT_MDY, KEEL_IMPORT_DMY };

/* Each field has a column, or a text that holds for every row, or neither. */
struct keel_import_layout {
  const char *name;
  const char *columns[KEEL_IMPORT_FIELDS];
  const char *constants[KEEL_IMPORT_FIELDS];
  const char *calendar;
  enum keel_import_dates dates;
  int exercise_by_name; /* of the underlying: index options are European, others American */
};

/* The layout bound to one file's header: column of each field, -1 for none. */
struct keel_import_binding {
  long columns[KEEL_IMPORT_FIELDS];
};

/* The name of a field in a column map. */
const char *keel_import_field_name(enum keel_import_field field);

/* The known layout whose columns the header has. */
keel_status keel_import_layout_recognise(const struct keel_csv *csv, const struct keel_import_layout **layout,
                                         keel_error *error);

/* Finds the layout's columns. Errors: a column that is missing, or there twice. */
keel_status keel_import_layout_bind(const struct keel_import_layout *layout, const struct keel_csv *csv,
                                    struct keel_import_binding *binding, keel_error *error);

/* Whether options on an underlying of that name are European: the cash-settled indices of US exchanges. */
int keel_import_is_european(const char *underlying);

#endif
