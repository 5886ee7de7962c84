#include "base/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/fail.h"

enum { TEXT_MAX = 4 << 20, NODES_MAX = 250000, KEYS_MAX = 4096, DEPTH_MAX = 16 };

/* ---- the tree ---- */

struct keel_config_node *keel_config_new(struct keel_arena *arena, enum keel_config_kind kind, const char *file,
                                         long line) {
  struct keel_config_node *node = KEEL_ARENA_NEW(arena, struct keel_config_node, 1);
  *node = (struct keel_config_node){.kind = kind, .file = file, .line = line, .text = ""};
  return node;
}

void keel_config_add(struct keel_config_node *parent, const char *key, struct keel_config_node *child) {
  child->up = parent;
  child->key = key;
  child->index = parent->count++;
  child->next = NULL;
  if (parent->last) {
    parent->last->next = child;
  } else {
    parent->first = child;
  }
  parent->last = child;
}

static struct keel_config_node *child_of(const struct keel_config_node *node, const char *key, size_t length) {
  if (!node || node->kind != KEEL_CONFIG_MAP) return NULL;
  for (struct keel_config_node *child = node->first; child; child = child->next)
    if (strncmp(child->key, key, length) == 0 && child->key[length] == '\0') return child;
  return NULL;
}

struct keel_config_node *keel_config_child(const struct keel_config_node *node, const char *key) {
  return child_of(node, key, strlen(key));
}

/* The deepest node on the way down `path`; *rest is what of the path is not there. */
static const struct keel_config_node *descend(const struct keel_config_node *node, const char *path,
                                              const char **rest) {
  while (*path) {
    size_t length = strcspn(path, ".");
    const struct keel_config_node *child = child_of(node, path, length);
    if (!child) break;
    node = child;
    path += length + (path[length] == '.');
  }
  *rest = path;
  return node;
}

struct keel_config_node *keel_config_find(const struct keel_config_node *node, const char *path) {
  struct keel_config_node *found = NULL;
  for (size_t length; *path; path += length + (path[length] == '.'), node = found) {
    length = strcspn(path, ".");
    found = child_of(node, path, length);
    if (!found) return NULL;
  }
  return found;
}

/* Adds a copy that still says that it stands where the item does. */
static void add_copy(struct keel_arena *arena, struct keel_config_node *map, const struct keel_config_node *item) {
  struct keel_config_node *copy = KEEL_ARENA_NEW(arena, struct keel_config_node, 1);
  *copy = *item;
  keel_config_add(map, item->key, copy);
  copy->up = item->up;
}

struct keel_config_node *keel_config_merge(struct keel_arena *arena, const struct keel_config_node *base,
                                           const struct keel_config_node *over) {
  struct keel_config_node *merged = KEEL_ARENA_NEW(arena, struct keel_config_node, 1);
  *merged = *over;
  merged->first = merged->last = NULL;
  merged->count = 0;
  for (const struct keel_config_node *item = over->first; item; item = item->next) add_copy(arena, merged, item);
  for (const struct keel_config_node *item = base ? base->first : NULL; item; item = item->next)
    if (!keel_config_child(over, item->key)) add_copy(arena, merged, item);
  return merged;
}

/* ---- places, as messages say them ---- */

/* Appends to a terminated text; what does not fit is cut. */
static void append(char *buffer, size_t size, const char *format, ...) {
  size_t used = strlen(buffer);
  va_list args;
  va_start(args, format);
  vsnprintf(buffer + used, size - used, format, args);
  va_end(args);
}

static void append_path(const struct keel_config_node *node, char *buffer, size_t size) {
  if (!node->up) return;
  append_path(node->up, buffer, size);
  const char *dot = *buffer ? "." : "";
  if (!node->key) {
    append(buffer, size, "%s%zu", dot, node->index);
  } else if (strpbrk(node->key, ".=")) {
    append(buffer, size, "%s\"%s\"", dot, node->key);
  } else {
    append(buffer, size, "%s%s", dot, node->key);
  }
}

void keel_config_where(const struct keel_config_node *node, const char *below, char *buffer, size_t size) {
  const char *rest = "";
  if (below) node = descend(node, below, &rest);
  char path[256] = "";
  append_path(node, path, sizeof path);
  if (*rest) append(path, sizeof path, "%s%s", *path ? "." : "", rest);

  buffer[0] = '\0';
  append(buffer, size, "%s", node->file);
  if (node->line > 0) append(buffer, size, ":%ld", node->line);
  int said = strncmp(node->file, "--set ", 6) == 0 && strcmp(node->file + 6, path) == 0;
  if (*path && !said) append(buffer, size, ": %s", path);
}

static keel_status fail(keel_error *error, const struct keel_config_node *node, const char *below, const char *format,
                        va_list args) {
  if (!error) return KEEL_STATUS_INPUT;
  keel_config_where(node, below, error->where, sizeof error->where);
  vsnprintf(error->what, sizeof error->what, format, args);
  return error->status = KEEL_STATUS_INPUT;
}

keel_status keel_config_fail(keel_error *error, const struct keel_config_node *node, const char *below,
                             const char *format, ...) {
  va_list args;
  va_start(args, format);
  fail(error, node, below, format, args);
  va_end(args);
  return KEEL_STATUS_INPUT;
}

keel_status keel_config_later(keel_error *error, const struct keel_config_node *node, const char *below,
                              const char *format, ...) {
  va_list args;
  va_start(args, format);
  fail(error, node, below, format, args);
  va_end(args);
  if (error) error->status = KEEL_STATUS_UNSUPPORTED;
  return KEEL_STATUS_UNSUPPORTED;
}

/* ---- YAML into the tree ---- */

struct reader {
  struct keel_arena *arena;
  yaml_parser_t parser;
  const char *file, *text;
  keel_error *error;
  size_t nodes;
};

static keel_status refuse(struct reader *reader, const yaml_event_t *event, const char *what) {
  return keel_fail_at(reader->error, reader->file, (long)event->start_mark.line + 1, NULL, "%s", what);
}

static long line_at(const char *text, size_t offset) {
  long line = 1;
  for (size_t i = 0; i < offset; i++) line += text[i] == '\n';
  return line;
}

static keel_status broken(struct reader *reader) {
  const yaml_parser_t *parser = &reader->parser;
  if (parser->error == YAML_READER_ERROR)
    return keel_fail_at(reader->error, reader->file, line_at(reader->text, parser->problem_offset), NULL,
                        "%s; a strategy is plain text in UTF-8", parser->problem);
  if (parser->error == YAML_MEMORY_ERROR)
    return keel_fail(reader->error, KEEL_STATUS_MEMORY, reader->file, "no memory to read it");
  return keel_fail_at(reader->error, reader->file, (long)parser->problem_mark.line + 1, NULL, "no valid YAML: %s%s%s",
                      parser->context ? parser->context : "", parser->context ? ", " : "", parser->problem);
}

static keel_status next_event(struct reader *reader, yaml_event_t *event) {
  return yaml_parser_parse(&reader->parser, event) ? KEEL_STATUS_OK : broken(reader);
}

/* Anchors, aliases and tags make a file say other things than a reader sees. */
static keel_status check_plain(struct reader *reader, const yaml_event_t *event) {
  const yaml_char_t *anchor = NULL, *tag = NULL;
  switch (event->type) {
    case YAML_SCALAR_EVENT:
      anchor = event->data.scalar.anchor, tag = event->data.scalar.tag;
      break;
    case YAML_SEQUENCE_START_EVENT:
      anchor = event->data.sequence_start.anchor, tag = event->data.sequence_start.tag;
      break;
    case YAML_MAPPING_START_EVENT:
      anchor = event->data.mapping_start.anchor, tag = event->data.mapping_start.tag;
      break;
    default:
      return refuse(reader, event, "an alias (`*name`) is not accepted; write the value out");
  }
  if (anchor) return refuse(reader, event, "an anchor (`&name`) is not accepted; write the value out");
  if (tag) return refuse(reader, event, "a tag (`!name`) is not accepted; the field says what a value is");
  return KEEL_STATUS_OK;
}

static keel_status copy_text(struct reader *reader, const yaml_event_t *event, const char **text) {
  const char *value = (const char *)event->data.scalar.value;
  if (strlen(value) != event->data.scalar.length) return refuse(reader, event, "a NUL character is not accepted");
  *text = keel_arena_text(reader->arena, value, event->data.scalar.length);
  return KEEL_STATUS_OK;
}

/* Where a node goes: below `up` (NULL: it is the root), under `key` in a map; its line is the key's. */
struct place {
  struct keel_config_node *up;
  const char *key;
  long line;
  int depth;
};

static keel_status read_node(struct reader *reader, const struct place *place, const yaml_event_t *event,
                             struct keel_config_node **out);

static keel_status read_list(struct reader *reader, int depth, struct keel_config_node *list) {
  for (;;) {
    yaml_event_t event;
    keel_status status = next_event(reader, &event);
    if (status) return status;
    struct place place = {.up = list, .line = (long)event.start_mark.line + 1, .depth = depth};
    struct keel_config_node *item;
    int done = event.type == YAML_SEQUENCE_END_EVENT;
    if (!done) status = read_node(reader, &place, &event, &item);
    yaml_event_delete(&event);
    if (done || status) return status;
  }
}

/* The key of the next value; NULL at the map's end. */
static keel_status read_key(struct reader *reader, const struct keel_config_node *map, const yaml_event_t *event,
                            const char **key) {
  *key = NULL;
  if (event->type == YAML_MAPPING_END_EVENT) return KEEL_STATUS_OK;
  if (event->type != YAML_SCALAR_EVENT) return refuse(reader, event, "a key has to be plain text");
  if (map->count >= KEYS_MAX) return refuse(reader, event, "a map has more than 4,096 keys");
  keel_status status = check_plain(reader, event);
  if (!status) status = copy_text(reader, event, key);
  if (status) return status;
  const struct keel_config_node *first = keel_config_child(map, *key);
  if (!first) return KEEL_STATUS_OK;
  struct keel_config_node again = *first;
  again.line = (long)event->start_mark.line + 1;
  return keel_config_fail(reader->error, &again, NULL, "is given twice; first in line %ld", first->line);
}

static keel_status read_map(struct reader *reader, int depth, struct keel_config_node *map) {
  for (;;) {
    yaml_event_t event;
    keel_status status = next_event(reader, &event);
    if (status) return status;
    struct place place = {.up = map, .line = (long)event.start_mark.line + 1, .depth = depth};
    status = read_key(reader, map, &event, &place.key);
    yaml_event_delete(&event);
    if (status || !place.key) return status;

    struct keel_config_node *value;
    status = next_event(reader, &event);
    if (status) return status;
    status = read_node(reader, &place, &event, &value);
    yaml_event_delete(&event);
    if (status) return status;
  }
}

static keel_status read_node(struct reader *reader, const struct place *place, const yaml_event_t *event,
                             struct keel_config_node **out) {
  keel_status status = check_plain(reader, event);
  if (status) return status;
  if (place->depth >= DEPTH_MAX) return refuse(reader, event, "is nested more than 16 levels deep");
  if (++reader->nodes > NODES_MAX)
    return refuse(reader, event, "has more than 250,000 values; a large book goes into a CSV");
  struct keel_config_node *node = keel_config_new(reader->arena, KEEL_CONFIG_SCALAR, reader->file, place->line);
  if (place->up) keel_config_add(place->up, place->key, node);
  *out = node;
  if (event->type == YAML_SCALAR_EVENT) return copy_text(reader, event, &node->text);
  node->kind = event->type == YAML_MAPPING_START_EVENT ? KEEL_CONFIG_MAP : KEEL_CONFIG_LIST;
  return node->kind == KEEL_CONFIG_MAP ? read_map(reader, place->depth + 1, node)
                                       : read_list(reader, place->depth + 1, node);
}

/* The next event has to be of this type; the text ends otherwise than a document does. */
static keel_status expect(struct reader *reader, yaml_event_type_t type) {
  yaml_event_t event;
  keel_status status = next_event(reader, &event);
  if (status) return status;
  if (event.type != type) status = refuse(reader, &event, "a second document (`---`) is not accepted");
  yaml_event_delete(&event);
  return status;
}

static keel_status read_document(struct reader *reader, struct keel_config_node **root) {
  keel_status status = expect(reader, YAML_STREAM_START_EVENT);
  if (status) return status;
  yaml_event_t event;
  status = next_event(reader, &event);
  if (status) return status;
  int empty = event.type == YAML_STREAM_END_EVENT;
  yaml_event_delete(&event);
  if (empty) {
    *root = keel_config_new(reader->arena, KEEL_CONFIG_MAP, reader->file, 1);
    return KEEL_STATUS_OK;
  }
  status = next_event(reader, &event);
  if (status) return status;
  struct place place = {.line = (long)event.start_mark.line + 1};
  status = read_node(reader, &place, &event, root);
  yaml_event_delete(&event);
  if (!status) status = expect(reader, YAML_DOCUMENT_END_EVENT);
  return status ? status : expect(reader, YAML_STREAM_END_EVENT);
}

keel_status keel_config_parse(struct keel_arena *arena, const char *file, const char *text, size_t length,
                              struct keel_config_node **root, keel_error *error) {
  struct reader reader = {
      .arena = arena, .file = keel_arena_text(arena, file, strlen(file)), .text = text, .error = error};
  if (length > TEXT_MAX)
    return keel_fail_at(error, file, 0, NULL, "is larger than 4 MiB; a large book goes into a CSV");
  if (!yaml_parser_initialize(&reader.parser))
    return keel_fail(error, KEEL_STATUS_MEMORY, file, "no memory to read it");
  yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
  keel_status status = read_document(&reader, root);
  yaml_parser_delete(&reader.parser);
  if (!status && (*root)->kind == KEEL_CONFIG_MAP) (*root)->text = keel_arena_text(arena, text, length);
  return status;
}

static keel_status read_stream(FILE *stream, const char *name, char *text, size_t *length, keel_error *error) {
  *length = fread(text, 1, TEXT_MAX + 1, stream);
  if (ferror(stream)) return keel_fail(error, KEEL_STATUS_IO, name, "cannot be read: %s", strerror(errno));
  return KEEL_STATUS_OK;
}

keel_status keel_config_load(struct keel_arena *arena, const char *path, struct keel_config_node **root,
                             keel_error *error) {
  int is_stdin = strcmp(path, "-") == 0;
  const char *name = is_stdin ? "stdin" : path;
  FILE *stream = is_stdin ? stdin : fopen(path, "rb");
  if (!stream) return keel_fail(error, KEEL_STATUS_IO, name, "cannot be opened: %s", strerror(errno));
  char *text = malloc(TEXT_MAX + 1);
  size_t length = 0;
  keel_status status = text ? read_stream(stream, name, text, &length, error)
                            : keel_fail(error, KEEL_STATUS_MEMORY, name, "no memory to read it");
  if (!is_stdin) fclose(stream);
  if (!status) status = keel_config_parse(arena, name, text, length, root, error);
  free(text);
  return status;
}
