#include "world/import_layout.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"

static const char *const field_names[KEEL_IMPORT_FIELDS] = {
    [KEEL_IMPORT_UNDERLYING] = "underlying",
    [KEEL_IMPORT_KIND] = "kind",
    [KEEL_IMPORT_TIME] = "time",
    [KEEL_IMPORT_EXPIRY] = "expiry",
    [KEEL_IMPORT_EXERCISE] = "exercise",
    [KEEL_IMPORT_SPOT] = "spot",
    [KEEL_IMPORT_SPOT_BID] = "spot_bid",
    [KEEL_IMPORT_SPOT_ASK] = "spot_ask",
    [KEEL_IMPORT_STRIKE] = "strike",
    [KEEL_IMPORT_BID] = "bid",
    [KEEL_IMPORT_ASK] = "ask",
    [KEEL_IMPORT_MULTIPLIER] = "multiplier",
};

/* One row per known layout; docs/data.md says where each comes from, and its traps. */
static const struct keel_import_layout layouts[] = {
    {.name = "historicaloptiondata, lower-case names",
     .columns = {[KEEL_IMPORT_UNDERLYING] = "underlying",
                 [KEEL_IMPORT_SPOT] = "underlying_last",
                 [KEEL_IMPORT_KIND] = "type",
                 [KEEL_IMPORT_EXPIRY] = "expiration",
                 [KEEL_IMPORT_TIME] = "quotedate",
                 [KEEL_IMPORT_STRIKE] = "strike",
                 [KEEL_IMPORT_BID] = "bid",
                 [KEEL_IMPORT_ASK] = "ask"},
     .constants = {[KEEL_IMPORT_MULTIPLIER] = "100"},
     .calendar = "nyse",
     .dates = KEEL_IMPORT_MDY,
     .exercise_by_name = 1},
    {.name = "historicaloptiondata, names as one word",
     .columns = {[KEEL_IMPORT_UNDERLYING] = "UnderlyingSymbol",
                 [KEEL_IMPORT_SPOT] = "UnderlyingPrice",
                 [KEEL_IMPORT_KIND] = "Type",
                 [KEEL_IMPORT_EXPIRY] = "Expiration",
                 [KEEL_IMPORT_TIME] = "DataDate",
                 [KEEL_IMPORT_STRIKE] = "Strike",
                 [KEEL_IMPORT_BID] = "Bid",
                 [KEEL_IMPORT_ASK] = "Ask"},
     .constants = {[KEEL_IMPORT_MULTIPLIER] = "100"},
     .calendar = "nyse",
     .dates = KEEL_IMPORT_MDY,
     .exercise_by_name = 1},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

const char *keel_import_field_name(enum keel_import_field field) { return field_names[field]; }

static int has_columns(const struct keel_csv *csv, const struct keel_import_layout *layout) {
  for (int field = 0; field < KEEL_IMPORT_FIELDS; field++)
    if (layout->columns[field] && keel_csv_find(csv, layout->columns[field]) < 0) return 0;
  return 1;
}

/* The first columns of a layout, as a message shows them. */
static void describe(const struct keel_import_layout *layout, char *text, size_t size) {
  size_t used = (size_t)snprintf(text, size, "%s (", layout->name);
  const char *gap = "";
  for (int field = 0; field < KEEL_IMPORT_FIELDS && used < size; field++) {
    if (!layout->columns[field]) continue;
    used += (size_t)snprintf(text + used, size - used, "%s%s", gap, layout->columns[field]);
    gap = ", ";
  }
  if (used < size) snprintf(text + used, size - used, ")");
}

keel_status keel_import_layout_recognise(const struct keel_csv *csv, const struct keel_import_layout **layout,
                                         keel_error *error) {
  for (int i = 0; i < LAYOUTS; i++) {
    *layout = &layouts[i];
    if (has_columns(csv, *layout)) return KEEL_STATUS_OK;
  }
  *layout = NULL;
  char known[LAYOUTS][160];
  for (int i = 0; i < LAYOUTS; i++) describe(&layouts[i], known[i], sizeof known[i]);
  _Static_assert(LAYOUTS == 2, "the message below names every layout");
  return keel_fail_at(error, keel_csv_path(csv), 1, "header",
                      "no known layout; known are %s; %s; others need a column map (--map)", known[0], known[1]);
}

keel_status keel_import_layout_bind(const struct keel_import_layout *layout, const struct keel_csv *csv,
                                    struct keel_import_binding *binding, keel_error *error) {
  for (int field = 0; field < KEEL_IMPORT_FIELDS; field++) {
    const char *name = layout->columns[field];
    binding->columns[field] = name ? keel_csv_find(csv, name) : -1;
    if (!name) continue;
    if (binding->columns[field] < 0)
      return keel_fail_at(error, keel_csv_path(csv), 1, name, "the header has no such column, which holds the %s",
                          field_names[field]);
    struct keel_csv_field found = keel_csv_name(csv, (size_t)binding->columns[field]);
    for (size_t i = (size_t)binding->columns[field] + 1; i < keel_csv_columns(csv); i++) {
      struct keel_csv_field other = keel_csv_name(csv, i);
      if (other.length == found.length && memcmp(other.text, found.text, found.length) == 0)
        return keel_fail_at(error, keel_csv_path(csv), 1, name, "the header has this column twice");
    }
  }
  return KEEL_STATUS_OK;
}

int keel_import_is_european(const char *underlying) {
  static const char *const indices[] = {"SPX", "SPXW", "XSP", "NDX",  "NDXP", "XND",
                                        "VIX", "VIXW", "RUT", "RUTW", "MRUT", "DJX"};
  if (*underlying == '^' || *underlying == '$') underlying++;
  for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
    if (strcmp(underlying, indices[i]) == 0) return 1;
  return 0;
}
