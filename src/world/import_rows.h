/* The rows of market data files, as quotes in columns: checked, counted by problem, contracts numbered as they appear.
 *
 * Quotes stand in the order of the files; a *run* is a stretch of them with one time. Sorted data has one run per
 * instant, so putting rows in order of time is sorting runs. The spot beside a row is a quote of the spot contract,
 * kept once per run; so is the price of the future beside it. */
#ifndef KEEL_WORLD_IMPORT_ROWS_H
#define KEEL_WORLD_IMPORT_ROWS_H

#include <math.h>

#include "base/arena.h"
#include "base/csv.h"
#include "book/calendar.h"
#include "world/contract_index.h"
#include "world/import_layout.h"
#include "world/import_memo.h"
#include "world/tape.h"

/* What may be wrong with a row. From KEEL_IMPORT_NOTED on the row is kept. */
enum keel_import_trouble {
  KEEL_IMPORT_FINE,
  KEEL_IMPORT_INVERSE,
  KEEL_IMPORT_UNKNOWN_VENUE,
  KEEL_IMPORT_BAD_SYMBOL,
  KEEL_IMPORT_ADJUSTED,
  KEEL_IMPORT_BAD_DATE,
  KEEL_IMPORT_BAD_UNDERLYING,
  KEEL_IMPORT_UNKNOWN_KIND,
  KEEL_IMPORT_EXPIRED,
  KEEL_IMPORT_BAD_NUMBER,
  KEEL_IMPORT_NOT_FINITE,
  KEEL_IMPORT_NEGATIVE_PRICE,
  KEEL_IMPORT_BAD_STRIKE,
  KEEL_IMPORT_BAD_SPOT,
  KEEL_IMPORT_BAD_MULTIPLIER,
  KEEL_IMPORT_BAD_EXERCISE,
  KEEL_IMPORT_CONFLICT,
  KEEL_IMPORT_TRADE,
  KEEL_IMPORT_DUPLICATE,
  KEEL_IMPORT_NOTED,
  KEEL_IMPORT_TWO_SPOTS = KEEL_IMPORT_NOTED,
  KEEL_IMPORT_NO_SPOT,
  KEEL_IMPORT_NO_FUTURE,
  KEEL_IMPORT_LATE_SPOT,
  KEEL_IMPORT_STALE,
  KEEL_IMPORT_OLD_TRADE,
  KEEL_IMPORT_SPLIT_ADJUSTED,
  KEEL_IMPORT_CROSSED,
  KEEL_IMPORT_LOCKED,
  KEEL_IMPORT_ZERO_BID,
  KEEL_IMPORT_ZERO_ASK,
  KEEL_IMPORT_MISSING_SIDE,
  KEEL_IMPORT_TROUBLES
};

struct keel_import_run {
  int64_t time_ns;
  size_t first; /* its first quote; it ends where the next run begins */
};

/* A contract whose price rows have beside their own quote, a spot or a future, and the price that a run has of it. */
struct keel_import_beside {
  uint32_t id;     /* KEEL_CONTRACT_NONE until a price is seen */
  size_t run;      /* runs counted from 1; 0: none */
  int second_kept; /* another price of that run was kept too, to be counted */
  double bid, ask;
};

struct keel_import_underlying {
  enum keel_exercise exercise; /* of its options, by name */
  int64_t late_ns;             /* of the last spot that was later than its row */
  int spot_is_beside;          /* other quotes have the spot beside them */
  struct keel_import_beside spot;
};

/* One row, read and checked; of a wide row one of its two quotes. */
struct keel_import_row {
  int64_t time_ns;
  struct keel_contract contract;
  struct keel_import_underlying *underlying;
  double bid, ask, spot_bid, spot_ask;
  int index_is_underlying; /* the price of the future is the spot index in truth */
  int settles_at_open;     /* by its root */
  /* where rows->has_more: */
  double future;
  int64_t spot_time_ns; /* later than time_ns, or KEEL_TIME_NONE */
  int stale, old_trade;
};

struct keel_import_rows {
  const struct keel_import_layout *layout;
  struct keel_import_binding binding;
  struct keel_csv_field constants[KEEL_IMPORT_FIELDS];
  const struct keel_calendar *calendar;
  double multiplier; /* where it has no column */
  int sides;         /* quotes of a row: 2 of a wide one */
  int has_more;      /* a future, or times beside that of the quote */
  struct keel_arena names;
  struct keel_contract *contracts;
  size_t contract_count, contract_room;
  struct keel_contract_index index;
  struct keel_import_underlying *underlyings;
  struct keel_contract *spots; /* one per underlying, under the same number; holds its name */
  size_t underlying_count, underlying_room, spot_room;
  struct keel_contract_index spot_index;
  struct keel_import_beside *besides; /* of futures whose price stands beside options */
  struct keel_contract *futures;      /* the same, under the same number */
  size_t future_count, future_room, beside_room;
  struct keel_contract_index future_index;
  uint32_t *ids; /* the quotes */
  double *bids, *asks;
  size_t count, room;
  struct keel_import_run *runs;
  size_t run_count, run_room;
  struct keel_tape_split *splits; /* that quotes were put into the terms of */
  size_t split_count, split_room;
  int unsorted;  /* some run is not later than the one before */
  int no_memory; /* seen while a text was looked up */
  uint64_t rows, troubles[KEEL_IMPORT_TROUBLES];
  struct keel_import_memo memos[KEEL_IMPORT_SPOT + 1]; /* of the fields up to there */
};

/* Whether the layout has a field, by a column or a constant. */
static inline int keel_import_given(const struct keel_import_rows *rows, enum keel_import_field field) {
  return rows->binding.columns[field] >= 0 || rows->constants[field].length > 0;
}

/* NaN is the price that both lack. */
static inline int keel_import_same_price(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

/* Too large for a stack. NULL if there is no memory. */
struct keel_import_rows *keel_import_rows_new(void);
void keel_import_rows_free(struct keel_import_rows *rows);

/* Rows of a file of this layout come next. */
keel_status keel_import_rows_bind(struct keel_import_rows *rows, const struct keel_import_layout *layout,
                                  const struct keel_csv *csv, keel_error *error);

/* Whether the contract's price was taken from beside the quotes of others, where rows may repeat it. */
int keel_import_rows_is_beside(const struct keel_import_rows *rows, const struct keel_contract *contract);

/* Takes one row (of a wide one both quotes), or drops and counts it. Errors: KEEL_STATUS_MEMORY. */
keel_status keel_import_rows_add(struct keel_import_rows *rows, const struct keel_csv_field *fields, keel_error *error);

/* For what does not come as rows of a layout: the number of a contract, whose underlying's name is copied.
 * KEEL_CONTRACT_NONE: it was there with another multiplier or exercise. Errors: KEEL_STATUS_MEMORY; KEEL_STATUS_INPUT
 * for a name that no tape takes. */
keel_status keel_import_rows_contract(struct keel_import_rows *rows, const struct keel_contract *contract, uint32_t *id,
                                      keel_error *error);
/* The spot of an underlying that is that future, which is there; the caller repeats its price beside other quotes, and
 * it ends when the future does. Errors: KEEL_STATUS_MEMORY. */
keel_status keel_import_rows_spot(struct keel_import_rows *rows, const struct keel_contract *future, uint32_t *id,
                                  keel_error *error);
/* A sound quote of such a contract; NaN: no quote on that side. Errors: KEEL_STATUS_MEMORY. */
keel_status keel_import_rows_quote(struct keel_import_rows *rows, int64_t time_ns, uint32_t id, const double *bid_ask,
                                   keel_error *error);

#endif
