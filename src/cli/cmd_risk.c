/* keel risk: what the book is worth and exposed to. Runs drive/risk.c and shows its result as a person, a program or a
 * spreadsheet reads it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "keel/replay.h"
#include "keel/risk.h"
#include "keel/time.h"

enum { LABEL = 20, COLUMN = 13, SIDE_BY_SIDE = 7, CELL = 12 };

/* ---- exposures: a line for each measure; side by side underlyings, buckets, or accounts ---- */

struct table {
  const keel_risk *risk;
  enum { BY_UNDERLYING, BY_BUCKET, BY_ACCOUNT } by;
  size_t *columns, count; /* KEEL_RISK_TOTAL last */
};

static double exposure(const struct table *table, size_t column, size_t measure) {
  size_t index = table->columns[column];
  if (table->by == BY_BUCKET) return keel_risk_exposure(table->risk, KEEL_RISK_TOTAL, index, measure);
  if (table->by == BY_UNDERLYING || index == KEEL_RISK_TOTAL)
    return keel_risk_exposure(table->risk, index, KEEL_RISK_TOTAL, measure);
  return keel_risk_account_exposure(table->risk, index, KEEL_RISK_TOTAL, measure);
}

static const char *heading(const struct table *table, size_t column) {
  size_t index = table->columns[column];
  if (index == KEEL_RISK_TOTAL) return "total";
  if (table->by == BY_BUCKET) return keel_risk_bucket(table->risk, index);
  if (table->by == BY_UNDERLYING) return keel_risk_underlying(table->risk, index);
  const char *account = keel_risk_account(table->risk, index);
  return *account ? account : "(no account)";
}

static void print_number(double number) {
  if (isfinite(number))
    printf(" %*.*f", COLUMN, fabs(number) < 100000 ? 2 : 0, number);
  else
    printf(" %*s", COLUMN, "");
}

static void print_measure(const struct table *table, size_t first, size_t end, size_t measure) {
  int any = 0;
  for (size_t c = first; c < end; c++) any |= isfinite(exposure(table, c, measure));
  if (!any) return;
  printf("  %-*s", LABEL, keel_risk_measure(measure));
  for (size_t c = first; c < end; c++) print_number(exposure(table, c, measure));
  putchar('\n');
}

static void print_spots(const struct table *table, size_t first, size_t end) {
  printf("  %-*s", LABEL, "spot");
  for (size_t c = first; c < end; c++)
    if (table->columns[c] != KEEL_RISK_TOTAL) print_number(keel_risk_spot(table->risk, table->columns[c]));
  putchar('\n');
}

static void print_exposures(const struct table *table) {
  for (size_t first = 0; first < table->count; first += SIDE_BY_SIDE) {
    size_t end = first + SIDE_BY_SIDE < table->count ? first + SIDE_BY_SIDE : table->count;
    static const char *const titles[] = {
        [BY_UNDERLYING] = "by underlying", [BY_BUCKET] = "by time to expiry", [BY_ACCOUNT] = "by account"};
    printf("\n  %-*s", LABEL, titles[table->by]);
    for (size_t c = first; c < end; c++) printf(" %*.*s", COLUMN, COLUMN, heading(table, c));
    putchar('\n');
    if (table->by == BY_UNDERLYING) print_spots(table, first, end);
    for (size_t m = 0; m < keel_risk_measures(); m++) print_measure(table, first, end, m);
  }
}

static int holds_bucket(const keel_risk *risk, size_t bucket) {
  keel_risk_position position;
  for (size_t i = 0; i < keel_risk_positions(risk); i++) {
    keel_risk_position_at(risk, i, &position);
    if (position.bucket == bucket) return 1;
  }
  return 0;
}

/* Vega by tenor: a line for each underlying. */
static void print_tenors(const struct table *table, size_t measure) {
  const keel_risk *risk = table->risk;
  if (keel_risk_underlyings(risk) < 2) return;
  printf("\n  %-*s", LABEL, keel_risk_measure(measure));
  for (size_t c = 0; c < table->count; c++) printf(" %*.*s", COLUMN, COLUMN, heading(table, c));
  putchar('\n');
  for (size_t u = 0; u < keel_risk_underlyings(risk); u++) {
    printf("  %-*.*s", LABEL, LABEL, keel_risk_underlying(risk, u));
    for (size_t c = 0; c < table->count; c++) print_number(keel_risk_exposure(risk, u, table->columns[c], measure));
    putchar('\n');
  }
}

static size_t measure_of(const char *name) {
  size_t measure = 0;
  while (strcmp(keel_risk_measure(measure), name) != 0) measure++;
  return measure;
}

/* Each account, and all of them. */
static void print_accounts(struct table *table) {
  if (!keel_risk_accounts(table->risk)) return;
  table->by = BY_ACCOUNT;
  table->count = 0;
  for (size_t a = 0; a < keel_risk_accounts(table->risk); a++) table->columns[table->count++] = a;
  table->columns[table->count++] = KEEL_RISK_TOTAL;
  print_exposures(table);
}

/* Of one underlying its column says it all; a bucket that holds nothing is left out. */
static int print_all_exposures(const keel_risk *risk) {
  size_t underlyings = keel_risk_underlyings(risk), buckets = keel_risk_buckets(risk);
  size_t room = underlyings + buckets + keel_risk_accounts(risk) + 1;
  struct table table = {.risk = risk, .columns = calloc(room, sizeof *table.columns)};
  if (!table.columns) return 0;
  for (size_t u = 0; u < underlyings; u++) table.columns[table.count++] = u;
  if (underlyings > 1) table.columns[table.count++] = KEEL_RISK_TOTAL;
  print_exposures(&table);
  print_accounts(&table);
  table.count = 0;
  table.by = BY_BUCKET;
  for (size_t b = 0; b < buckets; b++)
    if (holds_bucket(risk, b)) table.columns[table.count++] = b;
  print_exposures(&table);
  print_tenors(&table, measure_of("vega_cash_point"));
  free(table.columns);
  return 1;
}

/* ---- scenarios ---- */

/* Per cent and vol points, with the sign; `0.5`, not `0.50`. */
static const char *shift_text(double fraction, char buffer[32]) {
  snprintf(buffer, 32, fraction == 0 ? "%g" : "%+.6g", 100 * fraction);
  return buffer;
}

static void print_grid_of(const keel_risk *risk, size_t underlying) {
  size_t spot = SIZE_MAX, vol = SIZE_MAX;
  char text[32];
  int has_worst = keel_risk_grid_worst(risk, underlying, &spot, &vol);
  printf("\n  %-10.10s", underlying == KEEL_RISK_TOTAL ? "total" : keel_risk_underlying(risk, underlying));
  for (size_t v = 0; v < keel_risk_grid_vols(risk); v++)
    printf(" %*s ", CELL, shift_text(keel_risk_grid_vol(risk, v), text));
  putchar('\n');
  for (size_t s = 0; s < keel_risk_grid_spots(risk); s++) {
    printf("  %8s %%", shift_text(keel_risk_grid_spot(risk, s), text));
    for (size_t v = 0; v < keel_risk_grid_vols(risk); v++)
      printf(" %*.*f%c", CELL, 0, keel_risk_grid(risk, underlying, s, v).pnl,
             has_worst && s == spot && v == vol ? '*' : ' ');
    putchar('\n');
  }
}

static void print_grid(const keel_risk *risk) {
  puts("\nP&L where all spots move by so many per cent (down), all vols by so many points (across); * is the worst");
  for (size_t u = 0; u < keel_risk_underlyings(risk); u++) print_grid_of(risk, u);
  if (keel_risk_underlyings(risk) > 1) print_grid_of(risk, KEEL_RISK_TOTAL);
}

static void print_stresses(const keel_risk *risk) {
  puts("\nstresses                spot %  vol points           P&L");
  for (size_t s = 0; s < keel_risk_stresses(risk); s++) {
    double spot, vol, tenor;
    keel_risk_stress_move(risk, s, KEEL_RISK_TOTAL, &spot, &vol, &tenor);
    printf("  %-20.20s %+7.2f %11.2f %13.2f", keel_risk_stress_name(risk, s), 100 * spot, 100 * vol,
           keel_risk_stress(risk, s, KEEL_RISK_TOTAL).pnl);
    if (*keel_risk_stress_source(risk, s)) printf("  %s", keel_risk_stress_source(risk, s));
    if (isfinite(tenor))
      printf("%s vols beyond %.0f days by the root", *keel_risk_stress_source(risk, s) ? ";" : " ", 365 * tenor);
    putchar('\n');
  }
}

/* ---- what carried it ---- */

static void print_carried_line(const keel_risk *risk, const char *name, size_t component) {
  int any = 0;
  size_t count = keel_risk_underlyings(risk);
  for (size_t u = 0; u < count; u++) any |= keel_risk_carried_by(risk, u, component) != 0;
  if (!any) return;
  printf("    %-12s %14.2f\n", name, keel_risk_carried_by(risk, KEEL_RISK_TOTAL, component));
}

/* The instants of the underlyings are in the notes, where they differ. */
static void print_carried(const keel_risk *risk) {
  char since[40];
  int is_one = 1;
  if (keel_risk_since(risk, KEEL_RISK_TOTAL) == INT64_MIN) return;
  for (size_t u = 0; u < keel_risk_underlyings(risk); u++)
    is_one &= keel_risk_since(risk, u) == keel_risk_since(risk, KEEL_RISK_TOTAL);
  keel_time_format(keel_risk_since(risk, KEEL_RISK_TOTAL), since);
  printf("\nsince %s\n  %-14s %14.2f\n", is_one ? since : "the last fills", "P&L",
         keel_risk_carried(risk, KEEL_RISK_TOTAL));
  for (size_t c = 0; c < keel_explain_components(); c++) print_carried_line(risk, keel_explain_name(c), c);
}

/* ---- the command ---- */

static void print_head(const keel_risk *risk) {
  char time[40];
  size_t count = keel_risk_positions(risk);
  printf("%zu position%s at the ", count, count == 1 ? "" : "s");
  if (keel_risk_time(risk) != INT64_MIN) {
    keel_time_format(keel_risk_time(risk), time);
    printf("marks of %s", time);
  } else {
    fputs("start of the model", stdout);
  }
  puts("; money is for the whole book");
}

static void print_remarks(const keel_risk *risk) {
  if (keel_risk_problems(risk)) puts("\nabout the data:");
  for (size_t i = 0; i < keel_risk_problems(risk); i++) {
    uint64_t count;
    const char *kind = keel_risk_problem(risk, i, &count);
    printf("  %-20s %10llu\n", kind, (unsigned long long)count);
  }
  if (keel_risk_notes(risk)) puts("\nto know:");
  for (size_t i = 0; i < keel_risk_notes(risk); i++) printf("  %s\n", keel_risk_note(risk, i));
}

/* What --csv writes: --table, else the grid with --grid, else exposures; KEEL_RISK_TABLE_COUNT where there is none. */
static keel_risk_table wanted_table(const struct keel_cli *cli) {
  const char *name = keel_cli_value(cli, "table");
  if (!name) return keel_cli_value(cli, "grid") ? KEEL_RISK_TABLE_GRID : KEEL_RISK_TABLE_EXPOSURES;
  int table = 0;
  while (table < KEEL_RISK_TABLE_COUNT && strcmp(keel_risk_table_name((keel_risk_table)table), name) != 0) table++;
  return (keel_risk_table)table;
}

static int show(struct keel_cli *cli, const keel_risk *risk) {
  keel_error error;
  keel_risk_table table = wanted_table(cli);
  if (cli->csv && strcmp(cli->csv, "-") == 0) {
    size_t length;
    char *text = keel_risk_csv(risk, table, &length);
    return keel_cli_put(text, length);
  }
  if (cli->csv && keel_risk_save(risk, table, cli->csv, &error) != KEEL_STATUS_OK) return keel_cli_fail(&error);
  if (cli->json) {
    char *text = keel_risk_json(risk);
    return keel_cli_put(text, text ? strlen(text) : 0);
  }
  print_head(risk);
  if (!print_all_exposures(risk))
    return keel_cli_fail(&(keel_error){.status = KEEL_STATUS_MEMORY, .what = "no memory for the table"});
  if (keel_cli_value(cli, "grid")) print_grid(risk);
  print_stresses(risk);
  print_carried(risk);
  print_remarks(risk);
  return KEEL_EXIT_DONE;
}

static int run(struct keel_cli *cli) {
  keel_error error;
  keel_strategy *strategy;
  keel_risk *risk;
  if (wanted_table(cli) == KEEL_RISK_TABLE_COUNT)
    return keel_cli_usage(cli, "--table: \"%s\" is none; allowed: exposures, positions, grid, stresses",
                          keel_cli_value(cli, "table"));
  if (keel_cli_value(cli, "table") && !cli->csv)
    return keel_cli_usage(cli, "--table says what --csv writes: give both");
  int status = keel_cli_strategy(cli, &strategy);
  if (status != KEEL_EXIT_DONE) return status;
  keel_risk_options how = {.at = keel_cli_value(cli, "at"),
                           .since = keel_cli_value(cli, "since"),
                           .tick = keel_cli_tick,
                           .tick_context = cli};
  if (keel_risk_run(strategy, &how, &risk, &error) == KEEL_STATUS_OK) {
    keel_cli_bar_clear();
    status = show(cli, risk);
    keel_risk_free(risk);
  } else {
    status = keel_cli_fail(&error);
  }
  keel_strategy_free(strategy);
  return status;
}

static const struct keel_cli_option options[] = {
    {.name = "at", .value = "TIME", .help = "marks of then: a date is its close (default: the end of the tape)"},
    {.name = "grid", .help = "P&L over shifts of spot and vol, by the strategy's risk.grid"},
    {.name = "since",
     .value = "TIME",
     .help = "what carried the book since then; or start, day (the close before) or trade (the last fill)"},
    {.name = "table", .value = "NAME", .help = "of --csv: exposures, positions, grid or stresses"},
    {.name = NULL},
};

const struct keel_cli_command keel_cmd_risk = {
    .name = "risk",
    .usage = "STRATEGY",
    .summary = "what the book is worth and exposed to; --grid for spot x vol scenarios",
    .details =
        "Marks the strategy's book on its tape, at the last instant or --at TIME, or else by its model at the start:\n"
        "value and Greeks by underlying and time to expiry, P&L of historic stresses and those of risk.stresses.\n"
        "--csv FILE writes one table: exposures, with --grid the grid, or --table NAME. The table of positions is one\n"
        "that `keel price` reads. Money is for the whole book.",
    .options = options,
    .takes = KEEL_CLI_TABLE | KEEL_CLI_STRATEGY,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
