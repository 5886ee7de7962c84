/* keel report: a page that shows results. The library writes it; here it is asked for. */
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "keel/report.h"

static int is_same_file(const char *one, const char *other) {
  struct stat a, b;
  return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino &&
         S_ISREG(a.st_mode);
}

static int run(struct keel_cli *cli) {
  keel_error error;
  const char *out = keel_cli_value(cli, "output");
  if (!out) return keel_cli_usage(cli, "-o FILE.html is missing: where to write");
  if (strcmp(out, "-") == 0) return keel_cli_usage(cli, "-o needs a file: a page is not for a terminal");
  for (size_t i = 0; i < cli->operand_count; i++)
    if (is_same_file(cli->operands[i], out)) return keel_cli_usage(cli, "-o: %s is one of the results", out);
  if (keel_report_save(cli->operands, cli->operand_count, out, &error) != KEEL_STATUS_OK) return keel_cli_fail(&error);
  struct stat page;
  long long bytes = stat(out, &page) == 0 ? (long long)page.st_size : 0;
  if (cli->json)
    return keel_cli_print_json(json_pack("{ss sI}", "page", out, "bytes", (json_int_t)bytes), &error)
               ? keel_cli_fail(&error)
               : KEEL_EXIT_DONE;
  if (!cli->quiet) printf("%s: %lld kB, to be opened in a browser\n", out, (bytes + 999) / 1000);
  return KEEL_EXIT_DONE;
}

static const struct keel_cli_option options[] = {
    {.name = "output", .letter = 'o', .value = "FILE.html", .help = "the page to write; replaced when complete"},
    {.name = NULL},
};

const struct keel_cli_command keel_cmd_report = {
    .name = "report",
    .usage = "RUN... -o FILE.html",
    .summary = "one self-contained page with plots",
    .details =
        "RUN is what simulate, frontier, replay, risk or surface wrote with --json (- is stdin), or the ledger that\n"
        "`replay --csv` wrote; a ledger belongs to the replay that is given beside it. Several results make one page.\n"
        "The page needs no server and asks no one for anything: it can be sent, kept and printed.",
    .options = options,
    .operands_min = 1,
    .operands_max = -1,
    .run = run,
};
