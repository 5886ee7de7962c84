/* `--set path=value`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/fail.h"

enum { PARTS_MAX = 16, PATH_MAX_LENGTH = 240 };

struct setting {
  struct keel_arena *arena;
  const char *name;             /* `--set PATH` */
  const char *parts[PARTS_MAX]; /* keys and indices, terminated */
  size_t count;
  keel_error *error;
};

/* Where the path ends: the first `=` outside of quotes, or NULL. */
static const char *find_equals(const char *text) {
  int quoted = 0;
  for (; *text; text++) {
    quoted ^= *text == '"';
    if (*text == '=' && !quoted) return text;
  }
  return NULL;
}

/* One part from *text on, which is moved behind its dot. */
static keel_status next_part(struct setting *setting, const char **text) {
  const char *start = *text;
  int quoted = *start == '"';
  size_t length = quoted ? strcspn(++start, "\"") : strcspn(start, ".\"");
  const char *end = start + length + (quoted && start[length] == '"');
  if (length == 0 || (*end != '.' && *end != '\0') || (*end == '.' && end[1] == '\0'))
    return keel_fail(setting->error, KEEL_STATUS_INPUT, setting->name,
                     "is no path; write keys and list indices with dots between, as in book.0.qty");
  if (setting->count == PARTS_MAX)
    return keel_fail(setting->error, KEEL_STATUS_INPUT, setting->name, "has more than %d parts", PARTS_MAX);
  setting->parts[setting->count++] = keel_arena_text(setting->arena, start, length);
  *text = end + (*end == '.');
  return KEEL_STATUS_OK;
}

static keel_status split(struct setting *setting, const char *path) {
  do {
    keel_status status = next_part(setting, &path);
    if (status) return status;
  } while (*path);
  return KEEL_STATUS_OK;
}

static keel_status list_item(const struct setting *setting, struct keel_config_node *list, const char *part,
                             struct keel_config_node **item) {
  char *end;
  unsigned long index = strtoul(part, &end, 10);
  if (*end || part[0] < '0' || part[0] > '9')
    return keel_fail(setting->error, KEEL_STATUS_INPUT, setting->name, "`%s` is no index; the list has items 0 to %zu",
                     part, list->count ? list->count - 1 : 0);
  if (index >= list->count)
    return keel_fail(setting->error, KEEL_STATUS_INPUT, setting->name, "there is no item %s; the list has %zu (from 0)",
                     part, list->count);
  *item = list->first;
  while (index--) *item = (*item)->next;
  return KEEL_STATUS_OK;
}

/* The item of `node` that `part` names; made as an empty map where a map has none. */
static keel_status step_down(const struct setting *setting, struct keel_config_node *node, const char *part,
                             struct keel_config_node **item) {
  if (node->kind == KEEL_CONFIG_LIST) return list_item(setting, node, part, item);
  if (node->kind == KEEL_CONFIG_SCALAR)
    return keel_fail(setting->error, KEEL_STATUS_INPUT, setting->name,
                     "there is no `%s` below a single value (`%.80s`)", part, node->text);
  *item = keel_config_child(node, part);
  if (*item) return KEEL_STATUS_OK;
  *item = keel_config_new(setting->arena, KEEL_CONFIG_MAP, setting->name, 0);
  keel_config_add(node, part, *item);
  return KEEL_STATUS_OK;
}

/* The nodes of a value come from no line of a file. */
static void rename_nodes(struct keel_config_node *node, const char *name) {
  node->file = name;
  node->line = 0;
  for (struct keel_config_node *child = node->first; child; child = child->next) rename_nodes(child, name);
}

static keel_status parse_value(const struct setting *setting, const char *text, struct keel_config_node **value) {
  keel_error inner = {0};
  keel_status status = keel_config_parse(setting->arena, setting->name, text, strlen(text), value, &inner);
  if (status) return keel_fail(setting->error, status, setting->name, "`%.120s`: %s", text, inner.what);
  if ((*value)->kind == KEEL_CONFIG_MAP && !(*value)->count && !strchr(text, '{')) (*value)->kind = KEEL_CONFIG_SCALAR;
  rename_nodes(*value, setting->name);
  return KEEL_STATUS_OK;
}

/* Puts `value` in the place of `node`, which keeps its key and its neighbours. */
static void replace(struct keel_config_node *node, const struct keel_config_node *value) {
  struct keel_config_node old = *node;
  *node = *value;
  node->up = old.up;
  node->key = old.key;
  node->index = old.index;
  node->next = old.next;
  for (struct keel_config_node *child = node->first; child; child = child->next) child->up = node;
}

keel_status keel_config_set(struct keel_arena *arena, struct keel_config_node *root, const char *path_value,
                            keel_error *error) {
  const char *equals = find_equals(path_value);
  if (!equals)
    return keel_fail(error, KEEL_STATUS_INPUT, "--set", "`%.120s` has no value; write path=value, as in book.0.qty=-5",
                     path_value);
  char name[PATH_MAX_LENGTH + 8];
  snprintf(name, sizeof name, "--set %.*s", (int)(equals - path_value), path_value);
  struct setting setting = {.arena = arena, .name = keel_arena_text(arena, name, strlen(name)), .error = error};
  const char *path = keel_arena_text(arena, path_value, (size_t)(equals - path_value));
  keel_status status = split(&setting, path);
  struct keel_config_node *value = NULL, *node = root;
  if (!status) status = parse_value(&setting, equals + 1, &value);
  for (size_t i = 0; i < setting.count && !status; i++) status = step_down(&setting, node, setting.parts[i], &node);
  if (!status) replace(node, value);
  return status;
}
