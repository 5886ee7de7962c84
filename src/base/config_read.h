/* Reading a configuration into structs, driven by tables: a table of fields says what a map may contain, where each
 * value goes, what is allowed, what stands in for a missing one, and what it means. The same tables give the
 * documentation.
 *
 * A type says how a field's text becomes its value. The types here know no finance; other layers add their own.
 * Errors are `file:line: path: what is wrong; what is allowed`: a field that no table has (with the nearest name that
 * one has), one that is missing, a value that is not of its type or range, and KEEL_STATUS_UNSUPPORTED for one that is
 * understood but not available yet. */
#ifndef KEEL_BASE_CONFIG_READ_H
#define KEEL_BASE_CONFIG_READ_H

#include <stdio.h>

#include "base/config.h"

struct keel_config_reader {
  struct keel_arena *arena; /* owns what is read: texts are copied into it */
  const void *context;      /* for types of other layers */
  keel_error *error;
};

struct keel_config_field;

struct keel_config_type {
  const char *name; /* for the documentation */
  /* Reads `node` into the struct at `base`. */
  keel_status (*read)(struct keel_config_reader *reader, const struct keel_config_field *field,
                      const struct keel_config_node *node, void *base);
  /* What happens where the map has no such field, and the field no preset; NULL: nothing. */
  keel_status (*absent)(struct keel_config_reader *reader, const struct keel_config_field *field,
                        const struct keel_config_node *map, void *base);
};

/* The names that a value may have. A table ends with a name of NULL. */
struct keel_config_choice {
  const char *name;
  int value;
  int later; /* understood, and not available yet */
};

enum {
  KEEL_CONFIG_REQUIRED = 1,
  KEEL_CONFIG_ABOVE_MIN = 2 /* min itself is not allowed */
};

/* A table of fields ends with a name of NULL. */
struct keel_config_field {
  const char *name;
  const struct keel_config_type *type;
  size_t offset; /* of the value in the struct */
  unsigned flags;
  double min, max;    /* numbers; no range where both are 0 */
  const char *preset; /* what is read where the field is missing; NULL: nothing */
  const char *absent; /* what a missing field means, where there is no preset (documentation) */
  const char *unit;
  const char *help;
  const struct keel_config_choice *choices;
  const struct keel_config_field *fields; /* of a map, or of its items */
  const char *item;                       /* how the documentation calls an item: `N` of a list, `X` of names */
  size_t item_size, count_offset;         /* lists: of an item, and of the size_t that counts them */
  /* Looks at a map, or a list's item, as a whole once it is read; may be NULL. */
  keel_status (*check)(struct keel_config_reader *reader, const struct keel_config_node *node, void *value);
};

/* double: finite; NaN where it is missing. */
extern const struct keel_config_type keel_type_number;
/* int; and uint64_t. Digits only. 0 where it is missing. */
extern const struct keel_config_type keel_type_count;
extern const struct keel_config_type keel_type_seed;
/* const char *: not empty, no control characters; NULL where it is missing. */
extern const struct keel_config_type keel_type_text;
/* An enum of int's size, by its choices. */
extern const struct keel_config_type keel_type_choice;
/* int64_t: nanoseconds above 0, as `15m`, `1.5h`, `1d`; KEEL_TIME_NONE where it is missing. */
extern const struct keel_config_type keel_type_duration;
/* The struct of its fields; a missing map is read as an empty one. */
extern const struct keel_config_type keel_type_map;
/* A pointer to structs of its fields, and a size_t; none where it is missing. */
extern const struct keel_config_type keel_type_list;
/* A field of a later version: always refused. */
extern const struct keel_config_type keel_type_later;

/* The node is a map of names that the table has. */
keel_status keel_config_check_names(struct keel_config_reader *reader, const struct keel_config_field *fields,
                                    const struct keel_config_node *map);

/* Reads all fields of a map into the struct at `base`: unknown ones first, then each in the order of the table. */
keel_status keel_config_read(struct keel_config_reader *reader, const struct keel_config_field *fields,
                             const struct keel_config_node *map, void *base);
/* The same, but what the map does not give stays as it is. */
keel_status keel_config_read_over(struct keel_config_reader *reader, const struct keel_config_field *fields,
                                  const struct keel_config_node *map, void *base);
/* One value of its own, by the rules of a field. */
keel_status keel_config_read_field(struct keel_config_reader *reader, const struct keel_config_field *field,
                                   const struct keel_config_node *map, void *base);

/* For types: the node's text; NULL, and the error filled, where it is no single value or empty. */
const char *keel_config_scalar(struct keel_config_reader *reader, const struct keel_config_node *node);
/* For types: the value of one of the names, in any field. */
keel_status keel_config_choose(struct keel_config_reader *reader, const struct keel_config_choice *choices,
                               const struct keel_config_node *node, int *value);
/* For types: a finite number in the field's range. */
keel_status keel_config_read_number(struct keel_config_reader *reader, const struct keel_config_field *field,
                                    const struct keel_config_node *node, double *value);

/* `a, b, c` of a table's names that are available. */
void keel_config_names(const struct keel_config_field *fields, char *buffer, size_t size);
void keel_config_choice_names(const struct keel_config_choice *choices, char *buffer, size_t size);
/* `from 0 to 1`, `above 0`; empty where every finite number is allowed. */
void keel_config_range(const struct keel_config_field *field, char *buffer, size_t size);

/* The documentation of a table, in Markdown: a heading and a table of fields for each map. */
void keel_config_document(FILE *out, const struct keel_config_field *fields);

#endif
