/* Help, from the tables, and the nearest name to a mistyped one. */
#include <string.h>

#include "cli/cli.h"

void keel_cli_help(FILE *out) {
  fputs("keel: hedging of options\n\nusage: keel COMMAND [options] ...\n\n", out);
  for (size_t i = 0; keel_commands[i]; i++) {
    const struct keel_cli_command *command = keel_commands[i];
    fprintf(out, "  %-10s%-20s%s\n", command->name, command->usage, command->summary);
  }
  fputs("\nkeel COMMAND --help says more; keel --version\n", out);
}

static void option_line(FILE *out, const struct keel_cli_option *option) {
  char left[64], letter[8] = "    ";
  if (option->letter) snprintf(letter, sizeof letter, "-%c, ", option->letter);
  snprintf(left, sizeof left, "%s--%s %s", letter, option->name, option->value ? option->value : "");
  fprintf(out, "  %-25s %s\n", left, option->help);
}

void keel_cli_help_command(FILE *out, const struct keel_cli_command *command) {
  fprintf(out, "keel %s: %s\n\nusage: keel %s [options] %s\n", command->name, command->summary, command->name,
          command->usage);
  if (command->details) fprintf(out, "\n%s\n", command->details);
  fputs("\noptions\n", out);
  const struct keel_cli_option *option;
  for (size_t i = 0; (option = keel_cli_option_at(command, i)); i++) option_line(out, option);
  fputs("\nexit status: 0 done, 1 the work failed, 2 usage\n", out);
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Edits (insert, delete, replace) from one word to the other; both shorter than 64. */
static size_t distance(const char *from, const char *to) {
  size_t row[64], length = strlen(to);
  for (size_t j = 0; j <= length; j++) row[j] = j;
  for (size_t i = 1; from[i - 1]; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= length; j++) {
      size_t replaced = diagonal + (from[i - 1] != to[j - 1]);
      diagonal = row[j];
      row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
    }
  }
  return row[length];
}

const char *keel_cli_nearest(const char *word, const char *const *names, size_t count) {
  const char *nearest = NULL;
  size_t length = strlen(word), best = 1 + (length < 4 ? 1 : length < 8 ? 2 : 3);
  if (length == 0 || length >= 64) return NULL;
  for (size_t i = 0; i < count; i++) {
    size_t edits = strlen(names[i]) < 64 ? distance(word, names[i]) : best;
    if (edits < best) best = edits, nearest = names[i];
  }
  return nearest;
}
