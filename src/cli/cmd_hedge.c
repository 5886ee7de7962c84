/* keel hedge: what to trade now, why, what it costs, what stays. Runs drive/hedge.c and shows its result as a person, a
 * program or a spreadsheet reads it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "keel/hedge.h"
#include "keel/time.h"

static void print_head(const keel_hedge *hedge) {
  char time[40];
  if (keel_hedge_time(hedge) != INT64_MIN) {
    keel_time_format(keel_hedge_time(hedge), time);
    printf("to trade at the marks of %s\n", time);
  } else {
    puts("to trade at the start of the model");
  }
}

static void print_number(double number) {
  if (isfinite(number))
    printf(" %13.6g", number);
  else
    printf(" %13s", "");
}

static void print_exposures(const keel_hedge *hedge) {
  printf("\n  %-20s %13s %13s %13s\n", "exposure", "before", "after", "tolerance");
  for (size_t u = 0; u < keel_hedge_underlyings(hedge); u++)
    for (size_t e = 0; e < keel_hedge_exposures(hedge); e++) {
      char name[80];
      keel_hedge_exposure exposure = keel_hedge_exposure_at(hedge, u, e);
      if (!exposure.is_target) continue;
      const char *account = keel_hedge_account(hedge, u);
      snprintf(name, sizeof name, "%s%s%s %s", account, *account ? " " : "", keel_hedge_underlying(hedge, u),
               keel_hedge_exposure_name(hedge, e));
      printf("  %-20s", name);
      print_number(exposure.before);
      print_number(exposure.after);
      print_number(exposure.tolerance);
      printf("%s\n", exposure.is_within ? "" : "  *");
    }
}

static void print_trades(const keel_hedge *hedge) {
  printf("\n  %-32s %12s %12s %12s %12s\n", "instrument", "held", "trade", "price", "cost");
  for (size_t i = 0; i < keel_hedge_trades(hedge, 1); i++) {
    keel_hedge_trade trade = keel_hedge_trade_at(hedge, 1, i);
    const char *account = keel_hedge_account(hedge, trade.underlying);
    char name[200];
    snprintf(name, sizeof name, "%s%s%s", account, *account ? " " : "", trade.instrument);
    printf("  %-32s %12.10g", name, trade.held);
    if (trade.qty != 0)
      printf(" %+12.10g %12.6g %12.2f\n", trade.qty, trade.price, trade.cost);
    else
      printf(" %12s\n", *trade.problem ? "" : "0");
  }
  printf("  %-32s %12s %12s %12s %12.2f\n", "cost", "", "", "", keel_hedge_cost(hedge));
}

static void print_reasons(const keel_hedge *hedge) {
  putchar('\n');
  for (size_t u = 0; u < keel_hedge_underlyings(hedge); u++) printf("%s\n", keel_hedge_reason_of(hedge, u));
  if (keel_hedge_notes(hedge)) puts("\nto know:");
  for (size_t i = 0; i < keel_hedge_notes(hedge); i++) printf("  %s\n", keel_hedge_note(hedge, i));
}

static int show(struct keel_cli *cli, const keel_hedge *hedge) {
  keel_error error;
  if (cli->csv && strcmp(cli->csv, "-") == 0) {
    size_t length;
    char *text = keel_hedge_csv(hedge, &length);
    return keel_cli_put(text, length);
  }
  if (cli->csv && keel_hedge_save(hedge, cli->csv, &error) != KEEL_STATUS_OK) return keel_cli_fail(&error);
  if (cli->json) {
    char *text = keel_hedge_json(hedge);
    return keel_cli_put(text, text ? strlen(text) : 0);
  }
  print_head(hedge);
  print_exposures(hedge);
  print_trades(hedge);
  print_reasons(hedge);
  return KEEL_EXIT_DONE;
}

static int run(struct keel_cli *cli) {
  keel_error error;
  keel_strategy *strategy;
  keel_hedge *hedge;
  int status = keel_cli_strategy(cli, &strategy);
  if (status != KEEL_EXIT_DONE) return status;
  keel_hedge_options how = {.at = keel_cli_value(cli, "at"), .tick = keel_cli_tick, .tick_context = cli};
  if (keel_hedge_run(strategy, &how, &hedge, &error) == KEEL_STATUS_OK) {
    keel_cli_bar_clear();
    status = show(cli, hedge);
    keel_hedge_free(hedge);
  } else {
    status = keel_cli_fail(&error);
  }
  keel_strategy_free(strategy);
  return status;
}

static const struct keel_cli_option options[] = {
    {.name = "at", .value = "TIME", .help = "marks of then: a date is its close (default: the end of the tape)"},
    {.name = NULL},
};

const struct keel_cli_command keel_cmd_hedge = {
    .name = "hedge",
    .usage = "STRATEGY",
    .summary = "what to trade now, why, what it costs, what stays",
    .details =
        "Marks the strategy's book on its tape, at the last instant or --at TIME, or else by its model at the start, "
        "and\n"
        "says which trades in the instruments of hedge.with, in lots and within limits, bring the exposures of\n"
        "hedge.target.neutral within hedge.target.tolerance. What the book holds of an instrument is held already.\n"
        "--csv FILE writes the instruments, a row each. A * is an exposure that stays outside its tolerance.",
    .options = options,
    .takes = KEEL_CLI_TABLE | KEEL_CLI_STRATEGY,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
