/* The ledger: a row per decision of each variant on each underlying of each account, and one at its end. One table of
 * columns feeds CSV, accessors and docs. */
#ifndef KEEL_DRIVE_LEDGER_H
#define KEEL_DRIVE_LEDGER_H

#include "base/text.h"
#include "hedge/block.h"

/* A hedge instrument beyond a lane's first, as its columns of the row are for the first. */
struct keel_ledger_line {
  double target, holding, trade, price, reason;
};

enum { KEEL_LEDGER_FURTHER = KEEL_HEDGES_MAX - 1 };

struct keel_ledger_row {
  int64_t time_ns;
  uint32_t variant, underlying; /* underlying: its number among the market's */
  uint32_t account;             /* its number among the strategy's */
  double spot, book_value;
  double delta, gamma, vega, theta; /* of the book, at marking vols */
  double hedge_delta;               /* of the book, by the hedger's vol */
  double target, holding, trade, price, cost, cash, equity, pnl;
  double explain[KEEL_COMPONENT_COUNT]; /* of the time since the last row of this lane */
  double reason;                        /* enum keel_reason */
  struct keel_ledger_line further[KEEL_LEDGER_FURTHER];
  uint64_t further_count; /* those that the variant has; the others are NaN */
  double delivered;       /* units of spot, since the last row of this lane */
  double exercised;       /* contracts, by the rule of early exercise, since the last row of this lane */
};

struct keel_ledger_totals {
  uint64_t decisions, trades;
  double pnl, cost, turnover, flows, largest_book;
  double explain[KEEL_COMPONENT_COUNT];
};

struct keel_ledger {
  const struct keel_wiring *wiring;
  const uint32_t *variants; /* the strategy's numbers of the wiring's variants */
  struct keel_ledger_row *rows;
  size_t count, room;
  struct keel_ledger_row *since;             /* [underlying][variant]: what has gathered since the last row */
  struct keel_ledger_totals *totals;         /* [variant] */
  struct keel_ledger_totals *account_totals; /* [variant][account] */
  unsigned char *begun;                      /* [underlying]: its premium is counted */
  int failed;                                /* no memory: rows are missing */
};

void keel_ledger_init(struct keel_ledger *ledger, struct keel_arena *arena, const struct keel_wiring *wiring,
                      const uint32_t *variants);
void keel_ledger_fini(struct keel_ledger *ledger);

/* Takes in what the last step (or liquidation) of an underlying did, in its lane of path 0. */
void keel_ledger_record(struct keel_ledger *ledger, struct keel_block *block, size_t underlying);

struct keel_ledger_column_info {
  const char *name, *help;
  enum {
    KEEL_LEDGER_TIME,
    KEEL_LEDGER_VARIANT,
    KEEL_LEDGER_UNDERLYING,
    KEEL_LEDGER_ACCOUNT,
    KEEL_LEDGER_REASON,
    KEEL_LEDGER_INSTRUMENT,
    KEEL_LEDGER_NUMBER
  } kind;
  size_t offset;   /* of the number, or the reason, in a row */
  size_t position; /* of an instrument: among those of its lane, from 0 */
};

/* Columns of a ledger whose lanes have at most so many instruments; those beyond the first come last. */
size_t keel_ledger_column_count(size_t instruments);
struct keel_ledger_column_info keel_ledger_column_at(size_t column);

extern const char *const keel_reason_names[KEEL_REASON_COUNT];

/* FNV-1a over all rows' bits; every NaN counts as the same. */
uint64_t keel_ledger_rows_hash(const struct keel_ledger_row *rows, size_t count);

#endif
