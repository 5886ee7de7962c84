#include "drive/result_origin.h"

#include "keel/version.h"

void keel_result_origin(json_t *document, const char *command, const struct keel_strategy *strategy) {
  json_t *source = json_object();
  json_object_set_new(source, "file", strategy->path ? json_string(strategy->path) : json_null());
  json_object_set_new(source, "text", strategy->text ? json_string(strategy->text) : json_null());
  json_object_set_new(document, "command", json_string(command));
  json_object_set_new(document, "strategy", source);
  json_object_set_new(document, "repeat", strategy->command ? json_string(strategy->command) : json_null());
  json_object_set_new(document, "version", json_string(keel_version()));
}
