/* Reading the book's own trades: fills as a list of maps in a strategy, or as the rows of a CSV with the same names as
 * columns (row_maps.h).
 *
 * Each has an id. A fill that is there again, the same in all that it says, is left out and counted; another one of the
 * same id is refused, as is a contract with two multipliers, exercises or settlements, here or in the book. */
#ifndef KEEL_BOOK_TRADES_READ_H
#define KEEL_BOOK_TRADES_READ_H

#include "base/csv.h"
#include "book/field_types.h"
#include "book/trade.h"

/* The fields of a fill; they are read into a keel_trade. */
extern const struct keel_config_field keel_trade_fields[];

/* `node` is a list of fills, or {file: PATH}; `book` is what is held before them. */
keel_status keel_trades_read(struct keel_config_reader *reader, const struct keel_config_node *node,
                             const struct keel_book *book, struct keel_trades *trades);

/* The same from a CSV that is open; `file` says what it is. */
keel_status keel_trades_read_csv(struct keel_config_reader *reader, struct keel_csv *csv, const char *file,
                                 const struct keel_book *book, struct keel_trades *trades);

#endif
