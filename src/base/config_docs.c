/* The documentation of tables of fields. */
#include <ctype.h>
#include <string.h>

#include "base/config_read.h"

enum { PATH_SIZE = 200 };

static void print_allowed(FILE *out, const struct keel_config_field *field) {
  char text[320];
  if (field->choices) {
    keel_config_choice_names(field->choices, text, sizeof text);
  } else {
    keel_config_range(field, text, sizeof text);
  }
  fputs(text, out);
}

static void print_default(FILE *out, const struct keel_config_field *field) {
  if (field->flags & KEEL_CONFIG_REQUIRED) {
    fputs("required", out);
  } else if (field->preset) {
    fprintf(out, "`%s`", field->preset);
  } else {
    fputs(field->absent ? field->absent : field->type == &keel_type_map ? "" : "none", out);
  }
}

static void print_row(FILE *out, const struct keel_config_field *field, const char *path) {
  fprintf(out, "| `%s` | %s%s%s | ", path, field->type->name, field->unit ? ", " : "", field->unit ? field->unit : "");
  print_default(out, field);
  fputs(" | ", out);
  print_allowed(out, field);
  fprintf(out, " | %s |\n", field->help);
}

/* The path of what is below a field: `book` has `book.N`, a plain map itself. */
static void path_below(const struct keel_config_field *field, const char *path, char *below) {
  snprintf(below, PATH_SIZE, "%.140s%s%.40s", path, field->item ? "." : "", field->item ? field->item : "");
}

static void path_of(const struct keel_config_field *field, const char *above, char *path) {
  snprintf(path, PATH_SIZE, "%.120s%s%.40s", above, *above ? "." : "", field->name);
}

/* The rows of a field and of all below it. */
static void print_rows(FILE *out, const struct keel_config_field *field, const char *above) {
  char path[PATH_SIZE], below[PATH_SIZE];
  path_of(field, above, path);
  path_below(field, path, below);
  if (field->type == &keel_type_later) return;
  if (*above) print_row(out, field, path);
  if (!field->fields) return;
  for (const struct keel_config_field *inner = field->fields; inner->name; inner++) print_rows(out, inner, below);
}

/* A line for each name below a field that is understood and not available yet. */
static void print_later(FILE *out, const struct keel_config_field *field, const char *above) {
  char path[PATH_SIZE], below[PATH_SIZE];
  path_of(field, above, path);
  path_below(field, path, below);
  if (field->type == &keel_type_later) fprintf(out, "- `%s`: %s\n", path, field->help);
  for (const struct keel_config_choice *choice = field->choices; choice && choice->name; choice++)
    if (choice->later) fprintf(out, "- `%s: %s`\n", path, choice->name);
  for (const struct keel_config_field *inner = field->fields; inner && inner->name; inner++)
    print_later(out, inner, below);
}

void keel_config_document(FILE *out, const struct keel_config_field *fields) {
  for (const struct keel_config_field *field = fields; field->name; field++) {
    if (field->type == &keel_type_later) continue;
    fprintf(out, "## %s\n\n%c%s.%s\n\n", field->name, toupper((unsigned char)field->help[0]), field->help + 1,
            field->flags & KEEL_CONFIG_REQUIRED ? " Required." : "");
    fputs("| field | type | default | allowed | meaning |\n|---|---|---|---|---|\n", out);
    print_rows(out, field, "");
    fputc('\n', out);
  }
  fputs("## Understood, and not available yet\n\n", out);
  for (const struct keel_config_field *field = fields; field->name; field++) print_later(out, field, "");
}
