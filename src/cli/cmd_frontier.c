/* keel frontier: risk against cost over a family of rules. Runs drive/frontier.c and shows its result as a person, a
 * program or a spreadsheet reads it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/frontier_plot.h"
#include "keel/frontier.h"

enum { NAME = 26, NAME_MAX = 40 };

/* ---- table ---- */

/* Decimals that show two digits of the smallest error of cost and risk. */
static int decimals_of(const keel_frontier *frontier) {
  double least = INFINITY;
  for (size_t i = 0; i < keel_frontier_rules(frontier); i++) {
    keel_frontier_figures figures;
    keel_frontier_rule(frontier, i, &figures);
    double error = fmin(figures.risk.error, figures.mean.error);
    if (error > 0) least = fmin(least, error);
  }
  if (!isfinite(least)) return 2;
  int decimals = 0;
  for (double unit = 10; unit > least && decimals < 8; unit /= 10) decimals++;
  return decimals;
}

static void print_number(double number, int width, int decimals) {
  if (isfinite(number))
    printf(" %*.*f", width, decimals, number);
  else
    printf(" %*s", width, "");
}

/* Then std has no column of its own. */
static int is_std(const keel_frontier *frontier) { return strcmp(keel_frontier_risk_name(frontier), "std") == 0; }

static void print_row(const keel_frontier *frontier, size_t rule, int name_width, int decimals) {
  keel_frontier_figures figures;
  keel_frontier_rule(frontier, rule, &figures);
  printf("  %c %-*s", keel_frontier_mark(frontier, rule), name_width, keel_frontier_name(frontier, rule));
  print_number(figures.cost.value, 12, decimals);
  print_number(figures.risk.value, 12, decimals);
  print_number(figures.risk.error, 9, decimals);
  print_number(figures.mean.value, 12, decimals);
  if (!is_std(frontier)) print_number(figures.std.value, 12, decimals);
  print_number(figures.trades.value, 8, 1);
  if (keel_frontier_recommended(frontier) != KEEL_FRONTIER_NONE) print_number(figures.objective.value, 12, decimals);
  if (figures.dominated_by != KEEL_FRONTIER_NONE) printf("  %s", keel_frontier_name(frontier, figures.dominated_by));
  putchar('\n');
}

static int widest_name(const keel_frontier *frontier) {
  size_t widest = NAME;
  for (size_t i = 0; i < keel_frontier_rules(frontier); i++) {
    size_t length = strlen(keel_frontier_name(frontier, i));
    if (length > widest) widest = length;
  }
  return (int)(widest < NAME_MAX ? widest : NAME_MAX);
}

static void print_table(const keel_frontier *frontier) {
  int name_width = widest_name(frontier), decimals = decimals_of(frontier);
  printf("%zu rules on the same %llu paths of %zu steps; money is for the whole book\n\n",
         keel_frontier_rules(frontier), (unsigned long long)keel_frontier_paths(frontier),
         keel_frontier_steps(frontier));
  printf("    %-*s %12s %12s %9s %12s", name_width, "rule", "cost", keel_frontier_risk_name(frontier), "+-",
         "mean P&L");
  if (!is_std(frontier)) printf(" %12s", "std");
  printf(" %8s", "trades");
  if (keel_frontier_recommended(frontier) != KEEL_FRONTIER_NONE) printf(" %12s", "objective");
  puts("  dominated by");
  for (size_t i = 0; i < keel_frontier_rules(frontier); i++)
    print_row(frontier, keel_frontier_by_cost(frontier, i), name_width, decimals);
  puts(
      "\n  * recommended, = tied with it, o on the frontier, . dominated, ? dominated within noise; +- is one standard "
      "error");
}

/* ---- sentence and notes ---- */

/* Words wrapped at 100 columns, behind two blanks; "5 %" is one word. */
static void print_wrapped(const char *text) {
  size_t column = 0;
  while (*text) {
    size_t length = strcspn(text, " ");
    if (strncmp(text + length, " %", 2) == 0) length += 2 + strcspn(text + length + 2, " ");
    if (column && column + 1 + length > 100) {
      putchar('\n');
      column = 0;
    }
    column += (size_t)printf("%s%.*s", column ? " " : "  ", (int)length, text);
    text += length;
    text += strspn(text, " ");
  }
  putchar('\n');
}

static void print_remarks(const keel_frontier *frontier) {
  if (keel_frontier_notes(frontier)) puts("\nto know:");
  for (size_t i = 0; i < keel_frontier_notes(frontier); i++) print_wrapped(keel_frontier_note(frontier, i));
  putchar('\n');
  print_wrapped(keel_frontier_sentence(frontier));
}

/* ---- the command ---- */

static int print_csv(const keel_frontier *frontier) {
  size_t length;
  char *text = keel_frontier_csv(frontier, &length);
  return keel_cli_put(text, length);
}

static int show(struct keel_cli *cli, const keel_frontier *frontier) {
  keel_error error;
  if (cli->csv && strcmp(cli->csv, "-") == 0) return print_csv(frontier);
  if (cli->csv && keel_frontier_save(frontier, cli->csv, &error) != KEEL_STATUS_OK) return keel_cli_fail(&error);
  if (cli->json) {
    char *text = keel_frontier_json(frontier);
    return keel_cli_put(text, text ? strlen(text) : 0);
  }
  print_table(frontier);
  if (isatty(STDOUT_FILENO)) keel_frontier_plot(stdout, frontier);
  print_remarks(frontier);
  return KEEL_EXIT_DONE;
}

/* The result of the paths that were finished is shown, and that it is not of all of them. */
static int conclude(struct keel_cli *cli, const keel_frontier *frontier) {
  int is_partial = keel_frontier_interrupted(frontier);
  if (is_partial) keel_cli_stop_answered();
  int status = show(cli, frontier);
  return is_partial && status == KEEL_EXIT_DONE ? keel_cli_partial(keel_frontier_paths(frontier)) : status;
}

static int run(struct keel_cli *cli) {
  keel_error error;
  keel_strategy *strategy;
  keel_frontier *frontier;
  keel_frontier_options how = {
      .threads = cli->threads, .tick = keel_cli_tick, .tick_context = cli, .ranks = keel_cli_ranks()};
  int status = keel_cli_strategy(cli, &strategy);
  if (status != KEEL_EXIT_DONE) return status;
  if (keel_frontier_run(strategy, &how, &frontier, &error) == KEEL_STATUS_OK) {
    keel_cli_bar_clear();
    status = frontier ? conclude(cli, frontier) : KEEL_EXIT_DONE;
    keel_frontier_free(frontier);
  } else {
    status = keel_cli_fail(&error);
  }
  keel_strategy_free(strategy);
  return status;
}

const struct keel_cli_command keel_cmd_frontier = {
    .name = "frontier",
    .usage = "STRATEGY",
    .summary = "risk against cost over a family of rules; which one to take",
    .details =
        "Simulates the strategy's book under its own hedge (base) and the rules of `frontier.rules`, or a family that\n"
        "fits the case; says which are dominated, and with `frontier.risk_aversion` or `frontier.budget` which one to\n"
        "take, how surely, and how much worse the next best is. --csv FILE writes a row per rule; --seed N is\n"
        "--set run.seed=N. Ctrl-C ends the run: what was finished is the result, and the exit status is 1.",
    .takes = KEEL_CLI_TABLE | KEEL_CLI_STRATEGY | KEEL_CLI_RANKS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
