#include "world/import_symbol.h"

#include <string.h>

#include "support/support.h"
#include "world/import_rows.h"

static struct keel_csv_field field(const char *text) { return (struct keel_csv_field){text, strlen(text)}; }

/* A symbol, its venue, and what it says: an underlying, or what is the matter. */
static void symbols_say_what_no_column_does(void **state) {
  (void)state;
  static const struct {
    enum keel_import_symbols kind;
    const char *symbol, *venue, *underlying;
    int trouble;
  } cases[] = {
      {KEEL_IMPORT_SYMBOLS_OCC, "ABC260415C00175000", "", "ABC", 0},
      {KEEL_IMPORT_SYMBOLS_OCC, "O:ABC260415P00175000", "", "ABC", 0},
      {KEEL_IMPORT_SYMBOLS_OCC, "ABC   260415P00175000", "", "ABC", 0},
      {KEEL_IMPORT_SYMBOLS_OCC, "ABC1260415C00175000", "", NULL, KEEL_IMPORT_ADJUSTED},
      {KEEL_IMPORT_SYMBOLS_OCC, "260415C00175000", "", NULL, KEEL_IMPORT_BAD_SYMBOL},
      {KEEL_IMPORT_SYMBOLS_OCC, "   260415C00175000", "", NULL, KEEL_IMPORT_BAD_SYMBOL},
      {KEEL_IMPORT_SYMBOLS_OCC, "ABC260415X00175000", "", NULL, KEEL_IMPORT_BAD_SYMBOL},
      {KEEL_IMPORT_SYMBOLS_OCC, "ABC260415C0017500O", "", NULL, KEEL_IMPORT_BAD_SYMBOL},
      {KEEL_IMPORT_SYMBOLS_OCC, "", "", NULL, KEEL_IMPORT_BAD_SYMBOL},
      {KEEL_IMPORT_SYMBOLS_OCC, "O:", "", NULL, KEEL_IMPORT_BAD_SYMBOL},
      {KEEL_IMPORT_SYMBOLS_ROOT, "SPXW", "", "SPXW", 0},
      {KEEL_IMPORT_SYMBOLS_ROOT, "ABC7", "", NULL, KEEL_IMPORT_ADJUSTED},
      {KEEL_IMPORT_SYMBOLS_ROOT, "", "", NULL, KEEL_IMPORT_BAD_SYMBOL},
      {KEEL_IMPORT_SYMBOLS_DERIBIT, "BTC-1JAN30-30000-C", "", NULL, KEEL_IMPORT_INVERSE},
      {KEEL_IMPORT_SYMBOLS_DERIBIT, "SOL_USDC-1JAN30-150-C", "", "SOL_USDC", 0},
      {KEEL_IMPORT_SYMBOLS_DERIBIT, "BTC", "", NULL, KEEL_IMPORT_BAD_SYMBOL},
      {KEEL_IMPORT_SYMBOLS_DERIBIT, "-1JAN30", "", NULL, KEEL_IMPORT_BAD_SYMBOL},
      {KEEL_IMPORT_SYMBOLS_DERIBIT, "", "", NULL, KEEL_IMPORT_BAD_SYMBOL},
      {KEEL_IMPORT_SYMBOLS_VENUE, "ETH-1JAN30-3000-P", "deribit", NULL, KEEL_IMPORT_INVERSE},
      {KEEL_IMPORT_SYMBOLS_VENUE, "ETH_USDC-1JAN30-3000-P", "deribit", "ETH_USDC", 0},
      {KEEL_IMPORT_SYMBOLS_VENUE, "BTC-USD-300101-40000-C", "okex-options", NULL, KEEL_IMPORT_INVERSE},
      {KEEL_IMPORT_SYMBOLS_VENUE, "BTC-1JAN30-40000-C", "bybit-options", "BTC", 0},
      {KEEL_IMPORT_SYMBOLS_VENUE, "BTC-300101-40000-C", "binance-european-options", "BTC", 0},
      {KEEL_IMPORT_SYMBOLS_VENUE, "BTC-300101-40000-C", "elsewhere", NULL, KEEL_IMPORT_UNKNOWN_VENUE},
      {KEEL_IMPORT_SYMBOLS_VENUE, "BTC-300101-40000-C", "", NULL, KEEL_IMPORT_UNKNOWN_VENUE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct keel_import_symbol read =
        keel_import_symbol_read(cases[i].kind, field(cases[i].symbol), field(cases[i].venue));
    if (read.trouble != cases[i].trouble) fail_msg("case %zu: trouble %d", i, read.trouble);
    if (cases[i].underlying && !keel_csv_is(read.underlying, cases[i].underlying))
      fail_msg("case %zu: underlying %.*s", i, (int)read.underlying.length, read.underlying.text);
  }
}

static void a_venue_may_give_the_index_for_the_future(void **state) {
  (void)state;
  const struct keel_csv_field symbol = field("BTC-300101-40000-C");
  assert_false(keel_import_symbol_read(KEEL_IMPORT_SYMBOLS_VENUE, symbol, field("bybit-options")).index_is_underlying);
  assert_true(keel_import_symbol_read(KEEL_IMPORT_SYMBOLS_VENUE, symbol, field("binance-european-options"))
                  .index_is_underlying);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(symbols_say_what_no_column_does),
      cmocka_unit_test(a_venue_may_give_the_index_for_the_future),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
