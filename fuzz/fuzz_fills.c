/* The CSV of fills: any bytes are refused with a place, or are fills in order, each whole, each id once. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/fail.h"
#include "book/trades_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct keel_trades *trades) {
  for (size_t i = 0; i < trades->count; i++) {
    const struct keel_trade *trade = &trades->trades[i];
    const struct keel_contract *contract = &trade->position.contract;
    keel_assert(isfinite(trade->price) && trade->price >= 0 && isfinite(trade->fees) && trade->id[0]);
    keel_assert(trade->position.qty != 0 && isfinite(trade->position.qty) && contract->multiplier > 0);
    keel_assert(contract->kind == KEEL_KIND_SPOT || contract->expiry_ns > trade->time_ns);
    keel_assert(i == 0 || trade->time_ns >= trade[-1].time_ns);
    for (size_t k = 0; k < i && i < 64; k++) keel_assert(strcmp(trade->id, trades->trades[k].id) != 0);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 4096) return 0;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_field_context context = {0};
  keel_error error = {0};
  keel_assert(keel_calendar_find("nyse", &context.calendar, NULL) == KEEL_STATUS_OK);
  struct keel_config_reader reader = {.arena = &arena, .context = &context, .error = &error};
  struct keel_book book = {0};
  struct keel_trades trades = {0};
  struct keel_csv *csv;
  keel_status status = keel_csv_open_bytes("fuzz.csv", data, size, 4096, &csv, &error);
  if (!status) {
    status = keel_trades_read_csv(&reader, csv, "fuzz.csv", &book, &trades);
    keel_csv_close(csv);
  }
  if (status)
    keel_assert(error.what[0] && error.where[0]);
  else
    check(&trades);
  keel_arena_fini(&arena);
  return 0;
}
