/* keel surface: the vols that a market's options imply, as a surface without arbitrage. Runs drive/surfaces.c and shows
 * its result as a person, a program or a spreadsheet reads it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "keel/surfaces.h"
#include "keel/time.h"

/* ---- the table ---- */

static void print_number(int width, int digits, double number) {
  if (isfinite(number))
    printf(" %*.*f", width, digits, number);
  else
    printf(" %*s", width, "");
}

/* The vol of the surface at a log moneyness of that many standard deviations. */
static double vol_at(const keel_surface *surface, const keel_surface_slice *slice, double deviations) {
  double vol = NAN, k = 0;
  const keel_surface_values out = {.vol = &vol};
  keel_surface_evaluate(surface, slice->years, 1, &k, &out);
  k = deviations * vol * sqrt(slice->years);
  keel_surface_evaluate(surface, slice->years, 1, &k, &out);
  return vol;
}

static void print_expiry(const keel_surface *surface, const keel_surfaces_expiry *expiry) {
  const keel_surface_slice *slice = &expiry->slice;
  char time[40];
  keel_time_format(expiry->expiry_ns, time);
  printf("  %.10s", time);
  print_number(7, 1, 365 * slice->years);
  print_number(10, 2, slice->forward);
  print_number(7, 3, expiry->parity.forward_error);
  print_number(7, 2, 100 * expiry->parity.yield);
  int has_vols = surface && strcmp(slice->model, "none") != 0;
  for (int d = -1; d <= 1; d++) print_number(6, 2, has_vols ? 100 * vol_at(surface, slice, d) : NAN);
  printf("  %4zu", slice->two_sided);
  print_number(6, 1, slice->two_sided ? 100 * (double)slice->inside / (double)slice->two_sided : NAN);
  print_number(6, 2, 100 * slice->rms_vol);
  print_number(6, 2, slice->rms_spreads);
  print_number(7, 4, slice->least_g);
  print_number(9, 6, slice->least_calendar);
  printf("  %s\n", slice->model);
}

/* What is wrong with an expiry's forward or fit. */
static void print_remarks(const keel_surfaces_expiry *expiry) {
  char time[40];
  keel_time_format(expiry->expiry_ns, time);
  if (expiry->parity.problem)
    printf("    %.10s: the forward is that of the strategy's yield: %s\n", time, expiry->parity.problem);
  if (expiry->slice.problem) printf("    %.10s: %s\n", time, expiry->slice.problem);
  if (!expiry->slice.butterfly_free && expiry->slice.two_sided) printf("    %.10s: butterfly arbitrage\n", time);
  if (!expiry->slice.calendar_free) printf("    %.10s: calendar arbitrage\n", time);
}

struct sum {
  size_t two_sided, inside, expiries, butterflies, calendars;
};

static void print_underlying(const keel_surfaces *surfaces, size_t u, struct sum *sum) {
  const keel_surface *surface = keel_surfaces_surface(surfaces, u);
  keel_surfaces_expiry expiry;
  double spot = keel_surfaces_spot(surfaces, u);
  printf("\n%s, spot", keel_surfaces_underlying(surfaces, u));
  if (isnan(spot))
    printf(" not quoted\n");
  else
    printf(" %.2f\n", spot);
  if (!surface) {
    printf("  no surface: %s\n", keel_surfaces_problem(surfaces, u));
    return;
  }
  puts(
      "  expiry        days    forward  error yield%  -1 sd    vol  +1 sd   quotes   in%  rms v  rms s  least g  "
      "calendar"
      "  model");
  for (size_t e = 0; e < keel_surfaces_expiries(surfaces, u); e++) {
    keel_surfaces_expiry_at(surfaces, u, e, &expiry);
    print_expiry(surface, &expiry);
    sum->expiries++;
    sum->two_sided += expiry.slice.two_sided;
    sum->inside += expiry.slice.inside;
    sum->butterflies += expiry.slice.two_sided && !expiry.slice.butterfly_free;
    sum->calendars += !expiry.slice.calendar_free;
  }
  for (size_t e = 0; e < keel_surfaces_expiries(surfaces, u); e++) {
    keel_surfaces_expiry_at(surfaces, u, e, &expiry);
    print_remarks(&expiry);
  }
}

static void print_all(const keel_surfaces *surfaces) {
  char time[40];
  struct sum sum = {0};
  keel_time_format(keel_surfaces_time(surfaces), time);
  printf("quotes of %s, rate %.4f\n", time, keel_surfaces_rate(surfaces));
  for (size_t u = 0; u < keel_surfaces_underlyings(surfaces); u++) print_underlying(surfaces, u, &sum);
  printf(
      "\n%zu of %zu two-sided quotes out of the money within bid and ask (%.1f %%); %zu expiries, %zu with butterfly "
      "and "
      "%zu with calendar arbitrage\n",
      sum.inside, sum.two_sided, sum.two_sided ? 100 * (double)sum.inside / (double)sum.two_sided : 0, sum.expiries,
      sum.butterflies, sum.calendars);
}

/* ---- the command ---- */

/* The place of a name in a list that NULL ends; -1: it is none of them; the first where it is not given. */
static int choice(const struct keel_cli *cli, const char *option, const char *const *names) {
  const char *name = keel_cli_value(cli, option);
  if (!name) return 0;
  for (int i = 0; names[i]; i++)
    if (strcmp(names[i], name) == 0) return i;
  return -1;
}

static int show(struct keel_cli *cli, const keel_surfaces *surfaces, keel_surfaces_table table) {
  keel_error error;
  if (cli->csv && strcmp(cli->csv, "-") == 0) {
    size_t length;
    char *text = keel_surfaces_csv(surfaces, table, &length);
    return keel_cli_put(text, length);
  }
  if (cli->csv && keel_surfaces_save(surfaces, table, cli->csv, &error) != KEEL_STATUS_OK) return keel_cli_fail(&error);
  if (cli->json) {
    char *text = keel_surfaces_json(surfaces);
    return keel_cli_put(text, text ? strlen(text) : 0);
  }
  print_all(surfaces);
  return KEEL_EXIT_DONE;
}

static const char *const models[] = {"rich", "svi", "ssvi", NULL}, *const tables[] = {"quotes", "expiries", NULL};

static int run(struct keel_cli *cli) {
  keel_error error;
  keel_strategy *strategy;
  keel_surfaces *surfaces;
  int model = choice(cli, "model", models), table = choice(cli, "table", tables);
  if (model < 0)
    return keel_cli_usage(cli, "--model: \"%s\" is none; allowed: rich, svi, ssvi", keel_cli_value(cli, "model"));
  if (table < 0)
    return keel_cli_usage(cli, "--table: \"%s\" is none; allowed: quotes, expiries", keel_cli_value(cli, "table"));
  if (keel_cli_value(cli, "table") && !cli->csv)
    return keel_cli_usage(cli, "--table says what --csv writes: give both");
  int status = keel_cli_strategy(cli, &strategy);
  if (status != KEEL_EXIT_DONE) return status;
  const keel_surfaces_options how = {.at = keel_cli_value(cli, "at"),
                                     .model = (keel_surface_model)model,
                                     .threads = cli->threads,
                                     .tick = keel_cli_tick,
                                     .tick_context = cli};
  if (keel_surfaces_run(strategy, &how, &surfaces, &error) == KEEL_STATUS_OK) {
    keel_cli_bar_clear();
    status = show(cli, surfaces, (keel_surfaces_table)table);
    keel_surfaces_free(surfaces);
  } else {
    status = keel_cli_fail(&error);
  }
  keel_strategy_free(strategy);
  return status;
}

static const struct keel_cli_option options[] = {
    {.name = "at", .value = "TIME", .help = "quotes of then: a date is its close (default: the end of the tape)"},
    {.name = "model", .value = "rich|svi|ssvi", .help = "SVI with a spline (default), SVI, or SSVI over all expiries"},
    {.name = "table", .value = "NAME", .help = "of --csv: quotes or expiries"},
    {.name = NULL},
};

const struct keel_cli_command keel_cmd_surface = {
    .name = "surface",
    .usage = "STRATEGY",
    .summary = "the vols that options imply: forwards, a surface without arbitrage, its residuals",
    .details =
        "Fits a surface to the quotes of the strategy's tape, of all expiries of each underlying of the book, at the\n"
        "last instant or --at TIME, and uses nothing later. For each expiry: the forward by put-call parity and its\n"
        "standard error, vols at the forward and one standard deviation to both sides, how many two-sided quotes out\n"
        "of the money there are and how many the surface is within, its distance from their mids (in vol points and "
        "in\n"
        "spreads), and what is left of arbitrage: g below 0 is a butterfly, calendar below 0 falling total variance.",
    .options = options,
    .takes = KEEL_CLI_TABLE | KEEL_CLI_STRATEGY,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
