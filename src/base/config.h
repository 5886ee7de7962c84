/* A configuration as a tree: what one YAML file says, with file and line on every node.
 *
 * Accepted: one document of UTF-8 with maps, lists and scalars; a scalar is kept as text, and the field that reads it
 * says what it has to be. Refused, with file:line: a key that is given twice, keys that are no plain text, anchors,
 * aliases, tags, several documents, NUL bytes, more than 4 MiB of text, 250,000 nodes, 4,096 keys in a map or 16
 * levels.
 *
 * `--set path=value` changes a tree before it is read. The path has the keys and list indices (from 0) with dots
 * between
 * (`book.0.qty`); a key that contains a dot is put in double quotes. The value is YAML (`1d`, `[delta]`, `{shares:
 * 50}`). */
#ifndef KEEL_BASE_CONFIG_H
#define KEEL_BASE_CONFIG_H

#include <stddef.h>

#include "base/arena.h"
#include "keel/error.h"

enum keel_config_kind { KEEL_CONFIG_SCALAR, KEEL_CONFIG_LIST, KEEL_CONFIG_MAP };

struct keel_config_node {
  enum keel_config_kind kind;
  const char *file; /* or `--set PATH` */
  long line;        /* from 1; 0: none */
  const struct keel_config_node *up;
  const char *key;  /* what the map above calls it; NULL in a list and at the root */
  size_t index;     /* its place in the list or map above */
  const char *text; /* of a scalar; of the root: all that was read, as it stood there */
  struct keel_config_node *first, *last, *next;
  size_t count; /* items of a list or map */
};

/* Reads a file ("-" is stdin), or a text that is named `file` in messages. An empty document is an empty map. */
keel_status keel_config_load(struct keel_arena *arena, const char *path, struct keel_config_node **root,
                             keel_error *error);
keel_status keel_config_parse(struct keel_arena *arena, const char *file, const char *text, size_t length,
                              struct keel_config_node **root, keel_error *error);

/* Applies one `path=value` to the tree: replaces what is there, adds a map's key, makes maps that are missing.
 * Errors: no `=`, an empty path, an index that the list does not have, a path through a scalar, a value that is not
 * YAML. */
keel_status keel_config_set(struct keel_arena *arena, struct keel_config_node *root, const char *path_value,
                            keel_error *error);

/* Building by hand. Adding sets `up` and `index`. */
struct keel_config_node *keel_config_new(struct keel_arena *arena, enum keel_config_kind kind, const char *file,
                                         long line);
void keel_config_add(struct keel_config_node *parent, const char *key, struct keel_config_node *child);

/* A map of both: what `over` has under a key replaces the whole of what `base` (may be NULL) has there. The items keep
 * their places for messages; the map itself has that of `over`. */
struct keel_config_node *keel_config_merge(struct keel_arena *arena, const struct keel_config_node *base,
                                           const struct keel_config_node *over);

/* The child of a map by its key, or NULL. */
struct keel_config_node *keel_config_child(const struct keel_config_node *node, const char *key);
/* The node below by keys with dots between (`trigger.band.shares`), or NULL. */
struct keel_config_node *keel_config_find(const struct keel_config_node *node, const char *path);

/* `file:line: path` of a node, or of what is missing `below` it (may be NULL), as errors and warnings say it. */
void keel_config_where(const struct keel_config_node *node, const char *below, char *buffer, size_t size);

/* Fills the error with that place and KEEL_STATUS_INPUT, or KEEL_STATUS_UNSUPPORTED for the second; returns the status.
 */
keel_status keel_config_fail(keel_error *error, const struct keel_config_node *node, const char *below,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));
keel_status keel_config_later(keel_error *error, const struct keel_config_node *node, const char *below,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
