/* The engines of `keel price`: closed forms, the fast approximation under cash dividends, the equation on grids. */
#ifndef KEEL_CLI_PRICE_ENGINE_H
#define KEEL_CLI_PRICE_ENGINE_H

#include "cli/option_table.h"
#include "keel/pde.h"

/* --engine, --scheme, --dividends, --nodes, --steps; all zeros but the scheme: closed forms. */
struct keel_price_engine {
  int on_grids;
  keel_american_scheme scheme; /* of American options without dividends, where there are no grids */
  size_t nodes, steps;         /* 0: the default */
  struct keel_price_dividends *lists;
  size_t list_count;
  int is_named; /* lists are of underlyings; otherwise there is one at most, of all options */
};

/* What an underlying pays. */
struct keel_price_dividends {
  char *name; /* NULL: of all options */
  size_t room;
  double *years, *cash;
  keel_dividends dividends; /* of these */
};

/* Reads the options of the command line and the file of dividends. Errors: KEEL_STATUS_INPUT, with file and line. */
keel_status keel_price_engine_open(struct keel_price_engine *engine, const struct keel_cli *cli, keel_error *error);
void keel_price_engine_close(struct keel_price_engine *engine);

/* The number of an underlying that pays; that of lists, where it has none. */
size_t keel_price_engine_underlying(const struct keel_price_engine *engine, struct keel_csv_field name);

/* out[i][row]: the eleven of keel_greeks, then the error of the price, which is NaN where the engine has none. American
 * options under dividends are always solved on grids. */
void keel_price_engine_solve(const struct keel_price_engine *engine, size_t count, struct keel_option_run run,
                             const keel_options *options, double *const *out);
/* Why a row of finite numbers has no result. */
const char *keel_price_engine_problem(const struct keel_price_engine *engine, const keel_option *option,
                                      struct keel_option_run run, double spot, double vol);

#endif
