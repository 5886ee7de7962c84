/* The importer's rows: any bytes below a header that has every field. What is kept is in order and as a tape wants it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "import_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADER "underlying,kind,time,expiry,exercise,spot,strike,bid,ask,multiplier\n"

static const struct keel_import_layout layout = {.columns = {[KEEL_IMPORT_UNDERLYING] = "underlying",
                                                             [KEEL_IMPORT_KIND] = "kind",
                                                             [KEEL_IMPORT_TIME] = "time",
                                                             [KEEL_IMPORT_EXPIRY] = "expiry",
                                                             [KEEL_IMPORT_EXERCISE] = "exercise",
                                                             [KEEL_IMPORT_SPOT] = "spot",
                                                             [KEEL_IMPORT_STRIKE] = "strike",
                                                             [KEEL_IMPORT_BID] = "bid",
                                                             [KEEL_IMPORT_ASK] = "ask",
                                                             [KEEL_IMPORT_MULTIPLIER] = "multiplier"},
                                                 .calendar = "nyse",
                                                 .dates = KEEL_IMPORT_MDY};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char text[8192] = HEADER;
  const size_t head = sizeof HEADER - 1;
  if (size == 0 || size > sizeof text - head) return 0;
  memcpy(text + head, data, size);
  struct keel_csv *csv;
  keel_assert(keel_csv_open_bytes("fuzz.csv", text, head + size, 512, &csv, NULL) == KEEL_STATUS_OK);
  struct keel_import_rows *rows = keel_import_rows_new();
  keel_assert(rows && keel_import_rows_bind(rows, &layout, csv, NULL) == KEEL_STATUS_OK);
  const struct keel_csv_field *fields;
  while (!keel_csv_next(csv, &fields, NULL) && fields) keel_import_rows_add(rows, fields, NULL);
  import_check(rows);
  keel_import_rows_free(rows);
  keel_csv_close(csv);
  return 0;
}
