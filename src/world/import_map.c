#include "world/import_map.h"

#include <string.h>

#include "base/config.h"
#include "base/number.h"
#include "book/calendar.h"
#include "book/contract.h"
#include "world/import_time.h"

static int field_of(const char *key) {
  for (int field = 0; field < KEEL_IMPORT_MAP_FIELDS; field++)
    if (strcmp(key, keel_import_field_name((enum keel_import_field)field)) == 0) return field;
  return -1;
}

/* Reads `columns` or `constants`: names of fields and a text for each. */
static keel_status read_fields(const struct keel_config_node *map, const char **texts, keel_error *error) {
  if (map->kind != KEEL_CONFIG_MAP) return keel_config_fail(error, map, NULL, "has to be a map of fields");
  for (const struct keel_config_node *item = map->first; item; item = item->next) {
    int field = field_of(item->key);
    if (field < 0)
      return keel_config_fail(error, item, NULL,
                              "no such field; allowed are underlying, kind, time, expiry, exercise, spot, spot_bid, "
                              "spot_ask, spot_time, strike, bid, ask, put_bid, put_ask, multiplier, future, made, "
                              "last_trade");
    if (item->kind != KEEL_CONFIG_SCALAR || !*item->text)
      return keel_config_fail(error, item, NULL, "has to be a text");
    texts[field] = item->text;
  }
  return KEEL_STATUS_OK;
}

static keel_status read_calendar(const struct keel_config_node *node, struct keel_import_layout *layout,
                                 keel_error *error) {
  const struct keel_calendar *calendar;
  if (node->kind != KEEL_CONFIG_SCALAR || keel_calendar_find(node->text, &calendar, NULL))
    return keel_config_fail(error, node, NULL, "no such calendar; allowed are nyse and utc");
  layout->calendar = node->text;
  return KEEL_STATUS_OK;
}

static keel_status read_dates(const struct keel_config_node *node, struct keel_import_layout *layout,
                              keel_error *error) {
  static const char *const names[] = {[KEEL_IMPORT_YMD] = "ymd", [KEEL_IMPORT_MDY] = "mdy", [KEEL_IMPORT_DMY] = "dmy"};
  for (int i = 0; i < 3; i++) {
    if (node->kind != KEEL_CONFIG_SCALAR || strcmp(node->text, names[i]) != 0) continue;
    layout->dates = (enum keel_import_dates)i;
    return KEEL_STATUS_OK;
  }
  return keel_config_fail(error, node, NULL, "no such order; allowed are ymd, mdy and dmy");
}

static keel_status read_epoch(const struct keel_config_node *node, struct keel_import_layout *layout,
                              keel_error *error) {
  static const char *const names[] = {
      [KEEL_IMPORT_EPOCH_S] = "s", [KEEL_IMPORT_EPOCH_MS] = "ms", [KEEL_IMPORT_EPOCH_US] = "us"};
  for (int i = KEEL_IMPORT_EPOCH_S; i <= KEEL_IMPORT_EPOCH_US; i++) {
    if (node->kind != KEEL_CONFIG_SCALAR || strcmp(node->text, names[i]) != 0) continue;
    layout->epoch = (enum keel_import_epoch)i;
    return KEEL_STATUS_OK;
  }
  return keel_config_fail(error, node, NULL, "no such unit; allowed are s, ms and us");
}

static keel_status read_zone(const struct keel_config_node *node, struct keel_import_layout *layout,
                             keel_error *error) {
  int is_text = node->kind == KEEL_CONFIG_SCALAR;
  layout->times_are_utc = is_text && strcmp(node->text, "utc") == 0;
  if (layout->times_are_utc || (is_text && strcmp(node->text, "market") == 0)) return KEEL_STATUS_OK;
  return keel_config_fail(error, node, NULL, "no such zone; allowed are market and utc");
}

static keel_status read_keys(const struct keel_config_node *root, struct keel_import_layout *layout,
                             keel_error *error) {
  for (const struct keel_config_node *item = root->first; item; item = item->next) {
    keel_status status;
    if (strcmp(item->key, "columns") == 0)
      status = read_fields(item, layout->columns, error);
    else if (strcmp(item->key, "constants") == 0)
      status = read_fields(item, layout->constants, error);
    else if (strcmp(item->key, "calendar") == 0)
      status = read_calendar(item, layout, error);
    else if (strcmp(item->key, "dates") == 0)
      status = read_dates(item, layout, error);
    else if (strcmp(item->key, "epoch") == 0)
      status = read_epoch(item, layout, error);
    else if (strcmp(item->key, "zone") == 0)
      status = read_zone(item, layout, error);
    else
      status = keel_config_fail(error, item, NULL,
                                "no such key; allowed are columns, constants, calendar, dates, epoch, zone");
    if (status) return status;
  }
  return KEEL_STATUS_OK;
}

/* ---- what has to be there ---- */

static int given(const struct keel_import_layout *layout, enum keel_import_field field) {
  return layout->columns[field] || layout->constants[field];
}

static int constant_kind(const struct keel_import_layout *layout) {
  const char *text = layout->constants[KEEL_IMPORT_KIND];
  return text ? keel_kind_parse(text, strlen(text)) : -1;
}

static int needed(const struct keel_import_layout *layout, enum keel_import_field field) {
  int kind = constant_kind(layout), maybe_option = kind < 0 || keel_kind_is_option((enum keel_kind)kind);
  switch (field) {
    case KEEL_IMPORT_UNDERLYING:
    case KEEL_IMPORT_TIME:
    case KEEL_IMPORT_BID:
    case KEEL_IMPORT_ASK:
      return 1;
    case KEEL_IMPORT_KIND:
      return !given(layout, KEEL_IMPORT_PUT_BID);
    case KEEL_IMPORT_EXPIRY:
      return kind != KEEL_KIND_SPOT;
    case KEEL_IMPORT_STRIKE:
    case KEEL_IMPORT_EXERCISE:
      return maybe_option;
    default:
      return 0;
  }
}

static keel_status check_given(const struct keel_config_node *root, const struct keel_import_layout *layout,
                               keel_error *error) {
  for (int i = 0; i < KEEL_IMPORT_MAP_FIELDS; i++) {
    enum keel_import_field field = (enum keel_import_field)i;
    const char *name = keel_import_field_name(field);
    if (layout->columns[field] && layout->constants[field])
      return keel_config_fail(error, root, name, "is given twice, as a column and as a constant");
    if (needed(layout, field) && !given(layout, field))
      return keel_config_fail(error, root, name, "has to be in columns or in constants");
  }
  if (given(layout, KEEL_IMPORT_SPOT_BID) != given(layout, KEEL_IMPORT_SPOT_ASK))
    return keel_config_fail(error, root, "spot_bid", "goes with spot_ask: both or neither");
  if (given(layout, KEEL_IMPORT_SPOT_BID) && given(layout, KEEL_IMPORT_SPOT))
    return keel_config_fail(error, root, "spot", "is given twice, also as spot_bid and spot_ask");
  if (given(layout, KEEL_IMPORT_PUT_BID) != given(layout, KEEL_IMPORT_PUT_ASK))
    return keel_config_fail(error, root, "put_bid", "goes with put_ask: both or neither");
  if (given(layout, KEEL_IMPORT_PUT_BID) && given(layout, KEEL_IMPORT_KIND))
    return keel_config_fail(error, root, "kind", "is not for wide rows: with put_bid, bid and ask are the call's");
  if (given(layout, KEEL_IMPORT_SPOT_TIME) && !given(layout, KEEL_IMPORT_SPOT) && !given(layout, KEEL_IMPORT_SPOT_BID))
    return keel_config_fail(error, root, "spot_time", "needs a spot");
  return KEEL_STATUS_OK;
}

static int reads(const struct keel_import_layout *layout, enum keel_import_field field, const char *text) {
  struct keel_time_text time;
  double number;
  size_t length = strlen(text);
  switch (field) {
    case KEEL_IMPORT_UNDERLYING:
      return 1;
    case KEEL_IMPORT_KIND:
      return keel_kind_parse(text, length) >= 0;
    case KEEL_IMPORT_EXERCISE:
      return keel_exercise_parse(text, length) >= 0;
    case KEEL_IMPORT_TIME:
    case KEEL_IMPORT_EXPIRY:
    case KEEL_IMPORT_SPOT_TIME:
    case KEEL_IMPORT_MADE:
    case KEEL_IMPORT_LAST_TRADE:
      return keel_import_time_parse(layout->dates, text, length, &time);
    default:
      return keel_number_parse(text, length, &number) && number > 0;
  }
}

static keel_status check_constants(const struct keel_config_node *root, const struct keel_import_layout *layout,
                                   keel_error *error) {
  const struct keel_config_node *constants = keel_config_child(root, "constants");
  for (const struct keel_config_node *item = constants ? constants->first : NULL; item; item = item->next)
    if (!reads(layout, (enum keel_import_field)field_of(item->key), item->text))
      return keel_config_fail(error, item, NULL, "`%s` does not read as one", item->text);
  return KEEL_STATUS_OK;
}

keel_status keel_import_map_load(struct keel_arena *arena, const char *path, struct keel_import_layout *layout,
                                 keel_error *error) {
  struct keel_config_node *root;
  *layout = (struct keel_import_layout){.name = path, .calendar = "nyse", .dates = KEEL_IMPORT_YMD};
  keel_status status = keel_config_load(arena, path, &root, error);
  if (status) return status;
  if (root->kind != KEEL_CONFIG_MAP) return keel_config_fail(error, root, NULL, "a column map has to be a map");
  status = read_keys(root, layout, error);
  if (!status) status = check_given(root, layout, error);
  if (!status) status = check_constants(root, layout, error);
  if (!status && !given(layout, KEEL_IMPORT_MULTIPLIER)) layout->constants[KEEL_IMPORT_MULTIPLIER] = "100";
  return status;
}
