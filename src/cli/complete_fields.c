/* Completion of --set: paths of a strategy's fields, and the values that some of them choose from. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "drive/strategy_fields.h"

/* A variant has the parts of a hedge that differ. */
static const struct keel_config_field *below(const struct keel_config_field *field) {
  return field->type == &keel_type_partial_hedge ? keel_strategy_hedge_fields : field->fields;
}

static const struct keel_config_field *named(const struct keel_config_field *fields, const char *name, size_t length) {
  for (; fields && fields->name; fields++)
    if (strlen(fields->name) == length && memcmp(fields->name, name, length) == 0) return fields;
  return NULL;
}

static int begins(const char *word, const char *typed, size_t length) { return strncmp(word, typed, length) == 0; }

/* What stands before the last dot, and a name that goes on from there. */
struct place {
  FILE *out;
  const char *before, *path, *last;
};

static void print(const struct place *place, const char *name, char after) {
  fprintf(place->out, "%s%.*s%s%c\n", place->before, (int)(place->last - place->path), place->path, name, after);
}

static void offer_names(const struct place *place, const struct keel_config_field *fields) {
  for (; fields && fields->name; fields++) {
    if (fields->type == &keel_type_later || !begins(fields->name, place->last, strlen(place->last))) continue;
    print(place, fields->name, below(fields) ? '.' : '=');
  }
}

/* The first item of a list, or the one whose number is there. */
static void offer_item(const struct place *place, const struct keel_config_field *field) {
  if (strcmp(field->item, "N") == 0 && strspn(place->last, "0123456789") == strlen(place->last))
    print(place, *place->last ? place->last : "0", '.');
}

static void offer_choices(const struct place *place, const struct keel_config_field *field) {
  const char *value = strchr(place->last, '=') + 1;
  for (const struct keel_config_choice *choice = field->choices; choice && choice->name; choice++)
    if (!choice->later && begins(choice->name, value, strlen(value)))
      fprintf(place->out, "%s%.*s%s\n", place->before, (int)(value - place->path), place->path, choice->name);
}

/* Whether an item can have this name: those of a list are numbers, others are the user's own. */
static int is_item_name(const struct keel_config_field *field, const char *name, size_t length) {
  return strcmp(field->item, "N") != 0 || strspn(name, "0123456789") >= length;
}

static void complete(struct place *place, const struct keel_config_field *fields);

/* The name of an item comes next. */
static void complete_item(struct place *place, const struct keel_config_field *field) {
  size_t length = strcspn(place->last, ".=");
  if (place->last[length] == '\0') offer_item(place, field);
  if (place->last[length] != '.' || !is_item_name(field, place->last, length)) return;
  place->last += length + 1;
  complete(place, below(field));
}

/* The name of one of these fields comes next. */
static void complete(struct place *place, const struct keel_config_field *fields) {
  size_t length = strcspn(place->last, ".=");
  const struct keel_config_field *field = named(fields, place->last, length);
  if (place->last[length] == '\0') offer_names(place, fields);
  if (!field) return;
  if (place->last[length] == '=') offer_choices(place, field);
  if (place->last[length] != '.') return;
  place->last += length + 1;
  if (field->item)
    complete_item(place, field);
  else
    complete(place, below(field));
}

void keel_cli_complete_field(FILE *out, const char *before, const char *typed) {
  complete(&(struct place){out, before, typed, typed}, keel_strategy_fields);
}
