/* keel simulate: the rule on models. Runs drive/simulate.c and shows its result as a person, a program or a
 * spreadsheet reads it. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/watch.h"
#include "drive/simulate.h"
#include "keel/simulate.h"

enum { SIDE_BY_SIDE = 5, NAME = 14 }; /* variants in one block of the table, and how wide */

/* Variants first .. end-1 of the result. */
struct columns {
  const keel_simulation *simulation;
  size_t first, end;
};

/* ---- finding what to show ---- */

static size_t quantity_named(const keel_simulation *simulation, const char *name) {
  size_t q = 0;
  while (q < keel_simulation_quantities(simulation) && strcmp(keel_simulation_quantity(simulation, q), name) != 0) q++;
  return q;
}

static size_t statistic_named(const keel_simulation *simulation, const char *name) {
  size_t s = 0;
  while (s < keel_simulation_statistics(simulation) && strcmp(keel_simulation_statistic(simulation, s), name) != 0) s++;
  return s;
}

/* ---- the table ---- */

/* Enough digits for one option, no more than needed for a desk; a dash for what is not known. */
static void print_number(double number) {
  if (isnan(number))
    printf(" %*s", NAME, "-");
  else if (fabs(number) < 1e12)
    printf(" %*.*f", NAME, fabs(number) < 1e4 ? 4 : 2, number);
  else
    printf(" %*.5g", NAME, number);
}

static void print_figures(const struct columns *columns, const char *title, const char *quantity,
                          const char *statistic) {
  const keel_simulation *simulation = columns->simulation;
  size_t q = quantity_named(simulation, quantity), s = statistic_named(simulation, statistic);
  printf("  %-16s", title);
  for (size_t v = columns->first; v < columns->end; v++)
    print_number(keel_simulation_figure(simulation, v, q, s).value);
  putchar('\n');
}

/* The line below a figure: its standard error. */
static void print_errors(const struct columns *columns, const char *quantity, const char *statistic) {
  const keel_simulation *simulation = columns->simulation;
  size_t q = quantity_named(simulation, quantity), s = statistic_named(simulation, statistic);
  printf("  %-16s", "  +-");
  for (size_t v = columns->first; v < columns->end; v++)
    print_number(keel_simulation_figure(simulation, v, q, s).error);
  putchar('\n');
}

static void print_price(const struct columns *columns, const char *title, const char *statistic) {
  const keel_simulation *simulation = columns->simulation;
  size_t s = statistic_named(simulation, statistic);
  printf("  %-16s", title);
  for (size_t v = columns->first; v < columns->end; v++) print_number(keel_simulation_price(simulation, v, s).value);
  putchar('\n');
}

/* A component that is zero in every variant of the block is left out. */
static void print_component(const struct columns *columns, size_t component) {
  const keel_simulation *simulation = columns->simulation;
  size_t q = quantity_named(simulation, "exercised") + 1 + component;
  size_t mean = statistic_named(simulation, "mean"), std = statistic_named(simulation, "std");
  int any = 0;
  for (size_t v = columns->first; v < columns->end; v++)
    any |= keel_simulation_figure(simulation, v, q, mean).value != 0 ||
           keel_simulation_figure(simulation, v, q, std).value != 0;
  if (!any) return;
  printf("    %-14s", keel_simulation_quantity(simulation, q) + strlen("pnl_"));
  for (size_t v = columns->first; v < columns->end; v++)
    print_number(keel_simulation_figure(simulation, v, q, mean).value);
  printf("\n    %-14s", "  std");
  for (size_t v = columns->first; v < columns->end; v++)
    print_number(keel_simulation_figure(simulation, v, q, std).value);
  putchar('\n');
}

static void print_entropic(const struct columns *columns) {
  const keel_simulation *simulation = columns->simulation;
  for (size_t s = 0; s < keel_simulation_statistics(simulation); s++) {
    const char *name = keel_simulation_statistic(simulation, s);
    char title[40];
    if (strncmp(name, "entropic_", 9) != 0) continue;
    snprintf(title, sizeof title, "entropic %.8s", name + 9);
    print_figures(columns, title, "pnl", name);
  }
}

static void print_account(const struct columns *columns, size_t account) {
  static const struct {
    const char *title, *quantity, *statistic;
  } lines[] = {{"P&L mean", "pnl", "mean"},
               {"P&L std", "pnl", "std"},
               {"CVaR 95 %", "pnl", "cvar_0.95"},
               {"cost", "cost", "mean"}};
  const keel_simulation *simulation = columns->simulation;
  const char *name = keel_simulation_account(simulation, account);
  printf("  %.60s\n", *name ? name : "(no account)");
  for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
    size_t q = quantity_named(simulation, lines[k].quantity), s = statistic_named(simulation, lines[k].statistic);
    printf("    %-14s", lines[k].title);
    for (size_t v = columns->first; v < columns->end; v++)
      print_number(keel_simulation_account_figure(simulation, v, account, q, s).value);
    putchar('\n');
  }
}

static void print_block(const struct columns *columns) {
  const keel_simulation *simulation = columns->simulation;
  printf("\n  %-16s", "");
  for (size_t v = columns->first; v < columns->end; v++)
    printf(" %*.*s", NAME, NAME, keel_simulation_variant(simulation, v));
  putchar('\n');
  print_figures(columns, "P&L mean", "pnl", "mean");
  print_errors(columns, "pnl", "mean");
  print_figures(columns, "P&L std", "pnl", "std");
  print_errors(columns, "pnl", "std");
  print_figures(columns, "CVaR 95 %", "pnl", "cvar_0.95");
  print_figures(columns, "CVaR 99 %", "pnl", "cvar_0.99");
  print_entropic(columns);
  print_figures(columns, "cost", "cost", "mean");
  print_figures(columns, "turnover", "turnover", "mean");
  print_figures(columns, "trades", "trades", "mean");
  print_price(columns, "break-even price", "mean");
  print_price(columns, "  at CVaR 95 %", "cvar_0.95");
  size_t first = quantity_named(simulation, "exercised") + 1, end = keel_simulation_quantities(simulation);
  if (end > first) puts("  explained by (means, stds)");
  for (size_t c = 0; first + c < end; c++) print_component(columns, c);
  for (size_t a = 0; a < keel_simulation_accounts(simulation); a++) print_account(columns, a);
}

static void print_theories(const keel_simulation *simulation) {
  int any = 0;
  for (size_t v = 0; v < keel_simulation_variants(simulation); v++) {
    for (size_t i = 0; i < keel_simulation_theories(simulation, v); i++) {
      double value;
      const char *assumes, *name = keel_simulation_theory(simulation, v, i, &value, &assumes);
      if (!any++) puts("\ntheory:");
      printf("  %-14.14s %-24s %12.6g  (%s)\n", keel_simulation_variant(simulation, v), name, value, assumes);
    }
  }
}

static void print_table(const keel_simulation *simulation) {
  keel_simulation_facts facts;
  keel_simulation_fact(simulation, &facts);
  size_t variants = keel_simulation_variants(simulation);
  printf("%llu paths of %llu steps over %.4g years, seed %llu, in %.3g s; money is for the whole book\n",
         (unsigned long long)facts.paths, (unsigned long long)facts.steps, facts.years, (unsigned long long)facts.seed,
         facts.seconds);
  printf("premium %s at the start: %.4f\n", facts.premium < 0 ? "paid" : "received", fabs(facts.premium));
  for (size_t first = 0; first < variants; first += SIDE_BY_SIDE) {
    size_t end = first + SIDE_BY_SIDE < variants ? first + SIDE_BY_SIDE : variants;
    print_block(&(struct columns){simulation, first, end});
  }
  print_theories(simulation);
  if (keel_simulation_notes(simulation)) puts("\nto know:");
  for (size_t i = 0; i < keel_simulation_notes(simulation); i++) printf("  %s\n", keel_simulation_note(simulation, i));
}

/* ---- the command ---- */

static int print_csv(const keel_simulation *simulation) {
  size_t length;
  char *text = keel_simulation_csv(simulation, &length);
  return keel_cli_put(text, length);
}

static int show(struct keel_cli *cli, const keel_simulation *simulation) {
  keel_error error;
  if (cli->csv && strcmp(cli->csv, "-") == 0) return print_csv(simulation);
  if (cli->csv && keel_simulation_save(simulation, cli->csv, &error) != KEEL_STATUS_OK) return keel_cli_fail(&error);
  if (cli->json) {
    char *text = keel_simulation_json(simulation);
    return keel_cli_put(text, text ? strlen(text) : 0);
  }
  print_table(simulation);
  return KEEL_EXIT_DONE;
}

/* The result of the paths that were finished is shown, and that it is not of all of them. */
static int conclude(struct keel_cli *cli, const keel_simulation *simulation) {
  keel_simulation_facts facts;
  keel_simulation_fact(simulation, &facts);
  if (facts.interrupted) keel_cli_stop_answered();
  int status = show(cli, simulation);
  return facts.interrupted && status == KEEL_EXIT_DONE ? keel_cli_partial(facts.paths) : status;
}

/* ---- one path: its tape, its ledger ---- */

static int wanted_path(struct keel_cli *cli, uint64_t *path) {
  const char *text = keel_cli_value(cli, "tape-path");
  *path = 0;
  if (keel_cli_ranks() && (keel_cli_value(cli, "tape") || keel_cli_value(cli, "ledger")))
    return keel_cli_usage(cli, "--tape and --ledger are of one path: keel writes them, without ranks");
  if (!text) return KEEL_EXIT_DONE;
  char *end;
  errno = 0;
  *path = strtoull(text, &end, 10);
  if (errno || *end || !isdigit((unsigned char)*text))
    return keel_cli_usage(cli, "--tape-path: \"%s\" is not allowed, only the number of a path, from 0", text);
  if (!keel_cli_value(cli, "tape") && !keel_cli_value(cli, "ledger"))
    return keel_cli_usage(cli, "--tape-path needs --tape or --ledger");
  return KEEL_EXIT_DONE;
}

static int write_path(struct keel_cli *cli, const keel_strategy *strategy, uint64_t path) {
  const char *tape = keel_cli_value(cli, "tape"), *ledger = keel_cli_value(cli, "ledger");
  keel_replay *replay;
  keel_error error;
  if (!tape && !ledger) return KEEL_EXIT_DONE;
  keel_status status = keel_simulation_record(strategy, path, tape, &replay, &error);
  if (status == KEEL_STATUS_OK && ledger) status = keel_ledger_save(replay, ledger, &error);
  keel_replay_free(replay);
  return status == KEEL_STATUS_OK ? KEEL_EXIT_DONE : keel_cli_fail(&error);
}

/* The distribution of each variant's P&L, between its quantiles of 0.1 and 99.9 %. */
static void print_distributions(const keel_simulation *simulation) {
  enum { CLASSES = 32 };
  for (size_t v = 0; v < keel_simulation_variants(simulation); v++) {
    struct keel_histogram histogram;
    char spark[3 * CLASSES + 1];
    if (!keel_simulation_histogram(simulation, v, CLASSES, &histogram)) continue;
    keel_cli_sparkline(histogram.shares, CLASSES, CLASSES, spark, sizeof spark);
    printf("  %-18.18s %s  P&L from %.6g to %.6g\n", keel_simulation_variant(simulation, v), spark, histogram.from,
           histogram.to);
  }
  putchar('\n');
}

/* Runs it, and draws it meanwhile where --watch says so. */
static keel_status simulate(struct keel_cli *cli, const keel_strategy *strategy, int is_watched,
                            keel_simulation **simulation, keel_error *error) {
  keel_simulate_options how = {
      .threads = cli->threads, .tick = keel_cli_tick, .tick_context = cli, .ranks = keel_cli_ranks()};
  keel_status status = KEEL_STATUS_OK;
  if (is_watched) {
    how.tick = keel_cli_watch_tick;
    how.watch = keel_cli_watch_point;
    status = keel_cli_watch_open(cli, strategy, "mean P&L", "+-", error);
  }
  if (!status) status = keel_simulation_run(strategy, &how, simulation, error);
  keel_cli_watch_close(!status);
  if (!status && is_watched) print_distributions(*simulation);
  return status;
}

static int run(struct keel_cli *cli) {
  keel_error error;
  keel_strategy *strategy;
  uint64_t path;
  int is_watched, status = keel_cli_watch_check(cli, &is_watched);
  if (status == KEEL_EXIT_DONE) status = wanted_path(cli, &path);
  if (status == KEEL_EXIT_DONE) status = keel_cli_strategy(cli, &strategy);
  if (status != KEEL_EXIT_DONE) return status;
  status = write_path(cli, strategy, path);
  if (status != KEEL_EXIT_DONE) {
    keel_strategy_free(strategy);
    return status;
  }
  keel_simulation *simulation;
  if (simulate(cli, strategy, is_watched, &simulation, &error) == KEEL_STATUS_OK) {
    keel_cli_bar_clear();
    status = simulation ? conclude(cli, simulation) : KEEL_EXIT_DONE;
    keel_simulation_free(simulation);
  } else {
    status = keel_cli_fail(&error);
  }
  keel_strategy_free(strategy);
  return status;
}

static const struct keel_cli_option options[] = {
    {"tape", 0, "FILE", "write the market of one path as a tape; its replay gives the ledger of that path", 0, NULL},
    {"ledger", 0, "FILE", "write the ledger of one path, as CSV", 0, NULL},
    {"tape-path", 0, "N", "which path these are of, from 0 (default: 0)", 0, NULL},
    {"watch", 0, NULL, "show how the mean P&L settles while it runs, and its distribution, as sparklines", 0, NULL},
    {0},
};

const struct keel_cli_command keel_cmd_simulate = {
    .name = "simulate",
    .usage = "STRATEGY",
    .summary = "the rule on models: distribution of P&L, costs, explanation",
    .details =
        "Runs run.paths paths of the strategy's market.model under its rule and each of its variants, all on the same\n"
        "paths. --csv FILE writes a row for each variant and quantity, with all statistics and their standard errors;\n"
        "--seed N is --set run.seed=N. Money is for the whole book. Ctrl-C ends the run: what was finished is shown "
        "as\n"
        "the result, and the exit status is 1.",
    .options = options,
    .takes = KEEL_CLI_TABLE | KEEL_CLI_STRATEGY | KEEL_CLI_RANKS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
