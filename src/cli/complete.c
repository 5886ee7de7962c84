/* Completion, from the tables: the shell asks `keel --complete WORD...`. */
#include <string.h>

#include "cli/cli.h"

/* The last word: `typed` is the part of it that is completed, `before` what stands in front of that. */
struct request {
  FILE *out;
  const char *before, *typed;
};

static void offer(const struct request *request, const char *word, size_t length) {
  size_t typed = strlen(request->typed);
  if (typed <= length && strncmp(word, request->typed, typed) == 0)
    fprintf(request->out, "%s%.*s\n", request->before, (int)length, word);
}

/* What help calls a file, and which names such files have. */
static const struct {
  const char *name, *pattern;
} files[] = {{"FILE", "*"}, {"STRATEGY", "*.y*ml"}, {"MAP", "*.y*ml"}, {"TAPE", "*.tape"}, {"RUN", "*"}};

static const char *file_pattern(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (strlen(files[i].name) == length && memcmp(files[i].name, name, length) == 0) return files[i].pattern;
  return NULL;
}

/* By what help calls a value or the first operand: `auto|base`, `FILE|-`, `FILE... -o TAPE`, `PATH=VALUE`. Only what is
 * in small letters is itself a value. */
static void offer_value(const struct request *request, const char *value) {
  static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (strcmp(value, "PATH=VALUE") == 0) keel_cli_complete_field(request->out, request->before, request->typed);
  for (size_t end = strcspn(value, " "), at = 0; at < end; at++) {
    size_t length = strcspn(value + at, "| "), name = strspn(value + at, capitals);
    const char *pattern = file_pattern(value + at, name);
    if (pattern)
      fprintf(request->out, "%s\n", pattern);
    else if (name == 0 && value[at] != '-')
      offer(request, value + at, length);
    at += length;
  }
}

static void offer_commands(const struct request *request) {
  for (size_t i = 0; keel_commands[i]; i++) offer(request, keel_commands[i]->name, strlen(keel_commands[i]->name));
  if (request->typed[0] != '-') return;
  offer(request, "--help", strlen("--help"));
  offer(request, "--version", strlen("--version"));
}

static void offer_options(const struct request *request, const struct keel_cli_command *command) {
  const struct keel_cli_option *option;
  for (size_t i = 0; (option = keel_cli_option_at(command, i)); i++) {
    char word[64];
    int length = snprintf(word, sizeof word, "--%.60s", option->name);
    offer(request, word, (size_t)length);
  }
}

/* The option that a word is, `--output` or `-o`, up to a `=`. */
static const struct keel_cli_option *option_of(const struct keel_cli_command *command, const char *word) {
  const struct keel_cli_option *option;
  size_t length = strcspn(word, "=");
  for (size_t i = 0; (option = keel_cli_option_at(command, i)); i++) {
    if (strncmp(word, "--", 2) == 0 && strlen(option->name) == length - 2 &&
        memcmp(word + 2, option->name, length - 2) == 0)
      return option;
    if (length == 2 && word[0] == '-' && option->letter && option->letter == word[1]) return option;
  }
  return NULL;
}

/* Looks at the words before the last one: the option that waits for its value; whether a `--` was among them. */
static const struct keel_cli_option *waiting(const struct keel_cli_command *command, size_t count, char **words,
                                             int *options_end) {
  *options_end = 0;
  for (size_t i = 1; i + 1 < count; i++) {
    if (strcmp(words[i], "--") == 0) {
      *options_end = 1;
      return NULL;
    }
    const struct keel_cli_option *option = words[i][0] == '-' ? option_of(command, words[i]) : NULL;
    if (!option || !option->value || strchr(words[i], '=')) continue;
    if (++i + 1 == count) return option;
  }
  return NULL;
}

void keel_cli_complete(FILE *out, size_t count, char **words) {
  if (count == 0) return;
  struct request request = {out, "", words[count - 1]};
  if (count == 1) {
    offer_commands(&request);
    return;
  }
  const struct keel_cli_command *command = keel_cli_command_named(words[0]);
  if (!command) return;
  int options_end;
  const struct keel_cli_option *option = waiting(command, count, words, &options_end);
  char *equals = strchr(words[count - 1], '=');
  if (option) {
    offer_value(&request, option->value);
  } else if (options_end || request.typed[0] != '-') {
    offer_value(&request, command->usage);
  } else if (!equals) {
    offer_options(&request, command);
  } else if ((option = option_of(command, request.typed)) && option->value) {
    char before[64];
    snprintf(before, sizeof before, "--%.50s=", option->name);
    offer_value(&(struct request){out, before, equals + 1}, option->value);
  }
}
