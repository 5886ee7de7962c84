/* Results in a report: which command's they are, and their JSON as the page takes it. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "drive/report.h"

/* ---- JSON that may stand in a script element ---- */

void keel_report_put_string(struct keel_text *page, const char *string, size_t length) {
  size_t before = page->length;
  keel_text_json(page, string, length);
  if (page->failed || !memchr(page->data + before, '<', page->length - before)) return;
  struct keel_text plain;
  keel_text_init(&plain);
  keel_text_append(&plain, page->data + before, page->length - before);
  page->length = before;
  for (size_t i = 0; i < plain.length; i++) {
    if (plain.data[i] == '<')
      keel_text_add(page, "\\u003c");
    else
      keel_text_char(page, plain.data[i]);
  }
  page->failed |= plain.failed;
  keel_text_fini(&plain);
}

static void put(struct keel_text *page, const json_t *value);

static void put_object(struct keel_text *page, const json_t *object) {
  const char *key, *comma = "";
  json_t *member;
  keel_text_char(page, '{');
  json_object_foreach((json_t *)(uintptr_t)object, key, member) {
    keel_text_add(page, comma);
    keel_report_put_string(page, key, strlen(key));
    keel_text_char(page, ':');
    put(page, member);
    comma = ",";
  }
  keel_text_char(page, '}');
}

static void put_array(struct keel_text *page, const json_t *array) {
  keel_text_char(page, '[');
  for (size_t i = 0; i < json_array_size(array); i++) {
    if (i) keel_text_char(page, ',');
    put(page, json_array_get(array, i));
  }
  keel_text_char(page, ']');
}

static void put(struct keel_text *page, const json_t *value) {
  switch (json_typeof(value)) {
    case JSON_OBJECT:
      put_object(page, value);
      break;
    case JSON_ARRAY:
      put_array(page, value);
      break;
    case JSON_STRING:
      keel_report_put_string(page, json_string_value(value), json_string_length(value));
      break;
    case JSON_INTEGER:
      keel_text_printf(page, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
      break;
    case JSON_REAL:
      keel_text_number(page, json_real_value(value), "null");
      break;
    default:
      keel_text_add(page, json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null");
  }
}

/* ---- which command's it is ---- */

/* What the page cannot do without: `name` is a member, or with a dot one of a member. */
static const struct shape {
  const char *command;
  struct {
    const char *name;
    json_type type;
  } members[6];
} shapes[] = {
    {"simulate", {{"paths", JSON_INTEGER}, {"pnl", JSON_OBJECT}, {"cost", JSON_OBJECT}, {"explain", JSON_OBJECT}}},
    {"replay", {{"decisions", JSON_INTEGER}, {"explain", JSON_OBJECT}, {"problems", JSON_OBJECT}}},
    {"frontier", {{"rules", JSON_ARRAY}, {"frontier", JSON_ARRAY}, {"risk", JSON_OBJECT}, {"sentence", JSON_STRING}}},
    {"risk", {{"total", JSON_OBJECT}, {"underlyings", JSON_OBJECT}, {"grid", JSON_OBJECT}, {"stresses", JSON_ARRAY}}},
    {"surface", {{"time", JSON_STRING}, {"underlyings", JSON_OBJECT}}},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static const char *type_name(json_type type) {
  static const char *const names[] = {
      [JSON_OBJECT] = "an object",       [JSON_ARRAY] = "a list",  [JSON_STRING] = "a text",
      [JSON_INTEGER] = "a whole number", [JSON_REAL] = "a number", [JSON_TRUE] = "true or false",
      [JSON_FALSE] = "true or false",    [JSON_NULL] = "null"};
  return names[type];
}

static keel_status wrong(keel_error *error, const char *file, const char *member, const char *what) {
  return keel_fail_at(error, file, 0, member, "%s", what);
}

static keel_status check_shape(const char *file, const json_t *result, const struct shape *shape, keel_error *error) {
  for (size_t i = 0; shape->members[i].name; i++) {
    const json_t *member = json_object_get(result, shape->members[i].name);
    json_type type = shape->members[i].type;
    if (member && json_typeof(member) == type) continue;
    return keel_fail_at(error, file, 0, shape->members[i].name, "%s; a result of keel %s has %s there",
                        member ? "is something else" : "is missing", shape->command, type_name(type));
  }
  return KEEL_STATUS_OK;
}

static keel_status check(const char *file, const json_t *result, keel_error *error) {
  static const char allowed[] = "allowed: simulate, frontier, replay, risk, surface";
  if (!json_is_object(result)) return wrong(error, file, NULL, "is no result of keel: it is no JSON object");
  const json_t *command = json_object_get(result, "command");
  if (!json_is_string(command))
    return wrong(error, file, "command", "is missing: this is no result that keel wrote with --json");
  for (size_t i = 0; i < SHAPES; i++)
    if (strcmp(json_string_value(command), shapes[i].command) == 0) return check_shape(file, result, &shapes[i], error);
  return keel_fail_at(error, file, 0, "command", "is \"%.40s\", of which there is no report; %s",
                      json_string_value(command), allowed);
}

static keel_status put_result(struct keel_text *page, const char *name, const json_t *result, keel_error *error) {
  struct keel_text text;
  struct keel_report_bytes bytes = {NULL, 0};
  keel_text_init(&text);
  keel_text_add(&text, "{\"file\":");
  keel_report_put_string(&text, name, strlen(name));
  keel_text_add(&text, ",\"result\":");
  put(&text, result);
  keel_text_char(&text, '}');
  int is_done = !text.failed && keel_report_deflate(text.data, text.length, &bytes);
  if (is_done) {
    keel_text_add(page, "<script type=\"text/plain\" class=\"keel-result\">");
    keel_report_put_base64(page, &bytes);
    keel_text_add(page, "</script>\n");
  }
  free(bytes.data);
  keel_text_fini(&text);
  return is_done ? KEEL_STATUS_OK : keel_fail(error, KEEL_STATUS_MEMORY, name, "no memory for the page");
}

keel_status keel_report_add_result(struct keel_text *page, const char *name, const char *text, size_t length,
                                   keel_error *error) {
  json_error_t at;
  json_t *result = json_loadb(text, length, JSON_REJECT_DUPLICATES, &at);
  if (!result)
    return keel_fail(error, KEEL_STATUS_INPUT, name, "line %d, column %d: no whole JSON document: %s", at.line,
                     at.column, at.text);
  keel_status status = check(name, result, error);
  if (!status) status = put_result(page, name, result, error);
  json_decref(result);
  return status;
}
