#include "base/config_read.h"

#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/time.h"

/* ---- names, for messages ---- */

static void append_name(char *buffer, size_t size, const char *name) {
  size_t used = strlen(buffer);
  snprintf(buffer + used, size - used, "%s%s", used ? ", " : "", name);
}

void keel_config_names(const struct keel_config_field *fields, char *buffer, size_t size) {
  buffer[0] = '\0';
  for (; fields->name; fields++)
    if (fields->type != &keel_type_later) append_name(buffer, size, fields->name);
}

void keel_config_choice_names(const struct keel_config_choice *choices, char *buffer, size_t size) {
  buffer[0] = '\0';
  for (; choices->name; choices++)
    if (!choices->later) append_name(buffer, size, choices->name);
}

void keel_config_range(const struct keel_config_field *field, char *buffer, size_t size) {
  int above = field->flags & KEEL_CONFIG_ABOVE_MIN;
  if (field->min == 0 && field->max == 0) {
    buffer[0] = '\0';
  } else if (isinf(field->max)) {
    snprintf(buffer, size, above ? "above %g" : "%g or more", field->min);
  } else {
    snprintf(buffer, size, above ? "above %g, at most %g" : "from %g to %g", field->min, field->max);
  }
}

enum { NAME_MAX_LENGTH = 32 };

/* How many letters have to be added, dropped or changed to make one of the other (Levenshtein 1966). */
static size_t distance(const char *a, const char *b) {
  size_t row[NAME_MAX_LENGTH + 1], length = strlen(b);
  for (size_t j = 0; j <= length; j++) row[j] = j;
  for (size_t i = 0; a[i]; i++) {
    size_t corner = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < length; j++) {
      size_t best = corner + (a[i] != b[j]);
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j + 1] + 1 < best) best = row[j + 1] + 1;
      corner = row[j + 1];
      row[j + 1] = best;
    }
  }
  return row[length];
}

static const char *nearest(const struct keel_config_field *fields, const char *name) {
  const char *best = NULL;
  size_t length = strlen(name), best_distance = length / 2 + 1;
  if (length > NAME_MAX_LENGTH) return NULL;
  for (; fields->name; fields++) {
    if (strlen(fields->name) > NAME_MAX_LENGTH) continue;
    size_t d = distance(name, fields->name);
    if (d < best_distance) best = fields->name, best_distance = d;
  }
  return best;
}

/* ---- maps ---- */

static const struct keel_config_field *field_of(const struct keel_config_field *fields, const char *name) {
  for (; fields->name; fields++)
    if (strcmp(fields->name, name) == 0) return fields;
  return NULL;
}

keel_status keel_config_check_names(struct keel_config_reader *reader, const struct keel_config_field *fields,
                                    const struct keel_config_node *map) {
  const struct keel_config_node *node = map->kind == KEEL_CONFIG_MAP ? map->first : NULL;
  while (node && field_of(fields, node->key)) node = node->next;
  if (!node && map->kind == KEEL_CONFIG_MAP) return KEEL_STATUS_OK;
  char names[320];
  keel_config_names(fields, names, sizeof names);
  if (!node) return keel_config_fail(reader->error, map, NULL, "has to be a map of: %s", names);
  const char *near = nearest(fields, node->key);
  return keel_config_fail(reader->error, node, NULL, "is no field that is known here; %s%s%sallowed: %s",
                          near ? "did you mean `" : "", near ? near : "", near ? "`? " : "", names);
}

/* The preset of a missing field, as if it stood in the map. */
static struct keel_config_node preset_node(const struct keel_config_field *field, const struct keel_config_node *map) {
  return (struct keel_config_node){.kind = KEEL_CONFIG_SCALAR,
                                   .file = map->file,
                                   .line = map->line,
                                   .up = map,
                                   .key = field->name,
                                   .text = field->preset};
}

keel_status keel_config_read_field(struct keel_config_reader *reader, const struct keel_config_field *field,
                                   const struct keel_config_node *map, void *base) {
  const struct keel_config_node *node = keel_config_child(map, field->name);
  if (node) return field->type->read(reader, field, node, base);
  if (field->flags & KEEL_CONFIG_REQUIRED)
    return keel_config_fail(reader->error, map, field->name, "is missing: %s", field->help);
  if (field->preset) {
    struct keel_config_node preset = preset_node(field, map);
    return field->type->read(reader, field, &preset, base);
  }
  return field->type->absent ? field->type->absent(reader, field, map, base) : KEEL_STATUS_OK;
}

keel_status keel_config_read(struct keel_config_reader *reader, const struct keel_config_field *fields,
                             const struct keel_config_node *map, void *base) {
  keel_status status = keel_config_check_names(reader, fields, map);
  for (; fields->name && !status; fields++) status = keel_config_read_field(reader, fields, map, base);
  return status;
}

keel_status keel_config_read_over(struct keel_config_reader *reader, const struct keel_config_field *fields,
                                  const struct keel_config_node *map, void *base) {
  keel_status status = keel_config_check_names(reader, fields, map);
  for (; fields->name && !status; fields++)
    if (keel_config_child(map, fields->name)) status = keel_config_read_field(reader, fields, map, base);
  return status;
}

static void *at(const struct keel_config_field *field, void *base) { return (char *)base + field->offset; }

static keel_status read_map(struct keel_config_reader *reader, const struct keel_config_field *field,
                            const struct keel_config_node *node, void *base) {
  keel_status status = keel_config_read(reader, field->fields, node, at(field, base));
  return status || !field->check ? status : field->check(reader, node, at(field, base));
}

static keel_status absent_map(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *map, void *base) {
  struct keel_config_node empty = preset_node(field, map);
  empty.kind = KEEL_CONFIG_MAP;
  return read_map(reader, field, &empty, base);
}

static keel_status read_list(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  if (node->kind != KEEL_CONFIG_LIST)
    return keel_config_fail(reader->error, node, NULL, "has to be a list, as [{...}, {...}]");
  char *items = keel_arena_alloc(reader->arena, node->count, field->item_size);
  for (const struct keel_config_node *item = node->first; item; item = item->next) {
    void *value = items + item->index * field->item_size;
    keel_status status = keel_config_read(reader, field->fields, item, value);
    if (!status && field->check) status = field->check(reader, item, value);
    if (status) return status;
  }
  memcpy(at(field, base), &items, sizeof items);
  *(size_t *)(void *)((char *)base + field->count_offset) = node->count;
  return KEEL_STATUS_OK;
}

const struct keel_config_type keel_type_map = {"map", read_map, absent_map};
const struct keel_config_type keel_type_list = {"list", read_list, NULL};

/* ---- single values ---- */

const char *keel_config_scalar(struct keel_config_reader *reader, const struct keel_config_node *node) {
  int scalar = node->kind == KEEL_CONFIG_SCALAR;
  if (scalar && *node->text) return node->text;
  keel_config_fail(reader->error, node, NULL,
                   scalar ? "is empty; give a value, or leave the field out" : "has to be a single value");
  return NULL;
}

/* Decimal digits with an optional sign, point and exponent, and nothing else. */
static int is_decimal(const char *text) {
  text += *text == '-' || *text == '+';
  size_t whole = strspn(text, "0123456789");
  text += whole;
  size_t fraction = *text == '.' ? strspn(text + 1, "0123456789") : 0;
  text += *text == '.' ? fraction + 1 : 0;
  if (whole + fraction == 0) return 0;
  if (*text != 'e' && *text != 'E') return *text == '\0';
  text++;
  text += *text == '-' || *text == '+';
  size_t exponent = strspn(text, "0123456789");
  return exponent > 0 && text[exponent] == '\0';
}

/* What to write in place of a text that is no number. */
static const char *number_hint(const char *text) {
  size_t length = strlen(text);
  if (text[length - 1] == '%') return "; 5 % is written 0.05";
  if (strpbrk(text, ",_")) return "; digits are not grouped";
  return "; write digits, as 0.05 or 1e5";
}

keel_status keel_config_read_number(struct keel_config_reader *reader, const struct keel_config_field *field,
                                    const struct keel_config_node *node, double *value) {
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  struct keel_csv_field digits = {text + (*text == '+'), strlen(text) - (*text == '+')};
  if (!is_decimal(text) || !keel_csv_number(digits, value))
    return keel_config_fail(reader->error, node, NULL, "`%.80s` is no finite number%s", text, number_hint(text));
  char range[80];
  keel_config_range(field, range, sizeof range);
  int above = field->flags & KEEL_CONFIG_ABOVE_MIN;
  if (*range && !(*value >= field->min && *value <= field->max && !(above && *value == field->min)))
    return keel_config_fail(reader->error, node, NULL, "is %.80s; allowed: %s%s%s", text, range, field->unit ? " " : "",
                            field->unit ? field->unit : "");
  return KEEL_STATUS_OK;
}

static keel_status read_number(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *node, void *base) {
  return keel_config_read_number(reader, field, node, at(field, base));
}

static keel_status absent_number(struct keel_config_reader *reader, const struct keel_config_field *field,
                                 const struct keel_config_node *map, void *base) {
  (void)reader, (void)map;
  *(double *)at(field, base) = NAN;
  return KEEL_STATUS_OK;
}

/* Digits only, up to `max`. */
static keel_status read_digits(struct keel_config_reader *reader, const struct keel_config_node *node, uint64_t max,
                               uint64_t *value) {
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  int fits = text[strspn(text, "0123456789")] == '\0';
  *value = 0;
  for (; fits && *text; text++) {
    uint64_t digit = (uint64_t)(*text - '0');
    fits = *value <= (max - digit) / 10;
    *value = *value * 10 + digit;
  }
  if (!fits)
    return keel_config_fail(reader->error, node, NULL, "is `%.80s`; allowed: a whole number from 0 to %llu", node->text,
                            (unsigned long long)max);
  return KEEL_STATUS_OK;
}

static keel_status read_count(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  uint64_t value;
  keel_status status = read_digits(reader, node, INT32_MAX, &value);
  if (status) return status;
  if ((double)value < field->min)
    return keel_config_fail(reader->error, node, NULL, "is %.80s; allowed: %g or more", node->text, field->min);
  *(int *)at(field, base) = (int)value;
  return KEEL_STATUS_OK;
}

static keel_status read_seed(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  return read_digits(reader, node, UINT64_MAX, at(field, base));
}

static keel_status read_text(struct keel_config_reader *reader, const struct keel_config_field *field,
                             const struct keel_config_node *node, void *base) {
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  for (const char *c = text; *c; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f)
      return keel_config_fail(reader->error, node, NULL, "contains a control character");
  *(const char **)at(field, base) = keel_arena_text(reader->arena, text, strlen(text));
  return KEEL_STATUS_OK;
}

keel_status keel_config_choose(struct keel_config_reader *reader, const struct keel_config_choice *choices,
                               const struct keel_config_node *node, int *value) {
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  char names[320];
  keel_config_choice_names(choices, names, sizeof names);
  for (; choices->name; choices++) {
    if (strcmp(choices->name, text) != 0) continue;
    if (choices->later)
      return keel_config_later(reader->error, node, NULL, "`%s` is not available yet; allowed: %s", text, names);
    *value = choices->value;
    return KEEL_STATUS_OK;
  }
  return keel_config_fail(reader->error, node, NULL, "is `%.80s`; allowed: %s", text, names);
}

static keel_status read_choice(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *node, void *base) {
  int value;
  keel_status status = keel_config_choose(reader, field->choices, node, &value);
  if (!status) memcpy(at(field, base), &value, sizeof value);
  return status;
}

static keel_status read_duration(struct keel_config_reader *reader, const struct keel_config_field *field,
                                 const struct keel_config_node *node, void *base) {
  const char *text = keel_config_scalar(reader, node);
  if (!text) return KEEL_STATUS_INPUT;
  int64_t ns;
  if (!keel_duration_parse(text, strlen(text), &ns) || ns <= 0)
    return keel_config_fail(reader->error, node, NULL,
                            "is `%.80s`; allowed: a duration above 0, as 250ms, 5s, 30m, 1.5h, 1d or 2w", text);
  *(int64_t *)at(field, base) = ns;
  return KEEL_STATUS_OK;
}

static keel_status absent_time(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *map, void *base) {
  (void)reader, (void)map;
  *(int64_t *)at(field, base) = KEEL_TIME_NONE;
  return KEEL_STATUS_OK;
}

static keel_status refuse_later(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *node, void *base) {
  (void)base;
  return keel_config_later(reader->error, node, NULL, "is not available yet; %s", field->help);
}

const struct keel_config_type keel_type_number = {"number", read_number, absent_number};
const struct keel_config_type keel_type_count = {"whole number", read_count, NULL};
const struct keel_config_type keel_type_seed = {"whole number", read_seed, NULL};
const struct keel_config_type keel_type_text = {"text", read_text, NULL};
const struct keel_config_type keel_type_choice = {"name", read_choice, NULL};
const struct keel_config_type keel_type_duration = {"duration", read_duration, absent_time};
const struct keel_config_type keel_type_later = {"", refuse_later, NULL};
