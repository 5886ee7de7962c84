/* Splits, from a factor file of QuantConnect Lean (equity/usa/factor_files/aapl.csv): what was quoted before a split is
 * put into the terms of after it, so that a tape has one price and one set of contracts throughout.
 *
 * A row is DATE,PRICE_FACTOR,SPLIT_FACTOR[,CLOSE] and holds up to its date, in order of dates: where the split factor
 * changes, the next day begins with a split, of as many shares for one as the factors' ratio. Of a split by a whole
 * number, prices and strikes are divided by it, strikes to the cent as the clearing house does; one contract before is
 * that many after. Only the splits between the underlying's first quote and its last count; dividends do not. */
#ifndef KEEL_WORLD_IMPORT_SPLITS_H
#define KEEL_WORLD_IMPORT_SPLITS_H

#include "world/import_rows.h"

/* Whether a path is one of a factor file: FOLDER/factor_files/SYMBOL.csv. */
int keel_import_splits_is(const char *path);

/* Adjusts the quotes that the rows hold now, counts them, and notes the splits for the tape. Errors (KEEL_STATUS_INPUT,
 * with file:line): a row that does not read, or whose date is not later than the one before; a split that counts and is
 * by no whole number. An underlying without quotes, or one whose splits were applied already. KEEL_STATUS_MEMORY. */
keel_status keel_import_splits_apply(struct keel_import_rows *rows, const char *path, keel_error *error);
/* The same by a text in memory; the path says whose it is. */
keel_status keel_import_splits_apply_bytes(struct keel_import_rows *rows, const char *path, const char *text,
                                           size_t size, keel_error *error);

#endif
