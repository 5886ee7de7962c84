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
  KEEL_IMPORT_PUT_BID, /* of a wide row, which has a call (bid, ask) and its put */
  KEEL_IMPORT_PUT_ASK,
  KEEL_IMPORT_FUTURE,     /* price of the future that expires with the option */
  KEEL_IMPORT_SPOT_TIME,  /* of the spot beside the quote, where it has its own */
  KEEL_IMPORT_MADE,       /* when the quote was made, where `time` says when it arrived */
  KEEL_IMPORT_LAST_TRADE, /* when the contract last traded */
  KEEL_IMPORT_MAP_FIELDS, /* a column map has those before */
  KEEL_IMPORT_SYMBOL = KEEL_IMPORT_MAP_FIELDS,
  KEEL_IMPORT_VENUE,
  KEEL_IMPORT_FIELDS
};

/* Which part of 01/02/2018 comes first; YMD: such dates are refused. */
enum keel_import_dates { KEEL_IMPORT_YMD, KEEL_IMPORT_MDY, KEEL_IMPORT_DMY };

/* The unit of times that are whole numbers since 1970-01-01T00:00Z; NONE: such times are refused. */
enum keel_import_epoch { KEEL_IMPORT_EPOCH_NONE, KEEL_IMPORT_EPOCH_S, KEEL_IMPORT_EPOCH_MS, KEEL_IMPORT_EPOCH_US };

/* What a contract's symbol says (world/import_symbol.h). */
enum keel_import_symbols {
  KEEL_IMPORT_SYMBOLS_NONE,
  KEEL_IMPORT_SYMBOLS_OCC,     /* AAPL260415C00175000: the root, then the date, the kind and the strike */
  KEEL_IMPORT_SYMBOLS_ROOT,    /* the root alone */
  KEEL_IMPORT_SYMBOLS_DERIBIT, /* BTC-9JUN20-9875-P, SOL_USDC-29MAR24-180-C */
  KEEL_IMPORT_SYMBOLS_VENUE    /* as the venue of the row has them */
};

/* Each field has a column, or a text that holds for every row, or neither. */
struct keel_import_layout {
  const char *name;
  const char *columns[KEEL_IMPORT_FIELDS];
  const char *constants[KEEL_IMPORT_FIELDS];
  const char *calendar;
  enum keel_import_dates dates;
  enum keel_import_epoch epoch;
  enum keel_import_symbols symbols;
  int times_are_utc;        /* those without an offset; 0: local to the calendar */
  int exercise_by_name;     /* of the underlying: index options are European, others American */
  int underlying_from_file; /* spx_eod_202312.txt: SPX */
};

/* The layout bound to one file's header: column of each field, -1 for none. */
struct keel_import_binding {
  long columns[KEEL_IMPORT_FIELDS];
};

/* The name of a field in messages, and in a column map. */
const char *keel_import_field_name(enum keel_import_field field);

/* The known layout whose columns the header has. Errors: there is none, with the nearest one and what it lacks; it is
 * one that holds no option quotes, with what it holds. */
keel_status keel_import_layout_recognise(const struct keel_csv *csv, const struct keel_import_layout **layout,
                                         keel_error *error);

/* Finds the layout's columns. Errors: a column that is missing, or there twice. */
keel_status keel_import_layout_bind(const struct keel_import_layout *layout, const struct keel_csv *csv,
                                    struct keel_import_binding *binding, keel_error *error);

/* The underlying that the file's name begins with, before `_eod_`, in capitals, copied into the arena; NULL if the name
 * is not of that form. */
const char *keel_import_underlying_of_file(struct keel_arena *arena, const char *path);

/* Whether options on an underlying of that name are European: the cash-settled indices of US exchanges. */
int keel_import_is_european(const char *underlying);

/* Whether options of that root settle at the opening of their expiry, as those of SPX, and unlike SPXW's. */
int keel_import_settles_at_open(struct keel_csv_field root);

#endif
