/* What the symbol of a contract says that no column does: its underlying, that it is adjusted, that it is inverse.
 *
 * Adjusted: an OCC root with a digit (AAPL1, AAPL7) is a contract after a split, merger or spin-off, or a mini; what it
 * delivers is not in the file, so a multiplier of 100 would be wrong.
 * Inverse: quoted and settled in the coin that the option is written on. What tells it is the settlement currency, and
 * of files without one the symbol: of Deribit, `BTC-9JUN20-9875-P` is settled in BTC and `BTC_USDC-7MAR25-90000-C` in
 * USDC; OKX's `BTC-USD-210924-40000-C` in BTC; options of Binance and Bybit in a stablecoin. */
#ifndef KEEL_WORLD_IMPORT_SYMBOL_H
#define KEEL_WORLD_IMPORT_SYMBOL_H

#include "base/csv.h"
#include "world/import_layout.h"

struct keel_import_symbol {
  struct keel_csv_field underlying; /* a part of the symbol */
  int trouble;                      /* enum keel_import_trouble, KEEL_IMPORT_FINE if the contract can be taken */
  int index_is_underlying;          /* the price beside the quote is the spot index, not a future */
};

/* `venue` counts for KEEL_IMPORT_SYMBOLS_VENUE alone: the names that Tardis gives exchanges. */
struct keel_import_symbol keel_import_symbol_read(enum keel_import_symbols kind, struct keel_csv_field symbol,
                                                  struct keel_csv_field venue);

#endif
