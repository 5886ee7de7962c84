/* The command line's frame: what a command is, what it is given, and how it talks.
 *
 * A command is one file, cmd_NAME.c: a function and a `const struct keel_cli_command keel_cmd_NAME` that describes it,
 * listed in the table of main.c. The descriptions drive parsing, --help and the nearest-name hints. A command returns
 * its exit status: KEEL_EXIT_DONE, keel_cli_fail(...) or keel_cli_usage(...). */
#ifndef KEEL_CLI_CLI_H
#define KEEL_CLI_CLI_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "keel/error.h"
#include "keel/ranks.h"
#include "keel/strategy.h"

enum { KEEL_EXIT_DONE = 0, KEEL_EXIT_FAILED = 1, KEEL_EXIT_USAGE = 2 };

struct keel_cli;

/* What a command takes beside the options that all commands have. */
enum {
  KEEL_CLI_TABLE = 1,    /* its result is a table: --csv FILE */
  KEEL_CLI_STRATEGY = 2, /* it reads a strategy: --set PATH=VALUE */
  KEEL_CLI_RANKS = 4     /* all ranks run it; other commands are run by rank 0 alone */
};

struct keel_cli_option {
  const char *name;  /* `output` for --output */
  char letter;       /* `o` for -o; 0: none */
  const char *value; /* what help calls its value (FILE), or all that it may be (auto|base); NULL: a flag */
  const char *help;  /* one line */
  unsigned takes;    /* common options: only for commands that take this; 0: all */
  /* Common options only: stores the value; returns what would be allowed when it is wrong, else NULL. */
  const char *(*set)(struct keel_cli *cli, const char *value);
};

struct keel_cli_command {
  const char *name, *usage, *summary;    /* `price`, `FILE|-`, one line without a full stop */
  const char *details;                   /* further lines of --help, without the last line break; may be NULL */
  const struct keel_cli_option *options; /* its own, ended by one without a name; may be NULL */
  unsigned takes;
  int operands_min, operands_max; /* max -1: any number */
  int (*run)(struct keel_cli *cli);
};

struct keel_cli_given {
  const struct keel_cli_option *option;
  const char *value;
};

/* One invocation, parsed. All texts live as long as the program. */
struct keel_cli {
  const struct keel_cli_command *command;
  const char **operands;
  size_t operand_count;
  const char **sets; /* --set, in order: `path=value` */
  size_t set_count;
  struct keel_cli_given *given; /* the command's own options, in order */
  size_t given_count;
  int json, quiet, help;
  const char *csv; /* NULL: not asked for; "-": stdout */
  int threads;     /* at least 1; all cores by default */
  uint64_t seed;
  char seed_field[40]; /* --seed as one of `sets`: run.seed=N */
};

/* The commands: help, manual pages and completion come from this table of main.c, ended by NULL. */
extern const struct keel_cli_command *const keel_commands[];
/* The one of that name, or NULL. */
const struct keel_cli_command *keel_cli_command_named(const char *name);

/* ---- for commands ---- */

/* The value of the command's own option (the last one given; "" for a flag), or NULL when it was not given. */
const char *keel_cli_value(const struct keel_cli *cli, const char *name);

/* Prints `keel: WHERE: WHAT`; returns KEEL_EXIT_FAILED. After Ctrl-C it says so instead. */
int keel_cli_fail(const keel_error *error);
/* Prints `keel COMMAND: TEXT` and how to get help; returns KEEL_EXIT_USAGE. */
int keel_cli_usage(const struct keel_cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A remark on stderr, `keel: TEXT`; nothing with --quiet. */
void keel_cli_note(const struct keel_cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Called by long work now and then (cheap): draws the progress bar where there is one. Returns 1 once the user has
 * asked to stop: the work then cleans up and fails with KEEL_STATUS_STOPPED. `cli` is a struct keel_cli *, so that it
 * fits as a callback. */
int keel_cli_tick(void *cli, uint64_t done, uint64_t total);
/* The wish to stop was met with a result: from here on the program ends by its exit status, not by the signal. */
void keel_cli_stop_answered(void);
/* Removes the bar; messages do so by themselves. */
void keel_cli_bar_clear(void);
/* No bar: the table itself goes to the terminal. */
void keel_cli_bar_off(void);

/* The whole of a JSON document (indented, 17 digits, a line break) to stdout; takes the reference. */
keel_status keel_cli_print_json(json_t *document, keel_error *error);
/* Flushes stdout and reports what went wrong with it, now or earlier. */
keel_status keel_cli_flush(keel_error *error);

/* Reads the strategy that the first operand names, with --set, and says its warnings; returns an exit status. The
 * caller frees *strategy where that is KEEL_EXIT_DONE. */
int keel_cli_strategy(struct keel_cli *cli, keel_strategy **strategy);
/* A result of the library to stdout, ended by a line break; frees it. NULL: there was no memory. Returns an exit
 * status. */
int keel_cli_put(char *text, size_t length);
/* After the result of a run that the user ended: says of how many paths it is; returns an exit status. */
int keel_cli_partial(uint64_t paths);

/* The processes that share the work of commands with KEEL_CLI_RANKS; NULL: this one is alone. */
keel_ranks *keel_cli_ranks(void);

/* ---- for main ---- */

/* Of keel: ranks_alone.c. Of keel-mpi: ranks_mpi.c. Closing returns the exit status, the same on all ranks: 0 where it
 * is so on each. */
void keel_cli_ranks_open(int *argc, char ***argv);
int keel_cli_ranks_close(int status);

/* Which MPI it is, and how many ranks; empty where there is none. */
void keel_cli_ranks_describe(char *text, size_t size);

/* Of ranks other than 0: no more messages. What keel_cli_fail was given last can be had, to be said elsewhere. */
void keel_cli_silence(void);
const keel_error *keel_cli_failure(void);

/* Parses argv[2..]; returns an exit status (0: run it). */
int keel_cli_parse(struct keel_cli *cli, int argc, char **argv);
void keel_cli_free(struct keel_cli *cli);
/* The options that all commands have, ended by one without a name. */
extern const struct keel_cli_option keel_cli_common[];

/* What a command may be given: its own options, then those of the common ones that it takes; NULL beyond the last. */
const struct keel_cli_option *keel_cli_option_at(const struct keel_cli_command *command, size_t index);
/* Those that this process may use, from 1 to 1,024. */
int keel_cli_cores(void);

void keel_cli_help(FILE *out);
void keel_cli_help_command(FILE *out, const struct keel_cli_command *command);
/* The one of `names` (count of them) closest to `word`, or NULL if none is near. */
const char *keel_cli_nearest(const char *word, const char *const *names, size_t count);

/* `keel --man [COMMAND]`: the manual page of the command, or of the program (NULL), for man(7). Its date is that of
 * SOURCE_DATE_EPOCH, or none. */
void keel_cli_manual(FILE *out, const struct keel_cli_command *command);

/* `keel --complete WORD...`: what the last of these words, which follow `keel`, may become; a line each. A line that
 * begins with `*` is a pattern: files whose names match. */
void keel_cli_complete(FILE *out, size_t count, char **words);
/* Of `--set`: `typed` is the beginning of PATH=VALUE. */
void keel_cli_complete_field(FILE *out, const char *before, const char *typed);

void keel_cli_signals(void);
/* One more signal that asks to stop. */
void keel_cli_stop_at(int number);
int keel_cli_stopped(void);
/* Ends as the signal would have that asked to stop, or as one whose reader went away. */
void keel_cli_end_by_signal(void);

/* ---- the commands, by file ---- */
extern const struct keel_cli_command keel_cmd_price;
extern const struct keel_cli_command keel_cmd_implied;
extern const struct keel_cli_command keel_cmd_import;
extern const struct keel_cli_command keel_cmd_replay;
extern const struct keel_cli_command keel_cmd_risk;
extern const struct keel_cli_command keel_cmd_surface;
extern const struct keel_cli_command keel_cmd_hedge;
extern const struct keel_cli_command keel_cmd_frontier;
extern const struct keel_cli_command keel_cmd_simulate;
extern const struct keel_cli_command keel_cmd_report;
extern const struct keel_cli_command keel_cmd_doctor;

#endif
