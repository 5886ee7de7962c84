/* Manual pages for man(7), from the tables. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cli/cli.h"
#include "keel/version.h"

/* ---- text ---- */

/* Words as they are: what roff would take for its own is escaped, and what stands between backticks is bold. */
static void put(FILE *out, const char *text, size_t length) {
  int is_bold = 0;
  for (size_t i = 0; i < length; i++) {
    int starts_line = i == 0 || text[i - 1] == '\n';
    if (starts_line && (text[i] == '.' || text[i] == '\'')) fputs("\\&", out);
    if (text[i] == '`')
      fputs((is_bold = !is_bold) ? "\\fB" : "\\fR", out);
    else if (text[i] == '\\')
      fputs("\\e", out);
    else if (text[i] == '-')
      fputs("\\-", out);
    else
      fputc(text[i], out);
  }
}

static void line(FILE *out, const char *text) {
  put(out, text, strlen(text));
  fputc('\n', out);
}

/* Paragraphs; lines that begin with a blank stay as they are. */
static void details(FILE *out, const char *text) {
  int is_table = 0;
  while (*text) {
    size_t length = strcspn(text, "\n");
    if ((*text == ' ') != is_table) fputs((is_table = !is_table) ? ".PP\n.nf\n" : ".fi\n.PP\n", out);
    if (length == 0)
      fputs(".PP\n", out);
    else
      put(out, text, length), fputc('\n', out);
    text += length + (text[length] == '\n');
  }
  if (is_table) fputs(".fi\n", out);
}

/* ---- parts of a page ---- */

/* `keel` or `keel-COMMAND`, as the page is called. */
static void page_name(const struct keel_cli_command *command, char name[64]) {
  snprintf(name, 64, "keel%s%.50s", command ? "-" : "", command ? command->name : "");
}

/* The day of SOURCE_DATE_EPOCH, in UTC: a page is the same whenever it is built. */
static void print_day(FILE *out) {
  const char *epoch = getenv("SOURCE_DATE_EPOCH");
  char *end, day[16] = "";
  long long seconds = epoch ? strtoll(epoch, &end, 10) : 0;
  if (epoch && end != epoch && !*end && seconds >= 0 && seconds < INT64_C(253402300800))
    keel_date_format((int32_t)(seconds / 86400), day);
  fprintf(out, "\"%s\"", day);
}

static void print_title(FILE *out, const struct keel_cli_command *command, const char *summary) {
  char name[64], title[64] = "";
  page_name(command, name);
  for (size_t i = 0; name[i]; i++) title[i] = (char)toupper((unsigned char)name[i]);
  fprintf(out, ".TH %s 1 ", title);
  print_day(out);
  fprintf(out, " \"keel %s\" \"User Commands\"\n.SH NAME\n", keel_version());
  put(out, name, strlen(name));
  fputs(" \\- ", out);
  line(out, summary);
}

static void print_option(FILE *out, const struct keel_cli_option *option) {
  fputs(".TP\n", out);
  if (option->letter) fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
  fputs("\\fB\\-\\-", out);
  put(out, option->name, strlen(option->name));
  fputs("\\fR", out);
  if (option->value) {
    fputs(" \\fI", out);
    put(out, option->value, strlen(option->value));
    fputs("\\fR", out);
  }
  fputc('\n', out);
  line(out, option->help);
}

static void print_ending(FILE *out, const struct keel_cli_command *command) {
  fputs(
      ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nThe work failed: what, where and what to do is on stderr.\n"
      ".TP\n2\nThe command line is not as it has to be.\n"
      ".SH ENVIRONMENT\n.TP\n\\fBKEEL_CPU\\fR\nThe instruction set to use where \\fB\\-\\-cpu\\fR is not given; it "
      "never changes a result.\n.SH SEE ALSO\n",
      out);
  const char *between = "";
  if (command) fputs("\\fBkeel\\fR(1)", out), between = ",\n";
  for (size_t i = 0; keel_commands[i]; i++) {
    if (keel_commands[i] == command) continue;
    fprintf(out, "%s\\fB\\%%keel\\-%s\\fR(1)", between, keel_commands[i]->name);
    between = ",\n";
  }
  fputc('\n', out);
}

/* ---- pages ---- */

static void program_page(FILE *out) {
  print_title(out, NULL, "hedging of options");
  fputs(
      ".SH SYNOPSIS\n\\fBkeel\\fR \\fICOMMAND\\fR [\\fIoptions\\fR] ...\n.br\n"
      "\\fBkeel\\fR \\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR\n"
      ".SH DESCRIPTION\nSays what to trade to keep an options book hedged, how often and at what cost, and what "
      "explains the result.\nEach command has a page of its own, and \\fBkeel\\fR \\fICOMMAND\\fR "
      "\\fB\\-\\-help\\fR.\n.SH COMMANDS\n",
      out);
  for (size_t i = 0; keel_commands[i]; i++) {
    fprintf(out, ".TP\n\\fBkeel %s\\fR \\fI", keel_commands[i]->name);
    put(out, keel_commands[i]->usage, strlen(keel_commands[i]->usage));
    fputs("\\fR\n", out);
    line(out, keel_commands[i]->summary);
  }
  fputs(".SH OPTIONS\nThose that most commands have:\n", out);
  for (const struct keel_cli_option *option = keel_cli_common; option->name; option++) print_option(out, option);
  print_ending(out, NULL);
}

static void command_page(FILE *out, const struct keel_cli_command *command) {
  print_title(out, command, command->summary);
  fprintf(out, ".SH SYNOPSIS\n\\fBkeel %s\\fR [\\fIoptions\\fR] \\fI", command->name);
  put(out, command->usage, strlen(command->usage));
  fputs("\\fR\n", out);
  if (command->details) {
    fputs(".SH DESCRIPTION\n", out);
    details(out, command->details);
  }
  fputs(".SH OPTIONS\n", out);
  const struct keel_cli_option *option;
  for (size_t i = 0; (option = keel_cli_option_at(command, i)); i++) print_option(out, option);
  print_ending(out, command);
}

void keel_cli_manual(FILE *out, const struct keel_cli_command *command) {
  if (command)
    command_page(out, command);
  else
    program_page(out);
}
