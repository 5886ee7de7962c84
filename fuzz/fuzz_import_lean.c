/* Lean's zips: any archive, as that of options on a future, of futures, and of days; and any text in it, without the
 * archive around it; names; factors of splits. What is kept is as a tape wants it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/fail.h"
#include "world/import_lean.h"
#include "world/import_lean_name.h"
#include "world/import_splits.h"
#include "world/tape_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
  const char *path, *entry;
} places[] = {
    {"futureoption/cme/minute/es/202003/20200106_quote_american.zip",
     "20200106_es_minute_quote_american_put_32000000_20200320.csv"},
    {"future/cme/minute/es/20200106_trade.zip", "20200106_es_minute_trade_202003.csv"},
    {"option/usa/daily/aapl_2014_quote_american.zip", "aapl_quote_american_call_921400_20140621.csv"},
    {"equity/usa/minute/aapl/20140606_quote.zip", "20140606_aapl_minute_quote.csv"},
    {"equity/usa/daily/aapl.zip", "aapl.csv"},
};
enum { PLACES = sizeof places / sizeof *places };

static void check(const struct keel_import_rows *rows) {
  for (size_t i = 0; i < rows->contract_count; i++)
    keel_assert(keel_tape_contract_problem(&rows->contracts[i]) == NULL);
  for (size_t i = 0; i < rows->count; i++) keel_assert(rows->ids[i] < rows->contract_count);
  keel_assert(keel_tape_quotes_problem(rows->count, rows->bids, rows->asks) == NULL);
  for (size_t i = 0; i < rows->run_count; i++) keel_assert(rows->runs[i].first < rows->count);
}

static void import(const char *path, const void *bytes, size_t size) {
  struct keel_import_lean *lean;
  if (keel_import_lean_open_bytes(path, bytes, size, &lean, NULL)) return;
  struct keel_import_rows *rows = keel_import_rows_new();
  keel_assert(rows);
  size_t left = 1;
  for (int entries = 0; left && entries < 16; entries++)
    if (keel_import_lean_next(lean, rows, &left, NULL)) break;
  check(rows);
  keel_import_rows_free(rows);
  keel_import_lean_close(lean);
}

/* The text as the only entry of a zip that is sound. */
static void import_text(size_t place, const uint8_t *text, size_t size) {
  static uint8_t room[1 << 16];
  zip_source_t *archive = zip_source_buffer_create(NULL, 0, 0, NULL);
  keel_assert(archive);
  zip_source_keep(archive);
  zip_t *zip = zip_open_from_source(archive, ZIP_TRUNCATE, NULL);
  keel_assert(zip);
  zip_int64_t at = zip_file_add(zip, places[place].entry, zip_source_buffer(zip, text, size, 0), 0);
  keel_assert(at == 0 && zip_set_file_compression(zip, 0, ZIP_CM_STORE, 0) == 0 && zip_close(zip) == 0);
  keel_assert(zip_source_open(archive) == 0);
  zip_int64_t got = zip_source_read(archive, room, sizeof room);
  zip_source_close(archive);
  zip_source_free(archive);
  import(places[place].path, room, got > 0 ? (size_t)got : 0);
}

static void parse_names(const uint8_t *data, size_t size) {
  struct keel_lean_file file;
  struct keel_lean_entry entry;
  const struct keel_calendar *calendar;
  char *name = malloc(size + 1);
  keel_assert(name && keel_calendar_find("nyse", &calendar, NULL) == KEEL_STATUS_OK);
  memcpy(name, data, size);
  name[size] = '\0';
  keel_lean_file_parse(name, &file, NULL);
  for (size_t i = 0; i < PLACES; i++) {
    keel_assert(keel_lean_file_parse(places[i].path, &file, NULL) == KEEL_STATUS_OK);
    if (!keel_lean_entry_parse(&file, calendar, name, &entry))
      keel_assert(keel_tape_contract_problem(&entry.contract) == NULL);
  }
  free(name);
}

/* Factors over quotes of two days. */
static void split_quotes(const char *text, size_t size) {
  static const struct keel_contract contracts[] = {
      {.underlying = "AAPL", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1},
      {.underlying = "AAPL", .kind = KEEL_KIND_PUT, .strike = 645, .expiry_ns = INT64_MAX / 2, .multiplier = 100}};
  struct keel_import_rows *rows = keel_import_rows_new();
  keel_assert(rows);
  for (int64_t time_ns = INT64_C(1402063200000000000); time_ns < INT64_C(1402400000000000000);
       time_ns += KEEL_NS_PER_DAY)
    for (int i = 0; i < 2; i++) {
      uint32_t id;
      keel_assert(!keel_import_rows_contract(rows, &contracts[i], &id, NULL));
      keel_assert(!keel_import_rows_quote(rows, time_ns, id, (const double[]){645, 646}, NULL));
    }
  keel_import_splits_apply_bytes(rows, "factor_files/aapl.csv", text, size, NULL);
  check(rows);
  keel_import_rows_free(rows);
}

/* The first byte says where the rest stands. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0 || size > 8192) return 0;
  size_t place = data[0] % PLACES;
  switch (data[0] / PLACES % 4) {
    case 0:
      import(places[place].path, data + 1, size - 1);
      break;
    case 1:
      import_text(place, data + 1, size - 1);
      break;
    case 2:
      parse_names(data + 1, size - 1);
      break;
    default:
      split_quotes((const char *)data + 1, size - 1);
  }
  return 0;
}
