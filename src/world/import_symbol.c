#include "world/import_symbol.h"

#include <string.h>

#include "world/import_rows.h"

static struct keel_import_symbol refused(int trouble) { return (struct keel_import_symbol){.trouble = trouble}; }

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static struct keel_import_symbol read_root(struct keel_csv_field root) {
  if (root.length == 0) return refused(KEEL_IMPORT_BAD_SYMBOL);
  for (size_t i = 0; i < root.length; i++)
    if (is_digit(root.text[i])) return refused(KEEL_IMPORT_ADJUSTED);
  return (struct keel_import_symbol){.underlying = root};
}

/* Root, yymmdd, C or P, eight digits; Polygon writes `O:` before it. */
static struct keel_import_symbol read_occ(struct keel_csv_field symbol) {
  enum { TAIL = 15, KIND = 6 };
  if (symbol.length > 2 && memcmp(symbol.text, "O:", 2) == 0) symbol.text += 2, symbol.length -= 2;
  if (symbol.length <= TAIL) return refused(KEEL_IMPORT_BAD_SYMBOL);
  const char *tail = symbol.text + symbol.length - TAIL;
  for (int i = 0; i < TAIL; i++)
    if (i == KIND ? tail[i] != 'C' && tail[i] != 'P' : !is_digit(tail[i])) return refused(KEEL_IMPORT_BAD_SYMBOL);
  struct keel_csv_field root = {symbol.text, symbol.length - TAIL};
  while (root.length && root.text[root.length - 1] == ' ') root.length--;
  return read_root(root);
}

/* The part before the first dash. */
static struct keel_csv_field first_part(struct keel_csv_field symbol) {
  const char *dash = symbol.length ? memchr(symbol.text, '-', symbol.length) : NULL;
  return (struct keel_csv_field){symbol.text, dash ? (size_t)(dash - symbol.text) : 0};
}

static struct keel_import_symbol read_linear(struct keel_csv_field symbol) {
  struct keel_csv_field underlying = first_part(symbol);
  if (underlying.length == 0) return refused(KEEL_IMPORT_BAD_SYMBOL);
  return (struct keel_import_symbol){.underlying = underlying};
}

static struct keel_import_symbol read_deribit(struct keel_csv_field symbol) {
  struct keel_import_symbol read = read_linear(symbol);
  if (!read.trouble && !memchr(read.underlying.text, '_', read.underlying.length)) read.trouble = KEEL_IMPORT_INVERSE;
  return read;
}

static struct keel_import_symbol read_inverse(struct keel_csv_field symbol) {
  (void)symbol;
  return refused(KEEL_IMPORT_INVERSE);
}

static struct keel_import_symbol read_venue(struct keel_csv_field symbol, struct keel_csv_field venue) {
  static const struct {
    const char *name;
    struct keel_import_symbol (*read)(struct keel_csv_field symbol);
    int index_is_underlying;
  } venues[] = {{"deribit", read_deribit, 0},
                {"okex-options", read_inverse, 0},
                {"bybit-options", read_linear, 0},
                {"binance-european-options", read_linear, 1}};
  for (size_t i = 0; i < sizeof venues / sizeof *venues; i++) {
    if (!keel_csv_is(venue, venues[i].name)) continue;
    struct keel_import_symbol read = venues[i].read(symbol);
    read.index_is_underlying = venues[i].index_is_underlying;
    return read;
  }
  return refused(KEEL_IMPORT_UNKNOWN_VENUE);
}

struct keel_import_symbol keel_import_symbol_read(enum keel_import_symbols kind, struct keel_csv_field symbol,
                                                  struct keel_csv_field venue) {
  switch (kind) {
    case KEEL_IMPORT_SYMBOLS_OCC:
      return read_occ(symbol);
    case KEEL_IMPORT_SYMBOLS_ROOT:
      return read_root(symbol);
    case KEEL_IMPORT_SYMBOLS_DERIBIT:
      return read_deribit(symbol);
    case KEEL_IMPORT_SYMBOLS_VENUE:
      return read_venue(symbol, venue);
    default:
      return refused(KEEL_IMPORT_FINE);
  }
}
