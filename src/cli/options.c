/* Parsing of a command's options and operands, driven by the tables. */
#define _GNU_SOURCE /* sched_getaffinity */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "keel/cpu.h"

/* ---- the options that all commands have ---- */

static const char *set_json(struct keel_cli *cli, const char *value) {
  (void)value;
  cli->json = 1;
  return NULL;
}

static const char *set_quiet(struct keel_cli *cli, const char *value) {
  (void)value;
  cli->quiet = 1;
  return NULL;
}

static const char *set_help(struct keel_cli *cli, const char *value) {
  (void)value;
  cli->help = 1;
  return NULL;
}

static const char *set_csv(struct keel_cli *cli, const char *value) {
  cli->csv = value;
  return *value ? NULL : "a file's name, or - for stdout";
}

static const char *set_field(struct keel_cli *cli, const char *value) {
  const char *equals = strchr(value, '=');
  if (!equals || equals == value) return "path=value, as in hedge.trigger.every=1d";
  cli->sets[cli->set_count++] = value;
  return NULL;
}

/* A whole number of decimal digits alone, at most `max`. */
static int whole(const char *text, uint64_t max, uint64_t *number) {
  if (!*text || text[strspn(text, "0123456789")]) return 0;
  errno = 0;
  unsigned long long read = strtoull(text, NULL, 10);
  *number = read;
  return errno == 0 && read <= max;
}

/* In a strategy the seed is a field like others. */
static const char *set_seed(struct keel_cli *cli, const char *value) {
  if (!whole(value, UINT64_MAX, &cli->seed)) return "a whole number from 0 to 18446744073709551615";
  snprintf(cli->seed_field, sizeof cli->seed_field, "run.seed=%llu", (unsigned long long)cli->seed);
  if (cli->command->takes & KEEL_CLI_STRATEGY) cli->sets[cli->set_count++] = cli->seed_field;
  return NULL;
}

static const char *set_cpu(struct keel_cli *cli, const char *value) {
  keel_error error;
  (void)cli;
  return keel_cpu_force(value, &error) == KEEL_STATUS_OK ? NULL
                                                         : "auto, or a level that this machine has: base, v3, v4";
}

static const char *set_threads(struct keel_cli *cli, const char *value) {
  uint64_t threads;
  if (!whole(value, 1024, &threads) || threads < 1) return "a whole number from 1 to 1024";
  cli->threads = (int)threads;
  return NULL;
}

const struct keel_cli_option keel_cli_common[] = {
    {"json", 0, NULL, "one JSON document on stdout, nothing else", 0, set_json},
    {"csv", 0, "FILE", "write the table to FILE", KEEL_CLI_TABLE, set_csv},
    {"set", 0, "PATH=VALUE", "override a field of the strategy; may be repeated", KEEL_CLI_STRATEGY, set_field},
    {"seed", 0, "N", "seed of all randomness", 0, set_seed},
    {"threads", 0, "N", "threads to use (default: all cores that it may use); never changes a result", 0, set_threads},
    {"cpu", 0, "auto|base|v3|v4", "instruction set; never changes a result", 0, set_cpu},
    {"quiet", 'q', NULL, "no progress bar and no remarks; results and errors are still shown", 0, set_quiet},
    {"help", 'h', NULL, "show this help", 0, set_help},
    {0},
};

/* ---- finding an option in the tables ---- */

static int is_named(const struct keel_cli_option *option, const char *name, size_t length, char letter) {
  if (letter) return option->letter == letter;
  return strlen(option->name) == length && memcmp(option->name, name, length) == 0;
}

const struct keel_cli_option *keel_cli_option_at(const struct keel_cli_command *command, size_t index) {
  for (const struct keel_cli_option *option = command->options; option && option->name; option++)
    if (index-- == 0) return option;
  for (const struct keel_cli_option *option = keel_cli_common; option->name; option++)
    if ((option->takes & ~command->takes) == 0 && index-- == 0) return option;
  return NULL;
}

/* By name, or by letter where that is not 0. */
static const struct keel_cli_option *find(const struct keel_cli_command *command, const char *name, size_t length,
                                          char letter) {
  const struct keel_cli_option *option;
  for (size_t i = 0; (option = keel_cli_option_at(command, i)); i++)
    if (is_named(option, name, length, letter)) return option;
  return NULL;
}

static int unknown(const struct keel_cli *cli, const char *argument, const char *name, size_t length) {
  const char *names[64];
  const struct keel_cli_option *option;
  size_t count = 0;
  while (count < 64 && (option = keel_cli_option_at(cli->command, count))) names[count++] = option->name;
  char word[64];
  snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), name);
  const char *nearest = argument[1] == '-' ? keel_cli_nearest(word, names, count) : NULL;
  if (nearest) return keel_cli_usage(cli, "no option %s; did you mean --%s?", argument, nearest);
  return keel_cli_usage(cli, "no option %s", argument);
}

/* ---- parsing ---- */

/* A flag's value is "". */
static int accept(struct keel_cli *cli, const struct keel_cli_option *option, const char *value) {
  if (!option->set) {
    cli->given[cli->given_count++] = (struct keel_cli_given){option, value};
    return KEEL_EXIT_DONE;
  }
  const char *allowed = option->set(cli, value);
  if (allowed) return keel_cli_usage(cli, "--%s: \"%s\" is not allowed, only %s", option->name, value, allowed);
  return KEEL_EXIT_DONE;
}

/* One option at argv[*at], with its value there (`--csv=x`, `-ox`) or in the next argument. */
static int parse_option(struct keel_cli *cli, int argc, char **argv, int *at) {
  const char *argument = argv[*at];
  int is_long = argument[1] == '-';
  const char *name = argument + 1 + is_long;
  const char *equals = is_long ? strchr(name, '=') : NULL;
  size_t length = equals ? (size_t)(equals - name) : strlen(name);
  const struct keel_cli_option *option = find(cli->command, name, length, is_long ? 0 : *name);
  if (!option) return unknown(cli, argument, name, length);
  const char *value = equals ? equals + 1 : !is_long && name[1] ? name + 1 : NULL;
  if (!option->value) {
    if (value) return keel_cli_usage(cli, "--%s takes no value", option->name);
    return accept(cli, option, "");
  }
  if (!value) {
    if (*at + 1 == argc) return keel_cli_usage(cli, "%s needs a value: %s", argument, option->value);
    value = argv[++*at];
  }
  return accept(cli, option, value);
}

static int check(const struct keel_cli *cli) {
  const struct keel_cli_command *command = cli->command;
  if (cli->help) return KEEL_EXIT_DONE;
  if (cli->operand_count < (size_t)command->operands_min) return keel_cli_usage(cli, "needs %s", command->usage);
  if (command->operands_max >= 0 && cli->operand_count > (size_t)command->operands_max)
    return keel_cli_usage(cli, "one argument too many: \"%s\"", cli->operands[command->operands_max]);
  if (cli->json && cli->csv && strcmp(cli->csv, "-") == 0)
    return keel_cli_usage(cli, "--json and --csv - cannot both go to stdout");
  return KEEL_EXIT_DONE;
}

/* A rank has its part of the machine. */
int keel_cli_cores(void) {
  cpu_set_t set;
  long cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
  return cores > 1 ? (int)(cores < 1024 ? cores : 1024) : 1;
}

int keel_cli_parse(struct keel_cli *cli, int argc, char **argv) {
  cli->threads = keel_cli_cores();
  cli->operands = calloc((size_t)argc, sizeof *cli->operands);
  cli->sets = calloc((size_t)argc, sizeof *cli->sets);
  cli->given = calloc((size_t)argc, sizeof *cli->given);
  if (!cli->operands || !cli->sets || !cli->given)
    return keel_cli_fail(&(keel_error){KEEL_STATUS_MEMORY, "", "no memory"});
  int options_end = 0;
  for (int at = 2; at < argc; at++) {
    int is_option = !options_end && argv[at][0] == '-' && argv[at][1];
    if (!is_option) {
      cli->operands[cli->operand_count++] = argv[at];
    } else if (strcmp(argv[at], "--") == 0) {
      options_end = 1;
    } else {
      int status = parse_option(cli, argc, argv, &at);
      if (status != KEEL_EXIT_DONE) return status;
    }
  }
  return check(cli);
}

void keel_cli_free(struct keel_cli *cli) {
  free(cli->operands);
  free(cli->sets);
  free(cli->given);
}

const char *keel_cli_value(const struct keel_cli *cli, const char *name) {
  for (size_t i = cli->given_count; i-- > 0;)
    if (strcmp(cli->given[i].option->name, name) == 0) return cli->given[i].value;
  return NULL;
}
