#include "drive/strategy.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "book/field_types.h"
#include "drive/strategy_check.h"
#include "drive/strategy_fields.h"

static keel_status load_tree(struct keel_arena *arena, const struct keel_strategy_source *source,
                             struct keel_config_node **root, keel_error *error) {
  if (!source->text) return keel_config_load(arena, source->path, root, error);
  return keel_config_parse(arena, source->path, source->text, source->length, root, error);
}

/* The folder of a path: "" for none before the file's name, "/" for the root. */
static const char *folder_of(struct keel_arena *arena, const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return "";
  return keel_arena_text(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

static keel_status read_tree(const struct keel_strategy_source *source, const struct keel_config_node *root,
                             struct keel_strategy *strategy, keel_error *error) {
  struct keel_field_context context = {.folder = source->text ? NULL : folder_of(&strategy->arena, source->path),
                                       .files = &strategy->files};
  struct keel_config_reader reader = {.arena = &strategy->arena, .context = &context, .error = error};
  keel_status status = keel_config_check_names(&reader, keel_strategy_fields, root);
  const struct keel_config_node *market = keel_config_child(root, "market");
  if (!status)
    status = keel_config_read_field(&reader, &keel_strategy_calendar_field, market ? market : root, &context.calendar);
  if (!status) status = keel_config_read(&reader, keel_strategy_fields, root, strategy);
  return status ? status : keel_strategy_check(&reader, root, strategy);
}

keel_status keel_strategy_read(const struct keel_strategy_source *source, const char *const *overrides,
                               size_t override_count, struct keel_strategy **strategy, keel_error *error) {
  *strategy = NULL;
  struct keel_strategy *made = calloc(1, sizeof *made);
  if (!made) return keel_fail(error, KEEL_STATUS_MEMORY, source->path, "no memory for the strategy");
  keel_arena_init(&made->arena);
  made->path = keel_arena_text(&made->arena, source->path, strlen(source->path));
  struct keel_config_node *root = NULL;
  keel_status status = load_tree(&made->arena, source, &root, error);
  for (size_t i = 0; i < override_count && !status; i++)
    status = keel_config_set(&made->arena, root, overrides[i], error);
  if (!status) made->text = root->text;
  if (!status) status = read_tree(source, root, made, error);
  if (status) {
    keel_strategy_free(made);
    return status;
  }
  *strategy = made;
  return KEEL_STATUS_OK;
}

keel_status keel_strategy_load(const char *path, const char *const *overrides, size_t override_count,
                               struct keel_strategy **strategy, keel_error *error) {
  struct keel_strategy_source source = {.path = path};
  return keel_strategy_read(&source, overrides, override_count, strategy, error);
}

keel_status keel_strategy_steps(const struct keel_strategy *strategy, keel_error *error) {
  if (strategy->no_steps.status && error) *error = strategy->no_steps;
  return strategy->no_steps.status;
}

void keel_strategy_free(struct keel_strategy *strategy) {
  if (!strategy) return;
  keel_rates_free(strategy->market.rates);
  keel_arena_fini(&strategy->arena);
  free(strategy);
}

void keel_strategy_set_command(struct keel_strategy *strategy, const char *command) {
  strategy->command = keel_arena_text(&strategy->arena, command, strlen(command));
}

const char *keel_strategy_file(const struct keel_strategy *strategy, size_t index, const char **name) {
  const struct keel_field_file *file = strategy->files;
  while (file && index-- > 0) file = file->next;
  if (name) *name = file ? file->field : NULL;
  return file ? file->path : NULL;
}

size_t keel_strategy_warning_count(const struct keel_strategy *strategy) { return strategy->warning_count; }

const char *keel_strategy_warning(const struct keel_strategy *strategy, size_t index) {
  return strategy->warnings[index];
}
