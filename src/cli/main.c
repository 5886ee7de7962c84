/* keel: the program. The table of commands, and their dispatch. */
#include "cli/cli.h"

#include <string.h>

#include "drive/ranks.h"
#include "keel/version.h"

/* clang-format off */
const struct keel_cli_command *const keel_commands[] = {
    &keel_cmd_price,
    &keel_cmd_implied,
    &keel_cmd_import,
    &keel_cmd_risk,
    &keel_cmd_surface,
    &keel_cmd_hedge,
    &keel_cmd_simulate,
    &keel_cmd_replay,
    &keel_cmd_frontier,
    &keel_cmd_report,
    &keel_cmd_doctor,
    NULL,
};
/* clang-format on */

const struct keel_cli_command *keel_cli_command_named(const char *name) {
  for (size_t i = 0; keel_commands[i]; i++)
    if (strcmp(keel_commands[i]->name, name) == 0) return keel_commands[i];
  return NULL;
}

static int unknown(const char *name) {
  const char *names[64] = {NULL};
  size_t count = 0;
  while (keel_commands[count] && count < 64) names[count] = keel_commands[count]->name, count++;
  const char *nearest = keel_cli_nearest(name, names, count);
  fprintf(stderr, "keel: no %s \"%s\"", name[0] == '-' ? "option" : "command", name);
  if (nearest) fprintf(stderr, "; did you mean %s?", nearest);
  fputs("\nkeel --help lists the commands\n", stderr);
  return KEEL_EXIT_USAGE;
}

static int run(int argc, char **argv, const struct keel_cli_command *command) {
  struct keel_cli cli = {.command = command};
  int status = keel_cli_parse(&cli, argc, argv);
  if (status == KEEL_EXIT_DONE) {
    if (!cli.help)
      status = command->run(&cli);
    else if (keel_ranks_is_first(keel_cli_ranks()))
      keel_cli_help_command(stdout, command);
  }
  keel_cli_free(&cli);
  return status;
}

/* keel --man [COMMAND] */
static int manual(int argc, char **argv) {
  const struct keel_cli_command *command = argc > 2 ? keel_cli_command_named(argv[2]) : NULL;
  if (argc > 2 && !command) return unknown(argv[2]);
  keel_cli_manual(stdout, command);
  return KEEL_EXIT_DONE;
}

/* What is asked of the program itself. */
static int answer(int argc, char **argv) {
  const char *name = argv[1];
  if (strcmp(name, "--man") == 0) return manual(argc, argv);
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
    keel_cli_help(stdout);
  else if (strcmp(name, "--version") == 0)
    printf("keel %s\n", keel_version());
  else if (strcmp(name, "--complete") == 0)
    keel_cli_complete(stdout, (size_t)argc - 2, argv + 2);
  else
    return unknown(name);
  return KEEL_EXIT_DONE;
}

static int dispatch(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  const struct keel_cli_command *command = keel_cli_command_named(name);
  int is_shared = command && (command->takes & KEEL_CLI_RANKS);
  if (!is_shared && !keel_ranks_is_first(keel_cli_ranks())) return KEEL_EXIT_DONE;
  if (command) return run(argc, argv, command);
  if (argc > 1) return answer(argc, argv);
  keel_cli_help(stderr);
  return KEEL_EXIT_USAGE;
}

static int finish(int status) {
  keel_error error;
  keel_cli_bar_clear();
  if (keel_cli_flush(&error) != KEEL_STATUS_OK && status == KEEL_EXIT_DONE) status = keel_cli_fail(&error);
  status = keel_cli_ranks_close(status);
  if (status != KEEL_EXIT_DONE && !keel_cli_ranks()) keel_cli_end_by_signal();
  return status;
}

int main(int argc, char **argv) {
  keel_cli_signals();
  keel_cli_ranks_open(&argc, &argv);
  return finish(dispatch(argc, argv));
}
