#include "world/import_layout.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"

static const char *const field_names[KEEL_IMPORT_FIELDS] = {
    [KEEL_IMPORT_UNDERLYING] = "underlying",
    [KEEL_IMPORT_KIND] = "kind",
    [KEEL_IMPORT_TIME] = "time",
    [KEEL_IMPORT_EXPIRY] = "expiry",
    [KEEL_IMPORT_EXERCISE] = "exercise",
    [KEEL_IMPORT_SPOT] = "spot",
    [KEEL_IMPORT_SPOT_BID] = "spot_bid",
    [KEEL_IMPORT_SPOT_ASK] = "spot_ask",
    [KEEL_IMPORT_STRIKE] = "strike",
    [KEEL_IMPORT_BID] = "bid",
    [KEEL_IMPORT_ASK] = "ask",
    [KEEL_IMPORT_MULTIPLIER] = "multiplier",
    [KEEL_IMPORT_PUT_BID] = "put_bid",
    [KEEL_IMPORT_PUT_ASK] = "put_ask",
    [KEEL_IMPORT_FUTURE] = "future",
    [KEEL_IMPORT_SPOT_TIME] = "spot_time",
    [KEEL_IMPORT_MADE] = "made",
    [KEEL_IMPORT_LAST_TRADE] = "last_trade",
    [KEEL_IMPORT_SYMBOL] = "symbol",
    [KEEL_IMPORT_VENUE] = "venue",
};

/* One row per known layout; docs/data.md says where each comes from, and its traps. */
static const struct keel_import_layout layouts[] = {
    {.name = "historicaloptiondata, lower-case names",
     .columns = {[KEEL_IMPORT_UNDERLYING] = "underlying",
                 [KEEL_IMPORT_SPOT] = "underlying_last",
                 [KEEL_IMPORT_KIND] = "type",
                 [KEEL_IMPORT_EXPIRY] = "expiration",
                 [KEEL_IMPORT_TIME] = "quotedate",
                 [KEEL_IMPORT_STRIKE] = "strike",
                 [KEEL_IMPORT_BID] = "bid",
                 [KEEL_IMPORT_ASK] = "ask"},
     .constants = {[KEEL_IMPORT_MULTIPLIER] = "100"},
     .calendar = "nyse",
     .dates = KEEL_IMPORT_MDY,
     .exercise_by_name = 1},
    {.name = "historicaloptiondata, names as one word",
     .columns = {[KEEL_IMPORT_UNDERLYING] = "UnderlyingSymbol",
                 [KEEL_IMPORT_SPOT] = "UnderlyingPrice",
                 [KEEL_IMPORT_KIND] = "Type",
                 [KEEL_IMPORT_EXPIRY] = "Expiration",
                 [KEEL_IMPORT_TIME] = "DataDate",
                 [KEEL_IMPORT_STRIKE] = "Strike",
                 [KEEL_IMPORT_BID] = "Bid",
                 [KEEL_IMPORT_ASK] = "Ask"},
     .constants = {[KEEL_IMPORT_MULTIPLIER] = "100"},
     .calendar = "nyse",
     .dates = KEEL_IMPORT_MDY,
     .exercise_by_name = 1},
    {.name = "Cboe DataShop end of day",
     .columns = {[KEEL_IMPORT_UNDERLYING] = "underlying_symbol",
                 [KEEL_IMPORT_SPOT_BID] = "underlying_bid_eod",
                 [KEEL_IMPORT_SPOT_ASK] = "underlying_ask_eod",
                 [KEEL_IMPORT_KIND] = "option_type",
                 [KEEL_IMPORT_EXPIRY] = "expiration",
                 [KEEL_IMPORT_TIME] = "quote_date",
                 [KEEL_IMPORT_STRIKE] = "strike",
                 [KEEL_IMPORT_BID] = "bid_eod",
                 [KEEL_IMPORT_ASK] = "ask_eod",
                 [KEEL_IMPORT_SYMBOL] = "root"},
     .constants = {[KEEL_IMPORT_MULTIPLIER] = "100"},
     .calendar = "nyse",
     .symbols = KEEL_IMPORT_SYMBOLS_ROOT,
     .exercise_by_name = 1},
    {.name = "OptionsDX, a call and a put in a row",
     .columns = {[KEEL_IMPORT_SPOT] = "[UNDERLYING_LAST]",
                 [KEEL_IMPORT_EXPIRY] = "[EXPIRE_DATE]",
                 [KEEL_IMPORT_TIME] = "[QUOTE_UNIXTIME]",
                 [KEEL_IMPORT_STRIKE] = "[STRIKE]",
                 [KEEL_IMPORT_BID] = "[C_BID]",
                 [KEEL_IMPORT_ASK] = "[C_ASK]",
                 [KEEL_IMPORT_PUT_BID] = "[P_BID]",
                 [KEEL_IMPORT_PUT_ASK] = "[P_ASK]"},
     .constants = {[KEEL_IMPORT_MULTIPLIER] = "100"},
     .calendar = "nyse",
     .epoch = KEEL_IMPORT_EPOCH_S,
     .exercise_by_name = 1,
     .underlying_from_file = 1},
    {.name = "OptionsDX, Deribit",
     .columns = {[KEEL_IMPORT_FUTURE] = "[UNDERLYING_PRICE]",
                 [KEEL_IMPORT_KIND] = "[OPTION_RIGHT]",
                 [KEEL_IMPORT_EXPIRY] = "[EXPIRY_UNIX]",
                 [KEEL_IMPORT_TIME] = "[QUOTE_UNIXTIME]",
                 [KEEL_IMPORT_STRIKE] = "[STRIKE]",
                 [KEEL_IMPORT_BID] = "[BID_PRICE]",
                 [KEEL_IMPORT_ASK] = "[ASK_PRICE]",
                 [KEEL_IMPORT_MULTIPLIER] = "[CONTRACT_SIZE]",
                 [KEEL_IMPORT_SYMBOL] = "[INSTRUMENT_NAME]"},
     .constants = {[KEEL_IMPORT_EXERCISE] = "european"},
     .calendar = "utc",
     .epoch = KEEL_IMPORT_EPOCH_S,
     .symbols = KEEL_IMPORT_SYMBOLS_DERIBIT},
    {.name = "Tardis options_chain",
     .columns = {[KEEL_IMPORT_FUTURE] = "underlying_price",
                 [KEEL_IMPORT_KIND] = "type",
                 [KEEL_IMPORT_EXPIRY] = "expiration",
                 [KEEL_IMPORT_TIME] = "local_timestamp",
                 [KEEL_IMPORT_MADE] = "timestamp",
                 [KEEL_IMPORT_STRIKE] = "strike_price",
                 [KEEL_IMPORT_BID] = "bid_price",
                 [KEEL_IMPORT_ASK] = "ask_price",
                 [KEEL_IMPORT_SYMBOL] = "symbol",
                 [KEEL_IMPORT_VENUE] = "exchange"},
     .constants = {[KEEL_IMPORT_EXERCISE] = "european", [KEEL_IMPORT_MULTIPLIER] = "1"},
     .calendar = "utc",
     .epoch = KEEL_IMPORT_EPOCH_US,
     .symbols = KEEL_IMPORT_SYMBOLS_VENUE},
    {.name = "Alpaca chains",
     .columns = {[KEEL_IMPORT_UNDERLYING] = "underlying",
                 [KEEL_IMPORT_SPOT] = "und_close",
                 [KEEL_IMPORT_KIND] = "type",
                 [KEEL_IMPORT_EXPIRY] = "expiration",
                 [KEEL_IMPORT_TIME] = "capture_ts",
                 [KEEL_IMPORT_STRIKE] = "strike",
                 [KEEL_IMPORT_BID] = "bid",
                 [KEEL_IMPORT_ASK] = "ask",
                 [KEEL_IMPORT_SYMBOL] = "symbol"},
     .constants = {[KEEL_IMPORT_MULTIPLIER] = "100"},
     .calendar = "nyse",
     .symbols = KEEL_IMPORT_SYMBOLS_OCC,
     .times_are_utc = 1,
     .exercise_by_name = 1},
    {.name = "Yahoo chains",
     .columns = {[KEEL_IMPORT_SPOT] = "spot_price",
                 [KEEL_IMPORT_KIND] = "type",
                 [KEEL_IMPORT_EXPIRY] = "expiration",
                 [KEEL_IMPORT_TIME] = "snap_date",
                 [KEEL_IMPORT_STRIKE] = "strike",
                 [KEEL_IMPORT_BID] = "bid",
                 [KEEL_IMPORT_ASK] = "ask",
                 [KEEL_IMPORT_MULTIPLIER] = "contractSize",
                 [KEEL_IMPORT_LAST_TRADE] = "lastTradeDate",
                 [KEEL_IMPORT_SYMBOL] = "contractSymbol"},
     .calendar = "nyse",
     .symbols = KEEL_IMPORT_SYMBOLS_OCC,
     .exercise_by_name = 1},
    {.name = "Polygon snapshot",
     .columns = {[KEEL_IMPORT_UNDERLYING] = "underlying",
                 [KEEL_IMPORT_SPOT] = "underlying_price",
                 [KEEL_IMPORT_SPOT_TIME] = "underlying_time_utc",
                 [KEEL_IMPORT_KIND] = "type",
                 [KEEL_IMPORT_EXPIRY] = "expiration",
                 [KEEL_IMPORT_TIME] = "quote_time_utc",
                 [KEEL_IMPORT_STRIKE] = "strike",
                 [KEEL_IMPORT_BID] = "bid",
                 [KEEL_IMPORT_ASK] = "ask",
                 [KEEL_IMPORT_EXERCISE] = "exercise_style",
                 [KEEL_IMPORT_MULTIPLIER] = "shares_per_contract",
                 [KEEL_IMPORT_LAST_TRADE] = "last_trade_time_utc",
                 [KEEL_IMPORT_SYMBOL] = "ticker"},
     .calendar = "nyse",
     .symbols = KEEL_IMPORT_SYMBOLS_OCC,
     .times_are_utc = 1},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* Files that look like option data and hold no quotes of options. */
static const struct {
  const char *columns[3], *what;
} refused[] = {
    {{"#expiry", "right", "implied_volatility"}, "the trades of a day (Lean universe): open, high, low and close"},
    {{"is_snapshot", "side", "amount"}, "an order book, level by level (Tardis incremental_book_L2)"},
    {{"open", "high", "low"}, "bars of trades: open, high, low and close"},
    {{"Open", "High", "Low"}, "bars of trades: open, high, low and close"},
};
enum { REFUSED = sizeof refused / sizeof *refused };

const char *keel_import_field_name(enum keel_import_field field) { return field_names[field]; }

/* How many of the layout's columns the header lacks; `first` is the first of them. */
static int lacking(const struct keel_csv *csv, const struct keel_import_layout *layout, const char **first) {
  int count = 0;
  for (int field = 0; field < KEEL_IMPORT_FIELDS; field++) {
    const char *name = layout->columns[field];
    if (!name || keel_csv_find(csv, name) >= 0) continue;
    if (count++ == 0) *first = name;
  }
  return count;
}

static keel_status refuse_if_known(const struct keel_csv *csv, keel_error *error) {
  for (int i = 0; i < REFUSED; i++) {
    int found = 1;
    for (int k = 0; k < 3; k++) found &= keel_csv_find(csv, refused[i].columns[k]) >= 0;
    if (found)
      return keel_fail_at(error, keel_csv_path(csv), 1, "header", "this is %s; it has no bid and ask of options",
                          refused[i].what);
  }
  return KEEL_STATUS_OK;
}

/* `nearest` is the layout of which the header has most, but for `column` and others, `missing` in all. */
static keel_status refuse_unknown(const struct keel_csv *csv, int nearest, const char *column, int missing,
                                  keel_error *error) {
  enum { NEAR = 2 };
  if (keel_csv_columns(csv) == 1)
    return keel_fail_at(error, keel_csv_path(csv), 1, "header", "has a single column: this is no CSV of option quotes");
  char known[LAYOUTS * 40], near[120] = "";
  size_t used = 0;
  for (int i = 0; i < LAYOUTS; i++)
    used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? "; " : "", layouts[i].name);
  if (missing <= NEAR) snprintf(near, sizeof near, "for %s there is no column `%s`; ", layouts[nearest].name, column);
  return keel_fail_at(error, keel_csv_path(csv), 1, "header",
                      "no known layout; %sknown are %s; others need a column map (--map)", near, known);
}

keel_status keel_import_layout_recognise(const struct keel_csv *csv, const struct keel_import_layout **layout,
                                         keel_error *error) {
  int nearest = 0, fewest = KEEL_IMPORT_FIELDS;
  const char *column = "";
  for (int i = 0; i < LAYOUTS; i++) {
    const char *first = NULL;
    int count = lacking(csv, &layouts[i], &first);
    *layout = &layouts[i];
    if (count == 0) return KEEL_STATUS_OK;
    if (count >= fewest) continue;
    fewest = count;
    nearest = i;
    column = first;
  }
  *layout = NULL;
  keel_status status = refuse_if_known(csv, error);
  return status ? status : refuse_unknown(csv, nearest, column, fewest, error);
}

keel_status keel_import_layout_bind(const struct keel_import_layout *layout, const struct keel_csv *csv,
                                    struct keel_import_binding *binding, keel_error *error) {
  for (int field = 0; field < KEEL_IMPORT_FIELDS; field++) {
    const char *name = layout->columns[field];
    binding->columns[field] = name ? keel_csv_find(csv, name) : -1;
    if (!name) continue;
    if (binding->columns[field] < 0)
      return keel_fail_at(error, keel_csv_path(csv), 1, name, "the header has no such column, which holds the %s",
                          field_names[field]);
    struct keel_csv_field found = keel_csv_name(csv, (size_t)binding->columns[field]);
    for (size_t i = (size_t)binding->columns[field] + 1; i < keel_csv_columns(csv); i++) {
      struct keel_csv_field other = keel_csv_name(csv, i);
      if (other.length == found.length && memcmp(other.text, found.text, found.length) == 0)
        return keel_fail_at(error, keel_csv_path(csv), 1, name, "the header has this column twice");
    }
  }
  return KEEL_STATUS_OK;
}

const char *keel_import_underlying_of_file(struct keel_arena *arena, const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *end = strstr(name, "_eod_");
  if (!end || end == name) return NULL;
  char *underlying = keel_arena_text(arena, name, (size_t)(end - name));
  for (char *at = underlying; *at; at++) {
    if (*at >= 'a' && *at <= 'z') *at = (char)(*at - 'a' + 'A');
    if (!((*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') || *at == '.')) return NULL;
  }
  return underlying;
}

int keel_import_is_european(const char *underlying) {
  static const char *const indices[] = {"SPX", "SPXW", "XSP", "NDX",  "NDXP", "XND",
                                        "VIX", "VIXW", "RUT", "RUTW", "MRUT", "DJX"};
  if (*underlying == '^' || *underlying == '$') underlying++;
  for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
    if (strcmp(underlying, indices[i]) == 0) return 1;
  return 0;
}

int keel_import_settles_at_open(struct keel_csv_field root) {
  static const char *const roots[] = {"SPX", "NDX", "RUT", "DJX", "VIX", "VIXW"};
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
    if (strlen(roots[i]) == root.length && memcmp(roots[i], root.text, root.length) == 0) return 1;
  return 0;
}
