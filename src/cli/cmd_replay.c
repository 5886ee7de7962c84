/* keel replay: the rule on a tape. Runs drive/replay.c and shows its result as a person, a program or a spreadsheet
 * reads it. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "keel/replay.h"

enum { SHOWN = 6, NAME = 14 }; /* variants side by side, and how wide */

static void print_figure(const char *name, const keel_replay *replay, size_t shown,
                         double (*of)(const keel_replay *, size_t)) {
  printf("  %-14s", name);
  for (size_t v = 0; v < shown; v++) printf(" %*.2f", NAME, of(replay, v));
  putchar('\n');
}

static keel_replay_totals totals_of(const keel_replay *replay, size_t variant) {
  keel_replay_totals totals;
  keel_replay_total(replay, variant, &totals);
  return totals;
}
static double pnl_of(const keel_replay *replay, size_t variant) { return totals_of(replay, variant).pnl; }
static double cost_of(const keel_replay *replay, size_t variant) { return totals_of(replay, variant).cost; }
static double turnover_of(const keel_replay *replay, size_t variant) { return totals_of(replay, variant).turnover; }

static void print_counts(const keel_replay *replay, size_t shown) {
  printf("  %-14s", "trades");
  for (size_t v = 0; v < shown; v++) printf(" %*llu", NAME, (unsigned long long)totals_of(replay, v).trades);
  printf("\n  %-14s", "decisions");
  for (size_t v = 0; v < shown; v++) printf(" %*llu", NAME, (unsigned long long)totals_of(replay, v).decisions);
  putchar('\n');
}

/* A component that is zero in every variant shown is left out. */
static void print_component(const keel_replay *replay, size_t component, size_t shown) {
  int any = 0;
  for (size_t v = 0; v < shown; v++) any |= keel_replay_explained(replay, v, component) != 0;
  if (!any) return;
  printf("    %-12s", keel_explain_name(component));
  for (size_t v = 0; v < shown; v++) printf(" %*.2f", NAME, keel_replay_explained(replay, v, component));
  putchar('\n');
}

static void print_table(const keel_replay *replay) {
  size_t variants = keel_replay_variants(replay), shown = variants < SHOWN ? variants : SHOWN;
  printf("%llu quotes at %llu instants, %zu ledger rows\n\n", (unsigned long long)keel_replay_events(replay),
         (unsigned long long)keel_replay_instants(replay), keel_ledger_rows(replay));
  printf("  %-14s", "");
  for (size_t v = 0; v < shown; v++) printf(" %*.*s", NAME, NAME, keel_replay_variant(replay, v));
  putchar('\n');
  print_figure("P&L", replay, shown, pnl_of);
  for (size_t c = 0; c < keel_explain_components(); c++) print_component(replay, c, shown);
  print_figure("cost", replay, shown, cost_of);
  print_figure("turnover", replay, shown, turnover_of);
  print_counts(replay, shown);
  if (variants > shown) printf("  (%zu more variants: --json has all)\n", variants - shown);
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

static int show(struct keel_cli *cli, const keel_replay *replay) {
  keel_error error;
  if (cli->csv && keel_ledger_save(replay, cli->csv, &error) != KEEL_STATUS_OK) return keel_cli_fail(&error);
  if (cli->json) {
    char *text = keel_replay_json(replay);
    if (text) puts(text);
    free(text);
    return text ? KEEL_EXIT_DONE : KEEL_EXIT_FAILED;
  }
  if (cli->csv && strcmp(cli->csv, "-") == 0) return KEEL_EXIT_DONE;
  print_table(replay);
  print_remarks(replay);
  return KEEL_EXIT_DONE;
}

static int run(struct keel_cli *cli) {
  keel_error error;
  keel_strategy *strategy;
  if (keel_strategy_load(cli->operands[0], cli->sets, cli->set_count, &strategy, &error) != KEEL_STATUS_OK)
    return keel_cli_fail(&error);
  for (size_t i = 0; i < keel_strategy_warning_count(strategy); i++)
    keel_cli_note(cli, "%s", keel_strategy_warning(strategy, i));
  keel_replay_options options = {.threads = cli->threads, .tick = keel_cli_tick, .tick_context = cli};
  keel_replay *replay;
  int status;
  if (keel_replay_run(strategy, &options, &replay, &error) == KEEL_STATUS_OK) {
    keel_cli_bar_clear();
    status = show(cli, replay);
    keel_replay_free(replay);
  } else {
    status = keel_cli_fail(&error);
  }
  keel_strategy_free(strategy);
  return status;
}

const struct keel_cli_command keel_cmd_replay = {
    .name = "replay",
    .usage = "STRATEGY",
    .summary = "the rule on a recorded market: ledger, P&L and what explains it",
    .details =
        "Runs the tape that the strategy names under its rule and each of its variants. --csv FILE writes the ledger:\n"
        "a row per decision, also when it is not to trade. Money is for the whole book.",
    .takes = KEEL_CLI_TABLE | KEEL_CLI_STRATEGY,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
