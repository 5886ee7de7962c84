/* What commands that run a strategy share: reading it, and putting a result out. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "base/text.h"
#include "cli/cli.h"

/* The folder of a path, as the system knows it, and the name in it. */
static int is_same_place(const char *one, const char *other) {
  const char *names[] = {one, other}, *last[2];
  struct stat folders[2];
  for (int i = 0; i < 2; i++) {
    char folder[PATH_MAX];
    const char *slash = strrchr(names[i], '/');
    size_t length = slash ? (size_t)(slash - names[i]) + 1 : 0;
    if (length >= sizeof folder) return 0;
    snprintf(folder, sizeof folder, "%.*s.", (int)length, names[i]);
    if (stat(folder, &folders[i]) != 0) return 0;
    last[i] = names[i] + length;
  }
  return folders[0].st_dev == folders[1].st_dev && folders[0].st_ino == folders[1].st_ino &&
         strcmp(last[0], last[1]) == 0;
}

static int is_same_file(const char *one, const char *other) {
  struct stat a, b;
  if (strcmp(one, other) == 0) return 1;
  int there = (stat(one, &a) == 0) + (stat(other, &b) == 0);
  if (there < 2) return there == 0 && is_same_place(one, other);
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && S_ISREG(a.st_mode);
}

static const char *const output_names[] = {"tape", "ledger", "csv"};
enum { OUTPUTS = 3 };
static const char *output(const struct keel_cli *cli, size_t i) {
  return i < 2 ? keel_cli_value(cli, output_names[i]) : cli->csv;
}

/* What a command writes replaces neither the strategy nor another of its files. */
static int check_outputs(const struct keel_cli *cli) {
  for (size_t i = 0; i < OUTPUTS; i++) {
    const char *file = output(cli, i), *name = output_names[i];
    if (!file) continue;
    if (i < 2 && strcmp(file, "-") == 0)
      return keel_cli_usage(cli, "--%s: \"-\" is not allowed, only a file's name", name);
    if (is_same_file(file, cli->operands[0])) return keel_cli_usage(cli, "--%s: %s is the strategy itself", name, file);
    for (size_t k = 0; k < i; k++)
      if (output(cli, k) && is_same_file(file, output(cli, k)) && strcmp(file, "/dev/null") != 0)
        return keel_cli_usage(cli, "--%s and --%s: both are %s", output_names[k], name, file);
  }
  return KEEL_EXIT_DONE;
}

/* Nor what the strategy reads; a simulation's tape may be the one that it is to be replayed from. */
static int check_inputs(const struct keel_cli *cli, const keel_strategy *strategy) {
  const char *read, *field;
  for (size_t i = 0; i < OUTPUTS; i++)
    for (size_t k = 0; output(cli, i) && (read = keel_strategy_file(strategy, k, &field)); k++)
      if (is_same_file(output(cli, i), read) && (i > 0 || strcmp(field, output_names[i]) != 0))
        return keel_cli_usage(cli, "--%s: %s is a file that the strategy reads", output_names[i], output(cli, i));
  return KEEL_EXIT_DONE;
}

/* Of the characters that a shell may take for more than themselves none is in a bare word. */
static void put_word(struct keel_text *line, const char *word) {
  static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (line->length) keel_text_char(line, ' ');
  if (*word && !word[strspn(word, bare)]) {
    keel_text_add(line, word);
    return;
  }
  keel_text_char(line, '\'');
  for (const char *c = word; *c; c++) {
    if (*c == '\'')
      keel_text_add(line, "'\\''");
    else
      keel_text_char(line, *c);
  }
  keel_text_char(line, '\'');
}

/* The command that repeats this one: what changes no result (threads, form of the output) is left out. */
static void tell_command(const struct keel_cli *cli, keel_strategy *strategy) {
  struct keel_text line;
  keel_text_init(&line);
  keel_text_add(&line, "keel");
  put_word(&line, cli->command->name);
  for (size_t i = 0; i < cli->operand_count; i++) put_word(&line, cli->operands[i]);
  for (size_t i = 0; i < cli->given_count; i++) {
    char name[64];
    if (strcmp(cli->given[i].option->name, "watch") == 0) continue;
    snprintf(name, sizeof name, "--%s", cli->given[i].option->name);
    put_word(&line, name);
    if (cli->given[i].option->value) put_word(&line, cli->given[i].value);
  }
  for (size_t i = 0; i < cli->set_count; i++) {
    put_word(&line, "--set");
    put_word(&line, cli->sets[i]);
  }
  char *text = keel_text_take(&line, NULL);
  if (text) keel_strategy_set_command(strategy, text);
  free(text);
}

int keel_cli_strategy(struct keel_cli *cli, keel_strategy **strategy) {
  keel_error error;
  int status = check_outputs(cli);
  if (status != KEEL_EXIT_DONE) return status;
  if (keel_strategy_load(cli->operands[0], cli->sets, cli->set_count, strategy, &error) != KEEL_STATUS_OK)
    return keel_cli_fail(&error);
  status = check_inputs(cli, *strategy);
  if (status != KEEL_EXIT_DONE) {
    keel_strategy_free(*strategy);
    return status;
  }
  tell_command(cli, *strategy);
  for (size_t i = 0; i < keel_strategy_warning_count(*strategy); i++)
    keel_cli_note(cli, "%s", keel_strategy_warning(*strategy, i));
  return KEEL_EXIT_DONE;
}

int keel_cli_put(char *text, size_t length) {
  keel_error error;
  if (!text) return keel_cli_fail(&(keel_error){.status = KEEL_STATUS_MEMORY, .what = "no memory for the result"});
  errno = 0;
  int failed = fwrite(text, 1, length, stdout) != length, why = errno;
  if (!failed && length && text[length - 1] != '\n') failed = fputc('\n', stdout) < 0;
  free(text);
  if (!failed) return KEEL_EXIT_DONE;
  keel_fail(&error, KEEL_STATUS_IO, "stdout", "cannot write: %s", strerror(why ? why : EIO));
  return keel_cli_fail(&error);
}

int keel_cli_partial(uint64_t paths) {
  fflush(stdout);
  fprintf(stderr, "keel: stopped after %llu paths; the result is that of these\n", (unsigned long long)paths);
  return KEEL_EXIT_FAILED;
}
