/* The names of QuantConnect Lean's data: folders say the asset, the market and the resolution, a zip's name the day and
 * whether it holds quotes, an entry's name the contract.
 *
 *   equity/usa/minute/aapl/20140606_quote.zip                  20140606_aapl_minute_quote.csv
 *   equity/usa/daily/aapl.zip                                  aapl.csv
 *   option/usa/minute/goog/20151224_quote_american.zip 20151224_goog_minute_quote_american_call_7500000_20160115.csv
 *   option/usa/daily/aapl_2014_quote_american.zip              aapl_quote_american_call_6450000_20140621.csv
 *   future/cme/minute/es/20200106_quote.zip                    20200106_es_minute_quote_202003.csv
 *   futureoption/cme/minute/es/202003/20200106_quote_american.zip
 *                                                20200106_es_minute_quote_american_put_32000000_20200320.csv
 *
 * The underlying of an option on a future is that future, named by its code (ESH20: ES of March 2020), whose price is
 * its spot; the future itself is a contract on it too. So one future is one underlying. */
#ifndef KEEL_WORLD_IMPORT_LEAN_NAME_H
#define KEEL_WORLD_IMPORT_LEAN_NAME_H

#include "book/calendar.h"
#include "book/contract.h"

enum keel_lean_asset { KEEL_LEAN_EQUITY, KEEL_LEAN_OPTION, KEEL_LEAN_FUTURE, KEEL_LEAN_FUTURE_OPTION };

enum { KEEL_LEAN_SYMBOL_MAX = 24 };

/* What a future is beside its month. */
struct keel_lean_root {
  const char *market, *symbol;
  double multiplier;
};

/* A zip, by its path. */
struct keel_lean_file {
  enum keel_lean_asset asset;
  char market[KEEL_LEAN_SYMBOL_MAX];
  char symbol[KEEL_LEAN_SYMBOL_MAX]; /* lower case, as the folder has it */
  const char *zone;                  /* of the times in it */
  double scale;                      /* prices in it are this many times too large */
  int is_daily, has_quotes;
  int32_t days;                      /* of minute files: the date */
  int year, month;                   /* of the future under options on futures */
  enum keel_exercise exercise;       /* of options */
  const struct keel_lean_root *root; /* of futures and their options */
};

/* What an entry holds: a contract whose underlying's name stands in `underlying`. */
struct keel_lean_entry {
  char underlying[KEEL_LEAN_SYMBOL_MAX + 4];
  struct keel_contract contract;
};

/* Errors (KEEL_STATUS_INPUT with the path): folders or names that are not as above; what is not read: ticks, seconds,
 * hours, open interest, other assets and markets, futures whose multiplier is not known. */
keel_status keel_lean_file_parse(const char *path, struct keel_lean_file *file, keel_error *error);

/* What is wrong with an entry's name, said in words; NULL if it is right. The calendar says when dates end. */
const char *keel_lean_entry_parse(const struct keel_lean_file *file, const struct keel_calendar *calendar,
                                  const char *name, struct keel_lean_entry *entry);

/* Whether both hold the same contracts, be it quotes or trades. */
int keel_lean_file_same(const struct keel_lean_file *a, const struct keel_lean_file *b);

#endif
