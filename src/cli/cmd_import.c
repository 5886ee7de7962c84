/* keel import: recorded market data into a tape. Runs world/import.c and shows what was read, dropped, and why. */
#include <string.h>

#include "cli/cli.h"
#include "keel/import.h"
#include "keel/time.h"

static void print_problems(const keel_import_result *result, int dropped, const char *title) {
  int any = 0;
  for (size_t i = 0; i < result->problem_count; i++) any |= result->problems[i].dropped == dropped;
  if (any) printf("%s\n", title);
  for (size_t i = 0; i < result->problem_count; i++) {
    const keel_import_problem *problem = &result->problems[i];
    if (problem->dropped == dropped)
      printf("  %-15s %10llu  %s\n", problem->kind, (unsigned long long)problem->count, problem->meaning);
  }
}

static void print_text(const keel_import_result *result, const char *out) {
  char first[40], last[40];
  keel_time_format(result->first_ns, first);
  keel_time_format(result->last_ns, last);
  printf("%s: %llu quotes of %llu contracts at %llu instants, %s to %s\n", out, (unsigned long long)result->quotes,
         (unsigned long long)result->contracts, (unsigned long long)result->instants, first, last);
  printf("%llu rows read, %llu dropped\n", (unsigned long long)result->rows, (unsigned long long)result->dropped);
  print_problems(result, 1, "dropped:");
  print_problems(result, 0, "kept, to know:");
}

static json_t *problems_json(const keel_import_result *result, int dropped) {
  json_t *problems = json_object();
  for (size_t i = 0; i < result->problem_count; i++)
    if (result->problems[i].dropped == dropped)
      json_object_set_new(problems, result->problems[i].kind, json_integer((json_int_t)result->problems[i].count));
  return problems;
}

static json_t *as_json(const keel_import_result *result, const char *out) {
  char first[40], last[40];
  keel_time_format(result->first_ns, first);
  keel_time_format(result->last_ns, last);
  return json_pack("{ss sI sI sI sI sI ss ss so so}", "tape", out, "rows", (json_int_t)result->rows, "dropped",
                   (json_int_t)result->dropped, "quotes", (json_int_t)result->quotes, "contracts",
                   (json_int_t)result->contracts, "instants", (json_int_t)result->instants, "first", first, "last",
                   last, "dropped_by_kind", problems_json(result, 1), "kept_by_kind", problems_json(result, 0));
}

static int run(struct keel_cli *cli) {
  const char *out = keel_cli_value(cli, "output");
  if (!out) return keel_cli_usage(cli, "-o TAPE is missing: where to write");
  if (strcmp(out, "-") == 0) return keel_cli_usage(cli, "-o needs a file: a tape is read in place, not from a pipe");
  keel_import_options options = {.map_path = keel_cli_value(cli, "map"), .progress = keel_cli_tick, .context = cli};
  keel_import_result result;
  keel_error error;
  if (keel_import(cli->operands, cli->operand_count, out, &options, &result, &error) != KEEL_STATUS_OK)
    return keel_cli_fail(&error);
  keel_cli_bar_clear();
  if (cli->json) return keel_cli_print_json(as_json(&result, out), &error) ? keel_cli_fail(&error) : KEEL_EXIT_DONE;
  if (!cli->quiet) print_text(&result, out);
  return KEEL_EXIT_DONE;
}

static const struct keel_cli_option own[] = {
    {.name = "output",
     .letter = 'o',
     .value = "TAPE",
     .help = "the tape to write; an existing one is replaced when complete"},
    {.name = "map", .value = "MAP", .help = "a column map (YAML) for a layout that is not known by itself"},
    {.name = NULL},
};

const struct keel_cli_command keel_cmd_import = {
    .name = "import",
    .usage = "FILE... -o TAPE",
    .summary = "recorded market data (CSV, plain or gz; zips of Lean) into a tape",
    .details =
        "Known layouts are recognised by their header; --map describes others (docs/data.md). Several files become "
        "one\n"
        "tape. Rows with bad values are dropped and counted by kind; broken structure is an error and writes nothing.",
    .options = own,
    .operands_min = 1,
    .operands_max = -1,
    .run = run,
};
