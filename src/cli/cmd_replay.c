/* keel replay: the rule on a tape. Runs drive/replay.c and shows its result as a person, a program or a spreadsheet
 * reads it. */
#include <string.h>

#include "cli/cli.h"
#include "cli/watch.h"
#include "keel/replay.h"

enum { SIDE_BY_SIDE = 5, NAME = 14 }; /* variants in one block of the table, and how wide */

/* Variants first .. end-1 of the result. */
struct columns {
  const keel_replay *replay;
  size_t first, end;
};

static keel_replay_totals totals_of(const struct columns *columns, size_t variant) {
  keel_replay_totals totals;
  keel_replay_total(columns->replay, variant, &totals);
  return totals;
}

static void print_money(const char *name, const struct columns *columns, double (*of)(keel_replay_totals)) {
  printf("  %-14s", name);
  for (size_t v = columns->first; v < columns->end; v++) printf(" %*.2f", NAME, of(totals_of(columns, v)));
  putchar('\n');
}
static double pnl_of(keel_replay_totals totals) { return totals.pnl; }
static double cost_of(keel_replay_totals totals) { return totals.cost; }
static double turnover_of(keel_replay_totals totals) { return totals.turnover; }

static void print_count(const char *name, const struct columns *columns, uint64_t (*of)(keel_replay_totals)) {
  printf("  %-14s", name);
  for (size_t v = columns->first; v < columns->end; v++)
    printf(" %*llu", NAME, (unsigned long long)of(totals_of(columns, v)));
  putchar('\n');
}
static uint64_t trades_of(keel_replay_totals totals) { return totals.trades; }
static uint64_t decisions_of(keel_replay_totals totals) { return totals.decisions; }

/* A component that is zero in every variant of the block is left out. */
static void print_component(const struct columns *columns, size_t component) {
  int any = 0;
  for (size_t v = columns->first; v < columns->end; v++)
    any |= keel_replay_explained(columns->replay, v, component) != 0;
  if (!any) return;
  printf("    %-12s", keel_explain_name(component));
  for (size_t v = columns->first; v < columns->end; v++)
    printf(" %*.2f", NAME, keel_replay_explained(columns->replay, v, component));
  putchar('\n');
}

/* What is named nothing needs a word here. */
static const char *account_named(const keel_replay *replay, size_t account) {
  const char *name = keel_replay_account(replay, account);
  return *name ? name : "(no account)";
}

static void print_account(const struct columns *columns, size_t account) {
  static const char *const names[] = {"P&L", "cost", "trades"};
  printf("  %.60s\n", account_named(columns->replay, account));
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    printf("    %-12s", names[k]);
    for (size_t v = columns->first; v < columns->end; v++) {
      keel_replay_totals totals;
      keel_replay_account_total(columns->replay, v, account, &totals);
      if (k == 2)
        printf(" %*llu", NAME, (unsigned long long)totals.trades);
      else
        printf(" %*.2f", NAME, k ? totals.cost : totals.pnl);
    }
    putchar('\n');
  }
}

static void print_block(const struct columns *columns) {
  printf("\n  %-14s", "");
  for (size_t v = columns->first; v < columns->end; v++)
    printf(" %*.*s", NAME, NAME, keel_replay_variant(columns->replay, v));
  putchar('\n');
  print_money("P&L", columns, pnl_of);
  for (size_t c = 0; c < keel_explain_components(); c++) print_component(columns, c);
  print_money("cost", columns, cost_of);
  print_money("turnover", columns, turnover_of);
  print_count("trades", columns, trades_of);
  print_count("decisions", columns, decisions_of);
  for (size_t a = 0; a < keel_replay_accounts(columns->replay); a++) print_account(columns, a);
}

static void print_table(const keel_replay *replay) {
  size_t variants = keel_replay_variants(replay);
  printf("%llu quotes at %llu instants, %zu ledger rows; money is for the whole book\n",
         (unsigned long long)keel_replay_events(replay), (unsigned long long)keel_replay_instants(replay),
         keel_ledger_rows(replay));
  for (size_t first = 0; first < variants; first += SIDE_BY_SIDE) {
    size_t end = first + SIDE_BY_SIDE < variants ? first + SIDE_BY_SIDE : variants;
    print_block(&(struct columns){replay, first, end});
  }
}

static void print_remarks(const keel_replay *replay) {
  if (keel_replay_problems(replay)) puts("\nabout the data:");
  for (size_t i = 0; i < keel_replay_problems(replay); i++) {
    uint64_t count;
    const char *kind = keel_replay_problem(replay, i, &count);
    printf("  %-20s %10llu\n", kind, (unsigned long long)count);
  }
  if (keel_replay_notes(replay)) puts("\nto know:");
  for (size_t i = 0; i < keel_replay_notes(replay); i++) printf("  %s\n", keel_replay_note(replay, i));
}

static int print_fields(void) {
  char *text = keel_strategy_document();
  return keel_cli_put(text, text ? strlen(text) : 0);
}

static int print_ledger(const keel_replay *replay) {
  size_t length;
  char *text = keel_ledger_csv(replay, &length);
  return keel_cli_put(text, length);
}

static int show(struct keel_cli *cli, const keel_replay *replay) {
  keel_error error;
  if (cli->csv && strcmp(cli->csv, "-") == 0) return print_ledger(replay);
  if (cli->csv && keel_ledger_save(replay, cli->csv, &error) != KEEL_STATUS_OK) return keel_cli_fail(&error);
  if (cli->json) {
    char *text = keel_replay_json(replay);
    return keel_cli_put(text, text ? strlen(text) : 0);
  }
  print_table(replay);
  print_remarks(replay);
  return KEEL_EXIT_DONE;
}

static int run(struct keel_cli *cli) {
  keel_error error;
  if (keel_cli_value(cli, "help-fields")) return print_fields();
  if (cli->operand_count == 0) return keel_cli_usage(cli, "no STRATEGY");
  keel_strategy *strategy;
  int is_watched, status = keel_cli_watch_check(cli, &is_watched);
  if (status == KEEL_EXIT_DONE) status = keel_cli_strategy(cli, &strategy);
  if (status != KEEL_EXIT_DONE) return status;
  keel_replay_options how = {.threads = cli->threads, .tick = keel_cli_tick, .tick_context = cli};
  keel_replay *replay = NULL;
  keel_status outcome = KEEL_STATUS_OK;
  if (is_watched) {
    how.tick = keel_cli_watch_tick;
    how.watch = keel_cli_watch_point;
    outcome = keel_cli_watch_open(cli, strategy, "P&L", "cost", &error);
  }
  if (!outcome) outcome = keel_replay_run(strategy, &how, &replay, &error);
  keel_cli_watch_close(!outcome);
  if (!outcome) {
    keel_cli_bar_clear();
    status = show(cli, replay);
    keel_replay_free(replay);
  } else {
    status = keel_cli_fail(&error);
  }
  keel_strategy_free(strategy);
  return status;
}

static const struct keel_cli_option options[] = {
    {.name = "watch", .help = "show how the P&L comes about while it runs, as sparklines"},
    {.name = "help-fields", .help = "print every field of a strategy: unit, what is allowed, default"},
    {.name = NULL},
};

const struct keel_cli_command keel_cmd_replay = {
    .name = "replay",
    .usage = "STRATEGY",
    .summary = "the rule on a recorded market: ledger, P&L and what explains it",
    .details =
        "Runs the tape that the strategy names under its rule and each of its variants. --csv FILE writes the ledger:\n"
        "a row per decision, also when it is not to trade. Money is for the whole book.",
    .options = options,
    .takes = KEEL_CLI_TABLE | KEEL_CLI_STRATEGY,
    .operands_min = 0,
    .operands_max = 1,
    .run = run,
};
